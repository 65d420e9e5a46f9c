//! What one assessment hands to the next: plain data, sparse, versioned, to be stored by the host.
//!
//! Must not know: how it comes about.

mod alert;
mod playbook;

pub use alert::{AlertState, Health, Phase, RuleAlerts};
pub use playbook::{
    AwaitedStep, DelayAnchor, EnrolmentCause, EnrolmentPhase, EnrolmentState, PlaybookEnrolments,
};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;
use crate::time::AsOf;
use crate::value::Value;

/// The memory between two assessments.
///
/// It grows with the subjects that have a band, a carried value, an alert or a playbook, not with the size of the
/// config; and with what is asked of the past, by one entry for each change of a value within the longest window.
/// Names are kept as names, so that a config may change between two runs.
///
/// Numbers in it must come back as they were, to the last bit: with `serde_json` turn its feature
/// `float_roundtrip` on. The format has to name fields and say what it holds, as JSON, CBOR, and MessagePack with
/// names do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct State {
    /// The form of this state; this crate writes and reads form 1.
    pub version: u32,
    /// The day or moment of the last assessment.
    pub as_of: Option<AsOf>,
    /// The hash of the engine that made it.
    pub engine: String,
    /// Bands by scorecard and subject.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bands: BTreeMap<String, BTreeMap<String, BandState>>,
    /// Last known values by scorecard, factor and subject, where a factor carries them forward. A
    /// factor's name stands after those of its groups: `product / nps`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<String, BTreeMap<String, BTreeMap<String, CarriedValue>>>,
    /// What values were, by kind of subject, name and subject: of the names whose past something in the
    /// config asks for, as far back as it asks, oldest first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<SubjectKind, BTreeMap<String, BTreeMap<String, Vec<Held>>>>,
    /// Alerts by rule: those that are pending, firing, recovering or cooling down.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, RuleAlerts>,
    /// Enrolments by playbook: those under way, and those that must not begin again yet.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub playbooks: BTreeMap<String, PlaybookEnrolments>,
}

impl State {
    /// The form that this crate writes.
    pub const VERSION: u32 = 1;

    /// A state without a past.
    #[must_use]
    pub fn new() -> Self {
        Self { version: Self::VERSION, ..Self::default() }
    }

    /// Whether nothing is remembered yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        *self == Self::new()
    }
}

/// A value, and the day or moment of the first assessment at which it was this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The day or moment.
    pub since: AsOf,
    /// The value; it may be missing.
    pub value: Value,
}

/// The band that data hold a subject in: of its score before any override, held by margin and stay. An override acts
/// on the band of its day and is not remembered, so that lifting it acts at once too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandState {
    /// Its name.
    pub band: String,
    /// The day or moment at which the subject came into it.
    pub since: AsOf,
}

/// A last known value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedValue {
    /// The value.
    pub value: Value,
    /// The day on which it was observed.
    pub day: NaiveDate,
}
