//! The forecasts that people read: of a made book, and of a real one whose outcome is known.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use foretell::book::{Account, Book, Subscription, Tables, Usage};
use foretell::outcome::calibrate::{Calibration, base_rates};
use foretell::outcome::experiment::{Arm, ExperimentPlan, Participant, analyse, assign};
use foretell::outcome::forecast::{Forecaster, Likelihood, Renewal, renewals, take_scores};
use foretell::time::Stamp;
use foretell::{Config, Engine, Input, State};

#[path = "../examples/forecast.rs"]
#[expect(dead_code, reason = "its `main` prints the same")]
pub(crate) mod example;

#[test]
fn the_report_reads_as_it_should() {
    let (forecast, past) = example::made().unwrap();
    insta::assert_snapshot!("report", format!("{forecast}\n{past}"));
}

/// The rows of a table of the bundled sample, by column.
fn rows(text: &'static str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// The bundled book, and what the subscriptions are worth: the credits studied for.
fn sample() -> (Book, BTreeMap<String, (f64, &'static str)>) {
    let day = |text: &str| (!text.is_empty()).then(|| text.parse::<Stamp>().unwrap());
    let (mut tables, mut worth) = (Tables::default(), BTreeMap::new());
    for id in ["AAA-2013J", "AAA-2014J"] {
        tables.push(Account::new(id));
    }
    for row in rows(include_str!("../examples/data/subscriptions.csv")) {
        let mut one = Subscription::new(row["id"].clone());
        one.account_id = Some(row["account_id"].clone());
        (one.start, one.end) = (day(&row["start"]), day(&row["end"]));
        one.cancelled_on = day(&row["cancelled_on"]);
        let attempt = if row["prev_attempts"] == "0" { "first attempt" } else { "again" };
        worth.insert(row["id"].clone(), (row["studied_credits"].parse().unwrap(), attempt));
        tables.push(one);
    }
    for row in rows(include_str!("../examples/data/usage.csv")) {
        let value: f64 = row["value"].parse().unwrap();
        let mut usage = Usage::new(row["name"].clone(), day(&row["date"]).unwrap(), value);
        usage.subscription_id = Some(row["subscription_id"].clone());
        tables.push(usage);
    }
    (Book::lenient(tables).book, worth)
}

#[test]
fn the_sample_is_foretold_by_the_year_before() {
    let text = include_str!("../examples/early_warning.toml");
    let engine = Engine::compile(&Config::parse(text)).unwrap();
    let card = engine.config().scorecards[0].name.clone();
    let (book, worth) = sample();
    let outcomes = rows(include_str!("../examples/data/outcomes.csv"));
    let outcomes: BTreeMap<String, bool> = outcomes
        .iter()
        .map(|it| (it["subscription_id"].clone(), it["outcome"] == "renewed"))
        .collect();
    // As of a day: those who run, with their scores; nothing later is read.
    let on = |day: &str| -> (NaiveDate, Vec<Renewal>) {
        let day = day.parse().unwrap();
        let mut out = renewals(&book, day, None);
        take_scores(&mut out, &engine.score(&Input::book(&book), day, &State::new()), &[&card]);
        for it in &mut out {
            let (credits, attempt) = worth[it.subject.as_ref()];
            (it.value, it.segment) = (Some(credits), Some(attempt.into()));
        }
        (day, out)
    };
    let (_, past) = on("2014-01-21");
    let scores: Vec<f64> =
        past.iter().map(|it| it.scores.get(card.as_str()).copied().unwrap_or(f64::NAN)).collect();
    let lost: Vec<bool> = past.iter().map(|it| !outcomes[it.subject.as_ref()]).collect();
    let segments: Vec<&str> = past.iter().map(|it| it.segment.as_deref().unwrap()).collect();
    let renewal = Likelihood::renewal(&card, Calibration::fit(&scores, &lost))
        .with_base_rates(base_rates(&segments, &lost).unwrap());

    let (today, now) = on("2015-01-21");
    let forecast = Forecaster::new(250).with_likelihood(renewal).forecast(today, now);
    let came: f64 = forecast
        .lines
        .iter()
        .filter(|it| outcomes[it.subject.as_ref()])
        .filter_map(|it| it.value)
        .sum();
    assert_eq!(forecast.whole.renewals, 332);
    insta::assert_snapshot!("sample", format!("{forecast}\nWhat came: {came}"));
    assert!(forecast.whole.expected.holds(came), "{came}: {:?}", forecast.whole.expected);
}

#[test]
fn an_experiment_reads_as_it_should() {
    let plan = ExperimentPlan::new("onboarding call", 400, 0.80);
    let subjects = (0..400_u32).map(|it| {
        let mut one = Participant::new(format!("s{it}"));
        let helped = assign(&plan.name, &one.subject, plan.share) == Arm::Treated;
        let renewed = it % 10 != 0 && (helped || it % 4 != 0);
        one.renewed = (it % 13 != 0).then_some(renewed);
        one.value = (renewed && it % 13 != 0).then_some(1000.0 + f64::from(it % 7) * 100.0);
        one.nps = (it % 3 == 0).then_some(f64::from(it % 11));
        one.was_treated = Some(helped && it % 17 != 0);
        one
    });
    insta::assert_snapshot!("experiment", analyse(&plan, subjects).to_string());
}
