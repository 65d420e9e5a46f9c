//! Calls that failed: gear 1 tells of those of which gear 2 does.

use std::collections::BTreeMap;

use crate::expr::kernel::Columns;
use crate::expr::{Failure, Outcome, Program};
use crate::frame::{Column, Failed, Failures};

/// Columns by slot, and what is told of them.
pub(super) struct Given(pub(super) BTreeMap<usize, Column>, pub(super) Failures);

impl Columns for Given {
    fn column(&self, slot: usize) -> Option<&Column> {
        self.0.get(&slot)
    }

    fn failed(&self, row: usize, failure: &Failure) {
        self.1.add(row, &failure.function, &failure.why);
    }
}

/// Whether every call that failed in gear 2 is told of in gear 1, and none of a row that has an answer.
pub(super) fn told_of(
    failed: &Failed,
    start: usize,
    wanted: &[Outcome],
    program: &Program,
) -> Result<(), String> {
    let text = program.text();
    for (row, outcome) in (start..).zip(wanted) {
        let told = |it: &Failure| failed.get(&it.function).and_then(|rows| rows.get(&row)).cloned();
        match outcome {
            Outcome::Failed(it) if told(it).as_ref() != Some(&it.why) => {
                return Err(format!("`{text}` row {row}: {it:?} is not told, but {failed:?}"));
            }
            Outcome::Value(_) if failed.values().any(|rows| rows.contains_key(&row)) => {
                return Err(format!("`{text}` row {row}: {outcome:?}, and told is {failed:?}"));
            }
            _ => {}
        }
    }
    Ok(())
}
