//! What is said of what is wrong: every fault at once, each at its place, in the wording that is
//! promised.

mod lint;
mod own_tests;
mod rows;

use foretell::book::Tables;
use foretell::fault::{Code, Fault};
use foretell::node::Node;
use foretell::{Book, Config, Engine, Faults};

fn faults(text: &str) -> Faults {
    match Engine::compile(&Config::parse(text)) {
        Ok(engine) => Faults(engine.warnings().to_vec()),
        Err(faults) => faults,
    }
}

/// The text that a fault marks.
fn marked(fault: &Fault) -> String {
    let (Some(column), Some(length)) = (fault.place.column, fault.place.length) else {
        return String::new();
    };
    let snippet = fault.place.snippet.as_deref().unwrap_or("");
    snippet.chars().skip(column as usize - 1).take(length as usize).collect()
}

#[test]
fn ten_mistakes_give_ten_faults() {
    let found = faults(include_str!("cases/faults/ten.toml"));
    assert_eq!(found.list().len(), 10, "{found}");
    let near: Vec<&str> = found.list().iter().filter_map(|it| it.help.as_deref()).collect();
    for name in ["better", "active_seats"] {
        assert!(near.contains(&format!("did you mean `{name}`?").as_str()), "{near:?}");
    }
    insta::assert_snapshot!("ten", found);
}

/// Declarations that the rows build on.
const METRICS: &str = r#"
metrics = [
  { name = "n" }, { name = "m" },
  { name = "r", range = [0, 100], better = "higher" },
  { name = "f", type = "flag" },
  { name = "t", type = "text", values = ["a", "b"] },
  MORE
]
"#;

/// Every row: what is written, the code it gives, and the text it marks.
fn all_rows() -> impl Iterator<Item = (String, Code, &'static str)> {
    let own = own_tests::ROWS.iter().map(|it| (format!("test: {}", it.0), it.1, it.2));
    rows::ROWS.iter().map(|it| (it.0.to_owned(), it.1, it.2)).chain(own)
}

/// A whole config from a row: what stands before the first `: ` says where the rest belongs.
fn config(row: &str) -> String {
    let metrics = |more: &str| METRICS.replace("MORE", more);
    let rule = |more: String| format!("{}[[rules]]\nname = \"u\"\n{more}", metrics(""));
    let card = |more: String| format!("{}[[scorecards]]\nname = \"s\"\n{more}", metrics(""));
    match row.split_once(": ") {
        Some(("metric", more)) => metrics(&format!("{{ name = \"x\", {more} }}")),
        Some(("metrics", more)) => metrics(more),
        Some(("card", more)) => card(more.to_owned()),
        Some(("points", more)) => card(format!("factors = [{{ metric = {more} }}]")),
        Some(("rule", more)) => rule(more.to_owned()),
        Some(("test", more)) => {
            let account = "{ name = \"p\", subject = \"account\" }";
            format!("{}{}{more}", metrics(account), own_tests::BEFORE)
        }
        Some(("rules", more)) => {
            let mut parts = more.split("; ");
            let mut next = || parts.next().unwrap_or_default().to_owned();
            let rules =
                ["a", "b"].map(|it| format!("[[rules]]\nname = \"{it}\"\nwhen = '{}'\n", next()));
            let inhibit = next().replace("target = \"b\"", "source = [\"a\"]\ntarget = [\"b\"]");
            let target = if inhibit.contains("target") { "" } else { "target = [\"b\"]\n" };
            format!("{}{}[[inhibit]]\n{inhibit}\n{target}", metrics(""), rules.concat())
        }
        Some(("when", more)) => rule(format!("when = '{more}'")),
        _ => row.to_owned(),
    }
}

