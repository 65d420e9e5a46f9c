//! What is to be said: what is true less what was said.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Life, Record, Renamed, Said, next_id};
use crate::alert::{Change, Event, Suppressor, Told};
use crate::state::{Content, Delivery};
use crate::time::AsOf;

impl Record {
    /// Says what is to be said of a day or moment, and returns what is new of it. Of what `is_kept` nothing is taken back or
    /// corrected.
    pub(crate) fn tell(
        &mut self,
        as_of: AsOf,
        wanted: Vec<Content>,
        is_kept: &dyn Fn(&Content) -> bool,
    ) -> Vec<Content> {
        let mut news = Vec::new();
        let ids: BTreeSet<&str> = wanted.iter().map(Content::id).collect();
        let not_wanted = self
            .said
            .iter()
            .filter(|(id, it)| it.withdrawn.is_none() && !ids.contains(id.as_str()));
        let (kept, gone): (Vec<_>, Vec<_>) =
            not_wanted.partition(|entry| is_kept(&entry.1.content));
        let gone: Vec<String> = gone.into_iter().map(|entry| entry.0.clone()).collect();
        let kept =
            kept.into_iter().filter(|entry| entry.1.released).map(|entry| entry.1.content.clone());
        for it in kept.collect::<Vec<_>>() {
            self.live(&it);
        }
        // First what is not true, so that nothing of it stands for what is.
        for id in gone {
            news.extend(self.withdraw(as_of, &id));
        }
        let wanted: Vec<Content> =
            wanted.into_iter().map(|content| self.known_end(content)).collect();
        let mut known = BTreeSet::new();
        for it in wanted {
            if known.insert(it.id().to_owned()) && !(self.is_told_now(it.id()) && is_kept(&it)) {
                self.say(as_of, it, &mut news);
            }
        }
        self.queue_in_order();
        news
    }

    /// The end of an alert whose only word was just taken back is one of which nobody was told.
    fn known_end(&self, mut fact: Content) -> Content {
        if let Content::Event(it) = &mut fact {
            let ends = it.told_before && matches!(it.change, Change::Resolved { .. });
            if ends && !self.is_told(&it.rule, &it.subject, it.fired) {
                let it = Arc::make_mut(it);
                it.told_before = false;
                it.suppressed_by.push(Suppressor::Untold);
            }
        }
        fact
    }

    /// Whether a fact of this day or moment was told and not taken back, by its own id.
    fn is_told_now(&self, own: &str) -> bool {
        self.said.get(own).is_some_and(|said| said.released && said.withdrawn.is_none())
    }

    /// Says a fact: as new, as one that says something else now, or not at all where it was said like this.
    fn say(&mut self, as_of: AsOf, fact: Content, news: &mut Vec<Content>) {
        let own = fact.id().to_owned();
        if !self.said.contains_key(&own) {
            self.adopt(as_of, &own, &fact);
        }
        let Some(said) = self.said.get_mut(&own) else {
            // It was taken back at an earlier day or moment.
            match self
                .renamed
                .get(&own)
                .filter(|renamed| renamed.withdrawn)
                .map(|renamed| renamed.round)
            {
                Some(round) => self.again(as_of, own, fact, round + 1, news),
                None => self.first(as_of, own, fact, 0, news),
            }
            return;
        };
        if let Some(back) = said.withdrawn.clone() {
            let round = said.round;
            // Nobody has heard that it was taken back.
            if self.drop_withdrawal(&back) {
                if let Some(said) = self.said.get_mut(&own) {
                    said.withdrawn = None;
                }
                self.say(as_of, fact, news);
            } else {
                self.again(as_of, own, fact, round + 1, news);
            }
            return;
        }
        let released = said.released;
        if said.is_vague {
            let fact = fact.renamed(said.content.id().to_owned());
            (said.content, said.is_vague) = (fact.clone(), false);
            self.live(&fact);
            return;
        }
        if said.content.says_the_same(&fact) && !said.is_other {
            if released {
                let said = said.content.clone();
                self.live(&said);
            } else if !said.needless && fact.is_sent() {
                let fact = fact.renamed(said.content.id().to_owned());
                said.content = fact.clone();
                // What silenced it does no more.
                news.push(fact.clone());
                let released = self.release(as_of, fact);
                self.released(&own, released);
            }
            return;
        }
        if released {
            self.correct(as_of, &own, fact, news);
        } else {
            let fact = fact.renamed(said.content.id().to_owned());
            said.content = fact.clone();
            news.push(fact.clone());
            if !said.needless && fact.is_sent() {
                let released = self.release(as_of, fact);
                self.released(&own, released);
            }
        }
    }

