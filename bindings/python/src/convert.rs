//! Values of Python and documents of the library.

use chrono::NaiveDate;
use foretell::Faults;
use foretell::fault::Fault;
use foretell::frame::SubjectKind;
use foretell::node::{Node, read_cells};
use foretell::time::{AsOf, Stamp, Zone};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDict, PyFloat, PyInt, PyList, PyMapping, PySequence, PyString,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::errors::{input_error, input_faults};

/// How deep a value of Python may be: deeper than any document, so that one that holds itself ends.
const DEEPEST: usize = 32;

/// A day or a moment: a `datetime.date` or `datetime.datetime`, a scalar of pandas or NumPy, or a text.
///
/// pandas and NumPy write a day as its midnight: without a zone that is the day.
pub(crate) fn as_of(it: &Bound<'_, PyAny>) -> PyResult<AsOf> {
    let text = match it.is_instance_of::<PyDate>() && !is_nat(it)? {
        true => it.call_method0("isoformat")?.extract::<String>()?,
        false => it.str()?.to_string(),
    };
    let stamp = text.trim().parse::<Stamp>().map_err(|why| {
        if text.trim().parse::<NaiveDate>().is_ok() {
            return input_error(it.py(), why);
        }
        let what = it.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
        let message = format!(
            "expected a day such as `2026-03-01` or a moment, got `{}` ({what})",
            shorten(&text)
        );
        input_error(it.py(), message)
    })?;
    let has_no_days = it.hasattr("nanosecond")? || it.hasattr("dtype")?;
    let midnight = Stamp::local(stamp.date().and_time(chrono::NaiveTime::MIN));
    Ok(if has_no_days && stamp == midnight { stamp.date().into() } else { stamp.into() })
}

/// A zone: its name or offset, a `zoneinfo.ZoneInfo` or `datetime.timezone`, or offsets as a dict.
pub(crate) fn zone(it: &Bound<'_, PyAny>) -> PyResult<Zone> {
    if it.cast::<PyMapping>().is_ok() {
        return read(it, "zone");
    }
    let text = it.str()?.to_string();
    let text = text.strip_prefix("UTC").filter(|it| !it.is_empty()).unwrap_or(&text);
    text.parse().map_err(|why| input_error(it.py(), format!("zone: {why}")))
}

/// Whether a date is `NaT`, which is not what it is: what NumPy and pandas have where there is no date.
fn is_nat(it: &Bound<'_, PyAny>) -> PyResult<bool> {
    it.ne(it)
}

/// The text of a file, read by Python, so that its errors name the file.
pub(crate) fn file(path: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = path.py();
    let path = py.import("pathlib")?.call_method1("Path", (path,))?;
    let text = path.call_method1("read_text", ("utf-8",)).map_err(|error| {
        if !error.is_instance_of::<PyOSError>(py) {
            return error;
        }
        let known = py
            .import("foretell._errors")
            .and_then(|it| it.call_method1("unread", (error.value(py),)));
        let raised = known.map_or_else(|it| it, PyErr::from_value);
        raised.set_cause(py, Some(error));
        raised
    })?;
    text.extract()
}

/// A text in at most 60 characters.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A kind of subject by its name.
pub(crate) fn kind(py: Python<'_>, name: &str) -> PyResult<SubjectKind> {
    let known = SubjectKind::ALL.into_iter().find(|it| it.name() == name || it.plural() == name);
    known.ok_or_else(|| {
        let names = kinds();
        input_error(
            py,
            format!("`{}` is no kind of subject: expected one of {names}", shorten(name)),
        )
    })
}

/// The names of all kinds.
pub(crate) fn kinds() -> String {
    SubjectKind::ALL.map(|it| format!("`{it}`")).join(", ")
}

/// A document as dicts, lists and plain values.
pub(crate) fn to_python<'py>(py: Python<'py>, it: &Node) -> PyResult<Bound<'py, PyAny>> {
    Ok(match it {
        Node::Null | Node::Removed => py.None().into_bound(py),
        Node::Bool(it) => PyBool::new(py, *it).to_owned().into_any(),
        Node::Int(it) => PyInt::new(py, *it).into_any(),
        Node::Float(it) => PyFloat::new(py, *it).into_any(),
        Node::Text(it) => PyString::new(py, it).into_any(),
        Node::List(all) => {
            let all = all.iter().map(|it| to_python(py, it)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, all)?.into_any()
        }
        Node::Table(all) => {
            let dict = PyDict::new(py);
            for (key, it) in all {
                dict.set_item(key, to_python(py, it)?)?;
            }
            dict.into_any()
        }
    })
}

