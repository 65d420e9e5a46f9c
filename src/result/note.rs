//! What a reader of results should know about their columns.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::SubjectKind;
use crate::result::reasons::{Absent, LeftOut, NoValue, NotUsed, Renamed, ReportNotUsed};

/// Something about a column that a reader of results should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Note {
    /// A given column was used instead of what the metric would have been derived from.
    Given {
        /// What the subjects are.
        kind: SubjectKind,
        /// The metric.
        metric: String,
    },
    /// Values outside the declared range or list were taken as missing.
    OutOfRange {
        /// What the subjects are.
        kind: SubjectKind,
        /// The metric.
        metric: String,
        /// How many.
        values: usize,
    },
    /// Records or values that could not be used were left out.
    LeftOut {
        /// What the subjects are.
        kind: SubjectKind,
        /// The metric.
        metric: String,
        /// How many.
        values: usize,
        /// Why.
        reason: LeftOut,
    },
    /// A given column has a name that nothing in the config reads, and was not used.
    NotRead {
        /// What the subjects are.
        kind: SubjectKind,
        /// The column.
        column: String,
        /// The name that was meant, where one that can be given is near.
        near: Option<String>,
    },
    /// A given column has the name of something that is always computed, such as a score, a
    /// segment or a value of a parent or of children, and was not used.
    Computed {
        /// What the subjects are.
        kind: SubjectKind,
        /// The column.
        column: String,
    },
    /// The given parents of some subjects are not among the subjects that are assessed, so what
    /// reads them has no data.
    NoParent {
        /// What the subjects are.
        kind: SubjectKind,
        /// What the parents are.
        parent: SubjectKind,
        /// How many subjects.
        subjects: usize,
        /// The first parent that is not there.
        first: String,
    },
    /// Subjects of the book were left out.
    NotAssessed {
        /// What they are.
        kind: SubjectKind,
        /// How many.
        subjects: usize,
        /// Why.
        reason: Absent,
    },
    /// Manual values that are in force on that day were not used.
    Override {
        /// What their subjects are.
        kind: SubjectKind,
        /// The scorecard they name.
        scorecard: String,
        /// How many.
        overrides: usize,
        /// Why.
        reason: NotUsed,
    },
    /// There is no book, and what the config wants was not given either: the tables that a book would have had, and
    /// the columns that may be given in their place. What guards against being missing, and what nothing reads, is
    /// not asked for.
    NotGiven {
        /// What the subjects are.
        kind: SubjectKind,
        /// Tables of a book, and usage series: `cases`, `usage.logins`.
        tables: Vec<String>,
        /// Columns.
        columns: Vec<String>,
    },
    /// A metric has no value for any subject, and something reads it as if it had. Where values are outside the range, or amounts without
    /// a rate, the note on those says it.
    NoValue {
        /// What the subjects are.
        kind: SubjectKind,
        /// The metric.
        metric: String,
        /// The likely reason.
        reason: NoValue,
        /// What was looked for, such as a table, a series or a column.
        wanted: Option<String>,
    },
    /// A metric reads a name that no record has: a usage series, an assessment, an own field.
    Unknown {
        /// What the subjects are.
        kind: SubjectKind,
        /// The metric.
        metric: String,
        /// The name.
        name: String,
        /// The name that was meant, where one that records have is near.
        near: Option<String>,
    },
    /// Records lie after the day or moment of the assessment, and were left out.
    Later {
        /// Their table.
        table: String,
        /// How many.
        records: usize,
    },
    /// Subjects of which something is remembered are not there, and nothing says that they are gone: they are set aside.
    SetAside {
        /// What they are.
        kind: SubjectKind,
        /// How many.
        subjects: usize,
    },
    /// What reads a feed has no data, as its records are complete until an earlier day alone.
    Stalled {
        /// A table or a usage series.
        feed: String,
        /// The last day of which all records are there.
        until: NaiveDate,
        /// How many metrics wait for it.
        metrics: usize,
        /// How many subjects lack one of them.
        subjects: usize,
    },
    /// A feed of which nobody says how far it goes has had no record for more than three times as long as usual, of
    /// anyone.
    Silent {
        /// A table or a usage series.
        feed: String,
        /// The day of its newest record.
        last: NaiveDate,
        /// For how many days there has been none.
        days: u32,
        /// How many days lie between two days with records, on the mean.
        usual: u32,
    },
    /// The state holds a name that the config has no more, and one that it did not have is near: what was held under
    /// it ended, where `formerly` on the new one would have let it go on.
    Vanished {
        /// What it is the name of.
        what: Renamed,
        /// The name in the state.
        name: String,
        /// The name in the config.
        near: String,
    },
    /// A report on an action was not used.
    Report {
        /// The action's id.
        action: String,
        /// Why.
        reason: ReportNotUsed,
    },
}
