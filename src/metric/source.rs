//! Where records come from: a table of the book, or a usage series.

use chrono::NaiveDate;

use super::slot::{Dated, Fields, Got, Parts, Slot, View};
use super::{Field, subject_table};
use crate::book::{
    Account, AssessmentRecord, Book, Case, Cell, Company, Contact, Deployment, Engagement,
    Entitlement, Groups, Invoice, License, Outcome, Override, Series, Store, Subscription, Survey,
};
use crate::frame::SubjectKind;
use crate::value::Kind;

/// Records of one table, by row.
pub(crate) trait Source {
    /// The records of each subject of a kind, oldest first.
    fn groups(&self, kind: SubjectKind) -> Option<&Groups>;
    /// The day number of a record; `NO_DAY` if it has none.
    fn day(&self, row: u32) -> i32;
    fn is_in(&self, row: u32, part: &str) -> bool;
    fn get(&self, row: u32, slot: usize, view: &View<'_>) -> Got<'_>;
    /// An own field of a record.
    fn custom(&self, row: u32, name: &str) -> Option<&Cell>;
    /// How many records there are.
    fn len(&self) -> usize;
    /// The names of the own fields of a record.
    fn own_names(&self, row: u32) -> Vec<&str>;
    /// The part that a record is in.
    fn part(&self, row: u32) -> &str;
    /// Whether a record is over on the day.
    fn is_over(&self, row: u32, day: NaiveDate) -> bool;
}

impl<R: Fields> Source for Store<R> {
    fn groups(&self, kind: SubjectKind) -> Option<&Groups> {
        Self::groups(self, kind)
    }
    fn day(&self, row: u32) -> i32 {
        Self::day(self, row)
    }
    fn is_in(&self, row: u32, part: &str) -> bool {
        self.records.get(row as usize).is_some_and(|record| record.part() == part)
    }
    fn get(&self, row: u32, slot: usize, view: &View<'_>) -> Got<'_> {
        match (self.records.get(row as usize), R::SLOTS.get(slot)) {
            (Some(record), Some(slot)) => slot.read(record, view),
            _ => Got::Missing,
        }
    }
    fn custom(&self, row: u32, name: &str) -> Option<&Cell> {
        self.records.get(row as usize)?.custom().get(name)
    }
    fn len(&self) -> usize {
        self.records.len()
    }
    fn own_names(&self, row: u32) -> Vec<&str> {
        let record = self.records.get(row as usize);
        record.into_iter().flat_map(|record| record.custom().keys()).map(String::as_str).collect()
    }
    fn part(&self, row: u32) -> &str {
        self.records.get(row as usize).map_or("", Fields::part)
    }
    fn is_over(&self, row: u32, day: NaiveDate) -> bool {
        R::ENDS && self.records.get(row as usize).is_some_and(|record| record.is_over(day))
    }
}

impl Source for Series {
    fn groups(&self, kind: SubjectKind) -> Option<&Groups> {
        Self::groups(self, kind)
    }
    fn day(&self, row: u32) -> i32 {
        Self::day(self, row)
    }
    fn is_in(&self, _: u32, _: &str) -> bool {
        true
    }
    fn get(&self, row: u32, slot: usize, view: &View<'_>) -> Got<'_> {
        use chrono::Datelike as _;
        match slot {
            0 => self.value(row).map_or(Got::Missing, Got::Number),
            1 => Got::Number(f64::from(view.as_of.day().num_days_from_ce() - self.day(row))),
            _ => Got::Missing,
        }
    }
    fn custom(&self, row: u32, name: &str) -> Option<&Cell> {
        self.own(row)?.get(name)
    }
    fn len(&self) -> usize {
        Self::len(self)
    }
    fn own_names(&self, row: u32) -> Vec<&str> {
        self.own(row).into_iter().flat_map(|fields| fields.keys()).map(String::as_str).collect()
    }
    fn part(&self, _: u32) -> &str {
        ""
    }
    fn is_over(&self, _: u32, _: NaiveDate) -> bool {
        false
    }
}

/// What is known of a table without any book.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) table: &'static str,
    pub(super) subject: Option<SubjectKind>,
    pub(super) fields: Vec<Field>,
    pub(super) parts: Parts,
    /// Whether its records can be over.
    pub(super) ends: bool,
}

fn shape<R: Fields>() -> Shape {
    let fields = R::SLOTS.iter().map(Slot::field).collect();
    Shape { table: R::TABLE, subject: R::SUBJECT, fields, parts: R::PARTS, ends: R::ENDS }
}

impl<R> Slot<R> {
    pub(super) const fn field(&self) -> Field {
        Field {
            name: self.name,
            kind: self.kind(),
            optional: self.optional,
            range: self.range,
            labels: self.labels,
            unit: self.unit,
            dated: self.dated(),
            same: self.same,
        }
    }
}

/// The one table whose parts are series.
pub(super) const USAGE: &str = "usage";

fn usage_shape() -> Shape {
    let field = |name, unit, dated| Field {
        name,
        kind: Kind::Number,
        optional: false,
        range: None,
        labels: None,
        unit,
        dated,
        same: false,
    };
    let fields =
        vec![field("value", None, Dated::No), field("date", Some("days ago"), Dated::Past)];
    Shape { table: USAGE, subject: None, fields, parts: Parts::Any, ends: false }
}

macro_rules! sources {
    ($($table:ident: $record:ident,)+) => {
        /// The tables that metrics can be computed from.
        pub(super) const TABLES: &[&str] = &[$(stringify!($table),)+ USAGE];

        /// What is known of a table.
        pub(super) fn shape_of(table: &str) -> Option<Shape> {
            match table {
                $(stringify!($table) => Some(shape::<$record>()),)+
                USAGE => Some(usage_shape()),
                _ => None,
            }
        }

        /// The records of a table, or of a usage series; `None` where there are none.
        pub(super) fn source_of<'a>(
            book: &'a Book,
            table: &str,
            part: Option<&str>,
        ) -> Option<&'a dyn Source> {
            match table {
                $(stringify!($table) => Some(&book.$table),)+
                USAGE => book.usage.get(part?).map(|series| series as &dyn Source),
                _ => None,
            }
        }
    };
}

sources! {
    companies: Company,
    accounts: Account,
    subscriptions: Subscription,
    cases: Case,
    licenses: License,
    deployments: Deployment,
    contacts: Contact,
    entitlements: Entitlement,
    surveys: Survey,
    invoices: Invoice,
    engagements: Engagement,
    assessments: AssessmentRecord,
    overrides: Override,
    outcomes: Outcome,
}

/// The records of the subjects of a kind.
pub(super) fn subjects_of(book: &Book, kind: SubjectKind) -> Option<&dyn Source> {
    source_of(book, subject_table(kind), None)
}
