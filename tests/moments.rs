//! Zones, local days, and assessments as of a moment.

mod alerts;

use chrono::NaiveDate;
use foretell::book::{Book, Tables};
use foretell::engine::{AssessError, Note};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};
use proptest::prelude::*;
use serde_json::json;

const SUBSCRIPTION: SubjectKind = SubjectKind::Subscription;

fn as_of(text: &str) -> AsOf {
    text.parse().unwrap_or_else(|it| panic!("{it}"))
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

fn book(json: &serde_json::Value) -> Book {
    let tables: Tables = serde_json::from_str(&json.to_string()).unwrap();
    Book::strict(tables).unwrap_or_else(|it| panic!("{it}\n{json}"))
}

/// Texts of values, `-` for missing.
fn shown(it: &Assessment, kind: SubjectKind, names: &[&str], id: &str) -> String {
    let one = |name: &&str| match it.value(kind, name, id) {
        Value::Missing => "-".to_owned(),
        Value::Number(it) => it.to_string(),
        Value::Flag(it) => it.to_string(),
        Value::Text(it) => it.to_string(),
        other => panic!("no text of {other:?}"),
    };
    names.iter().map(one).collect::<Vec<_>>().join(" ")
}

const LOGINS: &str = r#"
metrics = [
    { name = "quiet", from = "usage.logins", take = "days_since_last" },
    { name = "logins_7d", from = "usage.logins", take = "sum", window = "7d" },
    { name = "last", from = "usage.logins", take = "last" },
]
[[rules]]
name = "silent_20_days"
when = "quiet >= 20"
"#;

/// A customer who was silent since 9 February, and a login at the end of 1 March or near it.
fn silent(zone: &str, login: &str) -> Book {
    book(&json!({
        "zone": zone,
        "accounts": [{ "id": "a" }],
        "subscriptions": [{ "id": "s", "account_id": "a", "start": "2026-01-01" }],
        "usage": [
            { "subscription_id": "s", "name": "logins", "date": "2026-02-09", "value": 1 },
            { "subscription_id": "s", "name": "logins", "date": login, "value": 3 },
        ],
    }))
}

#[test]
fn the_local_day_of_a_login_counts() {
    let engine = engine(LOGINS);
    // Zone, login, as of: days of silence, logins, alerts, and how many records are later.
    for (zone, login, on, values, alerts, later) in [
        ("UTC", "2026-03-01T17:00:00-08:00", "2026-03-01", "0 3 3", 0, 0),
        ("UTC", "2026-03-01T17:00:00-08:00", "2026-03-02", "1 3 3", 0, 0),
        ("UTC", "2026-03-02T01:00:00Z", "2026-03-01", "20 0 1", 1, 1),
        ("UTC", "2026-03-02T01:00:00+00:00", "2026-03-01", "20 0 1", 1, 1),
        ("-08:00", "2026-03-02T01:00:00Z", "2026-03-01", "0 3 3", 0, 0),
        ("-08:00", "2026-03-02T01:00:00", "2026-03-01", "20 0 1", 1, 1),
        ("+09:00", "2026-03-01T16:00:00Z", "2026-03-01", "20 0 1", 1, 1),
        ("+09:00", "2026-03-01T23:30:00", "2026-03-01", "0 3 3", 0, 0),
        ("-08:00", "2026-03-01T23:00:00+09:00", "2026-03-01", "0 3 3", 0, 0),
        ("UTC", "2026-03-02", "2026-03-01", "20 0 1", 1, 1),
        // As of moments: 18:00 of 1 March in Los Angeles is 2:00 of 2 March in UTC.
        ("UTC", "2026-03-01T17:00:00-08:00", "2026-03-02T00:59:59Z", "21 0 1", 1, 1),
        ("UTC", "2026-03-01T17:00:00-08:00", "2026-03-02T01:00:00Z", "1 3 3", 0, 0),
        ("-08:00", "2026-03-01T17:00:00", "2026-03-02T00:59:59Z", "20 0 1", 1, 1),
        ("-08:00", "2026-03-01T17:00:00", "2026-03-02T01:00:00Z", "0 3 3", 0, 0),
        ("-08:00", "2026-03-01T17:00:00", "2026-03-01T17:00:00", "0 3 3", 0, 0),
        ("UTC", "2026-03-02T01:00:00+14:00", "2026-03-01T12:00:00Z", "0 3 3", 0, 0),
        ("UTC", "2026-03-01", "2026-03-01T00:00:00Z", "0 3 3", 0, 0),
        ("UTC", "2026-03-01", "2026-02-28T23:59:59Z", "19 0 1", 0, 1),
    ] {
        let book = silent(zone, login);
        let out = engine.assess(&Input::book(&book), as_of(on), &State::new()).unwrap();
        let case = format!("{zone} {login} as of {on}");
        assert_eq!(
            shown(&out, SUBSCRIPTION, &["quiet", "logins_7d", "last"], "s"),
            values,
            "{case}"
        );
        assert_eq!(out.alerts().len(), alerts, "{case}");
        let note = Note::Later { table: "usage".into(), records: later };
        let notes: Vec<&Note> = out.notes().iter().collect();
        assert_eq!(notes, [&note][..later], "{case}");
        let scores = engine.score(&Input::book(&book), as_of(on), &State::new());
        assert_eq!(scores.as_of(), out.as_of(), "{case}");
        let column = scores.column(SUBSCRIPTION, "quiet").unwrap();
        assert_eq!(column.value(0), out.value(SUBSCRIPTION, "quiet", "s"), "{case}");
    }
}

#[test]
fn what_lies_later_is_counted_per_table_that_is_read() {
    let engine = engine(
        r#"
        metrics = [
            { name = "cases", from = "cases", take = "count" },
            { name = "meetings", from = "engagements.meeting", take = "count" },
            { name = "licences", from = "licenses", take = "count" },
        ]
        "#,
    );
    let book = book(&json!({
        "subscriptions": [{ "id": "s" }],
        "cases": [{ "id": "c", "subscription_id": "s", "opened": "2026-03-04T10:00:00Z" }],
        "engagements": [
            { "kind": "meeting", "subscription_id": "s", "date": "2026-03-02" },
            { "kind": "meeting", "subscription_id": "s", "date": "2026-04-02" },
        ],
        "licenses": [{ "subscription_id": "s", "start": "2026-05-01", "quantity": 1 }],
        "surveys": [{ "subscription_id": "s", "date": "2026-03-09", "kind": "nps", "score": 9 }],
    }));
    for (on, wanted) in [
        ("2026-03-01", vec![("cases", 1), ("engagements", 2)]),
        ("2026-03-04T09:59:00Z", vec![("cases", 1), ("engagements", 1)]),
        ("2026-03-04T10:00:00Z", vec![("engagements", 1)]),
        ("2026-04-02", vec![]),
    ] {
        let out = engine.assess(&Input::book(&book), as_of(on), &State::new()).unwrap();
        let later = |it: &Note| match it {
            Note::Later { table, records } => Some((table.clone(), *records)),
            _ => None,
        };
        let got: Vec<_> = out.notes().iter().filter_map(later).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|it| (it.0.to_owned(), it.1)).collect();
        assert_eq!(got, wanted, "{on}");
    }
}

