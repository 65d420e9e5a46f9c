//! Stored states: every form that was written is read, and what is none is refused with what it is.

mod sound;

use crate::sections::section;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::state::{HandOut, HandedOn};
use foretell::{Config, Engine, Input, State};
use serde_json::{Value, json};

/// Golden files of each form: never to be changed, as hosts have stored what they hold.
const FORMS: [&str; 3] = [
    include_str!("states/form_1.json"),
    include_str!("states/form_2.json"),
    // The same form with what was said day by day.
    include_str!("states/form_2_pages.json"),
];

const CONFIG: &str = r#"
metrics = [{ name = "x" }, { name = "y" }]
[[scorecards]]
name = "health"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [
    { metric = "x", points.linear = { worst = 0, best = 10 } },
    { metric = "y", points.linear = { worst = 0, best = 10 }, missing = { carry = "30d" } },
]
[[rules]]
name = "low"
when = "x < 5"
playbook = "call"
[[rules]]
name = "fell"
when = "x.change_7d < -1"
for = "2d"
[[playbooks]]
name = "call"
steps = [{ name = "one", channel = "call", title = "Call", deadline = "3d" }, { name = "two", after = "2d", channel = "call", title = "Again" }]
"#;

fn engine() -> Engine {
    Engine::compile(&Config::parse(CONFIG)).unwrap()
}

fn day(number: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + chrono::Days::new(number)
}

/// Two nights, of which the second lacks a subject.
fn state() -> State {
    let engine = engine();
    let frame = |rows: &[(&str, f64, Option<f64>)]| {
        let mut frame = Frame::new(SubjectKind::Subscription, rows.iter().map(|it| it.0)).unwrap();
        frame.insert("x", Column::numbers(rows.iter().map(|it| Some(it.1)))).unwrap();
        frame.insert("y", Column::numbers(rows.iter().map(|it| it.2))).unwrap();
        frame
    };
    let first = frame(&[("a", 8.5, Some(3.25)), ("b", 2.0, None), ("c", 9.0, Some(1.0))]);
    let second = frame(&[("a", 3.5, Some(3.25)), ("b", 2.0, None)]);
    let mut state = State::delivering();
    for (at, frame) in [first, second].iter().enumerate() {
        let out = engine.assess(&Input::frame(frame), day(at as u64), &state).unwrap();
        state = out.state().clone();
        state.hand_out(&HandOut::new().at_most(1));
    }
    state
}

#[test]
fn every_form_is_read_for_good() {
    for (number, text) in (1..).zip(FORMS) {
        let read: State =
            serde_json::from_str(text).unwrap_or_else(|it| panic!("form {number}: {it}"));
        // It is written in today's form, and means the same.
        let again: State = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, read, "form {number}");
        assert!(read.as_of().is_some(), "form {number}");
        assert!(["alerts", "bands"].iter().all(|name| section(&read, name).is_object()));
    }
    // Today's form is what is written now.
    let now: Value = serde_json::to_value(state()).unwrap();
    let known: Value = serde_json::from_str(FORMS[2]).unwrap();
    assert_eq!(now["sections"], known["sections"]);
}

