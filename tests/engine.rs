//! What the engine promises beside numbers: limits, names, several subjects, what is carried.

use foretell::config::Config;
use foretell::engine::Note;
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::value::Value;
use foretell::{Assessment, Engine, Input, State};

const DAY: &str = "2026-03-01";

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

fn codes(text: &str) -> Vec<Code> {
    match Engine::compile(&Config::parse(text)) {
        Ok(_) => Vec::new(),
        Err(it) => it.list().iter().map(|it| it.code).collect(),
    }
}

fn assess(engine: &Engine, frames: &[&Frame]) -> Assessment {
    let input = frames.iter().fold(Input::default(), |input, it| input.and_frame(it));
    engine.assess(&input, DAY.parse::<foretell::time::AsOf>().unwrap(), &State::new()).unwrap()
}

fn subscriptions<const N: usize>(ids: [&str; N], columns: &[(&str, Column)]) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    for (name, column) in columns {
        frame.insert(*name, column.clone()).unwrap();
    }
    frame
}

#[test]
fn a_config_text_past_the_limit_is_refused() {
    let text = "#".repeat(Config::LONGEST_TEXT + 1);
    assert_eq!(codes(&text), [Code::Limit]);
}

#[test]
fn groups_nested_too_deep_are_refused() {
    let nested = |deep: usize| {
        let mut group = "{ name = \"g\", factors = [{ metric = \"m\" }] }".to_owned();
        for _ in 1..deep {
            group = format!("{{ name = \"g\", groups = [{group}] }}");
        }
        format!(
            "[[metrics]]\nname = \"m\"\nrange = [0, 1]\nbetter = \"higher\"\n\
             [[scorecards]]\nname = \"s\"\ngroups = [{group}]"
        )
    };
    assert_eq!(codes(&nested(32)), []);
    assert_eq!(codes(&nested(33)), [Code::Limit]);
    assert!(!codes(&nested(500)).is_empty());
}

#[test]
fn a_long_chain_of_names_is_refused() {
    let chain = |long: usize| {
        let mut text = "[[metrics]]\nname = \"m0\"\n".to_owned();
        // Written from the last to the first, so that the whole chain is walked at once.
        for at in (1..long).rev() {
            text += &format!("[[metrics]]\nname = \"m{at}\"\nexpr = \"m{} + 1\"\n", at - 1);
        }
        let last = long - 1;
        text.push_str(&format!("[[rules]]\nname = \"r\"\nwhen = \"m{last} > 0\"\n"));
        text
    };
    assert_eq!(codes(&chain(60)), []);
    assert_eq!(codes(&chain(100)), [Code::Limit]);
}

#[test]
fn names_that_depend_on_themselves_are_cycles() {
    for text in [
        "[[metrics]]\nname = \"a\"\nexpr = \"a + 1\"\n",
        "[[metrics]]\nname = \"a\"\nexpr = \"b + 1\"\n[[metrics]]\nname = \"b\"\nexpr = \"a + 1\"\n",
        "[[metrics]]\nname = \"a\"\nexpr = \"s + 1\"\n[[scorecards]]\nname = \"s\"\nfactors = [{ metric = \"a\", points.linear = { worst = 0, best = 1 } }]\n",
        "[[segments]]\nname = \"x\"\nwhen = 'segment == \"x\"'\n",
    ] {
        let codes = codes(text);
        assert!(codes.contains(&Code::Cycle), "{text}: {codes:?}");
        assert!(codes.iter().all(|it| *it == Code::Cycle), "{text}: {codes:?}");
    }
}

