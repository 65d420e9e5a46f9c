//! Which scores a scorecard can come to, and the bands in which none of them lies.
//!
//! The set is never too small: parts may be missing or not apply in any combination that leaves
//! enough measured, weights may be those of any of their cases, and where there are too many ways to go
//! through, everything between the lowest and the highest counts. A score that a person sets is outside
//! of the config: it can be anything, and is not counted.

use super::{Lint, words};
use crate::compile::scorecards::USUAL_COVERAGE;
use crate::config::{
    Aggregate, BandBy, FactorConfig, GroupConfig, MissingPolicy, Points, ScorecardConfig, Valued,
    Variants,
};
use crate::expr::{Span, Spans};
use crate::fault::Code;
use crate::frame::SubjectKind;
use crate::metric::attribute_info;
use crate::score::{PointMap, stand_in_of};

/// How far a score may be from what it is on paper, in points: far more than rounding can make of it.
const ROUNDING: f64 = 1e-6;

/// How far a coverage may be from what it is on paper.
const SLACK: f64 = 1e-9;

/// The most combinations of parts that are gone through. Our choice: those of eight factors that may be missing, and
/// a few milliseconds.
const MOST_WAYS: usize = 512;

/// The most spans of a set of scores that are told apart. Our choice.
const MOST_SPANS: usize = 64;

/// The most sums of spans that are formed for one config: a fraction of a second. Our choice, tested by
/// `no_config_hurts`.
pub(super) const MOST_SUMS: usize = 400_000;

/// The most factors of which it is gone through which of them are missing. Our choice.
const MOST_MISSING: usize = 10;

/// A factor or a group as part of what is around it.
struct Part {
    /// What it can be worth where it is worth anything.
    scores: Spans,
    /// The weights it can have, all above 0.
    weights: Vec<f64>,
    /// Whether it may be without a score and weigh all the same.
    missing: bool,
    /// Whether it may weigh nothing.
    out: bool,
}

impl Lint<'_, '_> {
    /// Warns of bands that no score comes into.
    pub(super) fn bands(&self, kind: SubjectKind, config: &ScorecardConfig, path: &str) {
        let margin = config.margin.unwrap_or(0.0);
        // The low end of an interval may lie in bands that no score comes into.
        if config.band_by == BandBy::Low {
            return;
        }
        let Some(bands) = spans_of_bands(config) else { return };
        let Some(scores) = self.scores(kind, config, path) else { return };
        let whole = Spans::between(0.0, 100.0);
        let near = scores.widened(ROUNDING).meet(&whole);
        let is_reached = |at: usize| {
            let span = bands.get(at).copied().map_or_else(Spans::default, Spans::span).meet(&whole);
            // With a margin a subject may stay in, or come no further than, a band beside that of its score.
            let near_it = if margin > 0.0 { span.widened(margin) } else { span };
            !near_it.meet(&near).is_empty()
        };
        let best = bands.len().saturating_sub(1);
        for (at, span) in bands.iter().enumerate() {
            let Some(band) = config.bands.get(at).filter(|_| !is_reached(at)) else { continue };
            // Where the best is withheld, the next is given.
            if at > 0
                && at + 1 == best
                && is_reached(best)
                && self.may_withhold(kind, config, &bands)
            {
                continue;
            }
            let from = words::span(Span {
                low: if at == 0 { f64::NEG_INFINITY } else { span.low },
                high: if at + 1 == bands.len() { f64::INFINITY } else { span.high },
                ..*span
            });
            let message = format!(
                "no score comes into the band `{}`, {from}: with these points and overrides it is {}",
                band.name,
                words::listed(&scores)
            );
            let help = "move its edges or the points; a score that a person sets is not counted";
            self.warn(Code::Unreachable, &format!("{path}.bands[{at}]"), message, help);
        }
    }

