//! The condition language: a total subset of Rhai, checked whole before it runs.
//!
//! An author writes `days_since_login > 30 && plan in ["pro", "enterprise"]`; [`Functions`] says what
//! may be called. The text goes through five steps, each in one module:
//!
//! 1. `lex` finds the tokens, refuses what the language has no use for, and bounds size and depth;
//! 2. `parse` has Rhai parse the text and reads its syntax tree (no other module touches that tree);
//! 3. `check` gives every part a kind, binds names to slots and reports every problem at once;
//! 4. `program` runs the checked tree for one row: gear 2;
//! 5. `lower` makes steps over columns of it (`ir`), which `kernel` runs for many rows: gear 1.
//!
//! What a row means is the same everywhere: numbers are IEEE doubles, a name that is missing makes
//! the whole answer *no data* unless it stands behind `??`, `is_missing` or `is_present`, `&&` and
//! `||` go left to right and stop early, and a number that is not finite is no data where it is
//! compared, passed to a function or returned.
//!
//! The checked tree never runs through Rhai's own operators. It is printed as calls of this
//! module's operators, so neither Rhai's epsilon comparisons nor its optimiser nor another crate's
//! choice of Rhai features can change an answer; `Language::new` tests that on known answers.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State, Verdict};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "csat" }, { name = "seats" }]
//!     rules = [{ name = "unhappy", when = "csat < 3 && seats > 5" }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2", "s3"])?;
//! frame.insert("csat", Column::numbers([Some(2.0), None, None]))?;
//! frame.insert("seats", Column::numbers([Some(10.0), Some(10.0), Some(1.0)]))?;
//! let day: AsOf = "2026-03-01".parse()?;
//! let scores = engine.score(&Input::frame(&frame), day, &State::new());
//! let answers = scores.rules().next().ok_or("one rule")?.answers.to_vec();
//! assert_eq!(answers, [Verdict::Yes, Verdict::NoData, Verdict::NoData]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod engine;
mod function;
mod functions;
mod ir;
mod kernel;
mod lex;
mod lower;
mod parse;
mod presence;
mod program;
mod range;
mod reach;
mod row;
mod search;
mod template;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::fault::{Code, Severity};

pub use crate::value::{Kind, Value};
pub(crate) use engine::Language;
pub(crate) use function::Failure;
pub use function::{Answer, Answers};
pub use functions::Functions;
pub(crate) use kernel::{Chunk, Columns, Compiled, FAULTED, Part, Scratch, count};
pub(crate) use lex::KEYWORDS;
#[allow(unused_imports, reason = "the rest of the engine uses it next")]
pub(crate) use program::{Outcome, Program};
pub(crate) use reach::{Cascade, Quotient, Span, Spans};
pub(crate) use row::{Register, Registers, RowPlan};
pub(crate) use tree::Word;

/// What a name means to an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Symbol {
    /// Where its value is found.
    pub(crate) slot: usize,
    /// What sort of value it has.
    pub(crate) kind: Kind,
    /// The smallest and largest number it can be, both included.
    pub(crate) range: Option<(f64, f64)>,
    /// Every text it can be.
    pub(crate) labels: Option<Arc<[Arc<str>]>>,
    /// Whether it can be missing.
    pub(crate) optional: bool,
}

/// The names an expression may read.
pub(crate) trait Names {
    /// What `name` means, if anything.
    fn find(&self, name: &str) -> Option<Symbol>;
    /// What `name` means where a kind is wanted: that of an open name is what its use asks for.
    fn find_as(&self, name: &str, wanted: Option<Kind>) -> Option<Symbol> {
        let _ = wanted;
        self.find(name)
    }
    /// Whether the use of a name decides of what kind it is.
    fn is_open(&self, name: &str) -> bool {
        let _ = name;
        false
    }
    /// The kind that an open name has where it stands alone and nothing else says it.
    fn usual(&self) -> Option<Kind> {
        None
    }
    /// What to do about a name that means nothing and that none is near to.
    fn help(&self, name: &str) -> String {
        let _ = name;
        "declare a metric of that name".to_owned()
    }
    /// Every name, for suggestions.
    fn all(&self) -> Arc<[String]>;
    /// Texts that names can be, as far as that is declared, for suggestions.
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One thing wrong inside an expression's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What kind of problem.
    pub(crate) code: Code,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// Byte offset in the text.
    pub(crate) start: usize,
    /// Length in bytes.
    pub(crate) length: usize,
    /// What was got and what was wanted.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl Problem {
    /// An error at a byte range.
    fn new(code: Code, (start, end): (usize, usize), message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            start,
            length: end.saturating_sub(start),
            message: message.into(),
            help: None,
        }
    }

    /// The same with help.
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same as a warning.
    fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// What kind of answer is wanted of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// Anything.
    Any,
}

/// The longest expression or message, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The most tokens in one expression.
const MAX_TOKENS: usize = 4096;
/// How deep brackets and pending operators may nest; a bracket counts two.
const MAX_NESTING: usize = 64;
/// How deep the checked tree may be. A chain of `+` is as deep as it is long; `&&` and `||` are flat.
const MAX_DEPTH: usize = 32;
/// The longest text a value may be, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;
