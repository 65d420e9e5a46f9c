//! How far the records of a feed go: what a stalled one would make old is no data, said once.

mod bounds;

use foretell::book::{Book, Case, License, Subscription, Tables, Usage};
use foretell::config::Config;
use foretell::engine::Note;
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::{AsOf, Stamp};
use foretell::value::Value;
use foretell::{Assessment, Engine, Input, State};
use proptest::prelude::*;

use crate::alerts::timeline::day;

const CONFIG: &str = r#"
metrics = [
  { name = "quiet", from = "usage.logins", take = "days_since_last" },
  { name = "sum", from = "usage.logins", take = "sum", window = "7d" },
  { name = "all", from = "usage.logins", take = "sum" },
  { name = "count", from = "usage.logins", take = "count", window = "7d" },
  { name = "mean", from = "usage.logins", take = "mean", window = "7d" },
  { name = "last", from = "usage.logins", take = "last" },
  { name = "min", from = "usage.logins", take = "min", window = "7d" },
  { name = "median", from = "usage.logins", take = "median", window = "start" },
  { name = "change", from = "usage.logins", take = "change", window = "7d" },
  { name = "slope", from = "usage.logins", take = "slope", window = "7d" },
  { name = "ewm", from = "usage.logins", take = "ewm", half_life = 3 },
  { name = "zeros", from = "usage.logins", take = "zero_share", window = "7d" },
  { name = "share", from = "usage.logins", take = "share", where = "value > 1", window = "7d" },
  { name = "odd", type = "text", from = "usage.logins", take = "signal", every = "1d" },
  { name = "exports", from = "usage.exports", take = "sum", window = "7d" },
  { name = "open", from = "cases", take = "count", where = "is_open" },
  { name = "seats" },
  { name = "due", from = "licenses", take = "days_until", field = "end" },
  { name = "rate", expr = "sum / 7" },
  { name = "none" },
]
[[rules]]
name = "silent"
when = "quiet >= 5"
[[rules]]
name = "down"
when = "sum.change_2d < 0 || change < -20"
"#;

/// What reads `usage.logins`.
const LOGINS: [&str; 14] = [
    "quiet", "sum", "all", "count", "mean", "last", "min", "median", "change", "slope", "ewm",
    "zeros", "share", "odd",
];

fn engine(more: &str) -> Engine {
    let text = format!("{CONFIG}{more}");
    Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
}

/// Subscriptions with logins on every day before one, one of which was over on day 20, and one case each.
fn book(logins: u64, subjects: usize) -> Book {
    let mut tables = Tables::default();
    for at in 0..subjects {
        let id = format!("s{at}");
        let mut it = Subscription::new(id.clone());
        (it.start, it.seats) = (Some(Stamp::day(day(0))), Some(5.0));
        if at == 1 {
            it.end = Some(Stamp::day(day(20)));
        }
        tables.push(it);
        for number in 0..if at == 1 { logins.min(20) } else { logins } {
            for (series, value) in [("logins", 2.0 + (number % 3) as f64), ("exports", 1.0)] {
                let mut it = Usage::new(series, Stamp::day(day(number)), value);
                it.subscription_id = Some(id.clone());
                tables.push(it);
            }
        }
        let mut case = Case::new(format!("c{at}"), Stamp::day(day(1)));
        case.subscription_id = Some(id.clone());
        tables.push(case);
        let mut license = License::new();
        (license.start, license.end) = (Some(Stamp::day(day(0))), Some(Stamp::day(day(90))));
        license.subscription_id = Some(id);
        tables.push(license);
    }
    Book::strict(tables).unwrap()
}

fn assess(engine: &Engine, input: &Input<'_>, at: u64, state: &State) -> Assessment {
    engine.assess(input, day(at), state).unwrap()
}

fn value(out: &Assessment, name: &str, id: &str) -> Value {
    out.value(SubjectKind::Subscription, name, id)
}

