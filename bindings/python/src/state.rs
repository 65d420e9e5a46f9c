//! What one assessment hands to the next.

use chrono::{DateTime, NaiveDate, Utc};
use foretell::node::Node;
use foretell::time::AsOf;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arg::Arg;
use crate::convert::to_python;
use crate::errors::{input_error, state_error};

/// The memory between two assessments: plain data, to be stored by you. A new one has no past.
#[pyclass(frozen, eq, module = "foretell")]
#[derive(PartialEq)]
pub(crate) struct State(pub(crate) foretell::State);

#[pymethods]
impl State {
    #[new]
    fn new() -> Self {
        Self(foretell::State::new())
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: Arg<String>) -> PyResult<Self> {
        let read = serde_json::from_str(&text);
        read.map(Self).map_err(|it| state_error(format!("the state cannot be read: {it}")))
    }

    /// The state as JSON; every number comes back as it was, to the last bit.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&self.0)).map_err(|it| state_error(it.to_string()))
    }

    /// The state as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let node = Node::of(&self.0).map_err(|it| input_error(py, it.to_string()))?;
        to_python(py, &node)
    }

    /// The day of the last assessment; `None` of a new state.
    #[getter]
    fn as_of(&self) -> Option<NaiveDate> {
        self.0.as_of.map(AsOf::day)
    }

    /// The moment of the last assessment, in UTC; `None` where that was the end of a day.
    #[getter]
    fn moment(&self) -> Option<DateTime<Utc>> {
        self.0.as_of?.moment().map(|it| it.and_utc())
    }

    /// The hash of the engine that made it; empty of a new state.
    #[getter]
    fn engine_hash(&self) -> &str {
        &self.0.engine
    }

    fn __repr__(&self) -> String {
        match self.0.as_of {
            Some(day) => {
                let bands: usize = self.0.bands.values().map(std::collections::BTreeMap::len).sum();
                let alerts: usize = self.0.alerts.values().map(|it| it.subjects.len()).sum();
                format!("<foretell.State of {day}: {bands} bands, {alerts} alerts>")
            }
            None => "<foretell.State without a past>".to_owned(),
        }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json(py)?,)).into_pyobject(py)
    }
}
