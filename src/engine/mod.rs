//! The engine: a config compiled, checked whole, and ready to assess any number of subjects.
//!
//! [`Engine::compile`] reports every fault at once; [`Engine::assess`] cannot fail: what cannot be
//! computed for a subject is missing or faulted, with its reason, for that subject alone.
//!
//! Must not know: the clock, files, or how a result is shown.

mod absence;
mod alerts;
mod assess;
mod assessment;
mod bands;
mod beneath;
mod calendars;
mod cards;
mod children;
mod choices;
mod columns;
mod enrol;
mod enrolled;
mod error;
mod failures;
mod feeds;
mod formerly;
mod fused;
mod gears;
mod guards;
mod inhibit;
mod input;
mod lint;
mod kin;
mod live;
mod many;
mod manual;
mod metrics;
mod names;
mod notices;
mod outputs;
mod own;
mod past;
mod plain;
mod plan;
mod playbooks;
mod points;
mod presence;
mod quiet;
mod reasons;
mod reports;
mod resolve;
mod room;
mod rules;
mod run;
mod scores;
mod settled;
mod stored;
mod strange;
mod subjects;
mod sureness;
mod testing;
mod told;
mod tree;
mod unnamed;
mod waiting;
mod wants;
mod whole;

pub use alerts::Replay;
pub use assessment::{Assessment, BandCount, Match, Note, RuleResult, SubjectScore};
pub use error::{AssessError, Guarded, Tripped};
pub use gears::{Gear, Plan, Planned, Shared};
pub use input::Input;
pub use reasons::{Absent, LeftOut, NoValue, NotUsed, Renamed, ReportNotUsed};
pub use scores::{RuleColumn, Scores};
pub(crate) use testing::show_event;
pub use testing::{TestCoverage, TestFailure, TestReport, TestResult};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::Config;
use crate::expr::{Functions, Language, Program};
use crate::fault::{Code, Fault, Faults, Severity};
use crate::frame::SubjectKind;
use crate::money::Currency;
use crate::node::Node;
use crate::score::Scorecard;
use crate::state::State;
use crate::value::Kind;
use calendars::Calendars;
use formerly::Formerly;
use gears::in_order;
use live::Live;
use own::is_first;
use past::{Tracked, tracked};
use plan::{Batch, Rule, Slot, Step, Work};
use playbooks::Playbook;
use resolve::Resolver;
use scores::Outline;
use settled::Settled;

/// A compiled config.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine, Input, State};
/// use foretell::frame::{Column, Frame, SubjectKind};
/// use foretell::time::AsOf;
///
/// let config = Config::parse(r#"
///     [[metrics]]
///     name = "days_since_login"
///
///     [[scorecards]]
///     name = "health"
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
/// "#);
/// let engine = Engine::compile(&config)?;
///
/// let mut frame = Frame::new(SubjectKind::Subscription, ["s1"])?;
/// frame.insert("days_since_login", Column::numbers([Some(45.0)]))?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let assessment = engine.assess(&Input::frame(&frame), as_of, &State::new())?;
///
/// let health = assessment.score("health", "s1").ok_or("no such subject")?;
/// assert_eq!((health.score, health.band), (Some(25.0), Some("red")));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    config: Config,
    hash: Arc<str>,
    spaces: Vec<Vec<Slot>>,
    /// Names of columns by kind and slot.
    names: Arc<[Vec<String>]>,
    steps: Vec<Step>,
    /// By number in the config.
    cards: BTreeMap<usize, Scorecard>,
    /// In the order of the config.
    rules: Vec<Rule>,
    batches: Vec<Batch>,
    /// Every expression and message, by path.
    programs: Vec<(String, Program)>,
    playbooks: Vec<Playbook>,
    calendars: Calendars,
    /// The names whose past something asks for.
    tracked: Vec<Tracked>,
    /// What things were called.
    formerly: Formerly,
    settled: Settled,
    tests: Vec<testing::Test>,
    warnings: Vec<Fault>,
    outline: Arc<Outline>,
    /// How single subjects are scored, by kind, or why they need columns.
    live: Arc<[Result<Live, String>]>,
    /// For scores whose state cannot be used.
    no_past: State,
}

