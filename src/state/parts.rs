//! A state cut into parts, and parts put together again: so that a book can be assessed in parts, on several machines or one
//! family at a time.
//!
//! What is about a subject goes where that goes. What is about the night stands in each part; what counts over all subjects
//! stands in one of them, and is summed when they are put together.

use std::collections::BTreeMap;

use super::{Record, State, Tally, Undo};
use crate::fault::{Code, Fault, Faults};
use crate::frame::SubjectKind;
use crate::memory::{BySubject, PlaybookEnrolments};
use crate::text::number::many;

/// The kinds of what is remembered by name.
pub(crate) trait Kinds {
    /// What a scorecard is about.
    fn of_card(&self, name: &str) -> SubjectKind;
    /// What a playbook is about.
    fn of_playbook(&self, name: &str) -> SubjectKind;
    /// What a rule is about.
    fn of_rule(&self, name: &str) -> SubjectKind;
}

/// The same, where a state says it itself.
struct Known<'a> {
    kinds: &'a dyn Kinds,
    state: &'a State,
}

impl Kinds for Known<'_> {
    fn of_card(&self, name: &str) -> SubjectKind {
        self.kinds.of_card(name)
    }

    fn of_playbook(&self, name: &str) -> SubjectKind {
        let list = self.state.playbooks.get(name);
        list.map_or_else(|| self.kinds.of_playbook(name), |list| list.subject)
    }

    fn of_rule(&self, name: &str) -> SubjectKind {
        let list = self.state.alerts.get(name);
        list.map_or_else(|| self.kinds.of_rule(name), |list| list.subject)
    }
}

/// A state cut into parts, by their keys.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let frame = |ids: &[&str], days: f64| {
///     let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().copied())?;
///     frame.insert("days_since_login", Column::numbers(ids.iter().map(|_| Some(days))))?;
///     Ok::<_, foretell::frame::FrameError>(frame)
/// };
/// let [first, second]: [AsOf; 2] = ["2026-03-01".parse()?, "2026-03-02".parse()?];
/// let whole = frame(&["acme", "globex"], 45.0)?;
/// let state = engine.assess(&Input::frame(&whole), first, &State::new())?.into_state();
///
/// // Each subject is a part of its own: here by its first letter.
/// let mut parts = engine.split(&state, |_, id| id.chars().next());
/// let mut after = Vec::new();
/// for id in ["acme", "globex"] {
///     let part = frame(&[id], 46.0)?;
///     let own = parts.take(&id.chars().next());
///     after.push(engine.assess(&Input::frame(&part).as_part(), second, &own)?.into_state());
/// }
/// let whole = frame(&["acme", "globex"], 46.0)?;
/// let at_once = engine.assess(&Input::frame(&whole), second, &state)?.into_state();
/// assert_eq!(State::merge(after)?, at_once);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parts<K: Ord> {
    parts: BTreeMap<K, State>,
    /// What a part begins with of whose subjects nothing is remembered.
    bare: State,
}

impl<K: Ord> Parts<K> {
    /// The keys of the parts in which something is remembered.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.parts.keys()
    }

    /// The part of a key, which is taken out; one of which nothing is remembered is of the same night.
    pub fn take(&mut self, key: &K) -> State {
        self.parts.remove(key).unwrap_or_else(|| {
            let bare = self.bare.without_counts();
            std::mem::replace(&mut self.bare, bare)
        })
    }
}

impl<K: Ord> IntoIterator for Parts<K> {
    type Item = (K, State);
    type IntoIter = std::collections::btree_map::IntoIter<K, State>;

    /// The parts in which something is remembered.
    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter()
    }
}

/// Where what is about a subject goes.
pub(super) trait Places {
    fn part(&mut self, kind: SubjectKind, id: &str) -> &mut State;
}

struct Cut<'a, K: Ord> {
    parts: BTreeMap<K, State>,
    bare: State,
    key: &'a dyn Fn(SubjectKind, &str) -> K,
}

impl<K: Ord> Places for Cut<'_, K> {
    fn part(&mut self, kind: SubjectKind, id: &str) -> &mut State {
        let Self { parts, bare, key } = self;
        parts.entry(key(kind, id)).or_insert_with(|| bare.clone())
    }
}

/// All parts in one.
struct Whole(State);

impl Places for Whole {
    fn part(&mut self, _: SubjectKind, _: &str) -> &mut State {
        &mut self.0
    }
}

