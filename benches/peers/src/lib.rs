//! foretell against hand-written code and other rule engines, on the same data in one process.
//!
//! See the README beside this file for what is measured and how to read it.

pub mod answers;
pub mod child;
pub mod clock;
pub mod config;
pub mod floors;
pub mod foretell_side;
pub mod hand;
pub mod language;
pub mod linear;
pub mod measure;
pub mod nights;

pub mod peers;
pub mod report;
pub mod workload;
pub mod year;
