//! What the caller asked for.

use std::path::{Path, PathBuf};

use super::complaint::Complaint;

pub(super) const HELP: &str = "\
Replays a history of subscriptions week by week and says what the alerts would have been worth.

    cargo run --release --example replay_history -- [FLAGS]

    --data DIR      folder with enrolments.csv and weekly_usage.csv (Open University Learning
                    Analytics, aggregated), or with subscriptions.csv, usage.csv and outcomes.csv as
                    the bundled sample; ../shared/data/oulad if not said, else the bundled sample
    --config FILE   the rules; examples/replay_history.toml if not said
    --backtest      the rules beside a scorecard that is learned on the first year, on the years after it
    --json          one JSON object on the last line
    --help          this text";

const FLAGS: &str = "the flags are --data, --config, --backtest, --json and --help";

/// Where the history is looked for, seen from the project.
pub(super) const DEFAULT: &str = "../shared/data/oulad";

/// A path, and how the caller knows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) path: PathBuf,
    pub(super) shown: String,
}

fn bundled(name: &str) -> Shown {
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
    /// Whether the sample stands in for a history that is not there.
    pub(super) fell_back: bool,
    pub(super) config: Shown,
    pub(super) json: bool,
    pub(super) backtest: bool,
}

pub(super) fn parse(arguments: &[String]) -> Result<Asked, Complaint> {
    let (mut data, mut config, mut json, mut backtest) = (None, None, false, false);
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
            "--json" if inline.is_none() => json = true,
            "--backtest" if inline.is_none() => backtest = true,
            "--help" | "-h" if inline.is_none() => return Ok(Asked::Help),
            "--json" | "--backtest" | "--help" | "-h" => {
                return Err(Complaint::new(format!("`{flag}` takes no value")).help(FLAGS));
            }
            other => return Err(Complaint::new(format!("unknown flag `{other}`")).help(FLAGS)),
        }
    }
    let given = |text: String| Shown { path: PathBuf::from(&text), shown: text };
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT);
    let fell_back = data.is_none() && !usual.join("enrolments.csv").exists();
    let data = match data {
        Some(text) => given(text),
        None if fell_back => bundled("data"),
        None => Shown { path: usual, shown: DEFAULT.to_owned() },
    };
    let config = config.map_or_else(|| bundled("replay_history.toml"), given);
    Ok(Asked::Job(Options { data, fell_back, config, json, backtest }))
}
