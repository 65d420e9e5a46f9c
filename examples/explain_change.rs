//! Why a score is what it is, and why it moved: one subscription on two days.
#![allow(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use chrono::NaiveDate;

use foretell::book::{Account, Book, Subscription, Survey, SurveyKind, Tables, Usage};
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
    name = "nps"
    label = "last NPS answer"
    from = "surveys.nps"
    field = "score"
    take = "last"

    [[scorecards]]
    name = "health"
    bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
    factors = [
        { metric = "logins_28d", weight = 60, points.linear = { worst = 0, best = 40 } },
        { metric = "nps", weight = 40, max_age = "90d", points.linear = { worst = 0, best = 10 } },
    ]
"#;

fn book() -> Result<Book, Box<dyn Error>> {
    let day = |text: &str| text.parse::<Stamp>();
    let mut tables = Tables::default();
    tables.push(Account::new("acme"));
    let mut subscription = Subscription::new("acme-pro");
    subscription.account_id = Some("acme".to_owned());
    subscription.start = Some(day("2025-01-01")?);
    tables.push(subscription);
    for (date, logins) in [("2025-09-20", 30.0), ("2025-11-10", 4.0), ("2025-11-28", 6.0)] {
        let mut usage = Usage::new("logins", day(date)?, logins);
        usage.subscription_id = Some("acme-pro".to_owned());
        tables.push(usage);
    }
    let mut survey = Survey::new(SurveyKind::Nps, day("2025-08-01")?, 9.0);
    survey.subscription_id = Some("acme-pro".to_owned());
    tables.push(survey);
    Ok(Book::strict(tables)?)
}

/// The explanations of both days, and what made the difference.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let engine = Engine::compile(&Config::parse(CONFIG))?;
    let book = book()?;
    let days: [NaiveDate; 2] = ["2025-10-01".parse()?, "2025-12-01".parse()?];
    let mut state = State::new();
    let mut explained = Vec::new();
    for day in days {
        let assessment = engine.assess(&Input::book(&book), day, &state)?;
        explained.extend(engine.explain(&assessment, "health", "acme-pro"));
        state = assessment.into_state();
    }
    let [before, after] = &explained[..] else { return Err("no such subscription".into()) };
    Ok(format!("{before}\n{after}\n{}", engine.change(before, after)))
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", story()?);
    Ok(())
}
