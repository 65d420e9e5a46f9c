//! The steps of a single subject: what each does with the registers.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::LiveRoom;
use crate::expr::{Register, Registers, RowPlan};
use crate::frame::{Column, Data, Labels};
use crate::plan::steps::{Outputs, Slot, Step, Work};
use crate::score::{RowBase, RowCard, RowPoints, RowScore, Scorecard};
use crate::state::State;
use crate::time::AsOf;
use crate::value::Kind;

/// A step.
#[derive(Debug)]
pub(super) enum Stage {
    /// An expression and where its result is found. Its values outside the range are missing.
    Metric {
        actions: Range<usize>,
        result: Register,
        slot: Register,
        kind: Kind,
        range: (f64, f64),
    },
    /// The first name whose condition holds; one without a condition always does.
    Class {
        actions: Range<usize>,
        cases: Vec<(u32, Option<Register>)>,
        slot: Register,
        labels: Arc<Labels>,
    },
    Card {
        actions: Range<usize>,
        name: String,
        card: Box<RowCard>,
        outputs: Box<CardSlots>,
    },
}

/// Where a scorecard's results go.
#[derive(Debug)]
pub(super) struct CardSlots {
    slots: Outputs,
    labels: Arc<Labels>,
}

impl Stage {
    /// What a step does of itself; nothing where its value is given or missing.
    pub(super) fn new(
        plan: &mut RowPlan,
        step: &Step,
        (slot, at): (&Slot, Register),
        (cards, bases): (&BTreeMap<usize, Scorecard>, &BTreeMap<usize, RowBase>),
    ) -> Result<Option<Self>, String> {
        let name = || format!("`{}`", slot.name);
        Ok(Some(match &step.work {
            // Beside a single subject there is no parent, so that nothing is known of it.
            Work::Attribute { .. } | Work::Records { .. } | Work::Parent { .. } => return Ok(None),
            Work::Expression { program } => {
                let added = plan.add(program.compiled()).filter(|_| slot.kind != Kind::Text);
                let (actions, results) = added.ok_or_else(|| needs_more(&name()))?;
                let result = *results.first().ok_or_else(|| needs_more(&name()))?;
                let range = slot.range.unwrap_or((f64::MIN, f64::MAX));
                Self::Metric { actions, result, slot: at, kind: slot.kind, range }
            }
            Work::Class { cases } => {
                let (actions, results) =
                    plan.add(cases.conditions.compiled()).ok_or_else(|| needs_more(&name()))?;
                let mut labels = Labels::default();
                let case = |(name, when): &(Arc<str>, Option<usize>)| {
                    (labels.code(name), when.and_then(|when| results.get(when).copied()))
                };
                let cases = cases.names.iter().map(case).collect();
                Self::Class { actions, cases, slot: at, labels: Arc::new(labels) }
            }
            Work::Card { card, outputs } => {
                let card = cards.get(card).ok_or_else(|| needs_more(&name()))?;
                if card.asks_how_sure() || step.whole {
                    return Err(format!("{} depends on how sure a score is", name()));
                }
                let (actions, conditions) =
                    plan.add(card.conditions.compiled()).ok_or_else(|| needs_more(&name()))?;
                let (slots, labels) = (outputs.clone(), Arc::clone(&card.bands.labels));
                Self::Card {
                    actions,
                    name: card.name.clone(),
                    card: Box::new(RowCard::new(card, conditions, bases)?),
                    outputs: Box::new(CardSlots { slots, labels }),
                }
            }
            Work::Children { .. } | Work::Kin { .. } => {
                return Err(format!("{} is of children", name()));
            }
            Work::Least { .. } => return Err(format!("{} depends on how sure a score is", name())),
            Work::Past { .. } => return Err(format!("{} is of the past", name())),
            Work::Alerts { .. } => return Err(format!("{} is of alerts", name())),
        }))
    }

    /// The slots of texts that it fills, and what texts they can be.
    pub(super) fn texts(&self) -> Option<(Vec<usize>, &Arc<Labels>)> {
        match self {
            Self::Metric { .. } => None,
            Self::Class { slot, labels, .. } => Some((vec![usize::from(*slot)], labels)),
            Self::Card { outputs, .. } => {
                Some((vec![outputs.slots.band, outputs.slots.raw_band], &outputs.labels))
            }
        }
    }

