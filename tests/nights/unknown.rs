//! Days that are assessed again from a state that the host kept, with data that lack somebody: what is not known takes nothing
//! back.

use std::sync::LazyLock;

use crate::sections::{alert, fires};
use foretell::alert::Health;
use foretell::alert::{Change, Told};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::ActionChange;
use foretell::state::{Content, State};
use foretell::{Config, Engine, Input};

use super::back::{CALLS, told};
use super::world::day;

/// What is delivered of a subject on a night.
#[derive(Clone, Copy)]
enum Given {
    Value(f64),
    /// The subject without a value.
    NoValue,
    /// Nothing of the subject; another is there.
    Absent,
    /// Nothing of the subject, which is over.
    Ended,
}

use Given::{Absent, Ended, NoValue, Value};

fn nights(from: &State, first: usize, all: &[Given]) -> Vec<State> {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::compile(&Config::parse(CALLS)).unwrap());
    let mut states = vec![from.clone()];
    for (at, given) in all.iter().enumerate() {
        let (ids, values) = match given {
            Value(value) => (vec!["other", "s"], vec![Some(9.0), Some(*value)]),
            NoValue => (vec!["other", "s"], vec![Some(9.0), None]),
            Absent | Ended => (vec!["other"], vec![Some(9.0)]),
        };
        let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
        frame.insert("x", Column::numbers(values)).unwrap();
        let mut input = Input::frame(&frame);
        if matches!(given, Ended) {
            input = input.complete(SubjectKind::ALL);
        }
        let out = ENGINE.assess(&input, day(first + at), states.last().unwrap()).unwrap();
        states.push(out.into_state());
    }
    states
}

/// What is told of an alert: its rule is left out, as there is one.
fn events(said: &[Content]) -> Vec<Change> {
    said.iter().filter_map(Content::event).map(|it| it.change).collect()
}

#[test]
fn what_is_not_known_takes_nothing_back() {
    let withdrawn = || vec![Change::Withdrawn { of: Told::Fired }];
    let unknown = || vec![Change::HealthChanged { health: Health::NoData }];
    // The nights after the kept state when they are assessed again, and what is told then.
    let rows = [
        ([Value(0.0), Value(0.0)], vec![]),
        ([NoValue, Value(0.0)], vec![]),
        ([Absent, Value(0.0)], vec![]),
        ([NoValue, NoValue], unknown()),
        ([Absent, Absent], vec![]),
        ([Value(9.0), Value(9.0)], withdrawn()),
        ([Ended, Ended], withdrawn()),
    ];
    for (at, (again, wanted)) in rows.into_iter().enumerate() {
        let mut states = nights(&State::delivering(), 0, &[Value(2.0), Value(0.0), Value(0.0)]);
        let mut newest = states.pop().unwrap();
        let first = told(&mut newest);
        assert_eq!(events(&first), [Change::Fired], "{at}");
        let mut back = nights(&states[1].rewind(&newest), 1, &again).pop().unwrap();
        let said = told(&mut back);
        assert_eq!(events(&said), wanted, "{at}: {said:?}");
        let stays = wanted != withdrawn();
        let actions = |said: &[Content]| {
            said.iter().filter_map(Content::action).map(|it| it.change).collect::<Vec<_>>()
        };
        // What is to be done is told once: of who was not there it is due when they are.
        let wanted = match again {
            _ if !stays => vec![ActionChange::Withdrawn],
            [Absent, Value(_)] => vec![ActionChange::Corrected],
            _ => vec![],
        };
        assert_eq!(actions(&said), wanted, "{at}: {said:?}");
        let stands = |state: &State| {
            let alert = alert(state, "low", "s");
            fires(&alert) && alert["fired"] == day(1).to_string()
        };
        assert_eq!(stands(&back), stays, "{at}");
        if !stays {
            continue;
        }
        // Its end is told once, and names what was told.
        let mut over = nights(&back, 3, &[Value(9.0)]).pop().unwrap();
        let said = told(&mut over);
        let ends = events(&said);
        assert!(matches!(ends[..], [Change::Resolved { .. }]), "{at}: {said:?}");
    }
}
