//! What is expected in a test, checked and compiled.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::check::{Checker, Steps};
use super::notation;
use super::{Expected, OVERDUE, Subject, Test, Wanted, playbooks};
use crate::compile::metrics::LARGEST;
use crate::config::{Given, ScorecardConfig, StepConfig, TestConfig, TestExpect};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::plan::extras::computed_as;
use crate::playbook::filled;
use crate::value::Value;

/// How nothing is written.
const NONE: &str = "_";

impl Checker<'_, '_> {
    /// Everything that a test expects.
    pub(super) fn expectations(
        &self,
        path: &str,
        config: &TestConfig,
        steps: &Steps,
        test: &mut Test,
    ) {
        let mut says = !config.expect.is_empty();
        let own = [(path.to_owned(), &config.events, &config.actions)];
        let each = config
            .subjects
            .iter()
            .enumerate()
            .map(|(at, it)| (format!("{path}.subjects[{at}]"), &it.events, &it.actions));
        let lists: Vec<_> = match config.subjects.is_empty() {
            true => own.into_iter().collect(),
            false => each.collect(),
        };
        for ((path, events, actions), subject) in lists.into_iter().zip(&mut test.subjects) {
            says |= events.is_some() || actions.is_some();
            let events = events.as_ref();
            let events = events
                .map(|events| self.all_events(&format!("{path}.events"), events, subject, steps));
            let actions = actions.as_ref();
            let actions =
                actions.map(|actions| self.all_actions(&format!("{path}.actions"), actions, steps));
            (subject.events, subject.actions) = (events, actions);
        }
        if !says {
            let message = "a test that expects nothing cannot fail";
            let fault = Fault::new(Code::Empty, path, message);
            self.fault(fault.help("add `events`, or `[[tests.expect]]` with `at`"));
        }
        for (at, it) in config.expect.iter().enumerate() {
            let path = format!("{path}.expect[{at}]");
            let Some(subject) = self.the_subject(&path, it.of.as_deref(), &test.subjects) else {
                continue;
            };
            let Some(about) = test.subjects.get(subject) else { continue };
            let wanted = self.wanted(&path, it, about);
            if let Some(got) = it.tolerance.filter(|tolerance| !(0.0..=LARGEST).contains(tolerance))
            {
                let message = format!("a tolerance is a number from 0, got `{got}`");
                self.fault(Fault::new(Code::OutOfRange, format!("{path}.tolerance"), message));
            }
            match steps.step(it.at) {
                Some(Ok(step)) => {
                    let tolerance = it.tolerance;
                    let all = wanted.into_iter();
                    let all = all.map(|wanted| Expected { subject, tolerance, wanted });
                    test.expected.entry(step).or_default().extend(all);
                }
                Some(Err((code, message))) => {
                    self.fault(Fault::new(code, format!("{path}.at"), message));
                }
                None => {}
            }
        }
    }

