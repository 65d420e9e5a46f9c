//! The serde deserializer over a [`Node`]; its errors carry their path.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::{Node, shorten};
use crate::fault::{Code, Fault, did_you_mean};

/// Why a value could not be read, and where.
///
/// ```
/// use foretell::book::Subscription;
/// use foretell::node::{Node, read_cells};
///
/// let row = Node::table([("id", Node::text("s1")), ("seats", Node::text("many"))]);
/// let error = read_cells::<Subscription>(&row).unwrap_err();
/// assert_eq!(error.into_fault("subscriptions[0]").place.path, "subscriptions[0].seats");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReadError {
    pub(crate) code: Code,
    /// Steps from the root; filled from the inside out.
    pub(crate) path: Vec<Step>,
    /// The key, where the key itself is what is wrong.
    pub(crate) key: Option<String>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// A path as text: `scorecards[0].weight`. Long keys are cut, so that a path stays readable and a
/// document with one of them stays small.
pub(crate) fn show_path(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text += &shorten(key),
            Step::Key(key) => text += &format!(".{}", shorten(key)),
            Step::Index(index) => text += &format!("[{index}]"),
        }
    }
    text
}

impl ReadError {
    fn new(code: Code, message: String) -> Self {
        Self { code, path: Vec::new(), key: None, message, help: None }
    }

    /// The error as a fault below `base`, the path of the document or record.
    #[must_use]
    pub fn into_fault(self, base: &str) -> Fault {
        let mut path = show_path(&self.path);
        if let Some(key) = &self.key {
            let key = shorten(key);
            path = if path.is_empty() { key } else { format!("{path}.{key}") };
        }
        let path = match (base.is_empty(), path.is_empty()) {
            (true, _) => path,
            (false, true) => base.to_owned(),
            (false, false) => format!("{base}.{path}"),
        };
        Fault::new(self.code, path, self.message).maybe_help(self.help)
    }

    fn under(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Code::OutOfRange, message.to_string())
    }

    fn invalid_type(got: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::new(
            Code::WrongType,
            format!("expected {}, got {}", show_wanted(wanted), show_unexpected(got)),
        )
    }

    fn invalid_value(got: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = show_wanted(wanted);
        Self::new(Code::OutOfRange, format!("expected {wanted}, got {}", show_unexpected(got)))
    }

    fn invalid_length(got: usize, wanted: &dyn Expected) -> Self {
        let items = format!("{got} item{}", crate::fault::plural(got));
        Self::new(Code::WrongType, format!("expected {}, got {items}", show_wanted(wanted)))
    }

    fn unknown_variant(got: &str, known: &'static [&'static str]) -> Self {
        let mut error =
            Self::new(Code::UnknownName, format!("`{}` is not known here", shorten(got)));
        error.help = did_you_mean(got, known.iter().copied())
            .or_else(|| Some(format!("expected one of {}", list(known))));
        error
    }

    fn unknown_field(got: &str, known: &'static [&'static str]) -> Self {
        let mut error = Self::new(Code::UnknownKey, format!("unknown key `{}`", shorten(got)));
        error.key = Some(got.to_owned());
        error.help = did_you_mean(got, known.iter().copied()).or_else(|| {
            Some(if known.is_empty() {
                "no key is allowed here".to_owned()
            } else {
                format!("the keys known here are {}", list(known))
            })
        });
        error
    }

    fn missing_field(name: &'static str) -> Self {
        let mut error = Self::new(Code::MissingKey, format!("missing key `{name}`"));
        error.help = Some(format!("add `{name} = …`"));
        error
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(Code::Duplicate, format!("the key `{name}` is duplicated"))
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What was wanted, in the words of a document's author instead of Rust's.
fn show_wanted(wanted: &dyn Expected) -> String {
    let text = wanted.to_string();
    let plain = match text.as_str() {
        "f64" | "f32" => "a number",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "a string" | "string" => "a text",
        "a boolean" => "a flag (`true` or `false`)",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        "an array of length 2" => "a list of 2 items",
        other if other.starts_with("enum ") => "a name",
        other => other,
    };
    plain.to_owned()
}

fn show_unexpected(got: Unexpected<'_>) -> String {
    match got {
        Unexpected::Bool(it) => format!("the flag `{it}`"),
        Unexpected::Unsigned(it) => format!("the whole number `{it}`"),
        Unexpected::Signed(it) => format!("the whole number `{it}`"),
        Unexpected::Float(it) => format!("the number `{it}`"),
        Unexpected::Str(it) => format!("the text `{}`", shorten(it)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}

/// Reads one value whose cells may all be text, as a CSV row's are: `"12"` serves as a number,
/// `"yes"` as a flag, `""` as nothing.
///
/// # Errors
/// The first disagreement, with its path.
pub fn read_cells<'de, T: de::Deserialize<'de>>(node: &'de Node) -> Result<T, ReadError> {
    T::deserialize(Reader { node, cells: true })
}

/// Reads one value; texts are texts.
pub(crate) fn read<'de, T: de::Deserialize<'de>>(node: &'de Node) -> Result<T, ReadError> {
    T::deserialize(Reader { node, cells: false })
}

#[derive(Clone, Copy)]
struct Reader<'de> {
    node: &'de Node,
    cells: bool,
}

impl<'de> Reader<'de> {
    fn at(self, node: &'de Node) -> Self {
        Self { node, ..self }
    }

    /// The text of a cell that is to be read as something else.
    fn cell(self) -> Option<&'de str> {
        match self.node {
            Node::Text(text) if self.cells => Some(text.trim()),
            _ => None,
        }
    }
}

macro_rules! numbers {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.visit_number(visitor)
        })+
    };
}

