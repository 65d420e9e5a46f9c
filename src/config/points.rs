//! How a metric becomes points, as written.

use std::collections::BTreeMap;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::variants::CaseBody;
use crate::value::Kind;

/// The kinds of points: one row each, with the key under which it stands, what stands there, and the
/// kind of metric that it is for.
macro_rules! kinds {
    ($($(#[$about:meta])+ $kind:ident($body:ty) is $key:literal of $of:expr;)+) => {
        /// How a metric becomes 0 to 100 points, where 100 is healthy.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(rename_all = "lowercase")]
        #[non_exhaustive]
        pub enum Points {
            $($(#[$about])+ $kind($body),)+
        }

        impl Points {
            /// Every key, with the kind of metric that it is for; none where it is for any.
            pub(crate) const ALL: &'static [(&'static str, Option<Kind>)] = &[$(($key, $of),)+];

            /// The key under which it stands, and the kind of metric that it is for.
            pub(crate) const fn kind(&self) -> (&'static str, Option<Kind>) {
                match self {
                    $(Self::$kind(_) => ($key, $of),)+
                }
            }
        }

        impl CaseBody for Points {
            const KEYS: &'static [&'static str] = &["when", $($key,)+];

            fn from_entry<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Self, A::Error> {
                match key {
                    $($key => map.next_value().map(Self::$kind),)+
                    other => Err(de::Error::unknown_field(other, Self::KEYS)),
                }
            }

            fn to_entry<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $(Self::$kind(body) => map.serialize_entry($key, body),)+
                }
            }

            fn from_number(_: f64) -> Option<Self> {
                None
            }
        }
    };
}

kinds! {
    /// A straight line from `worst` (0) to `best` (100); `best` may be below `worst`.
    Linear(LinearPoints) is "linear" of Some(Kind::Number);
    /// Straight lines between `[value, points]` knots; the end points hold outside.
    Piecewise(Vec<[f64; 2]>) is "piecewise" of Some(Kind::Number);
    /// Fixed points per step; each step says which of its edges belongs to it.
    Steps(Vec<Step>) is "steps" of Some(Kind::Number);
    /// Points by category; `_` stands for all that are not listed.
    Map(BTreeMap<String, f64>) is "map" of Some(Kind::Text);
    /// Points of true and of false.
    Flag(FlagPoints) is "flag" of Some(Kind::Flag);
    /// A straight line in `ln(1 + value)` from `worst` (0) to `best` (100).
    Log(LogPoints) is "log" of Some(Kind::Number);
    /// 100 at 0, 50 at one half-life, towards 0.
    Decay(DecayPoints) is "decay" of Some(Kind::Number);
    /// An S-shaped curve, 50 at `mid`, steepest there, flat far from it.
    Sigmoid(SigmoidPoints) is "sigmoid" of Some(Kind::Number);
    /// The share of a reference population that the value exceeds, times 100.
    Percentile(PercentilePoints) is "percentile" of Some(Kind::Number);
    /// An expression over any metrics; its value is clamped to 0 to 100.
    Expr(String) is "expr" of None;
}

/// Settings of [`Points::Linear`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("days_since_login", Column::numbers([Some(15.0), Some(60.0), Some(90.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// assert_eq!(scores.score("health"), Some(&[75.0, 0.0, 0.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LinearPoints {
    /// The value worth 0.
    pub worst: f64,
    /// The value worth 100.
    pub best: f64,
    /// What values beyond the two mean.
    #[serde(default)]
    pub outside: Outside,
}

impl LinearPoints {
    /// A line from 0 points at `worst` to 100 at `best`; values beyond have the points of the nearer end.
    #[must_use]
    pub fn new(worst: f64, best: f64) -> Self {
        Self { worst, best, outside: Outside::default() }
    }
}

/// What values beyond the ends of a line mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outside {
    /// They are worth as much as the nearer end.
    #[default]
    Clamp,
    /// They are not believed: the factor is missing.
    Missing,
}

/// One step of [`Points::Steps`]; the last has no upper edge.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "urgent_cases" }]
///     [[scorecards]]
///     name = "health"
///     [[scorecards.factors]]
///     metric = "urgent_cases"
///     points.steps = [{ below = 1, points = 100 }, { up_to = 3, points = 40 }, { points = 0 }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("urgent_cases", Column::numbers([Some(0.0), Some(3.0), Some(4.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// assert_eq!(scores.score("health"), Some(&[100.0, 40.0, 0.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// Upper edge, which belongs to the next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Upper edge, which belongs to this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// What the step is worth, 0 to 100; a step without points makes the factor missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
}

