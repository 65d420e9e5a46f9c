//! Names that read what was: a value at an assessment before, its change since, and how long it has held.
//!
//! Of every name whose past something asks for, the state keeps from which day on it had which value, as far
//! back as the longest window that is asked for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use super::assess::Night;
use super::assessment::Assessment;
use super::columns::column_of;
use super::plan::{PastTake, Slot, Step, Work};
use super::presence::There;
use super::resolve::{Found, Resolver};
use crate::book::own::{is_own, split_first, split_last};
use crate::fault::{Code, Fault};
use crate::frame::{Column, SubjectKind, Table};
use crate::memory::{Along, BySubject, History};
use crate::state::{Held, State};
use crate::time::{AsOf, Period};
use crate::value::{Kind, Value};

impl PastTake {
    /// What the last part of a name asks for: `previous`, `ago_30d`, `change_30d`, `days`.
    fn of(suffix: &str) -> Option<Self> {
        match suffix {
            "previous" => return Some(Self::Previous),
            "days" => return Some(Self::Days),
            _ => {}
        }
        let (what, period) = suffix.split_once('_')?;
        let period: Period = period.parse().ok()?;
        match what {
            "ago" => Some(Self::Ago(period)),
            "change" => Some(Self::Change(period)),
            _ => None,
        }
    }

    const fn window(self) -> Option<Period> {
        match self {
            Self::Previous | Self::Days => None,
            Self::Ago(it) | Self::Change(it) => Some(it),
        }
    }

    /// The value, from what held before the day or moment and what holds at it; `from` is the one that is looked back to.
    fn value(self, held: &[Held], now: &Value, (as_of, from): (AsOf, AsOf)) -> Value {
        let at = |last: &dyn Fn(&Held) -> bool| {
            held.iter().rev().find(|it| last(it)).map_or(Value::Missing, |it| it.value.clone())
        };
        match self {
            Self::Previous => at(&|it| it.since < as_of),
            Self::Ago(_) => at(&|it| it.since.is_by(from)),
            Self::Change(_) => {
                let before = at(&|it| it.since.is_by(from));
                match (now.number(), before.number()) {
                    (Some(now), Some(before)) => Value::Number(now - before),
                    _ => Value::Missing,
                }
            }
            Self::Days if now.is_missing() => Value::Missing,
            Self::Days => {
                let last = held.iter().rev().find(|it| it.since < as_of);
                let since = last.filter(|it| it.value == *now).map_or(as_of, |it| it.since);
                Value::Number((as_of.day() - since.counted_to(as_of)).num_days() as f64)
            }
        }
    }
}

impl Resolver<'_> {
    /// What a name means that ends by asking for the past of another.
    pub(super) fn past(
        &self,
        kind: SubjectKind,
        name: &str,
        wanted: Option<Kind>,
        path: &str,
    ) -> Option<Found> {
        let (inner, suffix) = split_last(name)?;
        let take = PastTake::of(suffix)?;
        // What is a parent's has its past with the parent.
        let head = split_first(name)?.0;
        if SubjectKind::ALL.into_iter().any(|it| it < kind && it.name() == head) {
            return None;
        }
        let wanted = match take {
            PastTake::Change(_) => Some(Kind::Number),
            _ => wanted,
        };
        let symbol = match self.find_as(kind, inner, wanted, path) {
            Found::Symbol(it) => it,
            Found::Broken => return Some(Found::Broken),
            Found::Unknown => return None,
        };
        // An alert defines its own days, which count from where its condition was first true.
        if let found @ Found::Symbol(_) = self.defined(kind, name) {
            return Some(found);
        }
        if take.window().is_some_and(Period::is_zero) {
            let message = format!("`{name}` looks back no time at all");
            let fault = Fault::new(Code::OutOfRange, path, message);
            self.fault(fault.help(format!("give it a length such as `{inner}.change_30d`")));
            return Some(Found::Broken);
        }
        let slot = match take {
            PastTake::Previous | PastTake::Ago(_) => Slot {
                name: name.to_owned(),
                kind: symbol.kind,
                range: symbol.range,
                labels: symbol.labels,
                optional: true,
            },
            PastTake::Change(_) if symbol.kind != Kind::Number => {
                let message = format!("`{name}` cannot be taken: `{inner}` is {}", symbol.kind);
                let help = format!("`{inner}.previous` and `{inner}.days` can");
                self.fault(Fault::new(Code::WrongType, path, message).help(help));
                return Some(Found::Broken);
            }
            PastTake::Change(_) => {
                Slot::number(name, symbol.range.map(|(low, high)| (low - high, high - low)))
            }
            PastTake::Days => Slot::number(name, Some((0.0, f64::MAX))),
        };
        Some(Found::Symbol(self.filled(kind, slot, Work::Past { from: symbol.slot, take })))
    }
}

