//! The texts of a category column.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::codes::{Codes, NO_CODE};

/// The texts that the codes of a category column stand for.
///
/// A text that is duplicated has the code of its first place: [`Labels::find`] gives that one, and a
/// [`Column`](super::Column) holds no other, so that equal texts are equal codes wherever the texts came from.
///
/// ```
/// use foretell::frame::Labels;
///
/// let mut plans = Labels::default();
/// assert_eq!((plans.code("pro"), plans.code("free"), plans.code("pro")), (0, 1, 0));
/// assert_eq!(plans.find("enterprise"), None);
/// assert_eq!(plans.text(1).map(|text| text.as_ref()), Some("free"));
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Arc<str>>", into = "Vec<Arc<str>>")]
pub struct Labels {
    texts: Vec<Arc<str>>,
    codes: Codes,
    /// The length of the longest text, in bytes.
    longest: usize,
}

impl Labels {
    /// Texts whose codes are their places.
    pub(crate) fn of(texts: impl IntoIterator<Item = Arc<str>>) -> Self {
        let texts: Vec<Arc<str>> = texts.into_iter().collect();
        let mut codes = Codes::default();
        for (text, code) in texts.iter().zip(0..) {
            if let Err(hash) = codes.find_or_hash(text, &texts) {
                codes.add(hash, code, &texts);
            }
        }
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        Self { texts, codes, longest }
    }

    /// The code of a text, added if it is new.
    pub fn code(&mut self, text: &str) -> u32 {
        match self.codes.find_or_hash(text, &self.texts) {
            Ok(code) => code,
            Err(hash) => self.add(hash, text.into()),
        }
    }

    fn add(&mut self, hash: u32, text: Arc<str>) -> u32 {
        let code = u32::try_from(self.texts.len()).unwrap_or(NO_CODE);
        self.longest = self.longest.max(text.len());
        self.texts.push(text);
        self.codes.add(hash, code, &self.texts);
        code
    }

    /// The code of a text that is there.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.codes.find(text, &self.texts)
    }

    /// Whether it has given up its table for a tree.
    #[cfg(test)]
    pub(super) const fn is_sorted(&self) -> bool {
        self.codes.is_sorted()
    }

    /// The text of a code.
    #[must_use]
    pub fn text(&self, code: u32) -> Option<&Arc<str>> {
        self.texts.get(code as usize)
    }

    /// The length of the longest text, in bytes.
    pub(crate) const fn longest(&self) -> usize {
        self.longest
    }

    /// The same texts, each once, and their codes by the codes they had; nothing where each stands once already.
    pub(super) fn distinct(&self) -> Option<(Self, Vec<u32>)> {
        if self.codes.len() == self.texts.len() {
            return None;
        }
        let mut labels = Self::default();
        let codes = self.texts.iter().map(|text| labels.code(text)).collect();
        Some((labels, codes))
    }

    /// Every text, in the order of the codes.
    #[must_use]
    pub fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Eq for Labels {}

impl From<Vec<Arc<str>>> for Labels {
    fn from(texts: Vec<Arc<str>>) -> Self {
        Self::of(texts)
    }
}

impl From<Labels> for Vec<Arc<str>> {
    fn from(labels: Labels) -> Self {
        labels.texts
    }
}
