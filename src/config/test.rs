//! A config's own tests as written: metrics over time, and what is to come of them.

use std::collections::BTreeMap;
use std::fmt;

use crate::value::read_by_parse;
use chrono::NaiveDate;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::RuleSeverity;
use crate::any::read_any;
use crate::frame::SubjectKind;
use crate::time::{Period, Stamp, parsed};

/// One test: subjects that live through steps, and what is expected of them.
///
/// A test has either one subject, by its own `given`, or several, by `subjects`.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", for = "2d" }]
///
///     [[tests]]
///     name = "who stays away is told of after two days, and forgotten on the day they come back"
///     given = { days_since_login = "29+1x5 0x3" }
///     events = ["no_login fired at 4, resolved at 6"]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestConfig {
    /// What it shows.
    pub name: String,
    /// What its subjects are; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// The day of step 0; 2026-01-01, a Thursday, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day")]
    pub start: Option<NaiveDate>,
    /// The time from one step to the next; a day if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// How many steps there are; as many as the longest series has if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// Steps at which nothing is assessed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<u32>,
    /// The calendar that the host gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Metrics of the one subject.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, Given>,
    /// The subjects, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<TestSubject>,
    /// Every event of the one subject: `no_login fired at 20, resolved at 25`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
    /// Every action for the one subject: `low_usage/review at 3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// What is expected at single steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<TestExpect>,
    /// What is silenced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<TestSilence>,
    /// Which alerts are snoozed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snoozes: Vec<TestSnooze>,
    /// Days on which it is quiet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<TestCalendar>,
}

/// One of several subjects of a test.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///
///     [[tests]]
///     name = "each for itself"
///     steps = 2
///
///     [[tests.subjects]]
///     id = "acme"
///     given = { days_since_login = 45 }
///     events = ["no_login fired at 0"]
///
///     [[tests.subjects]]
///     id = "globex"
///     given = { days_since_login = 3 }
///     events = []
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestSubject {
    /// Its id.
    pub id: String,
    /// What it is; the test's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// The ids of its parents, each a subject of the test.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parents: BTreeMap<SubjectKind, String>,
    /// Its metrics.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, Given>,
    /// A series of flags: whether it is among the subjects; always if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<Given>,
    /// Every event of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
    /// Every action for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
}

/// What is expected at a step; what is not said is not compared.
///
/// `_` stands for none: no score, no band, a missing value.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///
///     [[tests]]
///     name = "fewer logins, less health"
///     given = { logins = "40 10 _" }
///     expect = [
///         { at = 0, scores = { health = 100 }, bands = { health = "green" } },
///         { at = 1, scores = { health = 25 } },
///         { at = 2, scores = { health = "_" } },
///     ]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// assert_eq!(report.tests[0].checks, 4);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestExpect {
    /// The step.
    pub at: TestTime,
    /// The id of the subject, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Scores by scorecard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, Given>,
    /// Bands by scorecard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bands: BTreeMap<String, String>,
    /// Anything that has a name: metrics, segments, coverages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Given>,
    /// States of alerts by rule: `inactive`, `pending`, `firing` or `recovering`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, String>,
    /// Exactly the events of the step: `no_login fired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
    /// Exactly the actions of the step: `low_usage/review`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// What alerts say, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, String>,
    /// How far a number may be off; if not said 0.05 for scores and a thousand-millionth for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
}

/// A silence; it is about what fits everything that is said.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///
///     [[tests]]
///     name = "quiet while the product is down, and told after"
///     given = { days_since_login = "45x5" }
///     silences = [{ rules = ["no_login"], from = 0, until = 3 }]
///     events = ["no_login fired at 0 (silenced), repeated at 3"]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestSilence {
    /// One of these rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// One of these subjects, or of what belongs to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// A subject of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// At most this severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
    /// These labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Its first step or day.
    pub from: TestTime,
    /// The step or day on which it is over.
    pub until: TestTime,
}

