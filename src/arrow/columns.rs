//! Columns of results on the way to a record batch.

use std::fmt::Display;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, RecordBatchOptions,
    StringArray,
};
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
        texts.into_iter().for_each(|it| all.append_option(it));
        self.add(name, Arc::new(all.finish()));
    }

    /// Texts of things that have one.
    pub(super) fn shown<T: Display>(
        &mut self,
        name: impl Into<String>,
        all: impl IntoIterator<Item = T>,
    ) {
        self.texts(name, all.into_iter().map(|it| Some(it.to_string())));
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
        let mut flags = BooleanBuilder::new();
        all.into_iter().for_each(|it| flags.append_option(it));
        self.add(name, Arc::new(flags.finish()));
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
                let array = if all.iter().any(|it| it.is_nan()) {
                    all.iter().map(|it| (!it.is_nan()).then_some(*it)).collect()
                } else {
                    Float64Array::from(all.clone())
                };
                self.add(name, Arc::new(array));
            }
            Data::Flag(all) => self.flags(
                name,
                all.iter().map(|it| match it {
                    0 => Some(false),
                    1 => Some(true),
                    _ => None,
                }),
            ),
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
        let code = |it: &u32| i32::try_from(*it).ok().filter(|_| (*it as usize) < texts.len());
        let keys: Int32Array = codes.iter().map(code).collect();
        let values: StringArray = texts.iter().map(|it| Some(it.as_ref())).collect();
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
