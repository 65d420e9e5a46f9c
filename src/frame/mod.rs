//! The columnar heart: one row per subject, one column per metric.
//!
//! Missing is NaN in a number column and a value of its own in the others; NaN and infinities that
//! come from outside are refused or set aside at the door, so NaN means missing and nothing else.
//!
//! ```
//! use foretell::frame::{Column, Frame, FrameError, SubjectKind};
//!
//! let mut frame = Frame::new(SubjectKind::Account, ["a1", "a2"])?;
//! frame.insert("seats", Column::numbers([Some(12.0), None]))?;
//! let wrong = frame.insert("nps", Column::numbers([Some(f64::NAN), Some(9.0)]));
//! assert!(matches!(wrong, Err(FrameError::NotFinite { row: 0, .. })));
//! # Ok::<(), FrameError>(())
//! ```
//!
//! Must not know: configs, scores, where the values come from.

mod chunk;
mod codes;
mod column;
mod failures;
mod in_order;
mod labels;
mod name;
mod store;
mod table;

pub(crate) use chunk::{CHUNK, chunks, each, stretch};
pub use column::{Column, Data};
pub(crate) use column::{NO_DAY, column_of};
pub(crate) use failures::{Failed, Failures};
pub use labels::Labels;
pub(crate) use name::Name;
pub(crate) use table::Table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is assessed.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SubjectKind {
    /// A company: a headquarters with its accounts.
    Company,
    /// An account: a site or region of a company.
    Account,
    /// A subscription of an account.
    #[default]
    Subscription,
    /// A support case.
    Case,
}

impl SubjectKind {
    /// Every kind, parents before children.
    pub const ALL: [Self; 4] = [Self::Company, Self::Account, Self::Subscription, Self::Case];

    /// The singular name, which prefixes a parent's metrics: `account`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Account => "account",
            Self::Subscription => "subscription",
            Self::Case => "case",
        }
    }

    /// The plural name, which prefixes aggregates over children: `subscriptions`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Account => "accounts",
            Self::Subscription => "subscriptions",
            Self::Case => "cases",
        }
    }

    /// The position in [`SubjectKind::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No row: a subject without such a parent.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// Given values of subjects of one kind: names of rows, and columns by metric name. In serde formats all of it comes and
/// goes, and is checked again when it is read.
///
/// ```
/// use foretell::frame::{Column, Frame, SubjectKind};
///
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
/// frame.insert("nps", Column::numbers([Some(9.0), None]))?;
/// assert_eq!(frame.len(), 2);
/// # Ok::<(), foretell::frame::FrameError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    kind: SubjectKind,
    ids: Arc<[Arc<str>]>,
    /// Ids of parents, per kind of parent.
    parents: BTreeMap<SubjectKind, Vec<Option<Arc<str>>>>,
    /// In the order of names. Shared with the scores that read them.
    columns: Arc<Vec<(Name, Given)>>,
    /// Names of columns that came along and were not taken.
    left_out: BTreeSet<String>,
    /// Where the ids are the numbers of the rows: the names of columns that may have ids.
    likely_ids: Option<Vec<String>>,
}

/// A column of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// Shared with the assessments that read it.
    pub(crate) column: Arc<Column>,
    /// Its lowest and its highest number.
    pub(crate) extent: (f64, f64),
    /// What its first row holds, to be read without a look at the column.
    pub(crate) first: First,
}

impl PartialEq for Given {
    fn eq(&self, other: &Self) -> bool {
        // All else is of the column.
        self.column == other.column
    }
}

/// What stands in the first row of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum First {
    /// NaN for none.
    Number(f64),
    /// [`Data::NO_FLAG`] for none.
    Flag(u8),
    /// [`Data::NO_CODE`] for none.
    Text(u32),
}

impl First {
    fn of(column: &Column) -> Self {
        match column.data() {
            Data::Number(all) => Self::Number(all.first().copied().unwrap_or(f64::NAN)),
            Data::Flag(all) => Self::Flag(all.first().copied().unwrap_or(Data::NO_FLAG)),
            Data::Text { codes, .. } => Self::Text(codes.first().copied().unwrap_or(Data::NO_CODE)),
        }
    }
}

/// Why a frame cannot take its rows or a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A column of another length than the frame.
    #[error("column `{name}` has {got} rows, the frame has {want}")]
    Length {
        /// The column.
        name: String,
        /// Its rows.
        got: usize,
        /// The frame's rows.
        want: usize,
    },
    /// Two rows with the same id.
    #[error("the id `{id}` stands in rows {first} and {second}")]
    DuplicateId {
        /// The id.
        id: String,
        /// The first row, from 0.
        first: usize,
        /// The second row, from 0.
        second: usize,
    },
    /// NaN where missing was not meant, or an infinity.
    #[error("column `{name}` has a number that is not finite in row {row}")]
    NotFinite {
        /// The column.
        name: String,
        /// The row, from 0.
        row: usize,
    },
    /// More rows than fit.
    #[error("a frame has at most {most} rows, got {got}")]
    TooMany {
        /// The rows given.
        got: usize,
        /// The most it can have.
        most: usize,
    },
}

impl Frame {
    /// A frame of rows without columns.
    ///
    /// # Errors
    /// [`FrameError::DuplicateId`] when an id is duplicated, [`FrameError::TooMany`] past four
    /// thousand million rows.
    pub fn new<I: Into<Arc<str>>>(
        kind: SubjectKind,
        ids: impl IntoIterator<Item = I>,
    ) -> Result<Self, FrameError> {
        let ids: Arc<[Arc<str>]> = ids.into_iter().map(Into::into).collect();
        if ids.len() >= NO_ROW as usize {
            return Err(FrameError::TooMany { got: ids.len(), most: NO_ROW as usize - 1 });
        }
        if let Some((first, second)) = twice(&ids) {
            let id = ids.get(second).map_or_else(String::new, ToString::to_string);
            return Err(FrameError::DuplicateId { id, first, second });
        }
        Ok(Self { kind, ids, ..Self::default() })
    }

