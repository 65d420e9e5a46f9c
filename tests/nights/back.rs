//! Nights that are run again from a state that the host kept: what was told and stands in the end is what a perfect run would
//! have told.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use foretell::alert::{Change, Told};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{ActionChange, ActionOutcome, ActionReport};
use foretell::state::{Content, HandOut, State};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input};
use proptest::prelude::*;

use super::channel::{Channel, Fate, Run, runs};
use super::receiver::{Receiver, plain};
use super::world::{World, day, worlds};
use super::{Perfect, perfect, perfect_at, truth};
use crate::laws::cases;
use crate::sections::{alert, fires};

/// What stands is what a perfect run tells. `held` says whether the deliveries of the nights in between waited: then an alert that
/// was over before anybody could hear of it is left out, and so are repetitions of one of which nobody had heard.
fn check(perfect: &Perfect, told: &Receiver, held: bool) -> Result<(), TestCaseError> {
    let mut extra = told.log();
    let key = |it: &Content| it.event().map(|it| (it.rule.clone(), it.subject.clone(), it.fired));
    let known: BTreeSet<_> = told.standing().filter_map(key).collect();
    let all = || perfect.receiver.standing().filter_map(Content::event);
    for it in perfect.receiver.standing() {
        if let Some(at) = extra.iter().position(|other| *other == plain(it)) {
            extra.remove(at);
            continue;
        }
        let Some(event) = it.event().filter(|_| held) else {
            prop_assert!(false, "never told: {}", plain(it));
            continue;
        };
        let is_its = |it: &foretell::alert::Event| {
            (&it.rule, &it.subject, it.fired) == (&event.rule, &event.subject, event.fired)
        };
        let is_over = all().any(|it| it.change.told() == Told::Resolved && is_its(it));
        let unheard = is_over && !known.contains(&key(it).unwrap());
        let is_known =
            matches!(event.change, Change::Repeated { .. }) && known.contains(&key(it).unwrap());
        prop_assert!(unheard || is_known, "never told: {}", plain(it));
    }
    for it in extra {
        // What another alert silences now may have been told before it did.
        prop_assert!(perfect.happened.contains(&it), "told and not true: {}", it);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(48))]

    /// Nights with data that are late or wrong, and then from a kept state with all of them.
    #[test]
    fn going_back_tells_the_difference(
        world in worlds(), nights in runs(), again in runs(), back in 1..5_usize, twice in 0..4_usize
    ) {
        let perfect = perfect(&world, false);
        let last = world.nights() - 1;
        let from = last.saturating_sub(back);
        let mut channel = Channel::new(State::delivering());
        channel.reports = false;
        let mut kept = None;
        for (night, runs) in (0..=last).zip(&nights) {
            if night <= from {
                channel.run(&world, night, &Run::whole(world.subjects()));
            } else {
                runs.iter().for_each(|run| channel.run(&world, night, run));
            }
            channel.receiver.deliver(&mut channel.state, true);
            if night == from {
                kept = Some(channel.state.clone());
            }
        }
        let kept = kept.unwrap();
        let newest = channel.state.as_of();
        let whole = Run { delivers: false, ..Run::whole(world.subjects()) };
        let rounds = if twice > 0 { 2 } else { 1 };
        for round in 0..rounds {
            channel.state = kept.rewind(&channel.state);
            for night in from + 1..=last {
                for run in again.get(night).into_iter().flatten().filter(|_| round + 1 < rounds || twice == 3) {
                    channel.run(&world, night, run);
                    channel.state = restart(&channel.state);
                }
                channel.run(&world, night, &whole);
                let waits = channel.state.waiting().filter(|it| !it.handed_out).count();
                let catches_up = newest > Some(day(night).into());
                prop_assert!(!catches_up || waits == 0, "told before it has caught up");
                // Once more before the last of them is over.
                if twice == 1 && round == 0 && night + 1 >= last {
                    break;
                }
            }
            if twice > 1 && round == 0 {
                channel.receiver.deliver(&mut channel.state, true);
            }
        }
        channel.receiver.deliver(&mut channel.state, true);
        prop_assert_eq!(&truth(&channel.state), &perfect.truths[last]);
        check(&perfect, &channel.receiver, true)?;
        let open = channel.receiver.open();
        for (alert, message) in perfect.receiver.open() {
            prop_assert_eq!(open.get(&alert), Some(&message), "{:?}", alert);
        }
        for (rule, subject) in open.keys() {
            let alert = alert(&channel.state, rule, subject);
            prop_assert!(fires(&alert), "{} {}", rule, subject);
        }
        // The same nights with the same data tell nothing.
        let log = channel.receiver.log();
        channel.state = kept.rewind(&channel.state);
        for night in from + 1..=last {
            channel.run(&world, night, &whole);
        }
        let waiting: Vec<_> = channel.state.waiting().collect();
        prop_assert!(waiting.is_empty(), "{:?}", waiting);
        prop_assert_eq!(channel.receiver.log(), log);
    }

    /// A host that tells what each assessment says, and hands nothing out.
    #[test]
    fn events_and_actions_tell_the_difference_too(world in worlds(), nights in runs(), back in 1..5_usize) {
        let perfect = perfect(&world, false);
        let last = world.nights() - 1;
        let from = last.saturating_sub(back);
        let mut channel = Channel::new(State::new());
        (channel.reports, channel.listens) = (false, true);
        let mut kept = State::new();
        for (night, runs) in (0..=last).zip(&nights) {
            for run in runs.iter().filter(|_| night > from) {
                channel.run(&world, night, &Run { delivers: false, ..run.clone() });
            }
            if night <= from {
                channel.run(&world, night, &Run { delivers: false, ..Run::whole(world.subjects()) });
                kept = channel.state.clone();
            }
        }
        if channel.state.as_of() > kept.as_of() {
            channel.state = kept.rewind(&channel.state);
        }
        for night in from + 1..=last {
            channel.run(&world, night, &Run { delivers: false, ..Run::whole(world.subjects()) });
        }
        prop_assert_eq!(&truth(&channel.state), &perfect.truths[last]);
        check(&perfect, &channel.receiver, false)?;
    }

    /// Nights that settle, among which the host goes back and runs them again, with other data first: nothing changes.
    #[test]
    fn going_back_among_other_nights_changes_nothing(
        world in worlds(), nights in runs(), backs in prop::collection::vec(0..4_usize, 14)
    ) {
        let perfect = perfect(&world, true);
        let mut channel = Channel::new(State::delivering());
        let mut kept = vec![channel.state.clone()];
        for (night, (runs, back)) in (0..world.nights()).zip(nights.iter().zip(&backs)) {
            let whole = Run::whole(world.subjects());
            runs.iter().for_each(|run| channel.run(&world, night, run));
            channel.run(&world, night, &whole);
            channel.receiver.deliver(&mut channel.state, true);
            kept.push(channel.state.clone());
            let from = (night + 1).saturating_sub(*back);
            if from <= night {
                channel.state = kept[from].rewind(&channel.state);
            }
            for night in from..=night {
                for run in runs {
                    channel.run(&world, night, &Run { delivers: false, ..run.clone() });
                }
                channel.run(&world, night, &whole);
                kept[night + 1] = channel.state.clone();
            }
            channel.receiver.deliver(&mut channel.state, true);
            prop_assert_eq!(&truth(&channel.state), &perfect.truths[night], "the truth of night {}", night);
            prop_assert_eq!(channel.state.waiting().count(), 0);
        }
        perfect.check(&channel.receiver)?;
    }
}

