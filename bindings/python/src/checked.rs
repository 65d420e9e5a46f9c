//! Whether arrays that came over the border are what they say. Whoever hands out a text that is not UTF-8, or offsets that
//! fall, is wrong; reading on would be worse.

use arrow_array::ffi::FFI_ArrowArray;
use arrow_data::{ArrayData, layout};
use arrow_schema::DataType;
use foretell::fault::{Code, Fault};

use crate::convert::shorten;

/// Whether there are the buffers that arrays of the type have.
pub(crate) fn check_buffers(array: &FFI_ArrowArray, data_type: &DataType) -> Result<(), String> {
    let it = layout(data_type);
    // Views say how long their buffers of text are in one more.
    let wanted =
        it.buffers.len() + usize::from(it.can_contain_null_mask) + usize::from(it.variadic);
    match array.num_buffers() {
        got if got < wanted => Err(format!("it has {got} buffers, {data_type} has {wanted}")),
        _ => Ok(()),
    }
}

/// What is wrong with texts, or the categories of a dictionary. `before` is the number of rows in batches before.
pub(crate) fn check(data: &ArrayData, name: &str, before: usize) -> Option<Fault> {
    if data.is_empty() {
        return None;
    }
    let shown = shorten(name);
    let ends = data.len() + 1;
    let found = match data.data_type() {
        DataType::Utf8 => {
            text(data, data.buffer::<i32>(0).iter().take(ends).map(|it| usize::try_from(*it).ok()))
        }
        DataType::LargeUtf8 => {
            text(data, data.buffer::<i64>(0).iter().take(ends).map(|it| usize::try_from(*it).ok()))
        }
        DataType::Utf8View if data.validate_full().is_err() => {
            let is_bad =
                |row: &usize| !data.is_null(*row) && data.slice(*row, 1).validate_full().is_err();
            (0..data.len()).find(is_bad).map(|row| (row, NOT_UTF8))
        }
        DataType::Dictionary(..) => {
            let why = data.validate_full().err()?;
            let message = format!("column `{shown}` has categories that cannot be read: {why}");
            return Some(Fault::new(Code::WrongType, shown, message));
        }
        _ => None,
    };
    let (row, why) = found?;
    let row = before + row;
    let message = format!("column `{shown}` has {why} in row {row}");
    Some(Fault::new(Code::WrongType, format!("{shown}[{row}]"), message))
}

const NOT_UTF8: &str = "a text that is not UTF-8";
const NO_TEXT: &str = "a text that ends before it begins";

/// The first row whose text cannot be read, and why. `offsets` say where texts end and the next begin.
fn text(
    data: &ArrayData,
    offsets: impl Iterator<Item = Option<usize>> + Clone,
) -> Option<(usize, &'static str)> {
    let bytes = data.buffers().get(1)?;
    // That long is none; the length is what the last offset says, which may be below 0.
    let length = isize::try_from(bytes.len()).map_or(0, isize::unsigned_abs);
    let mut last = None;
    for (at, offset) in offsets.clone().enumerate() {
        match offset {
            Some(it) if it <= length && last.is_none_or(|last| last <= it) => last = Some(it),
            _ => return Some((at.saturating_sub(1), NO_TEXT)),
        }
    }
    let (first, last) = (offsets.clone().next()??, last?);
    let all = bytes.get(first..last)?;
    if all.is_ascii() {
        return None;
    }
    if let Ok(all) = std::str::from_utf8(all)
        && offsets.clone().flatten().all(|it| all.is_char_boundary(it - first))
    {
        return None;
    }
    let ends = offsets.clone().skip(1).flatten();
    let is_bad = |(row, (from, to)): &(usize, (usize, usize))| {
        // What stands where a row is null means nothing.
        !data.is_null(*row)
            && bytes.get(*from..*to).is_none_or(|it| std::str::from_utf8(it).is_err())
    };
    offsets.flatten().zip(ends).enumerate().find(is_bad).map(|(row, _)| (row, NOT_UTF8))
}
