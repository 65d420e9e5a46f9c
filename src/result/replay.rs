//! What a replay of many days gives.

use crate::alert::{Event, Exposure};
use crate::fault::Fault;
use crate::playbook::{Action, EnrolmentChange};
use crate::result::tripped::Tripped;
use crate::state::State;
use crate::time::AsOf;

/// The result of a history of inputs.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
/// "#))?;
/// let mut frames = Vec::new();
/// for (day, quiet) in [("2026-03-01", 29.0), ("2026-03-08", 36.0), ("2026-03-15", 2.0)] {
///     let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
///     frame.insert("days_since_login", Column::numbers([Some(quiet)]))?;
///     frames.push((day.parse::<AsOf>()?, frame));
/// }
/// let past = engine.replay(frames.iter().map(|(day, frame)| (*day, Input::frame(frame))), &State::new())?;
/// let told: Vec<String> = past.events.iter().map(|event| format!("{} {}", event.day, event.change.name())).collect();
/// assert_eq!(told, ["2026-03-08 fired", "2026-03-15 resolved"]);
/// assert_eq!(past.exposure.subject_days(SubjectKind::Subscription), 15);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
