//! What a replay of many days gives.

use crate::alert::{Event, Exposure};
use crate::fault::Fault;
use crate::playbook::{Action, EnrolmentChange};
use crate::result::error::Tripped;
use crate::state::State;
use crate::time::AsOf;

/// The result of a history of inputs.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Replay {
    /// Every event, by day, rule and subject.
    pub events: Vec<Event>,
    /// Every action, by day, playbook, subject and step.
    pub actions: Vec<Action>,
    /// What happened to runs of playbooks beside that.
    pub enrolment_changes: Vec<EnrolmentChange>,
    /// What was wrong with the inputs, with the day or moment.
    pub faults: Vec<(AsOf, Fault)>,
    /// The guards that tripped, with the day or moment.
    pub tripped: Vec<(AsOf, Tripped)>,
    /// What to hand to the next assessment.
    pub state: State,
    /// How many subjects were watched for how long.
    pub exposure: Exposure,
}
