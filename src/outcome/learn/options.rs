//! How to learn.

/// The most rows that resamples draw together: with more, weights hardly move. Our choice.
const MOST_DRAWN: usize = 500_000;

/// How to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearnOptions {
    /// Whether the points of factors are learned too: values of `piecewise`, `map` and `flag`, in the direction
    /// that is written. Weights alone if not.
    pub breakpoints: bool,
    /// How many resamples say how stable each weight is; 0 for none. Fewer are drawn where rows are very many: no more
    /// than make half a million together.
    pub resamples: usize,
    /// The seed of folds and resamples.
    pub seed: u64,
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self { breakpoints: false, resamples: 20, seed: 1 }
    }
}

impl LearnOptions {
    /// How many resamples are drawn of so many rows.
    pub(super) fn drawn(&self, rows: usize) -> usize {
        self.resamples.min(MOST_DRAWN / rows.max(1))
    }

    /// The same, with points learned too.
    #[must_use]
    pub const fn with_breakpoints(mut self) -> Self {
        self.breakpoints = true;
        self
    }

    /// The same, with so many resamples.
    #[must_use]
    pub const fn with_resamples(mut self, resamples: usize) -> Self {
        self.resamples = resamples;
        self
    }

    /// The same, with another seed.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}
