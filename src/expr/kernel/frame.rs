//! What a chunk reads: columns, and the values of steps in the scratch.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::number::Side;
use super::{CHUNK, Columns, Part, text};
use crate::expr::function::Failure;
use crate::expr::ir::{Graph, Id, Op, Step};
use crate::expr::{Kind, MAX_TEXT, Outcome, Program};
use crate::frame::{Data, Labels};

/// Missing numbers, flags and texts, for columns that are not there.
static NO_NUMBERS: [f64; CHUNK] = [f64::NAN; CHUNK];
static NO_FLAGS: [u8; CHUNK] = [Data::NO_FLAG; CHUNK];
static NO_CODES: [u32; CHUNK] = [Data::NO_CODE; CHUNK];
static NO_LABELS: LazyLock<Arc<Labels>> = LazyLock::new(Arc::default);

/// Some rows of columns, and the steps over them.
pub(super) struct Frame<'a> {
    pub(super) graph: &'a Graph,
    columns: &'a dyn Columns,
    pub(super) rows: Range<usize>,
    /// What is read of each column that is read.
    parts: Vec<Option<Part<'a>>>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(graph: &'a Graph, columns: &'a dyn Columns, rows: Range<usize>) -> Self {
        let parts = graph.columns().map(|(slot, _)| columns.part(slot, rows.clone())).collect();
        Self { graph, columns, rows, parts }
    }

    /// Whether each column that is there holds what it was declared to hold, in every row.
    pub(super) fn is_as_declared(&self) -> bool {
        let rows = self.rows.len();
        self.graph.columns().zip(&self.parts).all(|((_, kind), part)| match part {
            None => true,
            Some(Part::Number(all)) => kind == Kind::Number && all.len() == rows,
            Some(Part::Flag(all)) => kind == Kind::Flag && all.len() == rows,
            Some(Part::Text(all, labels)) => {
                kind == Kind::Text && all.len() == rows && labels.longest() <= MAX_TEXT
            }
        })
    }

    /// Asks gear 2 about one row.
    pub(super) fn interpret(&self, program: &Program, row: usize) -> Outcome {
        match program.run(&mut |slot| self.columns.value(slot, row)) {
            Outcome::Failed(it) => {
                self.columns.failed(row, &it);
                Outcome::NoData { slot: None }
            }
            other => other,
        }
    }

    /// Tells that a call failed in a row of the chunk.
    pub(super) fn failed(&self, row: usize, it: &Failure) {
        self.columns.failed(self.rows.start.saturating_add(row), it);
    }

    /// The numbers of a step.
    pub(super) fn numbers<'b>(&self, scratch: &'b [f64], id: Id) -> Side<'b>
    where
        'a: 'b,
    {
        let step = self.graph.step(id);
        match &step.op {
            Op::Number(bits) => Side::All(f64::from_bits(*bits)),
            Op::Column(_) => Side::Each(match self.part(step.column) {
                Some(Part::Number(all)) => all,
                _ => NO_NUMBERS.get(..self.rows.len()).unwrap_or(&[]),
            }),
            _ => Side::Each(self.own(scratch, step)),
        }
    }

    /// The states of a flag step.
    pub(super) fn flags<'b>(&self, scratch: &'b [u8], id: Id) -> &'b [u8] {
        self.own(scratch, self.graph.step(id))
    }

    /// The codes of a text step, each with the step that knows its meaning.
    pub(super) fn texts<'b>(&self, scratch: &'b [u64], id: Id) -> &'b [u64] {
        self.own(scratch, self.graph.step(id))
    }

    /// The values of a step in the scratch of its kind.
    pub(super) fn own<'b, T>(&self, scratch: &'b [T], step: &Step) -> &'b [T] {
        let rows = self.rows.len();
        let start = step.at.saturating_mul(rows);
        scratch.get(start..start.saturating_add(rows)).unwrap_or(&[])
    }

    /// The values of all steps before a step, and the place for its own.
    pub(super) fn split<'b, T>(&self, scratch: &'b mut [T], step: &Step) -> (&'b [T], &'b mut [T]) {
        let rows = self.rows.len();
        let start = step.at.saturating_mul(rows).min(scratch.len());
        let (before, rest) = scratch.split_at_mut(start);
        (before, rest.get_mut(..rows).unwrap_or(&mut []))
    }

    pub(super) fn flag_column(&self, column: usize) -> &'a [u8] {
        match self.part(column) {
            Some(Part::Flag(all)) => all,
            _ => NO_FLAGS.get(..self.rows.len()).unwrap_or(&[]),
        }
    }

    /// The codes of a text column, and what they mean.
    pub(super) fn codes(&self, column: usize) -> (&'a [u32], &'a Arc<Labels>) {
        match self.part(column) {
            Some(Part::Text(codes, labels)) => (codes, labels),
            _ => (NO_CODES.get(..self.rows.len()).unwrap_or(&[]), &NO_LABELS),
        }
    }

    /// The number of the column that a step reads, if it does nothing else.
    pub(super) fn column(&self, id: Id) -> Option<usize> {
        let step = self.graph.step(id);
        matches!(step.op, Op::Column(_)).then_some(step.column)
    }

    /// What a code with its step means.
    pub(super) fn text<'b>(&self, it: u64, words: &'b [Arc<str>]) -> Option<&'b Arc<str>>
    where
        'a: 'b,
    {
        if it == text::NOTHING {
            return None;
        }
        let (id, code) = text::unpack(it);
        let step = self.graph.step(id);
        debug_assert_eq!(step.kind, Kind::Text);
        match &step.op {
            Op::Column(_) => self.codes(step.column).1.text(code),
            Op::Text(it) => Some(it),
            _ => words.get(code as usize),
        }
    }

    fn part(&self, column: usize) -> Option<Part<'a>> {
        self.parts.get(column).copied().flatten()
    }
}
