//! Which alerts silence which: names that are there, sides that say something, and no circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::resolve::Resolver;
use crate::config::{InhibitConfig, InhibitOn, RuleConfig};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;

/// The most inhibitions of a config: each is asked about each rule. Our choice, tested by
/// `no_config_hurts`.
const MOST: usize = 50;

impl Resolver<'_> {
    /// Checks every inhibition.
    pub(crate) fn check_inhibitions(&self) {
        let config = self.config;
        if config.inhibit.len() > MOST {
            let message =
                format!("there are at most {MOST} inhibitions, got {}", config.inhibit.len());
            self.fault(Fault::new(Code::Limit, "inhibit", message));
            return;
        }
        for (number, it) in config.inhibit.iter().enumerate() {
            let path = format!("inhibit[{number}]");
            let mut sound = self.check_rule_names(&it.source, &format!("{path}.source"));
            sound &= self.check_rule_names(&it.target, &format!("{path}.target"));
            let sides = [
                ("source", it.source.is_empty() && it.source_severity.is_none()),
                ("target", it.target.is_empty() && it.target_severity.is_none()),
            ];
            for (side, empty) in sides {
                if empty {
                    sound = false;
                    let message = format!("missing key `{side}`");
                    let help = format!("add `{side} = [\"rule\"]` or `{side}_severity = \"…\"`");
                    self.fault(Fault::new(Code::MissingKey, path.clone(), message).help(help));
                }
            }
            if sound && !self.sides(it).can_silence(it.on) {
                let message = "no rule can silence another by this";
                let fault = Fault::new(Code::Unused, path, message).warning();
                self.fault(fault.help(self.why_not(it)));
            }
        }
        self.check_circles();
    }

    /// What keeps an inhibition from having any effect.
    fn why_not(&self, inhibit: &InhibitConfig) -> String {
        let any = |fits: &dyn Fn(&RuleConfig) -> bool| self.config.rules.iter().any(fits);
        let scope = |names: &[String], side: &str| {
            if names.is_empty() { "no rule".to_owned() } else { format!("no rule of `{side}`") }
        };
        if let Some(least) = inhibit.source_severity
            && !any(&|rule| inhibit.is_source(&rule.name, rule.severity))
        {
            return format!(
                "{} has the severity `{least}` or a greater",
                scope(&inhibit.source, "source")
            );
        }
        if let Some(most) = inhibit.target_severity
            && !any(&|rule| inhibit.is_target(&rule.name, rule.severity))
        {
            return format!(
                "{} has the severity `{most}` or a lesser",
                scope(&inhibit.target, "target")
            );
        }
        let help = match inhibit.on {
            InhibitOn::Subject => {
                "both rules must be about the same kind of subject, and only one on both sides"
            }
            InhibitOn::Parent => "the source must be about a parent of the target's subject",
        };
        help.to_owned()
    }

    fn check_rule_names(&self, names: &[String], path: &str) -> bool {
        let mut sound = true;
        let known: BTreeSet<&str> =
            self.config.rules.iter().map(|rule| rule.name.as_str()).collect();
        for (at, name) in names.iter().enumerate() {
            if known.contains(name.as_str()) {
                continue;
            }
            sound = false;
            if !self.config.is_lost(name) {
                let message = format!("there is no rule `{name}`");
                let fault = Fault::new(Code::UnknownName, format!("{path}[{at}]"), message);
                self.fault(fault.maybe_help(did_you_mean(name, known.iter().copied())));
            }
        }
        sound
    }

    /// Which rules are on which side of an inhibition.
    fn sides(&self, inhibit: &InhibitConfig) -> Sides {
        let names = |all: &'_ [String]| all.iter().cloned().collect::<BTreeSet<String>>();
        let (sources, targets) = (names(&inhibit.source), names(&inhibit.target));
        let within = |names: &BTreeSet<String>, it: &RuleConfig| {
            names.is_empty() || names.contains(&it.name)
        };
        let side = |it: &RuleConfig| {
            let source = within(&sources, it)
                && inhibit.source_severity.is_none_or(|least| least <= it.severity);
            let target = within(&targets, it)
                && inhibit.target_severity.is_none_or(|most| it.severity <= most);
            match (source, target) {
                (true, true) => Side::Both,
                (true, false) => Side::Source,
                (false, true) => Side::Target,
                (false, false) => Side::None,
            }
        };
        let kind = |it: &RuleConfig| it.subject.unwrap_or(self.config.subject);
        Sides(self.config.rules.iter().map(|rule| (kind(rule), side(rule))).collect())
    }

    /// Two alerts that silence one another, however many stand between them, would both be lost.
    /// Only those about one kind of subject can: a parent is never silenced by what is below it.
    fn check_circles(&self) {
        let all: Vec<Sides> = self
            .config
            .inhibit
            .iter()
            .filter(|inhibit| inhibit.on == InhibitOn::Subject)
            .map(|inhibit| self.sides(inhibit))
            .collect();
        let circle = |count: usize| Graph::new(all.iter().take(count)).circle();
        if circle(all.len()).is_none() {
            return;
        }
        // The first inhibition that closes one.
        let (mut fine, mut bad) = (0, all.len());
        while bad - fine > 1 {
            let middle = fine.midpoint(bad);
            if circle(middle).is_some() {
                bad = middle;
            } else {
                fine = middle;
            }
        }
        let Some(circle) = circle(bad) else { return };
        let numbers = self.config.inhibit.iter().enumerate();
        let mut numbers = numbers.filter(|(_, it)| it.on == InhibitOn::Subject).map(|pair| pair.0);
        let number = numbers.nth(bad - 1).unwrap_or_default();
        let name = |at: usize| self.config.rules.get(at).map_or("", |rule| rule.name.as_str());
        let mut names: Vec<&str> = circle.into_iter().map(name).collect();
        names.sort_unstable();
        let message = match names.as_slice() {
            [one, other] => format!("`{one}` and `{other}` would silence one another"),
            [one, other, ..] => {
                format!("`{one}`, `{other}` and others would silence one another in a circle")
            }
            _ => return,
        };
        let fault = Fault::new(Code::Cycle, format!("inhibit[{number}]"), message);
        self.fault(fault.help("let only the more important of the two silence the other"));
    }
}

