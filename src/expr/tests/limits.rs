//! Size and depth are bounded, alike in every profile, and refused at once.

use super::{LANGUAGE, World, problems, run};
use crate::expr::{MAX_BYTES, Want};

/// Runs on half the stack that a thread has by default. It suffices without any optimisation too:
/// `cargo test --config 'profile.dev.package."*".opt-level=0' --lib limits` needs about 0.9 MB.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap().join().unwrap();
}

fn codes(text: &str) -> Vec<&'static str> {
    let (program, problems) = LANGUAGE.compile(text, &World, Want::Any);
    assert_eq!(program.is_none(), !problems.is_empty());
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn flat_conditions_may_be_long() {
    on_a_small_stack(|| {
        let chain = |count: usize| vec!["x > 1"; count].join(" && ");
        assert_eq!(run(&chain(200), "x=2"), "true");
        assert_eq!(codes(&chain(400)), ["limit"]);
        let chain = |count: usize| vec!["x"; count].join(" + ");
        assert_eq!(run(&chain(32), "x=2"), "64");
        assert_eq!(codes(&chain(34)), ["limit"]);
        assert_eq!(codes(&chain(1000)), ["limit"]);
        let list: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        assert_eq!(run(&format!("x in [{}]", list.join(",")), "x=999"), "true");
    });
}

#[test]
fn depth_is_bounded_before_the_stack_is() {
    on_a_small_stack(|| {
        let nested = |open: &str, close: &str, count: usize| {
            format!("{}x > 1{}", open.repeat(count), close.repeat(count))
        };
        assert_eq!(run(&nested("(", ")", 20), "x=2"), "true");
        assert_eq!(run(&nested("!(", ")", 18), "x=2"), "true");
        for (open, close) in [
            ("(", ")"),
            ("!", ""),
            ("-", ""),
            ("!(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("abs(", ")"),
            ("x ** ", ""),
            ("x + (", ")"),
            ("trial && (", ")"),
            ("trial || trial && (", ")"),
            ("if trial { true } else ", " { trial } else { trial }"),
            ("if trial {", "} else { true }"),
            ("x in [", "]"),
            ("x ?? (", ")"),
            ("let a = ", ";"),
            ("if ", "{ true } else { false }"),
            ("trial || trial && x == x < u ?? x + x * x ** (", ")"),
            ("if if (", ") { x } else { x } { x } else { x }"),
            ("x in [abs(", ")]"),
            ("switch seats { 1 => ", ", _ => true }"),
            ("switch seats { _ => ", " }"),
            ("switch seats { 1 if ", " => true, _ => true }"),
            ("switch ", " { true => true, false => false }"),
            ("switch (", ") { true => true, false => false }"),
            ("switch seats { 1 => if trial { true } else { ", " }, _ => true }"),
        ] {
            for count in [41, 60, 300, 5000] {
                let text = nested(open, close, count);
                let found = codes(&text);
                assert!(!found.is_empty(), "{count} of `{open}`");
            }
        }
        // Rhai never sees these: to it, each is three brackets deep.
        let text = nested("switch seats { 1 => ", ", _ => true }", 17);
        let found = LANGUAGE.compile(&text, &World, Want::Any).1;
        assert_eq!(found[0].message, "the expression is nested too deep");
        // The deepest that is allowed runs on this stack.
        for (open, close) in [
            ("(1 + ", ")"),
            ("abs(", ")"),
            ("(if trial { 1 } else { ", " })"),
            ("max(1, ", ")"),
            ("switch trial { true => 1, _ => ", " }"),
            ("switch abs(", ") { 1 => 2, _ => 3 }"),
        ] {
            let most = (1..64).rev().find_map(|count| {
                let text = format!("{}(x ?? 1){}", open.repeat(count), close.repeat(count));
                codes(&text).is_empty().then_some(text)
            });
            let text = most.unwrap();
            // Rhai sees three brackets where a `switch` is.
            let least = if open.contains("switch") { 8 } else { 15 };
            assert!(text.len() > least * (open.len() + close.len()), "`{text}` is not deep");
            assert!(!run(&text, "x=2 trial=false").starts_with("faulted"), "`{text}`");
        }
    });
}

#[test]
fn huge_texts_are_refused_at_once() {
    on_a_small_stack(|| {
        let texts = [
            "x".repeat(1_000_000),
            "x > 1 && ".repeat(100_000),
            "(".repeat(1_000_000),
            format!("plan == \"{}\"", "a".repeat(1_000_000)),
            "9".repeat(1_000_000),
            "x;".repeat(100_000),
            "é".repeat(MAX_BYTES),
        ];
        for text in texts {
            assert_eq!(codes(&text), ["limit"]);
        }
        for unit in [
            "x;",
            "x.",
            "x+",
            "(",
            ")",
            "[",
            "{",
            "!",
            "-",
            "9",
            "\"",
            "let a=1;",
            "é",
            "#",
            "a.b.",
            "x??",
            "1..",
            ",",
            "x,",
            "switch",
            "switch ",
            "switch x {",
            "switch x{1=>",
            "|",
            "=>",
            "_",
            "switch x{1=>2,_=>3}",
        ] {
            let text = unit.repeat(MAX_BYTES / unit.len());
            assert!(!codes(&text).is_empty(), "{unit}");
        }
    });
}

#[test]
fn too_many_lets_or_arguments_are_refused() {
    on_a_small_stack(many_lets);
}

fn many_lets() {
    let lets = |count: usize| {
        let lets: String = (0..count).map(|number| format!("let a{number} = x; ")).collect();
        let sum: Vec<String> = (0..count).map(|number| format!("a{number} > 1")).collect();
        format!("{lets}{}", sum.join(" && "))
    };
    assert_eq!(run(&lets(28), "x=2"), "true");
    assert!(problems(&lets(60)).iter().any(|problem| problem.starts_with("limit")));
    assert_eq!(problems(&format!("max({}) > 1", vec!["x"; 17].join(","))), ["wrong-arity \"max\""]);
}
