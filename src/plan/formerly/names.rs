//! Names with dots in them, and what conditions that read them mean.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Formerly;
use crate::book::own::{CUSTOM, split_first, split_last};
use crate::config::{Config, FactorConfig, GroupConfig, ScorecardConfig};
use crate::expr::{Program, Word};
use crate::frame::SubjectKind;
use crate::plan::names::{ALERTS, MEAN_BY, beneath, meaning};
use crate::plan::steps::Rule;

/// The most meanings of a rule under former names that are known: for each name that its conditions read there are as
/// many as it had names. Our choice, tested by `a_rule_that_reads_many_renamed_names_compiles`.
const MOST_MEANINGS: usize = 64;

/// What stands between the parts of the name under which a factor's value is carried.
const WITHIN: &str = " / ";

/// Part of a name that may have another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    Rule(&'a str),
    /// A metric or a scorecard.
    Value(SubjectKind, &'a str),
    /// A group at the top of the scorecard of that name.
    Group(&'a str, &'a str),
}

/// A name whose parts have other names; none where they have not.
fn walk(
    kind: SubjectKind,
    name: &str,
    other: &dyn Fn(Part<'_>) -> Option<String>,
) -> Option<String> {
    let Some((head, rest)) = split_first(name) else { return other(Part::Value(kind, name)) };
    if head == CUSTOM || head.starts_with(&format!("{CUSTOM}[")) {
        return None;
    }
    let (first, tail) = split_first(rest).map_or((rest, None), |parts| (parts.0, Some(parts.1)));
    let after = |it: String| tail.map_or_else(|| it.clone(), |tail| format!("{it}.{tail}"));
    if head == ALERTS {
        return other(Part::Rule(first)).map(|rule| format!("{head}.{}", after(rule)));
    }
    if SubjectKind::ALL.into_iter().any(|parent| parent < kind && parent.name() == head) {
        let parent = SubjectKind::ALL.into_iter().find(|parent| parent.name() == head)?;
        return walk(parent, rest, other).map(|name| format!("{head}.{name}"));
    }
    if let Some((child, _, rest)) = beneath(kind, head, rest) {
        let before = name.strip_suffix(rest)?;
        let by =
            split_last(rest).and_then(|(inner, last)| Some((inner, last.strip_prefix(MEAN_BY)?)));
        let Some((inner, by)) = by else {
            return walk(child, rest, other).map(|name| format!("{before}{name}"));
        };
        let (of, weighed) = (walk(child, inner, other), walk(child, by, other));
        let (is_same, by) = (of.is_none() && weighed.is_none(), weighed.as_deref().unwrap_or(by));
        let inner = of.as_deref().unwrap_or(inner);
        return (!is_same).then(|| format!("{before}{inner}.{MEAN_BY}{by}"));
    }
    let whole = other(Part::Value(kind, head));
    let group = other(Part::Group(whole.as_deref().unwrap_or(head), first))
        .or_else(|| other(Part::Group(head, first)));
    if whole.is_none() && group.is_none() {
        return None;
    }
    let head = whole.as_deref().unwrap_or(head);
    Some(format!("{head}.{}", group.map_or_else(|| rest.to_owned(), after)))
}

/// Whether a group or a factor in a tree had another name.
pub(super) fn has_parts(groups: &[GroupConfig], factors: &[FactorConfig]) -> bool {
    let here = factors.iter().any(|factor| !factor.formerly.is_empty());
    here || groups
        .iter()
        .any(|group| !group.formerly.is_empty() || has_parts(&group.groups, &group.factors))
}

/// A group under the name of today, by the name that it has or had.
fn group<'c>(groups: &'c [GroupConfig], name: &str) -> Option<&'c GroupConfig> {
    let now = groups.iter().find(|group| group.name == name);
    now.or_else(|| groups.iter().find(|group| group.formerly.iter().any(|former| former == name)))
}

