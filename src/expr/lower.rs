//! From the checked tree to steps over columns.
//!
//! What can be known now is settled now: constants are folded, comparisons have their constant on the
//! right, a negated comparison is the opposite one (a number that is not finite makes both no data),
//! and steps that do the same are one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::function::Native;
use super::ir::{Callee, Graph, Id, Literal, NO, NO_DATA, Op, YES};
use super::tree::{Arithmetic, Comparison, Named, Node, Tree};
use super::{Kind, Value};

/// The most steps of one expression: they bound the scratch of a run. Our choice, tested by
/// `what_is_too_large_stays_interpreted`.
const MAX_STEPS: usize = 1024;
/// How many steps may stand on one another: they bound the stack of a run. Our choice, tested by
/// `what_is_too_large_stays_interpreted`.
const MAX_DEPTH: usize = 128;

/// Adds the steps of a tree.
///
/// # Errors
/// Why it cannot be compiled.
pub(super) fn lower(graph: &mut Graph, tree: &Tree) -> Result<Id, String> {
    let mut lowering = Lowering { graph, locals: BTreeMap::new() };
    let root = lowering.tree(tree)?;
    let (steps, depth) = (graph.reach(&[root]).len(), graph.step(root).depth);
    if steps > MAX_STEPS {
        return Err(format!("it has {steps} steps, at most {MAX_STEPS} are compiled"));
    }
    if depth > MAX_DEPTH {
        let message = format!("{depth} of its steps stand on one another, at most {MAX_DEPTH} may");
        return Err(message);
    }
    Ok(root)
}

struct Lowering<'g> {
    graph: &'g mut Graph,
    locals: BTreeMap<usize, Id>,
}

