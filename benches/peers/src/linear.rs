//! Whether what grows with rows grows as they do: learning, loading a book, and one subject with all of the rows.

use std::hint::black_box;
use std::io::Write as _;

use foretell::book::{Account, Book, Subscription, Tables, Usage};
use foretell::chrono::{Days, NaiveDate};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::outcome::history::Observation;
use foretell::outcome::learn::{LearnOptions, Moment, learn};
use foretell::{Config, Engine, Input, State};
use serde::Deserialize;

use crate::clock::{Cost, Timed, costs_of, once};
use crate::measure::Measured;
use crate::workload::draw;

/// How often everything is done, in turn.
const TIMES: usize = 5;
/// Of how many subscriptions each account has, and of how many values each subscription.
const BENEATH: usize = 10;

/// How large everything is. Half of the rows to learn from are still so many that there are three folds.
struct Sizes {
    learn: usize,
    book: usize,
    large_book: usize,
    usage: usize,
}

impl Sizes {
    const FULL: Self =
        Self { learn: 100_000, book: 1_000_000, large_book: 11_000_000, usage: 1_000_000 };
    const QUICK: Self =
        Self { learn: 50_000, book: 100_000, large_book: 1_100_000, usage: 100_000 };
}

/// Everything about growth.
///
/// # Panics
/// When something is not learned, loaded or assessed as it should be.
#[must_use]
pub fn all(quick: bool) -> Measured {
    let sizes = if quick { Sizes::QUICK } else { Sizes::FULL };
    let mut measured = Measured::default();
    learning(sizes.learn, &mut measured);
    loading(&sizes, &mut measured);
    one_subject(sizes.usage, &mut measured);
    measured
}

/// One part alone, with its sizes: for a profiler, and for what is compared with it.
///
/// # Panics
/// Where there is no such part.
pub fn part(what: &str, sizes: &[usize]) {
    match (what, sizes) {
        ("learn", [rows, factors]) => {
            let lesson = Lesson::new(*rows, *factors);
            let ((), time) = once(|| lesson.learn());
            println!("{time:?}");
        }
        ("points", [rows, factors]) => Lesson::new(*rows, *factors).write_points(),
        ("load", [records]) => {
            let tables = typed(*records);
            let (book, time) = once(|| Book::strict(tables));
            println!("{time:?} {}", book.expect("a book").counts().len());
        }
        ("usage", [rows, subjects]) => {
            let tables = usage(*rows, *subjects);
            let (book, load) = once(|| Book::strict(tables).expect("a book"));
            let engine = engine(&takes());
            let ((), takes) = once(|| assess(&engine, &book));
            println!("{load:?} {takes:?}");
        }
        _ => panic!("no part is called `{what}`"),
    }
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn today() -> NaiveDate {
    "2026-03-01".parse().expect("a day")
}

/// Something to learn from: subjects with factors, and what came of them.
struct Lesson {
    config: Config,
    frame: Frame,
    train: Vec<Observation>,
    test: Vec<Observation>,
    /// Points from 0 to 1, NaN where missing.
    points: Vec<Vec<f64>>,
}

/// A drawn number of a subject, from 0 to below 1; of 128 columns.
fn drawn(row: usize, column: usize) -> f64 {
    draw(7, 2 * row as u64, column as u64)
}

impl Lesson {
    /// Rows to learn from, and a tenth more to test on. Of the points 5% are missing.
    fn new(rows: usize, factors: usize) -> Self {
        let all = rows + rows / 10;
        let names: Vec<String> = (0..factors).map(|at| format!("m{at}")).collect();
        let point = |row: usize, at: usize| {
            let health = drawn(row, 0);
            let own = 0.3 * health + 0.7 * drawn(row, 2 + at);
            (drawn(row, 50 + at) >= 0.05).then_some((100.0 * own).round())
        };
        let mut frame = Frame::new(SubjectKind::Subscription, (0..all).map(|it| format!("s{it}")))
            .expect("ids differ");
        let mut points = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let values: Vec<Option<f64>> = (0..all).map(|row| point(row, at)).collect();
            points.push(values.iter().map(|it| it.map_or(f64::NAN, |it| it / 100.0)).collect());
            frame.insert(name, Column::numbers(values)).expect("numbers");
        }
        // Each factor counts differently, so that there is something to learn.
        let lost = |row: usize| {
            let of = |at: usize| (at % 5) as f64 * (point(row, at).unwrap_or(50.0) / 100.0 - 0.5);
            let odds = 1.5 + (0..factors).map(of).sum::<f64>() * 20.0 / factors as f64;
            drawn(row, 1) > 1.0 / (1.0 + (-odds).exp())
        };
        let observation = |row: usize| {
            Observation::new(format!("s{row}"), today(), today() + Days::new(90), lost(row))
        };
        let metrics: Vec<String> = names.iter().map(|it| format!("{{ name = {it:?} }}")).collect();
        let factors: Vec<String> = names
            .iter()
            .map(|it| format!("{{ metric = {it:?}, points.linear = [0, 100] }}"))
            .collect();
        let text = format!(
            "metrics = [{}]\nscorecards = [{{ name = \"health\", factors = [{}] }}]",
            metrics.join(", "),
            factors.join(", ")
        );
        Self {
            config: Config::parse(&text),
            frame,
            train: (0..rows).map(observation).collect(),
            test: (rows..all).map(observation).collect(),
            points,
        }
    }

    fn learn(&self) {
        let past = [Moment::new(today(), Input::frame(&self.frame))];
        let options = LearnOptions::default().with_resamples(0);
        let learned = learn(&self.config, "health", &past, &self.train, &self.test, &options);
        let learned = black_box(learned.unwrap_or_else(|why| panic!("{why}")));
        assert!(learned.report.choice.learned == "weights", "{}", learned.report.choice.why);
    }

    fn job(&self, name: &str) -> Timed<'_> {
        Timed::new(name, self.train.len(), || once(|| self.learn()).1)
    }

    /// Writes the rows to learn from to the standard output, little-endian doubles: column after column, then 1 for each that was lost.
    fn write_points(&self) {
        let rows = self.train.len();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let lost: Vec<f64> = self.train.iter().map(|it| f64::from(u8::from(it.lost))).collect();
        for value in self.points.iter().flat_map(|it| it.iter().take(rows)).chain(&lost) {
            out.write_all(&value.to_le_bytes()).expect("somebody reads");
        }
        out.flush().expect("somebody reads");
    }
}

