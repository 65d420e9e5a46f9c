//! Statistics that one odd value does not move much.

/// The middle of some numbers, or halfway between the two in the middle; none of no numbers.
///
/// Numbers are ordered with `f64::total_cmp`.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied()?;
    let lower = sorted.get((sorted.len() - 1) / 2).copied()?;
    Some(f64::midpoint(lower, upper))
}

/// The median absolute deviation from the median, in the unit of the numbers and not scaled; none of no
/// numbers.
///
/// Times 1.4826 it estimates the standard deviation of normal data.
///
/// # Source
/// Rousseeuw & Croux (1993), "Alternatives to the median absolute deviation", JASA 88(424), 1273-1283.
///
/// ```
/// use foretell::signal::{mad, median};
///
/// assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), Some(3.0));
/// assert_eq!(mad(&[4.0, 1.0, 2.0, 100.0]), Some(1.5));
/// ```
#[must_use]
pub fn mad(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let far: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median(&far)
}

/// A line through points: the median of the slopes of all pairs, through the medians of both axes.
///
/// ```
/// use foretell::signal::theil_sen;
///
/// // One number is far off, and moves the line little.
/// let line = theil_sen(&[(0.0, 1.0), (1.0, 3.0), (2.0, 500.0), (3.0, 7.0), (4.0, 9.0)]).unwrap();
/// assert_eq!((line.slope, line.intercept), (2.0, 3.0));
/// assert_eq!(theil_sen(&[(1.0, 3.0), (1.0, 5.0)]), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TrendLine {
    /// The change of the value for a step of 1.
    pub slope: f64,
    /// The value at 0.
    pub intercept: f64,
}

/// The Theil-Sen line through `(place, value)` points; none where no two places differ.
///
/// Quadratic in the number of points.
///
/// # Source
/// Sen (1968), "Estimates of the regression coefficient based on Kendall's tau", JASA 63(324), 1379-1389.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<TrendLine> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (at, (x0, y0)) in points.iter().enumerate() {
        for (x1, y1) in points.iter().skip(at + 1) {
            let slope = (y1 - y0) / (x1 - x0);
            if slope.is_finite() {
                slopes.push(slope);
            }
        }
    }
    let slope = median(&slopes)?;
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    Some(TrendLine { slope, intercept: median(&ys)? - slope * median(&xs)? })
}

/// Where a series most likely changed its level once, and how sure that is.
///
/// ```
/// use foretell::signal::pettitt;
///
/// let shift = pettitt(&[9.0, 8.0, 9.5, 8.5, 9.0, 8.0, 2.0, 1.0, 2.5, 1.5, 2.0, 1.0]).unwrap();
/// assert_eq!(shift.at, 6); // six come before
/// assert!(shift.p < 0.05);
/// assert_eq!(pettitt(&[1.0]), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LevelShift {
    /// The first number of the new level, from 0: so many come before it.
    pub at: usize,
    /// The statistic K: how unevenly the ranks lie before and after.
    pub statistic: f64,
    /// How likely a K as large is without a change, for both directions, approximately; at most 1.
    pub p: f64,
}

/// Pettitt's test for one change of level at an unknown place; none under two numbers.
///
/// Ties have the mean of their ranks. Of several places with the same K the first is taken.
///
/// # Source
/// Pettitt (1979), "A non-parametric approach to the change-point problem", Applied Statistics 28(2), 126-135.
#[must_use]
pub fn pettitt(values: &[f64]) -> Option<LevelShift> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let ranks = ranks(values);
    let (mut sum, mut best) = (0.0, (0, 0.0));
    for (at, rank) in (1..values.len()).zip(&ranks) {
        sum += rank;
        let uneven = (2.0 * sum - at as f64 * (n + 1.0)).abs();
        if best.0 == 0 || uneven > best.1 {
            best = (at, uneven);
        }
    }
    let (at, statistic) = best;
    let p = 2.0 * (-6.0 * statistic * statistic / (n * n * n + n * n)).exp();
    Some(LevelShift { at, statistic, p: p.min(1.0) })
}

/// Ranks from 1; equal numbers have the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> =
        values.iter().enumerate().map(|(at, it)| (*it, at)).collect();
    order.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq()) {
        // From `first + 1` to `first + len`, whose mean is:
        let rank = first as f64 + (equal.len() as f64 + 1.0) / 2.0;
        for (_, at) in equal {
            if let Some(it) = ranks.get_mut(*at) {
                *it = rank;
            }
        }
        first += equal.len();
    }
    ranks
}

/// The Mann-Kendall test for a trend in one direction: Kendall's S in its own standard deviations, ties
/// corrected for; positive for a rise. 0 where all are equal or there are fewer than three.
///
/// Quadratic in the number of values.
///
/// # Source
/// Mann (1945), "Nonparametric tests against trend", Econometrica 13(3), 245-259; Kendall (1975), "Rank
/// correlation methods".
#[must_use]
pub fn mann_kendall(values: &[f64]) -> f64 {
    if values.len() < 3 {
        return 0.0;
    }
    let sign = |left: f64, right: f64| match left.total_cmp(&right) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => 0.0,
        std::cmp::Ordering::Greater => -1.0,
    };
    let rest = |at: usize, it: f64| values.iter().skip(at + 1).map(move |other| sign(it, *other));
    let s: f64 = values.iter().enumerate().flat_map(|(at, it)| rest(at, *it)).sum();
    let weigh = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties = sorted.chunk_by(|left, right| left.total_cmp(right).is_eq());
    let tied: f64 = ties.map(|tie| weigh(tie.len() as f64)).sum();
    let variance = (weigh(values.len() as f64) - tied) / 18.0;
    if variance > 0.0 { s / variance.sqrt() } else { 0.0 }
}
