//! Finds the code of a text.
//!
//! A table of hashes that is only looked up: its order is that of no result, so codes are those of first appearance
//! wherever the texts come from. `HashMap` would do as well but for its seed, which is chance, and takes twice as long.
//!
//! Whoever knows the hash can choose texts that all fall on one place. Then the way to a free place grows longer than
//! chance makes it, and the texts are kept in a sorted tree from there on: slower, and never quadratic.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The code of no text.
pub(super) const NO_CODE: u32 = u32::MAX;

/// How far a text may lie from its place. By chance the farthest of four thousand million lies at about 100, as at most half of the
/// places are taken; so only who means it comes here. Our choice, tested by `texts_that_are_chosen_to_meet_are_found`.
const FARTHEST: usize = 128;

/// The fewest places of a table that holds anything.
const FEWEST: usize = 16;

/// Codes of texts that the caller keeps: texts are handed over with each call, and the code is the place of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    /// A power of two, or none at all.
    places: Vec<Place>,
    /// How many different texts there are.
    len: usize,
    /// Every code, once texts lay too far from their places.
    sorted: Option<BTreeMap<Arc<str>, u32>>,
}

/// A text's hash and its code; free where that is [`NO_CODE`].
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u32,
    code: u32,
}

const FREE: Place = Place { hash: 0, code: NO_CODE };

impl Codes {
    /// How many different texts there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    #[cfg(test)]
    pub(super) const fn is_sorted(&self) -> bool {
        self.sorted.is_some()
    }

    /// The code of a text.
    #[inline]
    pub(super) fn find(&self, text: &str, texts: &[Arc<str>]) -> Option<u32> {
        match &self.sorted {
            Some(sorted) => sorted.get(text).copied(),
            None => self.look(hash(text), text, texts).ok(),
        }
    }

    /// The code of a text, or what [`Codes::add`] has to know of one that is new.
    #[inline]
    pub(super) fn find_or_hash(&self, text: &str, texts: &[Arc<str>]) -> Result<u32, u32> {
        match &self.sorted {
            Some(sorted) => sorted.get(text).copied().ok_or(0),
            None => {
                let hash = hash(text);
                self.look(hash, text, texts).map_err(|()| hash)
            }
        }
    }

    /// Adds the code of a text that is new, the last of `texts` or one after those that were added.
    pub(super) fn add(&mut self, hash: u32, code: u32, texts: &[Arc<str>]) {
        let Some(text) = texts.get(code as usize) else { return };
        self.len += 1;
        if let Some(sorted) = &mut self.sorted {
            sorted.insert(Arc::clone(text), code);
            return;
        }
        let is_in = if self.places.len() < 2 * self.len { self.grow() } else { true };
        if !is_in || !put(&mut self.places, Place { hash, code }) {
            let old = std::mem::take(&mut self.places);
            let codes = old.into_iter().map(|place| place.code).chain([code]);
            let pair = |code: u32| Some((Arc::clone(texts.get(code as usize)?), code));
            self.sorted = Some(codes.filter_map(pair).collect());
        }
    }

    /// Looks from the place of a hash until a free one.
    #[inline]
    fn look(&self, hash: u32, text: &str, texts: &[Arc<str>]) -> Result<u32, ()> {
        let mask = self.places.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        // What lies farther was never put here.
        for _ in 0..=FARTHEST {
            match self.places.get(at) {
                Some(place) if place.code != NO_CODE => {
                    let is_it = || texts.get(place.code as usize).is_some_and(|it| **it == *text);
                    if place.hash == hash && is_it() {
                        return Ok(place.code);
                    }
                }
                _ => return Err(()),
            }
            at = (at + 1) & mask;
        }
        Err(())
    }

    /// Doubles the places; says whether all are within reach. The old ones stay where they are not.
    #[cold]
    fn grow(&mut self) -> bool {
        let mut places = vec![FREE; (2 * self.places.len()).max(FEWEST)];
        let all = self.places.iter().filter(|place| place.code != NO_CODE);
        let is_in = all.into_iter().all(|place| put(&mut places, *place));
        if is_in {
            self.places = places;
        }
        is_in
    }
}

/// Puts a code into the first free place from its hash; says whether there is one within reach.
fn put(places: &mut [Place], new: Place) -> bool {
    let mask = places.len().wrapping_sub(1);
    let mut at = new.hash as usize & mask;
    for _ in 0..=FARTHEST {
        match places.get_mut(at) {
            Some(place) if place.code == NO_CODE => {
                *place = new;
                return true;
            }
            _ => at = (at + 1) & mask,
        }
    }
    false
}

