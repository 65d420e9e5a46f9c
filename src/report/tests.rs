//! What is summed up, and what axes span.

use proptest::prelude::*;

use super::bar::span;
use super::block::{RowSort, Waterfall};
use super::{change, explanation};
use crate::report::bands::Bands;
use crate::score::{Explanation, ScoreChange};

/// The bars of a waterfall, end to end.
fn bars(of: &Waterfall) -> Vec<(f64, f64)> {
    let step = |it: &super::block::Row| match it.sort {
        RowSort::Step { from, to, .. } => Some((from, to)),
        _ => None,
    };
    of.rows.iter().filter_map(step).collect()
}

/// An explanation with so many factors, all but every seventh measured.
fn explained(factors: usize) -> Explanation {
    let line = |at: usize| {
        let points = if at % 7 == 6 { "null".to_owned() } else { format!("{}", at * 13 % 101) };
        let weight = (1 + at % 5) as f64 / (3 * factors) as f64;
        let share = if at % 7 == 6 { 0.0 } else { weight };
        let status = if at % 7 == 6 { "missing" } else { "measured" };
        let contribution = share * (at * 13 % 101) as f64;
        format!(
            r#"{{"path": ["g{}"], "factor": "f{at}", "metric": "m", "label": "m", "unit": null,
            "value": null, "points": {points}, "weight": {weight}, "effective_weight": {share},
            "contribution": {contribution}, "status": "{status}", "stand_in": null, "observed": null,
            "points_case": null, "weight_case": null}}"#,
            at / 10
        )
    };
    let lines: Vec<String> = (0..factors).map(line).collect();
    let text = format!(
        r#"{{"kind": "subscription", "subject": "s", "scorecard": "c", "as_of": "2026-03-01",
        "engine": "e", "score": 1.0, "raw_score": 1.0, "coverage": 1.0, "min_coverage": 0.5,
        "interval": null, "band": null, "raw_band": null, "oldest_input": null, "segment": null,
        "stage": null, "overridden": null, "groups": [], "lines": [{}]}}"#,
        lines.join(",")
    );
    let mut explained: Explanation = serde_json::from_str(&text).unwrap();
    let sum: f64 = explained.lines.iter().map(|line| line.contribution).sum();
    (explained.score, explained.raw_score) = (Some(sum), Some(sum));
    explained
}

#[test]
fn many_factors_are_summed_up() {
    for (factors, lines) in [(1, 1), (40, 40), (41, 41), (300, 41)] {
        let explained = explained(factors);
        let drawn = explanation::waterfall(&explained, &Bands::default());
        let shown =
            drawn.rows.iter().filter(|row| !matches!(row.sort, RowSort::Total { .. })).count();
        assert_eq!(shown, lines, "{factors}");
        let bars = bars(&drawn);
        assert!(bars.windows(2).all(|pair| (pair[0].1 - pair[1].0).abs() < 1e-12), "{factors}");
        let end = bars.last().map_or(0.0, |it| it.1);
        assert!((end - explained.raw_score.unwrap()).abs() < 1e-9, "{factors}: {end}");
    }
}

fn changed(points: &[f64]) -> ScoreChange {
    let part = |points: &f64| {
        format!(r#"{{"path": ["f"], "cause": "data", "points": {points}, "text": "m 1 -> 2"}}"#)
    };
    let mut sorted = points.to_vec();
    sorted.sort_by(|left, right| right.abs().total_cmp(&left.abs()));
    let sum: f64 = sorted.iter().sum();
    let parts: Vec<String> = sorted.iter().map(part).collect();
    let text = format!(
        r#"{{"before": 50.0, "after": {}, "difference": {sum}, "parts": [{}]}}"#,
        50.0 + sum,
        parts.join(",")
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn many_parts_are_summed_up() {
    for (parts, lines) in [(0, 0), (15, 15), (16, 15), (200, 15)] {
        let points: Vec<f64> = (0..parts).map(|number| f64::from(number % 9) - 4.25).collect();
        let change = changed(&points);
        let drawn = change::waterfall(&change);
        assert_eq!(bars(&drawn).len(), lines, "{parts}");
        let end = bars(&drawn).last().map_or(50.0, |it| it.1);
        assert!((end - change.after.unwrap()).abs() < 1e-9, "{parts}: {end}");
    }
}

proptest! {
    #[test]
    fn bars_lie_within_their_axis(points in prop::collection::vec(-60.0..60.0f64, 0..30)) {
        let drawn = change::waterfall(&changed(&points));
        let (low, high) = drawn.span.unwrap();
        prop_assert!(low < high);
        for (from, to) in bars(&drawn) {
            prop_assert!(low <= from.min(to) && from.max(to) <= high, "{low} {from} {to} {high}");
        }
    }

    #[test]
    fn an_axis_has_room_and_whole_steps(one in 0.0..100.0f64, two in 0.0..100.0f64) {
        let (low, high) = (one.min(two), one.max(two));
        let (from, to) = span(low, high);
        prop_assert!(from <= low && high <= to && 0.0 <= from && to <= 100.0, "{from} {to}");
        prop_assert!(from.fract().abs() < 1e-9 && to.fract().abs() < 1e-9, "{from} {to}");
    }
}
