//! Computing a metric from the records of a book, for every subject, on a day.

mod aggregate;

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};

use super::attributes::column;
use super::signals::is_signal;
use super::slot::{Got, View};
use super::source::{Source, USAGE, source_of};
use super::takes::{About, Age, Nothing};
use super::{Derived, Keep, OwnField, RecordFilter};
use super::{signals, take};
use crate::book::Cell;
use crate::book::own::Own;
use crate::config::{Empty, Take, Window};
use crate::frame::{Column, NO_DAY, SubjectKind};
use crate::signal::SignalKind;
use crate::time::{AsOf, Period};
use crate::value::{Kind, Value};

/// Where a field is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldRef {
    Slot(usize),
    Custom(Own),
}

/// A metric over records, checked and ready to run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Derivation {
    pub(super) table: &'static str,
    pub(super) part: Option<String>,
    pub(super) take: Take,
    pub(super) field: Option<FieldRef>,
    pub(super) kind: Kind,
    pub(super) window: Option<Window>,
    pub(super) half_life: f64,
    /// How far apart the points of a signal are.
    pub(super) every: Period,
    pub(super) empty: Option<Empty>,
    /// How many fields there are: the slots of a filter beyond are those of own fields.
    pub(super) fields: usize,
    /// The own fields that its filter reads.
    pub(crate) own: Vec<OwnField>,
    /// Whether records that are over count too.
    pub(super) all: bool,
}

/// The days from which records count: those after `after`, and for a change those after `base`.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// The last day before the window; `None` when all records count, undated ones too.
    after: Option<i32>,
    /// The last day before the window before it.
    base: Option<i32>,
    /// The day before the subject's first.
    start: Option<i32>,
    /// The last day on which the subject is there.
    end: i32,
}

impl Derivation {
    /// The table that it reads.
    pub(crate) const fn table(&self) -> &'static str {
        self.table
    }

    /// What the metric is.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Every text that it can be, where that is known.
    pub(crate) fn labels(&self) -> Option<Vec<&'static str>> {
        let all = [signals::NONE].into_iter().chain(SignalKind::ALL.map(SignalKind::name));
        (self.take == Take::Signal).then(|| all.collect())
    }

    /// The metric of every subject of a kind, as known on the day.
    ///
    /// Linear in the records of the table. Amounts are in the reporting currency, or in the house
    /// currency if that is `None`.
    pub(crate) fn run(
        &self,
        view: View<'_>,
        kind: SubjectKind,
        filter: Option<&dyn RecordFilter>,
    ) -> Derived {
        let View { book, as_of, .. } = view;
        let subjects = book.subjects(kind).len();
        if !book.has_table(self.table) {
            return Derived::of(Column::missing(self.kind, subjects));
        }
        let Some(source) = source_of(book, self.table, self.part.as_deref()) else {
            // The table is there, the series is not: nobody ever had a value of it.
            let nothing = self.nothing(false);
            let rows = (0..subjects).map(|_| nothing.map_or(Got::Missing, Got::Number));
            return Derived::of(column(self.kind, rows));
        };
        let mut run = Run {
            derivation: self,
            source,
            view,
            filter,
            today: as_of.day().num_days_from_ce(),
            window: self.cut(as_of.day()),
            passing: Vec::new(),
            before: Vec::new(),
            in_window: 0,
            first: None,
            sentence: None,
            unclear: 0,
            unconverted: 0,
            other_kind: 0,
        };
        let mut sentences = Vec::new();
        let mut unsure = Vec::with_capacity(subjects);
        let mut seen = Vec::with_capacity(subjects);
        let mut values: Vec<Got<'_>> = Vec::with_capacity(subjects);
        let over = book.over_from(kind);
        for (row, start) in book.starts(kind).into_iter().enumerate() {
            let rows = source
                .groups(kind)
                .map_or(&[][..], |it| it.of(u32::try_from(row).unwrap_or(crate::frame::NO_ROW)));
            let unclear = run.unclear;
            if let Some(it) = filter {
                it.begin(row);
            }
            let over = over.get(row).copied().flatten();
            let (value, newest) = run.subject(rows, start, over);
            values.push(value);
            sentences.push(run.sentence.take());
            seen.push(newest);
            unsure.push(run.unclear > unclear);
        }
        if self.says_texts() {
            let said = sentences.iter().map(|it| it.as_deref().map_or(Got::Missing, Got::Text));
            values = said.collect();
        }
        Derived {
            column: column(self.kind, values.into_iter()).with_seen(Some(seen)),
            unclear: run.unclear,
            unsure: if run.unclear > 0 { unsure } else { Vec::new() },
            unconverted: run.unconverted,
            other_kind: run.other_kind,
        }
    }

    /// Whether its values are texts that no record holds as such.
    fn says_texts(&self) -> bool {
        let own = matches!(self.field, Some(FieldRef::Custom(_)));
        self.take == Take::SignalText || (own && self.kind == Kind::Text)
    }

    /// The last day before the window and before the one before it.
    fn cut(&self, as_of: NaiveDate) -> (Option<i32>, Option<i32>) {
        match self.window {
            Some(Window::Last(period)) => {
                let edge = |windows| Some(period.edge(as_of, windows).num_days_from_ce());
                (edge(1), edge(2))
            }
            Some(Window::SinceStart) | None => (None, None),
        }
    }

    /// The last day before the window.
    pub(super) fn first_day(&self, as_of: AsOf) -> Option<i32> {
        self.cut(as_of.day()).0
    }

    /// What no record at all means; `ever` says whether the subject ever had one.
    fn nothing(&self, ever: bool) -> Option<f64> {
        let nothing = About::of(self.take).nothing;
        // A series that was silent all the time has only days without it.
        let zero = if nothing == Nothing::One { 1.0 } else { 0.0 };
        match (self.empty, nothing) {
            (Some(Empty::Missing), _) => None,
            (Some(Empty::Zero), _) => Some(zero),
            (None, Nothing::Zero) => Some(zero).filter(|_| ever || self.table != USAGE),
            (None, Nothing::One) => Some(zero).filter(|_| ever),
            (None, Nothing::Missing | Nothing::Never) => None,
        }
    }
}

