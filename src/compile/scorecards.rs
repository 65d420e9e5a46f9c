//! Scorecards of a config: checked, and compiled.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compile::own::read_as;
use crate::compile::resolve::{Found, Resolver};
use crate::config::{
    FactorConfig, GroupConfig, MissingPolicy, Points, ScorecardConfig, Valued, VariantCase,
    Variants, Weights,
};
use crate::expr::{Program, Symbol};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::plan::extras::reserved;
use crate::plan::steps::{Outputs, Slot, Step, Work};
use crate::score::{AutoOverride, Doubts, Effect, Factor, Group, Part, Scorecard, factor_key};
use crate::time::Period;
use crate::verdict::{Choice, Conditions};

/// The coverage a scorecard demands where it does not say: half. Our choice: under half, more of
/// the score is guessed than known; tested by `a_score_needs_half_its_weight_unless_said`.
pub(crate) const USUAL_COVERAGE: f64 = 0.5;

/// How far sums of percent weights may be from 100: the rounding of decimal fractions.
const PERCENT_ROUNDING: f64 = 1e-6;

/// The deepest nesting of groups. Our choice, tested by `groups_nested_too_deep_are_refused`.
const DEEPEST: usize = 32;

/// Settings that hold for everything below.
#[derive(Clone, Copy)]
struct Inherited {
    warm_up: Option<Period>,
    max_age: Option<Period>,
    weights: Weights,
    depth: usize,
}

/// A scorecard on the way.
pub(crate) struct Builder<'r, 'c> {
    pub(crate) resolver: &'r Resolver<'c>,
    pub(crate) kind: SubjectKind,
    /// Each with its canonical text.
    pub(crate) conditions: Vec<(String, Program)>,
    factors: Vec<Factor>,
    groups: Vec<Group>,
    /// Names of the groups above each group.
    paths: Vec<Vec<String>>,
    sound: bool,
}

impl Resolver<'_> {
    /// Compiles the scorecard at a place of the config, and defines its outputs.
    pub(crate) fn card(&self, kind: SubjectKind, at: usize) -> Found {
        let Some(config) = self.config.scorecards.get(at) else { return Found::Unknown };
        let path = format!("scorecards[{at}]");
        let mut builder = Builder {
            resolver: self,
            kind,
            conditions: Vec::new(),
            factors: Vec::new(),
            groups: Vec::new(),
            paths: Vec::new(),
            sound: self.check_name(&config.name, &format!("{path}.name")),
        };
        builder.whole(config, &path);
        let bands = self.bands(config, &path);
        let overrides = builder.overrides(config, &path);
        let age = builder.age(&path);
        let (Some(bands), Some(overrides), true) = (bands, overrides, builder.sound) else {
            return Found::Broken;
        };
        let card = Scorecard {
            name: config.name.clone(),
            kind,
            conditions: Conditions::new(builder.conditions.into_iter().map(|(_, it)| it).collect()),
            factors: builder.factors,
            groups: builder.groups,
            bands,
            overrides,
            age,
            doubts: Doubts::default(),
            unread: BTreeSet::new(),
        };
        Found::Symbol(self.outputs(kind, at, card, &builder.paths))
    }

    /// Gives a scorecard's outputs their slots and names.
    fn outputs(
        &self,
        kind: SubjectKind,
        at: usize,
        card: Scorecard,
        paths: &[Vec<String>],
    ) -> Symbol {
        let name = &card.name;
        let labels: Option<Arc<[Arc<str>]>> = (!card.bands.list.is_empty())
            .then(|| card.bands.list.iter().map(|band| Arc::from(band.name.as_str())).collect());
        let number = |suffix: &str, top: f64| {
            let slot = Slot::number(format!("{name}{suffix}"), Some((0.0, top)));
            let slot = Slot { optional: suffix != ".coverage", ..slot };
            (self.slot(kind, slot.clone()), slot)
        };
        let text = |suffix: &str| {
            let slot = Slot::text(format!("{name}{suffix}"), labels.clone());
            (self.slot(kind, slot.clone()), slot)
        };
        let score = number("", 100.0);
        let fixed = [
            number(".raw_score", 100.0),
            number(".coverage", 1.0),
            text(".band"),
            text(".raw_band"),
        ];
        let groups: Vec<(usize, Slot)> = paths
            .iter()
            .take(card.groups.len().saturating_sub(1))
            .map(|path| number(&format!(".{}", path.join(".")), 100.0))
            .collect();
        for (slot, info) in fixed.iter().chain(&groups) {
            self.define(kind, info.name.clone(), info.symbol(*slot));
        }
        let symbol = score.1.symbol(score.0);
        self.define(kind, name.clone(), symbol.clone());
        let [raw_score, coverage, band, raw_band] = fixed.map(|(it, _)| it);
        let groups = groups.into_iter().map(|(it, _)| it).collect();
        let (score, extras) = (score.0, Vec::new());
        let outputs = Outputs { score, raw_score, coverage, band, raw_band, groups, extras };
        self.step(Step {
            kind,
            slot: score,
            work: Work::Card { card: at, outputs },
            whole: card.bands.by_low,
        });
        self.keep_card(at, card);
        symbol
    }
}

