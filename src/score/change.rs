//! Why a score moved between two assessments: parts by cause that sum to the change.
//!
//! A factor contributes its points times its share of this score. A change of the product is split by
//! Bennet's 1920 decomposition: each factor's difference times the other's mean. The change of the
//! share comes from the configured share, which conditions and configs change, and from the ratio of
//! the two, which missing data and aggregates change; it is split in proportion to their changes in
//! logarithms (Ang & Liu 2001, "A new energy decomposition method: perfect in decomposition and
//! consistent in aggregation"), so that no part outgrows the score where weights lie far apart. The
//! split is exact.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digits::sided;
use super::explain::{Explanation, FactorLine};
use super::factor::Status;
use crate::text::number::{percent, signed, tenths};
use crate::value::Value;

/// Why a part of a score changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// The metric's value moved.
    Data,
    /// The factor lost its data, or started to warm up.
    Missing,
    /// The factor's data became too old.
    Stale,
    /// The factor's data came back.
    Returned,
    /// Weight moved here, or away, because other factors lost or regained data.
    Redistributed,
    /// Another case of its points or weight holds.
    Profile,
    /// Factors began or ceased to concern the subject.
    Applicability,
    /// The config changed.
    Config,
    /// An override was set, changed or lifted.
    Override,
}

/// One part of a change.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::score::Cause;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "nps" }]
///     [[scorecards]]
///     name = "health"
///     factors = [
///         { metric = "logins", points.linear = { worst = 0, best = 40 } },
///         { metric = "nps", points.linear = { worst = 0, best = 10 } },
///     ]
/// "#))?;
/// let mut explained = Vec::new();
/// for (day, nps) in [("2026-03-01", Some(10.0)), ("2026-03-08", None)] {
///     let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
///     frame.insert("logins", Column::numbers([Some(20.0)]))?;
///     frame.insert("nps", Column::numbers([nps]))?;
///     let night = engine.assess(&Input::frame(&frame), day.parse::<AsOf>()?, &State::new())?;
///     explained.push(engine.explain(&night, "health", "acme").ok_or("unknown")?);
/// }
/// let change = engine.change(&explained[0], &explained[1]);
/// let lost = &change.parts[0];
/// assert_eq!((lost.path.join("/"), lost.cause), ("nps".to_owned(), Cause::Missing));
/// let sum: f64 = change.parts.iter().map(|part| part.points).sum();
/// assert_eq!(Some(sum), change.difference);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangePart {
    /// Groups and name of the factor; empty for the score as a whole.
    pub path: Vec<String>,
    /// Why.
    pub cause: Cause,
    /// How many points of the change it makes up.
    pub points: f64,
    /// From what to what, in words.
    pub text: String,
}

/// Why a score moved between two days.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::score::Cause;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
/// "#))?;
/// let mut explained = Vec::new();
/// for (day, logins) in [("2026-03-01", 40.0), ("2026-03-08", 10.0)] {
///     let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
///     frame.insert("logins", Column::numbers([Some(logins)]))?;
///     let night = engine.assess(&Input::frame(&frame), day.parse::<AsOf>()?, &State::new())?;
///     explained.push(engine.explain(&night, "health", "acme").ok_or("unknown")?);
/// }
/// let change = engine.change(&explained[0], &explained[1]);
/// assert_eq!((change.before, change.after, change.difference), (Some(100.0), Some(25.0), Some(-75.0)));
/// assert_eq!((change.parts[0].cause, change.parts[0].points), (Cause::Data, -75.0));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScoreChange {
    /// The earlier score.
    pub before: Option<f64>,
    /// The later score.
    pub after: Option<f64>,
    /// Their difference, where both are there; the parts sum to it, to 1e-9.
    pub difference: Option<f64>,
    /// The lowest score of each band of both but the lowest, in points; what is shown of a score crosses none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<f64>,
    /// The parts, the largest first.
    pub parts: Vec<ChangePart>,
}

/// What a factor's value would be worth under the later config, where that can be said.
pub(crate) type Rescore<'a> = &'a dyn Fn(&FactorLine, &Value) -> Option<f64>;

impl ScoreChange {
    /// The change from one explanation to a later one of the same subject and scorecard.
    ///
    /// Where the config changed and a metric moved too, both effects on points fall under
    /// [`Cause::Config`]; [`Engine::change`](crate::engine::Engine::change) tells them apart.
    #[must_use]
    pub fn between(before: &Explanation, after: &Explanation) -> Self {
        Self::with(before, after, &|_, _| None)
    }

    /// A score for people, or that there is none.
    pub(crate) fn shown(&self, score: Option<f64>) -> String {
        score.map_or_else(|| "no score".to_owned(), |score| sided(score, &self.edges))
    }

