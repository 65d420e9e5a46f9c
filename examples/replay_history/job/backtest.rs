//! The rules beside a scorecard whose weights are learned on the first year: both are judged on the years after it.

use std::io::Write;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use foretell::book::Book;
use foretell::book::OutcomeKind;
use foretell::frame::SubjectKind::Subscription;
use foretell::outcome::backtest::{Aim, Backtest, Backtester, JudgeOptions, judge};
use foretell::outcome::history::{Happening, Horizon};
use foretell::outcome::learn::{LearnOptions, Moment, learn};
use foretell::{Config, Engine, Input, State};

use super::args::Options;
use super::baseline::at_budget;
use super::complaint::Complaint;
use super::history::{Cohort, Fate, History, Person};

/// The scorecard as written.
const CARD: &str = include_str!("../health.toml");

/// Eight weeks, as the detectors that are shown beside were given.
const WITHIN: Horizon = Horizon { lead: 0, horizon: 56 };

/// A term, and longer: who goes silent is known at the end of it.
const TERM: Horizon = Horizon { lead: 0, horizon: 400 };

/// How many weeks lie between two days that are learned from.
const EVERY: usize = 4;

pub(super) fn answer(
    options: &Options,
    rules: &Engine,
    history: &History,
    err: &mut dyn Write,
) -> Result<String, Complaint> {
    let first = history.cohorts.iter().map(Cohort::year).min().unwrap_or_default();
    let (train, test): (Vec<&Cohort>, Vec<&Cohort>) =
        history.cohorts.iter().partition(|it| it.year() == first);
    let learned = learned(&train)?;
    let mut text = format!(
        "Rules of {}, and a scorecard with weights learned on the terms of {first}\n",
        options.config.shown
    );
    let (mut of_rules, mut of_card) = (Vec::new(), Vec::new());
    let (mut pass, mut alone) = (Duration::ZERO, Duration::ZERO);
    for cohort in &test {
        let book = cohort.book().map_err(Complaint::faults)?;
        let started = Instant::now();
        let mut both = Backtester::new(&[rules, &learned]);
        for day in cohort.days() {
            both.day(day, &Input::book(&book));
        }
        let mut passes = both.finish();
        pass += started.elapsed();
        of_card.extend(passes.pop());
        of_rules.extend(passes.pop());
        // The same assessments without anything kept: what a backtest costs beside them.
        let started = Instant::now();
        for engine in [rules, &learned] {
            let mut state = State::new();
            for day in cohort.days() {
                let out = engine.assess(&Input::book(&book), day, &state);
                let out = out.or_else(foretell::engine::AssessError::accept);
                let out = out.map_err(|it| Complaint::faults(foretell::Faults(it.faults())))?;
                state = out.into_state();
            }
        }
        alone += started.elapsed();
    }
    let people: Vec<&Person> = test.iter().flat_map(|it| &it.people).collect();
    let aims = aims(&people);
    let started = Instant::now();
    let mut lines = Vec::new();
    for (what, passes) in [("The rules", &of_rules), ("The scorecard", &of_card)] {
        let parts: Vec<&Backtest> = passes.iter().collect();
        let judged = judge(&parts, &aims, &JudgeOptions::default());
        text += &format!("\n{what}\n\n{judged}\n");
        lines.push(serde_json::to_value(&judged).unwrap_or_default());
    }
    let judged = started.elapsed();
    text += &beside(options);
    drop(writeln!(
        err,
        "two configs in one pass {:.2} s, the same assessments alone {:.2} s: {:.2} times; judged in {:.2} s",
        pass.as_secs_f64(),
        alone.as_secs_f64(),
        pass.as_secs_f64() / alone.as_secs_f64().max(1e-9),
        judged.as_secs_f64()
    ));
    if options.json {
        let all = serde_json::json!({ "rules": lines.first(), "scorecard": lines.get(1) });
        text += &format!("\n{all}");
    }
    Ok(text)
}

/// The scorecard with weights and points from the terms of a year.
fn learned(cohorts: &[&Cohort]) -> Result<Engine, Complaint> {
    let config = Config::parse(CARD);
    let mut books: Vec<(&Cohort, Book)> = Vec::new();
    for cohort in cohorts {
        books.push((cohort, cohort.book().map_err(Complaint::faults)?));
    }
    let (mut past, mut days) = (Vec::new(), Vec::new());
    for (cohort, book) in &books {
        for day in cohort.days().into_iter().skip(EVERY - 1).step_by(EVERY) {
            past.push(Moment::new(day, Input::book(book)));
            let running = cohort.people.iter().filter(|it| it.runs(day));
            days.push((day, running.map(|it| it.id.as_str()).collect::<Vec<_>>()));
        }
    }
    let people: Vec<&Person> = cohorts.iter().flat_map(|it| &it.people).collect();
    let aims = aims(&people);
    let cancelled = aims.iter().find(|it| it.name == Fate::Cancelled.name());
    let rows = cancelled.map(|it| it.history.observe(days, it.window).rows).unwrap_or_default();
    let options = LearnOptions::default().with_breakpoints().with_resamples(0);
    let learned = learn(&config, "health", &past, &rows, &[], &options)
        .map_err(|it| Complaint::new(format!("nothing can be learned: {it}")))?;
    Engine::compile(&learned.config).map_err(Complaint::faults)
}

/// To be cancelled within eight weeks, and to go silent at the end of the term.
fn aims(people: &[&Person]) -> Vec<Aim> {
    let happened = people.iter().map(|it| {
        let (day, outcome) = match it.fate() {
            Fate::Cancelled => (it.cancelled.unwrap_or(it.end), OutcomeKind::Churned),
            Fate::Silent => (it.end, OutcomeKind::Churned),
            Fate::Kept => (it.end, OutcomeKind::Renewed),
        };
        (it.fate().name(), Happening::new(&it.id, day, outcome))
    });
    // Who was not cancelled in the term never will be.
    let known = people.iter().map(|it| (it.id.as_str(), NaiveDate::MAX));
    let mut aims = Aim::by_label(Subscription, happened, known, WITHIN);
    for aim in aims.iter_mut().filter(|it| it.name == Fate::Silent.name()) {
        aim.window = TERM;
    }
    aims
}

/// What single detectors reached, where that is known.
fn beside(options: &Options) -> String {
    let mut text = String::new();
    for (budget, share) in [("budget_0.05", "5%"), ("budget_0.02", "2%")] {
        for it in at_budget(&options.data.path, budget) {
            if text.is_empty() {
                text += "\nSingle detectors on the terms of 2014, weeks 8 to 30, cancelled within 8 weeks\n";
            }
            text += &format!(
                "  {} at {share} of weeks: precision {:.1}% where anybody has {:.1}%, caught {:.1}%, lead {:.0} days\n",
                it.name,
                100.0 * it.precision,
                100.0 * it.base,
                100.0 * it.recall,
                it.lead_days
            );
        }
    }
    text
}
