//! The closest curve that never falls.

/// Neighbours that share one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// The weighted mean of where they stand.
    pub(crate) centre: f64,
    /// The sum of their values by weight.
    pub(crate) sum: f64,
    /// Their weight.
    pub(crate) weight: f64,
    /// How many points.
    pub(crate) points: usize,
}

impl Block {
    pub(crate) fn value(&self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }

    fn with(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        let centre = (self.centre * self.weight + other.centre * other.weight) / weight;
        let centre = if weight > 0.0 { centre } else { self.centre };
        let points = self.points + other.points;
        Self { centre, sum: self.sum + other.sum, weight, points }
    }
}

/// Joins neighbours that fall (pool adjacent violators).
///
/// # Source
/// Ayer and others (1955), Annals of Mathematical Statistics 26(4), 641-647.
pub(crate) fn pool(points: impl IntoIterator<Item = Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for mut block in points {
        while let Some(last) = out.last().copied().filter(|before| before.value() >= block.value())
        {
            block = last.with(block);
            out.pop();
        }
        out.push(block);
    }
    out
}

/// The steps of points `(x, y, weight)` in any order; points at one `x` are one.
pub(crate) fn blocks(points: impl Iterator<Item = (f64, f64, f64)>) -> Vec<Block> {
    let mut points: Vec<(f64, f64, f64)> =
        points.map(|point| (point.0 + 0.0, point.1, point.2)).collect();
    points.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut singles: Vec<Block> = Vec::new();
    let mut at = None;
    for (x, y, weight) in points {
        let block = Block { centre: x, sum: y * weight, weight, points: 1 };
        match singles.last_mut() {
            Some(last) if at == Some(x.to_bits()) => {
                *last = Block { centre: x, ..last.with(block) };
            }
            _ => singles.push(block),
        }
        at = Some(x.to_bits());
    }
    pool(singles)
}

/// The values that never fall with `x` and are closest to `y` by weighted squares, one a point, in the points' order.
/// Points at the same `x` have the same value. `None` where lengths differ, a number is NaN or a weight is
/// not above 0.
///
/// ```
/// use foretell::outcome::calibrate::isotonic;
///
/// let fitted = isotonic(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0], &[1.0, 1.0, 1.0]);
/// assert_eq!(fitted, Some(vec![1.0, 2.5, 2.5]));
/// ```
#[must_use]
pub fn isotonic(x: &[f64], y: &[f64], weight: &[f64]) -> Option<Vec<f64>> {
    let sound = x.len() == y.len() && x.len() == weight.len();
    if !sound
        || x.iter().chain(y).any(|value| value.is_nan())
        || !weight.iter().all(|weight| *weight > 0.0)
    {
        return None;
    }
    let points = x.iter().zip(y).zip(weight).map(|((x, y), weight)| (*x, *y, *weight));
    let mut order: Vec<f64> = x.iter().map(|value| value + 0.0).collect();
    order.sort_by(f64::total_cmp);
    // The value of each place in the order of `x`, block by block.
    let values: Vec<f64> = blocks(points)
        .iter()
        .flat_map(|block| std::iter::repeat_n(block.value(), block.points))
        .collect();
    x.iter().map(|x| values.get(order.partition_point(|other| other < x)).copied()).collect()
}
