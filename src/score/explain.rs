//! Why a score is what it is: one line per factor, summing to the score.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::digits::sided;
use super::factor::Status;
use super::missing::StandIn;
use crate::frame::SubjectKind;
use crate::text::number::{percent, tenths};
use crate::value::Value;

/// A score with everything it rests on.
///
/// Contributions sum to the raw score, to 1e-9. A score is a decimal of ten places. Display rounds to one decimal, half
/// away from zero, and shows more where rounding would carry the score over the edge of a band.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins", range = [0, 40], better = "higher" }, { name = "cases", range = [0, 5], better = "lower" }]
///     scorecards = [{ name = "health", factors = [{ metric = "logins", weight = 3 }, { metric = "cases" }] }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(10.0)]))?;
/// frame.insert("cases", Column::numbers([Some(1.0)]))?;
/// let night = engine.assess(&Input::frame(&frame), "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// let why = engine.explain(&night, "health", "acme").ok_or("unknown")?;
/// assert_eq!(why.score, Some(why.lines[0].contribution + why.lines[1].contribution)); // 18.75 and 20
/// assert_eq!(why.strongest(1)[0].factor, "logins");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The scorecard's name.
    pub scorecard: String,
    /// The day of the assessment.
    pub as_of: NaiveDate,
    /// The hash of the engine that made it.
    pub engine: String,
    /// 0 to 100; none where too little is measured.
    pub score: Option<f64>,
    /// The score before any override.
    pub raw_score: Option<f64>,
    /// The share of weight that is measured, 0 to 1.
    pub coverage: f64,
    /// The coverage below which there is no score, 0 to 1.
    pub min_coverage: f64,
    /// The score with every missing input at its worst and at its best.
    pub interval: Option<[f64; 2]>,
    /// The band, held by margin and stay.
    pub band: Option<String>,
    /// The band of the score alone.
    pub raw_band: Option<String>,
    /// The best band, where it is withheld because the score could lie in the worst once all is known.
    #[serde(default)]
    pub withheld: Option<String>,
    /// The day of the oldest input that counts, where known.
    pub oldest_input: Option<NaiveDate>,
    /// The lowest score of each band but the lowest, in points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<f64>,
    /// Who the subject is.
    pub segment: Option<String>,
    /// Where on the journey it is.
    pub stage: Option<String>,
    /// What changed the score by hand or by rule.
    pub overridden: Option<String>,
    /// Groups, the whole excluded, outer before inner.
    pub groups: Vec<GroupLine>,
    /// Factors, in the order of the config.
    pub lines: Vec<FactorLine>,
}

/// Why there is no score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoScore {
    /// No factor concerns the subject.
    NothingApplies,
    /// Nothing is measured, and nothing stands in for it.
    NothingMeasured,
    /// Less is measured than the scorecard demands.
    Coverage,
}

/// A group's own score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupLine {
    /// Names from the outermost group inwards.
    pub path: Vec<String>,
    /// Its score, 0 to 100.
    pub score: Option<f64>,
    /// The share of its weight that is measured, 0 to 1.
    pub coverage: f64,
    /// Its share of the whole as configured for this subject, 0 to 1.
    pub weight: f64,
}

/// A factor's part in a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FactorLine {
    /// Names of its groups, from the outermost inwards.
    pub path: Vec<String>,
    /// The factor's name.
    pub factor: String,
    /// The metric it reads.
    pub metric: String,
    /// What people call the metric.
    pub label: String,
    /// The metric's unit, for people.
    pub unit: Option<String>,
    /// The metric's value, stale ones included.
    pub value: Value,
    /// 0 to 100; none where it has none.
    pub points: Option<f64>,
    /// Its share of the whole as configured for this subject, if nothing were missing, 0 to 1.
    pub weight: f64,
    /// Its share of this score, 0 to 1.
    pub effective_weight: f64,
    /// Points times effective weight.
    pub contribution: f64,
    /// Why it has points of its own or not.
    pub status: Status,
    /// What stands in for it.
    pub stand_in: Option<StandIn>,
    /// The day of the newest input behind its value, where known.
    pub observed: Option<NaiveDate>,
    /// The share of its value that is measured, 0 to 1, where it is a value of children or of another score of which
    /// only a part is.
    #[serde(default)]
    pub measured: Option<f64>,
    /// Which case of its points holds, from 0.
    pub points_case: Option<u16>,
    /// Which case of its weight holds, from 0.
    pub weight_case: Option<u16>,
    /// The feed for which it waits, where it has no data as that is not complete.
    #[serde(default)]
    pub stalled: Option<Stall>,
}

/// A feed that is complete until an earlier day alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stall {
    /// A table or a usage series.
    pub feed: String,
    /// The last day of which all records are there.
    pub until: NaiveDate,
}

impl FactorLine {
    /// How many points of the score are lost to this factor, 0 to 100.
    #[must_use]
    pub fn lost(&self) -> f64 {
        self.points.map_or(0.0, |points| self.effective_weight * (100.0 - points))
    }
}

impl Explanation {
    /// Why there is no score, if there is none.
    #[must_use]
    pub fn no_score(&self) -> Option<NoScore> {
        match self.score {
            Some(_) => None,
            None if self.lines.iter().all(|line| line.weight <= 0.0) => {
                Some(NoScore::NothingApplies)
            }
            None if self.coverage >= self.min_coverage => Some(NoScore::NothingMeasured),
            None => Some(NoScore::Coverage),
        }
    }

