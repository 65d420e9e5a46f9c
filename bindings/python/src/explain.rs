//! Why a score is what it is, and why it moved.

use std::sync::Arc;

use chrono::NaiveDate;
use foretell::engine::AssessError;
use foretell::{Input, report};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyTuple};
use serde::Serialize;

use crate::arg::Arg;
use crate::convert::plain;
use crate::engine::Engine;
use crate::errors::{input_error, state_error};
use crate::input::one;
use crate::past::{has_id, past, refused};
use crate::report::Report;
use crate::state::State;

/// A score with everything it rests on: the contributions of its lines sum to the raw score.
///
/// It keeps the assessment that it is of, for its report; one that was stored and read does not.
#[pyclass(frozen, eq, module = "foretell")]
pub(crate) struct Explanation {
    pub(crate) inner: foretell::score::Explanation,
    /// What its bands and alerts are shown from.
    of: Option<(Engine, Arc<foretell::Assessment>)>,
}

impl PartialEq for Explanation {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Explanation {
    pub(crate) fn of(
        engine: &Engine,
        assessment: &Arc<foretell::Assessment>,
        inner: foretell::score::Explanation,
    ) -> Self {
        Self { inner, of: Some((engine.clone(), Arc::clone(assessment))) }
    }
}

#[pymethods]
impl Explanation {
    /// What the subject is: `company`, `account`, `subscription` or `case`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.inner.kind.name()
    }

    /// The subject's id.
    #[getter]
    fn subject(&self) -> &str {
        &self.inner.subject
    }

    /// The scorecard's name.
    #[getter]
    fn scorecard(&self) -> &str {
        &self.inner.scorecard
    }

    /// The day of the assessment.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.inner.as_of
    }

    /// 0 to 100; `None` where too little is measured.
    #[getter]
    fn score(&self) -> Option<f64> {
        self.inner.score
    }

    /// The score before any override.
    #[getter]
    fn raw_score(&self) -> Option<f64> {
        self.inner.raw_score
    }

    /// The share of weight that is measured, 0 to 1.
    #[getter]
    fn coverage(&self) -> f64 {
        self.inner.coverage
    }

    /// The coverage below which there is no score, 0 to 1.
    #[getter]
    fn min_coverage(&self) -> f64 {
        self.inner.min_coverage
    }

    /// The score with every missing input at its worst and at its best.
    #[getter]
    fn interval(&self) -> Option<(f64, f64)> {
        self.inner.interval.map(|[low, high]| (low, high))
    }

    /// The band, held by margin and stay.
    #[getter]
    fn band(&self) -> Option<&str> {
        self.inner.band.as_deref()
    }

    /// The band of the score alone.
    #[getter]
    fn raw_band(&self) -> Option<&str> {
        self.inner.raw_band.as_deref()
    }

    /// The best band, where it is withheld because the score could lie in the worst once all is known.
    #[getter]
    fn withheld(&self) -> Option<&str> {
        self.inner.withheld.as_deref()
    }

    /// The day of the oldest input that counts, where known.
    #[getter]
    fn oldest_input(&self) -> Option<NaiveDate> {
        self.inner.oldest_input
    }

    /// Who the subject is.
    #[getter]
    fn segment(&self) -> Option<&str> {
        self.inner.segment.as_deref()
    }

    /// Where on the journey it is.
    #[getter]
    fn stage(&self) -> Option<&str> {
        self.inner.stage.as_deref()
    }

    /// What changed the score by hand or by rule, in words.
    #[getter]
    fn overridden(&self) -> Option<&str> {
        self.inner.overridden.as_deref()
    }

    /// Why there is no score: `nothing_applies`, `nothing_measured` or `coverage`; `None` where there is one.
    #[getter]
    fn no_score<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner.no_score())
    }

    /// The factors, one dict each, in the order of the config.
    #[getter]
    fn lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        lines(py, self.inner.lines.iter())
    }

    /// The groups, one dict each, outer before inner.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner.groups)
    }

    /// The factors that cost the most points, the costliest first.
    #[pyo3(signature = (most=Arg(3)), text_signature = "($self, most=3)")]
    fn strongest<'py>(&self, py: Python<'py>, most: Arg<usize>) -> PyResult<Bound<'py, PyList>> {
        lines(py, self.inner.strongest(*most).into_iter())
    }

    /// The explanation as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner)
    }

    /// The explanation as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(&self.inner)
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: Arg<String>) -> PyResult<Self> {
        let read = serde_json::from_str(&text);
        let read = read.map(|inner| Self { inner, of: None });
        read.map_err(|it| state_error(format!("the explanation cannot be read: {it}")))
    }

    /// The explanation for people to look at: score, band, coverage, what each factor adds, and the subject's alerts where it is
    /// of an assessment. A notebook shows it.
    fn report(&self) -> Report {
        let it = &self.inner;
        let whole = self.of.as_ref().and_then(|(engine, assessment)| {
            report::subject(&engine.inner, assessment, &it.scorecard, &it.subject)
        });
        Report(whole.unwrap_or_else(|| report::explanation(None, it)))
    }

    fn _repr_html_(&self) -> String {
        self.report().0.html()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        let score =
            self.inner.score.map_or_else(|| "no score".to_owned(), |it| self.inner.shown(it));
        let band = self.inner.band.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        let (card, kind, subject) = (&self.inner.scorecard, self.inner.kind, &self.inner.subject);
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
    all: impl Iterator<Item = &'a foretell::score::FactorLine>,
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
pub(crate) struct Change {
    inner: foretell::score::ScoreChange,
    /// What its report shows beside it.
    of: Option<Box<(Engine, [foretell::score::Explanation; 2])>>,
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Change {
    pub(crate) fn of(
        engine: &Engine,
        before: &foretell::score::Explanation,
        after: &foretell::score::Explanation,
    ) -> Self {
        let ends = [before.clone(), after.clone()];
        Self {
            inner: engine.inner.change(before, after),
            of: Some(Box::new((engine.clone(), ends))),
        }
    }
}

#[pymethods]
impl Change {
    /// The earlier score.
    #[getter]
    fn before(&self) -> Option<f64> {
        self.inner.before
    }

    /// The later score.
    #[getter]
    fn after(&self) -> Option<f64> {
        self.inner.after
    }

    /// Their difference, where both are there.
    #[getter]
    fn difference(&self) -> Option<f64> {
        self.inner.difference
    }

    /// The parts, one dict each, the largest first: `path`, `cause`, `points`, `text`.
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner.parts)
    }

    /// The change as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(plain(py, &self.inner)?.cast_into()?)
    }

    /// The change as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(&self.inner)
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: Arg<String>) -> PyResult<Self> {
        let read = serde_json::from_str(&text);
        let read = read.map(|inner| Self { inner, of: None });
        read.map_err(|it| state_error(format!("the change cannot be read: {it}")))
    }

    /// The change for people to look at: the later score beside the earlier, what moved and why. A notebook shows it.
    fn report(&self) -> Report {
        Report(match self.of.as_deref() {
            Some((engine, [before, after])) => report::comparison(&engine.inner, before, after),
            None => report::change(&self.inner),
        })
    }

    fn _repr_html_(&self) -> String {
        self.report().0.html()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        let first = self.inner.to_string().lines().next().unwrap_or_default().to_owned();
        format!("<foretell.Change: {first}, {} parts>", self.inner.parts.len())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json()?,)).into_pyobject(slf.py())
    }
}

