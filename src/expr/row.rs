//! Gear 1 for one row: lowered expressions as a list of operations on registers.
//!
//! Kernels over chunks have a cost that many rows share and a single one would bear alone. Here every step is one
//! operation, carried out in order, whether something asks for its result or not: steps are pure, so that an answer
//! that nobody needs changes nothing. What needs more (texts that are made on the way, functions of the host) has no
//! such list; a single row is then a chunk of one.

use std::ops::Range;
use std::sync::Arc;

use super::Kind;
use super::function::{MAX_ARGUMENTS, Native, finite};
use super::ir::{Id, Literal, NO, NO_DATA, Op, Step, YES};
use super::kernel::Compiled;
use super::tree::{Arithmetic, Comparison};

/// The place of a register among those of its kind.
pub(crate) type Register = u16;

/// What a row is calculated in. The first registers of each kind are the slots of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registers {
    /// NaN for no data.
    numbers: Vec<f64>,
    /// 0 (no), 1 (yes) or 2 (no data).
    flags: Vec<u8>,
    texts: Vec<Option<Arc<str>>>,
}

/// One step.
#[derive(Debug, Clone, Copy)]
enum Action {
    Arithmetic(Arithmetic, [Register; 2]),
    Minus(Register),
    Less([Register; 2]),
    LessOrEqual([Register; 2]),
    Equal([Register; 2]),
    Unequal([Register; 2]),
    /// Whether a number is from the second up to the third, which may be included.
    Between(bool, [Register; 3]),
    /// Whether a number is one of a list, by its place.
    OneOfNumbers(Register, u16),
    /// Whether a flag is one of those wanted: false, true.
    OneOfFlags(Register, [bool; 2]),
    OneOfTexts(Register, u16),
    MissingNumber(Register),
    MissingFlag(Register),
    MissingText(Register),
    SameFlags([Register; 2]),
    SameTexts([Register; 2]),
    Not(Register),
    And([Register; 2]),
    Or([Register; 2]),
    /// Condition, then, else.
    IfNumber([Register; 3]),
    IfFlag([Register; 3]),
    ElseNumber([Register; 2]),
    ElseFlag([Register; 2]),
    /// The flag that stops, and what stands where it is false.
    ButNumber([Register; 2]),
    ButFlag([Register; 2]),
    /// A built-in function, by its place.
    Call(u16),
}

/// Lowered expressions for one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowPlan {
    /// Each with the register of its result.
    actions: Vec<(Action, Register)>,
    /// What stands in the registers at the start: constants.
    start: Registers,
    numbers: Vec<Box<[f64]>>,
    texts: Vec<Box<[Arc<str>]>>,
    calls: Vec<(Native, Box<[Register]>)>,
}

