//! A pass says what a replay says, knows nothing of the future, and is judged as a hand would judge it.
#![cfg(feature = "toml")]

use chrono::{Days, NaiveDate};

use super::*;
use crate::book::OutcomeKind;
use crate::config::Config;
use crate::frame::{Column, Frame};
use crate::outcome::Draw;

fn day(at: u64) -> NaiveDate {
    "2026-01-01".parse::<NaiveDate>().unwrap() + Days::new(at)
}

const CONFIG: &str = r#"
[[metrics]]
name = "quiet_days"

[[metrics]]
name = "cases"

[[scorecards]]
name = "health"
margin = 3
bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
factors = [
    { metric = "quiet_days", points.linear = { worst = 50, best = 0 } },
    { metric = "cases", points.linear = { worst = 10, best = 0 } },
]

[[rules]]
name = "no_login"
when = "quiet_days >= 20"
clear_when = "quiet_days < 5"

[[rules]]
name = "many_cases"
when = "cases >= 8"
for = "7d"
cooldown = "30d"
"#;

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A frame of subjects with their quiet days and cases.
fn frame(rows: &[(&str, f64, f64)]) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, rows.iter().map(|row| row.0)).unwrap();
    let known = |it: f64| (!it.is_nan()).then_some(it);
    frame.insert("quiet_days", Column::numbers(rows.iter().map(|row| known(row.1)))).unwrap();
    frame.insert("cases", Column::numbers(rows.iter().map(|row| known(row.2)))).unwrap();
    frame
}

/// Weeks of subjects that come, go, and stand in another order every week.
fn drawn(seed: u64, weeks: u64) -> Vec<(NaiveDate, Frame)> {
    let mut quiet = [0.0; 12];
    let week = |week: u64| {
        let mut draw = Draw::named(seed, &format!("week {week}"));
        let mut rows = Vec::new();
        let names: Vec<String> = (0..quiet.len()).map(|number| format!("s{number}")).collect();
        for (name, quiet) in names.iter().zip(&mut quiet) {
            *quiet = if draw.share() < 0.3 { 0.0 } else { *quiet + 7.0 };
            let cases = if draw.share() < 0.1 { f64::NAN } else { draw.below(12) as f64 };
            if draw.share() < 0.85 {
                rows.push((name.as_str(), *quiet, cases));
            }
        }
        let places: Vec<usize> = (0..rows.len()).collect();
        let shuffled: Vec<_> = match draw.below(3) {
            0 => draw.some_of(&places, places.len()).iter().map(|place| rows[*place]).collect(),
            _ => rows,
        };
        (day(7 * week), frame(&shuffled))
    };
    (0..weeks).map(week).collect()
}

fn inputs(days: &[(NaiveDate, Frame)]) -> impl Iterator<Item = (NaiveDate, Input<'_>)> {
    days.iter().map(|(day, frame)| (*day, Input::frame(frame)))
}

/// Everything that was said, as text.
fn said(pass: &Backtest) -> Vec<String> {
    pass.scores("health").map(|score| format!("{score:?}")).collect()
}

#[test]
fn a_pass_says_what_a_replay_and_its_assessments_say() {
    let engine = engine(CONFIG);
    for seed in 0..20 {
        let days = drawn(seed, 15);
        let pass = Backtest::run(&engine, inputs(&days));
        let replay = engine.replay(inputs(&days), &State::new()).unwrap();
        assert_eq!(pass.events(), replay.events);
        assert_eq!(*pass.exposure(), replay.exposure);
        assert_eq!(*pass.last().unwrap().state(), replay.state);
        // Every subject keeps its own scores, whatever the order of the day.
        let mut state = State::new();
        let mut want = Vec::new();
        for (day, input) in inputs(&days) {
            let out = engine.assess(&input, day, &state).unwrap();
            want.extend(
                out.scores("health")
                    .map(|row| format!("{:?}", (day, row.subject, row.score, row.band))),
            );
            state = out.state().clone();
        }
        assert_eq!(said(&pass), want);
    }
}

#[test]
fn appending_the_future_changes_nothing_before() {
    let engine = engine(CONFIG);
    for seed in 0..20 {
        let days = drawn(seed, 16);
        let whole = Backtest::run(&engine, inputs(&days));
        let part = Backtest::run(&engine, inputs(&days[..9]));
        let until = day(7 * 8);
        let before: Vec<&Event> =
            whole.events().iter().filter(|event| event.day <= until).collect();
        assert_eq!(before, part.events().iter().collect::<Vec<_>>());
        assert!(said(&whole).starts_with(&said(&part)));
    }
}

