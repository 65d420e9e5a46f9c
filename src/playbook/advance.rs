//! One day in the life of one enrolment: from where it stood and what its conditions say today.

use chrono::{Datelike as _, NaiveDate};

use super::{EndReason, SkipReason};
use crate::config::{DayCount, StepConfig};
use crate::memory::{AwaitedStep, DelayAnchor, EnrolmentState};
use crate::time::{Calendar, Delay};
use crate::verdict::Verdict;

/// A playbook, as far as the life of an enrolment needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) steps: &'a [StepConfig],
    pub(crate) days: DayCount,
    pub(crate) until_resolved: bool,
    pub(crate) calendar: &'a Calendar,
}

/// What is known on the day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today {
    pub(crate) day: NaiveDate,
    /// Whether the alert that began it fires no more.
    pub(crate) resolved: bool,
    /// Whether `stop_when` is true.
    pub(crate) stop: bool,
}

/// Something that happened to an enrolment; steps by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    Issued { step: usize, due: NaiveDate, deadline: Option<NaiveDate> },
    Escalated { step: usize, deadline: NaiveDate },
    Skipped { step: usize, reason: SkipReason },
    Ended(EndReason),
}

/// The step that comes next, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Next<'a> {
    pub(crate) step: usize,
    pub(crate) due: NaiveDate,
    /// The step that must be reported before.
    pub(crate) waits_for: Option<&'a str>,
}

impl Course<'_> {
    fn after(&self, day: NaiveDate, delay: Delay) -> NaiveDate {
        match self.days {
            DayCount::Business => delay.after_working(day, self.calendar),
            _ => delay.after(day),
        }
    }

    /// Whether anything may happen on a day.
    fn works(&self, day: NaiveDate) -> bool {
        self.days != DayCount::Business || !self.calendar.is_day_off(day)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.name() == name)
    }
}

/// The first step not yet reached after the last one reached that still exists.
pub(crate) fn next_step<'a>(enrolment: &'a EnrolmentState, course: Course<'_>) -> Option<Next<'a>> {
    let last = enrolment.reached.iter().rev().find_map(|name| course.position(name));
    let start = last.map_or(0, |last| last + 1);
    let fresh = |it: &StepConfig| !enrolment.reached.iter().any(|name| name == it.name());
    let (step, config) = course.steps.iter().enumerate().skip(start).find(|(_, it)| fresh(it))?;
    let due = match anchored(enrolment, config.after) {
        Some(it) => course.after(it.day, Delay::Months(it.months)),
        None => course.after(enrolment.last.unwrap_or(enrolment.began.day()), config.after),
    };
    let before = enrolment.reached.last().filter(|_| config.after_done);
    let waits_for = before.filter(|name| enrolment.awaited.iter().any(|open| open.step == **name));
    Some(Next { step, due, waits_for: waits_for.map(String::as_str) })
}

/// From which day a delay in months counts, and how many months after it the delay is over: a run of such delays
/// keeps the day of the month on which it began.
fn anchored(enrolment: &EnrolmentState, delay: Delay) -> Option<DelayAnchor> {
    let Delay::Months(months @ 1..) = delay else { return None };
    let here = DelayAnchor { day: enrolment.last.unwrap_or(enrolment.began.day()), months: 0 };
    let from = enrolment.anchor.unwrap_or(here);
    Some(DelayAnchor { day: from.day, months: from.months.saturating_add(months) })
}

impl DelayAnchor {
    /// Whether counting on from that day would come to other days.
    fn moved(self, day: NaiveDate) -> bool {
        self.day.day() != day.day() || Delay::Months(self.months).after(self.day) != day
    }
}

/// Takes an enrolment that is under way through a day.
pub(crate) fn advance(
    enrolment: &mut EnrolmentState,
    course: Course<'_>,
    today: Today,
    guard: &mut dyn FnMut(usize) -> Verdict,
) -> Vec<Happening> {
    if today.resolved && course.until_resolved {
        return vec![Happening::Ended(EndReason::Resolved)];
    }
    if today.stop {
        return vec![Happening::Ended(EndReason::Stopped)];
    }
    let mut happenings = Vec::new();
    if course.works(today.day) {
        escalate(enrolment, course, today.day, &mut happenings);
        while let Some(next) = next_step(enrolment, course) {
            let Some(config) = course.steps.get(next.step) else { break };
            if next.waits_for.is_some() || today.day < next.due {
                break;
            }
            let (step, due) = (next.step, next.due);
            let name = config.name().to_owned();
            let skipped = match config.when.as_ref().map(|_| guard(step)) {
                None | Some(Verdict::Yes) => None,
                Some(Verdict::No) => Some(SkipReason::Condition),
                Some(Verdict::NoData) => Some(SkipReason::NoData),
                Some(Verdict::Faulted) => Some(SkipReason::Faulted),
            };
            if let Some(reason) = skipped {
                happenings.push(Happening::Skipped { step, reason });
            } else {
                // Nobody can be late with what they had not heard of.
                let deadline = config.deadline.map(|deadline| course.after(today.day, deadline));
                enrolment.awaited.push(AwaitedStep { step: name.clone(), deadline });
                happenings.push(Happening::Issued { step, due, deadline });
            }
            enrolment.reached.push(name);
            // A late step puts off those after it, in whatever they count; one in time leaves months as they run.
            enrolment.anchor = match (due == today.day, config.after.is_zero()) {
                (true, true) => enrolment.anchor,
                (true, false) => {
                    anchored(enrolment, config.after).filter(|anchor| anchor.moved(today.day))
                }
                (false, _) => None,
            };
            enrolment.last = Some(today.day);
        }
    }
    forget(enrolment, course);
    let waits = enrolment.awaited.iter().any(|awaited| awaited.deadline.is_some());
    if !waits && next_step(enrolment, course).is_none() {
        happenings.push(Happening::Ended(EndReason::Finished));
    }
    happenings
}

/// Says once of each step that nobody reported it by its deadline.
fn escalate(
    enrolment: &mut EnrolmentState,
    course: Course<'_>,
    today: NaiveDate,
    happenings: &mut Vec<Happening>,
) {
    for awaited in &mut enrolment.awaited {
        let Some(deadline) = awaited.deadline.filter(|deadline| *deadline < today) else {
            continue;
        };
        awaited.deadline = None;
        let step = course.position(&awaited.step);
        let told = step.and_then(|at| course.steps.get(at)?.escalate_to.as_ref());
        if let (Some(step), Some(_)) = (step, told) {
            happenings.push(Happening::Escalated { step, deadline });
        }
    }
}

/// Forgets the issued steps whose report nothing waits for.
fn forget(enrolment: &mut EnrolmentState, course: Course<'_>) {
    let next = next_step(enrolment, course).and_then(|next| course.steps.get(next.step));
    let waits = next.is_some_and(|config| config.after_done);
    let last = enrolment.reached.last();
    enrolment.awaited.retain_mut(|awaited| {
        let config = course.position(&awaited.step).and_then(|at| course.steps.get(at));
        if config.is_none_or(|config| config.escalate_to.is_none()) {
            awaited.deadline = None;
        }
        awaited.deadline.is_some() || (waits && last == Some(&awaited.step))
    });
}
