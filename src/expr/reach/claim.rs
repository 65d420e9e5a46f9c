//! Claims about single values, of which conditions are made, and whether some of them agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::range;
use super::super::tree::{Comparison, Named, Node, Tree};
use super::super::{Kind, Value};
use super::spans::{Span, Spans};

/// What a condition answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Yes,
    No,
    /// It has no answer.
    Nothing,
}

impl Want {
    const fn flipped(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Nothing => Self::Nothing,
        }
    }
}

/// The most terms of `&&` and `||` of which it is followed which are asked before another. Our choice.
const MOST_TERMS: usize = 8;

/// What is claimed of a row: more may be claimed than is said, never less.
#[derive(Debug, Clone)]
pub(super) enum Claim {
    Always,
    Never,
    /// A value, by the text of what it is, is among these.
    Is(String, Domain),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// What a value can be.
#[derive(Debug, Clone)]
pub(super) struct Domain {
    values: Values,
    /// Whether it can be without one.
    missing: bool,
}

#[derive(Debug, Clone)]
enum Values {
    Numbers(Spans),
    /// These texts, or all but these.
    Texts(BTreeSet<Arc<str>>, bool),
    /// Bits for what it can be: no and yes; or less, equal, greater.
    Bits(u8),
}

/// Bits of a flag.
const NO: u8 = 1;
const YES: u8 = 2;
/// Bits of how two values compare.
const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;

impl Values {
    fn is_empty(&self) -> bool {
        match self {
            Self::Numbers(it) => it.is_empty(),
            Self::Texts(texts, all_but) => texts.is_empty() && !all_but,
            Self::Bits(it) => *it == 0,
        }
    }

    fn meet(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Numbers(one), Self::Numbers(two)) => Self::Numbers(one.meet(two)),
            (Self::Bits(one), Self::Bits(two)) => Self::Bits(one & two),
            (Self::Texts(one, false), Self::Texts(two, false)) => Self::Texts(one & two, false),
            (Self::Texts(one, false), Self::Texts(two, true)) => Self::Texts(one - two, false),
            (Self::Texts(one, true), Self::Texts(two, false)) => Self::Texts(two - one, false),
            (Self::Texts(one, true), Self::Texts(two, true)) => Self::Texts(one | two, true),
            // Of one thing there are values of one kind; nothing is known of any other.
            (one, _) => one.clone(),
        }
    }

    fn others(&self) -> Self {
        match self {
            Self::Numbers(it) => Self::Numbers(it.others()),
            Self::Texts(texts, all_but) => Self::Texts(texts.clone(), !all_but),
            Self::Bits(it) => Self::Bits(!it),
        }
    }
}

/// What is known of the values of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct State(BTreeMap<String, Domain>);

impl State {
    /// Adds a claim; false where it contradicts what is known. Choices are left for later.
    pub(super) fn assume<'a>(&mut self, claim: &'a Claim, later: &mut Vec<&'a Claim>) -> bool {
        match claim {
            Claim::Always => true,
            Claim::Never => false,
            Claim::All(all) => all.iter().all(|claim| self.assume(claim, later)),
            Claim::Any(_) => {
                later.push(claim);
                true
            }
            Claim::Is(key, it) => {
                let known = self.0.entry(key.clone()).or_insert_with(|| it.clone());
                known.values = known.values.meet(&it.values);
                known.missing &= it.missing;
                known.missing || !known.values.is_empty()
            }
        }
    }

    /// Whether a claim, each part of it by itself, may be true; false only where it cannot.
    pub(super) fn agrees(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Always => true,
            Claim::Never => false,
            Claim::All(all) => all.iter().all(|claim| self.agrees(claim)),
            Claim::Any(ways) => ways.iter().any(|way| self.agrees(way)),
            Claim::Is(key, it) => match self.0.get(key) {
                None => it.missing || !it.values.is_empty(),
                Some(known) => {
                    known.missing && it.missing || !known.values.meet(&it.values).is_empty()
                }
            },
        }
    }
}

