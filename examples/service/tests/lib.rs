//! The service as its host runs it: a process that is given orders, killed, and given them again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by them")]

mod host;
mod kill;
mod nights;
mod receiver;
mod world;
