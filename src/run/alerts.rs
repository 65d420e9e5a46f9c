//! From what rules say to alerts: each is taken a step further, and the next state remembers it.

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::{
    About, Answer, Event, Exposure, Happening, Open, OpenAlert, Reason, Step, Suppressor, cooling,
    end, event_id, inhibitors, settle, step, wait,
};
use crate::config::{NoDataPolicy, RuleConfig};
use crate::frame::{NO_ROW, SubjectKind, Table};
use crate::memory::{AlertState, RuleAlerts};
use crate::memory::{Along, BySubject};
use crate::plan::Compiled;
use crate::plan::steps::Rule;
use crate::result::assessment::{Assessment, RuleResult};
use crate::result::error::AssessError;
use crate::result::replay::Replay;
use crate::run::input::Input;
use crate::run::moving::Moving;
use crate::run::night::Night;
use crate::run::presence::There;
use crate::run::steps::Run;
use crate::run::subjects::Rows;
use crate::state::{Content, Record, State};
use crate::time::AsOf;
use crate::verdict::{Verdict, ask};

impl Compiled {
    /// Assesses one day after another.
    pub(crate) fn replay<'a, A: Into<AsOf>>(
        &self,
        history: impl IntoIterator<Item = (A, Input<'a>)>,
        state: &State,
    ) -> Result<Replay, AssessError> {
        let exposure = Exposure::since(state.as_of.map(AsOf::day));
        let mut out = Replay { state: state.clone(), exposure, ..Replay::default() };
        for (as_of, input) in history {
            let assessed = self.assess(&input, as_of, &out.state);
            let assessment = match assessed {
                Err(AssessError::Guarded(it)) => {
                    let as_of = it.assessment.as_of();
                    out.tripped.extend(it.tripped.into_iter().map(|tripped| (as_of, tripped)));
                    it.assessment
                }
                other => other?,
            };
            let as_of = assessment.as_of();
            let subjects = SubjectKind::ALL.map(|kind| (kind, assessment.subjects(kind).len()));
            out.exposure.note(as_of.day(), subjects);
            out.events.extend(assessment.events);
            out.actions.extend(assessment.enrolled.actions);
            out.enrolment_changes.extend(assessment.enrolled.changes);
            out.faults.extend(assessment.faults.into_iter().map(|fault| (as_of, fault)));
            out.state = assessment.state;
        }
        Ok(out)
    }

