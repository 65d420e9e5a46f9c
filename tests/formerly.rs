//! What was renamed goes on under its new name, and nobody is notified of it.

mod again;
mod law;
mod rows;

use std::fmt::Write as _;

use crate::sections::alert;
use foretell::alert::{Matcher, Silence, Snooze, Suppressions};
use foretell::book::{Book, Override, OverrideKind, Subscription, Tables};
use foretell::config::Config;
use foretell::engine::{Note, Renamed};
use foretell::fault::Severity;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{ActionOutcome, ActionReport};
use foretell::state::State;
use foretell::{Engine, Input};

use self::rows::ROWS;
use crate::alerts::timeline::day;

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
}

fn faults(text: &str) -> Vec<String> {
    let faults = Engine::compile(&Config::parse(text)).unwrap_err();
    let errors = faults.list().iter().filter(|it| it.severity == Severity::Error);
    errors.map(|it| format!("{} at {}: {}", it.code, it.place.path, it.message)).collect()
}

fn frame(name: &str, values: &[Option<f64>]) -> Frame {
    let ids: Vec<String> = (0..values.len()).map(|it| format!("s{it}")).collect();
    let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().map(String::as_str)).unwrap();
    frame.insert(name, Column::numbers(values.iter().copied())).unwrap();
    frame
}

/// Events of one subject over days, `1x3` and the like, with a config that changes at a day.
fn told(before: &str, after: &str, change: usize, series: &[f64], metrics: [&str; 2]) -> String {
    let (before, after) = (engine(before), engine(after));
    let mut state = State::new();
    let mut said = String::new();
    for (at, value) in series.iter().enumerate() {
        let (engine, metric) =
            if at < change { (&before, metrics[0]) } else { (&after, metrics[1]) };
        let frame = frame(metric, &[Some(*value)]);
        let out = engine.assess(&Input::frame(&frame), day(at as u64), &state).unwrap();
        assert_eq!(out.faults(), []);
        for it in out.events() {
            let _ = write!(said, "{}.{}@{at} ", it.rule, it.change.name());
        }
        for it in out.enrolment_changes() {
            let _ = write!(said, "{}:{}@{at} ", it.playbook, it.rule);
        }
        for it in out.actions() {
            let _ = write!(said, "{}:{}:{}@{at} ", it.playbook, it.rule, it.step);
        }
        state = serde_json::from_str(&serde_json::to_string(out.state()).unwrap()).unwrap();
    }
    said.trim_end().to_owned()
}

const X: &str = "[[metrics]]\nname = \"x\"\n";

#[test]
fn what_was_renamed_goes_on() {
    for (name, before, after, series, expected) in ROWS {
        let [before, after] = [before, after].map(|it| format!("{X}{it}\n"));
        let got = told(&before, &after, 2, series, ["x", "x"]);
        assert_eq!(got, *expected, "{name}");
    }
}

#[test]
fn a_given_metric_that_was_renamed_keeps_its_past() {
    let config = |metric: &str, formerly: &str| {
        format!(
            "[[metrics]]\nname = \"{metric}\"\n{formerly}\n[[rules]]\nname = \"r\"\n\
             when = \"{metric}.change_2d > 3 && {metric} >= 0\"\n"
        )
    };
    let (before, after) = (config("logs", ""), config("logins", "formerly = [\"logs\"]"));
    assert_eq!(told(&before, &after, 2, &[1.0, 1.0, 5.0], ["logs", "logins"]), "r.fired@2");
    // Without it the past is lost, and a note says what may have happened.
    let mut past = engine(&before)
        .assess(&Input::frame(&frame("logs", &[Some(1.0)])), day(0), &State::new())
        .unwrap();
    past = engine(&before)
        .assess(&Input::frame(&frame("logs", &[Some(1.0)])), day(1), past.state())
        .unwrap();
    let after = engine(&config("logi", ""));
    let out =
        after.assess(&Input::frame(&frame("logi", &[Some(9.0)])), day(2), past.state()).unwrap();
    assert_eq!(out.events(), []);
    let near = Note::Vanished { what: Renamed::Metric, name: "logs".into(), near: "logi".into() };
    assert!(out.notes().contains(&near), "{:?}", out.notes());
}

