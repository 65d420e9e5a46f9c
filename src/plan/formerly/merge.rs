//! The parts of a state under the names of today. Where two names become one, the alert that fired earliest stays, and
//! of all else what is already held under the name of today, then what the name held that comes first.

use std::collections::BTreeMap;

use super::Formerly;
use crate::config::{Config, FactorConfig, GroupConfig};
use crate::frame::SubjectKind;
use crate::memory::{
    AlertState, CarriedValue, EnrolmentPhase, EnrolmentState, Held, HeldList, Phase,
    PlaybookEnrolments, RuleAlerts,
};
use crate::memory::{Bands, BySubject, Carried, History};
use crate::state::{Naming as _, State};
use crate::value::Value;

/// By subject what is held under names of which one comes after the other.
type Lists<T> = Vec<(String, BySubject<T>)>;

/// Everything by its name of today: what has that name already, then the others in the order of their names.
fn by_new_name<T>(
    all: BTreeMap<String, T>,
    now: &dyn Fn(&str) -> String,
) -> BTreeMap<String, Vec<(String, T)>> {
    let mut lists: BTreeMap<String, Vec<(String, T)>> = BTreeMap::new();
    for (name, it) in all {
        let new = now(&name);
        let list = lists.entry(new.clone()).or_default();
        let at = if new == name { 0 } else { list.len() };
        list.insert(at, (name, it));
    }
    lists
}

impl Formerly {
    /// Whether a state holds a former name.
    pub(super) fn are_in(&self, config: &Config, state: &State) -> bool {
        let alerts = || {
            state.alerts.iter().any(|(rule, list)| {
                let meant = self.meanings.get(rule).map(|entry| &entry.1);
                self.rules.contains_key(rule)
                    || meant.is_some_and(|meanings| meanings.contains(&list.meaning))
            })
        };
        let playbooks = || {
            state.playbooks.iter().any(|(name, list)| {
                let mut entries = list.subjects.values().flatten();
                self.playbooks.contains_key(name)
                    || entries.any(|entry| self.rules.contains_key(&entry.rule))
            })
        };
        let carried = || {
            state.carried.iter().any(|(card, factors)| {
                let keys = || factors.keys().any(|key| self.carried_key(config, card, key) != *key);
                self.cards.contains_key(card) || keys()
            })
        };
        let history = || {
            state.history.iter().any(|(kind, names)| {
                names.iter().any(|(name, subjects)| {
                    let held = || subjects.values().flat_map(HeldList::iter);
                    self.name(config, *kind, name) != *name
                        || held().any(|held| self.class(*kind, name, &held.value).is_some())
                })
            })
        };
        let classes = || {
            let texts = state
                .carried
                .values()
                .flat_map(|factors| factors.values())
                .flat_map(|subjects| subjects.values());
            !self.classes.is_empty()
                && texts.clone().any(|carried| matches!(carried.value, Value::Text(_)))
        };
        alerts()
            || state.bands.keys().any(|card| self.cards.contains_key(card))
            || playbooks()
            || carried()
            || history()
            || classes()
    }

    /// Alerts by rule.
    pub(super) fn alerts(&self, all: BTreeMap<String, RuleAlerts>) -> BTreeMap<String, RuleAlerts> {
        let mut next = BTreeMap::new();
        for (new, mut lists) in by_new_name(all, &|rule| self.rule(rule).to_owned()) {
            for (name, list) in &mut lists {
                self.called(name, &new, list);
            }
            let now = self.meanings.get(&new).map(|entry| entry.0.as_str());
            lists.sort_by_key(|pair| Some(pair.1.meaning.as_str()) != now);
            let mut merged: Option<RuleAlerts> = None;
            for (name, list) in lists {
                match &mut merged {
                    None => merged = Some(list),
                    Some(into) if into.subject == list.subject => join(into, list),
                    // Of another kind of subject it cannot become one with the rest.
                    Some(_) => {
                        next.insert(name, list);
                    }
                }
            }
            next.extend(merged.map(|merged| (new, merged)));
        }
        next
    }

