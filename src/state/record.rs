//! What was said: never undone by a run again, apart from what is true.
//!
//! What is to be said is what is true less what was said. Of the last day or moment each fact is kept as it was said, so
//! that a run again can take it back; of those before, that somebody was notified of an alert that is not over. What was said in the
//! days before is kept for some time, so that they can be assessed again from an older state.

mod moved;
mod naming;
mod page;
mod parts;
mod tell;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use self::naming::Naming;
use self::page::Page;
use super::content::Content;
use super::outbox::Delivery;
use crate::alert::event_id;
use crate::any::{is_false, is_zero};
use crate::frame::SubjectKind;
use crate::memory::{BySubject, CopyOnWrite, RuleAlerts};
use crate::node::Node;
use crate::playbook::{ActionReport, EnrolmentChange};
use crate::time::AsOf;

/// What was said, and what waits to be delivered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Record {
    /// The facts of the last day or moment, by the id that each has of itself.
    #[serde(skip_serializing_if = "CopyOnWrite::is_empty")]
    said: CopyOnWrite<BTreeMap<String, Said>>,
    /// The alerts that somebody was notified of and that are not over, by rule and subject.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lives: BTreeMap<String, BySubject<Life>>,
    /// What was said of enrolments at the last day or moment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<EnrolmentChange>,
    /// What the host reported at the last day or moment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reports: Vec<ActionReport>,
    /// What it reported of actions of that day or moment itself, which begin to be waited for with the next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    early: Vec<ActionReport>,
    /// Whether deliveries are handed out: where they never were, none wait.
    #[serde(skip_serializing_if = "is_false")]
    delivers: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) outbox: Vec<Delivery>,
    /// How many deliveries were handed out at the last day or moment, by whom they count for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) spent: BTreeMap<String, usize>,
    /// Actions that were told under other ids than their own, or taken back, by their own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    renamed: BTreeMap<String, Renamed>,
    /// The day or moment up to which what is told was told before, where days are assessed again from an older state.
    #[serde(skip_serializing_if = "Option::is_none")]
    rewound: Option<AsOf>,
    /// What was said at the days and moments before, as far back as they may be assessed again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pages: BTreeMap<AsOf, Arc<Page>>,
    /// The last day or moment of which that is no longer kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<AsOf>,
}

/// A fact of the last day or moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// What was said last.
    content: Content,
    /// How often it was corrected, withdrawn or said again.
    #[serde(default, skip_serializing_if = "is_zero")]
    round: u32,
    /// Whether it was released: nothing spoke against telling it.
    #[serde(default, skip_serializing_if = "is_false")]
    released: bool,
    /// Whether that need not be told, as the beginning of its alert still waits.
    #[serde(default, skip_serializing_if = "is_false")]
    needless: bool,
    /// The id of what took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn: Option<String>,
    /// Whether nothing is known but that it was told.
    #[serde(default, skip_serializing_if = "is_false")]
    is_vague: bool,
    /// Whether people heard other words under the id of its content.
    #[serde(default, skip_serializing_if = "is_false")]
    is_other: bool,
}

impl Said {
    /// A fact that nothing suppresses.
    const fn released(content: Content, round: u32) -> Self {
        let (released, needless) = (true, false);
        Self {
            content,
            round,
            released,
            needless,
            withdrawn: None,
            is_vague: false,
            is_other: false,
        }
    }
}

/// An action that was told under other ids than its own, or that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Renamed {
    playbook: String,
    subject: String,
    /// How often it was corrected, withdrawn or issued again.
    round: u32,
    /// The other ids under which it was told, by which the host reports on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ids: Vec<String>,
    /// Whether it was taken back when its day or moment was over.
    #[serde(default, skip_serializing_if = "is_false")]
    withdrawn: bool,
}

/// An alert that somebody was notified of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Life {
    /// The day or moment at which it fired.
    fired: AsOf,
    /// What its subject is.
    kind: SubjectKind,
    /// The id under which it was told first, or that of what corrected that.
    id: Arc<str>,
}

impl Record {
    /// The record of what form 1 says that somebody was notified of.
    pub(super) fn of_form_one(as_of: Option<AsOf>, alerts: &BTreeMap<String, RuleAlerts>) -> Self {
        let mut record = Self { forgotten: as_of, ..Self::default() };
        for (rule, list) in alerts {
            for (subject, it) in list.subjects.iter().filter(|entry| entry.1.told) {
                let Some(fired) = it.fired else { continue };
                let id = event_id(rule, (list.subject, subject), "fired", (fired, fired), 0);
                let life = Life { fired, kind: list.subject, id: id.into() };
                record.lives.entry(rule.clone()).or_default().insert(subject.clone(), life);
            }
        }
        record
    }

