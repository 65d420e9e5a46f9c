//! What is to be delivered now.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use foretell::frame::SubjectKind;
use foretell::state::{Content, GroupBy, HandOut};
use foretell::time::AsOf;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList};

use crate::convert::{plain, shorten};
use crate::errors::{ArgumentError, input_error};

/// A fact that waits to be delivered: something that happened to an alert, or something to do.
#[pyclass(frozen, eq, module = "foretell")]
#[derive(Clone, PartialEq)]
pub(crate) struct Delivery {
    at: AsOf,
    content: Content,
    #[pyo3(get)]
    handed_out: bool,
}

#[pymethods]
impl Delivery {
    /// The id: a receiver that has seen it drops it.
    #[getter]
    fn id(&self) -> &str {
        self.content.id()
    }

    /// The day of the assessment that it comes from.
    #[getter]
    fn as_of(&self) -> NaiveDate {
        self.at.day()
    }

    /// The moment of that assessment, in UTC; `None` where that was the end of a day.
    #[getter]
    fn moment(&self) -> Option<DateTime<Utc>> {
        self.at.moment().map(|it| it.and_utc())
    }

    /// The id of what it corrects or takes back.
    #[getter]
    fn supersedes(&self) -> Option<&str> {
        self.content.supersedes()
    }

    /// How much it matters: `info`, `warning` or `critical`.
    #[getter]
    fn severity(&self) -> String {
        self.content.severity().to_string()
    }

    /// Who it is for.
    #[getter]
    fn owner(&self) -> Option<&str> {
        self.content.owner()
    }

    /// What happened to an alert, as a dict; `None` of an action.
    #[getter]
    fn event<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.content.event().map(|it| plain(py, it)).transpose()
    }

    /// What is to be done, as a dict; `None` of an event.
    #[getter]
    fn action<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.content.action().map(|it| plain(py, it)).transpose()
    }

    /// All of it as a dict: `id`, `as_of`, `supersedes`, `handed_out`, and `event` or `action`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("id", self.id())?;
        dict.set_item("as_of", self.at.to_string())?;
        dict.set_item("supersedes", self.supersedes())?;
        dict.set_item("handed_out", self.handed_out)?;
        match &self.content {
            Content::Action(it) => dict.set_item("action", plain(py, it.as_ref())?)?,
            Content::Event(it) => dict.set_item("event", plain(py, it.as_ref())?)?,
            _ => {}
        }
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        let (what, subject) = match &self.content {
            Content::Event(it) => (format!("{} {}", it.rule, it.change.name()), &it.subject),
            Content::Action(it) => {
                (format!("{} {} {}", it.playbook, it.step, it.change.name()), &it.subject)
            }
            _ => return format!("<foretell.Delivery {}>", self.id()),
        };
        format!("<foretell.Delivery of {}: {what}, {}>", self.at, shorten(subject))
    }
}

impl Delivery {
    pub(crate) fn of(it: &foretell::state::Delivery) -> Self {
        Self { at: it.as_of, content: it.content.clone(), handed_out: it.handed_out }
    }
}

/// Deliveries that belong together.
#[pyclass(frozen, module = "foretell")]
#[derive(Clone)]
pub(crate) struct DeliveryGroup(foretell::state::DeliveryGroup);

#[pymethods]
impl DeliveryGroup {
    /// What they have in common; empty where they lack it.
    #[getter]
    fn key(&self) -> &str {
        &self.0.key
    }

    /// The greatest severity among them.
    #[getter]
    fn severity(&self) -> String {
        self.0.severity.to_string()
    }

    /// They, those that matter most first.
    #[getter]
    fn deliveries(&self) -> Vec<Delivery> {
        self.0.deliveries.iter().map(Delivery::of).collect()
    }

    fn __len__(&self) -> usize {
        self.0.deliveries.len()
    }

    fn __repr__(&self) -> String {
        let (key, count) = (shorten(&self.0.key), self.0.deliveries.len());
        format!("<foretell.DeliveryGroup `{key}`: {count} deliveries>")
    }
}

/// What is to be delivered now.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Outbox(foretell::state::Outbox);

#[pymethods]
impl Outbox {
    /// Deliveries by what they have in common, in the order of that.
    #[getter]
    fn groups(&self) -> Vec<DeliveryGroup> {
        self.0.groups.iter().cloned().map(DeliveryGroup).collect()
    }

    /// Every delivery, group by group.
    #[getter]
    fn deliveries(&self) -> Vec<Delivery> {
        self.0.deliveries().map(Delivery::of).collect()
    }

    /// How many wait for another day or moment, by severity.
    #[getter]
    fn waiting(&self) -> BTreeMap<String, usize> {
        self.0.waiting.iter().map(|(severity, count)| (severity.to_string(), *count)).collect()
    }

