//! What the caller asked for.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::complaint::Complaint;

pub(super) const HELP: &str = "\
Says which subscriptions are at risk and why, from a folder of CSV files and a config.

    cargo run --release --example early_warning -- [FLAGS]

    --data DIR      folder of CSV files, as in examples/data/README.md; the bundled sample if not said
    --config FILE   what to measure and when to warn; examples/early_warning.toml if not said, and
                    examples/ravenstack.toml for a folder of ravenstack_*.csv
    --as-of DATE    the day of the assessment, such as 2015-01-21; nothing later is looked at, but
                    to say afterwards who was lost; needed with --data
    --top N         how many subscriptions at risk to list; 5 if not said
    --json          one JSON object on one line instead of text
    --help          this text";

const FLAGS: &str = "the flags are --data, --config, --as-of, --top, --json and --help";

/// The day on which the bundled sample is assessed if no other is asked for: mid-course.
const SAMPLE_DAY: (i32, u32, u32) = (2015, 1, 21);

/// A path, and how the caller knows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) path: PathBuf,
    pub(super) shown: String,
}

/// A file or folder among the examples.
pub(super) fn bundled(name: &str) -> Shown {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    Shown { path, shown: format!("examples/{name}") }
}

pub(super) enum Asked {
    Help,
    Job(Options),
}

#[derive(Debug)]
pub(super) struct Options {
    pub(super) data: Shown,
    /// Whether the data are the bundled sample.
    pub(super) is_sample: bool,
    /// The layout's own config if not said.
    pub(super) config: Option<Shown>,
    pub(super) as_of: NaiveDate,
    pub(super) top: usize,
    pub(super) json: bool,
}

pub(super) fn parse(arguments: &[String]) -> Result<Asked, Complaint> {
    let (mut data, mut config, mut as_of, mut top, mut json) = (None, None, None, 5, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || {
            let next = inline.clone().or_else(|| rest.next().cloned());
            next.filter(|it| !it.is_empty() && !it.starts_with("--"))
                .ok_or_else(|| Complaint::new(format!("`{flag}` needs a value")).help(FLAGS))
        };
        match flag {
            "--data" => data = Some(value()?),
            "--config" => config = Some(value()?),
            "--as-of" => as_of = Some(date(&value()?)?),
            "--top" => top = count(&value()?)?,
            "--json" if inline.is_none() => json = true,
            "--help" | "-h" if inline.is_none() => return Ok(Asked::Help),
            "--json" | "--help" | "-h" => {
                return Err(Complaint::new(format!("`{flag}` takes no value")).help(FLAGS));
            }
            other => return Err(Complaint::new(format!("unknown flag `{other}`")).help(FLAGS)),
        }
    }
    let given = |text: String| Shown { path: PathBuf::from(&text), shown: text };
    let is_sample = data.is_none();
    let (year, month, day) = SAMPLE_DAY;
    let sample_day = NaiveDate::from_ymd_opt(year, month, day).filter(|_| is_sample);
    let as_of = as_of.or(sample_day).ok_or_else(|| {
        Complaint::new("`--as-of` is needed with `--data`")
            .help("give the day of the assessment, such as `--as-of 2024-12-31`")
    })?;
    let data = data.map_or_else(|| bundled("data"), given);
    Ok(Asked::Job(Options { data, is_sample, config: config.map(given), as_of, top, json }))
}

fn date(text: &str) -> Result<NaiveDate, Complaint> {
    text.parse().map_err(|_| {
        Complaint::new(format!("expected a day such as `2024-12-31`, got `{text}`")).at("--as-of")
    })
}

fn count(text: &str) -> Result<usize, Complaint> {
    text.parse()
        .map_err(|_| Complaint::new(format!("expected a whole number, got `{text}`")).at("--top"))
}
