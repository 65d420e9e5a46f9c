//! A timeline: a rule, a playbook, a value for each day, and what is to come of it.
//!
//! `series` has one value of `x` for each day from day 0: a number, `_` for missing, `-` for a day on
//! which the subject is not there, `none` for a day without any subject, `.` for a day without an
//! evaluation, `again` for the day before evaluated once more; `1x3` stands for `1 1 1`. `second` is the same
//! for `y`. The rule `r` fires while `x > 0`; it begins the playbook `p`. Day 0 is a Thursday.
//!
//! `steps` has steps between `|`: name, delay, then keys between `;`. `reports` has `a:done@3` for a report on
//! the step `a` of day 3, `>5` where it is handed in on day 5; `a!` is the escalation, `?` an unknown action.
//!
//! What comes of it: `begun@0 a@0 b@3<5` (in time until day 5) `b@4(3)` (due on day 3) `b!@6` (escalated)
//! `skipped:c@5(no data) end@9(finished)`; another rule than `r` stands before, with a colon.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foretell::alert::{Matcher, Silence, Suppressions};
use foretell::config::Config;
use foretell::engine::{Note, ReportNotUsed};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{
    Action, ActionOutcome, ActionReport, ActionSort, EndReason, EnrolmentChange, SkipReason, Turn,
};
use foretell::time::{Calendar, CalendarConfig};
use foretell::{Assessment, Engine, Input, State};

use crate::alerts::timeline::{cases, series};
pub(super) use crate::alerts::timeline::{day, first};

/// One row of a table.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) name: String,
    before: Setup,
    /// From this day on, what is not empty here holds instead.
    after: Setup,
    change_day: Option<u64>,
    series: Vec<String>,
    second: Vec<String>,
    reports: Vec<Report>,
    holidays: Vec<u64>,
    suppressions: Suppressions,
    pub(super) events: String,
    /// What is under way at the end.
    pub(super) open: String,
}

#[derive(Debug, Default, Clone)]
struct Setup {
    rule: String,
    playbook: String,
    steps: String,
    config: String,
}

#[derive(Debug)]
struct Report {
    of: String,
    outcome: ActionOutcome,
    day: u64,
    handed: u64,
}

/// Reads a table.
pub(super) fn read(text: &str) -> Vec<Timeline> {
    cases(text).into_iter().map(timeline).collect()
}

fn timeline(case: Vec<(String, String)>) -> Timeline {
    let mut out = Timeline::default();
    for (key, text) in case {
        match key.as_str() {
            "name" => out.name = text,
            "rule" => out.before.rule = text,
            "playbook" => out.before.playbook = text,
            "steps" => out.before.steps = text,
            "config" => out.before.config = text,
            "change_day" => out.change_day = Some(text.parse().unwrap()),
            "change_rule" => out.after.rule = text,
            "change_playbook" => out.after.playbook = text,
            "change_steps" => out.after.steps = text,
            "change_config" => out.after.config = text,
            "series" => out.series = series(&text),
            "second" => out.second = series(&text),
            "holidays" => {
                out.holidays = text.split_whitespace().map(|it| it.parse().unwrap()).collect();
            }
            "reports" => out.reports = text.split_whitespace().map(report).collect(),
            "events" => out.events = text,
            "open" => out.open = text,
            "silence" => {
                let (from, until) = text.split_once("..").expect("a span");
                let span = [from, until].map(|it| day(it.parse().unwrap()));
                let silence = Silence::new("s", Matcher::of_rules(["r"]), span);
                out.suppressions.silences.push(silence.asked_by("ann", "known"));
            }
            other => panic!("unknown key `{other}`"),
        }
    }
    let or = |new: &mut String, old: &str| {
        if new.is_empty() {
            *new = old.to_owned();
        }
    };
    or(&mut out.after.rule, &out.before.rule);
    or(&mut out.after.playbook, &out.before.playbook);
    or(&mut out.after.steps, &out.before.steps);
    or(&mut out.after.config, &out.before.config);
    out
}

