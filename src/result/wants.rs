//! What a config wants of its input and was not given, in notes.

use std::collections::BTreeSet;

use super::assessment::Note;
use crate::frame::{SubjectKind, Table};
use crate::plan::wants::{Place, Want, Wants};

impl Wants {
    /// What is wanted and was not given, where there is no book; `absent` says of which slots there is no
    /// column. One note for each kind of subject that is assessed.
    pub(crate) fn not_given(&self, tables: &[Table], absent: &BTreeSet<Place>) -> Vec<Note> {
        let rows = |kind: usize| tables.get(kind).map_or(0, Table::len);
        let mut notes = Vec::new();
        for kind in SubjectKind::ALL.into_iter().filter(|kind| rows(kind.index()) > 0) {
            let (mut from, mut columns) = (BTreeSet::new(), BTreeSet::new());
            let all = self.list.range((kind.index(), 0)..=(kind.index(), usize::MAX));
            for (place, want) in all {
                match want {
                    Want::Column(name, table) if absent.contains(place) => {
                        columns.insert(name.clone());
                        from.extend(table.clone());
                    }
                    Want::Subjects(of) if rows(of.index()) == 0 => {
                        from.insert(of.plural().to_owned());
                    }
                    _ => {}
                }
            }
            if !from.is_empty() || !columns.is_empty() {
                let tables = from.into_iter().collect();
                notes.push(Note::NotGiven { kind, tables, columns: columns.into_iter().collect() });
            }
        }
        notes
    }
}
