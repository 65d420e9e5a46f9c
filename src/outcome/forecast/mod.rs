//! What the subscriptions that are up for renewal will bring: by the model, by people, and where the two differ.
//!
//! A [`Renewal`] is what is known of one subscription; a [`Likelihood`] turns a score into a probability; a [`Forecaster`] puts both
//! together. [`compare`] holds past calls of people and of the model against what happened, and a
//! [`Trend`] carries a health score on to the day of the renewal.
//!
//! ```
//! use foretell::outcome::forecast::{Forecaster, Renewal};
//!
//! let acme = Renewal::new("acme", Some("2026-05-01".parse()?), Some(50_000.0));
//! let forecast = Forecaster::new(180).forecast("2026-03-01".parse()?, [acme]);
//! assert_eq!(forecast.lines[0].renewal.probability, 0.5); // nothing of the past is known
//! assert_eq!(forecast.quarters[0].name.as_deref(), Some("2026-Q2"));
//! # Ok::<(), chrono::ParseError>(())
//! ```

mod compare;
mod group;
mod likelihood;
mod renewal;
mod sum;
pub(crate) mod text;
mod trend;

pub use compare::{Call, CallComparison, CallPeriod, Side, compare};
pub use group::{LikelyTotal, PeopleTotal, RenewalGroup, Rests};
pub use likelihood::{Basis, Chance, Likelihood, Likely};
pub use renewal::{Human, Renewal, renewals, take_scores};
pub use trend::{Reach, Trend};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;

use super::Span;
use super::calibrate::BaseRates;
use crate::money::Currency;

/// From so large a gap between a person's probability and the model's on, the two disagree. Our choice: below it people
/// give the same word to both (`the_queue_is_by_value_at_stake` tests that it is applied).
const GAP: f64 = 0.2;

/// The largest amount that is believed: beyond it cents are not exact, and no subscription is worth it.
const MOST: f64 = 1e12;

/// Whether a number can be an amount: 0 to a million million.
fn is_amount(number: &f64) -> bool {
    (0.0..=MOST).contains(number)
}

/// How a forecast is made.
///
/// ```
/// use foretell::outcome::calibrate::Calibration;
/// use foretell::outcome::forecast::{Forecaster, Human, Likelihood, Renewal};
///
/// // 200 past renewals: the lower the score, the more were lost.
/// let score: Vec<f64> = (0..200).map(|it| f64::from(it) / 2.0).collect();
/// let lost: Vec<bool> = (0..200).map(|it| it % 20 > it / 10).collect();
/// let renewal = Likelihood::renewal("health", Calibration::fit(&score, &lost));
/// let forecaster = Forecaster::new(180).with_likelihood(renewal).with_categories([("commit", 0.9)]);
///
/// let day = |it: &str| it.parse().unwrap();
/// let mut acme = Renewal::new("acme", Some(day("2026-05-01")), Some(50_000.0)).with_score("health", 20.0);
/// acme.human = Some(Human::Category("commit".into()));
/// let forecast = forecaster.forecast(day("2026-03-01"), [acme]);
///
/// let line = &forecast.lines[0];
/// assert!(line.renewal.probability < 0.5 && line.human == Some(0.9));
/// assert_eq!(forecast.disagreements[0].subject.as_ref(), "acme");
/// println!("{forecast}");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Forecaster {
    horizon: u32,
    likelihoods: Vec<Likelihood>,
    categories: BTreeMap<String, f64>,
    currency: Option<Currency>,
    gap: f64,
}

impl Forecaster {
    /// A forecast of the next `horizon` days, the last of them included; of the day itself for 0.
    #[must_use]
    pub const fn new(horizon: u32) -> Self {
        Self {
            horizon,
            likelihoods: Vec::new(),
            categories: BTreeMap::new(),
            currency: None,
            gap: GAP,
        }
    }

    /// One more likelihood. The first of renewal carries the money; without one, what the first of churn leaves; without
    /// either a half, which the forecast says.
    #[must_use]
    pub fn with_likelihood(mut self, likelihood: Likelihood) -> Self {
        self.likelihoods.push(likelihood);
        self
    }

    /// What people's words mean, each as a probability of renewal, 0 to 1; one outside is not read.
    #[must_use]
    pub fn with_categories<S: Into<String>>(
        mut self,
        categories: impl IntoIterator<Item = (S, f64)>,
    ) -> Self {
        self.categories
            .extend(categories.into_iter().map(|category| (category.0.into(), category.1)));
        self
    }

