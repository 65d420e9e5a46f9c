//! The Arrow PyCapsule interface, both ways. The only unsafe code of the package.
//!
//! A capsule's name says what its pointer is to; the structs are moved out of it, as the interface asks, so that whoever
//! made the capsule finds them released. Buffers stay where they are.

#![expect(unsafe_code, reason = "pointers of capsules are those of another library")]

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, NullArray, RecordBatch, RecordBatchIterator, RecordBatchOptions, make_array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use foretell::Faults;
use foretell::fault::{Code, Fault};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::checked::{check, check_buffers};
use crate::convert::shorten;
use crate::errors::{input_error, input_faults};

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Batches of one schema.
pub(crate) type Batches = (SchemaRef, Vec<RecordBatch>);

/// Whether a column of that name is read. The others are not looked at, whatever they hold: they come as columns of nulls.
pub(crate) type IsRead<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Why no table can be made of what came.
enum Refused {
    Table(String),
    Column(Box<Fault>),
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self::Table(message)
    }
}

impl Refused {
    fn raised(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Table(why) => input_error(py, format!("the table cannot be read: {why}")),
            Self::Column(fault) => input_faults(py, &Faults(vec![*fault])),
        }
    }
}

/// Whether something hands out Arrow data.
pub(crate) fn is_arrow(it: &Bound<'_, PyAny>) -> bool {
    ["__arrow_c_stream__", "__arrow_c_array__"]
        .iter()
        .any(|name| it.hasattr(*name).unwrap_or(false))
}

/// The batches of anything that hands out a table.
pub(crate) fn import(from: &Bound<'_, PyAny>, is_read: IsRead<'_>) -> PyResult<Batches> {
    let py = from.py();
    if from.hasattr("__arrow_c_stream__")? {
        let capsule = handed(from, "__arrow_c_stream__")?;
        let capsule = capsule.cast::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(STREAM))?.cast();
        // SAFETY: a capsule of this name points to an `ArrowArrayStream`, by the interface; it is moved out and what
        // is left is marked as released.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
        // What fills the stream may be Python, or wait for threads that are.
        return py.detach(|| drain(stream, is_read)).map_err(|it| it.raised(py));
    }
    if from.hasattr("__arrow_c_array__")? {
        let pair = handed(from, "__arrow_c_array__")?;
        let (schema, array) =
            pair.cast::<PyTuple>()?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?.cast();
        let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?.cast();
        // SAFETY: capsules of these names point to an `ArrowSchema` and an `ArrowArray`, by the interface; both are moved
        // out, and together they describe one array.
        let (schema, array) = unsafe {
            (FFI_ArrowSchema::from_raw(schema.as_ptr()), FFI_ArrowArray::from_raw(array.as_ptr()))
        };
        let read = schema_of(&schema, is_read)
            .and_then(|schema| Ok((Arc::clone(&schema), vec![batch(&schema, array, 0)?])));
        return read.map_err(|it| it.raised(py));
    }
    let what = from.get_type().name()?;
    let mut message = format!("expected a table that speaks Arrow, got `{what}`");
    if from.hasattr("collect")? {
        message += "; call its `collect()` first";
    }
    Err(input_error(py, message))
}

/// What an object hands out. An error of its own becomes one of this package, with the other as its cause.
fn handed<'py>(from: &Bound<'py, PyAny>, how: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = from.py();
    from.call_method0(how).map_err(|error| {
        if !error.is_instance_of::<PyException>(py) {
            return error;
        }
        let what = from.get_type().name().map_or_else(|_| String::new(), |it| it.to_string());
        let why = error.value(py).to_string();
        let message = format!(
            "the table cannot be read: `{what}` does not hand it out: {}; \
             hand over only the columns that are read",
            why.trim_end_matches('.')
        );
        let raised = input_error(py, message);
        raised.set_cause(py, Some(error));
        raised
    })
}

fn drain(mut stream: FFI_ArrowArrayStream, is_read: IsRead<'_>) -> Result<Batches, Refused> {
    let (Some(_), Some(get_schema), Some(get_next)) =
        (stream.release(), stream.get_schema(), stream.get_next())
    else {
        return Err("somebody has read it already".to_owned().into());
    };
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: it is the stream's own callback, the stream is not released, and there is room for what it writes.
    let status = unsafe { get_schema(&raw mut stream, &raw mut schema) };
    went_well(&mut stream, status)?;
    let schema = schema_of(&schema, is_read)?;
    let (mut batches, mut rows) = (Vec::new(), 0);
    loop {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: as above.
        let status = unsafe { get_next(&raw mut stream, &raw mut array) };
        went_well(&mut stream, status)?;
        if array.is_released() {
            return Ok((schema, batches));
        }
        let batch = batch(&schema, array, rows)?;
        rows += batch.num_rows();
        batches.push(batch);
    }
}

/// What a stream says where a callback did not give 0.
fn went_well(stream: &mut FFI_ArrowArrayStream, status: c_int) -> Result<(), Refused> {
    if status == 0 {
        return Ok(());
    }
    let mut why = format!("error {status}");
    if let Some(get_last_error) = stream.get_last_error() {
        // SAFETY: it is the stream's own callback, and the stream is not released.
        let text = unsafe { get_last_error(&raw mut *stream) };
        if !text.is_null() {
            // SAFETY: a text that ends with 0, by the interface, and is the stream's until its next call.
            why = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
        }
    }
    Err(why.into())
}

