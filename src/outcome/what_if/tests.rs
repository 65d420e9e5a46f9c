//! What moves between two configs, and that nothing moves between a config and itself.
#![cfg(feature = "toml")]

use chrono::{Days, NaiveDate};

use super::*;
use crate::book::OutcomeKind;
use crate::config::Config;
use crate::frame::{Column, Frame};
use crate::outcome::backtest::Backtester;
use crate::outcome::history::{Happening, History, Horizon};

const CONFIG: &str = r#"
metrics = [{ name = "quiet_days", label = "days without login" }, { name = "cases" }, { name = "arr" }]

[[scorecards]]
name = "health"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [
    { metric = "quiet_days", points.linear = { worst = 60, best = 0 } },
    { metric = "cases", points.linear = { worst = 10, best = 0 } },
]

[[rules]]
name = "no_login"
when = "quiet_days >= 30"
"#;

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn stricter() -> Engine {
    let text = CONFIG.replace("worst = 60", "worst = 30").replace(">= 30", ">= 20");
    engine(&(text + "\n[[rules]]\nname = \"many_cases\"\nwhen = \"cases >= 8\"\n"))
}

/// Id, quiet days, cases, worth.
type Row = (&'static str, Option<f64>, Option<f64>, Option<f64>);

const ROWS: [Row; 5] = [
    ("acme", Some(3.0), Some(0.0), Some(9_000.0)),
    ("globex", Some(24.0), Some(6.0), Some(12_000.0)),
    ("initech", Some(36.0), Some(2.0), None),
    ("hooli", Some(50.0), Some(9.0), Some(700.0)),
    ("umbrella", None, None, Some(100.0)),
];

fn frame(older: f64) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ROWS.map(|row| row.0)).unwrap();
    let quiet = ROWS.iter().map(|row| row.1.map(|days| days + older));
    frame.insert("quiet_days", Column::numbers(quiet)).unwrap();
    frame.insert("cases", Column::numbers(ROWS.iter().map(|row| row.2))).unwrap();
    frame.insert("arr", Column::numbers(ROWS.iter().map(|row| row.3))).unwrap();
    frame
}

fn day(at: u64) -> NaiveDate {
    "2026-03-01".parse::<NaiveDate>().unwrap() + Days::new(at)
}

fn seen(before: &Engine, after: &Engine) -> WhatIf {
    let options = WhatIfOptions::default().with_value("arr").with_most(2);
    what_if((before, after), &Input::frame(&frame(0.0)), day(0), &State::new(), &options).unwrap()
}

#[test]
fn moves_are_counted_and_explained() {
    let (now, stricter) = (engine(CONFIG), stricter());
    let seen = seen(&now, &stricter);
    let card = &seen.cards[0];
    // globex 50 -> 30; initech 60 -> 40, of no known worth; hooli stays red; umbrella has no score in either.
    assert_eq!((card.moved, card.moved_value), (2, Some(12_000.0)));
    let ids: Vec<&str> = card.furthest.iter().map(|moved| moved.subject.as_str()).collect();
    assert_eq!(ids, ["globex", "initech"]);
    for it in &card.furthest {
        let parts: f64 = it.change.parts.iter().map(|part| part.points).sum();
        assert!((parts - it.change.difference.unwrap()).abs() < 1e-9);
    }
    let rules: Vec<(&str, usize, usize, usize)> = seen
        .rules
        .iter()
        .map(|rule| (rule.rule.as_str(), rule.both, rule.gained.len(), rule.lost.len()))
        .collect();
    assert_eq!(rules, [("many_cases", 0, 1, 0), ("no_login", 2, 1, 0)]);
    insta::assert_snapshot!(seen);
}

#[test]
fn nothing_moves_between_a_config_and_itself_and_back_is_the_mirror() {
    let (now, stricter) = (engine(CONFIG), stricter());
    let same = seen(&now, &now);
    let card = &same.cards[0];
    assert_eq!((card.moved, card.furthest.len(), card.mean_change), (0, 0, Some(0.0)));
    assert!(same.rules.iter().all(|rule| rule.gained.is_empty() && rule.lost.is_empty()));

    let (there, back) = (seen(&now, &stricter), seen(&stricter, &now));
    let turned =
        |it: &BandMove| BandMove { from: it.to.clone(), to: it.from.clone(), ..it.clone() };
    for it in &there.cards[0].moves {
        assert!(back.cards[0].moves.contains(&turned(it)), "{it:?}");
    }
    for (one, two) in there.rules.iter().zip(&back.rules) {
        assert_eq!((&one.gained, &one.lost), (&two.lost, &two.gained));
    }
}

#[test]
fn a_scorecard_that_one_config_lacks_is_named() {
    let other = engine(&CONFIG.replace("\"health\"", "\"vigour\""));
    let seen = seen(&engine(CONFIG), &other);
    assert!(seen.cards.is_empty());
    assert_eq!(seen.unmatched, ["health", "vigour"]);
}

#[test]
fn over_a_history_alerts_come_and_go_and_accuracy_is_told() {
    let (now, stricter) = (engine(CONFIG), stricter());
    let mut both = Backtester::new(&[&now, &stricter]);
    for week in 0..4 {
        let frame = frame(7.0 * week as f64);
        both.day(day(7 * week), &Input::frame(&frame));
    }
    let passes = both.finish();
    let lost = Happening::new("globex", day(40), OutcomeKind::Churned);
    let history = History::new([lost], ROWS.map(|row| (row.0, day(200))));
    let aim = Aim {
        name: "cancelled".to_owned(),
        kind: SubjectKind::Subscription,
        history,
        window: Horizon { lead: 7, horizon: 56 },
    };
    let options = WhatIfOptions::default().with_value("arr");
    let seen = compare(
        (&now, &passes[0]),
        (&stricter, &passes[1]),
        &[aim],
        (&options, &JudgeOptions::default()),
    );
    // Earlier is not another alert: globex is told of on day 0 and not on day 7, acme never in the first config.
    let it = seen.rules.iter().find(|rule| rule.rule == "no_login").unwrap();
    assert_eq!((it.both, it.lost.len()), (3, 0));
    assert_eq!(it.gained, [(day(21), "acme".to_owned())]);
    let [before, after] = seen.accuracy.as_ref().unwrap();
    let hits =
        |it: &Judged| it.any_rule("cancelled").map(|judged| (judged.hits, judged.false_alarms));
    assert_eq!([hits(before), hits(after)], [Some((1, 2)), Some((1, 4))]);
    insta::assert_snapshot!(seen);
}
