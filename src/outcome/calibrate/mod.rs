//! From a score to a probability of loss, with how sure it is.
//!
//! A score orders subjects; a probability can be multiplied by money. Which curve is taken depends on how many outcomes
//! there are: a straight line in log-odds for few, a freer curve only where there are many and it proves itself.
//!
//! ```
//! use foretell::outcome::calibrate::Calibration;
//!
//! let score: Vec<f64> = (0..200).map(|row| f64::from(row) / 2.0).collect();
//! let lost: Vec<bool> = (0..200).map(|row| row % 20 > row / 10).collect();
//! let curve = Calibration::fit(&score, &lost);
//! let (low, high) = (curve.estimate(20.0), curve.estimate(80.0));
//! assert!(low.probability > high.high && low.rows == 200);
//! ```

mod base_rate;
mod curve;
mod isotonic;

pub use base_rate::{BaseRate, BaseRates, RateMethod, base_rates};
pub use isotonic::isotonic;

use serde::Serialize;

use super::measure::Caution;
use super::special::beta_quantile;
use curve::Curve;

/// How a score becomes a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// The same probability for all: the share that was lost.
    BaseRate,
    /// A straight line in log-odds.
    Platt,
    /// A line in the logarithms of the score and of what it lacks of 100, both bound to the right direction.
    Beta,
    /// Straight lines between the middles of flat steps.
    Isotonic,
}

/// Fewer rows than this say no more than their base rate. Our choice, tested by `few_outcomes_give_the_base_rate`.
const LEAST_ROWS: usize = 30;
/// Fewer of either outcome than this say no more either. Our choice, tested by `few_outcomes_give_the_base_rate`.
const LEAST_EVENTS: usize = 5;
/// From so many rows on a freer curve may be tried: with fewer, plain isotonic calibration was worse than a line in 14
/// of 15 trials on real data.
const MANY_ROWS: usize = 1000;
/// The ridge on the slope of a standardised score. It keeps few rows that happen to be split cleanly from giving
/// certainty. Our choice, tested by `a_clean_split_of_few_rows_is_no_certainty`.
const RIDGE: f64 = 1.0;

/// A probability with what it rests on.
///
/// ```
/// use foretell::outcome::calibrate::Calibration;
///
/// // Twenty outcomes say no more than their base rate, with what it is unsure by.
/// let score: Vec<f64> = (0..20).map(f64::from).collect();
/// let lost: Vec<bool> = (0..20).map(|row| row % 4 == 0).collect();
/// let estimate = Calibration::fit(&score, &lost).estimate(3.0);
/// assert_eq!((estimate.rows, estimate.lost), (20, 5));
/// assert!((estimate.probability - 5.5 / 21.0).abs() < 1e-12); // by Jeffreys' prior half an outcome more of either
/// assert!(estimate.low < 0.15 && estimate.high > 0.4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The probability of loss.
    pub probability: f64,
    /// The lower end of its 95% interval.
    pub low: f64,
    /// The upper end of its 95% interval.
    pub high: f64,
    /// How many outcomes it was fitted on.
    pub rows: usize,
    /// How many of them were lost.
    pub lost: usize,
}

/// A curve from a score, 0 to 100, more is healthier, to a probability of loss.
///
/// ```
/// use foretell::outcome::calibrate::{Calibration, Method};
///
/// let score: Vec<f64> = (0..100).map(f64::from).collect();
/// let lost: Vec<bool> = (0..100).map(|it| it % 10 > it / 10).collect();
/// let calibration = Calibration::fit(&score, &lost);
/// assert_eq!(calibration.method(), Method::Platt); // by rule: 100 outcomes
/// let low = calibration.estimate(10.0);
/// assert!(low.probability > 0.7 && low.low < low.probability && low.rows == 100);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    curve: Curve,
    why: String,
    rows: usize,
    lost: usize,
}