#[test]
fn what_happens_later_on_the_day_has_not_happened() {
    let engine = engine(
        r#"
        subject = "case"
        metrics = [
            { name = "open", attribute = "is_open", type = "flag" },
            { name = "escalated", attribute = "is_escalated", type = "flag" },
            { name = "waited", attribute = "hours_to_first_response" },
            { name = "took", attribute = "hours_to_resolution" },
            { name = "age_hours" },
            { name = "age_days" },
            { name = "unpaid", subject = "account", from = "invoices", where = "is_missing(paid)", take = "count" },
            { name = "days_to_due", subject = "account", from = "invoices", field = "due", take = "days_until" },
        ]
        "#,
    );
    let book = book(&json!({
        "zone": "+01:00",
        "accounts": [{ "id": "a" }],
        "cases": [{
            "id": "c", "account_id": "a", "opened": "2026-03-01T09:00:00",
            "first_response": "2026-03-01T09:30:00Z", "escalated": "2026-03-01T20:00:00+09:00",
            "resolved": "2026-03-01T15:00:00+01:00",
        }],
        "invoices": [{
            "account_id": "a", "issued": "2026-02-01", "due": "2026-03-02T08:00:00",
            "paid": "2026-03-01T16:00:00", "amount": 5,
        }],
    }));
    let names = ["open", "escalated", "waited", "took", "age_hours", "age_days"];
    for (on, values, invoices) in [
        ("2026-03-01T08:00:00Z", "true false - - 0 0", "1 1"),
        ("2026-03-01T10:29:59", "true false - - 1.4997222222222222 0", "1 1"),
        ("2026-03-01T10:30:00", "true false 1.5 - 1.5 0", "1 1"),
        ("2026-03-01T12:00:00", "true true 1.5 - 3 0", "1 1"),
        ("2026-03-01T14:59:00Z", "false true 1.5 6 6 0", "1 1"),
        ("2026-03-01T15:00:00Z", "false true 1.5 6 6 0", "0 1"),
        ("2026-03-01", "false true 1.5 6 6 0", "0 1"),
        ("2026-03-02T12:00:00", "false true 1.5 6 6 0", "0 0"),
    ] {
        let input = Input::book(&book).with_ended();
        let out = engine.assess(&input, as_of(on), &State::new()).unwrap();
        assert_eq!(shown(&out, SubjectKind::Case, &names, "c"), values, "{on}");
        let got = shown(&out, SubjectKind::Account, &["unpaid", "days_to_due"], "a");
        assert_eq!(got, invoices, "{on}");
    }
    let before =
        engine.assess(&Input::book(&book), as_of("2026-03-01T07:59:59Z"), &State::new()).unwrap();
    assert!(before.subjects(SubjectKind::Case).is_empty(), "it is not open yet");
}

