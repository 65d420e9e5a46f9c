//! Rows of which most values are not 0, side by side in memory: sums over them go for many places at a time, and have the
//! bits that they have one by one, since every place is added up in the order of the rows.

use super::matrix::Matrix;

/// How many rows go together.
const TOGETHER: usize = 4;

/// Rows of all columns, the last of which is the intercept's 1.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    width: usize,
    values: Vec<f64>,
}

impl Dense {
    /// The rows, each given as its values that are not 0; none where there is nothing to be won, or a value is not finite.
    pub(super) fn of<'a>(
        rows: impl Iterator<Item = &'a [(usize, f64)]> + Clone,
        columns: usize,
    ) -> Option<Self> {
        let (mut count, mut cells) = (0_usize, 0_usize);
        for row in rows.clone() {
            count += 1;
            cells += row.len();
        }
        if cells * 2 < count * columns {
            return None;
        }
        let width = columns + 1;
        let mut values = vec![0.0; count * width];
        for (cells, row) in rows.zip(values.chunks_exact_mut(width)) {
            for (column, value) in cells {
                if !value.is_finite() || *column >= columns {
                    return None;
                }
                if let Some(it) = row.get_mut(*column) {
                    *it = *value;
                }
            }
            if let Some(it) = row.last_mut() {
                *it = 1.0;
            }
        }
        Some(Self { width, values })
    }

    /// The intercept and each row's sum of values times coefficients; none where one is not finite, since what is not
    /// finite is not the same when it meets a 0.
    pub(super) fn odds(&self, coefficients: &[f64], intercept: f64) -> Option<Vec<f64>> {
        if coefficients.len() + 1 != self.width || !coefficients.iter().all(|it| it.is_finite()) {
            return None;
        }
        let mut out = Vec::with_capacity(self.values.len() / self.width);
        let blocks = self.values.chunks_exact(self.width * TOGETHER);
        let rest = blocks.remainder();
        for block in blocks {
            let [a, b, c, d] = four(block, self.width);
            let mut sums = [0.0; TOGETHER];
            for ((((it, a), b), c), d) in coefficients.iter().zip(a).zip(b).zip(c).zip(d) {
                for (sum, value) in sums.iter_mut().zip([a, b, c, d]) {
                    *sum += it * value;
                }
            }
            out.extend(sums.map(|sum| intercept + sum));
        }
        for row in rest.chunks_exact(self.width) {
            let sum: f64 = coefficients.iter().zip(row).map(|(it, value)| it * value).sum();
            out.push(intercept + sum);
        }
        out.iter().all(|it| it.is_finite()).then_some(out)
    }

    /// Adds to the first derivatives each row's error times its values, and to the second its weight times their products;
    /// each row's error and weight are given.
    pub(super) fn add(&self, each: &[(f64, f64)], first: &mut [f64], second: &mut Matrix) {
        let blocks = self.values.chunks_exact(self.width * TOGETHER);
        let rest = blocks.remainder();
        let (by_block, by_row) = each.as_chunks::<TOGETHER>();
        for (block, [a, b, c, d]) in blocks.zip(by_block) {
            let rows = four(block, self.width);
            let [of_a, of_b, of_c, of_d] = rows;
            let cells = first.iter_mut().zip(of_a).zip(of_b).zip(of_c).zip(of_d);
            for ((((it, of_a), of_b), of_c), of_d) in cells {
                *it = *it + a.0 * of_a + b.0 * of_b + c.0 * of_c + d.0 * of_d;
            }
            second.add_four(rows, [a.1, b.1, c.1, d.1]);
        }
        for (row, (error, weight)) in rest.chunks_exact(self.width).zip(by_row) {
            first.iter_mut().zip(row).for_each(|(it, value)| *it += error * value);
            second.add_one(row, *weight);
        }
    }
}

/// The rows of a block.
fn four(block: &[f64], width: usize) -> [&[f64]; TOGETHER] {
    let (one, two) = block.split_at(2 * width);
    let ((a, b), (c, d)) = (one.split_at(width), two.split_at(width));
    [a, b, c, d]
}
