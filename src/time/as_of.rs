//! What an assessment is made as of: the end of a day, or a moment.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::value::read_by_parse;
use chrono::offset::TimeZone;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Period, Stamp, Zone};

/// What an assessment is made as of: a day, which is its end, or a moment.
///
/// As of a day all of that day is known; as of a moment, what lies at it or before. The day is one of the zone of
/// the book, and so is the day of a moment; without a book a moment has the day that was written with it. Days are
/// what scores are counted in: a window ends with the day of a moment as with a day.
///
/// One moment of a day is the same whatever offset it is written with. A moment of a day lies before that day's end. So after an assessment at 9:00 one at 15:00 is a step forward, and
/// so is one of the whole day after that; only the very same moment, or day, is made again.
///
/// ```
/// use foretell::time::AsOf;
///
/// let [nine, three, day, next]: [AsOf; 4] = [
///     "2026-03-01T09:00:00Z".parse()?,
///     "2026-03-01T15:00:00Z".parse()?,
///     "2026-03-01".parse()?,
///     "2026-03-02T00:00:00Z".parse()?,
/// ];
/// assert!(nine < three && three < day && day < next);
/// assert_eq!(nine.day(), day.day());
/// assert_eq!((nine.moment(), day.moment()), (Some("2026-03-01T09:00:00".parse()?), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct AsOf(Stamp);

impl AsOf {
    /// The day.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        self.0.date()
    }

    /// The moment in UTC; none for the end of a day.
    #[must_use]
    pub fn moment(self) -> Option<NaiveDateTime> {
        self.0.is_timed().then(|| self.0.at())
    }

    /// Whether it is the end of a day.
    #[must_use]
    pub const fn is_day(self) -> bool {
        !self.0.is_timed()
    }

    /// The same in a zone.
    #[must_use]
    pub fn in_zone(self, zone: &Zone) -> Self {
        Self(self.0.moved_to(zone))
    }

    /// The moment in UTC up to which all is known.
    pub(crate) fn end(self, zone: &Zone) -> NaiveDateTime {
        self.moment().unwrap_or_else(|| zone.utc(self.wall()))
    }

    /// Local time: of a day, its end.
    fn wall(self) -> NaiveDateTime {
        if self.0.is_timed() {
            return self.0.wall();
        }
        let next = self.day().checked_add_days(Days::new(1));
        next.map_or(NaiveDateTime::MAX, |next| next.and_time(NaiveTime::MIN))
    }

    /// The day from which a wait counts that began then, seen from `now`: between the two lie as many days as have
    /// gone by in full. From 15:00 to 9:00 on the next day that is none.
    pub(crate) fn counted_to(self, now: Self) -> NaiveDate {
        let part = |it: Self| (it.is_day(), it.0.wall().time());
        if self.is_day() && now.is_day() || part(self) <= part(now) {
            return self.day();
        }
        self.day().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
    }

    /// The same time of day, or end of the day, so long before.
    pub(crate) fn before(self, period: Period) -> Self {
        let day = period.before(self.day());
        if self.is_day() {
            return day.into();
        }
        Self(Stamp::of_wall(day.and_time(self.0.wall().time()), self.0))
    }

    /// Whether it lies at another or before it by the clock on the wall.
    pub(crate) fn is_by(self, other: Self) -> bool {
        let key = |it: Self| (it.day(), it.is_day(), it.0.wall());
        key(self) <= key(other)
    }

    /// How much time goes by from this one to another by the clock on the wall, nothing where that is earlier.
    pub(crate) fn span(self, later: Self) -> TimeDelta {
        (later.wall() - self.wall()).max(TimeDelta::zero())
    }

    /// So much later by the clock on the wall; after whole days a day stays one.
    pub(crate) fn later(self, by: TimeDelta) -> Self {
        let days = TimeDelta::days(by.num_days());
        if self.is_day() && by == days {
            return self.day().checked_add_signed(days).unwrap_or(NaiveDate::MAX).into();
        }
        let wall = self.wall().checked_add_signed(by).unwrap_or(NaiveDateTime::MAX);
        Self(Stamp::of_wall(wall, self.0))
    }
}

// What it is, however it is written: one moment of a day is the same with any offset. The days are compared first, as most differ
// or are all that there is.
impl Ord for AsOf {
    fn cmp(&self, other: &Self) -> Ordering {
        let whole = || self.is_day().cmp(&other.is_day());
        self.day().cmp(&other.day()).then_with(whole).then_with(|| self.0.at().cmp(&other.0.at()))
    }
}

impl PartialEq for AsOf {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.cmp(other) == Ordering::Equal
    }
}

impl Eq for AsOf {}

impl Hash for AsOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.day(), self.is_day(), self.0.at()).hash(state);
    }
}

