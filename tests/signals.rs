//! Signals: the statistics against numpy and scipy, and signals as metrics of a config.

use foretell::signal::{TrendLine, mad, mann_kendall, median, pettitt, theil_sen};
use serde::Deserialize;

/// One series with what numpy and scipy say of it: `tests/reference/signals.py`.
#[derive(Deserialize)]
struct Case {
    values: Vec<f64>,
    median: f64,
    mad: f64,
    theil_sen: Fit,
    pettitt: Change,
    mann_kendall: Option<f64>,
}

#[derive(Deserialize)]
struct Fit {
    slope: f64,
    intercept: f64,
}

#[derive(Deserialize)]
struct Change {
    at: usize,
    statistic: f64,
    p: f64,
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * right.abs().max(1.0)
}

#[test]
fn statistics_are_those_of_numpy_and_scipy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/signals.json")).unwrap();
    assert!(cases.len() >= 28);
    for it in &cases {
        let shown = &it.values;
        assert!(near(median(&it.values).unwrap(), it.median), "{shown:?}");
        assert!(near(mad(&it.values).unwrap(), it.mad), "{shown:?}");
        let points: Vec<(f64, f64)> =
            it.values.iter().enumerate().map(|(at, it)| (at as f64, *it)).collect();
        let TrendLine { slope, intercept, .. } = theil_sen(&points).unwrap();
        assert!(near(slope, it.theil_sen.slope), "{slope} {shown:?}");
        assert!(near(intercept, it.theil_sen.intercept), "{intercept} {shown:?}");
        let found = pettitt(&it.values).unwrap();
        assert_eq!(found.at, it.pettitt.at, "{shown:?}");
        assert!(near(found.statistic, it.pettitt.statistic), "{shown:?}");
        assert!(near(found.p, it.pettitt.p), "{} {} {shown:?}", found.p, it.pettitt.p);
        if let Some(expected) = it.mann_kendall {
            let found = mann_kendall(&it.values);
            // From a p, which has fewer digits the smaller it is.
            assert!(
                (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                "{found} {expected}"
            );
        }
    }
}

#[test]
fn what_cannot_be_said_is_none() {
    assert_eq!((median(&[]), mad(&[]), pettitt(&[1.0])), (None, None, None));
    assert_eq!(theil_sen(&[(1.0, 2.0), (1.0, 3.0)]), None);
    assert_eq!((mann_kendall(&[1.0, 2.0]), mann_kendall(&[3.0; 9])), (0.0, 0.0));
}

#[cfg(feature = "toml")]
mod as_metrics {
    use foretell::book::{Book, Subscription, Tables, Usage};
    use foretell::fault::Code;
    use foretell::frame::SubjectKind;
    use foretell::time::Stamp;
    use foretell::value::Value;
    use foretell::{Assessment, Config, Engine, Input, State};

    const CONFIG: &str = r#"
        [[metrics]]
        name = "use_signal"
        from = "usage.logins"
        take = "signal"
        every = "1w"

        [[metrics]]
        name = "use_story"
        from = "usage.logins"
        take = "signal_text"
        every = "1w"

        [[metrics]]
        name = "use_change"
        from = "usage.logins"
        take = "signal_change"
        every = "1w"
        unit = "%"

        [[metrics]]
        name = "use_age"
        from = "usage.logins"
        take = "signal_age"
        every = "1w"
        unit = "days"

        [[scorecards]]
        name = "health"
        bands = [{ name = "red" }, { name = "green", from = 50 }]
        factors = [
            { metric = "use_signal", points.map = { collapse = 0, drop = 30, decline = 50, _ = 100 } },
        ]

        [[rules]]
        name = "use_fell"
        severity = "critical"
        when = 'use_signal in ["collapse", "drop", "decline"] && use_change <= -30'
        message = '${use_story ?? ""}'
    "#;

    /// Weekly logins up to the day, by subscription; none for a week without a record.
    const LOGINS: [(&str, &str); 6] = [
        ("steady", "41 38 45 40 36 43 39 44 42 40 38 41"),
        ("fallen", "41 38 45 40 36 43 39 44 12 10 14 11"),
        ("silent", "41 38 45 40 36 43 39 44 42 40 . ."),
        ("young", "41 38 45 40 36"),
        ("rare", "9 . . 8 . . 9 . . 8 . . 9 . . 10 . . . . . ."),
        ("unused", ""),
    ];

    fn engine(text: &str) -> Engine {
        Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
    }

    fn book() -> Book {
        let today: chrono::NaiveDate = "2026-03-01".parse().unwrap();
        let mut tables = Tables::default();
        for (id, logins) in LOGINS {
            tables.push(Subscription::new(id));
            let weeks: Vec<&str> = logins.split_whitespace().collect();
            for (ago, count) in weeks.iter().rev().enumerate() {
                let Ok(count) = count.parse::<f64>() else { continue };
                // Two records a week, on its first and its last day.
                let days = [7 * ago as u64, 7 * ago as u64 + 6];
                for (day, share) in days.into_iter().zip([0.25, 0.75]) {
                    let day = today.checked_sub_days(chrono::Days::new(day)).unwrap();
                    let mut it = Usage::new("logins", Stamp::day(day), count * share);
                    it.subscription_id = Some(id.to_owned());
                    tables.push(it);
                }
            }
        }
        Book::strict(tables).unwrap()
    }

