//! A rule and what it says of a night: from there every alert that it has or may get goes a step further.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::alert::{Answer, Reason, Step, end, step, wait};
use crate::config::{NoDataPolicy, RuleConfig};
use crate::frame::Table;
use crate::memory::{AlertState, Along, RuleAlerts};
use crate::plan::Compiled;
use crate::plan::steps::Rule;
use crate::result::rules::RuleRows;
use crate::run::moving::{Moving, Next, RuleMoving};
use crate::run::presence::There;
use crate::run::steps::Run;
use crate::state::State;
use crate::time::AsOf;
use crate::verdict::{Verdict, ask};

/// A rule and what it says today.
struct Asked<'a, 'b> {
    rule: &'a Rule,
    config: &'a RuleConfig,
    past: Option<&'a RuleAlerts>,
    /// Its alerts when the same day or moment was assessed before.
    stood: Option<&'b RuleAlerts>,
    table: &'b Table,
    says: &'b RuleRows,
}

impl Compiled {
    /// Every alert of a rule that was remembered or that the rule now speaks of, a step further.
    pub(crate) fn moved<'a>(
        &'a self,
        run: &Run<'a>,
        (rule, says): (&'a Rule, &RuleRows),
    ) -> Option<RuleMoving<'a>> {
        let (out, past) = (&run.out, run.past);
        let config = self.config.rules.get(rule.number)?;
        let table = out.tables.get(rule.kind.index())?;
        let of = |state: &'a State| {
            state.alerts.get(&config.name).filter(|list| list.subject == rule.kind)
        };
        let same = of(past);
        let then = run.fired_then.get(&config.name).filter(|list| list.subject == rule.kind);
        let stood = run.standing.and_then(of).or(then);
        let asked = Asked { rule, config, past: same, stood, table, says };
        let rows = table.rows_in_order();
        let same_alerts = same.map(|list| Along::of(&list.subjects));
        let name: Arc<str> = Arc::from(config.name.as_str());
        let alert = |(subject, row): (Arc<str>, Option<u32>)| {
            let before = same_alerts.as_ref().and_then(|alerts| alerts.get(&subject));
            let row = row.or_else(|| rows.row_of(&subject).map(|row| row as u32));
            let there = match row {
                Some(_) => There::Here,
                None => match run.presence.there(rule.kind, &subject) {
                    There::Here if run.source.input.is_gone(rule.kind, &subject) => There::Gone,
                    There::Here => There::Away(None),
                    there => there,
                },
            };
            let now = (out.as_of, past.as_of);
            let (step, is_kept) = asked.step((&subject, row), (before, there), now);
            let Step { mut next, happenings } = step;
            let kept = next.as_ref().filter(|_| is_kept).and_then(|alert| alert.message.clone());
            let said = row.filter(|_| !is_kept).filter(|row| says.verdict(*row) == Verdict::Yes);
            let said = said.map(|row| Arc::clone(says.message(row).unwrap_or(&name)));
            let last = || before.and_then(|alert| alert.message.clone());
            let message = said.or(kept).or_else(last).unwrap_or_else(|| Arc::clone(&name));
            if let Some(alert) = next.as_mut().filter(|alert| !alert.phase.is_idle()) {
                alert.message = Some(Arc::clone(&message));
            }
            let waits = is_kept || !matches!(there, There::Here | There::Gone);
            let next = Next::of(before, next);
            Moving { subject, row, next, happenings, message, is_kept, waits }
        };
        let alerts = asked.subjects().into_iter().map(alert).collect();
        let (rule_name, compiled) = (config.name.as_str(), Some(rule));
        let (config, kind) = (Some(config), rule.kind);
        Some(RuleMoving { rule: rule_name, config, compiled, past: same, kind, alerts })
    }
}

impl Asked<'_, '_> {
    /// The subjects that have an alert or may get one, sorted, with the rows of those of which the rule says something.
    fn subjects(&self) -> Vec<(Arc<str>, Option<u32>)> {
        let mut rows = self.says.matches.clone();
        if self.config.no_data == NoDataPolicy::Alert {
            rows.extend(&self.says.no_data);
        }
        let ids = self.table.ids();
        let found = self.table.in_order_of_ids(rows).into_iter();
        let mut found = found.filter_map(|row| Some((ids.get(row as usize)?, row))).peekable();
        let lists = self.past.into_iter().chain(self.stood);
        let keys: Vec<_> = lists.map(|list| list.subjects.keys()).collect();
        let known: Box<dyn Iterator<Item = &Arc<str>>> = if keys.len() < 2 {
            Box::new(keys.into_iter().flatten())
        } else {
            Box::new(keys.into_iter().flatten().collect::<BTreeSet<_>>().into_iter())
        };
        let mut all = Vec::new();
        for id in known {
            while let Some((new, row)) = found.next_if(|found| found.0 < id) {
                all.push((Arc::clone(new), Some(row)));
            }
            let same = found.next_if(|found| found.0 == id);
            all.push((Arc::clone(id), same.map(|found| found.1)));
        }
        all.extend(found.map(|(new, row)| (Arc::clone(new), Some(row))));
        all
    }

    /// The alert a step further, and whether it stays as it was when the same day or moment was assessed before. `last` is the day or
    /// moment of the assessment before.
    fn step(
        &self,
        (subject, row): (&str, Option<u32>),
        (before, there): (Option<&AlertState>, There),
        (now, last): (AsOf, Option<AsOf>),
    ) -> (Step, bool) {
        let was = self.stood.and_then(|list| list.subjects.get(subject));
        let stood = || Step { next: was.cloned(), ..Step::default() };
        let was_told = was.is_some_and(|alert| alert.fired == Some(now));
        match there {
            There::Kept => return (stood(), true),
            // What was told is taken back where it is not true, not where nothing is known of it.
            There::Away(_) if was_told => return (stood(), true),
            There::Away(_) => {
                let next = before.and_then(|alert| wait(alert, self.config, now, last));
                return (Step { next, ..Step::default() }, false);
            }
            There::Gone => {
                let step = before.map_or_else(Step::default, |alert| {
                    end(alert, Reason::SubjectGone, Some(self.config), now)
                });
                return (step, false);
            }
            There::Here => {}
        }
        // Nothing but an alert that fires is asked whether it is clear.
        let fires = before.is_some_and(|alert| alert.phase.is_firing());
        let clear = self.rule.clear.as_ref().filter(|_| fires);
        let answer = Answer {
            when: row.map_or(Verdict::NoData, |row| self.says.verdict(row)),
            clear: clear.map(|clear| {
                row.map_or(Verdict::NoData, |row| ask(clear, self.table, row as usize))
            }),
            changed: self.past.is_some_and(|list| list.meaning != self.rule.meaning),
        };
        let unknown = matches!(answer.when, Verdict::NoData | Verdict::Faulted);
        if unknown && was_told && self.config.no_data == NoDataPolicy::Keep {
            return (stood(), true);
        }
        (step(before, answer, self.config, now, last), false)
    }
}
