//! Renewals together: all, or those of a month, quarter, segment or owner.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::sum::{Part, total};
use super::{Basis, Likelihood, Likely, RenewalLine};
use crate::outcome::Span;

/// How many probabilities rest on what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rests {
    /// On the subscription's own score.
    pub score: usize,
    /// On the base rate of its segment.
    pub segment: usize,
    /// On the base rate of all.
    pub everyone: usize,
    /// On nothing.
    pub nothing: usize,
}

/// How many of something are to be expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LikelyTotal {
    /// What.
    pub what: Likely,
    /// By which scorecard.
    pub scorecard: Arc<str>,
    /// How many, with the interval that holds the count with 95%.
    pub count: Span,
    /// The value of those it happens to.
    pub value: Span,
}

/// What people expect, and what the model expects of the same renewals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PeopleTotal {
    /// Of how many renewals with a value they say something.
    pub calls: usize,
    /// What those are worth.
    pub value: f64,
    /// What people expect of them.
    pub expected: f64,
    /// What the model expects of them.
    pub model: f64,
}

/// Totals of renewals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RenewalGroup {
    /// Its name; none for the whole, and for renewals that are in no segment or have no owner.
    pub name: Option<String>,
    /// How many renewals.
    pub renewals: usize,
    /// How many of them have no known value: they count in no amount.
    pub without_value: usize,
    /// What the others are worth.
    pub value: f64,
    /// What is expected of them, with the interval that holds what comes with 95%: chance and the curve's
    /// uncertainty together.
    pub expected: Span,
    /// What the probabilities rest on.
    pub rests: Rests,
    /// What people expect.
    pub people: PeopleTotal,
    /// One a likelihood.
    pub likely: Vec<LikelyTotal>,
}

impl RenewalGroup {
    /// The totals of some lines.
    pub(super) fn of(
        name: Option<String>,
        lines: &[&RenewalLine],
        likelihoods: &[Likelihood],
    ) -> Self {
        let mut rests = Rests::default();
        let mut people = PeopleTotal::default();
        let mut parts = Vec::with_capacity(lines.len());
        for it in lines {
            match it.renewal.basis {
                Basis::Score => rests.score += 1,
                Basis::Segment => rests.segment += 1,
                Basis::Everyone => rests.everyone += 1,
                Basis::Nothing => rests.nothing += 1,
            }
            if let Some(value) = it.value {
                let chance = it.renewal;
                parts.push(Part {
                    value,
                    probability: chance.probability,
                    low: chance.low,
                    high: chance.high,
                });
                if let Some(expected) = it.human_expected {
                    people.calls += 1;
                    people.value += value;
                    people.expected += expected;
                    people.model += value * chance.probability;
                }
            }
        }
        Self {
            name,
            renewals: lines.len(),
            without_value: lines.len() - parts.len(),
            value: parts.iter().map(|part| part.value).sum(),
            expected: total(&parts),
            rests,
            people,
            likely: likelihoods.iter().enumerate().map(|(at, it)| likely(at, it, lines)).collect(),
        }
    }
}

fn likely(at: usize, likelihood: &Likelihood, lines: &[&RenewalLine]) -> LikelyTotal {
    let part = |value: f64, line: &RenewalLine| {
        let it = line.chances.get(at)?;
        Some(Part { value, probability: it.probability, low: it.low, high: it.high })
    };
    let counts: Vec<Part> = lines.iter().filter_map(|line| part(1.0, line)).collect();
    let values: Vec<Part> = lines.iter().filter_map(|line| part(line.value?, line)).collect();
    let (what, scorecard) = likelihood.name();
    LikelyTotal { what, scorecard, count: total(&counts), value: total(&values) }
}

/// The totals by a name, in the order of names; those without one last.
pub(super) fn by(
    lines: &[RenewalLine],
    likelihoods: &[Likelihood],
    name: &dyn Fn(&RenewalLine) -> Option<String>,
) -> Vec<RenewalGroup> {
    let mut named: BTreeMap<String, Vec<&RenewalLine>> = BTreeMap::new();
    let mut rest = Vec::new();
    for it in lines {
        match name(it) {
            Some(name) => named.entry(name).or_default().push(it),
            None => rest.push(it),
        }
    }
    let groups = named.into_iter().map(|(name, it)| RenewalGroup::of(Some(name), &it, likelihoods));
    let mut out: Vec<RenewalGroup> = groups.collect();
    if !rest.is_empty() {
        out.push(RenewalGroup::of(None, &rest, likelihoods));
    }
    out
}