#[test]
fn a_score_needs_half_its_weight_unless_said() {
    let config = |gate: &str| {
        format!(
            "[[metrics]]\nname = \"a\"\n[[metrics]]\nname = \"b\"\n\
             [[scorecards]]\nname = \"s\"\n{gate}\n\
             factors = [\n\
             {{ metric = \"a\", weight = 49, points.linear = {{ worst = 0, best = 1 }} }},\n\
             {{ metric = \"b\", weight = 51, points.linear = {{ worst = 0, best = 1 }} }},\n]"
        )
    };
    let frame = |value: Option<f64>, other: Option<f64>| {
        subscriptions(["x"], &[("a", Column::numbers([value])), ("b", Column::numbers([other]))])
    };
    for (gate, a, b, expected) in [
        ("", Some(1.0), None, None),
        ("", None, Some(1.0), Some(100.0)),
        ("min_coverage = 0.49", Some(1.0), None, Some(100.0)),
        ("min_coverage = 0", None, None, None),
        ("min_coverage = 1", Some(1.0), None, None),
    ] {
        let assessment = assess(&engine(&config(gate)), &[&frame(a, b)]);
        assert_eq!(assessment.score("s", "x").unwrap().score, expected, "{gate} {a:?} {b:?}");
    }
}

#[test]
fn parents_are_read_by_prefix_and_children_by_aggregate() {
    let engine = engine(
        r#"
        [[metrics]]
        name = "health_input"
        [[metrics]]
        name = "open"
        type = "flag"
        [[metrics]]
        name = "tier"
        type = "text"
        subject = "account"
        [[metrics]]
        name = "worst"
        subject = "account"
        expr = "subscriptions.health.min"
        [[metrics]]
        name = "opened"
        subject = "account"
        expr = "subscriptions.open"
        [[scorecards]]
        name = "health"
        factors = [{ metric = "health_input", points.linear = { worst = 0, best = 100 } }]
        [[rules]]
        name = "gold_low"
        when = 'account.tier == "gold" && health < 50'
        message = "gold at ${health}, tier ${account.tier}"
        "#,
    );
    let mut below = subscriptions(
        ["s1", "s2", "s3", "s4"],
        &[
            ("health_input", Column::numbers([Some(10.0), Some(80.0), None, Some(20.0)])),
            ("open", Column::flags([Some(true), Some(true), Some(false), None])),
        ],
    );
    let of = |it: Option<&str>| it.map(Into::into);
    below
        .set_parents(SubjectKind::Account, [Some("a"), Some("a"), Some("b"), None].map(of).to_vec())
        .unwrap();
    let mut above = Frame::new(SubjectKind::Account, ["b", "a", "c"]).unwrap();
    above.insert("tier", Column::texts([Some("gold"), Some("gold"), None])).unwrap();
    let assessment = assess(&engine, &[&below, &above]);
    let value = |name: &str, id: &str| assessment.value(SubjectKind::Account, name, id);
    assert_eq!(value("worst", "a"), Value::Number(10.0));
    assert_eq!(value("worst", "b"), Value::Missing);
    assert_eq!(value("worst", "c"), Value::Missing);
    assert_eq!(value("opened", "a"), Value::Number(2.0));
    assert_eq!(value("opened", "b"), Value::Number(0.0));
    let rule = &assessment.rules()[0];
    let firing: Vec<(&str, &str)> =
        rule.matches.iter().map(|it| (it.subject.as_ref(), it.message.as_str())).collect();
    assert_eq!(firing, [("s1", "gold at 10, tier gold")]);
    // s3 has no health, s4 no account: neither is taken for false.
    assert_eq!(rule.no_data.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["s3", "s4"]);
    assert_eq!(rule.quiet, 1);
}

#[test]
fn values_outside_the_declared_range_are_missing_and_counted() {
    let engine = engine(
        "[[metrics]]\nname = \"share\"\nrange = [0, 1]\nbetter = \"higher\"\n\
         [[scorecards]]\nname = \"s\"\nfactors = [{ metric = \"share\" }]",
    );
    let frame = subscriptions(
        ["a", "b", "c"],
        &[("share", Column::numbers([Some(0.25), Some(1.5), Some(-0.1)]))],
    );
    let assessment = assess(&engine, &[&frame]);
    let scores: Vec<Option<f64>> = assessment.scores("s").map(|it| it.score).collect();
    assert_eq!(scores, [Some(25.0), None, None]);
    assert_eq!(
        assessment.notes(),
        [Note::OutOfRange {
            kind: SubjectKind::Subscription,
            metric: "share".to_owned(),
            values: 2
        }]
    );
}