#[test]
fn a_column_under_a_former_name_is_told_with_the_name_of_today() {
    let engine = engine(
        "[[metrics]]\nname = \"sign_ins\"\nformerly = [\"logs\"]\n[[rules]]\nname = \"r\"\nwhen = \"sign_ins > 0\"",
    );
    let out =
        engine.assess(&Input::frame(&frame("logs", &[Some(1.0)])), day(0), &State::new()).unwrap();
    let near = Some("sign_ins".to_owned());
    let note = Note::NotRead { kind: SubjectKind::Subscription, column: "logs".into(), near };
    assert!(out.notes().contains(&note), "{:?}", out.notes());
}

/// A carried value under the name of its group and factor.
#[test]
fn what_factors_carry_goes_on() {
    let points = "points.linear = { worst = 0, best = 10 }";
    let config = |card: &str, group: &str, metric: &str, factor: &str| {
        format!(
            "[[metrics]]\n{metric}\n[[scorecards]]\nmin_coverage = 0\n{card}\n[[scorecards.groups]]\n{group}\n\
             factors = [{{ {factor}, {points}, missing = {{ carry = \"9d\" }} }}]\n"
        )
    };
    let before = config("name = \"h\"", "name = \"g\"", "name = \"x\"", "metric = \"x\"");
    for (after, card, metric) in [
        (
            config(
                "name = \"k\"\nformerly = [\"h\"]",
                "name = \"g\"",
                "name = \"x\"",
                "metric = \"x\"",
            ),
            "k",
            "x",
        ),
        (
            config(
                "name = \"h\"",
                "name = \"u\"\nformerly = [\"g\"]",
                "name = \"x\"",
                "metric = \"x\"",
            ),
            "h",
            "x",
        ),
        (
            config(
                "name = \"h\"",
                "name = \"g\"",
                "name = \"x\"",
                "name = \"f\", formerly = [\"x\"], metric = \"x\"",
            ),
            "h",
            "x",
        ),
        // A factor without a name of its own has that of its metric.
        (
            config(
                "name = \"h\"",
                "name = \"g\"",
                "name = \"y\"\nformerly = [\"x\"]",
                "metric = \"y\"",
            ),
            "h",
            "y",
        ),
        (
            config(
                "name = \"k\"\nformerly = [\"h\"]",
                "name = \"u\"\nformerly = [\"g\"]",
                "name = \"y\"\nformerly = [\"x\"]",
                "name = \"f\", formerly = [\"x\"], metric = \"y\"",
            ),
            "k",
            "y",
        ),
    ] {
        let past = engine(&before)
            .assess(&Input::frame(&frame("x", &[Some(7.0)])), day(0), &State::new())
            .unwrap();
        let (after, today) = (engine(&after), frame(metric, &[None]));
        let out = after.assess(&Input::frame(&today), day(1), past.state()).unwrap();
        assert_eq!(out.score(card, "s0").unwrap().score, Some(70.0), "{card} {metric}");
        // Scores alone, one subject at a time too, and the explanation say the same.
        let scores = after.score(&Input::frame(&today), day(1), past.state());
        assert_eq!(scores.score(card).unwrap(), [70.0]);
        let again = after.score_again(scores, &Input::frame(&today), day(1), past.state());
        assert_eq!(again.score(card).unwrap(), [70.0]);
        assert_eq!(after.explain(&out, card, "s0").unwrap().score, Some(70.0));
        let replay = after.replay([(day(1), Input::frame(&today))], past.state()).unwrap();
        assert_eq!(&replay.state, out.state());
    }
}

#[test]
fn a_single_subject_is_scored_with_the_band_that_it_had_under_another_name() {
    let bands = "margin = 30\nbands = [{ name = \"red\" }, { name = \"green\", from = 50 }]\n\
                 factors = [{ metric = \"x\", points.linear = { worst = 0, best = 100 } }]\n";
    let before = engine(&format!("{X}[[scorecards]]\nname = \"h\"\n{bands}"));
    let after = engine(&format!("{X}[[scorecards]]\nname = \"k\"\nformerly = [\"h\"]\n{bands}"));
    let past =
        before.assess(&Input::frame(&frame("x", &[Some(90.0)])), day(0), &State::new()).unwrap();
    let today = frame("x", &[Some(40.0)]);
    let mut scores = after.score(&Input::frame(&today), day(1), past.state());
    for _ in 0..3 {
        assert_eq!(scores.band("k", 0), Some("green"));
        scores = after.score_again(scores, &Input::frame(&today), day(1), past.state());
    }
}