impl Engine {
    /// Checks a config whole and compiles it.
    ///
    /// # Errors
    /// Every fault of the config at once, warnings included, in the order of the text.
    pub fn compile(config: &Config) -> Result<Self, Faults> {
        Self::compile_with(config, Functions::new())
    }

    /// Checks and compiles a config whose expressions may call the host's own functions.
    ///
    /// # Errors
    /// Every fault of the config at once, warnings included, in the order of the text.
    pub fn compile_with(config: &Config, functions: Functions) -> Result<Self, Faults> {
        // The config's own types always serialize.
        let mut content = Node::of(config).unwrap_or(Node::Null);
        if let Some(fault) = Config::crowded(&content) {
            return Err(Faults(vec![fault]));
        }
        let callable = Node::List(functions.signatures().map(Node::Text).collect());
        let language = Language::new(functions).map_err(|it| Faults(vec![it]))?;
        let resolver = Resolver::new(config, &language);
        let calendars = resolver.calendars();
        resolver.everything();
        // They may ask for alerts, so they come before the rules are taken out.
        let playbooks = resolver.playbooks();
        let rules = resolver.rules();
        resolver.check_inhibitions();
        resolver.check_told(&rules);
        resolver.check_formerly();
        resolver.check_feeds();
        let tests = resolver.tests();
        resolver.lint();
        let mut compiled = resolver.finish();
        compiled.faults.sort_by(|left, right| {
            let key = |it: &Fault| (it.place.line, it.place.column, it.place.path.clone());
            key(left).cmp(&key(right))
        });
        compiled.faults.dedup();
        if compiled.faults.iter().any(|it| it.severity == Severity::Error) {
            return Err(Faults(compiled.faults));
        }
        if let Node::Table(entries) = &mut content {
            // Tests say what is expected of the config; they are no part of it.
            entries.retain(|(key, _)| key != "tests");
        }
        let hash = Node::List(vec![content, callable]).content_hash();
        let names = |it: &Vec<Slot>| it.iter().map(|it| it.name.clone()).collect();
        sureness::doubt(&compiled.steps, &mut compiled.cards);
        sureness::mark(&mut compiled.steps, &compiled.cards, &rules);
        let batches = Batch::of_all(&rules, &compiled.steps);
        let outline = Outline::new(
            config,
            &compiled.spaces,
            &compiled.steps,
            &compiled.cards,
            &rules,
            &batches,
            &playbooks,
        );
        outline.note_unread(&mut compiled.cards);
        let live = |kind: SubjectKind| {
            let slots = compiled.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
            Live::new(kind, slots, &compiled.steps, &compiled.cards, &batches)
        };
        let live = SubjectKind::ALL.map(live).into();
        Ok(Self {
            live,
            config: config.clone(),
            hash: hash.into(),
            names: compiled.spaces.iter().map(names).collect(),
            spaces: compiled.spaces,
            tracked: tracked(&compiled.steps),
            formerly: Formerly::of(config, &rules),
            settled: Settled::of(&compiled.steps),
            steps: compiled.steps,
            cards: compiled.cards,
            batches,
            programs: in_order(compiled.programs),
            rules,
            playbooks,
            calendars,
            tests,
            warnings: compiled.faults,
            outline: Arc::new(outline),
            no_past: State::new(),
        })
    }

