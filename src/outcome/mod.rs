//! Scores against what happened: measures, weights learned from outcomes, probabilities, base rates, forecasts, experiments.
//!
//! ```
//! use foretell::outcome::calibrate::Calibration;
//! use foretell::outcome::measure::roc_auc;
//!
//! // What scores said, and who was lost later.
//! let score: Vec<f64> = (0..200).map(|row| f64::from(row) / 2.0).collect();
//! let lost: Vec<bool> = (0..200).map(|row| row % 20 > row / 10).collect();
//! let risk: Vec<f64> = score.iter().map(|score| 100.0 - score).collect();
//! assert!(roc_auc(&risk, &lost).unwrap() > 0.8);
//! let calibration = Calibration::fit(&score, &lost);
//! assert!(calibration.probability(10.0) > 0.7 && calibration.probability(90.0) < 0.3);
//! ```
//!
//! Must not know: the clock, chance without a seed, how a result is shown.

pub mod backtest;
pub mod calibrate;
mod dense;
mod draw;
pub mod experiment;
pub mod forecast;
pub mod history;
pub mod learn;
mod logit;
mod matrix;
pub mod measure;
mod page;
pub mod post_mortem;
mod span;
mod special;
pub mod what_if;

pub use draw::Draw;
pub use span::Span;

#[cfg(test)]
mod tests;
