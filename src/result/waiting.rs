//! A value that waits for a feed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;

/// A column that waits for a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) kind: SubjectKind,
    pub(crate) slot: usize,
    pub(crate) feed: String,
    pub(crate) until: NaiveDate,
}
