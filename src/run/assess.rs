//! From records and columns to scores, alerts and the next state. For a subject nothing here can fail; a night can, as
//! a whole: [`AssessError`](super::AssessError) says what a host must not overlook.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::fault::{Fault, Faults};
use crate::frame::Table;
use crate::memory::Along;
use crate::memory::BandState;
use crate::plan::Compiled;
use crate::result::assessment::Assessment;
use crate::result::error::{AssessError, Guarded};
use crate::result::population::Population;
use crate::result::rules::Quieted;
use crate::run::columns::{Source, currency};
use crate::run::input::Input;
use crate::run::manual::{manual, not_used};
use crate::run::night::Night;
use crate::run::notices::{later, mixed_currencies, of_input};
use crate::run::presence::{Presence, There};
use crate::run::steps::Run;
use crate::run::subjects::{link, subjects};
use crate::run::unnamed::unnamed;
use crate::run::{feeds, suppressions, vanished};
use crate::score::{Applied, Effect, Explanation, Frame, ScoreCell, ScoreChange, Scorecard};
use crate::state::{Content, Eve, State, Undo};
use crate::time::AsOf;
use crate::value::Value;

impl Compiled {
    /// Assesses every subject of the input.
    pub(crate) fn assess(
        &self,
        input: &Input<'_>,
        as_of: impl Into<AsOf>,
        state: &State,
    ) -> Result<Assessment, AssessError> {
        let as_of = input.settled(as_of.into());
        let known = input.known(as_of);
        let quiet = input.suppressions.map(|suppressions| self.formerly.quiet(suppressions));
        let mut input = input.with_book(known.as_ref());
        input.suppressions = quiet.as_deref();
        self.assess_at(&input, as_of, &self.renamed(state))
    }

