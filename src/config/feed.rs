//! What is expected of where records come from.

use serde::{Deserialize, Serialize};

use crate::time::Period;

/// How late the records of a table or a usage series may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedConfig {
    /// The table, `usage`, or the series or part of it, `usage.logins`; that of a part goes before that of its table.
    pub name: String,
    /// How long after the day until which it is complete what it says still counts, as of that day; not at all if not
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<Period>,
}
