//! Two configs side by side: who changes bands, which alerts come and go, whose score moves and why.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::outcome::what_if::{WhatIfOptions, what_if};
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "quiet_days" }]
//!     rules = [{ name = "no_login", when = "quiet_days >= 30" }]
//! "#))?;
//! let stricter = Engine::compile(&Config::parse(&engine.config().to_toml().replace(">= 30", ">= 20")))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
//! frame.insert("quiet_days", Column::numbers([Some(25.0), Some(3.0)]))?;
//! let seen = what_if((&engine, &stricter), &Input::frame(&frame), "2026-03-01".parse()?, &State::new(), &WhatIfOptions::default())?;
//! assert_eq!(seen.rules[0].gained, ["acme"]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod show;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use serde::Serialize;

use super::backtest::{Aim, Backtest, JudgeOptions, Judged, judge};
use crate::alert::{Firing, firings};
use crate::engine::{AssessError, Assessment, Engine, Input};
use crate::frame::SubjectKind;
use crate::score::ScoreChange;
use crate::state::State;
use crate::value::Value;

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WhatIfOptions {
    /// The metric that says what a subject is worth, such as its yearly revenue.
    pub value: Option<String>,
    /// How many subjects whose score moved most are explained, on each scorecard.
    pub most: usize,
}

impl Default for WhatIfOptions {
    /// No values, and five explained.
    fn default() -> Self {
        Self { value: None, most: 5 }
    }
}

impl WhatIfOptions {
    /// The same with a metric that says what a subject is worth.
    #[must_use]
    pub fn with_value(mut self, metric: impl Into<String>) -> Self {
        self.value = Some(metric.into());
        self
    }

    /// The same with so many subjects explained.
    #[must_use]
    pub const fn with_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
}

/// Two configs on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WhatIf {
    /// The day.
    pub as_of: NaiveDate,
    /// Every scorecard that both configs have for the same kind of subject, in the order of the second.
    pub cards: Vec<CardWhatIf>,
    /// Scorecards that only one of them has, by name.
    pub unmatched: Vec<String>,
    /// Every rule of either, by name.
    pub rules: Vec<RuleWhatIf>,
}

/// A scorecard in two configs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CardWhatIf {
    /// Its name.
    pub scorecard: String,
    /// What its subjects are.
    pub kind: SubjectKind,
    /// Bands of the first config, lowest first, then of the second those that the first has not.
    pub bands: Vec<String>,
    /// From which band to which: every pair that has a subject, lowest first, no score last.
    pub moves: Vec<BandMove>,
    /// Subjects whose band is another.
    pub moved: usize,
    /// What they are worth together, where values are asked for.
    pub moved_value: Option<f64>,
    /// The mean change of the score, of those that have one in both.
    pub mean_change: Option<f64>,
    /// Those whose score moved most, the largest move first; of equals by id.
    pub furthest: Vec<Moved>,
}

/// Subjects that were in one band and are in another, or stayed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BandMove {
    /// The band in the first config; none for no score.
    pub from: Option<String>,
    /// The band in the second.
    pub to: Option<String>,
    /// How many subjects.
    pub subjects: usize,
    /// What they are worth together, where values are asked for; a subject without a value adds nothing.
    pub value: Option<f64>,
}

/// A subject whose score is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Moved {
    /// Its id.
    pub subject: String,
    /// Its band in the first config.
    pub from: Option<String>,
    /// Its band in the second.
    pub to: Option<String>,
    /// Why, in parts that sum to the difference.
    pub change: ScoreChange,
}

/// A rule in two configs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleWhatIf {
    /// Its name.
    pub rule: String,
    /// What it is about.
    pub kind: SubjectKind,
    /// For whom it speaks in both.
    pub both: usize,
    /// For whom it speaks in the second alone, by id.
    pub gained: Vec<String>,
    /// For whom it spoke in the first alone, by id.
    pub lost: Vec<String>,
}