#[test]
fn what_a_stalled_feed_makes_old_is_no_data_and_the_rest_stays() {
    let engine = engine("");
    let book = book(30, 3);
    let plain = assess(&engine, &Input::book(&book).with_ended(), 40, &State::new());
    assert_eq!(value(&plain, "quiet", "s0"), Value::Number(11.0), "without a word it is silence");
    assert!(plain.rules()[0].matches.len() >= 2);

    let input = Input::book(&book).with_ended().complete_until("usage.logins", day(29));
    let out = assess(&engine, &input, 40, &State::new());
    for name in LOGINS {
        assert_eq!(value(&out, name, "s0"), Value::Missing, "{name}");
        // Nothing of later days can be about a subscription that was over by then.
        assert_eq!(value(&out, name, "s1"), value(&plain, name, "s1"), "{name}");
    }
    assert_eq!(value(&out, "rate", "s0"), Value::Missing);
    assert_eq!(value(&out, "silent", "s0"), Value::Missing);
    for name in ["exports", "open", "due"] {
        assert_eq!(value(&out, name, "s0"), value(&plain, name, "s0"), "{name}");
        assert_ne!(value(&out, name, "s0"), Value::Missing, "{name}");
    }
    for rule in out.rules() {
        let who: Vec<&str> =
            rule.matches.iter().map(|it| &*it.subject).filter(|it| *it != "s1").collect();
        assert_eq!(who, [""; 0], "{}", rule.rule);
        let waits = rule.no_data.iter().filter(|it| &***it != "s1").count();
        assert_eq!(waits, 2, "{}", rule.rule);
    }
    // Its table too, and what is said of a series goes before its table.
    let usage = Input::book(&book).complete_until("usage", day(29));
    let out = assess(&engine, &usage, 40, &State::new());
    assert_eq!(value(&out, "exports", "s0"), Value::Missing);
    let both = usage.clone().complete_until("usage.exports", day(40));
    let out = assess(&engine, &both, 40, &State::new());
    assert_ne!(value(&out, "exports", "s0"), Value::Missing);
    assert_eq!(value(&out, "sum", "s0"), Value::Missing);
    let cases = Input::book(&book).complete_until("cases", day(39));
    let out = assess(&engine, &cases, 40, &State::new());
    assert_eq!(value(&out, "open", "s0"), Value::Missing);
    // What lies ahead stands on a record that is there.
    let all = Input::book(&book).complete_until("licenses", day(39));
    assert_eq!(value(&assess(&engine, &all, 40, &State::new()), "due", "s0"), Value::Number(50.0));
    // `score` reads the same.
    let scores = engine.score(&usage, day(40), &State::new());
    let column = scores.column(SubjectKind::Subscription, "sum").unwrap();
    assert!((0..column.len()).all(|row| column.is_missing(row)));
}

#[test]
fn a_stall_is_told_once_for_its_feed() {
    let engine = engine("");
    let book = book(30, 50);
    let input =
        Input::book(&book).complete_until("usage", day(29)).complete_until("cases", day(40));
    let out = assess(&engine, &input, 40, &State::new());
    let stalled: Vec<&Note> =
        out.notes().iter().filter(|it| !matches!(it, Note::NotAssessed { .. })).collect();
    let note = Note::Stalled { feed: "usage".into(), until: day(29), metrics: 15, subjects: 49 };
    let nothing = |it: &&Note| matches!(it, Note::NoValue { metric, .. } if metric == "seats");
    let stalled: Vec<&Note> = stalled.into_iter().filter(|it| !nothing(it)).collect();
    assert_eq!(stalled, [&note]);
    assert_eq!(out.faults(), []);
    // Until the day of the assessment, or later, nothing waits.
    for until in [40, 41, 400] {
        let input = Input::book(&book).complete_until("usage", day(until));
        let out = assess(&engine, &input, 40, &State::new());
        assert!(
            !out.notes().iter().any(|it| matches!(it, Note::Stalled { .. } | Note::Silent { .. }))
        );
        assert_eq!(value(&out, "quiet", "s0"), Value::Number(11.0));
    }
    // The columns that a host gives are its own word.
    let mut given = Frame::new(SubjectKind::Subscription, ["s0"]).unwrap();
    given.insert("quiet", Column::numbers([Some(3.0)])).unwrap();
    let input = Input::book(&book).and_frame(&given).complete_until("usage", day(29));
    let out = assess(&engine, &input, 40, &State::new());
    assert_eq!(value(&out, "quiet", "s0"), Value::Number(3.0));
    let metrics = |it: &Note| matches!(it, Note::Stalled { metrics: 14, subjects: 49, .. });
    assert!(out.notes().iter().any(metrics), "{:?}", out.notes());
}

