//! Where records come from, by name: a table, a usage series, or another part of a table; and how often there are some.

use super::Derivation;
use super::slot::Parts;
use super::source::{Source, TABLES, USAGE, shape_of, source_of};
use crate::book::Book;
use crate::config::Take;
use crate::fault::nearest;
use crate::frame::NO_DAY;

/// The most days between the first and the last record that are looked at: some hundred years.
const MOST_DAYS: i32 = 36_525;

/// On which days there are records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rhythm {
    /// On how many.
    pub(crate) days: usize,
    pub(crate) first: i32,
    pub(crate) last: i32,
}

/// Whether a feed is one; else the nearest name that is. `known` are names of series and parts that the config reads.
pub(crate) fn check_feed<'a>(
    name: &str,
    book: Option<&'a Book>,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), Option<String>> {
    let series = book.into_iter().flat_map(Book::series).map(|series| format!("{USAGE}.{series}"));
    let known: Vec<String> = known.into_iter().map(str::to_owned).chain(series).collect();
    if TABLES.contains(&name) || known.iter().any(|feed| feed == name) {
        return Ok(());
    }
    if let Some((table, part)) = name.split_once('.')
        && let Some(shape) = shape_of(table)
    {
        match shape.parts {
            Parts::Known(all) if all.contains(&part) => return Ok(()),
            // Nobody can say which series there are while there is neither a record nor a reader.
            Parts::Any if table != USAGE || (book.is_none() && known.is_empty()) => return Ok(()),
            _ => {}
        }
    }
    let all = TABLES.iter().copied().chain(known.iter().map(String::as_str));
    Err(nearest(name, all).map(str::to_owned))
}

/// On which days there are records of a table, or of a series, by the end of a day; none where there is not one.
pub(crate) fn rhythm(book: &Book, table: &str, part: Option<&str>, until: i32) -> Option<Rhythm> {
    let source: &dyn Source = source_of(book, table, part)?;
    let rows = 0..u32::try_from(source.len()).ok()?;
    let known = |row: u32| Some(source.day(row)).filter(|day| *day != NO_DAY && *day <= until);
    let (mut first, mut last) = (i32::MAX, i32::MIN);
    for day in rows.clone().filter_map(known) {
        (first, last) = (first.min(day), last.max(day));
    }
    if last < first {
        return None;
    }
    let first = first.max(last.saturating_sub(MOST_DAYS));
    let mut there = vec![false; usize::try_from(last - first).ok()? + 1];
    for day in rows.filter_map(known) {
        let at = usize::try_from(day - first).ok();
        if let Some(it) = at.and_then(|at| there.get_mut(at)) {
            *it = true;
        }
    }
    let days = there.into_iter().filter(|seen| *seen).count();
    Some(Rhythm { days, first, last })
}

impl Derivation {
    /// The series or part of its table that it reads.
    pub(crate) fn part(&self) -> Option<&str> {
        self.part.as_deref()
    }

    /// Whether records that are yet to come could change its value: what lies ahead is on records that are there.
    pub(crate) fn needs_the_newest(&self) -> bool {
        self.take != Take::DaysUntil
    }
}
