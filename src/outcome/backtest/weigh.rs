//! Alerts and bands, weighed against what came after them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::judged::{
    Against, BandRisk, CardJudgement, JudgeOptions, JudgedAim, Source, SourceJudgement, Told,
};
use super::recorded_days::Card;
use super::{Aim, Backtest, budget};
use crate::alert::{Exposure, Firing, Share};
use crate::frame::SubjectKind;
use crate::outcome::history::{Came, Horizon};
use crate::outcome::measure::{lead_times, roc_auc};

/// What came of every subject of one pass, for one aim.
pub(super) struct View<'a> {
    window: Horizon,
    kind: SubjectKind,
    pass: &'a Backtest,
    /// By number: the day of the loss, and the day until which it is known.
    ends: Vec<(Option<NaiveDate>, Option<NaiveDate>)>,
    /// The last day of which anything is known.
    end: Option<NaiveDate>,
    /// By number: whether it was assessed on a day on which its loss could be foreseen.
    foreseeable: Vec<bool>,
    /// Of each day: those of whom it is known, and the lost.
    days: BTreeMap<NaiveDate, [usize; 2]>,
    too_late: usize,
    unknown: usize,
}

impl<'a> View<'a> {
    pub(super) fn new(pass: &'a Backtest, aim: &Aim) -> Self {
        let subjects = pass.recorded.subjects(aim.kind);
        let end = |id: &std::sync::Arc<str>| {
            (aim.history.loss(id).map(|loss| loss.day), aim.history.known_until(id))
        };
        let mut out = Self {
            window: aim.window,
            kind: aim.kind,
            pass,
            ends: subjects.iter().map(end).collect(),
            end: aim.history.end(),
            foreseeable: vec![false; subjects.len()],
            days: BTreeMap::new(),
            too_late: 0,
            unknown: 0,
        };
        for day in pass.recorded() {
            let (mut known, mut lost) = (0, 0);
            for subject in day.present(aim.kind) {
                match out.came(*subject, day.as_of) {
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

    fn came(&self, subject: u32, day: NaiveDate) -> Came {
        let (loss, until) = self.ends.get(subject as usize).copied().unwrap_or((None, None));
        self.window.after(day).came(loss, until, self.end)
    }

    /// The day of each loss that could have been foreseen, by number.
    fn losses(&self) -> impl Iterator<Item = (u32, NaiveDate)> {
        let all = (0_u32..).zip(&self.ends).zip(&self.foreseeable);
        all.filter(|pair| *pair.1).filter_map(|((at, end), _)| Some((at, end.0?)))
    }

    fn sums(&self) -> [usize; 2] {
        self.days.values().fold([0, 0], |sum, it| [sum[0] + it[0], sum[1] + it[1]])
    }
}

pub(super) fn judged_aim(aim: &Aim, views: &[View<'_>]) -> JudgedAim {
    let sums = views.iter().map(View::sums).fold([0, 0], |a, b| [a[0] + b[0], a[1] + b[1]]);
    let sum = |of: &dyn Fn(&View<'_>) -> usize| views.iter().map(of).sum();
    JudgedAim {
        aim: aim.name.clone(),
        kind: aim.kind,
        window: [aim.window.lead, aim.window.horizon],
        subjects: sum(&|view| view.ends.len()),
        lost: sum(&|view| view.losses().count()),
        rows: sums[0],
        base: (sums[0] > 0).then(|| sums[1] as f64 / sums[0] as f64),
        too_late: sum(&|view| view.too_late),
        unknown: sum(&|view| view.unknown),
    }
}

/// Everything that judging needs.
pub(super) struct Bench<'a> {
    pub(super) passes: &'a [&'a Backtest],
    pub(super) aims: &'a [Aim],
    /// By aim and pass.
    pub(super) views: &'a [Vec<View<'a>>],
    pub(super) exposure: &'a Exposure,
}

impl Bench<'_> {
    pub(super) fn rule(
        &self,
        rule: Option<&str>,
        kind: Option<SubjectKind>,
        all: &[Vec<Firing>],
    ) -> SourceJudgement {
        let own: Vec<Vec<&Firing>> = all
            .iter()
            .map(|firings| {
                firings
                    .iter()
                    .filter(|firing| rule.is_none_or(|rule| firing.key.rule == rule))
                    .collect()
            })
            .collect();
        let told = own.iter().flatten().filter(|firing| firing.told_on.is_some());
        let of_account = told.clone().filter(|firing| firing.is_of_account()).count();
        let against = |(aim, views): (&Aim, &Vec<View<'_>>)| {
            let mut tally = Tally::default();
            for (at, (view, firings)) in views.iter().zip(&own).enumerate() {
                for it in firings {
                    let Some(day) = it.told_on else { continue };
                    let subject = match it.key.kind == aim.kind {
                        true => Some(&it.key.subject),
                        false => it.parents.get(&aim.kind),
                    };
                    match subject.and_then(|subject| view.pass.recorded.number(view.kind, subject))
                    {
                        Some(subject) => tally.add(at, view, subject, day),
                        None => tally.elsewhere += 1,
                    }
                }
            }
            tally.against(&aim.name, views)
        };
        self.judged(
            rule.map_or(Source::AnyRule, |rule| Source::Rule(rule.to_owned())),
            kind,
            [own.iter().map(Vec::len).sum(), told.count(), of_account],
            self.aims.iter().zip(self.views).map(against).collect(),
        )
    }

    pub(super) fn card(&self, card: &Card, options: &JudgeOptions) -> SourceJudgement {
        let told: Vec<Vec<Told>> = self
            .passes
            .iter()
            .map(|pass| {
                let card = pass.cards.find(&card.name);
                card.map_or_else(Vec::new, |card| {
                    budget::told(pass, card, options.budget, options.quiet)
                })
            })
            .collect();
        let against = |(aim, views): (&Aim, &Vec<View<'_>>)| {
            let mut tally = Tally::default();
            for (at, (view, told)) in views.iter().zip(&told).enumerate() {
                told.iter().for_each(|firing| tally.add(at, view, firing.subject, firing.day));
            }
            tally.against(&aim.name, views)
        };
        let own = self.aims.iter().zip(self.views).filter(|pair| pair.0.kind == card.kind);
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
            per_subject_month: kind.and_then(|kind| rate(told, kind)),
            per_account_month: rate(of_account, SubjectKind::Account),
            against,
        }
    }

    /// What came of those in each band.
    pub(super) fn bands(&self, card: &Card) -> Vec<CardJudgement> {
        let own = self.aims.iter().zip(self.views).filter(|pair| pair.0.kind == card.kind);
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
            for ((score, band), subject) in own.day(at).zip(day.present(card.kind)) {
                let gone = match view.came(*subject, day.as_of) {
                    Came::Lost => true,
                    Came::Kept => false,
                    _ => continue,
                };
                let band = usize::from(band).min(card.bands.len());
                let first =
                    seen.get_mut(band).and_then(|subjects| subjects.get_mut(*subject as usize));
                let first = first.is_some_and(|already| !std::mem::replace(already, true));
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
    let names = card.bands.iter().map(|name| Some(name.clone())).chain([None]);
    let band = |(band, [rows, lost, subjects]): (Option<String>, [usize; 3])| BandRisk {
        band,
        rows,
        lost,
        subjects,
        share: (rows > 0).then(|| lost as f64 / rows as f64),
    };
    let bands = names.zip(counts).filter(|pair| pair.0.is_some() || pair.1[0] > 0);
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
    first: BTreeMap<(usize, u32), NaiveDate>,
}

impl Tally {
    fn add(&mut self, pass: usize, view: &View<'_>, subject: u32, day: NaiveDate) {
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
        if let Some([known, lost]) = view.days.get(&day).filter(|counts| counts[0] > 0) {
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
        let caught = losses.iter().filter(|loss| loss.1.is_some()).count();
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