    /// Takes every alert through the day of the assessment, and says what is true of them.
    pub(crate) fn advance_alerts<'a>(
        &'a self,
        out: &mut Assessment,
        rows: &[Rows],
        (mut moving, past): (Vec<Moving<'a>>, &'a State),
        input: &Input<'_>,
        night: &mut Night<'_>,
    ) -> Vec<Content> {
        moving.extend(self.vanished(out, past, rows));
        let quiet = suppressed(self, out.as_of, input, &moving);
        let mut next: BTreeMap<String, RuleAlerts> = BTreeMap::new();
        let mut facts = Vec::new();
        for (it, reasons) in moving.iter_mut().zip(quiet) {
            if it.is_kept {
                night.kept.insert((it.rule.to_owned(), it.kind, it.subject.clone()));
            }
            if let Some(alert) = it.step.next.as_mut().filter(|_| !it.waits) {
                settle(alert, &mut it.step.happenings, !reasons.is_empty(), out.as_of);
            }
            for happening in &it.step.happenings {
                let event = self.event(out, it, happening, (&reasons, &night.record));
                facts.push(Content::Event(Box::new(event)));
            }
            let Some(alert) = it.step.next.clone() else { continue };
            if let Some(open) = it.open(&alert, reasons) {
                out.alerts.push(open);
            }
            let list = next.entry(it.rule.to_owned()).or_insert_with(|| it.remembered());
            list.subjects.insert(it.subject.clone(), alert);
        }
        out.alerts
            .sort_by(|left, right| (&left.rule, &left.subject).cmp(&(&right.rule, &right.subject)));
        out.state.alerts = next;
        facts
    }

    /// Every alert of a rule that was remembered or that the rule now speaks of, a step further.
    pub(crate) fn moved<'a>(
        &'a self,
        run: &Run<'a>,
        (rule, result): (&'a Rule, &RuleResult),
    ) -> Vec<Moving<'a>> {
        let (out, past) = (&run.out, run.past);
        let mut all = Vec::new();
        let (Some(config), Some(table)) =
            (self.config.rules.get(rule.number), out.tables.get(rule.kind.index()))
        else {
            return all;
        };
        let of = |state: &'a State| {
            state.alerts.get(&config.name).filter(|list| list.subject == rule.kind)
        };
        let same = of(past);
        let then = run.fired_then.get(&config.name).filter(|list| list.subject == rule.kind);
        let stood = run.standing.and_then(of).or(then);
        let asked = Asked { rule, config, past: same, stood, table, result };
        let messages: BTreeMap<&str, &String> =
            result.matches.iter().map(|found| (found.subject.as_ref(), &found.message)).collect();
        let rows = table.rows_in_order();
        let same_alerts = same.map(|list| Along::of(&list.subjects));
        for subject in asked.subjects() {
            let before = same_alerts.as_ref().and_then(|alerts| alerts.get(subject));
            let row = rows.row_of(subject);
            let there = match (row, run.presence.there(rule.kind, subject)) {
                (None, There::Here) if run.source.input.is_gone(rule.kind, subject) => There::Gone,
                (None, There::Here) => There::Away(None),
                (_, there) => there,
            };
            let (step, is_kept) =
                asked.step((subject, row), (before, there), out.as_of, past.as_of);
            let kept =
                is_kept.then(|| step.next.as_ref().map(|alert| alert.message.clone())).flatten();
            let mut it = Moving {
                rule: &config.name,
                config: Some(config),
                compiled: Some(rule),
                past: same,
                kind: rule.kind,
                subject: subject.to_owned(),
                parents: parents(out, &run.rows, rule.kind, row),
                row,
                message: kept
                    .or_else(|| before.map(|alert| alert.message.clone()))
                    .unwrap_or_default(),
                step,
                is_kept,
                waits: is_kept || there != There::Here && there != There::Gone,
            };
            if let Some(message) = messages.get(subject).filter(|_| !is_kept) {
                it.message.clone_from(message);
            }
            if it.message.is_empty() {
                it.message.clone_from(&config.name);
            }
            if let Some(alert) = it.step.next.as_mut().filter(|alert| !alert.phase.is_idle()) {
                alert.message.clone_from(&it.message);
            }
            all.push(it);
        }
        all
    }

    /// The alerts that are remembered of rules which are gone, or about another kind of subject.
    fn vanished<'a>(&'a self, out: &Assessment, past: &'a State, rows: &[Rows]) -> Vec<Moving<'a>> {
        let mut all = Vec::new();
        let is_there = |name: &str, kind: SubjectKind| {
            let of = |it: &Rule| self.config.rules.get(it.number);
            self.rules
                .iter()
                .any(|rule| rule.kind == kind && of(rule).is_some_and(|config| config.name == name))
        };
        for (rule, past) in past.alerts.iter().filter(|(rule, it)| !is_there(rule, it.subject)) {
            let reason = if self.config.rules.iter().any(|config| config.name == *rule) {
                Reason::RuleChanged
            } else {
                Reason::RuleRemoved
            };
            for (subject, before) in &past.subjects {
                let row =
                    out.tables.get(past.subject.index()).and_then(|table| table.row_of(subject));
                all.push(Moving {
                    rule,
                    config: None,
                    compiled: None,
                    past: Some(past),
                    kind: past.subject,
                    subject: subject.clone(),
                    parents: parents(out, rows, past.subject, row),
                    row,
                    message: before.message.clone(),
                    step: end(before, reason, None, out.as_of),
                    is_kept: false,
                    waits: false,
                });
            }
        }
        all
    }

    fn event(
        &self,
        out: &Assessment,
        it: &Moving<'_>,
        happening: &Happening,
        (reasons, record): (&[Suppressor], &Record),
    ) -> Event {
        use crate::alert::Change;
        let first = match happening.change {
            Change::HealthChanged { .. } => happening.since,
            _ => happening.fired.unwrap_or(happening.since),
        };
        let about = it.about();
        let mut suppressed_by = reasons.to_vec();
        let told = record.is_told(it.rule, &it.subject, happening.fired);
        if matches!(happening.change, Change::Resolved { .. }) && !told {
            suppressed_by.push(Suppressor::Untold);
        }
        let name = |slot: usize| {
            let names = out.names.get(it.kind.index());
            names.and_then(|names| names.get(slot)).cloned().unwrap_or_default()
        };
        let table = out.tables.get(it.kind.index());
        let mut evidence = Vec::new();
        if let (Some(rule), Some(table), Some(row)) = (it.compiled, table, it.row) {
            let values = rule.because.iter().map(|slot| (name(*slot), table.value(*slot, row)));
            evidence = values.collect();
        }
        if it.config.is_none_or(|config| config.because.is_empty()) {
            // The order of columns depends on the order of rules.
            evidence.sort_by(|left, right| left.0.cmp(&right.0));
        }
        Event {
            id: self.said_id(record, ("", it.rule), &|_, rule| {
                let (about, what) = ((it.kind, it.subject.as_str()), happening.change.name());
                event_id(rule, about, what, (first, out.as_of), happening.ordinal)
            }),
            day: out.as_of.day(),
            moment: Some(out.as_of).filter(|moment| !moment.is_day()),
            rule: it.rule.to_owned(),
            kind: it.kind,
            subject: it.subject.clone(),
            parents: it.parents.clone(),
            change: happening.change,
            since: happening.since,
            fired: happening.fired,
            severity: about.severity,
            message: it.message.clone(),
            evidence,
            labels: about.labels.clone(),
            owner: it.owner(),
            playbook: it.config.and_then(|config| config.playbook.clone()),
            suppressed_by,
            told_before: told,
            supersedes: None,
        }
    }
}

