//! Record batches to a frame.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{FieldRef, Schema};
use chrono::NaiveDate;

use super::day::days;
use super::likely::likely_ids;
use super::values::{Categories, LONGEST_TEXT, Sort, flags, ids, numbers, rises};
use super::wanted::Wanted;
use crate::engine::Engine;
use crate::fault::{Code, Fault, Faults, did_you_mean};
use crate::frame::{Column, Data, Frame, FrameError, NO_ROW, SubjectKind};
use crate::node::shorten;
use crate::value::Kind;

/// How record batches become a frame.
///
/// Every column that is not an id, a day of observation or a parent becomes a metric of its name. The columns
/// `company_id`, `account_id` and `subscription_id` say which of a higher kind a subject belongs to, as in a book,
/// and `parent_id` which company a company belongs to.
#[derive(Debug, Clone)]
pub struct FrameReader<'a> {
    kind: SubjectKind,
    ids: Option<String>,
    observed: BTreeMap<String, String>,
    engine: Option<&'a Engine>,
    whole: bool,
    nameless: bool,
}

impl<'a> FrameReader<'a> {
    /// A reader of subjects of a kind, whose ids are the numbers of their rows from 0. That does for scores; numbers of rows
    /// are no ids where there is a state, and for [`Engine::assess`](crate::Engine::assess): there they give a fault that
    /// names the columns which are likely to have ids.
    #[must_use]
    pub const fn new(kind: SubjectKind) -> Self {
        let observed = BTreeMap::new();
        Self { kind, ids: None, observed, engine: None, whole: false, nameless: false }
    }

    /// The same with ids from a column of texts or whole numbers.
    #[must_use]
    pub fn ids(mut self, column: impl Into<String>) -> Self {
        self.ids = Some(column.into());
        self
    }

    /// The same with the days on which the values of a metric were observed, from a column of dates or timestamps.
    #[must_use]
    pub fn observed(mut self, metric: impl Into<String>, column: impl Into<String>) -> Self {
        self.observed.insert(metric.into(), column.into());
        self
    }

    /// The same for an engine: columns that it does not read are passed over, whatever they hold, and an assessment
    /// notes them; a column of another kind than its metric is a fault, unless every row of it is missing. So are days of
    /// observation of what is no metric of the kind.
    #[must_use]
    pub const fn of(mut self, engine: &'a Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// The same, and a metric for which the engine needs a column that is not there is a fault. Otherwise it is missing
    /// for all.
    #[must_use]
    pub const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// The same, but ids are only checked and need not be kept: those of the frame mean nothing. It spares the making of a
    /// text for each row where [`Engine::score`](crate::Engine::score) gets one frame and a state without a past, and
    /// whoever reads the scores has the ids in the batches.
    #[must_use]
    pub const fn nameless(mut self) -> Self {
        self.nameless = true;
        self
    }

    /// Reads batches of one schema, one after another.
    ///
    /// # Errors
    /// Everything wrong at once, with column and row (from 0): a column that is not there, is duplicated or holds what no
    /// metric can be, an infinity, an id that is missing, too long or is duplicated, a date beyond the years 1900 to 2200.
    pub fn read(&self, schema: &Schema, batches: &[RecordBatch]) -> Result<Frame, Faults> {
        self.read_as(&self.wanted(schema), schema, batches)
    }

    /// The same by what is wanted of the schema, which is found out once for all pieces of a table.
    pub(super) fn read_as(
        &self,
        wanted: &Wanted<'_>,
        schema: &Schema,
        batches: &[RecordBatch],
    ) -> Result<Frame, Faults> {
        let mut reading = Reading { schema, batches, wanted, faults: Vec::new() };
        let frame = reading.frame(self);
        match frame {
            Some(frame) if reading.faults.is_empty() => Ok(frame),
            _ => Err(Faults(reading.faults)),
        }
    }

    /// Whether pieces of the table can be read apart: no id of one can stand in another.
    pub(super) fn splits(&self, schema: &Schema, batches: &[RecordBatch]) -> bool {
        let wanted = &Wanted::default();
        let reading = Reading { schema, batches, wanted, faults: Vec::new() };
        reading.distinct(self, 0).is_some()
    }

    /// What is wanted of the columns of a schema, and of those whose days are given.
    pub(super) fn wanted<'s>(&'s self, schema: &'s Schema) -> Wanted<'s> {
        let given = schema.fields().iter().map(|field| field.name());
        Wanted::new(self.engine, self.kind, given.chain(self.observed.keys()))
    }
}

/// Batches on the way to a frame.
struct Reading<'a> {
    schema: &'a Schema,
    batches: &'a [RecordBatch],
    wanted: &'a Wanted<'a>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn fault(&mut self, code: Code, path: impl Into<String>, message: String) {
        self.faults.push(Fault::new(code, path, message));
    }

