//! Numbers as people read them, for messages: rounded, grouped, with their unit.
//!
//! All round half away from zero. None of them gives `-0`.

use super::answer::Body;
use super::function::{Function, Native};
use super::{Kind, Value};

/// The most decimals that are shown. Our choice: a double has no more.
const MOST_DECIMALS: usize = 15;

/// Numbers from here on are shown with an exponent, as they have no digits below.
const LARGEST: f64 = 1e15;

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
        labelled("money", |it, currency| format!("{} {currency}", grouped(it, 0))),
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
        catches: false,
        list: None,
    }
}

/// How many decimals a number stands for; none where it is no whole number from 0 to 15.
fn decimals(digits: f64) -> Option<usize> {
    (0..=MOST_DECIMALS).find(|it| (*it as f64).total_cmp(&(digits + 0.0)).is_eq())
}

/// `3.14`: exactly so many decimals.
fn fixed(it: f64, digits: usize) -> String {
    if it.abs() >= LARGEST {
        return format!("{it:e}");
    }
    // What is rounded already only needs its digits written out; 0 has no sign.
    format!("{:.digits$}", round(it, digits as f64) + 0.0)
}

/// `45 %` of 0.45.
fn percent(it: f64, digits: usize) -> String {
    // 0.285 times 100 is a little below 28.5: what was meant is its nearest double of 15 digits.
    format!("{} %", fixed(round(it * 100.0, 10.0), digits))
}

/// `+5`, `-5`, and `0` without a sign.
fn signed(it: f64, digits: usize) -> String {
    let text = fixed(it, digits);
    let zero = !text.contains(|digit: char| digit.is_ascii_digit() && digit != '0');
    if zero || text.starts_with('-') { text } else { format!("+{text}") }
}

/// `12,345,678`: a comma between thousands.
pub(crate) fn grouped(it: f64, digits: usize) -> String {
    let text = fixed(it, digits);
    if text.contains('e') {
        return text;
    }
    let (sign, plain) = text.strip_prefix('-').map_or(("", text.as_str()), |it| ("-", it));
    let (whole, rest) = plain.find('.').map_or((plain, ""), |at| plain.split_at(at));
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// `1 seat`, `2 seats`, `0.5 seats`: to at most one decimal.
pub(crate) fn counted(it: f64, one: &str, many: &str) -> String {
    let text = grouped(it, 1);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let word = if matches!(text, "1" | "-1") { one } else { many };
    format!("{text} {word}")
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
