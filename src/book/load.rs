//! Loading: every row is checked by itself and against the rest, and kept or set aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::Book;
use super::check::{Checks, Found};
use super::company::{check_parents, parents};
use super::index::{Dated, Owners, Series, Store};
use super::links::Links;
use super::moment::settle;
use super::record::Record;
use super::report::{Doubts, LoadReport, Rejection};
use super::row::{Good, read_row};
use super::subject::{Account, Case, Company, Subscription};
use super::tables::{Row, Tables, unknown_table};
use crate::fault::{Code, Fault, Faults};
use crate::frame::{Labels, SubjectKind};
use crate::money::Currency;
use crate::node::shorten;
use crate::time::{Stamp, Zone};

/// What to do about bad records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// One bad record refuses the book; every fault is listed.
    Strict,
    /// Bad records are set aside and counted; the rest is the book.
    Lenient,
}

/// A book, and what was set aside. In every table good + rejected = read.
///
/// ```
/// use foretell::book::{Book, Tables};
/// use foretell::node::Node;
///
/// let row = |id: &str, seats: &str| Node::table([("id", Node::text(id)), ("seats", Node::text(seats))]);
/// let mut tables = Tables::default();
/// tables.insert("subscriptions", vec![row("s1", "12"), row("s2", "-3"), row("s1", "9")]);
/// let loaded = Book::lenient(tables);
/// assert_eq!((loaded.book.counts()["subscriptions"], loaded.rejected.len()), (1, 2));
/// assert_eq!(loaded.read["subscriptions"], 3); // good and rejected
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Loaded {
    /// The good records.
    pub book: Book,
    /// The others.
    pub rejected: Vec<Rejection>,
    /// How many rows were read, per table; unknown tables are counted too.
    pub read: BTreeMap<String, usize>,
    /// What is wrong with whole tables, and warnings about their columns:
    /// [`LoadReport::notes`].
    pub faults: Vec<Fault>,
}

impl Loaded {
    /// How many rows of each table were read, loaded and rejected, and which fields are the host's own.
    #[must_use]
    pub const fn report(&self) -> &LoadReport {
        self.book.report()
    }

    /// How many records were rejected, per table and reason.
    #[must_use]
    pub fn reasons(&self) -> BTreeMap<(&str, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for it in &self.rejected {
            *counts.entry((it.table.as_str(), it.reason)).or_insert(0) += 1;
        }
        counts
    }
}

impl Book {
    /// Checks records and builds a book.
    ///
    /// # Errors
    /// In [`Mode::Strict`] every fault of every record; in [`Mode::Lenient`] never.
    pub fn load(tables: Tables, mode: Mode) -> Result<Loaded, Faults> {
        let mut loader = Loader::default();
        let book = loader.load(tables);
        if mode == Mode::Strict && !loader.faults.is_empty() {
            return Err(Faults(loader.faults));
        }
        Ok(loader.loaded(book))
    }

    /// Builds a book of good records only.
    ///
    /// # Errors
    /// Every fault of every record.
    pub fn strict(tables: Tables) -> Result<Self, Faults> {
        Self::load(tables, Mode::Strict).map(|loaded| loaded.book)
    }

    /// Builds a book of the good records and sets the others aside.
    #[must_use]
    pub fn lenient(tables: Tables) -> Loaded {
        let mut loader = Loader::default();
        let book = loader.load(tables);
        loader.loaded(book)
    }
}

#[derive(Debug, Default)]
struct Loader {
    links: Links,
    rejected: Vec<Rejection>,
    read: BTreeMap<String, usize>,
    /// Every fault, of records and tables.
    faults: Vec<Fault>,
    table_faults: Vec<Fault>,
    /// Warnings.
    notes: Vec<Fault>,
    own: BTreeMap<&'static str, BTreeMap<String, usize>>,
    currencies: BTreeMap<Currency, NaiveDate>,
    present: BTreeSet<&'static str>,
    zone: Zone,
}

