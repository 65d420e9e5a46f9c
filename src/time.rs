//! Days, moments, zones and periods. There is no clock here: what an assessment is made as of is an argument.
//!
//! An assessment is made *as of a day or a moment*: what is dated at it or before it is known, and
//! nothing later is.
//!
//! ```
//! use foretell::time::{AsOf, Period};
//!
//! let (morning, day): (AsOf, AsOf) = ("2026-03-01T09:00:00Z".parse()?, "2026-03-01".parse()?);
//! assert!(morning < day); // the day is its end
//! assert_eq!("1mo".parse::<Period>()?.after("2026-01-31".parse()?), "2026-02-28".parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod as_of;
mod calendar;
#[cfg(test)]
mod laws;
mod stamp;
mod work;
mod zone;

pub use as_of::AsOf;
pub use calendar::{
    Calendar, CalendarConfig, CalendarException, CalendarHours, Holiday, HolidaysClose, Spans,
};
pub(crate) use calendar::{Checked, MOST_DAYS};
pub use stamp::Stamp;
pub use work::Delay;
pub use zone::Zone;

use std::fmt;

use crate::value::{ParseError, read_by_parse};
use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of calendar time: `28d`, `12w`, `3mo`, `1y`.
///
/// Months are calendar months, and years are twelve of them. **The rule of months**, here and nowhere else:
///
/// - So long *after* a day is the same day of a later month, or the last one of a month that has no such day: one
///   month after 31 January is 28 February. What repeats is counted in multiples from the day it began on, never
///   from the last of them, so that it goes on to 31 March and 30 April.
/// - So long *before* a day is the last day of which the day itself is at least so long after: one month before
///   31 March is 28 February, and one month before 28 February is 31 January, where February has 28 days. Twelve
///   windows of a month that end with months sum to the year, and no day is in two of them.
///
/// ```
/// use foretell::time::Period;
///
/// let month: Period = "1mo".parse()?;
/// assert_eq!(month.after("2026-01-31".parse()?), "2026-02-28".parse()?);
/// assert_eq!(month.before("2026-02-28".parse()?), "2026-01-31".parse()?);
/// assert_eq!("2w".parse::<Period>()?, Period::days(14));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Period {
    months: u32,
    days: u32,
}

impl Period {
    /// The longest period in days or months: a hundred years.
    const LONGEST_DAYS: u32 = 36_525;

    /// A number of days; the longest period, a hundred years, for more.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { months: 0, days: days.min(Self::LONGEST_DAYS) }
    }

    /// The day this long before `date`: the last day of which `date` is at least so long after. From the last day of
    /// a month that is the last day of another, else the same day of it, or the last where it has no such day.
    ///
    /// `period.after(start) <= day` and `start <= period.before(day)` are always the same, so what began with a window
    /// is as old as the window is long.
    ///
    /// ```
    /// use foretell::time::Period;
    ///
    /// let month: Period = "1mo".parse()?;
    /// let before = |day: &str| month.before(day.parse().unwrap()).to_string();
    /// assert_eq!(before("2026-03-31"), "2026-02-28");
    /// assert_eq!(before("2026-02-28"), "2026-01-31");
    /// assert_eq!(before("2026-03-15"), "2026-02-15");
    /// # Ok::<(), foretell::value::ParseError>(())
    /// ```
    #[must_use]
    pub fn before(self, date: NaiveDate) -> NaiveDate {
        let month = date.checked_sub_months(Months::new(self.months));
        let month = month.map(|month| if is_month_end(date) { month_end(month) } else { month });
        month
            .and_then(|month| month.checked_sub_days(Days::new(self.days.into())))
            .unwrap_or(NaiveDate::MIN)
    }

    /// The day this long after `date`: of months the same day, or the last of a month that has no such day. The
    /// last day that there is where it lies beyond.
    #[must_use]
    pub fn after(self, date: NaiveDate) -> NaiveDate {
        date.checked_add_months(Months::new(self.months))
            .and_then(|month| month.checked_add_days(Days::new(self.days.into())))
            .unwrap_or(NaiveDate::MAX)
    }

    /// The last day before the window of this length that ends with `date`, and before the ones before it: for 1 the
    /// window itself, for 2 the window before, and so on. Every day is in one of them.
    pub(crate) fn edge(self, date: NaiveDate, windows: u32) -> NaiveDate {
        self.times(windows).before(date)
    }

    /// When what repeats is due again after it came on `last`. Days count from then; months and years from the day
    /// on which it began, of which they keep the day.
    pub(crate) fn again(self, began: NaiveDate, last: NaiveDate) -> NaiveDate {
        if self.months == 0 || last < began {
            return self.after(last);
        }
        let passed =
            (last.year() - began.year()) * 12 + last.month0() as i32 - began.month0() as i32;
        let passed = u32::try_from(passed).unwrap_or(0) / self.months;
        let due = (passed..).take(3).map(|number| self.times(number).after(began));
        due.into_iter().find(|due| last < *due).unwrap_or(NaiveDate::MAX)
    }

    /// This many times as long.
    pub(crate) const fn times(self, count: u32) -> Self {
        Self { months: self.months.saturating_mul(count), days: self.days.saturating_mul(count) }
    }

    /// Whether it is never longer than another, whatever the day from which both count. Of months
    /// and days against one another nothing is said.
    pub(crate) const fn is_within(self, other: Self) -> bool {
        self.months <= other.months && self.days <= other.days
    }

    /// Whether this is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.months == 0 && self.days == 0
    }
}

