//! Names that a parent reads of what is beneath it: `subscriptions.arr.sum`, `tree.accounts.count`.

use crate::book::own::split_last;
use crate::compile::resolve::{Found, Resolver};
use crate::config::Take;
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::plan::names::{MEAN_BY, TREE, child_take};
use crate::plan::steps::{ChildTake, Slot, Work};
use crate::value::Kind;

impl Resolver<'_> {
    /// `subscriptions.arr.sum`, `cases.is_open` for how many, `accounts.count`; with `tree` those of subsidiaries too.
    pub(crate) fn children(
        &self,
        kind: SubjectKind,
        name: &str,
        (child, tree): (SubjectKind, bool),
        rest: &str,
        path: &str,
    ) -> Found {
        if rest == "count" && self.find(child, rest, path) == Found::Unknown {
            let work = Work::Children { child, from: usize::MAX, take: ChildTake::All, tree };
            return Found::Symbol(self.filled(kind, Slot::number(name, None), work));
        }
        if let Some(found) = self.sure_name(kind, name, path) {
            return found;
        }
        let by =
            split_last(rest).and_then(|(inner, last)| Some((inner, last.strip_prefix(MEAN_BY)?)));
        if let Some((inner, by)) = by {
            return self.mean_by(kind, name, ((child, tree), inner, by), path);
        }
        let taken = split_last(rest)
            .and_then(|(inner, last)| Some((inner, ChildTake::Take(child_take(last)?))));
        let (inner, take) = taken.unwrap_or((rest, ChildTake::CountTrue));
        let wanted = match take {
            ChildTake::CountTrue | ChildTake::All => Some(Kind::Flag),
            ChildTake::Take(Take::Count | Take::Distinct) => None,
            ChildTake::Take(_) | ChildTake::MeanBy(_) => Some(Kind::Number),
        };
        let symbol = match self.find_as(child, inner, wanted, path) {
            Found::Symbol(it) => it,
            other => return other,
        };
        let fits = match take {
            ChildTake::CountTrue | ChildTake::All => symbol.kind == Kind::Flag,
            ChildTake::Take(Take::Count | Take::Distinct) => true,
            ChildTake::Take(_) | ChildTake::MeanBy(_) => symbol.kind == Kind::Number,
        };
        if !fits {
            let message = format!("`{name}` cannot be taken: `{inner}` is {}", symbol.kind);
            let of = if tree { format!("{TREE}.") } else { String::new() };
            let whose = format!("{of}{}", child.plural());
            let help = match symbol.kind {
                Kind::Number => format!("say how: `{name}.min`, `.max`, `.mean`, `.sum`, `.count`"),
                Kind::Flag => format!("`{whose}.{inner}` counts those that are true"),
                Kind::Text => format!("`{whose}.{inner}.count` counts those that have one"),
            };
            self.fault(Fault::new(Code::WrongType, path, message).help(help));
            return Found::Broken;
        }
        let slot = Slot::number(name, None);
        let work = Work::Children { child, from: symbol.slot, take, tree };
        Found::Symbol(self.filled(kind, slot, work))
    }
}
