//! How events and states of alerts are written in tests: `no_login fired at 20, resolved at 25`, and
//! in brackets why nobody is told.

use crate::alert::{Change, Event, Reason, Suppressor};
use crate::config::TestTime;
use crate::expr::Problem;
use crate::fault::{Code, Severity, did_you_mean};
use crate::memory::{Health, Phase};
use crate::node::shorten;

/// What can happen to an alert.
const CHANGES: [&str; 6] = ["fired", "repeated", "resolved", "no data", "faulted", "data again"];

/// What can stand in brackets: why an alert ended, and why nobody is told.
const MARKS: [&str; 8] = [
    "inhibited",
    "silenced",
    "snoozed",
    "quiet day",
    "cooldown",
    "untold",
    "no data",
    "subject gone",
];

const STATES: [(&str, Phase); 4] = [
    ("inactive", Phase::Inactive),
    ("pending", Phase::Pending),
    ("firing", Phase::Firing),
    ("recovering", Phase::Recovering),
];

const HEALTHS: [(&str, Health); 3] =
    [("ok", Health::Ok), ("no data", Health::NoData), ("faulted", Health::Faulted)];

/// An event as it is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) rule: String,
    /// In the form of [`show`].
    pub(super) text: String,
    pub(super) at: Option<TestTime>,
    /// Bytes of the text where it stands.
    pub(super) start: usize,
    pub(super) length: usize,
}

/// An event of an assessment in short.
pub(crate) fn show(event: &Event) -> String {
    let (change, reason) = match event.change {
        Change::Fired => ("fired", None),
        Change::Repeated { .. } => ("repeated", None),
        Change::Resolved { reason: Reason::NoData } => ("resolved", Some("no data")),
        Change::Resolved { reason: Reason::SubjectGone } => ("resolved", Some("subject gone")),
        Change::Resolved { .. } => ("resolved", None),
        Change::HealthChanged { health: Health::Ok } => ("data again", None),
        Change::HealthChanged { health: Health::NoData } => ("no data", None),
        Change::HealthChanged { health: Health::Faulted } => ("faulted", None),
        Change::Withdrawn { .. } | Change::Corrected { .. } => (event.change.name(), None),
    };
    let silent = event.suppressed_by.iter().filter(|_| !event.is_sent());
    let marks = reason.into_iter().chain(silent.map(mark));
    canonical(&event.rule, change, marks.map(str::to_owned).collect())
}

const fn mark(suppressor: &Suppressor) -> &'static str {
    match suppressor {
        Suppressor::Inhibited { .. } => "inhibited",
        Suppressor::Silence { .. } => "silenced",
        Suppressor::Snooze { .. } => "snoozed",
        Suppressor::Calendar { .. } => "quiet day",
        Suppressor::Cooldown { .. } => "cooldown",
        Suppressor::Untold => "untold",
    }
}

fn canonical(rule: &str, change: &str, mut marks: Vec<String>) -> String {
    marks.sort();
    marks.dedup();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    format!("{rule} {change}{marks}")
}

/// The state of an alert in short.
pub(super) fn show_state(phase: Phase, health: Health) -> String {
    let name = STATES.iter().find(|pair| pair.1 == phase).map_or("inactive", |pair| pair.0);
    match HEALTHS.iter().find(|pair| pair.1 == health && !health.is_ok()) {
        Some((health, _)) => format!("{name} ({health})"),
        None => name.to_owned(),
    }
}

/// Reads the state of an alert, and its health where that is said.
pub(super) fn read_state(text: &str) -> Result<(Phase, Option<Health>), Problem> {
    let (before, inside, after) = brackets(text, 0)?;
    let name = before.trim();
    let phase = STATES.iter().find(|pair| pair.0 == name).filter(|_| after.trim().is_empty());
    let Some((_, phase)) = phase else {
        let what = format!("`{}` is no state of an alert", shorten(text));
        return Err(unknown(what, name, &STATES.map(|pair| pair.0), (0, text.len())));
    };
    let Some(inside) = inside else { return Ok((*phase, None)) };
    match HEALTHS.iter().find(|pair| pair.0 == inside.trim()) {
        Some((_, health)) => Ok((*phase, Some(*health))),
        None => {
            let what = format!("`{}` says nothing of an alert's data", shorten(inside));
            Err(unknown(what, inside, &HEALTHS.map(|pair| pair.0), (0, text.len())))
        }
    }
}

