//! From an input to a result: steps fill columns, scorecards score, rules are asked, alerts and playbooks go a step further.
//!
//! Must not know: how a config is checked.

pub(crate) mod absence;
pub(crate) mod alerts;
pub(crate) mod asked;
pub(crate) mod assess;
pub(crate) mod by_chunk;
pub(crate) mod calendars;
pub(crate) mod children;
pub(crate) mod columns;
pub(crate) mod failures;
pub(crate) mod feeds;
pub(crate) mod guards;
pub(crate) mod input;
pub(crate) mod kin;
pub(crate) mod manual;
pub(crate) mod moving;
pub(crate) mod night;
pub(crate) mod notices;
pub(crate) mod past;
pub(crate) mod playbooks;
pub(crate) mod presence;
pub(crate) mod reach;
pub(crate) mod replay;
pub(crate) mod reports;
pub(crate) mod scores;
pub(crate) mod single_row;
pub(crate) mod steps;
pub(crate) mod strange;
pub(crate) mod subjects;
pub(crate) mod suppressed;
pub(crate) mod suppressions;
pub(crate) mod tree;
pub(crate) mod unnamed;
pub(crate) mod vanished;
pub(crate) mod waiting;
pub(crate) mod whole;
