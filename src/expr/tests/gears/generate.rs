//! Generated expressions of each kind, and frames for them to run over.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::failed::Given;
use crate::expr::tests::WORLD;
use crate::expr::{Kind, MAX_TEXT};
use crate::frame::{Column, Data, Failures, Labels};

/// Numbers at which something could go wrong, and ordinary ones.
const NUMBERS: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    0.1,
    2.5,
    -2.5,
    0.5,
    3.0,
    5.0,
    7.0,
    100.0,
    1e-17,
    5e-324,
    f64::MIN_POSITIVE,
    1e300,
    -1e300,
    f64::MAX,
    f64::MIN,
    0.1 + 0.2,
    9_007_199_254_740_993.0,
    1.5,
    -7.25,
];

const TEXTS: [&str; 7] = ["pro", "basic", "Pro", "", "ann", "é", "enterprise"];

static LONG: LazyLock<Arc<str>> = LazyLock::new(|| "x".repeat(MAX_TEXT + 1).into());

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }
}

/// A frame with missing values, absent columns and, where `odd`, columns that are not as declared.
pub(super) fn frame(rows: usize, seed: u64, odd: bool) -> Given {
    let mut dice = Dice(seed);
    let mut columns = BTreeMap::new();
    // One missing in two, four or a thousand, or none, or all.
    let holes = [2, 4, 1000, usize::MAX, 1][dice.below(5)];
    for (slot, (_, kind, ..)) in WORLD.iter().enumerate() {
        if dice.below(12) == 0 {
            continue;
        }
        // All rows of a frame fault together at such a column, so faults come in lumps: of one in twenty they were 2.2% of
        // all answers and under 2% for one seed in five, of one in eight they are over 4% for all of six.
        let kind = if odd && dice.below(8) == 0 { Kind::Number } else { *kind };
        // Sometimes one value for all rows, so that a chunk is decided.
        let same = dice.below(4) == 0;
        let first = dice.next();
        let mut pick = |sides: usize| {
            if holes != usize::MAX && dice.below(holes) == 0 {
                return None;
            }
            Some(if same { (first % sides as u64) as usize } else { dice.below(sides) })
        };
        let data = match kind {
            Kind::Number => {
                let number = |it: Option<usize>| it.map_or(f64::NAN, |at| NUMBERS[at]);
                Data::Number((0..rows).map(|_| number(pick(NUMBERS.len()))).collect())
            }
            Kind::Flag => {
                // Every byte but 0 and 1 is missing.
                let flag = |it: Option<usize>| it.map_or(7, |at| [0, 1, Data::NO_FLAG][at % 3]);
                Data::Flag((0..rows).map(|_| flag(pick(5))).collect())
            }
            Kind::Text => {
                let mut labels = Labels::default();
                for text in TEXTS.iter().skip(slot % 2) {
                    labels.code(text);
                }
                if odd && first.is_multiple_of(5) {
                    labels.code(&LONG);
                }
                let known = labels.texts().len();
                let codes = (0..rows).map(|_| match pick(known) {
                    Some(it) => it as u32,
                    // Codes without a meaning are missing too.
                    None if known % 2 == 0 => known as u32,
                    None => Data::NO_CODE,
                });
                Data::Text { codes: codes.collect(), labels: Arc::new(labels) }
            }
        };
        columns.insert(slot, Column::new(data));
    }
    Given(columns, Failures::default())
}

fn one_of(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(all).prop_map(str::to_owned)
}

/// What a `switch` may be about although other names can be missing, and two of its cases and the last.
pub(in crate::expr::tests) const SWITCHES: [&str; 12] = [
    "seats { 1 | 2.5 => A, 0..5 => B, _ => C }",
    "active { 0 => A, 1 if trial => B, _ => C }",
    "(u ?? 1) { -1..=1 => A, 2.5 | 7 => B, _ => C }",
    "(x ?? y ?? 0.0) { 0..1 if champion => A, 0.5..=100 if x > 1 => B, _ => C }",
    "seats / active { 1 => A, 0 | 0..0.5 | 3..1e300 => B, _ => C }",
    "1 / active { 1 => A, 10 => B, _ => C }",
    "plan { \"pro\" => A, \"basic\" => B, _ => C }",
    "plan { \"basic\" => A, \"pro\" if u > 1 => B, \"pro\" | \"enterprise\" => C, _ => A }",
    "plan { \"pro\" => A, \"basic\" => B, \"enterprise\" => C }",
    "owner ?? plan { \"ann\" => A, \"\" | \"é\" => B, _ => C }",
    "champion ?? trial { true => A, false => B }",
    "trial { true if champion => A, true => B, false => C }",
];

fn a_switch(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let switches = prop::sample::select(&SWITCHES[..]);
    (switches, inner.clone(), inner.clone(), inner).prop_map(|(switch, a, b, c)| {
        // One after another, so that what is put in is not looked through.
        let whole = switch.split(' ').map(|word| match word.trim_end_matches(',') {
            "A" => word.replace('A', &a),
            "B" => word.replace('B', &b),
            "C" => word.replace('C', &c),
            _ => word.to_owned(),
        });
        format!("(switch {})", whole.collect::<Vec<_>>().join(" "))
    })
}