impl Claim {
    /// What can be chosen of, or itself.
    pub(super) fn ways(&self) -> impl Iterator<Item = &Self> {
        let ways =
            if let Self::Any(it) = self { it.as_slice() } else { std::slice::from_ref(self) };
        ways.iter()
    }

    /// What a condition claims of the rows for which its answer is as wanted.
    pub(super) fn of(tree: &Tree, want: Want) -> Self {
        // As a whole, too: the same condition has the same answer, whatever it is made of.
        Self::All(vec![whole(tree, want), flag(tree, want)])
    }
}

/// The values that a list or a range holds, where they are numbers that are written there.
pub(super) fn listed(tree: &Tree) -> Option<Spans> {
    match &tree.node {
        Node::Within(_, all) => {
            let numbers = all.iter().map(|value| match value {
                Value::Number(it) => Some(Spans::point(*it)),
                _ => None,
            });
            Some(Spans::union(numbers.collect::<Option<Vec<_>>>()?))
        }
        Node::Between(parts, inclusive) => {
            let [_, from, to] = &**parts;
            let (low, high) = (range::constant(from)?, range::constant(to)?);
            Some(Spans::span(Span { low, high, with_low: true, with_high: *inclusive }))
        }
        _ => None,
    }
}

fn all(claims: impl IntoIterator<Item = Claim>) -> Claim {
    Claim::All(claims.into_iter().collect())
}

fn any(claims: impl IntoIterator<Item = Claim>) -> Claim {
    Claim::Any(claims.into_iter().collect())
}

fn constant(answer: bool, want: Want) -> Claim {
    match want {
        Want::Nothing => Claim::Never,
        _ if answer == (want == Want::Yes) => Claim::Always,
        _ => Claim::Never,
    }
}

/// The bits of a flag that is as wanted.
const fn bits(want: Want) -> u8 {
    match want {
        Want::Yes => YES,
        Want::No => NO,
        Want::Nothing => 0,
    }
}

/// A flag as one value that is not looked into.
fn whole(tree: &Tree, want: Want) -> Claim {
    let domain = Domain { values: Values::Bits(bits(want)), missing: want == Want::Nothing };
    Claim::Is(format!("? {}", tree.canonical()), domain)
}

fn flag(tree: &Tree, want: Want) -> Claim {
    match &tree.node {
        Node::Flag(it) => constant(*it, want),
        Node::Not(it) => flag(it, want.flipped()),
        Node::And(terms) => match want {
            Want::Yes => all(terms.iter().map(|term| flag(term, want))),
            Want::No => any(terms.iter().map(|term| flag(term, want))),
            Want::Nothing => stopped(terms, Want::Yes),
        },
        Node::Or(terms) => match want {
            Want::Yes => any(terms.iter().map(|term| flag(term, want))),
            Want::No => all(terms.iter().map(|term| flag(term, want))),
            Want::Nothing => stopped(terms, Want::No),
        },
        Node::Read(_) => match want {
            Want::Nothing => missing(tree),
            _ => is(tree, Values::Bits(bits(want))),
        },
        Node::Presence(it, present) => match (want, it.symbol.optional) {
            (Want::Nothing, _) => Claim::Never,
            (_, false) => constant(*present, want),
            (_, true) => presence(it, *present == (want == Want::Yes)),
        },
        Node::Coalesce(..) => each_way(tree, |way| flag(way, want)),
        Node::Compare(op, left, right) => compare(tree, *op, left, right, want),
        Node::Within(needle, _) => each_way(needle, |way| among(tree, way, want)),
        Node::Between(parts, _) => {
            let [needle, _, _] = &**parts;
            each_way(needle, |way| among(tree, way, want))
        }
        Node::If(parts) => {
            let [condition, yes, no] = &**parts;
            let unasked = (want == Want::Nothing).then(|| flag(condition, Want::Nothing));
            let ways = [
                all([flag(condition, Want::Yes), flag(yes, want)]),
                all([flag(condition, Want::No), flag(no, want)]),
            ];
            any(ways.into_iter().chain(unasked))
        }
        _ => whole(tree, want),
    }
}

