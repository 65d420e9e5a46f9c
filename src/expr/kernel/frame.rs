//! What a chunk reads: columns, and the values of steps in the scratch.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::number::Side;
use super::{CHUNK, Columns, text};
use crate::expr::ir::{Graph, Id, Op, Step};
use crate::expr::{Kind, MAX_TEXT, Outcome, Program, Value};
use crate::frame::{Column, Data, Labels};

/// Missing numbers, flags and texts, for columns that are not there.
static NO_NUMBERS: [f64; CHUNK] = [f64::NAN; CHUNK];
static NO_FLAGS: [u8; CHUNK] = [Data::NO_FLAG; CHUNK];
static NO_CODES: [u32; CHUNK] = [Data::NO_CODE; CHUNK];
static NO_LABELS: LazyLock<Arc<Labels>> = LazyLock::new(Arc::default);

/// Some rows of columns, and the steps over them.
pub(super) struct Frame<'a> {
    pub(super) graph: &'a Graph,
    pub(super) columns: &'a dyn Columns,
    pub(super) rows: Range<usize>,
}

impl<'a> Frame<'a> {
    /// Whether each column that is there holds what it was declared to hold, in every row.
    pub(super) fn is_as_declared(&self) -> bool {
        self.graph.columns().all(|(slot, kind)| {
            self.columns.column(slot).is_none_or(|column| {
                let short = match column.data() {
                    Data::Text { labels, .. } => labels.longest() <= MAX_TEXT,
                    _ => true,
                };
                column.kind() == kind && self.rows.end <= column.len() && short
            })
        })
    }

    /// Asks gear 2 about one row.
    pub(super) fn interpret(&self, program: &Program, row: usize) -> Outcome {
        let value = |slot: usize| self.columns.column(slot).map(|it| it.value(row));
        program.run(&mut |slot| value(slot).unwrap_or(Value::Missing))
    }

    /// The numbers of a step.
    pub(super) fn numbers<'b>(&self, scratch: &'b [f64], id: Id) -> Side<'b>
    where
        'a: 'b,
    {
        let step = self.graph.step(id);
        match &step.op {
            Op::Number(bits) => Side::All(f64::from_bits(*bits)),
            Op::Column(slot) => Side::Each(match self.data(*slot) {
                Some(Data::Number(all)) => all.get(self.rows.clone()).unwrap_or(&[]),
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

    pub(super) fn flag_column(&self, slot: usize) -> &'a [u8] {
        match self.data(slot) {
            Some(Data::Flag(all)) => all.get(self.rows.clone()).unwrap_or(&[]),
            _ => NO_FLAGS.get(..self.rows.len()).unwrap_or(&[]),
        }
    }

    /// The codes of a text column, and what they mean.
    pub(super) fn codes(&self, slot: usize) -> (&'a [u32], &'a Arc<Labels>) {
        match self.data(slot) {
            Some(Data::Text { codes, labels }) => {
                (codes.get(self.rows.clone()).unwrap_or(&[]), labels)
            }
            _ => (NO_CODES.get(..self.rows.len()).unwrap_or(&[]), &NO_LABELS),
        }
    }

    /// The column in a slot, if the step is nothing else.
    pub(super) fn slot(&self, id: Id) -> Option<usize> {
        match &self.graph.step(id).op {
            Op::Column(slot) => Some(*slot),
            _ => None,
        }
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
            Op::Column(slot) => self.codes(*slot).1.text(code),
            Op::Text(it) => Some(it),
            _ => words.get(code as usize),
        }
    }

    fn data(&self, slot: usize) -> Option<&'a Data> {
        self.columns.column(slot).map(Column::data)
    }
}
