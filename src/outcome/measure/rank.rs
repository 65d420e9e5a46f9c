//! Measures of order: who is before whom.

use serde::Serialize;

use super::{both, counts, ties};

/// The chance that one who was lost has a higher risk than one who was not, ties counting half: the area under
/// the ROC curve. 0.5 is no better than drawing lots, 1 is a clean split. A risk is any number, more is worse.
/// `None` for lengths that differ, NaN, or where all or none were lost.
///
/// ```
/// use foretell::outcome::measure::roc_auc;
///
/// assert_eq!(roc_auc(&[0.9, 0.4, 0.4, 0.1], &[true, true, false, false]), Some(0.875));
/// assert_eq!(roc_auc(&[0.9, 0.4], &[true, true]), None);
/// ```
///
/// # Source
/// Hanley & McNeil (1982), Radiology 143, 29-36.
#[must_use]
pub fn roc_auc(risk: &[f64], lost: &[bool]) -> Option<f64> {
    let (rows, positives) = both(risk, lost)?;
    let mut kept_below = (rows - positives) as f64;
    let mut wins = 0.0;
    for tie in ties(risk, lost) {
        let kept = (tie.rows - tie.lost) as f64;
        kept_below -= kept;
        wins += tie.lost as f64 * (kept_below + kept / 2.0);
    }
    Some(wins / (positives as f64 * (rows - positives) as f64))
}

/// The mean precision over the lost, each at its own risk: average precision, the step-wise area under the curve of
/// precision by recall. 0 to 1; the share of the lost is what drawing lots reaches. `None` for lengths that differ, NaN, or where none
/// was lost.
///
/// # Source
/// The definition of `average_precision_score` in scikit-learn.
#[must_use]
pub fn pr_auc(risk: &[f64], lost: &[bool]) -> Option<f64> {
    let (_, positives) = counts(risk, lost).filter(|found| found.1 > 0)?;
    let (mut rows, mut caught, mut sum) = (0, 0, 0.0);
    for tie in ties(risk, lost) {
        rows += tie.rows;
        caught += tie.lost;
        sum += tie.lost as f64 * (caught as f64 / rows as f64);
    }
    Some(sum / positives as f64)
}

/// What comes of calling on a share of all, the highest risks first.
///
/// ```
/// use foretell::outcome::measure::at_budget;
///
/// let risk = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
/// let lost = [true, true, false, false, true, false, false, false];
/// let calls = at_budget(&risk, &lost, 0.25).unwrap(); // time for one in four
/// assert_eq!((calls.flagged, calls.caught, calls.precision), (2, 2.0, 1.0));
/// assert!((calls.capture - 2.0 / 3.0).abs() < 1e-12 && (calls.lift - 8.0 / 3.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AtBudget {
    /// The share that can be called on, 0 to 1.
    pub budget: f64,
    /// How many that is, rounded up to whole subjects.
    pub flagged: usize,
    /// How many of them were lost. Of subjects of equal risk at the edge the share that fits counts, so it need
    /// not be whole.
    pub caught: f64,
    /// The lowest risk that is called on.
    pub threshold: f64,
    /// The share of the flagged that were lost.
    pub precision: f64,
    /// The share of the lost that are flagged: recall at this budget.
    pub capture: f64,
    /// How many times more lost there are among the flagged than among all.
    pub lift: f64,
}

