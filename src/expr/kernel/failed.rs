//! Calls that failed: whether an answer depends on them, and to whom they are told.

use std::collections::BTreeMap;

use super::number::Rows;
use super::{Chunk, Id, NO, NO_DATA, Op, YES, for_each_part, text};
use crate::expr::Kind;
use crate::expr::function::Failure;

/// The calls of a chunk that failed, by row and step.
pub(super) type FailedCalls = BTreeMap<(usize, Id), Failure>;

impl Chunk<'_> {
    /// Tells of the calls that failed where the answer of an expression asks for them. Functions are called for all rows of a
    /// chunk when some row needs them; of a row that does not need them nothing has failed.
    pub(super) fn tell(&self, root: Id) {
        let failed = &self.scratch.failed;
        if failed.is_empty() || !self.frame.graph.step(root).calls {
            return;
        }
        let mut rows: Vec<usize> = failed.keys().map(|key| key.0).collect();
        rows.dedup();
        let mut seen = Vec::new();
        for row in rows {
            seen.clear();
            seen.resize(self.frame.graph.len(), false);
            self.visit(root, row, &mut seen);
        }
    }

    /// Goes through the steps that the answer of a row rests on, as they are asked for row by row.
    fn visit(&self, id: Id, row: usize, seen: &mut [bool]) {
        match seen.get_mut(id) {
            Some(seen) if !*seen => *seen = true,
            _ => return,
        }
        let step = self.frame.graph.step(id);
        if !step.calls {
            return;
        }
        match &step.op {
            Op::And(terms) => self.visit_while(YES, terms, row, seen),
            Op::Or(terms) => self.visit_while(NO, terms, row, seen),
            Op::If([condition, yes, no]) => {
                self.visit(*condition, row, seen);
                match self.state(*condition, row) {
                    YES => self.visit(*yes, row, seen),
                    NO => self.visit(*no, row, seen),
                    _ => {}
                }
            }
            Op::Else(first, second) => {
                self.visit(*first, row, seen);
                if self.is_missing(*first, row) {
                    self.visit(*second, row, seen);
                }
            }
            Op::But(stop, it) => {
                self.visit(*stop, row, seen);
                if self.state(*stop, row) == NO {
                    self.visit(*it, row, seen);
                }
            }
            op => {
                for_each_part(op, |id| self.visit(id, row, seen));
                if let Some(it) = self.scratch.failed.get(&(row, id)) {
                    self.frame.failed(row, it);
                }
            }
        }
    }

    fn visit_while(&self, go_on: u8, terms: &[Id], row: usize, seen: &mut [bool]) {
        for term in terms {
            self.visit(*term, row, seen);
            if self.state(*term, row) != go_on {
                return;
            }
        }
    }

    fn state(&self, id: Id, row: usize) -> u8 {
        self.frame.flags(&self.scratch.flags, id).get(row).copied().unwrap_or(NO_DATA)
    }

    fn is_missing(&self, id: Id, row: usize) -> bool {
        match self.frame.graph.step(id).kind {
            Kind::Number => {
                Rows::new(self.frame.numbers(&self.scratch.numbers, id)).at(row).is_nan()
            }
            Kind::Flag => self.state(id, row) == NO_DATA,
            Kind::Text => {
                let it = self.frame.texts(&self.scratch.texts, id).get(row);
                it.is_none_or(|code| *code == text::NOTHING)
            }
        }
    }
}
