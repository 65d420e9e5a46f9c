//! Alerts over time: a table of timelines, and laws over random ones.

mod gone;
mod laws;
mod notices;
mod outbox;
mod quiet;
pub(crate) mod timeline;
mod told;
mod two_lines;

use std::fmt::Write as _;

use foretell::alert::Phase;
use foretell::alert::{Change, Event, Reason, Suppressor};

/// The tables of timelines, by name.
const TABLES: [(&str, &str); 8] = [
    ("waits", include_str!("cases/alerts/waits.toml")),
    ("no_data", include_str!("cases/alerts/no_data.toml")),
    ("noise", include_str!("cases/alerts/noise.toml")),
    ("inhibit", include_str!("cases/alerts/inhibit.toml")),
    ("change", include_str!("cases/alerts/change.toml")),
    ("past", include_str!("cases/alerts/past.toml")),
    ("away", include_str!("cases/alerts/away.toml")),
    ("pairs", include_str!("cases/alerts/pairs.toml")),
];

#[test]
fn alerts_over_time_are_as_the_tables_say() {
    let mut wrong = String::new();
    let mut count = 0;
    for (table, text) in TABLES {
        for case in timeline::read(text) {
            count += 1;
            let (events, last) = case.run();
            let got = show(&events);
            if got != case.events || last != case.last {
                let _ = writeln!(
                    wrong,
                    "{table}: {}\n  wanted: {} | {}\n  got:    {got} | {last}",
                    case.name, case.events, case.last
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(60 <= count, "only {count} timelines");
}

/// Events in short: `fired@3 resolved@9(condition)`, and in brackets what keeps them quiet.
fn show(events: &[Event]) -> String {
    let mut all = Vec::new();
    for it in events {
        let day = (it.day - timeline::first()).num_days();
        let mut text = match it.change {
            Change::Fired => format!("fired@{day}"),
            Change::Withdrawn { .. } | Change::Corrected { .. } => {
                format!("{}@{day}", it.change.name())
            }
            Change::Repeated { .. } => format!("repeated@{day}"),
            Change::Resolved { reason } => format!("resolved@{day}({})", name(reason)),
            Change::HealthChanged { health } => {
                let health = format!("{health:?}").to_lowercase();
                format!("health@{day}({health})")
            }
            _ => "?".to_owned(),
        };
        if it.rule != "r" {
            text = format!("{}:{text}", it.rule);
        }
        if !it.suppressed_by.is_empty() {
            let by: Vec<&str> = it.suppressed_by.iter().map(word).collect();
            // What was told of is ended out loud.
            let loud = if it.is_sent() { "!" } else { "" };
            let _ = write!(text, "[{}{loud}]", by.join(" "));
        }
        all.push(text);
    }
    all.join(" ")
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Condition => "condition",
        Reason::NoData => "no data",
        Reason::RuleRemoved => "removed",
        Reason::RuleChanged => "changed",
        Reason::SubjectGone => "gone",
        _ => "?",
    }
}

fn word(it: &Suppressor) -> &'static str {
    match it {
        Suppressor::Inhibited { .. } => "inhibited",
        Suppressor::Silence { .. } => "silence",
        Suppressor::Snooze { .. } => "snooze",
        Suppressor::Calendar { .. } => "calendar",
        Suppressor::Cooldown { .. } => "cooldown",
        Suppressor::Untold => "untold",
        _ => "?",
    }
}

fn phase(it: Phase) -> &'static str {
    match it {
        Phase::Pending => "pending",
        Phase::Firing => "firing",
        Phase::Recovering => "recovering",
        _ => "inactive",
    }
}
