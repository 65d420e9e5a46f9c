//! The parts of a scorecard whose weights can be learned: found, asked for their points, and changed.

use crate::config::{
    Aggregate, Config, FactorConfig, GroupConfig, ScorecardConfig, Valued, Variants, Weights,
};
use crate::time::Period;

/// What a part inherits from the groups around it.
#[derive(Debug, Clone, Default)]
struct Around {
    path: String,
    /// The share of the whole that its weight is worth.
    share: f64,
    applies_when: Option<String>,
    warm_up: Option<Period>,
    max_age: Option<Period>,
}

/// A factor, or a group that is no weighted mean: it has one weight.
pub(super) enum Part<'a> {
    Factor(&'a mut FactorConfig),
    Group(&'a mut GroupConfig),
}

/// A part as found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its name, with the groups around it: `product/logins`.
    pub(super) name: String,
    /// Its share of the whole as written, 0 to 1.
    pub(super) written: f64,
    /// The factor, where it is one.
    pub(super) factor: Option<FactorConfig>,
    /// Whether something stands between the metric's value and the points.
    pub(super) guarded: bool,
    /// Whether its weight differed by case.
    pub(super) by_case: bool,
    /// A scorecard of it alone.
    probe: ScorecardConfig,
}

/// The weight as one number; of cases the last, which is for all others.
fn plain(weight: Option<&Variants<Valued<f64>>>) -> f64 {
    match weight {
        None => 1.0,
        Some(Variants::One(it)) => it.0,
        Some(Variants::Cases(cases)) => cases.last().map_or(1.0, |case| case.body.0),
    }
}

const fn by_case(weight: Option<&Variants<Valued<f64>>>) -> bool {
    matches!(weight, Some(Variants::Cases(_)))
}

/// Both conditions.
fn both(one: Option<&String>, other: Option<&String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("({one}) && ({other})")),
        (one, other) => one.or(other).cloned(),
    }
}

impl Around {
    fn of_card(card: &ScorecardConfig) -> Self {
        Self { share: 1.0, warm_up: card.warm_up, max_age: card.max_age, ..Self::default() }
    }

    fn within(&self, group: &GroupConfig, share: f64) -> Self {
        Self {
            path: format!("{}{}/", self.path, group.name),
            share,
            applies_when: both(self.applies_when.as_ref(), group.applies_when.as_ref()),
            warm_up: group.warm_up.or(self.warm_up),
            max_age: group.max_age.or(self.max_age),
        }
    }
}

