//! How fast twenty rules run over columns, on data as a book of subscriptions has them. Measured on
//! demand: `cargo test --release --lib speed -- --ignored --nocapture`.
#![expect(clippy::disallowed_methods, clippy::cast_precision_loss, reason = "a measurement")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use crate::expr::kernel::{CHUNK, Columns, Compiled, Scratch};
use crate::expr::{
    Failure, Functions, Kind, Language, Names, Outcome, Program, Symbol, Value, Want,
};
use crate::frame::{Column, Data};

/// Name, smallest, steps, scale, what is good, power.
type Metric = (&'static str, f64, f64, f64, char, i32);

const METRICS: [Metric; 20] = [
    ("login_recency_days", 0.0, 90.0, 1.0, 'l', 2),
    ("seat_utilization", 0.0, 1200.0, 1000.0, 'h', 1),
    ("active_users_30d", 0.0, 0.0, 1.0, 'h', 1),
    ("licensed_seats", 5.0, 1995.0, 1.0, 'n', 3),
    ("feature_depth", 0.0, 1000.0, 1000.0, 'h', 1),
    ("sticky_feature_usage", 0.0, 1000.0, 1000.0, 'h', 1),
    ("usage_trend_90d", -800.0, 1600.0, 1000.0, 'h', 1),
    ("open_p1", 0.0, 5.0, 1.0, 'l', 3),
    ("tickets_30d", 0.0, 40.0, 1.0, 'l', 2),
    ("csat", 10.0, 40.0, 10.0, 'h', 1),
    ("nps", -100.0, 200.0, 1.0, 'h', 1),
    ("sla_breach_rate", 0.0, 500.0, 1000.0, 'l', 2),
    ("invoice_days_late", 0.0, 60.0, 1.0, 'l', 3),
    ("discount_pct", 0.0, 400.0, 10.0, 'n', 2),
    ("tenure_months", 0.0, 120.0, 1.0, 'n', 1),
    ("renewals_completed", 0.0, 10.0, 1.0, 'h', 2),
    ("upsells_completed", 0.0, 6.0, 1.0, 'h', 2),
    ("days_to_renewal", 0.0, 365.0, 1.0, 'n', 1),
    ("exec_sponsor_score", 0.0, 100.0, 10.0, 'h', 1),
    ("community_posts", 0.0, 50.0, 1.0, 'h', 3),
];

/// What a scorecard would add; here plain columns, for only the rules are measured.
const SCORES: [&str; 5] = ["total", "adoption", "support", "relationship", "commercial"];

const RULES: [&str; 20] = [
    "login_recency_days > 30",
    "open_p1 >= 2",
    "csat < 2",
    "nps < -50",
    "sla_breach_rate > 0.2",
    "invoice_days_late > 20",
    "usage_trend_90d < -0.4",
    "total < 36.003",
    "adoption < 31.003",
    "band == \"red\"",
    "active_users_30d / licensed_seats < 0.3 && tenure_months > 6 && days_to_renewal < 120",
    "(open_p1 > 0 || tickets_30d > 20) && csat < 3.5",
    "band == \"red\" && days_to_renewal <= 90 && invoice_days_late > 0",
    "usage_trend_90d < -0.2 && sticky_feature_usage < 0.4 && (login_recency_days > 14 || feature_depth < 0.3)",
    "tickets_30d / licensed_seats > 0.05 && open_p1 >= 1 && support < 61.003",
    "discount_pct > 20 && total < 55 && renewals_completed < 2 && tenure_months >= 12",
    "band == \"green\" && upsells_completed == 0 && seat_utilization > 0.6 && (nps > 30 || exec_sponsor_score > 7)",
    "relationship < 37.003 && exec_sponsor_score < 4 && community_posts < 3 && days_to_renewal < 180",
    "commercial < 47.003 && (invoice_days_late > 15 || discount_pct > 30) && band != \"green\"",
    "adoption - support < -20.00317 && licensed_seats * seat_utilization - active_users_30d > 50.0005 && total >= 40",
];

struct Book(Vec<Column>);

impl Columns for Book {
    fn column(&self, slot: usize) -> Option<&Column> {
        self.0.get(slot)
    }

    fn failed(&self, _: usize, _: &Failure) {}
}

impl Names for Book {
    fn find(&self, name: &str) -> Option<Symbol> {
        let all = self.all();
        let slot = all.iter().position(|known| known == name)?;
        let kind = if name == "band" { Kind::Text } else { Kind::Number };
        Some(Symbol { slot, kind, range: None, labels: None, optional: true })
    }

    fn all(&self) -> Arc<[String]> {
        let metrics = METRICS.iter().map(|metric| metric.0).chain(SCORES).chain(["band"]);
        metrics.map(str::to_owned).collect()
    }
}

fn draw(row: usize, number: usize) -> f64 {
    let step = (64 * row + number + 1) as u64;
    let z = 20_240_917u64.wrapping_add(step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn book(rows: usize) -> Book {
    let mut columns = BTreeMap::new();
    let mut seats = Vec::new();
    // The seats come first: active users are a part of them.
    for number in [3].into_iter().chain((0..20).filter(|number| *number != 3)) {
        let (_, min, steps, scale, good, power) = METRICS[number];
        let whole = |row: usize| {
            let (health, u) = (draw(row, 0), draw(row, 1 + 2 * number));
            let t = match good {
                'h' => (health + u) * 0.5,
                'l' => ((1.0 - health) + u) * 0.5,
                _ => u,
            };
            let p = (1..power).fold(t, |p, _| p * t);
            let steps = if number == 2 { seats[row] } else { steps };
            min + (p * (steps + 1.0)).floor()
        };
        let wholes: Vec<f64> = (0..rows).map(whole).collect();
        let missing = |row: usize| draw(row, 2 + 2 * number) < 0.05;
        let value = |(row, it): (usize, &f64)| if missing(row) { f64::NAN } else { it / scale };
        columns.insert(
            number,
            Column::new(Data::Number(wholes.iter().enumerate().map(value).collect())),
        );
        if number == 3 {
            seats = wholes;
        }
    }
    for at in 0..SCORES.len() {
        let score =
            |row: usize| ((draw(row, 0) * 2.0 + draw(row, 50 + at)) / 3.0).mul_add(90.0, 8.0);
        columns.insert(20 + at, Column::new(Data::Number((0..rows).map(score).collect())));
    }
    let band = |row: usize| match columns[&20].value(row).number() {
        Some(it) if it < 40.0 => Some("red"),
        Some(it) if it < 70.0 => Some("yellow"),
        _ => Some("green"),
    };
    let bands: Vec<Option<&str>> = (0..rows).map(band).collect();
    columns.insert(25, Column::texts(bands));
    Book(columns.into_values().collect())
}

/// How often each rule fires and has no data.
fn sweep(
    compiled: &Compiled,
    programs: &[Program],
    book: &Book,
    rows: usize,
    scratch: &mut Scratch,
    counts: &mut [[usize; 2]],
) {
    for start in (0..rows).step_by(CHUNK) {
        let mut chunk = compiled.chunk(scratch, book, start..(start + CHUNK).min(rows));
        for (at, (program, count)) in programs.iter().zip(counts.iter_mut()).enumerate() {
            let states = chunk.flags(at, program);
            count[0] += crate::expr::count(states, 1);
            count[1] += crate::expr::count(states, 2);
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn speed_of_twenty_rules() {
    let language = Language::new(Functions::new()).unwrap();
    let rows = 100_000;
    let book = book(rows);
    let programs: Vec<Program> = RULES
        .iter()
        .map(|rule| language.compile(rule, &book, Want::Flag).0.unwrap_or_else(|| panic!("{rule}")))
        .collect();
    let compiled = Compiled::together(&programs);
    let mut scratch = Scratch::default();
    let mut counts = [[0; 2]; 20];
    sweep(&compiled, &programs, &book, rows, &mut scratch, &mut counts);
    // Fast and wrong is worthless.
    for (program, [yes, unknown]) in programs.iter().zip(counts) {
        let mut wanted = [0; 2];
        for row in 0..2_000 {
            match program.run(&mut |slot| book.0[slot].value(row)) {
                Outcome::Value(Value::Flag(true)) => wanted[0] += 1,
                Outcome::NoData { .. } => wanted[1] += 1,
                _ => {}
            }
        }
        let mut some = [[0; 2]; 1];
        sweep(
            program.compiled(),
            std::slice::from_ref(program),
            &book,
            2_000,
            &mut scratch,
            &mut some,
        );
        assert_eq!(some[0], wanted, "{}", program.text());
        assert!(yes > 0 && unknown + yes < rows, "{}", program.text());
    }
    let nanoseconds =
        |compiled: &Compiled, programs: &[Program], scratch: &mut Scratch, rows: usize| {
            let mut counts = vec![[0; 2]; programs.len()];
            let times = (2_000_000 / rows / programs.len().max(4)).clamp(1, 2_000);
            let mut all: Vec<f64> = (0..41)
                .map(|_| {
                    let begun = Instant::now();
                    for _ in 0..times {
                        sweep(compiled, programs, &book, rows, scratch, &mut counts);
                    }
                    begun.elapsed().as_secs_f64() * 1e9 / (times * rows) as f64
                })
                .collect();
            black_box(&counts);
            all.sort_by(f64::total_cmp);
            (all[0], all[20])
        };
    println!("steps together: {}", compiled.steps());
    for rows in [1, 1024, 10_240, rows] {
        let all = nanoseconds(&compiled, &programs, &mut scratch, rows);
        println!(
            "{rows:7} rows: {:.1} ns a row for all 20 rules, {:.1} in the middle",
            all.0, all.1
        );
    }
    for program in &programs {
        let one = std::slice::from_ref(program);
        let alone = nanoseconds(program.compiled(), one, &mut scratch, rows);
        println!("{:6.2} ns: {}", alone.0, program.text());
    }
}
