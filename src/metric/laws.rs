//! Laws of derived metrics, and a slow twin of every take.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::View;
use super::tests::{day, run, stamp};
use super::{Derivation, attribute, attribute_names};
use crate::book::{
    Account, AssessmentRecord, Book, Case, Cell, Company, Engagement, EngagementKind, Invoice,
    Outcome, OutcomeKind, Subscription, Survey, SurveyKind, Tables, Usage,
};
use crate::frame::SubjectKind;
use crate::time::Stamp;
use crate::value::Value;

const TODAY: &str = "2026-03-10";

/// One thing that happens: to which subscription, how many days before the day, how much.
type Event = (usize, i64, f64);

fn date(age: i64) -> NaiveDate {
    let today = day(TODAY);
    let days = Days::new(age.unsigned_abs());
    let moved = if age < 0 { today.checked_add_days(days) } else { today.checked_sub_days(days) };
    moved.unwrap()
}

fn size() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (-3_i32..20).prop_map(f64::from), 1 => -1e6..1e6_f64, 1 => Just(1e300)]
}

fn tame() -> impl Strategy<Value = f64> {
    prop_oneof![3 => (0_i32..9).prop_map(f64::from), 1 => -50.0..50.0_f64]
}

fn events(
    ages: std::ops::Range<i64>,
    sizes: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((0_usize..3, ages, sizes), 0..25)
}

/// Subscriptions s0 and s1 of account a0, s2 of a1, both of company c0, open-ended.
fn subjects() -> Tables {
    let mut tables = Tables::default();
    for name in Tables::NAMES {
        // Whether a table was given says more than its records.
        tables.insert(name, vec![]);
    }
    tables.push(Company::new("c0"));
    for id in ["a0", "a1"] {
        let mut it = Account::new(id);
        it.company_id = Some("c0".into());
        tables.push(it);
    }
    for (id, account) in [("s0", "a0"), ("s1", "a0"), ("s2", "a1")] {
        let mut it = Subscription::new(id);
        it.account_id = Some(account.into());
        it.arr = Some(5.into());
        it.currency = "EUR".parse().ok();
        tables.push(it);
    }
    tables
}

/// Every event as a record of every table.
fn fill(tables: &mut Tables, prefix: &str, events: &[Event]) {
    for (at, (owner, age, size)) in events.iter().enumerate() {
        let (owner, on) = (Some(format!("s{owner}")), Stamp::day(date(*age)));
        let score = size.abs().min(10.0);
        let mut usage = Usage::new("u", on, *size);
        usage.subscription_id.clone_from(&owner);
        tables.push(usage);
        let mut case = Case::new(format!("{prefix}{at}"), on);
        case.subscription_id.clone_from(&owner);
        case.reopened = Some(size.abs());
        case.severity = Some(format!("p{}", at % 3));
        case.resolved = (at % 2 == 0).then(|| Stamp::day(date(age - 5)));
        tables.push(case);
        let mut survey = Survey::new(SurveyKind::Nps, on, score);
        survey.subscription_id.clone_from(&owner);
        tables.push(survey);
        let mut invoice = Invoice::new(on);
        invoice.subscription_id.clone_from(&owner);
        invoice.amount = crate::money::Amount::from_f64((score * 100.0).round() / 100.0).ok();
        invoice.currency = (if *age < 0 { "USD" } else { "EUR" }).parse().ok();
        invoice.due = Some(Stamp::day(date(age - 10)));
        invoice.paid = (at % 2 == 1).then(|| Stamp::day(date(age - 12)));
        tables.push(invoice);
        let mut engagement = Engagement::new(EngagementKind::Meeting, on);
        engagement.subscription_id.clone_from(&owner);
        engagement.minutes = Some(score);
        tables.push(engagement);
        let id = owner.unwrap();
        let cell = Cell::from(score);
        tables.push(AssessmentRecord::new(SubjectKind::Subscription, &*id, "mood", on, cell));
        tables.push(Outcome::new(id, on, OutcomeKind::Renewed));
    }
}

