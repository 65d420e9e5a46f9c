//! Holidays and exceptions: which days they are about, and which of them counts on a day.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::days::{Shift, day_number};
use super::found::{Found, MOST_DAYS, by_day, each};
use super::read::{Date, Week, date, days};
use super::spec::{CalendarConfig, CalendarException};
use crate::fault::Code;

/// Years for which what is so every year is worked out: those of dates.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// What is said of a day. In the order in which it counts: narrow before wide, exceptions before holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    day: i32,
    rank: Rank,
    /// The number of the exception, or of the holiday.
    by: By,
    /// The number of the shift.
    shift: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Date,
    YearlyDate,
    Span,
    YearlySpan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Exception(u32),
    Holiday(u32),
}

/// The shifts of days that are other than their day of the week, each by its number among all shifts, and the days that are
/// closed from midnight to midnight.
pub(super) type Special = (Vec<(i32, u32)>, Vec<i32>);

/// What holidays and exceptions come to; their shifts are added to those of the week.
pub(super) fn special(
    config: &CalendarConfig,
    shifts: &mut Vec<Shift>,
    found: &mut Found<'_>,
    room: &mut usize,
) -> Special {
    let none = number(shifts.len());
    shifts.push(Shift::new());
    let mut all: Vec<Said> = Vec::new();
    for (at, holiday) in config.holidays.iter().enumerate() {
        let key = format!("holidays[{at}]");
        match date(&holiday.date) {
            Ok(it) => {
                let rank = if it.is_yearly() { Rank::YearlyDate } else { Rank::Date };
                let by = By::Holiday(number(at));
                all.extend(each(it).map(|day| said(day, rank, by, none)));
            }
            Err(message) => found.add(Code::OutOfRange, &key, message, None),
        }
        if all.len() > *room {
            return too_many(found, "holidays", room);
        }
    }
    for (at, exception) in config.exceptions.iter().enumerate() {
        let key = format!("exceptions[{at}]");
        let hours = hours(exception, &key, found);
        let Some((range, week)) = about(exception, &key, found) else { continue };
        let shift = match hours {
            None => continue,
            Some(it) if it.is_empty() => none,
            Some(it) => {
                shifts.push(it);
                number(shifts.len() - 1)
            }
        };
        let (before, by) = (all.len(), By::Exception(number(at)));
        for (day, rank) in range.days() {
            if week.get(day.weekday().num_days_from_monday() as usize) == Some(&true) {
                all.push(said(day, rank, by, shift));
            }
            if all.len() > *room {
                return too_many(found, &key, room);
            }
        }
        if all.len() == before {
            let message = "none of the days from `first` to `last` is one of `days`".to_owned();
            found.add(Code::Empty, &key, message, None);
        }
    }
    *room -= all.len();
    all.sort_unstable();
    contradictions(&all, found);
    all.dedup_by_key(|said| said.day);
    let closed = |it: &&Said| by_day(config) && matches!(it.by, By::Holiday(_));
    let closed = all.iter().filter(closed).map(|said| said.day).collect();
    // Where a holiday closes the day alone, what would begin on it goes on after midnight.
    let single = all.iter().filter(|said| !(by_day(config) && matches!(said.by, By::Holiday(_))));
    (single.map(|said| (said.day, said.shift)).collect(), closed)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn said(day: NaiveDate, rank: Rank, by: By, shift: u32) -> Said {
    Said { day: day_number(day), rank, by, shift }
}

fn too_many(found: &mut Found<'_>, key: &str, room: &mut usize) -> Special {
    let most = MOST_DAYS;
    let message = format!("the calendars say something of more than {most} days");
    let help = "a date without a year counts once for each year from 1900 to 2200";
    found.add(Code::Limit, key, message, Some(help));
    *room = 0;
    (Vec::new(), Vec::new())
}

/// Two that are as narrow and about the same day.
fn contradictions(all: &[Said], found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (one, two) in all.iter().zip(all.iter().skip(1)) {
        if (one.day, one.rank) != (two.day, two.rank) || !seen.insert((one.by, two.by)) {
            continue;
        }
        let day = NaiveDate::from_num_days_from_ce_opt(one.day).unwrap_or_default();
        match (one.by, two.by) {
            (By::Exception(one), By::Exception(two)) => {
                let key = format!("exceptions[{two}]");
                let message = format!("two exceptions are about {day}");
                let help =
                    format!("the first is `exceptions[{one}]`; let each day be in one of them");
                found.add(Code::Contradiction, &key, message, Some(&help));
            }
            (By::Holiday(_), By::Holiday(two)) => {
                let key = format!("holidays[{two}]");
                found.warn(Code::Duplicate, &key, format!("{day} is duplicated"), "leave one out");
            }
            _ => {}
        }
    }
}

/// The hours of an exception; none where they are not said.
fn hours(it: &CalendarException, key: &str, found: &mut Found<'_>) -> Option<Shift> {
    match (&it.hours, it.closed) {
        (Some(spans), false) => Some(found.shift(&format!("{key}.hours"), spans)),
        (None, true) => Some(Shift::new()),
        (Some(_), true) => {
            let message = "`closed` and `hours` exclude one another".to_owned();
            found.add(Code::Incompatible, &format!("{key}.hours"), message, None);
            None
        }
        (None, false) => {
            let message = "an exception says `hours`, or `closed = true`".to_owned();
            found.add(Code::MissingKey, key, message, None);
            None
        }
    }
}

/// The days of an exception.
enum Range {
    One(Date),
    Days(NaiveDate, NaiveDate),
    Yearly(Date, Date),
}

impl Range {
    fn days(&self) -> Box<dyn Iterator<Item = (NaiveDate, Rank)> + '_> {
        match self {
            Self::One(it) => {
                let rank = if it.is_yearly() { Rank::YearlyDate } else { Rank::Date };
                Box::new(each(*it).map(move |day| (day, rank)))
            }
            Self::Days(first, last) => {
                let days = first.iter_days().take_while(|day| day <= last);
                Box::new(days.map(|day| (day, Rank::Span)))
            }
            Self::Yearly(first, last) => {
                // From December to January it ends in the next year.
                let over = i32::from(last < first);
                let spans = YEARS
                    .filter_map(move |year| Some((near(*first, year)?, near(*last, year + over)?)));
                let days = spans.flat_map(|(first, last)| {
                    first.iter_days().take_while(move |day| *day <= last)
                });
                Box::new(days.map(|day| (day, Rank::YearlySpan)))
            }
        }
    }
}

