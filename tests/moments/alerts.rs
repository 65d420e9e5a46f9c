//! Alerts, playbooks, waits and what was, at moments of a day.

use super::*;

const ALERTS: &str = r#"
metrics = [{ name = "x" }]
[[rules]]
name = "r"
when = "x > 0"
playbook = "p"
[[playbooks]]
name = "p"
until_resolved = true
steps = [{ name = "call", channel = "call", title = "call" }, { name = "ask", after = "1d", channel = "call", title = "ask" }]
[[scorecards]]
name = "s"
min_stay = "1d"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [{ metric = "x", points.linear = { worst = 1, best = 0 } }]
"#;

fn x(value: f64) -> Frame {
    let mut frame = Frame::new(SUBSCRIPTION, ["a"]).unwrap();
    frame.insert("x", Column::numbers([Some(value)])).unwrap();
    frame
}

#[test]
fn two_firings_on_one_day_are_two() {
    let engine = engine(ALERTS);
    let steps = [
        ("2026-03-01T09:00:00Z", 1.0, "fired"),
        ("2026-03-01T11:00:00Z", 0.0, "resolved"),
        ("2026-03-01T15:00:00Z", 1.0, "fired"),
        ("2026-03-01", 0.0, "resolved"),
        ("2026-03-02T06:00:00Z", 1.0, "fired"),
    ];
    let frames: Vec<Frame> = steps.iter().map(|it| x(it.1)).collect();
    let history =
        || steps.iter().zip(&frames).map(|(it, frame)| (as_of(it.0), Input::frame(frame)));
    let out = engine.replay(history(), &State::new()).unwrap();
    let said: Vec<(String, &str)> =
        out.events.iter().map(|it| (it.at().to_string(), it.change.name())).collect();
    let wanted: Vec<_> = steps.iter().map(|it| (it.0.to_owned(), it.2)).collect();
    assert_eq!(said, wanted);
    let mut ids: Vec<&str> = out.events.iter().map(|it| it.id.as_str()).collect();
    let calls = out.actions.iter().filter(|it| it.step == "call");
    ids.extend(calls.map(|it| it.id.as_str()));
    assert_eq!(ids.len(), 5 + 3);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5 + 3, "{:?}", out.events);
    assert_eq!(foretell::alert::firings(&out.events).len(), 3);
    // The end says of which beginning, and nothing is cut to the day.
    assert_eq!(out.events[3].fired.unwrap().to_string(), "2026-03-01T15:00:00Z");
    let json = serde_json::to_value(&out.events[0]).unwrap();
    assert_eq!(json["day"], "2026-03-01");
    assert_eq!(json["moment"], "2026-03-01T09:00:00Z");
    assert_eq!(json["fired"], "2026-03-01T09:00:00Z");
    // Each step again changes nothing and says nothing.
    let mut state = State::new();
    for (on, input) in history() {
        let first = engine.assess(&input, on, &state).unwrap();
        let text = serde_json::to_string(first.state()).unwrap();
        let read: State = serde_json::from_str(&text).unwrap();
        assert_eq!(read, *first.state());
        let again = engine.assess(&input, on, &read).unwrap();
        assert_eq!(
            (again.state(), again.events().len(), again.actions().len()),
            (first.state(), 0, 0)
        );
        state = read;
    }
}

#[test]
fn the_ids_of_days_are_what_they_were() {
    let engine = engine(ALERTS);
    let (one, two) = (x(1.0), x(0.0));
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let history =
        [(day("2026-03-01"), Input::frame(&one)), (day("2026-03-02"), Input::frame(&two))];
    let out = engine.replay(history, &State::new()).unwrap();
    let ids: Vec<&str> = out.events.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["f9cbbccbb5bb0460006503828b435aa5", "2652fc97645b55a9bdb55ecff8b509f5"]);
    assert_eq!(out.actions[0].id, "86b673b1e60cb72d60deabcd467f5776");
    assert!(!serde_json::to_string(&out.events).unwrap().contains("moment"));
    // Of what happens more than once each has a number too.
    let engine = self::engine(
        "metrics = [{ name = \"x\" }]\n[[rules]]\nname = \"r\"\nwhen = \"x > 0\"\nrepeat_every = \"1d\"",
    );
    let none = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
    let history = [&one, &one, &none, &one];
    let history =
        (1..).zip(history).map(|(on, it)| (day(&format!("2026-03-0{on}")), Input::frame(it)));
    let out = engine.replay(history, &State::new()).unwrap();
    let ids: Vec<_> = out.events.iter().map(|it| (it.change.name(), it.id.as_str())).collect();
    assert_eq!(
        ids,
        [
            ("fired", "f9cbbccbb5bb0460006503828b435aa5"),
            ("repeated", "6aeaf8674a1c5bd594178bb3b92941be"),
            ("repeated", "46e495acb5e364957bbf8b1c9c29595e"),
            ("health_changed", "2160c5b48ce1d08fb786327f0d5d87bb"),
            ("repeated", "818fe954e850a38f9457f236470bd1b1"),
            ("health_changed", "3168c11cde218a1e57ee95995c90d4d9"),
        ]
    );
}

