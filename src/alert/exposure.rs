//! How many subjects were watched for how long: what numbers of alerts are held against.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;

/// Days on which subjects were watched, by kind: two subjects for three days are six.
///
/// An assessment stands for the days since the one before it, the first for one day. Assessing a
/// day again adds nothing.
///
/// ```
/// use foretell::alert::Exposure;
/// use foretell::frame::SubjectKind::Subscription;
///
/// let mut watched = Exposure::default();
/// watched.note("2026-03-01".parse()?, [(Subscription, 10)]);
/// watched.note("2026-03-08".parse()?, [(Subscription, 9)]);
/// assert_eq!(watched.subject_days(Subscription), 10 + 9 * 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exposure {
    /// The day of the last assessment.
    last: Option<NaiveDate>,
    days: BTreeMap<SubjectKind, u64>,
}

/// Days in a month, on average: the Gregorian year has 365.2425.
pub(crate) const DAYS_IN_MONTH: f64 = 365.2425 / 12.0;

impl Exposure {
    /// Nothing yet, after an assessment of that day.
    #[must_use]
    pub const fn since(last: Option<NaiveDate>) -> Self {
        Self { last, days: BTreeMap::new() }
    }

    /// Adds an assessment: how many subjects of each kind it had.
    pub fn note(
        &mut self,
        day: NaiveDate,
        subjects: impl IntoIterator<Item = (SubjectKind, usize)>,
    ) {
        let passed = self.last.map_or(1, |last| (day - last).num_days());
        let Ok(passed @ 1..) = u64::try_from(passed) else { return };
        for (kind, count) in subjects.into_iter().filter(|it| it.1 > 0) {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            let days = self.days.entry(kind).or_default();
            *days = days.saturating_add(count.saturating_mul(passed));
        }
        self.last = Some(day);
    }

    /// Adds what was watched elsewhere: another book, another time. The two must not be of the same
    /// subjects on the same days.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.days {
            let days = self.days.entry(*kind).or_default();
            *days = days.saturating_add(*count);
        }
        self.last = self.last.max(other.last);
    }

    /// Days on which subjects of a kind were watched.
    #[must_use]
    pub fn subject_days(&self, kind: SubjectKind) -> u64 {
        self.days.get(&kind).copied().unwrap_or(0)
    }

    /// The same in months of 30.44 days.
    #[must_use]
    pub fn subject_months(&self, kind: SubjectKind) -> f64 {
        self.subject_days(kind) as f64 / DAYS_IN_MONTH
    }
}
