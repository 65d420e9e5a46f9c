//! How much is learned: what surprises least on rows it has not seen.

use super::model::{Candidate, Fits, Model, base_odds, levels, risk};
use super::report::Choice;
use super::rows::Table;
use crate::outcome::calibrate::Calibration;
use crate::outcome::draw::Draw;
use crate::outcome::measure::surprise;
use crate::text::number::fixed;
use crate::watch::{Steps, Stopped};

/// Fewer of either outcome than this teach nothing: what was written stays.
pub(super) const LEAST_EVENTS: usize = 10;
/// With fewer of either outcome than this points are not learned, and weights stay near those written: learned points
/// cost more than they gave in resamples of 50 to 200 rows of real data.
const MANY_EVENTS: usize = 100;
/// Up to so many rows the folds are ten, drawn three times over, since single folds are then mostly chance.
const FEW_ROWS: usize = 500;
/// Past so many rows fewer folds say enough.
const MANY_ROWS: usize = 20_000;

/// Points of more levels are not learned together: the work grows with the cube of their number, from a second to minutes.
const MOST_LEVELS: usize = 400;

/// What was chosen, and the log-odds of losing that each row has from models that have not seen it.
pub(super) struct Chosen {
    pub(super) candidate: Candidate,
    pub(super) unseen: Vec<f64>,
    pub(super) told: Choice,
}

fn candidates(table: &Table, breakpoints: bool, events: usize) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = [3.0, 10.0, 30.0, 100.0].map(Candidate::Weights).into();
    if events >= MANY_EVENTS {
        out.push(Candidate::Weights(1.0));
        let levels = if breakpoints { levels(table) } else { 0 };
        if levels > 0 {
            out.extend([1.0, 3.0, 10.0, 30.0].map(Candidate::Alone));
        }
        if (1..=MOST_LEVELS).contains(&levels) {
            out.extend([3.0, 10.0, 30.0].map(Candidate::Together));
        }
    }
    out
}

/// The fold of each row: of its subject, so that no subject is on both sides.
fn folds(table: &Table, count: usize, seed: u64) -> Vec<usize> {
    table.subjects.iter().map(|subject| Draw::named(seed, subject).below(count)).collect()
}

/// A fold's rows, and fits on those of the others.
struct Fold<'a> {
    test: Vec<usize>,
    train: Fits<'a>,
}

fn split<'a>(table: &'a Table, folds: &[usize], count: usize) -> Vec<Fold<'a>> {
    let fold = |fold: usize| {
        let (test, train) = (0..table.lost.len()).partition(|row| folds.get(*row) == Some(&fold));
        Fold { test, train: Fits::new(table, train) }
    };
    (0..count).map(fold).collect()
}

