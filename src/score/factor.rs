//! Factors: what one is worth in a row, with its missing policy, and how sure that is.
//!
//! The paths differ in how they know of a row ([`Row`]).

use std::ops::Range;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::knots::unsigned;
use super::missing::{StandIn, stand_in_of};
use super::points::PointMap;
use super::tree::{Doubt, Factor, PartCell, PartRows};
use crate::config::MissingPolicy;
use crate::expr::Scratch;
use crate::frame::Table;
use crate::memory::CarriedValue;
use crate::time::Period;
use crate::verdict::{Choice, Pick, Verdict, Verdicts, solid};

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
    /// For each case of the factor's points what its expression gives for each row.
    pub(crate) calculated: &'a [Calculated],
    /// The slot of the subject's age in days.
    pub(crate) age: Option<usize>,
    /// The last known value of a factor of a subject.
    pub(crate) carried: &'a dyn Fn(&str, &str) -> Option<CarriedValue>,
}

/// What a factor is worth in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    /// Its points or those that stand in for them; NaN for none.
    pub(super) counted: f64,
    /// The share of its own points that is measured; 0 where it has none.
    pub(super) share: f64,
    /// Its weight; 0 where it does not apply.
    pub(super) weight: f64,
    /// Its weight if it applies.
    whole: f64,
    status: Status,
    stand_in: Option<StandIn>,
    points_case: Pick,
    weight_case: Pick,
    applies: Verdict,
}

/// A row as the path that scores it knows it.
pub(super) trait Row {
    /// What a condition says, by number; none where there is none.
    fn says(&self, condition: usize) -> Option<Verdict>;

    /// The points that a case gives a factor's own value, and what became of that.
    fn measure(&self, factor: &Factor, case: Pick) -> (f64, Status);

    /// The share of a factor's value that is measured, where it has one.
    fn share(&self, factor: &Factor) -> f64;

    /// Whether the subject is too young for a factor.
    fn warms_up(&self, factor: &Factor) -> bool;

    /// The points that a case gives the last known value of a factor; NaN for none.
    fn carry(&self, factor: &Factor, case: Pick) -> f64;
}

/// A row of a chunk.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) around: &'a Around<'a>,
    /// Its place in the chunk, and in the table.
    pub(super) at: usize,
    pub(super) row: usize,
}

impl Row for Spot<'_> {
    fn says(&self, condition: usize) -> Option<Verdict> {
        self.around.conditions.get(condition).map(|verdicts| verdicts.get(self.at))
    }

    fn measure(&self, factor: &Factor, case: Pick) -> (f64, Status) {
        if self.around.table.is_missing(factor.slot, self.row) {
            return (f64::NAN, Status::Missing);
        }
        if factor.is_stale(self) {
            return (f64::NAN, Status::Stale);
        }
        let points = factor.points_at(self, case);
        let status = match points.is_nan() {
            false => Status::Measured,
            true if factor.is_value_solid(self, case) => Status::NoPoints,
            true => Status::Missing,
        };
        (points, status)
    }

    fn share(&self, factor: &Factor) -> f64 {
        factor.share(|slot| self.around.table.number(slot, self.row))
    }

    fn warms_up(&self, factor: &Factor) -> bool {
        factor.warms_up(self).1
    }

    fn carry(&self, factor: &Factor, case: Pick) -> f64 {
        factor.carry(self, case)
    }
}

/// What an expression gives for each row of a chunk: points, NaN for none, and whether they are solid.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calculated {
    points: Vec<f64>,
    solid: Vec<bool>,
}

impl Around<'_> {
    fn calculated(&self, case: Pick) -> Option<&Calculated> {
        match case {
            Pick::Case(it) => self.calculated.get(usize::from(it)),
            Pick::None | Pick::Unclear => None,
        }
    }
}

/// What about a factor missing data could not change.
#[derive(Debug, Clone, Copy)]
struct Sure {
    points: bool,
    weight: bool,
    applies: bool,
    warm: bool,
    value: bool,
}

