//! Rows of which most values are not 0, side by side in memory: sums over them go for many places at a time, and have the
//! bits that they have one by one, since every place is added up in the order of the rows.

use super::matrix::Matrix;

/// How many columns lie together.
const LANES: usize = 4;
/// How many rows are worked on at a time: few enough that they stay in the nearest cache.
const BLOCK: usize = 32;

/// Four neighbouring columns of a row.
type Lanes = [f64; LANES];

/// Rows of all columns, the last of which is the intercept's 1.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    columns: usize,
    rows: usize,
    /// Block after block, in each four columns of all of its rows after four columns. Rows and columns that fill up the last are 0.
    values: Vec<Lanes>,
}

/// As many fours as hold so many.
fn fours(values: &[f64]) -> Vec<Lanes> {
    let four = |part: &[f64]| {
        let mut out = [0.0; LANES];
        out.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        out
    };
    values.chunks(LANES).map(four).collect()
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
        let mut out = Self { columns, rows: count, values: Vec::new() };
        let block = out.block();
        out.values = vec![[0.0; LANES]; count.div_ceil(BLOCK) * block];
        for (at, cells) in rows.enumerate() {
            let mut place = |column: usize, value: f64| {
                let within = column / LANES * BLOCK + at % BLOCK;
                let lanes = out.values.get_mut(at / BLOCK * block + within)?;
                *lanes.get_mut(column % LANES)? = value;
                Some(())
            };
            for (column, value) in cells {
                if !value.is_finite() || *column >= columns {
                    return None;
                }
                place(*column, *value)?;
            }
            place(columns, 1.0)?;
        }
        Some(out)
    }

    /// How many fours a row has.
    const fn width(&self) -> usize {
        self.columns / LANES + 1
    }

    /// How many fours a block has.
    const fn block(&self) -> usize {
        self.width() * BLOCK
    }

    /// Hands on each row's intercept and sum of values times coefficients. False where a number is not finite, since what is not
    /// finite is not the same when it meets a 0.
    pub(super) fn each(
        &self,
        coefficients: &[f64],
        intercept: f64,
        mut act: impl FnMut(f64),
    ) -> bool {
        if coefficients.len() != self.columns || !coefficients.iter().all(|it| it.is_finite()) {
            return false;
        }
        let mut coefficients = fours(coefficients);
        coefficients.resize(self.width(), [0.0; LANES]);
        for (at, block) in self.values.chunks_exact(self.block()).enumerate() {
            let mut odds = [0.0; BLOCK];
            for (values, [a, b, c, d]) in block.chunks_exact(BLOCK).zip(&coefficients) {
                for (it, [of_a, of_b, of_c, of_d]) in odds.iter_mut().zip(values) {
                    *it = *it + a * of_a + b * of_b + c * of_c + d * of_d;
                }
            }
            for odds in odds.into_iter().take(self.rows - at * BLOCK) {
                let odds = intercept + odds;
                if !odds.is_finite() {
                    return false;
                }
                act(odds);
            }
        }
        true
    }

    /// The sums of each row's values times its error.
    pub(super) fn sums(&self, errors: &[f64]) -> Vec<f64> {
        let mut sums = vec![[0.0; LANES]; self.width()];
        for (block, errors) in self.values.chunks_exact(self.block()).zip(errors.chunks(BLOCK)) {
            for (values, sums) in block.chunks_exact(BLOCK).zip(&mut sums) {
                let mut own = *sums;
                for (values, error) in values.iter().zip(errors) {
                    own.iter_mut().zip(values).for_each(|(it, value)| *it += error * value);
                }
                *sums = own;
            }
        }
        sums.into_iter().flatten().take(self.columns + 1).collect()
    }

    /// The sums of the products of all pairs of a row's values times its weight, below the diagonal and on it.
    pub(super) fn products(&self, weights: &[f64]) -> Matrix {
        let width = self.width();
        // Of each four columns with every four up to them.
        let mut sums = vec![[[0.0; LANES]; LANES]; width * (width + 1) / 2];
        let mut leads = [[0.0; BLOCK]; LANES];
        for (block, weights) in self.values.chunks_exact(self.block()).zip(weights.chunks(BLOCK)) {
            let mut rest = sums.as_mut_slice();
            for (at, values) in block.chunks_exact(BLOCK).enumerate() {
                for (lane, leads) in leads.iter_mut().enumerate() {
                    for ((lead, values), weight) in leads.iter_mut().zip(values).zip(weights) {
                        *lead = weight * values.get(lane).unwrap_or(&0.0);
                    }
                }
                let Some((own, after)) = rest.split_at_mut_checked(at + 1) else { break };
                for (sums, values) in own.iter_mut().zip(block.chunks_exact(BLOCK)) {
                    let ([one, two, three, four], [a, b, c, d]) = (sums, &leads);
                    add_pair([one, two], [a, b], values);
                    add_pair([three, four], [c, d], values);
                }
                rest = after;
            }
        }
        let mut out = Matrix::zero(self.columns + 1);
        let mut place = sums.iter();
        for at in 0..width {
            for (four, sums) in place.by_ref().take(at + 1).enumerate() {
                for (row, sums) in (at * LANES..).zip(sums) {
                    let below = (four * LANES..=row).zip(sums);
                    below.for_each(|(column, sum)| out.add(row, column, *sum));
                }
            }
        }
        out
    }
}

/// Adds each row's values times two of its leads.
fn add_pair([one, two]: [&mut Lanes; 2], [a, b]: [&[f64; BLOCK]; 2], values: &[Lanes]) {
    let (mut first, mut second) = (*one, *two);
    for ((values, a), b) in values.iter().zip(a).zip(b) {
        for ((first, second), value) in first.iter_mut().zip(&mut second).zip(values) {
            *first += a * value;
            *second += b * value;
        }
    }
    (*one, *two) = (first, second);
}
