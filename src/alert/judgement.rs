//! One firing of an alert as its events tell it, and what somebody said of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Change, Event};
use crate::frame::SubjectKind;
use crate::time::AsOf;

/// What somebody said of one alert, fed back by the host.
///
/// ```
/// use foretell::alert::{AlertRef, Judgement, Opinion};
///
/// let said: Judgement = serde_json::from_str(
///     r#"{
///         "alert": { "firing": {
///             "rule": "no_login", "kind": "subscription", "subject": "s1", "fired": "2026-03-02"
///         } },
///         "opinion": "too_early"
///     }"#,
/// )?;
/// assert_eq!(said.opinion, Opinion::TooEarly);
/// assert!(matches!(said.alert, AlertRef::Firing(it) if it.subject == "s1"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Judgement {
    /// Which alert.
    pub alert: AlertRef,
    /// What was said.
    pub opinion: Opinion,
}

impl Judgement {
    /// What was said of an alert.
    #[must_use]
    pub const fn new(alert: AlertRef, opinion: Opinion) -> Self {
        Self { alert, opinion }
    }
}

/// Which alert: one firing of a rule for a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertRef {
    /// The id of any event of that firing: of the notice that the judge had in hand.
    Event(String),
    /// Rule, subject and day.
    Firing(FiringKey),
}

/// What tells one firing from every other.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::FiringKey;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let key = FiringKey::of(&night.events()[0]).ok_or("it fired")?;
/// assert_eq!((key.rule.as_str(), key.subject.as_str(), key.fired), ("no_login", "acme", day));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FiringKey {
    /// The rule.
    pub rule: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The day or moment at which it fired.
    pub fired: AsOf,
}

/// What can be said of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Opinion {
    /// It was right, and there was something to do.
    Useful,
    /// There was nothing.
    Noise,
    /// There may be something, but not yet enough to act.
    TooEarly,
}

/// One firing, put together from its events.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::firings;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frames = Vec::new();
/// for (day, quiet) in [("2026-03-01", 31.0), ("2026-03-15", 2.0)] {
///     let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
///     frame.insert("days_since_login", Column::numbers([Some(quiet)]))?;
///     frames.push((day.parse::<AsOf>()?, frame));
/// }
/// let past = engine.replay(frames.iter().map(|(day, frame)| (*day, Input::frame(frame))), &State::new())?;
/// let firing = &firings(&past.events)[0]; // two events, one firing
/// assert_eq!((firing.key.subject.as_str(), firing.told, firing.days_open()), ("acme", true, Some(14)));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Firing {
    /// Which it is.
    pub key: FiringKey,
    /// The subject's parents, where an event names them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parents: BTreeMap<SubjectKind, String>,
    /// Whether somebody was told that it fires.
    pub told: bool,
    /// The first day on which the events given tell somebody; none where they were told before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_on: Option<NaiveDate>,
    /// The day on which it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<NaiveDate>,
}

impl Firing {
    /// How many days it was open; none while it is.
    #[must_use]
    pub fn days_open(&self) -> Option<i64> {
        Some((self.resolved? - self.key.fired.day()).num_days())
    }
}

impl Firing {
    /// Whether it is about an account or something that belongs to one.
    pub(crate) fn is_of_account(&self) -> bool {
        self.key.kind == SubjectKind::Account || self.parents.contains_key(&SubjectKind::Account)
    }
}

impl FiringKey {
    /// The firing that an event is part of; none for an event of an alert that has not fired.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        Some(Self {
            rule: event.rule.clone(),
            kind: event.kind,
            subject: event.subject.clone(),
            fired: event.fired?,
        })
    }
}

/// Every firing that events are part of, by rule, subject and day.
///
/// Neither the order of the events nor one that is given twice matters. A firing of which only later
/// events are given, such as its end, is one too.
pub fn firings<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Firing> {
    let mut sorted: Vec<&Event> = events.into_iter().collect();
    sorted.sort_by(|left, right| (left.at(), &left.id).cmp(&(right.at(), &right.id)));
    let mut all: BTreeMap<FiringKey, Firing> = BTreeMap::new();
    for event in sorted {
        let Some(key) = FiringKey::of(event) else { continue };
        let firing = all.entry(key.clone()).or_insert_with(|| Firing {
            key,
            parents: BTreeMap::new(),
            told: false,
            told_on: None,
            resolved: None,
        });
        if firing.parents.is_empty() {
            firing.parents.clone_from(&event.parents);
        }
        let tells = matches!(event.change, Change::Fired | Change::Repeated { .. });
        if tells && event.is_sent() && !firing.told {
            firing.told_on = Some(event.day);
        }
        firing.told |= event.told_before || (tells && event.is_sent());
        if matches!(event.change, Change::Resolved { .. }) {
            firing.resolved = Some(event.day);
        }
    }
    all.into_values().collect()
}
