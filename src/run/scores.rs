//! Scores, bands and what rules say, in columns: for many subjects at once, or one while a customer waits.

use std::sync::{Arc, OnceLock};

use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::result::scores::Scores;
use crate::run::input::Input;
use crate::run::night::usable;
use crate::run::steps::Run;
use crate::run::unnamed::{unnamed, unnamed_parents};
use crate::state::State;
use crate::time::AsOf;

impl Compiled {
    /// Scores every subject of the input, in columns.
    pub(crate) fn score(&self, input: &Input<'_>, as_of: impl Into<AsOf>, state: &State) -> Scores {
        self.score_at(None, input, as_of.into(), state)
    }

    /// The same in the memory of results that are not needed any more.
    pub(crate) fn score_again(
        &self,
        mut used: Scores,
        input: &Input<'_>,
        as_of: impl Into<AsOf>,
        state: &State,
    ) -> Scores {
        let as_of = as_of.into();
        if self.score_one(&mut used, input, as_of, state) {
            return used;
        }
        self.score_at(Some(used), input, as_of, state)
    }

    fn score_at(
        &self,
        used: Option<Scores>,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Scores {
        let as_of = input.settled(as_of);
        let known = input.known(as_of);
        self.score_in(used, &input.with_book(known.as_ref()), as_of, &self.renamed(state))
    }

    fn score_in(
        &self,
        used: Option<Scores>,
        input: &Input<'_>,
        as_of: AsOf,
        state: &State,
    ) -> Scores {
        // Without a past a row need not be known again.
        let mut faults = if state.is_new() { unnamed_parents(input) } else { unnamed(input) };
        let has_ids = faults.is_empty();
        let last = state.as_of.map(|last| input.settled(last));
        let past = usable(state, last, as_of, &mut faults);
        let past = past.filter(|_| has_ids).unwrap_or(&self.no_past);
        let (tables, answers, mut room) =
            used.map(|used| (used.tables, used.answers, used.room)).unwrap_or_default();
        room.answers = answers;
        let mut run = self.run(input, as_of, past, faults, tables, self.outline.linked);
        run.room = room;
        // Where a value depends on how sure another is, that has to be known.
        run.lean = !self.outline.sure;
        if !run.lean {
            run.out.past = Arc::new(past.clone());
        }
        run.take_given();
        let last = if run.lean { self.outline.last } else { self.steps.len() };
        let (steps, cards) = self.steps.split_at_checked(last).unwrap_or_default();
        for step in steps {
            run.step(step);
        }
        let answers = run.finish(cards);
        run.out.tell_failures();
        Scores {
            as_of,
            engine: run.out.engine,
            tables: run.out.tables,
            names: run.out.names,
            outline: Arc::clone(&self.outline),
            answers,
            faults: run.out.faults,
            room: run.room,
            live: None,
            late: self.outline.unread.iter().map(|_| OnceLock::new()).collect(),
            absent: run.absent,
            with_book: input.book.is_some(),
        }
    }
}

impl Run<'_> {
    /// Takes over the given columns that are wanted. In a lean run those about which there is nothing to say stand
    /// in their slots at once.
    pub(crate) fn take_given(&mut self) {
        let engine = self.engine;
        let no_book = self.source.input.book.is_none();
        for (kind, names) in SubjectKind::ALL.into_iter().zip(&engine.outline.given) {
            let at = kind.index();
            let (Some(frame), Some(rows)) = (self.source.input.frame_of(kind), self.rows.get(at))
            else {
                continue;
            };
            let (Some(slots), Some(table)) = (engine.spaces.get(at), self.out.tables.get_mut(at))
            else {
                continue;
            };
            // Both are in the order of names.
            let mut given = frame.all_given().iter().peekable();
            for (name, number) in names {
                while given.next_if(|entry| entry.0 < *name).is_some() {}
                // An own field that is read as several kinds has several slots.
                let Some((_, it)) = given.peek().filter(|entry| entry.0 == *name) else {
                    if no_book && engine.outline.wants.column((at, *number)) {
                        self.absent.insert((at, *number));
                    }
                    continue;
                };
                let plain = slots.get(*number).is_some_and(|slot| rows.takes_as_it_is(it, slot));
                if self.lean && plain {
                    table.set(*number, Arc::clone(&it.column), None);
                } else {
                    self.given.insert((at, *number), it);
                }
            }
        }
    }
}
