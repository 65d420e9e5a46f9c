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

/// How many registers of a kind there are. A place is taken modulo this power of two, so that no access is checked:
/// some two hundred a row. More are needed by no config seen; a row of one is a chunk of one. Our choice, tested by
/// `a_plan_has_no_more_registers_than_there_are`.
const REGISTERS: usize = 1024;

/// What a row is calculated in. The first registers of each kind are the slots of a table.
#[derive(Debug, Clone)]
pub(crate) struct Registers {
    /// NaN for no data.
    numbers: Box<[f64; REGISTERS]>,
    /// 0 (no), 1 (yes) or 2 (no data).
    flags: Box<[u8; REGISTERS]>,
    texts: Vec<Option<Arc<str>>>,
}

/// One step.
#[derive(Debug, Clone, Copy)]
enum Action {
    Arithmetic(Arithmetic, [Register; 2]),
    Minus(Register),
    Less([Register; 2]),
    LessOrEqual([Register; 2]),
    /// The same of numbers that are finite or NaN.
    TameLess([Register; 2]),
    TameLessOrEqual([Register; 2]),
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
    /// The terms from one place in the list up to another.
    And(u16, u16),
    Or(u16, u16),
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

/// What stands in registers at the start.
#[derive(Debug, Clone, Default)]
struct Constants {
    slots: usize,
    numbers: Vec<f64>,
    flags: Vec<u8>,
}

/// Lowered expressions for one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowPlan {
    /// Each with the register of its result.
    actions: Vec<(Action, Register)>,
    /// What stands in the registers at the start: constants.
    start: Constants,
    /// The terms of `&&` and `||`, one expression after the other.
    terms: Vec<Register>,
    numbers: Vec<Box<[f64]>>,
    texts: Vec<Box<[Arc<str>]>>,
    calls: Vec<(Native, Box<[Register]>)>,
}

impl Registers {
    #[inline]
    pub(crate) fn number(&self, at: Register) -> f64 {
        self.numbers.get(usize::from(at) % REGISTERS).copied().unwrap_or(f64::NAN)
    }

    #[inline]
    pub(crate) fn flag(&self, at: Register) -> u8 {
        self.flags.get(usize::from(at) % REGISTERS).copied().unwrap_or(NO_DATA)
    }

    pub(crate) fn text(&self, at: Register) -> Option<&Arc<str>> {
        self.texts.get(usize::from(at)).and_then(Option::as_ref)
    }

    #[inline]
    pub(crate) fn set_number(&mut self, at: Register, value: f64) {
        if let Some(it) = self.numbers.get_mut(usize::from(at) % REGISTERS) {
            *it = value;
        }
    }

