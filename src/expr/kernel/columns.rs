//! Where chunks find the columns that they read.

use std::ops::Range;
use std::sync::Arc;

use crate::expr::Value;
use crate::expr::function::Failure;
use crate::frame::{Column, Data, Labels, Table};

/// Where columns are found.
pub(crate) trait Columns {
    /// The column in a slot, if there is one; without one everything is missing.
    fn column(&self, slot: usize) -> Option<&Column>;

    /// Some of its rows.
    fn part(&self, slot: usize, rows: Range<usize>) -> Option<Part<'_>> {
        self.column(slot).map(|column| Part::of(column, rows))
    }

    /// Its value in a row.
    fn value(&self, slot: usize, row: usize) -> Value {
        self.column(slot).map_or(Value::Missing, |column| column.value(row))
    }

    /// Takes note that a call of a host's function failed in a row which needs it.
    fn failed(&self, row: usize, failure: &Failure);
}

/// Some rows of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    Number(&'a [f64]),
    Flag(&'a [u8]),
    Text(&'a [u32], &'a Arc<Labels>),
}

impl<'a> Part<'a> {
    /// Rows of a column; of a column that is too short, none.
    pub(crate) fn of(column: &'a Column, rows: Range<usize>) -> Self {
        match column.data() {
            Data::Number(all) => Self::Number(all.get(rows).unwrap_or(&[])),
            Data::Flag(all) => Self::Flag(all.get(rows).unwrap_or(&[])),
            Data::Text { codes, labels } => Self::Text(codes.get(rows).unwrap_or(&[]), labels),
        }
    }

    /// The value of a row; missing past the end.
    pub(crate) fn value(self, at: usize) -> Value {
        match self {
            Self::Number(all) => match all.get(at) {
                Some(it) if !it.is_nan() => Value::Number(*it),
                _ => Value::Missing,
            },
            Self::Flag(all) => match all.get(at) {
                Some(it) if *it < Data::NO_FLAG => Value::Flag(*it == 1),
                _ => Value::Missing,
            },
            Self::Text(codes, labels) => codes
                .get(at)
                .and_then(|code| labels.text(*code))
                .map_or(Value::Missing, |text| Value::Text(Arc::clone(text))),
        }
    }
}

impl Columns for Table {
    fn column(&self, slot: usize) -> Option<&Column> {
        Self::column(self, slot)
    }

    fn failed(&self, row: usize, failure: &Failure) {
        self.failures().add(row, &failure.function, &failure.why);
    }
}
