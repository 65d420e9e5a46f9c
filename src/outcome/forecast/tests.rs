//! Rows and laws of forecasts.

use proptest::prelude::*;

use chrono::NaiveDate;

use super::*;
use crate::outcome::Draw;
use crate::outcome::calibrate::{Calibration, base_rates};
use crate::signal::theil_sen;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 400 past renewals: the lower the score, the more were lost.
fn curve(seed: u64) -> Calibration {
    let mut draw = Draw::new(seed);
    let score: Vec<f64> = (0..400).map(|_| draw.share() * 100.0).collect();
    let lost: Vec<bool> = score.iter().map(|score| draw.share() > score / 100.0).collect();
    Calibration::fit(&score, &lost)
}

fn likelihood() -> Likelihood {
    let segments = ["small", "small", "large", "large"].repeat(30);
    let lost: Vec<bool> = (0..120).map(|number| number % 4 < 2 && number % 3 != 0).collect();
    Likelihood::renewal("health", curve(1)).with_base_rates(base_rates(&segments, &lost).unwrap())
}

fn forecaster() -> Forecaster {
    Forecaster::new(120)
        .with_likelihood(likelihood())
        .with_categories([("commit", 0.9), ("risk", 0.3)])
}

fn one(subject: &str, on: &str, value: f64, score: f64) -> Renewal {
    Renewal::new(subject, Some(day(on)), Some(value)).with_score("health", score)
}

const TODAY: &str = "2026-03-01";

#[test]
fn what_is_not_in_it_is_counted() {
    let mut repeated = one("a", "2026-05-01", 7.0, 50.0);
    repeated.human = Some(Human::Amount(-1.0));
    let rows = [
        one("a", "2026-03-01", 5.0, 50.0),
        repeated,
        one("late", "2026-02-28", 5.0, 50.0),
        one("edge", "2026-06-29", 5.0, 50.0),
        one("beyond", "2026-06-30", 5.0, 50.0),
        Renewal::new("undated", None, Some(5.0)),
        one("worthless", "2026-04-01", f64::NAN, 50.0),
        one("negative", "2026-04-01", -5.0, f64::NAN),
    ];
    let got = forecaster().forecast(day(TODAY), rows);
    let out = &got.left_out;
    assert_eq!((out.undated, out.overdue, out.later, out.repeated), (1, 1, 1, 1));
    assert_eq!((got.whole.renewals, got.whole.without_value), (4, 2));
    assert!((got.whole.value - 10.0).abs() < 1e-12);
    assert_eq!((got.whole.rests.score, got.whole.rests.everyone), (3, 1));
}

#[test]
fn people_speak_in_three_ways() {
    let said = [
        (Human::Probability(0.25), Some((0.25, 25.0))),
        (Human::Category("commit".into()), Some((0.9, 90.0))),
        (Human::Amount(60.0), Some((0.6, 60.0))),
        (Human::Amount(150.0), Some((1.0, 150.0))),
        (Human::Probability(1.2), None),
        (Human::Probability(f64::NAN), None),
        (Human::Category("maybe".into()), None),
        (Human::Amount(f64::INFINITY), None),
    ];
    for (human, wanted) in said {
        let row = Renewal { human: Some(human.clone()), ..one("a", "2026-04-01", 100.0, 50.0) };
        let got = forecaster().forecast(day(TODAY), [row]);
        let line = &got.lines[0];
        assert_eq!(line.human.zip(line.human_expected), wanted, "{human:?}");
        assert_eq!(got.left_out.unread_calls, usize::from(wanted.is_none()));
    }
    let rates =
        base_rates(&["commit", "commit", "risk", "risk"], &[false, false, true, true]).unwrap();
    let told = Forecaster::new(90).with_category_rates(&rates);
    let row =
        Renewal { human: Some(Human::Category("risk".into())), ..one("a", "2026-04-01", 1.0, 1.0) };
    assert!(told.forecast(day(TODAY), [row]).lines[0].human.unwrap() <= 0.5);
}

#[test]
fn what_a_probability_rests_on_is_said() {
    let likely = likelihood();
    let basis = |score: Option<f64>, segment: Option<&str>| likely.chance(score, segment).basis;
    assert_eq!(basis(Some(50.0), None), Basis::Score);
    assert_eq!(basis(Some(f64::NAN), Some("small")), Basis::Segment);
    assert_eq!(basis(None, Some("unheard of")), Basis::Everyone);
    let (small, large) = (likely.chance(None, Some("small")), likely.chance(None, Some("large")));
    assert!(small.probability < 0.5 && large.probability > 0.9, "{small:?} {large:?}");
    let unheard = likely.chance(None, None);
    assert!(unheard.high - unheard.low > small.high - small.low, "as unsure as segments differ");
    // Too few outcomes for a curve: the segment's rate, else the base rate, else nothing.
    let few = Calibration::fit(&[10.0, 90.0], &[true, false]);
    assert_eq!(Likelihood::renewal("x", few).chance(Some(5.0), None).basis, Basis::Everyone);
    let none = Likelihood::renewal("x", Calibration::fit(&[], &[])).chance(Some(5.0), None);
    assert_eq!((none.basis, none.low, none.high), (Basis::Nothing, 0.0, 1.0));
}

