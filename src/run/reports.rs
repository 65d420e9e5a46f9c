//! What the host says became of actions, taken into the enrolments that wait for it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::StepConfig;
use crate::memory::{EnrolmentState, PlaybookEnrolments};
use crate::plan::Compiled;
use crate::playbook::{ActionReport, ActionSort, EnrolmentChange, Turn, action_id};
use crate::result::reasons::ReportNotUsed;

/// What became of reports.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) changes: Vec<EnrolmentChange>,
    /// The actions of those that were not used.
    pub(crate) unused: Vec<(String, ReportNotUsed)>,
}

/// Where an action comes from: playbook, subject, which of its enrolments, step.
type Origin = (String, String, usize, String);

/// Takes reports, the earliest on an action first.
pub(crate) fn take_reports(
    engine: &Compiled,
    playbooks: &mut BTreeMap<String, PlaybookEnrolments>,
    reports: &[ActionReport],
    as_of: NaiveDate,
) -> Taken {
    let mut taken = Taken::default();
    if reports.is_empty() {
        return taken;
    }
    let origins = origins(engine, playbooks);
    let mut sorted: Vec<&ActionReport> = reports.iter().collect();
    sorted.sort_by_key(|report| {
        (report.day, &report.action, report.outcome, &report.by, &report.note)
    });
    for report in sorted {
        let mut unused = |reason| taken.unused.push((report.action.clone(), reason));
        if report.day > as_of {
            unused(ReportNotUsed::NotYet);
            continue;
        }
        let Some((playbook, subject, at, step)) = origins.get(&report.action) else {
            unused(ReportNotUsed::UnknownAction);
            continue;
        };
        let Some(list) = playbooks.get_mut(playbook) else { continue };
        let Some(it) =
            list.subjects.get_mut(subject.as_str()).and_then(|entries| entries.get_mut(*at))
        else {
            continue;
        };
        let Some(awaited) = it.awaited.iter().position(|awaited| awaited.step == *step) else {
            continue;
        };
        it.awaited.remove(awaited);
        taken.changes.push(EnrolmentChange {
            day: as_of,
            playbook: playbook.clone(),
            kind: list.subject,
            subject: subject.clone(),
            rule: it.rule.clone(),
            fired: it.fired,
            turn: Turn::Reported {
                step: step.clone(),
                outcome: report.outcome,
                by: report.by.clone(),
                note: report.note.clone(),
            },
        });
    }
    taken.unused.sort();
    taken.unused.dedup();
    taken
}

/// Every action that a remembered enrolment can have issued.
fn origins(
    engine: &Compiled,
    playbooks: &BTreeMap<String, PlaybookEnrolments>,
) -> BTreeMap<String, Origin> {
    let mut all = BTreeMap::new();
    for (name, list) in playbooks {
        let config = engine.playbooks.iter().find(|playbook| playbook.config.name == *name);
        let written = || {
            config
                .into_iter()
                .flat_map(|playbook| playbook.config.steps.iter().map(StepConfig::name))
        };
        for (subject, entries) in &list.subjects {
            for (at, it) in entries.iter().enumerate() {
                for step in steps(it, written()) {
                    for sort in ActionSort::ALL {
                        let about = (list.subject, &**subject);
                        let origin = || (name.clone(), subject.to_string(), at, step.to_owned());
                        // It may have been issued under former names.
                        for name in engine.formerly.names_of_playbook(name) {
                            for rule in engine.formerly.names_of_rule(&it.rule) {
                                let id = action_id(name, about, (rule, it.began), step, sort);
                                all.entry(id).or_insert_with(origin);
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

/// The steps that an enrolment can have issued: those it says it has, and any once it is over.
fn steps<'a>(it: &'a EnrolmentState, written: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    use crate::memory::EnrolmentPhase;
    match it.phase {
        EnrolmentPhase::Open => it.reached.iter().map(String::as_str).collect(),
        EnrolmentPhase::Over => written.collect(),
        EnrolmentPhase::Declined => Vec::new(),
    }
}
