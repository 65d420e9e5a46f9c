//! How sure a value of many children is, by the weights that it is made with: what share of it is measured, and between
//! what it lies once the rest is known; and means that another value weighs.

use crate::config::Take;
use crate::frame::{NO_ROW, Table};
use crate::plan::steps::ChildTake;
use crate::run::tree::Tree;
use crate::score::{Sure, lowest_mean};
use crate::value::Value;

/// A child as part of what its parent has of it.
#[derive(Debug, Clone, Copy)]
struct Kin {
    weight: f64,
    /// The share of it that is measured.
    share: f64,
    /// Between what it lies; NaN where that is not known.
    low: f64,
    high: f64,
    /// Whether it may have none once all is known.
    lacks: bool,
    /// Whether the share stays what it is.
    certain: bool,
}

/// Of each parent the share of its value that is measured and between what that lies, NaN where there is nothing to
/// say, and whether it may come to have none (1) or not (0); and whether the share stays what it is.
pub(crate) fn kin(
    parents: usize,
    child: (&Table, usize),
    links: &[u32],
    take: ChildTake,
    said: (Option<Sure>, Option<(f64, f64)>),
) -> ([Vec<f64>; 4], Vec<bool>) {
    let mut out = [const { Vec::new() }; 4];
    let mut certain = Vec::new();
    for mut list in rows(parents, child, links, take, said) {
        certain.push(list.iter().all(|kin| kin.certain));
        let unsure = weigh(&mut list);
        let (low, high) = bounds(&list, take, unsure);
        let lacks = if list.iter().all(|kin| kin.lacks) { 1.0 } else { 0.0 };
        for (column, it) in out.iter_mut().zip([share(&list, take), low, high, lacks]) {
            column.push(it);
        }
    }
    (out, certain)
}

/// The same of all that lies beneath each company, itself among it. In time linear in companies and rows, for which
/// the ends of all but a sum are those of the lowest and the highest.
pub(crate) fn beneath(
    tree: &Tree<'_>,
    child: (&Table, usize),
    links: &[u32],
    take: ChildTake,
    said: (Option<Sure>, Option<(f64, f64)>),
) -> ([Vec<f64>; 4], Vec<bool>) {
    let lists = rows(tree.companies(), child, links, take, said);
    let mut all: Vec<(usize, Kin)> = Vec::new();
    let mut certain: Vec<bool> =
        lists.iter().map(|list| list.iter().all(|kin| kin.certain)).collect();
    tree.upwards(&mut certain, |above, it| *above &= it);
    for (company, list) in lists.into_iter().enumerate() {
        all.extend(list.into_iter().map(|kin| (company, kin)));
    }
    let usual = usual(all.iter().map(|pair| pair.1.weight));
    let mut sums = vec![Sums::default(); tree.companies()];
    for (company, mut it) in all {
        it.weigh(usual);
        if let Some(sums) = sums.get_mut(company).filter(|_| it.weight > 0.0) {
            sums.join(Sums::of(&it));
        }
    }
    tree.upwards(&mut sums, Sums::join);
    let mut out = [const { Vec::new() }; 4];
    for it in sums {
        let share = if it.covered < it.total { it.covered / it.total } else { 1.0 };
        let counted = matches!(take, ChildTake::All | ChildTake::Take(Take::Count));
        let (low, high) = match take {
            _ if it.rows == 0 || it.sum.0.is_nan() || it.sum.1.is_nan() => (f64::NAN, f64::NAN),
            ChildTake::Take(Take::Sum) | ChildTake::CountTrue => it.sum,
            ChildTake::MeanBy(_)
            | ChildTake::Take(Take::Mean | Take::Min | Take::Max | Take::Median) => it.ends,
            ChildTake::All | ChildTake::Take(_) => (f64::NAN, f64::NAN),
        };
        let share = if it.rows == 0 || counted { f64::NAN } else { share };
        let lacks = if it.surely { 0.0 } else { 1.0 };
        for (column, it) in out.iter_mut().zip([share, low, high, lacks]) {
            column.push(it);
        }
    }
    (out, certain)
}

