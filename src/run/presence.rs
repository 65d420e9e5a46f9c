//! Who of those that are remembered is there: set aside is not gone.
//!
//! A subject that is not among those assessed was perhaps rejected, or its table was not delivered. It is gone only where
//! the input says so, or its own record does; else it is set aside: alerts wait, bands stay, and ages grow, until the
//! grace is over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::frame::{SubjectKind, Table};
use crate::memory::BySubject;
use crate::plan::Compiled;
use crate::result::assessment::Note;
use crate::run::input::Input;
use crate::state::{State, lacking};
use crate::time::AsOf;

/// How it is with a subject that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum There {
    /// It is assessed.
    Here,
    /// It is set aside, since a day or moment; or nothing of its kind was delivered.
    Away(Option<AsOf>),
    /// It was assessed when the same day or moment was assessed before; that stays.
    Kept,
    /// It is gone.
    Gone,
}

/// How it is with those that are not assessed.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    others: BTreeMap<SubjectKind, BTreeMap<String, There>>,
    /// The kinds of which all subjects were given.
    complete: BTreeSet<SubjectKind>,
}

impl Presence {
    /// Of every subject of which something is remembered, now or before.
    pub(crate) fn of(
        engine: &Compiled,
        tables: &[Table],
        past: &State,
        (standing, as_of): (Option<&State>, AsOf),
        input: &Input<'_>,
    ) -> Self {
        let mut others: BTreeMap<SubjectKind, BTreeMap<String, There>> = BTreeMap::new();
        let gone = input.named_gone();
        for kind in SubjectKind::ALL {
            let Some(table) = tables.get(kind.index()) else { continue };
            let mut away = BTreeSet::new();
            for state in std::iter::once(past).chain(standing) {
                remembered(engine, state, kind, table, &mut away);
            }
            for id in away {
                let is_gone = input.is_complete(kind)
                    || gone.contains(&(kind, id))
                    || input.is_in_book(kind, id);
                let there = if is_gone {
                    There::Gone
                } else if standing.is_some() {
                    There::Kept
                } else if table.len() == 0 && !input.is_part {
                    There::Away(None)
                } else {
                    let known = past.absent.get(&kind).and_then(|absent| absent.get(id));
                    let since = known.copied().unwrap_or(as_of);
                    let over = engine.config.guards.grace.after(since.day()) < as_of.day();
                    if over { There::Gone } else { There::Away(Some(since)) }
                };
                others.entry(kind).or_default().insert(id.to_owned(), there);
            }
        }
        let complete = SubjectKind::ALL.into_iter().filter(|kind| input.is_complete(*kind));
        Self { others, complete: complete.collect() }
    }

    pub(crate) fn there(&self, kind: SubjectKind, id: &str) -> There {
        let other = self.others.get(&kind).and_then(|others| others.get(id));
        other.copied().unwrap_or(There::Here)
    }

    /// Those of a kind that are not assessed.
    pub(crate) fn others(&self, kind: SubjectKind) -> impl Iterator<Item = (&str, There)> {
        self.others.get(&kind).into_iter().flatten().map(|(id, it)| (id.as_str(), *it))
    }

    /// How many of a kind of which something is remembered are gone.
    pub(crate) fn gone(&self, kind: SubjectKind) -> usize {
        self.others(kind).filter(|other| other.1 == There::Gone).count()
    }

    /// Whether all of a kind were given.
    pub(crate) fn is_complete(&self, kind: SubjectKind) -> bool {
        self.complete.contains(&kind)
    }

    /// How many of a kind are set aside.
    pub(crate) fn aside(&self, kind: SubjectKind) -> usize {
        self.others(kind).filter(|other| other.1 != There::Gone).count()
    }

    /// How many of a kind are set aside and lack all values: who was assessed when the same day or moment was assessed
    /// before had some then.
    pub(crate) fn away(&self, kind: SubjectKind, standing: Option<&State>) -> usize {
        let absent = standing.and_then(|state| state.absent.get(&kind));
        let lacks = |(id, there): (&str, There)| match there {
            There::Kept => absent.is_some_and(|absent| absent.contains_key(id)),
            There::Away(_) => true,
            There::Here | There::Gone => false,
        };
        self.others(kind).filter(|other| lacks(*other)).count()
    }

    /// What is said of those that are set aside.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Note> {
        SubjectKind::ALL.into_iter().filter_map(|kind| {
            let subjects = self.aside(kind);
            (subjects > 0).then_some(Note::SetAside { kind, subjects })
        })
    }

    /// Since when which are away, for the next state.
    pub(crate) fn absent(
        &self,
        past: &State,
        standing: Option<&State>,
    ) -> BTreeMap<SubjectKind, BySubject<AsOf>> {
        let mut absent = BTreeMap::new();
        for (kind, others) in &self.others {
            let of = |(id, there): (&String, &There)| {
                let known = |it: &State| it.absent.get(kind)?.get(id.as_str()).copied();
                let since = match there {
                    There::Away(Some(since)) => Some(*since),
                    There::Away(None) => known(past),
                    There::Kept => standing.and_then(known),
                    There::Here | There::Gone => None,
                };
                Some((Arc::from(id.as_str()), since?))
            };
            let all: BySubject<AsOf> = others.iter().filter_map(of).collect();
            if !all.is_empty() {
                absent.insert(*kind, all);
            }
        }
        absent
    }

    /// Brings a part of the state in line: what is gone is forgotten, what is kept stays as it was.
    pub(crate) fn settle<V: Clone>(
        &self,
        kind: SubjectKind,
        part: &mut BySubject<V>,
        standing: Option<&BySubject<V>>,
    ) {
        for (id, there) in self.others(kind) {
            match there {
                There::Here | There::Away(_) => {}
                There::Gone => drop(part.remove(id)),
                There::Kept => match standing.and_then(|stood| stood.get(id)) {
                    Some(it) => drop(part.insert(id.into(), it.clone())),
                    None => drop(part.remove(id)),
                },
            }
        }
    }
}

/// Adds the subjects of a kind of which a state remembers something and that are not in the table.
fn remembered<'a>(
    engine: &Compiled,
    state: &'a State,
    kind: SubjectKind,
    table: &'a Table,
    away: &mut BTreeSet<&'a str>,
) {
    let cards = |name: &str| engine.card(name).is_some_and(|found| found.1.kind == kind);
    for (_, bands) in state.bands.iter().filter(|entry| cards(entry.0)) {
        without(bands, table, away);
    }
    for (_, factors) in state.carried.iter().filter(|entry| cards(entry.0)) {
        factors.values().for_each(|subjects| without(subjects, table, away));
    }
    for lists in state.history.get(&kind).into_iter().flat_map(BTreeMap::values) {
        without(lists, table, away);
    }
    for it in state.alerts.values().filter(|list| list.subject == kind) {
        without(&it.subjects, table, away);
    }
    for it in state.playbooks.values().filter(|list| list.subject == kind) {
        without(&it.subjects, table, away);
    }
    if let Some(it) = state.absent.get(&kind) {
        without(it, table, away);
    }
}

/// The keys that are no ids of the table: both are sorted.
fn without<'a, V>(map: &'a BTreeMap<Arc<str>, V>, table: &'a Table, away: &mut BTreeSet<&'a str>) {
    // Few keys are looked up; of many both are gone through side by side.
    if map.len() * 8 < table.len() {
        let rows = table.rows_in_order();
        away.extend(map.keys().filter(|id| rows.row_of(id).is_none()).map(AsRef::as_ref));
        return;
    }
    away.extend(lacking(map.keys().map(AsRef::as_ref), table.sorted_ids()));
}
