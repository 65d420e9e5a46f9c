//! Bands over several nights: what holds them, what acts at once, and the same in every path.

use crate::sections::section;
use foretell::alert::Change;
use foretell::book::{Book, Override, OverrideKind, Subscription, Tables};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::{AsOf, Stamp};
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = r#"
metrics = [{ name = "usage", range = [0, 100], better = "higher" }]

[[scorecards]]
name = "health"
margin = 5
min_stay = "14d"
bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
factors = [{ metric = "usage" }]

[[rules]]
name = "red"
when = 'health.band == "red"'
"#;

/// A book of one subscription with a manual value in force on some days.
fn book((kind, value): (OverrideKind, f64), from: &str, until: &str) -> Book {
    let mut subscription = Subscription::new("s1");
    subscription.start = Some("2025-01-01".parse().unwrap());
    let mut by_hand = Override::new(
        SubjectKind::Subscription,
        "s1",
        "health",
        kind,
        value,
        "they told me",
        "jo",
        from.parse::<Stamp>().unwrap(),
    );
    by_hand.until = Some(until.parse().unwrap());
    let mut tables = Tables::default();
    tables.push(subscription);
    tables.push(by_hand);
    Book::strict(tables).unwrap_or_else(|it| panic!("{it}"))
}

fn usage(value: f64) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ["s1"]).unwrap();
    frame.insert("usage", Column::numbers([Some(value)])).unwrap();
    frame
}

#[test]
fn a_manual_value_acts_at_once_and_so_does_lifting_it_in_every_path() {
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"));
    for (effect, value, before, during, after) in [
        (OverrideKind::Set, 5.0, "green", "red", "green"),
        (OverrideKind::Cap, 39.0, "green", "red", "green"),
        (OverrideKind::Cap, 60.0, "green", "yellow", "green"),
        (OverrideKind::Floor, 90.0, "green", "green", "green"),
    ] {
        let book = book((effect, value), "2026-03-02", "2026-03-03");
        // Data fall on the fourth, and are held in green all the same.
        let days = [
            ("2026-03-01", 80.0, before),
            ("2026-03-02", 80.0, during),
            ("2026-03-03", 80.0, during),
            ("2026-03-04", 30.0, after),
            ("2026-03-05", 30.0, after),
            ("2026-03-15", 30.0, "red"),
        ];
        let mut state = State::new();
        let mut used = None;
        for (day, given, expected) in days {
            let frame = usage(given);
            let input = Input::book(&book).and_frame(&frame);
            let day = day.parse::<AsOf>().unwrap();
            let assessment = engine.assess(&input, day, &state).unwrap();
            let got = assessment.score("health", "s1").unwrap();
            assert_eq!(got.band, Some(expected), "{effect:?} {value} on {day}");
            let scores = engine.score(&input, day, &state);
            assert_eq!(scores.band("health", 0), Some(expected), "{effect:?} {value} on {day}");
            let again = engine.score_again(used.unwrap_or(scores), &input, day, &state);
            assert_eq!(again.band("health", 0), Some(expected), "{effect:?} {value} on {day}");
            used = Some(again);
            state = assessment.state().clone();
        }
        let frames: Vec<(_, Frame)> = days.iter().map(|it| (it.0, usage(it.1))).collect();
        let history = frames.iter().map(|(day, frame)| {
            (day.parse::<AsOf>().unwrap(), Input::book(&book).and_frame(frame))
        });
        let replay = engine.replay(history, &State::new()).unwrap();
        assert_eq!(replay.state, state, "{effect:?} {value}");
        let fired: Vec<String> = replay
            .events
            .iter()
            .filter(|it| it.change == Change::Fired)
            .map(|it| it.day.to_string())
            .collect();
        let expected: &[&str] =
            if during == "red" { &["2026-03-02", "2026-03-15"] } else { &["2026-03-15"] };
        assert_eq!(fired, expected, "{effect:?} {value}");
    }
}

/// A state of before this was so: it holds what was shown, which is what data held unless there was an override.
#[test]
fn a_state_of_before_is_read() {
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"));
    let state: State = serde_json::from_str(
        r#"{ "version": 1, "as_of": "2026-03-01", "engine": "",
             "bands": { "health": { "s1": { "band": "green", "since": "2026-03-01" } } } }"#,
    )
    .unwrap();
    let frame = usage(20.0);
    let got = engine
        .assess(&Input::frame(&frame), "2026-03-02".parse::<AsOf>().unwrap(), &state)
        .unwrap();
    assert_eq!(got.score("health", "s1").unwrap().band, Some("green"));
    assert_eq!(section(got.state(), "bands"), section(&state, "bands"));
}
