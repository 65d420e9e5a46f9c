//! Text: numbers in words, the nearest of some names, words of a text.

pub(crate) mod fold;
pub(crate) mod near;
pub(crate) mod number;
pub(crate) mod words;
