//! Attributes: what a subject's own record says on a day.

use super::slot::{Got, View};
use super::source::{shape_of, subjects_of};
use super::{Derived, subject_table};
use crate::book::Book;
use crate::book::own::Own;
use crate::frame::{Column, SubjectKind};
use crate::time::AsOf;
use crate::value::{Kind, Value};

/// What is known of a built-in attribute without any book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AttributeInfo {
    pub(crate) kind: Kind,
    /// Lowest and highest possible value.
    pub(crate) range: Option<(f64, f64)>,
    /// Every text that it can be, where they are known.
    pub(crate) labels: Option<&'static [&'static str]>,
    pub(crate) unit: Option<&'static str>,
}

/// What a built-in attribute of a kind of subject is.
pub(crate) fn attribute_info(kind: SubjectKind, name: &str) -> Option<AttributeInfo> {
    let shape = shape_of(subject_table(kind))?;
    let field = shape.fields.into_iter().find(|field| field.name == name)?;
    let (range, labels, unit) = (field.range, field.labels, field.unit);
    Some(AttributeInfo { kind: field.kind, range, labels, unit })
}

/// The names of a kind's built-in attributes.
pub(crate) fn attribute_names(kind: SubjectKind) -> Vec<&'static str> {
    let shape = shape_of(subject_table(kind));
    shape.map_or_else(Vec::new, |shape| shape.fields.iter().map(|field| field.name).collect())
}

/// A built-in attribute of every subject of a kind, as known on the day; `None` if there is no such
/// attribute. A subject that does not exist yet has none. Amounts are in the reporting currency, or in the house currency if that is `None`.
pub(crate) fn attribute(view: View<'_>, kind: SubjectKind, name: &str) -> Option<Derived> {
    let View { book, as_of, .. } = view;
    let fields = shape_of(subject_table(kind))?.fields;
    let slot = fields.iter().position(|field| field.name == name)?;
    let wanted = fields.get(slot)?.kind;
    let source = subjects_of(book, kind)?;
    let rows = u32::try_from(book.subjects(kind).len()).ok()?;
    let mut unconverted = 0;
    let born = book.born(kind, as_of.day());
    let got = (0..rows).map(|row| {
        if born.get(row as usize) != Some(&true) {
            return Got::Missing;
        }
        let got = source.get(row, slot, &view);
        unconverted += usize::from(got == Got::NoRate);
        got
    });
    let column = column(wanted, got);
    Some(Derived { unconverted, ..Derived::of(column) })
}

/// An own field of every subject of a kind, as a wanted kind of value. One that holds another
/// kind is missing, and counted.
pub(crate) fn custom(
    book: &Book,
    kind: SubjectKind,
    own: &Own,
    wanted: Kind,
    as_of: AsOf,
) -> Derived {
    let rows = u32::try_from(book.subjects(kind).len()).unwrap_or(0);
    let source = subjects_of(book, kind);
    let mut other_kind = 0;
    let values: Vec<Value> = (0..rows)
        .map(|row| {
            let cell = source.and_then(|source| source.custom(row, &own.field));
            let value = cell.map(|cell| own.read(cell, wanted, (as_of.day(), book.zone())));
            other_kind += usize::from(value == Some(None));
            value.flatten().unwrap_or(Value::Missing)
        })
        .collect();
    let column = column(wanted, values.iter().map(got));
    Derived { other_kind, ..Derived::of(column) }
}

/// A value as what a field holds.
pub(super) fn got(value: &Value) -> Got<'_> {
    match value {
        Value::Number(it) => Got::Number(*it),
        Value::Flag(it) => Got::Flag(*it),
        Value::Text(it) => Got::Text(it),
        Value::Missing => Got::Missing,
    }
}

/// Values as a column of one kind; values of another kind are missing.
pub(super) fn column<'a>(kind: Kind, values: impl Iterator<Item = Got<'a>>) -> Column {
    match kind {
        Kind::Number => Column::numbers(values.map(Got::number)),
        Kind::Flag => Column::flags(values.map(|got| match got {
            Got::Flag(it) => Some(it),
            _ => None,
        })),
        Kind::Text => Column::texts(values.map(|got| match got {
            Got::Text(it) => Some(it),
            _ => None,
        })),
    }
}
