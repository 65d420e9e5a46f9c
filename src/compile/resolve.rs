//! From names to slots: every name that a config uses is found, compiled and given a slot, what it
//! needs before it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::book::own::{Own, split_first};
use crate::config::Config;
use crate::expr::{Language, Program, Symbol, Want};
use crate::fault::{Code, Fault, Severity};
use crate::frame::SubjectKind;
use crate::metric::attribute_info;
use crate::plan::names::as_read;
use crate::plan::steps::{Attribute, Cases, Rule, Slot, Step, Work};
use crate::score::{Scorecard, Sure};
use crate::value::Kind;

/// The deepest chain of names that rest on one another. Our choice: far deeper than any real
/// config, far shallower than the stack, tested by `a_long_chain_of_names_is_refused`.
const DEEPEST: usize = 64;

/// The segment or stage of a subject that none of the declared ones takes in.
pub(crate) const OTHER: &str = "other";

/// The most faults that are listed: more than anyone reads, tested by
/// `a_thousand_mistakes_are_told_in_time`.
const MOST_FAULTS: usize = 200;

/// What became of a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    Symbol(Symbol),
    /// There is no such name.
    Unknown,
    /// There is, but it cannot be used; that has been or will be reported elsewhere.
    Broken,
}

#[derive(Debug, Clone)]
enum Entry {
    /// On the way, and the place that asked for it first.
    Busy,
    Done(Found),
}

/// The compiler's working state. Names are resolved while expressions are compiled, so everything
/// here is changed through short borrows.
pub(crate) struct Resolver<'c> {
    pub(crate) config: &'c Config,
    pub(crate) language: &'c Language,
    /// Where each metric stands, the first of its name.
    metrics: BTreeMap<(SubjectKind, &'c str), usize>,
    pub(crate) spaces: RefCell<Vec<Vec<Slot>>>,
    steps: RefCell<Vec<Step>>,
    cards: RefCell<BTreeMap<usize, Scorecard>>,
    /// By number in the config: none on the way, or what became of it.
    pub(crate) rules: RefCell<BTreeMap<usize, Option<Option<Rule>>>>,
    entries: RefCell<BTreeMap<(SubjectKind, String), Entry>>,
    faults: RefCell<Vec<Fault>>,
    /// What was compiled, by place.
    pub(crate) programs: RefCell<Vec<(String, Program)>>,
    /// Every name of a kind of subject, once it was asked for.
    pub(crate) suggested: RefCell<BTreeMap<SubjectKind, Arc<[String]>>>,
    /// Whether what is being compiled uses something broken.
    pub(crate) tainted: Cell<bool>,
    depth: Cell<usize>,
    /// What says how sure the value in a slot is, once it was asked for.
    pub(crate) sures: RefCell<BTreeMap<(SubjectKind, usize), Option<Sure>>>,
}

/// Everything that was compiled.
pub(crate) struct Finished {
    pub(crate) spaces: Vec<Vec<Slot>>,
    pub(crate) steps: Vec<Step>,
    pub(crate) cards: BTreeMap<usize, Scorecard>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) programs: Vec<(String, Program)>,
}

impl<'c> Resolver<'c> {
    pub(crate) fn new(config: &'c Config, language: &'c Language) -> Self {
        let mut metrics = BTreeMap::new();
        for (at, metric) in config.metrics.iter().enumerate() {
            let kind = metric.subject.unwrap_or(config.subject);
            metrics.entry((kind, metric.name.as_str())).or_insert(at);
        }
        Self {
            config,
            language,
            metrics,
            spaces: RefCell::new(vec![Vec::new(); SubjectKind::ALL.len()]),
            steps: RefCell::default(),
            cards: RefCell::default(),
            rules: RefCell::default(),
            entries: RefCell::default(),
            faults: RefCell::new(config.faults().to_vec()),
            programs: RefCell::default(),
            suggested: RefCell::default(),
            tainted: Cell::new(false),
            depth: Cell::new(0),
            sures: RefCell::default(),
        }
    }

    pub(crate) fn finish(self) -> Finished {
        Finished {
            spaces: self.spaces.into_inner(),
            steps: self.steps.into_inner(),
            cards: self.cards.into_inner(),
            faults: self.faults.into_inner(),
            programs: self.programs.into_inner(),
        }
    }

    /// Reports a fault at a path of the config, unless it only says that something which could not
    /// be read is not there.
    pub(crate) fn fault(&self, fault: Fault) {
        let absence = matches!(fault.code, Code::MissingKey | Code::Empty);
        if !(absence && self.config.is_torn(&fault.place.path)) {
            self.keep(fault.severity, || self.config.locate(fault));
        }
    }

    /// Reports a fault about a key at a path of the config.
    pub(crate) fn fault_at_key(&self, fault: Fault) {
        self.keep(fault.severity, || self.config.locate_key(fault));
    }

