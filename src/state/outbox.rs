//! What is to be delivered now: grouped, capped, each with its id, the same as long as it was not acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::content::{Content, Firing};
use super::{GroupBy, State};
use crate::alert::Event;
use crate::any::is_false;
use crate::config::RuleSeverity;
use crate::time::AsOf;

/// A fact that waits to be delivered.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::state::HandOut;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", message = "no login for a month" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let mut state = engine.assess(&Input::frame(&frame), day, &State::delivering())?.into_state();
/// let outbox = state.hand_out(&HandOut::new());
/// let delivery = outbox.deliveries().next().ok_or("one")?;
/// assert_eq!(delivery.content.event().map(|event| event.message.as_str()), Some("no login for a month"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Delivery {
    /// The day or moment of the assessment that it comes from.
    pub as_of: AsOf,
    /// What it says.
    pub content: Content,
    /// Whether it was handed out, and may have been sent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub handed_out: bool,
    /// The end of the alert of whose beginning it tells, where that came first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answered: Option<String>,
    /// Whether it came of days that are assessed again, the last of which was not reached yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) is_held: bool,
    /// Where it stood in the whole, in a part of a state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<u32>,
}

impl Delivery {
    pub(super) const fn new(as_of: AsOf, content: Content) -> Self {
        Self { as_of, content, handed_out: false, answered: None, is_held: false, place: None }
    }

    /// Whether it waits: not where its alert ended before anybody was told, nor, while days are assessed again, where it was never
    /// handed out.
    const fn waits(&self, is_rewound: bool) -> bool {
        self.answered.is_none() && (self.handed_out || !is_rewound)
    }

    /// The id: a receiver that has seen it drops it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.content.id()
    }
}

/// How deliveries are handed out.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::state::HandOut;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", owner = "ann" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(60.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let mut state = engine.assess(&Input::frame(&frame), day, &State::delivering())?.into_state();
/// let value = |it: &foretell::state::Content| it.event().map_or(0.0, |event| event.subject.len() as f64);
/// let outbox = state.hand_out(&HandOut::new().at_most(1).valued(&value));
/// let subjects: Vec<_> = outbox.deliveries().filter_map(|delivery| delivery.content.event()).map(|event| &event.subject).collect();
/// assert_eq!(subjects, ["globex"]); // the more valuable, here the longer name; the other waits
/// assert_eq!(outbox.waiting.values().sum::<usize>(), 1);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct HandOut<'a> {
    most: Option<usize>,
    groups: GroupBy<'a>,
    value: Option<&'a dyn Fn(&Content) -> f64>,
}

impl fmt::Debug for HandOut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOut")
            .field("most", &self.most)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

impl<'a> HandOut<'a> {
    /// All that waits, grouped by owner.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// At most so many for each owner and day or moment; the rest waits. Ends of alerts, withdrawals and corrections are always handed out, as
    /// they are about what somebody was told.
    #[must_use]
    pub const fn at_most(mut self, most: usize) -> Self {
        self.most = Some(most);
        self
    }

    /// Grouped otherwise than by owner.
    #[must_use]
    pub const fn grouped_by(mut self, by: GroupBy<'a>) -> Self {
        self.groups = by;
        self
    }

    /// The most valuable first; a value that is not a number is the least.
    #[must_use]
    pub const fn valued(mut self, value: &'a dyn Fn(&Content) -> f64) -> Self {
        self.value = Some(value);
        self
    }
}

/// What is to be delivered now.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::state::HandOut;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", owner = "ann" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(60.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let mut state = engine.assess(&Input::frame(&frame), day, &State::delivering())?.into_state();
/// let outbox = state.hand_out(&HandOut::new());
/// let ids: Vec<&str> = outbox.deliveries().map(|delivery| delivery.id()).collect();
/// assert_eq!(ids.len(), 2);
/// // What did not arrive is handed out again under the same id.
/// assert_eq!(state.acknowledge(&ids[..1]), 1);
/// let again = state.hand_out(&HandOut::new());
/// assert_eq!(again.deliveries().map(|delivery| delivery.id()).collect::<Vec<_>>(), ids[1..]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outbox {
    /// By what they have in common.
    pub groups: Vec<DeliveryGroup>,
    /// How many wait for another day or moment, by severity.
    pub waiting: BTreeMap<RuleSeverity, usize>,
}

/// Deliveries that belong together.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::state::HandOut;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [
///         { name = "no_login", when = "days_since_login > 30", owner = "ann" },
///         { name = "gone", when = "days_since_login > 50", owner = "ben", severity = "critical" },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(60.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let mut state = engine.assess(&Input::frame(&frame), day, &State::delivering())?.into_state();
/// let outbox = state.hand_out(&HandOut::new());
/// let groups: Vec<_> = outbox.groups.iter().map(|group| (group.key.as_str(), group.deliveries.len())).collect();
/// assert_eq!(groups, [("ann", 2), ("ben", 1)]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeliveryGroup {
    /// What they have in common; empty where they lack it.
    pub key: String,
    /// The greatest severity among them.
    pub severity: RuleSeverity,
    /// They, those that matter most first.
    pub deliveries: Vec<Delivery>,
}

impl Outbox {
    /// Every delivery, group by group.
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.groups.iter().flat_map(|group| &group.deliveries)
    }
}

