//! On no day is a record both there and over, nor neither: one rule in its own word, in metrics and in series. Of
//! `status` and outcomes tests/ended/law.rs says the same.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::source;
use super::tests::{day, run, shown};
use crate::book::{
    Account, Book, Contact, Deployment, Entitlement, License, Override, OverrideKind, Subscription,
    Tables, Usage,
};
use crate::frame::SubjectKind;
use crate::time::Stamp;

fn date(offset: i64) -> NaiveDate {
    let start = day("2026-02-20");
    let days = Days::new(offset.unsigned_abs());
    if offset < 0 { start - days } else { start + days }
}

fn stamp(offset: Option<i64>) -> Option<Stamp> {
    offset.map(date).map(Stamp::day)
}

/// A first day, and days that may be the last in or the first out, none before the first.
type Days3 = (Option<i64>, Option<i64>, Option<i64>);

fn dates() -> impl Strategy<Value = Vec<Days3>> {
    let day = || prop::option::weighted(0.7, 0_i64..12);
    let ordered = |(first, end, out): Days3| {
        let later = |it: i64| it + first.unwrap_or(0);
        (first, end.map(later), out.map(later))
    };
    prop::collection::vec((day(), day(), day()).prop_map(ordered), 1..12)
}

/// Every record of the account `a`, of each kind one for each of the dates.
fn book(dates: &[Days3]) -> Book {
    let mut tables = Tables::default();
    for name in Tables::NAMES {
        tables.insert(name, vec![]);
    }
    tables.push(Account::new("a"));
    for (at, (first, end, out)) in dates.iter().enumerate() {
        let (first, end, out) = (stamp(*first), stamp(*end), stamp(*out));
        let mut it = Subscription::new(format!("s{at}"));
        it.account_id = Some("a".into());
        (it.start, it.end, it.cancelled_on) = (first, end, out);
        it.seats = Some(1.0);
        it.arr = Some(1.into());
        tables.push(it);
        let owner = Some("a".to_owned());
        let mut it = License::new();
        (it.account_id, it.start, it.end) = (owner.clone(), first, end);
        tables.push(it);
        let mut it = Entitlement::new("e");
        (it.account_id, it.start, it.end) = (owner.clone(), first, end);
        tables.push(it);
        let mut it = Deployment::new();
        (it.account_id, it.created, it.retired) = (owner.clone(), first, out);
        tables.push(it);
        let mut it = Contact::new();
        (it.account_id, it.since, it.left) = (owner, first, out);
        tables.push(it);
        let from = first.unwrap_or(Stamp::day(date(-9)));
        let mut it =
            Override::new(SubjectKind::Account, "a", "s", OverrideKind::Cap, 5.0, "r", "x", from);
        it.until = end;
        tables.push(it);
    }
    Book::strict(tables).unwrap_or_else(|faults| panic!("{faults}"))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn there_or_over_and_never_both(dates in dates()) {
        let book = book(&dates);
        for today in (-2..30).map(date) {
            let begun = |it: &Days3| stamp(it.0).is_none_or(|moment| moment.date() <= today);
            // The rules in words: a last day in, a first day out.
            let last_in = |it: Option<i64>| stamp(it).is_none_or(|moment| today <= moment.date());
            let first_out = |it: Option<i64>| stamp(it).is_none_or(|moment| today < moment.date());
            type Rule<'a> = Box<dyn Fn(&Days3) -> bool + 'a>;
            let rules: [(&str, Rule<'_>); 6] = [
                ("subscriptions", Box::new(|days| begun(days) && first_out(days.1) && first_out(days.2))),
                ("licenses", Box::new(|days| begun(days) && last_in(days.1))),
                ("entitlements", Box::new(|days| begun(days) && last_in(days.1))),
                ("deployments", Box::new(|days| begun(days) && first_out(days.2))),
                ("contacts", Box::new(|days| begun(days) && first_out(days.2))),
                ("overrides", Box::new(|days| begun(days) && last_in(days.1))),
            ];
            for (table, there) in &rules {
                let take = |more: &str| {
                    let text = format!("from={table} take=count{more}");
                    shown(&run(&book, SubjectKind::Account, today, &text)).parse::<usize>().unwrap()
                };
                let want = dates.iter().filter(|days| there(days)).count();
                let all = dates.iter().filter(|days| begun(days)).count();
                let (got, with_ended) = (take(""), take(" include_ended=true"));
                prop_assert_eq!((got, with_ended), (want, all), "{} on {}", table, today);
                // The word for it, which every record has one way or the other.
                let (yes, no) = match *table {
                    "subscriptions" => ("is_over:false", "is_over:true"),
                    "contacts" => ("has_left:false", "has_left:true"),
                    _ => ("is_active:true", "is_active:false"),
                };
                prop_assert_eq!(take(&format!(" include_ended=true where={yes}")), want);
                prop_assert_eq!(take(&format!(" include_ended=true where={no}")), all - want);
                prop_assert_eq!(take(&format!(" where={no}")), 0);
            }
        }
    }

    /// Days that are counted of a series are days on which its subject is there.
    #[test]
    fn a_series_has_the_days_of_its_subject(start in 0_i64..5, length in 1_i64..12, until in 0_i64..25) {
        let mut tables = Tables::default();
        let mut it = Subscription::new("s");
        (it.start, it.end) = (stamp(Some(start)), stamp(Some(start + length)));
        tables.push(it);
        let mut usage = Usage::new("u", Stamp::day(date(start)), 1.0);
        usage.subscription_id = Some("s".into());
        tables.push(usage);
        let book = Book::strict(tables).unwrap();
        let today = date(start + until);
        let text = "from=usage.u take=zero_share window=1y";
        let idle = number(&shown(&run(&book, SubjectKind::Subscription, today, text)));
        let days = length.min(until + 1) as f64;
        prop_assert!((idle - (days - 1.0) / days).abs() < 1e-6, "{} of {}", idle, days);
    }
}

#[test]
fn every_table_that_can_end_says_so_in_one_word() {
    let ends: Vec<&str> = source::TABLES
        .iter()
        .copied()
        .filter(|table| source::shape_of(table).is_some_and(|shape| shape.ends))
        .collect();
    assert_eq!(
        ends,
        ["subscriptions", "licenses", "deployments", "contacts", "entitlements", "overrides"]
    );
    for table in source::TABLES {
        let shape = source::shape_of(table).unwrap();
        let same = shape.fields.iter().filter(|field| field.same).count();
        assert_eq!(same > 0, shape.ends, "{table}");
    }
}
