//! What was said at days and moments before the last, so that they can be assessed again: each is compared with what was said
//! of it, as the last one is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Life, Record, Said, add_reports};
use crate::alert::{Change, Event, Told, event_id};
use crate::frame::SubjectKind;
use crate::memory::{AlertState, Along, BySubject, CopyOnWrite, RuleAlerts};
use crate::playbook::{ActionReport, EnrolmentChange};
use crate::state::{Content, State};
use crate::time::AsOf;

/// What was said at a day or moment, and what the host reported at it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Page {
    #[serde(skip_serializing_if = "CopyOnWrite::is_empty")]
    pub(super) said: CopyOnWrite<BTreeMap<String, Said>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) changes: Vec<EnrolmentChange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) reports: Vec<ActionReport>,
}

/// Puts something into the page of the part of a subject.
pub(super) type PutPage<'a> = &'a mut dyn FnMut(SubjectKind, &str, &mut dyn FnMut(&mut Page));

impl Page {
    /// What it says of the day, without any subject; none where that is nothing.
    pub(super) fn bare(&self) -> Option<Arc<Self>> {
        let bare = || Arc::new(Self { reports: self.reports.clone(), ..Self::default() });
        (!self.reports.is_empty()).then(bare)
    }

    pub(super) fn add_reports(&mut self, others: &[ActionReport]) {
        add_reports(&mut self.reports, others);
    }

    /// Puts what is about subjects into their parts.
    pub(super) fn pour(&self, to: PutPage<'_>) {
        for (own, said) in &self.said {
            let (_, kind, id) = said.content.about();
            to(kind, id, &mut |page| drop(page.said.insert(own.clone(), said.clone())));
        }
        for it in &self.changes {
            to(it.kind, &it.subject, &mut |page| page.changes.push(it.clone()));
        }
    }
}

impl Record {
    /// Goes on to a later day or moment, from what was true at the last. What was said before `from` is forgotten.
    pub(crate) fn step(&mut self, as_of: AsOf, past: &State, from: AsOf) {
        self.close(past.as_of);
        let early = std::mem::take(&mut self.early);
        for (rule, lives) in &mut self.lives {
            let alerts = past.alerts.get(rule).map(|list| Along::of(&list.subjects));
            let fires = |subject: &str, it: &Life| {
                let alert = alerts.as_ref().and_then(|alerts| alerts.get(subject));
                alert.is_some_and(|alert| alert.phase.is_firing() && alert.fired == Some(it.fired))
            };
            // Most nights of a rule none is over, and the lives of the last are these.
            if !lives.iter().all(|(subject, it)| fires(subject, it)) {
                lives.retain(|subject, it| fires(subject, it));
            }
        }
        self.lives.retain(|_, it| !it.is_empty());
        if self.rewound.is_some() {
            self.pass(past.as_of, as_of);
            self.open(as_of);
        }
        add_reports(&mut self.reports, &early);
        if self.rewound.is_some_and(|rewound| as_of <= rewound) {
            return;
        }
        self.renamed.retain(|_, it| past.enrols(&it.playbook, &it.subject));
        self.spent.clear();
        self.drop_answered();
        while let Some(first) = self.pages.first_entry().filter(|first| *first.key() < from) {
            self.forgotten = self.forgotten.max(Some(*first.key()));
            first.remove();
        }
    }

    /// Files what was said at the last day or moment.
    fn close(&mut self, as_of: Option<AsOf>) {
        let mut said = std::mem::take(&mut self.said);
        for (own, it) in said.iter().filter(|entry| entry.1.withdrawn.is_some()) {
            self.rename(own, &it.content, it.round, true);
        }
        // What nobody was notified of is as if it had never been said; repetitions that were needless stay so.
        let is_kept = |it: &Said| {
            it.released || it.withdrawn.is_some() || it.needless && it.content.is_repetition()
        };
        // Mostly all are, and stay as they are.
        if !said.values().all(is_kept) {
            said.retain(|_, it| is_kept(it));
        }
        let changes = std::mem::take(&mut self.changes);
        let page = Page { said, changes, reports: std::mem::take(&mut self.reports) };
        if let Some(as_of) = as_of.filter(|_| page != Page::default()) {
            self.pages.insert(as_of, Arc::new(page));
        }
    }

