//! Attributes: what a subject's own record says on a day.

use super::slot::{Got, View};
use super::source::{shape_of, subjects_of};
use super::{Derived, subject_table};
use crate::book::{Book, Cell};
use crate::frame::{Column, SubjectKind};
use crate::money::Currency;
use crate::time::AsOf;
use crate::value::Kind;

/// What is known of a built-in attribute without any book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AttributeInfo {
    pub(crate) kind: Kind,
    /// Lowest and highest possible value.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) unit: Option<&'static str>,
}

/// What a built-in attribute of a kind of subject is.
pub(crate) fn attribute_info(kind: SubjectKind, name: &str) -> Option<AttributeInfo> {
    let shape = shape_of(subject_table(kind))?;
    let field = shape.fields.into_iter().find(|it| it.name == name)?;
    Some(AttributeInfo { kind: field.kind, range: field.range, unit: field.unit })
}

/// The names of a kind's built-in attributes.
pub(crate) fn attribute_names(kind: SubjectKind) -> Vec<&'static str> {
    let shape = shape_of(subject_table(kind));
    shape.map_or_else(Vec::new, |it| it.fields.iter().map(|it| it.name).collect())
}

/// A built-in attribute of every subject of a kind, as known on the day; `None` if there is no such
/// attribute. A subject that does not exist yet has none. Amounts are in the reporting currency, or in the house currency if that is `None`.
pub(crate) fn attribute(
    book: &Book,
    kind: SubjectKind,
    as_of: AsOf,
    name: &str,
    reporting: Option<Currency>,
) -> Option<Derived> {
    let fields = shape_of(subject_table(kind))?.fields;
    let slot = fields.iter().position(|it| it.name == name)?;
    let wanted = fields.get(slot)?.kind;
    let source = subjects_of(book, kind)?;
    let view = View { book, as_of, reporting };
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

/// A custom field of every subject of a kind, as a wanted kind of value. One that holds another
/// kind is missing, and counted.
pub(crate) fn custom(book: &Book, kind: SubjectKind, name: &str, wanted: Kind) -> Derived {
    let rows = u32::try_from(book.subjects(kind).len()).unwrap_or(0);
    let source = subjects_of(book, kind);
    let mut other_kind = 0;
    let texts: Vec<Option<String>> = match wanted {
        Kind::Text => {
            (0..rows).map(|row| source.and_then(|it| it.custom(row, name)).map(show)).collect()
        }
        _ => Vec::new(),
    };
    let got = (0..rows).map(|row| {
        let Some(cell) = source.and_then(|it| it.custom(row, name)) else { return Got::Missing };
        let text = texts.get(row as usize).and_then(Option::as_deref);
        let got = custom_value(cell, wanted, text);
        other_kind += usize::from(got == Got::Missing);
        got
    });
    let column = column(wanted, got);
    Derived { other_kind, ..Derived::of(column) }
}

pub(super) fn custom_value<'a>(cell: &Cell, wanted: Kind, text: Option<&'a str>) -> Got<'a> {
    match wanted {
        Kind::Number => cell.number().map_or(Got::Missing, Got::Number),
        Kind::Flag => cell.flag().map_or(Got::Missing, Got::Flag),
        Kind::Text => text.map_or(Got::Missing, Got::Text),
    }
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Flag(it) => it.to_string(),
        Cell::Number(it) => it.to_string(),
        Cell::Text(it) => it.clone(),
    }
}

/// Values as a column of one kind; values of another kind are missing.
pub(super) fn column<'a>(kind: Kind, values: impl Iterator<Item = Got<'a>>) -> Column {
    match kind {
        Kind::Number => Column::numbers(values.map(Got::number)),
        Kind::Flag => Column::flags(values.map(|it| match it {
            Got::Flag(it) => Some(it),
            _ => None,
        })),
        Kind::Text => Column::texts(values.map(|it| match it {
            Got::Text(it) => Some(it),
            _ => None,
        })),
    }
}
