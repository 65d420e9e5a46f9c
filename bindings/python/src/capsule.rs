//! The Arrow PyCapsule interface, both ways. The only unsafe code of the package.
//!
//! A capsule's name says what its pointer is to; the structs are moved out of it, as the interface asks, so that whoever
//! made the capsule finds them released. Buffers stay where they are.

#![expect(unsafe_code, reason = "pointers of capsules are those of another library")]

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{
    Array, ArrayReader as _, ArrayRef, RecordBatch, RecordBatchIterator, StructArray, make_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::errors::input_error;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Batches of one schema.
pub(crate) type Batches = (SchemaRef, Vec<RecordBatch>);

/// Whether something hands out Arrow data.
pub(crate) fn is_arrow(it: &Bound<'_, PyAny>) -> bool {
    ["__arrow_c_stream__", "__arrow_c_array__"]
        .iter()
        .any(|name| it.hasattr(*name).unwrap_or(false))
}

/// The batches of anything that hands out a table.
pub(crate) fn import(from: &Bound<'_, PyAny>) -> PyResult<Batches> {
    let py = from.py();
    let refused = |it: &ArrowError| input_error(py, format!("the table cannot be read: {it}"));
    if from.hasattr("__arrow_c_stream__")? {
        let capsule = from.call_method0("__arrow_c_stream__")?;
        let capsule = capsule.cast::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(STREAM))?.cast();
        // SAFETY: a capsule of this name points to an `ArrowArrayStream`, by the interface; it is moved out and what
        // is left is marked as released.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
        // What fills the stream may be Python, or wait for threads that are.
        return py.detach(|| drain(stream)).map_err(|it| refused(&it));
    }
    if from.hasattr("__arrow_c_array__")? {
        let pair = from.call_method0("__arrow_c_array__")?;
        let (schema, array) =
            pair.cast::<PyTuple>()?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?.cast();
        let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?.cast();
        // SAFETY: capsules of these names point to an `ArrowSchema` and an `ArrowArray`, by the interface; both are moved
        // out, and together they describe one array.
        let array = unsafe {
            let schema = FFI_ArrowSchema::from_raw(schema.as_ptr());
            from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), &schema)
        };
        let array = array.map(make_array).map_err(|it| refused(&it))?;
        let schema = schema_of(array.data_type()).map_err(|it| refused(&it))?;
        let batch = batch(&schema, &array).map_err(|it| refused(&it))?;
        return Ok((schema, vec![batch]));
    }
    let what = from.get_type().name()?;
    let mut message = format!("expected a table that speaks Arrow, got `{what}`");
    if from.hasattr("collect")? {
        message += "; call its `collect()` first";
    }
    Err(input_error(py, message))
}

fn drain(stream: FFI_ArrowArrayStream) -> Result<Batches, ArrowError> {
    let reader = ArrayStreamReader::try_new(stream)?;
    let schema = schema_of(reader.field().data_type())?;
    let batches = reader.map(|it| batch(&schema, &it?)).collect::<Result<_, _>>()?;
    Ok((schema, batches))
}

fn schema_of(data_type: &DataType) -> Result<SchemaRef, ArrowError> {
    match data_type {
        DataType::Struct(fields) => Ok(Arc::new(Schema::new(fields.clone()))),
        other => Err(ArrowError::SchemaError(format!("it is one column of {other}, not a table"))),
    }
}

fn batch(schema: &SchemaRef, array: &ArrayRef) -> Result<RecordBatch, ArrowError> {
    let rows = array.as_any().downcast_ref::<StructArray>();
    let rows = rows.filter(|it| it.null_count() == 0);
    let Some(rows) = rows else {
        return Err(ArrowError::SchemaError("a whole row is null".to_owned()));
    };
    // Where a producer says that a column has no null, and it has, the nulls are what counts.
    let fields = schema.fields().iter().map(|it| Arc::new(Field::clone(it).with_nullable(true)));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(schema, rows.columns().to_vec(), &options)
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
