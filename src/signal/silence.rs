//! Has it fallen silent?

use super::{Series, Signal, SignalKind, Test, mad, median, words};

/// A number of at most this share of what is typical is silence. Our choice, tested by
/// `a_trickle_is_silence_too`.
const NEARLY_ZERO: f64 = 0.02;

/// How unlikely a silence as long must be by chance, at the rate at which points were silent before. Our choice,
/// tested by `false_alarms_are_rare`.
const CHANCE: f64 = 0.01;

/// The shortest silence that is a collapse. Our choice: one silent point is a holiday.
const SHORTEST: usize = 2;

/// The least history before a silence. Our choice.
const HISTORY: usize = 5;

/// The fewest gaps between uses that make a rhythm. Our choice.
const GAPS: usize = 4;

/// How far gaps may spread around their median, as a share of it, to be a rhythm. Our choice, tested by
/// `uses_at_random_are_no_rhythm`.
const REGULAR: f64 = 0.35;

/// A series that was silent at more than this share of its points has no level. Our choice, tested by
/// `uses_at_random_are_no_rhythm`.
const SPARSE: f64 = 0.25;

pub(super) fn find(series: &Series, scale: f64) -> Option<Signal> {
    let silent = |it: &(usize, f64)| it.1.abs() <= scale * NEARLY_ZERO;
    let last = series.points.iter().rposition(|point| !silent(point))?;
    let (history, silence) = series.points.split_at_checked(last + 1)?;
    let first = silence.first()?.0;
    collapse(series, history, (silence.len(), first), silent)
        .or_else(|| overdue(series, history, first, silent))
}

/// How many points of a series have a level: all but a silence at the end that is no longer than one before. None
/// where it is silent too often to have one.
pub(super) fn leveled(series: &Series, scale: f64, has_pattern: bool) -> Option<usize> {
    let silent = |it: &(usize, f64)| it.1.abs() <= scale * NEARLY_ZERO;
    let last = series.points.iter().rposition(|point| !silent(point))?;
    let (history, silence) = series.points.split_at_checked(last + 1)?;
    let (quiet, longest) = runs(history, silent);
    if !has_pattern && quiet as f64 > history.len() as f64 * SPARSE {
        return None;
    }
    Some(if silence.len() <= longest { history.len() } else { series.points.len() })
}

/// How many points are silent, and how many of them in a row at most.
fn runs(history: &[(usize, f64)], silent: impl Fn(&(usize, f64)) -> bool) -> (usize, usize) {
    let (mut quiet, mut run, mut longest) = (0, 0, 0);
    for it in history {
        run = if silent(it) { run + 1 } else { 0 };
        quiet += usize::from(silent(it));
        longest = longest.max(run);
    }
    (quiet, longest)
}

fn collapse(
    series: &Series,
    history: &[(usize, f64)],
    (silence, first): (usize, usize),
    silent: impl Fn(&(usize, f64)) -> bool,
) -> Option<Signal> {
    let (quiet, longest) = runs(history, &silent);
    if history.len() < HISTORY || quiet * 2 > history.len() {
        return None;
    }
    // One silent point more, of two more: nobody who was never silent is sure never to be.
    let rate = (quiet as f64 + 1.0) / (history.len() as f64 + 2.0);
    // So many silent points in a row are less likely than CHANCE.
    let unlikely = (CHANCE.ln() / rate.ln()).ceil();
    let needed = unlikely.max(SHORTEST as f64).max(longest as f64 + 1.0);
    if (silence as f64) < needed {
        return None;
    }
    let busy: Vec<f64> =
        history.iter().filter(|point| !silent(point)).map(|point| point.1).collect();
    let before = median(&busy)?;
    Some(Signal {
        kind: SignalKind::Collapse,
        at: first,
        before,
        after: 0.0,
        test: Test::Silence,
        statistic: silence as f64,
        threshold: needed,
        sentence: words::collapse(series, before, silence, longest),
    })
}

/// A use every so often, and the next long overdue.
fn overdue(
    series: &Series,
    history: &[(usize, f64)],
    first: usize,
    silent: impl Fn(&(usize, f64)) -> bool,
) -> Option<Signal> {
    let uses: Vec<usize> =
        history.iter().filter(|point| !silent(point)).map(|point| point.0).collect();
    let gaps: Vec<f64> =
        uses.iter().zip(uses.iter().skip(1)).map(|(from, to)| (to - from) as f64).collect();
    let (usual, spread) = (median(&gaps)?, 1.4826 * mad(&gaps)?);
    if gaps.len() < GAPS || usual < 2.0 || spread > usual * REGULAR {
        return None;
    }
    let longest = gaps.iter().copied().fold(0.0, f64::max);
    let needed = (usual * 2.0).max(usual + 4.0 * spread).max(longest + 1.0).ceil();
    let since = (series.len - 1).saturating_sub(*uses.last()?);
    if (since as f64) < needed {
        return None;
    }
    Some(Signal {
        kind: SignalKind::LostRhythm,
        at: first,
        before: usual,
        after: since as f64,
        test: Test::Gap,
        statistic: since as f64,
        threshold: needed,
        sentence: words::overdue(series, usual, since),
    })
}
