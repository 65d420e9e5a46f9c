//! What a call leaves for the next: memory, and no value.

use crate::expr::Scratch;
use crate::score::CardScratch;
use crate::verdict::Verdict;

/// Memory to work in.
#[derive(Debug, Default)]
pub(crate) struct Room {
    pub(crate) work: Work,
    /// Answers of rules, whatever they are.
    pub(crate) answers: Vec<Vec<Verdict>>,
}

/// What a chunk needs.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) card: CardScratch,
    pub(crate) conditions: Scratch,
}

/// A copy of results takes no memory along.
impl Clone for Room {
    fn clone(&self) -> Self {
        Self::default()
    }
}
