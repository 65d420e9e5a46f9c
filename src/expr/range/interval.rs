//! Intervals of doubles with open or closed ends.

use super::Comparison;

/// The finite numbers from `low` to `high`; an end that is open is not itself included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::expr) struct Interval {
    low: f64,
    high: f64,
    low_open: bool,
    high_open: bool,
}

impl Interval {
    /// Every number.
    pub(super) const ALL: Self =
        Self { low: f64::NEG_INFINITY, high: f64::INFINITY, low_open: false, high_open: false };

    /// From low to high, both included; every number where the ends make no sense.
    pub(super) fn closed((low, high): (f64, f64)) -> Self {
        if low <= high { Self { low, high, low_open: false, high_open: false } } else { Self::ALL }
    }

    pub(super) fn point(it: f64) -> Self {
        Self::closed((it, it))
    }

    /// Lowest and highest end; those of every number where it is empty.
    pub(super) fn ends(self) -> (f64, f64) {
        if self.is_empty() { (f64::NEG_INFINITY, f64::INFINITY) } else { (self.low, self.high) }
    }

    pub(super) fn is_point(self) -> bool {
        self.low.to_bits() == self.high.to_bits() && !self.is_empty()
    }

    pub(super) fn is_empty(self) -> bool {
        self.low > self.high || (self.low >= self.high && (self.low_open || self.high_open))
    }

    pub(super) fn holds(self, it: f64) -> bool {
        !self.meet(Self::point(it)).is_empty()
    }

    /// Whether any of it is below `it`.
    pub(super) fn holds_below(self, it: f64) -> bool {
        self.low < it
    }

    pub(super) fn negated(self) -> Self {
        Self {
            low: -self.high,
            high: -self.low,
            low_open: self.high_open,
            high_open: self.low_open,
        }
    }

    pub(super) fn absolute(self) -> Self {
        if !self.holds_below(0.0) {
            self
        } else if self.high <= 0.0 {
            self.negated()
        } else {
            Self::closed((0.0, self.high.max(-self.low)))
        }
    }

    /// Through a function that never falls. Rounding can reach an open end, so ends are closed.
    pub(super) fn mapped(self, f: fn(f64) -> f64) -> Self {
        Self::closed((f(self.low), f(self.high)))
    }

    /// Through a function of two that is monotone in each; every number where a corner is NaN.
    pub(super) fn corners(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let all = [
            f(self.low, other.low),
            f(self.low, other.high),
            f(self.high, other.low),
            f(self.high, other.high),
        ];
        if all.iter().any(|number| number.is_nan()) {
            return Self::ALL;
        }
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self::closed((low, high))
    }

    pub(super) fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self::closed((self.low.min(other.low), self.high.max(other.high)))
    }

    pub(super) fn meet(self, other: Self) -> Self {
        let (low, low_open) = match self.low.total_cmp(&other.low) {
            std::cmp::Ordering::Less => (other.low, other.low_open),
            std::cmp::Ordering::Equal => (self.low, self.low_open || other.low_open),
            std::cmp::Ordering::Greater => (self.low, self.low_open),
        };
        let (high, high_open) = match self.high.total_cmp(&other.high) {
            std::cmp::Ordering::Less => (self.high, self.high_open),
            std::cmp::Ordering::Equal => (self.high, self.high_open || other.high_open),
            std::cmp::Ordering::Greater => (other.high, other.high_open),
        };
        Self { low, high, low_open, high_open }
    }

    /// Whether the comparison can be true, and whether it can be false.
    pub(super) fn compare(self, op: Comparison, other: Self) -> (bool, bool) {
        if self.is_empty() || other.is_empty() {
            return (true, true);
        }
        let less = self.low < other.high;
        let greater = self.high > other.low;
        let equal = !self.meet(other).is_empty();
        match op {
            Comparison::Equal => (equal, less || greater),
            Comparison::Unequal => (less || greater, equal),
            Comparison::Less => (less, equal || greater),
            Comparison::LessOrEqual => (less || equal, greater),
            Comparison::Greater => (greater, equal || less),
            Comparison::GreaterOrEqual => (greater || equal, less),
        }
    }

    /// What is left of it where it compares so with some of `other`.
    pub(super) fn narrowed(self, op: Comparison, other: Self) -> Self {
        let below =
            |open: bool| Self { high: other.high, high_open: open || other.high_open, ..Self::ALL };
        let above =
            |open: bool| Self { low: other.low, low_open: open || other.low_open, ..Self::ALL };
        match op {
            Comparison::Equal => self.meet(other),
            Comparison::Less => self.meet(below(true)),
            Comparison::LessOrEqual => self.meet(below(false)),
            Comparison::Greater => self.meet(above(true)),
            Comparison::GreaterOrEqual => self.meet(above(false)),
            Comparison::Unequal if other.is_point() => Self {
                low_open: self.low_open || self.low.to_bits() == other.low.to_bits(),
                high_open: self.high_open || self.high.to_bits() == other.low.to_bits(),
                ..self
            },
            Comparison::Unequal => self,
        }
    }
}
