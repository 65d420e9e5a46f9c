//! What rules say, as rows: texts are made when somebody reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::alert::{OpenAlert, Suppressor};
use crate::config::RuleSeverity;
use crate::frame::{SubjectKind, Table};
use crate::memory::{AlertState, RuleAlerts};
use crate::state::State;
use crate::value::Value;
use crate::verdict::Verdict;

/// What a rule says of all subjects.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30", for = "7d" }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex", "initech"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(3.0), None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let rule = &night.rules()[0];
/// assert_eq!((rule.matches.len(), rule.quiet, rule.no_data[0].as_ref()), (1, 1, "initech"));
/// assert!(night.events().is_empty()); // it fires once it has held for seven days
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleResult {
    /// The rule's name.
    pub rule: String,
    /// What it is about.
    pub kind: SubjectKind,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// Where its condition is true: no alert yet, of which `for`, cooldowns and silences decide ([`Assessment::alerts`](super::assessment::Assessment::alerts)).
    pub matches: Vec<Match>,
    /// How many subjects it is quiet about.
    pub quiet: usize,
    /// Subjects for which its condition has no data.
    pub no_data: Vec<Arc<str>>,
    /// Subjects for which it could not be asked, with the reason.
    pub faulted: Vec<(Arc<str>, String)>,
}

/// A subject for which a rule's condition is true today.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }, { name = "seats" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30 && seats > 5", labels = { team = "east" } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// frame.insert("seats", Column::numbers([Some(20.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let found = &night.rules()[0].matches[0];
/// let evidence: Vec<String> = found.evidence.iter().map(|(name, value)| format!("{name} {}", value.shown())).collect();
/// assert_eq!(evidence, ["days_since_login 45", "seats 20"]);
/// assert_eq!(found.labels["team"], "east");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Match {
    /// The rule's name.
    pub rule: String,
    /// What the subject is.
    pub kind: SubjectKind,
    /// The subject's id.
    pub subject: Arc<str>,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// What to tell people; the rule's name where it has no message.
    pub message: String,
    /// What the condition read, in the order of the engine's columns.
    pub evidence: Vec<(String, Value)>,
    /// The rule's labels.
    pub labels: BTreeMap<String, String>,
}

/// What a rule says of the rows of its table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RuleRows {
    pub(crate) rule: String,
    pub(crate) kind: SubjectKind,
    pub(crate) severity: RuleSeverity,
    pub(crate) labels: BTreeMap<String, String>,
    /// The slots of what the condition reads.
    pub(crate) because: Vec<usize>,
    /// Where the condition is true, in order.
    pub(crate) matches: Vec<u32>,
    /// What to tell people of each; none where it is the rule's name of all.
    pub(crate) messages: Vec<Arc<str>>,
    /// Of how many rows it is not true.
    pub(crate) quiet: usize,
    /// Where it has no data, in order.
    pub(crate) no_data: Vec<u32>,
    /// Where it could not be asked, in order, and why.
    pub(crate) faulted: Vec<(u32, String)>,
}

/// What keeps alerts quiet on the day of an assessment, by rule and subject; those that nothing does are not named.
pub(crate) type Quieted = BTreeMap<String, BTreeMap<Arc<str>, Vec<Suppressor>>>;

impl RuleRows {
    /// What the condition says of a row.
    pub(crate) fn verdict(&self, row: u32) -> Verdict {
        if self.matches.binary_search(&row).is_ok() {
            Verdict::Yes
        } else if self.no_data.binary_search(&row).is_ok() {
            Verdict::NoData
        } else if self.faulted.binary_search_by_key(&row, |faulted| faulted.0).is_ok() {
            Verdict::Faulted
        } else {
            Verdict::No
        }
    }

    /// The message of a row on which the condition is true; none where it is the rule's name.
    pub(crate) fn message(&self, row: u32) -> Option<&Arc<str>> {
        let at =
            if self.messages.is_empty() { None } else { self.matches.binary_search(&row).ok() };
        self.messages.get(at?).filter(|message| !message.is_empty())
    }

    /// Whether it is about rows of a table, and has as many messages as it needs.
    pub(super) fn is_even(&self, rows: usize) -> bool {
        let all = self.matches.iter().chain(&self.no_data);
        let all = all.chain(self.faulted.iter().map(|faulted| &faulted.0));
        (self.messages.is_empty() || self.messages.len() == self.matches.len())
            && all.into_iter().all(|row| (*row as usize) < rows)
    }

    /// The same in words.
    pub(super) fn result(&self, table: &Table, names: &[String]) -> RuleResult {
        let id = |row: u32| table.ids().get(row as usize).cloned().unwrap_or_default();
        let evidence = |row: u32| -> Vec<(String, Value)> {
            let value = |slot: &usize| {
                let name = names.get(*slot).cloned().unwrap_or_default();
                (name, table.value(*slot, row as usize))
            };
            self.because.iter().map(value).collect()
        };
        let found = |(at, row): (usize, &u32)| Match {
            rule: self.rule.clone(),
            kind: self.kind,
            subject: id(*row),
            severity: self.severity,
            message: self.messages.get(at).map_or_else(|| self.rule.clone(), ToString::to_string),
            evidence: evidence(*row),
            labels: self.labels.clone(),
        };
        RuleResult {
            rule: self.rule.clone(),
            kind: self.kind,
            severity: self.severity,
            matches: self.matches.iter().enumerate().map(found).collect(),
            quiet: self.quiet,
            no_data: self.no_data.iter().map(|row| id(*row)).collect(),
            faulted: self.faulted.iter().map(|(row, why)| (id(*row), why.clone())).collect(),
        }
    }
}

/// The alerts that a state remembers as not over, with what keeps them quiet.
pub(super) fn open_alerts(state: &State, quieted: &Quieted) -> Vec<OpenAlert> {
    let of = |(rule, list): (&String, &RuleAlerts)| -> Vec<OpenAlert> {
        let quieted = quieted.get(rule);
        let open = list.subjects.iter().filter(|entry| !entry.1.phase.is_idle());
        let of = |(subject, alert): (&Arc<str>, &AlertState)| OpenAlert {
            rule: rule.clone(),
            kind: list.subject,
            subject: subject.to_string(),
            phase: alert.phase,
            since: alert.began,
            fired: alert.fired,
            health: alert.health,
            told: state.record.is_told(rule, subject, alert.fired),
            severity: list.severity,
            message: alert.message.as_deref().unwrap_or_default().to_owned(),
            labels: list.labels.clone(),
            owner: list.owner.clone(),
            suppressed_by: quieted.and_then(|all| all.get(subject)).cloned().unwrap_or_default(),
        };
        open.map(of).collect()
    };
    state.alerts.iter().flat_map(of).collect()
}