    /// Says in other words what was told.
    fn correct(&mut self, as_of: AsOf, own: &str, fact: Content, news: &mut Vec<Content>) {
        let Some(said) = self.said.get_mut(own) else { return };
        let last = said.content.id().to_owned();
        let waiting = self
            .outbox
            .iter_mut()
            .find(|delivery| delivery.content.id() == last && !delivery.handed_out);
        let fact = match &waiting {
            // What waits is perhaps a correction itself.
            Some(it) => match it.content.supersedes().map(str::to_owned) {
                Some(told) => fact.renamed(last).corrects(told),
                None => fact.renamed(last),
            },
            None => {
                said.round += 1;
                fact.renamed(next_id(own, "corrected", said.round)).corrects(last)
            }
        };
        (said.content, said.is_other) = (fact.clone(), false);
        let round = said.round;
        match waiting {
            // Nobody has heard of it: it waits in other words.
            Some(it) => it.content = fact.clone(),
            None => {
                news.push(fact.clone());
                self.push(as_of, fact.clone());
            }
        }
        self.rename(own, &fact, round, false);
        self.live(&fact);
    }

    /// Says a fact again, under another id, which was taken back and is true again.
    fn again(
        &mut self,
        as_of: AsOf,
        own: String,
        fact: Content,
        round: u32,
        news: &mut Vec<Content>,
    ) {
        let fact = fact.renamed(next_id(&own, "again", round));
        self.rename(&own, &fact, round, false);
        self.first(as_of, own, fact, round, news);
    }

    fn first(
        &mut self,
        as_of: AsOf,
        own: String,
        fact: Content,
        round: u32,
        news: &mut Vec<Content>,
    ) {
        let is_sent = fact.is_sent();
        if self.is_gap(as_of) && !fact.begins_or_ends() {
            // It was perhaps told, by a record that is no longer kept.
            self.said.insert(own, Said { released: is_sent, ..Said::released(fact, round) });
            return;
        }
        let moved = if is_sent { self.moved_on(&own, &fact, round, news) } else { None };
        if let Some(said) = moved {
            self.live(&said.content);
            self.push(as_of, said.content.clone());
            news.push(said.content.clone());
            self.said.insert(own, said);
            return;
        }
        news.push(fact.clone());
        let released = is_sent && self.release(as_of, fact.clone());
        let needless = is_sent && !released;
        let said = Said { released, needless, ..Said::released(fact, round) };
        self.said.insert(own, said);
    }

    fn released(&mut self, own: &str, released: bool) {
        if let Some(it) = self.said.get_mut(own) {
            (it.released, it.needless) = (released, !released);
        }
    }

    /// Takes a fact back; what nobody has heard of is forgotten.
    fn withdraw(&mut self, as_of: AsOf, own: &str) -> Option<Content> {
        let said = self.said.get_mut(own)?;
        let was = said.content.clone();
        for it in
            self.outbox.iter_mut().filter(|delivery| delivery.answered.as_deref() == Some(was.id()))
        {
            it.answered = None;
        }
        if !said.released {
            self.unsay(own);
            return None;
        }
        // What nobody has heard of is not taken back; what it was to correct is.
        let heard = match self.drop_queued(was.id()) {
            true => was.supersedes().map(str::to_owned),
            false => Some(was.id().to_owned()),
        };
        let Some(heard) = heard else {
            self.forget(&was);
            self.unsay(own);
            return None;
        };
        self.forget(&was);
        if let Some(told) = self.moved_back(as_of, &was, &heard) {
            let said = self.said.get_mut(own)?;
            said.withdrawn = Some(told.id().to_owned());
            return Some(told);
        }
        let said = self.said.get_mut(own)?;
        said.round += 1;
        if heard != was.id() {
            // They heard other words than those that were dropped.
            (said.content, said.is_other) = (was.clone().under_id(heard.clone()), true);
        }
        let back = was.withdrawn(next_id(own, "withdrawn", said.round), heard);
        said.withdrawn = Some(back.id().to_owned());
        self.push(as_of, back.clone());
        Some(back)
    }

    /// Forgets a fact that nobody has heard of, but for the ids that it was told under before.
    fn unsay(&mut self, own: &str) {
        match self.said.get_mut(own).filter(|said| said.round > 0) {
            Some(it) => it.withdrawn = Some(String::new()),
            None => drop(self.said.remove(own)),
        }
    }

