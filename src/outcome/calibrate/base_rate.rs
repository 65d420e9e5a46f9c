//! The share lost by segment, where small segments lean on the whole.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::outcome::measure::Caution;
use crate::outcome::special::{beta_quantile, digamma};

/// How far segments differ was estimated so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateMethod {
    /// Maximum likelihood of the beta-binomial distribution.
    Likelihood,
    /// Moments, where likelihood has no optimum with a finite strength that can be trusted.
    Moments,
    /// All segments alike: they differ no more than chance makes them.
    Pooled,
}

/// The rate of one segment.
///
/// ```
/// use foretell::outcome::calibrate::base_rates;
///
/// let segments = [vec!["small"; 40], vec!["large"; 40], vec!["new"; 2]].concat();
/// let lost: Vec<bool> = (0..82).map(|row| (row < 40 && row % 2 == 0) || row == 81).collect();
/// let rates = base_rates(&segments, &lost).unwrap();
/// let new = rates.segments.iter().find(|rate| rate.segment == "new").unwrap();
/// assert_eq!((new.rows, new.lost, new.raw), (2, 1, 0.5));
/// assert!(new.rate < new.raw); // two outcomes say little: drawn towards the whole
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BaseRate {
    /// The segment.
    pub segment: String,
    /// Its outcomes.
    pub rows: usize,
    /// Those lost.
    pub lost: usize,
    /// The share lost, as it stands.
    pub raw: f64,
    /// The share lost, drawn towards the whole by as much as few outcomes need.
    pub rate: f64,
    /// The lower end of the 95% interval of `rate`.
    pub low: f64,
    /// The upper end of the 95% interval of `rate`.
    pub high: f64,
    /// What to beware of with so few outcomes.
    pub caution: Option<Caution>,
}

/// The rates of all segments.
///
/// ```
/// use foretell::outcome::calibrate::base_rates;
///
/// let segments = [["small"; 40], ["large"; 40]].concat();
/// let lost: Vec<bool> = (0..80).map(|row| if row < 40 { row % 2 == 0 } else { row % 10 == 0 }).collect();
/// let rates = base_rates(&segments, &lost).unwrap();
/// assert!(rates.rate("small") > 0.4 && rates.rate("large") < 0.2);
/// assert_eq!(rates.rate("never seen"), rates.mean);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BaseRates {
    /// The rate to which segments are drawn.
    pub mean: f64,
    /// With how many outcomes' worth; infinite where segments do not differ.
    pub strength: f64,
    /// How both were estimated.
    pub method: RateMethod,
    /// By name of segment.
    pub segments: Vec<BaseRate>,
}

impl BaseRates {
    /// The mean with its 95% interval for a segment that was never seen: as unsure as segments differ.
    pub(in crate::outcome) fn unseen(&self) -> (f64, f64, f64) {
        let (a, b) = if self.strength.is_finite() {
            let m = self.strength;
            ((m * self.mean).max(1e-3), (m * (1.0 - self.mean)).max(1e-3))
        } else {
            pooled(self.mean, self.segments.iter().map(|segment| segment.rows).sum())
        };
        let (low, high) = (beta_quantile(0.025, a, b), beta_quantile(0.975, a, b));
        (self.mean, low.min(self.mean), high.max(self.mean))
    }

    /// The rate of a segment; of one that was never seen the mean.
    #[must_use]
    pub fn rate(&self, segment: &str) -> f64 {
        self.segments
            .iter()
            .find(|rate| rate.segment == segment)
            .map_or(self.mean, |segment| segment.rate)
    }
}

/// The most outcomes' worth that segments lean on: beyond it they are pooled. Our choice, tested by
/// `segments_that_do_not_differ_are_pooled`.
const STRONGEST: f64 = 1e6;
/// The least. Our choice: a hundredth of an outcome is none.
const WEAKEST: f64 = 1e-2;

/// The share lost by segment, each drawn towards the mean of all: `(lost + m mean) / (rows + m)`, where the strength `m`
/// and the mean are those under which the segments as seen are likeliest. `None` for no rows or lengths
/// that differ.
///
/// ```
/// use foretell::outcome::calibrate::base_rates;
///
/// let segments = ["small"; 40].into_iter().chain(["big"; 40]).chain(["new"; 2]);
/// let lost = (0..82).map(|row| (row < 40 && row % 2 == 0) || row >= 81);
/// let rates = base_rates(&segments.collect::<Vec<_>>(), &lost.collect::<Vec<_>>()).unwrap();
/// let new = rates.segments.iter().find(|it| it.segment == "new").unwrap();
/// assert!(new.rate < new.raw && new.rows == 2 && new.high - new.low > 0.3);
/// ```
///
/// # Source
/// Kleinman (1973), JASA 68, 46-54; Efron & Morris (1975), JASA 70, 311-319; Casella (1985), The American
/// Statistician 39, 83-87.
#[must_use]
pub fn base_rates<S: AsRef<str>>(segments: &[S], lost: &[bool]) -> Option<BaseRates> {
    if segments.len() != lost.len() || segments.is_empty() {
        return None;
    }
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (segment, lost) in segments.iter().zip(lost) {
        let (rows, gone) = counts.entry(segment.as_ref()).or_default();
        *rows += 1;
        *gone += usize::from(*lost);
    }
    let (mean, strength, method) = spread(&cells(counts.values().copied()));
    let segments = counts.into_iter().map(|(segment, (rows, gone))| {
        let (n, k) = (rows as f64, gone as f64);
        let rate = if strength.is_finite() { (k + strength * mean) / (n + strength) } else { mean };
        let (a, b) = if strength.is_finite() {
            // Away from 0, where a beta distribution has no width.
            ((k + strength * mean).max(1e-3), (n - k + strength * (1.0 - mean)).max(1e-3))
        } else {
            pooled(mean, lost.len())
        };
        BaseRate {
            segment: segment.to_owned(),
            rows,
            lost: gone,
            raw: k / n,
            rate,
            low: beta_quantile(0.025, a, b).min(rate),
            high: beta_quantile(0.975, a, b).max(rate),
            caution: Caution::of(gone, rows - gone),
        }
    });
    Some(BaseRates { mean, strength, method, segments: segments.collect() })
}

