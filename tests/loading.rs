//! What loading says of columns, and how long it is and takes where much is wrong.

use std::fmt::Write as _;

use foretell::book::{Account, Book, Mode, Tables};
use foretell::fault::{Code, Severity};
use foretell::node::Node;

fn row(cells: &[(&str, &str)]) -> Node {
    Node::table(cells.iter().map(|(key, value)| (*key, Node::text(*value))))
}

/// Loads rows of a table beside accounts `a0` to `a2`: strictly `code path: message (help)`, else `good`.
fn strictly(table: &str, rows: &[&[(&str, &str)]]) -> Vec<String> {
    let mut tables = Tables::default();
    tables.insert("accounts", (0..3).map(|it| row(&[("id", &format!("a{it}"))])).collect());
    tables.insert(table, rows.iter().map(|it| row(it)).collect());
    match Book::strict(tables) {
        Ok(_) => vec!["good".to_owned()],
        Err(faults) => faults
            .list()
            .iter()
            .map(|it| {
                let help = it.help.as_deref().unwrap_or("-");
                format!("{} {}: {} ({help})", it.code, it.place.path, it.message)
            })
            .collect(),
    }
}

#[test]
fn a_column_near_a_known_one_is_said() {
    for (table, cells, expected) in [
        (
            "subscriptions",
            &[("id", "s"), ("renewal_dt", "2026-01-01")][..],
            "unknown-key subscriptions[0].renewal_dt: unknown column `renewal_dt` (did you mean `renewal_date`? a field of your \
             own is `custom.renewal_dt`)",
        ),
        (
            "subscriptions",
            &[("id", "s"), ("seat", "3")],
            "unknown-key subscriptions[0].seat: unknown column `seat` (did you mean `seats`? a field of your own is `custom.seat`)",
        ),
        (
            "invoices",
            &[("account_id", "a0"), ("issued", "2026-01-01"), ("ammount", "3")],
            "unknown-key invoices[0].ammount: unknown column `ammount` (did you mean `amount`? a field of your own is \
             `custom.ammount`)",
        ),
        (
            "subscriptions",
            &[("id", "s"), ("end_date", "2026-01-01")],
            "unknown-key subscriptions[0].end_date: unknown column `end_date` (did you mean `end`? a field of your own is \
             `custom.end_date`)",
        ),
        (
            "invoices",
            &[
                ("account_id", "a0"),
                ("issued", "2026-01-01"),
                ("amount", "3"),
                ("dueDate", "2026-02-01"),
            ],
            "unknown-key invoices[0].dueDate: unknown column `dueDate` (did you mean `due`? a field of your own is \
             `custom.dueDate`)",
        ),
        (
            "subscriptions",
            &[("id", "s"), ("end_date", "2026-01-01"), ("end", "2026-01-01")],
            "good",
        ),
        ("subscriptions", &[("id", "s"), ("tier", "gold"), ("start_note", "x")], "good"),
        ("subscriptions", &[("id", "s"), ("seat", "")], "good"),
        // It is another where the known one stands beside it, and where somebody says so.
        ("subscriptions", &[("id", "s"), ("seats", "3"), ("seat", "window")], "good"),
        ("subscriptions", &[("id", "s"), ("seats", ""), ("seat", "window")], "good"),
        ("subscriptions", &[("id", "s"), ("custom.seat", "window")], "good"),
        ("subscriptions", &[("id", "s"), ("product_id", "p1")], "good"),
    ] {
        assert_eq!(strictly(table, &[cells]), [expected], "{cells:?}");
    }
    let twice =
        strictly("subscriptions", &[&[("id", "s"), ("tier", "gold"), ("custom.tier", "x")]]);
    assert_eq!(twice.len(), 1, "{twice:?}");
    let wanted =
        "duplicate subscriptions[0].custom.tier: the field `custom.tier` is duplicated (-)";
    assert_eq!(twice[0], wanted);
    // Where it had to be there, both are said.
    let both = strictly("cases", &[&[("id", "c"), ("acount_id", "a0"), ("opend", "2026-01-01")]]);
    assert_eq!(both.len(), 3, "{both:?}");
    assert!(both.iter().any(|it| it.contains("did you mean `opened`?")), "{both:?}");
    assert!(both.iter().any(|it| it.contains("did you mean `account_id`?")), "{both:?}");
}

