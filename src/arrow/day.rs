//! Days and moments of dates and timestamps.

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, cast::AsArray as _};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// The first of January 1970 in days of the common era.
const EPOCH: i32 = 719_163;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A moment, or a day alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum When {
    Day(NaiveDate),
    Moment(NaiveDateTime),
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

/// The days or moments of an array of dates or timestamps; `None` of a null. Of any other array nothing.
pub(super) fn moments(array: &dyn Array) -> Vec<Option<When>> {
    match array.data_type() {
        DataType::Date32 => plain::<Date32Type>(array, |it| day(i64::from(it))),
        DataType::Date64 => plain::<Date64Type>(array, |it| day(it.div_euclid(DAY * 1000))),
        DataType::Timestamp(TimeUnit::Second, _) => {
            plain::<TimestampSecondType>(array, |it| moment(it, 1))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            plain::<TimestampMillisecondType>(array, |it| moment(it, 1000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            plain::<TimestampMicrosecondType>(array, |it| moment(it, 1_000_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            plain::<TimestampNanosecondType>(array, |it| moment(it, 1_000_000_000))
        }
        _ => Vec::new(),
    }
}

fn plain<T: ArrowPrimitiveType>(
    array: &dyn Array,
    read: impl Fn(T::Native) -> When,
) -> Vec<Option<When>> {
    let values = array.as_primitive_opt::<T>().into_iter().flatten();
    values.map(|it| it.map(&read)).collect()
}

fn day(days: i64) -> When {
    let days = i32::try_from(days).ok().and_then(|it| it.checked_add(EPOCH));
    days.and_then(NaiveDate::from_num_days_from_ce_opt).map_or(When::Beyond, When::Day)
}

/// A count of parts of a second since 1970.
fn moment(count: i64, parts: i64) -> When {
    let nanos = count.rem_euclid(parts) * (1_000_000_000 / parts);
    let nanos = u32::try_from(nanos).unwrap_or(0);
    DateTime::from_timestamp(count.div_euclid(parts), nanos)
        .map_or(When::Beyond, |it| When::Moment(it.naive_utc()))
}
