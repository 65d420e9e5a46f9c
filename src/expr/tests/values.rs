//! What expressions come to.

use super::{LANGUAGE, WORLD, World, check, compile, run, slot, slots, told, values};
use crate::expr::{Functions, Kind, Language, Outcome, Value, Want};

#[test]
fn numbers_are_doubles_and_compare_without_an_epsilon() {
    check(&[
        ("x + y > 0.3", "x=0.1 y=0.2", "true"),
        ("x > 0.0", "x=1e-17", "true"),
        ("x == y", "x=1e-200 y=2e-200", "false"),
        ("x == y", "x=1e-200 y=1e-200", "true"),
        ("x != y", "x=1 y=1.0000000000000002", "true"),
        ("x < y", "x=1 y=1.0000000000000002", "true"),
        ("x <= y", "x=1.0000000000000002 y=1", "false"),
        ("x >= y", "x=1 y=1.0000000000000002", "false"),
        ("x / y", "x=7 y=2", "3.5"),
        ("7 / x", "x=2", "3.5"),
        ("7.0 / 2", "", "3.5"),
        ("x == 5", "x=5", "true"),
        ("x == -0.0", "x=0", "true"),
        ("x % 3", "x=-7", "-1"),
        ("x ** 0.5", "x=16", "4"),
        ("2 ** 63", "", "9223372036854776000"),
        ("2 ** -1", "", "0.5"),
        ("-x ** 2", "x=3", "9"),
        ("2 + 3 * x - 1", "x=4", "13"),
        ("1_000 + 1e3", "", "2000"),
        ("x<-1", "x=-2", "true"),
        ("x--1>-1", "x=-1", "true"),
        ("x+-1", "x=1", "0"),
        ("x**-1", "x=2", "0.5"),
        ("!!trial", "trial=true", "true"),
    ]);
}

#[test]
fn a_number_that_is_not_finite_is_no_data_where_it_matters() {
    check(&[
        ("x / y > 5", "x=1 y=0", "no data"),
        ("x / y == x / y", "x=0 y=0", "no data"),
        ("x / y != 1", "x=0 y=0", "no data"),
        ("5 < x / y", "x=-1 y=0", "no data"),
        ("x / y", "x=1 y=0", "no data"),
        ("x % y", "x=1 y=0", "no data"),
        ("x * x", "x=1e200", "no data"),
        ("1 / (x / y)", "x=1 y=0", "0"),
        ("max(x / y, 1)", "x=0 y=0", "no data"),
        ("min(1, x / y)", "x=1 y=0", "no data"),
        ("x / y in [1, 2]", "x=0 y=0", "no data"),
        ("x / y in 1..2", "x=0 y=0", "no data"),
        ("sqrt(x)", "x=-1", "no data"),
        ("ln(x) < 0", "x=0", "no data"),
        // One that is not finite at the door is missing, and can be guarded.
        ("x > 1", "x=NaN", "no data: x"),
        ("x > 1", "x=inf", "no data: x"),
        ("x ?? 7", "x=NaN", "7"),
        ("is_missing(x)", "x=-inf", "true"),
    ]);
}

#[test]
fn a_missing_name_is_never_silently_false() {
    check(&[
        ("u < 5", "", "no data: u"),
        ("u >= 5", "", "no data: u"),
        ("u == 5", "", "no data: u"),
        ("u != 5", "", "no data: u"),
        ("!(u >= 5)", "", "no data: u"),
        ("champion", "", "no data: champion"),
        ("!champion", "", "no data: champion"),
        ("champion && true", "", "no data: champion"),
        ("trial || champion", "trial=false", "no data: champion"),
        ("u", "", "no data: u"),
        ("u in [1, 2]", "", "no data: u"),
        ("u !in [1, 2]", "", "no data: u"),
        ("u in 1..10", "", "no data: u"),
        ("owner in [\"ann\"]", "", "no data: owner"),
        ("owner == \"ann\"", "", "no data: owner"),
        ("if u > 1 { true } else { false }", "", "no data: u"),
        ("if trial { u } else { 0 }", "trial=true", "no data: u"),
        ("let a = u; a > 1 || true", "", "no data: u"),
        ("abs(u) > 1", "", "no data: u"),
        ("x + u", "x=1", "no data: u"),
        ("u + x", "x=1", "no data: u"),
        // The first that is missing, from left to right, is the one that is named.
        ("max(y, u + x)", "x=1", "no data: y"),
        ("y < u + x", "x=1", "no data: y"),
        ("y < nothing(x)", "x=1", "no data: y"),
        ("nothing(x) < y", "x=1", "no data"),
        // A name that promised to be present is checked all the same.
        ("seats > 5", "", "no data: seats"),
    ]);
}