#[test]
fn each_mistake_is_one_fault_at_its_place() {
    let mut wrong = Vec::new();
    for (row, code, text) in all_rows() {
        let found = faults(&config(&row));
        let got: Vec<(Code, String)> =
            found.list().iter().map(|it| (it.code, marked(it))).collect();
        if got != [(code, text.to_owned())] {
            wrong.push(format!("{row}\n  want {code} at `{text}`\n  got {got:?}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_a_config_has_a_row() {
    let of_records = [
        Code::Contradiction,
        Code::MixedCurrency,
        Code::UnknownReference,
        Code::WrongDate,
        // Of an assessment.
        Code::Faulted,
        Code::Guard,
        Code::TimeReversed,
        // Of a state.
        Code::Checksum,
        Code::Implausible,
        Code::LaterForm,
    ];
    for code in Code::ALL.iter().filter(|it| !of_records.contains(it)) {
        assert!(all_rows().any(|(_, it, _)| it == *code), "no row gives `{code}`");
    }
}

#[test]
fn faults_are_worded_as_promised() {
    let configs = all_rows().flat_map(|(row, ..)| faults(&config(&row)).0);
    let records = bad_book().0;
    let mut count = 0;
    for fault in configs.chain(records) {
        for text in [Some(&fault.message), fault.help.as_ref()].into_iter().flatten() {
            assert!(!text.is_empty() && !text.contains('\n'), "{text}");
            assert!(!text.starts_with(char::is_uppercase), "{text}");
            assert!(!text.ends_with('.') && text.trim() == text, "{text}");
            for word in ["f64", "i64", "String", "Vec", "enum", "struct", "Some(", "None"] {
                assert!(!text.contains(word), "{text}");
            }
            assert_eq!(text.matches('`').count() % 2, 0, "{text}");
        }
        assert!(fault.place.line.is_some() || !fault.place.path.is_empty(), "{fault:?}");
        count += 1;
    }
    assert!(count > 100);
}

/// Where a fault inside an expression stands: line and column counted by hand.
#[test]
fn a_place_inside_a_text_is_found_however_the_text_is_written() {
    for (when, line, column) in [
        // Single quotes, double quotes, and escapes before the place.
        ("'nn > 3'", 3, 9),
        ("\"nn > 3\"", 3, 9),
        ("'t == \"a\" && nn > 3'", 3, 21),
        ("\"t == \\\"a\\\" && nn > 3\"", 3, 23),
        ("\"t == \\\"\\u0061\\\" && nn > 3\"", 3, 28),
        ("\"t == \\\"\\U00000061\\\" && nn > 3\"", 3, 32),
        ("\"f\\t&& nn > 3\"", 3, 15),
        // Characters, not bytes.
        ("'u == \"Zürich\" && nn > 3'", 3, 26),
        ("'u == \"𝄞𝄞\" && nn > 3'", 3, 22),
        ("\"u == \\\"Z\\u00fcrich\\\" && nn > 3\"", 3, 33),
        // Several lines, with the line break after the quotes or without.
        ("'''\nf &&\n  nn > 3'''", 5, 3),
        ("'''f &&\n  nn > 3'''", 4, 3),
        ("\"\"\"\nf &&\n\tnn > 3\"\"\"", 5, 2),
        ("'''\r\nf &&\r\n  nn > 3'''", 5, 3),
        // A backslash at the end of a line joins it with the next word.
        ("\"\"\"\nf && \\\n    nn > 3\"\"\"", 5, 5),
        ("\"\"\"f && \\\n\n   nn > 3\"\"\"", 5, 4),
        // A word of the language after a comment of the language.
        ("'''\n// ü: a comment\nf && nn > 3'''", 5, 6),
    ] {
        let text = format!(
            "[[rules]]\nname = \"u\"\nwhen = {when}\n\n[[metrics]]\nname = \"f\"\ntype = \"flag\"\n\n\
             [[metrics]]\nname = \"t\"\ntype = \"text\"\nvalues = [\"a\", \"b\"]\n\n\
             [[metrics]]\nname = \"u\"\ntype = \"text\"\n"
        );
        let found = faults(&text);
        let [fault] = found.list() else { panic!("{when}\n{found}") };
        assert_eq!((fault.code, marked(fault).as_str()), (Code::UnknownName, "nn"), "{found}");
        assert_eq!((fault.place.line, fault.place.column), (Some(line), Some(column)), "{found}");
    }
}

/// A hundred thousand assessments are enough for a config's own tests, and a thousand subjects for one.
#[test]
fn tests_past_the_limit_are_refused() {
    let text = |steps: u32| {
        let one = |at: u32| format!("[[tests]]\nname = \"t{at}\"\nsteps = {steps}\nevents = []\n");
        format!("{}{}{}", one(0), one(1), one(2))
    };
    assert_eq!(faults(&text(33_333)).list(), []);
    let found = faults(&text(33_334));
    let [fault] = found.list() else { panic!("{found}") };
    assert_eq!((fault.code, fault.place.path.as_str()), (Code::Limit, "tests[2]"), "{found}");
    let text = |count: usize| {
        let one = |at: usize| format!("[[tests.subjects]]\nid = \"s{at}\"\nevents = []\n");
        format!("[[tests]]\nname = \"t\"\n{}", (0..count).map(one).collect::<String>())
    };
    assert_eq!(faults(&text(1000)).list(), []);
    let found = faults(&text(1001));
    let [fault] = found.list() else { panic!("{found}") };
    assert_eq!((fault.code, fault.place.path.as_str()), (Code::Limit, "tests[0].subjects"));
}

/// A book with a fault of every sort.
fn bad_book() -> Faults {
    let row = |fields: &[(&str, &str)]| {
        Node::table(fields.iter().map(|(key, value)| (*key, Node::text(*value))))
    };
    let mut tables = Tables::default();
    tables.insert("accounts", vec![row(&[("id", "a1")]), row(&[("id", "a1")]), row(&[("id", "")])]);
    tables.insert(
        "subscriptions",
        vec![
            row(&[("id", "s1"), ("account_id", "a1"), ("start", "2026-01-01"), ("seats", "-3")]),
            row(&[("id", "s2"), ("account_id", "a9"), ("start", "2026-13-01")]),
            row(&[("id", "s3"), ("start", "2026-05-01"), ("end", "2026-01-01")]),
            row(&[("id", "s4"), ("account_id", "a1"), ("start", "2026-01-01"), ("arr", "a lot")]),
            row(&[("id", "s5"), ("account_id", "a1"), ("discount", "130")]),
        ],
    );
    tables.insert(
        "usage",
        vec![row(&[("name", "logins"), ("date", "2026-01-05"), ("value", "NaN")]), row(&[])],
    );
    tables
        .insert("surveys", vec![row(&[("kind", "npx"), ("date", "2026-01-05"), ("score", "11")])]);
    tables.insert("subscription", vec![row(&[("id", "s9")])]);
    Book::strict(tables).unwrap_err()
}

#[test]
fn a_strict_book_lists_every_fault_at_once() {
    insta::assert_snapshot!("book", bad_book());
}

#[test]
fn many_warnings_are_no_error_and_hide_none() {
    let rule = |at: usize| format!("[[rules]]\nname = \"r{at}\"\nwhen = \"n > 1\"\n");
    let mut text = "[[metrics]]\nname = \"n\"\n".to_owned();
    text.extend((0..300).map(rule));
    let engine = Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(engine.warnings().len(), 201);
    text += "[[inhibit]]\nsource = [\"r0\"]\ntarget = [\"gone\"]\n";
    let faults = Engine::compile(&Config::parse(&text)).expect_err("there is no rule `gone`");
    assert!(faults.has_errors());
}
