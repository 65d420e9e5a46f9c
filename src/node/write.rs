//! From any serializable value to a [`Node`], and a stable hash of one.

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::Node;

/// Why a value could not be written: one of its parts said so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WriteError(String);

impl ser::Error for WriteError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Serialize for Node {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Removed => serializer.serialize_unit(),
            Self::Bool(it) => serializer.serialize_bool(*it),
            Self::Int(it) => serializer.serialize_i64(*it),
            Self::Float(it) => serializer.serialize_f64(*it),
            Self::Text(it) => serializer.serialize_str(it),
            Self::List(it) => serializer.collect_seq(it),
            Self::Table(it) => serializer.collect_map(it.iter().map(|(key, it)| (key, it))),
        }
    }
}

impl Node {
    /// The tree of a value.
    ///
    /// # Errors
    /// What the value's own `Serialize` says; the types of this crate never fail.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, WriteError> {
        value.serialize(Writer)
    }

    /// A hash of the content, the same on every machine and in every build: 128-bit FNV-1a, as 32
    /// hexadecimal digits. The order of keys does not matter, that of lists does.
    ///
    /// # Source
    /// Fowler, Noll, Vo; parameters as in the IETF draft "The FNV Non-Cryptographic Hash
    /// Algorithm".
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut hash = Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        self.feed(&mut hash);
        format!("{:032x}", hash.0)
    }

    fn feed(&self, hash: &mut Fnv) {
        match self {
            Self::Null | Self::Removed => hash.add(b"0"),
            Self::Bool(it) => hash.add(if *it { b"t" } else { b"f" }),
            // A whole number and the same number with a point mean the same.
            Self::Int(it) => hash.number(*it as f64),
            Self::Float(it) => hash.number(*it),
            Self::Text(it) => hash.text(it),
            Self::List(items) => {
                hash.add(b"[");
                items.iter().for_each(|node| node.feed(hash));
                hash.add(b"]");
            }
            Self::Table(entries) => {
                // What is not said is not content, whether the key is there or not.
                let said = |it: &&(String, Self)| !matches!(it.1, Self::Null | Self::Removed);
                let mut sorted: Vec<&(String, Self)> = entries.iter().filter(said).collect();
                sorted.sort_by(|left, right| left.0.cmp(&right.0));
                hash.add(b"{");
                for (key, value) in sorted {
                    hash.text(key);
                    value.feed(hash);
                }
                hash.add(b"}");
            }
        }
    }
}

struct Fnv(u128);

impl Fnv {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }

    fn text(&mut self, text: &str) {
        self.add(b"\"");
        self.add(&(text.len() as u64).to_le_bytes());
        self.add(text.as_bytes());
    }

    fn number(&mut self, number: f64) {
        self.add(b"#");
        // -0 and 0 are one number.
        self.add(&(number + 0.0).to_bits().to_le_bytes());
    }
}

struct Writer;

macro_rules! scalars {
    ($($method:ident: $type:ty => $node:expr;)+) => {
        $(fn $method(self, it: $type) -> Result<Node, WriteError> {
            let make: fn($type) -> Node = $node;
            Ok(make(it))
        })+
    };
}

impl Serializer for Writer {
    type Ok = Node;
    type Error = WriteError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    scalars! {
        serialize_bool: bool => Node::Bool;
        serialize_i8: i8 => |number| Node::Int(number.into());
        serialize_i16: i16 => |number| Node::Int(number.into());
        serialize_i32: i32 => |number| Node::Int(number.into());
        serialize_i64: i64 => Node::Int;
        serialize_u8: u8 => |number| Node::Int(number.into());
        serialize_u16: u16 => |number| Node::Int(number.into());
        serialize_u32: u32 => |number| Node::Int(number.into());
        serialize_u64: u64 => |number| i64::try_from(number).map_or(Node::Float(number as f64), Node::Int);
        serialize_f32: f32 => |number| Node::Float(number.into());
        serialize_f64: f64 => Node::Float;
        serialize_char: char => |letter| Node::Text(letter.to_string());
        serialize_str: &str => |text| Node::Text(text.to_owned());
        serialize_bytes: &[u8] => |bytes| Node::List(bytes.iter().map(|byte| Node::Int((*byte).into())).collect());
        serialize_unit_struct: &'static str => |_| Node::Null;
    }

