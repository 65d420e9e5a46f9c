//! One subject over the results of the last, in registers instead of columns.

use std::sync::Arc;

use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::result::scores::Scores;
use crate::run::input::Input;
use crate::run::night::usable;
use crate::state::State;
use crate::time::AsOf;
use crate::verdict::Verdict;

impl Compiled {
    /// Scores the only subject of the input over the results of the last, if it can be done like that.
    pub(crate) fn score_one(
        &self,
        scores: &mut Scores,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> bool {
        self.try_one(scores, input, as_of, state).is_some()
    }

    fn try_one(
        &self,
        scores: &mut Scores,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Option<()> {
        let frame = input.one_subject()?;
        let at = frame.kind().index();
        let live = self.live.get(at)?.as_ref().ok()?;
        if !Arc::ptr_eq(&scores.outline, &self.outline) {
            return None;
        }
        if frame.likely_ids().is_some() && !state.is_new() {
            return None;
        }
        let state = self.renamed(state);
        let past = usable(&state, state.as_of, as_of, &mut Vec::new())?;
        // The last results must be of one such subject too: nothing of another stands in them.
        let mut tables = SubjectKind::ALL.iter().zip(&scores.tables);
        if !tables.all(|(kind, it)| it.len() == usize::from(*kind == live.kind)) {
            return None;
        }
        let mut room = match scores.live.take() {
            Some(room) => room,
            None => live.room(self.spaces.get(at)?),
        };
        if !live.take(frame, &mut room) {
            return None;
        }
        let id = frame.ids().first()?;
        if !live.run(&mut room, id, past, as_of) {
            return None;
        }
        scores.tables.get_mut(at)?.begin_one(frame.shared_ids());
        for asked in &live.rules {
            live.plan.run(asked.actions.clone(), &mut room.registers);
            let answers = scores.answers.get_mut(asked.batch)?;
            for (answer, at) in answers.iter_mut().zip(&asked.results) {
                *answer = Verdict::of(room.registers.flag(*at));
            }
        }
        scores.as_of = as_of;
        scores.faults.clear();
        scores.live = Some(room);
        Some(())
    }
}