/// That the terms go on, each with such an answer, up to one that has none.
fn stopped(terms: &[Tree], goes_on: Want) -> Claim {
    let followed = terms.len() <= MOST_TERMS;
    any(terms.iter().enumerate().map(|(at, it)| {
        let before = terms.get(..if followed { at } else { 0 }).unwrap_or_default();
        let before = before.iter().map(|term| flag(term, goes_on));
        all(before.chain([flag(it, Want::Nothing)]))
    }))
}

/// A claim about each name that may stand for the value of `a ?? b ?? 0`, and for its last part.
fn each_way(tree: &Tree, claim: impl Fn(&Tree) -> Claim) -> Claim {
    let Node::Coalesce(names, last) = &tree.node else { return claim(tree) };
    let mut before = Vec::new();
    let mut ways = Vec::new();
    for it in names {
        let read = Tree { node: Node::Read(Arc::clone(it)), ..tree.clone() };
        let here = [presence(it, true), claim(&read)];
        ways.push(all(before.iter().cloned().chain(here)));
        before.push(if it.symbol.optional { presence(it, false) } else { Claim::Never });
    }
    ways.push(all(before.into_iter().chain([claim(last)])));
    Claim::Any(ways)
}

fn presence(named: &Arc<Named>, there: bool) -> Claim {
    let tree = Tree { kind: named.symbol.kind, span: (0, 0), node: Node::Read(Arc::clone(named)) };
    let values = if there { every(&tree) } else { none(tree.kind) };
    Claim::Is(tree.canonical(), Domain { values, missing: !there })
}

/// Every value that something can have.
fn every(tree: &Tree) -> Values {
    match (tree.kind, &tree.node) {
        (Kind::Number, _) => {
            let (low, high) = range::ends(tree);
            Values::Numbers(Spans::between(low, high))
        }
        (Kind::Flag, _) => Values::Bits(YES | NO),
        (Kind::Text, Node::Read(it)) => match &it.symbol.labels {
            Some(labels) => Values::Texts(labels.iter().cloned().collect(), false),
            None => Values::Texts(BTreeSet::new(), true),
        },
        (Kind::Text, _) => Values::Texts(BTreeSet::new(), true),
    }
}

fn none(kind: Kind) -> Values {
    match kind {
        Kind::Number => Values::Numbers(Spans::default()),
        Kind::Flag => Values::Bits(0),
        Kind::Text => Values::Texts(BTreeSet::new(), false),
    }
}

/// That something is among some values, and that all it is made of is there.
fn is(tree: &Tree, values: Values) -> Claim {
    let domain = Domain { values: every(tree).meet(&values), missing: false };
    let mut claims = vec![Claim::Is(tree.canonical(), domain)];
    if !matches!(tree.node, Node::Read(_)) {
        made_of(tree, &mut claims);
    }
    Claim::All(claims)
}

/// That something has no value.
fn missing(tree: &Tree) -> Claim {
    match &tree.node {
        Node::Read(it) if !it.symbol.optional => Claim::Never,
        _ => Claim::Is(tree.canonical(), Domain { values: none(tree.kind), missing: true }),
    }
}

/// The names that must be there for something to have a value.
fn made_of(tree: &Tree, claims: &mut Vec<Claim>) {
    match &tree.node {
        Node::Read(it) => claims.push(presence(it, true)),
        Node::Arithmetic(..) | Node::Minus(_) | Node::Call(..) => {
            tree.parts().into_iter().for_each(|part| made_of(part, claims));
        }
        _ => {}
    }
}

