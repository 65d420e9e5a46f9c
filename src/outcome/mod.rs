//! Scores against what happened: measures, weights learned from outcomes, probabilities, base rates.
//!
//! Must not know: the clock, chance without a seed, how a result is shown.

pub mod calibrate;
mod draw;
pub mod history;
pub mod learn;
mod logit;
mod matrix;
pub mod measure;
mod special;

pub use draw::Draw;

#[cfg(test)]
mod tests;

/// The page's examples are run with those of this module.
#[cfg(doctest)]
#[doc = include_str!("../../docs/outcomes.md")]
struct Page;
