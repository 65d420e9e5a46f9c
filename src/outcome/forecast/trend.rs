//! Where a score is going: a robust trend that fades.
//!
//! The trend is the median of the slopes between all pairs of past scores (Theil-Sen), drawn to 0 by as much as it is
//! unsure, and fades with the distance: a fall is not carried on for ever. The level follows recent scores the more
//! the more scores wander. The interval holds a score *measured* on the day: noise, wandering and the doubt
//! about level, slope and fading together.

use serde::Serialize;

use chrono::NaiveDate;

use crate::outcome::special::t_quantile;
use crate::signal::{median, theil_sen};

/// Fewer scores say nothing of a trend. Our choice, tested by `intervals_hold_the_later_score`.
const LEAST: usize = 6;
/// No more than the latest so many are read: a year of weeks.
const MOST: usize = 52;
/// Days after which a trend has faded to 1/e of its slope. Our choice, a quarter, tested as above.
const FADE: f64 = 90.0;
/// How much wider wandering makes the interval than its estimate says: taking out the trend takes out
/// some of it. Our choice, tested as above.
const WANDER: f64 = 2.5;
/// How much of what a trend would bring without fading is a standard deviation of what it does bring: whether it
/// fades is itself unsure. Our choice, tested as above.
const UNSURE: f64 = 0.5;

/// A score on a later day.
///
/// ```
/// use foretell::outcome::forecast::Trend;
///
/// let past: Vec<_> = [82.0, 80.0, 79.0, 75.0, 74.0, 70.0, 69.0].into_iter().enumerate()
///     .map(|(week, score)| (chrono::NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + chrono::Days::new(7 * week as u64), score))
///     .collect();
/// let trend = Trend::fit(&past).unwrap();
/// let (soon, later) = (trend.at("2026-02-23".parse()?), trend.at("2026-05-25".parse()?));
/// assert!(later.score < soon.score);
/// assert!(later.high - later.low > soon.high - soon.low); // the further, the less is known
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reach {
    /// The day.
    pub day: NaiveDate,
    /// The score that is expected, 0 to 100.
    pub score: f64,
    /// The lower end of the 95% interval of the score on that day.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The trend of a score.
///
/// ```
/// use foretell::outcome::forecast::Trend;
///
/// let day = |it: &str| it.parse().unwrap();
/// let past = [("2026-01-05", 82.0), ("2026-01-12", 80.0), ("2026-01-19", 79.0), ("2026-01-26", 75.0),
///     ("2026-02-02", 74.0), ("2026-02-09", 70.0), ("2026-02-16", 69.0)].map(|it| (day(it.0), it.1));
/// let trend = Trend::fit(&past).unwrap();
/// let spring = trend.at(day("2026-04-20"));
/// assert!(spring.score < 60.0 && spring.low < spring.score && spring.high < 82.0);
/// assert_eq!(Trend::fit(&past[..3]), None); // too short
/// ```
///
/// # Source
/// Sen (1968), JASA 63, 1379-1389; fading after Gardner & McKenzie (1985), Management Science 31, 1237-1246; the weight of recent
/// scores is that of a local level (Muth 1960, JASA 55, 299-306).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trend {
    /// The day of the last score.
    pub last: NaiveDate,
    /// How many scores it rests on.
    pub scores: usize,
    /// The score on the last day, noise taken out.
    pub level: f64,
    /// Points a day, as the trend is now.
    pub slope: f64,
    /// The median slope between pairs, before it is drawn to 0.
    pub raw_slope: f64,
    noise: f64,
    /// Variance a day.
    wander: f64,
    level_variance: f64,
    slope_variance: f64,
}

