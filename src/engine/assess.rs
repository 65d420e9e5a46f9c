//! Assessing, explaining and replaying: what an engine is for, told to the run.

use super::Engine;
use crate::result::assessment::Assessment;
use crate::result::error::AssessError;
use crate::result::replay::Replay;
use crate::run::input::Input;
use crate::score::{Explanation, ScoreChange};
use crate::state::State;
use crate::time::AsOf;

impl Engine {
    /// Assesses every subject of the input as of a day, which is its end, or as of a moment.
    ///
    /// `state` is what the last assessment handed on, or [`State::new`] for the first. A moment lies before the end of its
    /// day ([`AsOf`]). The same day or moment may be assessed again, with other data too: the result is that of a first
    /// assessment with these data, and of what was said only the difference is told: what is new, what is
    /// corrected, and what is withdrawn.
    ///
    /// # Errors
    /// What a host must not overlook ([`AssessError`]): a state of a later day, one that cannot be this engine's, subjects
    /// without ids, and guards that tripped, with the whole assessment.
    pub fn assess(
        &self,
        input: &Input<'_>,
        as_of: impl Into<AsOf>,
        state: &State,
    ) -> Result<Assessment, AssessError> {
        self.compiled.assess(input, as_of, state)
    }

    /// Explains a subject's score. None for an unknown scorecard or subject, and for an assessment
    /// that another engine made.
    #[must_use]
    pub fn explain(
        &self,
        assessment: &Assessment,
        scorecard: &str,
        subject: &str,
    ) -> Option<Explanation> {
        self.compiled.explain(assessment, scorecard, subject)
    }

    /// Splits the change from one explanation to a later one by cause. This must be the engine of
    /// the later one for a change of config and a change of data to be told apart.
    #[must_use]
    pub fn change(&self, before: &Explanation, after: &Explanation) -> ScoreChange {
        self.compiled.change(before, after)
    }

    /// Assesses days or moments in order, each with the state of the one before it, and returns every event. A guard that
    /// trips is noted and accepted: what is replayed has happened.
    ///
    /// # Errors
    /// The first day or moment that cannot be assessed ([`AssessError`]).
    pub fn replay<'a, A: Into<AsOf>>(
        &self,
        history: impl IntoIterator<Item = (A, Input<'a>)>,
        state: &State,
    ) -> Result<Replay, AssessError> {
        self.compiled.replay(history, state)
    }
}