/// What the rows of a company come to together.
#[derive(Debug, Clone, Copy)]
struct Sums {
    rows: usize,
    covered: f64,
    total: f64,
    /// The sums of both ends; NaN where one is not known.
    sum: (f64, f64),
    ends: (f64, f64),
    /// Whether one of them surely has a value once all is known.
    surely: bool,
}

impl Default for Sums {
    fn default() -> Self {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        Self { rows: 0, covered: 0.0, total: 0.0, sum: (0.0, 0.0), ends, surely: false }
    }
}

impl Sums {
    fn of(it: &Kin) -> Self {
        let (ends, covered) = ((it.low, it.high), it.weight * it.share);
        Self { rows: 1, covered, total: it.weight, sum: it.adds(), ends, surely: !it.lacks }
    }

    fn join(&mut self, it: Self) {
        self.rows += it.rows;
        self.covered += it.covered;
        self.total += it.total;
        self.sum = (self.sum.0 + it.sum.0, self.sum.1 + it.sum.1);
        self.ends = (self.ends.0.min(it.ends.0), self.ends.1.max(it.ends.1));
        self.surely |= it.surely;
    }
}

/// The children of each parent, as parts of what it has of them.
fn rows(
    parents: usize,
    (table, from): (&Table, usize),
    links: &[u32],
    take: ChildTake,
    (of, range): (Option<Sure>, Option<(f64, f64)>),
) -> Vec<Vec<Kin>> {
    let mut all: Vec<Vec<Kin>> = vec![Vec::new(); parents];
    let said =
        |slot: Option<usize>, row: usize| slot.map_or(f64::NAN, |slot| table.number(slot, row));
    for (row, parent) in links.iter().enumerate().filter(|(_, it)| **it != NO_ROW) {
        let Some(list) = all.get_mut(*parent as usize) else { continue };
        let value = number(&table.value(from, row), take);
        let solid = table.is_solid(from, row);
        // What it lacks for good is no part of what could be measured.
        if value.is_nan() && solid {
            continue;
        }
        let (bottom, top) = match take {
            ChildTake::CountTrue => (0.0, 1.0),
            _ => range.unwrap_or((f64::NAN, f64::NAN)),
        };
        let or = |it: f64, other: f64| if it.is_nan() { other } else { it };
        let of_low = or(said(of.and_then(|slots| slots.low), row), bottom);
        let of_high = or(said(of.and_then(|slots| slots.high), row), top);
        let (low, high) = if solid { (value, value) } else { (of_low, of_high) };
        let share = or(said(of.map(|slots| slots.share), row), 1.0);
        let lacks = said(of.and_then(|slots| slots.lacks), row);
        let weight = match take {
            ChildTake::MeanBy(by) => table.number(by, row),
            ChildTake::Take(_) | ChildTake::CountTrue | ChildTake::All => 1.0,
        };
        list.push(Kin {
            weight,
            share: if value.is_nan() { 0.0 } else { share },
            low,
            high,
            lacks: !solid && (value.is_nan() || lacks.is_nan() || lacks > 0.0),
            certain: solid
                && of.is_none_or(|slots| table.is_solid(slots.share, row))
                && !weight.is_nan(),
        });
    }
    all
}

/// A value as a number, where it is one of those that are taken.
pub(crate) fn number(value: &Value, take: ChildTake) -> f64 {
    match (value, take) {
        (Value::Number(it), _) => *it,
        (Value::Flag(it), _) => f64::from(u8::from(*it)),
        // Only counted.
        (Value::Text(_), ChildTake::Take(_)) => 0.0,
        _ => f64::NAN,
    }
}

/// The mean of the weights that are known and above 0.
fn usual(weights: impl Iterator<Item = f64>) -> f64 {
    let mut known: Vec<f64> = weights.filter(|weight| *weight > 0.0).collect();
    known.sort_by(f64::total_cmp);
    if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 }
}