    /// A frame of so many rows that nobody tells apart: every id is empty.
    #[cfg(feature = "arrow")]
    pub(crate) fn nameless(kind: SubjectKind, rows: usize) -> Self {
        let id: Arc<str> = Arc::default();
        Self { kind, ids: vec![id; rows].into(), ..Self::default() }
    }

    /// Adds or replaces a column.
    ///
    /// # Errors
    /// [`FrameError::Length`] when it has another number of rows, [`FrameError::NotFinite`] when it
    /// holds an infinity, or NaN as a value.
    pub fn insert(&mut self, name: impl Into<String>, column: Column) -> Result<(), FrameError> {
        let name = name.into();
        if column.len() != self.len() {
            return Err(FrameError::Length { name, got: column.len(), want: self.len() });
        }
        let extent = column.extent();
        if let Some(row) = column.first_not_finite(extent) {
            return Err(FrameError::NotFinite { name, row });
        }
        let first = First::of(&column);
        let given = Given { column: Arc::new(column), extent, first };
        let columns = Arc::make_mut(&mut self.columns);
        let name = Name::from(name.as_str());
        match columns.binary_search_by(|it| it.0.cmp(&name)) {
            Ok(at) => {
                if let Some(it) = columns.get_mut(at) {
                    it.1 = given;
                }
            }
            Err(at) => columns.insert(at, (name, given)),
        }
        Ok(())
    }

    /// Says which parent of `kind` each row belongs to.
    ///
    /// # Errors
    /// [`FrameError::Length`] when there are more or fewer parents than rows.
    pub fn set_parents(
        &mut self,
        kind: SubjectKind,
        parents: Vec<Option<Arc<str>>>,
    ) -> Result<(), FrameError> {
        if parents.len() != self.len() {
            let name = kind.name().to_owned();
            return Err(FrameError::Length { name, got: parents.len(), want: self.len() });
        }
        self.parents.insert(kind, parents);
        Ok(())
    }

    /// Says that a column came along and was not taken, so that an assessment can say whether it was meant
    /// for something.
    pub fn leave_out(&mut self, name: impl Into<String>) {
        self.left_out.insert(name.into());
    }

    /// The names of columns that came along and were not taken.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.left_out.iter().map(String::as_str)
    }

    /// Says that the ids are no more than the numbers of the rows, and which columns of the table may have ids. Such a frame
    /// can be scored. With a state, and to be assessed, it gives a fault and is taken without a past.
    pub fn set_numbered(&mut self, likely_ids: Vec<String>) {
        self.likely_ids = Some(likely_ids);
    }

    /// Where the ids are no more than the numbers of the rows: the names of columns that may have ids.
    #[must_use]
    pub fn likely_ids(&self) -> Option<&[String]> {
        self.likely_ids.as_deref()
    }

    /// What the rows are.
    #[must_use]
    pub const fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The rows' ids.
    #[must_use]
    pub fn ids(&self) -> &[Arc<str>] {
        &self.ids
    }

    /// The parents of `kind` that were set.
    #[must_use]
    pub fn parents(&self, kind: SubjectKind) -> Option<&[Option<Arc<str>>]> {
        self.parents.get(&kind).map(Vec::as_slice)
    }

    /// The column of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Column> {
        given(&self.columns, name).map(|given| given.column.as_ref())
    }

    /// Every column, in the order of names, to be read without a copy.
    pub(crate) const fn all_given(&self) -> &Arc<Vec<(Name, Given)>> {
        &self.columns
    }

    /// The rows' ids, to be read without a copy.
    pub(crate) const fn shared_ids(&self) -> &Arc<[Arc<str>]> {
        &self.ids
    }

    /// Every column, by name.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column.column.as_ref()))
    }
}

/// The column of that name among those that are in the order of names.
pub(crate) fn given<'a>(all: &'a [(Name, Given)], name: &str) -> Option<&'a Given> {
    let name = Name::from(name);
    let at = all.binary_search_by(|it| it.0.cmp(&name)).ok()?;
    all.get(at).map(|it| &it.1)
}

/// The first two rows of an id that is duplicated: of all such, those whose second row comes first.
fn twice(ids: &[Arc<str>]) -> Option<(usize, usize)> {
    // Ids often come in order, and then nothing has to be sorted.
    if ids.is_sorted_by(|one, two| one < two) {
        return None;
    }
    // Hashes are sorted faster than texts. The hasher is the same every time.
    let hash = |id: &Arc<str>| BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
    let mut rows: Vec<(u64, usize)> = ids.iter().map(hash).zip(0..).collect();
    rows.sort_unstable();
    let mut first: Option<(usize, usize)> = None;
    for same in rows.chunk_by(|one, two| one.0 == two.0).filter(|rows| rows.len() > 1) {
        let mut same: Vec<(&str, usize)> =
            same.iter().filter_map(|it| Some((ids.get(it.1)?.as_ref(), it.1))).collect();
        same.sort_unstable();
        let pairs = same.windows(2).filter_map(|pair| match pair {
            [(one, at), (two, then)] if one == two => Some((*at, *then)),
            _ => None,
        });
        first = pairs.chain(first).min_by_key(|it| it.1);
    }
    first
}
