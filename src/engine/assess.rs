//! From records and columns to scores, alerts and the next state. Total: nothing here can fail.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Engine;
use super::assessment::{Alert, Assessment, CardResult, LeftOut, Note, RuleResult};
use super::children::children;
use super::columns::{Made, Rows, Source, all_rows, class, currency, expression, within};
use super::input::Input;
use super::manual::{manual, not_used};
use super::notices::{mixed_currencies, of_input};
use super::plan::{Outputs, Rule, Slot, Step, Work};
use crate::expr::Outcome;
use crate::fault::{Code, Fault};
use crate::frame::{Column, Data, NO_ROW, SubjectKind, Table};
use crate::score::{
    Applied, CardRows, Change, Context, Effect, Explanation, Frame, ScoreCell, Scorecard,
};
use crate::state::{BandState, CarriedValue, State};
use crate::time::AsOf;
use crate::value::Value;

/// Rows at a time: a chunk's scratch stays in the nearest cache (DESIGN.md, "Frame").
const CHUNK: usize = 1024;

impl Engine {
    /// Assesses every subject of the input as of a day.
    ///
    /// `state` is what the last assessment handed on, or [`State::new`]. The same day may be
    /// assessed again; a day before the state's is assessed without its past, which a fault in the
    /// result says, and the state is handed on unchanged.
    #[must_use]
    pub fn assess(&self, input: &Input<'_>, as_of: AsOf, state: &State) -> Assessment {
        let mut faults = Vec::new();
        let past = usable(state, as_of, &mut faults);
        let rows = all_rows(input, as_of, &mut faults);
        let tables: Vec<Table> = rows
            .iter()
            .zip(&self.spaces)
            .map(|(rows, slots)| Table::new(rows.ids.clone(), slots.len()))
            .collect();
        let names =
            self.spaces.iter().map(|it| it.iter().map(|it| it.name.clone()).collect()).collect();
        let manual = manual(input, as_of);
        let mut notes = of_input(self, input, &rows);
        notes.extend(not_used(self, &manual));
        let mut run = Run {
            engine: self,
            source: Source { input, as_of, currency: currency(self.config.currency.as_deref()) },
            rows,
            out: Assessment {
                as_of,
                engine: self.hash.as_str().into(),
                tables,
                names,
                cards: Vec::new(),
                rules: Vec::new(),
                events: Vec::new(),
                alerts: Vec::new(),
                notes,
                faults,
                past: Arc::new(past),
                state: State::new(),
                manual,
            },
        };
        for step in &self.steps {
            run.step(step);
        }
        // Scorecards were computed as they were needed; results come in the order of the config.
        let order = |name: &str| self.config.scorecards.iter().position(|it| it.name == name);
        run.out.cards.sort_by_key(|it| order(&it.name));
        for rule in &self.rules {
            let result = run.rule(rule);
            run.out.rules.push(result);
        }
        let (mut out, rows, reporting) = (run.out, run.rows, run.source.currency);
        out.faults.extend(mixed_currencies(input, as_of, reporting, &out.notes));
        if out.faults.iter().any(|it| it.place.path.starts_with("state.")) {
            out.state = state.clone();
        } else {
            out.state = self.next_state(&out);
            self.advance_alerts(&mut out, &rows, input.suppressions);
        }
        out
    }

    /// Explains a subject's score. None for an unknown scorecard or subject, and for an assessment
    /// that another engine made.
    #[must_use]
    pub fn explain(
        &self,
        assessment: &Assessment,
        scorecard: &str,
        subject: &str,
    ) -> Option<Explanation> {
        if assessment.engine() != self.hash {
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
            as_of: assessment.as_of,
            engine: &self.hash,
            segment: text("segment"),
            stage: text("stage"),
            overridden: assessment.overridden(card, rows.results.first()?),
        };
        card.explain(frame, table, row, &rows)
    }

    /// Splits the change from one explanation to a later one by cause. This must be the engine of
    /// the later one for a change of config and a change of data to be told apart.
    #[must_use]
    pub fn change(&self, before: &Explanation, after: &Explanation) -> Change {
        let card = self.card(&after.scorecard).filter(|_| after.engine == self.hash);
        Change::with(before, after, &|line, value| {
            card.and_then(|(_, card)| card.points_of(line, value))
        })
    }

