//! Killed at every step, and at any moment: the same deliveries, and the same state.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::host::Host;
use crate::nights::{line, subject};
use crate::receiver::{Chance, Manners, Receiver, Taken};

/// Nights with late data, a swap of the config, and an earlier night again.
pub(crate) const ORDERS: [&str; 8] = [
    "config first.toml",
    "night 2026-03-02 second",
    "night 2026-03-02 second_late",
    "night 2026-03-03 third",
    "config stricter.toml",
    "night 2026-03-04 fourth",
    "again 2026-03-03 fourth_late",
    "night 2026-03-05 fifth",
];

/// What a perfect receiver is told by a service that lives, and its last state.
fn perfect() -> (Vec<Taken>, String) {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new(&receiver.url);
    host.finish(&ORDERS);
    assert_eq!(receiver.taken(), receiver.kept(), "nothing is sent twice where all is well");
    (receiver.kept(), host.state())
}

/// Facts by subject, in the order of their arrival.
fn by_subject(taken: &[Taken]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, body) in taken {
        all.entry(subject(body)).or_default().push(format!("{} {id} {body}", line(body)));
    }
    all
}

/// Nothing lost, nothing told under a second id, of one subject everything in order, and the same state.
fn same(receiver: &Receiver, host: &Host, wanted: &(Vec<Taken>, String), why: &str) {
    let (got, wanted_by) = (by_subject(&receiver.kept()), by_subject(&wanted.0));
    for (subject, facts) in &got {
        let none = Vec::new();
        let wanted = wanted_by.get(subject).unwrap_or(&none);
        assert!(facts == wanted, "{why}: {subject} was told\n{facts:#?}\nand not\n{wanted:#?}");
    }
    assert_eq!(got.len(), wanted_by.len(), "{why}");
    assert!(host.state() == wanted.1, "{why}: another state");
}

#[test]
fn a_kill_at_any_step_loses_nothing_and_tells_nothing_under_a_second_id() {
    let wanted = perfect();
    assert!(wanted.0.len() > 10, "{wanted:?}");
    let (next, over, twice) = (AtomicUsize::new(1), AtomicBool::new(false), AtomicUsize::new(0));
    let killed_at = |at: usize| -> Option<String> {
        let receiver = Receiver::start(Manners::Bad(at as u64));
        let host = Host::new(&receiver.url);
        let ended = host.run(&ORDERS, Some(at));
        let why = format!("killed at step {ended:?}");
        assert!(ended.killed.is_some() || ended.code == Some(0), "{why}");
        host.finish(&ORDERS[ended.done.len()..]);
        same(&receiver, &host, &wanted, &why);
        twice.fetch_add(receiver.taken().len() - receiver.kept().len(), Ordering::Relaxed);
        ended.killed
    };
    let work = || {
        let mut points = Vec::new();
        while !over.load(Ordering::Relaxed) {
            match killed_at(next.fetch_add(1, Ordering::Relaxed)) {
                Some(point) => points.push(point),
                None => over.store(true, Ordering::Relaxed),
            }
        }
        points
    };
    let points: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(points.len() > 50, "{points:?}");
    assert!(twice.into_inner() > points.len(), "the receiver was good after all");
    for after in [
        "the config was checked",
        "the config was saved",
        "the night was assessed",
        "the night was saved",
        "facts were handed out",
        "the hand-out was saved",
        "a letter was sent",
        "its arrival was noted",
        "arrivals were acknowledged",
        "the acknowledgement was saved",
    ] {
        assert!(points.iter().any(|it| it.ends_with(after)), "never killed after: {after}");
    }
}

#[test]
fn so_does_a_kill_at_any_moment() {
    let wanted = perfect();
    for seed in 1..=6 {
        let receiver = Receiver::start(Manners::Bad(seed));
        let host = Host::new(&receiver.url);
        let mut chance = Chance(seed);
        let mut done = 0;
        for _ in 0..12 {
            let mut child = host.start(&ORDERS[done..], None);
            thread::sleep(Duration::from_millis(chance.next() % 60));
            child.kill().unwrap();
            // What it said before it died counts.
            done += host.watch(child).done.len();
        }
        host.finish(&ORDERS[done..]);
        same(&receiver, &host, &wanted, &format!("seed {seed}"));
    }
}
