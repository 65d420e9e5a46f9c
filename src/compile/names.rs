//! The names that expressions can read, and those that are suggested when one is not known.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::book::own::{Own, is_own, split_first};
use crate::compile::resolve::{Found, Resolver};
use crate::expr::{Names, Symbol};
use crate::frame::SubjectKind;
use crate::metric::attribute_names;
use crate::node::shorten;
use crate::plan::extras::reserved;
use crate::plan::names::{ALERTS, is_of_records};
use crate::value::Kind;

/// The names that expressions about one kind of subject can read.
pub(crate) struct Scope<'r, 'c> {
    pub(crate) resolver: &'r Resolver<'c>,
    pub(crate) kind: SubjectKind,
    pub(crate) path: &'r str,
    /// What an own field is read as where it stands alone.
    pub(crate) usual: Option<Kind>,
    /// Slots that surely have a value: of an own field that is read as several kinds one of these is meant.
    pub(crate) sure: Option<&'r BTreeSet<usize>>,
}

impl Names for Scope<'_, '_> {
    fn find(&self, name: &str) -> Option<Symbol> {
        self.find_as(name, None)
    }

    fn find_as(&self, name: &str, wanted: Option<Kind>) -> Option<Symbol> {
        let wanted = wanted.or_else(|| {
            self.resolver.kind_among(self.kind, name, self.sure.filter(|_| is_own(name))?)
        });
        match self.resolver.find_as(self.kind, name, wanted, self.path) {
            Found::Symbol(symbol) => Some(symbol),
            Found::Unknown => None,
            Found::Broken => {
                self.resolver.tainted.set(true);
                Some(Symbol {
                    slot: usize::MAX,
                    kind: Kind::Number,
                    range: None,
                    labels: None,
                    optional: true,
                })
            }
        }
    }

    fn is_open(&self, name: &str) -> bool {
        is_own(name)
    }

    fn usual(&self) -> Option<Kind> {
        self.usual
    }

    fn help(&self, name: &str) -> String {
        let own = shorten(&Own::of(name).to_string());
        if let Some((head, _)) = split_first(name).filter(|parts| is_of_records(parts.0)) {
            return format!(
                "take records together in a metric: `from = \"{head}\"`, with `take` and perhaps `field`"
            );
        }
        match name.contains('.') {
            true => "declare a metric of that name".to_owned(),
            false => format!("declare a metric of that name; an own field is read as `{own}`"),
        }
    }

    fn all(&self) -> Arc<[String]> {
        if self.resolver.is_readable() { self.resolver.names(self.kind) } else { Arc::default() }
    }

    fn texts(&self) -> Vec<String> {
        let config = self.resolver.config;
        let values = config.metrics.iter().flat_map(|metric| metric.values.iter().flatten());
        let bands = config.scorecards.iter().flat_map(|card| &card.bands).map(|band| &band.name);
        let classes = config.segments.iter().chain(&config.stages).map(|class| &class.name);
        values.chain(bands).chain(classes).cloned().collect()
    }
}

impl Resolver<'_> {
    /// Names for suggestions.
    pub(crate) fn names(&self, kind: SubjectKind) -> Arc<[String]> {
        let known = self.suggested.borrow().get(&kind).map(Arc::clone);
        known.unwrap_or_else(|| {
            let names: Arc<[String]> = self.list_names(kind).into();
            self.suggested.borrow_mut().insert(kind, Arc::clone(&names));
            names
        })
    }

    fn list_names(&self, kind: SubjectKind) -> Vec<String> {
        let subject = |it: Option<SubjectKind>| it.unwrap_or(self.config.subject) == kind;
        let config = self.config;
        let metrics = config
            .metrics
            .iter()
            .filter(|metric| subject(metric.subject))
            .map(|metric| metric.name.clone());
        let cards =
            config.scorecards.iter().filter(|card| subject(card.subject)).flat_map(|card| {
                reserved()
                    .map(|last| format!("{}.{last}", card.name))
                    .chain([card.name.clone()])
                    .chain(card.groups.iter().map(|group| format!("{}.{}", card.name, group.name)))
                    .collect::<Vec<_>>()
            });
        let parents = config.metrics.iter().filter_map(|metric| {
            let owner = metric.subject.unwrap_or(config.subject);
            (owner < kind).then(|| format!("{}.{}", owner.name(), metric.name))
        });
        let mut names: Vec<String> = metrics.chain(cards).chain(parents).collect();
        names.extend(config.rules.iter().filter_map(|rule| {
            let owner = rule.subject.unwrap_or(config.subject);
            (owner <= kind).then(|| match owner {
                own if own == kind => format!("{ALERTS}.{}", rule.name),
                above => format!("{}.{ALERTS}.{}", above.name(), rule.name),
            })
        }));
        names.extend(attribute_names(kind).iter().map(|name| (*name).to_owned()));
        for (name, list) in [("segment", &config.segments), ("stage", &config.stages)] {
            if list.iter().any(|class| subject(class.subject)) {
                names.push(name.to_owned());
            }
        }
        names
    }
}
