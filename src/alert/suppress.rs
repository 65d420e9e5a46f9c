//! What keeps an alert quiet. It marks events with everything that suppresses them, and
//! drops none.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::step::{Happening, cools, repeat};
use crate::config::{InhibitConfig, InhibitOn, RuleConfig, RuleSeverity};
use crate::frame::SubjectKind;
use crate::memory::{AlertState, Phase};
use crate::time::AsOf;

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

    fn fits(&self, alert: &About<'_>) -> bool {
        let listed = |list: &[String], it: &str| list.iter().any(|listed| listed == it);
        (self.rules.is_empty() || listed(&self.rules, alert.rule))
            && self.kind.is_none_or(|kind| kind == alert.kind)
            && (self.subjects.is_empty()
                || listed(&self.subjects, alert.subject)
                || alert.parents.values().any(|parent| listed(&self.subjects, parent)))
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

/// An alert as suppression sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) rule: &'a str,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    pub(crate) parents: &'a BTreeMap<SubjectKind, String>,
    pub(crate) severity: RuleSeverity,
    pub(crate) labels: &'a BTreeMap<String, String>,
}

impl Suppressions {
    /// What keeps an alert quiet on a day; `off` says whether a calendar of the config has it off.
    pub(crate) fn of(
        &self,
        alert: &About<'_>,
        now: NaiveDate,
        off: &dyn Fn(&str) -> bool,
    ) -> Vec<Suppressor> {
        let within = |from: NaiveDate, until: NaiveDate| from <= now && now < until;
        let silences = self.silences.iter().filter(|silence| {
            within(silence.from, silence.until)
                && !silence.matches.is_empty()
                && silence.matches.fits(alert)
        });
        let snoozes = self.snoozes.iter().filter(|snooze| {
            within(snooze.from, snooze.until)
                && snooze.rule == alert.rule
                && snooze.subject == alert.subject
        });
        let weekend = matches!(now.weekday(), Weekday::Sat | Weekday::Sun);
        let calendars = self.calendars.iter().filter(|calendar| {
            let quiet = (calendar.weekends && weekend)
                || calendar.spans.iter().any(|(from, to)| within(*from, *to));
            (quiet || calendar.calendar.as_deref().is_some_and(off)) && calendar.matches.fits(alert)
        });
        let mut all: Vec<Suppressor> = silences
            .map(|silence| Suppressor::Silence {
                id: silence.id.clone(),
                author: silence.author.clone(),
                reason: silence.reason.clone(),
                until: silence.until,
            })
            .chain(snoozes.map(|snooze| Suppressor::Snooze {
                author: snooze.author.clone(),
                reason: snooze.reason.clone(),
                until: snooze.until,
            }))
            .chain(calendars.map(|calendar| Suppressor::Calendar { name: calendar.name.clone() }))
            .collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Open alerts by the kind and the id of their subjects.
pub(crate) type Open<'a> = BTreeMap<(SubjectKind, &'a str), Vec<About<'a>>>;

/// The open alerts that silence one. `open` is every alert that fires, quiet or not: an alert that
/// nobody hears of still stands for its lesser ones.
pub(crate) fn inhibitors(
    rules: &[InhibitConfig],
    target: &About<'_>,
    open: &Open<'_>,
) -> Vec<Suppressor> {
    let mut all = Vec::new();
    for rule in rules.iter().filter(|rule| rule.is_target(target.rule, target.severity)) {
        let both = rule.is_source(target.rule, target.severity);
        let related: Vec<(SubjectKind, &str)> = match rule.on {
            InhibitOn::Subject => vec![(target.kind, target.subject)],
            InhibitOn::Parent => {
                target.parents.iter().map(|(kind, id)| (*kind, id.as_str())).collect()
            }
        };
        for source in related.iter().filter_map(|rule| open.get(rule)).flatten() {
            // Two alerts that silence one another would both be lost.
            let mutual = both
                && rule.on == InhibitOn::Subject
                && rule.is_target(source.rule, source.severity);
            if rule.is_source(source.rule, source.severity) && !mutual {
                all.push(Suppressor::Inhibited {
                    rule: source.rule.to_owned(),
                    kind: source.kind,
                    subject: source.subject.to_owned(),
                });
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// What suppresses an alert because it ended not long ago.
pub(crate) fn cooling(alert: &AlertState, rule: &RuleConfig, now: AsOf) -> Option<Suppressor> {
    let until = cools(alert, rule, now).filter(|_| alert.phase != Phase::Inactive)?;
    Some(Suppressor::Cooldown { until })
}

/// Notes whether someone is told that an alert fires; says it again where nobody was and nothing
/// suppresses it any more.
pub(crate) fn settle(
    alert: &mut AlertState,
    happenings: &mut Vec<Happening>,
    suppressed: bool,
    now: AsOf,
) {
    if suppressed || alert.told || !alert.phase.is_firing() {
        return;
    }
    let said = |it: &Happening| {
        use super::Change;
        matches!(it.change, Change::Fired | Change::Repeated { .. })
    };
    if happenings.iter().any(said) {
        alert.told = true;
    } else if alert.phase == Phase::Firing {
        happenings.push(repeat(alert, now));
        alert.told = true;
    }
}
