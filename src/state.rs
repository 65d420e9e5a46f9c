//! What one assessment hands to the next: plain data, sparse, to be stored by the host.
//!
//! It has two halves. The *truth* depends on data and config alone: bands, values, alerts, enrolments. An assessment
//! of the same day or moment undoes what the last one made of it, and begins again. The *record* is of what was said to
//! people, and is never undone.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "days_since_login" }]
//!     rules = [{ name = "no_login", when = "days_since_login > 30" }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
//! frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
//! let day: AsOf = "2026-03-01".parse()?;
//! let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
//! // The same night again, from what the first gave: the truth is the same, and nothing is told twice.
//! let again = engine.assess(&Input::frame(&frame), day, night.state())?;
//! assert_eq!((again.alerts(), again.events().len()), (night.alerts(), 0));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: how it comes about.

mod check;
mod eve;
mod form;
mod group;
mod content;
mod outbox;
mod parts;
mod record;
mod undo;

pub use content::Content;
pub(crate) use eve::Eve;
pub use form::HandedOn;
pub use group::GroupBy;
pub use outbox::{Delivery, DeliveryGroup, HandOut, Outbox};
pub(crate) use parts::Kinds;
pub use parts::Parts;
pub(crate) use record::{Naming, Record};
pub(crate) use undo::{Undo, lacking};

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;
use crate::memory::{Bands, BySubject, Carried, History, PlaybookEnrolments, RuleAlerts};
use crate::node::Node;
use crate::text::number::many;
use crate::time::AsOf;

/// The memory between two assessments.
///
/// It grows with the subjects that have a band, a carried value, an alert or a playbook, not with the size of the
/// config; and with what is asked of the past, by one entry for each change of a value within the longest window.
/// Names are kept as names, so that a config may change between two runs.
///
/// It is stored in a form of sections by name, each with a version of its own, and a sum over all of it; a text that is
/// not a state, is cut short, or cannot be true is refused. Numbers in it must come back as they were, to the last bit: with
/// `serde_json` turn its feature `float_roundtrip` on. The format has to name fields and say what it holds, as JSON,
/// CBOR, and MessagePack with names do.
///
/// ```
/// # #[cfg(feature = "toml")] {
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
/// let mut state = State::new();
/// let mut told = Vec::new();
/// for day in ["2026-03-01", "2026-03-08", "2026-03-09"] {
///     let night = engine.assess(&Input::frame(&frame), day.parse::<AsOf>()?, &state)?;
///     told.extend(night.events().iter().map(|event| event.day.to_string()));
///     let stored = serde_json::to_string(night.state())?; // the host keeps it until the next night
///     state = serde_json::from_str(&stored)?;
/// }
/// assert_eq!(told, ["2026-03-08"]); // it waits for a week, and fires once
/// assert!(state.remembers("acme"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The day or moment of the last assessment.
    pub(crate) as_of: Option<AsOf>,
    /// The hash of the engine that made it.
    pub(crate) engine: String,
    /// Bands by scorecard and subject.
    pub(crate) bands: Bands,
    /// Last known values by scorecard, factor and subject, where a factor carries them forward. A
    /// factor's name stands after those of its groups: `product / nps`.
    pub(crate) carried: Carried,
    /// What values were, by kind of subject, name and subject: of the names whose past something in the
    /// config asks for, as far back as it asks, oldest first.
    pub(crate) history: History,
    /// Alerts by rule: those that are pending, firing, recovering or cooling down.
    pub(crate) alerts: BTreeMap<String, RuleAlerts>,
    /// Enrolments by playbook: those under way, and those that must not begin again yet.
    pub(crate) playbooks: BTreeMap<String, PlaybookEnrolments>,
    /// The subjects of which something is remembered and that were not there, and since when.
    pub(crate) absent: BTreeMap<SubjectKind, BySubject<AsOf>>,
    /// How many subjects there were, and how many of their values were missing.
    pub(crate) tallies: BTreeMap<SubjectKind, Tally>,
    /// What the last assessment replaced of all this.
    pub(crate) undo: Option<Box<Undo>>,
    /// What was replaced since before the last day that was assessed to its end, where the last assessment was one of a moment.
    pub(crate) eve: Option<Box<Eve>>,
    /// What was said.
    pub(crate) record: Record,
    /// Sections of a later version that are handed on as they came ([`HandedOn`]).
    pub(crate) handed_on: BTreeMap<String, Node>,
}

