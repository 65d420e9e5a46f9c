//! What the alerts of a replay were worth, given what happened later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use foretell::Engine;
use foretell::alert::{
    AlertQuality, AlertRef, Event, Exposure, Firing, Judgement, Opinion, Share, alert_quality,
    firings,
};
use foretell::engine::Replay;
use foretell::frame::SubjectKind;

use super::args::Options;
use super::baseline::{Baseline, baselines};
use super::history::{Cohort, Fate, History, Later, Person};

/// What an alert is held against.
pub(super) const AIMS: [Later; 4] =
    [Later::Cancelled(None), Later::Cancelled(Some(28)), Later::Cancelled(Some(56)), Later::Lost];

/// The year on which the thresholds of the config were chosen.
const TUNED_ON: &str = "2013";

/// Everything that is told.
pub(super) struct Report {
    pub(super) data: String,
    pub(super) config: String,
    pub(super) engine: String,
    pub(super) read: usize,
    pub(super) left_out: BTreeMap<&'static str, usize>,
    pub(super) rules: usize,
    pub(super) years: Vec<Year>,
    pub(super) baselines: Vec<Baseline>,
}

/// What terms that began in one year come to.
pub(super) struct Year {
    pub(super) year: String,
    pub(super) tuned: bool,
    /// Cancelled before the first assessment.
    pub(super) never: usize,
    /// Assessed at least once.
    pub(super) subjects: usize,
    /// Of these, by what became of them.
    pub(super) fates: [usize; 3],
    /// A subject on a day.
    pub(super) evaluations: usize,
    /// The share of evaluations after which each of `AIMS` came.
    pub(super) base: [Option<f64>; 4],
    /// One for each rule, and one for all.
    pub(super) lines: Vec<Line>,
    pub(super) quality: AlertQuality,
}

/// What the alerts of a rule come to.
pub(super) struct Line {
    pub(super) rule: String,
    pub(super) fired: usize,
    pub(super) told: usize,
    pub(super) per_subject: f64,
    pub(super) per_subject_month: f64,
    /// One for each of `AIMS`.
    pub(super) outcomes: [Outcome; 4],
    /// Days from the first alert told to the cancellation: median and lower quartile.
    pub(super) lead: Option<[f64; 2]>,
    /// Alerts told, and subjects with one, by what became of them.
    pub(super) fates: [(usize, usize); 3],
}

/// A rule against one aim.
pub(super) struct Outcome {
    /// Alerts after which it came.
    pub(super) precision: Option<Share>,
    /// The same of all who were assessed on the days of the alerts.
    pub(super) base: Option<f64>,
    /// Those to whom it came, and an alert before.
    pub(super) recall: Option<Share>,
}

/// A cohort and its replay, with what figures need.
struct Run<'a> {
    cohort: &'a Cohort,
    replay: &'a Replay,
    /// Of those assessed on a day: all, and those to whom each of `AIMS` comes.
    days: BTreeMap<NaiveDate, (usize, [usize; 4])>,
    alerts: Vec<Alert<'a>>,
}

/// An alert that was told.
struct Alert<'a> {
    firing: Firing,
    told_on: NaiveDate,
    person: &'a Person,
}

impl Report {
    pub(super) fn new(
        options: &Options,
        engine: &Engine,
        history: &History,
        cohorts: &[(&Cohort, Replay)],
    ) -> Self {
        let mut years: BTreeMap<String, Vec<Run<'_>>> = BTreeMap::new();
        for (cohort, replay) in cohorts {
            years.entry(cohort.year()).or_default().push(Run::new(cohort, replay));
        }
        Self {
            data: options.data.shown.clone(),
            config: options.config.shown.clone(),
            engine: engine.hash().to_owned(),
            read: history.read,
            left_out: history.left_out.clone(),
            rules: engine.config().rules.len(),
            years: years.into_iter().map(|(year, runs)| Year::new(year, engine, &runs)).collect(),
            baselines: baselines(&options.data.path),
        }
    }
}

impl<'a> Run<'a> {
    fn new(cohort: &'a Cohort, replay: &'a Replay) -> Self {
        let mut days = BTreeMap::new();
        for day in cohort.days() {
            let running: Vec<&Person> = cohort.people.iter().filter(|it| it.runs(day)).collect();
            let count = |aim| running.iter().filter(|it| it.meets(aim, day)).count();
            days.insert(day, (running.len(), AIMS.map(count)));
        }
        let people: BTreeMap<&str, &Person> =
            cohort.people.iter().map(|it| (it.id.as_str(), it)).collect();
        let alerts = firings(&replay.events).into_iter().filter_map(|firing| {
            let person = people.get(firing.key.subject.as_str())?;
            Some(Alert { told_on: firing.told_on?, firing, person })
        });
        Self { cohort, replay, days, alerts: alerts.collect() }
    }

    /// Those who were assessed at least once.
    fn subjects(&self) -> impl Iterator<Item = &'a Person> {
        let days = self.cohort.days();
        self.cohort.people.iter().filter(move |it| days.iter().any(|day| it.runs(*day)))
    }
}