#[test]
fn what_is_no_state_is_refused() {
    let text = serde_json::to_string(&state()).unwrap();
    let cut = |to: usize| text.chars().take(to).collect::<String>();
    let changed = |path: &str, to: Value| {
        let mut it: Value = serde_json::from_str(&text).unwrap();
        *it.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = to;
        it.as_object_mut().unwrap().remove("sum");
        it.to_string()
    };
    let with = |key: &str, to: Value| {
        let mut it: Value = serde_json::from_str(&text).unwrap();
        it["sections"][key] = to;
        it.as_object_mut().unwrap().remove("sum");
        it.to_string()
    };
    let twice = {
        let it: Value = serde_json::from_str(&text).unwrap();
        let one = it.pointer("/sections/enrolments/v1/call/subjects/b/0").unwrap().clone();
        json!([one.clone(), one])
    };
    for (name, text, wanted) in [
        ("an empty table", "{}".to_owned(), "an empty table is no state"),
        ("nothing", "null".to_owned(), "is no state"),
        ("a list", "[]".to_owned(), "is no state"),
        ("something else", r#"{"bands": {}}"#.to_owned(), "it has no `foretell_state`"),
        ("version 0", r#"{"version": 0}"#.to_owned(), "is no form of a state"),
        ("a later version of form 1", r#"{"version": 9}"#.to_owned(), "later-form"),
        ("a later form", r#"{"foretell_state": 3, "pages": [[1]]}"#.to_owned(), "is of form 3"),
        ("half of it", cut(text.len() / 2), "EOF"),
        (
            "without its sections",
            r#"{"foretell_state": 2, "as_of": "2026-03-01"}"#.to_owned(),
            "has no `sections`",
        ),
        ("another number", text.replacen("3.25", "3.26", 1), "is not the one that was written"),
        ("a later section", with("seats", json!({"v1": {}})), "`seats` is of a later version"),
        (
            "a later version of a section",
            with("bands", json!({"v2": {}})),
            "`bands` is of a later version",
        ),
        (
            "an enrolment twice",
            changed("/sections/enrolments/v1/call/subjects/b", twice),
            "is duplicated",
        ),
        (
            "a band of the year 2199",
            changed("/sections/bands/v1/health/a/since", json!("2199-01-01")),
            "lies after the state's own",
        ),
        (
            "an event of the year 2199",
            changed("/sections/alerts/v1/low/subjects/b/last_event", json!("2199-01-01")),
            "lies after",
        ),
        (
            "firing, and never fired",
            changed("/sections/alerts/v1/low/subjects/b/fired", Value::Null),
            "never fired",
        ),
        (
            "history out of order",
            changed(
                "/sections/history/v1/subscription/x/a",
                json!([
                    {"since": "2026-03-02", "value": 1.0}, {"since": "2026-03-01", "value": 2.0}
                ]),
            ),
            "not in the order of time",
        ),
        ("no day", changed("/as_of", Value::Null), "has no day"),
    ] {
        let error = serde_json::from_str::<State>(&text).expect_err(name).to_string();
        assert!(error.contains(wanted), "{name}: {error}");
        // The same as faults, each with its place and what to do.
        let faults = State::read(&text).expect_err(name);
        let wanted = if wanted == "EOF" { "the text ends where" } else { wanted };
        assert!(faults.to_string().contains(wanted), "{name}: {faults}");
        for it in faults.list() {
            assert!(it.place.path.starts_with("state") && it.help.is_some(), "{name}: {it}");
        }
    }
    // What its own engine cannot have written.
    for (path, to, wanted) in [
        ("/sections/bands/v1/health/a/band", json!("grene"), "`health` has no band `grene`"),
        ("/sections/alerts/v1/low/subject", json!("account"), "the rule is about a subscription"),
    ] {
        let state: State = serde_json::from_str(&changed(path, to)).unwrap();
        let frame = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
        let error = engine().assess(&Input::frame(&frame), day(2), &state).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn what_is_of_a_later_version_is_handed_on_where_that_is_asked() {
    let mut later: Value = serde_json::to_value(state()).unwrap();
    later["sections"]["seats"] = json!({"v3": {"s1": [5, 1.5, null, "x"]}});
    later.as_object_mut().unwrap().remove("sum");
    let HandedOn(read) = serde_json::from_value(later.clone()).unwrap();
    let frame = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
    let out = engine().assess(&Input::frame(&frame), day(2), &read).unwrap();
    let written: Value = serde_json::to_value(out.state()).unwrap();
    assert_eq!(written["sections"]["seats"], later["sections"]["seats"]);
    let HandedOn(again) = serde_json::from_value(written).unwrap();
    assert_eq!(&again, out.state());
}

#[test]
fn a_state_without_an_undo_assesses_no_day_again() {
    let state: State = serde_json::from_str(FORMS[0]).unwrap();
    let frame = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
    let as_of = state.as_of().unwrap();
    let error = engine().assess(&Input::frame(&frame), as_of, &state).unwrap_err();
    assert!(error.to_string().contains("cannot be assessed again"), "{error}");
    let later = as_of.day() + chrono::Days::new(1);
    assert!(engine().assess(&Input::frame(&frame), later, &state).is_ok());
}

#[test]
fn a_text_that_is_none_says_where_and_what_to_do() {
    for (text, code, line, message, help) in [
        ("", "empty", None, "there is no text where a state was wanted", "a first night begins"),
        (" \n", "empty", None, "there is no text where a state was wanted", "a first night begins"),
        (
            "{\n  \"foretell_state\": 2, \"as",
            "syntax",
            Some((2, 27)),
            "the text ends where `\"` was wanted",
            "was cut",
        ),
        (
            "foretell_state = 2",
            "syntax",
            Some((1, 1)),
            "`foretell_state` stands where a value was wanted",
            "the JSON that",
        ),
        (
            "{\"a\": 1,}",
            "syntax",
            Some((1, 9)),
            "`}` stands where a key was wanted",
            "the JSON that",
        ),
        (
            "{\"a\": 01}",
            "syntax",
            Some((1, 9)),
            "`}` stands where a number was wanted",
            "the JSON that",
        ),
        (
            "{\"a\": 1} x",
            "syntax",
            Some((1, 10)),
            "`x` stands where the end of the text was wanted",
            "the JSON that",
        ),
    ] {
        let faults = State::read(text).unwrap_err();
        let [it] = faults.list() else { panic!("{text}: {faults}") };
        assert_eq!((it.code.as_str(), it.message.as_str()), (code, message), "{text}");
        assert_eq!(it.place.line.zip(it.place.column), line, "{text}");
        assert!(it.help.as_ref().unwrap().contains(help), "{text}: {it}");
    }
    let deep = "[".repeat(9_999);
    assert!(State::read(&deep).unwrap_err().to_string().contains("less deep"));
}

/// What JSON is, is the same for all readers of it.
#[test]
fn a_text_is_read_as_serde_reads_it() {
    let text = serde_json::to_string(&state()).unwrap();
    assert_eq!(State::read(&text).unwrap(), state());
    assert_eq!(State::read(&serde_json::to_string_pretty(&state()).unwrap()).unwrap(), state());
    assert_eq!(HandedOn::read(&text).unwrap(), HandedOn(state()));
    for at in (0..text.len()).step_by(53) {
        for with in [
            "",
            "\"",
            "{",
            "]",
            ",",
            "1",
            "-",
            "e",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\ud83d",
            "é",
            "\n",
            "null",
        ] {
            let (left, right) = text.split_at(at);
            let changed = format!("{left}{with}{}", right.get(1..).unwrap_or_default());
            let read = State::read(&changed);
            let known = serde_json::from_str::<State>(&changed);
            assert_eq!(read.is_ok(), known.is_ok(), "{with} at {at}: {read:?} {known:?}");
            if let (Ok(read), Ok(known)) = (read, known) {
                assert_eq!(read, known);
            }
        }
    }
}
