//! What is handed over to be scored: a table, several, a book, or both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use foretell::arrow::{FrameReader, likely_ids};
use foretell::fault::{Code, Fault, did_you_mean};
use foretell::frame::{Column, Frame, FrameError, SubjectKind};
use foretell::node::Node;
use foretell::value::Kind;
use foretell::{Faults, Input};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use crate::arg::Arg;
use crate::book::Book;
use crate::capsule::{Batches, import, is_arrow};
use crate::convert::{kind, kinds, shorten, to_node};
use crate::engine::Engine;
use crate::errors::{input_error, input_faults};
use crate::options::AssessOptions;

/// How tables become frames.
#[derive(Clone)]
pub(crate) struct TableOptions {
    pub(crate) kind: Option<String>,
    pub(crate) ids: Ids,
    pub(crate) observed: BTreeMap<String, String>,
    pub(crate) strict: bool,
    /// Whether rows must have ids: they are to be known again, or named by others.
    pub(crate) named: bool,
}

/// Which columns have the ids.
#[derive(Clone)]
pub(crate) enum Ids {
    /// `id`, or that of the kind.
    Usual,
    Of(String),
    ByKind(BTreeMap<SubjectKind, String>),
}

/// Ids as they came.
pub(crate) struct Keys {
    pub(crate) field: FieldRef,
    pub(crate) pieces: Vec<ArrayRef>,
}

/// Everything that was handed over.
pub(crate) struct Given {
    pub(crate) book: Option<Py<Book>>,
    pub(crate) frames: Vec<Frame>,
    /// The columns of ids of tables, by kind; none of a kind that a book has.
    pub(crate) keys: BTreeMap<SubjectKind, Keys>,
    pub(crate) options: AssessOptions,
}

impl Given {
    /// Reads `data`, and `given` where a column of it is to win over what a book says.
    pub(crate) fn read(
        engine: &Engine,
        data: &Bound<'_, PyAny>,
        given: Option<&Bound<'_, PyAny>>,
        how: &TableOptions,
        options: AssessOptions,
    ) -> PyResult<Self> {
        let py = data.py();
        let mut all = Self { book: None, frames: Vec::new(), keys: BTreeMap::new(), options };
        if let Ok(book) = data.cast::<Book>() {
            all.book = Some(book.clone().unbind());
            if let Some(given) = given {
                all.tables(
                    engine,
                    given,
                    &TableOptions { strict: false, named: true, ..how.clone() },
                )?;
            } else if !how.observed.is_empty() {
                return Err(input_error(
                    py,
                    "`observed` names columns of tables, and there is none",
                ));
            }
        } else if given.is_some() {
            let message = "`given` stands beside a book; a table has its columns itself";
            return Err(input_error(py, message));
        } else {
            all.tables(engine, data, how)?;
        }
        let is_given = |kind: SubjectKind| match &all.book {
            Some(it) => it.get().inner.has_table(kind.plural()),
            None => all.frames.iter().any(|it| it.kind() == kind),
        };
        if let Some(kind) = all.options.complete().iter().find(|it| !is_given(**it)) {
            let all = kind.plural();
            let message = format!("all {all} are said to be given, and there is no table of {all}");
            return Err(input_error(py, message));
        }
        Ok(all)
    }

    fn tables(
        &mut self,
        engine: &Engine,
        from: &Bound<'_, PyAny>,
        how: &TableOptions,
    ) -> PyResult<()> {
        let py = from.py();
        // A table may look like a mapping of columns.
        if !is_arrow(from)
            && let Ok(tables) = from.cast::<PyMapping>()
        {
            let mut all = BTreeMap::new();
            for pair in tables.items()?.iter() {
                let (name, table) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                let kind = named(&name.str()?.to_string(), &table)?;
                if all.insert(kind, table).is_some() {
                    let message = format!("two tables of {}: hand over one", kind.plural());
                    return Err(input_error(py, message));
                }
            }
            let kinds: Vec<SubjectKind> = all.keys().copied().collect();
            for (kind, table) in all {
                self.table(engine, &table, (kind, &kinds), how)?;
            }
            return Ok(());
        }
        let kind = match &how.kind {
            Some(name) => kind(py, name)?,
            None => engine.inner.config().subject,
        };
        self.table(engine, from, (kind, &[kind]), how)
    }

    fn table(
        &mut self,
        engine: &Engine,
        from: &Bound<'_, PyAny>,
        (kind, kinds): (SubjectKind, &[SubjectKind]),
        how: &TableOptions,
    ) -> PyResult<()> {
        let py = from.py();
        let read = how.read(&engine.inner, kind);
        let (schema, batches): Batches = import(from, &|name| read.contains(name))?;
        let (reader, ids) = how.reader(py, &engine.inner, &schema, (kind, kinds))?;
        // Those above others are named by them.
        let rows = batches.iter().any(|it| it.num_rows() > 0);
        if ids.is_none() && rows && (how.named || kinds.iter().any(|it| kind < *it)) {
            return Err(without_ids(from, (&schema, &batches), kind));
        }
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
        self.options.beside(input)
    }
}

