//! Calls of the host's functions that failed, as faults: one for a reason, whatever the number of subjects.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::{Columns as _, Outcome, Program};
use crate::fault::{Code, Fault};
use crate::frame::{Failed, SubjectKind, Table};
use crate::result::assessment::Assessment;

/// How many subjects a fault names: our choice, as where given subjects are not in a book; tested by
/// `many_failures_are_few_faults`.
const NAMED: usize = 3;

/// How many reasons of one function are told apart: our choice, tested by `many_failures_are_few_faults`.
const REASONS: usize = 3;

/// The longest reason, in characters, so that the subjects behind it are always read: our choice, tested by
/// `a_reason_has_a_size`.
const LONGEST: usize = 500;

impl Assessment {
    /// Says what has failed since it was last said.
    pub(crate) fn tell_failures(&mut self) {
        for (kind, table) in SubjectKind::ALL.into_iter().zip(&self.tables) {
            self.faults.extend(faults(kind, table.ids(), &table.failures().take()));
        }
    }
}

/// Runs a program for one row, and takes note of what fails.
pub(crate) fn run(program: &Program, table: &Table, row: usize) -> Outcome {
    let outcome = program.run(&mut |slot| table.value(slot, row));
    if let Outcome::Failed(it) = &outcome {
        table.failed(row, it);
    }
    outcome
}

fn faults(kind: SubjectKind, ids: &[Arc<str>], failed: &Failed) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (function, rows) in failed {
        let mut reasons: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
        rows.iter().for_each(|(row, why)| reasons.entry(why).or_default().push(*row));
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        // The commonest first; of equals the one that is met first.
        reasons.sort_by_key(|(_, rows)| (usize::MAX - rows.len(), rows.first().copied()));
        let rest = reasons.split_off(reasons.len().min(REASONS));
        let mut fault = |rows: &[usize], why: &str| {
            let whom = whom(kind, ids, rows);
            let message = format!("`{function}` failed for {whom}: {why}");
            let fault = Fault::new(Code::Faulted, format!("functions.{function}"), message);
            faults.push(fault.help("what asked for it has no data there"));
        };
        for (why, rows) in &reasons {
            fault(rows, &short(why));
        }
        let mut others: Vec<usize> =
            rest.iter().flat_map(|reason| reason.1.iter().copied()).collect();
        if !others.is_empty() {
            others.sort_unstable();
            fault(&others, &format!("{} other reasons", rest.len()));
        }
    }
    faults
}

/// The subjects of some rows: how many, and the first of them.
fn whom(kind: SubjectKind, ids: &[Arc<str>], rows: &[usize]) -> String {
    let name = |row: &usize| format!("`{}`", ids.get(*row).map_or("", AsRef::as_ref));
    let names: Vec<String> = rows.iter().take(NAMED).map(name).collect();
    match (rows.len(), names.as_slice()) {
        (_, [one]) => format!("the {} {one}", kind.name()),
        (count, [first @ .., last]) if count <= NAMED => {
            format!("{count} {}, {} and {last}", kind.plural(), first.join(", "))
        }
        (count, names) => format!(
            "{count} {}, {} and {} more",
            kind.plural(),
            names.join(", "),
            count - names.len()
        ),
    }
}

fn short(why: &str) -> String {
    match why.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", why.get(..end).unwrap_or_default()),
        None => why.to_owned(),
    }
}
