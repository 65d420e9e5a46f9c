//! When a record says that something was: a day, or a moment with the day that it was there.

use std::cmp::Ordering;
use std::fmt;

use crate::value::read_by_parse;
use chrono::offset::{Offset as _, TimeZone};
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parsed;
use super::zone::{Zone, moved, write_offset};

/// Seconds of a day.
const DAY: i32 = 24 * 60 * 60;

/// A day, and the time of day where it is known.
///
/// The day is the local one: of `2026-03-01T17:00:00-08:00` it is 1 March, although in UTC it is 2 March. What is
/// written in UTC, with `Z` or `+00:00`, has the day that it was in the zone of the book; a time without an offset
/// is of that zone. Until a book has taken it in, that zone is UTC.
///
/// Stamps are ordered by local day; on one day the day alone comes first, then moments one after the other.
///
/// ```
/// use foretell::time::Stamp;
///
/// let evening: Stamp = "2026-03-01T17:00:00-08:00".parse()?;
/// assert_eq!(evening.date(), "2026-03-01".parse()?); // the local day
/// assert_eq!(evening.at(), "2026-03-02T01:00:00".parse()?); // in UTC
/// assert_eq!(evening.hours_until("2026-03-02T02:30:00Z".parse()?), 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The local day.
    date: NaiveDate,
    /// The local time.
    time: Option<NaiveTime>,
    /// Seconds that local time is ahead of UTC; none where nobody said.
    east: Option<i32>,
}

impl Stamp {
    /// A day without a time.
    #[must_use]
    pub const fn day(date: NaiveDate) -> Self {
        Self { date, time: None, east: None }
    }

    /// A moment in UTC.
    #[must_use]
    pub const fn moment(moment: NaiveDateTime) -> Self {
        Self { date: moment.date(), time: Some(moment.time()), east: Some(0) }
    }

    /// A moment in the local time of the book.
    #[must_use]
    pub const fn local(moment: NaiveDateTime) -> Self {
        Self { date: moment.date(), time: Some(moment.time()), east: None }
    }

    /// The local day.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.date
    }

    /// The moment in UTC; local midnight at the start of the day where no time is known.
    #[must_use]
    pub fn at(self) -> NaiveDateTime {
        moved(self.wall(), -self.east.unwrap_or(0))
    }

    /// Hours, with fractions, from `self` to `later`, negative when `later` is before.
    #[must_use]
    pub fn hours_until(self, later: Self) -> f64 {
        hours(self.at(), later.at())
    }

    /// Whether it is certainly before another: two times are compared only where both are known, as a day says
    /// nothing about the hour.
    pub(crate) fn is_before(self, other: Self) -> bool {
        match self.time.and(other.time) {
            Some(_) => self.at() < other.at(),
            None => self.date < other.date,
        }
    }

    /// Whether it is a moment.
    pub(crate) const fn is_timed(self) -> bool {
        self.time.is_some()
    }

    /// Local time; midnight at the start of the day where no time is known.
    pub(super) fn wall(self) -> NaiveDateTime {
        self.date.and_time(self.time.unwrap_or(NaiveTime::MIN))
    }

    /// A moment in UTC with the local time of a zone; local time itself without one.
    #[cfg(feature = "arrow")]
    pub(crate) fn there(utc: NaiveDateTime, zone: Option<&Zone>) -> Self {
        zone.map_or_else(|| Self::local(utc), |zone| Self::at_offset(utc, zone.offset(utc)))
    }

    /// The same moment at an offset in seconds.
    pub(super) fn at_offset(utc: NaiveDateTime, east: i32) -> Self {
        let local = moved(utc, east);
        Self { date: local.date(), time: Some(local.time()), east: Some(east) }
    }

    /// Local time without a word about the offset, or the same as another says.
    pub(super) const fn of_wall(wall: NaiveDateTime, like: Self) -> Self {
        Self { date: wall.date(), time: Some(wall.time()), east: like.east }
    }

    /// The same in a zone, whatever offset was written.
    pub(super) fn moved_to(self, zone: &Zone) -> Self {
        if self.time.is_none() {
            return self;
        }
        let utc = if self.east.is_some() { self.at() } else { zone.utc(self.wall()) };
        Self::at_offset(utc, zone.offset(utc))
    }

    /// The same as a book in a zone has it. What states an offset of its own keeps it.
    pub(crate) fn settled(self, zone: &Zone) -> Self {
        if self.time.is_none() && *zone == Zone::UTC {
            return Self { east: None, ..self };
        }
        if self.time.is_none() {
            let wall = self.wall();
            let east = (wall - zone.utc(wall)).num_seconds();
            let east = i32::try_from(east).ok().filter(|seconds| *seconds != 0);
            return Self { east, ..self };
        }
        if self.east.is_some_and(|east| east != 0) { self } else { self.moved_to(zone) }
    }

    /// The same with the day on which it counts where what is known ends at a moment of a day: what lies after that
    /// moment counts on a later day, and what does not, on that day at the latest.
    pub(crate) fn counted(self, day: NaiveDate, until: NaiveDateTime) -> Self {
        if self.time.is_none() {
            return self;
        }
        let next = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let date = if self.at() <= until { self.date.min(day) } else { self.date.max(next) };
        // The moment stays: the clock is said to be days ahead.
        let days = (date - self.date).num_days();
        let east = i32::try_from(days).ok().and_then(|days| days.checked_mul(DAY)).unwrap_or(0);
        Self { date, time: self.time, east: Some(self.east.unwrap_or(0) + east) }
    }
}

