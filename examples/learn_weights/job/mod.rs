//! The job without the process around it, so that tests can run it too.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    reason = "an example is a host: it reads and writes the files that the library must not"
)]

mod args;
#[path = "../../early_warning/job/complaint.rs"]
#[allow(clippy::duplicate_mod, reason = "the tests run the examples in one binary")]
mod complaint;
mod few;
mod table;

use std::io::Write;

use chrono::{Days, NaiveDate};
use foretell::frame::Frame;
use foretell::outcome::history::Observation;
use foretell::outcome::learn::{LearnError, LearnOptions, Learned, Moment, draft, learn};
use foretell::outcome::measure::Measures;
use foretell::{Config, Input};
use serde_json::{Value, json};

use args::{Asked, Options};
use complaint::Complaint;
use table::{Feature, Table};

/// Runs the job; gives the exit code: 0, or 2 for what the caller has to mend.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    complaint::close(answer(arguments), out, err)
}

/// Rows, what became of them, and who is on which side.
struct Sides {
    lost: Vec<bool>,
    subjects: Vec<String>,
    /// How many rows the subject had before.
    turns: Vec<usize>,
    train: Vec<usize>,
    test: Vec<usize>,
}

fn answer(arguments: &[String]) -> Result<String, Complaint> {
    let options = match args::parse(arguments)? {
        Asked::Help => return Ok(args::HELP.to_owned()),
        Asked::Job(options) => options,
    };
    let mut notes = Vec::new();
    let mut table = Table::read(&options.data)?;
    if !options.keep_duplicates {
        let dropped = table::first_of_each(&mut table, options.drop_duplicates);
        if dropped > 0 {
            notes.push(format!("{dropped} rows that are duplicated were left out"));
        }
    }
    let mut sides = sides(&table, &options, &mut notes)?;
    if options.subject.is_some() {
        part_subjects(&mut sides, &mut notes);
    }
    let features = table::features(&table, &options, &sides.train, &mut notes)?;
    if !options.resample.is_empty() {
        return few::answer(&table, &features, &sides, &options);
    }
    let job = Job { table: &table, features: &features, sides: &sides, options: &options };
    let learned = job.learn(&sides.train, options.resamples, options.seed, &mut notes)?;
    if let Some(path) = &options.out {
        std::fs::write(path, learned.config.to_toml())
            .map_err(|it| Complaint::new(format!("cannot write the config: {it}")).at(path))?;
    }
    let mut text = String::new();
    for it in &notes {
        text += &format!("{it}\n");
    }
    text += &format!("\n{}\n", learned.report);
    if options.json {
        text += &format!("{}\n", line(&learned, &sides, &notes));
    }
    Ok(text)
}

/// Which rows are learned from and which are tested on.
fn sides(table: &Table, options: &Options, notes: &mut Vec<String>) -> Result<Sides, Complaint> {
    let label = table.column(&options.label)?;
    let all = 0..table.rows.len();
    let lost: Vec<bool> =
        all.clone().map(|it| table::same(table.cell(it, label), &options.positive)).collect();
    // `NA` is no label, unless there is no other word for those who stayed.
    let says = |it: usize| !table::is_nothing(table.cell(it, label)) && !lost[it];
    let words = all.clone().any(says);
    let empty = |it: usize| table.cell(it, label).trim().is_empty();
    let known: Vec<bool> =
        all.clone().map(|it| lost[it] || says(it) || (!words && !empty(it))).collect();
    let asked = match &options.only {
        Some(it) => table.matching(it)?,
        None => vec![true; lost.len()],
    };
    let held_out = match &options.test_where {
        Some(it) => table.matching(it)?,
        None => all.clone().map(|it| it % options.test_every == 0).collect(),
    };
    let unknown = known.iter().zip(&asked).filter(|it| !it.0 && *it.1).count();
    if unknown > 0 {
        notes.push(format!("{unknown} rows without a label were left out"));
    }
    let subjects: Vec<String> = match &options.subject {
        Some(name) => {
            let column = table.column(name)?;
            all.clone().map(|it| table.cell(it, column).to_owned()).collect()
        }
        None => all.clone().map(|it| format!("r{it}")).collect(),
    };
    let rows = all.filter(|it| known[*it] && asked[*it]);
    let (test, train): (Vec<usize>, Vec<usize>) = rows.partition(|it| held_out[*it]);
    for (rows, what) in [(&train, "learn from"), (&test, "test on")] {
        let gone = rows.iter().filter(|it| lost[**it]).count();
        if gone == 0 || gone == rows.len() {
            let message = format!(
                "of {} rows to {what} {gone} have the label `{}`: both outcomes are needed",
                rows.len(),
                options.positive
            );
            return Err(Complaint::new(message).at(&options.data));
        }
    }
    let turns = table::turns(&subjects);
    Ok(Sides { lost, subjects, turns, train, test })
}