    fn next_state(&self, out: &Assessment) -> State {
        let mut next = (*out.past).clone();
        next.version = State::VERSION;
        next.as_of = Some(out.as_of);
        next.engine.clone_from(&self.hash);
        for card in &out.cards {
            let bands = next.bands.entry(card.name.clone()).or_default();
            for (id, cell) in out.subjects(card.kind).iter().zip(&card.cells) {
                // A subject without a score for a while comes back to the band it was in.
                let Some(band) = cell.band.and_then(|it| card.bands.get(it)) else { continue };
                match bands.get_mut(id.as_ref()) {
                    Some(it) if it.band == *band => {}
                    Some(it) => *it = BandState { band: band.clone(), since: out.as_of },
                    None => {
                        let since = out.as_of;
                        bands.insert(id.to_string(), BandState { band: band.clone(), since });
                    }
                }
            }
        }
        // What a scorecard that is gone remembered means nothing to the next one of its name.
        next.bands.retain(|name, it| !it.is_empty() && self.card(name).is_some());
        next.carried.retain(|name, _| self.card(name).is_some());
        for card in self.cards.values() {
            if let Some(table) = out.tables.get(card.kind.index()) {
                card.carry_forward(table, out.as_of, &mut next);
            }
        }
        next
    }
}

/// The state, if it can be used for that day.
fn usable(state: &State, as_of: AsOf, faults: &mut Vec<Fault>) -> State {
    if state.version > State::VERSION {
        let message =
            format!("the state has form {}, this crate knows {}", state.version, State::VERSION);
        faults.push(
            Fault::new(Code::OutOfRange, "state.version", message)
                .help("it was not used, and is handed on as it is"),
        );
        return State::new();
    }
    if let Some(last) = state.as_of.filter(|it| *it > as_of) {
        let message = format!("the state is of {last}, later than {as_of}");
        faults.push(
            Fault::new(Code::TimeReversed, "state.as_of", message)
                .help("assess days in order; this one was assessed without a past"),
        );
        return State::new();
    }
    state.clone()
}

