//! First-match lists: which of their conditions a row can come to.

use proptest::prelude::*;
use proptest::sample::select;

use super::laws::{a_flag, a_row};
use super::{LANGUAGE, World, compile};
use crate::expr::{Cascade, Outcome, Program, Value, Want};

/// Conditions in order, and whether the last can be reached.
const FIRST_MATCH: [(&[&str], &str); 47] = [
    (&["x < 100", "x < 50"], "no"),
    (&["x < 50", "x < 100"], "yes"),
    (&["x < 50", "x >= 50", "plan == \"pro\""], "no"),
    (&["x < 50", "x > 50", "plan == \"pro\""], "yes"),
    (&["x < 50", "x > 50", "x == 50", "true"], "no"),
    (&["x <= 50", "x > 50", "x == 50"], "no"),
    (&["50 > x", "x < 100", "x in 20..90"], "no"),
    (&["x in 0..10", "x in 10..20", "x in 5..15"], "no"),
    (&["x in 0..10", "x in 10..20", "x in 5..=20"], "yes"),
    (&["x in [1, 2]", "x == 1 || x == 2"], "no"),
    (&["x in [1, 2]", "x in [1, 2, 3]"], "yes"),
    (&["x != 1", "x == 2"], "no"),
    (&["x !in [1, 2]", "x == 2"], "yes"),
    (&["nps < 0", "nps in -100..0"], "no"),
    (&["nps > -100", "nps <= -100"], "yes"),
    (&["nps >= 0", "nps < 0", "true"], "no"),
    // Texts, declared and free.
    (&["plan == \"pro\"", "plan == \"basic\"", "plan == \"enterprise\"", "x > 3"], "no"),
    (&["plan == \"pro\"", "plan == \"basic\"", "x > 3"], "yes"),
    (&["plan in [\"pro\", \"basic\"]", "plan == \"basic\" && x > 3"], "no"),
    (&["owner == \"ann\"", "owner == \"ann\" && x > 3"], "no"),
    (&["owner != \"ann\"", "owner == \"bob\""], "no"),
    (&["owner in [\"ann\", \"bob\"]", "owner == \"bob\""], "no"),
    (&["owner == \"ann\"", "owner == \"bob\""], "yes"),
    // Flags, and what is made of them.
    (&["champion", "!champion", "x > 3"], "no"),
    (&["champion == true", "champion"], "no"),
    (&["trial || x > 3", "x > 5"], "no"),
    (&["trial && x > 3", "x > 5"], "yes"),
    (&["trial && x > 3", "x > 5 && trial"], "no"),
    (&["if trial { x > 3 } else { x > 5 }", "x > 5"], "no"),
    (&["if trial { x > 3 } else { x > 5 }", "x > 4"], "yes"),
    (
        &[
            "switch plan { \"pro\" => x > 3, _ => false }",
            "switch plan { \"pro\" => x > 3, _ => false }",
        ],
        "no",
    ),
    (&["let a = x * 2; a > 3 && a < 5", "let a = x * 2; a > 3 && a < 5"], "no"),
    // What is calculated is a value of its own.
    (&["x / y < 0.5", "x / y < 0.3"], "no"),
    (&["x / y < 0.3", "x / y < 0.5"], "yes"),
    (&["x < y", "y > x"], "no"),
    (&["x < y", "x <= y"], "yes"),
    (&["x <= y", "x < y && trial"], "no"),
    (&["max(x, 0) >= 0", "trial"], "no"),
    (&["starts_with(owner, \"a\")", "starts_with(owner, \"a\") && trial"], "no"),
    // Without data the search is over.
    (&["x < 100", "is_missing(x)"], "no"),
    (&["x / y < 1", "is_missing(y)"], "no"),
    (&["is_missing(x)", "x < 100"], "yes"),
    (&["(x ?? 0) < 100", "is_missing(x)"], "no"),
    (&["(x ?? 200) < 100", "is_missing(x)"], "yes"),
    (&["(x ?? 0) < 100", "x < 50"], "no"),
    (&["is_missing(x) || x < 100", "x < 50"], "no"),
    (&["is_present(x) && x < 100", "x < 100 && champion"], "no"),
];

/// The same for lists that pass over a condition without an answer.
const FIRST_TRUE: [(&[&str], &str); 12] = [
    (&["trial || x > 3", "x > 5"], "no"),
    (&["champion || x > 3", "x > 5"], "yes"),
    (&["if trial { x > 3 } else { x > 5 }", "x > 5"], "no"),
    (&["x < 100", "x < 50"], "no"),
    (&["x < 100", "is_missing(x)"], "yes"),
    (&["x < 100 && y < 5", "x < 50 && y < 1"], "no"),
    (&["x < 100 && y < 5", "x < 50"], "yes"),
    (&["y < 5 || x < 100", "x < 50"], "yes"),
    (&["x < 100 || y < 5", "x < 50"], "no"),
    (&["x < 50", "x >= 50", "trial"], "yes"),
    (&["trial", "!trial", "x > 3"], "no"),
    (&["champion", "!champion", "is_missing(champion)"], "yes"),
];

