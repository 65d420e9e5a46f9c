//! Kernels that read texts: codes of a column's dictionary where they come straight from it, and
//! otherwise a code together with the step that knows what it means.

use super::NO_DATA;
use crate::frame::Labels;

/// No text.
pub(super) const NOTHING: u64 = u64::MAX;

/// A code, and the step that knows its meaning.
pub(super) const fn pack(step: usize, code: u32) -> u64 {
    ((step as u64) << 32) | code as u64
}

/// The step and the code.
#[expect(clippy::cast_possible_truncation, reason = "the halves of 64 bits")]
pub(super) const fn unpack(it: u64) -> (usize, u32) {
    ((it >> 32) as usize, it as u32)
}

/// How many codes have a meaning; all others are missing.
pub(super) fn known(labels: &Labels) -> u32 {
    u32::try_from(labels.texts().len()).unwrap_or(u32::MAX)
}

/// Whether each code is one of those wanted.
pub(super) fn one_of(codes: &[u32], known: u32, wanted: impl Iterator<Item = u32>, out: &mut [u8]) {
    for (out, code) in out.iter_mut().zip(codes) {
        *out = if *code < known { 0 } else { NO_DATA };
    }
    for wanted in wanted {
        for (out, code) in out.iter_mut().zip(codes) {
            *out |= u8::from(*code == wanted);
        }
    }
}

/// Whether each code is missing.
pub(super) fn missing(codes: &[u32], known: u32, out: &mut [u8]) {
    for (out, code) in out.iter_mut().zip(codes) {
        *out = u8::from(*code >= known);
    }
}

/// Whether two codes of one dictionary are equal.
pub(super) fn same(one: &[u32], two: &[u32], known: u32, out: &mut [u8]) {
    for ((out, one), two) in out.iter_mut().zip(one).zip(two) {
        let here = (*one < known) & (*two < known);
        *out = if here { u8::from(one == two) } else { NO_DATA };
    }
}

/// The codes of a column, with the step that reads it.
pub(super) fn load(codes: &[u32], known: u32, step: usize, out: &mut [u64]) {
    for (out, code) in out.iter_mut().zip(codes) {
        *out = if *code < known { pack(step, *code) } else { NOTHING };
    }
}

/// The first where there is one, or else the second.
pub(super) fn otherwise(first: &[u64], second: Option<&[u64]>, out: &mut [u64]) {
    for (out, first) in out.iter_mut().zip(first) {
        *out = *first;
    }
    for (out, second) in out.iter_mut().zip(second.unwrap_or(&[])) {
        *out = if *out == NOTHING { *second } else { *out };
    }
}

/// The first where the flag is true, the second where it is false.
pub(super) fn choose(flags: &[u8], yes: Option<&[u64]>, no: Option<&[u64]>, out: &mut [u64]) {
    out.fill(NOTHING);
    for (wanted, branch) in [(1, yes), (0, no)] {
        for ((out, flag), it) in out.iter_mut().zip(flags).zip(branch.unwrap_or(&[])) {
            *out = if *flag == wanted { *it } else { *out };
        }
    }
}

/// The text, but nothing where the flag is anything but false.
pub(super) fn but(stops: &[u8], it: &[u64], out: &mut [u64]) {
    for ((out, stop), it) in out.iter_mut().zip(stops).zip(it) {
        *out = if *stop == 0 { *it } else { NOTHING };
    }
}
