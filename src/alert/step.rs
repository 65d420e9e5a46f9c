//! One step in the life of one alert: from where it stood and what its rule says today.
//!
//! Days are compared so that a wait is over on its last day: `for = "3d"` fires on the third day
//! after the first on which the condition was true; where that was a moment, at the same time of day.

use chrono::{NaiveDate, TimeDelta};

use super::event::{Change, Reason};
use crate::config::{Hold, NoDataPolicy, RuleConfig};
use crate::memory::{AlertState, Health, Phase};
use crate::time::{AsOf, Period};
use crate::verdict::Verdict;

/// What a rule says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) when: Verdict,
    /// What `clear_when` says, where the rule has one.
    pub(crate) clear: Option<Verdict>,
    /// Whether the conditions mean something else than at the last step.
    pub(crate) changed: bool,
}

/// Something that happened in a step, and the alert that it happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Happening {
    pub(crate) change: Change,
    pub(crate) since: AsOf,
    pub(crate) fired: Option<AsOf>,
    /// Which of several of its sort it is, from 0.
    pub(crate) ordinal: u32,
}

/// What a step comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where the alert stands; none where there is nothing to remember.
    pub(crate) next: Option<AlertState>,
    pub(crate) happenings: Vec<Happening>,
}

/// What the answer means under the rule's policy.
enum Signalled {
    True,
    False,
    /// Nothing is known: all stays, and clocks stand still.
    Frozen,
    /// There is no data, and that ends the alert.
    Ends,
}

/// Takes an alert through a day or moment. `last` is that of the evaluation before.
pub(crate) fn step(
    before: Option<&AlertState>,
    answer: Answer,
    rule: &RuleConfig,
    now: AsOf,
    last: Option<AsOf>,
) -> Step {
    let mut alert = before.cloned().unwrap_or_else(|| AlertState::idle(now, None));
    cool(&mut alert, rule, now);
    if answer.changed && alert.phase == Phase::Pending {
        // What has been true for a while was another condition.
        alert = AlertState::idle(now, alert.resolved);
    }
    let verdict = match answer.clear {
        Some(clear) if alert.phase.is_firing() => opposite(clear),
        _ => answer.when,
    };
    let was = (alert.phase, alert.health);
    note_health(&mut alert, verdict, now);
    let passed = || last.map_or(TimeDelta::zero(), |last| last.span(now));
    let mut happenings = Vec::new();
    match (alert.phase, bit(&alert, verdict, rule, now)) {
        (Phase::Inactive, Signalled::True) => {
            let (health, unknown_since) = (alert.health, alert.unknown_since);
            alert = AlertState::idle(now, alert.resolved);
            alert.phase = Phase::Pending;
            alert.evaluations = 1;
            (alert.health, alert.unknown_since) = (health, unknown_since);
            fire(&mut alert, rule, now, &mut happenings);
        }
        (Phase::Pending, Signalled::True) => {
            alert.evaluations = alert.evaluations.saturating_add(1);
            if let (Some(most), Some(last)) = (rule.max_gap, last) {
                let counts = most.after(last.day()) - last.day();
                alert.since = alert.since.later((passed() - counts).max(TimeDelta::zero()));
            }
            fire(&mut alert, rule, now, &mut happenings);
        }
        (Phase::Pending, Signalled::Frozen) => alert.since = alert.since.later(passed()),
        (Phase::Inactive | Phase::Pending, Signalled::False | Signalled::Ends) => {
            let resolved = alert.resolved;
            let (health, unknown_since) = (alert.health, alert.unknown_since);
            alert = AlertState::idle(now, resolved);
            (alert.health, alert.unknown_since) = (health, unknown_since);
        }
        (Phase::Inactive, Signalled::Frozen) => {}
        (Phase::Firing | Phase::Recovering, Signalled::True) => {
            alert.phase = Phase::Firing;
            alert.clear_since = None;
        }
        (Phase::Firing, Signalled::Frozen) => {}
        (Phase::Recovering, Signalled::Frozen) => {
            alert.clear_since = alert.clear_since.map(|since| since.later(passed()));
        }
        (Phase::Firing | Phase::Recovering, Signalled::False) => {
            let clear_since = *alert.clear_since.get_or_insert(now);
            alert.phase = Phase::Recovering;
            if over(rule.keep_firing_for, clear_since, now) {
                let reason = if answer.changed { Reason::RuleChanged } else { Reason::Condition };
                resolve(&mut alert, reason, now, &mut happenings);
            }
        }
        (Phase::Firing | Phase::Recovering, Signalled::Ends) => {
            resolve(&mut alert, Reason::NoData, now, &mut happenings);
        }
    }
    let open = |phase: Phase| phase != Phase::Inactive;
    if open(was.0) && open(alert.phase) && was.1 != alert.health {
        let change = Change::HealthChanged { health: alert.health };
        happenings.push(happening(&alert, change, alert.health_changes));
        alert.health_changes = alert.health_changes.saturating_add(1);
    }
    let repeats = rule.repeat_every.zip(alert.last_event);
    if alert.phase == Phase::Firing
        && repeats.is_some_and(|(every, last)| {
            let began = alert.fired.unwrap_or(last).counted_to(now);
            last < now && every.again(began, last.counted_to(now)) <= now.day()
        })
    {
        happenings.push(repeat(&mut alert, now));
    }
    Step { next: kept(alert, rule, now), happenings }
}

