//! What an assessment says.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::alert::{Event, OpenAlert};
use crate::fault::Fault;
use crate::frame::{Column, Data, SubjectKind, Table};
use crate::result::card::CardResult;
use crate::result::population::Population;
use crate::result::rules::{Quieted, RuleRows, open_alerts};
use crate::state::State;
use crate::time::AsOf;
use crate::value::Value;

pub use crate::result::card::SubjectScore;
pub use crate::result::note::Note;
pub use crate::result::rules::{Match, RuleResult};

/// The results for all subjects as of one day or moment.
///
/// It can be stored in any serde format and read again, with the same bits where the format keeps them
/// (with `serde_json` turn its feature `float_roundtrip` on). The form is that of this version of the crate; what
/// has to last is the [`State`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///     [[scorecards]]
///     name = "health"
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(6.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let reds: Vec<&str> = night.scores("health").filter(|score| score.band == Some("red")).map(|score| score.subject).collect();
/// assert_eq!(reds, ["acme"]);
/// assert_eq!(night.alerts()[0].rule, "no_login");
/// let tomorrow = night.into_state(); // goes into the next night
/// assert_eq!(tomorrow.to_string(), "state of 2026-03-01: 2 bands, 1 alert");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Assessment {
    pub(crate) as_of: AsOf,
    pub(crate) engine: Arc<str>,
    /// By kind of subject.
    pub(crate) tables: Vec<Table>,
    /// Names of columns by kind and slot.
    pub(crate) names: Arc<[Vec<String>]>,
    pub(crate) cards: Vec<CardResult>,
    pub(crate) rules: Vec<RuleRows>,
    /// The same in words, once somebody reads them.
    #[serde(skip)]
    pub(crate) told_rules: OnceLock<Vec<RuleResult>>,
    /// What happened to alerts, by rule and subject; the state's record has the same.
    #[serde(rename = "events")]
    pub(crate) told: Vec<Arc<Event>>,
    /// The same as a list of its own, once somebody reads it.
    #[serde(skip)]
    pub(crate) events: OnceLock<Vec<Event>>,
    pub(crate) quieted: Quieted,
    /// The alerts that are not over, once somebody reads them.
    #[serde(skip)]
    pub(crate) open: OnceLock<Vec<OpenAlert>>,
    pub(crate) enrolled: super::enrolled::Enrolled,
    pub(crate) notes: Vec<Note>,
    pub(crate) faults: Vec<Fault>,
    /// Before and after.
    pub(crate) past: Arc<State>,
    pub(crate) state: State,
    pub(crate) population: Population,
    pub(crate) manual: Vec<Manual>,
    /// What is no data as its feed stands still.
    #[serde(default)]
    pub(crate) waiting: Vec<super::waiting::Waiting>,
}

/// A manual value that was in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manual {
    pub(crate) kind: SubjectKind,
    pub(crate) subject: String,
    pub(crate) scorecard: String,
    pub(crate) effect: crate::score::Effect,
    pub(crate) text: String,
}

/// How many subjects are in a band.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3", "s4"])?;
/// frame.insert("logins", Column::numbers([Some(30.0), Some(40.0), Some(2.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let counts: Vec<_> = night.bands("health").iter().map(|count| (count.band, count.subjects)).collect();
/// assert_eq!(counts, [(Some("red"), 1), (Some("green"), 2), (None, 1)]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BandCount<'a> {
    /// The band; none for subjects without a score.
    pub band: Option<&'a str>,
    /// How many.
    pub subjects: usize,
}