#[test]
fn a_moment_is_no_whole_day() {
    let engine = engine("[[feeds]]\nname = \"usage\"\nlag = \"1d\"\n");
    let book = book(30, 1);
    let until: AsOf = "2026-01-30T15:00:00Z".parse().unwrap();
    let input = Input::book(&book).complete_until("usage", until);
    let at = |text: &str| {
        let out = engine.assess(&input, text.parse::<AsOf>().unwrap(), &State::new()).unwrap();
        value(&out, "quiet", "s0")
    };
    assert_eq!(at("2026-01-30T14:00:00Z"), Value::Number(0.0));
    assert_eq!(at("2026-01-30T15:00:00Z"), Value::Number(0.0));
    // Of the 30th not all is there: what was known of the 29th counts.
    assert_eq!(at("2026-01-30"), Value::Number(0.0));
    assert_eq!(at("2026-01-31"), Value::Missing);
}

#[test]
fn within_its_lag_a_feed_counts_as_of_the_day_until_which_it_is_complete() {
    for (lag, name) in [("2d", "usage"), ("2d", "usage.logins")] {
        let more = format!("[[feeds]]\nname = \"{name}\"\nlag = \"{lag}\"\n");
        let engine = engine(&more);
        let book = book(30, 1);
        let then = assess(&engine, &Input::book(&book), 29, &State::new());
        let input = Input::book(&book).complete_until("usage", day(29));
        for at in 29..34 {
            let out = assess(&engine, &input, at, &State::new());
            for name in LOGINS {
                let expected = if at <= 31 { value(&then, name, "s0") } else { Value::Missing };
                assert_eq!(value(&out, name, "s0"), expected, "{name} on {at}");
            }
            // The other series has the lag of the table, or none.
            let waits = if name == "usage" { 31 < at } else { 29 < at };
            let stalled = |it: &Note| matches!(it, Note::Stalled { .. });
            assert_eq!(out.notes().iter().any(stalled), waits, "{name} on {at}");
        }
    }
    // A series has its own.
    let engine = engine(
        "[[feeds]]\nname = \"usage\"\nlag = \"9d\"\n[[feeds]]\nname = \"usage.logins\"\nlag = \"1d\"\n",
    );
    let book = book(30, 1);
    let input = Input::book(&book).complete_until("usage", day(29));
    let out = assess(&engine, &input, 32, &State::new());
    assert_eq!(value(&out, "sum", "s0"), Value::Missing);
    assert_ne!(value(&out, "exports", "s0"), Value::Missing);
}

#[test]
fn alerts_wait_for_a_stalled_feed() {
    let engine = engine("");
    let book = book(10, 1);
    let mut state = State::new();
    let mut told = Vec::new();
    for at in 10..20 {
        // Complete until the 12th, and from the 18th on again.
        let until = if (13..18).contains(&at) { 12 } else { at };
        let input = Input::book(&book).complete_until("usage", day(until));
        let out = assess(&engine, &input, at, &state);
        let silent = out.events().iter().filter(|it| it.rule == "silent");
        told.extend(silent.map(|it| (at, it.change.name())));
        state = out.state().clone();
    }
    assert_eq!(told, [(18, "fired")], "it would have fired on 14");
}