    fn frame(&mut self, reader: &FrameReader<'_>) -> Option<Frame> {
        self.check_schema();
        if !self.faults.is_empty() {
            return None;
        }
        let rows: usize = self.batches.iter().map(RecordBatch::num_rows).sum();
        let frame = match self.distinct(reader, rows) {
            Some(()) => Ok(Frame::nameless(reader.kind, rows)),
            None => Frame::new(reader.kind, self.ids(reader, rows)?),
        };
        let mut frame = match frame {
            Ok(it) => it,
            Err(error) => {
                let path = reader.ids.as_deref().unwrap_or_default();
                let code = match error {
                    FrameError::DuplicateId { .. } => Code::Duplicate,
                    _ => Code::Limit,
                };
                self.fault(code, shorten(path), error.to_string());
                return None;
            }
        };
        if reader.ids.is_none() && !reader.nameless && rows > 0 {
            frame.set_numbered(likely_ids(self.schema, self.batches));
        }
        self.parents(reader, &mut frame);
        self.check_observed(reader);
        let roles = self.roles(reader);
        for (at, field) in self.schema.fields().iter().enumerate() {
            let name = field.name().as_str();
            if roles.contains(name) {
                continue;
            }
            match self.wanted.of(name) {
                Some(kind) => self.column(reader, &mut frame, at, kind),
                None => frame.leave_out(name),
            }
        }
        self.check_whole(reader);
        Some(frame)
    }

    /// Names that are duplicated, batches of another schema.
    fn check_schema(&mut self) {
        let mut seen = BTreeSet::new();
        for field in self.schema.fields() {
            if !seen.insert(field.name()) {
                let name = shorten(field.name());
                self.fault(
                    Code::Duplicate,
                    name.clone(),
                    format!("two columns are called `{name}`"),
                );
            }
        }
        let same = |(one, two): (&FieldRef, &FieldRef)| {
            one.name() == two.name() && one.data_type() == two.data_type()
        };
        let fields = self.schema.fields();
        let differs = |it: &Schema| {
            it.fields().len() != fields.len() || !it.fields().iter().zip(fields).all(same)
        };
        let other = self.batches.iter().position(|batch| differs(batch.schema_ref()));
        if let Some(at) = other {
            let message = format!("batch {at} has other columns than the schema says");
            self.fault(Code::WrongType, "", message);
        }
    }

    /// The number of a column; a fault where there is none of that name.
    fn find(&mut self, name: &str, what: &str) -> Option<usize> {
        if let Ok(at) = self.schema.index_of(name) {
            return Some(at);
        }
        let name = shorten(name);
        let message = format!("there is no column `{name}`{what}");
        let known = self.schema.fields().iter().map(|field| field.name().as_str());
        let help = did_you_mean(&name, known);
        self.faults.push(Fault::new(Code::MissingKey, name, message).maybe_help(help));
        None
    }

    fn arrays(&self, at: usize) -> impl Iterator<Item = &dyn Array> {
        self.batches.iter().filter_map(move |batch| batch.columns().get(at)).map(AsRef::as_ref)
    }

    /// The ids of a column with their faults; `None` where it holds none.
    fn texts(&mut self, at: usize, what: &str) -> Option<Vec<Option<Arc<str>>>> {
        let mut all = Vec::new();
        if self.arrays(at).try_for_each(|array| ids(array, &mut all)).is_none() {
            if self.is_missing(at) {
                return Some(self.nothing(at));
            }
            let field = self.schema.fields().get(at)?;
            let name = shorten(field.name());
            let message = format!(
                "column `{name}` holds {}, {what} are texts or whole numbers",
                field.data_type()
            );
            let help = "cast it to text";
            self.faults.push(Fault::new(Code::WrongType, name, message).help(help));
            return None;
        }
        let name =
            self.schema.fields().get(at).map_or_else(String::new, |field| shorten(field.name()));
        let long =
            |it: &Option<Arc<str>>| it.as_ref().is_some_and(|text| text.len() > LONGEST_TEXT);
        if let Some(row) = all.iter().position(long) {
            let bytes = all.get(row).and_then(Option::as_ref).map_or(0, |text| text.len());
            self.too_long(&name, row, bytes);
            return None;
        }
        Some(all)
    }

    fn too_long(&mut self, name: &str, row: usize, bytes: usize) {
        let message = format!(
            "column `{name}` has a text of {bytes} bytes in row {row}, at most {LONGEST_TEXT}"
        );
        self.fault(Code::Limit, format!("{name}[{row}]"), message);
    }

