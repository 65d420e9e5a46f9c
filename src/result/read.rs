//! What of the scores of an assessment is found out once somebody reads it: how sure they are.

use std::ops::Range;

use chrono::NaiveDate;

use crate::frame::{Table, chunks};
use crate::memory::{Along, CarriedValue};
use crate::result::assessment::Assessment;
use crate::result::card::CardResult;
use crate::score::{CardRows, Context, ScoreCell, Scorecard};
use crate::state::State;

impl Assessment {
    /// A scorecard's results, by row.
    pub(crate) fn cells<'a>(&'a self, it: &'a CardResult) -> &'a [ScoreCell] {
        it.cells(|card| {
            let Some(table) = self.tables.get(it.kind.index()) else { return Vec::new() };
            chunks(table.len()).flat_map(|rows| self.run_card(card, table, rows).results).collect()
        })
    }

    /// A subject's result: made alone where the others were not read, and few were made so.
    pub(crate) fn cell(&self, it: &CardResult, table: &Table, row: usize) -> Option<ScoreCell> {
        let Some(card) = it.made_alone(table.len()) else {
            return self.cells(it).get(row).copied();
        };
        // A chunk of one through the same code gives the same bits.
        let rows = self.run_card(card, table, row..row.saturating_add(1));
        rows.results.first().copied()
    }

    /// Scores rows of a scorecard.
    pub(crate) fn run_card(&self, card: &Scorecard, table: &Table, rows: Range<usize>) -> CardRows {
        self.with_context(&self.past, card, table, |context| card.run(context, rows))
    }

    /// Does something with what a scorecard needs to know beside its columns.
    pub(crate) fn with_context<T>(
        &self,
        past: &State,
        card: &Scorecard,
        table: &Table,
        act: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        let carried = past.carried.get(&card.name);
        let bands = past.bands.get(&card.name);
        let bands = bands.map(|bands| Along::of(bands));
        let carried = |factor: &str, id: &str| -> Option<CarriedValue> {
            carried?.get(factor)?.get(id).cloned()
        };
        let last_band = |id: &str| -> Option<(&str, NaiveDate)> {
            bands
                .as_ref()?
                .get(id)
                .map(|band| (band.band.as_str(), band.since.counted_to(self.as_of)))
        };
        let manual = |id: &str| {
            let key = (card.kind, id, card.name.as_str());
            // They were sorted by this key.
            let at = self.manual.binary_search_by(|manual| {
                (manual.kind, manual.subject.as_str(), manual.scorecard.as_str()).cmp(&key)
            });
            let at = at.ok()?;
            Some((at as u32, self.manual.get(at)?.effect))
        };
        let context = Context {
            table,
            as_of: self.as_of.day(),
            carried: &carried,
            manual: &manual,
            last_band: &last_band,
        };
        act(&context)
    }
}
