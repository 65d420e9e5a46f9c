//! Names that read what of a scorecard is filled only where something does: `health.low`, `health.usage.coverage`.

use crate::compile::resolve::{Found, Resolver};
use crate::expr::Symbol;
use crate::frame::SubjectKind;
use crate::plan::extras::{Extra, GROUP, RAW, Share, WHOLE};
use crate::plan::steps::{Outputs, Slot, Work};

impl Resolver<'_> {
    /// What a name reads of a compiled scorecard beside its columns: `health.low`, `health.usage.low`.
    pub(crate) fn extra_name(&self, kind: SubjectKind, card: usize, name: &str) -> Option<Found> {
        let (head, last) = name.rsplit_once('.')?;
        let config = self.config.scorecards.get(card)?;
        let extra = if head == config.name {
            if last == RAW {
                return Some(self.defined(kind, &format!("{head}.raw_score")));
            }
            Extra::Whole(WHOLE.iter().find(|pair| pair.0 == last)?.1)
        } else {
            let Found::Symbol(group) = self.defined(kind, head) else { return None };
            let number =
                self.outputs_of(card)?.groups.iter().position(|slot| *slot == group.slot)?;
            Extra::Group(number, GROUP.iter().find(|pair| pair.0 == last)?.1)
        };
        let slot = self.extra(card, extra, Some(name))?;
        Some(Found::Symbol(self.shown(kind, slot, name)))
    }

    /// The slot of an extra of a compiled scorecard, made where there is none yet. Where it is read in itself, and
    /// not only for how sure a scorecard above is, `name` is what it is called.
    pub(crate) fn extra(&self, card: usize, extra: Extra, name: Option<&str>) -> Option<usize> {
        let (outputs, kind) = (self.outputs_of(card)?, self.cards_kind(card)?);
        let there = outputs.extras.iter().find(|pair| pair.0 == extra).map(|pair| pair.1);
        let (last, top) = extra.last();
        let slot = there.unwrap_or_else(|| {
            let of = match extra {
                Extra::Whole(_) => outputs.score,
                Extra::Group(number, _) => {
                    outputs.groups.get(number).copied().unwrap_or(usize::MAX)
                }
            };
            let info =
                Slot { range: Some((0.0, top)), ..Slot::hidden(&self.name_of(kind, of), last) };
            self.slot(kind, info)
        });
        // What a value is weighed with, and what is read, is wanted in `score` too.
        let wanted = name.is_some() || matches!(extra, Extra::Group(_, Share::Coverage));
        self.change_steps(|step| {
            if let Work::Card { card: of, outputs } = &mut step.work
                && *of == card
            {
                if there.is_none() {
                    outputs.extras.push((extra, slot));
                }
                step.whole |= wanted;
            }
        });
        Some(slot)
    }

    /// Gives a column that was kept for itself its name.
    pub(crate) fn shown(&self, kind: SubjectKind, slot: usize, name: &str) -> Symbol {
        let mut spaces = self.spaces.borrow_mut();
        let info = spaces.get_mut(kind.index()).and_then(|space| space.get_mut(slot));
        let Some(info) = info else { return Slot::number(name, None).symbol(slot) };
        name.clone_into(&mut info.name);
        info.symbol(slot)
    }

    fn outputs_of(&self, card: usize) -> Option<Outputs> {
        let mut found = None;
        self.each_step(|step| match &step.work {
            Work::Card { card: of, outputs } if *of == card => found = Some(outputs.clone()),
            _ => {}
        });
        found
    }

    fn cards_kind(&self, card: usize) -> Option<SubjectKind> {
        let config = self.config.scorecards.get(card)?;
        Some(config.subject.unwrap_or(self.config.subject))
    }
}