/// No subject stands on both sides.
fn part_subjects(sides: &mut Sides, notes: &mut Vec<String>) {
    let before = sides.train.len();
    let tested: std::collections::BTreeSet<&String> =
        sides.test.iter().map(|it| &sides.subjects[*it]).collect();
    sides.train.retain(|it| !tested.contains(&sides.subjects[*it]));
    if sides.train.len() < before {
        let gone = before - sides.train.len();
        notes.push(format!("{gone} rows of subjects that are tested on were not learned from"));
    }
}

struct Job<'a> {
    table: &'a Table,
    features: &'a [Feature],
    sides: &'a Sides,
    options: &'a Options,
}

/// The day of the first row of every subject; the next row of the same subject is on the next day.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day that is there");

impl Job<'_> {
    /// Drafts a config from some rows, learns from them, and tests on the rows held out.
    fn learn(
        &self,
        train: &[usize],
        resamples: usize,
        seed: u64,
        notes: &mut Vec<String>,
    ) -> Result<Learned, Complaint> {
        let wrong =
            |it: &dyn std::fmt::Display| Complaint::new(it.to_string()).at(&self.options.data);
        let ids = |rows: &[usize]| rows.iter().map(|it| format!("r{it}")).collect();
        let whole =
            table::frame(self.table, self.features, train, ids(train)).map_err(|it| wrong(&it))?;
        let lost: Vec<bool> = train.iter().map(|it| self.sides.lost[*it]).collect();
        let drafted = draft(&whole, &lost, &(0..train.len()).collect::<Vec<_>>());
        notes.extend(
            drafted.left_out.iter().map(|(name, why)| format!("`{name}` is left out: {why}")),
        );
        let config = self.labelled(drafted.config);

        let frames = self.frames(train).map_err(|it| wrong(&it))?;
        let past: Vec<Moment<'_>> = frames
            .iter()
            .map(|(turn, frame)| Moment::new(on(*turn), Input::frame(frame)))
            .collect();
        let mut options = LearnOptions::default().with_resamples(resamples).with_seed(seed);
        options.breakpoints = !self.options.weights_alone;
        learn(
            &config,
            "health",
            &past,
            &self.observations(train),
            &self.observations(&self.sides.test),
            &options,
        )
        .map_err(|it| match it {
            LearnError::Faults(it) => Complaint::faults(it),
            other => wrong(&other),
        })
    }

    /// The headings of the table as labels, where they say more than the names.
    fn labelled(&self, mut config: Config) -> Config {
        for metric in &mut config.metrics {
            let feature = self.features.iter().find(|it| it.name == metric.name);
            metric.label = feature.map(|it| it.heading.clone()).filter(|it| *it != metric.name);
        }
        config
    }

    /// A frame for every day: a subject stands in it once.
    fn frames(&self, train: &[usize]) -> Result<Vec<(usize, Frame)>, foretell::frame::FrameError> {
        let mut rows: Vec<usize> = train.iter().chain(&self.sides.test).copied().collect();
        rows.sort_unstable();
        let mut turns: Vec<usize> = rows.iter().map(|it| self.sides.turns[*it]).collect();
        turns.sort_unstable();
        turns.dedup();
        let mut out = Vec::new();
        for turn in turns {
            let of_turn: Vec<usize> =
                rows.iter().copied().filter(|it| self.sides.turns[*it] == turn).collect();
            let ids = of_turn.iter().map(|it| self.sides.subjects[*it].clone()).collect();
            out.push((turn, table::frame(self.table, self.features, &of_turn, ids)?));
        }
        Ok(out)
    }

    fn observations(&self, rows: &[usize]) -> Vec<Observation> {
        let one = |row: usize| {
            let day = on(self.sides.turns[row]);
            Observation::new(
                self.sides.subjects[row].as_str(),
                day,
                on(self.sides.turns[row] + 1),
                self.sides.lost[row],
            )
        };
        rows.iter().map(|it| one(*it)).collect()
    }
}

fn on(turn: usize) -> NaiveDate {
    FIRST.checked_add_days(Days::new(turn as u64)).unwrap_or(FIRST)
}

fn figures(it: &Measures) -> Value {
    json!({
        "auc": it.roc_auc,
        "pr_auc": it.pr_auc,
        "log_loss": it.log_loss,
        "brier": it.brier,
        "ece10": it.ece10,
    })
}

/// The report for programs: one object on one line.
fn line(learned: &Learned, sides: &Sides, notes: &[String]) -> String {
    json!({
        "rows": sides.train.len() + sides.test.len(),
        "train": sides.train.len(),
        "test": sides.test.len(),
        "test_lost": learned.report.after.lost,
        "learned": figures(&learned.report.after),
        "equal": figures(&learned.report.before),
        "choice": learned.report.choice,
        "factors": learned.report.factors,
        "notes": notes,
    })
    .to_string()
}
