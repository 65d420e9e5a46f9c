//! What nothing has is said: names that no record has, metrics without a value for anyone, tables that a
//! config wants and was not given.

use foretell::book::{Book, Tables};
use foretell::engine::{NoValue, Note};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

const BOOK: &str = r#"{
    "accounts": [{ "id": "a1", "tier": "gold" }, { "id": "a2" }],
    "subscriptions": [{ "id": "s1", "account_id": "a1", "seats": 3, "onboarded": true }],
    "cases": [
        { "id": "c1", "account_id": "a1", "opened": "2025-01-01", "priority": "p1" },
        { "id": "c2", "account_id": "a1", "opened": "2026-04-01", "priority": "p1" }
    ],
    "usage": [{ "account_id": "a1", "name": "logins", "date": "2026-02-20", "value": 5 }],
    "surveys": [{ "account_id": "a1", "kind": "csat", "date": "2026-02-20", "score": 5 }],
    "assessments": [{ "subject": "account", "subject_id": "a1", "name": "sentiment", "date": "2026-02-01", "value": "good" }],
    "invoices": []
}"#;

const DAY: &str = "2026-03-01";

fn engine(config: &str) -> Engine {
    let text = format!("subject = \"account\"\n{config}");
    Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
}

/// Notes in words, each once.
fn notes(engine: &Engine) -> Vec<String> {
    let tables: Tables = serde_json::from_str(BOOK).unwrap();
    let book = Book::strict(tables).unwrap_or_else(|it| panic!("{it}"));
    let out =
        engine.assess(&Input::book(&book), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    out.notes().iter().filter_map(words).collect()
}

fn words(note: &Note) -> Option<String> {
    Some(match note {
        Note::Unknown { metric, name, near, .. } => {
            format!("{metric}: {name} -> {}", near.as_deref().unwrap_or("-"))
        }
        Note::NoValue { metric, reason, wanted, .. } => {
            format!("{metric}: {reason:?} {}", wanted.as_deref().unwrap_or("-"))
        }
        Note::NotGiven { kind, tables, columns } => {
            format!("{kind}: {} / {}", tables.join(" "), columns.join(" "))
        }
        _ => return None,
    })
}

#[test]
fn a_name_that_no_record_has_is_said_once_with_the_nearest() {
    for (config, expected) in [
        (r#"from = "usage.lgins", take = "sum""#, "m: usage.lgins -> usage.logins"),
        (r#"from = "usage.lgins", take = "sum", empty = "zero""#, "m: usage.lgins -> usage.logins"),
        (r#"from = "usage.seconds", take = "sum""#, "m: usage.seconds -> -"),
        (
            r#"from = "assessments.sentimnt", take = "last", type = "text""#,
            "m: assessments.sentimnt -> assessments.sentiment",
        ),
        (
            r#"from = "cases", take = "count", where = 'custom.priorty == "p1"'"#,
            "m: custom.priorty -> custom.priority",
        ),
        (
            r#"from = "cases", take = "count", where = '(custom.priorty ?? "") == "p1"'"#,
            "m: custom.priorty -> custom.priority",
        ),
        (
            r#"from = "cases", take = "distinct", field = "custom.priorty""#,
            "m: custom.priorty -> custom.priority",
        ),
        // A field that is not the host's own.
        (
            r#"from = "cases", take = "count", where = 'custom.severity == "p1"'"#,
            "m: custom.severity -> severity",
        ),
        (r#"attribute = "custom.teir", type = "text""#, "m: custom.teir -> custom.tier"),
        (r#"attribute = "tiers", type = "text""#, "m: custom.tiers -> custom.tier"),
        (r#"subject = "subscription", attribute = "custom.saets""#, "m: custom.saets -> seats"),
    ] {
        let engine = engine(&format!("metrics = [{{ name = \"m\", {config} }}]"));
        assert_eq!(notes(&engine), [expected], "{config}");
    }
    for (when, expected) in [
        (r#"custom.teir == "gold""#, &["custom.teir: custom.teir -> custom.tier"][..]),
        (
            r#"custom.teir == "gold" || custom.teir == "silver""#,
            &["custom.teir: custom.teir -> custom.tier"],
        ),
        (r#"(custom.teir ?? "gold") == "gold""#, &["custom.teir: custom.teir -> custom.tier"]),
        ("custom.unheard_of > 1", &["custom.unheard_of: custom.unheard_of -> -"]),
        // Nobody would miss it.
        ("(custom.unheard_of ?? 1) > 1", &[]),
        ("is_missing(custom.unheard_of)", &[]),
    ] {
        let engine = engine(&format!("rules = [{{ name = \"r\", when = '{when}' }}]"));
        assert_eq!(notes(&engine), expected, "{when}");
    }
}

#[test]
fn a_misspelled_attribute_does_not_compile() {
    for (subject, attribute, near) in [
        ("subscription", "saets", "seats"),
        ("subscription", "days_to_renwal", "days_to_renewal"),
        ("account", "indstry", "industry"),
        ("case", "serverity", "severity"),
        ("company", "employes", "employees"),
    ] {
        let text = format!(
            "metrics = [{{ name = \"m\", subject = \"{subject}\", attribute = \"{attribute}\" }}]"
        );
        let faults = Engine::compile(&Config::parse(&text)).unwrap_err();
        let [fault] = faults.list() else { panic!("{faults}") };
        assert_eq!(fault.code.as_str(), "unknown-name");
        assert_eq!(fault.place.path, "metrics[0].attribute");
        assert_eq!(fault.message, format!("a {subject} has no attribute `{attribute}`"));
        let help = format!("did you mean `{near}`? An own field is written `custom.{attribute}`");
        assert_eq!(fault.help.as_deref(), Some(help.as_str()));
        let own = text.replace(attribute, &format!("custom.{attribute}"));
        assert!(Engine::compile(&Config::parse(&own)).is_ok(), "{own}");
    }
}

#[test]
fn texts_that_a_field_can_never_be_do_not_compile() {
    for (from, filter, help) in [
        ("engagements", r#"kind == "meting""#, "did you mean `meeting`?"),
        ("surveys", r#"kind == "npss""#, "did you mean `nps`?"),
        ("outcomes", r#"outcome in ["churnd"]"#, "did you mean `churned`?"),
        ("cases", r#"status == "opne""#, "did you mean `open`?"),
    ] {
        let text = format!(
            "metrics = [{{ name = \"m\", from = \"{from}\", take = \"count\", where = '{filter}' }}]"
        );
        let faults = Engine::compile(&Config::parse(&text)).unwrap_err();
        let [fault] = faults.list() else { panic!("{faults}") };
        assert_eq!(
            (fault.code.as_str(), fault.help.as_deref()),
            ("always-same", Some(help)),
            "{filter}"
        );
    }
    let text = "metrics = [{ name = \"m\", from = \"cases\", take = \"count\", where = 'priority == \"p1\"' }]";
    let faults = Engine::compile(&Config::parse(text)).unwrap_err();
    let help = "an own field of the record is read as `custom.priority`";
    assert_eq!(faults.list()[0].help.as_deref(), Some(help));
}

#[test]
fn a_metric_that_nobody_has_is_said_with_the_likely_reason() {
    for (metric, expected) in [
        (r#"type = "number""#, "m: NoColumn m"),
        (r#"from = "contacts", take = "count""#, "m: NoTable contacts"),
        (r#"from = "invoices", take = "mean", field = "amount""#, "m: NoRecords invoices"),
        (r#"from = "surveys.nps", take = "mean", field = "score""#, "m: NoRecords surveys.nps"),
        (
            r#"from = "cases", take = "mean", field = "age_days", window = "28d""#,
            "m: NothingInWindow cases",
        ),
        (r#"from = "cases", take = "mean", field = "satisfaction""#, "m: NothingToTake cases"),
        (
            r#"from = "cases", take = "mean", field = "age_days", where = 'severity == "p9"'"#,
            "m: NothingToTake cases",
        ),
        (
            r#"from = "assessments.sentiment", take = "last""#,
            "m: NothingToTake assessments.sentiment",
        ),
        (r#"from = "cases", take = "mean", field = "custom.priority""#, "m: OtherKind -"),
        (r#"attribute = "industry""#, "m: NotFilled accounts"),
        (r#"attribute = "custom.tier""#, "m: OtherKind -"),
        (r#"expr = "1 / (subscriptions.seats.sum * 0)""#, "m: Calculation -"),
    ] {
        let rules = "[[rules]]\nname = \"r\"\nwhen = 'is_present(m) && m == m'";
        let kind = if metric.contains("industry") { ", type = \"text\"" } else { "" };
        let text = format!("metrics = [{{ name = \"m\", {metric}{kind} }}]\n");
        // Read by nothing but the host.
        let engine_alone = engine(&text);
        assert_eq!(notes(&engine_alone), [expected], "{metric}");
        let read = engine(&format!("{text}[[rules]]\nname = \"r\"\nwhen = 'm == m'"));
        assert_eq!(notes(&read), [expected], "{metric}");
        // Guarded, and not read at all.
        let guarded = engine(&format!("{text}{rules}"));
        assert_eq!(notes(&guarded), [""; 0], "{metric}");
        let unread = engine(&format!("{text}[[rules]]\nname = \"r\"\nwhen = 'age_days ?? 1 > 5'"));
        assert_eq!(notes(&unread), [""; 0], "{metric}");
    }
}

#[test]
fn only_the_metric_at_the_root_is_said() {
    let engine = engine(
        r#"
        metrics = [
            { name = "nps", from = "surveys.nps", take = "mean", field = "score" },
            { name = "twice", expr = "nps * 2" },
            { name = "four", expr = "twice * 2" },
            { name = "loads", subject = "subscription", expr = "account.four" },
        ]
        rules = [
            { name = "r", when = "four > 5" },
            { name = "s", subject = "subscription", when = "loads > 5" },
        ]
        "#,
    );
    assert_eq!(notes(&engine), ["nps: NoRecords surveys.nps"]);
}

const RECORDS: &str = r#"
metrics = [
    { name = "open_cases", from = "cases", take = "count", where = "is_open" },
    { name = "logins", from = "usage.logins", take = "sum", window = "28d" },
    { name = "industry", attribute = "industry", type = "text" },
    { name = "nps" },
    { name = "unread", from = "contacts", take = "count" },
    { name = "guarded", from = "invoices", take = "count" },
]

[[scorecards]]
name = "health"
factors = [
    { metric = "open_cases", points.linear = { worst = 9, best = 0 } },
    { metric = "nps", points.linear = { worst = -100, best = 100 } },
]

[[rules]]
name = "r"
when = '(logins < 1 && industry == "tools" && custom.tier == "gold" && company.name == "x") || (guarded ?? 0) > 1 || subscriptions.seats.sum > 5'
"#;

#[test]
fn a_config_of_records_says_which_tables_it_was_not_given() {
    let engine = engine(RECORDS);
    let day = DAY.parse::<AsOf>().unwrap();
    let account = SubjectKind::Account;
    let mut frame = Frame::new(account, ["a1"]).unwrap();
    let all = "account: accounts cases companies subscriptions usage.logins / custom.tier industry logins nps open_cases";
    for (given, expected) in [
        (None, Some(all)),
        (
            Some("logins"),
            Some(
                "account: accounts cases companies subscriptions / custom.tier industry nps open_cases",
            ),
        ),
        (
            Some("nps"),
            Some(
                "account: accounts cases companies subscriptions / custom.tier industry open_cases",
            ),
        ),
        (
            Some("open_cases"),
            Some("account: accounts companies subscriptions / custom.tier industry"),
        ),
        (Some("industry"), Some("account: accounts companies subscriptions / custom.tier")),
        (Some("custom.tier"), Some("account: companies subscriptions / ")),
    ] {
        if let Some(name) = given {
            let column = match name {
                "industry" | "custom.tier" => Column::texts([Some("tools")]),
                _ => Column::numbers([Some(1.0)]),
            };
            frame.insert(name, column).unwrap();
        }
        let input = Input::frame(&frame);
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        let said = |notes: &[Note]| notes.iter().filter_map(words).collect::<Vec<_>>();
        let out = engine.assess(&input, day, &State::new()).unwrap();
        assert_eq!(said(out.notes()), expected, "{given:?}");
        let scores = engine.score(&input, day, &State::new());
        assert_eq!(said(&scores.notes()), expected, "{given:?}");
        let again = engine.score_again(scores, &input, day, &State::new());
        assert_eq!(said(&again.notes()), expected, "{given:?}");
    }
    let other = Frame::new(SubjectKind::Company, ["c1"]).unwrap();
    let subscriptions = Frame::new(SubjectKind::Subscription, ["s1"]).unwrap();
    let input = Input::frame(&frame).and_frame(&other).and_frame(&subscriptions);
    let out = engine.assess(&input, day, &State::new()).unwrap();
    assert_eq!(
        out.notes().iter().filter_map(words).collect::<Vec<_>>(),
        ["company: companies / name", "subscription: subscriptions / seats"]
    );
    // With a book each metric says for itself.
    let book = Book::strict(serde_json::from_str(BOOK).unwrap()).unwrap();
    let scores = engine.score(&Input::book(&book), day, &State::new());
    assert_eq!(scores.notes(), []);
}

#[test]
fn a_single_subject_alone_says_it_too() {
    let engine = engine(
        r#"
        metrics = [
            { name = "open_cases", from = "cases", take = "count" },
            { name = "nps" },
        ]
        rules = [{ name = "r", when = "open_cases > 1 && nps < 5" }]
        "#,
    );
    let day = DAY.parse::<AsOf>().unwrap();
    let frame = |nps: bool| {
        let mut frame = Frame::new(SubjectKind::Account, ["a1"]).unwrap();
        if nps {
            frame.insert("nps", Column::numbers([Some(1.0)])).unwrap();
        }
        frame
    };
    let (one, two) = (frame(true), frame(false));
    let first = engine.score(&Input::frame(&one), day, &State::new());
    let expected = |columns: &[&str]| {
        let columns = columns.iter().map(|it| (*it).to_owned()).collect();
        let (kind, tables) = (SubjectKind::Account, vec!["cases".to_owned()]);
        let note = Note::NotGiven { kind, tables, columns };
        vec![note]
    };
    assert_eq!(first.notes(), expected(&["open_cases"]));
    let second = engine.score_again(first, &Input::frame(&two), day, &State::new());
    assert_eq!(second.notes(), expected(&["nps", "open_cases"]));
    let third = engine.score_again(second, &Input::frame(&one), day, &State::new());
    assert_eq!(third.notes(), expected(&["open_cases"]));
}

#[test]
fn notes_of_absence_keep_their_form() {
    let note = [
        serde_json::to_string(&Note::NoValue {
            kind: SubjectKind::Account,
            metric: "m".to_owned(),
            reason: NoValue::NothingInWindow,
            wanted: Some("cases".to_owned()),
        }),
        serde_json::to_string(&Note::Unknown {
            kind: SubjectKind::Account,
            metric: "m".to_owned(),
            name: "usage.lgins".to_owned(),
            near: None,
        }),
    ];
    assert_eq!(
        note.map(Result::unwrap),
        [
            r#"{"NoValue":{"kind":"account","metric":"m","reason":"nothing_in_window","wanted":"cases"}}"#,
            r#"{"Unknown":{"kind":"account","metric":"m","name":"usage.lgins","near":null}}"#,
        ]
    );
}
