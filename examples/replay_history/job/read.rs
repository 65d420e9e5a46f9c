//! From CSV files to a history: the aggregated Open University tables, or those of the bundled sample.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::args::Shown;
use super::complaint::Complaint;
use super::history::{Cohort, History, Person, Week};

/// Reads the history in a folder.
pub(super) fn history(folder: &Shown) -> Result<History, Complaint> {
    let there = |name: &str| folder.path.join(name).exists();
    let mut reading = Reading::default();
    if there("enrolments.csv") && there("weekly_usage.csv") {
        each(folder, "enrolments.csv", ENROLMENTS, |row| reading.enrolment(row))?;
        each(folder, "weekly_usage.csv", ["enrolment_id", "week", "clicks"], |row| {
            reading.week(row)
        })?;
    } else if there("subscriptions.csv") && there("usage.csv") && there("outcomes.csv") {
        each(folder, "subscriptions.csv", SUBSCRIPTIONS, |row| reading.subscription(row))?;
        each(folder, "outcomes.csv", ["subscription_id", "outcome"], |row| reading.outcome(row))?;
        each(folder, "usage.csv", ["subscription_id", "name", "date", "value"], |row| {
            reading.usage(row)
        })?;
    } else {
        return Err(Complaint::new("the folder holds no history").at(&folder.shown).help(
            "it holds enrolments.csv and weekly_usage.csv, or subscriptions.csv, usage.csv and \
             outcomes.csv",
        ));
    }
    Ok(reading.history)
}

const ENROLMENTS: [&str; 7] = [
    "enrolment_id",
    "code_module",
    "code_presentation",
    "final_result",
    "date_registration",
    "date_unregistration",
    "length_days",
];

const SUBSCRIPTIONS: [&str; 6] = ["id", "account_id", "start", "end", "cancelled_on", "registered"];

/// Calls `take` with the wanted cells of every row.
fn each<const N: usize>(
    folder: &Shown,
    name: &str,
    wanted: [&str; N],
    mut take: impl FnMut([&str; N]) -> Result<(), String>,
) -> Result<(), Complaint> {
    let place = format!("{}/{name}", folder.shown.trim_end_matches('/'));
    let unreadable =
        |it: csv::Error| Complaint::new(format!("cannot read the table: {it}")).at(&place);
    let mut reader = csv::Reader::from_path(folder.path.join(name)).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut columns = [0; N];
    for (column, name) in columns.iter_mut().zip(wanted) {
        *column = header.iter().position(|it| it == name).ok_or_else(|| {
            Complaint::new(format!("the table has no column `{name}`")).at(&place)
        })?;
    }
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(unreadable)? {
        let line = row.position().map_or(0, csv::Position::line);
        take(columns.map(|it| row.get(it).unwrap_or("")))
            .map_err(|it| Complaint::new(it).at(format!("{place}, line {line}")))?;
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("expected a number, got `{text}`"))
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| format!("expected a day such as `2014-10-01`, got `{text}`"))
}

/// What is not there.
fn maybe<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// A day so many days after another.
fn after(day: NaiveDate, days: i64) -> Result<NaiveDate, String> {
    let days = chrono::TimeDelta::try_days(days).ok_or("the day is out of range")?;
    day.checked_add_signed(days).ok_or_else(|| "the day is out of range".to_owned())
}

/// A subscription: the first day of its cohort, and its place there.
type Place = (NaiveDate, usize);

/// A history being read.
#[derive(Default)]
struct Reading {
    history: History,
    /// Where each subscription is; none for one that was left out.
    places: BTreeMap<String, Option<Place>>,
}

impl Reading {
    fn leave_out(&mut self, why: &'static str) {
        *self.history.left_out.entry(why).or_default() += 1;
    }

    fn add(&mut self, key: &str, first_day: NaiveDate, person: Person) -> Result<(), String> {
        let cohorts = &mut self.history.cohorts;
        let at = cohorts.binary_search_by_key(&first_day, |it| it.first_day).unwrap_or_else(|at| {
            cohorts.insert(at, Cohort { first_day, people: Vec::new(), weeks: Vec::new() });
            at
        });
        let cohort = cohorts.get_mut(at).ok_or("no such cohort")?;
        let place = (first_day, cohort.people.len());
        cohort.people.push(person);
        match self.places.insert(key.to_owned(), Some(place)) {
            None => Ok(()),
            Some(_) => Err(format!("the id `{key}` is duplicated")),
        }
    }

