//! Rules that nobody would ever hear of, because others always silence them.

use std::collections::BTreeMap;

use crate::compile::resolve::Resolver;
use crate::config::{Hold, InhibitOn, NoDataPolicy, RuleConfig};
use crate::fault::{Code, Fault};
use crate::plan::steps::Rule;

/// How many pairs of rules are compared; of those beyond nothing is said. Our choice, tested by
/// `no_config_hurts`.
const MOST_PAIRS: usize = 2000;

impl Resolver<'_> {
    /// Warns of rules whose alerts are silenced whenever they fire.
    ///
    /// That is sure where the source's condition is true whenever the target's is, reads the same
    /// names, waits no longer and ends no sooner; of all else nothing is said.
    pub(crate) fn check_told(&self, rules: &[Rule]) {
        let config = |rule: &Rule| self.config.rules.get(rule.number);
        let pairs = rules.iter().filter_map(|rule| Some((rule, config(rule)?)));
        let mut alike: BTreeMap<_, Vec<(&Rule, &RuleConfig)>> = BTreeMap::new();
        for (rule, config) in pairs.filter(|(_, it)| it.no_data == NoDataPolicy::Keep) {
            alike.entry((rule.kind, rule.when.slots())).or_default().push((rule, config));
        }
        let on_subject =
            || self.config.inhibit.iter().filter(|inhibit| inhibit.on == InhibitOn::Subject);
        if on_subject().next().is_none() || !self.is_sound() {
            return;
        }
        let silences = |source: &RuleConfig, target: &RuleConfig| {
            on_subject().any(|inhibit| {
                inhibit.is_source(&source.name, source.severity)
                    && inhibit.is_target(&target.name, target.severity)
                    && !(inhibit.is_source(&target.name, target.severity)
                        && inhibit.is_target(&source.name, source.severity))
            })
        };
        let mut left = MOST_PAIRS;
        for group in alike.values() {
            for (target, of_target) in group.iter().filter(|(it, _)| it.clear.is_none()) {
                let others = group.iter().filter(|(it, _)| it.number != target.number);
                let mut others = others.take_while(|_| {
                    left = left.saturating_sub(1);
                    left > 0
                });
                let source = others.find(|(source, of_source)| {
                    is_no_later(of_source, of_target)
                        && lasts(source, target)
                        && silences(of_source, of_target)
                });
                if let Some((_, source)) = source {
                    let message = format!(
                        "alerts of `{}` are always inhibited by `{}`, which fires whenever it does",
                        of_target.name, source.name
                    );
                    let path = format!("rules[{}].when", target.number);
                    let fault = Fault::new(Code::Unreachable, path, message).warning();
                    self.fault(fault.help("let the rarer of the two silence the other"));
                }
            }
        }
    }
}

/// Whether an alert is firing at every time at which another's condition is true and known.
fn lasts(source: &Rule, target: &Rule) -> bool {
    // Where both lack the same data, both stand still.
    let needs_all = source.when.surely_read().len() == source.when.slots().len();
    needs_all
        && source.when.under(&target.when) == Some(true)
        && source.clear.as_ref().is_none_or(|clear| clear.under(&target.when) == Some(false))
}

/// Whether one rule waits no longer than another whose condition is not true before its own.
fn is_no_later(source: &RuleConfig, target: &RuleConfig) -> bool {
    match (source.r#for, target.r#for) {
        (None, _) => true,
        (Some(source), _) if source.is_zero() => true,
        (Some(Hold::Evaluations(source)), Some(Hold::Evaluations(target))) => source <= target,
        (Some(Hold::Period(one)), Some(Hold::Period(two))) => {
            one.is_within(two) && source.max_gap == target.max_gap
        }
        _ => false,
    }
}
