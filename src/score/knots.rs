//! Straight lines between knots, for one value or for a column of them.

use std::sync::Arc;

/// Points without the sign of 0: points that are equal have equal bits.
#[inline(always)]
pub(super) const fn unsigned(points: f64) -> f64 {
    points + 0.0
}

/// The most rises that go over a column together: twice as many as any scorecard seen has. More are searched
/// for. Our choice, tested by `a_column_has_the_bits_of_its_values`.
const RISES: usize = 15;

/// Lines between knots, the end values held outside.
#[derive(Debug, Clone)]
pub(crate) struct Knots {
    lines: Lines,
    /// Lowest and highest points.
    ends: [f64; 2],
    /// Whether points rise, or fall, from each to the next.
    monotone: bool,
}

#[derive(Debug, Clone)]
enum Lines {
    Walk(Walk),
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

/// A walk from knot to knot, upwards or downwards in value, as far as a value.
///
/// What is gone of each line, times its slope, adds to the points: nothing before its first knot, and after its
/// second what makes the sum exactly that knot's. This takes no comparison that could be mispredicted, and
/// rounding keeps the order: points never fall where the knots rise.
#[derive(Debug, Clone)]
struct Walk {
    up: bool,
    /// Where it begins, and the points there.
    from: [f64; 2],
    rises: Arc<[Rise]>,
}

/// A line of a walk, from the end of the one before.
#[derive(Debug, Clone, Copy)]
struct Rise {
    to: f64,
    slope: f64,
}

impl Rise {
    /// From a knot to the next on the way, after which the points are exactly the next one's. `None` where
    /// rounding cannot have it so.
    fn between([x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> Option<Self> {
        let (width, apart) = (x1 - x0, y1 - y0);
        let met = |slope: &f64| (y0 + width * slope).to_bits() == y1.to_bits();
        let near = |it: f64| [it, it.next_up(), it.next_down()];
        let slopes = near(apart).into_iter().flat_map(|apart| near(apart / width));
        let flat = (apart.abs() <= 0.0).then_some(0.0);
        let steep = || slopes.filter(|slope| slope.is_normal()).find(met);
        flat.or_else(steep).map(|slope| Self { to: x1, slope })
    }

    /// The same, on two lines if need be: rounding leaves half the way more room.
    fn way([x0, y0]: [f64; 2], to: [f64; 2]) -> Option<Vec<Self>> {
        if let Some(whole) = Self::between([x0, y0], to) {
            return Some(vec![whole]);
        }
        let middle = x0 + (to[0] - x0) / 2.0;
        let slope = (to[1] - y0) / (to[0] - x0);
        let half = Self { to: middle, slope };
        let rest = Self::between([middle, y0 + (middle - x0) * slope], to)?;
        slope.is_normal().then_some(vec![half, rest])
    }
}

impl Walk {
    /// From the end with fewer points, if there are few lines and each knot is met exactly.
    fn new(knots: &[[f64; 2]]) -> Option<Self> {
        let up = knots.first()?[1] <= knots.last()?[1];
        let mut way: Vec<[f64; 2]> = knots.to_vec();
        if !up {
            way.reverse();
        }
        let from = *way.first()?;
        let mut rises = Vec::new();
        for pair in way.windows(2) {
            if let [from, to] = pair {
                rises.extend(Rise::way(*from, *to)?);
            }
        }
        let few = rises.len() <= RISES;
        let walk = Self { up, from, rises: rises.into() };
        let met = |it: &[f64; 2]| walk.of(it[0]).to_bits() == it[1].to_bits();
        (few && knots.iter().all(met)).then_some(walk)
    }

    /// The points of a value; something for NaN.
    #[inline]
    fn of(&self, value: f64) -> f64 {
        if self.up {
            gone::<true>(self.from, &self.rises, value)
        } else {
            gone::<false>(self.from, &self.rises, value)
        }
    }

    /// The points of each value, with the bits that each alone has.
    fn fill(&self, values: &[f64], to: To<'_>) {
        match self.up {
            true => self.fill_on::<true>(values, to),
            false => self.fill_on::<false>(values, to),
        }
    }

    fn fill_on<const UP: bool>(&self, values: &[f64], to: To<'_>) {
        match self.rises.len() {
            0..=1 => self.few::<1, UP>(values, to),
            2 => self.few::<2, UP>(values, to),
            3 => self.few::<3, UP>(values, to),
            4 => self.few::<4, UP>(values, to),
            5 => self.few::<5, UP>(values, to),
            6 => self.few::<6, UP>(values, to),
            7..=8 => self.few::<8, UP>(values, to),
            _ => self.few::<RISES, UP>(values, to),
        }
    }

    /// At most `N` lines over a column: several values go at a time.
    #[inline(never)]
    fn few<const N: usize, const UP: bool>(&self, values: &[f64], to: To<'_>) {
        // Those that are not there are as long as nothing, at the end of the walk.
        let end = self.rises.last().map_or(self.from[0], |rise| rise.to);
        let mut all = [Rise { to: end, slope: 0.0 }; N];
        all.iter_mut().zip(self.rises.iter()).for_each(|(to, from)| *to = *from);
        let from = self.from;
        to.put(values, |value| gone::<UP>(from, &all, value));
    }
}

/// The points of a value on a walk; something for NaN.
#[inline(always)]
fn gone<const UP: bool>([from, start]: [f64; 2], rises: &[Rise], value: f64) -> f64 {
    // In this form each comparison is one instruction, and NaN is held to where the walk begins.
    let over = |left: f64, right: f64| if left > right { left } else { right };
    let under = |left: f64, right: f64| if left < right { left } else { right };
    let value = if UP { over(value, from) } else { under(value, from) };
    let (mut sum, mut last) = (start, from);
    for it in rises {
        let here = if UP { under(value, it.to) } else { over(value, it.to) };
        sum += (here - last) * it.slope;
        last = here;
    }
    sum
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
        unsigned(if self.high < points { self.high } else { points })
    }
}

impl Lines {
    fn new(knots: &[[f64; 2]]) -> Self {
        Walk::new(knots).map_or_else(|| Self::pieces(knots), Self::Walk)
    }

