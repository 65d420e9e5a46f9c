//! What is refused, where it points and what it says.

use super::{LANGUAGE, World, compile, marked, problems};
use crate::expr::Want;

/// Checks a table of text and problems.
fn refuse(rows: &[(&str, &[&str])]) {
    for (text, wanted) in rows {
        assert_eq!(problems(text), *wanted, "`{text}`");
    }
}

/// Checks a table of text and a part of the first problem's message and help.
fn say(rows: &[(&str, &str)]) {
    for (text, wanted) in rows {
        let problems = LANGUAGE.compile(text, &World, Want::Flag).1;
        let first = problems.first().unwrap_or_else(|| panic!("`{text}` has no problem"));
        let said = format!("{}; {}", first.message, first.help.as_deref().unwrap_or("-"));
        assert!(said.contains(wanted), "`{text}` says `{said}`, not `{wanted}`");
    }
}

#[test]
fn kinds_must_fit() {
    refuse(&[
        ("x", &["wrong-type \"x\""]),
        ("plan", &["wrong-type \"plan\""]),
        ("x + 1", &["wrong-type \"+\""]),
        ("plan > 5", &["wrong-type \">\""]),
        ("plan == 5", &["wrong-type \"==\""]),
        ("trial == 1", &["wrong-type \"==\""]),
        ("\"10\" < \"9\"", &["wrong-type \"<\""]),
        ("trial < champion", &["wrong-type \"<\""]),
        ("trial + 1 > 1", &["wrong-type \"trial\""]),
        ("\"a\" + 1 == \"a1\"", &["wrong-type \"\\\"a\\\"\""]),
        ("x && trial", &["wrong-type \"x\""]),
        ("trial || plan", &["wrong-type \"plan\""]),
        ("1 && trial", &["wrong-type \"1\""]),
        ("!x", &["wrong-type \"x\""]),
        ("-trial > 1", &["wrong-type \"trial\""]),
        ("1 < x < 3", &["wrong-type \"<\""]),
        ("3 > x > 1", &["wrong-type \">\""]),
        ("x == y == 1", &["wrong-type \"==\""]),
        ("x in [1, \"a\"]", &["wrong-type \"\\\"a\\\"\""]),
        ("plan in 1..3", &["wrong-type \"plan\""]),
        ("x in \"abc\"", &["wrong-type \"\\\"abc\\\"\""]),
        ("x in y", &["wrong-type \"y\""]),
        ("u ?? \"a\" == \"a\"", &["wrong-type \"\\\"a\\\"\""]),
        ("(x + u) ?? 0 > 1", &["wrong-type \"+\""]),
        ("if x > 1 { 1 } else { true }", &["wrong-type \"true\""]),
        ("if x { true } else { false }", &["wrong-type \"x\""]),
        ("abs(plan) > 1", &["wrong-type \"plan\""]),
        ("is_missing(x + 1)", &["wrong-type \"+\""]),
        ("contains(plan, 1)", &["wrong-type \"1\""]),
        ("contains_any(x, [\"a\"])", &["wrong-type \"x\""]),
        ("contains_any(plan, [1])", &["wrong-type \"1\""]),
        ("contains_any(plan, [\"a\", true])", &["wrong-type \"true\""]),
        ("contains_any(plan, \"a\")", &["wrong-type \"\\\"a\\\"\""]),
        ("contains_any(plan, owner)", &["wrong-type \"owner\""]),
        ("contains_any(plan, [owner])", &["forbidden \"owner\""]),
        ("contains_any(plan, [])", &["empty \"contains_any\""]),
        ("contains_any(plan, [\"a\", \"\"])", &["empty \"\\\"\\\"\""]),
        ("contains_any(plan)", &["wrong-arity \"contains_any\""]),
        ("contains_any(plan, \"a\", \"b\")", &["wrong-arity \"contains_any\""]),
        ("has_word(plan, owner)", &["forbidden \"owner\""]),
        ("has_word(plan, 1)", &["wrong-type \"1\""]),
        ("has_word(plan, [])", &["empty \"has_word\""]),
        ("has_word(plan, \" * \")", &["empty \"\\\" * \\\"\""]),
        ("has_word(trial, \"a\")", &["wrong-type \"trial\""]),
        ("has_word(plann, \"a\")", &["unknown-name \"plann\""]),
        ("contain_any(plan, [\"a\"])", &["unknown-name \"contain_any\"", "forbidden \"[\""]),
    ]);
    say(&[
        ("contains_any(plan, [\"\"])", "an empty text is in every text; leave it out"),
        (
            "contains_any(plan, \"a\")",
            "takes a list of texts; write `contains(text, part)`, or the texts in brackets",
        ),
        (
            "has_word(plan, \"*\")",
            "there is no word in `*`; write a word; `*` stands for its endings: `cancel*`",
        ),
        (
            "has_word(plan, [\"a\", \"c*l\"])",
            "a `*` stands within `c*l`; `*` stands at an end of what is looked for: `cancel*`",
        ),
        ("has_words(plan, \"a\")", "there is no function `has_words`; did you mean `has_word`?"),
    ]);
    say(&[
        ("x", "a condition must be a flag, got a number; compare it: `x > 0`"),
        ("plan > 5", "`>` compares a text with a number; both sides must be of one kind"),
        ("1 < x < 3", "comparisons cannot be chained; write `1 < x && x < 3`"),
        ("\"a\" + 1 == \"b\"", "texts are joined in messages"),
        ("(x + u) ?? 0 > 1", "guard each name: `(a ?? 0) + (b ?? 0)`"),
        ("1 && trial", "a flag is wanted here, got a number"),
    ]);
}

