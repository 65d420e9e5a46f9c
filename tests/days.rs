//! Over several days: what is carried, what is remembered, why scores move.

use chrono::NaiveDate;
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::score::{Cause, NoScore};
use foretell::{Assessment, Config, Engine, Input, State};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

/// One subscription `x` with numbers, each observed on a day or not said when.
fn frame(columns: &[(&str, Option<f64>, Option<&str>)]) -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ["x"]).unwrap();
    for (name, value, seen) in columns {
        let column = Column::numbers([*value]);
        let column = match seen {
            Some(it) => column.observed([Some(day(it))]),
            None => column,
        };
        frame.insert(*name, column).unwrap();
    }
    frame
}

fn assess(engine: &Engine, frame: &Frame, on: &str, state: &State) -> Assessment {
    engine.assess(&Input::frame(frame), day(on), state).unwrap()
}

const TWO: &str = "[[metrics]]\nname = \"a\"\n[[metrics]]\nname = \"b\"\n";

#[test]
fn a_stale_value_is_carried_on_the_first_day_as_on_the_second() {
    let engine = engine(&format!(
        "{TWO}[[scorecards]]\nname = \"s\"\nmin_coverage = 0\nfactors = [\
         {{ metric = \"a\", points.linear = {{ worst = 0, best = 100 }}, max_age = \"30d\", missing = {{ carry = \"90d\" }} }},\
         {{ metric = \"b\", points.linear = {{ worst = 0, best = 100 }} }}]"
    ));
    let frame = frame(&[("a", Some(80.0), Some("2026-01-15")), ("b", Some(20.0), None)]);
    let first = assess(&engine, &frame, "2026-03-01", &State::new());
    let again = assess(&engine, &frame, "2026-03-01", first.state());
    for it in [&first, &again] {
        assert_eq!(it.score("s", "x").unwrap().score, Some(50.0));
    }
    assert_eq!(first.state(), again.state());
}

#[test]
fn a_value_that_is_not_believed_displaces_none_that_is() {
    let engine = engine(&format!(
        "{TWO}[[scorecards]]\nname = \"s\"\nmin_coverage = 0\nfactors = [\
         {{ metric = \"a\", points.linear = {{ worst = 0, best = 100, outside = \"missing\" }}, missing = {{ carry = \"90d\" }} }}]"
    ));
    let mut state = State::new();
    let mut scores = Vec::new();
    for (on, value) in
        [("2026-03-01", Some(50.0)), ("2026-03-02", Some(900.0)), ("2026-03-03", None)]
    {
        let assessment = assess(&engine, &frame(&[("a", value, None)]), on, &state);
        scores.push(assessment.score("s", "x").unwrap().score);
        state = assessment.state().clone();
    }
    assert_eq!(scores, [Some(50.0), None, Some(50.0)]);
}

/// A second run of a day that lacks a subject keeps what that day knew of it, whoever else has a value.
#[test]
fn a_run_again_that_lacks_a_subject_keeps_what_is_carried_of_it() {
    let engine = engine(&format!(
        "{TWO}[[scorecards]]\nname = \"s\"\nmin_coverage = 0\nfactors = [\
         {{ metric = \"a\", points.linear = {{ worst = 0, best = 100 }}, missing = {{ carry = \"90d\" }} }}]"
    ));
    let frame = |ids: &[&str], values: &[Option<f64>]| {
        let mut frame = Frame::new(SubjectKind::Subscription, ids.iter().copied()).unwrap();
        frame.insert("a", Column::numbers(values.iter().copied())).unwrap();
        frame
    };
    let first =
        assess(&engine, &frame(&["x", "y"], &[Some(40.0), None]), "2026-03-01", &State::new());
    for value in [None, Some(1.0)] {
        let again = assess(&engine, &frame(&["y"], &[value]), "2026-03-01", first.state());
        let both = frame(&["x", "y"], &[None, None]);
        let next = assess(&engine, &both, "2026-03-02", again.state());
        assert_eq!(next.score("s", "x").unwrap().score, Some(40.0), "{value:?}");
    }
}

#[test]
fn points_by_expression_cannot_be_carried() {
    let config = Config::parse(
        "[[metrics]]\nname = \"a\"\n[[scorecards]]\nname = \"s\"\nfactors = [\
         { metric = \"a\", points.expr = \"a * 2\", missing = { carry = \"90d\" } }]",
    );
    let faults = Engine::compile(&config).expect_err("nothing to carry");
    let codes: Vec<Code> = faults.list().iter().map(|it| it.code).collect();
    assert_eq!(codes, [Code::Incompatible]);
}