    /// Takes up what was said of a day or moment that is assessed again.
    fn open(&mut self, as_of: AsOf) {
        let Some(page) = self.pages.remove(&as_of) else { return };
        let page = Arc::unwrap_or_clone(page);
        (self.said, self.changes) = (page.said, page.changes);
        self.reports = self.by_own_ids(&page.reports);
    }

    /// Takes back what was said at days and moments between two that are assessed again.
    fn pass(&mut self, after: Option<AsOf>, before: AsOf) {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let between = self.pages.range((from, Bound::Excluded(before)));
        for as_of in between.map(|entry| *entry.0).collect::<Vec<_>>() {
            self.open(as_of);
            self.tell(as_of, Vec::new(), &|_| false);
            self.close(Some(as_of));
        }
    }

    /// Drops the beginnings of alerts that ended before anybody was notified of them.
    fn drop_answered(&mut self) {
        let pages = &mut self.pages;
        self.outbox.retain(|delivery| {
            if let Some(page) =
                pages.get_mut(&delivery.as_of).filter(|_| delivery.answered.is_some())
            {
                Arc::make_mut(page).said.retain(|_, said| said.content.id() != delivery.id());
            }
            delivery.answered.is_none()
        });
        self.pages.retain(|_, page| **page != Page::default());
    }

    /// The record of the newest state for an older one, whose days are assessed again up to a day or moment.
    pub(in crate::state) fn rewind(kept: &State, newest: &State, until: Option<AsOf>) -> Self {
        let mut it = newest.record.clone();
        let Some(until) = until else { return it };
        it.close(newest.as_of);
        it.early.clear();
        it.rewound = Some(until);
        // Whether alerts are over of which nobody was told is found out again.
        let said = it.pages.values().flat_map(|page| page.said.values());
        let told: BTreeSet<&str> = said.map(|said| said.content.id()).collect();
        for it in &mut it.outbox {
            it.answered = it.answered.take().filter(|id| told.contains(id.as_str()));
        }
        for (own, renamed) in &kept.record.renamed {
            it.renamed.entry(own.clone()).or_insert_with(|| renamed.clone());
        }
        it.remember_gap(kept, newest);
        it.lives = it.lives_of(kept);
        if let Some(as_of) = kept.as_of {
            it.open(as_of);
        }
        it
    }

    /// The alerts that fired at a day or moment as people were told, where it is assessed again from an older state.
    pub(crate) fn fired_then(&self, as_of: AsOf) -> BTreeMap<String, RuleAlerts> {
        let mut all: BTreeMap<String, RuleAlerts> = BTreeMap::new();
        if self.rewound.is_none() {
            return all;
        }
        let said = self.said.values().filter(|said| said.released && said.withdrawn.is_none());
        for event in said.filter_map(|said| said.content.event()) {
            if event.change.told() != Told::Fired || event.fired != Some(as_of) {
                continue;
            }
            let head = RuleAlerts { subject: event.kind, ..RuleAlerts::default() };
            let list = all.entry(event.rule.clone()).or_insert(head);
            let alert = AlertState::fired(event.since, as_of, event.message.as_str().into());
            list.subjects.insert(event.subject.as_str().into(), alert);
        }
        all
    }

