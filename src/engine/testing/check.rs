//! Tests of a config: their steps and subjects, checked and compiled.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use super::{MOST_ASSESSED, MOST_SUBJECTS, START, Subject, Test};
use crate::compile::resolve::Resolver;
use crate::config::{Config, Given, ScorecardConfig, Series, SeriesError, TestConfig, TestTime};
use crate::expr::Problem;
use crate::fault::{Code, Fault, Severity, did_you_mean, plural};
use crate::frame::SubjectKind;
use crate::metric::attribute_info;
use crate::plan::steps::Slot;
use crate::time::Period;
use crate::value::{Kind, Value};

/// The last year of a test, as for any other date.
const LAST_YEAR: i32 = 2200;

/// What all tests of a config are checked against.
pub(super) struct Checker<'r, 'c> {
    pub(super) resolver: &'r Resolver<'c>,
    /// By kind of subject: what each column holds, and whether it can be given.
    pub(super) columns: Vec<BTreeMap<String, (Kind, bool)>>,
    /// What each rule is about, by name.
    pub(super) rules: BTreeMap<&'c str, SubjectKind>,
    /// By name.
    pub(super) cards: BTreeMap<&'c str, &'c ScorecardConfig>,
    /// How many assessments of a subject are left.
    room: Cell<u64>,
}

/// When the steps of a test are.
pub(super) struct Steps {
    start: NaiveDate,
    every: Period,
    /// None where a series could not be read.
    pub(super) days: Option<Vec<NaiveDate>>,
    pub(super) skipped: BTreeSet<u32>,
}

/// A series that was read, and where it stands.
struct Read {
    path: String,
    series: Series,
}

impl<'c> Resolver<'c> {
    /// Checks and compiles every test.
    pub(in crate::engine) fn tests(&self) -> Vec<Test> {
        let tests = &self.config.tests;
        if tests.is_empty() {
            return Vec::new();
        }
        let named = tests.iter().enumerate();
        self.check_duplicates(
            named.map(|(at, it)| (format!("tests[{at}]"), None, "test", it.name.as_str())),
        );
        let config: &'c Config = self.config;
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        let rules = config.rules.iter().map(|rule| (rule.name.as_str(), kind(rule.subject)));
        let checker = Checker {
            resolver: self,
            columns: self.columns_made(),
            rules: rules.collect(),
            cards: config
                .scorecards
                .iter()
                .map(|scorecard| (scorecard.name.as_str(), scorecard))
                .collect(),
            room: Cell::new(MOST_ASSESSED),
        };
        tests.iter().enumerate().map(|(at, it)| checker.test(&format!("tests[{at}]"), it)).collect()
    }

    /// The columns of each kind of subject by name: what they hold, and whether one that is given
    /// comes before what would be computed.
    fn columns_made(&self) -> Vec<BTreeMap<String, (Kind, bool)>> {
        let kind_of = |it: &Slot| (it.name.clone(), (it.kind, false));
        let spaces = self.spaces.borrow();
        let mut all: Vec<BTreeMap<_, _>> =
            spaces.iter().map(|slots| slots.iter().map(kind_of).collect()).collect();
        self.each_step(|step| {
            let slot = spaces.get(step.kind.index()).and_then(|slots| slots.get(step.slot));
            if let (Some(slot), Some(columns)) = (slot, all.get_mut(step.kind.index())) {
                let takes = step.work.takes_given();
                // An own field that is read as several kinds is given as the first of them.
                let entry = columns.entry(slot.name.clone()).or_insert((slot.kind, false));
                if !entry.1 {
                    *entry = (slot.kind, takes);
                }
            }
        });
        all
    }
}

impl Checker<'_, '_> {
    fn test(&self, path: &str, config: &TestConfig) -> Test {
        if config.name.is_empty() {
            let message = "a test says what it shows";
            self.fault(Fault::new(Code::Empty, format!("{path}.name"), message));
        }
        let mut lengths = Some(Vec::new());
        let subjects = self.subjects(path, config, &mut lengths);
        let steps = self.steps(path, config, lengths, subjects.len());
        let mut test = Test {
            name: config.name.clone(),
            days: Vec::new(),
            skipped: steps.skipped.clone(),
            suppressions: self.suppressions(path, config, &subjects, &steps),
            calendar: config
                .calendar
                .as_deref()
                .and_then(|calendar| self.resolver.calendar(&format!("{path}.calendar"), calendar)),
            subjects,
            expected: BTreeMap::new(),
        };
        self.expectations(path, config, &steps, &mut test);
        test.days = steps.days.unwrap_or_default();
        test
    }

