//! All measures of a probability at once, with what to beware of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{at_budget, brier, calibration_error, ks, log_loss, pr_auc, roc_auc};

/// What to beware of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caution {
    /// One of the outcomes never happened: there is nothing to tell apart.
    OneOutcome,
    /// Fewer than 10 of one of the outcomes: every measure may be chance.
    VeryFew,
    /// Fewer than 100 of one of the outcomes: differences below 0.05 in `roc_auc` are noise.
    Few,
}

impl Caution {
    /// What to beware of with so many lost and kept. The limits are our choice: with 10 against many the
    /// standard error of the area is about 0.09, with 100 about 0.03 (Hanley & McNeil 1982, at an
    /// area of 0.75).
    #[must_use]
    pub const fn of(lost: usize, kept: usize) -> Option<Self> {
        match if lost < kept { lost } else { kept } {
            0 => Some(Self::OneOutcome),
            1..10 => Some(Self::VeryFew),
            10..100 => Some(Self::Few),
            _ => None,
        }
    }
}

/// How good probabilities of loss were.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Measures {
    /// The rows.
    pub rows: usize,
    /// Those lost.
    pub lost: usize,
    /// The area under the ROC curve; see [`roc_auc`].
    pub roc_auc: Option<f64>,
    /// Average precision; see [`pr_auc`].
    pub pr_auc: Option<f64>,
    /// The mean surprise; see [`log_loss`].
    pub log_loss: Option<f64>,
    /// The mean squared error; see [`brier`].
    pub brier: Option<f64>,
    /// The calibration error in ten bins; see [`calibration_error`].
    pub ece10: Option<f64>,
    /// The largest gap between lost and kept; see [`ks`].
    pub ks: Option<f64>,
    /// How many times more of the lost the riskiest tenth holds than its share.
    pub lift_10: Option<f64>,
    /// The share of the lost in the riskiest tenth.
    pub capture_10: Option<f64>,
    /// What to beware of.
    pub caution: Option<Caution>,
}

/// All measures of probabilities of loss, 0 to 1, one a row as `lost` has them. What cannot be measured, as where all or none
/// were lost, is `None`.
#[must_use]
pub fn measure(probability: &[f64], lost: &[bool]) -> Measures {
    let gone = lost.iter().filter(|lost| **lost).count();
    let tenth = at_budget(probability, lost, 0.1);
    Measures {
        rows: lost.len(),
        lost: gone,
        roc_auc: roc_auc(probability, lost),
        pr_auc: pr_auc(probability, lost),
        log_loss: log_loss(probability, lost),
        brier: brier(probability, lost),
        ece10: calibration_error(probability, lost, 10),
        ks: ks(probability, lost),
        lift_10: tenth.map(|tenth| tenth.lift),
        capture_10: tenth.map(|tenth| tenth.capture),
        caution: Caution::of(gone, lost.len() - gone),
    }
}

/// The measures of one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SegmentMeasures {
    /// The segment.
    pub segment: String,
    /// Its measures.
    pub measures: Measures,
}

/// All measures by segment, in the order of their names. `segments` names the segment of each row.
#[must_use]
pub fn by_segment<S: AsRef<str>>(
    segments: &[S],
    probability: &[f64],
    lost: &[bool],
) -> Vec<SegmentMeasures> {
    let mut rows: BTreeMap<&str, (Vec<f64>, Vec<bool>)> = BTreeMap::new();
    for ((segment, p), lost) in segments.iter().zip(probability).zip(lost) {
        let (ps, losts) = rows.entry(segment.as_ref()).or_default();
        ps.push(*p);
        losts.push(*lost);
    }
    let each = rows.into_iter();
    each.map(|(segment, (p, lost))| SegmentMeasures {
        segment: segment.to_owned(),
        measures: measure(&p, &lost),
    })
    .collect()
}
