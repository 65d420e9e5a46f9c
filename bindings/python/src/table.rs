//! A table of results, which hands itself out by the Arrow PyCapsule interface.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use chrono::{Days, NaiveDate};
use foretell::report::escape;
use foretell::value::Value;
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyFloat, PyIterator, PyList, PyTuple};

use crate::arg::{Arg, ours};
use crate::capsule::{export, export_schema, import};
use crate::convert::shorten;
use crate::errors::not_found;

/// How many rows a notebook shows.
const MOST_SHOWN: usize = 20;

/// A table of results. Anything that speaks Arrow opens it: `pyarrow.table(it)`, `polars.from_arrow(it)`, DuckDB by name.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Table {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|it| it.name().clone()).collect()
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.rows()
    }

    fn __len__(&self) -> usize {
        self.rows()
    }

    fn __repr__(&self) -> String {
        format!("<foretell.Table: {} rows of {}>", self.rows(), self.column_names().join(", "))
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
        export(py, &self.schema, &self.batches)
    }

    /// The schema of the table, for whoever reads it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.schema)
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
    pub(crate) fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        for batch in &self.batches {
            let columns = batch.columns().iter().map(|it| cells(py, it));
            let columns = columns.collect::<PyResult<Vec<_>>>()?;
            for row in 0..batch.num_rows() {
                let dict = PyDict::new(py);
                for (field, column) in self.schema.fields().iter().zip(&columns) {
                    dict.set_item(field.name(), column.get(row))?;
                }
                rows.append(dict)?;
            }
        }
        Ok(rows)
    }

    /// The values of one column.
    fn column<'py>(&self, py: Python<'py>, name: Arg<String>) -> PyResult<Bound<'py, PyList>> {
        let Ok(at) = self.schema.index_of(&name) else {
            return Err(not_found(format!("there is no column `{}`", shorten(&name))));
        };
        let mut all = Vec::new();
        for array in self.batches.iter().filter_map(|it| it.columns().get(at)) {
            all.extend(cells(py, array)?);
        }
        PyList::new(py, all)
    }

    /// The rows, one dict each.
    pub(crate) fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.to_pylist(py)?.try_iter()
    }

    /// Whether the columns are the same, in the same order, with the same rows.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|it| self.same(it.get()))
    }

    /// The first rows, for a notebook.
    pub(crate) fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let mut columns = Vec::new();
        for (at, field) in self.schema.fields().iter().enumerate() {
            let mut cells = Vec::new();
            for array in self.batches.iter().filter_map(|it| it.columns().get(at)) {
                let left = MOST_SHOWN.saturating_sub(cells.len()).min(array.len());
                let some = self::cells(py, &array.slice(0, left))?;
                cells.extend(some.iter().map(shown).collect::<PyResult<Vec<_>>>()?);
            }
            columns.push((field.name().as_str(), cells));
        }
        Ok(page(&columns, self.rows()))
    }

    /// Through pyarrow, which it needs.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("_restore")?;
        (make, (to_pyarrow(slf.as_any())?,)).into_pyobject(slf.py())
    }

    #[staticmethod]
    fn _restore(from: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (schema, batches) = ours(from.py(), || import(from, &|_| true))?;
        Ok(Self { schema, batches })
    }
}

impl Table {
    /// Whether all is the same but for the batches in which it stands.
    pub(crate) fn same(&self, other: &Self) -> bool {
        if self.schema.fields() != other.schema.fields() || self.rows() != other.rows() {
            return false;
        }
        let (mut ours, mut theirs) = (self.batches.iter().cloned(), other.batches.iter().cloned());
        let (mut one, mut two) = (ours.next(), theirs.next());
        while let (Some(here), Some(there)) = (&one, &two) {
            let rows = here.num_rows().min(there.num_rows());
            if here.slice(0, rows).columns() != there.slice(0, rows).columns() {
                return false;
            }
            let rest = |it: &RecordBatch| {
                let left = it.num_rows() - rows;
                (left > 0).then(|| it.slice(rows, left))
            };
            (one, two) =
                (rest(here).or_else(|| ours.next()), rest(there).or_else(|| theirs.next()));
        }
        true
    }

    /// A table of one batch.
    pub(crate) fn of(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), batches: vec![batch] }
    }

    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// Anything that speaks Arrow as a `pyarrow.Table`.
pub(crate) fn to_pyarrow<'py>(it: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    it.py().import("pyarrow")?.call_method1("table", (it,))
}