impl Kin {
    /// The least and the most that it adds to a sum; NaN where an end is not known.
    fn adds(&self) -> (f64, f64) {
        // `min` and `max` pass over NaN.
        let end = |it: f64, other: fn(f64, f64) -> f64| match self.lacks && !it.is_nan() {
            true => other(it, 0.0),
            false => it,
        };
        (end(self.low, f64::min), end(self.high, f64::max))
    }

    /// Gives it the usual weight where its own is not known; whether that is so.
    fn weigh(&mut self, usual: f64) -> bool {
        let unknown = self.weight.is_nan();
        if unknown {
            (self.weight, self.share, self.lacks) = (usual, 0.0, true);
        }
        unknown
    }
}

/// Leaves out what weighs nothing. What has an unknown weight has that of the others in the mean; whether there is such.
fn weigh(list: &mut Vec<Kin>) -> bool {
    list.retain(|kin| kin.weight.is_nan() || kin.weight > 0.0);
    let usual = usual(list.iter().map(|kin| kin.weight));
    list.iter_mut().fold(false, |unsure, it| it.weigh(usual) | unsure)
}

/// The share that is measured. A count of those that have a value is measured whatever it is.
fn share(list: &[Kin], take: ChildTake) -> f64 {
    if list.is_empty() || matches!(take, ChildTake::All | ChildTake::Take(Take::Count)) {
        return f64::NAN;
    }
    let sorted_sum = |of: fn(&Kin) -> f64| {
        let mut all: Vec<f64> = list.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.iter().sum::<f64>()
    };
    let (covered, total) = (sorted_sum(|kin| kin.weight * kin.share), sorted_sum(|kin| kin.weight));
    if covered < total { covered / total } else { 1.0 }
}

/// The lowest and the highest that the value can be.
fn bounds(list: &[Kin], take: ChildTake, unsure: bool) -> (f64, f64) {
    const UNKNOWN: (f64, f64) = (f64::NAN, f64::NAN);
    if list.is_empty() || list.iter().any(|kin| kin.low.is_nan() || kin.high.is_nan()) {
        return UNKNOWN;
    }
    let lows = || list.iter().map(|kin| kin.low);
    let highs = || list.iter().map(|kin| kin.high);
    let ends = (lows().fold(f64::NAN, f64::min), highs().fold(f64::NAN, f64::max));
    let sure = || list.iter().filter(|kin| !kin.lacks);
    let or = |it: f64, other: f64| if it.is_nan() { other } else { it };
    match take {
        ChildTake::MeanBy(_) if unsure => ends,
        ChildTake::MeanBy(_) | ChildTake::Take(Take::Mean) => {
            let parts =
                |of: fn(&Kin) -> f64| list.iter().map(move |kin| (of(kin), kin.weight, kin.lacks));
            let low = lowest_mean(parts(|kin| kin.low)).max(ends.0);
            (low, (0.0 - lowest_mean(parts(|kin| 0.0 - kin.high))).min(ends.1))
        }
        ChildTake::Take(Take::Min) => {
            (ends.0, or(sure().map(|kin| kin.high).fold(f64::NAN, f64::min), ends.1))
        }
        ChildTake::Take(Take::Max) => {
            (or(sure().map(|kin| kin.low).fold(f64::NAN, f64::max), ends.0), ends.1)
        }
        ChildTake::Take(Take::Median) if sure().count() < list.len() => ends,
        ChildTake::Take(Take::Median) => {
            let median = |all: Vec<f64>| crate::metric::median_of(all).unwrap_or(f64::NAN);
            (median(lows().collect()), median(highs().collect()))
        }
        ChildTake::Take(Take::Sum) | ChildTake::CountTrue => {
            let (lows, highs) =
                (list.iter().map(|kin| kin.adds().0), list.iter().map(|kin| kin.adds().1));
            (lows.sum(), highs.sum())
        }
        ChildTake::All | ChildTake::Take(_) => UNKNOWN,
    }
}
