//! The linter is never wrong: what it calls out of reach no subject comes to, and what is sane it leaves alone.

use std::collections::BTreeMap;

use foretell::config::{FactorConfig, Points, Step, Variants};
use foretell::fault::{Code, Fault};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::score::{FactorLine, Status};
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;

use super::configs::configs;
use super::rows::{as_of, rows};
use super::{assess, cases};

const METRICS: &str = r#"
metrics = [
  { name = "n", range = [0, 10], better = "higher" },
  { name = "m", range = [0, 10] },
  { name = "k" },
  { name = "f", type = "flag" },
  { name = "t", type = "text", values = ["a", "b", "c"] },
]
"#;

fn condition() -> BoxedStrategy<String> {
    let number = (
        select(vec!["n", "n", "m", "k", "(k ?? 3)", "n + m"]),
        select(vec!["<", "<=", ">", ">=", "=="]),
        0..=10_u8,
    )
        .prop_map(|(name, op, edge)| format!("{name} {op} {edge}"));
    let range =
        (0..=10_u8, 0..=10_u8).prop_map(|(low, more)| format!("n in {low}..={}", low + more));
    let other = select(vec![
        "f",
        "!f",
        "(f ?? true)",
        "t == \"a\"",
        "t != \"a\"",
        "t in [\"b\", \"c\"]",
        "is_missing(n)",
        "is_missing(k)",
    ])
    .prop_map(str::to_owned);
    let atom = prop_oneof![4 => number, 1 => range, 3 => other];
    prop_oneof![
        4 => atom.clone(),
        1 => (atom.clone(), atom.clone()).prop_map(|(one, two)| format!("{one} && {two}")),
        1 => (atom.clone(), atom.clone()).prop_map(|(one, two)| format!("{one} || {two}")),
        1 => atom.prop_map(|it| format!("!({it})")),
    ]
    .boxed()
}

fn worth() -> BoxedStrategy<String> {
    select(vec!["0", "10", "25", "50", "60", "100"]).prop_map(str::to_owned).boxed()
}

fn points() -> BoxedStrategy<(String, String)> {
    let steps = (0..=12_i8, 1..=5_i8, worth(), worth(), worth(), any::<bool>()).prop_map(
        |(edge, more, one, two, three, last)| {
            let last = if last { format!(", {{ points = {three} }}") } else { String::new() };
            let steps = format!(
                "{{ below = {edge}, points = {one} }}, {{ up_to = {}, points = {two} }}{last}",
                edge + more
            );
            ("n".to_owned(), format!("steps = [{steps}]"))
        },
    );
    let lines = (worth(), worth())
        .prop_map(|(one, two)| ("m".to_owned(), format!("piecewise = [[2, {one}], [5, {two}]]")));
    let flag = (worth(), worth()).prop_map(|(one, two)| {
        ("f".to_owned(), format!("flag = {{ true = {one}, false = {two} }}"))
    });
    let map = (worth(), worth())
        .prop_map(|(one, two)| ("t".to_owned(), format!("map = {{ a = {one}, b = {two} }}")));
    let expr = (worth(), worth(), condition()).prop_map(|(one, two, when)| {
        ("k".to_owned(), format!("expr = 'if {when} {{ {one} }} else {{ {two} }}'"))
    });
    prop_oneof![2 => steps, 1 => lines, 2 => flag, 2 => map, 1 => expr].boxed()
}

fn weight() -> BoxedStrategy<String> {
    let one = select(vec!["0", "1", "2", "3.5"]);
    prop_oneof![
        3 => one.clone().prop_map(str::to_owned),
        1 => (condition(), one.clone(), condition(), one).prop_map(|(when, one, other, two)| format!(
            "[{{ when = '{when}', value = {one} }}, {{ when = '{other}', value = {two} }}, {{ value = 1 }}]"
        )),
    ]
    .boxed()
}

