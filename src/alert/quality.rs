//! Whether alerts are worth having: how many there are, and what people said of them.

mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AlertRef, Event, Exposure, Firing, FiringKey, Judgement, Opinion, firings};
use crate::config::Config;
use crate::frame::SubjectKind;
use crate::interval::{REACH_95, wilson};
use crate::metric::median_of;

/// The quality of alerts, rule by rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AlertQuality {
    /// By name: every rule of the config, and every other one that has fired.
    pub rules: Vec<RuleQuality>,
    /// Alerts that somebody was notified of, of all rules: about an account or what belongs to it, for
    /// each account and month. None where no account was watched.
    pub per_account_month: Option<f64>,
    /// Judgements that a later one on the same alert replaced.
    pub replaced: usize,
    /// Judgements on alerts that are not among those given.
    pub unknown: Vec<Judgement>,
}

/// The quality of a rule's alerts. `told + suppressed == fired`, and
/// `useful + noise + too_early == judged`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleQuality {
    /// The rule.
    pub rule: String,
    /// What it is about.
    pub kind: SubjectKind,
    /// Whether the config has it.
    pub in_config: bool,
    /// How often it fired.
    pub fired: usize,
    /// Of how many of these somebody was told.
    pub told: usize,
    /// Of how many nobody was.
    pub suppressed: usize,
    /// How many are not over.
    pub open: usize,
    /// How many somebody judged.
    pub judged: usize,
    /// Judged useful.
    pub useful: usize,
    /// Judged noise.
    pub noise: usize,
    /// Judged too early.
    pub too_early: usize,
    /// Useful ones among those judged.
    pub precision: Option<Share>,
    /// The median of days from its firing to its end, of those that are over.
    pub median_days_open: Option<f64>,
    /// Alerts that somebody was notified of, for each subject of its kind and month. None where no
    /// such subject was watched.
    pub per_subject_month: Option<f64>,
    /// The same for each account and month, of alerts about it or what belongs to it.
    pub per_account_month: Option<f64>,
    /// Whether anybody needs it, as far as is known.
    pub standing: RuleStanding,
}

/// Whether anybody needs a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleStanding {
    /// An alert of it was judged useful.
    Useful,
    /// It fired, and nobody said anything.
    NotJudged,
    /// Alerts of it were judged, and none was useful.
    NeverUseful,
    /// It never fired.
    NeverFired,
}

impl RuleQuality {
    /// Fewer judgements than this say little of a rule. Our choice: with 30 the interval of a share
    /// is up to 34 points wide, with 10 up to 53; tested by `small_samples_say_so`.
    pub const ENOUGH: usize = 30;

    /// Whether so few were judged that the precision says little.
    #[must_use]
    pub const fn is_small_sample(&self) -> bool {
        0 < self.judged && self.judged < Self::ENOUGH
    }
}

impl AlertQuality {
    /// A rule by its name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&RuleQuality> {
        self.rules.iter().find(|rule| rule.rule == name)
    }

    /// The rules that nobody needs, as far as is known: never fired, or judged and never useful.
    pub fn not_needed(&self) -> impl Iterator<Item = &RuleQuality> {
        let idle = |it: &&RuleQuality| {
            matches!(it.standing, RuleStanding::NeverFired | RuleStanding::NeverUseful)
        };
        self.rules.iter().filter(idle)
    }
}

/// A share of a count, 0 to 1, and the interval in which the true one lies with 95% confidence.
///
/// ```
/// use foretell::alert::Share;
///
/// let useful = Share::of(8, 10).unwrap();
/// assert_eq!(useful.value, 0.8);
/// assert!(useful.low < 0.5 && useful.high > 0.9); // ten say little
/// let many = Share::of(800, 1000).unwrap();
/// assert!(many.low > 0.77 && many.high < 0.83);
/// ```
///
/// # Source
/// The score interval of Wilson (1927), JASA 22(158), 209-212, which Brown, Cai and DasGupta (2001),
/// Statistical Science 16(2), 101-133, advise for small samples. It takes the counted for
/// independent; alerts about one subject are not quite, so the true interval is somewhat wider.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Share {
    /// The share itself.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Share {
    /// The share of `part` in `whole`; none of nothing. More than all counts as all.
    ///
    /// ```
    /// use foretell::alert::Share;
    ///
    /// let share = Share::of(8, 10).unwrap();
    /// assert!((share.value - 0.8).abs() < 1e-12);
    /// assert!((share.low - 0.4902).abs() < 1e-4);
    /// assert!((share.high - 0.9433).abs() < 1e-4);
    /// assert_eq!(Share::of(0, 0), None);
    /// ```
    #[must_use]
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        let [value, low, high] = wilson(part, whole, REACH_95)?;
        Some(Self { value, low, high })
    }
}

