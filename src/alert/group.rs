//! One notice for what belongs together.

use std::collections::BTreeMap;

use super::Event;
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;

/// What belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupBy<'a> {
    /// The subject.
    Subject,
    /// The subject's parent of a kind, or the subject itself where it is of that kind.
    Parent(SubjectKind),
    /// Who it is for.
    Owner,
    /// The rule.
    Rule,
    /// The severity.
    Severity,
    /// The value of a label.
    Label(&'a str),
}

/// Events that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// What they have in common; empty where they lack it.
    pub key: String,
    /// The greatest severity among them.
    pub severity: RuleSeverity,
    /// They, in the order given.
    pub events: Vec<&'a Event>,
}

/// Groups events, sorted by what they have in common. To send what is to be sent, give those for
/// which [`Event::is_sent`] holds.
pub fn group<'a>(events: impl IntoIterator<Item = &'a Event>, by: GroupBy<'_>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for event in events {
        groups.entry(key(event, by)).or_default().push(event);
    }
    groups
        .into_iter()
        .map(|(key, events)| {
            let severity = events.iter().map(|it| it.severity).max().unwrap_or_default();
            Group { key, severity, events }
        })
        .collect()
}

fn key(event: &Event, by: GroupBy<'_>) -> String {
    match by {
        GroupBy::Subject => format!("{} {}", event.kind, event.subject),
        GroupBy::Parent(kind) if kind == event.kind => event.subject.clone(),
        GroupBy::Parent(kind) => event.parents.get(&kind).cloned().unwrap_or_default(),
        GroupBy::Owner => event.owner.clone().unwrap_or_default(),
        GroupBy::Rule => event.rule.clone(),
        GroupBy::Severity => event.severity.to_string(),
        GroupBy::Label(name) => event.labels.get(name).cloned().unwrap_or_default(),
    }
}