    fn ids(&mut self, reader: &FrameReader<'_>, rows: usize) -> Option<Vec<Arc<str>>> {
        if rows >= NO_ROW as usize {
            let message = format!("a frame has at most {} rows, got {rows}", NO_ROW - 1);
            self.fault(Code::Limit, "", message);
            return None;
        }
        let Some(column) = &reader.ids else {
            return Some((0..rows).map(|row| Arc::from(row.to_string())).collect());
        };
        let at = self.find(column, " of ids")?;
        let all = self.texts(at, "ids")?;
        let name = shorten(column);
        let empty = |it: &Option<Arc<str>>| it.as_ref().is_none_or(|text| text.is_empty());
        if let Some(row) = all.iter().position(empty) {
            let message = format!("column `{name}` has no id in row {row}");
            self.fault(Code::Empty, format!("{name}[{row}]"), message);
            return None;
        }
        Some(all.into_iter().flatten().collect())
    }

    /// Whether ids need not be kept, and are seen to be without fault at a glance: numbers that rise, or no ids at all.
    fn distinct(&self, reader: &FrameReader<'_>, rows: usize) -> Option<()> {
        if !reader.nameless || rows >= NO_ROW as usize {
            return None;
        }
        let Some(column) = &reader.ids else { return Some(()) };
        let at = self.schema.index_of(column).ok()?;
        let mut last = None;
        self.arrays(at).all(|array| rises(array, &mut last)).then_some(())
    }

    fn parents(&mut self, reader: &FrameReader<'_>, frame: &mut Frame) {
        let own = is_company(reader).then(|| (SubjectKind::Company, PARENT.to_owned()));
        for (kind, name) in above(reader).map(|kind| (kind, format!("{kind}_id"))).chain(own) {
            let Ok(at) = self.schema.index_of(&name) else { continue };
            if let Some(parents) = self.texts(at, "ids") {
                // Its length is that of all the other columns.
                let _ = frame.set_parents(kind, parents);
            }
        }
    }

    /// The columns that are no metrics.
    fn roles(&self, reader: &FrameReader<'_>) -> BTreeSet<String> {
        let parents = above(reader).map(|kind| format!("{kind}_id"));
        let observed = reader.observed.values().cloned();
        // A config may read it as it stands, too.
        let is_read = |it: &Engine| it.givable(reader.kind).any(|metric| metric.0 == PARENT);
        let own = is_company(reader) && !reader.engine.is_some_and(is_read);
        let parents = parents.chain(own.then(|| PARENT.to_owned()));
        parents.chain(observed).chain(reader.ids.clone()).collect()
    }

    fn column(
        &mut self,
        reader: &FrameReader<'_>,
        frame: &mut Frame,
        at: usize,
        wanted: Option<Kind>,
    ) {
        let Some(field) = self.schema.fields().get(at) else { return };
        let (name, shown) = (field.name().as_str(), shorten(field.name()));
        let sort = Sort::of(field.data_type());
        let kind = match (sort, wanted) {
            (Sort::Nothing, _) => Some(wanted.unwrap_or_default()),
            (Sort::Number, None | Some(Kind::Number)) => Some(Kind::Number),
            (Sort::Flag, None | Some(Kind::Flag)) => Some(Kind::Flag),
            (Sort::Text, None | Some(Kind::Text)) => Some(Kind::Text),
            _ => None,
        };
        let Some(kind) = kind.or_else(|| wanted.filter(|_| self.is_missing(at))) else {
            let what = wanted.map_or_else(
                || "a metric is a number, a flag or a text".to_owned(),
                |kind| format!("the metric is {kind}"),
            );
            let message = format!("column `{shown}` holds {}, {what}", field.data_type());
            let fault = Fault::new(Code::WrongType, shown, message);
            self.faults.push(fault.maybe_help(help(sort, wanted)));
            return;
        };
        let Some(data) = self.data(at, &shown, kind) else { return };
        let mut column = Column::of(data);
        if let Some(days) = reader.observed.get(name) {
            let Some(days) = self.observed(days) else { return };
            column = column.observed(days);
        }
        if let Err(FrameError::NotFinite { row, .. }) = frame.insert(name, column) {
            let message = format!("column `{shown}` has an infinity in row {row}");
            let fault = Fault::new(Code::NotFinite, format!("{shown}[{row}]"), message);
            self.faults.push(fault.help("a missing number is null or NaN"));
        }
    }

    fn data(&mut self, at: usize, name: &str, kind: Kind) -> Option<Data> {
        let rows = self.batches.iter().map(RecordBatch::num_rows).sum();
        Some(match kind {
            Kind::Number => {
                let mut all = Vec::with_capacity(rows);
                self.arrays(at).for_each(|array| numbers(array, &mut all));
                Data::Number(all)
            }
            Kind::Flag => {
                let mut all = Vec::with_capacity(rows);
                self.arrays(at).for_each(|array| flags(array, &mut all));
                Data::Flag(all)
            }
            Kind::Text => {
                let mut all = Categories::default();
                let mut long = None;
                let mut before = 0;
                for array in self.arrays(at) {
                    let found = all.add(array).map(|(row, bytes)| (before + row, bytes));
                    long = long.or(found);
                    before += array.len();
                }
                if let Some((row, bytes)) = long {
                    self.too_long(name, row, bytes);
                    return None;
                }
                Data::Text { codes: all.codes, labels: Arc::new(all.labels) }
            }
        })
    }

