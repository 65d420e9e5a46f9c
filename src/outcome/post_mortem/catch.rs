//! What would have caught a loss, and what that costs in false alarms over the same history.

use serde::Serialize;

use chrono::NaiveDate;

use crate::alert::Share;
use crate::config::{Config, FactorConfig, GroupConfig, ScorecardConfig};
use crate::engine::Assessment;
use crate::frame::{Data, SubjectKind};
use crate::outcome::backtest::Backtest;
use crate::outcome::history::{History, Horizon};
use crate::outcome::learn::{Way, direction};

/// A rule that fired in time for a loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleCatch {
    /// The rule.
    pub rule: String,
    /// The first day on which it fired in time.
    pub day: NaiveDate,
    /// Whether somebody was notified of it in time.
    pub told: bool,
    /// Its alerts that were told over the whole history and after which no loss came.
    pub false_alarms: usize,
    /// Its alerts that were told and after which a loss came.
    pub hits: usize,
    /// Hits among both.
    pub precision: Option<Share>,
}

/// A threshold on one metric that would have fired in time for a loss: the worst value the subject had by then.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThresholdCatch {
    /// The metric.
    pub metric: String,
    /// What people call it.
    pub label: String,
    /// The unit of its values, where it has one.
    pub unit: Option<String>,
    /// Whether it fires at or below the value; at or above if not.
    pub at_most: bool,
    /// The value.
    pub value: f64,
    /// The first day on which the subject was there.
    pub day: NaiveDate,
    /// Subjects that were not lost and were there at any time.
    pub false_alarms: usize,
    /// Subjects that were not lost and have a value at any time.
    pub kept: usize,
    /// Lost subjects that were there in time, this one included.
    pub caught: usize,
    /// Lost subjects that have a value in time.
    pub lost: usize,
    /// Caught among caught and false alarms.
    pub precision: Option<Share>,
}

/// The worst value that every subject had, of every metric behind a scorecard.
#[derive(Debug)]
pub(super) struct Worst {
    kind: SubjectKind,
    window: Horizon,
    metrics: Vec<Metric>,
    /// By number of the subject: the day of its loss.
    losses: Vec<Option<NaiveDate>>,
}

#[derive(Debug)]
struct Metric {
    name: String,
    label: String,
    unit: Option<String>,
    /// Whether more of it is healthier.
    up: bool,
    /// By number of the subject: of lost ones in time, of others at any time; with the first day. NaN for none.
    values: Vec<(f64, NaiveDate)>,
}

/// The factors of a scorecard, those of groups included.
fn factors(card: &ScorecardConfig) -> Vec<&FactorConfig> {
    fn of_group<'a>(group: &'a GroupConfig, out: &mut Vec<&'a FactorConfig>) {
        out.extend(&group.factors);
        group.groups.iter().for_each(|group| of_group(group, out));
    }
    let mut out: Vec<&FactorConfig> = card.factors.iter().collect();
    card.groups.iter().for_each(|group| of_group(group, &mut out));
    out
}

impl Worst {
    pub(super) fn new(
        config: &Config,
        card: &ScorecardConfig,
        kind: SubjectKind,
        window: Horizon,
    ) -> Self {
        let mut metrics: Vec<Metric> = Vec::new();
        for factor in factors(card) {
            let own = config.metrics.iter().find(|metric| {
                metric.name == factor.metric && metric.subject.unwrap_or(config.subject) == kind
            });
            let better = own.and_then(|metric| metric.better);
            let up = match direction(factor.points.as_ref(), better) {
                Some(Way::Up) => true,
                Some(Way::Down) => false,
                Some(Way::Both) | None => continue,
            };
            if metrics.iter().any(|metric| metric.name == factor.metric) {
                continue;
            }
            let label = own.and_then(|metric| metric.label.clone());
            metrics.push(Metric {
                name: factor.metric.clone(),
                label: label.unwrap_or_else(|| factor.metric.clone()),
                unit: own.and_then(|metric| metric.unit.clone()),
                up,
                values: Vec::new(),
            });
        }
        Self { kind, window, metrics, losses: Vec::new() }
    }

    /// Looks at a day.
    pub(super) fn see(&mut self, pass: &Backtest, out: &Assessment, history: &History) {
        let subjects = pass.subjects(self.kind);
        let new = subjects.iter().skip(self.losses.len());
        self.losses.extend(new.map(|subject| history.loss(subject).map(|loss| loss.day)));
        let span = self.window.after(out.as_of().day());
        let counts = |loss: Option<NaiveDate>| loss.is_none_or(|day| span.holds(day));
        for metric in &mut self.metrics {
            metric.values.resize(subjects.len(), (f64::NAN, out.as_of().day()));
            let Some(column) = out.column(self.kind, &metric.name) else { continue };
            let Data::Number(numbers) = column.data() else { continue };
            for (number, subject) in numbers.iter().zip(pass.present(self.kind)) {
                let at = *subject as usize;
                let loss = self.losses.get(at).copied().flatten();
                let Some((worst, day)) = metric.values.get_mut(at) else { continue };
                let worse = if metric.up { *number < *worst } else { *number > *worst };
                if (worse || (worst.is_nan() && !number.is_nan())) && counts(loss) {
                    (*worst, *day) = (*number, out.as_of().day());
                }
            }
        }
    }

    /// The thresholds that would have caught a loss, the most precise first.
    pub(super) fn thresholds(&self, pass: &Backtest, subject: &str) -> Vec<ThresholdCatch> {
        let Some(at) = pass.subjects(self.kind).iter().position(|id| id.as_ref() == subject) else {
            return Vec::new();
        };
        let mut out: Vec<ThresholdCatch> =
            self.metrics.iter().filter_map(|metric| self.threshold(metric, at)).collect();
        let precision = |it: &ThresholdCatch| it.precision.map_or(0.0, |share| share.value);
        out.sort_by(|one, two| {
            let by_precision = precision(two).total_cmp(&precision(one));
            by_precision.then(two.caught.cmp(&one.caught)).then(one.metric.cmp(&two.metric))
        });
        out
    }

    fn threshold(&self, metric: &Metric, at: usize) -> Option<ThresholdCatch> {
        let (value, day) = metric.values.get(at).copied().filter(|pair| !pair.0.is_nan())?;
        let mut it = ThresholdCatch {
            metric: metric.name.clone(),
            label: metric.label.clone(),
            unit: metric.unit.clone(),
            at_most: metric.up,
            value,
            day,
            false_alarms: 0,
            kept: 0,
            caught: 0,
            lost: 0,
            precision: None,
        };
        for ((other, _), loss) in metric.values.iter().zip(&self.losses) {
            if other.is_nan() {
                continue;
            }
            let there = usize::from(if metric.up { *other <= value } else { *other >= value });
            let (all, those) = match loss {
                Some(_) => (&mut it.lost, &mut it.caught),
                None => (&mut it.kept, &mut it.false_alarms),
            };
            *all += 1;
            *those += there;
        }
        it.precision = Share::of(it.caught, it.caught + it.false_alarms);
        Some(it)
    }
}
