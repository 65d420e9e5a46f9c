//! Functions of the host's that fail: no data for the subject, said once for a reason, on every path.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foretell::book::{Book, Mode, Tables};
use foretell::expr::{Functions, Kind, Value};
use foretell::fault::{Code, Fault};
use foretell::frame::{Column, Data, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Assessment, Config, Engine, Input, State, Verdict};

const KIND: SubjectKind = SubjectKind::Subscription;

/// What fails for numbers below 1, called one by one, and in columns, with errors of the whole and of each.
fn functions() -> Functions {
    let mut functions = Functions::new();
    let number = [Kind::Number];
    let below = |it: f64| if it < 1.0 { Err(format!("{it} is below 1")) } else { Ok(it) };
    let one = move |it: &[Value]| it[0].number().ok_or("no number".to_owned()).and_then(below);
    functions.register("one", &number, Kind::Number, one).unwrap();
    let numbers = |columns: &[Column]| match columns[0].data() {
        Data::Number(all) => all.clone(),
        _ => Vec::new(),
    };
    let whole = move |columns: &[Column]| -> Result<Column, String> {
        let all: Result<Vec<f64>, String> = numbers(columns).into_iter().map(below).collect();
        Ok(Column::numbers(all?.into_iter().map(Some)))
    };
    functions.register_columns("whole", &number, Kind::Number, whole).unwrap();
    let each = move |columns: &[Column]| -> Vec<Result<f64, String>> {
        numbers(columns).into_iter().map(below).collect()
    };
    functions.register_columns("each", &number, Kind::Number, each).unwrap();
    let short = |_: &[Column]| vec![1.0; 2];
    functions.register_columns("short", &number, Kind::Number, short).unwrap();
    let typed = |_: &[Value]| -> Result<&'static str, String> { Ok("pro") };
    functions.register("typed", &number, Kind::Number, typed).unwrap();
    let word = |it: &[Value]| match &it[0] {
        Value::Text(it) if it.len() > 3 => Err("too long"),
        it => Ok(it.clone()),
    };
    functions.register("word", &[Kind::Text], Kind::Text, word).unwrap();
    functions
}

fn compile(text: &str) -> Engine {
    Engine::compile_with(&Config::parse(text), functions())
        .unwrap_or_else(|it| panic!("{text}\n{it}"))
}

fn day() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn frame(values: &[Option<f64>]) -> Frame {
    let ids: Vec<String> = (0..values.len()).map(|it| format!("s{it}")).collect();
    let mut frame = Frame::new(KIND, ids.iter().map(String::as_str)).unwrap();
    frame.insert("n", Column::numbers(values.iter().copied())).unwrap();
    frame
}

fn said(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|it| format!("{} {}: {}", it.code, it.place.path, it.message)).collect()
}

fn assess(text: &str, values: &[Option<f64>]) -> Assessment {
    compile(text).assess(&Input::frame(&frame(values)), day(), &State::new()).unwrap()
}

/// Four subjects: one fails, one has no data of its own.
const FOUR: [Option<f64>; 4] = [Some(5.0), Some(0.5), None, Some(2.0)];

