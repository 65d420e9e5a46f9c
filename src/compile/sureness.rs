//! How sure a value is that rests on scores or on children: which columns say what share of it is measured, and
//! between what it lies.
//!
//! A factor that reads such a value is measured in that share, and lies between the points of those ends. The columns
//! are made only where a factor reads such a value, or where a name asks for them.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::resolve::{Found, Resolver};
use crate::expr::Program;
use crate::frame::SubjectKind;
use crate::plan::extras::{Extra, Share, Whole};
use crate::plan::steps::{ChildTake, Rule, Slot, Step, Work};
use crate::score::{Scorecard, Sure};

/// A slot of a kind of subject.
type Place = (SubjectKind, usize);

impl Resolver<'_> {
    /// The columns that say how sure the value in a slot is; none for one that is there or is not.
    pub(crate) fn sure(&self, kind: SubjectKind, slot: usize) -> Option<Sure> {
        let known = self.sures.borrow().get(&(kind, slot)).copied();
        known.unwrap_or_else(|| {
            let found = self.find_sure(kind, slot);
            self.sures.borrow_mut().insert((kind, slot), found);
            found
        })
    }

    fn find_sure(&self, kind: SubjectKind, slot: usize) -> Option<Sure> {
        let mut work = None;
        self.each_step(|step| {
            if step.kind == kind && step.fills(slot) {
                work = Some(step.work.clone());
            }
        });
        match work? {
            Work::Card { card, outputs } if slot == outputs.score => {
                let of = |what: Whole| self.extra(card, Extra::Whole(what), None);
                let (low, high, lacks) = (of(Whole::Low), of(Whole::High), of(Whole::Lacks));
                Some(Sure { share: outputs.coverage, low, high, lacks })
            }
            Work::Card { outputs, .. } if slot == outputs.raw_score => {
                Some(Sure::share(outputs.coverage))
            }
            Work::Card { card, outputs } => {
                let group = outputs.groups.iter().position(|group| *group == slot)?;
                let of = |what: Share| self.extra(card, Extra::Group(group, what), None);
                let (low, high, lacks) = (of(Share::Low), of(Share::High), of(Share::Lacks));
                Some(Sure { share: of(Share::Coverage)?, low, high, lacks })
            }
            Work::Children { take: ChildTake::All, .. } => None,
            Work::Children { child, from, take, tree } => {
                let of = self.sure(child, from);
                let spaces = self.spaces.borrow();
                let range = spaces.get(child.index()).and_then(|space| space.get(from)?.range);
                drop(spaces);
                let number =
                    |last: &str| self.slot(kind, Slot::hidden(&self.name_of(kind, slot), last));
                let (low, high) = (Some(number("low")), Some(number("high")));
                let lacks = Some(number("lacks"));
                let sure = Sure { share: number("coverage"), low, high, lacks };
                let work = Work::Kin { child, from, take, tree, of, range, sure };
                self.step(Step { kind, slot: sure.share, work, whole: false });
                Some(sure)
            }
            Work::Parent { parent, from } => {
                let of = self.sure(parent, from)?;
                let above = |from: usize, last: &str| {
                    let info = Slot::hidden(&self.name_of(kind, slot), last);
                    self.filled(kind, info, Work::Parent { parent, from }).slot
                };
                Some(Sure {
                    share: above(of.share, "coverage"),
                    low: of.low.map(|slot| above(slot, "low")),
                    high: of.high.map(|slot| above(slot, "high")),
                    lacks: of.lacks.map(|slot| above(slot, "lacks")),
                })
            }
            Work::Expression { program } => {
                let sure = |it: &usize| Some((*it, self.sure(kind, *it)?.share));
                let of: Vec<(usize, usize)> = program.slots().iter().filter_map(sure).collect();
                if of.is_empty() {
                    return None;
                }
                let info = Slot::hidden(&self.name_of(kind, slot), "coverage");
                Some(Sure::share(self.filled(kind, info, Work::Least { of, value: slot }).slot))
            }
            _ => None,
        }
    }

    /// How sure a roll-up is, by name: `subscriptions.health.mean.coverage`.
    pub(crate) fn sure_name(&self, kind: SubjectKind, name: &str, path: &str) -> Option<Found> {
        let (inner, last) = name.rsplit_once('.')?;
        let pick: fn(Sure) -> Option<usize> = match last {
            "coverage" => |sure| Some(sure.share),
            "low" => |sure| sure.low,
            "high" => |sure| sure.high,
            _ => return None,
        };
        let Found::Symbol(symbol) = self.find(kind, inner, path) else { return None };
        let mut taken = false;
        self.each_step(|step| {
            let fills = step.kind == kind && step.slot == symbol.slot;
            taken |= fills && matches!(step.work, Work::Children { .. });
        });
        let slot = pick(self.sure(kind, symbol.slot).filter(|_| taken)?)?;
        Some(Found::Symbol(self.shown(kind, slot, name)))
    }

    pub(crate) fn name_of(&self, kind: SubjectKind, slot: usize) -> String {
        let spaces = self.spaces.borrow();
        let slot = spaces.get(kind.index()).and_then(|space| space.get(slot));
        slot.map_or_else(String::new, |slot| slot.name.clone())
    }
}

