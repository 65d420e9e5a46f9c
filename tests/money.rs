//! Money as it comes: credit notes and refunds, and prices that become recurring amounts.

use foretell::book::{Book, Mode, Tables};
use foretell::frame::SubjectKind;
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = r#"
metrics = [
    { name = "billed", from = "invoices", field = "amount", take = "sum" },
    { name = "billed_60d", from = "invoices", field = "amount", take = "sum", window = "60d" },
    { name = "lowest", from = "invoices", field = "amount", take = "min" },
    { name = "mean", from = "invoices", field = "amount", take = "mean" },
    { name = "change", from = "invoices", field = "amount", take = "change", window = "30d" },
    { name = "credits", from = "invoices", where = "is_credit", take = "count" },
    { name = "given_back", from = "invoices", field = "amount", where = "amount < 0", take = "sum" },
    { name = "overdue", from = "invoices", where = "is_overdue", take = "count" },
    { name = "late", from = "invoices", field = "days_late", take = "mean" },
    { name = "paid_share", from = "invoices", where = "is_paid", take = "share" },
    { name = "paid_flag", from = "invoices", field = "is_paid", take = "share" },
    { name = "open", from = "invoices", field = "amount", where = "!is_paid", take = "sum" },
    { name = "one_off" },
]
"#;

