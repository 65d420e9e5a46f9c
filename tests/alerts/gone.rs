//! Who is gone, and who is set aside: all that is remembered of a subject goes together.

use crate::sections::section;
use foretell::alert::{Change, Reason};
use foretell::book::{Book, Subscription, Tables};
use foretell::engine::Note;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Assessment, Config, Engine, Input, State};

use super::timeline::{day, engine};

const KIND: SubjectKind = SubjectKind::Subscription;

fn frame(rows: &[(&str, f64)]) -> Frame {
    let mut frame = Frame::new(KIND, rows.iter().map(|it| it.0)).unwrap();
    frame.insert("x", Column::numbers(rows.iter().map(|it| Some(it.1)))).unwrap();
    frame
}

fn reasons(out: &Assessment) -> Vec<Reason> {
    let reason = |it: &foretell::alert::Event| match it.change {
        Change::Resolved { reason } => Some(reason),
        _ => None,
    };
    out.events().iter().filter_map(reason).collect()
}

#[test]
fn who_is_said_to_be_gone_is_of_a_kind() {
    let engine = engine(Some("when = \"x > 0\""), "");
    let (both, one) = (frame(&[("a", 1.0), ("b", 1.0)]), frame(&[("b", 1.0)]));
    let first = engine.assess(&Input::frame(&both), day(0), &State::new()).unwrap();
    for (kind, wanted) in [(KIND, &[Reason::SubjectGone][..]), (SubjectKind::Account, &[])] {
        let gone = [(kind, "a".to_owned())];
        let input = Input::frame(&one).with_gone(&gone);
        let out = engine.assess(&input, day(1), first.state()).unwrap();
        assert_eq!(reasons(&out), wanted, "{kind}");
        // Of who is neither there nor gone it is said that it is set aside.
        let aside = Note::SetAside { kind: KIND, subjects: 1 };
        assert_eq!(out.notes().contains(&aside), wanted.is_empty(), "{:?}", out.notes());
    }
}

#[test]
fn who_is_over_by_its_own_record_is_gone() {
    let text = "metrics = [{ name = 'seats' }]\n[[rules]]\nname = 'r'\nwhen = 'seats > 0'";
    let engine = Engine::compile(&Config::parse(text)).unwrap();
    let book = |ids: &[&str]| {
        let mut tables = Tables::default();
        for id in ids {
            let mut it = Subscription::new(*id);
            (it.seats, it.start) = (Some(5.0), Some(day(0).to_string().parse().unwrap()));
            it.end = (*id == "a").then(|| day(9).to_string().parse().unwrap());
            tables.push(it);
        }
        Book::strict(tables).unwrap()
    };
    let (whole, cut) = (book(&["a", "b"]), book(&["b"]));
    let first = engine.assess(&Input::book(&whole), day(5), &State::new()).unwrap();
    assert_eq!(first.events().len(), 2);
    let over = engine.assess(&Input::book(&whole), day(20), first.state()).unwrap();
    assert_eq!(reasons(&over), [Reason::SubjectGone]);
    let cut = engine.assess(&Input::book(&cut), day(20), first.state()).unwrap();
    assert_eq!(reasons(&cut), [], "a record that is not there says nothing");
}

