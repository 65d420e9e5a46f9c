//! The result of loading: rows read, loaded and set aside, fields of the host's own, warnings.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::record::Record;
use crate::fault::{Code, Fault, SHOWN, nearest, plural};
use crate::node::{Node, shorten};

/// What became of the rows of a book.
///
/// It prints as a line for each table, and then the notes.
///
/// ```
/// use foretell::book::{Book, Tables};
/// use foretell::node::Node;
///
/// let mut tables = Tables::default();
/// tables.insert("subscriptions", vec![Node::table([("id", Node::text("s1")), ("seat", Node::text("12"))])]);
/// let loaded = Book::lenient(tables);
/// let note = &loaded.report().notes[0];
/// assert!(note.message.contains("`seat`") && note.help.as_deref().is_some_and(|help| help.contains("`seats`")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoadReport {
    /// By name every table that was given, unknown ones too.
    pub tables: BTreeMap<String, TableReport>,
    /// Warnings, which kept nothing out: columns whose name is near that of a known field, terms of billing that
    /// are not known. Each is said once, with the number of its rows. In strict loading they are faults.
    pub notes: Vec<Fault>,
}

/// What became of the rows of a table: `loaded` and `rejected` sum to `read`.
///
/// ```
/// use foretell::book::{Book, Tables};
/// use foretell::node::Node;
///
/// let row = |id: &str, tier: &str| Node::table([("id", Node::text(id)), ("tier", Node::text(tier))]);
/// let mut tables = Tables::default();
/// tables.insert("subscriptions", vec![row("s1", "gold"), row("s2", ""), row("", "gold")]);
/// let loaded = Book::lenient(tables);
/// let table = &loaded.report().tables["subscriptions"];
/// assert_eq!((table.read, table.loaded, table.rejected), (3, 2, 1));
/// assert_eq!(table.own_fields["tier"], 1); // one good row has a value of it
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TableReport {
    /// How many rows were given.
    pub read: usize,
    /// How many are in the book.
    pub loaded: usize,
    /// How many were set aside.
    pub rejected: usize,
    /// The fields of the host's own, each with the number of good rows that have a value of it.
    pub own_fields: BTreeMap<String, usize>,
}

