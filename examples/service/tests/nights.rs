//! What the service tells over some nights.

use std::io::{BufRead as _, BufReader};

use crate::host::Host;
use crate::kill::ORDERS;
use crate::receiver::{Manners, Receiver};
use crate::world;

/// A fact in a line: the day, what happened to what, and whose.
pub(crate) fn line(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let text = |it: &serde_json::Value| it.as_str().unwrap_or_default().to_owned();
    if let Some(it) = body.get("event") {
        let (day, change) = (text(&it["day"]), text(&it["change"]["kind"]));
        format!(
            "{day} {} {} {change}: {}",
            text(&it["subject"]),
            text(&it["rule"]),
            text(&it["message"])
        )
    } else {
        let it = &body["action"];
        let change = it.get("change").map_or("issued".to_owned(), text);
        format!("{} {} {} {change}", text(&it["day"]), text(&it["subject"]), text(&it["step"]))
    }
}

/// What it is about.
pub(crate) fn subject(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let fact = body.get("event").or_else(|| body.get("action")).unwrap();
    fact["subject"].as_str().unwrap().to_owned()
}

/// Carries out orders with a receiver that takes all, and says what it took.
fn told(host: &Host, receiver: &Receiver, orders: &[&str]) -> Vec<String> {
    let before = receiver.taken().len();
    host.finish(orders);
    receiver.taken()[before..].iter().map(|it| line(&it.1)).collect()
}

#[test]
fn what_comes_late_is_taken_back_or_corrected_and_what_nobody_heard_is_dropped() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    assert_eq!(
        told(&host, &receiver, &["config first.toml", "night 2026-03-02 second"]),
        [
            "2026-03-02 s3 quiet fired: no login for 6 days",
            "2026-03-02 s1 quiet fired: no login for 4 days",
            "2026-03-02 s2 quiet fired: no login for 3 days",
        ],
        "three a night; what is to be done waits with the alerts, or for another night"
    );
    assert_eq!(
        told(&host, &receiver, &["night 2026-03-02 second_late"]),
        [
            "2026-03-02 s1 quiet withdrawn: no login for 4 days",
            "2026-03-02 s3 quiet corrected: no login for 5 days",
        ],
        "that s1 is to be written to was never told"
    );
    assert_eq!(told(&host, &receiver, &["night 2026-03-02 second_late"]), [""; 0], "once more");
}

#[test]
fn what_a_crash_left_is_delivered_before_anything_else_is_done() {
    for at in 4..=6 {
        let receiver = Receiver::start(Manners::Good);
        let host = Host::new(&receiver.url);
        let killed = host.run(&["config first.toml", "night 2026-03-02 second"], Some(at));
        assert!(killed.killed.is_some() && receiver.taken().is_empty(), "{killed:?}");
        let next = host.run(&["night 2026-03-03 no such folder"], None);
        assert!(next.code == Some(1) && receiver.taken().len() == 3, "{killed:?} {next:?}");
    }
}

#[test]
fn what_was_handed_out_before_a_crash_was_heard_whatever_is_handed_out_after_it() {
    let receiver = Receiver::start(Manners::Good);
    let mut host = Host::new(&receiver.url);
    let killed = host.run(&["config first.toml", "night 2026-03-02 second"], Some(6));
    assert_eq!(killed.killed.as_deref(), Some("6, the hand-out was saved"));
    host.at_most = 1;
    assert_eq!(told(&host, &receiver, &[]).len(), 3);
    assert_eq!(
        told(&host, &receiver, &["night 2026-03-02 second_late"]),
        [
            "2026-03-02 s1 quiet withdrawn: no login for 4 days",
            "2026-03-02 s3 quiet corrected: no login for 5 days",
        ]
    );
}

#[test]
fn an_earlier_night_is_assessed_again_once_and_by_its_own_order() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    host.finish(&ORDERS[..6]);
    let past = host.run(&["night 2026-03-03 fourth_late"], None);
    assert!(past.error.contains("later than 2026-03-03"), "{past:?}");
    let again = told(&host, &receiver, &["again 2026-03-03 fourth_late"]);
    assert!(again.iter().any(|it| it.contains("s6 fell withdrawn")), "{again:?}");
    assert_eq!(told(&host, &receiver, &["again 2026-03-03 fourth_late"]), [""; 0], "once more");
    let unknown = host.run(&["again 2026-02-03 fourth_late"], None);
    assert_eq!(unknown.error, "error: no night of 2026-02-03 is kept\n");
}

#[test]
fn a_config_counts_if_it_is_whole_and_passes_its_tests() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    let none = host.run(&["night 2026-03-02 second"], None);
    assert_eq!(
        (none.code, &*none.error),
        (Some(1), "error: no config counts yet: give the order `config FILE`\n")
    );
    host.finish(&["config first.toml"]);
    for (right, wrong, why) in [
        ("logins_7d.change_1d", "logins_8d.change_1d", "nothing is named `logins_8d"),
        ("days_since_login >= 3", "days_since_login >= 4", "failed"),
    ] {
        host.write("wrong.toml", &host.read("first.toml").replace(right, wrong));
        let ended = host.run(&["config wrong.toml"], None);
        assert!(ended.code == Some(1) && ended.error.contains(why), "{ended:?}");
    }
    let same = host.finish(&["config first.toml", "night 2026-03-02 second"]);
    assert_eq!(same[0], "done: config first.toml: it counts already");
    assert_eq!(host.count("SELECT count(*) FROM configs"), 1);
}

#[test]
fn a_night_that_a_guard_holds_changes_nothing_until_it_is_accepted() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    let careful = format!("{}\n[guards]\nfrom_subjects = 1\n", host.read("first.toml"));
    host.write("careful.toml", &careful);
    // Nobody is quiet on the first.
    world::tables(&host.folder.join("first"), 1, &[]);
    host.finish(&["config careful.toml", "night 2026-03-01 first"]);
    let before = host.state();
    let held = host.run(&["night 2026-03-02 second"], None);
    assert!(held.code == Some(3) && held.error.contains("max_new_alerts"), "{held:?}");
    assert!(receiver.taken().is_empty() && host.state() == before, "something was told");
    assert_eq!(told(&host, &receiver, &["accept 2026-03-02 second"]).len(), 3);
}

#[test]
fn a_table_that_cannot_be_read_or_is_empty_ends_nobody() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    host.finish(&ORDERS[..2]);
    let whole = host.read("third/subscriptions.csv");
    host.write("third/subscriptions.csv", &format!("{whole}s7,"));
    let torn = host.run(&["night 2026-03-03 third"], None);
    assert!(torn.code == Some(1) && torn.error.contains("subscriptions.csv"), "{torn:?}");
    host.write("third/subscriptions.csv", "id,account_id,start\n");
    host.write("third/usage.csv", "subscription_id,name,date,value\n");
    let told = told(&host, &receiver, &["night 2026-03-03 third"]);
    assert!(told.iter().all(|it| !it.contains("resolved")), "{told:?}");
}

#[test]
fn there_is_one_service_for_a_database() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    // It waits at its first step until it is killed.
    let mut first = host.start(&["config first.toml"], Some(1));
    let mut line = String::new();
    BufReader::new(first.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let second = host.run(&["config first.toml"], None);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(second.code == Some(1) && second.error.contains("locked"), "{line} {second:?}");
    host.finish(&["config first.toml"]);
}
