//! What a timeline is made of: a score over time, and what happened meanwhile.

use chrono::NaiveDate;

use super::bands::Bands;
use super::colour::Mark;
use crate::outcome::forecast::Reach;

/// A score over time, and what happened meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timeline {
    /// What it shows, in a phrase.
    pub(super) title: String,
    /// The same in sentences, for those who cannot see it.
    pub(super) said: String,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) bands: Bands,
    /// In the order of days; a day without a score is a gap.
    pub(super) points: Vec<Point>,
    /// What is expected of later days.
    pub(super) ahead: Vec<Reach>,
    /// Days that are named on the axis.
    pub(super) ticks: Vec<(NaiveDate, String)>,
    /// What is said below the axis: at its start, in the middle, at its end.
    pub(super) feet: [String; 3],
    /// A day that is marked from top to bottom.
    pub(super) line: Option<NaiveDate>,
    /// What happened, each in a lane of its own.
    pub(super) lanes: Vec<Lane>,
    /// What signs mean.
    pub(super) legend: Vec<(Sign, &'static str)>,
}

/// A score on a day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    pub(super) day: NaiveDate,
    pub(super) score: Option<f64>,
    pub(super) mark: Mark,
    /// Whether it was changed by hand or by rule.
    pub(super) held: bool,
}

/// What happened of one sort.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Spans of days with a share of the lane's height, 0 to 1.
    pub(super) spans: Vec<(NaiveDate, NaiveDate, f64)>,
    pub(super) signs: Vec<(NaiveDate, Sign)>,
}

/// What stands for something on a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Somebody was told.
    Told,
    /// Nobody was.
    Untold,
    /// The first that could be seen.
    Seen,
    /// What a human said.
    Call,
    /// A score by hand or by rule.
    Held,
    /// A span of time.
    Span,
    /// What was measured.
    Known,
    /// What is expected.
    Ahead,
    /// Its interval.
    Fan,
}
