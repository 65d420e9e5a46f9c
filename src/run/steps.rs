//! Carries out the steps of a plan: each fills columns from those filled before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::expr::{Outcome, Program, Scratch, count};
use crate::fault::{Code, Fault};
use crate::frame::{Column, Given, NO_ROW, SubjectKind, Table, chunks};
use crate::memory::{Phase, RuleAlerts};
use crate::plan::Compiled;
use crate::plan::memory::Room;
use crate::plan::names::is_first;
use crate::plan::steps::{AlertOutputs, Batch, ChildTake, Rule, Slot, Step, Work};
use crate::plan::wants::Place;
use crate::result::assessment::{Assessment, Note};
use crate::result::reasons::LeftOut;
use crate::result::rules::RuleRows;
use crate::run::children::children;
use crate::run::columns::{Made, Source, class, expression, why, within};
use crate::run::failures;
use crate::run::moving::{Moving, RuleMoving};
use crate::run::past::{past, remembered};
use crate::run::presence::Presence;
use crate::run::subjects::Rows;
use crate::run::tree::Tree;
use crate::state::State;
use crate::value::Value;
use crate::verdict::{Conditions, solid};

/// Rows of a chunk that are passed over together where a rule is quiet about all.
const BLOCK: usize = 32;

/// An assessment on the way.
pub(crate) struct Run<'a> {
    pub(crate) engine: &'a Compiled,
    pub(crate) past: &'a State,
    /// The state of the same day or moment, where it is assessed again.
    pub(crate) standing: Option<&'a State>,
    /// The alerts that fired at it as people were told, where it is assessed again from an older state.
    pub(crate) fired_then: BTreeMap<String, RuleAlerts>,
    /// Who of those that are remembered is there.
    pub(crate) presence: Presence,
    /// Given columns that do not stand in their slots, by kind and slot.
    pub(crate) given: BTreeMap<(usize, usize), &'a Given>,
    pub(crate) source: Source<'a>,
    pub(crate) rows: Vec<Rows>,
    pub(crate) out: Assessment,
    /// What rules say, by number in the config, with their alerts a step further.
    pub(crate) rules: BTreeMap<usize, (RuleRows, Option<RuleMoving<'a>>)>,
    /// Memory to write columns to.
    pub(crate) room: Box<Room>,
    /// Whether only values are wanted, and not how sure they are.
    pub(crate) lean: bool,
    /// Columns that are wanted and were not given, where there is no book.
    pub(crate) absent: BTreeSet<Place>,
}

