//! The engine: a config compiled, checked whole, and ready to assess any number of subjects.
//!
//! [`Engine::compile`] reports every fault at once; [`Engine::assess`] fails for no subject: what cannot be
//! computed for one is missing or faulted, with its reason, for that subject alone. A night as a whole can fail ([`AssessError`]).
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "active" }, { name = "seats" }]
//!     rules = [{ name = "unused", when = "active / seats < 0.1" }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["acme", "globex"])?;
//! frame.insert("active", Column::numbers([Some(3.0), Some(3.0)]))?;
//! frame.insert("seats", Column::numbers([Some(100.0), Some(0.0)]))?;
//! let day: AsOf = "2026-03-01".parse()?;
//! let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
//! assert_eq!(night.alerts()[0].subject, "acme");
//! assert_eq!(night.rules()[0].no_data[0].as_ref(), "globex"); // no reason to fail the night
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: the clock, files, or how a result is shown.

mod assess;
mod parts;
mod score;
mod testing;

pub use crate::plan::show::{Gear, Plan, Planned, Shared};
pub use crate::result::assessment::{Assessment, BandCount, Match, Note, RuleResult, SubjectScore};
pub use crate::result::error::{AssessError, Guarded};
pub use crate::result::population::Population;
pub use crate::result::reasons::{Absent, LeftOut, NoValue, NotUsed, Renamed, ReportNotUsed};
pub use crate::result::replay::Replay;
pub use crate::result::scores::{RuleColumn, Scores};
pub use crate::result::tripped::Tripped;
pub use crate::run::input::Input;
pub use parts::PartitionKey;
#[cfg(feature = "outcome")]
pub(crate) use testing::show_event;
pub use testing::{TestCoverage, TestFailure, TestReport, TestResult};

use crate::compile::resolve::Resolver;
use crate::config::Config;
use crate::expr::{Functions, Language};
use crate::fault::{Fault, Faults, Severity};
use crate::frame::SubjectKind;
use crate::node::Node;
use crate::plan::Compiled;
use crate::plan::names::is_first;
use crate::plan::steps::Work;
use crate::time::Calendar;
use crate::value::Kind;

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
    compiled: Compiled,
    tests: Vec<testing::Test>,
    warnings: Vec<Fault>,
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
        let language = Language::new(functions).map_err(|fault| Faults(vec![fault]))?;
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
        let mut finished = resolver.finish();
        finished.faults.sort_by(|left, right| {
            let key = |it: &Fault| (it.place.line, it.place.column, it.place.path.clone());
            key(left).cmp(&key(right))
        });
        finished.faults.dedup();
        if finished.faults.iter().any(|fault| fault.severity == Severity::Error) {
            return Err(Faults(finished.faults));
        }
        if let Node::Table(entries) = &mut content {
            // Tests say what is expected of the config; they are no part of it.
            entries.retain(|(key, _)| key != "tests");
        }
        let hash = Node::List(vec![content, callable]).content_hash();
        let warnings = std::mem::take(&mut finished.faults);
        let compiled = Compiled::of(config, hash, finished, (rules, playbooks, calendars));
        Ok(Self { compiled, tests, warnings })
    }

    /// The hash of what the config says and of the names and kinds of the host's functions, the
    /// same for the same content on every machine: 32 hexadecimal digits. Comments, spacing and the
    /// order of keys do not matter, nor does what the config's own tests say. What a host's function does is the host's to keep.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.compiled.hash()
    }

    /// The config it was compiled from.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.compiled.config
    }

    /// Warnings: problems that do not stop the config from working.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The names of the columns of a kind of subject: what a host may give, and what an assessment
    /// holds.
    pub fn columns(&self, kind: SubjectKind) -> impl Iterator<Item = &str> {
        self.compiled.columns(kind)
    }

    /// The metrics of a kind of subject for which a column may be given: their names, what their values are, and
    /// whether nothing but a column, or an attribute of that name in a book, can say them.
    pub fn givable(&self, kind: SubjectKind) -> impl Iterator<Item = (&str, Kind, bool)> {
        let space = self.compiled.spaces.get(kind.index()).map_or(&[][..], Vec::as_slice);
        let steps = self
            .compiled
            .steps
            .iter()
            .filter(move |step| step.kind == kind && step.work.takes_given());
        steps.filter(|step| is_first(space, step.slot)).filter_map(move |step| {
            let slot = space.get(step.slot)?;
            let alone = matches!(step.work, Work::Attribute { .. });
            Some((slot.name.as_str(), slot.kind, alone))
        })
    }

    /// The calendar of that name in the config.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::{Config, Engine};
    ///
    /// let config = Config::parse("[[calendars]]\nname = \"support\"\nhours = \"08:00-18:00\"");
    /// let engine = Engine::compile(&config)?;
    /// let support = engine.calendar("support").ok_or("no such calendar")?;
    /// assert!(support.is_working_day("2026-01-16".parse()?));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.compiled.calendar(name)
    }

    /// What the engine does with each expression of its config: how it runs, why, and its steps.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::{Config, Engine};
    ///
    /// let config = Config::parse(r#"
    ///     metrics = [{ name = "days" }, { name = "seats" }]
    ///     rules = [{ name = "quiet", when = "30 < days && seats > 5" }]
    /// "#);
    /// let plan = Engine::compile(&config)?.plan();
    /// assert_eq!(plan.expressions[0].steps, ["#1 = days > 30", "#2 = seats > 5", "#3 = #1 && #2"]);
    /// assert_eq!(plan.coverage(), (1, 1));
    /// # }
    /// # Ok::<(), foretell::Faults>(())
    /// ```
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.compiled.plan()
    }
}
