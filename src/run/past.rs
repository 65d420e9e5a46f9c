//! What names read that read what was: a value at an assessment before, its change since, and how long it has held.
//!
//! Of every name whose past something asks for, the state keeps from which day on it had which value, as far
//! back as the longest window that is asked for.

use std::borrow::Cow;

use crate::book::own::is_own;
use crate::frame::{Column, SubjectKind, Table};
use crate::memory::{Along, BySubject, Held, HeldList, History};
use crate::plan::Compiled;
use crate::plan::steps::PastTake;
use crate::result::assessment::Assessment;
use crate::run::columns::column_of;
use crate::run::night::Night;
use crate::run::presence::There;
use crate::state::State;
use crate::time::AsOf;
use crate::value::{Kind, Value};

impl PastTake {
    /// The value, from what held before the day or moment and what holds at it; `from` is the one that is looked back to.
    fn value(self, held: &HeldList, now: &Value, (as_of, from): (AsOf, AsOf)) -> Value {
        let of = |last: Option<&Held>| last.map_or(Value::Missing, |held| held.value.clone());
        let before = || held.last_to(as_of.day(), |held| held.since < as_of);
        let back = || held.last_to(from.day(), |held| held.since.is_by(from));
        match self {
            Self::Previous => of(before()),
            Self::Ago(_) => of(back()),
            Self::Change(_) => {
                let before = of(back());
                match (now.number(), before.number()) {
                    (Some(now), Some(before)) => Value::Number(now - before),
                    _ => Value::Missing,
                }
            }
            Self::Days if now.is_missing() => Value::Missing,
            Self::Days => {
                let last = before();
                let since = last.filter(|held| held.value == *now).map_or(as_of, |held| held.since);
                Value::Number((as_of.day() - since.counted_to(as_of)).num_days() as f64)
            }
        }
    }
}

/// The column of a name that reads the past of another, and which of its values are solid.
pub(crate) fn past(
    (kind, name): (SubjectKind, &str),
    wanted: Kind,
    table: &Table,
    (from, take): (usize, PastTake),
    state: &State,
    as_of: AsOf,
) -> (Column, Option<Vec<bool>>) {
    let held = state
        .history
        .get(&kind)
        .and_then(|metrics| metrics.get(name))
        .map(|subjects| Along::of(subjects));
    let back = take.window().map_or(as_of, |window| as_of.before(window));
    let nothing = HeldList::default();
    let value = |(row, id): (usize, &std::sync::Arc<str>)| {
        let held = held.as_ref().and_then(|held| held.get(id)).unwrap_or(&nothing);
        take.value(held, &table.value(from, row), (as_of, back))
    };
    let values: Vec<Value> = table.ids().iter().enumerate().map(value).collect();
    let solid = (0..table.len()).map(|row| match take {
        // What was, was.
        PastTake::Previous | PastTake::Ago(_) => true,
        PastTake::Change(_) | PastTake::Days => table.is_solid(from, row),
    });
    (column_of(wanted, &values), Some(solid.collect()))
}

/// What a name is remembered under: an own field that is read as several kinds has several slots of one name.
pub(crate) fn remembered(names: &[String], slot: usize) -> Option<Cow<'_, str>> {
    let name = names.get(slot)?;
    let before = match is_own(name) {
        true => names.iter().take(slot).filter(|other| *other == name).count(),
        false => 0,
    };
    Some(match before {
        0 => Cow::Borrowed(name),
        _ => Cow::Owned(format!("{name} ({})", before + 1)),
    })
}

impl Compiled {
    /// What the next state remembers of values.
    pub(crate) fn next_history<'a>(
        &self,
        (out, past): (&Assessment, &'a State),
        night: &Night<'a>,
    ) -> History {
        let mut next = History::new();
        for tracked in &self.tracked {
            let kind = tracked.kind;
            let (Some(name), Some(table)) = (
                out.names.get(kind.index()).and_then(|names| remembered(names, tracked.slot)),
                out.tables.get(kind.index()),
            ) else {
                continue;
            };
            let of =
                |state: &'a State| state.history.get(&kind).and_then(|metrics| metrics.get(&*name));
            let none = BySubject::default();
            let past = of(past).unwrap_or(&none);
            let along = Along::of(past);
            let horizon = tracked.horizon(out.as_of);
            let remember = |(row, id): (usize, &std::sync::Arc<str>)| {
                let held = along.get(id).cloned().unwrap_or_default();
                let held = remember(held, table.value(tracked.slot, row), (out.as_of, horizon));
                (!held.is_empty()).then(|| (std::sync::Arc::clone(id), held))
            };
            let mut subjects: BySubject<HeldList> =
                table.ids().iter().enumerate().filter_map(remember).collect();
            // Who is set aside keeps what is known.
            let others = night.presence.others(kind);
            let waits = others.filter(|other| matches!(other.1, There::Away(_)));
            let waits = waits.filter_map(|other| past.get_key_value(other.0));
            subjects.extend(waits.map(|(id, held)| (id.clone(), held.clone())));
            night.presence.settle(kind, &mut subjects, night.standing.and_then(of));
            if !subjects.is_empty() {
                next.entry(kind).or_default().insert(name.into_owned(), subjects);
            }
        }
        next
    }
}

/// What held before with what holds now, from the last that held at the horizon on.
fn remember(mut held: HeldList, now: Value, (as_of, horizon): (AsOf, AsOf)) -> HeldList {
    let news = match held.last() {
        Some(last) => last.value != now,
        None => !now.is_missing(),
    };
    if news {
        held.push(Held { since: as_of, value: now });
    }
    held.forget_before(horizon.day(), |held| held.since.is_by(horizon));
    held
}
