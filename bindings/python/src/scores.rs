//! Scores in columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{FieldRef, Schema};
use chrono::{DateTime, NaiveDate, Utc};
use foretell::arrow::{self, ScoredTable};
use foretell::frame::SubjectKind;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyList};

use crate::arg::Arg;
use crate::capsule::{export, export_schema};
use crate::convert::{kind, plain};
use crate::errors::faults;
use crate::input::Keys;
use crate::table::{Table, to_pandas, to_polars, to_pyarrow};

/// Scores, bands and what rules say, in columns, one row a subject: an Arrow table for whoever reads it.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Scores {
    inner: foretell::Scores,
    main: SubjectKind,
    keys: BTreeMap<SubjectKind, Keys>,
    table: Table,
}

#[pymethods]
impl Scores {
    /// The day for which they were made.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.inner.as_of().day()
    }

    /// The moment as of which it was made, in UTC; `None` where that is the end of the day.
    #[getter]
    fn moment(&self) -> Option<DateTime<Utc>> {
        self.inner.as_of().moment().map(|it| it.and_utc())
    }

    /// What was wrong with the input or the state.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        faults(py, self.inner.faults())
    }

    /// What the config wants and was not given, where there is no book, one dict a kind of subject: `NotGiven` with `kind`,
    /// `tables` and `columns`. `assess` says more.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner.notes())
    }

    /// The table of a kind of subject; of the main one if none is named.
    #[pyo3(signature = (kind=None))]
    fn table(&self, py: Python<'_>, kind: Option<Arg<String>>) -> PyResult<Table> {
        let kind = kind.map_or(Ok(self.main), |it| self::kind(py, &it))?;
        if kind == self.main {
            let (schema, batches) = (self.table.schema.clone(), self.table.batches.clone());
            return Ok(Table { schema, batches });
        }
        Ok(py.detach(|| table(&self.inner, kind, &self.keys)))
    }

    /// The table as an Arrow stream, for whoever reads it.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        export(py, &self.table.schema, &self.table.batches)
    }

    /// The schema of the table, for whoever reads it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.table.schema)
    }

    /// The table as a `pyarrow.Table`; needs pyarrow.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_pyarrow(slf.as_any())
    }

    /// The table as a `polars.DataFrame`; needs polars.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_polars(slf.as_any())
    }

    /// The table as a `pandas.DataFrame`; needs pandas and pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_pandas(slf.as_any())
    }

    /// One dict a row.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.table.to_pylist(py)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.table.__iter__(py)
    }

    fn __len__(&self) -> usize {
        self.table.rows()
    }

    /// Whether they are of one day, with the same ids and results in the same order.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|it| {
            let it = it.get();
            self.inner.as_of() == it.inner.as_of() && self.table.same(&it.table)
        })
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        self.table._repr_html_(py)
    }

    fn __repr__(&self) -> String {
        let cards: Vec<&str> = self.inner.scorecards().map(|it| it.0).collect();
        let (day, rows) = (self.inner.as_of(), self.table.rows());
        format!("<foretell.Scores of {day}: {rows} {}, {}>", self.main.plural(), cards.join(", "))
    }
}

impl Scores {
    pub(crate) fn of(
        inner: foretell::Scores,
        main: SubjectKind,
        keys: BTreeMap<SubjectKind, Keys>,
    ) -> Self {
        let table = table(&inner, main, &keys);
        Self { inner, main, keys, table }
    }

    /// Scores of a table alone, in the pieces in which they were made.
    pub(crate) fn of_table(scored: ScoredTable, main: SubjectKind, keys: Keys) -> Self {
        let table = beside(&keys, &scored.batches);
        Self { inner: scored.last, main, keys: BTreeMap::from([(main, keys)]), table }
    }
}

/// The table of a kind: ids as they came, in the pieces in which they came, or those of a book as texts.
fn table(inner: &foretell::Scores, kind: SubjectKind, keys: &BTreeMap<SubjectKind, Keys>) -> Table {
    let Some(keys) = keys.get(&kind) else {
        return Table::of(arrow::scores(inner, kind, &format!("{kind}_id")));
    };
    beside(keys, &[arrow::scores_alone(inner, kind)])
}

/// Ids beside scores, whose pieces may be others.
fn beside(keys: &Keys, scores: &[RecordBatch]) -> Table {
    let fields =
        scores.first().map(RecordBatch::schema).unwrap_or_else(|| Arc::new(Schema::empty()));
    let mut fields: Vec<FieldRef> = fields.fields().iter().cloned().collect();
    fields.insert(0, Arc::clone(&keys.field));
    let schema = Arc::new(Schema::new(fields));
    let mut batches = Vec::new();
    let mut pieces = scores.iter();
    let mut left = pieces.next().cloned();
    for ids in &keys.pieces {
        let mut from = 0;
        while from < ids.len() {
            let Some(piece) = left.take() else { break };
            let rows = piece.num_rows().min(ids.len() - from);
            let mut columns = vec![ids.slice(from, rows)];
            columns.extend_from_slice(piece.slice(0, rows).columns());
            batches.extend(RecordBatch::try_new(Arc::clone(&schema), columns));
            from += rows;
            let rest = piece.num_rows() - rows;
            left = if rest > 0 { Some(piece.slice(rows, rest)) } else { pieces.next().cloned() };
        }
    }
    Table { schema, batches }
}
