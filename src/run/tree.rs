//! One value of all that lies beneath a company, itself among it, through every subsidiary: `tree.accounts.arr.sum`.
//!
//! A tree is laid out so that what lies beneath a company is one stretch of a list. Each value is placed once, whatever
//! the depth: time is linear in companies and values but for sorting.

#[cfg(test)]
mod tests;

use crate::config::Take;
use crate::frame::{Column, Data, NO_DAY, NO_ROW, Table};
use crate::plan::steps::ChildTake;
use crate::run::children::{from_records, number};

/// Companies in the order of their tree.
pub(crate) struct Tree<'a> {
    /// For each company the one above it, or `NO_ROW`.
    up: &'a [u32],
    /// Each company before the one above it.
    order: Vec<u32>,
    /// Where each company's stretch begins.
    place: Vec<u32>,
    /// How many companies a company's stretch holds, itself among them.
    size: Vec<u32>,
}

fn at<T: Copy + Default>(list: &[T], at: usize) -> T {
    list.get(at).copied().unwrap_or_default()
}

fn add(list: &mut [u32], at: usize, more: u32) {
    if let Some(it) = list.get_mut(at) {
        *it += more;
    }
}

fn above(up: &[u32], company: u32) -> Option<usize> {
    up.get(company as usize).filter(|parent| **parent != NO_ROW).map(|parent| *parent as usize)
}

impl<'a> Tree<'a> {
    /// Lays out companies of which none is above itself.
    pub(crate) fn new(up: &'a [u32]) -> Self {
        let mut open = vec![0_u32; up.len()];
        up.iter().for_each(|parent| add(&mut open, *parent as usize, 1));
        let leaves = (0_u32..).zip(&open).filter(|pair| *pair.1 == 0);
        let mut order: Vec<u32> = leaves.map(|leaf| leaf.0).collect();
        let mut size = vec![1_u32; up.len()];
        let mut next = 0;
        while let Some(company) = order.get(next).copied() {
            next += 1;
            let Some(parent) = above(up, company) else { continue };
            let whole = at(&size, company as usize);
            add(&mut size, parent, whole);
            if let Some(it) = open.get_mut(parent) {
                *it -= 1;
                if *it == 0 {
                    order.push(parent as u32);
                }
            }
        }
        let (mut place, mut free) = (vec![0_u32; up.len()], vec![0_u32; up.len()]);
        let mut end = 0;
        for company in order.iter().rev() {
            let whole = at(&size, *company as usize);
            let parent = above(up, *company).and_then(|parent| free.get_mut(parent));
            let slot = parent.unwrap_or(&mut end);
            let start = *slot;
            *slot += whole;
            if let (Some(place), Some(free)) =
                (place.get_mut(*company as usize), free.get_mut(*company as usize))
            {
                (*place, *free) = (start, start + 1);
            }
        }
        Self { up, order, place, size }
    }

    /// How many companies there are.
    pub(crate) fn companies(&self) -> usize {
        self.up.len()
    }

    /// Joins what each company has to what the one above it has, each after all beneath it.
    pub(crate) fn upwards<T: Copy>(&self, all: &mut [T], join: impl Fn(&mut T, T)) {
        for company in &self.order {
            let Some(it) = all.get(*company as usize).copied() else { continue };
            let parent = above(self.up, *company).and_then(|parent| all.get_mut(parent));
            if let Some(above) = parent {
                join(above, it);
            }
        }
    }

