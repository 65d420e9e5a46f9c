//! What a config would have said over a history, and what that was worth.
//!
//! A [`Backtest`] is one pass over the days of a history. It never sees an outcome: what a config said is
//! recorded first, and [`judge`] holds it against what happened afterwards. So nothing that was said can rest on what
//! came later, and several aims are judged from one pass.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::outcome::backtest::{Aim, Backtest, JudgeOptions, judge};
//! use foretell::outcome::history::{Happening, History, Horizon};
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "quiet_days" }]
//!     rules = [{ name = "no_login", when = "quiet_days >= 20" }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
//! frame.insert("quiet_days", Column::numbers([Some(25.0), Some(3.0)]))?;
//! let said = Backtest::run(&engine, [("2026-03-01".parse()?, Input::frame(&frame))]);
//!
//! let lost = Happening::new("acme", "2026-04-01".parse()?, foretell::book::OutcomeKind::Churned);
//! let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
//! let window = Horizon { lead: 7, horizon: 56 };
//! let aim = Aim::new("lost", SubjectKind::Subscription, history, window);
//! let judged = judge(&[&said], &[aim], &JudgeOptions::default());
//! assert_eq!(judged.rule("no_login", "lost").map(|rule| (rule.hits, rule.false_alarms)), Some((1, 0)));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod judge;
mod judged;
mod recorded_days;
mod show;
mod weigh;
#[cfg(test)]
mod tests;

pub use judge::judge;
pub use judged::{
    Against, BandRisk, CardJudgement, JudgeOptions, Judged, JudgedAim, Source, SourceJudgement,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::history::{Happening, History, Horizon};
use crate::alert::{Event, Exposure};
use crate::engine::{AssessError, Assessment, Engine, Input};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::state::State;
use recorded_days::{Cards, Day, RecordedDays};

/// What alerts and scores are held against: losses that the caller names.
///
/// ```
/// use foretell::frame::SubjectKind::Subscription;
/// use foretell::book::OutcomeKind;
/// use foretell::outcome::backtest::Aim;
/// use foretell::outcome::history::{Happening, Horizon};
///
/// let day = |it: &str| it.parse().unwrap();
/// let ends = [
///     ("cancelled", Happening::new("acme", day("2026-03-20"), OutcomeKind::Churned)),
///     ("went silent", Happening::new("globex", day("2026-06-30"), OutcomeKind::Churned)),
/// ];
/// let aims = Aim::by_label(Subscription, ends, [("initech", day("2026-12-31"))], Horizon { lead: 7, horizon: 56 });
/// let names: Vec<&str> = aims.iter().map(|it| it.name.as_str()).collect();
/// assert_eq!(names, ["cancelled", "went silent"]);
/// // Who went silent was not cancelled, and never will be.
/// assert!(aims[0].history.loss("globex").is_none());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Aim {
    /// What it is called: `cancelled`, `went silent`.
    pub name: String,
    /// What its subjects are.
    pub kind: SubjectKind,
    /// Its losses are what an alert is to foresee.
    pub history: History,
    /// How long before a loss an alert counts.
    pub window: Horizon,
}

impl Aim {
    /// Subjects of a kind, with what happened to them, and how many days after an assessment it counts.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        kind: SubjectKind,
        history: History,
        window: Horizon,
    ) -> Self {
        Self { name: name.into(), kind, history, window }
    }

    /// One aim for each label of a loss, in the order of labels. Who was lost under one label is known never to be lost under
    /// another.
    pub fn by_label<L: Into<String>, S: Into<Arc<str>>>(
        kind: SubjectKind,
        happenings: impl IntoIterator<Item = (L, Happening)>,
        known_until: impl IntoIterator<Item = (S, NaiveDate)>,
        window: Horizon,
    ) -> Vec<Self> {
        let known: Vec<(Arc<str>, NaiveDate)> =
            known_until.into_iter().map(|(subject, day)| (subject.into(), day)).collect();
        let mut losses: BTreeMap<String, Vec<Happening>> = BTreeMap::new();
        let mut others = Vec::new();
        for (label, it) in happenings {
            if it.outcome.is_lost() {
                losses.entry(label.into()).or_default().push(it);
            } else {
                others.push(it);
            }
        }
        // A loss elsewhere is known for as long as anything is known of anybody.
        let days = losses.values().flatten().chain(&others).map(|loss| loss.day);
        let end = days.chain(known.iter().map(|pair| pair.1)).max().unwrap_or(NaiveDate::MAX);
        let aim = |name: &String| {
            let own = losses.get(name).into_iter().flatten().chain(&others).cloned();
            let elsewhere = losses.iter().filter(|aim| aim.0 != name).flat_map(|aim| aim.1);
            let elsewhere = elsewhere.map(|loss| (Arc::clone(&loss.subject), end));
            let history = History::new(own, known.iter().cloned().chain(elsewhere));
            Self { name: name.clone(), kind, history, window }
        };
        losses.keys().map(aim).collect()
    }
}

