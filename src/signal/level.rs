//! Has its level changed, at once or bit by bit?

use super::season::{FRESH, Pattern};
use super::silence::leveled;
use super::{Series, Signal, SignalKind, Test, level, mad, mann_kendall, median, number};
use super::{pettitt, theil_sen, words};

/// How many points before a change tell what was usual. Half a year of weeks. Our choice.
const BASE: usize = 26;

/// The fewest points before and after a change. Our choice, tested by `one_odd_number_is_no_signal`.
const FEWEST_BEFORE: usize = 4;
const FEWEST_AFTER: usize = 3;

/// The least spread that is taken for noise, in logarithms: few points can lie together by chance (false alarms
/// at 8 points 0.042 without a floor and 0.010 with, on simulated counts).
const FLOOR: f64 = 0.15;

/// How large a change must be, as the share that is left or the inverse of it: of one that is hardly out of the
/// noise, of one that is far out of it, and of one that Pettitt's test or a trend confirms. Our choice, tested by
/// `false_alarms_are_rare`.
const HUGE: f64 = 0.5;
const LARGE: f64 = 0.6;
const FAIR: f64 = 0.7;

/// How many robust standard deviations two medians must be apart: far out of the noise, and hardly. Our choice,
/// tested by `false_alarms_are_rare`.
const FAR: f64 = 4.0;
const HARDLY: f64 = 2.5;

/// How much worse than two levels a drift may fit where there is no change of level it could be taken for. Our
/// choice: two levels have one number more to fit with.
const WORSE: f64 = 1.1;

/// Pettitt's p at most, over the newest points, and the fewest for it. A single split at 0.01 was the best of
/// ten ways to find changes in short real series (TCPD, van den Burg & Williams, arXiv:2003.06222).
const PETTITT: f64 = 0.01;
const FEWEST_PETTITT: usize = 12;

/// How many points a drift may span, and the fewest. A year of weeks. Our choice.
const LONGEST_DRIFT: usize = 52;
const FEWEST_DRIFT: usize = 16;

/// The normal quantile of a two-sided 0.01.
const TREND: f64 = 2.575_829_303_548_901;

/// A point without its rhythm.
#[derive(Debug, Clone, Copy)]
struct Point {
    at: usize,
    level: f64,
    /// The number itself where there is no rhythm to take out.
    number: f64,
}

pub(super) fn find(series: &Series, scale: f64, pattern: Option<&Pattern>) -> Option<Signal> {
    let point = |(at, it): &(usize, f64)| match pattern {
        None => Point { at: *at, level: level(*it, scale), number: *it },
        Some(pattern) => {
            let level = level(*it, scale) - pattern.at(*at);
            Point { at: *at, level, number: number(level, scale) }
        }
    };
    let count = leveled(series, scale, pattern.is_some())?;
    let levels: Vec<Point> = series.points.iter().take(count).map(point).collect();
    let bare = pattern.is_some();
    let shift = shift(series, last(&levels, BASE + FRESH), bare);
    let drift = drift(series, scale, last(&levels, LONGEST_DRIFT), bare);
    match (shift, drift) {
        (Some(shift), Some((drift, worse))) => Some(if worse <= 1.0 { drift } else { shift }),
        (Some(shift), None) => Some(shift),
        (None, Some((drift, worse))) => Some(drift).filter(|_| worse <= WORSE),
        (None, None) => None,
    }
}

fn last<T>(all: &[T], most: usize) -> &[T] {
    all.get(all.len().saturating_sub(most)..).unwrap_or(all)
}

fn values(levels: &[Point]) -> Vec<f64> {
    levels.iter().map(|point| point.level).collect()
}

/// How far numbers are from their median, in sum.
fn cost(levels: &[Point]) -> f64 {
    let all = values(levels);
    let middle = median(&all).unwrap_or(0.0);
    all.iter().map(|value| (value - middle).abs()).sum()
}

/// Where two levels fit best, of the places with enough points before and after, and how well they fit.
fn split(levels: &[Point], from: usize) -> Option<(usize, f64)> {
    let to = levels.len().checked_sub(FEWEST_AFTER)?;
    let mut best: Option<(usize, f64)> = None;
    for at in from.max(FEWEST_BEFORE)..=to {
        let Some((before, after)) = levels.split_at_checked(at) else { continue };
        let cost = cost(before) + cost(after);
        if best.is_none_or(|best| cost < best.1) {
            best = Some((at, cost));
        }
    }
    best
}

