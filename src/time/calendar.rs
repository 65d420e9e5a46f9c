//! Working time: which days are worked on, when it is open, and how much of that lies between two
//! moments.

mod check;
mod clock;
mod days;
mod found;
mod read;
#[cfg(test)]
mod laws;
mod spec;
mod special;
#[cfg(test)]
mod tests;

pub(crate) use check::Checked;
pub(crate) use found::MOST_DAYS;
pub use spec::{CalendarConfig, CalendarException, CalendarHours, Holiday, HolidaysClose, Spans};

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{AsOf, Stamp, Zone};
use crate::fault::{Faults, Severity};
use clock::Clock;
use days::{Opening, day_number};

/// When work is done: hours on the days of the week, days off, and days that are other than usual.
///
/// One calendar serves delays in working days, quiet days, and time measured within opening hours.
/// What an author or a host writes is a [`CalendarConfig`]; this is the same thing checked, and made
/// so that every question below takes about the same time, whether it is about an hour or a century.
///
/// Working time is real time: on the night in which clocks change, a calendar that is open round the
/// clock has a day of 23 or 25 hours. Moments are in UTC; what is open is said in the calendar's zone.
///
/// Without more, Monday to Friday are days of work, open all day, and there are no holidays.
///
/// ```
/// use chrono::TimeDelta;
/// use foretell::time::{Calendar, CalendarConfig, Stamp};
///
/// let support = Calendar::new(&CalendarConfig::named("support").with_hours("08:00-18:00"))?;
/// let at = |text: &str| text.parse::<Stamp>().map(Stamp::at);
/// let (opened, answered) = (at("2026-01-12 17:00")?, at("2026-01-13 10:30")?);
/// assert_eq!(support.working_hours(opened, answered), 3.5);
/// assert_eq!(support.add_working(opened, TimeDelta::hours(4)), Some(at("2026-01-13 11:00")?));
/// assert!(!support.is_working_day("2026-01-17".parse()?), "a Saturday");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calendar {
    config: CalendarConfig,
    zone: Zone,
    opening: Opening,
    clock: Clock,
}

impl Calendar {
    /// Checks a calendar and makes it ready.
    ///
    /// # Errors
    /// Everything wrong with it at once: hours that overlap, days that there are not, a calendar that is
    /// never open. Warnings are in [`Calendar::checked`].
    pub fn new(config: &CalendarConfig) -> Result<Self, Faults> {
        Self::checked(config).map(|it| it.0)
    }

    /// The same, with warnings: problems that do not stop it from working.
    ///
    /// # Errors
    /// Everything wrong with it at once, warnings included.
    pub fn checked(config: &CalendarConfig) -> Result<(Self, Faults), Faults> {
        let Checked { calendar, faults } = Self::check(config, "");
        let faults = Faults(faults.into_iter().map(|it| it.0).collect());
        let sound = calendar
            .filter(|_| faults.list().iter().all(|fault| fault.severity == Severity::Warning));
        sound.map(|calendar| (calendar, faults.clone())).ok_or(faults)
    }

    /// What it is called; empty for one that has no name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// As it was written.
    #[must_use]
    pub const fn config(&self) -> &CalendarConfig {
        &self.config
    }

    /// The zone in which its days and hours are: of one that says none UTC, and within an assessment that of the book.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// How much working time there is from one moment to another, to the microsecond; negative where
    /// `to` is before `from`.
    ///
    /// The time from one moment to a third is the sum of that to a second and that from there on.
    #[must_use]
    pub fn working_time(&self, from: NaiveDateTime, to: NaiveDateTime) -> TimeDelta {
        TimeDelta::microseconds(self.worked(to).saturating_sub(self.worked(from)))
    }

    /// How many hours of working time, with fractions, there are from one moment in UTC to another; negative where `to` is before.
    #[must_use]
    pub fn working_hours(&self, from: NaiveDateTime, to: NaiveDateTime) -> f64 {
        const HOUR: f64 = 3.6e9;
        self.worked(to).saturating_sub(self.worked(from)) as f64 / HOUR
    }