fn factor() -> BoxedStrategy<String> {
    let missing = select(vec![
        "",
        "",
        "",
        ", missing = \"worst\"",
        ", missing = \"best\"",
        ", missing = { value = 30 }",
        ", missing = \"prior\", prior = 45",
        ", applies_when = 'k > 5'",
    ]);
    (points(), points(), condition(), condition(), any::<u8>(), weight(), missing)
        .prop_map(|((metric, one), (other, two), when, again, form, weight, missing)| {
            let carry = if form % 16 == 3
                && missing.is_empty()
                && !one.starts_with("expr")
                && !two.starts_with("expr")
            {
                ", missing = { carry = \"30d\" }"
            } else {
                missing
            };
            let points = if metric == other && form % 2 == 0 {
                format!(
                    "[{{ when = '{when}', {one} }}, {{ when = '{again}', {two} }}, {{ {one} }}]"
                )
            } else {
                format!("{{ {one} }}")
            };
            format!("metric = \"{metric}\", weight = {weight}, points = {points}{carry}")
        })
        .boxed()
}

fn named(factors: &[String]) -> String {
    let factors =
        factors.iter().enumerate().map(|(at, it)| format!("{{ name = \"x{at}\", {it} }}"));
    factors.collect::<Vec<_>>().join(", ")
}

fn aggregate() -> BoxedStrategy<&'static str> {
    select(vec!["mean", "mean", "min", "max", "median"]).boxed()
}

fn small_configs() -> BoxedStrategy<String> {
    let segments =
        prop::collection::vec(prop_oneof![9 => condition().prop_map(Some), 1 => Just(None)], 1..5);
    let overrides =
        prop::collection::vec((condition(), select(vec!["set", "cap", "floor"]), worth()), 0..5);
    let edges = prop::collection::btree_set(0..=20_u8, 1..4);
    let settings = (
        aggregate(),
        aggregate(),
        select(vec!["0", "0.3", "0.5", "1"]),
        select(vec!["0", "0", "2", "7.5"]),
        select(vec!["", ", min_coverage = 0.6", ", applies_when = 'f'"]),
    );
    let factors = (prop::collection::vec(factor(), 1..4), prop::collection::vec(factor(), 0..3));
    (segments, factors, settings, edges, overrides, any::<u8>())
        .prop_map(|(segments, (top, inner), (whole, group, coverage, margin, more), edges, overrides, kinds)| {
            let segments = segments.iter().enumerate().map(|(at, when)| match when {
                Some(it) => format!("{{ name = \"s{at}\", when = '{it}' }}"),
                None => format!("{{ name = \"s{at}\" }}"),
            });
            let segments: Vec<String> = segments.collect();
            let bands = edges.iter().enumerate().map(|(at, edge)| {
                let key = if kinds >> at & 1 == 0 { "from" } else { "above" };
                format!(", {{ name = \"b{}\", {key} = {} }}", at + 1, f64::from(*edge) * 5.0)
            });
            let bands: String = bands.collect();
            let overrides = overrides.iter().enumerate().map(|(at, (when, key, to))| {
                format!("{{ when = '{when}', {key} = {to}, reason = \"o{at}\" }}")
            });
            let overrides = overrides.collect::<Vec<_>>().join(", ");
            let groups = if inner.is_empty() {
                String::new()
            } else {
                format!("groups = [{{ name = \"g\", aggregate = \"{group}\"{more}, factors = [{}] }}]\n", named(&inner))
            };
            format!(
                "{METRICS}\nsegments = [{}]\n[[scorecards]]\nname = \"s\"\naggregate = \"{whole}\"\n\
                 min_coverage = {coverage}\nmargin = {margin}\nbands = [{{ name = \"b0\" }}{bands}]\n\
                 overrides = [{overrides}]\nfactors = [{}]\n{groups}",
                segments.join(", "),
                named(&top)
            )
        })
        .prop_filter("one that compiles", |it| Engine::compile(&Config::parse(it)).is_ok())
        .boxed()
}

/// A subject's values: n, m, k, f, t.
type Small = (Option<u8>, Option<u8>, Option<u8>, Option<bool>, Option<&'static str>);

fn small_rows() -> BoxedStrategy<Vec<Small>> {
    let number = || prop_oneof![1 => Just(None), 6 => (0..=20_u8).prop_map(Some)];
    let row = (
        number(),
        number(),
        number(),
        prop::option::of(any::<bool>()),
        prop::option::of(select(vec!["a", "b", "c"])),
    );
    prop::collection::vec(row, 40).boxed()
}

fn small_frame(rows: &[Small]) -> Frame {
    let ids: Vec<String> = (0..rows.len()).map(|it| format!("s{it}")).collect();
    let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().map(String::as_str)).unwrap();
    let half = |it: Option<u8>| it.map(|it| f64::from(it) / 2.0);
    frame.insert("n", Column::numbers(rows.iter().map(|it| half(it.0)))).unwrap();
    frame.insert("m", Column::numbers(rows.iter().map(|it| half(it.1)))).unwrap();
    frame.insert("k", Column::numbers(rows.iter().map(|it| half(it.2)))).unwrap();
    frame.insert("f", Column::flags(rows.iter().map(|it| it.3))).unwrap();
    frame.insert("t", Column::texts(rows.iter().map(|it| it.4))).unwrap();
    frame
}

