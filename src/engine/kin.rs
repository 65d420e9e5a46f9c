//! Names that read other subjects: parents and children, and a subject's alerts.

use super::names::child_take;
use super::plan::{ChildTake, Slot, Work};
use super::resolve::{ALERTS, Found, Resolver};
use crate::book::own::split_last;
use crate::config::Take;
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::value::Kind;

impl Resolver<'_> {
    pub(super) fn dotted(
        &self,
        kind: SubjectKind,
        name: &str,
        [head, rest]: [&str; 2],
        wanted: Option<Kind>,
        path: &str,
    ) -> Found {
        if head == ALERTS {
            return self.alert_name(kind, name, rest, path);
        }
        for other in SubjectKind::ALL {
            if other < kind && head == other.name() {
                return self.parent(kind, name, (other, rest), wanted, path);
            }
            if other > kind && head == other.plural() {
                return self.children(kind, name, other, rest, path);
            }
        }
        if self.config.is_lost(head) { Found::Broken } else { Found::Unknown }
    }

    fn parent(
        &self,
        kind: SubjectKind,
        name: &str,
        (parent, rest): (SubjectKind, &str),
        wanted: Option<Kind>,
        path: &str,
    ) -> Found {
        match self.find_as(parent, rest, wanted, path) {
            Found::Symbol(it) => {
                let slot = Slot {
                    name: name.to_owned(),
                    kind: it.kind,
                    range: it.range,
                    labels: it.labels,
                    optional: true,
                };
                Found::Symbol(self.filled(kind, slot, Work::Parent { parent, from: it.slot }))
            }
            other => other,
        }
    }

    /// `subscriptions.arr.sum`, or `cases.is_open` for how many.
    fn children(
        &self,
        kind: SubjectKind,
        name: &str,
        child: SubjectKind,
        rest: &str,
        path: &str,
    ) -> Found {
        let taken = split_last(rest)
            .and_then(|(inner, last)| Some((inner, ChildTake::Take(child_take(last)?))));
        let (inner, take) = taken.unwrap_or((rest, ChildTake::CountTrue));
        let wanted = match take {
            ChildTake::CountTrue => Some(Kind::Flag),
            ChildTake::Take(Take::Count | Take::Distinct) => None,
            ChildTake::Take(_) => Some(Kind::Number),
        };
        let symbol = match self.find_as(child, inner, wanted, path) {
            Found::Symbol(it) => it,
            other => return other,
        };
        let fits = match take {
            ChildTake::CountTrue => symbol.kind == Kind::Flag,
            ChildTake::Take(Take::Count | Take::Distinct) => true,
            ChildTake::Take(_) => symbol.kind == Kind::Number,
        };
        if !fits {
            let message = format!("`{name}` cannot be taken: `{inner}` is {}", symbol.kind);
            let help = match symbol.kind {
                Kind::Number => format!("say how: `{name}.min`, `.max`, `.mean`, `.sum`, `.count`"),
                Kind::Flag => format!("`{}.{inner}` counts those that are true", child.plural()),
                Kind::Text => {
                    format!("`{}.{inner}.count` counts those that have one", child.plural())
                }
            };
            self.fault(Fault::new(Code::WrongType, path, message).help(help));
            return Found::Broken;
        }
        let slot = Slot::number(name, None);
        let work = Work::Children { child, from: symbol.slot, take };
        Found::Symbol(self.filled(kind, slot, work))
    }
}