    /// The mean of the values of rows by a weight, for each company, and whether each is solid.
    fn mean_by(
        &self,
        table: &Table,
        (from, by): (usize, usize),
        owners: &[u32],
    ) -> (Column, Vec<bool>) {
        let (mut solid, mut seen) = (vec![true; self.up.len()], vec![NO_DAY; self.up.len()]);
        let mut known: Vec<(u32, f64, f64)> = Vec::new();
        for (row, owner) in owners.iter().enumerate().filter(|pair| *pair.1 != NO_ROW) {
            let owner = *owner as usize;
            let (value, weight) = (table.number(from, row), table.number(by, row));
            let nothing = weight <= 0.0 && table.is_solid(by, row);
            let sure = nothing || table.is_solid(from, row) && table.is_solid(by, row);
            let counts = !value.is_nan() && weight > 0.0;
            if let (Some(all), Some(day)) = (solid.get_mut(owner), seen.get_mut(owner)) {
                *all &= sure;
                for it in [from, by].into_iter().filter(|_| counts) {
                    *day = older(*day, table.seen(it, row).unwrap_or(NO_DAY));
                }
            }
            if counts {
                known.push((at(&self.place, owner), value * weight, weight));
            }
        }
        self.upwards(&mut solid, |above, it| *above &= it);
        self.upwards(&mut seen, |above, it| *above = older(*above, it));
        known.sort_by(|left, right| {
            let sizes = left.1.total_cmp(&right.1).then(left.2.total_cmp(&right.2));
            left.0.cmp(&right.0).then(sizes)
        });
        let mut starts = vec![0_u32; self.up.len() + 1];
        known.iter().for_each(|known| add(&mut starts, known.0 as usize, 1));
        before(&mut starts);
        let sums = |of: fn(&(u32, f64, f64)) -> f64| {
            self.sums(&known.iter().map(of).collect::<Vec<f64>>(), &starts)
        };
        let (values, weights) = (sums(|known| known.1), sums(|known| known.2));
        let mean = values.iter().zip(weights).map(|(value, weight)| value / weight);
        let mean = mean.map(|mean| if mean.is_finite() { mean } else { f64::NAN }).collect();
        let seen = seen.iter().any(|day| *day != NO_DAY).then_some(seen);
        (Column::of(Data::Number(mean)).with_seen(seen), solid)
    }

    /// What the values of rows come to for each company, whether each is solid. `owners` says whose each row is.
    pub(crate) fn take(
        &self,
        table: &Table,
        from: usize,
        owners: &[u32],
        take: ChildTake,
    ) -> (Column, Vec<bool>) {
        if let ChildTake::MeanBy(by) = take {
            return self.mean_by(table, (from, by), owners);
        }
        let companies = self.up.len();
        let (mut solid, mut seen) = (vec![true; companies], vec![NO_DAY; companies]);
        let mut known: Vec<(u32, f64)> = Vec::new();
        let mut rows = vec![0_u32; companies + 1];
        for (row, owner) in owners.iter().enumerate().filter(|pair| *pair.1 != NO_ROW) {
            let owner = *owner as usize;
            let place = at(&self.place, owner);
            add(&mut rows, place as usize, 1);
            if take == ChildTake::All {
                continue;
            }
            if let (Some(sure), Some(day)) = (solid.get_mut(owner), seen.get_mut(owner)) {
                *sure &= table.is_solid(from, row);
                *day = older(*day, table.seen(from, row).unwrap_or(NO_DAY));
            }
            known.extend(number(table, from, row).map(|value| (place, value)));
        }
        for company in &self.order {
            let Some(parent) = above(self.up, *company) else { continue };
            let (sure, day) = (at(&solid, *company as usize), at(&seen, *company as usize));
            if let (Some(all), Some(oldest)) = (solid.get_mut(parent), seen.get_mut(parent)) {
                *all &= sure;
                *oldest = older(*oldest, day);
            }
        }
        known.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
        let mut starts = vec![0_u32; companies + 1];
        known.iter().for_each(|known| add(&mut starts, known.0 as usize, 1));
        before(&mut rows);
        before(&mut starts);
        let values: Vec<f64> = known.into_iter().map(|known| known.1).collect();
        let stretch = |starts: &[u32], company: usize| {
            let place = at(&self.place, company) as usize;
            let end = place + at(&self.size, company) as usize;
            (at(starts, place) as usize, at(starts, end) as usize)
        };
        let parts: Vec<(usize, usize)> =
            (0..companies).map(|company| stretch(&starts, company)).collect();
        let taken = self.taken(&values, &parts, &starts, take);
        let numbers = parts.iter().enumerate().map(|(company, (from, to))| {
            let (first, last) = stretch(&rows, company);
            let (known, all) = (to - from, last - first);
            let taken = if known > 0 { taken.get(company).copied() } else { None };
            from_records(take, known, all, taken)
        });
        let column =
            Column::new(Data::Number(numbers.map(|number| number.unwrap_or(f64::NAN)).collect()));
        let seen = seen.iter().any(|day| *day != NO_DAY).then_some(seen);
        (column.with_seen(seen), solid)
    }

