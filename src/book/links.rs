//! Which subjects there are, and which of them a record belongs to.

use std::collections::BTreeSet;

use super::check::Checks;
use super::index::Owners;
use super::record::{Bounds, Record};
use crate::fault::{Code, did_you_mean};
use crate::frame::{Labels, NO_ROW, SubjectKind};
use crate::node::shorten;
use crate::time::Stamp;

/// The subjects of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) loaded: bool,
    /// Each once: the code of an id is its row.
    pub(crate) ids: Labels,
    pub(crate) rejected: BTreeSet<String>,
    owners: Vec<Owners>,
    /// First and last day, for subscriptions.
    terms: Vec<(Option<Stamp>, Option<Stamp>)>,
}

/// The subjects of every kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    kinds: [Index; 4],
}

impl Links {
    pub(crate) fn kind(&self, kind: SubjectKind) -> &Index {
        let [companies, accounts, subscriptions, cases] = &self.kinds;
        match kind {
            SubjectKind::Company => companies,
            SubjectKind::Account => accounts,
            SubjectKind::Subscription => subscriptions,
            SubjectKind::Case => cases,
        }
    }

    pub(crate) fn kind_mut(&mut self, kind: SubjectKind) -> &mut Index {
        let [companies, accounts, subscriptions, cases] = &mut self.kinds;
        match kind {
            SubjectKind::Company => companies,
            SubjectKind::Account => accounts,
            SubjectKind::Subscription => subscriptions,
            SubjectKind::Case => cases,
        }
    }

    /// The number of subjects of each kind.
    pub(crate) fn counts(&self) -> [usize; 4] {
        SubjectKind::ALL.map(|kind| self.kind(kind).ids.texts().len())
    }

    /// Adds a subject; gives its owners, itself among them.
    pub(crate) fn add(
        &mut self,
        kind: SubjectKind,
        id: &str,
        mut owners: Owners,
        term: (Option<Stamp>, Option<Stamp>),
    ) -> Owners {
        let index = self.kind_mut(kind);
        let row = index.ids.code(id);
        if let Some(slot) = owners.get_mut(kind.index()) {
            *slot = row;
        }
        index.owners.push(owners);
        index.terms.push(term);
        owners
    }

    /// The subjects that a record belongs to, by its references and theirs.
    pub(crate) fn resolve<R: Record>(&self, record: &R, checks: &mut Checks<'_>) -> Owners {
        let mut owners = [NO_ROW; 4];
        let refs = record.refs();
        let (mut named, mut unloaded) = (false, None);
        for kind in SubjectKind::ALL.into_iter().rev() {
            let Some(id) = refs.get(kind.index()).copied().flatten() else { continue };
            named = true;
            let index = self.kind(kind);
            match index.ids.find(id) {
                Some(row) => join(&mut owners, index, kind, row, &R::ref_key(kind), checks),
                // A table that nobody loaded cannot contradict.
                None if !index.loaded => unloaded = Some(kind),
                None => unknown(index, kind, id, &R::ref_key(kind), checks),
            }
        }
        let orphan =
            R::NEEDS_PARENT && owners.iter().all(|owner| *owner == NO_ROW) && checks.is_clean();
        if orphan && !named {
            let message = "the record belongs to no company, account or subscription".to_owned();
            let help = Some("add `subscription_id`, `account_id` or `company_id`".to_owned());
            checks.help("no-parent", Code::MissingKey, "", message, help);
        } else if orphan && let Some(kind) = unloaded {
            let message =
                format!("its {kind} cannot be found: there is no table `{}`", kind.plural());
            checks.add("unknown-parent", Code::UnknownReference, &R::ref_key(kind), message);
        }
        self.bound(record, owners, checks);
        owners
    }

    /// Checks a record's day against its subscription's first and last.
    fn bound<R: Record>(&self, record: &R, owners: Owners, checks: &mut Checks<'_>) {
        let [_, _, subscription, _] = owners;
        let index = self.kind(SubjectKind::Subscription);
        let Some((start, last)) = index.terms.get(subscription as usize) else { return };
        let bounds = record.bounds();
        let (Some(stamp), true) = (record.stamp(), bounds != Bounds::Free) else { return };
        let id = index.ids.text(subscription).map_or("", |it| it);
        if let Some(start) = start.filter(|start| stamp.date() < start.date()) {
            let message =
                format!("`{stamp}` is before subscription `{}` starts ({start})", shorten(id));
            checks.add("before-start", Code::WrongDate, "date", message);
        }
        if let (Some(last), Bounds::WithinTerm) = (last, bounds)
            && last.date() < stamp.date()
        {
            let message =
                format!("`{stamp}` is after subscription `{}` ended ({last})", shorten(id));
            checks.add("after-end", Code::WrongDate, "date", message);
        }
    }
}

/// Takes over a referred subject and the subjects above it, unless they contradict what is known.
fn join(
    owners: &mut Owners,
    index: &Index,
    kind: SubjectKind,
    row: u32,
    key: &str,
    checks: &mut Checks<'_>,
) {
    let Some(above) = index.owners.get(row as usize) else { return };
    let differ =
        |(mine, theirs): (&u32, &u32)| *mine != NO_ROW && *theirs != NO_ROW && mine != theirs;
    if owners.iter().zip(above).any(differ) {
        let id = index.ids.text(row).map_or("", |it| it);
        let message = format!("{kind} `{}` is not that of its other parent", shorten(id));
        checks.add("parents-disagree", Code::Contradiction, key, message);
        return;
    }
    for (mine, theirs) in owners.iter_mut().zip(above) {
        if *mine == NO_ROW {
            *mine = *theirs;
        }
    }
}

fn unknown(index: &Index, kind: SubjectKind, id: &str, key: &str, checks: &mut Checks<'_>) {
    let shown = shorten(id);
    if index.rejected.contains(id) {
        let message = format!("its {kind} `{shown}` was rejected");
        checks.add("rejected-parent", Code::UnknownReference, key, message);
        return;
    }
    // Ids are often numbered: a suggestion among many is noise, and slow.
    let few = index.ids.texts().len() <= 50;
    let help = if few { did_you_mean(id, index.ids.texts().iter().map(|id| &**id)) } else { None };
    let message = format!("there is no {kind} `{shown}`");
    checks.help("unknown-parent", Code::UnknownReference, key, message, help);
}
