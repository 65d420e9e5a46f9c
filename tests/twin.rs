//! A slow twin of scoring, written row by row from what the docs promise, compared with the engine
//! on generated configs without conditions.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foretell::config::{
    Aggregate, FactorConfig, GroupConfig, MissingPolicy, Outside, Points, ScorecardConfig, Valued,
    Variants,
};
use foretell::frame::SubjectKind;
use foretell::time::Period;
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, State};
use proptest::prelude::*;

use crate::laws::{assess, cases, configs::unconditional, rows::as_of, rows::rows};

const NEAR: f64 = 1e-12;

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= NEAR * left.abs().max(1.0)
}

/// Whether a score of the engine is the decimal of ten places nearest to the twin's.
fn settled(twin: f64, engine: f64) -> bool {
    let decimal: f64 = format!("{engine:.10}").parse().unwrap();
    decimal.to_bits() == engine.to_bits()
        && (twin - engine).abs() <= 5e-11 + NEAR * twin.abs().max(1.0)
}

/// What is known of a metric of one subject.
#[derive(Debug, Clone)]
struct Known {
    value: Value,
    seen: Option<NaiveDate>,
}

/// A part of a group with what the twin finds.
#[derive(Debug, Clone, Copy)]
struct Part {
    weight: f64,
    score: Option<f64>,
    coverage: f64,
}

/// How what is missing is taken: as it is now, or at its worst or best.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Now,
    Worst,
    Best,
}

struct Twin<'a> {
    metrics: &'a BTreeMap<String, Known>,
    end: End,
}

fn line(value: f64, worst: f64, best: f64) -> f64 {
    ((value - worst) / (best - worst)).clamp(0.0, 1.0) * 100.0
}

/// Points of a value by the docs; none where there are none for it.
fn points(points: &Points, value: &Value) -> Option<f64> {
    match (points, value) {
        (_, Value::Missing) => None,
        (Points::Flag(it), Value::Flag(flag)) => Some(if *flag { it.yes } else { it.no }),
        (Points::Map(map), Value::Text(text)) => {
            map.get(text.as_ref()).filter(|_| text.as_ref() != "_").or(map.get("_")).copied()
        }
        (Points::Linear(it), Value::Number(number)) => {
            let (low, high) = (it.worst.min(it.best), it.worst.max(it.best));
            let inside = low <= *number && *number <= high;
            let gone = it.outside == Outside::Missing && !inside;
            (!gone).then(|| line(*number, it.worst, it.best))
        }
        (Points::Log(it), Value::Number(number)) => {
            let number = if *number > -1.0 { (1.0 + number).ln() } else { f64::NEG_INFINITY };
            Some(line(number, (1.0 + it.worst).ln(), (1.0 + it.best).ln()))
        }
        (Points::Decay(it), Value::Number(number)) => {
            Some(100.0 * 0.5_f64.powf(number.max(0.0) / it.half_life))
        }
        (Points::Sigmoid(it), Value::Number(number)) => {
            let widths = (number - it.mid) / it.width;
            Some(50.0 * (1.0 + (if it.descending { -widths } else { widths } / 2.0).tanh()))
        }
        (Points::Piecewise(knots), Value::Number(number)) => {
            let (first, last) = (knots[0], knots[knots.len() - 1]);
            if *number <= first[0] {
                return Some(first[1]);
            }
            for pair in knots.windows(2) {
                let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
                if *number <= x1 {
                    return Some(y0 + (y1 - y0) * ((number - x0) / (x1 - x0)));
                }
            }
            Some(last[1])
        }
        (Points::Steps(steps), Value::Number(number)) => {
            let holds = |it: &&foretell::config::Step| match (it.below, it.up_to) {
                (Some(edge), _) => *number < edge,
                (_, Some(edge)) => *number <= edge,
                (None, None) => true,
            };
            steps.iter().find(holds).and_then(|it| it.points)
        }
        (Points::Percentile(it), Value::Number(number)) => {
            let list = &it.quantiles;
            let last = (list.len() - 1) as f64;
            let mut share = if *number < list[0] { 0.0 } else { 1.0 };
            for (at, pair) in list.windows(2).enumerate() {
                if pair[0] <= *number && *number <= pair[1] {
                    share = (at as f64 + (number - pair[0]) / (pair[1] - pair[0])) / last;
                    break;
                }
            }
            Some(if it.descending { 100.0 - share * 100.0 } else { share * 100.0 })
        }
        other => panic!("points that do not fit: {other:?}"),
    }
}

