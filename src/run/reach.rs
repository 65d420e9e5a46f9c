//! How far the records of each feed go.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::config::Config;
use crate::frame::NO_ROW;
use crate::metric::Derivation;
use crate::run::input::Input;
use crate::time::{AsOf, Period};

/// How far the records go that a metric reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach<'a> {
    /// To the day or moment of the assessment, as far as anyone said.
    Whole,
    /// To an earlier day, which is late but not too late: what they say counts as of that day.
    Late(NaiveDate),
    /// To an earlier day, which is too long ago.
    Stalled(&'a str, NaiveDate),
}

impl<'a> Input<'a> {
    /// How far the records go that a metric reads, with the lags that a config allows.
    pub(crate) fn reach(&self, config: &Config, derivation: &Derivation, as_of: AsOf) -> Reach<'_> {
        if self.feeds.is_empty() || !derivation.needs_the_newest() {
            return Reach::Whole;
        }
        let Some((feed, until)) = self.until(derivation) else { return Reach::Whole };
        if as_of <= until {
            return Reach::Whole;
        }
        // Of a day on which it ends in the middle not all is there.
        let day = if until.is_day() { Some(until.day()) } else { until.day().pred_opt() };
        let day = day.unwrap_or(NaiveDate::MIN);
        match lag(config, derivation).is_some_and(|lag| as_of.day() <= lag.after(day)) {
            true => Reach::Late(day),
            false => Reach::Stalled(feed, day),
        }
    }

    /// The feed that a metric reads and until when it is complete, where that was said.
    pub(crate) fn until(&self, derivation: &Derivation) -> Option<(&str, AsOf)> {
        let of = |name: &str| self.feeds.get_key_value(name);
        let (name, until) = of(&derivation.from()).or_else(|| of(derivation.table()))?;
        Some((name, self.settled(*until)))
    }
}

/// How late a feed may be: its own lag, or that of its table.
fn lag(config: &Config, derivation: &Derivation) -> Option<Period> {
    let of = |name: &str| config.feeds.iter().find(|feed| feed.name == name);
    of(&derivation.from()).or_else(|| of(derivation.table()))?.lag
}

/// The rows of subjects that nothing of a feed after a day can be about: those that were over by then. None of the
/// others has a row.
pub(crate) fn settled_rows<'r>(
    rows: &'r [u32],
    over: &[Option<NaiveDate>],
    day: NaiveDate,
) -> Cow<'r, [u32]> {
    let is_over = |row: &u32| {
        let from = over.get(*row as usize).copied().flatten();
        from.is_some_and(|from| from.pred_opt().is_some_and(|last| last <= day))
    };
    if rows.iter().all(is_over) {
        return Cow::Borrowed(rows);
    }
    Cow::Owned(rows.iter().map(|row| if is_over(row) { *row } else { NO_ROW }).collect())
}
