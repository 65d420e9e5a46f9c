//! A first config from columns: what each is, which way it points, what its values are worth.

use std::collections::BTreeMap;

use super::rounded;
use super::shape::bent;
use crate::config::{
    Better, Config, FactorConfig, FlagPoints, LinearPoints, MetricConfig, MissingPolicy, Outside,
    Points, ScorecardConfig, Variants,
};
use crate::expr::KEYWORDS;
use crate::frame::{Column, Data, Frame, SubjectKind};
use crate::metric::attribute_info;
use crate::outcome::measure::{quantile, roc_auc};
use crate::score::PointMap;
use crate::value::Kind;

/// A config made from columns.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Drafted {
    /// One scorecard with one factor a column, all of equal weight.
    pub config: Config,
    /// Columns that were left out, and why.
    pub left_out: Vec<(String, String)>,
}

/// Words that mean something else in conditions.
const TAKEN: [&str; 8] =
    ["segment", "stage", "health", "previous", "alerts", "company", "account", "subscription"];

/// A name for a metric from a heading: small letters, digits and `_`, not the name of anything that a config knows
/// by itself, and not among `taken`.
///
/// ```
/// use foretell::outcome::learn::column_name;
///
/// assert_eq!(column_name("Call  Failure", &[]), "call_failure");
/// assert_eq!(column_name("Status", &[]), "status_value"); // a subscription has a status of its own
/// ```
#[must_use]
pub fn column_name(heading: &str, taken: &[String]) -> String {
    let mut name = String::new();
    for it in heading.trim().chars().take(60) {
        if it.is_ascii_alphanumeric() {
            name.push(it.to_ascii_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let mut name = name.trim_end_matches('_').to_owned();
    if name.is_empty() || name.starts_with(|it: char| it.is_ascii_digit()) {
        name = format!("column_{name}").trim_end_matches('_').to_owned();
    }
    let own = |it: &str| {
        KEYWORDS.contains(&it)
            || TAKEN.contains(&it)
            || attribute_info(SubjectKind::Subscription, it).is_some()
    };
    if own(&name) {
        name.push_str("_value");
    }
    let free = |it: &String| !taken.contains(it);
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

/// Drafts a config with the scorecard `health` from the columns of a frame: numbers become straight lines between
/// their fifth and ninety-fifth percentile in the direction that the outcomes show (where these clearly call for points that
/// go both ways, lines between knots), texts a map, flags a flag. All have
/// the same weight. Only the rows named in `rows` are read; `lost` says of each row of the frame whether it was lost.
///
/// A column with a single value is left out, and so is one of many texts that differ no more than chance makes them: points
/// drafted from so few rows each would repeat their outcomes.
#[must_use]
pub fn draft(frame: &Frame, lost: &[bool], rows: &[usize]) -> Drafted {
    let mut config = Config::default();
    config.subject = frame.kind();
    let mut card = ScorecardConfig {
        name: "health".to_owned(),
        // A column may be missing for many: what is there counts.
        min_coverage: Some(0.0),
        ..ScorecardConfig::default()
    };
    let (mut drafts, mut left_out) = (Vec::new(), Vec::new());
    for (name, column) in frame.columns() {
        match Draft::of(column, lost, rows) {
            Ok(it) => drafts.push((name, column, it)),
            Err(why) => left_out.push((name.to_owned(), why)),
        }
    }
    turn(&mut drafts, lost, rows);
    for (name, column, it) in drafts {
        config.metrics.push(MetricConfig {
            name: name.to_owned(),
            kind: Some(column.kind()).filter(|kind| *kind != Kind::Number),
            better: it.better,
            ..MetricConfig::default()
        });
        card.factors.push(FactorConfig {
            metric: name.to_owned(),
            points: Some(Variants::One(it.points)),
            missing: it.missing.map_or(MissingPolicy::Redistribute, MissingPolicy::Value),
            ..FactorConfig::default()
        });
    }
    config.scorecards.push(card);
    Drafted { config, left_out }
}

/// A direction that the outcomes by themselves show no more clearly than this is weak: the chance that one kept has
/// more than one lost is within so much of a half. Our choice, tested by `a_weak_direction_is_read_beside_the_others`.
const WEAK: f64 = 0.05;

/// Turns the numbers whose own direction is weak where, beside the others, they clearly point the other way.
fn turn(drafts: &mut [(&str, &Column, Draft)], lost: &[bool], rows: &[usize]) {
    let map = |draft: &Draft, column: &Column, row: usize| {
        let map = PointMap::new(&draft.points);
        let points = map.map_or(f64::NAN, |map| map.of(column, row));
        if points.is_nan() { draft.missing.unwrap_or(50.0) / 100.0 } else { points / 100.0 }
    };
    let columns: Vec<Vec<f64>> = drafts
        .iter()
        .map(|(_, column, draft)| rows.iter().map(|row| map(draft, column, *row)).collect())
        .collect();
    let lost: Vec<bool> = rows.iter().map(|row| lost.get(*row) == Some(&true)).collect();
    let wrong = super::wrong_beside_others(&columns, &lost);
    for ((_, _, draft), wrong) in drafts.iter_mut().zip(wrong) {
        if let (true, true, Points::Linear(line)) = (wrong, draft.weak, &mut draft.points) {
            std::mem::swap(&mut line.worst, &mut line.best);
            draft.missing = draft.missing.map(|missing| rounded(100.0 - missing, 1));
            draft.better = draft.better.map(|better| match better {
                Better::Higher => Better::Lower,
                Better::Lower => Better::Higher,
            });
        }
    }
}

/// So many texts say little of the outcomes that they were drafted from by chance alone; more must differ. Our choice,
/// tested by `many_texts_that_say_nothing_are_left_out`.
const FEW_TEXTS: usize = 10;
/// By how many standard deviations their differences must be above what chance makes them. Our choice, tested as above.
const DIFFER: f64 = 2.0;

/// Whether the shares lost of texts differ more than chance makes them: Pearson's chi-squared against its mean and variance
/// for these numbers of rows.
fn differ(texts: &[(Option<&str>, (f64, f64))], base: f64) -> bool {
    let chance = base * (1.0 - base);
    let (mut sum, mut variance) = (0.0, 0.0);
    for (_, (rows, gone)) in texts {
        sum += (gone - rows * base).powi(2) / (rows * chance);
        variance += 2.0 + (1.0 - 6.0 * chance) / (rows * chance);
    }
    sum - texts.len() as f64 > DIFFER * variance.max(0.0).sqrt()
}

struct Draft {
    points: Points,
    /// Whether its direction is weak.
    weak: bool,
    better: Option<Better>,
    /// What a missing value is worth, where there was one.
    missing: Option<f64>,
}

impl Draft {
    fn of(column: &Column, lost: &[bool], rows: &[usize]) -> Result<Self, String> {
        match column.data() {
            Data::Number(values) => {
                let pairs =
                    rows.iter().filter_map(|row| Some((*values.get(*row)?, *lost.get(*row)?)));
                Self::number(&pairs.collect::<Vec<_>>())
            }
            Data::Flag(values) => {
                let number = |it: &u8| match it {
                    0 => 0.0,
                    1 => 1.0,
                    _ => f64::NAN,
                };
                let pairs = rows
                    .iter()
                    .filter_map(|row| Some((number(values.get(*row)?), *lost.get(*row)?)));
                let it = Self::number(&pairs.collect::<Vec<_>>())?;
                let yes = if it.better == Some(Better::Higher) { 100.0 } else { 0.0 };
                let points = Points::Flag(FlagPoints { yes, no: 100.0 - yes });
                Ok(Self { points, weak: false, better: None, missing: it.missing })
            }
            Data::Text { codes, labels } => {
                let pairs = rows.iter().filter_map(|row| {
                    Some((labels.text(*codes.get(*row)?).map(AsRef::as_ref), *lost.get(*row)?))
                });
                Self::text(&pairs.collect::<Vec<_>>())
            }
        }
    }

    fn number(pairs: &[(f64, bool)]) -> Result<Self, String> {
        let there: Vec<(f64, bool)> =
            pairs.iter().copied().filter(|pair| !pair.0.is_nan()).collect();
        let (values, lost): (Vec<f64>, Vec<bool>) = there.iter().copied().unzip();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let ends = |low: f64, high: f64| quantile(&sorted, low).zip(quantile(&sorted, high));
        let (low, high) = ends(0.05, 0.95)
            .filter(|pair| pair.0 < pair.1)
            .or_else(|| ends(0.0, 1.0).filter(|pair| pair.0 < pair.1))
            .ok_or("it has a single value")?;
        if let Some(points) = bent(&values, &lost) {
            let map = PointMap::new(&points);
            let sum: f64 =
                values.iter().filter_map(|value| Some(map.as_ref()?.of_number(*value))).sum();
            let missing = (there.len() < pairs.len()).then(|| rounded(sum / there.len() as f64, 1));
            return Ok(Self { points, weak: false, better: None, missing });
        }
        // More with those lost is worse.
        let auc = roc_auc(&values, &lost).unwrap_or(0.5);
        let rises = auc <= 0.5;
        let (worst, best) = if rises { (low, high) } else { (high, low) };
        let points = |value: f64| ((value - worst) / (best - worst)).clamp(0.0, 1.0) * 100.0;
        let sum: f64 = values.iter().map(|value| points(*value)).sum();
        let missing = (there.len() < pairs.len()).then(|| rounded(sum / there.len() as f64, 1));
        Ok(Self {
            points: Points::Linear(LinearPoints { worst, best, outside: Outside::Clamp }),
            weak: (auc - 0.5).abs() < WEAK,
            better: Some(if rises { Better::Higher } else { Better::Lower }),
            missing,
        })
    }

    fn text(pairs: &[(Option<&str>, bool)]) -> Result<Self, String> {
        /// The most texts with points of their own; the others share theirs.
        const TEXTS: usize = 40;
        /// With how many outcomes' worth a text leans on the base rate.
        const LEAN: f64 = 10.0;
        let mut counts: BTreeMap<Option<&str>, (f64, f64)> = BTreeMap::new();
        for (text, lost) in pairs {
            let (rows, gone) = counts.entry(*text).or_default();
            *rows += 1.0;
            *gone += f64::from(u8::from(*lost));
        }
        if counts.len() < 2 {
            return Err("it has a single value".to_owned());
        }
        let gone = pairs.iter().filter(|pair| pair.1).count() as f64;
        let base = gone / pairs.len() as f64;
        let kept = |(rows, gone): (f64, f64)| 1.0 - (gone + LEAN * base) / (rows + LEAN);
        let mut common: Vec<(Option<&str>, (f64, f64))> = counts.into_iter().collect();
        common.sort_by(|left, right| right.1.0.total_cmp(&left.1.0).then(left.0.cmp(&right.0)));
        let least = pairs.len() as f64 / 200.0;
        let known =
            common.iter().filter(|pair| pair.0.is_none() || least.clamp(3.0, 30.0) <= pair.1.0);
        let known: Vec<(Option<&str>, (f64, f64))> = known.take(TEXTS).copied().collect();
        if known.len() > FEW_TEXTS && !differ(&known, base) {
            return Err("its many texts differ no more than chance makes them".to_owned());
        }
        let known: Vec<(Option<&str>, f64)> =
            known.into_iter().map(|pair| (pair.0, kept(pair.1))).collect();
        let shares = || known.iter().map(|pair| pair.1).chain([1.0 - base]);
        let (low, high) = (shares().fold(1.0, f64::min), shares().fold(0.0, f64::max));
        let points = |it: f64| {
            if high > low { rounded((it - low) / (high - low) * 100.0, 1) } else { 50.0 }
        };
        let own = known.iter().filter_map(|pair| Some((pair.0?.to_owned(), points(pair.1))));
        let map = own.chain([("_".to_owned(), points(1.0 - base))]).collect();
        let missing = known.iter().find(|pair| pair.0.is_none()).map(|pair| points(pair.1));
        Ok(Self { points: Points::Map(map), weak: false, better: None, missing })
    }
}
