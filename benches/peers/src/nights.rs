//! What a night costs: an assessment with a state, over scoring the same rows.

use std::hint::black_box;

use foretell::alert::{Matcher, Silence, Snooze, Suppressions};
use foretell::chrono::Days;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

use crate::clock::{Cost, Job, costs};
use crate::config;
use crate::foretell_side;
use crate::measure::{Measured, Plan};
use crate::workload::Spec;

/// How many snoozes and silences there are where there are many.
const QUIET: usize = 10_000;
/// How many subjects are followed over weeks and over days.
const FEW: usize = 2_000;

/// Nothing but the second night, with rules or without, so often: for a profiler.
///
/// # Panics
/// When a night is not assessed as it should be.
pub fn second_nights(spec: &Spec, with_rules: bool, rows: usize, times: usize) {
    let frame = foretell_side::drawn(spec, rows);
    let input = Input::frame(&frame);
    let with = engine(&config::text(spec, with_rules));
    let first = assess(&with, &input, day(0), &State::new());
    for _ in 0..times {
        black_box(with.assess(black_box(&input), day(1), &first)).expect("a night");
    }
}

/// Everything about nights.
///
/// # Panics
/// When a config has a fault, or a night is not assessed as it should be.
#[must_use]
pub fn all(spec: &Spec, plan: &Plan) -> Measured {
    let mut measured = Measured::default();
    for &rows in &plan.rows {
        second_day(spec, plan, rows, &mut measured);
    }
    let rows = plan.rows.iter().copied().find(|rows| *rows >= 20_000).unwrap_or(20_000).min(20_000);
    quiet(spec, plan, rows, &mut measured);
    replays(spec, plan, &mut measured);
    history(plan, &mut measured);
    playbooks(spec, plan, rows, &mut measured);
    live(spec, plan, &mut measured);
    measured
}

