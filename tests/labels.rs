//! Texts of a column are equal where they are, whatever codes they came with; what is missing equals what is missing.

use std::sync::Arc;

use foretell::frame::{Column, Data, Frame, Labels, SubjectKind};
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Config, Engine, Input, State, Verdict};

fn labels(texts: &[&str]) -> Arc<Labels> {
    Arc::new(Labels::from(texts.iter().map(|it| Arc::from(*it)).collect::<Vec<Arc<str>>>()))
}

/// The same column with labels that are duplicated: by hand, and out of a document.
fn columns() -> Vec<Column> {
    let codes = vec![0, 1, 2, Data::NO_CODE, 9];
    let by_hand = Column::new(Data::Text { codes, labels: labels(&["pro", "free", "pro"]) });
    let text = r#"{
        "data": {"text": {"codes": [0, 1, 2, 4294967295, 9], "labels": ["pro", "free", "pro"]}},
        "seen": null
    }"#;
    vec![by_hand, serde_json::from_str(text).unwrap()]
}

#[test]
fn a_text_that_stands_twice_among_labels_is_one_text() {
    let twice = labels(&["pro", "free", "pro"]);
    assert_eq!((twice.find("pro"), twice.find("free"), twice.find("x")), (Some(0), Some(1), None));
    let mut grown = Labels::clone(&twice);
    assert_eq!((grown.code("pro"), grown.code("new"), grown.code("new")), (0, 3, 3));
    let read: Labels = serde_json::from_str(r#"["pro", "free", "pro"]"#).unwrap();
    assert_eq!(read, *twice);
    let plain = Column::texts([Some("pro"), Some("free"), Some("pro"), None, None]);
    for column in columns() {
        assert_eq!(column, plain);
        assert_eq!(column.value(2), Value::Text("pro".into()));
        // A code without a text is missing like any other, in whatever asks.
        assert_eq!((column.value(4), column.is_missing(4)), (Value::Missing, true));
    }
    let flags = Column::new(Data::Flag(vec![0, 1, 2, 3, 255]));
    assert_eq!(flags, Column::flags([Some(false), Some(true), None, None, None]));
}

#[test]
#[cfg(feature = "toml")]
fn equality_of_texts_is_the_same_in_every_path() {
    let config = Config::parse(
        r#"
            metrics = [{ name = "plan", type = "category" }, { name = "other", type = "category" }]
            scorecards = [{ name = "health", factors = [
                { metric = "plan", points.map = { pro = 100, free = 0 } },
            ] }]
            rules = [
                { name = "equal", when = 'plan == "pro"' },
                { name = "unequal", when = 'plan != "free"' },
                { name = "within", when = 'plan in ["pro", "x"]' },
                { name = "chosen", when = 'let it = plan; switch it { "pro" => true, "free" => false, _ => false }' },
                { name = "both", when = 'plan == other' },
                { name = "known", when = '!is_missing(plan)' },
            ]
        "#,
    );
    let engine = Engine::compile(&config).unwrap();
    let as_of = "2026-03-01".parse::<AsOf>().unwrap();
    let ids = ["a", "b", "c", "d", "e"];
    let other = || {
        let labels = labels(&["free", "pro", "free", "pro"]);
        Column::new(Data::Text { codes: vec![3, 2, 1, 0, 0], labels })
    };
    for plan in columns() {
        let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
        frame.insert("plan", plan.clone()).unwrap();
        frame.insert("other", other()).unwrap();
        let scores = engine.score(&Input::frame(&frame), as_of, &State::new());
        let assessment = engine.assess(&Input::frame(&frame), as_of, &State::new()).unwrap();
        // In the memory of scores of a column with other codes for the same texts.
        let mut last = None;
        for rule in ["equal", "unequal", "within", "chosen", "both", "known"] {
            let whole: Vec<Verdict> =
                scores.rules().find(|it| it.rule == rule).unwrap().answers.to_vec();
            let missing = if rule == "known" { Verdict::No } else { Verdict::NoData };
            assert_eq!(
                whole,
                [
                    Verdict::Yes,
                    yes(matches!(rule, "both" | "known")),
                    Verdict::Yes,
                    missing,
                    missing
                ],
                "{rule}"
            );
            let fired = assessment.rules().iter().find(|it| &*it.rule == rule).unwrap();
            let fired: Vec<&str> = fired.matches.iter().map(|it| it.subject.as_ref()).collect();
            let want = (0..5).filter(|it| whole[*it] == Verdict::Yes).map(|it| ids[it]);
            assert_eq!(fired, want.collect::<Vec<_>>(), "{rule}");
            for (row, want) in whole.iter().enumerate() {
                let mut one = Frame::new(SubjectKind::Subscription, [ids[row]]).unwrap();
                for (name, column) in frame.columns() {
                    let Data::Text { codes, labels } = column.data() else { panic!("{name}") };
                    let (codes, labels) = (vec![codes[row]], Arc::clone(labels));
                    one.insert(name, Column::new(Data::Text { codes, labels })).unwrap();
                }
                let input = Input::frame(&one);
                let again = match last.take() {
                    None => engine.score(&input, as_of, &State::new()),
                    Some(last) => engine.score_again(last, &input, as_of, &State::new()),
                };
                let got = again.rules().find(|it| it.rule == rule).unwrap().answers[0];
                assert_eq!(got, *want, "{rule} in row {row}");
                let score = |it: f64| (!it.is_nan()).then_some(it);
                let whole = score(scores.score("health").unwrap()[row]);
                assert_eq!(score(again.score("health").unwrap()[0]), whole);
                assert_eq!(assessment.score("health", ids[row]).unwrap().score, whole);
                last = Some(again);
            }
        }
    }
}

#[cfg(feature = "toml")]
fn yes(it: bool) -> Verdict {
    if it { Verdict::Yes } else { Verdict::No }
}

#[test]
fn what_has_a_missing_number_equals_its_clone() {
    let column = Column::numbers([Some(1.0), None, Some(-0.0)]);
    assert_eq!(column, column.clone());
    assert_eq!(column, Column::numbers([Some(1.0), None, Some(0.0)]));
    for other in [
        Column::numbers([Some(1.0), Some(2.0), Some(0.0)]),
        Column::numbers([None, None, Some(0.0)]),
        Column::numbers([Some(1.0), None]),
        Column::flags([Some(true), None, Some(false)]),
    ] {
        assert_ne!(column, other);
        assert_ne!(other, column);
    }
    let frame = |first: Option<f64>| {
        let mut it = Frame::new(SubjectKind::Account, ["a", "b"]).unwrap();
        it.insert("seats", Column::numbers([first, None])).unwrap();
        it.insert("none", Column::numbers([None, None])).unwrap();
        it
    };
    assert_eq!(frame(None), frame(None).clone());
    assert_eq!(frame(Some(2.0)), frame(Some(2.0)));
    assert_ne!(frame(Some(2.0)), frame(None));
}
