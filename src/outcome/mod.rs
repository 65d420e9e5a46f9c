//! Scores against what happened: measures, weights learned from outcomes, probabilities, base rates, forecasts, experiments.
//!
//! Must not know: the clock, chance without a seed, how a result is shown.

pub mod backtest;
pub mod calibrate;
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
