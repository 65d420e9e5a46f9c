//! A loss as a test for the config's own `[[tests]]`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use serde::Serialize;

use super::PostMortem;
use crate::alert::{Change, Event};
use crate::config::{Given, MetricConfig, TestConfig, TestExpect, TestSubject, TestTime};
use crate::engine::{AssessError, Assessment, Engine, Input, show_event};
use crate::frame::{Column, Frame, SubjectKind};
use crate::node::Node;
use crate::state::State;
use crate::time::Period;
use crate::value::{Kind, Value};

/// What a subject lived through: every metric of it, and what it reads of its parents, day by day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lived {
    kind: SubjectKind,
    names: Vec<Name>,
    /// None where it was not assessed, after its first day.
    days: Vec<(NaiveDate, Option<Vec<Value>>)>,
    /// What happened to its alerts.
    told: Vec<(NaiveDate, String)>,
}

/// A metric of the subject, or of a parent.
#[derive(Debug, Clone, PartialEq)]
struct Name {
    parent: Option<SubjectKind>,
    metric: String,
    /// Whether an expression says what it is.
    computed: bool,
}

impl Lived {
    pub(super) fn new(engine: &Engine, kind: SubjectKind) -> Self {
        let config = engine.config();
        let of =
            |it: &MetricConfig, kind: SubjectKind| it.subject.unwrap_or(config.subject) == kind;
        let own = config.metrics.iter().filter(|metric| of(metric, kind));
        let mut names: Vec<Name> = own
            .map(|metric| Name {
                parent: None,
                metric: metric.name.clone(),
                computed: metric.expr.is_some(),
            })
            .collect();
        for column in engine.columns(kind) {
            let parents = SubjectKind::ALL.into_iter().filter(|parent| *parent < kind);
            for parent in parents {
                let metric =
                    column.strip_prefix(parent.name()).and_then(|rest| rest.strip_prefix('.'));
                let known = |it: &&str| {
                    config.metrics.iter().any(|metric| of(metric, parent) && metric.name == **it)
                };
                names.extend(metric.filter(known).map(|metric| Name {
                    parent: Some(parent),
                    metric: metric.to_owned(),
                    computed: false,
                }));
            }
        }
        Self { kind, names, days: Vec::new(), told: Vec::new() }
    }

    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.iter().filter(|day| day.1.is_some()).map(|day| day.0)
    }

    /// The subject was not assessed.
    pub(super) fn absent(&mut self, day: NaiveDate) {
        if !self.days.is_empty() {
            self.days.push((day, None));
        }
    }

    pub(super) fn see(&mut self, out: &Assessment, subject: &str) {
        let value = |it: &Name| match it.parent {
            None => out.value(self.kind, &it.metric, subject),
            Some(parent) => {
                out.value(self.kind, &format!("{}.{}", parent.name(), it.metric), subject)
            }
        };
        let values = self.names.iter().map(value).collect();
        self.days.push((out.as_of().day(), Some(values)));
        self.told
            .extend(own_events(out, self.kind, subject).map(|event| (event.day, in_short(event))));
    }

    /// The names that are given: what expressions say only where `computed` asks for it, and nothing that is never known.
    fn given(&self, computed: bool) -> Vec<(usize, &Name, Kind)> {
        let all = self.names.iter().enumerate().filter(|pair| computed || !pair.1.computed);
        let kind = |at: usize| {
            let values = self.days.iter().filter_map(|day| day.1.as_ref()?.get(at)?.kind());
            values.into_iter().next()
        };
        all.filter_map(|(at, name)| Some((at, name, kind(at)?))).collect()
    }

    fn value(&self, day: usize, at: usize) -> Value {
        let values = self.days.get(day).and_then(|day| day.1.as_ref());
        values.and_then(|values| values.get(at)).cloned().unwrap_or(Value::Missing)
    }
}

fn own_events<'a>(
    out: &'a Assessment,
    kind: SubjectKind,
    subject: &'a str,
) -> impl Iterator<Item = &'a Event> {
    out.events().iter().filter(move |event| event.kind == kind && event.subject == subject)
}

fn in_short(event: &Event) -> String {
    match event.change {
        Change::HealthChanged { .. } => "data".to_owned(),
        _ => format!("{} {}", event.rule, event.change.name()),
    }
}

/// What the engine says of a subject on its own.
struct Alone {
    events: Vec<(usize, String)>,
    told: Vec<(NaiveDate, String)>,
    /// On the last day.
    score: Option<f64>,
    band: Option<String>,
}