/// One run over all subjects, with its buffers.
struct Run<'a> {
    derivation: &'a Derivation,
    source: &'a dyn Source,
    view: View<'a>,
    filter: Option<&'a dyn RecordFilter>,
    today: i32,
    window: (Option<i32>, Option<i32>),
    /// Rows of the subject's records that are in the window and pass the filter.
    passing: Vec<u32>,
    /// The same of the window before.
    before: Vec<u32>,
    /// The subject's records in the window that pass the filter or fail it.
    in_window: usize,
    /// The day of the subject's first record, whatever the filter and the window.
    first: Option<i32>,
    /// What a signal says in words.
    sentence: Option<String>,
    unclear: usize,
    unconverted: usize,
    /// Values of own fields that are of another kind than is read.
    other_kind: usize,
}

impl<'a> Run<'a> {
    /// The value of one subject, and the day of the newest record behind it.
    fn subject(
        &mut self,
        rows: &[u32],
        start: Option<NaiveDate>,
        over: Option<NaiveDate>,
    ) -> (Got<'a>, i32) {
        let source = self.source;
        let known = rows.partition_point(|row| source.day(*row) <= self.today);
        let rows = rows.get(..known).unwrap_or(&[]);
        let part = self.derivation.part.as_deref();
        let mut own = rows.iter().filter(|row| part.is_none_or(|it| source.is_in(**row, it)));
        self.first = own.clone().map(|row| source.day(*row)).find(|it| *it != NO_DAY);
        let newest = own.next_back();
        let start = start.map(|it| it.num_days_from_ce() - 1);
        let after = match self.derivation.window {
            Some(Window::SinceStart) => start,
            _ => self.window.0,
        };
        let end = over.map_or(self.today, |it| self.today.min(it.num_days_from_ce() - 1));
        let span = Span { after, base: self.window.1, start, end };
        self.select(rows, &span);
        let value = self.value(&span, newest.is_some());
        // Where no record passed, `empty` speaks of the source as a whole.
        let mut passing = self.passing.iter();
        let behind = match About::of(self.derivation.take).age {
            Age::Newest if !self.passing.is_empty() => passing.rfind(|row| self.is_known(**row)),
            Age::Oldest if !self.passing.is_empty() => passing.find(|row| self.is_known(**row)),
            _ => newest,
        };
        (value, behind.map_or(NO_DAY, |row| source.day(*row)))
    }

    /// Whether a record has a value to read.
    fn is_known(&self, row: u32) -> bool {
        !matches!(self.get(row), Got::Missing | Got::NoRate)
    }

    /// Finds the records that count.
    fn select(&mut self, rows: &[u32], span: &Span) {
        self.passing.clear();
        self.before.clear();
        self.in_window = 0;
        let source = self.source;
        let from = span.after.map_or(0, |it| rows.partition_point(|row| source.day(*row) <= it));
        let mut passing = std::mem::take(&mut self.passing);
        self.keep(rows.get(from..).unwrap_or(&[]), &mut |run, row, passes| {
            run.in_window += 1;
            if passes {
                passing.push(row);
            }
        });
        self.passing = passing;
        self.other_kind += self.passing.iter().filter(|row| self.is_other(**row)).count();
        if self.derivation.take == Take::Change
            && let Some(base) = span.base
        {
            let first = rows.partition_point(|row| source.day(*row) <= base);
            let mut before = std::mem::take(&mut self.before);
            self.keep(rows.get(first..from).unwrap_or(&[]), &mut |_, row, passes| {
                if passes {
                    before.push(row);
                }
            });
            self.before = before;
            self.other_kind += self.before.iter().filter(|row| self.is_other(**row)).count();
        }
    }