impl TableOptions {
    pub(crate) fn of(
        kind: Option<Arg<String>>,
        ids: Option<&Bound<'_, PyAny>>,
        observed: Option<Arg<BTreeMap<String, String>>>,
        strict: bool,
    ) -> PyResult<Self> {
        let ids = ids.map_or(Ok(Ids::Usual), Ids::read)?;
        let observed = observed.map(|it| it.0).unwrap_or_default();
        Ok(Self { kind: kind.map(|it| it.0), ids, observed, strict, named: false })
    }

    /// The same where rows must have ids.
    pub(crate) fn named(self, named: bool) -> Self {
        Self { named, ..self }
    }

    /// The columns of a table of a kind that may be read.
    pub(crate) fn read(&self, engine: &foretell::Engine, kind: SubjectKind) -> BTreeSet<String> {
        let metrics = engine.givable(kind).map(|it| it.0.to_owned());
        let above = SubjectKind::ALL.into_iter().filter(|it| *it <= kind);
        let parents = above.map(|it| format!("{it}_id"));
        let own = (kind == SubjectKind::Company).then(|| "parent_id".to_owned());
        let parents = parents.chain(own);
        let ids = ["id".to_owned()].into_iter().chain(self.ids.of(kind).map(str::to_owned));
        metrics.chain(parents).chain(ids).chain(self.observed.values().cloned()).collect()
    }

    /// How a table of a kind is read, and which column has its ids. `kinds` are those of all tables, which share what is
    /// said of days of observation.
    pub(crate) fn reader<'a>(
        &self,
        py: Python<'_>,
        engine: &'a foretell::Engine,
        schema: &Schema,
        (kind, kinds): (SubjectKind, &[SubjectKind]),
    ) -> PyResult<(FrameReader<'a>, Option<String>)> {
        let usual = ["id".to_owned(), format!("{kind}_id")];
        let found = usual.into_iter().find(|it| schema.index_of(it).is_ok());
        let ids = self.ids.of(kind).map(str::to_owned).or(found);
        let mut reader = FrameReader::new(kind).of(engine);
        if let Some(ids) = &ids {
            self.check(py, engine, ids, kind)?;
            reader = reader.ids(ids);
        }
        let gives = |kind: SubjectKind, name: &str| engine.givable(kind).any(|it| it.0 == name);
        for (metric, column) in &self.observed {
            let is_elsewhere = kinds.iter().any(|it| *it != kind && gives(*it, metric));
            if gives(kind, metric) || !is_elsewhere {
                reader = reader.observed(metric, column);
            }
        }
        if self.strict {
            reader = reader.whole();
        }
        Ok((reader, ids))
    }

    /// Whether a column can be that of the ids.
    fn check(
        &self,
        py: Python<'_>,
        engine: &foretell::Engine,
        ids: &str,
        kind: SubjectKind,
    ) -> PyResult<()> {
        let shown = shorten(ids);
        if self.ids.of(kind).is_some() && engine.givable(kind).any(|it| it.0 == ids) {
            return Err(input_error(py, format!("`{shown}` is a metric, so it cannot be the ids")));
        }
        let is_result = |card: &str| {
            ids.strip_prefix(card).is_some_and(|it| it.is_empty() || it.starts_with('.'))
        };
        let mut cards = engine.config().scorecards.iter().map(|it| it.name.as_str());
        if cards.any(is_result) || ids.starts_with("rules.") {
            let message =
                format!("the column of ids is called `{shown}`, as one of the results is");
            return Err(input_error(py, format!("{message}: rename it")));
        }
        Ok(())
    }
}

impl Ids {
    fn read(from: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = from.py();
        if let Ok(name) = from.extract::<String>() {
            return Ok(Self::Of(name));
        }
        let Ok(names) = from.extract::<BTreeMap<String, String>>() else {
            let message =
                "`subject` is the name of a column, or a dict of names by kind of subject";
            return Err(input_error(py, message));
        };
        let names = names.into_iter().map(|(name, it)| Ok((kind(py, &name)?, it)));
        names.collect::<PyResult<_>>().map(Self::ByKind)
    }

    fn of(&self, kind: SubjectKind) -> Option<&str> {
        match self {
            Self::Usual => None,
            Self::Of(it) => Some(it),
            Self::ByKind(all) => all.get(&kind).map(String::as_str),
        }
    }
}

