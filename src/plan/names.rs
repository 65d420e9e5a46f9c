//! Words that names are made of, and what they read.

use std::borrow::Cow;

use crate::book::own::{is_own, plain};
use crate::config::Take;
use crate::frame::SubjectKind;
use crate::metric::table_fields;
use crate::node::Node;
use crate::plan::steps::Slot;
use crate::value::Kind;

/// What the names of rules' alerts begin with.
pub(crate) const ALERTS: &str = "alerts";

/// The way to take children's values that a suffix names.
pub(crate) fn child_take(suffix: &str) -> Option<Take> {
    Some(match suffix {
        "count" => Take::Count,
        "sum" => Take::Sum,
        "mean" => Take::Mean,
        "min" => Take::Min,
        "max" => Take::Max,
        "median" => Take::Median,
        "distinct" => Take::Distinct,
        _ => return None,
    })
}

/// The hash of what conditions mean: that which begins an alert, and that which ends it.
pub(crate) fn meaning(when: String, clear: Option<String>) -> String {
    let clear = clear.map_or(Node::Null, Node::text);
    Node::List(vec![Node::text(when), clear]).content_hash()
}

/// A name as it is looked up, the kind that is wanted of it, and the key under which it is remembered: an own
/// field may be read as several kinds. Of all other names the kind is known.
pub(crate) fn as_read(name: &str, wanted: Option<Kind>) -> (Cow<'_, str>, Option<Kind>, String) {
    if !is_own(name) {
        return (Cow::Borrowed(name), None, name.to_owned());
    }
    let name = plain(name);
    let wanted = wanted.unwrap_or(Kind::Text);
    // No name holds a line break.
    let key = format!("{name}\n{wanted}");
    (name, Some(wanted), key)
}

/// Whether no slot before has the same name: an own field that is read as several kinds has several.
pub(crate) fn is_first(space: &[Slot], slot: usize) -> bool {
    let name = space.get(slot).map_or("", |slot| slot.name.as_str());
    !is_own(name) || space.iter().take(slot).all(|slot| slot.name != name)
}

/// What the names begin with that a company reads of all its tree.
pub(crate) const TREE: &str = "tree";

/// The kind of child that a name with this head reads, whether of the whole tree, and the rest of the name.
pub(crate) fn beneath<'n>(
    kind: SubjectKind,
    head: &str,
    rest: &'n str,
) -> Option<(SubjectKind, bool, &'n str)> {
    let named = |name: &str| SubjectKind::ALL.into_iter().find(|kind| kind.plural() == name);
    let company = kind == SubjectKind::Company;
    if company && head == TREE {
        let (child, rest) = rest.split_once('.')?;
        return Some((named(child)?, true, rest));
    }
    // Companies have companies beneath them; no other kind has its own.
    let child = named(head).filter(|child| kind < *child || (company && kind == *child))?;
    Some((child, false, rest))
}

/// Whether a name begins with a table of records, which are no subjects.
pub(crate) fn is_of_records(head: &str) -> bool {
    table_fields(head).is_some()
}

/// What stands before the name of the value that weighs: `subscriptions.health.mean_by_arr`.
pub(crate) const MEAN_BY: &str = "mean_by_";
