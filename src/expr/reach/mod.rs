//! What conditions can hold one after another: which rows a first-match list leaves to its later cases.
//!
//! It errs on one side only: what it calls out of reach no row comes to; what it takes for possible
//! may not be. Conditions are taken apart into claims about single values (`claim`), each value named by
//! the text of what it is; what cannot be taken apart is a value of its own.

mod claim;
mod quotient;
mod spans;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::program::Program;
use super::range;
use super::tree::{Node, Tree};
use claim::{Claim, State, Want};
pub(crate) use quotient::Quotient;
pub(crate) use spans::{Span, Spans};

/// The most claims that are looked at for one list. Our choice: a hundred times what lists of people take, and a few
/// milliseconds; past it everything is taken for possible. Tested by `a_tangle_is_given_up_in_time`.
const MOST_STEPS: usize = 20_000;

/// The conditions of a first-match list in order, and what is left of the rows after them.
#[derive(Debug, Clone)]
pub(crate) struct Cascade {
    /// Whether a condition without an answer goes on to the next, instead of ending the search.
    goes_on: bool,
    state: State,
    later: Vec<Claim>,
    /// Whether nothing is left.
    over: bool,
    /// How many claims may still be looked at.
    steps: Cell<usize>,
}

impl Cascade {
    /// A list in which nothing comes after a condition that has no answer.
    pub(crate) fn first_match() -> Self {
        Self {
            goes_on: false,
            state: State::default(),
            later: Vec::new(),
            over: false,
            steps: Cell::new(MOST_STEPS),
        }
    }

    /// A list in which a condition without an answer is passed over.
    pub(crate) fn first_true() -> Self {
        Self { goes_on: true, ..Self::first_match() }
    }

    /// Whether a row may come so far and meet the condition.
    pub(crate) fn can_reach(&self, it: &Program) -> bool {
        let Some(tree) = it.tree() else { return true };
        let claim = Claim::of(tree, Want::Yes);
        if self.over {
            return false;
        }
        let mut later = self.later.iter().collect();
        let mut state = self.state.clone();
        state.assume(&claim, &mut later) && self.can_hold(state, later)
    }

    /// Whether no row is left.
    pub(crate) fn is_over(&self) -> bool {
        self.over || !self.can_hold(self.state.clone(), self.later.iter().collect())
    }

    /// Leaves only the rows that the condition does not take in.
    pub(crate) fn pass(&mut self, it: &Program) {
        let Some(tree) = it.tree() else { return };
        let no = Claim::of(tree, Want::No);
        self.narrow(&match self.goes_on {
            true => Claim::Any(vec![no, Claim::of(tree, Want::Nothing)]),
            false => no,
        });
    }

    /// Leaves only the rows that meet the condition.
    pub(crate) fn keep(&mut self, it: &Program) {
        if let Some(tree) = it.tree() {
            self.narrow(&Claim::of(tree, Want::Yes));
        }
    }

    fn narrow(&mut self, claim: &Claim) {
        let mut later = Vec::new();
        self.over |= !self.state.assume(claim, &mut later);
        let later: Vec<Claim> = later.into_iter().cloned().collect();
        self.later.extend(later);
    }

    /// Whether one of each of the choices may be true together.
    fn can_hold<'c>(&self, mut state: State, mut later: Vec<&'c Claim>) -> bool {
        // What leaves no choice is settled first; then the choice with the fewest ways is tried.
        let mut fewest: Option<(usize, Vec<&'c Claim>)> = None;
        let mut at = 0;
        while let Some(choice) = later.get(at) {
            let Some(steps) = self.steps.get().checked_sub(1) else { return true };
            self.steps.set(steps);
            let ways: Vec<&Claim> = choice.ways().filter(|way| state.agrees(way)).collect();
            match ways.as_slice() {
                [] => return false,
                [only] => {
                    later.swap_remove(at);
                    if !state.assume(only, &mut later) {
                        return false;
                    }
                    // It may leave others without a choice.
                    (fewest, at) = (None, 0);
                    continue;
                }
                many if fewest.as_ref().is_none_or(|fewest| many.len() < fewest.1.len()) => {
                    fewest = Some((at, ways));
                }
                _ => {}
            }
            at += 1;
        }
        let Some((choice, ways)) = fewest else { return true };
        later.swap_remove(choice);
        ways.into_iter().any(|way| {
            let (mut state, mut later) = (state.clone(), later.clone());
            state.assume(way, &mut later) && self.can_hold(state, later)
        })
    }
}