impl Lowering<'_> {
    fn tree(&mut self, tree: &Tree) -> Result<Id, String> {
        Ok(match &tree.node {
            Node::Number(it) => self.number(*it),
            Node::Flag(it) => self.flag(u8::from(*it)),
            Node::Text(it) => self.graph.add(Op::Text(Arc::clone(it)), Kind::Text),
            Node::Read(it) => self.graph.column(it),
            Node::Local(it) => *self.locals.get(it).ok_or("a `let` is used outside its body")?,
            Node::Arithmetic(op, left, right) => self.arithmetic(*op, left, right)?,
            Node::Compare(op, left, right) => self.compare(*op, left, right)?,
            Node::Minus(it) => {
                let it = self.tree(it)?;
                match self.constant(it) {
                    Some(it) => self.number(-it),
                    None => self.graph.add(Op::Minus(it), Kind::Number),
                }
            }
            Node::Not(it) => {
                let it = self.tree(it)?;
                self.not(it)
            }
            Node::And(terms) => {
                let terms = self.all(terms)?;
                self.joined(terms, YES)
            }
            Node::Or(terms) => {
                let terms = self.all(terms)?;
                self.joined(terms, NO)
            }
            Node::Coalesce(names, last) => {
                let last = self.tree(last)?;
                self.coalesce(names, last, tree.kind)?
            }
            Node::Presence(it, present) => {
                let column = self.graph.column(it);
                let missing = self.missing(column);
                if *present { self.not(missing) } else { missing }
            }
            Node::Within(it, all) => {
                let it = self.tree(it)?;
                self.one_of(it, all)
            }
            Node::Between(parts, inclusive) => {
                let [it, from, to] = &**parts;
                let all = [self.tree(it)?, self.tree(from)?, self.tree(to)?];
                self.graph.add(Op::Between(*inclusive, all), Kind::Flag)
            }
            Node::Call(function, all) => {
                let all = self.all(all)?;
                self.call(&Callee(Arc::clone(function)), all)
            }
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                let all = [self.tree(condition)?, self.tree(yes)?, self.tree(no)?];
                self.branch(all)
            }
            Node::Let(number, _, value, body) => {
                let id = self.tree(value)?;
                self.locals.insert(*number, id);
                // A value that is missing stops the whole, whether it is used or not.
                let stop = self.stop(value)?;
                let body = self.tree(body)?;
                self.but(stop, body)
            }
        })
    }

    fn all(&mut self, trees: &[Tree]) -> Result<Vec<Id>, String> {
        trees.iter().map(|tree| self.tree(tree)).collect()
    }

    fn number(&mut self, it: f64) -> Id {
        self.graph.add(Op::Number(it.to_bits()), Kind::Number)
    }

    fn flag(&mut self, state: u8) -> Id {
        self.graph.add(Op::Flag(state), Kind::Flag)
    }

    fn constant(&self, id: Id) -> Option<f64> {
        match self.graph.step(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn state(&self, id: Id) -> Option<u8> {
        match self.graph.step(id).op {
            Op::Flag(state) => Some(state),
            _ => None,
        }
    }

    fn arithmetic(&mut self, op: Arithmetic, left: &Tree, right: &Tree) -> Result<Id, String> {
        let (one, two) = (self.tree(left)?, self.tree(right)?);
        let (base, power) = (self.constant(one), self.constant(two));
        if let (Some(base), Some(power)) = (base, power)
            && base.is_finite()
            && power.is_finite()
        {
            return Ok(self.number(op.apply(base, power)));
        }
        let id = self.graph.add(Op::Arithmetic(op, one, two), Kind::Number);
        if op != Arithmetic::Power {
            return Ok(id);
        }
        // Every other operator keeps NaN, but `NaN ** 0` and `1 ** NaN` are 1.
        let mut stops = Vec::new();
        if power.is_none_or(|power| power.abs() <= 0.0) {
            stops.extend(self.stop(left)?);
        }
        if base.is_none_or(|base| Comparison::Equal.numbers(base, 1.0)) {
            stops.extend(self.stop(right)?);
        }
        let stop = self.either(stops);
        Ok(self.but(stop, id))
    }

    fn compare(&mut self, op: Comparison, left: &Tree, right: &Tree) -> Result<Id, String> {
        let kind = left.kind;
        let (one, two) = (self.tree(left)?, self.tree(right)?);
        if kind != Kind::Number {
            let same = self.same(one, two, kind);
            return Ok(if op == Comparison::Equal { same } else { self.not(same) });
        }
        let (op, one, two) = match self.constant(one) {
            Some(_) => (op.swapped(), two, one),
            None => (op, one, two),
        };
        Ok(match (self.constant(one), self.constant(two)) {
            (Some(one), Some(two)) if one.is_finite() && two.is_finite() => {
                self.flag(u8::from(op.numbers(one, two)))
            }
            _ => self.graph.add(Op::Compare(op, one, two), Kind::Flag),
        })
    }

    fn same(&mut self, one: Id, two: Id, kind: Kind) -> Id {
        let of = |id: Id| match &self.graph.step(id).op {
            Op::Text(it) => Some(Literal::Text(Arc::clone(it))),
            Op::Flag(it) if *it != NO_DATA => Some(Literal::Flag(*it == YES)),
            _ => None,
        };
        match (of(one), of(two)) {
            (Some(one), Some(two)) => self.flag(u8::from(one == two)),
            (Some(it), None) => self.graph.add(Op::OneOf(two, vec![it]), Kind::Flag),
            (None, Some(it)) => self.graph.add(Op::OneOf(one, vec![it]), Kind::Flag),
            (None, None) => {
                debug_assert_ne!(kind, Kind::Number);
                self.graph.add(Op::Same(one.min(two), one.max(two)), Kind::Flag)
            }
        }
    }

    fn one_of(&mut self, it: Id, all: &[Value]) -> Id {
        let literal = |it: &Value| match it {
            Value::Number(it) => Some(Literal::Number(it.to_bits())),
            Value::Flag(it) => Some(Literal::Flag(*it)),
            Value::Text(it) => Some(Literal::Text(Arc::clone(it))),
            Value::Missing => None,
        };
        let mut literals: Vec<Literal> = all.iter().filter_map(literal).collect();
        let known = match &self.graph.step(it).op {
            Op::Number(bits) => Some(Value::Number(f64::from_bits(*bits))),
            Op::Text(it) => Some(Value::Text(Arc::clone(it))),
            Op::Flag(state) if *state != NO_DATA => Some(Value::Flag(*state == YES)),
            _ => None,
        };
        match known {
            Some(Value::Number(it)) if !it.is_finite() => self.flag(NO_DATA),
            Some(it) => self.flag(u8::from(all.contains(&it))),
            None => {
                literals.sort();
                literals.dedup();
                self.graph.add(Op::OneOf(it, literals), Kind::Flag)
            }
        }
    }

    fn not(&mut self, it: Id) -> Id {
        match self.graph.step(it).op.clone() {
            Op::Flag(NO) => self.flag(YES),
            Op::Flag(YES) => self.flag(NO),
            Op::Flag(_) => it,
            Op::Not(inner) => inner,
            Op::Compare(op, left, right) => {
                self.graph.add(Op::Compare(op.negated(), left, right), Kind::Flag)
            }
            _ => self.graph.add(Op::Not(it), Kind::Flag),
        }
    }

    /// `&&` (which goes on while terms are `YES`) or `||` (while they are `NO`).
    fn joined(&mut self, terms: Vec<Id>, go_on: u8) -> Id {
        let mut flat: Vec<Id> = Vec::new();
        'terms: for term in terms {
            let inner = match (&self.graph.step(term).op, go_on) {
                (Op::And(inner), YES) | (Op::Or(inner), NO) => inner.clone(),
                _ => vec![term],
            };
            for it in inner {
                match self.state(it) {
                    Some(state) if state == go_on => {}
                    // What follows is never reached.
                    Some(_) => {
                        flat.push(it);
                        break 'terms;
                    }
                    None if flat.contains(&it) => {}
                    None => flat.push(it),
                }
            }
        }
        match flat.as_slice() {
            [] => self.flag(go_on),
            [one] => *one,
            _ if go_on == YES => self.graph.add(Op::And(flat), Kind::Flag),
            _ => self.graph.add(Op::Or(flat), Kind::Flag),
        }
    }

    fn coalesce(&mut self, names: &[Arc<Named>], last: Id, kind: Kind) -> Result<Id, String> {
        let mut rest = last;
        for named in names.iter().rev() {
            if named.symbol.kind != kind {
                return Err(format!("`{}` and what stands in for it differ in kind", named.name));
            }
            let column = self.graph.column(named);
            rest = self.graph.add(Op::Else(column, rest), kind);
        }
        Ok(rest)
    }

    fn call(&mut self, callee: &Callee, all: Vec<Id>) -> Id {
        let numbers: Option<Vec<f64>> = all.iter().map(|id| self.constant(*id)).collect();
        if let (Some(numbers), false) = (numbers, matches!(callee.0.native, Native::None)) {
            let folded = callee.0.native.of(&numbers);
            return self.number(folded);
        }
        self.graph.add(Op::Call(callee.clone(), all), callee.0.returns)
    }

    fn branch(&mut self, [condition, yes, no]: [Id; 3]) -> Id {
        match self.state(condition) {
            Some(YES) => yes,
            Some(NO) => no,
            _ => {
                let kind = self.graph.step(yes).kind;
                self.graph.add(Op::If([condition, yes, no]), kind)
            }
        }
    }

    fn missing(&mut self, it: Id) -> Id {
        self.graph.add(Op::Missing(it), Kind::Flag)
    }

    fn but(&mut self, stop: Option<Id>, it: Id) -> Id {
        let kind = self.graph.step(it).kind;
        match stop {
            Some(stop) => self.graph.add(Op::But(stop, it), kind),
            None => it,
        }
    }

    /// A flag that is true or without data where any of them is.
    fn either(&mut self, stops: Vec<Id>) -> Option<Id> {
        (!stops.is_empty()).then(|| self.joined(stops, NO))
    }

    /// A flag that is false exactly where a tree does not stop; `None` where it never stops. A number
    /// that is NaN for another reason, such as `0 / 0`, goes on until something asks for it.
    fn stop(&mut self, tree: &Tree) -> Result<Option<Id>, String> {
        if tree.kind != Kind::Number {
            let id = self.tree(tree)?;
            let is_known = matches!(self.graph.step(id).op, Op::Flag(NO | YES) | Op::Text(_));
            return Ok((!is_known).then(|| self.missing(id)));
        }
        Ok(match &tree.node {
            Node::Read(_) | Node::Call(..) => {
                let id = self.tree(tree)?;
                match self.constant(id) {
                    Some(it) => it.is_nan().then(|| self.flag(YES)),
                    None => Some(self.missing(id)),
                }
            }
            Node::Arithmetic(_, left, right) => {
                let stops: Vec<Id> =
                    self.stop(left)?.into_iter().chain(self.stop(right)?).collect();
                self.either(stops)
            }
            Node::Minus(it) => self.stop(it)?,
            Node::Coalesce(names, last) => match self.stop(last)? {
                Some(last) => {
                    let columns: Vec<Id> =
                        names.iter().map(|name| self.graph.column(name)).collect();
                    let mut all: Vec<Id> =
                        columns.into_iter().map(|column| self.missing(column)).collect();
                    all.push(last);
                    Some(self.joined(all, YES))
                }
                None => None,
            },
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                let condition = self.tree(condition)?;
                let (yes, no) = (self.stop(yes)?, self.stop(no)?);
                let yes = yes.unwrap_or_else(|| self.flag(NO));
                let no = no.unwrap_or_else(|| self.flag(NO));
                Some(self.branch([condition, yes, no]))
            }
            Node::Let(number, _, value, body) => {
                let id = self.tree(value)?;
                self.locals.insert(*number, id);
                let stops: Vec<Id> =
                    self.stop(value)?.into_iter().chain(self.stop(body)?).collect();
                self.either(stops)
            }
            _ => None,
        })
    }
}
