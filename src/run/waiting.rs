//! Which values are no data because a feed stands still, so that an explanation can say so.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::plan::steps::{PastTake, Work};
use crate::result::assessment::Assessment;
use crate::result::waiting::Waiting;
use crate::run::reach::Reach;
use crate::run::steps::Run;
use crate::score::{Explanation, Stall};

impl Run<'_> {
    /// The columns that a stalled feed makes no data, with what is calculated from them, by the first of several feeds.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let input = self.source.input;
        let mut waits: BTreeMap<(SubjectKind, usize), (&str, NaiveDate)> = BTreeMap::new();
        if input.feeds.is_empty() {
            return Vec::new();
        }
        for step in &self.engine.steps {
            if self.given.contains_key(&(step.kind.index(), step.slot)) {
                continue;
            }
            let of = |kind: SubjectKind, slot: usize| waits.get(&(kind, slot)).copied();
            let found = match &step.work {
                Work::Records { derivation, .. } => {
                    match input.reach(&self.engine.config, derivation, self.source.as_of) {
                        Reach::Stalled(feed, until) => Some((feed, until)),
                        Reach::Whole | Reach::Late(_) => None,
                    }
                }
                Work::Expression { program } => {
                    program.slots().iter().find_map(|slot| of(step.kind, *slot))
                }
                Work::Parent { parent, from } => of(*parent, *from),
                Work::Children { child, from, .. } => of(*child, *from),
                Work::Past { from, take: PastTake::Change(_) | PastTake::Days } => {
                    of(step.kind, *from)
                }
                _ => None,
            };
            if let Some(it) = found {
                waits.insert((step.kind, step.slot), it);
            }
        }
        let waiting = |((kind, slot), (feed, until)): (_, (&str, _))| Waiting {
            kind,
            slot,
            feed: feed.to_owned(),
            until,
        };
        waits.into_iter().map(waiting).collect()
    }
}

impl Compiled {
    /// Says of the lines without data for which feed they wait.
    pub(crate) fn with_stalls(assessment: &Assessment, mut it: Explanation) -> Explanation {
        let names = assessment.names.get(it.kind.index()).map_or(&[][..], Vec::as_slice);
        for line in it.lines.iter_mut().filter(|line| line.lacks_data()) {
            let slot = names.iter().position(|name| *name == line.metric);
            let waits =
                assessment.waiting.iter().find(|of| of.kind == it.kind && Some(of.slot) == slot);
            line.stalled = waits.map(|of| Stall { feed: of.feed.clone(), until: of.until });
        }
        it
    }
}