/// The kind of a table in a dict. A dict of columns is no dict of tables.
fn named(name: &str, table: &Bound<'_, PyAny>) -> PyResult<SubjectKind> {
    let py = table.py();
    let is_table = || ["schema", "columns"].iter().any(|it| table.hasattr(*it).unwrap_or(false));
    kind(py, name).map_err(|unknown| {
        if is_table() {
            return unknown;
        }
        let (name, kinds) = (shorten(name), kinds());
        let message = format!(
            "expected a table, or a dict of tables by kind of subject ({kinds}), got a dict with `{name}`; \
             make a table of columns first: `polars.DataFrame(columns)`"
        );
        input_error(py, message)
    })
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

/// The frame of one subject whose metrics are the values of a dict, or of whatever else has keys; its id is what stands under
/// `id`, else under that of the kind, else `row`. Everything wrong at once.
pub(crate) fn one(engine: &Engine, row: &Bound<'_, PyAny>, kind: SubjectKind) -> PyResult<Frame> {
    let py = row.py();
    let refused = |it: FrameError| input_error(py, it.to_string());
    let cells = py.get_type::<PyDict>().call1((row,))?.cast_into::<PyDict>()?;
    let mut faults = Vec::new();
    let mut id = None;
    for name in ["id".to_owned(), format!("{kind}_id")] {
        let cell = cells.get_item(&name)?.filter(|_| id.is_none());
        match cell.map(|it| to_node(&it)).transpose()? {
            None | Some(Node::Null) => {}
            Some(Node::Text(it)) => id = Some(it),
            Some(Node::Int(it)) => id = Some(it.to_string()),
            // A series of numbers alone has no whole ones.
            Some(Node::Float(it)) if it.fract() == 0.0 => id = Some(it.to_string()),
            Some(it) => {
                let message = format!("an id is a text or a whole number, got {}", it.describe());
                faults.push(Fault::new(Code::WrongType, name, message));
            }
        }
    }
    let mut frame = Frame::new(kind, [id.unwrap_or_else(|| "row".to_owned())]).map_err(refused)?;
    for (name, value) in cells {
        let name = name.str()?.to_string();
        let shown = shorten(&name);
        let Some(wanted) = engine.inner.givable(kind).find(|it| it.0 == name).map(|it| it.1) else {
            if name != "id" && !SubjectKind::ALL.iter().any(|it| name == format!("{it}_id")) {
                let message = format!("`{shown}` is no metric of a {kind}");
                let known = engine.inner.givable(kind).map(|it| it.0);
                let fault = Fault::new(Code::UnknownName, shown, message);
                faults.push(fault.help(nearest(&name, known)));
            }
            continue;
        };
        let column = match (wanted, to_node(&value)?) {
            (_, Node::Null) => continue,
            (Kind::Number, Node::Int(it)) => Column::numbers([Some(it as f64)]),
            (Kind::Number, Node::Float(it)) => Column::numbers([Some(it)]),
            (Kind::Flag, Node::Bool(it)) => Column::flags([Some(it)]),
            (Kind::Text, Node::Text(it)) if value.is_instance_of::<PyString>() => {
                Column::texts([Some(it)])
            }
            // A decimal, or a whole number beyond 64 bits.
            (Kind::Number, Node::Text(it))
                if !value.is_instance_of::<PyString>() && it.parse::<f64>().is_ok() =>
            {
                Column::numbers([it.parse().ok()])
            }
            (wanted, other) => {
                let message = format!("`{shown}` is {}, the metric is {wanted}", other.describe());
                faults.push(Fault::new(Code::WrongType, shown, message));
                continue;
            }
        };
        if let Err(why) = frame.insert(name, column) {
            faults.push(Fault::new(Code::NotFinite, shown, why.to_string()));
        }
    }
    if faults.is_empty() { Ok(frame) } else { Err(input_faults(py, &Faults(faults))) }
}

/// What may have been meant.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    did_you_mean(name, known).unwrap_or_else(|| "leave it out: a row has metrics alone".to_owned())
}

/// The error of a table without ids where they are needed, with the columns that are likely to have them.
fn without_ids(
    from: &Bound<'_, PyAny>,
    (schema, batches): (&Schema, &[RecordBatch]),
    kind: SubjectKind,
) -> PyErr {
    let py = from.py();
    // What no metric is was not looked at yet; of a stream that is read there are the names.
    let likely = match import(from, &|_| true) {
        Ok((schema, batches)) => likely_ids(&schema, &batches),
        Err(_) => likely_ids(schema, batches),
    };
    let frame = Frame::new(kind, Vec::<String>::new()).map(|mut it| {
        it.set_numbered(likely);
        it.without_ids()
    });
    let Ok(Some(fault)) = frame else { return input_error(py, "the table has no column of ids") };
    let help = fault.help.clone().unwrap_or_default();
    let next = if help.ends_with('?') { " It" } else { "; it" };
    let help = format!("{help}{next} is given as `subject`, on the command line as `--id`");
    input_faults(py, &Faults(vec![fault.help(help)]))
}
