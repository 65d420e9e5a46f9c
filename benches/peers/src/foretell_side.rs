//! foretell's side. What is timed is [`Side::run`] alone.

use foretell::frame::{Column, Data as Values, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Assessment, Config, Engine, Input, State};

use crate::answers::{Answers, NO_BAND, NO_DATA, YES};
use crate::config::{self, SCORECARD};
use crate::workload::{Data, Spec, column};

/// The most rows that are worth a run.
pub const MOST_ROWS: usize = 100_000;

/// What foretell hands back.
pub type Outcome = Assessment;

/// A compiled config with what every call needs.
#[derive(Debug)]
pub struct Side {
    engine: Engine,
    as_of: AsOf,
    state: State,
}

impl Side {
    /// Compiles the workload.
    ///
    /// # Panics
    /// When the config has a fault.
    #[must_use]
    pub fn new(spec: &Spec, with_rules: bool) -> Self {
        let config = Config::parse(&config::text(spec, with_rules));
        let engine = Engine::compile(&config).unwrap_or_else(|faults| panic!("{faults}"));
        Self { engine, as_of: "2026-03-01".parse().expect("a day"), state: State::new() }
    }

    /// Scores, bands and what rules say, of all rows of a frame.
    #[must_use]
    pub fn run(&self, frame: &Frame) -> Outcome {
        self.engine.assess(&Input::frame(frame), self.as_of, &self.state)
    }
}

/// The columns as foretell takes them.
#[must_use]
pub fn frame(spec: &Spec, data: &Data) -> Frame {
    framed(spec, data.rows, |metric| data.columns[metric].clone())
}

/// The first rows, drawn straight into a frame.
#[must_use]
pub fn drawn(spec: &Spec, rows: usize) -> Frame {
    framed(spec, rows, |metric| column(spec, metric, rows))
}

fn framed(spec: &Spec, rows: usize, values: impl Fn(usize) -> Vec<f64>) -> Frame {
    let ids = (0..rows).map(|it| format!("s{it}"));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).expect("ids differ");
    for (at, metric) in spec.metrics.iter().enumerate() {
        let column = Column::new(Values::Number(values(at)));
        frame.insert(metric.name.as_str(), column).expect("every value is a number or missing");
    }
    frame
}

/// What foretell says, in the form that is compared.
///
/// # Panics
/// When it says nothing of a score or a rule of the workload.
#[must_use]
pub fn answers(spec: &Spec, outcome: &Outcome) -> Answers {
    let rows = outcome.subjects(SubjectKind::Subscription).len();
    let mut out = Answers::with_rows(rows);
    let row = |id: &str| id[1..].parse::<usize>().expect("an id is `s` and the row");
    for (at, it) in outcome.scores(SCORECARD).enumerate() {
        out.total[at] = it.score.unwrap_or(f64::NAN);
        let band = it.band.and_then(|name| spec.bands.iter().position(|it| it.name == name));
        out.bands[at] = band.map_or(NO_BAND, |it| u8::try_from(it).expect("few bands"));
    }
    for (group, scores) in spec.groups.iter().zip(&mut out.groups) {
        let name = config::name(spec, &group.name);
        let column = outcome.column(SubjectKind::Subscription, &name);
        match column.map(Column::data) {
            Some(Values::Number(values)) => scores.copy_from_slice(values),
            other => panic!("`{name}` is {other:?}"),
        }
    }
    for (rule, column) in spec.rules.iter().zip(&mut out.rules) {
        let said = outcome.rules().iter().find(|it| it.rule == rule.id);
        let said = said.unwrap_or_else(|| panic!("nothing of `{}`", rule.id));
        assert!(said.faulted.is_empty(), "`{}` is at fault: {:?}", rule.id, said.faulted[0]);
        for alert in &said.firing {
            column[row(&alert.subject)] = YES;
        }
        for id in &said.no_data {
            column[row(id)] = NO_DATA;
        }
    }
    out
}
