//! Who is there, as Python says it: kinds of which all subjects are given, and subjects that are gone.

use foretell::frame::SubjectKind;
use foretell::node::Node;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString};

use crate::convert::{kind, to_node};
use crate::errors::input_error;

/// The kinds of which all subjects are given.
pub(crate) fn complete(py: Python<'_>, it: &Bound<'_, PyAny>) -> PyResult<Vec<SubjectKind>> {
    let wanted = "`complete` is a list of kinds of subjects, such as `[\"subscriptions\"]`";
    if it.is_instance_of::<PyString>() || it.cast::<PyMapping>().is_ok() {
        return Err(input_error(py, wanted));
    }
    let mut all = Vec::new();
    for name in it.try_iter()? {
        let name = name?.extract::<String>().map_err(|_| input_error(py, wanted))?;
        all.push(kind(py, &name)?);
    }
    Ok(all)
}

/// The subjects that are gone: pairs of a kind and an id, or ids by kind.
pub(crate) fn gone(py: Python<'_>, it: &Bound<'_, PyAny>) -> PyResult<Vec<(SubjectKind, String)>> {
    let wanted = "`gone` is a list of pairs such as `(\"subscription\", \"s1\")`, or a dict of lists of ids by kind";
    let wrong = || input_error(py, wanted);
    let mut all = Vec::new();
    if let Ok(by_kind) = it.cast::<PyMapping>() {
        for pair in by_kind.items()?.iter() {
            let (name, ids) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            let kind = kind(py, &name.extract::<String>().map_err(|_| wrong())?)?;
            if ids.is_instance_of::<PyString>() {
                return Err(wrong());
            }
            for it in ids.try_iter()? {
                all.push((kind, id(&it?)?.ok_or_else(wrong)?));
            }
        }
        return Ok(all);
    }
    if it.is_instance_of::<PyString>() {
        return Err(wrong());
    }
    for pair in it.try_iter()? {
        let pair = pair?.extract::<[Bound<'_, PyAny>; 2]>();
        let [name, of] = pair.map_err(|_| wrong())?;
        let kind = kind(py, &name.extract::<String>().map_err(|_| wrong())?)?;
        all.push((kind, id(&of)?.ok_or_else(wrong)?));
    }
    Ok(all)
}

/// An id as those of a table: a text or a whole number.
fn id(it: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    Ok(match to_node(it)? {
        Node::Text(it) => Some(it),
        Node::Int(it) => Some(it.to_string()),
        _ => None,
    })
}