    /// The alerts of an older state that somebody was notified of.
    fn lives_of(&self, kept: &State) -> BTreeMap<String, BySubject<Life>> {
        let from = kept.as_of.map_or(Bound::Unbounded, Bound::Excluded);
        let later =
            self.pages.range((from, Bound::Unbounded)).flat_map(|entry| entry.1.said.values());
        // What ended later than the kept state, and whose beginning was told.
        let ended: BTreeSet<(&str, &str, Option<AsOf>)> = later
            .filter_map(|said| said.content.event())
            .filter(|event| event.change.told() == Told::Resolved && event.told_before)
            .map(|event| (event.rule.as_str(), event.subject.as_str(), event.fired))
            .collect();
        let page = kept.as_of.and_then(|as_of| self.pages.get(&as_of));
        let mut all: BTreeMap<String, BySubject<Life>> = BTreeMap::new();
        for (rule, list) in &kept.alerts {
            for (subject, alert) in list.subjects.iter().filter(|entry| entry.1.phase.is_firing()) {
                let Some(fired) = alert.fired else { continue };
                let of = |it: &Self| {
                    let life = it.lives.get(rule).and_then(|lives| lives.get(subject));
                    life.filter(|life| life.fired == fired).cloned()
                };
                let said = page.into_iter().flat_map(|page| page.said.values()).find(|said| {
                    let stands = said.released && said.withdrawn.is_none();
                    said.content.event().filter(|_| stands).is_some_and(|event| {
                        event.change.told() == Told::Fired
                            && (&event.rule, &*event.subject, event.fired)
                                == (rule, &**subject, Some(fired))
                    })
                });
                let life = |id: String| Life { fired, kind: list.subject, id: id.into() };
                let own = || event_id(rule, (list.subject, subject), "fired", (fired, fired), 0);
                let known = of(self)
                    .or_else(|| of(&kept.record).filter(|_| Some(fired) != kept.as_of))
                    .or_else(|| said.map(|said| life(said.content.id().to_owned())))
                    .or_else(|| {
                        let key = (rule.as_str(), &**subject, Some(fired));
                        ended.contains(&key).then(|| life(own()))
                    });
                if let Some(life) = known {
                    all.entry(rule.clone()).or_default().insert(subject.clone(), life);
                }
            }
        }
        all
    }

    /// Of days whose pages are no longer kept it is known that somebody was notified of the alerts that fire now.
    fn remember_gap(&mut self, kept: &State, newest: &State) {
        let is_gap = |it: AsOf| Some(it) > kept.as_of && Some(it) <= self.forgotten;
        for (rule, lives) in &newest.record.lives {
            let Some(list) = newest.alerts.get(rule) else { continue };
            for (subject, life) in lives.iter().filter(|entry| is_gap(entry.1.fired)) {
                let alert = list.subjects.get(subject);
                let Some(alert) = alert.filter(|alert| alert.fired == Some(life.fired)) else {
                    continue;
                };
                let about = (life.kind, &**subject);
                let event = Event {
                    id: life.id.to_string(),
                    since: alert.began,
                    severity: list.severity,
                    message: alert.message.as_deref().unwrap_or_default().to_owned(),
                    labels: list.labels.clone(),
                    owner: list.owner.clone(),
                    ..Event::bare(rule, about, Change::Fired, (life.fired, life.fired))
                };
                let content = Content::Event(Arc::new(event));
                let said = Said { is_vague: true, ..Said::released(content, 0) };
                let own = event_id(rule, about, "fired", (life.fired, life.fired), 0);
                let page = Arc::make_mut(self.pages.entry(life.fired).or_default());
                page.said.insert(own, said);
            }
        }
    }

    /// Whether it is no longer known what was told at a day or moment that is assessed again.
    pub(super) fn is_gap(&self, as_of: AsOf) -> bool {
        self.rewound.is_some() && Some(as_of) <= self.forgotten
    }

    /// What of the news of a day or moment is to be told: nothing while days are assessed again from an older state, and at
    /// the last of them the difference to what was said of all.
    pub(crate) fn caught_up(&mut self, as_of: AsOf, news: Vec<Content>) -> Vec<Content> {
        let Some(until) = self.rewound else { return news };
        if as_of < until {
            return Vec::new();
        }
        self.rewound = None;
        let mut all = Vec::new();
        let mut pushed = BTreeSet::new();
        for it in self.outbox.iter_mut().filter(|delivery| delivery.is_held) {
            it.is_held = false;
            pushed.insert(it.id().to_owned());
            if it.answered.is_none() {
                all.push(it.content.clone());
            }
        }
        if !self.delivers {
            self.outbox.clear();
        }
        all.extend(news.into_iter().filter(|content| !pushed.contains(content.id())));
        all
    }

    pub(in crate::state) const fn rewound(&self) -> Option<AsOf> {
        self.rewound
    }
}
