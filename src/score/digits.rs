//! Scores and values in digits, for people: rounded half away from zero.

use super::settle::DECIMALS;
use crate::value::Value;

/// A value for people: numbers to at most three decimals.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Number(it) => {
            let text = format!("{:.3}", away_from_zero(*it, 3));
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        other => other.to_string(),
    }
}

/// One decimal, half away from zero.
pub(crate) fn tenths(number: f64) -> String {
    format!("{:.1}", away_from_zero(number, 1))
}

/// A share as a percentage with one decimal.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", tenths(share * 100.0))
}

/// Rounds half away from zero in decimal, as people do: 8.45 becomes 8.5, although the nearest
/// double lies just below 8.45.
pub(crate) fn away_from_zero(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let scaled = number * scale;
    if !scaled.is_finite() {
        return number;
    }
    // The product's rounding error is at most half a unit in its last place.
    let nudge = scaled.abs() * f64::EPSILON;
    let rounded = (scaled.abs() + 0.5 + nudge).floor().copysign(scaled) / scale;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A score to one decimal, or to as many as keep it on its side of the lowest score of every band: below 70 it never
/// reads as 70.0.
pub(crate) fn sided(score: f64, edges: &[f64]) -> String {
    let (mut decimals, mut text) = (1, tenths(score));
    let moved = |text: &str| {
        let shown: f64 = text.parse().unwrap_or(score);
        edges.iter().any(|edge| (shown >= *edge) != (score >= *edge))
    };
    while decimals < DECIMALS && moved(&text) {
        decimals += 1;
        let rounded = away_from_zero(score, i32::try_from(decimals).unwrap_or(i32::MAX));
        text = format!("{rounded:.decimals$}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{away_from_zero, shown, sided, tenths};
    use crate::value::Value;

    #[test]
    fn display_rounds_half_away_from_zero() {
        for (number, expected) in [
            (8.45, "8.5"),
            (-8.45, "-8.5"),
            (0.05, "0.1"),
            (2.25, "2.3"),
            (-0.01, "0.0"),
            (70.0, "70.0"),
        ] {
            assert_eq!(tenths(number), expected, "{number}");
        }
        assert_eq!(shown(&Value::Number(12.0)), "12");
        assert_eq!(shown(&Value::Number(0.123_45)), "0.123");
        assert!((away_from_zero(1e300, 1) - 1e300).abs() < 1e290);
    }

    #[test]
    fn a_score_is_shown_on_its_side_of_an_edge() {
        for (score, edges, expected) in [
            (69.96, &[40.0, 70.0][..], "69.96"),
            (69.94, &[40.0, 70.0], "69.9"),
            (69.999_996, &[70.0], "69.999996"),
            (69.999_999_999_9, &[70.0], "69.9999999999"),
            (70.0, &[70.0], "70.0"),
            (70.04, &[70.0], "70.0"),
            (60.04, &[60.000_000_000_1], "60.04"),
            (60.0, &[60.000_000_000_1], "60.0"),
            (83.46, &[83.5], "83.46"),
            (83.5, &[83.5], "83.5"),
            (83.54, &[83.5], "83.5"),
            (70.25, &[70.25], "70.3"),
            (70.24, &[70.25], "70.2"),
            (69.96, &[], "70.0"),
            (39.97, &[40.0, 70.0], "39.97"),
        ] {
            assert_eq!(sided(score, edges), expected, "{score} {edges:?}");
        }
    }
}
