//! What values an expression can take, given the declared ranges and labels of its names.
//!
//! Used to find conditions that are always true or always false. It errs on one side only: what it
//! calls impossible is impossible; what it calls possible may not be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::tree::{Arithmetic, Comparison, Named, Node, Tree};
use super::{Kind, Problem, Value};
use crate::fault::Code;

mod interval;
pub(super) use interval::Interval;

/// The most texts of a name that are followed through an expression, which takes time for each of
/// them; of a name with more, nothing is known. Our choice.
const MOST_LABELS: usize = 64;

/// The values something can take.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Number(Interval),
    /// Whether it can be true, and whether it can be false.
    Flag(bool, bool),
    /// Every text it can be, where that is known.
    Text(Option<BTreeSet<Arc<str>>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Slot(usize),
    Local(usize),
}

type Shapes = BTreeMap<Key, Shape>;

/// What a flag always is, if it is always the same; and a warning for each part that is.
pub(super) fn analyse(tree: &Tree) -> (Option<bool>, Vec<Problem>) {
    let mut analysis = Analysis { found: Vec::new() };
    let shape = analysis.shape(tree, &Shapes::new());
    let always = match shape {
        Shape::Flag(true, false) => Some(true),
        Shape::Flag(false, true) => Some(false),
        _ => None,
    };
    if let Some(answer) = always {
        let literal = matches!(tree.node, Node::Flag(_));
        if !literal && analysis.found.is_empty() {
            analysis.warn(tree, answer, "by its own terms");
        }
    }
    (always, analysis.found)
}

/// What a condition is on every row on which another is true, where that is sure. It is not where
/// it calculates: a number that is not finite has no answer.
pub(super) fn under(condition: &Tree, tree: &Tree) -> Option<bool> {
    if !is_plain(tree) {
        return None;
    }
    let mut known = Shapes::new();
    narrow(condition, true, &mut known);
    match (Analysis { found: Vec::new() }).shape(tree, &known) {
        Shape::Flag(true, false) => Some(true),
        Shape::Flag(false, true) => Some(false),
        _ => None,
    }
}

/// Whether it has an answer wherever the names that it reads have values.
fn is_plain(tree: &Tree) -> bool {
    let fine = !matches!(
        tree.node,
        Node::Arithmetic(..) | Node::Minus(_) | Node::Call(..) | Node::Let(..) | Node::If(_)
    );
    fine && tree.parts().iter().all(|part| is_plain(part))
}

struct Analysis {
    found: Vec<Problem>,
}

impl Analysis {
    fn warn(&mut self, tree: &Tree, answer: bool, why: &str) {
        let message = format!("this is always {answer} {why}");
        let known = self.found.iter().any(|problem| problem.start == tree.span.0);
        if !known {
            self.found.push(Problem::new(Code::AlwaysSame, tree.span, message).warning());
        }
    }

