//! What is found while a calendar is checked, and what its dates and spans come to.

use chrono::NaiveDate;

use super::days::{DAY, Shift, joined};
use super::read::{Date, shift};
use super::spec::{CalendarConfig, HolidaysClose, Spans};
use crate::fault::{Code, Fault};
use crate::node::shorten;

/// The most days that the calendars of a config may say something of together. Our choice: eighty calendars with
/// twelve holidays of every year, tested by `calendars_past_the_limit_are_refused`.
pub(crate) const MOST_DAYS: usize = 300_000;

/// What is found on the way.
pub(super) struct Found<'a> {
    pub(super) base: &'a str,
    pub(super) faults: Vec<(Fault, bool)>,
}

impl Found<'_> {
    /// The path of a part.
    fn path(&self, key: &str) -> String {
        match (self.base, key) {
            ("", key) => key.to_owned(),
            (base, "") => base.to_owned(),
            (base, key) => format!("{base}.{key}"),
        }
    }

    pub(super) fn add(&mut self, code: Code, key: &str, message: String, help: Option<&str>) {
        let fault = Fault::new(code, self.path(key), message);
        self.faults.push((fault.maybe_help(help.map(str::to_owned)), false));
    }

    pub(super) fn warn(&mut self, code: Code, key: &str, message: String, help: &str) {
        let fault = Fault::new(code, self.path(key), message).help(help);
        self.faults.push((fault.warning(), false));
    }

    pub(super) fn at_key(&mut self, code: Code, key: &str, message: String, help: Option<&str>) {
        let fault = Fault::new(code, self.path(key), message);
        self.faults.push((fault.maybe_help(help.map(str::to_owned)), true));
    }

    /// Spans of hours as a shift, with what is wrong with them.
    pub(super) fn shift(&mut self, key: &str, spans: &Spans) -> Shift {
        let mut all: Vec<(u32, u32, String)> = Vec::new();
        let texts: Vec<(String, &str)> = match spans {
            Spans::One(text) => vec![(key.to_owned(), text.as_str())],
            Spans::List(list) => {
                let each = list.iter().enumerate();
                each.map(|(at, it)| (format!("{key}[{at}]"), it.as_str())).collect()
            }
        };
        for (key, text) in texts {
            for part in text.split(',') {
                match shift(part) {
                    Ok((from, to)) => {
                        if to == DAY - 1 {
                            let shown = shorten(part.trim());
                            let message =
                                format!("`{shown}` leaves out the last minute of the day");
                            self.warn(Code::OutOfRange, &key, message, "write `24:00` for its end");
                        }
                        all.push((from, to, key.clone()));
                    }
                    Err((code, message, help)) => self.add(code, &key, message, help),
                }
            }
        }
        all.sort();
        for (one, two) in all.iter().zip(all.iter().skip(1)) {
            if two.0 < one.1 {
                let message = format!("{} and {} overlap", show(one.0, one.1), show(two.0, two.1));
                self.add(Code::Contradiction, &two.2, message, None);
            }
        }
        joined(all.into_iter().map(|it| (it.0, it.1)).collect())
    }
}

/// A span as it is written.
pub(super) fn show(from: u32, to: u32) -> String {
    let time = |it: u32| format!("{:02}:{:02}", it / 60, it % 60);
    let to = if DAY < to { to - DAY } else { to };
    format!("`{}-{}`", time(from), time(to))
}

/// Whether holidays close days from midnight to midnight.
pub(super) fn by_day(config: &CalendarConfig) -> bool {
    config.holidays_close == HolidaysClose::Day
}

/// The days of every year that a date is, or the one day that it is.
pub(super) fn each(date: Date) -> impl Iterator<Item = NaiveDate> {
    let years = match date {
        Date::Day(day) => {
            use chrono::Datelike as _;
            day.year()..=day.year()
        }
        Date::Yearly { .. } => 1900..=2200,
    };
    years.filter_map(move |year| date.of(year))
}
