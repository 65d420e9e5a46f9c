//! Points along a curve that rises or falls throughout: what each kind says of a value.
//!
//! A kind of points that is such a curve needs its settings in `config/points.rs`, its checks in `compile/points.rs`, and a
//! row in [`curve`] and an `impl` here. What rests on curves (columns, one row, intervals, lints, learning) asks [`Curve`].

use std::fmt::Debug;
use std::sync::Arc;

use super::knots::unsigned;
use crate::config::{DecayPoints, LogPoints, PercentilePoints, Points, SigmoidPoints};

/// Points by value, never falling or never rising, between 0 and 100. Its settings are checked.
pub(crate) trait Curve: Debug + Send + Sync {
    /// Points of a value that is not NaN.
    fn of(&self, value: f64) -> f64;

    /// Whether more is better.
    #[cfg_attr(
        not(feature = "outcome"),
        expect(dead_code, reason = "only learning asks which way a factor goes")
    )]
    fn rises(&self) -> bool;

    /// Points of a value; NaN of NaN.
    fn points(&self, value: f64) -> f64 {
        if value.is_nan() { f64::NAN } else { unsigned(self.of(value)) }
    }

    /// Points of many values.
    fn fill(&self, values: &[f64], out: &mut [f64]) {
        out.iter_mut().zip(values).for_each(|(out, value)| *out = self.points(*value));
    }
}

/// The curve of points that are one.
pub(crate) fn curve(points: &Points) -> Option<Arc<dyn Curve>> {
    Some(match points {
        Points::Log(settings) => Arc::new(*settings),
        Points::Decay(settings) => Arc::new(*settings),
        Points::Sigmoid(settings) => Arc::new(*settings),
        Points::Percentile(settings) => Arc::new(settings.clone()),
        _ => return None,
    })
}

impl Curve for LogPoints {
    fn of(&self, value: f64) -> f64 {
        // Below -1 there is no logarithm; such a value is beyond the lower end.
        let at = value.max(-1.0).ln_1p();
        let share = (at - self.worst.ln_1p()) / (self.best.ln_1p() - self.worst.ln_1p());
        share.clamp(0.0, 1.0) * 100.0
    }

    fn rises(&self) -> bool {
        self.worst < self.best
    }
}

impl Curve for DecayPoints {
    fn of(&self, value: f64) -> f64 {
        100.0 * (-value.max(0.0) / self.half_life).exp2()
    }

    fn rises(&self) -> bool {
        false
    }
}

/// The logistic function of Verhulst (1845), here the distribution function of the logistic distribution with the scale
/// `width` (Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 23), times 100.
impl Curve for SigmoidPoints {
    fn of(&self, value: f64) -> f64 {
        let widths = (value - self.mid) / self.width;
        // Far below, `exp` is infinite and the points are 0: never NaN.
        100.0 / (1.0 + if self.descending { widths } else { -widths }.exp())
    }

    fn rises(&self) -> bool {
        !self.descending
    }
}

impl Curve for PercentilePoints {
    fn of(&self, value: f64) -> f64 {
        let share = rank(&self.quantiles, value) * 100.0;
        if self.descending { 100.0 - share } else { share }
    }

    fn rises(&self) -> bool {
        !self.descending
    }
}

/// The share of a population, given by evenly spaced quantiles, below `value`; within a flat part
/// its middle.
fn rank(quantiles: &[f64], value: f64) -> f64 {
    let steps = quantiles.len().saturating_sub(1).max(1) as f64;
    let below = quantiles.partition_point(|it| *it < value);
    let up_to = quantiles.partition_point(|it| *it <= value);
    if below < up_to {
        let (first, last) = (below as f64, (up_to - 1) as f64);
        return (first + last) / 2.0 / steps;
    }
    match (below.checked_sub(1).and_then(|it| quantiles.get(it)), quantiles.get(below)) {
        (Some(low), Some(high)) => {
            (((below - 1) as f64) + (value - low) / (high - low)).min(below as f64) / steps
        }
        (Some(_), None) => 1.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{curve, rank};
    use crate::config::{DecayPoints, LogPoints, PercentilePoints, Points, SigmoidPoints};

    fn check(points: &Points, rows: &[(f64, f64)]) {
        let curve = curve(points).unwrap();
        for (value, expected) in rows {
            let got = curve.of(*value);
            assert!(
                (got - expected).abs() < 1e-9,
                "{points:?} at {value}: got {got}, want {expected}"
            );
        }
    }

    #[test]
    fn curves_have_their_published_values() {
        // OpenSSF criticality: log(1 + value) / log(1 + upper).
        check(
            &Points::Log(LogPoints { worst: 0.0, best: 5000.0 }),
            &[
                (0.0, 0.0),
                (5000.0, 100.0),
                (9e9, 100.0),
                (70.0, 71.0_f64.ln() / 5001.0_f64.ln() * 100.0),
            ],
        );
        check(
            &Points::Decay(DecayPoints { half_life: 7.0 }),
            &[(0.0, 100.0), (7.0, 50.0), (14.0, 25.0), (-5.0, 100.0)],
        );
        // The distribution function of the standard logistic distribution at 0, ln 3 and ln 9: 1/2, 3/4 and 9/10.
        let sigmoid =
            |descending| Points::Sigmoid(SigmoidPoints { mid: 30.0, width: 10.0, descending });
        let (three, nine) = (10.0 * 3_f64.ln(), 10.0 * 9_f64.ln());
        check(
            &sigmoid(false),
            &[
                (30.0, 50.0),
                (30.0 + three, 75.0),
                (30.0 - three, 25.0),
                (30.0 + nine, 90.0),
                (f64::INFINITY, 100.0),
                (f64::NEG_INFINITY, 0.0),
            ],
        );
        check(
            &sigmoid(true),
            &[(30.0, 50.0), (30.0 + three, 25.0), (30.0 - nine, 90.0), (f64::MIN, 100.0)],
        );
        let quantiles = vec![0.0, 0.0, 0.0, 10.0, 20.0];
        check(
            &Points::Percentile(PercentilePoints { quantiles, descending: false }),
            &[(-1.0, 0.0), (0.0, 25.0), (5.0, 62.5), (10.0, 75.0), (99.0, 100.0)],
        );
    }

    #[test]
    fn an_empty_population_ranks_nothing() {
        assert!(rank(&[], 1.0).abs() < 1e-12);
    }
}