    /// What a list of alerts says of its rule, as it is called today.
    fn called(&self, old: &str, new: &str, list: &mut RuleAlerts) {
        if let Some((meaning, former)) = self.meanings.get(new)
            && former.contains(&list.meaning)
        {
            list.meaning.clone_from(meaning);
        }
        for it in list.subjects.values_mut().filter(|alert| alert.message.as_deref() == Some(old)) {
            it.message = Some(new.into());
        }
    }

    /// Bands by scorecard.
    pub(super) fn bands(&self, all: Bands) -> Bands {
        let lists = by_new_name(all, &|card| self.card(card).to_owned());
        lists.into_iter().map(|(name, lists)| (name, first(lists))).collect()
    }

    fn carried_key(&self, config: &Config, card: &str, key: &str) -> String {
        let card = config.scorecards.iter().find(|one| one.name == self.card(card));
        card.map_or_else(|| key.to_owned(), |card| self.factor(config, card, key).into_owned())
    }

    /// Carried values by scorecard and factor.
    pub(super) fn carried(&self, config: &Config, all: Carried) -> Carried {
        let lists = by_new_name(all, &|card| self.card(card).to_owned());
        let card = |(card, lists): (String, Vec<(String, _)>)| {
            let mut factors: BTreeMap<String, Lists<CarriedValue>> = BTreeMap::new();
            for (name, old) in lists {
                let keyed = by_new_name(old, &|key| self.carried_key(config, &name, key));
                for (key, lists) in keyed {
                    factors.entry(key).or_default().extend(lists);
                }
            }
            let mut factors: BTreeMap<String, BySubject<CarriedValue>> =
                factors.into_iter().map(|(key, lists)| (key, first(lists))).collect();
            let written = config.scorecards.iter().find(|one| one.name == card);
            if let Some(it) = written.filter(|_| !self.classes.is_empty()) {
                let kind = it.subject.unwrap_or(config.subject);
                self.classes_carried(kind, (&it.groups, &it.factors), "", &mut factors);
            }
            (card, factors)
        };
        lists.into_iter().map(card).collect()
    }

    /// Segments and stages that factors carry.
    fn classes_carried(
        &self,
        kind: SubjectKind,
        (groups, factors): (&[GroupConfig], &[FactorConfig]),
        before: &str,
        all: &mut BTreeMap<String, BySubject<CarriedValue>>,
    ) {
        for factor in factors {
            let key = format!("{before}{}", factor.name.as_ref().unwrap_or(&factor.metric));
            for it in all.get_mut(&key).into_iter().flat_map(|subjects| subjects.values_mut()) {
                if let Some(now) = self.class(kind, &factor.metric, &it.value) {
                    it.value = now;
                }
            }
        }
        for group in groups {
            let before = format!("{before}{} / ", group.name);
            self.classes_carried(kind, (&group.groups, &group.factors), &before, all);
        }
    }

    /// Runs of playbooks.
    pub(super) fn enrolments(
        &self,
        all: BTreeMap<String, PlaybookEnrolments>,
    ) -> BTreeMap<String, PlaybookEnrolments> {
        let mut next = BTreeMap::new();
        for (new, lists) in by_new_name(all, &|playbook| self.playbook(playbook).to_owned()) {
            let mut merged: Option<PlaybookEnrolments> = None;
            for (name, list) in lists {
                match &mut merged {
                    None => merged = Some(list),
                    Some(into) if into.subject == list.subject => {
                        for (subject, entries) in list.subjects {
                            into.subjects.entry(subject).or_default().extend(entries);
                        }
                    }
                    Some(_) => {
                        next.insert(name, list);
                    }
                }
            }
            let Some(mut list) = merged else { continue };
            for entries in list.subjects.values_mut() {
                self.entries(entries);
            }
            next.insert(new, list);
        }
        next
    }

