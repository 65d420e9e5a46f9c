//! Lists of which the first that holds counts: what of them no row comes to.

use super::Lint;
use crate::expr::{Cascade, Program};
use crate::fault::Code;

/// Why nothing comes to a part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// One before it, by number, takes in all that it would.
    Taken(usize),
    /// Where it would hold, one before it has no data.
    NoData(usize),
    /// Those before it together leave nothing.
    Together,
    /// One before it always holds because it has no condition.
    After(usize),
}

/// The most parts of a list that are looked at: far past what people write, and little time. Our choice, tested by
/// `no_config_hurts`.
const MOST_PARTS: usize = 500;

/// The most parts of a list that are asked one by one which of them hides another. Our choice.
const MOST_ASKED: usize = 64;

/// Which parts of a list nothing comes to. Of each part there is its condition; none always holds.
/// `list` is how the list is gone through.
pub(super) fn shadowed(list: &Cascade, parts: &[Option<&Program>]) -> Vec<(usize, Why)> {
    let mut found = Vec::new();
    let mut left = list.clone();
    let mut open = None;
    for (at, part) in parts.iter().enumerate().take(MOST_PARTS) {
        if let Some(open) = open {
            found.push((at, Why::After(open)));
            continue;
        }
        let Some(condition) = part else {
            open = Some(at);
            continue;
        };
        // One that never holds is not shadowed; that has been said, or is meant so.
        let holds = condition.always() != Some(false) && list.can_reach(condition);
        if holds && !left.can_reach(condition) {
            let before = parts.get(..at).unwrap_or_default();
            found.push((at, why(list, before, condition)));
        }
        left.pass(condition);
    }
    found
}

fn why(list: &Cascade, before: &[Option<&Program>], it: &Program) -> Why {
    // In a long list it takes too long to find the one.
    let before = if before.len() > MOST_ASKED { &[] } else { before };
    let hides = |other: &&Program| {
        let mut list = list.clone();
        list.pass(other);
        !list.can_reach(it)
    };
    let Some((at, other)) = before
        .iter()
        .enumerate()
        .find_map(|(at, other)| Some((at, (*other)?)).filter(|pair| hides(&pair.1)))
    else {
        return Why::Together;
    };
    // Where it holds, the other is not false; if it is not true either, it has no answer.
    let mut both = Cascade::first_match();
    both.keep(other);
    if both.can_reach(it) { Why::Taken(at) } else { Why::NoData(at) }
}

impl Lint<'_, '_> {
    /// The conditions of a list; none where one could not be compiled.
    fn conditions(&self, whens: &[Option<&str>], path: &str) -> Option<Vec<Option<&Program>>> {
        let one = |(at, when): (usize, &Option<&str>)| match when {
            None => Some(None),
            Some(_) => self.program(&format!("{path}[{at}].when")).map(Some),
        };
        whens.iter().enumerate().map(one).collect()
    }

    /// Cases of weights or points. What comes after one that always holds has been said.
    pub(super) fn variants(&self, whens: &[Option<&str>], path: &str) {
        let Some(conditions) = self.conditions(whens, path) else { return };
        let always =
            |it: &Option<&Program>| it.is_none_or(|condition| condition.always() == Some(true));
        let end = conditions.iter().position(always).map_or(conditions.len(), |at| at + 1);
        let conditions = conditions.get(..end).unwrap_or_default();
        for (at, why) in shadowed(&Cascade::first_match(), conditions) {
            self.hidden(
                "this case never holds",
                why,
                &|at| format!("case {}", at + 1),
                &format!("{path}[{at}]"),
            );
        }
    }

    /// Overrides by rule. One without data is passed over.
    pub(super) fn overrides(&self, whens: &[Option<&str>], path: &str) {
        let Some(conditions) = self.conditions(whens, path) else { return };
        for (at, why) in shadowed(&Cascade::first_true(), &conditions) {
            let name = |it: usize| format!("override {}", it + 1);
            self.hidden("this override never acts", why, &name, &format!("{path}[{at}]"));
        }
    }

    /// Warns of a part that nothing comes to.
    pub(super) fn hidden(&self, what: &str, why: Why, name: &dyn Fn(usize) -> String, path: &str) {
        let (because, help) = match why {
            Why::Taken(it) => {
                let it = name(it);
                (
                    format!("{it}, before it, takes in all that it would"),
                    format!("put it before {it}, or remove it"),
                )
            }
            Why::NoData(it) => {
                let it = name(it);
                (
                    format!(
                        "where it would, {it}, before it, has no data, and nothing after that is asked"
                    ),
                    format!("put it before {it}, or give what {it} reads a default with `??`"),
                )
            }
            Why::Together => (
                "those before it leave nothing that it would take in".to_owned(),
                "put it first, or remove it".to_owned(),
            ),
            Why::After(it) => {
                let it = name(it);
                (
                    format!("{it}, before it, has no `when`"),
                    format!("give {it} a `when`, or put it last"),
                )
            }
        };
        self.warn(Code::Unreachable, path, format!("{what}: {because}"), help);
    }
}
