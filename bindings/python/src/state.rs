//! What one assessment hands to the next.

use chrono::{DateTime, NaiveDate, Utc};
use foretell::node::Node;
use foretell::state::HandedOn;
use foretell::time::AsOf;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arg::Arg;
use crate::convert::to_python;
use crate::errors::{input_error, state_error, unread_state};
use crate::outbox::{self, Delivery, Outbox};

/// The memory between two assessments: plain data, to be stored by you. A new one has no past. It never changes: what
/// changes one gives another.
#[pyclass(frozen, eq, module = "foretell")]
#[derive(PartialEq)]
pub(crate) struct State(pub(crate) foretell::State);

/// What the library says of its own, and what that is here.
const WORDS: [(&str, &str); 2] = [
    ("`State::new()`", "`State()`"),
    ("as `HandedOn`, which keeps", "with `keep_later=True`, which keeps"),
];

#[pymethods]
impl State {
    #[new]
    fn new() -> Self {
        Self(foretell::State::new())
    }

    /// A state without a past that keeps what is to be delivered from its first assessment on.
    #[staticmethod]
    fn delivering() -> Self {
        Self(foretell::State::delivering())
    }

    /// Reads what `to_json` wrote, this version's or an older one's.
    ///
    /// - `keep_later`: whether what a later version wrote beside what this one knows is kept as it came and written again; it is an error
    ///   otherwise.
    ///
    /// Raises `StateError` for what is no state, is cut or was changed, is of a later version, or cannot be true; its `faults` say where, and
    /// what to do. A first night begins with `State()`, on purpose.
    #[staticmethod]
    #[pyo3(signature = (text, keep_later=false))]
    fn from_json(py: Python<'_>, text: Arg<String>, keep_later: bool) -> PyResult<Self> {
        let read = py.detach(|| match keep_later {
            true => HandedOn::read(&text).map(|it| it.0),
            false => foretell::State::read(&text),
        });
        read.map(Self).map_err(|mut all| {
            let ours =
                |text: String| WORDS.iter().fold(text, |all, (rust, ours)| all.replace(rust, ours));
            for it in &mut all.0 {
                it.help = it.help.take().map(ours);
            }
            unread_state(py, &all)
        })
    }

    /// Parts of one night put together: those of a cut (`Engine.split`), after or before all of them were assessed as of the same day or
    /// moment by one engine. What is to be delivered is handed out from the whole.
    ///
    /// Raises `StateError` where parts are of different nights or engines, or two remember the same subject.
    #[staticmethod]
    fn merge(py: Python<'_>, parts: &Bound<'_, PyAny>) -> PyResult<Self> {
        crate::parts::merge(py, parts)
    }

    /// What is to be delivered now: the state after that, and an `Outbox`. Store the state before anything is sent, and note with
    /// `acknowledge` what arrived; until then the same deliveries are handed out again, under the same ids.
    ///
    /// - `at_most`: at most so many for each owner and day or moment; the rest waits. Ends of alerts, withdrawals and corrections are
    ///   always handed out, as they are about what somebody was told.
    /// - `by`: what groups have in common: `owner`, `subject`, `rule`, `severity`, a kind of subject such as `account` or `company`, or
    ///   `("label", name)`.
    /// - `value`: a function of a `Delivery` that says what it is worth; the most valuable come first, and `None` is the least.
    ///
    /// The first call begins to keep what waits; `State.delivering()` does from the first night on.
    #[pyo3(signature = (at_most=None, by=None, value=None), text_signature = "($self, at_most=None, by='owner', value=None)")]
    fn hand_out(
        &self,
        py: Python<'_>,
        at_most: Option<Arg<usize>>,
        by: Option<&Bound<'_, PyAny>>,
        value: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Self, Outbox)> {
        let (state, out) = outbox::hand_out(py, &self.0, at_most.map(|it| *it), by, value)?;
        Ok((Self(state), out))
    }

    /// Notes that deliveries arrived, by their ids: the state after that, and how many of them were waiting for it.
    fn acknowledge(&self, ids: Arg<Vec<String>>) -> (Self, usize) {
        let mut state = self.0.clone();
        let count = state.acknowledge(&ids.0);
        (Self(state), count)
    }

    /// What waits to be delivered or acknowledged: first what was handed out, then the rest by day and by what it is about.
    #[getter]
    fn waiting(&self) -> Vec<Delivery> {
        self.0.waiting().map(Delivery::of).collect()
    }

    /// This state, which you kept, with the record of what was said until now: to assess the days after it again.
    ///
    /// What was told of those days is not told again while it is still true, and is withdrawn where it is not, once the day or moment of
    /// `newest` is assessed; until then nothing is told.
    fn rewind(&self, newest: Arg<Bound<'_, Self>>) -> Self {
        Self(self.0.rewind(&newest.get().0))
    }

    /// This state before the last day that was assessed to its end, although moments were assessed since, or before its own day or moment: to
    /// assess that day again, and then what came after it. `None` for every other day. It is what `rewind` gives.
    ///
    /// - `as_of`: the day, or the moment of this state.
    fn back_to(&self, as_of: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        Ok(self.0.back_to(crate::convert::as_of(as_of)?).map(Self))
    }

    /// The state as JSON; every number comes back as it was, to the last bit.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&self.0)).map_err(|it| state_error(it.to_string()))
    }

    /// The state as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let node = Node::of(&self.0).map_err(|it| input_error(py, it.to_string()))?;
        to_python(py, &node)
    }

    /// The day of the last assessment; `None` of a new state.
    #[getter]
    fn as_of(&self) -> Option<NaiveDate> {
        self.0.as_of().map(AsOf::day)
    }

    /// The moment of the last assessment, in UTC; `None` where that was the end of a day.
    #[getter]
    fn moment(&self) -> Option<DateTime<Utc>> {
        self.0.as_of()?.moment().map(|it| it.and_utc())
    }

    /// The hash of the engine that made it; empty of a new state.
    #[getter]
    fn engine_hash(&self) -> &str {
        self.0.engine_hash()
    }

    fn __repr__(&self) -> String {
        format!("<foretell.{}>", self.0.to_string().replacen("state", "State", 1))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json(py)?,)).into_pyobject(py)
    }
}
