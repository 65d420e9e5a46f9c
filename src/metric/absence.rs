//! Why there is nothing: names that no record has, and metrics without a value for anyone.
//!
//! Asked only where a value is missing for all, so what it costs is linear, and nothing where all is well.

use std::collections::BTreeSet;

use super::derivation::{Derivation, FieldRef};
use super::slot::Parts;
use super::source::{Source, USAGE, shape_of, source_of};
use super::subject_table;
use crate::book::Book;
use crate::book::own::Own;
use crate::fault::nearest;
use crate::frame::{NO_DAY, SubjectKind};
use crate::time::AsOf;

/// A name that no record has, and the nearest that some have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) name: String,
    pub(crate) near: Option<String>,
}

/// Why a metric from records has no value for any subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its table was not loaded.
    NoTable,
    /// There is no record of its table, or of its part of it.
    NoRecords,
    /// No record is known by that day, or none lies in the window.
    NothingInWindow,
    /// No record has the field that is taken, or counts.
    NothingToTake,
}

/// An own field that no record of the subjects of a kind has, though there are records.
pub(crate) fn unknown_own(book: &Book, kind: SubjectKind, own: &Own) -> Option<Unknown> {
    let table = subject_table(kind);
    let source = source_of(book, table, None)?;
    unknown(source, table, &own.field)
}

fn rows(source: &dyn Source) -> std::ops::Range<u32> {
    0..u32::try_from(source.len()).unwrap_or(crate::frame::NO_ROW)
}

fn unknown(source: &dyn Source, table: &str, field: &str) -> Option<Unknown> {
    if source.len() == 0 || rows(source).any(|row| source.custom(row, field).is_some()) {
        return None;
    }
    let own: BTreeSet<&str> = rows(source).flat_map(|row| source.own_names(row)).collect();
    let fields = shape_of(table).map_or_else(Vec::new, |shape| shape.fields);
    let built_in = fields.iter().map(|field| field.name).filter(|name| !own.contains(name));
    let near = nearest(field, own.iter().copied().chain(built_in.clone()));
    let near = near.map(|near| match built_in.clone().any(|name| name == near) {
        true => near.to_owned(),
        false => Own::of(near).to_string(),
    });
    Some(Unknown { name: Own::of(field).to_string(), near })
}

impl Derivation {
    /// What it reads as a config names it: `cases`, `usage.logins`.
    pub(crate) fn from(&self) -> String {
        match &self.part {
            Some(part) => format!("{}.{part}", self.table),
            None => self.table.to_owned(),
        }
    }

    /// The names in it that no record has: its series or part, and own fields. None where there are no
    /// records that could have them.
    pub(crate) fn unknown(&self, book: &Book) -> Vec<Unknown> {
        let part = self.part.as_deref();
        if self.table == USAGE {
            return match part {
                Some(part) if book.series().all(|series| series != part) => {
                    self.unknown_part(part, book.series()).into_iter().collect()
                }
                _ => self.unknown_fields(book),
            };
        }
        let Some(source) = source_of(book, self.table, None) else { return Vec::new() };
        if let Some(part) = part
            && shape_of(self.table).is_some_and(|shape| shape.parts == Parts::Any)
            && rows(source).all(|row| source.part(row) != part)
        {
            let all: BTreeSet<&str> = rows(source).map(|row| source.part(row)).collect();
            return self.unknown_part(part, all).into_iter().collect();
        }
        self.unknown_fields(book)
    }

    fn unknown_part<'a>(
        &self,
        part: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<Unknown> {
        let mut known = known.into_iter().peekable();
        known.peek()?;
        let near = nearest(part, known).map(|near| format!("{}.{near}", self.table));
        Some(Unknown { name: self.from(), near })
    }

    fn unknown_fields(&self, book: &Book) -> Vec<Unknown> {
        let Some(source) = source_of(book, self.table, self.part.as_deref()) else {
            return Vec::new();
        };
        let taken = match &self.field {
            Some(FieldRef::Custom(own)) => Some(own.field.as_str()),
            _ => None,
        };
        let read = self.own.iter().map(|own| own.own.field.as_str());
        let names: BTreeSet<&str> = read.chain(taken).collect();
        names.into_iter().filter_map(|name| unknown(source, self.table, name)).collect()
    }

    /// The likely reason why it has no value for any subject of a kind.
    pub(crate) fn why_nothing(&self, book: &Book, kind: SubjectKind, as_of: AsOf) -> Why {
        use chrono::Datelike as _;
        if !book.has_table(self.table) {
            return Why::NoTable;
        }
        let part = self.part.as_deref();
        let Some(source) = source_of(book, self.table, part) else { return Why::NoRecords };
        let is_in = |row: u32| part.is_none_or(|part| source.is_in(row, part));
        if !rows(source).any(is_in) {
            return Why::NoRecords;
        }
        let today = as_of.day().num_days_from_ce();
        let after = self.first_day(as_of);
        let in_time = |row: u32| match (source.day(row), after) {
            (NO_DAY, after) => after.is_none(),
            (day, after) => day <= today && after.is_none_or(|after| after < day),
        };
        // Records of no subject of the kind are none of theirs.
        let subjects = 0..u32::try_from(book.subjects(kind).len()).unwrap_or(0);
        let groups = source.groups(kind);
        let mut theirs = subjects.flat_map(|subject| groups.map_or(&[][..], |all| all.of(subject)));
        match theirs.any(|row| is_in(*row) && in_time(*row)) {
            true => Why::NothingToTake,
            false => Why::NothingInWindow,
        }
    }
}