    /// The hash of what the config says and of the names and kinds of the host's functions, the
    /// same for the same content on every machine: 32 hexadecimal digits. Comments, spacing and the
    /// order of keys do not matter, nor does what the config's own tests say. What a host's function does is the host's to keep.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The config it was compiled from.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What is worth a look in the config although it works as written.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The names of the columns of a kind of subject: what a host may give, and what an assessment
    /// holds.
    pub fn columns(&self, kind: SubjectKind) -> impl Iterator<Item = &str> {
        let space = self.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
        let first =
            space.iter().enumerate().filter(|(at, it)| it.is_shown() && is_first(space, *at));
        first.map(|(_, it)| it.name.as_str())
    }

    /// The metrics of a kind of subject for which a column may be given: their names, what their values are, and
    /// whether nothing but a column, or an attribute of that name in a book, can say them.
    pub fn givable(&self, kind: SubjectKind) -> impl Iterator<Item = (&str, Kind, bool)> {
        let space = self.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
        let steps = self.steps.iter().filter(move |it| it.kind == kind && it.work.takes_given());
        steps.filter(|it| is_first(space, it.slot)).filter_map(move |it| {
            let slot = space.get(it.slot)?;
            let alone = matches!(it.work, Work::Attribute { .. });
            Some((slot.name.as_str(), slot.kind, alone))
        })
    }

    /// The compiled scorecard of that name.
    fn card(&self, name: &str) -> Option<(usize, &Scorecard)> {
        self.cards.iter().find(|(_, it)| it.name == name).map(|(at, it)| (*at, it))
    }
}

impl Resolver<'_> {
    /// Compiles everything that the config declares, used or not.
    fn everything(&self) {
        let config = self.config;
        if let Some(text) = &config.currency
            && let Err(why) = text.parse::<Currency>()
        {
            self.fault(Fault::new(Code::OutOfRange, "currency", why));
        }
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        self.check_names_once();
        for (at, metric) in config.metrics.iter().enumerate() {
            self.find(kind(metric.subject), &metric.name, &format!("metrics[{at}]"));
        }
        for (name, list, classes) in
            [("segment", "segments", &config.segments), ("stage", "stages", &config.stages)]
        {
            for (at, class) in classes.iter().enumerate() {
                self.find(kind(class.subject), name, &format!("{list}[{at}]"));
            }
        }
        for (at, card) in config.scorecards.iter().enumerate() {
            self.find(kind(card.subject), &card.name, &format!("scorecards[{at}]"));
        }
    }

    /// Names that stand twice, or for two things.
    fn check_names_once(&self) {
        let config = self.config;
        let kind = |it: Option<SubjectKind>| Some(it.unwrap_or(config.subject));
        let metrics = config.metrics.iter().enumerate().map(|(at, it)| {
            (format!("metrics[{at}]"), kind(it.subject), "metric", it.name.as_str())
        });
        let cards = config.scorecards.iter().enumerate().map(|(at, it)| {
            (format!("scorecards[{at}]"), kind(it.subject), "scorecard", it.name.as_str())
        });
        // Results are asked for by the name of a scorecard or rule alone.
        self.check_duplicates(cards.clone().map(|it| (it.0, None, it.2, it.3)));
        // Conditions read all of these by name.
        let mut seen = BTreeSet::new();
        let cards = cards.filter(|it| seen.insert(it.3));
        let mut read: Vec<_> = metrics.chain(cards).collect();
        for (name, list, classes) in
            [("segment", "segments", &config.segments), ("stage", "stages", &config.stages)]
        {
            let mut kinds: Vec<_> = classes.iter().map(|it| kind(it.subject)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            read.extend(kinds.into_iter().map(|kind| (list.to_owned(), kind, name, name)));
            let named = classes.iter().enumerate();
            self.check_duplicates(named.map(|(at, it)| {
                (format!("{list}[{at}]"), kind(it.subject), name, it.name.as_str())
            }));
        }
        self.check_duplicates(read.into_iter());
        self.check_duplicates(
            config
                .rules
                .iter()
                .enumerate()
                .map(|(at, it)| (format!("rules[{at}]"), None, "rule", it.name.as_str())),
        );
    }
}
