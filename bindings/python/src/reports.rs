//! What an engine tells of its config: how expressions run, the results of its tests.

use pyo3::prelude::*;

use crate::convert::plain;
use crate::report::Report;

/// How each expression of a config runs. It prints for people.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Plan(pub(crate) foretell::engine::Plan);

#[pymethods]
impl Plan {
    /// How many expressions are compiled, and how many there are.
    #[getter]
    fn coverage(&self) -> (usize, usize) {
        self.0.coverage()
    }

    /// Every expression and message, one dict each: `path`, `text`, `message`, `gear`, `why`, `steps`.
    #[getter]
    fn expressions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.expressions)
    }

    /// The rules that are asked together, one dict for each kind of subject.
    #[getter]
    fn shared<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.shared)
    }

    /// The plan for people to look at; a notebook shows it.
    fn report(&self) -> Report {
        Report(foretell::report::plan(&self.0))
    }

    fn _repr_html_(&self) -> String {
        self.report().0.html()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let (compiled, all) = self.0.coverage();
        format!("<foretell.Plan: {compiled} of {all} expressions are compiled>")
    }
}

/// The results of a config's own tests. It prints as a test runner does.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct TestReport(pub(crate) foretell::engine::TestReport);

#[pymethods]
impl TestReport {
    /// Whether every test passed.
    #[getter]
    fn passed(&self) -> bool {
        self.0.passed()
    }

    /// How many tests passed, and how many failed.
    #[getter]
    fn counts(&self) -> (usize, usize) {
        self.0.counts()
    }

    /// The tests, one dict each: `name`, `steps`, `checks`, `failures`.
    #[getter]
    fn tests<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.tests)
    }

    /// What no test reached: `rules_not_fired`, `bands_not_reached`, `playbooks_not_begun`.
    #[getter]
    fn coverage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.coverage)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __bool__(&self) -> bool {
        self.0.passed()
    }

    fn __repr__(&self) -> String {
        let (passed, failed) = self.0.counts();
        format!("<foretell.TestReport: {passed} passed, {failed} failed>")
    }
}
