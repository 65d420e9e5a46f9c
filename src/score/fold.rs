//! The sums of a group over a chunk of rows, part by part in the order of the parts, as
//! [`Aggregate::of`] adds them for one row.

use super::group::middle;
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
}

impl Fold {
    pub(super) fn begin(&mut self, aggregate: Aggregate, rows: usize) {
        let first = if aggregate == Aggregate::Mean { 0.0 } else { f64::NAN };
        self.fixed = 0.0;
        self.total.clear();
        self.covered.clear();
        self.present.clear();
        self.present.resize(rows, 0.0);
        self.value.clear();
        self.value.resize(rows, first);
        self.parts.clear();
        (self.aggregate, self.rows) = (aggregate, rows);
    }

    /// Adds a part. Points are NaN where it has none.
    pub(super) fn add(&mut self, points: &[f64], weight: &Weight, counts: Counts<'_>) {
        if let (Counts::Shares(_), true) = (counts, self.covered.is_empty()) {
            self.covered.extend_from_slice(&self.present);
        }
        match weight {
            Weight::All(weight) => {
                self.fixed += weight;
                self.total.iter_mut().for_each(|it| *it += weight);
                self.add_with(points, |_| *weight, counts);
            }
            Weight::Each(each) => {
                if self.total.is_empty() {
                    self.total.resize(self.rows, self.fixed);
                }
                self.total.iter_mut().zip(each).for_each(|(it, weight)| *it += weight);
                self.add_with(points, |at| each.get(at).copied().unwrap_or(0.0), counts);
            }
        }
    }

    fn add_with(&mut self, points: &[f64], weight: impl Fn(usize) -> f64, counts: Counts<'_>) {
        // What weighs nothing or has no points adds 0, which changes no sum.
        let counted = |at: usize, points: f64| if points.is_nan() { 0.0 } else { weight(at) };
        match (counts, self.covered.is_empty()) {
            (_, true) => {}
            (Counts::Present, false) => {
                for (at, (sum, points)) in self.covered.iter_mut().zip(points).enumerate() {
                    *sum += counted(at, *points);
                }
            }
            (Counts::Shares(shares), false) => {
                let rows = self.covered.iter_mut().zip(points).zip(shares).enumerate();
                for (at, ((sum, points), share)) in rows {
                    *sum += counted(at, *points) * share;
                }
            }
        }
        let is_part = |at: usize, points: f64| if weight(at) > 0.0 { points } else { f64::NAN };
        let rows = self.value.iter_mut().zip(points).enumerate();
        match self.aggregate {
            Aggregate::Mean => {
                let rows = rows.zip(&mut self.present);
                for ((at, (value, points)), present) in rows {
                    let there = !points.is_nan();
                    *value += if there { weight(at) * points } else { 0.0 };
                    *present += if there { weight(at) } else { 0.0 };
                }
                return;
            }
            Aggregate::Min => {
                rows.for_each(|(at, (it, points))| *it = it.min(is_part(at, *points)))
            }
            Aggregate::Max => {
                rows.for_each(|(at, (it, points))| *it = it.max(is_part(at, *points)))
            }
            Aggregate::Median => {
                let part = points.iter().enumerate().map(|(at, points)| is_part(at, *points));
                self.parts.push(part.collect());
            }
        }
        for (at, (sum, points)) in self.present.iter_mut().zip(points).enumerate() {
            *sum += counted(at, *points);
        }
    }

    /// Scores and coverage.
    pub(super) fn finish(&mut self, score: &mut [f64], coverage: &mut Vec<f64>) {
        match self.aggregate {
            Aggregate::Mean => {
                for ((score, value), present) in
                    score.iter_mut().zip(&self.value).zip(&self.present)
                {
                    let mean = (value / present).clamp(0.0, 100.0);
                    *score = if *present > 0.0 { mean } else { f64::NAN };
                }
            }
            Aggregate::Min | Aggregate::Max => score.copy_from_slice(&self.value),
            Aggregate::Median => {
                let mut sorted: Vec<f64> = Vec::with_capacity(self.parts.len());
                for (at, score) in score.iter_mut().enumerate() {
                    sorted.clear();
                    let points = self.parts.iter().filter_map(|it| it.get(at));
                    sorted.extend(points.filter(|it| !it.is_nan()));
                    sorted.sort_by(f64::total_cmp);
                    let at = |it: usize| sorted.get(it).copied().unwrap_or(f64::NAN);
                    *score = middle(sorted.len())
                        .map_or(f64::NAN, |(left, right)| (at(left) + at(right)) / 2.0);
                }
            }
        }
        let covered = if self.covered.is_empty() { &self.present } else { &self.covered };
        coverage.clear();
        if self.total.is_empty() {
            let total = self.fixed;
            coverage.extend(covered.iter().map(|it| share(*it, total)));
        } else {
            coverage.extend(covered.iter().zip(&self.total).map(|(it, total)| share(*it, *total)));
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
fn share(covered: f64, total: f64) -> f64 {
    if total > 0.0 { (covered / total).min(1.0) } else { 0.0 }
}
