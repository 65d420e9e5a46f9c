//! Whether a state can be gone on from, and why there is no assessment.

use foretell::engine::AssessError;
use foretell::frame::SubjectKind;
use foretell::time::AsOf;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arg::Arg;
use crate::errors::{input_faults, past_error, state_error, state_faults};
use crate::state::State;

/// The state to go on from. One that cannot be used is an error here, where the library goes on without it.
pub(crate) fn past(
    py: Python<'_>,
    state: Option<Arg<Bound<'_, State>>>,
    as_of: AsOf,
) -> PyResult<foretell::State> {
    let Some(state) = state else { return Ok(foretell::State::new()) };
    let state = &state.get().0;
    match state.as_of() {
        Some(last) if is_later(last, as_of) => Err(past_error(py, last, as_of)),
        _ => Ok(state.clone()),
    }
}

/// Whether one comes after another; two moments are compared whatever the offsets that they were written with.
pub(crate) fn is_later(last: AsOf, as_of: AsOf) -> bool {
    match last.moment().zip(as_of.moment()) {
        Some((last, as_of)) => last > as_of,
        None => last > as_of,
    }
}

/// Why there is no assessment, as an exception; a guard has its assessment beside it and is raised by `assess`.
pub(crate) fn refused(py: Python<'_>, error: AssessError) -> PyErr {
    match error {
        AssessError::Past { state, as_of } => past_error(py, state, as_of),
        AssessError::NoIds(it) => input_faults(py, &it),
        AssessError::State(it) => state_faults(py, &it),
        other => state_error(other.to_string()),
    }
}

/// Whether a row has its id.
pub(crate) fn has_id(row: &Bound<'_, PyAny>, kind: SubjectKind) -> PyResult<bool> {
    let cells = row.py().get_type::<PyDict>().call1((row,))?.cast_into::<PyDict>()?;
    let there = |name: &str| Ok::<_, PyErr>(cells.get_item(name)?.is_some_and(|it| !it.is_none()));
    Ok(there("id")? || there(&format!("{kind}_id"))?)
}
