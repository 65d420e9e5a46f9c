//! One metric of all subjects.

use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::codes::NO_CODE;
use super::labels::Labels;
use crate::value::{Kind, Value};

/// The values of a column.
///
/// Two are equal where they hold the same row by row: a missing number equals a missing one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Data {
    /// Numbers; missing is NaN, and no other number is not finite.
    #[serde(with = "sparse")]
    Number(Vec<f64>),
    /// Flags: 0 is false, 1 is true, [`Data::NO_FLAG`] is missing.
    Flag(Vec<u8>),
    /// Texts by code; [`Data::NO_CODE`] is missing.
    Text {
        /// One code a row.
        codes: Vec<u32>,
        /// What the codes mean.
        labels: Arc<Labels>,
    },
}

impl Data {
    /// The missing flag.
    pub const NO_FLAG: u8 = 2;
    /// The missing text.
    pub const NO_CODE: u32 = NO_CODE;

    /// The same values with the only codes that the rest of the crate knows: one for each text, and one for what is missing.
    fn canonical(mut self) -> Self {
        match &mut self {
            Self::Number(_) => {}
            Self::Flag(all) => all.iter_mut().for_each(|flag| *flag = (*flag).min(Self::NO_FLAG)),
            Self::Text { codes, labels } => {
                if let Some((distinct, by_code)) = labels.distinct() {
                    *labels = Arc::new(distinct);
                    let code = |it: u32| by_code.get(it as usize).copied();
                    codes.iter_mut().for_each(|it| *it = code(*it).unwrap_or(Self::NO_CODE));
                }
                let end = labels.texts().len();
                for it in codes {
                    if *it as usize >= end {
                        *it = Self::NO_CODE;
                    }
                }
            }
        }
        self
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => same_numbers(one, two),
            (Self::Flag(one), Self::Flag(two)) => one == two,
            (
                Self::Text { codes: one, labels: of_one },
                Self::Text { codes: two, labels: of_two },
            ) => one == two && of_one == of_two,
            _ => false,
        }
    }
}

/// Whether numbers are the same, one by one; a missing one is the same as a missing one.
pub(crate) fn same_numbers(one: &[f64], two: &[f64]) -> bool {
    let same = |(one, two): (&f64, &f64)| match (one.is_nan(), two.is_nan()) {
        // 0 and -0 are the same number.
        (false, false) => (one + 0.0).to_bits() == (two + 0.0).to_bits(),
        (one, two) => one && two,
    };
    one.len() == two.len() && one.iter().zip(two).all(same)
}

/// One metric of all subjects, with the day of the newest input behind each value where known.
///
/// ```
/// use foretell::frame::Column;
/// use foretell::value::{Kind, Value};
///
/// let plans = Column::texts([Some("pro"), None, Some("free")]);
/// assert_eq!((plans.kind(), plans.len()), (Kind::Text, 3));
/// assert_eq!(plans.value(0).shown(), "pro");
/// assert!(plans.is_missing(1));
/// assert_eq!(plans.value(9), Value::Missing); // past the end
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Column {
    data: Data,
    /// Days of the common era; [`NO_DAY`] where unknown.
    seen: Option<Vec<i32>>,
    /// The first row that was given NaN as a value, which no frame takes.
    #[serde(skip)]
    given_nan: Option<usize>,
}

/// A column as it comes from a serde format.
#[derive(Deserialize)]
#[serde(rename = "Column")]
struct Stored {
    data: Data,
    seen: Option<Vec<i32>>,
}

impl From<Stored> for Column {
    fn from(stored: Stored) -> Self {
        Self::new(stored.data).with_seen(stored.seen)
    }
}

/// An unknown day of observation.
pub(crate) const NO_DAY: i32 = i32::MIN;

impl Column {
    /// A column of values. A text that is duplicated among the labels gets one code, that of its first place; a code that
    /// has no text is [`Data::NO_CODE`], and a flag that is none [`Data::NO_FLAG`].
    #[must_use]
    pub fn new(data: Data) -> Self {
        Self::of(data.canonical())
    }

    /// A column of values whose codes are known to be the canonical ones.
    pub(crate) const fn of(data: Data) -> Self {
        Self { data, seen: None, given_nan: None }
    }

