//! What is known of a subscription that is up for renewal.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::engine::Scores;
use crate::frame::SubjectKind;
use crate::money::{Amount, Currency};
use crate::value::Value;

/// What a person says of a renewal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Human {
    /// The probability that it renews, 0 to 1.
    Probability(f64),
    /// A word such as `commit`; what it means is told to the [`Forecaster`](super::Forecaster).
    Category(Arc<str>),
    /// The amount that is expected, 0 or more. Its share of the value is taken for the probability, 1 at most.
    Amount(f64),
}

/// A subscription and its next renewal.
///
/// ```
/// use foretell::outcome::forecast::{Forecaster, Human, Renewal};
///
/// let mut acme = Renewal::new("acme", Some("2026-05-01".parse()?), Some(50_000.0));
/// acme.human = Some(Human::Amount(20_000.0));
/// let forecast = Forecaster::new(180).forecast("2026-03-01".parse()?, [acme]);
/// assert_eq!(forecast.lines[0].human, Some(0.4)); // the share of the value
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Renewal {
    /// The subscription's id.
    pub subject: Arc<str>,
    /// The day on which it is to be renewed.
    pub day: Option<NaiveDate>,
    /// What it is worth a year, in the one currency of all; what is not 0 to a million million counts as unknown.
    pub value: Option<f64>,
    /// Its segment.
    pub segment: Option<Arc<str>>,
    /// Who looks after it.
    pub owner: Option<Arc<str>>,
    /// What a person says.
    pub human: Option<Human>,
    /// Its scores, 0 to 100, by scorecard; NaN counts as none.
    pub scores: BTreeMap<Arc<str>, f64>,
    /// Its health in the past, in any order.
    pub past: Vec<(NaiveDate, f64)>,
}

impl Renewal {
    /// A renewal of which nothing else is known: its day and its value a year, in the one currency of all.
    #[must_use]
    pub fn new(subject: impl Into<Arc<str>>, day: Option<NaiveDate>, value: Option<f64>) -> Self {
        Self {
            subject: subject.into(),
            day,
            value,
            segment: None,
            owner: None,
            human: None,
            scores: BTreeMap::new(),
            past: Vec::new(),
        }
    }

    /// The same with the score of a scorecard, 0 to 100.
    #[must_use]
    pub fn with_score(mut self, scorecard: &str, score: f64) -> Self {
        self.scores.insert(scorecard.into(), score);
        self
    }

    /// An order among renewals of one subscription on one day, so that it does not matter in which they come: the larger value
    /// first, an unknown one last; then by segment, owner, what a person says (nothing, a probability, a word, an amount) and the
    /// scores, by size and letter by letter, what is not known first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let value = |it: &Self| it.value.unwrap_or(-1.0);
        value(other)
            .total_cmp(&value(self))
            .then_with(|| (&self.segment, &self.owner).cmp(&(&other.segment, &other.owner)))
            .then_with(|| by(&self.human, &other.human, Human::order))
            .then_with(|| {
                let scores = self.scores.iter().zip(&other.scores);
                let mut orders =
                    scores.map(|(one, two)| one.0.cmp(two.0).then_with(|| one.1.total_cmp(two.1)));
                let first = orders.find(|order| order.is_ne());
                first.unwrap_or_else(|| self.scores.len().cmp(&other.scores.len()))
            })
    }
}

impl Human {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Probability(one), Self::Probability(two)) => one.total_cmp(two),
            (Self::Category(one), Self::Category(two)) => one.cmp(two),
            (Self::Amount(one), Self::Amount(two)) => one.total_cmp(two),
            (one, two) => one.rank().cmp(&two.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Probability(_) => 0,
            Self::Category(_) => 1,
            Self::Amount(_) => 2,
        }
    }
}

/// The order of what may be unknown: that first.
fn by<T>(one: &Option<T>, two: &Option<T>, order: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (one, two) {
        (Some(one), Some(two)) => order(one, two),
        (one, two) => one.is_some().cmp(&two.is_some()),
    }
}

/// The renewals of the subscriptions of a book that run on a day: the value a year (`arr`, else twelve times `mrr`), the day
/// (`renewal_date`, else `end`), the owner (else the account's) and the account's segment.
///
/// Values are in the reporting currency, or in the house currency where that is `None`; one for which there is no rate is
/// unknown.
#[must_use]
pub fn renewals(book: &Book, as_of: NaiveDate, reporting: Option<Currency>) -> Vec<Renewal> {
    let kind = SubjectKind::Subscription;
    let runs = book.born(kind, as_of).into_iter().zip(book.ended(kind, as_of));
    let mut out = Vec::new();
    for (it, (born, ended)) in book.subscriptions().iter().zip(runs) {
        if !born || ended {
            continue;
        }
        let row = it.account_id.as_deref().and_then(|id| book.row_of(SubjectKind::Account, id));
        let account = row.and_then(|row| book.accounts().get(row as usize));
        let value =
            it.yearly().and_then(|amount| book.convert(amount, it.currency, reporting, as_of));
        let day = it.renewal_date.or(it.end).map(crate::time::Stamp::date);
        let mut renewal = Renewal::new(it.id.as_str(), day, value.map(Amount::to_f64));
        let owner = it.owner.as_deref().or_else(|| account?.owner.as_deref());
        renewal.owner = owner.map(Into::into);
        renewal.segment = account.and_then(|account| account.segment.as_deref()).map(Into::into);
        out.push(renewal);
    }
    out
}

/// Gives each renewal its scores, and the config's `segment` where there is one in that column, from results in columns.
/// A subscription or scorecard that is not in the results is left as it is.
pub fn take_scores(renewals: &mut [Renewal], scores: &Scores, scorecards: &[&str]) {
    let kind = SubjectKind::Subscription;
    let ids = scores.subjects(kind);
    let rows: BTreeMap<&str, usize> =
        ids.iter().enumerate().map(|(row, id)| (id.as_ref(), row)).collect();
    let segment = scores.column(kind, "segment");
    for it in renewals {
        let Some(row) = rows.get(it.subject.as_ref()).copied() else { continue };
        for name in scorecards {
            // A scorecard of another kind of subject has other rows.
            let column = scores.score(name).filter(|column| column.len() == ids.len());
            if let Some(score) = column.and_then(|column| column.get(row)) {
                it.scores.insert((*name).into(), *score);
            }
        }
        if let Some(Value::Text(name)) = segment.map(|segment| segment.value(row)) {
            it.segment = Some(name);
        }
    }
}