/// The end of each day, and of the day after it two moments.
fn at(step: usize) -> AsOf {
    let on = day(step / 3);
    match step % 3 {
        0 => on.into(),
        at => format!("{}T{}:00:00Z", day(step / 3 + 1), if at == 1 { "09" } else { "15" })
            .parse()
            .unwrap(),
    }
}

proptest! {
    #![proptest_config(cases(48))]

    /// A night is run again although moments were assessed after it, from the state alone; and they are after it.
    #[test]
    fn moments_take_nothing_from_the_night(
        world in worlds(), steps in runs(), backs in prop::collection::vec(1..4_usize, 5)
    ) {
        let perfect = perfect_at(&world, false, at);
        let mut channel = Channel::new(State::delivering());
        (channel.reports, channel.at) = (false, at);
        let whole = Run::whole(world.subjects());
        let last = world.nights() - 1;
        let mut step = 0;
        while step <= last {
            // A night and some of the moments after it, with what is wrong; then all of them.
            let to = (step + backs[step / 3] - 1).min(last);
            for now in step..=to {
                let runs = steps.get(now).filter(|it| !it.is_empty());
                let wrong = runs.map_or(std::slice::from_ref(&whole), Vec::as_slice);
                wrong.iter().for_each(|run| channel.run(&world, now, run));
                channel.receiver.deliver(&mut channel.state, true);
            }
            prop_assert!(step < 3 || channel.state.back_to(at(step - 3)).is_none(), "no day before");
            let before = channel.state.back_to(at(step)).expect("it knows what was before the night");
            channel.state = restart(&before);
            for now in step..=to {
                channel.run(&world, now, &Run { restarts: true, ..whole.clone() });
            }
            channel.receiver.deliver(&mut channel.state, true);
            prop_assert_eq!(&truth(&channel.state), &perfect.truths[to], "the truth of {}", at(to));
            for now in to + 1..(step + 3).min(last + 1) {
                channel.run(&world, now, &whole);
            }
            step += 3;
        }
        prop_assert_eq!(&truth(&channel.state), &perfect.truths[last]);
        check(&perfect, &channel.receiver, true)?;
    }
}