impl Registers {
    pub(crate) fn number(&self, at: Register) -> f64 {
        self.numbers.get(usize::from(at)).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn flag(&self, at: Register) -> u8 {
        self.flags.get(usize::from(at)).copied().unwrap_or(NO_DATA)
    }

    pub(crate) fn text(&self, at: Register) -> Option<&Arc<str>> {
        self.texts.get(usize::from(at)).and_then(Option::as_ref)
    }

    pub(crate) fn set_number(&mut self, at: Register, value: f64) {
        if let Some(it) = self.numbers.get_mut(usize::from(at)) {
            *it = value;
        }
    }

    pub(crate) fn set_flag(&mut self, at: Register, state: u8) {
        if let Some(it) = self.flags.get_mut(usize::from(at)) {
            *it = state.min(NO_DATA);
        }
    }

    pub(crate) fn set_text(&mut self, at: Register, text: Option<&Arc<str>>) {
        let Some(it) = self.texts.get_mut(usize::from(at)) else { return };
        match (&*it, text) {
            (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
            _ => *it = text.cloned(),
        }
    }

    /// The number that an expression gave: finite, or NaN.
    pub(crate) fn answer(&self, at: Register) -> f64 {
        finite(self.number(at))
    }

    /// A number, and whether it is finite, so that it can be compared.
    fn fine(&self, at: Register) -> (f64, bool) {
        let it = self.number(at);
        (it, it.abs() < f64::INFINITY)
    }

    fn compare(&self, [left, right]: [Register; 2], f: impl Fn(f64, f64) -> bool) -> u8 {
        let ((one, left), (two, right)) = (self.fine(left), self.fine(right));
        known(f(one, two), left & right)
    }
}

impl RowPlan {
    /// A plan without steps for rows of so many slots; `None` where there are too many.
    pub(crate) fn new(slots: usize) -> Option<Self> {
        Register::try_from(slots).ok()?;
        let start = Registers {
            numbers: vec![f64::NAN; slots],
            flags: vec![NO_DATA; slots],
            texts: vec![None; slots],
        };
        Some(Self { start, ..Self::default() })
    }

    /// The registers as they are at the start.
    pub(crate) fn registers(&self) -> Registers {
        self.start.clone()
    }

    /// Adds the steps of expressions, and says which actions they are and where the result of each expression is
    /// found; `None` where some of them cannot be run like this.
    pub(crate) fn add(&mut self, compiled: &Compiled) -> Option<(Range<usize>, Vec<Register>)> {
        let first = self.actions.len();
        let (graph, roots) = compiled.lowered()?;
        let mut done: Vec<Register> = vec![Register::MAX; graph.len()];
        for id in graph.reach(&roots) {
            let at = self.step(graph.step(id), |it: Id| {
                let step = graph.step(it);
                Some((step.kind, done.get(it).copied()?))
            })?;
            if let Some(it) = done.get_mut(id) {
                *it = at;
            }
        }
        let found: Option<Vec<Register>> =
            roots.iter().map(|root| done.get(*root).copied()).collect();
        Some((first..self.actions.len(), found?))
    }

    /// Adds a step; `of` says what a step before it gave, and where.
    fn step(&mut self, step: &Step, of: impl Fn(Id) -> Option<(Kind, Register)>) -> Option<Register> {
        let at = |id: &Id| of(*id).map(|it| it.1);
        let two = |one: &Id, two: &Id| Some([at(one)?, at(two)?]);
        let three = |all: &[Id; 3]| Some([at(&all[0])?, at(&all[1])?, at(&all[2])?]);
        let is_text = step.kind == Kind::Text;
        let action = match &step.op {
            Op::Column(slot) => return Register::try_from(*slot).ok(),
            Op::Number(bits) => return self.number(f64::from_bits(*bits)),
            Op::Flag(state) => return self.flag(*state),
            Op::Text(_) => return None,
            Op::Arithmetic(op, left, right) => Action::Arithmetic(*op, two(left, right)?),
            Op::Minus(it) => Action::Minus(at(it)?),
            Op::Compare(op, left, right) => match op {
                Comparison::Less => Action::Less(two(left, right)?),
                Comparison::LessOrEqual => Action::LessOrEqual(two(left, right)?),
                Comparison::Greater => Action::Less(two(right, left)?),
                Comparison::GreaterOrEqual => Action::LessOrEqual(two(right, left)?),
                Comparison::Equal => Action::Equal(two(left, right)?),
                Comparison::Unequal => Action::Unequal(two(left, right)?),
            },
            Op::Between(inclusive, all) => Action::Between(*inclusive, three(all)?),
            Op::OneOf(it, all) => self.one_of(of(*it)?, all)?,
            Op::Missing(it) => match of(*it)? {
                (Kind::Number, it) => Action::MissingNumber(it),
                (Kind::Flag, it) => Action::MissingFlag(it),
                (Kind::Text, it) => Action::MissingText(it),
            },
            Op::Same(one, other) => match of(*one)?.0 {
                Kind::Flag => Action::SameFlags(two(one, other)?),
                Kind::Text => Action::SameTexts(two(one, other)?),
                Kind::Number => return None,
            },
            Op::Not(it) => Action::Not(at(it)?),
            Op::And(all) => return self.joined(all.iter().map(at), Action::And),
            Op::Or(all) => return self.joined(all.iter().map(at), Action::Or),
            _ if is_text => return None,
            Op::If(all) if step.kind == Kind::Number => Action::IfNumber(three(all)?),
            Op::If(all) => Action::IfFlag(three(all)?),
            Op::Else(one, other) if step.kind == Kind::Number => {
                Action::ElseNumber(two(one, other)?)
            }
            Op::Else(one, other) => Action::ElseFlag(two(one, other)?),
            Op::But(stop, it) if step.kind == Kind::Number => Action::ButNumber(two(stop, it)?),
            Op::But(stop, it) => Action::ButFlag(two(stop, it)?),
            Op::Call(callee, all) => {
                let all: Option<Box<[Register]>> = all.iter().map(at).collect();
                let all = all.filter(|it| it.len() <= MAX_ARGUMENTS)?;
                if matches!(callee.0.native, Native::None) {
                    return None;
                }
                self.calls.push((callee.0.native, all));
                Action::Call(last(&self.calls)?)
            }
        };
        self.push(action, step.kind)
    }

    fn one_of(&mut self, (kind, it): (Kind, Register), all: &[Literal]) -> Option<Action> {
        Some(match kind {
            Kind::Number => {
                let number = |it: &Literal| match it {
                    Literal::Number(bits) => Some(f64::from_bits(*bits)),
                    _ => None,
                };
                self.numbers.push(all.iter().filter_map(number).collect());
                Action::OneOfNumbers(it, last(&self.numbers)?)
            }
            Kind::Flag => {
                Action::OneOfFlags(it, [false, true].map(|it| all.contains(&Literal::Flag(it))))
            }
            Kind::Text => {
                let text = |it: &Literal| match it {
                    Literal::Text(it) => Some(Arc::clone(it)),
                    _ => None,
                };
                self.texts.push(all.iter().filter_map(text).collect());
                Action::OneOfTexts(it, last(&self.texts)?)
            }
        })
    }

    /// Terms one after the other.
    fn joined(
        &mut self,
        mut terms: impl Iterator<Item = Option<Register>>,
        action: fn([Register; 2]) -> Action,
    ) -> Option<Register> {
        let first = terms.next()??;
        let mut so_far = first;
        for term in terms {
            so_far = self.push(action([so_far, term?]), Kind::Flag)?;
        }
        Some(so_far)
    }

    fn push(&mut self, action: Action, kind: Kind) -> Option<Register> {
        let out = match kind {
            Kind::Number => self.number(f64::NAN)?,
            Kind::Flag => self.flag(NO_DATA)?,
            Kind::Text => return None,
        };
        self.actions.push((action, out));
        Some(out)
    }

    fn number(&mut self, value: f64) -> Option<Register> {
        self.start.numbers.push(value);
        last(&self.start.numbers)
    }

    fn flag(&mut self, state: u8) -> Option<Register> {
        self.start.flags.push(state);
        last(&self.start.flags)
    }

    /// Carries out some actions.
    pub(crate) fn run(&self, actions: Range<usize>, all: &mut Registers) {
        for (action, out) in self.actions.get(actions).unwrap_or(&[]) {
            self.act(*action, *out, all);
        }
    }

    fn act(&self, action: Action, out: Register, all: &mut Registers) {
        let state = match action {
            Action::Less(sides) => all.compare(sides, |one, two| one < two),
            Action::LessOrEqual(sides) => all.compare(sides, |one, two| one <= two),
            Action::Equal(sides) => all.compare(sides, |one, two| (one <= two) & (one >= two)),
            Action::Unequal(sides) => all.compare(sides, |one, two| (one < two) | (one > two)),
            Action::And([so_far, next]) => and(all.flag(so_far), all.flag(next)),
            Action::Or([so_far, next]) => or(all.flag(so_far), all.flag(next)),
            Action::Not(it) => not(all.flag(it)),
            Action::Between(inclusive, [it, from, to]) => {
                between(inclusive, [it, from, to].map(|it| all.fine(it)))
            }
            Action::OneOfNumbers(it, list) => {
                let (it, fine) = all.fine(it);
                let hit = |other: &f64| it <= *other && it >= *other;
                let list = self.numbers.get(usize::from(list));
                known(list.is_some_and(|list| list.iter().any(hit)), fine)
            }
            Action::OneOfFlags(it, [no, yes]) => match all.flag(it) {
                NO => u8::from(no),
                YES => u8::from(yes),
                _ => NO_DATA,
            },
            Action::OneOfTexts(it, list) => all.text(it).map_or(NO_DATA, |it| {
                let list = self.texts.get(usize::from(list));
                u8::from(list.is_some_and(|list| list.contains(it)))
            }),
            Action::MissingNumber(it) => u8::from(all.number(it).is_nan()),
            Action::MissingFlag(it) => u8::from(all.flag(it) == NO_DATA),
            Action::MissingText(it) => u8::from(all.text(it).is_none()),
            Action::SameFlags([one, two]) => match (all.flag(one), all.flag(two)) {
                (NO_DATA, _) | (_, NO_DATA) => NO_DATA,
                (one, two) => u8::from(one == two),
            },
            Action::SameTexts([one, two]) => match (all.text(one), all.text(two)) {
                (Some(one), Some(two)) => u8::from(one == two),
                _ => NO_DATA,
            },
            Action::IfFlag([condition, yes, no]) => match all.flag(condition) {
                YES => all.flag(yes),
                NO => all.flag(no),
                _ => NO_DATA,
            },
            Action::ElseFlag([first, second]) => match all.flag(first) {
                NO_DATA => all.flag(second),
                first => first,
            },
            Action::ButFlag([stop, it]) => match all.flag(stop) {
                NO => all.flag(it),
                _ => NO_DATA,
            },
            number => return self.calculate(number, out, all),
        };
        all.set_flag(out, state);
    }

    /// An action that gives a number.
    fn calculate(&self, action: Action, out: Register, all: &mut Registers) {
        let value = match action {
            Action::Arithmetic(op, [left, right]) => op.apply(all.number(left), all.number(right)),
            Action::Minus(it) => -all.number(it),
            Action::IfNumber([condition, yes, no]) => match all.flag(condition) {
                YES => all.number(yes),
                NO => all.number(no),
                _ => f64::NAN,
            },
            Action::ElseNumber([first, second]) => {
                let first = all.number(first);
                if first.is_nan() { all.number(second) } else { first }
            }
            Action::ButNumber([stop, it]) => match all.flag(stop) {
                NO => all.number(it),
                _ => f64::NAN,
            },
            Action::Call(at) => self.call(at, all),
            _ => f64::NAN,
        };
        all.set_number(out, value);
    }

    fn call(&self, at: u16, all: &Registers) -> f64 {
        let Some((native, from)) = self.calls.get(usize::from(at)) else { return f64::NAN };
        let mut values = [f64::NAN; MAX_ARGUMENTS];
        for (value, it) in values.iter_mut().zip(from) {
            *value = all.number(*it);
        }
        native.of(values.get(..from.len()).unwrap_or(&[]))
    }
}

/// The place of the last of a list.
fn last<T>(all: &[T]) -> Option<Register> {
    Register::try_from(all.len().checked_sub(1)?).ok()
}

/// `yes` where all is known, or else no data.
fn known(yes: bool, known: bool) -> u8 {
    u8::from(yes & known) | (u8::from(!known) << 1)
}

fn between(inclusive: bool, [it, from, to]: [(f64, bool); 3]) -> u8 {
    let inside = from.0 <= it.0 && (it.0 < to.0 || inclusive && it.0 <= to.0);
    known(inside, it.1 && from.1 && to.1)
}

/// Goes on to the next term where so far all are true.
const fn and(so_far: u8, next: u8) -> u8 {
    (so_far & NO_DATA) | (next & (so_far & YES).wrapping_neg())
}

/// Goes on to the next term where so far all are false.
fn or(so_far: u8, next: u8) -> u8 {
    so_far | (next & u8::from(so_far == NO).wrapping_neg())
}

const fn not(it: u8) -> u8 {
    (it ^ YES) & !(it >> 1)
}
