//! What holds of alerts over any time, under any settings.

use std::collections::{BTreeMap, BTreeSet};

use crate::sections::section;
use foretell::alert::Phase;
use foretell::alert::{
    Change, Event, Matcher, OpenAlert, QuietCalendar, Silence, Snooze, Suppressions,
};
use foretell::config::Config;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Engine, Input, State};
use proptest::prelude::*;

use super::timeline::day;

/// Subjects of every history.
const IDS: [&str; 3] = ["a", "b", "c"];

/// Settings of a rule, one of each list.
const CHOICES: [&[&str]; 8] = [
    &["", "for = \"1d\"", "for = \"3d\"", "for = 2"],
    &["", "keep_firing_for = \"2d\""],
    &["", "clear_when = \"x < 2\""],
    &["", "cooldown = \"3d\"", "cooldown = \"6d\""],
    &["", "repeat_every = \"2d\""],
    &[
        "",
        "no_data = \"alert\"",
        "no_data = \"resolve\"",
        "no_data = \"alert\"\nno_data_for = \"1d\"",
    ],
    &["", "max_gap = \"1d\""],
    &["", "severity = \"critical\"", "message = \"x is ${x ?? 0}\"", "because = [\"y\", \"x\"]"],
];

/// What each rule may ask.
const CONDITIONS: [[&str; 4]; 3] = [
    ["x > 2", "x > 2", "x.change_2d > 0", "x.days > 1 && x > 1"],
    ["x > 3", "x > 3", "x.previous > 2 && x > 1", "x > (x.ago_3d ?? 2)"],
    [
        "x > 4",
        "alerts.r0 && x > 1",
        "(alerts.r1.days ?? 0) > 1",
        "alerts.r1.phase == \"recovering\"",
    ],
];

const INHIBIT: [&str; 2] = [
    "[[inhibit]]\nsource = [\"r0\"]\ntarget = [\"r1\", \"r2\"]\n",
    "[[inhibit]]\nsource = [\"r1\"]\ntarget = [\"r2\"]\n",
];

#[derive(Debug, Clone)]
struct History {
    rules: Vec<[usize; 8]>,
    conditions: [usize; 3],
    inhibit: bool,
    /// For each evaluation the days since the last one, and a value of each subject: 0 to 5, 6 for
    /// missing, 7 for not there.
    days: Vec<(u64, [u8; 3])>,
    /// From, and for how many days: a silence, a snooze, a calendar.
    quiet: [(u64, u64); 3],
}

fn histories() -> impl Strategy<Value = History> {
    let rule = proptest::array::uniform8(0usize..4);
    let today = (
        prop_oneof![4 => Just(1u64), 1 => Just(3u64)],
        proptest::array::uniform3(prop_oneof![6 => 0u8..6, 2 => Just(6u8), 1 => Just(7u8)]),
    );
    (
        proptest::collection::vec(rule, 3),
        proptest::array::uniform3(0usize..4),
        any::<bool>(),
        proptest::collection::vec(today, 1..16),
        proptest::array::uniform3((0u64..12, 0u64..8)),
    )
        .prop_map(|(rules, conditions, inhibit, days, quiet)| History {
            rules,
            conditions,
            inhibit,
            days,
            quiet,
        })
}

impl History {
    fn engine(&self, reversed: bool, inhibit: bool) -> Engine {
        let mut rules: Vec<String> = (0..)
            .zip(&self.rules)
            .map(|(at, rule): (usize, _)| {
                let when = CONDITIONS[at][self.conditions[at]];
                let mut text = format!("[[rules]]\nname = \"r{at}\"\nwhen = '{when}'\n");
                for (choice, list) in rule.iter().zip(CHOICES) {
                    text += list[choice % list.len()];
                    text.push('\n');
                }
                text
            })
            .collect();
        let mut circles = INHIBIT.to_vec();
        if reversed {
            rules.reverse();
            circles.reverse();
        }
        let mut text = "[[metrics]]\nname = \"x\"\n[[metrics]]\nname = \"y\"\n".to_owned();
        text += &rules.concat();
        if inhibit {
            text += &circles.concat();
        }
        Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
    }

    fn frames(&self, reversed: bool) -> Vec<(u64, Frame)> {
        let mut today = 0;
        let mut all = Vec::new();
        for (passed, values) in &self.days {
            today += passed;
            let mut rows: Vec<(&str, u8)> =
                IDS.into_iter().zip(*values).filter(|(_, value)| *value < 7).collect();
            if reversed {
                rows.reverse();
            }
            let mut frame =
                Frame::new(SubjectKind::Subscription, rows.iter().map(|it| it.0)).unwrap();
            let x = rows.iter().map(|(_, it)| (*it < 6).then_some(f64::from(*it)));
            frame.insert("x", Column::numbers(x)).unwrap();
            let y = rows.iter().map(|(id, _)| Some(id.len() as f64));
            frame.insert("y", Column::numbers(y)).unwrap();
            all.push((today, frame));
        }
        all
    }