/// A number of a text, the same in every run; nothing but time depends on it.
///
/// # Source
/// Multiplication folded upon itself, as wyhash does; the factor is the golden ratio's.
#[inline]
fn hash(text: &str) -> u32 {
    const fn mix(it: u64) -> u64 {
        let wide = it as u128 * 0x9E37_79B9_7F4A_7C15;
        wide as u64 ^ (wide >> 64) as u64
    }
    let bytes = text.as_bytes();
    let mut all = mix(bytes.len() as u64 ^ 0xA076_1D64_78BD_642F);
    // The last eight bytes overlap those before: no loop over a rest.
    let last = match bytes.last_chunk::<8>() {
        Some(last) => {
            for word in bytes.as_chunks::<8>().0 {
                all = mix(all ^ u64::from_le_bytes(*word));
            }
            u64::from_le_bytes(*last)
        }
        None => bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    all = mix(mix(all ^ last) ^ 0xE703_7ED1_A0B4_28DB);
    (all ^ (all >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::frame::{Column, Data, Labels};

    /// Texts that fall on few places of any small table.
    static MEETING: LazyLock<Vec<String>> = LazyLock::new(|| {
        let all = (0..600_000).map(|number| format!("meeting {number}"));
        all.filter(|text| hash(text) & 0x7FF < 2).collect()
    });

    /// The codes of texts by the tree that says what they are.
    fn expected<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<u32>, Vec<&'a str>) {
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        let mut order = Vec::new();
        let codes = texts.into_iter().map(|text| {
            *known.entry(text).or_insert_with(|| {
                order.push(text);
                order.len() as u32 - 1
            })
        });
        (codes.collect(), order)
    }

    fn has_the_codes_of_a_tree(texts: &[String], absent: &[String]) {
        let (codes, order) = expected(texts.iter().map(String::as_str));
        let column = Column::texts(texts.iter().map(Some));
        let Data::Text { codes: got, labels } = column.data() else { panic!("texts") };
        assert_eq!(*got, codes);
        assert_eq!(labels.texts().iter().map(AsRef::as_ref).collect::<Vec<&str>>(), order);
        for (text, code) in order.iter().zip(0..) {
            assert_eq!(labels.find(text), Some(code), "{text}");
        }
        for text in absent.iter().filter(|text| !order.contains(&text.as_str())) {
            assert_eq!(labels.find(text), None, "{text}");
        }
        // A list of texts as it is stored, each as often as it stands there.
        let stored = Labels::of(texts.iter().map(|text| Arc::from(text.as_str())));
        for text in &order {
            let first = texts.iter().position(|it| it == text);
            assert_eq!(stored.find(text).map(|code| code as usize), first, "{text}");
        }
        let again = Column::new(Data::Text {
            codes: (0..texts.len() as u32).collect(),
            labels: Arc::new(stored),
        });
        assert_eq!(again, column);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn codes_are_those_of_a_tree(
            short in prop::collection::vec("[ab\u{0}é]{0,3}", 0..60),
            long in prop::collection::vec("[ab]{6,19}", 0..60),
            meeting in prop::collection::vec(0..MEETING.len(), 0..200),
            absent in prop::collection::vec("[ab\u{0}é]{0,19}", 0..20),
        ) {
            let meeting = meeting.into_iter().map(|at| MEETING[at].clone());
            let all: Vec<String> = short.into_iter().chain(meeting).chain(long).collect();
            has_the_codes_of_a_tree(&all, &absent);
        }
    }

    #[test]
    fn texts_that_are_chosen_to_meet_are_found() {
        let (before, absent) = MEETING.split_at(MEETING.len() - 50);
        let all: Vec<String> =
            before.iter().chain(before).cloned().chain(["plain".to_owned()]).collect();
        has_the_codes_of_a_tree(&all, absent);
        let mut labels = Labels::default();
        before.iter().for_each(|text| {
            labels.code(text);
        });
        assert!(labels.is_sorted(), "{} texts that meet are too many for a table", before.len());
        // By chance none lies so far.
        let mut labels = Labels::default();
        (0..200_000).for_each(|number| {
            labels.code(&format!("s{number}"));
        });
        assert!(!labels.is_sorted());
    }
}
