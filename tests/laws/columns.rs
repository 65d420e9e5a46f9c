//! Scores in columns against assessments: the same bits, whatever the config, the rows and the past.

use std::sync::Arc;

use foretell::chrono::Days;
use foretell::frame::{Column, Data, Frame, SubjectKind};
use foretell::{Assessment, Engine, Input, Scores, State, Verdict};
use proptest::prelude::*;

use super::configs::{configs, configs_alone};
use super::rows::{Rows, as_of, frames, rows};
use super::{assess, bits, cases, engine};

/// The values of a column as they are read, to the last bit.
fn shown(column: Option<&Column>) -> String {
    let Some(column) = column else { return "none".to_owned() };
    let values: Vec<_> = (0..column.len()).map(|row| column.value(row)).collect();
    format!("{values:?}")
}

fn score(engine: &Engine, rows: &Rows, state: &State) -> Scores {
    let (subscriptions, accounts) = frames(rows);
    let input = Input::frame(&subscriptions).and_frame(&accounts);
    engine.score(&input, as_of(), state)
}

pub(super) fn check(
    engine: &Engine,
    used: &Rows,
    rows: &Rows,
    state: &State,
) -> Result<(), TestCaseError> {
    let whole = assess(engine, rows, state);
    let scores = score(engine, rows, state);
    for kind in SubjectKind::ALL {
        prop_assert_eq!(whole.subjects(kind), scores.subjects(kind));
        for name in engine.columns(kind) {
            let (want, got) = (whole.column(kind, name), scores.column(kind, name));
            prop_assert_eq!(shown(want), shown(got), "{} {}", kind, name);
        }
    }
    for card in whole.scorecards() {
        for (row, want) in whole.scores(card).enumerate() {
            let got = scores.score(card).unwrap()[row];
            prop_assert_eq!(want.score.unwrap_or(f64::NAN).to_bits(), got.to_bits());
            prop_assert_eq!(want.band, scores.band(card, row));
            prop_assert_eq!(want.coverage.to_bits(), scores.coverage(card).unwrap()[row].to_bits());
            let raw = scores.raw_score(card).unwrap()[row];
            prop_assert_eq!(want.raw_score.unwrap_or(f64::NAN).to_bits(), raw.to_bits());
        }
    }
    for (want, got) in whole.rules().iter().zip(scores.rules()) {
        prop_assert_eq!(&*want.rule, got.rule);
        for (id, answer) in scores.subjects(got.kind).iter().zip(got.answers) {
            let expected = if want.matches.iter().any(|it| it.subject == *id) {
                Verdict::Yes
            } else if want.no_data.contains(id) {
                Verdict::NoData
            } else if want.faulted.iter().any(|(it, _)| it == id) {
                Verdict::Faulted
            } else {
                Verdict::No
            };
            prop_assert_eq!(expected, *answer, "{} {}", want.rule, id);
        }
    }
    prop_assert_eq!(whole.faults(), scores.faults());
    // What stood in the memory before is not seen.
    let other = score(engine, used, &State::new());
    let (subscriptions, accounts) = frames(rows);
    let input = Input::frame(&subscriptions).and_frame(&accounts);
    let mut again = engine.score_again(other, &input, as_of(), state);
    for _ in 0..2 {
        prop_assert!(again.rules().eq(scores.rules()));
        for kind in SubjectKind::ALL {
            for name in engine.columns(kind) {
                let (want, got) = (scores.column(kind, name), again.column(kind, name));
                prop_assert_eq!(shown(want), shown(got), "{} {}", kind, name);
            }
        }
        again = engine.score_again(again, &input, as_of(), state);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn scores_in_columns_have_the_bits_of_an_assessment(
        text in configs(),
        past in rows(6),
        rows in rows(6),
    ) {
        let engine = engine(&text);
        check(&engine, &past, &rows, &State::new())?;
        let before = assess(&engine, &past, &State::new());
        check(&engine, &past, &rows, before.state())?;
    }
}

/// The same config in which a metric reads the low end of each scorecard's interval, so that all of them are found out on the way.
fn peeked(text: &str, night: &Assessment) -> String {
    let peek = |(at, card): (usize, &str)| {
        let kind = night.scorecard_kind(card).unwrap();
        format!("  {{ name = \"peek{at}\", subject = \"{kind}\", expr = '{card}.low ?? 0' }},\n")
    };
    let peeks: String = night.scorecards().enumerate().map(peek).collect();
    let first = "metrics = [\n";
    assert!(text.contains(first));
    text.replacen(first, &format!("{first}{peeks}"), 1)
}

fn bands_of(night: &Assessment) -> serde_json::Value {
    serde_json::to_value(night.state()).unwrap()["bands"].take()
}

proptest! {
    #![proptest_config(cases(96))]

    /// Whether somebody reads how sure scores are, and when, changes nothing: not the scores, and not what the next night goes on from.
    #[test]
    fn scores_that_are_read_late_are_those_that_are_found_out_at_once(
        text in configs(),
        nights in prop::collection::vec(rows(6), 3),
    ) {
        let late = engine(&text);
        let soon = engine(&peeked(&text, &assess(&late, &nights[0], &State::new())));
        let (mut one, mut two) = (State::new(), State::new());
        for (rows, day) in nights.iter().zip(0..) {
            let (subscriptions, accounts) = frames(rows);
            let input = Input::frame(&subscriptions).and_frame(&accounts);
            let night = |engine: &Engine, state: &State| {
                engine.assess(&input, as_of() + Days::new(day), state).unwrap()
            };
            let (later, sooner) = (night(&late, &one), night(&soon, &two));
            prop_assert_eq!(bands_of(&later), bands_of(&sooner));
            // First one subject alone, then all.
            for card in sooner.scorecards() {
                let all: Vec<_> = sooner.scores(card).collect();
                if let Some(last) = all.last() {
                    prop_assert_eq!(bits(&later.score(card, last.subject).unwrap()), bits(last));
                }
                prop_assert_eq!(later.bands(card), sooner.bands(card));
                let read: Vec<_> = later.scores(card).collect();
                prop_assert_eq!(bits(&read), bits(&all));
            }
            (one, two) = (later.into_state(), sooner.into_state());
        }
    }
}

/// One row of a frame, without the days on which its values were observed.
fn alone(frame: &Frame, row: usize) -> Frame {
    let id = Arc::clone(&frame.ids()[row]);
    let mut one = Frame::new(frame.kind(), [id]).unwrap();
    for (name, column) in frame.columns() {
        let data = match column.data() {
            Data::Number(it) => Data::Number(vec![it[row]]),
            Data::Flag(it) => Data::Flag(vec![it[row]]),
            Data::Text { codes, labels } => {
                Data::Text { codes: vec![codes[row]], labels: Arc::clone(labels) }
            }
            _ => panic!("another kind of column"),
        };
        one.insert(name, Column::new(data)).unwrap();
    }
    one
}

/// Whether both say the same of everything.
fn agree(engine: &Engine, want: &Scores, got: &Scores) -> Result<(), TestCaseError> {
    prop_assert_eq!(want.as_of(), got.as_of());
    prop_assert_eq!(want.faults(), got.faults());
    prop_assert!(want.rules().eq(got.rules()));
    for kind in SubjectKind::ALL {
        prop_assert_eq!(want.subjects(kind), got.subjects(kind));
        for name in engine.columns(kind) {
            let (want, got) = (want.column(kind, name), got.column(kind, name));
            prop_assert_eq!(shown(want), shown(got), "{} {}", kind, name);
        }
    }
    for (card, _) in want.scorecards() {
        let bits = |it: Option<&[f64]>| it.map(|all| all.iter().map(|it| it.to_bits()).collect());
        let (left, right): (Option<Vec<u64>>, _) = (bits(want.score(card)), bits(got.score(card)));
        prop_assert_eq!(left, right);
        prop_assert_eq!(want.band(card, 0), got.band(card, 0));
    }
    Ok(())
}

/// Every row after the other, in the memory of the last.
fn check_alone(engine: &Engine, rows: &Rows, state: &State) -> Result<(), TestCaseError> {
    let (subscriptions, _) = frames(rows);
    let mut last = None;
    // Some come again: what one leaves behind must not be seen in the next.
    for row in (0..subscriptions.len()).chain((0..subscriptions.len()).rev()) {
        let mut frame = alone(&subscriptions, row);
        if row % 3 == 1 {
            // Now and then something is not given.
            let some: Vec<(String, Column)> = frame
                .columns()
                .skip(row % 2)
                .step_by(2)
                .map(|it| (it.0.to_owned(), it.1.clone()))
                .collect();
            frame = Frame::new(frame.kind(), frame.ids().iter().cloned()).unwrap();
            some.into_iter().for_each(|(name, column)| frame.insert(name, column).unwrap());
        }
        let input = Input::frame(&frame);
        let want = engine.score(&input, as_of(), state);
        let got = match last.take() {
            Some(last) => engine.score_again(last, &input, as_of(), state),
            None => engine.score(&input, as_of(), state),
        };
        agree(engine, &want, &got)?;
        last = Some(got);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_single_subject_has_the_bits_that_it_has_in_columns(
        text in configs_alone(),
        past in rows(6),
        rows in rows(6),
    ) {
        let engine = engine(&text);
        check_alone(&engine, &rows, &State::new())?;
        let before = assess(&engine, &past, &State::new());
        check_alone(&engine, &rows, before.state())?;
    }
}

/// What the plan says of single subscriptions.
fn why_columns(text: &str) -> Option<String> {
    let plan = engine(text).plan();
    let alone = plan.alone.iter().find(|it| it.kind == SubjectKind::Subscription);
    alone.expect("it has a scorecard or a rule").why.clone()
}

#[test]
fn the_plan_says_what_a_single_subject_needs() {
    let card = |factor: &str| {
        format!(
            "metrics = [{{ name = \"n\" }}]
             segments = [{{ name = \"big\", when = \"n > 3\" }}, {{ name = \"rest\" }}]
             [[scorecards]]
             name = \"s\"
             factors = [{{ metric = \"n\", points.linear = {{ worst = 0, best = 9 }}, {factor} }}]"
        )
    };
    for (factor, why) in [
        ("weight = 2", None),
        ("weight = [{ when = 'segment == \"big\"', value = 2 }, { value = 1 }]", None),
        ("max_age = \"30d\"", Some("the factor `n` depends on ages or days")),
        ("missing = { carry = \"30d\" }", Some("`s` depends on how sure a score is")),
    ] {
        assert_eq!(why_columns(&card(factor)).as_deref(), why, "{factor}");
    }
}

#[test]
fn a_chunk_is_not_seen_from_outside() {
    let config = include_str!("../cases/gitlab/health.toml");
    let engine = engine(config);
    for count in [0usize, 1, 1023, 1024, 1025, 2500] {
        let ids: Vec<String> = (0..count).map(|it| format!("s{it}")).collect();
        let mut frame = foretell::frame::Frame::new(SubjectKind::Subscription, ids).unwrap();
        for (number, name) in engine.columns(SubjectKind::Subscription).enumerate() {
            // Only what the config takes as numbers matters; the rest stays missing.
            let value = |row: usize| {
                let draw = (row * 31 + number * 17) % 101;
                (draw > 4).then_some(draw as f64)
            };
            let column = Column::numbers((0..count).map(value));
            frame.insert(name, column).unwrap();
        }
        let input = Input::frame(&frame);
        let whole = engine.assess(&input, as_of(), &State::new()).unwrap();
        let scores = engine.score(&input, as_of(), &State::new());
        let got = scores.column(SubjectKind::Subscription, "health").unwrap();
        let want = whole.column(SubjectKind::Subscription, "health").unwrap();
        assert!(matches!(got.data(), Data::Number(it) if it.len() == count));
        assert_eq!(shown(Some(want)), shown(Some(got)));
    }
}
