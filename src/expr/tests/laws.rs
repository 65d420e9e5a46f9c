//! Laws over generated texts and expressions, against a naive second reading of the checked tree.

use proptest::prelude::*;

use super::{LANGUAGE, World, compile, slots, told, values};
use crate::expr::tree::{Node, Tree};
use crate::expr::{Outcome, Value, Want};

/// Why the naive reading has no value.
type Told<T> = Result<T, Outcome>;

const NOTHING: Outcome = Outcome::NoData { slot: None };

fn number(tree: &Tree, row: &[Value], lets: &mut Vec<Value>) -> Told<f64> {
    match naive(tree, row, lets)? {
        Value::Number(it) => Ok(it),
        other => panic!("{other:?} is no number"),
    }
}

fn flag(tree: &Tree, row: &[Value], lets: &mut Vec<Value>) -> Told<bool> {
    match naive(tree, row, lets)? {
        Value::Flag(it) => Ok(it),
        other => panic!("{other:?} is no flag"),
    }
}

fn raw(row: &[Value], slot: usize) -> Value {
    match &row[slot] {
        Value::Number(it) if !it.is_finite() => Value::Missing,
        it => it.clone(),
    }
}

fn infinite(values: &[Value]) -> bool {
    values.iter().any(|it| matches!(it, Value::Number(it) if !it.is_finite()))
}

/// The meaning of a tree, written down as plainly as can be.
fn naive(tree: &Tree, row: &[Value], lets: &mut Vec<Value>) -> Told<Value> {
    Ok(match &tree.node {
        Node::Number(it) => Value::Number(*it),
        Node::Flag(it) => Value::Flag(*it),
        Node::Text(it) => Value::Text(it.clone()),
        Node::Read(it) => match raw(row, it.symbol.slot) {
            Value::Missing => return Err(Outcome::NoData { slot: Some(it.symbol.slot) }),
            value => value,
        },
        Node::Local(it) => lets[*it].clone(),
        Node::Arithmetic(op, left, right) => {
            let left = number(left, row, lets)?;
            Value::Number(op.apply(left, number(right, row, lets)?))
        }
        Node::Compare(op, left, right) => {
            let (left, right) = (naive(left, row, lets)?, naive(right, row, lets)?);
            if infinite(&[left.clone(), right.clone()]) {
                return Err(NOTHING);
            }
            Value::Flag(match (&left, &right) {
                (Value::Number(left), Value::Number(right)) => op.numbers(*left, *right),
                _ => (left == right) == (op.mark() == "=="),
            })
        }
        Node::Minus(it) => Value::Number(-number(it, row, lets)?),
        Node::Not(it) => Value::Flag(!flag(it, row, lets)?),
        Node::And(terms) => {
            for it in terms {
                if !flag(it, row, lets)? {
                    return Ok(Value::Flag(false));
                }
            }
            Value::Flag(true)
        }
        Node::Or(terms) => {
            for it in terms {
                if flag(it, row, lets)? {
                    return Ok(Value::Flag(true));
                }
            }
            Value::Flag(false)
        }
        Node::Coalesce(names, last) => {
            let found = names
                .iter()
                .map(|name| raw(row, name.symbol.slot))
                .find(|value| *value != Value::Missing);
            match found {
                Some(it) => it,
                None => naive(last, row, lets)?,
            }
        }
        Node::Presence(it, present) => {
            Value::Flag((raw(row, it.symbol.slot) != Value::Missing) == *present)
        }
        Node::Within(it, all) => {
            let it = naive(it, row, lets)?;
            if infinite(std::slice::from_ref(&it)) {
                return Err(NOTHING);
            }
            Value::Flag(all.contains(&it))
        }
        Node::Between(parts, inclusive) => {
            let [it, from, to] = &**parts;
            let all = [naive(it, row, lets)?, naive(from, row, lets)?, naive(to, row, lets)?];
            if infinite(&all) {
                return Err(NOTHING);
            }
            let [Value::Number(it), Value::Number(from), Value::Number(to)] = all else { panic!() };
            Value::Flag(from <= it && (it < to || (*inclusive && it <= to)))
        }
        Node::Call(function, all) => {
            let all: Vec<Value> =
                all.iter().map(|term| naive(term, row, lets)).collect::<Told<_>>()?;
            if infinite(&all) {
                return Err(NOTHING);
            }
            match function.call(&all) {
                Ok(it) => it,
                Err(_) => return Err(NOTHING),
            }
        }
        Node::If(parts) => {
            let [condition, yes, no] = &**parts;
            let chosen = if flag(condition, row, lets)? { yes } else { no };
            naive(chosen, row, lets)?
        }
        Node::Let(number, _, value, body) => {
            let value = naive(value, row, lets)?;
            lets.resize(lets.len().max(number + 1), Value::Missing);
            lets[*number] = value;
            naive(body, row, lets)?
        }
    })
}

