//! Fields of records, by position: what filters, takes and attributes read.

use std::sync::Arc;

use crate::book::Book;
pub(super) use crate::book::own::days_ago;
use crate::book::record::Record;
use crate::money::{Amount, Currency};
use crate::time::{AsOf, Stamp};
use crate::value::{Kind, Value};

/// What is read as: the day, the book's rates, the reporting currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) book: &'a Book,
    pub(crate) as_of: AsOf,
    pub(crate) reporting: Option<Currency>,
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
            Self::Number(it) => Some(it).filter(|it| it.is_finite()),
            Self::Amount(it) => Some(it.to_f64()),
            Self::Flag(it) => Some(f64::from(u8::from(it))),
            Self::Text(_) | Self::NoRate | Self::Missing => None,
        }
    }
}

/// How a field is read from its record.
enum Get<R> {
    Number(fn(&R, AsOf) -> Option<f64>),
    Flag(fn(&R, AsOf) -> Option<bool>),
    Text(fn(&R, AsOf) -> Option<&str>),
    Amount(fn(&R) -> Option<Amount>),
    /// Something that happened: not known before its day.
    Past(fn(&R) -> Option<Stamp>),
    /// Something planned: known ahead.
    Plan(fn(&R) -> Option<Stamp>),
}

/// One field of a record type.
pub(crate) struct Slot<R: 'static> {
    pub(crate) name: &'static str,
    pub(crate) optional: bool,
    pub(crate) unit: Option<&'static str>,
    pub(crate) range: Option<(f64, f64)>,
    /// Every text that it can be, where they are known.
    pub(crate) labels: Option<&'static [&'static str]>,
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
            Slot { name, optional: true, unit: None, range: None, labels: None, get: Get::$variant(get) }
        })+
    };
}

constructors! {
    number Number(fn(&R, AsOf) -> Option<f64>);
    flag Flag(fn(&R, AsOf) -> Option<bool>);
    text Text(fn(&R, AsOf) -> Option<&str>);
    amount Amount(fn(&R) -> Option<Amount>);
    past Past(fn(&R) -> Option<Stamp>);
    plan Plan(fn(&R) -> Option<Stamp>);
}

impl<R> Slot<R> {
    /// A field that every record has.
    pub(crate) const fn must(mut self) -> Self {
        self.optional = false;
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
            Get::Number(_) | Get::Amount(_) | Get::Past(_) | Get::Plan(_) => Kind::Number,
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
        let as_of = view.as_of;
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
            Get::Past(get) => match get(record).filter(|it| it.date() <= as_of) {
                None => Got::Missing,
                Some(it) => Got::Number(days_ago(it, as_of)),
            },
            Get::Plan(get) => {
                get(record).map_or(Got::Missing, |it| Got::Number(days_ago(it, as_of)))
            }
        }
    }
}
