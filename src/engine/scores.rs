//! Scores, bands and what rules say, in columns: for many subjects at once, or one while a customer waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::Engine;
use super::assess::usable;
use super::assessment::Note;
use super::input::Input;
use super::live::LiveRoom;
use super::plan::{Batch, Outputs, Rule, Slot, Step, Work};
use super::playbooks::Playbook;
use super::room::Room;
use super::run::Run;
use super::unnamed::{unnamed, unnamed_parents};
use super::wants::{Place, Wants};
use crate::config::Config;
use crate::fault::Fault;
use crate::frame::{Column, Data, Name, SubjectKind, Table};
use crate::score::{Scorecard, settle};
use crate::state::State;
use crate::time::AsOf;
use crate::verdict::Verdict;

/// Results in columns. In the order of [`Scores::subjects`].
///
/// They have the bits that an [`Assessment`](super::Assessment) of the same input has. What takes its time is
/// left out: intervals, explanations, events, notes on the input and the next state.
#[derive(Debug, Clone)]
pub struct Scores {
    pub(super) as_of: AsOf,
    engine: Arc<str>,
    pub(super) tables: Vec<Table>,
    names: Arc<[Vec<String>]>,
    pub(super) outline: Arc<Outline>,
    /// Of each batch of rules: column after column.
    pub(super) answers: Vec<Vec<Verdict>>,
    pub(super) faults: Vec<Fault>,
    room: Box<Room>,
    /// Of a single subject: what was given, which is then in no table.
    pub(super) live: Option<Box<LiveRoom>>,
    /// The slots of columns that are wanted and were not given.
    pub(super) absent: BTreeSet<Place>,
    /// Whether there was a book.
    with_book: bool,
    /// Scores of groups that nothing read, settled once they are asked for.
    late: Vec<OnceLock<Column>>,
}

/// What the results of an engine are called and where they stand.
#[derive(Debug, Default)]
pub(super) struct Outline {
    cards: Vec<(String, SubjectKind, Outputs)>,
    /// In the order of the config, each with its batch and its place there.
    rules: Vec<(String, SubjectKind, [usize; 2])>,
    /// What a host may give, by kind: names in order, each with its slot.
    given: Vec<Vec<(Name, usize)>>,
    /// From which step on there are only scorecards of which none reads another.
    last: usize,
    /// The groups of those that no rule reads: the scorecard, the number of the group, its place.
    unread: Vec<(usize, usize, (SubjectKind, usize))>,
    /// Whether some value hangs on whose subjects are whose.
    linked: bool,
    /// Whether some value hangs on how sure another is.
    sure: bool,
    /// What is wanted of the input.
    pub(super) wants: Wants,
}

/// What a rule says of every subject of its kind.
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

impl Outline {
    pub(super) fn new(
        config: &Config,
        spaces: &[Vec<Slot>],
        steps: &[Step],
        cards: &BTreeMap<usize, Scorecard>,
        rules: &[Rule],
        batches: &[Batch],
        playbooks: &[Playbook],
    ) -> Self {
        let card = |step: &Step| match &step.work {
            Work::Card { card, outputs } => {
                let card = cards.get(card)?;
                Some((card.name.clone(), card.kind, outputs.clone()))
            }
            _ => None,
        };
        let place = |rule: usize| {
            let of = |it: &Batch| it.rules.iter().position(|it| *it == rule);
            batches.iter().enumerate().find_map(|(number, it)| Some([number, of(it)?]))
        };
        let rule = |(at, rule): (usize, &Rule)| {
            let name = config.rules.get(rule.number)?.name.clone();
            Some((name, rule.kind, place(at)?))
        };
        let given = |kind: SubjectKind, slots: &Vec<Slot>| {
            let takes = steps.iter().filter(|it| it.kind == kind && it.work.takes_given());
            let named = takes
                .filter_map(|it| Some((Name::from(slots.get(it.slot)?.name.as_str()), it.slot)));
            let mut named: Vec<(Name, usize)> = named.collect();
            named.sort_unstable();
            named
        };
        let last = last_cards(steps, cards);
        Self {
            cards: steps.iter().filter_map(card).collect(),
            rules: rules.iter().enumerate().filter_map(rule).collect(),
            given: SubjectKind::ALL.iter().zip(spaces).map(|(kind, it)| given(*kind, it)).collect(),
            unread: unread(steps.get(last..).unwrap_or_default(), batches),
            last,
            linked: steps.iter().any(|it| {
                matches!(it.work, Work::Parent { .. } | Work::Children { .. } | Work::Alerts { .. })
            }),
            sure: cards.values().any(Scorecard::asks_how_sure),
            wants: Wants::new(spaces, steps, cards, (rules, playbooks)),
        }
    }
}

