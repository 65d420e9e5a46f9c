//! What was said: never undone by a run again, apart from what is true.
//!
//! What is to be said is what is true less what was said. Of the last day or moment each fact is kept as it was said, so
//! that a run again can take it back; of those before, that somebody was told of an alert that is not over.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::State;
use super::outbox::{Content, Delivery};
use crate::alert::{Change, Event, OpenAlert, event_id};
use crate::frame::SubjectKind;
use crate::memory::RuleAlerts;
use crate::node::Node;
use crate::playbook::{ActionReport, EnrolmentChange};
use crate::time::AsOf;

/// What was said, and what waits to be delivered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// The facts of the last day or moment, by the id that each has of itself.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    said: BTreeMap<String, Said>,
    /// The alerts that somebody was told of and that are not over, by rule and subject.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lives: BTreeMap<String, BTreeMap<String, Life>>,
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
    /// Actions that were taken back, and under which id they were issued anew.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    retold: BTreeMap<String, Retold>,
    /// The day or moment up to which what is told was told before, where days are assessed again from an older state.
    #[serde(skip_serializing_if = "Option::is_none")]
    rewound: Option<AsOf>,
}

/// A fact of the last day or moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// What was said last.
    content: Content,
    /// How often it was corrected, withdrawn or said anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    round: u32,
    /// Whether it was released: nothing spoke against telling it.
    #[serde(default, skip_serializing_if = "is_false")]
    released: bool,
    /// The id of what took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn: Option<String>,
}

/// An action that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retold {
    playbook: String,
    subject: String,
    round: u32,
    /// The id under which it was issued anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// An alert that somebody was told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Life {
    /// The day or moment at which it fired.
    pub(crate) fired: AsOf,
    /// What its subject is.
    pub(crate) kind: SubjectKind,
    /// The id under which it was told last.
    pub(crate) id: String,
}

impl Life {
    /// What takes back that it fires.
    fn withdrawn(&self, rule: &str, subject: &str, as_of: AsOf) -> Content {
        let id = next_id(&self.id, "withdrawn", 0);
        let event = Event {
            id,
            supersedes: Some(self.id.clone()),
            ..Event::bare(rule, (self.kind, subject), Change::Withdrawn, (as_of, self.fired))
        };
        Content::Event(Box::new(event))
    }
}

impl Record {
    /// Goes on to a later day or moment, from what was true at the last.
    pub(crate) fn step(&mut self, as_of: AsOf, past: &State) {
        self.reports = std::mem::take(&mut self.early);
        if self.rewound.is_some_and(|it| as_of <= it) {
            return;
        }
        for (own, said) in std::mem::take(&mut self.said) {
            if let (Some(it), Some(_)) = (said.content.action(), &said.withdrawn) {
                let (playbook, subject) = (it.playbook.clone(), it.subject.clone());
                let back = Retold { playbook, subject, round: said.round, id: None };
                self.retold.insert(own, back);
            }
        }
        self.retold.retain(|_, it| past.enrols(&it.playbook, &it.subject));
        self.changes.clear();
        self.spent.clear();
        self.outbox.retain(|it| it.answered.is_none());
        if self.rewound.is_none() {
            for (rule, lives) in &mut self.lives {
                lives.retain(|subject, it| past.fires(rule, subject, it.fired));
            }
            self.lives.retain(|_, it| !it.is_empty());
        }
    }

    /// The record of what form 1 says that somebody was told of.
    pub(super) fn of_form_one(alerts: &BTreeMap<String, RuleAlerts>) -> Self {
        let mut record = Self::default();
        for (rule, list) in alerts {
            for (subject, it) in list.subjects.iter().filter(|it| it.1.told) {
                let Some(fired) = it.fired else { continue };
                let id = event_id(rule, (list.subject, subject), "fired", (fired, fired), 0);
                let life = Life { fired, kind: list.subject, id };
                record.lives.entry(rule.clone()).or_default().insert(subject.clone(), life);
            }
        }
        record
    }

    /// The record of an older state, whose days are assessed again up to a day or moment.
    pub(super) fn rewind(&self, until: Option<AsOf>) -> Self {
        Self { rewound: until, ..self.clone() }
    }