/// `segments[2].when` as its parts: names, and the numbers behind them.
fn steps(path: &str) -> Vec<(&str, Option<usize>)> {
    let part = |it| match str::split_once(it, '[') {
        Some((name, number)) => (name, number.trim_end_matches(']').parse().ok()),
        None => (it, None),
    };
    path.split('.').map(part).collect()
}

/// Whether a subject of an assessment comes to what a warning calls out of reach.
fn is_refuted(engine: &Engine, assessment: &Assessment, it: &Fault) -> bool {
    let config = engine.config();
    let path = steps(&it.place.path);
    match path[..] {
        [("segments", Some(at))] => {
            let name = Value::Text(config.segments[at].name.as_str().into());
            let kind = config.segments[at].subject.unwrap_or(config.subject);
            let of = |id: &std::sync::Arc<str>| assessment.value(kind, "segment", id);
            assessment.subjects(kind).iter().any(|id| of(id) == name)
        }
        [("scorecards", Some(card)), ("bands", Some(at))] => {
            let card = &config.scorecards[card];
            let name = Some(card.bands[at].name.as_str());
            assessment.scores(&card.name).any(|it| it.band == name || it.raw_band == name)
        }
        [("scorecards", Some(card)), ("overrides", Some(at))] => {
            let card = &config.scorecards[card];
            let Some(reason) = &card.overrides[at].reason else { return false };
            assessment.scores(&card.name).any(|it| {
                let why = engine.explain(assessment, &card.name, it.subject).unwrap();
                why.overridden.is_some_and(|it| it.contains(reason))
            })
        }
        [("scorecards", Some(card)), .., last] => {
            let card = &config.scorecards[card];
            let (mut factors, mut groups, mut names) = (&card.factors, &card.groups, Vec::new());
            for (_, at) in path.iter().filter(|it| it.0 == "groups") {
                let group = &groups[at.unwrap()];
                names.push(group.name.clone());
                (factors, groups) = (&group.factors, &group.groups);
            }
            // The weight of a group is no part of an explanation's lines.
            let Some(factor) = path.iter().find(|it| it.0 == "factors") else { return false };
            let factor = &factors[factor.1.unwrap()];
            let name = factor.name.as_ref().unwrap_or(&factor.metric);
            assessment.scores(&card.name).any(|score| {
                let why = engine.explain(assessment, &card.name, score.subject).unwrap();
                let line = why.lines.into_iter().find(|it| it.path == names && it.factor == *name);
                line.is_some_and(|line| comes_to(&line, factor, &path, last, it.code))
            })
        }
        _ => false,
    }
}

/// Whether a factor's line comes to what a warning about a case, a step or points calls out of reach.
fn comes_to(
    line: &FactorLine,
    factor: &FactorConfig,
    path: &[(&str, Option<usize>)],
    (last, at): (&str, Option<usize>),
    code: Code,
) -> bool {
    let case = path.iter().find(|it| it.0 == "points").and_then(|it| it.1);
    let is_case = |case: usize, got: Option<u16>| got.map(usize::from) == Some(case);
    let in_case = case.is_none_or(|it| is_case(it, line.points_case));
    match (code, last, at) {
        (Code::Unreachable, "points", Some(at)) => is_case(at, line.points_case),
        (Code::Unreachable, "weight", Some(at)) => is_case(at, line.weight_case),
        (Code::NoPoints, _, _) => in_case && line.status == Status::Measured,
        (Code::Unreachable, "steps", Some(at)) => {
            let points = match factor.points.as_ref().unwrap() {
                Variants::One(it) => it,
                Variants::Cases(cases) => &cases[case.unwrap()].body,
                _ => return false,
            };
            let Points::Steps(steps) = points else { return false };
            let Some(value) = line.value.number() else { return false };
            let below = |it: &Step| match (it.below, it.up_to) {
                (Some(edge), _) => value < edge,
                (_, Some(edge)) => value <= edge,
                _ => true,
            };
            steps.iter().position(below) == Some(at)
        }
        _ => false,
    }
}