    /// All of it as dicts and lists: `groups` and `waiting`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let groups = PyList::empty(py);
        for it in &self.0.groups {
            let group = PyDict::new(py);
            group.set_item("key", &it.key)?;
            group.set_item("severity", it.severity.to_string())?;
            let all = it.deliveries.iter().map(|it| Delivery::of(it).to_dict(py));
            group.set_item("deliveries", all.collect::<PyResult<Vec<_>>>()?)?;
            groups.append(group)?;
        }
        let dict = PyDict::new(py);
        dict.set_item("groups", groups)?;
        dict.set_item("waiting", self.waiting())?;
        Ok(dict)
    }

    fn __len__(&self) -> usize {
        self.0.deliveries().count()
    }

    fn __repr__(&self) -> String {
        let waiting: usize = self.0.waiting.values().sum();
        let (groups, count) = (self.0.groups.len(), self.__len__());
        format!("<foretell.Outbox: {count} deliveries in {groups} groups, {waiting} wait>")
    }
}

/// Hands out of a state what is to be delivered now: the state after that, and the deliveries.
pub(crate) fn hand_out(
    py: Python<'_>,
    state: &foretell::State,
    most: Option<usize>,
    by: Option<&Bound<'_, PyAny>>,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<(foretell::State, Outbox)> {
    let label = by.and_then(label);
    let by = match (&label, by) {
        (Some(name), _) => GroupBy::Label(name),
        (None, Some(it)) => groups(it)?,
        (None, None) => GroupBy::default(),
    };
    let mut next = state.clone();
    let mut how = HandOut::new().grouped_by(by);
    if let Some(most) = most {
        how = how.at_most(most);
    }
    let Some(value) = value else {
        let out = next.hand_out(&how);
        return Ok((next, Outbox(out)));
    };
    if !value.is_callable() {
        let got = value.get_type().name()?;
        return Err(ArgumentError::new_err(format!("expected a function as `value`, got `{got}`")));
    }
    let waiting: BTreeMap<&str, &foretell::state::Delivery> =
        state.waiting().map(|it| (it.id(), it)).collect();
    let failed = RefCell::new(None);
    let of = |it: &Content| {
        if failed.borrow().is_some() {
            return f64::NAN;
        }
        // What was not kept yet is of the last day or moment.
        let known = waiting.get(it.id()).map(|it| Delivery::of(it));
        let delivery = known.or_else(|| {
            Some(Delivery { at: state.as_of()?, content: it.clone(), handed_out: false })
        });
        let Some(delivery) = delivery else { return f64::NAN };
        valued(py, value, delivery).unwrap_or_else(|error| {
            *failed.borrow_mut() = Some(error);
            f64::NAN
        })
    };
    let out = next.hand_out(&how.valued(&of));
    match failed.into_inner() {
        Some(error) => Err(error),
        None => Ok((next, Outbox(out))),
    }
}

/// What a delivery is worth to the host; what it raises is its own.
fn valued(py: Python<'_>, of: &Bound<'_, PyAny>, it: Delivery) -> PyResult<f64> {
    let value = of.call1((Py::new(py, it)?,))?;
    if value.is_none() {
        return Ok(f64::NAN);
    }
    let wrong = || {
        let got = value.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
        ArgumentError::new_err(format!(
            "`value` is to return a number or `None`, it returned `{got}`"
        ))
    };
    if value.is_instance_of::<PyBool>() {
        return Err(wrong());
    }
    value.extract::<f64>().map_err(|_| wrong())
}

/// The name of the label by which deliveries are grouped, where that is asked for.
fn label(by: &Bound<'_, PyAny>) -> Option<String> {
    let (word, name) = by.extract::<(String, String)>().ok()?;
    (word == "label").then_some(name)
}

/// What belongs together, where it is no label.
fn groups(by: &Bound<'_, PyAny>) -> PyResult<GroupBy<'static>> {
    let word = by.extract::<String>().ok();
    let parent = |name: &str| SubjectKind::ALL.into_iter().find(|it| it.name() == name);
    Ok(match word.as_deref() {
        Some("subject") => GroupBy::Subject,
        Some("owner") => GroupBy::Owner,
        Some("rule") => GroupBy::Rule,
        Some("severity") => GroupBy::Severity,
        other => match other.and_then(parent) {
            Some(kind) => GroupBy::Parent(kind),
            None => {
                let got = shorten(&by.str()?.to_string());
                let message = format!(
                    "`by` is `owner`, `subject`, `rule`, `severity`, a kind of subject such as `account`, or `(\"label\", name)`, \
                     got `{got}`"
                );
                return Err(input_error(by.py(), message));
            }
        },
    })
}