#[test]
fn what_a_host_says_of_former_names_holds() {
    let old = engine(&format!("{X}[[rules]]\nname = \"old\"\nwhen = \"x > 0\""));
    let new =
        engine(&format!("{X}[[rules]]\nname = \"new\"\nformerly = [\"old\"]\nwhen = \"x > 0\""));
    let (from, until) = (day(0), day(9));
    let snooze = Snooze::new("old", "s0", [from, until]).asked_by("ann", "known");
    let silence = Silence::new("s", Matcher::of_rules(["old"]), [from, until]);
    for quiet in [
        Suppressions::default().with_snooze(snooze),
        Suppressions::default().with_silence(silence.asked_by("ann", "known")),
    ] {
        let today = frame("x", &[Some(1.0)]);
        let input = Input::frame(&today).with_suppressions(&quiet);
        let [before, after] =
            [&old, &new].map(|it| it.assess(&input, day(1), &State::new()).unwrap());
        assert_eq!(before.faults(), after.faults());
        assert!(!before.events()[0].is_sent() && !after.events()[0].is_sent());
        assert_eq!(before.events()[0].suppressed_by, after.events()[0].suppressed_by);
    }
}

#[test]
fn a_score_set_by_hand_under_a_former_name_is_used() {
    let card = "factors = [{ metric = \"x\", points.linear = { worst = 0, best = 100 } }]";
    let engine = engine(&format!("{X}[[scorecards]]\nname = \"k\"\nformerly = [\"h\"]\n{card}"));
    let by_hand = |card: &str, value: f64, from: &str| {
        let (kind, from) =
            (SubjectKind::Subscription, from.parse::<foretell::time::Stamp>().unwrap());
        Override::new(kind, "s0", card, OverrideKind::Set, value, "why", "who", from)
    };
    let mut tables = Tables::default();
    tables.push(Subscription::new("s0"));
    // The newest counts, whatever the scorecard was called.
    tables.extend([by_hand("k", 10.0, "2025-02-01"), by_hand("h", 20.0, "2025-03-01")]);
    let book = Book::strict(tables).unwrap();
    let today = frame("x", &[Some(50.0)]);
    let out = engine.assess(&Input::book(&book).and_frame(&today), day(0), &State::new()).unwrap();
    assert_eq!(out.score("k", "s0").unwrap().score, Some(20.0));
    assert!(!out.notes().iter().any(|it| matches!(it, Note::Override { .. })), "{:?}", out.notes());
}

#[test]
fn a_report_on_an_action_of_a_former_name_is_taken() {
    let config = |rule: &str, playbook: &str, name: &str| {
        engine(&format!(
            "{X}[[rules]]\n{rule}\nwhen = \"x > 0\"\nplaybook = \"{name}\"\n[[playbooks]]\n{playbook}\n\
             steps = [{{ channel = \"call\", title = \"call\" }}, \
             {{ channel = \"email\", title = \"write\", after_done = true }}]\n"
        ))
    };
    let old = config("name = \"a\"", "name = \"p\"", "p");
    let today = frame("x", &[Some(1.0)]);
    let past = old.assess(&Input::frame(&today), day(0), &State::new()).unwrap();
    let reports = [ActionReport::new(past.actions()[0].id.clone(), ActionOutcome::Done, day(1))];
    for new in [
        config("name = \"b\"\nformerly = [\"a\"]", "name = \"p\"", "p"),
        config("name = \"a\"", "name = \"q\"\nformerly = [\"p\"]", "q"),
        config("name = \"b\"\nformerly = [\"a\"]", "name = \"q\"\nformerly = [\"p\"]", "q"),
    ] {
        let input = Input::frame(&today).with_reports(&reports);
        let out = new.assess(&input, day(1), past.state()).unwrap();
        let steps: Vec<&str> = out.actions().iter().map(|it| it.step.as_str()).collect();
        assert_eq!(steps, ["email"], "{:?}", out.notes());
    }
}