    fn suppressions(&self) -> Suppressions {
        let span = |at: usize| {
            let (from, days) = self.quiet[at];
            [day(from), day(from + days)]
        };
        let silence = Silence::new("s", Matcher::of_subjects(["a", "b"]), span(0));
        let snooze = Snooze::new("r0", "a", span(1));
        let calendar = QuietCalendar::new("days").with_span(span(2)).with_weekends();
        Suppressions::default()
            .with_silence(silence.asked_by("ann", "known"))
            .with_snooze(snooze.asked_by("ann", "known"))
            .with_calendar(calendar)
    }

    /// Day by day; the state goes through JSON in between.
    fn stepped(
        &self,
        engine: &Engine,
        quiet: &Suppressions,
    ) -> (Vec<Event>, State, Vec<OpenAlert>) {
        let (mut state, mut events, mut open) = (State::new(), Vec::new(), Vec::new());
        for (at, frame) in self.frames(false) {
            let input = Input::frame(&frame).with_suppressions(quiet).complete(SubjectKind::ALL);
            let out = engine.assess(&input, day(at), &state).unwrap();
            let again = engine.assess(&input, day(at), out.state()).unwrap();
            assert_eq!(again.events(), []);
            assert_eq!(again.state(), out.state());
            assert_eq!(again.alerts(), out.alerts());
            events.extend(out.events().to_vec());
            open = out.alerts().to_vec();
            let text = serde_json::to_string(out.state()).unwrap();
            state = serde_json::from_str(&text).unwrap();
            for alert in &open {
                let silent = !alert.told && alert.phase == Phase::Firing;
                assert!(!silent || !alert.suppressed_by.is_empty(), "{alert:?} is lost");
            }
        }
        (events, state, open)
    }

    fn replayed(&self, engine: &Engine, quiet: &Suppressions, reversed: bool) -> Vec<Event> {
        let frames = self.frames(reversed);
        let history = frames
            .iter()
            .map(|(at, frame)| (*at, Input::frame(frame).with_suppressions(quiet)))
            .map(|(at, input)| (day(at), input.complete(SubjectKind::ALL)));
        engine.replay(history, &State::new()).unwrap().events
    }
}

/// The ids of what suppression must not touch.
fn lasting(events: &[Event]) -> BTreeSet<&str> {
    let lasts = |it: &&Event| !matches!(it.change, Change::Repeated { .. });
    events.iter().filter(lasts).map(|it| it.id.as_str()).collect()
}

fn begins_once_and_ends_at_most_once(events: &[Event]) {
    let mut open: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for it in events {
        let open = open.entry((&it.rule, &it.subject)).or_default();
        match it.change {
            Change::Fired => {
                assert!(!*open, "it fires twice: {it:?}");
                assert_eq!(it.fired, Some(it.day.into()));
                *open = true;
            }
            Change::Repeated { .. } => assert!(*open, "it does not fire: {it:?}"),
            Change::Resolved { .. } => {
                assert!(*open, "it ends without a beginning: {it:?}");
                *open = false;
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn alerts_keep_their_laws(history in histories()) {
        let quiet = history.suppressions();
        let engine = history.engine(false, history.inhibit);
        let (events, state, open) = history.stepped(&engine, &quiet);

        begins_once_and_ends_at_most_once(&events);
        let ids: BTreeSet<&str> = events.iter().map(|it| it.id.as_str()).collect();
        prop_assert_eq!(ids.len(), events.len(), "an id stands for two events");

        let replayed = history.replayed(&engine, &quiet, false);
        prop_assert_eq!(&events, &replayed, "one call and day by day differ");

        let other = history.engine(true, history.inhibit);
        let reversed = history.replayed(&other, &quiet, true);
        prop_assert_eq!(&events, &reversed, "the order of rules or subjects matters");

        let loud = history.engine(false, false);
        let loud = history.replayed(&loud, &Suppressions::default(), false);
        prop_assert_eq!(lasting(&events), lasting(&loud), "what is suppressed is not recorded");

        let told: BTreeSet<_> = events
            .iter()
            .filter(|it| it.is_sent() && !matches!(it.change, Change::HealthChanged { .. }))
            .map(|it| (it.rule.as_str(), it.subject.as_str(), it.fired))
            .collect();
        for it in events.iter().filter(|it| it.told_before) {
            let key = (it.rule.as_str(), it.subject.as_str(), it.fired);
            prop_assert!(told.contains(&key), "nobody was told before {:?}", it);
        }
        let firing = open.iter().filter(|it| it.fired.is_some()).count();
        let alerts = section(&state, "alerts");
        let rules = alerts.as_object().into_iter().flatten();
        let kept: usize = rules.map(|(_, it)| it["subjects"].as_object().unwrap().len()).sum();
        prop_assert!(firing <= kept && kept <= history.rules.len() * IDS.len());
    }
}
