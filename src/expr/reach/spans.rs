//! Sets of numbers: spans with open or closed ends.

use std::cmp::Ordering;

use super::super::tree::Comparison;

/// A place between numbers: just before one, or just after it.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: f64,
    after: bool,
}

impl Cut {
    fn new(at: f64, after: bool) -> Self {
        // Adding 0 turns -0 into 0: they are one number.
        Self { at: at + 0.0, after }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.at.total_cmp(&other.at).then(self.after.cmp(&other.after))
    }
}

/// A set of numbers, as spans in order that neither touch nor overlap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans(Vec<(Cut, Cut)>);

/// One span of a set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether its ends belong to it.
    pub(crate) with_low: bool,
    pub(crate) with_high: bool,
}

impl Span {
    /// Whether it is a single number.
    pub(crate) fn is_point(self) -> bool {
        self.with_low && self.with_high && self.low.total_cmp(&self.high).is_eq()
    }
}

impl Spans {
    /// Every number.
    pub(crate) fn all() -> Self {
        Self::between(f64::NEG_INFINITY, f64::INFINITY)
    }

    /// From low to high, both included; nothing where they are in no order.
    pub(crate) fn between(low: f64, high: f64) -> Self {
        Self::of(Cut::new(low, false), Cut::new(high, true))
    }

    /// One number; nothing where it is none.
    pub(crate) fn point(it: f64) -> Self {
        if it.is_nan() { Self::default() } else { Self::between(it, it) }
    }

    /// A span whose ends may belong to it.
    pub(crate) fn span(it: Span) -> Self {
        Self::of(Cut::new(it.low, !it.with_low), Cut::new(it.high, it.with_high))
    }

    /// The numbers that compare so with another.
    pub(crate) fn that_are(op: Comparison, other: f64) -> Self {
        let (first, last) = (Cut::new(f64::NEG_INFINITY, false), Cut::new(f64::INFINITY, true));
        let cut = |after| Cut::new(other, after);
        match op {
            Comparison::Equal => Self::point(other),
            Comparison::Unequal => Self::point(other).others(),
            Comparison::Less => Self::of(first, cut(false)),
            Comparison::LessOrEqual => Self::of(first, cut(true)),
            Comparison::Greater => Self::of(cut(true), last),
            Comparison::GreaterOrEqual => Self::of(cut(false), last),
        }
    }

    fn of(from: Cut, to: Cut) -> Self {
        if from.order(&to).is_lt() { Self(vec![(from, to)]) } else { Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The spans, in order.
    pub(crate) fn list(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        self.0.iter().map(|(from, to)| Span {
            low: from.at,
            high: to.at,
            with_low: !from.after,
            with_high: to.after,
        })
    }

    /// How many spans there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Lowest and highest end.
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        Some((self.0.first()?.0.at, self.0.last()?.1.at))
    }

    pub(crate) fn meet(&self, other: &Self) -> Self {
        let mut met = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((from, to)), Some((or_from, or_to))) = (left.peek(), right.peek()) {
            let start = if from.order(or_from).is_lt() { or_from } else { from };
            let first_ends = to.order(or_to).is_lt();
            let end = if first_ends { to } else { or_to };
            if start.order(end).is_lt() {
                met.push((*start, *end));
            }
            if first_ends {
                left.next();
            } else {
                right.next();
            }
        }
        Self(met)
    }

    pub(crate) fn join(&self, other: &Self) -> Self {
        Self::joined(self.0.iter().chain(&other.0).copied().collect())
    }