    /// The days of a column of days of observation.
    fn observed(&mut self, column: &str) -> Option<Vec<Option<NaiveDate>>> {
        let at = self.find(column, " of days")?;
        let mut all = Vec::new();
        for array in self.arrays(at) {
            all.extend(days(array));
        }
        let name = shorten(column);
        let field = self.schema.fields().get(at)?;
        if !matches!(Sort::of(field.data_type()), Sort::Day | Sort::Text | Sort::Nothing) {
            if self.is_missing(at) {
                return Some(self.nothing(at));
            }
            let message = format!(
                "column `{name}` holds {}, days are dates or timestamps",
                field.data_type()
            );
            self.fault(Code::WrongType, name, message);
            return None;
        }
        if let Some((row, why)) =
            all.iter().enumerate().find_map(|(row, it)| Some((row, it.as_ref().err()?)))
        {
            let message = format!("column `{name}` has no day in row {row}: {why}");
            self.fault(Code::OutOfRange, format!("{name}[{row}]"), message);
            return None;
        }
        Some(all.into_iter().map(|day| day.ok().flatten()).collect())
    }

    /// Whether there are rows, and all of a column are null or NaN: then its type says nothing.
    fn is_missing(&self, at: usize) -> bool {
        let is_missing = |it: &dyn Array| {
            if it.logical_null_count() == it.len() {
                return true;
            }
            let mut all = Vec::new();
            if it.data_type().is_floating() {
                numbers(it, &mut all);
            }
            all.len() == it.len() && all.iter().all(|it| it.is_nan())
        };
        self.arrays(at).any(|array| !array.is_empty()) && self.arrays(at).all(is_missing)
    }

    /// A column without a value.
    fn nothing<T>(&self, at: usize) -> Vec<Option<T>> {
        self.arrays(at).flat_map(|array| (0..array.len()).map(|_| None)).collect()
    }

    /// Days of observation of what the engine takes from no column.
    fn check_observed(&mut self, reader: &FrameReader<'_>) {
        let Some(engine) = reader.engine else { return };
        let wanted = self.wanted;
        for metric in reader.observed.keys().filter(|metric| wanted.of(metric).is_none()) {
            let name = shorten(metric);
            let message =
                format!("`{name}`, whose days are given, is no metric of a {}", reader.kind);
            let help = did_you_mean(metric, engine.givable(reader.kind).map(|metric| metric.0));
            let fault = Fault::new(Code::UnknownName, format!("observed.{name}"), message);
            self.faults.push(fault.maybe_help(help));
        }
    }

    /// What the engine needs a column for.
    fn check_whole(&mut self, reader: &FrameReader<'_>) {
        let (Some(engine), true) = (reader.engine, reader.whole) else { return };
        let subject = engine.config().subject;
        let metrics = engine.config().metrics.iter();
        let mine = metrics.filter(|metric| metric.subject.unwrap_or(subject) == reader.kind);
        let declared: BTreeSet<&str> = mine.map(|metric| metric.name.as_str()).collect();
        let fields = self.schema.fields().iter();
        let given: BTreeSet<&str> = fields.map(|field| field.name().as_str()).collect();
        for (name, _, alone) in engine.givable(reader.kind) {
            if alone && declared.contains(name) && !given.contains(name) {
                let _ = self.find(name, ", which the config reads");
            }
        }
    }
}

/// The column of a company's own parent.
const PARENT: &str = "parent_id";

fn is_company(reader: &FrameReader<'_>) -> bool {
    reader.kind == SubjectKind::Company
}

/// The kinds of subject above the reader's.
fn above(reader: &FrameReader<'_>) -> impl Iterator<Item = SubjectKind> {
    let kind = reader.kind;
    SubjectKind::ALL.into_iter().filter(move |it| *it < kind)
}

/// What to do about a column that is of another kind than its metric.
fn help(sort: Sort, wanted: Option<Kind>) -> Option<String> {
    let text = match (sort, wanted) {
        (Sort::Day, _) => "give the number of days since or until then",
        (_, None) => return None,
        (Sort::Other, _) => "take one value out of it",
        (_, Some(Kind::Number)) => "cast it to a float",
        (_, Some(Kind::Flag)) => "cast it to a boolean, or say `type = \"number\"`",
        (_, Some(Kind::Text)) => "cast it to a text",
    };
    Some(text.to_owned())
}
