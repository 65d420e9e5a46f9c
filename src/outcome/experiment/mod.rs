//! Treated against control: did what was done make a difference?
//!
//! Subjects are counted in the arm they were *assigned* to, whether or not they were treated (intention to treat). Who is
//! treated by choice differs from who is not before anything is done.
//!
//! ```
//! use foretell::outcome::experiment::{Arm, assign, sample_size};
//!
//! assert_eq!(sample_size(0.80, 0.85, 0.05, 0.8), Some(906)); // in each arm
//! // Whoever asks, and whenever: the arm of a subject is the same.
//! assert_eq!(assign("onboarding call", "acme", 0.5), assign("onboarding call", "acme", 0.5));
//! let treated = (0..1000).filter(|row| assign("call", &format!("s{row}"), 0.2) == Arm::Treated).count();
//! assert!((150..250).contains(&treated));
//! ```

mod assign;
mod mean;
mod peek;
mod proportion;
mod text;

pub use assign::{Arm, assign};
pub use mean::{MeanDifference, welch};
pub use peek::{Guard, Look};
pub use proportion::{
    Proportion, SampleRatio, minimum_detectable, newcombe, power, sample_ratio, sample_size, wilson,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::Span;

/// What is settled before the first subject is treated.
///
/// ```
/// use foretell::outcome::experiment::ExperimentPlan;
///
/// let plan = |subjects| ExperimentPlan::new("onboarding call", subjects, 0.80).detectable();
/// let (few, many) = (plan(200).unwrap(), plan(2000).unwrap());
/// assert!(few > 0.10 && many < 0.06); // 200 subjects find a rise of 10 points or more alone
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExperimentPlan {
    /// The experiment's name: with a subject's id it decides the arm.
    pub name: String,
    /// The share to be treated, above 0 and below 1.
    pub share: f64,
    /// How many subjects are planned, in both arms together.
    pub subjects: usize,
    /// The share of the control that is thought to renew.
    pub base_rate: f64,
    /// How often a difference may be found where there is none.
    pub alpha: f64,
    /// How often the least difference worth finding is to be found.
    pub power: f64,
}

impl ExperimentPlan {
    /// A plan with so many subjects in both arms, of whose control the share `base_rate`, 0 to 1, renews; with half treated, an `alpha` of 0.05 and a power of 0.8.
    #[must_use]
    pub fn new(name: impl Into<String>, subjects: usize, base_rate: f64) -> Self {
        Self { name: name.into(), share: 0.5, subjects, base_rate, alpha: 0.05, power: 0.8 }
    }

    /// The planned sizes of the treated and the control arm.
    fn sizes(&self) -> (usize, usize) {
        let share = if (0.0..=1.0).contains(&self.share) { self.share } else { 0.0 };
        let treated = ((self.subjects as f64 * share).round() as usize).min(self.subjects);
        (treated, self.subjects - treated)
    }

    /// The smallest rise over the base rate, as a share, that the plan finds with its power, at one look at the end. `None` where even
    /// a rise to 1 is not found, or a share or size of the plan is none.
    #[must_use]
    pub fn detectable(&self) -> Option<f64> {
        let (treated, control) = self.sizes();
        minimum_detectable((self.base_rate, control), treated, self.alpha, self.power)
    }

    /// The guard against peeking, narrowest at the planned size; `None` for shares or an `alpha` not between 0 and 1.
    #[must_use]
    pub fn guard(&self) -> Option<Guard> {
        let (treated, control) = self.sizes();
        let chance = self.base_rate * (1.0 - self.base_rate);
        let planned = chance * (1.0 / treated as f64 + 1.0 / control as f64);
        Guard::new(self.alpha, planned)
    }
}

/// A subject of an experiment, and what came of it so far.
///
/// ```
/// use foretell::outcome::experiment::{ExperimentPlan, Participant, analyse};
///
/// let plan = ExperimentPlan::new("call", 100, 0.8);
/// let mut acme = Participant::new("acme");
/// acme.renewed = Some(true);
/// acme.nps = Some(11.0);
/// let seen = analyse(&plan, [acme.clone(), acme]);
/// assert_eq!((seen.repeated, seen.unread), (1, 1)); // a subject counts once, and NPS ends at 10
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Participant {
    /// The subject's id.
    pub subject: Arc<str>,
    /// The arm, where the host has drawn it by other means than [`assign`].
    pub arm: Option<Arm>,
    /// Whether it was in fact treated, where that is known. It is counted, and moves nobody to another arm.
    pub was_treated: Option<bool>,
    /// Whether it renewed, where that is known already.
    pub renewed: Option<bool>,
    /// What it is worth after the renewal. Of one that did not renew it is 0 if not said.
    pub value: Option<f64>,
    /// Its answer on the scale of NPS, 0 to 10.
    pub nps: Option<f64>,
}

impl Participant {
    /// A subject of which nothing is known yet, in the arm that [`assign`] gives.
    #[must_use]
    pub fn new(subject: impl Into<Arc<str>>) -> Self {
        Self {
            subject: subject.into(),
            arm: None,
            was_treated: None,
            renewed: None,
            value: None,
            nps: None,
        }
    }
}

/// A difference of shares, treated less control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShareDifference {
    /// The difference with Newcombe's interval, good for one look.
    pub difference: Span,
    /// The treated.
    pub treated: Proportion,
    /// The control.
    pub control: Proportion,
}

