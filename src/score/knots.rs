//! Straight lines between knots, for one value or for a column of them.

use std::sync::Arc;

/// The most rises that go over a column together: twice as many as any scorecard seen has. More are searched
/// for. Our choice, tested by `a_column_has_the_bits_of_its_values`.
const RISES: usize = 15;

/// Lines between knots, the end values held outside.
#[derive(Debug, Clone)]
pub(crate) struct Knots {
    lines: Lines,
    /// Lowest and highest points.
    ends: [f64; 2],
}

#[derive(Debug, Clone)]
enum Lines {
    /// Points at the end where walking begins, and what each line on the way adds to them.
    Rises(f64, Arc<[Rise]>),
    /// Where each piece but the first begins, and the pieces.
    Pieces(Arc<[f64]>, Arc<[Piece]>),
}

/// Where points of a chunk of values go.
pub(super) enum To<'a> {
    Points(&'a mut [f64]),
    /// To the sums of a weighted mean, with a weight: weights times points, and weights.
    Mean(f64, &'a mut [f64], &'a mut [f64]),
    /// The same for the first part, whatever stood there.
    First(f64, &'a mut [f64], &'a mut [f64]),
}

/// A line between two knots, walked from the first of them to the second, upwards or downwards in value.
///
/// What has been gone of it adds to the points, nothing before its first knot and `most` after its second. Sums
/// of these take no comparison that could be mispredicted, and rounding keeps their order: points never
/// fall where the knots rise.
#[derive(Debug, Clone, Copy)]
struct Rise {
    at: f64,
    /// Its sign is the direction of the walk.
    slope: f64,
    most: f64,
    /// 1 where points rise on the walk, -1 where they fall.
    sign: f64,
}

impl Rise {
    const NONE: Self = Self { at: 0.0, slope: 0.0, most: 0.0, sign: 1.0 };

    /// From a knot to the next on the way, after which the points are exactly the next one's. `None` where
    /// rounding cannot have it so.
    fn between([x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> Option<Self> {
        let sign = if y1 < y0 { -1.0 } else { 1.0 };
        let apart = (y1 - y0).abs();
        let reaches = |most: &f64| (y0 + sign * most).to_bits() == y1.to_bits();
        let most = [apart, apart.next_up(), apart.next_down()].into_iter().find(reaches)?;
        let width = x1 - x0;
        let away = |slope: f64| if width < 0.0 { slope.next_down() } else { slope.next_up() };
        let slope = std::iter::successors(Some(most / width), |it| Some(away(*it)))
            .take(4)
            .find(|slope| width * slope >= most)?;
        slope.is_normal().then_some(Self { at: x0, slope, most, sign })
    }

    /// What has been gone of it at a value; something for NaN.
    #[inline(always)]
    fn gone(&self, value: f64) -> f64 {
        // In this form each comparison is one instruction.
        let gone = (value - self.at) * self.slope;
        let gone = if gone > 0.0 { gone } else { 0.0 };
        if gone < self.most { gone } else { self.most }
    }
}

/// A straight line from a knot up to, and without, the next.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: f64,
    points: f64,
    slope: f64,
    low: f64,
    high: f64,
}

impl Piece {
    /// The same for all values.
    const fn flat(points: f64) -> Self {
        Self { from: 0.0, points, slope: 0.0, low: points, high: points }
    }