fn report(text: &str) -> Report {
    let (of, rest) = text.split_once(':').expect("a step");
    let (outcome, days) = rest.split_once('@').expect("a day");
    let (day, handed) = days.split_once('>').unwrap_or((days, days));
    let outcome = if outcome == "done" { ActionOutcome::Done } else { ActionOutcome::Skipped };
    Report {
        of: of.to_owned(),
        outcome,
        day: day.parse().unwrap(),
        handed: handed.parse().unwrap(),
    }
}

impl Setup {
    fn engine(&self) -> Engine {
        let mut text =
            "[[metrics]]\nname = \"x\"\n[[metrics]]\nname = \"y\"\n[[rules]]\nname = \"r\"\n"
                .to_owned();
        let has = |keys: &str, key: &str| keys.split(';').any(|it| it.trim().starts_with(key));
        if !has(&self.rule, "when") {
            text += "when = \"x > 0\"\n";
        }
        let removed = self.playbook == "removed";
        if !removed && !has(&self.rule, "playbook") {
            text += "playbook = \"p\"\n";
        }
        text += &self.rule.replace(';', "\n");
        text += "\n";
        if !removed {
            text += "[[playbooks]]\nname = \"p\"\n";
            text += &self.playbook.replace(';', "\n");
            text += "\n";
            for step in self.steps.split('|').filter(|it| !it.trim().is_empty()) {
                let mut parts = step.split(';');
                let mut head = parts.next().unwrap().split_whitespace();
                let name = head.next().unwrap();
                text += &format!(
                    "[[playbooks.steps]]\nname = \"{name}\"\nchannel = \"task\"\ntitle = \"do {name}\"\n"
                );
                if let Some(after) = head.next() {
                    text += &format!("after = \"{after}\"\n");
                }
                for key in parts {
                    text += &format!("{}\n", key.trim());
                }
            }
        }
        text += &self.config;
        Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
    }
}

/// A frame of the subject `a`.
fn frame(x: &str, y: &str) -> Frame {
    let ids: &[&str] = match x {
        "-" | "away" => &["b"],
        "none" => &[],
        _ => &["a"],
    };
    let column = |it: &str| Column::numbers(ids.iter().map(|_| it.parse::<f64>().ok()));
    let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().copied()).unwrap();
    frame.insert("x", column(x)).unwrap();
    frame.insert("y", column(y)).unwrap();
    frame
}

impl Timeline {
    /// What came of it, and what is under way at the end.
    pub(super) fn run(&self) -> (String, String) {
        let (before, after) = (self.before.engine(), self.after.engine());
        let holidays = self.holidays.iter().map(|it| day(*it));
        let calendar = Calendar::new(&CalendarConfig::default().with_holidays(holidays)).unwrap();
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        let (mut state, mut events, mut open) = (State::new(), Vec::new(), String::new());
        let mut now: u64 = 0;
        let mut last = ("0", "_");
        for (at, x) in self.series.iter().enumerate() {
            let again = x == "again";
            let here = if again { now - 1 } else { now };
            now = here + 1;
            if x == "." {
                continue;
            }
            let y = self.second.get(at).map_or("_", String::as_str);
            let engine = match self.change_day {
                Some(from) if from <= here => &after,
                _ => &before,
            };
            let reports: Vec<ActionReport> = self
                .reports
                .iter()
                .filter(|it| it.handed == here)
                .map(|it| {
                    ActionReport::new(
                        ids.get(&it.of).cloned().unwrap_or_else(|| it.of.clone()),
                        it.outcome,
                        day(it.day),
                    )
                })
                .collect();
            let (x, y) = if again { last } else { (x.as_str(), y) };
            last = (x, y);
            let frame = frame(x, y);
            let mut input = Input::frame(&frame)
                .with_suppressions(&self.suppressions)
                .with_reports(&reports)
                .with_work_calendar(&calendar);
            if !matches!(x, "none" | "away") {
                input = input.complete(SubjectKind::ALL);
            }
            let out = engine.assess(&input, day(here), &state).unwrap();
            assert_eq!(out.faults(), [], "{}", self.name);
            for it in out.actions() {
                let known = ids.insert(key(it), it.id.clone());
                assert_ne!(known.as_ref(), Some(&it.id), "{}: issued twice", self.name);
            }
            if again {
                assert_eq!(out.state(), &state, "{}", self.name);
                assert_eq!((out.actions(), out.enrolment_changes()), (&[][..], &[][..]));
            }
            events.extend(show(&out));
            open = under_way(&out);
            let text = serde_json::to_string(out.state()).unwrap();
            state = serde_json::from_str(&text).unwrap();
            assert_eq!(&state, out.state(), "{}", self.name);
        }
        (events.join(" "), open)
    }
}

