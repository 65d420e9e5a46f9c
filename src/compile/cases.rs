//! What may differ by case: weights, points and the conditions they depend on.

use crate::compile::points::all;
use crate::compile::scorecards::Builder;
use crate::config::{FactorConfig, Valued, Variants};
use crate::expr::{Symbol, Want};
use crate::fault::{Code, Fault};
use crate::score::PointMap;
use crate::verdict::Choice;

/// The smallest weight above 0: products and sums of such weights keep their precision. Our choice,
/// tested by `weights_are_numbers_that_can_be_summed`.
const SMALLEST: f64 = 1e-100;

/// The most cases in a list. Our choice, far past any real config.
const MOST_CASES: usize = 1000;

impl Builder<'_, '_> {
    pub(crate) fn points(
        &mut self,
        factor: &FactorConfig,
        metric: Option<&Symbol>,
        path: &str,
    ) -> Option<Choice<PointMap>> {
        let (resolver, kind) = (self.resolver, self.kind);
        let below = format!("{path}.points");
        match &factor.points {
            None => resolver.straight(kind, factor, metric?, path).map(Choice::one),
            Some(Variants::One(points)) => {
                resolver.point_map(kind, points, metric, &below).map(Choice::one)
            }
            Some(Variants::Cases(cases)) => {
                let whens: Vec<Option<&str>> =
                    cases.iter().map(|case| case.when.as_deref()).collect();
                let whens = self.whens(&whens, &below);
                let maps: Vec<Option<PointMap>> = cases
                    .iter()
                    .enumerate()
                    .map(|(at, case)| {
                        resolver.point_map(kind, &case.body, metric, &format!("{below}[{at}]"))
                    })
                    .collect();
                let maps: Vec<PointMap> = maps.into_iter().collect::<Option<_>>()?;
                Some(Choice { cases: whens?.into_iter().zip(maps).collect() })
            }
        }
    }

    pub(crate) fn weight(
        &mut self,
        weight: Option<&Variants<Valued<f64>>>,
        path: &str,
    ) -> Option<Choice<f64>> {
        let path = format!("{path}.weight");
        let check = |number: f64, path: &str| {
            let fine = number.abs() <= 0.0 || (SMALLEST..=1.0 / SMALLEST).contains(&number);
            if !fine {
                let message = format!("a weight must be 0 or more, got {number}");
                self.resolver.fault(Fault::new(Code::OutOfRange, path, message));
            }
            fine
        };
        match weight {
            None => Some(Choice::one(1.0)),
            Some(Variants::One(Valued(it))) => check(*it, &path).then(|| Choice::one(*it)),
            Some(Variants::Cases(cases)) => {
                let numbers = all(cases
                    .iter()
                    .enumerate()
                    .map(|(at, case)| check(case.body.0, &format!("{path}[{at}].value"))));
                let whens: Vec<Option<&str>> =
                    cases.iter().map(|case| case.when.as_deref()).collect();
                let whens = self.whens(&whens, &path)?;
                let bodies = cases.iter().map(|case| case.body.0);
                numbers.then(|| Choice { cases: whens.into_iter().zip(bodies).collect() })
            }
        }
    }

    /// The number of a condition; those that say the same share one.
    pub(crate) fn condition(&mut self, path: &str, text: &str) -> Option<usize> {
        let program = self.resolver.compile(self.kind, path, text, Want::Flag)?;
        let canonical = program.canonical();
        let known = self.conditions.iter().position(|(it, _)| *it == canonical);
        Some(known.unwrap_or_else(|| {
            self.conditions.push((canonical, program));
            self.conditions.len() - 1
        }))
    }

    /// The conditions of a first-match list, `None` for a case that always holds. The outer `None`
    /// is a fault.
    fn whens(&mut self, whens: &[Option<&str>], path: &str) -> Option<Vec<Option<usize>>> {
        if whens.is_empty() {
            let fault = Fault::new(Code::Empty, path, "expected at least one case");
            self.resolver.fault(fault);
            return None;
        }
        if whens.len() > MOST_CASES {
            let message = format!("a list has at most {MOST_CASES} cases, got {}", whens.len());
            self.resolver.fault(Fault::new(Code::Limit, path, message));
            return None;
        }
        let mut compiled = Vec::new();
        for (at, when) in whens.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let number = when.map(|text| self.condition(&format!("{path}.when"), text));
            let always = match number {
                None => true,
                Some(it) => it
                    .and_then(|number| self.conditions.get(number))
                    .is_some_and(|(_, it)| it.always() == Some(true)),
            };
            if always && at + 1 < whens.len() {
                let message = "the cases after this one can never hold";
                let fault = Fault::new(Code::Unreachable, &path, message)
                    .help("give it a `when`, or put it last");
                // A condition that is always true is a doubt; no condition at all is a mistake.
                self.resolver.fault(if number.is_some() { fault.warning() } else { fault });
            }
            compiled.push(number);
        }
        // Every condition has been looked at; one that is faulty spoils the list.
        compiled
            .into_iter()
            .map(|condition| match condition {
                None => Some(None),
                Some(number) => number.map(Some),
            })
            .collect()
    }

    /// Outer `None` is a fault, inner `None` is no condition.
    pub(crate) fn optional_condition(
        &mut self,
        text: Option<&str>,
        path: &str,
    ) -> Option<Option<usize>> {
        match text {
            None => Some(None),
            Some(text) => self.condition(&format!("{path}.applies_when"), text).map(Some),
        }
    }
}