/// What comes of calling on the `budget` share of all with the highest risks. `None` for a budget that is not above 0 and
/// at most 1, lengths that differ, NaN, or where nobody was lost.
#[must_use]
pub fn at_budget(risk: &[f64], lost: &[bool], budget: f64) -> Option<AtBudget> {
    let (rows, positives) = counts(risk, lost).filter(|found| found.1 > 0)?;
    if !(budget > 0.0 && budget <= 1.0) {
        return None;
    }
    // A product such as 0.07 * 100 lies just above 7: no eighth subject for a rounding.
    let flagged = ((budget * rows as f64 - 1e-9).ceil().max(1.0) as usize).min(rows);
    let (mut taken, mut caught, mut threshold) = (0, 0.0, f64::NAN);
    for tie in ties(risk, lost) {
        if taken == flagged {
            break;
        }
        let fit = tie.rows.min(flagged - taken);
        caught += tie.lost as f64 * (fit as f64 / tie.rows as f64);
        taken += fit;
        threshold = tie.value;
    }
    let precision = caught / flagged as f64;
    Some(AtBudget {
        budget,
        flagged,
        caught,
        threshold,
        precision,
        capture: caught / positives as f64,
        lift: precision / (positives as f64 / rows as f64),
    })
}

/// What comes of calling on all from a risk upwards.
///
/// ```
/// use foretell::outcome::measure::at_threshold;
///
/// let seen = at_threshold(&[0.9, 0.6, 0.5, 0.1], &[true, false, true, false], 0.6).unwrap();
/// assert_eq!((seen.hits, seen.false_alarms, seen.misses, seen.rest), (1, 1, 1, 1));
/// assert_eq!((seen.precision, seen.recall), (Some(0.5), Some(0.5)));
/// assert_eq!(at_threshold(&[0.1], &[true], 0.6).unwrap().precision, None); // nobody is called
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AtThreshold {
    /// The risk; those at it are called on.
    pub threshold: f64,
    /// Lost, and called on.
    pub hits: usize,
    /// Kept, and called on.
    pub false_alarms: usize,
    /// Lost, and not called on.
    pub misses: usize,
    /// Kept, and not called on.
    pub rest: usize,
    /// Hits among the called; none where nobody is called.
    pub precision: Option<f64>,
    /// Hits among the lost; none where nobody was lost.
    pub recall: Option<f64>,
    /// The harmonic mean of both; none where neither hits nor misses nor false alarms are there.
    pub f1: Option<f64>,
}

/// What comes of calling on all with a risk of at least `threshold`, in the unit of the risks. `None` for lengths that differ, no rows, or NaN.
#[must_use]
pub fn at_threshold(risk: &[f64], lost: &[bool], threshold: f64) -> Option<AtThreshold> {
    let (rows, positives) = counts(risk, lost)?;
    let called = risk.iter().zip(lost).filter(|(risk, _)| **risk >= threshold);
    let (called, hits) =
        called.fold((0, 0), |(all, hits), (_, lost)| (all + 1, hits + usize::from(*lost)));
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
    Some(AtThreshold {
        threshold,
        hits,
        false_alarms: called - hits,
        misses: positives - hits,
        rest: rows - positives - (called - hits),
        precision: share(hits, called),
        recall: share(hits, positives),
        f1: share(2 * hits, called + positives),
    })
}

/// The largest gap between the shares of lost and of kept at or above any one risk: the statistic of Kolmogorov and
/// Smirnov for two samples. 0 is no difference, 1 is a clean split.
/// `None` for lengths that differ, NaN, or where all or none were lost.
#[must_use]
pub fn ks(risk: &[f64], lost: &[bool]) -> Option<f64> {
    let (rows, positives) = both(risk, lost)?;
    let (mut seen, mut kept, mut widest) = (0, 0, 0.0_f64);
    for tie in ties(risk, lost) {
        seen += tie.lost;
        kept += tie.rows - tie.lost;
        let gap = seen as f64 / positives as f64 - kept as f64 / (rows - positives) as f64;
        widest = widest.max(gap.abs());
    }
    Some(widest)
}

/// The same between two samples of any numbers: how far a population has moved since, 0 to 1. `None` where one is empty or
/// holds NaN.
#[must_use]
pub fn ks_distance(before: &[f64], after: &[f64]) -> Option<f64> {
    let values: Vec<f64> = before.iter().chain(after).copied().collect();
    let lost: Vec<bool> = before.iter().map(|_| false).chain(after.iter().map(|_| true)).collect();
    ks(&values, &lost)
}
