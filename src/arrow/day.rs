//! Days and moments of dates and timestamps.

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, cast::AsArray as _};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate};

use super::values::{Sort, each_text, spread};
use crate::time::{Stamp, Zone};

/// The first of January 1970 in days of the common era.
const EPOCH: i32 = 719_163;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A moment with its local day, or a day alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum When {
    Day(NaiveDate),
    Moment(Stamp),
    /// Out of the range of a calendar.
    Beyond,
}

impl When {
    pub(super) fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Day(it) => Some(it),
            Self::Moment(it) => Some(it.date()),
            Self::Beyond => None,
        }
    }
}

/// The days or moments of an array of dates or timestamps; `None` of a null. Of any other array nothing. A timestamp of a
/// zone has the day that it was there; of a name that is not known it is UTC.
pub(super) fn moments(array: &dyn Array) -> Vec<Option<When>> {
    match array.data_type() {
        DataType::Date32 => plain::<Date32Type>(array, |days| day(i64::from(days))),
        DataType::Date64 => {
            plain::<Date64Type>(array, |milliseconds| day(milliseconds.div_euclid(DAY * 1000)))
        }
        DataType::Timestamp(unit, zone) => {
            let zone = zone.as_ref().map(|zone| zone.parse::<Zone>().unwrap_or(Zone::UTC));
            let zone = zone.as_ref();
            match unit {
                TimeUnit::Second => {
                    plain::<TimestampSecondType>(array, |seconds| moment(seconds, 1, zone))
                }
                TimeUnit::Millisecond => plain::<TimestampMillisecondType>(array, |milliseconds| {
                    moment(milliseconds, 1000, zone)
                }),
                TimeUnit::Microsecond => plain::<TimestampMicrosecondType>(array, |microseconds| {
                    moment(microseconds, 1_000_000, zone)
                }),
                TimeUnit::Nanosecond => plain::<TimestampNanosecondType>(array, |nanoseconds| {
                    moment(nanoseconds, 1_000_000_000, zone)
                }),
            }
        }
        _ => Vec::new(),
    }
}

fn plain<T: ArrowPrimitiveType>(
    array: &dyn Array,
    read: impl Fn(T::Native) -> When,
) -> Vec<Option<When>> {
    let values = array.as_primitive_opt::<T>().into_iter().flatten();
    values.map(|value| value.map(&read)).collect()
}

fn day(days: i64) -> When {
    let days = i32::try_from(days).ok().and_then(|days| days.checked_add(EPOCH));
    days.and_then(NaiveDate::from_num_days_from_ce_opt).map_or(When::Beyond, When::Day)
}

/// A count of parts of a second since 1970; in local time where there is no zone.
fn moment(count: i64, parts: i64, zone: Option<&Zone>) -> When {
    let nanos = count.rem_euclid(parts) * (1_000_000_000 / parts);
    let nanos = u32::try_from(nanos).unwrap_or(0);
    DateTime::from_timestamp(count.div_euclid(parts), nanos)
        .map_or(When::Beyond, |moment| When::Moment(Stamp::there(moment.naive_utc(), zone)))
}

/// The day of each row, or what stands there instead.
pub(super) fn days(array: &dyn Array) -> Vec<Result<Option<NaiveDate>, String>> {
    if let Some(all) = array.as_any_dictionary_opt() {
        return spread(all, &days(all.values()), &Ok(None));
    }
    let mut out = Vec::with_capacity(array.len());
    match Sort::of(array.data_type()) {
        Sort::Day => out.extend(moments(array).into_iter().map(|moment| match moment {
            None => Ok(None),
            Some(when) => {
                let day = when.day().ok_or_else(|| "it is beyond the calendar".to_owned())?;
                // The years of a business, as in a book.
                Stamp::read(&day.to_string()).map(|stamp| Some(stamp.date()))
            }
        })),
        _ => each_text(array, |text| {
            out.push(text.map(|text| Stamp::read(text).map(Stamp::date)).transpose());
        }),
    }
    out
}
