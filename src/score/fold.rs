//! The sums of a group over a chunk of rows, part by part in the order of the parts, as [`Sums`](super::sums::Sums) adds
//! them for one row.

use super::knots::{Knots, To};
use super::sums::{known, mean, median, share, taken};
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
            self.value.fill(self.aggregate.nothing());
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
            *value = Aggregate::Mean.with(*value, *points, weight);
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
        if !self.covered.is_empty() {
            let sums = self.covered.iter_mut().zip(parts());
            match counts {
                Counts::Present => sums.for_each(|(sum, (points, weight))| {
                    *sum += known(points, weight);
                }),
                Counts::Shares(shares) => {
                    sums.zip(shares).for_each(|((sum, (points, weight)), share)| {
                        *sum += known(points, weight * share);
                    });
                }
            }
        }
        let values = self.value.iter_mut().zip(parts());
        match self.aggregate {
            Aggregate::Mean => values.for_each(|(value, (points, weight))| {
                *value = Aggregate::Mean.with(*value, points, weight);
            }),
            Aggregate::Min | Aggregate::Max => values.for_each(|(value, (points, weight))| {
                *value = self.aggregate.with(*value, points, weight);
            }),
            Aggregate::Median => {
                self.parts.push(parts().map(|(points, weight)| taken(points, weight)).collect());
            }
        }
        for (sum, (points, weight)) in self.present.iter_mut().zip(parts()) {
            *sum += known(points, weight);
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
                    *score = mean(*value, *present);
                }
            }
            Aggregate::Min | Aggregate::Max => score.copy_from_slice(&self.value),
            Aggregate::Median => {
                let mut points: Vec<f64> = Vec::with_capacity(self.parts.len());
                for (at, score) in score.iter_mut().enumerate() {
                    points.clear();
                    points.extend(self.parts.iter().filter_map(|part| part.get(at)));
                    *score = median(&mut points);
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

    /// The weight of all parts in a row.
    pub(super) fn total(&self, at: usize) -> f64 {
        self.total.get(at).copied().unwrap_or(self.fixed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::sums::Sums;
    use super::super::tree::same;
    use super::{Aggregate, Counts, Fold, Knots, Weight};

    /// A part of a group for each of its rows.
    #[derive(Debug, Clone)]
    struct Given {
        values: Vec<f64>,
        weights: Vec<f64>,
        /// All rows weigh what the first does.
        even: bool,
        shares: Option<Vec<f64>>,
    }

    fn given(rows: usize) -> impl Strategy<Value = Given> {
        let value = prop_oneof![1 => Just(f64::NAN), 1 => Just(0.0), 4 => 0.0..=100.0_f64];
        let weight = prop_oneof![1 => Just(0.0), 4 => 0.01..9.0_f64];
        let shares = prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..1.0], rows);
        (
            prop::collection::vec(value, rows),
            prop::collection::vec(weight, rows),
            any::<bool>(),
            prop::option::of(shares),
        )
            .prop_map(|(values, weights, even, shares)| Given {
                values,
                weights,
                even,
                shares,
            })
    }

    proptest! {
        #[test]
        fn rows_and_chunks_come_to_the_same(
            parts in (1..20_usize).prop_flat_map(|rows| prop::collection::vec(given(rows), 0..6)),
            aggregate in select(vec![Aggregate::Mean, Aggregate::Min, Aggregate::Max, Aggregate::Median]),
            bent in any::<bool>(),
        ) {
            let rows = parts.first().map_or(1, |part| part.values.len());
            let lines = Knots::new(&[[0.0, 0.0], [30.0, 45.0], [70.0, 50.0], [100.0, 100.0]]);
            let mut fold = Fold::default();
            fold.begin(aggregate, rows);
            let points = |part: &Given| -> Vec<f64> {
                part.values.iter().map(|value| if bent { lines.of(*value) } else { *value }).collect()
            };
            let weight = |part: &Given, row: usize| part.weights[if part.even { 0 } else { row }];
            for part in &parts {
                let all = if part.even { Weight::All(part.weights[0]) } else { Weight::Each(part.weights.clone()) };
                let counts = part.shares.as_deref().map_or(Counts::Present, Counts::Shares);
                let done = bent && part.even && part.shares.is_none()
                    && fold.add_lines(&lines, &part.values, part.weights[0]);
                if !done {
                    fold.add(&points(part), &all, counts);
                }
            }
            let (mut score, mut coverage) = (vec![7.0; rows], Vec::new());
            fold.finish(&mut score, &mut coverage);
            for row in 0..rows {
                let mut sums = Sums::new(aggregate);
                for part in &parts {
                    let share = part.shares.as_ref().map_or(1.0, |shares| shares[row]);
                    sums.add(points(part)[row], weight(part, row), share);
                }
                prop_assert_eq!(sums.total.to_bits(), fold.total(row).to_bits());
                prop_assert_eq!(sums.coverage().to_bits(), coverage[row].to_bits());
                let one = sums.finish();
                prop_assert!(same(one, score[row]), "{one} {}", score[row]);
            }
        }
    }
}