fn settled(told: Told<Value>) -> Outcome {
    match told {
        Ok(it) if infinite(std::slice::from_ref(&it)) => NOTHING,
        Ok(it) => Outcome::Value(it),
        Err(it) => it,
    }
}

fn a_number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "x",
            "y",
            "u",
            "days",
            "nps",
            "seats",
            "account.arr",
            "1",
            "0.1",
            "-3",
            "1e300"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["(u ?? 1)", "(x ?? y)", "(x ?? y ?? 0.0)"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/", "%", "**"]),
                inner.clone()
            )
                .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
            (prop::sample::select(vec!["abs", "round", "sqrt", "halve", "nothing"]), inner.clone())
                .prop_map(|(name, it)| format!("{name}({it})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("max({one}, {two})")),
            (inner.clone(), inner.clone())
                .prop_map(|(one, two)| format!("(if {one} > 1 {{ {two} }} else {{ {one} }})")),
            inner.prop_map(|inner| format!("-({inner})")),
        ]
    })
}

pub(super) fn a_flag() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (a_number(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), a_number())
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        (
            a_number(),
            prop::sample::select(vec![
                "in [1, 2.5, 0]",
                "!in [1]",
                "in 0..5",
                "in -1..=1",
                "in 0..x"
            ])
        )
            .prop_map(|(it, set)| format!("{it} {set}")),
        prop::sample::select(vec![
            "trial",
            "champion",
            "true",
            "champion ?? false",
            "is_missing(u)",
            "is_present(x)",
            "plan == \"pro\"",
            "plan in [\"pro\", \"basic\"]",
            "owner != \"ann\"",
            "starts_with(owner ?? \"a\", \"a\")",
            "trial != champion",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("{one} && {two}")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} || {two})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
        ]
    })
}

pub(super) fn a_row() -> impl Strategy<Value = Vec<Value>> {
    let number = prop_oneof![
        3 => Just(Value::Missing),
        1 => prop::num::f64::ANY.prop_map(Value::Number),
        4 => prop::sample::select(vec![0.0, -0.0, 1.0, 0.1, 2.5, -1.0, 5.0, 100.0, 1e-17]).prop_map(Value::Number),
    ];
    prop::collection::vec(number, super::WORLD.len()).prop_flat_map(|numbers| {
        (
            Just(numbers),
            any::<bool>(),
            prop::option::of(any::<bool>()),
            prop::sample::select(vec!["pro", "basic"]),
        )
            .prop_map(|(mut row, trial, champion, plan)| {
                let texts = values(&format!("plan={plan} trial={trial} owner={plan}"));
                for name in ["plan", "trial", "owner"] {
                    row[super::slot(name)] = texts[super::slot(name)].clone();
                }
                row[super::slot("champion")] = champion.map_or(Value::Missing, Value::Flag);
                // A name that is never missing, and within its range.
                row[super::slot("seats")] = Value::Number(7.0);
                for (name, most) in [("days", 3650.0), ("nps", 100.0)] {
                    let at = super::slot(name);
                    if let Value::Number(it) = row[at] {
                        row[at] = if it.is_finite() {
                            Value::Number(it.abs().min(most))
                        } else {
                            Value::Missing
                        };
                    }
                }
                row
            })
    })
}

