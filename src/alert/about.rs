//! What an alert is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::RuleSeverity;
use crate::frame::SubjectKind;

/// An alert as suppression sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) rule: &'a str,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    pub(crate) parents: &'a [(SubjectKind, Arc<str>)],
    pub(crate) severity: RuleSeverity,
    pub(crate) labels: &'a BTreeMap<String, String>,
}

impl About<'_> {
    /// The ids of its subject and of whom that belongs to.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.subject).chain(self.parents.iter().map(|parent| &*parent.1))
    }
}
