//! Observations to learn from, and others to test on, with no subject on both sides.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Observation, Observations};
use crate::outcome::Draw;
use crate::time::AsOf;

/// Two sets of observations that share no subject.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Split {
    /// To learn from.
    pub train: Vec<Observation>,
    /// To test on.
    pub test: Vec<Observation>,
    /// Made before the day, but with an outcome that was not known by then: in neither.
    pub open: usize,
    /// Of subjects that are tested later: left out of what is learned from.
    pub shared: usize,
}

impl Observations {
    /// Learns from what was known by a day, and tests on what was assessed from it on: as it would have been done then.
    #[must_use]
    pub fn split_at(&self, day: AsOf) -> Split {
        let mut out = Split::default();
        let test = self.rows.iter().filter(|it| day <= it.as_of);
        out.test = test.cloned().collect();
        let tested: BTreeSet<&Arc<str>> = out.test.iter().map(|it| &it.subject).collect();
        let (mut train, mut open, mut shared) = (Vec::new(), 0, 0);
        for it in self.rows.iter().filter(|it| it.as_of < day) {
            if day <= it.known_on {
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

    /// Tests on about `share` of the subjects, drawn by name and seed, and learns from the others. It says nothing of how
    /// well the past foretells the future: where there are years enough, split at a day.
    #[must_use]
    pub fn split_by_subject(&self, share: f64, seed: u64) -> Split {
        let is_test = |it: &Observation| Draw::named(seed, &it.subject).share() < share;
        let (test, train) = self.rows.iter().cloned().partition(is_test);
        Split { train, test, ..Split::default() }
    }
}