    /// All spans of some sets together.
    pub(crate) fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(sets.into_iter().flat_map(|set| set.0).collect())
    }

    fn joined(mut all: Vec<(Cut, Cut)>) -> Self {
        all.sort_by(|left, right| left.0.order(&right.0));
        let mut joined: Vec<(Cut, Cut)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match joined.last_mut().filter(|last| from.order(&last.1).is_le()) {
                Some(last) if last.1.order(&to).is_lt() => last.1 = to,
                Some(_) => {}
                None => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    /// Every number that is not in it.
    pub(crate) fn others(&self) -> Self {
        let (mut from, last) = (Cut::new(f64::NEG_INFINITY, false), Cut::new(f64::INFINITY, true));
        let mut others = Vec::new();
        for (start, end) in &self.0 {
            if from.order(start).is_lt() {
                others.push((from, *start));
            }
            from = *end;
        }
        if from.order(&last).is_lt() {
            others.push((from, last));
        }
        Self(others)
    }

    /// What becomes of it under a function that never falls. Rounding can reach an open end, so ends are
    /// closed.
    pub(crate) fn mapped(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::union(self.list().map(|span| Self::between(f(span.low), f(span.high))))
    }

    /// The sums of a number of each.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let sums = self.list().flat_map(|one| {
            other.list().map(move |two| Self::between(one.low + two.low, one.high + two.high))
        });
        Self::union(sums)
    }

    /// The same with each span as much wider at both ends, which are closed.
    pub(crate) fn widened(&self, by: f64) -> Self {
        Self::union(self.list().map(|span| Self::between(span.low - by, span.high + by)))
    }

    /// The same, or more with at most so many spans: what lies between the nearest is taken in.
    pub(crate) fn at_most(self, most: usize) -> Self {
        if self.0.len() <= most {
            return self;
        }
        let mut gaps: Vec<f64> = self
            .0
            .windows(2)
            .map(|pair| if let [one, two] = pair { two.0.at - one.1.at } else { 0.0 })
            .collect();
        gaps.sort_by(f64::total_cmp);
        let widest = gaps.get(self.0.len().saturating_sub(most)).copied().unwrap_or(f64::INFINITY);
        let mut fewer: Vec<(Cut, Cut)> = Vec::with_capacity(most);
        for (from, to) in self.0 {
            let full = fewer.len() == most;
            match fewer.last_mut().filter(|last| full || from.at - last.1.at < widest) {
                Some(last) => last.1 = to,
                None => fewer.push((from, to)),
            }
        }
        Self(fewer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Span, Spans};
    use crate::expr::tree::Comparison;

    fn holds(set: &Spans, it: f64) -> bool {
        !set.meet(&Spans::point(it)).is_empty()
    }

    fn sets() -> impl Strategy<Value = Spans> {
        let op = prop::sample::select(Comparison::ALL.to_vec());
        let one = (op, -3..=3_i8).prop_map(|(op, it)| Spans::that_are(op, f64::from(it)));
        prop::collection::vec((one.clone(), one), 0..4)
            .prop_map(|all| Spans::union(all.into_iter().map(|(one, two)| one.meet(&two))))
    }

    proptest! {
        /// A set is the numbers that it holds: every operation says so of each number.
        #[test]
        fn sets_are_what_they_hold((left, right) in (sets(), sets()), most in 1..4_usize) {
            let (meet, join, others) = (left.meet(&right), left.join(&right), left.others());
            let (few, wide) = (left.clone().at_most(most), left.widened(0.25));
            prop_assert!(few.len() <= most);
            for it in (-14..=14).map(|number| f64::from(number) / 4.0) {
                let (one, two) = (holds(&left, it), holds(&right, it));
                prop_assert_eq!(holds(&meet, it), one && two);
                prop_assert_eq!(holds(&join, it), one || two);
                prop_assert_eq!(holds(&others, it), !one);
                prop_assert!(!one || holds(&few, it) && holds(&wide, it));
                let rebuilt = Spans::union(left.list().map(Spans::span));
                prop_assert_eq!(holds(&rebuilt, it), one);
            }
        }
    }

    #[test]
    fn sums_take_in_every_pair() {
        let steps = |all: &[f64]| Spans::union(all.iter().map(|number| Spans::point(*number)));
        let sums = steps(&[0.0, 100.0]).plus(&steps(&[1.0, 2.0]));
        let points: Vec<(f64, bool)> =
            sums.list().map(|it: Span| (it.low, it.is_point())).collect();
        assert_eq!(points, [(1.0, true), (2.0, true), (101.0, true), (102.0, true)]);
    }
}
