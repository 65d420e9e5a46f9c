//! Playbooks of a config: checked, and compiled.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::resolve::Resolver;
use crate::config::{DayCount, PlaybookConfig, StepConfig};
use crate::expr::{Program, Want};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::plan::playbook::{Playbook, StepPrograms};
use crate::playbook::filled;
use crate::time::Delay;

impl Resolver<'_> {
    /// Compiles every playbook, and checks who names it.
    pub(crate) fn playbooks(&self) -> Vec<Playbook> {
        let all = &self.config.playbooks;
        let named = all.iter().enumerate();
        self.check_duplicates(
            named.map(|(at, it)| (format!("playbooks[{at}]"), None, "playbook", it.name.as_str())),
        );
        self.check_references();
        all.iter().enumerate().filter_map(|(number, it)| self.playbook(number, it)).collect()
    }

    fn playbook(&self, number: usize, written: &PlaybookConfig) -> Option<Playbook> {
        let path = format!("playbooks[{number}]");
        let kind = written.subject.unwrap_or(self.config.subject);
        let named = self.check_name(&written.name, &format!("{path}.name"));
        let config = filled(written);
        if config.steps.is_empty() {
            let message = format!("the playbook `{}` has no steps", config.name);
            let help = "add `[[playbooks.steps]]`, or take those of a `ready_made` playbook";
            self.fault(Fault::new(Code::Empty, path.clone(), message).help(help));
        }
        self.check_playbook_steps(&config.steps, &path);
        let calendar = config.calendar.as_deref();
        let calendar = calendar.and_then(|name| self.calendar(&format!("{path}.calendar"), name));
        if config.calendar.is_some() && config.days == Some(DayCount::Calendar) {
            let message = "`days = \"calendar\"` counts all days, whatever the `calendar`";
            let fault = Fault::new(Code::Incompatible, format!("{path}.calendar"), message);
            self.fault(fault.help("write `days = \"business\"`, or leave one of them out"));
        }
        let flag = |key: &str, text: &Option<String>| {
            let path = format!("{path}.{key}");
            text.as_ref().map(|text| self.compile(kind, &path, text, Want::Flag))
        };
        let when = flag("when", &config.when);
        let stop_when = flag("stop_when", &config.stop_when);
        if let (Some(Some(when)), Some(Some(stop))) = (&when, &stop_when)
            && when.canonical() == stop.canonical()
        {
            let message = "`stop_when` is the same condition as `when`";
            let fault = Fault::new(Code::Contradiction, format!("{path}.stop_when"), message);
            self.fault(fault.help("a playbook does not begin while `stop_when` is true").warning());
        }
        let steps: Vec<Option<StepPrograms>> = (0..)
            .zip(&config.steps)
            .map(|(at, it): (usize, _)| {
                self.step_programs(kind, it, &format!("{path}.steps[{at}]"))
            })
            .collect();
        let steps = steps.into_iter().collect::<Option<Vec<_>>>()?;
        let (when, stop_when) = (whole(when)?, whole(stop_when)?);
        named.then_some(Playbook { kind, config, when, stop_when, calendar, steps })
    }

    fn step_programs(
        &self,
        kind: SubjectKind,
        it: &StepConfig,
        path: &str,
    ) -> Option<StepPrograms> {
        let guard = it
            .when
            .as_ref()
            .map(|text| self.compile(kind, &format!("{path}.when"), text, Want::Flag));
        // Of a condition that is faulty it cannot be said what it makes sure.
        let sure = match &guard {
            None => Some(BTreeSet::new()),
            Some(guard) => guard.as_ref().map(|guard| self.with_scores(kind, guard.surely_read())),
        };
        let message = |key: &str, text: &str| {
            self.compile_message(kind, &format!("{path}.{key}"), text, sure.as_ref())
        };
        let title = message("title", &it.title);
        let text = it.text.as_ref().map(|text| message("text", text));
        Some(StepPrograms { when: whole(guard)?, title: title?, text: whole(text)? })
    }

    fn check_playbook_steps(&self, steps: &[StepConfig], path: &str) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            let path = format!("{path}.steps[{at}]");
            let name = step.name();
            if let Some(first) = seen.insert(name, at) {
                let message = format!("the step `{name}` is duplicated");
                let help = format!(
                    "give each step a `name` of its own; the first is step {} of the playbook",
                    first + 1
                );
                self.fault(Fault::new(Code::Duplicate, path.clone(), message).help(help));
            }
            for (key, text) in [
                ("name", step.name.as_ref()),
                ("title", Some(&step.title)),
                ("owner", step.owner.as_ref()),
                ("escalate_to", step.escalate_to.as_ref()),
            ] {
                if text.is_some_and(|text| text.trim().is_empty()) {
                    let message = format!("`{key}` must not be empty");
                    self.fault(Fault::new(Code::Empty, format!("{path}.{key}"), message));
                }
            }
            if step.deadline.is_some_and(|it: Delay| it.is_zero()) {
                let message = "expected `deadline` of at least `1d`, got no time at all";
                self.fault(Fault::new(Code::OutOfRange, format!("{path}.deadline"), message));
            }
            if step.escalate_to.is_some() && step.deadline.is_none() {
                let message = "`escalate_to` needs a `deadline`";
                let help = "add `deadline = \"3d\"`, the time there is to carry the step out";
                self.fault(Fault::new(Code::MissingKey, path.clone(), message).help(help));
            }
            if step.after_done && at == 0 {
                let message = "`after_done` means nothing on the first step";
                let fault = Fault::new(Code::Unused, format!("{path}.after_done"), message);
                self.fault(fault.help("leave it out").warning());
            }
        }
    }

    /// Rules that name no playbook, or one about something else; playbooks that no rule names.
    fn check_references(&self) {
        let config = self.config;
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        let names = || config.playbooks.iter().map(|playbook| playbook.name.as_str());
        for (at, rule) in config.rules.iter().enumerate() {
            let Some(name) = &rule.playbook else { continue };
            let path = format!("rules[{at}].playbook");
            match config.playbooks.iter().find(|playbook| playbook.name == *name) {
                None if config.is_lost(name) => {}
                None => {
                    let message = format!("there is no playbook `{name}`");
                    let fault = Fault::new(Code::UnknownName, path, message);
                    self.fault(fault.maybe_help(did_you_mean(name, names())));
                }
                Some(it) if kind(it.subject) != kind(rule.subject) => {
                    let (of, about) = (kind(it.subject).plural(), kind(rule.subject).plural());
                    let message =
                        format!("the playbook `{name}` is about {of}, and this rule about {about}");
                    let help = "a playbook is begun by rules about the same kind of subject";
                    self.fault(Fault::new(Code::Incompatible, path, message).help(help));
                }
                Some(_) => {}
            }
        }
        for (at, playbook) in config.playbooks.iter().enumerate() {
            let is_named =
                |it: &crate::config::RuleConfig| it.playbook.as_ref() == Some(&playbook.name);
            if !playbook.name.is_empty()
                && !config.is_torn("rules")
                && !config.rules.iter().any(is_named)
            {
                let message = format!("no rule begins the playbook `{}`", playbook.name);
                let fault = Fault::new(Code::Unused, format!("playbooks[{at}].name"), message);
                let help = format!("add `playbook = \"{}\"` to a rule", playbook.name);
                self.fault(fault.help(help).warning());
            }
        }
    }
}

/// What compiled, or that there was nothing to compile; none where it did not.
fn whole(it: Option<Option<Program>>) -> Option<Option<Program>> {
    match it {
        None => Some(None),
        Some(None) => None,
        some => some,
    }
}