impl Trend {
    /// The trend of past scores, 0 to 100, in any order; of several on one day their mean. `None` with fewer than six days.
    #[must_use]
    pub fn fit(past: &[(NaiveDate, f64)]) -> Option<Self> {
        let days = daily(past);
        let days = days.get(days.len().saturating_sub(MOST)..)?;
        let (last, _) = days.last().copied()?;
        if days.len() < LEAST {
            return None;
        }
        let points: Vec<(f64, f64)> =
            days.iter().map(|(day, y)| ((*day - last).num_days() as f64, *y)).collect();
        let count = points.len() as f64;
        let raw_slope = theil_sen(&points)?.slope;
        let rest: Vec<f64> = points.iter().map(|(x, y)| y - raw_slope * x).collect();
        let gap = -points.first()?.0 / (count - 1.0);
        let (noise, wander) = spreads(&rest)?;
        let (level, seen) = level(&rest, noise, wander);
        let centre = points.iter().map(|point| point.0).sum::<f64>() / count;
        let squares: f64 = points.iter().map(|point| (point.0 - centre).powi(2)).sum();
        // Of noise as least squares has it, of wandering as the ends of a random walk have it.
        let slope_variance = noise / squares + 1.2 * wander / (count * gap * gap);
        let square = raw_slope * raw_slope;
        let sure = if square > 0.0 { square / (square + slope_variance) } else { 0.0 };
        Some(Self {
            last,
            scores: days.len(),
            level,
            slope: raw_slope * sure,
            raw_slope,
            noise,
            wander: WANDER * wander / gap,
            level_variance: noise / seen + WANDER * wander * seen / 3.0,
            slope_variance,
        })
    }

    /// The score on a day, with its interval. On the last day or before it is the level.
    #[must_use]
    pub fn at(&self, day: NaiveDate) -> Reach {
        let days = (day - self.last).num_days().max(0) as f64;
        // The slope fades evenly: what is left of it, added up to the day.
        let faded = FADE * (1.0 - (-days / FADE).exp());
        let score = self.level + self.slope * faded;
        let unfaded = UNSURE * self.slope * (days - faded);
        let variance = self.noise
            + unfaded * unfaded
            + self.wander * days
            + self.level_variance
            + self.slope_variance * faded * faded;
        let degrees = (0.5 * self.scores as f64 - 1.0).max(3.0);
        let reach = t_quantile(0.975, degrees) * variance.sqrt();
        let points = |it: f64| it.clamp(0.0, 100.0);
        Reach { day, score: points(score), low: points(score - reach), high: points(score + reach) }
    }
}

/// One score a day, in the order of days; what is not on the scale is none.
pub(super) fn daily(past: &[(NaiveDate, f64)]) -> Vec<(NaiveDate, f64)> {
    let mut sorted: Vec<(NaiveDate, f64)> =
        past.iter().copied().filter(|point| (0.0..=100.0).contains(&point.1)).collect();
    sorted.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let same = sorted.chunk_by(|left, right| left.0 == right.0);
    let mean =
        |it: &[(NaiveDate, f64)]| it.iter().map(|point| point.1).sum::<f64>() / it.len() as f64;
    same.filter_map(|points| Some((points.first()?.0, mean(points)))).collect()
}

/// The variances of noise and of wandering from score to score, by how the differences of scores grow with the number of
/// scores between them. Each mean square is half the usual one and half a robust one.
fn spreads(rest: &[f64]) -> Option<(f64, f64)> {
    let furthest = (rest.len() / 4).max(2);
    let mut squares = Vec::with_capacity(furthest);
    for lag in 1..=furthest {
        let gaps = rest.iter().zip(rest.iter().skip(lag)).map(|pair| (pair.1 - pair.0).abs());
        let gaps: Vec<f64> = gaps.collect();
        let usual = gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len() as f64;
        // 1.4826 times the median of absolute values is a standard deviation (Rousseeuw & Croux 1993).
        let robust = (1.4826 * median(&gaps)?).powi(2);
        squares.push((lag as f64, 0.5 * (usual + robust)));
    }
    let count = squares.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| squares.iter().map(of).sum::<f64>() / count;
    let (lag, square) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let slope =
        mean(&|pair| (pair.0 - lag) * (pair.1 - square)) / mean(&|pair| (pair.0 - lag).powi(2));
    let wander = slope.max(0.0);
    let noise = (squares.first()?.1 - wander).max(0.0) / 2.0;
    Some((noise, wander))
}

/// The level at the end and how many scores it rests on: a weighted mean whose weights fall by the gain of a local level.
fn level(rest: &[f64], noise: f64, wander: f64) -> (f64, f64) {
    let gain = if noise <= 0.0 {
        if wander > 0.0 { 1.0 } else { 0.0 }
    } else {
        let ratio = (wander / noise).min(1e6);
        0.5 * ((ratio * ratio + 4.0 * ratio).sqrt() - ratio)
    };
    let keep = 1.0 - gain.max(1.0 / rest.len() as f64);
    let (mut weight, mut all, mut squares, mut sum) = (1.0, 0.0, 0.0, 0.0);
    for it in rest.iter().rev() {
        all += weight;
        squares += weight * weight;
        sum += weight * it;
        weight *= keep;
    }
    (sum / all, all * all / squares)
}
