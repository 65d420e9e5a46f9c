//! What cannot be in a state that this engine wrote.

use crate::fault::{Code, Fault, did_you_mean};
use crate::node::shorten;
use crate::plan::Compiled;
use crate::state::State;

/// How many of many are said.
const SAID: usize = 20;

impl Compiled {
    /// What is wrong with a state; `again` says whether its own day or moment is assessed again.
    pub(crate) fn strange(&self, state: &State, again: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        if again && state.undo.is_none() {
            let message = "the state does not say what its last assessment replaced, so that day cannot be assessed again";
            let fault = Fault::new(Code::MissingKey, "state.undo", message);
            faults.push(
                fault.help("it is of form 1, or was put together by hand: assess a later day"),
            );
        }
        // Of what another config wrote some of the names may be gone.
        if state.engine != self.hash() {
            return faults;
        }
        for (name, bands) in &state.bands {
            let Some((_, card)) = self.card(name) else { continue };
            let known = || card.bands.list.iter().map(|band| band.name.as_str());
            let unknown = |band: &str| !known().any(|name| name == band);
            for (subject, it) in bands.iter().filter(|entry| unknown(&entry.1.band)).take(SAID) {
                let path = format!("state.bands.{name}.{}", shorten(subject));
                let message = format!("`{name}` has no band `{}`", shorten(&it.band));
                let fault = Fault::new(Code::Implausible, path, message);
                faults.push(fault.maybe_help(did_you_mean(&it.band, known())));
            }
        }
        for (name, alerts) in &state.alerts {
            let of = |number: usize| {
                self.config.rules.get(number).is_some_and(|config| config.name == *name)
            };
            let rule = self.rules.iter().find(|rule| of(rule.number));
            if let Some(rule) = rule.filter(|rule| rule.kind != alerts.subject) {
                let path = format!("state.alerts.{name}.subject");
                let (got, wanted) = (alerts.subject, rule.kind);
                let message = format!(
                    "the alerts of `{name}` are about a {got}, and the rule is about a {wanted}"
                );
                faults.push(Fault::new(Code::Implausible, path, message));
            }
        }
        faults
    }
}
