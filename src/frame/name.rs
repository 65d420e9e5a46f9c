//! Names of columns, kept in place where they are short.

use std::cmp::Ordering;

/// The longest name, in bytes, that is kept in place: with it a name takes as much room as a `String`. Our choice,
/// tested by `names_are_the_same_and_in_order_wherever_they_are_kept`.
const SHORT: usize = 22;

/// A name. Short ones lie beside what they name, so that looking for many takes no look elsewhere in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// So many bytes; those after them are 0.
    Short(u8, [u8; SHORT]),
    /// Never one that is short.
    Long(Box<str>),
}

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Short(length, bytes) => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or(&[]);
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            Self::Long(it) => it,
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(name.as_bytes());
                Self::Short(length, bytes)
            }
            _ => Self::Long(name.into()),
        }
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // What is shorter comes first where all else is the same.
            (Self::Short(one, left), Self::Short(two, right)) => left.cmp(right).then(one.cmp(two)),
            _ => self.as_str().cmp(other.as_str()),
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Name;

    proptest! {
        #[test]
        fn names_are_the_same_and_in_order_wherever_they_are_kept(
            one in "[ab\u{0}é]{0,24}",
            two in "[ab\u{0}é]{0,24}",
            more in 0..30usize,
        ) {
            let one = one + "x".repeat(more).as_str();
            let (left, right) = (Name::from(one.as_str()), Name::from(two.as_str()));
            prop_assert_eq!(left.as_str(), one.as_str());
            prop_assert_eq!(left.cmp(&right), one.cmp(&two));
            prop_assert_eq!(left == right, one == two);
            prop_assert_eq!(left.clone(), Name::from(one.as_str()));
        }
    }
}
