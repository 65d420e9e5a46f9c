//! The working columns of one kind of subject during an assessment, by slot.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Column, Data, Failures, Labels, stretch};
use crate::value::Value;

/// All columns of one kind of subject that have been computed so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Table {
    ids: Arc<[Arc<str>]>,
    /// Rows in the order of their ids, once someone looks one up.
    #[serde(skip)]
    by_id: OnceLock<Vec<u32>>,
    slots: Vec<Slot>,
    /// What failed while they were read, still to be said.
    #[serde(skip)]
    failures: Failures,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Slot {
    column: Option<Arc<Column>>,
    /// Rows whose value does not rest on anything missing; where absent, those that have a value.
    solid: Option<Vec<bool>>,
    /// Where that is not said: the slots of which all must be solid for it to be so.
    #[serde(skip)]
    rests: Option<Arc<[usize]>>,
    /// Whether the column is of an earlier run: memory to be written, and no value.
    #[serde(skip)]
    used: bool,
}

impl Table {
    /// A table for other subjects in the memory of one that is not needed any more.
    pub(crate) fn again(mut self, ids: Arc<[Arc<str>]>, slots: usize) -> Self {
        (self.ids, self.by_id) = (ids, OnceLock::new());
        self.failures = Failures::default();
        // From the last, so that of a column that is duplicated the first is free once it is met.
        for slot in self.slots.iter_mut().rev() {
            slot.column.take_if(|column| Arc::strong_count(column) > 1);
            (slot.solid, slot.rests, slot.used) = (None, None, true);
        }
        self.slots.resize_with(slots, Slot::default);
        self
    }

    /// The column of a slot, whatever is in it, if it is of an earlier run and no one else's.
    fn used(&mut self, slot: usize) -> Option<Arc<Column>> {
        let mut column = self.slots.get_mut(slot).filter(|slot| slot.used)?.column.take()?;
        Arc::get_mut(&mut column)?.days().is_none().then_some(column)
    }

    /// So many numbers to be written and set, whatever they are.
    pub(crate) fn numbers(&mut self, slot: usize) -> Arc<Column> {
        let rows = self.len();
        if let Some(mut it) = self.used(slot)
            && let Some(Data::Number(all)) = Arc::get_mut(&mut it).map(Column::data_mut)
        {
            stretch(all, rows, f64::NAN);
            return it;
        }
        let mut all = Vec::new();
        stretch(&mut all, rows, f64::NAN);
        Arc::new(Column::of(Data::Number(all)))
    }

    /// So many codes to be written and set, whatever they are.
    pub(crate) fn codes(&mut self, slot: usize, labels: &Arc<Labels>) -> Arc<Column> {
        let rows = self.len();
        if let Some(mut it) = self.used(slot)
            && let Some(Data::Text { codes, labels: of }) =
                Arc::get_mut(&mut it).map(Column::data_mut)
        {
            stretch(codes, rows, Data::NO_CODE);
            if !Arc::ptr_eq(of, labels) {
                *of = Arc::clone(labels);
            }
            return it;
        }
        let mut codes = Vec::new();
        stretch(&mut codes, rows, Data::NO_CODE);
        Arc::new(Column::of(Data::Text { codes, labels: Arc::clone(labels) }))
    }

    /// The same table for another single subject.
    pub(crate) fn begin_one(&mut self, ids: &Arc<[Arc<str>]>) {
        self.ids.clone_from(ids);
        self.by_id.take();
    }

    /// Whether every column, and what is said of it, has as many rows as there are ids.
    pub(crate) fn is_even(&self) -> bool {
        let rows = self.len();
        let even = |it: &Slot| {
            it.column.as_ref().is_none_or(|column| column.is_even(rows))
                && it.solid.as_ref().is_none_or(|solid| solid.len() == rows)
        };
        self.slots.iter().all(even)
    }

    pub(super) fn by_id(&self) -> &[u32] {
        self.by_id.get_or_init(|| {
            let mut rows: Vec<u32> = (0..self.ids.len() as u32).collect();
            rows.sort_by_key(|row| self.ids.get(*row as usize));
            rows
        })
    }

    /// What failed while its columns were read, by row.
    pub(crate) const fn failures(&self) -> &Failures {
        &self.failures
    }

    /// The row of an id.
    pub(crate) fn row_of(&self, id: &str) -> Option<usize> {
        let of = |row: &u32| self.ids.get(*row as usize).map_or("", |id| id.as_ref());
        let by_id = self.by_id();
        let at = by_id.binary_search_by(|row| of(row).cmp(id)).ok()?;
        by_id.get(at).map(|row| *row as usize)
    }

    /// The ids, sorted.
    pub(crate) fn sorted_ids(&self) -> impl Iterator<Item = &str> {
        self.by_id().iter().filter_map(|row| self.ids.get(*row as usize)).map(AsRef::as_ref)
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
            *it = Slot { column: Some(column), solid, rests: None, used: false };
        }
    }

    /// Says of a column that it is as solid as others, to be looked up when it is asked.
    pub(crate) fn rest(&mut self, slot: usize, on: &[usize]) {
        // Of those that rest on others themselves: on what.
        let mut bases: Vec<usize> = Vec::with_capacity(on.len());
        for it in on {
            match self.slots.get(*it).and_then(|slot| slot.rests.as_ref()) {
                Some(rests) => bases.extend_from_slice(rests),
                None => bases.push(*it),
            }
        }
        bases.sort_unstable();
        bases.dedup();
        if let Some(it) = self.slots.get_mut(slot) {
            it.rests = Some(bases.into());
        }
    }

    pub(crate) fn column(&self, slot: usize) -> Option<&Column> {
        self.slots.get(slot).filter(|slot| !slot.used).and_then(|slot| slot.column.as_deref())
    }

    pub(crate) fn value(&self, slot: usize, row: usize) -> Value {
        self.column(slot).map_or(Value::Missing, |column| column.value(row))
    }

    pub(crate) fn number(&self, slot: usize, row: usize) -> f64 {
        self.value(slot, row).number().unwrap_or(f64::NAN)
    }

    pub(crate) fn is_missing(&self, slot: usize, row: usize) -> bool {
        self.column(slot).is_none_or(|column| column.is_missing(row))
    }

    /// Whether the value of a row would stay the same whatever missing inputs turned out to be.
    pub(crate) fn is_solid(&self, slot: usize, row: usize) -> bool {
        match self.slots.get(slot) {
            None => false,
            Some(it) => match &it.solid {
                Some(solid) => solid.get(row).copied().unwrap_or(false),
                None if it.rests.is_some() => it
                    .rests
                    .iter()
                    .flat_map(|bases| bases.iter())
                    .all(|base| self.is_solid(*base, row)),
                None => self.column(slot).is_some_and(|column| !column.is_missing(row)),
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
                all.iter_mut().skip(solid.len()).for_each(|known| *known = false);
            }
            Some(Slot { rests: Some(rests), .. }) => {
                rests.iter().for_each(|base| self.and_solid(*base, rows.clone(), all));
            }
            Some(Slot { column: Some(column), solid: None, used: false, .. }) => {
                column.and_present(rows, all);
            }
            _ => all.fill(false),
        }
    }

    /// The day number of the input that a value rests on: of records the newest that counts for
    /// their take, of an expression or of children the oldest of their inputs' days.
    pub(crate) fn seen(&self, slot: usize, row: usize) -> Option<i32> {
        self.column(slot).and_then(|column| column.seen(row))
    }
}
