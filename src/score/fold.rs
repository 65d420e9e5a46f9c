//! The sums of a group over a chunk of rows, part by part in the order of the parts, as
//! [`Aggregate::of`] adds them for one row.

use super::group::middle;
use super::knots::{Knots, To};
use crate::config::Aggregate;

/// What a part weighs.
#[derive(Debug, Clone)]
pub(super) enum Weight {
    /// The same in all rows.
    All(f64),
    Each(Vec<f64>),
}

impl Default for Weight {
    fn default() -> Self {
        Self::All(0.0)
    }
}

/// How much of a part is measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counts<'a> {
    /// All of it, where it has points.
    Present,
    Shares(&'a [f64]),
}

/// The sums of a group.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// The weight of all parts, while it is the same in all rows.
    fixed: f64,
    /// The same by row, once it is not; empty until then.
    total: Vec<f64>,
    /// Weights of the parts that have points.
    present: Vec<f64>,
    /// Weights times points, or the lowest or highest points.
    value: Vec<f64>,
    /// Weights times shares, once they are not the weights of the parts that have points; empty until then.
    covered: Vec<f64>,
    /// The points of the parts of a median.
    parts: Vec<Vec<f64>>,
    aggregate: Aggregate,
    rows: usize,
    /// Whether no part has been added, and the sums are whatever they were.
    fresh: bool,
}

impl Fold {
    pub(super) fn begin(&mut self, aggregate: Aggregate, rows: usize) {
        self.fixed = 0.0;
        self.total.clear();
        self.covered.clear();
        self.present.resize(rows, 0.0);
        self.value.resize(rows, 0.0);
        self.parts.clear();
        (self.aggregate, self.rows, self.fresh) = (aggregate, rows, true);
    }

    /// Begins the sums at nothing, unless a part has.
    fn lay(&mut self) {
        if std::mem::take(&mut self.fresh) {
            self.present.fill(0.0);
            self.value.fill(if self.aggregate == Aggregate::Mean { 0.0 } else { f64::NAN });
        }
    }

    /// Adds a part. Points are NaN where it has none.
    pub(super) fn add(&mut self, points: &[f64], weight: &Weight, counts: Counts<'_>) {
        self.lay();
        if let (Counts::Shares(_), true) = (counts, self.covered.is_empty()) {
            self.covered.extend_from_slice(&self.present);
        }
        match weight {
            Weight::All(weight) => {
                self.fixed += weight;
                self.total.iter_mut().for_each(|total| *total += weight);
                if self.aggregate == Aggregate::Mean {
                    self.add_to_mean(points, *weight, counts);
                } else {
                    let weights = std::iter::repeat(*weight);
                    self.add_with(points, weights, counts);
                }
            }
            Weight::Each(each) => {
                if self.total.is_empty() {
                    self.total.resize(self.rows, self.fixed);
                }
                self.total.iter_mut().zip(each).for_each(|(it, weight)| *it += weight);
                self.add_with(points, each.iter().copied(), counts);
            }
        }
    }

    /// Adds a part whose points are lines between knots without laying them down on the way, if it can.
    pub(super) fn add_lines(&mut self, lines: &Knots, values: &[f64], weight: f64) -> bool {
        let can = self.aggregate == Aggregate::Mean && self.covered.is_empty();
        if can {
            self.fixed += weight;
            self.total.iter_mut().for_each(|total| *total += weight);
            let to = if std::mem::take(&mut self.fresh) { To::First } else { To::Mean };
            lines.fill(values, to(weight, &mut self.value, &mut self.present));
        }
        can
    }

    /// The same for a weighted mean and one weight: several rows go at a time.
    fn add_to_mean(&mut self, points: &[f64], weight: f64, counts: Counts<'_>) {
        let covered = self.covered.iter_mut().zip(points);
        match counts {
            Counts::Present => covered.for_each(|(sum, points)| *sum += known(*points, weight)),
            Counts::Shares(shares) => covered
                .zip(shares)
                .for_each(|((sum, points), share)| *sum += known(*points, weight * share)),
        }
        for ((value, present), points) in self.value.iter_mut().zip(&mut self.present).zip(points) {
            *value += known(*points, weight * points);
            *present += known(*points, weight);
        }
    }

