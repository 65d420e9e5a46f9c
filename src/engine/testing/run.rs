//! Running tests: each step is assessed as a host would, with the state of the step before it, and
//! compared with what is expected.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::coverage::Seen;
use super::notation::{show, show_state};
use super::why::Case;
use super::{
    Expected, NUMBER_TOLERANCE, SCORE_TOLERANCE, Subject, Test, TestFailure, TestReport,
    TestResult, Wanted, actions_of,
};
use crate::alert::{Event, OpenAlert};
use crate::engine::{AssessError, Assessment, Engine, Input};
use crate::fault::Code;
use crate::frame::{Column, Frame, SubjectKind};
use crate::memory::{Health, Phase};
use crate::state::State;
use crate::text::number::tenths;
use crate::value::{Kind, Value};

impl Engine {
    /// Runs the tests that the config holds, each day by day from an empty state.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::{Config, Engine};
    ///
    /// let config = Config::parse(r#"
    ///     [[metrics]]
    ///     name = "days_since_login"
    ///
    ///     [[rules]]
    ///     name = "quiet"
    ///     when = "days_since_login >= 20"
    ///     for = "3d"
    ///
    ///     [[tests]]
    ///     name = "quiet after three days"
    ///     given = { days_since_login = "0+1x30" }
    ///     events = ["quiet fired at 23"]
    /// "#);
    /// let report = Engine::compile(&config)?.run_tests();
    /// assert!(report.passed(), "{report}");
    /// # }
    /// # Ok::<(), foretell::Faults>(())
    /// ```
    #[must_use]
    pub fn run_tests(&self) -> TestReport {
        let mut seen = Seen::default();
        let tests = self.tests.iter().map(|test| test.run(self, &mut seen)).collect();
        TestReport { tests, coverage: seen.missing(self.config()) }
    }
}

impl Test {
    fn run(&self, engine: &Engine, seen: &mut Seen) -> TestResult {
        let mut result = TestResult { name: self.name.clone(), ..TestResult::default() };
        let mut state = State::new();
        for (step, day) in self.steps() {
            let frames = self.frames(step);
            // What a test gives is all there is, and no night that somebody has to look at.
            let input = self.input(engine, &frames).complete(SubjectKind::ALL);
            let out = match engine.assess(&input, day, &state).or_else(AssessError::accept) {
                Ok(out) => out,
                Err(why) => {
                    result.failures.push(TestFailure::of_step(step, day, &why));
                    continue;
                }
            };
            seen.add(&out);
            result.steps += 1;
            self.compare(engine, &out, step, &mut result);
            state = out.state().clone();
        }
        result
    }

    /// The steps that are assessed, with their days.
    pub(super) fn steps(&self) -> impl Iterator<Item = (u32, NaiveDate)> {
        (0..).zip(self.days.iter().copied()).filter(|(step, _)| !self.skipped.contains(step))
    }

    /// What is given at a step.
    pub(super) fn frames(&self, step: u32) -> Vec<Frame> {
        let kinds: BTreeSet<SubjectKind> =
            self.subjects.iter().map(|subject| subject.kind).collect();
        // The ids and the lengths were checked with the config.
        kinds.into_iter().filter_map(|kind| self.frame(kind, step)).collect()
    }

    fn frame(&self, kind: SubjectKind, step: u32) -> Option<Frame> {
        let there = |it: &&Subject| it.kind == kind && it.is_present(step);
        let subjects: Vec<&Subject> = self.subjects.iter().filter(there).collect();
        let mut frame =
            Frame::new(kind, subjects.iter().map(|subject| subject.id.as_str())).ok()?;
        let above = |it: &SubjectKind| *it < kind || *it == SubjectKind::Company;
        for parent in SubjectKind::ALL.into_iter().filter(above) {
            let id = |it: &&Subject| it.parents.get(&parent).map(|id| id.as_str().into());
            frame.set_parents(parent, subjects.iter().map(id).collect()).ok()?;
        }
        let names: BTreeMap<&str, Kind> = subjects
            .iter()
            .flat_map(|subject| subject.given.iter().map(|(name, kind, _)| (name.as_str(), *kind)))
            .collect();
        for (name, kind) in names {
            let values = subjects.iter().map(|subject| {
                let series = subject.given.iter().find(|series| series.0 == name);
                series.and_then(|series| series.2.get(step)).unwrap_or(Value::Missing)
            });
            frame.insert(name, column(kind, values)).ok()?;
        }
        Some(frame)
    }

