//! A scorecard in columns: scores, coverage and bands of all subjects, without how sure they are.
//!
//! Each part of the tree goes over a chunk of rows before the next does, adding to the sums of its group. What
//! depends on nothing but its metric does so over several rows at a time; the rest asks row by row. The
//! explanation of a row adds in the same order and has the same bits
//! (`scores_in_columns_have_the_bits_of_an_assessment`).

use std::ops::Range;
use std::sync::Arc;

use super::factor::{Around, Spot, Worth};
use super::fold::{Counts, Fold, Weight};
use super::group::{is_shut, is_thin, weight_of};
use super::points::PointMap;
use super::run::Context;
use super::settle::{settle, settled};
use super::tree::{AutoOverride, Factor, Group, Part, Scorecard};
use super::withhold::Known;
use crate::expr::Program;
use crate::frame::{CHUNK, Column, Data, Table};
use crate::verdict::{Pick, Verdict, Verdicts};

/// How many numbers memory hands over at once: 64 bytes on the processors in use.
const STRETCH: usize = 8;

/// The columns that a scorecard fills, each held by no one else.
#[derive(Debug)]
pub(crate) struct CardColumns {
    /// NaN for none.
    pub(crate) score: Arc<Column>,
    /// Before any override; NaN for none. Not there where there are no overrides: it is the score.
    pub(crate) raw: Option<Arc<Column>>,
    pub(crate) coverage: Arc<Column>,
    /// By number; [`Data::NO_CODE`] for none.
    pub(crate) band: Arc<Column>,
    /// The band of the score alone. Not there where nothing holds or withholds a band: it is the band.
    pub(crate) raw_band: Option<Arc<Column>>,
    /// The band that data hold, before any override, by number; not there where no state goes on from it.
    pub(crate) data_band: Option<Vec<u32>>,
    /// Whether there is a past that may hold bands.
    pub(crate) held: bool,
    /// The scores of all groups but the whole, in the order of the compiled groups.
    pub(crate) groups: Vec<Arc<Column>>,
}

/// What a card's chunk needs room for.
#[derive(Debug, Default)]
pub(crate) struct CardScratch {
    points: Vec<f64>,
    shares: Vec<f64>,
    weights: Vec<f64>,
    fold: Fold,
    /// By group: coverage and weight.
    groups: Vec<(Vec<f64>, Weight)>,
}

/// A chunk's part of the results.
#[derive(Debug)]
pub(crate) struct CardPart<'a> {
    pub(crate) score: &'a mut [f64],
    /// Empty where it is the score.
    pub(crate) raw: &'a mut [f64],
    pub(crate) coverage: &'a mut [f64],
    pub(crate) band: &'a mut [u32],
    /// Empty where it is the band.
    pub(crate) raw_band: &'a mut [u32],
    /// Empty where no state goes on from it.
    pub(crate) data_band: &'a mut [u32],
    /// Whether a state goes on from it, and hosts read everything of it.
    pub(crate) is_night: bool,
    pub(crate) held: bool,
    pub(crate) groups: Vec<&'a mut [f64]>,
}

impl CardColumns {
    /// A part of every column for each chunk of rows, and as many more as are asked for, which are empty.
    pub(crate) fn parts<'a>(&'a mut self) -> impl FnMut() -> CardPart<'a> {
        let numbers = Column::numbers_mut;
        let codes = Column::codes_mut;
        let mut score = numbers(&mut self.score).chunks_mut(CHUNK);
        let mut raw = self.raw.as_mut().map_or(&mut [][..], numbers).chunks_mut(CHUNK);
        let mut coverage = numbers(&mut self.coverage).chunks_mut(CHUNK);
        let mut band = codes(&mut self.band).chunks_mut(CHUNK);
        let mut raw_band = self.raw_band.as_mut().map_or(&mut [][..], codes).chunks_mut(CHUNK);
        let is_night = self.data_band.is_some();
        let mut data_band = self.data_band.as_deref_mut().unwrap_or_default().chunks_mut(CHUNK);
        let held = self.held;
        let groups = self.groups.iter_mut();
        let mut groups: Vec<_> = groups.map(|group| numbers(group).chunks_mut(CHUNK)).collect();
        move || CardPart {
            score: score.next().unwrap_or_default(),
            raw: raw.next().unwrap_or_default(),
            coverage: coverage.next().unwrap_or_default(),
            band: band.next().unwrap_or_default(),
            raw_band: raw_band.next().unwrap_or_default(),
            data_band: data_band.next().unwrap_or_default(),
            is_night,
            held,
            groups: groups.iter_mut().map(|group| group.next().unwrap_or_default()).collect(),
        }
    }
}

