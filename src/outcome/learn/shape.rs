//! How a metric's value becomes points: levels in the order of health, and how much each value is of each level.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::{Values, Way};
use crate::config::{FlagPoints, Points};
use crate::outcome::calibrate::isotonic;
use crate::outcome::logit::{Bound, logit, sigmoid};
use crate::outcome::measure::{quantile, surprise};

/// How many quantile bins a number is cut into where there are outcomes enough.
/// # Source: the number at which scorecards of this kind came within 0.006 of free logistic regression on three sets.
const BINS: usize = 8;
/// As many values as a number may have for each to be a level of its own.
const FEW: usize = 10;
/// The most texts with points of their own.
const TEXTS: usize = 40;
/// With how many outcomes' worth each level leans on the base rate.
const LEAN: f64 = 10.0;

/// The levels of one part.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    form: Form,
    /// Whether a missing value was seen, which then is the last level.
    missing: bool,
}

#[derive(Debug, Clone)]
enum Form {
    /// Values at which lines meet, ascending.
    Knots { knots: Vec<f64>, way: Way, flag: bool },
    /// Texts of their own; all others are one level after them.
    Texts { names: Vec<Arc<str>>, levels: BTreeMap<usize, usize> },
}

/// Rounds to about four digits of the range, so that an author can read it.
fn readable(value: f64, range: f64) -> f64 {
    if range <= 0.0 {
        return value;
    }
    let digits = 3 - range.log10().floor() as i32;
    let digits = usize::try_from(digits.clamp(0, 12)).unwrap_or(0);
    format!("{value:.digits$}").parse().unwrap_or(value)
}

/// Where lines meet: every value of few; otherwise quantiles, with the lowest value and the next one apart where many
/// have the lowest (none, never, zero).
fn knots(values: &[f64], used: &[usize], bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = used
        .iter()
        .filter_map(|row| values.get(*row))
        .copied()
        .filter(|value| !value.is_nan())
        .map(|value| value + 0.0)
        .collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup_by(|left, right| left.to_bits() == right.to_bits());
    let (Some(lowest), Some(highest)) = (distinct.first().copied(), distinct.last().copied())
    else {
        return Vec::new();
    };
    if distinct.len() <= FEW.min(bins + 2) {
        return distinct;
    }
    let range = highest - lowest;
    let cuts = (0..=bins).filter_map(|bin| quantile(&sorted, bin as f64 / bins as f64));
    let mut out: Vec<f64> = cuts.map(|cut| readable(cut, range)).collect();
    let at_lowest = sorted.iter().take_while(|value| **value <= lowest).count();
    if at_lowest * 50 > sorted.len() {
        out.push(lowest);
        out.extend(distinct.get(1));
    }
    out.sort_by(f64::total_cmp);
    out.dedup_by(|left, right| left.to_bits() == right.to_bits());
    out
}

impl Shape {
    /// The levels that the used rows call for; `None` where only the points count, or there is one value.
    pub(super) fn new(values: &Values, lost: &[bool], used: &[usize]) -> Option<Self> {
        let gone = used.iter().filter(|row| lost.get(**row) == Some(&true)).count();
        let events = gone.min(used.len() - gone);
        match values {
            Values::Fixed => None,
            Values::Numbers { values, way, flag } => {
                // A level needs some events to say anything.
                let bins = (events / 12).clamp(2, BINS);
                let knots = knots(values, used, bins);
                let missing =
                    used.iter().any(|row| values.get(*row).is_some_and(|value| value.is_nan()));
                let form = Form::Knots { knots, way: *way, flag: *flag };
                Some(Self { form, missing }).filter(|shape| shape.chain() >= 2)
            }
            Values::Texts { codes, names } => {
                let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
                used.iter()
                    .filter_map(|row| *codes.get(*row)?)
                    .for_each(|code| *counts.entry(code).or_default() += 1);
                let mut common: Vec<(usize, usize)> =
                    counts.into_iter().map(|(code, count)| (count, code)).collect();
                common.sort_by(|left, right| right.cmp(left));
                let least = (used.len() / 200).clamp(3, 30);
                let common = common.into_iter().filter(|pair| least <= pair.0).take(TEXTS);
                let mut own: Vec<usize> = common.map(|pair| pair.1).collect();
                own.sort_by(|left, right| names.get(*left).cmp(&names.get(*right)));
                let missing = used.iter().any(|row| codes.get(*row).is_some_and(Option::is_none));
                let texts = own.iter().filter_map(|code| names.get(*code)).cloned().collect();
                let form = Form::Texts { names: texts, levels: own.into_iter().zip(0..).collect() };
                Some(Self { form, missing })
            }
        }
    }