impl Program {
    /// The numbers that an expression can give; every one where it is none or more is not known.
    pub(crate) fn numbers(&self) -> Spans {
        self.tree().map_or_else(Spans::all, |tree| numbers(tree, &BTreeMap::new()))
    }

    /// The name of a number and the values of it for which a condition holds, where it asks for nothing else.
    pub(crate) fn of_one_number(&self) -> Option<(&str, Spans)> {
        of_one_number(self.tree()?)
    }

    /// Whether it reads a name, given as conditions write it.
    pub(crate) fn reads(&self, name: &str) -> bool {
        let mut names = BTreeMap::new();
        if let Some(it) = self.tree() {
            it.names(&mut names);
        }
        names.values().any(|(it, _)| it.name == name)
    }

    /// Whether a text stands in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.tree().is_some_and(|tree| mentions(tree, text))
    }
}

fn mentions(tree: &Tree, text: &str) -> bool {
    let here = match &tree.node {
        Node::Text(it) => it.as_ref() == text,
        Node::Within(_, all) => {
            all.iter().any(|it| matches!(it, super::Value::Text(it) if it.as_ref() == text))
        }
        _ => false,
    };
    here || tree.parts().iter().any(|part| mentions(part, text))
}

fn numbers(tree: &Tree, locals: &BTreeMap<usize, Spans>) -> Spans {
    match &tree.node {
        Node::If(parts) => {
            let [_, yes, no] = &**parts;
            numbers(yes, locals).join(&numbers(no, locals))
        }
        Node::Let(number, _, value, body) => {
            let mut locals = locals.clone();
            locals.insert(*number, numbers(value, &locals));
            numbers(body, &locals)
        }
        Node::Local(it) => locals.get(it).cloned().unwrap_or_else(Spans::all),
        _ => {
            let (low, high) = range::ends(tree);
            Spans::between(low, high)
        }
    }
}

fn of_one_number(tree: &Tree) -> Option<(&str, Spans)> {
    match &tree.node {
        Node::Not(it) => of_one_number(it).map(|(name, it)| (name, it.others())),
        Node::And(terms) => together(terms, Spans::meet),
        Node::Or(terms) => together(terms, Spans::join),
        Node::Compare(op, left, right) => match (name(left), name(right)) {
            (Some(name), _) => Some((name, Spans::that_are(*op, range::constant(right)?))),
            (_, Some(name)) => Some((name, Spans::that_are(op.swapped(), range::constant(left)?))),
            _ => None,
        },
        Node::Within(needle, _) => Some((name(needle)?, claim::listed(tree)?)),
        Node::Between(parts, _) => {
            let [needle, _, _] = &**parts;
            Some((name(needle)?, claim::listed(tree)?))
        }
        _ => None,
    }
}

/// The name of a number that is read.
fn name(tree: &Tree) -> Option<&str> {
    match &tree.node {
        Node::Read(it) if it.symbol.kind == super::Kind::Number => Some(&it.name),
        _ => None,
    }
}

fn together(terms: &[Tree], how: fn(&Spans, &Spans) -> Spans) -> Option<(&str, Spans)> {
    let mut all = terms.iter().map(of_one_number);
    let (name, mut set) = all.next()??;
    for it in all {
        let (other, it) = it?;
        if other != name {
            return None;
        }
        set = how(&set, &it);
    }
    Some((name, set))
}
