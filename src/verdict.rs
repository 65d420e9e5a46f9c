//! Conditions over many subjects: what each says, and whether missing data could change it.

use std::ops::Range;

use serde::Serialize;

use crate::expr::{Chunk, Columns, Compiled, Program, Scratch};
use crate::frame::Table;

/// What a condition says of a subject.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "csat" }]
///     rules = [
///         { name = "unhappy", when = "csat < 3" },
///         { name = "unhappy_or_silent", when = "(csat ?? 0) < 3" },
///     ]
/// "#))?;
/// # use foretell::Verdict;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("csat", Column::numbers([None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// let answers: Vec<Verdict> = scores.rules().map(|column| column.answers[0]).collect();
/// assert_eq!(answers, [Verdict::NoData, Verdict::Yes]); // what is missing is never silently false
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

impl Verdict {
    pub(crate) const fn of(state: u8) -> Self {
        match state {
            0 => Self::No,
            1 => Self::Yes,
            2 => Self::NoData,
            _ => Self::Faulted,
        }
    }
}

/// Conditions that are asked about the same rows: what they share is computed once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    programs: Vec<Program>,
    compiled: Compiled,
}

impl Conditions {
    pub(crate) fn new(programs: Vec<Program>) -> Self {
        Self { compiled: Compiled::together(&programs), programs }
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Program> {
        self.programs.get(number)
    }

    /// Each by itself.
    pub(crate) fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// Themselves, lowered together.
    pub(crate) const fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Whether one of them reads a slot.
    pub(crate) fn read(&self, slot: usize) -> bool {
        self.programs.iter().any(|it| it.slots().contains(&slot))
    }

    /// Every slot that one of them reads.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> {
        self.programs.iter().flat_map(Program::slots).copied()
    }

    /// How many steps they have together.
    pub(crate) fn steps(&self) -> usize {
        self.compiled.steps()
    }

    /// Asks them about some rows, at most those of a chunk.
    pub(crate) fn chunk<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        columns: &'a dyn Columns,
        rows: Range<usize>,
    ) -> Asked<'a> {
        Asked { conditions: self, chunk: self.compiled.chunk(scratch, columns, rows) }
    }

    /// What each says of some rows, without asking how sure that is: nothing counts as solid.
    pub(crate) fn answers(&self, table: &Table, rows: Range<usize>) -> Vec<Verdicts> {
        if self.programs.is_empty() {
            return Vec::new();
        }
        let mut scratch = Scratch::default();
        let mut asked = self.chunk(&mut scratch, table, rows);
        let verdicts = |number: usize| Verdicts {
            list: asked.states(number).iter().map(|it| Verdict::of(*it)).collect(),
            solid: Vec::new(),
        };
        (0..self.programs.len()).map(verdicts).collect()
    }

    /// What each says of some rows, at most those of a chunk.
    pub(crate) fn verdicts(&self, table: &Table, rows: Range<usize>) -> Vec<Verdicts> {
        let mut scratch = Scratch::default();
        let mut asked = self.chunk(&mut scratch, table, rows.clone());
        let verdicts = |(number, program): (usize, &Program)| Verdicts {
            list: asked.states(number).iter().map(|it| Verdict::of(*it)).collect(),
            solid: solid(program, table, rows.clone()),
        };
        self.programs.iter().enumerate().map(verdicts).collect()
    }
}

/// [`Conditions`] about the rows of a chunk.
pub(crate) struct Asked<'a> {
    conditions: &'a Conditions,
    chunk: Chunk<'a>,
}

impl Asked<'_> {
    /// What one of them says of each row: 0 (no), 1 (yes), 2 (no data), else faulted.
    pub(crate) fn states(&mut self, number: usize) -> &[u8] {
        match self.conditions.programs.get(number) {
            Some(program) => self.chunk.flags(number, program),
            None => &[],
        }
    }
}

impl Verdicts {
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
    let mut scratch = Scratch::default();
    let mut chunk = program.compiled().chunk(&mut scratch, table, row..row.saturating_add(1));
    chunk.flags(0, program).first().map_or(Verdict::Faulted, |it| Verdict::of(*it))
}

/// For each row whether an expression reads nothing that is missing or rests on something missing.
pub(crate) fn solid(program: &Program, table: &Table, rows: Range<usize>) -> Vec<bool> {
    let mut all = vec![true; rows.len()];
    for slot in program.slots() {
        table.and_solid(*slot, rows.clone(), &mut all);
    }
    all
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
        let pick = self.pick_by(|it| {
            let verdicts = conditions.get(it)?;
            solid &= verdicts.is_solid(at);
            Some(verdicts.get(at))
        });
        (pick, solid)
    }

    /// Which case holds. `says` is asked for the conditions in order until one holds or is not clear; one of which
    /// nothing is said holds.
    pub(crate) fn pick_by(&self, mut says: impl FnMut(usize) -> Option<Verdict>) -> Pick {
        for (index, (condition, _)) in self.cases.iter().enumerate() {
            match condition.and_then(&mut says).unwrap_or(Verdict::Yes) {
                Verdict::Yes => return Pick::Case(u16::try_from(index).unwrap_or(u16::MAX)),
                Verdict::No => {}
                Verdict::NoData | Verdict::Faulted => return Pick::Unclear,
            }
        }
        Pick::None
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
