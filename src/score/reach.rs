//! How sure a value is that a factor reads, where columns beside it say so, and what a scorecard reads at all.

use std::collections::BTreeSet;

use super::points::PointMap;
use super::tree::{Factor, Scorecard, Sure};
use crate::config::MissingPolicy;
use crate::frame::Table;

impl Sure {
    /// Of a value of which only the share measured is known.
    pub(crate) const fn share(share: usize) -> Self {
        Self { share, low: None, high: None, lacks: None }
    }

    /// Its slots.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> + use<> {
        [Some(self.share), self.low, self.high, self.lacks].into_iter().flatten()
    }
}

impl Factor {
    /// The share of its value that is measured, where it has one; `number` says what stands in a slot.
    #[inline]
    pub(super) fn share(&self, number: impl Fn(usize) -> f64) -> f64 {
        let share = self.sure.map_or(f64::NAN, |sure| number(sure.share));
        if share.is_nan() { 1.0 } else { share }
    }

    /// Whether that stays so, whatever missing data turn out to be.
    pub(super) fn is_share_solid(&self, table: &Table, row: usize) -> bool {
        self.sure
            .is_none_or(|sure| table.is_missing(sure.share, row) || table.is_solid(sure.share, row))
    }

    /// The lowest and the highest points that its value may come to have, where it is known between what it lies.
    pub(super) fn between(&self, table: &Table, row: usize, map: &PointMap) -> Option<(f64, f64)> {
        let sure = self.sure?;
        let (low, high) = (table.number(sure.low?, row), table.number(sure.high?, row));
        (low <= high).then(|| map.between(low, high))
    }

    /// Whether its value, of which is known between what it lies, may turn out to be none.
    pub(super) fn may_lack(&self, table: &Table, row: usize) -> bool {
        let lacks = self.sure.and_then(|sure| sure.lacks);
        lacks.is_some_and(|slot| table.is_missing(slot, row) || table.number(slot, row) > 0.0)
    }

    /// The slots that it reads.
    fn slots(&self) -> impl Iterator<Item = usize> {
        let sure = self.sure.iter().flat_map(Sure::slots);
        std::iter::once(self.slot).chain(self.expression_slots()).chain(sure)
    }

    /// The slots that its points read, where they are calculated.
    pub(super) fn expression_slots(&self) -> impl Iterator<Item = usize> {
        let expressions = self.points.values().filter_map(|points| match points {
            PointMap::Expr(it) => Some(it.slots()),
            _ => None,
        });
        expressions.flatten().copied()
    }
}

impl PointMap {
    /// The lowest and the highest points of values from one to another.
    fn between(&self, low: f64, high: f64) -> (f64, f64) {
        let all = self.hull();
        // What rises or falls throughout is between its points at the ends; for the rest all it can give is said.
        let ends = match self {
            Self::Linear(_) | Self::Curve(_) => [self.of_number(low), self.of_number(high)],
            Self::Piecewise(knots) if knots.is_monotone() => [knots.of(low), knots.of(high)],
            Self::Steps(rungs) => {
                let points = rungs.iter().map(|rung| rung.points);
                if points.clone().is_sorted() || points.is_sorted_by(|left, right| left >= right) {
                    [self.of_number(low), self.of_number(high)]
                } else {
                    [f64::NAN; 2]
                }
            }
            _ => [f64::NAN; 2],
        };
        let [one, other] = ends;
        if one.is_nan() || other.is_nan() { all } else { (one.min(other), one.max(other)) }
    }
}

impl Scorecard {
    /// Every slot on which its results hang.
    pub(crate) fn slots(&self) -> BTreeSet<usize> {
        let factors = self.factors.iter().flat_map(Factor::slots);
        factors.chain(self.conditions.slots()).chain(self.age).collect()
    }

    /// The slots of which the days count as well.
    pub(crate) fn aged(&self) -> BTreeSet<usize> {
        let carries = |it: &Factor| matches!(it.missing, MissingPolicy::Carry(_));
        let aged = self.factors.iter().filter(|factor| factor.max_age.is_some() || carries(factor));
        aged.map(|factor| factor.slot).collect()
    }

    /// Whether its results depend on the low end of its interval.
    pub(crate) fn asks_low(&self) -> bool {
        self.bands.by_low || self.bands.best().is_some()
    }
}
