//! A rhythm within a week or a year: taken out where it explains the numbers, and missed where it is gone.

use super::{MOST, Series, Signal, SignalKind, Test, median, words};

/// The newest points, of which a rhythm is not learned: a change there must not pass for one.
pub(super) const FRESH: usize = 16;

/// What is left of the deviations once a rhythm is taken out must be at most this share of them. Our choice,
/// tested by `noise_has_no_rhythm`.
const EXPLAINS: f64 = 0.8;

/// Longer rhythms are not missed: it would take their length to know.
const LONGEST_MISSED: usize = 14;

/// How strong a pattern must have been in each stretch before, and how strong it may be at most to be gone, as
/// shares of its strength. Our choice, tested by `a_pattern_that_is_gone_is_missed`.
const STRONG: f64 = 0.5;
const GONE: f64 = 0.2;

/// What each place of a season adds to the level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    pub(super) effects: Vec<f64>,
}

impl Pattern {
    pub(super) fn at(&self, place: usize) -> f64 {
        let at = place.checked_rem(self.effects.len()).unwrap_or(0);
        self.effects.get(at).copied().unwrap_or(0.0)
    }
}

/// The rhythm of a series, where it has one.
///
/// Each point is held against the median of the season around it, so that neither a drift nor a level passes for a
/// rhythm; what points of the same place in the season deviate by in the middle is its effect. It counts
/// where it foretells the deviations of points that it was not learned from.
pub(super) fn find(series: &Series, scale: f64) -> Option<Pattern> {
    let season = series.options.season.filter(|season| (2..=MOST).contains(season))?;
    let learned = series.len.checked_sub(FRESH)?;
    if learned < season + season / 2 {
        return None;
    }
    let mut levels = vec![f64::NAN; learned];
    for (at, it) in &series.points {
        if let Some(slot) = levels.get_mut(*at) {
            *slot = super::level(*it, scale);
        }
    }
    let mut places: Vec<Vec<f64>> = vec![Vec::new(); season];
    for (at, it) in levels.iter().enumerate().filter(|it| !it.1.is_nan()) {
        let from = at.saturating_sub(season / 2).min(learned - season);
        let around = levels.get(from..from + season).unwrap_or(&[]);
        let around: Vec<f64> = around.iter().copied().filter(|value| !value.is_nan()).collect();
        let (Some(middle), Some(place)) = (median(&around), places.get_mut(at % season)) else {
            continue;
        };
        place.push(it - middle);
    }
    if !explains(&places) {
        return None;
    }
    let effects: Option<Vec<f64>> = places.iter().map(|place| median(place)).collect();
    Some(Pattern { effects: effects? })
}

/// Whether the other points of a place foretell each of its points.
fn explains(places: &[Vec<f64>]) -> bool {
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for place in places.iter().filter(|place| place.len() > 1) {
        for (at, it) in place.iter().enumerate() {
            let others: Vec<f64> =
                place.iter().enumerate().filter(|other| other.0 != at).map(|it| *it.1).collect();
            let Some(foretold) = median(&others) else { continue };
            all.push(it.abs());
            left.push((it - foretold).abs());
        }
    }
    // Means, as most places of a rhythm can deviate by nothing; of deviations, which one odd number does not
    // decide, being one of many.
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    !all.is_empty() && mean(&left) < mean(&all) * EXPLAINS
}

/// A pattern that each stretch of two seasons showed, and the last does not.
pub(super) fn lost(series: &Series, scale: f64, pattern: &Pattern) -> Option<Signal> {
    let season = pattern.effects.len();
    if season > LONGEST_MISSED {
        return None;
    }
    let stretch = season * 2;
    let begin = series.len.checked_sub(stretch)?;
    let of = |from: usize| strength(series, scale, pattern, from..from + stretch);
    let now = of(begin)?;
    let mut starts = (0..begin / stretch).map(|number| begin - (number + 1) * stretch).peekable();
    starts.peek()?;
    let always = starts.all(|from| of(from).is_some_and(|strength| strength >= STRONG));
    if !always || now > GONE {
        return None;
    }
    Some(Signal {
        kind: SignalKind::LostRhythm,
        at: begin,
        before: 1.0,
        after: now,
        test: Test::Pattern,
        statistic: now,
        threshold: GONE,
        sentence: words::pattern(series, season, stretch),
    })
}

/// How much of a pattern some points show: 1 for all of it, 0 for nothing. Each point counts for no more than
/// the pattern's own size allows.
fn strength(
    series: &Series,
    scale: f64,
    pattern: &Pattern,
    places: std::ops::Range<usize>,
) -> Option<f64> {
    let inside = || series.points.iter().filter(|it| places.contains(&it.0));
    let levels: Vec<f64> = inside().map(|point| super::level(point.1, scale)).collect();
    let middle = median(&levels)?;
    let most = pattern.effects.iter().fold(0.0, |most: f64, it| most.max(it.abs())) * 1.5;
    let (mut common, mut own) = (0.0, 0.0);
    for ((at, _), it) in inside().zip(&levels) {
        let effect = pattern.at(*at);
        common += (it - middle).clamp(-most, most) * effect;
        own += effect * effect;
    }
    (own > 0.0).then(|| common / own)
}
