//! Calendars: working time by rows, what is wrong with them, and who is held to them.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use foretell::alert::{QuietCalendar, Suppressions};
use foretell::book::Tables;
use foretell::fault::{Fault, Severity};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::{AsOf, Calendar, CalendarConfig, Stamp};
use foretell::value::Value;
use foretell::{Assessment, Book, Config, Engine, Input, State};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    calendars: BTreeMap<String, toml::Value>,
    row: Vec<Time>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    name: String,
    calendar: String,
    from: String,
    to: Option<String>,
    minutes: Option<i64>,
    take: Option<i64>,
    due: Option<String>,
    opens: Option<String>,
}

fn at(text: &str) -> NaiveDateTime {
    text.parse::<Stamp>().unwrap_or_else(|it| panic!("{it}")).at()
}

#[test]
fn working_time_is_what_counting_minutes_by_hand_gives() {
    let times: Times = toml::from_str(include_str!("calendars/time.toml")).unwrap();
    let mut calendars = BTreeMap::new();
    for (name, written) in times.calendars {
        let is_named = written.get("zone").and_then(toml::Value::as_str);
        let is_named = is_named.is_some_and(|it| it.contains('/'));
        if is_named && !cfg!(feature = "zones") {
            continue;
        }
        let config: CalendarConfig = written.try_into().unwrap_or_else(|it| panic!("{name}: {it}"));
        calendars.insert(name, Calendar::new(&config).unwrap_or_else(|it| panic!("{it}")));
    }
    let mut wrong = Vec::new();
    for it in &times.row {
        let Some(calendar) = calendars.get(&it.calendar) else { continue };
        let from = at(&it.from);
        let mut same = |what: &str, got: Option<String>, wanted: Option<String>| {
            if got != wanted {
                wrong.push(format!("{}: {what} {got:?}, wanted {wanted:?}", it.name));
            }
        };
        if let (Some(to), Some(minutes)) = (&it.to, it.minutes) {
            let got = calendar.working_time(from, at(to));
            let wanted = TimeDelta::minutes(minutes);
            same("minutes", Some(got.to_string()), Some(wanted.to_string()));
            let hours = calendar.working_hours(from, at(to));
            same("hours", Some(hours.to_string()), Some((minutes as f64 / 60.0).to_string()));
        }
        if let (Some(take), Some(due)) = (it.take, &it.due) {
            let got = calendar.add_working(from, TimeDelta::minutes(take));
            same("due", got.map(|it| it.to_string()), Some(at(due).to_string()));
        }
        if let Some(opens) = &it.opens {
            let got = calendar.next_open(from);
            same("opens", got.map(|it| it.to_string()), Some(at(opens).to_string()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(times.row.len() > 60);
}

fn show(it: &Fault) -> String {
    let mark = if it.severity == Severity::Warning { "warning: " } else { "" };
    let help = it.help.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    format!("{mark}{} at {}: {}{help}", it.code, it.place.path, it.message)
}

fn faults(text: &str) -> Vec<Fault> {
    match Engine::compile(&Config::parse(text)) {
        Ok(it) => it.warnings().to_vec(),
        Err(it) => it.list().to_vec(),
    }
}

#[test]
fn what_is_wrong_with_a_calendar_is_said_at_once() {
    #[derive(Deserialize)]
    struct Table {
        row: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        config: String,
        faults: Vec<String>,
    }
    let table: Table = toml::from_str(include_str!("calendars/faults.toml")).unwrap();
    for row in table.row {
        let found = faults(&row.config);
        let mut got: Vec<String> = found.iter().map(show).collect();
        let mut wanted = row.faults;
        assert!(found.iter().all(|it| it.place.line.is_some()), "{}", got.join("\n"));
        got.sort();
        wanted.sort();
        assert_eq!(got, wanted, "{}", row.config);
    }
}

#[test]
fn calendars_past_the_limit_are_refused() {
    let calendar = |at: usize, holidays: &str| {
        format!("[[calendars]]\nname = \"c{at}\"\nhours = \"9-17\"\nholidays = [{holidays}]\n")
    };
    let many: String = (0..251).map(|at| calendar(at, "")).collect();
    let got: Vec<String> = faults(&many).iter().map(show).collect();
    assert_eq!(got, ["limit at calendars: a config has at most 250 calendars"]);
    let yearly: Vec<String> = (1..=12).map(|it| format!("\"{it:02}-01\"")).collect();
    let eighty: String = (0..80).map(|at| calendar(at, &yearly.join(", "))).collect();
    assert_eq!(faults(&eighty), []);
    let more: String = (0..90).map(|at| calendar(at, &yearly.join(", "))).collect();
    let got: Vec<String> = faults(&more).iter().map(|it| it.code.to_string()).collect();
    assert!(!got.is_empty() && got.iter().all(|it| it == "limit"), "{got:?}");
}

/// Two cases, each answered after a night or a weekend, one after the hours and one that is open.
const CASES: &str = r#"{
    "accounts": [{ "id": "a" }],
    "cases": [
        { "id": "monday", "account_id": "a", "opened": "2026-01-12T17:00:00", "first_response": "2026-01-13T10:30:00", "resolved": "2026-01-13T18:30:00" },
        { "id": "friday", "account_id": "a", "opened": "2026-01-09T17:00:00", "first_response": "2026-01-12T09:00:00" },
        { "id": "saturday", "account_id": "a", "opened": "2026-01-10T12:00:00", "first_response": "2026-01-11T12:00:00" },
        { "id": "dated", "account_id": "a", "opened": "2026-01-12", "first_response": "2026-01-13" }
    ]
}"#;

const HOURS: &str = r#"
subject = "case"

[[calendars]]
name = "support"
hours = "08:00-18:00"

[[metrics]]
name = "first"
attribute = "hours_to_first_response"
calendar = "support"

[[metrics]]
name = "elapsed"
attribute = "hours_to_first_response"

[[metrics]]
name = "whole"
attribute = "hours_to_resolution"
calendar = "support"

[[metrics]]
name = "age"
attribute = "age_hours"
calendar = "support"

[[metrics]]
name = "mean"
subject = "account"
from = "cases"
take = "mean"
field = "hours_to_first_response"
calendar = "support"

[[metrics]]
name = "late"
subject = "account"
from = "cases"
take = "count"
where = "hours_to_first_response > 3"
calendar = "support"

[[rules]]
name = "late_answer"
when = "first > 4"

[[rules]]
name = "late_by_the_clock"
when = "elapsed > 4"
"#;

fn assess(engine: &Engine, input: &Input<'_>, day: &str) -> Assessment {
    engine.assess(input, day.parse::<AsOf>().unwrap(), &State::new()).unwrap()
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

#[test]
fn hours_of_a_case_are_those_of_the_calendar() {
    let engine = engine(HOURS);
    assert_eq!(engine.warnings(), []);
    let tables: Tables = serde_json::from_str(CASES).unwrap();
    let book = Book::strict(tables).unwrap();
    let input = Input::book(&book).with_ended();
    let out = assess(&engine, &input, "2026-01-14");
    let number = |name: &str, id: &str| out.value(SubjectKind::Case, name, id);
    for (name, id, wanted) in [
        ("first", "monday", 3.5),
        ("first", "friday", 2.0),
        ("first", "saturday", 0.0),
        ("first", "dated", 10.0),
        ("elapsed", "monday", 17.5),
        ("elapsed", "friday", 64.0),
        ("whole", "monday", 11.0),
        ("age", "monday", 11.0),
        ("age", "friday", 31.0),
        ("age", "saturday", 30.0),
    ] {
        assert_eq!(number(name, id), Value::Number(wanted), "{name} of {id}");
    }
    assert_eq!(number("whole", "friday"), Value::Missing);
    let account = |name: &str| out.value(SubjectKind::Account, name, "a");
    assert_eq!(account("mean"), Value::Number((3.5 + 2.0 + 0.0 + 10.0) / 4.0));
    assert_eq!(account("late"), Value::Number(2.0));
    let firing = |rule: usize| -> Vec<&str> {
        out.rules()[rule].matches.iter().map(|it| it.subject.as_ref()).collect()
    };
    assert_eq!(firing(0), ["dated"]);
    assert_eq!(firing(1).len(), 4);
    // The same in columns.
    let scores = engine.score(&input, "2026-01-14".parse::<AsOf>().unwrap(), &State::new());
    assert_eq!(scores.rules().len(), 2);

    // A host's calendar of that name stands for it; one of another name does not.
    let hosts = |name: &str| {
        Calendar::new(
            &CalendarConfig::named(name).with_hours("08:00-18:00").with_holidays(["2026-01-13"]),
        )
    };
    for (name, wanted) in [("support", 1.0), ("other", 3.5)] {
        let calendar = hosts(name).unwrap();
        let out = assess(&engine, &input.clone().with_work_calendar(&calendar), "2026-01-14");
        assert_eq!(
            out.value(SubjectKind::Case, "first", "monday"),
            Value::Number(wanted),
            "{name}"
        );
    }
}

#[test]
fn a_day_without_a_time_begins_where_the_calendar_is() {
    let text = HOURS.replace("name = \"support\"", "name = \"support\"\nzone = \"-08:00\"");
    let engine = engine(&text);
    let tables: Tables = serde_json::from_str(CASES).unwrap();
    let book = Book::strict(tables).unwrap();
    let out = assess(&engine, &Input::book(&book).with_ended(), "2026-01-14");
    let number = |id: &str| out.value(SubjectKind::Case, "first", id);
    // From the 12th to the 13th is a day of ten hours there, too.
    assert_eq!(number("dated"), Value::Number(10.0));
    // 9:00 to 18:00, and to 2:30 on the next day.
    assert_eq!(number("monday"), Value::Number(9.0));
}

/// A rule that fires at once and a playbook of two steps.
const STEPS: &str = r#"
calendar = "works"

[[calendars]]
name = "works"
holidays = [{ date = "01-06", name = "Epiphany" }]

[[calendars]]
name = "week"
weekend = ["sun"]

[[metrics]]
name = "n"

[[rules]]
name = "r"
when = "n > 0"
playbook = "p"

[[playbooks]]
name = "p"
days = "business"
steps = [
    { name = "a", channel = "task", title = "a" },
    { name = "b", after = "2d", channel = "task", title = "b" },
]
"#;

fn frame() -> Frame {
    let mut frame = Frame::new(SubjectKind::Subscription, ["s"]).unwrap();
    frame.insert("n", Column::numbers([Some(1.0)])).unwrap();
    frame
}

/// The day on which the second step is due, begun on Friday, 2 January 2026.
fn second_step(text: &str, host: Option<&Calendar>) -> String {
    let (engine, frame) = (engine(text), frame());
    let mut input = Input::frame(&frame);
    if let Some(it) = host {
        input = input.with_work_calendar(it);
    }
    let out = assess(&engine, &input, "2026-01-02");
    assert_eq!(out.faults(), []);
    out.enrolments()[0].next.as_ref().unwrap().due.unwrap().to_string()
}

#[test]
fn a_delay_counts_the_days_of_the_calendar_that_is_nearest() {
    let named = STEPS.replace("days = \"business\"", "calendar = \"week\"");
    let bare = STEPS.replace("calendar = \"works\"\n\n", "");
    let host = CalendarConfig::named("mine").with_weekend(["mon-tue"]);
    let host = Calendar::new(&host).unwrap();
    // The default of the config, with its holiday on Tuesday.
    assert_eq!(second_step(STEPS, None), "2026-01-07");
    // That of the playbook, which works on Saturdays.
    assert_eq!(second_step(&named, None), "2026-01-05");
    // Without either, Monday to Friday.
    assert_eq!(second_step(&bare, None), "2026-01-06");
    // The host's before the default, not before what is named.
    assert_eq!(second_step(STEPS, Some(&host)), "2026-01-04");
    assert_eq!(second_step(&named, Some(&host)), "2026-01-05");
    // Unless it is of that name.
    let mine = named.replace("\"week\"", "\"mine\"");
    assert_eq!(second_step(&mine, Some(&host)), "2026-01-04");
    // A ready-made playbook too.
    let ready = STEPS.split("[[playbooks]]").next().unwrap().to_owned()
        + "[[playbooks]]\nname = \"p\"\nready_made = \"escalation\"\n";
    let working = ready.clone() + "calendar = \"works\"\n";
    assert!(second_step(&ready, None) < second_step(&working, None));
}

#[test]
fn days_off_are_quiet() {
    let (engine, frame) = (engine(STEPS), frame());
    let quiet = |calendar: &str| {
        let off = QuietCalendar::new("off").with_calendar(calendar);
        Suppressions::default().with_calendar(off)
    };
    let told = |day: &str, quiet: &Suppressions| {
        let out = assess(&engine, &Input::frame(&frame).with_suppressions(quiet), day);
        let faults: Vec<String> = out.faults().iter().map(show).collect();
        (out.events()[0].suppressed_by.is_empty(), faults)
    };
    // A Monday, a holiday, a Saturday.
    for (day, works, week) in
        [("2026-01-05", true, true), ("2026-01-06", false, true), ("2026-01-10", false, true)]
    {
        assert_eq!(told(day, &quiet("works")), (works, vec![]), "{day}");
        assert_eq!(told(day, &quiet("week")), (week, vec![]), "{day}");
    }
    let (is_told, faults) = told("2026-01-10", &quiet("work"));
    assert!(is_told);
    assert_eq!(
        faults,
        [
            "warning: unknown-name at suppressions.calendars[0].calendar: the calendar `off` is that of a \
          calendar `work`, which is not in the config (did you mean `works`?)"
        ]
    );
}

#[test]
fn a_test_of_a_config_knows_its_calendars() {
    let tests = r#"
[[tests]]
name = "begun on Friday"
start = 2026-01-02
steps = 8
given = { n = 1 }
actions = ["p/a at 0", "p/b at 5"]

[[tests]]
name = "the host works on Saturdays"
start = 2026-01-02
steps = 8
calendar = "week"
given = { n = 1 }
actions = ["p/a at 0", "p/b at 3"]

[[tests]]
name = "nobody is told on a holiday"
start = 2026-01-06
given = { n = "1x2" }
events = ["r fired (quiet day) at 0, repeated at 1"]
calendars = [{ calendar = "works" }]
"#;
    let report = engine(&(STEPS.to_owned() + tests)).run_tests();
    assert!(report.passed(), "{report}");
}

#[test]
fn a_calendar_comes_back_from_every_form() {
    let text = r#"
[[calendars]]
name = "support"
zone = "+01:00"
holidays_close = "day"
hours = { mon-thu = ["09:00-12:00", "13:00-17:00"], fri = "09:00-12:00", sat = "22:00-02:00" }
holidays = ["12-25", { date = "2026-06-04", name = "Corpus Christi" }]
exceptions = [{ name = "Advent", first = "12-01", last = "12-24", days = "sat", hours = "9-12" }]
"#;
    let config = Config::parse(text);
    assert_eq!(config.faults(), []);
    assert_eq!(Config::parse(&config.to_toml()).calendars, config.calendars);
    let json = serde_json::to_string(&config.calendars[0]).unwrap();
    let back: CalendarConfig = serde_json::from_str(&json).unwrap();
    assert_eq!(back, config.calendars[0]);
    let calendar: Calendar = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&calendar).unwrap(), json);
    let never = serde_json::from_str::<Calendar>(r#"{ "weekend": ["mon-sun"] }"#).unwrap_err();
    assert!(never.to_string().contains("the calendar is never open"), "{never}");
    // Two configs that differ in a calendar mean other things.
    let other = text.replace("12:00\", sat", "13:00\", sat");
    assert_ne!(engine(text).hash(), engine(&other).hash());
    assert_eq!(engine(text).calendar("support").unwrap(), &calendar);
}

/// Without a zone of its own a calendar is where the book is, at every time of the year.
#[test]
fn a_calendar_is_in_the_zone_of_the_book() {
    let engine = engine(HOURS);
    let berlin = r#"{ "first": 60, "changes": [["2026-03-29T01:00:00", 120]] }"#;
    let book = |zone: &str| {
        let text = CASES.replacen('{', &format!("{{ \"zone\": {zone},"), 1);
        let text = text.replace(", \"resolved\": \"2026-01-13T18:30:00\"", "");
        let text = text.replace("2026-01-12T17:00:00", "2026-03-27T15:00:00Z");
        let text = text.replace("2026-01-13T10:30:00", "2026-03-30T07:30:00Z");
        Book::strict(serde_json::from_str(&text).unwrap()).unwrap()
    };
    // Of Friday in winter two hours, of Monday in summer one and a half.
    for (zone, wanted) in [(berlin, 3.5), ("\"UTC\"", 3.0), ("\"+02:00\"", 2.5)] {
        let book = book(zone);
        let out = assess(&engine, &Input::book(&book).with_ended(), "2026-04-01");
        let got = out.value(SubjectKind::Case, "first", "monday");
        assert_eq!(got, Value::Number(wanted), "{zone}");
        // A day is the same day wherever the book is.
        let dated = out.value(SubjectKind::Case, "first", "dated");
        assert_eq!(dated, Value::Number(10.0), "{zone}");
    }
}

#[test]
fn an_age_in_hours_ends_with_the_moment() {
    let engine = engine(HOURS);
    let book = Book::strict(serde_json::from_str(CASES).unwrap()).unwrap();
    let input = Input::book(&book).with_ended();
    for (as_of, wanted) in [
        ("2026-01-12T07:00:00Z", 1.0),
        ("2026-01-12T10:30:00Z", 3.5),
        ("2026-01-12T23:00:00Z", 11.0),
        ("2026-01-12", 11.0),
        ("2026-01-14", 31.0),
    ] {
        let out = engine.assess(&input, as_of.parse::<AsOf>().unwrap(), &State::new()).unwrap();
        let age = out.value(SubjectKind::Case, "age", "friday");
        assert_eq!(age, Value::Number(wanted), "{as_of}");
    }
}
