//! What comes out of playbooks: actions for the host to carry out; and what the host says became of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::config::{Channel, RuleSeverity};
use crate::frame::SubjectKind;
use crate::node::Node;
use crate::time::AsOf;
use crate::value::Value;

/// A step that is due now, or the word that one was not done.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", message = "hardly used", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     steps = [{ channel = "call", owner = "csm", title = "Call the admin", deadline = "3d" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let action = &night.actions()[0];
/// assert_eq!((action.subject.as_str(), action.title.as_str(), action.why.as_str()), ("acme", "Call the admin", "hardly used"));
/// assert_eq!(action.deadline, Some("2026-03-04".parse()?));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Action {
    /// The same for the same action, however often it is computed: 32 hexadecimal digits.
    pub id: String,
    /// Which of the two it is.
    pub sort: ActionSort,
    /// The day on which it was issued.
    pub day: NaiveDate,
    /// The day on which it was due: earlier where days were missed or the step before was waited for.
    pub due: NaiveDate,
    /// The last day on which it is in time; of an escalation, the day that was missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<NaiveDate>,
    /// The playbook.
    pub playbook: String,
    /// The step.
    pub step: String,
    /// How to carry it out.
    pub channel: Channel,
    /// The role that carries it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to do, in a line.
    pub title: String,
    /// What to do, in full; empty where the step has no text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The subject's parents, where they are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parents: BTreeMap<SubjectKind, String>,
    /// The rule whose alert began the enrolment.
    pub rule: String,
    /// What that alert said when it was last heard of.
    pub why: String,
    /// How much that alert matters.
    pub severity: RuleSeverity,
    /// The day or moment at which the alert's condition was first true.
    pub since: AsOf,
    /// The day or moment at which the alert fired.
    pub fired: AsOf,
    /// What the rule shows as evidence, with the values of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<(String, Value)>,
    /// The rule's labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The action that was not reported in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_of: Option<String>,
    /// Whether it is new, corrects one that was issued, or takes it back.
    #[serde(default, skip_serializing_if = "ActionChange::is_issued")]
    pub change: ActionChange,
    /// The id of the action that it takes back or corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
}

impl Action {
    /// Whether people would read the same.
    pub(crate) fn says_the_same(&self, it: &Self) -> bool {
        let plain = |it: &Self| Self {
            id: String::new(),
            rule: String::new(),
            playbook: String::new(),
            change: ActionChange::Issued,
            supersedes: None,
            ..it.clone()
        };
        plain(self) == plain(it)
    }
}

/// What became of an action when the same day or moment was assessed again.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionChange {
    /// It is issued.
    #[default]
    Issued,
    /// It says something else than the one that was issued.
    Corrected,
    /// The one that was issued is not to be done.
    Withdrawn,
}

impl ActionChange {
    /// Whether it is issued.
    #[must_use]
    pub const fn is_issued(&self) -> bool {
        matches!(self, Self::Issued)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What sort of action it is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionSort {
    /// A step to carry out.
    #[default]
    Step,
    /// A step was not reported by its deadline.
    Escalation,
}

impl ActionSort {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Step, Self::Escalation];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Escalation => "escalation",
        }
    }
}

/// What became of an action, as the host says. A report on an escalation is one on its step.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::playbook::{ActionOutcome, ActionReport};
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
///     steps = [
///         { channel = "task", title = "Check the data" },
///         { channel = "call", title = "Call the admin", after_done = true },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let task = &night.actions()[0];
/// let reports = [ActionReport::new(task.id.clone(), ActionOutcome::Done, "2026-03-02".parse()?)];
/// let next: AsOf = "2026-03-02".parse()?;
/// let without = engine.assess(&Input::frame(&frame), next, night.state())?;
/// assert!(without.actions().is_empty()); // the call waits for the task
/// let with = engine.assess(&Input::frame(&frame).with_reports(&reports), next, night.state())?;
/// assert_eq!(with.actions()[0].step, "call");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ActionReport {
    /// The action's id.
    pub action: String,
    /// What became of it.
    pub outcome: ActionOutcome,
    /// The day on which that was so; nothing is known of it before.
    pub day: NaiveDate,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl ActionReport {
    /// A report on the action of that id: what became of it, and on which day.
    #[must_use]
    pub fn new(action: impl Into<String>, outcome: ActionOutcome, day: NaiveDate) -> Self {
        Self { action: action.into(), outcome, day, by: None, note: None }
    }

    /// The same with who says so.
    #[must_use]
    pub fn said_by(mut self, who: impl Into<String>) -> Self {
        self.by = Some(who.into());
        self
    }

    /// The same with what there is to say about it.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionOutcome {
    /// It was carried out.
    Done,
    /// It will not be.
    Skipped,
}

/// The id of an action: of the playbook, the subject, the rule, the day or moment at which the enrolment began, the step, and
/// the sort of action.
pub(crate) fn action_id(
    playbook: &str,
    (kind, subject): (SubjectKind, &str),
    (rule, began): (&str, AsOf),
    step: &str,
    sort: ActionSort,
) -> String {
    Node::List(vec![
        Node::text(playbook),
        Node::text(kind.name()),
        Node::text(subject),
        Node::text(rule),
        Node::text(began.to_string()),
        Node::text(step),
        Node::text(sort.name()),
    ])
    .content_hash()
}
