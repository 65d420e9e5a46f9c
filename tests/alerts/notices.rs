//! Faults of rules, what an event carries, and what is handed out.

use foretell::alert::Event;
use foretell::config::{Config, RuleSeverity};
use foretell::engine::AssessError;
use foretell::fault::{Code, Severity};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::state::{Content, GroupBy, HandOut, Outbox};
use foretell::value::Value;
use foretell::{Engine, Input, State};

use super::timeline::{day, engine, frames};

/// The fault codes of a rule with these keys and more config; warnings in brackets.
fn codes(rule: &str, more: &str) -> String {
    let text = format!(
        "[[metrics]]\nname = \"x\"\nrange = [0, 100]\nbetter = \"higher\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"x > 5\"\n{rule}\n{more}"
    );
    let config = Config::parse(&text);
    let faults = match Engine::compile(&config) {
        Ok(it) => it.warnings().to_vec(),
        Err(it) => it.list().to_vec(),
    };
    let show = |it: &foretell::fault::Fault| match it.severity {
        Severity::Error => it.code.to_string(),
        _ => format!("({})", it.code),
    };
    faults.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn settings_that_cannot_be_meant_are_faults() {
    let b = "[[rules]]\nname = \"b\"\nwhen = \"x > 50\"\nseverity = \"critical\"\n";
    let circle = "[[inhibit]]\nsource = [\"b\"]\ntarget = [\"r\"]\n\
                  [[inhibit]]\nsource = [\"r\"]\ntarget = [\"b\"]\n";
    for (rule, more, wanted) in [
        ("for = \"14d\"", "", ""),
        ("for = 3", "", ""),
        ("for = -1", "", "out-of-range"),
        ("for = 40000", "", "out-of-range"),
        ("for = \"soon\"", "", "out-of-range"),
        ("for = true", "", "wrong-type"),
        ("keep_firing_for = \"0d\"", "", "(unused)"),
        ("repeat_every = \"0d\"", "", "out-of-range"),
        ("no_data = \"kep\"", "", "unknown-name"),
        ("no_data_for = \"3d\"", "", "(unused)"),
        ("no_data = \"alert\"\nno_data_for = \"3d\"", "", ""),
        ("max_gap = \"3d\"", "", "(unused)"),
        ("max_gap = \"3d\"\nfor = 3", "", "(unused)"),
        ("max_gap = \"3d\"\nfor = \"3d\"", "", ""),
        ("because = [\"x\"]", "", ""),
        ("because = [\"xx\"]", "", "unknown-name"),
        ("clear_when = \"x < 3\"", "", ""),
        ("clear_when = \"x <= 5\"", "", ""),
        ("clear_when = \"x < 6\"", "", "(contradiction)"),
        ("clear_when = \"x\"", "", "wrong-type"),
        ("clear_when = \"xx < 6\"", "", "unknown-name"),
        ("cooldwn = \"3d\"", "", "unknown-key"),
        ("", "[[rules]]\nname = \"twin\"\nwhen = \"x>5\"\n", "(duplicate)"),
        ("", &b.replace("50", "5"), ""),
        ("", &format!("{b}[[inhibit]]\nsource = [\"b\"]\ntarget = [\"r\"]\n"), ""),
        ("", &format!("{b}[[inhibit]]\nsource = [\"bb\"]\ntarget = [\"r\"]\n"), "unknown-name"),
        ("", &format!("{b}[[inhibit]]\nsource = [\"b\"]\n"), "missing-key"),
        ("", &format!("{b}{circle}"), "cycle"),
        (
            "",
            &format!("{b}[[inhibit]]\nsource = [\"b\"]\ntarget = [\"r\"]\non = \"parent\"\n"),
            "(unused)",
        ),
        (
            "",
            &format!(
                "{b}[[inhibit]]\nsource_severity = \"critical\"\ntarget_severity = \"warning\"\n"
            ),
            "",
        ),
    ] {
        let got = codes(rule, more);
        assert!(
            got == wanted || (wanted == "unknown-name" && got.starts_with(wanted)),
            "{rule} {more}: wanted `{wanted}`, got `{got}`"
        );
    }
    assert!(Code::ALL.contains(&Code::Cycle));
}

/// The events of one day on which the rule `r` fires.
fn fired(rule: &str) -> Vec<Event> {
    let call =
        "[[playbooks]]\nname = \"call\"\nsteps = [{ channel = \"call\", title = \"call\" }]\n";
    let engine = engine(Some(rule), call);
    let [below, above] = frames("7", "3");
    let input = Input::frame(&below).and_frame(&above);
    engine.assess(&input, day(0), &State::new()).unwrap().events().to_vec()
}

#[test]
fn an_event_carries_what_people_need() {
    let rule = "message = \"x is ${x}\"; because = [\"y\", \"account.z\"]; owner = \"csm\"; \
                playbook = \"call\"; severity = \"critical\"; labels = { team = \"emea\" }";
    // A message that may lack a value is no part of this rule: `x` is there when it fires.
    let [event] = fired(rule).try_into().unwrap();
    assert_eq!(event.message, "x is 7");
    let evidence =
        [("y".to_owned(), Value::Number(3.0)), ("account.z".to_owned(), Value::Number(3.0))];
    assert_eq!(event.evidence, evidence);
    assert_eq!((event.owner.as_deref(), event.playbook.as_deref()), (Some("csm"), Some("call")));
    assert_eq!(event.parents.get(&SubjectKind::Account).map(String::as_str), Some("p"));
    assert_eq!((event.severity, event.labels.len()), (RuleSeverity::Critical, 1));
    assert_eq!((event.id.len(), event.is_sent()), (32, true));
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    // Without a choice, what the condition reads, by name.
    assert_eq!(fired("")[0].evidence, [("x".to_owned(), Value::Number(7.0))]);
}

/// Subjects with these values.
fn book(values: &[(&str, f64)]) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, values.iter().map(|it| it.0)).unwrap();
    let x = Column::numbers(values.iter().map(|it| Some(it.1)));
    frame.insert("x", x).unwrap();
    frame
}

