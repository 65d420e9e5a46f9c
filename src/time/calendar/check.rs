//! From a calendar as written to one that can be asked, with everything that is wrong with it.

use std::collections::BTreeMap;

use super::Calendar;
use super::clock::Clock;
use super::days::{DAY, Opening, Shift};
use super::found::{Found, MOST_DAYS, show};
use super::read::{Week, days, days_are};
use super::spec::{CalendarConfig, CalendarHours};
use super::special::special;
use crate::fault::{Code, Fault, Severity};
use crate::node::shorten;

/// A calendar, if it can be made, and what is wrong with it; of each fault whether it is about a key.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) calendar: Option<Calendar>,
    pub(crate) faults: Vec<(Fault, bool)>,
}

impl Calendar {
    /// Checks a calendar whose parts stand beneath a path.
    pub(crate) fn check(config: &CalendarConfig, base: &str) -> Checked {
        Self::check_within(config, base, &mut MOST_DAYS.clone())
    }

    /// The same within what is left of the days that may be said.
    pub(crate) fn check_within(config: &CalendarConfig, base: &str, room: &mut usize) -> Checked {
        let mut found = Found { base, faults: Vec::new() };
        let week = week(config, &mut found);
        let mut shifts: Vec<Shift> = week.to_vec();
        let (single, closed) = special(config, &mut shifts, &mut found, room);
        let opening = Opening::new(&shifts, &single, &closed);
        let sound = |it: &(Fault, bool)| it.0.severity == Severity::Warning;
        if found.faults.iter().all(sound) && !opening.is_ever() {
            let name = match config.name.as_str() {
                "" => "the calendar".to_owned(),
                name => format!("the calendar `{}`", shorten(name)),
            };
            let help =
                "say its `hours`, as in `hours = \"08:00-18:00\"`, or `round_the_clock = true`";
            found.add(Code::Empty, "", format!("{name} is never open"), Some(help));
        }
        let calendar = found.faults.iter().all(sound).then(|| {
            let zone = config.zone.clone().unwrap_or_default();
            let clock = Clock::new(&zone, &opening);
            Self { config: config.clone(), zone, opening, clock }
        });
        Checked { calendar, faults: found.faults }
    }
}

/// The shifts of the week, from Monday.
fn week(config: &CalendarConfig, found: &mut Found<'_>) -> [Shift; 7] {
    let whole = || vec![(0, DAY)];
    if config.round_the_clock {
        for (key, given) in
            [("hours", config.hours.is_some()), ("weekend", config.weekend.is_some())]
        {
            if given {
                let message = format!("`round_the_clock` and `{key}` exclude one another");
                let help = "leave one of them out; `exceptions` say on which days it is closed";
                found.add(Code::Incompatible, key, message, Some(help));
            }
        }
        return [const { Shift::new() }; 7].map(|_| whole());
    }
    let off = weekend(config, found);
    let alike = |shift: Shift| off.map(|off| if off { Shift::new() } else { shift.clone() });
    let by_day = match &config.hours {
        None => return alike(whole()),
        Some(CalendarHours::Alike(spans)) => {
            let shift = found.shift("hours", spans);
            let week = alike(shift);
            overflow(&week, &[const { String::new() }; 7].map(|_| "hours".to_owned()), found);
            return week;
        }
        Some(CalendarHours::Week(it)) => it,
    };
    if config.weekend.is_some() {
        let message = "`weekend` and the days of `hours` exclude one another".to_owned();
        let help = "days of the week that `hours` does not name are off";
        found.add(Code::Incompatible, "weekend", message, Some(help));
    }
    let mut named: BTreeMap<usize, &str> = BTreeMap::new();
    let mut week: [Shift; 7] = Default::default();
    let mut keys: [String; 7] = Default::default();
    for (text, spans) in by_day {
        let key = format!("hours.{}", shorten(text));
        let shift = found.shift(&key, spans);
        let days = match days(text) {
            Ok(it) => it,
            Err((message, help)) => {
                found.at_key(Code::UnknownName, &key, message, Some(&help));
                continue;
            }
        };
        for (at, _) in days.iter().enumerate().filter(|it| *it.1) {
            if let Some(first) = named.insert(at, text) {
                let day = days_are(at);
                let message = if first == text {
                    format!("`{}` is duplicated in `{}`", day, shorten(text))
                } else {
                    format!(
                        "`{}` has hours twice: in `{}` and in `{}`",
                        day,
                        shorten(first),
                        shorten(text)
                    )
                };
                let help = "name each day once, with all of its spans";
                found.at_key(Code::Duplicate, &key, message, Some(help));
            }
            if let (Some(own), Some(at_key)) = (week.get_mut(at), keys.get_mut(at)) {
                own.clone_from(&shift);
                at_key.clone_from(&key);
            }
        }
    }
    overflow(&week, &keys, found);
    week
}

/// What goes on past midnight into hours of the next day.
fn overflow(week: &[Shift; 7], keys: &[String; 7], found: &mut Found<'_>) {
    let mut said: Vec<(&str, String)> = Vec::new();
    for (at, (shift, key)) in week.iter().zip(keys).enumerate() {
        let next = (at + 1) % 7;
        let (Some(last), Some(first)) =
            (shift.last(), week.get(next).and_then(|shift| shift.first()))
        else {
            continue;
        };
        if DAY + first.0 < last.1 {
            let (night, day) = (show(last.0, last.1), show(first.0, first.1));
            let message =
                format!("{night} of `{}` overlaps {day} of `{}`", days_are(at), days_are(next));
            if !said.iter().any(|it| it.0 == key.as_str()) {
                found.add(Code::Contradiction, key, message.clone(), None);
            }
            said.push((key, message));
        }
    }
}

/// Which days of the week are off where hours are alike.
fn weekend(config: &CalendarConfig, found: &mut Found<'_>) -> Week {
    let Some(list) = &config.weekend else {
        return [false, false, false, false, false, true, true];
    };
    let mut off: Week = [false; 7];
    for (at, text) in list.iter().enumerate() {
        match days(text) {
            Ok(it) => off.iter_mut().zip(it).for_each(|(off, it)| *off |= it),
            Err((message, help)) => {
                found.add(Code::UnknownName, &format!("weekend[{at}]"), message, Some(&help));
            }
        }
    }
    off
}
