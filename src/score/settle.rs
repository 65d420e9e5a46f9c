//! What a score is: a decimal of ten places.
//!
//! Weights such as 0.1 are no binary fractions, so sums of them end a few units in the last place beside
//! what their decimals say, and a score of exactly 70 would fall below an edge of 70. A score is therefore
//! settled once, when it is complete: to the nearest decimal of ten places, which is the double that an author
//! gets who writes that decimal. Rounding in the sums is some thousand times smaller than half of the last
//! place, so a score that is such a decimal in exact arithmetic is exactly that decimal here, and compares with
//! edges, margins and conditions as people expect. What goes into the sum of an outer group is not settled.

/// How many decimals a score has. Our choice: 5e-11 is 3,500 times the spacing of doubles at 100, and sums over any
/// tree tried stay within 20 of them; and the parts of a change still sum to it within 1e-9. Tested by
/// `scores_are_those_of_exact_arithmetic`.
pub(super) const DECIMALS: usize = 10;

const SCALE: f64 = 1e10;

/// Adding this to a number below 2^51 leaves a whole number, the nearest one; subtracting it gives that number.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// A score, a coverage or an edge as a decimal of ten places; NaN for NaN, and never -0.
///
/// The division is correctly rounded, so the result is the double nearest to the decimal.
#[inline(always)]
pub(crate) fn settled(it: f64) -> f64 {
    let whole = (it * SCALE + WHOLE) - WHOLE;
    whole / SCALE
}

/// The same of each.
#[inline]
pub(crate) fn settle(all: &mut [f64]) {
    all.iter_mut().for_each(|value| *value = settled(*value));
}

/// The lowest score that is from an edge on, or above it.
pub(crate) fn least(edge: f64, with_edge: bool) -> f64 {
    if with_edge { settled(edge) } else { settled(edge + 1.0 / SCALE) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DECIMALS, settle, settled};

    #[test]
    fn what_is_settled_is_what_its_decimal_reads_as() {
        for (got, text) in [
            (69.999_999_999_999_99, "70"),
            (0.1 + 0.2, "0.3"),
            (100.0 / 3.0, "33.3333333333"),
            (69.999_999_999_94, "69.9999999999"),
            (0.0, "0"),
            (100.0, "100"),
            (-0.000_000_000_01, "0"),
        ] {
            assert_eq!(settled(got).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{got}");
        }
        assert!(settled(f64::NAN).is_nan());
        let mut all = [f64::NAN, 0.1 + 0.2];
        settle(&mut all);
        assert!(all[0].is_nan() && all[1].to_bits() == 0.3_f64.to_bits());
    }

    proptest! {
        #[test]
        fn each_decimal_of_ten_places_stays_itself(tens in 0_u64..=1_000_000_000_000) {
            let text = format!("{}.{:0DECIMALS$}", tens / 10_000_000_000, tens % 10_000_000_000);
            let it: f64 = text.parse().unwrap();
            prop_assert_eq!(settled(it).to_bits(), it.to_bits());
            prop_assert_eq!(settled(it.next_up()).to_bits(), it.to_bits());
            prop_assert_eq!(settled(it.next_down()).to_bits(), it.to_bits());
        }

        #[test]
        fn settling_keeps_the_order(left in 0.0..100.0_f64, right in 0.0..100.0_f64) {
            prop_assert!(left > right || settled(left) <= settled(right));
        }
    }
}