/// The lowest and highest points.
fn hull(points: &Points) -> (f64, f64) {
    let all = match points {
        Points::Linear(_)
        | Points::Log(_)
        | Points::Decay(_)
        | Points::Sigmoid(_)
        | Points::Percentile(_) => vec![0.0, 100.0],
        Points::Flag(it) => vec![it.yes, it.no],
        Points::Piecewise(knots) => knots.iter().map(|it| it[1]).collect(),
        Points::Map(map) => map.values().copied().collect(),
        Points::Steps(steps) => steps.iter().filter_map(|it| it.points).collect(),
        other => panic!("points the twin does not know: {other:?}"),
    };
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    (low, all.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

fn weight(it: Option<&Variants<Valued<f64>>>) -> f64 {
    match it {
        None => 1.0,
        Some(Variants::One(Valued(it))) => *it,
        Some(other) => panic!("weights by case: {other:?}"),
    }
}

fn middle(mut scores: Vec<f64>) -> f64 {
    scores.sort_by(f64::total_cmp);
    (scores[(scores.len() - 1) / 2] + scores[scores.len() / 2]) / 2.0
}

impl Twin<'_> {
    fn factor(&self, it: &FactorConfig, max_age: Option<Period>) -> Part {
        let Some(Variants::One(map)) = &it.points else { panic!("points by case") };
        let known = &self.metrics[&it.metric];
        let most = it.max_age.or(max_age);
        let stale = most.zip(known.seen).is_some_and(|(most, seen)| seen < most.before(as_of()));
        let own = if stale { None } else { points(map, &known.value) };
        let (low, high) = hull(map);
        let stand_in = match it.missing {
            MissingPolicy::Worst => Some(low),
            MissingPolicy::Best => Some(high),
            MissingPolicy::Prior => it.prior,
            MissingPolicy::Value(points) => Some(points),
            // Without a state nothing is remembered but a value of today that is too old.
            MissingPolicy::Carry(period) if stale => {
                points(map, &known.value).filter(|_| known.seen >= Some(period.before(as_of())))
            }
            _ => None,
        };
        let (score, coverage) = match (own, self.end) {
            (Some(_), _) => (own, 1.0),
            (None, End::Now) => (stand_in, 0.0),
            (None, End::Worst) => (Some(low.min(stand_in.unwrap_or(low))), 1.0),
            (None, End::Best) => (Some(high.max(stand_in.unwrap_or(high))), 1.0),
        };
        Part { weight: weight(it.weight.as_ref()), score, coverage }
    }

    fn group(
        &self,
        factors: &[FactorConfig],
        groups: &[GroupConfig],
        aggregate: Aggregate,
        min_coverage: f64,
        max_age: Option<Period>,
    ) -> (Option<f64>, f64, bool) {
        let mut parts: Vec<Part> = factors.iter().map(|it| self.factor(it, max_age)).collect();
        for it in groups {
            let max_age = it.max_age.or(max_age);
            let gate = it.min_coverage.unwrap_or(0.0);
            let (score, coverage, applies) =
                self.group(&it.factors, &it.groups, it.aggregate, gate, max_age);
            let weight = if applies { weight(it.weight.as_ref()) } else { 0.0 };
            parts.push(Part { weight, score, coverage });
        }
        parts.retain(|it| it.weight > 0.0);
        let total: f64 = parts.iter().map(|it| it.weight).sum();
        if parts.is_empty() {
            return (None, 0.0, false);
        }
        let coverage = parts
            .iter()
            .filter(|it| it.score.is_some())
            .map(|it| it.weight / total * it.coverage)
            .sum::<f64>();
        let scored: Vec<(f64, f64)> =
            parts.iter().filter_map(|it| Some((it.weight, it.score?))).collect();
        if scored.is_empty() || coverage < min_coverage - NEAR {
            return (None, coverage, true);
        }
        let scores = || scored.iter().map(|(_, it)| *it);
        let score = match aggregate {
            Aggregate::Mean => {
                let weight: f64 = scored.iter().map(|(it, _)| it).sum();
                scored.iter().map(|(its, it)| its / weight * it).sum()
            }
            Aggregate::Min => scores().fold(f64::INFINITY, f64::min),
            Aggregate::Max => scores().fold(f64::NEG_INFINITY, f64::max),
            Aggregate::Median => middle(scores().collect()),
            other => panic!("an aggregate the twin does not know: {other:?}"),
        };
        (Some(score), coverage, true)
    }

    fn card(&self, it: &ScorecardConfig) -> (Option<f64>, f64) {
        let gate = it.min_coverage.unwrap_or(0.5);
        let (score, coverage, _) =
            self.group(&it.factors, &it.groups, it.aggregate, gate, it.max_age);
        (score, coverage)
    }
}

/// The values of the metrics that factors read, as the assessment has them.
fn known(engine: &Engine, assessment: &Assessment, subject: &str) -> BTreeMap<String, Known> {
    let lines = engine.explain(assessment, "health", subject).unwrap().lines;
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for it in lines {
        let value = assessment.value(SubjectKind::Subscription, &it.metric, subject);
        let known = known.entry(it.metric).or_insert(Known { value, seen: None });
        // A line without points does not say it.
        known.seen = known.seen.or(it.observed);
    }
    known
}

/// The factors of a scorecard as an explanation lists them: those of a group before its groups.
fn weights(
    factors: &[FactorConfig],
    groups: &[GroupConfig],
    twin: &Twin<'_>,
    whole: f64,
    all: &mut Vec<f64>,
) {
    let live = |it: &GroupConfig| twin.applies(&it.factors, &it.groups);
    let own = |it: &GroupConfig| if live(it) { weight(it.weight.as_ref()) } else { 0.0 };
    let total: f64 = factors.iter().map(|it| weight(it.weight.as_ref())).sum::<f64>()
        + groups.iter().map(own).sum::<f64>();
    let share = |it: f64| if total > 0.0 { whole * it / total } else { 0.0 };
    all.extend(factors.iter().map(|it| share(weight(it.weight.as_ref()))));
    for it in groups {
        weights(&it.factors, &it.groups, twin, share(own(it)), all);
    }
}

impl Twin<'_> {
    /// Whether anything in a group counts.
    fn applies(&self, factors: &[FactorConfig], groups: &[GroupConfig]) -> bool {
        factors.iter().any(|it| weight(it.weight.as_ref()) > 0.0)
            || groups
                .iter()
                .any(|it| weight(it.weight.as_ref()) > 0.0 && self.applies(&it.factors, &it.groups))
    }
}