impl Year {
    fn new(year: String, engine: &Engine, runs: &[Run<'_>]) -> Self {
        let people: Vec<&Person> = runs.iter().flat_map(Run::subjects).collect();
        let (mut evaluations, mut met) = (0, [0; 4]);
        for (all, of_them) in runs.iter().flat_map(|it| it.days.values()) {
            evaluations += all;
            for (count, more) in met.iter_mut().zip(of_them) {
                *count += more;
            }
        }
        let mut exposure = Exposure::default();
        for run in runs {
            exposure.add(&run.replay.exposure);
        }
        let rules: Vec<&str> = engine.config().rules.iter().map(|it| it.name.as_str()).collect();
        let mut lines: Vec<Line> =
            rules.iter().map(|it| Line::new(Some(it), runs, &people, &exposure)).collect();
        lines.push(Line::new(None, runs, &people, &exposure));
        let all: usize = runs.iter().map(|it| it.cohort.people.len()).sum();
        Self {
            tuned: year == TUNED_ON,
            year,
            never: all - people.len(),
            subjects: people.len(),
            fates: Fate::ALL.map(|fate| people.iter().filter(|it| it.fate() == fate).count()),
            evaluations,
            base: met.map(|it| (evaluations > 0).then(|| it as f64 / evaluations as f64)),
            lines,
            quality: quality(engine, runs, &exposure),
        }
    }
}

/// The library's own count, with an alert for useful if its subject cancelled later, for noise if not.
fn quality(engine: &Engine, runs: &[Run<'_>], exposure: &Exposure) -> AlertQuality {
    let judged = runs.iter().flat_map(|it| &it.alerts).map(|it| {
        let opinion = match it.person.meets(Later::Cancelled(None), it.told_on) {
            true => Opinion::Useful,
            false => Opinion::Noise,
        };
        Judgement::new(AlertRef::Firing(it.firing.key.clone()), opinion)
    });
    let judgements: Vec<Judgement> = judged.collect();
    let events: Vec<&Event> = runs.iter().flat_map(|it| &it.replay.events).collect();
    alert_quality(engine.config(), events, exposure, &judgements)
}

impl Line {
    /// The line of a rule, or of all.
    fn new(rule: Option<&str>, runs: &[Run<'_>], people: &[&Person], exposure: &Exposure) -> Self {
        let is_it = |name: &str| rule.is_none_or(|it| it == name);
        let fired = runs.iter().flat_map(|it| firings(&it.replay.events));
        let fired = fired.filter(|it| is_it(&it.key.rule)).count();
        let mut told: Vec<(&Run<'_>, &Alert<'_>)> = Vec::new();
        for run in runs {
            told.extend(
                run.alerts.iter().filter(|it| is_it(&it.firing.key.rule)).map(|it| (run, it)),
            );
        }
        let mut days: BTreeMap<&str, Vec<NaiveDate>> = BTreeMap::new();
        for (_, alert) in &told {
            days.entry(&alert.person.id).or_default().push(alert.told_on);
        }
        let first = |it: &&Person| -> Option<f64> {
            let first = days.get(it.id.as_str())?.iter().min()?;
            Some((it.cancelled? - *first).num_days() as f64)
        };
        let leads: Vec<f64> = people.iter().filter_map(first).filter(|it| *it > 0.0).collect();
        let months = exposure.subject_months(SubjectKind::Subscription);
        Self {
            rule: rule.unwrap_or("any rule").to_owned(),
            fired,
            told: told.len(),
            per_subject: told.len() as f64 / people.len().max(1) as f64,
            per_subject_month: if months > 0.0 { told.len() as f64 / months } else { 0.0 },
            outcomes: [0, 1, 2, 3].map(|at| Outcome::new(at, &told, people, &days)),
            lead: quantile(&leads, 0.5).zip(quantile(&leads, 0.25)).map(|(half, low)| [half, low]),
            fates: Fate::ALL.map(|fate| {
                let of: Vec<&str> = told
                    .iter()
                    .filter(|it| it.1.person.fate() == fate)
                    .map(|it| it.1.person.id.as_str())
                    .collect();
                (of.len(), of.iter().collect::<BTreeSet<_>>().len())
            }),
        }
    }
}

impl Outcome {
    fn new(
        at: usize,
        told: &[(&Run<'_>, &Alert<'_>)],
        people: &[&Person],
        days: &BTreeMap<&str, Vec<NaiveDate>>,
    ) -> Self {
        let aim = AIMS.get(at).copied().unwrap_or(Later::Lost);
        let hits = told.iter().filter(|(_, it)| it.person.meets(aim, it.told_on)).count();
        let shares = told.iter().filter_map(|(run, it)| {
            let (all, met) = run.days.get(&it.told_on)?;
            Some(*met.get(at)? as f64 / *all as f64)
        });
        let is_aim = |it: &&&Person| match aim {
            Later::Cancelled(_) => it.fate() == Fate::Cancelled,
            Later::Lost => it.fate() != Fate::Kept,
        };
        let aimed_at: Vec<&&Person> = people.iter().filter(is_aim).collect();
        let seen = |it: &&&&Person| {
            let days = days.get(it.id.as_str());
            days.is_some_and(|days| days.iter().any(|day| it.meets(aim, *day)))
        };
        Self {
            precision: Share::of(hits, told.len()),
            base: (!told.is_empty()).then(|| shares.sum::<f64>() / told.len() as f64),
            recall: Share::of(aimed_at.iter().filter(seen).count(), aimed_at.len()),
        }
    }
}

/// The value that a share of the numbers does not exceed, between two of them where need be.
fn quantile(numbers: &[f64], share: f64) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * sorted.len().checked_sub(1)? as f64;
    let [low, high] = [place.floor(), place.ceil()].map(|it| sorted.get(it as usize).copied());
    let (low, high) = low.zip(high)?;
    Some(low + (high - low) * place.fract())
}
