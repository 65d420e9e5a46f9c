//! The records of a business.

use std::collections::BTreeMap;

use foretell::book::{Loaded, Mode, Tables};
use foretell::fault::Fault;
use foretell::frame::SubjectKind;
use foretell::node::Node;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arg::{Arg, ours};
use crate::capsule::{import, is_arrow};
use crate::convert::{file, kind, plain, read, to_node, zone as zone_of};
use crate::errors::{faults, input_error, input_faults, record_error};

/// A longer text is no path: our choice, what Linux takes.
const LONGEST_PATH: usize = 4096;

/// The records of a business: companies, accounts, subscriptions and all that belongs to them.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Book {
    pub(crate) inner: foretell::Book,
    rejected: Vec<(String, usize, String, &'static str, Fault)>,
    faults: Vec<Fault>,
}

#[pymethods]
impl Book {
    /// Builds a book from tables by name: anything that speaks Arrow, or a list of dicts.
    ///
    /// One bad record refuses the book; with `lenient` bad records are set aside in `rejected`. `zone` is where the book's days
    /// are counted, `UTC` if it is left out: a name such as `Europe/Berlin`, an offset such as `+05:30`, or a `zoneinfo.ZoneInfo`.
    #[staticmethod]
    #[pyo3(signature = (*, lenient=false, rates=None, zone=None, **tables))]
    fn from_tables(
        py: Python<'_>,
        lenient: bool,
        rates: Option<&Bound<'_, PyAny>>,
        zone: Option<&Bound<'_, PyAny>>,
        tables: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut all = Tables::default();
        for (name, table) in tables.into_iter().flatten() {
            let name: Arg<String> = name.extract()?;
            // What a generator of the host raises is the host's.
            let table = match table.hasattr("__next__")? {
                true => {
                    PyList::new(py, table.try_iter()?.collect::<PyResult<Vec<_>>>()?)?.into_any()
                }
                false => table,
            };
            all.insert(&name, ours(py, || rows(&name, &table))?);
        }
        ours(py, || {
            if let Some(rates) = rates {
                all.set_rates(read(rates, "rates")?);
            }
            if let Some(zone) = zone {
                all.set_zone(zone_of(zone)?);
            }
            Self::load(py, all, lenient)
        })
    }

    /// Reads a book from JSON: the text itself, which begins with `{`, or the path of a file. `zone` wins over what the JSON says.
    #[staticmethod]
    #[pyo3(signature = (source, *, lenient=false, zone=None))]
    fn from_json(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        lenient: bool,
        zone: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        ours(py, || Self::read(py, source, lenient, zone))
    }

    /// The zone in which the book's days are counted.
    #[getter]
    fn zone(&self) -> String {
        self.inner.zone().to_string()
    }

    /// How many good records there are, by table; of usage, how many values.
    #[getter]
    fn counts(&self) -> BTreeMap<&'static str, usize> {
        self.inner.counts()
    }

    /// The records that were set aside, one dict each: `table`, `row` (from 0), `id`, `reason` and `fault`.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (table, row, id, reason, fault) in &self.rejected {
            let dict = PyDict::new(py);
            dict.set_item("table", table)?;
            dict.set_item("row", row)?;
            dict.set_item("id", id)?;
            dict.set_item("reason", reason)?;
            dict.set_item("fault", crate::errors::fault(py, fault)?)?;
            list.append(dict)?;
        }
        Ok(list)
    }

    /// What became of the rows: `tables` has `read`, `loaded`, `rejected` and `own_fields` (the columns that are fields of your
    /// own, with the number of rows that have them) of each table, `notes` the warnings.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let report = self.inner.report();
        let dict = PyDict::new(py);
        dict.set_item("tables", plain(py, &report.tables)?)?;
        dict.set_item("notes", faults(py, &report.notes)?)?;
        Ok(dict)
    }

    /// What is wrong with whole tables, and warnings about their columns.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        faults(py, &self.faults)
    }

    /// The ids of the subjects of a kind.
    #[pyo3(signature = (kind=Arg("subscription".to_owned())), text_signature = "($self, kind='subscription')")]
    fn subjects(&self, py: Python<'_>, kind: Arg<String>) -> PyResult<Vec<String>> {
        let kind = self::kind(py, &kind)?;
        Ok(self.inner.subjects(kind).iter().map(ToString::to_string).collect())
    }

    fn __len__(&self) -> usize {
        self.inner.subjects(SubjectKind::Subscription).len()
    }

    fn __repr__(&self) -> String {
        let counts = self.inner.counts();
        let counts: Vec<String> = counts.iter().map(|(name, it)| format!("{it} {name}")).collect();
        let rejected = match self.rejected.len() {
            0 => String::new(),
            it => format!(", {it} rejected"),
        };
        format!("<foretell.Book: {}{rejected}>", counts.join(", "))
    }
}

impl Book {
    fn read(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        lenient: bool,
        zone: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let text = match source.extract::<String>() {
            Ok(text) if text.trim_start().starts_with(['{', '[', '"']) => text,
            Ok(text) if text.len() > LONGEST_PATH => {
                let message = "the book cannot be read: the text does not begin with `{`";
                return Err(input_error(py, message));
            }
            _ => file(source)?,
        };
        let tables = py.detach(|| serde_json::from_str::<Tables>(&text));
        let mut tables =
            tables.map_err(|it| input_error(py, format!("the book cannot be read: {it}")))?;
        if let Some(zone) = zone {
            tables.set_zone(zone_of(zone)?);
        }
        Self::load(py, tables, lenient)
    }

    fn load(py: Python<'_>, tables: Tables, lenient: bool) -> PyResult<Self> {
        let mode = if lenient { Mode::Lenient } else { Mode::Strict };
        let loaded = py.detach(|| foretell::Book::load(tables, mode));
        let Loaded { book, rejected, faults, .. } = loaded.map_err(|it| record_error(py, &it))?;
        let rejected =
            rejected.into_iter().map(|it| (it.table, it.row, it.id, it.reason, it.fault));
        Ok(Self { inner: book, rejected: rejected.collect(), faults })
    }
}

/// The rows of a table: of anything that speaks Arrow, or of a list of dicts.
fn rows(name: &str, table: &Bound<'_, PyAny>) -> PyResult<Vec<Node>> {
    let py = table.py();
    if is_arrow(table) {
        let (schema, batches) = import(table, &|_| true)?;
        let rows = py.detach(|| foretell::arrow::records(&schema, &batches));
        return rows.map_err(|mut it| {
            for fault in &mut it.0 {
                fault.place.path = format!("{name}.{}", fault.place.path);
            }
            input_faults(py, &it)
        });
    }
    match to_node(table)? {
        Node::List(rows) => Ok(rows),
        other => {
            let message =
                format!("`{name}`: expected a table or a list of dicts, got {}", other.describe());
            Err(input_error(py, message))
        }
    }
}
