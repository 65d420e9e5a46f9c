//! Days of work and days off, and delays that count one or the other.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Period, parsed};

/// Which days are off: plain data, given with the input of an assessment.
///
/// Without one Saturdays and Sundays are off and there are no holidays.
///
/// ```
/// use foretell::time::WorkCalendar;
///
/// let mut calendar = WorkCalendar::default();
/// calendar.holidays.insert("2026-01-01".parse()?);
/// assert!(calendar.is_day_off("2026-01-01".parse()?));
/// assert!(calendar.is_day_off("2026-01-03".parse()?), "a Saturday");
/// assert!(!calendar.is_day_off("2026-01-02".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkCalendar {
    /// The days of the week that are off.
    pub weekend: Vec<Weekday>,
    /// Single days that are off.
    pub holidays: BTreeSet<NaiveDate>,
}

impl Default for WorkCalendar {
    fn default() -> Self {
        Self { weekend: vec![Weekday::Sat, Weekday::Sun], holidays: BTreeSet::new() }
    }
}

impl WorkCalendar {
    /// Whether nobody works on that day.
    #[must_use]
    pub fn is_day_off(&self, day: NaiveDate) -> bool {
        self.weekend.contains(&day.weekday()) || self.holidays.contains(&day)
    }

    /// Whether any day of a week is a day of work.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.working_days_of_a_week() > 0
    }

    /// The first day of work on that day or after it; the end of time where there is none.
    #[must_use]
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        if !self.has_work() {
            return NaiveDate::MAX;
        }
        let mut day = day;
        while self.is_day_off(day) {
            let Some(next) = day.succ_opt() else { return NaiveDate::MAX };
            day = next;
        }
        day
    }

    /// So many days of work after that day; the day itself, or the first day of work after it, for 0.
    #[must_use]
    pub fn working_days_after(&self, day: NaiveDate, days: u32) -> NaiveDate {
        if days == 0 {
            return self.on_or_after(day);
        }
        let (mut day, mut left) = (day, u64::from(days));
        let week = u64::from(self.working_days_of_a_week());
        // Whole weeks at a time, without their holidays: a delay may be long and subjects many.
        while week > 0 && left > week {
            let weeks = (left - 1) / week;
            let Some(next) = day.checked_add_days(Days::new(7 * weeks)) else {
                return NaiveDate::MAX;
            };
            let off = self.holidays.range((Bound::Excluded(day), Bound::Included(next)));
            let off = off.filter(|it| !self.weekend.contains(&it.weekday())).count();
            left = (left - weeks * week).saturating_add(u64::try_from(off).unwrap_or(u64::MAX));
            day = next;
        }
        for _ in 0..left {
            let Some(next) = day.succ_opt() else { return NaiveDate::MAX };
            day = self.on_or_after(next);
        }
        day
    }

    fn working_days_of_a_week(&self) -> u32 {
        let mut day = Weekday::Mon;
        let mut count = 0;
        for _ in 0..7 {
            count += u32::from(!self.weekend.contains(&day));
            day = day.succ();
        }
        count
    }
}

/// How long after one thing another is due: `3d`, `2w`, `1mo`, `1y`.
///
/// Days may be those of the calendar or days of work; weeks, months and years are always those of the
/// calendar, and end on a day of work where only those count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    pub fn after_working(self, day: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
        match self {
            Self::Days(it) => calendar.working_days_after(day, it),
            other => calendar.on_or_after(other.after(day)),
        }
    }
}

impl FromStr for Delay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
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
    use chrono::{NaiveDate, Weekday};

    use super::{Delay, WorkCalendar};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// January 2026: the 1st is a Thursday, here a holiday, as is Monday the 5th.
    #[test]
    fn delays_end_on_days_of_work() {
        let calendar = WorkCalendar {
            holidays: [day("2026-01-01"), day("2026-01-05")].into(),
            ..WorkCalendar::default()
        };
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

    /// Whole weeks are passed over at once; a day at a time comes to the same.
    #[test]
    fn long_delays_count_as_short_ones_do() {
        let calendars = [
            WorkCalendar::default(),
            WorkCalendar { weekend: Vec::new(), ..WorkCalendar::default() },
            WorkCalendar {
                weekend: vec![Weekday::Fri, Weekday::Fri, Weekday::Sun],
                holidays: day("2026-02-01").iter_days().step_by(3).take(40).collect(),
            },
            WorkCalendar {
                weekend: vec![Weekday::Sat],
                holidays: day("2026-01-10").iter_days().take(60).collect(),
            },
        ];
        for (at, calendar) in calendars.iter().enumerate() {
            for from in day("2026-01-01").iter_days().take(15) {
                let work = from.iter_days().skip(1).filter(|it| !calendar.is_day_off(*it));
                for (days, wanted) in (1..).zip(work.take(150)) {
                    let got = calendar.working_days_after(from, days);
                    assert_eq!(got, wanted, "calendar {at}: {days} after {from}");
                }
            }
        }
        let end = NaiveDate::MAX;
        let near = end - chrono::Days::new(20);
        assert_eq!(WorkCalendar::default().working_days_after(near, 36_525), end);
        // A step at a time would take minutes.
        let years = (0..100_000)
            .map(|_| Delay::Days(36_525).after_working(day("2026-01-01"), &calendars[0]));
        assert_eq!(years.max(), Some(day("2166-01-02")));
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

    #[test]
    fn a_week_without_work_never_ends() {
        let mut weekend = vec![Weekday::Mon];
        while weekend.len() < 7 {
            weekend.push(weekend[weekend.len() - 1].succ());
        }
        let calendar = WorkCalendar { weekend, ..WorkCalendar::default() };
        assert!(!calendar.has_work());
        assert_eq!(Delay::Days(3).after_working(day("2026-01-01"), &calendar), NaiveDate::MAX);
        assert_eq!(Delay::Days(0).after_working(day("2026-01-01"), &calendar), NaiveDate::MAX);
    }
}
