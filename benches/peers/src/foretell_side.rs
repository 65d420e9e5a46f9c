//! foretell's side. What is timed is [`Side::run`] alone.

use foretell::frame::{Column, Data as Values, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, Scores, State, Verdict};

use crate::answers::{Answers, NO, NO_BAND, NO_DATA, YES};
use crate::config::{self, SCORECARD};
use crate::workload::{Data, Spec, column};

/// What foretell hands back.
pub type Outcome = Scores;

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
        self.engine.score(&Input::frame(frame), self.as_of, &self.state)
    }

    /// The same in the memory of the last answers, as the hand-written code does it.
    pub fn run_again(&self, frame: &Frame, last: &mut Option<Outcome>) {
        let input = Input::frame(frame);
        *last = Some(match last.take() {
            Some(used) => self.engine.score_again(used, &input, self.as_of, &self.state),
            None => self.engine.score(&input, self.as_of, &self.state),
        });
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
    out.total.copy_from_slice(outcome.score(SCORECARD).expect("the scorecard"));
    let (codes, names) = outcome.bands(SCORECARD).expect("the scorecard");
    let numbers: Vec<u8> = names
        .iter()
        .map(|name| {
            let found = spec.bands.iter().position(|it| it.name == **name).expect("a band");
            u8::try_from(found).expect("few bands")
        })
        .collect();
    for (band, code) in out.bands.iter_mut().zip(codes) {
        *band = numbers.get(*code as usize).copied().unwrap_or(NO_BAND);
    }
    for (group, scores) in spec.groups.iter().zip(&mut out.groups) {
        let name = config::name(spec, &group.name);
        let column = outcome.column(SubjectKind::Subscription, &name);
        match column.map(Column::data) {
            Some(Values::Number(values)) => scores.copy_from_slice(values),
            other => panic!("`{name}` is {other:?}"),
        }
    }
    for ((rule, said), column) in spec.rules.iter().zip(outcome.rules()).zip(&mut out.rules) {
        assert_eq!(rule.id, said.rule, "rules come in the order of the config");
        for (answer, said) in column.iter_mut().zip(said.answers) {
            *answer = match said {
                Verdict::No => NO,
                Verdict::Yes => YES,
                Verdict::NoData => NO_DATA,
                other => panic!("`{}` is at fault: {other:?}", rule.id),
            };
        }
    }
    out
}
