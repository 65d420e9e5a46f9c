//! What the values of a subject come to, by the take.

use super::super::signals::{Bins, Reading};
use super::super::slot::Got;
use super::super::take;
use super::{Derivation, Run, Span};
use crate::config::{Empty, Take};
use crate::frame::NO_DAY;

impl<'a> Run<'a> {
    pub(super) fn aggregate(&mut self, take: Take) -> Option<f64> {
        if !self.all_converted(false) {
            return None;
        }
        match take {
            Take::Sum => take::sum(self.got(false)),
            Take::Mean | Take::Share => take::mean(self.got(false)),
            Take::Min => take::numbers(self.got(false)).map(|pair| pair.1).reduce(f64::min),
            Take::Max => take::numbers(self.got(false)).map(|pair| pair.1).reduce(f64::max),
            Take::Median => take::median(self.got(false)),
            Take::Slope => take::slope(self.got(false)),
            Take::StdDev => take::std_dev(self.got(false)),
            Take::Ewm => take::ewm(self.got(false), self.derivation.half_life),
            _ => None,
        }
    }

    pub(super) fn distinct(&mut self) -> Option<f64> {
        if !self.all_converted(false) {
            return None;
        }
        take::distinct(self.got(false))
    }

    /// The field of one record.
    pub(super) fn one(&mut self, row: Option<u32>) -> Got<'a> {
        if self.derivation.says_texts() {
            let cell = row.and_then(|row| self.cell(row));
            self.sentence = cell.map(|(_, cell, _)| cell.show());
            return Got::Missing;
        }
        let value = row.map_or(Got::Missing, |row| self.get(row));
        self.unconverted += usize::from(value == Got::NoRate);
        value
    }

    /// The days since each record's date; what lies ahead has not begun.
    fn days_since(&self) -> impl Iterator<Item = f64> {
        take::numbers(self.got(false)).map(|pair| pair.1).filter(|days| *days >= 0.0)
    }

    pub(super) fn days_since_first(&self) -> Option<f64> {
        if self.derivation.field.is_some() {
            return self.days_since().reduce(f64::max);
        }
        let day = self.passing.first().map(|row| self.source.day(*row))?;
        (day != NO_DAY).then(|| f64::from(self.today - day))
    }

    pub(super) fn streak(&self) -> f64 {
        take::streak(self.passing.iter().rev().map(|row| self.source.day(*row)), self.today)
    }

    pub(super) fn days_since_last(&self) -> Option<f64> {
        if self.derivation.field.is_some() {
            return self.days_since().reduce(f64::min);
        }
        let day = self.passing.last().map(|row| self.source.day(*row))?;
        (day != NO_DAY).then(|| f64::from(self.today - day))
    }

    /// Percent against the window before; missing when the subject did not have all of that.
    pub(super) fn change(&mut self, span: &Span) -> Option<f64> {
        let partial = span.start.zip(span.base).is_some_and(|(start, base)| base < start);
        if partial || !self.all_converted(true) || !self.all_converted(false) {
            return None;
        }
        let base = take::sum(self.got(true))?;
        let now = if self.passing.is_empty() { 0.0 } else { take::sum(self.got(false))? };
        if base.abs() > 0.0 { Some((now - base) / base.abs() * 100.0) } else { None }
    }

    /// The days of the window on which the subject existed; `None` where that is not known.
    pub(super) fn days(&self, span: &Span) -> Option<i32> {
        let after = span.after?.max(span.start.unwrap_or(i32::MIN));
        Some(span.end.saturating_sub(after)).filter(|days| *days > 0)
    }

    /// What is odd about the sums of evenly spaced points, in the history of the subject and its records.
    pub(super) fn signal(&mut self, span: &Span) -> Got<'a> {
        let begin = [span.after, span.start, self.first.map(|day| day - 1)];
        let Some(begin) = begin.into_iter().flatten().max() else { return Got::Missing };
        if !self.all_converted(false) {
            return Got::Missing;
        }
        let Derivation { every, take, empty, .. } = *self.derivation;
        let missing = empty == Some(Empty::Missing);
        let bins = Bins { every, as_of: self.view.as_of.day(), begin, missing };
        let points: Vec<(i32, f64)> = take::numbers(self.got(false)).collect();
        match bins.read(take, &points) {
            Some(Reading::Number(it)) if it.is_finite() => Got::Number(it),
            Some(Reading::Word(it)) => Got::Text(it),
            Some(Reading::Sentence(it)) => {
                self.sentence = Some(it);
                Got::Missing
            }
            Some(Reading::Number(_)) | None => Got::Missing,
        }
    }

    pub(super) fn zero_share(&mut self, span: &Span) -> Option<f64> {
        if !self.all_converted(false) {
            return None;
        }
        let days = self.days(span)?;
        let inside = span.end - days + 1..=span.end;
        let busy = take::busy_days(self.got(false).filter(|pair| inside.contains(&pair.0)));
        Some(1.0 - busy as f64 / f64::from(days))
    }
}