    /// The input of frames, with what is quiet.
    pub(super) fn input<'a>(&'a self, engine: &'a Engine, frames: &'a [Frame]) -> Input<'a> {
        let mut quiet = Input::default().with_suppressions(&self.suppressions);
        if let Some(it) = self.calendar.and_then(|number| engine.compiled.calendar_at(number)) {
            quiet = quiet.with_work_calendar(it);
        }
        frames.iter().fold(quiet, Input::and_frame)
    }

    fn compare(&self, engine: &Engine, out: &Assessment, step: u32, result: &mut TestResult) {
        let mut told = |subject: &Subject, compared: Compared| {
            result.checks += 1;
            let Compared { what, fits, expected, got, mut because } = compared;
            if !fits {
                // Where a function of the host's failed, that may be why.
                let failed = out.faults().iter().filter(|fault| fault.code == Code::Faulted);
                because.extend(failed.map(|fault| fault.message.clone()));
                let (day, subject) = (out.as_of().day(), subject.id.clone());
                let failure = TestFailure { step, day, subject, what, expected, got, because };
                result.failures.push(failure);
            }
        };
        for subject in &self.subjects {
            let case = Case { engine, out, kind: subject.kind, id: &subject.id };
            if let Some(all) = &subject.events {
                told(subject, case.events(all.get(&step).map_or(&[], Vec::as_slice)));
            }
            if let Some(all) = &subject.actions {
                told(subject, case.actions(all.get(&step).map_or(&[], Vec::as_slice)));
            }
        }
        for it in self.expected.get(&step).into_iter().flatten() {
            let Some(subject) = self.subjects.get(it.subject) else { continue };
            let case = Case { engine, out, kind: subject.kind, id: &subject.id };
            told(subject, case.compare(it));
        }
    }
}

/// What was compared, and whether all is as expected.
struct Compared {
    what: String,
    fits: bool,
    expected: String,
    got: String,
    because: Vec<String>,
}

impl Compared {
    /// The same with reasons where something is not as expected.
    fn because(self, reasons: impl FnOnce() -> Vec<String>) -> Self {
        let because = if self.fits { Vec::new() } else { reasons() };
        Self { because, ..self }
    }
}

