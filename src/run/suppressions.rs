//! What a host asked to be quiet, checked: spans, names and reasons. Everything here is a warning:
//! what can be followed is followed.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::alert::{Matcher, Suppressions};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::node::shorten;
use crate::plan::Compiled;
use crate::run::subjects::Rows;

/// The most that is said: more than anyone reads. Our choice, tested by
/// `what_must_be_quiet_is_checked`.
const MOST: usize = 100;

/// What is wrong with what must be quiet, on a day.
pub(crate) fn check(
    engine: &Compiled,
    suppressions: &Suppressions,
    rows: &[Rows],
    now: NaiveDate,
) -> Vec<Fault> {
    let rules = engine.config.rules.iter();
    let rules =
        rules.map(|rule| (rule.name.as_str(), rule.subject.unwrap_or(engine.config.subject)));
    let subjects = rows.iter().map(|rows| rows.ids.iter().map(AsRef::as_ref).collect());
    let mut checker =
        Checker { rules: rules.collect(), subjects: subjects.collect(), now, faults: Vec::new() };
    let mut ids = BTreeSet::new();
    for (at, it) in suppressions.silences.iter().enumerate() {
        let path = format!("suppressions.silences[{at}]");
        let name = format!("the silence `{}`", shorten(&it.id));
        if !ids.insert(&it.id) {
            checker.warn(Code::Duplicate, &path, "id", format!("{name} is duplicated"), None);
        }
        if checker.lasts(&path, &name, it.from, it.until) {
            checker.given(&path, &name, &it.author, &it.reason);
            if it.matches.is_empty() {
                let help = Some("name a rule, a subject, a severity or a label".to_owned());
                let message = format!("{name} matches on nothing, so it silences nothing");
                checker.warn(Code::Empty, &path, "matches", message, help);
            }
            checker.names(&path, &name, &it.matches);
        }
    }
    for (at, it) in suppressions.snoozes.iter().enumerate() {
        let path = format!("suppressions.snoozes[{at}]");
        let name = format!("the snooze of `{}`", shorten(&it.rule));
        if checker.lasts(&path, &name, it.from, it.until) {
            checker.given(&path, &name, &it.author, &it.reason);
            if let Some(kind) = checker.rule(&path, "rule", &name, &it.rule) {
                checker.subject(&path, "subject", &name, &it.subject, Some(kind));
            }
        }
    }
    for (at, it) in suppressions.calendars.iter().enumerate() {
        let path = format!("suppressions.calendars[{at}]");
        let name = format!("the calendar `{}`", shorten(&it.name));
        // A calendar keeps its days when they are over.
        for (at, (from, until)) in it.spans.iter().enumerate().filter(|(_, it)| it.1 <= it.0) {
            checker.backwards(&format!("{path}.spans[{at}]"), "", &name, *from, *until);
        }
        if let Some(of) = &it.calendar
            && engine.calendar_number(Some(of)).is_none()
        {
            let known = engine.config.calendars.iter().map(|calendar| calendar.name.as_str());
            let of_config = shorten(of);
            let message =
                format!("{name} is that of a calendar `{of_config}`, which is not in the config");
            checker.warn(Code::UnknownName, &path, "calendar", message, did_you_mean(of, known));
        }
        if it.spans.is_empty() && !it.weekends && it.calendar.is_none() {
            let help = Some("give spans of days, or say `weekends`".to_owned());
            checker.warn(Code::Empty, &path, "spans", format!("{name} has no days"), help);
        }
        checker.names(&path, &name, &it.matches);
    }
    checker.faults
}

struct Checker<'a> {
    rules: Vec<(&'a str, SubjectKind)>,
    /// By kind.
    subjects: Vec<BTreeSet<&'a str>>,
    now: NaiveDate,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn warn(&mut self, code: Code, path: &str, key: &str, message: String, help: Option<String>) {
        if self.faults.len() < MOST {
            let path = if key.is_empty() { path.to_owned() } else { format!("{path}.{key}") };
            self.faults.push(Fault::new(code, path, message).maybe_help(help).warning());
        }
    }

    fn backwards(&mut self, path: &str, key: &str, name: &str, from: NaiveDate, until: NaiveDate) {
        let message = format!("{name} is over on {until}, which is not after {from}");
        let help = "the last day is the one before `until`".to_owned();
        self.warn(Code::Contradiction, path, key, message, Some(help));
    }

    /// Whether it has days, and some of them are to come. One that is over is no mistake: hosts keep them.
    fn lasts(&mut self, path: &str, name: &str, from: NaiveDate, until: NaiveDate) -> bool {
        if until <= from {
            self.backwards(path, "until", name, from, until);
        }
        self.now < until && from < until
    }

    /// Whoever finds it quiet wants to know who asked for it, and why.
    fn given(&mut self, path: &str, name: &str, author: &str, reason: &str) {
        for (key, text) in [("author", author), ("reason", reason)] {
            if text.trim().is_empty() {
                self.warn(Code::Empty, path, key, format!("{name} has no {key}"), None);
            }
        }
    }

    fn names(&mut self, path: &str, name: &str, matches: &Matcher) {
        for (at, rule) in matches.rules.iter().enumerate() {
            self.rule(path, &format!("matches.rules[{at}]"), name, rule);
        }
        for (at, subject) in matches.subjects.iter().enumerate() {
            self.subject(path, &format!("matches.subjects[{at}]"), name, subject, None);
        }
    }

    /// What the rule is about, if there is one of that name.
    fn rule(&mut self, path: &str, key: &str, name: &str, rule: &str) -> Option<SubjectKind> {
        let found = self.rules.iter().find(|known| known.0 == rule).map(|known| known.1);
        if found.is_none() && self.faults.len() < MOST {
            let help = did_you_mean(rule, self.rules.iter().map(|known| known.0));
            let message = format!("{name} is for a rule `{}`, which does not exist", shorten(rule));
            self.warn(Code::UnknownName, path, key, message, help);
        }
        found
    }

    fn subject(&mut self, path: &str, key: &str, name: &str, id: &str, kind: Option<SubjectKind>) {
        let known = match kind {
            Some(kind) => self.subjects.get(kind.index()).is_some_and(|ids| ids.contains(id)),
            None => self.subjects.iter().any(|ids| ids.contains(id)),
        };
        if !known {
            let what = kind.map_or("a subject", SubjectKind::name);
            let id = shorten(id);
            let message = format!("{name} is for {what} `{id}`, which is not among those assessed");
            self.warn(Code::UnknownReference, path, key, message, None);
        }
    }
}
