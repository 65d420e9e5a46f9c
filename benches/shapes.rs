//! What foretell costs by shape. Each shape has a reason, and each checks its answer before it is
//! timed: fast and wrong is worth nothing.
//!
//! `cargo bench` times them; `cargo test --benches` runs each once, on small sizes, to see that they
//! still work. What foretell costs beside hand-written code and other engines is another crate's
//! matter: see `benches/peers`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench says what is wrong by failing"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;

use chrono::NaiveDate;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use foretell::book::OutcomeKind;
use foretell::book::{Account, Book, Subscription, Survey, SurveyKind, Tables, Usage};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::outcome::backtest::{Aim, Backtest, JudgeOptions, judge};
use foretell::outcome::history::{Happening, History, Horizon};
use foretell::time::Stamp;
use foretell::{Assessment, Config, Engine, Input, State};

const CARD: &str = "health";
const NEAR: f64 = 1e-9;

static AS_OF: LazyLock<NaiveDate> = LazyLock::new(|| "2026-03-01".parse().expect("a day"));

/// Whether this is a test that the shapes work, and nothing is timed: Cargo says `--bench` where it
/// is not.
fn is_test() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a bench reads how it was started")]
    let mut arguments = std::env::args();
    !arguments.any(|it| it == "--bench")
}

/// The size to work on: a hundredth in a test, and one at least.
fn size(rows: usize) -> usize {
    if is_test() { rows.div_ceil(100).min(200) } else { rows }
}

/// What is timed: everything an assessment says.
fn run(engine: &Engine, input: &Input<'_>) -> Assessment {
    engine.assess(black_box(input), *AS_OF, &State::new()).unwrap()
}

/// A scorecard of so many factors in groups of four, half of them straight and half bent, and a rule
/// for every second factor. Points are the metric itself, so that the score can be told in one's
/// head: the mean of what is there.
fn config(factors: usize, rules: usize) -> Config {
    let mut out = String::new();
    for at in 0..factors {
        let _ = writeln!(out, "[[metrics]]\nname = \"m{at}\"");
    }
    let _ = writeln!(out, "[[scorecards]]\nname = \"{CARD}\"\nmin_coverage = 0.0");
    let _ = writeln!(out, "bands = [{{ name = \"red\" }}, {{ name = \"green\", from = 50 }}]");
    for group in 0..factors.div_ceil(4) {
        let within = group * 4..factors.min(group * 4 + 4);
        let _ = writeln!(out, "[[scorecards.groups]]\nname = \"g{group}\"");
        let _ = writeln!(out, "weight = {}\nfactors = [", within.len());
        for at in within {
            let points = match at % 2 {
                0 => "points.linear = { worst = 0, best = 100 }",
                _ => "points.piecewise = [[0, 0], [20, 20], [70, 70], [100, 100]]",
            };
            let _ = writeln!(out, "    {{ metric = \"m{at}\", {points} }},");
        }
        let _ = writeln!(out, "]");
    }
    for rule in 0..rules {
        let (one, other) = (rule % factors, (rule + 1) % factors);
        let _ = writeln!(out, "[[rules]]\nname = \"r{rule}\"");
        let _ = writeln!(out, "when = \"m{one} < 10 && (m{other} > 80 || {CARD}.band == 'red')\"");
    }
    Config::parse(&out.replace('\'', "\\\""))
}

/// Values without a pattern that a processor could learn; one in twenty is missing.
fn value(row: usize, column: usize) -> Option<f64> {
    let mixed = (row as u64 * 1_000 + column as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33;
    (!mixed.is_multiple_of(20)).then_some((mixed / 20 % 101) as f64)
}

/// A frame for [`config`].
fn frame(rows: usize, columns: usize) -> Frame {
    let ids = (0..rows).map(|it| format!("s{it}"));
    let mut frame = Frame::new(SubjectKind::Subscription, ids).expect("ids differ");
    for column in 0..columns {
        let values = Column::numbers((0..rows).map(|row| value(row, column)));
        frame.insert(format!("m{column}"), values).expect("a number or missing");
    }
    frame
}

/// The mean over groups, each weighted by its size, of the means of what is there.
fn expected(row: usize, factors: usize) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for group in 0..factors.div_ceil(4) {
        let within = group * 4..factors.min(group * 4 + 4);
        let weight = within.len() as f64;
        let there: Vec<f64> = within.filter_map(|it| value(row, it)).collect();
        if !there.is_empty() {
            sum += weight * there.iter().sum::<f64>() / there.len() as f64;
            weights += weight;
        }
    }
    (weights > 0.0).then(|| sum / weights)
}

