//! A rule that cannot be asked leaves all others their answers.

use foretell::alert::Change;
use foretell::alert::Health;
use foretell::expr::{Functions, Kind, Value};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

/// Functions of a host that break their promises, each in its own way.
fn functions() -> Functions {
    let mut functions = Functions::new().catch_panics();
    functions
        .register("errs", &[Kind::Number], Kind::Number, |_| Err::<f64, _>("no line"))
        .unwrap();
    let mut add = |name: &str, f: fn(f64) -> Value| {
        let body = move |it: &[Value]| match it {
            [Value::Number(it)] => f(*it),
            _ => Value::Missing,
        };
        functions.register(name, &[Kind::Number], Kind::Number, body).unwrap();
    };
    add("panics", |it| if it > 1.0 { panic!("as hosts do") } else { Value::Number(it) });
    add("of_another_kind", |_| Value::Flag(true));
    add("of_too_much_text", |_| Value::Text("x".repeat(1 << 20).as_str().into()));
    add("infinite", |_| Value::Number(f64::INFINITY));
    add("empty", |_| Value::Missing);
    functions
}

#[test]
fn a_rule_that_fails_leaves_all_others_their_answers() {
    for (call, no_data, why) in [
        ("panics(n)", 1, Some("the subscription `two`: it panicked: as hosts do")),
        ("errs(n)", 2, Some("2 subscriptions, `one` and `two`: no line")),
        (
            "of_another_kind(n)",
            2,
            Some(
                "2 subscriptions, `one` and `two`: it returned a flag, and was registered to return a number",
            ),
        ),
        (
            "of_too_much_text(n)",
            2,
            Some(
                "2 subscriptions, `one` and `two`: it returned a text, and was registered to return a number",
            ),
        ),
        ("infinite(n)", 2, None),
        ("empty(n)", 2, None),
        ("sqrt(0.0 - n)", 2, None),
        ("n / (n - n)", 2, None),
    ] {
        let text = format!(
            "[[metrics]]\nname = \"n\"\n\
             [[rules]]\nname = \"before\"\nwhen = \"n > 1\"\n\
             [[rules]]\nname = \"broken\"\nwhen = \"{call} > 0\"\n\
             [[rules]]\nname = \"later\"\nwhen = \"n < 9\"\nmessage = \"${{{call}}}\"\n"
        );
        let engine = Engine::compile_with(&Config::parse(&text), functions());
        let engine = engine.unwrap_or_else(|it| panic!("{call}\n{it}"));
        let mut frame = Frame::new(SubjectKind::Subscription, ["one", "two"]).unwrap();
        frame.insert("n", Column::numbers([Some(1.0), Some(2.0)])).unwrap();
        let day = "2026-03-01".parse::<AsOf>().unwrap();
        let out = engine.assess(&Input::frame(&frame), day, &State::new()).unwrap();

        let result = |rule: &str| out.rules().iter().find(|it| it.rule == rule).unwrap();
        let broken = result("broken");
        assert_eq!((broken.faulted.len(), broken.no_data.len()), (0, no_data), "{call}");
        for (rule, subjects) in [("before", &["two"][..]), ("later", &["one", "two"])] {
            let result = result(rule);
            let firing: Vec<&str> = result.matches.iter().map(|it| &*it.subject).collect();
            assert_eq!(firing, subjects, "{call}: {rule}");
            assert!(result.faulted.is_empty() && result.no_data.is_empty(), "{call}: {rule}");
        }
        let fired = out.events().iter().filter(|it| it.change == Change::Fired);
        let others = fired.clone().filter(|it| it.rule != "broken").count();
        assert_eq!(others, 3, "{call}");
        // What has no data is no alert, and why is said.
        assert_eq!(fired.count() - others, 2 - no_data, "{call}");
        let name = call.split('(').next().unwrap();
        let wanted: Vec<_> = why.iter().map(|it| format!("`{name}` failed for {it}")).collect();
        let said: Vec<&str> = out.faults().iter().map(|it| it.message.as_str()).collect();
        assert_eq!(said, wanted, "{call}");
        let place = |it: &foretell::fault::Fault| it.place.path == format!("functions.{name}");
        assert!(out.faults().iter().all(place), "{call}: {:?}", out.faults());
        assert!(out.alerts().iter().all(|it| it.health == Health::Ok), "{call}");
    }
}