/// Takes an alert through a day or moment at which its subject is not there: all stays, and clocks stand still.
pub(crate) fn wait(
    before: &AlertState,
    rule: &RuleConfig,
    now: AsOf,
    last: Option<AsOf>,
) -> Option<AlertState> {
    let mut alert = before.clone();
    let passed = last.map_or(TimeDelta::zero(), |last| last.span(now));
    match alert.phase {
        Phase::Pending => alert.since = alert.since.later(passed),
        Phase::Recovering => alert.clear_since = alert.clear_since.map(|since| since.later(passed)),
        Phase::Inactive | Phase::Firing => {}
    }
    kept(alert, rule, now)
}

/// Ends an alert whatever its condition says.
pub(crate) fn end(
    before: &AlertState,
    reason: Reason,
    rule: Option<&RuleConfig>,
    now: AsOf,
) -> Step {
    let mut alert = before.clone();
    let mut happenings = Vec::new();
    if alert.phase.is_firing() {
        resolve(&mut alert, reason, now, &mut happenings);
    }
    let mut rest = AlertState::idle(now, alert.resolved);
    let Some(rule) = rule else { return Step { next: None, happenings } };
    cool(&mut rest, rule, now);
    Step { next: kept(rest, rule, now), happenings }
}

/// Says again that an alert fires.
pub(super) fn repeat(alert: &mut AlertState, now: AsOf) -> Happening {
    alert.repeats = alert.repeats.saturating_add(1);
    alert.last_event = Some(now);
    let times = alert.repeats;
    happening(alert, Change::Repeated { times }, times)
}

/// The day on which an alert that began now need not cool down any more, where it must yet.
pub(crate) fn cools(alert: &AlertState, rule: &RuleConfig, now: AsOf) -> Option<NaiveDate> {
    let (wait, resolved) = (rule.cooldown?, alert.resolved?);
    (!over(Some(wait), resolved, now)).then(|| wait.after(resolved.day()))
}

/// Forgets the firing before once it has cooled down.
fn cool(alert: &mut AlertState, rule: &RuleConfig, now: AsOf) {
    if cools(alert, rule, now).is_none() {
        alert.resolved = None;
    }
}

fn note_health(alert: &mut AlertState, verdict: Verdict, now: AsOf) {
    let health = match verdict {
        Verdict::Yes | Verdict::No => Health::Ok,
        Verdict::NoData => Health::NoData,
        Verdict::Faulted => Health::Faulted,
    };
    if health != alert.health {
        alert.unknown_since = (!health.is_ok()).then_some(now);
    }
    alert.health = health;
}

fn bit(alert: &AlertState, verdict: Verdict, rule: &RuleConfig, now: AsOf) -> Signalled {
    match (verdict, rule.no_data) {
        (Verdict::Yes, _) => Signalled::True,
        (Verdict::No, _) => Signalled::False,
        (Verdict::Faulted, _) | (Verdict::NoData, NoDataPolicy::Keep) => Signalled::Frozen,
        (Verdict::NoData, policy) => {
            let acts = over(rule.no_data_for, alert.unknown_since.unwrap_or(now), now);
            match policy {
                NoDataPolicy::Alert if acts => Signalled::True,
                NoDataPolicy::Resolve if acts => Signalled::Ends,
                _ => Signalled::Frozen,
            }
        }
    }
}

fn fire(alert: &mut AlertState, rule: &RuleConfig, now: AsOf, happenings: &mut Vec<Happening>) {
    let waited = match rule.r#for {
        None => true,
        Some(Hold::Period(it)) => over(Some(it), alert.since, now),
        Some(Hold::Evaluations(it)) => it <= alert.evaluations,
    };
    if waited {
        alert.phase = Phase::Firing;
        alert.fired = Some(now);
        alert.last_event = Some(now);
        alert.evaluations = 0;
        happenings.push(happening(alert, Change::Fired, 0));
    }
}

fn resolve(alert: &mut AlertState, reason: Reason, now: AsOf, happenings: &mut Vec<Happening>) {
    happenings.push(happening(alert, Change::Resolved { reason }, 0));
    let (health, unknown_since) = (alert.health, alert.unknown_since);
    // What nobody heard of starts no new cooldown, or an alert that comes and goes is mute for ever.
    *alert = AlertState::idle(now, if alert.told { Some(now) } else { alert.resolved });
    (alert.health, alert.unknown_since) = (health, unknown_since);
}

fn happening(alert: &AlertState, change: Change, ordinal: u32) -> Happening {
    Happening { change, since: alert.began, fired: alert.fired, ordinal }
}

/// The alert, if there is something to remember of it.
fn kept(mut alert: AlertState, rule: &RuleConfig, now: AsOf) -> Option<AlertState> {
    if alert.phase != Phase::Inactive {
        return Some(alert);
    }
    cool(&mut alert, rule, now);
    let waits = alert.health == Health::NoData
        && rule.no_data == NoDataPolicy::Alert
        && rule.no_data_for.is_some();
    if !waits {
        (alert.health, alert.unknown_since) = (Health::Ok, None);
    }
    (waits || alert.resolved.is_some()).then_some(alert)
}

fn opposite(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Yes => Verdict::No,
        Verdict::No => Verdict::Yes,
        other => other,
    }
}

/// Whether a wait is over.
fn over(wait: Option<Period>, since: AsOf, now: AsOf) -> bool {
    wait.is_none_or(|wait| wait.after(since.counted_to(now)) <= now.day())
}
