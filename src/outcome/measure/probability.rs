//! Measures of probabilities: whether they are what they say.

use serde::Serialize;

use super::counts;

/// The mean squared distance between the probability of loss, 0 to 1, and what happened (1 or 0); 0 is perfect, 1 the worst.
/// `None` for lengths that differ, no rows, or NaN.
///
/// # Source
/// Brier (1950), Monthly Weather Review 78(1), 1-3.
#[must_use]
pub fn brier(probability: &[f64], lost: &[bool]) -> Option<f64> {
    let (rows, _) = counts(probability, lost)?;
    let error = |(p, lost): (&f64, &bool)| (p - f64::from(u8::from(*lost))).powi(2);
    Some(probability.iter().zip(lost).map(error).sum::<f64>() / rows as f64)
}

/// The mean surprise, in natural units: minus the logarithm of the probability that was given to what happened. A
/// probability of exactly 0 or 1 counts as the nearest double that leaves the other outcome possible. From 0, which is perfect.
/// `None` for lengths that differ, no rows, or NaN.
#[must_use]
pub fn log_loss(probability: &[f64], lost: &[bool]) -> Option<f64> {
    let (rows, _) = counts(probability, lost)?;
    Some(
        probability.iter().zip(lost).map(|(p, lost)| surprise(*p, *lost)).sum::<f64>()
            / rows as f64,
    )
}

/// The surprise of one row.
pub(crate) fn surprise(p: f64, lost: bool) -> f64 {
    let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    if lost { -p.ln() } else { -(1.0 - p).ln() }
}

/// A bin of a reliability table.
///
/// ```
/// use foretell::outcome::measure::reliability;
///
/// let bins = reliability(&[0.1, 0.1, 0.8, 0.8], &[false, false, true, false], 2).unwrap();
/// assert_eq!((bins[1].rows, bins[1].lost, bins[1].observed), (2, 1, 0.5));
/// assert!(bins[1].expected > bins[1].observed); // it cried wolf
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// The lowest probability of the bin, which belongs to it.
    pub from: f64,
    /// The end of the bin, which belongs to the next; the last holds its end.
    pub to: f64,
    /// How many rows lie in it.
    pub rows: usize,
    /// How many of them were lost.
    pub lost: usize,
    /// The mean probability of its rows.
    pub expected: f64,
    /// The share of its rows that were lost.
    pub observed: f64,
}

/// The lower edge of a bin.
fn edge(at: usize, bins: usize) -> f64 {
    at as f64 / bins as f64
}

/// The bin that a probability lies in, by the edges as they are shown: a product such as 0.29 * 100 lies just below 29.
fn bin(p: f64, bins: usize) -> usize {
    let mut at = ((p * bins as f64) as usize).min(bins - 1);
    while at + 1 < bins && edge(at + 1, bins) <= p {
        at += 1;
    }
    while at > 0 && edge(at, bins) > p {
        at -= 1;
    }
    at
}

/// What was expected against what happened, in bins of equal width from 0 to 1; bins without rows are left out.
/// `None` for no bins, lengths that differ, no rows, or a probability outside 0 to 1.
#[must_use]
pub fn reliability(probability: &[f64], lost: &[bool], bins: usize) -> Option<Vec<Reliability>> {
    counts(probability, lost)?;
    if bins == 0 || !probability.iter().all(|probability| (0.0..=1.0).contains(probability)) {
        return None;
    }
    let mut sums = vec![(0_usize, 0_usize, 0.0_f64); bins];
    for (p, lost) in probability.iter().zip(lost) {
        let at = bin(*p, bins);
        if let Some((rows, lost_rows, sum)) = sums.get_mut(at) {
            *rows += 1;
            *lost_rows += usize::from(*lost);
            *sum += p;
        }
    }
    let edge = |at: usize| edge(at, bins);
    let filled = sums.into_iter().enumerate().filter(|(_, it)| it.0 > 0);
    Some(
        filled
            .map(|(at, (rows, lost, sum))| Reliability {
                from: edge(at),
                to: edge(at + 1),
                rows,
                lost,
                expected: sum / rows as f64,
                observed: lost as f64 / rows as f64,
            })
            .collect(),
    )
}

/// The mean distance between expected and observed over such bins, each by its rows: the expected calibration
/// error, 0 to 1. `None` where [`reliability`] has none.
///
/// # Source
/// Naeini, Cooper, Hauskrecht (2015), AAAI, 2901-2907, with bins of the probability of loss.
#[must_use]
pub fn calibration_error(probability: &[f64], lost: &[bool], bins: usize) -> Option<f64> {
    let table = reliability(probability, lost, bins)?;
    let gap = |it: &Reliability| (it.expected - it.observed).abs() * it.rows as f64;
    Some(table.iter().map(gap).sum::<f64>() / probability.len() as f64)
}
