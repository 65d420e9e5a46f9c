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
/// let mut quiet = Suppressions::default();
/// quiet.snoozes.push(Snooze {
///     rule: "no_login".into(),
///     subject: "acme".into(),
///     author: "ann".into(),
///     reason: "on holiday".into(),
///     from: "2026-02-20".parse()?,
///     until: "2026-03-08".parse()?,
/// });
/// let input = Input::frame(&frame).with_suppressions(&quiet);
/// let night = engine.assess(&input, "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// let sent: Vec<&str> = night.events().iter().filter(|event| event.is_sent()).map(|event| event.subject.as_str()).collect();
/// assert_eq!(sent, ["globex"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Suppressions {
    /// Quiet for what fits a matcher.
    pub silences: Vec<Silence>,
    /// Quiet for one alert.
    pub snoozes: Vec<Snooze>,
    /// Days on which it is quiet for all or for what fits a matcher.
    pub calendars: Vec<QuietCalendar>,
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
/// let mut matches = Matcher::default();
/// matches.rules.push("no_login".into());
/// let silence = Silence {
///     id: "outage".into(),
///     matches,
///     author: "ann".into(),
///     reason: "nobody could log in".into(),
///     from: "2026-03-01".parse()?,
///     until: "2026-03-02".parse()?, // the first day on which it is told again
/// };
/// let mut quiet = Suppressions::default();
/// quiet.silences.push(silence);
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

/// Quiet for a while for the alert of one rule about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
/// let mut quiet = Suppressions::default();
/// quiet.calendars.push(QuietCalendar { name: "weekend".into(), weekends: true, ..QuietCalendar::default() });
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
