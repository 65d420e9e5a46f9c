//! Text: numbers in words, words of a text.

pub(crate) mod fold;
pub(crate) mod number;
pub(crate) mod words;