/// Whether the day after is in another month.
fn is_month_end(date: NaiveDate) -> bool {
    date == month_end(date)
}

/// The last day of a day's month.
fn month_end(date: NaiveDate) -> NaiveDate {
    let first = date.with_day0(0).and_then(|next| next.checked_add_months(Months::new(1)));
    first.and_then(|next| next.pred_opt()).unwrap_or(date)
}

read_by_parse!(Period);

impl Period {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "expected a period such as `28d`, `12w`, `3mo` or `1y`, got `{}`",
                crate::node::shorten(text)
            )
        };
        let trimmed = text.trim();
        let unit_at = trimmed.find(|it: char| !it.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = trimmed.split_at(unit_at);
        let number: u32 = number.parse().map_err(|_| wrong())?;
        let (months, days) = match unit.trim() {
            "d" => (0, Some(number)),
            "w" => (0, number.checked_mul(7)),
            "mo" => (number, Some(0)),
            "y" => (number.checked_mul(12).ok_or_else(wrong)?, Some(0)),
            _ => return Err(wrong()),
        };
        let days = days.ok_or_else(wrong)?;
        if days > Self::LONGEST_DAYS || months > 1200 {
            return Err(format!("expected a period of at most 100 years, got `{trimmed}`"));
        }
        Ok(Self { months, days })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.months, self.days) {
            (0, days) => write!(f, "{days}d"),
            (months, _) if months % 12 == 0 => write!(f, "{}y", months / 12),
            (months, _) => write!(f, "{months}mo"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a period such as `28d`")
    }
}

/// Reads a type from its text form, with its own message.
pub(crate) fn parsed<'de, D, T>(deserializer: D, wanted: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err = ParseError>,
{
    struct TextVisitor<T>(&'static str, std::marker::PhantomData<T>);

    impl<T: std::str::FromStr<Err = ParseError>> de::Visitor<'_> for TextVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(TextVisitor(wanted, std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::Period;

    #[test]
    fn periods_are_calendar_time() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (text, before_march_31) in [
            ("28d", "2026-03-03"),
            ("2w", "2026-03-17"),
            ("1mo", "2026-02-28"),
            ("1y", "2025-03-31"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.before(day("2026-03-31")), day(before_march_31), "{text}");
        }
        for text in ["", "d", "28", "28 fortnights", "-3d", "99999999999d", "101y", "4294967295w"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