/// The log-odds of losing of each row, from a model fitted on the other folds.
fn unseen(
    table: &Table,
    candidate: Candidate,
    folds: &[Fold<'_>],
    pace: &Steps<'_>,
) -> Result<Vec<f64>, Stopped> {
    let mut out = vec![0.0; table.lost.len()];
    for Fold { test, train } in folds {
        pace.next()?;
        let model = train.fit(candidate);
        let base = base_odds(table, train.used());
        for row in test {
            let odds = risk(&model, table, *row);
            if let Some(it) = out.get_mut(*row) {
                // Where nothing at all is known of a row.
                *it = if odds.is_nan() { base } else { odds };
            }
        }
    }
    Ok(out)
}

/// The surprise of each row, by a line through log-odds that had not seen it.
fn losses(table: &Table, unseen: &[f64]) -> Vec<f64> {
    let line = Calibration::line(unseen, &table.lost, 0.0, 1.0);
    unseen
        .iter()
        .zip(&table.lost)
        .map(|(odds, lost)| surprise(line.probability(*odds), *lost))
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// How many folds so many rows have, and how often they are drawn.
const fn folded(rows: usize) -> (usize, u64) {
    if rows <= FEW_ROWS {
        (10, 3)
    } else if rows <= MANY_ROWS {
        (5, 1)
    } else {
        (3, 1)
    }
}

/// How many models are fitted to choose, at most.
pub(super) fn fits(rows: usize) -> usize {
    // What is written, and all that may be learned.
    let candidates = 1 + 4 + 1 + 4 + 3;
    let (count, rounds) = folded(rows);
    candidates * count * rounds as usize
}

/// Chooses by the surprise on unseen rows.
pub(super) fn choose(
    table: &Table,
    breakpoints: bool,
    seed: u64,
    pace: &Steps<'_>,
) -> Result<Chosen, Stopped> {
    let rows = table.lost.len();
    let gone = table.lost.iter().filter(|lost| **lost).count();
    let (count, rounds) = folded(rows);
    let round = |round: u64| split(table, &folds(table, count, seed.wrapping_add(round)), count);
    let all: Vec<Vec<Fold<'_>>> = (0..rounds).map(round).collect();
    let average = |candidate: Candidate| -> Result<Vec<f64>, Stopped> {
        let each = all.iter().map(|folds| unseen(table, candidate, folds, pace));
        let each: Vec<Vec<f64>> = each.collect::<Result<_, _>>()?;
        let row = |row: usize| {
            each.iter().filter_map(|round| round.get(row)).sum::<f64>() / each.len() as f64
        };
        Ok((0..rows).map(row).collect())
    };
    let written = average(Candidate::Written)?;
    let baseline = losses(table, &written);
    let stay = |why: String, unseen: Vec<f64>| Chosen {
        candidate: Candidate::Written,
        unseen,
        told: Choice { learned: "nothing".to_owned(), ridge: None, why },
    };
    if gone.min(rows - gone) < LEAST_EVENTS {
        let why = format!(
            "{rows} outcomes, {gone} of them lost: at least {LEAST_EVENTS} of either are needed"
        );
        return Ok(stay(why, written));
    }
    let mut best: Option<(f64, Candidate, Vec<f64>, Vec<f64>)> = None;
    for candidate in candidates(table, breakpoints, gone.min(rows - gone)) {
        let odds = average(candidate)?;
        let lost = losses(table, &odds);
        let loss = mean(&lost);
        if best.as_ref().is_none_or(|best| loss < best.0) {
            best = Some((loss, candidate, odds, lost));
        }
    }
    let Some((loss, candidate, odds, lost)) = best else {
        return Ok(stay("there is nothing to learn".to_owned(), written));
    };
    let gains: Vec<f64> = baseline.iter().zip(&lost).map(|(a, b)| a - b).collect();
    let gain = mean(&gains);
    let spread = mean(&gains.iter().map(|one| (one - gain).powi(2)).collect::<Vec<f64>>());
    let error = (spread / rows as f64).sqrt();
    let before = mean(&baseline);
    if gain <= 0.0 {
        let why = format!(
            "nothing learned surprises less on unseen rows than what was written ({} against {})",
            fixed(loss, 4),
            fixed(before, 4)
        );
        return Ok(stay(why, written));
    }
    let why = format!(
        "log loss on unseen rows {} against {} as written (gain {}, standard error {})",
        fixed(loss, 4),
        fixed(before, 4),
        fixed(gain, 4),
        fixed(error, 4)
    );
    let (learned, ridge) = match candidate {
        Candidate::Written => ("nothing", None),
        Candidate::Weights(it) => ("weights", Some(it)),
        Candidate::Alone(it) => ("points one by one, then weights", Some(it)),
        Candidate::Together(it) => ("points and weights together", Some(it)),
    };
    let told = Choice { learned: learned.to_owned(), ridge, why };
    Ok(Chosen { candidate, unseen: odds, told })
}

/// A model of all rows.
pub(super) fn whole(table: &Table, candidate: Candidate) -> Model {
    let all: Vec<usize> = (0..table.lost.len()).collect();
    Fits::new(table, all).fit(candidate)
}
