//! Scores in digits, for people.

use super::settle::DECIMALS;
use crate::text::number::{fixed, tenths};

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
        text = fixed(score, decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sided;

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
