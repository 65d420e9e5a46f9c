//! Kernels that read or give numbers. No data is NaN.
//!
//! They are plain loops without branches over slices of one length, written so that the compiler
//! turns them into vector instructions.

use super::{NO_DATA, each};
use crate::expr::function::{Native, clamp, finite, least, most};
use crate::expr::tree::{Arithmetic, Comparison};

/// How many rows a comparison takes at a time: sixteen states fill one vector register. The wide states
/// of a block are narrowed together, which the compiler does not find by itself; half as many
/// or twice as many were slower.
const LANES: usize = 16;

/// The numbers of some rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side<'a> {
    /// The same in every row.
    All(f64),
    Each(&'a [f64]),
}

impl Side<'_> {
    pub(super) fn has_nan(self) -> bool {
        match self {
            Self::All(it) => it.is_nan(),
            Self::Each(all) => all.iter().fold(0u8, |found, it| found | u8::from(it.is_nan())) != 0,
        }
    }

    /// Copies the numbers; what is not finite becomes NaN.
    pub(super) fn settle(self, out: &mut [f64]) {
        map(self, out, finite);
    }
}

fn map(it: Side<'_>, out: &mut [f64], f: impl Fn(f64) -> f64) {
    match it {
        Side::All(it) => out.fill(f(it)),
        Side::Each(all) => {
            for (out, it) in out.iter_mut().zip(all) {
                *out = f(*it);
            }
        }
    }
}

fn zip(left: Side<'_>, right: Side<'_>, out: &mut [f64], f: impl Fn(f64, f64) -> f64) {
    match (left, right) {
        (Side::Each(left), Side::Each(right)) => {
            for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
                *out = f(*left, *right);
            }
        }
        (Side::Each(left), Side::All(right)) => {
            map(Side::Each(left), out, |number| f(number, right));
        }
        (Side::All(left), Side::Each(right)) => {
            map(Side::Each(right), out, |number| f(left, number));
        }
        (Side::All(left), Side::All(right)) => out.fill(f(left, right)),
    }
}

pub(super) fn arithmetic(op: Arithmetic, left: Side<'_>, right: Side<'_>, out: &mut [f64]) {
    match op {
        Arithmetic::Add => zip(left, right, out, |left, right| left + right),
        Arithmetic::Subtract => zip(left, right, out, |left, right| left - right),
        Arithmetic::Multiply => zip(left, right, out, |left, right| left * right),
        Arithmetic::Divide => zip(left, right, out, |left, right| left / right),
        Arithmetic::Remainder | Arithmetic::Power => {
            zip(left, right, out, |left, right| op.apply(left, right));
        }
    }
}

pub(super) fn minus(it: Side<'_>, out: &mut [f64]) {
    map(it, out, |number| -number);
}

