//! `x in [1, 2]` and `x in 1..10`.

use std::sync::Arc;

use super::Checker;
use crate::expr::parse::{Raw, What};
use crate::expr::tree::{Node, Tree};
use crate::expr::{Kind, Value};
use crate::fault::Code;

impl Checker<'_> {
    pub(super) fn within(
        &mut self,
        raw: &Raw,
        negated: bool,
        needle: &Raw,
        set: &Raw,
    ) -> Option<Tree> {
        let kind = self.hint(set);
        let tree = self.tree_as(needle, kind);
        let found = match &set.what {
            What::List(items) => self.listed(raw, tree, items),
            What::Range(from, to, inclusive) => {
                let from = self.wanted(set, from, Kind::Number);
                let to = self.wanted(set, to, Kind::Number);
                let tree = tree?;
                if tree.kind != Kind::Number {
                    let message = format!("`in` a range takes a number, got {}", tree.kind);
                    self.fault(Code::WrongType, needle, message, None);
                    return None;
                }
                let all = Box::new([tree, from?, to?]);
                self.make(raw, Kind::Flag, Node::Between(all, *inclusive))
            }
            _ => {
                let kind = self.tree(set)?.kind;
                let help =
                    "write `x in [1, 2]`, `x in 1..10`, or `contains(text, part)`".to_owned();
                self.fault(
                    Code::WrongType,
                    set,
                    format!("`in` takes a list or a range, got {kind}"),
                    Some(help),
                );
                None
            }
        }?;
        if negated { self.make(raw, Kind::Flag, Node::Not(Box::new(found))) } else { Some(found) }
    }

    fn listed(&mut self, raw: &Raw, needle: Option<Tree>, items: &[Raw]) -> Option<Tree> {
        let trees: Vec<_> = items.iter().map(|item| self.tree(item)).collect();
        let needle = needle?;
        let mut values = Vec::new();
        for (item, tree) in items.iter().zip(trees) {
            let tree = tree?;
            let Some(value) = literal(&tree) else {
                let help = "write `==` and `||`".to_owned();
                self.fault(Code::Forbidden, item, "a list holds only literals", Some(help));
                return None;
            };
            if tree.kind != needle.kind {
                let message =
                    format!("{} is looked for, and the list holds {}", needle.kind, tree.kind);
                self.fault(Code::WrongType, item, message, None);
                return None;
            }
            self.label(&needle, &tree, item);
            values.push(value);
        }
        if values.is_empty() {
            self.fault(Code::Empty, raw, "the list is empty", Some("write `false`".to_owned()));
            return None;
        }
        self.make(raw, Kind::Flag, Node::Within(Box::new(needle), values))
    }
}

/// The value that is written.
pub(super) fn literal(tree: &Tree) -> Option<Value> {
    match &tree.node {
        Node::Number(it) => Some(Value::Number(*it)),
        Node::Text(it) => Some(Value::Text(Arc::clone(it))),
        Node::Flag(it) => Some(Value::Flag(*it)),
        _ => None,
    }
}
