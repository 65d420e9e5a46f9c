//! A scorecard over the rows of a chunk, from columns to scores, bands and overrides.

use std::ops::Range;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::factor::{Around, FactorRows};
use super::tree::{AutoOverride, Doubt, Effect, Part, PartCell, PartRows, Scorecard, same};
use crate::frame::Table;
use crate::memory::CarriedValue;
use crate::verdict::{Verdict, Verdicts};

/// What a scorecard needs to know beside its columns.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) table: &'a Table,
    pub(crate) as_of: NaiveDate,
    /// The last known value of a factor (by name) of a subject (by id).
    pub(crate) carried: &'a dyn Fn(&str, &str) -> Option<CarriedValue>,
    /// The manual value of a subject, by number in the host's list.
    pub(crate) manual: &'a dyn Fn(&str) -> Option<(u32, Effect)>,
    /// The last band of a subject, by name, and since when.
    pub(crate) last_band: &'a dyn Fn(&str) -> Option<(&'a str, NaiveDate)>,
}

/// Everything about the rows of a chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct CardRows {
    pub(crate) factors: Vec<FactorRows>,
    pub(crate) groups: Vec<PartRows>,
    pub(crate) results: Vec<ScoreCell>,
}

/// The result for one subject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScoreCell {
    /// NaN for no score.
    #[serde(with = "maybe")]
    pub(crate) score: f64,
    /// Before any override; NaN for no score.
    #[serde(with = "maybe")]
    pub(crate) raw: f64,
    #[serde(with = "maybe")]
    pub(crate) coverage: f64,
    #[serde(with = "maybe")]
    pub(crate) low: f64,
    #[serde(with = "maybe")]
    pub(crate) high: f64,
    pub(crate) band: Option<usize>,
    pub(crate) raw_band: Option<usize>,
    /// Whether the best band is withheld, because the score could be in the worst.
    pub(crate) withheld: bool,
    /// The band that data hold, before any override: what the next assessment goes on from.
    pub(crate) data_band: Option<usize>,
    /// Day number of the oldest input that counts.
    pub(crate) oldest: Option<i32>,
    pub(crate) applied: Applied,
    /// Whether it may have none once all is known.
    pub(crate) lacks: bool,
    /// Whether missing data could not change the score.
    pub(crate) solid: bool,
    /// Whether missing data could not change the score before any override.
    pub(crate) raw_solid: bool,
    /// Whether missing data could not change the coverage.
    pub(crate) coverage_solid: bool,
}

/// Which override changed a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Applied {
    None,
    /// By number in the scorecard.
    Rule(usize),
    /// By number in the host's list.
    Manual(u32),
}

impl Scorecard {
    /// Scores the rows.
    pub(crate) fn run(&self, context: &Context<'_>, rows: Range<usize>) -> CardRows {
        let conditions = self.conditions.verdicts(context.table, rows.clone());
        let around = Around {
            table: context.table,
            as_of: context.as_of,
            conditions: &conditions,
            calculated: &[],
            age: self.age,
            carried: context.carried,
        };
        let factors: Vec<FactorRows> =
            self.factors.iter().map(|factor| factor.run(&around, rows.clone())).collect();
        let mut groups: Vec<PartRows> = Vec::with_capacity(self.groups.len());
        let empty = PartRows::default();
        for group in &self.groups {
            let done = group.run(&conditions, rows.len(), |part| match part {
                Part::Factor(it) => factors.get(it).map_or(&empty, |factor| &factor.part),
                Part::Group(it) => groups.get(it).unwrap_or(&empty),
            });
            groups.push(done);
        }
        groups.iter_mut().for_each(PartRows::settle);
        let mut out = CardRows { factors, groups, results: Vec::with_capacity(rows.len()) };
        for (at, row) in rows.enumerate() {
            let result = self.finish(context, &conditions, &out, at, row);
            out.results.push(result);
        }
        out
    }