impl Outline {
    /// Tells the scorecards which of their groups nothing reads.
    pub(super) fn note_unread(&self, cards: &mut BTreeMap<usize, Scorecard>) {
        for (card, number, _) in &self.unread {
            if let Some(it) = cards.get_mut(card) {
                it.unread.insert(*number);
            }
        }
    }

    /// Whether a host may give a name of a kind of subject.
    fn takes(&self, kind: SubjectKind, name: &str) -> bool {
        let names = self.given.get(kind.index());
        names.is_some_and(|all| all.binary_search_by(|it| it.0.as_str().cmp(name)).is_ok())
    }
}

/// The groups of the last scorecards that no rule reads.
fn unread(last: &[Step], batches: &[Batch]) -> Vec<(usize, usize, (SubjectKind, usize))> {
    let mut all = Vec::new();
    for step in last {
        let Work::Card { card, outputs } = &step.work else { continue };
        let is_read = |slot: usize| {
            let its = batches.iter().filter(|it| it.kind == step.kind);
            its.flat_map(|it| it.conditions.slots()).any(|it| it == slot)
        };
        let groups = outputs.groups.iter().enumerate().filter(|it| !is_read(*it.1));
        all.extend(groups.map(|(number, slot)| (*card, number, (step.kind, *slot))));
    }
    all
}

/// How many steps there are before the last scorecards, none of which reads another.
fn last_cards(steps: &[Step], cards: &BTreeMap<usize, Scorecard>) -> usize {
    let mut last: Vec<(SubjectKind, &Scorecard)> = Vec::new();
    for step in steps.iter().rev() {
        let Work::Card { card, outputs } = &step.work else { break };
        let Some(card) = cards.get(card).filter(|_| !step.whole) else { break };
        let kept = last.iter().filter(|it| it.0 == step.kind);
        if kept.into_iter().any(|(_, it)| outputs.slots().any(|slot| it.reads(slot))) {
            break;
        }
        last.push((step.kind, card));
    }
    steps.len() - last.len()
}

