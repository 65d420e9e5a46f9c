//! Results in columns.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::fault::Fault;
use crate::frame::{Column, Data, SubjectKind, Table};
use crate::plan::memory::Room;
use crate::plan::outline::Outline;
use crate::plan::single_row::LiveRoom;
use crate::plan::steps::Outputs;
use crate::plan::wants::Place;
use crate::result::assessment::Note;
use crate::score::settle;
use crate::time::AsOf;
use crate::verdict::Verdict;

/// Results in columns. Rows are in the order of [`Scores::subjects`].
///
/// They have the bits that an [`Assessment`](super::assessment::Assessment) of the same input has. What is
/// slow to make is left out: intervals, explanations, events, notes on the input and the next state.
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
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(30.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// let health = scores.score("health").ok_or("unknown")?;
/// assert!(health[0] == 75.0 && health[1].is_nan()); // NaN is none
/// assert_eq!((scores.band("health", 0), scores.band("health", 1)), (Some("green"), None));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scores {
    pub(crate) as_of: AsOf,
    pub(crate) engine: Arc<str>,
    pub(crate) tables: Vec<Table>,
    pub(crate) names: Arc<[Vec<String>]>,
    pub(crate) outline: Arc<Outline>,
    /// Of each batch of rules: column after column.
    pub(crate) answers: Vec<Vec<Verdict>>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) room: Box<Room>,
    /// Of a single subject: what was given, which is then in no table.
    pub(crate) live: Option<Box<LiveRoom>>,
    /// The slots of columns that are wanted and were not given.
    pub(crate) absent: BTreeSet<Place>,
    /// Whether there was a book.
    pub(crate) with_book: bool,
    /// Scores of groups that nothing read, settled once they are asked for.
    pub(crate) late: Vec<OnceLock<Column>>,
}

/// What a rule says of every subject of its kind.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::Verdict;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex", "initech"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(3.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// let column = scores.rules().next().ok_or("one rule")?;
/// assert_eq!(column.answers, [Verdict::Yes, Verdict::No, Verdict::NoData]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleColumn<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// What it is about.
    pub kind: SubjectKind,
    /// One answer a subject.
    pub answers: &'a [Verdict],
}

impl Scores {
    /// The day or moment as of which they were made.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The hash of the engine that made them.
    #[must_use]
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// The names of the scorecards, and what each is about.
    pub fn scorecards(&self) -> impl Iterator<Item = (&str, SubjectKind)> {
        self.outline.cards.iter().map(|(name, kind, _)| (name.as_str(), *kind))
    }

    /// The ids of the subjects of a kind.
    #[must_use]
    pub fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.tables.get(kind.index()).map_or(&[], Table::ids)
    }

    /// The scores of a scorecard, 0 to 100, NaN for none; `None` for an unknown scorecard.
    #[must_use]
    pub fn score(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |outputs| outputs.score)
    }

    /// The scores before any override, 0 to 100, NaN for none; `None` for an unknown scorecard.
    #[must_use]
    pub fn raw_score(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |outputs| outputs.raw_score)
    }

    /// The share of weight that is measured, 0 to 1; `None` for an unknown scorecard.
    #[must_use]
    pub fn coverage(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |outputs| outputs.coverage)
    }

    /// The numbers of the bands, lowest first from 0, [`Data::NO_CODE`] for none, and their names; `None` for an
    /// unknown scorecard.
    #[must_use]
    pub fn bands(&self, scorecard: &str) -> Option<(&[u32], &[Arc<str>])> {
        match self.output(scorecard, |outputs| outputs.band)?.data() {
            Data::Text { codes, labels } => Some((codes, labels.texts())),
            _ => None,
        }
    }

    /// The band of the subject in a row.
    #[must_use]
    pub fn band(&self, scorecard: &str, row: usize) -> Option<&str> {
        let (codes, names) = self.bands(scorecard)?;
        names.get(*codes.get(row)? as usize).map(AsRef::as_ref)
    }

    /// The column of a metric, a score or any other name of the config.
    #[must_use]
    pub fn column(&self, kind: SubjectKind, name: &str) -> Option<&Column> {
        let slot = self.names.get(kind.index())?.iter().position(|one| one == name)?;
        let given = self.outline.takes(kind, name).then_some(name);
        self.found(kind, slot, given)
    }

    /// What each rule says, in the order of the config.
    #[must_use]
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleColumn<'_>> {
        self.outline.rules.iter().map(|(rule, kind, [batch, place])| {
            let rows = self.subjects(*kind).len();
            let all = self.answers.get(*batch).map_or(&[][..], Vec::as_slice);
            let answers = all.get(place * rows..(place + 1) * rows).unwrap_or_default();
            RuleColumn { rule, kind: *kind, answers }
        })
    }

    /// What the config wants and was not given, where there is no book: the tables and the columns, a note for each kind of
    /// subject. What else is worth a note, [`Engine::assess`](crate::engine::Engine::assess) says.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let Some(live) = &self.live else {
            return match self.with_book {
                true => Vec::new(),
                false => self.outline.wants.not_given(&self.tables, &self.absent),
            };
        };
        let absent =
            SubjectKind::ALL.into_iter().zip(&self.outline.given).flat_map(|(kind, all)| {
                let names = all.iter().filter(move |(name, _)| !live.is_given(kind, name.as_str()));
                names.map(move |pair| (kind.index(), pair.1))
            });
        self.outline.wants.not_given(&self.tables, &absent.collect())
    }

    /// What was wrong with the input or the state.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn output(&self, scorecard: &str, slot: impl Fn(&Outputs) -> usize) -> Option<&Column> {
        let (_, kind, outputs) = self.outline.cards.iter().find(|card| card.0 == scorecard)?;
        self.found(*kind, slot(outputs), None)
    }

    /// The column in a slot, and what was given under a name instead, if that may be.
    fn found(&self, kind: SubjectKind, slot: usize, given: Option<&str>) -> Option<&Column> {
        let live = self.live.as_ref().and_then(|live| live.column(kind, slot, given));
        if live.is_some() {
            return live;
        }
        let column = self.tables.get(kind.index())?.column(slot)?;
        let late = self.outline.unread.iter().position(|unread| unread.2 == (kind, slot));
        let Some(late) = late.and_then(|at| self.late.get(at)) else { return Some(column) };
        Some(late.get_or_init(|| {
            let mut column = column.clone();
            if let Data::Number(all) = column.data_mut() {
                settle(all);
            }
            column
        }))
    }

    fn numbers(&self, scorecard: &str, slot: impl Fn(&Outputs) -> usize) -> Option<&[f64]> {
        match self.output(scorecard, slot)?.data() {
            Data::Number(it) => Some(it),
            _ => None,
        }
    }
}