/// What an input would be under another config: both assess it on the same day from the same state.
///
/// A rule speaks for a subject when its condition holds on the day; waits such as `for` come to bear over days only, which
/// [`compare`] sees.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::frame::{Column, Frame, SubjectKind};
/// use foretell::outcome::what_if::{WhatIfOptions, what_if};
/// use foretell::{Config, Engine, Input, State};
///
/// let config = |worst: u32| format!(r#"
///     metrics = [{{ name = "days_since_login" }}, {{ name = "arr" }}]
///
///     [[scorecards]]
///     name = "health"
///     bands = [{{ name = "red" }}, {{ name = "green", from = 50 }}]
///     factors = [{{ metric = "days_since_login", points.linear = {{ worst = {worst}, best = 0 }} }}]
/// "#);
/// let now = Engine::compile(&Config::parse(&config(60)))?;
/// let stricter = Engine::compile(&Config::parse(&config(30)))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(3.0), Some(20.0)]))?;
/// frame.insert("arr", Column::numbers([Some(9_000.0), Some(12_000.0)]))?;
///
/// let options = WhatIfOptions::default().with_value("arr");
/// let input = Input::frame(&frame);
/// let seen = what_if((&now, &stricter), &input, "2026-03-01".parse()?, &State::new(), &options)?;
/// assert_eq!((seen.cards[0].moved, seen.cards[0].moved_value), (1, Some(12_000.0)));
/// assert_eq!(seen.cards[0].furthest[0].subject, "globex");
/// println!("{seen}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A state that is of a later day or cannot be this engine's, and subjects without ids. Guards are not asked.
pub fn what_if(
    (before, after): (&Engine, &Engine),
    input: &Input<'_>,
    as_of: NaiveDate,
    state: &State,
    options: &WhatIfOptions,
) -> Result<WhatIf, AssessError> {
    let first = before.assess(input, as_of, state).or_else(AssessError::accept)?;
    let second = after.assess(input, as_of, state).or_else(AssessError::accept)?;
    Ok(side_by_side((before, &first), (after, &second), options))
}

/// Two configs over one history.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConfigComparison {
    /// Both on the last day, each from its own past; none where there is no day.
    pub last_day: Option<WhatIf>,
    /// The alerts told of every rule of either, by name.
    pub rules: Vec<RuleComparison>,
    /// What each was worth, the first before the second, where aims are given.
    pub accuracy: Option<[Judged; 2]>,
}

/// The alerts of a rule in two configs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleComparison {
    /// The rule.
    pub rule: String,
    /// Alerts told in both: about the same subject, open on a same day.
    pub both: usize,
    /// Alerts told in the second alone, by day and subject.
    pub gained: Vec<(NaiveDate, String)>,
    /// Alerts told in the first alone.
    pub lost: Vec<(NaiveDate, String)>,
}

/// Compares two passes over the same history: those of a [`Backtester`](super::backtest::Backtester) with two engines.
///
/// Bands and scores are compared on the last day. Alerts are compared over all days. Where `aims` are given, both are
/// judged by them.
#[must_use]
pub fn compare(
    before: (&Engine, &Backtest),
    after: (&Engine, &Backtest),
    aims: &[Aim],
    (options, judging): (&WhatIfOptions, &JudgeOptions),
) -> ConfigComparison {
    let last = before.1.last().zip(after.1.last());
    let told = [before.1, after.1].map(|pass| {
        let mut by_rule: BTreeMap<String, Vec<Firing>> = BTreeMap::new();
        for it in firings(pass.events()).into_iter().filter(|firing| firing.told) {
            by_rule.entry(it.key.rule.clone()).or_default().push(it);
        }
        by_rule
    });
    let [first, second] = &told;
    let names =
        [before.0, after.0].map(|engine| engine.config().rules.iter().map(|rule| &rule.name));
    let names: BTreeSet<&String> = names.into_iter().flatten().collect();
    let none = Vec::new();
    let rules = names.into_iter().map(|rule| {
        let of = |all: &BTreeMap<String, Vec<Firing>>| all.get(rule).unwrap_or(&none).clone();
        paired(rule, &of(first), &of(second))
    });
    let judged = |it: (&Engine, &Backtest)| judge(&[it.1], aims, judging);
    ConfigComparison {
        last_day: last.map(|(one, two)| side_by_side((before.0, one), (after.0, two), options)),
        rules: rules.collect(),
        accuracy: (!aims.is_empty()).then(|| [judged(before), judged(after)]),
    }
}

