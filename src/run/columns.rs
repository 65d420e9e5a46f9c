//! The columns that need no scorecard.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::book;
use crate::book::Book;
use crate::book::own::{Own, is_own};
use crate::config::Config;
use crate::expr::{Columns, FAULTED, Failure, Outcome, Program, Scratch};
use crate::fault::{Code, Fault};
use crate::frame::{
    CHUNK, Column, Data, Failed, Failures, Given, Labels, NO_DAY, SubjectKind, Table, chunks,
};
use crate::metric::{Derivation, Derived, Keep, RecordFilter, View, attribute, custom};
use crate::money::Currency;
use crate::plan::steps::{Attribute, Cases, Slot};
use crate::run::input::Input;
use crate::run::reach::{Reach, settled_rows};
use crate::run::subjects::{InFrame, Rows};
use crate::time::{AsOf, Calendar, Zone};
use crate::value::{Kind, Value};
use crate::verdict::solid;

pub(crate) use crate::frame::column_of;

/// Where columns come from.
pub(crate) struct Source<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) as_of: AsOf,
    pub(crate) currency: Option<Currency>,
}

/// A column, and what there is to say about it.
pub(crate) struct Made {
    pub(crate) column: Arc<Column>,
    /// Whether it was given by the host.
    pub(crate) given: bool,
    /// Whether the declaration is known to rule no value out.
    pub(crate) inside: bool,
    /// Records left out because their `where` has no data.
    pub(crate) unclear: usize,
    /// Rows whose value could change for such records; empty when none could.
    pub(crate) unsure: Vec<bool>,
    /// Amounts without a rate to the reporting currency.
    pub(crate) unconverted: usize,
    /// Values of another kind than the metric's.
    pub(crate) other_kind: usize,
    /// Functions of the host's that failed on the way, by row.
    pub(crate) failed: Failed,
    /// Whether its feed stands still, so that it is missing where that matters.
    pub(crate) stalled: bool,
}

impl Made {
    /// A column about which there is nothing to say.
    pub(crate) fn plain(column: impl Into<Arc<Column>>) -> Self {
        Self {
            column: column.into(),
            given: false,
            inside: false,
            unclear: 0,
            unsure: Vec::new(),
            unconverted: 0,
            other_kind: 0,
            failed: Failed::new(),
            stalled: false,
        }
    }

    fn derived(derived: &Derived, rows: &[u32]) -> Self {
        let unsure = |row: &u32| derived.unsure.get(*row as usize).copied().unwrap_or(false);
        Self {
            column: derived.column.gather(rows).into(),
            given: false,
            inside: false,
            unclear: derived.unclear,
            unsure: match derived.unsure.is_empty() {
                true => Vec::new(),
                false => rows.iter().map(unsure).collect(),
            },
            unconverted: derived.unconverted,
            other_kind: derived.other_kind,
            failed: Failed::new(),
            stalled: false,
        }
    }
}