/// `N1`, `F1` and `S1` stand for what a `let` names.
pub(super) fn a_number() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => one_of(&["x", "y", "u", "days", "nps", "seats", "active", "account.arr", "N1"]),
        2 => one_of(&["0", "1", "0.1", "-3", "1e300", "2.5", "7", "-0.0", "1e-300"]),
        2 => one_of(&["(u ?? 1)", "(x ?? y)", "(x ?? y ?? 0.0)", "(x ?? (y + 1))", "(u ?? y / x)"]),
    ];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (inner.clone(), one_of(&["+", "-", "*", "/", "%", "**"]), inner.clone())
                .prop_map(|(one, op, two)| format!("({one} {op} {two})")),
            2 => (
                one_of(&[
                    "abs", "round", "sqrt", "floor", "ceil", "ln", "log10", "exp", "halve", "nothing",
                    "infinite",
                ]),
                inner.clone()
            )
                .prop_map(|(name, it)| format!("{name}({it})")),
            1 => (one_of(&["max", "min", "pow", "round"]), two.clone())
                .prop_map(|(name, (one, two))| format!("{name}({one}, {two})")),
            1 => (one_of(&["clamp", "max", "min"]), inner.clone(), two.clone())
                .prop_map(|(name, it, (one, two))| format!("{name}({it}, {one}, {two})")),
            1 => (inner.clone(), 0..2u8).prop_map(|(it, at)| match at {
                0 => format!("clamp({it}, 0, 5)"),
                _ => format!("clamp({it}, 5, 0)"),
            }),
            1 => (one_of(&["liar", "fussy", "many"]), inner.clone())
                .prop_map(|(name, it)| format!("{name}({it})")),
            2 => (inner.clone(), two).prop_map(|(one, (two, three))| {
                format!("(if {one} > 1 {{ {two} }} else {{ {three} }})")
            }),
            1 => inner.clone().prop_map(|inner| format!("(if trial {{ {inner} }} else {{ 2.5 }})")),
            2 => a_switch(inner.clone()),
            1 => inner.clone().prop_map(|inner| format!("({inner} ** 0)")),
            1 => inner.prop_map(|inner| format!("-({inner})")),
        ]
    })
    .boxed()
}

pub(super) fn a_text() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        3 => one_of(&["plan", "owner", "S1"]),
        1 => one_of(&["\"pro\"", "\"zebra\"", "(owner ?? plan)", "(plan ?? \"none\")", "(owner ?? \"\")"]),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            3 => (one_of(&["lower", "upper"]), inner.clone())
                .prop_map(|(name, it)| format!("{name}({it})")),
            1 => a_switch(inner.clone()),
            3 => (one_of(&["trial", "champion", "x > 1", "u == 0"]), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
            1 => one_of(&["(owner ?? lower(plan))", "endless()"]),
        ]
    })
    .boxed()
}

pub(super) fn a_flag() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        6 => (a_number(), one_of(&["<", "<=", ">", ">=", "==", "!="]), a_number())
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        4 => (
            a_number(),
            one_of(&[
                "in [1, 2.5, 0]", "!in [1]", "in 0..5", "in -1..=1", "in 0..x", "in u..=100", "> 1", "<= 5",
                "!= 0", "== 2.5", "< 0.3", ">= 0"
            ])
        )
            .prop_map(|(it, set)| format!("{it} {set}")),
        3 => one_of(&[
            "trial", "champion", "true", "false", "(champion ?? false)", "(champion ?? trial)", "(trial ?? x > 1)",
            "is_missing(u)", "is_present(x)", "is_missing(owner)", "is_present(champion)", "trial != champion",
            "trial == champion", "champion == true", "champion in [false]", "champion in [true, false]", "F1",
        ]),
        2 => one_of(&[
            "plan == \"pro\"", "plan in [\"pro\", \"basic\"]", "owner != \"ann\"", "owner == plan", "owner == owner",
            "starts_with(owner ?? \"a\", \"a\")", "contains(owner, plan)", "contains_any(owner, [\"n\", \"ro\"])", "has_word(plan, [\"PRO\", \"an*\"])", "flagged(champion, owner)",
        ]),
        2 => (a_text(), one_of(&["== \"pro\"", "!= owner", "in [\"PRO\", \"zebra\"]", "== \"x\""]))
            .prop_map(|(it, test)| format!("{it} {test}")),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            3 => two.clone().prop_map(|(one, two)| format!("({one} && {two})")),
            3 => two.clone().prop_map(|(one, two)| format!("({one} || {two})")),
            1 => two.clone().prop_map(|(one, two)| format!("(({one}) == ({two}))")),
            1 => inner.clone().prop_map(|inner| format!("!({inner})")),
            1 => a_switch(inner.clone()),
            2 => (inner.clone(), two)
                .prop_map(|(a, (b, c))| format!("(if {a} {{ {b} }} else {{ {c} }})")),
        ]
    })
    .boxed()
}

/// With or without names for a part of each kind.
pub(super) fn named(body: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let lets = (a_number(), a_flag(), a_text(), 0..8u8);
    (body, lets).prop_map(|(body, (number, flag, text, which))| {
        let plain = |it: &str| it.replace("N1", "x").replace("F1", "trial").replace("S1", "owner");
        let (number, flag, text) = (plain(&number), plain(&flag), plain(&text));
        match which {
            0 | 1 => format!("let n = {number}; {}", plain(&body.replace("N1", "n"))),
            2 => format!("let f = {flag}; {}", plain(&body.replace("F1", "f"))),
            3 => format!("let s = {text}; {}", plain(&body.replace("S1", "s"))),
            4 => format!(
                "let n = {number}; let m = n ** 2 + 1; {}",
                plain(&body.replace("N1", "(n - m)"))
            ),
            _ => plain(&body),
        }
    })
}
