//! What the caller asked for.

use super::complaint::Complaint;

pub(super) const HELP: &str = "\
Learns a scorecard from a table: one row a customer (or a customer on a day), one column that says what became of it.

    cargo run --release --example learn_weights -- --data FILE --label COLUMN --positive VALUE [FLAGS]

    --data FILE           a table with a heading, cells between commas, semicolons or tabs
    --label COLUMN        what became of the customer
    --positive VALUE      the label of those who were lost
    --drop A,B            columns that are not to be read
    --keep-duplicates     rows that are duplicated count twice; left out before anything else if not said, where
                          they are at most a fifth of all
    --drop-duplicates     rows that are duplicated count once, however many they are
    --where COLUMN=VALUE  only these rows
    --test-every N        every Nth row, from the first, is held out and tested on; 5 if not said
    --test-where C=VALUE  these rows are held out instead
    --subject COLUMN      whose rows they are, where one customer has several
    --weights             learns weights alone, for the points of the draft
    --out FILE            writes the learned config
    --seed N              the seed of folds and resamples; 1 if not said
    --resamples N         how many resamples say how stable a weight is; 20 if not said
    --resample N,N        learns from so few rows, drawn again and again, and compares with equal weights
    --draws N             how many draws of each; 20 if not said
    --json                one JSON object on the last line
    --help                this text";

const FLAGS: &str = "`--help` lists the flags";

pub(super) enum Asked {
    Help,
    Job(Box<Options>),
}

/// A column and one of its values.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) column: String,
    pub(super) value: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) data: String,
    pub(super) label: String,
    pub(super) positive: String,
    pub(super) drop: Vec<String>,
    pub(super) drop_duplicates: bool,
    pub(super) keep_duplicates: bool,
    pub(super) only: Option<Cell>,
    pub(super) test_every: usize,
    pub(super) test_where: Option<Cell>,
    pub(super) subject: Option<String>,
    pub(super) weights_alone: bool,
    pub(super) out: Option<String>,
    pub(super) seed: u64,
    pub(super) resamples: usize,
    pub(super) resample: Vec<usize>,
    pub(super) draws: usize,
    pub(super) json: bool,
}

fn cell(text: &str) -> Result<Cell, Complaint> {
    let (column, value) = text.split_once('=').ok_or_else(|| {
        Complaint::new(format!("expected a column and a value such as `split=test`, got `{text}`"))
    })?;
    Ok(Cell { column: column.trim().to_owned(), value: value.trim().to_owned() })
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, Complaint> {
    let wrong = |_| Complaint::new(format!("`{flag}` needs a whole number, got `{text}`"));
    text.trim().parse().map_err(wrong)
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|it| !it.is_empty())
}

pub(super) fn parse(arguments: &[String]) -> Result<Asked, Complaint> {
    let mut out =
        Options { test_every: 5, seed: 1, resamples: 20, draws: 20, ..Options::default() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        match flag {
            "--help" | "-h" => return Ok(Asked::Help),
            "--json" => out.json = true,
            "--drop-duplicates" => out.drop_duplicates = true,
            "--keep-duplicates" => out.keep_duplicates = true,
            "--weights" => out.weights_alone = true,
            _ => {
                let value = inline.or_else(|| rest.next().cloned()).filter(|it| !it.is_empty());
                let needs = || Complaint::new(format!("`{flag}` needs a value")).help(FLAGS);
                take(&mut out, flag, value.ok_or_else(needs))?;
            }
        }
    }
    for (flag, value) in
        [("--data", &out.data), ("--label", &out.label), ("--positive", &out.positive)]
    {
        if value.is_empty() {
            return Err(Complaint::new(format!("`{flag}` is missing")).help(FLAGS));
        }
    }
    if out.test_every < 2 {
        return Err(Complaint::new(
            "`--test-every` needs at least 2: rows to learn from and rows to test on",
        ));
    }
    Ok(Asked::Job(Box::new(out)))
}

fn take(out: &mut Options, flag: &str, value: Result<String, Complaint>) -> Result<(), Complaint> {
    match flag {
        "--data" => out.data = value?,
        "--label" => out.label = value?,
        "--positive" => out.positive = value?,
        "--drop" => out.drop.extend(list(&value?).map(str::to_owned)),
        "--where" => out.only = Some(cell(&value?)?),
        "--test-where" => out.test_where = Some(cell(&value?)?),
        "--test-every" => out.test_every = number(flag, &value?)?,
        "--subject" => out.subject = Some(value?),
        "--out" => out.out = Some(value?),
        "--seed" => out.seed = number(flag, &value?)?,
        "--resamples" => out.resamples = number(flag, &value?)?,
        "--draws" => out.draws = number(flag, &value?)?,
        "--resample" => {
            for it in list(&value?) {
                out.resample.push(number(flag, it)?);
            }
        }
        other => return Err(Complaint::new(format!("unknown flag `{other}`")).help(FLAGS)),
    }
    Ok(())
}
