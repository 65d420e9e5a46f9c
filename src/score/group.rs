//! Groups: how parts become one score, one coverage and one interval.

use super::settle::{settle, settled};
use super::sums::{Sums, middle, share};
use super::tree::{Doubt, Group, Part, PartCell, PartRows};
use crate::config::Aggregate;
use crate::verdict::{Pick, Verdict, Verdicts};

impl Group {
    /// The group over the rows of a chunk, from its parts.
    pub(crate) fn run<'a>(
        &self,
        conditions: &[Verdicts],
        rows: usize,
        part: impl Fn(Part) -> &'a PartRows,
    ) -> PartRows {
        let parts: Vec<&PartRows> = self.parts.iter().map(|number| part(*number)).collect();
        let mut out = PartRows::with_capacity(rows);
        let mut scratch = Vec::with_capacity(parts.len());
        for at in 0..rows {
            scratch.clear();
            scratch.extend(parts.iter().map(|part| part.cell(at)));
            out.push(self.cell(conditions, at, &mut scratch));
        }
        out
    }

    fn cell(&self, conditions: &[Verdicts], at: usize, parts: &mut Vec<PartCell>) -> PartCell {
        let (case, weight_solid) = self.weight.pick(conditions, at);
        let applies = self.applies.and_then(|number| conditions.get(number));
        let applies_solid = applies.is_none_or(|condition| condition.is_solid(at));
        let applies = applies.map_or(Verdict::Yes, |condition| condition.get(at));
        // Parts that may come to count still bound the interval.
        let bounds = span(parts.iter().filter(|part| part.weight > 0.0 || part.doubt.loose));
        let whole = self.weight.weigh(case);
        let out = applies == Verdict::No && applies_solid;
        // Shown without being counted, whatever comes to be known.
        let idle = weight_solid && whole <= 0.0;
        let open = !weight_solid || !applies_solid || parts.iter().any(|part| part.doubt.loose);
        parts.retain(|part| part.weight > 0.0);

        let mut sums = Sums::new(self.aggregate);
        parts.iter().for_each(|part| sums.add(part.score, part.weight, part.coverage));
        let coverage = sums.coverage();
        let reach = share(parts.iter().map(|part| part.weight * part.reach).sum(), sums.total);
        let shut = is_shut(case, applies);
        let gate = settled(self.min_coverage);
        let score = if shut || is_thin(coverage, gate) { f64::NAN } else { sums.finish() };
        // However much comes to be known, it never has a score.
        let dead = out || !open && (is_thin(reach, gate) || shut);
        let (low, high) = match (dead, open) {
            (true, _) => (f64::NAN, f64::NAN),
            (_, true) => bounds,
            (_, false) => self.aggregate.bounds(parts),
        };
        let thin = !dead && parts.iter().any(|part| part.doubt.thin);
        let bare = parts.iter().all(|part| part.doubt.absent || part.low.is_nan());
        let absent = !low.is_nan() && (bare || thin && gate > 0.0);
        let doubt = Doubt { loose: open && !out && !idle, thin, absent: absent || open && idle };
        PartCell {
            score,
            weight: weight_of(whole, applies, sums.total),
            coverage,
            reach: if dead { 0.0 } else { reach },
            low,
            high,
            doubt,
        }
    }
}

/// Whether a group has no score, whatever its parts come to: it does not apply, or a condition that says so, or what it
/// weighs, has no data.
#[inline(always)]
pub(super) fn is_shut(weight: Pick, applies: Verdict) -> bool {
    weight == Pick::Unclear || applies != Verdict::Yes
}

/// Whether too little of a group is measured for a score; its gate is settled.
#[inline(always)]
pub(super) fn is_thin(coverage: f64, gate: f64) -> bool {
    gate > 0.0 && settled(coverage) < gate
}

/// What a group weighs among its neighbours: nothing where it does not apply or none of its parts weighs.
#[inline(always)]
pub(super) fn weight_of(whole: f64, applies: Verdict, parts: f64) -> f64 {
    if applies == Verdict::No || parts <= 0.0 { 0.0 } else { whole }
}

impl PartRows {
    /// Settles what others read of a group, once no group adds it up any more.
    pub(super) fn settle(&mut self) {
        let Self { score, coverage, reach, low, high, .. } = self;
        for all in [score, coverage, reach, low, high] {
            settle(all);
        }
    }
}

/// From the lowest low to the highest high; NaN without any.
fn span<'a>(parts: impl Iterator<Item = &'a PartCell>) -> (f64, f64) {
    // `min` and `max` pass over NaN.
    parts.fold((f64::NAN, f64::NAN), |(low, high), it| (low.min(it.low), high.max(it.high)))
}

/// The lowest weighted mean of the parts that are surely there and any of those that may be: values, NaN for none,
/// weights, and whether each may be absent.
pub(crate) fn lowest_mean(parts: impl Iterator<Item = (f64, f64, bool)>) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut open: Vec<(f64, f64)> = Vec::new();
    for (value, its, absent) in parts.filter(|part| !part.0.is_nan()) {
        if absent {
            open.push((value, its));
        } else {
            sum += its * value;
            weight += its;
        }
    }
    open.sort_by(|left, right| left.0.total_cmp(&right.0));
    for (value, its) in open {
        // The lowest are taken in first, and each only while it still lowers the mean.
        if weight <= 0.0 || value * weight < sum {
            sum += its * value;
            weight += its;
        }
    }
    if weight > 0.0 { sum / weight } else { f64::NAN }
}