#[test]
fn each_part_of_a_state_forgets_who_is_gone() {
    let card = |keys: &str, more: &str| {
        format!(
            "[[scorecards]]\nname = \"s\"\n{keys}\n\
             factors = [{{ metric = \"x\", points.linear = {{ worst = 0, best = 9 }}{more} }}]\n"
        )
    };
    let bands = "bands = [{ name = \"red\" }, { name = \"green\", from = 50 }]";
    // Each remembers one thing of its subjects.
    for (part, rule, config) in [
        ("bands", "when = \"x > 99\"", card(bands, "")),
        ("carried", "when = \"x > 99\"", card("", ", missing = { carry = \"99d\" }")),
        ("history", "when = \"x.previous > 99\"", String::new()),
        ("alerts", "when = \"x > 0\"", String::new()),
        (
            "enrolments",
            "when = \"x == 1\"; playbook = \"p\"",
            "[[playbooks]]\nname = \"p\"\nsteps = [{ channel = \"call\", title = \"call\" }, \
             { channel = \"email\", title = \"write\", after = \"99d\" }]\n"
                .to_owned(),
        ),
    ] {
        let engine = engine(Some(rule), &config);
        let assess = |rows: &[(&str, f64)], whole: bool, on: u64, state: &State| {
            let frame = frame(rows);
            let input = Input::frame(&frame);
            let input = if whole { input.complete([KIND]) } else { input };
            engine.assess(&input, day(on), state).unwrap().state().clone()
        };
        let holds = |state: &State| {
            let all = serde_json::to_value(state).unwrap();
            let of = |it: &str| all["sections"][it].to_string().contains("\"a\"");
            (of(part), of("absent"))
        };
        let first = assess(&[("a", 1.0), ("b", 1.0)], true, 0, &State::new());
        // The alert of the last is over, and its run goes on.
        let first = assess(&[("a", 2.0), ("b", 2.0)], true, 1, &first);
        assert_eq!(holds(&first), (true, false), "{part}");
        assert_eq!(holds(&assess(&[("b", 2.0)], true, 2, &first)), (false, false), "{part}");
        let away = assess(&[("b", 2.0)], false, 2, &first);
        assert_eq!(holds(&away), (true, true), "{part}: it is set aside");
        let last = assess(&[("b", 2.0)], false, 32, &away);
        assert_eq!(holds(&last), (true, true), "{part}: a month is not over");
        let over = assess(&[("b", 2.0)], false, 33, &last);
        assert_eq!(holds(&over), (false, false), "{part}: a month is over");
    }
}

#[test]
fn who_is_set_aside_is_counted_until_the_grace_is_over() {
    // All that is remembered of `a` is that it cools down, and soon that it is away.
    let engine = engine(Some("when = \"x > 0\"; cooldown = \"3d\""), "");
    let both = |of_a: f64| frame(&[("a", of_a), ("b", 1.0)]);
    let mut state = State::new();
    for (on, of_a) in [(0, 1.0), (1, 0.0)] {
        let out = engine.assess(&Input::frame(&both(of_a)), day(on), &state).unwrap();
        state = out.into_state();
    }
    let one = frame(&[("b", 1.0)]);
    for on in 2..=33 {
        let out = engine.assess(&Input::frame(&one), day(on), &state).unwrap();
        let aside = Note::SetAside { kind: KIND, subjects: 1 };
        assert_eq!(out.notes().contains(&aside), on < 33, "day {on}: {:?}", out.notes());
        let there = section(out.state(), "tallies")[KIND.name()]["subjects"].as_u64();
        assert_eq!(there, Some(if on < 33 { 2 } else { 1 }), "day {on}");
        state = out.into_state();
    }
    assert!(section(&state, "absent").is_null());
}

#[test]
fn who_was_told_of_one_kind_was_told_of_no_other() {
    let rule = |kind: SubjectKind| {
        let rules = "metrics = [{ name = 'x' }]\n[[rules]]\nname = 'r'\nwhen = 'x > 0'";
        Engine::compile(&Config::parse(&format!("subject = '{kind}'\n{rules}"))).unwrap()
    };
    let of = |kind: SubjectKind| {
        let mut frame = Frame::new(kind, ["a"]).unwrap();
        frame.insert("x", Column::numbers([Some(1.0)])).unwrap();
        frame
    };
    let (one, other) = (of(KIND), of(SubjectKind::Account));
    let input = || Input::frame(&one).and_frame(&other);
    let first = rule(KIND).assess(&input(), day(0), &State::new()).unwrap();
    let out = rule(SubjectKind::Account).assess(&input(), day(1), first.state()).unwrap();
    let said = out.events().iter().map(|it| (it.kind, it.change.name(), it.told_before));
    let said: Vec<_> = said.collect();
    assert_eq!(said, [(SubjectKind::Account, "fired", false), (KIND, "resolved", true)]);
}
