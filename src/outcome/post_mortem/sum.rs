//! From what was kept of a subject to its post-mortem, and from many to what they have in common.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::catch::Worst;
use super::watch::Watch;
use super::{
    Fall, HumanCall, PostMortem, PostMortemOptions, PostMortems, RuleCatch, Seen, Sign, Warning,
};
use crate::alert::{Change, Event, Share, firings};
use crate::engine::{Engine, show_event};
use crate::frame::SubjectKind;
use crate::outcome::backtest::{Backtest, Judged};
use crate::outcome::measure::lead_times;

/// What all losses share.
pub(super) struct Scene<'a> {
    pub(super) engine: &'a Engine,
    pub(super) options: &'a PostMortemOptions,
    pub(super) kind: SubjectKind,
    pub(super) judged: &'a Judged,
    pub(super) worst: &'a Worst,
    pub(super) pass: &'a Backtest,
}

impl Scene<'_> {
    /// One loss; none where it was never assessed in time.
    pub(super) fn post_mortem(
        &self,
        watch: Watch,
        events: &[&Event],
        calls: &[&HumanCall],
    ) -> Option<PostMortem> {
        let lost_on = watch.loss.day;
        let in_time = |day: NaiveDate| self.options.window.after(day).holds(lost_on);
        if !watch.lived.days().any(in_time) {
            return None;
        }
        let before: Vec<&Event> =
            events.iter().copied().filter(|event| event.day < lost_on).collect();
        let fires = |it: &&&Event| matches!(it.change, Change::Fired | Change::Repeated { .. });
        let warnings: Vec<Warning> =
            before.iter().filter(fires).map(|event| warning(event, lost_on)).collect();
        let acts = |it: &&&HumanCall| it.day < lost_on && !self.too_late(it.day, lost_on);
        let call =
            calls.iter().filter(acts).max_by_key(|call| (call.day, &call.by)).copied().cloned();
        let rules = self.rules(&before, in_time);
        let fall = watch.peak.as_ref().zip(watch.last.as_ref()).and_then(|(best, last)| {
            let change = self.engine.change(best, last);
            let fell =
                change.difference.is_none_or(|points| points < 0.0) && best.as_of < last.as_of;
            fell.then(|| Fall { from: best.as_of, to: last.as_of, change })
        });
        let mut thresholds = self.worst.thresholds(self.pass, &watch.loss.subject);
        thresholds.truncate(self.options.most);
        Some(PostMortem {
            subject: watch.loss.subject.to_string(),
            kind: self.kind,
            scorecard: self.options.scorecard.clone(),
            engine: self.engine.hash().to_owned(),
            window: [self.options.window.lead, self.options.window.horizon],
            lost_on,
            value: watch.loss.value_before,
            currency: self.options.currency,
            course: watch.course(),
            marks: watch.marks(),
            fall,
            first_signal: self.first_signal(&watch, &before),
            told_in_time: rules.iter().any(|rule| rule.told),
            warnings,
            call,
            rules,
            thresholds,
            lived: watch.lived,
        })
    }

    fn too_late(&self, day: NaiveDate, lost_on: NaiveDate) -> bool {
        self.options.window.after(day).is_too_late_for(lost_on)
    }

    /// The earliest of what could be seen; of several on one day an alert, then the band, then the deepest fall.
    fn first_signal(&self, watch: &Watch, events: &[&Event]) -> Option<Sign> {
        let bands = self.pass.last().map_or_else(Vec::new, |out| {
            out.bands(&self.options.scorecard)
                .iter()
                .filter_map(|row| row.band.map(str::to_owned))
                .collect()
        });
        let fired = events.iter().filter(|event| event.change == Change::Fired);
        let alerts = fired.map(|event| (event.day, Seen::Alert { rule: event.rule.clone() }));
        let all = alerts.chain(watch.falls(&bands));
        let depth = |it: &Seen| match it {
            Seen::Alert { .. } => f64::INFINITY,
            Seen::Band { .. } => f64::MAX,
            Seen::Factor { from, to, .. } => from - to,
        };
        let first = all.min_by(|one, two| {
            let by_day = one.0.cmp(&two.0).then(depth(&two.1).total_cmp(&depth(&one.1)));
            by_day.then_with(|| one.1.name().cmp(&two.1.name()))
        });
        let lead = |day: NaiveDate| (watch.loss.day - day).num_days();
        first.map(|(day, what)| Sign { day, lead: lead(day), what })
    }

    /// The rules that fired in time.
    fn rules(&self, events: &[&Event], in_time: impl Fn(NaiveDate) -> bool) -> Vec<RuleCatch> {
        let mut first: BTreeMap<String, (NaiveDate, bool)> = BTreeMap::new();
        for it in firings(events.iter().copied()) {
            let told = it.told_on.is_some_and(&in_time);
            let day = it.told_on.filter(|_| told).unwrap_or(it.key.fired.day());
            if in_time(day) {
                let kept = first.entry(it.key.rule).or_insert((day, told));
                // The first of which somebody was told, else the first of all.
                if (told, std::cmp::Reverse(day)) > (kept.1, std::cmp::Reverse(kept.0)) {
                    *kept = (day, told);
                }
            }
        }
        let catch = |(rule, (day, told)): (String, (NaiveDate, bool))| {
            let against = self.judged.rule(&rule, "lost");
            RuleCatch {
                day,
                told,
                false_alarms: against.map_or(0, |against| against.false_alarms),
                hits: against.map_or(0, |against| against.hits),
                precision: against.and_then(|against| against.precision),
                rule,
            }
        };
        let mut out: Vec<RuleCatch> = first.into_iter().map(catch).collect();
        out.sort_by(|one, two| (one.day, &one.rule).cmp(&(two.day, &two.rule)));
        out
    }
}

