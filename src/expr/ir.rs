//! What checked trees are lowered to: steps that read columns and earlier steps, each kept once.
//!
//! A step gives one value a row. How *no data* is written depends on the kind: NaN for a number, state 2
//! for a flag, no code for a text. A number that is not finite may also be on the way (`1 / (1 / 0)`
//! is 0); a step is *tame* when its numbers are finite or NaN.

use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::Kind;
use super::function::{Function, Native};
use super::tree::{Arithmetic, Comparison, Named};

/// The number of a step.
pub(super) type Id = usize;

/// A flag as a byte, the same as in columns.
pub(super) const NO: u8 = 0;
pub(super) const YES: u8 = 1;
pub(super) const NO_DATA: u8 = 2;

/// A constant in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Literal {
    /// A number by its bits.
    Number(u64),
    Flag(bool),
    Text(Arc<str>),
}

/// A function; the same name, number of parameters and list are the same function.
#[derive(Debug, Clone)]
pub(super) struct Callee(pub(super) Arc<Function>);

impl Callee {
    fn key(&self) -> (&str, usize, Option<&[Arc<str>]>) {
        (&self.0.name, self.0.params.len(), self.0.list.as_deref())
    }
}

impl PartialEq for Callee {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Callee {}

impl PartialOrd for Callee {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Callee {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Op {
    /// A constant by its bits.
    Number(u64),
    /// A constant state.
    Flag(u8),
    Text(Arc<str>),
    /// The column in a slot.
    Column(usize),
    Arithmetic(Arithmetic, Id, Id),
    Minus(Id),
    /// Two numbers; no data where one is not finite.
    Compare(Comparison, Id, Id),
    /// Whether two flags or two texts are equal.
    Same(Id, Id),
    /// Whether the value is one of the constants.
    OneOf(Id, Vec<Literal>),
    /// Whether a number is from the second up to the third, which may be included.
    Between(bool, [Id; 3]),
    /// Whether there is no value; never itself without one.
    Missing(Id),
    Not(Id),
    And(Vec<Id>),
    Or(Vec<Id>),
    /// Condition, then, else.
    If([Id; 3]),
    /// The first where it has a value, or else the second.
    Else(Id, Id),
    /// The second, but no data wherever the first is anything but false.
    But(Id, Id),
    Call(Callee, Vec<Id>),
}

/// A step.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) op: Op,
    pub(super) kind: Kind,
    /// Its place in the scratch of its kind; none for what is read where it stands.
    pub(super) at: usize,
    /// The number of the column that it reads, if it reads one.
    pub(super) column: usize,
    /// How many steps stand on one another up to this one.
    pub(super) depth: usize,
    /// Whether its numbers are finite or NaN.
    pub(super) tame: bool,
    /// Whether it rests on a function that may break its promise.
    pub(super) calls: bool,
}

/// What stands for a step that is not there.
static NOTHING: Step = Step {
    op: Op::Flag(NO_DATA),
    kind: Kind::Flag,
    at: usize::MAX,
    column: usize::MAX,
    depth: 0,
    tame: true,
    calls: false,
};

/// Steps in such an order that each comes after those it reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    steps: Vec<Step>,
    known: BTreeMap<Op, Id>,
    /// The slots that are read and what they hold, each once.
    columns: Vec<(usize, Kind)>,
    /// What columns are called.
    names: BTreeMap<usize, String>,
    /// How many steps of each kind have a place in the scratch.
    counts: [usize; 3],
}

impl Graph {
    pub(super) fn step(&self, id: Id) -> &Step {
        self.steps.get(id).unwrap_or(&NOTHING)
    }

    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// How many steps of a kind have a place in the scratch.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.counts.get(kind as usize).copied().unwrap_or(0)
    }