/// What the metrics of subscription `s` are on 1 March 2026; each invoice is `issued due paid amount`.
fn of_invoices(invoices: &str) -> impl Fn(&str) -> String {
    let rows: Vec<String> = invoices
        .split(';')
        .enumerate()
        .map(|(at, line)| {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let date = |at: usize, key: &str| match cells[at] {
                "-" => String::new(),
                it => format!(r#""{key}": "2026-{it}", "#),
            };
            let (due, paid) = (date(1, "due"), date(2, "paid"));
            format!(
                r#"{{ "id": "i{at}", "subscription_id": "s", "issued": "2026-{}", {due}{paid}"amount": "{}", "currency": "EUR" }}"#,
                cells[0], cells[3]
            )
        })
        .collect();
    let text = format!(
        r#"{{ "subscriptions": [{{ "id": "s", "start": "2025-01-01", "one_off": "-12.50" }}], "invoices": [{}] }}"#,
        rows.join(",")
    );
    let tables: Tables = serde_json::from_str(&text).unwrap();
    let book = Book::strict(tables).unwrap_or_else(|it| panic!("{it}"));
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"));
    let out = engine
        .assess(&Input::book(&book), "2026-03-01".parse::<AsOf>().unwrap(), &State::new())
        .unwrap();
    assert_eq!(out.faults(), []);
    move |name| out.value(SubjectKind::Subscription, name, "s").to_string()
}

#[test]
fn a_credit_note_is_an_invoice_below_zero() {
    for (invoices, expected) in [
        (
            "02-01 - - 100; 02-01 - - -40",
            "billed 60, billed_60d 60, lowest -40, mean 30, credits 1, given_back -40",
        ),
        // A hundred tenths are ten, whatever was given back in between.
        ("02-01 - - 0.1; 02-02 - - 0.2; 02-03 - - -0.3", "billed 0, mean 0"),
        ("02-01 - - 33.33; 02-02 - - -33.34", "billed -0.01"),
        // Nobody waits for a credit note to be paid.
        (
            "01-01 01-15 01-10 100; 01-20 02-01 - -40",
            "overdue 0, late 0, paid_share 1, paid_flag 1, open 0",
        ),
        ("01-01 01-15 - 100; 01-20 02-01 - -40", "overdue 1, late 45, paid_share 0.5, open 100"),
        ("01-20 02-01 - -40", "overdue 0, late missing, paid_share 1, open 0, billed -40"),
        ("01-20 - 02-01 -40", "overdue 0, late missing, paid_share 1"),
        // A month of nothing but credits after a month of bills.
        ("01-10 - - 100; 02-10 - - -25", "change -125"),
        ("01-10 - - -50; 02-10 - - -25", "change 50"),
        ("01-10 - - -0; 02-10 - - 5", "billed 5, credits 0, change missing, one_off -12.5"),
    ] {
        let value = of_invoices(invoices);
        for pair in expected.split(", ") {
            let (name, expected) = pair.split_once(' ').unwrap();
            assert_eq!(value(name), expected, "{name} of {invoices}");
        }
    }
}

/// `arr mrr` of a subscription with those fields on a day.
fn of_price(fields: &str) -> String {
    let text = format!(r#"{{ "subscriptions": [{{ "id": "s", {fields} }}] }}"#);
    let tables: Tables = serde_json::from_str(&text).unwrap();
    let loaded = Book::load(tables, Mode::Lenient).unwrap();
    let config = "metrics = [{ name = \"arr\" }, { name = \"mrr\" }, { name = \"billing\", type = \"text\" }]";
    let engine = Engine::compile(&Config::parse(config)).unwrap();
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let out = engine.assess(&Input::book(&loaded.book), day, &State::new()).unwrap();
    let value = |name: &str| match out.value(SubjectKind::Subscription, name, "s") {
        Value::Number(it) => it.to_string(),
        it => it.to_string(),
    };
    let notes: Vec<&str> = loaded.report().notes.iter().map(|it| it.message.as_str()).collect();
    assert!(loaded.rejected.is_empty(), "{:?}", loaded.rejected);
    format!("{} {} {}", value("arr"), value("mrr"), notes.join("; ")).trim_end().to_owned()
}

#[test]
fn a_price_becomes_recurring_amounts() {
    for (fields, expected) in [
        (r#""price": 2400, "quantity": 1, "billing": "Monthly""#, "28800 2400"),
        (r#""price": 2400, "quantity": 1, "billing": "Annual""#, "2400 200"),
        (r#""price": 2400, "quantity": 1, "billing": "2-Year""#, "1200 100"),
        (r#""price": 2400, "quantity": 1, "billing": "3-Year""#, "800 66.67"),
        (r#""price": 2400, "quantity": 1, "billing": "One-Time""#, "0 0"),
        (r#""price": 2400, "quantity": 1, "billing": "Trial""#, "0 0"),
        (r#""price": 2400, "quantity": 1, "billing": "activation fee""#, "0 0"),
        (r#""price": 2400, "quantity": 1, "billing": "Weekly""#, "124800 10400"),
        (r#""price": "9.99", "quantity": 3, "billing": "P1M", "currency": "EUR""#, "359.64 29.97"),
        (r#""price": 1000, "billing": "yearly", "currency": "JPY""#, "1000 83"),
        // One, where it is not said how many; none, where that is said.
        (r#""price": 10, "billing": "monthly""#, "120 10"),
        (r#""price": 10, "quantity": 0, "billing": "monthly""#, "0 0"),
        (r#""price": 10, "quantity": 3"#, "missing missing"),
        (r#""quantity": 3, "billing": "monthly""#, "missing missing"),
        // What is said wins.
        (r#""price": 10, "billing": "monthly", "arr": 60"#, "60 5"),
        (r#""price": 10, "billing": "monthly", "mrr": 7"#, "84 7"),
        (r#""price": 10, "billing": "Evergreen", "arr": 100"#, "100 8.33"),
        (r#""arr": 100, "mrr": 7"#, "100 7"),
        (r#""mrr": "0.10""#, "1.2 0.1"),
        // What nobody knows is missing, and said.
        (r#""price": 10, "billing": "Biennial""#, "missing missing `Biennial` is no billing term"),
        (
            r#""price": 10, "quantity": 0.1234567, "billing": "monthly""#,
            "missing missing `quantity` must have at most 6 decimals, got `0.1234567`",
        ),
    ] {
        assert_eq!(of_price(fields), expected, "{fields}");
    }
}

#[test]
fn a_term_that_nobody_knows_refuses_a_strict_book() {
    let row =
        |id: u8, term: &str| format!(r#"{{ "id": "s{id}", "price": 10, "billing": "{term}" }}"#);
    let rows =
        [row(0, "monthly"), row(1, "monhtly"), row(2, "Evergreen"), row(3, "monhtly")].join(",");
    let tables =
        || serde_json::from_str::<Tables>(&format!(r#"{{ "subscriptions": [{rows}] }}"#)).unwrap();
    let faults = Book::strict(tables()).unwrap_err();
    let shown: Vec<String> = faults
        .list()
        .iter()
        .map(|it| {
            format!(
                "{} {}: {} ({})",
                it.code,
                it.place.path,
                it.message,
                it.help.as_deref().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "unknown-name subscriptions[1].billing: `monhtly` is no billing term, in 2 rows (did you mean `monthly`?)",
            "unknown-name subscriptions[2].billing: `Evergreen` is no billing term (such terms are `weekly`, `monthly`, `quarterly`, \
             `half-yearly`, `yearly`, `annual`, `2-year`, `one-time`, `trial`, `P1M`)",
        ]
    );
    let loaded = Book::lenient(tables());
    assert_eq!(
        (loaded.rejected.len(), loaded.report().notes.len(), loaded.faults.len()),
        (0, 2, 2)
    );
    for wrong in [r#""price": -1"#, r#""quantity": -1"#, r#""arr": -1"#, r#""mrr": -1"#] {
        let text = format!(r#"{{ "subscriptions": [{{ "id": "s", {wrong} }}] }}"#);
        let loaded = Book::lenient(serde_json::from_str(&text).unwrap());
        assert_eq!(loaded.rejected.first().map(|it| it.reason), Some("negative"), "{wrong}");
    }
}

/// In columns of one's own the term is read by a function.
#[test]
fn a_term_in_a_column_is_read_by_a_function() {
    let report = Engine::compile(&Config::parse(
        r#"
metrics = [
    { name = "price" },
    { name = "quantity" },
    { name = "term", type = "text" },
    { name = "mrr", expr = "price * quantity * times_a_year(term) / 12" },
]

[[scorecards]]
name = "size"
factors = [{ metric = "mrr", points.linear = { worst = 0, best = 20000 } }]

[[tests]]
name = "many years are divided, one-time is nothing, what nobody knows is missing and not gross"
given = { price = "2400x9", quantity = "1x9", term = "'Monthly' 'Annual' '2-Year' '3-Year' 'One-Time' 'Biennial' 'Weekly' 'Trial' 'Activation'" }
expect = [
    { at = 0, values = { mrr = 2400 } },
    { at = 1, values = { mrr = 200 } },
    { at = 2, values = { mrr = 100 } },
    { at = 3, values = { mrr = 66.666666666666666 } },
    { at = 4, values = { mrr = 0 } },
    { at = 5, values = { mrr = "_" } },
    { at = 6, values = { mrr = 10400 } },
    { at = 7, values = { mrr = 0 } },
    { at = 8, values = { mrr = 0 } },
]
"#,
    ))
    .unwrap_or_else(|it| panic!("{it}"))
    .run_tests();
    assert!(report.passed() && report.tests.len() == 1, "{report}");
}
