//! Learns a scorecard from a table of customers and what became of them: drafts a config from the columns, learns
//! weights and points on some rows, and says what it is worth on the others.
//!
//! `cargo run --release --example learn_weights -- --data FILE.csv --label COLUMN --positive VALUE`. What it
//! can be told: `-- --help`.

mod job;

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    let code = job::run(&arguments, &mut out, &mut io::stderr().lock());
    // A reader that closes early, such as `head`, has seen what it wanted.
    drop(out.flush());
    ExitCode::from(code)
}