impl Scorecard {
    /// Whether its scores depend on what is in a slot.
    pub(crate) fn reads(&self, slot: usize) -> bool {
        let reads = |it: &Factor| it.slot == slot || it.expression_slots().any(|it| it == slot);
        self.factors.iter().any(reads) || self.conditions.read(slot) || self.age == Some(slot)
    }

    /// The slots of its factors, and what its conditions and points read without a guard.
    pub(crate) fn bare_slots(&self) -> Vec<usize> {
        let points = |factor: &Factor| {
            let expressions = factor.points.values().filter_map(|points| match points {
                PointMap::Expr(it) => Some(it.bare_slots()),
                _ => None,
            });
            expressions.flatten().collect::<Vec<_>>()
        };
        let factors =
            self.factors.iter().flat_map(|factor| [vec![factor.slot], points(factor)].concat());
        let conditions = self.conditions.programs().iter().flat_map(Program::bare_slots);
        factors.chain(conditions).collect()
    }

    /// Scores the rows of a chunk.
    pub(crate) fn chunk(
        &self,
        context: &Context<'_>,
        rows: Range<usize>,
        scratch: &mut CardScratch,
        out: &mut CardPart<'_>,
    ) {
        self.read_ahead(context.table, rows.clone());
        let conditions = self.conditions.answers(context.table, rows.clone());
        let around = Around {
            table: context.table,
            as_of: context.as_of,
            conditions: &conditions,
            calculated: &[],
            age: self.age,
            carried: context.carried,
        };
        scratch.groups.resize_with(self.groups.len(), Default::default);
        for (number, group) in self.groups.iter().enumerate() {
            self.group(&around, group, rows.clone(), scratch, &out.groups);
            let CardScratch { fold, groups, .. } = scratch;
            let Some((coverage, weight)) = groups.get_mut(number) else { continue };
            let score = match out.groups.get_mut(number) {
                Some(it) => &mut **it,
                None => &mut *out.score,
            };
            fold.finish(score, coverage);
            group.gate(&conditions, fold, score, coverage, weight);
        }
        if let Some((coverage, _)) = scratch.groups.last() {
            out.coverage.iter_mut().zip(coverage).for_each(|(out, it)| *out = settled(*it));
        }
        // Outer groups have added up what inner ones came to; now it is read by others.
        let is_read = |number: usize| out.is_night || !self.unread.contains(&number);
        let read = out.groups.iter_mut().enumerate().filter(|pair| is_read(pair.0));
        read.for_each(|pair| settle(pair.1));
        settle(out.score);
        self.settle(context, &conditions, rows.clone(), out);
        if self.bands.best().is_some() {
            let coverage = scratch.groups.iter().map(|group| group.0.as_slice()).collect();
            self.withhold(context, &conditions, rows, (coverage, out));
        }
    }

    /// Reads one value of each stretch of memory of every factor's column, all at once: read one column after the other, a chunk would
    /// wait for memory once for each. ARCHITECTURE.md says what it gives.
    fn read_ahead(&self, table: &Table, rows: Range<usize>) {
        let mut read = 0;
        for factor in &self.factors {
            if let Some(Data::Number(all)) = table.column(factor.slot).map(Column::data) {
                let values = all.get(rows.clone()).unwrap_or_default();
                let firsts = values.iter().step_by(STRETCH);
                read ^= firsts.fold(0, |bits, value| bits ^ value.to_bits());
            }
        }
        std::hint::black_box(read);
    }

