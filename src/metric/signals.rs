//! Signals of dated records: put into evenly spaced bins that end with the day of the assessment.

use chrono::{Datelike as _, NaiveDate};

use crate::config::Take;
use crate::signal::{Every, Finding, MOST, Options, SignalKind, detect};
use crate::time::Period;

/// What `signal` says where nothing is odd.
pub(super) const NONE: &str = "none";

/// Whether a take is one of a signal.
pub(super) const fn is_signal(take: Take) -> bool {
    matches!(take, Take::Signal | Take::SignalAge | Take::SignalChange | Take::SignalText)
}

/// What a take of a signal gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    Number(f64),
    Word(&'static str),
    Sentence(String),
}

/// The bins of a subject's records.
pub(super) struct Bins {
    pub(super) every: Period,
    pub(super) as_of: NaiveDate,
    /// The last day before its history.
    pub(super) begin: i32,
    /// Whether a bin without a record is missing, not 0.
    pub(super) missing: bool,
}

impl Bins {
    /// The sum of each bin with the last day before it, oldest first: those that lie in the history whole.
    fn fill(&self, points: &[(i32, f64)]) -> (Vec<f64>, Vec<i32>) {
        let (mut values, mut edges) = (Vec::new(), Vec::new());
        let mut end = self.as_of.num_days_from_ce();
        for count in (1..).take(MOST) {
            let edge = self.every.edge(self.as_of, count).num_days_from_ce();
            if edge < self.begin || edge >= end {
                break;
            }
            let from = points.partition_point(|point| point.0 <= edge);
            let to = points.partition_point(|point| point.0 <= end);
            let inside = points.get(from..to).unwrap_or(&[]);
            let sum: f64 = inside.iter().map(|point| point.1).sum();
            values.push(if inside.is_empty() && self.missing { f64::NAN } else { sum });
            edges.push(edge);
            end = edge;
        }
        values.reverse();
        edges.reverse();
        (values, edges)
    }

    /// What a take gives of records, oldest first; none where there are too few bins, and where nothing is
    /// odd of what needs a signal.
    pub(super) fn read(&self, take: Take, points: &[(i32, f64)]) -> Option<Reading> {
        let (values, edges) = self.fill(points);
        let signal = match detect(&values, &options(self.every)) {
            Finding::TooShort => return None,
            Finding::Quiet => None,
            Finding::Signal(it) => Some(it),
        };
        let Some(it) = signal else {
            return match take {
                Take::Signal => Some(Reading::Word(NONE)),
                Take::SignalChange => Some(Reading::Number(0.0)),
                _ => None,
            };
        };
        match take {
            Take::Signal => Some(Reading::Word(it.kind.name())),
            Take::SignalText => Some(Reading::Sentence(it.sentence)),
            // Of a rhythm the numbers are no amounts.
            Take::SignalChange if it.kind == SignalKind::LostRhythm => None,
            Take::SignalChange => {
                Some(Reading::Number((it.after - it.before) / it.before.abs() * 100.0))
            }
            _ => {
                let edge = edges.get(it.at)?;
                Some(Reading::Number(f64::from(self.as_of.num_days_from_ce() - edge)))
            }
        }
    }
}

/// What is known of a series from the length of its bins.
fn options(every: Period) -> Options {
    let is = |text: &str| text.parse::<Period>().is_ok_and(|period| period == every);
    let (season, every) = if every == Period::days(1) {
        (Some(7), Every::Day)
    } else if every == Period::days(7) {
        (Some(52), Every::Week)
    } else if is("1mo") {
        (Some(12), Every::Month)
    } else if is("3mo") {
        (Some(4), Every::Quarter)
    } else if is("1y") {
        (None, Every::Year)
    } else {
        (None, Every::Point)
    };
    Options { season, every }
}
