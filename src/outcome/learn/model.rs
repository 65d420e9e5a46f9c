//! Weights and points from outcomes: the candidates, from what was written to all learned together.

use std::cell::OnceCell;

use super::rows::Table;
use super::shape::Shape;
use crate::outcome::logit::{Bound, Problem, Rows, logit};

/// How much is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Candidate {
    /// Nothing: weights and points as written.
    Written,
    /// Weights, drawn to those written with this ridge.
    Weights(f64),
    /// Points of each factor by itself, then weights.
    Alone(f64),
    /// Points and weights together, drawn to what [`Candidate::Alone`] gives with a ridge of [`START`].
    Together(f64),
}

/// The ridge of the weights from which points are learned together.
const START: f64 = 3.0;
/// Where a factor is missing, its points are those of the others; so many rounds settle it.
const ROUNDS: usize = 4;

/// One part of a model.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    /// Log-odds of keeping between its worst and its best.
    pub(super) weight: f64,
    /// Points by level, 0 to 1, where they were learned.
    pub(super) shape: Option<(Shape, Vec<f64>)>,
}

/// A scorecard in log-odds of keeping: an intercept and a score times the sum of the weights.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) intercept: f64,
    pub(super) parts: Vec<Fitted>,
}

impl Fitted {
    /// The points of a row, 0 to 1; NaN where missing.
    fn points(&self, part: &super::rows::Part, row: usize) -> f64 {
        match &self.shape {
            None => part.points.get(row).copied().unwrap_or(f64::NAN),
            Some((shape, levels)) => {
                let cells = shape.cells(&part.values, row);
                let weight: f64 = cells.iter().map(|cell| cell.1).sum();
                let sum: f64 =
                    cells.iter().map(|(at, share)| share * levels.get(*at).unwrap_or(&0.0)).sum();
                if weight > 0.0 { sum } else { f64::NAN }
            }
        }
    }
}

impl Model {
    /// The sum of the weights: the log-odds between a score of 0 and one of 100.
    pub(super) fn slope(&self) -> f64 {
        self.parts.iter().map(|part| part.weight).sum()
    }

    /// The score, 0 to 1, as the engine gives it: what is missing has no weight. NaN where nothing is there.
    pub(super) fn score(&self, table: &Table, row: usize) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (fitted, part) in self.parts.iter().zip(&table.parts) {
            let points = fitted.points(part, row);
            if !points.is_nan() {
                sum += fitted.weight * points;
                weight += fitted.weight;
            }
        }
        if weight > 0.0 { sum / weight } else { f64::NAN }
    }

    /// The log-odds of keeping.
    pub(super) fn log_odds(&self, table: &Table, row: usize) -> f64 {
        let score = self.score(table, row);
        self.intercept + self.slope() * if score.is_nan() { 0.5 } else { score }
    }
}

/// Outcomes as the solver takes them: 1 for kept.
fn kept(table: &Table) -> Vec<f64> {
    table.lost.iter().map(|lost| f64::from(u8::from(!*lost))).collect()
}

/// The rows that candidates are fitted on, and what several of them begin with.
#[derive(Debug)]
pub(super) struct Fits<'a> {
    table: &'a Table,
    used: Vec<usize>,
    plain: OnceCell<Model>,
    alone: OnceCell<Model>,
    start: OnceCell<Model>,
}

impl<'a> Fits<'a> {
    pub(super) fn new(table: &'a Table, used: Vec<usize>) -> Self {
        let (plain, alone, start) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { table, used, plain, alone, start }
    }

    /// The rows.
    pub(super) fn used(&self) -> &[usize] {
        &self.used
    }

    /// Fits a candidate.
    pub(super) fn fit(&self, candidate: Candidate) -> Model {
        let (table, used) = (self.table, self.used.as_slice());
        match candidate {
            Candidate::Written => self.plain().clone(),
            Candidate::Weights(ridge) => weights(table, used, self.plain().clone(), ridge),
            Candidate::Alone(ridge) => weights(table, used, self.alone().clone(), ridge),
            Candidate::Together(ridge) => {
                let from = || weights(table, used, self.alone().clone(), START);
                together(table, used, self.start.get_or_init(from), ridge)
            }
        }
    }