#[test]
fn each_path_has_no_data_and_says_for_whom() {
    let wanted = "faulted functions.NAME: `NAME` failed for the subscription `s1`: 0.5 is below 1";
    for name in ["one", "whole", "each"] {
        let wanted = [wanted.replace("NAME", name)];
        let text = "metrics = [{ name = \"n\" }, { name = \"m\", expr = \"NAME(n)\" }]\n\
             [[rules]]\nname = \"high\"\nwhen = \"NAME(n) > 1\"\n\
             [[segments]]\nname = \"big\"\nwhen = \"NAME(n) > 3\"\n\
             [[scorecards]]\nname = \"health\"\nmin_coverage = 0\n\
             factors = [{ metric = \"n\", applies_when = \"NAME(n) > 1\", points.expr = \"NAME(n) * 10\" }]\n";
        let engine = compile(&text.replace("NAME", name));
        let (frame, state) = (frame(&FOUR), State::new());
        let input = Input::frame(&frame);
        let out = engine.assess(&input, day(), &state).unwrap();
        // All of the config asks, and the subject is named once.
        assert_eq!(said(out.faults()), wanted, "{name}");
        let value = |name: &str, id: &str| out.value(KIND, name, id);
        assert_eq!((value("m", "s0"), value("m", "s1")), (Value::Number(5.0), Value::Missing));
        assert_eq!(value("segment", "s0"), Value::Text("big".into()));
        assert_eq!(
            (value("segment", "s1"), value("segment", "s2")),
            (Value::Missing, Value::Missing)
        );
        let score = |id: &str| out.score("health", id).unwrap().score;
        assert_eq!((score("s0"), score("s1"), score("s3")), (Some(50.0), None, Some(20.0)));
        let rule = &out.rules()[0];
        let ids: Vec<&str> = rule.no_data.iter().map(AsRef::as_ref).collect();
        assert_eq!(
            (rule.matches.len(), ids, rule.faulted.len()),
            (2, vec!["s1", "s2"], 0),
            "{name}"
        );

        let scores = engine.score(&input, day(), &state);
        assert_eq!(said(scores.faults()), wanted, "{name}");
        let answers = scores.rules().next().unwrap().answers;
        assert_eq!(answers, [Verdict::Yes, Verdict::NoData, Verdict::NoData, Verdict::Yes]);
        assert_eq!(
            scores.score("health").unwrap().iter().map(|it| it.is_nan()).collect::<Vec<_>>(),
            [false, true, true, false]
        );
        // Nothing is left of the last call, and each call says it again.
        let again = engine.score_again(scores, &input, day(), &state);
        assert_eq!(said(again.faults()), wanted, "{name}");
        let alone = frame_of("s1", 0.5);
        let again = engine.score_again(again, &Input::frame(&alone), day(), &state);
        let again = engine.score_again(again, &Input::frame(&alone), day(), &state);
        assert_eq!(said(again.faults()), wanted, "{name}");
        let sound = frame_of("s0", 5.0);
        let again = engine.score_again(again, &Input::frame(&sound), day(), &state);
        assert_eq!((said(again.faults()), again.score("health")), (vec![], Some(&[50.0][..])));

        let replay = engine.replay([(day(), input)], &state).unwrap();
        let faults: Vec<Fault> = replay.faults.into_iter().map(|it| it.1).collect();
        assert_eq!(said(&faults), wanted, "{name}");
        let lines = engine.explain(&out, "health", "s1").unwrap();
        assert_eq!(lines.score, None, "{name}");
        // To explain asks again, and takes nothing back and adds nothing.
        assert_eq!(said(out.faults()), wanted, "{name}");
    }
}

/// What a function said in the night is what its scores say, whenever they are read: it is not asked again.
#[test]
fn reading_scores_asks_no_function_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut functions = Functions::new();
    let count = Arc::clone(&asked);
    let twice = move |it: &[Value]| {
        count.fetch_add(1, Ordering::Relaxed);
        it[0].number().map(|it| it * 2.0)
    };
    functions.register("twice", &[Kind::Number], Kind::Number, twice).unwrap();
    for factor in [
        "points.expr = \"twice(n) * 5\"",
        "applies_when = \"twice(n) > 0\", points.linear = { worst = 0, best = 10 }",
    ] {
        let text = format!(
            "metrics = [{{ name = \"n\" }}]\n[[scorecards]]\nname = \"health\"\nmin_coverage = 0\nfactors = [{{ metric = \"n\", {factor} }}]\n"
        );
        let engine = Engine::compile_with(&Config::parse(&text), functions.clone()).unwrap();
        let frame = frame(&FOUR);
        let out = engine.assess(&Input::frame(&frame), day(), &State::new()).unwrap();
        let before = asked.load(Ordering::Relaxed);
        assert!(before > 0);
        assert_eq!(out.scores("health").filter(|it| it.score.is_some()).count(), 3, "{factor}");
        assert!(out.score("health", "s1").is_some());
        assert_eq!(asked.load(Ordering::Relaxed), before, "{factor}");
    }
}

fn frame_of(id: &str, value: f64) -> Frame {
    let mut frame = Frame::new(KIND, [id]).unwrap();
    frame.insert("n", Column::numbers([Some(value)])).unwrap();
    frame
}