fn learning(rows: usize, measured: &mut Measured) {
    let lessons = [(rows, 20), (rows, 40), (rows / 2, 20)];
    let lessons = lessons.map(|(rows, factors)| Lesson::new(rows, factors));
    let [usual, wide, short] = &lessons;
    let jobs = vec![usual.job("usual"), wide.job("wide"), short.job("short")];
    let costs = costs_of(jobs, TIMES);
    let [usual, wide, short] = &costs[..] else { unreachable!("there are three") };
    let mut add = |name: String, it: f64| {
        measured.figures.insert(name, it);
    };
    add(format!("learn {rows} rows, 40 factors over 20"), wide.over(usual));
    add(format!("learn 20 factors, {rows} rows over half of them"), 2.0 * usual.over(short));
    let seconds = |it: &Cost| it.ns * rows as f64 / 1e9;
    add(format!("learn {rows} rows, 20 factors, s"), seconds(usual));
    add(format!("learn {rows} rows, 40 factors, s"), seconds(wide));
}

/// How many accounts, subscriptions and values of usage make so many records.
fn counts(records: usize) -> [usize; 3] {
    let accounts = records / (1 + BENEATH + BENEATH * BENEATH);
    let subscriptions = accounts * BENEATH;
    [accounts, subscriptions, records - accounts - subscriptions]
}

/// The day of a value: one of the last hundred, in no order.
fn day_of(value: usize) -> NaiveDate {
    today() - Days::new((drawn(value, 60) * 100.0) as u64)
}

/// Typed records, as a host makes them.
fn typed(records: usize) -> Tables {
    let [accounts, subscriptions, values] = counts(records);
    let mut tables = Tables::default();
    tables.extend((0..accounts).map(|at| Account::new(format!("a{at}"))));
    tables.extend((0..subscriptions).map(|at| {
        let mut it = Subscription::new(format!("s{at}"));
        it.account_id = Some(format!("a{}", at / BENEATH));
        it.start = Some((today() - Days::new(400)).into());
        it.seats = Some((at % 90) as f64);
        it
    }));
    tables.extend((0..values).map(|at| {
        let mut it = Usage::new("logins", day_of(at), (at % 31) as f64);
        it.subscription_id = Some(format!("s{}", (at * 7919) % subscriptions));
        it
    }));
    tables
}

/// The same as JSON.
fn json(records: usize) -> String {
    let [accounts, subscriptions, values] = counts(records);
    let accounts: Vec<String> = (0..accounts).map(|at| format!("{{\"id\":\"a{at}\"}}")).collect();
    let start = today() - Days::new(400);
    let all: Vec<String> = (0..subscriptions)
        .map(|at| {
            format!(
                "{{\"id\":\"s{at}\",\"account_id\":\"a{}\",\"start\":\"{start}\",\"seats\":{}}}",
                at / BENEATH,
                at % 90
            )
        })
        .collect();
    let usage: Vec<String> = (0..values)
        .map(|at| {
            format!(
                "{{\"name\":\"logins\",\"date\":\"{}\",\"value\":{},\"subscription_id\":\"s{}\"}}",
                day_of(at),
                at % 31,
                (at * 7919) % subscriptions
            )
        })
        .collect();
    format!(
        "{{\"accounts\":[{}],\"subscriptions\":[{}],\"usage\":[{}]}}",
        accounts.join(","),
        all.join(","),
        usage.join(",")
    )
}

