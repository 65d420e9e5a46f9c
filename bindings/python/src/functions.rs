//! Functions of Python that a config may call: columns in, a column out.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use foretell::Faults;
use foretell::expr::{Functions, Kind, Value};
use foretell::fault::{Code, Fault};
use foretell::frame::Column;
use foretell::node::Node;
use pyo3::exceptions::{PyBaseException, PyException};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyMapping, PySet, PyString, PyTuple};

use crate::convert::to_node;
use crate::errors::{config_error, function_error};

type One = (String, Py<PyAny>, Vec<String>, String, bool);
/// The last exception of each function.
type Raised = Arc<Mutex<BTreeMap<String, PyErr>>>;

/// The functions of an engine.
pub(crate) struct Hosts {
    /// As they were handed over, for a copy of the engine.
    pub(crate) given: Py<PyAny>,
    /// Whether what fails is raised.
    pub(crate) raises: bool,
    raised: Raised,
}

impl Hosts {
    /// Reads what `foretell._functions.read` gives.
    pub(crate) fn read(given: &Bound<'_, PyAny>, raises: bool) -> PyResult<(Self, Functions)> {
        let py = given.py();
        let raised = Raised::default();
        let mut functions = Functions::new();
        let mut faults = Vec::new();
        for (name, call, takes, returns, arrow) in given.extract::<Vec<One>>()? {
            let takes: Vec<Kind> = takes.iter().map(|it| kind(it)).collect();
            let (noted, own) = (raises.then(|| Arc::clone(&raised)), name.clone());
            let kinds = takes.clone();
            let body = move |columns: &[Column]| {
                Python::attach(|py| {
                    let done = arguments(py, columns, &kinds, arrow)
                        .and_then(|it| call.bind(py).call1(it))
                        .and_then(|it| answers(&it, columns.first().map_or(0, Column::len)));
                    done.map_err(|error| {
                        if !error.is_instance_of::<PyException>(py) {
                            // Whoever interrupts is not a failure: it ends the whole.
                            resume_unwind(Box::new(error));
                        }
                        let why = said(error.value(py).as_any());
                        if let Some(all) = &noted {
                            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                            all.insert(own.clone(), error);
                        }
                        why
                    })
                })
            };
            faults.extend(functions.register_columns(&name, &takes, kind(&returns), body).err());
        }
        if !faults.is_empty() {
            return Err(config_error(py, &Faults(faults)));
        }
        Ok((Self { given: given.clone().unbind(), raises, raised }, functions))
    }

    /// Raises what failed, if that is wanted.
    pub(crate) fn check<'a>(
        &self,
        py: Python<'_>,
        faults: impl Iterator<Item = &'a Fault>,
    ) -> PyResult<()> {
        if !self.raises {
            return Ok(());
        }
        let of = |it: &Fault| it.place.path.strip_prefix("functions.").map(str::to_owned);
        let failed: Vec<Fault> =
            faults.filter(|it| it.code == Code::Faulted && of(it).is_some()).cloned().collect();
        let Some(name) = failed.first().and_then(of) else { return Ok(()) };
        let cause = self.raised.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        let raised = function_error(py, &Faults(failed));
        raised.set_cause(py, cause);
        Err(raised)
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "flag" => Kind::Flag,
        "text" => Kind::Text,
        _ => Kind::Number,
    }
}

/// A list, or an array of pyarrow, for each parameter.
fn arguments<'py>(
    py: Python<'py>,
    columns: &[Column],
    kinds: &[Kind],
    arrow: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    let mut all = Vec::with_capacity(columns.len());
    for (column, kind) in columns.iter().zip(kinds) {
        let values = (0..column.len()).map(|row| match column.value(row) {
            Value::Number(it) => Ok(it.into_pyobject(py)?.into_any()),
            Value::Flag(it) => Ok(it.into_pyobject(py)?.to_owned().into_any()),
            Value::Text(it) => Ok(PyString::new(py, &it).into_any()),
            Value::Missing => Ok(py.None().into_bound(py)),
            other => Err(unsupported(&other)),
        });
        let list = PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)?.into_any();
        all.push(if arrow {
            let pyarrow = py.import("pyarrow")?;
            let sort = match kind {
                Kind::Number => "float64",
                Kind::Flag => "bool_",
                Kind::Text => "string",
                other => return Err(unsupported(other)),
            };
            pyarrow.call_method1("array", (list, pyarrow.call_method0(sort)?))?
        } else {
            list
        });
    }
    PyTuple::new(py, all)
}

/// A kind of value that Python has no name for yet.
fn unsupported(it: &dyn std::fmt::Debug) -> PyErr {
    PyException::new_err(format!("Python has no value for {it:?}"))
}

/// What a column of so many rows says.
fn answers(it: &Bound<'_, PyAny>, rows: usize) -> PyResult<Vec<Result<Value, String>>> {
    let mut column = it.clone();
    for method in ["to_pylist", "tolist", "to_list"] {
        if it.hasattr(method)? {
            column = it.call_method0(method)?;
            break;
        }
    }
    let is_none = column.is_none()
        || column.is_instance_of::<PyString>()
        || column.is_instance_of::<PyBytes>()
        || column.is_instance_of::<PySet>()
        || column.cast::<PyMapping>().is_ok()
        || !column.hasattr("__iter__")?;
    if is_none {
        let got = it.get_type().name()?;
        let why = format!("it returned `{got}`, expected a list or an array");
        return Ok(vec![Err(why); rows]);
    }
    column.try_iter()?.map(|it| value(&it?)).collect()
}

fn value(it: &Bound<'_, PyAny>) -> PyResult<Result<Value, String>> {
    if it.is_instance_of::<PyBaseException>() {
        return Ok(Err(said(it)));
    }
    let unread = || Ok(Err(format!("it returned `{}` among its values", it.get_type().name()?)));
    let Ok(node) = to_node(it) else { return unread() };
    Ok(Ok(match node {
        Node::Null | Node::Removed => Value::Missing,
        Node::Bool(it) => Value::Flag(it),
        Node::Int(it) => Value::Number(it as f64),
        Node::Float(it) => Value::Number(it),
        Node::Text(text) => match it.extract::<f64>() {
            // A decimal, or a number too long for others.
            Ok(number) if !it.is_instance_of::<PyString>() => Value::Number(number),
            _ => Value::Text(text.as_str().into()),
        },
        Node::List(_) | Node::Table(_) => return unread(),
    }))
}

/// An exception in words: its type, and what it says.
fn said(it: &Bound<'_, PyAny>) -> String {
    let sort = it.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
    let text = it.str().map_or_else(|_| String::new(), |it| it.to_string());
    if text.is_empty() { sort } else { format!("{sort}: {text}") }
}
