//! Holds a night against the last one, before anything of it is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::Change;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::result::assessment::Assessment;
use crate::result::population::{Counted, Population};
use crate::result::tripped::Tripped;
use crate::run::night::Night;
use crate::run::presence::Presence;
use crate::state::{State, Tally};

impl Compiled {
    /// How many subjects there are, and how many of the values of metrics are missing.
    pub(crate) fn tallies(
        &self,
        out: &Assessment,
        night: &Night<'_>,
    ) -> BTreeMap<SubjectKind, Tally> {
        let mut all = BTreeMap::new();
        for kind in SubjectKind::ALL {
            let Some(table) = out.tables.get(kind.index()) else { continue };
            let last = night.standing.unwrap_or(&out.past).tallies.get(&kind);
            let (aside, away) =
                (night.presence.aside(kind), night.presence.away(kind, night.standing));
            if let Some(last) = last.filter(|_| table.len() == 0 && aside > 0 && !night.is_part) {
                // Nothing was delivered.
                all.insert(kind, last.clone());
                continue;
            }
            let mut tally = Tally { subjects: table.len() + aside, missing: BTreeMap::new() };
            let names = out.names.get(kind.index()).map_or(&[][..], Vec::as_slice);
            for metric in &self.config.metrics {
                let slot = names.iter().position(|name| *name == metric.name);
                let is_its = metric.subject.unwrap_or(self.config.subject) == kind;
                let Some(column) = slot.filter(|_| is_its).and_then(|slot| table.column(slot))
                else {
                    continue;
                };
                let missing = (0..table.len()).filter(|row| column.is_missing(*row)).count() + away;
                if missing > 0 {
                    tally.missing.insert(metric.name.clone(), missing);
                }
            }
            if tally.subjects > 0 {
                all.insert(kind, tally);
            }
        }
        all
    }

    /// What a night counts over its subjects.
    pub(crate) fn population(&self, out: &Assessment, presence: &Presence) -> Population {
        let begins = |kind: SubjectKind| {
            let of_kind = out.told.iter().filter(move |event| event.kind == kind);
            let begun = of_kind.filter(|event| event.change == Change::Fired);
            begun.map(|event| event.subject.as_str()).collect::<BTreeSet<_>>().len()
        };
        let counted = |kind: SubjectKind| {
            let cards = out.cards.iter().filter(|card| card.kind == kind);
            let moved = cards.filter_map(|card| {
                let moved = out.state.undo.as_ref()?.moved(&card.name, &out.state);
                (moved > 0).then(|| (card.name.clone(), moved))
            });
            let withdrawn = out.told.iter().filter(|event| {
                event.kind == kind && matches!(event.change, Change::Withdrawn { .. })
            });
            let counted = Counted {
                here: out.subjects(kind).len(),
                tally: out.state.tallies.get(&kind).cloned().unwrap_or_default(),
                gone: presence.gone(kind),
                is_complete: presence.is_complete(kind),
                begun: begins(kind),
                moved: moved.collect(),
                withdrawn: withdrawn.count(),
            };
            (kind, counted)
        };
        Population::of(SubjectKind::ALL.into_iter().map(counted).collect())
    }

    /// What exceeds a guard; `after` is the state after the night.
    pub(crate) fn tripped(&self, night: &Population, after: &State) -> Vec<Tripped> {
        let cards: Vec<&str> =
            self.config.scorecards.iter().map(|card| card.name.as_str()).collect();
        let before = after.undo.as_ref().map(|undo| undo.tallies());
        before.map_or_else(Vec::new, |before| night.tripped(&self.config.guards, before, &cards))
    }
}
