//! Scores: from metrics to points, groups, coverage, intervals, bands and their explanations.
//!
//! Evaluation goes column by column over the rows of a chunk; a single subject is a chunk of one
//! through the same code.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "logins", range = [0, 40], better = "higher" }, { name = "nps", range = [0, 10], better = "higher" }]
//!     scorecards = [{ name = "health", factors = [{ metric = "logins", weight = 3 }, { metric = "nps" }] }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
//! frame.insert("logins", Column::numbers([Some(30.0)]))?;
//! frame.insert("nps", Column::numbers([None]))?;
//! let day: AsOf = "2026-03-01".parse()?;
//! let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
//! let why = engine.explain(&night, "health", "acme").ok_or("unknown")?;
//! assert_eq!((why.score, why.coverage), (Some(75.0), 0.75)); // the weight of what is missing went to the rest
//! assert_eq!(why.interval, Some([56.25, 81.25]));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: what a subject is, or where its columns come from.

mod band;
mod carry;
mod change;
mod columns;
mod curve;
mod digits;
mod explain;
mod factor;
mod fill;
mod fold;
mod group;
mod knots;
mod missing;
mod points;
mod reach;
mod row;
mod row_result;
mod run;
mod settle;
mod standing;
mod sums;
mod tree;
mod walk;
mod withhold;
mod withhold_row;

pub use change::{Cause, ChangePart, ScoreChange};
pub use explain::{Explanation, FactorLine, GroupLine, NoScore, Stall};
pub use factor::Status;
pub use missing::StandIn;

pub(crate) use band::{Band, Bands};
pub(crate) use columns::{CardColumns, CardPart, CardScratch};
#[cfg(feature = "outcome")]
pub(crate) use curve::curve;
#[cfg(feature = "report")]
pub(crate) use digits::sided;
pub(crate) use factor::key as factor_key;
pub(crate) use group::lowest_mean;
pub(crate) use missing::stand_in_of;
pub(crate) use points::PointMap;
pub(crate) use row::RowCard;
pub(crate) use row_result::{RowPoints, RowScore};
pub(crate) use run::{Applied, CardRows, Context, ScoreCell};
#[cfg(feature = "report")]
pub(crate) use settle::least;
pub(crate) use settle::settle;
pub(crate) use tree::{
    AutoOverride, Doubts, Effect, Factor, Group, Part, PartCell, Scorecard, Sure,
};
pub(crate) use walk::{Frame, present};
pub(crate) use withhold_row::RowBase;
