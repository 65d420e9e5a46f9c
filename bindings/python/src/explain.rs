//! Why a score is what it is, and why it moved.

use chrono::NaiveDate;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use serde::Serialize;

use crate::convert::plain;
use crate::errors::state_error;

/// A score with everything it rests on: the contributions of its lines sum to the raw score.
#[pyclass(frozen, eq, module = "foretell")]
#[derive(PartialEq)]
pub(crate) struct Explanation(pub(crate) foretell::score::Explanation);

#[pymethods]
impl Explanation {
    /// What the subject is: `company`, `account`, `subscription` or `case`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind.name()
    }

    /// The subject's id.
    #[getter]
    fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The scorecard's name.
    #[getter]
    fn scorecard(&self) -> &str {
        &self.0.scorecard
    }

    /// The day of the assessment.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.0.as_of
    }

    /// 0 to 100; `None` where too little is measured.
    #[getter]
    fn score(&self) -> Option<f64> {
        self.0.score
    }

    /// The score before any override.
    #[getter]
    fn raw_score(&self) -> Option<f64> {
        self.0.raw_score
    }

    /// The share of weight that is measured, 0 to 1.
    #[getter]
    fn coverage(&self) -> f64 {
        self.0.coverage
    }

    /// The coverage below which there is no score, 0 to 1.
    #[getter]
    fn min_coverage(&self) -> f64 {
        self.0.min_coverage
    }

    /// The score with every missing input at its worst and at its best.
    #[getter]
    fn interval(&self) -> Option<(f64, f64)> {
        self.0.interval.map(|[low, high]| (low, high))
    }

    /// The band, held by margin and stay.
    #[getter]
    fn band(&self) -> Option<&str> {
        self.0.band.as_deref()
    }

    /// The band of the score alone.
    #[getter]
    fn raw_band(&self) -> Option<&str> {
        self.0.raw_band.as_deref()
    }

    /// The day of the oldest input that counts, where known.
    #[getter]
    fn oldest_input(&self) -> Option<NaiveDate> {
        self.0.oldest_input
    }

    /// Who the subject is.
    #[getter]
    fn segment(&self) -> Option<&str> {
        self.0.segment.as_deref()
    }

    /// Where on the journey it is.
    #[getter]
    fn stage(&self) -> Option<&str> {
        self.0.stage.as_deref()
    }

    /// What changed the score by hand or by rule, in words.
    #[getter]
    fn overridden(&self) -> Option<&str> {
        self.0.overridden.as_deref()
    }

    /// Why there is no score: `nothing_applies`, `nothing_measured` or `coverage`; `None` where there is one.
    #[getter]
    fn no_score<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.no_score())
    }

    /// The factors, one dict each, in the order of the config.
    #[getter]
    fn lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        lines(py, self.0.lines.iter())
    }

    /// The groups, one dict each, outer before inner.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.groups)
    }

    /// The factors that cost the most points, the costliest first.
    #[pyo3(signature = (most=3))]
    fn strongest<'py>(&self, py: Python<'py>, most: usize) -> PyResult<Bound<'py, PyList>> {
        lines(py, self.0.strongest(most).into_iter())
    }

    /// The explanation as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0)
    }

    /// The explanation as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(&self.0)
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let read = serde_json::from_str(text);
        read.map(Self).map_err(|it| state_error(format!("the explanation cannot be read: {it}")))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let score = self.0.score.map_or_else(|| "no score".to_owned(), |it| format!("{it:.1}"));
        let band = self.0.band.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        let (card, kind, subject) = (&self.0.scorecard, self.0.kind, &self.0.subject);
        format!("<foretell.Explanation: {card} of {kind} {subject}, {score}{band}>")
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json()?,)).into_pyobject(slf.py())
    }
}

/// Lines as dicts, with what stands behind the points in words.
fn lines<'py, 'a>(
    py: Python<'py>,
    all: impl Iterator<Item = &'a foretell::score::Line>,
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for line in all {
        let dict = plain(py, line)?;
        dict.set_item("lost", line.lost())?;
        dict.set_item("why", line.why())?;
        list.append(dict)?;
    }
    Ok(list)
}

/// Why a score moved: parts by cause that sum to the difference.
#[pyclass(frozen, eq, module = "foretell")]
#[derive(PartialEq)]
pub(crate) struct Change(pub(crate) foretell::score::Change);

#[pymethods]
impl Change {
    /// The earlier score.
    #[getter]
    fn before(&self) -> Option<f64> {
        self.0.before
    }

    /// The later score.
    #[getter]
    fn after(&self) -> Option<f64> {
        self.0.after
    }

    /// Their difference, where both are there.
    #[getter]
    fn difference(&self) -> Option<f64> {
        self.0.difference
    }

    /// The parts, one dict each, the largest first: `path`, `cause`, `points`, `text`.
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.parts)
    }

    /// The change as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(plain(py, &self.0)?.cast_into()?)
    }

    /// The change as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(&self.0)
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let read = serde_json::from_str(text);
        read.map(Self).map_err(|it| state_error(format!("the change cannot be read: {it}")))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let first = self.0.to_string().lines().next().unwrap_or_default().to_owned();
        format!("<foretell.Change: {first}, {} parts>", self.0.parts.len())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json()?,)).into_pyobject(slf.py())
    }
}

fn json<T: Serialize>(it: &T) -> PyResult<String> {
    serde_json::to_string(it).map_err(|it| state_error(it.to_string()))
}