#[test]
fn an_assessment_of_another_engine_is_not_explained() {
    let text = "[[metrics]]\nname = \"m\"\n[[scorecards]]\nname = \"s\"\n\
                factors = [{ metric = \"m\", points.linear = { worst = 0, best = 1 } }]";
    let one = engine(text);
    let other = engine(&text.replace("best = 1", "best = 2"));
    let frame = subscriptions(["x"], &[("m", Column::numbers([Some(0.5)]))]);
    let assessment = assess(&one, &[&frame]);
    assert!(one.explain(&assessment, "s", "x").is_some());
    assert!(other.explain(&assessment, "s", "x").is_none());
    assert!(one.explain(&assessment, "s", "nobody").is_none());
    assert!(one.explain(&assessment, "nothing", "x").is_none());
}

#[test]
fn who_matches_no_segment_is_in_other() {
    let engine = engine(
        "[[metrics]]\nname = \"seats\"\n\
         [[segments]]\nname = \"large\"\nwhen = \"seats >= 100\"\n\
         [[rules]]\nname = \"small\"\nwhen = 'segment != \"large\"'",
    );
    let frame = subscriptions(
        ["a", "b", "c"],
        &[("seats", Column::numbers([Some(500.0), Some(5.0), None]))],
    );
    let assessment = assess(&engine, &[&frame]);
    let segment = |id: &str| assessment.value(SubjectKind::Subscription, "segment", id);
    assert_eq!(segment("a"), Value::Text("large".into()));
    assert_eq!(segment("b"), Value::Text("other".into()));
    assert_eq!(segment("c"), Value::Missing);
    let rule = &assessment.rules()[0];
    assert_eq!((rule.matches.len(), rule.quiet, rule.no_data.len()), (1, 1, 1));
}

#[test]
fn a_weight_of_zero_is_shown_and_not_counted() {
    let engine = engine(
        "[[metrics]]\nname = \"a\"\nrange = [0, 1]\nbetter = \"higher\"\n\
         [[scorecards]]\nname = \"s\"\nfactors = [{ metric = \"a\" }]\n\
         groups = [{ name = \"g\", weight = 0, factors = [\
         { name = \"low\", metric = \"a\", points.linear = { worst = 1, best = 0 } }] }]",
    );
    let frame = subscriptions(["x"], &[("a", Column::numbers([Some(0.75)]))]);
    let assessment = assess(&engine, &[&frame]);
    let why = engine.explain(&assessment, "s", "x").unwrap();
    assert_eq!((why.score, why.coverage), (Some(75.0), 1.0));
    assert_eq!(why.groups[0].score, Some(25.0));
    assert_eq!((why.lines[1].points, why.lines[1].contribution), (Some(25.0), 0.0));
}

#[test]
fn engines_and_results_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Engine>();
    crosses::<Assessment>();
    crosses::<foretell::Book>();
    crosses::<State>();
}

#[test]
fn a_parents_metric_is_called_what_its_config_calls_it() {
    let engine = engine(
        "[[metrics]]\nname = \"nps\"\nsubject = \"account\"\nlabel = \"last answer\"\nunit = \"of 10\"\n\
         range = [0, 10]\nbetter = \"higher\"\n\
         [[scorecards]]\nname = \"health\"\nfactors = [{ metric = \"account.nps\" }]\n",
    );
    let mut accounts = Frame::new(SubjectKind::Account, ["a"]).unwrap();
    accounts.insert("nps", Column::numbers([Some(4.0)])).unwrap();
    let mut subscriptions = subscriptions(["s"], &[]);
    subscriptions.set_parents(SubjectKind::Account, vec![Some("a".into())]).unwrap();
    let assessment = assess(&engine, &[&accounts, &subscriptions]);
    let why = engine.explain(&assessment, "health", "s").unwrap();
    assert_eq!(why.lines[0].why(), "last answer is 4 of 10");
    assert_eq!(why.score, Some(40.0));
}

