//! Faults as a text that a person can read: the first of them, and how many there are of each code.

use std::collections::BTreeMap;
use std::fmt;

use super::{Code, Fault, Faults, Severity, plural};

/// How many faults a text shows: our choice, a screen or two, tested by `a_text_has_a_size`.
pub(crate) const SHOWN: usize = 20;

/// The longest path that is shown, in characters.
const LONGEST_PATH: usize = 200;

impl fmt::Display for Faults {
    /// The first twenty faults, errors before warnings where there are more, then how many there are of each code, and how many
    /// errors and warnings. [`Faults::list`] has them all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.0.iter().filter(|fault| fault.severity == Severity::Error).count();
        let warnings = self.0.len() - errors;
        if self.0.len() <= SHOWN {
            for fault in &self.0 {
                writeln!(f, "{}", fault.render())?;
            }
        } else {
            let is_error = |it: &&Fault| it.severity == Severity::Error;
            let rest = self.0.iter().filter(|fault| !is_error(fault));
            for fault in self.0.iter().filter(is_error).chain(rest).take(SHOWN) {
                writeln!(f, "{}", fault.render())?;
            }
            let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
            self.0.iter().for_each(|fault| *codes.entry(fault.code).or_default() += 1);
            let codes: Vec<String> =
                codes.iter().map(|(code, it)| format!("{it} {code}")).collect();
            writeln!(f, "and {} more; of all: {}\n", self.0.len() - SHOWN, codes.join(", "))?;
        }
        write!(f, "{errors} error{}, {warnings} warning{}", plural(errors), plural(warnings))
    }
}

impl Fault {
    /// The path as it is shown: in the data it is whole.
    pub(super) fn shown_path(&self) -> String {
        let path = &self.place.path;
        let plain = |text: &str| text.replace(char::is_control, " ");
        match path.char_indices().nth(LONGEST_PATH) {
            Some((end, _)) => format!("{}…", plain(path.get(..end).unwrap_or_default())),
            None => plain(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::{Code, Fault, Faults};

    #[test]
    fn a_text_has_a_size() {
        let text = |count: usize, name: &str| {
            let fault = |it: usize| {
                let code = if it.is_multiple_of(3) { Code::Duplicate } else { Code::UnknownName };
                let fault = Fault::new(code, format!("cases[{it}].{name}"), name).help(name);
                if it < 30 && count > 30 { fault.warning() } else { fault }
            };
            Faults((0..count).map(fault).collect()).to_string()
        };
        assert!(text(20, "x").contains("cases[19]") && !text(20, "x").contains("more"));
        let many = text(10_000, "x");
        // Errors stand before warnings, which are the first thirty.
        assert!(many.starts_with("error[duplicate]: x\n --> cases[30].x\n"), "{many}");
        assert!(many.contains("cases[49].x") && !many.contains("cases[50].x"), "{many}");
        let end =
            "and 9980 more; of all: 3334 duplicate, 6666 unknown-name\n\n9970 errors, 30 warnings";
        assert!(many.ends_with(end), "{many}");
        assert!(many.len() < 2_000, "{}", many.len());
        let long = text(1_000, &"ü".repeat(1_000));
        assert!(long.len() < 100_000, "{}", long.len());
        let huge = text(25, &"n".repeat(100_000));
        assert!(huge.len() < 60_000, "{}", huge.len());
    }
}