/// The same outcome, and the same bits where it is a number.
fn same(one: &Outcome, two: &Outcome) -> bool {
    match (one, two) {
        (Outcome::Value(Value::Number(one)), Outcome::Value(Value::Number(two))) => {
            one.to_bits() == two.to_bits()
        }
        _ => one == two,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_or_is_refused(text in "\\PC{0,60}") {
        let (program, problems) = LANGUAGE.compile(&text, &World, Want::Any);
        prop_assert!(program.is_some() || !problems.is_empty());
        let _ = LANGUAGE.compile_message(&text, &World, &slots(&[]));
    }

    #[test]
    fn any_tokens_compile_or_are_refused(words in prop::collection::vec(prop::sample::select(vec![
        "x", "plan", "trial", "account.arr", "nope", "1", "2.5", "\"pro\"", "+", "-", "*", "/", "%", "**", "==",
        "!=", "<", "<=", ">", ">=", "&&", "||", "!", "??", "in", "!in", "..", "..=", "(", ")", "[", "]", "{", "}",
        "if", "else", "let a =", ";", ",", "abs(", "max(", "is_missing(", "true", ".", "=", "|", "`", "${", "\"", "\\", "é",
        "//", "\n", "while", "#", "?", "'", "switch", "switch seats {", "=>", "_", "1 =>", "_ =>",
    ]), 0..30)) {
        compiles_or_is_refused(&words.join(" "))?;
    }

    #[test]
    fn any_cases_compile_or_are_refused(words in prop::collection::vec(prop::sample::select(vec![
        "switch seats {", "switch trial {", "switch", "seats", "1", "2 |", "3..5", "-1", "true", "=>", "=> 1", "=> 2,",
        "1 => 2,", "if trial", "if", "_ => 3", "_", ",", "|", "}", "{", "(", ")", "]", "trial", "let a = 1;", "else {",
    ]), 0..20)) {
        compiles_or_is_refused(&words.join(" "))?;
    }

    #[test]
    fn rhai_and_the_naive_reading_agree_on_numbers(text in a_number(), row in a_row()) {
        let (program, problems) = LANGUAGE.compile(&text, &World, Want::Any);
        // Constants that are not finite are refused.
        if let Some(program) = program {
            let tree = program.tree().unwrap();
            let (one, two) = (program.run(&mut |slot| row[slot].clone()), settled(naive(tree, &row, &mut vec![])));
            prop_assert!(same(&one, &two), "`{text}`: {one:?}, naively {two:?}");
        } else {
            let fine = ["not-finite", "integer-division"];
            prop_assert!(problems.iter().all(|problem| fine.contains(&problem.code.as_str())), "`{text}` {problems:?}");
        }
    }

    #[test]
    fn rhai_and_the_naive_reading_agree_on_flags(text in a_flag(), row in a_row()) {
        let Some(program) = LANGUAGE.compile(&text, &World, Want::Flag).0 else { return Ok(()) };
        let tree = program.tree().unwrap();
        let (one, two) = (program.run(&mut |slot| row[slot].clone()), settled(naive(tree, &row, &mut vec![])));
        prop_assert!(same(&one, &two), "`{text}`: {one:?}, naively {two:?}");
        // What is said of it before it runs is true of it when it runs.
        if let (Outcome::Value(Value::Flag(got)), Some(always)) = (&one, program.always()) {
            prop_assert_eq!(*got, always, "`{}` is always {}", text, always);
        }
        if one == Outcome::Value(Value::Flag(true)) {
            for slot in program.surely_read() {
                prop_assert!(raw(&row, slot) != Value::Missing, "`{text}` is true without {slot}");
            }
        }
        if let Outcome::NoData { slot: Some(slot) } = one {
            prop_assert!(raw(&row, slot) == Value::Missing && program.slots().contains(&slot));
        }
    }
}

fn compiles_or_is_refused(text: &str) -> Result<(), TestCaseError> {
    let (program, problems) = LANGUAGE.compile(text, &World, Want::Any);
    prop_assert!(program.is_some() || !problems.is_empty());
    for it in problems {
        prop_assert!(it.start <= text.len() && text.is_char_boundary(it.start), "{it:?}");
        let end = (it.start + it.length).min(text.len());
        prop_assert!(it.length > 0 && text.is_char_boundary(end), "{it:?}");
    }
    let _ = LANGUAGE.compile_message(text, &World, &slots(&[]));
    Ok(())
}

#[test]
fn the_laws_can_fail() {
    assert_eq!(
        told(&settled(naive(compile("x / 0.0").tree().unwrap(), &values("x=1"), &mut vec![]))),
        "no data"
    );
    assert!(!same(&Outcome::Value(Value::Number(0.0)), &Outcome::Value(Value::Number(-0.0))));
}
