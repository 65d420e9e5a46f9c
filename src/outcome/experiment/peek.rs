//! Looking as often as one likes without finding what is not there.
//!
//! Who looks at an experiment every week and stops at the first p below 0.05 finds a difference in far more than one
//! of twenty experiments without any. The guard is a mixture of sequential probability ratio tests: its interval
//! holds the truth at *all* looks together as often as it says, so that one may look, and stop, at any time.

use serde::Serialize;

use crate::outcome::Span;

/// An always-valid test of a difference, laid out before the first look.
///
/// With a difference `d` seen with variance `v`, and a normal mixture of variance `t` over differences, the ratio is
/// `sqrt(v / (v + t)) exp(d^2 t / (2 v (v + t)))`; its inverse is a p-value that holds at all looks together, and the
/// differences at which the ratio stays below `1 / alpha` are the interval. `t` is chosen such that the
/// interval is narrowest at the planned size.
///
/// The variance is estimated, so the promise holds for many subjects; fewer than 20 in an arm give no answer.
///
/// ```
/// use foretell::outcome::experiment::Guard;
///
/// let guard = Guard::new(0.05, 0.0016).unwrap(); // planned: a standard error of 4 points
/// let look = guard.look(0.10, 0.0016).unwrap();
/// assert!(!look.decided && look.p_value > 0.05); // 2.5 standard errors are not enough where one may look often
/// assert!(guard.look(0.14, 0.0016).unwrap().decided);
/// ```
///
/// # Source
/// Robbins (1970), Annals of Mathematical Statistics 41, 1397-1409; Johari, Koomen, Pekelis, Walsh (2017), "Peeking at A/B tests",
/// KDD; the mixture's width by Howard, Ramdas, McAuliffe, Sekhon (2021), Annals of Statistics 49, 1055-1080, section 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Guard {
    /// How often at most a difference may be found where there is none, over all looks.
    pub alpha: f64,
    /// The variance of the mixture.
    pub mixture: f64,
}

/// What can be said at a look, however many there were.
///
/// ```
/// use foretell::outcome::experiment::Guard;
///
/// let guard = Guard::new(0.05, 0.0016).unwrap();
/// let (early, late) = (guard.look(0.10, 0.0016).unwrap(), guard.look(0.10, 0.0004).unwrap());
/// assert!(!early.decided && early.difference.holds(0.0)); // go on
/// assert!(late.decided && late.p_value < 0.05); // stop
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Look {
    /// The difference with an interval that holds at all looks together.
    pub difference: Span,
    /// A p-value that holds at all looks together. Over several looks the smallest counts.
    pub p_value: f64,
    /// Whether the interval leaves out 0: one may stop.
    pub decided: bool,
}

impl Guard {
    /// A guard at a level, narrowest where the difference has the planned variance. `None` unless `alpha` is between 0
    /// and 1, and the variance a number above 0.
    #[must_use]
    pub fn new(alpha: f64, planned_variance: f64) -> Option<Self> {
        let sound = planned_variance > 0.0 && planned_variance.is_finite();
        if !(0.0 < alpha && alpha < 1.0 && sound) {
            return None;
        }
        // The larger root of x - ln x = 1 - 2 ln alpha, by repeated insertion: its slope there is below one.
        let wanted = 1.0 - 2.0 * alpha.ln();
        let root = (0..200).fold(wanted + 1.0, |x: f64, _| wanted + x.ln());
        Some(Self { alpha, mixture: planned_variance * (root - 1.0) })
    }

    /// What a difference with its variance says now. `None` unless both are finite and the variance is above 0.
    #[must_use]
    pub fn look(&self, difference: f64, variance: f64) -> Option<Look> {
        if !difference.is_finite() || !variance.is_finite() || variance <= 0.0 {
            return None;
        }
        let both = variance + self.mixture;
        let spread = (both / variance).ln();
        let log_ratio =
            difference * difference * self.mixture / (2.0 * variance * both) - 0.5 * spread;
        let half = (variance * both / self.mixture * (spread - 2.0 * self.alpha.ln())).sqrt();
        Some(Look {
            difference: Span::new(difference, difference - half, difference + half),
            p_value: (-log_ratio).exp().min(1.0),
            decided: difference.abs() > half,
        })
    }
}