/// A rule and what it says today.
struct Asked<'a> {
    rule: &'a Rule,
    config: &'a RuleConfig,
    past: Option<&'a RuleAlerts>,
    /// Its alerts when the same day or moment was assessed before.
    stood: Option<&'a RuleAlerts>,
    table: &'a Table,
    result: &'a RuleResult,
}

impl Asked<'_> {
    /// The subjects that have an alert or may get one, sorted.
    fn subjects(&self) -> BTreeSet<&str> {
        let known = self.past.into_iter().chain(self.stood);
        let mut all: BTreeSet<&str> =
            known.flat_map(|list| list.subjects.keys().map(String::as_str)).collect();
        all.extend(self.result.matches.iter().map(|found| found.subject.as_ref()));
        if self.config.no_data == NoDataPolicy::Alert {
            all.extend(self.result.no_data.iter().map(AsRef::as_ref));
        }
        all
    }

    /// The alert a step further, and whether it stays as it was when the same day or moment was assessed before.
    fn step(
        &self,
        (subject, row): (&str, Option<usize>),
        (before, there): (Option<&AlertState>, There),
        now: AsOf,
        last: Option<AsOf>,
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
        let verdict =
            |it: &crate::expr::Program| row.map_or(Verdict::NoData, |row| ask(it, self.table, row));
        let answer = Answer {
            when: verdict(&self.rule.when),
            clear: self.rule.clear.as_ref().map(verdict),
            changed: self.past.is_some_and(|list| list.meaning != self.rule.meaning),
        };
        let unknown = matches!(answer.when, Verdict::NoData | Verdict::Faulted);
        if unknown && was_told && self.config.no_data == NoDataPolicy::Keep {
            return (stood(), true);
        }
        (step(before, answer, self.config, now, last), false)
    }
}