#[test]
fn names_and_functions_must_be_known() {
    refuse(&[
        ("actve > 1", &["unknown-name \"actve\""]),
        ("account.ar > 1", &["unknown-name \"account.ar\""]),
        ("nope ?? 5 > 1", &["unknown-name \"nope\""]),
        ("false && nope", &["unknown-name \"nope\""]),
        ("abss(x) > 1", &["unknown-name \"abss\""]),
        ("abs(x, 1) > 1", &["wrong-arity \"abs\""]),
        ("min(x) > 1", &["wrong-arity \"min\""]),
        ("is_missing() || trial", &["wrong-arity \"is_missing\""]),
        ("x(1) > 1", &["unknown-name \"x\""]),
        (
            "actve > 1 && plann == \"pro\" && abss(x) > 1 && seats > \"a\"",
            &[
                "unknown-name \"actve\"",
                "unknown-name \"plann\"",
                "unknown-name \"abss\"",
                "wrong-type \">\"",
            ],
        ),
    ]);
    say(&[
        ("actve > 1", "nothing is named `actve`; did you mean `active`?"),
        ("account.ar > 1", "did you mean `account.arr`?"),
        ("plan == enterprise", "texts stand in double quotes: `\"enterprise\"`"),
        ("abss(x) > 1", "there is no function `abss`; did you mean `abs`?"),
        ("abs > 1", "call it: `abs(x)`"),
        ("round(x, 1, 2) > 1", "`round` takes 1 or 2 arguments, got 3"),
        ("abs() > 1", "`abs` takes 1 argument, got 0"),
        ("max(x) > 1", "`max` takes 2 to 16 arguments, got 1"),
        ("seats.ago_30 > 1", "of its past there is `seats.previous`, `.days`, `.ago_30d` and"),
        ("zzzzzzz > 1", "declare a metric of that name"),
    ]);
}

#[test]
fn a_text_that_a_name_can_never_be_is_a_fault() {
    refuse(&[
        ("plan == \"enterprize\"", &["always-same \"\\\"enterprize\\\"\""]),
        ("\"gold\" != plan", &["always-same \"\\\"gold\\\"\""]),
        ("plan in [\"pro\", \"gold\"]", &["always-same \"\\\"gold\\\"\""]),
        ("owner == \"anyone\"", &[]),
        ("(plan ?? \"none\") == \"gold\"", &["always-same \"\\\"gold\\\"\""]),
        ("(plan ?? \"none\") in [\"pro\", \"none\"]", &[]),
        ("(owner ?? \"none\") == \"anyone\"", &[]),
        ("(plan ?? owner) == \"anyone\"", &[]),
    ]);
    say(&[
        ("plan == \"enterprize\"", "`plan` is never `enterprize`; did you mean `enterprise`?"),
        ("plan == \"gold\"", "it is one of `basic`, `pro`, `enterprise`"),
    ]);
}

