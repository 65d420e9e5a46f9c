//! A value with its interval.

use serde::Serialize;

/// A value with the interval that goes with it.
///
/// ```
/// use foretell::outcome::experiment::{Proportion, wilson};
///
/// let kept = wilson(Proportion::new(9, 10), 0.95).unwrap();
/// assert_eq!(kept.value, 0.9);
/// assert!(kept.holds(0.6) && !kept.holds(0.5)); // nine of ten is more than half
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Span {
    /// The value.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

impl Span {
    /// A value and its interval, which is widened to hold the value.
    pub(crate) const fn new(value: f64, low: f64, high: f64) -> Self {
        Self { value, low: low.min(value), high: high.max(value) }
    }

    /// Whether the interval holds a number, its ends included.
    #[must_use]
    pub fn holds(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}