impl Step {
    /// So many points, 0 to 100, for values below `below`; for all others where it is none.
    #[must_use]
    pub const fn new(below: Option<f64>, points: f64) -> Self {
        Self { below, up_to: None, points: Some(points) }
    }
}

/// Settings of [`Points::Flag`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "sso", type = "flag" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "sso", points.flag = { true = 100, false = 30 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
/// frame.insert("sso", Column::flags([Some(true), Some(false)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// assert_eq!(scores.score("health"), Some(&[100.0, 30.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FlagPoints {
    /// Points of true.
    #[serde(rename = "true")]
    pub yes: f64,
    /// Points of false.
    #[serde(rename = "false")]
    pub no: f64,
}

impl FlagPoints {
    /// The points, 0 to 100, of a flag that is set, and of one that is not.
    #[must_use]
    pub const fn new(yes: f64, no: f64) -> Self {
        Self { yes, no }
    }
}

/// Settings of [`Points::Log`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.log = { worst = 0, best = 99 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("logins", Column::numbers([Some(0.0), Some(9.0), Some(99.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// // The first nine logins are worth as much as the next ninety.
/// assert_eq!(scores.score("health"), Some(&[0.0, 50.0, 100.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LogPoints {
    /// The value worth 0, above -1.
    pub worst: f64,
    /// The value worth 100, above -1.
    pub best: f64,
}

impl LogPoints {
    /// 0 points at `worst` and 100 at `best`, even in the logarithm between; both above 0.
    #[must_use]
    pub const fn new(worst: f64, best: f64) -> Self {
        Self { worst, best }
    }
}

/// Settings of [`Points::Decay`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "days_since_login", points.decay = { half_life = 14 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("days_since_login", Column::numbers([Some(0.0), Some(14.0), Some(28.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// assert_eq!(scores.score("health"), Some(&[100.0, 50.0, 25.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DecayPoints {
    /// The value worth 50, in the metric's unit, above 0.
    pub half_life: f64,
}

impl DecayPoints {
    /// 100 points at 0, and half of them gone after each `half_life`, in the unit of the metric, above 0.
    #[must_use]
    pub const fn new(half_life: f64) -> Self {
        Self { half_life }
    }
}

/// Settings of [`Points::Sigmoid`]: `100 / (1 + exp(-(value - mid) / width))`, the logistic function.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "response_hours" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "response_hours", points.sigmoid = { mid = 8, width = 2, descending = true } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("response_hours", Column::numbers([Some(2.0), Some(8.0), Some(10.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// let health = scores.score("health").ok_or("unknown")?;
/// let points: Vec<f64> = health.iter().map(|points| (points * 10.0).round() / 10.0).collect();
/// assert_eq!(points, [95.3, 50.0, 26.9]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SigmoidPoints {
    /// The value worth 50, in the metric's unit.
    pub mid: f64,
    /// How far from `mid` the points are 73.1 and 26.9, in the metric's unit, above 0.
    pub width: f64,
    /// Whether less is better.
    #[serde(default)]
    pub descending: bool,
}

impl SigmoidPoints {
    /// 50 points at `mid`, rising around it over `width`, above 0, both in the unit of the metric.
    #[must_use]
    pub const fn new(mid: f64, width: f64) -> Self {
        Self { mid, width, descending: false }
    }
}

/// Settings of [`Points::Percentile`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.percentile = { quantiles = [0, 10, 20, 40, 100] } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
/// frame.insert("logins", Column::numbers([Some(10.0), Some(30.0), Some(500.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let scores = engine.score(&Input::frame(&frame), day, &State::new());
/// // Half of the reference population has at most 20, three quarters at most 40.
/// assert_eq!(scores.score("health"), Some(&[25.0, 62.5, 100.0][..]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PercentilePoints {
    /// Values of the reference population at evenly spaced shares, from its minimum to its
    /// maximum, in ascending order.
    pub quantiles: Vec<f64>,
    /// Whether less is better.
    #[serde(default)]
    pub descending: bool,
}

impl PercentilePoints {
    /// The share of a reference population that lies below, whose quantiles these are, evenly spaced.
    #[must_use]
    pub const fn new(quantiles: Vec<f64>) -> Self {
        Self { quantiles, descending: false }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PointsVisitor;

        impl<'de> Visitor<'de> for PointsVisitor {
            type Value = Points;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table with one kind of points")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Points, A::Error> {
                super::variants::read_body(map, false).map(|variant| variant.body)
            }
        }

        deserializer.deserialize_map(PointsVisitor)
    }
}
