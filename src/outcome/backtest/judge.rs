//! What was said, held against what happened.

use std::collections::BTreeMap;

use serde::Serialize;

use super::budget;
use super::shelf::Card;
use super::{Aim, Backtest};
use crate::alert::{Exposure, Firing, Share, firings};
use crate::frame::SubjectKind;
use crate::outcome::history::{Came, Window};
use crate::outcome::measure::{LeadTimes, lead_times, roc_auc};
use crate::time::AsOf;

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
    pub days: Option<[AsOf; 2]>,
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
    /// The chance that one who was lost had a lower score; see [`roc_auc`].
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
    pub(super) day: AsOf,
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
/// use foretell::outcome::Outcome;
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
/// let lost = Happening::new("acme", "2026-04-01".parse()?, Outcome::Churned);
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
    let days: Vec<AsOf> = passes.iter().flat_map(|it| it.days()).collect();
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

/// What came of every subject of one pass, for one aim.
struct View<'a> {
    window: Window,
    kind: SubjectKind,
    pass: &'a Backtest,
    /// By number: the day of the loss, and the day until which it is known.
    ends: Vec<(Option<AsOf>, Option<AsOf>)>,
    /// By number: whether it was assessed on a day on which its loss could be foreseen.
    foreseeable: Vec<bool>,
    /// Of each day: those of whom it is known, and the lost.
    days: BTreeMap<AsOf, [usize; 2]>,
    too_late: usize,
    unknown: usize,
}

impl<'a> View<'a> {
    fn new(pass: &'a Backtest, aim: &Aim) -> Self {
        let subjects = pass.shelf.subjects(aim.kind);
        let end = |id: &std::sync::Arc<str>| {
            (aim.history.loss(id).map(|it| it.day), aim.history.known_until(id))
        };
        let mut out = Self {
            window: aim.window,
            kind: aim.kind,
            pass,
            ends: subjects.iter().map(end).collect(),
            foreseeable: vec![false; subjects.len()],
            days: BTreeMap::new(),
            too_late: 0,
            unknown: 0,
        };
        for day in pass.recorded() {
            let span = aim.window.after(day.as_of);
            let (mut known, mut lost) = (0, 0);
            for subject in day.present(aim.kind) {
                let Some((loss, until)) = out.ends.get(*subject as usize) else { continue };
                match span.came(*loss, *until) {
                    Came::Lost => {
                        known += 1;
                        lost += 1;
                        if let Some(it) = out.foreseeable.get_mut(*subject as usize) {
                            *it = true;
                        }
                    }
                    Came::Kept => known += 1,
                    Came::TooLate => out.too_late += 1,
                    Came::Unknown => out.unknown += 1,
                    Came::Over => {}
                }
            }
            out.days.insert(day.as_of, [known, lost]);
        }
        out
    }

    fn came(&self, subject: u32, day: AsOf) -> Came {
        let (loss, until) = self.ends.get(subject as usize).copied().unwrap_or((None, None));
        self.window.after(day).came(loss, until)
    }

    /// The day of each loss that could have been foreseen, by number.
    fn losses(&self) -> impl Iterator<Item = (u32, AsOf)> {
        let all = (0_u32..).zip(&self.ends).zip(&self.foreseeable);
        all.filter(|it| *it.1).filter_map(|((at, end), _)| Some((at, end.0?)))
    }

    fn sums(&self) -> [usize; 2] {
        self.days.values().fold([0, 0], |sum, it| [sum[0] + it[0], sum[1] + it[1]])
    }
}