impl<'a> Run<'a> {
    pub(crate) fn step(&mut self, step: &'a Step) {
        let (kind, number) = (step.kind, step.slot);
        if self.out.tables.get(kind.index()).is_some_and(|table| table.column(number).is_some()) {
            return;
        }
        let engine = self.engine;
        let (Some(slot), Some(rows)) = (
            engine.spaces.get(kind.index()).and_then(|space| space.get(number)),
            self.rows.get(kind.index()),
        ) else {
            return;
        };
        match &step.work {
            Work::Card { .. } if self.lean && !step.whole => return self.card_columns(step),
            Work::Card { card, outputs } => return self.card(*card, outputs),
            Work::Kin { .. } => return self.kin(step),
            _ => {}
        }
        if let Work::Alerts { rule, outputs } = &step.work {
            return self.alerts(*rule, outputs);
        }
        let given = self.given.get(&(kind.index(), number));
        let given = given
            .and_then(|given| self.source.given(kind, rows, slot, given, &mut self.out.faults));
        let (mut solid, mut rests) = (None, None);
        let mut made = match (given, &step.work) {
            (Some(made), _) => made,
            (None, Work::Attribute { attribute, calendar }) => {
                let calendar = engine.measured_by(*calendar, self.source.input);
                self.source.attribute(kind, rows, slot, attribute.as_ref(), calendar.as_deref())
            }
            (None, Work::Records { derivation, filter, calendar }) => {
                let calendar = engine.measured_by(*calendar, self.source.input);
                let program = filter.as_ref();
                let around = (&engine.config, calendar.as_deref());
                self.source.records(kind, rows, slot, (derivation, program), around)
            }
            (None, work) => {
                let (mut column, sure) = self.computed(kind, slot, work);
                engine.settled.settle(kind, number, &mut column);
                solid = sure;
                if let (Work::Expression { program }, None) = (work, &solid) {
                    rests = Some(program.slots());
                }
                Made::plain(column)
            }
        };
        let out_of_range = if made.inside { 0 } else { within(&mut made.column, slot) };
        if !made.unsure.is_empty() {
            // A record that may count was left out: the value is there, but could be another.
            let rows = made.unsure.iter().enumerate();
            solid = Some(rows.map(|(row, it)| !it && !made.column.is_missing(row)).collect());
        }
        let space = engine.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
        let derived = !matches!(&step.work, Work::Attribute { attribute: None, .. })
            && is_first(space, number);
        self.note(kind, slot, &made, derived, out_of_range);
        if !self.lean {
            self.absence(step, slot, &made, out_of_range);
        }
        if let Some(table) = self.out.tables.get_mut(kind.index()) {
            for (function, rows) in &made.failed {
                rows.iter().for_each(|(row, why)| table.failures().add(*row, function, why));
            }
            table.set(number, made.column, solid);
            if let Some(it) = rests {
                table.rest(number, it);
            }
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
                let (column, solid, fault) = expression(program, table, self.lean);
                if let Some(why) = fault {
                    let path = format!("{}.{}", kind.plural(), slot.name);
                    let message = format!("`{}` could not be computed: {why}", slot.name);
                    self.out.faults.push(Fault::new(Code::Faulted, path, message));
                }
                (column, solid)
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
            Work::Children { child, from, take, tree } => {
                let (Some(below), Some(them)) =
                    (tables.get(child.index()), self.rows.get(child.index()))
                else {
                    return nothing(table.len());
                };
                if *take == ChildTake::All && !self.source.input.has(*child) {
                    return nothing(table.len());
                }
                let links = them.owners(kind, *child, *tree);
                let (column, solid) = match *tree {
                    true => Tree::new(&rows.up).take(below, *from, &links, *take),
                    false => children(table.len(), below, *from, &links, *take),
                };
                (column, Some(solid))
            }
            Work::Least { of, value } => {
                let (column, solid) = self.least(table, kind, of, *value);
                (column, Some(solid))
            }
            Work::Past { from, take } => {
                let names = self.out.names.get(kind.index());
                let Some(name) = names.and_then(|names| remembered(names, *from)) else {
                    return nothing(table.len());
                };
                past((kind, &name), slot.kind, table, (*from, *take), self.past, self.out.as_of)
            }
            Work::Attribute { .. }
            | Work::Records { .. }
            | Work::Card { .. }
            | Work::Kin { .. }
            | Work::Alerts { .. } => nothing(table.len()),
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
        let nothing = made.unclear + made.unconverted + made.other_kind + out_of_range == 0;
        if nothing && !(made.given && derived) {
            return;
        }
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

    /// Asks rules and takes their alerts a step further, if that has not been done.
    pub(crate) fn ask(&mut self, batch: &'a Batch) {
        let engine = self.engine;
        let rules: Vec<&Rule> = batch.rules.iter().filter_map(|at| engine.rules.get(*at)).collect();
        if rules.iter().all(|rule| self.rules.contains_key(&rule.number)) {
            return;
        }
        let results = self.results(batch.kind, &rules, &batch.conditions);
        for (rule, result) in rules.into_iter().zip(results) {
            let moved = engine.moved(self, (rule, &result));
            self.rules.insert(rule.number, (result, moved));
        }
    }

    /// Fills what others read of a rule's alerts.
    fn alerts(&mut self, number: usize, outputs: &AlertOutputs) {
        let engine = self.engine;
        let of = |at: &usize| engine.rules.get(*at).is_some_and(|rule| rule.number == number);
        let Some(batch) = engine.batches.iter().find(|batch| batch.rules.iter().any(of)) else {
            return;
        };
        let Some(rule) = engine.rules.iter().find(|rule| rule.number == number) else { return };
        self.ask(batch);
        let Some(table) = self.out.tables.get_mut(rule.kind.index()) else { return };
        let mut phases = vec![Phase::Inactive; table.len()];
        let mut days = vec![None; table.len()];
        let moved = self.rules.get(&number).and_then(|rule| rule.1.as_ref());
        let moved = moved.into_iter().flat_map(|moving| &moving.alerts);
        for (row, alert) in moved.filter_map(Moving::stands).filter(|pair| !pair.1.phase.is_idle())
        {
            if let (Some(phase), Some(days)) = (phases.get_mut(row), days.get_mut(row)) {
                *phase = alert.phase;
                let began = alert.began.counted_to(self.out.as_of);
                *days = Some((self.out.as_of.day() - began).num_days() as f64);
            }
        }
        // With what is missing the condition could say something else.
        let solid = solid(&rule.when, table, 0..table.len());
        let firing = Column::flags(phases.iter().map(|phase| Some(phase.is_firing())));
        let phase = Column::texts(phases.iter().map(|phase| Some(phase.name())));
        table.set(outputs.firing, firing, Some(solid.clone()));
        table.set(outputs.phase, phase, Some(solid.clone()));
        table.set(outputs.days, Column::numbers(days), Some(solid));
    }

    /// Asks rules about one kind of subject; only rows that are not quiet are looked at one by one.
    fn results(
        &self,
        kind: SubjectKind,
        rules: &[&Rule],
        conditions: &Conditions,
    ) -> Vec<RuleRows> {
        let nothing = |rule: &&Rule| {
            let config = self.engine.config.rules.get(rule.number);
            RuleRows {
                rule: config.map(|config| config.name.clone()).unwrap_or_default(),
                kind,
                severity: config.map(|config| config.severity).unwrap_or_default(),
                labels: config.map(|config| config.labels.clone()).unwrap_or_default(),
                because: rule.because.clone(),
                ..RuleRows::default()
            }
        };
        let mut results: Vec<RuleRows> = rules.iter().map(nothing).collect();
        let Some(table) = self.out.tables.get(kind.index()) else { return results };
        let mut scratch = Scratch::default();
        for rows in chunks(table.len()) {
            let mut asked = conditions.chunk(&mut scratch, table, rows.clone());
            for (number, (rule, result)) in rules.iter().zip(&mut results).enumerate() {
                let states = asked.states(number);
                result.quiet += count(states, 0);
                for (block, first) in states.chunks(BLOCK).zip(rows.clone().step_by(BLOCK)) {
                    if count(block, 0) == block.len() {
                        continue;
                    }
                    for (row, state) in (first..).zip(block).filter(|pair| *pair.1 != 0) {
                        match state {
                            1 => result.matches.push(row as u32),
                            2 => result.no_data.push(row as u32),
                            _ => {
                                let why = why(&rule.when, table, row).unwrap_or_default();
                                result.faulted.push((row as u32, why));
                            }
                        }
                    }
                }
            }
        }
        for (rule, result) in rules.iter().zip(&mut results) {
            let Some(program) = &rule.message else { continue };
            let name: Arc<str> = Arc::from(result.rule.as_str());
            let said = |row: &u32| message(program, &name, table, *row as usize);
            result.messages = result.matches.iter().map(said).collect();
        }
        results
    }
}

/// The message of an alert; the rule's name where it cannot be made.
fn message(program: &Program, name: &Arc<str>, table: &Table, row: usize) -> Arc<str> {
    match failures::run(program, table, row) {
        Outcome::Value(Value::Text(text)) => text,
        _ => Arc::clone(name),
    }
}
