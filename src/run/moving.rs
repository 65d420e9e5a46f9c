//! The alerts of a rule on their way through a night.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::alert::{About, Happening};
use crate::config::RuleConfig;
use crate::frame::SubjectKind;
use crate::memory::{AlertState, BySubject, RuleAlerts};
use crate::plan::steps::Rule;

/// The alerts of a rule on their way: those that it has, and those that it may get, by subject.
pub(crate) struct RuleMoving<'a> {
    pub(crate) rule: &'a str,
    /// The rule as it is now, if it is.
    pub(crate) config: Option<&'a RuleConfig>,
    pub(crate) compiled: Option<&'a Rule>,
    /// What was remembered of the rule.
    pub(crate) past: Option<&'a RuleAlerts>,
    pub(crate) kind: SubjectKind,
    pub(crate) alerts: Vec<Moving<'a>>,
}

/// One alert on its way: what it is about and what happened to it.
pub(crate) struct Moving<'a> {
    pub(crate) subject: Arc<str>,
    pub(crate) row: Option<u32>,
    /// Where it stands now.
    pub(crate) next: Next<'a>,
    pub(crate) happenings: Vec<Happening>,
    /// What it tells people.
    pub(crate) message: Arc<str>,
    /// Whether it stays as it was when the same day or moment was assessed before.
    pub(crate) is_kept: bool,
    /// Whether its subject is not there, so that nothing is said of it.
    pub(crate) waits: bool,
}

/// Where an alert stands after a night.
pub(crate) enum Next<'a> {
    /// There is nothing to remember.
    Nothing,
    /// Where it stood before.
    Same(&'a AlertState),
    Other(Box<AlertState>),
}

impl<'a> Next<'a> {
    pub(crate) fn of(before: Option<&'a AlertState>, next: Option<AlertState>) -> Self {
        match (before, next) {
            (_, None) => Self::Nothing,
            (Some(before), Some(next)) if *before == next => Self::Same(before),
            (_, Some(next)) => Self::Other(Box::new(next)),
        }
    }

    pub(crate) fn get(&self) -> Option<&AlertState> {
        match self {
            Self::Nothing => None,
            Self::Same(alert) => Some(alert),
            Self::Other(alert) => Some(alert),
        }
    }

    /// The same to be changed.
    pub(crate) fn get_mut(&mut self) -> Option<&mut AlertState> {
        if let Self::Same(alert) = self {
            *self = Self::Other(Box::new(alert.clone()));
        }
        match self {
            Self::Other(alert) => Some(alert),
            Self::Nothing | Self::Same(_) => None,
        }
    }
}

impl Moving<'_> {
    /// Where the alert stands after its step, and on which row.
    pub(crate) fn stands(&self) -> Option<(usize, &AlertState)> {
        self.row.map(|row| row as usize).zip(self.next.get())
    }
}

impl RuleMoving<'_> {
    /// What its alerts are about, but for their subjects.
    pub(crate) fn about(&self) -> About<'_> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let (severity, labels) = match (self.config, self.past) {
            (Some(it), _) => (it.severity, &it.labels),
            (None, Some(it)) => (it.severity, &it.labels),
            (None, None) => (Default::default(), &NONE),
        };
        About { rule: self.rule, kind: self.kind, subject: "", parents: &[], severity, labels }
    }

    pub(crate) fn owner(&self) -> Option<String> {
        match self.config {
            Some(it) => it.owner.clone(),
            None => self.past.and_then(|list| list.owner.clone()),
        }
    }

    /// What the next state says of the rule: all that is as it was is shared with what was remembered.
    pub(crate) fn remembered(self) -> RuleAlerts {
        let about = self.about();
        let mut list = RuleAlerts {
            subject: self.kind,
            severity: about.severity,
            meaning: self.compiled.map_or_else(String::new, |rule| rule.meaning.clone()),
            labels: about.labels.clone(),
            owner: self.owner(),
            subjects: self.past.map(|past| past.subjects.clone()).unwrap_or_default(),
        };
        let is_other = |it: &Moving<'_>| !matches!(it.next, Next::Same(_));
        let others = self.alerts.iter().filter(|it| is_other(it)).count();
        // Many are written in one pass, few are looked up.
        if others * 8 > self.alerts.len() {
            let all = self.alerts.into_iter().filter_map(|it| Some((it.subject, it.next.owned()?)));
            list.subjects = BySubject::from_iter(all);
            return list;
        }
        for it in self.alerts.into_iter().filter(is_other) {
            match it.next.owned() {
                Some(next) => drop(list.subjects.insert(it.subject, next)),
                None if list.subjects.contains_key(&it.subject) => {
                    list.subjects.remove(&it.subject);
                }
                None => {}
            }
        }
        list
    }
}

impl Next<'_> {
    fn owned(self) -> Option<AlertState> {
        match self {
            Self::Nothing => None,
            Self::Same(alert) => Some(alert.clone()),
            Self::Other(alert) => Some(*alert),
        }
    }
}