/// That something is, or is not, among some values, or has none.
fn value(tree: &Tree, values: Values, want: Want) -> Claim {
    match want {
        Want::Yes => is(tree, values),
        Want::No => is(tree, values.others()),
        Want::Nothing => missing(tree),
    }
}

/// That a value is, or is not, among those that a list or a range holds.
fn among(tree: &Tree, needle: &Tree, want: Want) -> Claim {
    if let Some(it) = listed(tree) {
        return match range::constant(needle) {
            Some(needle) => constant(!it.meet(&Spans::point(needle)).is_empty(), want),
            None => value(needle, Values::Numbers(it), want),
        };
    }
    match &tree.node {
        Node::Within(_, all) if needle.kind == Kind::Text => {
            let texts = all.iter().filter_map(|value| match value {
                Value::Text(it) => Some(Arc::clone(it)),
                _ => None,
            });
            let texts: BTreeSet<Arc<str>> = texts.collect();
            match &needle.node {
                Node::Text(it) => constant(texts.contains(it), want),
                _ => value(needle, Values::Texts(texts, false), want),
            }
        }
        _ => whole(tree, want),
    }
}

fn compare(tree: &Tree, op: Comparison, left: &Tree, right: &Tree, want: Want) -> Claim {
    match left.kind {
        Kind::Flag => match (&left.node, &right.node) {
            (_, Node::Flag(it)) => same_flag(left, (op == Comparison::Equal) == *it, want),
            (Node::Flag(it), _) => same_flag(right, (op == Comparison::Equal) == *it, want),
            _ => whole(tree, want),
        },
        _ => each_way(left, |left| each_way(right, |right| pair(op, left, right, want))),
    }
}

fn same_flag(tree: &Tree, is: bool, want: Want) -> Claim {
    flag(tree, if is { want } else { want.flipped() })
}

/// Two numbers or two texts.
fn pair(op: Comparison, left: &Tree, right: &Tree, want: Want) -> Claim {
    match (range::constant(left), range::constant(right)) {
        (Some(left), Some(right)) => return constant(op.numbers(left, right), want),
        (None, Some(it)) => {
            return value(left, Values::Numbers(Spans::that_are(op, it)), want);
        }
        (Some(it), None) => {
            return value(right, Values::Numbers(Spans::that_are(op.swapped(), it)), want);
        }
        (None, None) => {}
    }
    let text = |it: &Arc<str>| {
        let one = Values::Texts([Arc::clone(it)].into(), false);
        if op == Comparison::Equal { one } else { one.others() }
    };
    match (&left.node, &right.node) {
        (Node::Text(one), Node::Text(two)) => {
            constant((one == two) == (op == Comparison::Equal), want)
        }
        (_, Node::Text(it)) => value(left, text(it), want),
        (Node::Text(it), _) => value(right, text(it), want),
        _ => relation(op, left, right, want),
    }
}

/// How two values that are not written there compare.
fn relation(op: Comparison, left: &Tree, right: &Tree, want: Want) -> Claim {
    let (one, two) = (left.canonical(), right.canonical());
    let changed = two < one;
    let bits = match if changed { op.swapped() } else { op } {
        Comparison::Equal => EQUAL,
        Comparison::Unequal => LESS | GREATER,
        Comparison::Less => LESS,
        Comparison::LessOrEqual => LESS | EQUAL,
        Comparison::Greater => GREATER,
        Comparison::GreaterOrEqual => GREATER | EQUAL,
    };
    let key = if changed { format!("{two} ~ {one}") } else { format!("{one} ~ {two}") };
    let (bits, missing) = match want {
        Want::Yes => (bits, false),
        Want::No => (!bits & (LESS | EQUAL | GREATER), false),
        Want::Nothing => (0, true),
    };
    let mut claims = vec![Claim::Is(key, Domain { values: Values::Bits(bits), missing })];
    if !missing {
        made_of(left, &mut claims);
        made_of(right, &mut claims);
    }
    Claim::All(claims)
}
