//! The memory of results that are not needed any more, to be used again.

use std::sync::Arc;

use crate::frame::{Column, Data, Table};
use crate::score::Columns;
use crate::verdict::Verdict;

/// Columns whose values mean nothing.
#[derive(Debug, Default)]
pub(crate) struct Room {
    numbers: Vec<Vec<f64>>,
    codes: Vec<Vec<u32>>,
    answers: Vec<Vec<Verdict>>,
}

impl Room {
    /// Takes over what no one else holds.
    pub(crate) fn of(tables: Vec<Table>, answers: impl Iterator<Item = Vec<Verdict>>) -> Self {
        let mut room = Self { answers: answers.collect(), ..Self::default() };
        // A column that stands twice is free once its second place is.
        for column in tables.into_iter().flat_map(Table::into_columns) {
            match Arc::try_unwrap(column).map(Column::into_data) {
                Ok(Data::Number(it)) => room.numbers.push(it),
                Ok(Data::Text { codes, .. }) => room.codes.push(codes),
                Ok(Data::Flag(_)) | Err(_) => {}
            }
        }
        room
    }

    /// A column of so many answers, whatever they are.
    pub(crate) fn answers(&mut self, rows: usize) -> Vec<Verdict> {
        fit(&mut self.answers, rows, Verdict::No)
    }
}

impl Columns for Room {
    fn numbers(&mut self, rows: usize) -> Vec<f64> {
        fit(&mut self.numbers, rows, 0.0)
    }

    fn codes(&mut self, rows: usize) -> Vec<u32> {
        fit(&mut self.codes, rows, 0)
    }
}

fn fit<T: Copy>(all: &mut Vec<Vec<T>>, rows: usize, value: T) -> Vec<T> {
    // What is empty takes nothing from those who need it.
    let used = if rows == 0 { None } else { all.pop() };
    used.map_or_else(
        || vec![value; rows],
        |mut it| {
            it.resize(rows, value);
            it
        },
    )
}
