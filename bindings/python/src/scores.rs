//! Scores in columns.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use chrono::NaiveDate;
use foretell::frame::SubjectKind;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use crate::capsule::{export, export_schema};
use crate::convert::kind;
use crate::errors::faults;
use crate::table::Table;

/// Scores, bands and what rules say, in columns, one row a subject: an Arrow table for whoever reads it.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Scores {
    inner: foretell::Scores,
    main: SubjectKind,
    ids: BTreeMap<SubjectKind, String>,
    batch: RecordBatch,
}

#[pymethods]
impl Scores {
    /// The day for which they were made.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.inner.as_of()
    }

    /// What was wrong with the input or the state.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        faults(py, self.inner.faults())
    }

    /// The table of a kind of subject; of the main one if none is named.
    #[pyo3(signature = (kind=None))]
    fn table(&self, py: Python<'_>, kind: Option<&str>) -> PyResult<Table> {
        let kind = kind.map_or(Ok(self.main), |it| self::kind(py, it))?;
        if kind == self.main {
            return Ok(Table(self.batch.clone()));
        }
        Ok(Table(py.detach(|| batch(&self.inner, kind, &self.ids))))
    }

    /// The table as an Arrow stream, for whoever reads it.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        export(py, &self.batch)
    }

    /// The schema of the table, for whoever reads it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.batch.schema())
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        let cards: Vec<&str> = self.inner.scorecards().map(|it| it.0).collect();
        let (day, rows) = (self.inner.as_of(), self.batch.num_rows());
        format!("<foretell.Scores of {day}: {rows} {}, {}>", self.main.plural(), cards.join(", "))
    }
}

impl Scores {
    pub(crate) fn of(
        inner: foretell::Scores,
        main: SubjectKind,
        ids: BTreeMap<SubjectKind, String>,
    ) -> Self {
        let batch = batch(&inner, main, &ids);
        Self { inner, main, ids, batch }
    }
}

fn batch(
    inner: &foretell::Scores,
    kind: SubjectKind,
    ids: &BTreeMap<SubjectKind, String>,
) -> RecordBatch {
    let usual = format!("{kind}_id");
    foretell::arrow::scores(inner, kind, ids.get(&kind).unwrap_or(&usual))
}