#[test]
fn guards_catch_what_is_missing() {
    check(&[
        ("u ?? 0", "", "0"),
        ("u ?? 0", "u=3", "3"),
        ("u ?? x ?? 9", "x=4", "4"),
        ("u ?? x ?? 9", "", "9"),
        ("u ?? x", "", "no data: x"),
        ("u ?? 1 + 1", "", "2"),
        ("u ?? 0 < 5", "", "true"),
        ("owner ?? \"nobody\"", "", "nobody"),
        ("champion ?? false", "", "false"),
        ("is_missing(u)", "", "true"),
        ("is_missing(u)", "u=0", "false"),
        ("is_present(u) && u > 1", "", "false"),
        ("is_present(u) && u > 1", "u=2", "true"),
        ("is_missing(u) || u > 1", "", "true"),
        ("account.arr ?? 5 > 4", "", "true"),
    ]);
}

#[test]
fn and_and_or_go_left_to_right_and_stop_early() {
    check(&[
        ("x > 5 && u < 5", "x=1", "false"),
        ("u < 5 && x > 5", "x=1", "no data: u"),
        ("x < 5 || u < 5", "x=1", "true"),
        ("u < 5 || x < 5", "x=1", "no data: u"),
        ("x > 5 && u < 5", "x=9", "no data: u"),
        ("x < 5 && y < 5 || u < 5", "x=1 y=1", "true"),
        ("trial && x / y > 1", "trial=false x=1 y=0", "false"),
    ]);
}

#[test]
fn in_takes_lists_and_ranges() {
    check(&[
        ("x in [1, 2.5, -3]", "x=-3", "true"),
        ("x in [1, 2.5]", "x=2.5", "true"),
        ("x in [1, 2.5]", "x=2", "false"),
        ("x !in [1, 2.5]", "x=2", "true"),
        ("x in 1..10", "x=5.5", "true"),
        ("x in 1..10", "x=1", "true"),
        ("x in 1..10", "x=10", "false"),
        ("x in 1..=10", "x=10", "true"),
        ("x in 1.5..y", "x=2 y=3", "true"),
        ("x in -5..-1", "x=-3", "true"),
        ("x !in 1..10", "x=0.999", "true"),
        ("plan in [\"pro\", \"enterprise\"]", "plan=pro", "true"),
        ("plan !in [\"pro\", \"enterprise\"]", "plan=basic", "true"),
        ("trial in [true]", "trial=true", "true"),
        ("x in [0.0]", "x=-0.0", "true"),
    ]);
}

#[test]
fn texts_compare_and_dotted_or_reserved_words_are_names() {
    check(&[
        ("plan == \"pro\"", "plan=pro", "true"),
        ("plan != \"pro\"", "plan=basic", "true"),
        ("owner == \"a\\\"b\\\\\\u00e9\"", "owner=a\"b\\é", "true"),
        ("account.arr > 5", "account.arr=6", "true"),
        (
            "subscriptions.health.min < 50 && account.arr > 5",
            "subscriptions.health.min=6",
            "no data: account.arr",
        ),
        ("default > 5", "default=6", "true"),
        ("trial == champion", "trial=true champion=true", "true"),
        ("(x > 1) != (y > 1)", "x=2 y=0", "true"),
        ("x > 1 // the rest is a comment && u > 1", "x=2", "true"),
        ("x > 1\n  && y > 1", "x=2 y=2", "true"),
    ]);
}

#[test]
fn if_and_let_give_values() {
    check(&[
        ("if x > 1 { 10 } else if x > 0 { 5 } else { 0 }", "x=0.5", "5"),
        ("let share = active / seats; share < 0.5 && share > 0.1", "active=2 seats=10", "true"),
        ("let a = x; let b = a * 2; a + b", "x=2", "6"),
        ("if trial { let a = x; a + 1 } else { 0 }", "trial=true x=1", "2"),
        ("(if trial { 1 } else { 2 }) + 1", "trial=false", "3"),
        ("let big = plan == \"pro\"; big && x > 1", "plan=pro x=2", "true"),
        ("if trial { \"a\" } else { plan }", "trial=false plan=pro", "pro"),
    ]);
}

