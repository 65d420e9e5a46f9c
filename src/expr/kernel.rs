//! Gear 1: runs lowered expressions over the columns of a chunk of rows.
//!
//! A step is computed when something asks for it, once for all expressions that share it, and for all rows of
//! the chunk. The right side of `&&`, `||` and `??` and the branches of `if` are asked for only
//! when some row needs them. A single row is a chunk of one.
//!
//! Where a column is not as it was declared, gear 2 answers for the whole chunk, so that both gears say the
//! same of it. Where a host's function fails there is no data, and whoever has the columns is told.

mod call;
mod columns;
mod failed;
mod flag;
mod frame;
mod number;
mod text;

use std::ops::Range;
use std::sync::Arc;

use super::ir::{Graph, Id, Literal, NO, NO_DATA, Op, Step, YES, for_each_part};
use super::lower::lower;
use super::tree::Tree;
use super::{Kind, Outcome, Program, Value};
pub(crate) use crate::frame::CHUNK;
pub(crate) use columns::{Columns, Part};
use failed::FailedCalls;
pub(crate) use flag::count;
use frame::Frame;
use number::Side;

/// The state of a flag that could not be computed, beside 0 (no), 1 (yes) and 2 (no data).
pub(crate) const FAULTED: u8 = 3;

fn each<T>(all: &mut [T], f: impl FnMut(&mut T)) {
    all.iter_mut().for_each(f);
}

/// Expressions lowered together: what they share is computed once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    graph: Graph,
    /// For each expression its last step, or why gear 2 runs it.
    roots: Vec<Result<Id, String>>,
}

impl Compiled {
    pub(super) fn of<'a>(trees: impl IntoIterator<Item = Option<&'a Tree>>) -> Self {
        let mut new = Self::default();
        for tree in trees {
            let root = match tree {
                None => Err("a message is text".to_owned()),
                // What fails must not leave steps behind.
                Some(tree) => {
                    lower(&mut Graph::default(), tree).and_then(|_| lower(&mut new.graph, tree))
                }
            };
            new.roots.push(root);
        }
        new
    }

    /// Lowers programs together.
    pub(crate) fn together<'a>(programs: impl IntoIterator<Item = &'a Program>) -> Self {
        Self::of(programs.into_iter().map(Program::tree))
    }

    /// The slots that are read, and what they must hold.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, Kind)> + '_ {
        self.graph.columns()
    }

    /// How many steps there are in all.
    pub(crate) fn steps(&self) -> usize {
        let roots: Vec<Id> =
            self.roots.iter().filter_map(|root| root.as_ref().ok().copied()).collect();
        self.graph.reach(&roots).len()
    }

    /// The steps and the last of each expression, where gear 1 runs them all.
    pub(super) fn lowered(&self) -> Option<(&Graph, Vec<Id>)> {
        let roots: Option<Vec<Id>> =
            self.roots.iter().map(|root| root.as_ref().ok().copied()).collect();
        Some((&self.graph, roots?))
    }

    /// Why gear 2 runs an expression, where it does.
    pub(crate) fn refusal(&self, root: usize) -> Option<&str> {
        self.roots.get(root).and_then(|root| root.as_ref().err()).map(String::as_str)
    }

    /// The steps of an expression, a line each.
    pub(crate) fn show(&self, root: usize) -> Vec<String> {
        let root = self.roots.get(root).and_then(|root| root.as_ref().ok());
        root.map_or_else(Vec::new, |root| self.graph.show(&[*root]))
    }

    /// Looks at some rows, at most [`CHUNK`].
    pub(crate) fn chunk<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        columns: &'a dyn Columns,
        rows: Range<usize>,
    ) -> Chunk<'a> {
        debug_assert!(rows.len() <= CHUNK);
        scratch.begin(&self.graph, rows.len());
        let frame = Frame::new(&self.graph, columns, rows);
        Chunk { declared: frame.is_as_declared(), compiled: self, frame, scratch }
    }
}

/// What is used again for chunk after chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// The values of the steps of each kind, one step after the other.
    numbers: Vec<f64>,
    flags: Vec<u8>,
    texts: Vec<u64>,
    /// Texts that calls have made.
    words: Vec<Arc<str>>,
    /// Which steps are computed.
    done: Vec<bool>,
    /// The calls of functions that failed.
    failed: FailedCalls,
    /// The arguments of a call.
    values: Vec<Value>,
    /// The answers of one expression.
    answers: Vec<f64>,
    states: Vec<u8>,
    told: Vec<Option<Arc<str>>>,
}

