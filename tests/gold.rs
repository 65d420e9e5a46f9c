//! Scores, bands, rules and displays against exact rational arithmetic of the numbers as written.
//!
//! Half of the rows are made to score exactly on an edge, whatever the weights are written like. What the engine says
//! of them must be what exact arithmetic says, on every path: in columns, explained, one row at a time.

mod exact;
mod generate;

use foretell::Verdict;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Config, Engine, Input, State};

use exact::Dec;
use generate::{Drawn, Random};

/// How many configs are drawn, of how many scorecards and rows each: a hundred thousand scores in all.
/// `FORETELL_GOLD` draws that many configs instead.
const CONFIGS: u64 = 250;
const CARDS: usize = 8;
const ROWS: usize = 50;

/// Half of the last place of a score, and a little for rounding.
const HALF_A_PLACE: Dec = Dec { units: 51, places: 12 };
const TENTH: Dec = Dec { units: 1, places: 1 };

fn frame(drawn: &[Drawn]) -> Frame {
    let ids = (0..ROWS).map(|it| format!("s{it}"));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    for (number, it) in drawn.iter().enumerate() {
        for at in 0..it.card.width() {
            let values = it.rows.iter().map(|row| row.numbers[at].map(Dec::float));
            frame.insert(format!("m{number}_{at}"), Column::numbers(values)).unwrap();
        }
        let flags = it.rows.iter().map(|row| Some(row.flag));
        frame.insert(format!("f{number}"), Column::flags(flags)).unwrap();
        let texts = it.rows.iter().map(|row| Some(row.text));
        frame.insert(format!("t{number}"), Column::texts(texts)).unwrap();
    }
    frame
}

fn one(frame: &Frame, row: usize) -> Frame {
    let ids = [frame.ids()[row].to_string()];
    let mut out = Frame::new(SubjectKind::Subscription, ids).unwrap();
    for (name, column) in frame.columns() {
        let one = match column.value(row) {
            Value::Number(it) => Column::numbers([Some(it)]),
            Value::Flag(it) => Column::flags([Some(it)]),
            Value::Text(it) => Column::texts([Some(it)]),
            _ => Column::numbers([None]),
        };
        out.insert(name, one).unwrap();
    }
    out
}

/// What a display says of a score: the number in the first line of an explanation.
fn displayed(text: &str) -> Option<f64> {
    let (_, rest) = text.lines().next()?.rsplit_once(": ")?;
    rest.split(' ').next()?.parse().ok()
}

#[derive(Default)]
struct Seen {
    scores: usize,
    on_an_edge: usize,
    too_near: usize,
}

fn check(seed: u64, seen: &mut Seen) {
    let mut random = Random::new(seed);
    let drawn: Vec<Drawn> = (0..CARDS).map(|_| Drawn::new(&mut random, ROWS)).collect();
    let text: String = drawn.iter().enumerate().map(|(at, it)| it.toml(at)).collect();
    let engine = Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{it}\n{text}"));
    let frame = frame(&drawn);
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let input = Input::frame(&frame);
    let scores = engine.score(&input, day, &State::new());
    let assessment = engine.assess(&input, day, &State::new()).unwrap();
    let rule = |name: &str| scores.rules().find(|it| it.rule == name).unwrap().answers.to_vec();
    for (number, it) in drawn.iter().enumerate() {
        let name = format!("c{number}");
        let (below, at_edge) = (rule(&format!("below{number}")), rule(&format!("at{number}")));
        for row in 0..ROWS {
            let say = || format!("seed {seed}, {name} of s{row}\n{}", it.toml(number));
            let exact = it.exact[row].as_ref();
            let got = scores.score(&name).unwrap()[row];
            let id = format!("s{row}");
            let view = assessment.score(&name, &id).unwrap();
            assert_eq!(view.score.map(f64::to_bits), (!got.is_nan()).then_some(got.to_bits()));
            assert_eq!(view.band, scores.band(&name, row), "{}", say());
            let Some(exact) = exact else {
                assert!(got.is_nan(), "{}", say());
                continue;
            };
            seen.scores += 1;
            if it.card.is_beside(exact, HALF_A_PLACE) {
                seen.too_near += 1;
                continue;
            }
            let decimal = Dec::of(got);
            assert_eq!(decimal.float().to_bits(), got.to_bits(), "{got}: {}", say());
            match Dec::terminating(exact, 10) {
                Some(it) => assert_eq!(decimal.exact(), it.exact(), "{}", say()),
                None => assert!(decimal.is_within(exact, HALF_A_PLACE), "{got}: {}", say()),
            }
            assert_eq!(view.raw_band, Some(it.card.band(exact)), "{got}: {}", say());
            let edge = it.card.top().exact();
            seen.on_an_edge += usize::from(it.card.is_on_an_edge(exact));
            assert_eq!(below[row] == Verdict::Yes, *exact < edge, "{got}: {}", say());
            assert_eq!(at_edge[row] == Verdict::Yes, *exact == edge, "{got}: {}", say());
            // Farther away no display could cross it.
            if !(it.card.is_on_an_edge(exact) || it.card.is_beside(exact, TENTH)) {
                continue;
            }
            let why = engine.explain(&assessment, &name, &id).unwrap().to_string();
            let shown = displayed(&why).unwrap_or_else(|| panic!("{why}"));
            assert_eq!(it.card.band(&Dec::of(shown).exact()), it.card.band(exact), "{why}");
        }
    }
    let mut used = engine.score(&Input::frame(&one(&frame, 0)), day, &State::new());
    for row in 0..ROWS / 5 {
        let single = one(&frame, row);
        used = engine.score_again(used, &Input::frame(&single), day, &State::new());
        for number in 0..CARDS {
            let name = format!("c{number}");
            let (left, right) = (used.score(&name).unwrap()[0], scores.score(&name).unwrap()[row]);
            assert_eq!(left.to_bits(), right.to_bits(), "seed {seed}, {name} of s{row}");
            assert_eq!(
                used.band(&name, 0),
                scores.band(&name, row),
                "seed {seed}, {name} of s{row}"
            );
        }
    }
}

