//! Takes the enrolments in playbooks through the day of an assessment: from its alerts and what its columns
//! say to actions and the next state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::config::{OnePer, StepConfig};
use crate::expr::{Outcome, Program};
use crate::fault::{Code, Fault};
use crate::frame::{SubjectKind, Table};
use crate::memory::{
    AlertState, EnrolmentCause, EnrolmentPhase, EnrolmentState, Phase, PlaybookEnrolments,
    RuleAlerts,
};
use crate::plan::Compiled;
use crate::plan::playbook::Playbook;
use crate::playbook::{
    Action, ActionChange, ActionSort, Course, EndReason, Enrolment, EnrolmentChange, Happening,
    NextStep, Today, Turn, action_id, advance, next_step,
};
use crate::result::assessment::{Assessment, Note};
use crate::result::enrolled::Enrolled;
use crate::run::failures;
use crate::run::input::Input;
use crate::run::night::Night;
use crate::run::presence::There;
use crate::run::reports::take_reports;
use crate::run::subjects::Rows;
use crate::run::suppressed::named_parents;
use crate::state::Content;
use crate::time::{AsOf, Calendar};
use crate::value::Value;
use crate::verdict::{Verdict, ask};

impl Compiled {
    /// Takes every enrolment through the day of the assessment, whose alerts were, and says what is to be done.
    pub(crate) fn advance_playbooks(
        &self,
        out: &mut Assessment,
        rows: &[Rows],
        input: &Input<'_>,
        night: &mut Night<'_>,
    ) -> Vec<Content> {
        let past = Arc::clone(&out.past);
        let mut before = past.playbooks.clone();
        let known = night.record.reports(input.reports);
        let reports = take_reports(self, &mut before, &known, out.as_of.day());
        let mut day = Day::new(self, out, rows, input, night);
        day.changes = reports.changes;
        let next = day.advance(before);
        let enrolments = day.open(&next);
        let Day { mut actions, changes, mut faults, .. } = day;
        faults.extend(self.never_due(out.as_of, input));
        actions.sort_by(|left, right| left.0.cmp(&right.0));
        let changes = night.record.changes(changes);
        out.enrolled = Enrolled { actions: Vec::new(), enrolments, changes };
        let issued: BTreeSet<&str> = actions.iter().map(|pair| pair.1.id.as_str()).collect();
        night.record.keep_early(&issued);
        let unused =
            reports.unused.into_iter().filter(|report| !issued.contains(report.0.as_str()));
        out.notes.extend(unused.map(|(action, reason)| Note::Report { action, reason }));
        out.faults
            .extend(faults.into_iter().map(|(path, why)| Fault::new(Code::Faulted, path, why)));
        out.state.playbooks = next;
        actions.into_iter().map(|pair| Content::Action(Arc::new(pair.1))).collect()
    }
}

/// What actions are sorted by: playbook, subject, rule, when it began, step, sort.
type Order = (String, String, String, AsOf, usize, ActionSort);

/// The day of an assessment, and what happens on it.
struct Day<'a> {
    engine: &'a Compiled,
    out: &'a Assessment,
    rows: &'a [Rows],
    input: &'a Input<'a>,
    night: &'a Night<'a>,
    actions: Vec<(Order, Action)>,
    changes: Vec<EnrolmentChange>,
    /// Conditions that could not be asked: the place, and what is said.
    faults: BTreeSet<(String, String)>,
}

/// An alert that fires.
struct Firing<'a> {
    rule: &'a str,
    fired: AsOf,
    alert: &'a AlertState,
    list: &'a RuleAlerts,
}

impl Firing<'_> {
    fn began(&self, it: &EnrolmentState) -> bool {
        it.rule == self.rule && it.fired == self.fired
    }

    fn cause(&self) -> EnrolmentCause {
        EnrolmentCause {
            since: self.alert.began,
            severity: self.list.severity,
            message: self.alert.message.clone().unwrap_or_default(),
            labels: self.list.labels.clone(),
        }
    }
}