#[test]
fn a_name_that_is_gone_with_a_near_one_come_is_noted() {
    let rule =
        |name: &str, when: &str| format!("[[rules]]\nname = \"{name}\"\nwhen = \"{when}\"\n");
    let today = frame("x", &[Some(1.0)]);
    let assess = |text: &str, state: &State, at: u64| {
        engine(&format!("{X}{text}")).assess(&Input::frame(&today), day(at), state).unwrap()
    };
    let past = assess(&rule("no_login", "x > 0"), &State::new(), 0);
    let vanished = |text: &str| {
        let out = assess(text, past.state(), 1);
        let named = |it: &Note| match it {
            Note::Vanished { what: Renamed::Rule, name, near } => Some(format!("{name} {near}")),
            _ => None,
        };
        out.notes().iter().filter_map(named).collect::<Vec<_>>()
    };
    assert_eq!(vanished(&rule("no_logins", "x > 0.5")), ["no_login no_logins"]);
    // Another name with the very same condition is surely meant.
    let both = rule("quiet_ones", "x > 0") + rule("no_logins", "x > 0.5").as_str();
    assert_eq!(vanished(&both), ["no_login quiet_ones"]);
    for text in [
        rule("something_else", "x > 0.5"),
        rule("no_login", "x > 0.5"),
        rule("no_logins", "x > 0").replace("when", "formerly = [\"no_login\"]\nwhen"),
    ] {
        assert_eq!(vanished(&text), [""; 0], "{text}");
    }
    // One that was there already is no new name of another.
    let two = rule("no_login", "x > 0") + rule("no_logins", "x > 0.5").as_str();
    let past = assess(&two, &State::new(), 0);
    let out = assess(&rule("no_logins", "x > 0.5"), past.state(), 1);
    assert_eq!(out.notes(), []);
    // A scorecard and a playbook too.
    let text = |card: &str, playbook: &str| {
        rule("r", "x > 0").replace("when", &format!("playbook = \"{playbook}\"\nwhen"))
            + format!(
                "[[scorecards]]\nname = \"{card}\"\nbands = [{{ name = \"red\" }}, {{ name = \"green\", from = 50 }}]\n\
                 factors = [{{ metric = \"x\", points.linear = {{ worst = 0, best = 100 }} }}]\n\
                 [[playbooks]]\nname = \"{playbook}\"\nsteps = [{{ channel = \"call\", title = \"call\" }}]\n"
            ).as_str()
    };
    let past = assess(&text("health", "rescue"), &State::new(), 0);
    let out = assess(&text("healths", "rescues"), past.state(), 1);
    let note = |what, name: &str, near: &str| Note::Vanished {
        what,
        name: name.into(),
        near: near.into(),
    };
    for it in [
        note(Renamed::Scorecard, "health", "healths"),
        note(Renamed::Playbook, "rescue", "rescues"),
    ] {
        assert!(out.notes().contains(&it), "{:?}", out.notes());
    }
}