#[test]
fn likelihoods_know_which_way_they_turn() {
    let renewal = Likelihood::renewal("health", curve(1));
    let churn = Likelihood::new(Likely::Churn, "health", curve(1));
    let (kept, gone) = (renewal.chance(Some(80.0), None), churn.chance(Some(80.0), None));
    assert!((kept.probability + gone.probability - 1.0).abs() < 1e-12);
    assert!((kept.low + gone.high - 1.0).abs() < 1e-12);
    let risk = Likelihood::new(Likely::Churn, "risk", curve(1)).of_risk();
    assert!((risk.chance(Some(20.0), None).probability - gone.probability).abs() < 1e-12);
    // Without a likelihood of renewal the money depends on what churn leaves; without either on a half.
    let row = || [one("a", "2026-04-01", 100.0, 80.0)];
    let by_churn = Forecaster::new(60).with_likelihood(churn).forecast(day(TODAY), row());
    assert!((by_churn.whole.expected.value - 100.0 * kept.probability).abs() < 1e-9);
    let by_nothing = Forecaster::new(60).forecast(day(TODAY), row());
    assert_eq!(by_nothing.whole.rests.nothing, 1);
    assert!((by_nothing.whole.expected.value - 50.0).abs() < 1e-9);
}

#[test]
fn the_most_at_risk_come_first() {
    let day =
        |it: u64| "2026-01-10".parse::<NaiveDate>().ok().map(|first| first + chrono::Days::new(it));
    let one = |id: &str, value: Option<f64>, score: f64| {
        Renewal::new(id, day(1), value).with_score("health", score)
    };
    let rows = [
        one("large and safe", Some(1000.0), 99.0),
        one("unpriced", None, 1.0),
        one("small and lost", Some(300.0), 1.0),
        one("nothing", Some(0.0), 1.0),
    ];
    let score: Vec<f64> = (0..200).map(|number| f64::from(number) / 2.0).collect();
    let lost: Vec<bool> = score.iter().map(|score| *score < 50.0).collect();
    let health = Likelihood::renewal("health", Calibration::fit(&score, &lost));
    let out = Forecaster::new(30).with_likelihood(health).forecast(day(0).unwrap(), rows);
    let order: Vec<&str> = out.by_risk().iter().map(|line| line.subject.as_ref()).collect();
    assert_eq!(order, ["small and lost", "large and safe", "nothing", "unpriced"]);
    let risk: f64 = out.lines.iter().filter_map(RenewalLine::at_risk).sum();
    assert!((risk - (out.whole.value - out.whole.expected.value)).abs() < 1e-9);
}

#[test]
fn the_queue_is_by_value_at_stake() {
    let say = |subject: &str, value: f64, score: f64, p: f64| Renewal {
        human: Some(Human::Probability(p)),
        ..one(subject, "2026-04-01", value, score)
    };
    let mut unvalued = say("unvalued", 1.0, 10.0, 0.95);
    unvalued.value = None;
    let rows = [
        say("small", 100.0, 10.0, 0.9),
        say("agreed", 9e6, 80.0, 0.8),
        unvalued,
        say("large", 1e5, 10.0, 0.6),
        say("gloomy", 5e4, 95.0, 0.1),
    ];
    let got = forecaster().forecast(day(TODAY), rows.clone());
    let queue: Vec<&str> =
        got.disagreements.iter().map(|disagreement| disagreement.subject.as_ref()).collect();
    assert_eq!(queue, ["large", "gloomy", "small", "unvalued"]);
    assert!(got.disagreements.iter().all(|disagreement| disagreement.beyond));
    let strict = forecaster().disagree_from(0.0).forecast(day(TODAY), rows);
    assert_eq!(strict.disagreements.len(), 5);
}