/// A subject whose enrolments in a playbook are looked at.
struct Place<'a> {
    playbook: &'a Playbook,
    subject: &'a str,
    table: &'a Table,
    row: usize,
}

impl<'a> Day<'a> {
    fn new(
        engine: &'a Compiled,
        out: &'a Assessment,
        rows: &'a [Rows],
        input: &'a Input<'a>,
        night: &'a Night<'a>,
    ) -> Self {
        let (actions, changes, faults) = Default::default();
        Self { engine, out, rows, input, night, actions, changes, faults }
    }

    /// Whose days of work count for a playbook.
    fn calendar(&self, playbook: &Playbook) -> &'a Calendar {
        self.engine.calendar_for(playbook.calendar, self.input)
    }

    fn advance(
        &mut self,
        mut before: BTreeMap<String, PlaybookEnrolments>,
    ) -> BTreeMap<String, PlaybookEnrolments> {
        let mut next = BTreeMap::new();
        for playbook in &self.engine.playbooks {
            let name = &playbook.config.name;
            let is_same = before.get(name).is_some_and(|list| list.subject == playbook.kind);
            let past = if is_same { before.remove(name) } else { None }.unwrap_or_default();
            let firings = self.firings(playbook);
            let stood = self.night.standing.and_then(|state| state.playbooks.get(name));
            let stood = stood.filter(|list| list.subject == playbook.kind);
            let known = std::iter::once(&past).chain(stood);
            let mut subjects: BTreeSet<&str> =
                known.flat_map(|list| list.subjects.keys().map(AsRef::as_ref)).collect();
            subjects.extend(firings.keys());
            let mut list = PlaybookEnrolments { subject: playbook.kind, ..Default::default() };
            for subject in subjects {
                let entries = past.subjects.get(subject).cloned().unwrap_or_default();
                let firings = firings.get(subject).map_or(&[][..], Vec::as_slice);
                let entries = match self.night.presence.there(playbook.kind, subject) {
                    There::Kept => stood
                        .and_then(|list| list.subjects.get(subject))
                        .cloned()
                        .unwrap_or_default(),
                    There::Away(_) => entries,
                    There::Here | There::Gone => self.subject(playbook, subject, entries, firings),
                };
                if !entries.is_empty() {
                    list.subjects.insert(subject.into(), entries);
                }
            }
            if !list.subjects.is_empty() {
                next.insert(name.clone(), list);
            }
        }
        for (name, gone) in before {
            for (subject, entries) in &gone.subjects {
                for it in entries.iter().filter(|entry| entry.phase.is_open()) {
                    let turn = Turn::Ended { reason: EndReason::PlaybookRemoved };
                    self.change((&name, gone.subject, subject), it, turn);
                }
            }
        }
        next
    }

    /// The alerts that fire of the rules that name the playbook, by subject; those first that matter most.
    fn firings(&self, playbook: &Playbook) -> BTreeMap<&'a str, Vec<Firing<'a>>> {
        let mut all: BTreeMap<&str, Vec<Firing<'_>>> = BTreeMap::new();
        let named = self.engine.config.rules.iter();
        let named = named.filter(|rule| rule.playbook.as_ref() == Some(&playbook.config.name));
        let lists = named.filter_map(|rule| self.out.state.alerts.get_key_value(&rule.name));
        for (rule, list) in lists.filter(|entry| entry.1.subject == playbook.kind) {
            for (subject, alert) in list.subjects.iter().filter(|entry| entry.1.phase.is_firing()) {
                let firing = alert.fired.map(|fired| Firing { rule, fired, alert, list });
                all.entry(subject).or_default().extend(firing);
            }
        }
        for firings in all.values_mut() {
            firings.sort_by_key(|one| (std::cmp::Reverse(one.list.severity), one.fired, one.rule));
        }
        all
    }

    /// The alert that began an enrolment, where it still fires.
    fn firing_of(
        &self,
        (kind, subject): (SubjectKind, &str),
        it: &EnrolmentState,
    ) -> Option<Firing<'a>> {
        let (rule, list) = self.out.state.alerts.get_key_value(&it.rule)?;
        let alert = list.subjects.get(subject).filter(|alert| alert.phase.is_firing())?;
        let firing = Firing { rule, fired: alert.fired?, alert, list };
        (list.subject == kind && firing.began(it)).then_some(firing)
    }

    /// Takes the enrolments of a subject in a playbook through the day.
    fn subject(
        &mut self,
        playbook: &Playbook,
        subject: &str,
        mut entries: Vec<EnrolmentState>,
        firings: &[Firing<'_>],
    ) -> Vec<EnrolmentState> {
        let Some(table) = self.out.tables.get(playbook.kind.index()) else { return entries };
        let about = (playbook.kind, subject);
        let Some(row) = table.row_of(subject) else {
            for it in entries.iter().filter(|entry| entry.phase.is_open()) {
                let turn = Turn::Ended { reason: EndReason::SubjectGone };
                self.change((&playbook.config.name, playbook.kind, subject), it, turn);
            }
            return Vec::new();
        };
        let place = Place { playbook, subject, table, row };
        let stop = self.ask(&place, "stop_when", playbook.stop_when.as_ref()) == Some(Verdict::Yes);
        let mut released = false;
        for it in entries.iter_mut().filter(|entry| entry.phase.is_open()) {
            let firing = self.firing_of(about, it);
            if let Some(firing) = &firing {
                it.cause = Some(firing.cause());
            }
            let today = Today { day: self.out.as_of.day(), resolved: firing.is_none(), stop };
            released |= self.enrolment(&place, it, today) == Some(EndReason::Resolved);
        }
        entries.retain(|entry| match entry.phase {
            EnrolmentPhase::Open => true,
            // What made way for an alert that ended may take its place.
            EnrolmentPhase::Declined if released => false,
            _ => self.firing_of(about, entry).is_some(),
        });
        if !stop {
            self.begin(&place, &mut entries, firings);
        }
        entries.sort_by(|left, right| (&left.rule, left.fired).cmp(&(&right.rule, right.fired)));
        entries
    }

    /// Begins what the alerts of the day ask for.
    fn begin(
        &mut self,
        place: &Place<'_>,
        entries: &mut Vec<EnrolmentState>,
        firings: &[Firing<'_>],
    ) {
        let fresh: Vec<&Firing<'_>> = firings
            .iter()
            .filter(|new| new.alert.told && new.alert.phase == Phase::Firing)
            .filter(|firing| !entries.iter().any(|entry| firing.began(entry)))
            .collect();
        if fresh.is_empty() {
            return;
        }
        let config = &place.playbook.config;
        let when = self.ask(place, "when", place.playbook.when.as_ref());
        if when.is_some_and(|verdict| verdict != Verdict::Yes) {
            return;
        }
        let about = (config.name.as_str(), place.playbook.kind, place.subject);
        let known = entries.len();
        for firing in fresh {
            let is_other = |it: &&EnrolmentState| {
                it.phase.is_open()
                    && (config.one_per != Some(OnePer::Rule) || it.rule == firing.rule)
            };
            let holder = entries.iter().find(is_other).map(|entry| entry.rule.clone());
            let entry = EnrolmentState {
                rule: firing.rule.to_owned(),
                fired: firing.fired,
                began: self.out.as_of,
                phase: match holder {
                    None => EnrolmentPhase::Open,
                    Some(_) => EnrolmentPhase::Declined,
                },
                last: None,
                anchor: None,
                reached: Vec::new(),
                awaited: Vec::new(),
                cause: holder.is_none().then(|| firing.cause()),
            };
            let turn = holder.map_or(Turn::Begun, |enrolled_by| Turn::Declined { enrolled_by });
            self.change(about, &entry, turn);
            entries.push(entry);
        }
        let today = Today { day: self.out.as_of.day(), resolved: false, stop: false };
        for it in entries.iter_mut().skip(known).filter(|entry| entry.phase.is_open()) {
            self.enrolment(place, it, today);
        }
    }

    /// Takes one enrolment through the day; says why it ended, if it did.
    fn enrolment(
        &mut self,
        place: &Place<'_>,
        it: &mut EnrolmentState,
        today: Today,
    ) -> Option<EndReason> {
        let course = course(place.playbook, self.calendar(place.playbook));
        let mut guard = |step: usize| {
            let program = place.playbook.steps.get(step).and_then(|step| step.when.as_ref());
            self.ask(place, &format!("steps[{step}].when"), program).unwrap_or(Verdict::Yes)
        };
        let happenings = advance(it, course, today, &mut guard);
        let about = (place.playbook.config.name.as_str(), place.playbook.kind, place.subject);
        let mut ended = None;
        for happening in happenings {
            match happening {
                Happening::Issued { step, due, deadline } => {
                    self.action(place, it, step, ActionSort::Step, (due, deadline));
                }
                Happening::Escalated { step, deadline } => {
                    let days = (self.out.as_of.day(), Some(deadline));
                    self.action(place, it, step, ActionSort::Escalation, days);
                }
                Happening::Skipped { step, reason } => {
                    let step = place.playbook.config.steps.get(step);
                    let step = step.map_or("", StepConfig::name).to_owned();
                    self.change(about, it, Turn::Skipped { step, reason });
                }
                Happening::Ended(reason) => {
                    self.change(about, it, Turn::Ended { reason });
                    it.phase = EnrolmentPhase::Over;
                    (it.last, it.anchor, it.cause) = (None, None, None);
                    it.reached.clear();
                    it.awaited.clear();
                    ended = Some(reason);
                }
            }
        }
        ended
    }

    fn action(
        &mut self,
        place: &Place<'_>,
        it: &EnrolmentState,
        step: usize,
        sort: ActionSort,
        (due, deadline): (NaiveDate, Option<NaiveDate>),
    ) {
        let playbook = place.playbook;
        let (name, kind) = (playbook.config.name.as_str(), playbook.kind);
        let (Some(config), Some(programs), Some(cause)) =
            (playbook.config.steps.get(step), playbook.steps.get(step), &it.cause)
        else {
            return;
        };
        let said = |program: &Program| match failures::run(program, place.table, place.row) {
            Outcome::Value(Value::Text(it)) => Some(it.to_string()),
            _ => None,
        };
        let id = |sort| {
            let (about, step) = ((kind, place.subject), config.name());
            self.engine.said_id(&self.night.record, (name, &it.rule), &|playbook, rule| {
                action_id(playbook, about, (rule, it.began), step, sort)
            })
        };
        let mut title = said(&programs.title).unwrap_or_else(|| config.name().to_owned());
        let mut owner = config.owner.clone();
        if let (ActionSort::Escalation, Some(missed)) = (sort, deadline) {
            title = format!("overdue since {missed}: {title}");
            owner.clone_from(&config.escalate_to);
        }
        let action = Action {
            id: id(sort),
            sort,
            day: self.out.as_of.day(),
            due,
            deadline,
            playbook: name.to_owned(),
            step: config.name().to_owned(),
            channel: config.channel,
            owner,
            title,
            text: programs.text.as_ref().and_then(said).unwrap_or_default(),
            kind,
            subject: place.subject.to_owned(),
            parents: named_parents(self.out, self.rows, kind, Some(place.row as u32)),
            rule: it.rule.clone(),
            why: cause.message.to_string(),
            severity: cause.severity,
            since: cause.since,
            fired: it.fired,
            evidence: self.evidence(place, &it.rule),
            labels: cause.labels.clone(),
            escalation_of: (sort == ActionSort::Escalation).then(|| id(ActionSort::Step)),
            change: ActionChange::Issued,
            supersedes: None,
        };
        let (subject, rule) = (place.subject.to_owned(), it.rule.clone());
        self.actions.push(((name.to_owned(), subject, rule, it.began, step, sort), action));
    }

    /// What the rule shows as evidence, as of today.
    fn evidence(&self, place: &Place<'_>, rule: &str) -> Vec<(String, Value)> {
        let rules = &self.engine.rules;
        let config = |number: usize| self.engine.config.rules.get(number);
        let is_it = |number: usize| config(number).is_some_and(|config| config.name == rule);
        let kind = place.playbook.kind;
        let Some(rule) = rules.iter().find(|rule| rule.kind == kind && is_it(rule.number)) else {
            return Vec::new();
        };
        let names = self.out.names.get(kind.index());
        let name =
            |slot: usize| names.and_then(|names| names.get(slot)).cloned().unwrap_or_default();
        let values =
            rule.because.iter().map(|slot| (name(*slot), place.table.value(*slot, place.row)));
        let mut evidence: Vec<(String, Value)> = values.collect();
        if config(rule.number).is_none_or(|config| config.because.is_empty()) {
            evidence.sort_by(|left, right| left.0.cmp(&right.0));
        }
        evidence
    }

    /// What a condition says; none where there is no condition.
    fn ask(&mut self, place: &Place<'_>, key: &str, program: Option<&Program>) -> Option<Verdict> {
        let verdict = ask(program?, place.table, place.row);
        if verdict == Verdict::Faulted {
            let name = &place.playbook.config.name;
            let path = format!("playbooks.{name}.{key}");
            self.faults.insert((
                path,
                format!("condition `{key}` of playbook `{name}` could not be evaluated for some subjects"),
            ));
        }
        Some(verdict)
    }

    fn change(
        &mut self,
        (playbook, kind, subject): (&str, SubjectKind, &str),
        it: &EnrolmentState,
        turn: Turn,
    ) {
        self.changes.push(EnrolmentChange {
            day: self.out.as_of.day(),
            playbook: playbook.to_owned(),
            kind,
            subject: subject.to_owned(),
            rule: it.rule.clone(),
            fired: it.fired,
            turn,
        });
    }

    /// The enrolments that are under way.
    fn open(&self, all: &BTreeMap<String, PlaybookEnrolments>) -> Vec<Enrolment> {
        let mut open = Vec::new();
        for (name, list) in all {
            let playbook = self.engine.playbooks.iter().find(|one| one.config.name == *name);
            for (subject, entries) in &list.subjects {
                for it in entries.iter().filter(|entry| entry.phase.is_open()) {
                    let next = playbook.and_then(|one| next_of(one, self.calendar(one), it));
                    open.push(Enrolment {
                        playbook: name.clone(),
                        kind: list.subject,
                        subject: subject.to_string(),
                        rule: it.rule.clone(),
                        fired: it.fired,
                        began: it.began,
                        next,
                        awaited: it.awaited.iter().map(|awaited| awaited.step.clone()).collect(),
                    });
                }
            }
        }
        open
    }
}

fn course<'a>(playbook: &'a Playbook, calendar: &'a Calendar) -> Course<'a> {
    Course {
        steps: &playbook.config.steps,
        days: playbook.config.days.unwrap_or_default(),
        until_resolved: playbook.config.until_resolved.unwrap_or_default(),
        calendar,
    }
}

fn next_of(playbook: &Playbook, calendar: &Calendar, it: &EnrolmentState) -> Option<NextStep> {
    let course = course(playbook, calendar);
    let next = next_step(it, course)?;
    let step = course.steps.get(next.step)?.name().to_owned();
    let due = (next.due != NaiveDate::MAX).then_some(next.due);
    Some(NextStep { step, due, waits_for: next.waits_for.map(str::to_owned) })
}
