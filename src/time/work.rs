//! Delays, in days of the calendar or days of work.

use std::fmt;

use crate::value::read_by_parse;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Calendar, Period, parsed};

/// How long after one thing another is due: `3d`, `2w`, `1mo`, `1y`.
///
/// Days may be those of the calendar or days of work; weeks, months and years are always those of the
/// calendar, and end on a day of work where only those count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delay {
    /// Days.
    Days(u32),
    /// Weeks.
    Weeks(u32),
    /// Months; a year is twelve.
    Months(u32),
}

impl Default for Delay {
    fn default() -> Self {
        Self::Days(0)
    }
}

impl Delay {
    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        matches!(self, Self::Days(0) | Self::Weeks(0) | Self::Months(0))
    }

    /// The day this long after `day`, all days counted.
    #[must_use]
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        let period = match self {
            Self::Days(it) => Period { months: 0, days: it },
            Self::Weeks(it) => Period { months: 0, days: it.saturating_mul(7) },
            Self::Months(it) => Period { months: it, days: 0 },
        };
        period.after(day)
    }

    /// The day of work this long after `day`: days count days of work alone, and what ends on a day off
    /// moves to the next day of work.
    #[must_use]
    pub fn after_working(self, day: NaiveDate, calendar: &Calendar) -> NaiveDate {
        match self {
            Self::Days(it) => calendar.working_days_after(day, it),
            other => calendar.on_or_after(other.after(day)),
        }
    }
}

read_by_parse!(Delay);

impl Delay {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let period: Period = text.parse()?;
        let unit = text.trim().trim_start_matches(|it: char| it.is_ascii_digit()).trim();
        Ok(match unit {
            "d" => Self::Days(period.days),
            "w" => Self::Weeks(period.days / 7),
            _ => Self::Months(period.months),
        })
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(it) => write!(f, "{it}d"),
            Self::Weeks(it) => write!(f, "{it}w"),
            Self::Months(it) if *it > 0 && it % 12 == 0 => write!(f, "{}y", it / 12),
            Self::Months(it) => write!(f, "{it}mo"),
        }
    }
}

impl Serialize for Delay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a period such as `3d`")
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::CalendarConfig;
    use super::{Calendar, Delay};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// January 2026: the 1st is a Thursday, here a holiday, as is Monday the 5th.
    #[test]
    fn delays_end_on_days_of_work() {
        let holidays = ["2026-01-01", "2026-01-05"];
        let calendar = CalendarConfig::default().with_holidays(holidays);
        let calendar = Calendar::new(&calendar).unwrap();
        for (from, delay, plain, working) in [
            ("2025-12-31", "0d", "2025-12-31", "2025-12-31"),
            ("2025-12-31", "1d", "2026-01-01", "2026-01-02"),
            ("2025-12-31", "2d", "2026-01-02", "2026-01-06"),
            ("2026-01-01", "0d", "2026-01-01", "2026-01-02"),
            ("2026-01-03", "0d", "2026-01-03", "2026-01-06"),
            ("2026-01-03", "1d", "2026-01-04", "2026-01-06"),
            ("2026-01-03", "2d", "2026-01-05", "2026-01-07"),
            ("2026-01-06", "5d", "2026-01-11", "2026-01-13"),
            ("2026-01-06", "7d", "2026-01-13", "2026-01-15"),
            ("2026-01-06", "1w", "2026-01-13", "2026-01-13"),
            ("2025-12-29", "1w", "2026-01-05", "2026-01-06"),
            ("2025-12-31", "1mo", "2026-01-31", "2026-02-02"),
            ("2025-01-01", "1y", "2026-01-01", "2026-01-02"),
        ] {
            let it: Delay = delay.parse().unwrap();
            assert_eq!(it.after(day(from)), day(plain), "{from} + {delay}");
            assert_eq!(it.after_working(day(from), &calendar), day(working), "{from} + {delay}");
        }
    }

    #[test]
    fn a_long_delay_takes_no_longer_than_a_short_one() {
        let calendar = Calendar::default();
        // A day at a time would take minutes.
        let years =
            (0..100_000).map(|_| Delay::Days(36_525).after_working(day("2026-01-01"), &calendar));
        assert_eq!(years.max(), Some(day("2166-01-02")));
        let near = NaiveDate::MAX - chrono::Days::new(20);
        assert_eq!(Delay::Days(36_525).after_working(near, &calendar), NaiveDate::MAX);
    }

    #[test]
    fn a_delay_is_written_as_it_was_read() {
        for text in ["0d", "14d", "2w", "0w", "1mo", "18mo", "0mo", "1y", "2y"] {
            let it: Delay = text.parse().unwrap();
            assert_eq!(it.to_string(), text);
        }
        for text in ["", "3", "3 fortnights", "101y"] {
            assert!(text.parse::<Delay>().is_err(), "{text}");
        }
    }
}