    /// Slope and intercept for the score as it is.
    fn plain(&self) -> &Model {
        self.plain.get_or_init(|| scaled(self.table, &self.used, plain(self.table)))
    }

    /// The same where points were learned one by one.
    fn alone(&self) -> &Model {
        self.alone.get_or_init(|| scaled(self.table, &self.used, alone(self.table, &self.used)))
    }
}

/// Parts as written.
fn plain(table: &Table) -> Vec<Fitted> {
    table.parts.iter().map(|part| Fitted { weight: part.written, shape: None }).collect()
}

/// Parts with points learned one by one.
fn alone(table: &Table, used: &[usize]) -> Vec<Fitted> {
    let shaped = |part: &super::rows::Part| {
        let shape = Shape::new(&part.values, &table.lost, used)?;
        let mut levels = shape.alone(&part.values, &table.lost, used);
        spread(&mut levels);
        Some((shape, levels))
    };
    let fitted = |part| Fitted { weight: super::rows::Part::written(part), shape: shaped(part) };
    table.parts.iter().map(fitted).collect()
}

impl super::rows::Part {
    const fn written(&self) -> f64 {
        self.written
    }
}

/// Stretches levels to 0 to 1; gives how far apart they were.
pub(super) fn spread(levels: &mut [f64]) -> f64 {
    let low = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let high = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = high - low;
    for it in levels {
        *it = if range > 1e-9 { (*it - low) / range } else { 0.5 };
    }
    if range > 1e-9 { range } else { 0.0 }
}

/// Of each row whether it counts: what the others are need not be known.
fn seen(table: &Table, used: &[usize]) -> Vec<bool> {
    let mut out = vec![false; table.lost.len()];
    for row in used {
        if let Some(it) = out.get_mut(*row) {
            *it = true;
        }
    }
    out
}

/// The model with its weights times a common factor, and the intercept, that fit best.
fn scaled(table: &Table, used: &[usize], parts: Vec<Fitted>) -> Model {
    let model = Model { intercept: 0.0, parts };
    let mut rows = Rows::default();
    for is_used in seen(table, used) {
        if is_used {
            let score = model.score(table, rows.len());
            rows.cell(0, if score.is_nan() { 0.5 } else { score });
        }
        rows.end_row();
    }
    let target = kept(table);
    let problem = Problem {
        rows: &rows,
        target: &target,
        used,
        bounds: &[Bound::Above],
        prior: &[0.0],
        // Just enough for an optimum where few rows are split cleanly.
        ridge: &[0.01],
        tolerance: 1e-7,
    };
    let fit = problem.solve();
    let slope = fit.coefficients.first().copied().unwrap_or(0.0);
    let sum = model.slope();
    let factor = if sum > 0.0 { slope / sum } else { 0.0 };
    let parts = model
        .parts
        .into_iter()
        .map(|part| Fitted { weight: part.weight * factor, ..part })
        .collect();
    Model { intercept: fit.intercept, parts }
}

/// Weights for given points.
fn weights(table: &Table, used: &[usize], mut model: Model, ridge: f64) -> Model {
    let prior: Vec<f64> = model.parts.iter().map(|part| part.weight).collect();
    let target = kept(table);
    let bounds = vec![Bound::Above; prior.len()];
    let ridges = vec![ridge; prior.len()];
    let parts = model.parts.iter().zip(&table.parts);
    // Row by row, the points of every part.
    let mut points: Vec<f64> = Vec::with_capacity(used.len() * prior.len());
    let seen = seen(table, used);
    for (row, _) in seen.iter().enumerate().filter(|row| *row.1) {
        points.extend(parts.clone().map(|(it, part)| it.points(part, row)));
    }
    let some_missing = points.iter().any(|point| point.is_nan());
    let mut rows = Rows::default();
    for _ in 0..if some_missing { ROUNDS } else { 1 } {
        rows.clear(points.len());
        let mut points = points.chunks_exact(prior.len().max(1));
        for (row, is_used) in seen.iter().enumerate() {
            let points = if *is_used { points.next().unwrap_or(&[]) } else { &[] };
            let mut other = f64::NAN;
            if points.iter().any(|point| point.is_nan()) {
                let score = model.score(table, row);
                other = if score.is_nan() { 0.5 } else { score };
            }
            for (column, point) in points.iter().enumerate() {
                rows.cell(column, if point.is_nan() { other } else { *point });
            }
            rows.end_row();
        }
        let problem = Problem {
            rows: &rows,
            target: &target,
            used,
            bounds: &bounds,
            prior: &prior,
            ridge: &ridges,
            tolerance: 1e-6,
        };
        let fit = problem.solve();
        model.intercept = fit.intercept;
        for (part, weight) in model.parts.iter_mut().zip(&fit.coefficients) {
            part.weight = *weight;
        }
    }
    model
}