/// Anything that speaks Arrow as a `polars.DataFrame`.
pub(crate) fn to_polars<'py>(it: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    it.py().import("polars")?.call_method1("DataFrame", (it,))
}

/// Anything that speaks Arrow as a `pandas.DataFrame`.
pub(crate) fn to_pandas<'py>(it: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    to_pyarrow(it)?.call_method0("to_pandas")
}

/// A value for people to look at, as HTML.
fn shown(it: &Bound<'_, PyAny>) -> PyResult<String> {
    if it.is_none() {
        return Ok("-".to_owned());
    }
    if let Ok(it) = it.cast::<PyFloat>() {
        return Ok(Value::Number(it.value()).shown());
    }
    Ok(escape(&it.str()?.to_string()))
}

/// The first rows of columns as HTML, in the colours of whatever shows it.
fn page(columns: &[(&str, Vec<String>)], rows: usize) -> String {
    let row = |tag: &str, cells: &mut dyn Iterator<Item = String>| {
        let cells: String = cells.map(|it| format!("<{tag}>{it}</{tag}>")).collect();
        format!("<tr>{cells}</tr>")
    };
    let head = row("th", &mut columns.iter().map(|it| escape(it.0)));
    let there = columns.first().map_or(0, |it| it.1.len());
    let body: String = (0..there)
        .map(|at| row("td", &mut columns.iter().filter_map(|it| it.1.get(at).cloned())))
        .collect();
    let more = match rows - there {
        0 => String::new(),
        it => format!("<p>{it} more rows of {rows}</p>"),
    };
    format!("<table><thead>{head}</thead><tbody>{body}</tbody></table>{more}")
}

/// The values of a column of one of the types that results and ids have.
fn cells<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Vec<Bound<'py, PyAny>>> {
    fn whole<'py, T>(py: Python<'py>, array: &dyn Array) -> PyResult<Vec<Bound<'py, PyAny>>>
    where
        T: ArrowPrimitiveType<Native: IntoPyObject<'py>>,
    {
        let all = array.as_primitive_opt::<T>().into_iter().flatten();
        all.map(|it| it.into_bound_py_any(py)).collect()
    }
    fn each<'py, T: IntoPyObject<'py>>(
        py: Python<'py>,
        all: impl Iterator<Item = T>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        all.map(|it| it.into_bound_py_any(py)).collect()
    }
    match array.data_type() {
        DataType::Float64 => whole::<Float64Type>(py, array),
        DataType::Int64 => whole::<Int64Type>(py, array),
        DataType::Int32 => whole::<Int32Type>(py, array),
        DataType::Int16 => whole::<Int16Type>(py, array),
        DataType::Int8 => whole::<Int8Type>(py, array),
        DataType::UInt64 => whole::<UInt64Type>(py, array),
        DataType::UInt32 => whole::<UInt32Type>(py, array),
        DataType::UInt16 => whole::<UInt16Type>(py, array),
        DataType::UInt8 => whole::<UInt8Type>(py, array),
        DataType::Decimal128(_, 0) => whole::<Decimal128Type>(py, array),
        DataType::Decimal64(_, 0) => whole::<Decimal64Type>(py, array),
        DataType::Decimal32(_, 0) => whole::<Decimal32Type>(py, array),
        DataType::Boolean => each(py, array.as_boolean().iter()),
        DataType::Utf8 => each(py, array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => each(py, array.as_string::<i64>().iter()),
        DataType::Utf8View => each(py, array.as_string_view().iter()),
        DataType::Date32 => each(py, array.as_primitive::<Date32Type>().iter().map(|it| day(it?))),
        DataType::Dictionary(..) if !array.as_any_dictionary().values().is_empty() => {
            let all = array.as_any_dictionary();
            let (values, keys) = (cells(py, all.values())?, all.normalized_keys());
            let none = || py.None().into_bound(py);
            let cell = |(row, key): (usize, usize)| match values.get(key) {
                Some(it) if array.is_valid(row) => it.clone(),
                _ => none(),
            };
            Ok(keys.into_iter().enumerate().map(cell).collect())
        }
        _ => Ok(vec![py.None().into_bound(py); array.len()]),
    }
}

fn day(days: i32) -> Option<NaiveDate> {
    let (epoch, length) = (NaiveDate::default(), Days::new(days.unsigned_abs().into()));
    if days < 0 { epoch.checked_sub_days(length) } else { epoch.checked_add_days(length) }
}
