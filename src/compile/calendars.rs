//! Checks and compiles the calendars of a config.

use std::sync::Arc;

use crate::compile::resolve::Resolver;
use crate::config::MetricConfig;
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::metric::{Field, HOURS, attribute_info, attribute_names};
use crate::node::shorten;
use crate::plan::calendars::Calendars;
use crate::time::{Calendar, Checked, MOST_DAYS};

/// The most calendars of a config. Our choice: more than there are countries, tested by
/// `calendars_past_the_limit_are_refused`.
const MOST_CALENDARS: usize = 250;

impl Resolver<'_> {
    /// Checks and compiles every calendar.
    pub(crate) fn calendars(&self) -> Calendars {
        let config = self.config;
        let all = &config.calendars;
        if all.len() > MOST_CALENDARS {
            let message = format!("a config has at most {MOST_CALENDARS} calendars");
            self.fault(Fault::new(Code::Limit, "calendars", message));
            return Calendars::default();
        }
        let named = all.iter().enumerate();
        let named = named.filter(|pair| !pair.1.name.is_empty());
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
        let default = config.calendar.as_deref().and_then(|name| self.calendar("calendar", name));
        Calendars { list, default, ..Calendars::default() }
    }

    /// The number of the calendar that is named at a path.
    pub(crate) fn calendar(&self, path: &str, name: &str) -> Option<usize> {
        let all = &self.config.calendars;
        let found = all.iter().position(|calendar| calendar.name == name);
        if found.is_none() && !self.config.is_lost(name) {
            let message = format!("there is no calendar `{}`", shorten(name));
            let help = did_you_mean(name, all.iter().map(|calendar| calendar.name.as_str()));
            let help = help.unwrap_or_else(|| self.which_calendars());
            self.fault(Fault::new(Code::UnknownName, path, message).help(help));
        }
        found
    }

    /// Which calendars there are, in words.
    fn which_calendars(&self) -> String {
        const MOST: usize = 10;
        let all = &self.config.calendars;
        let names: Vec<String> = all
            .iter()
            .take(MOST)
            .map(|calendar| format!("`{}`", shorten(&calendar.name)))
            .collect();
        match names.as_slice() {
            [] => "add `[[calendars]]` with this `name`".to_owned(),
            [one] => format!("the only one is {one}"),
            _ if all.len() > MOST => format!("there are {} and others", names.join(", ")),
            _ => format!("there are {}", names.join(", ")),
        }
    }

    /// The calendar of a metric, if it reads anything in hours.
    pub(crate) fn calendar_of(
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
        let in_hours = info.is_some_and(|info| info.unit == Some(HOURS))
            || read.iter().any(|field| field.unit == Some(HOURS));
        if !in_hours {
            let message =
                format!("`{}` is not measured in hours, so no calendar counts them", metric.name);
            let known = SubjectKind::Case;
            let hours = attribute_names(known).into_iter().filter(|name| {
                attribute_info(known, name).is_some_and(|info| info.unit == Some(HOURS))
            });
            let hours: Vec<String> = hours.map(|name| format!("`{name}`")).collect();
            let help = format!("what cases have in hours is {}", hours.join(", "));
            self.fault(Fault::new(Code::Incompatible, path, message).help(help));
            return None;
        }
        let calendar = found.and_then(|number| self.config.calendars.get(number));
        if calendar.is_some_and(|calendar| calendar.hours.is_none() && !calendar.round_the_clock) {
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