#[test]
fn several_engines_in_one_pass_say_what_each_says_alone() {
    let champion = engine(CONFIG);
    let challenger = engine(&CONFIG.replace("quiet_days >= 20", "quiet_days >= 14"));
    let days = drawn(3, 15);
    let mut both = Backtester::new(&[&champion, &challenger]);
    inputs(&days).for_each(|(day, input)| both.day(day, &input));
    for (pass, engine) in both.finish().iter().zip([&champion, &challenger]) {
        let alone = Backtest::run(engine, inputs(&days));
        assert_eq!(pass.events(), alone.events());
        assert_eq!(said(pass), said(&alone));
        assert_eq!(pass.engine(), engine.hash());
    }
}

#[test]
fn a_day_that_is_not_later_is_left_out_and_said() {
    let engine = engine(CONFIG);
    let days = drawn(1, 4);
    let order = [0, 1, 1, 0, 2, 3].map(|it: usize| &days[it]);
    let pass = Backtest::run(&engine, order.iter().map(|entry| (entry.0, Input::frame(&entry.1))));
    assert_eq!(said(&pass), said(&Backtest::run(&engine, inputs(&days))));
    let faults: Vec<NaiveDate> = pass.faults().iter().map(|fault| fault.0).collect();
    assert_eq!(faults, [day(7), day(0)]);
}

/// One subject with an alert on day 21, lost on a day or known until one; and another that is kept.
#[test]
fn an_alert_counts_by_what_comes_after_it() {
    let engine = engine(CONFIG);
    let days: Vec<(NaiveDate, Frame)> = (0..4)
        .map(|week| (day(7 * week), frame(&[("a", 7.0 * week as f64, 0.0), ("b", 0.0, 0.0)])))
        .collect();
    let pass = Backtest::run(&engine, inputs(&days));
    // Lead 7, horizon 28: the day of the loss, the last day of which anything is known, then hits, false alarms, too late,
    // unknown. Up to day 55 the window is open: a loss in it tells as little as that somebody is still there.
    let rows = [
        (Some(21), 400, [0, 0, 1, 0]),
        (Some(28), 400, [0, 0, 1, 0]),
        (Some(29), 400, [1, 0, 0, 0]),
        (Some(56), 400, [1, 0, 0, 0]),
        (Some(57), 400, [0, 1, 0, 0]),
        (None, 400, [0, 0, 0, 1]),
        (Some(29), 55, [0, 0, 0, 1]),
        (Some(29), 56, [1, 0, 0, 0]),
        (Some(28), 55, [0, 0, 1, 0]),
    ];
    for (lost, end, want) in rows {
        let losses = lost.map(|lost| Happening::new("a", day(lost), OutcomeKind::Churned));
        let history = History::new(losses, [("a", day(55)), ("b", day(end))]);
        let window = Horizon { lead: 7, horizon: 28 };
        let kind = SubjectKind::Subscription;
        let aim = Aim { name: "lost".to_owned(), kind, history, window };
        let judged = judge(&[&pass], &[aim], &JudgeOptions::default());
        let it = judged.rule("no_login", "lost").unwrap();
        assert_eq!([it.hits, it.false_alarms, it.too_late, it.unknown], want, "{lost:?} {end}");
        assert_eq!(
            it.lead.as_ref().and_then(|lead| lead.median),
            match want[0] {
                1 => lost.map(|day| day as f64 - 21.0),
                _ => None,
            }
        );
    }
}

/// Ten subjects over four weeks. s0 and s1 go quiet and are cancelled, s2 goes quiet and silent, s3 goes quiet and stays.
fn ten() -> (Vec<(NaiveDate, Frame)>, Vec<Aim>) {
    let names: Vec<String> = (0..10).map(|number| format!("s{number}")).collect();
    let week = |week: u64| {
        let quiet = |at: usize| if at < 4 { 7.0 * week as f64 + 6.0 } else { at as f64 - 4.0 };
        let rows: Vec<(&str, f64, f64)> =
            names.iter().enumerate().map(|(at, it)| (it.as_str(), quiet(at), 0.0)).collect();
        (day(7 * week), frame(&rows))
    };
    let lost = |subject: &str, at: u64| Happening::new(subject, day(at), OutcomeKind::Churned);
    let ends = [
        ("cancelled", lost("s0", 40)),
        ("cancelled", lost("s1", 50)),
        ("cancelled", lost("s9", 45)),
        ("went silent", lost("s2", 60)),
        ("went on", Happening::new("s3", day(80), OutcomeKind::Renewed)),
    ];
    let known = names.iter().map(|name| (name.as_str(), day(300)));
    let window = Horizon { lead: 7, horizon: 56 };
    let aims = Aim::by_label(SubjectKind::Subscription, ends, known, window);
    ((0..4).map(week).collect(), aims)
}

