//! The one integration binary; each module is a family of tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

#[cfg(feature = "toml")]
mod cases;
mod docs;
mod early_warning;
mod engine;
mod notices;
mod records;
mod tidy;