    fn assess_at(
        &self,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Result<Assessment, AssessError> {
        let without_ids = unnamed(input);
        if !without_ids.is_empty() {
            return Err(AssessError::NoIds(Faults(without_ids)));
        }
        let last = state.as_of.map(|last| input.settled(last));
        if let Some(last) = last.filter(|last| *last > as_of) {
            return Err(AssessError::Past { state: last, as_of });
        }
        let faults = self.strange(state, last == Some(as_of));
        if !faults.is_empty() {
            return Err(AssessError::State(Faults(faults)));
        }
        // The same day or moment again: what the last assessment of it made of the state is undone.
        let standing = (last == Some(as_of)).then_some(state);
        let mut past = if standing.is_some() { state.ground() } else { state.truth() };
        past.as_of = past.as_of.map(|last| input.settled(last));
        let past = Arc::new(past);
        let mut record = state.record.clone();
        if standing.is_none() {
            record.step(as_of, &past, self.remembered_from(as_of, state));
        }
        let mut run = self.run(input, as_of, &past, Vec::new(), Vec::new(), true);
        run.out.past = Arc::clone(&past);
        run.take_given();
        let quiet = input.suppressions.into_iter();
        run.out.faults.extend(
            quiet.flat_map(|quiet| suppressions::check(self, quiet, &run.rows, as_of.day())),
        );
        run.out.notes = of_input(self, input, &run.rows);
        run.out.notes.extend(later(self, input, as_of.day()));
        run.out.notes.extend(not_used(self, &run.out.manual));
        run.out.notes.extend(vanished::vanished(self, &past));
        if input.book.is_none() {
            let wants = &self.outline.wants;
            run.out.notes.extend(wants.not_given(&run.out.tables, &run.absent));
        }
        run.standing = standing;
        if standing.is_none() {
            run.fired_then = record.fired_then(as_of);
        }
        run.presence = Presence::of(self, &run.out.tables, &past, (standing, as_of), input);
        let (steps, last) = self.steps.split_at_checked(self.outline.last).unwrap_or_default();
        let pace = input.watched.steps(self.steps.len() + self.batches.len());
        for step in steps {
            pace.next()?;
            run.step(step);
        }
        for step in last {
            pace.next()?;
            run.last_card(step);
        }
        run.out.notes.extend(run.feed_notes());
        run.out.waiting = run.waiting();
        // Scorecards were computed as they were needed; results come in the order of the config.
        let order = |name: &str| self.config.scorecards.iter().position(|card| card.name == name);
        run.out.cards.sort_by_key(|card| order(&card.name));
        for batch in &self.batches {
            pace.next()?;
            run.ask(batch);
        }
        let (mut out, rows, reporting) = (run.out, run.rows, run.source.currency);
        let presence = run.presence;
        let (results, moved): (Vec<_>, Vec<_>) = run.rules.into_values().unzip();
        out.rules = results;
        let moved: Vec<_> = moved.into_iter().flatten().collect();
        out.faults.extend(mixed_currencies(input, as_of.day(), reporting, &out.notes));
        out.notes.extend(presence.notes());
        let is_part = input.is_part;
        let mut night = Night { standing, presence, record, is_part, kept: BTreeSet::new() };
        out.state = self.next_state(&out, &night);
        let mut facts = self.advance_alerts(&mut out, &rows, (moved, &past), input, &mut night);
        facts.extend(self.advance_playbooks(&mut out, &rows, input, &mut night));
        self.tell(out, facts, night, state)
    }

    /// Says what is to be said, and closes the night, where no guard trips.
    fn tell(
        &self,
        mut out: Assessment,
        facts: Vec<Content>,
        night: Night<'_>,
        state: &State,
    ) -> Result<Assessment, AssessError> {
        let Night { standing, presence, mut record, is_part, kept } = night;
        let is_kept = |it: &Content| {
            let (rule, kind, subject) = it.about();
            presence.there(kind, subject) == There::Kept
                || kept.contains(&(rule.to_owned(), kind, subject.to_owned()))
        };
        let news = record.tell(out.as_of, facts, &is_kept);
        for it in record.caught_up(out.as_of, news) {
            match it {
                Content::Event(it) => out.told.push(it),
                Content::Action(it) => out.enrolled.actions.push(Arc::unwrap_or_clone(it)),
            }
        }
        out.tell_failures();
        out.told.sort_by(|left, right| {
            let all = left.rule.cmp(&right.rule).then_with(|| left.subject.cmp(&right.subject));
            all.then_with(|| left.change.cmp(&right.change))
        });
        out.state.undo = Some(Box::new(Undo::of(&out.past, &out.state)));
        out.state.eve = Eve::of(state, &out.state).map(Box::new);
        out.state.record = record;
        out.state.handed_on.clone_from(&state.handed_on);
        out.population = self.population(&out, &presence);
        if is_part {
            return Ok(out);
        }
        let tripped = self.tripped(&out.population, &out.state);
        if tripped.is_empty() || standing.is_none() && state.as_of.is_none() {
            return Ok(out);
        }
        Err(AssessError::Guarded(Box::new(Guarded { assessment: out, tripped })))
    }

    /// From when on it is remembered what was told, day by day: as far back as the config says, and as a state can go back itself.
    fn remembered_from(&self, as_of: AsOf, state: &State) -> AsOf {
        let from: AsOf = self.config.guards.rewind.before(as_of.day()).into();
        state.eve_day().map_or(from, |day| day.min(from))
    }

    /// An assessment on the way, with its subjects and no columns. `linked` says whether it matters whose
    /// subjects are whose.
    pub(crate) fn run<'a>(
        &'a self,
        input: &'a Input<'a>,
        as_of: AsOf,
        past: &'a State,
        mut faults: Vec<Fault>,
        used: Vec<Table>,
        linked: bool,
    ) -> Run<'a> {
        feeds::check(self, input, &mut faults);
        let mut rows = subjects(input, as_of.day(), &mut faults);
        if linked {
            link(input, &mut rows, &mut faults);
        }
        let mut tables = used;
        tables.resize_with(self.spaces.len(), Table::default);
        for ((table, rows), slots) in tables.iter_mut().zip(&rows).zip(&self.spaces) {
            *table = std::mem::take(table).again(Arc::clone(&rows.ids), slots.len());
        }
        Run {
            engine: self,
            past,
            source: Source { input, as_of, currency: currency(self.config.currency.as_deref()) },
            out: Assessment {
                as_of,
                engine: Arc::clone(&self.hash),
                tables,
                names: Arc::clone(&self.names),
                cards: Vec::new(),
                rules: Vec::new(),
                told_rules: OnceLock::new(),
                told: Vec::new(),
                events: OnceLock::new(),
                quieted: Quieted::new(),
                open: OnceLock::new(),
                enrolled: crate::result::enrolled::Enrolled::default(),
                notes: Vec::new(),
                faults,
                past: Arc::default(),
                population: Population::default(),
                state: State::new(),
                manual: manual(&self.formerly, input, as_of.day()),
                waiting: Vec::new(),
            },
            rows,
            rules: BTreeMap::new(),
            standing: None,
            fired_then: BTreeMap::new(),
            presence: Presence::default(),
            given: BTreeMap::new(),
            room: Box::default(),
            lean: false,
            absent: BTreeSet::new(),
        }
    }

    /// Explains a subject's score.
    pub(crate) fn explain(
        &self,
        assessment: &Assessment,
        scorecard: &str,
        subject: &str,
    ) -> Option<Explanation> {
        if assessment.engine() != self.hash() {
            return None;
        }
        let (_, card) = self.card(scorecard)?;
        let table = assessment.tables.get(card.kind.index())?;
        let row = table.row_of(subject)?;
        // A chunk of one through the same code gives the same bits.
        let rows = assessment.run_card(card, table, row..row + 1);
        let text = |name: &str| match assessment.value(card.kind, name, subject) {
            Value::Text(it) => Some(it.to_string()),
            _ => None,
        };
        let frame = Frame {
            as_of: assessment.as_of.day(),
            engine: self.hash(),
            segment: text("segment"),
            stage: text("stage"),
            overridden: assessment.overridden(card, rows.results.first()?),
        };
        Some(Self::with_stalls(assessment, card.explain(frame, table, row, &rows)?))
    }

    /// Splits the change from one explanation to a later one by cause.
    pub(crate) fn change(&self, before: &Explanation, after: &Explanation) -> ScoreChange {
        let card = self.card(&after.scorecard).filter(|_| after.engine == self.hash());
        ScoreChange::with(before, after, &|line, value| {
            card.and_then(|(_, card)| card.points_of(line, value))
        })
    }

    /// The next state but for alerts and playbooks, which are taken a step further from it.
    fn next_state(&self, out: &Assessment, night: &Night<'_>) -> State {
        let Night { standing, presence, .. } = night;
        let mut next = State {
            as_of: Some(out.as_of),
            engine: self.hash().to_owned(),
            bands: out.past.bands.clone(),
            carried: out.past.carried.clone(),
            history: self.next_history((out, &out.past), night),
            absent: presence.absent(&out.past, *standing),
            tallies: self.tallies(out, night),
            ..State::new()
        };
        for card in &out.cards {
            let bands = next.bands.entry(card.name.clone()).or_default();
            let before = bands.clone();
            let before = Along::of(&before);
            let moved =
                out.subjects(card.kind).iter().zip(card.data_bands()).filter_map(|(id, band)| {
                    // A subject without a score for a while comes back to the band it was in.
                    // What an override makes of the band is for its days alone.
                    let band = band.and_then(|band| card.bands.get(band))?;
                    let is_same = before.get(id).is_some_and(|was| was.band == *band);
                    let now =
                        || (Arc::clone(id), BandState { band: band.clone(), since: out.as_of });
                    (!is_same).then(now)
                });
            let moved: Vec<_> = moved.collect();
            if !moved.is_empty() {
                bands.extend(moved);
            }
            let stood = standing.and_then(|state| state.bands.get(&card.name));
            presence.settle(card.kind, bands, stood);
        }
        // What a scorecard that is gone remembered means nothing to the next one of its name.
        next.bands.retain(|name, it| !it.is_empty() && self.card(name).is_some());
        next.carried.retain(|name, _| self.card(name).is_some());
        for card in self.cards.values() {
            let Some(table) = out.tables.get(card.kind.index()) else { continue };
            card.carry_forward(table, out.as_of.day(), &mut next.carried);
            let stood = standing.and_then(|state| state.carried.get(&card.name));
            let factors = next.carried.entry(card.name.clone()).or_default();
            // What another keeps stands even where nobody else has a value of the factor.
            for factor in stood.into_iter().flat_map(BTreeMap::keys) {
                factors.entry(factor.clone()).or_default();
            }
            for (factor, values) in factors {
                presence.settle(card.kind, values, stood.and_then(|factors| factors.get(factor)));
            }
        }
        next.carried.values_mut().for_each(|factors| factors.retain(|_, it| !it.is_empty()));
        next.carried.retain(|_, it| !it.is_empty());
        next
    }
}

impl Assessment {
    /// What changed a score by hand or by rule, in words.
    fn overridden(&self, card: &Scorecard, cell: &ScoreCell) -> Option<String> {
        match cell.applied {
            Applied::None => None,
            Applied::Manual(at) => self.manual.get(at as usize).map(|manual| manual.text.clone()),
            Applied::Rule(at) => card.overrides.get(at).map(|rule| {
                let text = match rule.effect {
                    Effect::Set(to) => format!("set to {to} by rule"),
                    Effect::Cap(to) => format!("capped at {to} by rule"),
                    Effect::Floor(to) => format!("held at least at {to} by rule"),
                };
                rule.reason.as_ref().map_or_else(|| text.clone(), |why| format!("{text}: {why}"))
            }),
        }
    }
}
