//! Numbers as people read them, as functions for messages; [`text::number`](crate::text::number) has the format.

use super::function::{Body, Function, Native};
use super::{Kind, Value};
use crate::text::number::{counted, fixed, grouped, money, percent, signed};

/// The most decimals that are shown. Our choice: a double has no more.
const MOST_DECIMALS: usize = 15;

/// The functions of this module.
pub(super) fn functions() -> impl Iterator<Item = Function> {
    use Kind::{Number, Text};
    let one = |name: &str, f: fn(f64) -> String| {
        make(name, &[Number], move |all| match all {
            [Value::Number(it)] => Some(f(*it)),
            _ => None,
        })
    };
    let two = |name: &str, f: fn(f64, usize) -> String| {
        make(name, &[Number, Number], move |all| match all {
            [Value::Number(it), Value::Number(digits)] => Some(f(*it, decimals(*digits)?)),
            _ => None,
        })
    };
    let labelled = |name: &str, f: fn(f64, &str) -> String| {
        make(name, &[Number, Text], move |all| match all {
            [Value::Number(it), Value::Text(text)] => Some(f(*it, text)),
            _ => None,
        })
    };
    let by_word = make("counted", &[Number, Text, Text], |all| match all {
        [Value::Number(it), Value::Text(one), Value::Text(many)] => Some(counted(*it, one, many)),
        _ => None,
    });
    [
        two("fixed", fixed),
        one("percent", |it| percent(it, 0)),
        two("percent", percent),
        one("signed", |it| signed(it, 0)),
        two("signed", signed),
        one("grouped", |it| grouped(it, 0)),
        two("grouped", grouped),
        labelled("money", |it, currency| money(it, Some(currency))),
        one("days", |it| counted(it, "day", "days")),
        by_word,
    ]
    .into_iter()
}

fn make(
    name: &str,
    params: &[Kind],
    f: impl Fn(&[Value]) -> Option<String> + Send + Sync + 'static,
) -> Function {
    let body = move |all: &[Value]| f(all).map_or(Value::Missing, |it| Value::Text(it.into()));
    let (name, params) = (name.to_owned(), params.to_vec());
    let (body, native) = (Body::one(body), Native::None);
    Function {
        name,
        params,
        repeats: false,
        returns: Kind::Text,
        body,
        native,
        is_host: false,
        catches: false,
        list: None,
    }
}

/// How many decimals a number stands for; none where it is no whole number from 0 to 15.
fn decimals(digits: f64) -> Option<usize> {
    (0..=MOST_DECIMALS).find(|it| (*it as f64).total_cmp(&(digits + 0.0)).is_eq())
}

/// Rounds to so many decimals, halves away from zero. What a double cannot hold is not invented:
/// 1.005 lies below its half and rounds to 1.
pub(super) fn round(it: f64, digits: f64) -> f64 {
    let digits = digits.round().clamp(-300.0, 300.0);
    let scale = 10f64.powf(digits.abs());
    let rounded =
        if digits < 0.0 { (it / scale).round() * scale } else { (it * scale).round() / scale };
    // A number too large to scale has no decimals left to round.
    if digits >= 0.0 && !(it * scale).is_finite() { it } else { rounded }
}
