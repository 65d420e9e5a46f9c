//! Names that change between two runs of a night, and two names that become one: a table.
//!
//! `nights` has between `|` a value of `x` for each subject, `s0` first; `_` is none. `again` is the night before once more,
//! and from `new` on the config is `after`. `told` says of each subject what happened to it, that of an end with the day
//! on which it had fired; what nobody is notified of is in brackets. `state` has lines of a path in the sections of the state at
//! the end, and what stands there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use foretell::alert::Change;
use foretell::frame::SubjectKind;
use foretell::state::{HandedOn, State};
use foretell::{Assessment, Input};

use super::{X, engine, frame};
use crate::alerts::timeline::{cases, day, first};

fn told(out: &Assessment, on: u64) -> String {
    let mut said = String::new();
    for it in out.events() {
        let fired = it.fired.map_or(0, |it| (it.day() - first()).num_days());
        let fired = match it.change {
            Change::Resolved { .. } => format!("({fired})"),
            _ => String::new(),
        };
        let text = format!("{}.{}@{on}{fired}/{}", it.rule, it.change.name(), it.subject);
        let _ = if it.is_sent() { write!(said, "{text} ") } else { write!(said, "[{text}] ") };
    }
    for it in out.actions() {
        let _ = write!(
            said,
            "{}:{}:{}.{}@{on}/{} ",
            it.playbook,
            it.rule,
            it.step,
            it.change.name(),
            it.subject
        );
    }
    said
}

/// What is told, and the state at the end.
fn run(case: &BTreeMap<String, String>) -> (String, State) {
    let [before, after] = ["before", "after"].map(|it| engine(&format!("{X}{}\n", case[it])));
    let (mut now, mut state, mut said, mut on) = (&before, State::new(), String::new(), 0);
    for night in case["nights"].split('|').map(str::trim) {
        if night == "new" {
            now = &after;
            continue;
        }
        let values = night.strip_prefix("again").unwrap_or(night);
        if values.len() < night.len() {
            on -= 1;
        }
        let values: Vec<Option<f64>> =
            values.split_whitespace().map(|it| it.parse().ok()).collect();
        let frame = frame("x", &values);
        let input = Input::frame(&frame).complete([SubjectKind::Subscription]);
        let out = now.assess(&input, day(on), &state).unwrap_or_else(|it| panic!("{case:?}: {it}"));
        assert_eq!(out.faults(), [], "{case:?}");
        said += &told(&out, on);
        let text = serde_json::to_string(out.state()).unwrap();
        state = serde_json::from_str(&text).unwrap_or_else(|it| panic!("{case:?}: {it}"));
        on += 1;
    }
    (said.trim_end().to_owned(), state)
}

#[test]
fn names_that_change_within_a_night_and_two_that_become_one() {
    let mut wrong = String::new();
    for case in cases(include_str!("renamed.toml")) {
        let case: BTreeMap<String, String> = case.into_iter().collect();
        let (told, state) = run(&case);
        if told != case["told"] {
            let _ =
                writeln!(wrong, "{}\n  wanted: {}\n  got:    {told}", case["name"], case["told"]);
        }
        let state = serde_json::to_value(&state).unwrap();
        for line in case.get("state").map_or("", String::as_str).lines() {
            let (path, wanted) = line.split_once(" = ").expect("a path and a value");
            let got =
                state["sections"].pointer(path).map_or("nothing".to_owned(), ToString::to_string);
            if got != wanted {
                let _ = writeln!(
                    wrong,
                    "{}: {path}\n  wanted: {wanted}\n  got:    {got}",
                    case["name"]
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn what_is_handed_on_is_so_under_new_names() {
    let old = engine(&format!("{X}[[rules]]\nname = 'old'\nwhen = 'x > 0'"));
    let new = engine(&format!("{X}[[rules]]\nname = 'new'\nformerly = ['old']\nwhen = 'x > 0'"));
    let today = frame("x", &[Some(1.0)]);
    let past = old.assess(&Input::frame(&today), day(0), &State::new()).unwrap();
    let mut later = serde_json::to_value(past.state()).unwrap();
    later["sections"]["seats"] = serde_json::json!({"v3": {"s1": 5}});
    later.as_object_mut().unwrap().remove("sum");
    let HandedOn(state) = serde_json::from_value(later).unwrap();
    let out = new.assess(&Input::frame(&today), day(1), &state).unwrap();
    let on = serde_json::to_value(out.state()).unwrap();
    assert_eq!(on["sections"]["seats"], serde_json::json!({"v3": {"s1": 5}}));
}
