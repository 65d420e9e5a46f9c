//! Nights that go wrong: a world with the truth of each day, and a channel that loses, delays, doubles and rejects what it
//! says. What a host has told in the end is what a perfect channel would have told.

mod back;
mod channel;
mod families;
mod parts;
mod receiver;
mod unknown;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use foretell::engine::{AssessError, Guarded};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::state::{Content, HandOut, State};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input};
use proptest::prelude::*;

use channel::{Channel, Fate, Run, runs};
use receiver::{Receiver, plain};
use world::{World, day, engine, worlds};

use crate::laws::cases;

/// What is true of a state, as text, and what was said left out.
fn truth(state: &State) -> String {
    let mut stored = serde_json::to_value(state).unwrap();
    stored["sum"].take();
    if let Some(sections) = stored["sections"].as_object_mut() {
        sections.remove("record");
    }
    serde_json::to_string_pretty(&stored).unwrap()
}

/// What comes of a world on a perfect channel.
#[derive(Default)]
struct Perfect {
    /// What is true after each night.
    truths: Vec<String>,
    receiver: Receiver,
    /// Everything that happened, told or suppressed.
    happened: BTreeSet<String>,
}

/// Each night once, with everything.
fn perfect(world: &World, with_reports: bool) -> Perfect {
    perfect_at(world, with_reports, |it| day(it).into())
}

fn perfect_at(world: &World, with_reports: bool, at: fn(usize) -> AsOf) -> Perfect {
    let (engine, mut state, mut out) = (engine(), State::delivering(), Perfect::default());
    for night in 0..world.nights() {
        let frame = world.frame(night);
        let mut reports = out.receiver.reports(world, night);
        reports.retain(|_| with_reports);
        let input = Input::frame(&frame).complete(SubjectKind::ALL).with_reports(&reports);
        let said = engine.assess(&input, at(night), &state).unwrap();
        let events = said.events().iter().map(|it| Content::Event(Arc::new(it.clone())));
        out.happened.extend(events.map(|it| plain(&it)));
        state = said.state().clone();
        out.receiver.deliver(&mut state, true);
        out.truths.push(truth(&state));
    }
    out
}