impl Moving<'_> {
    /// Where the alert stands after its step, and on which row.
    pub(crate) fn stands(&self) -> Option<(usize, &AlertState)> {
        self.row.zip(self.step.next.as_ref())
    }

    fn about(&self) -> About<'_> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let (severity, labels) = match (self.config, self.past) {
            (Some(it), _) => (it.severity, &it.labels),
            (None, Some(it)) => (it.severity, &it.labels),
            (None, None) => (Default::default(), &NONE),
        };
        About {
            rule: self.rule,
            kind: self.kind,
            subject: &self.subject,
            parents: &self.parents,
            severity,
            labels,
        }
    }

    fn owner(&self) -> Option<String> {
        match self.config {
            Some(it) => it.owner.clone(),
            None => self.past.and_then(|list| list.owner.clone()),
        }
    }

    /// What the next state says of the rule.
    fn remembered(&self) -> RuleAlerts {
        let about = self.about();
        RuleAlerts {
            subject: self.kind,
            severity: about.severity,
            meaning: self.compiled.map_or_else(String::new, |rule| rule.meaning.clone()),
            labels: about.labels.clone(),
            owner: self.owner(),
            subjects: BySubject::default(),
        }
    }

    fn open(&self, alert: &AlertState, suppressed_by: Vec<Suppressor>) -> Option<OpenAlert> {
        let about = self.about();
        (!alert.phase.is_idle()).then(|| OpenAlert {
            rule: self.rule.to_owned(),
            kind: self.kind,
            subject: self.subject.clone(),
            phase: alert.phase,
            since: alert.began,
            fired: alert.fired,
            health: alert.health,
            told: alert.told,
            severity: about.severity,
            message: self.message.clone(),
            labels: about.labels.clone(),
            owner: self.owner(),
            suppressed_by,
        })
    }
}

/// What suppresses each alert, all known.
fn suppressed(
    engine: &Compiled,
    now: AsOf,
    input: &Input<'_>,
    moving: &[Moving<'_>],
) -> Vec<Vec<Suppressor>> {
    let mut open = Open::new();
    for it in moving {
        if it.step.next.as_ref().is_some_and(|alert| alert.phase.is_firing()) {
            open.entry((it.kind, it.subject.as_str())).or_default().push(it.about());
        }
    }
    let off = |name: &str| {
        let number = engine.calendar_number(Some(name));
        number.is_some_and(|number| engine.calendar_for(Some(number), input).is_day_off(now.day()))
    };
    let of = |it: &Moving<'_>| {
        let about = it.about();
        let mut all = inhibitors(&engine.config.inhibit, &about, &open);
        all.extend(
            input
                .suppressions
                .into_iter()
                .flat_map(|suppressions| suppressions.of(&about, now.day(), &off)),
        );
        let alert = it.step.next.as_ref().zip(it.config);
        all.extend(alert.and_then(|(alert, config)| cooling(alert, config, now)));
        all
    };
    moving.iter().map(of).collect()
}

/// The ids of the parents of a row.
pub(crate) fn parents(
    out: &Assessment,
    rows: &[Rows],
    kind: SubjectKind,
    row: Option<usize>,
) -> BTreeMap<SubjectKind, String> {
    let (Some(rows), Some(row)) = (rows.get(kind.index()), row) else { return BTreeMap::new() };
    let id = |(parent, links): (&SubjectKind, &Vec<u32>)| {
        let above = links.get(row).filter(|above| **above != NO_ROW)?;
        let ids = out.tables.get(parent.index())?.ids();
        Some((*parent, ids.get(*above as usize)?.to_string()))
    };
    rows.parents.iter().filter_map(id).collect()
}