#[test]
fn an_open_case_is_as_old_as_the_moment_or_the_end_of_the_day() {
    let engine = engine("subject = \"case\"\nmetrics = [{ name = \"age_hours\" }]");
    let zone = json!({ "first": 60, "changes": [["2026-03-29T01:00:00", 120]] });
    for (zone, opened, on, hours) in [
        (json!("UTC"), "2026-03-01", "2026-03-01", "24"),
        (json!("+02:00"), "2026-03-01", "2026-03-01", "24"),
        (json!("+02:00"), "2026-03-01", "2026-03-01T12:00:00Z", "14"),
        (json!("UTC"), "2026-03-01T22:00:00", "2026-03-01", "2"),
        (zone.clone(), "2026-03-29T00:30:00", "2026-03-29T03:30:00", "2"),
        (zone, "2026-03-29", "2026-03-29", "23"),
    ] {
        let book = book(&json!({
            "zone": zone, "accounts": [{ "id": "a" }],
            "cases": [{ "id": "c", "account_id": "a", "opened": opened }],
        }));
        let out = engine.assess(&Input::book(&book), as_of(on), &State::new()).unwrap();
        assert_eq!(shown(&out, SubjectKind::Case, &["age_hours"], "c"), hours, "{opened} {on}");
    }
}

#[test]
fn records_are_compared_by_moment_where_both_have_one() {
    let case = |opened: &str, resolved: &str| {
        let json = json!({
            "accounts": [{ "id": "a" }],
            "cases": [{ "id": "c", "account_id": "a", "opened": opened, "resolved": resolved }],
        });
        Book::strict(serde_json::from_str(&json.to_string()).unwrap()).is_ok()
    };
    // Opened in Tokyo on 2 March, which is 1 March, 16:00 in UTC.
    assert!(case("2026-03-02T01:00:00+09:00", "2026-03-01T18:00:00Z"));
    assert!(!case("2026-03-02T01:00:00+09:00", "2026-03-01T15:00:00Z"));
    assert!(case("2026-03-01T18:00:00Z", "2026-03-01"));
    assert!(!case("2026-03-02", "2026-03-01"));
}

#[test]
fn a_zone_that_cannot_be_read_is_a_fault_of_the_book() {
    for (zone, said) in [
        (json!("+25:00"), "expected an offset such as `+05:30`"),
        (json!("Nowhere/Else"), "Nowhere/Else"),
        (json!({ "first": 60, "changes": 1 }), "zone"),
        (json!(5), "zone"),
    ] {
        let json = json!({ "zone": zone, "accounts": [] }).to_string();
        let faults = Book::strict(serde_json::from_str(&json).unwrap()).unwrap_err();
        assert!(faults.to_string().contains(said), "{faults}");
    }
}

