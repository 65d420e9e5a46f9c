//! A compiled config.

use std::collections::BTreeMap;
use std::sync::Arc;

use foretell::Config;
use foretell::arrow::score_table;
use foretell::engine::{AssessError, PartitionKey};
use foretell::frame::SubjectKind;
use pyo3::exceptions::PyUnicodeDecodeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::arg::{Arg, ours, text};
use crate::assessment::Assessment;
use crate::capsule::{import, is_arrow};
use crate::convert::{file, kind, many, plain, shorten, word_of};
use crate::errors::{
    ConfigError, config_error, faults, guard_error, input_error, input_faults, not_found,
    state_error,
};
use crate::explain::{Change, Explanation};
use crate::functions::Hosts;
use crate::input::{Given, Keys, TableOptions};
use crate::options::AssessOptions;
use crate::parts::{self, Population};
use crate::past::{past, refused};
use crate::replay::Replay;
use crate::reports::{Plan, TestReport};
use crate::scores::Scores;
use crate::state::State;

/// A compiled config: it scores, assesses and explains any number of subjects, from any number of threads.
#[pyclass(frozen, module = "foretell")]
#[derive(Clone)]
pub(crate) struct Engine {
    pub(crate) inner: Arc<foretell::Engine>,
    source: Arc<str>,
    /// The functions of Python that it may call.
    pub(crate) hosts: Arc<Hosts>,
}

#[pymethods]
impl Engine {
    /// Compiles a config: the text of one, or the path of a file. A `str` is text if it holds `=`, `[` or a line break.
    ///
    /// - `functions`: functions that it may call, by name: columns in, a column out. Each is a `Function`, or a function annotated
    ///   with what it takes and returns. What one of them raises is a failure, told in `faults`, and no data for the rows for which it fails.
    /// - `raise_failures`: whether `score`, `assess`, `explain` and `replay` raise a `FunctionError` instead.
    ///
    /// Raises `ConfigError` with every fault at once.
    #[staticmethod]
    #[pyo3(signature = (source, *, functions=None, raise_failures=false))]
    fn from_toml(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        functions: Option<&Bound<'_, PyAny>>,
        raise_failures: bool,
    ) -> PyResult<Self> {
        ours(py, || {
            let text = match source.extract::<String>() {
                Ok(text) if text.is_empty() || text.contains(['=', '[', '\n']) => text,
                _ => file(source).map_err(|error| {
                    if !error.is_instance_of::<PyUnicodeDecodeError>(py) {
                        return error;
                    }
                    let message = format!("the config is not UTF-8: {}", error.value(py));
                    let raised = ConfigError::new_err(message);
                    raised.set_cause(py, Some(error));
                    raised
                })?,
            };
            let read = py.import("foretell._functions")?.getattr("read")?;
            Self::_compile(py, Arg(text), Some(&read.call1((functions,))?), raise_failures)
        })
    }

    /// Compiles the text of a config.
    #[staticmethod]
    #[pyo3(signature = (text, functions=None, raise_failures=false))]
    fn _compile(
        py: Python<'_>,
        text: Arg<String>,
        functions: Option<&Bound<'_, PyAny>>,
        raise_failures: bool,
    ) -> PyResult<Self> {
        let text = text.0;
        let none = PyTuple::empty(py).into_any();
        let (hosts, functions) = Hosts::read(functions.unwrap_or(&none), raise_failures)?;
        let config = Config::parse(&text);
        let engine = py.detach(|| foretell::Engine::compile_with(&config, functions));
        let inner = Arc::new(engine.map_err(|it| config_error(py, &it))?);
        Ok(Self { inner, source: text.into(), hosts: Arc::new(hosts) })
    }

    /// The text of the config.
    #[getter]
    fn source(&self) -> &str {
        &self.source
    }

    /// The hash of what the config says, the same on every machine: 32 hexadecimal digits.
    #[getter]
    fn hash(&self) -> &str {
        self.inner.hash()
    }

