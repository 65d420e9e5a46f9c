//! The first record and days in a row, at every edge.

use super::tests::{book, day, run, shown};
use crate::book::{Account, Book, Tables, Usage};
use crate::frame::SubjectKind;
use crate::time::Stamp;

/// Each row: the days of records as days of March, the day of the assessment, the take, what comes.
#[test]
fn a_streak_counts_days_in_a_row_up_to_the_day() {
    for (days, as_of, take, expected) in [
        (&[][..], 10, "take=streak", "-"),
        (&[10], 10, "take=streak", "1"),
        (&[8, 9, 10], 10, "take=streak", "3"),
        // Today has no record yet: that ends nothing.
        (&[7, 8, 9], 10, "take=streak", "3"),
        // Yesterday is over, and had none.
        (&[7, 8], 10, "take=streak", "0"),
        (&[8, 10], 10, "take=streak", "1"),
        (&[7, 9], 10, "take=streak", "1"),
        // Several of one day are one day.
        (&[9, 9, 9, 10, 10], 10, "take=streak", "2"),
        // What is dated after the day is not known on it.
        (&[8, 9, 10, 11, 12], 10, "take=streak", "3"),
        (&[11, 12], 10, "take=streak", "-"),
        (&[11, 12], 10, "take=streak empty=zero", "0"),
        // Over the end of a month, and never longer than the window.
        (&[-1, 0, 1, 2], 2, "take=streak", "4"),
        (&[7, 8, 9, 10], 10, "take=streak window=3d", "3"),
        (&[7, 8, 9], 10, "take=streak window=3d", "2"),
        (&[7, 8, 9], 10, "take=streak window=1d", "0"),
        (&[7, 8, 9], 10, "take=streak window=1d empty=missing", "-"),
        (&[7, 8, 9, 10, 11], 10, "take=first", "7"),
        (&[11], 10, "take=first", "-"),
        (&[7, 8, 11], 10, "take=days_since_first", "3"),
        (&[10], 10, "take=days_since_first", "0"),
        (&[11], 10, "take=days_since_first", "-"),
        (&[7, 8, 9], 10, "take=days_since_first window=3d", "2"),
        (&[7], 10, "take=days_since_first window=3d", "-"),
    ] {
        let mut tables = Tables::default();
        tables.push(Account::new("a1"));
        // Whether a table was given says more than its records.
        tables.insert("usage", vec![]);
        for at in days {
            let date = day("2026-02-28").checked_add_signed(chrono::TimeDelta::days(*at)).unwrap();
            let mut it =
                Usage::new("logins", Stamp::day(date), f64::from(i32::try_from(*at).unwrap()));
            it.account_id = Some("a1".into());
            tables.push(it);
        }
        let book = Book::strict(tables).unwrap();
        let text = format!("from=usage.logins {take}");
        let derived = run(&book, SubjectKind::Account, day(&format!("2026-03-{as_of:02}")), &text);
        assert_eq!(shown(&derived), expected, "{days:?} on {as_of} March: {take}");
    }
}

#[test]
fn firsts_and_streaks_of_a_usage_series_on_10_march() {
    let book = book();
    // s1 has 4 on 1 Feb, 5 on 20 Feb, 1 on 1 Mar, 3 and 3 on 5 Mar, 0 on 10 Mar; s2 7 in 2025.
    for (text, expected) in [
        ("take=first", "4 7 -"),
        ("take=first window=10d", "1 - -"),
        // The window of 9 days begins on 2 March: 5 March is the first of it.
        ("take=first window=9d", "3 - -"),
        ("take=first window=9d empty=zero", "3 0 0"),
        ("take=first where=value>4", "5 7 -"),
        ("take=first where=value>9", "- - -"),
        ("take=days_since_first", "37 433 -"),
        ("take=days_since_first window=10d", "9 - -"),
        ("take=days_since_first window=9d", "5 - -"),
        ("take=days_since_first where=value>4", "18 433 -"),
        ("take=days_since_first window=start", "37 433 -"),
        // 10 March has a record, 9 March none.
        ("take=streak", "1 0 -"),
        ("take=streak where=value>0", "0 0 -"),
        ("take=streak where=value>0 empty=missing", "0 0 -"),
        ("take=streak where=value>9 empty=missing", "- - -"),
        ("take=streak window=1d empty=missing", "1 - -"),
    ] {
        let text = format!("from=usage.logins {text}");
        let derived = run(&book, SubjectKind::Subscription, day("2026-03-10"), &text);
        assert_eq!(shown(&derived), expected, "{text}");
    }
}
