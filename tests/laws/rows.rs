//! Random rows for the metrics of [`super::configs`], and completions of them.

use chrono::{Days, NaiveDate};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::value::{Kind, Value};
use proptest::prelude::*;
use proptest::sample::select;

/// A metric of subscriptions that is given as a column.
struct Given {
    name: &'static str,
    kind: Kind,
    range: (f64, f64),
    labels: &'static [&'static str],
}

const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

const fn number(name: &'static str, range: (f64, f64)) -> Given {
    Given { name, kind: Kind::Number, range, labels: &[] }
}

const GIVEN: [Given; 10] = [
    number("n0", ANY),
    number("n1", (0.0, 100.0)),
    number("n2", (-50.0, 50.0)),
    number("n3", ANY),
    number("solo", ANY),
    number("age_days", (0.0, f64::INFINITY)),
    Given { name: "f0", kind: Kind::Flag, range: ANY, labels: &[] },
    Given { name: "f1", kind: Kind::Flag, range: ANY, labels: &[] },
    Given { name: "t0", kind: Kind::Text, range: ANY, labels: &["a", "b", "c"] },
    Given { name: "t1", kind: Kind::Text, range: ANY, labels: &[] },
];

/// A value, and how many days before the assessment it was observed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) value: Value,
    pub(crate) age: Option<u16>,
}

/// One subscription: its id, its account (0 to 2; past that none) and its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: u32,
    pub(crate) account: usize,
    pub(crate) cells: Vec<Cell>,
}

/// The subscriptions, and `p0` of the three accounts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) list: Vec<Row>,
    pub(crate) accounts: [Option<f64>; 3],
}

pub(crate) fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

/// The frames of subscriptions and accounts.
pub(crate) fn frames(rows: &Rows) -> (Frame, Frame) {
    let ids = rows.list.iter().map(|it| format!("s{}", it.id));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    for (at, given) in GIVEN.iter().enumerate() {
        let cells = || rows.list.iter().map(move |it| &it.cells[at]);
        let column = match given.kind {
            Kind::Number => Column::numbers(cells().map(|it| it.value.number())),
            Kind::Flag => Column::flags(cells().map(|it| match it.value {
                Value::Flag(it) => Some(it),
                _ => None,
            })),
            Kind::Text => Column::texts(cells().map(|it| match &it.value {
                Value::Text(it) => Some(it),
                _ => None,
            })),
            other => panic!("no column of {other:?}"),
        };
        let days = cells().map(|it| it.age.map(|it| as_of() - Days::new(it.into())));
        frame.insert(given.name, column.observed(days)).unwrap();
    }
    let parents = rows.list.iter().map(|it| (it.account < 3).then(|| id_of(it.account).into()));
    frame.set_parents(SubjectKind::Account, parents.collect()).unwrap();
    let mut accounts = Frame::new(SubjectKind::Account, (0..3).map(id_of)).unwrap();
    accounts.insert("p0", Column::numbers(rows.accounts)).unwrap();
    (frame, accounts)
}

fn id_of(account: usize) -> String {
    format!("a{account}")
}

/// Numbers near the constants of conditions and points, far from them, and extreme ones.
fn any_number() -> BoxedStrategy<f64> {
    prop_oneof![
        5 => select(vec![-3.0, 0.0, 0.5, 1.0, 3.0, 5.0, 7.0, 10.0, 11.0, 20.0, 40.0, 80.0]),
        3 => -100.0..200.0,
        1 => select(vec![1e308, -1e308, -0.0, 5e-324, 1e12, -1e12, f64::MAX, f64::MIN]),
    ]
    .boxed()
}

fn value(given: &'static Given) -> BoxedStrategy<Value> {
    match given.kind {
        Kind::Number => any_number().prop_map(Value::Number).boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Kind::Text => select(vec!["a", "b", "c", "x", "y", "Zürich"]).prop_map(text).boxed(),
        other => panic!("no values of {other:?}"),
    }
}

fn text(it: &str) -> Value {
    Value::Text(it.into())
}

/// A value that the declaration of the metric allows.
fn known_value(given: &'static Given) -> BoxedStrategy<Value> {
    let (low, high) = given.range;
    match given.kind {
        Kind::Number => any_number().prop_map(move |it| Value::Number(it.clamp(low, high))).boxed(),
        Kind::Text if !given.labels.is_empty() => select(given.labels).prop_map(text).boxed(),
        _ => value(given),
    }
}

