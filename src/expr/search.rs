//! Functions that look for written texts in a text: `contains_any(text, ["a", "b"])` and `has_word(text, "word")`.
//!
//! What is looked for is written out, so that it is prepared once. Checked, each is a `Function` of one text with a list of its own.

use std::sync::Arc;

use crate::text::fold::Folded;
use crate::text::words::Keyword;

/// How a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// Any of the texts stands in it, letter by letter, as `contains` says.
    ContainsAny,
    /// Any of the words stands in it, as a whole word.
    HasWord,
}

impl How {
    pub(super) const ALL: [Self; 2] = [Self::ContainsAny, Self::HasWord];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ContainsAny => "contains_any",
            Self::HasWord => "has_word",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }

    /// Whether there is something to look for.
    pub(super) fn is_sound(self, part: &str) -> bool {
        match self {
            Self::ContainsAny => !part.is_empty(),
            Self::HasWord => Keyword::new(part).is_some(),
        }
    }

    /// Whether a `*` in it would be taken for what it is not.
    pub(super) fn has_inner_star(self, part: &str) -> bool {
        self == Self::HasWord && Keyword::new(part).is_some_and(|it| it.has_inner_star())
    }

    /// Whether a text has any of these.
    pub(super) fn test(self, list: &Arc<[Arc<str>]>) -> Box<dyn Fn(&str) -> bool + Send + Sync> {
        match self {
            Self::ContainsAny => {
                let list = Arc::clone(list);
                Box::new(move |text| list.iter().any(|part| text.contains(&**part)))
            }
            Self::HasWord => {
                let list: Vec<Keyword> =
                    list.iter().filter_map(|part| Keyword::new(part)).collect();
                Box::new(move |text| {
                    let text = Folded::of(text);
                    list.iter().any(|keyword| keyword.find(&text).is_some())
                })
            }
        }
    }
}
