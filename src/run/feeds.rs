//! How far the records of each table and usage series go: what a stalled feed would make old is no data, and that is
//! said once, for the feed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use crate::compile::feeds::unknown;
use crate::fault::Fault;
use crate::metric::{Derivation, check_feed, rhythm};
use crate::node::shorten;
use crate::plan::Compiled;
use crate::plan::steps::Work;
use crate::result::assessment::Note;
use crate::run::input::Input;
use crate::run::reach::Reach;
use crate::run::steps::Run;

/// On how many days there must be records before it is said how often there are some. Our choice, tested by
/// `a_feed_that_is_silent_for_longer_than_ever_is_noted`.
const LEAST_DAYS: usize = 10;

/// How many usual intervals without a record are a silence of the feed. Our choice, tested by the same.
const INTERVALS: i32 = 3;

/// Tables of which it is usual that something happens; of others nothing may happen for years.
const HAPPENING: [&str; 6] =
    ["cases", "surveys", "invoices", "engagements", "assessments", "usage"];

/// Slots or rows, by kind of subject.
type Places = BTreeSet<(usize, usize)>;

/// What the metrics of a config read.
fn read(engine: &Compiled) -> impl Iterator<Item = &Derivation> {
    engine.steps.iter().filter_map(|step| match &step.work {
        Work::Records { derivation, .. } => Some(derivation.as_ref()),
        _ => None,
    })
}

/// Names of feeds that are none.
pub(crate) fn check(engine: &Compiled, input: &Input<'_>, faults: &mut Vec<Fault>) {
    if input.feeds.is_empty() {
        return;
    }
    let known: Vec<String> = read(engine).map(Derivation::from).collect();
    for name in input.feeds.keys() {
        if let Err(near) = check_feed(name, input.book, known.iter().map(String::as_str)) {
            faults.push(unknown(format!("complete_until.{}", shorten(name)), name, near));
        }
    }
}

impl Run<'_> {
    /// What waits for feeds, and feeds that are silent for longer than usual where nobody says how far they go.
    pub(crate) fn feed_notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut waits: BTreeMap<(&str, NaiveDate), [Places; 2]> = BTreeMap::new();
        let input = self.source.input;
        for step in &self.engine.steps {
            let Work::Records { derivation, .. } = &step.work else { continue };
            let kind = step.kind.index();
            let reach = input.reach(&self.engine.config, derivation, self.source.as_of);
            let (Reach::Stalled(feed, day), Some(table)) = (reach, self.out.tables.get(kind))
            else {
                continue;
            };
            let Some(column) = table.column(step.slot) else { continue };
            if self.given.contains_key(&(kind, step.slot)) || table.len() == 0 {
                continue;
            }
            let [metrics, subjects] = waits.entry((feed, day)).or_default();
            let rows = (0..table.len()).filter(|row| column.is_missing(*row));
            let mut any = false;
            subjects.extend(rows.inspect(|_| any = true).map(|row| (kind, row)));
            if any {
                metrics.insert((kind, step.slot));
            }
        }
        for ((feed, until), [metrics, subjects]) in waits {
            let (metrics, subjects) = (metrics.len(), subjects.len());
            if subjects > 0 {
                notes.push(Note::Stalled { feed: feed.to_owned(), until, metrics, subjects });
            }
        }
        notes.extend(self.silent());
        notes
    }

    fn silent(&self) -> Vec<Note> {
        let (input, today) = (self.source.input, self.source.as_of.day());
        let Some(book) = input.book.filter(|_| !input.is_part) else { return Vec::new() };
        // Of a usage series each has its own rhythm; of other tables the whole.
        let feed = |it: &Derivation| {
            let part = it.part().filter(|_| it.table() == "usage").map(str::to_owned);
            let said = input.until(it).is_some() || !HAPPENING.contains(&it.table());
            (!said).then(|| (it.table(), part))
        };
        let feeds: BTreeSet<(&str, Option<String>)> = read(self.engine).filter_map(feed).collect();
        let note = |(table, part): (&str, Option<String>)| {
            let it = rhythm(book, table, part.as_deref(), today.num_days_from_ce())?;
            if it.days < LEAST_DAYS {
                return None;
            }
            let gaps = i32::try_from(it.days - 1).ok()?;
            let usual = (it.last - it.first + gaps - 1) / gaps;
            let silent = today.num_days_from_ce() - it.last;
            (INTERVALS * usual < silent).then_some(())?;
            let feed = part.map_or_else(|| table.to_owned(), |part| format!("{table}.{part}"));
            let last = NaiveDate::from_num_days_from_ce_opt(it.last)?;
            let (days, usual) = (u32::try_from(silent).ok()?, u32::try_from(usual).ok()?);
            Some(Note::Silent { feed, last, days, usual })
        };
        feeds.into_iter().filter_map(note).collect()
    }
}
