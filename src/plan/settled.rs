//! Which columns hold scores, and are settled as scores are wherever something is worked out from them.
//!
//! A mean of children's scores and a difference of two scores are sums again: without settling, a fall from 70.1 to
//! 60.1 would not be a fall of 10.

use std::collections::BTreeSet;

use crate::config::Take;
use crate::expr::Program;
use crate::frame::{Column, Data, SubjectKind};
use crate::plan::steps::{ChildTake, PastTake, Step, Work};
use crate::score::settle;

/// Slots of scores, coverages and what is worked out from them, by kind of subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled(BTreeSet<(SubjectKind, usize)>);

impl Settled {
    /// Those that the steps fill, which stand in order of need.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let mut all = BTreeSet::new();
        for step in steps {
            let from = |kind: SubjectKind, slot: usize| all.contains(&(kind, slot));
            let holds = match &step.work {
                Work::Card { outputs, .. } => {
                    all.extend(outputs.slots().map(|slot| (step.kind, slot)));
                    false
                }
                Work::Parent { parent, from: slot } => from(*parent, *slot),
                Work::Children { child, from: slot, take, .. } => {
                    let keeps = !matches!(
                        take,
                        ChildTake::All
                            | ChildTake::CountTrue
                            | ChildTake::Take(Take::Count | Take::Distinct)
                    );
                    keeps && from(*child, *slot)
                }
                Work::Past { from: slot, take } => {
                    !matches!(take, PastTake::Days) && from(step.kind, *slot)
                }
                Work::Expression { program } => {
                    bare(program).is_some_and(|slot| from(step.kind, slot))
                }
                _ => false,
            };
            if holds {
                all.insert((step.kind, step.slot));
            }
        }
        Self(all)
    }

    /// Whether a column holds scores.
    pub(crate) fn holds(&self, kind: SubjectKind, slot: usize) -> bool {
        self.0.contains(&(kind, slot))
    }

    /// Settles a column that a step has made, if it holds scores.
    pub(crate) fn settle(&self, kind: SubjectKind, slot: usize, column: &mut Column) {
        if self.holds(kind, slot)
            && let Data::Number(all) = column.data_mut()
        {
            settle(all);
        }
    }
}

/// The slot of an expression that is nothing but a name.
fn bare(program: &Program) -> Option<usize> {
    let plain = |it: char| it.is_alphanumeric() || matches!(it, '_' | '.');
    match program.slots() {
        [slot] if program.text().trim().chars().all(plain) => Some(*slot),
        _ => None,
    }
}