    /// Adds up the parts of a group.
    fn group(
        &self,
        around: &Around<'_>,
        group: &Group,
        rows: Range<usize>,
        scratch: &mut CardScratch,
        scores: &[&mut [f64]],
    ) {
        let CardScratch { points, shares, weights, fold, groups } = scratch;
        fold.begin(group.aggregate, rows.len());
        points.resize(rows.len(), f64::NAN);
        for part in &group.parts {
            match part {
                Part::Factor(number) => {
                    let Some(factor) = self.factors.get(*number) else { continue };
                    if let Some((map, weight, stand_in)) = factor.plain() {
                        let column = around.table.column(factor.slot);
                        if stand_in.is_nan()
                            && let (PointMap::Piecewise(lines), Some(Data::Number(values))) =
                                (map, column.map(Column::data))
                            && let Some(values) = values.get(rows.clone())
                            && fold.add_lines(lines, values, weight)
                        {
                            continue;
                        }
                        match column {
                            Some(column) => map.fill(column, rows.clone(), points),
                            None => points.fill(f64::NAN),
                        }
                        if stand_in.is_nan() {
                            fold.add(points, &Weight::All(weight), Counts::Present);
                        } else {
                            fill_in(points, stand_in, shares);
                            fold.add(points, &Weight::All(weight), Counts::Shares(shares));
                        }
                    } else {
                        let each = std::mem::take(weights);
                        let each = factor.each(around, rows.clone(), points, shares, each);
                        let weight = Weight::Each(each);
                        fold.add(points, &weight, Counts::Shares(shares));
                        if let Weight::Each(each) = weight {
                            *weights = each;
                        }
                    }
                }
                Part::Group(number) => {
                    if let (Some(score), Some((coverage, weight))) =
                        (scores.get(*number), groups.get(*number))
                    {
                        fold.add(score, weight, Counts::Shares(coverage));
                    }
                }
            }
        }
    }

    /// Overrides and bands.
    fn settle(
        &self,
        context: &Context<'_>,
        conditions: &[Verdicts],
        rows: Range<usize>,
        out: &mut CardPart<'_>,
    ) {
        let ids = context.table.ids().get(rows).unwrap_or_default();
        let effects = |at: usize, id: &str| {
            let holds = |it: usize| conditions.get(it).map(|condition| condition.get(at));
            let rule = AutoOverride::first(&self.overrides, holds);
            let manual = (context.manual)(id).map(|manual| manual.1);
            rule.map(|rule| rule.1.effect).into_iter().chain(manual)
        };
        let overridden = !out.raw.is_empty();
        if overridden {
            out.raw.copy_from_slice(out.score);
            for (at, (score, id)) in out.score.iter_mut().zip(ids).enumerate() {
                *score = effects(at, id).fold(*score, |score, it| it.score(score));
            }
        }
        self.bands.fill(out.score, out.band);
        if !out.raw_band.is_empty() {
            out.raw_band.copy_from_slice(out.band);
        }
        let raw = if overridden { &*out.raw } else { &*out.score };
        if out.is_night {
            self.bands.fill(raw, out.data_band);
        }
        if out.held {
            let code = |band: Option<usize>| {
                band.and_then(|band| u32::try_from(band).ok()).unwrap_or(Data::NO_CODE)
            };
            for (at, ((raw, id), band)) in raw.iter().zip(ids).zip(out.band.iter_mut()).enumerate()
            {
                let mut given = self.bands.held(*raw, (context.last_band)(id), context.as_of);
                if let Some(data) = out.data_band.get_mut(at) {
                    *data = code(given);
                }
                if overridden {
                    given = self.bands.given(given, effects(at, id));
                }
                *band = code(given);
            }
        }
    }