    /// Puts a fact into the outbox; the end of an alert whose beginning still waits there answers that, and while it waits
    /// nothing is repeated. Whether it was put there.
    fn release(&mut self, as_of: AsOf, fact: Content) -> bool {
        self.live(&fact);
        let Some(event) = fact.event() else {
            self.push(as_of, fact);
            return true;
        };
        let is_its = |it: &Delivery| {
            let tells = |begin: &Event| matches!(begin.change.told(), Told::Fired | Told::Repeated);
            let begin = it.content.event().filter(|_| !it.handed_out);
            begin.is_some_and(|begin| tells(begin) && begin.is_about(event))
        };
        let begins = |it: &&Delivery| is_its(it) && it.content.is_first();
        let mut waiting =
            self.outbox.iter().filter(begins).filter_map(|delivery| delivery.content.event());
        // What was told before was heard, however much waits of what was said since.
        let first = waiting.clone().any(Event::is_first_word);
        match event.change {
            _ if !self.delivers => {
                self.push(as_of, fact);
                true
            }
            Change::Repeated { .. } if waiting.next().is_some() => false,
            Change::Resolved { .. } => {
                let id = event.id.clone();
                let its = |it: &&mut Delivery| is_its(it) && it.content.is_first();
                self.outbox
                    .iter_mut()
                    .filter(its)
                    .for_each(|delivery| delivery.answered = Some(id.clone()));
                if !first {
                    self.push(as_of, fact);
                }
                !first
            }
            _ => {
                self.push(as_of, fact);
                true
            }
        }
    }

    /// Remembers that somebody was notified of an alert.
    fn live(&mut self, fact: &Content) {
        let Some(event) = fact.event() else { return };
        let tells = matches!(event.change.told(), Told::Fired | Told::Repeated)
            && !matches!(event.change, Change::Withdrawn { .. });
        if let Some(fired) = event.fired.filter(|_| tells) {
            let lives = self.lives.entry(event.rule.clone()).or_default();
            let known = lives.get(&*event.subject).filter(|life| life.fired == fired);
            // A repetition stands beside what it repeats; a correction stands for it.
            if known.is_none_or(|life| event.supersedes.as_deref() == Some(&life.id)) {
                let life = Life { fired, kind: event.kind, id: event.id.as_str().into() };
                lives.insert(event.subject.as_str().into(), life);
            }
        }
    }

    /// Forgets that somebody was notified of an alert, where that was taken back.
    fn forget(&mut self, fact: &Content) {
        let Some(event) = fact.event() else { return };
        let Some(lives) = self.lives.get_mut(&event.rule) else { return };
        if lives.get(&*event.subject).is_some_and(|life| *life.id == *fact.id()) {
            lives.remove(&*event.subject);
        }
        self.lives.retain(|_, it| !it.is_empty());
    }

    /// Remembers under which ids an action was told, until nothing of its playbook is remembered.
    pub(super) fn rename(&mut self, own: &str, fact: &Content, round: u32, withdrawn: bool) {
        let Some(action) = fact.action() else { return };
        let fresh = || Renamed {
            playbook: action.playbook.clone(),
            subject: action.subject.clone(),
            round,
            ids: Vec::new(),
            withdrawn,
        };
        if !withdrawn {
            self.no_other(own, &[own, &action.id]);
        }
        let it = self.renamed.entry(own.to_owned()).or_insert_with(fresh);
        (it.round, it.withdrawn) = (round, withdrawn);
        if action.id != own && !it.ids.contains(&action.id) {
            it.ids.push(action.id.clone());
        }
    }

    /// Makes ids those of no other action than that with this id of its own: a report on them is about it.
    pub(super) fn no_other(&mut self, own: &str, ids: &[&str]) {
        for (_, other) in self.renamed.iter_mut().filter(|entry| entry.0 != own) {
            other.ids.retain(|id| !ids.contains(&id.as_str()));
        }
    }

    pub(super) fn push(&mut self, as_of: AsOf, fact: Content) {
        let is_held = self.rewound.is_some();
        if self.delivers || is_held {
            self.outbox.push(Delivery { is_held, ..Delivery::new(as_of, fact) });
        }
    }

    /// Begins to keep what waits, with what was said at the last day or moment; not while days are assessed again.
    pub(in crate::state) fn begin(&mut self, as_of: Option<AsOf>) {
        if self.rewound.is_some() {
            return;
        }
        let delivered = std::mem::replace(&mut self.delivers, true);
        let Some(as_of) = as_of.filter(|_| !delivered) else { return };
        let said = self.said.values().filter(|said| said.released && said.withdrawn.is_none());
        self.outbox.extend(said.map(|said| Delivery::new(as_of, said.content.clone())));
        self.queue_in_order();
    }

    /// Drops what waits under an id and was never handed out; whether it did.
    pub(super) fn drop_queued(&mut self, id: &str) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|delivery| delivery.content.id() != id || delivery.handed_out);
        self.outbox.len() < before
    }
}
