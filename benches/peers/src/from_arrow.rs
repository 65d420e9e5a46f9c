//! `from_arrow [ROWS]`: what foretell takes from an Arrow table to another, beside which
//! `bindings/python/benchmarks/compare.py` can be read: nanoseconds of processor time a row, the median of 15 rounds.

use std::hint::black_box;
use std::sync::Arc;

use chrono::NaiveDate;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use cpu_time::ProcessTime;
use foretell::arrow::{FrameReader, score_table};
use foretell::frame::SubjectKind;
use foretell::{Config, Engine};
use foretell_peers::clock::median;
use foretell_peers::config;
use foretell_peers::workload::{Spec, generate};

fn main() {
    let rows = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1_000_000);
    let spec = Spec::read();
    let data = generate(&spec, rows);
    let config = Config::parse(&config::text(&spec, true));
    let engine = Engine::compile(&config).unwrap_or_else(|faults| panic!("{faults}"));

    let ids: Int64Array = (0..).take(rows).collect();
    let mut fields = vec![Field::new("id", DataType::Int64, true)];
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(ids)];
    for (metric, values) in spec.metrics.iter().zip(&data.columns) {
        fields.push(Field::new(metric.name.as_str(), DataType::Float64, true));
        let known = values.iter().map(|it| (!it.is_nan()).then_some(*it));
        arrays.push(Arc::new(known.collect::<Float64Array>()));
    }
    let schema = Arc::new(Schema::new(fields));
    let table = RecordBatch::try_new(Arc::clone(&schema), arrays).expect("columns of one length");
    let reader = FrameReader::new(SubjectKind::Subscription).of(&engine).ids("id");
    let day: NaiveDate = "2026-03-01".parse().expect("a day");
    let round = |_| {
        let begun = ProcessTime::now();
        let scored = score_table(&engine, &reader, (&schema, std::slice::from_ref(&table)), day);
        black_box(scored.unwrap_or_else(|faults| panic!("{faults}")));
        begun.elapsed().as_nanos() as f64 / rows as f64
    };
    println!("{rows} subscriptions: {:.0} ns a row", median((0..15).map(round).collect()));
}
