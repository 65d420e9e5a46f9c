//! What became of the subscriptions after the day of the assessment, where that is known.
//!
//! This is told beside the results and never goes into them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foretell::book::{Book, OutcomeKind};
use foretell::time::Stamp;

/// What became of one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    /// Somebody cancelled it.
    Cancelled,
    /// It went silent: nobody cancelled it, and nobody renewed it.
    Lapsed,
}

/// The first thing that happened to each subscription after a day.
#[derive(Debug)]
pub(super) struct Fates(BTreeMap<String, Fate>);

impl Fates {
    /// From outcomes and cancellations; none where nothing later is known.
    pub(super) fn after(book: &Book, day: NaiveDate) -> Option<Self> {
        let mut first: BTreeMap<&str, (NaiveDate, Fate)> = BTreeMap::new();
        let mut note = |id, date: NaiveDate, fate| {
            let known = first.entry(id).or_insert((date, fate));
            if date < known.0 {
                *known = (date, fate);
            }
        };
        for it in book.outcomes().iter().filter(|it| day < it.date.date()) {
            let fate = match it.outcome {
                OutcomeKind::Churned => Fate::Cancelled,
                OutcomeKind::Lapsed => Fate::Lapsed,
                _ => Fate::Kept,
            };
            note(&it.subscription_id, it.date.date(), fate);
        }
        for it in book.subscriptions() {
            if let Some(date) = it.cancelled_on.map(Stamp::date).filter(|it| day < *it) {
                note(&it.id, date, Fate::Cancelled);
            }
        }
        let mut fates: BTreeMap<String, Fate> =
            first.into_iter().map(|(id, (_, fate))| (id.to_owned(), fate)).collect();
        if fates.is_empty() {
            return None;
        }
        if !book.has_table("outcomes") {
            // Only cancellations are written down: whoever has none is still there.
            for it in book.subscriptions() {
                fates.entry(it.id.clone()).or_insert(Fate::Kept);
            }
        }
        Some(Self(fates))
    }

    /// What became of some subscriptions.
    pub(super) fn of<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Later {
        let mut later = Later::default();
        for fate in ids.into_iter().filter_map(|it| self.0.get(it)) {
            later.known += 1;
            later.cancelled += usize::from(*fate == Fate::Cancelled);
            later.lapsed += usize::from(*fate == Fate::Lapsed);
        }
        later
    }
}

/// What became of a group of subscriptions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Later {
    /// Of how many it is known.
    pub(super) known: usize,
    pub(super) cancelled: usize,
    pub(super) lapsed: usize,
}

impl Later {
    pub(super) const fn lost(self) -> usize {
        self.cancelled + self.lapsed
    }

    /// The share that was lost, of those of whom it is known.
    pub(super) fn share(self) -> Option<f64> {
        (self.known > 0).then(|| self.lost() as f64 / self.known as f64)
    }
}