/// The beta distribution of a rate that rests on all rows alike, by Jeffreys' prior: where nobody was lost yet the rate is
/// not known to be 0.
fn pooled(mean: f64, rows: usize) -> (f64, f64) {
    (mean * rows as f64 + 0.5, (1.0 - mean) * rows as f64 + 0.5)
}

/// Segments with so many rows and so many lost.
#[derive(Debug, Clone, Copy)]
struct Cell {
    rows: f64,
    lost: f64,
    /// How many segments.
    segments: f64,
}

/// Small segments are alike in great numbers: each sort is worked out once.
fn cells(counts: impl Iterator<Item = (usize, usize)>) -> Vec<Cell> {
    let mut sorts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    counts.for_each(|count| *sorts.entry(count).or_default() += 1);
    let cell = |((rows, lost), segments): ((usize, usize), usize)| Cell {
        rows: rows as f64,
        lost: lost as f64,
        segments: segments as f64,
    };
    sorts.into_iter().map(cell).collect()
}

/// A sum over all segments.
fn sum(cells: &[Cell], of: impl Fn(&Cell) -> f64) -> f64 {
    cells.iter().map(|cell| cell.segments * of(cell)).sum()
}

/// Mean, strength, and how they were found.
fn spread(cells: &[Cell]) -> (f64, f64, RateMethod) {
    let pooled = sum(cells, |cell| cell.lost) / sum(cells, |cell| cell.rows);
    if sum(cells, |_| 1.0) < 2.0 || pooled <= 0.0 || pooled >= 1.0 {
        return (pooled, f64::INFINITY, RateMethod::Pooled);
    }
    // The likelihood's slope by the logarithm of the strength, each at the best mean for it.
    let slope = |log: f64| strength_slope(cells, best_mean(cells, log.exp()), log.exp());
    let (mut low, mut high) = (WEAKEST.ln(), STRONGEST.ln());
    if slope(high) >= 0.0 {
        return (pooled, f64::INFINITY, RateMethod::Pooled);
    }
    if slope(low) <= 0.0 {
        return moments(cells, pooled);
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    let strength = f64::midpoint(low, high).exp();
    (best_mean(cells, strength), strength, RateMethod::Likelihood)
}

/// The slope of the log-likelihood by the strength.
fn strength_slope(cells: &[Cell], mean: f64, m: f64) -> f64 {
    let (a, b) = (m * mean, m * (1.0 - mean));
    sum(cells, |cell| {
        let (n, k) = (cell.rows, cell.lost);
        mean * (digamma(k + a) - digamma(a)) + (1.0 - mean) * (digamma(n - k + b) - digamma(b))
            - (digamma(n + m) - digamma(m))
    })
}

/// The likeliest mean at a strength.
fn best_mean(cells: &[Cell], m: f64) -> f64 {
    let slope = |mean: f64| -> f64 {
        let (a, b) = (m * mean, m * (1.0 - mean));
        sum(cells, |cell| {
            let kept = cell.rows - cell.lost;
            (digamma(cell.lost + a) - digamma(a)) - (digamma(kept + b) - digamma(b))
        })
    };
    let (mut low, mut high) = (1e-9, 1.0 - 1e-9);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Strength by moments: the spread between segments beyond what chance within them makes.
///
/// # Source
/// Kleinman (1973), with the number of rows as weights.
fn moments(cells: &[Cell], pooled: f64) -> (f64, f64, RateMethod) {
    let rows = sum(cells, |cell| cell.rows);
    let between = sum(cells, |cell| cell.rows * (cell.lost / cell.rows - pooled).powi(2));
    let chance = pooled * (1.0 - pooled);
    let effective = rows - sum(cells, |cell| cell.rows * cell.rows) / rows;
    let groups = sum(cells, |_| 1.0);
    let variance = (between - (groups - 1.0) * chance) / effective;
    if variance <= 0.0 || effective <= 0.0 {
        return (pooled, f64::INFINITY, RateMethod::Pooled);
    }
    let strength = (chance / variance - 1.0).clamp(WEAKEST, STRONGEST);
    (pooled, strength, RateMethod::Moments)
}
