//! Why a score moved.

use super::Report;
use super::bands::Bands;
use super::bar;
use super::block::{Block, Row, RowSort, Waterfall};
use super::explanation::NOTHING;
use super::words;
use crate::Engine;
use crate::score::{ChangePart, Explanation, ScoreChange};
use crate::text::number::{signed, tenths};

/// The most parts that get a line of their own; the smallest of more are summed up in one. Our choice: one
/// screen, tested by `many_parts_are_summed_up`.
pub(super) const MOST_PARTS: usize = 15;

/// A report on a change alone: what moved, and why, as a waterfall from before to after.
///
/// [`comparison`] says also whose score it is, and shows it.
#[must_use]
pub fn change(change: &ScoreChange) -> Report {
    let mut report = Report::new(ends(change), "change of a score");
    report.push(Block::Line(said(change)));
    report.push(waterfall(change));
    report
}

/// A report on the change from one explanation to a later one: the later score beside the earlier, what
/// moved, and why, as a waterfall from before to after.
///
/// The engine is to be that of the later explanation, as for
/// [`Engine::change`](crate::engine::Engine::change).
#[must_use]
pub fn comparison(engine: &Engine, before: &Explanation, after: &Explanation) -> Report {
    let about =
        format!("{} of {}, {} to {}", after.scorecard, after.kind, before.as_of, after.as_of);
    let mut report = Report::new(&after.subject, about).made_by(&after.engine);
    let change = engine.change(before, after);
    let bands = Bands::made_by(Some(engine), &after.engine, &after.scorecard);
    let mut score = words::score(after, &bands);
    if let Some(strip) = &mut score.strip {
        strip.before = before.score;
    }
    score.facts.insert(0, ("before".to_owned(), at(before)));
    if let Some(it) = change.difference {
        score.facts.insert(1, ("change".to_owned(), signed(it, 1)));
    }
    report.push(score);
    report.push(Block::Line(said(&change)));
    report.push(waterfall(&change));
    report
}

/// A score with its band.
fn at(it: &Explanation) -> String {
    let score = words::score_or_why(it);
    it.band.as_ref().map_or_else(|| score.clone(), |band| format!("{score} {band}"))
}

fn ends(change: &ScoreChange) -> String {
    format!("{} \u{2192} {}", change.shown(change.before), change.shown(change.after))
}

/// What moved it the most, in a sentence.
fn said(change: &ScoreChange) -> String {
    let Some(difference) = change.difference else {
        return "Without a score before and after there is nothing to sum up to; what happened \
                still counts."
            .to_owned();
    };
    let Some(first) = change.parts.first() else {
        return "Nothing moved the score.".to_owned();
    };
    let how = if difference > 0.0 { "rose" } else { "fell" };
    let moved = if tenths(difference.abs()) == tenths(0.0) {
        "The score is what it was".to_owned()
    } else {
        format!("The score {how} by {}", tenths(difference.abs()))
    };
    format!(
        "{moved}; the largest part is {}: {} ({}).",
        name(first),
        first.text,
        signed(first.points, 1)
    )
}

fn name(part: &ChangePart) -> String {
    if part.path.is_empty() { "score".to_owned() } else { part.path.join(" / ") }
}

/// From before to after, the largest part first.
pub(super) fn waterfall(change: &ScoreChange) -> Waterfall {
    let drawn = change.difference.is_some();
    let mut at = change.before.unwrap_or(0.0);
    let mut rows = vec![end(change, "before", change.before)];
    let shown = match change.parts.len() {
        it if it > MOST_PARTS => MOST_PARTS - 1,
        it => it,
    };
    let (large, small) = change.parts.split_at_checked(shown).unwrap_or((&change.parts, &[]));
    let mut step = |points: f64| {
        let from = at;
        at += points;
        if drawn {
            RowSort::Step { from, to: at, reach: None }
        } else {
            RowSort::Nothing { at: None }
        }
    };
    let value = |points: f64| if drawn { signed(points, 1) } else { NOTHING.to_owned() };
    for part in large {
        rows.push(Row {
            depth: 0,
            name: name(part),
            note: part.text.clone(),
            sort: step(part.points),
            value: value(part.points),
            detail: part.cause.to_string(),
        });
    }
    if !small.is_empty() {
        let points = small.iter().map(|part| part.points).sum();
        rows.push(Row {
            depth: 0,
            name: format!("{} smaller parts", small.len()),
            note: "together".to_owned(),
            sort: step(points),
            value: value(points),
            detail: String::new(),
        });
    }
    rows.push(end(change, "after", change.after));
    Waterfall {
        title: format!("What moved the score, {}", ends(change)),
        amounts: false,
        heads: ["part", "moves", "cause"].map(str::to_owned),
        span: drawn.then(|| span(&rows)),
        rows,
    }
}

fn end(change: &ScoreChange, name: &str, score: Option<f64>) -> Row {
    Row {
        depth: 0,
        name: name.to_owned(),
        note: String::new(),
        sort: match score {
            Some(at) => RowSort::Stand { at },
            None => RowSort::Nothing { at: None },
        },
        value: change.shown(score),
        detail: String::new(),
    }
}

/// The part of the scale on which the bars lie.
fn span(rows: &[Row]) -> (f64, f64) {
    let ends = rows.iter().flat_map(|row| match row.sort {
        RowSort::Step { from, to, .. } => [from, to],
        RowSort::Stand { at } => [at, at],
        _ => [f64::NAN; 2],
    });
    let (low, high) =
        ends.fold((f64::NAN, f64::NAN), |(low, high), it| (low.min(it), high.max(it)));
    bar::span(low, high)
}