    /// What is expected of a subject at a step.
    fn wanted(&self, path: &str, it: &TestExpect, subject: &Subject) -> Vec<Wanted> {
        let mut all = Vec::new();
        for (card, given) in &it.scores {
            let path = format!("{path}.scores.{card}");
            self.card(&path, card, subject);
            if let Some(score) = self.score(&path, given) {
                all.push(Wanted::Score { card: card.clone(), score });
            }
        }
        for (card, band) in &it.bands {
            let path = format!("{path}.bands.{card}");
            let known = self.card(&path, card, subject);
            let names =
                || known.into_iter().flat_map(|card| &card.bands).map(|band| band.name.as_str());
            if known.is_some() && band != NONE && !names().any(|name| name == band) {
                let message = format!("`{card}` has no band `{band}`");
                let fault = Fault::new(Code::UnknownName, path, message);
                self.fault(fault.maybe_help(self.suggest(band, names())));
            }
            let band = Some(band.clone()).filter(|band| band != NONE);
            all.push(Wanted::Band { card: card.clone(), band });
        }
        for (name, given) in &it.values {
            let path = format!("{path}.values.{name}");
            let there = self
                .columns
                .get(subject.kind.index())
                .is_some_and(|columns| columns.contains_key(name));
            let name = if there { Cow::Borrowed(name.as_str()) } else { computed_as(name) };
            if let Some(value) = self.value(&path, &name, given, subject) {
                all.push(Wanted::Value { name: name.into_owned(), value });
            }
        }
        for (rule, state) in &it.alerts {
            let path = format!("{path}.alerts.{rule}");
            self.rule_of_key(&path, rule, subject);
            match notation::read_state(state) {
                Ok((phase, health)) => {
                    all.push(Wanted::Alert { rule: rule.clone(), phase, health });
                }
                Err(problem) => self.resolver.report(&path, problem),
            }
        }
        for (rule, text) in &it.messages {
            self.rule_of_key(&format!("{path}.messages.{rule}"), rule, subject);
            all.push(Wanted::Message { rule: rule.clone(), text: text.clone() });
        }
        if let Some(events) = &it.events {
            all.push(Wanted::Events(self.events_of_step(
                &format!("{path}.events"),
                events,
                subject,
            )));
        }
        if let Some(actions) = &it.actions {
            let path = format!("{path}.actions");
            let mut actions: Vec<String> = actions
                .iter()
                .enumerate()
                .filter_map(|(at, text)| self.action(&format!("{path}[{at}]"), text))
                .collect();
            actions.sort();
            all.push(Wanted::Actions(actions));
        }
        let says = [&it.scores, &it.values].iter().any(|part| !part.is_empty())
            || [&it.bands, &it.alerts, &it.messages].iter().any(|part| !part.is_empty());
        if !says && it.events.is_none() && it.actions.is_none() {
            let message = "nothing is expected here";
            let fault = Fault::new(Code::Empty, path, message);
            self.fault(
                fault.help("add `scores`, `bands`, `values`, `alerts`, `events` or `messages`"),
            );
        }
        all
    }

    fn score(&self, path: &str, given: &Given) -> Option<Option<f64>> {
        match given {
            Given::Number(it) if (0.0..=100.0).contains(it) => Some(Some(*it)),
            Given::Text(it) if it == NONE => Some(None),
            Given::Number(it) => {
                let message = format!("a score is in 0..=100, got `{it}`");
                self.fault(Fault::new(Code::OutOfRange, path, message));
                None
            }
            other => {
                let message = format!("a score is a number, or `{NONE}` for none, got `{other}`");
                self.fault(Fault::new(Code::WrongType, path, message));
                None
            }
        }
    }

    fn value(&self, path: &str, name: &str, given: &Given, subject: &Subject) -> Option<Value> {
        let columns = self.columns.get(subject.kind.index())?;
        let Some((kind, _)) = columns.get(name) else {
            if self.resolver.is_readable() && !self.is_broken(subject.kind, name) {
                let message = format!("nothing computes `{name}` of {}", subject.kind.plural());
                let fault = Fault::new(Code::UnknownName, path, message);
                let near = self.suggest(name, columns.keys().map(String::as_str));
                let help = "only what a metric, a score or a rule reads is computed";
                let help = near.unwrap_or_else(|| help.to_owned());
                self.resolver.fault_at_key(fault.help(help));
            }
            return None;
        };
        let value = match given {
            Given::Number(it) if !it.is_finite() => {
                let message = format!("expected a number that is finite, got `{it}`");
                self.fault(Fault::new(Code::NotFinite, path, message));
                return None;
            }
            Given::Number(it) => Value::Number(*it),
            Given::Flag(it) => Value::Flag(*it),
            Given::Text(it) if it == NONE => Value::Missing,
            Given::Text(it) => Value::Text(it.as_str().into()),
        };
        if value.kind().is_some_and(|found| found != *kind) {
            let message = format!("`{name}` is {kind}, got `{given}`");
            self.fault(Fault::new(Code::WrongType, path, message));
            return None;
        }
        Some(value)
    }