#[test]
fn functions_compute() {
    check(&[
        ("abs(x)", "x=-2", "2"),
        ("min(x, 3)", "x=2", "2"),
        ("max(x, 3, 7, 5)", "x=2", "7"),
        ("clamp(x, 0, 10)", "x=12", "10"),
        ("clamp(x, 10, 0)", "x=12", "no data"),
        ("round(x)", "x=2.5", "3"),
        ("round(x)", "x=-2.5", "-3"),
        ("round(x, 1)", "x=2.25", "2.3"),
        ("round(x, -2)", "x=1250", "1300"),
        (
            "round(x, 300)",
            "x=1e300",
            "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ),
        ("floor(x) + ceil(x)", "x=1.5", "3"),
        ("sqrt(x) + pow(x, 2)", "x=4", "18"),
        ("ln(exp(x))", "x=1", "1"),
        ("log10(x)", "x=1000", "3"),
        ("starts_with(owner, \"an\")", "owner=ann", "true"),
        ("ends_with(owner, \"an\")", "owner=ann", "false"),
        ("contains(owner, \"nn\")", "owner=ann", "true"),
        ("contains_any(owner, [\"x\", \"nn\"])", "owner=ann", "true"),
        ("contains_any(owner, [\"x\", \"NN\"])", "owner=ann", "false"),
        ("contains_any(lower(owner), [\"ann\"])", "owner=ANN", "true"),
        ("contains_any(owner ?? \"\", [\"a\"])", "", "false"),
        ("contains_any(owner, [\"a\"])", "", "no data: owner"),
        ("has_word(owner, \"ann\")", "owner=Ann", "true"),
        ("has_word(owner, \"ann\")", "owner=anna", "false"),
        ("has_word(owner, \"ann*\")", "owner=anna", "true"),
        ("has_word(owner, [\"bob\", \"ann\"])", "owner=ann-bo", "true"),
        ("has_word(owner, \"a\")", "", "no data: owner"),
        ("let a = owner; has_word(a, \"ann\")", "owner=ann", "true"),
        ("has_word(if x > 1 { owner } else { \"b\" }, \"b\")", "x=1 owner=ann", "true"),
        ("lower(owner) == \"ann\" && upper(owner) == \"ANN\"", "owner=Ann", "true"),
        ("halve(x)", "x=5", "2.5"),
        ("nothing(x)", "x=5", "no data"),
        ("nothing(x) > 1", "x=5", "no data"),
        ("infinite(x)", "x=5", "no data"),
        ("halve(infinite(x))", "x=5", "no data"),
        ("1 / infinite(x)", "x=5", "no data"),
        ("1 / exp(x)", "x=1000", "no data"),
        ("1 / (1 / x)", "x=0", "0"),
        ("flagged(x > 1, plan)", "x=5 plan=pro", "true"),
        (
            "liar(x)",
            "x=5",
            "failed: `liar`: it returned a flag, and was registered to return a number",
        ),
        ("fussy(x)", "x=0.5", "failed: `fussy`: 0.5 is below 1"),
        ("many(x) > 1", "x=41", "failed: `many`: one is above 40"),
        ("spelled(owner)", "owner=bob", "bob"),
        ("endless()", "", "failed: `endless`: it returned a text longer than 65536 bytes"),
    ]);
}

#[test]
fn a_value_of_another_kind_or_size_is_faulted() {
    let program = compile("x > 1");
    let outcome = program.run(&mut |_| Value::Text("9".into()));
    assert_eq!(told(&outcome), "faulted: `x` is a number, got a text");
    let long = compile("owner == \"a\"").run(&mut |_| Value::Text("a".repeat(70_000).into()));
    assert_eq!(told(&long), "faulted: `owner` is a text longer than 65536 bytes");
}

#[test]
fn a_program_knows_what_it_reads() {
    let all = |text: &str| -> Vec<&str> {
        compile(text).slots().iter().map(|slot| WORLD[*slot].0).collect()
    };
    assert_eq!(all("x > 1 && (u ?? 0) > 2 && x < 3"), ["x", "u"]);
    assert_eq!(all("is_missing(account.arr) || days > 3"), ["days", "account.arr"]);
    assert!(all("1 < 2").is_empty());
}

#[test]
fn what_is_surely_present_when_true() {
    for (text, wanted) in [
        ("x > 1", &["x"][..]),
        ("x > 1 && y > 1", &["x", "y"]),
        ("x > 1 || y > 1", &["x"]),
        ("!(x > 1 && y > 1)", &["x"]),
        ("!(x > 1 || y > 1)", &["x", "y"]),
        ("is_present(u) && trial", &["u", "trial"]),
        ("is_missing(u) && trial", &["trial"]),
        ("!is_missing(u)", &["u"]),
        ("is_missing(u) || u > 1", &[]),
        ("u ?? 0 > 1", &[]),
        ("u ?? x > 1", &[]),
        ("if x > 1 { y > 1 } else { y > 2 }", &["x", "y"]),
        ("if is_present(u) { x > 1 } else { y > 1 }", &[]),
        ("let a = x; a > y", &["x", "y"]),
        ("(x > 1 && u > 1) || (x > 2 && u > 2)", &["x", "u"]),
        ("max(x, y) in 1..5", &["x", "y"]),
    ] {
        assert_eq!(compile(text).surely_read(), slots(wanted), "`{text}`");
    }
}

#[test]
fn the_canonical_text_forgets_spacing_and_keeps_meaning() {
    let same = |one: &str, two: &str| compile(one).canonical() == compile(two).canonical();
    assert!(same("x>1&&y<2", " ( x > 1.0 )  && (y < 2) // so"));
    assert!(same("x + 1 * 2 > 3", "x + (1 * 2) > 3"));
    assert!(!same("x + 1 * 2 > 3", "(x + 1) * 2 > 3"));
    assert!(!same("x > 1", "y > 1"));
    assert!(!same("x > 1", "x >= 1"));
    assert!(compile("account.arr > 1").canonical().contains("account.arr"));
}

#[test]
fn programs_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let program = compile("x > 1");
    shared(&program);
    shared(&*LANGUAGE);
    assert_eq!((program.kind(), program.text()), (Kind::Flag, "x > 1"));
    assert!(program.tree().is_some());
}

