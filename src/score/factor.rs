//! Factors over the rows of a chunk.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::explain::{Line, present};
use super::points::PointMap;
use super::tree::{Factor, PartCell, PartRows, Scorecard};
use crate::config::MissingPolicy;
use crate::expr::Outcome;
use crate::frame::{Column, Table};
use crate::state::{CarriedValue, State};
use crate::value::Value;
use crate::verdict::{Choice, Pick, Verdict, Verdicts, is_solid};

/// Why a factor does or does not have points of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// It is measured.
    Measured,
    /// Its metric has no value.
    Missing,
    /// Its metric's value is too old.
    Stale,
    /// The subject is too young for it.
    WarmingUp,
    /// None of the cases for its points or weight matches the subject.
    NoCase,
    /// A condition on which its points, weight or applicability hang has no data.
    Unclear,
    /// Its metric has a value for which there are no points.
    NoPoints,
    /// It does not concern the subject.
    NotApplicable,
}

/// What stands in for a factor that is not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandIn {
    /// The worst points it can give.
    Worst,
    /// The best points it can give.
    Best,
    /// The population's points.
    Prior,
    /// Fixed points.
    Value,
    /// Its last known value.
    Carried,
}

/// A factor over the rows of a chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct FactorRows {
    pub(crate) part: PartRows,
    pub(crate) notes: Vec<FactorNote>,
}

/// How a factor came to its points in one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FactorNote {
    pub(crate) status: Status,
    pub(crate) stand_in: Option<StandIn>,
    /// What it is worth, whether it counts or not; NaN for nothing.
    pub(crate) points: f64,
    pub(crate) points_case: Pick,
    pub(crate) weight_case: Pick,
    /// Day number of the newest input that counts.
    pub(crate) seen: Option<i32>,
}

/// What factors need to know beside their columns.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) table: &'a Table,
    pub(crate) as_of: NaiveDate,
    pub(crate) conditions: &'a [Verdicts],
    /// The slot of the subject's age in days.
    pub(crate) age: Option<usize>,
    /// The last known value of a factor of a subject.
    pub(crate) carried: &'a dyn Fn(&str, &str) -> Option<CarriedValue>,
}

impl FactorRows {
    /// The day of the input that counts in a row.
    pub(crate) fn oldest(&self, at: usize) -> Option<i32> {
        let note = self.notes.get(at).filter(|_| self.part.cell(at).weight > 0.0)?;
        (note.status == Status::Measured || note.stand_in.is_some()).then_some(note.seen)?
    }
}

impl Factor {
    pub(crate) fn run(&self, around: &Around<'_>, rows: Range<usize>) -> FactorRows {
        let mut out = FactorRows {
            part: PartRows::with_capacity(rows.len()),
            notes: Vec::with_capacity(rows.len()),
        };
        for (at, row) in rows.enumerate() {
            let (cell, note) = self.cell(around, at, row);
            out.part.push(cell);
            out.notes.push(note);
        }
        out
    }

