//! No more than so many notices a day for one person: the most valuable first, the rest wait.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Change, Event};

/// Events that wait for a day with room: plain data, to be stored by the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Queue {
    /// The day of the last call.
    pub day: Option<NaiveDate>,
    /// How many were sent on that day, by owner.
    pub sent: BTreeMap<String, usize>,
    /// What waits.
    pub waiting: Vec<Waiting>,
}

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// What is at risk, for the order.
    pub value: f64,
    /// The event.
    pub event: Event,
}

/// What became of events under a cap; every event given is in one of the lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capped {
    /// To be sent now, the most valuable first.
    pub sent: Vec<Event>,
    /// What need not be said any more: the alert ended, or was repeated, while its notice waited.
    pub settled: Vec<Event>,
    /// What waits, and how many were sent.
    pub queue: Queue,
}

/// Lets through at most `most` events per owner and day, by value, then severity, then age; the rest
/// wait. Events that are not to be sent anyway stay out of it: give those for which
/// [`Event::is_sent`] holds.
///
/// The end of an alert whose beginning still waits takes both out of the queue, and while it waits
/// nothing is repeated. An event that has
/// waited is sent before one of the same value that has not. A value that is not a number is the
/// least.
#[must_use]
pub fn cap(
    queue: &Queue,
    events: &[Event],
    value: &dyn Fn(&Event) -> f64,
    most: usize,
    day: NaiveDate,
) -> Capped {
    let mut out = Capped::default();
    let mut waiting = queue.waiting.clone();
    let known: BTreeSet<&str> = queue.waiting.iter().map(|it| it.event.id.as_str()).collect();
    for event in events.iter().filter(|it| !known.contains(it.id.as_str())) {
        let same = |it: &Waiting| {
            (it.event.rule.as_str(), it.event.kind, it.event.subject.as_str(), it.event.fired)
                == (event.rule.as_str(), event.kind, event.subject.as_str(), event.fired)
        };
        let begins = |it: &Waiting| same(it) && !it.event.told_before;
        if matches!(event.change, Change::Repeated { .. }) && waiting.iter().any(begins) {
            out.settled.push(event.clone());
        } else if matches!(event.change, Change::Resolved { .. }) && waiting.iter().any(begins) {
            let (gone, rest): (Vec<Waiting>, Vec<Waiting>) = waiting.into_iter().partition(same);
            waiting = rest;
            out.settled.extend(gone.into_iter().map(|it| it.event));
            out.settled.push(event.clone());
        } else {
            let value = value(event);
            let value = if value.is_finite() { value } else { f64::MIN };
            waiting.push(Waiting { value, event: event.clone() });
        }
    }
    waiting.sort_by(|left, right| {
        right
            .value
            .total_cmp(&left.value)
            .then(right.event.severity.cmp(&left.event.severity))
            .then(left.event.day.cmp(&right.event.day))
            .then(left.event.id.cmp(&right.event.id))
    });
    let mut sent = if queue.day == Some(day) { queue.sent.clone() } else { BTreeMap::new() };
    for it in waiting {
        let count = sent.entry(it.event.owner.clone().unwrap_or_default()).or_default();
        if *count < most {
            *count += 1;
            out.sent.push(it.event);
        } else {
            out.queue.waiting.push(it);
        }
    }
    sent.retain(|_, it| *it > 0);
    out.queue.sent = sent;
    out.queue.day = Some(day);
    out
}
