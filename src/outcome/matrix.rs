//! Small symmetric matrices: what Newton's method needs, and no more.

/// A square matrix, by rows.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    rows: Vec<Vec<f64>>,
}

/// Adds to each item those after it for as long as they depend on the one before.
pub(super) fn suffix_sums(items: &mut [f64], chained: impl Fn(usize) -> bool) {
    for at in (1..items.len()).rev().filter(|at| chained(*at)) {
        let (left, right) = items.split_at_mut(at);
        if let (Some(before), Some(it)) = (left.last_mut(), right.first()) {
            *before += it;
        }
    }
}

impl Matrix {
    pub(super) fn zero(width: usize) -> Self {
        Self { rows: vec![vec![0.0; width]; width] }
    }

    pub(crate) fn get(&self, row: usize, column: usize) -> f64 {
        self.rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0)
    }

    pub(super) fn add(&mut self, row: usize, column: usize, value: f64) {
        if let Some(it) = self.rows.get_mut(row).and_then(|row| row.get_mut(column)) {
            *it += value;
        }
    }

    /// Adds the products of all pairs of cells, below the diagonal and on it; cells in ascending order.
    pub(super) fn add_outer(&mut self, cells: &[(usize, f64)], weight: f64) {
        for (at, (column, value)) in cells.iter().enumerate() {
            let Some(row) = self.rows.get_mut(*column) else { continue };
            for (other, factor) in cells.iter().take(at + 1) {
                if let Some(it) = row.get_mut(*other) {
                    *it += weight * value * factor;
                }
            }
        }
    }

    /// Copies what is below the diagonal above it.
    pub(super) fn mirror(&mut self) {
        for at in 0..self.rows.len() {
            let (above, below) = self.rows.split_at_mut(at);
            let Some(row) = below.first() else { continue };
            for (upper, value) in above.iter_mut().zip(row) {
                if let Some(it) = upper.get_mut(at) {
                    *it = *value;
                }
            }
        }
    }

    /// The same in sums from the end of each chain, over rows and columns.
    pub(super) fn suffix_sums(&mut self, chained: impl Fn(usize) -> bool) {
        for row in &mut self.rows {
            suffix_sums(row, &chained);
        }
        for at in (1..self.rows.len()).rev().filter(|at| chained(*at)) {
            let (left, right) = self.rows.split_at_mut(at);
            if let (Some(before), Some(it)) = (left.last_mut(), right.first()) {
                before.iter_mut().zip(it).for_each(|(to, from)| *to += from);
            }
        }
    }

    /// The rows and columns at these places.
    pub(super) fn part(&self, places: &[usize]) -> Self {
        let pick = |row: &Vec<f64>| {
            places.iter().map(|place| row.get(*place).copied().unwrap_or(0.0)).collect()
        };
        Self { rows: places.iter().filter_map(|place| self.rows.get(*place)).map(pick).collect() }
    }

    /// The lower triangle whose square it is. A diagonal that is not above 0 by rounding is lifted.
    fn cholesky(&self) -> Self {
        let mut done: Vec<Vec<f64>> = Vec::with_capacity(self.rows.len());
        for (at, row) in self.rows.iter().enumerate() {
            let mut next: Vec<f64> = Vec::with_capacity(at + 1);
            for (value, other) in row.iter().zip(&done) {
                let dot: f64 = next.iter().zip(other).map(|(a, b)| a * b).sum();
                next.push((value - dot) / other.last().copied().unwrap_or(1.0));
            }
            let own = row.get(at).copied().unwrap_or(0.0);
            let rest = own - next.iter().map(|value| value * value).sum::<f64>();
            next.push(rest.max(1e-12 * (1.0 + own.abs())).sqrt());
            done.push(next);
        }
        Self { rows: done }
    }

    /// The solution of this matrix times it being `right`; the matrix must be positive.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        self.cholesky().back(right)
    }

    /// Solves with a lower triangle, forwards and then backwards.
    fn back(&self, right: &[f64]) -> Vec<f64> {
        let mut half: Vec<f64> = Vec::with_capacity(right.len());
        for (row, right) in self.rows.iter().zip(right) {
            let dot: f64 = row.iter().zip(&half).map(|(a, b)| a * b).sum();
            half.push((right - dot) / row.last().copied().unwrap_or(1.0));
        }
        let mut out = half;
        for (at, row) in self.rows.iter().enumerate().rev() {
            let (left, rest) = out.split_at_mut(at);
            let Some(it) = rest.first_mut() else { continue };
            *it /= row.last().copied().unwrap_or(1.0);
            left.iter_mut().zip(row).for_each(|(to, from)| *to -= from * *it);
        }
        out
    }

    pub(super) fn inverse(&self) -> Self {
        let lower = self.cholesky();
        let unit = |at: usize| {
            let right: Vec<f64> =
                (0..self.rows.len()).map(|row| if row == at { 1.0 } else { 0.0 }).collect();
            lower.back(&right)
        };
        Self { rows: (0..self.rows.len()).map(unit).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn an_inverse_undoes() {
        let rows = vec![vec![4.0, 2.0, 0.5], vec![2.0, 3.0, 1.0], vec![0.5, 1.0, 2.0]];
        let matrix = Matrix { rows: rows.clone() };
        let inverse = matrix.inverse();
        for (at, row) in rows.iter().enumerate() {
            for column in 0..3 {
                let got: f64 = (0..3).map(|inner| row[inner] * inverse.get(inner, column)).sum();
                let want = if at == column { 1.0 } else { 0.0 };
                assert!((got - want).abs() < 1e-12, "{at} {column}: {got}");
            }
        }
        let solved = matrix.solve(&[1.0, 2.0, 3.0]);
        let again: f64 = rows[1].iter().zip(&solved).map(|(a, b)| a * b).sum();
        assert!((again - 2.0).abs() < 1e-12);
    }
}
