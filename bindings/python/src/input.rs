//! What is handed over to be scored: a table, several, a book, or both.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use foretell::Input;
use foretell::alert::Suppressions;
use foretell::arrow::FrameReader;
use foretell::frame::{Frame, SubjectKind};
use foretell::playbook::ActionReport;
use foretell::time::WorkCalendar;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping};

use crate::book::Book;
use crate::capsule::{Batches, import, is_arrow};
use crate::convert::{kind, read, to_node};
use crate::engine::Engine;
use crate::errors::{input_error, input_faults};

/// How tables become frames.
pub(crate) struct How {
    pub(crate) kind: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) observed: Option<BTreeMap<String, String>>,
    pub(crate) strict: bool,
}

/// Ids as they came.
pub(crate) struct Keys {
    pub(crate) field: FieldRef,
    pub(crate) pieces: Vec<ArrayRef>,
}

/// What stands beside the data of an assessment.
#[derive(Default)]
pub(crate) struct Beside {
    with_ended: bool,
    suppressions: Option<Suppressions>,
    reports: Vec<ActionReport>,
    work_calendar: Option<WorkCalendar>,
}

impl Beside {
    pub(crate) fn read(
        with_ended: bool,
        suppressions: Option<&Bound<'_, PyAny>>,
        reports: Option<&Bound<'_, PyAny>>,
        work_calendar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            with_ended,
            suppressions: suppressions.map(|it| read(it, "suppressions")).transpose()?,
            reports: reports.map(|it| read(it, "reports")).transpose()?.unwrap_or_default(),
            work_calendar: work_calendar.map(|it| read(it, "work_calendar")).transpose()?,
        })
    }
}

/// Everything that was handed over.
pub(crate) struct Given {
    pub(crate) book: Option<Py<Book>>,
    pub(crate) frames: Vec<Frame>,
    /// The columns of ids of tables, by kind; none of a kind that a book has.
    pub(crate) keys: BTreeMap<SubjectKind, Keys>,
    pub(crate) beside: Beside,
}

impl Given {
    /// Reads `data`, and `given` where a column of it is to win over what a book says.
    pub(crate) fn read(
        engine: &Engine,
        data: &Bound<'_, PyAny>,
        given: Option<&Bound<'_, PyAny>>,
        how: &How,
        beside: Beside,
    ) -> PyResult<Self> {
        let py = data.py();
        let mut all = Self { book: None, frames: Vec::new(), keys: BTreeMap::new(), beside };
        if let Ok(book) = data.cast::<Book>() {
            all.book = Some(book.clone().unbind());
            if let Some(given) = given {
                all.tables(engine, given, &How { strict: false, ..how.copy() })?;
            }
        } else if given.is_some() {
            let message = "`given` stands beside a book; a table has its columns itself";
            return Err(input_error(py, message));
        } else {
            all.tables(engine, data, how)?;
        }
        Ok(all)
    }

    fn tables(&mut self, engine: &Engine, from: &Bound<'_, PyAny>, how: &How) -> PyResult<()> {
        let py = from.py();
        // A table may look like a mapping of columns.
        if !is_arrow(from)
            && let Ok(tables) = from.cast::<PyMapping>()
        {
            for pair in tables.items()?.iter() {
                let (name, table) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                let kind = kind(py, &name.str()?.to_string())?;
                self.table(engine, &table, kind, how)?;
            }
            return Ok(());
        }
        let kind = match &how.kind {
            Some(name) => kind(py, name)?,
            None => engine.inner.config().subject,
        };
        self.table(engine, from, kind, how)
    }

    fn table(
        &mut self,
        engine: &Engine,
        from: &Bound<'_, PyAny>,
        kind: SubjectKind,
        how: &How,
    ) -> PyResult<()> {
        let py = from.py();
        let (schema, batches): Batches = import(from)?;
        let (reader, ids) = how.reader(&engine.inner, &schema, kind);
        let frame = py.detach(|| reader.read(&schema, &batches));
        self.frames.push(frame.map_err(|it| input_faults(py, &it))?);
        // Where a book says which subjects there are, they are not those of the table.
        if self.book.is_none() {
            let keys = Keys::of(&schema, &batches, ids.as_deref(), kind);
            self.keys.insert(kind, keys);
        }
        Ok(())
    }