fn refuted(engine: &Engine, assessment: &Assessment) -> Vec<String> {
    // A margin keeps subjects from a band only once they are in another; and of a case that hides others it is said
    // at its own place.
    let about_others = |it: &&Fault| {
        it.message.starts_with("with a margin") || it.message.starts_with("the cases after")
    };
    let all = engine.warnings().iter().filter(|it| !about_others(it));
    let wrong = all.filter(|it| is_refuted(engine, assessment, it));
    wrong.map(Fault::render).collect()
}

/// A list of segments by `n`, each a range of halves, with its ends or without.
type Range = (u8, u8, bool, bool);

fn ranges() -> BoxedStrategy<Vec<Range>> {
    prop::collection::vec((0..=20_u8, 0..=8_u8, any::<bool>(), any::<bool>()), 1..5)
        .prop_map(|all| {
            all.into_iter().map(|(low, more, from, to)| (low, low + more, from, to)).collect()
        })
        .boxed()
}

fn holds((low, high, from, to): Range, quarter: u8) -> bool {
    let (low, high) = (2 * low, 2 * high);
    low < quarter && quarter < high || from && quarter == low || to && quarter == high
}

fn by_ranges(ranges: &[Range]) -> String {
    let one = |(at, (low, high, from, to)): (usize, &Range)| {
        let (low, high) = (f64::from(*low) / 2.0, f64::from(*high) / 2.0);
        let (from, to) = (if *from { ">=" } else { ">" }, if *to { "<=" } else { "<" });
        format!("{{ name = \"s{at}\", when = 'n {from} {low:?} && n {to} {high:?}' }}")
    };
    let all: Vec<String> = ranges.iter().enumerate().map(one).collect();
    format!("{METRICS}\nsegments = [{}]\n", all.join(", "))
}