/// Counts alerts and what was said of them.
///
/// `events` are those of a replay or of many assessments, in any order; an event given twice counts
/// once. `exposure` is what was watched meanwhile, `Replay::exposure` or counted by the host; without
/// it rates are not known. A judgement on an alert that is not among the events is listed and not
/// counted. Of several on one alert the last in the list counts.
///
/// ```
/// use chrono::NaiveDate;
/// use foretell::alert::{AlertRef, Judgement, Opinion, RuleStanding, alert_quality};
/// use foretell::frame::{Column, Frame, SubjectKind};
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(
///     r#"
///     [[metrics]]
///     name = "quiet_days"
///
///     [[rules]]
///     name = "no_login"
///     when = "quiet_days >= 20"
///
///     [[rules]]
///     name = "lost"
///     when = "quiet_days >= 300"
///     "#,
/// ))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
/// frame.insert("quiet_days", Column::numbers([Some(25.0), Some(3.0)]))?;
/// let day: NaiveDate = "2026-03-01".parse()?;
/// let replay = engine.replay([(day, Input::frame(&frame))], &State::new())?;
///
/// let told = AlertRef::Event(replay.events[0].id.clone());
/// let said = [Judgement::new(told, Opinion::Useful)];
/// let quality = alert_quality(engine.config(), &replay.events, &replay.exposure, &said);
/// let rule = quality.rule("no_login").unwrap();
/// assert_eq!((rule.fired, rule.told, rule.useful), (1, 1, 1));
/// assert!(rule.is_small_sample());
/// assert_eq!(quality.rule("lost").unwrap().standing, RuleStanding::NeverFired);
/// println!("{quality}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn alert_quality<'a>(
    config: &Config,
    events: impl IntoIterator<Item = &'a Event>,
    exposure: &Exposure,
    judgements: &[Judgement],
) -> AlertQuality {
    let events: Vec<&Event> = events.into_iter().collect();
    let all = firings(events.iter().copied());
    let said = Said::new(&events, &all, judgements);
    let mut tallies: BTreeMap<(&str, SubjectKind), Tally<'_>> = BTreeMap::new();
    for rule in &config.rules {
        let kind = rule.subject.unwrap_or(config.subject);
        tallies.entry((&rule.name, kind)).or_default().in_config = true;
    }
    for firing in &all {
        let tally = tallies.entry((&firing.key.rule, firing.key.kind)).or_default();
        tally.add(firing, said.opinions.get(&firing.key).copied());
    }
    let accounts = exposure.subject_months(SubjectKind::Account);
    let told = all.iter().filter(|firing| firing.told && firing.is_of_account()).count();
    AlertQuality {
        rules: tallies.into_iter().map(|(key, it)| it.rule(key, exposure)).collect(),
        per_account_month: rate(told, accounts),
        replaced: said.replaced,
        unknown: said.unknown,
    }
}

/// What was said, by alert.
struct Said {
    opinions: BTreeMap<FiringKey, Opinion>,
    replaced: usize,
    unknown: Vec<Judgement>,
}

impl Said {
    fn new(events: &[&Event], firings: &[Firing], judgements: &[Judgement]) -> Self {
        let by_id: BTreeMap<&str, &Event> =
            events.iter().map(|event| (event.id.as_str(), *event)).collect();
        let mut out = Self { opinions: BTreeMap::new(), replaced: 0, unknown: Vec::new() };
        for judgement in judgements {
            let key = match &judgement.alert {
                AlertRef::Event(id) => {
                    by_id.get(id.as_str()).and_then(|event| FiringKey::of(event))
                }
                // They come sorted by their keys.
                AlertRef::Firing(key) => firings
                    .binary_search_by(|firing| firing.key.cmp(key))
                    .is_ok()
                    .then(|| key.clone()),
            };
            match key {
                Some(key) => {
                    let before = out.opinions.insert(key, judgement.opinion);
                    out.replaced += usize::from(before.is_some());
                }
                None => out.unknown.push(judgement.clone()),
            }
        }
        out
    }
}

/// A rule's alerts, being counted.
#[derive(Default)]
struct Tally<'a> {
    in_config: bool,
    firings: Vec<&'a Firing>,
    opinions: BTreeMap<Opinion, usize>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, firing: &'a Firing, opinion: Option<Opinion>) {
        self.firings.push(firing);
        if let Some(opinion) = opinion {
            *self.opinions.entry(opinion).or_default() += 1;
        }
    }

    fn rule(self, (rule, kind): (&str, SubjectKind), exposure: &Exposure) -> RuleQuality {
        let count = |test: &dyn Fn(&Firing) -> bool| {
            self.firings.iter().filter(|firing| test(firing)).count()
        };
        let [useful, noise, too_early] = [Opinion::Useful, Opinion::Noise, Opinion::TooEarly]
            .map(|opinion| self.opinions.get(&opinion).copied().unwrap_or(0));
        let (fired, judged) = (self.firings.len(), useful + noise + too_early);
        let told = count(&|firing| firing.told);
        let days =
            self.firings.iter().filter_map(|firing| Some(firing.days_open()? as f64)).collect();
        RuleQuality {
            rule: rule.to_owned(),
            kind,
            in_config: self.in_config,
            fired,
            told,
            suppressed: fired - told,
            open: count(&|firing| firing.resolved.is_none()),
            judged,
            useful,
            noise,
            too_early,
            precision: Share::of(useful, judged),
            median_days_open: median_of(days),
            per_subject_month: rate(told, exposure.subject_months(kind)),
            per_account_month: rate(
                count(&|firing| firing.told && firing.is_of_account()),
                exposure.subject_months(SubjectKind::Account),
            ),
            standing: match (fired, judged, useful) {
                (0, ..) => RuleStanding::NeverFired,
                (_, 0, _) => RuleStanding::NotJudged,
                (_, _, 0) => RuleStanding::NeverUseful,
                _ => RuleStanding::Useful,
            },
        }
    }
}

fn rate(count: usize, months: f64) -> Option<f64> {
    (months > 0.0).then(|| count as f64 / months)
}