    /// The input, which lends what is here.
    pub(crate) fn input(&self) -> Input<'_> {
        let mut input = match &self.book {
            Some(it) => Input::book(&it.get().inner),
            None => Input::default(),
        };
        for frame in &self.frames {
            input = input.and_frame(frame);
        }
        if self.beside.with_ended {
            input = input.with_ended();
        }
        if let Some(it) = &self.beside.suppressions {
            input = input.with_suppressions(it);
        }
        if let Some(it) = &self.beside.work_calendar {
            input = input.with_work_calendar(it);
        }
        input.with_reports(&self.beside.reports)
    }
}

impl How {
    /// How a table of a kind is read, and which column has its ids.
    pub(crate) fn reader<'a>(
        &self,
        engine: &'a foretell::Engine,
        schema: &Schema,
        kind: SubjectKind,
    ) -> (FrameReader<'a>, Option<String>) {
        let usual = ["id".to_owned(), format!("{kind}_id")];
        let found = usual.into_iter().find(|it| schema.index_of(it).is_ok());
        let ids = self.subject.clone().or(found);
        let mut reader = FrameReader::new(kind).of(engine);
        if let Some(ids) = &ids {
            reader = reader.ids(ids);
        }
        for (metric, column) in self.observed.iter().flatten() {
            reader = reader.observed(metric, column);
        }
        if self.strict {
            reader = reader.whole();
        }
        (reader, ids)
    }

    fn copy(&self) -> Self {
        Self {
            kind: self.kind.clone(),
            subject: self.subject.clone(),
            observed: self.observed.clone(),
            strict: self.strict,
        }
    }
}

impl Keys {
    /// The column of that name; the numbers of the rows where there is none.
    pub(crate) fn of(
        schema: &Schema,
        batches: &[RecordBatch],
        name: Option<&str>,
        kind: SubjectKind,
    ) -> Self {
        let found = name.and_then(|it| schema.index_of(it).ok());
        if let Some((at, field)) = found.and_then(|at| Some((at, schema.fields().get(at)?))) {
            let pieces = batches.iter().filter_map(|it| it.columns().get(at)).cloned().collect();
            let field = Field::clone(field).with_nullable(true);
            return Self { field: Arc::new(field), pieces };
        }
        let rows = batches.iter().map(|it| it.num_rows() as i64).sum();
        let field = Field::new(format!("{kind}_id"), DataType::Int64, true);
        let pieces = vec![Arc::new(Int64Array::from_iter_values(0..rows)) as ArrayRef];
        Self { field: Arc::new(field), pieces }
    }
}

/// The frame of one subject whose metrics are the values of a dict.
pub(crate) fn one(engine: &Engine, row: &Bound<'_, PyDict>, kind: SubjectKind) -> PyResult<Frame> {
    use foretell::frame::Column;
    use foretell::node::Node;
    let py = row.py();
    let refused = |it: foretell::frame::FrameError| input_error(py, it.to_string());
    let mut frame = Frame::new(kind, ["row"]).map_err(refused)?;
    let Node::Table(cells) = to_node(row.as_any())? else { return Ok(frame) };
    let wanted = |name: &str| engine.inner.givable(kind).find(|it| it.0 == name).map(|it| it.1);
    for (name, value) in cells {
        let Some(kind) = wanted(&name) else {
            frame.leave_out(name);
            continue;
        };
        let column = match (kind, value) {
            (_, Node::Null) => continue,
            (foretell::value::Kind::Number, Node::Int(it)) => Column::numbers([Some(it as f64)]),
            (foretell::value::Kind::Number, Node::Float(it)) => Column::numbers([Some(it)]),
            (foretell::value::Kind::Flag, Node::Bool(it)) => Column::flags([Some(it)]),
            (foretell::value::Kind::Text, Node::Text(it)) => Column::texts([Some(it)]),
            (foretell::value::Kind::Number, Node::Text(it)) if it.parse::<f64>().is_ok() => {
                Column::numbers([it.parse().ok()])
            }
            (kind, other) => {
                let message = format!("`{name}` is {}, the metric is {kind}", other.describe());
                return Err(input_error(py, message));
            }
        };
        frame.insert(name, column).map_err(refused)?;
    }
    Ok(frame)
}
