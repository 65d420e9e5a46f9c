//! Who is told: keeps what it heard, by id, and complains where that cannot be.

use std::collections::{BTreeMap, BTreeSet};

use foretell::alert::{Change, Event, Told};
use foretell::playbook::{ActionChange, ActionOutcome, ActionReport};
use foretell::state::{Content, HandOut, Outbox, State};
use foretell::time::AsOf;

use super::world::{World, day};

/// What people know.
#[derive(Debug, Clone, Default)]
pub(super) struct Receiver {
    /// Everything that was heard, by id.
    heard: BTreeMap<String, Content>,
    /// What stands of it: what was neither taken back nor corrected.
    standing: BTreeMap<String, Content>,
    /// The alerts that were none.
    withdrawn: BTreeSet<(String, String, Option<AsOf>)>,
}

/// What alert an event is about.
fn alert(it: &Event) -> (String, String, Option<AsOf>) {
    (it.rule.clone(), it.subject.clone(), it.fired)
}

impl Receiver {
    /// The host hands out what waits, the receiver takes it, and its answers arrive or not.
    pub(super) fn deliver(&mut self, state: &mut State, acknowledges: bool) {
        let out = state.hand_out(&HandOut::new());
        assert!(out.waiting.is_empty(), "nothing is capped");
        self.take(&out);
        if acknowledges {
            let ids: Vec<String> = out.deliveries().map(|it| it.id().to_owned()).collect();
            assert_eq!(state.acknowledge(&ids), ids.len());
        }
    }

    pub(super) fn take(&mut self, out: &Outbox) {
        self.hear(out.deliveries().map(|it| &it.content));
    }

    /// What stands of what was told.
    pub(super) fn standing(&self) -> impl Iterator<Item = &Content> {
        self.standing.values()
    }

    pub(super) fn hear<'a>(&mut self, all: impl Iterator<Item = &'a Content>) {
        let mut now = BTreeSet::new();
        for it in all {
            assert!(now.insert(it.id()), "an id is handed out twice at once: {it:?}");
            let said = it.clone();
            if let Some(known) = self.heard.insert(it.id().to_owned(), said.clone()) {
                assert_eq!(known, said, "one id says two things");
                continue;
            }
            if let Some(last) = it.supersedes() {
                assert!(self.heard.contains_key(last), "it takes back what nobody heard: {said:?}");
                let whole = said.event().is_some_and(|it| self.withdrawn.contains(&alert(it)));
                let stood = self.standing.remove(last).is_some();
                assert!(stood || whole, "it was taken back before: {said:?}");
            }
            let withdrawn = match &said {
                Content::Event(it) => matches!(it.change, Change::Withdrawn { .. }),
                Content::Action(it) => it.change == ActionChange::Withdrawn,
                _ => false,
            };
            // An alert that was none leaves nothing of what was told of it.
            if let Some(back) =
                said.event().filter(|it| it.change == Change::Withdrawn { of: Told::Fired })
            {
                let gone = alert(back);
                let its = |it: &Content| it.event().is_some_and(|it| alert(it) == gone);
                self.withdrawn.insert(gone.clone());
                self.standing.retain(|_, it| !its(it));
            }
            if !withdrawn {
                self.standing.insert(it.id().to_owned(), said);
            }
        }
    }

    /// What was told and stands, whatever its id and whether it was corrected.
    pub(super) fn log(&self) -> Vec<String> {
        let mut all: Vec<String> = self.standing.values().map(plain).collect();
        all.sort();
        all
    }

    /// The alerts that fire as far as people know, and what they were told of them.
    pub(super) fn open(&self) -> BTreeMap<(String, String), String> {
        let mut events: Vec<_> = self.standing.values().filter_map(Content::event).collect();
        events.sort_by_key(|it| (it.fired, it.at(), it.change.told() == Told::Resolved));
        let mut open = BTreeMap::new();
        for it in events {
            let key = (it.rule.clone(), it.subject.clone());
            match it.change.told() {
                Told::Resolved => drop(open.remove(&key)),
                Told::HealthChanged => {}
                _ => drop(open.insert(key, it.message.clone())),
            }
        }
        open
    }

    /// Of the steps that were issued on the night before, every other one is done.
    pub(super) fn reports(&self, world: &World, night: usize) -> Vec<ActionReport> {
        let before = night.checked_sub(1).map(day);
        let issued = self.standing.values().filter_map(Content::action);
        issued
            .filter(|it| Some(it.day) == before && it.sort == foretell::playbook::ActionSort::Step)
            .filter(|it| (it.subject.len() + it.step.len() + world.nights()).is_multiple_of(2))
            .map(|it| ActionReport::new(it.id.clone(), ActionOutcome::Done, day(night)))
            .collect()
    }
}

/// A fact without what a correction adds to it.
pub(super) fn plain(it: &Content) -> String {
    match it {
        Content::Event(it) => format!(
            "{} {} {:?} {:?} {} {:?} {:?}",
            it.rule, it.subject, it.since, it.fired, it.message, it.evidence, it.day
        ),
        Content::Action(it) => format!(
            "{} {} {} {:?} {} {} {:?} {:?}",
            it.playbook, it.subject, it.step, it.sort, it.title, it.day, it.fired, it.evidence
        ),
        other => format!("{other:?}"),
    }
}
