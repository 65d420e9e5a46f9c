//! Weights, and points where wanted, from what happened: a config in, a config out, with a report.
//!
//! The learned score is still the config's own: a weighted mean of points. Weights are not negative, points never
//! change their direction, and the fewer outcomes there are the nearer both stay to what was written.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use foretell::Config;
//! use foretell::outcome::learn::{LearnError, LearnOptions, learn};
//!
//! let config = Config::parse("metrics = [{ name = 'logins' }]");
//! let refused = learn(&config, "health", &[], &[], &[], &LearnOptions::default());
//! assert!(matches!(refused, Err(LearnError::UnknownScorecard { .. })));
//! # }
//! ```

mod choose;
mod draft;
mod model;
mod options;
mod report;
mod rows;
mod shape;
mod tree;

pub use draft::{Drafted, column_name, draft};
pub use options::LearnOptions;
pub use report::{Choice, Conflict, FactorReport, LearnReport};
pub(in crate::outcome) use rows::{Way, direction};

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::calibrate::Calibration;
use super::draw::Draw;
use super::history::Observation;
use super::logit::{Bound, Problem, Rows};
use super::measure::{
    Caution, bootstrap_subjects, by_segment, groups, measure, quantile, resample, roc_auc, surprise,
};
use crate::config::{Aggregate, Config};
use crate::engine::{Engine, Input};
use crate::fault::Faults;
use crate::frame::SubjectKind;
use crate::state::State;
use crate::watch::{Steps, Stopped, Watched, Watcher};
use choose::{Chosen, choose, whole};
use model::Model;
use rows::{Question, Table};
use tree::{Change, Found};

/// What was known on a day.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Moment<'a> {
    /// The day.
    pub as_of: NaiveDate,
    /// The records or columns. A book may hold later records: an assessment does not read them. What a record says
    /// without a date (`arr`, `seats`, `renewals`, `renewal_date`, a `status` that nobody dated) is read as it stands
    /// now, so it may tell of the outcome: learn from a book as it was then, or from dated records alone.
    pub input: Input<'a>,
}

impl<'a> Moment<'a> {
    /// A day and what was known on it.
    #[must_use]
    pub const fn new(as_of: NaiveDate, input: Input<'a>) -> Self {
        Self { as_of, input }
    }
}

/// What was learned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Learned {
    /// The config with what was learned in it; [`Config::to_toml`] writes it.
    pub config: Config,
    /// From the learned score to the probability of loss.
    pub calibration: Calibration,
    /// The same for the score as written.
    pub calibration_before: Calibration,
    /// What was learned, and what it is worth.
    pub report: LearnReport,
}

/// Why nothing can be learned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// The config does not compile.
    #[error("{0}")]
    Faults(Faults),
    /// There is no such scorecard.
    #[error("there is no scorecard `{name}`, the config has {}", listed(.known))]
    UnknownScorecard {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The scorecard is no weighted mean, so it has no weights.
    #[error("scorecard `{name}` is no weighted mean: it has no weights to learn")]
    NoWeights {
        /// The scorecard.
        name: String,
    },
    /// No observation to learn from.
    #[error("there is no observation to learn from")]
    NoObservations,
    /// No day or subject of the observations is among those given.
    #[error("none of the {observations} observations is of a day and a subject that were given")]
    NothingAssessed {
        /// How many there are.
        observations: usize,
    },
    /// A watcher ended it ([`learn_watched`]).
    #[error("learning was ended by its watcher")]
    Stopped,
}

impl From<Stopped> for LearnError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A number rounded to so many decimals, half away from zero, so that an author can read it.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    (value * scale).round() / scale + 0.0
}