    fn assess(engine: &Engine) -> Assessment {
        let day: chrono::NaiveDate = "2026-03-01".parse().unwrap();
        engine.assess(&Input::book(&book()), day, &State::new()).unwrap()
    }

    #[test]
    fn signals_are_metrics_that_scores_and_rules_read() {
        let engine = engine(CONFIG);
        let assessment = assess(&engine);
        let value = |name: &str, id: &str| {
            assessment.value(SubjectKind::Subscription, name, id).to_string()
        };
        let mut shown = String::new();
        for (id, _) in LOGINS {
            let [signal, change, age, story] =
                ["use_signal", "use_change", "use_age", "use_story"].map(|it| value(it, id));
            let score = assessment.score("health", id).unwrap().score;
            shown += &format!("{id}: {signal}, {change} %, {age} days, {score:?}: {story}\n");
        }
        insta::assert_snapshot!(shown, @r"
        steady: none, 0 %, missing days, Some(100.0): missing
        fallen: drop, -71.60493827160494 %, 28 days, Some(30.0): fell from about 41 to about 12 a week, 4 weeks ago
        silent: collapse, -100 %, 14 days, Some(0.0): silent for the last 2 weeks; before it was about 41 a week and was never silent
        young: missing, missing %, missing days, None: missing
        rare: lost_rhythm, missing %, 42 days, Some(100.0): used about every 3 weeks before, and not for the last 6 weeks
        unused: missing, missing %, missing days, None: missing
        ");
        let alerts: Vec<String> = assessment.rules()[0]
            .matches
            .iter()
            .map(|it| format!("{}: {}", it.subject, it.message))
            .collect();
        insta::assert_snapshot!(alerts.join("\n"), @r"
        fallen: fell from about 41 to about 12 a week, 4 weeks ago
        silent: silent for the last 2 weeks; before it was about 41 a week and was never silent
        ");
    }

    #[test]
    fn a_signal_that_there_is_not_is_a_fault() {
        let text = CONFIG.replace("\"collapse\", \"drop\"", "\"colapse\", \"drop\"");
        let faults = Engine::compile(&Config::parse(&text)).unwrap_err();
        insta::assert_snapshot!(faults, @r#"
        error[always-same]: `use_signal` is never `colapse`
          --> 38:32 (rules[0].when)
           |
        38 |         when = 'use_signal in ["colapse", "drop", "decline"] && use_change <= -30'
           |                                ^^^^^^^^^
          = help: did you mean `collapse`?

        1 error, 0 warnings
        "#);
    }

    #[test]
    fn cases_of_each_month_have_signals_too_and_missing_weeks_are_missing() {
        let text =
            "[[metrics]]\nname = \"s\"\nfrom = \"cases\"\ntake = \"signal\"\nevery = \"1mo\"\n";
        let engine = self::engine(text);
        let value = assess(&engine).value(SubjectKind::Subscription, "s", "steady");
        assert_eq!(value, Value::Missing, "there is no table of cases");
        // Without their silent weeks the silent are steady, and the rare have too few numbers.
        let text = CONFIG.replace("every = \"1w\"", "every = \"1w\"\nempty = \"missing\"");
        let assessment = assess(&self::engine(&text));
        let value = |id: &str| assessment.value(SubjectKind::Subscription, "use_signal", id);
        assert_eq!(value("silent"), Value::Text("none".into()));
        assert_eq!(value("rare"), Value::Missing);
        assert_eq!(value("fallen"), Value::Text("drop".into()));
    }

    #[test]
    fn the_config_of_the_page_compiles() {
        let page = include_str!("../docs/signals.md");
        let text = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(engine(text).warnings(), []);
    }

    #[test]
    fn what_makes_no_sense_is_a_fault() {
        for (text, code) in [
            ("take = \"signal\"", Code::MissingKey),
            ("take = \"signal\", every = \"0d\"", Code::OutOfRange),
            ("take = \"sum\", every = \"1w\"", Code::Incompatible),
            ("take = \"signal\", every = \"1w\", window = \"6w\"", Code::OutOfRange),
            ("take = \"signal\", every = \"1w\", empty = \"zero\"", Code::Incompatible),
            ("take = \"signal\", every = \"1w\", type = \"number\"", Code::WrongType),
            ("take = \"signal_age\", every = \"1w\", type = \"text\"", Code::WrongType),
        ] {
            let text = format!("metrics = [{{ name = \"s\", from = \"usage.logins\", {text} }}]");
            let faults = Engine::compile(&Config::parse(&text)).unwrap_err();
            let codes: Vec<Code> = faults.list().iter().map(|it| it.code).collect();
            assert_eq!(codes, [code], "{text}: {faults}");
        }
        engine(
            "metrics = [{ name = \"s\", from = \"usage.x\", take = \"signal\", every = \"1w\", window = \"8w\" }]",
        );
    }
}
