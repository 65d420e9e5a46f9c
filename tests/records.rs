//! From a book in JSON to scores: derivation, given columns, hidden futures, money.

use foretell::book::{Book, Mode, Tables};
use foretell::engine::Note;
use foretell::fault::{Code, Severity};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Config, Engine, Input, State};

const BOOK: &str = r#"{
    "accounts": [
        { "id": "a1", "name": "Acme", "industry": "tools", "tier": "gold" },
        { "id": "a2", "name": "Globex" }
    ],
    "subscriptions": [
        { "id": "s1", "account_id": "a1", "plan": "pro", "start": "2025-01-01", "end": "2026-12-31",
          "seats": 40, "arr": "1200.10", "currency": "USD", "success_plan": true },
        { "id": "s2", "account_id": "a1", "plan": "pro", "start": "2025-06-01", "end": "2026-05-31",
          "seats": 10, "arr": 300.2, "currency": "EUR" },
        { "id": "s3", "account_id": "a2", "plan": "free", "start": "2026-04-01" },
        { "id": "s4", "account_id": "a2", "plan": "pro", "start": "2025-01-01",
          "cancelled_on": "2026-02-01" }
    ],
    "usage": [
        { "subscription_id": "s1", "name": "logins", "date": "2026-02-27", "value": 5 },
        { "subscription_id": "s1", "name": "logins", "date": "2026-02-28", "value": 7 },
        { "subscription_id": "s1", "name": "logins", "date": "2026-01-01", "value": 90 },
        { "subscription_id": "s1", "name": "logins", "date": "2026-03-02", "value": 400 }
    ],
    "cases": [
        { "id": "c1", "subscription_id": "s1", "severity": "p1", "opened": "2026-02-20",
          "resolved": "2026-03-05" },
        { "id": "c2", "account_id": "a1", "severity": "p1", "opened": "2026-02-25" },
        { "id": "c3", "account_id": "a1", "severity": "p3", "opened": "2026-02-25" }
    ]
}"#;

const CONFIG: &str = r#"
currency = "USD"

[[metrics]]
name = "logins_28d"
from = "usage.logins"
take = "sum"
window = "28d"

[[metrics]]
name = "open_p1"
from = "cases"
where = 'severity == "p1" && is_missing(resolved)'
take = "count"

[[metrics]]
name = "success_plan"
type = "flag"
attribute = "success_plan"

[[metrics]]
name = "tier"
subject = "account"
type = "text"
attribute = "tier"

[[metrics]]
name = "account_open_p1"
subject = "account"
from = "cases"
where = 'severity == "p1" && is_missing(resolved)'
take = "count"

[[scorecards]]
name = "health"
factors = [
    { metric = "logins_28d", points.linear = { worst = 0, best = 24 } },
    { metric = "open_p1", points.steps = [{ below = 1, points = 100 }, { points = 0 }] },
]

[[rules]]
name = "gold_urgent"
when = 'account.tier == "gold" && account.account_open_p1 > 0'
message = '${account.name ?? "an account"} has ${account.account_open_p1} urgent cases open'
"#;

fn book() -> Book {
    let tables: Tables = serde_json::from_str(BOOK).unwrap();
    Book::load(tables, Mode::Strict).unwrap_or_else(|it| panic!("{it}")).book
}

fn engine() -> Engine {
    Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"))
}

#[test]
fn records_become_metrics_scores_and_alerts_as_of_a_day() {
    let (book, engine) = (book(), engine());
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let assessment = engine.assess(&Input::book(&book), day, &State::new()).unwrap();
    assert_eq!(assessment.faults(), []);
    // s3 has not begun, s4 is cancelled.
    let ids: Vec<&str> =
        assessment.subjects(SubjectKind::Subscription).iter().map(AsRef::as_ref).collect();
    assert_eq!(ids, ["s1", "s2"]);
    let value = |name: &str, id: &str| assessment.value(SubjectKind::Subscription, name, id);
    // 1 January lies outside the window, 2 March in the future.
    assert_eq!(value("logins_28d", "s1"), Value::Number(12.0));
    // Never a login: not zero, not known.
    assert_eq!(value("logins_28d", "s2"), Value::Missing);
    // c1 is resolved later, so it is open today.
    assert_eq!(value("open_p1", "s1"), Value::Number(1.0));
    assert_eq!(value("open_p1", "s2"), Value::Number(0.0));
    assert_eq!(value("success_plan", "s1"), Value::Flag(true));
    assert_eq!(value("success_plan", "s2"), Value::Missing);
    // An account's cases are its own and its subscriptions'.
    assert_eq!(assessment.value(SubjectKind::Account, "account_open_p1", "a1"), Value::Number(2.0));
    assert_eq!(assessment.score("health", "s1").unwrap().score, Some(25.0));
    let s2 = assessment.score("health", "s2").unwrap();
    assert_eq!((s2.score, s2.coverage, s2.interval), (Some(100.0), 0.5, Some([50.0, 100.0])));
    let rule = &assessment.rules()[0];
    assert_eq!(rule.matches.len(), 2);
    assert_eq!(rule.matches[0].message, "Acme has 2 urgent cases open");

    let later = engine
        .assess(&Input::book(&book), "2026-03-05".parse::<AsOf>().unwrap(), &State::new())
        .unwrap();
    assert_eq!(
        later.value(SubjectKind::Subscription, "open_p1", "s1"),
        Value::Number(0.0),
        "c1 is resolved on that day"
    );
    let ended = engine.assess(&Input::book(&book).with_ended(), day, &State::new()).unwrap();
    assert_eq!(ended.subjects(SubjectKind::Subscription).len(), 3);
}