impl Source<'_> {
    /// The given column of that name, if it is of the right kind.
    pub(crate) fn given(
        &self,
        kind: SubjectKind,
        rows: &Rows,
        slot: &Slot,
        given: &Given,
        faults: &mut Vec<Fault>,
    ) -> Option<Made> {
        let Given { column, extent, .. } = given;
        let (mut column, mut other_kind) = (Arc::clone(column), 0);
        if column.kind() != slot.kind && is_own(&slot.name) {
            // An own field is read as its use asks, wherever it comes from.
            (column, other_kind) = self.read_as(&column, slot.kind);
        }
        if column.kind() != slot.kind {
            let path = format!("{}.{}", kind.plural(), slot.name);
            let message =
                format!("the given column is {}, the metric is {}", column.kind(), slot.kind);
            faults.push(Fault::new(Code::WrongType, path, message));
            let column = Column::missing(slot.kind, rows.ids.len());
            return Some(Made { given: true, ..Made::plain(column) });
        }
        let column = match &rows.in_frame {
            InFrame::Nowhere => return None,
            InFrame::Same => column,
            InFrame::Rows(rows) => column.gather(rows).into(),
        };
        let inside = slot.kind == Kind::Number
            && given.column.kind() == Kind::Number
            && slot.range.is_none_or(|(low, high)| low <= extent.0 && extent.1 <= high);
        Some(Made { given: true, inside, other_kind, ..Made::plain(column) })
    }

    /// A column as another kind, and how many of its values cannot be read so.
    fn read_as(&self, column: &Column, wanted: Kind) -> (Arc<Column>, usize) {
        let own = Own::of("");
        let zone = self.input.book.map_or(&Zone::UTC, Book::zone);
        let mut other_kind = 0;
        let read = |row| {
            let cell = match column.value(row) {
                Value::Number(it) => book::Cell::Number(it),
                Value::Flag(it) => book::Cell::Flag(it),
                Value::Text(it) => book::Cell::read(&it),
                Value::Missing => return Value::Missing,
            };
            let value = own.read(&cell, wanted, (self.as_of.day(), zone));
            other_kind += usize::from(value.is_none());
            value.unwrap_or(Value::Missing)
        };
        let values: Vec<Value> = (0..column.len()).map(read).collect();
        (column_of(wanted, &values).into(), other_kind)
    }

    pub(crate) fn attribute(
        &self,
        kind: SubjectKind,
        rows: &Rows,
        slot: &Slot,
        which: Option<&Attribute>,
        calendar: Option<&Calendar>,
    ) -> Made {
        let absent = || Made::plain(Column::missing(slot.kind, rows.ids.len()));
        let (Some(book), Some(in_book)) = (self.input.book, &rows.in_book) else {
            return absent();
        };
        let derived = match which {
            None => None,
            Some(Attribute::BuiltIn(name)) => {
                let view = View::new(book, self.as_of, self.currency).within(calendar);
                attribute(view, kind, name)
            }
            Some(Attribute::Own(own)) => Some(custom(book, kind, own, slot.kind, self.as_of)),
        };
        derived
            .filter(|derived| derived.column.kind() == slot.kind)
            .map_or_else(absent, |derived| Made::derived(&derived, in_book))
    }

    pub(crate) fn records(
        &self,
        kind: SubjectKind,
        rows: &Rows,
        slot: &Slot,
        (derivation, filter): (&Derivation, Option<&Program>),
        (config, calendar): (&Config, Option<&Calendar>),
    ) -> Made {
        let (Some(book), Some(in_book)) = (self.input.book, &rows.in_book) else {
            return Made::plain(Column::missing(slot.kind, rows.ids.len()));
        };
        let filter = filter.map(ProgramFilter::new);
        let asked = filter.as_ref().map(|filter| filter as &dyn RecordFilter);
        let (as_of, until) = match self.input.reach(config, derivation, self.as_of) {
            Reach::Whole => (self.as_of, None),
            Reach::Late(day) => (day.into(), None),
            Reach::Stalled(_, day) => (self.as_of, Some(day)),
        };
        let view = View::new(book, as_of, self.currency).within(calendar);
        let derived = derivation.run(view, kind, asked);
        let failed = filter.map(|filter| filter.failures.take()).unwrap_or_default();
        let failed = in_rows(&failed, in_book);
        let Some(day) = until else {
            return Made { failed, ..Made::derived(&derived, in_book) };
        };
        let settled = settled_rows(in_book, &book.over_from(kind), day);
        let (unclear, unconverted, other_kind) = (0, 0, 0);
        let made = Made::derived(&derived, &settled);
        Made { stalled: true, failed, unclear, unconverted, other_kind, ..made }
    }
}

/// A `where` over records.
struct ProgramFilter<'a> {
    program: &'a Program,
    scratch: RefCell<Scratch>,
    /// The subject whose records are asked about.
    subject: Cell<usize>,
    /// By subject.
    failures: Failures,
}

/// Fields of some records of a subject as columns, by slot.
struct Fields<'a> {
    columns: BTreeMap<usize, Column>,
    subject: usize,
    failures: &'a Failures,
}

impl Columns for Fields<'_> {
    fn column(&self, slot: usize) -> Option<&Column> {
        self.columns.get(&slot)
    }

    fn failed(&self, _: usize, failure: &Failure) {
        self.failures.add(self.subject, &failure.function, &failure.why);
    }
}