/// The column of a name that reads the past of another, and which of its values are solid.
pub(super) fn past(
    (kind, name): (SubjectKind, &str),
    wanted: Kind,
    table: &Table,
    (from, take): (usize, PastTake),
    state: &State,
    as_of: AsOf,
) -> (Column, Option<Vec<bool>>) {
    let held = state.history.get(&kind).and_then(|it| it.get(name)).map(|it| Along::of(it));
    let back = take.window().map_or(as_of, |it| as_of.before(it));
    let value = |(row, id): (usize, &std::sync::Arc<str>)| {
        let held = held.as_ref().and_then(|it| it.get(id)).map_or(&[][..], Vec::as_slice);
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
pub(super) fn remembered(names: &[String], slot: usize) -> Option<Cow<'_, str>> {
    let name = names.get(slot)?;
    let before = match is_own(name) {
        true => names.iter().take(slot).filter(|it| *it == name).count(),
        false => 0,
    };
    Some(match before {
        0 => Cow::Borrowed(name),
        _ => Cow::Owned(format!("{name} ({})", before + 1)),
    })
}

/// A name whose past something asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tracked {
    kind: SubjectKind,
    slot: usize,
    windows: Vec<Period>,
}

/// The names whose past the steps ask for.
pub(super) fn tracked(steps: &[Step]) -> Vec<Tracked> {
    let mut all: BTreeMap<(SubjectKind, usize), BTreeSet<String>> = BTreeMap::new();
    let mut windows: BTreeMap<(SubjectKind, usize), Vec<Period>> = BTreeMap::new();
    for step in steps {
        let Work::Past { from, take } = step.work else { continue };
        let key = (step.kind, from);
        let seen = all.entry(key).or_default();
        let windows = windows.entry(key).or_default();
        if let Some(window) = take.window().filter(|it| seen.insert(it.to_string())) {
            windows.push(window);
        }
    }
    windows.into_iter().map(|((kind, slot), windows)| Tracked { kind, slot, windows }).collect()
}

impl Engine {
    /// What the next state remembers of values.
    pub(super) fn next_history<'a>(
        &self,
        (out, past): (&Assessment, &'a State),
        night: &Night<'a>,
    ) -> History {
        let mut next = History::new();
        for tracked in &self.tracked {
            let kind = tracked.kind;
            let (Some(name), Some(table)) = (
                out.names.get(kind.index()).and_then(|it| remembered(it, tracked.slot)),
                out.tables.get(kind.index()),
            ) else {
                continue;
            };
            let of = |state: &'a State| state.history.get(&kind).and_then(|it| it.get(&*name));
            let none = BySubject::default();
            let past = of(past).unwrap_or(&none);
            let along = Along::of(past);
            let horizon = tracked.horizon(out.as_of);
            let remember = |(row, id): (usize, &std::sync::Arc<str>)| {
                let held = along.get(id).cloned().unwrap_or_default();
                let held = remember(held, table.value(tracked.slot, row), (out.as_of, horizon));
                (!held.is_empty()).then(|| (id.to_string(), held))
            };
            let mut subjects: BySubject<Vec<Held>> =
                table.ids().iter().enumerate().filter_map(remember).collect();
            // Who is set aside keeps what is known.
            let others = night.presence.others(kind);
            let waits = others.filter(|it| matches!(it.1, There::Away(_)));
            let waits = waits.filter_map(|it| past.get_key_value(it.0));
            subjects.extend(waits.map(|(id, held)| (id.clone(), held.clone())));
            night.presence.settle(kind, &mut subjects, night.standing.and_then(of));
            if !subjects.is_empty() {
                next.entry(kind).or_default().insert(name.into_owned(), subjects);
            }
        }
        next
    }
}

impl Tracked {
    /// As far back as anything looks.
    fn horizon(&self, as_of: AsOf) -> AsOf {
        let windows = self.windows.iter().copied().chain([Period::days(1)]);
        windows.map(|it| as_of.before(it)).min().unwrap_or(as_of)
    }
}

/// What held before with what holds now, from the last that held at the horizon on.
fn remember(mut held: Vec<Held>, now: Value, (as_of, horizon): (AsOf, AsOf)) -> Vec<Held> {
    // The same may be assessed again.
    held.retain(|it| it.since < as_of);
    let news = match held.last() {
        Some(last) => last.value != now,
        None => !now.is_missing(),
    };
    if news {
        held.push(Held { since: as_of, value: now });
    }
    let first = held.iter().rposition(|it| it.since.is_by(horizon)).unwrap_or(0);
    held.drain(..first);
    held
}
