//! The curves themselves, how they are fitted, and which one is taken.

use super::isotonic::{Block, blocks, isotonic};
use super::{Method, jeffreys};
use crate::interval::REACH_95;
use crate::outcome::logit::{Bound, Fit, Problem, Rows, sigmoid};
use crate::outcome::matrix::Matrix;
use crate::outcome::measure::surprise;
use crate::text::number::{fixed, signed};

/// A fitted curve from a score to the probability of loss.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Curve {
    /// A probability with its interval.
    Flat(f64, f64, f64),
    /// Log-odds of keeping: intercept, slope, and the variances of both with their covariance between.
    Line { intercept: f64, slope: f64, variance: [f64; 3] },
    /// Log-odds of keeping in `ln s` and `-ln (1 - s)`, and the covariance of the three (intercept last).
    Beta { coefficients: [f64; 3], variance: [[f64; 3]; 3] },
    /// Score, probability, low, high at the middles of steps.
    Steps(Vec<[f64; 4]>),
}

/// The scores' centre and spread.
fn moments(pairs: &[(f64, bool)]) -> (f64, f64) {
    let count = pairs.len().max(1) as f64;
    let mean = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let spread = (pairs.iter().map(|pair| (pair.0 - mean).powi(2)).sum::<f64>() / count).sqrt();
    (mean, if spread > 0.0 { spread } else { 1.0 })
}

/// What counts as kept: not quite 1 and not quite 0.
///
/// # Source
/// Platt (1999), "Probabilistic outputs for support vector machines"; Lin, Lin, Weng (2007), Machine Learning 68, 267.
fn targets(pairs: &[(f64, bool)]) -> Vec<f64> {
    let lost = pairs.iter().filter(|pair| pair.1).count() as f64;
    let kept = pairs.len() as f64 - lost;
    pairs
        .iter()
        .map(|pair| if pair.1 { 1.0 / (lost + 2.0) } else { (kept + 1.0) / (kept + 2.0) })
        .collect()
}

fn fit<const N: usize>(inputs: &[[f64; N]], target: &[f64], ridge: f64) -> (Fit, Matrix) {
    let rows = Rows::dense(inputs.iter().map(<[f64; N]>::as_slice));
    let used: Vec<usize> = (0..inputs.len()).collect();
    let problem = Problem {
        rows: &rows,
        target,
        used: &used,
        bounds: &[Bound::Above; N],
        prior: &[0.0; N],
        ridge: &[ridge; N],
        tolerance: 1e-9,
    };
    problem.solve_with_covariance()
}

/// The two inputs of beta calibration; a score of 0 or 100 counts as a hundredth of a point away from it.
///
/// # Source
/// Kull, Silva Filho, Flach (2017), AISTATS, PMLR 54, 623-631.
fn two_logs(score: f64) -> [f64; 2] {
    let share = (score / 100.0).clamp(1e-4, 1.0 - 1e-4);
    [share.ln(), -(1.0 - share).ln()]
}

impl Curve {
    pub(super) fn fit(method: Method, pairs: &[(f64, bool)], ridge: f64) -> Self {
        match method {
            Method::BaseRate => {
                let lost = pairs.iter().filter(|pair| pair.1).count();
                let (p, low, high) = jeffreys(lost as f64, pairs.len() as f64);
                Self::Flat(p, low, high)
            }
            Method::Platt => Self::platt(pairs, ridge),
            Method::Beta => Self::beta(pairs, ridge),
            Method::Isotonic => Self::steps(pairs),
        }
    }

    fn platt(pairs: &[(f64, bool)], ridge: f64) -> Self {
        let (mean, spread) = moments(pairs);
        let inputs: Vec<[f64; 1]> = pairs.iter().map(|pair| [(pair.0 - mean) / spread]).collect();
        let (fit, covariance) = fit(&inputs, &targets(pairs), ridge);
        let slope = fit.coefficients.first().copied().unwrap_or(0.0);
        let line = Self::Line {
            intercept: fit.intercept,
            slope,
            variance: [covariance.get(1, 1), covariance.get(0, 1), covariance.get(0, 0)],
        };
        line.through(-mean / spread, 1.0 / spread)
    }

    fn beta(pairs: &[(f64, bool)], ridge: f64) -> Self {
        let inputs: Vec<[f64; 2]> = pairs.iter().map(|pair| two_logs(pair.0)).collect();
        // Its inputs have a spread of about 1 as they are.
        let (fit, covariance) = fit(&inputs, &targets(pairs), ridge);
        let coefficients = match fit.coefficients.as_slice() {
            [a, b] => [*a, *b, fit.intercept],
            _ => [0.0, 0.0, fit.intercept],
        };
        let variance = [0, 1, 2].map(|row| [0, 1, 2].map(|column| covariance.get(row, column)));
        Self::Beta { coefficients, variance }
    }

    fn steps(pairs: &[(f64, bool)]) -> Self {
        // Risk falls with the score: isotonic in the score turned.
        let turned = pairs.iter().map(|pair| (-pair.0, f64::from(u8::from(pair.1)), 1.0));
        let steps = blocks(turned);
        let drawn: Vec<(f64, f64, f64)> =
            steps.iter().map(|step| jeffreys(step.sum, step.weight)).collect();
        // The pull of the prior is stronger on small steps; it must not break the order, nor may a step of a few rows decide
        // on those of many: they are joined by their rows.
        let [place, weight] = [|it: &Block| it.centre, |it: &Block| it.weight]
            .map(|of| steps.iter().map(of).collect::<Vec<f64>>());
        let value: Vec<f64> = drawn.iter().map(|estimate| estimate.0).collect();
        let value = isotonic(&place, &value, &weight).unwrap_or(value);
        let knots = place.iter().zip(&value).zip(&drawn);
        let knots = knots.map(|((at, p), (_, low, high))| [-at, *p, low.min(*p), high.max(*p)]);
        Self::Steps(knots.rev().collect())
    }