impl RecordFilter for ProgramFilter<'_> {
    fn begin(&self, subject: usize) {
        self.subject.set(subject);
    }

    fn keep(
        &self,
        records: &[u32],
        read: &mut dyn FnMut(u32, usize) -> Value,
        keep: &mut dyn FnMut(u32, Keep),
    ) {
        let program = self.program;
        for records in records.chunks(CHUNK) {
            let (subject, failures) = (self.subject.get(), &self.failures);
            let mut fields = Fields { columns: BTreeMap::new(), subject, failures };
            for (slot, kind) in program.compiled().columns() {
                let values: Vec<Value> = records.iter().map(|record| read(*record, slot)).collect();
                fields.columns.insert(slot, column_of(kind, &values));
            }
            let mut scratch = self.scratch.borrow_mut();
            let mut chunk = program.compiled().chunk(&mut scratch, &fields, 0..records.len());
            for (record, state) in records.iter().zip(chunk.flags(0, program)) {
                keep(
                    *record,
                    match state {
                        0 => Keep::No,
                        1 => Keep::Yes,
                        _ => Keep::Unclear,
                    },
                );
            }
        }
    }
}

impl<'a> ProgramFilter<'a> {
    fn new(program: &'a Program) -> Self {
        let failures = Failures::default();
        Self { program, scratch: RefCell::default(), subject: Cell::new(0), failures }
    }
}

/// What failed for subjects of a book, by the rows in which they stand.
fn in_rows(failed: &Failed, in_book: &[u32]) -> Failed {
    if failed.is_empty() {
        return Failed::new();
    }
    let of = |subjects: &BTreeMap<usize, Arc<str>>| {
        let rows = in_book.iter().enumerate();
        let why =
            |(row, it): (usize, &u32)| Some((row, Arc::clone(subjects.get(&(*it as usize))?)));
        rows.filter_map(why).collect::<BTreeMap<_, _>>()
    };
    failed
        .iter()
        .map(|(name, it)| (Arc::clone(name), of(it)))
        .filter(|entry| !entry.1.is_empty())
        .collect()
}

/// The reporting currency of a config, if it says one.
pub(crate) fn currency(text: Option<&str>) -> Option<Currency> {
    text.and_then(|text| text.parse().ok())
}

