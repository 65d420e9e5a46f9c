//! What happened to subjects, and what could have been known before: observations without look-ahead.
//!
//! ```
//! use foretell::book::OutcomeKind;
//! use foretell::outcome::history::{Happening, History, Horizon};
//!
//! let lost = Happening::new("acme", "2026-03-20".parse()?, OutcomeKind::Churned);
//! let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
//! let seen = history.observe([("2026-03-01".parse()?, vec!["acme", "globex"])], Horizon { lead: 7, horizon: 28 });
//! assert_eq!(seen.rows.iter().map(|row| row.lost).collect::<Vec<_>>(), [true, false]);
//! # Ok::<(), chrono::ParseError>(())
//! ```

mod split;

pub use split::Split;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::book::{Book, OutcomeKind};
use crate::money::Amount;
use crate::time::Stamp;

impl OutcomeKind {
    /// What a change of value, in any one currency, means: 0 or less after is the end, otherwise a rise or fall of more than `tolerance` (a share of
    /// the value before) is an expansion or a contraction.
    ///
    /// ```
    /// use foretell::book::OutcomeKind;
    ///
    /// assert_eq!(OutcomeKind::of_values(1000.0, 1015.0, 0.02), OutcomeKind::Renewed);
    /// assert_eq!(OutcomeKind::of_values(1000.0, 800.0, 0.02), OutcomeKind::Contracted);
    /// ```
    #[must_use]
    pub fn of_values(before: f64, after: f64, tolerance: f64) -> Self {
        if after <= 0.0 {
            Self::Churned
        } else if after > before + tolerance * before.abs() {
            Self::Expanded
        } else if after < before - tolerance * before.abs() {
            Self::Contracted
        } else {
            Self::Renewed
        }
    }
}

/// What happened to one subject on one day.
///
/// ```
/// use foretell::book::OutcomeKind;
/// use foretell::outcome::history::{Happening, History};
///
/// let mut left = Happening::new("acme", "2026-03-20".parse()?, OutcomeKind::Churned);
/// left.value_before = Some(12_000.0);
/// let history = History::new([left], [("globex", "2026-12-31".parse()?)]);
/// assert_eq!(history.loss("acme").and_then(|loss| loss.value_before), Some(12_000.0));
/// assert_eq!(history.loss("globex"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Happening {
    /// The subject's id.
    pub subject: Arc<str>,
    /// The day of the renewal, or of the cancellation.
    pub day: NaiveDate,
    /// What happened.
    pub outcome: OutcomeKind,
    /// What it was worth before, in the host's currency.
    #[serde(default)]
    pub value_before: Option<f64>,
    /// What it was worth after.
    #[serde(default)]
    pub value_after: Option<f64>,
}

impl Happening {
    /// An outcome without values.
    #[must_use]
    pub fn new(subject: &str, day: NaiveDate, outcome: OutcomeKind) -> Self {
        Self { subject: subject.into(), day, outcome, value_before: None, value_after: None }
    }

    /// The same with what it was worth before and after, in the host's currency.
    #[must_use]
    pub const fn with_values(mut self, before: Option<f64>, after: Option<f64>) -> Self {
        (self.value_before, self.value_after) = (before, after);
        self
    }
}

/// What happened to subjects, and until when that is known.
///
/// A subject that is known until a day without a loss was kept until then; what comes later is not known (it is
/// censored), which is not the same as kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// By subject, in the order of days.
    happenings: BTreeMap<Arc<str>, Vec<Happening>>,
    known_until: BTreeMap<Arc<str>, NaiveDate>,
}

/// Which part of the future an observation asks about.
///
/// ```
/// use foretell::book::OutcomeKind;
/// use foretell::outcome::history::{Happening, History, Horizon};
///
/// let lost = Happening::new("acme", "2026-03-20".parse()?, OutcomeKind::Churned);
/// let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
/// let seen = |lead, horizon| history.observe([("2026-03-01".parse().unwrap(), vec!["acme"])], Horizon { lead, horizon });
/// assert!(seen(7, 28).rows[0].lost); // 19 days later: after the lead, within the horizon
/// assert!(!seen(7, 10).rows[0].lost); // beyond it
/// assert_eq!(seen(30, 28).too_late, 1); // within the lead
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// Days that somebody needs to act: a loss within them comes too late to be foreseen.
    pub lead: u32,
    /// Days after the lead in which a loss counts.
    pub horizon: u32,
}

