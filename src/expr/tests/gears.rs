//! The two gears say the same: what is compiled over columns, and what Rhai runs for one row.

mod failed;
mod generate;
mod rows;

use std::cell::Cell;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestError, TestRunner};

use super::{LANGUAGE, World, compile};
use crate::expr::kernel::{CHUNK, Columns as _, Compiled, FAULTED, Scratch};
use crate::expr::{Kind, Outcome, Program, Value, Want};
use crate::frame::{Column, Failures};
use failed::{Given, told_of};
pub(super) use generate::SWITCHES;
use generate::{a_flag, a_number, a_text, frame, named};

/// How often each outcome was met, so that agreement is not agreement on nothing.
#[derive(Default)]
struct Met {
    pairs: Cell<usize>,
    yes: Cell<usize>,
    no: Cell<usize>,
    no_data: Cell<usize>,
    failed: Cell<usize>,
    faulted: Cell<usize>,
    values: Cell<usize>,
}

fn count(it: &Cell<usize>) {
    it.set(it.get() + 1);
}

impl Met {
    fn meet(&self, outcome: &Outcome) {
        count(match outcome {
            Outcome::Value(Value::Flag(true)) => &self.yes,
            Outcome::Value(Value::Flag(false)) => &self.no,
            Outcome::Value(_) => &self.values,
            Outcome::NoData { .. } => &self.no_data,
            Outcome::Failed(_) => &self.failed,
            Outcome::Faulted(_) => &self.faulted,
        });
    }
}

/// Runs programs together in gear 1 over all rows, and each alone in gear 2, and compares every answer.
fn agree(
    programs: &[Program],
    given: &Given,
    rows: usize,
    scratch: &mut Scratch,
    met: &Met,
) -> Result<(), String> {
    let compiled = Compiled::together(programs);
    let mut faults: Vec<Option<String>> = vec![None; programs.len()];
    let mut wanted_faults = faults.clone();
    for start in (0..rows).step_by(CHUNK) {
        let range = start..(start + CHUNK).min(rows);
        let mut chunk = compiled.chunk(scratch, given, range.clone());
        for (at, program) in programs.iter().enumerate() {
            if let Some(why) = compiled.refusal(at) {
                return Err(format!("`{}` is not compiled: {why}", program.text()));
            }
            let mut wanted = Vec::new();
            for row in range.clone() {
                let value = |slot: usize| given.column(slot).map(|column| column.value(row));
                let outcome = program.run(&mut |slot| value(slot).unwrap_or(Value::Missing));
                met.meet(&outcome);
                if let (Outcome::Faulted(why), None) = (&outcome, &wanted_faults[at]) {
                    wanted_faults[at] = Some(why.clone());
                }
                wanted.push(outcome);
            }
            given.1.take();
            let got = told(&mut chunk, at, program, &mut faults[at]);
            told_of(&given.1.take(), range.start, &wanted, program)?;
            if got.len() != wanted.len() {
                return Err(format!(
                    "`{}` answers {} of {}",
                    program.text(),
                    got.len(),
                    wanted.len()
                ));
            }
            for (row, (got, outcome)) in got.iter().zip(&wanted).enumerate() {
                let wanted = wording(outcome, program.kind());
                if *got != wanted {
                    let text = program.text();
                    return Err(format!(
                        "`{text}` row {row} of {rows}: {got}, interpreted {wanted}"
                    ));
                }
            }
        }
    }
    for (at, program) in programs.iter().enumerate().filter(|(_, it)| it.kind() != Kind::Flag) {
        if faults[at] != wanted_faults[at] {
            return Err(format!("`{}`: {:?}, {:?}", program.text(), faults[at], wanted_faults[at]));
        }
    }
    Ok(())
}