    /// What people's words meant in the past: the rates of loss by word, as
    /// [`base_rates`](super::calibrate::base_rates) gives them.
    #[must_use]
    pub fn with_category_rates(self, rates: &BaseRates) -> Self {
        self.with_categories(
            rates.segments.iter().map(|segment| (segment.segment.clone(), 1.0 - segment.rate)),
        )
    }

    /// The currency of all values, to be named beside them. Nothing is converted.
    #[must_use]
    pub const fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// From which gap in probability, 0 to 1, on a person and the model disagree; 0.2 if not said.
    #[must_use]
    pub const fn disagree_from(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }
}

/// One subscription that is up for renewal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RenewalLine {
    /// The subscription's id.
    pub subject: Arc<str>,
    /// The day of the renewal.
    pub day: NaiveDate,
    /// Its segment, where it is in one.
    pub segment: Option<Arc<str>>,
    /// Who looks after it.
    pub owner: Option<Arc<str>>,
    /// What it is worth; 0 or more.
    pub value: Option<f64>,
    /// How likely it renews.
    pub renewal: Chance,
    /// One a likelihood, in their order.
    pub chances: Vec<Chance>,
    /// Value times probability, with the interval of the probability: how sure the *curve* is. What one subscription
    /// brings is all or nothing.
    pub expected: Option<Span>,
    /// The person's probability of renewal.
    pub human: Option<f64>,
    /// What the person expects.
    pub human_expected: Option<f64>,
    /// Its health so far, in the order of days, one score a day.
    pub past: Vec<(NaiveDate, f64)>,
    /// Where its health will be on the day, where there was a past to go by.
    pub health: Option<Reach>,
}

impl RenewalLine {
    /// Its value less what is expected, in the currency of the value; none where the value is not known.
    #[must_use]
    pub fn at_risk(&self) -> Option<f64> {
        Some(self.value? - self.expected?.value)
    }
}

/// A subscription of which a person and the model think differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Disagreement {
    /// The subscription's id.
    pub subject: Arc<str>,
    /// The day of the renewal.
    pub day: NaiveDate,
    /// Who looks after it.
    pub owner: Option<Arc<str>>,
    /// What it is worth.
    pub value: Option<f64>,
    /// The person's probability.
    pub human: f64,
    /// The model's.
    pub model: Chance,
    /// How far apart the two expect its value to be.
    pub at_stake: Option<f64>,
    /// Whether the person is outside the interval of the model's probability.
    pub beyond: bool,
}

/// What is not in a forecast, and how much of it there is.
///
/// ```
/// use foretell::outcome::forecast::{Forecaster, Renewal};
///
/// let up = |id: &str, day: Option<&str>| Renewal::new(id, day.and_then(|day| day.parse().ok()), None);
/// let all = [up("s1", None), up("s2", Some("2026-02-01")), up("s3", Some("2027-02-01")), up("s4", Some("2026-03-20"))];
/// let forecast = Forecaster::new(90).forecast("2026-03-01".parse()?, all);
/// let left_out = &forecast.left_out;
/// assert_eq!((left_out.undated, left_out.overdue, left_out.later, forecast.lines.len()), (1, 1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotForecast {
    /// Subscriptions without a day of renewal.
    pub undated: usize,
    /// Those whose day is past.
    pub overdue: usize,
    /// Those whose day is beyond the horizon.
    pub later: usize,
    /// Later renewals of a subscription that is in the forecast with an earlier one.
    pub repeated: usize,
    /// Calls of people that cannot be read: a probability outside 0 to 1, an amount below 0, a word without a meaning, an
    /// amount where the value is unknown.
    pub unread_calls: usize,
    /// Those words.
    pub unknown_categories: BTreeSet<String>,
}

