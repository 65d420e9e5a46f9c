//! One subject while a customer waits: scorecards and rules without a column in between.
//!
//! A single row that is scored as a chunk of one pays alone for all that many rows share. Where the values of a
//! subject are given and nothing is asked of children, alerts or the past, they go through registers instead, in the
//! memory of the last results. The bits are the same
//! (`scores_in_columns_have_the_bits_of_an_assessment`).

mod bases;
mod stage;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::expr::{MAX_TEXT, Register, Registers, RowPlan};
use crate::frame;
use crate::frame::{Column, Data, First, Frame, Given, Name, SubjectKind};
use crate::plan::steps::{Batch, Slot, Step, Work};
use crate::score::{RowPoints, Scorecard};
use crate::state::State;
use crate::time::AsOf;
use crate::value::Kind;
use bases::bases;
use stage::{Stage, needs_more};

/// How a single subject of a kind is scored.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) kind: SubjectKind,
    /// What a host may give, in the order of names.
    takes: Vec<Take>,
    pub(crate) plan: RowPlan,
    stages: Vec<Stage>,
    pub(crate) rules: Vec<Asked>,
    /// Whether some value is calculated from others.
    calculates: bool,
}

/// A column that a host may give.
#[derive(Debug)]
struct Take {
    name: Name,
    slot: Register,
    kind: Kind,
    low: f64,
    high: f64,
    /// Every text it can be.
    labels: Option<Arc<[Arc<str>]>>,
    /// Whether an expression says it where it is not given.
    calculated: bool,
}

/// The rules of a batch and where their answers are found, by place.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) batch: usize,
    pub(crate) actions: Range<usize>,
    pub(crate) results: Vec<Register>,
}

/// What the last single subject leaves for the next, and what of it is not in tables.
#[derive(Debug, Clone)]
pub(crate) struct LiveRoom {
    kind: SubjectKind,
    pub(crate) registers: Registers,
    groups: Vec<RowPoints>,
    /// Which slots are given, by slot.
    told: Vec<bool>,
    /// The columns that were given.
    given: Arc<Vec<(Name, Given)>>,
    /// Those that were not, by slot.
    columns: Vec<Column>,
}

impl Live {
    /// How it is done, or why a subject of that kind needs columns.
    pub(crate) fn new(
        kind: SubjectKind,
        slots: &[Slot],
        steps: &[Step],
        cards: &BTreeMap<usize, Scorecard>,
        batches: &[Batch],
    ) -> Result<Self, String> {
        const MANY: &str = "there are more names than registers";
        let mut plan = RowPlan::new(slots.len()).ok_or(MANY)?;
        let (mut takes, mut stages, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        let bases = bases(kind, slots, steps);
        for step in steps.iter().filter(|step| step.kind == kind) {
            let (Some(slot), Ok(at)) = (slots.get(step.slot), Register::try_from(step.slot)) else {
                return Err(MANY.to_owned());
            };
            if step.work.takes_given() {
                takes.push(Take::new(step, slot, at));
            }
            stages.extend(Stage::new(&mut plan, step, (slot, at), (cards, &bases))?);
        }
        for (batch, it) in batches.iter().enumerate().filter(|pair| pair.1.kind == kind) {
            let (actions, results) =
                plan.add(it.conditions.compiled()).ok_or_else(|| needs_more("a rule"))?;
            rules.push(Asked { batch, actions, results });
        }
        takes.sort_unstable_by(|one: &Take, two| one.name.cmp(&two.name));
        let calculates = stages.iter().any(|stage| matches!(stage, Stage::Metric { .. }));
        Ok(Self { kind, takes, plan, stages, rules, calculates })
    }

    /// Memory for subjects of an engine with these slots.
    pub(crate) fn room(&self, slots: &[Slot]) -> Box<LiveRoom> {
        let mut columns: Vec<Column> =
            slots.iter().map(|slot| Column::missing(slot.kind, 1)).collect();
        for stage in &self.stages {
            let Some((texts, labels)) = stage.texts() else { continue };
            for slot in texts {
                let (codes, labels) = (vec![Data::NO_CODE], Arc::clone(labels));
                if let Some(it) = columns.get_mut(slot) {
                    *it = Column::of(Data::Text { codes, labels });
                }
            }
        }
        Box::new(LiveRoom {
            kind: self.kind,
            registers: self.plan.registers(),
            groups: Vec::new(),
            told: vec![false; slots.len()],
            given: Arc::default(),
            columns,
        })
    }

    /// Takes over the columns of a frame; false where there is something to say about one.
    pub(crate) fn take(&self, frame: &Frame, room: &mut LiveRoom) -> bool {
        let mut given = frame.all_given().iter();
        let mut next = given.next();
        for take in &self.takes {
            let found = loop {
                match next {
                    Some(it) if it.0 == take.name => break next,
                    Some(it) if it.0 < take.name => next = given.next(),
                    _ => break None,
                }
            };
            // Days go from columns to those that are calculated from them, which only columns can hold.
            let undated = |it: &Given| !self.calculates || it.column.days().is_none();
            if !found.is_none_or(|(_, it)| take.can_take(it) && undated(it)) {
                return false;
            }
            // What was found stays: an own field that is read as several kinds has several slots.
            take.put(found.map(|found| &found.1), room);
        }
        room.given.clone_from(frame.all_given());
        true
    }

    /// False where something about the subject takes columns to tell.
    pub(crate) fn run(&self, room: &mut LiveRoom, id: &str, past: &State, as_of: AsOf) -> bool {
        self.stages.iter().all(|stage| stage.run(&self.plan, room, (id, past, as_of)))
    }
}

impl Take {
    fn new(step: &Step, slot: &Slot, at: Register) -> Self {
        let (low, high) = slot.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Self {
            name: Name::from(slot.name.as_str()),
            slot: at,
            kind: slot.kind,
            low,
            high,
            labels: slot.labels.clone(),
            calculated: matches!(step.work, Work::Expression { .. }),
        }
    }

