//! How sure a measure is, by drawing the rows again.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lead::quantile;
use crate::outcome::draw::Draw;

/// An interval that holds the middle 95% of the resamples.
///
/// ```
/// use foretell::outcome::measure::bootstrap;
///
/// let value = [3.0, 5.0, 4.0, 6.0, 2.0, 5.0, 4.0, 3.0];
/// let mean = |rows: &[usize]| Some(rows.iter().map(|row| value[*row]).sum::<f64>() / rows.len() as f64);
/// let interval = bootstrap(8, 500, 1, mean).unwrap();
/// assert!(interval.low < 4.0 && 4.0 < interval.high && interval.resamples == 500);
/// assert_eq!(bootstrap(8, 500, 1, mean), Some(interval)); // the same seed draws the same
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// Its lower end: 2.5% of the resamples lie below.
    pub low: f64,
    /// Its upper end: 2.5% of the resamples lie above.
    pub high: f64,
    /// The standard deviation over the resamples: the standard error of the measure.
    pub standard_error: f64,
    /// How many resamples gave the measure.
    pub resamples: usize,
}

/// The interval of a measure over `rows` rows by the percentile bootstrap. `statistic` is given the rows of a resample,
/// some of them many times; where it says `None` the resample does not count. `None` where fewer than
/// half of the resamples count.
///
/// ```
/// use foretell::outcome::measure::{bootstrap, roc_auc};
///
/// let risk = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
/// let lost = [true, true, false, true, false, false, true, false];
/// let auc = |rows: &[usize]| {
///     let risk: Vec<f64> = rows.iter().map(|it| risk[*it]).collect();
///     let lost: Vec<bool> = rows.iter().map(|it| lost[*it]).collect();
///     roc_auc(&risk, &lost)
/// };
/// let interval = bootstrap(8, 200, 1, auc).unwrap();
/// assert!(interval.low < 0.6875 && 0.6875 < interval.high);
/// ```
///
/// # Source
/// Efron (1979), Annals of Statistics 7(1), 1-26.
#[must_use]
pub fn bootstrap(
    rows: usize,
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    let groups: Vec<Vec<usize>> = (0..rows).map(|row| vec![row]).collect();
    over(&groups, resamples, seed, statistic)
}

/// The same where rows belong to subjects: whole subjects are drawn, since the rows of one say much the same.
/// In the order of the subjects' names, so that the order of rows does not matter.
#[must_use]
pub fn bootstrap_subjects<S: AsRef<str>>(
    subjects: &[S],
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    over(&groups(subjects), resamples, seed, statistic)
}

/// The rows of each subject, by name.
pub(crate) fn groups<S: AsRef<str>>(subjects: &[S]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, subject) in subjects.iter().enumerate() {
        groups.entry(subject.as_ref()).or_default().push(row);
    }
    groups.into_values().collect()
}

/// As many groups as there are, drawn with repetition.
pub(crate) fn resample(groups: &[Vec<usize>], draw: &mut Draw) -> Vec<usize> {
    let drawn = (0..groups.len()).filter_map(|_| groups.get(draw.below(groups.len())));
    drawn.flatten().copied().collect()
}

fn over(
    groups: &[Vec<usize>],
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    let mut draw = Draw::new(seed);
    let mut values: Vec<f64> = (0..resamples)
        .filter_map(|_| statistic(&resample(groups, &mut draw)))
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    let count = values.len();
    if count < 2 || 2 * count < resamples {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count as f64;
    let spread =
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
    Some(Interval {
        low: quantile(&values, 0.025)?,
        high: quantile(&values, 0.975)?,
        standard_error: spread.sqrt(),
        resamples: count,
    })
}
