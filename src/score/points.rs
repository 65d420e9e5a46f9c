//! From a metric's value to 0 to 100 points.

use std::sync::Arc;

use super::curve::{Curve, curve};
use super::knots::Knots;
use crate::config::{Outside, Points};
use crate::expr::Program;
use crate::frame::{Column, Data};

/// Compiled points. Every number in it is finite and every list in order.
#[derive(Debug, Clone)]
pub(crate) enum PointMap {
    Linear {
        worst: f64,
        best: f64,
        outside: Outside,
    },
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

/// A step: values up to its edge, with the edge or without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rung {
    /// Upper edge; infinite for the last step.
    pub(crate) edge: f64,
    pub(crate) with_edge: bool,
    /// NaN where the step makes the factor missing.
    pub(crate) points: f64,
}

impl PointMap {
    /// Takes over checked points. Expressions are compiled elsewhere.
    pub(crate) fn new(points: &Points) -> Option<Self> {
        Some(match points {
            Points::Linear(it) => {
                Self::Linear { worst: it.worst, best: it.best, outside: it.outside }
            }
            Points::Piecewise(knots) => Self::Piecewise(Knots::new(knots)),
            Points::Steps(steps) => Self::Steps(
                steps
                    .iter()
                    .map(|step| Rung {
                        edge: step.below.or(step.up_to).unwrap_or(f64::INFINITY),
                        with_edge: step.below.is_none(),
                        points: step.points.unwrap_or(f64::NAN),
                    })
                    .collect(),
            ),
            Points::Map(map) => Self::Map {
                points: map
                    .iter()
                    .filter(|(name, _)| *name != "_")
                    .map(|(name, points)| (name.as_str().into(), *points))
                    .collect(),
                other: map.get("_").copied().unwrap_or(f64::NAN),
            },
            Points::Flag(it) => Self::Flag { yes: it.yes, no: it.no },
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
            Self::Linear { .. } | Self::Curve(_) | Self::Expr(_) => (0.0, 100.0),
        }
    }

    /// Whether there are values to which it gives no points.
    pub(crate) fn is_partial(&self) -> bool {
        match self {
            Self::Linear { outside, .. } => *outside == Outside::Missing,
            Self::Steps(rungs) => {
                rungs.iter().any(|rung| rung.points.is_nan())
                    || rungs.last().is_none_or(|rung| rung.edge.is_finite())
            }
            Self::Map { other, .. } => other.is_nan(),
            // An expression has no points where it has no data.
            Self::Expr(_) => true,
            Self::Piecewise(_) | Self::Flag { .. } | Self::Curve(_) => false,
        }
    }

    /// The points of one value of a column; NaN where it gives none.
    ///
    /// Expressions are not of one value and give NaN here.
    pub(crate) fn of(&self, column: &Column, row: usize) -> f64 {
        match (column.data(), self) {
            (Data::Number(values), _) => {
                values.get(row).map_or(f64::NAN, |value| self.of_number(*value))
            }
            (Data::Flag(values), Self::Flag { yes, no }) => match values.get(row) {
                Some(1) => *yes,
                Some(0) => *no,
                _ => f64::NAN,
            },
            (Data::Text { codes, labels }, Self::Map { .. }) => codes
                .get(row)
                .and_then(|code| labels.text(*code))
                .map_or(f64::NAN, |text| self.of_text(text)),
            _ => f64::NAN,
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
    pub(crate) fn of_number(&self, value: f64) -> f64 {
        if value.is_nan() {
            return f64::NAN;
        }
        match self {
            Self::Linear { worst, best, outside } => {
                // Of the value itself: a share may round to an end that the value is beyond.
                let inside = (worst.min(*best)..=worst.max(*best)).contains(&value);
                if *outside == Outside::Missing && !inside {
                    return f64::NAN;
                }
                ((value - worst) / (best - worst)).clamp(0.0, 1.0) * 100.0
            }
            Self::Piecewise(knots) => knots.of(value),
            Self::Steps(rungs) => rungs
                .iter()
                .find(|it| if it.with_edge { value <= it.edge } else { value < it.edge })
                .map_or(f64::NAN, |it| it.points),
            Self::Curve(curve) => curve.of(value),
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
