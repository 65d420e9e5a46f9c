//! Calendars of a config, compiled.

use std::sync::Arc;

use crate::time::Calendar;

/// What a config says of calendars.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendars {
    /// By number in the config.
    pub(crate) list: Vec<Option<Arc<Calendar>>>,
    /// Where nothing names another.
    pub(crate) default: Option<usize>,
    /// Where nobody says anything.
    pub(crate) standard: Arc<Calendar>,
}

impl Calendars {
    /// The one of a number in the config, if it is sound.
    pub(crate) fn get(&self, number: usize) -> Option<&Calendar> {
        self.list.get(number)?.as_deref()
    }
}
