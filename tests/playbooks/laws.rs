//! What holds of playbooks over any time, under any settings.

use std::collections::{BTreeMap, BTreeSet};

use crate::sections::{alert, fires, section};
use chrono::NaiveDate;
use foretell::config::Config;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{Action, ActionOutcome, ActionReport, ActionSort, EnrolmentChange, Turn};
use foretell::time::{AsOf, Calendar, CalendarConfig};
use foretell::{Engine, Input, State};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::timeline::day;

const IDS: [&str; 3] = ["a", "b", "c"];

/// Settings of a playbook, one of each list.
const PLAYBOOK: [&[&str]; 5] = [
    &["", "when = \"y > 1\""],
    &["", "stop_when = \"y > 4\""],
    &["", "until_resolved = true"],
    &["", "one_per = \"rule\""],
    &["", "days = \"business\""],
];

/// Settings of a step, one of each list.
const STEP: [&[&str]; 4] = [
    &["", "after = \"1d\"", "after = \"2d\"", "after = \"1w\""],
    &["", "when = \"y > 2\""],
    &["", "deadline = \"1d\"", "deadline = \"2d\"\nescalate_to = \"lead\""],
    &["", "after_done = true"],
];

/// Settings of a rule.
const RULE: [&str; 4] =
    ["", "cooldown = \"3d\"", "keep_firing_for = \"2d\"", "no_data = \"resolve\""];

#[derive(Debug, Clone)]
struct History {
    playbooks: Vec<([usize; 5], Vec<[usize; 4]>)>,
    rules: [usize; 3],
    /// For each evaluation the days since the last one, and `x` and `y` of each subject: 6 for missing, 7
    /// for not there.
    days: Vec<(u64, [(u8, u8); 3])>,
    holidays: BTreeSet<u64>,
    /// Which actions are reported at which evaluation.
    reports: Vec<u8>,
}

fn histories() -> impl Strategy<Value = History> {
    let playbook = (
        proptest::array::uniform5(0usize..2),
        proptest::collection::vec(proptest::array::uniform4(0usize..4), 1..5),
    );
    let value = || prop_oneof![8 => 0u8..6, 1 => Just(6u8), 1 => Just(7u8)];
    let today = (
        prop_oneof![4 => Just(1u64), 1 => Just(3u64)],
        proptest::array::uniform3((value(), value())),
    );
    (
        proptest::collection::vec(playbook, 2),
        proptest::array::uniform3(0usize..4),
        proptest::collection::vec(today, 1..20),
        proptest::collection::btree_set(0u64..40, 0..6),
        proptest::collection::vec(0u8..4, 20),
    )
        .prop_map(|(playbooks, rules, days, holidays, reports)| History {
            playbooks,
            rules,
            days,
            holidays,
            reports,
        })
}

/// What a run came to.
#[derive(Debug, Default, PartialEq)]
struct Course {
    actions: Vec<Action>,
    changes: Vec<EnrolmentChange>,
    state: State,
}

impl History {
    fn engine(&self, reversed: bool) -> Engine {
        let mut rules: Vec<String> = Vec::new();
        for (at, choice) in self.rules.iter().enumerate() {
            let (limit, playbook) = (1 + at, at % 2);
            rules.push(format!(
                "[[rules]]\nname = \"r{at}\"\nwhen = \"x > {limit}\"\nplaybook = \"p{playbook}\"\n{}\n",
                RULE[*choice]
            ));
        }
        let mut playbooks: Vec<String> = Vec::new();
        for (at, (choices, steps)) in self.playbooks.iter().enumerate() {
            let mut text = format!("[[playbooks]]\nname = \"p{at}\"\n");
            for (choice, list) in choices.iter().zip(PLAYBOOK) {
                text += &format!("{}\n", list[choice % list.len()]);
            }
            for (number, choices) in steps.iter().enumerate() {
                text += &format!(
                    "[[playbooks.steps]]\nname = \"s{number}\"\nchannel = \"call\"\ntitle = '${{y ?? 0}}'\n"
                );
                for (choice, list) in choices.iter().zip(STEP) {
                    text += &format!("{}\n", list[choice % list.len()]);
                }
            }
            playbooks.push(text);
        }
        if reversed {
            rules.reverse();
            playbooks.reverse();
        }
        let metrics = "[[metrics]]\nname = \"x\"\n[[metrics]]\nname = \"y\"\n";
        let text = format!("{metrics}{}{}", rules.concat(), playbooks.concat());
        Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
    }