#[test]
fn former_names_that_cannot_be_are_faults() {
    let rule = |name: &str, formerly: &str| {
        format!(
            "[[rules]]\nname = \"{name}\"\nformerly = {formerly}\nwhen = \"x > {}\"\n",
            name.len()
        )
    };
    let class = |list: &str, name: &str, formerly: &str, when: &str| {
        format!("[[{list}]]\nname = \"{name}\"\nformerly = {formerly}\n{when}\n")
    };
    let card = |name: &str, formerly: &str, more: &str| {
        format!(
            "[[scorecards]]\nname = \"{name}\"\nformerly = {formerly}\n{more}\n\
             factors = [{{ metric = \"x\", points.linear = {{ worst = 0, best = 100 }} }}]\n"
        )
    };
    let groups = "groups = [{ name = \"a\", formerly = [\"b\"], factors = [{ metric = \"x\", points.linear = \
                  { worst = 0, best = 1 }, formerly = [\"x\"] }] }, { name = \"b\", factors = [{ metric = \"x\", \
                  points.linear = { worst = 0, best = 1 } }] }]";
    for (text, expected) in [
        (rule("a", "[\"a\"]"), vec!["duplicate at rules[0].formerly[0]: `a` is what the rule is called now"]),
        (
            rule("a", "[\"bb\"]") + rule("bb", "[]").as_str(),
            vec!["duplicate at rules[0].formerly[0]: `bb` is a rule already, so `a` cannot go on under that name"],
        ),
        (
            rule("a", "[\"c\"]") + rule("bb", "[\"c\"]").as_str(),
            vec!["duplicate at rules[1].formerly[0]: `c` is a former name of both `a` and `bb`"],
        ),
        (
            rule("a", "[\"c\", \"c\"]"),
            vec!["duplicate at rules[0].formerly[1]: the former name `c` is duplicated"],
        ),
        (rule("a", "[\"\"]"), vec!["empty at rules[0].formerly[0]: a former name must not be empty"]),
        (
            card("k", "[\"x\"]", ""),
            vec!["duplicate at scorecards[0].formerly[0]: `x` is a metric already, so `k` cannot go on under that name"],
        ),
        (
            class("segments", "a", "[\"b\"]", "when = \"x > 0\"") + class("segments", "b", "[]", "").as_str(),
            vec!["duplicate at segments[0].formerly[0]: `b` is a segment already, so `a` cannot go on under that name"],
        ),
        // A segment and a stage are two things.
        (class("segments", "a", "[\"b\"]", "") + class("stages", "b", "[]", "").as_str(), vec![]),
        (
            card("k", "[]", groups),
            vec![
                "duplicate at scorecards[0].groups[0].factors[0].formerly[0]: `x` is what the factor is called now",
                "duplicate at scorecards[0].groups[0].formerly[0]: `b` is a group already, so `a` cannot go on under that name",
            ],
        ),
        (
            "[[playbooks]]\nname = \"p\"\nformerly = [\"q\"]\nready_made = \"low_usage\"\n[[playbooks]]\nname = \"q\"\n\
             ready_made = \"low_usage\"\n"
                .to_owned(),
            vec!["duplicate at playbooks[0].formerly[0]: `q` is a playbook already, so `p` cannot go on under that name"],
        ),
    ] {
        let text = format!("{X}{text}");
        let found = match Engine::compile(&Config::parse(&text)) {
            Ok(_) => Vec::new(),
            Err(_) => faults(&text),
        };
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        let (mut found, mut expected) = (found, expected);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_rule_that_reads_many_renamed_names_compiles() {
    let mut text = String::new();
    let mut when = Vec::new();
    for at in 0..200 {
        let _ = write!(text, "[[metrics]]\nname = \"m{at}\"\nformerly = [\"a{at}\", \"b{at}\"]\n");
        when.push(format!("m{at} > 0"));
    }
    let rule = |when: &str| format!("[[rules]]\nname = \"r\"\nfor = \"2d\"\nwhen = '{when}'\n");
    let new = engine(&(text + rule(&when.join(" || ")).as_str()));
    let old = when.join(" || ").replace('m', "b");
    let metrics: String = (0..200).map(|at| format!("[[metrics]]\nname = \"b{at}\"\n")).collect();
    let old = engine(&(metrics + rule(&old).as_str()));
    let mut state = State::new();
    let mut told = 0;
    for (at, (engine, name)) in [(&old, "b0"), (&new, "m0"), (&new, "m0")].into_iter().enumerate() {
        let today = frame(name, &[Some(1.0)]);
        let out = engine.assess(&Input::frame(&today), day(at as u64), &state).unwrap();
        told += out.events().len();
        state = out.state().clone();
    }
    assert_eq!(told, 1, "the pending run went on");
    assert_eq!(alert(&state, "r", "s0")["fired"], day(2).to_string());
}

#[test]
fn former_names_are_read_and_written_in_every_form() {
    let text = format!(
        "{X}formerly = [\"w\"]\n[[rules]]\nname = \"r\"\nformerly = [\"q\", \"p\"]\nwhen = \"x > 0\"\n"
    );
    let config = Config::parse(&text);
    let again = Config::parse(&config.to_toml());
    let json = serde_json::to_string(&config).unwrap();
    let from_json: Config = serde_json::from_str(&json).unwrap();
    for it in [&config, &again, &from_json] {
        assert_eq!(it.rules[0].formerly, ["q", "p"]);
        assert_eq!(it.metrics[0].formerly, ["w"]);
    }
    let mut built = Config::default();
    let mut rule = foretell::config::RuleConfig::default();
    (rule.name, rule.when) = ("r".into(), "1 > 0".into());
    rule.formerly = vec!["q".into()];
    built.rules.push(rule);
    assert!(Engine::compile(&built).is_ok());
}