    fn cell(&self, around: &Around<'_>, at: usize, row: usize) -> (PartCell, FactorNote) {
        let (points_case, points_solid) = self.points.pick(around.conditions, at);
        let (weight_case, weight_solid) = self.weight.pick(around.conditions, at);
        let applies = self.applies.and_then(|it| around.conditions.get(it));
        let applies_solid = applies.is_none_or(|it| it.is_solid(at));
        let applies = applies.map_or(Verdict::Yes, |it| it.get(at));

        let weight = match (applies, weight_case) {
            (Verdict::No, _) | (_, Pick::None) => 0.0,
            (_, Pick::Case(_)) => self.weight.get(weight_case).copied().unwrap_or(0.0),
            // The heaviest it could be: what is not known must not vanish.
            (_, Pick::Unclear) => self.weight.values().copied().fold(0.0, f64::max),
        };
        let (measured, mut status) = self.measure(around, row, points_case, weight_case, applies);
        let (warm_solid, warming) = self.warms_up(around, row);
        if warming && !matches!(status, Status::NotApplicable) {
            status = Status::WarmingUp;
        }
        let own = if status == Status::Measured { measured } else { f64::NAN };
        let (filled, stand_in) = self.stand_in(around, row, status, points_case);
        let counted = if own.is_nan() { filled } else { own };

        // `is_solid` follows an expression's inputs; a stale value is one that may be renewed.
        let renewable = matches!(status, Status::Missing | Status::Stale | Status::Unclear);
        let value_solid = self.is_value_solid(around, row, points_case) && !renewable;
        // A factor that no missing input could bring in, or out, stays what it is.
        let settled = match status {
            Status::NotApplicable => true,
            Status::WarmingUp => warm_solid && (points_solid || stand_in.is_none()),
            Status::NoCase => points_solid,
            _ => value_solid && points_solid,
        };
        let (mut low, mut high) = (counted, counted);
        if !settled {
            let (bottom, top) = hull(&self.points, points_case, points_solid);
            low = low.min(bottom);
            high = high.max(top);
        }
        let partial = !settled
            && (!points_solid && self.points.is_partial()
                || self.points.values().any(PointMap::is_partial));
        let cell = PartCell {
            score: counted,
            weight,
            coverage: if own.is_nan() { 0.0 } else { 1.0 },
            reach: if own.is_nan() && !renewable { 0.0 } else { 1.0 },
            low,
            high,
            loose: !(weight_solid && applies_solid && warm_solid) || partial,
        };
        let seen = match (status, stand_in) {
            (Status::Measured | Status::Stale, _) => around.table.seen(self.slot, row),
            (_, Some(StandIn::Carried)) => {
                self.carried(around, row).map(|it| it.day.num_days_from_ce())
            }
            _ => None,
        };
        (cell, FactorNote { status, stand_in, points: counted, points_case, weight_case, seen })
    }

    /// The points of the metric, and what became of it.
    fn measure(
        &self,
        around: &Around<'_>,
        row: usize,
        points_case: Pick,
        weight_case: Pick,
        applies: Verdict,
    ) -> (f64, Status) {
        match (applies, points_case, weight_case) {
            (Verdict::No, _, _) | (_, _, Pick::None) => return (f64::NAN, Status::NotApplicable),
            (Verdict::NoData | Verdict::Faulted, _, _)
            | (_, Pick::Unclear, _)
            | (_, _, Pick::Unclear) => return (f64::NAN, Status::Unclear),
            (Verdict::Yes, Pick::None, _) => return (f64::NAN, Status::NoCase),
            (Verdict::Yes, Pick::Case(_), Pick::Case(_)) => {}
        }
        if around.table.is_missing(self.slot, row) {
            return (f64::NAN, Status::Missing);
        }
        if self.is_stale(around, row) {
            return (f64::NAN, Status::Stale);
        }
        let points = self.points_at(around.table, row, points_case);
        let status = match points.is_nan() {
            false => Status::Measured,
            true if self.is_value_solid(around, row, points_case) => Status::NoPoints,
            true => Status::Missing,
        };
        (points, status)
    }

    /// The points that a case gives the value of a row; NaN for none.
    fn points_at(&self, table: &Table, row: usize, case: Pick) -> f64 {
        match (self.points.get(case), table.column(self.slot)) {
            (Some(PointMap::Expr(program)), _) => {
                match program.run(&mut |slot| table.value(slot, row)) {
                    Outcome::Value(Value::Number(it)) => it.clamp(0.0, 100.0),
                    _ => f64::NAN,
                }
            }
            (Some(map), Some(column)) => map.of(column, row),
            _ => f64::NAN,
        }
    }

    fn is_stale(&self, around: &Around<'_>, row: usize) -> bool {
        match (self.max_age, around.table.seen(self.slot, row)) {
            (Some(max_age), Some(seen)) => seen < max_age.before(around.as_of).num_days_from_ce(),
            _ => false,
        }
    }

    /// Whether the subject is too young, and whether that is known for sure.
    fn warms_up(&self, around: &Around<'_>, row: usize) -> (bool, bool) {
        match (self.warm_up, around.age) {
            (Some(period), Some(slot)) if !period.is_zero() => {
                let age = around.table.number(slot, row);
                (!age.is_nan(), age < period.in_days())
            }
            _ => (true, false),
        }
    }