/// Lives through it again, without anybody else.
fn alone(it: &PostMortem, engine: &Engine, given: &[(usize, &Name, Kind)]) -> Alone {
    let mut out = Alone { events: Vec::new(), told: Vec::new(), score: None, band: None };
    let mut state = State::new();
    for (step, (day, values)) in it.lived.days.iter().enumerate() {
        let frames = frames(it, given, step, values.is_some());
        let input = frames.iter().fold(Input::default(), Input::and_frame);
        let said = engine.assess(&input, *day, &state).or_else(AssessError::accept);
        let Ok(said) = said else { continue };
        let own = own_events(&said, it.kind, &it.subject);
        for event in own {
            out.events.push((step, show_event(event)));
            out.told.push((event.day, in_short(event)));
        }
        let score = said.score(&it.scorecard, &it.subject);
        out.score = score.and_then(|row| row.score);
        out.band = score.and_then(|row| row.band.map(str::to_owned));
        state = said.state().clone();
    }
    out
}

/// What is given on a day: the subject, and a parent of each kind that it reads.
fn frames(
    it: &PostMortem,
    given: &[(usize, &Name, Kind)],
    step: usize,
    present: bool,
) -> Vec<Frame> {
    let mut out = Vec::new();
    let parents = parents(given);
    for kind in parents.iter().copied().chain([it.kind]) {
        let parent = (kind != it.kind).then_some(kind);
        let id = if parent.is_some() { kind.name() } else { it.subject.as_str() };
        let ids = Some(id).filter(|_| parent.is_some() || present);
        let Ok(mut frame) = Frame::new(kind, ids) else { continue };
        if parent.is_none() {
            for above in &parents {
                let ids = ids.iter().map(|_| Some(above.name().into())).collect();
                drop(frame.set_parents(*above, ids));
            }
        }
        for (at, name, values) in given.iter().filter(|column| column.1.parent == parent) {
            let value = it.lived.value(step, *at);
            let column = match values {
                Kind::Number => Column::numbers(ids.map(|_| value.number())),
                Kind::Flag => Column::flags(ids.map(|_| match value {
                    Value::Flag(it) => Some(it),
                    _ => None,
                })),
                Kind::Text => Column::texts(ids.map(|_| match &value {
                    Value::Text(it) => Some(it.to_string()),
                    _ => None,
                })),
            };
            drop(frame.insert(name.metric.as_str(), column));
        }
        out.push(frame);
    }
    out
}

