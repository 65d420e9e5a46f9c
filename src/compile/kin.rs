//! Names that read other subjects: parents, what is beneath, and a subject's alerts.

use crate::compile::resolve::{Found, Resolver};
use crate::frame::SubjectKind;
use crate::plan::names::{ALERTS, beneath};
use crate::plan::steps::{Slot, Work};
use crate::value::Kind;

impl Resolver<'_> {
    pub(crate) fn dotted(
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
        }
        if let Some((child, tree, rest)) = beneath(kind, head, rest) {
            return self.children(kind, name, (child, tree), rest, path);
        }
        if let Some(found) = self.records_by_name(kind, name, [head, rest]) {
            return found;
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
}