    /// The same curve of `x` where it was one of `intercept + slope * x`. Of lines and flats alone.
    pub(super) fn through(self, shift: f64, factor: f64) -> Self {
        match self {
            Self::Line { intercept, slope, variance: [a, ab, b] } => Self::Line {
                intercept: intercept + slope * shift,
                slope: slope * factor,
                variance: [
                    a + 2.0 * shift * ab + shift * shift * b,
                    (ab + shift * b) * factor,
                    b * factor * factor,
                ],
            },
            other => other,
        }
    }

    pub(super) const fn method(&self) -> Method {
        match self {
            Self::Flat(..) => Method::BaseRate,
            Self::Line { .. } => Method::Platt,
            Self::Beta { .. } => Method::Beta,
            Self::Steps(_) => Method::Isotonic,
        }
    }

    pub(super) const fn line(&self) -> Option<(f64, f64)> {
        match self {
            Self::Line { intercept, slope, .. } => Some((-*intercept, -*slope)),
            _ => None,
        }
    }

    /// Probability of loss, low, high.
    pub(super) fn at(&self, score: f64) -> (f64, f64, f64) {
        match self {
            Self::Flat(p, low, high) => (*p, *low, *high),
            Self::Line { intercept, slope, variance: [a, ab, b] } => {
                let variance = a + 2.0 * score * ab + score * score * b;
                around(intercept + slope * score, variance)
            }
            Self::Beta { coefficients, variance } => {
                let [x, y] = two_logs(score);
                let inputs = [x, y, 1.0];
                let z = coefficients.iter().zip(inputs).map(|(a, b)| a * b).sum();
                let spread = variance.iter().zip(inputs).map(|(row, left)| {
                    left * row.iter().zip(inputs).map(|(a, b)| a * b).sum::<f64>()
                });
                around(z, spread.sum())
            }
            Self::Steps(knots) => between(knots, score),
        }
    }
}

/// The probability of loss at log-odds of keeping, with their variance.
fn around(z: f64, variance: f64) -> (f64, f64, f64) {
    let reach = REACH_95 * variance.max(0.0).sqrt();
    (sigmoid(-z), sigmoid(-z - reach), sigmoid(-z + reach))
}

/// Straight between knots, held outside.
fn between(knots: &[[f64; 4]], score: f64) -> (f64, f64, f64) {
    let at = knots.partition_point(|knot| knot[0] <= score);
    let left = at.checked_sub(1).and_then(|before| knots.get(before)).or_else(|| knots.first());
    let right = knots.get(at).or_else(|| knots.last());
    let (Some(left), Some(right)) = (left, right) else { return (0.5, 0.0, 1.0) };
    let width = right[0] - left[0];
    let share = if width > 0.0 { ((score - left[0]) / width).clamp(0.0, 1.0) } else { 0.0 };
    let mix = |it: usize| {
        let value = |knot: &[f64; 4]| knot.get(it).copied().unwrap_or(0.5);
        value(left) + (value(right) - value(left)) * share
    };
    (mix(1), mix(2), mix(3))
}

/// The curve that surprises least on rows it was not fitted on, and why. A freer one must beat the line by more
/// than a standard error of the difference.
pub(super) fn best(pairs: &[(f64, bool)]) -> (Method, String) {
    const FOLDS: usize = 5;
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let losses = |method: Method| {
        let mut out = vec![0.0; sorted.len()];
        for fold in 0..FOLDS {
            // Every fifth by score: each fold spans the scale, whatever the order of rows.
            let (test, train): (Vec<_>, Vec<_>) =
                sorted.iter().enumerate().partition(|(at, _)| at % FOLDS == fold);
            let train: Vec<(f64, bool)> = train.into_iter().map(|(_, it)| *it).collect();
            let curve = Curve::fit(method, &train, super::RIDGE);
            for (at, (score, lost)) in test {
                if let Some(it) = out.get_mut(at) {
                    *it = surprise(curve.at(*score).0, *lost);
                }
            }
        }
        out
    };
    let line = losses(Method::Platt);
    let mut chosen = (Method::Platt, 0.0);
    let mut told = Vec::new();
    for method in [Method::Beta, Method::Isotonic] {
        let gains: Vec<f64> = line.iter().zip(losses(method)).map(|(a, b)| a - b).collect();
        let count = gains.len() as f64;
        let gain = gains.iter().sum::<f64>() / count;
        let error =
            (gains.iter().map(|one| (one - gain).powi(2)).sum::<f64>() / count / count).sqrt();
        let name = if method == Method::Beta { "beta" } else { "isotonic" };
        told.push(format!("{name} {} (standard error {})", signed(gain, 5), fixed(error, 5)));
        if gain > error && gain > chosen.1 {
            chosen = (method, gain);
        }
    }
    let verdict = match chosen.0 {
        Method::Platt => "no freer curve beats a line in log-odds",
        Method::Beta => "a beta curve beats a line in log-odds",
        _ => "steps beat a line in log-odds",
    };
    let why =
        format!("{} outcomes: {verdict}; gains in log loss: {}", pairs.len(), told.join(", "));
    (chosen.0, why)
}
