//! How a rule's answers become alerts, as written: waits, missing data, and what silences what.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::RuleSeverity;
use crate::any::read_any;
use crate::time::Period;

/// How long a condition must hold: calendar time, or a number of evaluations in a row.
///
/// In a config a period such as `"14d"`, or a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hold {
    /// Since the first evaluation at which it held.
    Period(Period),
    /// This many evaluations in a row, the first and the present one included.
    Evaluations(u32),
}

impl Hold {
    /// The most evaluations in a row: daily for a hundred years.
    pub const MOST: u32 = 36_525;

    /// Whether there is nothing to wait for.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        match self {
            Self::Period(it) => it.is_zero(),
            Self::Evaluations(it) => it <= 1,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(it) => it.fmt(f),
            Self::Evaluations(it) => it.fmt(f),
        }
    }
}

impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Period(it) => it.serialize(serializer),
            Self::Evaluations(it) => it.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HoldVisitor;

        impl Visitor<'_> for HoldVisitor {
            type Value = Hold;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a period such as `14d`, or a whole number of evaluations")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hold, E> {
                text.parse().map(Hold::Period).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Hold, E> {
                match u32::try_from(number) {
                    Ok(it @ 0..=Hold::MOST) => Ok(Hold::Evaluations(it)),
                    _ => Err(E::custom(format!(
                        "expected at most {} evaluations, got `{number}`",
                        Hold::MOST
                    ))),
                }
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Hold, E> {
                let wrong = || E::custom(format!("expected evaluations from 0, got `{number}`"));
                self.visit_u64(u64::try_from(number).map_err(|_| wrong())?)
            }
        }

        read_any(deserializer, HoldVisitor)
    }
}

/// What a rule does about a subject for which its condition has no data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NoDataPolicy {
    /// Stays as it is; the clock of `for` stands still.
    #[default]
    Keep,
    /// Counts as true.
    Alert,
    /// Ends the alert.
    Resolve,
}

/// While one alert is open, others are not sent.
///
/// A side that names rules and a severity takes in what fits both.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "quiet_days" }]
///     rules = [
///         { name = "no_login", when = "quiet_days > 30", severity = "critical" },
///         { name = "few_logins", when = "quiet_days > 7", severity = "warning" },
///     ]
///     inhibit = [{ source = ["no_login"], target = ["few_logins"] }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("quiet_days", Column::numbers([Some(45.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let sent: Vec<(&str, bool)> = night.events().iter().map(|event| (event.rule.as_str(), event.is_sent())).collect();
/// assert_eq!(sent, [("few_logins", false), ("no_login", true)]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct InhibitConfig {
    /// Rules of which an alert silences others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// The least severity of an alert that silences others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_severity: Option<RuleSeverity>,
    /// Rules that are silenced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// The greatest severity that is silenced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_severity: Option<RuleSeverity>,
    /// How the two subjects belong together.
    pub on: InhibitOn,
}

/// How the subject of a silencing alert and that of a silenced one belong together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum InhibitOn {
    /// They are the same.
    #[default]
    Subject,
    /// The silencing alert is about a parent of the other's subject, however far above.
    Parent,
}

impl InhibitConfig {
    /// Whether an alert of a rule with a severity silences others.
    pub(crate) fn is_source(&self, rule: &str, severity: RuleSeverity) -> bool {
        (self.source.is_empty() || self.source.iter().any(|name| name == rule))
            && self.source_severity.is_none_or(|least| least <= severity)
    }

    /// Whether an alert of a rule with a severity can be silenced.
    pub(crate) fn is_target(&self, rule: &str, severity: RuleSeverity) -> bool {
        (self.target.is_empty() || self.target.iter().any(|name| name == rule))
            && self.target_severity.is_none_or(|most| severity <= most)
    }
}