impl Loader {
    fn load(&mut self, tables: Tables) -> Book {
        let mut book = Book { rates: tables.rates, ..Book::default() };
        self.zone = tables.zone;
        for fault in tables.faults {
            self.faults.push(fault.clone());
            self.table_faults.push(fault);
        }
        for (name, rows) in &tables.unknown {
            self.unknown(name, *rows);
        }
        let mut companies = self.rows(tables.companies);
        let rejected = &self.links.kind(SubjectKind::Company).rejected;
        for (company, found) in check_parents(&mut companies, rejected) {
            self.reject::<Company>(company.row, &company.record.id, found);
        }
        self.subjects(companies, &mut book.companies);
        let accounts = self.rows(tables.accounts);
        self.subjects(accounts, &mut book.accounts);
        let subscriptions = self.rows(tables.subscriptions);
        self.subjects(subscriptions, &mut book.subscriptions);
        let cases = self.rows(tables.cases);
        self.subjects(cases, &mut book.cases);

        self.leaves(tables.licenses, &mut book.licenses);
        self.leaves(tables.deployments, &mut book.deployments);
        self.leaves(tables.contacts, &mut book.contacts);
        self.leaves(tables.entitlements, &mut book.entitlements);
        self.leaves(tables.surveys, &mut book.surveys);
        self.leaves(tables.invoices, &mut book.invoices);
        self.leaves(tables.engagements, &mut book.engagements);
        self.leaves(tables.assessments, &mut book.assessments);
        self.leaves(tables.overrides, &mut book.overrides);
        self.leaves(tables.outcomes, &mut book.outcomes);

        let mut series: BTreeMap<String, Vec<Dated>> = BTreeMap::new();
        self.each(tables.usage, |_, good| {
            let usage = good.record;
            let value = (usage.date, usage.value, good.owners, usage.custom);
            match series.get_mut(&usage.name) {
                Some(values) => values.push(value),
                None => drop(series.insert(usage.name, vec![value])),
            }
        });
        let counts = self.links.counts();
        book.usage = series
            .into_iter()
            .map(|(name, values)| (Arc::from(name), Series::build(values, counts)))
            .collect();
        self.finish(&mut book);
        book
    }

    fn loaded(self, mut book: Book) -> Loaded {
        let Self { rejected, read, table_faults: mut faults, own, notes, .. } = self;
        faults.extend(notes.iter().cloned());
        book.report = LoadReport::new(&read, &rejected, own, notes);
        Loaded { book, rejected, read, faults }
    }

    fn finish(&mut self, book: &mut Book) {
        let counts = self.links.counts();
        book.company_parents = parents(&book.companies.records);
        book.companies.group_beneath(&book.company_parents);
        book.accounts.group(counts);
        book.subscriptions.group(counts);
        book.cases.group(counts);
        book.licenses.group(counts);
        book.deployments.group(counts);
        book.contacts.group(counts);
        book.entitlements.group(counts);
        book.surveys.group(counts);
        book.invoices.group(counts);
        book.engagements.group(counts);
        book.assessments.group(counts);
        book.overrides.group(counts);
        book.outcomes.group(counts);
        book.links = std::mem::take(&mut self.links);
        book.present = std::mem::take(&mut self.present);
        book.currencies = std::mem::take(&mut self.currencies);
        book.zone = std::mem::take(&mut self.zone);
    }

    fn unknown(&mut self, name: &str, rows: usize) {
        let fault = unknown_table(name);
        self.faults.push(fault.clone());
        self.table_faults.push(fault.clone());
        *self.read.entry(name.to_owned()).or_insert(0) += rows;
        for row in 0..rows {
            let mut fault = fault.clone();
            fault.place.path = format!("{}[{row}]", shorten(name));
            let (table, id) = (name.to_owned(), String::new());
            self.rejected.push(Rejection { table, row, id, reason: "unknown-table", fault });
        }
    }

    /// Sets a record aside.
    fn reject<R: Record>(&mut self, row: usize, id: &str, found: Vec<Found>) {
        let Some(first) = found.first() else { return };
        if let Some(kind) = R::SUBJECT {
            self.links.kind_mut(kind).rejected.insert(id.to_owned());
        }
        self.rejected.push(Rejection {
            table: R::TABLE.to_owned(),
            row,
            id: id.to_owned(),
            reason: first.reason,
            fault: first.fault.clone(),
        });
        self.faults.extend(found.into_iter().map(|found| found.fault));
    }