/// A state as it was written before there were moments.
const OLD: &str = include_str!("states/form_1.json");

#[test]
fn states_of_days_are_read_and_written_as_they_were() {
    let state: State = serde_json::from_str(OLD).unwrap();
    // It is written in today's form, and read from it as the same.
    let text = serde_json::to_string(&state).unwrap();
    assert!(
        text.starts_with(
            r#"{"foretell_state":2,"as_of":"2026-03-01","engine":"0123","sections":{"#
        )
    );
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    assert_eq!(state.as_of(), Some(as_of("2026-03-01")));
    let moments = OLD
        .replace("\"2026-03-01\"", "\"2026-03-01T09:00:00+01:00\"")
        .replace("\"fired\":\"2026-02-03\"", "\"fired\":\"2026-02-03T10:30:00Z\"");
    let state: State = serde_json::from_str(&moments).unwrap();
    assert_eq!(state.as_of(), Some(as_of("2026-03-01T09:00:00+01:00")));
    assert_eq!(crate::sections::alert(&state, "r", "a")["fired"], "2026-02-03T10:30:00Z");
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
}

#[test]
fn a_moment_is_one_of_the_zone_of_the_book() {
    let engine = engine(LOGINS);
    let book = silent("+01:00", "2026-03-01T12:00:00");
    for (given, wanted) in [
        ("2026-03-01T23:30:00Z", "2026-03-02T00:30:00+01:00"),
        ("2026-03-01T23:30:00", "2026-03-01T23:30:00+01:00"),
        ("2026-03-01T23:30:00+01:00", "2026-03-01T23:30:00+01:00"),
        ("2026-03-01", "2026-03-01"),
    ] {
        let out = engine.assess(&Input::book(&book), as_of(given), &State::new()).unwrap();
        assert_eq!(out.as_of().to_string(), wanted);
        let again = engine.assess(&Input::book(&book), as_of(given), out.state()).unwrap();
        assert_eq!((again.state(), again.events().len()), (out.state(), 0), "{given}");
    }
    // Without a book a moment has the day that it was written with.
    let out = engine
        .assess(&Input::default(), as_of("2026-03-01T23:30:00-08:00"), &State::new())
        .unwrap();
    assert_eq!(out.as_of().day(), "2026-03-01".parse().unwrap());
}

#[cfg(feature = "zones")]
#[test]
fn a_book_may_name_its_zone() {
    let engine = engine(LOGINS);
    let book = silent("America/Los_Angeles", "2026-03-02T01:00:00Z");
    let out = engine.assess(&Input::book(&book), as_of("2026-03-01"), &State::new()).unwrap();
    assert_eq!(shown(&out, SUBSCRIPTION, &["quiet"], "s"), "0");
}

/// A date of a few days: alone, or with a time and an offset.
fn when() -> impl Strategy<Value = String> {
    let offset = prop::sample::select(vec!["", "Z", "+00:00", "-08:00", "+14:00", "+01:00"]);
    let day = || {
        (27..32_u32).prop_map(|it| {
            if it <= 28 { format!("2026-02-{it}") } else { format!("2026-03-0{}", it - 28) }
        })
    };
    prop_oneof![
        day(),
        (day(), 0..24_u32, 0..60_u32, offset).prop_map(|(day, hour, minute, offset)| format!(
            "{day}T{hour:02}:{minute:02}:00{offset}"
        )),
    ]
}

/// A case: when it was opened and resolved.
type Case = (String, Option<String>);

