//! A timeline: a rule, a value for each day, and what is to come of it.
//!
//! `series` has one value of `x` for each day from day 0: a number, `_` for missing, `-` for a day on
//! which the subject is gone, `away` for one on which it is not there and nothing says that it is gone, `none` for a day
//! without any subject, `.` for a day without an
//! evaluation, `again` for the day before evaluated once more, `again:0`
//! with another value; `1x3` stands for `1 1 1`. `second` is the same for `y`.
//! Spans of days are `"2..5"`, the last not included. Day 0 is a Thursday.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use foretell::alert::{Event, Matcher, QuietCalendar, Silence, Snooze, Suppressions};
use foretell::config::Config;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Engine, Input, State};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// One row of a table.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) name: String,
    /// The keys of the rule `r`, with `;` between them; `when = "x > 0"` if not said.
    rule: String,
    /// The rest of the config.
    config: String,
    /// From this day on, these keys of the rule `r` and this rest of the config.
    changed: Option<(u64, String, String)>,
    series: Vec<String>,
    second: Vec<String>,
    suppressions: Suppressions,
    pub(super) events: String,
    /// The phase of `r` at the end.
    pub(super) last: String,
}

pub(crate) fn first() -> NaiveDate {
    "2026-01-01".parse().unwrap()
}

pub(crate) fn day(number: u64) -> NaiveDate {
    first() + Days::new(number)
}

/// Reads a table.
pub(super) fn read(text: &str) -> Vec<Timeline> {
    cases(text).into_iter().map(timeline).collect()
}

/// The keys and texts of each case of a table.
pub(crate) fn cases(text: &str) -> Vec<Vec<(String, String)>> {
    let root = DeTable::parse(text).unwrap_or_else(|it| panic!("{it}"));
    let cases = root.get_ref().get("case").expect("cases").get_ref().as_array().expect("a list");
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        let text = match value.get_ref() {
            DeValue::String(it) => it.to_string(),
            DeValue::Integer(it) => it.to_string(),
            _ => panic!("{}: a text is wanted", key.get_ref()),
        };
        (key.get_ref().to_string(), text)
    };
    let case = |it: &Spanned<DeValue<'_>>| {
        it.get_ref().as_table().expect("a table").iter().map(entry).collect()
    };
    cases.iter().map(case).collect()
}

fn timeline(case: Vec<(String, String)>) -> Timeline {
    let mut out = Timeline::default();
    let mut change = (0, String::new(), String::new());
    for (key, text) in case {
        let span = || {
            let (from, until) = text.split_once("..").expect("a span");
            [from, until].map(|it| day(it.parse().unwrap()))
        };
        match key.as_str() {
            "name" => out.name = text,
            "rule" => out.rule = text,
            "config" => out.config = text,
            "change_day" => change.0 = text.parse().unwrap(),
            "change_rule" => change.1 = text,
            "change_config" => change.2 = text,
            "series" => out.series = series(&text),
            "second" => out.second = series(&text),
            "events" => out.events = text,
            "last" => out.last = text,
            "silence" => {
                let silence = Silence::new("s", Matcher::of_rules(["r"]), span());
                out.suppressions.silences.push(silence.asked_by("ann", "known"));
            }
            "snooze" => {
                let snooze = Snooze::new("r", "a", span()).asked_by("ann", "known");
                out.suppressions.snoozes.push(snooze);
            }
            "quiet" => {
                let quiet = QuietCalendar::new("quiet");
                out.suppressions.calendars.push(if text == "weekends" {
                    quiet.with_weekends()
                } else {
                    quiet.with_span(span())
                });
            }
            other => panic!("unknown key `{other}`"),
        }
    }
    if change.0 > 0 {
        out.changed = Some(change);
    }
    out
}

