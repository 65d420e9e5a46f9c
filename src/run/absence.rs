//! What is said of a metric without a value for anyone, and of names in it that no record has.

use crate::expr::Program;
use crate::frame::{Column, SubjectKind, Table};
use crate::metric::{Derivation, Unknown, Why, unknown_own};
use crate::plan::steps::{Attribute, Slot, Step, Work};
use crate::result::assessment::Note;
use crate::result::reasons::NoValue;
use crate::run::columns::Made;
use crate::run::steps::Run;

/// What a note says of why there is nothing: the reason, and what was looked for.
type Reason = (NoValue, Option<String>);

impl Run<'_> {
    /// Says of a column that has just been made which names in it no record has, or why it has no value at all.
    pub(crate) fn absence(&mut self, step: &Step, slot: &Slot, made: &Made, out_of_range: usize) {
        let rows = self.rows.get(step.kind.index()).map_or(0, |rows| rows.ids.len());
        if rows == 0 || made.stalled {
            return;
        }
        let is_read = self.engine.outline.wants.read.contains(&(step.kind.index(), step.slot));
        let is_empty = is_empty(&made.column);
        // A near name is a slip of the pen, even where nobody would miss the value.
        let mut unknown = self.unknown(step, made, is_empty);
        unknown.retain(|slip| is_read || slip.near.is_some());
        let (kind, metric) = (step.kind, &slot.name);
        if !unknown.is_empty() {
            self.out.notes.extend(unknown.into_iter().map(|Unknown { name, near }| {
                Note::Unknown { kind, metric: metric.clone(), name, near }
            }));
            return;
        }
        if !is_empty || !is_read {
            return;
        }
        if out_of_range + made.unconverted > 0 {
            // A note of their own says that of each value.
            return;
        }
        let other = (made.other_kind > 0).then_some((NoValue::OtherKind, None));
        if let Some((reason, wanted)) = other.or_else(|| self.reason(step, slot, made)) {
            self.out.notes.push(Note::NoValue { kind, metric: metric.clone(), reason, wanted });
        }
    }

    /// The names in a metric that no record has.
    fn unknown(&self, step: &Step, made: &Made, is_empty: bool) -> Vec<Unknown> {
        let Some(book) = self.source.input.book.filter(|_| !made.given) else { return Vec::new() };
        match &step.work {
            Work::Records { derivation, .. } => derivation.unknown(book),
            Work::Attribute { attribute: Some(Attribute::Own(own)), .. } if is_empty => {
                unknown_own(book, step.kind, own).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The likely reason why a column has no value; none where another note says it, or another metric's.
    fn reason(&self, step: &Step, slot: &Slot, made: &Made) -> Option<Reason> {
        if made.given {
            return Some((NoValue::EmptyColumn, Some(slot.name.clone())));
        }
        let book = self.source.input.book;
        match &step.work {
            // Without a book one note says all that was not given.
            Work::Attribute { attribute: None, .. } => {
                book.map(|_| (NoValue::NoColumn, Some(slot.name.clone())))
            }
            Work::Attribute { .. } => {
                book.map(|_| (NoValue::NotFilled, Some(step.kind.plural().to_owned())))
            }
            Work::Records { derivation, .. } => book.map(|book| {
                let why = derivation.why_nothing(book, step.kind, self.source.as_of);
                (reason_of(why), Some(wanted(derivation, why)))
            }),
            Work::Expression { program } => {
                let table = self.out.tables.get(step.kind.index())?;
                (!rests_on_nothing(program, table)).then_some((NoValue::Calculation, None))
            }
            Work::Parent { parent, from } => self.relatives(*parent, Some(*from)),
            Work::Children { child, from, .. } => self.relatives(*child, Some(*from)),
            Work::Class { .. }
            | Work::Card { .. }
            | Work::Kin { .. }
            | Work::Least { .. }
            | Work::Past { .. }
            | Work::Alerts { .. } => None,
        }
    }

    /// Why nothing comes from subjects of another kind.
    fn relatives(&self, kind: SubjectKind, from: Option<usize>) -> Option<Reason> {
        self.source.input.book?;
        let table = self.out.tables.get(kind.index())?;
        let column = from.and_then(|slot| table.column(slot));
        // What they have no value of themselves is said of them.
        let nothing = table.len() > 0 && column.is_none_or(is_empty);
        (!nothing).then(|| (NoValue::NoRelatives, Some(kind.plural().to_owned())))
    }
}

fn is_empty(column: &Column) -> bool {
    (0..column.len()).all(|row| column.is_missing(row))
}

/// Whether something that a calculation reads has no value for anyone.
fn rests_on_nothing(program: &Program, table: &Table) -> bool {
    program.slots().iter().any(|slot| table.column(*slot).is_none_or(is_empty))
}

const fn reason_of(why: Why) -> NoValue {
    match why {
        Why::NoTable => NoValue::NoTable,
        Why::NoRecords => NoValue::NoRecords,
        Why::NothingInWindow => NoValue::NothingInWindow,
        Why::NothingToTake => NoValue::NothingToTake,
    }
}

/// What was looked for: the table that is not there, or the records in it.
fn wanted(derivation: &Derivation, why: Why) -> String {
    match why {
        Why::NoTable => derivation.table().to_owned(),
        _ => derivation.from(),
    }
}
