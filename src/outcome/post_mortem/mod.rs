//! Losses, looked at again: what could be seen, when, who was told, and what would have caught them.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::outcome::history::{Happening, History};
//! use foretell::outcome::post_mortem::{PostMortemOptions, post_mortems};
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "logins", range = [0, 40], better = "higher" }]
//!     scorecards = [{ name = "health", factors = [{ metric = "logins" }] }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
//! frame.insert("logins", Column::numbers([Some(5.0), Some(40.0)]))?;
//! let lost = Happening::new("acme", "2026-04-01".parse()?, foretell::book::OutcomeKind::Churned);
//! let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
//! let days = [("2026-03-01".parse()?, Input::frame(&frame))];
//! let all = post_mortems(&engine, days, &history, &PostMortemOptions::new("health")).ok_or("no such scorecard")?;
//! let acme = all.of("acme").ok_or("it was assessed")?;
//! assert!(!acme.told_in_time); // there is no rule
//! assert_eq!(acme.course[0].score, Some(12.5));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod case;
mod catch;
pub(crate) mod show;
mod sum;
#[cfg(test)]
mod tests;
mod watch;

pub use catch::{RuleCatch, ThresholdCatch};

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use serde::Serialize;

use super::backtest::{Aim, Backtest, JudgeOptions, judge};
use super::history::{History, Horizon};
use super::measure::LeadTimes;
use crate::alert::Share;
use crate::book::OutcomeKind;
use crate::engine::{Engine, Input};
use crate::frame::SubjectKind;
use crate::money::Currency;
use crate::score::ScoreChange;
use case::Lived;
use catch::Worst;
use watch::Watch;

/// What is asked of losses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PostMortemOptions {
    /// The scorecard that is looked at; its subjects are those that are lost.
    pub scorecard: String,
    /// So many days before the loss it is looked at.
    pub marks: Vec<u32>,
    /// Which alerts were in time: told before the lead, and at most the horizon earlier.
    pub window: Horizon,
    /// What people said would come.
    pub calls: Vec<HumanCall>,
    /// How many thresholds are shown for each loss.
    pub most: usize,
    /// The currency of what losses are worth, to be named beside it. Nothing is converted.
    pub currency: Option<Currency>,
}

impl PostMortemOptions {
    /// Half a year, a quarter, two months, one, and a week before; alerts count from half a year to a week before.
    #[must_use]
    pub fn new(scorecard: impl Into<String>) -> Self {
        Self {
            scorecard: scorecard.into(),
            marks: vec![180, 90, 60, 30, 7],
            window: Horizon { lead: 6, horizon: 174 },
            calls: Vec::new(),
            most: 3,
            currency: None,
        }
    }

    /// The same with what people said would come.
    #[must_use]
    pub fn with_calls(mut self, calls: impl IntoIterator<Item = HumanCall>) -> Self {
        self.calls = calls.into_iter().collect();
        self
    }

    /// The same with the currency of what losses are worth.
    #[must_use]
    pub const fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// The same with another window.
    #[must_use]
    pub const fn with_window(mut self, window: Horizon) -> Self {
        self.window = window;
        self
    }
}

/// What somebody said would come of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HumanCall {
    /// The subject's id.
    pub subject: String,
    /// The day on which it was said.
    pub day: NaiveDate,
    /// What was said.
    pub outcome: OutcomeKind,
    /// Who said it.
    pub by: String,
}

impl HumanCall {
    /// What somebody said of a subject on a day.
    #[must_use]
    pub fn new(
        subject: impl Into<String>,
        day: NaiveDate,
        outcome: OutcomeKind,
        by: impl Into<String>,
    ) -> Self {
        Self { subject: subject.into(), day, outcome, by: by.into() }
    }
}

/// One loss, looked at again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostMortem {
    /// The subject's id.
    pub subject: String,
    /// What it was.
    pub kind: SubjectKind,
    /// The scorecard that was looked at.
    pub scorecard: String,
    /// Hash of the engine that assessed it.
    pub engine: String,
    /// The window in which an alert is in time: days of lead, days of horizon.
    pub window: [u32; 2],
    /// The day of the loss.
    pub lost_on: NaiveDate,
    /// What it was worth, where that is known.
    pub value: Option<f64>,
    /// The currency of that, where it was named.
    pub currency: Option<Currency>,
    /// Every day from its first assessment to the last before the loss.
    pub course: Vec<SubjectStanding>,
    /// How it stood so many days before.
    pub marks: Vec<BeforeLoss>,
    /// Why the score is not what it was at its best.
    pub fall: Option<Fall>,
    /// The first thing that could be seen.
    pub first_signal: Option<Sign>,
    /// Who was warned when, in the order of days.
    pub warnings: Vec<Warning>,
    /// Whether somebody was told in time.
    pub told_in_time: bool,
    /// What a human said last, in time to act.
    pub call: Option<HumanCall>,
    /// The rules that fired in time, and what they cost over the same history.
    pub rules: Vec<RuleCatch>,
    /// The thresholds on one metric that would have fired in time at the least cost.
    pub thresholds: Vec<ThresholdCatch>,
    #[serde(skip)]
    lived: Lived,
}

