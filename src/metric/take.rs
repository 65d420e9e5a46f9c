//! How values of records become one number. Values come oldest first.

use std::collections::BTreeSet;

use super::slot::Got;
use crate::frame::NO_DAY;
use crate::money::Amount;

/// The values that are numbers, with their days; flags are 0 and 1.
pub(super) fn numbers<'a>(
    values: impl Iterator<Item = (i32, Got<'a>)>,
) -> impl Iterator<Item = (i32, f64)> {
    values.filter_map(|(day, it)| Some((day, it.number()?)))
}

/// The sum; amounts of money are added exactly. `None` when no value is known.
pub(super) fn sum<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    let mut money = Some(Amount::ZERO);
    let mut total = 0.0;
    let mut known = false;
    for (_, value) in values {
        let Some(number) = value.number() else { continue };
        known = true;
        total += number;
        money = match (money, value) {
            (Some(sum), Got::Amount(amount)) => sum.checked_add(amount),
            _ => None,
        };
    }
    known.then(|| money.map_or(total, Amount::to_f64))
}

/// The arithmetic mean.
pub(super) fn mean<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    let mut count = 0.0;
    let sum = sum(values.inspect(|it| count += f64::from(u8::from(it.1.number().is_some()))))?;
    Some(sum / count)
}

/// The middle value, or halfway between the two in the middle.
pub(super) fn median<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    median_of(numbers(values).map(|it| it.1).collect())
}

/// The median of numbers.
pub(crate) fn median_of(mut sorted: Vec<f64>) -> Option<f64> {
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied()?;
    let lower = sorted.get((sorted.len() - 1) / 2).copied()?;
    Some(f64::midpoint(lower, upper))
}

/// How many different values there are. 0 and -0 are one.
pub(super) fn distinct<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    distinct_of(values.map(|(_, value)| match value {
        Got::Text(it) => Some((0, 0, it)),
        Got::Flag(it) => Some((1, u64::from(it), "")),
        // Adding 0 makes -0 a 0.
        Got::Number(_) | Got::Amount(_) => value.number().map(|it| (2, (it + 0.0).to_bits(), "")),
        Got::NoRate | Got::Missing => None,
    }))
}

/// How many different keys there are; a value that is not known has none.
pub(crate) fn distinct_of<K: Ord>(keys: impl Iterator<Item = Option<K>>) -> Option<f64> {
    let mut seen: BTreeSet<K> = BTreeSet::new();
    let mut any = false;
    for key in keys {
        any = true;
        seen.extend(key);
    }
    // Values none of which is known are of an unknown number.
    if any && seen.is_empty() { None } else { Some(seen.len() as f64) }
}

/// Days until the nearest date that is not past. Dates read as days ago.
pub(super) fn days_until<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    // Subtracting from 0 gives 0, not -0, for a date of today.
    numbers(values).map(|it| 0.0 - it.1).filter(|it| *it >= 0.0).reduce(f64::min)
}

/// How many days in a row have a record, back from today, or from yesterday where today has none yet. Days come newest
/// first, none after today.
pub(super) fn streak(days: impl Iterator<Item = i32>, today: i32) -> f64 {
    let mut length = 0_i32;
    let mut last = None;
    for day in days.filter(|day| *day != NO_DAY) {
        match last {
            None if today - day > 1 => break,
            Some(last) if last == day => continue,
            Some(last) if last - day > 1 => break,
            _ => length += 1,
        }
        last = Some(day);
    }
    f64::from(length)
}

/// The least-squares slope per day; needs two days. Values without a day do not count.
pub(super) fn slope<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    let points: Vec<(f64, f64)> = numbers(values)
        .filter(|it| it.0 != NO_DAY)
        .map(|(day, value)| (f64::from(day), value))
        .collect();
    let count = points.len() as f64;
    let day = points.iter().map(|it| it.0).sum::<f64>() / count;
    let level = points.iter().map(|it| it.1).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|it| (it.0 - day) * (it.0 - day)).sum();
    let common: f64 = points.iter().map(|it| (it.0 - day) * (it.1 - level)).sum();
    if spread > 0.0 && points.first().map(|it| it.0) < points.last().map(|it| it.0) {
        Some(common / spread)
    } else {
        None
    }
}

/// The sample standard deviation, over `n - 1`; needs two values.
pub(super) fn std_dev<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> Option<f64> {
    let values: Vec<f64> = numbers(values).map(|it| it.1).collect();
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    Some((squares / (count - 1.0)).sqrt())
}

/// The mean weighted by `0.5 ^ (age / half_life)`, ages in days.
///
/// Ages are counted from the newest value: that scales every weight alike, and none becomes 0 for
/// all being old. Values without a day do not count.
pub(super) fn ewm<'a>(values: impl Iterator<Item = (i32, Got<'a>)>, half_life: f64) -> Option<f64> {
    let points: Vec<(i32, f64)> = numbers(values).filter(|it| it.0 != NO_DAY).collect();
    let newest = points.last()?.0;
    let (mut total, mut weights) = (0.0, 0.0);
    for (day, value) in points {
        let weight = (-f64::from(newest - day) / half_life).exp2();
        total += weight * value;
        weights += weight;
    }
    Some(total / weights)
}

/// How many days have a sum that is not 0.
pub(super) fn busy_days<'a>(values: impl Iterator<Item = (i32, Got<'a>)>) -> usize {
    let mut busy = 0;
    let mut day = NO_DAY;
    let mut sum = 0.0_f64;
    for (next, value) in numbers(values) {
        if next != day {
            busy += usize::from(sum.abs() > 0.0);
            (day, sum) = (next, 0.0);
        }
        sum += value;
    }
    busy + usize::from(sum.abs() > 0.0)
}
