//! How a night comes to the host: in several runs, each with some of the truth.

use std::sync::Arc;

use foretell::Input;
use foretell::frame::SubjectKind;
use foretell::state::{Content, State};
use foretell::time::AsOf;
use proptest::prelude::*;

use super::receiver::Receiver;
use super::world::{World, day, engine, frame};

/// What a run says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// What is true.
    True,
    /// Another value: what it was, or a mistake.
    Wrong(u8),
    /// No value.
    Missing,
    /// Nothing: its record was rejected, or its table was cut.
    Absent,
}

/// One run of a night.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) fates: Vec<Fate>,
    /// Whether the host hands out what waits after it.
    pub(super) delivers: bool,
    /// Whether the receiver's answers arrive.
    pub(super) acknowledges: bool,
    /// Whether the host stops after it and reads its state again.
    pub(super) restarts: bool,
    /// Whether the host stops before it has saved, and does it all again.
    pub(super) crashes: bool,
    /// Whether rows come the other way round.
    pub(super) reversed: bool,
    /// Whether it says that all subjects are there.
    pub(super) complete: bool,
}

impl Run {
    /// Everything, delivered.
    pub(super) fn whole(subjects: usize) -> Self {
        Self {
            fates: vec![Fate::True; subjects],
            delivers: true,
            acknowledges: true,
            restarts: false,
            crashes: false,
            reversed: false,
            complete: true,
        }
    }
}

/// The runs of each night before the one in which everything is there.
pub(super) fn runs() -> impl Strategy<Value = Vec<Vec<Run>>> {
    let fate = prop_oneof![
        4 => Just(Fate::True),
        2 => (0..=4_u8).prop_map(Fate::Wrong),
        1 => Just(Fate::Missing),
        1 => Just(Fate::Absent),
    ];
    let run = (prop::collection::vec(fate, 4), any::<[bool; 5]>());
    let run = run.prop_map(|(fates, [delivers, acknowledges, restarts, crashes, reversed])| Run {
        fates,
        delivers,
        acknowledges,
        restarts,
        crashes,
        reversed,
        complete: false,
    });
    prop::collection::vec(prop::collection::vec(run, 0..3), 14)
}

/// A host with its state.
pub(super) struct Channel {
    pub(super) state: State,
    pub(super) receiver: Receiver,
    /// Whether the host says what became of actions.
    pub(super) reports: bool,
    /// Whether people hear what each assessment says, instead of what is handed out.
    pub(super) listens: bool,
    /// Which day or moment the nights are.
    pub(super) at: fn(usize) -> AsOf,
}

impl Channel {
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            receiver: Receiver::default(),
            reports: true,
            listens: false,
            at: |it| day(it).into(),
        }
    }

    pub(super) fn run(&mut self, world: &World, night: usize, run: &Run) {
        let of = |subject: usize| {
            let truth = world.value(night, subject)?;
            match run.fates.get(subject)? {
                Fate::True => Some((subject, Some(truth))),
                Fate::Wrong(it) => Some((subject, Some(*it))),
                Fate::Missing => Some((subject, None)),
                Fate::Absent => None,
            }
        };
        let mut rows: Vec<(usize, Option<u8>)> = (0..world.subjects()).filter_map(of).collect();
        if run.reversed {
            rows.reverse();
        }
        let frame = frame(rows.into_iter());
        let mut reports = self.receiver.reports(world, night);
        reports.retain(|_| self.reports);
        let mut input = Input::frame(&frame).with_reports(&reports);
        let gone: Vec<(SubjectKind, String)> = (0..world.subjects())
            .filter(|it| world.value(night, *it).is_none())
            .map(|it| (SubjectKind::Subscription, format!("s{it}")))
            .collect();
        input =
            if run.complete { input.complete(SubjectKind::ALL) } else { input.with_gone(&gone) };
        let engine = engine();
        let out = engine.assess(&input, (self.at)(night), &self.state).unwrap();
        let out = if run.crashes {
            // Nothing of the first attempt is left.
            engine.assess(&input, (self.at)(night), &self.state).unwrap()
        } else {
            out
        };
        if self.listens {
            let events = out.events().iter().filter(|it| it.is_sent());
            let events = events.map(|it| Content::Event(Arc::new(it.clone())));
            let actions = out.actions().iter().map(|it| Content::Action(Arc::new(it.clone())));
            let said: Vec<Content> = events.chain(actions).collect();
            self.receiver.hear(said.iter());
        }
        self.state = out.state().clone();
        if run.delivers {
            self.receiver.deliver(&mut self.state, run.acknowledges);
        }
        if run.restarts {
            let text = serde_json::to_string(&self.state).unwrap();
            self.state = serde_json::from_str(&text).unwrap();
        }
    }
}