/// Each fault as its code and the text it marks.
fn marked(text: &str) -> Vec<(Code, String)> {
    let Err(faults) = Engine::compile(&Config::parse(text)) else { return Vec::new() };
    let shown = faults.list().iter().map(|it| {
        let (column, length) = (it.place.column.unwrap_or(1), it.place.length.unwrap_or(0));
        let line = it.place.snippet.clone().unwrap_or_default();
        (it.code, line.chars().skip(column as usize - 1).take(length as usize).collect())
    });
    shown.collect()
}

const METRIC: &str = "[[metrics]]\nname = \"a\"\nrange = [0, 1]\nbetter = \"higher\"\n";

#[test]
fn one_mistake_is_one_fault() {
    let card = |factor: &str, rest: &str| {
        format!("{METRIC}[[scorecards]]\nname = \"s\"\nfactors = [{{ {factor} }}]\n{rest}\n")
    };
    for (text, code, mark) in [
        (card("metric = \"a\", points.linear = { worst = 1 }", ""), Code::MissingKey, "linear"),
        (
            card("metric = \"a\", points.linaer = { worst = 1, best = 0 }", ""),
            Code::UnknownKey,
            "linaer",
        ),
        (
            card("metric = \"a\", points.linear = { worst = \"x\", best = 0 }", ""),
            Code::WrongType,
            "\"x\"",
        ),
        (
            card("metric = \"a\", weight = [{ value = 1, vlaue = 2 }]", ""),
            Code::UnknownKey,
            "vlaue",
        ),
        (
            card("metric = \"a\", weight = [{ when = \"a > 0\", vlaue = 2 }]", ""),
            Code::UnknownKey,
            "vlaue",
        ),
        (card("metric = \"a\", missing = { carrry = \"3d\" }", ""), Code::UnknownKey, "carrry"),
        (
            card("metric = \"a\"", "bands = [{ name = \"r\" }, { name = \"g\", form = 50 }]"),
            Code::UnknownKey,
            "form",
        ),
        (card("metrc = \"a\"", ""), Code::UnknownKey, "metrc"),
        (card("metric = \"b\"", ""), Code::UnknownName, "\"b\""),
        (card("metric = \"a\", applies_when = \"zzz > 1\"", ""), Code::UnknownName, "zzz"),
        (
            card("metric = \"a\", weight = [{ when = \"zzz > 1\", value = 1 }, { value = 2 }]", ""),
            Code::UnknownName,
            "zzz",
        ),
        (
            card("metric = \"a\"", "overrides = [{ when = \"zzz > 1\", cap = 5 }]"),
            Code::UnknownName,
            "zzz",
        ),
        (
            format!("{METRIC}[[segments]]\nname = \"x\"\nwhen = \"zzz > 1\"\n"),
            Code::UnknownName,
            "zzz",
        ),
        (
            "[[metrics]]\nname = \"m\"\nfrom = \"cases\"\ntake = \"summ\"\n".to_owned(),
            Code::UnknownName,
            "\"summ\"",
        ),
        (
            "[[metrics]]\nnam = \"m\"\n[[rules]]\nname = \"r\"\nwhen = \"m > 0\"\n".to_owned(),
            Code::UnknownKey,
            "nam",
        ),
        (
            format!("{METRIC}[[scorecards]]\nname = \"a\"\nfactors = [{{ metric = \"a\" }}]\n"),
            Code::Duplicate,
            "[[scorecards]]",
        ),
        (
            card(
                "metric = \"a\"",
                "groups = [{ name = \"coverage\", factors = [{ metric = \"a\" }] }]",
            ),
            Code::BadName,
            "\"coverage\"",
        ),
    ] {
        assert_eq!(marked(&text), [(code, mark.to_owned())], "{text}");
    }
}