#[test]
fn both_sides_are_measured_on_the_same_renewals() {
    let mut calls: Vec<Call> = (0..80)
        .map(|number| Call {
            owner: Some(if number % 2 == 0 { "ann" } else { "bob" }.into()),
            value: Some(10.0),
            ..Call::new(
                format!("s{number}"),
                day("2025-05-01"),
                0.9,
                if number % 4 == 0 { 0.3 } else { 0.9 },
                number % 4 != 0,
            )
        })
        .collect();
    let got = compare(&calls).unwrap();
    assert_eq!(
        (got.whole.calls, got.whole.renewed, got.apart.of, got.apart.count),
        (80, 60, 20, 20)
    );
    assert!((got.whole.human.bias - 0.15).abs() < 1e-9 && got.whole.model.bias.abs() < 1e-9);
    assert!((got.whole.human.value_bias - 120.0).abs() < 1e-9);
    assert!(got.is_telling() && got.brier_gap.unwrap().low > 0.0);
    assert_eq!(got.owners.iter().map(|owner| owner.calls).sum::<usize>(), 80);
    assert_eq!(got.owners[0].renewed, 20, "ann has all that were lost");
    calls[0].human = None;
    calls[1].model = Some(1.5);
    calls.reverse();
    let less = compare(&calls).unwrap();
    assert_eq!((less.one_sided, less.whole.calls), (2, 78));
    assert!(!compare(&calls[..20]).unwrap().is_telling(), "twenty say nothing");
    assert_eq!(compare(&[]), None);
}

#[test]
fn a_slope_is_robust() {
    let mut points: Vec<(f64, f64)> =
        (0..12).map(|week| (f64::from(week), 60.0 - f64::from(week))).collect();
    points[4].1 = 100.0;
    points[9].1 = 0.0;
    assert!((theil_sen(&points).unwrap().slope + 1.0).abs() < 0.05);
}

/// A made history of weekly scores.
fn walk(kind: usize, weeks: usize, draw: &mut Draw) -> Vec<f64> {
    // A standard normal, near enough: twelve shares.
    let normal = |draw: &mut Draw| (0..12).map(|_| draw.share()).sum::<f64>() - 6.0;
    let (mut state, mut out) = (0.0, Vec::new());
    let turn = if draw.share() > 0.5 { 1.0 } else { -1.0 };
    for week in 0..weeks {
        let noise = normal(draw);
        out.push(match kind {
            // A level with noise; a trend; returns to its mean; wanders with noise; a level with outliers.
            0 => 60.0 + 5.0 * noise,
            1 => 50.0 + turn * 0.4 * week as f64 + 4.0 * noise,
            2 => {
                state = 0.8 * state + 3.0 * noise;
                60.0 + state
            }
            3 => {
                state += 1.5 * normal(draw);
                50.0 + state + 2.0 * noise
            }
            _ => 60.0 + 3.0 * noise * if draw.below(10) == 0 { 4.0 } else { 1.0 },
        });
    }
    out
}

#[test]
fn intervals_hold_the_later_score() {
    let start = day("2024-01-01");
    let at = |week: usize| start + chrono::Days::new(7 * week as u64);
    let mut worst = (1.0, String::new());
    for (kind, name) in ["level", "trend", "mean", "walk", "outliers"].into_iter().enumerate() {
        for (past, ahead) in [(6, 4), (8, 13), (12, 13), (26, 13), (26, 26), (52, 26)] {
            let (mut held, trials) = (0, 300);
            for seed in 0..trials {
                let mut draw = Draw::new(seed * 97 + kind as u64);
                let scores = walk(kind, past + ahead, &mut draw);
                let known: Vec<_> = (0..past).map(|week| (at(week), scores[week])).collect();
                let reach = Trend::fit(&known).unwrap().at(at(past + ahead - 1));
                let came = scores[past + ahead - 1].clamp(0.0, 100.0);
                held += usize::from(reach.low <= came && came <= reach.high);
            }
            let share = held as f64 / trials as f64;
            let what = format!("{name}: {past} weeks, {ahead} ahead: {share:.3}");
            println!("{what}");
            if share < worst.0 {
                worst = (share, what);
            }
        }
    }
    // It says 95%. Where scores wander or a trend never ends, no short past tells how far.
    assert!(worst.0 >= 0.85, "{}", worst.1);
}

#[test]
fn a_trend_that_never_ends_is_not_carried_on_for_ever() {
    let start = day("2025-01-06");
    let past: Vec<_> = (0..26_u32)
        .map(|week| (start + chrono::Days::new(7 * u64::from(week)), 90.0 - f64::from(week)))
        .collect();
    let trend = Trend::fit(&past).unwrap();
    let year = trend.at(trend.last + chrono::Days::new(365));
    assert!((trend.slope + 1.0 / 7.0).abs() < 1e-6 && year.score > 50.0, "{year:?}");
    let mut shuffled = past.clone();
    shuffled.rotate_left(11);
    assert_eq!(Trend::fit(&shuffled), Some(trend), "the order does not matter");
    // A score that never moved stays; several on a day are one.
    let flat: Vec<_> = past.iter().flat_map(|past| [(past.0, 40.0), (past.0, 60.0)]).collect();
    let still = Trend::fit(&flat).unwrap();
    assert_eq!(still.scores, 26);
    let there = still.at(day("2026-01-01"));
    assert!((there.score - 50.0).abs() < 1e-9 && there.high - there.low < 1e-6, "{there:?}");
}

