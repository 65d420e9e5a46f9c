//! The replay itself: every week of a cohort through the engine, in order.

use foretell::engine::Replay;
use foretell::{Engine, Faults, Input, State};

use super::history::Cohort;

/// Assesses a cohort on the last day of each week and returns every event.
///
/// The book holds the whole history. What keeps the future out is the engine, which reads only what
/// is dated up to the day of the assessment; a week is dated on its last day.
pub(crate) fn replay(engine: &Engine, cohort: &Cohort) -> Result<Replay, Faults> {
    let book = cohort.book()?;
    let days = cohort.days();
    let out = engine.replay(days.into_iter().map(|it| (it, Input::book(&book))), &State::new());
    let out = out.map_err(|it| Faults(it.faults()))?;
    match out.faults.first() {
        None => Ok(out),
        Some((_, fault)) => Err(Faults(vec![fault.clone()])),
    }
}
