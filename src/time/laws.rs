//! The rule of months, for every day from which anything can be counted.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::Period;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// Days of nine years, of which three have a 29 February.
fn days() -> impl Iterator<Item = NaiveDate> {
    day("2023-01-01").iter_days().take_while(|at| *at < day("2033-01-01"))
}

const LENGTHS: [&str; 9] = ["1mo", "2mo", "3mo", "5mo", "6mo", "1y", "2y", "4y", "30d"];

#[test]
fn before_and_after_are_one_rule() {
    for length in LENGTHS.map(period) {
        for start in days().step_by(3) {
            let after = length.after(start);
            // Around the day on which so long has passed it turns, once.
            for day in after.iter_days().take(4).chain(after.iter_days().rev().take(4)) {
                let (passed, inside) = (after <= day, start <= length.before(day));
                assert_eq!(passed, inside, "{length} from {start} on {day}");
            }
        }
    }
}

#[test]
fn windows_that_end_with_months_hold_every_day_once() {
    let ends: Vec<NaiveDate> = days()
        .filter(|at| at.succ_opt().is_some_and(|next| next.format("%d").to_string() == "01"))
        .collect();
    for (length, months) in [("1mo", 1), ("2mo", 2), ("3mo", 3), ("6mo", 6), ("1y", 12), ("2y", 24)]
    {
        for (at, end) in ends.iter().enumerate().skip(months) {
            assert_eq!(
                period(length).before(*end),
                ends[at - months],
                "{length} that ends on {end}"
            );
        }
    }
    for (length, end, before) in [
        ("1mo", "2024-02-29", "2024-01-31"),
        ("1mo", "2026-02-28", "2026-01-31"),
        ("1mo", "2024-02-28", "2024-01-28"),
        ("1mo", "2026-03-30", "2026-02-28"),
        ("1mo", "2026-03-31", "2026-02-28"),
        ("3mo", "2026-06-30", "2026-03-31"),
        ("3mo", "2026-05-31", "2026-02-28"),
        ("1y", "2025-02-28", "2024-02-29"),
        ("1y", "2024-02-29", "2023-02-28"),
        ("4y", "2028-02-29", "2024-02-29"),
        ("1y", "2026-04-30", "2025-04-30"),
    ] {
        assert_eq!(period(length).before(day(end)), day(before), "{length} before {end}");
    }
}

/// Someone looks once a month, on the same day of it or on the last of a shorter month.
#[test]
fn no_day_is_in_two_windows_whatever_the_day_of_the_month() {
    for (length, months) in [("1mo", 1_u32), ("3mo", 3), ("1y", 12)] {
        let length = period(length);
        for begin in day("2023-12-01").iter_days().take(91) {
            let looked: Vec<NaiveDate> =
                (0..30).map(|number| length.times(number).after(begin)).collect();
            for pair in looked.windows(2) {
                assert!(
                    pair[0] <= length.before(pair[1]),
                    "{months} months from {begin}: {pair:?}"
                );
            }
        }
    }
}

/// Of one day the window before begins where its window begins, and so on.
#[test]
fn consecutive_windows_of_a_day_hold_every_day_once() {
    for length in LENGTHS.map(period) {
        for end in days().step_by(7) {
            let edges: Vec<NaiveDate> = (0..30).map(|number| length.edge(end, number)).collect();
            assert_eq!(edges[0], end);
            assert!(
                edges.is_sorted_by(|left, right| right < left),
                "{length} from {end}: {edges:?}"
            );
        }
    }
}

#[test]
fn what_repeats_keeps_its_day() {
    for (length, began, expected) in [
        ("1mo", "2026-01-31", "2026-02-28 2026-03-31 2026-04-30 2026-05-31"),
        ("1mo", "2028-01-30", "2028-02-29 2028-03-30 2028-04-30"),
        ("3mo", "2025-11-30", "2026-02-28 2026-05-30 2026-08-30"),
        ("1y", "2024-02-29", "2025-02-28 2026-02-28 2027-02-28 2028-02-29 2029-02-28"),
        ("6mo", "2026-08-31", "2027-02-28 2027-08-31"),
        ("30d", "2026-01-31", "2026-03-02 2026-04-01"),
    ] {
        let mut last = day(began);
        for due in expected.split(' ').map(day) {
            last = period(length).again(day(began), last);
            assert_eq!(last, due, "{length} from {began}");
        }
    }
    // Of months one that came late moves none after it; days count from when it came.
    assert_eq!(period("1mo").again(day("2026-01-31"), day("2026-03-05")), day("2026-03-31"));
    assert_eq!(period("30d").again(day("2026-01-31"), day("2026-03-05")), day("2026-04-04"));
}

proptest! {
    #[test]
    fn what_repeats_comes_on_multiples_and_leaves_none_out(
        months in 1_u32..40, from in 0_u64..3000, late in 0_u64..2000,
    ) {
        let length = Period { months, days: 0 };
        let began = day("2020-01-01").checked_add_days(Days::new(from)).unwrap();
        let last = began.checked_add_days(Days::new(late)).unwrap();
        let due = length.again(began, last);
        let first = (1..).map(|number| length.times(number).after(began)).find(|due| last < *due);
        prop_assert_eq!(Some(due), first);
    }
}
