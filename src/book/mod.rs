//! The book: all records of a business, typed, checked and linked.
//!
//! Company → Account → Subscription → License, Case, Deployment; and Contact, Entitlement, Survey,
//! Invoice, Engagement, Assessment, Usage series, Override, Outcome. A record names the most
//! specific subject it knows; it belongs to the subjects above that one too.
//!
//! Every record has the day on which it came to exist, which is a local one (`docs/days.md`). An assessment made as of
//! a day sees the records of that day and before, and of those only what was known by then: a case resolved later
//! is open, an invoice paid later is unpaid. As of a moment the same holds for moments.
//!
//! ```
//! use foretell::book::{Book, Mode, Tables};
//! use foretell::node::Node;
//!
//! let mut tables = Tables::default();
//! let row = |id: &str, start: &str| Node::table([("id", Node::text(id)), ("start", Node::text(start))]);
//! tables.insert("subscriptions", vec![row("s1", "2026-01-01"), row("s2", "last May")]);
//! let loaded = Book::load(tables, Mode::Lenient)?;
//! assert_eq!(loaded.book.subscriptions()[0].id, "s1");
//! assert_eq!(loaded.rejected[0].fault.place.path, "subscriptions[1].start");
//! # Ok::<(), foretell::Faults>(())
//! ```
//!
//! Must not know: configs, metrics, scores.

mod asset;
mod cell;
mod check;
mod company;
mod event;
mod index;
mod life;
mod links;
mod load;
pub(crate) mod moment;
pub(crate) mod own;
mod order;
pub(crate) mod record;
mod report;
mod row;
mod subject;
mod tables;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use asset::{Contact, Deployment, Entitlement, License};
pub use cell::{Cell, Mark};
pub(crate) use company::rings;
pub use event::{
    AssessmentRecord, Engagement, EngagementKind, Invoice, Outcome, OutcomeKind, Override,
    OverrideKind, Survey, SurveyKind, Usage,
};
pub(crate) use index::{Groups, Series, Store};
pub use load::{Loaded, Mode};
pub(crate) use record::Life;
pub use report::{LoadReport, Rejection, TableReport};
pub use subject::{Account, Case, Company, Subscription};
pub use tables::{Entry, Tables};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use links::Links;
use record::Record as _;

use crate::frame::{NO_ROW, SubjectKind};
use crate::money::{Amount, Currency, Rates};
use crate::time::Zone;

/// All records of a business, checked and linked.
///
/// ```
/// use foretell::book::{Account, Book, Case, Subscription, Tables};
/// # use foretell::frame::SubjectKind;
/// use foretell::time::Stamp;
///
/// let mut acme = Subscription::new("s1");
/// acme.account_id = Some("acme".into());
/// let mut outage = Case::new("c1", "2026-02-20".parse::<Stamp>()?);
/// outage.subscription_id = Some("s1".into());
/// outage.resolved = Some("2026-03-05".parse()?);
///
/// let mut tables = Tables::default();
/// tables.push(Account::new("acme"));
/// tables.push(acme);
/// tables.push(outage);
/// let book = Book::strict(tables)?;
/// assert_eq!(book.subjects(SubjectKind::Case)[0].as_ref(), "c1");
/// // It is read as of a day: on 1 March nobody knew that the case would be resolved.
/// assert_eq!(book.ended(SubjectKind::Case, "2026-03-01".parse()?), [false]);
/// assert_eq!(book.ended(SubjectKind::Case, "2026-03-05".parse()?), [true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub(crate) companies: Store<Company>,
    pub(crate) accounts: Store<Account>,
    pub(crate) subscriptions: Store<Subscription>,
    pub(crate) cases: Store<Case>,
    pub(crate) licenses: Store<License>,
    pub(crate) deployments: Store<Deployment>,
    pub(crate) contacts: Store<Contact>,
    pub(crate) entitlements: Store<Entitlement>,
    pub(crate) surveys: Store<Survey>,
    pub(crate) invoices: Store<Invoice>,
    pub(crate) engagements: Store<Engagement>,
    pub(crate) assessments: Store<AssessmentRecord>,
    pub(crate) overrides: Store<Override>,
    pub(crate) outcomes: Store<Outcome>,
    pub(crate) usage: BTreeMap<Arc<str>, Series>,
    links: Links,
    /// For each company the row of the one that it belongs to, or `NO_ROW`.
    company_parents: Vec<u32>,
    present: BTreeSet<&'static str>,
    rates: Option<Rates>,
    report: LoadReport,
    zone: Zone,
    /// The currencies that amounts are stated in, each with the first day of such a record.
    currencies: BTreeMap<Currency, NaiveDate>,
}