impl Scratch {
    fn begin(&mut self, graph: &Graph, rows: usize) {
        self.done.clear();
        self.done.resize(graph.len(), false);
        self.words.clear();
        self.failed.clear();
        let grow = |kind: Kind| graph.count(kind) * rows;
        // What is left of the last chunk is never read: a step is computed before it is asked for.
        if self.numbers.len() < grow(Kind::Number) {
            self.numbers.resize(grow(Kind::Number), f64::NAN);
        }
        if self.flags.len() < grow(Kind::Flag) {
            self.flags.resize(grow(Kind::Flag), NO_DATA);
        }
        if self.texts.len() < grow(Kind::Text) {
            self.texts.resize(grow(Kind::Text), text::NOTHING);
        }
    }
}

/// The answers of expressions about the rows of a chunk.
pub(crate) struct Chunk<'a> {
    compiled: &'a Compiled,
    frame: Frame<'a>,
    scratch: &'a mut Scratch,
    /// Whether every column holds what it was declared to hold.
    declared: bool,
}

impl Chunk<'_> {
    /// What a condition says of each row: 0 (no), 1 (yes), 2 (no data) or [`FAULTED`].
    pub(crate) fn flags(&mut self, root: usize, program: &Program) -> &[u8] {
        match self.compute(root) {
            Some(id) => self.frame.flags(&self.scratch.flags, id),
            None => {
                self.scratch.states.clear();
                for row in self.frame.rows.clone() {
                    self.scratch.states.push(match self.frame.interpret(program, row) {
                        Outcome::Value(Value::Flag(it)) => u8::from(it),
                        Outcome::Value(Value::Missing)
                        | Outcome::NoData { .. }
                        | Outcome::Failed(_) => NO_DATA,
                        Outcome::Value(_) | Outcome::Faulted(_) => FAULTED,
                    });
                }
                &self.scratch.states
            }
        }
    }

    /// The number of each row, NaN for none, and the first fault.
    pub(crate) fn numbers(&mut self, root: usize, program: &Program) -> (&[f64], Option<String>) {
        let mut fault = None;
        self.scratch.answers.clear();
        match self.compute(root) {
            Some(id) => {
                self.scratch.answers.resize(self.frame.rows.len(), f64::NAN);
                let side = self.frame.numbers(&self.scratch.numbers, id);
                side.settle(&mut self.scratch.answers);
            }
            None => {
                for row in self.frame.rows.clone() {
                    let value = known(self.frame.interpret(program, row), &mut fault);
                    self.scratch.answers.push(value.number().unwrap_or(f64::NAN));
                }
            }
        }
        (&self.scratch.answers, fault)
    }

    /// The text of each row, and the first fault.
    pub(crate) fn texts(
        &mut self,
        root: usize,
        program: &Program,
    ) -> (&[Option<Arc<str>>], Option<String>) {
        let mut fault = None;
        self.scratch.told.clear();
        match self.compute(root) {
            Some(id) => {
                let all = self.frame.texts(&self.scratch.texts, id);
                let words = &self.scratch.words;
                self.scratch
                    .told
                    .extend(all.iter().map(|code| self.frame.text(*code, words).cloned()));
            }
            None => {
                for row in self.frame.rows.clone() {
                    self.scratch.told.push(
                        match known(self.frame.interpret(program, row), &mut fault) {
                            Value::Text(it) => Some(it),
                            _ => None,
                        },
                    );
                }
            }
        }
        (&self.scratch.told, fault)
    }

    /// Computes an expression; `None` where gear 2 has to.
    fn compute(&mut self, root: usize) -> Option<Id> {
        let id = *self.compiled.roots.get(root)?.as_ref().ok()?;
        if !self.declared {
            return None;
        }
        self.need(id);
        self.tell(id);
        Some(id)
    }

    /// Computes a step unless that is done. As deep as steps stand on one another, which is bounded.
    fn need(&mut self, id: Id) {
        let graph = self.frame.graph;
        match self.scratch.done.get_mut(id) {
            Some(done) if !*done => *done = true,
            _ => return,
        }
        let step = graph.step(id);
        match &step.op {
            Op::Number(_) => {}
            Op::Column(_) if step.kind == Kind::Number => {}
            Op::Column(_) | Op::Flag(_) | Op::Text(_) => self.load(step, id),
            Op::And(terms) => self.joined(step, terms, YES),
            Op::Or(terms) => self.joined(step, terms, NO),
            Op::If(parts) => self.branch(step, *parts),
            Op::Else(first, second) => self.otherwise(step, *first, *second),
            Op::But(stop, it) => self.but(step, *stop, *it),
            Op::Call(callee, all) => self.call(step, callee, all, id),
            Op::OneOf(it, _) | Op::Missing(it) | Op::Same(it, _)
                if graph.step(*it).kind == Kind::Text =>
            {
                self.text_test(step);
            }
            op => {
                for_each_part(op, |id| self.need(id));
                match step.kind {
                    Kind::Number => self.number(step),
                    _ => self.flag(step),
                }
            }
        }
    }

    /// A step that gives a number from numbers.
    fn number(&mut self, step: &Step) {
        let (before, out) = self.frame.split(&mut self.scratch.numbers, step);
        let side = |id: Id| self.frame.numbers(before, id);
        match &step.op {
            Op::Arithmetic(op, left, right) => {
                number::arithmetic(*op, side(*left), side(*right), out);
            }
            Op::Minus(it) => number::minus(side(*it), out),
            _ => out.fill(f64::NAN),
        }
    }

    /// A step that gives a flag and asks for all its parts.
    fn flag(&mut self, step: &Step) {
        let (before, out) = self.frame.split(&mut self.scratch.flags, step);
        let side = |id: Id| self.frame.numbers(&self.scratch.numbers, id);
        let flags = |id: Id| self.frame.flags(before, id);
        let graph = self.frame.graph;
        match &step.op {
            Op::Compare(op, left, right) => {
                let tame = graph.step(*left).tame && graph.step(*right).tame;
                number::compare(*op, side(*left), side(*right), tame, out);
            }
            Op::Between(inclusive, all) => number::between(*inclusive, all.map(side), out),
            Op::OneOf(it, all) if graph.step(*it).kind == Kind::Number => {
                let constants = all.iter().filter_map(|literal| match literal {
                    Literal::Number(bits) => Some(f64::from_bits(*bits)),
                    _ => None,
                });
                number::one_of(side(*it), constants, out);
            }
            Op::OneOf(it, all) => {
                let has = |wanted: bool| all.contains(&Literal::Flag(wanted));
                flag::one_of(flags(*it), (has(false), has(true)), out);
            }
            Op::Missing(it) if graph.step(*it).kind == Kind::Number => {
                number::missing(side(*it), out);
            }
            Op::Missing(it) => flag::missing(flags(*it), out),
            Op::Same(one, two) => flag::same(flags(*one), flags(*two), out),
            Op::Not(it) => flag::not(flags(*it), out),
            _ => flag::nothing(out),
        }
    }

    /// A column or constant that others read from the scratch.
    fn load(&mut self, step: &Step, id: Id) {
        let frame = &self.frame;
        if step.kind == Kind::Text {
            let (_, out) = frame.split(&mut self.scratch.texts, step);
            match &step.op {
                Op::Column(_) => {
                    let (codes, labels) = frame.codes(step.column);
                    text::load(codes, text::known(labels), id, out);
                }
                _ => out.fill(text::pack(id, 0)),
            }
            return;
        }
        let (_, out) = frame.split(&mut self.scratch.flags, step);
        match &step.op {
            Op::Column(_) => flag::load(frame.flag_column(step.column), out),
            Op::Flag(state) => out.fill(*state),
            _ => flag::nothing(out),
        }
    }

    /// `&&` (which goes on while some row is `YES`) or `||` (while some row is `NO`).
    fn joined(&mut self, step: &Step, terms: &[Id], go_on: u8) {
        for (at, term) in terms.iter().enumerate() {
            if at > 0 && !flag::has(self.frame.own(&self.scratch.flags, step), go_on) {
                return;
            }
            self.need(*term);
            let (before, out) = self.frame.split(&mut self.scratch.flags, step);
            let term = self.frame.flags(before, *term);
            match (at, go_on) {
                (0, _) => flag::load(term, out),
                (_, YES) => flag::and(term, out),
                _ => flag::or(term, out),
            }
        }
    }

    fn branch(&mut self, step: &Step, [condition, yes, no]: [Id; 3]) {
        self.need(condition);
        let flags = self.frame.flags(&self.scratch.flags, condition);
        let asked = (flag::has(flags, YES), flag::has(flags, NO));
        for (id, asked) in [(yes, asked.0), (no, asked.1)] {
            if asked {
                self.need(id);
            }
        }
        let frame = &self.frame;
        match step.kind {
            Kind::Number => {
                let (before, out) = frame.split(&mut self.scratch.numbers, step);
                let flags = frame.flags(&self.scratch.flags, condition);
                let side = |id, asked| match asked {
                    true => frame.numbers(before, id),
                    false => Side::All(f64::NAN),
                };
                number::choose(flags, side(yes, asked.0), side(no, asked.1), out);
            }
            Kind::Flag => {
                let (before, out) = frame.split(&mut self.scratch.flags, step);
                let side = |id, asked: bool| asked.then(|| frame.flags(before, id));
                let flags = frame.flags(before, condition);
                flag::choose(flags, side(yes, asked.0), side(no, asked.1), out);
            }
            Kind::Text => {
                let (before, out) = frame.split(&mut self.scratch.texts, step);
                let side = |id, asked: bool| asked.then(|| frame.texts(before, id));
                let flags = frame.flags(&self.scratch.flags, condition);
                text::choose(flags, side(yes, asked.0), side(no, asked.1), out);
            }
        }
    }

    fn otherwise(&mut self, step: &Step, first: Id, second: Id) {
        self.need(first);
        let frame = &self.frame;
        let asked = match step.kind {
            Kind::Number => frame.numbers(&self.scratch.numbers, first).has_nan(),
            Kind::Flag => flag::has(frame.flags(&self.scratch.flags, first), NO_DATA),
            Kind::Text => frame.texts(&self.scratch.texts, first).contains(&text::NOTHING),
        };
        if asked {
            self.need(second);
        }
        let frame = &self.frame;
        match step.kind {
            Kind::Number => {
                let (before, out) = frame.split(&mut self.scratch.numbers, step);
                let second =
                    if asked { frame.numbers(before, second) } else { Side::All(f64::NAN) };
                number::otherwise(frame.numbers(before, first), second, out);
            }
            Kind::Flag => {
                let (before, out) = frame.split(&mut self.scratch.flags, step);
                flag::load(frame.flags(before, first), out);
                if asked {
                    flag::otherwise(frame.flags(before, second), out);
                }
            }
            Kind::Text => {
                let (before, out) = frame.split(&mut self.scratch.texts, step);
                let second = asked.then(|| frame.texts(before, second));
                text::otherwise(frame.texts(before, first), second, out);
            }
        }
    }

    fn but(&mut self, step: &Step, stop: Id, it: Id) {
        self.need(stop);
        self.need(it);
        let frame = &self.frame;
        match step.kind {
            Kind::Number => {
                let (before, out) = frame.split(&mut self.scratch.numbers, step);
                let stops = frame.flags(&self.scratch.flags, stop);
                number::but(stops, frame.numbers(before, it), out);
            }
            Kind::Flag => {
                let (before, out) = frame.split(&mut self.scratch.flags, step);
                flag::load(frame.flags(before, it), out);
                flag::but(frame.flags(before, stop), out);
            }
            Kind::Text => {
                let (before, out) = frame.split(&mut self.scratch.texts, step);
                let stops = frame.flags(&self.scratch.flags, stop);
                text::but(stops, frame.texts(before, it), out);
            }
        }
    }
}

/// The value of an outcome; missing where there is none, and the first fault is kept.
fn known(outcome: Outcome, fault: &mut Option<String>) -> Value {
    match outcome {
        Outcome::Value(it) => it,
        Outcome::NoData { .. } | Outcome::Failed(_) => Value::Missing,
        Outcome::Faulted(why) => {
            fault.get_or_insert(why);
            Value::Missing
        }
    }
}
