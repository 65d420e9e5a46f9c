//! What a reader should know of an assessment's columns and input, in sentences.

use crate::engine::{Absent, LeftOut, NoValue, NotUsed, Note, ReportNotUsed};
use crate::text::number::counted;

/// So many of something.
fn many(count: usize, one: &str, many: &str) -> String {
    counted(count as f64, one, many)
}

/// A note, in a sentence.
pub(super) fn sentence(note: &Note) -> String {
    match note {
        Note::Given { kind, metric } => {
            format!("{metric} of {} was given, not derived.", kind.plural())
        }
        Note::OutOfRange { kind, metric, values } => {
            let values = many(*values, "value", "values");
            format!("{metric} of {}: {values} outside its range, taken as missing.", kind.plural())
        }
        Note::LeftOut { kind, metric, values, reason } => {
            let why = match reason {
                LeftOut::NoData => "its filter has no data for them",
                LeftOut::NoRate => "there is no rate for their currency",
                LeftOut::OtherKind => "they are of another kind",
            };
            let values = many(*values, "value", "values");
            format!("{metric} of {}: {values} left out, as {why}.", kind.plural())
        }
        Note::NotRead { kind, column, near } => {
            let near = near.as_ref().map(|near| format!("; is it {near}?")).unwrap_or_default();
            format!("{column} of {} was given and is read by nothing{near}.", kind.plural())
        }
        Note::Computed { kind, column } => {
            format!("{column} of {} was given and not used: it is always computed.", kind.plural())
        }
        Note::NoParent { kind, parent, subjects, first } => format!(
            "{} without the {parent} that was given for them, such as {first}.",
            many(*subjects, kind.name(), kind.plural())
        ),
        Note::NotAssessed { kind, subjects, reason } => {
            let why = match reason {
                Absent::NotBegun => "had not begun by that day",
                Absent::Ended => "had ended by that day",
            };
            let subjects = many(*subjects, kind.name(), kind.plural());
            format!("{subjects} {why}, and are not assessed.")
        }
        Note::Later { table, records } => {
            let records = many(*records, "record", "records");
            format!("{records} of {table} later than that, left out.")
        }
        Note::Override { kind, scorecard, overrides, reason } => {
            let why = match reason {
                NotUsed::UnknownScorecard => "there is no such scorecard",
                NotUsed::OtherKind => "it is of another kind of subject",
            };
            let overrides = many(*overrides, "manual value", "manual values");
            format!("{overrides} of {} for {scorecard} not used: {why}.", kind.plural())
        }
        Note::NotGiven { kind, tables, columns } => {
            let columns = match columns.as_slice() {
                [] => String::new(),
                all => format!(", as the columns {}", all.join(", ")),
            };
            let what = match tables.as_slice() {
                [] => "columns".to_owned(),
                all => format!("a book with {}", all.join(", ")),
            };
            format!(
                "For {} {what} would be read{columns}, and nothing of it was given.",
                kind.plural()
            )
        }
        Note::NoValue { kind, metric, reason, wanted } => {
            let wanted = wanted.as_deref().unwrap_or("it");
            format!("{metric} of {} has no value at all: {}.", kind.plural(), why(*reason, wanted))
        }
        Note::Unknown { kind, metric, name, near } => {
            let near = near.as_ref().map(|near| format!("; is it {near}?")).unwrap_or_default();
            format!("{metric} of {} reads {name}, which no record has{near}.", kind.plural())
        }
        Note::SetAside { kind, subjects } => {
            let plural = if *subjects == 1 { kind.name() } else { kind.plural() };
            format!(
                "{subjects} {plural} of which something is remembered are missing, and are set aside."
            )
        }
        Note::Stalled { feed, until, metrics, subjects } => format!(
            "{feed} is complete until {until} alone: {} of {} no data until it goes on.",
            many(*metrics, "metric", "metrics"),
            many(*subjects, "subject has", "subjects have")
        ),
        Note::Silent { feed, last, days, usual } => format!(
            "{feed} has had no record since {last}, for {}, where one comes every {}: has it stopped?",
            many(*days as usize, "day", "days"),
            many(*usual as usize, "day", "days")
        ),
        Note::Vanished { what, name, near } => {
            let what = what.name();
            format!(
                "The {what} {name} is remembered and not in the config; if it is {near} now, \
                 write formerly = [\"{name}\"] on that and it goes on untold."
            )
        }
        Note::Report { action, reason } => {
            let why = match reason {
                ReportNotUsed::UnknownAction => "no such action is remembered",
                ReportNotUsed::NotYet => "its day is later",
            };
            format!("The report on the action {action} was not used: {why}.")
        }
    }
}

/// Why there is no value.
fn why(reason: NoValue, wanted: &str) -> String {
    match reason {
        NoValue::NoColumn => format!("no column {wanted} was given"),
        NoValue::EmptyColumn => format!("the given column {wanted} is empty"),
        NoValue::NoTable => format!("no {wanted} were loaded"),
        NoValue::NoRecords => format!("there is no record of {wanted}"),
        NoValue::NothingInWindow => format!("no record of {wanted} lies in its window by that day"),
        NoValue::NothingToTake => {
            format!("no record of {wanted} counts and has what is taken, or too few")
        }
        NoValue::NotFilled => format!("none of the {wanted} has a value of it"),
        NoValue::NoRelatives => format!("there are no {wanted} to take it from"),
        NoValue::OtherKind => "what there is is of another kind".to_owned(),
        NoValue::Calculation => {
            "what it is calculated from has values, the result has none".to_owned()
        }
    }
}
