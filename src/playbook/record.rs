//! An action as one flat record, for a table of a CRM or a queue of tasks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Action, ActionChange, ActionSort};
use crate::config::{Channel, RuleSeverity};
use crate::frame::SubjectKind;
use crate::time::AsOf;
use crate::value::Value;

/// An action as one flat record: who does what, why, and when.
///
/// Its fields keep their names and meanings; new ones may come. All but the two maps are texts, days,
/// moments or nothing.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///     playbooks = [{ name = "recover", steps = [{ channel = "call", owner = "csm", title = "Call the admin" }] }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let record = night.actions()[0].record();
/// assert_eq!((record.subscription.as_deref(), record.evidence.as_str()), (Some("acme"), "utilization = 0.2"));
/// let row = serde_json::to_value(&record)?; // one flat row for a CRM
/// assert_eq!((&row["channel"], &row["issued"]), (&"call".into(), &"2026-03-01".into()));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActionRecord {
    /// The action's id, the same each time: the key for inserting once.
    pub id: String,
    /// `step` or `escalation`.
    pub sort: ActionSort,
    /// Who: the role.
    pub owner: Option<String>,
    /// What, in a line.
    pub title: String,
    /// What, in full; may be empty.
    pub text: String,
    /// How.
    pub channel: Channel,
    /// Why: what the alert said.
    pub why: String,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// When it was issued.
    pub issued: NaiveDate,
    /// When it was due.
    pub due: NaiveDate,
    /// The last day on which it is in time; of an escalation, the day that was missed.
    pub deadline: Option<NaiveDate>,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// The subject's id.
    pub subject: String,
    /// The company, where known: the subject itself or a parent.
    pub company: Option<String>,
    /// The account, where known: the subject itself or a parent.
    pub account: Option<String>,
    /// The subscription, where known: the subject itself or a parent.
    pub subscription: Option<String>,
    /// The playbook.
    pub playbook: String,
    /// The step.
    pub step: String,
    /// The rule.
    pub rule: String,
    /// The first day or moment of the alert's condition.
    pub since: AsOf,
    /// The day or moment at which the alert fired.
    pub fired: AsOf,
    /// The evidence as one text: `quiet_days = 45, utilisation = 0.2`.
    pub evidence: String,
    /// The evidence by name.
    pub evidence_values: BTreeMap<String, Value>,
    /// The rule's labels.
    pub labels: BTreeMap<String, String>,
    /// The id of the action that was not reported in time.
    pub escalation_of: Option<String>,
    /// `issued`, `corrected` or `withdrawn`.
    #[serde(default)]
    pub change: ActionChange,
    /// The id of the action that it takes back or corrects.
    #[serde(default)]
    pub supersedes: Option<String>,
}

impl Action {
    /// The action as one flat record.
    #[must_use]
    pub fn record(&self) -> ActionRecord {
        let id_of = |kind: SubjectKind| match kind == self.kind {
            true => Some(self.subject.clone()),
            false => self.parents.get(&kind).cloned(),
        };
        let evidence: Vec<String> =
            self.evidence.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        ActionRecord {
            id: self.id.clone(),
            sort: self.sort,
            owner: self.owner.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            channel: self.channel,
            why: self.why.clone(),
            severity: self.severity,
            issued: self.day,
            due: self.due,
            deadline: self.deadline,
            subject_kind: self.kind,
            subject: self.subject.clone(),
            company: id_of(SubjectKind::Company),
            account: id_of(SubjectKind::Account),
            subscription: id_of(SubjectKind::Subscription),
            playbook: self.playbook.clone(),
            step: self.step.clone(),
            rule: self.rule.clone(),
            since: self.since,
            fired: self.fired,
            evidence: evidence.join(", "),
            evidence_values: self.evidence.iter().cloned().collect(),
            labels: self.labels.clone(),
            escalation_of: self.escalation_of.clone(),
            change: self.change,
            supersedes: self.supersedes.clone(),
        }
    }
}