    /// The shape of `tree` where `known` holds; warns where that makes a comparison constant.
    fn shape(&mut self, tree: &Tree, known: &Shapes) -> Shape {
        match &tree.node {
            Node::And(terms) => self.terms(terms, known, true),
            Node::Or(terms) => self.terms(terms, known, false),
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                let decided = self.shape(condition, known);
                let (mut with, mut without) = (known.clone(), known.clone());
                narrow(condition, true, &mut with);
                narrow(condition, false, &mut without);
                match decided {
                    Shape::Flag(true, false) => self.shape(yes, &with),
                    Shape::Flag(false, true) => self.shape(no, &without),
                    _ => union(self.shape(yes, &with), self.shape(no, &without)),
                }
            }
            Node::Let(number, _, value, body) => {
                let mut known = known.clone();
                let shape = self.shape(value, &known);
                known.insert(Key::Local(*number), shape);
                self.shape(body, &known)
            }
            Node::Compare(..) | Node::Within(..) | Node::Between(..) | Node::Presence(..) => {
                for part in tree.parts() {
                    self.shape(part, known);
                }
                let shape = leaf(tree, known);
                if let Shape::Flag(yes, no) = shape
                    && yes != no
                {
                    let plainly = leaf(tree, &locals_of(known)) == shape;
                    let why =
                        if plainly { "by the declared ranges" } else { "where it is reached" };
                    self.warn(tree, yes, why);
                }
                shape
            }
            Node::Not(it) => match self.shape(it, known) {
                Shape::Flag(yes, no) => Shape::Flag(no, yes),
                other => other,
            },
            _ => {
                for part in tree.parts() {
                    self.shape(part, known);
                }
                leaf(tree, known)
            }
        }
    }

    /// `&&` (or `||`) from left to right, each term where those before it held (or did not).
    fn terms(&mut self, terms: &[Tree], known: &Shapes, all: bool) -> Shape {
        let mut known = known.clone();
        let mut open = false;
        for term in terms {
            let (goes_on, stops) = match self.shape(term, &known) {
                Shape::Flag(yes, no) if all => (yes, no),
                Shape::Flag(yes, no) => (no, yes),
                _ => (true, true),
            };
            open |= stops;
            if !goes_on {
                return if all { Shape::Flag(false, true) } else { Shape::Flag(true, false) };
            }
            narrow(term, all, &mut known);
        }
        if all { Shape::Flag(true, open) } else { Shape::Flag(open, true) }
    }
}

/// What is known of `let`s alone, without what earlier terms say of names.
fn locals_of(known: &Shapes) -> Shapes {
    known
        .iter()
        .filter(|(key, _)| matches!(key, Key::Local(_)))
        .map(|(key, shape)| (*key, shape.clone()))
        .collect()
}

/// The declared shape of a name.
fn declared(named: &Named) -> Shape {
    match named.symbol.kind {
        Kind::Number => Shape::Number(named.symbol.range.map_or(Interval::ALL, Interval::closed)),
        Kind::Flag => Shape::Flag(true, true),
        Kind::Text => {
            let few = named.symbol.labels.as_ref().filter(|labels| labels.len() <= MOST_LABELS);
            Shape::Text(few.map(|labels| labels.iter().cloned().collect()))
        }
    }
}

fn look_up(named: &Named, known: &Shapes) -> Shape {
    known.get(&Key::Slot(named.symbol.slot)).cloned().unwrap_or_else(|| declared(named))
}

fn anything(kind: Kind) -> Shape {
    match kind {
        Kind::Number => Shape::Number(Interval::ALL),
        Kind::Flag => Shape::Flag(true, true),
        Kind::Text => Shape::Text(None),
    }
}

/// The shape of a part, without warnings.
fn leaf(tree: &Tree, known: &Shapes) -> Shape {
    match &tree.node {
        Node::Number(it) => Shape::Number(Interval::point(*it)),
        Node::Flag(it) => Shape::Flag(*it, !*it),
        Node::Text(it) => Shape::Text(Some([Arc::clone(it)].into())),
        Node::Read(it) => look_up(it, known),
        Node::Local(it) => {
            known.get(&Key::Local(*it)).cloned().unwrap_or_else(|| anything(tree.kind))
        }
        Node::Arithmetic(op, left, right) => {
            Shape::Number(arithmetic(*op, number(left, known), number(right, known)))
        }
        Node::Minus(it) => Shape::Number(number(it, known).negated()),
        Node::Coalesce(names, last) => {
            names.iter().map(|name| look_up(name, known)).fold(leaf(last, known), union)
        }
        Node::Presence(named, present) if !named.symbol.optional => {
            Shape::Flag(*present, !*present)
        }
        Node::Compare(op, left, right) => compare(*op, left, right, known),
        Node::Within(needle, all) => within(needle, all, known),
        Node::Between(parts, inclusive) => between(parts, *inclusive, known),
        Node::Call(function, all) => call(&function.name, all, tree.kind, known),
        Node::If(parts) => {
            let [_, yes, no] = &**parts;
            union(leaf(yes, known), leaf(no, known))
        }
        _ => anything(tree.kind),
    }
}

