//! Rules of a config: checked, and compiled.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compile::resolve::{Found, Resolver};
use crate::config::{Hold, NoDataPolicy, RuleConfig};
use crate::expr::{Program, Want};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::memory::Phase;
use crate::plan::names::{ALERTS, meaning};
use crate::plan::steps::{AlertOutputs, Rule, Slot, Step, Work};
use crate::time::Period;
use crate::value::Kind;

impl Resolver<'_> {
    /// Compiles every rule.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        for (number, rule) in self.config.rules.iter().enumerate() {
            self.rule_at(number, &rule.name, &format!("rules[{number}]"));
        }
        let rules: Vec<Rule> = self.rules.take().into_values().flatten().flatten().collect();
        self.check_twins(&rules);
        rules
    }

    /// Compiles a rule if that has not been done, and says whether it can be used. `path` is where it
    /// is asked for.
    fn rule_at(&self, number: usize, name: &str, path: &str) -> bool {
        let known = self.rules.borrow().get(&number).map(|rule| rule.as_ref().map(Option::is_some));
        match known {
            Some(Some(sound)) => return sound,
            Some(None) => {
                let message = format!("the alert of `{name}` depends on itself");
                let fault = Fault::new(Code::Cycle, path, message);
                self.fault(fault.help("let one of the rules read something else"));
                return false;
            }
            None => {}
        }
        self.rules.borrow_mut().insert(number, None);
        let rule = self.config.rules.get(number).and_then(|rule| self.rule(number, rule));
        let sound = rule.is_some();
        self.rules.borrow_mut().insert(number, Some(rule));
        sound
    }

    /// What others can read of a rule's alert: `alerts.low_use`, whether it fires, and beside it
    /// `.phase` and `.days`.
    pub(crate) fn alert_name(
        &self,
        kind: SubjectKind,
        name: &str,
        rest: &str,
        path: &str,
    ) -> Found {
        let head = rest.split('.').next().unwrap_or(rest);
        let about = |it: &RuleConfig| it.subject.unwrap_or(self.config.subject) == kind;
        let rules = &self.config.rules;
        let Some(rule) = rules.iter().position(|rule| rule.name == head && about(rule)) else {
            return if self.config.is_lost(head) { Found::Broken } else { Found::Unknown };
        };
        if head != rest {
            // The alert under its own name is what finds circles and defines the rest.
            return match self.find(kind, &format!("{ALERTS}.{head}"), path) {
                Found::Symbol(_) => self.defined(kind, name),
                other => other,
            };
        }
        if !self.rule_at(rule, head, path) {
            return Found::Broken;
        }
        let phases = Phase::ALL.map(|phase| Arc::from(phase.name()));
        let firing = Slot { kind: Kind::Flag, optional: false, ..Slot::number(name, None) };
        let phase = Slot::text(format!("{name}.phase"), Some(phases.into()));
        let phase = Slot { optional: false, ..phase };
        let days = Slot::number(format!("{name}.days"), Some((0.0, f64::MAX)));
        let [firing, phase, days] = [firing, phase, days].map(|slot| {
            let number = self.slot(kind, slot.clone());
            let symbol = slot.symbol(number);
            self.define(kind, slot.name, symbol.clone());
            symbol
        });
        let outputs = AlertOutputs { firing: firing.slot, phase: phase.slot, days: days.slot };
        self.step(Step {
            kind,
            slot: firing.slot,
            work: Work::Alerts { rule, outputs },
            whole: false,
        });
        Found::Symbol(firing)
    }

    fn rule(&self, number: usize, rule: &RuleConfig) -> Option<Rule> {
        let path = format!("rules[{number}]");
        let kind = rule.subject.unwrap_or(self.config.subject);
        let named = self.check_name(&rule.name, &format!("{path}.name"));
        self.check_waits(rule, &path);
        let flag =
            |key: &str, text: &str| self.compile(kind, &format!("{path}.{key}"), text, Want::Flag);
        let when = flag("when", &rule.when);
        let clear = rule.clear_when.as_ref().map(|text| flag("clear_when", text));
        let because = self.because(kind, rule, &path);
        let message = rule.message.as_ref().map(|text| {
            // Of a condition that is faulty it cannot be said what it makes sure.
            let sure = when.as_ref().map(|when| self.with_scores(kind, when.surely_read()));
            self.compile_message(kind, &format!("{path}.message"), text, sure.as_ref())
        });
        let when = when?;
        let clear = match clear {
            Some(clear) => {
                let clear = clear?;
                self.check_overlap(kind, rule, &path, (&when, &clear));
                Some(clear)
            }
            None => None,
        };
        let message = match message {
            Some(it) => Some(it?),
            None => None,
        };
        let because = if rule.because.is_empty() { when.slots().to_vec() } else { because? };
        let meaning = meaning(when.canonical(), clear.as_ref().map(Program::canonical));
        named.then_some(Rule { number, kind, when, message, clear, because, meaning })
    }

    /// The slots of the names that are shown; none where one of them is no name.
    fn because(&self, kind: SubjectKind, rule: &RuleConfig, path: &str) -> Option<Vec<usize>> {
        let mut slots = Some(Vec::new());
        for (at, name) in rule.because.iter().enumerate() {
            let path = format!("{path}.because[{at}]");
            match self.find(kind, name, &path) {
                Found::Symbol(it) => {
                    if let Some(slots) = &mut slots {
                        slots.push(it.slot);
                    }
                }
                Found::Broken => slots = None,
                Found::Unknown => {
                    let names = self.names(kind);
                    let help = did_you_mean(name, names.iter().map(String::as_str));
                    let message = format!("nothing is called `{name}`");
                    self.fault(Fault::new(Code::UnknownName, path, message).maybe_help(help));
                    slots = None;
                }
            }
        }
        slots
    }

    /// Waits that are of no length, and settings without the one that they belong to.
    fn check_waits(&self, rule: &RuleConfig, path: &str) {
        let periods = [
            ("keep_firing_for", rule.keep_firing_for),
            ("cooldown", rule.cooldown),
            ("no_data_for", rule.no_data_for),
        ];
        for (key, period) in periods {
            if period.is_some_and(Period::is_zero) {
                let message = format!("`{key}` is no time at all");
                let fault = Fault::new(Code::Unused, format!("{path}.{key}"), message).warning();
                self.fault(fault.help("leave it out, or give it a length such as `7d`"));
            }
        }
        for (key, period) in [("repeat_every", rule.repeat_every), ("max_gap", rule.max_gap)] {
            if period.is_some_and(Period::is_zero) {
                let message = format!("expected `{key}` of at least `1d`, got `0d`");
                self.fault(Fault::new(Code::OutOfRange, format!("{path}.{key}"), message));
            }
        }
        let unused = |key: &str, message: &str, help: &str| {
            let fault = Fault::new(Code::Unused, format!("{path}.{key}"), message);
            self.fault(fault.help(help).warning());
        };
        if rule.no_data_for.is_some() && rule.no_data == NoDataPolicy::Keep {
            unused(
                "no_data_for",
                "`no_data_for` means nothing while missing data keep the alert as it is",
                "add `no_data = \"alert\"` or `no_data = \"resolve\"`",
            );
        }
        let waits = matches!(rule.r#for, Some(Hold::Period(it)) if !it.is_zero());
        if rule.max_gap.is_some() && !waits {
            unused(
                "max_gap",
                "`max_gap` means nothing without a period in `for`",
                "add `for = \"14d\"`, or leave it out",
            );
        }
    }

    /// Warns where an alert could be begun and ended by the same value. Only plain thresholds on one
    /// name are looked at: of anything else too little is known to be sure.
    fn check_overlap(
        &self,
        kind: SubjectKind,
        rule: &RuleConfig,
        path: &str,
        (when, clear): (&Program, &Program),
    ) {
        let Some(text) = &rule.clear_when else { return };
        let plain = |it: &str| !["||", "if", "let", "(", "!"].iter().any(|part| it.contains(part));
        let same = when.slots().len() == 1 && when.slots() == clear.slots();
        if !same || !plain(&rule.when) || !plain(text) {
            return;
        }
        let both = self.compile_quietly(kind, &format!("({}) && ({text})", rule.when));
        if both.is_some_and(|both| both.always() != Some(false)) {
            let message = "`clear_when` can be true together with `when`";
            let fault = Fault::new(Code::Contradiction, format!("{path}.clear_when"), message);
            self.fault(
                fault
                    .help("leave a margin between the two, or the alert ends and begins again")
                    .warning(),
            );
        }
    }

    /// Warns of two rules that would always say the same.
    fn check_twins(&self, rules: &[Rule]) {
        let mut seen: BTreeMap<_, &str> = BTreeMap::new();
        for rule in rules {
            let Some(one) = self.config.rules.get(rule.number) else { continue };
            let says =
                (rule.kind, &rule.meaning, one.severity, one.r#for.map(|wait| wait.to_string()));
            match seen.entry(says) {
                Entry::Vacant(it) => {
                    it.insert(&one.name);
                }
                Entry::Occupied(other) => {
                    let message =
                        format!("`{}` has the same condition as `{}`", one.name, other.get());
                    let path = format!("rules[{}].when", rule.number);
                    self.fault(Fault::new(Code::Duplicate, path, message).warning());
                }
            }
        }
    }

    /// Slots known to be there, and those that are there with them: a band comes from a score, and
    /// a score before an override stays one.
    pub(crate) fn with_scores(
        &self,
        kind: SubjectKind,
        mut sure: BTreeSet<usize>,
    ) -> BTreeSet<usize> {
        self.each_step(|step| {
            if let Work::Card { outputs, .. } = &step.work
                && step.kind == kind
                && [outputs.score, outputs.raw_score, outputs.band, outputs.raw_band]
                    .iter()
                    .any(|slot| sure.contains(slot))
            {
                sure.insert(outputs.score);
            }
        });
        sure
    }
}
