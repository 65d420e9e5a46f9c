//! One row of a table, read as a typed record with every fault it has.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Cell;
use super::check::{Checks, Found};
use super::index::Owners;
use super::record::Record;
use super::report::OWN;
use crate::fault::Code;
use crate::node::{Node, read_cells, shorten};

/// A good record with the row it was given in.
pub(super) struct Good<R> {
    pub(super) row: usize,
    pub(super) record: R,
    pub(super) owners: Owners,
}

/// A row that could not be read as it stands.
pub(super) struct Failed<R> {
    pub(super) id: String,
    pub(super) found: Vec<Found>,
    /// What is left of it without the faulty fields, to be checked for more.
    pub(super) record: Option<R>,
}

/// Reads a row; fields that cannot be read are taken out until the rest can.
pub(super) fn read_row<R: Record>(node: &mut Node, row: usize) -> Result<R, Failed<R>> {
    let mut checks = Checks::new(R::TABLE, row);
    let id = match node.get("id") {
        Some(Node::Text(id)) => id.clone(),
        Some(Node::Int(id)) => id.to_string(),
        _ => String::new(),
    };
    let Node::Table(entries) = &mut *node else {
        let message = format!("expected a record, got {}", node.describe());
        checks.add("wrong-type", Code::WrongType, "", message);
        return Err(Failed { id, found: checks.into_found(), record: None });
    };
    prepare(entries, R::FIELDS, &mut checks);
    let given = entries.len();
    let mut taken = BTreeSet::new();
    // What stands in for missing fields: how many stand-ins were tried, by key.
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let base = checks.path("");
    let record = loop {
        let error = match read_cells::<R>(node) {
            Ok(record) => break Some(record).filter(|_| tried.is_empty()),
            Err(error) => error,
        };
        let fault = error.into_fault(&base);
        let path = fault.place.path.clone();
        let key = path.strip_prefix(&base).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
        let missing = fault.code == Code::MissingKey && key.is_empty();
        let lost = if missing { fault.message.split('`').nth(1) } else { None };
        let key = lost.unwrap_or(key).to_owned();
        let again = tried.contains_key(&key);
        let follows = again || (missing && taken.contains(&key));
        if !follows {
            checks.push(fault.code.as_str(), fault);
        }
        let gone = take_out(node, &key);
        if missing || again {
            if !stand_in(node, &mut tried, key) {
                break None;
            }
        } else if gone {
            taken.insert(key);
        } else {
            break None;
        }
    };
    match record {
        Some(mut record) => {
            settle(&mut record);
            if checks.is_clean() {
                return Ok(record);
            }
            Err(Failed { id, found: checks.into_found(), record: Some(record) })
        }
        None => {
            // Without what stood in.
            if let Node::Table(entries) = node {
                entries.truncate(given);
            }
            Err(Failed { id, found: checks.into_found(), record: None })
        }
    }
}

/// Takes out what is nothing, and reports what no record can hold.
fn prepare(entries: &mut [(String, Node)], fields: &[&str], checks: &mut Checks<'_>) {
    let mut keys = BTreeSet::new();
    for (key, value) in entries {
        // One that is said to be the host's own is called as it is without that, unless a field is called so.
        let plain = key.strip_prefix(OWN).filter(|name| !fields.contains(name)).unwrap_or(key);
        if !keys.insert(plain.to_owned()) {
            let message = format!("the field `{}` is duplicated", shorten(key));
            checks.add("duplicate-field", Code::Duplicate, &shorten(key), message);
            *value = Node::Removed;
        }
        match value {
            Node::Null => *value = Node::Removed,
            Node::Text(text) if text.trim().is_empty() => *value = Node::Removed,
            // A double does not hold every whole number past 2^53: such a number is an id.
            Node::Int(it) if it.unsigned_abs() > 1 << 53 => *value = Node::Text(it.to_string()),
            Node::List(_) | Node::Table(_) => {
                let message =
                    format!("expected a number, a text or a flag, got {}", value.describe());
                checks.add("wrong-type", Code::WrongType, &shorten(key), message);
                *value = Node::Removed;
            }
            _ => {}
        }
    }
}

/// Puts something in the place of a missing field, so that the fields after it are read too; says
/// whether there is anything left to try. Such a record is never kept.
fn stand_in(node: &mut Node, tried: &mut BTreeMap<String, usize>, key: String) -> bool {
    const KINDS: [&str; 7] = ["2000-01-01", "1", "nps", "meeting", "set", "renewed", "account"];
    let Node::Table(entries) = node else { return false };
    let next = tried.entry(key.clone()).or_insert(0);
    let Some(kind) = KINDS.get(*next) else { return false };
    *next += 1;
    entries.push((key, Node::text(*kind)));
    true
}

/// Takes a field out; says whether it was there.
fn take_out(node: &mut Node, key: &str) -> bool {
    let Node::Table(entries) = node else { return false };
    let live = entries.iter_mut().find(|(it, value)| it == key && *value != Node::Removed);
    match live {
        Some((_, value)) => {
            *value = Node::Removed;
            true
        }
        None => false,
    }
}

/// Gives cells that came as text the type they stand for.
fn settle<R: Record>(record: &mut R) {
    let read = |cell: &mut Cell| {
        if let Cell::Text(text) = cell {
            *cell = Cell::read(text);
        }
    };
    let custom = record.custom_mut();
    // One that is said to be the host's own is called as it is without that.
    let own: Vec<String> = custom.keys().filter(|name| name.starts_with(OWN)).cloned().collect();
    for key in own {
        if let (Some(cell), Some(name)) = (custom.remove(&key), key.strip_prefix(OWN)) {
            custom.insert(name.to_owned(), cell);
        }
    }
    custom.values_mut().for_each(read);
    record.value_mut().into_iter().for_each(read);
}