/// What an experiment says so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Experiment {
    /// What was settled before.
    pub plan: ExperimentPlan,
    /// How many subjects are in each arm, against the plan.
    pub ratio: Option<SampleRatio>,
    /// Assigned to be treated and known not to have been.
    pub not_treated: usize,
    /// Assigned to the control and known to have been treated.
    pub treated_anyway: usize,
    /// Subjects whose arm the host gave, and it is not the one that [`assign`] gives.
    pub assigned_elsewhere: usize,
    /// Rows of a subject that had one already: left out.
    pub repeated: usize,
    /// Answers outside 0 to 10 and values that are not finite: left out.
    pub unread: usize,
    /// Renewed, with a value that is not said: in the difference in renewal, and not in that in value, which is then off, as
    /// the lost count in it with 0.
    pub without_value: usize,
    /// The difference in renewal, of those whose outcome is known.
    pub renewal: Option<ShareDifference>,
    /// The same as it may be said at any look, however many there were.
    pub look: Option<Look>,
    /// The difference in value after the renewal, those lost with 0.
    pub value: Option<MeanDifference>,
    /// The difference in NPS, -100 to 100, of those who answered.
    pub nps: Option<MeanDifference>,
    /// The smallest rise over the control's share that the sizes so far find with the plan's power, at one look.
    pub detectable: Option<f64>,
}

/// Fewer known outcomes in an arm give no answer at a look: the variance is not known well enough. Our choice, tested by
/// `peeking_finds_nothing_where_there_is_nothing`.
const LEAST_PER_ARM: usize = 20;

/// What one arm holds.
#[derive(Debug, Default)]
struct Cell {
    subjects: usize,
    renewal: Proportion,
    without_value: usize,
    values: Vec<f64>,
    answers: Vec<f64>,
}

impl Cell {
    fn take(&mut self, it: &Participant, unread: &mut usize) {
        self.subjects += 1;
        if let Some(renewed) = it.renewed {
            self.renewal.of += 1;
            self.renewal.count += usize::from(renewed);
        }
        self.without_value += usize::from(it.renewed == Some(true) && it.value.is_none());
        let lost = it.renewed == Some(false);
        match it.value.or(lost.then_some(0.0)) {
            Some(value) if value.is_finite() => self.values.push(value),
            Some(_) => *unread += 1,
            None => {}
        }
        match it.nps {
            Some(answer) if (0.0..=10.0).contains(&answer) => self.answers.push(promoter(answer)),
            Some(_) => *unread += 1,
            None => {}
        }
    }

