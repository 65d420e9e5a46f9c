//! What is given and not used is said: columns, parents, subjects, manual values.

use foretell::book::{Account, Book, Override, OverrideKind, Subscription, Tables};
use foretell::engine::{Absent, NoValue, NotUsed, Note};
use foretell::expr::{Functions, Kind, Value};
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Assessment, Config, Engine, Input, State};

const CONFIG: &str = r#"
[[metrics]]
name = "logins"

[[metrics]]
name = "tier"
type = "text"
subject = "account"

[[segments]]
name = "large"
when = "logins > 100"

[[scorecards]]
name = "health"
factors = [{ metric = "logins", points.linear = { worst = 0, best = 10 } }]

[[rules]]
name = "gold"
when = 'account.tier == "gold" && health < 50 && segment == "large"'
"#;

const KIND: SubjectKind = SubjectKind::Subscription;

fn assess(input: &Input<'_>) -> Assessment {
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"));
    engine.assess(input, "2026-03-01".parse::<AsOf>().unwrap(), &State::new()).unwrap()
}

fn manual(subject: SubjectKind, scorecard: &str, kind: OverrideKind, value: f64) -> Override {
    let id = if subject == KIND { "s1" } else { "a1" };
    let from: foretell::time::Stamp = "2026-02-01".parse().unwrap();
    Override::new(subject, id, scorecard, kind, value, "why", "who", from)
}

fn book(overrides: impl IntoIterator<Item = Override>) -> Book {
    let mut tables = Tables::default();
    tables.push(Account::new("a1"));
    for (id, start, end) in [
        ("s1", "2026-01-01", "2027-01-01"),
        ("s2", "2026-03-02", "2027-01-01"),
        ("s3", "2025-03-01", "2026-03-01"),
    ] {
        let mut it = Subscription::new(id);
        it.account_id = Some("a1".into());
        it.start = Some(start.parse().unwrap());
        it.end = Some(end.parse().unwrap());
        tables.push(it);
    }
    tables.extend(overrides);
    Book::strict(tables).unwrap_or_else(|it| panic!("{it}"))
}

#[test]
fn columns_and_parents_that_nothing_takes_are_said() {
    let mut frame = Frame::new(KIND, ["s1", "s2", "s3", "s4"]).unwrap();
    let one = || Column::numbers([Some(1.0); 4]);
    for name in ["logins", "login", "something", "health", "segment", "account.tier"] {
        frame.insert(name, one()).unwrap();
    }
    let parents = [Some("a1"), Some("a2"), None, Some("a3")].map(|it| it.map(Into::into));
    frame.set_parents(SubjectKind::Account, parents.to_vec()).unwrap();
    // The config speaks of no company: nothing is lost.
    frame.set_parents(SubjectKind::Company, vec![Some("c1".into()); 4]).unwrap();
    let accounts = Frame::new(SubjectKind::Account, ["a1"]).unwrap();
    let assessment = assess(&Input::frame(&frame).and_frame(&accounts));
    let unread = |column: &str, near: Option<&str>| Note::NotRead {
        kind: KIND,
        column: column.to_owned(),
        near: near.map(str::to_owned),
    };
    let computed = |column: &str| Note::Computed { kind: KIND, column: column.to_owned() };
    let (parent, first) = (SubjectKind::Account, "a2".to_owned());
    assert_eq!(
        assessment.notes(),
        [
            computed("account.tier"),
            computed("health"),
            unread("login", Some("logins")),
            computed("segment"),
            unread("something", None),
            Note::NoParent { kind: KIND, parent, subjects: 2, first },
            Note::NotGiven { kind: parent, tables: vec![], columns: vec!["tier".to_owned()] },
        ]
    );
}

