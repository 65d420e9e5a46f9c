//! The main job: reads a folder of CSV files and a config, assesses every subject at a day, and says
//! who is at risk and why.
//!
//! Without arguments it runs on the bundled sample: `cargo run --release --example early_warning`.
//! What it can be told: `-- --help`. What the folder holds: `examples/data/README.md`.

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
