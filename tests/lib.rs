//! The one integration binary; each module is a family of tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

#[cfg(feature = "toml")]
mod alerts;
#[cfg(feature = "toml")]
mod calendars;
mod bands;
#[cfg(feature = "toml")]
mod cases;
#[cfg(feature = "toml")]
mod config_tests;
mod days;
mod docs;
#[cfg(feature = "toml")]
mod ended;
mod early_warning;
mod engine;
#[cfg(feature = "toml")]
mod feeds;
#[cfg(all(feature = "toml", feature = "outcome"))]
mod forecast;
#[cfg(feature = "toml")]
mod faults;
mod formats;
#[cfg(feature = "toml")]
mod formerly;
mod labels;
#[cfg(feature = "toml")]
mod gold;
#[cfg(feature = "toml")]
mod guards;
#[cfg(feature = "toml")]
mod laws;
#[cfg(all(feature = "toml", feature = "outcome"))]
mod learn_weights;
mod links;
#[cfg(feature = "toml")]
mod hostile;
#[cfg(feature = "toml")]
mod hosts;
#[cfg(feature = "toml")]
mod absent_names;
mod loading;
#[cfg(feature = "toml")]
mod money;
mod moments;
#[cfg(feature = "toml")]
mod nights;
mod notices;
#[cfg(feature = "toml")]
mod plan;
#[cfg(feature = "toml")]
mod playbooks;
#[cfg(feature = "toml")]
mod own_fields;
mod records;
#[cfg(all(feature = "toml", feature = "outcome"))]
mod replay_history;
#[cfg(feature = "toml")]
mod sections;
#[cfg(all(feature = "toml", feature = "report", feature = "outcome"))]
mod report;
mod signals;
#[cfg(feature = "toml")]
mod states;
mod tidy;
#[cfg(feature = "toml")]
mod tree;
#[cfg(feature = "toml")]
mod twin;
#[cfg(feature = "toml")]
mod watch;