    /// The levels but for a missing value.
    fn chain(&self) -> usize {
        match &self.form {
            Form::Knots { knots, .. } => knots.len(),
            Form::Texts { names, .. } => names.len() + 1,
        }
    }

    /// All levels.
    pub(super) fn levels(&self) -> usize {
        self.chain() + usize::from(self.missing)
    }

    /// What is asked of each level: numbers never fall towards health.
    pub(super) fn bounds(&self) -> Vec<Bound> {
        let first = match &self.form {
            Form::Knots { way: Way::Up | Way::Down, .. } => {
                let rest = std::iter::repeat_n(Bound::Next, self.chain().saturating_sub(1));
                std::iter::once(Bound::First).chain(rest).collect()
            }
            Form::Knots { .. } | Form::Texts { .. } => vec![Bound::Free; self.chain()],
        };
        let mut out: Vec<Bound> = first;
        out.extend(self.missing.then_some(Bound::Free));
        out
    }

    /// How much a row is of each level: at most two. Nothing where a value is missing that never was.
    pub(super) fn cells(&self, values: &Values, row: usize) -> [(usize, f64); 2] {
        const NONE: (usize, f64) = (0, 0.0);
        let absent = if self.missing { (self.chain(), 1.0) } else { NONE };
        match (&self.form, values) {
            (Form::Knots { knots, way, .. }, Values::Numbers { values, .. }) => {
                let value = values.get(row).copied().unwrap_or(f64::NAN);
                if value.is_nan() {
                    return [absent, NONE];
                }
                let last = knots.len().saturating_sub(1);
                let level = |it: usize| if *way == Way::Down { last - it } else { it };
                let above = knots.partition_point(|knot| *knot <= value);
                match (above.checked_sub(1), knots.get(above)) {
                    (None, _) => [(level(0), 1.0), NONE],
                    (Some(_), None) => [(level(last), 1.0), NONE],
                    (Some(below), Some(high)) => {
                        let low = knots.get(below).copied().unwrap_or(*high);
                        let share = (value - low) / (high - low);
                        let mut pair = [(level(below), 1.0 - share), (level(above), share)];
                        pair.sort_by_key(|it| it.0);
                        pair
                    }
                }
            }
            (Form::Texts { names, levels }, Values::Texts { codes, .. }) => {
                match codes.get(row).copied().flatten() {
                    Some(code) => [(levels.get(&code).copied().unwrap_or(names.len()), 1.0), NONE],
                    None => [absent, NONE],
                }
            }
            _ => [NONE, NONE],
        }
    }

    /// The log-odds of keeping at each level, by itself: each level leans on the base rate, and numbers never fall.
    ///
    /// # Source
    /// The weight of evidence of scorecards, with the m-estimate of Cestnik (1990).
    pub(super) fn alone(&self, values: &Values, lost: &[bool], used: &[usize]) -> Vec<f64> {
        let mut rows = vec![0.0; self.levels()];
        let mut kept = vec![0.0; self.levels()];
        for row in used {
            let stayed = if lost.get(*row) == Some(&true) { 0.0 } else { 1.0 };
            for (level, share) in self.cells(values, *row) {
                if let (Some(n), Some(k)) = (rows.get_mut(level), kept.get_mut(level)) {
                    *n += share;
                    *k += share * stayed;
                }
            }
        }
        let all = used.len().max(1) as f64;
        let gone = used.iter().filter(|row| lost.get(**row) == Some(&true)).count() as f64;
        let mean = ((all - gone + 0.5) / (all + 1.0)).clamp(1e-6, 1.0 - 1e-6);
        let odds = |(n, k): (&f64, &f64)| logit((k + LEAN * mean) / (n + LEAN));
        let odds: Vec<f64> = rows.iter().zip(&kept).map(odds).collect();
        let Form::Knots { way: Way::Up | Way::Down, .. } = self.form else { return odds };
        let chain = self.chain();
        let place: Vec<f64> = (0..chain).map(|place| place as f64).collect();
        let (inside, outside) = odds.split_at(chain.min(odds.len()));
        let weight: Vec<f64> = rows.iter().take(chain).map(|count| count + 1e-6).collect();
        let mut out = isotonic(&place, inside, &weight).unwrap_or_else(|| inside.to_vec());
        out.extend(outside);
        out
    }

