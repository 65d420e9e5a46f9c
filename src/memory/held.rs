//! What a value was, oldest first, so that a night costs no more the further back it is known.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Held;
use crate::time::AsOf;

/// How many of the newest are copied with a list; those before are shared, so many at a time. Our choice, tested by
/// `a_list_holds_what_a_vector_holds`; the figure `day 199 over day 5` of the benchmarks measures it.
const FEW: usize = 16;

/// What a value was, oldest first. Copies share all but the newest.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldList {
    /// So many each, full.
    shared: Arc<Vec<Arc<[Held]>>>,
    /// How many of the first of them are forgotten.
    forgotten: usize,
    newest: Vec<Held>,
}

impl HeldList {
    pub(crate) fn len(&self) -> usize {
        self.shared.len() * FEW - self.forgotten + self.newest.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn get(&self, at: usize) -> Option<&Held> {
        let at = at + self.forgotten;
        match self.shared.get(at / FEW) {
            Some(full) => full.get(at % FEW),
            None => self.newest.get(at - self.shared.len() * FEW),
        }
    }

    pub(crate) fn first(&self) -> Option<&Held> {
        self.get(0)
    }

    pub(crate) fn last(&self) -> Option<&Held> {
        self.get(self.len().checked_sub(1)?)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Held> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    pub(crate) fn push(&mut self, held: Held) {
        self.newest.push(held);
        if self.newest.len() == FEW {
            Arc::make_mut(&mut self.shared).push(std::mem::take(&mut self.newest).into());
        }
    }

    /// How many come up to the last of which something is so: it is so of all on earlier days than `day` and of none on later ones.
    /// On the day itself it need not go by the order, as clocks are set back.
    fn count_to(&self, day: NaiveDate, is_so: impl Fn(&Held) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle).is_some_and(|held| held.since.day() <= day) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        while from > 0 && !self.get(from - 1).is_some_and(&is_so) {
            from -= 1;
        }
        from
    }

    /// The last of which something is so; it is so of all on earlier days than `day` and of none on later ones.
    pub(crate) fn last_to(&self, day: NaiveDate, is_so: impl Fn(&Held) -> bool) -> Option<&Held> {
        self.get(self.count_to(day, is_so).checked_sub(1)?)
    }

    /// Forgets all before the last of which something is so; it is so of all on earlier days than `day` and of none on later ones.
    pub(crate) fn forget_before(&mut self, day: NaiveDate, is_so: impl Fn(&Held) -> bool) {
        self.forgotten += self.count_to(day, is_so).saturating_sub(1);
        let full = (self.forgotten / FEW).min(self.shared.len());
        if full > 0 {
            Arc::make_mut(&mut self.shared).drain(..full);
            self.forgotten -= full * FEW;
        }
        if self.shared.is_empty() {
            self.newest.drain(..std::mem::take(&mut self.forgotten));
        }
    }

    /// Forgets what was first held at a day or moment, or later.
    pub(crate) fn forget_from(&mut self, as_of: AsOf) {
        if self.iter().any(|held| held.since >= as_of) {
            *self = self.iter().filter(|held| held.since < as_of).cloned().collect();
        }
    }
}

impl FromIterator<Held> for HeldList {
    fn from_iter<I: IntoIterator<Item = Held>>(all: I) -> Self {
        let mut list = Self::default();
        all.into_iter().for_each(|held| list.push(held));
        list
    }
}

impl PartialEq for HeldList {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Serialize for HeldList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for HeldList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Held>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::value::Value;

    fn day(number: u8) -> AsOf {
        (NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(number.into())).into()
    }

    /// In the night in which clocks go back, a later moment may be before an earlier one on the wall.
    #[test]
    fn moments_of_a_night_of_two_offsets_are_found_as_by_a_scan() {
        let moments = [
            "01:00:00+02:00",
            "01:30:00+02:00",
            "02:50:00+02:00",
            "02:10:00+01:00",
            "03:10:00+01:00",
        ];
        let held = |at: &str| Held {
            since: format!("2026-10-25T{at}").parse().unwrap(),
            value: Value::Missing,
        };
        let list: HeldList = moments.into_iter().map(held).collect();
        for by in moments {
            let by: AsOf = format!("2026-10-25T{by}").parse().unwrap();
            let twin = list.iter().rfind(|held| held.since.is_by(by));
            assert_eq!(list.last_to(by.day(), |held| held.since.is_by(by)), twin, "{by}");
        }
    }

    proptest! {
        #[test]
        fn a_list_holds_what_a_vector_holds(steps in prop::collection::vec((0..4_u8, any::<u8>()), 0..120)) {
            let (mut list, mut twin) = (HeldList::default(), Vec::new());
            let mut now = 0;
            for (step, of) in steps {
                match step {
                    0 => {
                        let from = day(of % 64);
                        list.forget_from(from);
                        twin.retain(|held: &Held| held.since < from);
                        now = twin.len() as u8;
                    }
                    1 => {
                        let by = day(of % 64);
                        list.forget_before(by.day(), |held| held.since <= by);
                        let last = twin.iter().rposition(|held| held.since <= by).unwrap_or(0);
                        twin.drain(..last);
                    }
                    _ => {
                        now = now.max(twin.last().map_or(0, |held: &Held| {
                            (held.since.day() - day(0).day()).num_days() as u8
                        })) + 1;
                        let held = Held { since: day(now), value: Value::Number(f64::from(of)) };
                        // A copy of before does not see it.
                        let copy = list.clone();
                        list.push(held.clone());
                        prop_assert_eq!(copy, twin.iter().cloned().collect::<HeldList>());
                        twin.push(held);
                    }
                }
                prop_assert_eq!(list.iter().collect::<Vec<_>>(), twin.iter().collect::<Vec<_>>());
                prop_assert_eq!((list.first(), list.last()), (twin.first(), twin.last()));
                let by = day(of % 64);
                let last = twin.iter().rfind(|held| held.since <= by);
                prop_assert_eq!(list.last_to(by.day(), |held| held.since <= by), last);
            }
        }
    }
}
