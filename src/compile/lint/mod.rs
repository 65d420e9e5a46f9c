//! What works as written, but cannot be what was meant: values that nothing takes in, and parts that no
//! value comes to.
//!
//! All are warnings, and none is a guess: what is called out of reach no data within the declared ranges
//! reach. Where that cannot be told, nothing is said.

mod cases;
mod classes;
mod points;
mod quotients;
mod scores;
mod words;

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::compile::resolve::{Found, Resolver};
use crate::config::{FactorConfig, GroupConfig, Points, ScorecardConfig, Valued, Variants};
use crate::expr::{Program, Symbol};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;

/// Looks at a config that has been compiled, as far as it could be.
pub(super) struct Lint<'r, 'c> {
    resolver: &'r Resolver<'c>,
    /// Every expression that could be compiled, by its place.
    programs: BTreeMap<String, Program>,
    /// How many sums may still be formed.
    left: Cell<usize>,
}

impl Resolver<'_> {
    /// Warns of what cannot be meant.
    pub(crate) fn lint(&self) {
        let programs = self.programs.borrow().iter().cloned().collect();
        let lint = Lint { resolver: self, programs, left: Cell::new(scores::MOST_SUMS) };
        let config = self.config;
        lint.classes("segment", "segments", &config.segments);
        lint.classes("stage", "stages", &config.stages);
        for (at, card) in config.scorecards.iter().enumerate() {
            lint.card(card, &format!("scorecards[{at}]"));
        }
        lint.quotients();
    }
}

impl Lint<'_, '_> {
    fn warn(&self, code: Code, path: &str, message: String, help: impl Into<String>) {
        self.resolver.fault(Fault::new(code, path, message).help(help).warning());
    }

    /// The same of a part of an expression, of so many bytes from a place on.
    fn warn_inside(&self, path: &str, (start, end): (usize, usize), message: String, help: String) {
        let fault = Fault::new(Code::MaybeMissing, path, message).help(help).warning();
        self.resolver.fault_inside(fault, start, end.saturating_sub(start));
    }

    fn program(&self, path: &str) -> Option<&Program> {
        self.programs.get(path)
    }

    fn symbol(&self, kind: SubjectKind, name: &str) -> Option<Symbol> {
        match self.resolver.defined(kind, name) {
            Found::Symbol(it) => Some(it),
            Found::Unknown | Found::Broken => None,
        }
    }

    fn card(&self, config: &ScorecardConfig, path: &str) {
        let kind = config.subject.unwrap_or(self.resolver.config.subject);
        // Of what is faulty it cannot be said what it does.
        if self.symbol(kind, &config.name).is_none() {
            return;
        }
        self.parts(kind, &config.factors, &config.groups, path);
        let whens: Vec<Option<&str>> =
            config.overrides.iter().map(|rule| Some(rule.when.as_str())).collect();
        self.overrides(&whens, &format!("{path}.overrides"));
        self.bands(kind, config, path);
    }

    fn parts(
        &self,
        kind: SubjectKind,
        factors: &[FactorConfig],
        groups: &[GroupConfig],
        path: &str,
    ) {
        for (at, it) in factors.iter().enumerate() {
            let path = format!("{path}.factors[{at}]");
            self.weights(it.weight.as_ref(), &path);
            self.factor(kind, it, &format!("{path}.points"));
        }
        for (at, it) in groups.iter().enumerate() {
            let path = format!("{path}.groups[{at}]");
            self.weights(it.weight.as_ref(), &path);
            self.parts(kind, &it.factors, &it.groups, &path);
        }
    }

    fn weights(&self, weights: Option<&Variants<Valued<f64>>>, path: &str) {
        if let Some(Variants::Cases(cases)) = weights {
            let whens: Vec<Option<&str>> = cases.iter().map(|case| case.when.as_deref()).collect();
            self.variants(&whens, &format!("{path}.weight"));
        }
    }

    fn factor(&self, kind: SubjectKind, factor: &FactorConfig, path: &str) {
        let source = self.source(kind, &factor.metric);
        let check = |points: &Points, path: &str| {
            if let Some(source) = &source {
                self.points(points, source, path);
            }
        };
        match &factor.points {
            None => {}
            Some(Variants::One(it)) => check(it, path),
            Some(Variants::Cases(cases)) => {
                let whens: Vec<Option<&str>> =
                    cases.iter().map(|case| case.when.as_deref()).collect();
                self.variants(&whens, path);
                for (at, case) in cases.iter().enumerate() {
                    check(&case.body, &format!("{path}[{at}]"));
                }
            }
        }
    }
}