    /// Whether a score in the best band could lie in the worst once all is known. Of a plain mean the low end of the
    /// interval is no less than the score times what is measured; of anything else it is not asked.
    fn may_withhold(&self, kind: SubjectKind, config: &ScorecardConfig, bands: &[Span]) -> bool {
        let (Some(worst), Some(best)) = (bands.first(), bands.last()) else { return false };
        let spoils = config
            .overrides
            .iter()
            .any(|rule| rule.set.or(rule.cap).is_some_and(|score| score <= worst.high));
        let is_plain = config.groups.is_empty()
            && config.aggregate == Aggregate::Mean
            && config.warm_up.is_none()
            && config.factors.iter().all(|factor| self.is_plain(kind, factor));
        if spoils || !is_plain {
            return true;
        }
        let weights =
            config.factors.iter().map(|factor| weights(factor.weight.as_ref()).0.first().copied());
        let weights: Vec<f64> = weights.flatten().collect();
        let total: f64 = weights.iter().sum();
        let gate = config.min_coverage.unwrap_or(USUAL_COVERAGE) - SLACK;
        let low = best.low - config.margin.unwrap_or(0.0) - ROUNDING;
        let withholds = |coverage: f64| low * coverage <= worst.high + ROUNDING;
        if weights.len() > MOST_MISSING {
            return withholds(gate.max(0.0));
        }
        (1..(1_usize << weights.len()).saturating_sub(1)).any(|some| {
            let measured = weights.iter().enumerate().filter(|pair| some >> pair.0 & 1 == 1);
            let coverage = measured.map(|pair| pair.1).sum::<f64>() / total;
            coverage >= gate && withholds(coverage)
        })
    }

    /// Whether all that is not known of a factor is whether its metric has a value.
    fn is_plain(&self, kind: SubjectKind, factor: &FactorConfig) -> bool {
        let given = match self.resolver.metric_at(kind, &factor.metric) {
            Some(at) => {
                self.resolver.config.metrics.get(at).is_some_and(|metric| metric.expr.is_none())
            }
            None => attribute_info(kind, &factor.metric).is_some(),
        };
        let one = !matches!(factor.weight, Some(Variants::Cases(_)))
            && !matches!(factor.points, Some(Variants::Cases(_) | Variants::One(Points::Expr(_))));
        given
            && one
            && factor.applies_when.is_none()
            && factor.warm_up.is_none()
            && factor.missing == MissingPolicy::Redistribute
    }

    /// Every score that a scorecard can come to, overrides by rule included; none where it has none.
    fn scores(&self, kind: SubjectKind, config: &ScorecardConfig, path: &str) -> Option<Spans> {
        let min_coverage = config.min_coverage.unwrap_or(USUAL_COVERAGE);
        let parts = self.all_parts(kind, &config.factors, &config.groups, path)?;
        let raw = self.aggregated(&parts, config.aggregate, min_coverage);
        let mut scores = raw.clone();
        for it in &config.overrides {
            let effect = match (it.set, it.cap, it.floor) {
                (Some(it), _, _) => Spans::point(it),
                (_, Some(cap), _) => raw.mapped(|score| score.min(cap)),
                (_, _, Some(floor)) => raw.mapped(|score| score.max(floor)),
                _ => continue,
            };
            scores = scores.join(&effect);
        }
        Some(scores).filter(|scores| !scores.is_empty())
    }

    fn all_parts(
        &self,
        kind: SubjectKind,
        factors: &[FactorConfig],
        groups: &[GroupConfig],
        path: &str,
    ) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        for (at, it) in factors.iter().enumerate() {
            parts.push(self.factor_part(kind, it, &format!("{path}.factors[{at}].points"))?);
        }
        for (at, it) in groups.iter().enumerate() {
            let path = format!("{path}.groups[{at}]");
            let inner = self.all_parts(kind, &it.factors, &it.groups, &path)?;
            let min_coverage = it.min_coverage.unwrap_or(0.0);
            let (weights, varies) = weights(it.weight.as_ref());
            let applies = it.applies_when.is_some();
            let sure =
                inner.iter().any(|part| !part.missing && !part.out && !part.weights.is_empty());
            parts.push(Part {
                scores: self.aggregated(&inner, it.aggregate, min_coverage),
                weights,
                missing: applies || varies.is_some() || min_coverage > 0.0 || !sure,
                out: applies || varies == Some(true) || !sure,
            });
        }
        // What never weighs is only shown.
        parts.retain(|part| !part.weights.is_empty());
        Some(parts)
    }

    fn factor_part(&self, kind: SubjectKind, config: &FactorConfig, path: &str) -> Option<Part> {
        let source = self.source(kind, &config.metric)?;
        let whole = Spans::between(0.0, 100.0);
        let (maps, images): (Vec<&Points>, Vec<Spans>) = match &config.points {
            None => (Vec::new(), vec![whole.clone()]),
            Some(Variants::One(it)) => (vec![it], vec![self.image(it, &source, path)]),
            Some(Variants::Cases(cases)) => cases
                .iter()
                .enumerate()
                .map(|(at, it)| (&it.body, self.image(&it.body, &source, &format!("{path}[{at}]"))))
                .unzip(),
        };
        let mut scores = Spans::union(images);
        // Where a value is missing, the worst and the best are those of all values, in range or not.
        let hulls =
            maps.iter().map(|points| PointMap::new(points).map_or((0.0, 100.0), |map| map.hull()));
        let hulls: Vec<(f64, f64)> =
            if maps.is_empty() { vec![(0.0, 100.0)] } else { hulls.collect() };
        let prior = config.prior.unwrap_or(f64::NAN);
        let stand_in = hulls.iter().filter_map(|hull| match config.missing {
            // A value from before may be one that was in range then.
            MissingPolicy::Carry(_) => Some(Spans::between(hull.0, hull.1)),
            policy => stand_in_of(policy, prior, *hull).map(|stand_in| Spans::point(stand_in.0)),
        });
        let stand_in = Spans::union(stand_in);
        scores = scores.join(&stand_in);
        let (weights, varies) = weights(config.weight.as_ref());
        let fills =
            !matches!(config.missing, MissingPolicy::Redistribute | MissingPolicy::Carry(_));
        let out = config.applies_when.is_some() || varies == Some(true);
        Some(Part { scores, weights, missing: !fills, out })
    }
}

