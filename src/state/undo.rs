//! What an assessment replaced: sparse, by subject, so that the same day or moment can be assessed again.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::parts::Kinds;
use super::{State, Tally};
use crate::frame::SubjectKind;
use crate::memory::{
    AlertState, BandState, BySubject, CarriedValue, EnrolmentState, HeldList, History,
    PlaybookEnrolments, RuleAlerts,
};
use crate::time::AsOf;

/// What was under keys, and the keys under which there was nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Was<K: Ord, V> {
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    was: BTreeMap<K, V>,
    #[serde(default = "BTreeSet::new", skip_serializing_if = "BTreeSet::is_empty")]
    new: BTreeSet<K>,
}

impl<K: Ord, V> Was<K, V> {
    fn is_empty(&self) -> bool {
        self.was.is_empty() && self.new.is_empty()
    }
}

/// What the last assessment replaced of a state.
///
/// Of values that are remembered it needs nothing but lists that are gone: what was first held at an assessment is dropped by
/// its day or moment, and what is older than any window asks for is read by none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Undo {
    pub(super) as_of: Option<AsOf>,
    pub(super) engine: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    bands: BTreeMap<String, Was<Arc<str>, BandState>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    carried: BTreeMap<String, BTreeMap<String, Was<Arc<str>, CarriedValue>>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    history: History,
    /// Rules that were said otherwise, without their alerts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    rules: BTreeMap<String, RuleAlerts>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    alerts: BTreeMap<String, Was<Arc<str>, AlertState>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    kinds: BTreeMap<String, SubjectKind>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    playbooks: BTreeMap<String, Was<Arc<str>, Vec<EnrolmentState>>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    absent: BTreeMap<SubjectKind, Was<Arc<str>, AsOf>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tallies: BTreeMap<SubjectKind, Tally>,
    #[serde(skip)]
    ground: Ground,
}

/// What was true before, once it was asked for: no part of what is remembered.
#[derive(Debug, Default)]
struct Ground(OnceLock<Box<State>>);

impl Clone for Ground {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Ground {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Undo {
    /// What a step from one truth to the next replaced.
    pub(crate) fn of(old: &State, new: &State) -> Self {
        Self::between(old, new, false)
    }

    /// What several steps replaced from one truth to a later one: of what values were also what has grown too old since.
    pub(super) fn of_steps(old: &State, new: &State) -> Self {
        Self::between(old, new, true)
    }

    fn between(old: &State, new: &State, several: bool) -> Self {
        let none = BySubject::default();
        let mut undo = Self { as_of: old.as_of, engine: old.engine.clone(), ..Self::default() };
        undo.bands = nested(&old.bands, &new.bands, |bands| bands);
        for name in both(&old.carried, &new.carried) {
            let (was, is) = (old.carried.get(name), new.carried.get(name));
            let none = BTreeMap::new();
            let all = nested(was.unwrap_or(&none), is.unwrap_or(&none), |subjects| subjects);
            if !all.is_empty() {
                undo.carried.insert(name.clone(), all);
            }
        }
        for (kind, names) in &old.history {
            for (name, lists) in names {
                let now =
                    new.history.get(kind).and_then(|metrics| metrics.get(name)).unwrap_or(&none);
                let gone = lacking(lists.keys(), now.keys());
                let is_cut = |(id, was): &(&Arc<str>, &HeldList)| {
                    now.get(*id).is_some_and(|is| is.first() != was.first())
                };
                let cut = several.then(|| lists.iter().filter(is_cut)).into_iter().flatten();
                let gone: BySubject<_> = gone
                    .chain(cut.map(|entry| entry.0))
                    .filter_map(|id| lists.get_key_value(id))
                    .map(|(id, it)| (id.clone(), it.clone()))
                    .collect();
                if !gone.is_empty() {
                    undo.history.entry(*kind).or_default().insert(name.clone(), gone);
                }
            }
        }
        for (name, was) in &old.alerts {
            if new.alerts.get(name).is_none_or(|is| !was.is_headed_as(is)) {
                undo.rules.insert(name.clone(), was.head());
            }
        }
        undo.alerts = nested(&old.alerts, &new.alerts, |list| &list.subjects);
        for (name, was) in &old.playbooks {
            if new.playbooks.get(name).is_none_or(|is| was.subject != is.subject) {
                undo.kinds.insert(name.clone(), was.subject);
            }
        }
        undo.playbooks = nested(&old.playbooks, &new.playbooks, |list| &list.subjects);
        undo.absent = nested(&old.absent, &new.absent, |subjects| subjects);
        undo.tallies.clone_from(&old.tallies);
        undo
    }

