//! Scorecards as written.

use serde::{Deserialize, Serialize};

use super::{Points, Valued, Variants};
use crate::frame::SubjectKind;
use crate::time::Period;

/// A tree of weighted groups of factors that gives each subject a score from 0 to 100.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "nps" }]
///
///     [[scorecards]]
///     name = "health"
///     min_coverage = 0.6
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///     factors = [
///         { metric = "logins", weight = 3, points.linear = { worst = 0, best = 40 } },
///         { metric = "nps", weight = 1, points.linear = { worst = 0, best = 10 } },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(20.0), None]))?;
/// frame.insert("nps", Column::numbers([Some(10.0), Some(10.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let acme = night.score("health", "acme").ok_or("unknown")?;
/// assert_eq!((acme.score, acme.band), (Some(62.5), Some("green"))); // (3 * 50 + 100) / 4
/// let globex = night.score("health", "globex").ok_or("unknown")?;
/// assert_eq!((globex.score, globex.coverage), (None, 0.25)); // too little is measured
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "cases" }, { name = "nps" }]
///
///     [[scorecards]]
///     name = "health"
///
///     [[scorecards.groups]]
///     name = "product"
///     weight = 40
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
///
///     [[scorecards.groups]]
///     name = "relationship"
///     weight = 60
///     aggregate = "min"
///     factors = [
///         { metric = "cases", points.linear = { worst = 5, best = 0 } },
///         { metric = "nps", points.linear = { worst = 0, best = 10 } },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(40.0)]))?;
/// frame.insert("cases", Column::numbers([Some(4.0)]))?;
/// frame.insert("nps", Column::numbers([Some(9.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let why = engine.explain(&night, "health", "acme").ok_or("unknown")?;
/// assert_eq!(why.groups[1].score, Some(20.0)); // the lowest of 20 and 90
/// assert_eq!(why.score, Some(52.0)); // 40% of 100 and 60% of 20
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "nps" }]
///
///     [[scorecards]]
///     name = "health"
///     factors = [
///         { metric = "logins", points.linear = { worst = 0, best = 40 } },
///         { metric = "nps", points.linear = { worst = 0, best = 10 }, missing = { value = 50 } },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(40.0), Some(40.0)]))?;
/// frame.insert("nps", Column::numbers([Some(8.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// assert_eq!(scores.score("health"), Some(&[90.0, 75.0][..])); // nobody asked globex: 50 points stand in
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "points" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "points", points.linear = { worst = 0, best = 100 } }]
///     bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", above = 70 }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("points", Column::numbers([Some(39.9), Some(40.0), Some(70.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// let bands: Vec<_> = (0..3).map(|row| scores.band("health", row)).collect();
/// assert_eq!(bands, [Some("red"), Some("yellow"), Some("yellow")]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "urgent_cases" }]
///
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
///     overrides = [{ cap = 40, when = "urgent_cases >= 2", reason = "two urgent cases" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(36.0)]))?;
/// frame.insert("urgent_cases", Column::numbers([Some(2.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let acme = night.score("health", "acme").ok_or("unknown")?;
/// assert_eq!((acme.raw_score, acme.score), (Some(90.0), Some(40.0)));
/// let why = engine.explain(&night, "health", "acme").ok_or("unknown")?;
/// assert!(why.overridden.is_some_and(|text| text.contains("two urgent cases")));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
