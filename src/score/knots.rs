//! Straight lines between knots, for one value or for a column of them.

use std::sync::Arc;

/// The pieces that are looked up by a masked index, without a check: as many knots as any scorecard seen has,
/// twice over. More are searched for. Our choice, tested by `a_column_has_the_bits_of_its_values`.
const PIECES: usize = 16;

/// Lines between knots, the end values held outside.
#[derive(Debug, Clone)]
pub(crate) struct Knots {
    /// Where each piece but the first begins: at the knots but the first.
    edges: Arc<[f64]>,
    /// Between knots, and above the last. Below the first knot the ends of the first piece hold its points.
    pieces: Arc<[Piece]>,
}

/// A straight line from a knot up to, and without, the next.
#[derive(Debug, Clone, Copy, Default)]
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

impl Knots {
    /// Of knots with ascending values. At a knot the points are exactly its own.
    pub(crate) fn new(knots: &[[f64; 2]]) -> Self {
        let last = knots.last().map_or(f64::NAN, |it| it[1]);
        let between = knots.windows(2).filter_map(|it| match it {
            [left, right] => Some(Piece::between(*left, *right)),
            _ => None,
        });
        let edges = knots.iter().skip(1).map(|it| it[0]).collect();
        Self { edges, pieces: between.chain([Piece::flat(last)]).collect() }
    }

    /// The points at the knots.
    pub(crate) fn points(&self) -> impl Iterator<Item = f64> {
        self.pieces.iter().flat_map(|it| [it.low, it.high])
    }

    /// The points of a value; NaN for NaN.
    pub(crate) fn of(&self, value: f64) -> f64 {
        let at = self.edges.partition_point(|it| *it <= value);
        self.pieces.get(at).map_or(f64::NAN, |it| it.of(value))
    }

    /// The points of each value, with the bits that each alone has.
    pub(crate) fn fill(&self, values: &[f64], out: &mut [f64]) {
        match self.edges.len() {
            0..=3 => self.fill_few::<3, 4>(values, out),
            4 => self.fill_few::<4, 8>(values, out),
            5 => self.fill_few::<5, 8>(values, out),
            6..=7 => self.fill_few::<7, 8>(values, out),
            8..PIECES => self.fill_few::<{ PIECES - 1 }, PIECES>(values, out),
            _ => out.iter_mut().zip(values).for_each(|(out, value)| *out = self.of(*value)),
        }
    }

    /// The same for at most `EDGES` edges and `N` pieces, a power of two. Which piece is counted and not searched
    /// for, so that several values go at a time.
    fn fill_few<const EDGES: usize, const N: usize>(&self, values: &[f64], out: &mut [f64]) {
        const LANE: usize = 64;
        let mut edges = [f64::INFINITY; EDGES];
        edges.iter_mut().zip(self.edges.iter()).for_each(|(to, from)| *to = *from);
        let mut pieces = [Piece::default(); N];
        pieces.iter_mut().zip(self.pieces.iter()).for_each(|(to, from)| *to = *from);
        let mut at = [0u64; LANE];
        for (values, out) in values.chunks(LANE).zip(out.chunks_mut(LANE)) {
            for (at, value) in at.iter_mut().zip(values) {
                // Without a check for overflow, which would be one at a time.
                *at = edges.iter().fold(0, |sum: u64, it| sum.wrapping_add((*value >= *it).into()));
            }
            for ((at, value), out) in at.iter().zip(values).zip(out.iter_mut()) {
                // The mask says that the index is inside.
                if let Some(piece) = pieces.get(*at as usize & (N - 1)) {
                    *out = piece.of(*value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Knots;

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
            knots.fill(&values, &mut out);
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