/// A subject on a day, and what came of it.
///
/// ```
/// use foretell::outcome::history::{Observation, Observations};
///
/// let seen = |subject, lost| Observation::new(subject, "2026-01-01".parse().unwrap(), "2026-04-01".parse().unwrap(), lost);
/// let mut all = Observations::default();
/// all.rows = vec![seen("acme", true), seen("globex", false)];
/// // On 1 March nobody knew yet what would come: nothing can be learned from it.
/// assert!(all.split_at("2026-03-01".parse()?).train.is_empty());
/// assert_eq!(all.split_at("2026-04-02".parse()?).train.len(), 2); // both are known since the day before
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// The subject's id.
    pub subject: Arc<str>,
    /// The day as of which it is assessed: nothing later is read.
    pub as_of: NaiveDate,
    /// The day from which the outcome is known: of the loss or the renewal, or the end of the window.
    pub known_on: NaiveDate,
    /// The day from which it is known whatever came: the end of the window. A loss is known sooner than that nothing
    /// happened, so who learns from what is known by a day must ask for this one: see [`Observations::split_at`].
    pub settled_on: NaiveDate,
    /// Whether it was lost.
    pub lost: bool,
    /// What happened, where something did.
    pub outcome: Option<OutcomeKind>,
    /// What it was worth before, where that is known.
    pub value: Option<f64>,
}

impl Observation {
    /// An observation that the host has made itself. `known_on` is the day from which the outcome is known, whatever it is.
    #[must_use]
    pub fn new(
        subject: impl Into<Arc<str>>,
        as_of: NaiveDate,
        known_on: NaiveDate,
        lost: bool,
    ) -> Self {
        let settled_on = known_on;
        Self {
            subject: subject.into(),
            as_of,
            known_on,
            settled_on,
            lost,
            outcome: None,
            value: None,
        }
    }
}

/// Observations, and how many subjects on days gave none, by why.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Observations {
    /// In the order of days, then of subjects.
    pub rows: Vec<Observation>,
    /// Lost on the day or before.
    pub over: usize,
    /// Lost within the lead: too late to act.
    pub too_late: usize,
    /// Not known until the end of the window.
    pub censored: usize,
    /// Renewals before which the subject was not assessed in time.
    pub unassessed: usize,
}

/// What came of a subject after a day, as far as a window asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// It was lost on the day or before.
    Over,
    /// It was lost within the lead: too late to act.
    TooLate,
    /// It was lost within the horizon.
    Lost,
    /// It was not, for so long.
    Kept,
    /// It is not known until the end of the window.
    Unknown,
}

/// The window after one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    as_of: NaiveDate,
    opens: NaiveDate,
    closes: NaiveDate,
}

impl Horizon {
    pub(super) fn after(self, as_of: NaiveDate) -> Span {
        let opens = after(as_of, self.lead);
        Span { as_of, opens, closes: after(opens, self.horizon) }
    }
}

impl Span {
    /// What came of a subject that was lost on a day or not, and is known until a day. `end` is the last day of which
    /// anything is known: where the window is still open then, a loss counts as little as that somebody is still there.
    /// Losses alone would make everything look worse than it is, and every alert right.
    pub(super) fn came(
        self,
        loss: Option<NaiveDate>,
        known_until: Option<NaiveDate>,
        end: Option<NaiveDate>,
    ) -> Came {
        match loss {
            Some(it) if it <= self.as_of => Came::Over,
            Some(it) if self.is_too_late_for(it) => Came::TooLate,
            Some(it) if self.holds(it) && end < Some(self.closes) => Came::Unknown,
            Some(it) if self.holds(it) => Came::Lost,
            Some(_) => Came::Kept,
            None if known_until.is_some_and(|until| self.closes <= until) => Came::Kept,
            None => Came::Unknown,
        }
    }

    /// Whether a loss lies in the window.
    pub(super) fn holds(self, loss: NaiveDate) -> bool {
        self.opens < loss && self.as_of < loss && loss <= self.closes
    }

