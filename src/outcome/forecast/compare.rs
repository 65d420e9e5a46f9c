//! People's calls and the model's, held against what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use crate::outcome::Span;
use crate::outcome::experiment::{Proportion, wilson};
use crate::outcome::measure::Caution;
use crate::outcome::special::t_quantile;

/// What was said of a renewal before it was due, and what came.
///
/// ```
/// use foretell::outcome::forecast::{Call, compare};
///
/// let day = "2026-02-01".parse()?;
/// let mut silent = Call::new("globex", day, 0.5, 0.5, true);
/// silent.human = None; // nobody said anything
/// let comparison = compare(&[Call::new("acme", day, 0.9, 0.6, false), silent]).ok_or("no call")?;
/// assert_eq!((comparison.whole.calls, comparison.one_sided), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// The subscription's id.
    pub subject: Arc<str>,
    /// The day of the renewal.
    pub day: NaiveDate,
    /// Who looked after it.
    pub owner: Option<Arc<str>>,
    /// What it was worth.
    pub value: Option<f64>,
    /// The person's probability of renewal, 0 to 1.
    pub human: Option<f64>,
    /// The model's, from a score made before the renewal by a curve that had not seen it.
    pub model: Option<f64>,
    /// Whether it renewed.
    pub renewed: bool,
}

impl Call {
    /// A call of both: probabilities of renewal, 0 to 1; one outside counts as not said.
    #[must_use]
    pub fn new(
        subject: impl Into<Arc<str>>,
        day: NaiveDate,
        human: f64,
        model: f64,
        renewed: bool,
    ) -> Self {
        let (human, model) = (Some(human), Some(model));
        Self { subject: subject.into(), day, owner: None, value: None, human, model, renewed }
    }
}

/// How good one side was.
///
/// ```
/// use foretell::outcome::forecast::{Call, compare};
///
/// let calls: Vec<Call> = (0..10).map(|row| Call::new(format!("s{row}"), "2026-02-01".parse().unwrap(), 0.9, 0.6, row < 6)).collect();
/// let whole = compare(&calls).unwrap().whole;
/// assert!((whole.human.bias - 0.3).abs() < 1e-12); // too hopeful: 0.9 of 0.6
/// assert!(whole.model.bias.abs() < 1e-12 && whole.model.brier < whole.human.brier);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// Mean probability less the share that renewed: above 0 is too hopeful.
    pub bias: f64,
    /// The mean squared error; see [`brier`](crate::outcome::measure::brier).
    pub brier: f64,
    /// What was expected of the renewals with a value, less what came.
    pub value_bias: f64,
}

/// Both sides over some calls.
///
/// ```
/// use foretell::outcome::forecast::{Call, compare};
///
/// let call = |id: &str, day: &str, renewed| Call::new(id, day.parse().unwrap(), 0.9, 0.6, renewed);
/// let calls = [call("s1", "2026-02-01", true), call("s2", "2026-05-01", true), call("s3", "2026-06-01", false)];
/// let quarters = compare(&calls).unwrap().quarters;
/// let counts: Vec<_> = quarters.iter().map(|it| (it.name.as_deref(), it.calls, it.renewed)).collect();
/// assert_eq!(counts, [(Some("2026-Q1"), 1, 1), (Some("2026-Q2"), 2, 1)]);
/// assert_eq!((quarters[1].human_nearer, quarters[1].model_nearer), (1, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallPeriod {
    /// The quarter such as `2026-Q1`, or the owner; none for the whole, and for calls without an owner.
    pub name: Option<String>,
    /// Calls of both sides.
    pub calls: usize,
    /// How many of those renewed.
    pub renewed: usize,
    /// The people.
    pub human: Side,
    /// The model.
    pub model: Side,
    /// How often the person's probability was nearer to what came.
    pub human_nearer: usize,
    /// How often the model's was. The rest were as near.
    pub model_nearer: usize,
    /// What to beware of with so few.
    pub caution: Option<Caution>,
}

/// People against the model on past renewals.
///
/// ```
/// use foretell::outcome::forecast::{Call, compare};
///
/// // The model tells those that go from those that stay; people say 0.9 of everything.
/// let calls: Vec<Call> = (0..60)
///     .map(|row| Call::new(format!("s{row}"), "2026-02-01".parse().unwrap(), 0.9, if row % 3 == 0 { 0.4 } else { 0.9 }, row % 3 != 0))
///     .collect();
/// assert!(compare(&calls).unwrap().is_telling());
/// assert!(!compare(&calls[..20]).unwrap().is_telling()); // too few
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallComparison {
    /// Over all.
    pub whole: CallPeriod,
    /// By quarter of the renewal.
    pub quarters: Vec<CallPeriod>,
    /// By owner.
    pub owners: Vec<CallPeriod>,
    /// The people's Brier score less the model's with its 95% interval: above 0 the model was better. None for fewer than
    /// two calls, or where all differ by the same.
    pub brier_gap: Option<Span>,
    /// Where the two were apart by 0.2 or more: how often the model was nearer, with Wilson's interval.
    pub apart: Proportion,
    /// The share of `apart`.
    pub model_right: Option<Span>,
    /// Renewals of which only one side, or none, said something that is a probability: in none of these figures.
    pub one_sided: usize,
}