impl Kinds for Whole {
    // All goes to one place, whatever it is about.
    fn of_card(&self, _: &str) -> SubjectKind {
        SubjectKind::Subscription
    }

    fn of_playbook(&self, _: &str) -> SubjectKind {
        SubjectKind::Subscription
    }

    fn of_rule(&self, _: &str) -> SubjectKind {
        SubjectKind::Subscription
    }
}

impl State {
    /// The state in parts: `key` says to which part a subject belongs.
    pub(crate) fn split<K: Ord>(
        &self,
        kinds: &dyn Kinds,
        key: &dyn Fn(SubjectKind, &str) -> K,
    ) -> Parts<K> {
        let counts = self.bare();
        let mut cut = Cut { parts: BTreeMap::new(), bare: counts.without_counts(), key };
        self.pour(kinds, &mut cut);
        let Cut { mut parts, mut bare, .. } = cut;
        match parts.values_mut().next() {
            Some(first) => first.add_counts(&counts),
            None => bare = counts,
        }
        Parts { parts, bare }
    }

    /// Parts of one night put together: those of a cut, after or before all of them were assessed as of the same day or moment by the
    /// same engine.
    ///
    /// What is handed out is handed out from the whole ([`State::hand_out`]). In its outbox, that which waits stands by day and what it is about.
    ///
    /// # Errors
    /// Where parts are of different nights or engines, or two remember the same subject.
    pub fn merge(parts: impl IntoIterator<Item = Self>) -> Result<Self, Faults> {
        let mut parts = parts.into_iter().peekable();
        let Some(first) = parts.peek() else { return Ok(Self::new()) };
        let mut whole = Whole(first.bare().without_counts());
        let mut faults = Vec::new();
        for (at, part) in parts.enumerate() {
            let bare = part.bare();
            let mut fault = |what: String, help: &str| {
                let place = format!("state.parts[{at}]");
                faults.push(Fault::new(Code::Incompatible, place, what).help(help));
            };
            if !bare.is_of_one_night(&whole.0) {
                let of = |state: &Self| {
                    state
                        .as_of
                        .map_or_else(|| "before a first night".to_owned(), |at| format!("of {at}"))
                };
                let what =
                    format!("it is {}, and the parts before it are {}", of(&part), of(&whole.0));
                fault(
                    what,
                    "put together parts that were cut from one state and assessed by one engine, each once",
                );
                continue;
            }
            whole.0.add_counts(&bare);
            whole.0.record.join(&part.record);
            let before = whole.0.entries();
            part.pour(&Whole(Self::new()), &mut whole);
            let lost = (before + part.entries()).saturating_sub(whole.0.entries());
            if lost > 0 {
                let what = format!("{} of it another part remembers too", many(lost, "thing"));
                fault(what, "a subject belongs to one part");
            }
        }
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        let Whole(mut whole) = whole;
        whole.record.in_order();
        let alone = whole.truth();
        if let Some(undo) = &mut whole.undo {
            undo.without_known(&alone);
        }
        if let Some(eve) = &mut whole.eve {
            eve.undo.without_known(&alone);
        }
        Ok(whole)
    }

    /// What is about the night, without any subject.
    fn bare(&self) -> Self {
        Self {
            as_of: self.as_of,
            engine: self.engine.clone(),
            tallies: self.tallies.clone(),
            undo: self.undo.as_ref().map(|undo| Box::new(undo.bare(self))),
            eve: self.eve.as_ref().map(|eve| Box::new(eve.bare(self))),
            record: self.record.bare(),
            handed_on: self.handed_on.clone(),
            ..Self::new()
        }
    }

    /// The same without what counts over all subjects.
    fn without_counts(&self) -> Self {
        let mut bare = self.clone();
        bare.tallies.clear();
        bare.handed_on.clear();
        bare.undos().for_each(|undo| undo.tallies.clear());
        bare.record.spent.clear();
        bare
    }

    /// Adds what counts over all subjects.
    fn add_counts(&mut self, other: &Self) {
        add(&mut self.tallies, &other.tallies);
        let handed_on = other.handed_on.iter().map(|(name, held)| (name.clone(), held.clone()));
        self.handed_on.extend(handed_on);
        let others = [other.undo.as_deref(), other.eve.as_ref().map(|eve| &eve.undo)];
        let others: Vec<&Undo> = others.into_iter().flatten().collect();
        for (undo, other) in self.undos().zip(others) {
            add(&mut undo.tallies, &other.tallies);
            undo.join(other);
        }
        for (owner, spent) in &other.record.spent {
            *self.record.spent.entry(owner.clone()).or_default() += spent;
        }
    }