impl Engine {
    /// Scores every subject of the input as of a day or a moment and asks every rule, in columns.
    ///
    /// `state` is what the last assessment handed on, or [`State::new`]: bands are held by it, and names read
    /// what was. It is not taken a step further; see [`Engine::assess`] for alerts and all that explains.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use chrono::NaiveDate;
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
    /// let day: NaiveDate = "2026-03-01".parse()?;
    /// let scores = engine.score(&Input::frame(&frame), day, &State::new());
    /// assert_eq!(scores.score("health"), Some(&[25.0, 90.0][..]));
    /// assert_eq!(scores.band("health", 1), Some("green"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score(&self, input: &Input<'_>, as_of: impl Into<AsOf>, state: &State) -> Scores {
        self.score_at(None, input, as_of.into(), state)
    }

    /// The same in the memory of results that are not needed any more, of this engine or another.
    ///
    /// With books of many thousand subjects it spares the system the work of handing out memory. For one subject
    /// after another, while customers wait, hand in what the last gave: a frame of one row over results of one
    /// row of the same kind is then scored without columns in between, in a quarter of the time, unless
    /// [`Engine::plan`] says that the config needs them. The bits are the same either way.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// # use foretell::frame::{Column, Frame, SubjectKind};
    /// # use foretell::{Config, Engine, Input, State};
    /// # let engine = Engine::compile(&Config::parse(r#"
    /// #     metrics = [{ name = "logins" }]
    /// #     [[scorecards]]
    /// #     name = "health"
    /// #     factors = [{ metric = "logins", points.linear = { worst = 0, best = 50 } }]
    /// # "#))?;
    /// # use foretell::time::AsOf;
    /// let (day, state) = ("2026-03-01".parse::<AsOf>()?, State::new());
    /// let mut last = None;
    /// for (id, logins) in [("s1", 10.0), ("s2", 45.0), ("s3", 25.0)] {
    ///     let mut frame = Frame::new(SubjectKind::Subscription, [id])?;
    ///     frame.insert("logins", Column::numbers([Some(logins)]))?;
    ///     let input = Input::frame(&frame);
    ///     let scores = match last.take() {
    ///         Some(used) => engine.score_again(used, &input, day, &state),
    ///         None => engine.score(&input, day, &state),
    ///     };
    ///     assert_eq!(scores.score("health"), Some(&[logins * 2.0][..]));
    ///     last = Some(scores);
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score_again(
        &self,
        mut used: Scores,
        input: &Input<'_>,
        as_of: impl Into<AsOf>,
        state: &State,
    ) -> Scores {
        let as_of = as_of.into();
        if self.score_one(&mut used, input, as_of, state) {
            return used;
        }
        self.score_at(Some(used), input, as_of, state)
    }

    fn score_at(
        &self,
        used: Option<Scores>,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Scores {
        let as_of = input.settled(as_of);
        let known = input.known(as_of);
        self.score_in(used, &input.with_book(known.as_ref()), as_of, &self.renamed(state))
    }

    fn score_in(
        &self,
        used: Option<Scores>,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Scores {
        // Without a past a row need not be known again.
        let mut faults = if state.is_new() { unnamed_parents(input) } else { unnamed(input) };
        let has_ids = faults.is_empty();
        let last = state.as_of.map(|it| input.settled(it));
        let past = usable(state, last, as_of, &mut faults);
        let past = past.filter(|_| has_ids).unwrap_or(&self.no_past);
        let (tables, answers, mut room) =
            used.map(|it| (it.tables, it.answers, it.room)).unwrap_or_default();
        room.answers = answers;
        let mut run = self.run(input, as_of, past, faults, tables, self.outline.linked);
        run.room = room;
        // Where a value hangs on how sure another is, that has to be known.
        run.lean = !self.outline.sure;
        if !run.lean {
            run.out.past = Arc::new(past.clone());
        }
        run.take_given();
        let last = if run.lean { self.outline.last } else { self.steps.len() };
        let (steps, cards) = self.steps.split_at_checked(last).unwrap_or_default();
        for step in steps {
            run.step(step);
        }
        let answers = run.finish(cards);
        run.out.tell_failures();
        Scores {
            as_of,
            engine: run.out.engine,
            tables: run.out.tables,
            names: run.out.names,
            outline: Arc::clone(&self.outline),
            answers,
            faults: run.out.faults,
            room: run.room,
            live: None,
            late: self.outline.unread.iter().map(|_| OnceLock::new()).collect(),
            absent: run.absent,
            with_book: input.book.is_some(),
        }
    }
}

impl Run<'_> {
    /// Takes over the given columns that are wanted. In a lean run those about which there is nothing to say stand
    /// in their slots at once.
    pub(super) fn take_given(&mut self) {
        let engine = self.engine;
        let no_book = self.source.input.book.is_none();
        for (kind, names) in SubjectKind::ALL.into_iter().zip(&engine.outline.given) {
            let at = kind.index();
            let (Some(frame), Some(rows)) = (self.source.input.frame_of(kind), self.rows.get(at))
            else {
                continue;
            };
            let (Some(slots), Some(table)) = (engine.spaces.get(at), self.out.tables.get_mut(at))
            else {
                continue;
            };
            // Both are in the order of names.
            let mut given = frame.all_given().iter().peekable();
            for (name, number) in names {
                while given.next_if(|it| it.0 < *name).is_some() {}
                // An own field that is read as several kinds has several slots.
                let Some((_, it)) = given.peek().filter(|it| it.0 == *name) else {
                    if no_book && engine.outline.wants.column((at, *number)) {
                        self.absent.insert((at, *number));
                    }
                    continue;
                };
                let plain = slots.get(*number).is_some_and(|slot| rows.takes_as_it_is(it, slot));
                if self.lean && plain {
                    table.set(*number, Arc::clone(&it.column), None);
                } else {
                    self.given.insert((at, *number), it);
                }
            }
        }
    }
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
    /// subject. What else is worth a note, [`Engine::assess`] says.
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
                names.map(move |it| (kind.index(), it.1))
            });
        self.outline.wants.not_given(&self.tables, &absent.collect())
    }

    /// What was wrong with the input or the state.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn output(&self, scorecard: &str, slot: impl Fn(&Outputs) -> usize) -> Option<&Column> {
        let (_, kind, outputs) = self.outline.cards.iter().find(|it| it.0 == scorecard)?;
        self.found(*kind, slot(outputs), None)
    }

    /// The column in a slot, and what was given under a name instead, if that may be.
    fn found(&self, kind: SubjectKind, slot: usize, given: Option<&str>) -> Option<&Column> {
        let live = self.live.as_ref().and_then(|it| it.column(kind, slot, given));
        if live.is_some() {
            return live;
        }
        let column = self.tables.get(kind.index())?.column(slot)?;
        let late = self.outline.unread.iter().position(|it| it.2 == (kind, slot));
        let Some(late) = late.and_then(|it| self.late.get(it)) else { return Some(column) };
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