impl Builder<'_, '_> {
    fn whole(&mut self, config: &ScorecardConfig, path: &str) {
        let inherited = Inherited {
            warm_up: config.warm_up,
            max_age: config.max_age,
            weights: config.weights,
            depth: 0,
        };
        let parts = self.parts(&config.factors, &config.groups, inherited, path, &[]);
        let min_coverage = config.min_coverage.unwrap_or(USUAL_COVERAGE);
        self.check_coverage(min_coverage, path);
        self.groups.push(Group {
            name: config.name.clone(),
            weight: Choice::one(1.0),
            aggregate: config.aggregate,
            min_coverage,
            applies: None,
            parts,
        });
        self.paths.push(Vec::new());
    }

    fn parts(
        &mut self,
        factors: &[FactorConfig],
        groups: &[GroupConfig],
        inherited: Inherited,
        path: &str,
        above: &[String],
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, factor) in factors.iter().enumerate() {
            let path = format!("{path}.factors[{at}]");
            match self.factor(factor, inherited, &path, above) {
                Some(factor) => {
                    self.factors.push(factor);
                    parts.push(Part::Factor(self.factors.len() - 1));
                }
                None => self.sound = false,
            }
        }
        for (at, group) in groups.iter().enumerate() {
            let path = format!("{path}.groups[{at}]");
            match self.group(group, inherited, &path, above) {
                Some(it) => parts.push(Part::Group(it)),
                None => self.sound = false,
            }
        }
        if factors.is_empty() && groups.is_empty() {
            let fault = Fault::new(Code::Empty, path, "expected at least one factor or group");
            self.resolver.fault(fault);
            self.sound = false;
        }
        self.check_names(factors, groups, path);
        self.check_weights(factors, groups, inherited.weights, path);
        parts
    }

    fn group(
        &mut self,
        config: &GroupConfig,
        inherited: Inherited,
        path: &str,
        above: &[String],
    ) -> Option<usize> {
        if inherited.depth >= DEEPEST {
            let message = format!("groups nest more than {DEEPEST} deep");
            self.resolver.fault(Fault::new(Code::Limit, path, message));
            return None;
        }
        let named = self.resolver.check_name(&config.name, &format!("{path}.name"));
        if above.is_empty() && reserved().any(|word| word == config.name) {
            let message = format!("every scorecard has a `{}` of its own", config.name);
            let fault = Fault::new(Code::BadName, format!("{path}.name"), message);
            self.resolver.fault(fault.help("give the group another name"));
            self.sound = false;
        }
        let mut names = above.to_vec();
        names.push(config.name.clone());
        let below = Inherited {
            warm_up: config.warm_up.or(inherited.warm_up),
            max_age: config.max_age.or(inherited.max_age),
            weights: inherited.weights,
            depth: inherited.depth + 1,
        };
        let parts = self.parts(&config.factors, &config.groups, below, path, &names);
        let min_coverage = config.min_coverage.unwrap_or(0.0);
        self.check_coverage(min_coverage, path);
        let weight = self.weight(config.weight.as_ref(), path);
        let applies = self.optional_condition(config.applies_when.as_deref(), path);
        let (weight, applies) = (weight?, applies?);
        named.then_some(())?;
        self.groups.push(Group {
            name: config.name.clone(),
            weight,
            aggregate: config.aggregate,
            min_coverage,
            applies,
            parts,
        });
        self.paths.push(names);
        Some(self.groups.len() - 1)
    }

    fn factor(
        &mut self,
        config: &FactorConfig,
        inherited: Inherited,
        path: &str,
        above: &[String],
    ) -> Option<Factor> {
        let resolver = self.resolver;
        let metric_path = format!("{path}.metric");
        let wanted = read_as(config.points.as_ref());
        let metric = match resolver.find_as(self.kind, &config.metric, wanted, &metric_path) {
            Found::Symbol(it) => Some(it),
            Found::Broken => None,
            Found::Unknown => {
                let message = format!("unknown metric `{}`", crate::node::shorten(&config.metric));
                let help = resolver.suggest(self.kind, &config.metric);
                let fault = Fault::new(Code::UnknownName, metric_path, message);
                resolver.fault(fault.maybe_help(help));
                None
            }
        };
        let weight = self.weight(config.weight.as_ref(), path);
        let points = self.points(config, metric.as_ref(), path);
        let applies = self.optional_condition(config.applies_when.as_deref(), path);
        let missing = self.check_missing(config, path);
        missing.then_some(())?;
        let declared = resolver.declaration(self.kind, &config.metric);
        let name = config.name.clone().unwrap_or_else(|| config.metric.clone());
        let slot = metric?.slot;
        Some(Factor {
            label: declared
                .and_then(|declared| declared.label.clone())
                .unwrap_or_else(|| config.metric.clone()),
            unit: declared.and_then(|declared| declared.unit.clone()),
            key: factor_key(above, &name),
            name,
            metric: config.metric.clone(),
            slot,
            sure: resolver.sure(self.kind, slot),
            fills: resolver.fills(self.kind, slot),
            weight: weight?,
            points: points?,
            missing: config.missing,
            prior: config.prior.unwrap_or(f64::NAN),
            applies: applies?,
            max_age: config.max_age.or(inherited.max_age),
            warm_up: config.warm_up.or(inherited.warm_up),
        })
    }

    fn overrides(&mut self, config: &ScorecardConfig, path: &str) -> Option<Vec<AutoOverride>> {
        let resolver = self.resolver;
        let rules: Vec<Option<AutoOverride>> = config
            .overrides
            .iter()
            .enumerate()
            .map(|(at, it)| {
                let path = format!("{path}.overrides[{at}]");
                let condition = self.condition(&format!("{path}.when"), &it.when);
                let effect = match (it.set, it.cap, it.floor) {
                    (Some(it), None, None) => Some(Effect::Set(it)),
                    (None, Some(it), None) => Some(Effect::Cap(it)),
                    (None, None, Some(it)) => Some(Effect::Floor(it)),
                    _ => {
                        let message = "expected exactly one of `set`, `cap` and `floor`";
                        resolver.fault(Fault::new(Code::Incompatible, &path, message));
                        None
                    }
                };
                let points = it.set.or(it.cap).or(it.floor)?;
                let fine = resolver.check_points(points, &path);
                let reason = it.reason.clone();
                Some(AutoOverride { condition: condition?, effect: effect?, reason })
                    .filter(|_| fine)
            })
            .collect();
        rules.into_iter().collect()
    }

    /// The slot of the subject's age, if a factor warms up.
    fn age(&mut self, path: &str) -> Option<usize> {
        let needed = self
            .factors
            .iter()
            .any(|factor| factor.warm_up.is_some_and(|warm_up| !warm_up.is_zero()));
        if !needed {
            return None;
        }
        let path = format!("{path}.warm_up");
        match self.resolver.find(self.kind, "age_days", &path) {
            Found::Symbol(it) => Some(it.slot),
            Found::Broken | Found::Unknown => {
                let message = format!("the age of a {} is not known", self.kind);
                let fault = Fault::new(Code::UnknownName, path, message);
                self.resolver.fault(fault.help("declare a metric `age_days` for it"));
                self.sound = false;
                None
            }
        }
    }

    fn check_missing(&self, config: &FactorConfig, path: &str) -> bool {
        let resolver = self.resolver;
        let prior =
            config.prior.is_none_or(|prior| resolver.check_points(prior, &format!("{path}.prior")));
        let policy = match config.missing {
            MissingPolicy::Prior if config.prior.is_none() => {
                let message = "`missing = \"prior\"` needs the population's points";
                let fault = Fault::new(Code::MissingKey, path, message);
                resolver.fault(fault.help("add `prior = …`, the mean points of all subjects"));
                false
            }
            MissingPolicy::Value(it) => resolver.check_points(it, &format!("{path}.missing.value")),
            MissingPolicy::Carry(_) if has_expression(config.points.as_ref()) => {
                let message =
                    "`missing = { carry = … }` cannot be combined with points from an expression";
                resolver.fault(Fault::new(Code::Incompatible, path, message));
                false
            }
            MissingPolicy::Carry(it) if it.is_zero() => {
                let message = "`carry` must be at least one day, got `0d`";
                let path = format!("{path}.missing.carry");
                resolver.fault(Fault::new(Code::OutOfRange, path, message));
                false
            }
            _ => true,
        };
        prior && policy
    }

    fn check_coverage(&mut self, min_coverage: f64, path: &str) {
        if !(0.0..=1.0).contains(&min_coverage) {
            let message = format!("a coverage must be in 0..=1, got {min_coverage}");
            let path = format!("{path}.min_coverage");
            let fault = Fault::new(Code::OutOfRange, path, message);
            self.resolver.fault(fault.help("1 is all of the weight, 0.5 half of it"));
            self.sound = false;
        }
    }

    /// Names among neighbours are unique, so that every line of an explanation is.
    fn check_names(&mut self, factors: &[FactorConfig], groups: &[GroupConfig], path: &str) {
        let factors = factors.iter().enumerate().map(|(at, it)| {
            (format!("{path}.factors[{at}]"), it.name.as_ref().unwrap_or(&it.metric).as_str())
        });
        let groups = groups
            .iter()
            .enumerate()
            .map(|(at, it)| (format!("{path}.groups[{at}]"), it.name.as_str()));
        let named = factors.chain(groups).map(|(path, name)| (path, None, "factor or group", name));
        self.resolver.check_duplicates(named);
    }

    fn check_weights(
        &mut self,
        factors: &[FactorConfig],
        groups: &[GroupConfig],
        weights: Weights,
        path: &str,
    ) {
        let all = factors
            .iter()
            .map(|factor| &factor.weight)
            .chain(groups.iter().map(|group| &group.weight));
        let all: Vec<_> = all.filter_map(Option::as_ref).collect();
        let unsaid = (factors.len() + groups.len() - all.len()) as f64;
        let lists = all.iter().filter_map(|weight| match weight {
            Variants::Cases(cases) => Some(cases.as_slice()),
            Variants::One(_) => None,
        });
        let lists: Vec<_> = lists.collect();
        let whens = |cases: &[VariantCase<Valued<f64>>]| -> Vec<Option<String>> {
            cases.iter().map(|it| it.when.clone()).collect()
        };
        let aligned = lists.windows(2).all(|pair| match pair {
            [left, right] => whens(left) == whens(right),
            _ => true,
        });
        if !aligned {
            if weights == Weights::Percent {
                let message =
                    "percent weights that differ by case must all differ by the same cases";
                let fault = Fault::new(Code::Incompatible, path, message);
                self.resolver.fault(fault.help("or say `weights = \"relative\"`"));
                self.sound = false;
            }
            return;
        }
        for case in 0..lists.first().map_or(1, |list| list.len()) {
            let sum: f64 = all
                .iter()
                .filter_map(|weight| match weight {
                    Variants::One(Valued(it)) => Some(*it),
                    Variants::Cases(cases) => cases.get(case).map(|case| case.body.0),
                })
                .sum::<f64>()
                + unsaid;
            if weights == Weights::Percent && (sum - 100.0).abs() > PERCENT_ROUNDING {
                let of =
                    if lists.is_empty() { String::new() } else { format!(" in case {}", case + 1) };
                let message = format!("the weights must sum to 100 percent, got {sum}{of}");
                let fault = Fault::new(Code::WrongWeights, path, message);
                self.resolver.fault(fault.help("or say `weights = \"relative\"`"));
                self.sound = false;
            } else if sum.abs() <= 0.0 && lists.is_empty() && factors.len() + groups.len() > 0 {
                let fault = Fault::new(Code::WrongWeights, path, "no weight is above 0");
                self.resolver.fault(fault);
                self.sound = false;
            }
        }
    }
}

/// Whether a case of the points is an expression.
fn has_expression(points: Option<&Variants<Points>>) -> bool {
    let is = |it: &Points| matches!(it, Points::Expr(_));
    match points {
        None => false,
        Some(Variants::One(it)) => is(it),
        Some(Variants::Cases(cases)) => cases.iter().any(|case| is(&case.body)),
    }
}
