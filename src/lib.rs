#![doc = include_str!("guide/links.md")]
#![doc = include_str!("../README.md")]

mod text;
mod interval;
pub mod fault;
mod any;
pub mod value;
pub mod node;
pub mod time;
pub mod watch;
pub mod money;
pub mod frame;
pub mod book;
pub mod config;
pub mod expr;
mod verdict;
pub mod signal;
mod metric;
mod memory;
pub mod score;
pub mod alert;
pub mod playbook;
pub mod state;
mod plan;
mod compile;
mod result;
mod run;
pub mod engine;
#[cfg(feature = "outcome")]
pub mod outcome;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "arrow")]
pub mod arrow;
// Its pages read configs and make reports, so their examples run where both are there.
#[cfg(all(doc, any(not(doctest), all(feature = "outcome", feature = "report", feature = "toml"))))]
pub mod guide;

/// The crate of dates, so that a host can use the same one.
#[doc(no_inline)]
pub use chrono;

pub use book::Book;
pub use config::Config;
pub use engine::{Assessment, Engine, Input, Scores};
pub use expr::Functions;
pub use fault::{Fault, Faults};
pub use frame::Frame;
pub use state::State;
pub use time::AsOf;
pub use verdict::Verdict;