#[test]
fn leniently_it_is_a_note_and_the_report_lists_what_is_ones_own() {
    let rows = (0..40).map(|it| {
        let id = format!("s{it}");
        let seat = if it % 2 == 0 { "3" } else { "" };
        let last = if it == 7 { ("seats", "-1") } else { ("zip", "08005") };
        row(&[
            ("id", &id),
            ("acount_id", "a1"),
            ("seat", seat),
            ("custom.plan", "x"),
            ("tier", "gold"),
            last,
        ])
    });
    let mut tables = Tables::default();
    tables.insert("subscriptions", rows.collect());
    let mut typed = Account::new("a1");
    typed.custom.insert("nme".to_owned(), "somebody meant it".into());
    tables.push(typed);
    tables.insert("subscripions", vec![row(&[("id", "s")])]);
    let loaded = Book::load(tables, Mode::Lenient).unwrap();
    let report = loaded.book.report();
    assert_eq!(
        report.to_string(),
        "accounts: 1 row, 1 loaded, 0 rejected; own fields: `nme` (1)\n\
         subscripions: 1 row, 0 loaded, 1 rejected\n\
         subscriptions: 40 rows, 39 loaded, 1 rejected; own fields: `acount_id` (39), `plan` (39), `seat` (20), `tier` (39), \
         `zip` (39)\n\
         note: unknown column `acount_id`, in 40 rows\n\
         note: unknown column `seat`, in 20 rows\n"
    );
    assert!(
        report
            .notes
            .iter()
            .all(|it| (it.code, it.severity) == (Code::UnknownKey, Severity::Warning))
    );
    assert_eq!(loaded.faults.len(), 3, "{:?}", loaded.faults);
    let again: foretell::book::LoadReport =
        serde_json::from_str(&serde_json::to_string(report).unwrap()).unwrap();
    assert_eq!(&again, report);
}

/// Tables of so many rows in which much is wrong.
fn wrong(what: &str, rows: usize) -> Tables {
    let mut tables = Tables::default();
    let accounts = |ids: Vec<String>| ids.into_iter().map(|it| row(&[("id", &it)])).collect();
    let each = |make: &dyn Fn(usize) -> Node| (0..rows).map(make).collect::<Vec<Node>>();
    match what {
        "a bad column" => tables.insert(
            "subscriptions",
            each(&|it| {
                row(&[("id", &format!("s{it}")), ("seats", "many"), ("start", "2026-01-01")])
            }),
        ),
        "a misspelt column" => {
            tables.insert(
                "subscriptions",
                each(&|it| row(&[("id", &format!("s{it}")), ("seat", "3")])),
            );
        }
        "columns of every row's own" => tables.insert(
            "subscriptions",
            each(&|it| row(&[("id", &format!("s{it}")), (&format!("seats{it}"), "3")])),
        ),
        "duplicates" => tables.insert("accounts", accounts(vec!["a".to_owned(); rows])),
        "dangling parents" => {
            tables.insert("accounts", accounts((0..100).map(|it| format!("a{it}")).collect()));
            tables.insert(
                "subscriptions",
                each(&|it| row(&[("id", &format!("s{it}")), ("account_id", &format!("b{it}"))])),
            );
        }
        "a cycle" => tables.insert(
            "companies",
            each(&|it| {
                row(&[("id", &format!("c{it}")), ("parent_id", &format!("c{}", (it + 1) % rows))])
            }),
        ),
        "missing keys" => tables.insert("cases", each(&|it| row(&[("id", &format!("c{it}"))]))),
        "an unknown table" => {
            tables.insert("subscripions", each(&|it| row(&[("id", &it.to_string())])));
        }
        "unknown terms" => tables.insert(
            "subscriptions",
            each(&|it| {
                row(&[
                    ("id", &format!("s{it}")),
                    ("price", "3"),
                    ("billing", &format!("term {it}")),
                ])
            }),
        ),
        what => panic!("{what}"),
    }
    tables
}