/// What a host would read the same JSON into, that checks nothing.
#[derive(Debug, Deserialize)]
struct Plain {
    accounts: Vec<PlainAccount>,
    subscriptions: Vec<PlainSubscription>,
    usage: Vec<PlainUsage>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, and that is all")]
struct PlainAccount {
    id: String,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, and that is all")]
struct PlainSubscription {
    id: String,
    account_id: String,
    start: NaiveDate,
    seats: f64,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, and that is all")]
struct PlainUsage {
    name: String,
    date: NaiveDate,
    value: f64,
    subscription_id: String,
}

fn loading(sizes: &Sizes, measured: &mut Measured) {
    let text = json(sizes.book);
    let strict = |records: usize| {
        Timed::new("strict", records, move || {
            let tables = typed(records);
            let (book, time) = once(|| Book::strict(tables));
            assert_eq!(book.expect("a book").counts()["usage"], counts(records)[2]);
            time
        })
    };
    let plain = Timed::new("plain", sizes.book, || {
        let (plain, time) = once(|| serde_json::from_str::<Plain>(&text).expect("JSON"));
        let all = plain.accounts.len() + plain.subscriptions.len() + plain.usage.len();
        assert_eq!(all, sizes.book);
        time
    });
    let whole = Timed::new("whole", sizes.book, || {
        let (book, time) =
            once(|| Book::strict(serde_json::from_str::<Tables>(&text).expect("JSON")));
        assert_eq!(book.expect("a book").counts()["usage"], counts(sizes.book)[2]);
        time
    });
    let costs = costs_of(vec![strict(sizes.book), strict(sizes.large_book), plain, whole], TIMES);
    let [strict, large, plain, whole] = &costs[..] else { unreachable!("there are four") };
    let (few, many) = (sizes.book, sizes.large_book);
    let mut add = |name: String, it: f64| {
        measured.figures.insert(name, it);
    };
    add(format!("Book::strict, a record of {many} over one of {few}"), large.over(strict));
    add(format!("Book::strict over plain structs from JSON, {few} records"), strict.over(plain));
    add(format!("JSON to Book over plain structs from JSON, {few} records"), whole.over(plain));
    add(format!("Book::strict, {few} records, ns each"), strict.ns);
    add(format!("Book::strict, {many} records, ns each"), large.ns);
    add(format!("plain structs from JSON, {few} records, ns each"), plain.ns);
}

/// Values of usage, each of the subjects in turn.
fn usage(rows: usize, subjects: usize) -> Tables {
    let mut tables = Tables::default();
    tables.extend((0..subjects).map(|at| Subscription::new(format!("s{at}"))));
    tables.extend((0..rows).map(|at| {
        let mut it = Usage::new("logins", day_of(at), (at % 31) as f64);
        it.subscription_id = Some(format!("s{}", at % subjects));
        it
    }));
    tables
}

/// A config that takes from usage in several ways.
fn takes() -> String {
    let takes = [
        ("sum", "window = \"28d\", take = \"sum\""),
        ("slope", "window = \"90d\", take = \"slope\""),
        ("median", "take = \"median\""),
        ("last", "take = \"days_since_last\""),
        ("distinct", "take = \"distinct\""),
        ("drop", "take = \"signal\", every = \"7d\""),
    ];
    let each = takes
        .map(|(name, how)| format!("{{ name = \"{name}_of\", from = \"usage.logins\", {how} }}"));
    format!("metrics = [{}]", each.join(",\n"))
}

fn assess(engine: &Engine, book: &Book) {
    let night = engine.assess(&Input::book(book), today(), &State::new());
    black_box(night.unwrap_or_else(|why| panic!("{why}")));
}

fn one_subject(rows: usize, measured: &mut Measured) {
    let many = rows / BENEATH;
    let load = |subjects: usize| {
        Timed::new("load", rows, move || {
            let tables = usage(rows, subjects);
            let (book, time) = once(|| Book::strict(tables));
            assert_eq!(book.expect("a book").counts()["usage"], rows);
            time
        })
    };
    let engine = engine(&takes());
    let books = [1, many].map(|it| Book::strict(usage(rows, it)).expect("a book"));
    let derive = |book| {
        let engine = &engine;
        Timed::new("derive", rows, move || once(|| assess(engine, book)).1)
    };
    let jobs = vec![load(1), load(many), derive(&books[0]), derive(&books[1])];
    let costs = costs_of(jobs, TIMES);
    let [load_one, load_many, one, other] = &costs[..] else { unreachable!("there are four") };
    let mut add = |name: &str, it: f64| {
        measured.figures.insert(format!("{rows} values of usage, {name}"), it);
    };
    add(&format!("loaded for one subject over {many}"), load_one.over(load_many));
    add(&format!("derived for one subject over {many}"), one.over(other));
    add("loaded for one subject, ns each", load_one.ns);
    add("derived for one subject, ns each", one.ns);
}