/// The numbers of some points, in the middle.
fn usual(levels: &[Point]) -> Option<f64> {
    median(&levels.iter().map(|point| point.number).collect::<Vec<f64>>())
}

/// How much of a number is left, whichever way it went: 0 for nothing, 1 for all.
fn left(before: f64, after: f64) -> f64 {
    let (low, high) = (before.abs().min(after.abs()), before.abs().max(after.abs()));
    if before.signum() * after.signum() < 0.0 {
        0.0
    } else if high > 0.0 {
        low / high
    } else {
        1.0
    }
}

fn shift(series: &Series, levels: &[Point], bare: bool) -> Option<Signal> {
    let (at, _) = split(levels, levels.len().saturating_sub(FRESH))?;
    let (before, after) = levels.split_at_checked(at)?;
    let (was, is) = (values(before), values(after));
    let moved = median(&is)? - median(&was)?;
    let noise = (1.4826 * mad(&was)?).max(FLOOR);
    // The variance of a median is pi/2 times that of a mean, of many normal numbers.
    let spread =
        (std::f64::consts::FRAC_PI_2 * (1.0 / was.len() as f64 + 1.0 / is.len() as f64)).sqrt();
    let apart = moved.abs() / (noise * spread);
    let (before, after) = (usual(before)?, usual(after)?);
    let left = left(before, after);
    let newest = values(last(levels, FRESH));
    let confirmed = pettitt(&newest)
        .filter(|pettitt| newest.len() >= FEWEST_PETTITT && pettitt.p <= PETTITT)
        .filter(|_| apart >= HARDLY && left <= FAIR);
    let (test, statistic, threshold) = match confirmed {
        _ if apart >= FAR && left <= LARGE => (Test::Medians, apart, FAR),
        _ if apart >= HARDLY && left <= HUGE => (Test::Medians, apart, HARDLY),
        Some(it) => (Test::Pettitt, it.p, PETTITT),
        None => return None,
    };
    // Of three points the first may still be of the old level.
    let middle = median(&was)? + moved / 2.0;
    let still_old = |it: &Point| (it.level < middle) != (moved < 0.0);
    let first = levels.get(at..)?.iter().find(|point| !still_old(point))?.at;
    let kind = if moved < 0.0 { SignalKind::Drop } else { SignalKind::Rise };
    let ago = series.len - first;
    let sentence = words::moved(series, kind, (before, after), ago, bare);
    Some(Signal { kind, at: first, before, after, test, statistic, threshold, sentence })
}

/// A drift, and how much worse than two levels it fits: at most 1 where it does not.
fn drift(series: &Series, scale: f64, levels: &[Point], bare: bool) -> Option<(Signal, f64)> {
    if levels.len() < FEWEST_DRIFT {
        return None;
    }
    let points: Vec<(f64, f64)> =
        levels.iter().map(|point| (point.at as f64, point.level)).collect();
    let line = theil_sen(&points)?;
    let on = |x: f64| line.intercept + line.slope * x;
    let rest: Vec<f64> = points.iter().map(|(x, y)| y - on(*x)).collect();
    let trend = mann_kendall(&values(levels)) / common(&rest).sqrt();
    let (first, end) = (points.first()?.0, points.last()?.0);
    let (before, after) = (number(on(first), scale), number(on(end), scale));
    if trend.abs() < TREND || left(before, after) > FAIR {
        return None;
    }
    let line_cost: f64 = rest.iter().map(|it| it.abs()).sum();
    let worse = line_cost / split(levels, 0)?.1;
    let kind = if line.slope < 0.0 { SignalKind::Decline } else { SignalKind::Growth };
    let at = levels.first()?.at;
    let sentence = words::moved(series, kind, (before, after), series.len - at, bare);
    let statistic = trend.abs();
    let test = Test::Trend;
    Some((Signal { kind, at, before, after, test, statistic, threshold: TREND, sentence }, worse))
}

/// By how much the variance of a sum grows because numbers in a row have something in common: that of a
/// first-order process (Bayley & Hammersley 1946, "The effective number of independent observations in an
/// autocorrelated time series").
fn common(rest: &[f64]) -> f64 {
    let own: f64 = rest.iter().map(|it| it * it).sum();
    let next: f64 = rest.iter().zip(rest.iter().skip(1)).map(|(one, two)| one * two).sum();
    // What is less than the noise that is always taken to be there has nothing in common.
    let noise = FLOOR * FLOOR * rest.len() as f64;
    let shared = (next / (own + noise)).clamp(0.0, 0.9);
    (1.0 + shared) / (1.0 - shared)
}