fn reached(list: Cascade, programs: &[Program]) -> bool {
    let (last, before) = programs.split_last().unwrap();
    let mut list = list;
    before.iter().for_each(|program| list.pass(program));
    list.can_reach(last)
}

#[test]
fn what_is_left_is_told_from_what_came_before() {
    let mut wrong = Vec::new();
    let lists = [(Cascade::first_match(), &FIRST_MATCH[..]), (Cascade::first_true(), &FIRST_TRUE)];
    for (list, rows) in lists {
        for (texts, wanted) in rows {
            let programs: Vec<Program> = texts.iter().map(|text| compile(text)).collect();
            let got = if reached(list.clone(), &programs) { "yes" } else { "no" };
            if got != *wanted {
                wrong.push(format!("{texts:?}: {got}, expected {wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_tangle_is_given_up_in_time() {
    // Twelve holes for thirteen values that differ: out of reach, but by no short way.
    let mut list = Cascade::first_match();
    for at in 0..13 {
        let holes: Vec<String> = (0..12).map(|number| format!("x + {at} == {number}")).collect();
        list.pass(&compile(&format!("!({})", holes.join(" || "))));
        for hole in 0..12 {
            (0..at).for_each(|other| {
                list.pass(&compile(&format!("x + {at} == {hole} && x + {other} == {hole}")));
            });
        }
    }
    assert!(list.can_reach(&compile("trial")), "what is given up counts as possible");
}

/// A condition about few values, so that lists of them often leave nothing.
fn a_small_flag() -> BoxedStrategy<String> {
    let atom = prop_oneof![
        6 => (select(vec!["x", "days", "(x ?? 1)", "x + y", "-3"]), select(vec!["<", "<=", ">", ">=", "==", "!="]),
            select(vec!["0", "1", "2.5", "5", "y"])).prop_map(|(one, op, two)| format!("{one} {op} {two}")),
        2 => select(vec!["trial", "champion", "(champion ?? true)", "is_missing(x)", "is_present(champion)"])
            .prop_map(str::to_owned),
        2 => select(vec!["plan == \"pro\"", "plan != \"pro\"", "plan in [\"basic\", \"enterprise\"]", "x in 0..5",
            "x in [0, 1]", "x !in 1..=5"]).prop_map(str::to_owned),
    ];
    atom.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} && {two})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} || {two})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
            inner.prop_map(|inner| format!("!({inner})")),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// No row comes to a condition that is called out of reach.
    #[test]
    fn what_is_out_of_reach_is_reached_by_no_row(
        texts in prop_oneof![
            prop::collection::vec(a_small_flag(), 2..5),
            prop::collection::vec(a_flag(), 2..4),
        ],
        rows in prop::collection::vec(a_row(), 30),
    ) {
        let programs: Option<Vec<Program>> =
            texts.iter().map(|text| LANGUAGE.compile(text, &World, Want::Flag).0).collect();
        let Some(programs) = programs else { return Ok(()) };
        for (mut list, goes_on) in [(Cascade::first_match(), false), (Cascade::first_true(), true)] {
            for (at, it) in programs.iter().enumerate() {
                let reached = list.can_reach(it);
                list.pass(it);
                let says = |it: &Program, row: &[Value]| it.run(&mut |slot| row[slot].clone());
                let yes = Outcome::Value(Value::Flag(true));
                let no = Outcome::Value(Value::Flag(false));
                let comes = |row: &[Value]| programs[..at].iter().all(|program| {
                    let said = says(program, row);
                    said == no || goes_on && said != yes
                });
                if !reached {
                    let wrong = rows.iter().find(|row| comes(row) && says(it, row) == yes);
                    prop_assert!(wrong.is_none(), "{:?} at {}: {:?}", texts, at, wrong);
                }
            }
        }
    }

    /// The values that a condition names of one number are those for which it holds.
    #[test]
    fn a_condition_of_one_number_holds_for_its_values(text in a_small_flag(), row in a_row()) {
        let Some(program) = LANGUAGE.compile(&text, &World, Want::Flag).0 else { return Ok(()) };
        let Some((name, set)) = program.of_one_number() else { return Ok(()) };
        let Value::Number(it) = row[super::slot(name)] else { return Ok(()) };
        if it.is_finite() {
            let holds = program.run(&mut |slot| row[slot].clone()) == Outcome::Value(Value::Flag(true));
            let held = !set.meet(&crate::expr::Spans::point(it)).is_empty();
            prop_assert_eq!(holds, held, "`{}` at {}: {:?}", text, it, set);
        }
    }
}