/// Every score is what it must be, and no rule is at fault.
fn check(assessment: &Assessment, rows: usize, factors: usize) {
    let mut seen = 0;
    for (row, it) in assessment.scores(CARD).enumerate() {
        match (it.score, expected(row, factors)) {
            (Some(got), Some(want)) => assert!((got - want).abs() < NEAR, "{row}: {got}, {want}"),
            (got, want) => assert_eq!(got, want, "row {row}"),
        }
        seen += 1;
    }
    assert_eq!(seen, rows);
    for rule in assessment.rules() {
        assert!(rule.faulted.is_empty(), "{}: {:?}", rule.rule, rule.faulted);
        let said = rule.matches.len() + rule.quiet + rule.no_data.len();
        assert_eq!(said, rows, "{} says something of each", rule.rule);
    }
}

fn compiled(factors: usize, rules: usize) -> Engine {
    Engine::compile(&config(factors, rules)).unwrap_or_else(|faults| panic!("{faults}"))
}

/// By size: one subscription while someone looks at it, where what a call costs by itself counts; a
/// thousand, the book of one team, where columns still fit the caches; a million, the nightly run,
/// where memory counts.
fn sizes(c: &mut Criterion) {
    let (factors, rules) = (16, 20);
    let engine = compiled(factors, rules);
    let mut group = c.benchmark_group("subscriptions");
    group.sample_size(10);
    for (name, rows) in [("one", 1), ("thousand", 1_000), ("million", 1_000_000)] {
        let rows = size(rows);
        let frame = frame(rows, factors);
        let input = Input::frame(&frame);
        check(&run(&engine, &input), rows, factors);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(name, |b| b.iter(|| run(&engine, &input)));
    }
    group.finish();
}

/// By width: a first scorecard of four factors, and one that grew to sixty-four. The cost of a factor
/// should not depend on how many there are.
fn widths(c: &mut Criterion) {
    let rows = size(1_000);
    let mut group = c.benchmark_group("factors");
    for factors in [4, 64] {
        let engine = compiled(factors, 0);
        let frame = frame(rows, factors);
        let input = Input::frame(&frame);
        check(&run(&engine, &input), rows, factors);
        group.throughput(Throughput::Elements((rows * factors) as u64));
        group.bench_function(BenchmarkId::from_parameter(factors), |b| {
            b.iter(|| run(&engine, &input));
        });
    }
    group.finish();
}

/// Explanations off and on: no one reads a thousand explanations, so a run must not pay for them, and
/// the one that is read must not cost a run.
fn explanations(c: &mut Criterion) {
    let (rows, factors) = (size(1_000), 16);
    let engine = compiled(factors, 0);
    let frame = frame(rows, factors);
    let input = Input::frame(&frame);
    let assessment = run(&engine, &input);
    check(&assessment, rows, factors);
    let ids: Vec<&str> = frame.ids().iter().map(|it| &**it).collect();
    let explained = |assessment: &Assessment, id: &str| {
        engine.explain(assessment, CARD, id).expect("a subject of the frame")
    };
    let one = explained(&assessment, ids[0]);
    assert_eq!(one.score, assessment.score(CARD, ids[0]).and_then(|it| it.score));

    let mut group = c.benchmark_group("explanations");
    group.bench_function("off", |b| b.iter(|| run(&engine, &input)));
    group.bench_function("on", |b| {
        b.iter(|| {
            let assessment = run(&engine, &input);
            ids.iter().map(|it| explained(&assessment, it)).collect::<Vec<_>>()
        });
    });
    group.bench_function("one", |b| b.iter(|| explained(&assessment, black_box(ids[0]))));
    group.finish();
}

const RECORDS: &str = r#"
    [[metrics]]
    name = "logins_28d"
    from = "usage.logins"
    take = "sum"
    window = "28d"

    [[metrics]]
    name = "trend_90d"
    from = "usage.logins"
    take = "slope"
    window = "90d"

    [[metrics]]
    name = "nps"
    from = "surveys.nps"
    field = "score"
    take = "last"

    [[scorecards]]
    name = "health"
    min_coverage = 0.0
    factors = [
        { metric = "logins_28d", points.linear = { worst = 0, best = 100 } },
        { metric = "trend_90d", points.linear = { worst = -1, best = 1 } },
        { metric = "nps", points.linear = { worst = 0, best = 10 } },
    ]
"#;

/// Weeks of usage before the day of the assessment.
const WEEKS: usize = 52;

