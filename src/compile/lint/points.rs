//! Points: steps, knots and ends that no value comes to, and values that get none.

use super::{Lint, words};
use crate::config::{Outside, Points, Step, Take};
use crate::expr::{Span, Spans, Symbol};
use crate::fault::Code;
use crate::frame::SubjectKind;
use crate::score::PointMap;
use crate::value::Kind;

/// Where a factor's values come from.
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) symbol: Symbol,
    /// What it is where nothing but records and expressions gives it: a column that a host gives may hold more.
    usual: Spans,
}

impl Source<'_> {
    /// Every number it can be.
    fn numbers(&self) -> Spans {
        self.symbol.range.map_or_else(Spans::all, |(low, high)| Spans::between(low, high))
    }

    /// The declared range, where an end of it is given.
    fn range(&self) -> Option<(f64, f64)> {
        self.symbol.range
    }
}

/// The values that fall to each step.
fn rungs(steps: &[Step]) -> Vec<Spans> {
    let (mut low, mut with_low) = (f64::NEG_INFINITY, true);
    let rung = |step: &Step| {
        let high = edge(step).unwrap_or(f64::INFINITY);
        let with_high = step.below.is_none();
        let it = Spans::span(Span { low, high, with_low, with_high });
        (low, with_low) = (high, !with_high);
        it
    };
    steps.iter().map(rung).collect()
}

fn edge(step: &Step) -> Option<f64> {
    step.below.or(step.up_to)
}