/// The spans of the bands, lowest first; none where there are none, or their edges make no sense.
fn spans_of_bands(config: &ScorecardConfig) -> Option<Vec<Span>> {
    let mut spans: Vec<Span> = Vec::new();
    for (at, it) in config.bands.iter().enumerate() {
        let (low, with_low) = match (it.from, it.above) {
            _ if at == 0 => (f64::NEG_INFINITY, true),
            (Some(it), None) => (it, true),
            (None, Some(it)) => (it, false),
            _ => return None,
        };
        if let Some(last) = spans.last_mut() {
            (last.high, last.with_high) = (low, !with_low);
        }
        spans.push(Span { low, high: f64::INFINITY, with_low, with_high: true });
    }
    (!spans.is_empty()).then_some(spans)
}

/// The weights above 0 that something can have; and, where they differ by case, whether there may be none.
fn weights(config: Option<&Variants<Valued<f64>>>) -> (Vec<f64>, Option<bool>) {
    match config {
        None => (vec![1.0], None),
        Some(Variants::One(Valued(it))) => {
            (Some(*it).filter(|weight| *weight > 0.0).into_iter().collect(), None)
        }
        Some(Variants::Cases(cases)) => {
            let mut weights: Vec<f64> =
                cases.iter().map(|case| case.body.0).filter(|weight| *weight > 0.0).collect();
            weights.sort_by(f64::total_cmp);
            weights.dedup();
            let idle = cases.iter().any(|case| case.body.0 <= 0.0);
            (weights, Some(idle || cases.iter().all(|case| case.when.is_some())))
        }
    }
}

impl Lint<'_, '_> {
    /// What parts can come to together.
    fn aggregated(&self, parts: &[Part], aggregate: Aggregate, min_coverage: f64) -> Spans {
        let all = Spans::union(parts.iter().map(|part| part.scores.clone()));
        // One that surely has a score bounds what the others can do.
        let sure = parts.iter().filter(|part| !part.missing && !part.out);
        let ends = sure.filter_map(|part| part.scores.ends());
        match aggregate {
            Aggregate::Mean => self.means(parts, min_coverage),
            Aggregate::Min => {
                let top = ends.fold(f64::INFINITY, |top, it| top.min(it.1));
                all.meet(&Spans::between(f64::NEG_INFINITY, top))
            }
            Aggregate::Max => {
                let bottom = ends.fold(f64::NEG_INFINITY, |bottom, it| bottom.max(it.0));
                all.meet(&Spans::between(bottom, f64::INFINITY))
            }
            Aggregate::Median if parts.len() < 2 => all,
            Aggregate::Median => {
                let few = all.at_most(MOST_SPANS);
                let middle = self.sums(&few, &few).map(|sums| sums.mapped(|sum| sum / 2.0));
                let hull = || {
                    few.ends().map_or_else(Spans::default, |ends| Spans::between(ends.0, ends.1))
                };
                few.join(&middle.unwrap_or_else(hull)).at_most(MOST_SPANS)
            }
        }
    }