    /// The values of each company's stretch, taken together; of those without one it says nothing.
    fn taken(
        &self,
        values: &[f64],
        parts: &[(usize, usize)],
        starts: &[u32],
        take: ChildTake,
    ) -> Vec<f64> {
        match take {
            ChildTake::All | ChildTake::Take(Take::Count) => Vec::new(),
            ChildTake::CountTrue | ChildTake::Take(Take::Sum) => self.sums(values, starts),
            ChildTake::Take(Take::Mean) => {
                let sums = self.sums(values, starts);
                sums.iter().zip(parts).map(|(sum, (from, to))| sum / (to - from) as f64).collect()
            }
            ChildTake::Take(Take::Min) => self.fold(values, starts, f64::INFINITY, f64::min),
            ChildTake::Take(Take::Max) => self.fold(values, starts, f64::NEG_INFINITY, f64::max),
            ChildTake::Take(Take::Median) => {
                let ranks = Ranks::new(values);
                parts.iter().map(|(from, to)| ranks.median(*from, *to)).collect()
            }
            ChildTake::Take(Take::Distinct) => distinct(values, parts),
            ChildTake::Take(_) | ChildTake::MeanBy(_) => vec![f64::NAN; parts.len()],
        }
    }

    /// A company's own values.
    fn own<'v>(&self, values: &'v [f64], starts: &[u32], company: u32) -> &'v [f64] {
        let place = at(&self.place, company as usize) as usize;
        values.get(at(starts, place) as usize..at(starts, place + 1) as usize).unwrap_or(&[])
    }

    fn fold(
        &self,
        values: &[f64],
        starts: &[u32],
        nothing: f64,
        join: fn(f64, f64) -> f64,
    ) -> Vec<f64> {
        let mut all = vec![nothing; self.up.len()];
        for company in &self.order {
            let own = self.own(values, starts, *company).iter().copied();
            let whole = own.fold(at(&all, *company as usize), join);
            let parent = above(self.up, *company);
            for slot in [Some(*company as usize), parent].into_iter().flatten() {
                if let Some(it) = all.get_mut(slot) {
                    *it = join(*it, whole);
                }
            }
        }
        all
    }

    /// Sums of twice the precision, so that neither the depth nor the order of the companies is seen in them.
    fn sums(&self, values: &[f64], starts: &[u32]) -> Vec<f64> {
        let mut parts: Vec<Vec<(f64, f64)>> = vec![Vec::new(); self.up.len()];
        let mut sums = vec![0.0; self.up.len()];
        for company in &self.order {
            let mut list = parts.get_mut(*company as usize).map(std::mem::take).unwrap_or_default();
            list.extend(self.own(values, starts, *company).iter().map(|value| (*value, 0.0)));
            list.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
            let sum = list.into_iter().reduce(plus);
            if let (Some(it), Some(sum)) = (sums.get_mut(*company as usize), sum) {
                *it = sum.0;
            }
            let parent = above(self.up, *company).and_then(|parent| parts.get_mut(parent));
            if let Some(it) = parent {
                it.extend(sum);
            }
        }
        sums
    }
}

/// The older of two days of which either may be unknown.
fn older(left: i32, right: i32) -> i32 {
    match (left, right) {
        (NO_DAY, it) | (it, NO_DAY) => it,
        (left, right) => left.min(right),
    }
}

/// Turns counts into the number of those before.
fn before(counts: &mut [u32]) {
    let mut total = 0;
    for it in counts {
        total += std::mem::replace(it, total);
    }
}

/// The sum of two numbers and what it lacks of it.
fn two(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let part = sum - left;
    (sum, (left - (sum - part)) + (right - part))
}

fn plus(left: (f64, f64), right: (f64, f64)) -> (f64, f64) {
    let (sum, lacks) = two(left.0, right.0);
    let whole = two(sum, lacks + (left.1 + right.1));
    if whole.0.is_finite() && whole.1.is_finite() { whole } else { (sum, 0.0) }
}

