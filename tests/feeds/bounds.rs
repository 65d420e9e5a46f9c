//! Where a watermark lies: in whose zone, and for whom it no longer matters.

use foretell::book::{Book, Subscription, Tables, Usage};
use foretell::engine::Note;
use foretell::time::{AsOf, Stamp};
use foretell::value::Value;
use foretell::{Input, State};

use super::{assess, book, engine, value};
use crate::alerts::timeline::day;

#[test]
fn a_moment_is_one_of_the_zone_of_the_book() {
    let engine = engine("");
    let mut tables = Tables::default();
    tables.push(Subscription::new("s0"));
    let mut logins = Usage::new("logins", Stamp::day(day(28)), 2.0);
    logins.subscription_id = Some("s0".into());
    tables.push(logins);
    tables.set_zone("+01:00".parse().unwrap());
    let book = Book::strict(tables).unwrap();
    // There it is the next day already.
    let until: AsOf = "2026-01-30T23:30:00Z".parse().unwrap();
    let input = Input::book(&book).complete_until("usage", until);
    for (on, stalls) in [(29, false), (30, true)] {
        let out = assess(&engine, &input, on, &State::new());
        assert_eq!(value(&out, "quiet", "s0") == Value::Number(1.0), !stalls, "{on}");
        let stalled = out.notes().iter().any(|it| matches!(it, Note::Stalled { .. }));
        assert_eq!(stalled, stalls, "{on}: {:?}", out.notes());
    }
}

#[test]
fn who_was_over_by_then_waits_for_nothing() {
    let engine = engine("");
    let book = book(30, 3);
    // `s1` is over on day 20: nothing of later days than the 19th can be about it.
    for (until, waits) in [(17, true), (18, true), (19, false), (20, false)] {
        let input = Input::book(&book).with_ended().complete_until("usage", day(until));
        let out = assess(&engine, &input, 40, &State::new());
        assert_eq!(value(&out, "sum", "s1").is_missing(), waits, "{until}");
        assert!(value(&out, "sum", "s0").is_missing());
    }
}