    /// The same, made once.
    pub(super) fn ground(&self, now: &State, as_of: AsOf) -> &State {
        self.ground.0.get_or_init(|| Box::new(self.before(now, as_of)))
    }

    /// How many subjects there were, and how many of their values were missing.
    pub(crate) const fn tallies(&self) -> &BTreeMap<SubjectKind, Tally> {
        &self.tallies
    }

    /// How many subjects are in another band of a scorecard than before.
    pub(crate) fn moved(&self, card: &str, now: &State) -> usize {
        let (Some(undo), Some(now)) = (self.bands.get(card), now.bands.get(card)) else { return 0 };
        undo.was.keys().filter(|key| now.contains_key(*key)).count()
    }

    /// What was true before the assessment at `as_of`.
    pub(super) fn before(&self, now: &State, as_of: AsOf) -> State {
        let mut was = now.truth();
        was.as_of = self.as_of;
        was.engine.clone_from(&self.engine);
        restore_nested(&mut was.bands, &self.bands);
        for (card, factors) in &self.carried {
            restore_nested(was.carried.entry(card.clone()).or_default(), factors);
        }
        was.carried.retain(|_, it| !it.is_empty());
        for names in was.history.values_mut() {
            for lists in names.values_mut() {
                lists.values_mut().for_each(|list| list.forget_from(as_of));
                lists.retain(|_, it| !it.is_empty());
            }
            names.retain(|_, it| !it.is_empty());
        }
        was.history.retain(|_, it| !it.is_empty());
        for (kind, names) in &self.history {
            for (name, lists) in names {
                let all = was.history.entry(*kind).or_default().entry(name.clone()).or_default();
                all.extend(lists.iter().map(|(id, it)| (Arc::clone(id), it.clone())));
            }
        }
        for (rule, head) in &self.rules {
            let subjects = was.alerts.remove(rule).map(|list| list.subjects).unwrap_or_default();
            was.alerts.insert(rule.clone(), RuleAlerts { subjects, ..head.clone() });
        }
        for (rule, alerts) in &self.alerts {
            if let Some(it) = was.alerts.get_mut(rule) {
                restore(&mut it.subjects, alerts);
            }
        }
        was.alerts.retain(|_, it| !it.subjects.is_empty());
        for (playbook, subject) in &self.kinds {
            let subjects = was.playbooks.remove(playbook).map(|list| list.subjects);
            let all =
                PlaybookEnrolments { subject: *subject, subjects: subjects.unwrap_or_default() };
            was.playbooks.insert(playbook.clone(), all);
        }
        for (playbook, enrolments) in &self.playbooks {
            if let Some(it) = was.playbooks.get_mut(playbook) {
                restore(&mut it.subjects, enrolments);
            }
        }
        was.playbooks.retain(|_, it| !it.subjects.is_empty());
        restore_nested(&mut was.absent, &self.absent);
        was.tallies.clone_from(&self.tallies);
        was
    }
}

impl RuleAlerts {
    /// What is remembered of the rule, without its alerts.
    pub(super) fn head(&self) -> Self {
        Self {
            subject: self.subject,
            severity: self.severity,
            meaning: self.meaning.clone(),
            labels: self.labels.clone(),
            owner: self.owner.clone(),
            subjects: BySubject::default(),
        }
    }