    pub(super) fn fault(&self, fault: Fault) {
        self.resolver.fault(fault);
    }

    /// Help for a name that is not known, while there is someone to read it.
    pub(super) fn suggest<'a>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        self.resolver.is_readable().then(|| did_you_mean(name, known)).flatten()
    }

    /// The subjects of a test, and the lengths of their series unless one could not be read.
    fn subjects(
        &self,
        path: &str,
        config: &TestConfig,
        lengths: &mut Option<Vec<Read>>,
    ) -> Vec<Subject> {
        let kind = config.subject.unwrap_or(self.resolver.config.subject);
        if config.subjects.is_empty() {
            let given = self.given(path, kind, &config.given, lengths);
            return vec![Subject {
                kind,
                id: kind.name().to_owned(),
                parents: BTreeMap::new(),
                given,
                present: Value::Flag(true).into(),
                events: None,
                actions: None,
            }];
        }
        let beside = [
            ("given", !config.given.is_empty()),
            ("events", config.events.is_some()),
            ("actions", config.actions.is_some()),
        ];
        for (key, _) in beside.iter().filter(|entry| entry.1) {
            let message = format!("`{key}` is about one subject, and `subjects` are given too");
            let fault = Fault::new(Code::Incompatible, format!("{path}.{key}"), message);
            self.fault(fault.help(format!("give `{key}` to each of the subjects")));
        }
        let got = config.subjects.len();
        if got > MOST_SUBJECTS {
            let message = format!("a test has at most {MOST_SUBJECTS} subjects, got {got}");
            self.fault(Fault::new(Code::Limit, format!("{path}.subjects"), message));
        }
        let mut all: Vec<Subject> = Vec::new();
        for (at, it) in config.subjects.iter().enumerate().take(MOST_SUBJECTS) {
            let path = format!("{path}.subjects[{at}]");
            let kind = it.subject.unwrap_or(kind);
            if it.id.is_empty() {
                let message = "an id must not be empty";
                self.fault(Fault::new(Code::Empty, format!("{path}.id"), message));
            } else if all.iter().any(|other| other.id == it.id) {
                let message = format!("the subject `{}` is duplicated", it.id);
                self.fault(Fault::new(Code::Duplicate, format!("{path}.id"), message));
            }
            let given = self.given(&path, kind, &it.given, lengths);
            let present = it.present.as_ref().map_or_else(
                || Value::Flag(true).into(),
                |given| self.present(&format!("{path}.present"), given, lengths),
            );
            all.push(Subject {
                kind,
                id: it.id.clone(),
                parents: it.parents.clone(),
                given,
                present,
                events: None,
                actions: None,
            });
        }
        for (at, it) in all.iter().enumerate() {
            self.parents(&format!("{path}.subjects[{at}].parents"), it, &all);
        }
        all
    }

    fn parents(&self, path: &str, subject: &Subject, all: &[Subject]) {
        for (kind, id) in &subject.parents {
            let path = format!("{path}.{kind}");
            // A company may belong to a company.
            let above = *kind == SubjectKind::Company || *kind < subject.kind;
            if !above {
                let message =
                    format!("{} are no parents of {}", kind.plural(), subject.kind.plural());
                self.fault(Fault::new(Code::Incompatible, path, message));
            } else if !all.iter().any(|other| other.kind == *kind && other.id == *id) {
                let known =
                    all.iter().filter(|other| other.kind == *kind).map(|other| other.id.as_str());
                let message = format!("the test has no {kind} `{id}`");
                let fault = Fault::new(Code::UnknownName, path, message);
                self.fault(fault.maybe_help(self.suggest(id, known)));
            }
        }
    }

    fn present(&self, path: &str, given: &Given, lengths: &mut Option<Vec<Read>>) -> Series {
        let series = self.series(path, "`present`", given, Some(Kind::Flag), lengths);
        series.unwrap_or_else(|| Value::Flag(true).into())
    }

    /// The columns of a subject.
    fn given(
        &self,
        path: &str,
        kind: SubjectKind,
        given: &BTreeMap<String, Given>,
        lengths: &mut Option<Vec<Read>>,
    ) -> Vec<(String, Kind, Series)> {
        let mut all = Vec::new();
        for (name, it) in given {
            let path = format!("{path}.given.{name}");
            let column = self.column(&path, kind, name);
            let series = self.series(&path, &format!("`{name}`"), it, column, lengths);
            if let (Some(column), Some(series)) = (column, series) {
                all.push((name.clone(), column, series));
            }
        }
        all
    }

    /// What a column holds that can be given.
    fn column(&self, path: &str, kind: SubjectKind, name: &str) -> Option<Kind> {
        let config = self.resolver.config;
        let columns = self.columns.get(kind.index())?;
        match columns.get(name) {
            Some((it, true)) => return Some(*it),
            Some((_, false)) => {
                let message = format!("`{name}` is always computed and cannot be given");
                let help = "give what it is computed from";
                let fault = Fault::new(Code::Incompatible, path, message).help(help);
                self.resolver.fault_at_key(fault);
                return None;
            }
            None => {}
        }
        if !self.resolver.is_readable() {
            return None;
        }
        let others: Vec<SubjectKind> = config
            .metrics
            .iter()
            .filter(|metric| metric.name == name)
            .map(|metric| metric.subject.unwrap_or(config.subject))
            .collect();
        if others.contains(&kind) || config.is_lost(name) {
            return None;
        }
        if let Some(info) = attribute_info(kind, name) {
            let message = format!("nothing reads `{name}`");
            let help = "leave it out: it changes nothing";
            let fault = Fault::new(Code::Unused, path, message).help(help).warning();
            self.resolver.fault_at_key(fault);
            return Some(info.kind);
        }
        let message = format!("there is no metric `{name}` of {}", kind.plural());
        let help = match others.first() {
            Some(other) => Some(format!("`{name}` is a metric of {}", other.plural())),
            None => {
                let known = columns.iter().filter(|entry| entry.1.1).map(|entry| entry.0.as_str());
                self.suggest(name, known)
            }
        };
        let fault = Fault::new(Code::UnknownName, path, message).maybe_help(help);
        self.resolver.fault_at_key(fault);
        None
    }

    /// Reads a series and checks what its values are.
    fn series(
        &self,
        path: &str,
        what: &str,
        given: &Given,
        wanted: Option<Kind>,
        lengths: &mut Option<Vec<Read>>,
    ) -> Option<Series> {
        let (series, places) = match given {
            Given::Number(it) if !it.is_finite() => {
                let message = format!("expected a number that is finite, got `{it}`");
                self.fault(Fault::new(Code::NotFinite, path, message));
                return None;
            }
            Given::Number(it) => (Value::Number(*it).into(), Vec::new()),
            Given::Flag(it) => (Value::Flag(*it).into(), Vec::new()),
            Given::Text(text) => match Series::read(text) {
                Ok(it) => it,
                Err(SeriesError { code, place, message, help }) => {
                    *lengths = None;
                    let (start, length) = (place.start, place.len());
                    let severity = Severity::Error;
                    let it = Problem { code, severity, start, length, message, help };
                    self.resolver.report(path, it);
                    return None;
                }
            },
        };
        if let Some(lengths) = lengths {
            lengths.push(Read { path: path.to_owned(), series: series.clone() });
        }
        let wanted = wanted?;
        let wrong = |it: &Value| it.kind().is_some_and(|kind| kind != wanted);
        if let Some((at, value)) = series.firsts().enumerate().find(|pair| wrong(pair.1)) {
            let message = format!("{what} is {wanted}, got `{value}`");
            match places.get(at) {
                None => self.fault(Fault::new(Code::WrongType, path, message)),
                Some(place) => {
                    let (start, length) = (place.start, place.len());
                    let (code, severity, help) = (Code::WrongType, Severity::Error, None);
                    let it = Problem { code, severity, start, length, message, help };
                    self.resolver.report(path, it);
                }
            }
            return None;
        }
        Some(series)
    }

    /// When the steps are, and whether every series has a value for each.
    fn steps(
        &self,
        path: &str,
        config: &TestConfig,
        lengths: Option<Vec<Read>>,
        subjects: usize,
    ) -> Steps {
        let mut every = config.every.unwrap_or(Period::days(1));
        if every.is_zero() {
            let message = "expected `every` of at least `1d`, got `0d`";
            self.fault(Fault::new(Code::OutOfRange, format!("{path}.every"), message));
            every = Period::days(1);
        }
        let start = config.start.unwrap_or(START);
        let most = Series::LONGEST;
        if let Some(it) = config.steps.filter(|count| !(1..=most).contains(count)) {
            let message = format!("a test has 1 to {most} steps, got {it}");
            self.fault(Fault::new(Code::OutOfRange, format!("{path}.steps"), message));
        }
        let longest = lengths.as_ref().map(|all| {
            let longest = all.iter().filter_map(|given| given.series.length()).max();
            longest.unwrap_or(1)
        });
        let count = config.steps.map(|count| count.clamp(1, most)).or(longest);
        for it in lengths.into_iter().flatten() {
            let (Some(length), Some(count)) = (it.series.length(), count) else { continue };
            if length != count {
                let message = format!(
                    "the series has {length} value{}, the test has {count} step{}",
                    plural(length as usize),
                    plural(count as usize)
                );
                let help = "end it with `x*`, as in `5x*` or `_x*`, to go on to the last step";
                let fault = Fault::new(Code::OutOfRange, it.path, message);
                self.fault(if length < count { fault.help(help) } else { fault });
            }
        }
        let days = count.and_then(|count| self.days(path, (start, every), count, subjects));
        let steps = Steps { start, every, days, skipped: config.skip.iter().copied().collect() };
        for (at, step) in config.skip.iter().enumerate() {
            if steps.days.as_ref().is_some_and(|days| days.len() <= *step as usize) {
                let message = format!("there is no step {step}: {}", steps.range());
                self.fault(Fault::new(Code::OutOfRange, format!("{path}.skip[{at}]"), message));
            }
        }
        let is_skipped = |step: u32| steps.skipped.contains(&step);
        if count.is_some_and(|count| (0..count).all(is_skipped)) {
            let message = "a test that skips every step cannot fail";
            self.fault(Fault::new(Code::Empty, format!("{path}.skip"), message));
        }
        steps
    }

    /// The days of the steps, unless there are too many of them or they are too late.
    fn days(
        &self,
        path: &str,
        (start, every): (NaiveDate, Period),
        count: u32,
        subjects: usize,
    ) -> Option<Vec<NaiveDate>> {
        let last = every.times(count.saturating_sub(1)).after(start);
        if last.year() > LAST_YEAR {
            let message = format!("the last step is after the year {LAST_YEAR}");
            self.fault(Fault::new(Code::OutOfRange, path, message));
            return None;
        }
        let before = self.room.get();
        let left = before.checked_sub(u64::from(count).saturating_mul(subjects as u64));
        if left.is_none() && before > 0 {
            let message =
                format!("the tests have more than {MOST_ASSESSED} steps of subjects together");
            let help = "let the steps be further apart, or write fewer";
            self.fault(Fault::new(Code::Limit, path, message).help(help));
        }
        self.room.set(left.unwrap_or(0));
        left.map(|_| (0..count).map(|number| every.times(number).after(start)).collect())
    }
}

