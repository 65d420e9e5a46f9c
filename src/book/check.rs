//! What a record must not say about itself.

use super::cell::Cell;
use crate::fault::{Code, Fault};
use crate::money::Amount;
use crate::node::shorten;
use crate::time::Stamp;

/// One thing wrong with a record, with the stable word under which it is counted.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) reason: &'static str,
    pub(crate) fault: Fault,
}

/// The faults of one record.
#[derive(Debug)]
pub(crate) struct Checks<'a> {
    table: &'a str,
    row: usize,
    found: Vec<Found>,
    doubts: Vec<Fault>,
}

impl<'a> Checks<'a> {
    pub(crate) const fn new(table: &'a str, row: usize) -> Self {
        Self { table, row, found: Vec::new(), doubts: Vec::new() }
    }

    pub(crate) fn into_found(self) -> Vec<Found> {
        self.found
    }

    /// A warning: a fault in strict loading, a note in lenient.
    pub(crate) fn take_doubts(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.doubts)
    }

    pub(crate) const fn is_clean(&self) -> bool {
        self.found.is_empty()
    }

    /// The path of a field; of the record itself without one.
    pub(crate) fn path(&self, key: &str) -> String {
        match key {
            "" => format!("{}[{}]", self.table, self.row),
            key => format!("{}[{}].{key}", self.table, self.row),
        }
    }

    pub(crate) fn add(&mut self, reason: &'static str, code: Code, key: &str, message: String) {
        self.help(reason, code, key, message, None);
    }

    pub(crate) fn help(
        &mut self,
        reason: &'static str,
        code: Code,
        key: &str,
        message: String,
        help: Option<String>,
    ) {
        let fault = Fault::new(code, self.path(key), message).maybe_help(help);
        self.found.push(Found { reason, fault });
    }

    /// Says of a value that it is doubtful; the record can be kept.
    pub(crate) fn doubt(&mut self, code: Code, key: &str, message: &str, help: Option<&str>) {
        let fault = Fault::new(code, self.path(key), message);
        self.doubts.push(fault.maybe_help(help.map(str::to_owned)));
    }

    pub(crate) fn push(&mut self, reason: &'static str, fault: Fault) {
        self.found.push(Found { reason, fault });
    }

    /// That what comes later is not dated earlier. Two times are compared only where both are
    /// known: a day says nothing about the hour.
    pub(crate) fn order(
        &mut self,
        (first, earlier): (&str, Option<Stamp>),
        (second, later): (&str, Option<Stamp>),
    ) {
        let (Some(earlier), Some(later)) = (earlier, later) else { return };
        if later.is_before(earlier) {
            let message = format!("`{second}` ({later}) is before `{first}` ({earlier})");
            self.add("date-order", Code::Contradiction, second, message);
        }
    }

    pub(crate) fn finite(&mut self, key: &str, number: Option<f64>) {
        if let Some(number) = number.filter(|number| !number.is_finite()) {
            let message = format!("`{key}` must be a finite number, got `{number}`");
            self.add("not-finite", Code::NotFinite, key, message);
        }
    }

    pub(crate) fn within(&mut self, key: &str, number: Option<f64>, low: f64, high: f64) {
        self.finite(key, number);
        let Some(number) = number.filter(|number| number.is_finite()) else { return };
        if !(low..=high).contains(&number) {
            let message = format!("`{key}` must be from {low} to {high}, got `{number}`");
            self.add("out-of-range", Code::OutOfRange, key, message);
        }
    }

    pub(crate) fn at_least_zero(&mut self, key: &str, number: Option<f64>) {
        self.finite(key, number);
        if let Some(number) = number.filter(|number| number.is_finite() && *number < 0.0) {
            let message = format!("`{key}` must be 0 or more, got `{number}`");
            self.add("negative", Code::OutOfRange, key, message);
        }
    }

    pub(crate) fn amount(&mut self, key: &str, amount: Option<Amount>) {
        if let Some(amount) = amount.filter(|amount| amount.is_negative()) {
            let message = format!("`{key}` must be 0 or more, got `{amount}`");
            self.add("negative", Code::OutOfRange, key, message);
        }
    }

    pub(crate) fn filled(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.add("empty", Code::Empty, key, format!("`{key}` must not be empty"));
        }
    }

    pub(crate) fn cell(&mut self, key: &str, cell: &Cell) {
        if let Cell::Number(number) = cell {
            self.finite(&shorten(key), Some(*number));
        }
    }
}