    /// Checks each row of a table and hands on the good ones.
    fn each<R: Record>(
        &mut self,
        rows: Option<Vec<Row<R>>>,
        mut keep: impl FnMut(&mut Self, Good<R>),
    ) {
        let Some(rows) = rows else { return };
        self.present.insert(R::TABLE);
        self.read.insert(R::TABLE.to_owned(), rows.len());
        if let Some(kind) = R::SUBJECT {
            self.links.kind_mut(kind).loaded = true;
        }
        let mut ids = Ids::default();
        let mut doubts = Doubts::default();
        let mut own: BTreeMap<String, usize> = BTreeMap::new();
        for (row, given) in rows.into_iter().enumerate() {
            let (record, mut found) = match given {
                Row::Record(record) => (Some(record), Vec::new()),
                Row::Node(mut node) => match read_row::<R>(&mut node, row) {
                    Ok(record) => {
                        doubts.columns(Some(&record), row, &node);
                        (Some(record), Vec::new())
                    }
                    Err(failed) => {
                        doubts.columns(failed.record.as_ref(), row, &node);
                        if failed.record.is_none() {
                            self.reject::<R>(row, &failed.id, failed.found);
                            continue;
                        }
                        (failed.record, failed.found)
                    }
                },
            };
            let Some(mut record) = record else { continue };
            settle(&mut record, &self.zone);
            let mut checks = Checks::new(R::TABLE, row);
            let owners = self.check(&record, row, &mut ids, &mut checks);
            checks.take_doubts().into_iter().for_each(|doubt| doubts.add(doubt));
            found.extend(checks.into_found());
            if found.is_empty() {
                self.count_currency(&record);
                count_own(&mut own, &record);
                keep(self, Good { row, record, owners });
            } else {
                let id = record.id().unwrap_or("").to_owned();
                self.reject::<R>(row, &id, found);
            }
        }
        self.own.insert(R::TABLE, own);
        for fault in doubts.into_faults() {
            self.notes.push(fault.clone().warning());
            self.faults.push(fault);
        }
    }

    fn check<R: Record>(
        &self,
        record: &R,
        row: usize,
        ids: &mut Ids,
        checks: &mut Checks<'_>,
    ) -> Owners {
        match record.id() {
            Some(id) if id.trim().is_empty() => {
                checks.add("empty-id", Code::Empty, "id", "`id` must not be empty".to_owned());
            }
            Some(id) => {
                if let Some(first) = ids.before(id, row) {
                    let message = format!("the id `{}` stands in row {first} too", shorten(id));
                    checks.add("duplicate-id", Code::Duplicate, "id", message);
                }
            }
            None => {}
        }
        record.check(checks);
        for (key, cell) in record.custom() {
            checks.cell(key, cell);
        }
        self.links.resolve(record, checks)
    }

    fn count_currency<R: Record>(&mut self, record: &R) {
        if let (true, Some(currency)) = (record.has_amount(), record.currency()) {
            let day = record.stamp().map_or(NaiveDate::MIN, Stamp::date);
            let since = self.currencies.entry(currency).or_insert(day);
            *since = day.min(*since);
        }
    }

    fn rows<R: Record>(&mut self, rows: Option<Vec<Row<R>>>) -> Vec<Good<R>> {
        let mut good = Vec::new();
        self.each(rows, |_, it| good.push(it));
        good
    }

    fn subjects<R: Record + Term>(&mut self, good: Vec<Good<R>>, store: &mut Store<R>) {
        let Some(kind) = R::SUBJECT else { return };
        for Good { record, owners, .. } in good {
            let id = record.id().unwrap_or("").to_owned();
            let owners = self.links.add(kind, &id, owners, record.term());
            store.push(record, owners);
        }
    }

    fn leaves<R: Record>(&mut self, rows: Option<Vec<Row<R>>>, store: &mut Store<R>) {
        self.each(rows, |_, good| store.push(good.record, good.owners));
    }
}

/// The ids of a table, and in which row each stood first.
#[derive(Debug, Default)]
struct Ids {
    ids: Labels,
    rows: Vec<usize>,
}

impl Ids {
    /// The row in which an id stood before.
    fn before(&mut self, id: &str, row: usize) -> Option<usize> {
        let first = self.rows.get(self.ids.code(id) as usize).copied();
        if first.is_none() {
            self.rows.push(row);
        }
        first
    }
}

/// Counts the fields of a record that are the host's own.
fn count_own<R: Record>(own: &mut BTreeMap<String, usize>, record: &R) {
    for name in record.custom().keys() {
        match own.get_mut(name) {
            Some(rows) => *rows += 1,
            None => drop(own.insert(name.clone(), 1)),
        }
    }
}

/// The first and last day of a subject, where other records must keep within them.
trait Term {
    fn term(&self) -> (Option<Stamp>, Option<Stamp>) {
        (None, None)
    }
}

impl Term for Company {}
impl Term for Account {}
impl Term for Case {}
impl Term for Subscription {
    fn term(&self) -> (Option<Stamp>, Option<Stamp>) {
        (self.start, self.last_use())
    }
}
