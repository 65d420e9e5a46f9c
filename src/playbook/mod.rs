//! Playbooks: the life of an enrolment, the actions that come of it, and those that come with the crate.
//!
//! An enrolment is one run of a playbook for a subject, begun by the firing of an alert. Each day it goes
//! through `advance`, which knows nothing but where it stood, what day it is and what its conditions
//! say.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use foretell::{Config, Engine};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "utilization" }]
//!     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
//!
//!     [[playbooks]]
//!     name = "recover"
//!     until_resolved = true
//!     steps = [{ channel = "task", title = "Check" }, { channel = "call", title = "Call", after = "3d" }]
//!
//!     [[tests]]
//!     name = "nobody is called who is back by then"
//!     given = { utilization = "0.2x2 0.8x5" }
//!     actions = ["recover/task at 0"]
//! "#))?;
//! let report = engine.run_tests();
//! assert!(report.passed(), "{report}");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: columns, the engine, or how an action reaches anyone.

mod action;
mod advance;
mod enrolment;
mod ready;
mod record;

pub(crate) use action::action_id;
pub use action::{Action, ActionChange, ActionOutcome, ActionReport, ActionSort};
pub(crate) use advance::{Course, Happening, Today, advance, next_step};
pub use enrolment::{EndReason, Enrolment, EnrolmentChange, NextStep, SkipReason, Turn};
pub(crate) use ready::filled;
pub use record::ActionRecord;