#[test]
fn two_mistakes_in_one_place_are_two_faults() {
    for (text, codes) in [
        // A rule's condition and its message.
        (
            format!("{METRIC}[[rules]]\nname = \"r\"\nwhen = \"a > \"\nmessage = \"${{zzz}}\"\n"),
            [Code::ExpressionSyntax, Code::UnknownName],
        ),
        // A factor's metric and its points.
        (
            format!(
                "{METRIC}[[scorecards]]\nname = \"s\"\nfactors = [{{ metric = \"zzz\", points.steps = [{{ below = 1, points = 500 }}] }}]\n"
            ),
            [Code::UnknownName, Code::OutOfRange],
        ),
        // A name whose metric is broken, and one that there never was.
        (
            "[[metrics]]\nname = \"m\"\nexpr = \"1 +\"\n[[rules]]\nname = \"r\"\nwhen = \"m > zzz\"\n"
                .to_owned(),
            [Code::ExpressionSyntax, Code::UnknownName],
        ),
        // A syntax fault elsewhere does not hide an unknown name.
        (
            format!("{METRIC}[[rules]]\nname = \"r\"\nwhen = \"zzz > 1\"\n[[rules]]\nname = = 2\n"),
            [Code::UnknownName, Code::Syntax],
        ),
    ] {
        let got: Vec<Code> = marked(&text).iter().map(|it| it.0).collect();
        assert!(codes.iter().all(|it| got.contains(it)), "{text}: {got:?}");
    }
}

#[test]
fn a_thousand_mistakes_are_told_in_time() {
    let mut text = METRIC.to_owned();
    for at in 0..1000 {
        text.push_str(&format!("[[rules]]\nname = \"r{at}\"\nwhen = \"unknown_{at} > 0\"\n"));
    }
    #[expect(clippy::disallowed_methods, reason = "a test may look at a clock")]
    let begun = std::time::Instant::now();
    let codes = codes(&text);
    assert_eq!(codes.len(), 201);
    assert_eq!(codes.iter().filter(|it| **it == Code::Limit).count(), 1);
    // A tenth of this is usual; the quadratic way took minutes.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn weights_are_numbers_that_can_be_summed() {
    let card = |weights: &str, factors: &str| {
        format!("{METRIC}[[scorecards]]\nname = \"s\"\n{weights}\nfactors = [{factors}]\n")
    };
    let one = |weight: &str| format!("{{ metric = \"a\", weight = {weight} }}");
    let two = |left: &str, right: &str| {
        format!("{}, {{ name = \"b\", metric = \"a\", weight = {right} }}", one(left))
    };
    let percent = "weights = \"percent\"";
    let by = |when: &str, values: [u8; 2]| {
        format!("[{{ when = \"{when}\", value = {} }}, {{ value = {} }}]", values[0], values[1])
    };
    for (text, expected) in [
        (card("", &one("1e-300")), vec![Code::OutOfRange]),
        (card("", &one("-1")), vec![Code::OutOfRange]),
        (card("", &one("nan")), vec![Code::OutOfRange]),
        (card("", &one("0")), vec![Code::WrongWeights]),
        (card("", &one("1e-100")), vec![]),
        (card(percent, &two("60", "40")), vec![]),
        (card(percent, &two("60", "30")), vec![Code::WrongWeights]),
        (card(percent, &two(&by("a > 0", [60, 20]), &by("a > 0", [40, 80]))), vec![]),
        (
            card(percent, &two(&by("a > 0", [60, 20]), &by("a > 0", [40, 70]))),
            vec![Code::WrongWeights],
        ),
        (card(percent, &two(&by("a > 0", [7, 9]), "300")), vec![Code::WrongWeights; 2]),
        (
            card(percent, &two(&by("a > 0", [60, 20]), &by("a > 0.5", [40, 80]))),
            vec![Code::Incompatible],
        ),
    ] {
        assert_eq!(codes(&text), expected, "{text}");
    }
}
