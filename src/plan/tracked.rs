//! What names ask of the past, of which names it is asked, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::SubjectKind;
use crate::plan::steps::{PastTake, Step, Work};
use crate::time::{AsOf, Period};

impl PastTake {
    /// What the last part of a name asks for: `previous`, `ago_30d`, `change_30d`, `days`.
    pub(crate) fn of(suffix: &str) -> Option<Self> {
        match suffix {
            "previous" => return Some(Self::Previous),
            "days" => return Some(Self::Days),
            _ => {}
        }
        let (what, period) = suffix.split_once('_')?;
        let period: Period = period.parse().ok()?;
        match what {
            "ago" => Some(Self::Ago(period)),
            "change" => Some(Self::Change(period)),
            _ => None,
        }
    }

    /// How far it looks back, where it says that.
    pub(crate) const fn window(self) -> Option<Period> {
        match self {
            Self::Previous | Self::Days => None,
            Self::Ago(it) | Self::Change(it) => Some(it),
        }
    }
}

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
        if let Some(window) = take.window().filter(|window| seen.insert(window.to_string())) {
            windows.push(window);
        }
    }
    windows.into_iter().map(|((kind, slot), windows)| Tracked { kind, slot, windows }).collect()
}

impl Tracked {
    /// As far back as anything looks.
    pub(crate) fn horizon(&self, as_of: AsOf) -> AsOf {
        let windows = self.windows.iter().copied().chain([Period::days(1)]);
        windows.map(|window| as_of.before(window)).min().unwrap_or(as_of)
    }
}