    /// The slots that are read, and what they must hold.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, Kind)> + '_ {
        self.columns.iter().copied()
    }

    /// The step that reads a name's column.
    pub(super) fn column(&mut self, named: &Named) -> Id {
        let (slot, kind) = (named.symbol.slot, named.symbol.kind);
        if let Entry::Vacant(new) = self.names.entry(slot) {
            new.insert(named.name.clone());
            self.columns.push((slot, kind));
        }
        self.add(Op::Column(slot), kind)
    }

    /// The number of a step, which is added if nothing yet does the same.
    pub(super) fn add(&mut self, op: Op, kind: Kind) -> Id {
        if let Some(id) = self.known.get(&op) {
            return *id;
        }
        let parts = parts(&op);
        let all = |of: fn(&Step) -> bool| parts.iter().all(|part| of(self.step(*part)));
        let tame = match &op {
            Op::Number(bits) => f64::from_bits(*bits).is_finite(),
            Op::Arithmetic(Arithmetic::Remainder, ..) | Op::Minus(_) => all(|step| step.tame),
            Op::Arithmetic(..) => false,
            Op::If([_, yes, no]) => self.step(*yes).tame && self.step(*no).tame,
            Op::Else(..) | Op::But(..) => all(|step| step.tame),
            _ => true,
        };
        let breaks = matches!(&op, Op::Call(it, _) if matches!(it.0.native, Native::None));
        // Number columns and constants are read where they stand.
        let stands = kind == Kind::Number && matches!(op, Op::Column(_) | Op::Number(_));
        let step = Step {
            kind,
            at: if stands { usize::MAX } else { self.count(kind) },
            column: match op {
                Op::Column(slot) => self.columns.iter().position(|column| column.0 == slot),
                _ => None,
            }
            .unwrap_or(usize::MAX),
            depth: 1 + parts.iter().map(|part| self.step(*part).depth).max().unwrap_or(0),
            tame,
            calls: breaks || !all(|step| !step.calls),
            op: op.clone(),
        };
        if let Some(count) = self.counts.get_mut(kind as usize).filter(|_| !stands) {
            *count += 1;
        }
        self.steps.push(step);
        let id = self.steps.len() - 1;
        self.known.insert(op, id);
        id
    }

    /// The steps that some of them rest on, themselves among them, in order.
    pub(super) fn reach(&self, roots: &[Id]) -> Vec<Id> {
        // In time of what is reached, and not of all steps: many expressions share one graph.
        let mut wanted = BTreeSet::new();
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if id < self.steps.len() && wanted.insert(id) {
                for_each_part(&self.step(id).op, |part| open.push(part));
            }
        }
        wanted.into_iter().collect()
    }

    /// The steps that some of them rest on, a line each. Columns and constants stand where they are
    /// read.
    pub(super) fn show(&self, roots: &[Id]) -> Vec<String> {
        let plain = |id: &Id| {
            !matches!(self.step(*id).op, Op::Column(_) | Op::Number(_) | Op::Text(_) | Op::Flag(_))
        };
        let listed: Vec<Id> = self.reach(roots).into_iter().filter(plain).collect();
        let number = |id: Id| listed.iter().position(|other| *other == id);
        let name = |id: &Id| match (&self.step(*id).op, number(*id)) {
            (_, Some(at)) => format!("#{}", at + 1),
            (Op::Column(slot), _) => self.names.get(slot).cloned().unwrap_or_default(),
            (Op::Number(bits), _) => format!("{}", f64::from_bits(*bits)),
            (Op::Text(it), _) => format!("{it:?}"),
            (Op::Flag(NO), _) => "false".to_owned(),
            (Op::Flag(YES), _) => "true".to_owned(),
            _ => "no data".to_owned(),
        };
        if listed.is_empty() {
            return roots.iter().map(name).collect();
        }
        let line = |(at, id): (usize, &Id)| {
            format!("#{} = {}", at + 1, describe(&self.step(*id).op, &name))
        };
        listed.iter().enumerate().map(line).collect()
    }
}

/// Visits the steps that a step reads.
pub(super) fn for_each_part(op: &Op, mut see: impl FnMut(Id)) {
    match op {
        Op::Number(_) | Op::Flag(_) | Op::Text(_) | Op::Column(_) => {}
        Op::Minus(it) | Op::OneOf(it, _) | Op::Missing(it) | Op::Not(it) => see(*it),
        Op::Arithmetic(_, left, right)
        | Op::Compare(_, left, right)
        | Op::Same(left, right)
        | Op::Else(left, right)
        | Op::But(left, right) => {
            see(*left);
            see(*right);
        }
        Op::Between(_, all) | Op::If(all) => all.iter().for_each(|id| see(*id)),
        Op::And(all) | Op::Or(all) | Op::Call(_, all) => all.iter().for_each(|id| see(*id)),
    }
}

fn parts(op: &Op) -> Vec<Id> {
    let mut all = Vec::new();
    for_each_part(op, |id| all.push(id));
    all
}

fn describe(op: &Op, name: &dyn Fn(&Id) -> String) -> String {
    let joined = |all: &[Id], mark: &str| all.iter().map(name).collect::<Vec<_>>().join(mark);
    match op {
        Op::Arithmetic(op, left, right) => format!("{} {} {}", name(left), op.mark(), name(right)),
        Op::Compare(op, left, right) => format!("{} {} {}", name(left), op.mark(), name(right)),
        Op::Minus(it) => format!("-{}", name(it)),
        Op::Same(left, right) => format!("{} == {}", name(left), name(right)),
        Op::OneOf(it, all) => {
            let mut text = format!("{} in [", name(it));
            for (at, it) in all.iter().enumerate() {
                text += if at == 0 { "" } else { ", " };
                // Writing to a String cannot fail.
                let _ = match it {
                    Literal::Number(bits) => write!(text, "{}", f64::from_bits(*bits)),
                    Literal::Flag(it) => write!(text, "{it}"),
                    Literal::Text(it) => write!(text, "{it:?}"),
                };
            }
            text + "]"
        }
        Op::Between(inclusive, [it, from, to]) => {
            let mark = if *inclusive { "..=" } else { ".." };
            format!("{} in {}{mark}{}", name(it), name(from), name(to))
        }
        Op::Missing(it) => format!("is_missing({})", name(it)),
        Op::Not(it) => format!("!{}", name(it)),
        Op::And(all) => joined(all, " && "),
        Op::Or(all) => joined(all, " || "),
        Op::If([condition, yes, no]) => {
            format!("if {} {{ {} }} else {{ {} }}", name(condition), name(yes), name(no))
        }
        Op::Else(left, right) => format!("{} ?? {}", name(left), name(right)),
        Op::But(stop, it) => format!("{} unless {}", name(it), name(stop)),
        Op::Call(function, all) => format!("{}({})", function.0.name, joined(all, ", ")),
        Op::Number(_) | Op::Flag(_) | Op::Text(_) | Op::Column(_) => String::new(),
    }
}
