//! How something that was not expected came about.

use std::collections::BTreeSet;

use super::notation::show_state;
use crate::engine::{Assessment, Engine};
use crate::frame::SubjectKind;
use crate::value::Value;

/// A subject on the day of an assessment.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) engine: &'a Engine,
    pub(super) out: &'a Assessment,
    pub(super) kind: SubjectKind,
    pub(super) id: &'a str,
}

impl Case<'_> {
    /// Whether the subject was assessed.
    pub(super) fn is_there(&self) -> bool {
        self.out.subjects(self.kind).iter().any(|subject| subject.as_ref() == self.id)
    }

    /// How a score came about; nothing for a name that is not that of a scorecard or of a part.
    pub(super) fn score(&self, name: &str) -> Vec<String> {
        let card = name.split('.').next().unwrap_or(name);
        let explanation = self.engine.explain(self.out, card, self.id);
        let text = explanation.map_or_else(String::new, |explanation| explanation.to_string());
        text.lines().map(str::to_owned).collect()
    }

    /// What an alert asks, what the answer rests on, and where the alert stands.
    pub(super) fn alert(&self, name: &str) -> Vec<String> {
        let engine = self.engine;
        let rules = engine.compiled.rules.iter().filter_map(|rule| {
            let config = engine.config().rules.get(rule.number)?;
            Some((rule, config))
        });
        let Some((rule, config)) = rules.into_iter().find(|pair| pair.1.name == name) else {
            return Vec::new();
        };
        let mut asks = format!("{name}: when `{}`", config.when.trim());
        let mut slots: Vec<usize> = rule.when.slots().to_vec();
        if let (Some(text), Some(clear)) = (&config.clear_when, &rule.clear) {
            asks += &format!(", clear_when `{}`", text.trim());
            slots.extend(clear.slots());
        }
        if let Some(it) = config.r#for {
            asks += &format!(", for {it}");
        }
        if let Some(it) = config.keep_firing_for {
            asks += &format!(", keep_firing_for {it}");
        }
        let mut lines = vec![asks];
        let mut seen = BTreeSet::new();
        let columns = engine.compiled.spaces.get(self.kind.index());
        let columns = slots.into_iter().filter(|slot| seen.insert(*slot)).filter_map(|slot| {
            columns.and_then(|slots| slots.get(slot)).map(|slot| slot.name.as_str())
        });
        lines.extend(columns.filter(|_| self.is_there()).map(|name| {
            match self.out.value(self.kind, name, self.id) {
                Value::Missing => format!("  {name} has no data"),
                value => format!("  {name} is {}", value.shown()),
            }
        }));
        lines.push(self.standing(name));
        lines
    }

    fn standing(&self, rule: &str) -> String {
        let open = self.out.alerts().iter();
        let open = open.filter(|alert| alert.kind == self.kind && alert.subject == self.id);
        let Some(it) = open.into_iter().find(|alert| alert.rule == rule) else {
            return "  inactive".to_owned();
        };
        let fired = it.fired.map_or_else(String::new, |fired| format!(", fired on {fired}"));
        format!("  {}, true since {}{fired}", show_state(it.phase, it.health), it.since)
    }
}