/// The state after one day with alerts of subjects that have these values.
fn state(values: &[(&str, f64)]) -> State {
    let engine = engine(Some("owner = \"ann\"; when = \"x > 0\""), "");
    let frame = book(values);
    engine.assess(&Input::frame(&frame), day(0), &State::new()).unwrap().state().clone()
}

fn subjects(out: &Outbox) -> Vec<String> {
    out.deliveries().map(|it| it.content.event().unwrap().subject.clone()).collect()
}

#[test]
fn deliveries_that_belong_together_make_one_group() {
    let state = state(&[("a", 1.0), ("b", 2.0), ("c", 3.0)]);
    let groups = |by| state.clone().hand_out(&HandOut::new().grouped_by(by)).groups;
    let sizes = |by| groups(by).iter().map(|it| it.deliveries.len()).collect::<Vec<_>>();
    assert_eq!(sizes(GroupBy::Rule), [3]);
    assert_eq!(sizes(GroupBy::Subject), [1, 1, 1]);
    assert_eq!(groups(GroupBy::Owner)[0].key, "ann");
    assert_eq!(groups(GroupBy::Parent(SubjectKind::Account))[0].key, "");
    assert_eq!(groups(GroupBy::Label("team"))[0].severity, RuleSeverity::Warning);
}

