//! What is known of each subject, one row a subject.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

use super::columns::Columns;
use crate::engine::{Assessment, Scores};
use crate::frame::{Data, SubjectKind};
use crate::verdict::Verdict;

/// What of an engine's names stands beside scores.
const CLASSES: [&str; 2] = ["segment", "stage"];

/// Scores, bands and what rules say, one row a subject of the kind, its id in a column called `id`.
///
/// The columns: for a scorecard `health` its `health`, `health.raw_score`, `health.coverage`, `health.band` and
/// `health.raw_band`; `segment` and `stage` where the config has some; for a rule `quiet` a flag `rules.quiet`, null
/// where it has no data or could not be asked.
#[must_use]
pub fn scores(scores: &Scores, kind: SubjectKind, id: &str) -> RecordBatch {
    let mut out = Columns::new(scores.subjects(kind).len());
    out.texts(id, scores.subjects(kind).iter().map(Some));
    fill(out, scores, kind)
}

/// The same without a column of ids.
#[must_use]
pub fn scores_alone(scores: &Scores, kind: SubjectKind) -> RecordBatch {
    fill(Columns::new(scores.subjects(kind).len()), scores, kind)
}

fn fill(mut out: Columns, scores: &Scores, kind: SubjectKind) -> RecordBatch {
    for (card, _) in scores.scorecards().filter(|it| it.1 == kind) {
        for suffix in ["", ".raw_score", ".coverage", ".band", ".raw_band"] {
            let name = format!("{card}{suffix}");
            if let Some(column) = scores.column(kind, &name) {
                out.column(name, column);
            }
        }
    }
    for name in CLASSES {
        if let Some(column) = scores.column(kind, name) {
            out.column(name, column);
        }
    }
    for rule in scores.rules().filter(|rule| rule.kind == kind) {
        let is_known = |it: &Verdict| matches!(it, Verdict::No | Verdict::Yes);
        let name = format!("rules.{}", rule.rule);
        out.bytes(name, rule.answers, |it| *it == Verdict::Yes, is_known);
    }
    out.finish()
}

/// The same of an assessment, with what only it knows: beside the columns of [`scores`] there are `health.low` and
/// `health.high`, between which the score lies once all is known, `health.withheld`, the best band where it is withheld, and
/// `health.oldest_input`, a date.
#[must_use]
pub fn assessment(assessment: &Assessment, kind: SubjectKind, id: &str) -> RecordBatch {
    let ids = assessment.subjects(kind);
    let mut out = Columns::new(ids.len());
    out.texts(id, ids.iter().map(Some));
    let cards = assessment.scorecards();
    for card in cards.filter(|card| assessment.scorecard_kind(card) == Some(kind)) {
        let cells = || assessment.scores(card);
        out.numbers(card, cells().map(|cell| cell.score));
        out.numbers(format!("{card}.raw_score"), cells().map(|cell| cell.raw_score));
        out.numbers(format!("{card}.coverage"), cells().map(|cell| Some(cell.coverage)));
        out.numbers(
            format!("{card}.low"),
            cells().map(|cell| cell.interval.map(|interval| interval[0])),
        );
        out.numbers(
            format!("{card}.high"),
            cells().map(|cell| cell.interval.map(|interval| interval[1])),
        );
        for (suffix, raw) in [(".band", false), (".raw_band", true)] {
            let name = format!("{card}{suffix}");
            match assessment.column(kind, &name) {
                Some(column) => out.column(name, column),
                None => {
                    out.texts(
                        name,
                        cells().map(|cell| if raw { cell.raw_band } else { cell.band }),
                    );
                }
            }
        }
        out.texts(format!("{card}.withheld"), cells().map(|cell| cell.withheld));
        out.days(format!("{card}.oldest_input"), cells().map(|cell| cell.oldest_input));
    }
    for name in CLASSES {
        if let Some(column) = assessment.column(kind, name) {
            out.column(name, column);
        }
    }
    let rows: BTreeMap<&str, usize> = ids.iter().map(AsRef::as_ref).zip(0..).collect();
    for rule in assessment.rules().iter().filter(|rule| rule.kind == kind) {
        let mut flags = vec![Some(false); ids.len()];
        let mut set = |id: &str, to: Option<bool>| {
            if let Some(it) = rows.get(id).and_then(|row| flags.get_mut(*row)) {
                *it = to;
            }
        };
        rule.matches.iter().for_each(|matched| set(&matched.subject, Some(true)));
        rule.no_data.iter().for_each(|subject| set(subject, None));
        rule.faulted.iter().for_each(|it| set(&it.0, None));
        out.flags(format!("rules.{}", rule.rule), flags);
    }
    out.finish()
}

/// Every metric and other name of the config with its values in an assessment, one row a subject of the kind.
#[must_use]
pub fn values(assessment: &Assessment, kind: SubjectKind, names: &[&str], id: &str) -> RecordBatch {
    let ids = assessment.subjects(kind);
    let mut out = Columns::new(ids.len());
    out.texts(id, ids.iter().map(Some));
    for name in names {
        match assessment.column(kind, name) {
            Some(column) => out.column(*name, column),
            None => out.categories(*name, &vec![Data::NO_CODE; ids.len()], &[""; 0]),
        }
    }
    out.finish()
}
