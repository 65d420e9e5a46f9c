//! A calendar as it is written, by an author or by a host: plain data, nothing checked.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::any::{is_false, read_any};
use crate::time::Zone;

/// When work is done, as written; a [`Calendar`](super::Calendar) is made of it.
///
/// Days of the week are written `mon` or `Monday`, and several of them `mon-fri`; spans `09:00-17:00`, where
/// `24:00` ends a day and an end before the start is on the next day; dates `2026-12-25`, or
/// `12-25` for every year.
///
/// ```
/// use foretell::time::{Calendar, CalendarConfig};
///
/// let config = CalendarConfig::named("office")
///     .with_week([("mon-thu", "08:00-17:00"), ("fri", "08:00-12:00")])
///     .with_holidays(["12-25"]);
/// let office = Calendar::new(&config)?;
/// let hours = |from: &str, to: &str| -> Result<f64, chrono::ParseError> {
///     Ok(office.working_hours(from.parse()?, to.parse()?))
/// };
/// assert_eq!(hours("2026-01-15T16:00:00", "2026-01-19T09:00:00")?, 6.0); // Thursday 1, Friday 4, Monday 1
/// assert!(office.is_day_off("2026-12-25".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CalendarConfig {
    /// Its name, by which a config refers to it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The zone in which its days and hours are; that of the book if not said, or UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The hours in which it is open: of every day but the weekend, or by days of the week. All day if not
    /// said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<CalendarHours>,
    /// The days of the week that are off, where `hours` does not say it; Saturday and Sunday if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekend: Option<Vec<String>>,
    /// Whether it is open on every day and all day, but for holidays and exceptions.
    #[serde(skip_serializing_if = "is_false")]
    pub round_the_clock: bool,
    /// Single days that are off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// What a holiday takes away where hours go past midnight.
    #[serde(skip_serializing_if = "HolidaysClose::is_default")]
    pub holidays_close: HolidaysClose,
    /// Days that are other than usual.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<CalendarException>,
}

impl CalendarConfig {
    /// Monday to Friday, all day, under a name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same with hours for every day but the weekend: `08:00-18:00`.
    #[must_use]
    pub fn with_hours(mut self, hours: impl Into<String>) -> Self {
        self.hours = Some(CalendarHours::Alike(Spans::One(hours.into())));
        self
    }

    /// The same with the hours of days of the week: `("mon-fri", "09:00-12:00, 13:00-17:00")`.
    #[must_use]
    pub fn with_week<K: Into<String>, V: Into<String>>(
        mut self,
        hours: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let hours = hours.into_iter().map(|(days, it)| (days.into(), Spans::One(it.into())));
        self.hours = Some(CalendarHours::Week(hours.collect()));
        self
    }

    /// The same in a zone.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The same with other days of the week off.
    #[must_use]
    pub fn with_weekend<T: Into<String>>(mut self, days: impl IntoIterator<Item = T>) -> Self {
        self.weekend = Some(days.into_iter().map(Into::into).collect());
        self
    }

    /// The same with more days off.
    #[must_use]
    pub fn with_holidays<T: Into<Holiday>>(mut self, days: impl IntoIterator<Item = T>) -> Self {
        self.holidays.extend(days.into_iter().map(Into::into));
        self
    }
}

/// Hours of the days of the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CalendarHours {
    /// The same on every day that is not off.
    Alike(Spans),
    /// By days of the week; those that are not named are off.
    Week(BTreeMap<String, Spans>),
}

/// Spans of hours: a text, in which commas part them, or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Spans {
    /// `09:00-17:00`, or `09:00-12:00, 13:00-17:00`.
    One(String),
    /// Each on its own; closed if empty.
    List(Vec<String>),
}

