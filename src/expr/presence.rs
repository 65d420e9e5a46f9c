//! Which names are surely present once an expression has a value.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::tree::{Named, Node, Tree};

type Slots = BTreeSet<usize>;

/// The slots present when a flag is true, and when it is false. Other kinds have both alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) yes: Slots,
    pub(super) no: Slots,
}

impl Facts {
    fn same(slots: Slots) -> Self {
        Self { no: slots.clone(), yes: slots }
    }

    /// What holds whichever way it goes.
    pub(super) fn both(&self) -> Slots {
        self.yes.intersection(&self.no).copied().collect()
    }
}

/// What follows from a tree having a value. Each part is visited once.
pub(super) fn facts(tree: &Tree) -> Facts {
    match &tree.node {
        Node::Read(it) => Facts::same([it.symbol.slot].into()),
        Node::Presence(it, present) => {
            let (here, nothing) = (Slots::from([it.symbol.slot]), Slots::new());
            if *present {
                Facts { yes: here, no: nothing }
            } else {
                Facts { yes: nothing, no: here }
            }
        }
        Node::Not(it) => {
            let Facts { yes, no } = facts(it);
            Facts { yes: no, no: yes }
        }
        Node::And(terms) => conjunction(terms.iter().map(facts)),
        Node::Or(terms) => {
            let flipped = terms.iter().map(|term| {
                let Facts { yes, no } = facts(term);
                Facts { yes: no, no: yes }
            });
            let Facts { yes, no } = conjunction(flipped);
            Facts { yes: no, no: yes }
        }
        Node::If(parts) => {
            let [condition, yes, no] = &**parts;
            let (condition, yes, no) = (facts(condition), facts(yes), facts(no));
            let either = |yes: &Slots, no: &Slots| {
                let with = &condition.yes | yes;
                let without = &condition.no | no;
                &with & &without
            };
            Facts { yes: either(&yes.yes, &no.yes), no: either(&yes.no, &no.no) }
        }
        Node::Let(_, _, value, body) => {
            let always = facts(value).both();
            let Facts { yes, no } = facts(body);
            Facts { yes: &yes | &always, no: &no | &always }
        }
        // The last is read only when all before it are missing.
        Node::Coalesce(..) => Facts::default(),
        _ => Facts::same(tree.parts().into_iter().flat_map(|part| facts(part).both()).collect()),
    }
}

/// `&&` from left to right: true when all are, false as soon as one is.
fn conjunction(terms: impl Iterator<Item = Facts>) -> Facts {
    let mut so_far = Slots::new();
    let mut no: Option<Slots> = None;
    for term in terms {
        let stopped = &so_far | &term.no;
        no = Some(no.map_or_else(|| stopped.clone(), |no| &no & &stopped));
        so_far.extend(term.yes);
    }
    Facts { yes: so_far, no: no.unwrap_or_default() }
}

/// A read of a name that can be missing and is not known to be present.
#[derive(Debug)]
pub(super) struct Unguarded {
    pub(super) named: Arc<Named>,
    pub(super) span: (usize, usize),
    /// Whether nothing is done with the name before it is shown, or before a `switch` looks at it.
    pub(super) bare: bool,
}

/// All of them, each name once.
pub(super) fn unguarded(tree: &Tree, known: &Slots) -> Vec<Unguarded> {
    let mut found = Vec::new();
    let bare = matches!(tree.node, Node::Read(_));
    walk(tree, known, Some(bare), &mut found);
    once(found)
}

/// The same of what a `switch` is about alone: to its reader, `_` could well stand for what is missing.
pub(super) fn unguarded_switches(tree: &Tree) -> Vec<Unguarded> {
    let mut found = Vec::new();
    walk(tree, &Slots::new(), None, &mut found);
    once(found)
}

fn once(found: Vec<Unguarded>) -> Vec<Unguarded> {
    let mut seen = Slots::new();
    found.into_iter().filter(|read| seen.insert(read.named.symbol.slot)).collect()
}

/// `bare` says whether a name that stands here stands alone; it is none where a name may be missing.
fn walk(tree: &Tree, known: &Slots, bare: Option<bool>, found: &mut Vec<Unguarded>) {
    match &tree.node {
        Node::Read(it) => {
            if let Some(bare) = bare
                && it.symbol.optional
                && !known.contains(&it.symbol.slot)
            {
                found.push(Unguarded { named: Arc::clone(it), span: tree.span, bare });
            }
        }
        Node::And(terms) | Node::Or(terms) => {
            let mut known = known.clone();
            for term in terms {
                walk(term, &known, bare, found);
                let Facts { yes, no } = facts(term);
                known.extend(if matches!(tree.node, Node::And(_)) { yes } else { no });
            }
        }
        Node::If(parts) => {
            let [condition, yes, no] = &**parts;
            walk(condition, known, bare, found);
            let after = facts(condition);
            walk(yes, &(known | &after.yes), bare, found);
            walk(no, &(known | &after.no), bare, found);
        }
        Node::Let(_, name, value, body) => {
            let switched = name.is_empty().then_some(matches!(value.node, Node::Read(_)));
            walk(value, known, bare.or(switched), found);
            walk(body, &(known | &facts(value).both()), bare, found);
        }
        _ => tree.parts().into_iter().for_each(|part| walk(part, known, bare, found)),
    }
}
