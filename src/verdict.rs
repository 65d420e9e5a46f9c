//! Conditions over many subjects: what each says, and whether missing data could change it.

use std::ops::Range;

use serde::Serialize;

use crate::expr::{Outcome, Program};
use crate::frame::Table;
use crate::value::Value;

/// What a condition says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Verdict {
    /// It is false.
    No,
    /// It is true.
    Yes,
    /// Something that it needs is missing.
    NoData,
    /// It could not be asked.
    Faulted,
}

/// What a condition says of each row of a chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdicts {
    list: Vec<Verdict>,
    solid: Vec<bool>,
}

impl Verdicts {
    /// Asks a condition about each row.
    pub(crate) fn of(program: &Program, table: &Table, rows: Range<usize>) -> Self {
        let list = rows.clone().map(|row| ask(program, table, row)).collect();
        let solid = rows.map(|row| is_solid(program, table, row)).collect();
        Self { list, solid }
    }

    /// The same, without asking how sure that is: nothing counts as solid.
    pub(crate) fn answers(program: &Program, table: &Table, rows: Range<usize>) -> Self {
        Self { list: rows.map(|row| ask(program, table, row)).collect(), solid: Vec::new() }
    }

    /// The answers, one a row.
    pub(crate) fn into_list(self) -> Vec<Verdict> {
        self.list
    }

    pub(crate) fn get(&self, at: usize) -> Verdict {
        self.list.get(at).copied().unwrap_or(Verdict::Faulted)
    }

    /// Whether nothing that the condition reads is missing or rests on something missing.
    pub(crate) fn is_solid(&self, at: usize) -> bool {
        self.solid.get(at).copied().unwrap_or(false)
    }
}

/// Asks a condition about one row.
pub(crate) fn ask(program: &Program, table: &Table, row: usize) -> Verdict {
    match program.run(&mut |slot| table.value(slot, row)) {
        Outcome::Value(Value::Flag(true)) => Verdict::Yes,
        Outcome::Value(Value::Flag(false)) => Verdict::No,
        Outcome::Value(Value::Missing) | Outcome::NoData { .. } => Verdict::NoData,
        Outcome::Value(_) | Outcome::Faulted(_) => Verdict::Faulted,
    }
}

/// Whether an expression reads nothing that is missing or rests on something missing.
pub(crate) fn is_solid(program: &Program, table: &Table, row: usize) -> bool {
    program.slots().iter().all(|slot| table.is_solid(*slot, row))
}

/// A first-match list: which of its cases holds.
#[derive(Debug, Clone)]
pub(crate) struct Choice<T> {
    /// A condition, by its number, and what holds then; no condition always holds.
    pub(crate) cases: Vec<(Option<usize>, T)>,
}

/// Which case of a [`Choice`] holds for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    Case(u16),
    /// None of the cases matches.
    None,
    /// A condition on the way had no data.
    Unclear,
}

impl<T> Choice<T> {
    /// The same for all.
    pub(crate) fn one(value: T) -> Self {
        Self { cases: vec![(None, value)] }
    }

    /// Which case holds, and whether missing data could change that.
    pub(crate) fn pick(&self, conditions: &[Verdicts], at: usize) -> (Pick, bool) {
        let mut solid = true;
        for (index, (condition, _)) in self.cases.iter().enumerate() {
            let verdicts = condition.and_then(|it| conditions.get(it));
            solid &= verdicts.is_none_or(|it| it.is_solid(at));
            match verdicts.map_or(Verdict::Yes, |it| it.get(at)) {
                Verdict::Yes => {
                    return (Pick::Case(u16::try_from(index).unwrap_or(u16::MAX)), solid);
                }
                Verdict::No => {}
                Verdict::NoData | Verdict::Faulted => return (Pick::Unclear, solid),
            }
        }
        (Pick::None, solid)
    }

    /// What holds for a picked case.
    pub(crate) fn get(&self, pick: Pick) -> Option<&T> {
        match pick {
            Pick::Case(index) => self.cases.get(usize::from(index)).map(|(_, it)| it),
            Pick::None | Pick::Unclear => None,
        }
    }

    /// What holds for each case.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.cases.iter().map(|(_, it)| it)
    }
}

impl Choice<f64> {
    /// The weight that holds; the heaviest it could be where that is not known, so that nothing
    /// vanishes; 0 where no case matches.
    pub(crate) fn weigh(&self, pick: Pick) -> f64 {
        match pick {
            Pick::Case(_) => self.get(pick).copied().unwrap_or(0.0),
            Pick::None => 0.0,
            Pick::Unclear => self.values().copied().fold(0.0, f64::max),
        }
    }
}