/// Every take over some table, with and without a window.
fn metrics() -> Vec<String> {
    let mut metrics = Vec::new();
    for window in ["", " window=7d", " window=1mo", " window=start"] {
        for (from, field) in [
            ("usage.u", "value"),
            ("cases", "reopened"),
            ("surveys.nps", "score"),
            ("invoices", "amount"),
            ("engagements.meeting", "minutes"),
            ("assessments.mood", "value"),
        ] {
            for take in [
                "sum",
                "mean",
                "min",
                "max",
                "median",
                "first",
                "last",
                "distinct",
                "slope",
                "std_dev",
                "zero_share",
                "change",
            ] {
                let change = take == "change" && window.len() < 11 || window == " window=start";
                let windowless = take == "zero_share" && window.is_empty();
                if !(windowless || take == "change" && change && window != " window=7d") {
                    metrics.push(format!("from={from} field={field} take={take}{window}"));
                }
            }
            metrics.push(format!("from={from} take=count{window}"));
            metrics.push(format!("from={from} take=days_since_last{window}"));
            metrics.push(format!("from={from} take=days_since_first{window}"));
            metrics.push(format!("from={from} take=streak{window}"));
            metrics.push(format!("from={from} field={field} take=ewm half_life=3{window}"));
        }
        metrics.push(format!("from=invoices field=due take=days_until{window}"));
        metrics.push(format!("from=invoices field=days_late take=max{window}"));
        metrics.push(format!("from=cases field=is_open take=share{window}"));
        metrics.push(format!("from=cases field=severity take=last type=text{window}"));
        metrics.push(format!("from=cases take=count{window}"));
        metrics.push(format!("from=outcomes take=count{window}"));
    }
    metrics
}

/// Every metric and attribute of the subjects with the given ids, bit for bit.
fn everything(book: &Book, with_ids: &BTreeMap<SubjectKind, Vec<String>>) -> Vec<String> {
    let today = day(TODAY);
    let mut all = Vec::new();
    for (kind, ids) in with_ids {
        let mut columns = Vec::new();
        for name in attribute_names(*kind) {
            columns.push((
                name.to_owned(),
                attribute(View::new(book, today, None), *kind, name).unwrap(),
            ));
        }
        for text in metrics() {
            if Derivation::resolve(&super::tests::metric(&text), *kind).is_ok() {
                columns.push((text.clone(), run(book, *kind, today, &text)));
            }
        }
        assert!(columns.len() > 10);
        for (name, derived) in columns {
            for id in ids {
                let row = book.row_of(*kind, id).unwrap() as usize;
                let value = match derived.column.value(row) {
                    Value::Number(it) => format!("{:x}", it.to_bits()),
                    other => other.to_string(),
                };
                all.push(format!("{kind} {id} {name}: {value} {:?}", derived.column.seen(row)));
            }
        }
    }
    all
}

