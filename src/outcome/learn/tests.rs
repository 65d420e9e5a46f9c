//! Laws and rows of learning.
#![cfg(feature = "toml")]

use std::sync::Arc;

use chrono::NaiveDate;

use proptest::prelude::*;

use super::*;
use crate::config::{MissingPolicy, Points, Valued, Variants};
use crate::frame::{Column, Frame};
use crate::outcome::measure::log_loss;

/// Customers whose chance to be lost depends on usage and cases, and not on noise.
struct Population {
    frame: Frame,
    lost: Vec<bool>,
    ids: Vec<String>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn population(rows: usize, seed: u64, strength: f64) -> Population {
    let mut draw = Draw::new(seed);
    let ids: Vec<String> = (0..rows).map(|number| format!("s{number}")).collect();
    let (mut usage, mut cases, mut noise, mut plan, mut lost) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let (used, open) = (draw.share() * 50.0, draw.below(6) as f64);
        let paid = ["free", "team", "whole"][draw.below(3)];
        let extra = if paid == "free" { 0.8 } else { 0.0 };
        let z = strength * (1.5 - used / 10.0 + open / 2.0 + extra) - 0.5;
        lost.push(draw.share() < 1.0 / (1.0 + (-z).exp()));
        usage.push((draw.share() > 0.1).then_some(used));
        cases.push(Some(open));
        noise.push(Some(draw.share()));
        plan.push(Some(paid));
    }
    let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().map(String::as_str)).unwrap();
    frame.insert("usage", Column::numbers(usage)).unwrap();
    frame.insert("open_cases", Column::numbers(cases)).unwrap();
    frame.insert("noise", Column::numbers(noise)).unwrap();
    frame.insert("plan_name", Column::texts(plan)).unwrap();
    Population { frame, lost, ids }
}

impl Population {
    fn observations(&self, rows: std::ops::Range<usize>) -> Vec<Observation> {
        let one = |row: usize| {
            let id: Arc<str> = self.ids[row].as_str().into();
            Observation::new(id, day("2026-01-01"), day("2026-02-01"), self.lost[row])
        };
        rows.map(one).collect()
    }

    /// Learns from the first rows and tests on the rest.
    fn learn(
        &self,
        config: &Config,
        train: usize,
        options: &LearnOptions,
    ) -> Result<Learned, LearnError> {
        let past = [Moment { as_of: day("2026-01-01"), input: Input::frame(&self.frame) }];
        let (train, test) = (self.observations(0..train), self.observations(train..self.ids.len()));
        learn(config, "health", &past, &train, &test, options)
    }
}

/// Written by hand: groups, and a factor that points the wrong way.
const WRITTEN: &str = r#"
[[metrics]]
name = "usage"

[[metrics]]
name = "open_cases"

[[metrics]]
name = "noise"

[[metrics]]
name = "plan_name"
type = "text"

[[scorecards]]
name = "health"
min_coverage = 0

[[scorecards.groups]]
name = "product"
weight = 2
factors = [
    { metric = "usage", points.linear = { worst = 0, best = 50 } },
    { metric = "noise", weight = 3, points.linear = { worst = 0, best = 1 } },
]

[[scorecards.groups]]
name = "care"
factors = [
    { metric = "open_cases", points.linear = { worst = 0, best = 5 } },
    { metric = "plan_name", points.map = { free = 0, team = 60, whole = 100 } },
]
"#;

fn factor<'a>(learned: &'a Learned, name: &str) -> &'a FactorReport {
    learned.report.factors.iter().find(|factor| factor.factor == name).unwrap()
}

fn quick() -> LearnOptions {
    LearnOptions::default().with_resamples(5)
}

#[test]
fn weights_alone_leave_everything_else_as_written() {
    let people = population(1500, 1, 1.0);
    let written = Config::parse(WRITTEN);
    let learned = people.learn(&written, 1000, &quick()).unwrap();
    assert_eq!(learned.report.choice.learned, "weights", "{}", learned.report);
    let (before, after) = (learned.report.before.log_loss, learned.report.after.log_loss);
    assert!(after < before, "{}", learned.report);

    // Only weights differ.
    let mut same = learned.config.clone();
    let weight = |it: f64| Some(Variants::One(Valued(it)));
    for (group, outer, inner) in [(0, Some(2.0), [None, Some(3.0)]), (1, None, [None, None])] {
        let group = &mut same.scorecards[0].groups[group];
        group.weight = outer.and_then(weight);
        for (factor, inner) in group.factors.iter_mut().zip(inner) {
            factor.weight = inner.and_then(weight);
        }
    }
    assert_eq!(same.to_toml(), written.to_toml());
}

