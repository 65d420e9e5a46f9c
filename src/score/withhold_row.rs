//! The same for one row without columns: whether the best band is withheld.

use std::collections::BTreeMap;

use super::band::Bands;
use super::row_result::{RowPoints, RowScore};
use super::tree::{AutoOverride, Doubts};
use super::withhold::Known;
use crate::expr::{Register, Registers};
use crate::frame::Data;
use crate::value::Kind;
use crate::verdict::Verdict;

/// On what a value rests, itself included.
#[derive(Debug, Clone)]
pub(crate) struct RowBase {
    pub(crate) registers: Vec<(Register, Kind)>,
    /// Whether it is not solid as soon as one of them is missing.
    pub(crate) certain: bool,
}

/// [`Doubts`], and what their slots rest on.
#[derive(Debug)]
pub(super) struct RowDoubts {
    doubts: Doubts,
    bases: BTreeMap<usize, RowBase>,
}

impl RowDoubts {
    pub(super) fn new(doubts: &Doubts, bases: &BTreeMap<usize, RowBase>) -> Self {
        let slots = doubts.slots.iter().chain(doubts.rules.iter().flatten());
        let bases = slots.filter_map(|slot| Some((*slot, bases.get(slot)?.clone()))).collect();
        Self { doubts: doubts.clone(), bases }
    }

    /// Whether the best band is withheld from a row that has it; none where that takes its interval.
    pub(super) fn decide(
        &self,
        bands: &Bands,
        overrides: &[AutoOverride],
        registers: &Registers,
        (row, groups, says): (&RowScore, &[RowPoints], &dyn Fn(usize) -> Verdict),
    ) -> Option<bool> {
        let solid = |slot: usize| {
            let base = self.bases.get(&slot)?;
            let there = base.registers.iter().all(|(at, kind)| is_there(registers, *at, *kind));
            if there { Some(true) } else { base.certain.then_some(false) }
        };
        let group = |it: usize| {
            groups.get(it).map_or((f64::NAN, 0.0), |group| (group.score, group.coverage))
        };
        let known = Known {
            score: row.score,
            raw: row.raw,
            coverage: row.coverage,
            manual: None,
            solid: &solid,
            says,
            group: &group,
        };
        self.doubts.decide(bands, overrides, &known)
    }
}

fn is_there(registers: &Registers, at: Register, kind: Kind) -> bool {
    match kind {
        Kind::Number => !registers.number(at).is_nan(),
        Kind::Flag => registers.flag(at) < Data::NO_FLAG,
        Kind::Text => registers.text(at).is_some(),
    }
}