const WRONG: [&str; 9] = [
    "a bad column",
    "a misspelt column",
    "columns of every row's own",
    "duplicates",
    "dangling parents",
    "a cycle",
    "missing keys",
    "an unknown table",
    "unknown terms",
];

#[test]
fn a_text_of_many_faults_is_short_and_the_data_have_all() {
    for what in WRONG {
        let faults = Book::strict(wrong(what, 1_000)).unwrap_err();
        let text = faults.to_string();
        assert!(text.len() < 8_000, "{what}: {} bytes\n{text}", text.len());
        let least = match what {
            "a misspelt column" | "an unknown table" => 1,
            // Those past 99 are two letters and more away.
            "columns of every row's own" => 100,
            _ => 999,
        };
        let count = faults.list().len();
        assert!(count >= least, "{what}: {count}");
        if count > 20 {
            assert!(text.contains(&format!("and {} more; of all: ", count - 20)), "{what}: {text}");
        }
        let loaded = Book::lenient(wrong(what, 1_000));
        assert!(loaded.report().to_string().len() < 8_000, "{what}");
        for it in &loaded.rejected {
            assert!(it.to_string().len() < 500, "{it}");
        }
    }
}

#[test]
fn long_names_and_values_are_cut_wherever_they_stand() {
    let long = "ab c".repeat(250_000);
    let mut all = String::new();
    for (table, cells) in [
        ("accounts", vec![("id", long.as_str())]),
        ("subscriptions", vec![("id", &long), ("seats", &long)]),
        (
            "subscriptions",
            vec![("id", "s"), ("account_id", &long), ("start", &long), ("arr", &long)],
        ),
        (
            "subscriptions",
            vec![("id", "s"), ("currency", &long), ("auto_renew", &long), (&long, "1")],
        ),
        ("subscriptions", vec![("id", "s"), ("price", "3"), ("billing", &long)]),
        ("surveys", vec![("kind", &long), ("date", "2026-01-01"), ("score", "3")]),
        ("companies", vec![("id", "c"), ("parent_id", &long)]),
        (long.as_str(), vec![("id", "x")]),
    ] {
        let mut tables = Tables::default();
        tables.insert("accounts", vec![row(&[("id", &long)])]);
        tables.insert(table, vec![row(&cells), row(&cells)]);
        let loaded = Book::lenient(tables.clone());
        if let Err(faults) = Book::strict(tables) {
            let text = faults.to_string();
            assert!(text.len() < 20_000, "{}: {}", cells[0].0.len(), text.len());
            write!(all, "{text}").unwrap();
        }
        write!(all, "{}", loaded.report()).unwrap();
    }
    assert!(!all.is_empty() && all.len() < 100_000, "{}", all.len());
}

/// Ten times the rows take no more than fifty times as long: what is not linear takes a hundred times.
#[expect(clippy::disallowed_methods, reason = "what is tested is how long it takes")]
#[test]
fn loading_what_is_wrong_takes_time_in_proportion() {
    for what in WRONG {
        let time = |rows: usize| {
            let tables = wrong(what, rows);
            let start = std::time::Instant::now();
            let text = Book::strict(tables).unwrap_err().to_string();
            assert!(!text.is_empty());
            start.elapsed()
        };
        // The best of a few, for other work on the machine.
        let best = |rows: usize, times: usize| (0..times).map(|_| time(rows)).min().unwrap();
        let small = best(500, 5);
        let large = best(5_000, 2);
        assert!(large < small * 50, "{what}: {small:?} for 500 rows, {large:?} for 5,000");
    }
}
