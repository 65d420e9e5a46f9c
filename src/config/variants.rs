//! Settings that may differ by segment, stage or age: a first-match list of cases.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::any::read_any;

/// One value for all, or a list of cases of which the first whose `when` holds counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, bound(serialize = "T: Serialize + CaseBody"))]
#[non_exhaustive]
pub enum Variants<T> {
    /// The same for all.
    One(T),
    /// First match; a subject that no case matches has none.
    Cases(Vec<VariantCase<T>>),
}

/// One case of a first-match list.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::Config;
/// use foretell::config::{Valued, Variants};
///
/// let config = Config::parse(r#"
///     [[scorecards]]
///     name = "health"
///     [[scorecards.factors]]
///     metric = "logins"
///     weight = [{ when = 'segment == "trial"', value = 3 }, { value = 1 }]
/// "#);
/// let Some(Variants::Cases(cases)) = &config.scorecards[0].factors[0].weight else { panic!("cases") };
/// assert_eq!(cases[0].when.as_deref(), Some("segment == \"trial\""));
/// assert_eq!((cases[1].when.as_deref(), cases[1].body), (None, Valued(1.0)));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VariantCase<T> {
    /// The condition; always true if not said.
    pub when: Option<String>,
    /// What holds then.
    pub body: T,
}

/// A plain value inside a case, under the key `value`.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::Config;
/// use foretell::config::{Valued, Variants};
///
/// let config = Config::parse(r#"
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", weight = 2 }]
/// "#);
/// assert_eq!(config.scorecards[0].factors[0].weight, Some(Variants::One(Valued(2.0))));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valued<T>(pub T);

impl<T: CaseBody> Serialize for VariantCase<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        if let Some(when) = &self.when {
            map.serialize_entry("when", when)?;
        }
        self.body.to_entry(&mut map)?;
        map.end()
    }
}

/// What a case can hold: something written as one key and its value beside `when`.
pub trait CaseBody: Sized {
    /// The keys that are known.
    const KEYS: &'static [&'static str];

    /// Reads the value of `key`.
    ///
    /// # Errors
    /// When the key is unknown or its value is not of the right form.
    fn from_entry<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Self, A::Error>;

    /// Writes the key and its value.
    ///
    /// # Errors
    /// When the map cannot take them.
    fn to_entry<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// The value where it may be written as a plain number.
    fn from_number(number: f64) -> Option<Self>;
}

impl CaseBody for Valued<f64> {
    const KEYS: &'static [&'static str] = &["when", "value"];

    fn from_entry<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Self, A::Error> {
        match key {
            "value" => map.next_value().map(Valued),
            other => Err(de::Error::unknown_field(other, Self::KEYS)),
        }
    }

    fn to_entry<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("value", &self.0)
    }

    fn from_number(number: f64) -> Option<Self> {
        Some(Self(number))
    }
}

/// Reads a table that holds exactly one body, and `when` if that is allowed.
pub(super) fn read_body<'de, T: CaseBody, A: MapAccess<'de>>(
    mut map: A,
    with_when: bool,
) -> Result<VariantCase<T>, A::Error> {
    let mut case = (None, None);
    while let Some(key) = map.next_key::<String>()? {
        if key == "when" && with_when {
            case.0 = Some(map.next_value()?);
        } else if case.1.is_some() && T::KEYS.contains(&key.as_str()) {
            return Err(de::Error::custom(format!(
                "`{key}` stands beside another kind, choose one"
            )));
        } else {
            case.1 = Some(T::from_entry(&key, &mut map)?);
        }
    }
    let wanted = T::KEYS.iter().filter(|key| **key != "when").map(|key| format!("`{key}`"));
    let body = case.1.ok_or_else(|| {
        de::Error::custom(format!("expected one of {}", wanted.collect::<Vec<_>>().join(", ")))
    })?;
    Ok(VariantCase { when: case.0, body })
}

impl<'de, T: CaseBody> Deserialize<'de> for VariantCase<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CaseVisitor<T>(PhantomData<T>);

        impl<'de, T: CaseBody> Visitor<'de> for CaseVisitor<T> {
            type Value = VariantCase<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with `when` and what holds then")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<VariantCase<T>, A::Error> {
                read_body(map, true)
            }
        }

        deserializer.deserialize_map(CaseVisitor(PhantomData))
    }
}

impl<'de, T: CaseBody> Deserialize<'de> for Variants<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VariantsVisitor<T>(PhantomData<T>);

        impl<T: CaseBody> VariantsVisitor<T> {
            fn number<E: de::Error>(self, number: f64) -> Result<Variants<T>, E> {
                T::from_number(number)
                    .map(Variants::One)
                    .ok_or_else(|| E::invalid_type(de::Unexpected::Float(number), &self))
            }
        }

        impl<'de, T: CaseBody> Visitor<'de> for VariantsVisitor<T> {
            type Value = Variants<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match T::from_number(0.0) {
                    Some(_) => f.write_str("a number, or a list of `{ when = …, value = … }`"),
                    None => f.write_str("a table with one kind, or a list of them with `when`"),
                }
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                self.number(number)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                self.number(number as f64)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                self.number(number as f64)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                read_body(map, false).map(|variant| Variants::One(variant.body))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut cases = Vec::new();
                while let Some(case) = seq.next_element()? {
                    cases.push(case);
                }
                Ok(Variants::Cases(cases))
            }
        }

        read_any(deserializer, VariantsVisitor(PhantomData))
    }
}

impl Serialize for Valued<f64> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}