#[test]
fn subjects_that_are_left_out_are_counted() {
    let book = book([]);
    let absent = |reason| Note::NotAssessed { kind: KIND, subjects: 1, reason };
    let assessment = assess(&Input::book(&book));
    let no_column = |kind, metric: &str| {
        let (metric, wanted) = (metric.to_owned(), Some(metric.to_owned()));
        Note::NoValue { kind, metric, reason: NoValue::NoColumn, wanted }
    };
    // Nothing gives the config's metrics, which has nothing to do with who is left out.
    let (logins, tier) = (no_column(KIND, "logins"), no_column(SubjectKind::Account, "tier"));
    assert_eq!(
        assessment.notes(),
        [absent(Absent::NotBegun), absent(Absent::Ended), logins.clone(), tier.clone()]
    );
    let assessment = assess(&Input::book(&book).with_ended());
    assert_eq!(assessment.notes(), [absent(Absent::NotBegun), logins, tier]);
    assert_eq!(
        serde_json::to_string(&assessment.notes()[..1]).unwrap(),
        r#"[{"NotAssessed":{"kind":"subscription","subjects":1,"reason":"not_begun"}}]"#
    );
}

#[test]
fn manual_values_that_no_scorecard_takes_are_said() {
    let set = OverrideKind::Set;
    let book = book([
        manual(KIND, "health", set, 40.0),
        manual(KIND, "helth", set, 40.0),
        manual(SubjectKind::Account, "health", set, 40.0),
    ]);
    let assessment = assess(&Input::book(&book));
    let note = |kind, scorecard: &str, reason| Note::Override {
        kind,
        scorecard: scorecard.to_owned(),
        overrides: 1,
        reason,
    };
    let notes: Vec<&Note> =
        assessment.notes().iter().filter(|it| matches!(it, Note::Override { .. })).collect();
    assert_eq!(
        notes,
        [
            &note(SubjectKind::Account, "health", NotUsed::OtherKind),
            &note(KIND, "helth", NotUsed::UnknownScorecard)
        ]
    );
}

#[test]
fn of_two_manual_values_from_one_day_the_order_of_rows_chooses_none() {
    let all = [
        manual(KIND, "health", OverrideKind::Floor, 90.0),
        manual(KIND, "health", OverrideKind::Set, 40.0),
        manual(KIND, "health", OverrideKind::Set, 30.0),
    ];
    let frame = {
        let mut frame = Frame::new(KIND, ["s1"]).unwrap();
        frame.insert("logins", Column::numbers([Some(10.0)])).unwrap();
        frame
    };
    for turn in 0..3 {
        let mut rows = all.to_vec();
        rows.rotate_left(turn);
        let book = book(rows);
        let assessment = assess(&Input::book(&book).and_frame(&frame));
        assert_eq!(assessment.score("health", "s1").unwrap().score, Some(30.0), "{turn}");
    }
}

#[test]
fn given_subjects_that_the_book_lacks_are_one_fault() {
    let book = book([]);
    for (ids, message, help) in [
        (&["s9"][..], "the given subscription `s9` is not in the book", Some("did you mean `s1`?")),
        (&["s1", "x1", "x2"], "2 given subscriptions are not in the book: `x1`, `x2`", None),
        (
            &["x5", "x4", "x3", "x2", "x1"],
            "5 given subscriptions are not in the book: `x5`, `x4`, `x3` and 2 more",
            None,
        ),
    ] {
        let frame = Frame::new(KIND, ids.iter().copied()).unwrap();
        let assessment = assess(&Input::book(&book).and_frame(&frame));
        let [fault] = assessment.faults() else { panic!("{:?}", assessment.faults()) };
        assert_eq!((fault.message.as_str(), fault.help.as_deref()), (message, help));
    }
}

#[test]
fn a_host_function_that_fails_is_a_fault_of_its_own() {
    let mut functions = Functions::new();
    let text = |_: &[Value]| Value::Text("oops".into());
    functions.register("risk", &[Kind::Number], Kind::Number, text).unwrap();
    let config = "[[metrics]]\nname = \"arr\"\n[[metrics]]\nname = \"r\"\nexpr = \"risk(arr)\"";
    let engine = Engine::compile_with(&Config::parse(config), functions).unwrap();
    let mut frame = Frame::new(KIND, ["s1"]).unwrap();
    frame.insert("arr", Column::numbers([Some(1.0)])).unwrap();
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let assessment = engine.assess(&Input::frame(&frame), day, &State::new()).unwrap();
    let [fault] = assessment.faults() else { panic!("{:?}", assessment.faults()) };
    assert_eq!((fault.code, fault.place.path.as_str()), (Code::Faulted, "functions.risk"));
    let wanted = "`risk` failed for the subscription `s1`: it returned a text, and was registered to return a number";
    assert_eq!(fault.message, wanted);
}
