//! Who is treated: by the hash of a name, not by anybody's choice.

use serde::{Deserialize, Serialize};

use crate::outcome::Draw;

/// The arm of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Arm {
    /// Something is done.
    Treated,
    /// All goes on as ever.
    Control,
}

/// The arm of a subject: always the same for the same names, on every machine, whoever else takes part.
///
/// `share` is the part that is treated, 0 to 1. Raising it moves nobody from the treated to the control. Another
/// experiment's name draws again.
///
/// ```
/// use foretell::outcome::experiment::{Arm, assign};
///
/// let treated = (0..1000).filter(|it| assign("onboarding call", &format!("s{it}"), 0.5) == Arm::Treated);
/// assert!((450..550).contains(&treated.count()));
/// ```
#[must_use]
pub fn assign(experiment: &str, subject: &str, share: f64) -> Arm {
    // The length keeps apart "a" with "bc" and "ab" with "c".
    let name = format!("{}:{experiment}:{subject}", experiment.len());
    if Draw::named(0, &name).share() < share { Arm::Treated } else { Arm::Control }
}