    /// The sums of two sets, while there is time for them.
    fn sums(&self, one: &Spans, two: &Spans) -> Option<Spans> {
        self.left.set(self.left.get().checked_sub(1 + one.len() * two.len())?);
        Some(one.plus(two))
    }

    /// The weighted means that parts can come to, where at least so much of the weight has a score.
    fn means(&self, parts: &[Part], min_coverage: f64) -> Spans {
        let gate = min_coverage - SLACK;
        let ways = parts.iter().fold(1_usize, |ways, it| {
            let own = it.weights.len() * (1 + usize::from(it.missing)) + usize::from(it.out);
            ways.saturating_mul(own)
        });
        let hull = hull_of_means(parts, gate);
        let mut found = Spans::default();
        let start = Sums { values: Spans::point(0.0), measured: 0.0, weight: 0.0 };
        let all = ways <= MOST_WAYS && self.every_way(parts, &start, gate, &hull, &mut found);
        if all { found } else { hull }
    }

    /// Finds the means that parts can come to; false where there are too many ways.
    fn every_way(
        &self,
        parts: &[Part],
        sums: &Sums,
        gate: f64,
        hull: &Spans,
        found: &mut Spans,
    ) -> bool {
        // Once everything is found that there can be, there is no more to find.
        if found.len() == 1 && found.ends() == hull.ends() {
            return true;
        }
        let Some((part, rest)) = parts.split_first() else {
            if sums.measured > 0.0 && sums.measured >= gate * sums.weight {
                let means = sums.values.mapped(|sum| sum / sums.measured);
                *found = found.join(&means).at_most(MOST_SPANS);
            }
            return true;
        };
        for weight in &part.weights {
            if !part.scores.is_empty() {
                let weighed = part.scores.mapped(|score| score * weight);
                let Some(values) = self.sums(&sums.values, &weighed) else { return false };
                let sums = Sums {
                    values: values.at_most(MOST_SPANS),
                    measured: sums.measured + weight,
                    weight: sums.weight + weight,
                };
                if !self.every_way(rest, &sums, gate, hull, found) {
                    return false;
                }
            }
            if part.missing || part.scores.is_empty() {
                let sums = Sums { weight: sums.weight + weight, ..sums.clone() };
                if !self.every_way(rest, &sums, gate, hull, found) {
                    return false;
                }
            }
        }
        !part.out || self.every_way(rest, sums, gate, hull, found)
    }
}

/// Sums over parts on the way to a mean.
#[derive(Clone)]
struct Sums {
    values: Spans,
    measured: f64,
    weight: f64,
}

/// From the lowest to the highest mean.
fn hull_of_means(parts: &[Part], gate: f64) -> Spans {
    let weighed: Vec<(f64, f64, f64)> = parts
        .iter()
        .filter_map(|part| {
            let (low, high) = part.scores.ends()?;
            let weight =
                if part.out || part.weights.len() != 1 { None } else { part.weights.first() };
            // A weight that is not known holds nobody to a coverage.
            Some((low, high, weight.copied().unwrap_or(f64::NAN)))
        })
        .collect();
    let total: f64 = parts.iter().map(|part| part.weights.first().copied().unwrap_or(0.0)).sum();
    let known = weighed.iter().all(|part| !part.2.is_nan()) && weighed.len() == parts.len();
    let wanted = if known { gate * total } else { 0.0 };
    let lowest = extreme(weighed.iter().map(|part| (part.0, part.2)).collect(), wanted);
    let highest = extreme(weighed.iter().map(|part| (-part.1, part.2)).collect(), wanted);
    match (lowest, highest) {
        (Some(low), Some(high)) => Spans::between(low, -high),
        _ => Spans::default(),
    }
}

/// The lowest mean of some of the values by weight, where they weigh at least so much together: that of the
/// lowest, of which the last counts as far as it is needed.
fn extreme(mut values: Vec<(f64, f64)>, wanted: f64) -> Option<f64> {
    values.sort_by(|one, two| one.0.total_cmp(&two.0));
    let lowest = values.first()?.0;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (value, its) in values {
        let taken = its.min(wanted - weight);
        if taken.is_nan() || taken <= 0.0 {
            break;
        }
        sum += value * taken;
        weight += taken;
    }
    Some(if weight > 0.0 { sum / weight } else { lowest })
}
