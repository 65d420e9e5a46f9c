//! A scorecard for one row: what [`Scorecard::chunk`] says of it, with the same bits and without columns.
//!
//! What depends on ages, days of observation or carried values, and points that are expressions, is left to the
//! columns.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::band::Bands;
use super::factor::{Row, Status, Worth};
use super::group::{is_shut, is_thin, weight_of};
use super::points::PointMap;
use super::row_result::{RowPoints, RowScore};
use super::settle::settled;
use super::sums::Sums;
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
    Factor(Box<Factor>),
    /// A group by its number.
    Group(usize),
}

/// A row in registers.
struct Spot<'a, S> {
    registers: &'a Registers,
    says: &'a S,
}

/// What asks for more has no row of registers: see [`RowPart::of`].
impl<S: Fn(usize) -> Option<Verdict>> Row for Spot<'_, S> {
    fn says(&self, condition: usize) -> Option<Verdict> {
        (self.says)(condition)
    }

    fn measure(&self, factor: &Factor, case: Pick) -> (f64, Status) {
        let map = factor.points.get(case).zip(Register::try_from(factor.slot).ok());
        let points = map.map_or(f64::NAN, |(map, slot)| map.of_cell(&(self.registers, slot)));
        (points, if points.is_nan() { Status::Missing } else { Status::Measured })
    }

    fn share(&self, factor: &Factor) -> f64 {
        let number = |register: Register| self.registers.number(register);
        factor.share(|slot| Register::try_from(slot).map_or(f64::NAN, number))
    }

    fn warms_up(&self, _: &Factor) -> bool {
        false
    }

    fn carry(&self, _: &Factor, _: Pick) -> f64 {
        f64::NAN
    }
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
        let rule = AutoOverride::first(&self.overrides, says).map(|rule| rule.1.effect);
        let score = rule.map_or(raw, |effect| effect.score(raw));
        let raw_band = self.bands.raw(score);
        let band = match last {
            Some(last) => {
                let data = self.bands.held(raw, Some(last), as_of);
                self.bands.given(data, rule)
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
        Ok(Self::Factor(Box::new(factor.clone())))
    }
}

impl RowGroup {
    fn points(
        &self,
        registers: &Registers,
        groups: &[RowPoints],
        says: &impl Fn(usize) -> Option<Verdict>,
    ) -> RowPoints {
        let spot = Spot { registers, says };
        let mut sums = Sums::new(self.aggregate);
        for part in &self.parts {
            match part {
                RowPart::Plain { slot, weight, stand_in, points } => {
                    let own = points.of_cell(&(registers, *slot));
                    let missing = own.is_nan();
                    let share = if missing { 0.0 } else { 1.0 };
                    sums.add(if missing { *stand_in } else { own }, *weight, share);
                }
                RowPart::Factor(factor) => {
                    let Worth { counted, share, weight, .. } = factor.worth(&spot);
                    sums.add(counted, weight, share);
                }
                RowPart::Group(number) => {
                    if let Some(it) = groups.get(*number) {
                        sums.add(it.score, it.weight, it.coverage);
                    }
                }
            }
        }
        let coverage = sums.coverage();
        let case = self.weight.pick_by(says);
        let applies = self.applies.and_then(says).unwrap_or(Verdict::Yes);
        let shut = is_shut(case, applies) || is_thin(coverage, self.gate);
        let score = if shut { f64::NAN } else { sums.finish() };
        let weight = weight_of(self.weight.weigh(case), applies, sums.total);
        RowPoints { score, coverage, weight }
    }
}