    fn pieces(knots: &[[f64; 2]]) -> Self {
        let last = knots.last().map_or(f64::NAN, |knot| knot[1]);
        let between = knots.windows(2).filter_map(|pair| match pair {
            [left, right] => Some(Piece::between(*left, *right)),
            _ => None,
        });
        let edges = knots.iter().skip(1).map(|knot| knot[0]).collect();
        Self::Pieces(edges, between.chain([Piece::flat(last)]).collect())
    }

    #[inline]
    fn of(&self, value: f64) -> f64 {
        match self {
            _ if value.is_nan() => f64::NAN,
            Self::Walk(walk) => walk.of(value),
            Self::Pieces(edges, pieces) => {
                let at = edges.partition_point(|edge| *edge <= value);
                pieces.get(at).map_or(f64::NAN, |piece| piece.of(value))
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
        let knots: Vec<[f64; 2]> = knots.iter().map(|[x, y]| [*x, unsigned(*y)]).collect();
        let points = || knots.iter().map(|knot| knot[1]);
        let ends = [points().fold(f64::NAN, f64::min), points().fold(f64::NAN, f64::max)];
        let monotone = points().is_sorted() || points().is_sorted_by(|left, right| left >= right);
        Self { lines: Lines::new(&knots), ends, monotone }
    }

    /// The lowest and the highest points.
    pub(super) const fn is_monotone(&self) -> bool {
        self.monotone
    }

    pub(crate) const fn ends(&self) -> [f64; 2] {
        self.ends
    }

    /// The points of a value; NaN for NaN.
    pub(crate) fn of(&self, value: f64) -> f64 {
        self.lines.of(value)
    }

    /// The points of each value, with the bits that each alone has.
    pub(super) fn fill(&self, values: &[f64], to: To<'_>) {
        match (&self.lines, values) {
            // One value is not worth unrolling for.
            (Lines::Walk(walk), [_, _, ..]) => walk.fill(values, to),
            _ => to.put(values, |value| self.of(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Knots, Lines, To};

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
        let got = [-1.0, 0.0, next, 1.0].map(|value| knots.of(value).to_bits());
        assert_eq!(got, [10.0, 10.0, 90.0, 90.0].map(f64::to_bits));
    }

    /// What is fast is used, and not only where rounding happens to be kind.
    #[test]
    fn lines_of_round_numbers_are_walked() {
        // Slopes of one line, from either end, and of one that has to be cut in two (0.2 for 35 points).
        let rows: [(&[[f64; 2]], usize); 5] = [
            (&[[0.0, 40.0]], 0),
            (&[[0.0, 20.0], [2.0, 45.0], [8.0, 75.0], [20.0, 100.0]], 3),
            (&[[0.0, 100.0], [7.0, 90.0], [14.0, 70.0], [30.0, 35.0], [60.0, 0.0]], 4),
            (&[[0.0, 80.0], [2.0, 100.0], [8.0, 75.0], [9.0, 75.0], [35.0, 0.0]], 4),
            (&[[-0.5, 0.0], [-0.2, 25.0], [0.0, 60.0], [0.1, 75.0], [0.4, 100.0]], 5),
        ];
        for (knots, expected) in rows {
            match Knots::new(knots).lines {
                Lines::Walk(it) => assert_eq!(it.rises.len(), expected, "{knots:?}"),
                other @ Lines::Pieces(..) => panic!("{knots:?}: {other:?}"),
            }
        }
        let tenths = |it: u32| f64::from(it) / 10.0;
        for (width, apart) in
            (1..100).flat_map(|width| (1..=20).map(move |apart| (width, apart * 5)))
        {
            let knots = [[0.3, 0.0], [0.3 + tenths(width), f64::from(apart)]];
            assert!(matches!(Knots::new(&knots).lines, Lines::Walk(_)), "{knots:?}");
        }
    }

    proptest! {
        #[test]
        fn points_between_two_knots_are_in_their_order(
            mut edges in proptest::collection::vec(-1e3..1e3f64, 2..12),
            points in proptest::collection::vec(0.0..100.0f64, 12),
            near in proptest::collection::vec((0..12_usize, -3..=3_i64), 0..50),
            mut values in proptest::collection::vec(-1e3..1e3f64, 0..100),
        ) {
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            let all: Vec<[f64; 2]> =
                edges.iter().zip(&points).map(|(x, y)| [*x, *y]).collect();
            let knots = Knots::new(&all);
            let beside = |(at, by): (usize, i64)| {
                let bits = edges.get(at).map(|edge| edge.to_bits());
                bits.and_then(|bits| bits.checked_add_signed(by)).map(f64::from_bits)
            };
            values.extend(near.into_iter().filter_map(beside));
            values.sort_by(f64::total_cmp);
            for pair in all.windows(2) {
                let [[x0, y0], [x1, y1]] = *pair else { continue };
                let there = values.iter().filter(|value| (x0..=x1).contains(*value));
                let points: Vec<f64> = there.map(|value| knots.of(*value)).collect();
                let sorted = |it: &[f64]| if y0 <= y1 { it[0] <= it[1] } else { it[0] >= it[1] };
                prop_assert!(points.windows(2).all(sorted), "{points:?} of {pair:?}");
                let (low, high) = (y0.min(y1), y0.max(y1));
                prop_assert!(points.iter().all(|point| (low..=high).contains(point)));
                for value in values.iter().filter(|value| (x0..=x1).contains(*value)) {
                    let straight = y0 + (y1 - y0) * ((value - x0) / (x1 - x0));
                    prop_assert!((knots.of(*value) - straight).abs() < 1e-11);
                }
            }
        }

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
