//! From a score, or for want of one from the past of others, to a probability.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::outcome::calibrate::{BaseRates, Calibration, Method};

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Likely {
    /// It goes on.
    Renewal,
    /// It goes on at a higher value.
    Expansion,
    /// It ends.
    Churn,
    /// A trial becomes a subscription.
    Conversion,
}

impl Likely {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewal => "renewal",
            Self::Expansion => "expansion",
            Self::Churn => "churn",
            Self::Conversion => "conversion",
        }
    }
}

/// What a probability rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Basis {
    /// The subject's own score.
    Score,
    /// What happened in its segment: it has no score, or there are too few outcomes for a curve.
    Segment,
    /// What happened to all: its segment is unknown too.
    Everyone,
    /// Nothing: there is no past at all. It is a half.
    Nothing,
}

impl Basis {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Segment => "segment",
            Self::Everyone => "everyone",
            Self::Nothing => "nothing",
        }
    }
}

/// A probability with its interval and what it rests on.
///
/// ```
/// use foretell::outcome::forecast::{Basis, Forecaster, Renewal};
///
/// // Without any past nothing is known, and that is said.
/// let one = Renewal::new("acme", Some("2026-04-01".parse()?), None);
/// let forecast = Forecaster::new(90).forecast("2026-03-01".parse()?, [one]);
/// let chance = &forecast.lines[0].renewal;
/// assert_eq!((chance.probability, chance.rows), (0.5, 0));
/// assert!(matches!(chance.basis, Basis::Nothing));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Chance {
    /// The probability.
    pub probability: f64,
    /// The lower end of its 95% interval.
    pub low: f64,
    /// The upper end of its 95% interval.
    pub high: f64,
    /// What it rests on.
    pub basis: Basis,
    /// How many outcomes.
    pub rows: usize,
}

impl Chance {
    /// Of what nothing is known.
    pub(super) const UNKNOWN: Self =
        Self { probability: 0.5, low: 0.0, high: 1.0, basis: Basis::Nothing, rows: 0 };

    /// A probability kept within 0 to 1, and its interval around it.
    fn new(probability: f64, low: f64, high: f64, basis: Basis, rows: usize) -> Self {
        if rows == 0 || probability.is_nan() {
            return Self::UNKNOWN;
        }
        let probability = probability.clamp(0.0, 1.0);
        let (low, high) = (low.clamp(0.0, probability), high.clamp(probability, 1.0));
        Self { probability, low, high, basis, rows }
    }

    /// That it does not happen.
    pub(super) const fn turned(self) -> Self {
        let (low, high) = (1.0 - self.high, 1.0 - self.low);
        Self { probability: 1.0 - self.probability, low, high, ..self }
    }
}

/// How likely something is, by the score of a scorecard.
///
/// A [`Calibration`] gives the probability of the *worse* end: what a low score stands for. Of a renewal that is its loss; of an expansion or a
/// conversion, fit it on who did *not* expand or convert. Where a scorecard counts risk, so that a high score is
/// the worse, fit it on 100 less the score and say so with [`Likelihood::of_risk`].
///
/// ```
/// use foretell::outcome::calibrate::Calibration;
/// use foretell::outcome::forecast::{Forecaster, Likelihood, Renewal};
///
/// let score: Vec<f64> = (0..200).map(|row| f64::from(row) / 2.0).collect();
/// let lost: Vec<bool> = (0..200).map(|row| row % 20 > row / 10).collect();
/// let forecaster = Forecaster::new(90).with_likelihood(Likelihood::renewal("health", Calibration::fit(&score, &lost)));
/// let chance = |health| {
///     let one = Renewal::new("acme", "2026-04-01".parse().ok(), None).with_score("health", health);
///     forecaster.forecast("2026-03-01".parse().unwrap(), [one]).lines[0].renewal.probability
/// };
/// assert!(chance(10.0) < 0.5 && chance(90.0) > 0.7); // loss is what a low score stands for
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Likelihood {
    what: Likely,
    scorecard: Arc<str>,
    calibration: Calibration,
    of_risk: bool,
    rates: Option<BaseRates>,
}

impl Likelihood {
    /// How likely something is, by a calibration of the worse end of a scorecard.
    #[must_use]
    pub fn new(what: Likely, scorecard: &str, calibration: Calibration) -> Self {
        Self { what, scorecard: scorecard.into(), calibration, of_risk: false, rates: None }
    }

    /// How likely a renewal is, by a calibration of loss such as learning gives.
    #[must_use]
    pub fn renewal(scorecard: &str, calibration: Calibration) -> Self {
        Self::new(Likely::Renewal, scorecard, calibration)
    }

    /// The same for a scorecard whose high scores are the worse; its calibration was fitted on 100 less the score.
    #[must_use]
    pub const fn of_risk(mut self) -> Self {
        self.of_risk = true;
        self
    }

    /// The rates of the worse end by segment, for subjects without a score.
    #[must_use]
    pub fn with_base_rates(mut self, rates: BaseRates) -> Self {
        self.rates = Some(rates);
        self
    }

    /// What it is about.
    #[must_use]
    pub const fn what(&self) -> Likely {
        self.what
    }

    /// The scorecard whose scores it reads.
    #[must_use]
    pub fn scorecard(&self) -> &str {
        &self.scorecard
    }

    pub(super) fn name(&self) -> (Likely, Arc<str>) {
        (self.what, Arc::clone(&self.scorecard))
    }

    /// The chance of a subject with a score, 0 to 100, or for want of one in a segment.
    #[must_use]
    pub fn chance(&self, score: Option<f64>, segment: Option<&str>) -> Chance {
        let score = score.filter(|score| score.is_finite());
        let curve = self.calibration.method() != Method::BaseRate;
        let worse = match score.filter(|_| curve) {
            Some(score) => {
                let score = if self.of_risk { 100.0 - score } else { score };
                let it = self.calibration.estimate(score);
                Chance::new(it.probability, it.low, it.high, Basis::Score, it.rows)
            }
            None => self.without_score(segment),
        };
        if self.what == Likely::Churn { worse } else { worse.turned() }
    }

    fn without_score(&self, segment: Option<&str>) -> Chance {
        let Some(rates) = &self.rates else {
            let it = self.calibration.estimate(f64::NAN);
            return Chance::new(it.probability, it.low, it.high, Basis::Everyone, it.rows);
        };
        let known =
            segment.and_then(|segment| rates.segments.iter().find(|rate| rate.segment == segment));
        if let Some(it) = known {
            return Chance::new(it.rate, it.low, it.high, Basis::Segment, it.rows);
        }
        let rows: usize = rates.segments.iter().map(|segment| segment.rows).sum();
        let (mean, low, high) = rates.unseen();
        Chance::new(mean, low, high, Basis::Everyone, rows)
    }
}
