//! A test runs as a host runs: its steps are what one call of `replay` over the same frames gives.

use proptest::prelude::*;

use crate::config::Config;
use crate::engine::Engine;
use crate::frame::Frame;
use crate::node::Node;
use crate::state::State;

/// A config with rules of every wait, and one test over these series.
fn config(login: &[Option<u8>], present: &[bool], skip: &[u32]) -> Config {
    let text = |it: &str| Node::text(it);
    let table = |entries: &[(&str, Node)]| Node::table(entries.iter().cloned());
    let rule = |name: &str, more: &[(&str, Node)]| {
        let mut entries = vec![("name", text(name)), ("when", text("login >= 20"))];
        entries.extend(more.iter().cloned());
        table(&entries)
    };
    let series: Vec<String> =
        login.iter().map(|login| login.map_or("_".to_owned(), |login| login.to_string())).collect();
    let there: Vec<String> = present.iter().map(ToString::to_string).collect();
    let subject = |id: &str, present: &str| {
        table(&[
            ("id", text(id)),
            ("given", table(&[("login", text(&series.join(" ")))])),
            ("present", text(present)),
            ("events", Node::List(Vec::new())),
        ])
    };
    let silence = table(&[
        ("rules", Node::List(vec![text("held")])),
        ("from", Node::Int(3)),
        ("until", Node::Int(6)),
    ]);
    Config::from_node(table(&[
        ("metrics", Node::List(vec![table(&[("name", text("login"))])])),
        (
            "rules",
            Node::List(vec![
                rule("plain", &[("severity", text("info"))]),
                rule("held", &[("for", text("2d")), ("keep_firing_for", text("1d"))]),
                rule("unknown", &[("no_data", text("alert")), ("cooldown", text("3d"))]),
            ]),
        ),
        (
            "tests",
            Node::List(vec![table(&[
                ("name", text("random")),
                ("skip", Node::List(skip.iter().map(|step| Node::Int((*step).into())).collect())),
                (
                    "subjects",
                    Node::List(vec![subject("a", &there.join(" ")), subject("b", "truex*")]),
                ),
                ("silences", Node::List(vec![silence])),
            ])]),
        ),
    ]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_test_runs_as_a_host_runs(
        days in proptest::collection::vec(
            (proptest::option::weighted(0.8, 15..25_u8), prop::bool::weighted(0.9)), 7..20
        ),
        skip in proptest::collection::vec(0..7_u32, 0..3),
    ) {
        let (login, present): (Vec<_>, Vec<_>) = days.into_iter().unzip();
        let engine = Engine::compile(&config(&login, &present, &skip)).unwrap();
        let test = &engine.tests[0];
        let frames: Vec<(_, Vec<Frame>)> =
            test.steps().map(|(step, day)| (day, test.frames(step))).collect();
        prop_assert!(frames.len() + skip.len() >= login.len());
        let inputs = frames.iter().map(|(day, frames)| (*day, test.input(&engine, frames)));
        let inputs = inputs.map(|(day, it)| (day, it.complete(crate::frame::SubjectKind::ALL)));
        let replay = engine.replay(inputs, &State::new()).unwrap();
        prop_assert_eq!(&replay.faults, &[]);

        // The test expects no event at all, so its failures list all that happened.
        let report = engine.run_tests();
        let mut got: Vec<String> = Vec::new();
        for it in &report.tests[0].failures {
            got.extend(it.got.split("; ").map(|text| format!("{} {} {text}", it.day, it.subject)));
        }
        let mut want: Vec<String> = replay
            .events
            .iter()
            .map(|event| format!("{} {} {}", event.day, event.subject, super::notation::show(event)))
            .collect();
        got.sort();
        want.sort();
        prop_assert_eq!(got, want);
        prop_assert_eq!(report.tests[0].steps, frames.len());
        prop_assert_eq!(report.tests[0].checks, frames.len() * 2);
    }
}
