//! The replay of a history, on the bundled sample: its figures against a small computation of their
//! own, and that no event knows of a later day.
#![expect(clippy::disallowed_methods, reason = "it writes a small config to read")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::{Days, NaiveDate};
use foretell::outcome::backtest::Backtest;
use foretell::{Config, Engine, Input};
use serde_json::Value;

#[path = "../examples/replay_history/job/mod.rs"]
mod job;

use job::history::{Cohort, Person, Week};

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = job::run(&arguments, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn sample() -> String {
    format!("{}/examples/data", env!("CARGO_MANIFEST_DIR"))
}

/// A table of the sample.
fn table(name: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(format!("{}/{name}.csv", sample()))
        .unwrap()
        .into_records()
        .map(Result::unwrap)
        .collect()
}

fn day(text: &str) -> Option<NaiveDate> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// The sample's subscriptions of a year, read by this test's own hand.
fn cohort(year: &str) -> Cohort {
    let first_day = day(&format!("{year}-10-01")).unwrap();
    let outcomes = table("outcomes");
    let lapsed: BTreeSet<&str> =
        outcomes.iter().filter(|it| &it[2] == "lapsed").map(|it| &it[0]).collect();
    let mut people = Vec::new();
    for row in table("subscriptions").iter().filter(|it| it[3].starts_with(year)) {
        people.push(Person {
            id: row[0].to_owned(),
            account: row[1].to_owned(),
            start: first_day.max(day(&row[10]).unwrap()),
            end: day(&row[4]).unwrap(),
            cancelled: day(&row[9]),
            lapsed: lapsed.contains(&row[0]),
        });
    }
    let mut weeks = Vec::new();
    for row in table("usage").iter().filter(|it| &it[1] == "clicks") {
        let Some(person) = people.iter().position(|it| it.id == row[0]) else { continue };
        let passed = (day(&row[2]).unwrap() - first_day).num_days() as u64;
        let last = first_day + Days::new(passed - passed % 7 + 6);
        let Person { start, end, .. } = &people[person];
        if *start <= last && last < *end {
            weeks.push(Week { person, day: last, clicks: row[3].parse().unwrap() });
        }
    }
    Cohort { first_day, people, weeks }
}

/// A rule so simple that a loop can say when it fires.
const SIMPLE: &str = r#"
[[metrics]]
name = "age_days"
attribute = "age_days"

[[metrics]]
name = "last_click"
from = "usage.clicks"
take = "days_since_last"

[[metrics]]
name = "quiet_days"
expr = "last_click ?? age_days"

[[rules]]
name = "quiet"
when = "quiet_days >= 20"
"#;

/// What the loop finds of a cohort.
#[derive(Debug, Default, PartialEq)]
struct Found {
    subjects: usize,
    evaluations: usize,
    fired: usize,
    cancelled: usize,
    in_28_days: usize,
    lost: usize,
    /// Cancelled subscriptions, and those of them with an alert before.
    recall: (usize, usize),
    /// Days from the first alert to the cancellation.
    leads: Vec<i64>,
}

/// Who is silent for 20 days, week by week, without the engine.
fn by_hand(cohort: &Cohort) -> Found {
    let mut found = Found::default();
    for (at, it) in cohort.people.iter().enumerate() {
        let active: Vec<NaiveDate> =
            cohort.weeks.iter().filter(|week| week.person == at).map(|week| week.day).collect();
        let (mut seen, mut quiet, mut first) = (false, false, None);
        for week in 0..60 {
            let today = cohort.first_day + Days::new(7 * week + 6);
            if today < it.start || it.end <= today || it.cancelled.is_some_and(|it| it <= today) {
                continue;
            }
            seen = true;
            found.evaluations += 1;
            let last = active.iter().filter(|it| **it <= today).max().unwrap_or(&it.start);
            let was = quiet;
            quiet = (today - *last).num_days() >= 20;
            if !quiet || was {
                continue;
            }
            found.fired += 1;
            first.get_or_insert(today);
            if let Some(left) = it.cancelled {
                found.cancelled += 1;
                found.in_28_days += usize::from((left - today).num_days() <= 28);
            }
            found.lost += usize::from(it.cancelled.is_some() || it.lapsed);
        }
        found.subjects += usize::from(seen);
        if let (Some(left), true) = (it.cancelled, seen) {
            found.recall.0 += 1;
            found.recall.1 += usize::from(first.is_some());
            found.leads.extend(first.map(|it| (left - it).num_days()));
        }
    }
    found.leads.sort_unstable();
    found
}

#[test]
fn the_figures_are_those_of_a_loop() {
    let config = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay_simple.toml");
    fs::write(&config, SIMPLE).unwrap();
    let config = config.to_string_lossy();
    let (code, out, err) = run(&["--data", &sample(), "--config", &config, "--json"]);
    assert_eq!(code, 0, "{err}");
    let told: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(told["read"], 748);
    for year in ["2013", "2014"] {
        let wanted = by_hand(&cohort(year));
        assert!(wanted.fired > 100 && wanted.cancelled > 10, "{year}: {wanted:?}");
        let got = &told["years"][year];
        let rule = &got["alerts"]["quiet"];
        let count = |it: &Value| it.as_u64().unwrap() as usize;
        let share = |it: &Value, whole: usize| {
            (it["value"].as_f64().unwrap() * whole as f64).round() as usize
        };
        let of = |aim: &str, key: &str, whole| share(&rule["outcomes"][aim][key], whole);
        let median = {
            let [low, high] = [(wanted.leads.len() - 1) / 2, wanted.leads.len() / 2];
            f64::midpoint(wanted.leads[low] as f64, wanted.leads[high] as f64)
        };
        assert_eq!(rule["lead_days_median"].as_f64().unwrap().to_bits(), median.to_bits());
        let got = Found {
            subjects: count(&got["subjects"]),
            evaluations: count(&got["evaluations"]),
            fired: count(&rule["told"]),
            cancelled: of("cancelled", "precision", wanted.fired),
            in_28_days: of("cancelled_in_28_days", "precision", wanted.fired),
            lost: of("lost", "precision", wanted.fired),
            recall: (count(&got["fates"]["cancelled"]), of("cancelled", "recall", wanted.recall.0)),
            leads: wanted.leads.clone(),
        };
        assert_eq!(got, wanted, "{year}");
        let quality = &told["years"][year]["quality"]["rules"][0];
        assert_eq!(count(&quality["useful"]), wanted.cancelled, "{year}");
        assert_eq!(count(&quality["noise"]), wanted.fired - wanted.cancelled, "{year}");
    }
}

#[test]
fn no_event_knows_of_a_later_day() {
    let config = include_str!("../examples/replay_history.toml");
    let engine = Engine::compile(&Config::parse(config)).unwrap_or_else(|it| panic!("{it}"));
    let whole = cohort("2014");
    let events = job::replay::replay(&engine, &whole).unwrap().events;
    for weeks in [6, 14, 25] {
        let today = whole.first_day + Days::new(7 * weeks + 6);
        let mut known = whole.clone();
        known.weeks.retain(|it| it.day <= today);
        for it in &mut known.people {
            it.cancelled = it.cancelled.filter(|it| *it <= today);
            it.lapsed = false;
        }
        assert!(known.weeks.len() < whole.weeks.len());
        let replayed = job::replay::replay(&engine, &known).unwrap().events;
        let until = |it: &[foretell::alert::Event]| -> Vec<foretell::alert::Event> {
            it.iter().filter(|it| it.day <= today).cloned().collect()
        };
        assert!(10 < until(&events).len(), "week {weeks}: nothing to compare");
        assert_eq!(until(&replayed), until(&events), "week {weeks}");
        assert_ne!(replayed, events, "week {weeks}: nothing was taken away");
    }
}

#[test]
fn no_prediction_knows_of_a_later_day() {
    let card = include_str!("../examples/replay_history/health.toml");
    let engine = Engine::compile(&Config::parse(card)).unwrap_or_else(|it| panic!("{it}"));
    let whole = cohort("2014");
    let scores = |cohort: &Cohort, until: NaiveDate| -> Vec<String> {
        let book = cohort.book().unwrap();
        let days = cohort.days().into_iter().map(|it| (it, Input::book(&book)));
        let pass = Backtest::run(&engine, days);
        let said = pass.scores("health").filter(|it| it.0 <= until);
        said.map(|it| format!("{it:?}")).collect()
    };
    for weeks in [6, 25] {
        let today = whole.first_day + Days::new(7 * weeks + 6);
        let mut known = whole.clone();
        known.weeks.retain(|it| it.day <= today);
        for it in &mut known.people {
            it.cancelled = it.cancelled.filter(|it| *it <= today);
            it.lapsed = false;
        }
        let before = scores(&known, today);
        assert!(1000 < before.len(), "week {weeks}: nothing to compare");
        assert_eq!(before, scores(&whole, today), "week {weeks}");
    }
}

#[test]
fn the_backtest_of_the_sample_tells_both_outcomes() {
    let (code, out, err) = run(&["--data", &sample(), "--backtest", "--json"]);
    assert_eq!(code, 0, "{err}");
    for wanted in ["cancelled, within 56 days", "went silent, within 400 days", "lowest health"] {
        assert!(out.contains(wanted), "no `{wanted}` in\n{out}");
    }
    let told: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    // The loop counts the same subjects and the same cancellations.
    let wanted = by_hand(&cohort("2014"));
    for which in ["rules", "scorecard"] {
        let aim = &told[which]["aims"][0];
        assert_eq!(aim["aim"], "cancelled");
        assert_eq!(aim["subjects"], wanted.subjects);
        assert_eq!(aim["lost"], wanted.recall.0);
        assert_eq!(aim["rows"], wanted.evaluations);
    }
    // Learned on other subjects, it tells the lost from the others better than lots do.
    let auc = told["scorecard"]["cards"][0]["roc_auc"].as_f64().unwrap();
    assert!(0.55 < auc, "{auc}");
}

#[test]
fn the_sample_reads_well() {
    let (code, out, err) = run(&["--data", &sample()]);
    assert_eq!(code, 0, "{err}");
    // The hash is the config's.
    let text = out.replace(&sample(), "examples/data");
    let (before, after) = text.split_once(", engine ").unwrap();
    let after = after.split_once('\n').unwrap().1;
    insta::assert_snapshot!("sample", format!("{before}\n{after}"));
}

#[test]
fn mistakes_are_said() {
    for (arguments, wanted) in [
        (&["--dta"][..], "unknown flag `--dta`"),
        (&["--data"], "`--data` needs a value"),
        (&["--json=yes"], "`--json` takes no value"),
        (&["--data", "no/such/folder"], "the folder holds no history"),
        (&["--data", "x", "--config", "no/such.toml"], "cannot read the config"),
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(wanted), "{arguments:?}: {err}");
    }
    let (code, out, _) = run(&["--help"]);
    assert!(code == 0 && out.contains("--data DIR"));
}

#[test]
fn the_source_of_the_sample_gives_the_same_figures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/oulad/small_AAA");
    if !folder.exists() {
        eprintln!("skipped: no {}", folder.display());
        return;
    }
    let years = |folder: &str| {
        let (code, out, err) = run(&["--data", folder, "--json"]);
        assert_eq!(code, 0, "{err}");
        let told: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
        told["years"].clone()
    };
    assert_eq!(years(&folder.to_string_lossy()), years(&sample()));
}
