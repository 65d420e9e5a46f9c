//! What things were called: a state that holds former names reads as if it held those of today.
//!
//! Whatever reads a state asks [`Compiled::renamed`] first, so nothing after it knows that there ever were other
//! names. A state that this very engine made holds none, and is not looked at.

mod merge;
mod names;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::alert::{Matcher, Suppressions};
use crate::config::Config;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::plan::steps::Rule;
use crate::state::{Naming, Record, State, Undo};

/// Former names with those of today.
#[derive(Debug, Clone, Default)]
pub(crate) struct Formerly {
    rules: BTreeMap<String, String>,
    cards: BTreeMap<String, String>,
    playbooks: BTreeMap<String, String>,
    /// Metrics and scorecards, which expressions read by their names.
    values: BTreeMap<(SubjectKind, String), String>,
    /// Segments and stages, by the name that reads them.
    classes: BTreeMap<(SubjectKind, &'static str, String), String>,
    /// Whether a group or a factor had another name.
    parts: bool,
    /// By rule: what its conditions mean, and what they were said to mean under former names.
    meanings: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Formerly {
    pub(crate) fn of(config: &Config, rules: &[Rule]) -> Self {
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        let mut it = Self::default();
        for rule in &config.rules {
            add(&mut it.rules, &rule.formerly, &rule.name, str::to_owned);
        }
        for playbook in &config.playbooks {
            add(&mut it.playbooks, &playbook.formerly, &playbook.name, str::to_owned);
        }
        for metric in &config.metrics {
            let of = kind(metric.subject);
            add(&mut it.values, &metric.formerly, &metric.name, |name| (of, name.to_owned()));
        }
        for card in &config.scorecards {
            let of = kind(card.subject);
            add(&mut it.cards, &card.formerly, &card.name, str::to_owned);
            add(&mut it.values, &card.formerly, &card.name, |name| (of, name.to_owned()));
            it.parts |= names::has_parts(&card.groups, &card.factors);
        }
        for (head, classes) in [("segment", &config.segments), ("stage", &config.stages)] {
            for class in classes {
                let of = kind(class.subject);
                let key = |name: &str| (of, head, name.to_owned());
                add(&mut it.classes, &class.formerly, &class.name, key);
            }
        }
        it.meanings = it.meant(config, rules);
        it
    }

    fn is_empty(&self) -> bool {
        self.rules.is_empty()
            && self.cards.is_empty()
            && self.playbooks.is_empty()
            && self.values.is_empty()
            && self.classes.is_empty()
            && !self.parts
    }

    /// What a scorecard is called today.
    pub(crate) fn card<'a>(&'a self, name: &'a str) -> &'a str {
        self.cards.get(name).map_or(name, String::as_str)
    }

    /// What a metric that had a name is called today.
    pub(crate) fn metric(&self, kind: SubjectKind, name: &str) -> Option<&str> {
        self.values.get(&(kind, name.to_owned())).map(String::as_str)
    }

    /// A rule's name of today, then those that it had: ids may hold any of them.
    pub(crate) fn names_of_rule<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        all_names(&self.rules, name)
    }

    /// A playbook's name of today, then those that it had.
    pub(crate) fn names_of_playbook<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        all_names(&self.playbooks, name)
    }

    /// What must be quiet, under the names of today.
    pub(crate) fn quiet<'a>(&self, all: &'a Suppressions) -> Cow<'a, Suppressions> {
        let is_old = |it: &Matcher| it.rules.iter().any(|rule| self.rules.contains_key(rule));
        let mut matchers = all
            .silences
            .iter()
            .map(|silence| &silence.matches)
            .chain(all.calendars.iter().map(|calendar| &calendar.matches));
        let snoozed = all.snoozes.iter().any(|snooze| self.rules.contains_key(&snooze.rule));
        if self.rules.is_empty() || !(snoozed || matchers.any(is_old)) {
            return Cow::Borrowed(all);
        }
        let mut all = all.clone();
        let silences = all.silences.iter_mut().map(|silence| &mut silence.matches);
        for matches in
            silences.chain(all.calendars.iter_mut().map(|calendar| &mut calendar.matches))
        {
            for rule in &mut matches.rules {
                *rule = self.rule(rule).to_owned();
            }
        }
        for it in &mut all.snoozes {
            it.rule = self.rule(&it.rule).to_owned();
        }
        Cow::Owned(all)
    }
}

fn add<K: Ord>(
    all: &mut BTreeMap<K, String>,
    formerly: &[String],
    name: &str,
    key: impl Fn(&str) -> K,
) {
    all.extend(formerly.iter().map(|former| (key(former), name.to_owned())));
}

fn all_names<'a>(
    all: &'a BTreeMap<String, String>,
    name: &'a str,
) -> impl Iterator<Item = &'a str> {
    let former = all.iter().filter(move |pair| pair.1 == name).map(|pair| pair.0.as_str());
    std::iter::once(name).chain(former)
}

impl Naming for Formerly {
    fn rule<'a>(&'a self, name: &'a str) -> &'a str {
        self.rules.get(name).map_or(name, String::as_str)
    }

    fn playbook<'a>(&'a self, name: &'a str) -> &'a str {
        self.playbooks.get(name).map_or(name, String::as_str)
    }
}

impl Compiled {
    /// A state under the names of today: as it is where it holds no former one.
    pub(crate) fn renamed<'a>(&self, state: &'a State) -> Cow<'a, State> {
        let names = &self.formerly;
        let is_of_another = state.engine != *self.hash;
        // What ended at the last assessment is held by what that replaced.
        let are_in = |it: &State| names.are_in(&self.config, it);
        let are_there = || {
            are_in(state) || state.record.has_names(names) || state.ground_ref().is_some_and(are_in)
        };
        if names.is_empty() || !is_of_another || !are_there() {
            return Cow::Borrowed(state);
        }
        let mut now = self.under_new_names(state.truth());
        // What the last assessment replaced is known under the names of today too.
        now.undo = state.undo.is_some().then(|| {
            let before = self.under_new_names(state.ground());
            Box::new(Undo::of(&before, &now))
        });
        now.eve = state.eve_under(&|name| self.under_new_names(name), &now);
        let fired = |rule: &str, subject: &str| {
            let alert = now.alerts.get(rule)?.subjects.get(subject)?;
            alert.fired.filter(|_| alert.phase.is_firing())
        };
        let mut record = state.record.clone();
        record.under_names(names, &fired);
        now.record = record;
        now.handed_on.clone_from(&state.handed_on);
        Cow::Owned(now)
    }

    fn under_new_names(&self, state: State) -> State {
        let names = &self.formerly;
        State {
            alerts: names.alerts(state.alerts),
            bands: names.bands(state.bands),
            carried: names.carried(&self.config, state.carried),
            playbooks: names.enrolments(state.playbooks),
            history: names.history(&self.config, state.history),
            ..state
        }
    }

    /// The id of a fact: that under a former name, where it was said under it at this day or moment.
    pub(crate) fn said_id(
        &self,
        record: &Record,
        (playbook, rule): (&str, &str),
        id: &dyn Fn(&str, &str) -> String,
    ) -> String {
        let names = &self.formerly;
        let mut all = names
            .names_of_playbook(playbook)
            .flat_map(|playbook| names.names_of_rule(rule).map(move |rule| (playbook, rule)));
        let said = all
            .find_map(|(playbook, rule)| Some(id(playbook, rule)).filter(|id| record.has_said(id)));
        said.unwrap_or_else(|| id(playbook, rule))
    }
}