#[test]
fn what_is_past_the_cap_waits_by_value() {
    let engine = engine(Some("owner = \"ann\"; when = \"x > 0\""), "");
    let given = book(&[("a", 1.0), ("b", 5.0), ("c", 3.0), ("d", f64::MIN_POSITIVE)]);
    let assess = |frame: &Frame, on: u64, state: &State| {
        engine.assess(&Input::frame(frame), day(on), state).unwrap().state().clone()
    };
    let value = |it: &Content| match it.event().and_then(|it| it.evidence.first()) {
        Some((_, Value::Number(it))) => *it,
        _ => f64::NAN,
    };
    let two = HandOut::new().at_most(2).valued(&value);
    let mut state = assess(&given, 0, &State::new());
    let first = state.hand_out(&two);
    assert_eq!(subjects(&first), ["b", "c"]);
    assert_eq!(first.waiting, [(RuleSeverity::Warning, 2)].into());
    // What was not acknowledged is handed out again, and the cap is used up.
    assert_eq!(subjects(&state.hand_out(&two)), ["b", "c"]);
    let ids: Vec<&str> = first.deliveries().map(foretell::state::Delivery::id).collect();
    assert_eq!(state.acknowledge(&ids), 2);
    assert_eq!(state.acknowledge(&ids), 0);
    assert_eq!(subjects(&state.hand_out(&two)), [""; 0]);
    // It is plain data, and the same day again changes nothing of it.
    let state: State = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    assert_eq!(assess(&given, 0, &state), state);
    // An alert that ends while its notice waits needs no notice.
    let over = book(&[("a", 0.0), ("b", 5.0), ("c", 3.0), ("d", f64::MIN_POSITIVE)]);
    let mut next = assess(&over, 1, &state);
    assert_eq!(subjects(&next.hand_out(&two)), ["d"]);
    assert_eq!(next.waiting().count(), 1);
}

#[test]
fn what_is_handed_out_comes_in_one_order() {
    let greater = "[[rules]]\nname = \"greater\"\nseverity = \"critical\"\nwhen = \"x > 1\"\n";
    let engine = engine(Some("when = \"x > 0\""), greater);
    let night = |values: &[(&str, f64)], on: u64, state: &State| {
        engine.assess(&Input::frame(&book(values)), day(on), state).unwrap().state().clone()
    };
    let mut state = night(&[("z", 1.0)], 0, &State::delivering());
    let ids: Vec<String> =
        state.hand_out(&HandOut::new()).deliveries().map(|it| it.id().to_owned()).collect();
    state.acknowledge(&ids);
    let state = night(&[("z", 1.0), ("y", 1.0)], 1, &state);
    let many = ["a", "b", "c", "d", "e", "f"].map(|it| (it, 1.0));
    let many = [&[("z", 0.0), ("y", 1.0), ("x", 2.0)][..], &many].concat();
    let mut state = night(&many, 2, &state);
    let out = state.hand_out(&HandOut::new());
    let told: Vec<(&str, &str)> = out
        .deliveries()
        .filter_map(|it| it.content.event())
        .map(|it| (it.subject.as_str(), it.change.name()))
        .collect();
    // What somebody waits to hear the end of, what matters more, what is older; of the same, by id.
    assert_eq!(told[..3], [("z", "resolved"), ("x", "fired"), ("y", "fired")]);
    let ids: Vec<&str> = out.deliveries().skip(3).map(foretell::state::Delivery::id).collect();
    assert!(ids.len() == 7 && ids.is_sorted(), "{told:?}");
}

#[test]
fn a_cap_is_for_each_owner_and_a_value_that_is_none_is_the_least() {
    let others = "[[rules]]\nname = \"other\"\nowner = \"bob\"\nwhen = \"x > 0\"\n";
    let engine = engine(Some("owner = \"ann\"; when = \"x > 0\""), others);
    let given = book(&[("a", 1.0), ("b", 2.0), ("c", 3.0)]);
    let out = engine.assess(&Input::frame(&given), day(0), &State::delivering()).unwrap();
    let mut state = out.state().clone();
    let value = |it: &Content| match it.event().and_then(|it| it.evidence.first()) {
        Some((_, Value::Number(it))) if (*it - 3.0).abs() > 0.0 => *it,
        _ => f64::NAN,
    };
    // What was never handed out cannot have arrived.
    let ids: Vec<String> = state.waiting().map(|it| it.id().to_owned()).collect();
    assert_eq!((ids.len(), state.acknowledge(&ids), state.waiting().count()), (6, 0, 6));
    let told = |most: usize, state: &mut State| {
        let out = state.hand_out(&HandOut::new().at_most(most).valued(&value));
        let of = |it: &foretell::state::DeliveryGroup| {
            let subjects = it.deliveries.iter().filter_map(|it| it.content.event());
            (it.key.clone(), subjects.map(|it| it.subject.clone()).collect::<String>())
        };
        out.groups.iter().map(of).collect::<Vec<_>>()
    };
    for (most, wanted) in [(1, "b"), (2, "ba"), (3, "bac")] {
        let wanted = ["ann", "bob"].map(|it| (it.to_owned(), wanted.to_owned()));
        assert_eq!(told(most, &mut state), wanted);
    }
}

