//! Checks configs and runs the tests that they hold: `cargo run --example check_config -- FILE…`.
//!
//! It prints every fault as a compiler does and the tests as a test runner does. It ends with 0 when
//! all is well, with 1 when a config has a fault or a test fails, and with 2 when it was called wrongly or
//! a file cannot be read.
#![allow(
    clippy::disallowed_methods,
    reason = "an example reads the files that it is given, and its arguments"
)]

use std::io::{self, Write};
use std::process::ExitCode;

use foretell::engine::TestReport;
use foretell::{Config, Engine, Fault, Faults};
use serde::Serialize;

const HELP: &str = "\
Checks configs and runs the tests that they hold.

    cargo run --example check_config -- [FLAGS] FILE...

    --deny-warnings  a warning fails the check too
    --json           one JSON object on one line instead of text
    --help           this text";

/// What became of one file.
#[derive(Serialize)]
struct Checked {
    file: String,
    /// Faults and warnings, in the order of the text.
    faults: Vec<Fault>,
    /// What the tests came to; none where the config has an error.
    report: Option<TestReport>,
}

/// What became of all files.
#[derive(Default, Serialize)]
struct Summary {
    files: Vec<Checked>,
    errors: usize,
    warnings: usize,
    passed: usize,
    failed: usize,
}

/// Checks one config.
fn check(file: &str, text: &str) -> Checked {
    let (faults, report) = match Engine::compile(&Config::parse(text)) {
        Ok(engine) => (engine.warnings().to_vec(), Some(engine.run_tests())),
        Err(faults) => (faults.0, None),
    };
    Checked { file: file.to_owned(), faults, report }
}

impl Summary {
    fn add(&mut self, checked: Checked) {
        let errors = checked.faults.iter().filter(|it| is_error(it)).count();
        self.errors += errors;
        self.warnings += checked.faults.len() - errors;
        let (passed, failed) = checked.report.as_ref().map_or((0, 0), TestReport::counts);
        self.passed += passed;
        self.failed += failed;
        self.files.push(checked);
    }

    /// One line for all files.
    fn line(&self) -> String {
        let count = |count: usize, what: &str| {
            format!("{count} {what}{}", if count == 1 { "" } else { "s" })
        };
        format!(
            "{}: {}, {}; {} passed, {} failed",
            count(self.files.len(), "file"),
            count(self.errors, "error"),
            count(self.warnings, "warning"),
            count(self.passed, "test"),
            self.failed
        )
    }
}

fn is_error(fault: &Fault) -> bool {
    fault.severity == foretell::fault::Severity::Error
}

fn show(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "== {}", checked.file)?;
    if !checked.faults.is_empty() {
        writeln!(out, "{}", Faults(checked.faults.clone()))?;
    }
    match &checked.report {
        Some(report) => writeln!(out, "{report}\n"),
        None => writeln!(out),
    }
}

/// The whole program but for its process: gives the exit code.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let (mut json, mut strict, mut files) = (false, false, Vec::new());
    let mut wrong = None;
    for it in arguments {
        match it.as_str() {
            "--json" => json = true,
            "--deny-warnings" => strict = true,
            "--help" => return code(writeln!(out, "{HELP}"), 0),
            flag if flag.starts_with('-') => wrong = Some(format!("there is no flag `{flag}`")),
            file => files.push(file),
        }
    }
    if files.is_empty() {
        wrong.get_or_insert_with(|| "no file was named".to_owned());
    }
    if let Some(wrong) = wrong {
        return code(writeln!(err, "error: {wrong}\n\n{HELP}"), 2);
    }
    let mut summary = Summary::default();
    for file in files {
        match std::fs::read_to_string(file) {
            Ok(text) => summary.add(check(file, &text)),
            Err(why) => return code(writeln!(err, "error: cannot read `{file}`: {why}"), 2),
        }
    }
    let told = if json {
        serde_json::to_string(&summary)
            .map_err(io::Error::other)
            .and_then(|it| writeln!(out, "{it}"))
    } else {
        let all = summary.files.iter().try_for_each(|it| show(it, out));
        all.and_then(|()| writeln!(out, "{}", summary.line()))
    };
    let bad = summary.errors > 0 || summary.failed > 0 || (strict && summary.warnings > 0);
    code(told, u8::from(bad))
}

/// The code, unless nothing could be told. A reader that closes early, such as `head`, has seen what it
/// wanted.
fn code(told: io::Result<()>, code: u8) -> u8 {
    match told {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => 2,
        _ => code,
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    ExitCode::from(run(&arguments, &mut io::stdout().lock(), &mut io::stderr().lock()))
}
