//! The result of a history.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foretell::arrow;
use foretell::frame::SubjectKind;
use foretell::time::AsOf;
use pyo3::prelude::*;

use crate::arg::ours;
use crate::convert::{many, plain};
use crate::engine::Engine;
use crate::errors::{ArgumentError, fault, past_error};
use crate::input::{Given, TableOptions};
use crate::options::AssessOptions;
use crate::past::{is_later, refused};
use crate::state::State;
use crate::table::Table;

/// The result of a history of inputs: every event and action, and the state at its end.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Replay(pub(crate) foretell::engine::Replay);

#[pymethods]
impl Replay {
    /// Every event, by day, rule and subject.
    fn events(&self) -> Table {
        Table::of(arrow::events(&self.0.events))
    }

    /// Every action, by day, playbook, subject and step.
    fn actions(&self) -> Table {
        Table::of(arrow::actions(&self.0.actions))
    }

    /// What happened to runs of playbooks beside that, one dict each.
    #[getter]
    fn enrolment_changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.enrolment_changes)
    }

    /// What was wrong with the inputs, each with its day.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Vec<(NaiveDate, Bound<'py, PyAny>)>> {
        self.0.faults.iter().map(|(day, it)| Ok((day.day(), fault(py, it)?))).collect()
    }

    /// The guards that tripped and were accepted, each with its day: dicts as those of a `GuardError`.
    #[getter]
    fn tripped<'py>(&self, py: Python<'py>) -> PyResult<Vec<(NaiveDate, Bound<'py, PyAny>)>> {
        self.0.tripped.iter().map(|(day, it)| Ok((day.day(), plain(py, it)?))).collect()
    }

    /// What to hand to the next assessment.
    #[getter]
    fn state(&self) -> State {
        State(self.0.state.clone())
    }

    /// For how many days subjects were watched, by kind: two subjects for three days are six.
    #[getter]
    fn subject_days(&self) -> BTreeMap<&'static str, u64> {
        let days = |it: SubjectKind| (it.name(), self.0.exposure.subject_days(it));
        SubjectKind::ALL.into_iter().map(days).filter(|it| it.1 > 0).collect()
    }

    fn __repr__(&self) -> String {
        let (events, actions) = (self.0.events.len(), self.0.actions.len());
        let (events, actions) =
            (many(events, "event", "events"), many(actions, "action", "actions"));
        format!("<foretell.Replay: {events}, {actions}>")
    }
}

/// Assesses days in order. `options` says what each is given beside its data.
pub(crate) fn replay(
    engine: &Engine,
    history: &Bound<'_, PyAny>,
    past: &foretell::State,
    how: &TableOptions,
    options: &dyn Fn() -> PyResult<AssessOptions>,
) -> PyResult<Replay> {
    let py = history.py();
    let mut days: Vec<(AsOf, Given)> = Vec::new();
    let mut last = past.as_of();
    // What can only be asked for its parts by number is no history, whatever iterates over it.
    if !history.hasattr("__iter__")? {
        let got = history.get_type().name()?;
        return Err(ArgumentError::new_err(format!("expected days with their data, got `{got}`")));
    }
    for pair in ours(py, || history.try_iter())? {
        // What a generator of the host raises is the host's.
        let pair = pair?;
        ours(py, || {
            let (as_of, data) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            let as_of = crate::convert::as_of(&as_of)?;
            if last.is_some_and(|it| is_later(it, as_of)) {
                return Err(past_error(py, last.unwrap_or(as_of), as_of));
            }
            last = Some(as_of);
            days.push((as_of, Given::read(engine, &data, None, how, options()?)?));
            Ok(())
        })?;
    }
    ours(py, || {
        let replay = py.detach(|| {
            let history = days.iter().map(|(day, given)| (*day, given.input()));
            engine.inner.replay(history, past)
        });
        let replay = replay.map_err(|it| refused(py, it))?;
        engine.hosts.check(py, replay.faults.iter().map(|it| &it.1))?;
        Ok(Replay(replay))
    })
}
