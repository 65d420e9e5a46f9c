//! What is quiet on a day, and what that does to an alert.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::about::About;
use super::step::{Happening, cools, repeat};
use super::suppress::{Matcher, QuietCalendar, Silence, Snooze, Suppressions, Suppressor};
use crate::config::{InhibitConfig, InhibitOn, RuleConfig, RuleSeverity};
use crate::frame::SubjectKind;
use crate::memory::{AlertState, Phase};
use crate::time::AsOf;

/// What is quiet on a day: of what names subjects, those of an alert are looked up, so that an alert costs no more where many
/// others are quiet.
#[derive(Debug, Default)]
pub(crate) struct Quiet<'a> {
    anyone: Vec<Hush<'a>>,
    by_subject: BTreeMap<&'a str, Vec<Hush<'a>>>,
    snoozes: BTreeMap<&'a str, Vec<&'a Snooze>>,
}

/// What is quiet for what fits a matcher.
#[derive(Debug, Clone, Copy)]
enum Hush<'a> {
    Silence(&'a Silence),
    Calendar(&'a QuietCalendar),
}

impl<'a> Quiet<'a> {
    /// What is quiet of it on a day; `off` says whether a calendar of the config has it off.
    pub(crate) fn of(all: &'a Suppressions, now: NaiveDate, off: &dyn Fn(&str) -> bool) -> Self {
        let within = |from: NaiveDate, until: NaiveDate| from <= now && now < until;
        let mut quiet = Self::default();
        for it in all.silences.iter().filter(|it| within(it.from, it.until)) {
            if !it.matches.is_empty() {
                quiet.add(&it.matches, Hush::Silence(it));
            }
        }
        let weekend = matches!(now.weekday(), Weekday::Sat | Weekday::Sun);
        for it in &all.calendars {
            let spans = || it.spans.iter().any(|(from, to)| within(*from, *to));
            let quiet_day = (it.weekends && weekend) || spans();
            if quiet_day || it.calendar.as_deref().is_some_and(off) {
                quiet.add(&it.matches, Hush::Calendar(it));
            }
        }
        for it in all.snoozes.iter().filter(|it| within(it.from, it.until)) {
            quiet.snoozes.entry(&it.subject).or_default().push(it);
        }
        quiet
    }

    fn add(&mut self, matches: &'a Matcher, hush: Hush<'a>) {
        if matches.subjects.is_empty() {
            self.anyone.push(hush);
        }
        for subject in &matches.subjects {
            self.by_subject.entry(subject).or_default().push(hush);
        }
    }

    /// Whether nothing is.
    pub(crate) fn is_empty(&self) -> bool {
        self.anyone.is_empty() && self.by_subject.is_empty() && self.snoozes.is_empty()
    }

    /// Whether whom a subject belongs to matters.
    pub(crate) fn asks_parents(&self) -> bool {
        !self.by_subject.is_empty()
    }

    /// What keeps an alert quiet.
    pub(crate) fn suppressors(&self, alert: &About<'_>) -> Vec<Suppressor> {
        let named = alert.ids().filter_map(|id| self.by_subject.get(id)).flatten();
        let hushed = self.anyone.iter().chain(named).filter_map(|hush| match hush {
            Hush::Silence(it) => it.matches.fits(alert).then(|| Suppressor::Silence {
                id: it.id.clone(),
                author: it.author.clone(),
                reason: it.reason.clone(),
                until: it.until,
            }),
            Hush::Calendar(it) => {
                it.matches.fits(alert).then(|| Suppressor::Calendar { name: it.name.clone() })
            }
        });
        let snoozes = self.snoozes.get(alert.subject).into_iter().flatten();
        let snoozes = snoozes.filter(|snooze| snooze.rule == alert.rule).map(|snooze| {
            let (author, reason) = (snooze.author.clone(), snooze.reason.clone());
            Suppressor::Snooze { author, reason, until: snooze.until }
        });
        let mut all: Vec<Suppressor> = hushed.chain(snoozes).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Alerts that fire and may silence others, by the kind and the id of their subjects: their rules.
pub(crate) type Open<'a> = BTreeMap<(SubjectKind, &'a str), Vec<(&'a str, RuleSeverity)>>;

/// The open alerts that silence one. `open` is every alert that fires, quiet or not: an alert that
/// nobody hears of still stands for its lesser ones.
pub(crate) fn inhibitors(
    rules: &[InhibitConfig],
    target: &About<'_>,
    open: &Open<'_>,
) -> Vec<Suppressor> {
    let mut all = Vec::new();
    for rule in rules.iter().filter(|rule| rule.is_target(target.rule, target.severity)) {
        let both = rule.is_source(target.rule, target.severity);
        let own = [(target.kind, target.subject)];
        let parents: Vec<_> = target.parents.iter().map(|(kind, id)| (*kind, &**id)).collect();
        let related = match rule.on {
            InhibitOn::Subject => &own[..],
            InhibitOn::Parent => &parents[..],
        };
        for (kind, subject) in related {
            for (source, severity) in open.get(&(*kind, *subject)).into_iter().flatten() {
                // Two alerts that silence one another would both be lost.
                let mutual =
                    both && rule.on == InhibitOn::Subject && rule.is_target(source, *severity);
                if rule.is_source(source, *severity) && !mutual {
                    all.push(Suppressor::Inhibited {
                        rule: (*source).to_owned(),
                        kind: *kind,
                        subject: (*subject).to_owned(),
                    });
                }
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// What suppresses an alert because it ended not long ago.
pub(crate) fn cooling(alert: &AlertState, rule: &RuleConfig, now: AsOf) -> Option<Suppressor> {
    let until = cools(alert, rule, now).filter(|_| alert.phase != Phase::Inactive)?;
    Some(Suppressor::Cooldown { until })
}

/// Notes that someone is told that an alert fires, as nothing suppresses it; says it again where nobody was told.
pub(crate) fn settle(alert: &mut AlertState, happenings: &mut Vec<Happening>, now: AsOf) {
    let said = |it: &Happening| {
        use super::Change;
        matches!(it.change, Change::Fired | Change::Repeated { .. })
    };
    if happenings.iter().any(said) {
        alert.told = true;
    } else if alert.phase == Phase::Firing {
        happenings.push(repeat(alert, now));
        alert.told = true;
    }
}