fn compared(
    what: impl Into<String>,
    fits: bool,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> Compared {
    let (what, expected, got) = (what.into(), expected.into(), got.into());
    Compared { what, fits, expected, got, because: Vec::new() }
}

impl Case<'_> {
    fn compare(&self, expected: &Expected) -> Compared {
        let off = expected.tolerance;
        match &expected.wanted {
            Wanted::Score { card, score } => {
                self.compare_score(card, *score, off.unwrap_or(SCORE_TOLERANCE))
            }
            Wanted::Band { card, band } => {
                let got = self.out.score(card, self.id).map(|row| row.band);
                let fits = got == Some(band.as_deref());
                let show = |it: Option<&str>| it.unwrap_or("no band").to_owned();
                let got = got.map_or_else(not_assessed, show);
                compared(format!("band `{card}`"), fits, show(band.as_deref()), got)
                    .because(|| self.score(card))
            }
            Wanted::Value { name, value } => self.compare_value(name, value, off),
            Wanted::Alert { rule, phase, health } => {
                let got = self
                    .open(rule)
                    .map_or((Phase::Inactive, Health::Ok), |alert| (alert.phase, alert.health));
                let wanted = (*phase, health.unwrap_or(got.1));
                let show = |it: (Phase, Health)| show_state(it.0, it.1);
                compared(format!("alert `{rule}`"), wanted == got, show(wanted), show(got))
                    .because(|| self.alert(rule))
            }
            Wanted::Message { rule, text } => {
                let event =
                    self.own_events().find(|event| event.rule == *rule).map(|event| &event.message);
                let got = event.or_else(|| self.open(rule).map(|alert| &alert.message));
                let shown = got.map_or("no alert", String::as_str);
                compared(format!("message of `{rule}`"), got == Some(text), text, shown)
                    .because(|| self.alert(rule))
            }
            Wanted::Events(events) => self.events(events),
            Wanted::Actions(actions) => self.actions(actions),
        }
    }

    fn compare_score(&self, card: &str, wanted: Option<f64>, off: f64) -> Compared {
        let show = |it: Option<f64>| it.map_or_else(|| "no score".to_owned(), tenths);
        let (fits, wanted, got) = match (wanted, self.out.score(card, self.id).map(|row| row.score))
        {
            (wanted, None) => (false, show(wanted), not_assessed()),
            (Some(wanted), Some(Some(got))) => numbers(wanted, got, off, tenths),
            (wanted, Some(got)) => (wanted.is_none() && got.is_none(), show(wanted), show(got)),
        };
        compared(format!("score `{card}`"), fits, wanted, got).because(|| self.score(card))
    }

    fn compare_value(&self, name: &str, wanted: &Value, off: Option<f64>) -> Compared {
        let got = self.out.value(self.kind, name, self.id);
        let show = |it: f64| Value::Number(it).shown();
        let (fits, wanted, got) = match (wanted, &got) {
            _ if !self.is_there() => (false, wanted.to_string(), not_assessed()),
            (Value::Number(wanted), Value::Number(got)) => {
                let usual = NUMBER_TOLERANCE * wanted.abs().max(1.0);
                numbers(*wanted, *got, off.unwrap_or(usual), show)
            }
            (wanted, got) => (wanted == got, wanted.to_string(), got.to_string()),
        };
        compared(format!("`{name}`"), fits, wanted, got).because(|| self.score(name))
    }

    /// The alert of a rule about the subject, if it is open.
    fn open(&self, rule: &str) -> Option<&OpenAlert> {
        let own = |it: &&OpenAlert| it.kind == self.kind && it.subject == self.id;
        self.out.alerts().iter().filter(own).find(|alert| alert.rule == rule)
    }

    fn own_events(&self) -> impl Iterator<Item = &Event> {
        self.out.events().iter().filter(|event| event.kind == self.kind && event.subject == self.id)
    }

    fn events(&self, wanted: &[String]) -> Compared {
        let mut got: Vec<String> = self.own_events().map(show).collect();
        got.sort();
        compared("events", wanted == got, list(wanted), list(&got)).because(|| {
            // The rules of what is in one of the two only.
            let differ = |left: &[String], right: &[String]| -> BTreeSet<String> {
                let only = left.iter().filter(|line| !right.contains(line));
                only.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
            };
            let mut rules = differ(wanted, &got);
            rules.extend(differ(&got, wanted));
            rules.iter().flat_map(|rule| self.alert(rule)).collect()
        })
    }

    fn actions(&self, wanted: &[String]) -> Compared {
        let got = actions_of(self.out, self.kind, self.id);
        compared("actions", wanted == got, list(wanted), list(&got))
    }
}

fn not_assessed() -> String {
    "not assessed".to_owned()
}

/// Whether two numbers are as near as they should be, and both as texts.
fn numbers(wanted: f64, got: f64, off: f64, show: fn(f64) -> String) -> (bool, String, String) {
    // A number at the very edge is not refused for how it is calculated.
    let slack = NUMBER_TOLERANCE * wanted.abs().max(1.0);
    let fits = (got - wanted).abs() <= off + slack.min(off);
    let (short, other) = (show(wanted), show(got));
    if short == other {
        // What they differ in is not shown.
        (fits, wanted.to_string(), got.to_string())
    } else {
        (fits, short, other)
    }
}

fn list(all: &[String]) -> String {
    if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
}

fn column(kind: Kind, values: impl Iterator<Item = Value>) -> Column {
    match kind {
        Kind::Number => Column::numbers(values.map(|value| value.number())),
        Kind::Flag => Column::flags(values.map(|value| match value {
            Value::Flag(it) => Some(it),
            _ => None,
        })),
        Kind::Text => Column::texts(values.map(|value| match value {
            Value::Text(it) => Some(it),
            _ => None,
        })),
    }
}