#[test]
fn the_host_cannot_redefine_the_language() {
    let mut functions = Functions::new();
    for name in ["abs", "is_missing", "if", "while", "", "Upper", "a.b", "9a", "a b", "été"] {
        let fault = functions.register(name, &[], Kind::Flag, |_| Value::Missing).unwrap_err();
        assert!(!fault.message.is_empty(), "{name}");
    }
    assert!(
        functions.register("many", &[Kind::Number; 17], Kind::Flag, |_| Value::Missing).is_err()
    );
    assert!(
        functions.register("op_add", &[Kind::Number; 2], Kind::Number, |_| Value::Missing).is_ok()
    );
    functions.register("twice", &[], Kind::Flag, |_| Value::Missing).unwrap();
    assert!(functions.register("twice", &[], Kind::Flag, |_| Value::Missing).is_err());
    // A host's `op_add` is its own function and not our operator.
    let language = crate::expr::Language::new(functions).unwrap();
    let program = language.compile("x + 1", &World, Want::Number).0.unwrap();
    let values = values("x=1");
    assert_eq!(program.run(&mut |slot| values[slot].clone()), Outcome::Value(Value::Number(2.0)));
}

#[test]
fn the_self_test_can_fail_and_names_the_expression() {
    let fault = crate::expr::program::self_test(&Language::unprepared()).unwrap_err();
    assert_eq!(fault.code.as_str(), "incompatible");
    assert!(fault.message.contains("`x + 0.2 > 0.3`"), "{}", fault.message);
}

#[test]
fn the_engine_itself_is_shut() {
    let engine = LANGUAGE.engine();
    for script in [
        "while true { }",
        "loop { }",
        "for a in 0..9 { }",
        "do { } while true",
        "fn f() { }",
        "|a| a",
        "eval(\"1\")",
        "Fn(\"f_abs\")",
        "let f = 1; f.curry(f)",
        "let f = 1; call(f)",
        "type_of(1)",
        "is_def_var(\"x\")",
        "print(1)",
        "debug(1)",
        "sleep(1)",
        "timestamp()",
        "blob(9)",
        "try { 1 } catch { 2 }",
        "throw 1",
        "return 1",
        "import \"a\" as b",
        "const a = 1",
        "this",
        "switch 1 { _ => 2 }",
        "let a = #{}; a",
        "let a = 1; a += 1",
        "-(1.0 ?? 2)",
        "!(true && true)",
        "\"a\".len()",
        "[1].push(2)",
        "5.0 in [5.0]",
    ] {
        let result = engine.eval::<rhai::Dynamic>(script);
        assert!(result.is_err(), "`{script}` gives {result:?}");
    }
    // Rhai's own operators cannot be taken out, which is why no script of ours contains one.
    assert!(!engine.eval::<bool>("0.1 + 0.2 > 0.3").unwrap());
}

#[test]
fn a_run_leaves_nothing_behind() {
    let program = compile("let a = x; a + (u ?? 0)");
    for _ in 0..3 {
        let mut asked = Vec::new();
        let outcome = program.run(&mut |at| {
            asked.push(at);
            if at == slot("x") { Value::Number(1.0) } else { Value::Missing }
        });
        assert_eq!((told(&outcome).as_str(), asked), ("1", vec![slot("x"), slot("u")]));
    }
    assert_eq!(run("x", "x=-0.0"), "0");
}
