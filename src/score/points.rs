//! From a metric's value to 0 to 100 points: what each kind of points says of a value.
//!
//! The paths differ in where a value stands ([`Cell`]) and in how many are taken at a time ([`PointMap::fill`]).

use std::sync::Arc;

use super::curve::{Curve, curve};
use super::knots::Knots;
use crate::config::{LinearPoints, Outside, Points};
use crate::expr::{Program, Register, Registers};
use crate::frame::{Column, Data};
use crate::value::Value;

/// Compiled points. Every number in it is finite and every list in order.
#[derive(Debug, Clone)]
pub(crate) enum PointMap {
    Linear(LinearPoints),
    Piecewise(Knots),
    Steps(Arc<[Rung]>),
    Map {
        points: Arc<[(Arc<str>, f64)]>,
        other: f64,
    },
    Flag {
        yes: f64,
        no: f64,
    },
    /// Rises or falls throughout.
    Curve(Arc<dyn Curve>),
    Expr(Box<Program>),
}

/// A step: values up to its edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rung {
    /// The highest value in it; infinite for the last step.
    edge: f64,
    /// NaN where the step makes the factor missing.
    pub(crate) points: f64,
}

/// Where one value stands that is to have points. What is of another kind is none.
pub(super) trait Cell {
    /// NaN for none.
    fn number(&self) -> f64;
    /// 0 (no) or 1 (yes); anything else for none.
    fn flag(&self) -> u8;
    fn text(&self) -> Option<&str>;
}

/// A row of a column.
impl Cell for (&Column, usize) {
    fn number(&self) -> f64 {
        let Data::Number(values) = self.0.data() else { return f64::NAN };
        values.get(self.1).copied().unwrap_or(f64::NAN)
    }

    fn flag(&self) -> u8 {
        let Data::Flag(values) = self.0.data() else { return Data::NO_FLAG };
        values.get(self.1).copied().unwrap_or(Data::NO_FLAG)
    }

    fn text(&self) -> Option<&str> {
        let Data::Text { codes, labels } = self.0.data() else { return None };
        labels.text(*codes.get(self.1)?).map(AsRef::as_ref)
    }
}

/// A register of a single row.
impl Cell for (&Registers, Register) {
    fn number(&self) -> f64 {
        self.0.number(self.1)
    }

    fn flag(&self) -> u8 {
        self.0.flag(self.1)
    }

    fn text(&self) -> Option<&str> {
        self.0.text(self.1).map(AsRef::as_ref)
    }
}

/// A value by itself.
impl Cell for Value {
    fn number(&self) -> f64 {
        Self::number(self).unwrap_or(f64::NAN)
    }

    fn flag(&self) -> u8 {
        let Self::Flag(it) = self else { return Data::NO_FLAG };
        u8::from(*it)
    }

    fn text(&self) -> Option<&str> {
        let Self::Text(it) = self else { return None };
        Some(it)
    }
}

/// Points without the sign of 0: points that are equal have equal bits.
#[inline(always)]
pub(super) const fn unsigned(points: f64) -> f64 {
    points + 0.0
}

impl LinearPoints {
    /// The points of a number; NaN for NaN.
    #[inline(always)]
    pub(super) const fn of(&self, value: f64) -> f64 {
        let Self { worst, best, outside } = *self;
        let points = unsigned(((value - worst) / (best - worst)).clamp(0.0, 1.0) * 100.0);
        // Of the value itself: a share may round to an end that the value is beyond.
        let inside = (worst.min(best) <= value) & (value <= worst.max(best));
        if matches!(outside, Outside::Missing) && !inside { f64::NAN } else { points }
    }
}

impl Rung {
    /// Whether a value is not above it; never NaN.
    #[inline(always)]
    pub(super) fn reaches(&self, value: f64) -> bool {
        value <= self.edge
    }
}

/// The points of a flag; NaN for none.
#[inline(always)]
pub(super) const fn of_flag(yes: f64, no: f64, flag: u8) -> f64 {
    match flag {
        1 => yes,
        0 => no,
        _ => f64::NAN,
    }
}

impl PointMap {
    /// Takes over checked points. Expressions are compiled elsewhere.
    pub(crate) fn new(points: &Points) -> Option<Self> {
        Some(match points {
            Points::Linear(line) => Self::Linear(*line),
            Points::Piecewise(knots) => Self::Piecewise(Knots::new(knots)),
            Points::Steps(steps) => Self::Steps(
                steps
                    .iter()
                    .map(|step| Rung {
                        edge: step
                            .below
                            .map_or(step.up_to.unwrap_or(f64::INFINITY), f64::next_down),
                        points: unsigned(step.points.unwrap_or(f64::NAN)),
                    })
                    .collect(),
            ),
            Points::Map(map) => Self::Map {
                points: map
                    .iter()
                    .filter(|(name, _)| *name != "_")
                    .map(|(name, points)| (name.as_str().into(), unsigned(*points)))
                    .collect(),
                other: unsigned(map.get("_").copied().unwrap_or(f64::NAN)),
            },
            Points::Flag(it) => Self::Flag { yes: unsigned(it.yes), no: unsigned(it.no) },
            _ => Self::Curve(curve(points)?),
        })
    }

