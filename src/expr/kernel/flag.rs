//! Kernels from flags to flags. A flag is a byte: 0 is false, 1 is true, 2 is no data.

use super::{NO, NO_DATA, YES, each};

/// Whether some row is in a state.
pub(super) fn has(all: &[u8], state: u8) -> bool {
    all.iter().fold(0, |found, it| found | u8::from(*it == state)) != 0
}

/// How many rows are in a state. Sums of blocks fit a byte, so that the compiler can add many at a
/// time.
pub(crate) fn count(all: &[u8], state: u8) -> usize {
    let blocks = all.chunks(128).map(|block| {
        let hit = |sum: u8, it: &u8| sum.wrapping_add(u8::from(*it == state));
        usize::from(block.iter().fold(0, hit))
    });
    blocks.sum()
}

/// Each flag, whatever else than 0 and 1 stands for no data.
pub(super) fn load(all: &[u8], out: &mut [u8]) {
    for (out, it) in out.iter_mut().zip(all) {
        *out = (*it).min(NO_DATA);
    }
}

/// All bits where `it` is 1, none where it is 0.
fn mask(it: u8) -> u8 {
    it.wrapping_neg()
}

pub(super) fn not(all: &[u8], out: &mut [u8]) {
    for (out, it) in out.iter_mut().zip(all) {
        *out = (it ^ 1) & !(it >> 1);
    }
}

/// Goes on to the next term where so far all are true.
pub(super) fn and(next: &[u8], so_far: &mut [u8]) {
    for (so_far, next) in so_far.iter_mut().zip(next) {
        *so_far = (*so_far & NO_DATA) | (next & mask(*so_far & YES));
    }
}

/// Goes on to the next term where so far all are false.
pub(super) fn or(next: &[u8], so_far: &mut [u8]) {
    for (so_far, next) in so_far.iter_mut().zip(next) {
        *so_far |= next & mask(u8::from(*so_far == NO));
    }
}

/// Whether two are equal.
pub(super) fn same(one: &[u8], two: &[u8], out: &mut [u8]) {
    for ((out, one), two) in out.iter_mut().zip(one).zip(two) {
        let stop = (one | two) & NO_DATA;
        *out = stop | ((one ^ two ^ 1) & 1 & !(stop >> 1));
    }
}

/// Whether each is one of two constants.
pub(super) fn one_of(all: &[u8], (no, yes): (bool, bool), out: &mut [u8]) {
    let (no, yes) = (u8::from(no), u8::from(yes));
    for (out, it) in out.iter_mut().zip(all) {
        *out = (it & NO_DATA) | (yes & it) | (no & u8::from(*it == NO));
    }
}

/// Whether each is without data.
pub(super) fn missing(all: &[u8], out: &mut [u8]) {
    for (out, it) in out.iter_mut().zip(all) {
        *out = it >> 1;
    }
}

/// The second where the first is true, the third where it is false. What is never asked for is `None`.
pub(super) fn choose(flags: &[u8], yes: Option<&[u8]>, no: Option<&[u8]>, out: &mut [u8]) {
    for (out, flag) in out.iter_mut().zip(flags) {
        *out = flag & NO_DATA;
    }
    for (wanted, branch) in [(YES, yes), (NO, no)] {
        for ((out, flag), it) in out.iter_mut().zip(flags).zip(branch.unwrap_or(&[])) {
            *out |= it & mask(u8::from(*flag == wanted));
        }
    }
}

/// The first where it has data, or else the second.
pub(super) fn otherwise(second: &[u8], out: &mut [u8]) {
    for (out, second) in out.iter_mut().zip(second) {
        let stop = mask(*out >> 1);
        *out = (*out & !stop) | (second & stop);
    }
}

/// No data where the flag is anything but false.
pub(super) fn but(stops: &[u8], out: &mut [u8]) {
    for (out, stop) in out.iter_mut().zip(stops) {
        let stop = mask(u8::from(*stop != NO));
        *out = (*out & !stop) | (NO_DATA & stop);
    }
}

/// Where nothing is known.
pub(super) fn nothing(out: &mut [u8]) {
    each(out, |out| *out = NO_DATA);
}