/// Every answer in words that tell bits apart.
fn told(
    chunk: &mut crate::expr::Chunk<'_>,
    at: usize,
    program: &Program,
    fault: &mut Option<String>,
) -> Vec<String> {
    match program.kind() {
        Kind::Flag => {
            let state = |it: &u8| match *it {
                0 => "false",
                1 => "true",
                2 => "no data",
                FAULTED => "faulted",
                _ => "not a state",
            };
            chunk.flags(at, program).iter().map(|flag| state(flag).to_owned()).collect()
        }
        Kind::Number => {
            let (all, first) = chunk.numbers(at, program);
            let word = |it: &f64| match it.is_nan() {
                true => "no data".to_owned(),
                false => format!("{:x} ({it:?})", it.to_bits()),
            };
            let all = all.iter().map(word).collect();
            *fault = fault.take().or(first);
            all
        }
        Kind::Text => {
            let (all, first) = chunk.texts(at, program);
            let word = |it: &Option<Arc<str>>| match it {
                None => "no data".to_owned(),
                Some(it) => format!("{it:?}"),
            };
            let all = all.iter().map(word).collect();
            *fault = fault.take().or(first);
            all
        }
    }
}

/// The same words for what gear 2 says; of numbers and texts a fault is told apart, not by row.
fn wording(outcome: &Outcome, kind: Kind) -> String {
    match outcome {
        Outcome::Value(Value::Number(it)) => format!("{:x} ({it:?})", it.to_bits()),
        Outcome::Value(Value::Text(it)) => format!("{it:?}"),
        Outcome::Value(it) => it.to_string(),
        Outcome::Faulted(_) if kind == Kind::Flag => "faulted".to_owned(),
        Outcome::NoData { .. } | Outcome::Failed(_) | Outcome::Faulted(_) => "no data".to_owned(),
    }
}

/// How many cases of three expressions each; more on demand.
#[expect(clippy::disallowed_methods, reason = "tests may be asked for more")]
fn cases() -> u32 {
    std::env::var("FORETELL_GEARS").ok().and_then(|text| text.parse().ok()).unwrap_or(4_800)
}

