//! Calls of the host's functions that failed, by function and row.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Of each function that failed, in which rows, and why.
pub(crate) type Failed = BTreeMap<Arc<str>, BTreeMap<usize, Arc<str>>>;

/// What failed while columns were read: whoever reads them notes it here, from whatever thread. Of a row the first reason counts.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Failed>);

impl Failures {
    pub(crate) fn add(&self, row: usize, function: &Arc<str>, why: &Arc<str>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(function) {
            all.insert(Arc::clone(function), BTreeMap::new());
        }
        if let Some(rows) = all.get_mut(function) {
            rows.entry(row).or_insert_with(|| Arc::clone(why));
        }
    }

    /// All that has been noted, which is then forgotten.
    pub(crate) fn take(&self) -> Failed {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A copy of columns takes along nothing that is still to be said.
impl Clone for Failures {
    fn clone(&self) -> Self {
        Self::default()
    }
}
