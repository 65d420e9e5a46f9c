//! Faults and errors as the exceptions of `foretell._errors`.

use foretell::Faults;
use foretell::engine::Tripped;
use foretell::fault::{Code, Fault};
use foretell::time::AsOf;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;

use crate::assessment::Assessment;
use crate::convert::plain;

pyo3::import_exception!(foretell._errors, ArgumentError);
pyo3::import_exception!(foretell._errors, ConfigError);
pyo3::import_exception!(foretell._errors, ForetellError);
pyo3::import_exception!(foretell._errors, FunctionError);
pyo3::import_exception!(foretell._errors, GuardError);
pyo3::import_exception!(foretell._errors, InputError);
pyo3::import_exception!(foretell._errors, InternalError);
pyo3::import_exception!(foretell._errors, PastError);
pyo3::import_exception!(foretell._errors, RecordError);
pyo3::import_exception!(foretell._errors, StateError);
pyo3::import_exception!(foretell._errors, NotFoundError);

/// A fault as an object of Python.
pub(crate) fn fault<'py>(py: Python<'py>, it: &Fault) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("foretell._errors")?.getattr("Fault")?.unbind())
    })?;
    let place = &it.place;
    class.bind(py).call1((
        it.code.as_str(),
        it.severity.to_string(),
        it.message.as_str(),
        it.help.as_deref(),
        place.path.as_str(),
        place.line,
        place.column,
        place.snippet.as_deref(),
        it.render(),
    ))
}

/// Faults as objects of Python.
pub(crate) fn faults<'py>(py: Python<'py>, all: &[Fault]) -> PyResult<Bound<'py, PyList>> {
    let all = all.iter().map(|it| fault(py, it)).collect::<PyResult<Vec<_>>>()?;
    PyList::new(py, all)
}

/// An exception for faults, as they print.
fn raised(py: Python<'_>, all: &Faults, make: impl FnOnce((String, Py<PyList>)) -> PyErr) -> PyErr {
    match faults(py, all.list()) {
        Ok(list) => make((all.to_string(), list.unbind())),
        Err(error) => error,
    }
}

pub(crate) fn config_error(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, ConfigError::new_err)
}

pub(crate) fn function_error(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, FunctionError::new_err)
}

pub(crate) fn record_error(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, RecordError::new_err)
}

pub(crate) fn input_faults(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, InputError::new_err)
}

/// A text that is no state.
pub(crate) fn unread_state(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, |(text, list)| {
        StateError::new_err((cut(format!("the state cannot be read: {text}")), list))
    })
}

pub(crate) fn state_faults(py: Python<'_>, all: &Faults) -> PyErr {
    raised(py, all, StateError::new_err)
}

/// A state of a later day or moment than the one that is asked for.
pub(crate) fn past_error(py: Python<'_>, state: AsOf, as_of: AsOf) -> PyErr {
    let message = format!("the state is of {state}, later than {as_of}");
    let fault = Fault::new(Code::TimeReversed, "state.as_of", message).help(
        "assess days in order; a moment lies before the end of its day. From a state that was kept earlier days are assessed \
         again: `kept.rewind(newest)`",
    );
    raised(py, &Faults(vec![fault]), PastError::new_err)
}

/// Guards that tripped, with the assessment that they hold back.
pub(crate) fn guard_error(
    py: Python<'_>,
    tripped: &[Tripped],
    all: Vec<Fault>,
    assessment: Assessment,
) -> PyErr {
    let make = || {
        let told = tripped.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let list = faults(py, &all)?.unbind();
        let tripped = plain(py, tripped)?.unbind();
        Ok::<_, PyErr>((told, list, tripped, Py::new(py, assessment)?))
    };
    make().map_or_else(|error| error, GuardError::new_err)
}

pub(crate) fn input_error(_py: Python<'_>, message: impl Into<String>) -> PyErr {
    InputError::new_err(cut(message.into()))
}

pub(crate) fn state_error(message: impl Into<String>) -> PyErr {
    StateError::new_err(cut(message.into()))
}

/// A message that may hold a piece of whatever came, in at most 1,000 characters.
fn cut(message: String) -> String {
    match message.char_indices().nth(1_000) {
        Some((at, _)) => format!("{}…", message.get(..at).unwrap_or_default()),
        None => message,
    }
}

pub(crate) fn not_found(message: impl Into<String>) -> PyErr {
    NotFoundError::new_err(message.into())
}
