//! Quotients in a calculation: one name over another, and what a product is made of.

use super::super::tree::{Arithmetic, Node, Tree};
use super::Program;

/// One name divided by another, each perhaps times a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quotient<'a> {
    pub(crate) over: &'a str,
    pub(crate) under: &'a str,
    /// The bytes of the token that the quotient is known by.
    pub(crate) span: (usize, usize),
}

impl Program {
    /// Every quotient of two names in it.
    pub(crate) fn quotients(&self) -> Vec<Quotient<'_>> {
        let mut all = Vec::new();
        if let Some(tree) = self.tree() {
            collect(tree, &mut all);
        }
        all
    }

    /// The names that it multiplies, where it is their product, perhaps times a number; nothing where one of them
    /// has a value to stand in for it.
    pub(crate) fn factors(&self) -> Vec<&str> {
        let mut all = Vec::new();
        match self.tree() {
            Some(tree) if multiplied(tree, &mut all) => all,
            _ => Vec::new(),
        }
    }
}

fn collect<'a>(tree: &'a Tree, all: &mut Vec<Quotient<'a>>) {
    if let Node::Arithmetic(Arithmetic::Divide, over, under) = &tree.node {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let both = multiplied(over, &mut above) && multiplied(under, &mut below);
        if let (true, [over], [under]) = (both, above.as_slice(), below.as_slice()) {
            all.push(Quotient { over, under, span: tree.span });
        }
    }
    for part in tree.parts() {
        collect(part, all);
    }
}

/// Whether a part is a product of names and numbers, or such over a number.
fn multiplied<'a>(tree: &'a Tree, names: &mut Vec<&'a str>) -> bool {
    match &tree.node {
        Node::Read(it) => {
            names.push(&it.name);
            true
        }
        Node::Number(_) => true,
        Node::Arithmetic(Arithmetic::Multiply, left, right) => {
            multiplied(left, names) && multiplied(right, names)
        }
        Node::Arithmetic(Arithmetic::Divide, left, right) => {
            matches!(right.node, Node::Number(_)) && multiplied(left, names)
        }
        _ => false,
    }
}
