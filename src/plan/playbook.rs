//! A playbook with its compiled conditions.

use crate::config::PlaybookConfig;
use crate::expr::Program;
use crate::frame::SubjectKind;

/// A compiled playbook.
#[derive(Debug, Clone)]
pub(crate) struct Playbook {
    pub(crate) kind: SubjectKind,
    /// What the config says, with what its ready-made one gives.
    pub(crate) config: PlaybookConfig,
    pub(crate) when: Option<Program>,
    pub(crate) stop_when: Option<Program>,
    /// Whose days of work count, where the playbook says it.
    pub(crate) calendar: Option<usize>,
    /// One for each step of the config.
    pub(crate) steps: Vec<StepPrograms>,
}

/// What a step asks and says.
#[derive(Debug, Clone)]
pub(crate) struct StepPrograms {
    pub(crate) when: Option<Program>,
    pub(crate) title: Program,
    pub(crate) text: Option<Program>,
}
