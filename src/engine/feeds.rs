//! How far the records of each table and usage series go: what a stalled feed would make old is no data, and that is
//! said once, for the feed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use super::Engine;
use super::assessment::Note;
use super::input::Input;
use super::plan::Work;
use super::resolve::Resolver;
use super::run::Run;
use crate::config::Config;
use crate::fault::{Code, Fault};
use crate::frame::NO_ROW;
use crate::metric::{Derivation, check_feed, rhythm};
use crate::node::shorten;
use crate::time::{AsOf, Period};

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

/// How far the records go that a metric reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach<'a> {
    /// To the day or moment of the assessment, as far as anyone said.
    Whole,
    /// To an earlier day, which is late but not too late: what they say counts as of that day.
    Late(NaiveDate),
    /// To an earlier day, which is too long ago.
    Stalled(&'a str, NaiveDate),
}

impl<'a> Input<'a> {
    /// How far the records go that a metric reads, with the lags that a config allows.
    pub(super) fn reach(&self, config: &Config, derivation: &Derivation, as_of: AsOf) -> Reach<'_> {
        if self.feeds.is_empty() || !derivation.needs_the_newest() {
            return Reach::Whole;
        }
        let Some((feed, until)) = self.until(derivation) else { return Reach::Whole };
        if as_of <= until {
            return Reach::Whole;
        }
        // Of a day on which it ends in the middle not all is there.
        let day = if until.is_day() { Some(until.day()) } else { until.day().pred_opt() };
        let day = day.unwrap_or(NaiveDate::MIN);
        match lag(config, derivation).is_some_and(|it| as_of.day() <= it.after(day)) {
            true => Reach::Late(day),
            false => Reach::Stalled(feed, day),
        }
    }

    /// The feed that a metric reads and until when it is complete, where that was said.
    fn until(&self, derivation: &Derivation) -> Option<(&str, AsOf)> {
        let of = |name: &str| self.feeds.get_key_value(name);
        let (name, until) = of(&derivation.from()).or_else(|| of(derivation.table()))?;
        Some((name, self.settled(*until)))
    }
}

/// How late a feed may be: its own lag, or that of its table.
fn lag(config: &Config, derivation: &Derivation) -> Option<Period> {
    let of = |name: &str| config.feeds.iter().find(|it| it.name == name);
    of(&derivation.from()).or_else(|| of(derivation.table()))?.lag
}

/// What the metrics of a config read.
fn read(engine: &Engine) -> impl Iterator<Item = &Derivation> {
    engine.steps.iter().filter_map(|it| match &it.work {
        Work::Records { derivation, .. } => Some(derivation.as_ref()),
        _ => None,
    })
}

/// Names of feeds that are none.
pub(super) fn check(engine: &Engine, input: &Input<'_>, faults: &mut Vec<Fault>) {
    if input.feeds.is_empty() {
        return;
    }
    let known: Vec<String> = read(engine).map(Derivation::from).collect();
    for name in input.feeds.keys() {
        if let Err(near) = check_feed(name, input.book, known.iter().map(String::as_str)) {
            let message = format!("there is no feed `{}`", shorten(name));
            let path = format!("complete_until.{}", shorten(name));
            faults.push(Fault::new(Code::UnknownName, path, message).help(help(near)));
        }
    }
}

fn help(near: Option<String>) -> String {
    near.map_or_else(
        || "a feed is a table such as `cases`, or a usage series such as `usage.logins`".to_owned(),
        |it| format!("did you mean `{it}`?"),
    )
}

impl Resolver<'_> {
    /// Checks what the config says of feeds.
    pub(super) fn check_feeds(&self) {
        let known: Vec<&str> =
            self.config.metrics.iter().filter_map(|it| it.from.as_deref()).collect();
        let named = || {
            let all = self.config.feeds.iter().enumerate();
            all.map(|(at, it)| (format!("feeds[{at}].name"), it.name.as_str()))
        };
        self.check_duplicates(named().map(|(path, name)| (path, None, "feed", name)));
        for (path, name) in named() {
            if let Err(near) = check_feed(name, None, known.iter().copied()) {
                let message = format!("there is no feed `{}`", shorten(name));
                self.fault(Fault::new(Code::UnknownName, path, message).help(help(near)));
            }
        }
    }
}

impl Run<'_> {
    /// What waits for feeds, and feeds that are silent for longer than usual where nobody says how far they go.
    pub(super) fn feed_notes(&self) -> Vec<Note> {
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
        let Some(book) = input.book else { return Vec::new() };
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
            let feed = part.map_or_else(|| table.to_owned(), |it| format!("{table}.{it}"));
            let last = NaiveDate::from_num_days_from_ce_opt(it.last)?;
            let (days, usual) = (u32::try_from(silent).ok()?, u32::try_from(usual).ok()?);
            Some(Note::Silent { feed, last, days, usual })
        };
        feeds.into_iter().filter_map(note).collect()
    }
}

/// The rows of subjects that nothing of a feed after a day can be about: those that were over by then. None of the
/// others has a row.
pub(super) fn settled_rows<'r>(
    rows: &'r [u32],
    over: &[Option<NaiveDate>],
    day: NaiveDate,
) -> Cow<'r, [u32]> {
    let is_over = |row: &u32| {
        let from = over.get(*row as usize).copied().flatten();
        from.is_some_and(|it| it.pred_opt().is_some_and(|last| last <= day))
    };
    if rows.iter().all(is_over) {
        return Cow::Borrowed(rows);
    }
    Cow::Owned(rows.iter().map(|it| if is_over(it) { *it } else { NO_ROW }).collect())
}