#[test]
fn what_is_handed_out_again_keeps_its_order() {
    let engine = engine(Some("when = \"x > 0\""), "");
    let (fires, ends) = (book(&[("a", 1.0)]), book(&[("a", 0.0)]));
    let assess = |frame: &Frame, on: u64, state: &State| {
        engine.assess(&Input::frame(frame), day(on), state).unwrap().state().clone()
    };
    let told = |state: &mut State| {
        let out = state.hand_out(&HandOut::new());
        let name = |it: &foretell::state::Delivery| it.content.event().unwrap().change.name();
        out.deliveries().map(name).collect::<Vec<_>>()
    };
    // Nothing of it arrives: no end is sent before its beginning, and no withdrawal before what it takes back.
    let mut state = assess(&fires, 0, &State::delivering());
    assert_eq!(told(&mut state), ["fired"]);
    let mut over = assess(&ends, 1, &state);
    assert_eq!(told(&mut over), ["fired", "resolved"]);
    assert_eq!(told(&mut over), ["fired", "resolved"]);
    let mut back = assess(&ends, 0, &state);
    assert_eq!(told(&mut back), ["fired", "withdrawn"]);
    assert_eq!(told(&mut back), ["fired", "withdrawn"]);
}

#[test]
fn what_was_never_handed_out_is_dropped_when_days_are_assessed_again() {
    let engine = engine(Some("when = \"x > 0\""), "");
    let (fires, is_quiet) = (book(&[("a", 1.0)]), book(&[("a", 0.0)]));
    let assess = |frame: &Frame, on: u64, state: &State| {
        engine.assess(&Input::frame(frame), day(on), state).unwrap().state().clone()
    };
    let before = assess(&is_quiet, 0, &State::delivering());
    let fired = assess(&fires, 1, &before);
    for (handed_out, wanted) in [(false, &[][..]), (true, &["fired", "withdrawn"])] {
        let mut newest = assess(&fires, 2, &fired);
        if handed_out {
            newest.hand_out(&HandOut::new());
        }
        let again = assess(&is_quiet, 1, &before.rewind(&newest));
        let mut again = assess(&is_quiet, 2, &again);
        let out = again.hand_out(&HandOut::new());
        let told: Vec<_> =
            out.deliveries().map(|it| it.content.event().unwrap().change.name()).collect();
        assert_eq!(told, wanted, "handed out: {handed_out}");
    }
}

#[test]
fn a_day_in_the_past_is_an_error() {
    let engine = engine(Some(""), "");
    let [below, _] = frames("1", "0");
    let out = engine.assess(&Input::frame(&below), day(5), &State::new()).unwrap();
    let [gone, _] = frames("0", "0");
    let back = engine.assess(&Input::frame(&gone), day(4), out.state()).unwrap_err();
    assert!(matches!(back, AssessError::Past { .. }), "{back}");
    assert_eq!(back.faults()[0].code, Code::TimeReversed);
    let history = [(day(5), Input::frame(&below)), (day(4), Input::frame(&gone))];
    assert!(matches!(engine.replay(history, &State::new()), Err(AssessError::Past { .. })));
}

#[test]
fn the_configs_of_the_page_on_alerts_compile() {
    let page = include_str!("../../docs/alerts.md");
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    assert_eq!(blocks.len(), 4);
    for text in blocks {
        let engine = Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!(engine.warnings(), []);
    }
}