/// Whether the engine takes the value for one: not missing, and as declared.
fn is_known(given: &Given, value: &Value) -> bool {
    match value {
        Value::Missing => false,
        Value::Number(it) => given.range.0 <= *it && *it <= given.range.1,
        Value::Text(it) => given.labels.is_empty() || given.labels.contains(&it.as_ref()),
        Value::Flag(_) => true,
        other => panic!("no rule for {other:?}"),
    }
}

fn cells() -> BoxedStrategy<Vec<Cell>> {
    let cells: Vec<BoxedStrategy<Cell>> = GIVEN
        .iter()
        .map(|given| {
            (prop::option::weighted(0.65, value(given)), prop::option::weighted(0.6, 0..500_u16))
                .prop_map(|(value, age)| Cell { value: value.unwrap_or(Value::Missing), age })
                .boxed()
        })
        .collect();
    cells.boxed()
}

/// Up to so many rows, in no order.
pub(crate) fn rows(most: usize) -> BoxedStrategy<Rows> {
    let list = prop::collection::vec((0..5_usize, cells()), 0..=most);
    let accounts = [(); 3].map(|()| prop::option::weighted(0.6, any_number()));
    (list, accounts)
        .prop_map(|(list, accounts)| {
            let list = list.into_iter().enumerate().map(|(at, (account, cells))| Row {
                id: (at as u32 * 7 + 3) % 31,
                account,
                cells,
            });
            Rows { list: list.collect(), accounts }
        })
        .boxed()
}

/// One value for every metric of every row, and one for every account.
pub(crate) type Filling = (Vec<Vec<Value>>, [f64; 3]);

pub(crate) fn fillings(most: usize) -> BoxedStrategy<Filling> {
    let row: Vec<BoxedStrategy<Value>> = GIVEN.iter().map(known_value).collect();
    let accounts = [(); 3].map(|()| any_number());
    (prop::collection::vec(row, most), accounts).boxed()
}

/// The rows with everything that is missing filled in, as seen today.
///
/// `solo` is read by one factor alone, so its stale values are inputs that may be renewed as well.
pub(crate) fn complete(rows: &Rows, (values, accounts): &Filling) -> Rows {
    let mut full = rows.clone();
    for (row, values) in full.list.iter_mut().zip(values) {
        for ((cell, value), given) in row.cells.iter_mut().zip(values).zip(&GIVEN) {
            let stale = given.name == "solo" && cell.age.is_some_and(|it| it > 30);
            if stale || !is_known(given, &cell.value) {
                *cell = Cell { value: value.clone(), age: Some(0) };
            }
        }
    }
    for (account, value) in full.accounts.iter_mut().zip(accounts) {
        account.get_or_insert(*value);
    }
    full
}

/// The rows with `n0` and `n1` raised and `n2` and `n3` lowered where they are known.
pub(crate) fn improve(rows: &Rows, (values, _): &Filling) -> Rows {
    let mut better = rows.clone();
    for (row, values) in better.list.iter_mut().zip(values) {
        for ((cell, value), given) in row.cells.iter_mut().zip(values).zip(&GIVEN) {
            let up = match given.name {
                "n0" | "n1" => true,
                "n2" | "n3" => false,
                _ => continue,
            };
            if !is_known(given, &cell.value) {
                continue;
            }
            if let (Some(old), Some(new)) = (cell.value.number(), value.number()) {
                cell.value = Value::Number(if up { old.max(new) } else { old.min(new) });
            }
        }
    }
    better
}

/// The same rows, everything seen today.
pub(crate) fn fresh(rows: &Rows) -> Rows {
    let mut fresh = rows.clone();
    for cell in fresh.list.iter_mut().flat_map(|it| &mut it.cells) {
        cell.age = Some(0);
    }
    fresh
}

/// One subscription of which only these numbers are known, as seen today.
pub(crate) fn numbers(known: &[(&str, f64)]) -> Rows {
    let cell = |given: &Given| {
        let value = known.iter().find(|(name, _)| *name == given.name);
        let value = value.map_or(Value::Missing, |(_, it)| Value::Number(*it));
        Cell { value, age: Some(0) }
    };
    let row = Row { id: 1, account: 0, cells: GIVEN.iter().map(cell).collect() };
    Rows { list: vec![row], accounts: [None; 3] }
}