    fn is_headed_as(&self, it: &Self) -> bool {
        (self.subject, self.severity, &self.meaning, &self.labels, &self.owner)
            == (it.subject, it.severity, &it.meaning, &it.labels, &it.owner)
    }
}

/// The keys of either, each once, sorted.
fn both<'a, K: Ord, V>(left: &'a BTreeMap<K, V>, right: &'a BTreeMap<K, V>) -> Vec<&'a K> {
    let mut keys: Vec<&K> = left.keys().chain(right.keys()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What differs: what was, and none where there was nothing.
fn diff<K: Ord + Clone, V: PartialEq + Clone>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
) -> Was<K, V> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let (mut was, mut fresh) = (Vec::new(), Vec::new());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => was.0.cmp(is.0),
        };
        match order {
            Ordering::Less => was.extend(old.next()),
            Ordering::Greater => fresh.extend(new.next()),
            Ordering::Equal => {
                let both = old.next().zip(new.next());
                was.extend(both.filter(|(was, is)| was.1 != is.1).map(|pair| pair.0));
            }
        }
    }
    let copied = |(key, it): (&K, &V)| (key.clone(), it.clone());
    Was {
        was: was.into_iter().map(copied).collect(),
        new: fresh.into_iter().map(|entry| entry.0.clone()).collect(),
    }
}

/// The keys that are not among others; both come sorted, and no key twice.
pub(crate) fn lacking<K: Ord + Copy>(
    keys: impl Iterator<Item = K>,
    others: impl Iterator<Item = K>,
) -> impl Iterator<Item = K> {
    let mut others = others.peekable();
    keys.filter(move |key| {
        while let Some(other) = others.peek() {
            match other.cmp(key) {
                Ordering::Less => drop(others.next()),
                Ordering::Equal => {
                    others.next();
                    return false;
                }
                Ordering::Greater => return true,
            }
        }
        true
    })
}

/// The same of maps in maps, or in what is in them; what differs in nothing is not there.
fn nested<A: Ord + Clone, T, V: PartialEq + Clone>(
    old: &BTreeMap<A, T>,
    new: &BTreeMap<A, T>,
    of: impl Fn(&T) -> &BySubject<V>,
) -> BTreeMap<A, Was<Arc<str>, V>> {
    let none = BySubject::default();
    let all = both(old, new).into_iter().map(|key| {
        let (was, is) = (old.get(key).map(&of), new.get(key).map(&of));
        let (was, is) = (was.unwrap_or(&none), is.unwrap_or(&none));
        // Most of what nothing changed is one and the same.
        (!was.is_same(is)).then(|| (key.clone(), diff(was, is)))
    });
    all.flatten().filter(|entry| !entry.1.is_empty()).collect()
}

fn restore<K: Ord + Clone, V: Clone>(now: &mut BTreeMap<K, V>, undo: &Was<K, V>) {
    undo.new.iter().for_each(|key| drop(now.remove(key)));
    now.extend(undo.was.iter().map(|(key, it)| (key.clone(), it.clone())));
}

fn restore_nested<A: Ord + Clone, V: Clone>(
    now: &mut BTreeMap<A, BySubject<V>>,
    undo: &BTreeMap<A, Was<Arc<str>, V>>,
) {
    for (key, undo) in undo {
        restore(now.entry(key.clone()).or_default(), undo);
    }
    now.retain(|_, it| !it.is_empty());
}

/// Puts something into what is replaced in the part of a subject.
pub(super) type PutUndo<'a> = &'a mut dyn FnMut(SubjectKind, &str, &mut dyn FnMut(&mut Undo));

