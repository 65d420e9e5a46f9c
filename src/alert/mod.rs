//! The life of alerts: what begins, lasts and ends one, what is told of it, and what keeps it quiet.
//!
//! A rule's answers about a subject go through `step`, which knows nothing but where the alert stood
//! and what day it is; what would be told goes through `suppress`, which marks and never drops it.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use foretell::{Config, Engine};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "days_since_login" }]
//!     rules = [{ name = "no_login", when = "days_since_login > 30", for = "2d", keep_firing_for = "3d" }]
//!
//!     [[tests]]
//!     name = "waits for two days, and goes on for three after the last login"
//!     given = { days_since_login = "45x5 0x5" }
//!     events = ["no_login fired at 2, resolved at 8"]
//! "#))?;
//! let report = engine.run_tests();
//! assert!(report.passed(), "{report}");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: columns, the engine, or how a notice reaches anyone.

mod about;
mod event;
mod exposure;
mod judgement;
mod quality;
mod quiet;
mod step;
mod suppress;

pub use crate::memory::{Health, Phase};
pub(crate) use about::About;
pub(crate) use event::event_id;
pub use event::{Change, Event, OpenAlert, Reason, Told};
pub use exposure::Exposure;
pub use judgement::{AlertRef, Firing, FiringKey, Judgement, Opinion, firings};
pub use quality::{AlertQuality, RuleQuality, RuleStanding, Share, alert_quality};
pub(crate) use quiet::{Open, Quiet, cooling, inhibitors, settle};
pub(crate) use step::{Answer, Happening, Step, end, step, wait};
pub use suppress::{Matcher, QuietCalendar, Silence, Snooze, Suppressions, Suppressor};