/// A forecast of a book.
///
/// ```
/// use foretell::outcome::calibrate::Calibration;
/// use foretell::outcome::forecast::{Forecaster, Likelihood, Renewal};
///
/// let score: Vec<f64> = (0..200).map(|row| f64::from(row) / 2.0).collect();
/// let lost: Vec<bool> = (0..200).map(|row| row % 20 > row / 10).collect();
/// let likelihood = Likelihood::renewal("health", Calibration::fit(&score, &lost));
/// let up = |id: &str, health| Renewal::new(id, "2026-05-01".parse().ok(), Some(1000.0)).with_score("health", health);
/// let forecast = Forecaster::new(180).with_likelihood(likelihood).forecast("2026-03-01".parse()?, [up("acme", 90.0), up("globex", 10.0)]);
/// assert_eq!(forecast.by_risk()[0].subject.as_ref(), "globex");
/// let sum: f64 = forecast.lines.iter().filter_map(|line| line.expected.as_ref()).map(|expected| expected.value).sum();
/// assert!((forecast.whole.expected.value - sum).abs() < 1e-9 && forecast.whole.value == 2000.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Forecast {
    /// The day on which it was made.
    pub as_of: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
    /// The currency of its values, where it was named.
    pub currency: Option<Currency>,
    /// Each likelihood, in the order of [`RenewalLine::chances`].
    pub likelihoods: Vec<(Likely, Arc<str>)>,
    /// Every subscription in the horizon once, by day, then by id.
    pub lines: Vec<RenewalLine>,
    /// All of them.
    pub whole: RenewalGroup,
    /// By month, such as `2026-03`.
    pub months: Vec<RenewalGroup>,
    /// By quarter, such as `2026-Q1`.
    pub quarters: Vec<RenewalGroup>,
    /// By segment; those in none are in a group of no name, which is last.
    pub segments: Vec<RenewalGroup>,
    /// By owner, likewise.
    pub owners: Vec<RenewalGroup>,
    /// Where people and the model disagree, most value at stake first; those without a value last.
    pub disagreements: Vec<Disagreement>,
    /// What is not in it.
    pub left_out: NotForecast,
}

impl Forecast {
    /// The line of a subscription.
    #[must_use]
    pub fn of(&self, subject: &str) -> Option<&RenewalLine> {
        self.lines.iter().find(|line| line.subject.as_ref() == subject)
    }

    /// The lines by value less what is expected, the most first. Those without a value are last, the least likely first.
    #[must_use]
    pub fn by_risk(&self) -> Vec<&RenewalLine> {
        let mut out: Vec<&RenewalLine> = self.lines.iter().collect();
        let risk = |it: &RenewalLine| it.at_risk().unwrap_or(-1.0);
        out.sort_by(|left, right| {
            risk(right)
                .total_cmp(&risk(left))
                .then_with(|| left.renewal.probability.total_cmp(&right.renewal.probability))
                .then_with(|| (left.day, &left.subject).cmp(&(right.day, &right.subject)))
        });
        out
    }
}

impl Forecaster {
    /// What the renewals from `as_of` (included) to the end of the horizon will bring. The order of the renewals does not
    /// matter; a subscription that comes twice counts with its earliest renewal.
    #[must_use]
    pub fn forecast(
        &self,
        as_of: NaiveDate,
        renewals: impl IntoIterator<Item = Renewal>,
    ) -> Forecast {
        let until =
            as_of.checked_add_days(Days::new(self.horizon.into())).unwrap_or(NaiveDate::MAX);
        let mut left_out = NotForecast::default();
        let mut inside: Vec<(NaiveDate, Renewal)> = Vec::new();
        for it in renewals {
            match it.day {
                None => left_out.undated += 1,
                Some(day) if day < as_of => left_out.overdue += 1,
                Some(day) if until < day => left_out.later += 1,
                Some(day) => inside.push((day, it)),
            }
        }
        inside.sort_by(|left, right| {
            (left.0, &left.1.subject)
                .cmp(&(right.0, &right.1.subject))
                .then_with(|| left.1.order(&right.1))
        });
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(inside.len());
        for (day, it) in inside {
            if seen.insert(Arc::clone(&it.subject)) {
                lines.push(self.line(as_of, day, it, &mut left_out));
            } else {
                left_out.repeated += 1;
            }
        }
        let whole = RenewalGroup::of(None, &lines.iter().collect::<Vec<_>>(), &self.likelihoods);
        let by = |name: &dyn Fn(&RenewalLine) -> Option<String>| {
            group::by(&lines, &self.likelihoods, name)
        };
        let text = |it: &Option<Arc<str>>| it.as_ref().map(ToString::to_string);
        Forecast {
            as_of,
            until,
            currency: self.currency,
            likelihoods: self.likelihoods.iter().map(Likelihood::name).collect(),
            whole,
            months: by(&|line| Some(format!("{}-{:02}", line.day.year(), line.day.month()))),
            quarters: by(&|line| {
                Some(format!("{}-Q{}", line.day.year(), line.day.month0() / 3 + 1))
            }),
            segments: by(&|line| text(&line.segment)),
            owners: by(&|line| text(&line.owner)),
            disagreements: self.disagreements(&lines),
            lines,
            left_out,
        }
    }

