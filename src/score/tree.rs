//! A compiled scorecard.

use std::collections::BTreeSet;

use super::band::Bands;
use super::points::PointMap;
use super::settle::settled;
use crate::config::{Aggregate, MissingPolicy};
use crate::frame::SubjectKind;
use crate::time::Period;
use crate::verdict::{Choice, Conditions, Verdict};

/// A scorecard whose names are slots and whose numbers are checked.
#[derive(Debug, Clone)]
pub(crate) struct Scorecard {
    pub(crate) name: String,
    pub(crate) kind: SubjectKind,
    /// Every condition of the tree, by number.
    pub(crate) conditions: Conditions,
    pub(crate) factors: Vec<Factor>,
    /// Groups, children before parents; the last is the whole.
    pub(crate) groups: Vec<Group>,
    pub(crate) bands: Bands,
    pub(crate) overrides: Vec<AutoOverride>,
    /// The slot of the subject's age in days, where a factor warms up.
    pub(crate) age: Option<usize>,
    /// What says without intervals whether the best band is withheld.
    pub(crate) doubts: Doubts,
    /// The groups, by number, that nothing reads while it is scored in columns: they are settled where a host asks for them.
    pub(crate) unread: BTreeSet<usize>,
}

/// A factor: where its value comes from and what it is worth.
#[derive(Debug, Clone)]
pub(crate) struct Factor {
    pub(crate) name: String,
    /// Its name with those of its groups, which no other factor of the scorecard has.
    pub(crate) key: String,
    pub(crate) metric: String,
    /// What people call the metric, and its unit.
    pub(crate) label: String,
    pub(crate) unit: Option<String>,
    pub(crate) slot: usize,
    /// What says how sure its value is, where that is not just there or missing.
    pub(crate) sure: Option<Sure>,
    /// Whether the metric surely has a value once it is known what it is made of.
    pub(crate) fills: bool,
    pub(crate) weight: Choice<f64>,
    pub(crate) points: Choice<PointMap>,
    pub(crate) missing: MissingPolicy,
    /// Points of the population; NaN where not said.
    pub(crate) prior: f64,
    pub(crate) applies: Option<usize>,
    pub(crate) max_age: Option<Period>,
    pub(crate) warm_up: Option<Period>,
}

/// The slots that say how sure the value of another is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sure {
    /// The share of it that is measured, 0 to 1; missing for all of it.
    pub(crate) share: usize,
    /// Between what it lies once all is known, where that is known.
    pub(crate) low: Option<usize>,
    pub(crate) high: Option<usize>,
    /// Whether it may have no value then.
    pub(crate) lacks: Option<usize>,
}

/// A group of factors and groups.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) weight: Choice<f64>,
    pub(crate) aggregate: Aggregate,
    pub(crate) min_coverage: f64,
    pub(crate) applies: Option<usize>,
    pub(crate) parts: Vec<Part>,
}

/// A part of a group, by its number in the scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Factor(usize),
    Group(usize),
}

/// A manual value by rule.
#[derive(Debug, Clone)]
pub(crate) struct AutoOverride {
    pub(crate) condition: usize,
    pub(crate) effect: Effect,
    pub(crate) reason: Option<String>,
}

impl AutoOverride {
    /// The first that holds, and its number; `says` is asked for what a condition says, by number.
    #[inline]
    pub(super) fn first(
        all: &[Self],
        says: impl Fn(usize) -> Option<Verdict>,
    ) -> Option<(usize, &Self)> {
        all.iter().enumerate().find(|rule| says(rule.1.condition) == Some(Verdict::Yes))
    }
}

/// What says without an interval whether the best band is withheld.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doubts {
    /// Slots that must be solid, beside all of the weight being measured, for a score to be sure.
    pub(crate) slots: Vec<usize>,
    /// The slots of the condition of each override.
    pub(crate) rules: Vec<Vec<usize>>,
    /// What is at least the low end of each group, where that can be said.
    pub(super) floors: Vec<Floor>,
}

