//! What the results of an engine are called and where they stand.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::frame::{Name, SubjectKind};
use crate::plan::playbook::Playbook;
use crate::plan::steps::{Batch, Outputs, Rule, Slot, Step, Work};
use crate::plan::wants::Wants;
use crate::score::Scorecard;

/// What the results of an engine are called and where they stand.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) cards: Vec<(String, SubjectKind, Outputs)>,
    /// In the order of the config, each with its batch and its place there.
    pub(crate) rules: Vec<(String, SubjectKind, [usize; 2])>,
    /// What a host may give, by kind: names in order, each with its slot.
    pub(crate) given: Vec<Vec<(Name, usize)>>,
    /// From which step on there are only scorecards of which none reads another.
    pub(crate) last: usize,
    /// The groups of those that no rule reads: the scorecard, the number of the group, its place.
    pub(crate) unread: Vec<(usize, usize, (SubjectKind, usize))>,
    /// Whether some value depends on whose subjects are whose.
    pub(crate) linked: bool,
    /// Whether some value depends on how sure another is.
    pub(crate) sure: bool,
    /// What is wanted of the input.
    pub(crate) wants: Wants,
}

impl Outline {
    pub(crate) fn new(
        config: &Config,
        spaces: &[Vec<Slot>],
        steps: &[Step],
        cards: &BTreeMap<usize, Scorecard>,
        rules: &[Rule],
        batches: &[Batch],
        playbooks: &[Playbook],
    ) -> Self {
        let card = |step: &Step| match &step.work {
            Work::Card { card, outputs } => {
                let card = cards.get(card)?;
                Some((card.name.clone(), card.kind, outputs.clone()))
            }
            _ => None,
        };
        let place = |rule: usize| {
            let of = |it: &Batch| it.rules.iter().position(|number| *number == rule);
            batches.iter().enumerate().find_map(|(number, it)| Some([number, of(it)?]))
        };
        let rule = |(at, rule): (usize, &Rule)| {
            let name = config.rules.get(rule.number)?.name.clone();
            Some((name, rule.kind, place(at)?))
        };
        let given = |kind: SubjectKind, slots: &Vec<Slot>| {
            let takes = steps.iter().filter(|step| step.kind == kind && step.work.takes_given());
            let named = takes.filter_map(|step| {
                Some((Name::from(slots.get(step.slot)?.name.as_str()), step.slot))
            });
            let mut named: Vec<(Name, usize)> = named.collect();
            named.sort_unstable();
            named
        };
        let last = last_cards(steps, cards);
        Self {
            cards: steps.iter().filter_map(card).collect(),
            rules: rules.iter().enumerate().filter_map(rule).collect(),
            given: SubjectKind::ALL.iter().zip(spaces).map(|(kind, it)| given(*kind, it)).collect(),
            unread: unread(steps.get(last..).unwrap_or_default(), batches),
            last,
            linked: steps.iter().any(|step| {
                matches!(
                    step.work,
                    Work::Parent { .. } | Work::Children { .. } | Work::Alerts { .. }
                )
            }),
            sure: cards.values().any(Scorecard::asks_how_sure),
            wants: Wants::new(spaces, steps, cards, (rules, playbooks)),
        }
    }
}

impl Outline {
    /// Tells the scorecards which of their groups nothing reads.
    pub(crate) fn note_unread(&self, cards: &mut BTreeMap<usize, Scorecard>) {
        for (card, number, _) in &self.unread {
            if let Some(it) = cards.get_mut(card) {
                it.unread.insert(*number);
            }
        }
    }

    /// Whether a host may give a name of a kind of subject.
    pub(crate) fn takes(&self, kind: SubjectKind, name: &str) -> bool {
        let names = self.given.get(kind.index());
        names.is_some_and(|all| all.binary_search_by(|entry| entry.0.as_str().cmp(name)).is_ok())
    }
}

/// The groups of the last scorecards that no rule reads.
pub(crate) fn unread(
    last: &[Step],
    batches: &[Batch],
) -> Vec<(usize, usize, (SubjectKind, usize))> {
    let mut all = Vec::new();
    for step in last {
        let Work::Card { card, outputs } = &step.work else { continue };
        let is_read = |slot: usize| {
            let its = batches.iter().filter(|batch| batch.kind == step.kind);
            its.flat_map(|batch| batch.conditions.slots()).any(|read| read == slot)
        };
        let groups = outputs.groups.iter().enumerate().filter(|pair| !is_read(*pair.1));
        all.extend(groups.map(|(number, slot)| (*card, number, (step.kind, *slot))));
    }
    all
}

/// How many steps there are before the last scorecards, none of which reads another.
fn last_cards(steps: &[Step], cards: &BTreeMap<usize, Scorecard>) -> usize {
    let mut last: Vec<(SubjectKind, &Scorecard)> = Vec::new();
    for step in steps.iter().rev() {
        let Work::Card { card, outputs } = &step.work else { break };
        let Some(card) = cards.get(card).filter(|_| !step.whole) else { break };
        let kept = last.iter().filter(|pair| pair.0 == step.kind);
        if kept.into_iter().any(|(_, it)| outputs.slots().any(|slot| it.reads(slot))) {
            break;
        }
        last.push((step.kind, card));
    }
    steps.len() - last.len()
}