#[test]
fn a_later_moment_is_a_step_and_an_earlier_one_goes_back() {
    let engine = engine(ALERTS);
    // The last assessment, the next, and whether that has a past and says something.
    for (last, next, what) in [
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", "again"),
        // However it is written.
        ("2026-03-01T09:00:00+02:00", "2026-03-01T07:00:00Z", "again"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00", "again"),
        ("2026-03-01T07:00:00Z", "2026-03-01T12:30:00+05:30", "again"),
        ("2026-03-01T09:00:00+02:00", "2026-03-01T07:00:01Z", "step"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:01Z", "step"),
        ("2026-03-01T09:00:00Z", "2026-03-01", "step"),
        ("2026-03-01", "2026-03-01", "again"),
        ("2026-03-01", "2026-03-01T23:59:59Z", "back"),
        ("2026-03-01", "2026-03-02T00:00:00Z", "step"),
        ("2026-03-01T09:00:00Z", "2026-03-01T08:59:59Z", "back"),
        ("2026-03-02", "2026-03-01", "back"),
    ] {
        let (low, high) = (x(0.0), x(1.0));
        let first = engine.assess(&Input::frame(&low), as_of(last), &State::new()).unwrap();
        let got = match engine.assess(&Input::frame(&high), as_of(next), first.state()) {
            Err(AssessError::Past { .. }) => "back",
            Err(why) => panic!("{why}"),
            // The band of the day before the last is the past of both, or that of the last.
            Ok(second) => match second.score("s", "a").unwrap().band {
                Some("red") => "again",
                _ => "step",
            },
        };
        assert_eq!(got, what, "{last} {next}");
    }
}

#[test]
fn waits_are_over_at_the_same_time_of_day() {
    let rule = |more: &str| {
        engine(&format!(
            "metrics = [{{ name = \"x\" }}]\n[[rules]]\nname = \"r\"\nwhen = \"x > 0\"\n{more}"
        ))
    };
    let said = |engine: &Engine, steps: &[(&str, f64)]| {
        let frames: Vec<Frame> = steps.iter().map(|it| x(it.1)).collect();
        let history =
            steps.iter().zip(&frames).map(|(it, frame)| (as_of(it.0), Input::frame(frame)));
        let out = engine.replay(history, &State::new()).unwrap();
        let event = |it: &foretell::alert::Event| format!("{} {}", it.change.name(), it.at());
        out.events.iter().map(event).collect::<Vec<_>>().join(", ")
    };
    let evening = "2026-03-01T23:00:00Z";
    for (more, steps, wanted) in [
        ("for = \"1d\"", vec![(evening, 1.0), ("2026-03-02T00:00:00Z", 1.0)], ""),
        (
            "for = \"1d\"",
            vec![(evening, 1.0), ("2026-03-02T22:59:59Z", 1.0), ("2026-03-02T23:00:00Z", 1.0)],
            "fired 2026-03-02T23:00:00Z",
        ),
        ("for = \"1d\"", vec![(evening, 1.0), ("2026-03-02", 1.0)], "fired 2026-03-02"),
        ("for = \"1d\"", vec![("2026-03-01", 1.0), ("2026-03-02T23:00:00Z", 1.0)], ""),
        (
            "keep_firing_for = \"1d\"",
            vec![
                ("2026-03-01T09:00:00Z", 1.0),
                (evening, 0.0),
                ("2026-03-02T00:00:00Z", 0.0),
                ("2026-03-02T23:30:00Z", 0.0),
            ],
            "fired 2026-03-01T09:00:00Z, resolved 2026-03-02T23:30:00Z",
        ),
        (
            "repeat_every = \"1d\"",
            vec![(evening, 1.0), ("2026-03-02T00:00:00Z", 1.0), ("2026-03-02T23:00:00Z", 1.0)],
            "fired 2026-03-01T23:00:00Z, repeated 2026-03-02T23:00:00Z",
        ),
    ] {
        assert_eq!(said(&rule(more), &steps), wanted, "{more} {steps:?}");
    }
    // A band is kept for a day, not until midnight.
    let card = engine(ALERTS);
    let first = card.assess(&Input::frame(&x(0.0)), as_of(evening), &State::new()).unwrap();
    for (on, band) in [("2026-03-02T01:00:00Z", "green"), ("2026-03-02T23:00:00Z", "red")] {
        let frame = x(1.0);
        let out = card.assess(&Input::frame(&frame), as_of(on), first.state()).unwrap();
        assert_eq!(out.score("s", "a").unwrap().band, Some(band), "{on}");
        let mut last = card.score(&Input::frame(&frame), as_of(on), first.state());
        assert_eq!(last.band("s", 0), Some(band), "{on}");
        last = card.score_again(last, &Input::frame(&frame), as_of(on), first.state());
        assert_eq!(last.band("s", 0), Some(band), "{on}");
    }
}

#[test]
fn what_was_is_looked_up_at_the_same_time_of_day() {
    let engine = engine(
        "metrics = [{ name = \"x\" }]\n[[rules]]\nname = \"r\"\nwhen = \"x.previous > 0 || x.ago_1d > 0 || x.days > 0\"",
    );
    let steps = [
        ("2026-03-01T09:00:00Z", 1.0, "- - 0"),
        ("2026-03-01T15:00:00Z", 2.0, "1 - 0"),
        ("2026-03-02T08:00:00Z", 3.0, "2 - 0"),
        ("2026-03-02T09:00:00Z", 3.0, "3 1 0"),
        ("2026-03-02T15:00:00Z", 4.0, "3 2 0"),
        ("2026-03-03T15:00:00Z", 4.0, "4 4 1"),
        ("2026-03-03", 4.0, "4 4 1"),
    ];
    let mut state = State::new();
    for (on, value, wanted) in steps {
        let out = engine.assess(&Input::frame(&x(value)), as_of(on), &state).unwrap();
        let got = shown(&out, SUBSCRIPTION, &["x.previous", "x.ago_1d", "x.days"], "a");
        assert_eq!(got, wanted, "{on}");
        state = out.state().clone();
    }
}