fn key(it: &Action) -> String {
    match it.sort {
        ActionSort::Escalation => format!("{}!", it.step),
        _ => it.step.clone(),
    }
}

fn number(it: NaiveDate) -> i64 {
    (it - first()).num_days()
}

/// What came of a day, in short.
fn show(out: &Assessment) -> Vec<String> {
    let mut all = Vec::new();
    let early = |it: &&EnrolmentChange| {
        matches!(it.turn, Turn::Begun | Turn::Declined { .. } | Turn::Reported { .. })
    };
    all.extend(out.enrolment_changes().iter().filter(early).map(change));
    all.extend(out.actions().iter().map(action));
    all.extend(out.enrolment_changes().iter().filter(|it| !early(it)).map(change));
    for note in out.notes() {
        if let Note::Report { reason, .. } = note {
            all.push(format!(
                "unused({})",
                match reason {
                    ReportNotUsed::UnknownAction => "unknown",
                    ReportNotUsed::NotYet => "not yet",
                    _ => "?",
                }
            ));
        }
    }
    all
}

fn action(it: &Action) -> String {
    let mut text = format!("{}@{}", key(it), number(it.day));
    if it.due != it.day {
        text += &format!("({})", number(it.due));
    }
    if let (Some(deadline), ActionSort::Step) = (it.deadline, it.sort) {
        text += &format!("<{}", number(deadline));
    }
    if it.rule == "r" { text } else { format!("{}:{text}", it.rule) }
}

fn change(it: &EnrolmentChange) -> String {
    let day = number(it.day);
    let text = match &it.turn {
        Turn::Begun => format!("begun@{day}"),
        Turn::Declined { enrolled_by } => format!("declined@{day}({enrolled_by})"),
        Turn::Reported { step, outcome, .. } => {
            format!(
                "{step}={}@{day}",
                if *outcome == ActionOutcome::Done { "done" } else { "skipped" }
            )
        }
        Turn::Skipped { step, reason } => {
            let reason = match reason {
                SkipReason::Condition => "condition",
                SkipReason::NoData => "no data",
                SkipReason::Faulted => "faulted",
                _ => "?",
            };
            format!("skipped:{step}@{day}({reason})")
        }
        Turn::Ended { reason } => {
            let reason = match reason {
                EndReason::Finished => "finished",
                EndReason::Stopped => "stopped",
                EndReason::Resolved => "resolved",
                EndReason::PlaybookRemoved => "removed",
                EndReason::SubjectGone => "gone",
                _ => "?",
            };
            format!("end@{day}({reason})")
        }
        _ => "?".to_owned(),
    };
    if it.rule == "r" { text } else { format!("{}:{text}", it.rule) }
}

/// `r: b@5 after a, awaits a` for what is under way.
fn under_way(out: &Assessment) -> String {
    let mut all = Vec::new();
    for it in out.enrolments() {
        let mut text = format!("{}:", it.rule);
        if let Some(next) = &it.next {
            let due = next.due.map_or_else(|| "never".to_owned(), |it| number(it).to_string());
            text += &format!(" {}@{due}", next.step);
            if let Some(before) = &next.waits_for {
                text += &format!(" after {before}");
            }
        }
        if !it.awaited.is_empty() {
            text += &format!(" awaits {}", it.awaited.join(" "));
        }
        all.push(text);
    }
    all.join(", ")
}
