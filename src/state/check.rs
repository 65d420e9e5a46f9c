//! What cannot be true of a state: it was changed by hand, or put together from several.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::State;
use crate::fault::{Code, Fault};
use crate::memory::{AlertState, EnrolmentState, HeldList, Phase};
use crate::node::shorten;
use crate::time::AsOf;

/// Everything that cannot be, in the order of the sections. In time linear in the state.
pub(super) fn check(state: &State) -> Vec<Fault> {
    let mut all = Checks { as_of: state.as_of, faults: Vec::new() };
    for (rule, alerts) in &state.alerts {
        for (subject, it) in &alerts.subjects {
            all.alert(&format!("alerts.{rule}.{}", shorten(subject)), it);
        }
    }
    for (card, bands) in &state.bands {
        for (subject, it) in bands {
            all.time(&format!("bands.{card}.{}.since", shorten(subject)), it.since);
        }
    }
    for (card, factors) in &state.carried {
        for (factor, values) in factors {
            for (subject, it) in values {
                let at = it.day.into();
                all.time(&format!("carried.{card}.{factor}.{}.day", shorten(subject)), at);
            }
        }
    }
    for (name, enrolments) in &state.playbooks {
        for (subject, list) in &enrolments.subjects {
            all.enrolments(&format!("enrolments.{name}.{}", shorten(subject)), list);
        }
    }
    for (kind, names) in &state.history {
        for (name, lists) in names {
            for (subject, list) in lists {
                all.history(&format!("history.{kind}.{name}.{}", shorten(subject)), list);
            }
        }
    }
    for (kind, subjects) in &state.absent {
        for (subject, since) in subjects {
            all.time(&format!("absent.{kind}.{}", shorten(subject)), *since);
        }
    }
    if let Some(it) = &state.eve {
        all.time("eve.day", it.day);
    }
    let is_new = State { handed_on: Default::default(), ..state.truth() }.is_new();
    if state.as_of.is_none() && !is_new {
        let fault = Fault::new(Code::MissingKey, "state.as_of", "what is remembered has no day");
        all.faults.push(fault.help("a state that was assessed says as of when"));
    }
    all.faults
}

struct Checks {
    as_of: Option<AsOf>,
    faults: Vec<Fault>,
}

impl Checks {
    fn wrong(&mut self, path: &str, message: impl Display) {
        let help = "take the last state that was written by foretell";
        let path = format!("state.sections.{path}");
        self.faults.push(Fault::new(Code::Implausible, path, message.to_string()).help(help));
    }

    /// Nothing happened after the last assessment.
    fn time(&mut self, path: &str, at: AsOf) {
        // A wait that stood still may begin with the very end of a day, which is the first moment of the next.
        let is_later = |it: &AsOf| at.day() > it.day() && !it.span(at).is_zero();
        if let Some(as_of) = self.as_of.filter(is_later) {
            self.wrong(path, format_args!("{at} lies after the state's own {as_of}"));
        }
    }

    fn alert(&mut self, path: &str, it: &AlertState) {
        let times = [
            ("began", Some(it.began)),
            ("since", Some(it.since)),
            ("fired", it.fired),
            ("clear_since", it.clear_since),
            ("unknown_since", it.unknown_since),
            ("last_event", it.last_event),
            ("resolved", it.resolved),
        ];
        for (name, at) in times {
            if let Some(at) = at {
                self.time(&format!("{path}.{name}"), at);
            }
        }
        match (it.phase, it.fired) {
            (Phase::Firing | Phase::Recovering, None) => {
                self.wrong(path, format_args!("it is {} and never fired", it.phase.name()));
            }
            (Phase::Inactive | Phase::Pending, Some(at)) => {
                self.wrong(path, format_args!("it is {} and fired at {at}", it.phase.name()));
            }
            _ => {}
        }
        if it.phase == Phase::Recovering && it.clear_since.is_none() {
            self.wrong(path, "it is recovering since no day");
        }
    }

    fn enrolments(&mut self, path: &str, list: &[EnrolmentState]) {
        let mut seen = BTreeSet::new();
        for it in list {
            self.time(&format!("{path}.began"), it.began);
            self.time(&format!("{path}.fired"), it.fired);
            if !seen.insert((&it.rule, it.fired)) {
                let rule = shorten(&it.rule);
                self.wrong(
                    path,
                    format_args!("the firing of `{rule}` at {} is duplicated", it.fired),
                );
            }
            let mut steps = BTreeSet::new();
            for step in &it.reached {
                if !steps.insert(step) {
                    self.wrong(path, format_args!("the step `{}` is duplicated", shorten(step)));
                }
            }
        }
    }

    fn history(&mut self, path: &str, list: &HeldList) {
        list.iter().for_each(|held| self.time(path, held.since));
        if !list.iter().is_sorted_by(|left, right| left.since < right.since) {
            self.wrong(path, "what was held is not in the order of time");
        }
    }
}