#[test]
fn who_does_not_need_the_answer_is_not_told_of() {
    for name in ["one", "whole", "each"] {
        for (when, wanted) in [
            ("n >= 1 && NAME(n) > 1", ""),
            ("n < 1 || NAME(n) > 1", ""),
            ("if n >= 1 { NAME(n) > 1 } else { false }", ""),
            ("(n ?? NAME(0)) > 1", "the subscription `s2`: 0 is below 1"),
            ("n > 0 && NAME(n) > 1", "the subscription `s1`: 0.5 is below 1"),
            ("NAME(n) > 1 || true", "the subscription `s1`: 0.5 is below 1"),
            ("NAME(NAME(n)) > 1", "the subscription `s1`: 0.5 is below 1"),
            ("let a = NAME(n); n > 0 && a > 0", "the subscription `s1`: 0.5 is below 1"),
        ] {
            let when = when.replace("NAME", name);
            let text = format!(
                "metrics = [{{ name = \"n\" }}]\nrules = [{{ name = \"r\", when = \"{when}\" }}]"
            );
            let wanted: Vec<String> = [wanted]
                .iter()
                .filter(|it| !it.is_empty())
                .map(|it| format!("faulted functions.{name}: `{name}` failed for {it}"))
                .collect();
            let out = assess(&text, &FOUR);
            assert_eq!(said(out.faults()), wanted, "{when}");
            // One subject after another says the same.
            let engine = compile(&text);
            let mut alone = Vec::new();
            for (at, value) in FOUR.iter().enumerate() {
                let mut frame = Frame::new(KIND, [format!("s{at}").as_str()]).unwrap();
                frame.insert("n", Column::numbers([*value])).unwrap();
                alone.extend(said(
                    engine.score(&Input::frame(&frame), day(), &State::new()).faults(),
                ));
            }
            assert_eq!(alone, wanted, "{when}");
        }
    }
}

#[test]
fn what_is_not_as_promised_is_a_failure() {
    for (call, wanted) in [
        (
            "short(n) > 0",
            "`short` failed for 3 subscriptions, `s0`, `s1` and `s3`: it returned 2 values for 3 subjects",
        ),
        (
            "typed(n) > 0",
            "`typed` failed for 3 subscriptions, `s0`, `s1` and `s3`: it returned a text, and was registered to return a number",
        ),
    ] {
        let text = format!(
            "metrics = [{{ name = \"n\" }}]\nrules = [{{ name = \"r\", when = \"{call}\" }}]"
        );
        let out = assess(&text, &FOUR);
        assert_eq!(out.faults().iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), [wanted]);
        assert_eq!(out.rules()[0].no_data.len(), 4, "{call}");
    }
}

#[test]
fn many_failures_are_few_faults() {
    let text = "metrics = [{ name = \"n\" }]\nrules = [{ name = \"r\", when = \"one(n) > 1\" }]";
    let same = assess(text, &vec![Some(0.5); 10_000]);
    assert_eq!(
        said(same.faults()),
        [
            "faulted functions.one: `one` failed for 10000 subscriptions, `s0`, `s1`, `s2` and 9997 more: 0.5 is below 1"
        ]
    );
    assert_eq!(same.rules()[0].no_data.len(), 10_000);
    // The commonest reasons are told apart.
    let each: Vec<Option<f64>> =
        (0..5_000).map(|it| Some(if it % 2 == 0 { -1.0 } else { 0.0 - f64::from(it) })).collect();
    let each = assess(text, &each);
    let said = said(each.faults());
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(
        said[0].ends_with("for 2501 subscriptions, `s0`, `s1`, `s2` and 2498 more: -1 is below 1"),
        "{said:?}"
    );
    assert!(
        said[3].ends_with(
            "for 2497 subscriptions, `s7`, `s9`, `s11` and 2494 more: 2497 other reasons"
        ),
        "{said:?}"
    );
}

#[test]
fn a_reason_has_a_size() {
    let mut functions = Functions::new();
    let long = |_: &[Value]| Err::<f64, _>("x".repeat(1 << 20));
    functions.register("long", &[Kind::Number], Kind::Number, long).unwrap();
    let text = "metrics = [{ name = \"n\" }]\nrules = [{ name = \"r\", when = \"long(n) > 1\" }]";
    let engine = Engine::compile_with(&Config::parse(text), functions).unwrap();
    let out = engine.assess(&Input::frame(&frame(&FOUR)), day(), &State::new()).unwrap();
    let message = &out.faults()[0].message;
    assert!(message.len() < 700 && message.contains("`s3`"), "{message}");
}