#[derive(Debug, Clone)]
pub(super) enum Floor {
    /// Its score times its coverage.
    Factors,
    /// The mean of those of its groups, each with its weight.
    Groups(Vec<(usize, f64)>),
}

/// What a manual value does to a score.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Effect {
    Set(f64),
    Cap(f64),
    Floor(f64),
}

impl Effect {
    /// The score with the effect. Only a set value stands where there is no score.
    pub(crate) fn on(self, score: f64) -> f64 {
        match self {
            Self::Set(it) => it,
            Self::Cap(it) if !score.is_nan() => score.min(it),
            Self::Floor(it) if !score.is_nan() => score.max(it),
            Self::Cap(_) | Self::Floor(_) => score,
        }
    }

    /// The same, settled: what the score then is. Of several effects the later is on what the earlier made.
    #[inline]
    pub(super) fn score(self, score: f64) -> f64 {
        settled(self.on(score))
    }
}

/// Scratch of a part for the rows of a chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartRows {
    /// Its points or score, counted or not; NaN for none.
    pub(crate) score: Vec<f64>,
    /// Its weight among its neighbours; 0 where it is not counted or does not apply.
    pub(crate) weight: Vec<f64>,
    /// The share of its weight that is measured.
    pub(crate) coverage: Vec<f64>,
    /// The share of its weight that would be measured if nothing were missing.
    pub(crate) reach: Vec<f64>,
    /// Lowest and highest it could be; NaN where it is no part of any completion.
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) doubt: Vec<Doubt>,
}

/// What about a part, beside its value, could be otherwise once everything is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// Its weight, or whether it applies.
    pub(crate) loose: bool,
    /// It may be measured less than it can be at most.
    pub(crate) thin: bool,
    /// It may have no score.
    pub(crate) absent: bool,
}

impl PartRows {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            score: Vec::with_capacity(rows),
            weight: Vec::with_capacity(rows),
            coverage: Vec::with_capacity(rows),
            reach: Vec::with_capacity(rows),
            low: Vec::with_capacity(rows),
            high: Vec::with_capacity(rows),
            doubt: Vec::with_capacity(rows),
        }
    }

    pub(crate) fn push(&mut self, cell: PartCell) {
        self.score.push(cell.score);
        self.weight.push(cell.weight);
        self.coverage.push(cell.coverage);
        self.reach.push(cell.reach);
        self.low.push(cell.low);
        self.high.push(cell.high);
        self.doubt.push(cell.doubt);
    }

    pub(crate) fn cell(&self, at: usize) -> PartCell {
        let number = |list: &[f64]| list.get(at).copied().unwrap_or(f64::NAN);
        PartCell {
            score: number(&self.score),
            weight: number(&self.weight),
            coverage: number(&self.coverage),
            reach: number(&self.reach),
            low: number(&self.low),
            high: number(&self.high),
            doubt: self.doubt.get(at).copied().unwrap_or(Doubt::ALL),
        }
    }
}

/// One row of [`PartRows`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartCell {
    pub(crate) score: f64,
    pub(crate) weight: f64,
    pub(crate) coverage: f64,
    pub(crate) reach: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) doubt: Doubt,
}

impl Doubt {
    pub(crate) const ALL: Self = Self { loose: true, thin: true, absent: true };
}

impl PartCell {
    /// Whether the share that is measured stays what it is, whatever missing data turn out to be.
    pub(crate) fn is_coverage_solid(&self) -> bool {
        !self.doubt.loose && !self.doubt.thin && same(self.coverage, self.reach)
    }

    /// Whether its score stays what it is, whatever missing data turn out to be.
    pub(crate) fn is_solid(&self) -> bool {
        !self.doubt.loose
            && !self.doubt.absent
            && same(self.low, self.high)
            && same(self.score, self.low)
    }
}

/// Equal bits, or neither a number.
pub(crate) fn same(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
}