    /// Sets a flag; `state` is 0, 1 or 2.
    #[inline]
    pub(crate) fn set_flag(&mut self, at: Register, state: u8) {
        if let Some(it) = self.flags.get_mut(usize::from(at) % REGISTERS) {
            *it = state;
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

    /// The same of numbers that are finite or NaN; `f` is false of NaN.
    fn compare_tame(&self, [left, right]: [Register; 2], f: impl Fn(f64, f64) -> bool) -> u8 {
        let (one, two) = (self.number(left), self.number(right));
        u8::from(f(one, two)) | (u8::from(one.is_nan() | two.is_nan()) << 1)
    }
}

impl RowPlan {
    /// A plan without steps for rows of so many slots; `None` where there are too many.
    pub(crate) fn new(slots: usize) -> Option<Self> {
        let (numbers, flags) = (vec![f64::NAN; slots], vec![NO_DATA; slots]);
        let start = Constants { slots, numbers, flags };
        (slots <= REGISTERS).then(|| Self { start, ..Self::default() })
    }

    /// The registers as they are at the start.
    pub(crate) fn registers(&self) -> Registers {
        let (mut numbers, mut flags) =
            (Box::new([f64::NAN; REGISTERS]), Box::new([NO_DATA; REGISTERS]));
        numbers.iter_mut().zip(&self.start.numbers).for_each(|(to, from)| *to = *from);
        flags.iter_mut().zip(&self.start.flags).for_each(|(to, from)| *to = *from);
        Registers { numbers, flags, texts: vec![None; self.start.slots] }
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
                Some((step, done.get(it).copied()?))
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
    fn step<'a>(
        &mut self,
        step: &Step,
        of: impl Fn(Id) -> Option<(&'a Step, Register)>,
    ) -> Option<Register> {
        let at = |id: &Id| of(*id).map(|pair| pair.1);
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
            Op::Compare(op, left, right) => {
                let tame = of(*left)?.0.tame && of(*right)?.0.tame;
                match (op, tame) {
                    (Comparison::Less, true) => Action::TameLess(two(left, right)?),
                    (Comparison::Less, false) => Action::Less(two(left, right)?),
                    (Comparison::LessOrEqual, true) => Action::TameLessOrEqual(two(left, right)?),
                    (Comparison::LessOrEqual, false) => Action::LessOrEqual(two(left, right)?),
                    (Comparison::Greater, true) => Action::TameLess(two(right, left)?),
                    (Comparison::Greater, false) => Action::Less(two(right, left)?),
                    (Comparison::GreaterOrEqual, true) => {
                        Action::TameLessOrEqual(two(right, left)?)
                    }
                    (Comparison::GreaterOrEqual, false) => Action::LessOrEqual(two(right, left)?),
                    (Comparison::Equal, _) => Action::Equal(two(left, right)?),
                    (Comparison::Unequal, _) => Action::Unequal(two(left, right)?),
                }
            }
            Op::Between(inclusive, all) => Action::Between(*inclusive, three(all)?),
            Op::OneOf(it, all) => self.one_of(of(*it)?.0.kind, at(it)?, all)?,
            Op::Missing(it) => match of(*it)?.0.kind {
                Kind::Number => Action::MissingNumber(at(it)?),
                Kind::Flag => Action::MissingFlag(at(it)?),
                Kind::Text => Action::MissingText(at(it)?),
            },
            Op::Same(one, other) => match of(*one)?.0.kind {
                Kind::Flag => Action::SameFlags(two(one, other)?),
                Kind::Text => Action::SameTexts(two(one, other)?),
                Kind::Number => return None,
            },
            Op::Not(it) => Action::Not(at(it)?),
            Op::And(all) => self.joined(all.iter().map(at), Action::And)?,
            Op::Or(all) => self.joined(all.iter().map(at), Action::Or)?,
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
                let all = all.filter(|list| list.len() <= MAX_ARGUMENTS)?;
                if matches!(callee.0.native, Native::None) {
                    return None;
                }
                self.calls.push((callee.0.native, all));
                Action::Call(last(&self.calls)?)
            }
        };
        self.push(action, step.kind)
    }

    fn one_of(&mut self, kind: Kind, it: Register, all: &[Literal]) -> Option<Action> {
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
                Action::OneOfFlags(it, [false, true].map(|flag| all.contains(&Literal::Flag(flag))))
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

    /// Terms of one expression.
    fn joined(
        &mut self,
        terms: impl Iterator<Item = Option<Register>>,
        action: fn(u16, u16) -> Action,
    ) -> Option<Action> {
        let first = u16::try_from(self.terms.len()).ok()?;
        for term in terms {
            self.terms.push(term?);
        }
        Some(action(first, u16::try_from(self.terms.len()).ok()?))
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
        last(&self.start.numbers).filter(|register| usize::from(*register) < REGISTERS)
    }

    fn flag(&mut self, state: u8) -> Option<Register> {
        self.start.flags.push(state);
        last(&self.start.flags).filter(|register| usize::from(*register) < REGISTERS)
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
            Action::TameLess(sides) => all.compare_tame(sides, |one, two| one < two),
            Action::TameLessOrEqual(sides) => all.compare_tame(sides, |one, two| one <= two),
            // Going on from what changes nothing.
            Action::And(first, end) => {
                self.terms(first, end).iter().fold(YES, |so_far, it| and(so_far, all.flag(*it)))
            }
            Action::Or(first, end) => {
                self.terms(first, end).iter().fold(NO, |so_far, it| or(so_far, all.flag(*it)))
            }
            Action::Not(it) => not(all.flag(it)),
            Action::Between(inclusive, [it, from, to]) => {
                between(inclusive, [it, from, to].map(|register| all.fine(register)))
            }
            Action::OneOfNumbers(it, list) => {
                let (it, fine) = all.fine(it);
                let hit = |other: &f64| (it <= *other) & (it >= *other);
                let list = self.numbers.get(usize::from(list));
                known(list.is_some_and(|list| list.iter().any(hit)), fine)
            }
            Action::OneOfFlags(it, [no, yes]) => match all.flag(it) {
                NO => u8::from(no),
                YES => u8::from(yes),
                _ => NO_DATA,
            },
            Action::OneOfTexts(it, list) => all.text(it).map_or(NO_DATA, |text| {
                let list = self.texts.get(usize::from(list));
                u8::from(list.is_some_and(|list| list.contains(text)))
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

    fn terms(&self, first: u16, end: u16) -> &[Register] {
        self.terms.get(usize::from(first)..usize::from(end)).unwrap_or(&[])
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

#[cfg(test)]
mod tests {
    use super::{REGISTERS, RowPlan};

    #[test]
    fn a_plan_has_no_more_registers_than_there_are() {
        let mut plan = RowPlan::new(REGISTERS).expect("as many slots as registers");
        assert!(plan.number(1.0).is_none() && plan.flag(1).is_none());
        assert!(RowPlan::new(REGISTERS + 1).is_none());
        let mut plan = RowPlan::new(REGISTERS - 1).expect("room for one more");
        assert_eq!(plan.number(1.0), Some(1023));
        let mut all = plan.registers();
        assert_eq!((all.number(1023), all.flag(1023)), (1.0, 2));
        all.set_number(1022, 7.0);
        assert_eq!((all.number(1022), all.number(1023)), (7.0, 1.0));
    }
}