fn has_expression(text: &str) -> bool {
    let (_, card) = text.split_once("[[scorecards]]").unwrap();
    card.contains("expr = ")
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_engine_scores_as_its_twin(
        // What an expression is worth is not the twin's business.
        text in unconditional(false).prop_filter("no expression", |it| !has_expression(it)),
        rows in rows(4),
    ) {
        let config = Config::parse(&text);
        let engine = Engine::compile(&config).unwrap();
        let assessment = assess(&engine, &rows, &State::new());
        let card = &config.scorecards[0];
        for it in assessment.scores("health") {
            let metrics = known(&engine, &assessment, it.subject);
            let twin = Twin { metrics: &metrics, end: End::Now };
            let (score, coverage) = twin.card(card);
            prop_assert_eq!(score.is_some(), it.score.is_some(), "{:?} {:?}", score, it);
            if let Some((one, two)) = score.zip(it.score) {
                prop_assert!(settled(one, two), "twin {one}, engine {two}");
            }
            prop_assert!(settled(coverage, it.coverage), "twin {coverage}, engine {}", it.coverage);
            let mut shares = Vec::new();
            weights(&card.factors, &card.groups, &twin, 1.0, &mut shares);
            let lines = engine.explain(&assessment, "health", it.subject).unwrap().lines;
            prop_assert_eq!(lines.len(), shares.len());
            for (line, share) in lines.iter().zip(shares) {
                prop_assert!(near(line.weight, share), "twin {share}, engine {line:?}");
            }
        }
    }

    #[test]
    fn the_interval_is_everything_at_its_worst_and_best(
        text in unconditional(true), rows in rows(4),
    ) {
        let config = Config::parse(&text);
        let engine = Engine::compile(&config).unwrap();
        let assessment = assess(&engine, &rows, &State::new());
        for it in assessment.scores("health") {
            let metrics = known(&engine, &assessment, it.subject);
            let at = |end| Twin { metrics: &metrics, end }.card(&config.scorecards[0]).0;
            // What is missing may be at one end and the score of the rest still be past it.
            let (Some(low), Some(high)) = (at(End::Worst), at(End::Best)) else {
                prop_assert_eq!(it.interval, None);
                continue;
            };
            let want = [low.min(it.score.unwrap_or(low)), high.max(it.score.unwrap_or(high))];
            let got = it.interval.unwrap();
            let same = settled(want[0], got[0]) && settled(want[1], got[1]);
            prop_assert!(same, "{got:?} {want:?}");
        }
    }
}
