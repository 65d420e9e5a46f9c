//! What an engine does, in order: slots to fill, and the steps that fill them.

use std::sync::Arc;

use crate::book::own::Own;
use crate::config::Take;
use crate::expr::{Program, Symbol};
use crate::frame::SubjectKind;
use crate::metric::Derivation;
use crate::plan::extras::Extra;
use crate::score::Sure;
use crate::time::Period;
use crate::value::Kind;
use crate::verdict::Conditions;

/// What no name ends with.
const HIDDEN: char = '?';

/// A column to come: its name and what its values can be.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Lowest and highest value; values outside are missing.
    pub(crate) range: Option<(f64, f64)>,
    /// Every text it can be; others are missing.
    pub(crate) labels: Option<Arc<[Arc<str>]>>,
    /// Whether it can be missing.
    pub(crate) optional: bool,
}

impl Slot {
    pub(crate) fn number(name: impl Into<String>, range: Option<(f64, f64)>) -> Self {
        Self { name: name.into(), kind: Kind::Number, range, labels: None, optional: true }
    }

    pub(crate) fn text(name: impl Into<String>, labels: Option<Arc<[Arc<str>]>>) -> Self {
        Self { name: name.into(), kind: Kind::Text, range: None, labels, optional: true }
    }

    /// A number that is kept beside another and that no name reads so far.
    pub(crate) fn hidden(of: &str, last: &str) -> Self {
        Self::number(format!("{of}.{last}{HIDDEN}"), None)
    }

    /// Whether it stands under a name.
    pub(crate) fn is_shown(&self) -> bool {
        !self.name.ends_with(HIDDEN)
    }

    pub(crate) fn symbol(&self, slot: usize) -> Symbol {
        Symbol {
            slot,
            kind: self.kind,
            range: self.range,
            labels: self.labels.clone(),
            optional: self.optional,
        }
    }
}

/// One step: it fills slots of one kind of subject from slots filled before.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: SubjectKind,
    pub(crate) slot: usize,
    pub(crate) work: Work,
    /// Of a scorecard, whether how sure it is is wanted wherever it runs.
    pub(crate) whole: bool,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// A given column, or else an attribute of the record, if there is one; with the calendar within whose
    /// hours is measured.
    Attribute { attribute: Option<Attribute>, calendar: Option<usize> },
    /// A given column, or else a value derived from dated records.
    Records { derivation: Box<Derivation>, filter: Option<Program>, calendar: Option<usize> },
    /// A given column, or else an expression.
    Expression { program: Program },
    /// A value of the parent.
    Parent { parent: SubjectKind, from: usize },
    /// A value of the children; of a company those of all its tree, itself among it, where `tree` says so.
    Children { child: SubjectKind, from: usize, take: ChildTake, tree: bool },
    /// How sure a value of the children is: the columns that say it of theirs, where there are some, and between
    /// what theirs lie.
    Kin {
        child: SubjectKind,
        from: usize,
        take: ChildTake,
        tree: bool,
        of: Option<Sure>,
        range: Option<(f64, f64)>,
        sure: Sure,
    },
    /// The least share measured of some values, each with the column of its share, where `value` is not given.
    Least { of: Vec<(usize, usize)>, value: usize },
    /// The first name whose condition holds.
    Class { cases: Cases },
    /// A scorecard with its outputs.
    Card { card: usize, outputs: Outputs },
    /// What another column was.
    Past { from: usize, take: PastTake },
    /// A rule, asked and its alerts taken a step further, with what others can read of them.
    Alerts { rule: usize, outputs: AlertOutputs },
}

/// Names, each with the number of the condition for it; without one it always holds.
#[derive(Debug, Clone)]
pub(crate) struct Cases {
    pub(crate) names: Vec<(Arc<str>, Option<usize>)>,
    pub(crate) conditions: Conditions,
}

impl Cases {
    pub(crate) fn new(cases: Vec<(Arc<str>, Option<Program>)>) -> Self {
        let (mut names, mut programs) = (Vec::new(), Vec::new());
        for (name, when) in cases {
            let number = when.map(|program| {
                programs.push(program);
                programs.len() - 1
            });
            names.push((name, number));
        }
        Self { names, conditions: Conditions::new(programs) }
    }
}

