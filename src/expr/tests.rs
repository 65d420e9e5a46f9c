//! Tests of the language, as tables of text, values and outcome.

mod faults;
mod gears;
mod laws;
mod limits;
mod messages;
mod reach;
mod shapes;
mod speed;
mod switch;
mod values;
mod words;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::{Functions, Kind, Language, Names, Outcome, Program, Symbol, Value, Want};
use crate::frame::{Column, Data};

/// One language for all tests, with functions of a host.
static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    let mut functions = Functions::new();
    let number = [Kind::Number];
    functions
        .register("halve", &number, Kind::Number, |arguments| match arguments {
            [Value::Number(it)] => Value::Number(it / 2.0),
            _ => Value::Missing,
        })
        .unwrap();
    functions.register("nothing", &number, Kind::Number, |_| Value::Missing).unwrap();
    functions.register("liar", &number, Kind::Number, |_| Value::Flag(true)).unwrap();
    functions
        .register("infinite", &number, Kind::Number, |_| Value::Number(f64::INFINITY))
        .unwrap();
    functions
        .register("flagged", &[Kind::Flag, Kind::Text], Kind::Flag, |arguments| {
            arguments[0].clone()
        })
        .unwrap();
    functions
        .register("endless", &[], Kind::Text, |_| Value::Text("x".repeat(100_000).into()))
        .unwrap();
    let fussy = |it: &[Value]| match it {
        [Value::Number(it)] if *it < 1.0 => Err(format!("{it} is below 1")),
        it => Ok(it[0].clone()),
    };
    functions.register("fussy", &number, Kind::Number, fussy).unwrap();
    let many = |columns: &[Column]| match columns[0].data() {
        Data::Number(all) if all.iter().any(|number| *number > 40.0) => Err("one is above 40"),
        _ => Ok(columns[0].clone()),
    };
    functions.register_columns("many", &number, Kind::Number, many).unwrap();
    let spelled = |columns: &[Column]| -> Vec<Result<Value, &str>> {
        let one = |it: Value| if it.to_string().contains('n') { Err("an n") } else { Ok(it) };
        (0..columns[0].len()).map(|row| one(columns[0].value(row))).collect()
    };
    functions.register_columns("spelled", &[Kind::Text], Kind::Text, spelled).unwrap();
    Language::new(functions).unwrap()
});

/// The names of the tests: name, kind, range, labels, optional.
type Row = (&'static str, Kind, Option<(f64, f64)>, &'static [&'static str], bool);
const WORLD: [Row; 14] = [
    ("days", Kind::Number, Some((0.0, 3650.0)), &[], true),
    ("seats", Kind::Number, Some((1.0, 10_000.0)), &[], false),
    ("active", Kind::Number, Some((0.0, 10_000.0)), &[], false),
    ("nps", Kind::Number, Some((-100.0, 100.0)), &[], true),
    ("plan", Kind::Text, None, &["basic", "pro", "enterprise"], false),
    ("owner", Kind::Text, None, &[], true),
    ("trial", Kind::Flag, None, &[], false),
    ("champion", Kind::Flag, None, &[], true),
    ("account.arr", Kind::Number, None, &[], true),
    ("subscriptions.health.min", Kind::Number, Some((0.0, 100.0)), &[], true),
    ("x", Kind::Number, None, &[], true),
    ("y", Kind::Number, None, &[], true),
    ("u", Kind::Number, None, &[], true),
    ("default", Kind::Number, None, &[], true),
];

struct World;

impl Names for World {
    fn find(&self, name: &str) -> Option<Symbol> {
        let slot = WORLD.iter().position(|entry| entry.0 == name)?;
        let (_, kind, range, labels, optional) = WORLD[slot];
        let labels =
            (!labels.is_empty()).then(|| labels.iter().map(|label| Arc::from(*label)).collect());
        Some(Symbol { slot, kind, range, labels, optional })
    }

    fn all(&self) -> Arc<[String]> {
        WORLD.iter().map(|entry| entry.0.to_owned()).collect()
    }

    fn texts(&self) -> Vec<String> {
        WORLD.iter().flat_map(|entry| entry.3.iter()).map(|label| (*label).to_owned()).collect()
    }
}

fn slot(name: &str) -> usize {
    World.find(name).unwrap().slot
}

/// `days=40 plan=pro` as values by slot; what is not given is missing.
fn values(text: &str) -> Vec<Value> {
    let mut values = vec![Value::Missing; WORLD.len()];
    for (name, value) in text.split_whitespace().map(|word| word.split_once('=').unwrap()) {
        values[slot(name)] = match WORLD[slot(name)].1 {
            Kind::Number => Value::Number(value.parse().unwrap()),
            Kind::Flag => Value::Flag(value.parse().unwrap()),
            Kind::Text => Value::Text(value.into()),
        };
    }
    values
}

fn compile(text: &str) -> Program {
    let (program, problems) = LANGUAGE.compile(text, &World, Want::Any);
    program.unwrap_or_else(|| panic!("`{text}` is refused: {problems:#?}"))
}

/// The outcome in few letters: the value, `no data: name`, `no data`, `failed: why`, or `faulted: why`.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(it) => it.to_string(),
        Outcome::NoData { slot: Some(it) } => format!("no data: {}", WORLD[*it].0),
        Outcome::NoData { slot: None } => "no data".to_owned(),
        Outcome::Failed(it) => format!("failed: `{}`: {}", it.function, it.why),
        Outcome::Faulted(why) => format!("faulted: {why}"),
    }
}

fn run(text: &str, given: &str) -> String {
    let values = values(given);
    told(&compile(text).run(&mut |slot| values[slot].clone()))
}

/// Checks a table of text, values and outcome.
fn check(rows: &[(&str, &str, &str)]) {
    for (text, given, wanted) in rows {
        assert_eq!(&run(text, given), wanted, "`{text}` with `{given}`");
    }
}

/// Every problem as `code "marked text"`.
fn problems(text: &str) -> Vec<String> {
    let (program, problems) = LANGUAGE.compile(text, &World, Want::Flag);
    let errors = problems.iter().any(|problem| problem.severity == crate::fault::Severity::Error);
    assert_eq!(program.is_none(), errors, "`{text}` has a program exactly when it has no errors");
    problems.iter().map(|problem| format!("{} {:?}", problem.code, marked(text, problem))).collect()
}

fn marked<'a>(text: &'a str, it: &super::Problem) -> &'a str {
    text.get(it.start..(it.start + it.length).min(text.len())).unwrap()
}

fn slots(names: &[&str]) -> BTreeSet<usize> {
    names.iter().map(|name| slot(name)).collect()
}