/// The day in a year, or the last of its February.
fn near(date: Date, year: i32) -> Option<NaiveDate> {
    date.of(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
}

/// What an exception is about, and on which days of the week.
fn about(it: &CalendarException, key: &str, found: &mut Found<'_>) -> Option<(Range, Week)> {
    let mut read = |name: &str, text: &Option<String>| {
        let text = text.as_ref()?;
        let read = date(text);
        read.map_err(|why| found.add(Code::OutOfRange, &format!("{key}.{name}"), why, None)).ok()
    };
    let (one, first, last) =
        (read("date", &it.date), read("first", &it.first), read("last", &it.last));
    let week = match it.days.as_deref().map(days) {
        None => Some([true; 7]),
        Some(Ok(it)) => Some(it),
        Some(Err((message, help))) => {
            found.add(Code::UnknownName, &format!("{key}.days"), message, Some(&help));
            None
        }
    };
    if it.date.is_some() {
        for (name, given) in [
            ("first", it.first.is_some()),
            ("last", it.last.is_some()),
            ("days", it.days.is_some()),
        ] {
            if given {
                let message = format!("`date` and `{name}` exclude one another");
                let help = "write `first` and `last` for several days";
                found.add(Code::Incompatible, &format!("{key}.{name}"), message, Some(help));
            }
        }
        return Some((Range::One(one?), [true; 7]))
            .filter(|_| it.first.is_none() && it.last.is_none());
    }
    for (name, missing) in [("first", it.first.is_none()), ("last", it.last.is_none())] {
        if missing {
            let message = format!("missing key `{name}`");
            let help = "an exception has a `date`, or a `first` and a `last` day";
            found.add(Code::MissingKey, key, message, Some(help));
        }
    }
    let range = match (first?, last?) {
        (Date::Day(first), Date::Day(last)) if last < first => {
            let message = format!("the last day {last} is before the first, {first}");
            found.add(Code::BadOrder, &format!("{key}.last"), message, None);
            return None;
        }
        (Date::Day(first), Date::Day(last)) => Range::Days(first, last),
        (first, last) if first.is_yearly() && last.is_yearly() => Range::Yearly(first, last),
        _ => {
            let message = "`first` and `last` both have a year, or neither has".to_owned();
            found.add(Code::Incompatible, &format!("{key}.last"), message, None);
            return None;
        }
    };
    Some((range, week?))
}