/// What a config said over a history, day by day.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::outcome::backtest::Backtest;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "quiet_days" }]
///     rules = [{ name = "no_login", when = "quiet_days >= 20" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("quiet_days", Column::numbers([Some(25.0), Some(3.0)]))?;
/// let days = ["2026-03-01".parse()?, "2026-03-08".parse()?];
/// let said = Backtest::run(&engine, days.map(|day| (day, Input::frame(&frame))));
/// assert_eq!((said.days().count(), said.events().len()), (2, 1)); // it fires once, and goes on
/// assert_eq!(said.exposure().subject_days(SubjectKind::Subscription), 2 + 2 * 7);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Backtest {
    engine: Arc<str>,
    /// Rules in the order of the config, with what they are about.
    rules: Vec<(String, SubjectKind)>,
    events: Vec<Event>,
    exposure: Exposure,
    faults: Vec<(NaiveDate, Fault)>,
    recorded: RecordedDays,
    cards: Cards,
    last: Option<Assessment>,
}

/// One pass over a history, for one engine or several.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::frame::{Column, Frame, SubjectKind};
/// use foretell::outcome::backtest::Backtester;
/// use foretell::{Config, Engine, Input};
///
/// let config = |most: u32| format!(r#"
///     [[metrics]]
///     name = "quiet_days"
///
///     [[rules]]
///     name = "no_login"
///     when = "quiet_days >= {most}"
/// "#);
/// let champion = Engine::compile(&Config::parse(&config(20)))?;
/// let challenger = Engine::compile(&Config::parse(&config(10)))?;
///
/// let mut both = Backtester::new(&[&champion, &challenger]);
/// for (day, quiet) in [("2026-03-01", 12.0), ("2026-03-08", 19.0)] {
///     // What was known on a day can be made when it is needed, and forgotten after.
///     let mut frame = Frame::new(SubjectKind::Subscription, ["s1"])?;
///     frame.insert("quiet_days", Column::numbers([Some(quiet)]))?;
///     both.day(day.parse()?, &Input::frame(&frame));
/// }
/// let told: Vec<usize> = both.finish().iter().map(|it| it.events().len()).collect();
/// assert_eq!(told, [0, 1]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Backtester<'e> {
    engines: Vec<&'e Engine>,
    passes: Vec<Backtest>,
}

impl<'e> Backtester<'e> {
    /// A pass from an empty state.
    #[must_use]
    pub fn new(engines: &[&'e Engine]) -> Self {
        let passes = engines.iter().map(|engine| Backtest::new(engine)).collect();
        Self { engines: engines.to_vec(), passes }
    }

    /// Assesses the next day in every engine, each with its own state of the day before. A day that is not later than the
    /// last is left out, with a fault.
    pub fn day(&mut self, as_of: NaiveDate, input: &Input<'_>) {
        for (engine, pass) in self.engines.iter().zip(&mut self.passes) {
            pass.day(engine, as_of, input);
        }
    }

    /// What each engine said on the last day, in the order of engines.
    pub fn last(&self) -> impl Iterator<Item = Option<&Assessment>> {
        self.passes.iter().map(Backtest::last)
    }

    /// What each engine said, in the order of engines.
    #[must_use]
    pub fn finish(self) -> Vec<Backtest> {
        self.passes
    }
}

impl Backtest {
    pub(in crate::outcome) fn new(engine: &Engine) -> Self {
        let config = engine.config();
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        Self {
            engine: engine.hash().into(),
            rules: config
                .rules
                .iter()
                .map(|rule| (rule.name.clone(), kind(rule.subject)))
                .collect(),
            events: Vec::new(),
            exposure: Exposure::default(),
            faults: Vec::new(),
            recorded: RecordedDays::default(),
            cards: Cards::new(
                config
                    .scorecards
                    .iter()
                    .map(|scorecard| (scorecard.name.clone(), kind(scorecard.subject))),
            ),
            last: None,
        }
    }

