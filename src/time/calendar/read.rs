//! Days of the week, hours and dates, read from texts.

use chrono::NaiveDate;

use super::days::DAY;
use crate::fault::{Code, did_you_mean};
use crate::node::shorten;
use crate::time::Stamp;

/// Which days of the week, from Monday.
pub(super) type Week = [bool; 7];

const DAYS: [(&str, &str); 7] = [
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("wed", "wednesday"),
    ("thu", "thursday"),
    ("fri", "friday"),
    ("sat", "saturday"),
    ("sun", "sunday"),
];

/// The longest that a span past midnight is, in minutes: a longer one is rather one whose ends were
/// mixed up. Our choice, tested by `what_is_wrong_with_a_calendar_is_said_at_once`.
const LONGEST_NIGHT: u32 = 12 * 60;

/// A day of the week as it is written.
pub(super) fn days_are(at: usize) -> &'static str {
    DAYS.get(at).map_or("", |it| it.0)
}

/// Reads `mon`, `Monday`, `mon-fri`, `sat-mon`, `mon, wed`.
pub(super) fn days(text: &str) -> Result<Week, (String, String)> {
    let mut week = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        let count = (7 + last - first) % 7;
        for at in 0..=count {
            if let Some(it) = week.get_mut((first + at) % 7) {
                *it = true;
            }
        }
    }
    Ok(week)
}

fn day(text: &str) -> Result<usize, (String, String)> {
    let text = text.trim();
    let lower = text.to_lowercase();
    let found = DAYS.iter().position(|it| it.0 == lower || it.1 == lower);
    found.ok_or_else(|| {
        let known = DAYS.iter().flat_map(|it| [it.0, it.1]);
        let help = did_you_mean(&lower, known)
            .unwrap_or_else(|| "write `mon`, `monday`, or several as `mon-fri`".to_owned());
        (format!("`{}` is no day of the week", shorten(text)), help)
    })
}

/// Why a text is no span: the code, the message, help.
pub(super) type Wrong = (Code, String, Option<&'static str>);

/// Reads a span of hours in minutes from the start of its day: `09:00-17:00`, `9-12`, `22:00-06:00`.
pub(super) fn shift(text: &str) -> Result<(u32, u32), Wrong> {
    let text = text.trim();
    let shown = shorten(text);
    let wrong = || {
        let message = format!("expected hours such as `09:00-17:00`, got `{shown}`");
        (Code::OutOfRange, message, None)
    };
    let (from, to) = text.split_once(['-', '–']).ok_or_else(wrong)?;
    let from = time(from).filter(|time| *time < DAY).ok_or_else(wrong)?;
    let to = time(to).ok_or_else(wrong)?;
    if from < to {
        return Ok((from, to));
    }
    let to = to + DAY;
    let (code, long) = (Code::BadOrder, to - from);
    if long == DAY {
        let message = format!("`{shown}` ends when it starts");
        return Err((code, message, Some("write `00:00-24:00` for a whole day")));
    }
    if LONGEST_NIGHT < long {
        let message = format!("`{shown}` ends before it starts");
        let help = "hours past midnight are at most 12, as in `22:00-06:00`; for more write `18:00-24:00` \
                    and, on the next day, `00:00-08:00`";
        return Err((code, message, Some(help)));
    }
    Ok((from, to))
}

fn time(text: &str) -> Option<u32> {
    let text = text.trim();
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "00"));
    let number = |it: &str, longest: usize| {
        let plain =
            !it.is_empty() && it.len() <= longest && it.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| it.parse::<u32>().ok()).flatten()
    };
    let minutes = number(minutes, 2).filter(|number| minutes.len() == 2 && *number < 60)?;
    Some(number(hours, 2)? * 60 + minutes).filter(|time| *time <= DAY)
}

/// A date, of one year or of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Date {
    Day(NaiveDate),
    Yearly { month: u32, day: u32 },
}

impl Date {
    /// The day that it is in a year; the 29th of February is in leap years.
    pub(super) fn of(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Day(it) => Some(it),
            Self::Yearly { month, day } => NaiveDate::from_ymd_opt(year, month, day),
        }
    }

    pub(super) const fn is_yearly(self) -> bool {
        matches!(self, Self::Yearly { .. })
    }
}

/// Reads `2026-12-25` or `12-25`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let text = text.trim();
    if let [month, day] = text.split('-').collect::<Vec<_>>().as_slice() {
        let number = |it: &str| {
            let plain = it.len() <= 2 && it.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| it.parse::<u32>().ok()).flatten()
        };
        if let (Some(month), Some(day)) = (number(month), number(day))
            && NaiveDate::from_ymd_opt(2000, month, day).is_some()
        {
            return Ok(Date::Yearly { month, day });
        }
    }
    match Stamp::read(text) {
        Ok(it) if it == Stamp::day(it.date()) => Ok(Date::Day(it.date())),
        Ok(_) => Err(format!("expected a day without a time, got `{}`", shorten(text))),
        Err(why) if why.contains("from 1900") => Err(why),
        Err(_) => Err(format!(
            "expected a date such as `2026-12-25`, or `12-25` for every year, got `{}`",
            shorten(text)
        )),
    }
}