    /// The name of the config, for people.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.inner.config().name.as_deref()
    }

    /// The kind of subject of everything that names none.
    #[getter]
    fn subject(&self) -> &'static str {
        self.inner.config().subject.name()
    }

    /// The names of the scorecards.
    #[getter]
    fn scorecards(&self) -> Vec<&str> {
        self.inner.config().scorecards.iter().map(|it| it.name.as_str()).collect()
    }

    /// The names of the rules.
    #[getter]
    fn rules(&self) -> Vec<&str> {
        self.inner.config().rules.iter().map(|it| it.name.as_str()).collect()
    }

    /// The metrics of a kind of subject for which a table may have a column, with what their values are: `number`, `flag`
    /// or `text`.
    #[pyo3(signature = (kind=None))]
    fn columns(
        &self,
        py: Python<'_>,
        kind: Option<Arg<String>>,
    ) -> PyResult<BTreeMap<&str, &'static str>> {
        let kind = kind.map_or(Ok(self.inner.config().subject), |it| self::kind(py, &it))?;
        Ok(self.inner.givable(kind).map(|(name, it, _)| (name, word_of(it))).collect())
    }

    /// Warnings: problems that do not stop the config from working.
    fn lint<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        faults(py, self.inner.warnings())
    }

    /// Runs the tests that the config holds.
    fn run_tests(&self, py: Python<'_>) -> PyResult<TestReport> {
        ours(py, || Ok(TestReport(py.detach(|| self.inner.run_tests()))))
    }

    /// How each expression of the config runs.
    fn plan(&self) -> Plan {
        Plan(self.inner.plan())
    }

    /// Scores every subject and asks every rule, in columns: the fast way, without what explains.
    ///
    /// - `data`: a table that speaks Arrow (pyarrow, Polars, pandas, DuckDB), a dict of tables by kind of subject, or a `Book`.
    /// - `as_of`: a day, of which all is known, or a moment: a `datetime.date` or `datetime.datetime`, or a text such as `2026-03-01` or
    ///   `2026-03-01T09:00:00+01:00`.
    /// - `state`: that of the assessment before; with it bands have their margin and stay.
    /// - `given`: tables beside a book, whose columns win over what the book says.
    /// - `kind`: what the rows of a bare table are, such as `account`; what the config says if it is left out.
    /// - `subject`: the column of ids, or a dict of such by kind; `id` or, of subscriptions, `subscription_id` if it is left out. Without
    ///   ids a table can be scored, but not with a state: the numbers of rows are no ids.
    /// - `observed`: by metric, the column of the days on which its values were observed. Ages depend on them.
    /// - `strict`: whether a metric without a column is an `InputError`; otherwise it is missing for all.
    /// - `with_ended`: whether the subscriptions of a book that have ended are taken too.
    /// - `complete_until`: by table, `usage`, or usage series, `usage.logins`, the day or moment until which all of its records are there: of a
    ///   later day what reads them is no data. A feed that is not named is taken as complete.
    ///
    /// Raises `InputError` where the input is wrong, with column and row, and `PastError`, a `StateError`, for a state of a later day.
    #[pyo3(signature = (data, *, as_of, state=None, given=None, kind=None, subject=None, observed=None, strict=true, with_ended=false, complete_until=None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn score(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        as_of: &Bound<'_, PyAny>,
        state: Option<Arg<Bound<'_, State>>>,
        given: Option<&Bound<'_, PyAny>>,
        kind: Option<Arg<String>>,
        subject: Option<&Bound<'_, PyAny>>,
        observed: Option<Arg<BTreeMap<String, String>>>,
        strict: bool,
        with_ended: bool,
        complete_until: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Scores> {
        ours(py, || {
            let as_of = crate::convert::as_of(as_of)?;
            let past = past(py, state, as_of)?;
            let main = self.main(py, text(kind.as_ref()))?;
            let how = TableOptions::of(kind, subject, observed, strict)?.named(!past.is_new());
            // Only what was, and what hangs together, has to be found by id.
            if past == foretell::State::new() && given.is_none() && is_arrow(data) {
                let read = how.read(&self.inner, main);
                let (schema, batches) = import(data, &|name| read.contains(name))?;
                let (reader, ids) = how.reader(py, &self.inner, &schema, (main, &[main]))?;
                let keys = Keys::of(&schema, &batches, ids.as_deref(), main);
                let scored =
                    py.detach(|| score_table(&self.inner, &reader, (&schema, &batches), as_of));
                let table = scored.map_err(|it| input_faults(py, &it))?;
                self.hosts.check(py, table.last.faults().iter())?;
                return Ok(py.detach(|| Scores::of_table(table, main, keys)));
            }
            let options = AssessOptions::of(with_ended).complete_until(complete_until)?;
            let given = Given::read(self, data, given, &how, options)?;
            let scores = py.detach(|| self.inner.score(&given.input(), as_of, &past));
            self.hosts.check(py, scores.faults().iter())?;
            Ok(py.detach(|| Scores::of(scores, main, given.keys)))
        })
    }

    /// Assesses every subject: scores, alerts, actions, and the state to hand to the next assessment.
    ///
    /// - `data`: a table that speaks Arrow (pyarrow, Polars, pandas, DuckDB), a dict of tables by kind of subject, or a `Book`.
    /// - `as_of`: a day, of which all is known, or a moment: a `datetime.date` or `datetime.datetime`, or a text such as `2026-03-01` or
    ///   `2026-03-01T09:00:00+01:00`.
    /// - `state`: that of the assessment before; with it bands have their margin and stay.
    /// - `given`: tables beside a book, whose columns win over what the book says.
    /// - `kind`: what the rows of a bare table are, such as `account`; what the config says if it is left out.
    /// - `subject`: the column of ids, or a dict of such by kind; `id` or, of subscriptions, `subscription_id` if it is left out. A table must
    ///   have one: the numbers of rows are no ids.
    /// - `observed`: by metric, the column of the days on which its values were observed. Ages depend on them.
    /// - `strict`: whether a metric without a column is an `InputError`; otherwise it is missing for all.
    /// - `with_ended`: whether the subscriptions of a book that have ended are taken too.
    /// - `suppressions`: a dict with `silences`, `snoozes` and the like: what is not to be told.
    /// - `reports`: what became of actions, a list of dicts with `action`, `outcome` and `day`.
    /// - `work_calendar`: a dict with `weekend`, `hours`, `holidays`, `exceptions`, as one of `[[calendars]]` in a
    ///   config: for actions due in working days, and for the calendar of its `name` in the config.
    /// - `complete_until`: by table, `usage`, or usage series, `usage.logins`, the day or moment until which all of its records are there: of a
    ///   later day what reads them is no data. A feed that is not named is taken as complete.
    /// - `complete`: the kinds of which all subjects are given, such as `["subscriptions"]`: one that is not among them is gone. Of
    ///   other kinds one that is not there is set aside: its alerts wait, and its bands stay.
    /// - `gone`: subjects that are gone, a list of pairs such as `("subscription", "s1")`, or a dict of ids by kind.
    /// - `part`: whether this is a part of a whole, with its part of the state (`split`): guards do not trip, for they are about the whole
    ///   (`tripped`).
    ///
    /// The same day or moment may be assessed again with its own state and other data: of what was said only the difference is told,
    /// as events that are new, `corrected` or `withdrawn`.
    ///
    /// Raises `InputError` where the input is wrong, with column and row, `PastError` for a state of a later day, `StateError` for one that
    /// cannot be this engine's, and `GuardError` where a guard of the config tripped, with the whole assessment in it.
    #[pyo3(signature = (data, *, as_of, state=None, given=None, kind=None, subject=None, observed=None, strict=true, with_ended=false, suppressions=None, reports=None, work_calendar=None, complete_until=None, complete=None, gone=None, part=false))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn assess(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        as_of: &Bound<'_, PyAny>,
        state: Option<Arg<Bound<'_, State>>>,
        given: Option<&Bound<'_, PyAny>>,
        kind: Option<Arg<String>>,
        subject: Option<&Bound<'_, PyAny>>,
        observed: Option<Arg<BTreeMap<String, String>>>,
        strict: bool,
        with_ended: bool,
        suppressions: Option<&Bound<'_, PyAny>>,
        reports: Option<&Bound<'_, PyAny>>,
        work_calendar: Option<&Bound<'_, PyAny>>,
        complete_until: Option<&Bound<'_, PyAny>>,
        complete: Option<&Bound<'_, PyAny>>,
        gone: Option<&Bound<'_, PyAny>>,
        part: bool,
    ) -> PyResult<Assessment> {
        ours(py, || {
            let as_of = crate::convert::as_of(as_of)?;
            let past = past(py, state, as_of)?;
            let main = self.main(py, text(kind.as_ref()))?;
            let how = TableOptions::of(kind, subject, observed, strict)?.named(true);
            let options = AssessOptions::of(with_ended)
                .part(part)
                .quiet(suppressions)?
                .reported(reports, work_calendar)?
                .there(py, complete, gone)?
                .complete_until(complete_until)?;
            let given = Given::read(self, data, given, &how, options)?;
            let done = py.detach(|| self.inner.assess(&given.input(), as_of, &past));
            let ids = given.keys.iter().map(|it| (*it.0, it.1.field.name().clone())).collect();
            let made = |inner| Assessment::of(self.clone(), inner, main, ids);
            match done {
                Ok(inner) => {
                    self.hosts.check(py, inner.faults().iter())?;
                    Ok(made(inner))
                }
                Err(AssessError::Guarded(it)) => {
                    self.hosts.check(py, it.assessment.faults().iter())?;
                    let (tripped, told) = (it.tripped.clone(), AssessError::Guarded(it));
                    let faults = told.faults();
                    let inner = told.accept().map_err(|it| refused(py, it))?;
                    Err(guard_error(py, &tripped, faults, made(inner)))
                }
                Err(other) => Err(refused(py, other)),
            }
        })
    }

    /// Explains a score: of a subject of an assessment, or of one row as of a day.
    ///
    /// - `what`: an `Assessment` and, as `subject`, an id in it; or a row, a dict of metrics or a `pandas.Series`.
    /// - `scorecard`: which score; the first if it is left out.
    /// - `as_of`, `state`: the day of a row, and the state before; an assessment has its own. Of the state counts what it has of
    ///   the row's `id` (or `subscription_id` and the like).
    ///
    /// Raises `InputError` for a key of a row that is no metric, and `NotFoundError` where there is no such subject.
    #[pyo3(signature = (what, subject=None, *, scorecard=None, as_of=None, state=None))]
    fn explain(
        &self,
        py: Python<'_>,
        what: &Bound<'_, PyAny>,
        subject: Option<Arg<String>>,
        scorecard: Option<Arg<String>>,
        as_of: Option<&Bound<'_, PyAny>>,
        state: Option<Arg<Bound<'_, State>>>,
    ) -> PyResult<Explanation> {
        ours(py, || {
            let scorecard = text(scorecard.as_ref());
            if let Ok(assessment) = what.cast::<Assessment>() {
                if as_of.is_some() || state.is_some() {
                    let message = "`as_of` and `state` go with a row; an assessment has its own";
                    return Err(input_error(py, message));
                }
                let Some(subject) = subject else {
                    return Err(input_error(py, "of which subject of the assessment?"));
                };
                return self.explained(&assessment.get().inner, &subject, scorecard);
            }
            if subject.is_some() {
                return Err(input_error(py, crate::explain::WANTED));
            }
            crate::explain::row(self, what, scorecard, as_of, state)
        })
    }

    /// Splits the change from one explanation to a later one by cause; the parts sum to it.
    fn change(
        &self,
        before: Arg<Bound<'_, Explanation>>,
        after: Arg<Bound<'_, Explanation>>,
    ) -> Change {
        Change::of(self, &before.get().inner, &after.get().inner)
    }

    /// Assesses days in order, each with the state of the one before: pairs of a day and what `assess` takes as `data`.
    ///
    /// The other arguments are those of `assess`, and hold for every day. `history` may be a generator; all of it is read before
    /// the first day is assessed. A guard that trips is noted in `tripped` and accepted, since what is replayed has happened.
    ///
    /// Raises what `assess` does but for `GuardError`: `PastError` for days that are not in order.
    #[pyo3(signature = (history, *, state=None, kind=None, subject=None, observed=None, strict=true, with_ended=false, suppressions=None, complete=None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn replay(
        &self,
        py: Python<'_>,
        history: &Bound<'_, PyAny>,
        state: Option<Arg<Bound<'_, State>>>,
        kind: Option<Arg<String>>,
        subject: Option<&Bound<'_, PyAny>>,
        observed: Option<Arg<BTreeMap<String, String>>>,
        strict: bool,
        with_ended: bool,
        suppressions: Option<&Bound<'_, PyAny>>,
        complete: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Replay> {
        let how = TableOptions::of(kind, subject, observed, strict)?.named(true);
        let past = state.map_or_else(foretell::State::new, |it| it.get().0.clone());
        let options =
            || AssessOptions::of(with_ended).quiet(suppressions)?.there(py, complete, None);
        crate::replay::replay(self, history, &past, &how, &options)
    }

    /// What must stay together where a night is assessed in parts: `subject`, where none knows of another, or `family`: a company without one
    /// above it, all that is below it, and what belongs to those. A part may always be larger.
    ///
    /// It is `whole` where nothing may be cut. Where subjects have parents, go by family all the same: events name them, and silences go by them.
    fn partition_key(&self) -> &'static str {
        match self.inner.partition_key() {
            PartitionKey::Subject => "subject",
            PartitionKey::Family => "family",
            _ => "whole",
        }
    }

    /// A state in parts, by key: each is handed to `assess` with its own part of the data and `part=True`, and `State.merge` puts the
    /// next states together.
    ///
    /// - `key`: a function of the kind of a subject and its id, both texts, that says to which part it belongs.
    /// - `keys`: keys that are to be there whether something is remembered in them or not, such as those of tonight's data.
    ///
    /// Assess every part that comes out, also one of which tonight's data have no row: what is remembered of its subjects is in it alone.
    #[pyo3(signature = (state, *, key, keys=None), text_signature = "($self, state, *, key, keys=())")]
    fn split<'py>(
        &self,
        py: Python<'py>,
        state: Arg<Bound<'py, State>>,
        key: &Bound<'py, PyAny>,
        keys: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        parts::split(py, &self.inner, &state.get().0, key, keys)
    }

    /// What of a night that was assessed in parts exceeds a guard, as in `GuardError.tripped`: `population` is what all parts counted
    /// (`Population.merge`), and `state` their next states put together (`State.merge`).
    ///
    /// Where something does, keep the state of the night before, and tell nothing.
    fn tripped<'py>(
        &self,
        py: Python<'py>,
        population: Arg<Bound<'py, Population>>,
        state: Arg<Bound<'py, State>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.inner.tripped(&population.get().0, &state.get().0))
    }

    /// What a part counts, in a small state, and the subjects that it remembers, pairs of a kind and an id.
    fn _outline(&self, py: Python<'_>, state: Arg<Bound<'_, State>>) -> parts::Outline {
        let state = &state.get().0;
        py.detach(|| parts::outline(&self.inner, state))
    }

    fn __repr__(&self) -> String {
        let it = self.inner.config();
        let name = it.name.as_ref().map(|it| format!(" `{}`", shorten(it))).unwrap_or_default();
        format!(
            "<foretell.Engine{name}: {}, {}, {}, {}>",
            many(it.metrics.len(), "metric", "metrics"),
            many(it.scorecards.len(), "scorecard", "scorecards"),
            many(it.rules.len(), "rule", "rules"),
            many(it.playbooks.len(), "playbook", "playbooks")
        )
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Self>() else { return Ok(false) };
        let (py, it) = (other.py(), other.get());
        let same = it.hosts.raises == self.hosts.raises && it.source == self.source;
        Ok(same && it.hosts.given.bind(py).eq(&self.hosts.given)?)
    }

    fn __hash__(&self) -> u64 {
        u64::from_str_radix(self.inner.hash().get(..16).unwrap_or("0"), 16).unwrap_or(0)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("_compile")?;
        let it = slf.get();
        (make, (it.source(), it.hosts.given.bind(slf.py()), it.hosts.raises))
            .into_pyobject(slf.py())
    }
}

