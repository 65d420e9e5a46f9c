//! What belongs together.

use super::content::Content;
use crate::frame::SubjectKind;

/// What belongs together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupBy<'a> {
    /// The subject.
    Subject,
    /// The subject's parent of a kind, or the subject itself where it is of that kind.
    Parent(SubjectKind),
    /// Who it is for.
    #[default]
    Owner,
    /// The rule.
    Rule,
    /// The severity.
    Severity,
    /// The value of a label.
    Label(&'a str),
}

impl GroupBy<'_> {
    /// What a fact has in common with those that it belongs to; empty where it lacks it.
    #[must_use]
    pub fn key(self, it: &Content) -> String {
        let (parents, labels) = match it {
            Content::Event(it) => (&it.parents, &it.labels),
            Content::Action(it) => (&it.parents, &it.labels),
        };
        let (rule, kind, subject) = it.about();
        match self {
            Self::Subject => format!("{kind} {subject}"),
            Self::Parent(of) if of == kind => subject.to_owned(),
            Self::Parent(of) => parents.get(&of).cloned().unwrap_or_default(),
            Self::Owner => it.owner().unwrap_or_default().to_owned(),
            Self::Rule => rule.to_owned(),
            Self::Severity => it.severity().to_string(),
            Self::Label(name) => labels.get(name).cloned().unwrap_or_default(),
        }
    }
}
