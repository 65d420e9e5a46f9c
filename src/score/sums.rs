//! The sums of a group: what each part adds, and what they come to.
//!
//! [`Sums`] adds up one row, [`Fold`](super::fold::Fold) the rows of a chunk, by the functions that stand here
//! (`rows_and_chunks_come_to_the_same`).

use crate::config::Aggregate;

/// The sums of a group for one row.
#[derive(Debug)]
pub(super) struct Sums {
    aggregate: Aggregate,
    /// The weight of all parts.
    pub(super) total: f64,
    /// The weight of the parts that have points.
    present: f64,
    /// Weights times points, or the lowest or highest points.
    value: f64,
    /// Weights times shares measured.
    covered: f64,
    /// The points of the parts of a median.
    points: Vec<f64>,
}

impl Sums {
    #[inline]
    pub(super) const fn new(aggregate: Aggregate) -> Self {
        let value = aggregate.nothing();
        Self { aggregate, total: 0.0, present: 0.0, value, covered: 0.0, points: Vec::new() }
    }

    /// Adds a part, of whose weight a share is measured. Points are NaN where it has none.
    #[inline]
    pub(super) fn add(&mut self, points: f64, weight: f64, share: f64) {
        self.total += weight;
        if self.aggregate == Aggregate::Median {
            self.points.push(taken(points, weight));
        }
        // One part of one row: a branch costs less than sums that change by nothing.
        if !points.is_nan() {
            self.value = self.aggregate.with(self.value, points, weight);
            self.present += weight;
            self.covered += weight * share;
        }
    }

    /// How much of the weight is measured.
    pub(super) fn coverage(&self) -> f64 {
        share(self.covered, self.total)
    }

    /// The score; NaN for none.
    #[inline]
    pub(super) fn finish(&mut self) -> f64 {
        match self.aggregate {
            Aggregate::Mean => mean(self.value, self.present),
            Aggregate::Min | Aggregate::Max => self.value,
            Aggregate::Median => median(&mut self.points),
        }
    }
}

impl Aggregate {
    /// Its value without any part.
    #[inline(always)]
    pub(super) const fn nothing(self) -> f64 {
        if matches!(self, Self::Mean) { 0.0 } else { f64::NAN }
    }

    /// Its value with one more part: the sum of a mean, the lowest, the highest. A median has one once all are there.
    #[inline(always)]
    pub(super) const fn with(self, so_far: f64, points: f64, weight: f64) -> f64 {
        match self {
            Self::Mean => so_far + known(points, weight * points),
            Self::Min => so_far.min(taken(points, weight)),
            Self::Max => so_far.max(taken(points, weight)),
            Self::Median => so_far,
        }
    }
}

/// What counts of a part: nothing where it has no points, which changes no sum.
#[inline(always)]
pub(super) const fn known(points: f64, it: f64) -> f64 {
    if points.is_nan() { 0.0 } else { it }
}

/// The points of a part among which one is chosen: of one that weighs nothing, none.
#[inline(always)]
pub(super) const fn taken(points: f64, weight: f64) -> f64 {
    if weight > 0.0 { points } else { f64::NAN }
}

/// A weighted mean from weights times points and the weights.
#[inline(always)]
pub(super) const fn mean(sum: f64, weights: f64) -> f64 {
    // In this form each comparison is one instruction.
    let mean = sum / weights;
    let mean = if mean > 0.0 { mean } else { 0.0 };
    let mean = if mean < 100.0 { mean } else { 100.0 };
    if weights > 0.0 { mean } else { f64::NAN }
}

/// The median of those that are there; NaN for none. They are sorted.
pub(super) fn median(points: &mut Vec<f64>) -> f64 {
    points.retain(|point| !point.is_nan());
    points.sort_by(f64::total_cmp);
    let at = |it: usize| points.get(it).copied().unwrap_or(f64::NAN);
    middle(points.len()).map_or(f64::NAN, |(left, right)| (at(left) + at(right)) / 2.0)
}

/// The one or two middle places of a sorted list.
pub(super) fn middle(len: usize) -> Option<(usize, usize)> {
    (len > 0).then(|| ((len - 1) / 2, len / 2))
}

/// How much of a weight is measured; of none, nothing.
#[inline(always)]
pub(super) const fn share(covered: f64, total: f64) -> f64 {
    // Of one total for many rows the division is done once. All of it is 1, whatever that rounds to.
    let share = if covered < total { covered * (1.0 / total) } else { 1.0 };
    if total > 0.0 { share } else { 0.0 }
}