impl Calibration {
    /// A calibration by the rule: the base rate under 30 outcomes or 5 of either kind; a line (Platt) under
    /// 1,000; from there on the curve whose surprise on rows it was not fitted on is least, where it beats the line by
    /// more than a standard error. [`Calibration::why`] says what was decided.
    ///
    /// Rows whose score is missing (NaN, or not finite) do not count.
    #[must_use]
    pub fn fit(score: &[f64], lost: &[bool]) -> Self {
        let pairs = pairs(score, lost);
        let gone = pairs.iter().filter(|pair| pair.1).count();
        let kept = pairs.len() - gone;
        let (method, why) = if pairs.len() < LEAST_ROWS || gone.min(kept) < LEAST_EVENTS {
            let why = format!(
                "{} outcomes, {gone} of them lost: too few for more than the base rate",
                pairs.len()
            );
            (Method::BaseRate, why)
        } else if pairs.len() < MANY_ROWS {
            (Method::Platt, format!("{} outcomes: a line in log-odds", pairs.len()))
        } else {
            curve::best(&pairs)
        };
        Self::of(method, &pairs, why)
    }

    /// A calibration by a method of the caller's choice, of scores from 0 to 100. Rows whose score is missing do not count.
    #[must_use]
    pub fn with(method: Method, score: &[f64], lost: &[bool]) -> Self {
        Self::of(method, &pairs(score, lost), "the method was given".to_owned())
    }

    fn of(method: Method, pairs: &[(f64, bool)], why: String) -> Self {
        let lost = pairs.iter().filter(|pair| pair.1).count();
        Self { curve: Curve::fit(method, pairs, RIDGE), why, rows: pairs.len(), lost }
    }

    /// A line through log-odds of loss that were fitted elsewhere: `log_odds[i]` is what a row's score said
    /// without having seen the row, `intercept + slope * score` what the same score says now.
    pub(crate) fn line(log_odds: &[f64], lost: &[bool], intercept: f64, slope: f64) -> Self {
        // A score must fall with the risk.
        let turned: Vec<f64> = log_odds.iter().map(|value| -value).collect();
        let pairs = pairs(&turned, lost);
        let gone = pairs.iter().filter(|pair| pair.1).count();
        let few = gone.min(pairs.len() - gone) < LEAST_EVENTS;
        let method = if few { Method::BaseRate } else { Method::Platt };
        let mut out = Self::of(method, &pairs, String::new());
        out.curve = out.curve.through(-intercept, -slope);
        out.why =
            format!("{} outcomes that the weights had not seen: a line in log-odds", pairs.len());
        out
    }

    /// The probability of loss, 0 to 1, at a score from 0 to 100; of a missing score (NaN, or not finite) the base rate.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        self.estimate(score).probability
    }

    /// The same with its interval and what it rests on.
    ///
    /// The interval is about the curve alone: of a line by its covariance (in log-odds), of steps and of a base rate
    /// by Jeffreys' prior.
    #[must_use]
    pub fn estimate(&self, score: f64) -> Estimate {
        let (probability, low, high) =
            if score.is_finite() { self.curve.at(score) } else { self.base() };
        Estimate { probability, low, high, rows: self.rows, lost: self.lost }
    }

    /// The share that was lost, with its interval.
    fn base(&self) -> (f64, f64, f64) {
        jeffreys(self.lost as f64, self.rows as f64)
    }

    /// What was chosen.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.curve.method()
    }

    /// Why it was chosen.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// How many outcomes it was fitted on.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many of them were lost.
    #[must_use]
    pub const fn lost(&self) -> usize {
        self.lost
    }

    /// What to beware of with so few outcomes.
    #[must_use]
    pub const fn caution(&self) -> Option<Caution> {
        Caution::of(self.lost, self.rows - self.lost)
    }

    /// Intercept and slope of the log-odds of loss by score, where it is a line.
    #[must_use]
    pub const fn line_of(&self) -> Option<(f64, f64)> {
        self.curve.line()
    }
}

/// A share with its 95% interval under Jeffreys' prior. The share of nothing is a half.
fn jeffreys(lost: f64, rows: f64) -> (f64, f64, f64) {
    let (a, b) = (lost + 0.5, rows - lost + 0.5);
    (a / (a + b), beta_quantile(0.025, a, b), beta_quantile(0.975, a, b))
}

/// The rows that count.
fn pairs(score: &[f64], lost: &[bool]) -> Vec<(f64, bool)> {
    score.iter().copied().zip(lost.iter().copied()).filter(|pair| pair.0.is_finite()).collect()
}

#[cfg(test)]
mod tests;
