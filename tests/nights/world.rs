//! What is true of each subject on each night.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Config, Engine};
use proptest::prelude::*;

const CONFIG: &str = r#"
metrics = [{ name = "x" }]

[[scorecards]]
name = "health"
margin = 10
min_stay = "2d"
bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
factors = [{ metric = "x", points.linear = { worst = 0, best = 4 } }]

[[rules]]
name = "low"
when = "x < 1"
playbook = "call"
message = "at ${x}"

[[rules]]
name = "long"
when = "x <= 1"
for = "2d"
keep_firing_for = "2d"
severity = "critical"

[[rules]]
name = "fell"
when = "(x.previous ?? 0) >= 2 && x < 2"

[[rules]]
name = "drop"
when = "(x.change_2d ?? 0) <= -2"
cooldown = "3d"

[[rules]]
name = "rows"
when = "x <= 2"
for = 3
repeat_every = "2d"

[[rules]]
name = "red"
when = 'health.band == "red"'
clear_when = 'health.band == "green"'

[[inhibit]]
source = ["long"]
target = ["rows"]

[[playbooks]]
name = "call"
until_resolved = true
steps = [
    { name = "first", channel = "call", title = "call at ${x ?? 0}", deadline = "1d", escalate_to = "head" },
    { name = "second", after = "1d", channel = "call", title = "again" },
    { name = "third", after = "1d", after_done = true, channel = "call", title = "and again" },
]
"#;

const SUBJECTS: usize = 4;

/// The truth: for each night the value of each subject, 0 to 4, or that it is gone.
#[derive(Debug, Clone)]
pub(super) struct World(Vec<Vec<Option<u8>>>);

pub(super) fn worlds() -> impl Strategy<Value = World> {
    let value = prop_oneof![12 => (0..=4_u8).prop_map(Some), 1 => Just(None)];
    prop::collection::vec(prop::collection::vec(value, SUBJECTS), 4..14).prop_map(World)
}

pub(super) fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::compile(&Config::parse(CONFIG)).unwrap());
    &ENGINE
}

pub(super) fn day(night: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(night as u64)
}

impl World {
    /// The truth in numbers: for each night the value of each subject, all of which are there.
    pub(super) fn of(values: &[[u8; SUBJECTS]]) -> Self {
        Self(values.iter().map(|night| night.map(Some).to_vec()).collect())
    }

    pub(super) fn nights(&self) -> usize {
        self.0.len()
    }

    pub(super) fn subjects(&self) -> usize {
        SUBJECTS
    }

    pub(super) fn value(&self, night: usize, subject: usize) -> Option<u8> {
        self.0[night][subject]
    }

    /// All that is true of a night.
    pub(super) fn frame(&self, night: usize) -> Frame {
        let there = (0..SUBJECTS).filter_map(|it| Some((it, Some(self.value(night, it)?))));
        frame(there)
    }
}

/// Subjects with values; none for one that is missing.
pub(super) fn frame(rows: impl Iterator<Item = (usize, Option<u8>)>) -> Frame {
    let rows: Vec<(usize, Option<u8>)> = rows.collect();
    let ids = rows.iter().map(|it| format!("s{}", it.0));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    let x = Column::numbers(rows.iter().map(|it| it.1.map(f64::from)));
    frame.insert("x", x).unwrap();
    frame
}