/// Segments by ascending edges that leave nothing out, and a scorecard as people write them.
fn sane() -> BoxedStrategy<String> {
    let edges = prop::collection::btree_set(1..=9_u8, 1..4);
    let form = (0..4_u8, any::<bool>(), select(vec!["mean", "min", "max", "median"]));
    (edges, form, prop::collection::btree_set(1..=19_u8, 2..4), prop::collection::vec(1..9_u8, 3))
        .prop_map(|(edges, (form, last, aggregate), bands, weights)| {
            let edges: Vec<u8> = edges.into_iter().collect();
            let mut segments: Vec<String> = Vec::new();
            for (at, edge) in edges.iter().enumerate() {
                let low = if at == 0 { 0 } else { edges[at - 1] };
                let when = match form {
                    0 => format!("n < {edge}"),
                    1 => format!("n >= {low} && n < {edge}"),
                    2 => format!("n in {low}..{edge}"),
                    _ => format!("{edge} > n"),
                };
                let when = if at == 0 { format!("n < {edge}") } else { when };
                segments.push(format!("{{ name = \"s{at}\", when = '{when}' }}"));
            }
            let top = edges.last().unwrap();
            segments.push(if last {
                "{ name = \"rest\" }".to_owned()
            } else {
                format!("{{ name = \"rest\", when = 'n >= {top}' }}")
            });
            let bands: String = (bands.iter().enumerate())
                .map(|(at, it)| format!(", {{ name = \"b{at}\", from = {} }}", f64::from(*it) * 5.0))
                .collect();
            let steps: String = (edges.iter().enumerate())
                .map(|(at, it)| format!("{{ below = {it}, points = {} }}, ", at * 20))
                .collect();
            format!(
                "{METRICS}\nsegments = [{}]\n[[scorecards]]\nname = \"s\"\naggregate = \"{aggregate}\"\n\
                 bands = [{{ name = \"low\" }}{bands}]\n\
                 overrides = [{{ when = 'f', cap = 40 }}, {{ when = 't == \"a\"', set = 10 }}]\n\
                 factors = [{{ metric = \"n\", weight = 1{} }},\n\
                 {{ metric = \"m\", weight = {}, points.steps = [{steps}{{ points = 100 }}] }},\n\
                 {{ metric = \"k\", weight = [{{ when = 'segment == \"s0\"', value = {} }}, {{ when = 't == \"b\"', value = 2 }}, {{ value = 1 }}],\n\
                 points = [{{ when = 'segment == \"s0\"', linear = {{ worst = 0, best = 5 }} }}, {{ linear = {{ worst = 0, best = 9 }} }}] }}]\n",
                segments.join(", "), weights[0], weights[1], weights[2],
            )
        })
        .boxed()
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn what_is_called_out_of_reach_is_reached_by_nobody(
        text in small_configs(), one in small_rows(), two in small_rows(),
    ) {
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let mut state = State::new();
        for (rows, day) in [(one, 0), (two, 1)] {
            let frame = small_frame(&rows);
            let day = as_of() + chrono::Days::new(day);
            let assessment = engine.assess(&Input::frame(&frame), day, &state).unwrap();
            let wrong = refuted(&engine, &assessment);
            prop_assert!(wrong.is_empty(), "{}\n{}", text, wrong.join("\n"));
            state = assessment.state().clone();
        }
    }

    #[test]
    fn nor_by_the_rows_of_any_config((text, rows) in (configs(), rows(6))) {
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let wrong = refuted(&engine, &assess(&engine, &rows, &State::new()));
        prop_assert!(wrong.is_empty(), "{}\n{}", text, wrong.join("\n"));
    }

    /// Gaps and overlaps are those of the quarters from 0 to 10, and nothing is said of any other list.
    #[test]
    fn gaps_and_overlaps_are_there(ranges in ranges()) {
        let text = by_ranges(&ranges);
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let said = |code: Code| engine.warnings().iter().any(|it| it.code == code);
        let counts: Vec<usize> = (0..=40).map(|it| ranges.iter().filter(|range| holds(**range, it)).count()).collect();
        let covered = |it: &usize| *it > 0;
        let first = counts.iter().position(covered).unwrap_or(0);
        let last = counts.iter().rposition(covered).unwrap_or(0);
        // Quarters between whole numbers alone are no gap: of what is counted, nothing is there.
        let left = |it: usize| counts[it] == 0 && (first <= it && it <= last || (it == 0 || it == 40) && first < last);
        let run = |it: usize| {
            let low = (0..=it).rev().find(|it| counts[*it] > 0);
            let high = (it..=40).find(|it| counts[*it] > 0);
            (low, high)
        };
        let counted = |it: usize| matches!(run(it), (Some(low), Some(high)) if low % 4 == 0 && high == low + 4);
        if said(Code::Gap) {
            prop_assert!((0..=40).any(|it| left(it) && !counted(it)), "{}", text);
        }
        let inner = (first..=last).any(|it| counts[it] == 0 && !counted(it));
        if inner && ranges.len() > 1 && !engine.warnings().iter().any(|it| it.code == Code::AlwaysSame) {
            prop_assert!(said(Code::Gap), "{}", text);
        }
        if said(Code::Overlap) {
            prop_assert!(counts.iter().any(|it| *it > 1), "{}", text);
        }
    }

    #[test]
    fn what_is_sane_is_left_alone(text in sane()) {
        let engine = Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"));
        prop_assert!(engine.warnings().is_empty(), "{}\n{:?}", text, engine.warnings());
    }
}

/// The laws are about something: small configs earn warnings of every kind that can be refuted.
#[test]
fn small_configs_are_warned_of() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..300 {
        let text = small_configs().new_tree(&mut runner).unwrap().current();
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        for it in engine.warnings().iter().filter(|it| it.code != Code::AlwaysSame) {
            let last = it.place.path.rsplit('.').next().unwrap().to_owned();
            let what = last.split('[').next().unwrap_or_default();
            *counts.entry(format!("{} {what}", it.code)).or_default() += 1;
        }
    }
    for wanted in ["bands", "overrides", "points", "segments", "steps", "weight"] {
        let count = counts.get(&format!("unreachable {wanted}")).copied().unwrap_or(0);
        assert!(count >= 3, "{wanted}: {counts:?}");
    }
}
