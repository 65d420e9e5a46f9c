//! What the caller has to mend, said as a compiler says it.

use std::fmt;
use std::io::Write;

use foretell::Faults;

/// Why the job cannot be done.
#[derive(Debug)]
pub(super) struct Complaint {
    what: What,
    place: Option<String>,
    help: Option<String>,
}

#[derive(Debug)]
enum What {
    Message(String),
    Faults(Faults),
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { what: What::Message(message.into()), place: None, help: None }
    }

    /// Everything that is wrong with a config or a book.
    pub(super) fn faults(faults: Faults) -> Self {
        Self { what: What::Faults(faults), place: None, help: None }
    }

    /// The same with the file or flag that it is about.
    pub(super) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.what, &self.place) {
            (What::Message(it), None) => write!(f, "error: {it}")?,
            (What::Message(it), Some(place)) => write!(f, "error: {it}\n --> {place}")?,
            (What::Faults(it), None) => write!(f, "{it}")?,
            (What::Faults(it), Some(place)) => write!(f, "{it} in {place}")?,
        }
        match &self.help {
            Some(it) => write!(f, "\n  = help: {it}"),
            None => Ok(()),
        }
    }
}

/// Writes an answer, or why there is none; gives the exit code: 0, or 2 for what the caller has to mend.
pub(super) fn close(
    answer: Result<String, Complaint>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    match answer {
        Ok(text) => {
            drop(writeln!(out, "{}", text.trim_end()));
            0
        }
        Err(complaint) => {
            drop(writeln!(err, "{complaint}"));
            2
        }
    }
}