/// The lowest and the highest number that an expression can give.
pub(super) fn ends(tree: &Tree) -> (f64, f64) {
    number(tree, &Shapes::new()).ends()
}

/// The number that an expression always gives, if it reads nothing.
pub(super) fn constant(tree: &Tree) -> Option<f64> {
    let mut names = BTreeMap::new();
    tree.names(&mut names);
    let it = number(tree, &Shapes::new());
    (tree.kind == Kind::Number && names.is_empty() && it.is_point()).then(|| it.ends().0)
}

fn number(tree: &Tree, known: &Shapes) -> Interval {
    match leaf(tree, known) {
        Shape::Number(it) => it,
        _ => Interval::ALL,
    }
}

fn union(left: Shape, right: Shape) -> Shape {
    match (left, right) {
        (Shape::Number(left), Shape::Number(right)) => Shape::Number(left.hull(right)),
        (Shape::Flag(yes, no), Shape::Flag(or_yes, or_no)) => {
            Shape::Flag(yes || or_yes, no || or_no)
        }
        (Shape::Text(Some(left)), Shape::Text(Some(right))) => Shape::Text(Some(&left | &right)),
        // A number and the text that stands in for it, in a message.
        _ => Shape::Text(None),
    }
}

fn arithmetic(op: Arithmetic, left: Interval, right: Interval) -> Interval {
    match op {
        Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply => {
            left.corners(right, |one, two| op.apply(one, two))
        }
        Arithmetic::Divide if !right.holds(0.0) => left.corners(right, |one, two| one / two),
        Arithmetic::Power if left.is_point() && right.is_point() => left.corners(right, f64::powf),
        _ => Interval::ALL,
    }
}

fn call(name: &str, all: &[Tree], kind: Kind, known: &Shapes) -> Shape {
    let of = |it: &Tree| number(it, known);
    let shape = match (name, all) {
        ("abs", [it]) => of(it).absolute(),
        ("floor", [it]) => of(it).mapped(f64::floor),
        ("ceil", [it]) => of(it).mapped(f64::ceil),
        ("round", [it]) => of(it).mapped(f64::round),
        ("sqrt", [it]) if !of(it).holds_below(0.0) => of(it).mapped(f64::sqrt),
        ("sqrt" | "exp", [_]) => Interval::closed((0.0, f64::INFINITY)),
        ("min" | "max", all) => {
            let pick = if name == "min" { f64::min } else { f64::max };
            let each = all.iter().map(of);
            each.reduce(|one, two| one.corners(two, pick)).unwrap_or(Interval::ALL)
        }
        _ => return anything(kind),
    };
    Shape::Number(shape)
}

fn compare(op: Comparison, left: &Tree, right: &Tree, known: &Shapes) -> Shape {
    match (leaf(left, known), leaf(right, known)) {
        (Shape::Number(one), Shape::Number(two)) => {
            let (yes, no) = one.compare(op, two);
            Shape::Flag(yes, no)
        }
        (Shape::Text(Some(one)), Shape::Text(Some(two))) => {
            let can_equal = one.intersection(&two).next().is_some();
            let can_differ = one.len() > 1 || two.len() > 1 || !can_equal;
            match op {
                Comparison::Unequal => Shape::Flag(can_differ, can_equal),
                _ => Shape::Flag(can_equal, can_differ),
            }
        }
        (Shape::Flag(a, b), Shape::Flag(c, d)) => {
            let (can_equal, can_differ) = ((a && c) || (b && d), (a && d) || (b && c));
            match op {
                Comparison::Unequal => Shape::Flag(can_differ, can_equal),
                _ => Shape::Flag(can_equal, can_differ),
            }
        }
        _ => Shape::Flag(true, true),
    }
}