    const fn between([x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> Self {
        let slope = (y1 - y0) / (x1 - x0);
        // Knots so near one another that nothing lies between them.
        if !slope.is_finite() || slope.abs() <= 0.0 {
            return Self::flat(y0);
        }
        Self { from: x0, points: y0, slope, low: y0.min(y1), high: y0.max(y1) }
    }

    /// The points of a value; NaN for NaN.
    fn of(&self, value: f64) -> f64 {
        let points = self.points + (value - self.from) * self.slope;
        // Rounding must not carry it past the knots. Written so that NaN stays.
        let points = if self.low > points { self.low } else { points };
        // Adding 0 turns -0 into 0: points that are equal have equal bits.
        (if self.high < points { self.high } else { points }) + 0.0
    }
}

impl Lines {
    fn new(knots: &[[f64; 2]]) -> Self {
        Self::rises(knots).unwrap_or_else(|| {
            let last = knots.last().map_or(f64::NAN, |it| it[1]);
            let between = knots.windows(2).filter_map(|it| match it {
                [left, right] => Some(Piece::between(*left, *right)),
                _ => None,
            });
            let edges = knots.iter().skip(1).map(|it| it[0]).collect();
            Self::Pieces(edges, between.chain([Piece::flat(last)]).collect())
        })
    }

    /// The knots walked from the end with fewer points, if there are few and each is met exactly.
    fn rises(knots: &[[f64; 2]]) -> Option<Self> {
        let (first, last) = (knots.first()?, knots.last()?);
        let mut way: Vec<[f64; 2]> = knots.to_vec();
        if last[1] < first[1] {
            way.reverse();
        }
        let start = way.first()?[1];
        let mut rises = Vec::new();
        for pair in way.windows(2) {
            if let [from, to] = pair
                && from[1].to_bits() != to[1].to_bits()
            {
                rises.push(Rise::between(*from, *to)?);
            }
        }
        let few = rises.len() <= RISES;
        let lines = Self::Rises(start, rises.into());
        let met = |it: &[f64; 2]| lines.of(it[0]).to_bits() == it[1].to_bits();
        (few && knots.iter().all(met)).then_some(lines)
    }

    #[inline]
    fn of(&self, value: f64) -> f64 {
        match self {
            _ if value.is_nan() => f64::NAN,
            Self::Rises(start, rises) => {
                rises.iter().fold(*start, |sum, it| sum + it.sign * it.gone(value))
            }
            Self::Pieces(edges, pieces) => {
                let at = edges.partition_point(|it| *it <= value);
                pieces.get(at).map_or(f64::NAN, |it| it.of(value))
            }
        }
    }
}

impl To<'_> {
    /// Puts the points of every value there; `of` may say anything of NaN.
    #[inline(always)]
    fn put(self, values: &[f64], of: impl Fn(f64) -> f64) {
        match self {
            To::Points(out) => {
                for (out, value) in out.iter_mut().zip(values) {
                    let points = of(*value);
                    *out = if value.is_nan() { f64::NAN } else { points };
                }
            }
            To::Mean(weight, sums, weights) => {
                for ((value, sum), weighed) in values.iter().zip(sums).zip(weights) {
                    let points = of(*value);
                    let there = !value.is_nan();
                    *sum += if there { weight * points } else { 0.0 };
                    *weighed += if there { weight } else { 0.0 };
                }
            }
            To::First(weight, sums, weights) => {
                for ((value, sum), weighed) in values.iter().zip(sums).zip(weights) {
                    let points = of(*value);
                    let there = !value.is_nan();
                    *sum = if there { weight * points } else { 0.0 };
                    *weighed = if there { weight } else { 0.0 };
                }
            }
        }
    }
}

impl Knots {
    /// Of knots with ascending values. At a knot the points are exactly its own.
    pub(crate) fn new(knots: &[[f64; 2]]) -> Self {
        // Adding 0 turns -0 into 0: points that are equal have equal bits.
        let knots: Vec<[f64; 2]> = knots.iter().map(|[x, y]| [*x, y + 0.0]).collect();
        let points = || knots.iter().map(|it| it[1]);
        let ends = [points().fold(f64::NAN, f64::min), points().fold(f64::NAN, f64::max)];
        Self { lines: Lines::new(&knots), ends }
    }

    /// The lowest and the highest points.
    pub(crate) const fn ends(&self) -> [f64; 2] {
        self.ends
    }

    /// The points of a value; NaN for NaN.
    pub(crate) fn of(&self, value: f64) -> f64 {
        self.lines.of(value)
    }