impl Lint<'_, '_> {
    pub(super) fn source<'a>(&self, kind: SubjectKind, name: &'a str) -> Option<Source<'a>> {
        let symbol = self.symbol(kind, name)?;
        Some(Source { name, usual: self.usual(kind, name), symbol })
    }

    /// The numbers that a name is by what it is made of.
    fn usual(&self, kind: SubjectKind, name: &str) -> Spans {
        let range = self.symbol(kind, name).and_then(|symbol| symbol.range);
        let declared = range.map_or_else(Spans::all, |(low, high)| Spans::between(low, high));
        if let Some(at) = self.resolver.metric_at(kind, name) {
            let metric = self.resolver.config.metrics.get(at);
            let made = match metric.and_then(|metric| metric.take) {
                Some(Take::Share | Take::ZeroShare) => Spans::between(0.0, 1.0),
                Some(_) => Spans::all(),
                None => self
                    .program(&format!("metrics[{at}].expr"))
                    .map_or_else(Spans::all, crate::expr::Program::numbers),
            };
            return declared.meet(&made);
        }
        // Of a parent, of children, and of the past: what it is taken from.
        let made = name.split_once('.').and_then(|(head, rest)| {
            let above = |other: &SubjectKind| *other < kind && other.name() == head;
            let below = |other: &SubjectKind| *other > kind && other.plural() == head;
            if let Some(parent) = SubjectKind::ALL.into_iter().find(above) {
                return Some(self.usual(parent, rest));
            }
            let child = SubjectKind::ALL.into_iter().find(below);
            let (inner, how) = if child.is_some() { rest } else { name }.rsplit_once('.')?;
            let same = match child {
                Some(_) => matches!(how, "min" | "max" | "mean" | "median"),
                None => how == "previous" || how.starts_with("ago_"),
            };
            same.then(|| self.usual(child.unwrap_or(kind), inner))
        });
        made.map_or_else(|| declared.clone(), |made| declared.meet(&made))
    }

    /// The points that a map can give to values of a source; `path` is where the map stands.
    pub(super) fn image(&self, points: &Points, source: &Source<'_>, path: &str) -> Spans {
        let numbers = source.numbers();
        let both = |it: [f64; 2]| Spans::between(it[0].min(it[1]), it[0].max(it[1]));
        let along = |points: &Points, numbers: &Spans| {
            let Some(map) = PointMap::new(points) else { return Spans::between(0.0, 100.0) };
            let ends = numbers
                .list()
                .map(|span| both([span.low, span.high].map(|end| map.of_number(end))));
            Spans::union(ends)
        };
        match points {
            Points::Linear(it) if it.outside == Outside::Missing => {
                along(points, &numbers.meet(&both([it.worst, it.best])))
            }
            Points::Piecewise(knots) => {
                let inside =
                    knots.iter().filter(|knot| !numbers.meet(&Spans::point(knot[0])).is_empty());
                let ends = numbers.ends().unwrap_or_default();
                let at_ends = [ends.0, ends.1].map(|end| on_knots(knots, end));
                let all = inside.map(|knot| knot[1]).chain(at_ends);
                let (low, high) = all
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                        (low.min(it), high.max(it))
                    });
                Spans::between(low, high)
            }
            Points::Steps(steps) => {
                let reached = rungs(steps).into_iter().zip(steps);
                let reached = reached.filter(|(rung, _)| !rung.meet(&numbers).is_empty());
                Spans::union(reached.filter_map(|(_, it)| it.points.map(Spans::point)))
            }
            Points::Map(map) => {
                let labels = source.symbol.labels.as_deref();
                let listed = map.iter().filter(|(name, _)| *name != "_");
                let can = |name: &str| {
                    labels.is_none_or(|labels| labels.iter().any(|label| label.as_ref() == name))
                };
                let all_listed = labels.is_some_and(|labels| {
                    labels.iter().all(|label| map.contains_key(label.as_ref()))
                });
                let other = map.get("_").filter(|_| !all_listed);
                let listed = listed.filter(|(name, _)| can(name)).map(|(_, it)| it);
                Spans::union(listed.chain(other).map(|points| Spans::point(*points)))
            }
            Points::Flag(it) => Spans::point(it.yes).join(&Spans::point(it.no)),
            Points::Expr(_) => {
                let all = Spans::between(0.0, 100.0);
                let clamped = |it: f64| it.clamp(0.0, 100.0);
                self.program(&format!("{path}.expr"))
                    .map_or(all, |program| program.numbers().mapped(clamped))
            }
            _ => along(points, &numbers),
        }
    }

    /// Looks at the points of a factor.
    pub(super) fn points(&self, points: &Points, source: &Source<'_>, path: &str) {
        if points.kind().1 != Some(Kind::Number) {
            return;
        }
        let path = format!("{path}.{}", points.kind().0);
        if let Points::Steps(steps) = points {
            if steps.iter().all(|step| step.points.is_none()) {
                let message = format!("no step gives `{}` any points", source.name);
                self.warn(
                    Code::NoPoints,
                    &path,
                    message,
                    "add `points` to the steps, or leave the factor out",
                );
                return;
            }
            self.steps(steps, source, &path);
        }
        if self.image(points, source, &path).is_empty() {
            let range = source
                .range()
                .map_or_else(String::new, |range| format!(", {},", words::range(range)));
            let message =
                format!("no value in the range of `{}`{range} gets any points", source.name);
            self.warn(
                Code::NoPoints,
                &path,
                message,
                "move the points into the metric's range, or correct the range",
            );
            return;
        }
        match points {
            Points::Linear(it) => {
                self.ends([("worst", it.worst), ("best", it.best)], source, &path);
            }
            Points::Log(it) => self.ends([("worst", it.worst), ("best", it.best)], source, &path),
            Points::Piecewise(knots) => {
                for (at, [value, _]) in knots.iter().enumerate() {
                    let what = format!("the knot at {value}");
                    self.past(
                        *value,
                        &what,
                        source,
                        &format!("{path}[{at}]"),
                        "move it to the end of the range, with the points that are meant there",
                    );
                }
            }
            _ => {}
        }
    }

    fn ends(&self, ends: [(&str, f64); 2], source: &Source<'_>, path: &str) {
        for (key, value) in ends {
            let points = if key == "best" { 100 } else { 0 };
            let help = format!(
                "no value gets {points} points; move it into the range, or correct the range"
            );
            self.past(
                value,
                &format!("`{key}` of {value}"),
                source,
                &format!("{path}.{key}"),
                &help,
            );
        }
    }

    /// Warns where a value that stands for points is one that the metric never is.
    fn past(&self, value: f64, what: &str, source: &Source<'_>, path: &str, help: &str) {
        let Some((low, high)) = source.range() else { return };
        let side = if value < low {
            "below"
        } else if value > high {
            "above"
        } else {
            return;
        };
        let range = words::range((low, high));
        let message = format!("{what} is {side} the range of `{}`, {range}", source.name);
        self.warn(Code::OutOfRange, path, message, help);
    }

    fn steps(&self, steps: &[Step], source: &Source<'_>, path: &str) {
        let numbers = source.numbers();
        let rungs = rungs(steps);
        let mut dead = Vec::new();
        for (at, (rung, step)) in rungs.iter().zip(steps).enumerate() {
            // A step without points says of values that are never there what is true of them.
            let is_dead = step.points.is_some() && rung.meet(&numbers).is_empty();
            dead.push(is_dead);
            if let (true, Some(range)) = (is_dead, source.range()) {
                let span = rung.list().next().map_or_else(String::new, words::span);
                let message = format!(
                    "no value comes into this step, {span}: `{}` is {}",
                    source.name,
                    words::range(range)
                );
                let help = "remove it, or correct the metric's range";
                self.warn(Code::Unreachable, &format!("{path}[{at}]"), message, help);
            }
        }
        let is_dead = |at: usize| dead.get(at).copied().unwrap_or(false);
        for (at, step) in steps.iter().enumerate() {
            if let Some(edge) = edge(step).filter(|_| !is_dead(at) && !is_dead(at + 1)) {
                let what = format!("the edge {edge}");
                let help = "leave the edge of the last step out, or correct the metric's range";
                self.past(edge, &what, source, &format!("{path}[{at}]"), help);
            }
        }
        let Some(last) = steps.last().and_then(edge) else { return };
        let left = Spans::union(rungs).others().meet(&source.usual);
        if let Some(span) = left.list().next() {
            let values = words::span(span);
            let message =
                format!("`{}` {values} gets no points: the last step ends at {last}", source.name);
            let help = "add a last step without an edge: `{ points = … }`, or `{}` where such values count as missing";
            self.warn(Code::Gap, &format!("{path}[{}]", steps.len() - 1), message, help);
        }
    }
}

/// The points of a value between knots, in order.
fn on_knots(knots: &[[f64; 2]], value: f64) -> f64 {
    let above = knots.iter().position(|knot| value <= knot[0]);
    match above {
        None => knots.last().map_or(0.0, |knot| knot[1]),
        Some(0) => knots.first().map_or(0.0, |knot| knot[1]),
        Some(at) => match (knots.get(at - 1), knots.get(at)) {
            (Some([low, from]), Some([high, to])) => {
                let share = (value - low) / (high - low);
                from + (to - from) * share
            }
            _ => 0.0,
        },
    }
}
