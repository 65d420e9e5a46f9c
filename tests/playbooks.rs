//! Playbooks: a table of timelines, laws over random ones, faults, records, and the ready-made ones.

mod faults;
mod laws;
mod ready;
mod records;
mod timeline;

use std::fmt::Write as _;

/// The tables of timelines, by name.
const TABLES: [(&str, &str); 6] = [
    ("settings", include_str!("cases/playbooks/settings.toml")),
    ("gaps", include_str!("cases/playbooks/gaps.toml")),
    ("business", include_str!("cases/playbooks/business.toml")),
    ("reports", include_str!("cases/playbooks/reports.toml")),
    ("change", include_str!("cases/playbooks/change.toml")),
    ("pairs", include_str!("cases/playbooks/pairs.toml")),
];

#[test]
fn playbooks_over_time_are_as_the_tables_say() {
    let mut wrong = String::new();
    let mut count = 0;
    for (table, text) in TABLES {
        for case in timeline::read(text) {
            count += 1;
            let (got, open) = case.run();
            if got != case.events || open != case.open {
                let _ = writeln!(
                    wrong,
                    "{table}: {}\n  wanted: {} | {}\n  got:    {got} | {open}",
                    case.name, case.events, case.open
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(40 <= count, "only {count} timelines");
}
