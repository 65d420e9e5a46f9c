//! What is told of an alert.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Suppressor;
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;
use crate::node::Node;
use crate::state::{Health, Phase};
use crate::time::AsOf;
use crate::value::Value;

/// Something that happened to an alert on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The same for the same event, however often it is computed: 32 hexadecimal digits.
    pub id: String,
    /// The day.
    pub day: NaiveDate,
    /// The moment, where the assessment was as of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<AsOf>,
    /// The rule.
    pub rule: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The subject's parents, where they are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parents: BTreeMap<SubjectKind, String>,
    /// What happened.
    pub change: Change,
    /// The day or moment at which the condition was first true.
    pub since: AsOf,
    /// The day or moment at which the alert fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired: Option<AsOf>,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// What to tell people.
    pub message: String,
    /// What is shown as evidence, with the values of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<(String, Value)>,
    /// The rule's labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Who it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
    /// Everything that speaks against sending it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed_by: Vec<Suppressor>,
    /// Whether someone was told before that this alert fires.
    #[serde(default)]
    pub told_before: bool,
}

impl Event {
    /// The moment, or the day where there is none.
    #[must_use]
    pub fn at(&self) -> AsOf {
        self.moment.unwrap_or_else(|| self.day.into())
    }

    /// Whether it is to be sent: nothing suppresses it, or it is the end of an alert that someone
    /// was told of, which is never kept from them.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.suppressed_by.is_empty()
            || (self.told_before && matches!(self.change, Change::Resolved { .. }))
    }
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Change {
    /// It fired.
    Fired,
    /// It still fires: it is time to say so again, or nothing suppresses it any more.
    Repeated {
        /// How many events repeated it, this one included.
        times: u32,
    },
    /// It ended.
    Resolved {
        /// Why.
        reason: Reason,
    },
    /// Its condition cannot be asked any more, or can again.
    HealthChanged {
        /// Whether it can be asked.
        health: Health,
    },
}

impl Change {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Repeated { .. } => "repeated",
            Self::Resolved { .. } => "resolved",
            Self::HealthChanged { .. } => "health_changed",
        }
    }
}

/// Why an alert ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The condition is false, or `clear_when` is true.
    Condition,
    /// The condition has no data, and the rule says that this ends it.
    NoData,
    /// The rule is gone.
    RuleRemoved,
    /// The rule means something else now, by which there is no alert.
    RuleChanged,
    /// The subject is not among those that were assessed.
    SubjectGone,
}

/// An alert that is not over on the day of an assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenAlert {
    /// The rule.
    pub rule: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// How far it is.
    pub phase: Phase,
    /// The day or moment at which the condition was first true.
    pub since: AsOf,
    /// The day or moment at which it fired.
    pub fired: Option<AsOf>,
    /// Whether its condition could be asked.
    pub health: Health,
    /// Whether someone was told that it fires.
    pub told: bool,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// What to tell people.
    pub message: String,
    /// The rule's labels.
    pub labels: BTreeMap<String, String>,
    /// Who it is for.
    pub owner: Option<String>,
    /// Everything that speaks against telling people of it on that day.
    pub suppressed_by: Vec<Suppressor>,
}

/// The id of an event: of the rule, its subject, what happened, the first day or moment of what it happened to,
/// and which of several it is.
pub(crate) fn event_id(
    rule: &str,
    (kind, subject): (SubjectKind, &str),
    change: &str,
    first: AsOf,
    ordinal: u32,
) -> String {
    Node::List(vec![
        Node::text(rule),
        Node::text(kind.name()),
        Node::text(subject),
        Node::text(change),
        Node::text(first.to_string()),
        Node::Int(ordinal.into()),
    ])
    .content_hash()
}