/// How a subject stood on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubjectStanding {
    /// The day.
    pub day: NaiveDate,
    /// Its score; none where it has none, or was not assessed on the day.
    pub score: Option<f64>,
    /// Its band.
    pub band: Option<String>,
    /// The share of weight that was measured, 0 to 1; 0 where it was not assessed.
    pub coverage: f64,
    /// What changed the score by hand or by rule.
    pub overridden: Option<String>,
    /// The rules whose alerts were firing, by name.
    pub alerts: Vec<String>,
}

/// How a subject stood so many days before its loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BeforeLoss {
    /// Days before the loss.
    pub before: u32,
    /// The last day by then on which it was assessed; none where it was not yet.
    pub day: Option<NaiveDate>,
    /// Its score.
    pub score: Option<f64>,
    /// Its band.
    pub band: Option<String>,
    /// The share of weight that was measured, 0 to 1.
    pub coverage: f64,
    /// What changed the score by hand or by rule.
    pub overridden: Option<String>,
    /// The rules whose alerts were firing, by name.
    pub alerts: Vec<String>,
}

/// A score at its best, and on the last day before the loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fall {
    /// The last day on which the score was highest.
    pub from: NaiveDate,
    /// The last day before the loss.
    pub to: NaiveDate,
    /// Why it is another, in parts that sum to the difference.
    pub change: ScoreChange,
}

/// Something that could be seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sign {
    /// The first day on which it was there.
    pub day: NaiveDate,
    /// Days from then to the loss.
    pub lead: i64,
    /// What it was.
    pub what: Seen,
}

/// What could be seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Seen {
    /// An alert fired, told or not.
    Alert {
        /// The rule.
        rule: String,
    },
    /// The subject left its best band, and did not come back to it.
    Band {
        /// Its best band.
        from: String,
        /// The band it fell to.
        to: String,
    },
    /// A factor fell from its best by at least [`Seen::FALL`] points, and did not come back.
    Factor {
        /// Groups and name of the factor.
        factor: String,
        /// What people call its metric.
        label: String,
        /// Its best points before.
        from: f64,
        /// Its points on the day.
        to: f64,
    },
}

impl Seen {
    /// How many points a factor must have fallen to be a signal: a quarter of the scale. Our choice, tested by
    /// `the_first_signal_is_the_earliest_that_stayed`.
    pub const FALL: f64 = 25.0;

    /// What to count it under: `alert no_login`, `band`, `factor usage`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Alert { rule } => format!("alert {rule}"),
            Self::Band { .. } => "band".to_owned(),
            Self::Factor { factor, .. } => format!("factor {factor}"),
        }
    }
}

/// An alert that fired for a subject before its loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// The day.
    pub day: NaiveDate,
    /// Days from then to the loss.
    pub lead: i64,
    /// The rule.
    pub rule: String,
    /// Who it was for.
    pub owner: Option<String>,
    /// Whether somebody was told.
    pub told: bool,
    /// What happened, with why nobody was told: `no_login fired (silenced)`.
    pub event: String,
    /// What it said.
    pub message: String,
}

/// Many losses, looked at again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostMortems {
    /// The scorecard.
    pub scorecard: String,
    /// Hash of the engine that assessed them.
    pub engine: String,
    /// The currency of what they were worth, where it was named.
    pub currency: Option<Currency>,
    /// The window in which an alert is in time: days of lead, days of horizon.
    pub window: [u32; 2],
    /// Each loss of which there is something to see, in the order of days, then of subjects.
    pub losses: Vec<PostMortem>,
    /// Losses of subjects that were never assessed in time.
    pub unassessed: usize,
    /// Of the losses, those of which nobody was told in time.
    pub missed: Option<Share>,
    /// Days from the first alert told in time to the loss.
    pub lead: Option<LeadTimes>,
    /// First signals by name, the most frequent first.
    pub first_signals: Vec<(String, usize)>,
    /// Losses without a signal.
    pub unseen: usize,
    /// Of the losses that somebody called, those called otherwise.
    pub called_wrong: Option<Share>,
    /// Losses that each rule was told of in time, by name.
    pub caught_by: BTreeMap<String, usize>,
}

/// A pass over a history that looks at its losses.
///
/// See [`post_mortems`] for one call over all days.
#[derive(Debug)]
pub struct Inquest<'e> {
    engine: &'e Engine,
    options: PostMortemOptions,
    kind: SubjectKind,
    history: History,
    pass: Backtest,
    watched: BTreeMap<Arc<str>, Watch>,
    worst: Worst,
}