    fn finish(
        &self,
        context: &Context<'_>,
        conditions: &[Verdicts],
        rows: &CardRows,
        at: usize,
        row: usize,
    ) -> ScoreCell {
        let whole = rows.groups.last().map(|group| group.cell(at));
        let nothing = PartCell {
            score: f64::NAN,
            weight: 0.0,
            coverage: 0.0,
            reach: 0.0,
            low: f64::NAN,
            high: f64::NAN,
            doubt: Doubt::ALL,
        };
        let whole = whole.unwrap_or(nothing);
        let mut cell = ScoreCell {
            score: whole.score,
            raw: whole.score,
            coverage: whole.coverage,
            low: whole.low,
            high: whole.high,
            band: None,
            raw_band: None,
            withheld: false,
            data_band: None,
            oldest: self.oldest(rows, self.groups.len().wrapping_sub(1), at),
            applied: Applied::None,
            lacks: whole.doubt.absent,
            solid: !whole.doubt.loose && !whole.doubt.absent,
            raw_solid: whole.is_solid(),
            coverage_solid: !whole.doubt.loose && rows.is_coverage_solid(at),
        };
        let id = context.table.ids().get(row).map_or("", |id| id.as_ref());
        let rule = self.apply_rules(conditions, at, &mut cell);
        let manual = (context.manual)(id);
        if let Some((number, effect)) = manual {
            cell.apply(effect, Applied::Manual(number));
            (cell.low, cell.high) = (effect.score(cell.low), effect.score(cell.high));
            cell.solid |= matches!(effect, Effect::Set(_));
            cell.lacks &= !matches!(effect, Effect::Set(_));
        }
        cell.solid &= same(cell.low, cell.high) && same(cell.score, cell.low);
        let effects = rule.into_iter().chain(manual.map(|manual| manual.1));
        self.bands.settle(&mut cell, &whole, effects, (context.last_band)(id), context.as_of);
        cell
    }

    /// The oldest input that counts in a group; what stands in a group without a score does not.
    fn oldest(&self, rows: &CardRows, group: usize, at: usize) -> Option<i32> {
        let parts = self.groups.get(group)?.parts.iter();
        let days = parts.filter_map(|part| match part {
            Part::Factor(it) => rows.factors.get(*it)?.oldest(at),
            Part::Group(it) if rows.groups.get(*it)?.cell(at).score.is_nan() => None,
            Part::Group(it) => self.oldest(rows, *it, at),
        });
        days.min()
    }

    /// Applies the first override by rule that holds, and says which. The interval takes in what every rule
    /// that may come to hold would make of it.
    fn apply_rules(
        &self,
        conditions: &[Verdicts],
        at: usize,
        cell: &mut ScoreCell,
    ) -> Option<Effect> {
        let says = |it: usize| conditions.get(it).map(|verdicts| verdicts.get(at));
        let applied = AutoOverride::first(&self.overrides, says);
        if let Some((number, rule)) = applied {
            cell.apply(rule.effect, Applied::Rule(number));
        }
        let (low, high) = (cell.low, cell.high);
        let mut reach = (f64::NAN, f64::NAN);
        let mut widen = |effect: Option<Effect>| {
            let on = |it: f64| effect.map_or(it, |effect| effect.score(it));
            reach = (reach.0.min(on(low)), reach.1.max(on(high)));
        };
        let mut settled = true;
        let mut closed = false;
        for rule in &self.overrides {
            let Some(verdicts) = conditions.get(rule.condition) else { continue };
            let (holds, sure) = (verdicts.get(at) == Verdict::Yes, verdicts.is_solid(at));
            settled &= sure;
            if holds || !sure {
                widen(Some(rule.effect));
            }
            if holds && sure {
                closed = true;
                cell.solid |= matches!(rule.effect, Effect::Set(_));
                break;
            }
        }
        if !closed {
            widen(None);
        }
        cell.low = reach.0.min(cell.score);
        cell.high = reach.1.max(cell.score);
        cell.solid &= settled;
        applied.map(|rule| rule.1.effect)
    }
}

impl ScoreCell {
    fn apply(&mut self, effect: Effect, applied: Applied) {
        let before = self.score;
        self.score = effect.score(before);
        if !same(self.score, before) {
            self.applied = applied;
        }
    }
}

impl CardRows {
    /// Whether every factor that counts is measured, or never will be.
    fn is_coverage_solid(&self, at: usize) -> bool {
        let cells =
            self.factors.iter().map(|factor| factor.part.cell(at)).filter(|cell| cell.weight > 0.0);
        cells.into_iter().all(|cell| !cell.doubt.thin && same(cell.coverage, cell.reach))
    }
}

/// A number in serde formats, some of which know no NaN: nothing where it is NaN.
mod maybe {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(it: &f64, to: S) -> Result<S::Ok, S::Error> {
        (!it.is_nan()).then_some(*it).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
    }
}
