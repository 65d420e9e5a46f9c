//! Fields of records, by position: what filters, takes and attributes read.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};

use crate::book::Book;
pub(super) use crate::book::own::days_ago;
use crate::book::record::Record;
use crate::money::{Amount, Currency};
use crate::time::{AsOf, Calendar, Stamp, Zone};
use crate::value::{Kind, Value};

/// What is read as: the day or moment, the book's rates, the reporting currency, the calendar within whose hours is
/// measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) book: &'a Book,
    pub(crate) as_of: AsOf,
    pub(crate) reporting: Option<Currency>,
    pub(crate) calendar: Option<&'a Calendar>,
}

impl<'a> View<'a> {
    /// Of all hours, not those of a calendar alone.
    pub(crate) fn new(book: &'a Book, as_of: impl Into<AsOf>, reporting: Option<Currency>) -> Self {
        Self { book, as_of: as_of.into(), reporting, calendar: None }
    }

    /// The day, and the zone that it is one of.
    pub(crate) const fn day(&self) -> (NaiveDate, &'a Zone) {
        (self.as_of.day(), self.book.zone())
    }

    /// The same with hours measured within those of a calendar.
    pub(crate) const fn within(self, calendar: Option<&'a Calendar>) -> Self {
        Self { calendar, ..self }
    }

    /// The moment up to which all is known: of a day its end, where the calendar is.
    fn until(&self) -> NaiveDateTime {
        match self.calendar {
            None => self.as_of.end(self.book.zone()),
            Some(it) => it.end_of(self.as_of),
        }
    }

    /// Hours between two moments; 0 where one of them is only a day and seems to be before the other.
    fn hours(&self, from: Stamp, to: Stamp) -> f64 {
        let hours = match self.calendar {
            None => from.hours_until(to),
            Some(it) => it.working_hours(it.moment(from), it.moment(to)),
        };
        hours.max(0.0)
    }
}

/// What a field of a record holds on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Got<'a> {
    Number(f64),
    /// In the reporting currency, exact.
    Amount(Amount),
    Flag(bool),
    Text(&'a str),
    /// An amount in a currency for which there is no rate.
    NoRate,
    Missing,
}

impl Got<'_> {
    /// The value as expressions see it; never NaN.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Number(it) if it.is_finite() => Value::Number(it),
            Self::Amount(it) => Value::Number(it.to_f64()),
            Self::Flag(it) => Value::Flag(it),
            Self::Text(it) => Value::Text(Arc::from(it)),
            Self::Number(_) | Self::NoRate | Self::Missing => Value::Missing,
        }
    }

    /// The value as a number; a flag is 0 or 1.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Number(it) => Some(it).filter(|number| number.is_finite()),
            Self::Amount(it) => Some(it.to_f64()),
            Self::Flag(it) => Some(f64::from(u8::from(it))),
            Self::Text(_) | Self::NoRate | Self::Missing => None,
        }
    }
}

/// How a field is read from its record.
enum Get<R> {
    Number(fn(&R, NaiveDate) -> Option<f64>),
    Flag(fn(&R, NaiveDate) -> Option<bool>),
    Text(fn(&R, NaiveDate) -> Option<&str>),
    Amount(fn(&R) -> Option<Amount>),
    /// Something that happened: not known before its day.
    Past(fn(&R) -> Option<Stamp>),
    /// Something planned: known ahead.
    Plan(fn(&R) -> Option<Stamp>),
    /// The hours from one moment to another, on a day and up to a moment in UTC.
    Hours(fn(&R, NaiveDate, NaiveDateTime) -> Option<(Stamp, Stamp)>),
}

/// One field of a record type.
pub(crate) struct Slot<R: 'static> {
    pub(crate) name: &'static str,
    pub(crate) optional: bool,
    pub(crate) unit: Option<&'static str>,
    pub(crate) range: Option<(f64, f64)>,
    /// Every text that it can be, where they are known.
    pub(crate) labels: Option<&'static [&'static str]>,
    /// Whether it says the same of every record that is there, as it is about what is over.
    pub(crate) same: bool,
    get: Get<R>,
}