#[test]
fn a_given_column_wins_and_that_is_said() {
    let (book, engine) = (book(), engine());
    let mut given = Frame::new(SubjectKind::Subscription, ["s2", "nobody"]).unwrap();
    given.insert("logins_28d", Column::numbers([Some(24.0), Some(1.0)])).unwrap();
    let input = Input::book(&book).and_frame(&given);
    let assessment =
        engine.assess(&input, "2026-03-01".parse::<AsOf>().unwrap(), &State::new()).unwrap();
    let value = |id: &str| assessment.value(SubjectKind::Subscription, "logins_28d", id);
    assert_eq!(value("s2"), Value::Number(24.0));
    assert_eq!(value("s1"), Value::Missing, "a given column is not filled up from records");
    let kind = SubjectKind::Subscription;
    let given = Note::Given { kind, metric: "logins_28d".to_owned() };
    assert!(assessment.notes().contains(&given), "{:?}", assessment.notes());
    let faults: Vec<&str> = assessment.faults().iter().map(|it| it.message.as_str()).collect();
    assert_eq!(faults, ["the given subscription `nobody` is not in the book"]);
}

#[test]
fn currencies_are_never_mixed_silently() {
    let text = "currency = \"USD\"\n[[metrics]]\nname = \"arr\"\n[[rules]]\nname = \"r\"\nwhen = \"arr > 0\"";
    let engine = Engine::compile(&Config::parse(text)).unwrap();
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let assessment = engine.assess(&Input::book(&book()), day, &State::new()).unwrap();
    let arr = |id: &str| assessment.value(SubjectKind::Subscription, "arr", id);
    assert_eq!((arr("s1"), arr("s2")), (Value::Number(1200.1), Value::Missing));
    let left_out = |it: &&Note| matches!(it, Note::LeftOut { .. });
    assert_eq!(assessment.notes().iter().filter(left_out).count(), 1, "{:?}", assessment.notes());
    let [fault] = assessment.faults() else { panic!("{:?}", assessment.faults()) };
    assert_eq!((fault.code, fault.severity), (Code::MixedCurrency, Severity::Warning));
    assert_eq!(
        fault.message,
        "amounts in `EUR` have no rate to `USD`, so `arr` is missing for some"
    );

    let with_rates =
        BOOK.replacen('{', r#"{ "rates": { "base": "USD", "rates": { "EUR": "1.10" } }, "#, 1);
    let tables: Tables = serde_json::from_str(&with_rates).unwrap();
    let book = Book::load(tables, Mode::Strict).unwrap_or_else(|it| panic!("{it}")).book;
    let assessment = engine.assess(&Input::book(&book), day, &State::new()).unwrap();
    let s2 = assessment.value(SubjectKind::Subscription, "arr", "s2");
    assert_eq!(s2, Value::Number(330.22));
    assert_eq!(assessment.faults(), []);
}

#[test]
fn a_config_is_the_same_from_toml_from_json_and_back() {
    let config = Config::parse(CONFIG);
    let json = serde_json::to_string(&config).unwrap();
    let typed: Config = serde_json::from_str(&json).unwrap();
    let tree = Config::from_node(serde_json::from_str(&json).unwrap());
    let hash = |it: &Config| Engine::compile(it).unwrap().hash().to_owned();
    assert_eq!(hash(&config), hash(&typed));
    assert_eq!(hash(&config), hash(&tree));
    // Without a text there are no lines, but there are paths.
    let broken = json.replace("\"open_p1\"", "\"open_p2\"").replacen("open_p2", "open_p1", 1);
    let faults = Engine::compile(&Config::from_node(serde_json::from_str(&broken).unwrap()))
        .expect_err("the factor's metric is gone");
    assert_eq!(faults.list()[0].place.path, "scorecards[0].factors[1].metric");
    assert_eq!(faults.list()[0].help.as_deref(), Some("did you mean `open_p1`?"));
}

#[test]
fn the_hash_of_a_config_is_the_same_in_every_build() {
    let engine = Engine::compile(&Config::parse("[[metrics]]\nname = \"a\"\n")).unwrap();
    assert_eq!(engine.hash(), "a69d0bc03c60c48adf478c9b9ce24c48");
}

#[test]
fn a_record_that_may_count_makes_a_count_unsure() {
    // Nobody knows how grave c1 is.
    let text = BOOK.replacen(
        r#""subscription_id": "s1", "severity": "p1""#,
        r#""subscription_id": "s1""#,
        1,
    );
    let tables: Tables = serde_json::from_str(&text).unwrap();
    let unclear = Book::strict(tables).unwrap_or_else(|it| panic!("{it}"));
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    for (book, score, interval, of_s2) in
        [(book(), 25.0, [25.0, 25.0], [50.0, 100.0]), (unclear, 75.0, [25.0, 75.0], [50.0, 100.0])]
    {
        let assessment = engine().assess(&Input::book(&book), day, &State::new()).unwrap();
        let s1 = assessment.score("health", "s1").unwrap();
        assert_eq!((s1.score, s1.interval), (Some(score), Some(interval)));
        assert_eq!(assessment.score("health", "s2").unwrap().interval, Some(of_s2));
    }
}