impl Sure {
    /// Whether it counts, and how much.
    const fn gates(self) -> bool {
        self.weight && self.applies && self.warm
    }
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
        let calculated = self.calculated(around.table, rows.clone());
        let around = &Around { calculated: &calculated, ..*around };
        for (at, row) in rows.enumerate() {
            let (cell, note) = self.cell(&Spot { around, at, row });
            out.part.push(cell);
            out.notes.push(note);
        }
        out
    }

    /// What it is worth in a row, before it is asked how sure that is.
    #[inline]
    pub(super) fn worth(&self, row: &impl Row) -> Worth {
        let says = |condition| row.says(condition);
        let (points_case, weight_case) = (self.points.pick_by(says), self.weight.pick_by(says));
        let applies = self.applies.and_then(says).unwrap_or(Verdict::Yes);
        let whole = self.weight.weigh(weight_case);
        let (measured, mut status) = match Self::stopped(applies, points_case, weight_case) {
            Some(status) => (f64::NAN, status),
            None => row.measure(self, points_case),
        };
        if status != Status::NotApplicable && row.warms_up(self) {
            status = Status::WarmingUp;
        }
        let own = if status == Status::Measured { measured } else { f64::NAN };
        let (counted, stand_in) = match status {
            Status::Measured => (own, None),
            _ => self.stand_in(row, status, points_case),
        };
        Worth {
            counted,
            share: if own.is_nan() { 0.0 } else { row.share(self) },
            weight: if applies == Verdict::No { 0.0 } else { whole },
            whole,
            status,
            stand_in,
            points_case,
            weight_case,
            applies,
        }
    }

    fn cell(&self, spot: &Spot<'_>) -> (PartCell, FactorNote) {
        let Worth {
            counted,
            share,
            weight,
            whole,
            status,
            stand_in,
            points_case,
            weight_case,
            applies,
        } = self.worth(spot);
        let &Spot { around: Around { table, conditions, .. }, at, row } = spot;
        let applying = self.applies.and_then(|number| conditions.get(number));
        let sure = Sure {
            points: self.points.pick(conditions, at).1,
            weight: self.weight.pick(conditions, at).1,
            applies: applying.is_none_or(|condition| condition.is_solid(at)),
            warm: self.warms_up(spot).0,
            value: self.is_value_solid(spot, points_case),
        };
        // It is out for good: what is not known cannot bring it in.
        let out = applies == Verdict::No && sure.applies || sure.weight && whole <= 0.0;
        let settled = match status {
            _ if out => true,
            // What is out for now may come in, and what is stale may be renewed.
            Status::NotApplicable | Status::Stale => false,
            Status::WarmingUp => sure.warm && (sure.points || stand_in.is_none()),
            Status::NoCase => sure.points,
            Status::Unclear => sure.points && sure.weight && sure.applies,
            Status::Missing => sure.value && sure.points,
            Status::Measured | Status::NoPoints => {
                sure.value && sure.points && (sure.gates() || !self.has_stand_in())
            }
        };
        let (mut low, mut high) = (counted, counted);
        if out {
            (low, high) = (f64::NAN, f64::NAN);
        } else if !settled {
            let map = self.points.get(points_case).filter(|_| sure.points);
            let known = map.and_then(|map| self.between(table, row, map));
            let all = hull(&self.points, points_case, sure.points);
            let (bottom, top) = known.filter(|_| status != Status::Stale).unwrap_or(all);
            // What stands in for its value, should it turn out to have none.
            let lacking = self.may_lack(table, row);
            let usual = match (stand_in_of(self.missing, self.prior, all), self.missing) {
                (Some((it, StandIn::Prior | StandIn::Value)), _) => (it, it),
                (Some((it, _)), _) if lacking => (it, it),
                (None, MissingPolicy::Carry(_)) if lacking => all,
                _ => (f64::NAN, f64::NAN),
            };
            low = low.min(bottom).min(usual.0);
            high = high.max(top).max(usual.1);
        }
        let reaches = match status {
            Status::Measured | Status::Stale => true,
            Status::WarmingUp => !sure.warm,
            _ => !settled,
        };
        let certain = self.is_share_solid(table, row);
        let measured = self.is_surely_measured(status, points_case, settled, sure);
        let thin = reaches && !(measured && certain);
        let cell = PartCell {
            score: counted,
            weight,
            coverage: share,
            reach: match (reaches, status) {
                (false, _) => 0.0,
                (true, Status::Measured) if certain => share,
                (true, _) => 1.0,
            },
            low,
            high,
            doubt: Doubt {
                loose: !out && !sure.gates(),
                thin,
                absent: thin && !self.has_stand_in(),
            },
        };
        let seen = match (status, stand_in) {
            (Status::Measured | Status::Stale, _) => table.seen(self.slot, row),
            (_, Some(StandIn::Carried)) => {
                self.carried(spot).map(|carried| carried.day.num_days_from_ce())
            }
            _ => None,
        };
        (cell, FactorNote { status, stand_in, points: counted, points_case, weight_case, seen })
    }

    /// The one map of its points, its one weight and the points that stand in for missing ones (NaN for
    /// none), where nothing about it depends on a condition, on ages or on days.
    pub(super) fn plain(&self) -> Option<(&PointMap, f64, f64)> {
        let ([(None, map)], [(None, weight)]) =
            (self.points.cases.as_slice(), self.weight.cases.as_slice())
        else {
            return None;
        };
        let ageless = self.max_age.is_none() && self.warm_up.is_none_or(Period::is_zero);
        let known = !matches!(self.missing, MissingPolicy::Carry(_));
        let expression = matches!(map, PointMap::Expr(_));
        let plain = self.applies.is_none() && ageless && !expression && self.sure.is_none();
        (plain && known).then(|| (map, *weight, self.instead(Pick::Case(0)).0))
    }

    /// Whether a policy gives it points whenever it has none of its own.
    const fn has_stand_in(&self) -> bool {
        !matches!(self.missing, MissingPolicy::Redistribute | MissingPolicy::Carry(_))
    }

    /// Whether it is measured whatever missing data turn out to be.
    fn is_surely_measured(&self, status: Status, case: Pick, settled: bool, sure: Sure) -> bool {
        sure.gates()
            && match status {
                Status::Measured => settled,
                Status::Missing => {
                    let whole = self.points.get(case).is_some_and(|map| !map.is_partial());
                    self.fills && sure.points && whole
                }
                _ => false,
            }
    }

    /// Why nothing is measured, where a condition that the factor depends on says so.
    const fn stopped(applies: Verdict, points: Pick, weight: Pick) -> Option<Status> {
        match (applies, points, weight) {
            (Verdict::No, _, _) | (_, _, Pick::None) => Some(Status::NotApplicable),
            (Verdict::NoData | Verdict::Faulted, _, _)
            | (_, Pick::Unclear, _)
            | (_, _, Pick::Unclear) => Some(Status::Unclear),
            (Verdict::Yes, Pick::None, _) => Some(Status::NoCase),
            (Verdict::Yes, Pick::Case(_), Pick::Case(_)) => None,
        }
    }

    /// What the expressions among its points give for each row; NaN for none.
    pub(super) fn calculated(&self, table: &Table, rows: Range<usize>) -> Vec<Calculated> {
        let mut scratch = Scratch::default();
        let of = |map: &PointMap| match map {
            PointMap::Expr(program) => {
                let mut chunk = program.compiled().chunk(&mut scratch, table, rows.clone());
                let points = chunk.numbers(0, program).0.iter();
                let points = points.map(|point| unsigned(point.clamp(0.0, 100.0))).collect();
                Calculated { points, solid: solid(program, table, rows.clone()) }
            }
            _ => Calculated::default(),
        };
        self.points.values().map(of).collect()
    }

    /// The points that a case gives the value of a row; NaN for none.
    fn points_at(&self, spot: &Spot<'_>, case: Pick) -> f64 {
        match (self.points.get(case), spot.around.table.column(self.slot)) {
            (Some(PointMap::Expr(_)), _) => {
                let calculated = spot.around.calculated(case);
                let points = calculated.and_then(|calculated| calculated.points.get(spot.at));
                points.copied().unwrap_or(f64::NAN)
            }
            (Some(map), Some(column)) => map.of(column, spot.row),
            _ => f64::NAN,
        }
    }

    fn is_stale(&self, spot: &Spot<'_>) -> bool {
        match (self.max_age, spot.around.table.seen(self.slot, spot.row)) {
            (Some(max_age), Some(seen)) => {
                seen < max_age.before(spot.around.as_of).num_days_from_ce()
            }
            _ => false,
        }
    }

    /// Whether that is known for sure, and whether the subject is too young.
    fn warms_up(&self, spot: &Spot<'_>) -> (bool, bool) {
        let Around { table, as_of, age, .. } = *spot.around;
        match (self.warm_up, age) {
            (Some(period), Some(slot)) if !period.is_zero() => {
                let age = table.number(slot, spot.row);
                let days = age.max(0.0).min(f64::from(i32::MAX)) as u64;
                let start = as_of.checked_sub_days(Days::new(days));
                let warming = start.is_some_and(|start| as_of < period.after(start));
                (!age.is_nan(), !age.is_nan() && warming)
            }
            _ => (true, false),
        }
    }

    fn is_value_solid(&self, spot: &Spot<'_>, case: Pick) -> bool {
        let expression = match self.points.get(case) {
            Some(PointMap::Expr(_)) => {
                let calculated = spot.around.calculated(case);
                let solid = calculated.and_then(|calculated| calculated.solid.get(spot.at));
                solid.copied().unwrap_or(false)
            }
            _ => true,
        };
        expression && spot.around.table.is_solid(self.slot, spot.row)
    }

    /// What stands in for the factor where it is not measured, if its policy says so.
    fn stand_in(&self, row: &impl Row, status: Status, case: Pick) -> (f64, Option<StandIn>) {
        match (status, self.missing) {
            (Status::NotApplicable, _) => (f64::NAN, None),
            (Status::Missing | Status::Stale, MissingPolicy::Carry(_)) => {
                let points = row.carry(self, case);
                (points, (!points.is_nan()).then_some(StandIn::Carried))
            }
            _ => self.instead(case),
        }
    }

    /// What stands in for it that needs no look at its past.
    fn instead(&self, case: Pick) -> (f64, Option<StandIn>) {
        let hull = hull(&self.points, case, !matches!(case, Pick::Unclear | Pick::None));
        let stand_in = stand_in_of(self.missing, self.prior, hull);
        stand_in.map_or((f64::NAN, None), |(points, kind)| (points, Some(kind)))
    }
}

/// The name of a factor among all of its scorecard: those of its groups, and its own.
pub(crate) fn key(path: &[String], name: &str) -> String {
    path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(" / ")
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
