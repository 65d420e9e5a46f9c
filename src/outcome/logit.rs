//! Logistic regression whose coefficients may be bound from below, by projected Newton steps.
//!
//! The problem is convex and small (some hundred coefficients), so that exact second derivatives are
//! cheap, and nothing is random: the same rows give the same bits.

use super::dense::Dense;
use super::matrix::{Matrix, suffix_sums};

/// What is asked of a coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// It may be anything.
    Free,
    /// It is not below 0.
    Above,
    /// It is 0: the first of a chain.
    First,
    /// It is not below the one before it.
    Next,
}

/// Rows with few values that are not 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    ends: Vec<usize>,
    cells: Vec<(usize, f64)>,
}

impl Rows {
    /// Rows of all columns.
    pub(crate) fn dense<'a>(rows: impl Iterator<Item = &'a [f64]>) -> Self {
        let mut out = Self::default();
        for row in rows {
            row.iter().enumerate().for_each(|(at, it)| out.cell(at, *it));
            out.end_row();
        }
        out
    }

    /// No rows, in the memory of those before; it is made for so many cells.
    pub(crate) fn clear(&mut self, cells: usize) {
        self.ends.clear();
        self.cells.clear();
        self.cells.reserve(cells);
    }

    /// Adds a value to the row on its way; columns in ascending order.
    pub(crate) fn cell(&mut self, column: usize, value: f64) {
        if value.abs() > 0.0 {
            self.cells.push((column, value));
        }
    }

    pub(crate) fn end_row(&mut self) {
        self.ends.push(self.cells.len());
    }

    /// How many rows have ended.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn row(&self, at: usize) -> &[(usize, f64)] {
        let start =
            at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.cells.get(start..end).unwrap_or(&[])
    }

    /// The sum of a row's values times their coefficients.
    pub(crate) fn dot(&self, at: usize, coefficients: &[f64]) -> f64 {
        let cells = self.row(at).iter();
        cells.map(|(column, value)| coefficients.get(*column).unwrap_or(&0.0) * value).sum()
    }
}

/// Rows, what came of them, and what is asked of the coefficients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub(crate) rows: &'a Rows,
    /// The outcome of each row, 0 to 1.
    pub(crate) target: &'a [f64],
    /// The rows that count, each as often as it stands here.
    pub(crate) used: &'a [usize],
    /// What is asked of each coefficient.
    pub(crate) bounds: &'a [Bound],
    /// Where the ridge pulls: coefficients, and rises of a chain.
    pub(crate) prior: &'a [f64],
    /// How hard it pulls each, at least 0.
    pub(crate) ridge: &'a [f64],
    /// When to stop: the largest slope left, in events.
    pub(crate) tolerance: f64,
}

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    pub(crate) intercept: f64,
    /// One a column; of a chain, the sums of its rises.
    pub(crate) coefficients: Vec<f64>,
    /// Whether the slopes vanished before the steps ran out.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests ask"))]
    pub(crate) converged: bool,
}

/// What is seen at a point.
#[derive(Debug, Clone)]
struct Look {
    /// Loss and pull.
    cost: f64,
    /// The probability of each row that counts.
    chances: Vec<f64>,
    /// Whether it was seen in dense rows.
    is_dense: bool,
}

/// The most Newton steps. They double the digits each, so this is only reached where there is no finite
/// optimum. Our choice, tested by `what_has_no_optimum_ends`.
const STEPS: usize = 60;
/// Below this a bound coefficient counts as being at its bound.
const NEAR: f64 = 1e-9;

/// The probability of log-odds, and `ln(1 + e^z)` without overflow.
fn both(z: f64) -> (f64, f64) {
    let power = (-z).exp();
    // Of log-odds above 0 it is the same power.
    let smaller = if z >= 0.0 { power } else { z.exp() };
    (1.0 / (1.0 + power), z.max(0.0) + smaller.ln_1p())
}

/// The probability of log-odds.
pub(crate) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The log-odds of a probability.
pub(crate) fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

