//! Scorecards and rules in columns, a chunk of rows at a time: what the scorecards say of a chunk is still at hand
//! when the rules about it are asked.

use std::ops::Range;
use std::sync::Arc;

use crate::expr::{Columns, Failure, Part};
use crate::frame::{CHUNK, Column, Data, SubjectKind, Table, chunks, each, stretch};
use crate::plan::steps::{Outputs, Step, Work};
use crate::result::card::CardResult;
use crate::run::steps::Run;
use crate::score::{CardColumns, CardPart, Scorecard};
use crate::value::Value;
use crate::verdict::Verdict;

/// What scorecards are filled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Other steps.
    Steps,
    /// The answers of rules as well.
    Answers,
    /// An assessment, whose state goes on from them.
    Night,
}

/// A scorecard, where its results go, and a chunk of them.
struct Scored<'a, 'b> {
    card: &'a Scorecard,
    outputs: &'a Outputs,
    part: CardPart<'b>,
}

/// The columns of a table and what scorecards have just said of a chunk of its rows.
struct Fresh<'a, 'b> {
    table: &'a Table,
    scored: &'a [Scored<'a, 'b>],
    /// The first row of the chunk.
    first: usize,
}

impl Scored<'_, '_> {
    /// What was written for a slot.
    fn part(&self, slot: usize) -> Option<Part<'_>> {
        let (part, outputs) = (&self.part, self.outputs);
        let labels = &self.card.bands.labels;
        let raw = if part.raw.is_empty() { &part.score } else { &part.raw };
        let raw_band = if part.raw_band.is_empty() { &part.band } else { &part.raw_band };
        let numbers = [
            (outputs.score, &part.score),
            (outputs.raw_score, raw),
            (outputs.coverage, &part.coverage),
        ];
        let groups = || outputs.groups.iter().copied().zip(&part.groups);
        if let Some((_, it)) = numbers.into_iter().chain(groups()).find(|pair| pair.0 == slot) {
            return Some(Part::Number(it));
        }
        let codes = [(outputs.band, &part.band), (outputs.raw_band, raw_band)];
        codes.into_iter().find(|pair| pair.0 == slot).map(|(_, it)| Part::Text(it, labels))
    }
}

impl Columns for Fresh<'_, '_> {
    fn column(&self, slot: usize) -> Option<&Column> {
        self.table.column(slot)
    }

    fn part(&self, slot: usize, rows: Range<usize>) -> Option<Part<'_>> {
        let fresh = || self.scored.iter().find_map(|scored| scored.part(slot));
        // A column of the table is never one that is still being written.
        self.table.column(slot).map(|column| Part::of(column, rows)).or_else(fresh)
    }

    fn value(&self, slot: usize, row: usize) -> Value {
        let fresh = || self.scored.iter().find_map(|scored| scored.part(slot));
        let at = row.saturating_sub(self.first);
        match (self.table.column(slot), fresh) {
            (Some(it), _) => it.value(row),
            (None, fresh) => fresh().map_or(Value::Missing, |part| part.value(at)),
        }
    }

    fn failed(&self, row: usize, failure: &Failure) {
        self.table.failed(row, failure);
    }
}

impl<'a> Run<'a> {
    /// Fills what a scorecard gives, in columns.
    pub(crate) fn card_columns(&mut self, step: &'a Step) {
        self.fill(step.kind, std::slice::from_ref(step), For::Steps, &mut []);
    }

    /// Fills what a scorecard gives that no other step of an assessment reads. How sure a subject's score is, is found out once
    /// somebody reads it.
    pub(crate) fn last_card(&mut self, step: &'a Step) {
        let Work::Card { card: number, .. } = &step.work else { return };
        let Some(card) = self.engine.cards.get(number) else { return };
        if card.asks_how_sure() || card.asks_host() {
            return self.step(step);
        }
        let filled = self.fill(step.kind, std::slice::from_ref(step), For::Night, &mut []);
        self.out.cards.extend(filled.into_iter().map(|bands| CardResult::unread(card, bands)));
    }

    /// Fills what the last scorecards give, none of which reads another, and asks every rule: answers by batch,
    /// column after column.
    pub(crate) fn finish(&mut self, cards: &'a [Step]) -> Vec<Vec<Verdict>> {
        let engine = self.engine;
        let mut answers = std::mem::take(&mut self.room.answers);
        answers.resize_with(engine.batches.len(), Vec::new);
        for kind in SubjectKind::ALL {
            let asked = engine.batches.iter().any(|batch| batch.kind == kind);
            if asked || cards.iter().any(|card| card.kind == kind) {
                self.fill(kind, cards, For::Answers, &mut answers);
            }
        }
        answers
    }

