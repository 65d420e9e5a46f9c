//! What the service is told to do.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use foretell::time::AsOf;

const HELP: &str = "\
A small service around foretell.

    foretell-service --db FILE --hook URL [--at-most N] [--tries N] [--pause MS] [ORDER]...

Orders are carried out one after another; without any they are read from standard input, one a line:

    config FILE          from now on this config counts, if it compiles and passes its own tests
    night DATE FOLDER    assess the tables in the folder as of the day, or assess that day again
    accept DATE FOLDER   the same although guards trip
    again DATE FOLDER    assess an earlier day again, and all nights after it
    deliver              deliver what waits

`--at-most` is how many are told to one owner a night. A delivery is tried so often, with a pause that doubles.";

/// How the service is started.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) db: PathBuf,
    pub(crate) hook: String,
    pub(crate) at_most: usize,
    pub(crate) tries: usize,
    pub(crate) pause: Duration,
    pub(crate) orders: Vec<String>,
}

impl Settings {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let (mut db, mut hook, mut orders) = (None, None, Vec::new());
        let (mut at_most, mut tries, mut pause) = (50, 5, 200);
        let mut rest = arguments.iter();
        while let Some(it) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{it} wants a value\n\n{HELP}"));
            match it.as_str() {
                "--db" => db = Some(value()?.into()),
                "--hook" => hook = Some(value()?.clone()),
                "--at-most" => at_most = number(it, value()?)?,
                "--tries" => tries = number(it, value()?)?,
                "--pause" => pause = number(it, value()?)?,
                flag if flag.starts_with('-') => return Err(HELP.to_owned()),
                order => orders.push(order.to_owned()),
            }
        }
        let (Some(db), Some(hook)) = (db, hook) else { return Err(HELP.to_owned()) };
        let pause = Duration::from_millis(pause as u64);
        Ok(Self { db, hook, at_most, tries, pause, orders })
    }
}

fn number(flag: &str, text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{flag} wants a number, got `{text}`"))
}

/// Something to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Takes another config.
    Config(PathBuf),
    /// Assesses a folder of tables.
    Night { how: How, as_of: AsOf, folder: PathBuf },
    /// Delivers what waits.
    Deliver,
}

/// How a night is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// As the last, or one after it.
    Next,
    /// The same although guards trip.
    Accepted,
    /// As an earlier one, and all after it.
    Again,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let night = |how, as_of: &str, folder: &str| -> Result<Self, String> {
            let as_of = as_of.parse().map_err(|why| format!("`{text}`: {why}"))?;
            Ok(Self::Night { how, as_of, folder: folder.into() })
        };
        match *text.split_whitespace().collect::<Vec<_>>() {
            ["config", file] => Ok(Self::Config(file.into())),
            ["night", as_of, folder] => night(How::Next, as_of, folder),
            ["accept", as_of, folder] => night(How::Accepted, as_of, folder),
            ["again", as_of, folder] => night(How::Again, as_of, folder),
            ["deliver"] => Ok(Self::Deliver),
            _ => Err(format!("`{text}` is no order\n\n{HELP}")),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(file) => write!(f, "config {}", file.display()),
            Self::Night { how, as_of, folder } => {
                let word = match how {
                    How::Next => "night",
                    How::Accepted => "accept",
                    How::Again => "again",
                };
                write!(f, "{word} {as_of} {}", folder.display())
            }
            Self::Deliver => f.write_str("deliver"),
        }
    }
}