fn judged_aim(aim: &Aim, views: &[View<'_>]) -> JudgedAim {
    let sums = views.iter().map(View::sums).fold([0, 0], |a, b| [a[0] + b[0], a[1] + b[1]]);
    let sum = |of: &dyn Fn(&View<'_>) -> usize| views.iter().map(of).sum();
    JudgedAim {
        aim: aim.name.clone(),
        kind: aim.kind,
        window: [aim.window.lead, aim.window.horizon],
        subjects: sum(&|it| it.ends.len()),
        lost: sum(&|it| it.losses().count()),
        rows: sums[0],
        base: (sums[0] > 0).then(|| sums[1] as f64 / sums[0] as f64),
        too_late: sum(&|it| it.too_late),
        unknown: sum(&|it| it.unknown),
    }
}

/// Everything that judging needs.
struct Bench<'a> {
    passes: &'a [&'a Backtest],
    aims: &'a [Aim],
    /// By aim and pass.
    views: &'a [Vec<View<'a>>],
    exposure: &'a Exposure,
}

impl Bench<'_> {
    fn rule(
        &self,
        rule: Option<&str>,
        kind: Option<SubjectKind>,
        all: &[Vec<Firing>],
    ) -> SourceJudgement {
        let own: Vec<Vec<&Firing>> = all
            .iter()
            .map(|it| it.iter().filter(|it| rule.is_none_or(|rule| it.key.rule == rule)).collect())
            .collect();
        let told = own.iter().flatten().filter(|it| it.told_on.is_some());
        let of_account = told.clone().filter(|it| it.is_of_account()).count();
        let against = |(aim, views): (&Aim, &Vec<View<'_>>)| {
            let mut tally = Tally::default();
            for (at, (view, firings)) in views.iter().zip(&own).enumerate() {
                for it in firings {
                    let Some(day) = it.told_on else { continue };
                    let subject = match it.key.kind == aim.kind {
                        true => Some(&it.key.subject),
                        false => it.parents.get(&aim.kind),
                    };
                    match subject.and_then(|it| view.pass.shelf.number(view.kind, it)) {
                        Some(subject) => tally.add(at, view, subject, day),
                        None => tally.elsewhere += 1,
                    }
                }
            }
            tally.against(&aim.name, views)
        };
        self.judged(
            rule.map_or(Source::AnyRule, |it| Source::Rule(it.to_owned())),
            kind,
            [own.iter().map(Vec::len).sum(), told.count(), of_account],
            self.aims.iter().zip(self.views).map(against).collect(),
        )
    }

    fn card(&self, card: &Card, options: &JudgeOptions) -> SourceJudgement {
        let told: Vec<Vec<Told>> = self
            .passes
            .iter()
            .map(|pass| {
                let card = pass.cards.find(&card.name);
                card.map_or_else(Vec::new, |it| {
                    budget::told(pass, it, options.budget, options.quiet)
                })
            })
            .collect();
        let against = |(aim, views): (&Aim, &Vec<View<'_>>)| {
            let mut tally = Tally::default();
            for (at, (view, told)) in views.iter().zip(&told).enumerate() {
                told.iter().for_each(|it| tally.add(at, view, it.subject, it.day));
            }
            tally.against(&aim.name, views)
        };
        let own = self.aims.iter().zip(self.views).filter(|it| it.0.kind == card.kind);
        let all: usize = told.iter().map(Vec::len).sum();
        self.judged(
            Source::Scorecard(card.name.clone()),
            Some(card.kind),
            [all, all, all],
            own.map(against).collect(),
        )
    }

    fn judged(
        &self,
        source: Source,
        kind: Option<SubjectKind>,
        [fired, told, of_account]: [usize; 3],
        against: Vec<Against>,
    ) -> SourceJudgement {
        let rate = |count: usize, kind: SubjectKind| {
            let months = self.exposure.subject_months(kind);
            (months > 0.0).then(|| count as f64 / months)
        };
        SourceJudgement {
            source,
            fired,
            told,
            per_subject_month: kind.and_then(|it| rate(told, it)),
            per_account_month: rate(of_account, SubjectKind::Account),
            against,
        }
    }

    /// What came of those in each band.
    fn bands(&self, card: &Card) -> Vec<CardJudgement> {
        let own = self.aims.iter().zip(self.views).filter(|it| it.0.kind == card.kind);
        own.map(|(aim, views)| card_judgement(card, aim, views)).collect()
    }
}

