//! The companies above companies.

use std::collections::BTreeMap;

use super::check::Checks;
use super::load::{Good, Loader};
use super::record::Record as _;
use super::subject::Company;
use crate::fault::Code;
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

/// Rejects companies whose parent is unknown, rejected or themselves, in linear time.
pub(super) fn check_parents(companies: &mut Vec<Good<Company>>, loader: &mut Loader) {
    let lines = lines(companies);
    for (at, good) in std::mem::take(companies).into_iter().enumerate() {
        let line = lines.get(at).copied().unwrap_or(Line::Sound);
        let (reason, code, what) = match line {
            Line::Lost if loader.is_rejected(good.record.parent_id.as_deref()) => {
                ("rejected-parent", Code::UnknownReference, "was rejected")
            }
            Line::Lost => ("unknown-parent", Code::UnknownReference, "is not there"),
            Line::Cycle => ("cycle", Code::Cycle, "is below the company itself"),
            Line::Orphan => ("rejected-parent", Code::UnknownReference, "was rejected"),
            Line::Unknown | Line::Open | Line::Sound => {
                companies.push(good);
                continue;
            }
        };
        let mut checks = Checks::new(Company::TABLE, good.row);
        let parent = good.record.parent_id.as_deref().unwrap_or("");
        let message = format!("its parent company `{}` {what}", shorten(parent));
        checks.add(reason, code, "parent_id", message);
        loader.reject::<Company>(good.row, &good.record.id, checks.into_found());
    }
}

fn lines(companies: &[Good<Company>]) -> Vec<Line> {
    let rows: BTreeMap<&str, usize> =
        companies.iter().enumerate().map(|(row, it)| (it.record.id.as_str(), row)).collect();
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
            let parent = companies.get(at).and_then(|it| it.record.parent_id.as_deref());
            here = parent.and_then(|it| rows.get(it).copied());
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
