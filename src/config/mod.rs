//! What an author wrote: serde types, nothing checked but syntax.
//!
//! A config is read from TOML with the place of every part, from any serde format, or built by
//! hand. Reading never fails: what is wrong is kept as faults, and
//! [`Engine::compile`](crate::engine::Engine::compile) reports them together with everything else.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use foretell::{Config, Engine};
//!
//! let config = Config::parse("metrics = [{ name = 'seats', unti = 'seats' }]\nrules = [{ name = 'r', when = 'seets > 5' }]");
//! assert_eq!(config.faults().len(), 1); // what could not be read
//! assert_eq!(Engine::compile(&config).unwrap_err().list().len(), 2); // and what cannot be meant
//! # }
//! ```
//!
//! Must not know: what the settings mean to a subject's data.

mod alert;
mod feed;
mod guard;
mod metric;
mod playbook;
mod points;
mod rule;
mod scorecard;
mod series;
mod test;
mod variants;

pub use alert::{Hold, InhibitConfig, InhibitOn, NoDataPolicy};
pub use feed::FeedConfig;
pub use guard::{GuardConfig, Percent};
pub use metric::{Better, Empty, MetricConfig, Take, Window};
pub use playbook::{Channel, DayCount, OnePer, PlaybookConfig, ReadyMade, StepConfig};
pub use points::{
    DecayPoints, FlagPoints, LinearPoints, LogPoints, Outside, PercentilePoints, Points,
    SigmoidPoints, Step,
};
pub use rule::{RuleConfig, RuleSeverity};
pub use scorecard::{
    Aggregate, BandBy, BandConfig, FactorConfig, GroupConfig, MissingPolicy, OverrideConfig,
    ScorecardConfig, Weights,
};
pub use series::{Series, SeriesError};
pub use test::{
    Given, TestCalendar, TestConfig, TestExpect, TestSilence, TestSnooze, TestSubject, TestTime,
};
pub use variants::{CaseBody, Valued, VariantCase, Variants};

pub use crate::time::{CalendarConfig, CalendarException, CalendarHours, Holiday, HolidaysClose};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Fault, Severity};
use crate::frame::SubjectKind;
use crate::node::{Node, Removed, Repaired, Source, read_all, show_path};

/// A whole config.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// let config = foretell::config::Config::parse(r#"
///     [[metrics]]
///     name = "days_since_login"
///
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
/// "#);
/// assert!(config.faults().is_empty());
/// assert_eq!(config.scorecards[0].name, "health");
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// What the config is called, for people.
    pub name: Option<String>,
    /// The subject of everything that names none.
    pub subject: SubjectKind,
    /// The currency in which amounts are compared; needs rates in the book for any other.
    pub currency: Option<String>,
    /// The calendar that counts where working days are asked for and none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Which days are worked on and when it is open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarConfig>,
    /// How late the records of tables and usage series may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<FeedConfig>,
    /// Named values of subjects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricConfig>,
    /// Who the subjects are: first match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<ClassConfig>,
    /// Where on the journey they are: first match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<ClassConfig>,
    /// Trees of weighted factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scorecards: Vec<ScorecardConfig>,
    /// Conditions that raise alerts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleConfig>,
    /// Which open alerts keep others from being sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inhibit: Vec<InhibitConfig>,
    /// What is to be done about alerts, step by step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub playbooks: Vec<PlaybookConfig>,
    /// What a night must not exceed without somebody looking at it.
    #[serde(skip_serializing_if = "GuardConfig::is_default")]
    pub guards: GuardConfig,
    /// What the config is held to by its author; no part of what it means.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestConfig>,

    #[serde(skip)]
    source: Source,
    #[serde(skip)]
    removed: Removed,
    /// What may be a name in a text that is not wholly TOML.
    #[serde(skip)]
    torn: BTreeSet<String>,
    #[serde(skip)]
    faults: Vec<Fault>,
}

