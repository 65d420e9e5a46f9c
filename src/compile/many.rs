//! Means of children's values that another value weighs: `subscriptions.health.mean_by_arr`.

use crate::compile::resolve::{Found, Resolver};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::plan::steps::{ChildTake, Slot, Work};
use crate::value::Kind;

impl Resolver<'_> {
    /// A mean of the children's values, each weighed by another value of theirs.
    pub(crate) fn mean_by(
        &self,
        kind: SubjectKind,
        name: &str,
        ((child, tree), inner, by): ((SubjectKind, bool), &str, &str),
        path: &str,
    ) -> Found {
        let mut slots = Vec::new();
        for part in [inner, by] {
            match self.find_as(child, part, Some(Kind::Number), path) {
                Found::Symbol(it) if it.kind == Kind::Number => slots.push(it),
                Found::Symbol(it) => {
                    let message = format!("`{name}` cannot be taken: `{part}` is {}", it.kind);
                    let help = "a mean is of numbers, and what weighs it is one";
                    self.fault(Fault::new(Code::WrongType, path, message).help(help));
                    return Found::Broken;
                }
                other => return other,
            }
        }
        let [value, weight] = slots.as_slice() else { return Found::Unknown };
        let slot = Slot::number(name, value.range);
        let take = ChildTake::MeanBy(weight.slot);
        let work = Work::Children { child, from: value.slot, take, tree };
        Found::Symbol(self.filled(kind, slot, work))
    }
}
