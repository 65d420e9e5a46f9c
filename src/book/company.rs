//! The companies above companies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Checks, Found};
use super::record::Record as _;
use super::row::Good;
use super::subject::Company;
use crate::fault::Code;
use crate::frame::NO_ROW;
use crate::node::shorten;

/// What is known of a company's parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Unknown,
    /// Being walked.
    Open,
    Sound,
    /// Its parent is not there.
    Lost,
    /// It is above itself.
    Cycle,
    /// Its parent was rejected.
    Orphan,
}

/// How many of many are named in a message.
const NAMED: usize = 3;

/// Takes out the companies whose parent is unknown, rejected or themselves, in linear time.
pub(super) fn check_parents(
    companies: &mut Vec<Good<Company>>,
    rejected: &BTreeSet<String>,
) -> Vec<(Good<Company>, Vec<Found>)> {
    let rows = rows(companies.iter().map(|company| &company.record));
    let parents: Vec<u32> =
        companies.iter().map(|company| parent_row(&company.record, &rows)).collect();
    let lines = lines(companies, &rows);
    let mut ring_of = BTreeMap::new();
    for ring in rings(&parents).iter().filter(|ring| ring.len() > 1) {
        let text: Arc<str> = named(ring, companies).into();
        ring_of.extend(ring.iter().map(|row| (*row as usize, Arc::clone(&text))));
    }
    drop(rows);
    let mut lost = Vec::new();
    for (at, good) in std::mem::take(companies).into_iter().enumerate() {
        let line = lines.get(at).copied().unwrap_or(Line::Sound);
        let (reason, code, what) = match line {
            Line::Lost
                if !good.record.parent_id.as_ref().is_some_and(|id| rejected.contains(id)) =>
            {
                ("unknown-parent", Code::UnknownReference, "is not there")
            }
            Line::Cycle => ("cycle", Code::Cycle, "is below the company itself"),
            Line::Lost | Line::Orphan => {
                ("rejected-parent", Code::UnknownReference, "was rejected")
            }
            Line::Unknown | Line::Open | Line::Sound => {
                companies.push(good);
                continue;
            }
        };
        let mut checks = Checks::new(Company::TABLE, good.row);
        let parent = good.record.parent_id.as_deref().unwrap_or("");
        let ring = ring_of.get(&at).map_or("", |it| it);
        let message = format!("its parent company `{}` {what}{ring}", shorten(parent));
        checks.add(reason, code, "parent_id", message);
        lost.push((good, checks.into_found()));
    }
    lost
}

/// The row of each company by its id.
fn rows<'a>(companies: impl Iterator<Item = &'a Company>) -> BTreeMap<&'a str, u32> {
    (0..).zip(companies).map(|(row, it)| (it.id.as_str(), row)).collect()
}

fn parent_row(company: &Company, rows: &BTreeMap<&str, u32>) -> u32 {
    company.parent_id.as_deref().and_then(|id| rows.get(id)).copied().unwrap_or(NO_ROW)
}

/// For each company the row of the one that it belongs to, or `NO_ROW`.
pub(super) fn parents(companies: &[Company]) -> Vec<u32> {
    let rows = rows(companies.iter());
    companies.iter().map(|company| parent_row(company, &rows)).collect()
}

/// Who is in a ring, in words: the first few by name.
fn named(ring: &[u32], companies: &[Good<Company>]) -> String {
    let id = |row: &u32| companies.get(*row as usize).map(|company| shorten(&company.record.id));
    let names: Vec<String> =
        ring.iter().take(NAMED).filter_map(id).map(|id| format!("`{id}`")).collect();
    let more = match ring.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(": {}{more} are in a ring", names.join(", "))
}

/// The rings of rows of which each is above the one before, in linear time.
pub(crate) fn rings(up: &[u32]) -> Vec<Vec<u32>> {
    // By which walk each row was seen first, from 1.
    let mut seen = vec![0_u32; up.len()];
    let mut rings = Vec::new();
    for start in 0..u32::try_from(up.len()).unwrap_or(NO_ROW) {
        let (mut walked, mut here) = (Vec::new(), start);
        while let Some(mark) = seen.get_mut(here as usize).filter(|mark| **mark == 0) {
            *mark = start + 1;
            walked.push(here);
            here = up.get(here as usize).copied().unwrap_or(NO_ROW);
        }
        if seen.get(here as usize) == Some(&(start + 1))
            && let Some(first) = walked.iter().position(|row| *row == here)
        {
            rings.push(walked.split_off(first));
        }
    }
    rings
}

fn lines(companies: &[Good<Company>], rows: &BTreeMap<&str, u32>) -> Vec<Line> {
    let mut lines = vec![Line::Unknown; companies.len()];
    for start in 0..companies.len() {
        let mut walked = Vec::new();
        let mut here = Some(start);
        let mut end = Line::Sound;
        while let Some(at) = here {
            match lines.get(at) {
                Some(Line::Unknown) => {}
                Some(Line::Open) => {
                    // The part of the walk from here on is a ring.
                    while let Some(last) = walked.pop() {
                        set(&mut lines, last, Line::Cycle);
                        if last == at {
                            break;
                        }
                    }
                    end = Line::Orphan;
                    break;
                }
                Some(Line::Sound) => break,
                _ => {
                    end = Line::Orphan;
                    break;
                }
            }
            set(&mut lines, at, Line::Open);
            walked.push(at);
            let parent = companies.get(at).and_then(|company| company.record.parent_id.as_deref());
            here = parent.and_then(|id| rows.get(id)).map(|row| *row as usize);
            if parent.is_some() && here.is_none() {
                walked.pop();
                set(&mut lines, at, Line::Lost);
                end = Line::Orphan;
            }
        }
        for at in walked {
            set(&mut lines, at, end);
        }
    }
    lines
}

fn set(lines: &mut [Line], at: usize, line: Line) {
    if let Some(slot) = lines.get_mut(at) {
        *slot = line;
    }
}