    /// The cohort of a subscription.
    fn cohort(&mut self, (first_day, _): Place) -> Result<&mut Cohort, String> {
        let cohorts = &mut self.history.cohorts;
        let at = cohorts.binary_search_by_key(&first_day, |it| it.first_day);
        at.ok().and_then(|it| cohorts.get_mut(it)).ok_or_else(|| "no such cohort".to_owned())
    }

    /// Where a subscription is; none if it was left out.
    fn place(&self, id: &str) -> Result<Option<Place>, String> {
        self.places.get(id).copied().ok_or_else(|| format!("the subscription `{id}` is not known"))
    }

    fn enrolment(&mut self, row: [&str; 7]) -> Result<(), String> {
        let [id, module, presentation, result, registered, unregistered, length] = row;
        self.history.read += 1;
        let month = match presentation.get(4..) {
            Some("B") => 2,
            Some("J") => 10,
            _ => {
                return Err(format!(
                    "expected a presentation such as `2014J`, got `{presentation}`"
                ));
            }
        };
        let year = number(presentation.get(..4).unwrap_or(""))?;
        let first_day =
            NaiveDate::from_ymd_opt(year, month, 1).ok_or("the year is out of range")?;
        let unregistered = maybe(unregistered, number)?;
        if result == "Withdrawn" && unregistered.is_none() {
            self.leave_out("withdrawn on a day that nobody wrote down");
            self.places.insert(id.to_owned(), None);
            return Ok(());
        }
        let registered: i64 = maybe(registered, number)?.unwrap_or(0);
        let person = Person {
            id: format!("e{id}"),
            account: format!("{module}-{presentation}"),
            start: after(first_day, registered.max(0))?,
            end: after(first_day, number(length)?)?,
            cancelled: unregistered.map(|it| after(first_day, it)).transpose()?,
            lapsed: result == "Fail",
        };
        self.add(id, first_day, person)
    }

    fn week(&mut self, row: [&str; 3]) -> Result<(), String> {
        let [id, week, clicks] = row;
        let Some(place) = self.place(id)? else { return Ok(()) };
        let week: i64 = number(week)?;
        let last = after(place.0, week.saturating_mul(7).saturating_add(6))?;
        self.activity(place, last, number(clicks)?)
    }

    fn subscription(&mut self, row: [&str; 6]) -> Result<(), String> {
        let [id, account, start, end, cancelled, registered] = row;
        self.history.read += 1;
        let first_day = day(start)?;
        let registered = maybe(registered, day)?.unwrap_or(first_day);
        let person = Person {
            id: id.to_owned(),
            account: account.to_owned(),
            start: first_day.max(registered),
            end: day(end)?,
            cancelled: maybe(cancelled, day)?,
            lapsed: false,
        };
        self.add(id, first_day, person)
    }

    fn outcome(&mut self, row: [&str; 2]) -> Result<(), String> {
        let [id, outcome] = row;
        let Some(place) = self.place(id)? else { return Ok(()) };
        if let Some(person) = self.cohort(place)?.people.get_mut(place.1) {
            person.lapsed = outcome == "lapsed";
        }
        Ok(())
    }

    fn usage(&mut self, row: [&str; 4]) -> Result<(), String> {
        let [id, name, date, value] = row;
        if name != "clicks" {
            return Ok(());
        }
        let Some(place) = self.place(id)? else { return Ok(()) };
        // The sample dates the week of a cancellation on the day of it: back to the week's end.
        let days = (day(date)? - place.0).num_days();
        let last = after(place.0, days.div_euclid(7) * 7 + 6)?;
        self.activity(place, last, number(value)?)
    }

    /// A week with activity that ends on a day.
    fn activity(&mut self, place: Place, day: NaiveDate, clicks: f64) -> Result<(), String> {
        let cohort = self.cohort(place)?;
        let term = cohort.people.get(place.1).map(|it| (it.start, it.end));
        let (start, end) = term.ok_or("no such subscription")?;
        if day < start {
            self.leave_out("weeks of activity before the term");
        } else if end <= day {
            self.leave_out("weeks of activity that are over after the term");
        } else {
            cohort.weeks.push(Week { person: place.1, day, clicks });
        }
        Ok(())
    }
}
