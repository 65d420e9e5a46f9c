//! What a config was compiled to, whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calendars::Calendars;
use super::formerly::Formerly;
use super::names::is_first;
use super::outline::Outline;
use super::playbook::Playbook;
use super::settled::Settled;
use super::single_row::Live;
use super::steps::{Batch, Rule, Slot, Step};
use super::tracked::Tracked;
use crate::config::Config;
use crate::expr::Program;
use crate::frame::SubjectKind;
use crate::score::Scorecard;
use crate::state::State;

/// What a config was compiled to: everything that a run goes by.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) config: Config,
    pub(crate) hash: Arc<str>,
    pub(crate) spaces: Vec<Vec<Slot>>,
    /// Names of columns by kind and slot.
    pub(crate) names: Arc<[Vec<String>]>,
    pub(crate) steps: Vec<Step>,
    /// By number in the config.
    pub(crate) cards: BTreeMap<usize, Arc<Scorecard>>,
    /// In the order of the config.
    pub(crate) rules: Vec<Rule>,
    pub(crate) batches: Vec<Batch>,
    /// Every expression and message, by path.
    pub(crate) programs: Vec<(String, Program)>,
    pub(crate) playbooks: Vec<Playbook>,
    pub(crate) calendars: Calendars,
    /// The names whose past something asks for.
    pub(crate) tracked: Vec<Tracked>,
    /// What things were called.
    pub(crate) formerly: Formerly,
    pub(crate) settled: Settled,
    pub(crate) outline: Arc<Outline>,
    /// How single subjects are scored, by kind, or why they need columns.
    pub(crate) live: Arc<[Result<Live, String>]>,
    /// For scores whose state cannot be used.
    pub(crate) no_past: State,
}

impl Compiled {
    /// The hash of the config and of the host's functions.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// The compiled scorecard of that name.
    pub(crate) fn card(&self, name: &str) -> Option<(usize, &Scorecard)> {
        self.cards.iter().find(|(_, it)| it.name == name).map(|(at, it)| (*at, &**it))
    }

    /// The names of the columns of a kind of subject.
    pub(crate) fn columns(&self, kind: SubjectKind) -> impl Iterator<Item = &str> {
        let space = self.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
        let first =
            space.iter().enumerate().filter(|(at, it)| it.is_shown() && is_first(space, *at));
        first.map(|(_, it)| it.name.as_str())
    }
}
