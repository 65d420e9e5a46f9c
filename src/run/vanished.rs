//! Names that a state holds and the config has no more, where one that is near has come.

use std::collections::BTreeSet;

use crate::book::own::split_first;
use crate::fault::nearest;
use crate::metric::attribute_info;
use crate::plan::Compiled;
use crate::result::assessment::Note;
use crate::result::reasons::Renamed;
use crate::state::State;

/// What of a state seems to have been renamed; `past` is it under the names of today.
pub(crate) fn vanished(engine: &Compiled, past: &State) -> Vec<Note> {
    if past.engine == *engine.hash {
        return Vec::new();
    }
    let config = &engine.config;
    let mut notes = Vec::new();
    let mut note = |what, name: &str, near: Option<&str>| {
        let near = near.map(str::to_owned);
        notes.extend(near.map(|near| Note::Vanished { what, name: name.to_owned(), near }));
    };
    let rules = || config.rules.iter().map(|rule| rule.name.as_str());
    let new_rules = || rules().filter(|name| !past.alerts.contains_key(*name));
    for (name, list) in past.alerts.iter().filter(|entry| !rules().any(|rule| rule == entry.0)) {
        // One that asks the very same is surely meant.
        let same = engine
            .rules
            .iter()
            .filter(|rule| rule.kind == list.subject && rule.meaning == list.meaning);
        let same = same.filter_map(|rule| Some(config.rules.get(rule.number)?.name.as_str()));
        let same = same.filter(|name| new_rules().any(|new| new == *name)).min();
        note(Renamed::Rule, name, same.or_else(|| nearest(name, new_rules())));
    }
    let cards = || config.scorecards.iter().map(|card| card.name.as_str());
    let held: BTreeSet<&str> =
        past.bands.keys().chain(past.carried.keys()).map(String::as_str).collect();
    for name in held.iter().filter(|name| !cards().any(|card| card == **name)) {
        let new = cards().filter(|name| !held.contains(name));
        note(Renamed::Scorecard, name, nearest(name, new));
    }
    let playbooks = || config.playbooks.iter().map(|playbook| playbook.name.as_str());
    for name in past.playbooks.keys().filter(|name| !playbooks().any(|one| one == *name)) {
        let new = playbooks().filter(|name| !past.playbooks.contains_key(*name));
        note(Renamed::Playbook, name, nearest(name, new));
    }
    for (kind, names) in &past.history {
        let of = |it: Option<_>| it.unwrap_or(config.subject) == *kind;
        let metrics = || {
            let metrics = config.metrics.iter().filter(|metric| of(metric.subject));
            metrics.map(|metric| metric.name.as_str())
        };
        let head =
            |name: &'_ String| split_first(name).map_or(name.clone(), |parts| parts.0.to_owned());
        let heads: BTreeSet<String> = names.keys().map(head).collect();
        for name in &heads {
            let known = cards().chain(metrics()).any(|other| other == name)
                || held.contains(name.as_str())
                || attribute_info(*kind, name).is_some();
            let new = metrics().filter(|name| !heads.contains(*name));
            if !known {
                note(Renamed::Metric, name, nearest(name, new));
            }
        }
    }
    notes
}
