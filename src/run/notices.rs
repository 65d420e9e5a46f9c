//! What a reader of results should know of the input: what was given and not used, who was left
//! out, which amounts could not be brought together.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::fault::{Code, Fault, nearest};
use crate::frame::{Frame, NO_ROW, SubjectKind};
use crate::money::{Amount, Currency};
use crate::plan::Compiled;
use crate::plan::steps::Work;
use crate::result::assessment::Note;
use crate::result::reasons::{Absent, LeftOut};
use crate::run::input::Input;
use crate::run::subjects::Rows;

/// What of the input was not used, per kind of subject.
pub(crate) fn of_input(engine: &Compiled, input: &Input<'_>, rows: &[Rows]) -> Vec<Note> {
    let mut notes = Vec::new();
    for (kind, rows) in SubjectKind::ALL.into_iter().zip(rows) {
        let frame = input.frame_of(kind);
        if let Some(frame) = frame {
            columns(engine, kind, frame, &mut notes);
        }
        if let (Some(frame), None) = (frame, &rows.in_book) {
            parents(engine, kind, frame, rows, &mut notes);
        }
        // Of subjects that the config does not speak of, none is missed.
        if engine.columns(kind).next().is_none() {
            continue;
        }
        for (subjects, reason) in [(rows.unborn, Absent::NotBegun), (rows.ended, Absent::Ended)] {
            if subjects > 0 {
                notes.push(Note::NotAssessed { kind, subjects, reason });
            }
        }
    }
    notes
}

/// How many records lie after the day or moment, by table: of things that happen and that the config reads.
pub(crate) fn later(engine: &Compiled, input: &Input<'_>, day: NaiveDate) -> Vec<Note> {
    let is_read = |table: &str| {
        engine.steps.iter().any(
            |step| matches!(&step.work, Work::Records { derivation, .. } if derivation.table() == table),
        )
    };
    let all = input.book.into_iter().flat_map(|book| book.after(day));
    let all = all.filter(|(table, _)| is_read(table));
    all.map(|(table, records)| Note::Later { table: table.to_owned(), records }).collect()
}

fn columns(engine: &Compiled, kind: SubjectKind, frame: &Frame, notes: &mut Vec<Note>) {
    let space = engine.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
    let steps = engine.steps.iter().filter(|step| step.kind == kind && step.work.takes_given());
    let givable: BTreeSet<&str> =
        steps.filter_map(|step| space.get(step.slot)).map(|slot| slot.name.as_str()).collect();
    let given = frame.columns().map(|(name, _)| name).chain(frame.left_out());
    for name in given.filter(|name| !givable.contains(name)) {
        let column = name.to_owned();
        notes.push(match space.iter().any(|slot| slot.name == name) {
            true => Note::Computed { kind, column },
            false => {
                let now = engine.formerly.metric(kind, name).filter(|now| givable.contains(now));
                let near = now.or_else(|| nearest(name, givable.iter().copied()));
                let near = near.map(str::to_owned);
                Note::NotRead { kind, column, near }
            }
        });
    }
}

fn parents(
    engine: &Compiled,
    kind: SubjectKind,
    frame: &Frame,
    rows: &Rows,
    notes: &mut Vec<Note>,
) {
    let above = (kind == SubjectKind::Company).then_some((&SubjectKind::Company, &rows.above));
    for (parent, links) in rows.parents.iter().chain(above) {
        let is_read = engine.steps.iter().any(|step| match &step.work {
            Work::Parent { parent: above, .. } => step.kind == kind && above == parent,
            Work::Children { child, tree, .. } => {
                step.kind == *parent && (*child == kind || (*tree && kind == SubjectKind::Company))
            }
            _ => false,
        });
        let given = frame.parents(*parent).unwrap_or(&[]);
        let mut lost = given.iter().zip(links).filter(|(_, link)| **link == NO_ROW);
        let mut lost = lost.by_ref().filter_map(|(id, _)| id.as_ref());
        if let (true, Some(first)) = (is_read, lost.next()) {
            let (first, subjects) = (first.to_string(), 1 + lost.count());
            notes.push(Note::NoParent { kind, parent: *parent, subjects, first });
        }
    }
}

/// The warning that amounts could not be converted, with their currencies.
pub(crate) fn mixed_currencies(
    input: &Input<'_>,
    as_of: NaiveDate,
    reporting: Option<Currency>,
    notes: &[Note],
) -> Option<Fault> {
    let book = input.book?;
    let metrics: Vec<String> = notes
        .iter()
        .filter_map(|note| match note {
            Note::LeftOut { metric, reason: LeftOut::NoRate, .. } => Some(format!("`{metric}`")),
            _ => None,
        })
        .collect();
    if metrics.is_empty() {
        return None;
    }
    let one = Amount::from(1);
    let lost: Vec<String> = book
        .currencies(as_of)
        .filter(|currency| book.convert(one, Some(*currency), reporting, as_of).is_none())
        .map(|currency| format!("`{currency}`"))
        .collect();
    let what = match lost.is_empty() {
        true => "amounts that state no currency".to_owned(),
        false => format!("amounts in {}", lost.join(", ")),
    };
    let into = match reporting.or_else(|| book.house_currency(as_of)) {
        Some(it) => format!("have no rate to `{it}`"),
        None => "have no common currency".to_owned(),
    };
    let message = format!("{what} {into}, so {} is missing for some", metrics.join(", "));
    let help = "give rates, or say a `currency` that the rates lead to";
    Some(Fault::new(Code::MixedCurrency, "currency", message).warning().help(help))
}
