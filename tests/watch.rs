//! Long calls that are watched: what is heard, and what is left of one that was ended.

use std::ops::ControlFlow;
use std::sync::Mutex;

use foretell::engine::AssessError;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = r#"
metrics = [{ name = "logins" }, { name = "nps" }, { name = "mood", expr = "nps * 10" }]
rules = [{ name = "quiet", when = "logins < 1" }, { name = "unwell", when = "health.change_7d < -10" }]
[[scorecards]]
name = "health"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [
    { metric = "logins", points.linear = { worst = 0, best = 10 } },
    { metric = "mood", points.linear = { worst = 0, best = 100 } },
]
"#;

fn frame(logins: f64) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"]).unwrap();
    frame.insert("logins", Column::numbers([Some(logins), Some(9.0)])).unwrap();
    frame.insert("nps", Column::numbers([Some(4.0), None])).unwrap();
    frame
}

#[test]
fn a_watched_night_is_as_any_other_and_one_that_is_ended_leaves_nothing() {
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap();
    let (before, after) = (frame(8.0), frame(0.0));
    let day = |it: &str| it.parse::<AsOf>().unwrap();
    let first = engine.assess(&Input::frame(&before), day("2026-03-01"), &State::new()).unwrap();
    let state = first.into_state();
    let whole = engine.assess(&Input::frame(&after), day("2026-03-02"), &state).unwrap();
    let json = |state: &State| serde_json::to_string(state).unwrap();
    let kept = json(&state);

    let heard = Mutex::new(Vec::new());
    let hear = |done: usize, of: usize| {
        heard.lock().unwrap().push((done, of));
        ControlFlow::Continue(())
    };
    let watched = Input::frame(&after).watched(&hear);
    let out = engine.assess(&watched, day("2026-03-02"), &state).unwrap();
    assert_eq!((json(out.state()), out.events()), (json(whole.state()), whole.events()));
    let heard = heard.into_inner().unwrap();
    assert!(heard.len() >= 4, "{heard:?}");
    assert!(heard.iter().enumerate().all(|(at, it)| *it == (at, heard.len())), "{heard:?}");

    for last in 0..heard.len() {
        let stop = move |done: usize, _: usize| match done == last {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let out = engine.assess(&Input::frame(&after).watched(&stop), day("2026-03-02"), &state);
        let why = out.unwrap_err();
        assert!(matches!(why, AssessError::Stopped) && why.faults().is_empty(), "{why}");
        assert_eq!(json(&state), kept);
    }
    // Days that are replayed are ended as one is.
    let stop = |_: usize, _: usize| ControlFlow::Break(());
    let days = [
        (day("2026-03-02"), Input::frame(&after)),
        (day("2026-03-03"), Input::frame(&after).watched(&stop)),
    ];
    assert!(matches!(engine.replay(days, &state), Err(AssessError::Stopped)));
}

#[cfg(feature = "outcome")]
#[test]
fn learning_that_is_watched_is_as_any_other_and_is_ended_at_every_step() {
    use foretell::outcome::Draw;
    use foretell::outcome::history::Observation;
    use foretell::outcome::learn::{LearnError, LearnOptions, Moment, learn, learn_watched};

    let mut draw = Draw::new(7);
    let rows: Vec<(f64, f64, bool)> = (0..240)
        .map(|_| {
            let (logins, nps) = (draw.share() * 10.0, draw.share() * 10.0);
            (logins, nps, draw.share() < 0.6 - 0.05 * logins)
        })
        .collect();
    let mut frame =
        Frame::new(SubjectKind::Subscription, (0..240).map(|row| format!("s{row}"))).unwrap();
    frame.insert("logins", Column::numbers(rows.iter().map(|row| Some(row.0)))).unwrap();
    frame.insert("nps", Column::numbers(rows.iter().map(|row| Some(row.1)))).unwrap();
    let on = |it: &str| it.parse().unwrap();
    let seen = |(row, it): (usize, &(f64, f64, bool))| {
        Observation::new(format!("s{row}"), on("2026-01-01"), on("2026-02-01"), it.2)
    };
    let seen: Vec<Observation> = rows.iter().enumerate().map(seen).collect();
    let (train, test) = seen.split_at(160);
    let past = [Moment::new(on("2026-01-01"), Input::frame(&frame))];
    let (config, options) = (Config::parse(CONFIG), LearnOptions::default().with_resamples(3));
    let whole = learn(&config, "health", &past, train, test, &options).unwrap();

    let heard = Mutex::new(Vec::new());
    let hear = |done: usize, of: usize| {
        heard.lock().unwrap().push((done, of));
        ControlFlow::Continue(())
    };
    let watched = learn_watched(&config, "health", &past, (train, test), &options, &hear).unwrap();
    assert_eq!(
        (watched.config.to_toml(), &watched.report),
        (whole.config.to_toml(), &whole.report)
    );
    let heard = heard.into_inner().unwrap();
    assert!(
        heard.len() > 30 && heard.iter().enumerate().all(|(at, it)| it.0 == at && at < it.1),
        "{heard:?}"
    );

    for last in [0, 1, heard.len() / 2, heard.len() - 1] {
        let stop = move |done: usize, _: usize| match done == last {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let out = learn_watched(&config, "health", &past, (train, test), &options, &stop);
        assert!(matches!(out, Err(LearnError::Stopped)), "{last}");
    }
}