/// Anything that serde can write, as dicts, lists and plain values.
pub(crate) fn plain<'py, T: Serialize + ?Sized>(
    py: Python<'py>,
    value: &T,
) -> PyResult<Bound<'py, PyAny>> {
    let node = Node::of(value).map_err(|it| input_error(py, it.to_string()))?;
    to_python(py, &node)
}

/// Dicts, lists and plain values as a document; days as texts.
pub(crate) fn to_node(it: &Bound<'_, PyAny>) -> PyResult<Node> {
    node(it, 0)
}

fn node(it: &Bound<'_, PyAny>, depth: usize) -> PyResult<Node> {
    if depth > DEEPEST {
        return Err(input_error(
            it.py(),
            format!("expected at most {DEEPEST} levels of dicts and lists"),
        ));
    }
    if it.is_none() {
        return Ok(Node::Null);
    }
    if let Ok(it) = it.cast::<PyBool>() {
        return Ok(Node::Bool(it.is_true()));
    }
    if it.is_instance_of::<PyInt>() {
        return Ok(match it.extract::<i64>() {
            Ok(it) => Node::Int(it),
            Err(_) => Node::Text(it.str()?.to_string()),
        });
    }
    if let Ok(it) = it.cast::<PyFloat>() {
        let it = it.value();
        return Ok(if it.is_nan() { Node::Null } else { Node::Float(it) });
    }
    if let Ok(it) = it.cast::<PyString>() {
        return Ok(Node::Text(it.to_cow()?.into_owned()));
    }
    if it.is_instance_of::<PyDate>() {
        let text = || it.call_method0("isoformat")?.extract();
        return Ok(if is_nat(it)? { Node::Null } else { Node::Text(text()?) });
    }
    if let Some(it) = scalar(it)? {
        return node(&it, depth + 1);
    }
    if let Ok(it) = it.cast::<PyMapping>() {
        let mut all = Vec::new();
        for pair in it.items()?.iter() {
            let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            all.push((key.str()?.to_string(), node(&value, depth + 1)?));
        }
        return Ok(Node::Table(all));
    }
    if let Ok(it) = it.cast::<PySequence>() {
        let all = it.try_iter()?.map(|it| node(&it?, depth + 1)).collect::<PyResult<_>>()?;
        return Ok(Node::List(all));
    }
    // What pandas has where nothing is.
    if it.get_type().name()? == "NAType" {
        return Ok(Node::Null);
    }
    // A decimal: what it says of itself.
    if let Ok(number) = it.extract::<f64>() {
        return Ok(if number.is_nan() { Node::Null } else { Node::Text(it.str()?.to_string()) });
    }
    let what = it.get_type().name()?;
    Err(input_error(it.py(), format!("expected a plain value, a dict or a list, got `{what}`")))
}

/// The value of a scalar of NumPy as one of Python.
fn scalar<'py>(it: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let (Ok(sort), Ok(0)) = (
        it.getattr("dtype").and_then(|it| it.getattr("kind")?.extract::<String>()),
        it.getattr("ndim").and_then(|it| it.extract::<usize>()),
    ) else {
        return Ok(None);
    };
    Ok(Some(match sort.as_str() {
        // Of nanoseconds `item` is a number.
        "M" if is_nat(it)? => it.py().None().into_bound(it.py()),
        "M" => it.str()?.into_any(),
        _ => it.call_method0("item")?,
    }))
}

/// Something that serde can read, from dicts, lists and plain values. `what` says what it is.
pub(crate) fn read<T: DeserializeOwned>(it: &Bound<'_, PyAny>, what: &str) -> PyResult<T> {
    let node = to_node(it)?;
    read_cells(&node).map_err(|error| {
        let fault: Fault = error.into_fault(what);
        input_faults(it.py(), &Faults(vec![fault]))
    })
}

/// `1 alert`, `2 alerts`.
pub(crate) fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// A kind of values, in a word.
pub(crate) const fn word_of(it: foretell::value::Kind) -> &'static str {
    match it {
        foretell::value::Kind::Number => "number",
        foretell::value::Kind::Flag => "flag",
        foretell::value::Kind::Text => "text",
        _ => "other",
    }
}
