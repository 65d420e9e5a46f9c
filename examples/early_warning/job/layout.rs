//! Which file holds which table, and which column which field.
//!
//! foretell's own layout needs no mapping: `accounts.csv` is the table `accounts`, and its columns
//! are named as the fields. Another system's export is brought to it by one table of mappings.

use std::collections::BTreeSet;

use foretell::book::Tables;

use super::args::Shown;
use super::complaint::Complaint;

/// How one file becomes one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    /// The file's name without `.csv`.
    pub(super) stem: &'static str,
    /// The table it becomes.
    pub(super) table: &'static str,
    /// Columns that are called otherwise as fields. A column not named anywhere keeps its name: it
    /// is a field if there is one of that name, and a custom one otherwise.
    pub(super) rename: &'static [(&'static str, &'static str)],
    /// Fields that are the same in every row.
    pub(super) always: &'static [(&'static str, &'static str)],
    /// Columns that are not taken over.
    pub(super) left_out: &'static [&'static str],
    /// Columns that each become a value of the usage series of their name: one row, many values.
    pub(super) series: &'static [&'static str],
}

impl Mapping {
    const fn plain(table: &'static str) -> Self {
        Self { stem: table, table, rename: &[], always: &[], left_out: &[], series: &[] }
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}.csv", self.stem)
    }

    /// What a column is called as a field; none where it is left out.
    pub(super) fn field<'a>(&self, column: &'a str) -> Option<&'a str> {
        if self.left_out.contains(&column) {
            return None;
        }
        Some(self.rename.iter().find(|it| it.0 == column).map_or(column, |it| it.1))
    }
}

/// The RavenStack export: five files of one synthetic software business.
///
/// - `churn_flag` says what happened in the end without saying when: a score made from it would know
///   the future. `resolution_time_hours` follows from the two dates of a ticket.
/// - A subscription's `end_date` is there only where it was cancelled, so it is no end of a term that
///   anybody knew ahead.
/// - Of usage, series hold dated numbers: the name of the feature is left out.
/// - A churn event is about a whole account, names no subscription, and its account often goes on: it
///   is no outcome of a renewal but what somebody wrote down about the account, an assessment.
/// - Refunds are in US dollars by their name; the other amounts are taken to be in the same.
const RAVENSTACK: [Mapping; 5] = [
    Mapping {
        stem: "ravenstack_accounts",
        table: "accounts",
        rename: &[("account_id", "id"), ("account_name", "name"), ("signup_date", "created")],
        left_out: &["churn_flag"],
        ..Mapping::plain("accounts")
    },
    Mapping {
        stem: "ravenstack_subscriptions",
        table: "subscriptions",
        rename: &[
            ("subscription_id", "id"),
            ("start_date", "start"),
            ("end_date", "cancelled_on"),
            ("plan_tier", "plan"),
            ("mrr_amount", "mrr"),
            ("arr_amount", "arr"),
            ("auto_renew_flag", "auto_renew"),
        ],
        always: &[("currency", "USD")],
        left_out: &["churn_flag"],
        ..Mapping::plain("subscriptions")
    },
    Mapping {
        stem: "ravenstack_feature_usage",
        table: "usage",
        rename: &[("usage_id", "id"), ("usage_date", "date")],
        left_out: &["feature_name", "is_beta_feature"],
        series: &["usage_count", "usage_duration_secs", "error_count"],
        ..Mapping::plain("usage")
    },
    Mapping {
        stem: "ravenstack_support_tickets",
        table: "cases",
        rename: &[
            ("ticket_id", "id"),
            ("submitted_at", "opened"),
            ("closed_at", "resolved"),
            ("priority", "severity"),
            ("satisfaction_score", "satisfaction"),
            ("escalation_flag", "escalated"),
        ],
        left_out: &["resolution_time_hours"],
        ..Mapping::plain("cases")
    },
    Mapping {
        stem: "ravenstack_churn_events",
        table: "assessments",
        rename: &[
            ("churn_event_id", "id"),
            ("account_id", "subject_id"),
            ("churn_date", "date"),
            ("reason_code", "value"),
        ],
        always: &[("subject", "account"), ("name", "churn_event")],
        ..Mapping::plain("assessments")
    },
];

/// A known set of files.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) tables: Vec<Mapping>,
    /// The config among the examples that fits it.
    pub(super) config: &'static str,
}

/// A folder of a known layout.
#[derive(Debug)]
pub(super) struct Folder<'a> {
    pub(super) place: &'a Shown,
    pub(super) layout: Layout,
    /// The mappings of the files that are there.
    pub(super) found: Vec<Mapping>,
    /// CSV files that the layout does not know.
    pub(super) ignored: Vec<String>,
}

/// Finds out what a folder holds.
pub(super) fn find(place: &Shown) -> Result<Folder<'_>, Complaint> {
    let unreadable = |it: std::io::Error| {
        Complaint::new(format!("cannot read the folder: {it}")).at(&place.shown)
    };
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(&place.path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".csv") {
            files.insert(name);
        }
    }
    let own = Tables::NAMES.iter().map(|it| Mapping::plain(it)).collect();
    let layouts = [
        Layout { tables: own, config: "early_warning.toml" },
        Layout { tables: RAVENSTACK.to_vec(), config: "ravenstack.toml" },
    ];
    for layout in layouts {
        let is_there = |it: &&Mapping| files.contains(&it.file());
        let found: Vec<Mapping> = layout.tables.iter().filter(is_there).copied().collect();
        if found.is_empty() {
            continue;
        }
        let known: BTreeSet<String> = found.iter().map(Mapping::file).collect();
        let ignored = files.difference(&known).cloned().collect();
        return Ok(Folder { place, layout, found, ignored });
    }
    let names = Tables::NAMES.iter().map(|it| format!("{it}.csv")).collect::<Vec<_>>();
    Err(Complaint::new("the folder holds no table")
        .at(&place.shown)
        .help(format!("it may hold {}; see examples/data/README.md", names.join(", "))))
}
