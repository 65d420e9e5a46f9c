//! The host's own fields: readable wherever a record is, typed by what is asked of them.

mod law;

use foretell::book::{Account, Book, Case, Cell, Invoice, Subscription, Tables, Usage};
use foretell::engine::{LeftOut, Note};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::node::Node;
use foretell::time::{AsOf, Stamp};
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};

const BOOK: &str = r#"{
    "accounts": [
        { "id": "a1", "name": "Acme", "tier": "gold", "points": 7, "vip": true, "signed": "2026-02-20",
          "Plan type": "Team", "code": "12", "ends": "2026-03-15" },
        { "id": "a2", "name": "Globex", "tier": "silver", "points": "many", "vip": false,
          "signed": "2026-03-09", "Plan type": "Solo", "code": "007", "ends": "2026-01-15" },
        { "id": "a3", "name": "Initech" }
    ],
    "subscriptions": [
        { "id": "s1", "account_id": "a1", "used": 3, "pilot": true },
        { "id": "s2", "account_id": "a1", "used": 5, "pilot": false },
        { "id": "s3", "account_id": "a2" }
    ],
    "cases": [
        { "id": "c1", "account_id": "a1", "opened": "2026-02-01", "priority": "p1", "effort": 2,
          "escalated_at": "2026-02-25", "paid": "yes" },
        { "id": "c2", "account_id": "a1", "opened": "2026-02-02", "priority": "p2", "effort": 3.5,
          "escalated_at": "2026-01-25", "paid": "no" },
        { "id": "c3", "account_id": "a1", "opened": "2026-02-03", "priority": 1, "effort": "lots" },
        { "id": "c4", "account_id": "a1", "opened": "2026-02-04" },
        { "id": "c5", "account_id": "a2", "opened": "2026-02-05", "priority": "p1", "effort": 1 }
    ],
    "usage": [
        { "account_id": "a1", "name": "logins", "date": "2026-02-20", "value": 5, "app": "web" },
        { "account_id": "a1", "name": "logins", "date": "2026-02-21", "value": 7, "app": "phone" },
        { "account_id": "a1", "name": "logins", "date": "2026-02-22", "value": 9 }
    ]
}"#;

const DAY: &str = "2026-03-01";
const ACCOUNT: SubjectKind = SubjectKind::Account;

fn book() -> Book {
    let tables: Tables = serde_json::from_str(BOOK).unwrap();
    Book::strict(tables).unwrap_or_else(|it| panic!("{it}"))
}

fn engine(config: &str) -> Engine {
    let text = format!("subject = \"account\"\n{config}");
    Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
}