    fn entries(&self, all: &mut Vec<EnrolmentState>) {
        for it in all.iter_mut() {
            let Some(now) = self.rules.get(&it.rule) else { continue };
            if let Some(cause) = it.cause.as_mut().filter(|cause| *cause.message == *it.rule) {
                cause.message = now.as_str().into();
            }
            it.rule.clone_from(now);
        }
        let rank = |it: &EnrolmentState| match it.phase {
            EnrolmentPhase::Open => 0,
            EnrolmentPhase::Over => 1,
            EnrolmentPhase::Declined => 2,
        };
        // Of one firing there is one run: that which is under way, and of several the furthest.
        all.sort_by(|left, right| {
            let key = |it: &EnrolmentState| (it.fired, rank(it), usize::MAX - it.reached.len());
            (&left.rule, key(left)).cmp(&(&right.rule, key(right)))
        });
        all.dedup_by(|next, kept| (&next.rule, next.fired) == (&kept.rule, kept.fired));
    }

    /// What was, by name.
    pub(super) fn history(&self, config: &Config, all: History) -> History {
        let kind = |(kind, names): (SubjectKind, BTreeMap<String, _>)| {
            let lists = by_new_name(names, &|name| self.name(config, kind, name).into_owned());
            let name = |(name, lists): (String, Lists<HeldList>)| {
                let mut subjects = first(lists);
                for held in subjects.values_mut() {
                    self.classes_held(kind, &name, held);
                }
                (name, subjects)
            };
            (kind, lists.into_iter().map(name).collect())
        };
        all.into_iter().map(kind).collect()
    }

    fn classes_held(&self, kind: SubjectKind, name: &str, held: &mut HeldList) {
        let class = |held: &Held| self.class(kind, name, &held.value);
        if !held.iter().any(|held| class(held).is_some()) {
            return;
        }
        let named = held.iter().map(|held| {
            let value = class(held).unwrap_or_else(|| held.value.clone());
            Held { value, ..held.clone() }
        });
        let mut all: Vec<Held> = named.collect();
        // Two that became one are one all the time.
        all.dedup_by(|next, kept| next.value == kept.value);
        *held = all.into_iter().collect();
    }

    /// A segment or stage as it is called today, where a name reads one and it had another.
    fn class(&self, kind: SubjectKind, name: &str, value: &Value) -> Option<Value> {
        let Value::Text(text) = value else { return None };
        if self.classes.is_empty() {
            return None;
        }
        let parents = SubjectKind::ALL.into_iter().filter(|parent| *parent < kind);
        let within = parents.filter_map(|parent| Some((parent, name.strip_prefix(parent.name())?)));
        let of = within.filter_map(|(it, rest)| Some((it, rest.strip_prefix('.')?))).next();
        let (kind, name) = of.unwrap_or((kind, name));
        let head = ["segment", "stage"].into_iter().find(|head| {
            name.strip_prefix(head).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })?;
        let now = self.classes.get(&(kind, head, text.to_string()))?;
        Some(Value::Text(now.as_str().into()))
    }
}

/// What comes first of each subject.
fn first<T: Clone>(lists: Lists<T>) -> BySubject<T> {
    let mut all = BTreeMap::new();
    for (subject, it) in lists.into_iter().flat_map(|pair| pair.1) {
        all.entry(subject).or_insert(it);
    }
    all.into()
}

/// Makes the alerts of two rules those of one.
fn join(into: &mut RuleAlerts, mut other: RuleAlerts) {
    if into.meaning != other.meaning {
        // What has been true for a while was another condition.
        other.subjects.retain(|_, it| it.phase != Phase::Pending);
    }
    for (subject, it) in other.subjects {
        match into.subjects.get_mut(&subject) {
            None => {
                into.subjects.insert(subject, it);
            }
            Some(known) => {
                let rank =
                    |it: &AlertState| (it.fired.is_none(), it.fired, it.phase.is_idle(), it.began);
                let (mut stays, goes) = match rank(&it) < rank(known) {
                    true => (it, known.clone()),
                    false => (known.clone(), it),
                };
                // Nobody is told twice, and what cools down goes on to do so.
                stays.told |= goes.told && stays.phase.is_firing();
                stays.last_event = stays.last_event.max(goes.last_event);
                stays.resolved = stays.resolved.max(goes.resolved);
                *known = stays;
            }
        }
    }
}
