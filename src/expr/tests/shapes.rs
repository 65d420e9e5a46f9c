//! Golden shapes: how Rhai's syntax tree is read. They fail when a new Rhai changes it.

use super::compile;

#[test]
fn the_tree_is_read_as_written() {
    for (text, wanted) in [
        (
            "x > 5 && y / 2 < 0.3 || trial",
            "((op_greater(x, 5.0) && op_less(op_divide(y, 2.0), 0.3)) || trial)",
        ),
        ("trial || champion && trial", "(trial || (champion && trial))"),
        ("(trial || champion) && trial", "((trial || champion) && trial)"),
        ("trial && (champion && trial)", "(trial && champion && trial)"),
        ("x - y - 1", "op_subtract(op_subtract(x, y), 1.0)"),
        ("x ** y ** 2", "op_power(x, op_power(y, 2.0))"),
        ("-x ** 2", "op_power(op_minus(x), 2.0)"),
        ("-5 < x", "op_less((-5.0), x)"),
        ("x * y + 1 % x", "op_add(op_multiply(x, y), op_remainder(1.0, x))"),
        ("u ?? x ?? 1 + 1 < 2", "op_less((u ?? x ?? op_add(1.0, 1.0)), 2.0)"),
        ("x in [1, 2]", "op_within(x, [1.0, 2.0])"),
        ("x !in [1, 2]", "op_not(op_within(x, [1.0, 2.0]))"),
        ("!(x in 1..=y)", "op_not(op_through(x, 1.0, y))"),
        ("x + 1 in 1..y + 2", "op_between(op_add(x, 1.0), 1.0, op_add(y, 2.0))"),
        ("!trial == champion", "op_equal(op_not(trial), champion)"),
        ("contains(plan, \"a\")", "f_contains(plan, \"a\")"),
        ("contains_any(plan, [\"a\", \"b\"])", "f_contains_any(plan, [\"a\", \"b\"])"),
        ("has_word(lower(plan), \"a\")", "f_has_word(f_lower(plan), [\"a\"])"),
        (
            "if x > 1 { 1 } else if y > 1 { 2 } else { 3 }",
            "(if op_greater(x, 1.0) { 1.0 } else { (if op_greater(y, 1.0) { 2.0 } else { 3.0 }) })",
        ),
        ("let a = x; let b = a; a > b", "{ let t0 = x; { let t1 = t0; op_greater(t0, t1) } }"),
        (
            "account.arr >= subscriptions.health.min",
            "op_greater_or_equal(account.arr, subscriptions.health.min)",
        ),
        ("is_missing(u) || is_present(x)", "(op_missing(u) || op_present(x))"),
        ("{ x > 1 }", "op_greater(x, 1.0)"),
        ("abs(x) > 1;", "op_greater(f_abs(x), 1.0)"),
    ] {
        assert_eq!(compile(text).canonical(), wanted, "`{text}`");
    }
}