impl Formerly {
    /// A name that expressions about a kind of subject read, as it is today.
    pub(super) fn name<'n>(
        &self,
        config: &Config,
        kind: SubjectKind,
        name: &'n str,
    ) -> Cow<'n, str> {
        let now = walk(kind, name, &|part| match part {
            Part::Rule(name) => self.rules.get(name).cloned(),
            Part::Value(kind, name) => self.metric(kind, name).map(str::to_owned),
            Part::Group(_, _) if !self.parts => None,
            Part::Group(card, name) => {
                let card = config.scorecards.iter().find(|one| one.name == card)?;
                let now = &group(&card.groups, name)?.name;
                (now != name).then(|| now.clone())
            }
        });
        now.map_or(Cow::Borrowed(name), Cow::Owned)
    }

    /// The name under which a factor of a scorecard carries its value, as it is today.
    pub(super) fn factor<'n>(
        &self,
        config: &Config,
        card: &ScorecardConfig,
        key: &'n str,
    ) -> Cow<'n, str> {
        self.factor_within((config, card), (&card.groups, &card.factors), key)
            .map_or(Cow::Borrowed(key), Cow::Owned)
    }

    fn factor_within(
        &self,
        (config, card): (&Config, &ScorecardConfig),
        (groups, factors): (&[GroupConfig], &[FactorConfig]),
        key: &str,
    ) -> Option<String> {
        let Some((first, rest)) = key.split_once(WITHIN) else {
            let kind = card.subject.unwrap_or(config.subject);
            let called = |it: &FactorConfig| it.name.clone().unwrap_or_else(|| it.metric.clone());
            if factors.iter().any(|factor| called(factor) == key) {
                return Some(key.to_owned());
            }
            let former = |it: &&FactorConfig| it.formerly.iter().any(|former| former == key);
            let renamed = || {
                // One without a name of its own has that of its metric.
                let now = self.name(config, kind, key);
                factors.iter().find(|factor| factor.name.is_none() && factor.metric == now)
            };
            return factors.iter().find(former).or_else(renamed).map(called);
        };
        let group = group(groups, first)?;
        let rest = self.factor_within((config, card), (&group.groups, &group.factors), rest)?;
        Some(format!("{}{WITHIN}{rest}", group.name))
    }

    /// By rule whose conditions read what had other names: what they mean, and what they were said to mean.
    pub(super) fn meant(
        &self,
        config: &Config,
        rules: &[Rule],
    ) -> BTreeMap<String, (String, BTreeSet<String>)> {
        if self.is_empty() {
            return BTreeMap::new();
        }
        let mut all = BTreeMap::new();
        for rule in rules {
            let Some(written) = config.rules.get(rule.number) else { continue };
            let former = self.meanings_of(config, rule);
            if !former.is_empty() || !written.formerly.is_empty() {
                all.insert(written.name.clone(), (rule.meaning.clone(), former));
            }
        }
        all
    }

    fn meanings_of(&self, config: &Config, rule: &Rule) -> BTreeSet<String> {
        let programs = || std::iter::once(&rule.when).chain(&rule.clear);
        // What the conditions read that had other names, and every name that it had.
        let choices: RefCell<BTreeMap<String, Vec<String>>> = RefCell::default();
        let note = |key: String, former: Vec<String>| {
            if !former.is_empty() {
                choices.borrow_mut().insert(key, former);
            }
            None
        };
        for program in programs() {
            program.canonical_as(&|word| match word {
                Word::Name(name) => {
                    walk(rule.kind, name, &|part| note(key_of(part), self.former(config, part)))
                }
                Word::Text(text) => note(key_of(text), self.former_class(rule.kind, text)),
            });
        }
        let choices = choices.into_inner();
        let ways = choices.values().fold(1usize, |all, it| all.saturating_mul(it.len() + 1));
        let meaning_of = |picked: BTreeMap<String, String>| {
            let other = |word: Word<'_>| match word {
                Word::Name(name) => {
                    walk(rule.kind, name, &|part| picked.get(&key_of(part)).cloned())
                }
                Word::Text(text) => picked.get(&key_of(text)).cloned(),
            };
            let print = |it: &Program| it.canonical_as(&other);
            meaning(print(&rule.when), rule.clear.as_ref().map(print))
        };
        if ways > MOST_MEANINGS {
            let last = |(key, former): (&String, &Vec<String>)| {
                former.last().map(|former| (key.clone(), former.clone()))
            };
            return BTreeSet::from([meaning_of(choices.iter().filter_map(last).collect())]);
        }
        (1..ways).map(|number| meaning_of(pick(&choices, number))).collect()
    }

    /// Every name that a part had.
    fn former(&self, config: &Config, part: Part<'_>) -> Vec<String> {
        match part {
            Part::Rule(name) => self.names_of_rule(name).skip(1).map(str::to_owned).collect(),
            Part::Value(kind, name) => {
                let all = self.values.iter().filter(|(key, now)| key.0 == kind && *now == name);
                all.map(|(key, _)| key.1.clone()).collect()
            }
            Part::Group(card, name) => {
                let card = config.scorecards.iter().find(|one| one.name == card);
                let group =
                    card.and_then(|card| card.groups.iter().find(|group| group.name == name));
                group.map_or_else(Vec::new, |group| group.formerly.clone())
            }
        }
    }

    /// Every name that a segment or stage had: of the subjects themselves or of a parent.
    fn former_class(&self, kind: SubjectKind, name: &str) -> Vec<String> {
        let all = self.classes.iter().filter(|(key, now)| key.0 <= kind && *now == name);
        all.map(|(key, _)| key.2.clone()).collect()
    }
}

/// What stands for a part or a text among what had other names.
fn key_of(it: impl std::fmt::Debug) -> String {
    format!("{it:?}")
}

/// One of the ways to give each the name that it has or one that it had.
fn pick(choices: &BTreeMap<String, Vec<String>>, mut number: usize) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (key, former) in choices {
        let ways = former.len() + 1;
        if let Some(it) = (number % ways).checked_sub(1).and_then(|at| former.get(at)) {
            all.insert(key.clone(), it.clone());
        }
        number /= ways;
    }
    all
}
