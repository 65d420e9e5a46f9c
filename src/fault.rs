//! Faults: one thing wrong with a config or a record, said so that its author can mend it.
//!
//! The wording is a rule, held by tests: lower case, no final period, what the author wrote in
//! backticks, what was got and what was wanted, and help kept apart from the message.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use foretell::{Config, Engine};
//!
//! let config = Config::parse("rules = [{ name = 'quiet', when = 'days_since_login > 30' }]");
//! let faults = Engine::compile(&config).unwrap_err();
//! assert_eq!(faults.list()[0].code.as_str(), "unknown-name"); // stable: docs/faults.md says what to do
//! assert_eq!(faults.list()[0].message, "nothing is named `days_since_login`");
//! # }
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use crate::text::near::nearest;

/// How much a fault matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// A problem that does not stop the thing from working.
    Warning,
    /// The thing cannot be used as written.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// What kind of fault it is. The text form is stable and fit for "allow X".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Code {
            /// Every code, sorted by its text.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable text form, such as `unknown-name`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// A condition that is true, or false, whatever the data say.
    AlwaysSame = "always-same";
    /// A name that expressions cannot read.
    BadName = "bad-name";
    /// Numbers given in an order that has no meaning, such as descending knots.
    BadOrder = "bad-order";
    /// A stored state that is not the one that was written.
    Checksum = "checksum";
    /// Two records, or the dates of one record, say things that cannot both be true.
    Contradiction = "contradiction";
    /// A name that depends on itself, or a company that is below itself.
    Cycle = "cycle";
    /// A name or an id given twice.
    Duplicate = "duplicate";
    /// A list or a text that must not be empty.
    Empty = "empty";
    /// Text that is no valid expression.
    ExpressionSyntax = "expression-syntax";
    /// Something that could not be computed: a function of the host failed.
    Faulted = "faulted";
    /// A construct of the expression language that foretell does not allow.
    Forbidden = "forbidden";
    /// Values between others that nothing takes in: steps without a last one, segments with a gap.
    Gap = "gap";
    /// A night that exceeds a guard.
    Guard = "guard";
    /// Something in a stored state that cannot be true.
    Implausible = "implausible";
    /// Two settings that exclude one another.
    Incompatible = "incompatible";
    /// Two whole numbers divided, which would cut off the fraction.
    IntegerDivision = "integer-division";
    /// A stored state, or a part of one, that a later version of foretell wrote.
    LaterForm = "later-form";
    /// Something too large, too deep or too many.
    Limit = "limit";
    /// A key that must be there and is not.
    MissingKey = "missing-key";
    /// Amounts in several currencies with no rate between them.
    MixedCurrency = "mixed-currency";
    /// Points that no value ever gets.
    NoPoints = "no-points";
    /// A number that is NaN or infinite.
    NotFinite = "not-finite";
    /// Text in a message that reads something which may be missing.
    MaybeMissing = "maybe-missing";
    /// Segments that lie upon one another, so that an end of one makes no difference.
    Overlap = "overlap";
    /// A value outside its allowed range.
    OutOfRange = "out-of-range";
    /// Text that is not valid TOML.
    Syntax = "syntax";
    /// A series or an event of a test that cannot be read.
    TestSyntax = "test-syntax";
    /// An assessment asked for a day before the last one in its state.
    TimeReversed = "time-reversed";
    /// A key that means nothing here.
    UnknownKey = "unknown-key";
    /// A name that nothing has.
    UnknownName = "unknown-name";
    /// A reference to a missing record.
    UnknownReference = "unknown-reference";
    /// A step, band, variant, segment or override that nothing can reach, or a rule that another always silences.
    Unreachable = "unreachable";
    /// Something given and never used.
    Unused = "unused";
    /// A date that the first or the last day of the record's subscription rules out.
    WrongDate = "wrong-date";
    /// The wrong number of arguments.
    WrongArity = "wrong-arity";
    /// A value of another type than is wanted.
    WrongType = "wrong-type";
    /// Weights that do not sum as the config says they do.
    WrongWeights = "wrong-weights";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a fault is: always a path, and in a text a line, a column and the line itself.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let config = Config::parse(r#"
///     [[metrics]]
///     name = "days_since_login"
///
///     [[rules]]
///     name = "no_login"
///     when = "days_since_logn > 30"
/// "#);
/// let faults = Engine::compile(&config).unwrap_err();
/// let place = &faults.list()[0].place;
/// assert_eq!((place.path.as_str(), place.line, place.column), ("rules[0].when", Some(7), Some(13)));
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The path in the document or book: `scorecards.health.groups[0].weight`, `cases[12].opened`.
    pub path: String,
    /// Line in the text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in the line in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Length of the marked text in characters, within its line, at most 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// The line of the text, cut some way after the place where it is long; none where the place
    /// itself is more than 1,000 characters into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
}

