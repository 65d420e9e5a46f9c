//! What an assessment says.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use foretell::arrow;
use foretell::frame::SubjectKind;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyTuple};

use crate::arg::{Arg, text};
use crate::capsule::{export, export_schema};
use crate::convert::{kind, many, plain, shorten};
use crate::engine::Engine;
use crate::errors::{faults, not_found, state_error};
use crate::explain::Explanation;
use crate::parts::Population;
use crate::report::Report;
use crate::state::State;
use crate::table::{Table, to_pandas, to_polars, to_pyarrow};

/// The results for all subjects on one day: scores, alerts, actions, and the state for the next.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Assessment {
    pub(crate) inner: Arc<foretell::Assessment>,
    engine: Engine,
    main: SubjectKind,
    ids: BTreeMap<SubjectKind, String>,
}

#[pymethods]
impl Assessment {
    /// The day for which it was made.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.inner.as_of().day()
    }

    /// The moment as of which it was made, in UTC; `None` where that is the end of the day.
    #[getter]
    fn moment(&self) -> Option<DateTime<Utc>> {
        self.inner.as_of().moment().map(|it| it.and_utc())
    }

    /// The engine that made it.
    #[getter]
    fn engine(&self) -> Engine {
        self.engine.clone()
    }

    /// What to hand to the next assessment.
    #[getter]
    fn state(&self) -> State {
        State(self.inner.state().clone())
    }

    /// What it counts over its subjects, by which guards go: of a part, to be added to that of the others.
    #[getter]
    fn population(&self) -> Population {
        Population(self.inner.population().clone())
    }

    /// What was wrong with the input or the state.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        faults(py, self.inner.faults())
    }

    /// What a reader should know about the columns, one dict each: what was given and not read, out of range, left out,
    /// named as no record has it, without a value for anyone, or wanted and not given.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.inner.notes())
    }

    /// The names of the scorecards.
    #[getter]
    fn scorecards(&self) -> Vec<&str> {
        self.inner.scorecards().collect()
    }

    /// The ids of the subjects of a kind that were assessed.
    #[pyo3(signature = (kind=None))]
    fn subjects(&self, py: Python<'_>, kind: Option<Arg<String>>) -> PyResult<Vec<String>> {
        let kind = self.kind(py, kind.as_deref())?;
        Ok(self.inner.subjects(kind).iter().map(ToString::to_string).collect())
    }

    /// Every score with its coverage, interval and band, and what rules say: one row a subject.
    #[pyo3(signature = (kind=None))]
    fn scores(&self, py: Python<'_>, kind: Option<Arg<String>>) -> PyResult<Table> {
        let kind = self.kind(py, kind.as_deref())?;
        Ok(Table::of(py.detach(|| arrow::assessment(&self.inner, kind, &self.id(kind)))))
    }

    /// The values of names of the config, one column each and one row a subject; all that may be given if none is named.
    #[pyo3(signature = (names=None, kind=None))]
    fn values(
        &self,
        py: Python<'_>,
        names: Option<Arg<Vec<String>>>,
        kind: Option<Arg<String>>,
    ) -> PyResult<Table> {
        let kind = self.kind(py, kind.as_deref())?;
        let engine = &self.engine.inner;
        let names = names.map(|it| it.0);
        let names =
            names.unwrap_or_else(|| engine.givable(kind).map(|it| it.0.to_owned()).collect());
        let known = |name: &&String| engine.columns(kind).any(|it| it == **name);
        if let Some(name) = names.iter().find(|it| !known(it)) {
            return Err(not_found(format!("the config has no `{}` of a {kind}", shorten(name))));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(Table::of(py.detach(|| arrow::values(&self.inner, kind, &names, &self.id(kind)))))
    }

    /// What happened to alerts since the last assessment.
    fn events(&self) -> Table {
        Table::of(arrow::events(self.inner.events()))
    }

    /// The alerts that are not over.
    fn alerts(&self) -> Table {
        Table::of(arrow::alerts(self.inner.alerts()))
    }

    /// What there is to do now.
    fn actions(&self) -> Table {
        Table::of(arrow::actions(self.inner.actions()))
    }

    /// What rules say of subjects about which they are not quiet.
    fn verdicts(&self) -> Table {
        Table::of(arrow::verdicts(&self.inner))
    }

    /// The factors of every subject's score on a scorecard, one row each; on the first if none is named.
    #[pyo3(signature = (scorecard=None))]
    fn factors(&self, py: Python<'_>, scorecard: Option<Arg<String>>) -> PyResult<Table> {
        let (card, _) = self.engine.card(text(scorecard.as_ref()))?;
        let found = py.detach(|| arrow::factors(&self.engine.inner, &self.inner, card));
        found.map(Table::of).ok_or_else(|| state_error("another engine made this assessment"))
    }

    /// A subject's score with its coverage, interval and band; on the first scorecard if none is named.
    #[pyo3(signature = (subject, scorecard=None))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        subject: Arg<String>,
        scorecard: Option<Arg<String>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (card, kind) = self.engine.card(text(scorecard.as_ref()))?;
        let found = self.inner.score(card, &subject);
        let found = found
            .ok_or_else(|| not_found(format!("no {kind} `{}` was assessed", shorten(&subject))))?;
        plain(py, &found)
    }

    /// How many subjects are in each band, lowest first; of those without a score the band is `None`.
    #[pyo3(signature = (scorecard=None))]
    fn bands<'py>(
        &self,
        py: Python<'py>,
        scorecard: Option<Arg<String>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (card, _) = self.engine.card(text(scorecard.as_ref()))?;
        let dict = PyDict::new(py);
        for it in self.inner.bands(card) {
            dict.set_item(it.band, it.subjects)?;
        }
        Ok(dict)
    }

    /// Explains a subject's score; on the first scorecard if none is named.
    #[pyo3(signature = (subject, scorecard=None))]
    fn explain(
        &self,
        subject: Arg<String>,
        scorecard: Option<Arg<String>>,
    ) -> PyResult<Explanation> {
        self.engine.explained(&self.inner, &subject, text(scorecard.as_ref()))
    }

    /// The assessment for people to look at: bands, the `most` lowest scores and why, rules, the `most` most severe alerts, what
    /// was wrong. A notebook shows it, with five of each.
    #[pyo3(signature = (most=Arg(5)), text_signature = "($self, most=5)")]
    fn report(&self, py: Python<'_>, most: Arg<usize>) -> Report {
        let most = *most;
        Report(py.detach(|| foretell::report::overview(&self.engine.inner, &self.inner, most)))
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        self.report(py, Arg(5)).0.html()
    }

    /// All that is listed, with every detail, as dicts and lists: `as_of`, `rules`, `events`, `alerts`, `actions`,
    /// `enrolments`, `enrolment_changes`, `notes`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (dict, it) = (PyDict::new(py), &self.inner);
        dict.set_item("as_of", it.as_of().to_string())?;
        dict.set_item("rules", plain(py, it.rules())?)?;
        dict.set_item("events", plain(py, it.events())?)?;
        dict.set_item("alerts", plain(py, it.alerts())?)?;
        dict.set_item("actions", plain(py, it.actions())?)?;
        dict.set_item("enrolments", plain(py, it.enrolments())?)?;
        dict.set_item("enrolment_changes", plain(py, it.enrolment_changes())?)?;
        dict.set_item("notes", plain(py, it.notes())?)?;
        Ok(dict)
    }

    /// The whole assessment as JSON, to be read again by this version with the engine that made it.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let stored = (&*self.inner, self.main, &self.ids);
        py.detach(|| serde_json::to_string(&stored)).map_err(|it| state_error(it.to_string()))
    }

    /// Reads what `to_json` wrote; `engine` is the one that made it.
    #[staticmethod]
    fn from_json(
        py: Python<'_>,
        text: Arg<String>,
        engine: Arg<Bound<'_, Engine>>,
    ) -> PyResult<Self> {
        Self::read(py, &text, engine.get())
    }

    /// The table of scores as a `pyarrow.Table`; needs pyarrow.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_pyarrow(slf.as_any())
    }

    /// The table of scores as a `polars.DataFrame`; needs polars.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_polars(slf.as_any())
    }

    /// The table of scores as a `pandas.DataFrame`; needs pandas and pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_pandas(slf.as_any())
    }

    /// The table of scores, one dict a row.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.scores(py, None)?.to_pylist(py)
    }

    /// The table of scores as an Arrow stream, for whoever reads it.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let table = self.scores(py, None)?;
        export(py, &table.schema, &table.batches)
    }

    /// The schema of the table of scores, for whoever reads it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.scores(py, None)?.schema)
    }

    fn __len__(&self) -> usize {
        self.inner.subjects(self.main).len()
    }

    fn __repr__(&self) -> String {
        let it = &self.inner;
        format!(
            "<foretell.Assessment of {}: {}, {}, {}>",
            it.as_of(),
            many(it.subjects(self.main).len(), self.main.name(), self.main.plural()),
            many(it.alerts().len(), "alert", "alerts"),
            many(it.actions().len(), "action", "actions")
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let make = slf.get_type().getattr("_restore")?;
        let text = slf.get().to_json(py)?;
        (make, (slf.get().engine(), PyBytes::new(py, text.as_bytes()))).into_pyobject(py)
    }

    #[staticmethod]
    fn _restore(py: Python<'_>, engine: &Bound<'_, Engine>, json: &[u8]) -> PyResult<Self> {
        let text = std::str::from_utf8(json).map_err(|it| state_error(it.to_string()))?;
        Self::read(py, text, engine.get())
    }
}

impl Assessment {
    pub(crate) fn of(
        engine: Engine,
        inner: foretell::Assessment,
        main: SubjectKind,
        ids: BTreeMap<SubjectKind, String>,
    ) -> Self {
        Self { inner: Arc::new(inner), engine, main, ids }
    }

    fn read(py: Python<'_>, text: &str, engine: &Engine) -> PyResult<Self> {
        let read = py.detach(|| serde_json::from_str(text));
        let (inner, main, ids): (foretell::Assessment, _, _) =
            read.map_err(|it: serde_json::Error| {
                state_error(format!("the assessment cannot be read: {it}"))
            })?;
        let it = Self { inner: Arc::new(inner), engine: engine.clone(), main, ids };
        if it.inner.engine() != it.engine.inner.hash() {
            return Err(state_error("another engine made this assessment"));
        }
        Ok(it)
    }

    fn kind(&self, py: Python<'_>, name: Option<&String>) -> PyResult<SubjectKind> {
        name.map_or(Ok(self.main), |it| kind(py, it))
    }

    fn id(&self, kind: SubjectKind) -> String {
        self.ids.get(&kind).cloned().unwrap_or_else(|| format!("{kind}_id"))
    }
}