/// The schema of a table. A column that is not read is one of nulls.
fn schema_of(from: &FFI_ArrowSchema, is_read: IsRead<'_>) -> Result<SchemaRef, Refused> {
    if from.format() != "+s" {
        let what = DataType::try_from(from).map_or(from.format().to_owned(), |it| it.to_string());
        return Err(format!("it is one column of {what}, not a table").into());
    }
    let field = |from: &FFI_ArrowSchema| {
        let name = from.name().unwrap_or_default();
        if !is_read(name) {
            return Ok(Field::new(name, DataType::Null, true));
        }
        let unknown = || format!("its type `{}` is not known", shorten(from.format()));
        let field = Field::try_from(from).map_err(|_| unreadable(name, &unknown()))?;
        // Where a producer says that a column has no null, and it has, the nulls are what counts.
        Ok(field.with_nullable(true))
    };
    let fields = from.children().map(field).collect::<Result<Vec<_>, Refused>>()?;
    Ok(Arc::new(Schema::new(fields)))
}

fn unreadable(name: &str, why: &str) -> Refused {
    let name = shorten(name);
    let message = format!("column `{name}` cannot be read: {why}");
    let fault = Fault::new(Code::WrongType, name, message);
    Refused::Column(Box::new(fault.help("cast it to a type of Arrow that is widely known")))
}

/// A batch of rows, before which there are others.
fn batch(schema: &SchemaRef, whole: FFI_ArrowArray, before: usize) -> Result<RecordBatch, Refused> {
    if whole.num_children() != schema.fields().len() {
        return Err("a batch has other columns than the schema says".to_owned().into());
    }
    if [whole.len(), whole.offset()].iter().any(|it| isize::try_from(*it).is_err()) {
        return Err("a batch has less than no rows".to_owned().into());
    }
    if has_null(&whole) {
        return Err("a whole row is null".to_owned().into());
    }
    let whole = Arc::new(whole);
    let columns = schema.fields().iter().enumerate();
    let columns = columns.map(|(at, field)| column(&whole, at, field, before));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(whole.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(|it| it.to_string().into())
}

/// Whether a row of a table is null as a whole.
fn has_null(whole: &FFI_ArrowArray) -> bool {
    if whole.null_count_opt() == Some(0) || whole.num_buffers() == 0 || whole.buffer(0).is_null() {
        return false;
    }
    let rows = whole.offset()..whole.offset().saturating_add(whole.len());
    // SAFETY: the first buffer of a struct has a bit for each row, from before its offset on, by the interface.
    let bits = unsafe { std::slice::from_raw_parts(whole.buffer(0), rows.end.div_ceil(8)) };
    let is_there = |row: usize| bits.get(row / 8).is_some_and(|it| it >> (row % 8) & 1 == 1);
    !rows.into_iter().all(is_there)
}

/// A column of a table. One of nulls needs no buffer, and some producers say otherwise.
fn column(
    whole: &Arc<FFI_ArrowArray>,
    at: usize,
    field: &Field,
    before: usize,
) -> Result<ArrayRef, Refused> {
    let (name, data_type, rows) = (field.name(), field.data_type(), whole.len());
    if *data_type == DataType::Null {
        return Ok(Arc::new(NullArray::new(rows)));
    }
    let child = whole.child(at);
    if child.is_released() || child.len() < whole.offset().saturating_add(rows) {
        return Err(unreadable(name, "it is shorter than the table"));
    }
    check_buffers(child, data_type).map_err(|it| unreadable(name, &it))?;
    // SAFETY: a child of an array that is not released is one itself, and describes what its part of the schema says, by the
    // interface.
    let data = unsafe { from_ffi_and_data_type(lent(whole, child), data_type.clone()) };
    let mut data = data.map_err(|it| unreadable(name, &it.to_string()))?;
    if whole.offset() > 0 || data.len() > rows {
        data = data.slice(whole.offset(), rows);
    }
    match check(&data, name, before) {
        Some(fault) => Err(Refused::Column(Box::new(fault))),
        None => Ok(make_array(data)),
    }
}

/// A child of an array as an array of its own, which keeps the whole for as long as it is there.
///
/// # Safety
/// `child` is a child of `whole`, and neither is released.
unsafe fn lent(whole: &Arc<FFI_ArrowArray>, child: &FFI_ArrowArray) -> FFI_ArrowArray {
    unsafe extern "C" fn let_go(array: *mut FFI_ArrowArray) {
        // SAFETY: called once, by the interface, with an array that `lent` made.
        unsafe {
            drop(Box::from_raw((*array).private_data().cast::<Arc<FFI_ArrowArray>>()));
            (*array).set_release(None);
        }
    }
    let keeper = Box::into_raw(Box::new(Arc::clone(whole)));
    // SAFETY: the struct is plain data, and what it points to is there as long as `whole` is. Its callback is put out of
    // place before the copy can be dropped, so that the child is released once, with the whole.
    unsafe {
        let mut copy = ptr::read(child);
        copy.set_private_data(keeper.cast());
        copy.set_release(Some(let_go));
        copy
    }
}

/// A stream of batches, in a capsule.
pub(crate) fn export<'py>(
    py: Python<'py>,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> PyResult<Bound<'py, PyCapsule>> {
    let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
    let batches = RecordBatchIterator::new(batches, Arc::clone(schema));
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), STREAM)
}

/// A schema, in a capsule.
pub(crate) fn export_schema<'py>(
    py: Python<'py>,
    schema: &Schema,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema)
        .map_err(|it| input_error(py, format!("the schema cannot be handed out: {it}")))?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
