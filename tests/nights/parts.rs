//! A night in parts comes to the bits of the night as a whole, whatever went wrong before it.

use foretell::engine::{PartitionKey, Population};
use foretell::frame::{Frame, SubjectKind};
use foretell::playbook::ActionReport;
use foretell::state::State;
use foretell::{Engine, Input};
use proptest::prelude::*;

use super::channel::{Channel, Fate, Run, runs};
use super::world::{World, day, engine, frame, worlds};
use crate::laws::cases;

/// What runs are given, as rows.
fn rows(world: &World, night: usize, run: &Run) -> Vec<(usize, Option<u8>)> {
    let of = |subject: usize| {
        let truth = world.value(night, subject)?;
        match run.fates[subject] {
            Fate::True => Some((subject, Some(truth))),
            Fate::Wrong(it) => Some((subject, Some(it))),
            Fate::Missing => Some((subject, None)),
            Fate::Absent => None,
        }
    };
    (0..world.subjects()).filter_map(of).collect()
}

/// What a host says beside the rows.
struct Around {
    reports: Vec<ActionReport>,
    gone: Vec<(SubjectKind, String)>,
    complete: bool,
}

impl Around {
    fn input<'a>(&'a self, frame: &'a Frame) -> Input<'a> {
        let input = Input::frame(frame).with_reports(&self.reports);
        if self.complete { input.complete(SubjectKind::ALL) } else { input.with_gone(&self.gone) }
    }
}

/// The night in parts, each of which is stored and read.
fn in_parts(
    engine: &Engine,
    (state, night): (&State, usize),
    (rows, places): (&[(usize, Option<u8>)], &[u8]),
    around: &Around,
) -> (State, Vec<String>, Population) {
    let place = |subject: usize| places[subject % places.len()];
    let key = |_: SubjectKind, id: &str| place(id.trim_start_matches('s').parse().unwrap());
    let mut parts = engine.split(state, key);
    let (mut after, mut said, mut population) = (Vec::new(), Vec::new(), Population::default());
    // In an order that has nothing to do with that of the subjects.
    let mut keys = places.to_vec();
    keys.sort_by_key(|key| key.wrapping_mul(97));
    keys.dedup();
    for key in keys {
        let own = parts.take(&key);
        let text = serde_json::to_string(&own).unwrap();
        let own: State = serde_json::from_str(&text).unwrap();
        let frame = frame(rows.iter().copied().filter(|row| place(row.0) == key));
        let out = engine.assess(&around.input(&frame).as_part(), day(night), &own).unwrap();
        said.extend(out.events().iter().map(|it| serde_json::to_string(it).unwrap()));
        said.extend(out.actions().iter().map(|it| serde_json::to_string(it).unwrap()));
        let mut counted = out.population().clone();
        counted.merge(&population);
        population = counted;
        after.push(out.into_state());
    }
    assert!(parts.keys().next().is_none(), "every part was taken");
    said.sort();
    (State::merge(after).unwrap(), said, population)
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_night_in_parts_has_the_bits_of_the_whole(
        world in worlds(),
        nights in runs(),
        places in prop::collection::vec(0..3_u8, 4),
    ) {
        let engine = engine();
        prop_assert_eq!(engine.partition_key(), PartitionKey::Subject);
        let mut channel = Channel::new(State::delivering());
        for (night, runs) in (0..world.nights()).zip(&nights) {
            for run in runs.iter().chain([&Run::whole(world.subjects())]) {
                // A kind of which nothing at all was delivered is known by the whole alone.
                let rows = rows(&world, night, run);
                if !rows.is_empty() {
                    let reports = channel.receiver.reports(&world, night);
                    let gone: Vec<(SubjectKind, String)> = (0..world.subjects())
                        .filter(|it| world.value(night, *it).is_none())
                        .map(|it| (SubjectKind::Subscription, format!("s{it}")))
                        .collect();
                    let around = Around { reports, gone, complete: run.complete };
                    let whole = frame(rows.iter().copied());
                    let whole = engine.assess(&around.input(&whole), day(night), &channel.state).unwrap();
                    let mut said: Vec<String> = whole.events().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
                    said.extend(whole.actions().iter().map(|it| serde_json::to_string(it).unwrap()));
                    said.sort();
                    let (after, told, population) = in_parts(engine, (&channel.state, night), (&rows, &places), &around);
                    prop_assert_eq!(&told, &said, "night {}", night);
                    prop_assert_eq!(&population, whole.population());
                    prop_assert_eq!(engine.tripped(&population, &after), engine.tripped(whole.population(), whole.state()));
                    prop_assert_eq!(&after, whole.state(), "night {}", night);
                }
                channel.run(&world, night, run);
                let key = |_: SubjectKind, id: &str| places[id.trim_start_matches('s').parse::<usize>().unwrap()];
                let parts = engine.split(&channel.state, key).into_iter().map(|part| part.1);
                let parts: Vec<State> = parts.collect();
                if !parts.is_empty() {
                    prop_assert_eq!(&State::merge(parts).unwrap(), &channel.state, "cut after night {}", night);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_put_together_is_refused() {
    let engine = engine();
    let assess = |ids: [usize; 2], night, state: &State| {
        let frame = frame(ids.into_iter().map(|it| (it, Some(0))));
        engine.assess(&Input::frame(&frame).as_part(), day(night), state).unwrap().into_state()
    };
    let of_first = assess([0, 1], 0, &State::new());
    let of_second = assess([2, 3], 1, &State::new());
    let same = assess([1, 2], 0, &State::new());
    let said = |parts: [&State; 2]| State::merge(parts.map(Clone::clone)).unwrap_err().to_string();
    let text = [said([&of_first, &of_second]), said([&of_first, &same])].join("\n");
    insta::assert_snapshot!(text, @r"
    error[incompatible]: it is of 2026-03-02, and the parts before it are of 2026-03-01
     --> state.parts[1]
      = help: put together parts that were cut from one state and assessed by one engine, each once

    1 error, 0 warnings
    error[incompatible]: 7 things of it another part remembers too
     --> state.parts[1]
      = help: a subject belongs to one part

    1 error, 0 warnings
    ");
    assert_eq!(State::merge([]).unwrap(), State::new());
}
