//! What is said of enrolments beside their actions: which are under way, and what happened to them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ActionOutcome;
use crate::frame::SubjectKind;
use crate::time::AsOf;

/// A run of a playbook for a subject that is under way after an assessment.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     steps = [{ channel = "task", title = "Check the data" }, { channel = "call", title = "Call", after = "2d" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let run = &night.enrolments()[0];
/// assert_eq!((run.playbook.as_str(), run.subject.as_str(), run.began), ("recover", "acme", day));
/// let next = run.next.as_ref().ok_or("a step")?;
/// assert_eq!((next.step.as_str(), next.due), ("call", Some("2026-03-03".parse()?)));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Enrolment {
    /// The playbook.
    pub playbook: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The rule whose alert began it.
    pub rule: String,
    /// The day or moment at which that alert fired.
    pub fired: AsOf,
    /// The day or moment at which it began.
    pub began: AsOf,
    /// What comes next; none where only deadlines are waited for.
    pub next: Option<NextStep>,
    /// The issued steps whose report something waits for.
    pub awaited: Vec<String>,
}

/// The next step of an enrolment.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     steps = [{ channel = "task", title = "Check" }, { channel = "call", title = "Call", after_done = true }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let next = night.enrolments()[0].next.as_ref().ok_or("a step")?;
/// assert_eq!((next.step.as_str(), next.waits_for.as_deref()), ("call", Some("task")));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NextStep {
    /// Its name.
    pub step: String,
    /// The day on which it is due; none where the calendar has no day of work.
    pub due: Option<NaiveDate>,
    /// The step that must be reported before.
    pub waits_for: Option<String>,
}

/// Something that happened to an enrolment and is no action.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::playbook::Turn;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     stop_when = "utilization > 0.6"
///     steps = [{ channel = "call", title = "Call", after = "7d" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// assert_eq!(night.enrolment_changes()[0].turn, Turn::Begun);
///
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.7)]))?;
/// let next = engine.assess(&Input::frame(&frame), "2026-03-02".parse::<AsOf>()?, night.state())?;
/// assert!(matches!(next.enrolment_changes()[0].turn, Turn::Ended { .. }));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnrolmentChange {
    /// The day.
    pub day: NaiveDate,
    /// The playbook.
    pub playbook: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The rule whose alert began it, or would have.
    pub rule: String,
    /// The day or moment at which that alert fired.
    pub fired: AsOf,
    /// What happened.
    pub turn: Turn,
}

/// A turn in the life of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Turn {
    /// It began.
    Begun,
    /// It does not begin for this firing: the subject is enrolled already.
    Declined {
        /// The rule by which the subject is enrolled.
        enrolled_by: String,
    },
    /// The host reported a step that was waited for.
    Reported {
        /// The step.
        step: String,
        /// What became of it.
        outcome: ActionOutcome,
        /// Who says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// What there is to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A step was passed over.
    Skipped {
        /// The step.
        step: String,
        /// Why.
        reason: SkipReason,
    },
    /// It ended.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Why a step was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Its condition was false.
    Condition,
    /// Its condition had no data.
    NoData,
    /// Its condition could not be asked.
    Faulted,
}

/// Why an enrolment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// There is nothing left to do or to wait for.
    Finished,
    /// `stop_when` was true.
    Stopped,
    /// The alert that began it ended, and the playbook says `until_resolved`.
    Resolved,
    /// The playbook is gone, or is about another kind of subject.
    PlaybookRemoved,
    /// The subject is not among those that were assessed.
    SubjectGone,
}
