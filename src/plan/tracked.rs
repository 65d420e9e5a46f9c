//! The names whose past something asks for, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::SubjectKind;
use crate::plan::steps::{Step, Work};
use crate::time::{AsOf, Period};

/// A name whose past something asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tracked {
    pub(crate) kind: SubjectKind,
    pub(crate) slot: usize,
    windows: Vec<Period>,
}

/// The names whose past the steps ask for.
pub(crate) fn tracked(steps: &[Step]) -> Vec<Tracked> {
    let mut all: BTreeMap<(SubjectKind, usize), BTreeSet<String>> = BTreeMap::new();
    let mut windows: BTreeMap<(SubjectKind, usize), Vec<Period>> = BTreeMap::new();
    for step in steps {
        let Work::Past { from, take } = step.work else { continue };
        let key = (step.kind, from);
        let seen = all.entry(key).or_default();
        let windows = windows.entry(key).or_default();
        if let Some(window) = take.window().filter(|it| seen.insert(it.to_string())) {
            windows.push(window);
        }
    }
    windows.into_iter().map(|((kind, slot), windows)| Tracked { kind, slot, windows }).collect()
}

impl Tracked {
    /// As far back as anything looks.
    pub(crate) fn horizon(&self, as_of: AsOf) -> AsOf {
        let windows = self.windows.iter().copied().chain([Period::days(1)]);
        windows.map(|it| as_of.before(it)).min().unwrap_or(as_of)
    }
}
