//! Puts together what a config was compiled to.

use std::sync::Arc;

use super::expressions::in_order;
use super::resolve::Finished;
use super::sureness;
use crate::config::Config;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::plan::calendars::Calendars;
use crate::plan::formerly::Formerly;
use crate::plan::outline::Outline;
use crate::plan::playbook::Playbook;
use crate::plan::settled::Settled;
use crate::plan::single_row::Live;
use crate::plan::steps::{Batch, Rule, Slot};
use crate::plan::tracked::tracked;
use crate::state::State;

impl Compiled {
    /// What a config of that hash, without faults, was compiled to.
    pub(crate) fn of(
        config: &Config,
        hash: String,
        mut finished: Finished,
        (rules, playbooks, calendars): (Vec<Rule>, Vec<Playbook>, Calendars),
    ) -> Self {
        let names = |it: &Vec<Slot>| it.iter().map(|slot| slot.name.clone()).collect();
        sureness::doubt(&finished.steps, &mut finished.cards);
        sureness::mark(&mut finished.steps, &finished.cards, &rules);
        let batches = Batch::of_all(&rules, &finished.steps);
        let outline = Outline::new(
            config,
            &finished.spaces,
            &finished.steps,
            &finished.cards,
            &rules,
            &batches,
            &playbooks,
        );
        outline.note_unread(&mut finished.cards);
        let live = |kind: SubjectKind| {
            let slots = finished.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
            Live::new(kind, slots, &finished.steps, &finished.cards, &batches)
        };
        let live = SubjectKind::ALL.map(live).into();
        Self {
            live,
            config: config.clone(),
            hash: hash.into(),
            names: finished.spaces.iter().map(names).collect(),
            spaces: finished.spaces,
            tracked: tracked(&finished.steps),
            formerly: Formerly::of(config, &rules),
            settled: Settled::of(&finished.steps),
            steps: finished.steps,
            cards: finished.cards.into_iter().map(|(at, it)| (at, Arc::new(it))).collect(),
            batches,
            programs: in_order(finished.programs),
            rules,
            playbooks,
            calendars,
            outline: Arc::new(outline),
            no_past: State::new(),
        }
    }
}
