//! A guard that tripped.

use std::fmt;

use crate::config::Percent;
use crate::frame::SubjectKind;

/// A guard that tripped.
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
///     guards = { max_new_alerts = "50%", from_subjects = 1 }
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(5.0), Some(5.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
///
/// // Everything reads 0 on the next day, which is more likely a fault of the data.
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
/// frame.insert("logins", Column::numbers([Some(0.0), Some(0.0)]))?;
/// let next: AsOf = "2026-03-02".parse()?;
/// let Err(AssessError::Guarded(held)) = engine.assess(&Input::frame(&frame), next, night.state()) else {
///     return Err("it should be held".into());
/// };
/// let tripped = &held.tripped[0];
/// assert_eq!((tripped.guard, tripped.count, tripped.of, tripped.limit), ("max_new_alerts", 2, 2, 1));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Tripped {
    /// The setting: `max_gone`.
    pub guard: &'static str,
    /// What the subjects are.
    pub kind: SubjectKind,
    /// The metric or scorecard that it is about.
    pub name: Option<String>,
    /// How many there were.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// How many of them are allowed.
    pub limit: usize,
}

impl Tripped {
    pub(crate) fn new(
        guard: &'static str,
        kind: SubjectKind,
        (count, of): (usize, usize),
        most: Percent,
    ) -> Self {
        Self { guard, kind, name: None, count, of, limit: (most.0 * of as f64).floor() as usize }
    }
}

impl fmt::Display for Tripped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guard, kind, name, count, of, limit } = self;
        let plural = kind.plural();
        let about = name.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
        match *guard {
            "min_subjects" => {
                write!(f, "there are {count} {plural}, and `{guard}` asks for {limit}")
            }
            _ => {
                write!(f, "{count} of {of} {plural}{about} exceed `{guard}`, which allows {limit}")
            }
        }
    }
}
