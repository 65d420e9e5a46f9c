//! What comes back from which format, and what a host's other crates change: nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::fmt::Debug;

use foretell::book::{Book, Cell, Subscription, Survey, SurveyKind, Tables};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::money::{Amount, Rates};
use foretell::node::Node;
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Everything that a config can say with a number, and a past to remember.
const CONFIG: &str = r#"
    metrics = [
        { name = "use", range = [-0.5, 1e3] },
        { name = "plan", type = "category" },
        { name = "trial", type = "flag" },
        { name = "ratio", expr = "use / 2.5" },
    ]
    [[segments]]
    name = "large"
    when = "use > 40.5"
    [[scorecards]]
    name = "health"
    min_coverage = 0.25
    margin = 2.5
    bands = [{ name = "red" }, { name = "green", from = 42.5 }]
    factors = [
        { metric = "use", weight = 2.5, points.linear = { worst = -0.5, best = 99.5 }, missing = { carry = "30d" } },
        { metric = "plan", weight = [{ when = 'segment == "large"', value = 1.5 }, { value = 7 }], points.map = { pro = 97.5, free = 12.25 } },
        { metric = "ratio", points.piecewise = [[0.5, 1.5], [39.75, 99.9]], missing = { value = 12.5 } },
        { metric = "trial", weight = 0.1, points.flag = { true = 0.5, false = 99.5 } },
    ]
    [[rules]]
    name = "fell"
    when = "health.change_30d <= -1.5"
    message = '${round(use ?? 0.5)} of ${ratio ?? 1.5}'
    for = 2
    [[rules]]
    name = "low"
    when = "use < 20.5"
    playbook = "call"
    [[playbooks]]
    name = "call"
    steps = [{ name = "one", channel = "call", owner = "csm", title = "Call" }]
    [[tests]]
    name = "low"
    given = { use = 12.5, plan = "'pro'", trial = false }
    events = ["low fired at 0"]
"#;

fn frame(shift: f64) -> Frame {
    let mut it = Frame::new(SubjectKind::Subscription, ["a", "b", "c"]).unwrap();
    let numbers = [Some(1.5 + shift), None, Some(80.1 - shift)];
    it.insert("use", Column::numbers(numbers).observed([Some("2026-02-27".parse().unwrap())]))
        .unwrap();
    it.insert("plan", Column::texts([Some("pro"), Some("free"), None])).unwrap();
    it.insert("trial", Column::flags([Some(true), None, Some(false)])).unwrap();
    it.set_parents(SubjectKind::Account, vec![Some("x".into()), None, Some("x".into())]).unwrap();
    it.leave_out("other");
    it
}

fn engine() -> Engine {
    Engine::compile(&Config::parse(CONFIG)).unwrap()
}

fn assessment() -> Assessment {
    let engine = engine();
    let mut state = State::new();
    for (day, shift) in [("2026-03-01", 0.0), ("2026-03-02", 30.25)] {
        state = engine
            .assess(
                &Input::frame(&frame(shift)),
                day.parse::<foretell::time::AsOf>().unwrap(),
                &state,
            )
            .unwrap()
            .state()
            .clone();
    }
    engine
        .assess(
            &Input::frame(&frame(-0.75)),
            "2026-03-03".parse::<foretell::time::AsOf>().unwrap(),
            &state,
        )
        .unwrap()
}

/// The value as it comes back from each format that is supported: those that say what they hold, with the names of fields.
fn back<T: Serialize + DeserializeOwned>(it: &T) -> Vec<(&'static str, T)> {
    let text = serde_json::to_string(it).unwrap();
    let pretty = serde_json::to_vec_pretty(it).unwrap();
    let packed = rmp_serde::to_vec_named(it).unwrap();
    let mut cbor = Vec::new();
    ciborium::into_writer(it, &mut cbor).unwrap();
    vec![
        ("JSON", serde_json::from_str(&text).unwrap()),
        ("JSON from bytes", serde_json::from_reader(pretty.as_slice()).unwrap()),
        (
            "JSON by way of values",
            serde_json::from_value(serde_json::to_value(it).unwrap()).unwrap(),
        ),
        (
            "JSON by way of a tree",
            serde_json::from_value(serde_json::from_str(&text).unwrap()).unwrap(),
        ),
        ("MessagePack", rmp_serde::from_slice(&packed).unwrap()),
        ("CBOR", ciborium::from_reader(cbor.as_slice()).unwrap()),
    ]
}

fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(it: &T) {
    for (format, got) in back(it) {
        assert_eq!(got, *it, "{format}");
    }
}