/// Which value of any stretch is the one in the middle: a wavelet matrix over the ranks of the values.
struct Ranks {
    sorted: Vec<f64>,
    /// From the highest bit of a rank to the lowest: how many before each place have a 0 there.
    zeros: Vec<Vec<u32>>,
}

impl Ranks {
    fn new(values: &[f64]) -> Self {
        let mut by_size: Vec<u32> = (0..values.len() as u32).collect();
        by_size.sort_by(|left, right| {
            at(values, *left as usize).total_cmp(&at(values, *right as usize))
        });
        let sorted = by_size.iter().map(|place| at(values, *place as usize)).collect();
        let mut ranks = vec![0_u32; values.len()];
        for (rank, place) in (0..).zip(&by_size) {
            if let Some(it) = ranks.get_mut(*place as usize) {
                *it = rank;
            }
        }
        let bits = usize::BITS - values.len().leading_zeros();
        let mut zeros = Vec::new();
        for bit in (0..bits).rev() {
            let is_zero = |it: &u32| (it >> bit) & 1 == 0;
            let mut count = 0;
            let mut level = vec![0];
            level.extend(ranks.iter().map(|rank| {
                count += u32::from(is_zero(rank));
                count
            }));
            zeros.push(level);
            let (mut low, high): (Vec<u32>, Vec<u32>) =
                ranks.iter().partition(|rank| is_zero(rank));
            low.extend(high);
            ranks = low;
        }
        Self { sorted, zeros }
    }

    /// The value in a stretch that so many are smaller than.
    fn nth(&self, mut from: usize, mut to: usize, mut nth: usize) -> f64 {
        let mut rank = 0;
        for level in &self.zeros {
            let (first, last) = (at(level, from) as usize, at(level, to) as usize);
            rank *= 2;
            if nth < last - first {
                (from, to) = (first, last);
            } else {
                nth -= last - first;
                rank += 1;
                let zeros = level.last().copied().unwrap_or(0) as usize;
                (from, to) = (zeros + from - first, zeros + to - last);
            }
        }
        at(&self.sorted, rank)
    }

    fn median(&self, from: usize, to: usize) -> f64 {
        let count = to - from;
        if count == 0 {
            return f64::NAN;
        }
        let (low, high) = (self.nth(from, to, (count - 1) / 2), self.nth(from, to, count / 2));
        f64::midpoint(low, high)
    }
}

/// How many different values each stretch holds: of each value the last place before a stretch's end counts.
fn distinct(values: &[f64], parts: &[(usize, usize)]) -> Vec<f64> {
    use std::collections::BTreeMap;
    let mut by_end: Vec<usize> = (0..parts.len()).collect();
    by_end.sort_by_key(|company| at(parts, *company).1);
    let mut last: BTreeMap<u64, usize> = BTreeMap::new();
    // A tree of partial sums over places; additions wrap, so that a place can be taken back.
    let mut tree = vec![0_u32; values.len() + 1];
    let put = |tree: &mut Vec<u32>, place: usize, more: u32| {
        let mut here = place + 1;
        while let Some(it) = tree.get_mut(here) {
            *it = it.wrapping_add(more);
            here += here & here.wrapping_neg();
        }
    };
    let up_to = |tree: &[u32], mut here: usize| {
        let mut total = 0_u32;
        while here > 0 {
            total = total.wrapping_add(at(tree, here));
            here &= here - 1;
        }
        total
    };
    let mut counts = vec![0.0; parts.len()];
    let mut seen = 0;
    for part in by_end {
        let (from, to) = at(parts, part);
        for place in seen..to {
            // Adding 0 makes -0 a 0.
            let key = (at(values, place) + 0.0).to_bits();
            if let Some(earlier) = last.insert(key, place) {
                put(&mut tree, earlier, u32::MAX);
            }
            put(&mut tree, place, 1);
        }
        seen = seen.max(to);
        if let Some(it) = counts.get_mut(part) {
            *it = f64::from(up_to(&tree, to).wrapping_sub(up_to(&tree, from)));
        }
    }
    counts
}
