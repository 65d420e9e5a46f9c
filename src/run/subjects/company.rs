//! Which company is above which, among those that are assessed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{NAMED, Rows};
use crate::book::rings;
use crate::fault::{Code, Fault};
use crate::frame::{NO_ROW, SubjectKind};
use crate::node::shorten;
use crate::run::input::Input;

/// Finds the company above each company, and says which of given ones are above themselves; those are above none.
pub(super) fn link(input: &Input<'_>, rows: &mut Rows, faults: &mut Vec<Fault>) {
    let kind = SubjectKind::Company;
    if let (Some(book), Some(in_book)) = (input.book, &rows.in_book) {
        let parents = book.company_parents();
        let mut places = vec![NO_ROW; book.subjects(kind).len()];
        for (at, row) in (0..).zip(in_book) {
            if let Some(place) = places.get_mut(*row as usize) {
                *place = at;
            }
        }
        let parent = |row: &u32| parents.get(*row as usize).copied().unwrap_or(NO_ROW);
        let place = |row: u32| places.get(row as usize).copied().unwrap_or(NO_ROW);
        let nearest = nearest(parents, &places);
        let near = |row: u32| nearest.get(row as usize).copied().unwrap_or(NO_ROW);
        rows.above = in_book.iter().map(|row| place(parent(row))).collect();
        rows.up = in_book.iter().map(|row| near(parent(row))).collect();
        return;
    }
    let given = input.frame_of(kind).and_then(|frame| frame.parents(kind)).unwrap_or(&[]);
    let places: BTreeMap<&str, u32> =
        rows.ids.iter().zip(0..).map(|(id, at)| (id.as_ref(), at)).collect();
    let place = |it: &Option<Arc<str>>| {
        it.as_ref().and_then(|id| places.get(id.as_ref())).copied().unwrap_or(NO_ROW)
    };
    let mut above: Vec<u32> = given.iter().map(place).collect();
    above.resize(rows.ids.len(), NO_ROW);
    let lost: Vec<u32> = rings(&above).into_iter().flatten().collect();
    for row in &lost {
        if let Some(it) = above.get_mut(*row as usize) {
            *it = NO_ROW;
        }
    }
    if !lost.is_empty() {
        let id = |row: &u32| rows.ids.get(*row as usize).map_or("", |id| id.as_ref());
        let named: Vec<String> =
            lost.iter().take(NAMED).map(|row| format!("`{}`", shorten(id(row)))).collect();
        let more = match lost.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("given companies are below themselves: {}{more}", named.join(", "));
        faults.push(Fault::new(Code::Cycle, kind.plural(), message));
    }
    (rows.up, rows.above) = (above.clone(), above);
}

/// For each company of a book the place of the nearest one that is assessed: itself, or one above it.
fn nearest(parents: &[u32], places: &[u32]) -> Vec<u32> {
    let mut known: Vec<Option<u32>> =
        places.iter().map(|place| Some(*place).filter(|place| *place != NO_ROW)).collect();
    for start in 0..known.len() {
        let mut walked = Vec::new();
        let mut here = start;
        let found = loop {
            match known.get(here) {
                // Above the highest there is none.
                None => break NO_ROW,
                Some(Some(found)) => break *found,
                Some(None) => walked.push(here),
            }
            here = parents.get(here).map_or(usize::MAX, |parent| *parent as usize);
        };
        for row in walked {
            if let Some(it) = known.get_mut(row) {
                *it = Some(found);
            }
        }
    }
    known.into_iter().map(|row| row.unwrap_or(NO_ROW)).collect()
}
