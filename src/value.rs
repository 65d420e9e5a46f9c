//! Kinds of values, and single values: what an expression reads and gives.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a metric or expression is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
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
