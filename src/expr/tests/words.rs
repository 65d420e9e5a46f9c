//! Numbers in words, for messages.

use super::check;

#[test]
fn numbers_are_shown_as_people_read_them() {
    check(&[
        ("fixed(x, 2)", "x=3.14159", "3.14"),
        ("fixed(x, 2)", "x=3", "3.00"),
        ("fixed(x, 0)", "x=2.5", "3"),
        ("fixed(x, 0)", "x=-2.5", "-3"),
        ("fixed(x, 1)", "x=-0.04", "0.0"),
        ("fixed(x, 15)", "x=0.5", "0.500000000000000"),
        ("fixed(x, 2)", "x=1e300", "1e300"),
        ("percent(x)", "x=0.45", "45%"),
        ("percent(x)", "x=0.285", "29%"),
        ("percent(x)", "x=-0.005", "-1%"),
        ("percent(x)", "x=-0.0001", "0%"),
        ("percent(x, 1)", "x=0.1234", "12.3%"),
        ("percent(x)", "x=12", "1200%"),
        ("signed(x)", "x=5", "+5"),
        ("signed(x)", "x=-5", "-5"),
        ("signed(x)", "x=0", "0"),
        ("signed(x)", "x=0.4", "0"),
        ("signed(x)", "x=-0.4", "0"),
        ("signed(x, 1)", "x=0.45", "+0.5"),
        ("signed(x, 1)", "x=-0.04", "0.0"),
        ("grouped(x)", "x=0", "0"),
        ("grouped(x)", "x=999", "999"),
        ("grouped(x)", "x=1000", "1,000"),
        ("grouped(x)", "x=-1234567.5", "-1,234,568"),
        ("grouped(x, 2)", "x=1234.5", "1,234.50"),
        ("grouped(x)", "x=999999999999999", "999,999,999,999,999"),
        ("grouped(x)", "x=1e15", "1e15"),
        ("money(x, \"EUR\")", "x=12499.6", "12,500 EUR"),
        ("days(x)", "x=1", "1 day"),
        ("days(x)", "x=2", "2 days"),
        ("days(x)", "x=0", "0 days"),
        ("days(x)", "x=1.5", "1.5 days"),
        ("days(x)", "x=0.97", "1 day"),
        ("days(x)", "x=-1", "-1 day"),
        ("days(x)", "x=1234", "1,234 days"),
        ("counted(x, \"seat\", \"seats\")", "x=1", "1 seat"),
        ("counted(x, \"seat\", \"seats\")", "x=7", "7 seats"),
        // They are texts, and compare as such.
        ("percent(x) == \"45%\"", "x=0.45", "true"),
    ]);
}

#[test]
fn what_cannot_be_shown_is_no_data_and_what_cannot_be_meant_is_refused() {
    check(&[
        ("days(u)", "", "no data: u"),
        ("percent(x / 0.0)", "x=1", "no data"),
        ("fixed(x, y)", "x=1 y=2.5", "no data"),
        ("fixed(x, y)", "x=1 y=-1", "no data"),
        ("fixed(x, y)", "x=1 y=16", "no data"),
        ("fixed(x, -0.0)", "x=1", "1"),
    ]);
    for (text, wanted) in [
        ("days(plan)", "wrong-type"),
        ("days(x) > 3", "wrong-type"),
        ("money(x)", "wrong-arity"),
        ("percent(x, \"1\")", "wrong-type"),
        ("counted(x, \"seat\")", "wrong-arity"),
        ("percnt(x)", "unknown-name"),
    ] {
        let found = super::problems(text);
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{text}: {found:?}");
    }
}
