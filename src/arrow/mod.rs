//! Arrow: record batches to frames and records, results to record batches.
//!
//! For hosts whose data stands in Arrow already: DataFusion, Polars, a database's driver, the Python binding. Only
//! the crates of arrays and schemas are used, and nothing here reads a file.
//!
//! | an array of | is |
//! | --- | --- |
//! | whole numbers, floats, decimals | a number; NaN and null are missing, an infinity is a fault |
//! | booleans | a flag |
//! | texts, as `Utf8`, `LargeUtf8` or `Utf8View` | a category |
//! | dates, timestamps | a day of observation, or a date of a record; a timestamp with a zone is taken in UTC, one without as it stands |
//! | a dictionary of any of these | what its values are |
//! | nulls | missing; so is what is all null or NaN, of any type, where an engine says what is wanted |
//! | anything else | a fault, if anything reads the column |
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use std::sync::Arc;
//!
//! use arrow_array::cast::AsArray;
//! use arrow_array::types::Float64Type;
//! use arrow_array::{Float64Array, RecordBatch, StringArray};
//! use foretell::arrow::{self, FrameReader};
//! use foretell::frame::SubjectKind::Subscription;
//! use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     [[metrics]]
//!     name = "days_since_login"
//!
//!     [[scorecards]]
//!     name = "health"
//!     bands = [{ name = "red" }, { name = "green", from = 50 }]
//!     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
//! "#))?;
//! let batch = RecordBatch::try_from_iter([
//!     ("id", Arc::new(StringArray::from(vec!["acme", "globex"])) as _),
//!     ("days_since_login", Arc::new(Float64Array::from(vec![Some(45.0), None])) as _),
//! ])?;
//!
//! let frame = FrameReader::new(Subscription).ids("id").of(&engine).read(&batch.schema(), &[batch])?;
//! let scores = engine.score(&Input::frame(&frame), "2026-03-01".parse::<AsOf>()?, &State::new());
//!
//! let table = arrow::scores(&scores, Subscription, "id");
//! let health = table.column_by_name("health").ok_or("no health")?.as_primitive::<Float64Type>();
//! assert_eq!(health.iter().collect::<Vec<_>>(), [Some(25.0), None]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: files, other processes, how a result is shown.

mod columns;
#[cfg(test)]
mod companies;
mod day;
mod likely;
mod pieces;
mod read;
mod records;
mod results;
mod rows;
#[cfg(test)]
mod tests;
mod values;
mod wanted;

/// The crates of arrays and of schemas, so that a host can use the same ones.
#[doc(no_inline)]
pub use {arrow_array, arrow_schema};

pub use likely::likely_ids;
pub use pieces::{ScoredTable, score_table};
pub use read::FrameReader;
pub use records::records;
pub use results::{assessment, scores, scores_alone, values};
pub use rows::{actions, alerts, events, factors, verdicts};