#[test]
fn these_features_are_on() {
    // A number comes as a table: the reason for this crate.
    let it: serde_json::Number = serde_json::from_str("1.50").unwrap();
    assert_eq!(it.to_string(), "1.50");
    let it: serde_json::Value = serde_json::from_str(r#"{"b": 1, "a": 2}"#).unwrap();
    assert_eq!(it.to_string(), r#"{"b":1,"a":2}"#);
}

#[test]
fn values_come_back() {
    for it in [
        Value::Number(1.5),
        Value::Number(-2.0),
        Value::Number(0.1 + 0.2),
        Value::Number(1e300),
        Value::Number(2_f64.powi(70)),
        Value::Flag(true),
        Value::Text("1.5".into()),
        Value::Missing,
    ] {
        same(&it);
        same(&vec![it]);
    }
    for it in [Cell::from(1.5), Cell::from(7.0), Cell::from(false), Cell::from("12.50")] {
        same(&it);
    }
    let amount: Amount = "12.5".parse().unwrap();
    for text in ["12.5", "\"12.50\"", "1.25e1", "12.500"] {
        assert_eq!(serde_json::from_str::<Amount>(text).unwrap(), amount, "{text}");
    }
    assert_eq!(serde_json::from_str::<Amount>("12").unwrap(), Amount::whole(12));
    assert!(serde_json::from_str::<Amount>("1.23456789").is_err());
    assert!(serde_json::from_str::<Value>("1e400").is_err());
    assert!(serde_json::from_str::<Node>("[1e400]").is_err());
    same(
        &Rates::new("EUR".parse().unwrap()).with("USD".parse().unwrap(), "0.925".parse().unwrap()),
    );
    let rates = r#"{"base": "EUR", "rates": {"USD": 0.925}}"#;
    assert_eq!(
        serde_json::from_str::<Rates>(rates).unwrap().rate("USD".parse().unwrap()),
        "0.925".parse().ok()
    );
}

#[test]
fn a_state_and_an_assessment_come_back() {
    let whole = assessment();
    let stored = serde_json::to_value(whole.state()).unwrap();
    for section in ["history", "carried", "alerts", "enrolments"] {
        assert!(stored["sections"][section].is_object(), "{section}");
    }
    assert!(!whole.events().is_empty() && !whole.actions().is_empty());
    same(whole.state());
    let shown = serde_json::to_string(&whole).unwrap();
    for (format, got) in back(&whole) {
        assert_eq!(serde_json::to_string(&got).unwrap(), shown, "{format}");
        assert_eq!(
            got.scores("health").collect::<Vec<_>>(),
            whole.scores("health").collect::<Vec<_>>()
        );
        let why = |it: &Assessment| engine().explain(it, "health", "a").unwrap().to_string();
        assert_eq!(why(&got), why(&whole), "{format}");
    }
    let why = engine().explain(&whole, "health", "a").unwrap();
    same(&why);
}

#[test]
fn a_config_comes_back_and_means_the_same() {
    let config = Config::parse(CONFIG);
    let hash = engine().hash().to_owned();
    for (format, got) in back(&config) {
        assert_eq!(got.to_toml(), config.to_toml(), "{format}");
        assert_eq!(Engine::compile(&got).unwrap().hash(), hash, "{format}");
    }
    // As a document of which every fault is said.
    let text = serde_json::to_string(&config).unwrap();
    let node: Node = serde_json::from_str(&text).unwrap();
    assert_eq!(node, serde_json::from_value(serde_json::from_str(&text).unwrap()).unwrap());
    let read = Config::from_node(node);
    assert!(read.faults().is_empty(), "{:?}", read.faults());
    assert_eq!(Engine::compile(&read).unwrap().hash(), hash);
    let report = engine().run_tests();
    assert!(report.passed(), "{report}");
}

#[test]
fn frames_and_records_come_back() {
    same(&frame(0.0));
    let twice = r#"{"kind": "account", "ids": ["a", "a"], "columns": {}}"#;
    let why = serde_json::from_str::<Frame>(twice).unwrap_err().to_string();
    assert!(why.starts_with("the id `a` stands in rows 0 and 1"), "{why}");

    let mut subscription = Subscription::new("s1");
    subscription.account_id = Some("a1".to_owned());
    subscription.arr = "1234.5".parse().ok();
    subscription.currency = "EUR".parse().ok();
    for (name, it) in
        [("fill", Cell::from(0.75)), ("tier", Cell::from("b")), ("vip", Cell::from(true))]
    {
        subscription.custom.insert(name.to_owned(), it);
    }
    same(&subscription);
    same(&Survey::new(
        SurveyKind::Nps,
        "2026-01-01".parse::<foretell::time::Stamp>().unwrap(),
        9.5,
    ));
    let text = r#"{
        "accounts": [{"id": "a1", "score": 1.5}],
        "subscriptions": [{"id": "s1", "account_id": "a1", "arr": 12.5, "currency": "EUR", "fill": 0.75}],
        "invoices": [{"subscription_id": "s1", "issued": "2026-01-01", "amount": 99.5, "currency": "EUR", "paid": "2026-01-20"}],
        "usage": [{"subscription_id": "s1", "date": "2026-01-02", "name": "logins", "value": 2.5}],
        "rates": {"base": "EUR", "rates": {"USD": 0.9}}
    }"#;
    for tables in [
        serde_json::from_str::<Tables>(text).unwrap(),
        serde_json::from_value(serde_json::from_str(text).unwrap()).unwrap(),
    ] {
        let book = Book::strict(tables).unwrap_or_else(|it| panic!("{it}"));
        let it = &book.subscriptions()[0];
        assert_eq!(
            (it.arr, it.custom["fill"].clone()),
            (Some("12.5".parse().unwrap()), Cell::from(0.75))
        );
        assert_eq!(book.accounts()[0].custom["score"], Cell::from(1.5));
    }
}

#[test]
fn a_format_that_does_not_say_what_it_holds_is_refused() {
    // Fields without their names: what is left out would move the others.
    let packed = rmp_serde::to_vec(assessment().state()).unwrap();
    assert!(rmp_serde::from_slice::<State>(&packed).is_err());
    let packed = rmp_serde::to_vec(&Config::parse(CONFIG)).unwrap();
    assert!(rmp_serde::from_slice::<Config>(&packed).is_err());
}

#[test]
fn the_examples_say_what_they_say_elsewhere() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let report =
            Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{it}")).run_tests();
        assert!(report.passed(), "{}: {report}", path.display());
        count += report.counts().0;
    }
    assert!(count > 0);
}
