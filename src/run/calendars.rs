//! Which calendar counts: found by whoever names one, beside that of the host.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::config::DayCount;
use crate::plan::Compiled;
use crate::plan::playbook::Playbook;
use crate::run::input::Input;
use crate::time::{AsOf, Calendar};

impl Compiled {
    /// The calendar of that name in the config.
    pub(crate) fn calendar(&self, name: &str) -> Option<&Calendar> {
        let at = self.config.calendars.iter().position(|calendar| calendar.name == name)?;
        self.calendars.get(at)
    }

    /// The calendar that counts where one is named, by its number, or none is: the one that the host gave
    /// stands for the one of its name in the config, and where none is named.
    pub(crate) fn calendar_for<'a>(
        &'a self,
        named: Option<usize>,
        input: &Input<'a>,
    ) -> &'a Calendar {
        let given = input.work_calendar;
        let own = named.or(self.calendars.default.filter(|_| given.is_none()));
        match own.and_then(|number| self.calendars.get(number)) {
            Some(own) => {
                let stands = |it: &&Calendar| !it.name().is_empty() && it.name() == own.name();
                given.filter(stands).unwrap_or(own)
            }
            None => given.unwrap_or(&self.calendars.standard),
        }
    }

    /// The calendar within whose hours is measured; in the zone of the book where it says none of its own.
    pub(crate) fn measured_by<'a>(
        &'a self,
        named: Option<usize>,
        input: &Input<'a>,
    ) -> Option<Cow<'a, Calendar>> {
        let calendar = self.calendar_for(Some(named?), input);
        let settled = input.book.map(|book| calendar.settled(book.zone()));
        Some(settled.unwrap_or(Cow::Borrowed(calendar)))
    }

    /// Playbooks whose calendar has no day of work on a day or after it, each as its place and what is said.
    pub(crate) fn never_due(&self, day: AsOf, input: &Input<'_>) -> Vec<(String, String)> {
        let business = self
            .playbooks
            .iter()
            .filter(|playbook| playbook.config.days == Some(DayCount::Business));
        let over = business.filter(|playbook| {
            let calendar = self.calendar_for(playbook.calendar, input);
            calendar.on_or_after(day.day()) == NaiveDate::MAX
        });
        let say = |it: &Playbook| {
            let message = "the calendar has no day of work any more, so nothing is ever due";
            (format!("playbooks.{}.calendar", it.config.name), message.to_owned())
        };
        over.map(say).collect()
    }

    /// The calendar of a number in the config.
    pub(crate) fn calendar_at(&self, number: usize) -> Option<&Calendar> {
        self.calendars.get(number)
    }

    /// The number of a calendar in the config.
    pub(crate) fn calendar_number(&self, name: Option<&str>) -> Option<usize> {
        let name = name?;
        self.config.calendars.iter().position(|calendar| calendar.name == name)
    }
}
