//! Former names that cannot be: those that something else has, or that two had.

use std::collections::BTreeMap;

use crate::compile::resolve::Resolver;
use crate::config::{FactorConfig, GroupConfig};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;

/// One of those among which a name means one thing.
struct Named<'c> {
    path: String,
    what: &'static str,
    /// Of what it is one; those of different scopes may share a name.
    scope: String,
    name: &'c str,
    formerly: &'c [String],
}

impl Resolver<'_> {
    /// Checks every former name.
    pub(crate) fn check_formerly(&self) {
        let config = self.config;
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject).name();
        let named = |path: String, what, scope: &str, name, formerly| Named {
            path,
            what,
            scope: scope.to_owned(),
            name,
            formerly,
        };
        let rules = config.rules.iter().enumerate();
        self.check_former(rules.map(|(at, it)| {
            named(format!("rules[{at}]"), "rule", "", it.name.as_str(), it.formerly.as_slice())
        }));
        let playbooks = config.playbooks.iter().enumerate();
        self.check_former(playbooks.map(|(at, it)| {
            let path = format!("playbooks[{at}]");
            named(path, "playbook", "", it.name.as_str(), it.formerly.as_slice())
        }));
        let cards = || config.scorecards.iter().enumerate();
        let card = |(at, it): (usize, &'_ crate::config::ScorecardConfig)| {
            (format!("scorecards[{at}]"), it.subject)
        };
        self.check_former(cards().map(|entry| {
            let path = card(entry).0;
            named(path, "scorecard", "", entry.1.name.as_str(), entry.1.formerly.as_slice())
        }));
        // Expressions read both by their names.
        let metrics = config.metrics.iter().enumerate().map(|(at, it)| {
            let (path, of) = (format!("metrics[{at}]"), kind(it.subject));
            named(path, "metric", of, it.name.as_str(), it.formerly.as_slice())
        });
        self.check_former(metrics.chain(cards().map(|it| {
            let (path, subject) = card(it);
            let it = it.1;
            named(path, "scorecard", kind(subject), it.name.as_str(), it.formerly.as_slice())
        })));
        for (what, list, classes) in
            [("segment", "segments", &config.segments), ("stage", "stages", &config.stages)]
        {
            self.check_former(classes.iter().enumerate().map(|(at, it)| {
                let path = format!("{list}[{at}]");
                named(path, what, kind(it.subject), it.name.as_str(), it.formerly.as_slice())
            }));
        }
        for (at, it) in cards() {
            self.check_former_parts(&format!("scorecards[{at}]"), &it.groups, &it.factors);
        }
    }

    fn check_former_parts(&self, path: &str, groups: &[GroupConfig], factors: &[FactorConfig]) {
        let scope = String::new;
        self.check_former(groups.iter().enumerate().map(|(at, it)| Named {
            path: format!("{path}.groups[{at}]"),
            what: "group",
            scope: scope(),
            name: it.name.as_str(),
            formerly: &it.formerly,
        }));
        self.check_former(factors.iter().enumerate().map(|(at, it)| Named {
            path: format!("{path}.factors[{at}]"),
            what: "factor",
            scope: scope(),
            name: it.name.as_ref().unwrap_or(&it.metric),
            formerly: &it.formerly,
        }));
        for (at, it) in groups.iter().enumerate() {
            self.check_former_parts(&format!("{path}.groups[{at}]"), &it.groups, &it.factors);
        }
    }

    fn check_former<'n>(&self, all: impl Iterator<Item = Named<'n>>) {
        let all: Vec<Named<'_>> = all.collect();
        let used: BTreeMap<(&str, &str), &Named<'_>> =
            all.iter().rev().map(|former| ((former.scope.as_str(), former.name), former)).collect();
        let mut listed: BTreeMap<(&str, &str), &Named<'_>> = BTreeMap::new();
        for it in &all {
            for (at, former) in it.formerly.iter().enumerate() {
                let path = format!("{}.formerly[{at}]", it.path);
                let key = (it.scope.as_str(), former.as_str());
                if former.trim().is_empty() {
                    self.fault(Fault::new(Code::Empty, path, "a former name must not be empty"));
                    continue;
                }
                let (message, help) = match (used.get(&key), listed.insert(key, it)) {
                    (Some(_), _) if it.name == former => (
                        format!("`{former}` is what the {} is called now", it.what),
                        "a former name is one that it had before; leave it out".to_owned(),
                    ),
                    (Some(other), _) => (
                        format!(
                            "`{former}` is a {} already, so `{}` cannot go on under that name",
                            other.what, it.name
                        ),
                        format!("it stands at {}; rename it, or leave this out", other.path),
                    ),
                    (None, Some(other)) if other.path == it.path => (
                        format!("the former name `{former}` is duplicated"),
                        "leave one of them out".to_owned(),
                    ),
                    (None, Some(other)) => (
                        format!(
                            "`{former}` is a former name of both `{}` and `{}`",
                            other.name, it.name
                        ),
                        "what it left can go on under one name alone; leave it out of one"
                            .to_owned(),
                    ),
                    (None, None) => continue,
                };
                self.fault(Fault::new(Code::Duplicate, path, message).help(help));
            }
        }
    }
}