impl Undo {
    /// What it says of the night, without any subject; `now` is the truth after it. Of every rule and playbook whose past it holds it says
    /// what that was about, as a part may have nothing of it now.
    pub(super) fn bare(&self, now: &State) -> Self {
        let had = self.alerts.iter().filter(|entry| !entry.1.was.is_empty());
        let heads = had.filter_map(|entry| now.alerts.get_key_value(entry.0));
        let heads = heads.map(|(rule, list)| (rule.clone(), list.head()));
        let had = self.playbooks.iter().filter(|entry| !entry.1.was.is_empty());
        let kinds = had.filter_map(|entry| now.playbooks.get_key_value(entry.0));
        let kinds = kinds.map(|(name, list)| (name.clone(), list.subject));
        Self {
            as_of: self.as_of,
            engine: self.engine.clone(),
            // What they were, where that is known, and else what they are.
            rules: heads.chain(self.rules.clone()).collect(),
            kinds: kinds.chain(self.kinds.clone()).collect(),
            tallies: self.tallies.clone(),
            ..Self::default()
        }
    }

    /// Puts what is about subjects into their parts.
    pub(super) fn pour(&self, kinds: &dyn Kinds, to: PutUndo<'_>) {
        for (card, all) in &self.bands {
            all.pour(kinds.of_card(card), to, &mut |undo| {
                undo.bands.entry(card.clone()).or_default()
            });
        }
        for (card, factors) in &self.carried {
            for (factor, all) in factors {
                all.pour(kinds.of_card(card), to, &mut |undo| {
                    let factors = undo.carried.entry(card.clone()).or_default();
                    factors.entry(factor.clone()).or_default()
                });
            }
        }
        for (kind, names) in &self.history {
            for (name, all) in names {
                for (id, it) in all {
                    to(*kind, id, &mut |undo| {
                        let names = undo.history.entry(*kind).or_default();
                        names.entry(name.clone()).or_default().insert(id.clone(), it.clone());
                    });
                }
            }
        }
        for (rule, all) in &self.alerts {
            let kind = self.rules.get(rule).map(|head| head.subject);
            all.pour(kind.unwrap_or_else(|| kinds.of_rule(rule)), to, &mut |undo| {
                undo.alerts.entry(rule.clone()).or_default()
            });
        }
        for (playbook, all) in &self.playbooks {
            let kind = self.kinds.get(playbook).copied();
            all.pour(kind.unwrap_or_else(|| kinds.of_playbook(playbook)), to, &mut |undo| {
                undo.playbooks.entry(playbook.clone()).or_default()
            });
        }
        for (kind, all) in &self.absent {
            all.pour(*kind, to, &mut |undo| undo.absent.entry(*kind).or_default());
        }
    }

    /// Adds what the same night of another part said of rules and playbooks.
    pub(super) fn join(&mut self, other: &Self) {
        for (rule, head) in &other.rules {
            self.rules.entry(rule.clone()).or_insert_with(|| head.clone());
        }
        for (playbook, kind) in &other.kinds {
            self.kinds.entry(playbook.clone()).or_insert(*kind);
        }
    }

    /// Forgets of rules and playbooks what is the same now: a part may have lost the last of what others have.
    pub(super) fn without_known(&mut self, now: &State) {
        self.rules
            .retain(|rule, head| now.alerts.get(rule).is_none_or(|is| !head.is_headed_as(is)));
        self.kinds.retain(|playbook, kind| {
            now.playbooks.get(playbook).is_none_or(|is| is.subject != *kind)
        });
    }
}

impl<V: Clone> Was<Arc<str>, V> {
    fn pour(&self, kind: SubjectKind, to: PutUndo<'_>, of: &mut dyn FnMut(&mut Undo) -> &mut Self) {
        for (id, it) in &self.was {
            to(kind, id, &mut |undo| drop(of(undo).was.insert(id.clone(), it.clone())));
        }
        for id in &self.new {
            to(kind, id, &mut |undo| {
                of(undo).new.insert(id.clone());
            });
        }
    }
}

impl<K: Ord, V> Default for Was<K, V> {
    fn default() -> Self {
        Self { was: BTreeMap::new(), new: BTreeSet::new() }
    }
}
