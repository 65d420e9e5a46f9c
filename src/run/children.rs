//! One value of many children: `subscriptions.arr.sum`.

use crate::config::Take;
use crate::frame::{Column, Data, NO_DAY, NO_ROW, Table};
use crate::metric::{distinct_of, median_of};
use crate::plan::steps::ChildTake;
use crate::value::Value;

/// The values of the children of each parent, taken together; whether each is solid.
///
/// Children without a value are passed over; a parent whose children all lack one has none, but for
/// `count`, which says how many have one. Without
/// any child, counts and sums are 0 and all else is missing. The order of the children is nothing to
/// any of them: the sums are of sorted numbers.
pub(crate) fn children(
    parents: usize,
    table: &Table,
    from: usize,
    links: &[u32],
    take: ChildTake,
) -> (Column, Vec<bool>) {
    if let ChildTake::MeanBy(by) = take {
        return mean_by(parents, table, (from, by), links);
    }
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
        if take == ChildTake::All {
            continue;
        }
        *sure &= table.is_solid(from, row);
        if let Some(value) = number(table, from, row) {
            list.push(value);
        }
        if let Some(it) = table.seen(from, row) {
            *day = if *day == NO_DAY { it } else { it.min(*day) };
        }
    }
    let numbers = values.iter().zip(&all).map(|(list, all)| {
        let value = match take {
            _ if list.is_empty() => None,
            ChildTake::CountTrue => sum(list),
            ChildTake::Take(take) => taken(list, take),
            ChildTake::All | ChildTake::MeanBy(_) => None,
        };
        from_records(take, list.len(), *all, value)
    });
    let column =
        Column::of(Data::Number(numbers.map(|number| number.unwrap_or(f64::NAN)).collect()));
    let seen = seen.iter().any(|day| *day != NO_DAY).then_some(seen);
    (column.with_seen(seen), solid)
}

/// What children come to of whose values so many are known, which come to `taken`, where there are any.
pub(crate) fn from_records(
    take: ChildTake,
    known: usize,
    all: usize,
    taken: Option<f64>,
) -> Option<f64> {
    match take {
        ChildTake::All => Some(all as f64),
        ChildTake::Take(Take::Count) => Some(known as f64),
        _ if known > 0 => taken,
        // Values none of which is known are of an unknown sum and number.
        ChildTake::CountTrue | ChildTake::Take(Take::Sum | Take::Distinct) if all == 0 => Some(0.0),
        _ => None,
    }
}

/// The mean of the children that have both a value and a weight above 0; whether each is solid.
fn mean_by(
    parents: usize,
    table: &Table,
    (from, by): (usize, usize),
    links: &[u32],
) -> (Column, Vec<bool>) {
    let mut pairs: Vec<Vec<(f64, f64)>> = vec![Vec::new(); parents];
    let mut solid = vec![true; parents];
    let mut seen = vec![NO_DAY; parents];
    for (row, parent) in links.iter().enumerate().filter(|(_, it)| **it != NO_ROW) {
        let parent = *parent as usize;
        let (Some(list), Some(sure), Some(day)) =
            (pairs.get_mut(parent), solid.get_mut(parent), seen.get_mut(parent))
        else {
            continue;
        };
        let (value, weight) = (table.number(from, row), table.number(by, row));
        let nothing = weight <= 0.0 && table.is_solid(by, row);
        *sure &= nothing || table.is_solid(from, row) && table.is_solid(by, row);
        if !value.is_nan() && weight > 0.0 {
            list.push((value, weight));
            for it in [from, by].into_iter().filter_map(|slot| table.seen(slot, row)) {
                *day = if *day == NO_DAY { it } else { it.min(*day) };
            }
        }
    }
    let mean = |mut list: Vec<(f64, f64)>| {
        list.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        let weight: f64 = list.iter().map(|pair| pair.1).sum();
        let mean = list.iter().map(|pair| pair.0 * pair.1).sum::<f64>() / weight;
        // Weights so small that products lose digits take no mean out of what it is of.
        match (list.first(), list.last()) {
            (Some(low), Some(high)) if mean.is_finite() => mean.clamp(low.0, high.0),
            _ => f64::NAN,
        }
    };
    let column = Column::of(Data::Number(pairs.into_iter().map(mean).collect()));
    let seen = seen.iter().any(|day| *day != NO_DAY).then_some(seen);
    (column.with_seen(seen), solid)
}

