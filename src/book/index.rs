//! Records grouped by the subject they belong to, oldest first.

use std::collections::BTreeMap;

use chrono::Datelike as _;

use super::cell::Cell;
use super::order::{Said, place};
use super::record::Record;
use crate::frame::{NO_DAY, NO_ROW, SubjectKind};
use crate::time::Stamp;

/// The rows of the subjects a record belongs to, by [`SubjectKind::index`].
pub(crate) type Owners = [u32; 4];

/// For each subject of a kind, its records, those without a date first, then oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Groups {
    /// Where each subject's records start in `rows`, and where the last one's end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Groups {
    /// Groups records, given in `order`, by their owner of one kind, in linear time.
    fn build(subjects: usize, order: &[u32], owner: impl Fn(u32) -> u32) -> Self {
        if subjects == 0 {
            return Self { starts: vec![0], rows: Vec::new() };
        }
        let mut counts = vec![0_u32; subjects + 1];
        for row in order {
            if let Some(count) = counts.get_mut((owner(*row) as usize).saturating_add(1)) {
                *count += 1;
            }
        }
        let mut total = 0;
        for count in &mut counts {
            total += *count;
            *count = total;
        }
        let starts = counts.clone();
        let mut next = counts;
        let mut rows = vec![0; total as usize];
        for row in order {
            let owner = owner(*row) as usize;
            // The owner `NO_ROW` is past the end, as it should be.
            if owner >= subjects {
                continue;
            }
            if let Some(place) = next.get_mut(owner) {
                if let Some(slot) = rows.get_mut(*place as usize) {
                    *slot = *row;
                }
                *place += 1;
            }
        }
        Self { starts, rows }
    }

    /// The records of a subject.
    pub(crate) fn of(&self, subject: u32) -> &[u32] {
        let at = subject as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => self.rows.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

fn groups(counts: [usize; 4], order: &[u32], owners: &[Owners]) -> [Groups; 4] {
    SubjectKind::ALL.map(|kind| {
        let subjects = counts.get(kind.index()).copied().unwrap_or(0);
        Groups::build(subjects, order, |row| {
            let owners = owners.get(row as usize);
            owners.and_then(|owners| owners.get(kind.index())).copied().unwrap_or(NO_ROW)
        })
    })
}

/// The records of one table.
#[derive(Debug, Clone)]
pub(crate) struct Store<R> {
    pub(crate) records: Vec<R>,
    pub(crate) owners: Vec<Owners>,
    days: Vec<i32>,
    groups: [Groups; 4],
}

impl<R> Default for Store<R> {
    fn default() -> Self {
        let (records, owners, days) = (Vec::new(), Vec::new(), Vec::new());
        Self { records, owners, days, groups: Default::default() }
    }
}

impl<R: Record> Store<R> {
    /// Sorts and groups the records; `counts` is the number of subjects per kind.
    ///
    /// Records of one moment are ordered by id, and without ids by what they say (see [`Said`]), so that the
    /// order in which they were given changes nothing.
    pub(crate) fn group(&mut self, counts: [usize; 4]) {
        let order = self.order();
        self.groups = groups(counts, &order, &self.owners);
    }

    /// Sorts the records and groups them by others of the table, whose rows `above` says.
    pub(crate) fn group_beneath(&mut self, above: &[u32]) {
        let order = self.order();
        let owner = |row: u32| above.get(row as usize).copied().unwrap_or(NO_ROW);
        let [first, ..] = &mut self.groups;
        *first = Groups::build(self.records.len(), &order, owner);
    }

    /// Rows without a date first, then oldest first.
    fn order(&mut self) -> Vec<u32> {
        let stamps: Vec<Option<Stamp>> = self.records.iter().map(Record::stamp).collect();
        self.days = stamps.iter().map(|stamp| day_number(*stamp)).collect();
        let rows = u32::try_from(self.records.len()).unwrap_or(NO_ROW);
        let mut order: Vec<u32> = (0..rows).collect();
        let record = |row: u32| self.records.get(row as usize);
        let key = |row: u32| (stamps.get(row as usize).copied().flatten(), id_of(record(row)));
        order.sort_unstable_by(|left, right| key(*left).cmp(&key(*right)));
        for tied in order.chunk_by_mut(|left, right| key(*left) == key(*right)) {
            if tied.len() > 1 {
                tied.sort_by_cached_key(|row| Said::by(record(*row)));
            }
        }
        order
    }

    pub(crate) fn push(&mut self, record: R, owners: Owners) {
        self.records.push(record);
        self.owners.push(owners);
    }
}

fn id_of<R: Record>(record: Option<&R>) -> Option<&str> {
    record.and_then(Record::id)
}

impl<R> Store<R> {
    pub(crate) fn groups(&self, kind: SubjectKind) -> Option<&Groups> {
        self.groups.get(kind.index())
    }

    /// The day number of a record; [`NO_DAY`] if it was always there.
    pub(crate) fn day(&self, row: u32) -> i32 {
        self.days.get(row as usize).copied().unwrap_or(NO_DAY)
    }
}

/// Own fields by name.
pub(crate) type OwnCells = BTreeMap<String, Cell>;

/// A value of a usage series with its moment, its owners and its own fields.
pub(crate) type Dated = (Stamp, f64, Owners, OwnCells);

/// The dated values of one usage series, of all subjects, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    days: Vec<i32>,
    values: Vec<f64>,
    /// The own fields of each, where any has some.
    own: Vec<OwnCells>,
    groups: [Groups; 4],
    /// When and whose the values are, where any has a time of day.
    times: Vec<(Stamp, Owners)>,
}

