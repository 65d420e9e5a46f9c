//! The life of alerts: what begins, lasts and ends one, what is told of it, and what keeps it quiet.
//!
//! A rule's answers about a subject go through `step`, which knows nothing but where the alert stood
//! and what day it is; what would be told goes through `suppress`, which marks and never drops it.
//!
//! Must not know: columns, the engine, or how a notice reaches anyone.

mod event;
mod exposure;
mod judgement;
mod quality;
mod step;
mod suppress;

pub use crate::memory::{Health, Phase};
pub(crate) use event::event_id;
pub use event::{Change, Event, OpenAlert, Reason, Told};
pub use exposure::Exposure;
pub use judgement::{AlertRef, Firing, FiringKey, Judgement, Opinion, firings};
pub use quality::{AlertQuality, RuleQuality, RuleStanding, Share, alert_quality};
pub(crate) use step::{Answer, Happening, Step, end, step, wait};
pub(crate) use suppress::{About, Open, cooling, inhibitors, settle};
pub use suppress::{Matcher, QuietCalendar, Silence, Snooze, Suppressions, Suppressor};
