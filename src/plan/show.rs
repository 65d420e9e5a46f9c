//! What an engine does with each expression of its config, for people to read.

use std::fmt;

use serde::Serialize;

use crate::expr::Program;
use crate::frame::SubjectKind;
use crate::plan::Compiled;

/// How an expression runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gear {
    /// Gear 1: compiled to steps over whole columns.
    Compiled,
    /// Gear 2: interpreted, one subject at a time.
    Interpreted,
}

/// One expression or message of a config, and how it runs.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "active" }, { name = "seats" }, { name = "utilization", expr = "active / seats" }]
/// "#))?;
/// let plan = engine.plan();
/// let planned = &plan.expressions[0];
/// assert_eq!((planned.path.as_str(), planned.text.as_str()), ("metrics[2].expr", "active / seats"));
/// assert_eq!(planned.steps, ["#1 = active / seats"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Planned {
    /// Where it stands: `rules[0].when`.
    pub path: String,
    /// As it was written.
    pub text: String,
    /// Whether it is a message: plain text with expressions in it.
    pub message: bool,
    /// How it runs.
    pub gear: Gear,
    /// Why it is interpreted, where it is.
    pub why: Option<String>,
    /// The steps it was compiled to, in order; a step reads columns, constants and earlier steps.
    pub steps: Vec<String>,
}

/// Conditions of rules that are asked together, so that what they share is computed once.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days" }, { name = "seats" }]
///     rules = [
///         { name = "quiet", when = "days > 30" },
///         { name = "quiet_and_large", when = "days > 30 && seats > 100" },
///     ]
/// "#))?;
/// let plan = engine.plan();
/// let shared = &plan.shared[0];
/// assert!(shared.rules == 2 && shared.steps < shared.alone); // `days > 30` is asked once
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shared {
    /// What the rules are about.
    pub kind: SubjectKind,
    /// How many rules.
    pub rules: usize,
    /// The steps of all of them together, columns and constants included.
    pub steps: usize,
    /// The steps that they would have each on its own.
    pub alone: usize,
}

/// How a single subject is scored, again and again, with [`Engine::score_again`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alone {
    /// What it is.
    pub kind: SubjectKind,
    /// Why it takes columns as many would, where it does.
    pub why: Option<String>,
}

/// What an engine does with each expression of its config. As text it is for people; its wording
/// may change.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days" }, { name = "seats" }]
///     rules = [{ name = "quiet", when = "days > 30 && seats > 5" }]
/// "#))?;
/// let plan = engine.plan();
/// assert_eq!(plan.coverage(), (1, 1)); // compiled, of all
/// assert!(plan.to_string().starts_with("1 of 1 expressions are compiled"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// Every expression and message, by path.
    pub expressions: Vec<Planned>,
    /// The rules that are asked together.
    pub shared: Vec<Shared>,
    /// How a single subject is scored, for each kind that has a scorecard or a rule.
    pub alone: Vec<Alone>,
}

impl Plan {
    /// How many expressions are compiled, and how many there are. Messages, which are text, are not
    /// counted.
    #[must_use]
    pub fn coverage(&self) -> (usize, usize) {
        let expressions = || self.expressions.iter().filter(|expression| !expression.message);
        (
            expressions().filter(|expression| expression.gear == Gear::Compiled).count(),
            expressions().count(),
        )
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (compiled, all) = self.coverage();
        writeln!(f, "{compiled} of {all} expressions are compiled")?;
        for it in &self.expressions {
            writeln!(f, "\n{}: {}", it.path, it.text)?;
            match &it.why {
                Some(why) => writeln!(f, "  interpreted: {why}")?,
                None => it.steps.iter().try_for_each(|step| writeln!(f, "  {step}"))?,
            }
        }
        for it in &self.shared {
            writeln!(
                f,
                "\nthe {} rules about {} run together: {} steps instead of {}",
                it.rules,
                it.kind.plural(),
                it.steps,
                it.alone
            )?;
        }
        for it in &self.alone {
            writeln!(f, "\n{it}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name();
        match &self.why {
            None => write!(f, "a single {kind}, scored again and again, needs no columns"),
            Some(why) => {
                write!(f, "a single {kind}, scored again and again, needs columns: {why}")
            }
        }
    }
}

impl Compiled {
    /// What the engine does with each expression of its config.
    pub(crate) fn plan(&self) -> Plan {
        let planned = |(path, program): &(String, Program)| {
            let compiled = program.compiled();
            let why = compiled.refusal(0).map(str::to_owned);
            Planned {
                path: path.clone(),
                text: program.text().to_owned(),
                message: program.tree().is_none(),
                gear: if why.is_some() { Gear::Interpreted } else { Gear::Compiled },
                why,
                steps: compiled.show(0),
            }
        };
        let programs = |rules: &[usize]| {
            let of = |it: &usize| self.rules.get(*it).map(|rule| rule.when.compiled().steps());
            rules.iter().filter_map(of).sum()
        };
        let shared =
            self.batches.iter().filter(|batch| batch.rules.len() > 1).map(|batch| Shared {
                kind: batch.kind,
                rules: batch.rules.len(),
                steps: batch.conditions.steps(),
                alone: programs(&batch.rules),
            });
        let alone = SubjectKind::ALL.into_iter().zip(self.live.iter()).filter(|(kind, _)| {
            let scored = self.cards.values().any(|card| card.kind == *kind);
            scored || self.rules.iter().any(|rule| rule.kind == *kind)
        });
        let alone = alone.map(|(kind, it)| Alone { kind, why: it.as_ref().err().cloned() });
        Plan {
            expressions: self.programs.iter().map(planned).collect(),
            shared: shared.collect(),
            alone: alone.collect(),
        }
    }
}