#[test]
fn a_learned_config_reads_as_text_and_scores_alike() {
    let people = population(900, 2, 1.0);
    let options = quick().with_breakpoints();
    let learned = people.learn(&Config::parse(WRITTEN), 700, &options).unwrap();
    let text = learned.config.to_toml();
    let read = Config::parse(&text);
    assert_eq!(read.faults(), [], "{text}");
    let score = |config: &Config| {
        let engine = Engine::compile(config).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        let scores = engine.score(&Input::frame(&people.frame), day("2026-01-01"), &State::new());
        scores.score("health").unwrap().to_vec()
    };
    assert_eq!(score(&read), score(&learned.config));
    // What is said of the test rows is what a host gets by score and calibration.
    let p: Vec<f64> = score(&read)
        .into_iter()
        .skip(700)
        .map(|score| learned.calibration.probability(score))
        .collect();
    let loss = log_loss(&p, &people.lost[700..]).unwrap();
    assert!((loss - learned.report.after.log_loss.unwrap()).abs() < 1e-12);
}

#[test]
fn a_factor_that_points_the_wrong_way_is_told_and_loses_its_weight() {
    let learned = population(1500, 3, 1.0).learn(&Config::parse(WRITTEN), 1000, &quick()).unwrap();
    let wrong = factor(&learned, "care/open_cases");
    assert_eq!(wrong.conflict, Some(Conflict::Alone), "{}", learned.report);
    assert!(wrong.after < 0.01 && wrong.auc.unwrap() < 0.5 && wrong.idle);
    assert!(learned.report.to_string().contains("care/open_cases"));
    assert!(learned.report.to_string().contains("predicts the wrong way"));
    assert_eq!(factor(&learned, "product/usage").conflict, None);
}

#[test]
fn a_factor_of_noise_does_nothing() {
    let text = WRITTEN.replace("worst = 0, best = 5 }", "worst = 5, best = 0 }");
    let learned = population(3200, 6, 1.5).learn(&Config::parse(&text), 3000, &quick()).unwrap();
    let noise = factor(&learned, "product/noise");
    assert!(noise.after < 3.0 && noise.before > 45.0, "{}", learned.report);
    let usage = factor(&learned, "product/usage");
    assert!(usage.after > 40.0 && !usage.idle);
    let [low, high] = usage.stability.unwrap();
    assert!(low <= usage.after && usage.after <= high, "{}", learned.report);
}

#[test]
fn points_are_learned_in_the_written_direction() {
    let text = WRITTEN.replace("worst = 0, best = 5 }", "worst = 5, best = 0 }");
    let learned = population(1700, 5, 1.2)
        .learn(&Config::parse(&text), 1500, &quick().with_breakpoints())
        .unwrap();
    assert!(learned.report.choice.learned.starts_with("points"), "{}", learned.report);
    let card = &learned.config.scorecards[0];
    let usage = &card.groups[0].factors[0];
    let Some(Variants::One(Points::Piecewise(knots))) = &usage.points else { panic!("{usage:?}") };
    assert!(knots.windows(2).all(|pair| pair[0][1] <= pair[1][1]), "{knots:?}");
    assert!(matches!(usage.missing, MissingPolicy::Value(_)), "a tenth is missing: {usage:?}");
    let cases = &card.groups[1].factors[0];
    let Some(Variants::One(Points::Piecewise(knots))) = &cases.points else { panic!("{cases:?}") };
    assert!(knots.windows(2).all(|pair| pair[0][1] >= pair[1][1]), "{knots:?}");
    let plan = &card.groups[1].factors[1];
    let Some(Variants::One(Points::Map(map))) = &plan.points else { panic!("{plan:?}") };
    assert!(map["free"] < map["team"] && map.contains_key("_"), "{map:?}");
}

#[test]
fn too_few_outcomes_teach_nothing() {
    let people = population(400, 7, 1.0);
    let lost_at: Vec<usize> = (0..400).filter(|person| people.lost[*person]).collect();
    // Just before the tenth loss.
    let train = lost_at[9];
    let written = Config::parse(WRITTEN);
    let learned = people.learn(&written, train, &quick()).unwrap();
    assert_eq!(learned.report.choice.learned, "nothing");
    assert!(learned.report.choice.why.contains("9 of them lost"), "{}", learned.report.choice.why);
    assert_eq!(learned.config.to_toml(), written.to_toml());
    assert_eq!(learned.report.caution, Some(Caution::VeryFew));
}