/// How many subjects of a kind an assessment had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tally {
    /// How many.
    pub(crate) subjects: usize,
    /// For how many of them a metric was missing, by metric; those of which none was are not named.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) missing: BTreeMap<String, usize>,
}

impl Tally {
    /// Adds those of others.
    pub(crate) fn add(&mut self, other: &Self) {
        self.subjects += other.subjects;
        for (metric, missing) in &other.missing {
            *self.missing.entry(metric.clone()).or_default() += missing;
        }
    }
}

impl State {
    /// The form that this crate writes; it reads form 1 too.
    pub const FORM: u32 = 2;

    /// A state without a past: that of the first night.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A state without a past that keeps what is to be delivered from its first assessment on.
    #[must_use]
    pub fn delivering() -> Self {
        let mut state = Self::new();
        state.record.begin(None);
        state
    }

    /// The day or moment of the last assessment; nothing before the first.
    #[must_use]
    pub fn as_of(&self) -> Option<AsOf> {
        self.as_of
    }

    /// The hash of the engine that made it; empty before the first assessment.
    #[must_use]
    pub fn engine_hash(&self) -> &str {
        &self.engine
    }

    /// Whether a band, a carried value, an alert, an enrolment or a past of a subject of that id is remembered.
    ///
    /// A host asks it before it goes on with one subject alone.
    #[must_use]
    pub fn remembers(&self, id: &str) -> bool {
        self.bands.values().any(|all| all.contains_key(id))
            || self.alerts.values().any(|all| all.subjects.contains_key(id))
            || self.playbooks.values().any(|all| all.subjects.contains_key(id))
            || self.carried.values().flat_map(BTreeMap::values).any(|all| all.contains_key(id))
            || self.history.values().flat_map(BTreeMap::values).any(|all| all.contains_key(id))
    }

    /// Whether nothing is remembered yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        *self == Self::default() || *self == Self::delivering()
    }

    /// This state, which the host kept, with the record of what was said until now: to assess the days after it again.
    ///
    /// Each of those days or moments is compared with what was told of it. Nothing is told before that of `newest` is assessed, or a
    /// later one; then the difference is: what is new, `corrected` and `withdrawn`. What of it was told is known for as long as the
    /// config says (`guards.rewind`, 7 days by default).
    #[must_use]
    pub fn rewind(&self, newest: &Self) -> Self {
        let until =
            newest.as_of.max(newest.record.rewound()).filter(|until| Some(*until) > self.as_of);
        let record = Record::rewind(self, newest, until);
        Self { record, handed_on: newest.handed_on.clone(), ..self.clone() }
    }

    /// What was true before the last assessment; nothing where it is not known.
    pub(crate) fn ground(&self) -> Self {
        self.as_of.and_then(|as_of| self.before(as_of)).unwrap_or_default()
    }

    /// The same for those who only look, made once for this state.
    pub(crate) fn ground_ref(&self) -> Option<&Self> {
        Some(self.undo.as_ref()?.ground(self, self.as_of?))
    }

    /// Whether anything of a playbook is remembered for a subject.
    pub(crate) fn enrols(&self, playbook: &str, subject: &str) -> bool {
        self.playbooks.get(playbook).is_some_and(|list| list.subjects.contains_key(subject))
    }

    /// What is true of it alone.
    pub(crate) fn truth(&self) -> Self {
        Self {
            as_of: self.as_of,
            engine: self.engine.clone(),
            bands: self.bands.clone(),
            carried: self.carried.clone(),
            history: self.history.clone(),
            alerts: self.alerts.clone(),
            playbooks: self.playbooks.clone(),
            absent: self.absent.clone(),
            tallies: self.tallies.clone(),
            ..Self::default()
        }
    }
}

/// `state of 2026-03-01: 3 bands, 4 alerts`; alerts are those pending, firing, recovering or cooling down.
impl Display for State {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(as_of) = self.as_of else { return f.write_str("state without a past") };
        let bands: usize = self.bands.values().map(|all| all.len()).sum();
        let alerts: usize = self.alerts.values().map(|all| all.subjects.len()).sum();
        write!(f, "state of {as_of}: {}, {}", many(bands, "band"), many(alerts, "alert"))
    }
}