impl<'de> Reader<'de> {
    fn visit_number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Some(text) = self.cell() {
            if let Ok(number) = text.parse::<i64>() {
                return visitor.visit_i64(number);
            }
            if let Ok(number) = text.parse::<f64>() {
                return visitor.visit_f64(number);
            }
        }
        self.deserialize_any(visitor)
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Node::Null | Node::Removed => visitor.visit_unit(),
            Node::Bool(it) => visitor.visit_bool(*it),
            Node::Int(it) => visitor.visit_i64(*it),
            Node::Float(it) => visitor.visit_f64(*it),
            Node::Text(it) => visitor.visit_borrowed_str(it),
            Node::List(items) => {
                visitor.visit_seq(Items { reader: self, items: items.iter().enumerate() })
            }
            Node::Table(entries) => {
                visitor.visit_map(Entries { reader: self, entries: entries.iter(), value: None })
            }
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.cell().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes" | "1") => visitor.visit_bool(true),
            Some("false" | "no" | "0") => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        // A host's table may hold identifiers as numbers.
        match self.node {
            Node::Int(it) if self.cells => visitor.visit_string(it.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Node::Null | Node::Removed => visitor.visit_none(),
            Node::Text(text) if self.cells && text.trim().is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.node {
            Node::Text(name) => visitor.visit_enum(Variant { reader: self, name, body: None }),
            Node::Table(entries) => {
                let mut live = entries.iter().filter(|(_, it)| *it != Node::Removed);
                match (live.next(), live.next()) {
                    (Some((name, body)), None) => {
                        visitor.visit_enum(Variant { reader: self, name, body: Some(body) })
                    }
                    (first, _) => Err(ReadError::new(
                        Code::WrongType,
                        format!(
                            "expected exactly one key that names the kind, got {}",
                            first.map_or(0, |_| entries.len())
                        ),
                    )),
                }
            }
            other => Err(ReadError::new(
                Code::WrongType,
                format!("expected a name, or a table with one key, got {}", other.describe()),
            )),
        }
    }

    serde::forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

struct Items<'de> {
    reader: Reader<'de>,
    items: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        match self.items.find(|(_, it)| **it != Node::Removed) {
            None => Ok(None),
            Some((index, node)) => seed
                .deserialize(self.reader.at(node))
                .map(Some)
                .map_err(|fault| fault.under(Step::Index(index))),
        }
    }
}

struct Entries<'de> {
    reader: Reader<'de>,
    entries: std::slice::Iter<'de, (String, Node)>,
    value: Option<&'de (String, Node)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        self.value = self.entries.find(|(_, it)| *it != Node::Removed);
        match self.value {
            None => Ok(None),
            Some((key, _)) => {
                let key: StrDeserializer<'_, ReadError> = key.as_str().into_deserializer();
                seed.deserialize(key).map(Some)
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some((key, node)) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(self.reader.at(node)).map_err(|fault| fault.under(Step::Key(key.clone())))
    }
}

struct Variant<'de> {
    reader: Reader<'de>,
    name: &'de str,
    body: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let name: StrDeserializer<'_, ReadError> = self.name.into_deserializer();
        let value = seed.deserialize(name).map_err(|mut it| {
            if self.body.is_some() {
                // The kind is a key here, and marked as one.
                it.code = Code::UnknownKey;
                it.key = Some(self.name.to_owned());
            }
            it
        })?;
        Ok((value, self))
    }
}

impl<'de> Variant<'de> {
    fn body(&self) -> Result<Reader<'de>, ReadError> {
        self.body.map(|body| self.reader.at(body)).ok_or_else(|| {
            let mut error = ReadError::new(
                Code::WrongType,
                format!("`{}` needs settings of its own", self.name),
            );
            error.help = Some(format!("write `{{ {} = … }}`", self.name));
            error
        })
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.body {
            None => Ok(()),
            Some(_) => Err(ReadError::new(
                Code::WrongType,
                format!("`{}` takes no settings, write it as a plain name", self.name),
            )),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        let name = self.name.to_owned();
        seed.deserialize(self.body()?).map_err(|fault| fault.under(Step::Key(name)))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let name = self.name.to_owned();
        self.body()?.deserialize_any(visitor).map_err(|fault| fault.under(Step::Key(name)))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let name = self.name.to_owned();
        self.body()?.deserialize_any(visitor).map_err(|fault| fault.under(Step::Key(name)))
    }
}
