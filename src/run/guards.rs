//! Holds a night against the last one, before anything of it is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::Change;
use crate::config::Percent;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::result::assessment::Assessment;
use crate::result::error::Tripped;
use crate::run::night::Night;
use crate::run::presence::Presence;
use crate::state::{State, Tally};

impl Compiled {
    /// How many subjects there are, and how many of the values of metrics are missing.
    pub(crate) fn tallies(
        &self,
        out: &Assessment,
        night: &Night<'_>,
    ) -> BTreeMap<SubjectKind, Tally> {
        let mut all = BTreeMap::new();
        for kind in SubjectKind::ALL {
            let Some(table) = out.tables.get(kind.index()) else { continue };
            let last = night.standing.unwrap_or(&out.past).tallies.get(&kind);
            let (aside, away) =
                (night.presence.aside(kind), night.presence.away(kind, night.standing));
            if let Some(last) = last.filter(|_| table.len() == 0 && aside > 0) {
                // Nothing was delivered.
                all.insert(kind, last.clone());
                continue;
            }
            let mut tally = Tally { subjects: table.len() + aside, missing: BTreeMap::new() };
            let names = out.names.get(kind.index()).map_or(&[][..], Vec::as_slice);
            for metric in &self.config.metrics {
                let slot = names.iter().position(|name| *name == metric.name);
                let is_its = metric.subject.unwrap_or(self.config.subject) == kind;
                let Some(column) = slot.filter(|_| is_its).and_then(|slot| table.column(slot))
                else {
                    continue;
                };
                let missing = (0..table.len()).filter(|row| column.is_missing(*row)).count() + away;
                if missing > 0 {
                    tally.missing.insert(metric.name.clone(), missing);
                }
            }
            if tally.subjects > 0 {
                all.insert(kind, tally);
            }
        }
        all
    }

    /// What exceeds a guard.
    pub(crate) fn tripped(
        &self,
        out: &Assessment,
        past: &State,
        presence: &Presence,
    ) -> Vec<Tripped> {
        let guards = &self.config.guards;
        let mut all = Vec::new();
        for (kind, last) in &past.tallies {
            let kind = *kind;
            let now = out.state.tallies.get(&kind).cloned().unwrap_or_default();
            let here = out.subjects(kind).len();
            if let Some(least) = guards.min_subjects.filter(|least| here < *least) {
                let it = Tripped::new("min_subjects", kind, (here, last.subjects), Percent(0.0));
                all.push(Tripped { limit: least, ..it });
            }
            let of = last.subjects;
            if of < guards.from_subjects.max(1) {
                continue;
            }
            let mut ask = |guard, count: usize, most: Percent, name: Option<&str>| {
                if count as f64 > most.0 * of as f64 {
                    let it = Tripped::new(guard, kind, (count, of), most);
                    all.push(Tripped { name: name.map(str::to_owned), ..it });
                }
            };
            ask("max_gone", presence.gone(kind, of, now.subjects), guards.max_gone, None);
            for (metric, count) in &now.missing {
                let named =
                    guards.max_missing.get(metric).or_else(|| guards.max_missing.get("any"));
                let Some(most) = named else { continue };
                let before = last.missing.get(metric).copied().unwrap_or(0);
                let more =
                    (*count as f64 / now.subjects as f64 - before as f64 / of as f64) * of as f64;
                ask("max_missing", more.max(0.0).round() as usize, *most, Some(metric));
            }
            let begun: BTreeSet<&str> = out
                .events
                .iter()
                .filter(|event| event.kind == kind && event.change == Change::Fired)
                .map(|event| event.subject.as_str())
                .collect();
            ask("max_new_alerts", begun.len(), guards.max_new_alerts, None);
            for card in out.cards.iter().filter(|card| card.kind == kind) {
                let undo = out.state.undo.as_ref();
                let moved = undo.map_or(0, |undo| undo.moved(&card.name, &out.state));
                ask("max_band_moves", moved, guards.max_band_moves, Some(&card.name));
            }
        }
        let back =
            out.events.iter().filter(|event| matches!(event.change, Change::Withdrawn { .. }));
        let mut withdrawn: BTreeMap<SubjectKind, usize> = BTreeMap::new();
        back.for_each(|event| *withdrawn.entry(event.kind).or_default() += 1);
        for (kind, count) in withdrawn {
            let of = past.tallies.get(&kind).map_or(0, |tally| tally.subjects);
            let most = guards.max_withdrawn;
            if of >= guards.from_subjects.max(1) && count as f64 > most.0 * of as f64 {
                all.push(Tripped::new("max_withdrawn", kind, (count, of), most));
            }
        }
        all
    }
}