/// Hours from one moment to another.
pub(crate) fn hours(from: NaiveDateTime, to: NaiveDateTime) -> f64 {
    (to - from).num_milliseconds() as f64 / 3_600_000.0
}

impl Ord for Stamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let moment = |it: &Self| (it.time.is_some(), it.at(), it.east);
        let of_day = || match self.east == other.east {
            true => self.time.cmp(&other.time),
            false => moment(self).cmp(&moment(other)),
        };
        self.date.cmp(&other.date).then_with(of_day)
    }
}

impl PartialOrd for Stamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<NaiveDate> for Stamp {
    fn from(date: NaiveDate) -> Self {
        Self::day(date)
    }
}

impl From<NaiveDateTime> for Stamp {
    /// A moment in the local time of the book.
    fn from(moment: NaiveDateTime) -> Self {
        Self::local(moment)
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Stamp {
    fn from(moment: DateTime<Z>) -> Self {
        Self::at_offset(moment.naive_utc(), moment.offset().fix().local_minus_utc())
    }
}

read_by_parse!(Stamp);

impl Stamp {
    /// Reads `2026-03-01`, `2026-03-01 14:30`, `2026-03-01T14:30:00.5`, with `Z` or an offset such as `+02:00`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || {
            format!("expected a date such as `2026-03-01`, got `{}`", crate::node::shorten(text))
        };
        let stamp = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => Self::day(date),
            Err(_) => read(text).ok_or_else(wrong)?,
        };
        in_years(stamp, text)
    }
}

/// A moment: a date, a time, and an offset that may be missing.
fn read(text: &str) -> Option<Stamp> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    let (time, east) = if let Some(time) = time.strip_suffix(['Z', 'z']) {
        (time, Some(0))
    } else if let Some((time, offset)) = time.split_once('+') {
        (time, Some(seconds(offset)?))
    } else if let Some((time, offset)) = time.split_once('-') {
        (time, Some(-seconds(offset)?))
    } else {
        (time, None)
    };
    let time = time.trim_end();
    let formats = ["%H:%M:%S%.f", "%H:%M"];
    let time = formats.iter().find_map(|format| NaiveTime::parse_from_str(time, format).ok())?;
    Some(Stamp { date, time: Some(time), east })
}

/// The seconds of an offset: `02:00`, `0200`, `02`.
fn seconds(offset: &str) -> Option<i32> {
    let digits: String = offset.chars().filter(|letter| *letter != ':').collect();
    let is_known = matches!(offset.len(), 2 | 4 | 5 | 8);
    if !is_known || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = digits.as_bytes().chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok()?;
        text.parse::<i32>().ok()
    });
    let mut next = || parts.next().unwrap_or(Some(0));
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    let all = hours * 3600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60 && all < DAY).then_some(all)
}