/// A segment or a stage: the first whose condition holds is the subject's.
///
/// A subject that none takes in is in `other`; one for which a condition on the way has no data is
/// in none.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "seats" }]
///     segments = [{ name = "enterprise", when = "seats >= 1000" }, { name = "small", when = "seats < 50" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex", "initech"])?;
/// frame.insert("seats", Column::numbers([Some(5000.0), Some(200.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let segment = |id| night.value(SubjectKind::Subscription, "segment", id).shown();
/// assert_eq!(segment("acme"), "enterprise");
/// assert_eq!(segment("globex"), "other"); // none takes it in
/// assert_eq!(segment("initech"), "missing"); // nobody knows how many seats it has
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ClassConfig {
    /// Its name.
    pub name: String,
    /// What it was called: a subject that a state has in one of these was in this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it is about; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// The condition; always true if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

impl Config {
    /// The longest text that is read, in bytes. Our choice: twelve times the longest real config
    /// seen, and little enough that no text can take more than 64 MB to read, tested by
    /// `no_config_hurts`.
    pub const LONGEST_TEXT: usize = 1 << 17;
    /// The most items in one list or table. Our choice, tested by `no_config_hurts`.
    pub const MOST_ITEMS: usize = 2000;

    /// Reads TOML. Never fails: see [`Config::faults`].
    #[cfg(feature = "toml")]
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.len() > Self::LONGEST_TEXT {
            let message =
                format!("a config has at most {} bytes, got {}", Self::LONGEST_TEXT, text.len());
            let faults = vec![Fault::new(Code::Limit, "", message)];
            return Self { faults, ..Self::default() };
        }
        let (source, node, faults) = Source::toml(text);
        Self::read(node, source, faults)
    }

    /// Reads a tree from any other format. Never fails: see [`Config::faults`].
    #[must_use]
    pub fn from_node(node: Node) -> Self {
        Self::read(node, Source::default(), Vec::new())
    }

    fn read(node: Node, source: Source, syntax: Vec<Fault>) -> Self {
        let mut faults = syntax;
        let syntactic = faults.len();
        let crowded = Self::crowded(&node);
        let read = match crowded {
            Some(fault) => {
                faults.push(fault);
                Repaired { value: Self::default(), faults: Vec::new(), removed: Removed::default() }
            }
            None => read_all::<Self>(node),
        };
        faults.extend(read.faults);
        for fault in faults.iter_mut().skip(syntactic) {
            source.locate(fault);
        }
        let broken = |it: &Fault| it.code == Code::Syntax && it.severity == Severity::Error;
        let torn = if faults.iter().any(broken) { source.quoted() } else { BTreeSet::new() };
        Self { source, removed: read.removed, torn, faults, ..read.value }
    }

    /// What is wrong with a tree in which a list or table has too many items to go on.
    pub(crate) fn crowded(node: &Node) -> Option<Fault> {
        let path = node.crowded(Self::MOST_ITEMS)?;
        let message = format!("a list or table has at most {} items", Self::MOST_ITEMS);
        Some(Fault::new(Code::Limit, show_path(&path), message))
    }

    /// The config as TOML text, which reads as the same config. Comments of a text it was read from are not in it.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// let text = "[[metrics]]\nname = \"seats\"\nbetter = \"higher\"\n";
    /// assert!(foretell::Config::parse(text).to_toml().ends_with(text));
    /// # }
    /// ```
    #[must_use]
    pub fn to_toml(&self) -> String {
        // The config's own types always serialize.
        Node::of(self).map_or_else(|_| String::new(), |node| node.to_toml())
    }

    /// The same without the places of a text, which it no longer is.
    #[cfg(feature = "outcome")]
    pub(crate) fn without_source(self) -> Self {
        Self { source: Source::default(), removed: Removed::default(), ..self }
    }

    /// What could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether a name may have been defined by a part that could not be read.
    pub(crate) fn is_lost(&self, name: &str) -> bool {
        self.removed.names.contains(name) || self.torn.contains(name)
    }

    /// Whether a part lacks what could not be read, which has been reported.
    pub(crate) fn is_torn(&self, path: &str) -> bool {
        self.removed.touches(path)
    }

    /// Moves a fault about this config to its place in the text.
    pub(crate) fn locate(&self, mut fault: Fault) -> Fault {
        fault.place.path = self.removed.original(&fault.place.path);
        self.source.locate(&mut fault);
        fault
    }

    /// Moves a fault about a key of this config to the key's place in the text.
    pub(crate) fn locate_key(&self, mut fault: Fault) -> Fault {
        fault.place.path = self.removed.original(&fault.place.path);
        self.source.locate_key(&mut fault);
        fault
    }

    /// Moves a fault about `length` bytes at `start` of the text value at the fault's path.
    pub(crate) fn locate_inside(&self, mut fault: Fault, start: usize, length: usize) -> Fault {
        fault.place.path = self.removed.original(&fault.place.path);
        self.source.locate_inside(&mut fault, start, length);
        fault
    }
}

#[cfg(all(test, feature = "toml"))]
mod tests;