/// Alerts of one rule, those in both found by what they overlap with.
fn paired(rule: &str, before: &[Firing], after: &[Firing]) -> RuleComparison {
    let overlap = |one: &Firing, two: &Firing| {
        let ends = |it: &Firing| it.resolved.unwrap_or(NaiveDate::MAX);
        one.key.kind == two.key.kind
            && one.key.subject == two.key.subject
            && one.key.fired <= ends(two)
            && two.key.fired <= ends(one)
    };
    let alone = |these: &[Firing], those: &[Firing]| {
        let mut by_subject: BTreeMap<&str, Vec<&Firing>> = BTreeMap::new();
        for it in those {
            by_subject.entry(&it.key.subject).or_default().push(it);
        }
        let met = |it: &&Firing| {
            let others = by_subject.get(it.key.subject.as_str());
            others.is_some_and(|all| all.iter().any(|other| overlap(it, other)))
        };
        let mut out: Vec<(NaiveDate, String)> = these
            .iter()
            .filter(|firing| !met(firing))
            .map(|firing| {
                (firing.told_on.unwrap_or(firing.key.fired.day()), firing.key.subject.clone())
            })
            .collect();
        out.sort();
        out
    };
    let gained = alone(after, before);
    RuleComparison {
        rule: rule.to_owned(),
        both: after.len() - gained.len(),
        gained,
        lost: alone(before, after),
    }
}

/// Two assessments of one day, each with its engine.
fn side_by_side(
    before: (&Engine, &Assessment),
    after: (&Engine, &Assessment),
    options: &WhatIfOptions,
) -> WhatIf {
    let kinds = |engine: &Engine| -> Vec<(String, SubjectKind)> {
        let config = engine.config();
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        config.scorecards.iter().map(|card| (card.name.clone(), kind(card.subject))).collect()
    };
    let (first, second) = (kinds(before.0), kinds(after.0));
    let cards = second.iter().filter(|card| first.contains(card));
    let unmatched: BTreeSet<&String> = first
        .iter()
        .filter(|card| !second.contains(card))
        .chain(second.iter().filter(|card| !first.contains(card)))
        .map(|card| &card.0)
        .collect();
    WhatIf {
        as_of: after.1.as_of().day(),
        cards: cards.map(|(name, kind)| card(before, after, (name, *kind), options)).collect(),
        unmatched: unmatched.into_iter().cloned().collect(),
        rules: rules(before.1, after.1),
    }
}

/// Where a subject stands on a scorecard.
type Stands = (Option<f64>, Option<String>);