#[test]
fn numbers_must_be_plain_and_exact() {
    refuse(&[
        ("7 / 2 > x", &["integer-division \"/\""]),
        ("(1 + 6) / -2 > x", &["integer-division \"/\""]),
        ("1 / 0 > x", &["integer-division \"/\""]),
        ("1.0 / 0.0 > x", &["not-finite \"/\""]),
        ("1e300 * 1e300 > x", &["not-finite \"*\""]),
        ("1e400 > x", &["not-finite \"1e400\""]),
        ("9223372036854775807 + 1 > x", &["out-of-range \"9223372036854775807\""]),
        ("0xff > x", &["expression-syntax \"0xff\""]),
        ("30d > x", &["expression-syntax \"30d\""]),
        ("9007199254740992 > x && 7.0 / 2 > x", &[]),
    ]);
    say(&[("7 / 2 > x", "write `7.0 / 2`")]);
}

#[test]
fn what_is_not_in_the_language_is_refused_with_another_way() {
    for text in [
        "while true { }",
        "loop { break }",
        "for a in 0..9 { }",
        "do { } while x > 1",
        "fn f() { 1 }",
        "private fn f() { 1 }",
        "let f = |a| a + 1; x > 1",
        "let f = || x; x > 1",
        "x = 5",
        "x += 5; x > 1",
        "x++ > 1",
        "eval(\"x\") > 1",
        "Fn(\"abs\").call(x)",
        "curry(x)",
        "call(x)",
        "type_of(x) == \"f64\"",
        "is_def_var(\"x\")",
        "print(x)",
        "debug(x)",
        "sleep(1)",
        "timestamp() > 1",
        "blob(9)",
        "try { x > 1 } catch { false }",
        "throw x",
        "return x > 1",
        "import \"a\" as b;",
        "export x",
        "const a = 1; x > a",
        "this > 1",
        "x.abs() > 1",
        "account.arr.abs() > 1",
        "\"abc\".len() > 1",
        "(x).y > 1",
        "account . arr > 1",
        "x[0] > 1",
        "[1, 2][0] > x",
        "[1, 2] == [1, 2]",
        "1..2 == 1..2",
        "x in [y]",
        "#{ a: 1 }.a > x",
        "x?.y > 1",
        "global::x > 1",
        "a::b > 1",
        "`${x}` == \"1\"",
        "plan == 'pro'",
        "match x { 1 => true, _ => false }",
        "x & 1 > 0",
        "x | 1 > 0",
        "x ^ 2 > 0",
        "x << 2 > 0",
        "x > 1 ? true : false",
        "x <> 1",
        "x === 1",
        "/* x */ x > 1",
        "() == x",
        "+x > 1",
        "x > 1; y > 1",
        "{ }",
        "x > 1 and y > 1",
        "not x",
        "$x > 1",
        "if x > 1 { true }",
        "let a = x;",
        "x in []",
        "é > 1",
        "x > 1 // \u{0}\n @",
    ] {
        let found = problems(text);
        assert!(!found.is_empty(), "`{text}`");
        let (program, found) = LANGUAGE.compile(text, &World, Want::Any);
        assert!(program.is_none(), "`{text}` compiles");
        for it in found {
            assert!(
                it.help.is_some() || it.message.contains("wanted"),
                "`{text}` has no help: {it:?}"
            );
            assert!(it.message.starts_with(|it: char| !it.is_uppercase()), "{it:?}");
            assert!(!it.message.ends_with('.'), "{it:?}");
        }
    }
    say(&[
        ("while true { }", "`while` is not part of the language; declare a metric with a filter"),
        ("x.abs() > 1", "write `abs(x)`"),
        ("x = 5", "write `==` to compare"),
        ("if x = 5 { true } else { false }", "write `==` to compare"),
        ("x and trial", "write `&&`"),
        ("plan == 'pro'", "write texts in double quotes"),
        ("account . arr > 1", "without spaces"),
        ("if x > 1 { true }", "the `if` has no `else`"),
        ("x > 1; y > 1", "join conditions with `&&`"),
    ]);
}

