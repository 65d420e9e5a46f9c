//! The job without the process around it, so that tests can run it too.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "an example is a host: it reads the files and the clock that the library must not"
)]

mod complaint;
mod args;
mod layout;
mod read;
mod later;
mod report;
mod text;
mod json;

use std::io::Write;

use foretell::book::{Book, Mode};
use foretell::{Config, Engine, Input, State};

use args::{Asked, Options};
use complaint::Complaint;
use read::Progress;
use report::Report;

/// Runs the job; gives the exit code: 0, or 2 for what the caller has to mend.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    complaint::close(answer(arguments, err), out, err)
}

fn answer(arguments: &[String], err: &mut dyn Write) -> Result<String, Complaint> {
    let options = match args::parse(arguments)? {
        Asked::Help => return Ok(args::HELP.to_owned()),
        Asked::Job(options) => options,
    };
    let report = report(&options, err)?;
    Ok(if options.json { json::line(&report) } else { text::pages(&report) })
}

/// Reads, assesses and counts.
fn report(options: &Options, err: &mut dyn Write) -> Result<Report, Complaint> {
    let folder = layout::find(&options.data)?;
    let config = options.config.clone().unwrap_or_else(|| args::bundled(folder.layout.config));
    let engine = compile(&config, err)?;
    // Of several scorecards the first is reported.
    let card = engine.config().scorecards.first().ok_or_else(|| {
        Complaint::new("the config has no scorecard")
            .at(&config.shown)
            .help("add `[[scorecards]]` with a name, factors and bands")
    })?;

    let mut progress = Progress::new(err);
    let mut given = read::tables(&folder, &mut progress)?;
    progress.say(|| "checking records");
    let tables = std::mem::take(&mut given.tables);
    let loaded = Book::load(tables, Mode::Lenient).map_err(Complaint::faults)?;
    progress.say(|| "assessing");
    let assessment = engine
        .assess(&Input::book(&loaded.book), options.as_of, &State::new())
        .map_err(|it| Complaint::faults(foretell::Faults(it.faults())))?;

    Ok(Report::new(&report::Facts {
        options,
        config: &config,
        engine: &engine,
        card,
        given: &given,
        loaded: &loaded,
        assessment: &assessment,
    }))
}

/// Reads and compiles a config; warnings go to `err`.
fn compile(path: &args::Shown, err: &mut dyn Write) -> Result<Engine, Complaint> {
    let text = std::fs::read_to_string(&path.path)
        .map_err(|it| Complaint::new(format!("cannot read the config: {it}")).at(&path.shown))?;
    let engine = Engine::compile(&Config::parse(&text))
        .map_err(|it| Complaint::faults(it).at(&path.shown))?;
    for warning in engine.warnings() {
        drop(writeln!(err, "{}: {}", path.shown, warning.render()));
    }
    Ok(engine)
}