impl CallComparison {
    /// Whether the interval of the gap leaves out 0, and 30 renewals or more are behind it, with 10 of either outcome.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        let enough = self.whole.calls >= 30
            && !matches!(self.whole.caution, Some(Caution::OneOutcome | Caution::VeryFew));
        enough && self.brier_gap.is_some_and(|gap| !gap.holds(0.0))
    }
}

/// Compares people's calls with the model's over the renewals of which both said something. `None` where there is no such
/// renewal.
///
/// ```
/// use foretell::outcome::forecast::{Call, compare};
///
/// let day = "2026-02-01".parse().unwrap();
/// // People say 0.9 of everything; the model tells those that go from those that stay.
/// let calls = (0..60).map(|it| Call::new(format!("s{it}"), day, 0.9, if it % 3 == 0 { 0.4 } else { 0.9 }, it % 3 != 0));
/// let comparison = compare(&calls.collect::<Vec<_>>()).unwrap();
/// assert!(comparison.whole.human.bias > 0.2 && comparison.is_telling());
/// assert_eq!((comparison.apart.count, comparison.apart.of), (20, 20));
/// ```
#[must_use]
pub fn compare(calls: &[Call]) -> Option<CallComparison> {
    let mut rows: Vec<Row<'_>> = calls.iter().filter_map(Row::of).collect();
    rows.sort_by(Row::order);
    let all: Vec<&Row<'_>> = rows.iter().collect();
    let far: Vec<&Row<'_>> =
        rows.iter().filter(|row| (row.human - row.model).abs() >= super::GAP).collect();
    let apart = Proportion::new(far.iter().filter(|row| row.gap() > 0.0).count(), far.len());
    Some(CallComparison {
        whole: period(None, &all)?,
        quarters: by(&rows, &|row| {
            use chrono::Datelike as _;
            Some(format!("{}-Q{}", row.call.day.year(), row.call.day.month0() / 3 + 1))
        }),
        owners: by(&rows, &|row| row.call.owner.as_ref().map(ToString::to_string)),
        brier_gap: gap(&rows),
        apart,
        model_right: wilson(apart, 0.95),
        one_sided: calls.len() - rows.len(),
    })
}

/// A call of both sides.
struct Row<'a> {
    call: &'a Call,
    human: f64,
    model: f64,
    came: f64,
}

impl<'a> Row<'a> {
    fn of(call: &'a Call) -> Option<Self> {
        let sound = |it: &f64| (0.0..=1.0).contains(it);
        let (human, model) = (call.human.filter(sound)?, call.model.filter(sound)?);
        Some(Self { call, human, model, came: if call.renewed { 1.0 } else { 0.0 } })
    }

    /// So that sums do not depend on the order of the calls.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let (left, right) = (self.call, other.call);
        (left.day, &left.subject, left.renewed)
            .cmp(&(right.day, &right.subject, right.renewed))
            .then(self.human.total_cmp(&other.human))
            .then(self.model.total_cmp(&other.model))
    }

    /// How much larger the person's squared error is.
    fn gap(&self) -> f64 {
        (self.human - self.came).powi(2) - (self.model - self.came).powi(2)
    }
}

fn period(name: Option<String>, rows: &[&Row<'_>]) -> Option<CallPeriod> {
    let count = rows.len();
    if count == 0 {
        return None;
    }
    let mean =
        |of: &dyn Fn(&Row<'_>) -> f64| rows.iter().map(|row| of(row)).sum::<f64>() / count as f64;
    let side = |of: &dyn Fn(&Row<'_>) -> f64| Side {
        bias: mean(&|row| of(row) - row.came),
        brier: mean(&|row| (of(row) - row.came).powi(2)),
        value_bias: count as f64
            * mean(&|row| {
                let value = row.call.value.filter(super::is_amount);
                value.unwrap_or(0.0) * (of(row) - row.came)
            }),
    };
    let renewed = rows.iter().filter(|row| row.call.renewed).count();
    Some(CallPeriod {
        name,
        calls: count,
        renewed,
        human: side(&|row| row.human),
        model: side(&|row| row.model),
        human_nearer: rows.iter().filter(|row| row.gap() < 0.0).count(),
        model_nearer: rows.iter().filter(|row| row.gap() > 0.0).count(),
        caution: Caution::of(count - renewed, renewed),
    })
}

fn by(rows: &[Row<'_>], name: &dyn Fn(&Row<'_>) -> Option<String>) -> Vec<CallPeriod> {
    let mut named: BTreeMap<String, Vec<&Row<'_>>> = BTreeMap::new();
    let mut rest = Vec::new();
    for it in rows {
        match name(it) {
            Some(name) => named.entry(name).or_default().push(it),
            None => rest.push(it),
        }
    }
    let periods = named.into_iter().filter_map(|(name, it)| period(Some(name), &it));
    periods.chain(period(None, &rest)).collect()
}

/// The mean gap of squared errors, with the interval of a paired mean.
fn gap(rows: &[Row<'_>]) -> Option<Span> {
    let count = rows.len() as f64;
    let mean = rows.iter().map(Row::gap).sum::<f64>() / count;
    let squares: f64 = rows.iter().map(|row| (row.gap() - mean).powi(2)).sum();
    if rows.len() < 2 || squares <= 0.0 {
        return None;
    }
    let error = (squares / (count - 1.0) / count).sqrt();
    let reach = t_quantile(0.975, count - 1.0) * error;
    Some(Span::new(mean, mean - reach, mean + reach))
}
