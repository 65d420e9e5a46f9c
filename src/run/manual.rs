//! Scores set by hand: which of them are in force on a day, and which nothing reads.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::book::{Override, OverrideKind, record::Record as _};
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::plan::formerly::Formerly;
use crate::result::assessment::{Manual, Note};
use crate::result::reasons::NotUsed;
use crate::run::input::Input;
use crate::score::Effect;

/// Which of two about the same comes first: the one from the later day. Of two from one day the
/// order in which they were loaded says nothing; a cap goes before a set value and that before a
/// floor, then the lower value: what makes a subject look worse is looked at sooner.
fn precedence(left: &Override, right: &Override) -> Ordering {
    let rank = |it: &Override| match it.kind {
        OverrideKind::Cap => 0,
        OverrideKind::Set => 1,
        OverrideKind::Floor => 2,
    };
    let words = |it: &Override| (it.author.clone(), it.reason.clone(), it.until, it.id.clone());
    (right.from.cmp(&left.from))
        .then(rank(left).cmp(&rank(right)))
        .then(left.value.total_cmp(&right.value))
        .then_with(|| words(left).cmp(&words(right)))
}

/// The manual values in force, the newest of each subject and scorecard.
pub(crate) fn manual(formerly: &Formerly, input: &Input<'_>, as_of: NaiveDate) -> Vec<Manual> {
    let Some(book) = input.book else { return Vec::new() };
    // What an override is about.
    let key = |it: &Override| {
        (it.subject, it.subject_id.clone(), formerly.card(&it.scorecard).to_owned())
    };
    let mut live: Vec<_> = book.overrides().iter().filter(|entry| entry.is_there(as_of)).collect();
    live.sort_by(|left, right| key(left).cmp(&key(right)).then_with(|| precedence(left, right)));
    live.dedup_by(|next, kept| key(next) == key(kept));
    live.into_iter()
        .map(|entry| {
            let (effect, verb) = match entry.kind {
                OverrideKind::Set => (Effect::Set(entry.value), "set to"),
                OverrideKind::Cap => (Effect::Cap(entry.value), "capped at"),
                OverrideKind::Floor => (Effect::Floor(entry.value), "held at least at"),
            };
            let until =
                entry.until.map_or_else(String::new, |end| format!(" until {}", end.date()));
            let text = format!(
                "{verb} {} by {} on {}{until}: {}",
                entry.value,
                entry.author,
                entry.from.date(),
                entry.reason
            );
            Manual {
                kind: entry.subject,
                subject: entry.subject_id.clone(),
                scorecard: formerly.card(&entry.scorecard).to_owned(),
                effect,
                text,
            }
        })
        .collect()
}

/// What there is to say of manual values in force that no scorecard takes.
pub(crate) fn not_used(engine: &Compiled, manual: &[Manual]) -> Vec<Note> {
    let mut counts: BTreeMap<(&str, SubjectKind, NotUsed), usize> = BTreeMap::new();
    for it in manual {
        let reason = match engine.card(&it.scorecard) {
            None => NotUsed::UnknownScorecard,
            Some((_, card)) if card.kind != it.kind => NotUsed::OtherKind,
            Some(_) => continue,
        };
        *counts.entry((&it.scorecard, it.kind, reason)).or_insert(0) += 1;
    }
    let note = |((scorecard, kind, reason), overrides): ((&str, _, _), _)| Note::Override {
        kind,
        scorecard: scorecard.to_owned(),
        overrides,
        reason,
    };
    counts.into_iter().map(note).collect()
}