    pub(crate) fn with(before: &Explanation, after: &Explanation, rescore: Rescore<'_>) -> Self {
        let split = Split::new(before, after, rescore);
        let mut parts = split.parts();
        let held = |it: &Explanation| it.score.map(|score| score - it.raw_score.unwrap_or(0.0));
        if let (Some(was), Some(is)) = (held(before), held(after))
            && (was != 0.0 || is != 0.0)
        {
            parts.push(ChangePart {
                path: Vec::new(),
                cause: Cause::Override,
                points: is - was,
                text: override_text(before, after),
            });
        }
        let difference = before.score.zip(after.score).map(|(before, after)| after - before);
        parts.retain(|part| part.points.abs() > ROUNDING);
        if difference.is_none() {
            // Without two scores there is nothing to sum to; what happened still counts.
            parts.iter_mut().for_each(|part| part.points = 0.0);
            parts.retain(|part| !matches!(part.cause, Cause::Data | Cause::Redistributed));
        }
        parts.sort_by(|left, right| right.points.abs().total_cmp(&left.points.abs()));
        let edges = before.edges.iter().chain(&after.edges).copied().collect();
        Self { before: before.score, after: after.score, difference, edges, parts }
    }
}

/// What is left of products and differences of shares and points by rounding alone.
const ROUNDING: f64 = 1e-12;

/// The two explanations side by side.
struct Split<'a> {
    pairs: Vec<(Option<&'a FactorLine>, Option<&'a FactorLine>)>,
    rescore: Rescore<'a>,
    /// The config is another.
    recompiled: bool,
    /// Some factor lost or regained data.
    rearranged: bool,
}

impl<'a> Split<'a> {
    fn new(before: &'a Explanation, after: &'a Explanation, rescore: Rescore<'a>) -> Self {
        let same = |left: &FactorLine, right: &FactorLine| {
            left.path == right.path && left.factor == right.factor
        };
        let mut pairs: Vec<(Option<&FactorLine>, Option<&FactorLine>)> = Vec::new();
        for line in &after.lines {
            pairs.push((before.lines.iter().find(|other| same(other, line)), Some(line)));
        }
        for line in &before.lines {
            if !after.lines.iter().any(|other| same(other, line)) {
                pairs.push((Some(line), None));
            }
        }
        let rearranged = pairs.iter().any(|(left, right)| {
            let counted = |it: &Option<&FactorLine>| it.map(|it| it.points.is_some());
            counted(left) != counted(right)
        });
        Self { pairs, rescore, recompiled: before.engine != after.engine, rearranged }
    }

    fn parts(&self) -> Vec<ChangePart> {
        let mut parts = Vec::new();
        for pair in &self.pairs {
            match pair {
                (Some(before), Some(after)) => self.line(before, after, &mut parts),
                (Some(line), None) => parts.push(part(
                    line,
                    Cause::Config,
                    -line.contribution,
                    "the factor was taken out".to_owned(),
                )),
                (None, Some(line)) => parts.push(part(
                    line,
                    Cause::Config,
                    line.contribution,
                    "the factor is new".to_owned(),
                )),
                (None, None) => {}
            }
        }
        parts
    }

    fn line(&self, before: &FactorLine, after: &FactorLine, parts: &mut Vec<ChangePart>) {
        let (p0, p1) = match (before.points, after.points) {
            (Some(p0), Some(p1)) => (p0, p1),
            (Some(it), None) | (None, Some(it)) => (it, it),
            (None, None) => (0.0, 0.0),
        };
        let (n0, n1) = (before.weight, after.weight);
        let (e0, e1) = (before.effective_weight, after.effective_weight);
        self.points_parts(before, after, (p0, p1), (e0 + e1) / 2.0, parts);
        let points = (p0 + p1) / 2.0;
        let by_share = points * configured((n0, n1), (e0, e1));
        let text = || format!("share of the whole {} -> {}", percent(n0, 1), percent(n1, 1));
        parts.push(part(after, self.share_cause(before, after), by_share, text()));
        let by_ratio = points * (e1 - e0) - by_share;
        let (cause, text) = self.ratio_cause(before, after);
        parts.push(part(after, cause, by_ratio, text));
    }

