//! Random configs over a fixed set of metrics, written as TOML.

mod kin;
mod monotone;
mod points;

use foretell::Config;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) use kin::kin;
pub(crate) use monotone::monotone;
use points::{number_points, points_of, worth};

/// The metrics that every config declares, two classes, and a small scorecard for others to read.
pub(crate) const METRICS: &str = r#"
metrics = [
  { name = "n0" },
  { name = "n1", range = [0, 100], better = "higher" },
  { name = "n2", range = [-50, 50] },
  { name = "n3" },
  { name = "solo" },
  { name = "f0", type = "flag" },
  { name = "f1", type = "flag" },
  { name = "t0", type = "text", values = ["a", "b", "c"] },
  { name = "t1", type = "text" },
  { name = "p0", subject = "account" },
  { name = "p1", subject = "account", expr = 'subscriptions.n0.sum' },
  { name = "p2", subject = "account", expr = 'subscriptions.n2.mean' },
  { name = "e0", expr = 'n0 / n3' },
  { name = "e1", expr = '(n1 ?? 0) + (n2 ?? 1)' },
  { name = "e2", expr = 'if f0 ?? false { n0 } else { n1 }' },
  { name = "e3", expr = 'n0 > (n3 ?? 5)' },
  { name = "e4", expr = 'n2 / (n3 ?? 0)' },
]
segments = [
  { name = "big", when = 'n0 > 10' },
  { name = "small", when = '(n3 ?? 0) < 3' },
  { name = "rest" },
]
"#;

const NUMBERS: [&str; 9] = ["n0", "n1", "n2", "n3", "e0", "e1", "e2", "e4", "account.p0"];
const FLAGS: [&str; 3] = ["f0", "f1", "e3"];
const TEXTS: [&str; 3] = ["t0", "t1", "segment"];

/// Which parts of the language a config may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Conditions, variants and overrides.
    pub(crate) conditions: bool,
    /// Whether they may read the scorecard `base`.
    pub(crate) base: bool,
    /// Only metrics that are given, points that every value has, and no ages.
    pub(crate) plain: bool,
}

/// True so often; never and always allowed.
fn odds(of: f64) -> BoxedStrategy<bool> {
    (0.0..1.0).prop_map(move |it| it < of).boxed()
}

/// A value so often; never and always allowed.
fn maybe<T: Clone + std::fmt::Debug + 'static>(
    of: f64,
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    (odds(of), value).prop_map(|(there, it)| there.then_some(it)).boxed()
}