impl Steps {
    /// The day of a time, be it a step or not.
    pub(super) fn day(&self, time: TestTime) -> NaiveDate {
        match time {
            TestTime::Step(it) => self.every.times(it).after(self.start),
            TestTime::Day(it) => it,
        }
    }

    /// Which steps there are, in words.
    fn range(&self) -> String {
        let days = self.days.as_deref().unwrap_or(&[]);
        match (days.first(), days.last()) {
            (Some(first), Some(last)) if first < last => {
                let steps = days.len() - 1;
                format!("the steps are 0 to {steps}, every {} from {first} to {last}", self.every)
            }
            _ => format!("the only step is 0, {}", self.start),
        }
    }

    /// The step of a time; the fault that there is none; nothing where it cannot be told.
    pub(super) fn step(&self, time: TestTime) -> Option<Result<u32, (Code, String)>> {
        let days = self.days.as_ref()?;
        let found = match time {
            TestTime::Step(it) => Some(it).filter(|step| (*step as usize) < days.len()),
            TestTime::Day(it) => {
                days.binary_search(&it).ok().and_then(|place| u32::try_from(place).ok())
            }
        };
        Some(match found {
            Some(it) if self.skipped.contains(&it) => {
                let message = format!("step {it} is skipped: nothing is assessed then");
                Err((Code::Incompatible, message))
            }
            Some(it) => Ok(it),
            None => {
                let no = match time {
                    TestTime::Step(it) => format!("there is no step {it}"),
                    TestTime::Day(it) => format!("there is no step on {it}"),
                };
                Err((Code::OutOfRange, format!("{no}: {}", self.range())))
            }
        })
    }
}
