//! Missing data never looks green: the best band is withheld from a score that could lie in the worst band once all is
//! known.
//!
//! Where only values are computed, the low end of the interval is not. Most rows need none: a score of which all is
//! measured is its own low end, and a weighted mean with every part that is missing at 0 points is below it. What is
//! left is run whole, row by row.

use super::band::Bands;
use super::tree::{AutoOverride, Doubts, Effect, Factor, Floor, Group, Part, Scorecard};
use crate::config::{Aggregate, MissingPolicy};
use crate::time::Period;
use crate::verdict::{Choice, Verdict};

/// Differences of scores up to this are rounding.
pub(super) const ROUNDING: f64 = 1e-9;

/// What is known of a row.
pub(super) struct Known<'a> {
    pub(super) score: f64,
    pub(super) raw: f64,
    pub(super) coverage: f64,
    pub(super) manual: Option<Effect>,
    /// Whether a slot is solid; none where that is not known.
    pub(super) solid: &'a dyn Fn(usize) -> Option<bool>,
    /// What a condition says, by number.
    pub(super) says: &'a dyn Fn(usize) -> Verdict,
    /// Score and coverage of a group, by number.
    pub(super) group: &'a dyn Fn(usize) -> (f64, f64),
}

impl Bands {
    /// The number of the best band, where it may be withheld.
    pub(super) fn best(&self) -> Option<usize> {
        self.list.len().checked_sub(1).filter(|band| self.withhold_best && *band > 0)
    }

    /// What is given where the best is withheld: the next, but not the worst, which nothing speaks for.
    pub(super) fn next_best(&self) -> Option<usize> {
        self.list.len().checked_sub(2).filter(|band| *band > 0)
    }

    /// Whether a band is withheld from a score that could be as low as that.
    pub(super) fn withholds(&self, band: Option<usize>, score: f64, low: f64) -> bool {
        band.is_some() && band == self.best() && score - low > ROUNDING && self.raw(low) == Some(0)
    }
}

impl Scorecard {
    /// What says of its rows whether the best band is withheld. `is_plain` says of a slot that nothing but its value
    /// being there makes it solid.
    pub(crate) fn doubts(&self, is_plain: &dyn Fn(usize) -> bool) -> Doubts {
        let shape = || {
            let factors = self.factors.iter().flat_map(|factor| {
                let cases = conditions(&factor.points).chain(conditions(&factor.weight));
                cases.chain(factor.applies)
            });
            let groups =
                self.groups.iter().flat_map(|group| conditions(&group.weight).chain(group.applies));
            factors.chain(groups)
        };
        let of = |number: usize| {
            self.conditions.get(number).map_or(&[][..], |condition| condition.slots())
        };
        let unsure = |it: &&Factor| it.sure.is_some() || !is_plain(it.slot);
        let read = self.factors.iter().filter(unsure).map(|factor| factor.slot);
        let calculated = self.factors.iter().flat_map(Factor::expression_slots);
        let mut slots: Vec<usize> = shape().flat_map(of).copied().collect();
        slots.extend(read.chain(calculated).chain(self.age));
        slots.sort_unstable();
        slots.dedup();
        let sure = slots.is_empty();
        let rules = self.overrides.iter().map(|rule| of(rule.condition).to_vec()).collect();
        let floors = sure.then(|| self.floors()).flatten().unwrap_or_default();
        Doubts { slots, rules, floors }
    }

