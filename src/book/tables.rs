//! What a host hands over: rows of tables, not yet checked.

use serde::{Deserialize, Deserializer};

use super::asset::{Contact, Deployment, Entitlement, License};
use super::event::{AssessmentRecord, Engagement, Invoice, Outcome, Override, Survey, Usage};
use super::subject::{Account, Case, Company, Subscription};
use crate::fault::{Code, Fault, did_you_mean};
use crate::money::Rates;
use crate::node::{Node, read_cells, shorten};
use crate::time::Zone;

/// One row: as it came, or typed.
#[derive(Debug, Clone)]
pub(crate) enum Row<R> {
    Node(Node),
    Record(R),
}

/// A record type that a table takes.
pub trait Entry: sealed::Put {}

mod sealed {
    /// Kept inside, so that the tables are those of the book.
    pub trait Put {
        /// Adds the record to its table.
        fn put(self, tables: &mut super::Tables);
    }
}

macro_rules! tables {
    ($($table:ident: $record:ident,)+) => {
        /// The records of a book before they are checked: rows as they came, or typed records.
        ///
        /// A table that was never mentioned is not loaded, and metrics over it are missing; a table
        /// that was given without rows is loaded, and counts over it are 0.
        ///
        /// ```
        /// use foretell::book::{Account, Book, Tables};
        /// use foretell::node::Node;
        ///
        /// let mut tables = Tables::default();
        /// tables.push(Account::new("a1"));
        /// tables.insert("subscriptions", vec![Node::table([
        ///     ("id", Node::text("s1")),
        ///     ("account_id", Node::text("a1")),
        ///     ("seats", Node::text("12")),
        /// ])]);
        /// let book = Book::strict(tables)?;
        /// assert_eq!(book.counts()["subscriptions"], 1);
        /// # Ok::<(), foretell::fault::Faults>(())
        /// ```
        #[derive(Debug, Clone, Default)]
        pub struct Tables {
            $(pub(super) $table: Option<Vec<Row<$record>>>,)+
            pub(super) rates: Option<Rates>,
            pub(super) zone: Zone,
            pub(super) unknown: Vec<(String, usize)>,
            pub(super) faults: Vec<Fault>,
        }

        impl Tables {
            /// The name of every table.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($table),)+];

            /// Adds rows to a table, each a table of fields whose cells may be text. An unknown
            /// name is reported when the book is loaded.
            pub fn insert(&mut self, name: &str, rows: Vec<Node>) {
                match name {
                    $(stringify!($table) => {
                        let table = self.$table.get_or_insert_default();
                        table.extend(rows.into_iter().map(Row::Node));
                    })+
                    other => self.unknown.push((other.to_owned(), rows.len())),
                }
            }
        }

        $(
            impl sealed::Put for $record {
                fn put(self, tables: &mut Tables) {
                    tables.$table.get_or_insert_default().push(Row::Record(self));
                }
            }
            impl Entry for $record {}
        )+
    };
}

tables! {
    companies: Company,
    accounts: Account,
    subscriptions: Subscription,
    cases: Case,
    licenses: License,
    deployments: Deployment,
    contacts: Contact,
    entitlements: Entitlement,
    surveys: Survey,
    invoices: Invoice,
    engagements: Engagement,
    assessments: AssessmentRecord,
    usage: Usage,
    overrides: Override,
    outcomes: Outcome,
}

impl Tables {
    /// Adds a typed record to its table.
    pub fn push<R: Entry>(&mut self, record: R) {
        record.put(self);
    }

    /// Adds typed records to their table.
    pub fn extend<R: Entry>(&mut self, records: impl IntoIterator<Item = R>) {
        for record in records {
            record.put(self);
        }
    }

    /// Sets the rates at which amounts are converted.
    pub fn set_rates(&mut self, rates: Rates) {
        self.rates = Some(rates);
    }

    /// Sets the zone of the book, which is UTC otherwise: whose day a moment in UTC lies on, and what a time without
    /// an offset means.
    ///
    /// ```
    /// use foretell::book::{Book, Tables};
    /// use foretell::node::Node;
    ///
    /// let mut tables = Tables::default();
    /// tables.set_zone("-08:00".parse()?);
    /// tables.insert("accounts", vec![Node::table([
    ///     ("id", Node::text("a1")),
    ///     ("created", Node::text("2026-03-02T01:00:00Z")),
    /// ])]);
    /// let created = Book::strict(tables)?.accounts()[0].created;
    /// assert_eq!(created.map(|it| it.date()), Some("2026-03-01".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_zone(&mut self, zone: Zone) {
        self.zone = zone;
    }

    /// Reads a whole book: lists of records by table name, `rates` with `base` and `rates`, and `zone`: a text such as
    /// `+01:00`, or offsets as a [`Zone`] has them.
    ///
    /// Never fails: what is no list is reported when the book is loaded.
    #[must_use]
    pub fn from_node(node: Node) -> Self {
        let mut tables = Self::default();
        let Node::Table(entries) = node else {
            let message = format!("expected tables of records by name, got {}", node.describe());
            tables.faults.push(Fault::new(Code::WrongType, "", message));
            return tables;
        };
        for (name, value) in entries {
            match value {
                Node::Null | Node::Removed => {}
                rates @ Node::Table(_) if name == "rates" => match read_cells(&rates) {
                    Ok(rates) => tables.rates = Some(rates),
                    Err(error) => tables.faults.push(error.into_fault("rates")),
                },
                zone @ (Node::Text(_) | Node::Table(_)) if name == "zone" => {
                    match read_cells(&zone) {
                        Ok(zone) => tables.zone = zone,
                        Err(error) => tables.faults.push(error.into_fault("zone")),
                    }
                }
                Node::List(rows) => tables.insert(&name, rows),
                other => {
                    let name = shorten(&name);
                    let message = format!("expected a list of records, got {}", other.describe());
                    tables.faults.push(Fault::new(Code::WrongType, name, message));
                }
            }
        }
        tables
    }
}

/// What is wrong with a table's name.
pub(super) fn unknown_table(name: &str) -> Fault {
    let known = Tables::NAMES;
    let help = did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| format!("the tables are `{}`", known.join("`, `")));
    let name = shorten(name);
    Fault::new(Code::UnknownName, name.clone(), format!("unknown table `{name}`")).help(help)
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Node::deserialize(deserializer).map(Self::from_node)
    }
}
