//! Why a text is not the value that it was read as.

use std::fmt;

/// Why a text is not the value that it was read as: what was wanted, and what was got.
///
/// ```
/// use foretell::time::Period;
///
/// let error = "28 moons".parse::<Period>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "expected a period such as `28d`, `12w`, `3mo` or `1y`, got `28 moons`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

impl ParseError {
    pub(crate) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl From<String> for ParseError {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<ParseError> for String {
    fn from(error: ParseError) -> Self {
        error.0
    }
}

/// `str::parse` of types that have a `read` which says in words what is wrong.
macro_rules! read_by_parse {
    ($($read:ty),+ $(,)?) => {
        $(impl std::str::FromStr for $read {
            type Err = $crate::value::ParseError;

            /// # Errors
            /// What was wanted, and what was got.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::read(text).map_err(Self::Err::from)
            }
        })+
    };
}

pub(crate) use read_by_parse;
