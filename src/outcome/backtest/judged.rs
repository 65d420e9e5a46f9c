//! What is said of alerts, scores and bands by what came after them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::alert::Share;
use crate::frame::SubjectKind;
use crate::outcome::measure::LeadTimes;

/// How a backtest is judged.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JudgeOptions {
    /// The share of each day's subjects, 0 to 1, that is told of by a scorecard alone: the lowest scores. 0 for none.
    pub budget: f64,
    /// A subject that is among them again within so many days is no new alert.
    pub quiet: u32,
}

impl Default for JudgeOptions {
    /// One in twenty, and four weeks: our choice, what a team can call on, and as long as the example's alerts rest.
    fn default() -> Self {
        Self { budget: 0.05, quiet: 28 }
    }
}

/// What a config was worth over a history.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Judged {
    /// The first and the last day.
    pub days: Option<[NaiveDate; 2]>,
    /// The aims.
    pub aims: Vec<JudgedAim>,
    /// Every rule in the order of the config, all rules together, then every scorecard at the budget.
    pub sources: Vec<SourceJudgement>,
    /// Every scorecard against every aim about the same kind of subject.
    pub cards: Vec<CardJudgement>,
}

/// An aim, and how often it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JudgedAim {
    /// Its name.
    pub aim: String,
    /// What its subjects are.
    pub kind: SubjectKind,
    /// Its window: days of lead, days of horizon.
    pub window: [u32; 2],
    /// Subjects that were assessed at least once.
    pub subjects: usize,
    /// Those of them whose loss an alert on one of the days could have foreseen.
    pub lost: usize,
    /// A subject on a day, where what came of it is known.
    pub rows: usize,
    /// The share of them that was lost in the window.
    pub base: Option<f64>,
    /// A subject on a day, lost within the lead.
    pub too_late: usize,
    /// A subject on a day that is not known until the end of the window.
    pub unknown: usize,
}

/// Who tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A rule.
    Rule(String),
    /// All rules together.
    AnyRule,
    /// The lowest scores of a scorecard.
    Scorecard(String),
}

/// The quality of a source's alerts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SourceJudgement {
    /// Who tells.
    pub source: Source,
    /// How often it fired, told or not.
    pub fired: usize,
    /// How often somebody was told.
    pub told: usize,
    /// Alerts told for each subject of its kind and month; none for rules of several kinds together.
    pub per_subject_month: Option<f64>,
    /// Alerts told about an account, or what belongs to one, for each account and month.
    pub per_account_month: Option<f64>,
    /// Against each aim that its alerts can be held against, in the order of aims.
    pub against: Vec<Against>,
}

/// The alerts of a source against one aim. `hits + false_alarms + too_late + unknown + elsewhere` is `told`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Against {
    /// The aim.
    pub aim: String,
    /// Alerts after which it came, in the window.
    pub hits: usize,
    /// Alerts after which it did not.
    pub false_alarms: usize,
    /// Alerts within the lead before a loss, or on its day: right, and of no use.
    pub too_late: usize,
    /// Alerts of which it is not known yet.
    pub unknown: usize,
    /// Alerts about something else than the aim's subjects or what belongs to them.
    pub elsewhere: usize,
    /// Hits among hits and false alarms.
    pub precision: Option<Share>,
    /// The precision of alerts about anybody on the same days.
    pub base: Option<f64>,
    /// Lost ones with a hit, among those that could have been foreseen.
    pub recall: Option<Share>,
    /// Days from the first hit to the loss.
    pub lead: Option<LeadTimes>,
}

/// A scorecard against one aim.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CardJudgement {
    /// The scorecard.
    pub scorecard: String,
    /// The aim.
    pub aim: String,
    /// A subject on a day, with a score, where what came of it is known.
    pub rows: usize,
    /// The chance that one who was lost had a lower score; see [`roc_auc`](crate::outcome::measure::roc_auc).
    pub roc_auc: Option<f64>,
    /// The bands, lowest first, then no score.
    pub bands: Vec<BandRisk>,
}

/// What came of those in a band.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BandRisk {
    /// The band; none for no score.
    pub band: Option<String>,
    /// A subject on a day in it, where what came of it is known.
    pub rows: usize,
    /// Those that were lost in the window.
    pub lost: usize,
    /// Different subjects among the rows.
    pub subjects: usize,
    /// `lost` among `rows`.
    pub share: Option<f64>,
}

/// An alert that was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) subject: u32,
    pub(super) day: NaiveDate,
}

impl Judged {
    /// A rule's alerts against an aim.
    #[must_use]
    pub fn rule(&self, rule: &str, aim: &str) -> Option<&Against> {
        self.find(aim, |source| matches!(source, Source::Rule(name) if name == rule))
    }

    /// The alerts of all rules against an aim.
    #[must_use]
    pub fn any_rule(&self, aim: &str) -> Option<&Against> {
        self.find(aim, |source| *source == Source::AnyRule)
    }

    /// The lowest scores of a scorecard against an aim.
    #[must_use]
    pub fn scorecard(&self, scorecard: &str, aim: &str) -> Option<&Against> {
        self.find(aim, |source| matches!(source, Source::Scorecard(name) if name == scorecard))
    }

    fn find(&self, aim: &str, is_it: impl Fn(&Source) -> bool) -> Option<&Against> {
        let source = self.sources.iter().find(|source| is_it(&source.source))?;
        source.against.iter().find(|against| against.aim == aim)
    }
}