    /// The first moment by which so much working time has passed since `from`: when what may take so
    /// long is due. No time at all is `from` itself, be it open or not. A negative time leads back, to the
    /// last moment from which so much passes until `from`.
    ///
    /// None where so much never passes: after the last day on which it is open.
    #[must_use]
    pub fn add_working(&self, from: NaiveDateTime, time: TimeDelta) -> Option<NaiveDateTime> {
        let time = time.num_microseconds()?;
        let wanted = self.worked(from).checked_add(time)?;
        match time {
            0 => Some(from),
            1.. => self.clock.when(&self.opening, wanted),
            _ => self.after(wanted),
        }
    }

    /// Whether it is open at a moment. It is at the moment at which it opens, and not at that at which it closes.
    #[must_use]
    pub fn is_open(&self, at: NaiveDateTime) -> bool {
        self.next_open(at) == Some(at)
    }

    /// The moment itself where it is open, or the next one at which it opens; none if it never does again.
    #[must_use]
    pub fn next_open(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        // What is counted is finer than any opening, so that a moment within one is found again.
        self.after(self.worked(at)).map(|open| open.max(at))
    }

    /// Whether it opens on a day. A night shift is worked on the day on which it begins.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.opening.works(day_number(day))
    }

    /// Whether nobody begins to work on a day.
    #[must_use]
    pub fn is_day_off(&self, day: NaiveDate) -> bool {
        !self.is_working_day(day)
    }

    /// How many days of work there are after a day up to another, that one included; negative where it
    /// is before.
    #[must_use]
    pub fn working_days(&self, after: NaiveDate, until: NaiveDate) -> i64 {
        let before = |day| self.opening.days_before(day_number(day) + 1);
        before(until) - before(after)
    }

    /// The first day of work on that day or after it; the end of time where there is none.
    #[must_use]
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        if self.is_working_day(day) { day } else { self.working_days_after(day, 1) }
    }

    /// So many days of work after that day; the day itself, or the first day of work after it, for 0. The end of
    /// time where there are not so many.
    #[must_use]
    pub fn working_days_after(&self, day: NaiveDate, days: u32) -> NaiveDate {
        if days == 0 {
            return self.on_or_after(day);
        }
        let wanted = self.opening.days_before(day_number(day) + 1) + i64::from(days);
        let found = self.opening.day_of(wanted, i64::from(day_number(day)));
        found.and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MAX)
    }

    /// The moment at which a day begins in the calendar's zone.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> NaiveDateTime {
        self.clock.first(day.and_time(chrono::NaiveTime::MIN))
    }

    /// The moment of a stamp; of a day without a time the one at which it begins in the calendar's zone.
    #[must_use]
    pub fn moment(&self, stamp: Stamp) -> NaiveDateTime {
        if stamp.is_timed() { stamp.at() } else { self.start_of(stamp.date()) }
    }

    /// The moment up to which all is known; of a day its end in the calendar's zone.
    pub(crate) fn end_of(&self, as_of: AsOf) -> NaiveDateTime {
        let next = || as_of.day().succ_opt().unwrap_or(NaiveDate::MAX);
        as_of.moment().unwrap_or_else(|| self.start_of(next()))
    }

    /// The same for a book in a zone, where the calendar says none of its own.
    pub(crate) fn settled(&self, zone: &Zone) -> Cow<'_, Self> {
        if self.config.zone.is_some() || self.zone == *zone {
            return Cow::Borrowed(self);
        }
        let (config, opening) = (self.config.clone(), self.opening.clone());
        let clock = Clock::new(zone, &opening);
        Cow::Owned(Self { config, zone: zone.clone(), opening, clock })
    }

    fn worked(&self, at: NaiveDateTime) -> i64 {
        self.clock.worked(&self.opening, at)
    }

    /// The last moment by which no more than so much was worked.
    fn after(&self, worked: i64) -> Option<NaiveDateTime> {
        let next = self.clock.when(&self.opening, worked.checked_add(1)?)?;
        next.checked_sub_signed(TimeDelta::microseconds(1))
    }
}

impl Default for Calendar {
    fn default() -> Self {
        let (zone, opening) = (Zone::default(), Opening::default());
        let clock = Clock::new(&zone, &opening);
        Self { config: CalendarConfig::default(), zone, opening, clock }
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
    }
}

impl Serialize for Calendar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.config.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Calendar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let config = CalendarConfig::deserialize(deserializer)?;
        Self::new(&config).map_err(|faults| {
            let all: Vec<String> = faults.list().iter().map(ToString::to_string).collect();
            de::Error::custom(all.join("; "))
        })
    }
}
