//! `switch`: what it says, what is refused, and that it is the same in both gears (`gears` writes some).

use super::gears::SWITCHES;
use super::{LANGUAGE, World, check, compile, problems, run};
use crate::expr::Want;

#[test]
fn the_first_case_that_holds_says_what_is() {
    let tiers = "switch seats { 1 => 10, 2 | 3 => 20, _ => 30 }";
    let ranges = r#"switch seats { 0..5 => "low", 5..=10 | 99 => "mid", _ => "high" }"#;
    let guarded = r#"switch plan { "pro" if x > 5 => 1, "pro" => 2, _ => 3 }"#;
    let inner = r#"
        switch seats { // how large
            1 => switch trial { true => 1, false => 2 },
            2 => { let twice = active * 2; twice + 1 },
            _ => if x > 1 { 3 } else { 4 },
        }"#;
    check(&[
        (tiers, "seats=1", "10"),
        (tiers, "seats=2", "20"),
        (tiers, "seats=3", "20"),
        (tiers, "seats=2.5", "30"),
        (tiers, "", "no data: seats"),
        (ranges, "seats=4.9", "low"),
        (ranges, "seats=5", "mid"),
        (ranges, "seats=10", "mid"),
        (ranges, "seats=10.5", "high"),
        (ranges, "seats=99", "mid"),
        (guarded, "plan=pro x=6", "1"),
        (guarded, "plan=pro x=5", "2"),
        (guarded, "plan=pro", "no data: x"),
        (guarded, "plan=basic", "3"),
        (inner, "seats=1 trial=true", "1"),
        (inner, "seats=1 trial=false", "2"),
        (inner, "seats=2 active=4", "9"),
        (inner, "seats=3 x=2", "3"),
        (inner, "seats=3", "no data: x"),
        ("switch seats { 1 => 5, _ => x }", "seats=1", "5"),
        ("switch active { 0 => 1, _ => 2 }", "active=-0.0", "1"),
        ("switch floor(seats / 10) { 0 => 0, 1 | 2 => 1, _ => 2 }", "seats=29", "1"),
        ("switch nps ?? 0 { -100..0 => -1, 0 => 0, _ => 1 }", "nps=-3", "-1"),
        ("switch nps ?? 0 { -100..0 => -1, 0 => 0, _ => 1 }", "", "0"),
        ("switch seats { 1 => 2, _ => 3 } > 2", "seats=2", "true"),
        ("1 + switch seats { 1 => 2, _ => 3 } * 2", "seats=1", "5"),
        ("switch (if trial { 1 } else { 2 }) { 1 => true, _ => false }", "trial=true", "true"),
        ("is_present(x) && switch x { 1 => true, _ => false }", "x=1", "true"),
        ("is_present(x) && switch x { 1 => true, _ => false }", "", "false"),
        ("let a = x; switch a { 1 => true, _ => false }", "", "no data: x"),
        ("let a = x; switch a { 1 => true, _ => false }", "x=1", "true"),
        // Ranges may overlap.
        (
            "switch seats { 0..5 => 1, 3..=8 => 2, 9 if trial => 4, 4..=9 => 3, _ => 4 }",
            "seats=8.5",
            "3",
        ),
        // Every value has its case.
        (r#"switch plan ?? "basic" { "basic" => 1, "pro" | "enterprise" => 2 }"#, "", "1"),
        (r#"switch plan { "basic" => 1, "pro" | "enterprise" => 2 }"#, "plan=pro", "2"),
        ("switch champion ?? false { true => 1, false => 0 }", "champion=true", "1"),
    ]);
}

#[test]
fn what_is_generated_compiles() {
    for switch in SWITCHES {
        for [a, b, c] in [["1", "2", "3"], ["trial", "false", "true"], ["plan", "\"b\"", "plan"]] {
            let text = format!("switch {switch}").replace("=> A", &format!("=> {a}"));
            let text = text.replace("=> B", &format!("=> {b}")).replace("=> C", &format!("=> {c}"));
            compile(&text);
        }
    }
}

#[test]
fn it_is_what_could_be_written_with_if() {
    for (switch, conditions) in [
        (
            "switch seats { 1 | 2 => active, 3 if trial => 5, 4..6 | 9 => 6, _ => 7 }",
            "let a = seats; if a in [1, 2] { active } else if a in [3] && trial { 5 } \
             else if a in 4..6 || a in [9] { 6 } else { 7 }",
        ),
        (
            "switch trial { true => 1, false => 2 }",
            "let a = trial; if a in [true] { 1 } else { 2 }",
        ),
    ] {
        assert_eq!(compile(switch).canonical(), compile(conditions).canonical(), "`{switch}`");
    }
}

#[test]
fn a_switch_may_have_many_cases() {
    // Those with an `if` come early.
    let cases = |count: usize, guarded: usize| {
        let cases = (0..count).map(|number| match number % 3 {
            0 => format!("{number} | {} => {number}, ", number + 1000),
            1 => {
                format!("{number}{} => {number}, ", if number < guarded { " if trial" } else { "" })
            }
            _ => format!("{number}..{} => {number}, ", number + 1),
        });
        format!("switch seats {{ {}_ => -1 }}", cases.collect::<String>())
    };
    for guarded in [0, 32] {
        let text = cases(99, guarded);
        for it in [0, 1, 2, 3, 30, 31, 32, 33, 48, 49, 50, 51, 96, 97, 98] {
            let (here, beyond) = (format!("seats={it} trial=true"), format!("seats={}", it + 1000));
            assert_eq!(run(&text, &here), it.to_string());
            let beyond_is = if it % 3 == 0 { it.to_string() } else { "-1".to_owned() };
            assert_eq!(run(&text, &format!("{beyond} trial=true")), beyond_is);
        }
        assert_eq!(run(&text, "seats=31 trial=false"), if guarded == 0 { "31" } else { "-1" });
    }
    for (text, wanted) in [
        (cases(100, 0), "a `switch` has at most 100 cases, got 101"),
        (cases(99, 35), "the first 35 cases of a `switch` have an `if` among them, at most 32 may"),
    ] {
        let (_, found) = LANGUAGE.compile(&text, &World, Want::Any);
        assert_eq!((found[0].code.as_str(), found[0].message.as_str()), ("limit", wanted));
        assert_eq!(super::marked(&text, &found[0]), "switch");
    }
}

/// Of what is asked nothing is duplicated, whatever stands in it.
#[test]
fn what_a_switch_becomes_is_not_much_longer() {
    for (open, close) in [
        ("switch seats { 1 if ", " => true, CASES _ => false }"),
        ("switch seats { 1 => ", ", CASES _ => false }"),
        ("switch seats { CASES _ => ", " }"),
        ("switch (", ") { true => false, false => true }"),
    ] {
        let cases: String = (2..60).map(|number| format!("{number} => trial, ")).collect();
        let long = |deep: usize| {
            let text = format!("{}trial{}", open.repeat(deep), close.repeat(deep));
            let program = LANGUAGE.compile(&text.replace("CASES", &cases), &World, Want::Any).0;
            program.map(|program| program.canonical().len())
        };
        let (one, two) = (long(1).unwrap(), long(2).unwrap());
        assert!(two <= 2 * one + 100, "`{open}`: {one} and {two}");
        assert!((3..12).filter_map(long).all(|length| length < 12 * one), "`{open}`: {one}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (text, wanted) in [
        (
            "switch x { 1 => true, _ => false }",
            "maybe-missing \"x\": `x` may be missing, and no case is for that; give it a default that no case takes by mistake, such as `x ?? -1`; or, to have no answer where it is missing, write `let a = x; switch a { … }`",
        ),
        (
            r#"switch owner { "ann" => true, _ => false }"#,
            "maybe-missing \"owner\": `owner` may be missing, and no case is for that; give it a default that no case takes by mistake, such as `owner ?? \"none\"`; or, to have no answer where it is missing, write `let a = owner; switch a { … }`",
        ),
        (
            "switch seats { 1 => true }",
            "expression-syntax \"switch\": not every value has a case; end with `_ => a`, for all other values",
        ),
        (
            r#"switch plan { "basic" => true, "pro" => false }"#,
            "expression-syntax \"switch\": not every value has a case; end with `_ => a`, for all other values",
        ),
        (
            "switch trial { true if seats > 1 => true, false => false }",
            "expression-syntax \"switch\": not every value has a case; end with `_ => a`, for all other values",
        ),
        (
            "switch seats { _ => true, 1 => false }",
            "duplicate \"1\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 1 => true, 2 | 1 => false, _ => true }",
            "duplicate \"2\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 1 | 1.0 => true, _ => false }",
            "duplicate \"1\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { \"a\" => true, _ => false }",
            "wrong-type \"\\\"a\\\"\": the `switch` is about a number, and the case is a text; -",
        ),
        (
            "switch plan { 1..2 => true, _ => false }",
            "wrong-type \"..\": a range is a case of a number, got a text; -",
        ),
        (
            r#"switch plan { "gold" => true, _ => false }"#,
            "always-same \"\\\"gold\\\"\": `plan` is never `gold`; it is one of `basic`, `pro`, `enterprise`",
        ),
        (
            "switch seats { active => true, _ => false }",
            "forbidden \"active\": a case is of literals only; write `if` and `else`",
        ),
        (
            "switch seats { 1..active => true, _ => false }",
            "forbidden \"..\": a case is of literals only; write `if` and `else`",
        ),
        (
            "switch seats { 5..5 => true, _ => false }",
            "empty \"..\": there is no number in this range; -",
        ),
        (
            "switch seats { 1 => true, _ => 5 }",
            "wrong-type \"true\": a case gives a flag, and the last gives a number; all must be of one kind",
        ),
        (
            "switch seats { 1 if x => true, _ => false }",
            "wrong-type \"x\": the `if` of a case takes a flag, got a number; compare it: `x > 0`",
        ),
        (
            "switch seats { 1 => nope, _ => false }",
            "unknown-name \"nope\": nothing is named `nope`; declare a metric of that name",
        ),
        (
            "switch seats { }",
            "expression-syntax \"}\": a case with a `=>` is wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch { 1 => true }",
            "expression-syntax \"{\": the `switch` says not of what; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats 1 => true",
            "expression-syntax \"=>\": a `{` is wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "(switch seats) > 1",
            "expression-syntax \")\": the `switch` has no `{`; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => true, _ => false",
            "expression-syntax \"switch\": the `switch` has no `}`; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => true, _ => false ] }",
            "expression-syntax \"]\": the `switch` is still open here, and closed by a `}`; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => true, _ => false ])",
            "expression-syntax \"]\": the `switch` is still open here, and closed by a `}`; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1, 2 => true, _ => false }",
            "expression-syntax \",\": a case with a `=>` is wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { | 2 => true, _ => false }",
            "expression-syntax \"|\": a value is wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => true _ => false }",
            "expression-syntax \"=>\": the cases are joined without a comma before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => , _ => false }",
            "expression-syntax \",\": a result is wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 => trial | champion, _ => false }",
            "expression-syntax \"|\": `|` joins only the values of a case; `||` is or; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats / x { 1 => true, _ => false }",
            "maybe-missing \"x\": `x` may be missing, and no case is for that; write `(x ?? -1)` in place of `x`",
        ),
        (
            "switch x + x { 1 => true, _ => false } && nope",
            "unknown-name \"nope\": nothing is named `nope`; declare a metric of that name",
        ),
        (
            "switch champion { true => true, false => false }",
            "maybe-missing \"champion\": `champion` may be missing, and no case is for that; give it a default that no case takes by mistake, such as `champion ?? false`; or, to have no answer where it is missing, write `let a = champion; switch a { … }`",
        ),
        (
            r#"switch plan ?? "none" { "pro" => 1, "entreprise" => 2, _ => 3 }"#,
            "always-same \"\\\"entreprise\\\"\": `plan` is never `entreprise`; did you mean `enterprise`?",
        ),
        (
            "switch seats { 0..10 => 1, 5 => 2, _ => 3 }",
            "duplicate \"5\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 0..10 => 1, 0..5 => 2, _ => 3 }",
            "duplicate \"0\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 0..=10 => 1, 3..=10 => 2, _ => 3 }",
            "duplicate \"3\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 1 | 2 => 1, 2..=2 => 2, _ => 3 }",
            "duplicate \"2\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch seats { 5 => 1, 5 if trial => 2, _ => 3 }",
            "duplicate \"5\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch trial { true => 1, false => 2, true if seats > 1 => 3 }",
            "duplicate \"true\": this case comes after one that takes its values; leave one of them out; `_` comes last",
        ),
        (
            "switch trial { true => 1, false => 2, _ => true }",
            "wrong-type \"1\": a case gives a number, and the last gives a flag; all must be of one kind",
        ),
        (
            "switch seats { ..5 => true, _ => false }",
            "expression-syntax \"..\": a range has both ends; write them, such as `-100..50`, or compare: `x < 50`",
        ),
        (
            "switch seats { 5.. => true, _ => false }",
            "expression-syntax \"..\": a range has both ends; write them, such as `-100..50`, or compare: `x < 50`",
        ),
        (
            "x in ..50",
            "expression-syntax \"..\": a range has both ends; write them, such as `-100..50`, or compare: `x < 50`",
        ),
        (
            "switch seats { 1 || 2 => true, _ => false }",
            "expression-syntax \"||\": `|` joins the values of a case; write `1 | 2 => a`",
        ),
        (
            "switch seats { > 5 => true, _ => false }",
            "expression-syntax \">\": a case is of literals and ranges; write a range, such as `5..10`, or `if` and `else`",
        ),
        (
            "switch seats { 1 => true, else => false }",
            "expression-syntax \"else\": all other values are written `_`; write `_ => a`",
        ),
        (
            "switch seats { 1 => true, default => false }",
            "expression-syntax \"default\": all other values are written `_`; write `_ => a`",
        ),
        (
            "switch seats { 1 => let a = 2; a, _ => 3 }",
            "expression-syntax \"let\": the result of a case is one value; put it in braces: `1 => { let a = x; a + 1 }`",
        ),
        (
            "switch seats { 1 => 2; 3, _ => 3 }",
            "expression-syntax \";\": the result of a case is one value; put it in braces: `1 => { let a = x; a + 1 }`",
        ),
        (
            "switch seats { 1 if trial | champion => 2, _ => 3 }",
            "expression-syntax \"|\": `|` joins only the values of a case; `||` is or; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 -> 2, _ => 3 }",
            "forbidden \"->\": `->` is not part of the language; write `if` and `else`, or `=>` in the cases of a `switch`",
        ),
        (
            "switch plan { 'pro' => 2, _ => 3 }",
            "forbidden \"'\": `'` is not part of the language; write texts in double quotes",
        ),
        (
            "switch seats { 1 if => true, _ => false }",
            "expression-syntax \"=>\": a condition and a `=>` are wanted before this; write `switch x { 1 | 2 => a, _ => b }`",
        ),
        (
            "switch seats { 1 | _ => true }",
            "expression-syntax \"_\": `_` stands for all other values, and alone; write `_ => a` as the last case",
        ),
        (
            "switch seats { _ if trial => true }",
            "expression-syntax \"_\": `_` stands for all other values, and alone; write `_ => a` as the last case",
        ),
        (
            "switch seats { 1 => true 2, _ => false }",
            "expression-syntax \"2\": an operator is wanted or something is missing before `2`; -",
        ),
        (
            "switch seats { 1 2 => true, _ => false }",
            "expression-syntax \"2\": an operator is wanted or something is missing before `2`; -",
        ),
        (
            "switch seats { [1] => true, _ => false }",
            "forbidden \"[\": lists and ranges stand only after `in`; write `x in [1, 2]` or `x in 1..10`",
        ),
        (
            "x => 1",
            "forbidden \"=>\": `=>` stands only between the values and the result of a case; write `>=` to compare",
        ),
        ("_ > 1", "unknown-name \"_\": nothing is named `_`; did you mean `u`?"),
        (
            "match x { 1 => true }",
            "forbidden \"match\": `match` is not part of the language; write `switch x { 1 => a, _ => b }`",
        ),
    ] {
        let (program, found) = LANGUAGE.compile(text, &World, Want::Any);
        let first = found.first().unwrap_or_else(|| panic!("`{text}` has no problem"));
        let help = first.help.as_deref().unwrap_or("-");
        let marked = super::marked(text, first);
        let said = format!("{} {marked:?}: {}; {help}", first.code, first.message);
        assert_eq!(said, wanted, "`{text}`");
        assert!(program.is_none(), "`{text}`");
    }
}

#[test]
fn a_case_that_is_for_nothing_is_warned_of() {
    for (text, wanted) in [
        ("switch seats { 0 => true, _ => false }", "always-same \"0\""),
        ("switch trial { true => true, false => false, _ => true }", "unused \"_\""),
        (
            r#"switch plan { "basic" => true, "pro" | "enterprise" => false, _ => true }"#,
            "unused \"_\"",
        ),
    ] {
        assert_eq!(problems(text), [wanted], "`{text}`");
    }
}