    /// The variance of the arm's share, not 0 where all or none renewed: as with one more of either.
    fn variance(&self) -> f64 {
        let (k, n) = (self.renewal.count as f64, self.renewal.of as f64);
        let p = (k + 1.0) / (n + 2.0);
        p * (1.0 - p) / n
    }
}

/// What may be said at any look.
fn look(plan: &ExperimentPlan, treated: &Cell, control: &Cell) -> Option<Look> {
    if treated.renewal.of.min(control.renewal.of) < LEAST_PER_ARM {
        return None;
    }
    let difference = treated.renewal.value()? - control.renewal.value()?;
    plan.guard()?.look(difference, treated.variance() + control.variance())
}

/// What an answer adds to the NPS: 100 from 9 on, -100 up to 6.
///
/// # Source
/// Reichheld (2003), "The one number you need to grow", Harvard Business Review.
fn promoter(answer: f64) -> f64 {
    match answer {
        it if it >= 9.0 => 100.0,
        it if it > 6.0 => 0.0,
        _ => -100.0,
    }
}

/// Compares the arms as of now. It may be asked as often as one likes: [`Experiment::look`] holds at all looks together,
/// the other intervals hold for one that was fixed before.
///
/// ```
/// use foretell::outcome::experiment::{Arm, Participant, ExperimentPlan, analyse, assign};
///
/// let plan = ExperimentPlan::new("onboarding call", 400, 0.80);
/// let subjects = (0..400).map(|it| {
///     let mut one = Participant::new(format!("s{it}"));
///     let helped = assign(&plan.name, &one.subject, plan.share) == Arm::Treated;
///     one.renewed = Some(it % 10 != 0 && (helped || it % 4 != 0)); // the call helps
///     one
/// });
/// let experiment = analyse(&plan, subjects);
/// assert!(experiment.look.unwrap().decided);
/// assert!(!experiment.ratio.unwrap().suspicious);
/// ```
#[must_use]
pub fn analyse(
    plan: &ExperimentPlan,
    participants: impl IntoIterator<Item = Participant>,
) -> Experiment {
    let mut subjects: BTreeMap<Arc<str>, Participant> = BTreeMap::new();
    let mut repeated = 0;
    for it in participants {
        if subjects.contains_key(&it.subject) {
            repeated += 1;
        } else {
            subjects.insert(Arc::clone(&it.subject), it);
        }
    }
    let (mut treated, mut control) = (Cell::default(), Cell::default());
    let (mut not_treated, mut treated_anyway, mut elsewhere, mut unread) = (0, 0, 0, 0);
    for it in subjects.values() {
        let drawn = assign(&plan.name, &it.subject, plan.share);
        let arm = it.arm.unwrap_or(drawn);
        elsewhere += usize::from(arm != drawn);
        match arm {
            Arm::Treated => {
                not_treated += usize::from(it.was_treated == Some(false));
                treated.take(it, &mut unread);
            }
            Arm::Control => {
                treated_anyway += usize::from(it.was_treated == Some(true));
                control.take(it, &mut unread);
            }
        }
    }
    let confidence = 1.0 - plan.alpha;
    let difference = newcombe(treated.renewal, control.renewal, confidence);
    let base = control.renewal.value();
    Experiment {
        plan: plan.clone(),
        ratio: sample_ratio(treated.subjects, control.subjects, plan.share),
        not_treated,
        treated_anyway,
        assigned_elsewhere: elsewhere,
        repeated,
        unread,
        without_value: treated.without_value + control.without_value,
        renewal: difference.map(|difference| ShareDifference {
            difference,
            treated: treated.renewal,
            control: control.renewal,
        }),
        look: look(plan, &treated, &control),
        value: welch(&treated.values, &control.values, confidence),
        nps: welch(&treated.answers, &control.answers, confidence),
        detectable: base.and_then(|base| {
            let control = (base, control.renewal.of);
            minimum_detectable(control, treated.renewal.of, plan.alpha, plan.power)
        }),
    }
}

#[cfg(test)]
mod tests;
