//! The rows of ids that mostly come in order.

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use super::Table;

/// Finds rows of ids: one that comes a little after the last in order is found beside it.
#[derive(Debug)]
pub(crate) struct RowsInOrder<'a> {
    ids: &'a [Arc<str>],
    by_id: &'a [u32],
    /// Where the last was found.
    last: Cell<usize>,
}

impl RowsInOrder<'_> {
    /// The row of an id.
    pub(crate) fn row_of(&self, id: &str) -> Option<usize> {
        // Ever wider steps from the last to where the id must lie before, or from the start where it lies behind.
        let mut from = self.last.get();
        if self.order(from, id) == Ordering::Greater {
            from = 0;
        }
        let mut step = 1;
        while self.order(from + step, id) == Ordering::Less {
            from += step;
            step *= 2;
        }
        let to = (from + step + 1).min(self.by_id.len());
        let near = self.by_id.get(from..to)?;
        let at = from + near.partition_point(|row| self.id(*row) < id);
        self.last.set(at.min(self.by_id.len().saturating_sub(1)));
        let row = *self.by_id.get(at)?;
        (self.id(row) == id).then_some(row as usize)
    }

    fn id(&self, row: u32) -> &str {
        self.ids.get(row as usize).map_or("", |id| id.as_ref())
    }

    /// How the id at a place compares; behind the end all are greater.
    fn order(&self, at: usize, id: &str) -> Ordering {
        self.by_id.get(at).map_or(Ordering::Greater, |row| self.id(*row).cmp(id))
    }
}

impl Table {
    /// Finds rows of ids that mostly come in order.
    pub(crate) fn rows_in_order(&self) -> RowsInOrder<'_> {
        RowsInOrder { ids: self.ids(), by_id: self.by_id(), last: Cell::new(0) }
    }

    /// Rows, each once, in the order of their ids.
    pub(crate) fn in_order_of_ids(&self, mut rows: Vec<u32>) -> Vec<u32> {
        if rows.len() * 16 < self.len() {
            rows.sort_unstable_by_key(|row| self.ids().get(*row as usize));
            return rows;
        }
        let mut is_asked = vec![false; self.len()];
        for row in &rows {
            if let Some(it) = is_asked.get_mut(*row as usize) {
                *it = true;
            }
        }
        let is_asked = |row: &u32| is_asked.get(*row as usize).copied().unwrap_or(false);
        self.by_id().iter().copied().filter(is_asked).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_the_table_finds(
            ids in prop::collection::btree_set("[a-d]{0,3}", 0..40),
            mut asked in prop::collection::vec("[a-d]{0,3}", 0..60),
            (shift, sorted) in (0_usize..40, any::<bool>()),
        ) {
            if sorted {
                asked.sort();
            }
            // In any order of rows.
            let mut ids: Vec<Arc<str>> = ids.into_iter().map(Arc::from).collect();
            let by = shift.min(ids.len());
            ids.rotate_left(by);
            let table = Table::default().again(ids.into(), 0);
            let rows = table.rows_in_order();
            for id in &asked {
                prop_assert_eq!(rows.row_of(id), table.row_of(id));
            }
        }
    }
}
