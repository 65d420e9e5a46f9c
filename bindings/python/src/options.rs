//! What an assessment is given beside its data.

use foretell::Input;
use foretell::alert::Suppressions;
use foretell::frame::SubjectKind;
use foretell::playbook::ActionReport;
use foretell::time::{AsOf, Calendar, CalendarConfig};
use pyo3::prelude::*;
use pyo3::types::PyMapping;

use crate::convert::read;
use crate::errors::{input_error, input_faults};
use crate::presence;

/// What an assessment is given beside its data.
#[derive(Default)]
pub(crate) struct AssessOptions {
    with_ended: bool,
    is_part: bool,
    suppressions: Option<Suppressions>,
    reports: Vec<ActionReport>,
    work_calendar: Option<Calendar>,
    complete_until: Vec<(String, AsOf)>,
    complete: Vec<SubjectKind>,
    gone: Vec<(SubjectKind, String)>,
}

impl AssessOptions {
    pub(crate) fn of(with_ended: bool) -> Self {
        Self { with_ended, ..Self::default() }
    }

    /// The same for a part of a whole.
    pub(crate) fn part(self, is_part: bool) -> Self {
        Self { is_part, ..self }
    }

    /// The same with what must be quiet.
    pub(crate) fn quiet(self, suppressions: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let suppressions = suppressions.map(|it| read(it, "suppressions")).transpose()?;
        Ok(Self { suppressions, ..self })
    }

    /// The same with what became of actions, and the days of work.
    pub(crate) fn reported(
        self,
        reports: Option<&Bound<'_, PyAny>>,
        work_calendar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let reports = reports.map(|it| read(it, "reports")).transpose()?.unwrap_or_default();
        let work_calendar = work_calendar.map(calendar).transpose()?;
        Ok(Self { reports, work_calendar, ..self })
    }

    /// The same with who is all there is, and who is gone.
    pub(crate) fn there(
        self,
        py: Python<'_>,
        complete: Option<&Bound<'_, PyAny>>,
        gone: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let complete = complete.map_or_else(|| Ok(Vec::new()), |it| presence::complete(py, it))?;
        let gone = gone.map_or_else(|| Ok(Vec::new()), |it| presence::gone(py, it))?;
        Ok(Self { complete, gone, ..self })
    }

    /// The same with the days or moments until which feeds are complete, by name.
    pub(crate) fn complete_until(mut self, it: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(it) = it else { return Ok(self) };
        let Ok(feeds) = it.cast::<PyMapping>() else {
            let message = "expected `complete_until` as a dict of days by table or usage series";
            return Err(input_error(it.py(), message));
        };
        for entry in feeds.items()?.iter() {
            let (name, until) = entry.extract::<(String, Bound<'_, PyAny>)>()?;
            self.complete_until.push((name, crate::convert::as_of(&until)?));
        }
        Ok(self)
    }

    /// The kinds of which all subjects are given.
    pub(crate) fn complete(&self) -> &[SubjectKind] {
        &self.complete
    }

    /// The input with all this beside its data.
    pub(crate) fn beside<'a>(&'a self, mut input: Input<'a>) -> Input<'a> {
        if self.with_ended {
            input = input.with_ended();
        }
        if self.is_part {
            input = input.as_part();
        }
        if let Some(it) = &self.suppressions {
            input = input.with_suppressions(it);
        }
        if let Some(it) = &self.work_calendar {
            input = input.with_work_calendar(it);
        }
        for (feed, until) in &self.complete_until {
            input = input.complete_until(feed, *until);
        }
        input
            .with_reports(&self.reports)
            .complete(self.complete.iter().copied())
            .with_gone(&self.gone)
    }
}

/// A calendar, with everything that is wrong with it.
fn calendar(it: &Bound<'_, PyAny>) -> PyResult<Calendar> {
    const WHAT: &str = "work_calendar";
    let config: CalendarConfig = read(it, WHAT)?;
    Calendar::new(&config).map_err(|mut faults| {
        for fault in &mut faults.0 {
            let path = &mut fault.place.path;
            *path = if path.is_empty() { WHAT.to_owned() } else { format!("{WHAT}.{path}") };
        }
        input_faults(it.py(), &faults)
    })
}
