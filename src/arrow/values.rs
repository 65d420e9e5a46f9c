//! Values of arrays, whatever type holds them.

use std::fmt::Display;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{AnyDictionaryArray, Array, PrimitiveArray};
use arrow_schema::DataType;

use crate::frame::{Data, Labels};

/// The longest text of an id or a category, in bytes: our choice, far longer than any name, so that a document that
/// went astray is refused and not kept in memory; tested by `what_cannot_be_read_is_said_with_column_and_row`.
pub(super) const LONGEST_TEXT: usize = 1 << 16;

/// What the values of an array are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Flag,
    Text,
    Day,
    /// All are missing.
    Nothing,
    /// Such as lists, structs, binary texts, durations.
    Other,
}

impl Sort {
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Flag,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Self::Day,
            DataType::Null => Self::Nothing,
            DataType::Dictionary(_, values) if !matches!(**values, DataType::Dictionary(..)) => {
                Self::of(values)
            }
            it if it.is_numeric() => Self::Number,
            _ => Self::Other,
        }
    }
}

/// Each row's value of a dictionary.
pub(super) fn spread<T: Clone>(all: &dyn AnyDictionaryArray, values: &[T], missing: &T) -> Vec<T> {
    if values.is_empty() {
        return vec![missing.clone(); all.len()];
    }
    let nulls = all.keys().nulls().cloned();
    let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
    let value = |(row, key): (usize, &usize)| match values.get(*key) {
        Some(it) if !is_null(row) => it.clone(),
        _ => missing.clone(),
    };
    all.normalized_keys().iter().enumerate().map(value).collect()
}

/// The numbers of an array that holds some; a null is NaN.
pub(super) fn numbers(array: &dyn Array, out: &mut Vec<f64>) {
    match array.data_type() {
        DataType::Float64 => plain::<Float64Type>(array, out, |it| it),
        DataType::Float32 => plain::<Float32Type>(array, out, f64::from),
        DataType::Float16 => plain::<Float16Type>(array, out, f64::from),
        DataType::Int64 => plain::<Int64Type>(array, out, |number| number as f64),
        DataType::Int32 => plain::<Int32Type>(array, out, f64::from),
        DataType::Int16 => plain::<Int16Type>(array, out, f64::from),
        DataType::Int8 => plain::<Int8Type>(array, out, f64::from),
        DataType::UInt64 => plain::<UInt64Type>(array, out, |number| number as f64),
        DataType::UInt32 => plain::<UInt32Type>(array, out, f64::from),
        DataType::UInt16 => plain::<UInt16Type>(array, out, f64::from),
        DataType::UInt8 => plain::<UInt8Type>(array, out, f64::from),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array, out),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array, out),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array, out),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array, out),
        DataType::Dictionary(..) => {
            if let Some(all) = array.as_any_dictionary_opt() {
                let mut values = Vec::new();
                numbers(all.values(), &mut values);
                out.extend(spread(all, &values, &f64::NAN));
            }
        }
        _ => out.extend(std::iter::repeat_n(f64::NAN, array.len())),
    }
}

fn plain<T: ArrowPrimitiveType>(
    array: &dyn Array,
    out: &mut Vec<f64>,
    read: impl Fn(T::Native) -> f64,
) {
    let Some(array) = array.as_primitive_opt::<T>() else { return };
    let start = out.len();
    out.extend(array.values().iter().map(|value| read(*value)));
    let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else { return };
    let Some(new) = out.get_mut(start..) else { return };
    // Nulls are few: only they are looked at.
    for row in (!nulls.inner()).set_indices() {
        if let Some(it) = new.get_mut(row) {
            *it = f64::NAN;
        }
    }
}

/// Decimals by their text, which is rounded once.
fn decimal<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array, out: &mut Vec<f64>) {
    let Some(array) = array.as_primitive_opt::<T>() else { return };
    let number =
        |row| decimal_text(array, row).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    out.extend((0..array.len()).map(number));
}

/// A decimal as it is written; none where it is null.
pub(super) fn decimal_text<T: DecimalType + ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    row: usize,
) -> Option<String> {
    (row < array.len() && array.is_valid(row)).then(|| array.value_as_string(row))
}

/// The flags of an array that holds some.
pub(super) fn flags(array: &dyn Array, out: &mut Vec<u8>) {
    if let Some(all) = array.as_any_dictionary_opt() {
        let mut values = Vec::new();
        flags(all.values(), &mut values);
        out.extend(spread(all, &values, &Data::NO_FLAG));
        return;
    }
    match array.as_boolean_opt() {
        Some(it) => out.extend(it.iter().map(|flag| flag.map_or(Data::NO_FLAG, u8::from))),
        None => out.extend(std::iter::repeat_n(Data::NO_FLAG, array.len())),
    }
}

/// Hands over each text of an array of texts, not of a dictionary.
pub(super) fn each_text(array: &dyn Array, mut act: impl FnMut(Option<&str>)) {
    match array.data_type() {
        DataType::Utf8 => array.as_string_opt::<i32>().into_iter().flatten().for_each(&mut act),
        DataType::LargeUtf8 => {
            array.as_string_opt::<i64>().into_iter().flatten().for_each(&mut act);
        }
        DataType::Utf8View => array.as_string_view_opt().into_iter().flatten().for_each(&mut act),
        _ => (0..array.len()).for_each(|_| act(None)),
    }
}

/// A category column on the way.
#[derive(Debug, Default)]
pub(super) struct Categories {
    pub(super) labels: Labels,
    pub(super) codes: Vec<u32>,
}