#[test]
fn syntax_is_told_in_our_words_and_at_its_place() {
    refuse(&[
        ("", &["expression-syntax \"\""]),
        ("   ", &["expression-syntax \"\""]),
        ("x >", &["expression-syntax \"\""]),
        ("(x > 1", &["expression-syntax \"\""]),
        ("x > 1)", &["expression-syntax \")\""]),
        ("x > > 1", &["expression-syntax \">\""]),
        ("x y > 1", &["expression-syntax \"y\""]),
        ("plan == \"pro", &["expression-syntax \"\\\"\""]),
        ("plan == \"a\\qb\"", &["expression-syntax \"\\\"a\\\\qb\\\"\""]),
        ("trial\n && é", &["expression-syntax \"é\""]),
        ("plan == \"é\" && x >\n> 1", &["expression-syntax \">\""]),
    ]);
    let (_, problems) = LANGUAGE.compile("owner == \"é\"\n  && nope > 1", &World, Want::Flag);
    assert_eq!(marked("owner == \"é\"\n  && nope > 1", &problems[0]), "nope");
}

#[test]
fn let_names_something_new_and_used() {
    refuse(&[
        ("let a = 1; x > 1", &["unused \"a\""]),
        ("let x = 1; x > 1", &["duplicate \"x\""]),
        ("let a = 1; let a = 2; a > x", &["duplicate \"a\""]),
        ("let account.b = 1; x > 1", &["duplicate \"account.b\""]),
        ("let a = nope; a > 1", &["unknown-name \"nope\""]),
        ("let a = 1; a ?? 2 > x", &["wrong-type \"a\""]),
    ]);
    // Unused is a warning: the program runs.
    assert_eq!(compile("let a = 1; x > 1").slots().len(), 1);
}

#[test]
fn conditions_that_are_always_the_same_are_found() {
    for (text, always, marked) in [
        ("days >= 0", Some(true), ">="),
        ("days > 3650", Some(false), ">"),
        ("nps < -100", Some(false), "<"),
        ("days + 1 > 0", Some(true), ">"),
        ("active / seats <= 10000", Some(true), "<="),
        ("abs(nps) > 100", Some(false), ">"),
        ("1 < 2", Some(true), "<"),
        ("x > 5 && x < 3", Some(false), "<"),
        ("x > 5 && x <= 5", Some(false), "<="),
        ("3 > x && 5 < x", Some(false), "<"),
        ("x < 5 || x >= 5", Some(true), ">="),
        ("x == 1 && x == 2", Some(false), "=="),
        ("plan == \"pro\" && plan == \"basic\"", Some(false), "=="),
        ("plan != \"pro\" && plan in [\"pro\"]", Some(false), "in"),
        ("plan in [\"pro\", \"basic\", \"enterprise\"]", Some(true), "in"),
        ("x in 1..5 && x > 7", Some(false), ">"),
        ("x in [1, 2] && x > 7", Some(false), ">"),
        ("is_missing(seats)", Some(false), "is_missing"),
        ("trial && !trial", Some(false), "&&"),
        ("trial || x > 1 && x < 0", None, "<"),
        ("days >= 0 && x > 1", None, ">="),
        ("!(days < 0)", Some(true), "<"),
        ("let a = days * 2; a < 0", Some(false), "<"),
        ("if days > 5 { days < 3 } else { trial }", None, "<"),
        ("min(days, 10) > 10", Some(false), ">"),
        ("(days ?? 0) < 0", Some(false), "<"),
    ] {
        let (program, problems) = LANGUAGE.compile(text, &World, Want::Flag);
        let program = program.unwrap_or_else(|| panic!("`{text}` {problems:?}"));
        assert_eq!(program.always(), always, "`{text}`");
        let found: Vec<&str> =
            problems.iter().map(|problem| super::marked(text, problem)).collect();
        assert_eq!(found, [marked], "`{text}`");
        assert_eq!(problems[0].code.as_str(), "always-same");
    }
    for text in [
        "days > 0",
        "days <= 3649",
        "x > 3 && x < 5",
        "x >= 5 && x <= 5",
        "x != 5 && x > 4",
        "plan == \"pro\" || plan == \"basic\"",
        "x > 5 || x < 3",
        "(days ?? -1) < 0",
        "active / seats > 1",
        "is_missing(days)",
        "x % 2 == 0",
        "x > y && y > x",
        "days == 0",
        "if trial { x > 5 } else { x < 3 }",
        "owner != \"a\" && owner != \"b\"",
    ] {
        assert_eq!((compile(text).always(), problems(text)), (None, vec![]), "`{text}`");
    }
    // Written out as a constant, it is meant.
    assert_eq!((compile("true").always(), problems("true")), (Some(true), vec![]));
}
