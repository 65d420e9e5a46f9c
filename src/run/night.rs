//! What a night goes by beside its data.

use std::collections::BTreeSet;

use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::run::presence::Presence;
use crate::state::{Record, State};
use crate::time::AsOf;

/// What a night goes by beside its data.
pub(crate) struct Night<'a> {
    /// The state of the same day or moment, where it is assessed again.
    pub(crate) standing: Option<&'a State>,
    pub(crate) presence: Presence,
    pub(crate) record: Record,
    /// Whether it is of a part of the subjects alone.
    pub(crate) is_part: bool,
    /// Alerts of which nothing is known now, and that fired when the same day or moment was assessed before: they stay.
    pub(crate) kept: BTreeSet<(String, SubjectKind, String)>,
}

/// What is true before a day or moment, if the state can be used for it; `last` is its own in the zone of the input.
pub(crate) fn usable<'a>(
    state: &'a State,
    last: Option<AsOf>,
    as_of: AsOf,
    faults: &mut Vec<Fault>,
) -> Option<&'a State> {
    let Some(last) = last else { return Some(state) };
    if last > as_of {
        let message = format!("the state is of {last}, later than {as_of}");
        faults.push(
            Fault::new(Code::TimeReversed, "state.as_of", message)
                .help("score days in order; this one was scored without a past"),
        );
        return None;
    }
    if last == as_of { state.ground_ref() } else { Some(state) }
}
