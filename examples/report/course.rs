//! The course in `examples/data`, read as a book of subscriptions: its losses looked at again, and its renewals foretold.
//!
//! An enrolment is a subscription. Who withdraws has cancelled, who fails has lapsed, who passes has renewed.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{Days, NaiveDate};
use foretell::book::{Account, Book, OutcomeKind, Subscription, Tables, Usage};
use foretell::outcome::backtest::Backtest;
use foretell::outcome::calibrate::{Calibration, base_rates};
use foretell::outcome::forecast::{
    Forecast, Forecaster, Likelihood, Renewal, renewals, take_scores,
};
use foretell::outcome::history::{Happening, History};
use foretell::outcome::post_mortem::{PostMortemOptions, PostMortems, post_mortems};
use foretell::time::Stamp;
use foretell::{Config, Engine, Input, State};

type Answer<T> = Result<T, Box<dyn Error>>;

/// The course has no money: for the example a credit is taken to be worth 45 GBP.
const CREDIT: f64 = 45.0;

/// The scorecard that is looked at.
pub(crate) const CARD: &str = "health";

/// The first and the last week of the second run.
const RUN: [&str; 2] = ["2014-10-07", "2015-06-23"];

/// Mid-course of the first run, which is learned from, and of the second, which is foretold.
const LEARNED: &str = "2014-01-21";
const TODAY: &str = "2015-01-21";

/// What is known of an enrolment beside the book.
struct Enrolment {
    worth: f64,
    segment: &'static str,
    outcome: OutcomeKind,
    day: NaiveDate,
}

/// The course.
pub(crate) struct Course {
    pub(crate) engine: Engine,
    book: Book,
    enrolments: BTreeMap<String, Enrolment>,
}

/// The rows of a table, by column.
fn rows(text: &'static str) -> Answer<Vec<BTreeMap<String, String>>> {
    Ok(csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>()?)
}

/// A cell of a row; empty where there is none.
fn cell<'a>(row: &'a BTreeMap<String, String>, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn stamp(text: &str) -> Answer<Option<Stamp>> {
    Ok(if text.is_empty() { None } else { Some(text.parse()?) })
}

impl Course {
    pub(crate) fn read() -> Answer<Self> {
        let config = Config::parse(include_str!("../early_warning.toml"));
        let (mut tables, mut enrolments) = (Tables::default(), BTreeMap::new());
        for row in rows(include_str!("../data/accounts.csv"))? {
            tables.push(Account::new(cell(&row, "id")));
        }
        let mut outcomes = BTreeMap::new();
        for row in rows(include_str!("../data/outcomes.csv"))? {
            let outcome = match cell(&row, "outcome") {
                "renewed" => OutcomeKind::Renewed,
                "churned" => OutcomeKind::Churned,
                _ => OutcomeKind::Lapsed,
            };
            let day: NaiveDate = cell(&row, "date").parse()?;
            outcomes.insert(cell(&row, "subscription_id").to_owned(), (outcome, day));
        }
        for row in rows(include_str!("../data/subscriptions.csv"))? {
            let id = cell(&row, "id");
            let mut one = Subscription::new(id);
            one.account_id = Some(cell(&row, "account_id").to_owned());
            (one.start, one.end) = (stamp(cell(&row, "start"))?, stamp(cell(&row, "end"))?);
            one.cancelled_on = stamp(cell(&row, "cancelled_on"))?;
            tables.push(one);
            let (outcome, day) = *outcomes.get(id).ok_or("an enrolment without an outcome")?;
            let first = cell(&row, "prev_attempts") == "0";
            let segment = if first { "first attempt" } else { "again" };
            let worth = CREDIT * cell(&row, "studied_credits").parse::<f64>()?;
            enrolments.insert(id.to_owned(), Enrolment { worth, segment, outcome, day });
        }
        for row in rows(include_str!("../data/usage.csv"))? {
            let day = stamp(cell(&row, "date"))?.ok_or("a usage without a day")?;
            let value: f64 = cell(&row, "value").parse()?;
            let mut usage = Usage::new(cell(&row, "name"), day, value);
            usage.subscription_id = Some(cell(&row, "subscription_id").to_owned());
            tables.push(usage);
        }
        let book = Book::lenient(tables).book;
        Ok(Self { engine: Engine::compile(&config)?, book, enrolments })
    }