impl Assessment {
    /// The day or moment as of which it was made.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The hash of the engine that made it.
    #[must_use]
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// The ids of the subjects of a kind that were assessed.
    #[must_use]
    pub fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.tables.get(kind.index()).map_or(&[], Table::ids)
    }

    /// The names of the scorecards.
    pub fn scorecards(&self) -> impl Iterator<Item = &str> {
        self.cards.iter().map(|card| card.name.as_str())
    }

    /// Every subject's score on a scorecard, in the order of [`Assessment::subjects`]; none for an
    /// unknown scorecard.
    pub fn scores(&self, scorecard: &str) -> impl Iterator<Item = SubjectScore<'_>> {
        let card = self.card(scorecard);
        card.into_iter().flat_map(move |card| {
            let ids = self.subjects(card.kind).iter();
            ids.zip(self.cells(card)).map(|(id, cell)| card.view(id, cell))
        })
    }

    /// A subject's score on a scorecard.
    #[must_use]
    pub fn score(&self, scorecard: &str, subject: &str) -> Option<SubjectScore<'_>> {
        let card = self.card(scorecard)?;
        let table = self.tables.get(card.kind.index())?;
        let row = table.row_of(subject)?;
        Some(card.view(table.ids().get(row)?, &self.cell(card, table, row)?))
    }

    /// How many subjects are in each band, lowest first, then those without a score if any.
    #[must_use]
    pub fn bands(&self, scorecard: &str) -> Vec<BandCount<'_>> {
        let Some(card) = self.card(scorecard) else { return Vec::new() };
        let mut counts: Vec<BandCount<'_>> =
            card.bands.iter().map(|band| BandCount { band: Some(band), subjects: 0 }).collect();
        let mut without = 0;
        let Some(Data::Text { codes, labels }) =
            self.column(card.kind, &format!("{}.band", card.name)).map(Column::data)
        else {
            return Vec::new();
        };
        let place = |text: &Arc<str>| card.bands.iter().position(|band| **band == **text);
        let places: Vec<_> = labels.texts().iter().map(place).collect();
        for code in codes {
            let place = places.get(*code as usize).copied().flatten();
            match place.and_then(|band| counts.get_mut(band)) {
                Some(it) => it.subjects += 1,
                None => without += 1,
            }
        }
        if without > 0 {
            counts.push(BandCount { band: None, subjects: without });
        }
        counts
    }

    /// The column of a metric, score or other name of the config, for a kind of subject.
    #[must_use]
    pub fn column(&self, kind: SubjectKind, name: &str) -> Option<&Column> {
        let slot = self.names.get(kind.index())?.iter().position(|one| one == name)?;
        self.tables.get(kind.index())?.column(slot)
    }

    /// A subject's value of a metric, score or other name; missing where there is none.
    #[must_use]
    pub fn value(&self, kind: SubjectKind, name: &str, subject: &str) -> Value {
        let row = self.tables.get(kind.index()).and_then(|table| table.row_of(subject));
        match (self.column(kind, name), row) {
            (Some(column), Some(row)) => column.value(row),
            _ => Value::Missing,
        }
    }

    /// What each rule says.
    #[must_use]
    pub fn rules(&self) -> &[RuleResult] {
        self.told_rules.get_or_init(|| {
            let none = Table::default();
            let result = |rule: &RuleRows| {
                let table = self.tables.get(rule.kind.index()).unwrap_or(&none);
                let names = self.names.get(rule.kind.index()).map_or(&[][..], Vec::as_slice);
                rule.result(table, names)
            };
            self.rules.iter().map(result).collect()
        })
    }

    /// What happened to alerts since the last assessment, suppressed or not, by rule and subject. When the same day or
    /// moment is assessed again, what is new of it, corrected or withdrawn. What is to be sent of it is in the outbox of the
    /// state ([`State::hand_out`]).
    #[must_use]
    pub fn events(&self) -> &[Event] {
        self.events.get_or_init(|| self.told.iter().map(|event| Event::clone(event)).collect())
    }

    /// The alerts that are not over: pending, firing and recovering, by rule and subject.
    #[must_use]
    pub fn alerts(&self) -> &[OpenAlert] {
        self.open.get_or_init(|| open_alerts(&self.state, &self.quieted))
    }

    /// What a reader should know about the columns.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What was wrong with the input or the state.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What is counted over its subjects.
    #[must_use]
    pub const fn population(&self) -> &Population {
        &self.population
    }

    /// What to hand to the next assessment.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The same, of an assessment that is not needed any more.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// What a scorecard is about; none for an unknown one.
    #[must_use]
    pub fn scorecard_kind(&self, scorecard: &str) -> Option<SubjectKind> {
        self.card(scorecard).map(|card| card.kind)
    }

    pub(crate) fn card(&self, name: &str) -> Option<&CardResult> {
        self.cards.iter().find(|card| card.name == name)
    }
}
