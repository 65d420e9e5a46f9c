//! The job without the process around it, so that tests can run it too.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "an example is a host: it reads the files and the clock that the library must not"
)]

#[path = "../../early_warning/job/complaint.rs"]
#[allow(clippy::duplicate_mod, reason = "the tests run both examples in one binary")]
mod complaint;
mod args;
pub(crate) mod history;
mod read;
pub(crate) mod replay;
mod figures;
mod backtest;
mod baseline;
mod text;
mod json;

use std::io::Write;
use std::time::Instant;

use foretell::{Config, Engine};

use args::{Asked, Options};
use complaint::Complaint;
use figures::Report;

/// Runs the job; gives the exit code: 0, or 2 for what the caller has to mend.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    complaint::close(answer(arguments, err), out, err)
}

fn answer(arguments: &[String], err: &mut dyn Write) -> Result<String, Complaint> {
    let options = match args::parse(arguments)? {
        Asked::Help => return Ok(args::HELP.to_owned()),
        Asked::Job(options) => options,
    };
    if options.fell_back {
        drop(writeln!(
            err,
            "no history at {}: the bundled sample is replayed instead, 748 of its subscriptions; \
             another folder is named with `--data`",
            args::DEFAULT
        ));
    }
    let engine = compile(&options, err)?;
    let started = Instant::now();
    let history = read::history(&options.data)?;
    let read = started.elapsed();
    if options.backtest {
        return backtest::answer(&options, &engine, &history, err);
    }
    let mut cohorts = Vec::new();
    for cohort in &history.cohorts {
        cohorts.push((cohort, replay::replay(&engine, cohort).map_err(Complaint::faults)?));
    }
    let whole = started.elapsed();
    let report = Report::new(&options, &engine, &history, &cohorts);
    drop(writeln!(
        err,
        "read in {:.1} s, replayed in {:.1} s",
        read.as_secs_f64(),
        (whole - read).as_secs_f64()
    ));
    let mut text = text::pages(&report);
    if options.json {
        text = format!("{}\n\n{}", text.trim_end(), json::line(&report));
    }
    Ok(text)
}

/// Reads and compiles the config; warnings go to `err`.
fn compile(options: &Options, err: &mut dyn Write) -> Result<Engine, Complaint> {
    let path = &options.config;
    let text = std::fs::read_to_string(&path.path)
        .map_err(|it| Complaint::new(format!("cannot read the config: {it}")).at(&path.shown))?;
    let engine = Engine::compile(&Config::parse(&text))
        .map_err(|it| Complaint::faults(it).at(&path.shown))?;
    for warning in engine.warnings() {
        drop(writeln!(err, "{}: {}", path.shown, warning.render()));
    }
    Ok(engine)
}
