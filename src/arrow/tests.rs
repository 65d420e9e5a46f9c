//! Batches to frames and records, and results to batches.

#![cfg(feature = "toml")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]

mod pieces;

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int8Array, Int64Array, LargeStringArray, ListArray, NullArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampSecondArray,
    UInt64Array,
};
use arrow_schema::Schema;

use super::{FrameReader, actions, alerts, assessment, events, factors, records, scores, verdicts};
use crate::frame::SubjectKind::{Account, Subscription};
use crate::frame::{Column, Frame};
use crate::node::Node;
use crate::time::AsOf;
use crate::value::Value;
use crate::{Config, Engine, Input, State};

/// Columns by name.
type Given<'a> = Vec<(&'a str, ArrayRef)>;

fn batch(columns: Given<'_>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, it)| (name, it, true)))
        .unwrap()
}

fn values(column: &Column) -> String {
    let all: Vec<String> = (0..column.len()).map(|row| column.value(row).to_string()).collect();
    all.join(" ")
}

fn arc(array: impl arrow_array::Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn dictionary(keys: Vec<Option<i8>>, values: ArrayRef) -> ArrayRef {
    arc(DictionaryArray::<Int8Type>::try_new(Int8Array::from(keys), values).unwrap())
}

#[test]
fn what_an_array_holds_is_what_it_says() {
    let texts = || vec![Some("a"), None, Some("a"), Some("b")];
    let rows: Vec<(ArrayRef, &str)> = vec![
        (
            arc(Float64Array::from(vec![Some(1.5), None, Some(f64::NAN), Some(-0.0)])),
            "1.5 missing missing 0",
        ),
        (arc(Float32Array::from(vec![Some(0.5), None])), "0.5 missing"),
        (arc(Int8Array::from(vec![Some(-3), None])), "-3 missing"),
        (arc(Int64Array::from(vec![Some(1 << 53), None])), "9007199254740992 missing"),
        (arc(UInt64Array::from(vec![u64::MAX])), "18446744073709552000"),
        (
            arc(Decimal128Array::from(vec![Some(110), None, Some(-5)])
                .with_precision_and_scale(10, 2)
                .unwrap()),
            "1.1 missing -0.05",
        ),
        (arc(BooleanArray::from(vec![Some(true), None, Some(false)])), "true missing false"),
        (arc(StringArray::from(texts())), "a missing a b"),
        (arc(LargeStringArray::from(texts())), "a missing a b"),
        (arc(StringViewArray::from(texts())), "a missing a b"),
        (
            dictionary(
                vec![Some(1), None, Some(0), Some(2)],
                arc(StringArray::from(vec![Some("x"), Some("y"), None])),
            ),
            "y missing x missing",
        ),
        (
            dictionary(vec![None, None], arc(StringArray::from(vec![None::<&str>; 0]))),
            "missing missing",
        ),
        (dictionary(vec![Some(0), Some(0)], arc(Float64Array::from(vec![2.5]))), "2.5 2.5"),
        (dictionary(vec![Some(0), None], arc(BooleanArray::from(vec![true]))), "true missing"),
        (arc(NullArray::new(2)), "missing missing"),
    ];
    for (array, wanted) in rows {
        let what = array.data_type().clone();
        // In one piece, in two, and cut out of the middle.
        let whole = batch(vec![("x", array)]);
        let cut = [whole.slice(0, 1), whole.slice(1, whole.num_rows() - 1)];
        for batches in [&[whole.clone()][..], &cut] {
            let frame = FrameReader::new(Subscription).read(&whole.schema(), batches).unwrap();
            assert_eq!(values(frame.get("x").unwrap()), wanted, "{what}");
            assert_eq!(
                frame.ids().last().map(ToString::to_string),
                Some((frame.len() - 1).to_string())
            );
        }
    }
}

#[test]
fn ids_are_texts_or_whole_numbers_and_parents_come_along() {
    let given = batch(vec![
        ("subscription_id", arc(Int64Array::from(vec![7, -1]))),
        ("account_id", dictionary(vec![Some(0), None], arc(StringArray::from(vec!["acme"])))),
        ("nps", arc(Int8Array::from(vec![9, 8]))),
        ("asked", arc(Date32Array::from(vec![Some(20_000), None]))),
        ("asked_at", arc(TimestampSecondArray::from(vec![Some(-1), None]).with_timezone("+02:00"))),
    ]);
    let reader = FrameReader::new(Subscription).ids("subscription_id").observed("nps", "asked");
    let frame = reader
        .clone()
        .observed("x", "asked_at")
        .read(&given.schema(), std::slice::from_ref(&given))
        .unwrap();
    assert_eq!(frame.ids(), [Arc::from("7"), Arc::from("-1")]);
    assert_eq!(frame.parents(Account).unwrap(), [Some(Arc::from("acme")), None]);
    let names: Vec<&str> = frame.columns().map(|column| column.0).collect();
    assert_eq!(names, ["nps"]);
    let wanted = Column::numbers([Some(9.0), Some(8.0)])
        .observed([Some("2024-10-04".parse().unwrap()), None]);
    assert_eq!(frame.get("nps"), Some(&wanted));

    let reader = FrameReader::new(Subscription).observed("nps", "asked_at");
    let frame = reader
        .read(&given.project(&[2, 4]).unwrap().schema(), &[given.project(&[2, 4]).unwrap()])
        .unwrap();
    // A second before 1970 it was the first of January two hours east of Greenwich.
    assert_eq!(frame.get("nps").unwrap().seen(0), wanted_day("1970-01-01"));
}

fn wanted_day(text: &str) -> Option<i32> {
    use chrono::Datelike as _;
    Some(text.parse::<chrono::NaiveDate>().unwrap().num_days_from_ce())
}

const CONFIG: &str = r#"
    metrics = [{ name = "x" }, { name = "on", type = "flag" }, { name = "plan", type = "text" }, { name = "y", expr = "x * 2" }]
    [[scorecards]]
    name = "health"
    bands = [{ name = "red" }, { name = "green", from = 50 }]
    factors = [{ metric = "x", points.linear = { worst = 0, best = 10 } }]
    [[rules]]
    name = "low"
    when = "x < 3"
    playbook = "call"
    message = "x is ${x}"
    [[playbooks]]
    name = "call"
    steps = [{ name = "a", channel = "task", title = "call", owner = "csm" }]
"#;

fn engine() -> Engine {
    Engine::compile(&Config::parse(CONFIG)).unwrap()
}

#[test]
fn what_cannot_be_read_is_said_with_column_and_row() {
    let engine = engine();
    let ids = || ("id", arc(StringArray::from(vec!["a", "b"])));
    let two = |it: f64| arc(Float64Array::from(vec![1.0, it]));
    let missing = || arc(Float64Array::from(vec![Some(f64::NAN), None]));
    let list = || arc(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)]), None]));
    let long = "x".repeat(super::values::LONGEST_TEXT + 1);
    let plain = FrameReader::new(Subscription).ids("id");
    let rows: Vec<(FrameReader<'_>, Given<'_>, &str)> = vec![
        (
            plain.clone(),
            vec![ids(), ("x", two(f64::INFINITY))],
            "not-finite x[1]: column `x` has an infinity in row 1",
        ),
        (
            plain.clone(),
            vec![ids(), ("x", list())],
            "wrong-type x: column `x` holds List(Int32), a metric is a number, a flag or a text",
        ),
        (plain.clone().of(&engine), vec![ids(), ("other", list())], ""),
        (
            plain.clone().of(&engine),
            vec![ids(), ("x", arc(BinaryArray::from(vec![Some(&b"a"[..]), None])))],
            "wrong-type x: column `x` holds Binary, the metric is a number",
        ),
        (
            plain.clone().of(&engine),
            vec![ids(), ("x", arc(StringArray::from(vec!["1", "2"])))],
            "wrong-type x: column `x` holds Utf8, the metric is a number",
        ),
        (
            plain.clone().of(&engine),
            vec![ids(), ("on", two(1.0))],
            "wrong-type on: column `on` holds Float64, the metric is a flag",
        ),
        (
            plain.clone().of(&engine),
            vec![ids(), ("plan", arc(Date32Array::from(vec![1, 2])))],
            "wrong-type plan: column `plan` holds Date32, the metric is a text",
        ),
        (
            plain.clone().of(&engine).whole(),
            vec![ids(), ("x", two(1.0)), ("pln", two(1.0))],
            "missing-key on: there is no column `on`, which the config reads; missing-key plan: there is no column `plan`, which the config reads",
        ),
        (plain.clone(), vec![("x", two(1.0))], "missing-key id: there is no column `id` of ids"),
        (
            plain.clone(),
            vec![("id", two(1.0))],
            "wrong-type id: column `id` holds Float64, ids are texts or whole numbers",
        ),
        (
            plain.clone(),
            vec![("id", arc(StringArray::from(vec![Some("a"), None])))],
            "empty id[1]: column `id` has no id in row 1",
        ),
        (
            plain.clone(),
            vec![("id", arc(StringArray::from(vec!["", "a"])))],
            "empty id[0]: column `id` has no id in row 0",
        ),
        (
            plain.clone(),
            vec![("id", arc(StringArray::from(vec!["b", "a", "b", "a"])))],
            "duplicate id: the id `b` stands in rows 0 and 2",
        ),
        (
            plain.clone(),
            vec![("id", arc(StringArray::from(vec!["b", &long])))],
            "limit id[1]: column `id` has a text of 65537 bytes in row 1, at most 65536",
        ),
        (
            plain.clone().of(&engine),
            vec![ids(), ("plan", arc(StringArray::from(vec!["b", &long])))],
            "limit plan[1]: column `plan` has a text of 65537 bytes in row 1, at most 65536",
        ),
        (
            plain.clone().observed("x", "seen"),
            vec![ids(), ("x", two(1.0))],
            "missing-key seen: there is no column `seen` of days",
        ),
        (
            plain.clone().observed("x", "seen"),
            vec![ids(), ("x", two(1.0)), ("seen", two(1.0))],
            "wrong-type seen: column `seen` holds Float64, days are dates or timestamps",
        ),
        (
            plain.clone().observed("x", "seen"),
            vec![
                ids(),
                ("x", two(1.0)),
                ("seen", arc(TimestampMicrosecondArray::from(vec![0, i64::MAX]))),
            ],
            "out-of-range seen[1]: column `seen` has no day in row 1: it is beyond the calendar",
        ),
        (
            plain.clone().observed("x", "seen"),
            vec![ids(), ("x", two(1.0)), ("seen", arc(Date32Array::from(vec![1_000_000, 0])))],
            "out-of-range seen[0]: column `seen` has no day in row 0: expected a date from 1900 to 2200, got `4707-11-29`",
        ),
        (
            plain.clone().observed("x", "seen"),
            vec![
                ids(),
                ("x", two(1.0)),
                ("seen", arc(StringArray::from(vec!["2026-01-01", "soon"]))),
            ],
            "out-of-range seen[1]: column `seen` has no day in row 1: expected a date such as `2026-03-01`, got `soon`",
        ),
        (
            plain.clone(),
            vec![ids(), ("account_id", two(1.0))],
            "wrong-type account_id: column `account_id` holds Float64, ids are texts or whole numbers",
        ),
        (
            plain.clone().of(&engine).observed("xx", "seen"),
            vec![ids(), ("x", two(1.0)), ("seen", arc(Date32Array::from(vec![0, 0])))],
            "unknown-name observed.xx: `xx`, whose days are given, is no metric of a subscription",
        ),
        (
            plain.clone().of(&engine).observed("x", "account_id"),
            vec![ids(), ("plan", missing()), ("on", missing()), ("account_id", missing())],
            "",
        ),
        // Everything at once.
        (
            plain.of(&engine),
            vec![ids(), ("x", two(f64::NEG_INFINITY)), ("on", two(1.0))],
            "not-finite x[1]: column `x` has an infinity in row 1; wrong-type on: column `on` holds Float64, the metric is a flag",
        ),
    ];
    for (reader, columns, wanted) in rows {
        let given = batch(columns);
        let got = match reader.read(&given.schema(), std::slice::from_ref(&given)) {
            Ok(_) => String::new(),
            Err(faults) => {
                let one =
                    |it: &crate::Fault| format!("{} {}: {}", it.code, it.place.path, it.message);
                faults.list().iter().map(one).collect::<Vec<_>>().join("; ")
            }
        };
        assert_eq!(got, wanted);
    }
    let one = batch(vec![ids()]);
    let other = batch(vec![("id", two(1.0))]);
    let faults =
        FrameReader::new(Subscription).read(&one.schema(), &[one.clone(), other]).unwrap_err();
    assert_eq!(faults.list()[0].message, "batch 1 has other columns than the schema says");
    let twice = Schema::new(vec![one.schema().field(0).clone(), one.schema().field(0).clone()]);
    let faults = FrameReader::new(Subscription).read(&twice, &[]).unwrap_err();
    assert_eq!(faults.list()[0].message, "two columns are called `id`");
}