    fn serialize_none(self) -> Result<Node, WriteError> {
        Ok(Node::Null)
    }
    fn serialize_unit(self) -> Result<Node, WriteError> {
        Ok(Node::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, it: &T) -> Result<Node, WriteError> {
        it.serialize(self)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Node, WriteError> {
        Ok(Node::Text(variant.to_owned()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        it: &T,
    ) -> Result<Node, WriteError> {
        it.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        it: &T,
    ) -> Result<Node, WriteError> {
        Ok(Node::table([(variant, it.serialize(Self)?)]))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, WriteError> {
        Ok(Items::default())
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, WriteError> {
        Ok(Items::default())
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, WriteError> {
        Ok(Items::default())
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, WriteError> {
        Ok(Items { variant: Some(variant), items: Vec::new() })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Entries, WriteError> {
        Ok(Entries::default())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries, WriteError> {
        Ok(Entries::default())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries, WriteError> {
        Ok(Entries { variant: Some(variant), ..Entries::default() })
    }
}

#[derive(Default)]
struct Items {
    variant: Option<&'static str>,
    items: Vec<Node>,
}

impl Items {
    fn add<T: Serialize + ?Sized>(&mut self, it: &T) -> Result<(), WriteError> {
        self.items.push(it.serialize(Writer)?);
        Ok(())
    }

    fn done(self) -> Node {
        wrap(self.variant, Node::List(self.items))
    }
}

fn wrap(variant: Option<&'static str>, node: Node) -> Node {
    match variant {
        Some(variant) => Node::table([(variant, node)]),
        None => node,
    }
}

macro_rules! items {
    ($($trait:ident $method:ident;)+) => {
        $(impl $trait for Items {
            type Ok = Node;
            type Error = WriteError;
            fn $method<T: Serialize + ?Sized>(&mut self, it: &T) -> Result<(), WriteError> {
                self.add(it)
            }
            fn end(self) -> Result<Node, WriteError> {
                Ok(self.done())
            }
        })+
    };
}

items! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

#[derive(Default)]
struct Entries {
    variant: Option<&'static str>,
    key: Option<String>,
    entries: Vec<(String, Node)>,
}

impl SerializeMap for Entries {
    type Ok = Node;
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.key = Some(match key.serialize(Writer)? {
            Node::Text(it) => it,
            Node::Int(it) => it.to_string(),
            Node::Bool(it) => it.to_string(),
            other => return Err(WriteError(format!("{} cannot be a key", other.describe()))),
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, it: &T) -> Result<(), WriteError> {
        let key = self.key.take().unwrap_or_default();
        self.entries.push((key, it.serialize(Writer)?));
        Ok(())
    }
    fn end(self) -> Result<Node, WriteError> {
        Ok(wrap(self.variant, Node::Table(self.entries)))
    }
}

macro_rules! structs {
    ($($trait:ident)+) => {
        $(impl $trait for Entries {
            type Ok = Node;
            type Error = WriteError;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                it: &T,
            ) -> Result<(), WriteError> {
                self.entries.push((key.to_owned(), it.serialize(Writer)?));
                Ok(())
            }
            fn end(self) -> Result<Node, WriteError> {
                Ok(wrap(self.variant, Node::Table(self.entries)))
            }
        })+
    };
}

structs! { SerializeStruct SerializeStructVariant }

#[cfg(test)]
mod tests {
    use crate::node::Node;

    #[test]
    fn the_hash_is_of_the_content() {
        // The published FNV-1a test vector: the hash of nothing but the offset basis, then of "a".
        let mut hash = super::Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        hash.add(b"a");
        assert_eq!(format!("{:032x}", hash.0), "d228cb696f1a8caf78912b704e4a8964");

        let table = |pairs: Vec<(&str, Node)>| Node::table(pairs).content_hash();
        let one = table(vec![("a", Node::Int(1)), ("b", Node::text("x"))]);
        assert_eq!(one, table(vec![("b", Node::text("x")), ("a", Node::Float(1.0))]));
        assert_eq!(
            one,
            table(vec![("a", Node::Int(1)), ("b", Node::text("x")), ("c", Node::Null)])
        );
        assert_ne!(one, table(vec![("a", Node::Int(1)), ("b", Node::text("y"))]));
        assert_ne!(one, table(vec![("a", Node::text("1")), ("b", Node::text("x"))]));
        assert_eq!(one.len(), 32);
    }
}