#[test]
fn a_state_of_a_later_day_is_an_error() {
    let engine = engine("[[metrics]]\nname = \"a\"\n");
    let empty = frame(&[("a", Some(1.0), None)]);
    let later = engine.assess(&Input::frame(&empty), day("2026-04-01"), &State::new()).unwrap();
    let later = later.into_state();
    let why = engine.assess(&Input::frame(&empty), day("2026-03-01"), &later).unwrap_err();
    assert_eq!(why.faults()[0].code, Code::TimeReversed);
    let said = "the state is of 2026-04-01, later than 2026-03-01; assess days in order, or from a state that was kept \
                (`State::rewind`)";
    assert_eq!(why.to_string(), said);
}

#[test]
fn a_month_of_warm_up_is_a_calendar_month() {
    let engine = engine(
        "[[metrics]]\nname = \"a\"\n[[scorecards]]\nname = \"s\"\nwarm_up = \"1mo\"\n\
         factors = [{ metric = \"a\", points.linear = { worst = 0, best = 1 } }]",
    );
    // Started on 1 February.
    for (on, age, expected) in [("2026-02-28", 27.0, None), ("2026-03-01", 28.0, Some(100.0))] {
        let frame = frame(&[("a", Some(1.0), None), ("age_days", Some(age), None)]);
        let assessment = assess(&engine, &frame, on, &State::new());
        assert_eq!(assessment.score("s", "x").unwrap().score, expected, "{on}");
    }
}

#[test]
fn nothing_measured_is_said_so() {
    let engine = engine(
        "[[metrics]]\nname = \"a\"\n[[scorecards]]\nname = \"s\"\nmin_coverage = 0\n\
         factors = [{ metric = \"a\", points.linear = { worst = 0, best = 1 } }]",
    );
    let assessment = assess(&engine, &frame(&[("a", None, None)]), "2026-03-01", &State::new());
    let why = engine.explain(&assessment, "s", "x").unwrap();
    assert_eq!(why.no_score(), Some(NoScore::NothingMeasured));
    assert!(why.to_string().contains("no score, nothing is measured"), "{why}");
}

#[test]
fn a_change_names_its_causes() {
    let card = |missing: &str, rest: &str| {
        format!(
            "{TWO}[[metrics]]\nname = \"big\"\n[[scorecards]]\nname = \"s\"\nmin_coverage = 0\nmax_age = \"30d\"\n\
             factors = [\
             {{ metric = \"a\", points.linear = {{ worst = 0, best = 100 }}, missing = \"{missing}\" }},\
             {{ metric = \"b\", points.linear = {{ worst = 0, best = 100 }} }}]\n{rest}"
        )
    };
    let group = "groups = [{ name = \"g\", applies_when = \"big > 0\", factors = [{ metric = \"big\", points.linear = { worst = 0, best = 10 } }] }]";
    let gate = card("redistribute", "").replace("min_coverage = 0", "min_coverage = 0.9");
    let with = |a: Option<f64>, seen: Option<&str>, big: f64| {
        frame(&[("a", a, seen), ("b", Some(20.0), None), ("big", Some(big), None)])
    };
    let old = Some("2026-01-01");
    for (text, before, after, expected) in [
        (
            card("worst", ""),
            with(Some(80.0), None, 0.0),
            with(None, None, 0.0),
            vec![Cause::Missing],
        ),
        (
            card("worst", ""),
            with(Some(80.0), None, 0.0),
            with(Some(80.0), old, 0.0),
            vec![Cause::Stale],
        ),
        (
            card("worst", ""),
            with(None, None, 0.0),
            with(Some(80.0), None, 0.0),
            vec![Cause::Returned],
        ),
        (
            card("worst", ""),
            with(Some(80.0), None, 0.0),
            with(Some(60.0), None, 0.0),
            vec![Cause::Data],
        ),
        (
            card("redistribute", ""),
            with(Some(80.0), None, 0.0),
            with(None, None, 0.0),
            vec![Cause::Missing, Cause::Redistributed],
        ),
        (
            card("redistribute", group),
            with(Some(80.0), None, 5.0),
            with(Some(80.0), None, 0.0),
            vec![Cause::Applicability],
        ),
        // The score is lost: what was lost is named, and nothing else.
        (gate, with(Some(80.0), None, 0.0), with(None, None, 0.0), vec![Cause::Missing]),
    ] {
        let engine = engine(&text);
        let explain = |frame: &Frame| {
            let assessment = assess(&engine, frame, "2026-03-01", &State::new());
            engine.explain(&assessment, "s", "x").unwrap()
        };
        let change = engine.change(&explain(&before), &explain(&after));
        let mut causes: Vec<Cause> = change.parts.iter().map(|it| it.cause).collect();
        causes.sort();
        causes.dedup();
        assert_eq!(causes, expected, "{text}\n{change}");
        if let Some(difference) = change.difference {
            let sum: f64 = change.parts.iter().map(|it| it.points).sum();
            assert!((sum - difference).abs() < 1e-9, "{change}");
        }
    }
}
