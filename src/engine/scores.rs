//! Scores, bands and what rules say, in columns: for many subjects at once, or one while a customer waits.

use std::ops::Range;
use std::sync::Arc;

use super::Engine;
use super::assess::usable;
use super::input::Input;
use super::plan::{Outputs, Step, Work};
use super::room::Room;
use super::run::Run;
use crate::fault::Fault;
use crate::frame::{CHUNK, Column, Data, Labels, SubjectKind, Table, chunks, each};
use crate::score::{Held, Scorecard};
use crate::state::State;
use crate::time::AsOf;
use crate::verdict::Verdict;

/// Results in columns. In the order of [`Scores::subjects`].
///
/// They have the bits that an [`Assessment`](super::Assessment) of the same input has. What takes its time is
/// left out: intervals, explanations, events, notes on the input and the next state.
#[derive(Debug, Clone)]
pub struct Scores {
    as_of: AsOf,
    engine: Arc<str>,
    tables: Vec<Table>,
    names: Arc<[Vec<String>]>,
    cards: Vec<(Arc<str>, SubjectKind, Outputs)>,
    rules: Vec<RuleColumn>,
    faults: Vec<Fault>,
}

/// What a rule says of every subject of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleColumn {
    /// The rule's name.
    pub rule: Arc<str>,
    /// What it is about.
    pub kind: SubjectKind,
    /// One answer a subject.
    pub answers: Vec<Verdict>,
}

impl Engine {
    /// Scores every subject of the input as of a day and asks every rule, in columns.
    ///
    /// `state` is what the last assessment handed on, or [`State::new`]: bands are held by it, and names read
    /// what was. It is not taken a step further; see [`Engine::assess`] for alerts and all that explains.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::frame::{Column, Frame, SubjectKind};
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     [[metrics]]
    ///     name = "days_since_login"
    ///
    ///     [[scorecards]]
    ///     name = "health"
    ///     bands = [{ name = "red" }, { name = "green", from = 50 }]
    ///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
    /// "#))?;
    /// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
    /// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(6.0)]))?;
    ///
    /// let scores = engine.score(&Input::frame(&frame), "2026-03-01".parse()?, &State::new());
    /// assert_eq!(scores.score("health"), Some(&[25.0, 90.0][..]));
    /// assert_eq!(scores.band("health", 1), Some("green"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score(&self, input: &Input<'_>, as_of: AsOf, state: &State) -> Scores {
        self.score_in(Room::default(), input, as_of, state)
    }

    /// The same in the memory of results that are not needed any more, of this engine or another. With books of
    /// many thousand subjects, again and again, it spares the system the work of handing out memory.
    #[must_use]
    pub fn score_again(
        &self,
        used: Scores,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Scores {
        let answers = used.rules.into_iter().map(|it| it.answers);
        self.score_in(Room::of(used.tables, answers), input, as_of, state)
    }

    fn score_in(&self, room: Room, input: &Input<'_>, as_of: AsOf, state: &State) -> Scores {
        let mut faults = Vec::new();
        let past = Arc::new(usable(state, as_of, &mut faults));
        let mut run = self.run(input, as_of, &past, faults);
        // Where a value hangs on how sure another is, that has to be known.
        run.room = room;
        run.lean = !self.cards.values().any(Scorecard::asks_how_sure);
        for step in &self.steps {
            run.step(step);
        }
        let rules = self.answers(&run.out.tables, &mut run.room);
        let card = |step: &Step| match &step.work {
            Work::Card { card, outputs } => {
                let card = self.cards.get(card)?;
                Some((card.name.as_str().into(), card.kind, outputs.clone()))
            }
            _ => None,
        };
        Scores {
            as_of,
            engine: run.out.engine,
            tables: run.out.tables,
            names: run.out.names,
            cards: self.steps.iter().filter_map(card).collect(),
            rules,
            faults: run.out.faults,
        }
    }
}

