//! A book over many nights, each with the state of the last: how long it takes, and how much memory.

use std::fmt::Write as _;
use std::time::Instant;

use foretell::chrono::{Days, NaiveDate};
use foretell::frame::{Column, Data as Values, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

use crate::child::status;
use crate::config;
use crate::workload::{Data, Spec, generate};

/// Of how many subjects each metric changes in a night, one in so many.
const CHANGED: usize = 200;

/// Values that change from night to night as if drawn anew, the same on every machine.
struct Book {
    spec: Spec,
    now: Data,
    /// Where new values come from.
    drawn: Data,
}

impl Book {
    fn new(spec: &Spec, rows: usize) -> Self {
        let other = Spec { seed: spec.seed + 1, ..spec.clone() };
        Self { spec: spec.clone(), now: generate(spec, rows), drawn: generate(&other, rows) }
    }

    fn step(&mut self, night: usize) {
        let (rows, metrics) = (self.now.rows, self.now.columns.len());
        for (at, (column, drawn)) in
            self.now.columns.iter_mut().zip(&self.drawn.columns).enumerate()
        {
            // Every subject has its turn, and each metric its own order.
            let first = (night * 7919 + at * 104_729) % CHANGED;
            for row in (first..rows).step_by(CHANGED) {
                column[row] = drawn[(row + night * metrics + at) % rows];
            }
        }
    }

    fn frame(&self) -> Frame {
        let ids = (0..self.now.rows).map(|it| format!("s{it}"));
        let mut frame = Frame::new(SubjectKind::Subscription, ids).expect("ids differ");
        for (metric, column) in self.spec.metrics.iter().zip(&self.now.columns) {
            let column = Column::new(Values::Number(column.clone()));
            frame.insert(metric.name.as_str(), column).expect("every value is a number or missing");
        }
        frame
    }
}

/// Assesses so many subjects for so many nights, and says every so often what it took until then.
///
/// # Panics
/// When a night is not assessed as it should be.
pub fn run(spec: &Spec, rows: usize, nights: usize) {
    let config = Config::parse(&config::text(spec, true));
    let engine = Engine::compile(&config).unwrap_or_else(|faults| panic!("{faults}"));
    let mut book = Book::new(spec, rows);
    let (mut state, mut assessed, mut events) = (State::new(), 0.0, 0);
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    for night in 0..nights {
        book.step(night);
        let frame = book.frame();
        let as_of = AsOf::from(first + Days::new(night as u64));
        let begun = Instant::now();
        let out = engine.assess(&Input::frame(&frame), as_of, &state);
        let out = out.unwrap_or_else(|why| panic!("{why}"));
        let seconds = begun.elapsed().as_secs_f64();
        assessed += seconds;
        events += out.events().len();
        state = out.into_state();
        if night < 2 || (night + 1) % 30 == 0 || night + 1 == nights {
            let mut line = format!("night {}: {seconds:.2} s, all {assessed:.0} s", night + 1);
            let _ = write!(line, ", {events} events, {state}");
            if let Some(peak) = status("VmHWM") {
                let _ = write!(line, ", peak {:.2} GB", peak / 1e9);
            }
            println!("{line}");
        }
    }
    let begun = Instant::now();
    let bytes = serde_json::to_vec(&state).expect("a state").len();
    let seconds = begun.elapsed().as_secs_f64();
    println!("the last state as JSON: {} bytes a subject, {seconds:.1} s", bytes / rows.max(1));
}
