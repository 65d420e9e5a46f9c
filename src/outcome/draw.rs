//! Repeatable draws from a seed, for resamples and folds.

/// A small generator of pseudo-random numbers: the same seed gives the same draws on every machine.
///
/// It serves resampling; it is no source of secrets.
///
/// ```
/// use foretell::outcome::Draw;
///
/// let (mut one, mut other) = (Draw::new(7), Draw::new(7));
/// assert_eq!(one.below(100), other.below(100));
/// ```
///
/// # Source
/// SplitMix64: Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// Draws that follow from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Draws that follow from a seed and a name, such as a subject's id.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Self {
        // FNV-1a over the name, so that neither order nor position of a subject matters.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash ^ Self(seed).next())
    }

    /// The next 64 bits.
    #[must_use]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A whole number from 0 up to and without `end`; 0 for an `end` of 0.
    #[must_use]
    pub const fn below(&mut self, end: usize) -> usize {
        // The high half of a product: even to one part in 2^64 / end.
        ((self.next() as u128 * end as u128) >> 64) as usize
    }

    /// A number from 0 up to and without 1.
    #[must_use]
    pub fn share(&mut self) -> f64 {
        // 53 bits, as many as a double holds.
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// `count` of the items, without repetition, in the order of the draw.
    #[must_use]
    pub fn some_of<T: Copy>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut pool = items.to_vec();
        let mut out = Vec::with_capacity(count.min(pool.len()));
        while out.len() < count && !pool.is_empty() {
            let at = self.below(pool.len());
            out.push(pool.swap_remove(at));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn the_draws_are_those_published() {
        // The reference implementation's first outputs for the seed 1234567.
        let mut draw = Draw::new(1_234_567);
        let got = [draw.next(), draw.next(), draw.next()];
        assert_eq!(
            got,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn shares_and_numbers_stay_in_their_range() {
        let mut draw = Draw::new(1);
        let mut counts = [0; 5];
        for _ in 0..5000 {
            counts[draw.below(5)] += 1;
            assert!((0.0..1.0).contains(&draw.share()));
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert_eq!((draw.below(0), draw.some_of(&[1, 2, 3], 9).len()), (0, 3));
    }
}
