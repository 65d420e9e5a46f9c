//! Scores against what happened: measures, weights learned from outcomes, probabilities, base rates.
//!
//! Must not know: the clock, chance without a seed, how a result is shown.

pub mod backtest;
pub mod calibrate;
mod draw;
pub mod history;
pub mod learn;
mod logit;
mod matrix;
pub mod measure;
mod page;
pub mod post_mortem;
mod special;
pub mod what_if;

pub use draw::Draw;
pub use history::Outcome;

#[cfg(test)]
mod tests;

/// The page's examples are run with those of this module.
#[cfg(doctest)]
#[doc = include_str!("../../docs/outcomes.md")]
struct Page;

/// The same of the page on backtests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/backtest.md")]
struct BacktestPage;