/// The values of an expression, whether each is solid unless no one asks, and the first fault of what it reads.
pub(crate) fn expression(
    program: &Program,
    table: &Table,
    lean: bool,
) -> (Column, Option<Vec<bool>>, Option<String>) {
    let rows = table.len();
    let mut fault = None;
    let mut scratch = Scratch::default();
    let (mut numbers, mut flags, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let mut labels = Labels::default();
    for chunk in chunks(rows) {
        let mut asked = program.compiled().chunk(&mut scratch, table, chunk.clone());
        match program.kind() {
            Kind::Number => {
                let (all, why) = asked.numbers(0, program);
                numbers.extend_from_slice(all);
                fault = fault.or(why);
            }
            Kind::Flag => {
                let states = asked.flags(0, program);
                flags.extend(states.iter().map(|state| (*state).min(Data::NO_FLAG)));
                if let (None, Some(at)) =
                    (&fault, states.iter().position(|state| *state == FAULTED))
                {
                    fault = why(program, table, chunk.start + at);
                }
            }
            Kind::Text => {
                let (all, why) = asked.texts(0, program);
                let code = |it: &Option<Arc<str>>| it.as_ref().map(|text| labels.code(text));
                codes.extend(all.iter().map(code).map(|code| code.unwrap_or(Data::NO_CODE)));
                fault = fault.or(why);
            }
        }
    }
    let data = match program.kind() {
        Kind::Number => Data::Number(numbers),
        Kind::Flag => Data::Flag(flags),
        Kind::Text => Data::Text { codes, labels: Arc::new(labels) },
    };
    let column = Column::of(data).with_seen(oldest(program, table));
    let solid = (!lean).then(|| solid(program, table, 0..rows));
    (column, solid, fault)
}

/// Why a program is faulted in a row.
pub(crate) fn why(program: &Program, table: &Table, row: usize) -> Option<String> {
    match program.run(&mut |slot| table.value(slot, row)) {
        Outcome::Faulted(why) => Some(why),
        Outcome::Value(it) => Some(format!("expected a flag, got {it}")),
        Outcome::NoData { .. } | Outcome::Failed(_) => None,
    }
}

/// The oldest day of what a program reads, for each row; nothing where no day is known.
fn oldest(program: &Program, table: &Table) -> Option<Vec<i32>> {
    let known = program.slots().iter().filter_map(|slot| table.column(*slot)?.days());
    known
        .fold(None, |so_far: Option<Vec<i32>>, days| {
            let mut all = so_far.unwrap_or_else(|| vec![NO_DAY; table.len()]);
            for (all, day) in all.iter_mut().zip(days).filter(|pair| *pair.1 != NO_DAY) {
                *all = if *all == NO_DAY { *day } else { *day.min(all) };
            }
            Some(all)
        })
        .filter(|all| all.iter().any(|day| *day != NO_DAY))
}

/// The first name whose condition holds for each row.
pub(crate) fn class(cases: &Cases, table: &Table) -> (Column, Vec<bool>) {
    let mut labels = Labels::default();
    let codes_of: Vec<u32> = cases.names.iter().map(|(name, _)| labels.code(name)).collect();
    let mut codes = vec![Data::NO_CODE; table.len()];
    let mut all_solid = vec![true; table.len()];
    let mut scratch = Scratch::default();
    let mut open: Vec<usize> = Vec::with_capacity(CHUNK);
    for chunk in chunks(table.len()) {
        let start = chunk.start;
        let mut asked = cases.conditions.chunk(&mut scratch, table, chunk.clone());
        open.clear();
        open.extend(0..chunk.len());
        for ((_, when), code) in cases.names.iter().zip(&codes_of) {
            let program = when.and_then(|when| Some((when, cases.conditions.get(when)?)));
            let sure = program.map(|(_, it)| solid(it, table, chunk.clone()));
            let states = program.map(|(it, _)| asked.states(it));
            open.retain(|at| {
                if let Some(solid) = all_solid.get_mut(start + at) {
                    *solid &= sure.as_ref().is_none_or(|sure| sure.get(*at) == Some(&true));
                }
                let state = states.map_or(1, |states| states.get(*at).copied().unwrap_or(FAULTED));
                if let (1, Some(it)) = (state, codes.get_mut(start + at)) {
                    *it = *code;
                }
                state == 0
            });
            if open.is_empty() {
                break;
            }
        }
    }
    (Column::of(Data::Text { codes, labels: Arc::new(labels) }), all_solid)
}

/// Takes out values that the declaration rules out, and says how many.
pub(crate) fn within(column: &mut Arc<Column>, slot: &Slot) -> usize {
    if is_within(column, slot) {
        return 0;
    }
    let column = Arc::make_mut(column);
    let mut out = 0;
    match column.data_mut() {
        Data::Number(values) => {
            let (low, high) = slot.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            for value in values.iter_mut() {
                if !value.is_nan() && !(low..=high).contains(value) || value.is_infinite() {
                    *value = f64::NAN;
                    out += 1;
                }
            }
        }
        Data::Flag(_) => {}
        Data::Text { codes, labels } => {
            let Some(known) = &slot.labels else { return 0 };
            for code in codes.iter_mut().filter(|code| **code != Data::NO_CODE) {
                let text = labels.text(*code);
                if !text.is_some_and(|text| known.contains(text)) {
                    *code = Data::NO_CODE;
                    out += 1;
                }
            }
        }
    }
    out
}

/// Whether the declaration rules no value out.
fn is_within(column: &Column, slot: &Slot) -> bool {
    match column.data() {
        Data::Number(_) => {
            let (low, high) = slot.range.unwrap_or((f64::MIN, f64::MAX));
            let extent = column.extent();
            low <= extent.0 && extent.1 <= high
        }
        Data::Flag(_) => true,
        Data::Text { labels, .. } => {
            let is_known =
                |known: &[Arc<str>]| labels.texts().iter().all(|text| known.contains(text));
            slot.labels.as_ref().is_none_or(|known| is_known(known))
        }
    }
}
