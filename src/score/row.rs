//! A scorecard for one row: what [`Scorecard::chunk`] says of it, with the same bits and without columns.
//!
//! What depends on ages, days of observation or carried values, and points that are expressions, is left to the
//! columns.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::band::Bands;
use super::factor::Status;
use super::fold::share;
use super::group::middle;
use super::points::PointMap;
use super::row_result::{RowPoints, RowScore};
use super::settle::settled;
use super::tree::{AutoOverride, Factor, Group, Part, Scorecard};
use super::withhold_row::{RowBase, RowDoubts};
use crate::config::{Aggregate, MissingPolicy};
use crate::expr::{Register, Registers};
use crate::verdict::{Choice, Pick, Verdict};

/// A scorecard for one row.
#[derive(Debug)]
pub(crate) struct RowCard {
    /// Where the answers of its conditions are found, by number.
    conditions: Vec<Register>,
    /// Children before parents; the last is the whole.
    groups: Vec<RowGroup>,
    overrides: Vec<AutoOverride>,
    bands: Bands,
    doubts: RowDoubts,
}

#[derive(Debug)]
struct RowGroup {
    aggregate: Aggregate,
    /// The least coverage with which it has a score.
    gate: f64,
    weight: Choice<f64>,
    applies: Option<usize>,
    parts: Vec<RowPart>,
}

#[derive(Debug)]
enum RowPart {
    /// A factor about which nothing depends on a condition.
    Plain {
        slot: Register,
        weight: f64,
        stand_in: f64,
        points: PointMap,
    },
    Factor(Register, Box<Factor>),
    /// A group by its number.
    Group(usize),
}

/// The sums of a group, as [`Fold`](super::fold::Fold) has them for each row of a chunk.
#[derive(Debug)]
struct Sums {
    aggregate: Aggregate,
    /// The weight of all parts.
    total: f64,
    /// The weight of the parts that have points.
    present: f64,
    /// Weights times points, or the lowest or highest points.
    value: f64,
    /// Weights times shares measured.
    covered: f64,
    /// The points of the parts of a median.
    points: Vec<f64>,
}

impl RowCard {
    /// The same scorecard for one row, its conditions in the given registers, or why it needs columns.
    pub(crate) fn new(
        card: &Scorecard,
        conditions: Vec<Register>,
        bases: &BTreeMap<usize, RowBase>,
    ) -> Result<Self, String> {
        let part = |it: &Part| match it {
            Part::Group(number) => Ok(RowPart::Group(*number)),
            Part::Factor(number) => match card.factors.get(*number) {
                Some(factor) => RowPart::of(factor),
                None => Err("a factor is missing".to_owned()),
            },
        };
        let group = |group: &Group| {
            Ok(RowGroup {
                aggregate: group.aggregate,
                gate: settled(group.min_coverage),
                weight: group.weight.clone(),
                applies: group.applies,
                parts: group.parts.iter().map(part).collect::<Result<_, String>>()?,
            })
        };
        Ok(Self {
            conditions,
            groups: card.groups.iter().map(group).collect::<Result<_, String>>()?,
            overrides: card.overrides.clone(),
            bands: card.bands.clone(),
            doubts: RowDoubts::new(&card.doubts, bases),
        })
    }

    /// Scores the row; none where its interval is asked for. `groups` are filled again; `last` is its last band, by
    /// name, and since when.
    pub(crate) fn score(
        &self,
        registers: &Registers,
        groups: &mut Vec<RowPoints>,
        last: Option<(&str, NaiveDate)>,
        as_of: NaiveDate,
    ) -> Option<RowScore> {
        let says = |it: usize| {
            self.conditions.get(it).map(|register| Verdict::of(registers.flag(*register)))
        };
        groups.clear();
        for group in &self.groups {
            let points = group.points(registers, groups, &says);
            groups.push(points);
        }
        // Outer groups have added up what inner ones came to; now it is read by others.
        groups.iter_mut().for_each(|group| group.score = settled(group.score));
        let whole = groups.last().map(|group| (group.score, settled(group.coverage)));
        let (raw, coverage) = whole.unwrap_or((f64::NAN, 0.0));
        let rule = self.overrides.iter().find(|rule| says(rule.condition) == Some(Verdict::Yes));
        let score = rule.map_or(raw, |rule| settled(rule.effect.on(raw)));
        let raw_band = self.bands.raw(score);
        let band = match last {
            Some(last) => {
                let data = self.bands.held(raw, Some(last), as_of);
                self.bands.given(data, rule.map(|rule| rule.effect))
            }
            None => raw_band,
        };
        let mut row = RowScore { score, raw, coverage, band, raw_band };
        if band.is_some() && band == self.bands.best() {
            let says = |it: usize| says(it).unwrap_or(Verdict::Faulted);
            let known = (&row, groups.as_slice(), &says as &dyn Fn(usize) -> Verdict);
            if self.doubts.decide(&self.bands, &self.overrides, registers, known)? {
                row.band = self.bands.next_best();
            }
        }
        Some(row)
    }
}

impl RowPart {
    fn of(factor: &Factor) -> Result<Self, String> {
        let why = |what: &str| Err(format!("the factor `{}` {what}", factor.key));
        let Ok(slot) = Register::try_from(factor.slot) else {
            return why("stands past the last register");
        };
        if let Some((points, weight, stand_in)) = factor.plain() {
            return Ok(Self::Plain { slot, weight, stand_in, points: points.clone() });
        }
        if factor.max_age.is_some() || factor.warm_up.is_some_and(|it| !it.is_zero()) {
            return why("depends on ages or days");
        }
        if matches!(factor.missing, MissingPolicy::Carry(_)) {
            return why("may carry an earlier value");
        }
        if factor.points.values().any(|points| matches!(points, PointMap::Expr(_))) {
            return why("has points by an expression");
        }
        Ok(Self::Factor(slot, Box::new(factor.clone())))
    }
}

