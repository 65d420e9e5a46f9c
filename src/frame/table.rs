//! The working columns of one kind of subject during an assessment, by slot.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::Column;
use crate::value::Value;

/// All columns of one kind of subject that have been computed so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Table {
    ids: Arc<[Arc<str>]>,
    /// Rows in the order of their ids, once someone looks one up.
    #[serde(skip)]
    by_id: OnceLock<Vec<u32>>,
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Slot {
    column: Option<Arc<Column>>,
    /// Rows whose value does not rest on anything missing; where absent, those that have a value.
    solid: Option<Vec<bool>>,
}

impl Table {
    pub(crate) fn new(ids: Arc<[Arc<str>]>, slots: usize) -> Self {
        Self { ids, by_id: OnceLock::new(), slots: vec![Slot::default(); slots] }
    }

    /// Whether every column, and what is said of it, has as many rows as there are ids.
    pub(crate) fn is_even(&self) -> bool {
        let rows = self.len();
        let even = |it: &Slot| {
            it.column.as_ref().is_none_or(|it| it.is_even(rows))
                && it.solid.as_ref().is_none_or(|it| it.len() == rows)
        };
        self.slots.iter().all(even)
    }

    fn by_id(&self) -> &[u32] {
        self.by_id.get_or_init(|| {
            let mut rows: Vec<u32> = (0..self.ids.len() as u32).collect();
            rows.sort_by_key(|row| self.ids.get(*row as usize));
            rows
        })
    }

    /// The row of an id.
    pub(crate) fn row_of(&self, id: &str) -> Option<usize> {
        let of = |row: &u32| self.ids.get(*row as usize).map_or("", |it| it.as_ref());
        let by_id = self.by_id();
        let at = by_id.binary_search_by(|row| of(row).cmp(id)).ok()?;
        by_id.get(at).map(|it| *it as usize)
    }

    /// The columns alone.
    pub(crate) fn into_columns(self) -> impl Iterator<Item = Arc<Column>> {
        self.slots.into_iter().filter_map(|it| it.column)
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn ids(&self) -> &[Arc<str>] {
        &self.ids
    }

    pub(crate) fn set(
        &mut self,
        slot: usize,
        column: impl Into<Arc<Column>>,
        solid: Option<Vec<bool>>,
    ) {
        let column = column.into();
        debug_assert_eq!(column.len(), self.len());
        if let Some(it) = self.slots.get_mut(slot) {
            *it = Slot { column: Some(column), solid };
        }
    }

    pub(crate) fn column(&self, slot: usize) -> Option<&Column> {
        self.slots.get(slot).and_then(|it| it.column.as_deref())
    }

    pub(crate) fn value(&self, slot: usize, row: usize) -> Value {
        self.column(slot).map_or(Value::Missing, |it| it.value(row))
    }

    pub(crate) fn number(&self, slot: usize, row: usize) -> f64 {
        self.value(slot, row).number().unwrap_or(f64::NAN)
    }

    pub(crate) fn is_missing(&self, slot: usize, row: usize) -> bool {
        self.column(slot).is_none_or(|it| it.is_missing(row))
    }

    /// Whether the value of a row would stay the same whatever missing inputs turned out to be.
    pub(crate) fn is_solid(&self, slot: usize, row: usize) -> bool {
        match self.slots.get(slot) {
            None => false,
            Some(it) => match &it.solid {
                Some(solid) => solid.get(row).copied().unwrap_or(false),
                None => it.column.as_ref().is_some_and(|it| !it.is_missing(row)),
            },
        }
    }

    /// Takes out of `all` the rows whose value is not solid.
    pub(crate) fn and_solid(&self, slot: usize, rows: Range<usize>, all: &mut [bool]) {
        match self.slots.get(slot) {
            Some(Slot { solid: Some(solid), .. }) => {
                let solid = solid.get(rows).unwrap_or(&[]);
                for (all, it) in all.iter_mut().zip(solid) {
                    *all &= it;
                }
                all.iter_mut().skip(solid.len()).for_each(|it| *it = false);
            }
            Some(Slot { column: Some(column), solid: None }) => column.and_present(rows, all),
            _ => all.fill(false),
        }
    }

    /// The day number of the input that a value rests on: of records the newest that counts for
    /// their take, of an expression or of children the oldest of their inputs' days.
    pub(crate) fn seen(&self, slot: usize, row: usize) -> Option<i32> {
        self.column(slot).and_then(|it| it.seen(row))
    }
}
