//! Metrics from records: attributes of subjects, and what dated records amount to on a day.
//!
//! **Days.** A window of `28d` is the 28 days that end with the day of the assessment; of months `time::Period` says
//! which days those are. Records dated
//! later do not exist, and of the others only what was known by then. Where a field is a date it
//! reads as days before the day of the assessment: `opened <= 7` is "in the last week", and a date
//! that lies ahead is negative. A window never holds a record without a date.
//!
//! **Whose.** The records of a subject are its own and those of every subject below it. Those that are over on the day
//! do not count, unless the metric asks for them: `book::life` says from which day each kind of record is over.
//!
//! **Nothing.** A table that was not loaded gives missing. With the table loaded and no record to
//! take, `count`, `sum` and `distinct` are 0 and the rest is missing; over a usage series they are 0
//! only for a subject that ever had a value of it. `empty` decides otherwise. Data that are not
//! known are never taken as good.
//!
//! Must not know: expressions, scores.

mod absence;
mod attributes;
mod derivation;
mod feeds;
mod records;
mod resolve;
mod signals;
mod slot;
mod source;
mod subjects;
mod take;
mod takes;
#[cfg(test)]
mod firsts;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod there;

pub(crate) use absence::{Unknown, Why, unknown_own};
pub(crate) use attributes::{attribute, attribute_info, attribute_names, custom};
pub(crate) use derivation::Derivation;
pub(crate) use feeds::{check_feed, rhythm};
pub(crate) use resolve::{table_ends, table_fields};
pub(crate) use slot::{Dated, HOURS, View};
pub(crate) use take::{distinct_of, median_of};

use crate::book::own::Own;
use crate::frame::{Column, SubjectKind};
use crate::value::{Kind, Value};

/// A field that a filter may read, in the order of the slots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it can be missing.
    pub(crate) optional: bool,
    /// Lowest and highest possible value.
    pub(crate) range: Option<(f64, f64)>,
    /// Every text that it can be, where they are known.
    pub(crate) labels: Option<&'static [&'static str]>,
    pub(crate) unit: Option<&'static str>,
    /// Whether it is a date, which reads as days before the day of the assessment.
    pub(crate) dated: Dated,
    /// Whether it says the same of every record that is there, as it is about what is over.
    pub(crate) same: bool,
}

/// An own field that a filter reads, in the order of the slots after those of the fields.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnField {
    pub(crate) own: Own,
    pub(crate) kind: Kind,
}

/// What a filter says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Yes,
    No,
    /// It reads something that is missing: the record is left out, and counted.
    Unclear,
}

/// A condition over the fields of a record.
pub(crate) trait RecordFilter {
    /// Whose records it is asked about from now on: the number of the subject.
    fn begin(&self, subject: usize) {
        let _ = subject;
    }

    /// Says of each record whether it counts; `read` gives the field of a record in a slot.
    fn keep(
        &self,
        records: &[u32],
        read: &mut dyn FnMut(u32, usize) -> Value,
        keep: &mut dyn FnMut(u32, Keep),
    );
}

/// A column computed from a book, and what had to be left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Derived {
    /// One row per subject. For derivations with a day for each subject: what is read from values
    /// (`mean`, `last`, `days_since_last` and their like) has that of the newest record that counts
    /// and has a value; what counts or adds records up (`count`, `sum`, `distinct`, `share`,
    /// `zero_share`, `change`, the signals) has that of the newest record of the source, whatever the filter and
    /// the window, for a count of none is as new as what was searched.
    pub(crate) column: Column,
    /// Records left out because their filter reads something missing.
    pub(crate) unclear: usize,
    /// Which subjects have such a record, so that their value could change; empty when none has.
    pub(crate) unsure: Vec<bool>,
    /// Amounts without a rate to the reporting currency; what depends on them is missing.
    pub(crate) unconverted: usize,
    /// Values of another kind than the wanted one, which are missing.
    pub(crate) other_kind: usize,
}

impl Derived {
    const fn of(column: Column) -> Self {
        Self { column, unclear: 0, unsure: Vec::new(), unconverted: 0, other_kind: 0 }
    }
}

/// The table that holds the subjects of a kind.
const fn subject_table(kind: SubjectKind) -> &'static str {
    kind.plural()
}
