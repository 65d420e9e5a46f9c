//! Metrics as written.

use crate::value::read_by_parse;
use serde::{Deserialize, Serialize};

use crate::any::is_false;
use crate::frame::SubjectKind;
use crate::time::{Period, parsed};
use crate::value::Kind;

/// A named value of a subject.
///
/// It is computed from records (`from`), read from an attribute (`attribute`), calculated
/// (`expr`), or, with none of these, given by the host as a column.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [
///         { name = "active" },
///         { name = "seats", range = [1, 100000] },
///         { name = "utilization", expr = "active / seats", better = "higher" },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("active", Column::numbers([Some(35.0), Some(3.0)]))?;
/// frame.insert("seats", Column::numbers([Some(100.0), Some(0.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let utilization = |id| night.value(SubjectKind::Subscription, "utilization", id).number();
/// assert_eq!(utilization("acme"), Some(0.35));
/// assert_eq!(utilization("globex"), None); // 0 seats are outside the range
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MetricConfig {
    /// Its name.
    pub name: String,
    /// What it was called: what a state holds under these names is this metric's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it is about; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// What it is; a number if not said.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// An attribute of the subject's record, custom ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Dated records: a table (`cases`), a usage series (`usage.logins`), or children (`subscriptions`). Those that
    /// are over on the day do not count, unless `include_ended` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Which of the records count: an expression over their fields.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether records that are over on the day count too, such as cancelled subscriptions and expired licences.
    #[serde(default, skip_serializing_if = "is_false")]
    pub include_ended: bool,
    /// The field that is taken; for usage and assessments `value` if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// How the records become one value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Take>,
    /// How far back records count; all of them if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// For `take = "ewm"`: after how many days a record counts half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<f64>,
    /// For the signals: how far apart the points are into which records are put, such as `"1w"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// What no record means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
    /// For what is in hours: the calendar within whose hours it is measured; all hours count if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// An expression over other metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// For texts: every value it can have; others are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// The unit, for people: "days", "USD".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Lowest and highest possible value; values outside are missing, and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Whether more of it is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
    /// What it is called, for people; its name if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// How records become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Take {
    /// How many there are.
    Count,
    /// The sum of the field.
    Sum,
    /// The mean of the field.
    Mean,
    /// The smallest value of the field.
    Min,
    /// The largest value of the field.
    Max,
    /// The median of the field.
    Median,
    /// The field of the oldest record, in the order that [`Take::Last`] has: of several of one moment the first.
    First,
    /// The field of the newest record. Of several of one moment, the one with the last id counts, letter by letter; without
    /// ids the first field in the order of names on which they differ decides: having it is newer than not, `true` than
    /// `false`, and else what is larger. Of values of a usage series the largest counts.
    Last,
    /// How many different values the field has.
    Distinct,
    /// Days from the oldest record to the day of the assessment; with a field, from the earliest date of it that is not ahead.
    /// Missing where the oldest record has no date.
    DaysSinceFirst,
    /// Days from the newest record to the day of the assessment.
    DaysSinceLast,
    /// Days from the day of the assessment to the nearest date of the field that is not past.
    DaysUntil,
    /// How many days in a row have a record, counted back from the day of the assessment. That day counts where it has
    /// a record, and ends no streak where it has none yet: then it is counted back from the day before.
    Streak,
    /// The least-squares slope of the field against time, per day.
    Slope,
    /// The change of the field's sum against the window just before, in percent.
    Change,
    /// The sample standard deviation of the field.
    StdDev,
    /// The exponentially weighted mean of the field, by age in days.
    Ewm,
    /// The share of the window's days on which the field's sum is zero or has no record, 0 to 1.
    ZeroShare,
    /// The share of records in the window that pass `where`, 0 to 1.
    Share,
    /// What is odd about the field's sum per `every`, against its own history: a text, `none`, `collapse`,
    /// `lost_rhythm`, `drop`, `rise`, `decline` or `growth`. See [`signal`](crate::signal).
    Signal,
    /// Days since that began; missing where nothing is odd.
    SignalAge,
    /// By how much the level changed, in percent; 0 where nothing is odd, missing for a lost rhythm.
    SignalChange,
    /// All of that in a sentence: a text; missing where nothing is odd.
    SignalText,
}

/// What it means that there is no record to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Empty {
    /// Nothing happened: 0.
    Zero,
    /// It is not known.
    Missing,
}

/// Which direction is healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// How far back records count: a period, or since the subject's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// The days of a period that ends with the day of the assessment, that day included.
    Last(Period),
    /// Since the subject started.
    SinceStart,
}

read_by_parse!(Window);

impl Window {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.trim() == "start" {
            return Ok(Self::SinceStart);
        }
        let period = Period::read(text).map_err(|why| {
            why.replacen("a period such as `28d`, `12w`, `3mo` or `1y`", WINDOW, 1)
        })?;
        if period.is_zero() {
            return Err(format!("expected {WINDOW}, got `{text}`"));
        }
        Ok(Self::Last(period))
    }
}

const WINDOW: &str = "a window such as `28d`, `12w`, `3mo` or `start`";

impl Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Last(period) => period.serialize(serializer),
            Self::SinceStart => serializer.serialize_str("start"),
        }
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, WINDOW)
    }
}
