//! One alert on its way through a night.

use std::collections::BTreeMap;

use crate::alert::Step;
use crate::config::RuleConfig;
use crate::frame::SubjectKind;
use crate::memory::RuleAlerts;
use crate::plan::steps::Rule;

/// One alert on its way: what it is about and what happened to it.
pub(crate) struct Moving<'a> {
    pub(crate) rule: &'a str,
    /// The rule as it is now, if it is.
    pub(crate) config: Option<&'a RuleConfig>,
    pub(crate) compiled: Option<&'a Rule>,
    /// What was remembered of the rule.
    pub(crate) past: Option<&'a RuleAlerts>,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: String,
    pub(crate) parents: BTreeMap<SubjectKind, String>,
    pub(crate) row: Option<usize>,
    pub(crate) message: String,
    pub(crate) step: Step,
    /// Whether it stays as it was when the same day or moment was assessed before.
    pub(crate) is_kept: bool,
    /// Whether its subject is not there, so that nothing is said of it.
    pub(crate) waits: bool,
}