/// A built-in function. The numbers it gets and gives are finite, or there is no data.
pub(super) fn native(name: &str, native: Native, all: &[Side<'_>], out: &mut [f64]) {
    match (native, all) {
        (Native::One(f), [it]) => match name {
            "abs" => map(*it, out, |number| finite(number.abs())),
            "sqrt" => map(*it, out, |number| finite(finite(number).sqrt())),
            _ => map(
                *it,
                out,
                |number| if number.is_finite() { finite(f(number)) } else { f64::NAN },
            ),
        },
        (Native::Two(f), [one, two]) => zip(*one, *two, out, |one, two| {
            if one.is_finite() && two.is_finite() { finite(f(one, two)) } else { f64::NAN }
        }),
        (Native::Three(f), [it, low, high]) => three(f, [*it, *low, *high], out),
        (Native::Fold(f), [first, rest @ ..]) => {
            first.settle(out);
            for it in rest {
                match name {
                    "min" => fold(*it, out, least),
                    "max" => fold(*it, out, most),
                    _ => fold(*it, out, f),
                }
            }
        }
        _ => out.fill(f64::NAN),
    }
}

/// Clamps between constants, or whatever else a function of three does.
fn three(f: fn(f64, f64, f64) -> f64, all: [Side<'_>; 3], out: &mut [f64]) {
    if let [Side::Each(all), Side::All(low), Side::All(high)] = all
        && low.is_finite()
        && high.is_finite()
        && std::ptr::fn_addr_eq(f, clamp as fn(f64, f64, f64) -> f64)
    {
        return map(Side::Each(all), out, |number| finite(clamp(finite(number), low, high)));
    }
    let [it, low, high] = all.map(Rows::new);
    for (row, out) in out.iter_mut().enumerate() {
        let (it, low, high) = (it.at(row), low.at(row), high.at(row));
        let known = it.is_finite() && low.is_finite() && high.is_finite();
        *out = if known { finite(f(it, low, high)) } else { f64::NAN };
    }
}

fn fold(it: Side<'_>, out: &mut [f64], f: impl Fn(f64, f64) -> f64) {
    // What is NaN already stays so.
    let step = |so_far: f64, it: f64| {
        let known = it.is_finite() & !so_far.is_nan();
        if known { f(so_far, it) } else { f64::NAN }
    };
    match it {
        Side::All(it) => each(out, |out| *out = step(*out, it)),
        Side::Each(all) => {
            for (out, it) in out.iter_mut().zip(all) {
                *out = step(*out, *it);
            }
        }
    }
}

/// One side, asked row by row.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a>(Side<'a>);

impl<'a> Rows<'a> {
    pub(super) const fn new(side: Side<'a>) -> Self {
        Self(side)
    }

    pub(super) fn at(self, row: usize) -> f64 {
        match self.0 {
            Side::All(it) => it,
            Side::Each(all) => all.get(row).copied().unwrap_or(f64::NAN),
        }
    }
}

/// The state of each row from its number.
#[expect(clippy::cast_possible_truncation, reason = "states are 0, 1 and 2")]
fn states(all: &[f64], out: &mut [u8], f: impl Fn(f64) -> u64) {
    let (blocks, rest) = all.as_chunks::<LANES>();
    let (into, tail) = out.as_chunks_mut::<LANES>();
    for (out, block) in into.iter_mut().zip(blocks) {
        let mut wide = [0u64; LANES];
        for (wide, it) in wide.iter_mut().zip(block) {
            *wide = f(*it);
        }
        for (out, wide) in out.iter_mut().zip(wide) {
            *out = wide as u8;
        }
    }
    for (out, it) in tail.iter_mut().zip(rest) {
        *out = f(*it) as u8;
    }
}

/// The state of each row from two numbers.
#[expect(clippy::cast_possible_truncation, reason = "states are 0, 1 and 2")]
fn states_of_two(left: &[f64], right: &[f64], out: &mut [u8], f: impl Fn(f64, f64) -> u64) {
    let (lefts, left_rest) = left.as_chunks::<LANES>();
    let (rights, right_rest) = right.as_chunks::<LANES>();
    let (into, tail) = out.as_chunks_mut::<LANES>();
    for ((out, left), right) in into.iter_mut().zip(lefts).zip(rights) {
        let mut wide = [0u64; LANES];
        for ((wide, left), right) in wide.iter_mut().zip(left).zip(right) {
            *wide = f(*left, *right);
        }
        for (out, wide) in out.iter_mut().zip(wide) {
            *out = wide as u8;
        }
    }
    for ((out, left), right) in tail.iter_mut().zip(left_rest).zip(right_rest) {
        *out = f(*left, *right) as u8;
    }
}

/// Finite, so that it can be compared. Written with a comparison that vector instructions have.
fn is_fine(it: f64) -> bool {
    it.abs() < f64::INFINITY
}

/// `yes` where all is known, or else no data.
fn state(yes: bool, known: bool) -> u64 {
    u64::from(yes & known) | (u64::from(!known) << 1)
}

/// Compares. Where both sides are `tame`, a number that is not finite is NaN.
pub(super) fn compare(op: Comparison, left: Side<'_>, right: Side<'_>, tame: bool, out: &mut [u8]) {
    match op {
        Comparison::Equal => test(left, right, tame, out, |one, two| (one <= two) & (one >= two)),
        Comparison::Unequal => test(left, right, tame, out, |one, two| (one < two) | (one > two)),
        Comparison::Less => test(left, right, tame, out, |one, two| one < two),
        Comparison::LessOrEqual => test(left, right, tame, out, |one, two| one <= two),
        Comparison::Greater => test(left, right, tame, out, |one, two| one > two),
        Comparison::GreaterOrEqual => test(left, right, tame, out, |one, two| one >= two),
    }
}

/// `f` is false where one of the two is NaN.
fn test(left: Side<'_>, right: Side<'_>, tame: bool, out: &mut [u8], f: impl Fn(f64, f64) -> bool) {
    match (left, right) {
        (Side::Each(left), Side::All(right)) if tame && is_fine(right) => {
            states(left, out, |number| {
                u64::from(f(number, right)) | (u64::from(number.is_nan()) << 1)
            });
        }
        (Side::Each(left), Side::All(right)) if is_fine(right) => {
            states(left, out, |number| state(f(number, right), is_fine(number)));
        }
        (Side::Each(left), Side::Each(right)) if tame => {
            states_of_two(left, right, out, |one, two| {
                u64::from(f(one, two)) | (u64::from(one.is_nan() | two.is_nan()) << 1)
            });
        }
        (Side::Each(left), Side::Each(right)) => states_of_two(left, right, out, |one, two| {
            state(f(one, two), is_fine(one) & is_fine(two))
        }),
        (left, right) => {
            let (left, right) = (Rows::new(left), Rows::new(right));
            for (row, out) in out.iter_mut().enumerate() {
                let (one, two) = (left.at(row), right.at(row));
                *out = if is_fine(one) && is_fine(two) { u8::from(f(one, two)) } else { NO_DATA };
            }
        }
    }
}

pub(super) fn between(inclusive: bool, [it, from, to]: [Side<'_>; 3], out: &mut [u8]) {
    if let (Side::Each(all), Side::All(from), Side::All(to)) = (it, from, to)
        && is_fine(from)
        && is_fine(to)
    {
        return match inclusive {
            true => {
                states(all, out, |number| {
                    state((from <= number) & (number <= to), is_fine(number))
                });
            }
            false => {
                states(all, out, |number| state((from <= number) & (number < to), is_fine(number)));
            }
        };
    }
    let [it, from, to] = [it, from, to].map(Rows::new);
    for (row, out) in out.iter_mut().enumerate() {
        let (it, from, to) = (it.at(row), from.at(row), to.at(row));
        let known = is_fine(it) && is_fine(from) && is_fine(to);
        let inside = from <= it && (it < to || inclusive && it <= to);
        *out = if known { u8::from(inside) } else { NO_DATA };
    }
}

/// Whether each is one of the constants.
pub(super) fn one_of(it: Side<'_>, constants: impl Iterator<Item = f64>, out: &mut [u8]) {
    let it = match it {
        Side::Each(all) => all,
        Side::All(_) => return out.fill(NO_DATA),
    };
    states(it, out, |number| state(false, is_fine(number)));
    for constant in constants {
        let hit = |it: f64| (it <= constant) & (it >= constant);
        for (out, it) in out.iter_mut().zip(it) {
            *out |= u8::from(hit(*it));
        }
    }
}

/// Whether each is NaN.
pub(super) fn missing(it: Side<'_>, out: &mut [u8]) {
    match it {
        Side::All(it) => out.fill(u8::from(it.is_nan())),
        Side::Each(all) => states(all, out, |number| u64::from(number.is_nan())),
    }
}

/// The first where there is one, or else the second.
pub(super) fn otherwise(first: Side<'_>, second: Side<'_>, out: &mut [f64]) {
    zip(first, second, out, |first, second| if first.is_nan() { second } else { first });
}

/// The first where the flag is true, the second where it is false.
pub(super) fn choose(flags: &[u8], yes: Side<'_>, no: Side<'_>, out: &mut [f64]) {
    let (yes, no) = (Rows::new(yes), Rows::new(no));
    for (row, (out, flag)) in out.iter_mut().zip(flags).enumerate() {
        *out = match flag {
            0 => no.at(row),
            1 => yes.at(row),
            _ => f64::NAN,
        };
    }
}

/// The number, but nothing where the flag is anything but false.
pub(super) fn but(stops: &[u8], it: Side<'_>, out: &mut [f64]) {
    map(it, out, |number| number);
    for (out, stop) in out.iter_mut().zip(stops) {
        *out = if *stop == 0 { *out } else { f64::NAN };
    }
}