    /// Whether a loss comes within the lead.
    pub(super) fn is_too_late_for(self, loss: NaiveDate) -> bool {
        self.as_of < loss && loss <= self.opens
    }
}

fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

fn before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
}

impl History {
    /// A history of what happened, and of the day until which each subject is known. A subject that is not among the
    /// latter is known until its last happening.
    pub fn new<S: Into<Arc<str>>>(
        happenings: impl IntoIterator<Item = Happening>,
        known_until: impl IntoIterator<Item = (S, NaiveDate)>,
    ) -> Self {
        let mut out = Self::default();
        for it in happenings {
            out.happenings.entry(Arc::clone(&it.subject)).or_default().push(it);
        }
        for list in out.happenings.values_mut() {
            list.sort_by(|left, right| {
                left.day.cmp(&right.day).then(left.outcome.cmp(&right.outcome))
            });
        }
        for (subject, day) in known_until {
            let known = out.known_until.entry(subject.into()).or_insert(day);
            *known = day.max(*known);
        }
        out
    }

    /// The outcomes that a book records of its subscriptions, as known on a day; what is dated later is left out.
    ///
    /// One that was cancelled by the day, and has no outcome that says it was lost, was lost on the day of its cancellation.
    /// One whose term is over, without an outcome from its end on, is known until the day before that end, the last one on
    /// which it was there: nobody said what came. All others are known until the day.
    #[must_use]
    pub fn of_book(book: &Book, day: NaiveDate) -> Self {
        let happenings = book.outcomes().iter().filter(|outcome| outcome.date.date() <= day);
        let happenings = happenings.map(|outcome| Happening {
            subject: outcome.subscription_id.as_str().into(),
            day: outcome.date.date(),
            outcome: outcome.outcome,
            value_before: outcome.value_before.map(Amount::to_f64),
            value_after: outcome.value_after.map(Amount::to_f64),
        });
        let recorded = Self::new(happenings, [] as [(&str, NaiveDate); 0]);
        let (mut unsaid, mut known) = (Vec::new(), Vec::new());
        for it in book.subscriptions() {
            let id = it.id.as_str();
            let cancelled = it.cancelled_on.map(Stamp::date).filter(|date| *date <= day);
            let end = it.end.map(Stamp::date).filter(|date| *date <= day);
            if let Some(on) = cancelled.filter(|_| recorded.loss(id).is_none()) {
                unsaid.push(Happening::new(id, on, OutcomeKind::Churned));
            }
            let open = end.filter(|end| {
                cancelled.is_none() && recorded.known_until(id).is_none_or(|until| until < *end)
            });
            let last = open.map(|end| before(end, 1));
            known.push((Arc::from(id), last.unwrap_or(day)));
        }
        let recorded = recorded.happenings.into_values().flatten();
        Self::new(recorded.chain(unsaid), known)
    }

