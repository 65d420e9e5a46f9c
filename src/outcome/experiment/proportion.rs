//! Shares and their differences: intervals, power, sizes.

use serde::Serialize;

use crate::interval;
use crate::outcome::Span;
use crate::outcome::special::{normal_quantile, normal_tail};

/// A count among a number of subjects.
///
/// ```
/// use foretell::outcome::experiment::Proportion;
///
/// assert_eq!(Proportion::new(3, 4).value(), Some(0.75));
/// assert_eq!(Proportion::new(0, 0).value(), None); // nothing is no share
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Proportion {
    /// Those it is true of.
    pub count: usize,
    /// All of them.
    pub of: usize,
}

impl Proportion {
    /// `count` among `of`.
    #[must_use]
    pub const fn new(count: usize, of: usize) -> Self {
        Self { count, of }
    }

    /// The share, 0 to 1; `None` of none.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.count <= self.of && self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

/// What a confidence such as 0.95 means in standard deviations; `None` unless above 0 and below 1.
pub(super) fn reach(confidence: f64) -> Option<f64> {
    (0.0 < confidence && confidence < 1.0).then(|| normal_quantile(0.5 + 0.5 * confidence))
}

/// A share with Wilson's interval. `None` of none, or for a confidence not between 0 and 1.
///
/// ```
/// use foretell::outcome::experiment::{Proportion, wilson};
///
/// let kept = wilson(Proportion::new(9, 10), 0.95).unwrap();
/// assert!((kept.low - 0.5958).abs() < 1e-4 && (kept.high - 0.9821).abs() < 1e-4);
/// ```
///
/// # Source
/// Wilson (1927), JASA 22, 209-212.
#[must_use]
pub fn wilson(share: Proportion, confidence: f64) -> Option<Span> {
    share.value()?;
    let [estimate, low, high] = interval::wilson(share.count, share.of, reach(confidence)?)?;
    Some(Span::new(estimate, low, high))
}

/// The difference of two shares, treated less control, with Newcombe's interval. `None` where [`wilson`] has none.
///
/// ```
/// use foretell::outcome::experiment::{Proportion, newcombe};
///
/// let rise = newcombe(Proportion::new(56, 70), Proportion::new(48, 80), 0.95).unwrap();
/// assert!((rise.low - 0.0524).abs() < 1e-4 && (rise.high - 0.3339).abs() < 1e-4);
/// ```
///
/// # Source
/// Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; the numbers are its example (a).
#[must_use]
pub fn newcombe(treated: Proportion, control: Proportion, confidence: f64) -> Option<Span> {
    let (t, c) = (wilson(treated, confidence)?, wilson(control, confidence)?);
    let difference = t.value - c.value;
    Some(Span::new(
        difference,
        difference - (t.value - t.low).hypot(c.high - c.value),
        difference + (t.high - t.value).hypot(c.value - c.low),
    ))
}

/// How likely a two-sided test at `alpha` finds the difference of two true shares with so many subjects in each arm, by the
/// normal approximation with the pooled share under no difference. `None` unless shares are 0 to 1, sizes
/// above 0 and `alpha` between 0 and 1.
///
/// # Source
/// Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, chapter 4.
#[must_use]
pub fn power(control: (f64, usize), treated: (f64, usize), alpha: f64) -> Option<f64> {
    let ((p, n), (q, m)) = (control, treated);
    let share = 0.0..=1.0;
    if !share.contains(&p) || !share.contains(&q) || n == 0 || m == 0 {
        return None;
    }
    let z = reach(1.0 - alpha)?;
    let (n, m) = (n as f64, m as f64);
    let pooled = (p * n + q * m) / (n + m);
    let null = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let apart = (p * (1.0 - p) / n + q * (1.0 - q) / m).sqrt();
    if apart <= 0.0 {
        // Nothing is left to chance: found if it is there at all.
        return Some(if (p - q).abs() > z * null { 1.0 } else { 0.0 });
    }
    let gap = q - p;
    Some(normal_tail((z * null - gap) / apart) + normal_tail((z * null + gap) / apart))
}

/// The smallest rise above the control's share that is found with the given power. `None` where even a rise to 1 is
/// not, or where [`power`] has none.
#[must_use]
pub fn minimum_detectable(
    control: (f64, usize),
    treated: usize,
    alpha: f64,
    wanted: f64,
) -> Option<f64> {
    let found = |rise: f64| power(control, ((control.0 + rise).min(1.0), treated), alpha);
    let (mut low, mut high) = (0.0, 1.0 - control.0);
    if wanted.is_nan() || found(high)? < wanted {
        return None;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if found(middle)? < wanted { low = middle } else { high = middle }
    }
    Some(high)
}

/// How many subjects each arm needs for a difference of two shares to be found with the given power. `None` where no
/// number up to a billion does.
///
/// ```
/// use foretell::outcome::experiment::sample_size;
///
/// assert_eq!(sample_size(0.80, 0.85, 0.05, 0.8), Some(906));
/// ```
#[must_use]
pub fn sample_size(control: f64, treated: f64, alpha: f64, wanted: f64) -> Option<usize> {
    let enough = |n: usize| power((control, n), (treated, n), alpha).map(|power| power >= wanted);
    let (mut low, mut high) = (0_usize, 1_usize);
    while !enough(high)? {
        if high > 1_000_000_000 {
            return None;
        }
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if enough(middle)? { high = middle } else { low = middle }
    }
    Some(high)
}

/// Whether the arms are as large as they were to be.
///
/// ```
/// use foretell::outcome::experiment::sample_ratio;
///
/// assert!(!sample_ratio(498, 502, 0.5).unwrap().suspicious);
/// let skewed = sample_ratio(420, 580, 0.5).unwrap();
/// assert!(skewed.suspicious && skewed.p_value < 0.001);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampleRatio {
    /// How many are in the treated arm.
    pub treated: usize,
    /// How many are in the control arm.
    pub control: usize,
    /// How likely sizes at least so far from the plan are, if the assignment was sound.
    pub p_value: f64,
    /// Whether that is below 0.001: then the assignment, or what was lost on the way, must be understood first.
    pub suspicious: bool,
}

/// Below it the sizes do not come from the plan.
///
/// # Source
/// Fabijan and others (2019), "Diagnosing sample ratio mismatch in online controlled experiments", KDD.
const SUSPICIOUS: f64 = 0.001;

/// Holds the arms' sizes against the share that was to be treated (chi-squared, one degree of freedom). `None`
/// without subjects, or where the share is not above 0 and below 1.
#[must_use]
pub fn sample_ratio(treated: usize, control: usize, share: f64) -> Option<SampleRatio> {
    let all = (treated + control) as f64;
    if !(0.0 < share && share < 1.0) || all <= 0.0 {
        return None;
    }
    let away = treated as f64 - all * share;
    let z = away.abs() / (all * share * (1.0 - share)).sqrt();
    let p_value = 2.0 * normal_tail(z);
    Some(SampleRatio { treated, control, p_value, suspicious: p_value < SUSPICIOUS })
}