impl Place {
    /// A place that has only a path.
    #[must_use]
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// One thing wrong with a config or a record.
///
/// ```
/// use foretell::fault::{Code, Fault};
///
/// let fault = Fault::new(Code::OutOfRange, "factors[0].weight", "weight must be above 0, got `-1`")
///     .help("leave the factor out to switch it off");
/// assert_eq!(fault.render(), "\
/// error[out-of-range]: weight must be above 0, got `-1`
///  --> factors[0].weight
///   = help: leave the factor out to switch it off
/// ");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Fault {
    /// What kind of fault.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What was got and what was wanted, in one line.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Fault {
    /// An error at a path.
    #[must_use]
    pub fn new(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place: Place::at(path),
            message: in_short(message.into()),
            help: None,
        }
    }

    /// The same fault as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same fault with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(in_short(help.into()));
        self
    }

    /// The same fault with help where there is some.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(in_short).or(self.help);
        self
    }

    /// The fault as a compiler prints it, with the line of the text and a caret under the place.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("{}[{}]: {}\n", self.severity, self.code, self.message);
        match (&self.place.line, &self.place.column, &self.place.snippet) {
            (Some(line), Some(column), Some(snippet)) => {
                let number = line.to_string();
                let pad = " ".repeat(number.len());
                let carets = "^".repeat(self.place.length.unwrap_or(1).max(1) as usize);
                let indent: String = snippet
                    .chars()
                    .take((*column as usize).saturating_sub(1))
                    .map(|letter| if letter == '\t' { '\t' } else { ' ' })
                    .collect();
                text += &format!("{pad}--> {line}:{column}");
                if !self.place.path.is_empty() {
                    text += &format!(" ({})", self.shown_path());
                }
                text += &format!("\n{pad} |\n{number} | {snippet}\n{pad} | {indent}{carets}\n");
            }
            (Some(line), Some(column), None) if self.place.path.is_empty() => {
                text += &format!(" --> {line}:{column}\n");
            }
            (Some(line), Some(column), None) => {
                text += &format!(" --> {line}:{column} ({})\n", self.shown_path());
            }
            _ => text += &format!(" --> {}\n", self.shown_path()),
        }
        if let Some(help) = &self.help {
            text += &format!("  = help: {help}\n");
        }
        text
    }
}

/// Everything wrong at once, in the order of the text; never empty when it is an error.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::fault::Code;
/// use foretell::{Config, Engine};
///
/// let config = Config::parse(r#"
///     metrics = [{ name = "seats" }]
///     rules = [{ name = "big", when = "seets > 5" }, { name = "big", when = "seats >" }]
/// "#);
/// let faults = Engine::compile(&config).unwrap_err(); // all of them at once
/// let codes: Vec<Code> = faults.list().iter().map(|fault| fault.code).collect();
/// assert_eq!(codes, [Code::UnknownName, Code::Duplicate, Code::ExpressionSyntax]);
/// assert!(faults.to_string().contains("did you mean `seats`?"));
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The faults.
    #[must_use]
    pub fn list(&self) -> &[Fault] {
        &self.0
    }

    /// Whether any fault is an error rather than a warning.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|fault| fault.severity == Severity::Error)
    }
}

impl std::error::Error for Faults {}

/// The longest message, in characters: our choice, longer than any that people read, tested by
/// `no_config_hurts`.
const LONGEST_MESSAGE: usize = 1000;

/// A message stays on one line and of a length to be read, whatever the author wrote into a name.
fn in_short(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_MESSAGE) {
        text.truncate(end);
        text.push('…');
    }
    if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text }
}

/// The ending of a counted word.
pub(crate) const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// "did you mean `x`?" for the nearest known name, where one is near enough to be what was meant: at most one edit per
/// three characters, in which capitals do not count and swapped neighbours are one.
#[must_use]
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(|nearest| format!("did you mean `{nearest}`?"))
}

mod shown;

pub(crate) use shown::SHOWN;

#[cfg(test)]
mod tests {
    use super::{Code, Fault, Faults};

    #[test]
    fn codes_are_unique_and_sorted_well_enough_to_find() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} is duplicated");
            assert!(
                code.as_str().chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
            );
        }
    }

    #[test]
    fn a_fault_without_text_shows_its_path() {
        let fault =
            Fault::new(Code::OutOfRange, "factors[0].weight", "weight must be above 0, got `-1`")
                .help("leave the factor out to switch it off");
        let text = Faults(vec![fault]).to_string();
        assert!(text.starts_with(
            "error[out-of-range]: weight must be above 0, got `-1`\n --> factors[0].weight"
        ));
        assert!(text.ends_with("1 error, 0 warnings"));
    }
}
