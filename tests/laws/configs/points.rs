//! Random points of factors.

use proptest::prelude::*;
use proptest::sample::select;

use super::{FLAGS, Scope, TEXTS, maybe, odds, some_of};

pub(super) fn number() -> BoxedStrategy<f64> {
    prop_oneof![
        4 => (-20..60_i32).prop_map(f64::from),
        2 => -30.0..90.0,
        1 => select(vec![1e9, -1e9, 1e300, -1e300, 0.0, 1e-9]),
    ]
    .boxed()
}

pub(super) fn worth() -> BoxedStrategy<f64> {
    prop_oneof![2 => (0..=20_i32).prop_map(|it| f64::from(it) * 5.0), 1 => 0.0..=100.0].boxed()
}

/// Ascending numbers, each well apart from the next.
pub(super) fn ascending(count: std::ops::RangeInclusive<usize>) -> BoxedStrategy<Vec<f64>> {
    (number(), prop::collection::vec(0.5..30.0, count))
        .prop_map(|(first, gaps)| {
            let mut at = first.clamp(-1e9, 1e9);
            gaps.iter()
                .map(|gap| {
                    at += gap * at.abs().max(1.0);
                    at
                })
                .collect()
        })
        .boxed()
}

pub(super) fn two(of: BoxedStrategy<f64>) -> BoxedStrategy<(f64, f64)> {
    (of.clone(), of)
        .prop_filter("two that differ", |(left, right)| (left - right).abs() > 0.0)
        .boxed()
}

pub(super) fn show(numbers: &[f64]) -> String {
    numbers.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(", ")
}

/// Points of a number.
pub(super) fn number_points(scope: Scope) -> BoxedStrategy<String> {
    let holes = if scope.plain { 0.0 } else { 0.3 };
    let linear = (two(number()), odds(holes)).prop_map(|((worst, best), out)| {
        let outside = if out { ", outside = \"missing\"" } else { "" };
        format!("linear = {{ worst = {worst:?}, best = {best:?}{outside} }}")
    });
    let piecewise = ascending(2..=4).prop_flat_map(|knots| {
        prop::collection::vec(worth(), knots.len()).prop_map(move |points| {
            let knots: Vec<String> =
                knots.iter().zip(points).map(|(x, y)| format!("[{x:?}, {y:?}]")).collect();
            format!("piecewise = [{}]", knots.join(", "))
        })
    });
    let steps = (ascending(1..=3), any::<u8>(), odds(holes)).prop_flat_map(
        move |(edges, owners, holed)| {
            prop::collection::vec(worth(), edges.len() + 1).prop_map(move |points| {
                let mut steps: Vec<String> = Vec::new();
                for (at, edge) in edges.iter().enumerate() {
                    let key = if owners >> (at % 8) & 1 == 1 { "below" } else { "up_to" };
                    let hole = holed && at == 0;
                    let points =
                        if hole { String::new() } else { format!(", points = {:?}", points[at]) };
                    steps.push(format!("{{ {key} = {edge:?}{points} }}"));
                }
                if owners > 40 || scope.plain {
                    steps.push(format!("{{ points = {:?} }}", points[edges.len()]));
                }
                format!("steps = [{}]", steps.join(", "))
            })
        },
    );
    let log = two((0..900_i32).prop_map(f64::from).boxed())
        .prop_map(|(worst, best)| format!("log = {{ worst = {worst:?}, best = {best:?} }}"));
    let decay = (0.5..200.0).prop_map(|it| format!("decay = {{ half_life = {it:?} }}"));
    let sigmoid =
        (-50.0..500.0, 0.01..200.0, any::<bool>()).prop_map(|(mid, width, descending)| {
            format!("sigmoid = {{ mid = {mid:?}, width = {width:?}, descending = {descending} }}")
        });
    let percentile = (ascending(2..=5), any::<bool>()).prop_map(|(quantiles, descending)| {
        let quantiles = show(&quantiles);
        format!("percentile = {{ quantiles = [{quantiles}], descending = {descending} }}")
    });
    let curves = prop_oneof![
        3 => linear, 2 => piecewise, 2 => steps, 1 => log, 1 => decay, 1 => sigmoid, 1 => percentile,
    ]
    .boxed();
    if scope.plain { curves } else { prop_oneof![5 => curves, 1 => expression_points()].boxed() }
}

fn expression_points() -> BoxedStrategy<String> {
    some_of(&[
        "expr = '50 + n0 / n3'",
        "expr = '(n2 ?? 0) + 40'",
        "expr = 'n1'",
        "expr = 'if f0 ?? true { n1 } else { 30 }'",
        "expr = 'switch t0 ?? \"a\" { \"a\" => n1, \"b\" | \"c\" if n0 > 1 => 30, _ => 60 }'",
    ])
}

pub(super) fn points_of(metric: &str, scope: Scope) -> BoxedStrategy<String> {
    let expressions = u32::from(!scope.plain);
    if FLAGS.contains(&metric) {
        let flag = (worth(), worth())
            .prop_map(|(yes, no)| format!("flag = {{ true = {yes:?}, false = {no:?} }}"));
        return prop_oneof![4 => flag, expressions => expression_points()].boxed();
    }
    if TEXTS.contains(&metric) {
        let known = match metric {
            "t0" => ["a", "b"],
            "t1" => ["x", "y"],
            _ => ["big", "small"],
        };
        let rest = maybe(if scope.plain { 1.0 } else { 0.5 }, worth());
        let map = (worth(), worth(), rest).prop_map(move |(one, two, rest)| {
            let rest = rest.map_or_else(String::new, |it| format!(", _ = {it:?}"));
            format!("map = {{ {} = {one:?}, {} = {two:?}{rest} }}", known[0], known[1])
        });
        return prop_oneof![4 => map, expressions => expression_points()].boxed();
    }
    number_points(scope)
}