#[test]
fn nothing_given_is_nothing_scored() {
    let engine = engine();
    let given = batch(vec![
        ("id", arc(StringArray::from(vec![None::<&str>; 0]))),
        ("x", arc(Float64Array::from(vec![0.0; 0]))),
    ]);
    for batches in [vec![], vec![given.clone()]] {
        let frame = FrameReader::new(Subscription)
            .ids("id")
            .of(&engine)
            .read(&given.schema(), &batches)
            .unwrap();
        let out = engine.score(
            &Input::frame(&frame),
            "2026-03-01".parse::<AsOf>().unwrap(),
            &State::new(),
        );
        let table = scores(&out, Subscription, "id");
        assert_eq!((table.num_rows(), table.num_columns()), (0, 7));
    }
}

fn example() -> (Engine, Frame) {
    let engine = engine();
    let given = batch(vec![
        ("id", arc(StringArray::from(vec!["a", "b", "c"]))),
        ("x", arc(Float64Array::from(vec![Some(9.0), Some(1.0), None]))),
        ("xx", arc(Float64Array::from(vec![0.0; 3]))),
    ]);
    let reader = FrameReader::new(Subscription).ids("id").of(&engine);
    let frame = reader.read(&given.schema(), &[given]).unwrap();
    (engine, frame)
}