impl Categories {
    /// Adds the texts of an array; says the first row of it whose text is too long.
    pub(super) fn add(&mut self, array: &dyn Array) -> Option<(usize, usize)> {
        if let Some(all) = array.as_any_dictionary_opt() {
            let mut values = Self { labels: std::mem::take(&mut self.labels), codes: Vec::new() };
            let long = values.add(all.values());
            self.labels = values.labels;
            self.codes.extend(spread(all, &values.codes, &Data::NO_CODE));
            return long;
        }
        let (labels, codes) = (&mut self.labels, &mut self.codes);
        let (mut row, mut long) = (0, None);
        let mut last = Data::NO_CODE;
        each_text(array, |text| {
            let code = match text {
                None => Data::NO_CODE,
                Some(it) if it.len() > LONGEST_TEXT => {
                    long = long.or(Some((row, it.len())));
                    Data::NO_CODE
                }
                // Neighbours are often alike.
                Some(it) if labels.text(last).is_some_and(|last| **last == *it) => last,
                Some(it) => {
                    last = labels.code(it);
                    last
                }
            };
            codes.push(code);
            row += 1;
        });
        long
    }
}

/// Whether ids stand in an order in which none is duplicated, after those of the array before, and none is missing:
/// whole numbers, or short texts.
pub(super) fn rises(array: &dyn Array, last: &mut Option<Id>) -> bool {
    fn whole<T: ArrowPrimitiveType<Native: Into<i64>>>(
        array: &dyn Array,
        last: &mut Option<Id>,
    ) -> bool {
        let Some(array) = array.as_primitive_opt::<T>() else { return false };
        let first = match last {
            Some(Id::Number(it)) => Some(*it),
            _ => None,
        };
        let mut before = first;
        let rises = array.values().iter().all(|value| {
            let it: i64 = (*value).into();
            before.replace(it).is_none_or(|before| before < it)
        });
        *last = before.map(Id::Number);
        array.null_count() == 0 && rises
    }
    match array.data_type() {
        DataType::Int64 => whole::<Int64Type>(array, last),
        DataType::Int32 => whole::<Int32Type>(array, last),
        DataType::Int16 => whole::<Int16Type>(array, last),
        DataType::UInt32 => whole::<UInt32Type>(array, last),
        DataType::UInt16 => whole::<UInt16Type>(array, last),
        it if Sort::of(it) == Sort::Text && !matches!(it, DataType::Dictionary(..)) => {
            let mut before = match last.take() {
                Some(Id::Text(it)) => it,
                _ => String::new(),
            };
            let mut rises = true;
            each_text(array, |text| {
                let it = text.unwrap_or_default();
                // The empty text, which comes before all others, is no id.
                rises &= before.as_str() < it && it.len() <= LONGEST_TEXT;
                if rises {
                    before.clear();
                    before.push_str(it);
                }
            });
            *last = Some(Id::Text(before));
            rises
        }
        _ => false,
    }
}

/// An id that was read last.
#[derive(Debug)]
pub(super) enum Id {
    Number(i64),
    Text(String),
}

/// Ids of an array: texts, or whole numbers as they are written, decimals without places among them. `None` where the array
/// holds no ids.
pub(super) fn ids(array: &dyn Array, out: &mut Vec<Option<Arc<str>>>) -> Option<()> {
    fn whole<T: ArrowPrimitiveType<Native: Display>>(
        array: &dyn Array,
        out: &mut Vec<Option<Arc<str>>>,
    ) -> Option<()> {
        use std::fmt::Write as _;
        let mut text = String::new();
        let mut shared = |it: T::Native| {
            text.clear();
            // A text takes whatever is written.
            let _ = write!(text, "{it}");
            Arc::from(text.as_str())
        };
        out.extend(array.as_primitive_opt::<T>()?.iter().map(|value| value.map(&mut shared)));
        Some(())
    }
    fn decimals<T: DecimalType + ArrowPrimitiveType>(
        array: &dyn Array,
        out: &mut Vec<Option<Arc<str>>>,
    ) -> Option<()> {
        let array = array.as_primitive_opt::<T>()?;
        out.extend((0..array.len()).map(|row| decimal_text(array, row).map(Arc::from)));
        Some(())
    }
    match array.data_type() {
        DataType::Int64 => whole::<Int64Type>(array, out),
        DataType::Int32 => whole::<Int32Type>(array, out),
        DataType::Int16 => whole::<Int16Type>(array, out),
        DataType::Int8 => whole::<Int8Type>(array, out),
        DataType::UInt64 => whole::<UInt64Type>(array, out),
        DataType::UInt32 => whole::<UInt32Type>(array, out),
        DataType::UInt16 => whole::<UInt16Type>(array, out),
        DataType::UInt8 => whole::<UInt8Type>(array, out),
        DataType::Decimal32(_, 0) => decimals::<Decimal32Type>(array, out),
        DataType::Decimal64(_, 0) => decimals::<Decimal64Type>(array, out),
        DataType::Decimal128(_, 0) => decimals::<Decimal128Type>(array, out),
        DataType::Dictionary(..) => {
            let all = array.as_any_dictionary_opt()?;
            let mut values = Vec::new();
            if Sort::of(all.values().data_type()) != Sort::Nothing {
                ids(all.values(), &mut values)?;
            }
            out.extend(spread(all, &values, &None));
            Some(())
        }
        it => match Sort::of(it) {
            Sort::Text => {
                each_text(array, |text| out.push(text.map(Arc::from)));
                Some(())
            }
            Sort::Nothing => {
                out.extend(std::iter::repeat_n(None, array.len()));
                Some(())
            }
            _ => None,
        },
    }
}