/// What an engine says of usage and cases, each with its number.
fn said(
    engine: &Engine,
    zone: &str,
    usage: &[(usize, String)],
    cases: &[(usize, Case)],
    on: AsOf,
) -> String {
    let usage: Vec<_> = usage
        .iter()
        .map(|(at, date)| json!({ "subscription_id": "s", "name": "logins", "date": date, "value": 1 << at }))
        .collect();
    let cases: Vec<_> = cases
        .iter()
        .map(|(at, (opened, resolved))| {
            json!({ "id": format!("c{at}"), "subscription_id": "s", "opened": opened, "resolved": resolved })
        })
        .collect();
    let json = json!({
        "zone": zone, "subscriptions": [{ "id": "s" }], "usage": usage, "cases": cases,
    });
    let tables: Tables = serde_json::from_str(&json.to_string()).unwrap();
    let out = engine.assess(&Input::book(&Book::lenient(tables).book), on, &State::new()).unwrap();
    shown(&out, SUBSCRIPTION, &["quiet", "logins", "opened", "open", "took", "aged"], "s")
}

fn numbered<T: Clone>(all: &[T]) -> Vec<(usize, T)> {
    all.iter().cloned().enumerate().collect()
}

const COUNTS: &str = r#"
metrics = [
    { name = "quiet", from = "usage.logins", take = "days_since_last" },
    { name = "logins", from = "usage.logins", take = "sum", window = "2d" },
    { name = "opened", from = "cases", take = "count" },
    { name = "open", from = "cases", where = "is_open", take = "count" },
    { name = "took", from = "cases", field = "hours_to_resolution", take = "max" },
    { name = "aged", from = "cases", field = "age_days", take = "max" },
]
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// As of a moment the book is the one in which nothing stands that lies after it.
    #[test]
    fn what_lies_after_a_moment_changes_nothing(
        zone in prop::sample::select(vec!["UTC", "-08:00", "+05:30"]),
        usage in prop::collection::vec(when(), 0..6),
        cases in prop::collection::vec((when(), prop::option::of(when())), 0..4),
        moment in when(),
    ) {
        let engine = engine(COUNTS);
        let on = as_of(&moment).in_zone(&zone.parse().unwrap());
        let Some(until) = on.moment() else { return Ok(()) };
        let is_known = |text: &String| {
            let it = as_of(text);
            if it.is_day() {
                return it.day() <= on.day();
            }
            // What states no offset, or UTC, is of the zone of the book; what does is a moment all the same.
            it.in_zone(&zone.parse().unwrap()).moment().unwrap() <= until
        };
        // What cannot be is set aside in both alike.
        let cases: Vec<Case> =
            cases.into_iter().filter(|it| said(&engine, zone, &[], &numbered(std::slice::from_ref(it)), AsOf::from(NaiveDate::MAX)) != said(&engine, zone, &[], &[], AsOf::from(NaiveDate::MAX))).collect();
        let (usage, cases) = (numbered(&usage), numbered(&cases));
        let known: Vec<_> = usage.iter().filter(|it| is_known(&it.1)).cloned().collect();
        let open: Vec<_> = cases
            .iter()
            .filter(|it| is_known(&it.1.0))
            .map(|(at, (opened, resolved))| (*at, (opened.clone(), resolved.clone().filter(is_known))))
            .collect();
        let one = said(&engine, zone, &usage, &cases, on);
        let two = said(&engine, zone, &known, &open, on);
        prop_assert_eq!(one, two, "{} as of {}", zone, on);
    }

    /// For books that know no more than days, a day is its last moment.
    #[test]
    fn a_day_is_its_last_moment(
        zone in prop::sample::select(vec!["UTC", "-08:00", "+05:30"]),
        usage in prop::collection::vec(when(), 0..6),
        cases in prop::collection::vec((when(), prop::option::of(when())), 0..4),
        day in 27..32_i64,
    ) {
        let engine = engine(COUNTS);
        let cut = |it: &String| as_of(it).day().to_string();
        let usage: Vec<String> = usage.iter().map(cut).collect();
        let usage = numbered(&usage);
        let cases: Vec<Case> = cases.iter().map(|it| (cut(&it.0), it.1.as_ref().map(cut))).collect();
        let cases = numbered(&cases);
        let day = "2026-02-01".parse::<NaiveDate>().unwrap() + chrono::Duration::days(day - 1);
        let last = AsOf::from(day.and_hms_nano_opt(23, 59, 59, 999_999_999).unwrap());
        let one = said(&engine, zone, &usage, &cases, day.into());
        prop_assert_eq!(one, said(&engine, zone, &usage, &cases, last));
    }
}