    /// Takes the best band from those rows of a chunk that it is withheld from. `coverage` is by group.
    fn withhold(
        &self,
        context: &Context<'_>,
        conditions: &[Verdicts],
        rows: Range<usize>,
        (coverage, out): (Vec<&[f64]>, &mut CardPart<'_>),
    ) {
        let number = |it: Option<usize>| it.and_then(|number| u32::try_from(number).ok());
        let Some(best) = number(self.bands.best()) else { return };
        let below = number(self.bands.next_best()).unwrap_or(Data::NO_CODE);
        let bare = self.doubts.slots.is_empty() && self.overrides.is_empty();
        let at = |list: &[f64], at: usize| list.get(at).copied().unwrap_or(f64::NAN);
        let raw = if out.raw.is_empty() { &*out.score } else { &*out.raw };
        for (place, band) in out.band.iter_mut().enumerate().filter(|pair| *pair.1 == best) {
            let measured = at(out.coverage, place);
            let row = rows.start + place;
            let score = at(out.score, place);
            // Of what is measured whole the score is its low end.
            if bare && measured >= 1.0 {
                continue;
            }
            let ids = context.table.ids();
            let manual = ids.get(row).and_then(|id| (context.manual)(id)).map(|manual| manual.1);
            let solid = |slot: usize| Some(context.table.is_solid(slot, row));
            let says = |it: usize| {
                conditions.get(it).map_or(Verdict::Faulted, |condition| condition.get(place))
            };
            let group = |it: usize| {
                let score = out.groups.get(it).map_or(f64::NAN, |group| at(group, place));
                (score, coverage.get(it).map_or(f64::NAN, |column| at(column, place)))
            };
            let known = Known {
                score,
                raw: at(raw, place),
                coverage: measured,
                manual,
                solid: &solid,
                says: &says,
                group: &group,
            };
            let withheld = self.doubts.decide(&self.bands, &self.overrides, &known);
            let exact = || {
                let whole = self.run(context, row..row.saturating_add(1));
                whole.results.first().is_some_and(|result| result.withheld)
            };
            if withheld.unwrap_or_else(exact) {
                *band = below;
            }
        }
    }
}

/// Takes what stands in for points that are missing, and says which were not.
fn fill_in(points: &mut [f64], stand_in: f64, shares: &mut Vec<f64>) {
    shares.clear();
    shares.extend(points.iter().map(|point| if point.is_nan() { 0.0 } else { 1.0 }));
    points.iter_mut().for_each(|point| *point = if point.is_nan() { stand_in } else { *point });
}

impl Factor {
    /// Points, shares measured and weights, row by row.
    fn each(
        &self,
        around: &Around<'_>,
        rows: Range<usize>,
        points: &mut [f64],
        shares: &mut Vec<f64>,
        mut weights: Vec<f64>,
    ) -> Vec<f64> {
        let calculated = self.calculated(around.table, rows.clone());
        let around = &Around { calculated: &calculated, ..*around };
        shares.clear();
        weights.clear();
        for ((at, row), points) in rows.enumerate().zip(points) {
            let Worth { counted, share, weight, .. } = self.worth(&Spot { around, at, row });
            *points = counted;
            shares.push(share);
            weights.push(weight);
        }
        weights
    }
}

impl Group {
    /// Takes scores away where too little is measured or it is not known what is to be, and weighs the group.
    fn gate(
        &self,
        conditions: &[Verdicts],
        fold: &Fold,
        score: &mut [f64],
        coverage: &[f64],
        weight: &mut Weight,
    ) {
        let gate = settled(self.min_coverage);
        if gate > 0.0 {
            for (score, coverage) in score.iter_mut().zip(coverage) {
                *score = if is_thin(*coverage, gate) { f64::NAN } else { *score };
            }
        }
        let always = matches!(self.weight.cases.as_slice(), [(None, _)]);
        let applies = self.applies.and_then(|number| conditions.get(number));
        if always && applies.is_none() && fold.always_weighs() {
            *weight = Weight::All(self.weight.weigh(Pick::Case(0)));
            return;
        }
        let mut each = Vec::with_capacity(score.len());
        for (at, score) in score.iter_mut().enumerate() {
            let (case, _) = self.weight.pick(conditions, at);
            let applies = applies.map_or(Verdict::Yes, |condition| condition.get(at));
            if is_shut(case, applies) {
                *score = f64::NAN;
            }
            each.push(weight_of(self.weight.weigh(case), applies, fold.total(at)));
        }
        *weight = Weight::Each(each);
    }
}
