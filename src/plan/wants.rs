//! What a config wants of its input: what something reads that does not guard against its being missing, and
//! what of that was not given.

use std::collections::{BTreeMap, BTreeSet};

use crate::expr::Program;
use crate::frame::SubjectKind;
use crate::plan::playbook::Playbook;
use crate::plan::steps::{Attribute, Rule, Slot, Step, Work};
use crate::score::Scorecard;

/// A slot, by number of its kind of subject and its own.
pub(crate) type Place = (usize, usize);

/// What a config wants of its input.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    /// What is read by something that does not guard against its being missing.
    pub(crate) read: BTreeSet<Place>,
    /// What of that only the input can say.
    pub(crate) list: BTreeMap<Place, Want>,
}

/// What says a slot: a column of its name, and what a book would say it from.
#[derive(Debug)]
pub(crate) enum Want {
    Column(String, Option<String>),
    /// Subjects of another kind.
    Subjects(SubjectKind),
}

impl Wants {
    pub(crate) fn new(
        spaces: &[Vec<Slot>],
        steps: &[Step],
        cards: &BTreeMap<usize, Scorecard>,
        (rules, playbooks): (&[Rule], &[Playbook]),
    ) -> Self {
        let mut read = roots(steps, cards, rules, playbooks);
        let classes = steps.iter().any(|step| matches!(step.work, Work::Class { .. }));
        if rules.is_empty() && cards.is_empty() && playbooks.is_empty() && !classes {
            // Nothing but metrics: they are what is asked for.
            read.extend(steps.iter().map(|step| (step.kind.index(), step.slot)));
        }
        // What a step reads is filled before it.
        for step in steps.iter().rev() {
            let own = step.kind.index();
            if !read.contains(&(own, step.slot)) {
                continue;
            }
            match &step.work {
                Work::Expression { program } => add(&mut read, step.kind, program),
                Work::Parent { parent, from } => drop(read.insert((parent.index(), *from))),
                Work::Children { child, from, .. } => drop(read.insert((child.index(), *from))),
                Work::Past { from, .. } => drop(read.insert((own, *from))),
                _ => {}
            }
        }
        let name = |(kind, slot): &Place| Some(spaces.get(*kind)?.get(*slot)?.name.clone());
        let mut list = BTreeMap::new();
        for step in steps {
            let place = (step.kind.index(), step.slot);
            let table = |it: &Option<Attribute>| it.as_ref().map(|_| step.kind.plural().to_owned());
            let want = match (&step.work, name(&place)) {
                (Work::Attribute { attribute, .. }, Some(name)) => {
                    Want::Column(name, table(attribute))
                }
                (Work::Records { derivation, .. }, Some(name)) => {
                    Want::Column(name, Some(derivation.from()))
                }
                (Work::Parent { parent: of, .. } | Work::Children { child: of, .. }, _) => {
                    Want::Subjects(*of)
                }
                _ => continue,
            };
            if read.contains(&place) {
                list.insert(place, want);
            }
        }
        Self { read, list }
    }

    /// Whether a given column is wanted.
    pub(crate) fn column(&self, place: Place) -> bool {
        matches!(self.list.get(&place), Some(Want::Column(..)))
    }
}

fn add(read: &mut BTreeSet<Place>, kind: SubjectKind, program: &Program) {
    read.extend(program.bare_slots().into_iter().map(|slot| (kind.index(), slot)));
}

/// What the results of a config read.
fn roots(
    steps: &[Step],
    cards: &BTreeMap<usize, Scorecard>,
    rules: &[Rule],
    playbooks: &[Playbook],
) -> BTreeSet<Place> {
    let mut read = BTreeSet::new();
    for rule in rules {
        let programs = [Some(&rule.when), rule.message.as_ref(), rule.clear.as_ref()];
        programs.into_iter().flatten().for_each(|program| add(&mut read, rule.kind, program));
    }
    for card in cards.values() {
        read.extend(card.bare_slots().into_iter().map(|slot| (card.kind.index(), slot)));
    }
    for it in playbooks {
        let steps = it
            .steps
            .iter()
            .flat_map(|step| [step.when.as_ref(), Some(&step.title), step.text.as_ref()]);
        let programs = [it.when.as_ref(), it.stop_when.as_ref()].into_iter().chain(steps);
        programs.flatten().for_each(|program| add(&mut read, it.kind, program));
    }
    for step in steps {
        if let Work::Class { cases } = &step.work {
            cases
                .conditions
                .programs()
                .iter()
                .for_each(|program| add(&mut read, step.kind, program));
        }
    }
    read
}
