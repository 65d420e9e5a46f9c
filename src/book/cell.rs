//! Values of fields that have no type of their own.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use chrono::NaiveDate;

use crate::any::read_any;
use crate::time::Stamp;

/// The value of a custom field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// True or false.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Cell {
    /// The number, flag or text that a cell of a table stands for.
    ///
    /// A text becomes a number only when the number prints back as the same text, so that `12` is
    /// a number and the ids `007` and `1e5` stay texts. `true` and `false` in any case become flags.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if let Ok(number) = text.parse::<f64>()
            && number.is_finite()
            && number.to_string() == text
        {
            return Self::Number(number);
        }
        match text.to_ascii_lowercase().as_str() {
            "true" => Self::Flag(true),
            "false" => Self::Flag(false),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// The value as a number, a number written as text included.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(it) => Some(*it).filter(|number| number.is_finite()),
            Self::Text(it) => it.trim().parse().ok().filter(|it: &f64| it.is_finite()),
            Self::Flag(_) => None,
        }
    }

    /// The value as a flag: `true`, `yes`, `1` and their opposites included.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(it) => Some(*it),
            Self::Number(it) if it.to_bits() == 1_f64.to_bits() => Some(true),
            Self::Number(it) if it.abs().to_bits() == 0 => Some(false),
            Self::Number(_) => None,
            Self::Text(it) => match it.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Some(true),
                "false" | "no" | "0" => Some(false),
                _ => None,
            },
        }
    }
}

impl Cell {
    /// What it shows: the text, the number or the flag as it is written.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Flag(it) => it.to_string(),
            Self::Number(it) => it.to_string(),
            Self::Text(it) => it.clone(),
        }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// A day or a moment, as the text that is read as one.
impl From<Stamp> for Cell {
    fn from(stamp: Stamp) -> Self {
        Self::Text(stamp.to_string())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(it) => serializer.serialize_bool(*it),
            Self::Number(it) => serializer.serialize_f64(*it),
            Self::Text(it) => serializer.serialize_str(it),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl de::Visitor<'_> for CellVisitor {
            type Value = Cell;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, a text or a flag")
            }
            fn visit_bool<E>(self, it: bool) -> Result<Cell, E> {
                Ok(Cell::Flag(it))
            }
            fn visit_i64<E>(self, it: i64) -> Result<Cell, E> {
                Ok(Cell::Number(it as f64))
            }
            fn visit_u64<E>(self, it: u64) -> Result<Cell, E> {
                Ok(Cell::Number(it as f64))
            }
            fn visit_f64<E>(self, it: f64) -> Result<Cell, E> {
                Ok(Cell::Number(it))
            }
            fn visit_str<E>(self, it: &str) -> Result<Cell, E> {
                Ok(Cell::Text(it.to_owned()))
            }
        }

        read_any(deserializer, CellVisitor)
    }
}

/// Something that happened: on a known day, or at an unknown time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// It happened, or did not; nobody wrote down when.
    Flag(bool),
    /// It happened then.
    On(Stamp),
}

impl Mark {
    /// Whether it had happened by the end of that day; an undated mark counts on every day.
    #[must_use]
    pub fn holds(self, as_of: NaiveDate) -> bool {
        match self {
            Self::Flag(it) => it,
            Self::On(stamp) => stamp.date() <= as_of,
        }
    }

    /// When it happened, if that is known.
    #[must_use]
    pub const fn stamp(self) -> Option<Stamp> {
        match self {
            Self::On(stamp) => Some(stamp),
            Self::Flag(_) => None,
        }
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(it) => serializer.serialize_bool(*it),
            Self::On(stamp) => stamp.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MarkVisitor;

        impl de::Visitor<'_> for MarkVisitor {
            type Value = Mark;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a flag or a date such as `2026-03-01`")
            }
            fn visit_bool<E>(self, it: bool) -> Result<Mark, E> {
                Ok(Mark::Flag(it))
            }
            fn visit_i64<E: de::Error>(self, it: i64) -> Result<Mark, E> {
                self.visit_str(&it.to_string())
            }
            fn visit_u64<E: de::Error>(self, it: u64) -> Result<Mark, E> {
                self.visit_str(&it.to_string())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Mark, E> {
                if let Some(flag) = Cell::Text(text.to_owned()).flag() {
                    return Ok(Mark::Flag(flag));
                }
                Stamp::read(text).map(Mark::On).map_err(|why| {
                    E::custom(why.replacen("expected a date", "expected a flag or a date", 1))
                })
            }
        }

        read_any(deserializer, MarkVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn only_what_prints_back_is_a_number() {
        for (text, expected) in [
            ("12", Cell::from(12.0)),
            ("-0.5", Cell::from(-0.5)),
            ("007", Cell::from("007")),
            ("1e5", Cell::from("1e5")),
            ("1.10", Cell::from("1.10")),
            ("+1", Cell::from("+1")),
            ("NaN", Cell::from("NaN")),
            ("inf", Cell::from("inf")),
            ("12345678901234567890", Cell::from("12345678901234567890")),
            ("False", Cell::from(false)),
            ("no", Cell::from("no")),
        ] {
            assert_eq!(Cell::read(text), expected, "{text}");
        }
        assert_eq!(Cell::from("1.10").number(), Some(1.1));
        assert_eq!(Cell::from("inf").number(), None);
        assert_eq!(Cell::from(-0.0).flag(), Some(false));
    }
}
