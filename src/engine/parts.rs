//! Assessing in parts: what must stay together, a state cut along, and what is decided over the whole.

use std::collections::BTreeSet;

use super::Engine;
use crate::config::InhibitOn;
use crate::frame::SubjectKind;
use crate::plan::Compiled;
use crate::plan::steps::{Rule, Work};
use crate::result::population::Population;
use crate::result::tripped::Tripped;
use crate::state::{Kinds, Parts, State};

/// What must be assessed together for a part to come to the bits of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartitionKey {
    /// A subject: none knows of another.
    Subject,
    /// A family: a company without one above it, all that is below it, and what belongs to those.
    Family,
}

impl Engine {
    /// What must stay together where a book is assessed in parts. A part may always be larger.
    ///
    /// It is a subject where the config is about one kind of subject and reads columns alone. Where subjects of the input have parents, go by
    /// family all the same: events name the parents, and silences go by them.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::engine::PartitionKey;
    /// use foretell::{Config, Engine};
    ///
    /// let config = |rest: &str| Config::parse(&format!("metrics = [{{ name = 'seats' }}]\n{rest}"));
    /// let alone = Engine::compile(&config("rules = [{ name = 'few', when = 'seats < 5' }]"))?;
    /// assert_eq!(alone.partition_key(), PartitionKey::Subject);
    /// let rule = "{ name = 'few', subject = 'account', when = 'subscriptions.seats.sum < 5' }";
    /// let beside = Engine::compile(&config(&format!("rules = [{rule}]")))?;
    /// assert_eq!(beside.partition_key(), PartitionKey::Family);
    /// # }
    /// # Ok::<(), foretell::Faults>(())
    /// ```
    #[must_use]
    pub fn partition_key(&self) -> PartitionKey {
        let steps = &self.compiled.steps;
        let records = steps.iter().any(|step| matches!(step.work, Work::Records { .. }));
        let kinds = steps.iter().map(|step| step.kind);
        let kinds = kinds.chain(self.compiled.rules.iter().map(|rule| rule.kind));
        let kinds: BTreeSet<SubjectKind> = kinds.collect();
        let inhibits = &self.compiled.config.inhibit;
        let is_family = records
            || kinds.len() > 1
            || inhibits.iter().any(|inhibit| inhibit.on == InhibitOn::Parent);
        if is_family { PartitionKey::Family } else { PartitionKey::Subject }
    }

    /// A state in parts: `key` says to which part a subject belongs. Each is assessed with the part of the input that is about its
    /// subjects ([`Input::as_part`](crate::Input::as_part)), and [`State::merge`] puts the next states together: as the whole would have been, to the bit.
    ///
    /// What a scorecard that is no longer in the config remembered goes with the config's usual kind of subject.
    pub fn split<K: Ord>(&self, state: &State, key: impl Fn(SubjectKind, &str) -> K) -> Parts<K> {
        self.compiled.renamed(state).split(&self.compiled, &key)
    }

    /// What of a night that was assessed in parts exceeds a guard: `night` is what all parts counted, and `after` their states put together.
    #[must_use]
    pub fn tripped(&self, night: &Population, after: &State) -> Vec<Tripped> {
        self.compiled.tripped(night, after)
    }
}

impl Kinds for Compiled {
    fn of_card(&self, name: &str) -> SubjectKind {
        self.card(name).map_or(self.config.subject, |(_, card)| card.kind)
    }

    fn of_playbook(&self, name: &str) -> SubjectKind {
        let found = self.playbooks.iter().find(|playbook| playbook.config.name == name);
        found.map_or(self.config.subject, |playbook| playbook.kind)
    }

    fn of_rule(&self, name: &str) -> SubjectKind {
        let is_it = |rule: &&Rule| {
            self.config.rules.get(rule.number).is_some_and(|config| config.name == name)
        };
        self.rules.iter().find(is_it).map_or(self.config.subject, |rule| rule.kind)
    }
}
