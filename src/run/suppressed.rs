//! What keeps the alerts of a night quiet, all of them known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::alert::{About, Open, Quiet, Suppressor, cooling, inhibitors};
use crate::config::InhibitOn;
use crate::frame::{NO_ROW, SubjectKind};
use crate::plan::Compiled;
use crate::result::assessment::Assessment;
use crate::run::input::Input;
use crate::run::moving::{Moving, RuleMoving};
use crate::run::subjects::Rows;

/// What keeps the alerts of a night quiet.
pub(crate) struct Suppressed<'a> {
    engine: &'a Compiled,
    out: &'a Assessment,
    rows: &'a [Rows],
    quiet: Quiet<'a>,
    open: Open<'a>,
    asks_parents: bool,
}

impl<'a> Suppressed<'a> {
    pub(crate) fn of(
        engine: &'a Compiled,
        (out, rows): (&'a Assessment, &'a [Rows]),
        input: &'a Input<'_>,
        moving: &'a [RuleMoving<'a>],
    ) -> Self {
        let now = out.as_of.day();
        let off = |name: &str| {
            let number = engine.calendar_number(Some(name));
            let is_off = |number| engine.calendar_for(Some(number), input).is_day_off(now);
            number.is_some_and(is_off)
        };
        let quiet = input.suppressions.map(|all| Quiet::of(all, now, &off)).unwrap_or_default();
        let inhibit = &engine.config.inhibit;
        let mut open = Open::new();
        for rule in moving {
            let severity = rule.about().severity;
            if !inhibit.iter().any(|inhibit| inhibit.is_source(rule.rule, severity)) {
                continue;
            }
            let fires = |it: &&Moving<'_>| it.next.get().is_some_and(|next| next.phase.is_firing());
            for it in rule.alerts.iter().filter(fires) {
                open.entry((rule.kind, &*it.subject)).or_default().push((rule.rule, severity));
            }
        }
        let on_parents = inhibit.iter().any(|inhibit| inhibit.on == InhibitOn::Parent);
        let asks_parents = on_parents || quiet.asks_parents();
        Self { engine, out, rows, quiet, open, asks_parents }
    }

    /// What keeps an alert quiet.
    pub(crate) fn reasons(&self, rule: &RuleMoving<'_>, it: &Moving<'_>) -> Vec<Suppressor> {
        let mut all = Vec::new();
        if !self.open.is_empty() || !self.quiet.is_empty() {
            let parents = if self.asks_parents {
                parents(self.out, self.rows, rule.kind, it.row)
            } else {
                Vec::new()
            };
            let about = About { subject: &it.subject, parents: &parents, ..rule.about() };
            all.extend(inhibitors(&self.engine.config.inhibit, &about, &self.open));
            all.extend(self.quiet.suppressors(&about));
        }
        let alert = it.next.get().zip(rule.config);
        all.extend(alert.and_then(|(alert, config)| cooling(alert, config, self.out.as_of)));
        all
    }
}

/// The parents of a row.
pub(crate) fn parents(
    out: &Assessment,
    rows: &[Rows],
    kind: SubjectKind,
    row: Option<u32>,
) -> Vec<(SubjectKind, Arc<str>)> {
    let (Some(rows), Some(row)) = (rows.get(kind.index()), row) else { return Vec::new() };
    let id = |(parent, links): (&SubjectKind, &Vec<u32>)| {
        let above = links.get(row as usize).filter(|above| **above != NO_ROW)?;
        let ids = out.tables.get(parent.index())?.ids();
        Some((*parent, Arc::clone(ids.get(*above as usize)?)))
    };
    rows.parents.iter().filter_map(id).collect()
}

/// The same, by kind.
pub(crate) fn named_parents(
    out: &Assessment,
    rows: &[Rows],
    kind: SubjectKind,
    row: Option<u32>,
) -> BTreeMap<SubjectKind, String> {
    let all = parents(out, rows, kind, row).into_iter();
    all.map(|(kind, id)| (kind, id.to_string())).collect()
}
