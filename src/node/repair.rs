//! Reading a typed value from a tree in spite of its faults, so that all of them are seen at once.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::read::{ReadError, read};
use super::{Node, Step, show_path};
use crate::fault::{Code, Fault, nearest};

/// What could be read, every fault on the way, and what was taken out to go on.
#[derive(Debug)]
pub(crate) struct Repaired<T> {
    pub(crate) value: T,
    pub(crate) faults: Vec<Fault>,
    pub(crate) removed: Removed,
}

/// The parts that were taken out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Removed {
    /// Paths of list items that were taken out, each as its list and its index.
    items: BTreeSet<(String, usize)>,
    /// Paths in the document of everything that was taken out.
    paths: BTreeSet<String>,
    /// Names that the parts taken out would have defined: nobody is blamed for using them.
    pub(crate) names: BTreeSet<String>,
}

impl Removed {
    /// Whether a part of the value that was read lacks what was taken out of it: the part itself,
    /// something within, or its key under another spelling.
    pub(crate) fn touches(&self, path: &str) -> bool {
        let path = self.original(path);
        if self.paths.iter().any(|outer| is_within(outer, &path)) {
            return true;
        }
        path.rsplit_once('.').is_some_and(|(parent, key)| {
            let lost = |it: &String| {
                let child = it.strip_prefix(parent).and_then(|rest| rest.strip_prefix('.'));
                child.is_some_and(|child| nearest(child, [key]).is_some())
            };
            self.paths.iter().any(lost)
        })
    }

    /// The path in the document of a path in the value that was read: lists have lost items.
    pub(crate) fn original(&self, path: &str) -> String {
        if self.items.is_empty() {
            return path.to_owned();
        }
        let mut text = String::new();
        let mut rest = path;
        while let Some(open) = rest.find('[') {
            let (head, tail) = rest.split_at(open);
            text += head;
            rest = tail;
            let Some(close) = tail.find(']') else { break };
            let Some(mut index) = tail.get(1..close).and_then(|index| index.parse::<usize>().ok())
            else {
                break;
            };
            for (_, gone) in self.items.range((text.clone(), 0)..=(text.clone(), usize::MAX)) {
                if *gone <= index {
                    index += 1;
                }
            }
            text += &format!("[{index}]");
            rest = tail.get(close + 1..).unwrap_or("");
        }
        text + rest
    }
}

/// Reads a value, taking out what is wrong until the rest can be read.
///
/// At most 200 faults are listed (our choice: more than anyone reads, tested by
/// `the_faults_listed_are_bounded`).
pub(crate) fn read_all<T: DeserializeOwned + Default>(mut node: Node) -> Repaired<T> {
    const MOST: usize = 200;
    let mut faults: Vec<Fault> = Vec::new();
    let mut removed = Removed::default();
    let mut poisoned: BTreeSet<String> = BTreeSet::new();
    loop {
        match read(&node) {
            Ok(value) => return Repaired { value, faults, removed },
            Err(error) => {
                let follows = is_consequence(&error, &poisoned) || is_torn(&node, &error);
                let taken = take_out(&mut node, &error, &mut removed);
                poisoned.insert(taken.clone());
                let root = error.path.is_empty() && error.key.is_none();
                if !follows {
                    faults.push(error.into_fault(""));
                }
                if root || faults.len() >= MOST {
                    return Repaired { value: T::default(), faults, removed };
                }
            }
        }
    }
}