/// A value as a number: a flag is 0 or 1, a text its code.
pub(crate) fn number(table: &Table, slot: usize, row: usize) -> Option<f64> {
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

/// The sum, the same to the bit whatever the order.
fn sum(list: &[f64]) -> Option<f64> {
    let mut sorted = list.to_vec();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| sorted.iter().sum())
}

/// What numbers come to.
fn taken(list: &[f64], take: Take) -> Option<f64> {
    match take {
        Take::Sum => sum(list),
        Take::Mean => Some(sum(list)? / list.len() as f64),
        Take::Min => list.iter().copied().reduce(f64::min),
        Take::Max => list.iter().copied().reduce(f64::max),
        Take::Median => median_of(list.to_vec()),
        Take::Distinct => {
            // Adding 0 makes -0 a 0.
            distinct_of(list.iter().map(|value| Some((value + 0.0).to_bits())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ChildTake, children};
    use crate::config::Take;
    use crate::frame::{Column, Table};
    use crate::value::Value;

    /// What the children of one parent come to.
    fn check(values: &[Option<f64>], take: Take) -> Value {
        let ids = (0..values.len()).map(|row| Arc::from(row.to_string())).collect();
        let mut table = Table::default().again(ids, 1);
        table.set(0, Column::numbers(values.iter().copied()), None);
        let links = vec![0; values.len()];
        children(1, &table, 0, &links, ChildTake::Take(take)).0.value(0)
    }

    #[test]
    fn the_order_of_children_changes_no_bit() {
        let forth = [1e16, 1.0, -1e16, 0.1, 0.2, 0.3, 7.7, -0.0].map(Some);
        let mut back = forth;
        back.reverse();
        let mut turned = forth;
        turned.rotate_left(3);
        for take in [Take::Sum, Take::Mean, Take::Median, Take::Distinct, Take::Min, Take::Max] {
            let bits = |it: &[Option<f64>]| check(it, take).number().map(f64::to_bits);
            assert_eq!(bits(&forth), bits(&back), "{take:?}");
            assert_eq!(bits(&forth), bits(&turned), "{take:?}");
        }
    }

    #[test]
    fn a_mean_by_the_smallest_weights_lies_among_its_values() {
        for (value, weight) in [(74.8, 5e-324), (60.3, 1e-323), (0.1, f64::MIN_POSITIVE)] {
            let mut table = Table::default().again(["a".into()].into(), 2);
            table.set(0, Column::numbers([Some(value)]), None);
            table.set(1, Column::numbers([Some(weight)]), None);
            let mean = children(1, &table, 0, &[0], ChildTake::MeanBy(1)).0.value(0);
            assert_eq!(mean, Value::Number(value), "by {weight}");
        }
    }

    #[test]
    fn children_are_taken_as_records_are() {
        for (values, take, expected) in [
            (&[][..], Take::Distinct, Some(0.0)),
            (&[None, None], Take::Distinct, None),
            (&[Some(1.0), None, Some(1.0)], Take::Distinct, Some(1.0)),
            (&[Some(0.0), Some(-0.0)], Take::Distinct, Some(1.0)),
            (&[], Take::Median, None),
            (&[Some(3.0), None, Some(1.0)], Take::Median, Some(2.0)),
            (&[Some(f64::MAX), Some(f64::MAX)], Take::Median, Some(f64::MAX)),
            (&[], Take::Sum, Some(0.0)),
            (&[None], Take::Sum, None),
        ] {
            let got = check(values, take).number();
            assert_eq!(got, expected, "{take:?} of {values:?}");
        }
    }
}