/// Whether and how a field is a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    No,
    Past,
    Plan,
}

/// A record type whose fields can be read.
pub(crate) trait Fields: Record {
    const SLOTS: &'static [Slot<Self>];
    /// The names of the table's parts: `surveys.nps`.
    const PARTS: Parts = Parts::None;

    /// The part that a record is in.
    fn part(&self) -> &str {
        ""
    }
}

/// How a table is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    None,
    /// These names and no others.
    Known(&'static [&'static str]),
    /// Names that the data give.
    Any,
}

macro_rules! constructors {
    ($($name:ident $variant:ident($get:ty);)+) => {
        $(pub(crate) const fn $name<R>(name: &'static str, get: $get) -> Slot<R> {
            Slot {
                name,
                optional: true,
                unit: None,
                range: None,
                labels: None,
                same: false,
                get: Get::$variant(get),
            }
        })+
    };
}

constructors! {
    number Number(fn(&R, NaiveDate) -> Option<f64>);
    flag Flag(fn(&R, NaiveDate) -> Option<bool>);
    text Text(fn(&R, NaiveDate) -> Option<&str>);
    amount Amount(fn(&R) -> Option<Amount>);
    past Past(fn(&R) -> Option<Stamp>);
    plan Plan(fn(&R) -> Option<Stamp>);
    span Hours(fn(&R, NaiveDate, NaiveDateTime) -> Option<(Stamp, Stamp)>);
}

/// The unit of what can be measured within the hours of a calendar.
pub(crate) const HOURS: &str = "hours";

/// The hours from one moment to another.
pub(crate) const fn hours<R>(
    name: &'static str,
    get: fn(&R, NaiveDate, NaiveDateTime) -> Option<(Stamp, Stamp)>,
) -> Slot<R> {
    span(name, get).range(0.0, f64::MAX).unit(HOURS)
}

impl<R> Slot<R> {
    /// A field that every record has.
    pub(crate) const fn must(mut self) -> Self {
        self.optional = false;
        self
    }

    /// A field that says the same of every record that is there.
    pub(crate) const fn same(mut self) -> Self {
        self.same = true;
        self
    }

    pub(crate) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    pub(crate) const fn one_of(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = Some(labels);
        self
    }

    pub(crate) const fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self.get {
            Get::Number(_) | Get::Amount(_) | Get::Past(_) | Get::Plan(_) | Get::Hours(_) => {
                Kind::Number
            }
            Get::Flag(_) => Kind::Flag,
            Get::Text(_) => Kind::Text,
        }
    }

    pub(crate) const fn dated(&self) -> Dated {
        match self.get {
            Get::Past(_) => Dated::Past,
            Get::Plan(_) => Dated::Plan,
            _ => Dated::No,
        }
    }
}

impl<R: Record> Slot<R> {
    /// What the field holds on the day of the view. Dates are days before that day, negative when
    /// they lie ahead.
    pub(crate) fn read<'r>(&self, record: &'r R, view: &View<'_>) -> Got<'r> {
        let as_of = view.as_of.day();
        match self.get {
            Get::Number(get) => get(record, as_of).map_or(Got::Missing, Got::Number),
            Get::Flag(get) => get(record, as_of).map_or(Got::Missing, Got::Flag),
            Get::Text(get) => get(record, as_of).map_or(Got::Missing, Got::Text),
            Get::Amount(get) => match get(record) {
                None => Got::Missing,
                Some(amount) => view
                    .book
                    .convert(amount, record.currency(), view.reporting, as_of)
                    .map_or(Got::NoRate, Got::Amount),
            },
            Get::Past(get) => match get(record).filter(|moment| moment.date() <= as_of) {
                None => Got::Missing,
                Some(it) => Got::Number(days_ago(it, as_of)),
            },
            Get::Plan(get) => {
                get(record).map_or(Got::Missing, |moment| Got::Number(days_ago(moment, as_of)))
            }
            Get::Hours(get) => get(record, as_of, view.until())
                .map_or(Got::Missing, |(from, to)| Got::Number(view.hours(from, to))),
        }
    }
}
