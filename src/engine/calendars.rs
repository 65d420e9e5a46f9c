//! Calendars of a config: checked and compiled, and found by whoever names them.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Engine;
use super::input::Input;
use super::playbooks::Playbook;
use super::resolve::Resolver;
use crate::config::{DayCount, MetricConfig};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::metric::{Field, HOURS, attribute_info, attribute_names};
use crate::node::shorten;
use crate::time::{AsOf, Calendar, Checked, MOST_DAYS};

/// The most calendars of a config. Our choice: more than there are countries, tested by
/// `calendars_past_the_limit_are_refused`.
const MOST_CALENDARS: usize = 250;

/// What a config says of calendars.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendars {
    /// By number in the config.
    list: Vec<Option<Arc<Calendar>>>,
    /// Where nothing names another.
    default: Option<usize>,
    /// Where nobody says anything.
    standard: Arc<Calendar>,
}

impl Calendars {
    /// The one of a number in the config, if it is sound.
    pub(super) fn get(&self, number: usize) -> Option<&Calendar> {
        self.list.get(number)?.as_deref()
    }
}

impl Engine {
    /// The calendar of that name in the config.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::{Config, Engine};
    ///
    /// let config = Config::parse("[[calendars]]\nname = \"support\"\nhours = \"08:00-18:00\"");
    /// let engine = Engine::compile(&config)?;
    /// let support = engine.calendar("support").ok_or("no such calendar")?;
    /// assert!(support.is_working_day("2026-01-16".parse()?));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn calendar(&self, name: &str) -> Option<&Calendar> {
        let at = self.config.calendars.iter().position(|it| it.name == name)?;
        self.calendars.get(at)
    }

    /// The calendar that counts where one is named, by its number, or none is: the one that the host gave
    /// stands for the one of its name in the config, and where none is named.
    pub(super) fn calendar_for<'a>(
        &'a self,
        named: Option<usize>,
        input: &Input<'a>,
    ) -> &'a Calendar {
        let given = input.work_calendar;
        let own = named.or(self.calendars.default.filter(|_| given.is_none()));
        match own.and_then(|it| self.calendars.get(it)) {
            Some(own) => {
                let stands = |it: &&Calendar| !it.name().is_empty() && it.name() == own.name();
                given.filter(stands).unwrap_or(own)
            }
            None => given.unwrap_or(&self.calendars.standard),
        }
    }

    /// The calendar within whose hours is measured; in the zone of the book where it says none of its own.
    pub(super) fn measured_by<'a>(
        &'a self,
        named: Option<usize>,
        input: &Input<'a>,
    ) -> Option<Cow<'a, Calendar>> {
        let calendar = self.calendar_for(Some(named?), input);
        let settled = input.book.map(|it| calendar.settled(it.zone()));
        Some(settled.unwrap_or(Cow::Borrowed(calendar)))
    }

    /// Playbooks whose calendar has no day of work on a day or after it, each as its place and what is said.
    pub(super) fn never_due(&self, day: AsOf, input: &Input<'_>) -> Vec<(String, String)> {
        let business =
            self.playbooks.iter().filter(|it| it.config.days == Some(DayCount::Business));
        let over = business.filter(|it| {
            let calendar = self.calendar_for(it.calendar, input);
            calendar.on_or_after(day.day()) == NaiveDate::MAX
        });
        let say = |it: &Playbook| {
            let message = "the calendar has no day of work any more, so nothing is ever due";
            (format!("playbooks.{}.calendar", it.config.name), message.to_owned())
        };
        over.map(say).collect()
    }

    /// The calendar of a number in the config.
    pub(super) fn calendar_at(&self, number: usize) -> Option<&Calendar> {
        self.calendars.get(number)
    }

    /// The number of a calendar in the config.
    pub(super) fn calendar_number(&self, name: Option<&str>) -> Option<usize> {
        let name = name?;
        self.config.calendars.iter().position(|it| it.name == name)
    }
}

