//! What is remembered from one assessment to the next, part by part: plain data.
//!
//! Must not know: how it comes about, and in which form it is stored.

mod alert;
mod along;
mod copy_on_write;
mod held;
mod playbook;

pub(crate) use alert::{AlertState, RuleAlerts};
pub use alert::{Health, Phase};
pub(crate) use along::Along;
pub(crate) use copy_on_write::CopyOnWrite;
pub(crate) use held::HeldList;
pub(crate) use playbook::{
    AwaitedStep, DelayAnchor, EnrolmentCause, EnrolmentPhase, EnrolmentState, PlaybookEnrolments,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;
use crate::time::AsOf;
use crate::value::Value;

/// Something of each subject, by id.
pub(crate) type BySubject<V> = CopyOnWrite<BTreeMap<Arc<str>, V>>;

/// Bands by scorecard and subject.
pub(crate) type Bands = BTreeMap<String, BySubject<BandState>>;

/// Values that are carried forward, by scorecard, factor and subject.
pub(crate) type Carried = BTreeMap<String, BTreeMap<String, BySubject<CarriedValue>>>;

/// What values were, by kind of subject, name and subject.
pub(crate) type History = BTreeMap<SubjectKind, BTreeMap<String, BySubject<HeldList>>>;

/// A value, and the day or moment of the first assessment at which it was this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    /// The day or moment.
    pub(crate) since: AsOf,
    /// The value; it may be missing.
    pub(crate) value: Value,
}

/// The band that data hold a subject in: of its score before any override, held by margin and stay. An override acts
/// on the band of its day and is not remembered, so that lifting it acts at once too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BandState {
    /// Its name.
    pub(crate) band: String,
    /// The day or moment at which the subject came into it.
    pub(crate) since: AsOf,
}

/// A last known value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarriedValue {
    /// The value.
    pub(crate) value: Value,
    /// The day on which it was observed.
    pub(crate) day: NaiveDate,
}