    fn frames(&self, reversed: bool) -> Vec<(NaiveDate, Frame)> {
        let mut today = 0;
        let mut all = Vec::new();
        for (passed, values) in &self.days {
            today += passed;
            let mut rows: Vec<_> =
                IDS.into_iter().zip(*values).filter(|(_, value)| value.0 < 7).collect();
            if reversed {
                rows.reverse();
            }
            let mut frame =
                Frame::new(SubjectKind::Subscription, rows.iter().map(|it| it.0)).unwrap();
            let number = |it: u8| (it < 6).then_some(f64::from(it));
            frame.insert("x", Column::numbers(rows.iter().map(|it| number(it.1.0)))).unwrap();
            frame.insert("y", Column::numbers(rows.iter().map(|it| number(it.1.1)))).unwrap();
            all.push((day(today), frame));
        }
        all
    }

    fn calendar(&self) -> Calendar {
        let holidays = self.holidays.iter().map(|it| day(*it));
        Calendar::new(&CalendarConfig::default().with_holidays(holidays)).unwrap()
    }

    /// Day by day; the state goes through JSON in between. With the reports that were handed in.
    fn stepped(&self, engine: &Engine) -> (Course, Vec<Vec<ActionReport>>) {
        let calendar = self.calendar();
        let (mut course, mut handed) = (Course::default(), Vec::new());
        course.state = State::new();
        for ((as_of, frame), pick) in self.frames(false).into_iter().zip(&self.reports) {
            // Two of four evaluations hand in reports, on every action so far that its place picks.
            let picked = course
                .actions
                .iter()
                .enumerate()
                .filter(|(at, _)| *pick < 2 && at % 2 == usize::from(*pick));
            let reports: Vec<ActionReport> = picked
                .map(|(at, it)| {
                    ActionReport::new(
                        it.id.clone(),
                        if at % 3 == 0 { ActionOutcome::Skipped } else { ActionOutcome::Done },
                        as_of,
                    )
                })
                .collect();
            let input = Input::frame(&frame).with_work_calendar(&calendar).with_reports(&reports);
            let input = input.complete(SubjectKind::ALL);
            let out = engine.assess(&input, as_of, &course.state).unwrap();
            let again = engine.assess(&input, as_of, out.state()).unwrap();
            assert_eq!((again.actions(), again.enrolment_changes()), (&[][..], &[][..]));
            assert_eq!(again.state(), out.state());
            assert_eq!(again.enrolments(), out.enrolments());
            self.one_at_a_time(&out);
            sparse(out.state());
            course.actions.extend(out.actions().to_vec());
            course.changes.extend(out.enrolment_changes().to_vec());
            let text = serde_json::to_string(out.state()).unwrap();
            course.state = serde_json::from_str(&text).unwrap();
            handed.push(reports);
        }
        (course, handed)
    }

    fn replayed(&self, engine: &Engine, handed: &[Vec<ActionReport>], reversed: bool) -> Course {
        let (calendar, frames) = (self.calendar(), self.frames(reversed));
        let history = frames.iter().zip(handed).map(|((as_of, frame), reports)| {
            let input = Input::frame(frame).with_work_calendar(&calendar).with_reports(reports);
            (*as_of, input.complete(SubjectKind::ALL))
        });
        let out = engine.replay(history, &State::new()).unwrap();
        Course { actions: out.actions, changes: out.enrolment_changes, state: out.state }
    }

    fn one_at_a_time(&self, out: &foretell::Assessment) {
        let mut seen = BTreeSet::new();
        for it in out.enrolments() {
            let number: usize = it.playbook.trim_start_matches('p').parse().unwrap();
            let per_rule = self.playbooks[number].0[3] % 2 == 1;
            let rule = if per_rule { it.rule.as_str() } else { "" };
            assert!(seen.insert((&it.playbook, &it.subject, rule)), "two at a time: {it:?}");
        }
    }
}

/// Only what is under way, or what a firing alert must not begin again, is remembered.
fn sparse(state: &State) {
    let lists = section(state, "enrolments");
    for (_, list) in lists.as_object().into_iter().flatten() {
        for (subject, entries) in list["subjects"].as_object().unwrap() {
            let entries = entries.as_array().unwrap();
            assert!(!entries.is_empty());
            for over in entries.iter().filter(|it| !it["phase"].is_null()) {
                let alert = alert(state, over["rule"].as_str().unwrap(), subject);
                let fires = fires(&alert) && alert["fired"] == over["fired"];
                assert!(fires, "remembered for nothing: {over}");
                let kept = ["reached", "awaited", "cause"].iter().any(|key| !over[key].is_null());
                assert!(!kept, "{over}");
            }
        }
    }
}

type Key<'a> = (&'a str, &'a str, &'a str, AsOf);