    /// The points of each value, with the bits that each alone has.
    pub(super) fn fill(&self, values: &[f64], to: To<'_>) {
        let Lines::Rises(start, rises) = &self.lines else {
            return to.put(values, |it| self.of(it));
        };
        if let [value] = values {
            // One value is not worth unrolling for.
            return to.put(&[*value], |it| self.of(it));
        }
        let falls = rises.iter().any(|it| it.sign < 0.0);
        match (rises.len(), falls) {
            (0, _) => to.put(values, |it| self.of(it)),
            (1, false) => few::<1, false>(*start, rises, values, to),
            (2, false) => few::<2, false>(*start, rises, values, to),
            (3, false) => few::<3, false>(*start, rises, values, to),
            (4, false) => few::<4, false>(*start, rises, values, to),
            (5, false) => few::<5, false>(*start, rises, values, to),
            (6, false) => few::<6, false>(*start, rises, values, to),
            (7..=8, false) => few::<8, false>(*start, rises, values, to),
            (..=3, true) => few::<3, true>(*start, rises, values, to),
            (4..=5, true) => few::<5, true>(*start, rises, values, to),
            (6..=8, true) => few::<8, true>(*start, rises, values, to),
            _ => few::<RISES, true>(*start, rises, values, to),
        }
    }
}

/// At most `N` rises, some of which may fall, over a column: several values go at a time.
#[inline(never)]
fn few<const N: usize, const FALL: bool>(start: f64, rises: &[Rise], values: &[f64], to: To<'_>) {
    // Those that are not there add 0.
    let mut all = [Rise::NONE; N];
    all.iter_mut().zip(rises).for_each(|(to, from)| *to = *from);
    to.put(values, |value| {
        let mut sum = start;
        for it in &all {
            sum += if FALL { it.sign * it.gone(value) } else { it.gone(value) };
        }
        sum
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Knots, To};

    #[test]
    fn knots_hold_their_ends() {
        let knots = Knots::new(&[[0.0, 80.0], [2.0, 100.0], [8.0, 75.0]]);
        for (value, expected) in [
            (-1.0, 80.0),
            (f64::MIN, 80.0),
            (0.0, 80.0),
            (1.0, 90.0),
            (2.0, 100.0),
            (5.0, 87.5),
            (8.0, 75.0),
            (9.0, 75.0),
            (f64::MAX, 75.0),
        ] {
            assert!((knots.of(value) - expected).abs() < 1e-12, "{value}");
        }
        assert!(Knots::new(&[]).of(1.0).is_nan());
    }

    #[test]
    fn knots_without_anything_between_them_make_a_step() {
        let next = f64::from_bits(1);
        let knots = Knots::new(&[[0.0, 10.0], [next, 90.0]]);
        let got = [-1.0, 0.0, next, 1.0].map(|it| knots.of(it).to_bits());
        assert_eq!(got, [10.0, 10.0, 90.0, 90.0].map(f64::to_bits));
    }

    proptest! {
        #[test]
        fn a_column_has_the_bits_of_its_values(
            mut edges in proptest::collection::vec(-1e3..1e3f64, 2..20),
            points in proptest::collection::vec(0.0..100.0f64, 20),
            mut values in proptest::collection::vec(-2e3..2e3f64, 0..200),
        ) {
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            let all: Vec<[f64; 2]> =
                edges.iter().zip(&points).map(|(x, y)| [*x, *y]).collect();
            let knots = Knots::new(&all);
            values.extend([f64::NAN, f64::MAX, f64::MIN, 0.0, -0.0]);
            values.extend(&edges);
            let mut out = vec![0.0; values.len()];
            knots.fill(&values, To::Points(&mut out));
            for (value, got) in values.iter().zip(&out) {
                prop_assert_eq!(got.to_bits(), knots.of(*value).to_bits(), "{}", value);
                prop_assert_eq!(got.is_nan(), value.is_nan());
            }
            for [x, y] in &all {
                prop_assert_eq!(knots.of(*x).to_bits(), y.to_bits());
            }
        }
    }
}
