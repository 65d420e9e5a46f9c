//! What a delivery says: an event of an alert, or an action.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::alert::{Change, Event, Told};
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;
use crate::playbook::{Action, ActionChange};
use crate::time::AsOf;

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Something happened to an alert.
    Event(Arc<Event>),
    /// Something is to be done.
    Action(Arc<Action>),
}

/// Which firing of which alert something is about.
pub(super) type Firing = (String, SubjectKind, String, Option<AsOf>);

impl Content {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Event(it) => &it.id,
            Self::Action(it) => &it.id,
        }
    }

    /// The id that it takes back or corrects.
    #[must_use]
    pub fn supersedes(&self) -> Option<&str> {
        match self {
            Self::Event(it) => it.supersedes.as_deref(),
            Self::Action(it) => it.supersedes.as_deref(),
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> RuleSeverity {
        match self {
            Self::Event(it) => it.severity,
            Self::Action(it) => it.severity,
        }
    }

    /// Who it is for.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Event(it) => it.owner.as_deref(),
            Self::Action(it) => it.owner.as_deref(),
        }
    }

    /// The event, where it is one.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match self {
            Self::Event(it) => Some(it),
            Self::Action(_) => None,
        }
    }

    /// The action, where it is one.
    #[must_use]
    pub fn action(&self) -> Option<&Action> {
        match self {
            Self::Event(_) => None,
            Self::Action(it) => Some(it),
        }
    }

    /// The rule and the subject that it is about.
    pub(crate) fn about(&self) -> (&str, SubjectKind, &str) {
        match self {
            Self::Event(it) => (&it.rule, it.kind, &it.subject),
            Self::Action(it) => (&it.rule, it.kind, &it.subject),
        }
    }

    pub(super) fn firing(&self) -> Firing {
        let (rule, kind, subject) = self.about();
        let fired = match self {
            Self::Event(it) => it.fired,
            Self::Action(it) => Some(it.fired),
        };
        (rule.to_owned(), kind, subject.to_owned(), fired)
    }

    /// Whether nothing suppresses it.
    pub(super) fn is_sent(&self) -> bool {
        self.event().is_none_or(Event::is_sent)
    }

    /// Whether nobody knows of it yet, so that it may wait; what ends, corrects or takes back may not.
    pub(super) fn is_first(&self) -> bool {
        match self {
            Self::Event(it) => !matches!(
                it.change,
                Change::Resolved { .. } | Change::Withdrawn { .. } | Change::Corrected { .. }
            ),
            Self::Action(it) => it.change == ActionChange::Issued,
        }
    }

    pub(super) fn renamed(mut self, id: String) -> Self {
        match &mut self {
            Self::Event(it) => Arc::make_mut(it).id = id,
            Self::Action(it) => Arc::make_mut(it).id = id,
        }
        self
    }

    /// As what corrects another.
    pub(super) fn corrects(mut self, id: String) -> Self {
        match &mut self {
            Self::Event(it) => {
                let it = Arc::make_mut(it);
                (it.supersedes, it.change) = (Some(id), Change::Corrected { of: it.change.told() });
                it.suppressed_by.clear();
            }
            Self::Action(it) => {
                let it = Arc::make_mut(it);
                (it.supersedes, it.change) = (Some(id), ActionChange::Corrected);
            }
        }
        self
    }

    /// As what takes it back.
    pub(super) fn withdrawn(&self, id: String, last: String) -> Self {
        let mut back = self.clone().renamed(id);
        match &mut back {
            Self::Event(it) => {
                let it = Arc::make_mut(it);
                (it.supersedes, it.change) =
                    (Some(last), Change::Withdrawn { of: it.change.told() });
                it.suppressed_by.clear();
            }
            Self::Action(it) => {
                let it = Arc::make_mut(it);
                (it.supersedes, it.change) = (Some(last), ActionChange::Withdrawn);
            }
        }
        back
    }

    /// Whether it says that an alert still fires.
    pub(super) fn is_repetition(&self) -> bool {
        self.event().is_some_and(|event| event.change.told() == Told::Repeated)
    }

    /// Whether people would read the same.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event(one), Self::Event(two)) => one.says_the_same(two),
            (Self::Action(one), Self::Action(two)) => one.says_the_same(two),
            _ => false,
        }
    }
}