/// Whether a path is another one or lies within it.
fn is_within(path: &str, outer: &str) -> bool {
    let rest = path.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || outer.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether something is wrong only because of what was taken out: a key is missing whose faulty
/// value, or whose other spelling, is gone, or a part no longer makes sense without what it held.
fn is_consequence(error: &ReadError, poisoned: &BTreeSet<String>) -> bool {
    let here = show_path(&error.path);
    let below = if here.is_empty() { here.clone() } else { format!("{here}.") };
    let missing = |key: &str| {
        error.message.split('`').nth(1).is_some_and(|name| nearest(key, [name]).is_some())
    };
    match error.code {
        Code::UnknownKey => false,
        Code::MissingKey => {
            poisoned.contains(&here)
                || poisoned
                    .iter()
                    .any(|poisoned| poisoned.strip_prefix(&below).is_some_and(missing))
        }
        _ => poisoned.iter().any(|poisoned| is_within(poisoned, &here)),
    }
}

/// Whether a list is too short, or a key missing, only because what could not be parsed was left out.
fn is_torn(node: &Node, error: &ReadError) -> bool {
    let mut here = Some(node);
    for step in &error.path {
        here = match (step, here) {
            (Step::Key(key), Some(it)) => it.get(key),
            (Step::Index(index), Some(Node::List(items))) => items.get(*index),
            _ => None,
        };
    }
    match here {
        _ if error.key.is_some() => false,
        Some(Node::List(items)) => items.contains(&Node::Removed),
        Some(Node::Table(entries)) if error.code == Code::MissingKey => {
            let name = error.message.split('`').nth(1);
            entries.iter().any(|(key, it)| *it == Node::Removed && Some(key.as_str()) == name)
        }
        _ => false,
    }
}

/// Takes the faulty part out of the tree and says which path that was.
fn take_out(node: &mut Node, error: &ReadError, removed: &mut Removed) -> String {
    let mut path = error.path.clone();
    if let Some(key) = &error.key {
        path.push(Step::Key(key.clone()));
    }
    let mut here = node;
    for step in &path {
        let child = match (step, here) {
            (Step::Key(key), Node::Table(entries)) => entries
                .iter_mut()
                .find(|(it, gone)| it == key && *gone != Node::Removed)
                .map(|(_, it)| it),
            (Step::Index(index), Node::List(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(child) = child else { return show_path(&path) };
        here = child;
    }
    if let Node::Text(name) = here {
        // It may be a name under a misspelt key.
        removed.names.insert(name.clone());
    }
    collect_names(here, &mut removed.names);
    *here = Node::Removed;
    removed.paths.insert(show_path(&path));
    if let Some((Step::Index(index), list)) = path.split_last() {
        removed.items.insert((show_path(list), *index));
    }
    show_path(&path)
}

fn collect_names(node: &Node, names: &mut BTreeSet<String>) {
    match node {
        Node::Table(entries) => {
            for (key, value) in entries {
                match value {
                    Node::Text(name) if key == "name" => {
                        names.insert(name.clone());
                    }
                    _ => collect_names(value, names),
                }
            }
        }
        Node::List(items) => items.iter().for_each(|node| collect_names(node, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read_all;
    use crate::node::Node;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Doc {
        #[serde(default)]
        items: Vec<Item>,
        title: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        name: String,
        weight: f64,
    }

    fn item(name: &str, weight: Node) -> Node {
        Node::table([("name", Node::text(name)), ("weight", weight)])
    }

    #[test]
    fn every_fault_is_found_and_the_rest_is_read() {
        let doc = Node::table([
            ("titel", Node::text("x")),
            (
                "items",
                Node::List(vec![
                    item("a", Node::text("heavy")),
                    item("b", Node::Float(2.0)),
                    Node::table([("name", Node::text("c"))]),
                    item("d", Node::Int(4)),
                ]),
            ),
        ]);
        let read = read_all::<Doc>(doc);
        let shown: Vec<String> = read
            .faults
            .iter()
            .map(|fault| format!("{}: {}", fault.place.path, fault.message))
            .collect();
        assert_eq!(
            shown,
            [
                "titel: unknown key `titel`",
                "items[0].weight: expected a number, got the text `heavy`",
                "items[2]: missing key `weight`",
            ]
        );
        let names: Vec<&str> = read.value.items.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["b", "d"]);
        assert_eq!(read.removed.original("items[0].weight"), "items[1].weight");
        assert_eq!(read.removed.original("items[1]"), "items[3]");
        assert!(read.removed.names.contains("a") && read.removed.names.contains("c"));
    }

    #[test]
    fn a_misspelt_key_is_one_fault() {
        let item = Node::table([("nam", Node::text("a")), ("weight", Node::Int(1))]);
        let read = read_all::<Doc>(Node::table([("items", Node::List(vec![item]))]));
        let shown: Vec<&str> = read.faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(shown, ["unknown key `nam`"]);
        assert!(read.removed.names.contains("a"));
    }

    #[test]
    fn the_faults_listed_are_bounded() {
        let many = (0..1000).map(|number| (format!("k{number}"), Node::Null));
        assert_eq!(read_all::<Doc>(Node::table(many)).faults.len(), 200);
    }
}