fn some_of(items: &[&'static str]) -> BoxedStrategy<String> {
    select(items.to_vec()).prop_map(str::to_owned).boxed()
}

/// A number expression and a constant near which its comparison goes either way.
fn comparison(scope: Scope) -> BoxedStrategy<String> {
    let names = some_of(&[
        "n0",
        "n3",
        "e0",
        "account.p0",
        "(n2 ?? 1)",
        "(n3 ?? 5)",
        "n1",
        "(e1 ?? 0)",
        "(e4 ?? 3)",
        "(account.p0 ?? 3)",
        "n0 / n3",
        "(n0 ?? 1) / (n3 ?? 1)",
        "min(n0, n3)",
        "(age_days ?? 20)",
    ]);
    let plain =
        (names, some_of(&["<", "<=", ">", ">=", "==", "!="]), some_of(&["0.5", "3", "7", "20"]))
            .prop_map(|(name, op, number)| format!("{name} {op} {number}"));
    if !scope.base {
        return plain.boxed();
    }
    let base = (
        some_of(&["base", "(base ?? 50)", "(base.raw_score ?? 30)", "(base.g ?? 20)", "base.g"]),
        some_of(&["<", ">="]),
        some_of(&["20", "50", "80"]),
    )
        .prop_map(|(name, op, number)| format!("{name} {op} {number}"));
    let coverage = some_of(&["base.coverage < 0.6", "base.coverage > 0.3", "is_missing(base)"]);
    let band = some_of(&["base.band == \"high\"", "(base.raw_band ?? \"low\") == \"low\""]);
    prop_oneof![4 => plain, 2 => base, 1 => coverage, 1 => band].boxed()
}

/// A condition.
fn condition(scope: Scope) -> BoxedStrategy<String> {
    let atom = prop_oneof![
        4 => comparison(scope),
        3 => some_of(&[
            "f0",
            "(f1 ?? true)",
            "!f0",
            "is_missing(n3)",
            "is_present(t1)",
            "t0 == \"a\"",
            "(t1 ?? \"x\") in [\"x\", \"y\"]",
            "segment == \"big\"",
            "(segment ?? \"rest\") != \"small\"",
            "(e3 ?? false)",
            "is_missing(e0)",
        ]),
    ];
    let other = atom.clone();
    prop_oneof![
        3 => atom.clone(),
        1 => (atom.clone(), other.clone()).prop_map(|(left, right)| format!("{left} && {right}")),
        1 => (atom.clone(), other).prop_map(|(left, right)| format!("{left} || {right}")),
        1 => atom.prop_map(|it| format!("!({it})")),
    ]
    .boxed()
}

/// A setting, or a list of cases of it.
fn variants(
    plain: BoxedStrategy<String>,
    case: BoxedStrategy<String>,
    scope: Scope,
) -> BoxedStrategy<String> {
    if !scope.conditions {
        return plain;
    }
    let cases = (condition(scope), case.clone(), condition(scope), case.clone(), case, 0..4_u8)
        .prop_map(|(when, one, other, two, three, form)| match form {
            0 => format!("[{{ when = '{when}', {one} }}, {{ {three} }}]"),
            1 => format!("[{{ when = '{when}', {one} }}]"),
            2 => format!("[{{ when = '{when}', {one} }}, {{ when = '{other}', {two} }}]"),
            _ => {
                format!(
                    "[{{ when = '{when}', {one} }}, {{ when = '{other}', {two} }}, {{ {three} }}]"
                )
            }
        });
    prop_oneof![3 => plain, 1 => cases].boxed()
}

fn weight(scope: Scope) -> BoxedStrategy<String> {
    let one = prop_oneof![
        6 => select(vec![1.0, 2.0, 3.7, 10.0, 0.5, 1e6, 1e-6]),
        2 => 0.01..20.0_f64,
        1 => Just(0.0),
    ]
    .prop_map(|it| format!("{it:?}"))
    .boxed();
    let case = one.clone().prop_map(|it| format!("value = {it}")).boxed();
    variants(one, case, scope)
}

fn missing() -> BoxedStrategy<String> {
    prop_oneof![
        4 => Just(String::new()),
        1 => Just(", missing = \"worst\"".to_owned()),
        1 => Just(", missing = \"best\"".to_owned()),
        1 => worth().prop_map(|it| format!(", missing = {{ value = {it:?} }}")),
        1 => worth().prop_map(|it| format!(", missing = \"prior\", prior = {it:?}")),
        1 => Just(", missing = { carry = \"30d\" }".to_owned()),
    ]
    .boxed()
}

fn optional(key: &'static str, value: BoxedStrategy<String>, odds: f64) -> BoxedStrategy<String> {
    maybe(odds, value)
        .prop_map(move |it| it.map_or_else(String::new, |it| format!(", {key} = {it}")))
        .boxed()
}

/// A factor of a metric, without its name.
fn factor_of(metric: String, scope: Scope) -> BoxedStrategy<String> {
    let points = points_of(&metric, scope);
    let plain = points.clone().prop_map(|it| format!("{{ {it} }}")).boxed();
    let odds = if scope.conditions { 0.2 } else { 0.0 };
    let quoted = |scope| condition(scope).prop_map(|it| format!("'{it}'")).boxed();
    (
        variants(plain, points, scope),
        weight(scope),
        missing(),
        optional("applies_when", quoted(scope), odds),
        optional("max_age", some_of(&["\"30d\"", "\"1y\""]), if scope.plain { 0.0 } else { 0.2 }),
        optional("warm_up", some_of(&["\"30d\"", "\"2mo\""]), odds),
    )
        .prop_map(move |(points, weight, missing, applies, age, warm)| {
            format!(
                "metric = \"{metric}\", weight = {weight}, points = {points}\
                 {missing}{applies}{age}{warm}"
            )
        })
        .boxed()
}

fn factor(scope: Scope) -> BoxedStrategy<String> {
    let mut metrics: Vec<&str> = [NUMBERS.as_slice(), &FLAGS, &TEXTS].concat();
    if scope.plain {
        metrics.retain(|it| !it.starts_with('e') && !["segment", "account.p0"].contains(it));
    }
    select(metrics).prop_flat_map(move |metric| factor_of(metric.to_owned(), scope)).boxed()
}

fn aggregate() -> BoxedStrategy<String> {
    some_of(&["mean", "mean", "mean", "min", "max", "median"])
}

/// The parts of a group: its factors and groups, named by their place.
fn parts(factors: Vec<String>, groups: Vec<String>) -> String {
    let factors: Vec<String> = factors
        .iter()
        .enumerate()
        .map(|(at, it)| format!("{{ name = \"x{at}\", {it} }}"))
        .collect();
    let groups: Vec<String> =
        groups.iter().enumerate().map(|(at, it)| format!("{{ name = \"g{at}\", {it} }}")).collect();
    let mut text = Vec::new();
    if !factors.is_empty() {
        text.push(format!("factors = [{}]", factors.join(", ")));
    }
    if !groups.is_empty() {
        text.push(format!("groups = [{}]", groups.join(", ")));
    }
    text.join(", ")
}

fn group(scope: Scope) -> BoxedStrategy<String> {
    let quoted = condition(scope).prop_map(|it| format!("'{it}'")).boxed();
    let settings = (
        aggregate(),
        weight(scope),
        optional("min_coverage", some_of(&["0.3", "0.5", "0.9", "1"]), 0.3),
        optional("applies_when", quoted, if scope.conditions { 0.2 } else { 0.0 }),
        optional("max_age", some_of(&["\"30d\""]), if scope.plain { 0.0 } else { 0.1 }),
        optional("warm_up", some_of(&["\"30d\""]), if scope.conditions { 0.1 } else { 0.0 }),
    )
        .prop_map(|(aggregate, weight, gate, applies, age, warm)| {
            format!("aggregate = \"{aggregate}\", weight = {weight}{gate}{applies}{age}{warm}")
        })
        .boxed();
    let leaf = (settings.clone(), prop::collection::vec(factor(scope), 1..=3))
        .prop_map(|(settings, factors)| format!("{settings}, {}", parts(factors, Vec::new())))
        .boxed();
    let nested = (
        settings,
        prop::collection::vec(factor(scope), 0..=2),
        prop::collection::vec(leaf.clone(), 1..=2),
    )
        .prop_map(|(settings, factors, groups)| format!("{settings}, {}", parts(factors, groups)))
        .boxed();
    prop_oneof![3 => leaf, 1 => nested].boxed()
}

fn overrides(scope: Scope) -> BoxedStrategy<String> {
    if !scope.conditions {
        return Just(String::new()).boxed();
    }
    let one = (condition(scope), some_of(&["set", "cap", "floor"]), worth())
        .prop_map(|(when, key, to)| format!("{{ when = '{when}', {key} = {to:?} }}"));
    prop::collection::vec(one, 0..=2)
        .prop_map(|it| match it.is_empty() {
            true => String::new(),
            false => format!("overrides = [{}]\n", it.join(", ")),
        })
        .boxed()
}

const BANDS: [&str; 5] = [
    "bands = [{ name = \"low\" }, { name = \"mid\", above = 40 }, { name = \"high\", from = 75 }]\nwithhold_best = false\nmargin = 3",
    "bands = [{ name = \"low\" }, { name = \"mid\", above = 40 }, { name = \"high\", from = 75 }]\nband_by = \"low\"\nmin_stay = \"14d\"",
    "bands = [{ name = \"low\" }, { name = \"mid\", above = 40 }, { name = \"high\", from = 75 }]",
    "bands = [{ name = \"low\" }, { name = \"high\", from = 50 }]\nmargin = 5",
    "bands = [{ name = \"low\" }, { name = \"high\", above = 50 }]\nmargin = 2.5\nmin_stay = \"14d\"",
];

/// A scorecard with that name.
pub(crate) fn card(name: &'static str, scope: Scope) -> BoxedStrategy<String> {
    let solo = (number_points(scope), missing(), weight(scope)).prop_map(|(points, missing, weight)| {
        format!(
            "metric = \"solo\", weight = {weight}, max_age = \"30d\", points = {{ {points} }}{missing}"
        )
    });
    (
        aggregate(),
        prop::option::of(some_of(&["0", "0", "0.3", "0.8"])),
        prop::collection::vec(factor(scope), 1..=4),
        maybe(if scope.plain { 0.0 } else { 0.3 }, solo),
        prop::collection::vec(group(scope), 0..=2),
        some_of(&BANDS),
        overrides(scope),
    )
        .prop_map(move |(aggregate, gate, mut factors, solo, groups, bands, overrides)| {
            factors.extend(solo);
            let gate = gate.map_or_else(String::new, |it| format!("min_coverage = {it}\n"));
            let parts = parts(factors, groups).replace("}], groups", "}]\ngroups");
            format!(
                "[[scorecards]]\nname = \"{name}\"\naggregate = \"{aggregate}\"\n{gate}{parts}\n\
                 {bands}\n{overrides}"
            )
        })
        .boxed()
}

/// A small scorecard whose results others read.
fn base() -> BoxedStrategy<String> {
    let scope = Scope { conditions: true, base: false, plain: false };
    (
        factor(scope),
        factor(scope),
        factor(scope),
        some_of(&["0", "0.4", "0.7"]),
        some_of(&["", ", min_coverage = 0.6"]),
        overrides(scope),
    )
        .prop_map(|(one, two, three, gate, inner, overrides)| {
            format!(
                "[[scorecards]]\nname = \"base\"\nmin_coverage = {gate}\n\
                 bands = [{{ name = \"low\" }}, {{ name = \"high\", from = 50 }}]\n\
                 factors = [{{ name = \"a\", {one} }}]\n\
                 groups = [{{ name = \"g\"{inner}, factors = [{{ name = \"b\", {two} }}, \
                 {{ name = \"c\", {three} }}] }}]\n{overrides}"
            )
        })
        .boxed()
}

/// A config with a scorecard `health` that is the same for all subjects.
pub(crate) fn unconditional(plain: bool) -> BoxedStrategy<String> {
    card("health", Scope { conditions: false, base: false, plain })
        .prop_map(|card| format!("{METRICS}\n{card}"))
        .prop_filter("one that compiles", |it| compiles(it))
        .boxed()
}

/// A whole config with a scorecard `health` and whatever that needs.
pub(crate) fn configs() -> BoxedStrategy<String> {
    let conditions = true;
    let alone = card("health", Scope { conditions, base: false, plain: false })
        .prop_map(|card| format!("{METRICS}\n{card}\n{}", rules("health")));
    let reading = (base(), card("health", Scope { conditions, base: true, plain: false }))
        .prop_map(|(base, card)| format!("{METRICS}\n{base}\n{card}\n{}", rules("base")));
    prop_oneof![2 => alone, 1 => reading]
        .prop_filter("one that compiles", |it| compiles(it))
        .boxed()
}

/// The same of which most can be run for a single subscription without columns: accounts sum nothing up, and
/// no factor depends on ages.
pub(crate) fn configs_alone() -> BoxedStrategy<String> {
    let scope = Scope { conditions: true, base: false, plain: false };
    let aged = [
        ", max_age = \"30d\"",
        ", max_age = \"1y\"",
        ", warm_up = \"30d\"",
        ", warm_up = \"2mo\"",
        ", missing = { carry = \"30d\" }",
    ];
    let alone = move |text: String| aged.iter().fold(text, |text, it| text.replace(it, ""));
    let rules = "[[rules]]\nname = \"kept\"\nwhen = 'health.band == \"low\" || t0 in [\"a\", \"b\"] && !(f0 ?? true)'\n\
                 [[rules]]\nname = \"sum\"\nwhen = 'health + (n0 ?? 0) * 2 >= max(n1, 3) && segment != \"rest\"'\n\
                 [[rules]]\nname = \"among\"\nwhen = 'n0 in 1..5 || is_missing(t1) && f0 == f1 && n3 in [1, 2, 3]'\n\
                 [[rules]]\nname = \"switched\"\n\
                 when = 'switch n0 ?? 0 { 0 | 2 => n1 > 5, 1..5 if f0 => true, _ => t1 == \"a\" }'\n";
    card("health", scope)
        .prop_map(move |card| alone(format!("{METRICS}\n{card}\n{}{rules}", self::rules("health"))))
        .prop_filter("one that compiles", |it| compiles(it))
        .boxed()
}

fn rules(card: &str) -> String {
    format!(
        "[[rules]]\nname = \"low\"\nwhen = '{card} < 50 || e3'\nmessage = 'at ${{n0 ?? 0}}'\n\
         [[rules]]\nname = \"odd\"\nwhen = 'n0 / n3 > 1'\n"
    )
}

fn compiles(text: &str) -> bool {
    foretell::Engine::compile(&Config::parse(text)).is_ok()
}
