//! One day after another.

use std::sync::Arc;

use crate::alert::Exposure;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::result::error::AssessError;
use crate::result::replay::Replay;
use crate::run::input::Input;
use crate::state::State;
use crate::time::AsOf;

impl Compiled {
    /// Assesses one day after another.
    pub(crate) fn replay<'a, A: Into<AsOf>>(
        &self,
        history: impl IntoIterator<Item = (A, Input<'a>)>,
        state: &State,
    ) -> Result<Replay, AssessError> {
        let exposure = Exposure::since(state.as_of.map(AsOf::day));
        let mut out = Replay { state: state.clone(), exposure, ..Replay::default() };
        for (as_of, input) in history {
            let assessed = self.assess(&input, as_of, &out.state);
            let assessment = match assessed {
                Err(AssessError::Guarded(it)) => {
                    let as_of = it.assessment.as_of();
                    out.tripped.extend(it.tripped.into_iter().map(|tripped| (as_of, tripped)));
                    it.assessment
                }
                other => other?,
            };
            let as_of = assessment.as_of();
            let subjects = SubjectKind::ALL.map(|kind| (kind, assessment.subjects(kind).len()));
            out.exposure.note(as_of.day(), subjects);
            out.events.extend(assessment.told.into_iter().map(Arc::unwrap_or_clone));
            out.actions.extend(assessment.enrolled.actions);
            out.enrolment_changes.extend(assessment.enrolled.changes);
            out.faults.extend(assessment.faults.into_iter().map(|fault| (as_of, fault)));
            out.state = assessment.state;
        }
        Ok(out)
    }
}
