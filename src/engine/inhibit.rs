//! Which alerts silence which: names that are there, sides that say something, and no circle.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Resolver;
use crate::config::{InhibitConfig, InhibitOn, RuleConfig};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;

impl Resolver<'_> {
    /// Checks every inhibition.
    pub(super) fn check_inhibitions(&self) {
        let config = self.config;
        for (number, it) in config.inhibit.iter().enumerate() {
            let path = format!("inhibit[{number}]");
            let mut sound = self.check_rule_names(&it.source, &format!("{path}.source"));
            sound &= self.check_rule_names(&it.target, &format!("{path}.target"));
            let sides = [
                ("source", it.source.is_empty() && it.source_severity.is_none()),
                ("target", it.target.is_empty() && it.target_severity.is_none()),
            ];
            for (side, empty) in sides {
                if empty {
                    sound = false;
                    let message = format!("missing key `{side}`");
                    let help = format!("add `{side} = [\"rule\"]` or `{side}_severity = \"…\"`");
                    self.fault(Fault::new(Code::MissingKey, path.clone(), message).help(help));
                }
            }
            if sound && self.silenced(it).next().is_none() {
                let message = "no rule can silence another by this";
                let fault = Fault::new(Code::Unused, path, message).warning();
                self.fault(fault.help(match it.on {
                    InhibitOn::Subject => "both rules must be about the same kind of subject",
                    InhibitOn::Parent => {
                        "the source must be about a parent of the target's subject"
                    }
                }));
            }
        }
        self.check_circles();
    }

    fn check_rule_names(&self, names: &[String], path: &str) -> bool {
        let mut sound = true;
        let known = || self.config.rules.iter().map(|it| it.name.as_str());
        for (at, name) in names.iter().enumerate() {
            if known().any(|it| it == name) {
                continue;
            }
            sound = false;
            if !self.config.is_lost(name) {
                let message = format!("there is no rule `{name}`");
                let fault = Fault::new(Code::UnknownName, format!("{path}[{at}]"), message);
                self.fault(fault.maybe_help(did_you_mean(name, known())));
            }
        }
        sound
    }

    /// The pairs of rules of which the first can silence the second.
    fn silenced<'a>(
        &'a self,
        inhibit: &'a InhibitConfig,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let rules = &self.config.rules;
        let kind = |it: &RuleConfig| -> SubjectKind { it.subject.unwrap_or(self.config.subject) };
        let is_source = |it: &RuleConfig| inhibit.is_source(&it.name, it.severity);
        let is_target = |it: &RuleConfig| inhibit.is_target(&it.name, it.severity);
        let sources = rules.iter().filter(move |it| is_source(it));
        sources.flat_map(move |source| {
            let targets = rules.iter().filter(move |it| is_target(it));
            targets
                .filter(move |target| match inhibit.on {
                    InhibitOn::Subject => {
                        let mutual = is_target(source) && is_source(target);
                        kind(source) == kind(target) && source.name != target.name && !mutual
                    }
                    InhibitOn::Parent => kind(source) < kind(target),
                })
                .map(move |target| (source.name.as_str(), target.name.as_str()))
        })
    }

    /// Two alerts that silence one another, however many stand between them, would both be lost.
    fn check_circles(&self) {
        let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (number, inhibit) in self.config.inhibit.iter().enumerate() {
            for (source, target) in self.silenced(inhibit) {
                below.entry(source).or_default().insert(target);
                if reaches(&below, target, source) {
                    let message = format!("`{source}` and `{target}` would silence one another");
                    let fault = Fault::new(Code::Cycle, format!("inhibit[{number}]"), message);
                    self.fault(
                        fault.help("let only the more important of the two silence the other"),
                    );
                    return;
                }
            }
        }
    }
}

fn reaches(below: &BTreeMap<&str, BTreeSet<&str>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(below.get(at).into_iter().flatten());
        }
    }
    false
}
