//! Differences of means.

use serde::Serialize;

use crate::outcome::Span;
use crate::outcome::special::{t_quantile, t_tail};

/// A difference of two means, treated less control.
///
/// ```
/// use foretell::outcome::experiment::welch;
///
/// let seen = welch(&[9.0, 7.0, 10.0, 8.0], &[6.0, 7.0, 5.0], 0.95).unwrap();
/// assert_eq!((seen.treated_mean, seen.control_mean), (8.5, 6.0));
/// assert!(seen.p_value < 0.05 && !seen.difference.holds(0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanDifference {
    /// The difference with its interval.
    pub difference: Span,
    /// The mean of the treated.
    pub treated_mean: f64,
    /// The mean of the control.
    pub control_mean: f64,
    /// How many treated have a number.
    pub treated: usize,
    /// How many of the control have one.
    pub control: usize,
    /// Welch's degrees of freedom.
    pub degrees: f64,
    /// How likely a difference at least so large is where there is none; two-sided, looked at once.
    pub p_value: f64,
}

/// How many, their mean, and the squared standard error of the mean.
fn mean(values: &[f64]) -> Option<(usize, f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((values.len(), mean, squares / (n - 1.0) / n))
}

/// The difference of two means whose spreads may differ, with its interval. `None` with fewer than two numbers in an
/// arm, with one that is not finite, where nothing varies, or for a confidence not between 0 and 1.
///
/// ```
/// use foretell::outcome::experiment::welch;
///
/// let it = welch(&[9.0, 7.0, 10.0, 8.0], &[6.0, 7.0, 5.0], 0.95).unwrap();
/// assert!((it.difference.value - 2.5).abs() < 1e-12 && it.difference.low > 0.0);
/// ```
///
/// # Source
/// Welch (1947), Biometrika 34, 28-35.
#[must_use]
pub fn welch(treated: &[f64], control: &[f64], confidence: f64) -> Option<MeanDifference> {
    let ((n, mean_t, a), (m, mean_c, b)) = (mean(treated)?, mean(control)?);
    let square = a + b;
    if !(0.0 < confidence && confidence < 1.0) || square <= 0.0 || !square.is_finite() {
        return None;
    }
    let degrees = square * square / (a * a / (n as f64 - 1.0) + b * b / (m as f64 - 1.0));
    let (error, value) = (square.sqrt(), mean_t - mean_c);
    let half = t_quantile(0.5 + 0.5 * confidence, degrees) * error;
    Some(MeanDifference {
        difference: Span::new(value, value - half, value + half),
        treated_mean: mean_t,
        control_mean: mean_c,
        treated: n,
        control: m,
        degrees,
        p_value: 2.0 * t_tail((value / error).abs(), degrees),
    })
}