impl Resolver<'_> {
    /// Checks and compiles every calendar.
    pub(super) fn calendars(&self) -> Calendars {
        let config = self.config;
        let all = &config.calendars;
        if all.len() > MOST_CALENDARS {
            let message = format!("a config has at most {MOST_CALENDARS} calendars");
            self.fault(Fault::new(Code::Limit, "calendars", message));
            return Calendars::default();
        }
        let named = all.iter().enumerate();
        let named = named.filter(|it| !it.1.name.is_empty());
        self.check_duplicates(
            named.map(|(at, it)| (format!("calendars[{at}]"), None, "calendar", it.name.as_str())),
        );
        let mut room = MOST_DAYS;
        let mut list = Vec::with_capacity(all.len());
        for (at, it) in all.iter().enumerate() {
            let path = format!("calendars[{at}]");
            if it.name.trim().is_empty() {
                let message = "a calendar needs a name";
                let fault = Fault::new(Code::MissingKey, path.clone(), message);
                self.fault(fault.help("add `name = \"support\"`"));
            }
            let Checked { calendar, faults } = Calendar::check_within(it, &path, &mut room);
            for (fault, at_key) in faults {
                if at_key { self.fault_at_key(fault) } else { self.fault(fault) }
            }
            list.push(calendar.map(Arc::new));
        }
        let default = config.calendar.as_deref().and_then(|it| self.calendar("calendar", it));
        Calendars { list, default, ..Calendars::default() }
    }

    /// The number of the calendar that is named at a path.
    pub(super) fn calendar(&self, path: &str, name: &str) -> Option<usize> {
        let all = &self.config.calendars;
        let found = all.iter().position(|it| it.name == name);
        if found.is_none() && !self.config.is_lost(name) {
            let message = format!("there is no calendar `{}`", shorten(name));
            let help = did_you_mean(name, all.iter().map(|it| it.name.as_str()));
            let help = help.unwrap_or_else(|| self.which_calendars());
            self.fault(Fault::new(Code::UnknownName, path, message).help(help));
        }
        found
    }

    /// Which calendars there are, in words.
    fn which_calendars(&self) -> String {
        const MOST: usize = 10;
        let all = &self.config.calendars;
        let names: Vec<String> =
            all.iter().take(MOST).map(|it| format!("`{}`", shorten(&it.name))).collect();
        match names.as_slice() {
            [] => "add `[[calendars]]` with this `name`".to_owned(),
            [one] => format!("the only one is {one}"),
            _ if all.len() > MOST => format!("there are {} and others", names.join(", ")),
            _ => format!("there are {}", names.join(", ")),
        }
    }

    /// The calendar of a metric, if it reads anything in hours.
    pub(super) fn calendar_of(
        &self,
        kind: SubjectKind,
        metric: &MetricConfig,
        path: &str,
        read: &[Field],
    ) -> Option<usize> {
        let name = metric.calendar.as_deref()?;
        let path = format!("{path}.calendar");
        let found = self.calendar(&path, name);
        let attribute = metric.attribute.as_ref().unwrap_or(&metric.name);
        let own = metric.from.is_none() && metric.expr.is_none();
        let info = attribute_info(kind, attribute).filter(|_| own);
        let in_hours = info.is_some_and(|it| it.unit == Some(HOURS))
            || read.iter().any(|it| it.unit == Some(HOURS));
        if !in_hours {
            let message =
                format!("`{}` is not measured in hours, so no calendar counts them", metric.name);
            let known = SubjectKind::Case;
            let hours = attribute_names(known)
                .into_iter()
                .filter(|it| attribute_info(known, it).is_some_and(|it| it.unit == Some(HOURS)));
            let hours: Vec<String> = hours.map(|it| format!("`{it}`")).collect();
            let help = format!("what cases have in hours is {}", hours.join(", "));
            self.fault(Fault::new(Code::Incompatible, path, message).help(help));
            return None;
        }
        let calendar = found.and_then(|it| self.config.calendars.get(it));
        if calendar.is_some_and(|it| it.hours.is_none() && !it.round_the_clock) {
            let message = format!(
                "the calendar `{}` says no hours, so its days of work have 24",
                shorten(name)
            );
            let fault = Fault::new(Code::MissingKey, path, message);
            self.fault(fault.help("say them, as in `hours = \"08:00-18:00\"`").warning());
        }
        found
    }
}
