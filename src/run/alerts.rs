//! From what rules say to alerts: what happened to each is said, and the next state remembers where it stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::alert::{Event, Happening, Reason, Suppressor, end, event_id, settle};
use crate::frame::SubjectKind;
use crate::memory::RuleAlerts;
use crate::plan::Compiled;
use crate::plan::steps::Rule;
use crate::result::assessment::Assessment;
use crate::run::input::Input;
use crate::run::moving::{Moving, Next, RuleMoving};
use crate::run::night::Night;
use crate::run::subjects::Rows;
use crate::run::suppressed::{Suppressed, named_parents};
use crate::state::{Content, Record, State};

impl Compiled {
    /// Takes every alert through the day of the assessment, and says what is true of them.
    pub(crate) fn advance_alerts<'a>(
        &'a self,
        out: &mut Assessment,
        rows: &[Rows],
        (mut moving, past): (Vec<RuleMoving<'a>>, &'a State),
        input: &Input<'_>,
        night: &mut Night<'_>,
    ) -> Vec<Content> {
        moving.extend(self.vanished(out, past));
        let quiet = Suppressed::of(self, (out, rows), input, &moving);
        let reasons = |rule: &RuleMoving<'_>| -> Vec<(usize, Vec<Suppressor>)> {
            let all = (0..).zip(&rule.alerts).map(|(at, it)| (at, quiet.reasons(rule, it)));
            all.filter(|pair| !pair.1.is_empty()).collect()
        };
        // Nearly all have none, so those alone are kept that have some.
        let reasons: Vec<_> = moving.iter().map(reasons).collect();
        let mut next: BTreeMap<String, RuleAlerts> = BTreeMap::new();
        let mut facts = Vec::new();
        for (mut rule, reasons) in moving.into_iter().zip(reasons) {
            let mut reasons = reasons.into_iter().peekable();
            let mut alerts = std::mem::take(&mut rule.alerts);
            for (at, it) in alerts.iter_mut().enumerate() {
                let reasons = reasons.next_if(|pair| pair.0 == at).map(|pair| pair.1);
                let reasons = reasons.unwrap_or_default();
                if it.is_kept {
                    night.kept.insert((rule.rule.to_owned(), rule.kind, it.subject.to_string()));
                }
                let is_untold = |next: &Next<'_>| {
                    next.get().is_some_and(|alert| !alert.told && alert.phase.is_firing())
                };
                let speaks = !it.waits && reasons.is_empty() && is_untold(&it.next);
                if let Some(alert) = Some(&mut it.next).filter(|_| speaks).and_then(Next::get_mut) {
                    settle(alert, &mut it.happenings, out.as_of);
                }
                let about = (&rule, &*it);
                let said = it.happenings.iter().map(|happening| {
                    let event =
                        self.event((out, rows), about, happening, (&reasons, &night.record));
                    Content::Event(Arc::new(event))
                });
                facts.extend(said);
                if !reasons.is_empty() && it.next.get().is_some_and(|alert| !alert.phase.is_idle())
                {
                    let quieted = out.quieted.entry(rule.rule.to_owned()).or_default();
                    quieted.insert(it.subject.clone(), reasons);
                }
            }
            rule.alerts = alerts;
            let name = rule.rule.to_owned();
            let list = rule.remembered();
            if !list.subjects.is_empty() {
                next.insert(name, list);
            }
        }
        out.state.alerts = next;
        facts
    }

    /// The alerts that are remembered of rules which are gone, or about another kind of subject.
    fn vanished<'a>(&'a self, out: &Assessment, past: &'a State) -> Vec<RuleMoving<'a>> {
        let mut all = Vec::new();
        let is_there = |name: &str, kind: SubjectKind| {
            let of = |it: &Rule| self.config.rules.get(it.number);
            self.rules
                .iter()
                .any(|rule| rule.kind == kind && of(rule).is_some_and(|config| config.name == name))
        };
        for (rule, list) in past.alerts.iter().filter(|(rule, it)| !is_there(rule, it.subject)) {
            let reason = if self.config.rules.iter().any(|config| config.name == *rule) {
                Reason::RuleChanged
            } else {
                Reason::RuleRemoved
            };
            let table = out.tables.get(list.subject.index());
            let alerts = list.subjects.iter().map(|(subject, before)| {
                let step = end(before, reason, None, out.as_of);
                Moving {
                    subject: subject.clone(),
                    row: table.and_then(|table| table.row_of(subject)).map(|row| row as u32),
                    next: Next::of(Some(before), step.next),
                    happenings: step.happenings,
                    message: before.message.clone().unwrap_or_default(),
                    is_kept: false,
                    waits: false,
                }
            });
            all.push(RuleMoving {
                rule,
                config: None,
                compiled: None,
                past: Some(list),
                kind: list.subject,
                alerts: alerts.collect(),
            });
        }
        all
    }

    fn event(
        &self,
        (out, rows): (&Assessment, &[Rows]),
        (rule, it): (&RuleMoving<'_>, &Moving<'_>),
        happening: &Happening,
        (reasons, record): (&[Suppressor], &Record),
    ) -> Event {
        use crate::alert::Change;
        let first = match happening.change {
            Change::HealthChanged { .. } => happening.since,
            _ => happening.fired.unwrap_or(happening.since),
        };
        let about = rule.about();
        let mut suppressed_by = reasons.to_vec();
        let told = record.is_told(rule.rule, &it.subject, happening.fired);
        if matches!(happening.change, Change::Resolved { .. }) && !told {
            suppressed_by.push(Suppressor::Untold);
        }
        let name = |slot: usize| {
            let names = out.names.get(rule.kind.index());
            names.and_then(|names| names.get(slot)).cloned().unwrap_or_default()
        };
        let table = out.tables.get(rule.kind.index());
        let mut evidence = Vec::new();
        if let (Some(rule), Some(table), Some(row)) = (rule.compiled, table, it.row) {
            let value = |slot: &usize| (name(*slot), table.value(*slot, row as usize));
            evidence = rule.because.iter().map(value).collect();
        }
        if rule.config.is_none_or(|config| config.because.is_empty()) {
            // The order of columns depends on the order of rules.
            evidence.sort_by(|left, right| left.0.cmp(&right.0));
        }
        Event {
            id: self.said_id(record, ("", rule.rule), &|_, name| {
                let (about, what) = ((rule.kind, &*it.subject), happening.change.name());
                event_id(name, about, what, (first, out.as_of), happening.ordinal)
            }),
            day: out.as_of.day(),
            moment: Some(out.as_of).filter(|moment| !moment.is_day()),
            rule: rule.rule.to_owned(),
            kind: rule.kind,
            subject: it.subject.to_string(),
            parents: named_parents(out, rows, rule.kind, it.row),
            change: happening.change,
            since: happening.since,
            fired: happening.fired,
            severity: about.severity,
            message: it.message.to_string(),
            evidence,
            labels: about.labels.clone(),
            owner: rule.owner(),
            playbook: rule.config.and_then(|config| config.playbook.clone()),
            suppressed_by,
            told_before: told,
            supersedes: None,
        }
    }
}