#[test]
fn the_gears_agree_on_generated_expressions_and_frames() {
    let config = ProptestConfig { cases: cases(), failure_persistence: None, ..Default::default() };
    let mut runner = TestRunner::new(config);
    let rows = prop::sample::select(vec![1usize, 2, 3, 5, 8, 15, 16, 17, 31, 33]);
    let strategy = (
        named(a_flag()),
        named(a_number()),
        named(a_text()),
        rows,
        any::<u64>(),
        prop::bool::weighted(0.35),
    );
    let met = Met::default();
    let scratch = std::cell::RefCell::new(Scratch::default());
    let result = runner.run(&strategy, |(flag, number, text, rows, seed, odd)| {
        let programs: Vec<Program> = [flag, number, text]
            .iter()
            .filter_map(|source| LANGUAGE.compile(source, &World, Want::Any).0)
            .collect();
        met.pairs.set(met.pairs.get() + programs.len());
        let given = frame(rows, seed, odd);
        agree(&programs, &given, rows, &mut scratch.borrow_mut(), &met).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => panic!("{why}\n{case:?}"),
        Err(other) => panic!("{other}"),
    }
    let pairs = met.pairs.get();
    assert!(pairs as u32 >= cases() / 10 * 28, "{pairs} pairs: too many expressions are refused");
    let asked = [&met.yes, &met.no, &met.no_data, &met.failed, &met.faulted, &met.values];
    let asked = asked.map(Cell::get);
    let all: usize = asked.iter().sum();
    for (name, met) in ["true", "false", "no data", "failed", "faulted", "values"].iter().zip(asked)
    {
        assert!(met * 50 > all, "{met} of {all} answers are {name}, which shows little");
    }
}

/// Many cases, some of which overlap: the `switch`, and the same in `if`s.
fn many_cases() -> impl Strategy<Value = (String, String)> {
    let subjects = vec!["seats", "(u ?? 1)", "1 / active", "(x ?? y ?? 0.0)", "active % 7"];
    let guards = vec!["", "", "", "x > 1", "champion", "is_present(x)", "1 / active > 0"];
    let bodies = vec!["x", "1", "seats", "(u ?? 3)", "1 / active"];
    let case = (prop::sample::select(guards), prop::sample::select(bodies), 0..4u8);
    let cases = prop::collection::vec(case, 1..24);
    (prop::sample::select(subjects), cases, any::<bool>()).prop_map(|(subject, mut cases, down)| {
        let mut numbers: Vec<usize> = (0..cases.len()).map(|number| 2 * number).collect();
        if down {
            numbers.reverse();
            cases.reverse();
        }
        let mut switch = format!("switch {subject} {{ ");
        let mut chain = format!("let a = {subject}; ");
        for (it, (guard, body, form)) in numbers.into_iter().zip(cases) {
            // A range ends where those of its neighbours begin.
            let range = format!("{}..={}", it as i64 - 1, it + 1);
            let (values, test) = match form {
                0 => (range.clone(), format!("a in {range}")),
                1 => (format!("{it} | {range}"), format!("a in [{it}] || a in {range}")),
                _ => (format!("{it} | {it}.5"), format!("a in [{it}, {it}.5]")),
            };
            let (case, also) = match guard {
                "" => (String::new(), String::new()),
                guard => (format!(" if {guard}"), format!(" && {guard}")),
            };
            switch += &format!("{values}{case} => {body}, ");
            chain += &format!("if ({test}){also} {{ {body} }} else ");
        }
        (switch + "_ => x }", chain + "{ x }")
    })
}

#[test]
fn many_cases_are_what_ifs_are_in_both_gears() {
    let config =
        ProptestConfig { cases: cases() / 12, failure_persistence: None, ..Default::default() };
    let (met, scratch) = (Met::default(), std::cell::RefCell::new(Scratch::default()));
    let strategy = (many_cases(), any::<u64>());
    TestRunner::new(config)
        .run(&strategy, |((switch, chain), seed)| {
            let programs = [compile(&switch), compile(&chain)];
            let given = frame(33, seed, false);
            let agreed = agree(&programs, &given, 33, &mut scratch.borrow_mut(), &met);
            agreed.map_err(TestCaseError::fail)?;
            for row in 0..33 {
                let value = |slot: usize| given.column(slot).map(|column| column.value(row));
                let [one, two] = programs.each_ref().map(|program| {
                    let outcome = program.run(&mut |slot| value(slot).unwrap_or(Value::Missing));
                    // What is missing is the same name too.
                    (
                        wording(&outcome, Kind::Number),
                        matches!(outcome, Outcome::NoData { .. }).then_some(outcome),
                    )
                });
                prop_assert_eq!(one, two, "row {} of `{}`", row, switch);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(met.values.get() > 3000 && met.no_data.get() > 3000);
}

/// An expression for each thing that kernels do.
const EACH: [&str; 57] = [
    "days > 30",
    "30 <= days",
    "x == y",
    "x != 0.1",
    "!(x < y)",
    "x + y > 1",
    "x - y <= u",
    "x * 2 < y / 3",
    "x % 3 == 1",
    "(x ** 2 + 1) ** u > 2",
    "-x < y",
    "x in 0..5 && y in -1..=1",
    "x in y..u",
    "x in [0, 1, 2.5]",
    "champion in [false]",
    "plan in [\"pro\", \"basic\"]",
    "plan == \"pro\" || owner == \"ann\"",
    "owner == plan",
    "owner != owner",
    "trial == champion",
    "is_missing(x) || is_present(owner) && is_missing(champion)",
    "(x ?? y ?? 1) > 0",
    "champion ?? trial",
    "(owner ?? plan) == \"pro\"",
    "if x > 1 { y > 0 } else { u > 0 }",
    "if champion { x } else { y }",
    "if champion { owner } else { lower(plan) }",
    "let a = x / y; a > 0 && a < 5",
    "let a = owner; x > 0",
    "let a = champion; let b = x; a && b > 0",
    "max(x, y, u) + min(x, y)",
    "clamp(x, 0, 5)",
    "clamp(x, y, u)",
    "abs(x) + sqrt(y)",
    "round(x, 1) - floor(y) + ceil(u)",
    "ln(x) + log10(y) + exp(u) + round(x) + pow(x, 2)",
    "halve(x) > 1",
    "nothing(x) > 1 || x > 0",
    "x > 1 && liar(y) > 0",
    "fussy(x) > 1",
    "x > 1 && fussy(x) > 3 || u > 0",
    "if x > 1 { fussy(x) } else { many(y) }",
    "many(x) + fussy(y) > 0",
    "let a = many(x); y > 0",
    "(u ?? many(x)) > 0",
    "champion || spelled(owner) == \"a\"",
    "spelled(plan)",
    "contains(owner, \"n\") && starts_with(plan, \"p\") || ends_with(plan, \"c\")",
    "upper(owner) == \"ANN\"",
    "contains_any(owner, [\"nn\", \"b\"])",
    "has_word(plan, \"PRO\") || has_word(owner, [\"an*\", \"bob\"])",
    "contains_any(lower(owner), [\"a\"]) && !has_word(upper(plan), \"basic\")",
    "contains_any(owner, [\"n\"]) == contains_any(owner, [\"z\"])",
    "x > 0 && y > 0 && (u > 0 || champion)",
    "switch (x ?? 7) { 0 | 2.5 => y, 0.5..5 if champion => u, -1..=1 => 3, _ => days }",
    "switch plan { \"pro\" => owner, \"basic\" if x > 1 => \"b\", _ => lower(plan) }",
    "switch 1 / seats { 1 => true, 0 | 0.1..0.5 => x > 1, _ => false }",
];

#[test]
fn the_gears_agree_at_the_ends_of_chunks() {
    let programs: Vec<Program> = EACH.iter().map(|source| compile(source)).collect();
    let (mut scratch, met) = (Scratch::default(), Met::default());
    for (at, rows) in [1025, 1, 1023, 1024, 1040].into_iter().enumerate() {
        // All of them over few rows, and a few over many: interpreting is slow.
        let few: Vec<Program> =
            programs.iter().skip(at).step_by(if rows == 1 { 1 } else { 5 }).cloned().collect();
        let given = frame(rows, 7 + at as u64, false);
        agree(&few, &given, rows, &mut scratch, &met).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn each_thing_that_kernels_do_agrees_on_every_special_number() {
    let programs: Vec<Program> = EACH.iter().map(|source| compile(source)).collect();
    let (mut scratch, met) = (Scratch::default(), Met::default());
    for seed in 0..20 {
        let given = frame(37, 1000 + seed, false);
        agree(&programs, &given, 37, &mut scratch, &met).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn rows_in_the_middle_of_a_table_are_their_own() {
    let given = frame(100, 3, false);
    let mut scratch = Scratch::default();
    for text in EACH {
        let program = compile(text);
        let mut fault = None;
        let compiled = program.compiled();
        let mut all = |rows| {
            let mut chunk = compiled.chunk(&mut scratch, &given, rows);
            told(&mut chunk, 0, &program, &mut fault)
        };
        // What has failed for whom does not depend on who stands beside it either.
        let mut both = |rows| (all(rows), given.1.take());
        let (whole, part) = (both(0..100), both(41..60));
        assert_eq!(whole.0[41..60], part.0, "{text}");
        for (from, to, part) in
            [(41, 60, part)].into_iter().chain([0, 41, 99].map(|at| (at, at + 1, both(at..at + 1))))
        {
            assert_eq!(whole.0[from..to], part.0, "{text}");
            let mut failed = whole.1.clone();
            failed.values_mut().for_each(|rows| rows.retain(|row, _| (from..to).contains(row)));
            failed.retain(|_, it| !it.is_empty());
            assert_eq!(failed, part.1, "{text}");
        }
    }
}

#[test]
fn of_two_that_are_equal_the_first_is_kept() {
    use crate::expr::function::{least, most};
    for (one, two) in [(0.0f64, -0.0f64), (-0.0, 0.0)] {
        assert_eq!(most(one, two).to_bits(), one.to_bits());
        assert_eq!(least(one, two).to_bits(), one.to_bits());
    }
}

/// The steps of an expression.
fn steps(text: &str) -> String {
    compile(text).compiled().show(0).join("; ")
}

#[test]
fn what_can_be_known_is_settled_before_it_runs() {
    for (text, wanted) in [
        ("30 < days", "#1 = days > 30"),
        ("!(x < 5)", "#1 = x >= 5"),
        ("x > 2 * 3 + 1", "#1 = x > 7"),
        ("x > abs(-3)", "#1 = x > 3"),
        ("true && x > 1 && true", "#1 = x > 1"),
        ("x > 1 && false && y > 1", "#1 = x > 1; #2 = #1 && false"),
        ("x > 1 && (y > 1 && x > 1)", "#1 = x > 1; #2 = y > 1; #3 = #1 && #2"),
        ("x + 1 > 2 || x + 1 < 0", "#1 = x + 1; #2 = #1 > 2; #3 = #1 < 0; #4 = #2 || #3"),
        ("!(champion != trial)", "#1 = champion == trial"),
        ("plan != \"pro\"", "#1 = plan in [\"pro\"]; #2 = !#1"),
        ("if 1 > 2 { x } else { y }", "y"),
        ("champion ?? false", "#1 = champion ?? false"),
        ("is_present(x)", "#1 = is_missing(x); #2 = !#1"),
        ("let a = x + 1; a > 2", "#1 = x + 1; #2 = is_missing(x); #3 = #1 > 2; #4 = #3 unless #2"),
        ("x ** 2", "#1 = x ** 2"),
        (
            "x ** y > 1",
            "#1 = x ** y; #2 = is_missing(x); #3 = is_missing(y); #4 = #2 || #3; #5 = #1 unless #4; #6 = #5 > 1",
        ),
        ("x in [2, 1, 2]", "#1 = x in [1, 2]"),
        ("u in 0..=5", "#1 = u in 0..=5"),
        ("max(x, 1) > 2", "#1 = max(x, 1); #2 = #1 > 2"),
    ] {
        assert_eq!(steps(text), wanted, "{text}");
    }
}

#[test]
fn what_is_shared_is_one_step() {
    let programs =
        [compile("x / y > 1 && trial"), compile("x / y < 0.5 && u > 1"), compile("u > 1")];
    let alone: usize = programs.iter().map(|program| program.compiled().steps()).sum();
    let together = Compiled::together(&programs).steps();
    // x, y, u, x / y, u > 1 and the constant 1 are shared.
    assert_eq!((alone, together), (19, 12));
}

#[test]
fn what_is_too_large_stays_interpreted() {
    let wide = |terms: usize| {
        let all: Vec<String> = (0..terms).map(|at| format!("x > {at}")).collect();
        all.join(" || ")
    };
    assert_eq!(compile(&wide(300)).compiled().refusal(0), None);
    let names = ["x", "y", "u", "days", "nps", "seats", "active", "default"];
    let group = |it: usize| {
        let group = wide(60).replace('x', names[it / 2]);
        format!("({})", if it.is_multiple_of(2) { group } else { group.replace('>', "<") })
    };
    let many = (0..16).map(group).collect::<Vec<_>>().join(" && ");
    let many = compile(&many).compiled().refusal(0).map(str::to_owned);
    assert_eq!(many.as_deref(), Some("it has 1045 steps, at most 1024 are compiled"));
    let mut deep = "let a0 = x; ".to_owned();
    for it in 1..8 {
        deep += &format!("let a{it} = a{}{}; ", it - 1, " + a0".repeat(20));
    }
    let deep = compile(&format!("{deep} a7")).compiled().refusal(0).map(str::to_owned);
    assert_eq!(deep.as_deref(), Some("142 of its steps stand on one another, at most 128 may"));
    let message = LANGUAGE.compile_message("${seats}", &World, &super::slots(&[])).0.unwrap();
    assert_eq!(message.compiled().refusal(0), Some("a message is text"));
}

#[test]
fn gear_two_answers_where_gear_one_may_not() {
    let number = Column::numbers([Some(1.0), None, Some(3.0)]);
    let given = Given([(super::slot("champion"), number)].into(), Failures::default());
    let programs = [compile("champion"), compile("x > 1")];
    let (mut scratch, met) = (Scratch::default(), Met::default());
    agree(&programs, &given, 3, &mut scratch, &met).unwrap();
    assert_eq!((met.faulted.get(), met.no_data.get()), (2, 4));
    // A column that ends early is missing from there on.
    let short = Column::numbers([Some(2.0)]);
    let short = Given([(super::slot("x"), short)].into(), Failures::default());
    agree(&programs, &short, 3, &mut scratch, &met).unwrap();
    assert_eq!(met.yes.get(), 1);
}
