//! What an assessment does not do without being told to.

use std::fmt;

use crate::fault::{Code, Fault, Faults};
use crate::result::assessment::Assessment;
use crate::result::tripped::Tripped;
use crate::time::AsOf;
use crate::watch::Stopped;

/// Why there is no assessment. What may be overlooked is a note or a fault of an assessment; this may not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// The state is of a later day or moment.
    #[error(
        "the state is of {state}, later than {as_of}; assess days in order, or from a state that was kept (`State::rewind`)"
    )]
    Past {
        /// That of the state.
        state: AsOf,
        /// What was asked for.
        as_of: AsOf,
    },
    /// Subjects have no ids, so that nobody can be told of them tomorrow: one fault for each table.
    #[error("{0}")]
    NoIds(Faults),
    /// The state cannot be one of this engine.
    #[error("{0}")]
    State(Faults),
    /// Guards tripped: nothing is told and the state does not move, until somebody accepts it.
    #[error("{0}")]
    Guarded(Box<Guarded>),
    /// A watcher ended it ([`Input::watched`](crate::Input::watched)): nothing is told and the state does not move.
    #[error(
        "the assessment was ended by its watcher: nothing is told, and the state stays as it was"
    )]
    Stopped,
}

impl From<Stopped> for AssessError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl AssessError {
    /// As faults, for a list of what was wrong; none where a watcher ended it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        match self {
            Self::Past { state, as_of } => {
                let message = format!("the state is of {state}, later than {as_of}");
                let fault = Fault::new(Code::TimeReversed, "state.as_of", message);
                vec![fault.help("assess days in order, or from a state that was kept")]
            }
            Self::NoIds(it) | Self::State(it) => it.0.clone(),
            Self::Stopped => Vec::new(),
            Self::Guarded(it) => {
                let fault = |it: &Tripped| {
                    let path = format!("guards.{}", it.guard);
                    let help = "look at the assessment, and accept it if it is right";
                    Fault::new(Code::Guard, path, it.to_string()).help(help)
                };
                it.tripped.iter().map(fault).collect()
            }
        }
    }

    /// The assessment although guards tripped; the error itself where it is another.
    ///
    /// # Errors
    /// Every error but [`AssessError::Guarded`].
    pub fn accept(self) -> Result<Assessment, Self> {
        match self {
            Self::Guarded(it) => Ok(it.assessment),
            other => Err(other),
        }
    }
}

/// A whole assessment of which nothing is told yet.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::engine::AssessError;
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     rules = [{ name = "no_login", when = "logins < 1" }]
///     guards = { min_subjects = 2 }
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(5.0), Some(5.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
///
/// // The export of the next day was cut.
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(0.0)]))?;
/// let next: AsOf = "2026-03-02".parse()?;
/// let Err(AssessError::Guarded(held)) = engine.assess(&Input::frame(&frame), next, night.state()) else {
///     return Err("it should be held".into());
/// };
/// assert_eq!(held.tripped[0].guard, "min_subjects");
/// assert_eq!(held.assessment.events().len(), 1); // what it would tell, were it accepted
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Guarded {
    /// The assessment, with the next state.
    pub assessment: Assessment,
    /// What tripped, in the order of the settings.
    pub tripped: Vec<Tripped>,
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, it) in self.tripped.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            it.fmt(f)?;
        }
        Ok(())
    }
}
