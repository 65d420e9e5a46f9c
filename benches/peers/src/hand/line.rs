//! Straight lines between knots, without a branch.

/// Points times a weight, as a line that bends at each inner knot: outside the ends it is flat.
///
/// `base + slope * x + sum of change * max(x, knot)` over the inner knots, on x held between the
/// ends, takes two or three instructions a knot and no comparison that could be mispredicted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<const KNOTS: usize> {
    knots: [f64; KNOTS],
    changes: [f64; KNOTS],
    base: f64,
    slope: f64,
}

impl<const KNOTS: usize> Line<KNOTS> {
    /// The line through these values and points, with the weight in it.
    pub(super) const fn new(points: [[f64; 2]; KNOTS], weight: f64) -> Self {
        let mut knots = [0.0; KNOTS];
        let mut changes = [0.0; KNOTS];
        let slope = Self::slope(&points, 0, weight);
        let mut base = weight * points[0][1] - slope * points[0][0];
        let mut at = 0;
        while at < KNOTS {
            knots[at] = points[at][0];
            if 0 < at && at + 1 < KNOTS {
                let change =
                    Self::slope(&points, at, weight) - Self::slope(&points, at - 1, weight);
                changes[at] = change;
                base -= change * knots[at];
            }
            at += 1;
        }
        Self { knots, changes, base, slope }
    }

    const fn slope(points: &[[f64; 2]; KNOTS], from: usize, weight: f64) -> f64 {
        let [left, right] = [points[from], points[from + 1]];
        weight * (right[1] - left[1]) / (right[0] - left[0])
    }

    /// The weighted points of a value; a number, if a wrong one, for a missing one.
    #[inline(always)]
    pub(super) fn at(&self, x: f64) -> f64 {
        // In this form a comparison with NaN takes the constant, and each is one instruction.
        let x = if x > self.knots[0] { x } else { self.knots[0] };
        let x = if x < self.knots[KNOTS - 1] { x } else { self.knots[KNOTS - 1] };
        let mut sum = self.base + self.slope * x;
        for at in 1..KNOTS - 1 {
            let over = if x > self.knots[at] { x } else { self.knots[at] };
            sum += self.changes[at] * over;
        }
        sum
    }
}