/// Reads the events of one rule, one or more.
pub(super) fn read(text: &str) -> Result<Vec<Told>, Problem> {
    let mut all: Vec<Told> = Vec::new();
    let mut start = 0;
    let mut depth = 0_u32;
    let ends = text.char_indices().filter(|(_, it)| {
        match it {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *it == ',' && depth == 0
    });
    let ends: Vec<usize> = ends.map(|pair| pair.0).chain([text.len()]).collect();
    for end in ends {
        let part = text.get(start..end).unwrap_or("");
        let rule = all.first().map(|first| first.rule.clone());
        all.push(read_one(part, start, rule)?);
        start = end + 1;
    }
    Ok(all)
}

fn read_one(part: &str, offset: usize, rule: Option<String>) -> Result<Told, Problem> {
    let start = offset + part.len() - part.trim_start().len();
    let place = (start, part.trim().len());
    let (before, inside, after) = brackets(part, offset)?;
    let mut words: Vec<&str> = before.split_whitespace().chain(after.split_whitespace()).collect();
    let rule = match rule {
        Some(it) => it,
        None if words.len() < 2 => {
            let message =
                format!("expected a rule and what happens to it, got `{}`", shorten(part));
            let help = "write `no_login fired`";
            return Err(problem(Code::TestSyntax, place, message, Some(help.to_owned())));
        }
        None => words.remove(0).to_owned(),
    };
    let mut at = None;
    if let Some(here) = words.iter().position(|word| *word == "at") {
        let time = words.get(here + 1).copied().unwrap_or("");
        let read = time.parse::<TestTime>().ok().filter(|_| words.len() == here + 2);
        if read.is_none() {
            let message =
                format!("expected a step or a day at the end of `{}`", shorten(part.trim()));
            let help = "write `no_login fired at 20` or `at 2026-01-21`";
            return Err(problem(Code::TestSyntax, place, message, Some(help.to_owned())));
        }
        at = read;
        words.truncate(here);
    }
    let change = words.join(" ");
    if !CHANGES.contains(&change.as_str()) {
        let what = match change.is_empty() {
            true => format!("`{}` does not say what happens", shorten(part.trim())),
            false => format!("`{}` is nothing that happens to an alert", shorten(&change)),
        };
        return Err(unknown(what, &change, &CHANGES, place));
    }
    let mut marks = Vec::new();
    for mark in inside.into_iter().flat_map(|inside| inside.split(',')).map(str::trim) {
        if !MARKS.contains(&mark) {
            let what = format!("`{}` is no reason known here", shorten(mark));
            return Err(unknown(what, mark, &MARKS, place));
        }
        marks.push(mark.to_owned());
    }
    let text = canonical(&rule, &change, marks);
    Ok(Told { rule, text, at, start: place.0, length: place.1 })
}

/// What stands before brackets, in them and after them.
fn brackets(text: &str, offset: usize) -> Result<(&str, Option<&str>, &str), Problem> {
    let Some((before, rest)) = text.split_once('(') else { return Ok((text, None, "")) };
    let wrong = |message: &str| {
        let start = offset + before.len();
        problem(Code::TestSyntax, (start, rest.len() + 1), message.to_owned(), None)
    };
    let (inside, after) = rest.split_once(')').ok_or_else(|| wrong("`(` has no `)`"))?;
    if inside.contains('(') || after.contains(['(', ')']) {
        return Err(wrong("there is one pair of brackets at most"));
    }
    Ok((before, Some(inside), after))
}

fn problem(code: Code, place: (usize, usize), message: String, help: Option<String>) -> Problem {
    Problem { code, severity: Severity::Error, start: place.0, length: place.1, message, help }
}

fn unknown(message: String, got: &str, known: &[&str], place: (usize, usize)) -> Problem {
    let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    let help = did_you_mean(got.trim(), known.iter().copied())
        .unwrap_or_else(|| format!("expected one of {}", all.join(", ")));
    problem(Code::UnknownName, place, message, Some(help))
}

#[cfg(test)]
mod tests {
    use super::{read, read_state, show_state};
    use crate::fault::nearest;

    fn shown(text: &str) -> String {
        match read(text) {
            Ok(all) => {
                let one = |it: &super::Told| match it.at {
                    Some(at) => format!("{} @ {at}", it.text),
                    None => it.text.clone(),
                };
                all.iter().map(one).collect::<Vec<_>>().join(" | ")
            }
            Err(why) => {
                let place = text.get(why.start..why.start + why.length).unwrap_or("?");
                format!("{} at `{place}`", why.code)
            }
        }
    }

    #[test]
    fn events_are_read_or_refused() {
        for (text, expected) in [
            ("r fired", "r fired"),
            ("r fired at 3", "r fired @ 3"),
            (" r  fired  at 2026-01-21 ", "r fired @ 2026-01-21"),
            ("r fired at 3, resolved at 5", "r fired @ 3 | r resolved @ 5"),
            ("r fired (silenced) at 3", "r fired (silenced) @ 3"),
            ("r resolved at 3 (untold, silenced)", "r resolved (silenced, untold) @ 3"),
            (
                "r resolved (no data, untold), data again",
                "r resolved (no data, untold) | r data again",
            ),
            ("r no data at 4", "r no data @ 4"),
            ("", "test-syntax at ``"),
            ("fired", "test-syntax at `fired`"),
            ("r fired,", "unknown-name at ``"),
            ("r fierd", "unknown-name at `r fierd`"),
            ("r fired, fierd at 3", "unknown-name at `fierd at 3`"),
            ("r at 3", "unknown-name at `r at 3`"),
            ("r fired at", "test-syntax at `r fired at`"),
            ("r fired at noon", "test-syntax at `r fired at noon`"),
            ("r fired at 3 4", "test-syntax at `r fired at 3 4`"),
            ("r fired at -3", "test-syntax at `r fired at -3`"),
            ("r fired (loud)", "unknown-name at `r fired (loud)`"),
            ("r fired (silenced", "test-syntax at `(silenced`"),
            ("r fired (silenced) (untold)", "test-syntax at `(silenced) (untold)`"),
            ("r fired ()", "unknown-name at `r fired ()`"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn states_are_read_and_shown() {
        for (text, expected) in [
            ("firing", "firing"),
            ("firing (ok)", "firing"),
            ("recovering (no data)", "recovering (no data)"),
            ("inactive", "inactive"),
            ("on fire", "!"),
            ("firing (bad)", "!"),
            ("firing (ok) now", "!"),
            ("", "!"),
        ] {
            let got = read_state(text)
                .map(|(phase, health)| show_state(phase, health.unwrap_or_default()));
            assert_eq!(got.unwrap_or_else(|_| "!".to_owned()), expected, "{text}");
        }
        assert_eq!(nearest("fireing", ["firing"]), Some("firing"));
    }
}