#[test]
fn scores_are_those_of_exact_arithmetic() {
    let configs = option_env!("FORETELL_GOLD").and_then(|it| it.parse().ok()).unwrap_or(CONFIGS);
    let mut seen = Seen::default();
    for seed in 0..configs {
        check(seed, &mut seen);
    }
    let Seen { scores, on_an_edge, too_near } = seen;
    println!("{scores} scores, {on_an_edge} exactly on an edge, {too_near} within rounding of one");
    assert!(on_an_edge * 5 > scores, "{on_an_edge} of {scores} are on an edge");
    assert!(too_near * 10_000 < scores, "{too_near} of {scores} are too near to tell");
}

/// The cases of the bug report: each sum of whole points that is exactly 70, however the weights are written.
#[test]
fn a_sum_that_is_exactly_an_edge_is_on_it_however_weights_are_written() {
    let weights = [
        ("0.1", "0.2", "0.7"),
        ("10", "20", "70"),
        ("1", "2", "7"),
        ("0.000001", "0.000002", "0.000007"),
        ("1.5", "3", "10.5"),
        ("0.3", "0.6", "2.1"),
    ];
    let mut text: String =
        ["a", "b", "c"].iter().map(|it| format!("[[metrics]]\nname = \"{it}\"\n")).collect();
    for (number, (a, b, c)) in weights.iter().enumerate() {
        for (edge, kind) in [("from", "f"), ("above", "a")] {
            let factor = |metric: &str, weight: &str| {
                format!(
                    "{{ metric = \"{metric}\", weight = {weight}, points.linear = {{ worst = 0, best = 100 }} }}"
                )
            };
            text += &format!(
                "[[scorecards]]\nname = \"{kind}{number}\"\nbands = [{{ name = \"red\" }}, {{ name = \"green\", {edge} = 70 }}]\nfactors = [{}, {}, {}]\n",
                factor("a", a),
                factor("b", b),
                factor("c", c),
            );
        }
    }
    let engine = Engine::compile(&Config::parse(&text)).unwrap();
    let mut rows: Vec<[f64; 3]> = Vec::new();
    for x in 0..=100_i32 {
        for y in 0..=100_i32 {
            let rest = 700 - x - 2 * y;
            if rest % 7 == 0 && (0..=700).contains(&rest) {
                rows.push([x, y, rest / 7].map(f64::from));
            }
        }
    }
    let mut frame =
        Frame::new(SubjectKind::Subscription, (0..rows.len()).map(|it| it.to_string())).unwrap();
    for (at, name) in ["a", "b", "c"].iter().enumerate() {
        frame.insert(*name, Column::numbers(rows.iter().map(|it| Some(it[at])))).unwrap();
    }
    let scores =
        engine.score(&Input::frame(&frame), "2026-03-01".parse::<AsOf>().unwrap(), &State::new());
    assert_eq!(rows.len(), 1457);
    for number in 0..weights.len() {
        for (row, values) in rows.iter().enumerate() {
            assert_eq!(scores.band(&format!("f{number}"), row), Some("green"), "{values:?}");
            assert_eq!(scores.band(&format!("a{number}"), row), Some("red"), "{values:?}");
        }
    }
}