/// The state as it is after it was stored.
fn restart(state: &State) -> State {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

pub(super) const CALLS: &str = r#"
metrics = [{ name = "x" }]
[guards]
rewind = "2d"
[[rules]]
name = "low"
when = "x < 1"
owner = "anna"
labels = { team = "east" }
message = "at ${x}"
playbook = "call"
[[playbooks]]
name = "call"
steps = [{ name = "first", channel = "call", title = "call", deadline = "2d", escalate_to = "head" }]
"#;

/// The states after nights with these values of one subject, from one on; reports are given on the last.
fn nights(from: &State, first: usize, values: &[f64], reports: &[ActionReport]) -> Vec<State> {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::compile(&Config::parse(CALLS)).unwrap());
    let mut states = vec![from.clone()];
    for (at, value) in values.iter().enumerate() {
        let mut frame = Frame::new(SubjectKind::Subscription, ["s"]).unwrap();
        frame.insert("x", Column::numbers([Some(*value)])).unwrap();
        let mut input = Input::frame(&frame).complete(SubjectKind::ALL);
        if at + 1 == values.len() {
            input = input.with_reports(reports);
        }
        let out = ENGINE.assess(&input, day(first + at), states.last().unwrap()).unwrap();
        states.push(out.into_state());
    }
    states
}

/// Hands out and acknowledges all that waits.
pub(super) fn told(state: &mut State) -> Vec<Content> {
    let out = state.hand_out(&HandOut::new());
    let all: Vec<Content> = out.deliveries().map(|it| it.content.clone()).collect();
    state.acknowledge(all.iter().map(Content::id));
    all
}

