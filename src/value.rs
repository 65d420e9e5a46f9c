//! Kinds of values, and single values: what an expression reads and gives.
//!
//! ```
//! use foretell::value::{Kind, Value};
//!
//! let value: Value = serde_json::from_str("0.1235")?;
//! assert_eq!((value.kind(), value.number(), value.shown().as_str()), (Some(Kind::Number), Some(0.1235), "0.124"));
//! assert!(serde_json::from_str::<Value>("null")?.is_missing());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod parse_error;

pub use parse_error::ParseError;
pub(crate) use parse_error::read_by_parse;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::any::read_any;
use crate::text::number::at_most;

/// What a metric or expression is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// A number, always an IEEE double.
    #[default]
    Number,
    /// True or false.
    Flag,
    /// A text; as a metric, a category.
    #[serde(alias = "category")]
    Text,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number",
            Self::Flag => "a flag",
            Self::Text => "a text",
        })
    }
}

/// One value, or that there is none.
///
/// In serde formats a number, a flag, a text or nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A number that is not NaN.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A text.
    Text(Arc<str>),
    /// Not known.
    Missing,
}

impl Value {
    /// The number, if this is one.
    #[must_use]
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(it) => Some(*it),
            _ => None,
        }
    }

    /// The value as people read it: a number to at most three decimals, rounded half away from zero (`12345.5`).
    ///
    /// ```
    /// # use foretell::value::Value;
    /// assert_eq!(Value::Number(0.1235).shown(), "0.124");
    /// assert_eq!(Value::Missing.shown(), "missing");
    /// ```
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Number(number) => at_most(*number, 3),
            other => other.to_string(),
        }
    }

    /// The kind of the value; `None` when it is missing.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Number(_) => Some(Kind::Number),
            Self::Flag(_) => Some(Kind::Flag),
            Self::Text(_) => Some(Kind::Text),
            Self::Missing => None,
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(it) => serializer.serialize_f64(*it),
            Self::Flag(it) => serializer.serialize_bool(*it),
            Self::Text(it) => serializer.serialize_str(it),
            Self::Missing => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> de::Visitor<'de> for ValueVisitor {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a flag, a text or nothing")
            }
            fn visit_f64<E: de::Error>(self, it: f64) -> Result<Value, E> {
                // A number that is none comes of formats that know such.
                Ok(if it.is_nan() { Value::Missing } else { Value::Number(it) })
            }
            fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
                Ok(Value::Number(it as f64))
            }
            fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
                Ok(Value::Number(it as f64))
            }
            fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
                Ok(Value::Flag(it))
            }
            fn visit_str<E>(self, it: &str) -> Result<Value, E> {
                Ok(Value::Text(it.into()))
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Missing)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Missing)
            }
            fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<Value, D::Error> {
                Value::deserialize(it)
            }
        }

        read_any(deserializer, ValueVisitor)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Adding 0 turns -0 into 0, which is what a reader expects.
            Self::Number(it) => write!(f, "{}", it + 0.0),
            Self::Flag(it) => write!(f, "{it}"),
            Self::Text(it) => f.write_str(it),
            Self::Missing => f.write_str("missing"),
        }
    }
}
