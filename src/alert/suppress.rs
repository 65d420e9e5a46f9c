//! What keeps an alert quiet. It marks events with everything that suppresses them, and
//! drops none.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::about::About;
use crate::config::RuleSeverity;
use crate::frame::SubjectKind;

/// What a host says must be quiet: plain data, given with the input of each assessment.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::{Snooze, Suppressions};
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(60.0)]))?;
/// let snooze = Snooze::new("no_login", "acme", ["2026-02-20".parse()?, "2026-03-08".parse()?]);
/// let quiet = Suppressions::default().with_snooze(snooze.asked_by("ann", "on holiday"));
/// let input = Input::frame(&frame).with_suppressions(&quiet);
/// let night = engine.assess(&input, "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// let sent: Vec<&str> = night.events().iter().filter(|event| event.is_sent()).map(|event| event.subject.as_str()).collect();
/// assert_eq!(sent, ["globex"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Suppressions {
    /// Quiet for what fits a matcher.
    pub silences: Vec<Silence>,
    /// Quiet for one alert.
    pub snoozes: Vec<Snooze>,
    /// Days on which it is quiet for all or for what fits a matcher.
    pub calendars: Vec<QuietCalendar>,
}

impl Suppressions {
    /// The same with a silence more.
    #[must_use]
    pub fn with_silence(mut self, silence: Silence) -> Self {
        self.silences.push(silence);
        self
    }

    /// The same with a snooze more.
    #[must_use]
    pub fn with_snooze(mut self, snooze: Snooze) -> Self {
        self.snoozes.push(snooze);
        self
    }

    /// The same with a calendar more.
    #[must_use]
    pub fn with_calendar(mut self, calendar: QuietCalendar) -> Self {
        self.calendars.push(calendar);
        self
    }
}

