//! A document as a tree, whatever it came from, and a reader that says where it disagrees.
//!
//! Configs and records arrive as TOML, JSON, CSV cells or host values. All become a [`Node`]; serde
//! types are read from it by a deserializer that knows the path of every fault, and that can go on
//! after one, so that an author sees every fault at once.
//!
//! ```
//! use foretell::Config;
//! use foretell::node::Node;
//!
//! // A config from another format than TOML: whatever serde reads becomes a tree.
//! let tree = Node::of(&serde_json::json!({ "metrics": [{ "name": "seats", "unti": "seats" }] }))?;
//! let config = Config::from_node(tree);
//! assert_eq!(config.faults()[0].place.path, "metrics[0].unti");
//! # Ok::<(), foretell::node::WriteError>(())
//! ```
//!
//! Must not know: what the documents mean.

mod json;
mod read;
mod repair;
mod source;
mod toml;
mod write;

pub use read::{ReadError, read_cells};
pub(crate) use read::{Step, read, show_path};
pub(crate) use repair::{Removed, Repaired, read_all};
pub(crate) use source::Source;
pub use write::WriteError;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::any::read_any;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Nothing: JSON `null`, an empty CSV cell.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text, dates included.
    Text(String),
    /// An ordered list.
    List(Vec<Node>),
    /// Keys and values in the order of the document.
    Table(Vec<(String, Node)>),
    /// A part that was faulty and has been reported; readers pass it over.
    Removed,
}

impl Node {
    /// A table from pairs.
    pub fn table<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Table(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A text node.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value under `key`, if this is a table that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries.iter().find(|(it, _)| it == key).map(|(_, it)| it),
            _ => None,
        }
    }

    /// The path of a list or table with more than `most` items, if there is one.
    pub(crate) fn crowded(&self, most: usize) -> Option<Vec<Step>> {
        let below = |step: Step, child: &Self| {
            let mut path = child.crowded(most)?;
            path.insert(0, step);
            Some(path)
        };
        match self {
            Self::List(items) if items.len() > most => Some(Vec::new()),
            Self::Table(entries) if entries.len() > most => Some(Vec::new()),
            Self::List(items) => {
                items.iter().enumerate().find_map(|(at, it)| below(Step::Index(at), it))
            }
            Self::Table(entries) => {
                entries.iter().find_map(|(key, it)| below(Step::Key(key.clone()), it))
            }
            _ => None,
        }
    }

    /// What this is, for messages: "a number", "a list".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Null | Self::Removed => "nothing".to_owned(),
            Self::Bool(it) => format!("the flag `{it}`"),
            Self::Int(it) => format!("the whole number `{it}`"),
            Self::Float(it) => format!("the number `{it}`"),
            Self::Text(it) => format!("the text `{}`", shorten(it)),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

/// At most 60 characters of a text, for messages.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return on_one_line(text);
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{}…", on_one_line(&head))
}

/// A text whose line breaks and other control characters are written out.
pub(crate) fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;

        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E>(self, it: bool) -> Result<Node, E> {
                Ok(Node::Bool(it))
            }
            fn visit_i64<E>(self, it: i64) -> Result<Node, E> {
                Ok(Node::Int(it))
            }
            fn visit_u64<E>(self, it: u64) -> Result<Node, E> {
                Ok(i64::try_from(it).map_or(Node::Float(it as f64), Node::Int))
            }
            fn visit_f64<E>(self, it: f64) -> Result<Node, E> {
                Ok(Node::Float(it))
            }
            fn visit_str<E>(self, it: &str) -> Result<Node, E> {
                Ok(Node::Text(it.to_owned()))
            }
            fn visit_string<E>(self, it: String) -> Result<Node, E> {
                Ok(Node::Text(it))
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<Node, D::Error> {
                Node::deserialize(it)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Table(entries))
            }
        }

        read_any(deserializer, NodeVisitor)
    }
}

/// A line of a text, cut where it is too long to show; everything up to `keep` stays.
pub(crate) fn shorten_line(line: &str, keep: usize) -> String {
    let longest = keep.max(160);
    if line.chars().count() <= longest {
        return line.to_owned();
    }
    let head: String = line.chars().take(longest).collect();
    format!("{head}…")
}