/// Marks the scorecards that run whole in `score` too: those on which rests how sure another is, how old, or between
/// what it lies. Those of which a name asks for it are marked before.
pub(crate) fn mark(steps: &mut [Step], cards: &BTreeMap<usize, Scorecard>, rules: &[Rule]) {
    let mut wanted: BTreeSet<Place> = BTreeSet::new();
    for step in steps.iter_mut().rev() {
        let kind = step.kind;
        let read = wanted.iter().any(|place| place.0 == kind && step.fills(place.1));
        let mut want = |slots: &mut dyn Iterator<Item = Place>| wanted.extend(slots);
        match &step.work {
            Work::Card { card, .. } => {
                step.whole |= read;
                let Some(card) = cards.get(card) else { continue };
                let slots = if step.whole || card.asks_low() { card.slots() } else { card.aged() };
                want(&mut slots.into_iter().map(|slot| (kind, slot)));
            }
            _ if !read => {}
            Work::Expression { program } => {
                want(&mut program.slots().iter().map(|slot| (kind, *slot)));
            }
            Work::Parent { parent, from } => want(&mut std::iter::once((*parent, *from))),
            Work::Children { child, from, take, .. } => {
                want(&mut take.slots(*from).map(|slot| (*child, slot)));
            }
            Work::Kin { child, from, take, of, .. } => {
                let of = of.iter().flat_map(Sure::slots);
                want(&mut take.slots(*from).chain(of).map(|slot| (*child, slot)));
            }
            Work::Class { cases } => want(&mut cases.conditions.slots().map(|slot| (kind, slot))),
            Work::Past { from, .. } => want(&mut std::iter::once((kind, *from))),
            Work::Alerts { rule, .. } => {
                let when = rules.iter().filter(|one| one.number == *rule).map(|one| &one.when);
                want(&mut when.flat_map(Program::slots).map(|slot| (kind, *slot)));
            }
            Work::Attribute { .. } | Work::Records { .. } | Work::Least { .. } => {}
        }
    }
}

/// Says of each scorecard what tells without intervals whether its best band is withheld.
pub(crate) fn doubt(steps: &[Step], cards: &mut BTreeMap<usize, Scorecard>) {
    // Slots whose values are solid as soon as they are there.
    let mut plain: BTreeSet<Place> = BTreeSet::new();
    for step in steps {
        let is_plain = match &step.work {
            Work::Attribute { .. } | Work::Records { filter: None, .. } => true,
            Work::Expression { program } => {
                let sure = program.surely_read();
                let mut slots = program.slots().iter();
                slots.all(|slot| sure.contains(slot) && plain.contains(&(step.kind, *slot)))
            }
            _ => false,
        };
        if is_plain {
            plain.insert((step.kind, step.slot));
        }
    }
    for card in cards.values_mut() {
        let kind = card.kind;
        card.doubts = card.doubts(&|slot| plain.contains(&(kind, slot)));
    }
}

impl ChildTake {
    /// The slots of a child that it reads.
    fn slots(self, from: usize) -> impl Iterator<Item = usize> {
        let by = match self {
            Self::MeanBy(by) => Some(by),
            Self::All | Self::Take(_) | Self::CountTrue => None,
        };
        std::iter::once(from).chain(by)
    }
}