/// Learns the weights of a scorecard, and its points where `options` ask for it.
///
/// It learns from `train` and measures on `test`, which should be later and of other subjects: see
/// [`Observations::split_at`](super::history::Observations::split_at) and
/// [`Observations::split_at_by_subject`](super::history::Observations::split_at_by_subject). How much is learned is chosen by the
/// surprise on folds of `train`: with fewer than 10 of either outcome nothing is, and weights are drawn to those
/// written. Days are assessed without a state, as a first day is.
///
/// # Errors
/// [`LearnError`] where the config does not compile, the scorecard is unknown or no weighted mean, or there is nothing to
/// learn from.
///
/// # Source
/// Ridge logistic regression with weights that are not negative: Slawski & Hein (2013), arXiv:1205.0953; drawn to
/// equal weights: Dawes (1979), American Psychologist 34, 571-582.
pub fn learn(
    config: &Config,
    scorecard: &str,
    past: &[Moment<'_>],
    train: &[Observation],
    test: &[Observation],
    options: &LearnOptions,
) -> Result<Learned, LearnError> {
    learn_by(config, scorecard, past, (train, test), options, Watched::default())
}

/// The same as [`learn`], with somebody who hears how far it is, and may end it ([`LearnError::Stopped`]).
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use std::ops::ControlFlow;
///
/// use foretell::Config;
/// use foretell::outcome::learn::{LearnError, LearnOptions, learn_watched};
///
/// let config = Config::parse("metrics = [{ name = 'logins' }]");
/// let tell = |done: usize, of: usize| {
///     println!("{done} of {of}");
///     ControlFlow::Continue(())
/// };
/// let refused = learn_watched(&config, "health", &[], (&[], &[]), &LearnOptions::default(), &tell);
/// assert!(matches!(refused, Err(LearnError::UnknownScorecard { .. })));
/// # }
/// ```
///
/// # Errors
/// Those of [`learn`], and [`LearnError::Stopped`].
pub fn learn_watched(
    config: &Config,
    scorecard: &str,
    past: &[Moment<'_>],
    (train, test): (&[Observation], &[Observation]),
    options: &LearnOptions,
    watcher: &dyn Watcher,
) -> Result<Learned, LearnError> {
    learn_by(config, scorecard, past, (train, test), options, Watched::by(watcher))
}

fn learn_by(
    config: &Config,
    scorecard: &str,
    past: &[Moment<'_>],
    (train, test): (&[Observation], &[Observation]),
    options: &LearnOptions,
    watched: Watched<'_>,
) -> Result<Learned, LearnError> {
    let parts = find(config, scorecard)?;
    if train.is_empty() {
        return Err(LearnError::NoObservations);
    }
    let (train, test) = (&in_order(train), &in_order(test));
    let probing = tree::probing(config, &parts);
    let engine = Engine::compile(&probing).map_err(LearnError::Faults)?;
    let question = Question {
        config,
        engine: &engine,
        scorecard,
        kind: kind_of(config, scorecard),
        parts: &parts,
        breakpoints: options.breakpoints,
    };
    let table = question.ask(past, train)?;
    let rows = table.lost.len();
    // The model of all rows is one more.
    let pace = &watched.steps(choose::fits(rows) + 1 + options.drawn(rows));
    let held_out = question.ask(past, test)?;
    let Chosen { candidate, unseen, told } =
        choose(&table, options.breakpoints, options.seed, pace)?;
    pace.next()?;
    let model = whole(&table, candidate);
    let keeps = candidate == model::Candidate::Written || model.slope() <= 0.0;
    let learned = if keeps { config.clone() } else { changed(config, scorecard, &parts, &model) };

    let calibration_before = Calibration::fit(&table.score, &table.lost);
    let calibration = if keeps {
        calibration_before.clone()
    } else {
        // A score from 0 to 100 that rises by `slope` in log-odds of keeping.
        Calibration::line(&unseen, &table.lost, -model.intercept, -model.slope() / 100.0)
    };
    let after = Engine::compile(&learned).map_err(LearnError::Faults)?;
    let new_scores = scores(&after, &question, past, test);
    let compared = Compared::new(&held_out, &calibration_before, &calibration, &new_scores);
    let factors = factors(&table, &parts, (!keeps).then_some(&model), candidate, (options, pace))?;
    let gone = table.lost.iter().filter(|lost| **lost).count();
    let by_case = parts.iter().filter(|part| part.by_case && !keeps);
    let notes = by_case
        .map(|part| format!("the weight of `{}` differed by case and is one number now", part.name))
        .chain(on_both_sides(&table, &held_out));
    let report = LearnReport {
        scorecard: scorecard.to_owned(),
        rows: table.lost.len(),
        lost: gone,
        unassessed: table.unassessed + held_out.unassessed,
        caution: Caution::of(gone, table.lost.len() - gone),
        choice: told,
        calibration: calibration.why().to_owned(),
        before: measure(&compared.before, &held_out.lost),
        after: measure(&compared.after, &held_out.lost),
        gain: compared.gain(&held_out, options.seed),
        before_by_segment: segments(&held_out, &compared.before),
        after_by_segment: segments(&held_out, &compared.after),
        factors,
        notes: notes.collect(),
    };
    Ok(Learned { config: learned, calibration, calibration_before, report })
}

/// What is measured on subjects that were learned from looks better than it is.
fn on_both_sides(train: &Table, test: &Table) -> Option<String> {
    let known: BTreeSet<&str> = train.subjects.iter().map(AsRef::as_ref).collect();
    let tested: BTreeSet<&str> = test.subjects.iter().map(AsRef::as_ref).collect();
    let both = tested.intersection(&known).count();
    (both > 0).then(|| {
        let all = tested.len();
        format!("{both} of {all} subjects tested on were learned from too: what is held out looks better than it is")
    })
}

/// By day and subject, so that sums do not depend on the order in which they came.
fn in_order(observations: &[Observation]) -> Vec<Observation> {
    let mut out = observations.to_vec();
    out.sort_by(|left, right| (left.as_of, &left.subject).cmp(&(right.as_of, &right.subject)));
    out
}

fn kind_of(config: &Config, scorecard: &str) -> SubjectKind {
    let card = config.scorecards.iter().find(|card| card.name == scorecard);
    card.and_then(|card| card.subject).unwrap_or(config.subject)
}

fn find(config: &Config, scorecard: &str) -> Result<Vec<Found>, LearnError> {
    let card = config.scorecards.iter().find(|card| card.name == scorecard).ok_or_else(|| {
        let known = config.scorecards.iter().map(|scorecard| scorecard.name.clone()).collect();
        LearnError::UnknownScorecard { name: scorecard.to_owned(), known }
    })?;
    let parts = tree::parts(card);
    if card.aggregate != Aggregate::Mean || parts.is_empty() {
        return Err(LearnError::NoWeights { name: scorecard.to_owned() });
    }
    Ok(parts)
}

/// The config with a model's weights and points.
fn changed(config: &Config, scorecard: &str, parts: &[Found], model: &Model) -> Config {
    let sum = model.slope();
    let change = |it: &model::Fitted| Change {
        weight: rounded(100.0 * it.weight / sum, 2),
        points: it.shape.as_ref().map(|(shape, levels)| shape.write(levels)),
    };
    let changes: Vec<Change> = model.parts.iter().take(parts.len()).map(change).collect();
    let mut out = config.clone().without_source();
    for card in out.scorecards.iter_mut().filter(|card| card.name == scorecard) {
        tree::change(card, &changes);
    }
    out
}

/// The score of each observation in an engine, NaN for none; in the order of the rows of a [`Table`].
fn scores(
    engine: &Engine,
    question: &Question<'_>,
    past: &[Moment<'_>],
    observations: &[Observation],
) -> Vec<f64> {
    let mut days: Vec<NaiveDate> =
        observations.iter().map(|observation| observation.as_of).collect();
    days.sort_unstable();
    days.dedup();
    let mut out = Vec::with_capacity(observations.len());
    for day in days {
        let Some(moment) = past.iter().find(|moment| moment.as_of == day) else { continue };
        let scores = engine.score(&moment.input, day, &State::new());
        let places = rows::places(&scores, question.kind);
        let values = scores.score(question.scorecard).unwrap_or(&[]);
        let of_day = observations.iter().filter(|observation| observation.as_of == day);
        let row = |it: &Observation| places.get(it.subject.as_ref()).copied();
        out.extend(of_day.filter_map(row).map(|row| values.get(row).copied().unwrap_or(f64::NAN)));
    }
    out
}

/// Probabilities of loss before and after, of the observations held out.
struct Compared {
    before: Vec<f64>,
    after: Vec<f64>,
}

impl Compared {
    fn new(table: &Table, before: &Calibration, after: &Calibration, scores: &[f64]) -> Self {
        Self {
            before: table.score.iter().map(|score| before.probability(*score)).collect(),
            after: scores.iter().map(|score| after.probability(*score)).collect(),
        }
    }

    /// How much less the learned config surprises.
    fn gain(&self, table: &Table, seed: u64) -> Option<(f64, super::measure::Interval)> {
        let pairs = self.before.iter().zip(&self.after).zip(&table.lost);
        let gains: Vec<f64> = pairs
            .map(|((before, after), lost)| surprise(*before, *lost) - surprise(*after, *lost))
            .collect();
        let mean = |rows: &[usize]| {
            let sum: f64 = rows.iter().filter_map(|row| gains.get(*row)).sum();
            (!rows.is_empty()).then(|| sum / rows.len() as f64)
        };
        let all: Vec<usize> = (0..gains.len()).collect();
        let interval = bootstrap_subjects(&table.subjects, 200, seed, mean)?;
        Some((mean(&all)?, interval))
    }
}

fn segments(table: &Table, probability: &[f64]) -> Vec<super::measure::SegmentMeasures> {
    table
        .segments
        .as_ref()
        .map_or_else(Vec::new, |segments| by_segment(segments, probability, &table.lost))
}

/// Less than this share of the whole does nothing, in percent. Our choice, tested by `a_factor_of_noise_does_nothing`.
const IDLE: f64 = 0.5;

/// What was learned of each factor; `model` is none where everything stays as written.
fn factors(
    table: &Table,
    parts: &[Found],
    model: Option<&Model>,
    candidate: model::Candidate,
    (options, pace): (&LearnOptions, &Steps<'_>),
) -> Result<Vec<FactorReport>, Stopped> {
    let share = |model: &Model| -> Vec<f64> {
        let sum = model.slope();
        let percent = |it: &model::Fitted| if sum > 0.0 { 100.0 * it.weight / sum } else { 0.0 };
        model.parts.iter().map(percent).collect()
    };
    let after = model.map(share);
    let draws: Vec<Vec<f64>> = if model.is_some() {
        let groups = groups(&table.subjects);
        let mut draw = Draw::new(options.seed);
        (0..options.drawn(table.lost.len()))
            .map(|_| {
                pace.next()?;
                let used = resample(&groups, &mut draw);
                Ok(share(&model::Fits::new(table, used).fit(candidate)))
            })
            .collect::<Result<_, Stopped>>()?
    } else {
        Vec::new()
    };
    let wrong = beside_others(table);
    let kept: Vec<bool> = table.lost.iter().map(|lost| !lost).collect();
    let each = parts.iter().zip(&table.parts).enumerate();
    let report = |(at, (found, part)): (usize, (&Found, &rows::Part))| {
        let mut drawn: Vec<f64> = draws.iter().filter_map(|draw| draw.get(at)).copied().collect();
        drawn.sort_by(f64::total_cmp);
        let before = 100.0 * found.written;
        let after = after.as_ref().and_then(|after| after.get(at)).copied().unwrap_or(before);
        let (auc, sure) = alone(&part.points, &kept);
        let idle_draws = drawn.iter().filter(|drawn| **drawn < IDLE).count();
        FactorReport {
            factor: found.name.clone(),
            before,
            after,
            stability: quantile(&drawn, 0.05).zip(quantile(&drawn, 0.95)).map(|(a, b)| [a, b]),
            idle_share: (!drawn.is_empty()).then(|| idle_draws as f64 / drawn.len() as f64),
            auc,
            idle: after < IDLE,
            conflict: if sure && auc.is_some_and(|auc| auc < 0.5) {
                Some(Conflict::Alone)
            } else {
                wrong.get(at).copied().unwrap_or(false).then_some(Conflict::BesideOthers)
            },
            missing: part.points.iter().filter(|point| point.is_nan()).count(),
        }
    };
    Ok(each.map(report).collect())
}

/// The chance that one kept has more points than one lost, and whether it is off a half by more than two standard errors.
fn alone(points: &[f64], kept: &[bool]) -> (Option<f64>, bool) {
    let there = points.iter().zip(kept).filter(|pair| !pair.0.is_nan());
    let (points, kept): (Vec<f64>, Vec<bool>) = there.map(|pair| (*pair.0, *pair.1)).unzip();
    let Some(auc) = roc_auc(&points, &kept) else { return (None, false) };
    let yes = kept.iter().filter(|kept| **kept).count() as f64;
    let no = kept.len() as f64 - yes;
    let error = ((yes + no + 1.0) / (12.0 * yes * no)).sqrt();
    (Some(auc), (auc - 0.5).abs() > 2.0 * error)
}

/// Which parts have a weight below 0, by more than two standard errors, when weights may be anything.
fn beside_others(table: &Table) -> Vec<bool> {
    let filled = |part: &rows::Part| -> Vec<f64> {
        let there = || part.points.iter().copied().filter(|point| !point.is_nan());
        let mean = there().sum::<f64>() / there().count().max(1) as f64;
        part.points.iter().map(|point| if point.is_nan() { mean } else { *point }).collect()
    };
    wrong_beside_others(&table.parts.iter().map(filled).collect::<Vec<_>>(), &table.lost)
}

/// The same for columns of points, 0 to 1, without gaps.
fn wrong_beside_others(columns: &[Vec<f64>], lost: &[bool]) -> Vec<bool> {
    let width = columns.len();
    let row = |row: usize| -> Vec<f64> {
        columns.iter().map(|column| column.get(row).copied().unwrap_or(0.5)).collect()
    };
    let cells: Vec<Vec<f64>> = (0..lost.len()).map(row).collect();
    let rows = Rows::dense(cells.iter().map(Vec::as_slice));
    let target: Vec<f64> = lost.iter().map(|lost| f64::from(u8::from(!*lost))).collect();
    let used: Vec<usize> = (0..target.len()).collect();
    let problem = Problem {
        rows: &rows,
        target: &target,
        used: &used,
        bounds: &vec![Bound::Free; width],
        prior: &vec![0.0; width],
        ridge: &vec![1.0; width],
        tolerance: 1e-6,
    };
    let (fit, covariance) = problem.solve_with_covariance();
    let wrong = |(at, it): (usize, &f64)| *it < -2.0 * covariance.get(at, at).max(0.0).sqrt();
    fit.coefficients.iter().enumerate().map(wrong).collect()
}

#[cfg(test)]
mod tests;