/// Each enrolment begins once and ends at most once, and acts in between only.
fn lives_are_whole(course: &Course) {
    let mut lives: BTreeMap<Key<'_>, (NaiveDate, Option<NaiveDate>)> = BTreeMap::new();
    for it in &course.changes {
        let key = (it.playbook.as_str(), it.subject.as_str(), it.rule.as_str(), it.fired);
        match &it.turn {
            Turn::Begun => assert!(lives.insert(key, (it.day, None)).is_none(), "twice: {it:?}"),
            Turn::Ended { .. } => {
                let end = &mut lives.get_mut(&key).unwrap_or_else(|| panic!("{it:?}")).1;
                assert_eq!(end.replace(it.day), None, "ends twice: {it:?}");
            }
            Turn::Declined { .. } => assert!(!lives.contains_key(&key), "{it:?}"),
            _ => assert!(lives.contains_key(&key), "{it:?}"),
        }
    }
    let mut issued = BTreeSet::new();
    for it in &course.actions {
        let key = (it.playbook.as_str(), it.subject.as_str(), it.rule.as_str(), it.fired);
        let (begun, end) = lives.get(&key).unwrap_or_else(|| panic!("never begun: {it:?}"));
        assert!(*begun <= it.day && end.is_none_or(|end| it.day <= end), "out of time: {it:?}");
        assert!(it.due <= it.day && it.fired <= *begun, "{it:?}");
        assert!(issued.insert((key, it.step.as_str(), it.sort)), "issued twice: {it:?}");
        if it.sort == ActionSort::Escalation {
            let of = course.actions.iter().find(|of| Some(&of.id) == it.escalation_of.as_ref());
            let of = of.unwrap_or_else(|| panic!("of nothing: {it:?}"));
            assert!(of.deadline == it.deadline && of.deadline < Some(it.day), "{it:?}");
        }
    }
}

/// The laws say something only of what the histories come to.
#[test]
fn the_random_histories_reach_every_turn() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for _ in 0..60 {
        let history = histories().new_tree(&mut runner).unwrap().current();
        let course = history.stepped(&history.engine(false)).0;
        seen.extend(course.changes.iter().map(|it| match &it.turn {
            Turn::Begun => "begun".to_owned(),
            Turn::Declined { .. } => "declined".to_owned(),
            Turn::Reported { outcome, .. } => format!("{outcome:?}"),
            Turn::Skipped { reason, .. } => format!("{reason:?}"),
            Turn::Ended { reason } => format!("{reason:?}"),
            other => format!("{other:?}"),
        }));
        seen.extend(
            course.actions.iter().map(|it| format!("{:?} late {}", it.sort, it.due < it.day)),
        );
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "Condition",
            "Done",
            "Escalation late false",
            "Finished",
            "NoData",
            "Resolved",
            "Skipped",
            "Step late false",
            "Step late true",
            "Stopped",
            "SubjectGone",
            "begun",
            "declined",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn playbooks_keep_their_laws(history in histories()) {
        let engine = history.engine(false);
        let (course, handed) = history.stepped(&engine);

        lives_are_whole(&course);
        let ids: BTreeSet<&str> = course.actions.iter().map(|it| it.id.as_str()).collect();
        prop_assert_eq!(ids.len(), course.actions.len(), "an id stands for two actions");

        let replayed = history.replayed(&engine, &handed, false);
        prop_assert_eq!(&course, &replayed, "one call and day by day differ");

        let reversed = history.replayed(&history.engine(true), &handed, true);
        // The hash of the config knows its order, and what was replaced knows the hash.
        let stored = |course: &Course| {
            let mut stored = serde_json::to_value(&course.state).unwrap();
            for key in ["engine", "sum"] {
                stored[key].take();
            }
            stored["sections"]["undo"].take();
            stored
        };
        prop_assert_eq!(stored(&course), stored(&reversed), "the order of rules, playbooks or subjects matters");
        let said = |course: &Course| (course.actions.clone(), course.changes.clone());
        prop_assert_eq!(said(&course), said(&reversed), "the order of rules, playbooks or subjects matters");

        let calendar = history.calendar();
        for it in &course.actions {
            let number: usize = it.playbook.trim_start_matches('p').parse().unwrap();
            if history.playbooks[number].0[4] % 2 == 1 {
                let days = [Some(it.day), it.deadline].into_iter().flatten();
                let off = days.filter(|it| calendar.is_day_off(*it)).count();
                prop_assert_eq!(off, 0, "on a day off: {:?}", it);
                prop_assert!(
                    it.sort == ActionSort::Escalation || !calendar.is_day_off(it.due), "{:?}", it
                );
            }
        }
    }
}