    /// A score of this scorecard for people, with as many decimals as keep it on its side of every band's edge.
    #[must_use]
    pub fn shown(&self, score: f64) -> String {
        sided(score, &self.edges)
    }

    /// The factors that cost the most points, the costliest first; of equals, in config order.
    #[must_use]
    pub fn strongest(&self, most: usize) -> Vec<&FactorLine> {
        let mut lines: Vec<&FactorLine> = self.lines.iter().filter(|it| it.lost() > 0.0).collect();
        lines.sort_by(|left, right| right.lost().total_cmp(&left.lost()));
        lines.truncate(most);
        lines
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {} on {}: ", self.scorecard, self.kind, self.subject, self.as_of)?;
        match (self.score, self.no_score()) {
            (Some(score), _) => {
                write!(f, "{}", self.shown(score))?;
                if let Some(band) = &self.band {
                    write!(f, " {band}")?;
                }
                if let Some(best) = &self.withheld {
                    let low = self
                        .interval
                        .map_or_else(|| "none".to_owned(), |interval| tenths(interval[0]));
                    write!(f, " ({best} withheld: it could be {low})")?;
                } else if self.raw_band != self.band
                    && let Some(raw) = &self.raw_band
                {
                    write!(f, " (on its own {raw})")?;
                }
            }
            (None, Some(NoScore::NothingApplies)) => write!(f, "no score, nothing applies")?,
            (None, Some(NoScore::NothingMeasured)) => write!(f, "no score, nothing is measured")?,
            (None, _) => write!(
                f,
                "no score, {} measured of {} needed",
                percent(self.coverage, 1),
                percent(self.min_coverage, 1)
            )?,
        }
        writeln!(f)?;
        write!(f, "  measured {}", percent(self.coverage, 1))?;
        if let Some([low, high]) = self.interval
            && low < high
        {
            let (low, high) = (self.shown(low), self.shown(high));
            write!(f, ", between {low} and {high} once the rest is known")?;
        }
        if let Some(oldest) = self.oldest_input {
            write!(f, ", oldest input {oldest}")?;
        }
        writeln!(f)?;
        let wide = self.lines.iter().map(|line| line.title().chars().count()).max().unwrap_or(0);
        for line in &self.lines {
            line.show(f, wide)?;
        }
        if let Some(text) = &self.overridden {
            let before =
                self.raw_score.map_or_else(|| "none".to_owned(), |score| self.shown(score));
            writeln!(f, "  {text}; without it {before}")?;
        }
        Ok(())
    }
}

impl FactorLine {
    /// Its groups and its name.
    fn title(&self) -> String {
        let mut names: Vec<&str> = self.path.iter().map(String::as_str).collect();
        names.push(&self.factor);
        names.join(" / ")
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, wide: usize) -> fmt::Result {
        write!(f, "  {:<wide$}  ", self.title())?;
        match self.points.filter(|_| self.effective_weight > 0.0) {
            Some(points) => write!(
                f,
                "{:>5} = {:>5} points x {:>6}",
                tenths(self.contribution),
                tenths(points),
                percent(self.effective_weight, 1)
            )?,
            None => write!(f, "    - {:>15} of {:>6}", "", percent(self.weight, 1))?,
        }
        write!(f, "  {}", self.why())?;
        writeln!(f)
    }

    /// Whether its value is missing.
    pub(crate) fn lacks_data(&self) -> bool {
        self.status == Status::Missing
    }

    /// A value of its metric for people, with its unit.
    pub(crate) fn shown(&self, value: &Value) -> String {
        match &self.unit {
            Some(unit) if value.number().is_some() => {
                let space = if unit.starts_with('%') { "" } else { " " };
                format!("{}{space}{unit}", value.shown())
            }
            _ => value.shown(),
        }
    }

    /// What stands behind the points, in words.
    #[must_use]
    pub fn why(&self) -> String {
        let metric = &self.label;
        let mut text = match self.status {
            Status::Measured => format!("{metric} is {}", self.shown(&self.value)),
            Status::Missing => match &self.stalled {
                Some(Stall { feed, until }) => {
                    format!("{metric} has no data: its feed {feed} is complete only until {until}")
                }
                None => format!("{metric} has no data"),
            },
            Status::Stale => match self.observed {
                Some(day) => format!("{metric} is stale, last seen {day}"),
                None => format!("{metric} is stale"),
            },
            Status::WarmingUp => "still warming up".to_owned(),
            Status::NoCase => "no case matches".to_owned(),
            Status::Unclear => "a condition it depends on has no data".to_owned(),
            Status::NoPoints => format!("no points for {metric} {}", self.shown(&self.value)),
            Status::NotApplicable => "does not apply".to_owned(),
        };
        if let Some(share) = self.measured {
            text = format!("{text}, {} of it measured", percent(share, 1));
        }
        text += match self.stand_in {
            None => "",
            Some(StandIn::Worst) => ", counted as worst",
            Some(StandIn::Best) => ", counted as best",
            Some(StandIn::Prior) => ", counted as usual",
            Some(StandIn::Value) => ", counted as a fixed value",
            Some(StandIn::Carried) => ", last known value carried forward",
        };
        text
    }
}