fn within(needle: &Tree, all: &[Value], known: &Shapes) -> Shape {
    match leaf(needle, known) {
        Shape::Number(it) => {
            let listed = |it: &Value| if let Value::Number(it) = it { Some(*it) } else { None };
            let numbers: Vec<f64> = all.iter().filter_map(listed).collect();
            let can = numbers.iter().any(|listed| it.holds(*listed));
            Shape::Flag(can, !(it.is_point() && can))
        }
        Shape::Text(Some(it)) => {
            let listed = |text: &Arc<str>| all.contains(&Value::Text(Arc::clone(text)));
            Shape::Flag(it.iter().any(listed), !it.iter().all(listed))
        }
        _ => Shape::Flag(true, true),
    }
}

fn between([needle, from, to]: &[Tree; 3], inclusive: bool, known: &Shapes) -> Shape {
    let (needle, from, to) = (number(needle, known), number(from, known), number(to, known));
    let upper = if inclusive { Comparison::LessOrEqual } else { Comparison::Less };
    let low = needle.compare(Comparison::GreaterOrEqual, from);
    let high = needle.compare(upper, to);
    Shape::Flag(low.0 && high.0, low.1 || high.1)
}

/// Adds to `known` what follows from `tree` being `truth`.
fn narrow(tree: &Tree, truth: bool, known: &mut Shapes) {
    match (&tree.node, truth) {
        (Node::And(terms), true) | (Node::Or(terms), false) => {
            terms.iter().for_each(|term| narrow(term, truth, known));
        }
        (Node::Not(it), _) => narrow(it, !truth, known),
        (Node::Read(it), _) if tree.kind == Kind::Flag => {
            known.insert(Key::Slot(it.symbol.slot), Shape::Flag(truth, !truth));
        }
        (Node::Compare(op, left, right), _) => {
            let op = if truth { *op } else { op.negated() };
            narrow_side(left, op, right, known);
            narrow_side(right, op.swapped(), left, known);
        }
        (Node::Between(parts, inclusive), true) => {
            let [needle, from, to] = &**parts;
            let upper = if *inclusive { Comparison::LessOrEqual } else { Comparison::Less };
            narrow_side(needle, Comparison::GreaterOrEqual, from, known);
            narrow_side(needle, upper, to, known);
        }
        (Node::Within(needle, all), _) => narrow_within(needle, all, truth, known),
        _ => {}
    }
}

fn narrow_side(side: &Tree, op: Comparison, other: &Tree, known: &mut Shapes) {
    let Node::Read(named) = &side.node else { return };
    let shape = match (look_up(named, known), leaf(other, known)) {
        (Shape::Number(it), Shape::Number(other)) => Shape::Number(it.narrowed(op, other)),
        (Shape::Text(it), Shape::Text(Some(other))) if op == Comparison::Equal => {
            Shape::Text(Some(it.map_or_else(|| other.clone(), |labels| &labels & &other)))
        }
        (Shape::Text(Some(it)), Shape::Text(Some(other))) if other.len() == 1 => {
            Shape::Text(Some(&it - &other))
        }
        _ => return,
    };
    known.insert(Key::Slot(named.symbol.slot), shape);
}

fn narrow_within(needle: &Tree, all: &[Value], truth: bool, known: &mut Shapes) {
    let Node::Read(named) = &needle.node else { return };
    let shape = match (look_up(named, known), truth) {
        (Shape::Number(it), true) => {
            let listed = all.iter().filter_map(|value| match value {
                Value::Number(it) => Some(Interval::point(*it)),
                _ => None,
            });
            let Some(hull) = listed.reduce(Interval::hull) else { return };
            Shape::Number(it.meet(hull))
        }
        (Shape::Text(it), _) => {
            let listed: BTreeSet<Arc<str>> = all
                .iter()
                .filter_map(|it| if let Value::Text(it) = it { Some(Arc::clone(it)) } else { None })
                .collect();
            match (it, truth) {
                (Some(it), true) => Shape::Text(Some(&it & &listed)),
                (Some(it), false) => Shape::Text(Some(&it - &listed)),
                (None, true) => Shape::Text(Some(listed)),
                (None, false) => return,
            }
        }
        _ => return,
    };
    known.insert(Key::Slot(named.symbol.slot), shape);
}