    /// What the last steps replaced.
    fn undos(&mut self) -> impl Iterator<Item = &mut Undo> {
        let eve = self.eve.as_mut().map(|eve| &mut eve.undo);
        self.undo.as_deref_mut().into_iter().chain(eve)
    }

    /// Whether two bare states are of the same night.
    fn is_of_one_night(&self, other: &Self) -> bool {
        let head = |it: &Self| (it.as_of, it.undo.is_some(), it.eve.as_ref().map(|eve| eve.day));
        let undo = |it: &Self| it.undo.as_ref().map(|undo| (undo.as_of, undo.engine.clone()));
        (head(self), &self.engine, undo(self)) == (head(other), &other.engine, undo(other))
            && self.record.is_of_one_night(&other.record)
    }

    /// How much is remembered.
    fn entries(&self) -> usize {
        let of = |carried: &crate::memory::Carried| -> usize {
            carried.values().flat_map(BTreeMap::values).map(|all| all.len()).sum()
        };
        let bands: usize = self.bands.values().map(|all| all.len()).sum();
        let alerts: usize = self.alerts.values().map(|list| list.subjects.len()).sum();
        let playbooks: usize = self.playbooks.values().map(|list| list.subjects.len()).sum();
        let history: usize =
            self.history.values().flat_map(BTreeMap::values).map(|all| all.len()).sum();
        bands + alerts + playbooks + history + of(&self.carried)
    }

    /// Puts what is about subjects into their parts.
    fn pour(&self, kinds: &dyn Kinds, to: &mut dyn Places) {
        let kinds = &Known { kinds, state: self };
        for (card, all) in &self.bands {
            let kind = kinds.of_card(card);
            for (id, it) in all {
                put(&mut to.part(kind, id).bands, card, id, it);
            }
        }
        for (card, factors) in &self.carried {
            let kind = kinds.of_card(card);
            for (factor, all) in factors {
                for (id, it) in all {
                    put(to.part(kind, id).carried.entry(card.clone()).or_default(), factor, id, it);
                }
            }
        }
        for (kind, names) in &self.history {
            for (name, all) in names {
                for (id, it) in all {
                    put(to.part(*kind, id).history.entry(*kind).or_default(), name, id, it);
                }
            }
        }
        for (rule, list) in &self.alerts {
            for (id, it) in &list.subjects {
                let all = &mut to.part(list.subject, id).alerts;
                let all = all.entry(rule.clone()).or_insert_with(|| list.head());
                all.subjects.insert(id.clone(), it.clone());
            }
        }
        for (playbook, list) in &self.playbooks {
            for (id, it) in &list.subjects {
                let all = &mut to.part(list.subject, id).playbooks;
                let empty = || PlaybookEnrolments { subject: list.subject, ..Default::default() };
                let all = all.entry(playbook.clone()).or_insert_with(empty);
                all.subjects.insert(id.clone(), it.clone());
            }
        }
        for (kind, all) in &self.absent {
            for (id, it) in all {
                put(&mut to.part(*kind, id).absent, kind, id, it);
            }
        }
        if let Some(undo) = &self.undo {
            undo.pour(kinds, &mut |kind, id, put| {
                if let Some(undo) = to.part(kind, id).undo.as_deref_mut() {
                    put(undo);
                }
            });
        }
        if let Some(eve) = &self.eve {
            eve.undo.pour(kinds, &mut |kind, id, put| {
                if let Some(eve) = to.part(kind, id).eve.as_deref_mut() {
                    put(&mut eve.undo);
                }
            });
        }
        self.record.pour(&|name| kinds.of_playbook(name), &mut |kind,
                                                                id,
                                                                put: &mut dyn FnMut(
            &mut Record,
        )| {
            put(&mut to.part(kind, id).record);
        });
    }
}

/// Puts something of a subject under a key.
fn put<K: Ord + Clone, V: Clone>(
    all: &mut BTreeMap<K, BySubject<V>>,
    key: &K,
    id: &std::sync::Arc<str>,
    it: &V,
) {
    all.entry(key.clone()).or_default().insert(id.clone(), it.clone());
}

/// Adds counts of subjects to others.
fn add(all: &mut BTreeMap<SubjectKind, Tally>, others: &BTreeMap<SubjectKind, Tally>) {
    for (kind, other) in others {
        all.entry(*kind).or_default().add(other);
    }
}