#[test]
fn feeds_that_are_none_are_faults() {
    let engine = engine("");
    let book = book(3, 1);
    for (name, near) in [
        ("usge", Some("usage")),
        ("usage.login", Some("usage.logins")),
        ("case", Some("cases")),
        ("nothing_like_it", None),
    ] {
        let input = Input::book(&book).complete_until(name, day(2));
        for faults in [
            assess(&engine, &input, 5, &State::new()).faults().to_vec(),
            engine.score(&input, day(5), &State::new()).faults().to_vec(),
        ] {
            let [fault] = &faults[..] else { panic!("{faults:?}") };
            assert_eq!(
                (fault.code, fault.place.path.as_str()),
                (Code::UnknownName, &*format!("complete_until.{name}"))
            );
            assert_eq!(fault.message, format!("there is no feed `{name}`"));
            if let Some(near) = near {
                assert_eq!(fault.help.as_deref(), Some(&*format!("did you mean `{near}`?")));
            }
        }
    }
    for name in ["usage", "usage.logins", "cases", "surveys", "surveys.nps", "subscriptions"] {
        let input = Input::book(&book).complete_until(name, day(5));
        assert_eq!(assess(&engine, &input, 5, &State::new()).faults(), [], "{name}");
    }
    for (more, expected) in [
        ("[[feeds]]\nname = \"usge\"\nlag = \"1d\"\n", "unknown-name feeds[0].name"),
        ("[[feeds]]\nname = \"usage\"\n[[feeds]]\nname = \"usage\"\n", "duplicate feeds[1].name"),
        ("[[feeds]]\nname = \"usage\"\nlag = \"soon\"\n", "out-of-range feeds[0].lag"),
    ] {
        let faults = Engine::compile(&Config::parse(&format!("{CONFIG}{more}"))).unwrap_err();
        let found: Vec<String> =
            faults.list().iter().map(|it| format!("{} {}", it.code, it.place.path)).collect();
        assert!(found.iter().any(|it| it == expected), "{found:?}");
    }
}

