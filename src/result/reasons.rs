//! Why notes of an assessment say what they say.

use serde::{Deserialize, Serialize};

/// What seems to have been renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Renamed {
    /// A rule, with its alerts.
    Rule,
    /// A scorecard, with its bands and carried values.
    Scorecard,
    /// A playbook, with its runs.
    Playbook,
    /// A metric, with its history.
    Metric,
}

impl Renamed {
    /// What it is, in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Scorecard => "scorecard",
            Self::Playbook => "playbook",
            Self::Metric => "metric",
        }
    }
}

/// Why a report on an action is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportNotUsed {
    /// No run of a playbook that is remembered has issued it: it ended, or there never was one.
    UnknownAction,
    /// Its day is later than that of the assessment; to be handed in again.
    NotYet,
}

/// The likely reason why a metric has no value for any subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoValue {
    /// No column of its name was given.
    NoColumn,
    /// The given column has no value.
    EmptyColumn,
    /// Its table was not loaded.
    NoTable,
    /// There is no such record: its table, its series or its kind of survey has none.
    NoRecords,
    /// No record of these subjects is known by that day, or none lies in the window.
    NothingInWindow,
    /// There are records in the window, but none that counts has a value, or too few have.
    NothingToTake,
    /// No record has a value of the attribute.
    NotFilled,
    /// There are no such parents or children.
    NoRelatives,
    /// Every value is of another kind.
    OtherKind,
    /// What it is calculated from has values, and the calculation has none.
    Calculation,
}

/// Why subjects of the book are not assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Absent {
    /// Their first day is later.
    NotBegun,
    /// They were over by the end of that day.
    Ended,
}

/// Why manual values are not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotUsed {
    /// The config has no scorecard of that name.
    UnknownScorecard,
    /// The scorecard is of another kind of subject.
    OtherKind,
}

/// Why records or values were left out of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// The metric's `where` reads something that the record does not have.
    NoData,
    /// The amount is in a currency without a rate to the reporting currency.
    NoRate,
    /// The value is of another kind than the metric.
    OtherKind,
}