impl Book {
    /// The ids of the subjects of a kind, in the order in which they were loaded.
    #[must_use]
    pub fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.links.kind(kind).ids.texts()
    }

    /// The row of a subject among those of its kind.
    #[must_use]
    pub fn row_of(&self, kind: SubjectKind, id: &str) -> Option<u32> {
        self.links.kind(kind).ids.find(id)
    }

    /// For each subject of a kind the row of the parent it belongs to, or `NO_ROW`.
    pub(crate) fn parent_rows(&self, child: SubjectKind, parent: SubjectKind) -> Vec<u32> {
        let owners = match child {
            SubjectKind::Company => &self.companies.owners,
            SubjectKind::Account => &self.accounts.owners,
            SubjectKind::Subscription => &self.subscriptions.owners,
            SubjectKind::Case => &self.cases.owners,
        };
        owners.iter().map(|owners| owners.get(parent.index()).copied().unwrap_or(NO_ROW)).collect()
    }

    /// For each company the row of the one that it belongs to, or `NO_ROW`. None is above itself.
    pub(crate) fn company_parents(&self) -> &[u32] {
        &self.company_parents
    }

    /// Whether a table was given, with or without rows.
    #[must_use]
    pub fn has_table(&self, name: &str) -> bool {
        self.present.contains(name)
    }

    /// The names of the usage series.
    pub fn series(&self) -> impl Iterator<Item = &str> {
        self.usage.keys().map(|name| &**name)
    }

    /// Scores set by hand.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides.records
    }

    /// What happened at renewals.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes.records
    }

    /// The subscriptions, in the order of [`Book::subjects`].
    #[must_use]
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions.records
    }

    /// The accounts, in the order of [`Book::subjects`].
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts.records
    }

    /// The rates at which amounts are converted.
    #[must_use]
    pub const fn rates(&self) -> Option<&Rates> {
        self.rates.as_ref()
    }

    /// The zone whose days count.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The number of good records, per table that was given; of usage, the number of values.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        self.present.iter().map(|name| (*name, self.count(name))).collect()
    }

    /// What became of the rows it was loaded from: how many of each table were read, loaded and
    /// rejected, which fields are the host's own, and warnings.
    #[must_use]
    pub const fn report(&self) -> &LoadReport {
        &self.report
    }

    fn count(&self, table: &str) -> usize {
        match table {
            Company::TABLE => self.companies.records.len(),
            Account::TABLE => self.accounts.records.len(),
            Subscription::TABLE => self.subscriptions.records.len(),
            Case::TABLE => self.cases.records.len(),
            License::TABLE => self.licenses.records.len(),
            Deployment::TABLE => self.deployments.records.len(),
            Contact::TABLE => self.contacts.records.len(),
            Entitlement::TABLE => self.entitlements.records.len(),
            Survey::TABLE => self.surveys.records.len(),
            Invoice::TABLE => self.invoices.records.len(),
            Engagement::TABLE => self.engagements.records.len(),
            AssessmentRecord::TABLE => self.assessments.records.len(),
            Override::TABLE => self.overrides.records.len(),
            Outcome::TABLE => self.outcomes.records.len(),
            Usage::TABLE => self.usage.values().map(Series::len).sum(),
            _ => 0,
        }
    }

    /// Which subjects of a kind existed by the end of that day. One without a date always did.
    #[must_use]
    pub fn born(&self, kind: SubjectKind, as_of: NaiveDate) -> Vec<bool> {
        self.starts(kind)
            .into_iter()
            .map(|start| start.is_none_or(|start| start <= as_of))
            .collect()
    }

    /// The first day of each subject of a kind, where it is known.
    pub(crate) fn starts(&self, kind: SubjectKind) -> Vec<Option<NaiveDate>> {
        fn days<R: record::Record>(store: &Store<R>) -> Vec<Option<NaiveDate>> {
            store
                .records
                .iter()
                .map(|record| record.stamp().map(crate::time::Stamp::date))
                .collect()
        }
        match kind {
            SubjectKind::Company => days(&self.companies),
            SubjectKind::Account => days(&self.accounts),
            SubjectKind::Subscription => days(&self.subscriptions),
            SubjectKind::Case => days(&self.cases),
        }
    }

    /// The first day on which each subject of a kind is over, where only some can be; empty where none can.
    pub(crate) fn over_from(&self, kind: SubjectKind) -> Vec<Option<NaiveDate>> {
        match kind {
            SubjectKind::Subscription => {
                self.subscriptions.records.iter().map(Life::over_from).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Which subjects of a kind were over by the end of that day: subscriptions that were cancelled
    /// or whose term had ended, cases that were resolved. Companies and accounts never are.
    #[must_use]
    pub fn ended(&self, kind: SubjectKind, as_of: NaiveDate) -> Vec<bool> {
        match kind {
            SubjectKind::Company => vec![false; self.companies.records.len()],
            SubjectKind::Account => vec![false; self.accounts.records.len()],
            SubjectKind::Subscription => {
                self.subscriptions.records.iter().map(|record| record.is_over(as_of)).collect()
            }
            SubjectKind::Case => {
                self.cases.records.iter().map(|record| record.is_resolved(as_of)).collect()
            }
        }
    }

    /// The currency of amounts that state none, and of metrics that ask for none: the rates' base,
    /// or the only currency there is on that day.
    #[must_use]
    pub fn house_currency(&self, as_of: NaiveDate) -> Option<Currency> {
        if let Some(rates) = &self.rates {
            return Some(rates.base());
        }
        let mut known = self.currencies(as_of);
        known.next().filter(|_| known.next().is_none())
    }

    /// The currencies that amounts are stated in, in records that exist on that day.
    pub fn currencies(&self, as_of: NaiveDate) -> impl Iterator<Item = Currency> {
        self.currencies.iter().filter(move |(_, since)| **since <= as_of).map(|(it, _)| *it)
    }

    /// An amount in the reporting currency, exact; `None` when there is no rate for it.
    ///
    /// Without a reporting currency that is the house currency. An amount that states no currency
    /// is in the house currency; where nothing states one, it is in the reporting currency.
    pub(crate) fn convert(
        &self,
        amount: Amount,
        currency: Option<Currency>,
        reporting: Option<Currency>,
        as_of: NaiveDate,
    ) -> Option<Amount> {
        if let (Some(from), Some(to)) = (currency, reporting)
            && from == to
        {
            return Some(amount);
        }
        let house = self.house_currency(as_of);
        match (currency.or(house), reporting.or(house)) {
            (Some(from), Some(to)) if from == to => Some(amount),
            (Some(from), Some(to)) => self.rates.as_ref()?.convert(amount, from, to),
            // Of several currencies it could be any.
            (None, _) if self.currencies(as_of).next().is_none() => Some(amount),
            _ => None,
        }
    }
}