#[test]
fn results_stand_in_columns_of_their_names() {
    let (engine, frame) = example();
    let day = "2026-03-01".parse::<AsOf>().unwrap();
    let scored = engine.score(&Input::frame(&frame), day, &State::new());
    let assessed = engine.assess(&Input::frame(&frame), day, &State::new()).unwrap();
    let notes = serde_json::to_string(assessed.notes()).unwrap();
    assert!(notes.contains(r#""column":"xx","near":"x""#), "{notes}");
    let one = scores(&scored, Subscription, "id");
    let two = assessment(&assessed, Subscription, "id");
    let names: Vec<String> =
        one.schema().fields().iter().map(|field| field.name().clone()).collect();
    let wanted = [
        "id",
        "health",
        "health.raw_score",
        "health.coverage",
        "health.band",
        "health.raw_band",
        "rules.low",
    ];
    assert_eq!(names, wanted);
    for name in names {
        assert_eq!(one.column_by_name(&name), two.column_by_name(&name), "{name}");
    }
    let health = two.column_by_name("health").unwrap().as_primitive::<Float64Type>();
    assert_eq!(health.iter().collect::<Vec<_>>(), [Some(90.0), Some(10.0), None]);
    let low = two.column_by_name("rules.low").unwrap().as_boolean();
    assert_eq!(low.iter().collect::<Vec<_>>(), [Some(false), Some(true), None]);
    for name in ["health.low", "health.high", "health.withheld", "health.oldest_input"] {
        assert!(two.column_by_name(name).is_some(), "{name}");
    }
    assert!(scores(&scored, Account, "id").num_rows() == 0);

    let text = |it: &RecordBatch, name: &str, row: usize| {
        it.column_by_name(name).unwrap().as_string::<i32>().value(row).to_owned()
    };
    let told = events(assessed.events());
    assert_eq!((told.num_rows(), text(&told, "message", 0)), (1, "x is 1".to_owned()));
    assert_eq!(
        (text(&told, "evidence", 0), text(&told, "change", 0)),
        ("x = 1".to_owned(), "fired".to_owned())
    );
    let open = alerts(assessed.alerts());
    assert_eq!((open.num_rows(), text(&open, "phase", 0)), (1, "firing".to_owned()));
    let due = actions(assessed.actions());
    assert_eq!(
        (due.num_rows(), text(&due, "owner", 0), text(&due, "channel", 0)),
        (1, "csm".to_owned(), "task".to_owned())
    );
    let said = verdicts(&assessed);
    assert_eq!((said.num_rows(), text(&said, "verdict", 1)), (2, "no_data".to_owned()));
    let why = factors(&engine, &assessed, "health").unwrap();
    assert_eq!((why.num_rows(), text(&why, "why", 1)), (3, "x is 1".to_owned()));
    assert!(factors(&engine, &assessed, "wealth").is_none());
    let wide = super::values(&assessed, Subscription, &["y", "nope"], "id");
    let y = wide.column(1).as_primitive::<Float64Type>();
    assert_eq!(y.iter().collect::<Vec<_>>(), [Some(18.0), Some(2.0), None]);
}

#[test]
fn records_keep_digits_and_dates() {
    let given = batch(vec![
        ("id", dictionary(vec![Some(0), Some(0)], arc(StringArray::from(vec!["a"])))),
        (
            "arr",
            arc(Decimal128Array::from(vec![Some(110), None])
                .with_precision_and_scale(10, 2)
                .unwrap()),
        ),
        ("start", arc(Date32Array::from(vec![Some(20_000), None]))),
        ("at", arc(TimestampMicrosecondArray::from(vec![Some(1_500_000), None]))),
        ("n", arc(UInt64Array::from(vec![Some(u64::MAX), Some(1)]))),
        ("x", arc(Float64Array::from(vec![Some(f64::NAN), Some(f64::INFINITY)]))),
        ("ok", arc(BooleanArray::from(vec![Some(true), None]))),
    ]);
    let got = records(&given.schema(), std::slice::from_ref(&given)).unwrap();
    let wanted = Node::table([
        ("id", Node::text("a")),
        ("arr", Node::text("1.10")),
        ("start", Node::text("2024-10-04")),
        ("at", Node::text("1970-01-01T00:00:01.500")),
        ("n", Node::text("18446744073709551615")),
        ("ok", Node::Bool(true)),
    ]);
    assert_eq!(got[0], wanted);
    assert_eq!(
        got[1],
        Node::table([
            ("id", Node::text("a")),
            ("n", Node::Int(1)),
            ("x", Node::Float(f64::INFINITY))
        ])
    );
    let list = batch(vec![(
        "tags",
        arc(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])])),
    )]);
    let faults = records(&list.schema(), std::slice::from_ref(&list)).unwrap_err();
    assert_eq!(
        faults.list()[0].message,
        "column `tags` holds List(Int32), a field is a number, a flag, a text or a date"
    );
}

#[test]
fn a_value_of_an_assessment_is_a_value() {
    let (engine, frame) = example();
    let out = engine
        .assess(&Input::frame(&frame), "2026-03-01".parse::<AsOf>().unwrap(), &State::new())
        .unwrap();
    assert_eq!(out.value(Subscription, "y", "a"), Value::Number(18.0));
    // Damaged, it is not read.
    let text = serde_json::to_string(&out).unwrap();
    let cut = text.replacen(r#"[9.0,1.0,null]"#, "[9.0,1.0]", 1);
    assert_ne!(text, cut);
    let why = serde_json::from_str::<crate::Assessment>(&cut).unwrap_err().to_string();
    assert!(why.starts_with("the parts of the assessment do not fit together"), "{why}");
}
