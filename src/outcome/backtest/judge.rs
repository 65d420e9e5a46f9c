//! What was said, held against what happened.

use serde::Serialize;

use chrono::NaiveDate;

use super::shelf::Card;
use super::weigh::{Bench, View, judged_aim};
use super::{Aim, Backtest};
use crate::alert::{Exposure, Firing, Share, firings};
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

/// What the alerts of a source come to.
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

/// Holds what was said against what happened. The passes are of one config over parts of a history that share no subject
/// on a day: one book each, or one pass over all.
///
/// An alert counts on the first day on which somebody was told. It is a hit where the loss comes after the lead and within
/// the horizon of the aim's window.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::frame::{Column, Frame, SubjectKind::Subscription};
/// use foretell::book::OutcomeKind;
/// use foretell::outcome::backtest::{Aim, Backtest, JudgeOptions, judge};
/// use foretell::outcome::history::{Happening, History, Window};
/// use foretell::{Config, Engine, Input};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     [[metrics]]
///     name = "quiet_days"
///
///     [[rules]]
///     name = "no_login"
///     when = "quiet_days >= 20"
/// "#))?;
/// let frame = |quiet: [f64; 2]| -> Result<Frame, Box<dyn std::error::Error>> {
///     let mut frame = Frame::new(Subscription, ["acme", "globex"])?;
///     frame.insert("quiet_days", Column::numbers(quiet.map(Some)))?;
///     Ok(frame)
/// };
/// let frames = [frame([14.0, 3.0])?, frame([21.0, 4.0])?];
/// let days = ["2026-03-01".parse()?, "2026-03-08".parse()?];
/// let said = Backtest::run(&engine, days.into_iter().zip(frames.iter().map(Input::frame)));
///
/// let lost = Happening::new("acme", "2026-04-01".parse()?, OutcomeKind::Churned);
/// let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
/// let window = Window { lead: 7, horizon: 56 };
/// let aim = Aim { name: "cancelled".to_owned(), kind: Subscription, history, window };
///
/// let judged = judge(&[&said], &[aim], &JudgeOptions::default());
/// let any = judged.any_rule("cancelled").ok_or("an aim")?;
/// assert_eq!((any.hits, any.false_alarms), (1, 0));
/// assert_eq!(any.lead.as_ref().and_then(|it| it.median), Some(24.0));
/// println!("{judged}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn judge(passes: &[&Backtest], aims: &[Aim], options: &JudgeOptions) -> Judged {
    let views: Vec<Vec<View<'_>>> =
        aims.iter().map(|aim| passes.iter().map(|pass| View::new(pass, aim)).collect()).collect();
    let mut exposure = Exposure::default();
    for pass in passes {
        exposure.add(pass.exposure());
    }
    let bench = Bench { passes, aims, views: &views, exposure: &exposure };
    let rules: &[(String, SubjectKind)] = passes.first().map_or(&[], |it| &it.rules);
    let all: Vec<Vec<Firing>> = passes.iter().map(|it| firings(it.events())).collect();
    let mut sources: Vec<SourceJudgement> =
        rules.iter().map(|(name, kind)| bench.rule(Some(name), Some(*kind), &all)).collect();
    if !rules.is_empty() {
        let mut kinds: Vec<SubjectKind> = rules.iter().map(|it| it.1).collect();
        kinds.dedup();
        let one = kinds.first().copied().filter(|_| kinds.len() == 1);
        sources.push(bench.rule(None, one, &all));
    }
    let cards: &[Card] = passes.first().map_or(&[], |it| &it.cards.0);
    if options.budget > 0.0 {
        sources.extend(cards.iter().map(|it| bench.card(it, options)));
    }
    let days: Vec<NaiveDate> = passes.iter().flat_map(|it| it.days()).collect();
    let days = days.iter().min().zip(days.iter().max()).map(|(first, last)| [*first, *last]);
    Judged {
        days,
        aims: aims.iter().zip(&views).map(|(aim, views)| judged_aim(aim, views)).collect(),
        sources,
        cards: cards.iter().flat_map(|card| bench.bands(card)).collect(),
    }
}

impl Judged {
    /// A rule's alerts against an aim.
    #[must_use]
    pub fn rule(&self, rule: &str, aim: &str) -> Option<&Against> {
        self.find(aim, |it| matches!(it, Source::Rule(name) if name == rule))
    }

    /// The alerts of all rules against an aim.
    #[must_use]
    pub fn any_rule(&self, aim: &str) -> Option<&Against> {
        self.find(aim, |it| *it == Source::AnyRule)
    }

    /// The lowest scores of a scorecard against an aim.
    #[must_use]
    pub fn scorecard(&self, scorecard: &str, aim: &str) -> Option<&Against> {
        self.find(aim, |it| matches!(it, Source::Scorecard(name) if name == scorecard))
    }

    fn find(&self, aim: &str, is_it: impl Fn(&Source) -> bool) -> Option<&Against> {
        let source = self.sources.iter().find(|it| is_it(&it.source))?;
        source.against.iter().find(|it| it.aim == aim)
    }
}
