//! On what the values of a single subject rest, so that it can be told whether one is solid.

use std::collections::{BTreeMap, BTreeSet};

use crate::expr::Register;
use crate::frame::SubjectKind;
use crate::plan::steps::{Slot, Step, Work};
use crate::score::RowBase;

/// By slot; those of which it takes columns to tell are left out.
pub(super) fn bases(kind: SubjectKind, slots: &[Slot], steps: &[Step]) -> BTreeMap<usize, RowBase> {
    let mut all: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.kind == kind) {
        let inputs: Vec<usize> = match &step.work {
            Work::Attribute { .. } | Work::Records { .. } => Vec::new(),
            Work::Expression { program } => program.slots().to_vec(),
            Work::Class { cases } => cases.conditions.slots().collect(),
            _ => continue,
        };
        let under: Option<Vec<&BTreeSet<usize>>> =
            inputs.iter().map(|input| all.get(input)).collect();
        if let Some(under) = under {
            let mut of: BTreeSet<usize> = under.into_iter().flatten().copied().collect();
            of.insert(step.slot);
            all.insert(step.slot, of);
        }
    }
    let register = |it: &usize| Some((Register::try_from(*it).ok()?, slots.get(*it)?.kind));
    let base = |(slot, of): (usize, BTreeSet<usize>)| {
        let certain = of.len() == 1;
        let registers: Option<Vec<_>> = of.iter().map(register).collect();
        Some((slot, RowBase { registers: registers?, certain }))
    };
    all.into_iter().filter_map(base).collect()
}
