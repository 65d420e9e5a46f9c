//! What an assessment says of playbooks.

use crate::playbook::{Action, Enrolment, EnrolmentChange};
use crate::result::assessment::Assessment;

/// What an assessment says of playbooks.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Enrolled {
    pub(crate) actions: Vec<Action>,
    pub(crate) enrolments: Vec<Enrolment>,
    pub(crate) changes: Vec<EnrolmentChange>,
}

impl Assessment {
    /// The actions issued at this day or moment, by playbook, subject and step. When it is assessed again, those that are
    /// new, corrected or withdrawn.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.enrolled.actions
    }

    /// The runs of playbooks that are under way, by playbook and subject.
    #[must_use]
    pub fn enrolments(&self) -> &[Enrolment] {
        &self.enrolled.enrolments
    }

    /// What happened to runs of playbooks since the last assessment beside their actions, by playbook,
    /// subject and rule. When the same day or moment is assessed again, what was not said before.
    #[must_use]
    pub fn enrolment_changes(&self) -> &[EnrolmentChange] {
        &self.enrolled.changes
    }
}