    /// The part of moved points; under a new config it is parted into config and data.
    fn points_parts(
        &self,
        before: &FactorLine,
        after: &FactorLine,
        (p0, p1): (f64, f64),
        factor: f64,
        parts: &mut Vec<ChangePart>,
    ) {
        let moved = format!(
            "{} {} -> {}",
            after.label,
            after.shown(&before.value),
            after.shown(&after.value)
        );
        if let (false, Some((cause, text))) = (self.recompiled, measured_cause(before, after)) {
            // Something stands in for it, or did.
            return parts.push(part(after, cause, (p1 - p0) * factor, text));
        }
        let switched = before.points_case != after.points_case;
        let cause = match (self.recompiled, switched) {
            (true, _) => Cause::Config,
            (false, true) => Cause::Profile,
            (false, false) => {
                return parts.push(part(after, Cause::Data, (p1 - p0) * factor, moved));
            }
        };
        // Where only the old value's worth under the new rules is known, the two can be told apart.
        let middle = match (self.rescore)(after, &before.value) {
            _ if before.value == after.value => p1,
            Some(it) if before.points.is_some() && after.points.is_some() => it,
            _ => p1,
        };
        let text = format!(
            "points of {} {} -> {}",
            after.shown(&before.value),
            tenths(p0),
            tenths(middle)
        );
        parts.push(part(after, cause, (middle - p0) * factor, text));
        parts.push(part(after, Cause::Data, (p1 - middle) * factor, moved));
    }

    fn share_cause(&self, before: &FactorLine, after: &FactorLine) -> Cause {
        if self.recompiled {
            return Cause::Config;
        }
        let applies = self.pairs.iter().any(|pair| {
            let gone = |it: Option<&FactorLine>| it.map(|it| it.status == Status::NotApplicable);
            gone(pair.0) != gone(pair.1)
        });
        if applies && before.weight_case == after.weight_case {
            Cause::Applicability
        } else {
            Cause::Profile
        }
    }

    fn ratio_cause(&self, before: &FactorLine, after: &FactorLine) -> (Cause, String) {
        match measured_cause(before, after) {
            Some(it) => it,
            None if self.rearranged => (
                Cause::Redistributed,
                format!(
                    "share of the score {} -> {}",
                    percent(before.effective_weight, 1),
                    percent(after.effective_weight, 1)
                ),
            ),
            // Of a minimum, maximum or median another part is now the one that counts.
            None => (Cause::Data, "which part decides has changed".to_owned()),
        }
    }
}

/// Why a factor is measured no longer, or again; none where that did not change.
fn measured_cause(before: &FactorLine, after: &FactorLine) -> Option<(Cause, String)> {
    let is = |it: &FactorLine| it.status == Status::Measured;
    match (is(before), is(after)) {
        (true, false) if after.status == Status::NotApplicable => None,
        (false, true) if before.status == Status::NotApplicable => None,
        (true, false) if after.status == Status::Stale => Some((Cause::Stale, after.why())),
        (true, false) => Some((Cause::Missing, after.why())),
        (false, true) => {
            let text = format!("{} is back at {}", after.label, after.shown(&after.value));
            Some((Cause::Returned, text))
        }
        _ => None,
    }
}

/// How much of the change of an effective share comes from the configured share.
fn configured((n0, n1): (f64, f64), (e0, e1): (f64, f64)) -> f64 {
    let change = e1 - e0;
    if n0 <= 0.0 || n1 <= 0.0 {
        // It began or ceased to concern the subject.
        return change;
    }
    if e0 <= 0.0 || e1 <= 0.0 {
        // It was not counted, or is not.
        return 0.0;
    }
    // The logarithmic mean of the shares; they differ too little for it where it is not a number.
    let mean = change / (e1 / e0).ln();
    let mean = if mean.is_finite() { mean.clamp(e0.min(e1), e0.max(e1)) } else { e0 };
    mean * (n1 / n0).ln()
}

fn part(line: &FactorLine, cause: Cause, points: f64, text: String) -> ChangePart {
    let mut path = line.path.clone();
    path.push(line.factor.clone());
    ChangePart { path, cause, points, text }
}

fn override_text(before: &Explanation, after: &Explanation) -> String {
    match (&before.overridden, &after.overridden) {
        (None, Some(it)) => it.clone(),
        (Some(it), None) => format!("lifted: {it}"),
        (_, Some(it)) => format!("held: {it}"),
        (None, None) => "no override".to_owned(),
    }
}

impl fmt::Display for ScoreChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.shown(self.before), self.shown(self.after))?;
        match self.difference {
            Some(it) => writeln!(f, " ({})", signed(it, 1))?,
            None => writeln!(f)?,
        }
        for part in &self.parts {
            let name =
                if part.path.is_empty() { "score".to_owned() } else { part.path.join(" / ") };
            writeln!(f, "  {:>6}  {name}: {} ({})", signed(part.points, 1), part.text, part.cause)?;
        }
        Ok(())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data moved",
            Self::Missing => "data went missing",
            Self::Stale => "data went stale",
            Self::Returned => "data came back",
            Self::Redistributed => "weight redistributed",
            Self::Profile => "another case holds",
            Self::Applicability => "what applies changed",
            Self::Config => "config changed",
            Self::Override => "override",
        })
    }
}