impl State {
    /// What is to be delivered now: what was handed out and not acknowledged, under the same ids, and of what waits as much as
    /// the cap leaves. It is marked as handed out: store the state before anything is sent, and hand back what was
    /// delivered with [`State::acknowledge`].
    ///
    /// The first call begins to keep what waits, from the last day or moment on; a state that is never asked keeps none. A host
    /// whose first night may crash before it begins with [`State::delivering`].
    ///
    /// Those come first that were handed out before, in the order in which they were, then ends, withdrawals and corrections,
    /// then the most valuable, the most severe, the oldest; of the same, by id. An action waits with its alert: none is handed out before
    /// the word that its alert fires, where that waits.
    pub fn hand_out(&mut self, how: &HandOut<'_>) -> Outbox {
        let value = |it: &Content| {
            let value = how.value.map_or(0.0, |of| of(it));
            if value.is_finite() { value } else { f64::MIN }
        };
        self.record.begin(self.as_of);
        let record = &mut self.record;
        let is_rewound = record.rewound().is_some();
        let mut order: Vec<(usize, f64)> = (0..)
            .zip(&record.outbox)
            .filter(|pair| pair.1.waits(is_rewound))
            .map(|(at, it)| (at, value(&it.content)))
            .collect();
        let outbox = &record.outbox;
        let rank = |at: usize| {
            outbox
                .get(at)
                .map(|delivery| (!delivery.handed_out, delivery.content.is_first(), delivery))
        };
        order.sort_by(|(left, of_left), (right, of_right)| {
            let (Some((new, first, one)), Some((other_new, other_first, other))) =
                (rank(*left), rank(*right))
            else {
                return left.cmp(right);
            };
            if !new && !other_new {
                // Each may be about one before it.
                return left.cmp(right);
            }
            (new, first).cmp(&(other_new, other_first)).then(
                of_right
                    .total_cmp(of_left)
                    .then(other.content.severity().cmp(&one.content.severity()))
                    .then(one.as_of.cmp(&other.as_of))
                    .then(one.id().cmp(other.id())),
            )
        });
        let mut out = Outbox::default();
        let mut groups: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
        let mut handed_out = Vec::new();
        let mut untold = after_their_alerts(&mut order, &record.outbox);
        for (at, _) in order {
            let Some(it) = record.outbox.get_mut(at) else { continue };
            let alert = it.content.firing();
            if !it.handed_out && it.content.is_first() {
                if it.content.action().is_some() && untold.contains(&alert) {
                    *out.waiting.entry(it.content.severity()).or_default() += 1;
                    continue;
                }
                let spent = record
                    .spent
                    .entry(it.content.owner().unwrap_or_default().to_owned())
                    .or_default();
                if how.most.is_some_and(|most| *spent >= most) {
                    *out.waiting.entry(it.content.severity()).or_default() += 1;
                    continue;
                }
                *spent += 1;
            }
            if it.content.event().is_some() {
                untold.remove(&alert);
            }
            it.handed_out = true;
            handed_out.push(at);
            groups.entry(how.groups.key(&it.content)).or_default().push(it.clone());
        }
        record.spent.retain(|_, it| *it > 0);
        // They keep that order, however often they are handed out.
        let mut all: Vec<_> = std::mem::take(&mut record.outbox).into_iter().map(Some).collect();
        record.outbox =
            handed_out.iter().filter_map(|at| all.get_mut(*at).and_then(Option::take)).collect();
        record.outbox.extend(all.into_iter().flatten());
        out.groups = groups
            .into_iter()
            .map(|(key, deliveries)| {
                let severity = deliveries.iter().map(|it| it.content.severity()).max();
                DeliveryGroup { key, severity: severity.unwrap_or_default(), deliveries }
            })
            .collect();
        out
    }

    /// Notes that deliveries arrived; they are handed out no more. Returns how many of the ids were waiting for it.
    pub fn acknowledge<T: AsRef<str>>(&mut self, ids: impl IntoIterator<Item = T>) -> usize {
        let ids: BTreeSet<String> = ids.into_iter().map(|id| id.as_ref().to_owned()).collect();
        let before = self.record.outbox.len();
        self.record.outbox.retain(|delivery| !delivery.handed_out || !ids.contains(delivery.id()));
        before - self.record.outbox.len()
    }

    /// What waits to be delivered or acknowledged: first what was handed out, in the order in which it was, then the rest by
    /// day and by what it is about.
    pub fn waiting(&self) -> impl Iterator<Item = &Delivery> {
        let is_rewound = self.record.rewound().is_some();
        self.record.outbox.iter().filter(move |delivery| delivery.waits(is_rewound))
    }
}

/// Puts actions after the word that their alert fires, where nobody has that yet; and those alerts.
fn after_their_alerts(order: &mut [(usize, f64)], outbox: &[Delivery]) -> BTreeSet<Firing> {
    let of = |at: usize| {
        outbox.get(at).filter(|delivery| !delivery.handed_out).map(|delivery| &delivery.content)
    };
    let begins = |it: &&Content| it.event().is_some_and(Event::is_first_word);
    let untold = order.iter().filter_map(|pair| of(pair.0)).filter(begins).map(Content::firing);
    let untold: BTreeSet<Firing> = untold.collect();
    if !untold.is_empty() {
        let waits = |it: &Content| it.action().is_some() && untold.contains(&it.firing());
        order.sort_by_key(|pair| of(pair.0).is_some_and(waits));
    }
    untold
}