fn day(number: usize) -> AsOf {
    let first: AsOf = "2026-03-01".parse().expect("a day");
    (first.day() + Days::new(number as u64)).into()
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn assess(engine: &Engine, input: &Input<'_>, as_of: AsOf, state: &State) -> State {
    engine.assess(input, as_of, state).unwrap_or_else(|why| panic!("{why}")).into_state()
}

fn second_day(spec: &Spec, plan: &Plan, rows: usize, measured: &mut Measured) {
    let frame = foretell_side::drawn(spec, rows);
    let input = Input::frame(&frame);
    let [with, without] = [true, false].map(|rules| engine(&config::text(spec, rules)));
    let first = assess(&with, &input, day(0), &State::new());
    let plain = assess(&without, &input, day(0), &State::new());
    let alerts = with.assess(&input, day(1), &first).expect("a night").alerts().len();
    assert!(alerts > 2 * rows, "{alerts} alerts are too few");
    let jobs = vec![
        Job::new("score", rows, || {
            black_box(with.score(black_box(&input), day(1), &State::new()));
        }),
        Job::new("assess", rows, || {
            black_box(with.assess(black_box(&input), day(1), &first)).expect("a night");
        }),
        Job::new("assess without rules", rows, || {
            black_box(without.assess(black_box(&input), day(1), &plain)).expect("a night");
        }),
        Job::new("assess again", rows, || {
            black_box(with.assess(black_box(&input), day(0), &first)).expect("a night");
        }),
    ];
    let costs = costs(jobs, plan.repetitions.min(5), plan.most);
    let [score, night, plain, again] = &costs[..] else { unreachable!("there are four") };
    let mut add = |name: &str, over: f64| {
        measured.figures.insert(format!("{name}, {rows} rows"), over);
    };
    add("second day over score", night.over(score));
    add("second day without rules over score", plain.over(score));
    add("the first day again over score", again.over(score));
    add("second day, ns a row", night.ns);
    add("score, ns a row", score.ns);
    let text = serde_json::to_string(&assess(&with, &input, day(1), &first)).expect("a state");
    add("bytes of JSON a subject", text.len() as f64 / rows as f64);
    let text =
        serde_json::to_string(&assess(&without, &input, day(1), &State::new())).expect("a state");
    add("bytes of JSON a subject without alerts", text.len() as f64 / rows as f64);
}

fn quiet(spec: &Spec, plan: &Plan, rows: usize, measured: &mut Measured) {
    let frame = foretell_side::drawn(spec, rows);
    let engine = engine(&config::text(spec, true));
    let first = assess(&engine, &Input::frame(&frame), day(0), &State::new());
    let days = [day(0).day(), day(30).day()];
    let snoozes = (0..QUIET).map(|at| Snooze::new("r01", format!("s{}", at % rows), days));
    let snoozed = snoozes.fold(Suppressions::default(), Suppressions::with_snooze);
    let of = |at: usize| Matcher::of_subjects([format!("s{}", at % rows)]);
    let silences = (0..QUIET).map(|at| Silence::new(format!("q{at}"), of(at), days));
    let silenced = silences.fold(Suppressions::default(), Suppressions::with_silence);
    let subjects = Matcher::of_subjects((0..QUIET).map(|at| format!("s{}", at % rows)));
    let wide = Suppressions::default().with_silence(Silence::new("wide", subjects, days));
    let night = |quiet: Option<&Suppressions>| {
        let input = Input::frame(&frame);
        let input = match quiet {
            Some(quiet) => input.with_suppressions(quiet),
            None => input,
        };
        black_box(engine.assess(&input, day(1), &first)).expect("a night");
    };
    let jobs = vec![
        Job::new("none", rows, || night(None)),
        Job::new("snoozes", rows, || night(Some(&snoozed))),
        Job::new("silences", rows, || night(Some(&silenced))),
        Job::new("one wide silence", rows, || night(Some(&wide))),
    ];
    let costs = costs(jobs, plan.repetitions.min(5), plan.most);
    let (none, others) = costs.split_first().expect("four");
    for it in others {
        measured.figures.insert(format!("a night with {} over none", it.name), it.over(none));
    }
}

fn replays(spec: &Spec, plan: &Plan, measured: &mut Measured) {
    let frames: Vec<Frame> = (0..4).map(|_| foretell_side::drawn(spec, FEW)).collect();
    let engine = engine(&config::text(spec, true));
    let weeks = |count: usize| {
        (0..count).map(|week| (day(week * 7), Input::frame(&frames[week % frames.len()])))
    };
    let run = |count: usize| {
        black_box(engine.replay(weeks(count), &State::new())).expect("a history");
    };
    let jobs = vec![
        Job::new("score", FEW * 52, || {
            for (day, input) in weeks(52) {
                black_box(engine.score(&input, day, &State::new()));
            }
        }),
        Job::new("26 weeks", FEW * 26, || run(26)),
        Job::new("52 weeks", FEW * 52, || run(52)),
    ];
    let costs = costs(jobs, plan.repetitions.min(5), plan.most);
    let [score, half, whole] = &costs[..] else { unreachable!("there are three") };
    measured.figures.insert("replay of 52 weeks over their scores".into(), whole.over(score));
    measured.figures.insert("replay of 52 weeks over one of 26".into(), 2.0 * whole.over(half));
}

fn history(plan: &Plan, measured: &mut Measured) {
    let engine = engine(
        "metrics = [{ name = \"usage\" }]\n\
         scorecards = [{ name = \"health\", factors = [{ metric = \"usage\", points.linear = [0, 100] }] }]\n\
         rules = [{ name = \"fell\", when = \"health.change_365d < -50\" }]",
    );
    let frame = |number: usize| {
        let ids = (0..FEW).map(|at| format!("s{at}"));
        let mut frame = Frame::new(SubjectKind::Subscription, ids).expect("ids differ");
        let of = |at: usize| Some(((at * 31 + number * 17) % 101) as f64);
        frame.insert("usage", Column::numbers((0..FEW).map(of))).expect("numbers");
        frame
    };
    let mut states = Vec::new();
    let mut state = State::new();
    for number in 0..200 {
        if number == 5 || number == 199 {
            states.push((number, state.clone()));
        }
        state = assess(&engine, &Input::frame(&frame(number)), day(number), &state);
    }
    let jobs = states
        .iter()
        .map(|(number, state)| {
            let (frame, engine) = (frame(*number), &engine);
            Job::new(format!("day {number}"), FEW, move || {
                black_box(engine.assess(&Input::frame(&frame), day(*number), state))
                    .expect("a night");
            })
        })
        .collect();
    let costs = costs(jobs, plan.repetitions.min(5), plan.most);
    measured.figures.insert("day 199 over day 5 of change_365d".into(), costs[1].over(&costs[0]));
}

fn playbooks(spec: &Spec, plan: &Plan, rows: usize, measured: &mut Measured) {
    let frame = foretell_side::drawn(spec, rows);
    let text = config::text(spec, true);
    let with = |count: usize| {
        let mut text = text.clone();
        for at in 0..count {
            text.push_str(&format!(
                "[[playbooks]]\nname = \"p{at}\"\nsteps = [{{ name = \"call\", channel = \"call\", title = \"Call\" }}]\n\n"
            ));
            let rule = format!("name = \"r{:02}\"", at + 1);
            text = text.replacen(&rule, &format!("{rule}\nplaybook = \"p{at}\""), 1);
        }
        engine(&text)
    };
    let engines = [0, 5, 20].map(|count| (count, with(count)));
    let jobs = engines
        .iter()
        .map(|(count, engine)| {
            let frame = &frame;
            Job::new(format!("{count} playbooks"), rows, move || {
                black_box(engine.assess(&Input::frame(frame), day(0), &State::new()))
                    .expect("a night");
            })
        })
        .collect();
    let costs = costs(jobs, plan.repetitions.min(5), plan.most);
    for it in &costs[1..] {
        measured.figures.insert(format!("a night with {} over none", it.name), it.over(&costs[0]));
    }
}

fn live(spec: &Spec, plan: &Plan, measured: &mut Measured) {
    let engine = engine(&config::text(spec, true));
    let one = foretell_side::drawn(spec, 1);
    let input = Input::frame(&one);
    let own = assess(&engine, &input, day(0), &State::new());
    let mut last = Some(engine.score(&input, day(1), &own));
    let jobs = vec![
        Job::new("score again", 1, || {
            let used = last.take().expect("the last");
            last = Some(engine.score_again(used, &input, day(1), &own));
        }),
        Job::new("one live subject", 1, || {
            black_box(engine.assess(&input, day(1), &own)).expect("a night");
        }),
    ];
    let costs: Vec<Cost> = costs(jobs, plan.repetitions.min(5), plan.most);
    measured.figures.insert("one live subject over score again".into(), costs[1].over(&costs[0]));
    measured.figures.insert("one live subject, ns".into(), costs[1].ns);
}
