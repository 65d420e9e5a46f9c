//! From a config to what a run goes by: every name is resolved, every expression compiled, and every fault found.
//!
//! Must not know: the subjects of a run.

pub(crate) mod always_silenced;
pub(crate) mod bands;
pub(crate) mod beneath;
pub(crate) mod calendars;
pub(crate) mod cases;
pub(crate) mod expressions;
pub(crate) mod everything;
pub(crate) mod finish;
pub(crate) mod feeds;
pub(crate) mod formerly;
pub(crate) mod inhibit;
pub(crate) mod kin;
pub(crate) mod lint;
pub(crate) mod many;
pub(crate) mod metrics;
pub(crate) mod names;
pub(crate) mod outputs;
pub(crate) mod own;
pub(crate) mod past;
pub(crate) mod playbooks;
pub(crate) mod points;
pub(crate) mod records;
pub(crate) mod resolve;
pub(crate) mod rules;
pub(crate) mod scorecards;
pub(crate) mod sureness;