    /// Keeps a fault while there are not too many to read. What says that there are more is an error only
    /// if one of them is.
    fn keep(&self, severity: Severity, fault: impl FnOnce() -> Fault) {
        let count = self.faults.borrow().len();
        if count < MOST_FAULTS {
            let fault = fault();
            self.faults.borrow_mut().push(fault);
            return;
        }
        let mut faults = self.faults.borrow_mut();
        if count == MOST_FAULTS {
            let message =
                format!("there are more than {MOST_FAULTS} faults, the rest is not shown");
            faults.push(Fault::new(Code::Limit, "", message).warning());
        }
        if let Some(last) = faults.last_mut().filter(|_| severity == Severity::Error) {
            last.severity = severity;
        }
    }

    /// Whether nothing that was found keeps the config from being used.
    pub(crate) fn is_sound(&self) -> bool {
        self.faults.borrow().iter().all(|fault| fault.severity == Severity::Warning)
    }

    /// Whether suggestions are still worth their time.
    pub(crate) fn is_readable(&self) -> bool {
        self.faults.borrow().len() < MOST_FAULTS / 4
    }

    /// A new slot.
    pub(crate) fn slot(&self, kind: SubjectKind, slot: Slot) -> usize {
        let mut spaces = self.spaces.borrow_mut();
        let Some(space) = spaces.get_mut(kind.index()) else { return usize::MAX };
        space.push(slot);
        space.len() - 1
    }

    /// A new slot that a step fills.
    pub(crate) fn filled(&self, kind: SubjectKind, slot: Slot, work: Work) -> Symbol {
        let number = self.slot(kind, slot.clone());
        self.step(Step { kind, slot: number, work, whole: false });
        slot.symbol(number)
    }

    pub(crate) fn step(&self, step: Step) {
        self.steps.borrow_mut().push(step);
    }

    /// Whether a slot surely has a value once it is known what it is made of. Calculations may have
    /// none all the same, and scorecards too.
    pub(crate) fn fills(&self, kind: SubjectKind, slot: usize) -> bool {
        let steps = self.steps.borrow();
        let step = steps.iter().find(|step| step.kind == kind && step.slot == slot);
        match step.map(|step| &step.work) {
            Some(Work::Attribute { .. } | Work::Records { .. }) => true,
            Some(Work::Parent { parent, from }) => self.fills(*parent, *from),
            _ => false,
        }
    }

    pub(crate) fn change_steps(&self, change: impl FnMut(&mut Step)) {
        self.steps.borrow_mut().iter_mut().for_each(change);
    }

    pub(crate) fn each_step(&self, see: impl FnMut(&Step)) {
        self.steps.borrow().iter().for_each(see);
    }

    pub(crate) fn keep_card(&self, number: usize, card: Scorecard) {
        self.cards.borrow_mut().insert(number, card);
    }

    /// Records what a name means, where another item defines it on the way.
    pub(crate) fn define(&self, kind: SubjectKind, name: String, symbol: Symbol) {
        self.entries.borrow_mut().insert((kind, name), Entry::Done(Found::Symbol(symbol)));
    }

    /// The kind as which an own field is read in one of some slots.
    pub(crate) fn kind_among(
        &self,
        kind: SubjectKind,
        name: &str,
        slots: &BTreeSet<usize>,
    ) -> Option<Kind> {
        let entries = self.entries.borrow();
        [Kind::Number, Kind::Flag].into_iter().find(|wanted| {
            let entry = entries.get(&(kind, as_read(name, Some(*wanted)).2));
            matches!(entry, Some(Entry::Done(Found::Symbol(it))) if slots.contains(&it.slot))
        })
    }

    /// What a name was defined to mean.
    pub(crate) fn defined(&self, kind: SubjectKind, name: &str) -> Found {
        match self.entries.borrow().get(&(kind, name.to_owned())) {
            Some(Entry::Done(found)) => found.clone(),
            _ => Found::Unknown,
        }
    }

    /// Reports a fault about `length` bytes at `start` of the text at a path of the config.
    pub(crate) fn fault_inside(&self, fault: Fault, start: usize, length: usize) {
        self.keep(fault.severity, || self.config.locate_inside(fault, start, length));
    }

    /// What a name means for a kind of subject. `path` is where it is used.
    pub(crate) fn find(&self, kind: SubjectKind, name: &str, path: &str) -> Found {
        self.find_as(kind, name, None, path)
    }