/// What it is, the days with records, the day of the assessment, and for how long it is silent where one is how often.
type Row = (&'static str, Vec<u64>, u64, Option<(u32, u32)>);

#[test]
fn a_feed_that_is_silent_for_longer_than_ever_is_noted() {
    // Every day, every week, on days of work, too few, and of what seldom happens nothing.
    let rows: [Row; 7] = [
        ("every day", (0..30).collect(), 32, None),
        ("every day, long ago", (0..30).collect(), 33, Some((4, 1))),
        ("every week", (0..12).map(|it| it * 7).collect(), 77 + 21, None),
        ("every week, long ago", (0..12).map(|it| it * 7).collect(), 77 + 22, Some((22, 7))),
        ("on days of work", (0..40).filter(|it| it % 7 < 5).collect(), 39 + 5, None),
        ("too few to tell", (0..9).collect(), 60, None),
        ("enough to tell", (0..10).collect(), 60, Some((51, 1))),
    ];
    let engine = engine("");
    for (name, days, at, expected) in rows {
        let mut tables = Tables::default();
        tables.push(Subscription::new("s0"));
        for it in &days {
            let mut usage = Usage::new("logins", Stamp::day(day(*it)), 1.0);
            usage.subscription_id = Some("s0".into());
            tables.push(usage);
        }
        let book = Book::strict(tables).unwrap();
        let silent = |input: &Input<'_>| {
            let out = assess(&engine, input, at, &State::new());
            let found = out.notes().iter().find_map(|it| match it {
                Note::Silent { feed, days, usual, .. } => Some((feed.clone(), (*days, *usual))),
                _ => None,
            });
            assert_ne!(value(&out, "quiet", "s0"), Value::Missing, "{name}");
            found
        };
        let expected = expected.map(|it| ("usage.logins".to_owned(), it));
        assert_eq!(silent(&Input::book(&book)), expected, "{name}");
        // Where someone says how far it goes it is silent in truth.
        assert_eq!(silent(&Input::book(&book).complete_until("usage", day(at))), None, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// With the records after the watermark or without them, as they are or others: the same is said.
    #[test]
    fn what_comes_after_a_watermark_changes_nothing(
        until in 5u64..30,
        late in 0u64..4,
        extra in proptest::collection::vec((0u64..8, 0u8..9), 0..8),
    ) {
        let engine = engine("[[feeds]]\nname = \"usage\"\nlag = \"1d\"\n");
        let tables = |more: bool| {
            let mut tables = Tables::default();
            tables.push(Subscription::new("s0"));
            let known = (0..until + 1).map(|it| (it, 2.0));
            let later = extra.iter().map(|it| (until + 1 + it.0, f64::from(it.1)));
            for (at, value) in known.chain(later.filter(|_| more)) {
                let mut it = Usage::new("logins", Stamp::day(day(at)), value);
                it.subscription_id = Some("s0".into());
                tables.push(it);
            }
            Book::strict(tables).unwrap()
        };
        let (with, without) = (tables(true), tables(false));
        let at = until + late;
        let said = |book: &Book| {
            let input = Input::book(book).complete_until("usage", day(until));
            let out = assess(&engine, &input, at, &State::new());
            let values: Vec<Value> = LOGINS.iter().map(|it| value(&out, it, "s0")).collect();
            (values, out.events().to_vec(), out.state().clone())
        };
        if late > 0 {
            prop_assert_eq!(said(&with), said(&without));
        }
        let (values, _, _) = said(&without);
        prop_assert_eq!(values.iter().all(Value::is_missing), 1 < late);
    }
}

#[test]
fn explanations_say_for_which_feed_a_value_waits() {
    let engine = engine(
        "[[scorecards]]\nname = \"health\"\nmin_coverage = 0\nfactors = [\n\
         { metric = \"sum\", points.linear = { worst = 0, best = 9 }, missing = \"worst\" },\n\
         { metric = \"rate\", points.linear = { worst = 0, best = 9 }, missing = \"worst\" },\n\
         { metric = \"open\", points.linear = { worst = 9, best = 0 } },\n\
         { metric = \"none\", points.linear = { worst = 0, best = 9 }, missing = \"worst\" },\n]\n",
    );
    let book = book(30, 1);
    let why = |input: &Input<'_>, at: u64| {
        let out = assess(&engine, input, at, &State::new());
        // It is still known after it was stored.
        let stored: Assessment =
            serde_json::from_str(&serde_json::to_string(&out).unwrap()).unwrap();
        let explained = engine.explain(&stored, "health", "s0").unwrap();
        explained.lines.iter().map(|it| (it.why(), it.stalled.clone())).collect::<Vec<_>>()
    };
    let stalled = why(&Input::book(&book).complete_until("usage", day(25)), 28);
    let waits =
        format!("has no data: its feed usage is complete only until {}, counted as worst", day(25));
    assert_eq!(stalled[0].0, format!("sum {waits}"));
    assert_eq!(stalled[1].0, format!("rate {waits}"));
    assert_eq!(
        stalled[0].1.as_ref().map(|it| (it.feed.as_str(), it.until)),
        Some(("usage", day(25)))
    );
    assert!(stalled[2].0.starts_with("open is ") && stalled[2].1.is_none(), "{stalled:?}");
    assert_eq!(stalled[3], ("none has no data, counted as worst".to_owned(), None));
    for (reason, stall) in why(&Input::book(&book), 28) {
        assert!(!reason.contains("feed") && stall.is_none(), "{reason}");
    }
}

/// What was no data on a day because of a stall was none on that day, whatever is known later.
#[test]
fn a_stall_is_no_data_in_history() {
    let engine = engine(
        "[[rules]]\nname = \"was\"\nwhen = \"sum.previous > 0 && sum.ago_2d > 0 && sum.days > 9\"\n",
    );
    let book = book(30, 1);
    let mut state = State::new();
    for at in 20..29 {
        // Nothing of the 23rd and 24th is there in time.
        let until = if at == 23 || at == 24 { 22 } else { at };
        let out =
            assess(&engine, &Input::book(&book).complete_until("usage", day(until)), at, &state);
        let [sum, previous, ago, change, days] =
            ["sum", "sum.previous", "sum.ago_2d", "sum.change_2d", "sum.days"]
                .map(|it| value(&out, it, "s0"));
        let is_stalled = |on: u64| on == 23 || on == 24;
        assert_eq!(sum.is_missing(), is_stalled(at), "{at}");
        assert_eq!(previous.is_missing(), at == 20 || is_stalled(at - 1), "{at}");
        assert_eq!(ago.is_missing(), at < 22 || is_stalled(at - 2), "{at}");
        assert_eq!(change.is_missing(), at < 22 || is_stalled(at) || is_stalled(at - 2), "{at}");
        assert_eq!(days.is_missing(), is_stalled(at), "{at}");
        state = out.into_state();
    }
}
