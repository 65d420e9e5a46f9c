//! Would the rules have helped? Replays a history of real subscriptions week by week, as it was known
//! then, and holds every alert against what happened later.
//!
//! `cargo run --release --example replay_history` looks for the Open University Learning Analytics
//! history, and runs on the bundled sample where it is not there. What it can be told: `-- --help`.

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
