//! On no day is a subscription both there and over, nor neither, in any word about it.

use chrono::{Days, NaiveDate};
use foretell::book::{Book, Subscription, Tables};
use foretell::frame::SubjectKind;
use foretell::outcome::forecast::renewals;
use foretell::outcome::history::History;
use foretell::time::Stamp;
use foretell::value::Value;
use foretell::{Input, State};
use proptest::prelude::*;

use super::compile;

fn date(offset: u64) -> NaiveDate {
    "2026-02-20".parse::<NaiveDate>().unwrap() + Days::new(offset)
}

fn stamp(offset: Option<u64>) -> Option<Stamp> {
    offset.map(date).map(Stamp::day)
}

/// A first day, an end that is not before it, and a day of cancellation.
fn dates() -> impl Strategy<Value = Vec<[Option<u64>; 3]>> {
    let day = || prop::option::weighted(0.7, 2_u64..12);
    let ordered = |(start, end, cancelled): (Option<u64>, Option<u64>, Option<u64>)| {
        [start, end.map(|it| it + start.unwrap_or(0)), cancelled]
    };
    prop::collection::vec((day(), day(), day()).prop_map(ordered), 1..12)
}

const CONFIG: &str = "[[rules]]\nname = 'r'\nwhen = 'is_over || is_cancelled || days_to_end < 0 || cancelled_on < 0 || \
    status == \"\"'\n\
    [[rules]]\nname = 'q'\nsubject = 'account'\nwhen = 'subscriptions.count > 0'\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_subscription_is_there_or_over_in_every_word(dates in dates()) {
        let mut tables = Tables::default();
        tables.push(foretell::book::Account::new("a"));
        for (at, [start, end, cancelled]) in dates.iter().enumerate() {
            let mut it = Subscription::new(format!("s{at}"));
            it.account_id = Some("a".into());
            (it.start, it.end, it.cancelled_on) = (stamp(*start), stamp(*end), stamp(*cancelled));
            tables.push(it);
        }
        let book = Book::strict(tables).unwrap();
        let engine = compile(CONFIG);
        let kind = SubjectKind::Subscription;
        for today in (0..30).map(date) {
            let (born, ended) = (book.born(kind, today), book.ended(kind, today));
            let there: Vec<bool> =
                born.iter().zip(&ended).map(|(born, ended)| *born && !ended).collect();
            let all = engine.assess(&Input::book(&book).with_ended(), today, &State::new()).unwrap();
            let own = engine.assess(&Input::book(&book), today, &State::new()).unwrap();
            let count = there.iter().filter(|it| **it).count() as f64;
            for out in [&all, &own] {
                let counted = out.value(SubjectKind::Account, "subscriptions.count", "a");
                prop_assert_eq!(counted, Value::Number(count), "{}", today);
            }
            let running: Vec<String> =
                renewals(&book, today, None).iter().map(|it| it.subject.to_string()).collect();
            let history = History::of_book(&book, today);
            for (row, id) in book.subjects(kind).iter().enumerate() {
                let name = format!("{id} on {today}: {:?}", dates[row]);
                let (there, over) = (there[row], ended[row]);
                prop_assert_eq!(running.contains(&id.to_string()), there, "{}", name);
                prop_assert_eq!(own.subjects(kind).contains(id), there, "{}", name);
                prop_assert_eq!(all.subjects(kind).contains(id), born[row], "{}", name);
                if !born[row] {
                    continue;
                }
                let read = |what: &str| all.value(kind, what, id);
                prop_assert_eq!(read("is_over"), Value::Flag(over), "{}", name);
                let status = read("status").to_string();
                let said = matches!(status.as_str(), "ended" | "cancelled");
                prop_assert_eq!(said, over, "{}: {}", name, status);
                let term_over = read("days_to_end").number().is_some_and(|it| it <= 0.0);
                let cancelled = read("is_cancelled") == Value::Flag(true);
                prop_assert_eq!(term_over || cancelled, over, "{}", name);
                prop_assert_eq!(!read("cancelled_on").is_missing(), cancelled, "{}", name);
                // What came of it: kept to this day where it is there, lost by now where it was cancelled, and
                // otherwise known no longer than it was there.
                let lost = history.loss(id).map(|it| it.day);
                let known = history.known_until(id).unwrap();
                prop_assert_eq!(lost.is_some(), cancelled, "{}", name);
                prop_assert!(lost.is_none_or(|it| book.ended(kind, it)[row]), "{}", name);
                if !cancelled {
                    prop_assert_eq!(known == today, there, "{}", name);
                    prop_assert!(!book.ended(kind, known)[row], "{}: known until {}", name, known);
                }
            }
        }
    }
}
