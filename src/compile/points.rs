//! Points of a config: checked, and compiled.

use crate::compile::resolve::Resolver;
use crate::config::{Better, FactorConfig, LinearPoints, Outside, Points};
use crate::expr::{Symbol, Want};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::score::PointMap;
use crate::value::Kind;

impl Resolver<'_> {
    /// The line over a metric's declared range.
    pub(crate) fn straight(
        &self,
        kind: SubjectKind,
        factor: &FactorConfig,
        metric: &Symbol,
        path: &str,
    ) -> Option<PointMap> {
        let declared = self.declaration(kind, &factor.metric);
        match (declared.and_then(|declared| declared.better), metric.range) {
            (Some(better), Some((low, high))) => {
                let (worst, best) = match better {
                    Better::Higher => (low, high),
                    Better::Lower => (high, low),
                };
                Some(PointMap::Linear(LinearPoints { worst, best, outside: Outside::Clamp }))
            }
            // Scores are points already.
            _ if metric.range == Some((0.0, 100.0)) && declared.is_none() => {
                let (worst, best) = (0.0, 100.0);
                Some(PointMap::Linear(LinearPoints { worst, best, outside: Outside::Clamp }))
            }
            _ => {
                let message = format!("the factor of `{}` has no points", factor.metric);
                self.fault(Fault::new(Code::MissingKey, path, message).help(
                    "add `points`, or give the metric a `range` and say which way is `better`",
                ));
                None
            }
        }
    }

    /// Compiles points for a metric that is known.
    pub(crate) fn point_map(
        &self,
        kind: SubjectKind,
        points: &Points,
        metric: Option<&Symbol>,
        path: &str,
    ) -> Option<PointMap> {
        let (name, wanted) = points.kind();
        // Of a metric that is not known only the points themselves can be checked.
        if let (Some(wanted), Some(metric)) = (wanted, metric)
            && wanted != metric.kind
        {
            let message = format!("these points are for {wanted}, the metric is {}", metric.kind);
            let help = match metric.kind {
                Kind::Number => format!("use {}", kinds_of(Kind::Number)),
                Kind::Flag => "use `flag = { true = …, false = … }`".to_owned(),
                Kind::Text => "use `map = { name = points, … }`".to_owned(),
            };
            self.fault(Fault::new(Code::WrongType, path, message).help(help));
            return None;
        }
        let path = format!("{path}.{name}");
        let sound = match points {
            Points::Linear(it) => self.check_line(it.worst, it.best, &path),
            Points::Log(it) => self.check_log(it.worst, it.best, &path),
            Points::Piecewise(knots) => self.check_knots(knots, &path),
            Points::Steps(steps) => self.check_steps(steps, &path),
            Points::Map(map) => {
                if let Some(metric) = metric {
                    self.check_labels(map.keys(), metric, &path);
                }
                if map.is_empty() {
                    self.fault(Fault::new(Code::Empty, &path, "expected at least one text"));
                    return None;
                }
                all(map.iter().map(|(name, it)| self.check_points(*it, &format!("{path}.{name}"))))
            }
            Points::Flag(it) => {
                let yes = self.check_points(it.yes, &format!("{path}.true"));
                self.check_points(it.no, &format!("{path}.false")) && yes
            }
            Points::Decay(it) => self.check_positive(it.half_life, &format!("{path}.half_life")),
            Points::Sigmoid(it) => all([
                self.check_number(it.mid, &format!("{path}.mid")),
                self.check_width(it.width, &format!("{path}.width")),
            ]),
            Points::Percentile(it) => {
                self.check_quantiles(&it.quantiles, &format!("{path}.quantiles"))
            }
            Points::Expr(text) => {
                let program = self.compile(kind, &path, text, Want::Number)?;
                return Some(PointMap::Expr(Box::new(program)));
            }
        };
        let map = PointMap::new(points).filter(|_| sound)?;
        Some(match metric.and_then(|metric| metric.labels.as_ref()) {
            Some(texts) => map.for_texts(texts),
            None => map,
        })
    }

    /// Whether a number can be points.
    pub(crate) fn check_points(&self, points: f64, path: &str) -> bool {
        let fine = (0.0..=100.0).contains(&points);
        if !fine {
            let message = format!("points must be in 0..=100, got {points}");
            self.fault(Fault::new(Code::OutOfRange, path, message));
        }
        fine
    }

    pub(crate) fn check_positive(&self, number: f64, path: &str) -> bool {
        let fine = number > 0.0 && number <= super::metrics::LARGEST;
        if !fine {
            let message = format!("expected a number above 0, got {number}");
            self.fault(Fault::new(Code::OutOfRange, path, message));
        }
        fine
    }

    fn check_width(&self, width: f64, path: &str) -> bool {
        if width < 0.0 && width.is_finite() {
            let message = format!("expected a number above 0, got {width}");
            let help = "write `descending = true` where less is better";
            self.fault(Fault::new(Code::OutOfRange, path, message).help(help));
            return false;
        }
        self.check_number(width, path) && self.check_positive(width, path)
    }

    fn check_line(&self, worst: f64, best: f64, path: &str) -> bool {
        let ends = all([
            self.check_number(worst, &format!("{path}.worst")),
            self.check_number(best, &format!("{path}.best")),
        ]);
        if ends && (best - worst).abs() <= 0.0 {
            let message = format!("`worst` and `best` must differ, both are {worst}");
            self.fault(
                Fault::new(Code::OutOfRange, path, message).help("use `steps` for a threshold"),
            );
            return false;
        }
        ends
    }

    fn check_log(&self, worst: f64, best: f64, path: &str) -> bool {
        let sound = self.check_line(worst, best, path);
        let above = |it: f64| it > -1.0;
        if sound && !(above(worst) && above(best)) {
            let message = format!("a logarithm needs ends above -1, got {worst} and {best}");
            self.fault(Fault::new(Code::OutOfRange, path, message));
            return false;
        }
        if sound && (best.ln_1p() - worst.ln_1p()).abs() <= 0.0 {
            let message = format!("{worst} and {best} have the same logarithm");
            self.fault(Fault::new(Code::OutOfRange, path, message));
            return false;
        }
        sound
    }

    fn check_knots(&self, knots: &[[f64; 2]], path: &str) -> bool {
        if knots.len() < 2 {
            let message = format!("expected at least two knots, got {}", knots.len());
            self.fault(Fault::new(Code::Empty, path, message));
            return false;
        }
        let numbers = all(knots.iter().enumerate().map(|(at, [value, points])| {
            let path = format!("{path}[{at}]");
            all([self.check_number(*value, &path), self.check_points(*points, &path)])
        }));
        numbers && self.check_order(knots.iter().map(|[value, _]| *value), true, path)
    }

    fn check_steps(&self, steps: &[crate::config::Step], path: &str) -> bool {
        if steps.is_empty() {
            self.fault(Fault::new(Code::Empty, path, "expected at least one step"));
            return false;
        }
        let each = all(steps.iter().enumerate().map(|(at, step)| {
            let path = format!("{path}[{at}]");
            let last = at + 1 == steps.len();
            let edge = match (step.below, step.up_to) {
                (Some(_), Some(_)) => {
                    let message = "a step has one upper edge, `below` or `up_to`";
                    self.fault(Fault::new(Code::Incompatible, &path, message));
                    false
                }
                (None, None) if !last => {
                    let message = "only the last step may go without an upper edge";
                    self.fault(
                        Fault::new(Code::Unreachable, &path, message)
                            .help("add `below` or `up_to`"),
                    );
                    false
                }
                (Some(it), None) | (None, Some(it)) => self.check_number(it, &path),
                (None, None) => true,
            };
            let points = step
                .points
                .is_none_or(|points| self.check_points(points, &format!("{path}.points")));
            edge && points
        }));
        let edges = steps.iter().filter_map(|step| step.below.or(step.up_to));
        each && self.check_order(edges, true, path)
    }

    fn check_quantiles(&self, quantiles: &[f64], path: &str) -> bool {
        if quantiles.len() < 2 {
            let message = format!("expected at least two quantiles, got {}", quantiles.len());
            self.fault(Fault::new(Code::Empty, path, message));
            return false;
        }
        all(quantiles.iter().map(|quantile| self.check_number(*quantile, path)))
            && self.check_order(quantiles.iter().copied(), false, path)
    }

    fn check_order(&self, numbers: impl Iterator<Item = f64>, strict: bool, path: &str) -> bool {
        let numbers: Vec<f64> = numbers.collect();
        for (at, pair) in numbers.windows(2).enumerate() {
            let [left, right] = pair else { continue };
            if left > right || (strict && left >= right) {
                let path = format!("{path}[{}]", at + 1);
                let message = format!("expected more than {left}, the one before, got {right}");
                self.fault(Fault::new(Code::BadOrder, path, message));
                return false;
            }
        }
        true
    }

    /// Categories that the metric cannot have.
    fn check_labels<'n>(
        &self,
        names: impl Iterator<Item = &'n String>,
        metric: &Symbol,
        path: &str,
    ) {
        let Some(labels) = &metric.labels else { return };
        for name in names.filter(|name| *name != "_") {
            if !labels.iter().any(|label| label.as_ref() == name) {
                let help = did_you_mean(name, labels.iter().map(AsRef::as_ref));
                let message = format!("the metric is never `{name}`");
                let fault = Fault::new(Code::UnknownName, format!("{path}.{name}"), message);
                self.fault(fault.maybe_help(help));
            }
        }
    }
}

/// The kinds of points for a kind of metric: `` `linear`, `steps` or `log` ``.
fn kinds_of(kind: Kind) -> String {
    let all = Points::ALL.iter().filter(|(_, of)| *of == Some(kind));
    let mut names: Vec<String> = all.map(|(name, _)| format!("`{name}`")).collect();
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} or {last}", names.join(", ")) }
}

/// Whether all hold; every one is asked, so that every fault is seen.
pub(crate) fn all(checks: impl IntoIterator<Item = bool>) -> bool {
    checks.into_iter().fold(true, |all, it| all & it)
}