    /// Scores the subjects of a kind by those of the scorecards that are about them, and asks the rules if wanted. For an assessment
    /// it returns the bands that data hold, by scorecard.
    fn fill(
        &mut self,
        kind: SubjectKind,
        cards: &'a [Step],
        wanted: For,
        answers: &mut [Vec<Verdict>],
    ) -> Vec<Vec<u32>> {
        let engine = self.engine;
        let Some(table) = self.out.tables.get_mut(kind.index()) else { return Vec::new() };
        let rows = table.len();
        let card = |step: &'a Step| match &step.work {
            Work::Card { card, outputs } => Some((&**engine.cards.get(card)?, outputs)),
            _ => None,
        };
        let cards = || cards.iter().filter(|card| card.kind == kind).filter_map(card);
        let overridden = !self.out.manual.is_empty();
        let mut made: Vec<CardColumns> = Vec::new();
        for (card, outputs) in cards() {
            let held = self.past.bands.get(&card.name).is_some_and(|bands| !bands.is_empty());
            made.push(columns(table, card, outputs, (overridden, held, wanted)));
        }
        let Some(table) = self.out.tables.get(kind.index()) else { return Vec::new() };
        let mut parts: Vec<_> = made.iter_mut().map(CardColumns::parts).collect();
        let batches =
            || engine.batches.iter().filter(|batch| wanted == For::Answers && batch.kind == kind);
        let mut said: Vec<Vec<_>> = Vec::new();
        for (batch, all) in engine.batches.iter().zip(answers).filter(|pair| pair.0.kind == kind) {
            // Each is written once, whatever was there before.
            stretch(all, rows * batch.rules.len(), Verdict::No);
            said.push(
                all.chunks_mut(rows.max(1)).map(|verdicts| verdicts.chunks_mut(CHUNK)).collect(),
            );
        }
        let chunk = |rows: Range<usize>| {
            let scored = cards().zip(&mut parts).map(|((card, outputs), part)| {
                let part = part();
                Scored { card, outputs, part }
            });
            let scored: Vec<Scored<'_, '_>> = scored.collect();
            let said = said.iter_mut().map(|batch| {
                batch.iter_mut().map(|chunks| chunks.next().unwrap_or_default()).collect::<Vec<_>>()
            });
            (rows, scored, said.collect::<Vec<_>>())
        };
        let (out, past) = (&self.out, self.past);
        each(&mut self.room.work, chunks(rows).map(chunk), |room, (rows, mut scored, said)| {
            for it in &mut scored {
                let Scored { card, part, .. } = it;
                out.with_context(past, card, table, |context| {
                    card.chunk(context, rows.clone(), &mut room.card, part);
                });
            }
            let fresh = Fresh { table, scored: &scored, first: rows.start };
            for (batch, said) in batches().zip(said) {
                let mut asked = batch.conditions.chunk(&mut room.conditions, &fresh, rows.clone());
                for (number, said) in said.into_iter().enumerate() {
                    for (said, state) in said.iter_mut().zip(asked.states(number)) {
                        *said = Verdict::of(*state);
                    }
                }
            }
        });
        drop(parts);
        let mut bands = Vec::new();
        let Some(table) = self.out.tables.get_mut(kind.index()) else { return bands };
        for ((_, outputs), mut made) in cards().zip(made) {
            bands.extend(made.data_band.take());
            set(table, outputs, made);
        }
        bands
    }
}

/// The columns that a scorecard fills. Every row of every column is written once, whatever was there before.
fn columns(
    table: &mut Table,
    card: &Scorecard,
    outputs: &Outputs,
    (overridden, held, wanted): (bool, bool, For),
) -> CardColumns {
    let overridden = overridden || !card.overrides.is_empty();
    let rows = table.len();
    let labels = &card.bands.labels;
    CardColumns {
        score: table.numbers(outputs.score),
        raw: overridden.then(|| table.numbers(outputs.raw_score)),
        coverage: table.numbers(outputs.coverage),
        band: table.codes(outputs.band, labels),
        raw_band: (held || card.asks_low()).then(|| table.codes(outputs.raw_band, labels)),
        data_band: (wanted == For::Night).then(|| vec![Data::NO_CODE; rows]),
        held,
        groups: outputs.groups.iter().map(|slot| table.numbers(*slot)).collect(),
    }
}

fn set(table: &mut Table, outputs: &Outputs, made: CardColumns) {
    let raw = made.raw.unwrap_or_else(|| Arc::clone(&made.score));
    let raw_band = made.raw_band.unwrap_or_else(|| Arc::clone(&made.band));
    table.set(outputs.score, made.score, None);
    table.set(outputs.raw_score, raw, None);
    table.set(outputs.coverage, made.coverage, None);
    table.set(outputs.band, made.band, None);
    table.set(outputs.raw_band, raw_band, None);
    for (slot, column) in outputs.groups.iter().zip(made.groups) {
        table.set(*slot, column, None);
    }
}
