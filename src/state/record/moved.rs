//! What was told of one day and is true of another, where days are assessed again: the same fact, corrected.

use std::sync::Arc;

use super::{Record, Said, next_id};
use crate::alert::Change;
use crate::playbook::ActionChange;
use crate::state::Content;
use crate::time::AsOf;

impl Content {
    /// Whether an alert begins or ends.
    pub(super) fn begins_or_ends(&self) -> bool {
        self.event()
            .is_some_and(|event| matches!(event.change, Change::Fired | Change::Resolved { .. }))
    }

    /// Whether it is new, and corrects and takes back nothing.
    fn is_new(&self) -> bool {
        self.supersedes().is_none()
    }

    /// As what people heard of under an id.
    pub(super) fn under_id(mut self, id: String) -> Self {
        match &mut self {
            Self::Event(it) => Arc::make_mut(it).supersedes = None,
            Self::Action(it) => Arc::make_mut(it).supersedes = None,
        }
        self.renamed(id)
    }

    fn is_withdrawal(&self) -> bool {
        match self {
            Self::Event(it) => matches!(it.change, Change::Withdrawn { .. }),
            Self::Action(it) => it.change == ActionChange::Withdrawn,
        }
    }

    /// Whether both say that an alert of a rule about a subject fired, or that a step is to be done, at whatever day.
    fn is_same_elsewhere(&self, it: &Self) -> bool {
        use crate::alert::Told;
        match (self, it) {
            (Self::Event(one), Self::Event(two)) => {
                (one.change.told(), two.change.told()) == (Told::Fired, Told::Fired)
                    && (&one.rule, one.kind, &one.subject) == (&two.rule, two.kind, &two.subject)
            }
            (Self::Action(one), Self::Action(two)) => {
                (&one.playbook, &one.step, one.sort, &one.rule)
                    == (&two.playbook, &two.step, two.sort, &two.rule)
                    && (one.kind, &one.subject) == (two.kind, &two.subject)
            }
            _ => false,
        }
    }
}

impl Record {
    /// Takes up what was told of an action at a later day or moment that is still to be assessed again: it is due now. Whoever did it
    /// did it. So is what was told at an earlier one for the same alert, whose subject was not known then.
    pub(super) fn adopt(&mut self, as_of: AsOf, own: &str, fact: &Content) {
        if self.rewound.is_none() || fact.action().is_none() {
            return;
        }
        let found =
            self.pages.iter().flat_map(|(at, page)| page.said.iter().map(|said| (*at, said)));
        let stands = |it: &Said| it.released && it.withdrawn.is_none();
        let fired = |it: &Content| it.action().map(|action| action.fired);
        let known = |(at, (id, said)): &(AsOf, (&String, &Said))| {
            let is_it = stands(said) && said.content.is_same_elsewhere(fact);
            match *at > as_of {
                true => *id == own || is_it,
                false => is_it && fired(&said.content) == fired(fact),
            }
        };
        // Its own before another.
        let mut found = found.filter(known).collect::<Vec<_>>();
        found.sort_by_key(|pair| pair.1.0 != own);
        let Some((at, key)) = found.first().map(|pair| (pair.0, pair.1.0.clone())) else { return };
        let page = self.pages.get_mut(&at).map(Arc::make_mut);
        let Some(said) = page.and_then(|page| page.said.remove(&key)) else { return };
        let told = said.content.clone();
        if key != own {
            // Where the other is due too, that is another.
            self.rename(&key, &told, said.round, true);
        }
        self.rename(own, &told, said.round, false);
        if let Some(it) = self.renamed.get_mut(own).filter(|_| key != own) {
            it.ids.push(key);
        }
        self.said.insert(own.to_owned(), said);
    }

    /// What is new and was told of an earlier day, or of another alert of this one, of which it is not true: that is not taken back
    /// but corrected, and if taking it back is among the news, it is no more.
    pub(super) fn moved_on(
        &mut self,
        own: &str,
        fact: &Content,
        round: u32,
        news: &mut Vec<Content>,
    ) -> Option<Said> {
        self.rewound?;
        let back = self.outbox.iter().position(|it| {
            let it = (it.is_held && !it.handed_out).then_some(&it.content);
            it.is_some_and(|content| content.is_withdrawal() && content.is_same_elsewhere(fact))
        })?;
        let back = self.outbox.remove(back).content;
        news.retain(|it| it.id() != back.id());
        let heard = back.supersedes()?.to_owned();
        Some(self.corrected(own, fact, round, heard))
    }

    /// What is taken back and is true of an earlier day, of which nobody was told: that corrects it.
    pub(super) fn moved_back(
        &mut self,
        as_of: AsOf,
        was: &Content,
        heard: &str,
    ) -> Option<Content> {
        self.rewound?;
        let at = self.outbox.iter().position(|delivery| {
            let waits = delivery.is_held && !delivery.handed_out && delivery.answered.is_none();
            waits && delivery.content.is_new() && delivery.content.is_same_elsewhere(was)
        })?;
        let (on, fact) =
            self.outbox.get(at).map(|delivery| (delivery.as_of, delivery.content.clone()))?;
        let own = self.page_said(on, as_of)?.iter().find(|entry| entry.1.content.id() == fact.id());
        let (own, round) = own.map(|entry| (entry.0.clone(), entry.1.round))?;
        let said = self.corrected(&own, &fact, round, heard.to_owned());
        let told = said.content.clone();
        let lives = fact
            .event()
            .and_then(|event| self.lives.get_mut(&event.rule)?.get_mut(&*event.subject));
        if let Some(life) = lives.filter(|life| *life.id == *fact.id()) {
            life.id = told.id().into();
        }
        self.page_said(on, as_of)?.insert(own, said);
        self.outbox.get_mut(at)?.content = told.clone();
        Some(told)
    }

    /// What was said of a day or moment; `now` is that of the last.
    fn page_said(
        &mut self,
        on: AsOf,
        now: AsOf,
    ) -> Option<&mut std::collections::BTreeMap<String, Said>> {
        if on == now {
            return Some(&mut self.said);
        }
        self.pages.get_mut(&on).map(|page| &mut *Arc::make_mut(page).said)
    }

    /// A fact as what corrects another of which people heard.
    fn corrected(&mut self, own: &str, fact: &Content, round: u32, heard: String) -> Said {
        let round = round + 1;
        let fact = fact.clone().renamed(next_id(own, "corrected", round)).corrects(heard.clone());
        self.rename(own, &fact, round, false);
        self.no_other(own, &[&heard]);
        if let Some(it) = self.renamed.get_mut(own) {
            it.ids.push(heard);
        }
        Said::released(fact, round)
    }

    /// Drops a withdrawal that waits under an id and of which nobody has heard; whether it did.
    pub(super) fn drop_withdrawal(&mut self, id: &str) -> bool {
        let is_it = |it: &crate::state::Delivery| it.content.id() == id;
        let waits =
            self.outbox.iter().any(|delivery| is_it(delivery) && delivery.content.is_withdrawal());
        waits && self.drop_queued(id)
    }
}