impl RowGroup {
    fn points(
        &self,
        registers: &Registers,
        groups: &[RowPoints],
        says: &impl Fn(usize) -> Option<Verdict>,
    ) -> RowPoints {
        let mut sums = Sums::new(self.aggregate);
        for part in &self.parts {
            match part {
                RowPart::Plain { slot, weight, stand_in, points } => {
                    let own = points.of_register(registers, *slot);
                    let missing = own.is_nan();
                    let share = if missing { 0.0 } else { 1.0 };
                    sums.add(if missing { *stand_in } else { own }, *weight, share);
                }
                RowPart::Factor(slot, factor) => {
                    let (own, counted, weight) = factor.of_row(registers, *slot, says);
                    let sure = factor.sure.and_then(|sure| Register::try_from(sure.share).ok());
                    let share = sure.map_or(1.0, |register| registers.number(register));
                    sums.add(counted, weight, if own.is_nan() { 0.0 } else { share });
                }
                RowPart::Group(number) => {
                    if let Some(it) = groups.get(*number) {
                        sums.add(it.score, it.weight, it.coverage);
                    }
                }
            }
        }
        let coverage = share(sums.covered, sums.total);
        let mut score = sums.finish();
        if self.gate > 0.0 && settled(coverage) < self.gate {
            score = f64::NAN;
        }
        let case = self.weight.pick_by(says);
        let applies = self.applies.and_then(says).unwrap_or(Verdict::Yes);
        if case == Pick::Unclear || applies != Verdict::Yes {
            score = f64::NAN;
        }
        let none = applies == Verdict::No || sums.total <= 0.0;
        RowPoints { score, coverage, weight: if none { 0.0 } else { self.weight.weigh(case) } }
    }
}

impl PointMap {
    /// The points of what is in a slot.
    fn of_register(&self, registers: &Registers, slot: Register) -> f64 {
        // Adding 0 turns -0 into 0: points that are equal have equal bits.
        match self {
            Self::Piecewise(knots) => knots.of(registers.number(slot)),
            Self::Flag { yes, no } => match registers.flag(slot) {
                0 => no + 0.0,
                1 => yes + 0.0,
                _ => f64::NAN,
            },
            Self::Map { .. } => {
                registers.text(slot).map_or(f64::NAN, |text| self.of_text(text) + 0.0)
            }
            _ => self.of_number(registers.number(slot)) + 0.0,
        }
    }
}

impl Factor {
    /// Its own points, those that count and its weight: what [`Factor::worth`] says.
    fn of_row(
        &self,
        registers: &Registers,
        slot: Register,
        says: &impl Fn(usize) -> Option<Verdict>,
    ) -> (f64, f64, f64) {
        let (points_case, weight_case) = (self.points.pick_by(says), self.weight.pick_by(says));
        let applies = self.applies.and_then(says).unwrap_or(Verdict::Yes);
        let whole = self.weight.weigh(weight_case);
        let weight = if applies == Verdict::No { 0.0 } else { whole };
        let own = || self.points.get(points_case).map(|map| map.of_register(registers, slot));
        let (own, status) = match Self::stopped(applies, points_case, weight_case) {
            Some(status) => (f64::NAN, status),
            None => match own().filter(|point| !point.is_nan()) {
                Some(own) => (own, Status::Measured),
                None => (f64::NAN, Status::Missing),
            },
        };
        let counted = if own.is_nan() { self.instead(status, points_case).0 } else { own };
        (own, counted, weight)
    }
}

impl Sums {
    const fn new(aggregate: Aggregate) -> Self {
        let value = if matches!(aggregate, Aggregate::Mean) { 0.0 } else { f64::NAN };
        Self { aggregate, total: 0.0, present: 0.0, value, covered: 0.0, points: Vec::new() }
    }

    /// Adds a part. Points are NaN where it has none.
    fn add(&mut self, points: f64, weight: f64, share: f64) {
        self.total += weight;
        let part = if weight > 0.0 { points } else { f64::NAN };
        match self.aggregate {
            Aggregate::Mean => self.value += if points.is_nan() { 0.0 } else { weight * points },
            Aggregate::Min => self.value = self.value.min(part),
            Aggregate::Max => self.value = self.value.max(part),
            Aggregate::Median => self.points.push(part),
        }
        if !points.is_nan() {
            self.present += weight;
            self.covered += weight * share;
        }
    }

    fn finish(&mut self) -> f64 {
        match self.aggregate {
            Aggregate::Mean => {
                let mean = self.value / self.present;
                let mean = if mean > 0.0 { mean } else { 0.0 };
                let mean = if mean < 100.0 { mean } else { 100.0 };
                if self.present > 0.0 { mean } else { f64::NAN }
            }
            Aggregate::Min | Aggregate::Max => self.value,
            Aggregate::Median => {
                self.points.retain(|point| !point.is_nan());
                self.points.sort_by(f64::total_cmp);
                let at = |it: usize| self.points.get(it).copied().unwrap_or(f64::NAN);
                middle(self.points.len())
                    .map_or(f64::NAN, |(left, right)| (at(left) + at(right)) / 2.0)
            }
        }
    }
}
