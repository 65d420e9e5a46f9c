//! A record cut into parts, and put together again.

use std::sync::Arc;

use super::page::Page;
use super::{Record, add_reports, in_order_of_changes};
use crate::frame::SubjectKind;

/// Puts something into the record of the part of a subject.
pub(in crate::state) type PutRecord<'a> =
    &'a mut dyn FnMut(SubjectKind, &str, &mut dyn FnMut(&mut Record));

impl Record {
    /// What it says of the night, without any subject. A report names an action alone, so each part has all.
    pub(in crate::state) fn bare(&self) -> Self {
        Self {
            reports: self.reports.clone(),
            early: self.early.clone(),
            delivers: self.delivers,
            spent: self.spent.clone(),
            rewound: self.rewound,
            forgotten: self.forgotten,
            pages: self.pages.iter().filter_map(|(at, page)| Some((*at, page.bare()?))).collect(),
            ..Self::default()
        }
    }

    /// Whether two are of the same night.
    pub(in crate::state) fn is_of_one_night(&self, other: &Self) -> bool {
        (self.delivers, self.rewound) == (other.delivers, other.rewound)
    }

    /// Adds what another part of the night says of it.
    pub(in crate::state) fn join(&mut self, other: &Self) {
        add_reports(&mut self.reports, &other.reports);
        add_reports(&mut self.early, &other.early);
        self.forgotten = self.forgotten.max(other.forgotten);
        for (as_of, page) in &other.pages {
            if let Some(page) = page.bare() {
                Arc::make_mut(self.pages.entry(*as_of).or_default()).add_reports(&page.reports);
            }
        }
    }

    /// Puts what is about subjects into their parts; `of_playbook` says what a playbook is about.
    pub(in crate::state) fn pour(
        &self,
        of_playbook: &dyn Fn(&str) -> SubjectKind,
        to: PutRecord<'_>,
    ) {
        for (own, said) in &self.said {
            let (_, kind, id) = said.content.about();
            to(kind, id, &mut |record| drop(record.said.insert(own.clone(), said.clone())));
        }
        for (rule, lives) in &self.lives {
            for (id, life) in lives {
                to(life.kind, id, &mut |record| {
                    let lives = record.lives.entry(rule.clone()).or_default();
                    lives.insert(id.clone(), life.clone());
                });
            }
        }
        for it in &self.changes {
            to(it.kind, &it.subject, &mut |record| record.changes.push(it.clone()));
        }
        for (place, it) in (0..).zip(&self.outbox) {
            let (_, kind, id) = it.content.about();
            to(kind, id, &mut |record| {
                let mut it = it.clone();
                // Whoever puts the parts together finds the order again.
                it.place = it.place.or(Some(place));
                record.outbox.push(it);
            });
        }
        for (own, it) in &self.renamed {
            to(of_playbook(&it.playbook), &it.subject, &mut |record| {
                record.renamed.insert(own.clone(), it.clone());
            });
        }
        for (as_of, page) in &self.pages {
            page.pour(&mut |kind, id, put: &mut dyn FnMut(&mut Page)| {
                to(kind, id, &mut |record| {
                    let page = record.pages.entry(*as_of).or_default();
                    put(Arc::make_mut(page));
                });
            });
        }
    }

    /// In the order of a whole: what came in parts was put together part after part.
    pub(in crate::state) fn in_order(&mut self) {
        self.changes.sort_by(in_order_of_changes);
        // A part knows of its own actions alone under which other ids they were told.
        self.reports = self.by_own_ids(&self.reports);
        self.early = self.by_own_ids(&self.early);
        for (as_of, page) in std::mem::take(&mut self.pages) {
            let mut page = Arc::unwrap_or_clone(page);
            page.changes.sort_by(in_order_of_changes);
            page.reports = self.by_own_ids(&page.reports);
            self.pages.insert(as_of, Arc::new(page));
        }
        let place = |it: &crate::state::Delivery| it.place.unwrap_or(u32::MAX);
        self.outbox.sort_by_key(place);
        self.outbox.iter_mut().for_each(|it| it.place = None);
        self.queue_in_order();
    }
}