fn card(
    before: (&Engine, &Assessment),
    after: (&Engine, &Assessment),
    (name, kind): (&str, SubjectKind),
    options: &WhatIfOptions,
) -> CardWhatIf {
    let mut bands: Vec<String> = Vec::new();
    for it in [before.1, after.1].iter().flat_map(|out| out.bands(name)) {
        if let Some(band) = it.band.filter(|band| !bands.iter().any(|known| known == band)) {
            bands.push(band.to_owned());
        }
    }
    let stands = |out: &Assessment| -> BTreeMap<String, Stands> {
        let of = |it: crate::engine::SubjectScore<'_>| {
            (it.subject.to_owned(), (it.score, it.band.map(str::to_owned)))
        };
        out.scores(name).map(of).collect()
    };
    let (first, second) = (stands(before.1), stands(after.1));
    let worth = options.value.as_deref().map(|metric| worths([before.1, after.1], kind, metric));
    let mut pairs: BTreeMap<(usize, usize), (usize, f64)> = BTreeMap::new();
    let (mut changes, mut moved, mut moved_value) = (Vec::new(), 0, 0.0);
    let place = |it: &Option<String>| {
        let at = it.as_ref().and_then(|name| bands.iter().position(|band| band == name));
        at.unwrap_or(bands.len())
    };
    for (id, (score_before, from)) in &first {
        let Some((score_after, to)) = second.get(id) else { continue };
        let value =
            worth.as_ref().and_then(|values| values.get(id.as_str())).copied().unwrap_or(0.0);
        let (count, sum) = pairs.entry((place(from), place(to))).or_default();
        *count += 1;
        *sum += value;
        if from != to {
            moved += 1;
            moved_value += value;
        }
        if let Some((one, two)) = score_before.zip(*score_after) {
            changes.push((two - one, id));
        }
    }
    let band = |at: usize| bands.get(at).cloned();
    let moves = pairs.iter().map(|((from, to), (subjects, value))| BandMove {
        from: band(*from),
        to: band(*to),
        subjects: *subjects,
        value: worth.as_ref().map(|_| *value),
    });
    let moves: Vec<BandMove> = moves.collect();
    let sum: f64 = changes.iter().map(|change| change.0).sum();
    let mean_change = (!changes.is_empty()).then(|| sum / changes.len() as f64);
    changes.retain(|change| change.0.abs() > UNMOVED);
    changes.sort_by(|one, two| two.0.abs().total_cmp(&one.0.abs()).then(one.1.cmp(two.1)));
    let furthest = changes.iter().take(options.most).filter_map(|(_, id)| {
        let one = before.0.explain(before.1, name, id)?;
        let two = after.0.explain(after.1, name, id)?;
        Some(Moved {
            subject: (*id).clone(),
            from: one.band.clone(),
            to: two.band.clone(),
            change: after.0.change(&one, &two),
        })
    });
    CardWhatIf {
        scorecard: name.to_owned(),
        kind,
        moves,
        moved,
        moved_value: worth.as_ref().map(|_| moved_value),
        mean_change,
        furthest: furthest.collect(),
        bands,
    }
}

/// Less than this is no move but rounding.
const UNMOVED: f64 = 1e-9;

/// What subjects are worth; the first assessment that has the metric says so.
fn worths(outs: [&Assessment; 2], kind: SubjectKind, metric: &str) -> BTreeMap<Arc<str>, f64> {
    let Some(out) = outs.into_iter().find(|out| out.column(kind, metric).is_some()) else {
        return BTreeMap::new();
    };
    let value =
        |row: usize| out.column(kind, metric).map_or(Value::Missing, |column| column.value(row));
    let ids = out.subjects(kind).iter().enumerate();
    ids.filter_map(|(row, id)| Some((Arc::clone(id), value(row).number()?))).collect()
}

/// For whom rules speak.
fn rules(before: &Assessment, after: &Assessment) -> Vec<RuleWhatIf> {
    type Speaks = BTreeMap<(String, SubjectKind), BTreeSet<String>>;
    let speaks = |out: &Assessment| -> Speaks {
        let of = |it: &crate::engine::RuleResult| {
            let ids = it.matches.iter().map(|matched| matched.subject.to_string());
            ((it.rule.clone(), it.kind), ids.collect())
        };
        out.rules().iter().map(of).collect()
    };
    let (first, second) = (speaks(before), speaks(after));
    let keys: BTreeSet<&(String, SubjectKind)> = first.keys().chain(second.keys()).collect();
    let none = BTreeSet::new();
    let one = |key: &(String, SubjectKind)| {
        let (was, is) = (first.get(key).unwrap_or(&none), second.get(key).unwrap_or(&none));
        RuleWhatIf {
            rule: key.0.clone(),
            kind: key.1,
            both: was.intersection(is).count(),
            gained: is.difference(was).cloned().collect(),
            lost: was.difference(is).cloned().collect(),
        }
    };
    keys.into_iter().map(one).collect()
}
