//! Random configs whose score goes one way as a metric does.

use proptest::prelude::*;
use proptest::sample::select;

use super::points::{ascending, number, show, two, worth};
use super::{
    BANDS, METRICS, Scope, aggregate, compiles, missing, optional, parts, some_of, weight,
};

/// Points that never fall as a number rises, or never rise, and give every number some.
fn rising(up: bool) -> BoxedStrategy<String> {
    let sorted = move |mut points: Vec<f64>| {
        points.sort_by(f64::total_cmp);
        if !up {
            points.reverse();
        }
        points
    };
    let linear = two(number()).prop_map(move |(one, two)| {
        let (low, high) = (one.min(two), one.max(two));
        let (worst, best) = if up { (low, high) } else { (high, low) };
        format!("linear = {{ worst = {worst:?}, best = {best:?} }}")
    });
    let piecewise = ascending(2..=4).prop_flat_map(move |knots| {
        prop::collection::vec(worth(), knots.len()).prop_map(move |points| {
            let points = sorted(points);
            let knots: Vec<String> =
                knots.iter().zip(points).map(|(x, y)| format!("[{x:?}, {y:?}]")).collect();
            format!("piecewise = [{}]", knots.join(", "))
        })
    });
    let steps = ascending(1..=3).prop_flat_map(move |edges| {
        prop::collection::vec(worth(), edges.len() + 1).prop_map(move |points| {
            let points = sorted(points);
            let mut steps: Vec<String> = edges
                .iter()
                .zip(&points)
                .map(|(edge, points)| format!("{{ up_to = {edge:?}, points = {points:?} }}"))
                .collect();
            steps.push(format!("{{ points = {:?} }}", points[edges.len()]));
            format!("steps = [{}]", steps.join(", "))
        })
    });
    let percentile = ascending(2..=5).prop_map(move |quantiles| {
        let quantiles = show(&quantiles);
        format!("percentile = {{ quantiles = [{quantiles}], descending = {} }}", !up)
    });
    let log = two((0..900_i32).prop_map(f64::from).boxed()).prop_map(move |(one, two)| {
        let (low, high) = (one.min(two), one.max(two));
        let (worst, best) = if up { (low, high) } else { (high, low) };
        format!("log = {{ worst = {worst:?}, best = {best:?} }}")
    });
    let sigmoid = (-50.0..500.0, 0.01..200.0).prop_map(move |(mid, width)| {
        format!("sigmoid = {{ mid = {mid:?}, width = {width:?}, descending = {} }}", !up)
    });
    if up {
        prop_oneof![linear, piecewise, steps, percentile, log, sigmoid].boxed()
    } else {
        let decay = (0.5..200.0).prop_map(|it| format!("decay = {{ half_life = {it:?} }}"));
        prop_oneof![linear, piecewise, steps, percentile, log, sigmoid, decay].boxed()
    }
}

/// A factor that gets better as `n0` and `n1` rise and as `n2` and `n3` fall. Conditions read other
/// metrics only.
fn monotone_factor() -> BoxedStrategy<String> {
    let scope = Scope { conditions: false, base: false, plain: false };
    let conditions = some_of(&["f0", "(f1 ?? true)", "t0 == \"a\"", "(age_days ?? 20) > 7"]);
    let applies = conditions.prop_map(|it| format!("'{it}'")).boxed();
    let metric = select(vec![("n0", true), ("n1", true), ("n2", false), ("n3", false)]);
    let points = metric.prop_flat_map(|(name, up)| (Just(name), rising(up)));
    (points, weight(scope), missing(), optional("applies_when", applies, 0.3))
        .prop_map(|((metric, points), weight, missing, applies)| {
            format!("metric = \"{metric}\", weight = {weight}, points = {{ {points} }}{missing}{applies}")
        })
        .boxed()
}

/// A config whose score can only rise as `n0` and `n1` rise and `n2` and `n3` fall.
pub(crate) fn monotone() -> BoxedStrategy<String> {
    let group =
        (aggregate(), prop::collection::vec(monotone_factor(), 1..=3), some_of(&["0", "0.6"]))
            .prop_map(|(aggregate, factors, gate)| {
                format!(
                    "aggregate = \"{aggregate}\", min_coverage = {gate}, {}",
                    parts(factors, Vec::new())
                )
            });
    let effect = some_of(&["cap = 70", "floor = 30", "set = 50"]);
    (
        aggregate(),
        prop::collection::vec(monotone_factor(), 1..=4),
        prop::collection::vec(group, 0..=2),
        effect,
    )
        .prop_map(|(aggregate, factors, groups, effect)| {
            let parts = parts(factors, groups).replace("}], groups", "}]\ngroups");
            format!(
                "{METRICS}\n[[scorecards]]\nname = \"health\"\naggregate = \"{aggregate}\"\n{parts}\n\
                 overrides = [{{ when = 'f1', {effect} }}]\n{}",
                BANDS[0]
            )
        })
        .prop_filter("one that compiles", |it| compiles(it))
        .boxed()
}