/// Subscriptions with a year of weekly usage and a survey each. Usage differs by week and by
/// subscription, and the records come in no order of subjects.
fn book(subscriptions: usize) -> Book {
    let last: Stamp = "2026-02-28".parse().expect("a day");
    let mut tables = Tables::default();
    tables.push(Account::new("a"));
    for at in 0..subscriptions {
        let mut it = Subscription::new(format!("s{at}"));
        it.account_id = Some("a".to_owned());
        it.start = Some("2024-01-01".parse().expect("a day"));
        tables.push(it);
    }
    let dates: Vec<Stamp> =
        std::iter::successors(Some(last.date()), |it| it.checked_sub_days(chrono::Days::new(7)))
            .take(WEEKS)
            .map(|it| it.to_string().parse().expect("a day"))
            .collect();
    for (week, date) in dates.iter().enumerate() {
        for at in 0..subscriptions {
            let mut usage = Usage::new("logins", *date, logins(at, week));
            usage.subscription_id = Some(format!("s{at}"));
            tables.push(usage);
        }
    }
    for at in 0..subscriptions {
        let mut survey = Survey::new(SurveyKind::Nps, last, (at % 11) as f64);
        survey.subscription_id = Some(format!("s{at}"));
        tables.push(survey);
    }
    Book::strict(tables).unwrap_or_else(|faults| panic!("{faults}"))
}

fn logins(subscription: usize, week: usize) -> f64 {
    ((subscription * 7 + week * 3) % 25) as f64
}

/// From records: what a host pays that has no warehouse, a year of weekly records for each
/// subscription.
fn derivation(c: &mut Criterion) {
    let rows = size(1_000);
    let engine =
        Engine::compile(&Config::parse(RECORDS)).unwrap_or_else(|faults| panic!("{faults}"));
    let book = book(rows);
    let input = Input::book(&book);
    let assessment = run(&engine, &input);
    let column = assessment.column(SubjectKind::Subscription, "logins_28d").expect("a metric");
    let ids = assessment.subjects(SubjectKind::Subscription);
    assert_eq!(ids.len(), rows);
    for (row, id) in ids.iter().enumerate() {
        let at: usize = id.strip_prefix('s').expect("an id").parse().expect("a number");
        let want: f64 = (0..4).map(|week| logins(at, week)).sum();
        assert_eq!(column.value(row), foretell::value::Value::Number(want), "`{id}`");
    }

    let mut group = c.benchmark_group("book");
    group.sample_size(20);
    group.throughput(Throughput::Elements((rows * (WEEKS + 1)) as u64));
    group.bench_function("derivation", |b| b.iter(|| run(&engine, &input)));
    group.finish();
}

/// Forty weeks of a book through a backtest and its judgement, beside the same assessments alone, each with the state of the
/// week before: what is kept of a day must cost little beside the day. Promised is at most half as much again.
fn backtest(c: &mut Criterion) {
    let (rows, weeks) = (size(20_000), 40);
    let engine = Engine::compile(&config(16, 8)).unwrap_or_else(|faults| panic!("{faults}"));
    let frame = frame(rows, 16);
    let input = Input::frame(&frame);
    let days: Vec<NaiveDate> =
        (0..weeks).map(|week| *AS_OF + chrono::Days::new(7 * week)).collect();
    let lost = (0..rows).step_by(10).map(|at| {
        let day = days.get(at % days.len()).expect("a day");
        Happening::new(&format!("s{at}"), *day, OutcomeKind::Churned)
    });
    let history = History::new(lost, (0..rows).map(|at| (format!("s{at}"), NaiveDate::MAX)));
    let window = Horizon { lead: 7, horizon: 56 };
    let aim = Aim::new("lost", SubjectKind::Subscription, history, window);
    let pass = || {
        let said = Backtest::run(&engine, days.iter().map(|day| (*day, input.clone())));
        judge(&[&said], std::slice::from_ref(&aim), &JudgeOptions::default())
    };
    let alone = || {
        let mut state = State::new();
        for day in &days {
            state = engine.assess(black_box(&input), *day, &state).unwrap().state().clone();
        }
        state
    };
    let judged = pass();
    let card = judged.cards.first().expect("a scorecard");
    assert!(0 < card.rows && card.rows <= rows * days.len(), "{judged}");

    let mut group = c.benchmark_group("backtest");
    group.sample_size(10);
    group.throughput(Throughput::Elements((rows * days.len()) as u64));
    group.bench_function("pass", |b| b.iter(pass));
    group.bench_function("alone", |b| b.iter(alone));
    group.finish();
}

criterion_group!(shapes, sizes, widths, explanations, derivation, backtest);
criterion_main!(shapes);
