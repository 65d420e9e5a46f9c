//! What an action says, its flat record, and what is said of inputs.

use crate::sections::section;
use foretell::config::{Config, RuleSeverity};
use foretell::engine::Note;
use foretell::expr::{Kind, Value};
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{Action, ActionOutcome, ActionRecord, ActionReport, ActionSort, Turn};
use foretell::time::{Calendar, CalendarConfig, CalendarException};
use foretell::{Assessment, Engine, Functions, Input, State};

use super::timeline::day;

const CONFIG: &str = r#"
[[metrics]]
name = "quiet_days"

[[metrics]]
name = "seats"

[[metrics]]
name = "plan"
type = "text"

[[rules]]
name = "quiet"
when = "quiet_days >= 20 && seats > 0"
severity = "critical"
message = "nobody has logged in for ${quiet_days} days"
labels = { team = "emea" }
because = ["quiet_days", "plan"]
playbook = "wake_up"

[[playbooks]]
name = "wake_up"

[[playbooks.steps]]
name = "call"
channel = "call"
owner = "csm"
title = 'Call ${plan ?? "the"} admin'
text = 'Of ${seats} seats none is used.'
when = "seats > 1"
deadline = "2d"
escalate_to = "csm_lead"
"#;

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

fn frame(quiet: f64) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ["s1"]).unwrap();
    frame.insert("quiet_days", Column::numbers([Some(quiet)])).unwrap();
    frame.insert("seats", Column::numbers([Some(12.0)])).unwrap();
    frame.insert("plan", Column::texts([None::<&str>])).unwrap();
    frame.set_parents(SubjectKind::Account, vec![Some("a1".into())]).unwrap();
    frame
}

fn accounts() -> Frame {
    Frame::new(SubjectKind::Account, ["a1"]).unwrap()
}

fn days(engine: &Engine, values: &[f64]) -> Vec<Assessment> {
    let (mut state, mut all, above) = (State::new(), Vec::new(), accounts());
    for (at, quiet) in values.iter().enumerate() {
        let frame = frame(*quiet);
        let input = Input::frame(&frame).and_frame(&above);
        let out = engine.assess(&input, day(at as u64), &state).unwrap();
        state = out.state().clone();
        all.push(out);
    }
    all
}

#[test]
fn an_action_is_a_record_of_stable_names() {
    let all = days(&engine(CONFIG), &[20.0, 21.0, 22.0, 3.0]);
    let issued = &all[0].actions()[0];
    let escalated = &all[3].actions()[0];
    assert_eq!(escalated.escalation_of.as_ref(), Some(&issued.id));
    // The alert is over; what it said last is still why.
    assert_eq!(escalated.why, "nobody has logged in for 22 days");
    assert_eq!(
        (issued.severity, escalated.severity),
        (RuleSeverity::Critical, RuleSeverity::Critical)
    );
    let records: Vec<ActionRecord> = vec![issued.record(), escalated.record()];
    let text = serde_json::to_string_pretty(&records).unwrap();
    insta::assert_snapshot!("record", text);
    assert_eq!(serde_json::from_str::<Vec<ActionRecord>>(&text).unwrap(), records);
    for it in [issued, escalated] {
        let text = serde_json::to_string(it).unwrap();
        assert_eq!(&serde_json::from_str::<Action>(&text).unwrap(), it);
    }
}

#[test]
fn a_record_keeps_every_field_that_is_documented() {
    let all = days(&engine(CONFIG), &[20.0]);
    let record = serde_json::to_value(all[0].actions()[0].record()).unwrap();
    let fields: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let docs = include_str!("../../docs/playbooks.md");
    let (_, table) = docs.split_once("## The record").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let documented: Vec<&str> =
        table.lines().filter_map(|it| it.strip_prefix("| `")?.split("` |").next()).collect();
    let sorted = |mut it: Vec<&str>| {
        it.sort_unstable();
        it.join(" ")
    };
    assert_eq!(sorted(documented), sorted(fields));
}

#[test]
fn the_state_of_an_enrolment_is_small_and_named() {
    let all = days(&engine(CONFIG), &[20.0, 21.0]);
    insta::assert_snapshot!(
        "state",
        serde_json::to_string_pretty(&section(all[1].state(), "enrolments")).unwrap()
    );
}

