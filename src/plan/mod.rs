//! What a config was compiled to: data that a run goes by, without the walk.
//!
//! Must not know: how it was compiled, and the subjects of a run.

pub(crate) mod calendars;
pub(crate) mod extras;
pub(crate) mod compiled;
pub(crate) mod formerly;
pub(crate) mod memory;
pub(crate) mod names;
pub(crate) mod outline;
pub(crate) mod playbook;
pub(crate) mod settled;
pub(crate) mod show;
pub(crate) mod single_row;
pub(crate) mod steps;
pub(crate) mod tracked;
pub(crate) mod wants;

pub(crate) use compiled::Compiled;
