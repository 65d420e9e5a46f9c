//! Observations to learn from, and others to test on, with no subject on both sides.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Observation, Observations};
use crate::outcome::Draw;

/// Two sets of observations that share no subject.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Split {
    /// To learn from.
    pub train: Vec<Observation>,
    /// To test on.
    pub test: Vec<Observation>,
    /// Made before the day, but with a window that was not over by then: in neither, lost or not. Losses are known before
    /// the window ends, and to learn from them alone would be to learn that all are lost.
    pub open: usize,
    /// Of subjects that are on the other side: in neither.
    pub shared: usize,
}

impl Observations {
    /// Learns from what was known by a day, and tests on what was assessed from it on: as it would have been done then.
    ///
    /// Whoever is tested on is not learned from. That suits terms that end, such as courses; where subjects go on for
    /// years, those who are still there on the day are all tested on, and what is left to learn from are mostly
    /// the lost: take [`Observations::split_at_by_subject`] there.
    #[must_use]
    pub fn split_at(&self, day: NaiveDate) -> Split {
        let mut out = Split::default();
        let test = self.rows.iter().filter(|row| day <= row.as_of);
        out.test = test.cloned().collect();
        let tested: BTreeSet<&Arc<str>> = out.test.iter().map(|row| &row.subject).collect();
        let (mut train, mut open, mut shared) = (Vec::new(), 0, 0);
        for it in self.rows.iter().filter(|row| row.as_of < day) {
            if day <= it.settled_on {
                open += 1;
            } else if tested.contains(&it.subject) {
                shared += 1;
            } else {
                train.push(it.clone());
            }
        }
        drop(tested);
        Split { train, open, shared, ..out }
    }

    /// The same for subjects that are assessed before the day and after it: about `share` of the subjects, drawn by name and
    /// seed, are tested on from the day on, and the others are learned from before it. Whether a subject was lost
    /// has no say in the side on which it stands.
    ///
    /// ```
    /// use foretell::book::OutcomeKind;
    /// use foretell::outcome::history::{Happening, History, Horizon};
    ///
    /// let day = |it: u32| format!("2026-{:02}-01", it).parse().unwrap();
    /// let ids: Vec<String> = (0..300).map(|it| format!("s{it}")).collect();
    /// // One in three is lost in June; the others are there all year.
    /// let lost = ids.iter().step_by(3).map(|it| Happening::new(it, day(6), OutcomeKind::Churned));
    /// let history = History::new(lost, ids.iter().map(|it| (it.as_str(), day(12))));
    /// let days = (1..12).map(|it| (day(it), ids.clone()));
    /// let seen = history.observe(days, Horizon { lead: 0, horizon: 40 });
    ///
    /// let of_lost = |it: &foretell::outcome::history::Split| {
    ///     let lost = it.train.iter().filter(|it| history.loss(&it.subject).is_some());
    ///     lost.count() as f64 / it.train.len() as f64
    /// };
    /// assert!(of_lost(&seen.split_at_by_subject(day(8), 0.5, 1)) < 0.5);
    /// assert!(of_lost(&seen.split_at(day(8))) > 0.99); // all others are still there, and tested on
    /// ```
    #[must_use]
    pub fn split_at_by_subject(&self, day: NaiveDate, share: f64, seed: u64) -> Split {
        let mut out = Split::default();
        for it in &self.rows {
            let is_test = Draw::named(seed, &it.subject).share() < share;
            match (is_test, day <= it.as_of) {
                (true, true) => out.test.push(it.clone()),
                (false, false) if it.settled_on < day => out.train.push(it.clone()),
                (false, false) => out.open += 1,
                _ => out.shared += 1,
            }
        }
        out
    }

    /// Tests on about `share` of the subjects, drawn by name and seed, and learns from the others. It says nothing of how
    /// well the past foretells the future: where there are years enough, split at a day.
    #[must_use]
    pub fn split_by_subject(&self, share: f64, seed: u64) -> Split {
        let is_test = |it: &Observation| Draw::named(seed, &it.subject).share() < share;
        let (test, train) = self.rows.iter().cloned().partition(is_test);
        Split { train, test, ..Split::default() }
    }
}
