//! How long before a loss the first warning came.

use chrono::NaiveDate;
use serde::Serialize;

/// Days between the first warning of each lost subject and its loss.
///
/// ```
/// use foretell::outcome::measure::lead_times;
///
/// let day = |text: &str| text.parse().unwrap();
/// let warned = [Some("2026-02-01"), Some("2026-02-22"), Some("2026-03-01"), None];
/// let lead = lead_times(warned.map(|warned| (day("2026-03-01"), warned.map(day)))).unwrap();
/// assert_eq!((lead.lost, lead.warned, lead.share), (4, 2, 0.5)); // on the day itself is too late
/// assert_eq!(lead.days, [7, 28]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LeadTimes {
    /// The lost subjects.
    pub lost: usize,
    /// Those of them that had a warning before the day of the loss.
    pub warned: usize,
    /// `warned` among `lost`.
    pub share: f64,
    /// The median number of days from the first warning to the loss.
    pub median: Option<f64>,
    /// A quarter had at most so many days.
    pub lower_quartile: Option<f64>,
    /// A quarter had at least so many days.
    pub upper_quartile: Option<f64>,
    /// The days themselves, ascending.
    pub days: Vec<i64>,
}

/// Lead times of lost subjects: the day of each loss, and the day of its first warning (a red band, an alert) if there was
/// one. A warning on the day of the loss or later is none. `None` where nobody was lost.
///
/// ```
/// use foretell::outcome::measure::lead_times;
///
/// let day = |it: &str| it.parse().unwrap();
/// let lead = lead_times([
///     (day("2026-03-01"), Some(day("2026-02-01"))),
///     (day("2026-03-01"), None),
/// ]).unwrap();
/// assert_eq!((lead.warned, lead.median), (1, Some(28.0)));
/// ```
#[must_use]
pub fn lead_times(
    losses: impl IntoIterator<Item = (NaiveDate, Option<NaiveDate>)>,
) -> Option<LeadTimes> {
    let mut lost = 0;
    let mut days = Vec::new();
    for (loss, warning) in losses {
        lost += 1;
        days.extend(warning.map(|day| (loss - day).num_days()).filter(|days| *days > 0));
    }
    days.sort_unstable();
    let numbers: Vec<f64> = days.iter().map(|day| *day as f64).collect();
    (lost > 0).then(|| LeadTimes {
        lost,
        warned: days.len(),
        share: days.len() as f64 / lost as f64,
        median: quantile(&numbers, 0.5),
        lower_quartile: quantile(&numbers, 0.25),
        upper_quartile: quantile(&numbers, 0.75),
        days,
    })
}

/// A quantile of ascending numbers, straight between neighbours (type 7 of Hyndman & Fan 1996, as NumPy's); none of
/// none.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(place.floor() as usize)?;
    let high = sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}