/// On which side of an inhibition a rule is. On both, it neither silences nor is silenced by
/// another that is on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    None,
    Source,
    Target,
    Both,
}

/// Every rule, by number: what it is about, and on which side of an inhibition it is.
#[derive(Debug)]
struct Sides(Vec<(SubjectKind, Side)>);

impl Sides {
    /// Whether one rule can silence another at all.
    fn can_silence(&self, on: InhibitOn) -> bool {
        let of = |wanted: &'static [Side]| {
            let kinds = self.0.iter().filter(move |pair| wanted.contains(&pair.1));
            kinds.map(|pair| pair.0).collect::<BTreeSet<_>>()
        };
        let source = [of(&[Side::Source, Side::Both]), of(&[Side::Source])];
        let target = [of(&[Side::Target]), of(&[Side::Target, Side::Both])];
        match on {
            InhibitOn::Subject => {
                source.iter().zip(&target).any(|(one, two)| one.intersection(two).next().is_some())
            }
            InhibitOn::Parent => {
                let [all, _] = source;
                let [_, below] = target;
                all.first().is_some_and(|first| below.last().is_some_and(|below| first < below))
            }
        }
    }
}

/// Which rules lead to which, through nodes that stand for an inhibition, a kind of subject and a
/// pair of sides: as many edges as there are rules on a side, not as many as there are pairs.
struct Graph {
    rules: usize,
    below: Vec<Vec<usize>>,
}

impl Graph {
    fn new<'a>(all: impl Iterator<Item = &'a Sides>) -> Self {
        let mut graph = Self { rules: 0, below: Vec::new() };
        for (number, sides) in all.enumerate() {
            if number == 0 {
                graph.rules = sides.0.len();
                graph.below = vec![Vec::new(); graph.rules];
            }
            let mut nodes: BTreeMap<SubjectKind, [usize; 2]> = BTreeMap::new();
            for (rule, (kind, side)) in sides.0.iter().enumerate() {
                if *side == Side::None {
                    continue;
                }
                let [to_any, to_targets] = *nodes.entry(*kind).or_insert_with(|| {
                    graph.below.extend([Vec::new(), Vec::new()]);
                    [graph.below.len() - 2, graph.below.len() - 1]
                });
                match side {
                    Side::Source => graph.edge(rule, to_any),
                    Side::Target => {
                        graph.edge(to_any, rule);
                        graph.edge(to_targets, rule);
                    }
                    Side::Both => {
                        graph.edge(to_any, rule);
                        graph.edge(rule, to_targets);
                    }
                    Side::None => {}
                }
            }
        }
        graph
    }

    fn edge(&mut self, from: usize, to: usize) {
        if let Some(below) = self.below.get_mut(from) {
            below.push(to);
        }
    }

    /// The rules of a circle, if there is one.
    fn circle(&self) -> Option<Vec<usize>> {
        let mut done = vec![false; self.below.len()];
        for root in 0..self.rules {
            // The way from the root: each node, and how many of those below it were looked at.
            let mut way: Vec<(usize, usize)> = vec![(root, 0)];
            let mut on_way = BTreeSet::from([root]);
            while let Some((node, next)) = way.last_mut() {
                let child = self.below.get(*node).and_then(|children| children.get(*next)).copied();
                *next += 1;
                match child {
                    Some(child) if on_way.contains(&child) => {
                        let circle =
                            way.iter().map(|step| step.0).skip_while(|node| *node != child);
                        return Some(circle.filter(|node| *node < self.rules).collect());
                    }
                    Some(child) => {
                        if !done.get(child).copied().unwrap_or(true) {
                            on_way.insert(child);
                            way.push((child, 0));
                        }
                    }
                    None => {
                        if let Some(done) = done.get_mut(*node) {
                            *done = true;
                        }
                        on_way.remove(node);
                        way.pop();
                    }
                }
            }
        }
        None
    }
}