    /// The last day of each week of the second run.
    fn weeks() -> Answer<impl Iterator<Item = NaiveDate>> {
        let [first, last]: [NaiveDate; 2] = [RUN[0].parse()?, RUN[1].parse()?];
        let week = move |it: u64| first.checked_add_days(Days::new(7 * it));
        Ok((0..).map_while(week).take_while(move |it| *it <= last))
    }

    /// The losses of the second run.
    pub(crate) fn losses(&self) -> Answer<PostMortems> {
        let first: NaiveDate = RUN[0].parse()?;
        let later = self.enrolments.iter().filter(|it| first < it.1.day);
        let happened = later.map(|(id, it)| {
            Happening::new(id, it.day, it.outcome).with_values(Some(it.worth), None)
        });
        // The course ends: who did not leave in it never will. Were they known to its end alone, late alerts about them would
        // stay open, while those about the lost would count.
        let known = self.enrolments.keys().map(|id| (id.as_str(), NaiveDate::MAX));
        let history = History::new(happened, known);
        let days = Self::weeks()?.map(|it| (it, Input::book(&self.book)));
        let options = PostMortemOptions::new(CARD).in_currency("GBP".parse()?);
        Ok(post_mortems(&self.engine, days, &history, &options).ok_or("no such scorecard")?)
    }

    /// Who runs on a day, with scores; nothing later is read.
    fn running(&self, as_of: NaiveDate) -> Vec<Renewal> {
        let mut out = renewals(&self.book, as_of, None);
        let scores = self.engine.score(&Input::book(&self.book), as_of, &State::new());
        take_scores(&mut out, &scores, &[CARD]);
        for it in &mut out {
            let Some(known) = self.enrolments.get(it.subject.as_ref()) else { continue };
            (it.value, it.segment) = (Some(known.worth), Some(known.segment.into()));
        }
        out
    }

    /// What the second run will bring, seen in mid-course, by what came of the first.
    pub(crate) fn forecast(&self) -> Answer<Forecast> {
        let past = self.running(LEARNED.parse()?);
        let score = |it: &Renewal| it.scores.get(CARD).copied().unwrap_or(f64::NAN);
        let lost = |it: &Renewal| {
            self.enrolments.get(it.subject.as_ref()).is_some_and(|it| it.outcome.is_lost())
        };
        let scores: Vec<f64> = past.iter().map(score).collect();
        let lost: Vec<bool> = past.iter().map(lost).collect();
        let segments: Vec<&str> = past.iter().filter_map(|it| it.segment.as_deref()).collect();
        let rates = base_rates(&segments, &lost).ok_or("no past")?;
        let renewal =
            Likelihood::renewal(CARD, Calibration::fit(&scores, &lost)).with_base_rates(rates);

        let today: NaiveDate = TODAY.parse()?;
        let mut now = self.running(today);
        let weeks = Self::weeks()?.take_while(|it| *it <= today);
        let pass = Backtest::run(&self.engine, weeks.map(|it| (it, Input::book(&self.book))));
        let mut health: BTreeMap<&str, Vec<(NaiveDate, f64)>> = BTreeMap::new();
        for (day, subject, score, _) in pass.scores(CARD) {
            health.entry(subject).or_default().extend(score.map(|it| (day, it)));
        }
        for it in &mut now {
            it.past = health.get(it.subject.as_ref()).cloned().unwrap_or_default();
        }
        let forecaster = Forecaster::new(250).with_likelihood(renewal).in_currency("GBP".parse()?);
        Ok(forecaster.forecast(today, now))
    }
}
