//! Six subscriptions in the first days of a March, and what was known of them when.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Logins that are not known: of a subscription, from a day of March to another; day 0 is the last of February.
type Unknown = (&'static str, i32, i32);

/// The config that the nights begin with, and the one that they end with.
const CONFIG: &str = include_str!("../health.toml");

/// Writes both configs and a folder of tables for each state of knowledge.
pub(crate) fn write(to: &Path) {
    fs::write(to.join("first.toml"), CONFIG).unwrap();
    let stricter = CONFIG
        .replace("days_since_login >= 3", "days_since_login >= 2")
        .replace("\"1 2 3 4 0\"", "\"1 1 2 3 0\"")
        + "\n[[rules]]\nname = \"few\"\nwhen = \"logins_7d < 12\"\nmessage = 'few logins'\nowner = \"csm\"\n";
    fs::write(to.join("stricter.toml"), stricter).unwrap();
    // s2 is quiet from 28 February on, s3 from the 26th, and s5 from 2 March on; s1 and some of s3 come late.
    let quiet = [("s2", 0, 3), ("s3", -2, 4), ("s5", 2, 9)];
    let folder = |name: &str, until: i32, late: &[Unknown]| {
        tables(&to.join(name), until, &[&quiet[..], late].concat());
    };
    folder("second", 2, &[("s1", -1, 2), ("s3", -3, -3)]);
    folder("second_late", 2, &[]);
    folder("third", 3, &[("s6", 1, 3)]);
    folder("fourth", 4, &[("s6", 1, 3)]);
    folder("fourth_late", 4, &[]);
    folder("fifth", 5, &[]);
}

/// The tables as known when logins up to a day of March had been exported, without some of them.
pub(crate) fn tables(folder: &Path, until: i32, unknown: &[Unknown]) {
    let mut subscriptions = "id,account_id,start\n".to_owned();
    let mut usage = "subscription_id,name,date,value\n".to_owned();
    for subscription in 1..=6 {
        let id = format!("s{subscription}");
        writeln!(subscriptions, "{id},a{},2025-06-01", subscription % 2 + 1).unwrap();
        for day in -9..=until {
            if unknown.iter().any(|it| it.0 == id && (it.1..=it.2).contains(&day)) {
                continue;
            }
            let date = if day > 0 { format!("03-{day:02}") } else { format!("02-{:02}", 28 + day) };
            // A busy day of s4 leaves the week on the third.
            let logins = if (subscription, day) == (4, -4) { 20 } else { 4 };
            writeln!(usage, "{id},logins,2026-{date},{logins}").unwrap();
        }
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("accounts.csv"), "id,name\na1,Acme\na2,Globex\n").unwrap();
    fs::write(folder.join("subscriptions.csv"), subscriptions).unwrap();
    fs::write(folder.join("usage.csv"), usage).unwrap();
}