    /// Whether there is nothing to say about a given column.
    fn can_take(&self, given: &Given) -> bool {
        match (given.first, self.kind) {
            (First::Number(it), Kind::Number) => !(it < self.low || it > self.high),
            (First::Flag(_), Kind::Flag) => true,
            (First::Text(code), Kind::Text) => match given.column.data() {
                Data::Text { labels, .. } => {
                    let known = |all: &Arc<[Arc<str>]>| {
                        labels.text(code).is_none_or(|text| all.contains(text))
                    };
                    labels.longest() <= MAX_TEXT && self.labels.as_ref().is_none_or(known)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Puts the value of a given column into its register, or nothing.
    fn put(&self, given: Option<&Given>, room: &mut LiveRoom) {
        match (given.map(|given| given.first), self.kind) {
            (Some(First::Number(it)), _) => room.registers.set_number(self.slot, it),
            (Some(First::Flag(it)), _) => room.registers.set_flag(self.slot, it.min(Data::NO_FLAG)),
            (Some(First::Text(code)), _) => {
                if let Some(Data::Text { labels, .. }) = given.map(|given| given.column.data()) {
                    room.registers.set_text(self.slot, labels.text(code));
                }
            }
            (None, Kind::Number) => room.registers.set_number(self.slot, f64::NAN),
            (None, Kind::Flag) => room.registers.set_flag(self.slot, Data::NO_FLAG),
            (None, Kind::Text) => room.registers.set_text(self.slot, None),
        }
        if self.calculated
            && let Some(it) = room.told.get_mut(usize::from(self.slot))
        {
            *it = given.is_some();
        }
    }
}

impl LiveRoom {
    /// Whether a column of that name was given for a kind of subject.
    pub(crate) fn is_given(&self, kind: SubjectKind, name: &str) -> bool {
        kind == self.kind && frame::given(&self.given, name).is_some()
    }

    /// The column in a slot of a kind of subject: the given one of that name, where the host may give one.
    pub(crate) fn column(
        &self,
        kind: SubjectKind,
        slot: usize,
        given: Option<&str>,
    ) -> Option<&Column> {
        if kind != self.kind {
            return None;
        }
        let given = given.and_then(|name| frame::given(&self.given, name));
        given.map(|given| given.column.as_ref()).or_else(|| self.columns.get(slot))
    }
}