fn assess(engine: &Engine, book: &Book) -> Assessment {
    let out =
        engine.assess(&Input::book(book), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    assert_eq!(out.faults(), []);
    out
}

/// How many values were left out, and why.
fn left_out(assessment: &Assessment) -> Vec<(&str, usize, LeftOut)> {
    let all = assessment.notes().iter().filter_map(|it| match it {
        Note::LeftOut { metric, values, reason, .. } => Some((metric.as_str(), *values, *reason)),
        _ => None,
    });
    all.collect()
}

#[test]
fn own_fields_are_read_in_filters() {
    let book = book();
    let (no_data, other) = (LeftOut::NoData, LeftOut::OtherKind);
    for (metric, expected, lost) in [
        (
            r#"from = "cases", take = "count", where = 'custom.priority == "p1"'"#,
            "1",
            &[(1, no_data)][..],
        ),
        (
            r#"from = "cases", take = "count", where = '"p1" == custom.priority'"#,
            "1",
            &[(1, no_data)],
        ),
        // As a text it is whatever it shows.
        (
            r#"from = "cases", take = "count", where = 'custom.priority == "1"'"#,
            "1",
            &[(1, no_data)],
        ),
        (
            r#"from = "cases", take = "count", where = 'custom.priority in ["p1", "p2"]'"#,
            "2",
            &[(1, no_data)],
        ),
        (
            r#"from = "cases", take = "count", where = '(custom.priority ?? "p1") == "p1"'"#,
            "2",
            &[],
        ),
        (r#"from = "cases", take = "count", where = 'is_missing(custom.priority)'"#, "1", &[]),
        (
            r#"from = "cases", take = "count", where = 'switch custom.priority ?? "-" { "p1" | "p2" => true, _ => false }'"#,
            "2",
            &[],
        ),
        (
            r#"from = "cases", take = "count", where = 'let p = custom.priority; p == "p2"'"#,
            "1",
            &[(1, no_data)],
        ),
        (
            r#"from = "cases", take = "count", where = 'let p = custom.effort; p > 2'"#,
            "1",
            &[(2, no_data), (1, other)],
        ),
        // Of another kind: missing, and counted.
        (
            r#"from = "cases", take = "count", where = 'custom.effort > 2'"#,
            "1",
            &[(2, no_data), (1, other)],
        ),
        (
            r#"from = "cases", take = "count", where = 'custom.effort in 1..3'"#,
            "1",
            &[(2, no_data), (1, other)],
        ),
        (
            r#"from = "cases", take = "count", where = 'abs(custom.effort) * 2 == 7'"#,
            "1",
            &[(2, no_data), (1, other)],
        ),
        (
            r#"from = "cases", take = "count", where = '2 == if is_open { custom.effort } else { 0 }'"#,
            "1",
            &[(2, no_data), (1, other)],
        ),
        (r#"from = "cases", take = "count", where = 'custom.paid'"#, "1", &[(3, no_data)]),
        (r#"from = "cases", take = "count", where = '!custom.paid'"#, "1", &[(3, no_data)]),
        (r#"from = "cases", take = "count", where = 'custom.paid == true'"#, "1", &[(3, no_data)]),
        // A date is so many days ago, as every date of a record is.
        (
            r#"from = "cases", take = "count", where = 'custom.escalated_at <= 7'"#,
            "1",
            &[(3, no_data)],
        ),
        (
            r#"from = "cases", take = "count", where = 'custom.escalated_at.days_since > 7'"#,
            "1",
            &[(3, no_data)],
        ),
        (
            r#"from = "cases", take = "count", where = 'custom.escalated_at == "2026-02-25"'"#,
            "1",
            &[(3, no_data)],
        ),
        (
            r#"from = "cases", take = "share", where = 'custom.priority == "p1"'"#,
            "0.3333333333333333",
            &[(1, no_data)],
        ),
        (
            r#"from = "usage.logins", take = "sum", where = 'custom.app == "web"'"#,
            "5",
            &[(1, no_data)],
        ),
        // And where it is the field that is taken.
        (r#"from = "cases", take = "sum", field = "custom.effort""#, "5.5", &[(1, other)]),
        (r#"from = "cases", take = "distinct", field = "custom.priority""#, "3", &[]),
        (r#"from = "cases", take = "share", field = "custom.paid""#, "0.5", &[]),
        (r#"from = "cases", take = "days_since_last", field = "custom.escalated_at""#, "4", &[]),
        (r#"from = "cases", take = "mean", field = "custom.escalated_at""#, "19.5", &[]),
        (
            r#"from = "cases", take = "last", type = "text", field = "custom.priority", where = 'severity == "-" || is_present(custom.priority)'"#,
            "-",
            &[(5, no_data)],
        ),
        (
            r#"from = "cases", take = "last", type = "text", field = "custom.priority", where = 'is_present(custom.priority)'"#,
            "1",
            &[],
        ),
        (r#"from = "subscriptions", take = "sum", field = "custom.pilot""#, "1", &[]),
        (r#"from = "usage.logins", take = "distinct", field = "custom.app""#, "2", &[]),
    ] {
        let engine = engine(&format!("metrics = [{{ name = \"m\", {metric} }}]"));
        let out = assess(&engine, &book);
        let got = match out.value(ACCOUNT, "m", "a1") {
            Value::Missing => "-".to_owned(),
            it => it.to_string(),
        };
        assert_eq!(got, expected, "{metric}");
        let lost: Vec<_> = lost.iter().map(|(values, why)| ("m", *values, *why)).collect();
        let got = left_out(&out);
        assert_eq!(got, lost, "{metric}");
    }
}

#[test]
fn own_fields_are_read_in_conditions() {
    let book = book();
    for (when, expected) in [
        (r#"custom.tier == "gold""#, "a1 / a3"),
        (r#"custom.tier != "gold""#, "a2 / a3"),
        ("custom.points > 5", "a1 / a2 a3"),
        ("custom.points ?? 0 < 5", "a2 a3 /"),
        ("custom.vip", "a1 / a3"),
        ("!(custom.vip ?? false)", "a2 a3 /"),
        ("custom.signed <= 10", "a1 a2 / a3"),
        ("custom.signed.days_since >= 9", "a1 / a2 a3"),
        ("custom.signed.days_until == 8", "a2 / a1 a3"),
        ("custom.ends.days_until < 30", "a1 / a2 a3"),
        (r#"custom["Plan type"] == "Team""#, "a1 / a3"),
        (r#"custom["tier"] == "gold" && custom.tier != "silver""#, "a1 / a3"),
        (r#"custom.code == "12" || custom.code == "007""#, "a1 a2 / a3"),
        ("custom.code == 12", "a1 / a3"),
        ("is_present(custom.points) && is_missing(custom.signed)", "/"),
        ("subscriptions.custom.used.sum == 8", "a1 / a2"),
        ("subscriptions.custom.pilot == 1", "a1 / a2"),
        (r#"let t = custom.tier; let p = custom.points; t == "gold" && p > 5"#, "a1 / a2 a3"),
        ("custom.tier == custom.tier", "a1 a2 / a3"),
        (r#"starts_with(custom.tier, "go")"#, "a1 / a3"),
        ("custom.nothing > 1", "/ a1 a2 a3"),
    ] {
        let engine = engine(&format!("rules = [{{ name = \"r\", when = '{when}' }}]"));
        let out = assess(&engine, &book);
        let rule = &out.rules()[0];
        let firing: Vec<&str> = rule.matches.iter().map(|it| it.subject.as_ref()).collect();
        let none: Vec<&str> = rule.no_data.iter().map(AsRef::as_ref).collect();
        let got = format!("{} / {}", firing.join(" "), none.join(" "));
        assert_eq!(got.trim(), expected.trim(), "{when}");
        assert_eq!(rule.faulted, []);
        let wrong = left_out(&out).iter().any(|it| it.2 == LeftOut::OtherKind);
        assert_eq!(
            wrong,
            when.contains("custom.points >")
                || when.contains("custom.points ??")
                || when.contains("p > 5"),
            "{when}"
        );
    }
}

const EVERYWHERE: &str = r#"
[[metrics]]
name = "tier"
type = "text"
attribute = "custom.tier"

[[metrics]]
name = "signed_days"
attribute = "custom.signed.days_since"

[[metrics]]
name = "doubled"
expr = "custom.points * 2"

[[metrics]]
name = "plain"
expr = "custom.points"

[[segments]]
name = "team"
when = 'custom["Plan type"] == "Team"'

[[scorecards]]
name = "health"
overrides = [{ when = 'custom.tier == "silver"', cap = 40, reason = "silver" }]
factors = [
    { metric = "custom.points", points.linear = { worst = 0, best = 10 } },
    { metric = "custom.vip", points.flag = { true = 100, false = 0 }, applies_when = 'custom.tier == "gold"' },
    { metric = "custom.tier", points.map = { gold = 90, silver = 60 },
      weight = [{ when = "custom.vip", value = 2 }, { value = 1 }] },
]

[[rules]]
name = "gold"
when = 'custom.tier == "gold"'
message = '${custom.tier} since ${custom.signed.days_since ?? 0} days, ${custom["Plan type"] ?? "-"}'
because = ["custom.tier", "custom.points"]

[[rules]]
name = "shown"
when = "custom.points > 5 && custom.vip"
message = '${custom.points} points, ${fixed(custom.points, 1)}, ${custom.vip}, signed on ${custom.signed ?? "no day"}'

[[rules]]
name = "of_parent"
subject = "subscription"
when = 'account.custom.tier == "gold" && custom.used > 2 && account.segment == "team"'
"#;

#[test]
fn own_fields_are_read_everywhere() {
    let (book, engine) = (book(), engine(EVERYWHERE));
    assert_eq!(engine.warnings(), []);
    let out = assess(&engine, &book);
    let value = |name: &str, id: &str| out.value(ACCOUNT, name, id).to_string();
    for (name, first, second) in [
        ("tier", "gold", "silver"),
        ("signed_days", "9", "missing"),
        ("doubled", "14", "missing"),
        ("plain", "7", "missing"),
        ("segment", "team", "other"),
    ] {
        assert_eq!((value(name, "a1"), value(name, "a2")), (first.into(), second.into()), "{name}");
    }
    // (70 + 100 + 2 * 90) / 4, and 60 capped.
    assert_eq!(out.score("health", "a1").unwrap().score, Some(87.5));
    assert_eq!(out.score("health", "a2").unwrap().score, Some(40.0));
    let alert = &out.rules()[0].matches[0];
    assert_eq!(alert.message, "gold since 9 days, Team");
    let evidence: Vec<String> =
        alert.evidence.iter().map(|(name, it)| format!("{name} = {it}")).collect();
    assert_eq!(evidence, ["custom.tier = gold", "custom.points = 7"]);
    assert_eq!(out.rules()[1].matches[0].message, "7 points, 7.0, true, signed on 2026-02-20");
    let firing = out.rules()[2].matches.iter().map(|it| it.subject.to_string());
    assert_eq!(firing.collect::<Vec<_>>(), ["s1", "s2"]);
    let names: Vec<&str> = engine.columns(ACCOUNT).filter(|it| *it == "custom.points").collect();
    assert_eq!(names.len(), 1, "an own field stands once, however it is read");
}

/// The same records, however they come.
fn books() -> Vec<(&'static str, Book)> {
    let stamp = |text: &str| -> Stamp { text.parse().unwrap() };
    let mut typed = Tables::default();
    let mut it = Account::new("a1");
    it.custom.insert("tier".into(), Cell::from("gold"));
    it.custom.insert("points".into(), Cell::from(7.0));
    it.custom.insert("vip".into(), Cell::from(true));
    it.custom.insert("signed".into(), Cell::from(stamp("2026-02-20 10:30")));
    typed.push(it);
    let mut case = Case::new("c1", stamp("2026-02-01"));
    case.account_id = Some("a1".into());
    case.custom.insert("priority".into(), Cell::from("p1"));
    typed.push(case);
    let mut invoice = Invoice::new(stamp("2026-02-01"));
    invoice.account_id = Some("a1".into());
    invoice.custom.insert("type".into(), Cell::from("subscription"));
    typed.push(invoice);
    let mut texts = Tables::default();
    let row = |cells: &[(&str, &str)]| Node::table(cells.iter().map(|it| (it.0, Node::text(it.1))));
    texts.insert(
        "accounts",
        vec![row(&[
            ("id", "a1"),
            ("tier", "gold"),
            ("points", "7"),
            ("vip", "True"),
            ("signed", "2026-02-20"),
        ])],
    );
    texts.insert(
        "cases",
        vec![row(&[
            ("id", "c1"),
            ("account_id", "a1"),
            ("opened", "2026-02-01"),
            ("priority", "p1"),
        ])],
    );
    texts.insert(
        "invoices",
        vec![row(&[("account_id", "a1"), ("issued", "2026-02-01"), ("type", "subscription")])],
    );
    let json = serde_json::json!({
        "accounts": [{ "id": "a1", "tier": "gold", "points": 7, "vip": true, "signed": "2026-02-20" }],
        "cases": [{ "id": "c1", "account_id": "a1", "opened": "2026-02-01", "priority": "p1" }],
        "invoices": [{ "account_id": "a1", "issued": "2026-02-01", "type": "subscription" }],
    });
    let all = [("typed", typed), ("texts", texts), ("json", serde_json::from_value(json).unwrap())];
    all.into_iter().map(|(name, it)| (name, Book::strict(it).unwrap())).collect()
}

#[test]
fn own_fields_are_the_same_however_records_come() {
    let engine = engine(
        r#"
        metrics = [
            { name = "p1", from = "cases", take = "count", where = 'custom.priority == "p1"' },
            { name = "billed", from = "invoices", take = "count", where = 'custom.type == "subscription"' },
        ]
        rules = [{ name = "all", when = 'custom.tier == "gold" && custom.points == 7 && custom.vip && custom.signed.days_since == 9' }]
        "#,
    );
    for (name, book) in books() {
        let out = assess(&engine, &book);
        assert_eq!(out.notes(), [], "{name}");
        assert_eq!(out.value(ACCOUNT, "p1", "a1"), Value::Number(1.0), "{name}");
        assert_eq!(out.value(ACCOUNT, "billed", "a1"), Value::Number(1.0), "{name}");
        assert_eq!(out.rules()[0].matches.len(), 1, "{name}");
    }
}

#[test]
fn own_fields_can_be_given_as_columns() {
    let engine = engine(
        r#"
        rules = [
            { name = "rich", when = 'custom.tier == "gold" && custom.points > 5' },
            { name = "text", when = 'custom.points == "7"' },
        ]

        [[tests]]
        name = "an own field is given like a metric"
        given = { "custom.tier" = "'gold'", "custom.points" = "3 7" }
        events = ["rich fired at 1", "text fired at 1"]
        "#,
    );
    let report = engine.run_tests();
    assert!(report.passed(), "{report}");
    let day = DAY.parse::<AsOf>().unwrap();
    let mut frame = Frame::new(ACCOUNT, ["a1"]).unwrap();
    frame.insert("custom.tier", Column::texts([Some("gold")])).unwrap();
    frame.insert("custom.points", Column::numbers([Some(7.0)])).unwrap();
    let input = Input::frame(&frame);
    let out = engine.assess(&input, day, &State::new()).unwrap();
    let given = |name: &str| Note::Given { kind: ACCOUNT, metric: name.to_owned() };
    assert_eq!(out.notes(), [given("custom.tier"), given("custom.points")], "each once");
    assert_eq!(out.faults(), []);
    assert!(out.rules().iter().all(|it| it.matches.len() == 1), "{:?}", out.rules());
    let scores = engine.score(&input, day, &State::new());
    let again = engine.score_again(scores.clone(), &input, day, &State::new());
    for scores in [scores, again] {
        assert_eq!(scores.notes(), []);
        assert!(scores.rules().all(|it| it.answers == [foretell::Verdict::Yes]));
    }
}

#[test]
fn what_own_fields_were_is_remembered() {
    let engine = engine(
        r#"
        rules = [
            { name = "fell", when = "custom.points.change_30d < 0" },
            { name = "moved", when = 'custom.tier.previous != custom.tier' },
        ]
        "#,
    );
    let book = |points: f64, tier: &str| {
        let mut tables = Tables::default();
        let mut it = Account::new("a1");
        it.custom.insert("points".into(), Cell::from(points));
        it.custom.insert("tier".into(), Cell::from(tier));
        tables.push(it);
        Book::strict(tables).unwrap()
    };
    let first = book(7.0, "gold");
    let out = engine
        .assess(&Input::book(&first), "2026-01-01".parse::<AsOf>().unwrap(), &State::new())
        .unwrap();
    let second = book(5.0, "silver");
    let out = engine
        .assess(&Input::book(&second), "2026-02-15".parse::<AsOf>().unwrap(), out.state())
        .unwrap();
    assert!(out.rules().iter().all(|it| it.matches.len() == 1), "{:?}", out.rules());
}

#[test]
fn a_usage_value_keeps_its_own_fields() {
    let mut tables = Tables::default();
    tables.push(Account::new("a1"));
    let mut pilot = Subscription::new("s1");
    pilot.account_id = Some("a1".into());
    tables.push(pilot);
    for (app, value) in [("web", 1.0), ("phone", 2.0), ("web", 4.0)] {
        let date: Stamp = "2026-02-20".parse().unwrap();
        let mut it = Usage::new("logins", date, value);
        it.subscription_id = Some("s1".into());
        it.custom.insert("app".into(), Cell::from(app));
        tables.push(it);
    }
    let book = Book::strict(tables).unwrap();
    let engine = engine(
        r#"metrics = [{ name = "web", from = "usage.logins", take = "sum", where = 'custom.app == "web"' }]"#,
    );
    assert_eq!(assess(&engine, &book).value(ACCOUNT, "web", "a1"), Value::Number(5.0));
}