#[test]
fn precision_recall_base_and_bands_are_as_counted_by_hand() {
    let engine = engine(CONFIG);
    let (days, aims) = ten();
    let pass = Backtest::run(&engine, inputs(&days));
    let options = JudgeOptions { budget: 0.1, quiet: 7 };
    let judged = judge(&[&pass], &aims, &options);

    // Four alerts on day 14: two of the three cancelled, one that went silent, one that stayed.
    let it = judged.rule("no_login", "cancelled").unwrap();
    assert_eq!((it.hits, it.false_alarms), (2, 2));
    assert_eq!(it.base, Some(0.3));
    assert!((it.recall.unwrap().value - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(it.lead.as_ref().unwrap().days, [26, 36]);
    let it = judged.rule("no_login", "went silent").unwrap();
    assert_eq!((it.hits, it.false_alarms, it.base), (1, 3, Some(0.1)));
    assert_eq!(judged.aims[0].lost, 3);

    // Four subjects share the lowest score of each week; the same one of them is told of on every day.
    let source = judged.sources.last().unwrap();
    assert_eq!((source.source.to_string().as_str(), source.told), ("lowest health", 1));

    // The mean of both factors: quiet ones have 94, 87, 80 and 73 points, so nobody is red.
    let card = &judged.cards[0];
    assert_eq!(card.rows, 40);
    let bands: Vec<(usize, usize)> = card.bands.iter().map(|band| (band.rows, band.lost)).collect();
    assert_eq!(bands.iter().map(|band| band.0).sum::<usize>(), 40);
    assert_eq!(bands.iter().map(|band| band.1).sum::<usize>(), 12);
    assert_eq!(bands[0], (0, 0));
}

#[test]
fn parts_of_a_history_are_judged_as_the_whole() {
    let engine = engine(CONFIG);
    let (days, aims) = ten();
    let whole = Backtest::run(&engine, inputs(&days));
    let split = |keep: &dyn Fn(usize) -> bool| -> Vec<(NaiveDate, Frame)> {
        let rows = |week: u64| -> Vec<(String, f64, f64)> {
            let frame = &days[week as usize].1;
            let quiet = frame.get("quiet_days").unwrap();
            let all = frame.ids().iter().enumerate().filter(|pair| keep(pair.0));
            all.map(|(at, id)| (id.to_string(), quiet.value(at).number().unwrap(), 0.0)).collect()
        };
        let frame_of = |week: u64| {
            let rows = rows(week);
            let rows: Vec<(&str, f64, f64)> =
                rows.iter().map(|row| (row.0.as_str(), row.1, row.2)).collect();
            (day(7 * week), frame(&rows))
        };
        (0..4).map(frame_of).collect()
    };
    let [even, odd] = [split(&|number| number % 2 == 0), split(&|number| number % 2 == 1)];
    let [even, odd] = [&even, &odd].map(|days| Backtest::run(&engine, inputs(days)));
    let options = JudgeOptions { budget: 0.0, ..JudgeOptions::default() };
    let (one, two) = (judge(&[&whole], &aims, &options), judge(&[&odd, &even], &aims, &options));
    assert_eq!(one.cards, two.cards);
    assert_eq!(one.aims, two.aims);
    for (one, two) in one.sources.iter().zip(&two.sources) {
        assert_eq!((one.told, one.per_subject_month), (two.told, two.per_subject_month));
        for (one, two) in one.against.iter().zip(&two.against) {
            // The base is of those who stand in the same part.
            assert_eq!(
                Against { base: None, ..one.clone() },
                Against { base: None, ..two.clone() }
            );
        }
    }
}

#[test]
fn a_page_reads_well() {
    let engine = engine(CONFIG);
    let (days, aims) = ten();
    let pass = Backtest::run(&engine, inputs(&days));
    insta::assert_snapshot!(judge(&[&pass], &aims, &JudgeOptions::default()));
    insta::assert_snapshot!(judge(&[], &[], &JudgeOptions::default()), @"Backtest of no days");
}