/// An assessment on the way.
struct Run<'a> {
    engine: &'a Engine,
    source: Source<'a>,
    rows: Vec<Rows>,
    out: Assessment,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) {
        let (kind, number) = (step.kind, step.slot);
        let engine = self.engine;
        let (Some(slot), Some(rows)) = (
            engine.spaces.get(kind.index()).and_then(|it| it.get(number)),
            self.rows.get(kind.index()),
        ) else {
            return;
        };
        if let Work::Card { card, outputs } = &step.work {
            return self.card(*card, outputs);
        }
        let given = match step.work {
            Work::Attribute { .. } | Work::Records { .. } | Work::Expression { .. } => {
                self.source.given(kind, rows, slot, &mut self.out.faults)
            }
            _ => None,
        };
        let mut solid = None;
        let mut made = match (given, &step.work) {
            (Some(column), _) => Made { given: true, ..Made::plain(column) },
            (None, Work::Attribute { attribute }) => {
                self.source.attribute(kind, rows, slot, attribute.as_ref())
            }
            (None, Work::Records { derivation, filter }) => {
                self.source.records(kind, rows, slot, derivation, filter.as_ref())
            }
            (None, work) => {
                let (column, sure) = self.computed(kind, slot, work);
                solid = sure;
                Made::plain(column)
            }
        };
        let out_of_range = within(&mut made.column, slot);
        if !made.unsure.is_empty() {
            // A record that may count was left out: the value is there, but could be another.
            let rows = made.unsure.iter().enumerate();
            solid = Some(rows.map(|(row, it)| !it && !made.column.is_missing(row)).collect());
        }
        let derived = !matches!(&step.work, Work::Attribute { attribute: None });
        self.note(kind, slot, &made, derived, out_of_range);
        if let Some(table) = self.out.tables.get_mut(kind.index()) {
            table.set(number, made.column, solid);
        }
    }

    /// A column made from other columns, and which of its values are solid.
    fn computed(
        &mut self,
        kind: SubjectKind,
        slot: &Slot,
        work: &Work,
    ) -> (Column, Option<Vec<bool>>) {
        let tables = &self.out.tables;
        let nothing = |rows: usize| (Column::missing(slot.kind, rows), None);
        let (Some(table), Some(rows)) = (tables.get(kind.index()), self.rows.get(kind.index()))
        else {
            return nothing(0);
        };
        match work {
            Work::Expression { program } => {
                let (column, solid, fault) = expression(program, table);
                if let Some(why) = fault {
                    let path = format!("{}.{}", kind.plural(), slot.name);
                    let message = format!("`{}` could not be computed: {why}", slot.name);
                    self.out.faults.push(Fault::new(Code::Faulted, path, message));
                }
                (column, Some(solid))
            }
            Work::Class { cases } => {
                let (column, solid) = class(cases, table);
                (column, Some(solid))
            }
            Work::Parent { parent, from } => {
                let (Some(above), Some(links)) =
                    (tables.get(parent.index()), rows.parents.get(parent))
                else {
                    return nothing(table.len());
                };
                let Some(column) = above.column(*from) else { return nothing(table.len()) };
                // Without a parent it is missing for good.
                let solid = |row: &u32| *row == NO_ROW || above.is_solid(*from, *row as usize);
                (column.gather(links), Some(links.iter().map(solid).collect()))
            }
            Work::Children { child, from, take } => {
                let (Some(below), Some(links)) = (
                    tables.get(child.index()),
                    self.rows.get(child.index()).and_then(|it| it.parents.get(&kind)),
                ) else {
                    return nothing(table.len());
                };
                let (column, solid) = children(table.len(), below, *from, links, *take);
                (column, Some(solid))
            }
            Work::Attribute { .. } | Work::Records { .. } | Work::Card { .. } => {
                nothing(table.len())
            }
        }
    }

    fn note(
        &mut self,
        kind: SubjectKind,
        slot: &Slot,
        made: &Made,
        derived: bool,
        out_of_range: usize,
    ) {
        let metric = slot.name.clone();
        if made.given && derived {
            self.out.notes.push(Note::Given { kind, metric: metric.clone() });
        }
        if out_of_range > 0 {
            let metric = metric.clone();
            self.out.notes.push(Note::OutOfRange { kind, metric, values: out_of_range });
        }
        for (values, reason) in [
            (made.unclear, LeftOut::NoData),
            (made.unconverted, LeftOut::NoRate),
            (made.other_kind, LeftOut::OtherKind),
        ] {
            if values > 0 {
                self.out.notes.push(Note::LeftOut { kind, metric: metric.clone(), values, reason });
            }
        }
    }

    fn card(&mut self, number: usize, outputs: &Outputs) {
        let Some(card) = self.engine.cards.get(&number) else { return };
        let Some(table) = self.out.tables.get(card.kind.index()) else { return };
        let rows = table.len();
        let mut cells: Vec<ScoreCell> = Vec::with_capacity(rows);
        let mut groups: Vec<(Vec<f64>, Vec<bool>)> = vec![Default::default(); outputs.groups.len()];
        let mut start = 0;
        while start < rows {
            let end = (start + CHUNK).min(rows);
            let chunk = self.out.run_card(card, table, start..end);
            for (all, part) in groups.iter_mut().zip(&chunk.groups) {
                all.0.extend_from_slice(&part.score);
                all.1.extend((0..end - start).map(|at| part.cell(at).is_solid()));
            }
            cells.extend(chunk.results);
            start = end;
        }
        let bands: Vec<String> = card.bands.list.iter().map(|it| it.name.clone()).collect();
        let kind = card.kind;
        let solid = |of: fn(&ScoreCell) -> bool| cells.iter().map(of).collect::<Vec<bool>>();
        let number =
            |of: fn(&ScoreCell) -> f64| Column::new(Data::Number(cells.iter().map(of).collect()));
        let band = |of: fn(&ScoreCell) -> Option<usize>| {
            let name = |it: &ScoreCell| of(it).and_then(|it| bands.get(it));
            Column::texts(cells.iter().map(name))
        };
        let columns = [
            (outputs.score, number(|it| it.score), solid(|it| it.solid)),
            (outputs.raw_score, number(|it| it.raw), solid(|it| it.raw_solid)),
            (outputs.coverage, number(|it| it.coverage), solid(|it| it.coverage_solid)),
            (outputs.band, band(|it| it.band), solid(|it| it.solid)),
            (outputs.raw_band, band(|it| it.raw_band), solid(|it| it.solid)),
        ];
        let groups = outputs
            .groups
            .iter()
            .zip(groups)
            .map(|(slot, (values, solid))| (*slot, Column::new(Data::Number(values)), solid));
        if let Some(table) = self.out.tables.get_mut(kind.index()) {
            for (slot, column, solid) in columns.into_iter().chain(groups) {
                table.set(slot, column, Some(solid));
            }
        }
        self.out.cards.push(CardResult { name: card.name.clone(), kind, bands, cells });
    }

    fn rule(&self, rule: &Rule) -> RuleResult {
        let config = self.engine.config.rules.get(rule.number).cloned().unwrap_or_default();
        let mut result = RuleResult {
            rule: config.name.clone(),
            kind: rule.kind,
            severity: config.severity,
            firing: Vec::new(),
            quiet: 0,
            no_data: Vec::new(),
            faulted: Vec::new(),
        };
        let Some(table) = self.out.tables.get(rule.kind.index()) else { return result };
        for (row, id) in table.ids().iter().enumerate() {
            match rule.when.run(&mut |slot| table.value(slot, row)) {
                Outcome::Value(Value::Flag(false)) => result.quiet += 1,
                Outcome::Value(Value::Flag(true)) => result.firing.push(Alert {
                    rule: config.name.clone(),
                    kind: rule.kind,
                    subject: Arc::clone(id),
                    severity: config.severity,
                    message: message(rule, &config.name, table, row),
                    evidence: self.evidence(rule, table, row),
                    labels: config.labels.clone(),
                }),
                Outcome::NoData { .. } => result.no_data.push(Arc::clone(id)),
                Outcome::Faulted(why) => result.faulted.push((Arc::clone(id), why)),
                Outcome::Value(other) => {
                    let why = format!("expected a flag, got {other}");
                    result.faulted.push((Arc::clone(id), why));
                }
            }
        }
        result
    }

    /// What is shown of why.
    fn evidence(&self, rule: &Rule, table: &Table, row: usize) -> Vec<super::plan::Evidence> {
        let names = self.out.names.get(rule.kind.index());
        let name = |slot: &usize| names.and_then(|it| it.get(*slot)).cloned().unwrap_or_default();
        rule.because.iter().map(|slot| (name(slot), table.value(*slot, row))).collect()
    }
}

