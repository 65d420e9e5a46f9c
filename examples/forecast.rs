//! What the next half year of renewals will bring: by month, quarter, segment and owner, people against the model.
//!
//! With the feature `report`, `-- --html FILE` writes it as a page to look at.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example reads its arguments, writes the file it is asked for, and talks to people"
)]

use std::error::Error;

use chrono::NaiveDate;

use foretell::book::{Account, Book, Subscription, Tables, Usage};
use foretell::outcome::Draw;
use foretell::outcome::calibrate::{Calibration, base_rates};
use foretell::outcome::forecast::{
    Call, CallComparison, Forecast, Forecaster, Human, Likelihood, Likely, compare, renewals,
    take_scores,
};
use foretell::time::Stamp;
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = r#"
    [[metrics]]
    name = "logins_28d"
    label = "logins in four weeks"
    from = "usage.logins"
    take = "sum"
    window = "28d"

    [[metrics]]
    name = "seats_used"
    from = "usage.seats_used"
    take = "last"

    [[scorecards]]
    name = "health"
    factors = [{ metric = "logins_28d", points.linear = { worst = 0, best = 200 } }]

    [[scorecards]]
    name = "growth"
    factors = [{ metric = "seats_used", points.linear = { worst = 20, best = 100 } }]
"#;

/// What people's words mean: here by agreement; `with_category_rates` takes it from the past.
const WORDS: [(&str, f64); 3] = [("commit", 0.95), ("likely", 0.75), ("at risk", 0.35)];

/// A made book of 40 subscriptions; the scores of some are unknown, the value of one is.
fn book(draw: &mut Draw) -> Result<Book, Box<dyn Error>> {
    let day = |text: String| text.parse::<Stamp>();
    let mut tables = Tables::default();
    for it in 0..40_usize {
        let mut account = Account::new(format!("account-{it:02}"));
        account.segment = ["small", "medium", "large"].get(it % 3).map(|it| (*it).to_owned());
        account.owner = ["Ann", "Bob", "Cem"].get(draw.below(4)).map(|it| (*it).to_owned());
        let mut one = Subscription::new(format!("sub-{it:02}"));
        one.account_id = Some(account.id.clone());
        one.start = Some(day("2024-01-01".to_owned())?);
        one.renewal_date = Some(day(format!("2026-{:02}-{:02}", 3 + it % 7, 2 + draw.below(26)))?);
        let thousands = (1 + draw.below(20)) * [2, 10, 40].get(it % 3).copied().unwrap_or(1);
        one.arr = (it != 7).then(|| i64::try_from(thousands * 1000).unwrap_or(0).into());
        for (name, most) in [("logins", 250), ("seats_used", 100)] {
            let value = draw.below(most) as f64;
            if it % 9 != 5 {
                let mut usage = Usage::new(name, day("2026-02-20".to_owned())?, value);
                usage.subscription_id = Some(one.id.clone());
                tables.push(usage);
            }
        }
        tables.push(account);
        tables.push(one);
    }
    Ok(Book::strict(tables)?)
}

/// Made renewals of two years: score, segment, whether it was lost.
fn past(draw: &mut Draw) -> Vec<(f64, &'static str, bool)> {
    let one = |it: usize| {
        let (score, segment) = (draw.share() * 100.0, if it % 3 == 2 { "large" } else { "small" });
        (score, segment, draw.share() < 0.75 - score / 130.0)
    };
    (0..300).map(one).collect()
}

/// The forecast, and how people and the model did before.
pub(crate) fn made() -> Result<(Forecast, CallComparison), Box<dyn Error>> {
    let mut draw = Draw::new(2026);
    let as_of: NaiveDate = "2026-03-01".parse()?;
    let (book, past) = (book(&mut draw)?, past(&mut draw));

    // From scores to probabilities. In earnest these come from `learn` or from a History.
    let scores: Vec<f64> = past.iter().map(|it| it.0).collect();
    let lost: Vec<bool> = past.iter().map(|it| it.2).collect();
    let segments: Vec<&str> = past.iter().map(|it| it.1).collect();
    let health = Calibration::fit(&scores, &lost);
    let rates = base_rates(&segments, &lost).ok_or("no past")?;
    let not_grown: Vec<bool> = scores.iter().map(|it| draw.share() > it / 300.0).collect();
    let growth = Calibration::fit(&scores, &not_grown);
    let forecaster = Forecaster::new(184)
        .with_likelihood(Likelihood::renewal("health", health.clone()).with_base_rates(rates))
        .with_likelihood(Likelihood::new(Likely::Expansion, "growth", growth))
        .with_categories(WORDS)
        .in_currency("EUR".parse()?);

    // The subscriptions, their scores as of today, and what people say of two in three.
    let engine = Engine::compile(&Config::parse(CONFIG))?;
    let mut rows = renewals(&book, as_of, None);
    take_scores(
        &mut rows,
        &engine.score(&Input::book(&book), as_of, &State::new()),
        &["health", "growth"],
    );
    for it in &mut rows {
        let word = WORDS.get(draw.below(5)).map(|it| it.0);
        it.human = word.map(|it| Human::Category(it.into()));
    }
    let forecast = forecaster.forecast(as_of, rows);

    // How both did on renewals that the curve had not seen. People are too hopeful here.
    let mut calls = Vec::new();
    for it in 0..120_usize {
        let score = draw.share() * 100.0;
        let model = 1.0 - health.probability(score);
        let human = (model + 0.15 + 0.4 * (draw.share() - 0.5)).clamp(0.05, 0.98);
        let renewed = draw.share() >= 0.75 - score / 130.0;
        let day = format!("2025-{:02}-15", 7 + it % 6).parse()?;
        let mut call = Call::new(format!("old-{it}"), day, human, model, renewed);
        call.value = Some(10_000.0);
        call.owner = ["Ann", "Bob"].get(it % 2).map(|it| (*it).into());
        calls.push(call);
    }
    Ok((forecast, compare(&calls).ok_or("no past")?))
}

/// The same as a page of HTML.
#[cfg(feature = "report")]
fn page(forecast: &Forecast, past: &CallComparison) -> Option<String> {
    Some(foretell::report::forecast(forecast, Some(past), 15).page())
}

#[cfg(not(feature = "report"))]
fn page(_: &Forecast, _: &CallComparison) -> Option<String> {
    None
}

fn main() -> Result<(), Box<dyn Error>> {
    let (forecast, past) = made()?;
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--html"), Some(file)) => {
            let page = page(&forecast, &past).ok_or("`--html` needs `--features report`")?;
            std::fs::write(file, page)?;
        }
        (None, _) => println!("{forecast}\n{past}"),
        _ => return Err("the one flag is `--html FILE`".into()),
    }
    Ok(())
}