#[test]
fn few_outcomes_are_never_learned_from_to_harm() {
    // Weak signals and few rows: over the draws, learning may not cost more than its standard error.
    let mut gains = Vec::new();
    for seed in 0..12 {
        let people = population(1060, 100 + seed, 0.15);
        let lost = people.lost.clone();
        let rows: Vec<usize> = (0..60).collect();
        let drafted = draft(&people.frame, &lost, &rows);
        let options = quick().with_breakpoints().with_resamples(0);
        let report = people.learn(&drafted.config, 60, &options).unwrap().report;
        gains.push(report.before.log_loss.unwrap() - report.after.log_loss.unwrap());
    }
    let mean = gains.iter().sum::<f64>() / 12.0;
    let spread = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / 11.0;
    assert!(mean > -(spread / 12.0).sqrt() - 1e-12, "{gains:?}");
}

#[test]
fn neither_order_nor_names_of_rows_change_what_is_learned() {
    let people = population(600, 8, 1.0);
    let past = [Moment { as_of: day("2026-01-01"), input: Input::frame(&people.frame) }];
    let (mut train, test) = (people.observations(0..400), people.observations(400..600));
    let config = Config::parse(WRITTEN);
    let options = quick().with_breakpoints();
    let one = learn(&config, "health", &past, &train, &test, &options).unwrap();
    train.reverse();
    let other = learn(&config, "health", &past, &train, &test, &options).unwrap();
    assert_eq!(one.config.to_toml(), other.config.to_toml());
    assert_eq!(one.report, other.report);
}

