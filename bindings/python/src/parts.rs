//! A night in parts: a state cut along, and what is decided over the whole.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use foretell::engine::Tripped;
use foretell::fault::{Code, Fault};
use foretell::frame::SubjectKind;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::arg::{Arg, ours};
use crate::convert::{kind, many, plain};
use crate::engine::Engine;
use crate::errors::{ArgumentError, faults, state_error};
use crate::state::State;

/// What a night counts over its subjects: small, and put together in any order. Guards are asked with it (`Engine.tripped`).
#[pyclass(frozen, eq, module = "foretell")]
#[derive(Default, PartialEq)]
pub(crate) struct Population(pub(crate) foretell::engine::Population);

#[pymethods]
impl Population {
    /// That of no subjects.
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// What the parts of a night counted, added up.
    #[staticmethod]
    fn merge(py: Python<'_>, parts: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut whole = foretell::engine::Population::default();
        for part in iter(py, parts, "populations")? {
            let part: Arg<Bound<'_, Self>> = part?.extract()?;
            whole.merge(&part.get().0);
        }
        Ok(Self(whole))
    }

    /// How many subjects of a kind were assessed.
    #[pyo3(signature = (kind=Arg("subscription".to_owned())), text_signature = "($self, kind='subscription')")]
    fn subjects(&self, py: Python<'_>, kind: Arg<String>) -> PyResult<usize> {
        Ok(self.0.subjects(self::kind(py, &kind)?))
    }

    /// All of it as dicts: `kinds`, of each what is counted.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0)
    }

    /// All of it as JSON.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(|it| state_error(it.to_string()))
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: Arg<String>) -> PyResult<Self> {
        let read = serde_json::from_str(&text);
        read.map(Self).map_err(|it| state_error(format!("the population cannot be read: {it}")))
    }

    /// What the `GuardError` of a night is made of: its text, its faults, and what tripped. Nothing where no guard trips.
    fn _held<'py>(
        &self,
        py: Python<'py>,
        engine: Arg<Bound<'py, Engine>>,
        state: Arg<Bound<'py, State>>,
    ) -> PyResult<Option<Held<'py>>> {
        let tripped = engine.get().inner.tripped(&self.0, &state.get().0);
        if tripped.is_empty() {
            return Ok(None);
        }
        let fault = |it: &Tripped| {
            let fault = Fault::new(Code::Guard, format!("guards.{}", it.guard), it.to_string());
            fault.help("look at the assessment, and accept it if it is right")
        };
        let all: Vec<Fault> = tripped.iter().map(fault).collect();
        let told: Vec<String> = tripped.iter().map(ToString::to_string).collect();
        Ok(Some((told.join("; "), faults(py, &all)?, plain(py, &tripped)?)))
    }

    fn __repr__(&self) -> String {
        let of = |kind: SubjectKind| many(self.0.subjects(kind), kind.name(), kind.plural());
        let kinds = SubjectKind::ALL.into_iter().filter(|it| self.0.subjects(*it) > 0);
        let all: Vec<String> = kinds.map(of).collect();
        match all.is_empty() {
            true => "<foretell.Population of nobody>".to_owned(),
            false => format!("<foretell.Population of {}>", all.join(", ")),
        }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let make = slf.get_type().getattr("from_json")?;
        (make, (slf.get().to_json()?,)).into_pyobject(slf.py())
    }
}

type Held<'py> = (String, Bound<'py, PyList>, Bound<'py, PyAny>);

/// The items of whatever has some.
pub(crate) fn iter<'py>(
    py: Python<'py>,
    all: &Bound<'py, PyAny>,
    what: &str,
) -> PyResult<Bound<'py, pyo3::types::PyIterator>> {
    ours(py, || {
        all.try_iter().map_err(|_| {
            let got = all.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
            ArgumentError::new_err(format!("expected {what}, got `{got}`"))
        })
    })
}

/// Keys of Python, each with a number: the order in which they were met.
struct Numbers<'py> {
    known: Bound<'py, PyDict>,
    keys: Vec<Bound<'py, PyAny>>,
}

impl<'py> Numbers<'py> {
    fn of(&mut self, key: Bound<'py, PyAny>) -> PyResult<usize> {
        let known = ours(key.py(), || self.known.get_item(&key))?;
        if let Some(number) = known {
            return number.extract();
        }
        let number = self.keys.len();
        self.known.set_item(&key, number)?;
        self.keys.push(key);
        Ok(number)
    }
}

/// A state in parts by keys of Python. What a function of the host raises is the host's.
pub(crate) fn split<'py>(
    py: Python<'py>,
    engine: &foretell::Engine,
    state: &foretell::State,
    key: &Bound<'py, PyAny>,
    keys: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    if !key.is_callable() {
        let got = key.get_type().name()?;
        return Err(ArgumentError::new_err(format!("expected a function as `key`, got `{got}`")));
    }
    let mut numbers = Numbers { known: PyDict::new(py), keys: Vec::new() };
    if let Some(keys) = keys {
        for key in iter(py, keys, "keys")? {
            numbers.of(key?)?;
        }
    }
    let (numbers, failed) = (RefCell::new(numbers), RefCell::new(None));
    let number = |kind: SubjectKind, id: &str| {
        if failed.borrow().is_some() {
            return 0;
        }
        let key = key.call1((kind.name(), id));
        let found = key.and_then(|key| numbers.borrow_mut().of(key));
        found.unwrap_or_else(|error| {
            *failed.borrow_mut() = Some(error);
            0
        })
    };
    let mut parts = engine.split(state, number);
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    let out = PyDict::new(py);
    for (number, key) in numbers.into_inner().keys.into_iter().enumerate() {
        out.set_item(key, Py::new(py, State(parts.take(&number)))?)?;
    }
    Ok(out)
}

/// Parts of one night put together.
pub(crate) fn merge(py: Python<'_>, parts: &Bound<'_, PyAny>) -> PyResult<State> {
    let mut all = Vec::new();
    for part in iter(py, parts, "states")? {
        let part: Arg<Bound<'_, State>> = part?.extract()?;
        all.push(part.get().0.clone());
    }
    let whole = py.detach(|| foretell::State::merge(all));
    whole.map(State).map_err(|it| crate::errors::state_faults(py, &it))
}

/// What a part counts, in a state that remembers one subject of it at most, and which subjects it remembers.
pub(crate) type Outline = (State, Vec<(&'static str, String)>);

pub(crate) fn outline(engine: &foretell::Engine, state: &foretell::State) -> Outline {
    let known = RefCell::new(BTreeMap::<SubjectKind, BTreeSet<String>>::new());
    let first = RefCell::new(None);
    let number = |kind: SubjectKind, id: &str| {
        let mut known = known.borrow_mut();
        let known = known.entry(kind).or_default();
        if !known.contains(id) {
            known.insert(id.to_owned());
        }
        let mut first = first.borrow_mut();
        let (of, chosen) = first.get_or_insert_with(|| (kind, id.to_owned()));
        usize::from((*of, chosen.as_str()) != (kind, id))
    };
    // What counts over all stands in the first part.
    let counts = engine.split(state, number).take(&0);
    let of = |(kind, ids): (SubjectKind, BTreeSet<String>)| {
        ids.into_iter().map(move |id| (kind.name(), id))
    };
    (State(counts), known.into_inner().into_iter().flat_map(of).collect())
}