    /// The same for a metric that is never any other text than these: where all are listed, no
    /// value goes without points.
    #[must_use]
    pub(crate) fn for_texts(mut self, texts: &[Arc<str>]) -> Self {
        if let Self::Map { points, other } = &mut self
            && other.is_nan()
            && texts.iter().all(|text| points.iter().any(|(name, _)| name == text))
        {
            // Never asked for; any of the points keeps the hull as it is.
            *other = points.first().map_or(f64::NAN, |(_, it)| *it);
        }
        self
    }

    /// Lowest and highest points it can give.
    pub(crate) fn hull(&self) -> (f64, f64) {
        fn span(points: impl Iterator<Item = f64>) -> (f64, f64) {
            // `f64::min` passes over NaN: steps without points.
            let (low, high) = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                (low.min(it), high.max(it))
            });
            if low <= high { (low, high) } else { (0.0, 100.0) }
        }
        match self {
            Self::Piecewise(knots) => span(knots.ends().into_iter()),
            Self::Steps(rungs) => span(rungs.iter().map(|rung| rung.points)),
            Self::Map { points, other } => {
                span(points.iter().map(|(_, it)| *it).chain(std::iter::once(*other)))
            }
            Self::Flag { yes, no } => span([*yes, *no].into_iter()),
            Self::Linear(_) | Self::Curve(_) | Self::Expr(_) => (0.0, 100.0),
        }
    }

    /// Whether there are values to which it gives no points.
    pub(crate) fn is_partial(&self) -> bool {
        match self {
            Self::Linear(line) => line.outside == Outside::Missing,
            Self::Steps(rungs) => {
                rungs.iter().any(|rung| rung.points.is_nan())
                    || rungs.last().is_none_or(|rung| rung.edge < f64::INFINITY)
            }
            Self::Map { other, .. } => other.is_nan(),
            // An expression has no points where it has no data.
            Self::Expr(_) => true,
            Self::Piecewise(_) | Self::Flag { .. } | Self::Curve(_) => false,
        }
    }

    /// The points of a row of a column; NaN where it gives none.
    pub(crate) fn of(&self, column: &Column, row: usize) -> f64 {
        self.of_cell(&(column, row))
    }

    /// The points of a value; NaN where it gives none.
    ///
    /// Expressions are not of one value and give NaN here.
    #[inline]
    pub(super) fn of_cell(&self, cell: &impl Cell) -> f64 {
        match self {
            Self::Flag { yes, no } => of_flag(*yes, *no, cell.flag()),
            Self::Map { .. } => cell.text().map_or(f64::NAN, |text| self.of_text(text)),
            _ => self.of_number(cell.number()),
        }
    }

    /// The points of a text; NaN for none.
    pub(super) fn of_text(&self, text: &str) -> f64 {
        let Self::Map { points, other } = self else { return f64::NAN };
        points
            .binary_search_by(|(name, _)| name.as_ref().cmp(text))
            .ok()
            .and_then(|at| points.get(at))
            .map_or(*other, |(_, it)| *it)
    }

    /// The points of a number; NaN for NaN.
    #[inline]
    pub(crate) fn of_number(&self, value: f64) -> f64 {
        match self {
            Self::Linear(line) => line.of(value),
            Self::Piecewise(knots) => knots.of(value),
            Self::Steps(rungs) => {
                rungs.iter().find(|rung| rung.reaches(value)).map_or(f64::NAN, |rung| rung.points)
            }
            Self::Curve(curve) => curve.points(value),
            Self::Map { .. } | Self::Flag { .. } | Self::Expr(_) => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PointMap;
    use crate::config::{LinearPoints, Outside, Points, Step};

    fn check(points: &Points, rows: &[(f64, f64)]) {
        let map = PointMap::new(points).unwrap();
        for (value, expected) in rows {
            let got = map.of_number(*value);
            let same = (got.is_nan() && expected.is_nan()) || (got - expected).abs() < 1e-9;
            assert!(same, "{points:?} at {value}: got {got}, want {expected}");
        }
    }

    #[test]
    fn lines_go_either_way_and_hold_or_refuse_outside() {
        let line = |worst, best, outside| Points::Linear(LinearPoints { worst, best, outside });
        check(&line(0.0, 10.0, Outside::Clamp), &[(-1.0, 0.0), (2.5, 25.0), (11.0, 100.0)]);
        check(&line(60.0, 0.0, Outside::Clamp), &[(90.0, 0.0), (15.0, 75.0), (-3.0, 100.0)]);
        check(&line(0.0, 10.0, Outside::Missing), &[(-1.0, f64::NAN), (0.0, 0.0), (10.0, 100.0)]);
        check(&line(0.0, 10.0, Outside::Clamp), &[(f64::NAN, f64::NAN)]);
    }

    #[test]
    fn each_step_owns_the_edge_it_says() {
        let step = |below, up_to, points| Step { below, up_to, points: Some(points) };
        let steps = Points::Steps(vec![
            step(Some(0.1), None, 25.0),
            step(None, Some(0.5), 62.5),
            step(None, None, 87.5),
        ]);
        check(
            &steps,
            &[
                (0.099_999, 25.0),
                (0.1, 62.5),
                (0.5, 62.5),
                (0.500_001, 87.5),
                // Edges are of numbers, not of whole numbers: nothing falls between two steps.
                (79.5, 87.5),
                (59.5, 87.5),
            ],
        );
    }
}
