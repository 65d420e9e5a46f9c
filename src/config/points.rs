//! How a metric becomes points, as written.

use std::collections::BTreeMap;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::variants::CaseBody;

/// How a metric becomes 0 to 100 points, where 100 is healthy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Points {
    /// A straight line from `worst` (0) to `best` (100); `best` may be below `worst`.
    Linear(LinearPoints),
    /// Straight lines between `[value, points]` knots; the end points hold outside.
    Piecewise(Vec<[f64; 2]>),
    /// Fixed points per step; each step says which of its edges belongs to it.
    Steps(Vec<Step>),
    /// Points by category; `_` stands for all that are not listed.
    Map(BTreeMap<String, f64>),
    /// Points of true and of false.
    Flag(FlagPoints),
    /// A straight line in `ln(1 + value)` from `worst` (0) to `best` (100).
    Log(LogPoints),
    /// 100 at 0, 50 at one half-life, towards 0.
    Decay(DecayPoints),
    /// The share of a reference population that the value exceeds, times 100.
    Percentile(PercentilePoints),
    /// An expression over any metrics; its value is clamped to 0 to 100.
    Expr(String),
}

/// Settings of [`Points::Linear`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearPoints {
    /// The value worth 0.
    pub worst: f64,
    /// The value worth 100.
    pub best: f64,
    /// What values beyond the two mean.
    #[serde(default)]
    pub outside: Outside,
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// Settings of [`Points::Flag`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagPoints {
    /// Points of true.
    #[serde(rename = "true")]
    pub yes: f64,
    /// Points of false.
    #[serde(rename = "false")]
    pub no: f64,
}

/// Settings of [`Points::Log`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPoints {
    /// The value worth 0, above -1.
    pub worst: f64,
    /// The value worth 100, above -1.
    pub best: f64,
}

/// Settings of [`Points::Decay`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecayPoints {
    /// The value worth 50, in the metric's unit, above 0.
    pub half_life: f64,
}

/// Settings of [`Points::Percentile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentilePoints {
    /// Values of the reference population at evenly spaced shares, from its minimum to its
    /// maximum, in ascending order.
    pub quantiles: Vec<f64>,
    /// Whether less is better.
    #[serde(default)]
    pub descending: bool,
}

impl CaseBody for Points {
    const KEYS: &'static [&'static str] = &[
        "when",
        "linear",
        "piecewise",
        "steps",
        "map",
        "flag",
        "log",
        "decay",
        "percentile",
        "expr",
    ];

    fn from_entry<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Self, A::Error> {
        Ok(match key {
            "linear" => Self::Linear(map.next_value()?),
            "piecewise" => Self::Piecewise(map.next_value()?),
            "steps" => Self::Steps(map.next_value()?),
            "map" => Self::Map(map.next_value()?),
            "flag" => Self::Flag(map.next_value()?),
            "log" => Self::Log(map.next_value()?),
            "decay" => Self::Decay(map.next_value()?),
            "percentile" => Self::Percentile(map.next_value()?),
            "expr" => Self::Expr(map.next_value()?),
            other => return Err(de::Error::unknown_field(other, Self::KEYS)),
        })
    }

    fn to_entry<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Linear(it) => map.serialize_entry("linear", it),
            Self::Piecewise(it) => map.serialize_entry("piecewise", it),
            Self::Steps(it) => map.serialize_entry("steps", it),
            Self::Map(it) => map.serialize_entry("map", it),
            Self::Flag(it) => map.serialize_entry("flag", it),
            Self::Log(it) => map.serialize_entry("log", it),
            Self::Decay(it) => map.serialize_entry("decay", it),
            Self::Percentile(it) => map.serialize_entry("percentile", it),
            Self::Expr(it) => map.serialize_entry("expr", it),
        }
    }

    fn from_number(_: f64) -> Option<Self> {
        None
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
