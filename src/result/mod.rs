//! What a run gives: an assessment, scores in columns, and what a host must not overlook.
//!
//! Must not know: how it came about.

pub(crate) mod assessment;
pub(crate) mod card;
pub(crate) mod enrolled;
pub(crate) mod error;
pub(crate) mod note;
pub(crate) mod population;
pub(crate) mod read;
pub(crate) mod reasons;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod scores;
pub(crate) mod stored;
pub(crate) mod tripped;
pub(crate) mod waiting;
pub(crate) mod wants;