impl Engine {
    /// What every rule says, in the order of the config.
    fn answers(&self, tables: &[Table], room: &mut Room) -> Vec<RuleColumn> {
        let column = |rule: &super::plan::Rule| {
            let config = self.config.rules.get(rule.number);
            let name = config.map_or_else(Arc::default, |it| it.name.as_str().into());
            RuleColumn { rule: name, kind: rule.kind, answers: Vec::new() }
        };
        let mut all: Vec<RuleColumn> = self.rules.iter().map(column).collect();
        for batch in &self.batches {
            let Some(table) = tables.get(batch.kind.index()) else { continue };
            let mut columns: Vec<Vec<Verdict>> =
                batch.rules.iter().map(|_| room.answers(table.len())).collect();
            let mut parts: Vec<_> = columns.iter_mut().map(|it| it.chunks_mut(CHUNK)).collect();
            let part = |rows: Range<usize>| {
                let part = parts.iter_mut().map(|it| it.next().unwrap_or_default());
                (rows, part.collect::<Vec<&mut [Verdict]>>())
            };
            each(chunks(table.len()).map(part).collect(), |scratch, (rows, out)| {
                let mut asked = batch.conditions.chunk(scratch, table, rows);
                for (number, out) in out.into_iter().enumerate() {
                    for (out, state) in out.iter_mut().zip(asked.states(number)) {
                        *out = Verdict::of(*state);
                    }
                }
            });
            for (rule, answers) in batch.rules.iter().zip(columns) {
                if let Some(it) = all.get_mut(*rule) {
                    it.answers = answers;
                }
            }
        }
        all
    }
}

impl Scores {
    /// The day for which they were made.
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
        self.cards.iter().map(|(name, kind, _)| (name.as_ref(), *kind))
    }

    /// The ids of the subjects of a kind.
    #[must_use]
    pub fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.tables.get(kind.index()).map_or(&[], Table::ids)
    }

    /// The scores of a scorecard, 0 to 100, NaN for none; `None` for an unknown scorecard.
    #[must_use]
    pub fn score(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |it| it.score)
    }

    /// The scores before any override, NaN for none; `None` for an unknown scorecard.
    #[must_use]
    pub fn raw_score(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |it| it.raw_score)
    }

    /// The share of weight that is measured, 0 to 1; `None` for an unknown scorecard.
    #[must_use]
    pub fn coverage(&self, scorecard: &str) -> Option<&[f64]> {
        self.numbers(scorecard, |it| it.coverage)
    }

    /// The numbers of the bands, lowest first from 0, [`Data::NO_CODE`] for none, and their names; `None` for an
    /// unknown scorecard.
    #[must_use]
    pub fn bands(&self, scorecard: &str) -> Option<(&[u32], &[Arc<str>])> {
        match self.output(scorecard, |it| it.band)?.data() {
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
        let slot = self.names.get(kind.index())?.iter().position(|it| it == name)?;
        self.tables.get(kind.index())?.column(slot)
    }

    /// What each rule says, in the order of the config.
    #[must_use]
    pub fn rules(&self) -> &[RuleColumn] {
        &self.rules
    }

    /// What was wrong with the input or the state.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn output(&self, scorecard: &str, slot: impl Fn(&Outputs) -> usize) -> Option<&Column> {
        let (_, kind, outputs) = self.cards.iter().find(|it| it.0.as_ref() == scorecard)?;
        self.tables.get(kind.index())?.column(slot(outputs))
    }

    fn numbers(&self, scorecard: &str, slot: impl Fn(&Outputs) -> usize) -> Option<&[f64]> {
        match self.output(scorecard, slot)?.data() {
            Data::Number(it) => Some(it),
            _ => None,
        }
    }
}

impl Run<'_> {
    /// Fills what a scorecard gives, in columns.
    pub(super) fn card_columns(&mut self, number: usize, outputs: &Outputs) {
        let Some(card) = self.engine.cards.get(&number) else { return };
        let Some(table) = self.out.tables.get(card.kind.index()) else { return };
        let bands = self.past.bands.get(&card.name).is_some_and(|it| !it.is_empty());
        let held = Held { manual: !self.out.manual.is_empty(), bands };
        let room = &mut self.room;
        let made = self.out.with_context(card, table, |it| card.columns(it, held, room));
        let labels = card.bands.list.iter().map(|it| Arc::from(it.name.as_str()));
        let labels = Arc::new(Labels::of(labels));
        let numbers = |it: Vec<f64>| Arc::new(Column::new(Data::Number(it)));
        let texts = |codes: Vec<u32>| {
            Arc::new(Column::new(Data::Text { codes, labels: Arc::clone(&labels) }))
        };
        let (score, band) = (numbers(made.score), texts(made.band));
        let raw = if made.raw.is_empty() { Arc::clone(&score) } else { numbers(made.raw) };
        let raw_band =
            if made.raw_band.is_empty() { Arc::clone(&band) } else { texts(made.raw_band) };
        let Some(table) = self.out.tables.get_mut(card.kind.index()) else { return };
        let columns = [
            (outputs.score, score),
            (outputs.raw_score, raw),
            (outputs.coverage, numbers(made.coverage)),
            (outputs.band, band),
            (outputs.raw_band, raw_band),
        ];
        let groups = outputs.groups.iter().copied().zip(made.groups.into_iter().map(numbers));
        for (slot, column) in columns.into_iter().chain(groups) {
            table.set(slot, column, None);
        }
    }
}
