//! How far one name is from another, and which of those known is nearest.

use std::collections::BTreeMap;

/// The longest name for which near ones are looked for, in characters: those of one word of bits.
const LONGEST_NEAR: usize = 64;

/// The known name nearest to `name`, when it is near enough to be what was meant.
///
/// Near enough is at most one edit per three characters (our choice, tested by
/// `suggestions_are_near_or_absent`); swapped neighbours count as one edit.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Pattern::new(name)?;
    let most = (wanted.length.max(3) / 3).min(4);
    known
        .into_iter()
        // Names far apart in length cannot be near.
        .filter(|known| {
            known.len() <= 4 * (wanted.length + most) && known.len() + most >= wanted.length
        })
        .map(|known| (wanted.distance(known), known))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, it)| it)
}

/// A name to which others are compared: for each of its characters, at which places it stands.
struct Pattern {
    length: usize,
    places: BTreeMap<char, u64>,
}

impl Pattern {
    /// None of a name that is too long.
    fn new(name: &str) -> Option<Self> {
        let (mut length, mut places) = (0, BTreeMap::new());
        for it in name.chars().flat_map(char::to_lowercase) {
            if length == LONGEST_NEAR {
                return None;
            }
            *places.entry(it).or_default() |= 1u64 << length;
            length += 1;
        }
        Some(Self { length, places })
    }

    /// Optimal string alignment distance: insert, delete, replace, or swap neighbours.
    ///
    /// # Source
    /// Hyyrö (2003), "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances":
    /// a column of differences in two words, so that the work does not grow with the name.
    fn distance(&self, other: &str) -> usize {
        let other = other.chars().flat_map(char::to_lowercase);
        let Some(last) = self.length.checked_sub(1) else { return other.count() };
        let (mut rises, mut falls, mut diagonal, mut before) = (u64::MAX, 0u64, 0u64, 0u64);
        let mut distance = self.length;
        for it in other {
            let here = self.places.get(&it).copied().unwrap_or(0);
            let swapped = ((!diagonal & here) << 1) & before;
            diagonal = ((here & rises).wrapping_add(rises) ^ rises) | here | falls | swapped;
            let up = falls | !(diagonal | rises);
            let down = diagonal & rises;
            distance =
                distance + usize::from(up >> last & 1 == 1) - usize::from(down >> last & 1 == 1);
            let up = (up << 1) | 1;
            rises = (down << 1) | !(diagonal | up);
            falls = up & diagonal;
            before = here;
        }
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, nearest};

    #[test]
    fn suggestions_are_near_or_absent() {
        let known = ["active_seats", "open_p1", "nps"];
        assert_eq!(nearest("actve_seats", known), Some("active_seats"));
        assert_eq!(nearest("opne_p1", known), Some("open_p1"));
        assert_eq!(nearest("NPS", known), Some("nps"));
        assert_eq!(nearest("tenure", known), None);
    }

    /// The distance by the table in which it is defined.
    fn by_table(left: &str, right: &str) -> usize {
        let (left, right): (Vec<char>, Vec<char>) =
            (left.chars().collect(), right.chars().collect());
        let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
        for i in 0..=left.len() {
            for j in 0..=right.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let cost = usize::from(left[i - 1] != right[j - 1]);
                    let best = table[i - 1][j - 1] + cost;
                    let best = best.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let swaps = i > 1 && j > 1 && left[i - 1] == right[j - 2];
                    let swaps = swaps && left[i - 2] == right[j - 1];
                    if swaps { best.min(table[i - 2][j - 2] + 1) } else { best }
                };
            }
        }
        table[left.len()][right.len()]
    }

    #[test]
    fn distances_are_those_of_the_table() {
        let long = "abc".repeat(21) + "d";
        let words = [
            "",
            "a",
            "ab",
            "ba",
            "abc",
            "acb",
            "cab",
            "abcd",
            "badc",
            "aab",
            "bbbb",
            "abab",
            "baba",
            "kitten",
            "sitting",
            "active_seats",
            "seats_active",
            "größe",
            "größen",
            &long,
            long.trim_start_matches('a'),
            long.trim_end_matches('d'),
        ];
        for left in words {
            for right in words {
                let got = Pattern::new(left).unwrap().distance(right);
                assert_eq!(got, by_table(left, right), "{left} {right}");
            }
        }
        assert!(Pattern::new(&(long + "e")).is_none());
    }
}