    /// The same where a kind is wanted: that of an own field is what its use asks for.
    pub(crate) fn find_as(
        &self,
        kind: SubjectKind,
        name: &str,
        wanted: Option<Kind>,
        path: &str,
    ) -> Found {
        let (name, wanted, key) = as_read(name, wanted);
        let (name, key) = (name.as_ref(), (kind, key));
        let entry = self.entries.borrow().get(&key).cloned();
        match entry {
            Some(Entry::Done(found)) => return found,
            Some(Entry::Busy) => {
                self.fault(
                    Fault::new(Code::Cycle, path, format!("`{name}` depends on itself"))
                        .help("let one of the two read something else"),
                );
                return Found::Broken;
            }
            None => {}
        }
        if self.depth.get() >= DEEPEST {
            let message = format!("`{name}` ends a chain of more than {DEEPEST} names");
            self.fault(Fault::new(Code::Limit, path, message));
            return Found::Broken;
        }
        self.entries.borrow_mut().insert(key.clone(), Entry::Busy);
        self.depth.set(self.depth.get() + 1);
        let found = self.look_up(kind, name, wanted, path);
        self.depth.set(self.depth.get() - 1);
        let mut entries = self.entries.borrow_mut();
        // A scorecard defines its parts by itself.
        if !matches!(entries.get(&key), Some(Entry::Done(_))) {
            entries.insert(key, Entry::Done(found.clone()));
        }
        found
    }

    fn look_up(&self, kind: SubjectKind, name: &str, wanted: Option<Kind>, path: &str) -> Found {
        let declared = self.declared(kind, name);
        if !matches!(declared, None | Some(Found::Unknown)) {
            return declared.unwrap_or(Found::Unknown);
        }
        if let Some(found) = self.past(kind, name, wanted, path).or(declared) {
            return found;
        }
        if let Some(own) = Own::parse(name) {
            return self.own(kind, own, wanted);
        }
        if let Some((head, rest)) = split_first(name) {
            return self.dotted(kind, name, [head, rest], wanted, path);
        }
        if let Some(info) = attribute_info(kind, name) {
            let slot = Slot {
                name: name.to_owned(),
                kind: info.kind,
                range: info.range,
                labels: info
                    .labels
                    .map(|labels| labels.iter().map(|label| Arc::from(*label)).collect()),
                optional: true,
            };
            let attribute = Some(Attribute::BuiltIn(name.to_owned()));
            return Found::Symbol(self.filled(
                kind,
                slot,
                Work::Attribute { attribute, calendar: None },
            ));
        }
        if self.config.is_lost(name) { Found::Broken } else { Found::Unknown }
    }

    /// Metrics, classes and scorecards.
    fn declared(&self, kind: SubjectKind, name: &str) -> Option<Found> {
        let subject = |it: Option<SubjectKind>| it.unwrap_or(self.config.subject) == kind;
        if let Some(at) = self.metric_at(kind, name) {
            return Some(self.metric(kind, at));
        }
        let head = name.split('.').next().unwrap_or(name);
        let cards = &self.config.scorecards;
        if let Some(at) = cards.iter().position(|card| subject(card.subject) && card.name == head) {
            return Some(self.card_name(kind, at, name));
        }
        let classes = match name {
            "segment" => ("segments", self.config.segments.as_slice()),
            "stage" => ("stages", self.config.stages.as_slice()),
            _ => return None,
        };
        classes
            .1
            .iter()
            .any(|class| subject(class.subject))
            .then(|| self.class(kind, name, classes))
    }

    /// Where a metric stands in the config.
    pub(crate) fn metric_at(&self, kind: SubjectKind, name: &str) -> Option<usize> {
        self.metrics.get(&(kind, name)).copied()
    }

    /// A scorecard's score, or one of the values it has beside it.
    fn card_name(&self, kind: SubjectKind, at: usize, name: &str) -> Found {
        let known = |name: &str| match self.defined(kind, name) {
            Found::Unknown => None,
            found => Some(found),
        };
        let head = name.split('.').next().unwrap_or(name);
        if head == name {
            return self.card(kind, at);
        }
        // Compiling the scorecard under its own name is what finds cycles through it.
        let whole =
            known(head).unwrap_or_else(|| self.find(kind, head, &format!("scorecards[{at}]")));
        match whole {
            Found::Broken => Found::Broken,
            _ => known(name).or_else(|| self.extra_name(kind, at, name)).unwrap_or(Found::Unknown),
        }
    }

    /// A segment or a stage.
    fn class(
        &self,
        kind: SubjectKind,
        name: &str,
        (list, classes): (&str, &[crate::config::ClassConfig]),
    ) -> Found {
        let mut cases = Vec::new();
        let mut whole = true;
        for (at, class) in classes.iter().enumerate() {
            if class.subject.unwrap_or(self.config.subject) != kind {
                continue;
            }
            let when = class
                .when
                .as_ref()
                .map(|text| self.compile(kind, &format!("{list}[{at}].when"), text, Want::Flag));
            match when {
                Some(None) => whole = false,
                Some(Some(when)) => cases.push((Arc::from(class.name.as_str()), Some(when))),
                None => cases.push((Arc::from(class.name.as_str()), None)),
            }
        }
        if !whole {
            return Found::Broken;
        }
        if cases.last().is_some_and(|(_, when)| when.is_some()) {
            cases.push((Arc::from(OTHER), None));
        }
        let labels: Arc<[Arc<str>]> = cases.iter().map(|(name, _)| Arc::clone(name)).collect();
        let slot = Slot::text(name, Some(labels));
        Found::Symbol(self.filled(kind, slot, Work::Class { cases: Cases::new(cases) }))
    }
}