    fn is_value_solid(&self, around: &Around<'_>, row: usize, case: Pick) -> bool {
        let expression = match self.points.get(case) {
            Some(PointMap::Expr(program)) => is_solid(program, around.table, row),
            _ => true,
        };
        expression && around.table.is_solid(self.slot, row)
    }

    /// What stands in for the factor, if its policy says so.
    fn stand_in(
        &self,
        around: &Around<'_>,
        row: usize,
        status: Status,
        case: Pick,
    ) -> (f64, Option<StandIn>) {
        if matches!(status, Status::Measured | Status::NotApplicable) {
            return (f64::NAN, None);
        }
        let (low, high) = hull(&self.points, case, !matches!(case, Pick::Unclear | Pick::None));
        let (points, kind) = match self.missing {
            MissingPolicy::Redistribute => return (f64::NAN, None),
            MissingPolicy::Worst => (low, StandIn::Worst),
            MissingPolicy::Best => (high, StandIn::Best),
            MissingPolicy::Prior => (self.prior, StandIn::Prior),
            MissingPolicy::Value(it) => (it, StandIn::Value),
            MissingPolicy::Carry(_) if matches!(status, Status::Missing | Status::Stale) => {
                (self.carry(around, row, case), StandIn::Carried)
            }
            MissingPolicy::Carry(_) => return (f64::NAN, None),
        };
        if points.is_nan() { (f64::NAN, None) } else { (points, Some(kind)) }
    }

    fn carry(&self, around: &Around<'_>, row: usize, case: Pick) -> f64 {
        let column = self.carried(around, row).and_then(|it| single(&it.value));
        match (column, self.points.get(case)) {
            (Some(column), Some(map)) => map.of(&column, 0),
            _ => f64::NAN,
        }
    }

    /// The last known value, while it is young enough.
    fn carried(&self, around: &Around<'_>, row: usize) -> Option<CarriedValue> {
        let MissingPolicy::Carry(period) = self.missing else { return None };
        let id = around.table.ids().get(row)?;
        (around.carried)(&self.name, id)
            .filter(|it| it.day >= period.before(around.as_of) && it.day <= around.as_of)
    }
}

impl Scorecard {
    /// The points of a value on the line of an explanation.
    pub(crate) fn points_of(&self, line: &Line, value: &Value) -> Option<f64> {
        let factor =
            self.factors.iter().find(|it| it.name == line.factor && it.metric == line.metric)?;
        let case = line.points_case.map(Pick::Case)?;
        present(factor.points.get(case)?.of(&single(value)?, 0))
    }

    /// Keeps the values that factors carry forward.
    pub(crate) fn carry_forward(&self, table: &Table, as_of: NaiveDate, state: &mut State) {
        for factor in &self.factors {
            let MissingPolicy::Carry(period) = factor.missing else { continue };
            let known = state
                .carried
                .entry(self.name.clone())
                .or_default()
                .entry(factor.name.clone())
                .or_default();
            for (row, id) in table.ids().iter().enumerate() {
                let value = table.value(factor.slot, row);
                if value.is_missing() {
                    continue;
                }
                let seen = table.seen(factor.slot, row);
                let day = seen.and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(as_of);
                known.insert(id.to_string(), CarriedValue { value, day: day.min(as_of) });
            }
            known.retain(|_, it| it.day >= period.before(as_of));
        }
        if let Some(card) = state.carried.get_mut(&self.name) {
            card.retain(|_, it| !it.is_empty());
        }
        state.carried.retain(|_, it| !it.is_empty());
    }
}

/// A column of one value.
fn single(value: &Value) -> Option<Column> {
    match value {
        Value::Number(it) => Some(Column::numbers([Some(*it)])),
        Value::Flag(it) => Some(Column::flags([Some(*it)])),
        Value::Text(it) => Some(Column::texts([Some(it)])),
        Value::Missing => None,
    }
}

/// Lowest and highest points of the case that holds, or of all cases where that is open.
fn hull(points: &Choice<PointMap>, case: Pick, solid: bool) -> (f64, f64) {
    match points.get(case) {
        Some(map) if solid => map.hull(),
        _ => points
            .values()
            .map(PointMap::hull)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (bottom, top)| {
                (low.min(bottom), high.max(top))
            }),
    }
}