/// What is asked of the past of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PastTake {
    /// What it was at the assessment before.
    Previous,
    /// What it was at the last assessment at least so long ago.
    Ago(Period),
    /// How much it has changed since then.
    Change(Period),
    /// For how many days it has been what it is.
    Days,
}

/// The slots that a rule's alerts fill.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AlertOutputs {
    /// Whether it fires.
    pub(crate) firing: usize,
    /// How far it is.
    pub(crate) phase: usize,
    /// For how many days its condition has been true.
    pub(crate) days: usize,
}

impl Work {
    /// Whether a given column comes before it.
    pub(crate) const fn takes_given(&self) -> bool {
        matches!(self, Self::Attribute { .. } | Self::Records { .. } | Self::Expression { .. })
    }
}

/// Where an attribute comes from.
#[derive(Debug, Clone)]
pub(crate) enum Attribute {
    BuiltIn(String),
    Own(Own),
}

/// How children's values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChildTake {
    Take(Take),
    /// How many have a true flag.
    CountTrue,
    /// How many there are.
    All,
    /// The mean, each weighed by another of its values.
    MeanBy(usize),
}

/// The slots that a scorecard fills.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    pub(crate) score: usize,
    pub(crate) raw_score: usize,
    pub(crate) coverage: usize,
    pub(crate) band: usize,
    pub(crate) raw_band: usize,
    /// One per group but the whole, in the order of the compiled groups.
    pub(crate) groups: Vec<usize>,
    /// What is filled only where it is asked for.
    pub(crate) extras: Vec<(Extra, usize)>,
}

impl Step {
    /// Whether it fills a slot of its kind of subject.
    pub(crate) fn fills(&self, slot: usize) -> bool {
        match &self.work {
            Work::Card { outputs, .. } => outputs.slots().any(|output| output == slot),
            Work::Kin { sure, .. } => sure.slots().any(|output| output == slot),
            _ => self.slot == slot,
        }
    }
}

impl Outputs {
    /// All of them.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        let fixed = [self.score, self.raw_score, self.coverage, self.band, self.raw_band];
        let extras = self.extras.iter().map(|extra| extra.1);
        fixed.into_iter().chain(self.groups.iter().copied()).chain(extras)
    }
}

/// A compiled rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Its number in the config.
    pub(crate) number: usize,
    pub(crate) kind: SubjectKind,
    pub(crate) when: Program,
    pub(crate) message: Option<Program>,
    /// What ends a firing alert instead of `when` being false.
    pub(crate) clear: Option<Program>,
    /// The slots shown as evidence.
    pub(crate) because: Vec<usize>,
    /// The hash of what its conditions mean.
    pub(crate) meaning: String,
}

/// Rules about one kind of subject that are asked together.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) kind: SubjectKind,
    /// By place among the compiled rules.
    pub(crate) rules: Vec<usize>,
    pub(crate) conditions: Conditions,
}

impl Batch {
    /// Rules whose alerts others read are asked alone, as soon as they are needed; all others of
    /// a kind of subject together, at the end.
    pub(crate) fn of_all(rules: &[Rule], steps: &[Step]) -> Vec<Self> {
        let is_read = |rule: &Rule| {
            let reads =
                |it: &Step| matches!(it.work, Work::Alerts { rule: of, .. } if of == rule.number);
            steps.iter().any(reads)
        };
        let mut groups: Vec<(SubjectKind, Vec<usize>)> = Vec::new();
        for kind in SubjectKind::ALL {
            let of_kind = || rules.iter().enumerate().filter(move |pair| pair.1.kind == kind);
            groups
                .extend(of_kind().filter(|pair| is_read(pair.1)).map(|pair| (kind, vec![pair.0])));
            groups.push((
                kind,
                of_kind().filter(|pair| !is_read(pair.1)).map(|pair| pair.0).collect(),
            ));
        }
        groups.retain(|group| !group.1.is_empty());
        let batch = |(kind, list): (SubjectKind, Vec<usize>)| {
            let programs =
                list.iter().filter_map(|at| rules.get(*at)).map(|rule| rule.when.clone());
            Self { kind, conditions: Conditions::new(programs.collect()), rules: list }
        };
        groups.into_iter().map(batch).collect()
    }
}