impl Aggregate {
    /// One value of the parts that have one; NaN where none has.
    pub(crate) fn of(self, parts: &[PartCell], value: impl Fn(&PartCell) -> f64) -> f64 {
        let mut sums = Sums::new(self);
        parts.iter().for_each(|part| sums.add(value(part), part.weight, 0.0));
        sums.finish()
    }

    /// The lowest and the highest that the value can be, where some parts may have none.
    fn bounds(self, parts: &[PartCell]) -> (f64, f64) {
        let highest = |it: &PartCell| it.high;
        let sure: Vec<PartCell> = parts.iter().filter(|part| !part.doubt.absent).copied().collect();
        let without = |all: f64, sure: f64| if sure.is_nan() { all } else { sure };
        match self {
            Self::Mean => {
                let of = |end: fn(&PartCell) -> f64| {
                    lowest_mean(
                        parts.iter().map(|part| (end(part), part.weight, part.doubt.absent)),
                    )
                };
                let low = of(|part| part.low);
                // Not a negation, which would make -0 of 0.
                let high = 0.0 - of(|part| 0.0 - part.high);
                (low.clamp(0.0, 100.0), high.clamp(0.0, 100.0))
            }
            Self::Min => {
                let high = without(Self::Max.of(parts, highest), self.of(&sure, highest));
                (self.of(parts, |part| part.low), high)
            }
            Self::Max => {
                let low =
                    without(Self::Min.of(parts, |part| part.low), self.of(&sure, |part| part.low));
                (low, self.of(parts, highest))
            }
            Self::Median if sure.len() < parts.len() => span(parts.iter()),
            Self::Median => (self.of(parts, |part| part.low), self.of(parts, highest)),
        }
    }

    /// How much of the value each part makes up: shares that sum to 1, in the order of the parts.
    pub(crate) fn shares(self, parts: &[PartCell]) -> Vec<f64> {
        let mut shares = vec![0.0; parts.len()];
        let mut order: Vec<usize> = (0..parts.len())
            .filter(|place| {
                parts.get(*place).is_some_and(|part| part.weight > 0.0 && !part.score.is_nan())
            })
            .collect();
        let score = |it: &usize| parts.get(*it).map_or(f64::NAN, |part| part.score);
        let mut add = |at: Option<&usize>, share: f64| {
            if let Some(it) = at.and_then(|place| shares.get_mut(*place)) {
                *it += share;
            }
        };
        match self {
            Self::Mean => {
                let weight = |it: &usize| parts.get(*it).map_or(0.0, |part| part.weight);
                let total: f64 = order.iter().map(weight).sum();
                for at in &order {
                    add(Some(at), weight(at) / total);
                }
            }
            Self::Min | Self::Max | Self::Median => {
                // Stable: of equals the first counts.
                order.sort_by(|left, right| score(left).total_cmp(&score(right)));
                match (self, middle(order.len())) {
                    (Self::Min, _) => add(order.first(), 1.0),
                    (Self::Max, _) => {
                        let top = order.last().map(score);
                        let first = order.iter().find(|place| {
                            top.is_some_and(|top| score(place).total_cmp(&top).is_eq())
                        });
                        add(first, 1.0);
                    }
                    (_, Some((left, right))) => {
                        add(order.get(left), 0.5);
                        add(order.get(right), 0.5);
                    }
                    (_, None) => {}
                }
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Doubt, PartCell};
    use crate::config::Aggregate;

    fn cells(rows: &[(f64, f64)]) -> Vec<PartCell> {
        rows.iter()
            .map(|(weight, score)| PartCell {
                score: *score,
                weight: *weight,
                coverage: 1.0,
                reach: 1.0,
                low: *score,
                high: *score,
                doubt: Doubt::default(),
            })
            .collect()
    }

    #[test]
    fn each_aggregate_has_its_value_and_shares_that_rebuild_it() {
        let rows = [(2.0, 40.0), (1.0, 100.0), (1.0, f64::NAN), (1.0, 10.0), (0.0, 5.0)];
        let mut parts = cells(&rows);
        parts.retain(|part| part.weight > 0.0);
        for (aggregate, expected) in [
            (Aggregate::Mean, 47.5),
            (Aggregate::Min, 10.0),
            (Aggregate::Max, 100.0),
            (Aggregate::Median, 40.0),
        ] {
            assert!((aggregate.of(&parts, |part| part.score) - expected).abs() < 1e-12);
            let rebuilt: f64 = aggregate
                .shares(&parts)
                .iter()
                .zip(&parts)
                .filter(|(share, _)| **share > 0.0)
                .map(|(share, it)| share * it.score)
                .sum();
            assert!((rebuilt - expected).abs() < 1e-12, "{aggregate:?}");
        }
        for aggregate in [Aggregate::Mean, Aggregate::Min, Aggregate::Max, Aggregate::Median] {
            assert!(aggregate.of(&[], |part| part.score).is_nan());
        }
    }
}
