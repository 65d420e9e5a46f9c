//! Assessments in serde formats.

use chrono::{Datelike as _, NaiveDate};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::frame::{SubjectKind, Table};
use crate::result::assessment::Assessment;
use crate::result::card::CardResult;

impl Serialize for Assessment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.cards.iter().for_each(|card| _ = self.cells(card));
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Assessment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let it = Self::deserialize(deserializer)?;
        let text = "the parts of the assessment do not fit together";
        if it.is_even() { Ok(it) } else { Err(D::Error::custom(text)) }
    }
}

impl Assessment {
    /// Whether there are as many values as subjects everywhere, and days are days.
    fn is_even(&self) -> bool {
        let kinds = SubjectKind::ALL.len();
        // Years of four digits, as all that shows them has.
        let is_day = |day: i32| {
            let date = NaiveDate::from_num_days_from_ce_opt(day);
            date.is_some_and(|date| (1..=9999).contains(&date.year()))
        };
        let cells = |it: &CardResult| {
            let cells = it.known().unwrap_or_default();
            cells.len() == self.subjects(it.kind).len()
                && cells.iter().all(|cell| cell.oldest.is_none_or(is_day))
        };
        self.tables.len() == kinds
            && self.names.len() == kinds
            && self.tables.iter().all(Table::is_even)
            && self.cards.iter().all(cells)
            && self.rules.iter().all(|rule| rule.is_even(self.subjects(rule.kind).len()))
    }
}
