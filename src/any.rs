//! Reading what may be a number, a flag, a text or more, from whatever serde format it comes in.
//!
//! Everything that does not say beforehand what it expects is read through [`read_any`], and nothing is an untagged enum:
//! Cargo unifies the features of all crates of a build, and with one of them switched on by anyone a format may hand over a
//! number in another way than as a number.
//!
//! Must not know: what is read.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    Visitor,
};

/// What `serde_json` calls the only key of the table that a number becomes with its feature `arbitrary_precision`; the value
/// is the number's text.
///
/// # Source
/// `serde_json`, `src/number.rs`, `TOKEN`; the same since 1.0.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads whatever comes; a number is one in whatever way it is handed over.
pub(crate) fn read_any<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    from: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    from.deserialize_any(Plain(visitor))
}

struct Plain<V>(V);

macro_rules! forward {
    ($($method:ident: $type:ty,)+) => {
        $(fn $method<E: de::Error>(self, it: $type) -> Result<V::Value, E> {
            self.0.$method(it)
        })+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Plain<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    forward! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String,
        visit_bytes: &[u8],
    }

    fn visit_i128<E: de::Error>(self, it: i128) -> Result<V::Value, E> {
        self.0.visit_f64(it as f64)
    }
    fn visit_u128<E: de::Error>(self, it: u128) -> Result<V::Value, E> {
        self.0.visit_f64(it as f64)
    }
    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }
    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }
    fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(it)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, it: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(it)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, all: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(all)
    }
    fn visit_enum<A: EnumAccess<'de>>(self, it: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(it)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let first: Option<String> = map.next_key()?;
        if first.as_deref() != Some(NUMBER) {
            return self.0.visit_map(Entries { first, map });
        }
        let text: String = map.next_value()?;
        if let Ok(it) = text.parse() {
            return self.0.visit_u64(it);
        }
        if let Ok(it) = text.parse() {
            return self.0.visit_i64(it);
        }
        match text.parse::<f64>() {
            Ok(it) if it.is_finite() => self.0.visit_f64(it),
            _ => Err(de::Error::custom("the number is out of range")),
        }
    }
}

/// A table whose first key was looked at.
struct Entries<A> {
    first: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(first) = self.first.take() else { return self.map.next_key_seed(seed) };
        let first: StringDeserializer<A::Error> = first.into_deserializer();
        seed.deserialize(first).map(Some)
    }

    fn next_value_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<K::Value, A::Error> {
        self.map.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.map.size_hint()?.saturating_add(usize::from(self.first.is_some())))
    }
}

/// Whether a flag says nothing, and is left out where it is written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Whether a count says nothing, and is left out where it is written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) const fn is_zero(count: &u32) -> bool {
    *count == 0
}
