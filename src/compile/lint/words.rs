//! Numbers and spans of them in words.

use crate::expr::{Span, Spans};
use crate::value::Value;

/// A span of values as people say it, without the ends that everything has.
pub(super) fn span(it: Span) -> String {
    let Span { low, high, with_low, with_high } = it;
    let from = if with_low { format!("from {low}") } else { format!("above {low}") };
    match (low.is_finite(), high.is_finite()) {
        _ if it.is_point() => format!("{low}"),
        (true, true) if with_high => format!("{from} to {high}"),
        (true, true) => format!("{from} to below {high}"),
        (true, false) if with_low => format!("{from} on"),
        (true, false) => from,
        (false, true) if with_high => format!("up to {high}"),
        (false, true) => format!("below {high}"),
        (false, false) => "every number".to_owned(),
    }
}

/// A declared range as people say it.
pub(super) fn range((low, high): (f64, f64)) -> String {
    if high >= f64::MAX { format!("{low} or more") } else { format!("{low} to {high}") }
}

/// The most spans that are listed.
const MOST: usize = 6;

/// Scores or points as people say them: `0, 25 to 50 or 100`.
pub(super) fn listed(all: &Spans) -> String {
    let tenth = |it: f64| Value::Number(it).shown();
    let one = |it: Span| match it.high - it.low < 1e-6 {
        true => tenth(it.low),
        false => format!("{} to {}", tenth(it.low), tenth(it.high)),
    };
    let mut said: Vec<String> = all.list().map(one).collect();
    said.dedup();
    if said.len() > MOST {
        let (low, high) = all.ends().unwrap_or_default();
        return format!("{} values from {} to {}", said.len(), tenth(low), tenth(high));
    }
    match said.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}
