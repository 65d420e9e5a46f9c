//! A history of subscriptions, and the book that the engine reads it from.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use foretell::Faults;
use foretell::book::{Account, Book, Subscription, Tables, Usage};
use foretell::time::Stamp;

/// Everything that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// Rows of subscriptions.
    pub(crate) read: usize,
    /// Those that began on one day, by that day.
    pub(crate) cohorts: Vec<Cohort>,
    /// What was not taken over, and how often.
    pub(crate) left_out: BTreeMap<&'static str, usize>,
}

/// Subscriptions whose terms began on one day, so that their weeks end on the same days.
#[derive(Debug, Clone)]
pub(crate) struct Cohort {
    pub(crate) first_day: NaiveDate,
    pub(crate) people: Vec<Person>,
    pub(crate) weeks: Vec<Week>,
}

/// One subscription and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) account: String,
    /// Its first day: the term's, or that of a later registration.
    pub(crate) start: NaiveDate,
    /// The first day that is not in its term.
    pub(crate) end: NaiveDate,
    pub(crate) cancelled: Option<NaiveDate>,
    /// Whether nobody renewed it at its end, though nobody cancelled it.
    pub(crate) lapsed: bool,
}

/// What a subscription did in a week with activity; weeks without have no entry.
#[derive(Debug, Clone)]
pub(crate) struct Week {
    /// The place in `people`.
    pub(crate) person: usize,
    /// The last day of the week, on which it is known.
    pub(crate) day: NaiveDate,
    pub(crate) clicks: f64,
}

impl Person {
    /// Whether there is something to assess on a day: begun, not cancelled, not over.
    pub(crate) fn runs(&self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end && self.cancelled.is_none_or(|it| day < it)
    }

    /// Whether something came after a day.
    pub(crate) fn meets(&self, later: Later, day: NaiveDate) -> bool {
        let most = match later {
            Later::Lost if self.fate() == Fate::Silent => return true,
            Later::Lost | Later::Cancelled(None) => i64::MAX,
            Later::Cancelled(Some(most)) => most,
        };
        self.cancelled.is_some_and(|it| (1..=most).contains(&(it - day).num_days()))
    }

    pub(crate) const fn fate(&self) -> Fate {
        match (self.cancelled, self.lapsed) {
            (Some(_), _) => Fate::Cancelled,
            (None, true) => Fate::Silent,
            (None, false) => Fate::Kept,
        }
    }
}

/// What may come after an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Later {
    /// It is cancelled: at any later time, or within so many days.
    Cancelled(Option<i64>),
    /// It is cancelled at any later time, or goes silent.
    Lost,
}

/// What became of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Cancelled,
    /// Nobody cancelled it, and nobody came back.
    Silent,
    Kept,
}

impl Fate {
    pub(crate) const ALL: [Self; 3] = [Self::Cancelled, Self::Silent, Self::Kept];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Silent => "went silent",
            Self::Kept => "kept",
        }
    }
}

impl Cohort {
    /// The year it is counted to.
    pub(crate) fn year(&self) -> String {
        self.first_day.format("%Y").to_string()
    }

    /// The days of assessments: the last day of each week, while anything can run.
    pub(crate) fn days(&self) -> Vec<NaiveDate> {
        let end = self.people.iter().map(|it| it.end).max().unwrap_or(self.first_day);
        (0..)
            .map(|week| self.first_day + Days::new(7 * week + 6))
            .take_while(|it| *it < end)
            .collect()
    }

    /// The whole of it, later days included: an assessment reads what was known on its day.
    pub(crate) fn book(&self) -> Result<Book, Faults> {
        let mut tables = Tables::default();
        let mut accounts: Vec<&str> = self.people.iter().map(|it| it.account.as_str()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        tables.extend(accounts.into_iter().map(Account::new));
        for it in &self.people {
            let mut subscription = Subscription::new(it.id.as_str());
            subscription.account_id = Some(it.account.clone());
            subscription.start = Some(Stamp::day(it.start));
            subscription.end = Some(Stamp::day(it.end));
            subscription.cancelled_on = it.cancelled.map(Stamp::day);
            tables.push(subscription);
        }
        for week in &self.weeks {
            let Some(person) = self.people.get(week.person) else { continue };
            let mut usage = Usage::new("clicks", Stamp::day(week.day), week.clicks);
            usage.subscription_id = Some(person.id.clone());
            tables.push(usage);
        }
        Book::strict(tables)
    }
}
