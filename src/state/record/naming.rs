//! What was said goes on under other names of rules and playbooks; ids stay as they were told.

use std::sync::Arc;

use super::Record;
use super::page::Page;
use crate::playbook::{EnrolmentChange, Turn};
use crate::state::Content;
use crate::time::AsOf;

/// What rules and playbooks are called today.
pub(crate) trait Naming {
    /// What a rule that had a name is called today.
    fn rule<'a>(&'a self, name: &'a str) -> &'a str;

    /// What a playbook that had a name is called today.
    fn playbook<'a>(&'a self, name: &'a str) -> &'a str;

    fn set_rule(&self, name: &mut String) {
        *name = self.rule(name).to_owned();
    }

    fn set_playbook(&self, name: &mut String) {
        *name = self.playbook(name).to_owned();
    }
}

impl Content {
    fn under_names(&mut self, names: &dyn Naming) {
        match self {
            Self::Event(event) => {
                let event = Arc::make_mut(event);
                names.set_rule(&mut event.rule);
                event.playbook.iter_mut().for_each(|playbook| names.set_playbook(playbook));
            }
            Self::Action(action) => {
                let action = Arc::make_mut(action);
                names.set_rule(&mut action.rule);
                names.set_playbook(&mut action.playbook);
            }
        }
    }

    fn has_names(&self, names: &dyn Naming) -> bool {
        let (rule, _, _) = self.about();
        let playbook = match self {
            Self::Event(it) => it.playbook.as_deref(),
            Self::Action(it) => Some(it.playbook.as_str()),
        };
        names.rule(rule) != rule
            || playbook.is_some_and(|playbook| names.playbook(playbook) != playbook)
    }
}

impl EnrolmentChange {
    fn under_names(&mut self, names: &dyn Naming) {
        names.set_rule(&mut self.rule);
        names.set_playbook(&mut self.playbook);
        if let Turn::Declined { enrolled_by } = &mut self.turn {
            names.set_rule(enrolled_by);
        }
    }

    fn has_names(&self, names: &dyn Naming) -> bool {
        names.rule(&self.rule) != self.rule || names.playbook(&self.playbook) != self.playbook
    }
}

impl Page {
    fn has_names(&self, names: &dyn Naming) -> bool {
        self.said.values().any(|said| said.content.has_names(names))
            || self.changes.iter().any(|change| change.has_names(names))
    }

    fn under_names(&mut self, names: &dyn Naming) {
        self.said.values_mut().for_each(|said| said.content.under_names(names));
        self.changes.iter_mut().for_each(|change| change.under_names(names));
    }
}

impl Record {
    /// Whether it holds a former name.
    pub(crate) fn has_names(&self, names: &dyn Naming) -> bool {
        self.lives.keys().any(|rule| names.rule(rule) != rule)
            || self
                .renamed
                .values()
                .any(|renamed| names.playbook(&renamed.playbook) != renamed.playbook)
            || self.said.values().any(|said| said.content.has_names(names))
            || self.outbox.iter().any(|delivery| delivery.content.has_names(names))
            || self.changes.iter().any(|change| change.has_names(names))
            || self.pages.values().any(|page| page.has_names(names))
    }

    /// Goes on under the names of today. `fired` says since when an alert fires now.
    pub(crate) fn under_names(
        &mut self,
        names: &dyn Naming,
        fired: &dyn Fn(&str, &str) -> Option<AsOf>,
    ) {
        for (old, lives) in std::mem::take(&mut self.lives) {
            let all = self.lives.entry(names.rule(&old).to_owned()).or_default();
            for (subject, it) in lives {
                // Of two that become one the earliest stands.
                let earlier = all.get(&subject).is_none_or(|known| it.fired < known.fired);
                if earlier {
                    all.insert(subject, it);
                }
            }
        }
        // Whoever was told of one of two that became one was told of that which goes on.
        for (rule, lives) in &mut self.lives {
            for (subject, it) in lives.iter_mut() {
                it.fired = fired(rule, subject).unwrap_or(it.fired);
            }
        }
        for it in self.renamed.values_mut() {
            names.set_playbook(&mut it.playbook);
        }
        let said = self.said.values_mut().map(|said| &mut said.content);
        for it in said.chain(self.outbox.iter_mut().map(|delivery| &mut delivery.content)) {
            it.under_names(names);
        }
        self.changes.iter_mut().for_each(|change| change.under_names(names));
        for page in self.pages.values_mut().filter(|page| page.has_names(names)) {
            Arc::make_mut(page).under_names(names);
        }
    }
}