fn warning(event: &Event, lost_on: NaiveDate) -> Warning {
    Warning {
        day: event.day,
        lead: (lost_on - event.day).num_days(),
        rule: event.rule.clone(),
        owner: event.owner.clone(),
        told: event.is_sent(),
        event: show_event(event),
        message: event.message.clone(),
    }
}

/// What losses have in common.
pub(super) fn of_all(
    engine: &Engine,
    options: &PostMortemOptions,
    losses: Vec<PostMortem>,
    unassessed: usize,
) -> PostMortems {
    let missed = losses.iter().filter(|loss| !loss.told_in_time).count();
    let first = |it: &PostMortem| it.rules.iter().find(|rule| rule.told).map(|rule| rule.day);
    let mut signals: BTreeMap<String, usize> = BTreeMap::new();
    let mut caught_by: BTreeMap<String, usize> = BTreeMap::new();
    for it in &losses {
        if let Some(signal) = &it.first_signal {
            *signals.entry(signal.what.name()).or_default() += 1;
        }
        for rule in it.rules.iter().filter(|rule| rule.told) {
            *caught_by.entry(rule.rule.clone()).or_default() += 1;
        }
    }
    let mut first_signals: Vec<(String, usize)> = signals.into_iter().collect();
    first_signals.sort_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(&two.0)));
    let called: Vec<bool> =
        losses.iter().filter_map(|loss| Some(loss.call.as_ref()?.outcome.is_lost())).collect();
    PostMortems {
        scorecard: options.scorecard.clone(),
        engine: engine.hash().to_owned(),
        currency: options.currency,
        window: [options.window.lead, options.window.horizon],
        unassessed,
        missed: Share::of(missed, losses.len()),
        lead: lead_times(losses.iter().map(|loss| (loss.lost_on, first(loss)))),
        unseen: losses.iter().filter(|loss| loss.first_signal.is_none()).count(),
        first_signals,
        called_wrong: Share::of(called.iter().filter(|call| !**call).count(), called.len()),
        caught_by,
        losses,
    }
}

/// Losses by how early somebody was told; the classes begin where an alert is in time, and at each mark before.
pub(super) fn how_early(all: &PostMortems) -> Vec<(String, usize)> {
    let days = all.lead.as_ref().map_or(&[][..], |lead| lead.days.as_slice());
    let [lead, horizon] = all.window;
    let (first, last) = (i64::from(lead) + 1, i64::from(lead) + i64::from(horizon));
    let marks = all.losses.iter().flat_map(|loss| &loss.marks).map(|mark| i64::from(mark.before));
    let mut edges: Vec<i64> = marks.filter(|day| first < *day && *day < last).collect();
    edges.push(first);
    edges.sort_unstable();
    edges.dedup();
    let mut out = vec![("missed".to_owned(), all.losses.len().saturating_sub(days.len()))];
    for (at, from) in edges.iter().enumerate() {
        let to = edges.get(at + 1).map_or(last, |next| next - 1);
        let name = if from < &to {
            format!("{from} to {to} days before")
        } else {
            format!("{from} days before")
        };
        out.push((name, days.iter().filter(|day| (*from..=to).contains(*day)).count()));
    }
    out
}