    /// Whether a name is of something that is wrong itself, which is said elsewhere.
    fn is_broken(&self, kind: SubjectKind, name: &str) -> bool {
        let config = self.resolver.config;
        let head = name.split('.').next().unwrap_or(name);
        let of = |it: Option<SubjectKind>| it.unwrap_or(config.subject) == kind;
        let classes = |name: &str| match name {
            "segment" => config.segments.iter().any(|segment| of(segment.subject)),
            "stage" => config.stages.iter().any(|stage| of(stage.subject)),
            _ => false,
        };
        // A scorecard that was compiled has its score among the columns.
        let compiled =
            self.columns.get(kind.index()).is_some_and(|columns| columns.contains_key(head));
        let card = |it: &ScorecardConfig| it.name == head && of(it.subject) && !compiled;
        config.metrics.iter().any(|metric| metric.name == name && of(metric.subject))
            || config.scorecards.iter().any(card)
            || classes(name)
            || config.is_lost(head)
    }

    /// A scorecard by its name, which is a key.
    fn card(&self, path: &str, name: &str, subject: &Subject) -> Option<&ScorecardConfig> {
        let config = self.resolver.config;
        let Some(card) = self.cards.get(name).copied() else {
            if self.resolver.is_readable() && !config.is_lost(name) {
                let message = format!("there is no scorecard `{name}`");
                let fault = Fault::new(Code::UnknownName, path, message);
                let near = self.suggest(name, self.cards.keys().copied());
                self.resolver.fault_at_key(fault.maybe_help(near));
            }
            return None;
        };
        let kind = card.subject.unwrap_or(config.subject);
        if kind != subject.kind {
            let fault = other_kind(path, ("score", name, kind), subject);
            self.resolver.fault_at_key(fault);
        }
        Some(card)
    }

    /// What a rule is about, if there is one of that name.
    fn find_rule(&self, path: &str, name: &str, at: fn(&Self, Fault)) -> Option<SubjectKind> {
        let rule = self.rules.get(name).copied();
        if rule.is_none() && self.resolver.is_readable() && !self.resolver.config.is_lost(name) {
            let message = format!("there is no rule `{name}`");
            let fault = Fault::new(Code::UnknownName, path, message);
            at(self, fault.maybe_help(self.suggest(name, self.rules.keys().copied())));
        }
        rule
    }

    /// Checks the name of a rule.
    pub(super) fn rule(&self, path: &str, name: &str) {
        self.find_rule(path, name, Self::fault);
    }

    /// Checks the name of a rule and what it is about.
    pub(super) fn rule_of(&self, path: &str, name: &str, subject: Option<&Subject>) {
        let kind = self.find_rule(path, name, Self::fault);
        if let (Some(kind), Some(subject)) = (kind, subject)
            && kind != subject.kind
        {
            self.fault(other_kind(path, ("rule", name, kind), subject));
        }
    }

    fn rule_of_key(&self, path: &str, name: &str, subject: &Subject) {
        let at_key = |checker: &Self, fault| checker.resolver.fault_at_key(fault);
        if let Some(kind) = self.find_rule(path, name, at_key)
            && kind != subject.kind
        {
            self.resolver.fault_at_key(other_kind(path, ("rule", name, kind), subject));
        }
    }

    /// The position of a subject by its id.
    pub(super) fn subject(&self, path: &str, id: &str, subjects: &[Subject]) -> Option<usize> {
        let found = subjects.iter().position(|subject| subject.id == id);
        if found.is_none() {
            let message = format!("the test has no subject `{id}`");
            let fault = Fault::new(Code::UnknownName, path, message);
            let known = subjects.iter().map(|subject| subject.id.as_str());
            self.fault(fault.maybe_help(self.suggest(id, known)));
        }
        found
    }

    /// The position of the subject that is named, or of the only one.
    pub(super) fn the_subject(
        &self,
        path: &str,
        id: Option<&str>,
        subjects: &[Subject],
    ) -> Option<usize> {
        match (id, subjects) {
            (Some(id), _) => self.subject(&format!("{path}.of"), id, subjects),
            (None, [_]) => Some(0),
            (None, _) => {
                let message = "missing key `of`";
                let help = "say which of the subjects is meant: `of = \"…\"`";
                self.fault(Fault::new(Code::MissingKey, path, message).help(help));
                None
            }
        }
    }

    /// The events of one step.
    fn events_of_step(&self, path: &str, events: &[String], subject: &Subject) -> Vec<String> {
        let mut all = Vec::new();
        for (at, text) in events.iter().enumerate() {
            let path = format!("{path}[{at}]");
            for told in self.told(&path, text, subject) {
                if told.at.is_some() {
                    let message = format!("`{}` is expected at one step already", told.text);
                    let fault = Fault::new(Code::Incompatible, path.clone(), message);
                    self.fault(fault.help("leave out `at`"));
                }
                all.push(told.text);
            }
        }
        all.sort();
        all
    }