impl<'e> Inquest<'e> {
    /// A pass from an empty state. None where the engine has no such scorecard.
    #[must_use]
    pub fn new(engine: &'e Engine, history: &History, options: &PostMortemOptions) -> Option<Self> {
        let config = engine.config();
        let card =
            config.scorecards.iter().find(|scorecard| scorecard.name == options.scorecard)?;
        let kind = card.subject.unwrap_or(config.subject);
        let watch = |it: &super::history::Happening| {
            (Arc::clone(&it.subject), Watch::new(engine, kind, it, &options.marks))
        };
        Some(Self {
            engine,
            kind,
            pass: Backtest::new(engine),
            watched: history.losses().map(watch).collect(),
            worst: Worst::new(config, card, kind, options.window),
            options: options.clone(),
            history: history.clone(),
        })
    }

    /// Assesses the next day.
    pub fn day(&mut self, as_of: NaiveDate, input: &Input<'_>) {
        let before = self.pass.last().map(crate::engine::Assessment::as_of);
        self.pass.day(self.engine, as_of, input);
        let Some(out) = self.pass.last().filter(|out| before != Some(out.as_of())) else {
            return;
        };
        self.worst.see(&self.pass, out, &self.history);
        let mut firing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for it in
            out.alerts().iter().filter(|alert| alert.kind == self.kind && alert.phase.is_firing())
        {
            firing.entry(&it.subject).or_default().push(&it.rule);
        }
        for (subject, watch) in &mut self.watched {
            let open = firing.get(subject.as_ref()).map_or(&[][..], Vec::as_slice);
            watch.see(self.engine, out, &self.options.scorecard, open);
        }
    }

    /// What came of it.
    #[must_use]
    pub fn finish(self) -> PostMortems {
        let aim = Aim {
            name: "lost".to_owned(),
            kind: self.kind,
            history: self.history,
            window: self.options.window,
        };
        let judging = JudgeOptions { budget: 0.0, ..JudgeOptions::default() };
        let judged = judge(&[&self.pass], std::slice::from_ref(&aim), &judging);
        let mut events: BTreeMap<&str, Vec<&crate::alert::Event>> = BTreeMap::new();
        for it in self.pass.events().iter().filter(|event| event.kind == self.kind) {
            events.entry(&it.subject).or_default().push(it);
        }
        let mut calls: BTreeMap<&str, Vec<&HumanCall>> = BTreeMap::new();
        for it in &self.options.calls {
            calls.entry(&it.subject).or_default().push(it);
        }
        let scene = sum::Scene {
            engine: self.engine,
            options: &self.options,
            kind: self.kind,
            judged: &judged,
            worst: &self.worst,
            pass: &self.pass,
        };
        let (mut losses, mut unassessed) = (Vec::new(), 0);
        for (subject, watch) in self.watched {
            let own = events.get(subject.as_ref()).map_or(&[][..], Vec::as_slice);
            let said = calls.get(subject.as_ref()).map_or(&[][..], Vec::as_slice);
            match scene.post_mortem(watch, own, said) {
                Some(it) => losses.push(it),
                None => unassessed += 1,
            }
        }
        losses.sort_by(|one, two| (one.lost_on, &one.subject).cmp(&(two.lost_on, &two.subject)));
        sum::of_all(self.engine, &self.options, losses, unassessed)
    }
}

/// Looks at every loss of a history, over days in order, from an empty state. None where the engine has no such
/// scorecard.
///
/// Nothing of a loss is known to the assessments: the history only says where to look.
#[must_use]
pub fn post_mortems<'a>(
    engine: &Engine,
    days: impl IntoIterator<Item = (NaiveDate, Input<'a>)>,
    history: &History,
    options: &PostMortemOptions,
) -> Option<PostMortems> {
    let mut inquest = Inquest::new(engine, history, options)?;
    for (as_of, input) in days {
        inquest.day(as_of, &input);
    }
    Some(inquest.finish())
}

impl PostMortems {
    /// The loss of a subject.
    #[must_use]
    pub fn of(&self, subject: &str) -> Option<&PostMortem> {
        self.losses.iter().find(|loss| loss.subject == subject)
    }

    /// How many losses somebody was notified of how early: the missed, then classes of days between the marks, the latest first.
    #[must_use]
    pub fn how_early(&self) -> Vec<(String, usize)> {
        sum::how_early(self)
    }
}

impl PostMortem {
    /// The loss as a test for the config's own `[[tests]]`, as TOML text: what the subject lived through, and what the
    /// engine says of it on its own.
    ///
    /// Appended to the config it passes. Of a loss that was missed it holds that nobody is told: who mends the rules changes
    /// what it expects, and keeps it. A subject on its own has no children and no peers; where its alerts hung on them the text
    /// says in a comment that they are others here.
    #[must_use]
    pub fn regression_case(&self, engine: &Engine) -> String {
        case::write(self, engine)
    }
}