    /// What is to be said where days are assessed again from an older state: nothing before the last of them, and then the
    /// difference to what was said.
    pub(crate) fn catch_up<'a>(
        &mut self,
        as_of: AsOf,
        facts: Vec<Content>,
        open: impl Iterator<Item = &'a OpenAlert>,
    ) -> Vec<Content> {
        let Some(until) = self.rewound else { return facts };
        if as_of < until {
            return Vec::new();
        }
        self.rewound = None;
        let mut facts = facts;
        let mut lives = std::mem::take(&mut self.lives);
        for it in open {
            let Some(fired) = it.fired else { continue };
            let life = lives.get_mut(&it.rule).and_then(|all| all.remove(&it.subject));
            match life {
                Some(life) => {
                    let life = Life { fired, ..life };
                    self.lives.entry(it.rule.clone()).or_default().insert(it.subject.clone(), life);
                }
                None if fired < as_of => facts.push(Content::Event(Box::new(it.late(as_of)))),
                None => {}
            }
        }
        let ended = |rule: &str, subject: &str| {
            facts.iter().filter_map(Content::event).any(|it| {
                it.rule == rule
                    && it.subject == subject
                    && matches!(it.change, Change::Resolved { .. })
            })
        };
        for (rule, all) in lives {
            for (subject, life) in all {
                // What nobody was told of is dropped.
                if !ended(&rule, &subject) && !self.drop_queued(&life.id) {
                    let back = life.withdrawn(&rule, &subject, as_of);
                    self.push(as_of, back);
                }
            }
        }
        facts
    }

    pub(super) const fn rewound(&self) -> Option<AsOf> {
        self.rewound
    }

    /// Whether somebody was told of the alert that fired then.
    pub(crate) fn is_told(&self, rule: &str, subject: &str, fired: Option<AsOf>) -> bool {
        let life = self.lives.get(rule).and_then(|it| it.get(subject));
        life.is_some_and(|it| Some(it.fired) == fired || self.rewound.is_some())
    }

    /// The reports of this day or moment: those handed in before, and these.
    pub(crate) fn reports(&mut self, given: &[ActionReport]) -> Vec<ActionReport> {
        for it in given {
            let mut it = it.clone();
            let own = self.retold.iter().find(|(_, back)| back.id.as_ref() == Some(&it.action));
            if let Some((own, _)) = own {
                it.action.clone_from(own);
            }
            if !self.reports.contains(&it) {
                self.reports.push(it);
            }
        }
        self.reports.clone()
    }

    /// Keeps what was reported of actions that are issued now for the next day or moment.
    pub(crate) fn keep_early(&mut self, issued: &BTreeSet<&str>) {
        let early = self.reports.iter().filter(|it| issued.contains(it.action.as_str()));
        self.early = early.cloned().collect();
    }

    /// The changes of enrolments of which nothing was said yet.
    pub(crate) fn changes(&mut self, all: Vec<EnrolmentChange>) -> Vec<EnrolmentChange> {
        let news: Vec<_> = all.into_iter().filter(|it| !self.changes.contains(it)).collect();
        self.changes.extend(news.iter().cloned());
        news
    }

    /// How many facts of this day or moment somebody was told of.
    pub(crate) fn told(&self) -> usize {
        self.said.values().filter(|it| it.released).count()
    }

    /// Says what is to be said of a day or moment, and returns what is new of it. Of what `is_kept` nothing is taken back.
    pub(crate) fn tell(
        &mut self,
        as_of: AsOf,
        wanted: Vec<Content>,
        is_kept: &dyn Fn(&Content) -> bool,
    ) -> Vec<Content> {
        let mut news = Vec::new();
        let mut true_now = BTreeSet::new();
        for it in wanted {
            if true_now.insert(it.id().to_owned()) {
                self.say(as_of, it, &mut news);
            }
        }
        let gone = self.said.iter().filter(|(id, it)| {
            it.withdrawn.is_none() && !true_now.contains(*id) && !is_kept(&it.content)
        });
        let gone: Vec<String> = gone.map(|it| it.0.clone()).collect();
        for id in gone {
            news.extend(self.withdraw(as_of, &id));
        }
        news
    }

    /// Says a fact: as new, as one that says something else now, or not at all where it was said like this.
    fn say(&mut self, as_of: AsOf, fact: Content, news: &mut Vec<Content>) {
        let own = fact.id().to_owned();
        let Some(said) = self.said.get_mut(&own) else {
            let (round, fact) = match self.retold.get_mut(&own) {
                Some(back) => {
                    let id = next_id(&own, "again", back.round + 1);
                    back.id = Some(id.clone());
                    (back.round + 1, fact.renamed(id))
                }
                None => (0, fact),
            };
            self.first(as_of, own, fact, round, news);
            return;
        };
        if let Some(back) = said.withdrawn.clone() {
            let round = said.round;
            // Nobody has heard that it was taken back.
            if self.drop_queued(&back) {
                if let Some(said) = self.said.get_mut(&own) {
                    said.withdrawn = None;
                    let was = said.content.clone();
                    self.live(&was);
                }
                self.say(as_of, fact, news);
            } else {
                let fact = fact.renamed(next_id(&own, "again", round + 1));
                self.first(as_of, own, fact, round + 1, news);
            }
            return;
        }
        let released = said.released;
        if said.content.says_the_same(&fact) {
            if !released && fact.is_sent() {
                let fact = fact.renamed(said.content.id().to_owned());
                said.content = fact.clone();
                let released = self.release(as_of, fact);
                self.released(&own, released);
            }
            return;
        }
        let last = said.content.id().to_owned();
        if !released {
            let fact = fact.renamed(last);
            said.content = fact.clone();
            news.push(fact.clone());
            let released = fact.is_sent() && self.release(as_of, fact);
            self.released(&own, released);
            return;
        }
        let waiting = self.outbox.iter_mut().find(|it| it.content.id() == last && !it.handed_out);
        let fact = match &waiting {
            Some(_) => fact.renamed(last),
            None => {
                said.round += 1;
                fact.renamed(next_id(&own, "corrected", said.round)).corrects(last)
            }
        };
        said.content = fact.clone();
        match waiting {
            // Nobody has heard of it: it waits in other words.
            Some(it) => it.content = fact.clone(),
            None => {
                news.push(fact.clone());
                self.push(as_of, fact.clone());
            }
        }
        self.live(&fact);
    }

    fn first(
        &mut self,
        as_of: AsOf,
        own: String,
        fact: Content,
        round: u32,
        news: &mut Vec<Content>,
    ) {
        news.push(fact.clone());
        let released = fact.is_sent() && self.release(as_of, fact.clone());
        self.said.insert(own, Said { content: fact, round, released, withdrawn: None });
    }

    fn released(&mut self, own: &str, released: bool) {
        if let Some(it) = self.said.get_mut(own) {
            it.released = released;
        }
    }

    /// Takes a fact back; what nobody has heard of is forgotten.
    fn withdraw(&mut self, as_of: AsOf, own: &str) -> Option<Content> {
        let said = self.said.get_mut(own)?;
        let was = said.content.clone();
        for it in self.outbox.iter_mut().filter(|it| it.answered.as_deref() == Some(was.id())) {
            it.answered = None;
        }
        if !said.released {
            self.said.remove(own);
            return None;
        }
        if self.drop_queued(was.id()) {
            self.forget(&was);
            self.said.remove(own);
            return None;
        }
        let said = self.said.get_mut(own)?;
        said.round += 1;
        let back = was.withdrawn(next_id(own, "withdrawn", said.round));
        said.withdrawn = Some(back.id().to_owned());
        self.forget(&was);
        self.push(as_of, back.clone());
        Some(back)
    }

    /// Puts a fact into the outbox; the end of an alert whose beginning still waits there answers that, and while it waits
    /// nothing is repeated. Whether it was put there.
    fn release(&mut self, as_of: AsOf, fact: Content) -> bool {
        self.live(&fact);
        let Some(event) = fact.event() else {
            self.push(as_of, fact);
            return true;
        };
        let begins = |it: &Delivery| {
            it.content.event().is_some_and(|begin| {
                begin.is_about(event)
                    && matches!(begin.change, Change::Fired | Change::Repeated { .. })
            }) && !it.handed_out
        };
        let waits = self.outbox.iter().any(|it| begins(it) && it.content.is_first());
        match event.change {
            Change::Repeated { .. } if waits => false,
            Change::Resolved { .. } if waits => {
                let id = event.id.clone();
                let same = |it: &&mut Delivery| {
                    it.content.event().is_some_and(|begin| begin.is_about(event)) && !it.handed_out
                };
                self.outbox.iter_mut().filter(same).for_each(|it| it.answered = Some(id.clone()));
                false
            }
            _ => {
                self.push(as_of, fact);
                true
            }
        }
    }

    /// Remembers that somebody was told of an alert.
    fn live(&mut self, fact: &Content) {
        let Some(event) = fact.event() else { return };
        let tells =
            matches!(event.change, Change::Fired | Change::Repeated { .. } | Change::Corrected);
        if let Some(fired) = event.fired.filter(|_| tells) {
            let life = Life { fired, kind: event.kind, id: event.id.clone() };
            self.lives.entry(event.rule.clone()).or_default().insert(event.subject.clone(), life);
        }
    }

    /// Forgets that somebody was told of an alert, where that was taken back.
    fn forget(&mut self, fact: &Content) {
        let Some(event) = fact.event() else { return };
        let Some(lives) = self.lives.get_mut(&event.rule) else { return };
        if lives.get(&event.subject).is_some_and(|it| it.id == fact.id()) {
            lives.remove(&event.subject);
        }
        self.lives.retain(|_, it| !it.is_empty());
    }

    fn push(&mut self, as_of: AsOf, fact: Content) {
        if self.delivers {
            self.outbox.push(Delivery::new(as_of, fact));
        }
    }

    /// Begins to keep what waits, with what was said at the last day or moment.
    pub(super) fn begin(&mut self, as_of: Option<AsOf>) {
        let Some(as_of) = as_of.filter(|_| !self.delivers) else {
            self.delivers = true;
            return;
        };
        self.delivers = true;
        let said = self.said.values().filter(|it| it.released && it.withdrawn.is_none());
        self.outbox.extend(said.map(|it| Delivery::new(as_of, it.content.clone())));
    }

    /// Drops what waits under an id and was never handed out; whether it did.
    fn drop_queued(&mut self, id: &str) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|it| it.content.id() != id || it.handed_out);
        self.outbox.len() < before
    }
}

/// The id of what is said about a fact after it was said first.
fn next_id(own: &str, what: &str, round: u32) -> String {
    Node::List(vec![Node::text(own), Node::text(what), Node::Int(round.into())]).content_hash()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