    /// What happened to a subject, in the order of days.
    #[must_use]
    pub fn of(&self, subject: &str) -> &[Happening] {
        self.happenings.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The first loss of a subject.
    #[must_use]
    pub fn loss(&self, subject: &str) -> Option<&Happening> {
        self.of(subject).iter().find(|happening| happening.outcome.is_lost())
    }

    /// The first loss of every subject that was lost, by subject.
    pub fn losses(&self) -> impl Iterator<Item = &Happening> {
        self.happenings.values().filter_map(|happenings| {
            happenings.iter().find(|happening| happening.outcome.is_lost())
        })
    }

    /// The day until which a subject is known.
    #[must_use]
    pub fn known_until(&self, subject: &str) -> Option<NaiveDate> {
        let last = self.of(subject).last().map(|happening| happening.day);
        last.max(self.known_until.get(subject).copied())
    }

    /// Who was lost in a window after each day, of those assessed on it.
    ///
    /// An observation at a day reads nothing later than the day, and asks for a loss after the lead, within the
    /// horizon. Who was lost by then already, too soon to act, or is not known until the end of the window gives
    /// none. Neither does who was lost in a window that ends after the last day of which anything is known: there the
    /// losses alone would count.
    ///
    /// ```
    /// use foretell::outcome::history::{Happening, History, Horizon};
    /// use foretell::book::OutcomeKind;
    ///
    /// let day = |it: &str| it.parse().unwrap();
    /// let lost = Happening::new("acme", day("2026-03-20"), OutcomeKind::Churned);
    /// let history = History::new([lost], [("globex", day("2026-12-31"))]);
    /// let days = ["2026-02-01", "2026-03-01", "2026-03-15"].map(|it| (day(it), vec!["acme", "globex"]));
    ///
    /// let seen = history.observe(days, Horizon { lead: 7, horizon: 28 });
    /// let rows: Vec<(&str, bool)> = seen.rows.iter().map(|it| (it.subject.as_ref(), it.lost)).collect();
    /// assert_eq!(rows, [("acme", false), ("globex", false), ("acme", true), ("globex", false), ("globex", false)]);
    /// assert_eq!(seen.too_late, 1); // five days before its loss nobody could act any more
    /// ```
    pub fn observe<S: AsRef<str>>(
        &self,
        days: impl IntoIterator<Item = (NaiveDate, Vec<S>)>,
        window: Horizon,
    ) -> Observations {
        let mut out = Observations::default();
        let end = self.end();
        for (as_of, subjects) in days {
            let span = window.after(as_of);
            for subject in subjects {
                self.observe_one(subject.as_ref(), span, end, &mut out);
            }
        }
        out.in_order()
    }

    /// The last day of which anything is known.
    pub(crate) fn end(&self) -> Option<NaiveDate> {
        let last = self
            .happenings
            .values()
            .filter_map(|happenings| happenings.last())
            .map(|happening| happening.day);
        last.chain(self.known_until.values().copied()).max()
    }

    fn observe_one(
        &self,
        subject: &str,
        span: Span,
        end: Option<NaiveDate>,
        out: &mut Observations,
    ) {
        let as_of = span.as_of;
        let row = |known_on: NaiveDate, lost: Option<&Happening>| Observation {
            settled_on: span.closes,
            outcome: lost.map(|loss| loss.outcome),
            value: lost.and_then(|loss| loss.value_before),
            ..Observation::new(subject, as_of, known_on, lost.is_some())
        };
        let loss = self.loss(subject);
        match span.came(loss.map(|loss| loss.day), self.known_until(subject), end) {
            Came::Over => out.over += 1,
            Came::TooLate => out.too_late += 1,
            Came::Lost => out.rows.push(row(loss.map_or(span.closes, |loss| loss.day), loss)),
            Came::Kept => out.rows.push(row(span.closes, None)),
            Came::Unknown => out.censored += 1,
        }
    }

    /// One observation for every happening: the subject on the last of the days that leaves the lead, and is at most the
    /// horizon older.
    pub fn observe_renewals<S: AsRef<str>>(
        &self,
        days: impl IntoIterator<Item = (NaiveDate, Vec<S>)>,
        window: Horizon,
    ) -> Observations {
        let mut assessed: BTreeMap<Arc<str>, Vec<NaiveDate>> = BTreeMap::new();
        for (day, subjects) in days {
            for subject in subjects {
                assessed.entry(subject.as_ref().into()).or_default().push(day);
            }
        }
        let mut out = Observations::default();
        for (subject, list) in &self.happenings {
            for it in list {
                let latest = before(it.day, window.lead);
                let earliest = before(latest, window.horizon);
                let days = assessed.get(subject).map_or(&[][..], Vec::as_slice);
                // On the day itself it is known what happened.
                let fits =
                    |day: &&NaiveDate| earliest <= **day && **day <= latest && **day < it.day;
                match days.iter().filter(fits).max() {
                    Some(day) => out.rows.push(Observation {
                        outcome: Some(it.outcome),
                        value: it.value_before,
                        ..Observation::new(Arc::clone(subject), *day, it.day, it.outcome.is_lost())
                    }),
                    None => out.unassessed += 1,
                }
            }
        }
        out.in_order()
    }
}

impl Observations {
    /// The rows in the order of days, then of subjects, whatever the order they came in.
    fn in_order(mut self) -> Self {
        self.rows.sort_by(|left, right| {
            (left.as_of, &left.subject, left.known_on).cmp(&(
                right.as_of,
                &right.subject,
                right.known_on,
            ))
        });
        self
    }
}

#[cfg(test)]
mod tests;