fn parents(given: &[(usize, &Name, Kind)]) -> Vec<SubjectKind> {
    let mut out: Vec<SubjectKind> = given.iter().filter_map(|column| column.1.parent).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The steps of the days: how far apart they are, the number of each, and those between that are no days.
struct Steps {
    every: u32,
    of_day: Vec<u32>,
    skip: Vec<u32>,
}

impl Steps {
    fn new(days: &[(NaiveDate, Option<Vec<Value>>)]) -> Self {
        let first = days.first().map_or(NaiveDate::MIN, |day| day.0);
        let since = |it: &(NaiveDate, Option<Vec<Value>>)| {
            u32::try_from((it.0 - first).num_days()).unwrap_or(u32::MAX)
        };
        let since: Vec<u32> = days.iter().map(since).collect();
        let every = since.iter().fold(0, |it, next| divisor(it, *next)).max(1);
        let of_day: Vec<u32> = since.iter().map(|days| days / every).collect();
        let last = of_day.last().copied().unwrap_or(0);
        let skip = (0..=last).filter(|day| of_day.binary_search(day).is_err()).collect();
        Self { every, of_day, skip }
    }
}

/// The greatest common divisor.
const fn divisor(one: u32, two: u32) -> u32 {
    let (mut one, mut two) = (one, two);
    while two > 0 {
        (one, two) = (two, one % two);
    }
    one
}

/// Values by step as a series, those of skipped steps missing.
fn series(steps: &Steps, value: impl Fn(usize) -> Value) -> String {
    let mut runs: Vec<(String, u32)> = Vec::new();
    let mut at = 0;
    for (day, step) in steps.of_day.iter().enumerate() {
        let gap = step.saturating_sub(at);
        let text = match value(day) {
            Value::Missing => "_".to_owned(),
            Value::Text(it) => format!("'{}'", it.replace('\'', "''")),
            other => other.to_string(),
        };
        for (text, times) in [("_".to_owned(), gap), (text, 1)] {
            match runs.last_mut().filter(|run| run.0 == text) {
                Some(run) => run.1 += times,
                None if times > 0 => runs.push((text, times)),
                None => {}
            }
        }
        at = step + 1;
    }
    let run = |(text, times): (String, u32)| match times {
        1 => text,
        _ => format!("{text}x{times}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(" ")
}

/// The whole as a document.
#[derive(Serialize)]
struct Document {
    tests: Vec<TestConfig>,
}

pub(super) fn write(it: &PostMortem, engine: &Engine) -> String {
    // What expressions say is left to them, unless alerts come out otherwise then.
    let sparse = it.lived.given(false);
    let mut given = sparse;
    let mut said = alone(it, engine, &given);
    if !same(&said.told, &it.lived.told) {
        let full = it.lived.given(true);
        let other = alone(it, engine, &full);
        if same(&other.told, &it.lived.told) {
            (given, said) = (full, other);
        }
    }
    let faithful = same(&said.told, &it.lived.told);
    let test = test(it, &given, &said);
    // The config's own types always serialize.
    let text =
        Node::of(&Document { tests: vec![test] }).map(|node| node.to_toml()).unwrap_or_default();
    if faithful {
        return text;
    }
    format!("# On its own the subject has other alerts than it had among others.\n{text}")
}

/// Whether the same happened; that data came or went counts for nothing.
fn same(one: &[(NaiveDate, String)], two: &[(NaiveDate, String)]) -> bool {
    let sorted = |it: &[(NaiveDate, String)]| {
        let mut out: Vec<_> = it.iter().filter(|pair| pair.1 != "data").cloned().collect();
        out.sort();
        out
    };
    sorted(one) == sorted(two)
}

fn test(it: &PostMortem, given: &[(usize, &Name, Kind)], said: &Alone) -> TestConfig {
    let steps = Steps::new(&it.lived.days);
    let of = |parent: Option<SubjectKind>| -> BTreeMap<String, Given> {
        let own = given.iter().filter(|column| column.1.parent == parent);
        let text = |at: usize| Given::Text(series(&steps, |day| it.lived.value(day, at)));
        own.map(|(at, name, _)| (name.metric.clone(), text(*at))).collect()
    };
    let at = |step: usize| steps.of_day.get(step).copied().unwrap_or(0);
    let events: Vec<String> =
        said.events.iter().map(|(step, text)| format!("{text} at {}", at(*step))).collect();
    let parents = parents(given);
    let present =
        |day: usize| Value::Flag(it.lived.days.get(day).is_some_and(|day| day.1.is_some()));
    let always = it.lived.days.iter().all(|day| day.1.is_some());
    let above = parents.iter().map(|kind| TestSubject {
        id: kind.name().to_owned(),
        subject: Some(*kind),
        given: of(Some(*kind)),
        ..TestSubject::default()
    });
    let own = TestSubject {
        id: it.subject.clone(),
        subject: Some(it.kind),
        parents: parents.iter().map(|parent| (*parent, parent.name().to_owned())).collect(),
        given: of(None),
        present: (!always).then(|| Given::Text(series(&steps, present))),
        events: Some(events),
        ..TestSubject::default()
    };
    let number = |it: f64| Given::Number((it * 1e4).round() / 1e4 + 0.0);
    let none = || "_".to_owned();
    let last = steps.of_day.last().copied().unwrap_or(0);
    // At the end of a life that ended early there is no subject to have a score.
    let scored = it.lived.days.last().is_some_and(|day| day.1.is_some());
    let expect = scored.then(|| TestExpect {
        at: TestTime::Step(last),
        of: Some(it.subject.clone()),
        scores: [(it.scorecard.clone(), said.score.map_or_else(|| Given::Text(none()), number))]
            .into(),
        bands: [(it.scorecard.clone(), said.band.clone().unwrap_or_else(none))].into(),
        ..TestExpect::default()
    });
    let told = it.warnings.iter().find(|warning| warning.told);
    let warned = told.map_or_else(
        || "nobody was told".to_owned(),
        |warning| format!("somebody was told {} days before", warning.lead),
    );
    TestConfig {
        name: format!("{} was lost on {}: {warned}", it.subject, it.lost_on),
        start: it.lived.days.first().map(|day| day.0),
        every: Some(Period::days(steps.every)),
        steps: Some(last + 1),
        skip: steps.skip.clone(),
        subjects: above.chain([own]).collect(),
        expect: expect.into_iter().collect(),
        ..TestConfig::default()
    }
}