/// One entry a day: `1x3` stands for `1 1 1`.
pub(crate) fn series(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for token in text.split_whitespace() {
        match token.split_once('x') {
            Some((value, times)) => {
                all.extend(vec![value.to_owned(); times.parse().unwrap()]);
            }
            None => all.push(token.to_owned()),
        }
    }
    all
}

/// An engine for the rule `r` with these keys, and more config.
pub(super) fn engine(rule: Option<&str>, config: &str) -> Engine {
    let mut text = "[[metrics]]\nname = \"x\"\n[[metrics]]\nname = \"y\"\n\
                    [[metrics]]\nname = \"z\"\nsubject = \"account\"\n"
        .to_owned();
    if let Some(rule) = rule {
        text += "[[rules]]\nname = \"r\"\n";
        if !rule.split(';').any(|it| it.trim().starts_with("when")) {
            text += "when = \"x > 0\"\n";
        }
        text += &rule.replace(';', "\n");
        text.push('\n');
    }
    text += config;
    Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"))
}

/// A frame of the subject `a` of the account `p`, and of `p` with `z` as `y`.
pub(super) fn frames(x: &str, y: &str) -> [Frame; 2] {
    let ids: &[&str] = match x {
        "-" | "away" => &["b"],
        "none" => &[],
        _ => &["a"],
    };
    let number = |it: &str| it.parse::<f64>().ok();
    let column = |it: &str| Column::numbers(ids.iter().map(|_| number(it)));
    let mut below = Frame::new(SubjectKind::Subscription, ids.iter().copied()).unwrap();
    below.insert("x", column(x)).unwrap();
    below.insert("y", column(y)).unwrap();
    let parents = ids.iter().map(|_| Some("p".into())).collect();
    below.set_parents(SubjectKind::Account, parents).unwrap();
    let mut above = Frame::new(SubjectKind::Account, ["p"]).unwrap();
    above.insert("z", Column::numbers([number(y)])).unwrap();
    [below, above]
}

impl Timeline {
    /// Every event, and the phase at the end.
    pub(super) fn run(&self) -> (Vec<Event>, String) {
        let removed = |rule: &str| if rule == "removed" { None } else { Some(rule.to_owned()) };
        let engine_of = |rule: &str, config: &str| engine(removed(rule).as_deref(), config);
        let before = engine_of(&self.rule, &self.config);
        let after = self.changed.as_ref().map(|(day, rule, more)| (*day, engine_of(rule, more)));
        let (mut state, mut events) = (State::new(), Vec::new());
        let mut last = "inactive".to_owned();
        let mut now: u64 = 0;
        let mut last_given = ("0", "_");
        let mut seen = BTreeMap::new();
        for (at, x) in self.series.iter().enumerate() {
            let y = self.second.get(at).map_or("_", String::as_str);
            let today = now;
            let again = x.starts_with("again");
            if again {
                now -= 1;
            }
            let here = now;
            now = if again { today } else { today + 1 };
            if x == "." {
                continue;
            }
            let (x, y) = match x.strip_prefix("again") {
                Some("") => last_given,
                Some(other) => (other.trim_start_matches(':'), y),
                None => (x.as_str(), y),
            };
            last_given = (x, y);
            let value = x;
            let engine = match &after {
                Some((from, engine)) if *from <= here => engine,
                _ => &before,
            };
            let [below, above] = frames(value, y);
            let input =
                Input::frame(&below).and_frame(&above).with_suppressions(&self.suppressions);
            let all = !matches!(x, "none" | "away");
            let input = if all { input.complete(SubjectKind::ALL) } else { input };
            let assessment = engine.assess(&input, day(here), &state).unwrap();
            for event in assessment.events() {
                assert!(seen.insert(event.id.clone(), here).is_none(), "{}: ids", self.name);
            }
            events.extend(assessment.events().to_vec());
            let open = assessment.alerts().iter().find(|it| it.rule == "r");
            last = super::phase(open.map(|it| it.phase).unwrap_or_default()).to_owned();
            state = assessment.state().clone();
        }
        (events, last)
    }
}