#[test]
fn a_report_on_an_action_of_the_same_day_is_used_on_the_next() {
    let engine = engine(CONFIG);
    let (frame, above) = (frame(30.0), accounts());
    let first =
        engine.assess(&Input::frame(&frame).and_frame(&above), day(0), &State::new()).unwrap();
    let reports = [ActionReport::new(first.actions()[0].id.clone(), ActionOutcome::Done, day(0))
        .said_by("ann")
        .with_note("she is on leave")];
    let input = Input::frame(&frame).and_frame(&above).with_reports(&reports);
    let again = engine.assess(&input, day(0), first.state()).unwrap();
    assert!(!again.notes().iter().any(|it| matches!(it, Note::Report { .. })));
    assert_eq!(section(again.state(), "enrolments"), section(first.state(), "enrolments"));
    // It need not be handed in again.
    let input = Input::frame(&frame).and_frame(&above);
    let later = engine.assess(&input, day(1), again.state()).unwrap();
    let turns: Vec<&Turn> = later.enrolment_changes().iter().map(|it| &it.turn).collect();
    let Turn::Reported { step, by, note, .. } = turns[0] else { panic!("{turns:?}") };
    assert_eq!((step.as_str(), by.as_deref()), ("call", Some("ann")));
    assert_eq!(note.as_deref(), Some("she is on leave"));
    assert!(!later.notes().iter().any(|it| matches!(it, Note::Report { .. })));
}

#[test]
fn a_day_before_the_last_is_an_error() {
    let engine = engine(CONFIG);
    let (frame, above) = (frame(30.0), accounts());
    let input = Input::frame(&frame).and_frame(&above);
    let first = engine.assess(&input, day(5), &State::new()).unwrap();
    assert!(engine.assess(&input, day(4), first.state()).is_err());
}

#[test]
fn a_calendar_whose_work_is_over_is_said_and_issues_nothing() {
    let text =
        CONFIG.replace("name = \"wake_up\"\n\n[[", "name = \"wake_up\"\ndays = \"business\"\n\n[[");
    let engine = engine(&text);
    let mut calendar = CalendarConfig::default().with_weekend(["mon-sun"]);
    assert!(Calendar::new(&calendar).unwrap_err().to_string().contains("is never open"));
    calendar.exceptions.push(CalendarException::on("2020-01-01", "09:00-17:00"));
    let calendar = Calendar::new(&calendar).unwrap();
    let (frame, above) = (frame(30.0), accounts());
    let input = Input::frame(&frame).and_frame(&above).with_work_calendar(&calendar);
    let out = engine.assess(&input, day(0), &State::new()).unwrap();
    assert_eq!(out.faults().iter().map(|it| it.code).collect::<Vec<_>>(), [Code::Faulted]);
    assert_eq!(out.actions(), []);
    assert_eq!(out.enrolments()[0].next.as_ref().unwrap().due, None);
    // The next day with a calendar goes on.
    let input = Input::frame(&frame).and_frame(&above);
    let next = engine.assess(&input, day(1), out.state()).unwrap();
    assert_eq!(next.actions().len(), 1);
}

#[test]
fn a_condition_whose_function_fails_leaves_the_others_alone() {
    let mut functions = Functions::new();
    let oops = |_: &[Value]| Value::Text("oops".into());
    functions.register("broken", &[Kind::Number], Kind::Flag, oops).unwrap();
    let text = CONFIG.replace("when = \"seats > 1\"", "when = \"broken(seats)\"");
    let text = text.replace("${seats}", "${seats ?? 0}");
    let engine =
        Engine::compile_with(&Config::parse(&text), functions).unwrap_or_else(|it| panic!("{it}"));
    let all = days(&engine, &[20.0]);
    assert_eq!(all[0].faults()[0].place.path, "functions.broken");
    assert!(all[0].faults()[0].message.contains("the subscription `s1`"), "{:?}", all[0].faults());
    assert_eq!(all[0].events().len(), 1);
    let turns: Vec<String> =
        all[0].enrolment_changes().iter().map(|it| format!("{:?}", it.turn)).collect();
    assert!(turns[1].contains("NoData") && turns[2].contains("Finished"), "{turns:?}");
}

#[test]
fn an_action_of_a_step_is_no_escalation() {
    let all = days(&engine(CONFIG), &[20.0]);
    let it = &all[0].actions()[0];
    assert_eq!((it.sort, it.escalation_of.as_ref(), it.id.len()), (ActionSort::Step, None, 32));
    assert_eq!(
        (it.title.as_str(), it.text.as_str()),
        ("Call the admin", "Of 12 seats none is used.")
    );
}
