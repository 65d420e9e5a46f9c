//! What cannot be true of a stored state, each by itself; and what of it goes on.

use foretell::frame::{Column, Frame, SubjectKind};
use foretell::state::HandedOn;
use foretell::{Config, Engine, Input, State};
use serde_json::{Value, json};

use super::{FORMS, state};

/// The state with something changed by hand.
fn with(change: impl Fn(&mut Value)) -> Result<State, String> {
    let mut it = serde_json::to_value(state()).unwrap();
    it.as_object_mut().unwrap().remove("sum");
    change(&mut it);
    serde_json::from_value(it).map_err(|it| it.to_string())
}

fn at<'a>(it: &'a mut Value, path: &str) -> &'a mut Value {
    it["sections"].pointer_mut(path).unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn nothing_in_a_state_lies_after_it() {
    let alert = "/alerts/v1/low/subjects/b";
    for (path, key) in [
        (alert, "began"),
        (alert, "since"),
        (alert, "fired"),
        (alert, "clear_since"),
        (alert, "unknown_since"),
        (alert, "last_event"),
        (alert, "resolved"),
        ("/absent/v1/subscription", "c"),
        ("/bands/v1/health/a", "since"),
        ("/carried/v1/health/y/a", "day"),
        ("/enrolments/v1/call/subjects/b/0", "began"),
        ("/enrolments/v1/call/subjects/b/0", "fired"),
        ("/history/v1/subscription/x/a/1", "since"),
    ] {
        let on = |day: &str| with(|it| at(it, path)[key] = json!(day));
        assert!(on("2026-03-02").is_ok(), "{path}/{key}: {:?}", on("2026-03-02"));
        let error = on("2026-03-03").expect_err(path);
        assert!(error.contains("lies after the state's own 2026-03-02"), "{path}/{key}: {error}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let twice = json!([
        {"since": "2026-03-01", "value": 1.0}, {"since": "2026-03-01", "value": 2.0}
    ]);
    for (path, to, wanted) in [
        ("/history/v1/subscription/x/a", twice, "not in the order of time"),
        ("/alerts/v1/low/subjects/b/phase", json!("pending"), "it is pending and fired at"),
        ("/alerts/v1/low/subjects/b/phase", json!("recovering"), "it is recovering since no day"),
        (
            "/enrolments/v1/call/subjects/b/0/reached",
            json!(["one", "one"]),
            "the step `one` is duplicated",
        ),
    ] {
        let error = with(|it| *at(it, path) = to.clone()).expect_err(path);
        assert!(error.contains(wanted), "{path}: {error}");
    }
    let error = with(|it| it["pages"] = json!(1)).expect_err("a later key");
    assert!(error.contains("`pages` is of a later version"), "{error}");
    let later = FORMS[0].replacen(r#""since":"2026-02-01""#, r#""since":"2199-02-01""#, 1);
    let error = serde_json::from_str::<State>(&later).expect_err("form 1").to_string();
    assert!(error.contains("lies after"), "{error}");
}

#[test]
fn what_form_1_says_was_told_ends_out_loud() {
    let state: State = serde_json::from_str(FORMS[0]).unwrap();
    let text = "metrics = [{ name = 'x' }]\n[[rules]]\nname = 'r'\nwhen = 'x > 0'";
    let engine = Engine::compile(&Config::parse(text)).unwrap();
    let mut frame = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
    frame.insert("x", Column::numbers([Some(0.0)])).unwrap();
    let later = state.as_of().unwrap().day() + chrono::Days::new(1);
    let out = engine.assess(&Input::frame(&frame), later, &state).unwrap();
    let [event] = out.events() else { panic!("{:?}", out.events()) };
    assert!(event.change.name() == "resolved" && event.is_sent(), "{event:?}");
}

#[test]
fn who_goes_back_keeps_what_is_handed_on() {
    let mut later = serde_json::to_value(state()).unwrap();
    later["sections"]["seats"] = json!({"v3": {"s1": 5}});
    later.as_object_mut().unwrap().remove("sum");
    let HandedOn(newest) = serde_json::from_value(later).unwrap();
    let back = serde_json::to_value(state().rewind(&newest)).unwrap();
    assert_eq!(back["sections"]["seats"], json!({"v3": {"s1": 5}}));
}
