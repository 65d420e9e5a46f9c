//! Names that a parent reads of what is beneath it: `subscriptions.arr.sum`, `tree.accounts.count`.

use super::many::MEAN_BY;
use super::names::child_take;
use super::plan::{ChildTake, Slot, Work};
use super::resolve::{Found, Resolver};
use crate::book::own::split_last;
use crate::config::Take;
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::value::Kind;

/// What the names begin with that a company reads of all its tree.
const TREE: &str = "tree";

/// The kind of child that a name with this head reads, whether of the whole tree, and the rest of the name.
pub(super) fn beneath<'n>(
    kind: SubjectKind,
    head: &str,
    rest: &'n str,
) -> Option<(SubjectKind, bool, &'n str)> {
    let named = |name: &str| SubjectKind::ALL.into_iter().find(|it| it.plural() == name);
    let company = kind == SubjectKind::Company;
    if company && head == TREE {
        let (child, rest) = rest.split_once('.')?;
        return Some((named(child)?, true, rest));
    }
    // Companies have companies beneath them; no other kind has its own.
    let child = named(head).filter(|it| kind < *it || (company && kind == *it))?;
    Some((child, false, rest))
}

impl Resolver<'_> {
    /// `subscriptions.arr.sum`, `cases.is_open` for how many, `accounts.count`; with `tree` those of subsidiaries too.
    pub(super) fn children(
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
