//! Rules as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Hold, NoDataPolicy};
use crate::frame::SubjectKind;
use crate::time::Period;

/// A condition that raises an alert.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///
///     [[rules]]
///     name = "no_login"
///     when = "days_since_login > 30"
///     severity = "critical"
///     message = "no login for ${days(days_since_login)}"
///     owner = "csm"
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(3.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let [alert] = night.alerts() else { return Err("one alert".into()) };
/// assert_eq!((alert.subject.as_str(), alert.message.as_str()), ("acme", "no login for 45 days"));
/// assert_eq!(alert.owner.as_deref(), Some("csm"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleConfig {
    /// Its name.
    pub name: String,
    /// What it was called: alerts and runs of playbooks that a state holds under these names are this rule's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it is about; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// The condition.
    pub when: String,
    /// How much it matters.
    #[serde(default)]
    pub severity: RuleSeverity,
    /// What to tell people; `${…}` holds expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Free names and values that travel with the alert.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How long the condition must hold before the alert fires; not at all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#for: Option<Hold>,
    /// How long the alert goes on after the condition stopped to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<Period>,
    /// What ends a firing alert, instead of the condition being false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_when: Option<String>,
    /// How long after its end a new firing is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Period>,
    /// How often a firing alert is told again; never if not said. Days count from when it was told last, months and
    /// years from the day on which it fired, which they keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_every: Option<Period>,
    /// What becomes of the alert where the condition has no data.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_data: NoDataPolicy,
    /// How long data must be missing before `no_data` acts; until then all stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_data_for: Option<Period>,
    /// The longest time between two evaluations that counts whole towards `for`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<Period>,
    /// The names shown as evidence; what the condition reads if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// Who it is for: a person or a role, for the host to route by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to do about it: the name of a playbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
}

fn is_default(policy: &NoDataPolicy) -> bool {
    *policy == NoDataPolicy::default()
}

/// How much an alert matters, least first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RuleSeverity {
    /// Good to know.
    Info,
    /// Look at it this week.
    #[default]
    Warning,
    /// Act today.
    Critical,
}

impl std::fmt::Display for RuleSeverity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}
