//! How good a score or a probability was, against what happened.
//!
//! Everywhere `risk` is one number a subject, more is more likely to be lost (100 less the health will do), and
//! `lost` says who was. Measures of a probability take it as 0 to 1. What cannot be said, for want of rows
//! or of either outcome, or because lengths differ or a number is NaN, is `None`.
//!
//! The order of rows never matters: what is tied is counted as tied.
//!
//! ```
//! use foretell::outcome::measure::{brier, roc_auc};
//!
//! let (risk, lost) = ([0.9, 0.6, 0.4, 0.1], [true, false, true, false]);
//! assert_eq!(roc_auc(&risk, &lost), Some(0.75)); // three of the four pairs are in order
//! assert!((brier(&risk, &lost).unwrap() - 0.185).abs() < 1e-12);
//! assert_eq!(roc_auc(&risk, &[true; 4]), None); // of one outcome alone nothing can be said
//! ```

mod bootstrap;
mod lead;
mod probability;
mod rank;
mod summary;
mod time;

pub use bootstrap::{Interval, bootstrap, bootstrap_subjects};
pub(crate) use bootstrap::{groups, resample};
pub(crate) use lead::quantile;
pub use lead::{LeadTimes, lead_times};
pub(crate) use probability::surprise;
pub use probability::{Reliability, brier, calibration_error, log_loss, reliability};
pub use rank::{AtBudget, AtThreshold, at_budget, at_threshold, ks, ks_distance, pr_auc, roc_auc};
pub use summary::{Caution, Measures, SegmentMeasures, by_segment, measure};
pub use time::concordance;

/// The rows, and how many are lost; `None` where nothing can be said of them.
fn counts(values: &[f64], lost: &[bool]) -> Option<(usize, usize)> {
    let sound = values.len() == lost.len() && !values.is_empty();
    (sound && values.iter().all(|value| !value.is_nan()))
        .then(|| (lost.len(), lost.iter().filter(|lost| **lost).count()))
}

/// The same where both outcomes are there.
fn both(values: &[f64], lost: &[bool]) -> Option<(usize, usize)> {
    counts(values, lost).filter(|(rows, lost)| 0 < *lost && lost < rows)
}

/// Rows of equal value, from the highest value down.
#[derive(Debug, Clone, Copy)]
struct Tie {
    value: f64,
    rows: usize,
    lost: usize,
}

fn ties(values: &[f64], lost: &[bool]) -> Vec<Tie> {
    // Adding 0 turns -0 into 0, so that equal values have equal bits.
    let mut pairs: Vec<(f64, bool)> =
        values.iter().map(|value| value + 0.0).zip(lost.iter().copied()).collect();
    pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut out: Vec<Tie> = Vec::new();
    for (value, lost) in pairs {
        match out.last_mut() {
            Some(tie) if tie.value.to_bits() == value.to_bits() => {
                tie.rows += 1;
                tie.lost += usize::from(lost);
            }
            _ => out.push(Tie { value, rows: 1, lost: usize::from(lost) }),
        }
    }
    out
}

#[cfg(test)]
mod tests;