/// Any renewal a host could hand in.
fn any_renewal() -> impl Strategy<Value = Renewal> {
    let value = prop_oneof![
        4 => (0.0_f64..1e7).prop_map(Some), 1 => Just(None), 1 => prop::num::f64::ANY.prop_map(Some)
    ];
    let human = prop_oneof![
        Just(None),
        (0.0_f64..=1.0).prop_map(|share| Some(Human::Probability(share))),
        (0.0_f64..2e7).prop_map(|amount| Some(Human::Amount(amount))),
        prop::num::f64::ANY.prop_map(|amount| Some(Human::Amount(amount))),
        Just(Some(Human::Category("commit".into()))),
        Just(Some(Human::Category("unheard of".into()))),
    ];
    let score = prop_oneof![3 => 0.0_f64..=100.0, 1 => prop::num::f64::ANY];
    (0_u8..60, prop::option::weighted(0.9, -40_i64..200), value, human, score, any::<[bool; 3]>())
        .prop_map(|(id, offset, value, human, score, [scored, segment, owner])| {
            let on = offset.map(|days| day(TODAY) + chrono::TimeDelta::days(days));
            let mut out = Renewal::new(format!("s{id}"), on, value);
            out.human = human;
            out.segment = segment.then(|| if id % 2 == 0 { "small" } else { "odd" }.into());
            out.owner = owner.then(|| if id % 3 == 0 { "ann" } else { "bob" }.into());
            if scored { out.with_score("health", score) } else { out }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn groups_sum_to_the_whole_and_nothing_is_lost(
        rows in prop::collection::vec(any_renewal(), 0..50),
        turn in 0_usize..50,
    ) {
        let forecaster = forecaster().with_likelihood(Likelihood::new(Likely::Expansion, "growth", curve(2)));
        let got = forecaster.forecast(day(TODAY), rows.clone());
        let out = &got.left_out;
        prop_assert_eq!(got.lines.len() + out.undated + out.overdue + out.later + out.repeated, rows.len());
        let whole = &got.whole;
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
        for groups in [&got.months, &got.quarters, &got.segments, &got.owners] {
            let sum = |of: &dyn Fn(&RenewalGroup) -> f64| groups.iter().map(of).sum::<f64>();
            prop_assert_eq!(groups.iter().map(|group| group.renewals).sum::<usize>(), whole.renewals);
            prop_assert_eq!(groups.iter().map(|group| group.without_value).sum::<usize>(), whole.without_value);
            prop_assert_eq!(groups.iter().map(|group| group.people.calls).sum::<usize>(), whole.people.calls);
            prop_assert!(near(sum(&|line| line.value), whole.value));
            prop_assert!(near(sum(&|line| line.expected.value), whole.expected.value));
            prop_assert!(near(sum(&|line| line.people.expected), whole.people.expected));
            prop_assert!(near(sum(&|line| line.likely[1].count.value), whole.likely[1].count.value));
            for it in groups.iter().chain([whole]) {
                let rests = it.rests;
                prop_assert_eq!(rests.score + rests.segment + rests.everyone + rests.nothing, it.renewals);
                for span in [it.expected, it.likely[0].count, it.likely[1].value] {
                    prop_assert!(span.low <= span.value && span.value <= span.high, "{span:?}");
                }
                prop_assert!(0.0 <= it.expected.low && it.expected.high <= it.value * (1.0 + 1e-12));
                prop_assert!(it.likely[0].count.high <= it.renewals as f64 + 1e-9);
            }
        }
        for line in &got.lines {
            let months = got.months.iter().filter(|month| line.day.to_string().starts_with(month.name.as_deref().unwrap()));
            prop_assert_eq!(months.count(), 1);
            for it in line.chances.iter().chain([&line.renewal]) {
                prop_assert!(0.0 <= it.low && it.low <= it.probability && it.probability <= it.high && it.high <= 1.0, "{it:?}");
            }
        }
        let mut turned = rows;
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        prop_assert_eq!(forecaster.forecast(day(TODAY), turned).to_string(), got.to_string());
    }

    #[test]
    fn a_trend_stays_on_the_scale(
        past in prop::collection::vec((0_i64..400, prop_oneof![8 => 0.0_f64..=100.0, 1 => prop::num::f64::ANY]), 0..60),
        ahead in -30_i64..800,
    ) {
        let past: Vec<_> = past.iter().map(|past| (day(TODAY) + chrono::TimeDelta::days(past.0), past.1)).collect();
        if let Some(trend) = Trend::fit(&past) {
            let it = trend.at(trend.last + chrono::TimeDelta::days(ahead));
            prop_assert!(0.0 <= it.low && it.low <= it.score && it.score <= it.high && it.high <= 100.0, "{it:?} {trend:?}");
        }
    }
}