#[test]
fn records_messages_and_steps_say_it_too() {
    let text = r#"
        metrics = [
            { name = "n" },
            { name = "open", from = "cases", where = 'word(severity) == "p1"', take = "count" },
        ]
        [[rules]]
        name = "quiet"
        when = "n > 0"
        message = "level ${one(n)}"
        playbook = "call"
        [[playbooks]]
        name = "call"
        steps = [{ name = "ring", channel = "call", title = "Of ${one(n ?? 1)}" }]
    "#;
    let book = r#"{ "subscriptions": [{ "id": "s0" }, { "id": "s1" }, { "id": "s2" }], "cases": [
        { "id": "c1", "subscription_id": "s0", "opened": "2026-02-20", "severity": "p1" },
        { "id": "c2", "subscription_id": "s1", "opened": "2026-02-20", "severity": "urgent" },
        { "id": "c3", "subscription_id": "s1", "opened": "2026-02-20", "severity": "p1" },
        { "id": "c4", "subscription_id": "s2", "opened": "2026-02-20", "severity": "urgent" }] }"#;
    let tables: Tables = serde_json::from_str(book).unwrap();
    let book = Book::load(tables, Mode::Strict).unwrap().book;
    let given = frame(&[Some(2.0), Some(0.5), None]);
    let out =
        compile(text).assess(&Input::book(&book).and_frame(&given), day(), &State::new()).unwrap();
    assert_eq!(
        said(out.faults()),
        [
            "faulted functions.one: `one` failed for the subscription `s1`: 0.5 is below 1",
            "faulted functions.word: `word` failed for 2 subscriptions, `s1` and `s2`: too long",
        ]
    );
    let messages: Vec<&str> = out.rules()[0].matches.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["level 2", "quiet"]);
    let titles: Vec<&str> = out.actions().iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Of 2", "ring"]);
}

#[test]
fn a_panic_unwinds_unless_it_is_to_be_caught() {
    let text = "metrics = [{ name = \"n\" }]\nrules = [{ name = \"r\", when = \"panics(n) > 1\" }]";
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let panics = move |it: &[Value]| {
        counted.fetch_add(1, Ordering::Relaxed);
        if it[0].number() < Some(1.0) {
            panic!("{:?} is below 1", it[0].number())
        }
        it[0].clone()
    };
    let mut functions = Functions::new();
    functions.register("panics", &[Kind::Number], Kind::Number, panics).unwrap();
    let engine = Engine::compile_with(&Config::parse(text), functions.clone()).unwrap();
    let (given, state) = (frame(&FOUR), State::new());
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        engine.assess(&Input::frame(&given), day(), &state).unwrap()
    }));
    let panic = unwound.unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("Some(0.5) is below 1"));
    // The engine can be used as before.
    let sound = frame(&[Some(5.0)]);
    assert_eq!(
        engine.assess(&Input::frame(&sound), day(), &state).unwrap().rules()[0].matches.len(),
        1
    );

    let engine = Engine::compile_with(&Config::parse(text), functions.catch_panics()).unwrap();
    let out = engine.assess(&Input::frame(&given), day(), &state).unwrap();
    assert_eq!(
        said(out.faults()),
        [
            "faulted functions.panics: `panics` failed for the subscription `s1`: it panicked: Some(0.5) is below 1"
        ]
    );
    assert_eq!(out.rules()[0].no_data.len(), 2);
    assert!(calls.load(Ordering::Relaxed) >= 5);
}

#[test]
fn tests_of_a_config_call_the_functions_and_say_why() {
    let text = r#"
        metrics = [{ name = "n" }, { name = "m", expr = "one(n)" }]
        [[tests]]
        name = "fits"
        given = { n = 2 }
        expect = [{ at = 0, values = { m = 2 } }]
        [[tests]]
        name = "fails"
        given = { n = 0.5 }
        expect = [{ at = 0, values = { m = 2 } }]
    "#;
    let report = compile(text).run_tests();
    assert_eq!(report.counts(), (1, 1), "{report}");
    let shown = report.to_string();
    assert!(shown.contains("`one` failed for the subscription"), "{shown}");
}

#[test]
fn a_function_of_columns_needs_a_parameter() {
    let mut functions = Functions::new();
    let none = |_: &[Column]| Vec::<f64>::new();
    let fault = functions.register_columns("now", &[], Kind::Number, none).unwrap_err();
    assert_eq!((fault.code, fault.place.path.as_str()), (Code::WrongArity, "functions.now"));
    assert!(functions.register_columns("abs", &[Kind::Number], Kind::Number, none).is_err());
}