/// Within what the config remembers and beyond: who was told is told with whose alert it was.
#[test]
fn what_is_taken_back_says_whose_it_was() {
    for quiet in [1, 6] {
        let mut values = vec![2.0, 0.0];
        values.extend(vec![0.0; quiet]);
        let mut states = nights(&State::delivering(), 0, &values, &[]);
        let mut newest = states.pop().unwrap();
        let first = told(&mut newest);
        assert_eq!(first.len(), 2 + usize::from(quiet > 2), "{first:?}");
        let back = nights(&states[1].rewind(&newest), 1, &vec![2.0; quiet + 1], &[]);
        let mut back = back.last().unwrap().clone();
        let said = told(&mut back);
        let event = said.iter().find_map(Content::event).unwrap();
        assert_eq!(event.change, Change::Withdrawn { of: Told::Fired });
        assert_eq!(
            event.supersedes.as_deref(),
            first.iter().find_map(Content::event).map(|it| it.id.as_str())
        );
        assert_eq!((event.owner.as_deref(), event.message.as_str()), (Some("anna"), "at 0"));
        assert_eq!(event.labels.get("team").map(String::as_str), Some("east"));
        let actions: Vec<_> = said.iter().filter_map(Content::action).collect();
        if quiet == 1 {
            // What is to be done about it is not, which the record knows as far back as the config says.
            let [action] = actions[..] else { panic!("{actions:?}") };
            assert_eq!(action.change, ActionChange::Withdrawn);
        } else {
            assert!(actions.is_empty(), "{actions:?}");
        }
        assert!(told(&mut back).is_empty());
    }
}

/// An alert that fired earlier than was known: it is corrected, and so is what was to be done, which is done.
#[test]
fn what_was_done_is_done_whenever_it_was_due() {
    let mut states = nights(&State::delivering(), 0, &[2.0, 2.0, 0.0], &[]);
    let first = told(states.last_mut().unwrap());
    let action = first.iter().find_map(Content::action).unwrap();
    let report = ActionReport::new(action.id.clone(), ActionOutcome::Done, day(3));
    let newest = nights(states.last().unwrap(), 3, &[0.0], &[report]).pop().unwrap();
    // It was low a day before.
    let mut back = nights(&states[1].rewind(&newest), 1, &[0.0, 0.0, 0.0], &[]).pop().unwrap();
    let said = told(&mut back);
    assert_eq!(said.len(), 2, "{said:?}");
    let event = said.iter().find_map(Content::event).unwrap();
    assert_eq!(event.change, Change::Corrected { of: Told::Fired });
    assert_eq!(event.fired, Some(day(1).into()));
    let corrected = said.iter().find_map(Content::action).unwrap();
    assert_eq!(corrected.change, ActionChange::Corrected);
    assert_eq!(corrected.supersedes.as_deref(), Some(action.id.as_str()));
    // Nobody is told that it was not done in time.
    let mut later = nights(&back, 4, &[0.0; 6], &[]).pop().unwrap();
    let more = told(&mut later);
    assert!(more.is_empty(), "{more:?}");
}

/// In the last of the nights that are run again an escalation is about a later alert than people were told: that is corrected, and
/// not taken back as well (the receiver complains of what is taken back twice).
#[test]
fn what_is_corrected_is_not_taken_back_as_well() {
    let values = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0].map(|it| [3, 3, it, 3]);
    let world = World::of(&values);
    let mut channel = Channel::new(State::new());
    (channel.reports, channel.listens) = (false, true);
    let run = |channel: &mut Channel, night: usize, fate: Fate| {
        let fates = vec![Fate::True, Fate::True, fate, Fate::True];
        channel.run(&world, night, &Run { fates, delivers: false, ..Run::whole(4) });
    };
    (0..=5).for_each(|night| run(&mut channel, night, Fate::True));
    let kept = channel.state.clone();
    run(&mut channel, 6, Fate::Wrong(0));
    run(&mut channel, 9, Fate::Missing);
    channel.state = kept.rewind(&channel.state);
    (6..=9).for_each(|night| run(&mut channel, night, Fate::True));
    let corrected = |it: &Content| {
        it.action().is_some_and(|it| it.sort == foretell::playbook::ActionSort::Escalation)
            && it.supersedes().is_some()
    };
    assert_eq!(channel.receiver.standing().filter(|it| corrected(it)).count(), 1);
}