    /// A number column; `None` is missing. NaN given as a value is no number: a frame refuses it,
    /// as it does an infinity. Where NaN means missing, say so with [`Data::Number`].
    pub fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values: Vec<Option<f64>> = values.into_iter().collect();
        let given_nan = values.iter().position(|value| value.is_some_and(f64::is_nan));
        let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Self { given_nan, ..Self::of(Data::Number(values)) }
    }

    /// A flag column.
    pub fn flags(values: impl IntoIterator<Item = Option<bool>>) -> Self {
        Self::of(Data::Flag(
            values.into_iter().map(|value| value.map_or(Data::NO_FLAG, u8::from)).collect(),
        ))
    }

    /// A text (category) column.
    pub fn texts<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut labels = Labels::default();
        let codes = values
            .into_iter()
            .map(|value| value.map_or(Data::NO_CODE, |text| labels.code(text.as_ref())))
            .collect();
        Self::of(Data::Text { codes, labels: Arc::new(labels) })
    }

    /// The same column with the day on which each value was observed, for `max_age` and ages.
    /// Days past the end of `days` are unknown.
    #[must_use]
    pub fn observed(mut self, days: impl IntoIterator<Item = Option<NaiveDate>>) -> Self {
        let mut seen: Vec<i32> = days
            .into_iter()
            .map(|day| day.map_or(NO_DAY, |day| day.num_days_from_ce()))
            .take(self.len())
            .collect();
        seen.resize(self.len(), NO_DAY);
        self.seen = Some(seen);
        self
    }

    /// The same column with observation days as day numbers of the common era.
    #[must_use]
    pub(crate) fn with_seen(mut self, seen: Option<Vec<i32>>) -> Self {
        self.seen = seen;
        self
    }

    /// The values.
    #[must_use]
    pub const fn data(&self) -> &Data {
        &self.data
    }

    /// The numbers of a column that no one else holds, to be written.
    pub(crate) fn numbers_mut(it: &mut Arc<Self>) -> &mut [f64] {
        match Arc::get_mut(it).map(Self::data_mut) {
            Some(Data::Number(all)) => all,
            _ => &mut [],
        }
    }

    /// The codes of a column that no one else holds, to be written.
    pub(crate) fn codes_mut(it: &mut Arc<Self>) -> &mut [u32] {
        match Arc::get_mut(it).map(Self::data_mut) {
            Some(Data::Text { codes, .. }) => codes,
            _ => &mut [],
        }
    }

    /// The values, to be changed in place.
    pub(crate) const fn data_mut(&mut self) -> &mut Data {
        &mut self.data
    }

    /// The day number on which the value of a row was observed.
    pub(crate) fn seen(&self, row: usize) -> Option<i32> {
        self.seen.as_ref().and_then(|days| days.get(row)).copied().filter(|day| *day != NO_DAY)
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Number(values) => values.len(),
            Data::Flag(values) => values.len(),
            Data::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether it has so many rows, and no number that no column holds.
    pub(crate) fn is_even(&self, rows: usize) -> bool {
        self.len() == rows
            && self.seen.as_ref().is_none_or(|days| days.len() == rows)
            && self.first_not_finite(self.extent()).is_none()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the values are.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match &self.data {
            Data::Number(_) => Kind::Number,
            Data::Flag(_) => Kind::Flag,
            Data::Text { .. } => Kind::Text,
        }
    }

    /// The value of a row; missing past the end.
    #[must_use]
    pub fn value(&self, row: usize) -> Value {
        match &self.data {
            Data::Number(values) => match values.get(row) {
                Some(it) if !it.is_nan() => Value::Number(*it),
                _ => Value::Missing,
            },
            Data::Flag(values) => match values.get(row) {
                Some(0) => Value::Flag(false),
                Some(1) => Value::Flag(true),
                _ => Value::Missing,
            },
            Data::Text { codes, labels } => codes
                .get(row)
                .and_then(|code| labels.text(*code))
                .map_or(Value::Missing, |text| Value::Text(Arc::clone(text))),
        }
    }

    /// Whether the value of a row is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        match &self.data {
            Data::Number(values) => values.get(row).is_none_or(|value| value.is_nan()),
            Data::Flag(values) => values.get(row).is_none_or(|value| *value > 1),
            Data::Text { codes, labels } => {
                codes.get(row).is_none_or(|code| labels.text(*code).is_none())
            }
        }
    }

    /// Takes out of `all` the rows that are missing.
    pub(crate) fn and_present(&self, rows: Range<usize>, all: &mut [bool]) {
        fn and<T>(all: &mut [bool], values: Option<&[T]>, present: impl Fn(&T) -> bool) {
            let values = values.unwrap_or(&[]);
            for (all, it) in all.iter_mut().zip(values) {
                *all &= present(it);
            }
            all.iter_mut().skip(values.len()).for_each(|known| *known = false);
        }
        match &self.data {
            Data::Number(values) => and(all, values.get(rows), |number| !number.is_nan()),
            Data::Flag(values) => and(all, values.get(rows), |flag| *flag < Data::NO_FLAG),
            Data::Text { codes, labels } => {
                and(all, codes.get(rows), |code| labels.text(*code).is_some());
            }
        }
    }

    /// The day numbers on which the values were observed, [`NO_DAY`] where unknown; none at all
    /// where no day is known.
    pub(crate) fn days(&self) -> Option<&[i32]> {
        self.seen.as_deref()
    }

    /// A column of `len` missing values.
    pub(crate) fn missing(kind: Kind, len: usize) -> Self {
        Self::of(match kind {
            Kind::Number => Data::Number(vec![f64::NAN; len]),
            Kind::Flag => Data::Flag(vec![Data::NO_FLAG; len]),
            Kind::Text => Data::Text { codes: vec![Data::NO_CODE; len], labels: Arc::default() },
        })
    }

    /// The values of other rows, in their order; missing where a row is not there.
    pub(crate) fn gather(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32], missing: T) -> Vec<T> {
            rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or(missing)).collect()
        }
        let data = match &self.data {
            Data::Number(values) => Data::Number(pick(values, rows, f64::NAN)),
            Data::Flag(values) => Data::Flag(pick(values, rows, Data::NO_FLAG)),
            Data::Text { codes, labels } => {
                Data::Text { codes: pick(codes, rows, Data::NO_CODE), labels: Arc::clone(labels) }
            }
        };
        let seen = self.seen.as_ref().map(|days| pick(days, rows, NO_DAY));
        Self { seen, ..Self::of(data) }
    }

    /// The lowest and the highest number; the wrong way round where there is none.
    pub(crate) fn extent(&self) -> (f64, f64) {
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        match &self.data {
            Data::Number(values) => {
                // Comparisons pass over NaN. In eight lanes, several of which are compared at a time.
                let mut lanes = [none; 8];
                for some in values.chunks(lanes.len()) {
                    for ((low, high), it) in lanes.iter_mut().zip(some) {
                        *low = if *it < *low { *it } else { *low };
                        *high = if *it > *high { *it } else { *high };
                    }
                }
                lanes.iter().fold(none, |all, it| (all.0.min(it.0), all.1.max(it.1)))
            }
            Data::Flag(_) | Data::Text { .. } => none,
        }
    }

    /// The first row that was given something that is no number: an infinity, or NaN as a value.
    /// `extent` is the column's.
    pub(crate) fn first_not_finite(&self, (low, high): (f64, f64)) -> Option<usize> {
        let infinite = match &self.data {
            // Where the lowest and the highest are finite, all are: one pass less over long columns.
            Data::Number(values) if low < f64::MIN || f64::MAX < high => {
                values.iter().position(|value| value.is_infinite())
            }
            _ => None,
        };
        infinite.into_iter().chain(self.given_nan).min()
    }
}

/// Numbers in serde formats, some of which know no NaN: a missing one is nothing.
mod sparse {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(all: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|number| (!number.is_nan()).then_some(*number)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let all = Vec::<Option<f64>>::deserialize(from)?;
        Ok(all.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
    }
}

/// A column of a kind from single values; what is of another kind is missing.
pub(crate) fn column_of(kind: Kind, values: &[Value]) -> Column {
    match kind {
        Kind::Number => Column::numbers(values.iter().map(Value::number)),
        Kind::Flag => Column::flags(values.iter().map(|value| match value {
            Value::Flag(it) => Some(*it),
            _ => None,
        })),
        Kind::Text => Column::texts(values.iter().map(|value| match value {
            Value::Text(it) => Some(it),
            _ => None,
        })),
    }
}