    fn add_with(
        &mut self,
        points: &[f64],
        weights: impl Iterator<Item = f64> + Clone,
        counts: Counts<'_>,
    ) {
        let parts = || points.iter().copied().zip(weights.clone());
        let counted = known;
        if !self.covered.is_empty() {
            let sums = self.covered.iter_mut().zip(parts());
            match counts {
                Counts::Present => sums.for_each(|(sum, (points, weight))| {
                    *sum += counted(points, weight);
                }),
                Counts::Shares(shares) => {
                    sums.zip(shares).for_each(|((sum, (points, weight)), share)| {
                        *sum += counted(points, weight) * share;
                    });
                }
            }
        }
        let is_part = |points: f64, weight: f64| if weight > 0.0 { points } else { f64::NAN };
        let values = self.value.iter_mut().zip(parts());
        match self.aggregate {
            Aggregate::Mean => values.for_each(|(value, (points, weight))| {
                *value += if points.is_nan() { 0.0 } else { weight * points };
            }),
            Aggregate::Min => values.for_each(|(it, (points, weight))| {
                *it = it.min(is_part(points, weight));
            }),
            Aggregate::Max => values.for_each(|(it, (points, weight))| {
                *it = it.max(is_part(points, weight));
            }),
            Aggregate::Median => {
                self.parts.push(parts().map(|(points, weight)| is_part(points, weight)).collect());
            }
        }
        for (sum, (points, weight)) in self.present.iter_mut().zip(parts()) {
            *sum += counted(points, weight);
        }
    }

    /// Scores and coverage.
    pub(super) fn finish(&mut self, score: &mut [f64], coverage: &mut Vec<f64>) {
        self.lay();
        match self.aggregate {
            Aggregate::Mean => {
                for ((score, value), present) in
                    score.iter_mut().zip(&self.value).zip(&self.present)
                {
                    let mean = value / present;
                    let mean = if mean > 0.0 { mean } else { 0.0 };
                    let mean = if mean < 100.0 { mean } else { 100.0 };
                    *score = if *present > 0.0 { mean } else { f64::NAN };
                }
            }
            Aggregate::Min | Aggregate::Max => score.copy_from_slice(&self.value),
            Aggregate::Median => {
                let mut sorted: Vec<f64> = Vec::with_capacity(self.parts.len());
                for (at, score) in score.iter_mut().enumerate() {
                    sorted.clear();
                    let points = self.parts.iter().filter_map(|part| part.get(at));
                    sorted.extend(points.filter(|point| !point.is_nan()));
                    sorted.sort_by(f64::total_cmp);
                    let at = |it: usize| sorted.get(it).copied().unwrap_or(f64::NAN);
                    *score = middle(sorted.len())
                        .map_or(f64::NAN, |(left, right)| (at(left) + at(right)) / 2.0);
                }
            }
        }
        let covered = if self.covered.is_empty() { &self.present } else { &self.covered };
        coverage.resize(self.rows, 0.0);
        let out = coverage.iter_mut().zip(covered);
        if self.total.is_empty() {
            let total = self.fixed;
            out.for_each(|(out, it)| *out = share(*it, total));
        } else {
            out.zip(&self.total).for_each(|((out, it), total)| *out = share(*it, *total));
        }
    }

    /// Whether the group has parts that weigh in every row.
    pub(super) fn always_weighs(&self) -> bool {
        self.total.is_empty() && self.fixed > 0.0
    }

    /// Whether it has parts that weigh in a row.
    pub(super) fn weighs(&self, at: usize) -> bool {
        self.total.get(at).copied().unwrap_or(self.fixed) > 0.0
    }
}

/// How much of a weight is measured; of none, nothing.
pub(super) fn share(covered: f64, total: f64) -> f64 {
    // Of one total for many rows the division is done once. All of it is 1, whatever that rounds to.
    let share = if covered < total { covered * (1.0 / total) } else { 1.0 };
    if total > 0.0 { share } else { 0.0 }
}

/// What counts of a part: nothing where it has no points, which changes no sum.
fn known(points: f64, it: f64) -> f64 {
    if points.is_nan() { 0.0 } else { it }
}