fn json<T: Serialize>(it: &T) -> PyResult<String> {
    serde_json::to_string(it).map_err(|it| state_error(it.to_string()))
}

/// What can be explained.
pub(crate) const WANTED: &str = "expected an assessment and a subject, or a dict of metrics";

/// Explains the score of one row.
pub(crate) fn row(
    engine: &Engine,
    what: &Bound<'_, PyAny>,
    scorecard: Option<&str>,
    as_of: Option<&Bound<'_, PyAny>>,
    state: Option<Arg<Bound<'_, State>>>,
) -> PyResult<Explanation> {
    let py = what.py();
    if !is_row(what) {
        return Err(input_error(py, WANTED));
    }
    let Some(as_of) = as_of else {
        return Err(input_error(py, "a row is explained as of a day: say `as_of`"));
    };
    let as_of = crate::convert::as_of(as_of)?;
    let past = past(py, state, as_of)?;
    let (_, kind) = engine.card(scorecard)?;
    if !past.is_new() && !has_id(what, kind)? && !past.remembers("row") {
        let message =
            format!("the row has no id, by which the state knows it: add `id` or `{kind}_id`");
        return Err(input_error(py, message));
    }
    let frame = one(engine, what, kind)?;
    // Of one row nothing is told, so guards are not asked.
    let done = py.detach(|| {
        engine.inner.assess(&Input::frame(&frame), as_of, &past).or_else(AssessError::accept)
    });
    let out = Arc::new(done.map_err(|it| refused(py, it))?);
    engine.hosts.check(py, out.faults().iter())?;
    engine.explained(&out, frame.ids().first().map_or("", AsRef::as_ref), scorecard)
}

/// Whether something is a row by the names of its columns: a dict, a series of pandas.
fn is_row(it: &Bound<'_, PyAny>) -> bool {
    let is_flat =
        || it.getattr("ndim").and_then(|it| it.extract::<usize>()).is_ok_and(|it| it == 1);
    it.cast::<PyMapping>().is_ok() || (is_flat() && it.hasattr("keys").unwrap_or(false))
}
