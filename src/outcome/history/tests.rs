//! Observations know nothing of the future and of the other side.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;

fn day(at: u64) -> NaiveDate {
    "2026-01-01".parse::<NaiveDate>().unwrap() + Days::new(at)
}

fn churned(subject: &str, at: u64) -> Happening {
    Happening::new(subject, day(at), OutcomeKind::Churned)
}

#[test]
fn a_window_owns_its_end_and_not_its_beginning() {
    // Assessed on day 100 with a lead of 7 and a horizon of 28: day of the loss, what becomes of it.
    let rows = [
        (99, "over"),
        (100, "over"),
        (101, "too late"),
        (107, "too late"),
        (108, "lost"),
        (135, "lost"),
        (136, "kept"),
    ];
    for (loss, want) in rows {
        let history = History::new([churned("a", loss)], [("a", day(loss)), ("b", day(200))]);
        let seen = history.observe([(day(100), vec!["a"])], Horizon { lead: 7, horizon: 28 });
        let got = match seen.rows.as_slice() {
            [it] if it.lost => "lost",
            [_] => "kept",
            _ if seen.over == 1 => "over",
            _ if seen.too_late == 1 => "too late",
            _ => "censored",
        };
        assert_eq!(got, want, "lost on day {loss}");
    }
}

#[test]
fn who_is_not_known_to_the_end_is_not_kept() {
    for (until, kept) in [(134, false), (135, true)] {
        let history = History::new([], [("a", day(until))]);
        let seen =
            history.observe([(day(100), vec!["a", "stranger"])], Horizon { lead: 7, horizon: 28 });
        assert_eq!((seen.rows.len() == 1, seen.censored), (kept, 2 - usize::from(kept)), "{until}");
    }
}

#[test]
fn a_renewal_is_seen_once_with_its_lead() {
    let renewed = Happening {
        value_before: Some(900.0),
        value_after: Some(1200.0),
        ..Happening::new("a", day(100), OutcomeKind::Expanded)
    };
    let history = History::new([renewed, churned("a", 465), churned("b", 50)], [("a", day(465))]);
    let days = [10, 60, 80, 95, 100, 440].map(|at| (day(at), vec!["a"]));
    let seen = history.observe_renewals(days, Horizon { lead: 14, horizon: 30 });
    let rows: Vec<(NaiveDate, Option<OutcomeKind>)> =
        seen.rows.iter().map(|row| (row.as_of, row.outcome)).collect();
    assert_eq!(
        rows,
        [(day(80), Some(OutcomeKind::Expanded)), (day(440), Some(OutcomeKind::Churned))]
    );
    assert_eq!((seen.rows[0].value, seen.rows[0].lost, seen.unassessed), (Some(900.0), false, 1));
}

#[test]
fn values_say_what_happened() {
    let rows = [
        (100.0, 0.0, OutcomeKind::Churned),
        (100.0, 101.0, OutcomeKind::Renewed),
        (100.0, 103.0, OutcomeKind::Expanded),
        (100.0, 97.0, OutcomeKind::Contracted),
        (100.0, 98.5, OutcomeKind::Renewed),
    ];
    for (before, after, want) in rows {
        assert_eq!(OutcomeKind::of_values(before, after, 0.02), want, "{before} to {after}");
    }
}

#[test]
fn a_book_without_outcomes_still_knows_who_cancelled() {
    use crate::book::{Book, Subscription, Tables};
    let mut tables = Tables::default();
    for (id, cancelled, end) in [
        ("runs", None, None),
        ("left", Some(50), None),
        ("leaves later", Some(300), None),
        ("over", None, Some(60)),
        ("ends later", None, Some(300)),
    ] {
        let mut one = Subscription::new(id);
        one.cancelled_on = cancelled.map(|at| Stamp::day(day(at)));
        one.end = end.map(|at| Stamp::day(day(at)));
        tables.push(one);
    }
    let history = History::of_book(&Book::strict(tables).unwrap(), day(100));
    let lost: Vec<(&str, NaiveDate)> =
        history.losses().map(|loss| (loss.subject.as_ref(), loss.day)).collect();
    assert_eq!(lost, [("left", day(50))]);
    let until = ["runs", "leaves later", "over", "ends later"].map(|id| history.known_until(id));
    assert_eq!(until, [100, 100, 59, 100].map(|at| Some(day(at))));
}

/// Subjects that are assessed every 30 days and lost at the same rate for ever, known until the day 720.
fn steady() -> (History, Observations) {
    let mut draw = crate::outcome::Draw::new(4);
    let ids: Vec<String> = (0..600).map(|number| format!("s{number}")).collect();
    let end = |id: &String| {
        let months = (draw.share().ln() / 0.96_f64.ln()) as u64;
        churned(id, 15 + 30 * months)
    };
    let lost = ids.iter().map(end).filter(|loss| loss.day < day(720)).collect::<Vec<_>>();
    let history = History::new(lost, ids.iter().map(|id| (id.as_str(), day(720))));
    let days = (0..20).map(|month| (day(month * 30), ids.clone()));
    let seen = history.observe(days, Horizon { lead: 0, horizon: 90 });
    (history, seen)
}

