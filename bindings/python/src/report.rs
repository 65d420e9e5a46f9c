//! Results as HTML, for notebooks and pages.

use foretell::report;
use pyo3::prelude::*;

/// A result for people to look at: HTML with pictures as inline SVG, or text. A notebook shows it.
#[pyclass(frozen, module = "foretell")]
pub(crate) struct Report(pub(crate) report::Report);

#[pymethods]
impl Report {
    /// What it is about.
    #[getter]
    fn title(&self) -> &str {
        self.0.title()
    }

    /// A fragment for a page of one's own: one `<section>` with its own styles, without scripts, nothing from the network.
    fn html(&self) -> String {
        self.0.html()
    }

    /// A whole HTML document, light or dark as the reader's system asks for.
    fn page(&self) -> String {
        self.0.page()
    }

    fn _repr_html_(&self) -> String {
        self.0.html()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<foretell.Report: {}>", self.0.title())
    }
}