    /// Tells of records whether they pass, except of those of another part, those that are over, and where nobody can say.
    fn keep(&mut self, rows: &[u32], tell: &mut dyn FnMut(&mut Self, u32, bool)) {
        let (source, view) = (self.source, self.view);
        let mut rows = Cow::Borrowed(rows);
        if let Some(part) = self.derivation.part.as_deref() {
            rows.to_mut().retain(|row| source.is_in(*row, part));
        }
        if !self.derivation.all && rows.iter().any(|row| source.is_over(*row, view.as_of.day())) {
            rows.to_mut().retain(|row| !source.is_over(*row, view.as_of.day()));
        }
        let Some(filter) = self.filter else {
            return rows.iter().for_each(|row| tell(self, *row, true));
        };
        let (fields, own) = (self.derivation.fields, &self.derivation.own);
        let mut other_kind = 0;
        let mut read = |row: u32, slot: usize| match slot.checked_sub(fields) {
            None => source.get(row, slot, &view).value(),
            Some(at) => {
                let of = own.get(at).and_then(|it| Some((it, source.custom(row, &it.own.field)?)));
                let value = of.map(|(it, cell)| it.own.read(cell, it.kind, view.day()));
                other_kind += usize::from(value == Some(None));
                value.flatten().unwrap_or(Value::Missing)
            }
        };
        filter.keep(&rows, &mut read, &mut |row, keep| match keep {
            Keep::Yes => tell(self, row, true),
            Keep::No => tell(self, row, false),
            Keep::Unclear => self.unclear += 1,
        });
        self.other_kind += other_kind;
    }

    /// The own field that is taken, of a record that has it, and the kind that is wanted.
    fn cell(&self, row: u32) -> Option<(&Own, &'a Cell, Kind)> {
        let Some(FieldRef::Custom(own)) = &self.derivation.field else { return None };
        let cell = self.source.custom(row, &own.field)?;
        let take = self.derivation.take;
        let wanted = match take {
            // Whatever it is: two of a kind are told apart by what they are.
            Take::Distinct => match cell {
                Cell::Number(_) => Kind::Number,
                Cell::Flag(_) => Kind::Flag,
                Cell::Text(_) => Kind::Text,
            },
            Take::Share => Kind::Flag,
            Take::Sum | Take::Mean if matches!(cell, Cell::Flag(_)) => Kind::Flag,
            take if is_signal(take) => Kind::Number,
            _ => self.derivation.kind,
        };
        Some((own, cell, wanted))
    }

    /// Whether a record has the own field that is taken, and it is of another kind.
    fn is_other(&self, row: u32) -> bool {
        let cell = self.cell(row);
        cell.is_some_and(|(own, it, wanted)| own.read(it, wanted, self.view.day()).is_none())
    }

    fn get(&self, row: u32) -> Got<'a> {
        match &self.derivation.field {
            None => Got::Number(1.0),
            Some(FieldRef::Slot(slot)) => self.source.get(row, *slot, &self.view),
            Some(FieldRef::Custom(_)) => match self.cell(row) {
                Some((_, Cell::Text(it), Kind::Text)) => Got::Text(it),
                Some((own, cell, wanted)) => match own.read(cell, wanted, self.view.day()) {
                    Some(Value::Number(it)) => Got::Number(it),
                    Some(Value::Flag(it)) => Got::Flag(it),
                    Some(Value::Text(_)) => Got::Text(""),
                    Some(Value::Missing) | None => Got::Missing,
                },
                None => Got::Missing,
            },
        }
    }

    /// What the records that count come to.
    fn value(&mut self, span: &Span, ever: bool) -> Got<'a> {
        let take = self.derivation.take;
        let none = match take {
            Take::Share => self.in_window == 0,
            Take::Change => self.passing.is_empty() && self.before.is_empty(),
            _ => self.passing.is_empty(),
        };
        if none {
            let window = take != Take::ZeroShare || self.days(span).is_some();
            let nothing = self.derivation.nothing(ever).filter(|_| window);
            return nothing.map_or(Got::Missing, Got::Number);
        }
        let number = match take {
            Take::First => return self.one(self.passing.first().copied()),
            Take::Last => return self.one(self.passing.last().copied()),
            Take::Count => Some(self.passing.len() as f64),
            Take::Distinct => self.distinct(),
            Take::DaysSinceFirst => self.days_since_first(),
            Take::DaysSinceLast => self.days_since_last(),
            Take::Streak => Some(self.streak()),
            Take::DaysUntil => take::days_until(self.got(false)),
            Take::Share if self.derivation.field.is_none() => {
                Some(self.passing.len() as f64 / self.in_window as f64)
            }
            Take::Change => self.change(span),
            Take::ZeroShare => self.zero_share(span),
            take if is_signal(take) => return self.signal(span),
            _ => self.aggregate(take),
        };
        number.filter(|it| it.is_finite()).map_or(Got::Missing, Got::Number)
    }

    fn got(&self, before: bool) -> impl Iterator<Item = (i32, Got<'a>)> {
        let rows = if before { &self.before } else { &self.passing };
        rows.iter().map(|row| (self.source.day(*row), self.get(*row)))
    }

    /// Counts the amounts without a rate; with one of them there is no number.
    fn all_converted(&mut self, before: bool) -> bool {
        let lost = self.got(before).filter(|(_, it)| *it == Got::NoRate).count();
        self.unconverted += lost;
        lost == 0
    }
}
