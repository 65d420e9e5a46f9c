//! What was learned, said so that an author can judge it.

use std::fmt;

use serde::Serialize;

use crate::outcome::measure::{Caution, Interval, Measures, SegmentMeasures};
use crate::text::number::{NOTHING, count, fixed, tenths};

/// What was learned, and why no more and no less.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// `nothing`, `weights`, or how points were learned too.
    pub learned: String,
    /// How hard weights (or rises of points) were drawn to where they started.
    pub ridge: Option<f64>,
    /// Why.
    pub why: String,
}

/// A factor that predicts the wrong way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conflict {
    /// By itself: those with more points are lost more often.
    Alone,
    /// Beside the others alone: what they leave unexplained contradicts it.
    BesideOthers,
}

/// What was learned of one factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FactorReport {
    /// Its name, with the groups around it: `product/logins`.
    pub factor: String,
    /// Its weight as written, in percent of the whole.
    pub before: f64,
    /// Its weight as learned, in percent of the whole.
    pub after: f64,
    /// Nine tenths of the resamples gave it a weight within these, in percent.
    pub stability: Option<[f64; 2]>,
    /// The share of resamples that gave it less than half a percent.
    pub idle_share: Option<f64>,
    /// The chance that one who was kept has more points as written than one who was lost: 0.5 says nothing, less is the
    /// wrong way.
    pub auc: Option<f64>,
    /// Whether it does nothing: less than half a percent of the whole.
    pub idle: bool,
    /// Whether it predicts the wrong way, by more than twice its standard error.
    pub conflict: Option<Conflict>,
    /// Rows of those learned from in which it was missing.
    pub missing: usize,
}

/// What was learned, and what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LearnReport {
    /// The scorecard.
    pub scorecard: String,
    /// Observations learned from.
    pub rows: usize,
    /// Those lost.
    pub lost: usize,
    /// Observations of days or subjects that were not given, in neither set.
    pub unassessed: usize,
    /// What to beware of with so few outcomes.
    pub caution: Option<Caution>,
    /// What was learned and why.
    pub choice: Choice,
    /// How the learned score becomes a probability.
    pub calibration: String,
    /// The config as written, on the observations held out.
    pub before: Measures,
    /// The config as learned, on the same.
    pub after: Measures,
    /// How much less the learned config surprises on them; above 0 is better. The interval draws subjects.
    pub gain: Option<(f64, Interval)>,
    /// The written config by segment.
    pub before_by_segment: Vec<SegmentMeasures>,
    /// The learned config by segment.
    pub after_by_segment: Vec<SegmentMeasures>,
    /// Every factor, in the order of the config.
    pub factors: Vec<FactorReport>,
    /// What else an author should know.
    pub notes: Vec<String>,
}

struct Shown(Option<f64>, usize);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(it) => f.write_str(&fixed(it, self.1)),
            None => f.write_str("-"),
        }
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, it: &Measures) -> fmt::Result {
    writeln!(
        f,
        "  {name:<28} {:>7} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}",
        count(it.rows),
        count(it.lost),
        Shown(it.roc_auc, 4).to_string(),
        Shown(it.pr_auc, 4).to_string(),
        Shown(it.log_loss, 4).to_string(),
        Shown(it.brier, 4).to_string(),
        Shown(it.ece10, 4).to_string(),
    )
}

impl fmt::Display for LearnReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: learned from {} outcomes, {} of them lost",
            self.scorecard,
            count(self.rows),
            count(self.lost)
        )?;
        writeln!(f, "  learned: {}", self.choice.learned)?;
        writeln!(f, "  because: {}", self.choice.why)?;
        writeln!(f, "  probability: {}", self.calibration)?;
        match self.caution {
            Some(Caution::OneOutcome) => writeln!(f, "  beware: only one outcome ever happened")?,
            Some(Caution::VeryFew) => writeln!(f, "  beware: fewer than 10 of one outcome")?,
            Some(Caution::Few) => writeln!(f, "  beware: fewer than 100 of one outcome")?,
            None => {}
        }
        writeln!(
            f,
            "\n  {:<28} {:>7} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}",
            "held out", "rows", "lost", "roc auc", "pr auc", "log loss", "brier", "ece"
        )?;
        line(f, "as written", &self.before)?;
        line(f, "as learned", &self.after)?;
        if let Some((gain, interval)) = &self.gain {
            writeln!(
                f,
                "  gain in log loss {}, 95% interval {} to {}",
                fixed(*gain, 4),
                fixed(interval.low, 4),
                fixed(interval.high, 4)
            )?;
        }
        for (before, after) in self.before_by_segment.iter().zip(&self.after_by_segment) {
            line(f, &format!("{} as written", before.segment), &before.measures)?;
            line(f, &format!("{} as learned", after.segment), &after.measures)?;
        }
        writeln!(
            f,
            "\n  {:<28} {:>8} {:>8} {:>16} {:>6}",
            "factor, weight in percent", "written", "learned", "in 90% of draws", "auc"
        )?;
        for it in &self.factors {
            let stable = it.stability.map_or_else(
                || NOTHING.to_owned(),
                |[low, high]| format!("{} to {}", tenths(low), tenths(high)),
            );
            let told = match it.conflict {
                Some(Conflict::Alone) => "  predicts the wrong way",
                Some(Conflict::BesideOthers) => "  predicts the wrong way beside the others",
                None if it.idle => "  does nothing",
                None => "",
            };
            writeln!(
                f,
                "  {:<28} {:>8} {:>8} {stable:>16} {:>6}{told}",
                it.factor,
                tenths(it.before),
                tenths(it.after),
                Shown(it.auc, 3).to_string()
            )?;
        }
        for it in &self.notes {
            writeln!(f, "  note: {it}")?;
        }
        Ok(())
    }
}