/// A snooze of the alert of one rule about one subject.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///
///     [[tests]]
///     name = "snoozed for two days"
///     given = { days_since_login = "45x5" }
///     snoozes = [{ rule = "no_login", from = 0, until = 2 }]
///     events = ["no_login fired at 0 (snoozed), repeated at 2"]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestSnooze {
    /// The rule.
    pub rule: String,
    /// The id of the subject, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Its first step or day.
    pub from: TestTime,
    /// The step or day on which it is over.
    pub until: TestTime,
}

/// Days on which nothing is told.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///
///     [[tests]]
///     name = "nobody is called on a Saturday"
///     start = "2026-01-10" # a Saturday
///     given = { days_since_login = "45x4" }
///     calendars = [{ weekends = true }]
///     events = ["no_login fired at 0 (quiet day), repeated at 2"]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TestCalendar {
    /// Spans: the first step or day, and the one on which it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<[TestTime; 2]>,
    /// Whether Saturdays and Sundays are quiet.
    #[serde(default)]
    pub weekends: bool,
    /// A calendar of the config whose days off are quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

/// A number, a flag or a text. Where a metric is given, a text is a series: see
/// [`Series`](super::Series).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Given {
    /// A number, at every step.
    Number(f64),
    /// A flag, at every step.
    Flag(bool),
    /// A text, or a series.
    Text(String),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(it) => it.fmt(f),
            Self::Flag(it) => it.fmt(f),
            Self::Text(it) => it.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct GivenVisitor;

        impl Visitor<'_> for GivenVisitor {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a flag or a text")
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Given, E> {
                Ok(Given::Number(number))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Given, E> {
                Ok(Given::Number(number as f64))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Given, E> {
                Ok(Given::Number(number as f64))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Given, E> {
                Ok(Given::Flag(flag))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Given, E> {
                Ok(Given::Text(text.to_owned()))
            }
        }

        read_any(deserializer, GivenVisitor)
    }
}

/// A step of a test: its number from 0, or its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TestTime {
    /// Its number.
    Step(u32),
    /// Its day.
    Day(NaiveDate),
}

impl Default for TestTime {
    fn default() -> Self {
        Self::Step(0)
    }
}

impl fmt::Display for TestTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(it) => it.fmt(f),
            Self::Day(it) => it.fmt(f),
        }
    }
}

read_by_parse!(TestTime);

impl TestTime {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if let Ok(step) = text.parse() {
            return Ok(Self::Step(step));
        }
        Date::read(text).map(|Date(day)| Self::Day(day))
    }
}

impl Serialize for TestTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Step(it) => serializer.serialize_u32(*it),
            Self::Day(it) => serializer.collect_str(it),
        }
    }
}

impl<'de> Deserialize<'de> for TestTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = TestTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a step, or a day such as `2026-01-21`")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<TestTime, E> {
                let step = u32::try_from(number);
                step.map(TestTime::Step).map_err(|_| E::custom(no_step(&number)))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<TestTime, E> {
                let step = u32::try_from(number);
                step.map(TestTime::Step).map_err(|_| E::custom(no_step(&number)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<TestTime, E> {
                text.parse().map(|Date(it)| TestTime::Day(it)).map_err(E::custom)
            }
        }

        read_any(deserializer, TimeVisitor)
    }
}

fn no_step(got: &dyn fmt::Display) -> String {
    format!("expected the number of a step, from 0, got `{got}`")
}

/// A day without a time.
struct Date(NaiveDate);

read_by_parse!(Date);

impl Date {
    fn read(text: &str) -> Result<Self, String> {
        let stamp: Stamp = text.parse()?;
        if stamp == Stamp::day(stamp.date()) {
            Ok(Self(stamp.date()))
        } else {
            Err(format!("expected a day without a time, got `{text}`"))
        }
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    parsed(deserializer, "a day such as `2026-01-21`").map(|Date(it)| Some(it))
}