impl PartialOrd for AsOf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<NaiveDate> for AsOf {
    fn eq(&self, day: &NaiveDate) -> bool {
        *self == Self::from(*day)
    }
}

impl PartialOrd<NaiveDate> for AsOf {
    fn partial_cmp(&self, day: &NaiveDate) -> Option<Ordering> {
        Some(self.cmp(&Self::from(*day)))
    }
}

impl From<NaiveDate> for AsOf {
    /// The end of a day.
    fn from(day: NaiveDate) -> Self {
        Self(Stamp::day(day))
    }
}

impl From<NaiveDateTime> for AsOf {
    /// A moment in the local time of the book.
    fn from(moment: NaiveDateTime) -> Self {
        Self(Stamp::local(moment))
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for AsOf {
    fn from(moment: DateTime<Z>) -> Self {
        Self(moment.into())
    }
}

impl From<Stamp> for AsOf {
    fn from(stamp: Stamp) -> Self {
        Self(stamp)
    }
}

read_by_parse!(AsOf);

impl AsOf {
    /// Reads what a [`Stamp`] may be: `2026-03-01`, `2026-03-01T14:30:00+02:00`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        Stamp::read(text).map(Self)
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for AsOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::parsed(deserializer, "a day such as `2026-03-01`, or a moment")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{AsOf, Stamp};
    use crate::time::Period;

    fn as_of(text: &str) -> AsOf {
        text.parse().unwrap()
    }

    #[test]
    fn a_wait_is_over_at_the_same_time_of_day() {
        for (since, now, whole_days) in [
            ("2026-03-01", "2026-03-02", 1),
            ("2026-03-01T15:00", "2026-03-02T09:00", 0),
            ("2026-03-01T15:00", "2026-03-02T15:00", 1),
            ("2026-03-01T15:00", "2026-03-02", 1),
            ("2026-03-01", "2026-03-02T15:00", 0),
            ("2026-03-01T09:00", "2026-03-01T15:00", 0),
        ] {
            let now = as_of(now);
            let days = (now.day() - as_of(since).counted_to(now)).num_days();
            assert_eq!(days.max(0), whole_days, "{since} {now}");
        }
    }

    #[test]
    fn time_that_goes_by_is_counted_by_the_clock() {
        for (from, to, since, moved) in [
            ("2026-03-01", "2026-03-03", "2026-02-01", "2026-02-03"),
            ("2026-03-01T09:00", "2026-03-01T12:30", "2026-02-01T10:00", "2026-02-01T13:30:00"),
            ("2026-03-01T09:00", "2026-03-01", "2026-02-01", "2026-02-02T15:00:00"),
            ("2026-03-03", "2026-03-01", "2026-02-01", "2026-02-01"),
        ] {
            let got = as_of(since).later(as_of(from).span(as_of(to)));
            assert_eq!(got.to_string(), moved, "{from} {to} {since}");
        }
        let month: Period = "1mo".parse().unwrap();
        assert_eq!(as_of("2026-03-31T10:00Z").before(month), as_of("2026-02-28T10:00Z"));
        assert_eq!(as_of("2026-03-31").before(month), as_of("2026-02-28"));
    }

    fn any() -> impl Strategy<Value = AsOf> {
        let time = proptest::option::of((0_i64..86_400, -14_i32..15));
        (0_i64..4, time).prop_map(|(day, time)| {
            let day = as_of("2026-03-01").day() + chrono::TimeDelta::days(day);
            match time {
                None => day.into(),
                Some((seconds, hours)) => {
                    let local =
                        day.and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::seconds(seconds);
                    let utc = local - chrono::TimeDelta::hours(hours.into());
                    AsOf(Stamp::at_offset(utc, hours * 3600))
                }
            }
        })
    }

    proptest! {
        #[test]
        fn the_order_is_one(one in any(), two in any(), three in any()) {
            prop_assert_eq!(one == two, one.cmp(&two).is_eq());
            prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
            if one <= two && two <= three {
                prop_assert!(one <= three);
            }
            // A moment of a day lies before its end, and after the end of the day before.
            prop_assert!(one <= AsOf::from(one.day()));
            prop_assert!(AsOf::from(one.day().pred_opt().unwrap()) < one);
            prop_assert_eq!(one.to_string().parse::<AsOf>().unwrap(), one);
        }

        #[test]
        fn in_one_zone_moments_are_in_order(one in any(), two in any(), minutes in -1080..1080_i32) {
            let zone = crate::time::Zone::fixed(minutes).unwrap();
            let [a, b] = [one, two].map(|at| at.in_zone(&zone));
            if let (Some(left), Some(right)) = (a.moment(), b.moment()) {
                prop_assert_eq!(a.cmp(&b), left.cmp(&right));
            }
            prop_assert_eq!(a.moment(), one.moment());
            prop_assert_eq!(a.in_zone(&zone), a);
        }
    }
}
