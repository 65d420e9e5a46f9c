//! A table of results, which hands itself out by the Arrow PyCapsule interface.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use chrono::{Days, NaiveDate};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::capsule::{export, export_schema};
use crate::errors::not_found;

/// A table of results. Anything that speaks Arrow opens it: `pyarrow.table(it)`, `polars.from_arrow(it)`, DuckDB by name.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Table(pub(crate) RecordBatch);

#[pymethods]
impl Table {
    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|it| it.name().clone()).collect()
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    fn __repr__(&self) -> String {
        format!(
            "<foretell.Table: {} rows of {}>",
            self.0.num_rows(),
            self.column_names().join(", ")
        )
    }

    /// The table as an Arrow stream, for whoever reads it.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A wish; the interface lets it be passed over.
        let _ = requested_schema;
        export(py, &self.0)
    }

    /// The schema of the table, for whoever reads it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.0.schema())
    }

    /// The table as a `pyarrow.Table`; needs pyarrow.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pyarrow")?.call_method1("table", (slf,))
    }

    /// The table as a `polars.DataFrame`; needs polars.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.call_method1("DataFrame", (slf,))
    }

    /// The table as a `pandas.DataFrame`; needs pandas and pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::to_pyarrow(slf)?.call_method0("to_pandas")
    }

    /// One dict a row.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let schema = self.0.schema();
        let rows = PyList::empty(py);
        for row in 0..self.0.num_rows() {
            let dict = PyDict::new(py);
            for (field, array) in schema.fields().iter().zip(self.0.columns()) {
                dict.set_item(field.name(), cell(py, array, row)?)?;
            }
            rows.append(dict)?;
        }
        Ok(rows)
    }

    /// The values of one column.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let Some(array) = self.0.column_by_name(name) else {
            return Err(not_found(format!("there is no column `{name}`")));
        };
        let all = (0..array.len()).map(|row| cell(py, array, row)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, all)
    }
}

/// A value of one of the types that results have.
fn cell<'py>(py: Python<'py>, array: &dyn Array, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into_bound_py_any(py),
        DataType::Boolean => array.as_boolean().value(row).into_bound_py_any(py),
        DataType::Utf8 => array.as_string::<i32>().value(row).into_bound_py_any(py),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let epoch = NaiveDate::default();
            let length = Days::new(days.unsigned_abs().into());
            let day = if days < 0 {
                epoch.checked_sub_days(length)
            } else {
                epoch.checked_add_days(length)
            };
            day.into_bound_py_any(py)
        }
        DataType::Dictionary(..) => {
            let all = array.as_any_dictionary();
            let key = all.normalized_keys().get(row).copied().unwrap_or(0);
            cell(py, all.values(), key)
        }
        _ => Ok(py.None().into_bound(py)),
    }
}
