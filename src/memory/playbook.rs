//! Where playbooks stand between two assessments.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::BySubject;
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;
use crate::time::AsOf;

/// The enrolments in a playbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaybookEnrolments {
    /// What the playbook is about.
    pub(crate) subject: SubjectKind,
    /// By subject: by rule, then by the day on which its alert fired.
    pub(crate) subjects: BySubject<Vec<EnrolmentState>>,
}

/// One firing of an alert and what has come of it in a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrolmentState {
    /// The rule whose alert began it.
    pub(crate) rule: String,
    /// The day or moment at which that alert fired.
    pub(crate) fired: AsOf,
    /// The day or moment at which it began, or was declined.
    pub(crate) began: AsOf,
    /// How far it is.
    #[serde(default, skip_serializing_if = "EnrolmentPhase::is_open")]
    pub(crate) phase: EnrolmentPhase,
    /// The day from which the delay of the next step counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<NaiveDate>,
    /// The day from which a run of delays in months counts, so that what began on the 31st comes on the last days
    /// of shorter months; none where that is the same as `last`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchor: Option<DelayAnchor>,
    /// The steps that were issued or skipped, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reached: Vec<String>,
    /// The issued steps whose report something waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) awaited: Vec<AwaitedStep>,
    /// What the alert said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<EnrolmentCause>,
}

/// The day from which a run of delays in months counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelayAnchor {
    /// The day.
    pub(crate) day: NaiveDate,
    /// How many months the steps reached so far have come after it.
    pub(crate) months: u32,
}

/// What the alert that began an enrolment said when it was last heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrolmentCause {
    /// The day or moment at which its condition was first true.
    pub(crate) since: AsOf,
    /// How much it matters.
    pub(crate) severity: RuleSeverity,
    /// What it told people.
    pub(crate) message: Arc<str>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
}

/// A step that was issued and not yet reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwaitedStep {
    /// Its name.
    pub(crate) step: String,
    /// The day by which it is to be reported, until that was escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deadline: Option<NaiveDate>,
}

/// How far an enrolment is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub(crate) enum EnrolmentPhase {
    /// It is under way.
    #[default]
    Open,
    /// It ended; remembered while its alert fires, so that it does not begin again.
    Over,
    /// It never began, as another was under way; remembered while its alert fires.
    Declined,
}

impl EnrolmentPhase {
    /// Whether it is under way.
    #[must_use]
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}