    fn floors(&self) -> Option<Vec<Floor>> {
        let whole = self.groups.len().checked_sub(1)?;
        let floor = |(number, group): (usize, &Group)| {
            // A group that may miss its gate may leave a lower mean behind.
            let gated = number != whole && group.min_coverage > 0.0;
            if group.aggregate != Aggregate::Mean || gated {
                return None;
            }
            let groups = group.parts.iter().filter_map(|part| match part {
                Part::Group(it) => Some(*it),
                Part::Factor(_) => None,
            });
            let groups: Vec<usize> = groups.collect();
            if groups.is_empty() {
                return Some(Floor::Factors);
            }
            let weight = |it: &usize| match self.groups.get(*it)?.weight.cases.as_slice() {
                [(None, weight)] => Some((*it, *weight)),
                _ => None,
            };
            let all = groups.len() == group.parts.len();
            all.then(|| groups.iter().map(weight).collect::<Option<_>>().map(Floor::Groups))?
        };
        // What is stale is as good as missing.
        let plain = |it: &Factor| {
            let [(None, _)] = it.weight.cases.as_slice() else { return false };
            let [(None, _)] = it.points.cases.as_slice() else { return false };
            let warm = it.warm_up.is_none_or(Period::is_zero);
            warm && it.applies.is_none() && matches!(it.missing, MissingPolicy::Redistribute)
        };
        let floors = self.groups.iter().enumerate().map(floor);
        self.factors.iter().all(plain).then(|| floors.collect())?
    }
}

impl Doubts {
    /// Whether the best band is withheld from a row that has it; none where that takes its interval.
    pub(super) fn decide(
        &self,
        bands: &Bands,
        overrides: &[AutoOverride],
        known: &Known<'_>,
    ) -> Option<bool> {
        let in_worst = |it: f64| bands.raw(it) == Some(0);
        let whole = known.coverage >= 1.0;
        let sure = whole && self.slots.iter().all(|slot| (known.solid)(*slot) == Some(true));
        // No low end is lower; with a margin, so that rounding decides nothing.
        let floor = if sure { known.raw } else { self.floor(known) } - ROUNDING;
        let on = |effect: Option<Effect>, score: f64| {
            let effects = effect.into_iter().chain(known.manual);
            effects.fold(score, |score, it| it.on(score))
        };
        let (mut fine, mut forced) = (true, false);
        let mut closed = false;
        for (rule, slots) in overrides.iter().zip(&self.rules) {
            let solid = all(slots.iter().map(|slot| (known.solid)(*slot)));
            let holds = (known.says)(rule.condition) == Verdict::Yes;
            if holds || solid != Some(true) {
                fine &= !in_worst(on(Some(rule.effect), floor));
                // Whatever the score comes to be.
                let surely = holds || solid == Some(false);
                forced |= surely && in_worst(on(Some(rule.effect), 100.0) + ROUNDING);
            }
            if holds && solid == Some(true) {
                closed = true;
                break;
            }
        }
        if !closed {
            fine &= !in_worst(on(None, floor));
        }
        match (fine, forced && !in_worst(known.score)) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    }

    /// At least the low end of the score before any override.
    fn floor(&self, known: &Known<'_>) -> f64 {
        let Some(whole) = self.floors.len().checked_sub(1) else { return 0.0 };
        self.floor_of(whole, whole, known)
    }

    fn floor_of(&self, number: usize, whole: usize, known: &Known<'_>) -> f64 {
        match self.floors.get(number) {
            Some(Floor::Factors) if number == whole => known.raw * known.coverage,
            Some(Floor::Factors) => {
                let (score, coverage) = (known.group)(number);
                if score.is_nan() { 0.0 } else { score * coverage }
            }
            Some(Floor::Groups(groups)) => {
                let (mut sum, mut weights) = (0.0, 0.0);
                for (group, weight) in groups {
                    sum += weight * self.floor_of(*group, whole, known);
                    weights += weight;
                }
                if weights > 0.0 { sum / weights } else { 0.0 }
            }
            None => 0.0,
        }
    }
}

/// Whether all are so: not as soon as one is not, unknown as long as one is.
fn all(list: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for it in list {
        match it {
            Some(false) => return Some(false),
            Some(true) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(true)
}

/// The conditions of the cases of a list.
fn conditions<T>(choice: &Choice<T>) -> impl Iterator<Item = usize> {
    choice.cases.iter().filter_map(|case| case.0)
}