/// The columns of one part in the problem of all levels.
struct Place {
    start: usize,
    levels: usize,
}

/// Points and weights at once, from a start.
fn together(table: &Table, used: &[usize], start: &Model, ridge: f64) -> Model {
    let mut places = Vec::new();
    let (mut bounds, mut prior) = (Vec::new(), Vec::new());
    for fitted in &start.parts {
        let first = bounds.len();
        match &fitted.shape {
            None => {
                bounds.push(Bound::Above);
                prior.push(fitted.weight);
            }
            Some((shape, levels)) => {
                bounds.extend(shape.bounds());
                let mut before = 0.0;
                let base = match shape.bounds().first() {
                    Some(Bound::First) => levels.first().copied().unwrap_or(0.0),
                    _ => 0.0,
                };
                for (bound, level) in shape.bounds().iter().zip(levels) {
                    let value = fitted.weight * (level - base);
                    prior.push(if *bound == Bound::Next { value - before } else { value });
                    before = value;
                }
            }
        }
        places.push(Place { start: first, levels: bounds.len() - first });
    }
    let mut rows = Rows::default();
    for (row, is_used) in seen(table, used).into_iter().enumerate() {
        let parts = start.parts.iter().zip(&table.parts).zip(&places);
        for ((fitted, part), place) in parts.filter(|_| is_used) {
            match &fitted.shape {
                None => {
                    let points = part.points.get(row).copied().unwrap_or(f64::NAN);
                    let other = if points.is_nan() { start.score(table, row) } else { points };
                    rows.cell(place.start, if other.is_nan() { 0.5 } else { other });
                }
                Some((shape, _)) => {
                    for (level, share) in shape.cells(&part.values, row) {
                        rows.cell(place.start + level, share);
                    }
                }
            }
        }
        rows.end_row();
    }
    let target = kept(table);
    let ridges = vec![ridge; bounds.len()];
    let problem = Problem {
        rows: &rows,
        target: &target,
        used,
        bounds: &bounds,
        prior: &prior,
        ridge: &ridges,
        tolerance: 1e-4,
    };
    let fit = problem.solve();
    let mut model = Model { intercept: fit.intercept, parts: Vec::new() };
    for (fitted, place) in start.parts.iter().zip(&places) {
        let own = fit.coefficients.get(place.start..place.start + place.levels).unwrap_or(&[]);
        model.parts.push(match &fitted.shape {
            None => Fitted { weight: own.first().copied().unwrap_or(0.0), shape: None },
            Some((shape, _)) => {
                let mut levels = own.to_vec();
                // The lowest level of each part goes into the intercept.
                let low = levels.iter().copied().fold(f64::INFINITY, f64::min);
                model.intercept += if low.is_finite() { low } else { 0.0 };
                let weight = spread(&mut levels);
                Fitted { weight, shape: Some((shape.clone(), levels)) }
            }
        });
    }
    model
}

/// Log-odds of losing.
pub(super) fn risk(model: &Model, table: &Table, row: usize) -> f64 {
    -model.log_odds(table, row)
}

/// The mean share lost, as log-odds, away from certainty.
pub(super) fn base_odds(table: &Table, used: &[usize]) -> f64 {
    let gone = used.iter().filter(|row| table.lost.get(**row) == Some(&true)).count() as f64;
    logit((gone + 0.5) / (used.len() as f64 + 1.0))
}

/// How many levels there are whose points can be learned.
pub(super) fn levels(table: &Table) -> usize {
    let all: Vec<usize> = (0..table.lost.len()).collect();
    let shape = |it: &super::rows::Part| Shape::new(&it.values, &table.lost, &all);
    table.parts.iter().filter_map(shape).map(|shape| shape.levels()).sum()
}
