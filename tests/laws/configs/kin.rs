//! Random configs in which scores rest on those of children, of parents and of one another.

use proptest::prelude::*;

use super::{BANDS, METRICS, Scope, base, compiles, missing, parts, rules, some_of, weight};

/// Calculated from what children and scores are.
const MORE: &str = "{ name = \"p3\", subject = \"account\", expr = 'subscriptions.base.mean / 2' },
  { name = \"e5\", expr = '(account.kin ?? 30) + base / 2' },
";

/// A config with scorecards `base`, `kin` of accounts over it, and `whole` over both.
pub(crate) fn kin() -> BoxedStrategy<String> {
    let metrics = METRICS.replacen("metrics = [\n", &format!("metrics = [\n  {MORE}"), 1);
    (base(), above())
        .prop_map(move |(base, above)| format!("{metrics}\n{base}\n{above}\n{}", rules("whole")))
        .prop_filter("one that compiles", |it| compiles(it))
        .boxed()
}

/// A scorecard of accounts over their subscriptions, and one of subscriptions over both.
fn above() -> BoxedStrategy<String> {
    let rolled = some_of(&[
        "subscriptions.base.mean",
        "subscriptions.base.min",
        "subscriptions.base.max",
        "subscriptions.base.median",
        "subscriptions.base.mean_by_n1",
        "subscriptions.base.g.mean",
        "subscriptions.base.low.min",
        "subscriptions.n2.mean",
        "subscriptions.n1.sum",
        "subscriptions.n3.mean_by_n1",
        "subscriptions.f0",
        "p2",
        "p3",
    ]);
    let scored = some_of(&["base", "base.g", "account.kin", "base.raw_score", "base.high", "e5"]);
    let points = || {
        some_of(&[
            "linear = { worst = 0, best = 100 }",
            "linear = { worst = 60, best = -20 }",
            "steps = [{ below = 40, points = 10 }, { points = 90 }]",
            "steps = [{ below = 40, points = 90 }, { up_to = 60, points = 10 }, { points = 50 }]",
            "piecewise = [[0, 0], [30, 80], [50, 100]]",
            "piecewise = [[0, 100], [30, 20], [90, 70]]",
        ])
    };
    let factor = |metric: BoxedStrategy<String>| {
        (metric, points(), weight(Scope { conditions: false, base: false, plain: true }), missing())
            .prop_map(|(metric, points, weight, missing)| {
                format!("metric = \"{metric}\", weight = {weight}, points.{points}{missing}")
            })
            .boxed()
    };
    let gate = || some_of(&["0", "0.3", "0.7"]);
    let kin = (prop::collection::vec(factor(rolled.boxed()), 1..=3), gate(), some_of(&BANDS));
    let whole = (prop::collection::vec(factor(scored.boxed()), 1..=3), gate(), some_of(&BANDS));
    let card = |name: &str,
                subject: &str,
                (factors, gate, bands): (Vec<String>, String, String)| {
        let factors = parts(factors, Vec::new());
        format!(
            "[[scorecards]]\nname = \"{name}\"\nsubject = \"{subject}\"\nmin_coverage = {gate}\n{factors}\n{bands}\n"
        )
    };
    (kin, whole)
        .prop_map(move |(kin, whole)| {
            format!("{}{}", card("kin", "account", kin), card("whole", "subscription", whole))
        })
        .boxed()
}
