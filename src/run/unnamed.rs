//! Subjects without ids: they can be scored, and nobody can be told of them tomorrow.

use crate::fault::{Code, Fault};
use crate::frame::{Frame, SubjectKind};
use crate::node::shorten;
use crate::run::input::Input;

/// What is wrong with frames whose rows have no ids, where ids are needed: one fault for each.
pub(crate) fn unnamed(input: &Input<'_>) -> Vec<Fault> {
    frames(input).filter_map(Frame::without_ids).collect()
}

/// The same of frames whose ids others name, which are needed without a past too.
pub(crate) fn unnamed_parents(input: &Input<'_>) -> Vec<Fault> {
    let is_named = |kind| frames(input).any(|frame| frame.parents(kind).is_some());
    let beside_book = input.book.is_some();
    let needed = frames(input)
        .filter(|frame| frame.likely_ids().is_some() && (beside_book || is_named(frame.kind())));
    needed.filter_map(Frame::without_ids).collect()
}

fn frames<'a>(input: &Input<'a>) -> impl Iterator<Item = &'a Frame> {
    SubjectKind::ALL.into_iter().filter_map(|kind| input.frame_of(kind))
}

impl Frame {
    /// The fault of a frame whose ids are the numbers of its rows, where ids are needed: with a state, alerts or what was set
    /// by hand they would be about whoever stands in that row tomorrow. It names the columns that are likely to have them.
    #[must_use]
    pub fn without_ids(&self) -> Option<Fault> {
        let likely: Vec<String> =
            self.likely_ids()?.iter().map(|id| format!("`{}`", shorten(id))).collect();
        let table = self.kind().plural();
        let message = format!(
            "the table of {table} has no column of ids, and the numbers of its rows are no ids"
        );
        let help = match likely.as_slice() {
            [] => "name a column that has another value in each row".to_owned(),
            [one] => format!("name the column that has them: {one}?"),
            [all @ .., last] => {
                format!("name the column that has them: {} or {last}?", all.join(", "))
            }
        };
        Some(Fault::new(Code::MissingKey, table, message).help(help))
    }
}