impl Series {
    /// Sorts and groups values; those of one moment are ordered by size.
    pub(crate) fn build(mut values: Vec<Dated>, counts: [usize; 4]) -> Self {
        let order = oldest_first(&values);
        let timed = values.iter().any(|it| it.0.is_timed());
        let has_own = values.iter().any(|it| !it.3.is_empty());
        let mut out = Self::default();
        let mut owners = Vec::with_capacity(values.len());
        for row in &order {
            let Some((stamp, value, whose, own)) = values.get_mut(*row as usize) else { continue };
            out.days.push(day_number(Some(*stamp)));
            out.values.push(*value);
            owners.push(*whose);
            if has_own {
                out.own.push(std::mem::take(own));
            }
            if timed {
                out.times.push((*stamp, *whose));
            }
        }
        let rows = u32::try_from(owners.len()).unwrap_or(NO_ROW);
        let order: Vec<u32> = (0..rows).collect();
        out.groups = groups(counts, &order, &owners);
        out
    }

    /// The values with their times and owners; nothing where all have a day alone.
    pub(super) fn timed(&self) -> impl Iterator<Item = Dated> {
        self.times.iter().zip(&self.values).enumerate().map(|(row, ((stamp, owners), value))| {
            (*stamp, *value, *owners, self.own.get(row).cloned().unwrap_or_default())
        })
    }

    /// When they are, where any has a time of day.
    pub(super) fn moments(&self) -> impl Iterator<Item = Stamp> {
        self.times.iter().map(|it| it.0)
    }

    /// How many values have a day after that one.
    pub(super) fn after(&self, day: i32) -> usize {
        self.len() - self.days.partition_point(|it| *it <= day)
    }

    pub(crate) fn groups(&self, kind: SubjectKind) -> Option<&Groups> {
        self.groups.get(kind.index())
    }

    pub(crate) fn day(&self, row: u32) -> i32 {
        self.days.get(row as usize).copied().unwrap_or(NO_DAY)
    }

    pub(crate) fn value(&self, row: u32) -> Option<f64> {
        self.values.get(row as usize).copied()
    }

    pub(crate) fn own(&self, row: u32) -> Option<&OwnCells> {
        self.own.get(row as usize)
    }

    pub(crate) const fn len(&self) -> usize {
        self.values.len()
    }
}

/// The rows of values in the order of their moments, then by size, then as they came.
fn oldest_first(values: &[Dated]) -> Vec<u32> {
    let compare =
        |left: &Dated, right: &Dated| left.0.cmp(&right.0).then_with(|| left.1.total_cmp(&right.1));
    let mut order: Vec<u32> = (0..u32::try_from(values.len()).unwrap_or(NO_ROW)).collect();
    if values.is_sorted_by(|left, right| compare(left, right).is_le()) {
        return order;
    }
    if values.iter().any(|it| it.0 != Stamp::day(it.0.date())) {
        let value = |row: &u32| values.get(*row as usize);
        order.sort_by(|left, right| match (value(left), value(right)) {
            (Some(left), Some(right)) => compare(left, right),
            _ => left.cmp(right),
        });
        return order;
    }
    // Days alone are compared as numbers, which is quicker.
    let key = |(row, it): (u32, &Dated)| (day_number(Some(it.0)), place(it.1), row);
    let mut keys: Vec<(i32, i64, u32)> = (0..).zip(values).map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| key.2).collect()
}

fn day_number(stamp: Option<Stamp>) -> i32 {
    stamp.map_or(NO_DAY, |stamp| stamp.date().num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Dated, OwnCells, oldest_first};
    use crate::time::Stamp;

    proptest! {
        #[test]
        fn values_stand_as_a_stable_sort_has_them(
            rows in prop::collection::vec((0..4_usize, prop_oneof![Just(0.0), Just(-0.0), Just(-2.5), 0.0..3.0_f64]), 0..40),
            with_times in any::<bool>(),
        ) {
            let stamps = ["2026-03-02", "2026-02-28", "2026-03-01", "2026-03-01T09:00"];
            let dated = |(at, value): &(usize, f64)| -> Dated {
                let at = if with_times { *at } else { at % 3 };
                let stamp: Stamp = stamps[at].parse().unwrap();
                (stamp, *value, [0; 4], OwnCells::new())
            };
            let values: Vec<Dated> = rows.iter().map(dated).collect();
            let mut expected: Vec<u32> = (0..).take(values.len()).collect();
            expected.sort_by(|left, right| {
                let (left, right) = (&values[*left as usize], &values[*right as usize]);
                left.0.cmp(&right.0).then(left.1.total_cmp(&right.1))
            });
            prop_assert_eq!(oldest_first(&values), expected);
        }
    }
}
