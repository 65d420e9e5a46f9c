//! Faults: one thing wrong with a config or a record, said so that its author can mend it.
//!
//! The wording is a rule, held by tests: lower case, no final period, what the author wrote in
//! backticks, what was got and what was wanted, and help kept apart from the message.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a fault matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Worth a look; the thing works as written.
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
    /// Two settings that exclude one another.
    Incompatible = "incompatible";
    /// Two whole numbers divided, which would cut off the fraction.
    IntegerDivision = "integer-division";
    /// Something too large, too deep or too many.
    Limit = "limit";
    /// A key that must be there and is not.
    MissingKey = "missing-key";
    /// Amounts in several currencies with no rate between them.
    MixedCurrency = "mixed-currency";
    /// A number that is NaN or infinite.
    NotFinite = "not-finite";
    /// Text in a message that reads something which may be missing.
    MaybeMissing = "maybe-missing";
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
    /// A reference to a record that is not there.
    UnknownReference = "unknown-reference";
    /// A step, band or variant that no value can reach.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The path in the document or book: `scorecards.health.groups[0].weight`, `cases[12].opened`.
    pub path: String,
    /// Line in the text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in the line in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Length of the marked text in characters, within its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// The whole line of the text.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
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
            message: on_one_line(message.into()),
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
        self.help = Some(on_one_line(help.into()));
        self
    }

    /// The same fault with help where there is some.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(on_one_line).or(self.help);
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
                    .map(|it| if it == '\t' { '\t' } else { ' ' })
                    .collect();
                text += &format!("{pad}--> {line}:{column}");
                if !self.place.path.is_empty() {
                    text += &format!(" ({})", self.place.path);
                }
                text += &format!("\n{pad} |\n{number} | {snippet}\n{pad} | {indent}{carets}\n");
            }
            _ => text += &format!(" --> {}\n", self.place.path),
        }
        if let Some(help) = &self.help {
            text += &format!("  = help: {help}\n");
        }
        text
    }
}

/// Everything wrong at once, in the order of the text; never empty when it is an error.
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
        self.0.iter().any(|it| it.severity == Severity::Error)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(f, "{}", fault.render())?;
        }
        let errors = self.0.iter().filter(|it| it.severity == Severity::Error).count();
        let warnings = self.0.len() - errors;
        write!(f, "{errors} error{}, {warnings} warning{}", plural(errors), plural(warnings))
    }
}

impl std::error::Error for Faults {}

/// A message stays on one line, whatever the author wrote into a name.
fn on_one_line(text: String) -> String {
    if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text }
}

/// The ending of a counted word.
pub(crate) const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The known name nearest to `name`, when it is near enough to be what was meant.
///
/// Near enough is at most one edit per three characters (our choice, tested by
/// `suggestions_are_near_or_absent`); swapped neighbours count as one edit.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count().max(3) / 3).min(4);
    known
        .into_iter()
        .map(|it| (distance(name, it), it))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, it)| it)
}

/// "did you mean `x`?" for the nearest known name.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, known).map(|it| format!("did you mean `{it}`?"))
}

/// Optimal string alignment distance: insert, delete, replace, or swap neighbours.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    // Names far apart in length cannot be near; this also bounds the work on hostile input.
    if left.len().abs_diff(right.len()) > 4 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, &from) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in right.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (get(&above, j + 1) + 1)
                .min(get(&row, j) + 1)
                .min(get(&above, j) + usize::from(from != to));
            let swapped =
                i > 0 && j > 0 && left.get(i - 1) == Some(&to) && right.get(j - 1) == Some(&from);
            if swapped {
                best = best.min(get(&before, j - 1).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Code, Fault, Faults, nearest};

    #[test]
    fn codes_are_unique_and_sorted_well_enough_to_find() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert!(code.as_str().chars().all(|it| it.is_ascii_lowercase() || it == '-'));
        }
    }

    #[test]
    fn suggestions_are_near_or_absent() {
        let known = ["active_seats", "open_p1", "nps"];
        assert_eq!(nearest("actve_seats", known), Some("active_seats"));
        assert_eq!(nearest("opne_p1", known), Some("open_p1"));
        assert_eq!(nearest("NPS", known), Some("nps"));
        assert_eq!(nearest("tenure", known), None);
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
