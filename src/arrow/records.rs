//! Record batches to records of a book.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};

use super::day::{When, moments};
use super::values::{Sort, decimal_text, each_text, flags, numbers, spread};
use crate::fault::{Code, Fault, Faults};
use crate::frame::Data;
use crate::node::{Node, shorten};

/// The rows of batches of one schema as records, for [`Tables::insert`](crate::book::Tables::insert).
///
/// A null and a NaN are a field that is not there. Decimals keep every digit, dates become dates, timestamps moments: one
/// with a zone has the day that it was there (a name needs the feature `zones`, and is UTC without), one without stands as it is.
///
/// # Errors
/// Every column that holds what no field of a record can be, such as lists and structs.
pub fn records(schema: &Schema, batches: &[RecordBatch]) -> Result<Vec<Node>, Faults> {
    let mut faults = Vec::new();
    for field in schema.fields() {
        if Sort::of(field.data_type()) == Sort::Other {
            let name = shorten(field.name());
            let message = format!(
                "column `{name}` holds {}, a field is a number, a flag, a text or a date",
                field.data_type()
            );
            faults.push(Fault::new(Code::WrongType, name, message));
        }
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let mut all = Vec::new();
    for batch in batches {
        let mut rows: Vec<Vec<(String, Node)>> = vec![Vec::new(); batch.num_rows()];
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            for (row, value) in rows.iter_mut().zip(cells(array)) {
                if value != Node::Null {
                    row.push((field.name().clone(), value));
                }
            }
        }
        all.extend(rows.into_iter().map(Node::Table));
    }
    Ok(all)
}

/// The value of each row.
fn cells(array: &dyn Array) -> Vec<Node> {
    if let Some(all) = array.as_any_dictionary_opt() {
        return spread(all, &cells(all.values()), &Node::Null);
    }
    let mut out = Vec::with_capacity(array.len());
    match array.data_type() {
        DataType::Int64 => whole::<Int64Type>(array, &mut out, Node::Int),
        DataType::Int32 => whole::<Int32Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::Int16 => whole::<Int16Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::Int8 => whole::<Int8Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::UInt64 => whole::<UInt64Type>(array, &mut out, |number| {
            i64::try_from(number).map_or_else(|_| Node::text(number.to_string()), Node::Int)
        }),
        DataType::UInt32 => whole::<UInt32Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::UInt16 => whole::<UInt16Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::UInt8 => whole::<UInt8Type>(array, &mut out, |number| Node::Int(number.into())),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array, &mut out),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array, &mut out),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array, &mut out),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array, &mut out),
        it => match Sort::of(it) {
            Sort::Number => {
                let mut all = Vec::new();
                numbers(array, &mut all);
                let cell = |it: f64| if it.is_nan() { Node::Null } else { Node::Float(it) };
                out.extend(all.into_iter().map(cell));
            }
            Sort::Flag => {
                let mut all = Vec::new();
                flags(array, &mut all);
                let cell =
                    |it: u8| if it == Data::NO_FLAG { Node::Null } else { Node::Bool(it == 1) };
                out.extend(all.into_iter().map(cell));
            }
            Sort::Day => out.extend(moments(array).into_iter().map(|moment| match moment {
                None => Node::Null,
                Some(When::Day(it)) => Node::text(it.to_string()),
                Some(When::Moment(it)) => Node::text(it.to_string()),
                // What no calendar has is refused by the record.
                Some(When::Beyond) => Node::text("a date beyond the calendar"),
            })),
            Sort::Text | Sort::Nothing | Sort::Other => {
                each_text(array, |it| out.push(it.map_or(Node::Null, Node::text)));
            }
        },
    }
    out
}

fn whole<T: ArrowPrimitiveType>(
    array: &dyn Array,
    out: &mut Vec<Node>,
    read: impl Fn(T::Native) -> Node,
) {
    let all = array.as_primitive_opt::<T>().into_iter().flatten();
    out.extend(all.map(|value| value.map_or(Node::Null, &read)));
}

fn decimals<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array, out: &mut Vec<Node>) {
    let Some(array) = array.as_primitive_opt::<T>() else { return };
    let cell = |row| decimal_text(array, row).map_or(Node::Null, Node::text);
    out.extend((0..array.len()).map(cell));
}