/// Years 1900 to 2200 are dates of a business; others are slips (our choice, tested by
/// `dates_are_read_or_refused`).
fn in_years(stamp: Stamp, text: &str) -> Result<Stamp, String> {
    if (1900..=2200).contains(&stamp.date.year()) {
        Ok(stamp)
    } else {
        Err(format!("expected a date from 1900 to 2200, got `{text}`"))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.time else { return self.date.fmt(f) };
        write!(f, "{}T{time}", self.date)?;
        match self.east {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(east) => write_offset(f, east),
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a date such as `2026-03-01`")
    }
}

#[cfg(test)]
mod tests {
    use super::{Stamp, Zone};

    fn stamp(text: &str) -> Stamp {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_read_or_refused() {
        for (text, expected) in [
            ("2026-03-01", "2026-03-01"),
            ("2026-03-01 14:30", "2026-03-01T14:30:00"),
            ("2026-03-01T14:30:00.5", "2026-03-01T14:30:00.500"),
            ("2026-03-01T14:30Z", "2026-03-01T14:30:00Z"),
            ("2026-03-01T14:30:00+00:00", "2026-03-01T14:30:00Z"),
            ("2026-03-01T14:30:00+02:00", "2026-03-01T14:30:00+02:00"),
            ("2026-03-01 14:30:00-08", "2026-03-01T14:30:00-08:00"),
            ("2026-03-01 14:30-0330", "2026-03-01T14:30:00-03:30"),
            ("2026-03-01T14:30:00+24:00", "!"),
            ("2026-03-01T14:30:00+2", "!"),
            ("2026-03-01T25:30:00", "!"),
            ("2026-03-01T", "!"),
            ("2026-02-30", "!"),
            ("1026-03-01", "!"),
            ("", "!"),
        ] {
            let got =
                text.parse::<Stamp>().map_or_else(|_| "!".to_owned(), |stamp| stamp.to_string());
            assert_eq!(got, expected, "{text}");
        }
    }

    #[test]
    fn stamps_stand_by_local_day_then_the_day_alone_then_by_moment() {
        let texts = ["2026-03-01", "2026-03-02"].into_iter().flat_map(|day| {
            [
                "",
                "T00:00",
                "T00:00Z",
                "T09:30:00.5",
                "T09:30:00.5Z",
                "T09:30+02:00",
                "T11:30+04:00",
                "T23:00-08:00",
            ]
            .map(|time| stamp(&format!("{day}{time}")))
        });
        let texts: Vec<Stamp> = texts.collect();
        let zone: Zone = "+05:30".parse().unwrap();
        let all: Vec<Stamp> =
            texts.iter().map(|it| it.settled(&zone)).chain(texts.clone()).collect();
        let key = |it: Stamp| (it.date, it.time.is_some(), it.at(), it.east);
        for one in &all {
            assert_eq!(one.settled(&Zone::UTC).date(), one.date(), "{one}");
            for two in &all {
                assert_eq!(one.cmp(two), key(*one).cmp(&key(*two)), "{one} and {two}");
            }
        }
    }

    #[test]
    fn the_local_day_is_what_counts() {
        let minus_8: Zone = "-08:00".parse().unwrap();
        for (zone, text, expected, utc) in [
            (&Zone::UTC, "2026-03-01T17:00:00-08:00", "2026-03-01", "2026-03-02T01:00:00"),
            (&Zone::UTC, "2026-03-02T01:00:00Z", "2026-03-02", "2026-03-02T01:00:00"),
            (&Zone::UTC, "2026-03-01T23:00:00", "2026-03-01", "2026-03-01T23:00:00"),
            (&minus_8, "2026-03-02T01:00:00Z", "2026-03-01", "2026-03-02T01:00:00"),
            (&minus_8, "2026-03-02T01:00:00+00:00", "2026-03-01", "2026-03-02T01:00:00"),
            (&minus_8, "2026-03-02T01:00:00+09:00", "2026-03-02", "2026-03-01T16:00:00"),
            (&minus_8, "2026-03-01T23:00:00", "2026-03-01", "2026-03-02T07:00:00"),
            (&minus_8, "2026-03-01", "2026-03-01", "2026-03-01T08:00:00"),
        ] {
            let it = stamp(text).settled(zone);
            assert_eq!(it.date(), expected.parse().unwrap(), "{zone} {text}");
            assert_eq!(it.at(), utc.parse().unwrap(), "{zone} {text}");
            assert_eq!(it.settled(zone), it, "{zone} {text}");
        }
    }

    #[test]
    fn at_a_moment_what_is_known_counts_on_its_day_at_the_latest() {
        let (day, until) = ("2026-03-01".parse().unwrap(), "2026-03-01T12:00:00".parse().unwrap());
        for (text, expected) in [
            ("2026-03-01T12:00:00Z", "2026-03-01"),
            ("2026-03-01T12:00:01Z", "2026-03-02"),
            ("2026-03-01", "2026-03-01"),
            ("2026-03-02", "2026-03-02"),
            ("2026-02-27T10:00:00Z", "2026-02-27"),
            ("2026-03-02T01:00:00+14:00", "2026-03-01"),
            ("2026-02-28T23:00:00-14:00", "2026-03-02"),
            ("2026-03-05T10:00:00Z", "2026-03-05"),
        ] {
            let it = stamp(text);
            let counted = it.counted(day, until);
            assert_eq!(counted.date(), expected.parse().unwrap(), "{text}");
            assert_eq!(counted.at(), it.at(), "{text}");
        }
    }
}
