//! Columns of results on the way to a record batch.

use std::fmt::Display;
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, RecordBatch,
    RecordBatchOptions, StringArray,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{Field, Schema};
use chrono::{Datelike as _, NaiveDate};

use crate::frame::{Column, Data};

/// The first of January 1970 in days of the common era.
const EPOCH: i32 = 719_163;

/// Named columns of one length.
#[derive(Debug)]
pub(super) struct Columns {
    rows: usize,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub(super) const fn new(rows: usize) -> Self {
        Self { rows, fields: Vec::new(), arrays: Vec::new() }
    }

    pub(super) fn add(&mut self, name: impl Into<String>, array: ArrayRef) {
        // Whatever comes, no batch can be of columns of two lengths.
        debug_assert_eq!(array.len(), self.rows);
        self.fields.push(Field::new(name.into(), array.data_type().clone(), true));
        self.arrays.push(array);
    }

    pub(super) fn texts<T: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        texts: impl IntoIterator<Item = Option<T>>,
    ) {
        let mut all = StringBuilder::new();
        texts.into_iter().for_each(|text| all.append_option(text));
        self.add(name, Arc::new(all.finish()));
    }

    /// Texts of things that have one.
    pub(super) fn shown<T: Display>(
        &mut self,
        name: impl Into<String>,
        all: impl IntoIterator<Item = T>,
    ) {
        self.texts(name, all.into_iter().map(|value| Some(value.to_string())));
    }

    pub(super) fn numbers(
        &mut self,
        name: impl Into<String>,
        all: impl IntoIterator<Item = Option<f64>>,
    ) {
        self.add(name, Arc::new(all.into_iter().collect::<Float64Array>()));
    }

    pub(super) fn flags(
        &mut self,
        name: impl Into<String>,
        all: impl IntoIterator<Item = Option<bool>>,
    ) {
        let all =
            all.into_iter().map(|flag| flag.map_or(Data::NO_FLAG, u8::from)).collect::<Vec<u8>>();
        self.bytes(name, &all, |it| *it == 1, |it| *it < Data::NO_FLAG);
    }

    /// Flags of things that say whether they are true, and whether they say anything.
    pub(super) fn bytes<T>(
        &mut self,
        name: impl Into<String>,
        all: &[T],
        is_true: impl Fn(&T) -> bool,
        is_known: impl Fn(&T) -> bool,
    ) {
        let array = BooleanArray::new(packed(all, is_true), nulls(all, is_known));
        self.add(name, Arc::new(array));
    }

    pub(super) fn days(
        &mut self,
        name: impl Into<String>,
        all: impl IntoIterator<Item = Option<NaiveDate>>,
    ) {
        let mut days = Date32Builder::new();
        let day = |it: NaiveDate| it.num_days_from_ce() - EPOCH;
        all.into_iter().for_each(|it| days.append_option(it.map(day)));
        self.add(name, Arc::new(days.finish()));
    }

    /// A column as the engine has it.
    pub(super) fn column(&mut self, name: impl Into<String>, column: &Column) {
        match column.data() {
            Data::Number(all) => {
                let nulls = nulls(all, |it| !it.is_nan());
                self.add(name, Arc::new(Float64Array::new(ScalarBuffer::from(all.clone()), nulls)));
            }
            Data::Flag(all) => self.bytes(name, all, |it| *it == 1, |it| *it < Data::NO_FLAG),
            Data::Text { codes, labels } => self.categories(name, codes, labels.texts()),
        }
    }

    /// Texts by code: a dictionary, so that each stands once.
    pub(super) fn categories<T: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        codes: &[u32],
        texts: &[T],
    ) {
        let is_known = |it: &u32| (*it as usize) < texts.len();
        let keys: Vec<i32> = codes.iter().map(|code| i32::try_from(*code).unwrap_or(0)).collect();
        let keys = Int32Array::new(ScalarBuffer::from(keys), nulls(codes, is_known));
        let values: StringArray = texts.iter().map(|text| Some(text.as_ref())).collect();
        // Every key has a value.
        let none = || DictionaryArray::<Int32Type>::from_iter(codes.iter().map(|_| None::<&str>));
        let array = DictionaryArray::try_new(keys, Arc::new(values)).unwrap_or_else(|_| none());
        self.add(name, Arc::new(array));
    }

    pub(super) fn finish(self) -> RecordBatch {
        let schema = Arc::new(Schema::new(self.fields));
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::clone(&schema), self.arrays, &options)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema))
    }
}

/// One bit for each.
fn packed<T>(all: &[T], is: impl Fn(&T) -> bool) -> BooleanBuffer {
    let mut bits: Vec<u8> = Vec::with_capacity(all.len().div_ceil(8));
    // Bytes first, then eight of them to one: both go for many rows at a time.
    let (blocks, rest) = all.as_chunks::<64>();
    for block in blocks.iter().map(<[T; 64]>::as_slice).chain([rest]) {
        let mut flags = [0u8; 64];
        flags.iter_mut().zip(block).for_each(|(flag, it)| *flag = u8::from(is(it)));
        let bytes = flags.as_chunks::<8>().0.iter().map(|it| gathered(*it));
        bits.extend(bytes.take(block.len().div_ceil(8)));
    }
    BooleanBuffer::new(bits.into(), 0, all.len())
}

/// Eight bytes of 0 or 1 as eight bits, the first as the lowest.
const fn gathered(flags: [u8; 8]) -> u8 {
    // The product brings the byte at place n to bit 56 + n; nothing else comes up there.
    u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080).to_be_bytes()[0]
}

/// Which are null; none where all are known.
fn nulls<T>(all: &[T], is_known: impl Fn(&T) -> bool) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(packed(all, is_known));
    (nulls.null_count() > 0).then_some(nulls)
}
