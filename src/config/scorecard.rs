//! Scorecards as written.

use serde::{Deserialize, Serialize};

use super::{Points, Valued, Variants};
use crate::frame::SubjectKind;
use crate::time::Period;

/// A tree of weighted groups of factors that gives each subject a score from 0 to 100.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ScorecardConfig {
    /// Its name; conditions read the score by it, and `name.band` and the like.
    pub name: String,
    /// What it was called: bands, carried values and history that a state holds under these names are this scorecard's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it is about; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// How its parts become one score.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aggregate: Aggregate,
    /// Whether weights are relative or must sum to 100.
    #[serde(default, skip_serializing_if = "is_default")]
    pub weights: Weights,
    /// The share of weight that must be measured, 0 to 1; below it there is no score. 0.5 if not
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_coverage: Option<f64>,
    /// How long after a subject's start its factors count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Period>,
    /// Age past which an input counts as missing, where a factor says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Period>,
    /// Factors at the top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorConfig>,
    /// Groups at the top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupConfig>,
    /// Names for parts of the scale, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandConfig>,
    /// How far past an edge the score must be to change the band, in points. It holds what data do; an override
    /// acts at once, and so does lifting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How long a subject stays in a band at least. It holds what data do; an override acts at once, and so
    /// does lifting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_stay: Option<Period>,
    /// What decides the band: the score, or the low end of its interval.
    #[serde(default, skip_serializing_if = "is_default")]
    pub band_by: BandBy,
    /// Whether the best band is withheld from a score that could lie in the worst once all is known, so that missing
    /// data never looks green: the next band is given, or none where that is the worst. It is if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withhold_best: Option<bool>,
    /// Manual values by rule: the first whose condition holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideConfig>,
}

/// A weighted group of factors and groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GroupConfig {
    /// Its name.
    pub name: String,
    /// What it was called: what a state holds under these names is this group's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// Its weight among its neighbours, above 0; 0 shows it without counting it. 1 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Variants<Valued<f64>>>,
    /// How its parts become one score.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aggregate: Aggregate,
    /// The share of its weight that must be measured, 0 to 1. 0 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_coverage: Option<f64>,
    /// Whether it concerns the subject at all; always if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_when: Option<String>,
    /// How long after a subject's start its factors count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Period>,
    /// Age past which an input counts as missing, where a factor says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Period>,
    /// Its factors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorConfig>,
    /// Groups within it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupConfig>,
}

/// A metric turned into 0 to 100 points, with a weight.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FactorConfig {
    /// Its name; the metric's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it was called: values that a state carries under these names are this factor's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// The metric it reads: any name that conditions know.
    pub metric: String,
    /// Its weight among its neighbours, above 0; 0 shows it without counting it. 1 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Variants<Valued<f64>>>,
    /// How the metric becomes points; a straight line over its `range` in its `better` direction
    /// if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Variants<Points>>,
    /// What happens when the metric is missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missing: MissingPolicy,
    /// The points of the population at large, for `missing = "prior"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<f64>,
    /// Whether it concerns the subject at all; always if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_when: Option<String>,
    /// Age past which the metric counts as missing. What is read from the values of records, such as
    /// `last` or `mean`, is as old as the newest record that counts and has a value; what counts or
    /// adds records up is as old as the newest record of the source, whatever the `where`.
    /// Conditions read a stale value all the same: ask for its age there too, where it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Period>,
    /// How long after a subject's start it counts as missing, by the subject's `age_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Period>,
}

/// How parts become one score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Aggregate {
    /// The weighted mean.
    #[default]
    Mean,
    /// The lowest part that is measured.
    Min,
    /// The highest part that is measured.
    Max,
    /// The middle part that is measured; of an even number, the mean of the middle two.
    Median,
}

/// What decides the band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BandBy {
    /// The score.
    #[default]
    Score,
    /// The low end of its interval: what is missing counts against the subject.
    Low,
}

/// What weights mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Weights {
    /// Any positive numbers.
    #[default]
    Relative,
    /// The weights within each group must sum to 100.
    Percent,
}

/// What happens when a factor's metric is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MissingPolicy {
    /// Its weight goes to its neighbours.
    #[default]
    Redistribute,
    /// It counts as the worst points it can give.
    Worst,
    /// It counts as the best points it can give.
    Best,
    /// It counts as the factor's `prior`.
    Prior,
    /// It counts as these points.
    Value(f64),
    /// The last known value counts until it is this old; then as `redistribute`.
    Carry(Period),
}

/// A name for a part of the scale. The lowest band has no edge.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BandConfig {
    /// Its name.
    pub name: String,
    /// Its lower edge, which belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Its lower edge, which belongs to the band below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

/// A manual value by rule: exactly one of `set`, `cap` and `floor`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OverrideConfig {
    /// When it holds.
    pub when: String,
    /// The score is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<f64>,
    /// The score is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
    /// The score is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
