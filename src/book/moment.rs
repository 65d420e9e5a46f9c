//! A book as it was known at a moment, and what lies after the day or moment of an assessment.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};

use super::record::Record;
use super::{Book, Series, Store};
use crate::time::{Stamp, Zone};

/// The dates that are planned ahead, by the names of their fields in every table. They are known at every time and
/// count by their day. All other dates are of what happened (kept by `dates_that_are_planned_are_known_ahead`).
pub(crate) const PLANNED: [&str; 5] = ["due", "end", "expires", "renewal_date", "until"];

/// Takes the dates of a record into the zone of its book.
pub(super) fn settle<R: Record>(record: &mut R, zone: &Zone) {
    record.each_stamp(&mut |_, it| *it = it.settled(zone));
}

/// Up to when all is known: a moment in UTC, and the day that it is in the zone of the book.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    pub(crate) day: NaiveDate,
    pub(crate) moment: NaiveDateTime,
}

impl Until {
    /// Whether a date counts on another day then than on its own.
    fn moves(self, it: Stamp) -> bool {
        self.counted(it).date() != it.date()
    }

    /// A date as it counts then.
    fn counted(self, it: Stamp) -> Stamp {
        it.counted(self.day, self.moment)
    }
}

impl<R: Record + Clone> Store<R> {
    /// The records as they are known at a moment, where that is another thing than on its day.
    fn known(&self, until: Until, counts: [usize; 4]) -> Option<Self> {
        let happened = |name: &str| !PLANNED.contains(&name);
        let moves = |name: &'static str, it: Stamp| happened(name) && until.moves(it);
        if !self.records.iter().any(|record| record.has_stamp(&moves)) {
            return None;
        }
        let mut all = self.clone();
        for record in &mut all.records {
            record.each_stamp(&mut |name, it| {
                if happened(name) {
                    *it = until.counted(*it);
                }
            });
        }
        all.group(counts);
        Some(all)
    }

    /// How many records have a day after that one.
    fn after(&self, day: NaiveDate) -> usize {
        let days = self.records.iter().filter_map(Record::stamp);
        days.filter(|it| it.date() > day).count()
    }
}

impl Series {
    /// The values as they are known at a moment, where that is another thing than on its day.
    fn known(&self, until: Until, counts: [usize; 4]) -> Option<Self> {
        let counted = |(stamp, value, owners, own)| (until.counted(stamp), value, owners, own);
        let moves = self.moments().any(|moment| until.moves(moment));
        moves.then(|| Self::build(self.timed().map(counted).collect(), counts))
    }
}

macro_rules! stores {
    ($($store:ident)+) => {
        impl Book {
            /// The book as it is known at a moment: what happened after it counts on the day after. `None` where that
            /// is the book as it is.
            pub(crate) fn known(&self, until: Until) -> Option<Self> {
                let counts = self.links.counts();
                let mut changed: Option<Self> = None;
                $(
                    if let Some(it) = self.$store.known(until, counts) {
                        changed.get_or_insert_with(|| self.clone()).$store = it;
                    }
                )+
                for (name, series) in &self.usage {
                    if let Some(it) = series.known(until, counts) {
                        let book = changed.get_or_insert_with(|| self.clone());
                        book.usage.insert(Arc::clone(name), it);
                    }
                }
                changed
            }
        }
    };
}

stores! {
    companies accounts subscriptions cases licenses deployments contacts entitlements surveys invoices
    engagements assessments overrides outcomes
}

impl Book {
    /// How many records of a table of things that happen lie after that day, by table; tables without any are left
    /// out, and so are those whose records are written down ahead: what begins, ends or is renewed later is no slip.
    pub(crate) fn after(&self, day: NaiveDate) -> Vec<(&'static str, usize)> {
        let usage = self.usage.values().map(|usage| usage.after(day.num_days_from_ce())).sum();
        let counts = [
            ("cases", self.cases.after(day)),
            ("surveys", self.surveys.after(day)),
            ("invoices", self.invoices.after(day)),
            ("engagements", self.engagements.after(day)),
            ("assessments", self.assessments.after(day)),
            ("usage", usage),
        ];
        counts.into_iter().filter(|it| it.1 > 0).collect()
    }
}