/// The message of an alert; the rule's name where it has none or it cannot be made.
fn message(rule: &Rule, name: &str, table: &Table, row: usize) -> String {
    match rule.message.as_ref().map(|it| it.run(&mut |slot| table.value(slot, row))) {
        Some(Outcome::Value(Value::Text(it))) => it.to_string(),
        _ => name.to_owned(),
    }
}

impl Assessment {
    /// Scores rows of a scorecard.
    fn run_card(&self, card: &Scorecard, table: &Table, rows: Range<usize>) -> CardRows {
        let carried = self.past.carried.get(&card.name);
        let bands = self.past.bands.get(&card.name);
        let carried = |factor: &str, id: &str| -> Option<CarriedValue> {
            carried?.get(factor)?.get(id).cloned()
        };
        let last_band = |id: &str| -> Option<(&str, NaiveDate)> {
            bands?.get(id).map(|it| (it.band.as_str(), it.since))
        };
        let manual = |id: &str| {
            let key = (card.kind, id, card.name.as_str());
            // They were sorted by this key.
            let at = self.manual.binary_search_by(|it| {
                (it.kind, it.subject.as_str(), it.scorecard.as_str()).cmp(&key)
            });
            let at = at.ok()?;
            Some((at as u32, self.manual.get(at)?.effect))
        };
        let context = Context {
            table,
            as_of: self.as_of,
            carried: &carried,
            manual: &manual,
            last_band: &last_band,
        };
        card.run(&context, rows)
    }

    /// What changed a score by hand or by rule, in words.
    fn overridden(&self, card: &Scorecard, cell: &ScoreCell) -> Option<String> {
        match cell.applied {
            Applied::None => None,
            Applied::Manual(at) => self.manual.get(at as usize).map(|it| it.text.clone()),
            Applied::Rule(at) => card.overrides.get(at).map(|it| {
                let text = match it.effect {
                    Effect::Set(to) => format!("set to {to} by rule"),
                    Effect::Cap(to) => format!("capped at {to} by rule"),
                    Effect::Floor(to) => format!("held at least at {to} by rule"),
                };
                it.reason.as_ref().map_or_else(|| text.clone(), |why| format!("{text}: {why}"))
            }),
        }
    }
}