fn ids(book: &Book) -> BTreeMap<SubjectKind, Vec<String>> {
    SubjectKind::ALL
        .iter()
        .map(|kind| (*kind, book.subjects(*kind).iter().map(ToString::to_string).collect()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_after_the_day_change_nothing(
        past in events(0..90, size()),
        future in events(-40..0, size()),
    ) {
        let mut tables = subjects();
        fill(&mut tables, "past", &past);
        let mut longer = tables.clone();
        fill(&mut longer, "future", &future);
        let mut late = Subscription::new("s9");
        late.account_id = Some("a0".into());
        late.start = Some(Stamp::day(date(-1)));
        late.arr = Some(7.into());
        late.currency = "GBP".parse().ok();
        longer.push(late);
        let (before, after) = (Book::strict(tables).unwrap(), Book::strict(longer).unwrap());
        let ids = ids(&before);
        prop_assert_eq!(everything(&before, &ids), everything(&after, &ids));
    }

    #[test]
    fn the_order_of_records_changes_nothing(
        (given, shuffled) in events(-9..60, size())
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
    ) {
        // What a record says, apart from the id of its case, must not depend on its row.
        let build = |events: &[Event]| {
            let mut tables = subjects();
            for (owner, age, size) in events {
                let owner = Some(format!("s{owner}"));
                let on = Stamp::day(date(*age));
                let mut usage = Usage::new("u", on, *size);
                usage.subscription_id.clone_from(&owner);
                tables.push(usage);
                let mut engagement = Engagement::new(EngagementKind::Meeting, on);
                engagement.minutes = Some(size.abs());
                engagement.subscription_id = owner;
                tables.push(engagement);
            }
            Book::strict(tables).unwrap()
        };
        let (left, right) = (build(&given), build(&shuffled));
        let ids = ids(&left);
        prop_assert_eq!(everything(&left, &ids), everything(&right, &ids));
    }
}

/// Takes straight from their definitions, over the events of some subscriptions.
fn twin(take: &str, events: &[Event], window: Option<i64>) -> Option<f64> {
    let within = |from: i64, to: i64| -> Vec<(i64, f64)> {
        let mut all: Vec<(i64, f64)> = events
            .iter()
            .filter(|event| event.1 >= 0 && from <= event.1 && event.1 < to)
            .map(|event| (event.1, event.2))
            .collect();
        all.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.total_cmp(&right.1)));
        all
    };
    let ever = events.iter().any(|event| event.1 >= 0);
    let now = within(0, window.unwrap_or(i64::MAX));
    let values: Vec<f64> = now.iter().map(|pair| pair.1).collect();
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let some = !now.is_empty();
    let mean = sum / count;
    match take {
        "count" => ever.then_some(count),
        "sum" => ever.then_some(sum),
        "mean" => some.then_some(mean),
        "min" => values.iter().copied().reduce(f64::min),
        "max" => values.iter().copied().reduce(f64::max),
        "first" => values.first().copied(),
        "last" => values.last().copied(),
        "days_since_first" => now.first().map(|it| it.0 as f64),
        "streak" => ever.then(|| {
            let there = |age: i64| now.iter().any(|it| it.0 == age);
            let from = if there(0) { 0 } else { 1 };
            (from..).take_while(|age| there(*age)).count() as f64
        }),
        "days_since_last" => now.last().map(|it| it.0 as f64),
        "median" => {
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let at = sorted.len() / 2;
            match sorted.len() {
                0 => None,
                odd if odd % 2 == 1 => Some(sorted[at]),
                _ => Some((sorted[at - 1] + sorted[at]) / 2.0),
            }
        }
        "distinct" => {
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            ever.then_some(sorted.len() as f64)
        }
        "std_dev" => (values.len() > 1).then(|| {
            (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
        }),
        "slope" => {
            let (x, xx, xy) = now.iter().fold((0.0, 0.0, 0.0), |sums, (age, value)| {
                let x = -(*age as f64);
                (sums.0 + x, sums.1 + x * x, sums.2 + x * value)
            });
            let below = count * xx - x * x;
            (below > 0.5).then(|| (count * xy - x * sum) / below)
        }
        "ewm" => some.then(|| {
            let weight = |age: i64| 0.5_f64.powf(age as f64 / 3.0);
            let total: f64 = now.iter().map(|(age, value)| weight(*age) * value).sum();
            total / now.iter().map(|(age, _)| weight(*age)).sum::<f64>()
        }),
        "zero_share" => {
            let days = window?;
            let idle = (0..days)
                .filter(|age| {
                    let sum: f64 =
                        now.iter().filter(|pair| pair.0 == *age).map(|pair| pair.1).sum();
                    sum.abs() <= 0.0
                })
                .count();
            ever.then_some(idle as f64 / days as f64)
        }
        "change" => {
            let days = window?;
            let before = within(days, days * 2);
            let base: f64 = before.iter().map(|pair| pair.1).sum();
            (base.abs() > 0.0).then(|| (sum - base) / base.abs() * 100.0)
        }
        other => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_take_agrees_with_its_twin(
        given in events(-5..60, tame()),
        window in prop_oneof![Just(None), (1_i64..40).prop_map(Some)],
    ) {
        let mut tables = subjects();
        for (owner, age, size) in &given {
            let mut usage = Usage::new("u", Stamp::day(date(*age)), *size);
            usage.subscription_id = Some(format!("s{owner}"));
            tables.push(usage);
        }
        let book = Book::strict(tables).unwrap();
        for take in [
            "count", "sum", "mean", "min", "max", "first", "last", "days_since_first",
            "days_since_last", "streak", "median", "distinct",
            "std_dev", "slope", "ewm", "zero_share", "change",
        ] {
            if window.is_none() && matches!(take, "zero_share" | "change") {
                continue;
            }
            let mut text = format!("from=usage.u take={take}");
            if let Some(days) = window {
                text += &format!(" window={days}d");
            }
            if take == "ewm" {
                text += " half_life=3";
            }
            for (kind, owners) in [
                (SubjectKind::Subscription, vec![vec![0], vec![1], vec![2]]),
                (SubjectKind::Account, vec![vec![0, 1], vec![2]]),
                (SubjectKind::Company, vec![vec![0, 1, 2]]),
            ] {
                let column = run(&book, kind, day(TODAY), &text).column;
                for (row, owners) in owners.iter().enumerate() {
                    let own: Vec<Event> =
                        given.iter().filter(|event| owners.contains(&event.0)).copied().collect();
                    let (got, want) = (column.value(row).number(), twin(take, &own, window));
                    let agree = match (got, want) {
                        (Some(got), Some(want)) => {
                            (got - want).abs() <= 1e-6 * want.abs().max(1.0)
                        }
                        (got, want) => got.is_none() && want.is_none(),
                    };
                    prop_assert!(agree, "{} {} {}: {:?} {:?}", kind, row, text, got, want);
                }
            }
        }
    }
}

#[test]
fn the_ends_of_time_are_days_like_others() {
    let mut tables = subjects();
    let mut usage = Usage::new("u", stamp("2026-01-01"), 1.0);
    usage.subscription_id = Some("s0".into());
    tables.push(usage);
    let book = Book::strict(tables).unwrap();
    for as_of in [NaiveDate::MIN, NaiveDate::MAX] {
        for text in metrics() {
            if Derivation::resolve(&super::tests::metric(&text), SubjectKind::Account).is_ok() {
                run(&book, SubjectKind::Account, as_of, &text);
            }
        }
        for kind in SubjectKind::ALL {
            for name in attribute_names(kind) {
                assert!(attribute(View::new(&book, as_of, None), kind, name).is_some());
            }
        }
    }
}