impl Problem<'_> {
    fn width(&self) -> usize {
        self.bounds.len()
    }

    /// Coefficients from coefficients and rises.
    fn sums(&self, steps: &[f64]) -> Vec<f64> {
        let mut sum = 0.0;
        let pairs = self.bounds.iter().zip(steps);
        pairs
            .map(|(bound, step)| {
                sum = if *bound == Bound::Next { sum + step } else { *step };
                sum
            })
            .collect()
    }

    /// The rows that count, laid out for many additions at a time, where most of their values are not 0.
    fn dense(&self) -> Option<Dense> {
        Dense::of(self.used.iter().map(|row| self.rows.row(*row)), self.width())
    }

    fn target(&self, row: usize) -> f64 {
        self.target.get(row).copied().unwrap_or(0.0)
    }

    /// Loss and pull at a point; the intercept comes last.
    fn look(&self, point: &[f64], dense: Option<&Dense>) -> Look {
        let (coefficients, intercept) = (self.sums(point), point.last().copied().unwrap_or(0.0));
        let empty =
            || Look { cost: 0.0, chances: Vec::with_capacity(self.used.len()), is_dense: false };
        let see = |look: &mut Look, row: usize, z: f64| {
            let (p, softplus) = both(z);
            look.cost += softplus - self.target(row) * z;
            look.chances.push(p);
        };
        let in_dense = |dense: &Dense| {
            let (mut look, mut used) = (empty(), self.used.iter());
            look.is_dense = dense.each(&coefficients, intercept, |z| {
                if let Some(row) = used.next() {
                    see(&mut look, *row, z);
                }
            });
            look.is_dense.then_some(look)
        };
        let mut look = dense.and_then(in_dense).unwrap_or_else(|| {
            let mut look = empty();
            for row in self.used {
                see(&mut look, *row, intercept + self.rows.dot(*row, &coefficients));
            }
            look
        });
        let pulls = point.iter().zip(self.prior).zip(self.ridge);
        let pull: f64 = pulls.map(|((at, prior), ridge)| ridge * (at - prior).powi(2)).sum();
        look.cost += pull / 2.0;
        look
    }

    /// First derivatives at a point where somebody looked, by coefficient and rise.
    fn slopes(&self, point: &[f64], look: &Look, dense: Option<&Dense>) -> Vec<f64> {
        let errors = self.used.iter().zip(&look.chances).map(|(row, p)| p - self.target(*row));
        let mut first = match dense.filter(|_| look.is_dense) {
            Some(dense) => dense.sums(&errors.collect::<Vec<f64>>()),
            None => {
                let mut first = vec![0.0; self.width() + 1];
                for (row, error) in self.used.iter().zip(errors) {
                    for (column, value) in self.rows.row(*row) {
                        if let Some(it) = first.get_mut(*column) {
                            *it += error * value;
                        }
                    }
                    if let Some(it) = first.last_mut() {
                        *it += error;
                    }
                }
                first
            }
        };
        suffix_sums(&mut first, |at| self.is_chained(at));
        let pulls = point.iter().zip(self.prior).zip(self.ridge);
        for (slope, ((at, prior), ridge)) in first.iter_mut().zip(pulls) {
            *slope += ridge * (at - prior);
        }
        first
    }

    /// Second derivatives where somebody looked, by coefficient and rise.
    fn curvature(&self, look: &Look, dense: Option<&Dense>) -> Matrix {
        let width = self.width();
        let weights = look.chances.iter().map(|p| p * (1.0 - p));
        let mut second = match dense.filter(|_| look.is_dense) {
            Some(dense) => dense.products(&weights.collect::<Vec<f64>>()),
            None => {
                let mut second = Matrix::zero(width + 1);
                let mut cells: Vec<(usize, f64)> = Vec::new();
                for (row, weight) in self.used.iter().zip(weights) {
                    cells.clear();
                    cells.extend_from_slice(self.rows.row(*row));
                    cells.push((width, 1.0));
                    second.add_outer(&cells, weight);
                }
                second
            }
        };
        second.mirror();
        second.suffix_sums(|at| self.is_chained(at));
        for (at, ridge) in self.ridge.iter().enumerate() {
            second.add(at, at, *ridge);
        }
        second
    }

    fn is_chained(&self, at: usize) -> bool {
        self.bounds.get(at) == Some(&Bound::Next)
    }

    fn is_bound(&self, at: usize) -> bool {
        matches!(self.bounds.get(at), Some(Bound::Above | Bound::Next))
    }

    /// The nearest point that keeps to the bounds.
    fn keep(&self, point: &mut [f64]) {
        for (at, it) in point.iter_mut().enumerate() {
            match self.bounds.get(at) {
                Some(Bound::First) => *it = 0.0,
                Some(Bound::Above | Bound::Next) => *it = it.max(0.0),
                Some(Bound::Free) | None => {}
            }
        }
    }

    /// Those that can move: not the first of a chain, and not at a bound towards which they are pushed.
    fn movable(&self, point: &[f64], first: &[f64]) -> Vec<usize> {
        let stuck = |at: usize, it: f64, slope: f64| {
            self.bounds.get(at) == Some(&Bound::First)
                || (self.is_bound(at) && it <= NEAR && slope > 0.0)
        };
        let all = point.iter().zip(first).enumerate();
        all.filter(|(at, (it, slope))| !stuck(*at, **it, **slope)).map(|(at, _)| at).collect()
    }

    /// Finds the coefficients.
    ///
    /// # Source
    /// Projected Newton: Bertsekas (1982), SIAM J. Control Optim. 20(2), 221-246.
    pub(crate) fn solve(&self) -> Fit {
        self.descend(self.dense().as_ref()).0
    }

    /// The same with the variances and covariances of coefficients and intercept (last), as for a fit without bounds.
    pub(crate) fn solve_with_covariance(&self) -> (Fit, Matrix) {
        let dense = self.dense();
        let (fit, look) = self.descend(dense.as_ref());
        (fit, self.curvature(&look, dense.as_ref()).inverse())
    }

    /// Finds the coefficients, and what is seen there.
    fn descend(&self, dense: Option<&Dense>) -> (Fit, Look) {
        let mean = {
            let sum: f64 = self.used.iter().filter_map(|row| self.target.get(*row)).sum();
            let rows = self.used.len() as f64;
            // Of no rows nothing is known.
            if rows > 0.0 { (sum / rows).clamp(1e-6, 1.0 - 1e-6) } else { 0.5 }
        };
        let mut point = self.prior.to_vec();
        point.push(logit(mean));
        self.keep(&mut point);
        let mut look = self.look(&point, dense);
        let mut converged = false;
        for _ in 0..STEPS {
            let first = self.slopes(&point, &look, dense);
            let movable = self.movable(&point, &first);
            let slopes: Vec<f64> =
                movable.iter().filter_map(|column| first.get(*column)).copied().collect();
            if slopes.iter().all(|slope| slope.abs() <= self.tolerance) {
                converged = true;
                break;
            }
            let step = self.curvature(&look, dense).part(&movable).solve(&slopes);
            match self.walk((&point, look.cost), &first, &movable, &step, dense) {
                Some(next) => (point, look) = next,
                // No step improves: as near as doubles get.
                None => {
                    converged = true;
                    break;
                }
            }
        }
        let intercept = point.pop().unwrap_or(0.0);
        (Fit { intercept, coefficients: self.sums(&point), converged }, look)
    }

    /// Goes back along the step until the cost falls enough.
    fn walk(
        &self,
        (point, cost): (&[f64], f64),
        first: &[f64],
        movable: &[usize],
        step: &[f64],
        dense: Option<&Dense>,
    ) -> Option<(Vec<f64>, Look)> {
        let mut length = 1.0;
        for _ in 0..40 {
            let mut next = point.to_vec();
            for (at, step) in movable.iter().zip(step) {
                if let Some(it) = next.get_mut(*at) {
                    *it -= length * step;
                }
            }
            self.keep(&mut next);
            let fall: f64 =
                first.iter().zip(point.iter().zip(&next)).map(|(it, (a, b))| it * (a - b)).sum();
            length /= 2.0;
            // What promises no fall is not taken, whatever it costs.
            if fall.is_nan() || fall <= 0.0 {
                continue;
            }
            let seen = self.look(&next, dense);
            let lower = seen.cost;
            // Where the promised fall is below what the sum's own rounding is, the cost cannot tell.
            let blur = 1e-13 * cost.abs();
            if lower <= cost - 1e-4 * fall || (fall < blur && lower <= cost + blur) {
                return (fall > blur * 1e-3 || lower < cost).then_some((next, seen));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bound, Dense, Problem, Rows, both, logit, sigmoid};

    fn solve(rows: &[&[f64]], target: &[f64], bounds: &[Bound], ridge: f64) -> super::Fit {
        let used: Vec<usize> = (0..rows.len()).collect();
        let rows = Rows::dense(rows.iter().copied());
        let prior = vec![0.0; bounds.len()];
        let ridge = vec![ridge; bounds.len()];
        Problem {
            rows: &rows,
            target,
            used: &used,
            bounds,
            prior: &prior,
            ridge: &ridge,
            tolerance: 1e-9,
        }
        .solve()
    }

    #[test]
    fn two_cells_have_their_own_odds() {
        // One of four without, three of four with: the odds are 1/3 and 3.
        let rows: [&[f64]; 8] = [&[0.], &[0.], &[0.], &[0.], &[1.], &[1.], &[1.], &[1.]];
        let fit = solve(&rows, &[1., 0., 0., 0., 1., 1., 1., 0.], &[Bound::Free], 0.0);
        assert!(fit.converged);
        assert!((fit.intercept - logit(0.25)).abs() < 1e-9, "{fit:?}");
        assert!((sigmoid(fit.intercept + fit.coefficients[0]) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_bound_holds_and_the_rest_is_as_without() {
        let rows: [&[f64]; 8] = [&[0.], &[0.], &[0.], &[0.], &[1.], &[1.], &[1.], &[1.]];
        let fit = solve(&rows, &[1., 1., 1., 0., 1., 0., 0., 0.], &[Bound::Above], 0.0);
        assert!(fit.coefficients[0].abs() < 1e-12, "it would be negative: {fit:?}");
        assert!(fit.intercept.abs() < 1e-9, "half of all: {fit:?}");
    }

    #[test]
    fn a_chain_never_falls() {
        // Shares of 0.5, 0.25 and 0.75: the fall in the middle becomes a flat.
        let mut rows: Vec<&[f64]> = Vec::new();
        let mut target = Vec::new();
        for (level, kept) in [(&[1., 0., 0.], 2), (&[0., 1., 0.], 1), (&[0., 0., 1.], 3)] {
            for at in 0..4 {
                rows.push(level);
                target.push(f64::from(u8::from(at < kept)));
            }
        }
        let fit = solve(&rows, &target, &[Bound::First, Bound::Next, Bound::Next], 0.0);
        let p: Vec<f64> = fit
            .coefficients
            .iter()
            .map(|coefficient| sigmoid(fit.intercept + coefficient))
            .collect();
        assert!((p[0] - 0.375).abs() < 1e-7 && (p[1] - 0.375).abs() < 1e-7, "{p:?}");
        assert!((p[2] - 0.75).abs() < 1e-7, "{p:?}");
    }

    #[test]
    fn what_has_no_optimum_ends() {
        let fit = solve(&[&[0.], &[1.]], &[0., 1.], &[Bound::Free], 0.0);
        assert!(fit.intercept.is_finite() && fit.coefficients[0].is_finite());
        let none = solve(&[], &[], &[Bound::Free], 1.0);
        assert!(none.intercept.abs() < 1e-12, "no rows say nothing: {none:?}");
    }

    proptest! {
        #[test]
        fn dense_rows_have_the_bits_of_sparse_ones(
            width in 1..9_usize,
            cells in prop::collection::vec(prop_oneof![3 => -3.0..3.0_f64, 1 => Just(0.0), 1 => Just(-0.0)], 0..200),
            used in prop::collection::vec(0..30_usize, 0..100),
            point in prop::collection::vec(prop_oneof![4 => -4.0..4.0_f64, 1 => Just(0.0), 1 => Just(1e308)], 10),
        ) {
            let rows = Rows::dense(cells.chunks_exact(width));
            let target: Vec<f64> = (0..30).map(|row| f64::from(row % 3) / 2.0).collect();
            let bounds: Vec<Bound> = [Bound::First, Bound::Next, Bound::Above, Bound::Free]
                .into_iter()
                .cycle()
                .take(width)
                .collect();
            let (prior, ridge) = (vec![0.5; width], vec![2.0; width]);
            let problem = Problem {
                rows: &rows,
                target: &target,
                used: &used,
                bounds: &bounds,
                prior: &prior,
                ridge: &ridge,
                tolerance: 1e-6,
            };
            let point = &point[..=width];
            let dense = Dense::of(used.iter().map(|row| rows.row(*row)), width);
            let bits = |all: &[f64]| all.iter().map(|it| it.to_bits()).collect::<Vec<u64>>();
            let (plain, quick) = (problem.look(point, None), problem.look(point, dense.as_ref()));
            prop_assert_eq!(bits(&plain.chances), bits(&quick.chances));
            let first = problem.slopes(point, &plain, None);
            let first_too = problem.slopes(point, &quick, dense.as_ref());
            prop_assert_eq!(bits(&first), bits(&first_too));
            let second = problem.curvature(&plain, None);
            let second_too = problem.curvature(&quick, dense.as_ref());
            for row in 0..=width {
                for column in 0..=width {
                    let (one, two) = (second.get(row, column), second_too.get(row, column));
                    prop_assert_eq!(one.to_bits(), two.to_bits());
                }
            }
            prop_assert_eq!(plain.cost.to_bits(), quick.cost.to_bits());
        }

        #[test]
        fn both_have_the_bits_of_each(z in prop_oneof![-40.0..40.0_f64, -800.0..800.0_f64, Just(0.0), Just(-0.0)]) {
            let (p, softplus) = both(z);
            prop_assert_eq!(p.to_bits(), sigmoid(z).to_bits());
            prop_assert_eq!(softplus.to_bits(), (z.max(0.0) + (-z.abs()).exp().ln_1p()).to_bits());
        }
    }
}