/// Which alerts are meant: those that fit everything that is said.
///
/// ```
/// use foretell::alert::Matcher;
///
/// let all: Matcher = serde_json::from_str("{}")?;
/// assert!(all.is_empty()); // a silence that matches on nothing silences nothing
/// let some: Matcher = serde_json::from_str(r#"{ "rules": ["no_login"], "labels": { "team": "east" } }"#)?;
/// assert!(!some.is_empty());
/// assert!(serde_json::from_str::<Matcher>(r#"{ "rule": "no_login" }"#).is_err()); // no such key
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Matcher {
    /// One of these rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// A subject of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SubjectKind>,
    /// One of these subjects, or of what belongs to them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// At most this severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
    /// These labels; a label that is not there is empty.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl Matcher {
    /// Alerts of these rules.
    #[must_use]
    pub fn of_rules<R: Into<String>>(rules: impl IntoIterator<Item = R>) -> Self {
        Self { rules: rules.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Alerts about these subjects.
    #[must_use]
    pub fn of_subjects<S: Into<String>>(subjects: impl IntoIterator<Item = S>) -> Self {
        Self { subjects: subjects.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all but the subjects fit.
    pub(super) fn fits(&self, alert: &About<'_>) -> bool {
        (self.rules.is_empty() || self.rules.iter().any(|rule| rule == alert.rule))
            && self.kind.is_none_or(|kind| kind == alert.kind)
            && self.severity.is_none_or(|severity| alert.severity <= severity)
            && self
                .labels
                .iter()
                .all(|(name, value)| alert.labels.get(name).map_or("", String::as_str) == value)
    }
}

/// Quiet for a while for what fits a matcher. One that matches on nothing silences nothing.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::{Matcher, Silence, Suppressions, Suppressor};
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// // The last is the first day on which it is told again.
/// let days = ["2026-03-01".parse()?, "2026-03-02".parse()?];
/// let silence = Silence::new("outage", Matcher::of_rules(["no_login"]), days);
/// let quiet = Suppressions::default().with_silence(silence.asked_by("ann", "nobody could log in"));
/// let input = Input::frame(&frame).with_suppressions(&quiet);
///
/// let first = engine.assess(&input, "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// assert!(matches!(&first.events()[0].suppressed_by[0], Suppressor::Silence { id, .. } if id == "outage"));
/// let second = engine.assess(&input, "2026-03-02".parse::<AsOf>()?, first.state())?;
/// assert!(second.events()[0].is_sent());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Silence {
    /// Its id, for the record.
    pub id: String,
    /// What it silences.
    pub matches: Matcher,
    /// Who asked for it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The first day.
    pub from: NaiveDate,
    /// The day on which it is over.
    pub until: NaiveDate,
}

impl Silence {
    /// A silence from the first day to the one on which it is over, without an author and a reason.
    #[must_use]
    pub fn new(id: impl Into<String>, matches: Matcher, [from, until]: [NaiveDate; 2]) -> Self {
        let (author, reason) = (String::new(), String::new());
        Self { id: id.into(), matches, author, reason, from, until }
    }

    /// The same with who asked for it, and why.
    #[must_use]
    pub fn asked_by(mut self, author: impl Into<String>, reason: impl Into<String>) -> Self {
        (self.author, self.reason) = (author.into(), reason.into());
        self
    }
}

/// Quiet for a while for the alert of one rule about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Snooze {
    /// The rule.
    pub rule: String,
    /// The subject's id.
    pub subject: String,
    /// Who asked for it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The first day.
    pub from: NaiveDate,
    /// The day on which it is over.
    pub until: NaiveDate,
}

impl Snooze {
    /// A snooze from the first day to the one on which it is over, without an author and a reason.
    #[must_use]
    pub fn new(
        rule: impl Into<String>,
        subject: impl Into<String>,
        [from, until]: [NaiveDate; 2],
    ) -> Self {
        let (author, reason) = (String::new(), String::new());
        Self { rule: rule.into(), subject: subject.into(), author, reason, from, until }
    }

    /// The same with who asked for it, and why.
    #[must_use]
    pub fn asked_by(mut self, author: impl Into<String>, reason: impl Into<String>) -> Self {
        (self.author, self.reason) = (author.into(), reason.into());
        self
    }
}

/// Days on which nothing is told: holidays, an outage of one's own, weekends.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::alert::{QuietCalendar, Suppressions};
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let weekend = QuietCalendar::new("weekend").with_weekends();
/// let quiet = Suppressions::default().with_calendar(weekend);
/// let input = Input::frame(&frame).with_suppressions(&quiet);
///
/// let sunday = engine.assess(&input, "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// assert!(!sunday.events()[0].is_sent());
/// let monday = engine.assess(&input, "2026-03-02".parse::<AsOf>()?, sunday.state())?;
/// assert!(monday.events()[0].is_sent());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct QuietCalendar {
    /// What it is called.
    pub name: String,
    /// Spans of days: the first, and the day on which it is over.
    pub spans: Vec<(NaiveDate, NaiveDate)>,
    /// Whether Saturdays and Sundays are quiet.
    pub weekends: bool,
    /// A calendar of the config, by its name, whose days off are quiet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// For what; for all where it says nothing.
    pub matches: Matcher,
}

impl QuietCalendar {
    /// A calendar of that name, without a day yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same with quiet Saturdays and Sundays.
    #[must_use]
    pub const fn with_weekends(mut self) -> Self {
        self.weekends = true;
        self
    }

    /// The same with a span more: its first day, and the day on which it is over.
    #[must_use]
    pub fn with_span(mut self, [from, until]: [NaiveDate; 2]) -> Self {
        self.spans.push((from, until));
        self
    }

    /// The same with the days off of a calendar of the config.
    #[must_use]
    pub fn with_calendar(mut self, name: impl Into<String>) -> Self {
        self.calendar = Some(name.into());
        self
    }

    /// The same for what fits a matcher alone.
    #[must_use]
    pub fn with_matches(mut self, matches: Matcher) -> Self {
        self.matches = matches;
        self
    }
}

/// Something that suppresses an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
#[non_exhaustive]
pub enum Suppressor {
    /// An open alert that silences it.
    Inhibited {
        /// The rule of that alert.
        rule: String,
        /// What its subject is.
        kind: SubjectKind,
        /// Its subject's id.
        subject: String,
    },
    /// A silence.
    Silence {
        /// Its id.
        id: String,
        /// Who asked for it.
        author: String,
        /// Why.
        reason: String,
        /// The day on which it is over.
        until: NaiveDate,
    },
    /// A snooze.
    Snooze {
        /// Who asked for it.
        author: String,
        /// Why.
        reason: String,
        /// The day on which it is over.
        until: NaiveDate,
    },
    /// A quiet day.
    Calendar {
        /// The calendar.
        name: String,
    },
    /// It fired again too soon after it had ended.
    Cooldown {
        /// The day on which that is over.
        until: NaiveDate,
    },
    /// It is the end of an alert that nobody was notified of.
    Untold,
}