    /// Every event of a subject, by step.
    fn all_events(
        &self,
        path: &str,
        events: &[String],
        subject: &Subject,
        steps: &Steps,
    ) -> BTreeMap<u32, Vec<String>> {
        let mut all: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (at, text) in events.iter().enumerate() {
            let path = format!("{path}[{at}]");
            for told in self.told(&path, text, subject) {
                let (start, length) = (told.start, told.length);
                let place = |fault: Fault| self.resolver.fault_inside(fault, start, length);
                match told.at.map(|at| steps.step(at)) {
                    None => {
                        let message = format!("`{}` does not say when", told.text);
                        let fault = Fault::new(Code::MissingKey, path.clone(), message);
                        place(fault.help("add `at` with a step or a day"));
                    }
                    Some(Some(Ok(step))) => all.entry(step).or_default().push(told.text),
                    Some(Some(Err((code, message)))) => {
                        place(Fault::new(code, path.clone(), message));
                    }
                    Some(None) => {}
                }
            }
        }
        all.values_mut().for_each(|list| list.sort());
        all
    }

    fn told(&self, path: &str, text: &str, subject: &Subject) -> Vec<notation::Told> {
        match notation::read(text) {
            Ok(all) => {
                if let Some(first) = all.first() {
                    self.rule_of(path, &first.rule, Some(subject));
                }
                all
            }
            Err(problem) => {
                self.resolver.report(path, problem);
                Vec::new()
            }
        }
    }

    /// Every action for a subject, by step.
    fn all_actions(
        &self,
        path: &str,
        actions: &[String],
        steps: &Steps,
    ) -> BTreeMap<u32, Vec<String>> {
        let mut all: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (at, text) in actions.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let time = text.split_once(" at ").map(|(what, at)| (what, at.trim().parse()));
            let Some((action, Ok(time))) = time else {
                let message = format!("`{text}` does not say when");
                let fault = Fault::new(Code::MissingKey, path, message);
                self.fault(fault.help("write `playbook/step at 3`"));
                continue;
            };
            let action = self.action(&path, action);
            match steps.step(time) {
                Some(Ok(step)) => all.entry(step).or_default().extend(action),
                Some(Err((code, message))) => self.fault(Fault::new(code, path, message)),
                None => {}
            }
        }
        all.values_mut().for_each(|list| list.sort());
        all
    }

    /// An action, as `playbook/step`.
    fn action(&self, path: &str, text: &str) -> Option<String> {
        let text = text.trim();
        let named = text.strip_suffix(OVERDUE).unwrap_or(text);
        let Some((playbook, step)) = named.split_once('/') else {
            let message = format!("expected a playbook and its step, got `{text}`");
            let fault = Fault::new(Code::TestSyntax, path, message);
            self.fault(fault.help("write `playbook/step`"));
            return None;
        };
        let known = playbooks(self.resolver.config);
        if !known.contains(&playbook) {
            let message = format!("there is no playbook `{playbook}`");
            let fault = Fault::new(Code::UnknownName, path, message);
            self.fault(fault.maybe_help(self.suggest(playbook, known)));
            return None;
        }
        let config =
            self.resolver.config.playbooks.iter().find(|config| config.name == playbook)?;
        let config = filled(config);
        let steps: Vec<&str> = config.steps.iter().map(StepConfig::name).collect();
        if !steps.contains(&step) {
            let message = format!("the playbook `{playbook}` has no step `{step}`");
            let fault = Fault::new(Code::UnknownName, path, message);
            self.fault(fault.maybe_help(self.suggest(step, steps)));
        }
        Some(text.to_owned())
    }
}

fn other_kind(path: &str, about: (&str, &str, SubjectKind), subject: &Subject) -> Fault {
    let (what, name, kind) = about;
    let message = format!(
        "the {what} `{name}` is about {}, `{}` is one of the {}",
        kind.plural(),
        subject.id,
        subject.kind.plural()
    );
    Fault::new(Code::Incompatible, path, message)
}