    fn line(
        &self,
        as_of: NaiveDate,
        day: NaiveDate,
        it: Renewal,
        left_out: &mut NotForecast,
    ) -> RenewalLine {
        let value = it.value.filter(is_amount);
        let chance = |likelihood: &Likelihood| {
            let score = it.scores.get(likelihood.scorecard()).copied();
            likelihood.chance(score, it.segment.as_deref())
        };
        let chances: Vec<Chance> = self.likelihoods.iter().map(chance).collect();
        let renewal = self.renewal(&chances);
        let (human, human_expected) = match it.human.as_ref().map(|human| self.read(human, value)) {
            None => (None, None),
            Some(Ok((probability, amount))) => (Some(probability), amount),
            Some(Err(word)) => {
                left_out.unread_calls += 1;
                left_out.unknown_categories.extend(word);
                (None, None)
            }
        };
        let past: Vec<(NaiveDate, f64)> = it.past.into_iter().filter(|it| it.0 <= as_of).collect();
        RenewalLine {
            subject: it.subject,
            day,
            segment: it.segment,
            owner: it.owner,
            value,
            renewal,
            chances,
            expected: value.map(|value| {
                Span::new(value * renewal.probability, value * renewal.low, value * renewal.high)
            }),
            human,
            human_expected,
            health: Trend::fit(&past).map(|trend| trend.at(day)),
            past: trend::daily(&past),
        }
    }

    /// The chance that carries the money.
    fn renewal(&self, chances: &[Chance]) -> Chance {
        let first = |what: Likely| {
            let mut both = self.likelihoods.iter().zip(chances);
            both.find(|pair| pair.0.what() == what).map(|pair| *pair.1)
        };
        first(Likely::Renewal)
            .or_else(|| first(Likely::Churn).map(Chance::turned))
            .unwrap_or(Chance::UNKNOWN)
    }

    /// A person's probability of renewal and expected amount; otherwise the word that means nothing, if it is one.
    fn read(
        &self,
        human: &Human,
        value: Option<f64>,
    ) -> Result<(f64, Option<f64>), Option<String>> {
        let sound = |p: f64| (0.0..=1.0).contains(&p);
        let probability = match human {
            Human::Probability(it) => Some(*it).filter(|chance| sound(*chance)),
            Human::Category(word) => {
                let meant =
                    self.categories.get(word.as_ref()).copied().filter(|chance| sound(*chance));
                return meant
                    .map(|chance| (chance, value.map(|value| value * chance)))
                    .ok_or_else(|| Some(word.to_string()));
            }
            Human::Amount(amount) if is_amount(amount) => {
                // More than the value is a renewal with more; nothing of nothing says nothing.
                let share =
                    value.filter(|value| *value > 0.0).map(|value| (amount / value).min(1.0));
                return share.map(|share| (share, Some(*amount))).ok_or(None);
            }
            Human::Amount(_) => None,
        };
        probability
            .map(|probability| (probability, value.map(|value| value * probability)))
            .ok_or(None)
    }

    fn disagreements(&self, lines: &[RenewalLine]) -> Vec<Disagreement> {
        let one = |it: &RenewalLine| {
            let human = it.human?;
            let apart = (human - it.renewal.probability).abs() >= self.gap;
            let both = it.human_expected.zip(it.expected);
            apart.then(|| Disagreement {
                subject: Arc::clone(&it.subject),
                day: it.day,
                owner: it.owner.clone(),
                value: it.value,
                human,
                model: it.renewal,
                at_stake: both.map(|(human, model)| (human - model.value).abs()),
                beyond: !(it.renewal.low..=it.renewal.high).contains(&human),
            })
        };
        let mut out: Vec<Disagreement> = lines.iter().filter_map(one).collect();
        let stake = |it: &Disagreement| it.at_stake.unwrap_or(-1.0);
        let gap = |it: &Disagreement| (it.human - it.model.probability).abs();
        out.sort_by(|left, right| {
            stake(right)
                .total_cmp(&stake(left))
                .then_with(|| gap(right).total_cmp(&gap(left)))
                .then_with(|| left.subject.cmp(&right.subject))
        });
        out
    }
}

#[cfg(test)]
mod tests;
