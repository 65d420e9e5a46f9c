//! A config's own tests: checked and compiled with the config, run day by day through the engine as
//! any host would.

mod check;
mod coverage;
mod expect;
mod notation;
mod quiet;
mod report;
mod run;
mod why;

#[cfg(test)]
mod laws;

#[cfg(feature = "outcome")]
pub(crate) use notation::show as show_event;
pub use report::{TestCoverage, TestFailure, TestReport, TestResult};

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::alert::Suppressions;
use crate::config::{Config, Series};
use crate::frame::SubjectKind;
use crate::memory::{Health, Phase};
use crate::playbook::ActionSort;
use crate::result::assessment::Assessment;
use crate::value::{Kind, Value};

/// The first day of a test that names none: a Thursday.
const START: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(it) => it,
    None => NaiveDate::MIN,
};

/// The most subjects times steps of all tests of a config together. Our choice: a thousand tests of
/// a hundred days, in seconds; tested by `tests_past_the_limit_are_refused`.
const MOST_ASSESSED: u64 = 100_000;

/// The most subjects of one test. Our choice: more than anyone writes; tested by
/// `tests_past_the_limit_are_refused`.
const MOST_SUBJECTS: usize = 1000;

/// How far a score may be off if not said: half a unit of the decimal that is shown.
const SCORE_TOLERANCE: f64 = 0.05;

/// How far another number may be off if not said, as a share of it where it is above 1: what
/// calculation alone can make.
const NUMBER_TOLERANCE: f64 = 1e-9;

/// One test, compiled.
#[derive(Debug, Clone)]
pub(super) struct Test {
    name: String,
    /// The day of each step.
    days: Vec<NaiveDate>,
    skipped: BTreeSet<u32>,
    subjects: Vec<Subject>,
    suppressions: Suppressions,
    /// The calendar that the host gives, by its number in the config.
    calendar: Option<usize>,
    /// By step.
    expected: BTreeMap<u32, Vec<Expected>>,
}

/// A subject of a test.
#[derive(Debug, Clone)]
struct Subject {
    kind: SubjectKind,
    id: String,
    parents: BTreeMap<SubjectKind, String>,
    given: Vec<(String, Kind, Series)>,
    present: Series,
    /// What happens at all, by step, where that is said.
    events: Option<BTreeMap<u32, Vec<String>>>,
    /// What there is to do at all, by step, where that is said.
    actions: Option<BTreeMap<u32, Vec<String>>>,
}

/// One thing expected of a subject.
#[derive(Debug, Clone)]
struct Expected {
    /// The position among the test's subjects.
    subject: usize,
    tolerance: Option<f64>,
    wanted: Wanted,
}

#[derive(Debug, Clone)]
enum Wanted {
    Score {
        card: String,
        score: Option<f64>,
    },
    Band {
        card: String,
        band: Option<String>,
    },
    Value {
        name: String,
        value: Value,
    },
    Alert {
        rule: String,
        phase: Phase,
        health: Option<Health>,
    },
    /// In the form of `notation::show`, sorted.
    Events(Vec<String>),
    /// As `playbook/step`, sorted.
    Actions(Vec<String>),
    Message {
        rule: String,
        text: String,
    },
}

impl Subject {
    fn is_present(&self, step: u32) -> bool {
        self.present.get(step) == Some(Value::Flag(true))
    }
}

/// What marks an action that says that a step was not done in time.
const OVERDUE: &str = " (overdue)";

/// The actions of an assessment for a subject, as `playbook/step`, sorted.
fn actions_of(out: &Assessment, kind: SubjectKind, id: &str) -> Vec<String> {
    let own = out.actions().iter().filter(|action| action.kind == kind && action.subject == id);
    let mut all: Vec<String> = own
        .map(|action| {
            let mark = if action.sort == ActionSort::Escalation { OVERDUE } else { "" };
            format!("{}/{}{mark}", action.playbook, action.step)
        })
        .collect();
    all.sort();
    all
}

/// The names of the playbooks of a config.
fn playbooks(config: &Config) -> Vec<&str> {
    config.playbooks.iter().map(|playbook| playbook.name.as_str()).collect()
}