    /// The points as a config writes them, and those of a missing value; `points` are 0 to 1 by level.
    pub(super) fn write(&self, points: &[f64]) -> (Points, Option<f64>) {
        let at =
            |level: usize| super::rounded(points.get(level).copied().unwrap_or(0.5) * 100.0, 1);
        let missing = self.missing.then(|| at(self.chain()));
        let points = match &self.form {
            Form::Knots { knots, way, flag } => {
                let last = knots.len().saturating_sub(1);
                let level = |it: usize| at(if *way == Way::Down { last - it } else { it });
                if *flag {
                    Points::Flag(FlagPoints { yes: level(last), no: level(0) })
                } else {
                    let all = knots.iter().enumerate().map(|(at, knot)| [*knot, level(at)]);
                    Points::Piecewise(without_flats(all.collect()))
                }
            }
            Form::Texts { names, .. } => {
                let own =
                    names.iter().enumerate().map(|(level, name)| (name.to_string(), at(level)));
                Points::Map(own.chain([("_".to_owned(), at(names.len()))]).collect())
            }
        };
        (points, missing)
    }
}

/// How much likelier free points must make each outcome of the rarer kind than points that go one way, for a number
/// to be drafted as going both ways; and how much likelier all of them, beyond what its levels fit by chance. In natural
/// units. Our choice, tested by `only_a_clear_bend_is_drafted`.
const BEND: (f64, f64) = (0.02, 10.0);

/// Points that go both ways, where the outcomes clearly call for them: few and many are lost, those between are kept.
pub(super) fn bent(values: &[f64], lost: &[bool]) -> Option<Points> {
    let used: Vec<usize> = (0..values.len()).collect();
    let fitted = |way: Way| {
        let values = Values::Numbers { values: values.to_vec(), way, flag: false };
        let shape = Shape::new(&values, lost, &used)?;
        let odds = shape.alone(&values, lost, &used);
        let of_row = |(row, lost): (usize, &bool)| {
            let cells = shape.cells(&values, row);
            let z: f64 =
                cells.iter().map(|(at, share)| share * odds.get(*at).unwrap_or(&0.0)).sum();
            surprise(sigmoid(-z), *lost)
        };
        let loss: f64 = lost.iter().enumerate().map(of_row).sum();
        Some((loss, shape, odds))
    };
    let (up, down, (free, shape, mut odds)) =
        (fitted(Way::Up)?.0, fitted(Way::Down)?.0, fitted(Way::Both)?);
    let gone = lost.iter().filter(|lost| **lost).count();
    let events = gone.min(lost.len() - gone) as f64;
    let least = (BEND.0 * events).max(BEND.1 + 2.0 * shape.levels() as f64);
    if up.min(down) - free < least {
        return None;
    }
    super::model::spread(&mut odds);
    Some(shape.write(&odds).0)
}

/// Leaves out knots between two others of the same points.
fn without_flats(knots: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let same = |left: &[f64; 2], right: &[f64; 2]| left[1].to_bits() == right[1].to_bits();
    let all = knots.clone();
    let between = |at: usize| {
        let (before, it) = (at.checked_sub(1).and_then(|before| all.get(before)), all.get(at));
        match (before, it, all.get(at + 1)) {
            (Some(before), Some(it), Some(after)) => same(before, it) && same(it, after),
            _ => false,
        }
    };
    knots.into_iter().enumerate().filter(|(at, _)| !between(*at)).map(|(_, it)| it).collect()
}