#[test]
fn the_end_of_a_history_gives_no_losses_alone() {
    let (history, _) = steady();
    let ids: Vec<String> = (0..600).map(|number| format!("s{number}")).collect();
    let days = (0..24).map(|month| (day(month * 30), ids.clone()));
    let seen = history.observe(days, Horizon { lead: 0, horizon: 90 });
    assert!(seen.rows.iter().all(|row| row.settled_on <= day(720)));
    let late: Vec<Observation> =
        seen.rows.iter().filter(|row| day(540) <= row.as_of).cloned().collect();
    // A tenth is lost in 90 days, at any time.
    assert!((0.05..0.2).contains(&share_lost(&late)), "{} of {}", share_lost(&late), late.len());
}

fn share_lost(rows: &[Observation]) -> f64 {
    rows.iter().filter(|row| row.lost).count() as f64 / rows.len() as f64
}

#[test]
fn a_split_does_not_choose_by_what_came() {
    let (_, seen) = steady();
    let all = share_lost(&seen.rows);
    let split = seen.split_at_by_subject(day(360), 0.5, 1);
    let (train, test) = (share_lost(&split.train), share_lost(&split.test));
    assert!((train - all).abs() < 0.03 && (test - all).abs() < 0.03, "{train} {test} of {all}");
    let rows = split.train.len() + split.test.len() + split.open + split.shared;
    assert_eq!(rows, seen.rows.len());
    let sides: [BTreeSet<&str>; 2] = [&split.train, &split.test]
        .map(|side| side.iter().map(|row| row.subject.as_ref()).collect());
    assert!(sides[0].is_disjoint(&sides[1]));
}

#[test]
fn a_window_that_is_not_over_gives_no_losses_to_learn_from_either() {
    let (_, seen) = steady();
    let split = seen.split_at(day(360));
    let late: Vec<NaiveDate> =
        split.train.iter().map(|row| row.as_of).filter(|at| day(270) <= *at).collect();
    assert_eq!(late, []);
    assert!(
        seen.rows.iter().any(|row| row.as_of == day(300) && row.lost && row.known_on < day(360))
    );
}

proptest! {
    #[test]
    fn a_split_at_a_day_learns_only_from_what_was_known(
        losses in proptest::collection::vec((0_u8..9, 0_u64..300), 0..12),
        cut in 0_u64..300,
        lead in 0_u32..20,
        horizon in 1_u32..60,
    ) {
        let happened = losses.iter().map(|(who, at)| churned(&format!("s{who}"), *at));
        let history = History::new(happened, (0..9).map(|number| (format!("s{number}"), day(300))));
        let days = (0..30).map(|step| (day(step * 10), (0..9).map(|number| format!("s{number}")).collect()));
        let seen = history.observe(days, Horizon { lead, horizon });
        let split = seen.split_at(day(cut));
        let sides: [BTreeSet<&str>; 2] =
            [&split.train, &split.test].map(|side| side.iter().map(|row| row.subject.as_ref()).collect());
        prop_assert!(sides[0].is_disjoint(&sides[1]));
        prop_assert!(split.train.iter().all(|row| row.settled_on < day(cut) && row.as_of < row.known_on));
        prop_assert!(split.test.iter().all(|row| day(cut) <= row.as_of));
        prop_assert_eq!(split.train.len() + split.test.len() + split.open + split.shared, seen.rows.len());

        let by_subject = seen.split_by_subject(0.3, 5);
        let sides: [BTreeSet<&str>; 2] =
            [&by_subject.train, &by_subject.test].map(|side| side.iter().map(|row| row.subject.as_ref()).collect());
        prop_assert!(sides[0].is_disjoint(&sides[1]));
        prop_assert_eq!(by_subject.train.len() + by_subject.test.len(), seen.rows.len());
    }

    #[test]
    fn what_is_appended_later_changes_no_earlier_label(
        losses in proptest::collection::vec((0_u8..9, 0_u64..300), 0..12),
        later in 0_u64..200,
    ) {
        let happened: Vec<Happening> = losses.iter().map(|(who, at)| churned(&format!("s{who}"), *at)).collect();
        let window = Horizon { lead: 7, horizon: 28 };
        let days = || (0..30).map(|step| (day(step * 10), (0..9).map(|number| format!("s{number}")).collect::<Vec<_>>()));
        let seen_at = |until: u64| {
            let known = happened.iter().filter(|happening| happening.day <= day(until)).cloned();
            History::new(known, (0..9).map(|number| (format!("s{number}"), day(until)))).observe(days(), window)
        };
        let (early, late) = (seen_at(100), seen_at(100 + later));
        for it in &early.rows {
            prop_assert!(late.rows.contains(it), "{it:?}");
        }
    }
}