    /// Does what it does; false where that takes columns.
    pub(super) fn run(
        &self,
        plan: &RowPlan,
        room: &mut LiveRoom,
        (id, past, as_of): (&str, &State, AsOf),
    ) -> bool {
        let LiveRoom { registers, groups, told, columns, .. } = room;
        match self {
            Self::Metric { actions, result, slot, kind, range } => {
                if told.get(usize::from(*slot)) != Some(&true) {
                    plan.run(actions.clone(), registers);
                    metric(registers, columns, (*result, *slot), *kind, *range);
                }
            }
            Self::Class { actions, cases, slot, labels } => {
                plan.run(actions.clone(), registers);
                let state =
                    |when: &Option<Register>| when.map_or(1, |register| registers.flag(register));
                // What has no data ends the search.
                let first = cases.iter().find(|case| state(&case.1) != 0);
                let code =
                    first.filter(|case| state(&case.1) == 1).map_or(Data::NO_CODE, |case| case.0);
                registers.set_text(*slot, labels.text(code));
                put_code(columns, usize::from(*slot), code);
            }
            Self::Card { actions, name, card, outputs } => {
                plan.run(actions.clone(), registers);
                let last = past.bands.get(name).and_then(|bands| bands.get(id));
                let last = last.map(|band| (band.band.as_str(), band.since.counted_to(as_of)));
                let score = card.score(registers, groups, last, as_of.day());
                let Some(score) = score else { return false };
                outputs.put(registers, columns, score, groups);
            }
        }
        true
    }
}

/// Why an expression has no list of actions.
pub(super) fn needs_more(what: &str) -> String {
    format!("{what} builds text, calls a host function, or is interpreted")
}

/// Takes over what an expression has given; outside its range it is missing.
fn metric(
    registers: &mut Registers,
    columns: &mut [Column],
    (result, slot): (Register, Register),
    kind: Kind,
    (low, high): (f64, f64),
) {
    if kind == Kind::Number {
        let it = registers.answer(result);
        let it = if low <= it && it <= high { it } else { f64::NAN };
        registers.set_number(slot, it);
        put_number(columns, usize::from(slot), it);
    } else {
        let it = registers.flag(result);
        registers.set_flag(slot, it);
        put_flag(columns, usize::from(slot), it);
    }
}

impl CardSlots {
    fn put(
        &self,
        registers: &mut Registers,
        columns: &mut [Column],
        score: RowScore,
        groups: &[RowPoints],
    ) {
        let slots = &self.slots;
        let mut number = |slot: usize, value: f64| {
            if let Ok(it) = Register::try_from(slot) {
                registers.set_number(it, value);
            }
            put_number(columns, slot, value);
        };
        number(slots.score, score.score);
        number(slots.raw_score, score.raw);
        number(slots.coverage, score.coverage);
        for (slot, group) in slots.groups.iter().zip(groups) {
            number(*slot, group.score);
        }
        for (slot, band) in [(slots.band, score.band), (slots.raw_band, score.raw_band)] {
            let code = band.and_then(|band| u32::try_from(band).ok()).unwrap_or(Data::NO_CODE);
            if let Ok(it) = Register::try_from(slot) {
                registers.set_text(it, self.labels.text(code));
            }
            put_code(columns, slot, code);
        }
    }
}

/// Writes the only number of a column.
fn put_number(columns: &mut [Column], slot: usize, value: f64) {
    if let Some(Data::Number(all)) = columns.get_mut(slot).map(Column::data_mut)
        && let Some(it) = all.first_mut()
    {
        *it = value;
    }
}

/// The same of a flag.
fn put_flag(columns: &mut [Column], slot: usize, state: u8) {
    if let Some(Data::Flag(all)) = columns.get_mut(slot).map(Column::data_mut)
        && let Some(it) = all.first_mut()
    {
        *it = state;
    }
}

/// The same of a code.
fn put_code(columns: &mut [Column], slot: usize, code: u32) {
    if let Some(Data::Text { codes, .. }) = columns.get_mut(slot).map(Column::data_mut)
        && let Some(it) = codes.first_mut()
    {
        *it = code;
    }
}
