//! Looks up what is remembered of many subjects, one after the other.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Range;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

/// Looks up subjects that mostly come in the order of their ids: each is then found beside the last.
#[derive(Debug)]
pub(crate) struct Along<'a, V> {
    map: &'a BTreeMap<Arc<str>, V>,
    place: RefCell<Place<'a, V>>,
}

#[derive(Debug)]
struct Place<'a, V> {
    next: Peekable<Range<'a, Arc<str>, V>>,
    /// The id before the next: what lies between them is not there.
    passed: Option<&'a str>,
}

impl<'a, V> Along<'a, V> {
    pub(crate) fn of(map: &'a BTreeMap<Arc<str>, V>) -> Self {
        let next = map.range::<str, _>(..).peekable();
        Self { map, place: RefCell::new(Place { next, passed: None }) }
    }

    /// What is remembered of a subject.
    pub(crate) fn get(&self, id: &str) -> Option<&'a V> {
        let Ok(mut place) = self.place.try_borrow_mut() else { return self.map.get(id) };
        if place.next.peek().is_none_or(|it| &**it.0 != id) {
            let behind = place.passed.is_some_and(|it| it < id);
            if behind && place.next.peek().is_none_or(|it| &**it.0 > id) {
                return None;
            }
            // Somewhere else: on from there.
            let from = (Bound::Included(id), Bound::Unbounded);
            place.next = self.map.range::<str, _>(from).peekable();
            if place.next.peek().is_none_or(|it| &**it.0 != id) {
                let before = (Bound::Unbounded, Bound::Excluded(id));
                let before = self.map.range::<str, _>(before).next_back();
                place.passed = before.map(|it| &**it.0);
                return None;
            }
        }
        let (key, value) = place.next.next()?;
        place.passed = Some(key);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_the_map_finds(
            map in prop::collection::btree_map("[a-d]{0,3}", any::<u8>(), 0..20),
            mut asked in prop::collection::vec("[a-d]{0,3}", 0..60),
            sorted in any::<bool>(),
        ) {
            if sorted {
                asked.sort();
            }
            let map = map.into_iter().map(|(id, held)| (Arc::from(id), held)).collect();
            let along = Along::of(&map);
            for id in &asked {
                prop_assert_eq!(along.get(id), map.get(id.as_str()));
            }
        }
    }
}