    /// Whether somebody was notified of the alert that fired then.
    pub(crate) fn is_told(&self, rule: &str, subject: &str, fired: Option<AsOf>) -> bool {
        let life = self.lives.get(rule).and_then(|lives| lives.get(subject));
        life.is_some_and(|life| Some(life.fired) == fired)
    }

    /// The reports of this day or moment: those handed in before, and these.
    pub(crate) fn reports(&mut self, given: &[ActionReport]) -> Vec<ActionReport> {
        let given = self.by_own_ids(given);
        add_reports(&mut self.reports, &given);
        self.reports.clone()
    }

    /// Reports of actions under the ids that these have of themselves, each once.
    fn by_own_ids(&self, all: &[ActionReport]) -> Vec<ActionReport> {
        let own: Vec<_> = all.iter().map(|report| self.by_own_id(report.clone())).collect();
        let mut reports = Vec::new();
        add_reports(&mut reports, &own);
        reports
    }

    /// A report of an action under the id that this has of itself.
    fn by_own_id(&self, mut it: ActionReport) -> ActionReport {
        let own = self.renamed.iter().find(|(_, other)| other.ids.contains(&it.action));
        if let Some((own, _)) = own {
            it.action.clone_from(own);
        }
        it
    }

    /// Keeps what was reported of actions that are issued now for the next day or moment.
    pub(crate) fn keep_early(&mut self, issued: &BTreeSet<&str>) {
        let early = self.reports.iter().filter(|report| issued.contains(report.action.as_str()));
        self.early = early.cloned().collect();
    }

    /// The changes of enrolments of which nothing was said yet, by what they are about.
    pub(crate) fn changes(&mut self, mut all: Vec<EnrolmentChange>) -> Vec<EnrolmentChange> {
        all.sort_by(in_order_of_changes);
        let news: Vec<_> =
            all.into_iter().filter(|change| !self.changes.contains(change)).collect();
        self.changes.extend(news.iter().cloned());
        self.changes.sort_by(in_order_of_changes);
        news
    }

    /// Puts what waits and was never handed out in an order that does not depend on that in which it came: by day, then by what it is about.
    pub(super) fn queue_in_order(&mut self) {
        self.outbox.sort_by(|left, right| match (left.handed_out, right.handed_out) {
            // Each may be about one before it.
            (true, true) => Ordering::Equal,
            (false, false) => {
                let key = |it: &Delivery| (it.as_of, it.content.action().is_some());
                let about = || left.content.about().cmp(&right.content.about());
                let id = || left.id().cmp(right.id());
                key(left).cmp(&key(right)).then_with(about).then_with(id)
            }
            (left, right) => right.cmp(&left),
        });
    }

    /// Whether a fact with that id of its own was said at this day or moment, or an action told under another.
    pub(crate) fn has_said(&self, own: &str) -> bool {
        self.said.contains_key(own) || self.renamed.contains_key(own)
    }
}

/// By what they are about, so that a night says the same in parts as at once.
fn in_order_of_changes(left: &EnrolmentChange, right: &EnrolmentChange) -> Ordering {
    let about = left.playbook.cmp(&right.playbook).then_with(|| left.subject.cmp(&right.subject));
    about.then_with(|| left.rule.cmp(&right.rule))
}

/// Adds reports to others, each once, in an order that does not depend on that in which they come.
fn add_reports(all: &mut Vec<ActionReport>, others: &[ActionReport]) {
    if others.is_empty() {
        return;
    }
    all.extend_from_slice(others);
    all.sort_by(|left, right| {
        let key = |it: &ActionReport| (it.day, it.action.clone(), it.outcome);
        let who = |it: &ActionReport| (it.by.clone(), it.note.clone());
        key(left).cmp(&key(right)).then_with(|| who(left).cmp(&who(right)))
    });
    all.dedup();
}

/// The id of what is said about a fact after it was said first.
fn next_id(own: &str, what: &str, round: u32) -> String {
    Node::List(vec![Node::text(own), Node::text(what), Node::Int(round.into())]).content_hash()
}
