//! What the moments since the last end of a day replaced together with it: so a moment in between takes nothing from the night.

use serde::{Deserialize, Serialize};

use super::{State, Undo};
use crate::time::AsOf;

/// What was replaced since the truth before the last day that was assessed to its end, where moments were assessed after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Eve {
    /// That day.
    pub(super) day: AsOf,
    pub(super) undo: Undo,
}

impl Eve {
    /// What it says of the night, without any subject; `now` is the truth after it.
    pub(super) fn bare(&self, now: &State) -> Self {
        Self { day: self.day, undo: self.undo.bare(now) }
    }

    /// That of a state whose last step is a moment, from the state that it was made with.
    pub(crate) fn of(last: &State, now: &State) -> Option<Self> {
        if now.as_of?.is_day() {
            return None;
        }
        let day = last.eve_day()?;
        Some(Self { day, undo: Undo::of_steps(&last.before(day)?, now) })
    }
}

impl State {
    /// The last day that was assessed to its end and that this state can go back before by itself.
    pub(crate) fn eve_day(&self) -> Option<AsOf> {
        let own = self.as_of.filter(|day| day.is_day() && self.undo.is_some());
        own.or_else(|| self.eve.as_ref().map(|eve| eve.day))
    }

    /// What was true before the last day that was assessed to its end, or before the last moment.
    pub(super) fn before(&self, as_of: AsOf) -> Option<Self> {
        if self.as_of == Some(as_of) {
            return self.undo.as_ref().map(|undo| undo.before(self, as_of));
        }
        let eve = self.eve.as_ref().filter(|eve| eve.day == as_of)?;
        Some(eve.undo.before(self, as_of))
    }

    /// This state before the last day that was assessed to its end, although moments were assessed since, or before the last day or
    /// moment itself: to assess that day again, and then what came after it. None for every other day or moment.
    ///
    /// It is a state such as [`State::rewind`] gives: nothing is told before the day or moment of this state is assessed again or a
    /// later one; then the difference is. What was told of moments that are not assessed again is taken back, where nothing later says
    /// the same.
    #[must_use]
    pub fn back_to(&self, as_of: impl Into<AsOf>) -> Option<Self> {
        Some(self.before(as_of.into())?.rewind(self))
    }

    /// The same as far back, of what names are today: `to` says what a truth is called.
    pub(crate) fn eve_under(&self, to: &dyn Fn(Self) -> Self, now: &Self) -> Option<Box<Eve>> {
        let day = self.eve.as_ref()?.day;
        let undo = Undo::of_steps(&to(self.before(day)?), now);
        Some(Box::new(Eve { day, undo }))
    }
}