#[test]
fn a_weak_direction_is_read_beside_the_others() {
    // Those who use it much have many cases too, so that cases look harmless by themselves.
    let mut draw = Draw::new(9);
    let (mut usage, mut cases, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3000 {
        let used = draw.share() * 10.0;
        let open = used * 0.5 + draw.share() * 5.0;
        let z = 1.0 - 0.9 * used + 0.85 * open;
        lost.push(draw.share() < 1.0 / (1.0 + (-z).exp()));
        usage.push(Some(used));
        cases.push(Some(open));
    }
    let ids = (0..3000).map(|number| format!("s{number}"));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    frame.insert("usage", Column::numbers(usage)).unwrap();
    frame.insert("cases_open", Column::numbers(cases.clone())).unwrap();
    let rows: Vec<usize> = (0..3000).collect();
    let alone: Vec<f64> = cases.iter().map(|case| case.unwrap()).collect();
    let auc = roc_auc(&alone, &lost).unwrap();
    assert!((auc - 0.5).abs() < 0.05, "{auc}");
    let drafted = draft(&frame, &lost, &rows);
    let metric =
        |name: &str| drafted.config.metrics.iter().find(|metric| metric.name == name).unwrap();
    assert_eq!(metric("cases_open").better, Some(crate::config::Better::Lower));
    assert_eq!(metric("usage").better, Some(crate::config::Better::Higher));
}

#[test]
fn only_a_clear_bend_is_drafted() {
    // One product: some leave; two: few; three or more: most.
    let mut draw = Draw::new(11);
    let (mut products, mut spend, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..1400 {
        let (count, spent) = (1 + draw.below(4), draw.share() * 9.0);
        let p = [0.3, 0.07, 0.7, 0.9][count - 1] * (1.0 - spent / 20.0);
        lost.push(draw.share() < p);
        products.push(Some(count as f64));
        spend.push(Some(spent));
    }
    let ids = (0..1400).map(|number| format!("s{number}"));
    let mut frame = Frame::new(SubjectKind::Subscription, ids.clone()).unwrap();
    frame.insert("products", Column::numbers(products)).unwrap();
    frame.insert("spend", Column::numbers(spend)).unwrap();
    let drafted = draft(&frame, &lost, &(0..1400).collect::<Vec<_>>());
    let points = |config: &Config, at: usize| config.scorecards[0].factors[at].points.clone();
    let Some(Variants::One(Points::Piecewise(knots))) = points(&drafted.config, 0) else {
        panic!("{}", drafted.config.to_toml())
    };
    assert!(knots[0][1] < knots[1][1] && knots[1][1] > knots[2][1], "{knots:?}");
    assert!(matches!(points(&drafted.config, 1), Some(Variants::One(Points::Linear(_)))));
    // What is learned may bend too.
    let people = Population { frame, lost, ids: ids.collect() };
    let learned = people.learn(&drafted.config, 1100, &quick().with_breakpoints()).unwrap();
    let Some(Variants::One(Points::Piecewise(knots))) = points(&learned.config, 0) else {
        panic!("{}", learned.config.to_toml())
    };
    assert!(knots[0][1] < knots[1][1] && knots[1][1] > knots[2][1], "{knots:?}");
}

#[test]
fn what_cannot_be_learned_from_is_said() {
    let people = population(50, 10, 1.0);
    let config = Config::parse(WRITTEN);
    let past = [Moment { as_of: day("2026-01-01"), input: Input::frame(&people.frame) }];
    let seen = people.observations(0..50);
    let options = quick();
    let said = |config: &Config, name: &str, train: &[Observation]| {
        learn(config, name, &past, train, &seen, &options).unwrap_err().to_string()
    };
    assert_eq!(
        said(&config, "helth", &seen),
        "there is no scorecard `helth`, the config has `health`"
    );
    assert_eq!(said(&config, "health", &[]), "there is no observation to learn from");
    let stranger = Observation::new("nobody", day("2026-01-01"), day("2026-02-01"), true);
    assert_eq!(
        said(&config, "health", std::slice::from_ref(&stranger)),
        "none of the 1 observations is of a day and a subject that were given"
    );
    let lowest = WRITTEN.replace("min_coverage = 0", "aggregate = \"min\"");
    assert_eq!(
        said(&Config::parse(&lowest), "health", &seen),
        "scorecard `health` is no weighted mean: it has no weights to learn"
    );
    let faulty = Config::parse(&WRITTEN.replace("metric = \"noise\"", "metric = \"nosie\""));
    assert!(said(&faulty, "health", &seen).contains("did you mean `noise`"));
}

/// A book whose subscriptions were lost the likelier the fewer logins they had; `more` adds records that are dated later
/// than the day of the assessment and give everything away.
fn book(more: bool) -> crate::book::Book {
    let mut draw = Draw::new(12);
    let (mut subscriptions, mut usage, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..240 {
        let (id, logins) = (format!("s{at}"), draw.below(20));
        let lost = draw.below(20) > logins;
        let seats = 1 + draw.below(50);
        subscriptions.push(serde_json::json!({
            "id": id, "account_id": "a", "start": "2025-01-01", "seats": seats,
        }));
        let record = |date: &str, value: usize| serde_json::json!({ "subscription_id": id, "name": "logins", "date": date, "value": value });
        usage.push(record("2026-01-10", logins));
        if more {
            usage.push(record("2026-01-16", if lost { 0 } else { 1000 }));
        }
        let outcome = if lost { "churned" } else { "renewed" };
        outcomes.push(
            serde_json::json!({ "subscription_id": id, "date": "2026-02-15", "outcome": outcome }),
        );
    }
    let tables = serde_json::json!({
        "accounts": [{ "id": "a", "name": "A" }],
        "subscriptions": subscriptions, "usage": usage, "outcomes": outcomes,
    });
    crate::book::Book::strict(serde_json::from_value(tables).unwrap()).unwrap()
}

#[test]
fn a_book_teaches_nothing_of_what_came_later() {
    let config = Config::parse(
        r#"
        [[metrics]]
        name = "logins"
        from = "usage.logins"
        take = "sum"

        [[metrics]]
        name = "seats"

        [[scorecards]]
        name = "health"
        factors = [
            { metric = "logins", points.linear = { worst = 0, best = 20 } },
            { metric = "seats", points.linear = { worst = 0, best = 50 } },
        ]
        "#,
    );
    let learned = |more: bool| {
        let book = book(more);
        let then = day("2026-01-15");
        let ids: Vec<&str> =
            book.subscriptions().iter().map(|subscription| subscription.id.as_str()).collect();
        let history = crate::outcome::history::History::of_book(&book, day("2026-06-01"));
        let window = crate::outcome::history::Horizon { lead: 7, horizon: 60 };
        let split = history.observe([(then, ids)], window).split_by_subject(0.3, 1);
        let past = [Moment { as_of: then, input: Input::book(&book) }];
        learn(&config, "health", &past, &split.train, &split.test, &quick().with_breakpoints())
            .unwrap()
    };
    let (one, other) = (learned(false), learned(true));
    assert_eq!(one.report, other.report);
    assert_eq!(one.config.to_toml(), other.config.to_toml());
    assert!(factor(&one, "logins").after > 60.0, "{}", one.report);
    let auc = one.report.after.roc_auc.unwrap();
    assert!((0.65..0.99).contains(&auc), "{auc}");
}

#[test]
fn subjects_on_both_sides_are_told() {
    let people = population(200, 3, 1.0);
    let config = Config::parse(WRITTEN);
    let past = [Moment { as_of: day("2026-01-01"), input: Input::frame(&people.frame) }];
    let (train, test) = (people.observations(0..150), people.observations(140..200));
    let mixed = learn(&config, "health", &past, &train, &test, &quick()).unwrap();
    let note = mixed.report.notes.iter().find(|note| note.contains("10 of 60 subjects"));
    assert!(note.is_some(), "{:?}", mixed.report.notes);
    let apart = people.learn(&config, 150, &quick()).unwrap();
    assert_eq!(apart.report.notes, Vec::<String>::new());
}

#[test]
fn many_texts_that_say_nothing_are_left_out() {
    let mut draw = Draw::new(6);
    let rows: Vec<usize> = (0..1200).collect();
    let lost: Vec<bool> = rows.iter().map(|_| draw.share() < 0.3).collect();
    let ids: Vec<String> = rows.iter().map(|row| format!("s{row}")).collect();
    let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().map(String::as_str)).unwrap();
    let noise: Vec<Option<String>> =
        rows.iter().map(|_| Some(format!("rep {}", draw.below(100)))).collect();
    // Of 20 towns those with an even number lose more.
    let telling = lost.iter().map(|lost| {
        let even = draw.share() < if *lost { 0.7 } else { 0.4 };
        Some(format!("town {}", 2 * draw.below(10) + usize::from(!even)))
    });
    frame.insert("town", Column::texts(telling.collect::<Vec<_>>())).unwrap();
    frame.insert("rep", Column::texts(noise)).unwrap();
    let drafted = draft(&frame, &lost, &rows);
    let kept: Vec<&str> =
        drafted.config.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(kept, ["town"]);
    assert!(drafted.left_out[0].1.contains("no more than chance"), "{:?}", drafted.left_out);
}

#[test]
fn headings_become_names() {
    let rows = [
        ("Call  Failure", "call_failure"),
        ("MonthlyCharges", "monthlycharges"),
        ("% used (30d)", "used_30d"),
        ("2nd owner", "column_2nd_owner"),
        ("Status", "status_value"),
        ("in", "in_value"),
        ("Tenure", "tenure_2"),
        ("\u{30c6}\u{30b9}\u{30c8}", "column"),
        ("", "column"),
    ];
    for (heading, want) in rows {
        assert_eq!(column_name(heading, &["tenure".to_owned()]), want, "{heading}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_learned_is_a_sound_config(
        rows in 30_usize..140,
        seed in any::<u64>(),
        strength in 0.0_f64..3.0,
        breakpoints in any::<bool>(),
    ) {
        let people = population(rows, seed, strength);
        let train = rows * 2 / 3;
        let written = draft(&people.frame, &people.lost, &(0..train).collect::<Vec<_>>()).config;
        let options = LearnOptions { breakpoints, ..LearnOptions::default().with_resamples(2) };
        let learned = people.learn(&written, train, &options).unwrap();
        let read = Config::parse(&learned.config.to_toml());
        prop_assert!(read.faults().is_empty());
        prop_assert!(Engine::compile(&read).is_ok(), "{}", learned.config.to_toml());
        for factor in &read.scorecards[0].factors {
            if let Some(Variants::One(Valued(weight))) = &factor.weight {
                prop_assert!(*weight >= 0.0);
            }
            if let Some(Variants::One(Points::Piecewise(knots))) = &factor.points {
                let rises = knots.windows(2).all(|pair| pair[0][1] <= pair[1][1]);
                let falls = knots.windows(2).all(|pair| pair[0][1] >= pair[1][1]);
                prop_assert!(rises || falls, "{knots:?}");
            }
        }
        let sum: f64 = learned.report.factors.iter().map(|factor| factor.after).sum();
        prop_assert!((sum - 100.0).abs() < 1e-6, "{}", learned.report);
    }
}
