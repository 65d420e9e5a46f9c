//! What is told of an alert.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Suppressor;
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;
use crate::memory::{Health, Phase};
use crate::node::Node;
use crate::time::AsOf;
use crate::value::Value;

/// Something that happened to an alert on a day.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::Change;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", severity = "critical" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let event = &night.events()[0];
/// assert_eq!((event.subject.as_str(), event.change, event.fired), ("acme", Change::Fired, Some(day)));
/// assert!(event.is_sent());
/// // The same night again gives the same id, by which a receiver drops what it has.
/// let again = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// assert_eq!(again.events()[0].id, event.id);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// Everything that suppresses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed_by: Vec<Suppressor>,
    /// Whether someone was told before that this alert fires.
    #[serde(default)]
    pub told_before: bool,
    /// The id of the event that it takes back or corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
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

    /// Whether it is the first that people hear of an alert. (One that fired is known to be told once that was said, when its day or
    /// moment is assessed again.)
    pub(crate) fn is_first_word(&self) -> bool {
        match self.change {
            Change::Fired => true,
            Change::Repeated { .. } => !self.told_before,
            _ => false,
        }
    }

    /// What happened and nothing else: the firing at the second day or moment, said as of the first.
    pub(crate) fn bare(
        rule: &str,
        (kind, subject): (SubjectKind, &str),
        change: Change,
        (as_of, fired): (AsOf, AsOf),
    ) -> Self {
        Self {
            id: event_id(rule, (kind, subject), change.name(), (fired, as_of), 0),
            day: as_of.day(),
            moment: Some(as_of).filter(|moment| !moment.is_day()),
            rule: rule.to_owned(),
            kind,
            subject: subject.to_owned(),
            parents: BTreeMap::new(),
            change,
            since: fired,
            fired: Some(fired),
            severity: RuleSeverity::default(),
            message: String::new(),
            evidence: Vec::new(),
            labels: BTreeMap::new(),
            owner: None,
            playbook: None,
            suppressed_by: Vec::new(),
            told_before: false,
            supersedes: None,
        }
    }

    /// Whether both are about one firing of an alert.
    pub(crate) fn is_about(&self, it: &Self) -> bool {
        (&self.rule, self.kind, &self.subject, self.fired)
            == (&it.rule, it.kind, &it.subject, it.fired)
    }

    /// Whether people would read the same of the same change.
    pub(crate) fn says_the_same(&self, it: &Self) -> bool {
        (self.since, self.fired, &self.parents) == (it.since, it.fired, &it.parents)
            && (self.severity, &self.message, &self.evidence)
                == (it.severity, &it.message, &it.evidence)
            && (&self.labels, &self.owner, &self.playbook) == (&it.labels, &it.owner, &it.playbook)
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
    /// The same day or moment was assessed again, and what was said of it is not true.
    Withdrawn {
        /// What was said.
        of: Told,
    },
    /// The same day or moment was assessed again, and what was said of it is true in other words or figures.
    Corrected {
        /// What was said.
        of: Told,
    },
}

/// What was said of an alert before it was corrected or withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Told {
    /// That it fired.
    Fired,
    /// That it still fires.
    Repeated,
    /// That it ended.
    Resolved,
    /// Whether its condition can be asked.
    HealthChanged,
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
            Self::Withdrawn { .. } => "withdrawn",
            Self::Corrected { .. } => "corrected",
        }
    }

    /// What it says, or what was said that it corrects or withdraws.
    #[must_use]
    pub const fn told(self) -> Told {
        match self {
            Self::Fired => Told::Fired,
            Self::Repeated { .. } => Told::Repeated,
            Self::Resolved { .. } => Told::Resolved,
            Self::HealthChanged { .. } => Told::HealthChanged,
            Self::Withdrawn { of } | Self::Corrected { of } => of,
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
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::Phase;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", for = "7d" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let alert = &night.alerts()[0];
/// assert_eq!((alert.phase, alert.since, alert.fired), (Phase::Pending, day, None));
///
/// let later = engine.assess(&Input::frame(&frame), "2026-03-08".parse::<AsOf>()?, night.state())?;
/// assert_eq!((later.alerts()[0].phase, later.alerts()[0].since), (Phase::Firing, day));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// Everything that suppresses it on that day.
    pub suppressed_by: Vec<Suppressor>,
}

/// The id of an event: of the rule, its subject, what happened, the first day or moment of what it happened to, that at
/// which it happened, and which of several it is.
pub(crate) fn event_id(
    rule: &str,
    (kind, subject): (SubjectKind, &str),
    change: &str,
    (first, at): (AsOf, AsOf),
    ordinal: u32,
) -> String {
    let mut parts = vec![
        Node::text(rule),
        Node::text(kind.name()),
        Node::text(subject),
        Node::text(change),
        Node::text(first.to_string()),
        Node::Int(ordinal.into()),
    ];
    // What is taken back may happen again later.
    if first != at {
        parts.push(Node::text(at.to_string()));
    }
    Node::List(parts).content_hash()
}