fn card_judgement(card: &Card, aim: &Aim, views: &[View<'_>]) -> CardJudgement {
    let (mut risk, mut lost) = (Vec::new(), Vec::new());
    // By band, the last for no score: rows, lost, subjects.
    let mut counts = vec![[0_usize; 3]; card.bands.len() + 1];
    for view in views {
        let Some(own) = view.pass.cards.find(&card.name) else { continue };
        let mut seen = vec![vec![false; view.ends.len()]; counts.len()];
        for (at, day) in view.pass.recorded().iter().enumerate() {
            let span = aim.window.after(day.as_of);
            for ((score, band), subject) in own.day(at).zip(day.present(card.kind)) {
                let (loss, until) =
                    view.ends.get(*subject as usize).copied().unwrap_or((None, None));
                let gone = match span.came(loss, until) {
                    Came::Lost => true,
                    Came::Kept => false,
                    _ => continue,
                };
                let band = usize::from(band).min(card.bands.len());
                let first = seen.get_mut(band).and_then(|it| it.get_mut(*subject as usize));
                let first = first.is_some_and(|it| !std::mem::replace(it, true));
                if let Some([rows, losses, subjects]) = counts.get_mut(band) {
                    *rows += 1;
                    *losses += usize::from(gone);
                    *subjects += usize::from(first);
                }
                if !score.is_nan() {
                    risk.push(-score);
                    lost.push(gone);
                }
            }
        }
    }
    let names = card.bands.iter().map(|it| Some(it.clone())).chain([None]);
    let band = |(band, [rows, lost, subjects]): (Option<String>, [usize; 3])| BandRisk {
        band,
        rows,
        lost,
        subjects,
        share: (rows > 0).then(|| lost as f64 / rows as f64),
    };
    let bands = names.zip(counts).filter(|it| it.0.is_some() || it.1[0] > 0);
    CardJudgement {
        scorecard: card.name.clone(),
        aim: aim.name.clone(),
        rows: lost.len(),
        roc_auc: roc_auc(&risk, &lost),
        bands: bands.map(band).collect(),
    }
}

/// Alerts being counted.
#[derive(Default)]
struct Tally {
    hits: usize,
    false_alarms: usize,
    too_late: usize,
    unknown: usize,
    elsewhere: usize,
    /// Of the days of alerts, the share of all that was lost; and how many there are.
    base: f64,
    based: usize,
    /// By pass and subject the first hit.
    first: BTreeMap<(usize, u32), AsOf>,
}

impl Tally {
    fn add(&mut self, pass: usize, view: &View<'_>, subject: u32, day: AsOf) {
        match view.came(subject, day) {
            Came::Lost => {
                self.hits += 1;
                let first = self.first.entry((pass, subject)).or_insert(day);
                *first = day.min(*first);
            }
            Came::Kept => self.false_alarms += 1,
            Came::TooLate | Came::Over => {
                self.too_late += 1;
                return;
            }
            Came::Unknown => {
                self.unknown += 1;
                return;
            }
        }
        if let Some([known, lost]) = view.days.get(&day).filter(|it| it[0] > 0) {
            self.base += *lost as f64 / *known as f64;
            self.based += 1;
        }
    }

    fn against(self, aim: &str, views: &[View<'_>]) -> Against {
        let mut losses = Vec::new();
        for (at, view) in views.iter().enumerate() {
            losses.extend(
                view.losses().map(|(subject, day)| (day, self.first.get(&(at, subject)).copied())),
            );
        }
        let caught = losses.iter().filter(|it| it.1.is_some()).count();
        Against {
            aim: aim.to_owned(),
            hits: self.hits,
            false_alarms: self.false_alarms,
            too_late: self.too_late,
            unknown: self.unknown,
            elsewhere: self.elsewhere,
            precision: Share::of(self.hits, self.hits + self.false_alarms),
            base: (self.based > 0).then(|| self.base / self.based as f64),
            recall: Share::of(caught, losses.len()),
            lead: lead_times(losses),
        }
    }
}
