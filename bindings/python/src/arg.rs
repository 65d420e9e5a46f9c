//! Arguments, and what goes wrong on the way from Python: every error is one of this package, and the natural one too.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::Borrowed;
use pyo3::exceptions::{
    PyArithmeticError, PyAttributeError, PyLookupError, PyNotImplementedError, PyRecursionError,
    PyTypeError, PyValueError,
};
use pyo3::prelude::*;

use crate::engine::Engine;
use crate::errors::{ArgumentError, ForetellError, InputError, InternalError};
use crate::explain::Explanation;
use crate::parts::Population;
use crate::state::State;

/// An argument of which an error of another type says what was wanted.
pub(crate) struct Arg<T>(pub(crate) T);

impl<T> Deref for Arg<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The text of one that need not be there.
pub(crate) fn text(it: Option<&Arg<String>>) -> Option<&str> {
    it.map(|it| it.as_str())
}

/// What an argument is, in words.
pub(crate) trait Wanted {
    const WANTED: &'static str;
}

macro_rules! wanted {
    ($($type:ty: $text:literal,)+) => {
        $(impl Wanted for $type {
            const WANTED: &'static str = $text;
        })+
    };
}

wanted! {
    String: "a text",
    usize: "a whole number from 0",
    Vec<String>: "a list of names",
    BTreeMap<String, String>: "a dict of names",
    Bound<'_, State>: "a `foretell.State`",
    Bound<'_, Population>: "a `foretell.Population`",
    Bound<'_, Engine>: "a `foretell.Engine`",
    Bound<'_, Explanation>: "a `foretell.Explanation`",
}

impl<'a, 'py, T: FromPyObject<'a, 'py> + Wanted> FromPyObject<'a, 'py> for Arg<T> {
    type Error = PyErr;

    fn extract(it: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = it.py();
        it.extract::<T>().map(Self).map_err(|error| {
            let (error, wanted): (PyErr, _) = (error.into(), T::WANTED);
            let raised = if error.is_instance_of::<PyTypeError>(py) {
                let got = it.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
                ArgumentError::new_err(format!("expected {wanted}, got `{got}`"))
            } else {
                InputError::new_err(format!("expected {wanted}: {}", error.value(py)))
            };
            raised.set_cause(py, Some(error));
            raised
        })
    }
}

/// Does what reads values of Python. What an object of theirs raises on the way becomes an error of this package, with the
/// other as its cause; so does a panic, which is a fault of this package alone.
pub(crate) fn ours<T>(py: Python<'_>, read: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let done = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        // Whoever interrupts a function of the host's ends the whole.
        let panic = match panic.downcast::<PyErr>() {
            Ok(interrupt) => return Err(*interrupt),
            Err(panic) => panic,
        };
        let why = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
        let why = why.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let message = format!("foretell itself went wrong, which is worth a report: {why}");
        Err(InternalError::new_err(message))
    });
    done.map_err(|error| {
        let is = |class: Bound<'_, pyo3::types::PyType>| error.is_instance(py, &class);
        if is(py.get_type::<ForetellError>()) {
            return error;
        }
        let message = || format!("what was handed over cannot be read: {}", error.value(py));
        let raised = if is(py.get_type::<PyTypeError>()) || is(py.get_type::<PyAttributeError>()) {
            ArgumentError::new_err(message())
        } else if is(py.get_type::<PyValueError>())
            || is(py.get_type::<PyArithmeticError>())
            || is(py.get_type::<PyLookupError>())
            || is(py.get_type::<PyNotImplementedError>())
            || is(py.get_type::<PyRecursionError>())
        {
            InputError::new_err(message())
        } else {
            // Of the system, of an import, of whoever interrupts.
            return error;
        };
        raised.set_cause(py, Some(error));
        raised
    })
}