/// A day that is off.
///
/// ```
/// use foretell::time::{Calendar, CalendarConfig};
///
/// let office = Calendar::new(&CalendarConfig::named("office").with_holidays(["05-01", "2026-04-06"]))?;
/// let off = |day: &str| day.parse().map(|day| office.is_day_off(day));
/// assert!(off("2026-05-01")? && off("2028-05-01")?); // every year
/// assert!(off("2026-04-06")? && !off("2027-04-06")?); // that day alone
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Holiday {
    /// `2026-12-25`, or `12-25` for every year.
    pub date: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl From<NaiveDate> for Holiday {
    fn from(date: NaiveDate) -> Self {
        Self { date: date.to_string(), name: None }
    }
}

impl From<&str> for Holiday {
    fn from(date: &str) -> Self {
        Self { date: date.to_owned(), name: None }
    }
}

/// What a holiday takes away where hours go past midnight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HolidaysClose {
    /// What begins on the day, to its end after midnight; what began the day before is worked to its end.
    #[default]
    Shift,
    /// The day from midnight to midnight.
    Day,
}

impl HolidaysClose {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Days that are other than usual: other hours, or closed.
///
/// Of several that are about a day the narrowest counts: a date before every year's, that before days from
/// a first to a last. A holiday is a date, and gives way to an exception as narrow.
///
/// ```
/// use foretell::time::{Calendar, CalendarConfig, CalendarException};
///
/// let mut config = CalendarConfig::named("office").with_hours("08:00-17:00");
/// config.exceptions.push(CalendarException::on("2026-12-24", "08:00-12:00"));
/// let office = Calendar::new(&config)?;
/// assert!(office.is_open("2026-12-24T11:00:00".parse()?));
/// assert!(!office.is_open("2026-12-24T13:00:00".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CalendarException {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The one day it is about: `2026-12-24`, or `12-24` for every year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The first of the days it is about, where there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Which days of the week it is about: `sat`, or `mon-fri`; all if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<String>,
    /// The hours in which it is open instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Spans>,
    /// Whether it is closed instead.
    #[serde(skip_serializing_if = "is_false")]
    pub closed: bool,
}

impl CalendarException {
    /// Other hours on one day.
    #[must_use]
    pub fn on(date: impl Into<String>, hours: impl Into<String>) -> Self {
        let (date, hours) = (Some(date.into()), Some(Spans::One(hours.into())));
        Self { date, hours, ..Self::default() }
    }
}

const SPANS: &str = "hours such as `09:00-17:00`, or a list of them";

impl<'de> Deserialize<'de> for Spans {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpansVisitor;

        impl<'de> Visitor<'de> for SpansVisitor {
            type Value = Spans;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(SPANS)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Spans, E> {
                Ok(Spans::One(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Spans, A::Error> {
                let mut all = Vec::new();
                while let Some(it) = list.next_element()? {
                    all.push(it);
                }
                Ok(Spans::List(all))
            }
        }

        read_any(deserializer, SpansVisitor)
    }
}

impl<'de> Deserialize<'de> for CalendarHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HoursVisitor;

        impl<'de> Visitor<'de> for HoursVisitor {
            type Value = CalendarHours;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{SPANS}, or a table of days of the week")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<CalendarHours, E> {
                Ok(CalendarHours::Alike(Spans::One(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<CalendarHours, A::Error> {
                Spans::deserialize(de::value::SeqAccessDeserializer::new(list))
                    .map(CalendarHours::Alike)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CalendarHours, A::Error> {
                let mut week = BTreeMap::new();
                while let Some((key, spans)) = map.next_entry()? {
                    week.insert(key, spans);
                }
                Ok(CalendarHours::Week(week))
            }
        }

        read_any(deserializer, HoursVisitor)
    }
}

impl<'de> Deserialize<'de> for Holiday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HolidayVisitor;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named {
            date: String,
            #[serde(default)]
            name: Option<String>,
        }

        impl<'de> Visitor<'de> for HolidayVisitor {
            type Value = Holiday;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a date such as `2026-12-25` or `12-25`, or a table with `date` and `name`",
                )
            }
            fn visit_str<E: de::Error>(self, date: &str) -> Result<Holiday, E> {
                Ok(Holiday::from(date))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Holiday, A::Error> {
                let it = Named::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Holiday { date: it.date, name: it.name })
            }
        }

        read_any(deserializer, HolidayVisitor)
    }
}
