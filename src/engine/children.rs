//! One value of many children: `subscriptions.arr.sum`.

use super::plan::ChildTake;
use crate::config::Take;
use crate::frame::{Column, Data, NO_DAY, NO_ROW, Table};
use crate::value::Value;

/// The values of the children of each parent, taken together; whether each is solid.
///
/// Children without a value are passed over; a parent whose children all lack one has none. Without
/// any child, counts and sums are 0 and all else is missing.
pub(super) fn children(
    parents: usize,
    table: &Table,
    from: usize,
    links: &[u32],
    take: ChildTake,
) -> (Column, Vec<bool>) {
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); parents];
    let mut solid = vec![true; parents];
    let mut seen = vec![NO_DAY; parents];
    let mut all = vec![0_usize; parents];
    for (row, parent) in links.iter().enumerate().filter(|(_, it)| **it != NO_ROW) {
        let parent = *parent as usize;
        let (Some(list), Some(sure), Some(day), Some(count)) = (
            values.get_mut(parent),
            solid.get_mut(parent),
            seen.get_mut(parent),
            all.get_mut(parent),
        ) else {
            continue;
        };
        *count += 1;
        *sure &= table.is_solid(from, row);
        if let Some(value) = number(table, from, row) {
            list.push(value);
        }
        if let Some(it) = table.seen(from, row) {
            *day = if *day == NO_DAY { it } else { it.min(*day) };
        }
    }
    // In one order whatever that of the rows, so that sums have the same bits.
    values.iter_mut().for_each(|it| it.sort_by(f64::total_cmp));
    let numbers = values.iter().zip(&all).map(|(list, all)| {
        let nothing = if *all == 0 { Some(0.0) } else { None };
        match take {
            ChildTake::CountTrue => some(list, |it| it.iter().sum()).or(nothing),
            ChildTake::Take(take) => taken(list, take).or(match take {
                Take::Sum => nothing,
                _ => None,
            }),
        }
    });
    let column = Column::new(Data::Number(numbers.map(|it| it.unwrap_or(f64::NAN)).collect()));
    let seen = seen.iter().any(|it| *it != NO_DAY).then_some(seen);
    (column.with_seen(seen), solid)
}

/// A value as a number: a flag is 0 or 1, a text its code.
fn number(table: &Table, slot: usize, row: usize) -> Option<f64> {
    match table.value(slot, row) {
        Value::Number(it) => Some(it),
        Value::Flag(it) => Some(f64::from(u8::from(it))),
        Value::Text(_) => match table.column(slot)?.data() {
            Data::Text { codes, .. } => codes.get(row).copied().map(f64::from),
            _ => None,
        },
        Value::Missing => None,
    }
}

fn some(list: &[f64], of: impl Fn(&[f64]) -> f64) -> Option<f64> {
    (!list.is_empty()).then(|| of(list))
}

/// One value of a sorted list.
fn taken(list: &[f64], take: Take) -> Option<f64> {
    match take {
        Take::Count => Some(list.len() as f64),
        Take::Sum => some(list, |it| it.iter().sum()),
        Take::Mean => some(list, |it| it.iter().sum::<f64>() / it.len() as f64),
        Take::Min => list.iter().copied().reduce(f64::min),
        Take::Max => list.iter().copied().reduce(f64::max),
        Take::Median => {
            let last = list.len().checked_sub(1)?;
            Some((list.get(last / 2)? + list.get(list.len() / 2)?) / 2.0)
        }
        Take::Distinct => {
            let mut sorted = list.to_vec();
            sorted.dedup_by(|left, right| left.total_cmp(right).is_eq());
            Some(sorted.len() as f64)
        }
        _ => None,
    }
}