    /// One engine over a history, in the order of days, from an empty state. A book may hold the whole history: an assessment
    /// reads nothing later than its day.
    pub fn run<'a>(
        engine: &Engine,
        history: impl IntoIterator<Item = (NaiveDate, Input<'a>)>,
    ) -> Self {
        let mut pass = Self::new(engine);
        for (as_of, input) in history {
            pass.day(engine, as_of, &input);
        }
        pass
    }

    pub(in crate::outcome) fn day(&mut self, engine: &Engine, as_of: NaiveDate, input: &Input<'_>) {
        if let Some(last) =
            self.last.as_ref().map(|out| out.as_of().day()).filter(|day| as_of <= *day)
        {
            let message = format!("the day {as_of} is not later than {last}, the day before it");
            let fault = Fault::new(Code::TimeReversed, "history", message)
                .help("give every day once, in order; this one was left out");
            return self.faults.push((as_of, fault));
        }
        let empty = State::new();
        let state = self.last.as_ref().map_or(&empty, Assessment::state);
        // What is looked back on has happened, whatever guards say.
        let out = match engine.assess(input, as_of, state).or_else(AssessError::accept) {
            Ok(out) => out,
            Err(why) => {
                return self.faults.extend(why.faults().into_iter().map(|fault| (as_of, fault)));
            }
        };
        self.exposure.note(as_of, SubjectKind::ALL.map(|kind| (kind, out.subjects(kind).len())));
        self.events.extend_from_slice(out.events());
        self.faults.extend(out.faults().iter().map(|fault| (as_of, fault.clone())));
        self.recorded.add(&out);
        self.cards.add(&out);
        self.last = Some(out);
    }

    /// The hash of the engine.
    #[must_use]
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// The days, in order.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.recorded.days.iter().map(|day| day.as_of)
    }

    /// Every event, by day, rule and subject: those of [`Engine::replay`].
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many subjects were watched for how long.
    #[must_use]
    pub const fn exposure(&self) -> &Exposure {
        &self.exposure
    }

    /// What was wrong with the inputs, with the day.
    #[must_use]
    pub fn faults(&self) -> &[(NaiveDate, Fault)] {
        &self.faults
    }

    /// What was said on the last day.
    #[must_use]
    pub const fn last(&self) -> Option<&Assessment> {
        self.last.as_ref()
    }

    /// Every score that was given on a scorecard: day, subject, score and band, in the order of days.
    pub fn scores(
        &self,
        scorecard: &str,
    ) -> impl Iterator<Item = (NaiveDate, &str, Option<f64>, Option<&str>)> {
        let card = self.cards.find(scorecard);
        let days = self.recorded.days.iter().enumerate();
        days.filter_map(move |day| Some((card?, day))).flat_map(move |(card, (at, day))| {
            let subjects = self.recorded.subjects(card.kind);
            card.day(at).zip(day.present(card.kind)).map(move |((score, band), subject)| {
                let id = subjects.get(*subject as usize).map_or("", AsRef::as_ref);
                let score = (!score.is_nan()).then_some(score);
                (day.as_of, id, score, card.band_name(band))
            })
        })
    }

    /// The ids of the subjects of a kind, as they are numbered.
    pub(in crate::outcome) fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.recorded.subjects(kind)
    }

    /// The numbers of those that were assessed on the last day, in their order.
    pub(in crate::outcome) fn present(&self, kind: SubjectKind) -> &[u32] {
        self.recorded.days.last().map_or(&[], |day| day.present(kind))
    }

    const fn recorded(&self) -> &[Day] {
        self.recorded.days.as_slice()
    }
}