impl Perfect {
    /// All that a perfect channel tells was told, and beside it nothing that did not happen: what another alert silences
    /// now may have been told before it did.
    fn check(&self, told: &Receiver) -> Result<(), TestCaseError> {
        let mut log = told.log();
        for it in self.receiver.log() {
            let at = log.iter().position(|other| *other == it);
            prop_assert!(at.is_some(), "never told: {}", it);
            log.remove(at.unwrap());
        }
        for it in log {
            prop_assert!(self.happened.contains(&it), "told and not true: {}", it);
        }
        let open = told.open();
        for (alert, message) in self.receiver.open() {
            prop_assert_eq!(open.get(&alert), Some(&message), "{:?}", alert);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_was_told_is_what_a_perfect_night_tells(world in worlds(), nights in runs()) {
        let perfect = perfect(&world, true);
        let mut channel = Channel::new(State::delivering());
        for (night, runs) in (0..world.nights()).zip(&nights) {
            for run in runs {
                channel.run(&world, night, run);
            }
            // At last everything is there.
            channel.run(&world, night, &Run::whole(world.subjects()));
            channel.receiver.deliver(&mut channel.state, true);
            prop_assert_eq!(&truth(&channel.state), &perfect.truths[night], "the truth of night {}", night);
            prop_assert_eq!(channel.state.waiting().count(), 0);
        }
        perfect.check(&channel.receiver)?;
    }

    #[test]
    fn the_same_night_with_the_same_data_changes_no_bit(world in worlds(), nights in runs()) {
        let mut channel = Channel::new(State::delivering());
        channel.reports = false;
        for (night, runs) in (0..world.nights()).zip(&nights) {
            for run in runs {
                channel.run(&world, night, run);
                let before = channel.state.clone();
                let told = channel.receiver.log();
                channel.run(&world, night, &Run { delivers: false, ..run.clone() });
                prop_assert_eq!(&before, &channel.state);
                prop_assert_eq!(told, channel.receiver.log());
            }
        }
    }

    /// A night in parts: each with some of the subjects, in any order.
    #[test]
    fn parts_of_a_night_come_to_the_whole(world in worlds(), parts in prop::collection::vec(any::<u8>(), 24)) {
        let perfect = perfect(&world, true);
        let mut channel = Channel::new(State::delivering());
        for night in 0..world.nights() {
            let part = parts[night % parts.len()];
            let fate = |of: u8| {
                let is_in = |at: usize| (part >> at) & 1 == of;
                (0..world.subjects()).map(|at| if is_in(at) { Fate::True } else { Fate::Absent }).collect()
            };
            for of in [0, 1] {
                let run = Run { fates: fate(of), delivers: true, complete: false, ..Run::whole(0) };
                channel.run(&world, night, &run);
            }
            channel.receiver.deliver(&mut channel.state, true);
            prop_assert_eq!(&truth(&channel.state), &perfect.truths[night], "the truth of night {}", night);
        }
        perfect.check(&channel.receiver)?;
    }

    /// Under a cap nothing is lost: once the cap is lifted, who is told of what is the same.
    #[test]
    fn a_cap_puts_off_and_loses_nothing(world in worlds(), most in 0..3_usize) {
        let told = perfect(&world, false).receiver;
        let (engine, mut state, mut receiver) = (engine(), State::delivering(), Receiver::default());
        for night in 0..world.nights() {
            let frame = world.frame(night);
            let input = Input::frame(&frame).complete(SubjectKind::ALL);
            state = engine.assess(&input, day(night), &state).unwrap().state().clone();
            let out = state.hand_out(&HandOut::new().at_most(most));
            receiver.take(&out);
            // Nobody is to act on an alert of which nobody was told.
            for it in out.deliveries().filter_map(|it| it.content.action()) {
                let firing = (&it.rule, &it.subject, Some(it.fired));
                let mut waits = state.waiting().filter(|it| !it.handed_out).filter_map(|it| it.content.event());
                prop_assert!(!waits.any(|it| (&it.rule, &it.subject, it.fired) == firing), "{:?}", it);
            }
            let ids: Vec<String> = out.deliveries().map(|it| it.id().to_owned()).collect();
            state.acknowledge(&ids);
        }
        receiver.deliver(&mut state, true);
        prop_assert_eq!(receiver.open(), told.open());
    }
}

/// Many subjects, of which a few move each night, trip no guard.
#[test]
fn guards_are_quiet_on_a_perfect_channel() {
    let engine = engine();
    let mut state = State::new();
    let mut random = 7_u64;
    let mut values: Vec<u8> = (0..500).map(|it| 1 + (it % 4) as u8).collect();
    for night in 0..60 {
        for value in &mut values {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // One in fifty moves by one.
            match random >> 33 & 127 {
                0 => *value = (*value + 1).min(4),
                1 => *value = value.saturating_sub(1),
                _ => {}
            }
        }
        let frame = many(&values, values.len() - night);
        let input = Input::frame(&frame).complete(SubjectKind::ALL);
        let out = engine.assess(&input, day(night), &state);
        // The waits of all that was true on the first night are over together.
        let out = if night < 4 { out.or_else(AssessError::accept) } else { out };
        state = out.unwrap().state().clone();
    }
}

fn many(values: &[u8], subjects: usize) -> Frame {
    let ids: Vec<String> = (0..subjects).map(|it| format!("s{it}")).collect();
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    let values = values.iter().take(subjects).map(|it| (*it < 9).then(|| f64::from(*it)));
    frame.insert("x", Column::numbers(values)).unwrap();
    frame
}

/// What trips, by what came in after a night of 200 subjects with 2.
#[test]
fn a_night_that_is_not_to_be_believed_is_not_told() {
    let engine = engine();
    let first = engine.assess(&Input::frame(&many(&[2; 200], 200)), day(0), &State::new()).unwrap();
    for (values, subjects, whole, wanted) in [
        // A truncated table that says it is whole.
        (vec![2; 200], 150, true, "50 of 200 subscriptions exceed `max_gone`, which allows 10"),
        (vec![2; 200], 191, true, ""),
        // The same without saying so ends nobody; what they had is missing.
        (
            vec![2; 200],
            150,
            false,
            "50 of 200 subscriptions of `x` exceed `max_missing`, which allows 40",
        ),
        (
            vec![9; 200],
            200,
            true,
            "200 of 200 subscriptions of `x` exceed `max_missing`, which allows 40",
        ),
        // One bad import.
        (
            vec![0; 200],
            200,
            true,
            "200 of 200 subscriptions exceed `max_new_alerts`, which allows 20; \
            200 of 200 subscriptions of `health` exceed `max_band_moves`, which allows 30",
        ),
    ] {
        let frame = many(&values, subjects);
        let mut input = Input::frame(&frame);
        if whole {
            input = input.complete([SubjectKind::Subscription]);
        }
        let said = match engine.assess(&input, day(3), first.state()) {
            Ok(_) => String::new(),
            Err(AssessError::Guarded(it)) => {
                let Guarded { assessment, .. } = &*it;
                assert_eq!(assessment.as_of(), day(3));
                let text = it.to_string();
                // On purpose it goes on.
                assert_eq!(
                    AssessError::Guarded(it).accept().unwrap().state().as_of(),
                    Some(day(3).into())
                );
                text
            }
            Err(other) => panic!("{other}"),
        };
        assert_eq!(said, wanted);
    }
}

#[test]
fn guards_are_set_in_the_config() {
    let text = |guards: &str| {
        format!(
            "metrics = [{{ name = 'x' }}]\n[guards]\n{guards}\n[[rules]]\nname = 'r'\nwhen = 'x > 0'"
        )
    };
    let run = |guards: &str, value: f64| {
        let engine = Engine::compile(&Config::parse(&text(guards))).unwrap();
        let frame = |value: f64| {
            let mut frame = Frame::new(SubjectKind::Subscription, ["a", "b"]).unwrap();
            frame.insert("x", Column::numbers([Some(value), Some(0.0)])).unwrap();
            frame
        };
        let state = engine
            .assess(&Input::frame(&frame(0.0)), day(0), &State::new())
            .unwrap()
            .state()
            .clone();
        let out = engine.assess(&Input::frame(&frame(value)), day(1), &state);
        out.err().map(|it| it.to_string()).unwrap_or_default()
    };
    assert_eq!(run("", 1.0), "");
    assert_eq!(
        run("from_subjects = 2", 1.0),
        "1 of 2 subscriptions exceed `max_new_alerts`, which allows 0"
    );
    assert_eq!(run("from_subjects = 2\nmax_new_alerts = '50%'", 1.0), "");
    assert_eq!(
        run("min_subjects = 3", 0.0),
        "there are 2 subscriptions, and `min_subjects` asks for 3"
    );
    for (wrong, at) in [
        ("max_gone = '5'", "guards.max_gone"),
        ("max_gone = 7", "guards.max_gone"),
        ("max_gon = '5%'", "guards.max_gon"),
    ] {
        let faults = Engine::compile(&Config::parse(&text(wrong))).unwrap_err();
        assert_eq!(faults.list()[0].place.path, at);
    }
}