impl Engine {
    /// The kind of subject that is meant.
    fn main(&self, py: Python<'_>, kind: Option<&str>) -> PyResult<SubjectKind> {
        kind.map_or(Ok(self.inner.config().subject), |it| self::kind(py, it))
    }

    /// A scorecard and its kind of subject: the first where none is named.
    pub(crate) fn card(&self, name: Option<&str>) -> PyResult<(&str, SubjectKind)> {
        let config = self.inner.config();
        let is_meant =
            |it: &&foretell::config::ScorecardConfig| name.is_none_or(|name| it.name == name);
        let found = config.scorecards.iter().find(is_meant);
        let found = found.map(|it| (it.name.as_str(), it.subject.unwrap_or(config.subject)));
        found.ok_or_else(|| match name {
            None => not_found("the config has no scorecard"),
            Some(name) => {
                let known = self.scorecards().join("`, `");
                not_found(format!("unknown scorecard `{}`: there are `{known}`", shorten(name)))
            }
        })
    }

    pub(crate) fn explained(
        &self,
        assessment: &Arc<foretell::Assessment>,
        subject: &str,
        scorecard: Option<&str>,
    ) -> PyResult<Explanation> {
        let (card, kind) = self.card(scorecard)?;
        let found = self.inner.explain(assessment, card, subject);
        let found = found.map(|it| Explanation::of(self, assessment, it));
        found.ok_or_else(|| match assessment.engine() == self.inner.hash() {
            true => not_found(format!("no {kind} `{}` was assessed", shorten(subject))),
            false => state_error("another engine made this assessment"),
        })
    }
}
