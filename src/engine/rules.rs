//! Rules of a config: checked, and compiled.

use std::collections::BTreeSet;

use super::plan::{Rule, Work};
use super::resolve::Resolver;
use crate::expr::Want;
use crate::frame::SubjectKind;

impl Resolver<'_> {
    /// Compiles every rule.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let config = self.config;
        let mut rules = Vec::new();
        for (number, rule) in config.rules.iter().enumerate() {
            let path = format!("rules[{number}]");
            let kind = rule.subject.unwrap_or(config.subject);
            let named = self.check_name(&rule.name, &format!("{path}.name"));
            let when = self.compile(kind, &format!("{path}.when"), &rule.when, Want::Flag);
            let message = rule.message.as_ref().map(|text| {
                // Of a condition that is faulty it cannot be said what it makes sure.
                let sure = when.as_ref().map(|it| self.with_scores(kind, it.surely_read()));
                self.compile_message(kind, &format!("{path}.message"), text, sure.as_ref())
            });
            let (Some(when), None | Some(Some(_))) = (when, &message) else { continue };
            let message = message.flatten();
            if named {
                rules.push(Rule { number, kind, when, message });
            }
        }
        rules
    }

    /// Slots known to be there, and those that are there with them: a band comes from a score, and
    /// a score before an override stays one.
    fn with_scores(&self, kind: SubjectKind, mut sure: BTreeSet<usize>) -> BTreeSet<usize> {
        self.each_step(|step| {
            if let Work::Card { outputs, .. } = &step.work
                && step.kind == kind
                && [outputs.score, outputs.raw_score, outputs.band, outputs.raw_band]
                    .iter()
                    .any(|it| sure.contains(it))
            {
                sure.insert(outputs.score);
            }
        });
        sure
    }
}
