//! Signals in a sentence.

use super::{Every, Series, SignalKind};
use crate::text::number::{counted, grouped_at_most};

impl Every {
    /// The word for one and for many.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Day => ("day", "days"),
            Self::Week => ("week", "weeks"),
            Self::Month => ("month", "months"),
            Self::Quarter => ("quarter", "quarters"),
            Self::Year => ("year", "years"),
            Self::Point => ("point", "points"),
        }
    }
}

fn one(series: &Series) -> &'static str {
    series.options.every.words().0
}

/// So many of what a point stands for.
fn many(series: &Series, count: f64) -> String {
    let (one, many) = series.options.every.words();
    counted(count, one, many)
}

/// A number with as many decimals as it takes to be told from its neighbours.
fn about(it: f64) -> String {
    let decimals = match it.abs() {
        size if size >= 10.0 => 0,
        size if size >= 1.0 => 1,
        size if size >= 0.1 => 2,
        _ => 3,
    };
    grouped_at_most(it, decimals)
}

pub(super) fn collapse(series: &Series, before: f64, silence: usize, longest: usize) -> String {
    let never = match longest {
        0 => "was never silent".to_owned(),
        it => format!("was never silent for more than {}", many(series, it as f64)),
    };
    format!(
        "silent for the last {}; before it was about {} a {} and {never}",
        many(series, silence as f64),
        about(before),
        one(series)
    )
}

pub(super) fn overdue(series: &Series, usual: f64, since: usize) -> String {
    let every = many(series, usual);
    format!("used about every {every} before, and not for the last {}", many(series, since as f64))
}

/// From one level to another, so long ago or over so long; `bare` where a rhythm was taken out of the numbers.
pub(super) fn moved(
    series: &Series,
    kind: SignalKind,
    (before, after): (f64, f64),
    ago: usize,
    bare: bool,
) -> String {
    let (moved, over) = match kind {
        SignalKind::Drop => ("fell", false),
        SignalKind::Decline => ("declined", true),
        SignalKind::Growth => ("grew", true),
        _ => ("rose", false),
    };
    let time = many(series, ago as f64);
    let when = if over { format!(" over the last {time}") } else { format!(", {time} ago") };
    let apart = if bare { ", its rhythm taken out" } else { "" };
    let (before, after) = (about(before), about(after));
    format!("{moved} from about {before} to about {after} a {}{when}{apart}", one(series))
}

pub(super) fn pattern(series: &Series, season: usize, since: usize) -> String {
    format!(
        "the pattern that came back every {} is gone for the last {}",
        many(series, season as f64),
        many(series, since as f64)
    )
}