/// Shows every part of a list of factors and groups, in a fixed order.
fn each(
    around: &Around,
    factors: &mut [FactorConfig],
    groups: &mut [GroupConfig],
    seen: &mut dyn FnMut(&Around, f64, Part<'_>),
) {
    let weights = factors.iter().map(|factor| plain(factor.weight.as_ref()));
    let sum: f64 = weights.chain(groups.iter().map(|group| plain(group.weight.as_ref()))).sum();
    let share = |weight: f64| if sum > 0.0 { around.share * weight / sum } else { 0.0 };
    for factor in factors {
        seen(around, share(plain(factor.weight.as_ref())), Part::Factor(factor));
    }
    for group in groups {
        let share = share(plain(group.weight.as_ref()));
        if group.aggregate == Aggregate::Mean {
            let inner = around.within(group, share);
            each(&inner, &mut group.factors, &mut group.groups, seen);
        } else {
            seen(around, share, Part::Group(group));
        }
    }
}

/// The parts of a scorecard.
pub(super) fn parts(card: &ScorecardConfig) -> Vec<Found> {
    let mut card = card.clone();
    let around = Around::of_card(&card);
    let mut out = Vec::new();
    let template = ScorecardConfig {
        subject: card.subject,
        min_coverage: Some(0.0),
        ..ScorecardConfig::default()
    };
    each(&around, &mut card.factors, &mut card.groups, &mut |around, written, part| {
        let name = format!("learned_part_{}", out.len());
        let found = match part {
            Part::Factor(it) => {
                let alone = FactorConfig {
                    name: None,
                    weight: None,
                    applies_when: both(around.applies_when.as_ref(), it.applies_when.as_ref()),
                    warm_up: it.warm_up.or(around.warm_up),
                    max_age: it.max_age.or(around.max_age),
                    ..it.clone()
                };
                Found {
                    name: format!("{}{}", around.path, it.name.as_ref().unwrap_or(&it.metric)),
                    written,
                    guarded: alone.applies_when.is_some()
                        || alone.warm_up.is_some()
                        || alone.max_age.is_some(),
                    by_case: by_case(it.weight.as_ref()),
                    factor: Some(it.clone()),
                    probe: ScorecardConfig { name, factors: vec![alone], ..template.clone() },
                }
            }
            Part::Group(it) => {
                let alone = GroupConfig {
                    weight: None,
                    applies_when: both(around.applies_when.as_ref(), it.applies_when.as_ref()),
                    warm_up: it.warm_up.or(around.warm_up),
                    max_age: it.max_age.or(around.max_age),
                    ..it.clone()
                };
                Found {
                    name: format!("{}{}", around.path, it.name),
                    written,
                    factor: None,
                    guarded: true,
                    by_case: by_case(it.weight.as_ref()),
                    probe: ScorecardConfig { name, groups: vec![alone], ..template.clone() },
                }
            }
        };
        out.push(found);
    });
    out
}

/// The config with a scorecard for each part, by which its points are read.
pub(super) fn probing(config: &Config, parts: &[Found]) -> Config {
    let mut out = config.clone();
    out.tests.clear();
    out.scorecards.extend(parts.iter().map(|part| part.probe.clone()));
    out
}

/// The name of the scorecard of a part.
pub(super) fn probe(part: &Found) -> &str {
    &part.probe.name
}

/// What a part gets.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    /// Its weight, in percent of the whole.
    pub(super) weight: f64,
    /// Points, and what a missing value is worth, where they were learned.
    pub(super) points: Option<(crate::config::Points, Option<f64>)>,
}

/// Gives every part of a scorecard, in their order, what it gets. Weights of groups become the sums of their parts.
pub(super) fn change(card: &mut ScorecardConfig, changes: &[Change]) {
    let around = Around::of_card(card);
    let mut next = changes.iter();
    each(&around, &mut card.factors, &mut card.groups, &mut |_, _, part| {
        let Some(it) = next.next() else { return };
        let weight = Some(Variants::One(Valued(it.weight)));
        match part {
            Part::Group(group) => group.weight = weight,
            Part::Factor(factor) => {
                factor.weight = weight;
                if let Some((points, missing)) = &it.points {
                    factor.points = Some(Variants::One(points.clone()));
                    if let Some(points) = missing {
                        factor.missing = crate::config::MissingPolicy::Value(*points);
                        factor.prior = None;
                    }
                }
            }
        }
    });
    card.weights = Weights::Relative;
    for group in &mut card.groups {
        add_up(group);
    }
}

/// Sets the weight of a mean to the sum of its parts; gives it.
fn add_up(group: &mut GroupConfig) -> f64 {
    if group.aggregate != Aggregate::Mean {
        return plain(group.weight.as_ref());
    }
    let inner: f64 = group.groups.iter_mut().map(add_up).sum();
    let sum = inner + group.factors.iter().map(|factor| plain(factor.weight.as_ref())).sum::<f64>();
    if sum <= 0.0 {
        // A group may not be without weight inside, so it is shown evenly, without counting.
        let even = || Some(Variants::One(Valued(1.0)));
        group.factors.iter_mut().for_each(|factor| factor.weight = even());
        group.groups.iter_mut().for_each(|group| group.weight = even());
    }
    let sum = super::rounded(sum, 2);
    group.weight = Some(Variants::One(Valued(sum)));
    sum
}