/// A record that was set aside.
///
/// ```
/// use foretell::book::{Book, Tables};
/// use foretell::fault::Code;
/// use foretell::node::Node;
///
/// let mut tables = Tables::default();
/// tables.insert("subscriptions", vec![Node::table([("id", Node::text("s1")), ("seats", Node::text("-3"))])]);
/// let rejection = &Book::lenient(tables).rejected[0];
/// assert_eq!((rejection.table.as_str(), rejection.row, rejection.id.as_str()), ("subscriptions", 0, "s1"));
/// assert_eq!((rejection.fault.code, rejection.fault.place.path.as_str()), (Code::OutOfRange, "subscriptions[0].seats"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rejection {
    /// Its table.
    pub table: String,
    /// Its row in the table as given, from 0.
    pub row: usize,
    /// Its id, empty where it has none.
    pub id: String,
    /// A stable word for why, fit for counting: `before-start`.
    pub reason: &'static str,
    /// The first thing wrong with it.
    pub fault: Fault,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.fault.place.path, self.fault.message, self.reason)
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, it) in &self.tables {
            write!(f, "{}: {} row{}, ", shorten(name), it.read, plural(it.read))?;
            write!(f, "{} loaded, {} rejected", it.loaded, it.rejected)?;
            for (at, (field, rows)) in it.own_fields.iter().take(SHOWN).enumerate() {
                let before = if at == 0 { "; own fields: " } else { ", " };
                write!(f, "{before}`{}` ({rows})", shorten(field))?;
            }
            if it.own_fields.len() > SHOWN {
                write!(f, " and {} more", it.own_fields.len() - SHOWN)?;
            }
            writeln!(f)?;
        }
        for it in self.notes.iter().take(SHOWN) {
            writeln!(f, "note: {}", it.message)?;
        }
        if self.notes.len() > SHOWN {
            writeln!(f, "and {} more notes", self.notes.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl LoadReport {
    /// The report of tables of which so many rows were read, with those that were set aside.
    pub(super) fn new(
        read: &BTreeMap<String, usize>,
        rejected: &[Rejection],
        mut own: BTreeMap<&'static str, BTreeMap<String, usize>>,
        notes: Vec<Fault>,
    ) -> Self {
        let table = |(name, read): (&String, &usize)| {
            let own_fields = own.remove(name.as_str()).unwrap_or_default();
            let it = TableReport { read: *read, loaded: *read, rejected: 0, own_fields };
            (name.clone(), it)
        };
        let mut tables: BTreeMap<String, TableReport> = read.iter().map(table).collect();
        for it in rejected {
            if let Some(it) = tables.get_mut(&it.table) {
                it.rejected += 1;
                it.loaded = it.loaded.saturating_sub(1);
            }
        }
        Self { tables, notes }
    }
}

/// What keeps a field of one's own from being taken for a misspelt one.
pub(super) const OWN: &str = "custom.";

/// What was doubted in one table: each thing once, at its first row.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    found: Vec<(Fault, usize)>,
    places: BTreeMap<String, usize>,
    /// Of unknown columns, the known one that may have been meant.
    near: BTreeMap<String, Option<&'static str>>,
}

impl Doubts {
    pub(super) fn add(&mut self, fault: Fault) {
        if let Some((_, rows)) =
            self.places.get(&fault.message).and_then(|at| self.found.get_mut(*at))
        {
            *rows += 1;
            return;
        }
        self.places.insert(fault.message.clone(), self.found.len());
        self.found.push((fault, 1));
    }

    /// Looks at the columns of a row that no field of the record has.
    pub(super) fn columns<R: Record>(&mut self, record: Option<&R>, row: usize, node: &Node) {
        let Node::Table(entries) = node else { return };
        match record {
            Some(it) => it.custom().keys().for_each(|key| self.column::<R>(key, row, entries)),
            None => {
                let unknown = |it: &&(String, Node)| {
                    it.1 != Node::Removed && !R::FIELDS.contains(&it.0.as_str())
                };
                entries.iter().filter(unknown).for_each(|it| self.column::<R>(&it.0, row, entries));
            }
        }
    }

    fn column<R: Record>(&mut self, name: &str, row: usize, entries: &[(String, Node)]) {
        let near = match self.near.get(name) {
            Some(near) => *near,
            None => {
                let near = misspelt(name, R::FIELDS);
                self.near.insert(name.to_owned(), near);
                near
            }
        };
        let Some(known) = near else { return };
        // Where the known one stands beside it, or where it is said to be the host's own, it is another.
        let is_other =
            |(key, _): &(String, Node)| key == known || key.strip_prefix(OWN) == Some(name);
        if entries.iter().any(is_other) {
            return;
        }
        let name = shorten(name);
        let message = format!("unknown column `{name}`");
        let help = format!("did you mean `{known}`? a field of your own is `{OWN}{name}`");
        let path = format!("{}[{row}].{name}", R::TABLE);
        self.add(Fault::new(Code::UnknownKey, path, message).help(help));
    }

    /// All of it, with the number of rows.
    pub(super) fn into_faults(self) -> impl Iterator<Item = Fault> {
        self.found.into_iter().map(|(mut fault, rows)| {
            if rows > 1 {
                fault.message = format!("{}, in {rows} rows", fault.message);
            }
            fault
        })
    }
}

/// Words after the name of a date that say no more than that it is one. What happened `at` some time may be another thing
/// than whether it did (`escalated`), so that is no such word.
const DATED: [&str; 3] = ["date", "dt", "day"];

/// The known field that was meant by a name that is none. A whole word before or after a known name makes another of it:
/// `product_id` is no misspelt `product`. One that only says that it is a date does not: `end_date` is `end`.
fn misspelt(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    if name.starts_with(OWN) {
        return None;
    }
    let plain = words(name);
    let dated = |text: &str| {
        let bare = DATED.iter().find_map(|suffix| text.strip_suffix(suffix)?.strip_suffix('_'));
        bare.map(str::to_owned)
    };
    let bare = dated(&plain);
    let same = |it: &&str| {
        plain == **it
            || bare.as_deref().is_some_and(|bare| bare == *it || dated(it).as_deref() == Some(bare))
    };
    if let Some(it) = known.iter().copied().find(|known| same(known)) {
        return Some(it);
    }
    let near = nearest(name, known.iter().copied())?;
    let lower = name.to_lowercase();
    let word = |rest: &str| rest.strip_prefix('_').or_else(|| rest.strip_suffix('_')).is_some();
    let rest = lower.strip_prefix(near).or_else(|| lower.strip_suffix(near));
    (!rest.is_some_and(word)).then_some(near)
}

/// The words of a name in small letters with `_` between them: `endDate`, `End Date` and `end-date_` are `end_date`.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut before = None;
    for it in name.chars() {
        let begins = it.is_uppercase()
            && before.is_some_and(|it: char| it.is_lowercase() || it.is_ascii_digit());
        if (begins || !it.is_alphanumeric()) && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if it.is_alphanumeric() {
            out.extend(it.to_lowercase());
        }
        before = Some(it);
    }
    out.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::misspelt;

    #[test]
    fn a_word_more_is_another_name() {
        let known: &[&str] =
            &["product", "renewal_date", "seats", "account_id", "name", "end", "cancelled_on"];
        for (name, expected) in [
            ("renewal_dt", Some("renewal_date")),
            ("renewalDate", Some("renewal_date")),
            ("Renewal Date", Some("renewal_date")),
            ("seat", Some("seats")),
            ("acount_id", Some("account_id")),
            ("AccountID", Some("account_id")),
            // A word that only says that it is a date says nothing.
            ("end_date", Some("end")),
            ("EndDate", Some("end")),
            ("End Date", Some("end")),
            ("end_", Some("end")),
            ("cancelled_at", Some("cancelled_on")),
            ("cancelled_date", Some("cancelled_on")),
            ("renewal_day", Some("renewal_date")),
            ("end_at", None),
            ("end_reason", None),
            ("trial_end_date", None),
            ("front_end", None),
            ("date", None),
            ("product_id", None),
            ("my_product", None),
            ("custom.seat", None),
            ("tier", None),
        ] {
            assert_eq!(misspelt(name, known), expected, "{name}");
        }
    }
}
