//! Where alerts stand between two assessments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::BySubject;
use crate::any::{is_false, is_zero};
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;
use crate::time::AsOf;

/// The alerts of a rule, with what is needed to end them should the rule be gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleAlerts {
    /// What the rule is about.
    pub(crate) subject: SubjectKind,
    /// How much it matters.
    pub(crate) severity: RuleSeverity,
    /// The hash of what its conditions mean.
    pub(crate) meaning: String,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
    /// Who it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
    /// By subject.
    pub(crate) subjects: BySubject<AlertState>,
}

/// Where the alert of a rule about a subject stands. Days are moments where it was assessed as of moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertState {
    /// How far it is.
    pub(crate) phase: Phase,
    /// The day on which the condition was first true.
    pub(crate) began: AsOf,
    /// The day from which `for` counts: `began`, moved by the days that do not count.
    pub(crate) since: AsOf,
    /// Evaluations in a row at which the condition was true, while pending.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) evaluations: u32,
    /// The day on which it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fired: Option<AsOf>,
    /// The day from which `keep_firing_for` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clear_since: Option<AsOf>,
    /// Whether its condition could be asked.
    #[serde(default, skip_serializing_if = "Health::is_ok")]
    pub(crate) health: Health,
    /// The day since when it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unknown_since: Option<AsOf>,
    /// Whether an event said that it fires, and was not suppressed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) told: bool,
    /// The day of the last event that said so, suppressed or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_event: Option<AsOf>,
    /// How many events repeated it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) repeats: u32,
    /// How many events told of its health.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) health_changes: u32,
    /// The day on which the firing before ended, while it cools down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<AsOf>,
    /// What it said when its condition was last true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Arc<str>>,
}

impl AlertState {
    /// One of which nothing is up; `resolved` is the day on which the firing before ended.
    pub(crate) const fn idle(now: AsOf, resolved: Option<AsOf>) -> Self {
        Self {
            phase: Phase::Inactive,
            began: now,
            since: now,
            evaluations: 0,
            fired: None,
            clear_since: None,
            health: Health::Ok,
            unknown_since: None,
            told: false,
            last_event: None,
            repeats: 0,
            health_changes: 0,
            resolved,
            message: None,
        }
    }

    /// One that fires and was told, of which nothing is known but when it began and fired, and what it said.
    pub(crate) fn fired(began: AsOf, fired: AsOf, message: Arc<str>) -> Self {
        Self {
            phase: Phase::Firing,
            fired: Some(fired),
            told: true,
            last_event: Some(fired),
            message: Some(message),
            ..Self::idle(began, None)
        }
    }
}

/// How far an alert is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Phase {
    /// Nothing is up; it cools down, or waits for `no_data_for`.
    #[default]
    Inactive,
    /// The condition is true, but not for long enough.
    Pending,
    /// It is true, and has been for long enough.
    Firing,
    /// It is no longer true, but not for long enough.
    Recovering,
}

impl Phase {
    /// Every phase.
    pub(crate) const ALL: [Self; 4] =
        [Self::Inactive, Self::Pending, Self::Firing, Self::Recovering];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Recovering => "recovering",
        }
    }

    /// Whether the alert fires: it fired and has not ended.
    #[must_use]
    pub const fn is_firing(self) -> bool {
        matches!(self, Self::Firing | Self::Recovering)
    }

    /// Whether nothing is up.
    #[must_use]
    pub const fn is_idle(self) -> bool {
        matches!(self, Self::Inactive)
    }
}

/// Whether the condition of an alert could be asked.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// It had an answer.
    #[default]
    Ok,
    /// Something that it needs is missing.
    NoData,
    /// It could not be asked.
    Faulted,
}

impl Health {
    /// Whether it had an answer.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self, Self::Ok)
    }
}
