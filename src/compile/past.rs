//! Names that read what was: `x.previous`, `x.ago_30d`, `x.change_30d`, `x.days`.

use crate::book::own::{split_first, split_last};
use crate::compile::resolve::{Found, Resolver};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::plan::steps::{PastTake, Slot, Work};
use crate::time::Period;
use crate::value::Kind;

impl Resolver<'_> {
    /// What a name means that ends by asking for the past of another.
    pub(crate) fn past(
        &self,
        kind: SubjectKind,
        name: &str,
        wanted: Option<Kind>,
        path: &str,
    ) -> Option<Found> {
        let (inner, suffix) = split_last(name)?;
        let take = PastTake::of(suffix)?;
        // What is a parent's has its past with the parent.
        let head = split_first(name)?.0;
        if SubjectKind::ALL.into_iter().any(|parent| parent < kind && parent.name() == head) {
            return None;
        }
        let wanted = match take {
            PastTake::Change(_) => Some(Kind::Number),
            _ => wanted,
        };
        let symbol = match self.find_as(kind, inner, wanted, path) {
            Found::Symbol(it) => it,
            Found::Broken => return Some(Found::Broken),
            Found::Unknown => return None,
        };
        // An alert defines its own days, which count from where its condition was first true.
        if let found @ Found::Symbol(_) = self.defined(kind, name) {
            return Some(found);
        }
        if take.window().is_some_and(Period::is_zero) {
            let message = format!("`{name}` must look back at least one day");
            let fault = Fault::new(Code::OutOfRange, path, message);
            self.fault(fault.help(format!("give it a length such as `{inner}.change_30d`")));
            return Some(Found::Broken);
        }
        let slot = match take {
            PastTake::Previous | PastTake::Ago(_) => Slot {
                name: name.to_owned(),
                kind: symbol.kind,
                range: symbol.range,
                labels: symbol.labels,
                optional: true,
            },
            PastTake::Change(_) if symbol.kind != Kind::Number => {
                let message = format!("`{name}` cannot be taken: `{inner}` is {}", symbol.kind);
                let help = format!("`{inner}.previous` and `{inner}.days` can");
                self.fault(Fault::new(Code::WrongType, path, message).help(help));
                return Some(Found::Broken);
            }
            PastTake::Change(_) => {
                Slot::number(name, symbol.range.map(|(low, high)| (low - high, high - low)))
            }
            PastTake::Days => Slot::number(name, Some((0.0, f64::MAX))),
        };
        Some(Found::Symbol(self.filled(kind, slot, Work::Past { from: symbol.slot, take })))
    }
}
