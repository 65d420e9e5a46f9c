//! Counts over small histories, the interval against published figures, and laws.

use proptest::prelude::*;

use super::*;
use crate::alert::{Change, Reason, Suppressor, event_id};
use crate::config::{RuleConfig, RuleSeverity};

fn day(number: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_num_days_from_ce_opt(739_000 + number as i32).unwrap()
}

/// An event in short: rule, subject, day of the firing, day, and what happened; `!` before what
/// happened keeps it quiet.
fn event(rule: &str, subject: &str, fired: u32, at: u32, what: &str) -> Event {
    let quiet = what.starts_with('!');
    let change = match what.trim_start_matches('!') {
        "fired" => Change::Fired,
        "repeated" => Change::Repeated { times: 1 },
        "ends" | "ends told" => Change::Resolved { reason: Reason::Condition },
        other => panic!("{other}"),
    };
    let kind = SubjectKind::Subscription;
    Event {
        id: event_id(rule, (kind, subject), change.name(), (day(fired).into(), day(at).into()), 0),
        day: day(at),
        moment: None,
        rule: rule.to_owned(),
        kind,
        subject: subject.to_owned(),
        parents: [(SubjectKind::Account, "a".to_owned())].into(),
        change,
        since: day(fired).into(),
        fired: Some(day(fired).into()),
        severity: RuleSeverity::Warning,
        message: String::new(),
        evidence: Vec::new(),
        labels: BTreeMap::new(),
        owner: None,
        playbook: None,
        suppressed_by: if quiet { vec![Suppressor::Untold] } else { Vec::new() },
        told_before: what.ends_with("told"),
        supersedes: None,
    }
}

fn config(rules: &[&str]) -> Config {
    let rule = |it: &&str| RuleConfig { name: (*it).to_owned(), ..RuleConfig::default() };
    let mut config = Config::default();
    config.rules = rules.iter().map(rule).collect();
    config
}

fn said(rule: &str, subject: &str, fired: u32, opinion: Opinion) -> Judgement {
    let (rule, subject) = (rule.to_owned(), subject.to_owned());
    let kind = SubjectKind::Subscription;
    let key = FiringKey { rule, kind, subject, fired: day(fired).into() };
    Judgement { alert: AlertRef::Firing(key), opinion }
}

/// A rule `r` with many alerts, `n` that nobody judged, `w` that never was useful, `z` that never
/// fired, and `old` that is gone.
fn story() -> (Config, Vec<Event>, Exposure, Vec<Judgement>) {
    let mut events = Vec::new();
    let mut judgements = Vec::new();
    for at in 0..40 {
        let subject = format!("s{at}");
        events.push(event("r", &subject, at, at, "fired"));
        events.push(event("r", &subject, at, at + 10 + at % 3, "ends told"));
        let opinion = [Opinion::Useful, Opinion::Noise, Opinion::TooEarly, Opinion::Useful];
        judgements.push(said("r", &subject, at, opinion[at as usize % 4]));
    }
    events.push(event("r", "s0", 60, 60, "!fired"));
    events.push(event("r", "s1", 60, 60, "!fired"));
    events.push(event("r", "s1", 60, 63, "repeated"));
    events.push(event("n", "s1", 5, 5, "fired"));
    events.push(event("w", "s2", 5, 5, "fired"));
    events.push(event("old", "s2", 1, 9, "ends told"));
    let alert = AlertRef::Event(event("w", "s2", 5, 5, "fired").id);
    judgements.push(Judgement { alert, opinion: Opinion::Useful });
    judgements.push(said("w", "s2", 5, Opinion::Noise));
    judgements.push(said("w", "s2", 6, Opinion::Useful));
    let alert = AlertRef::Event("feed".to_owned());
    judgements.push(Judgement { alert, opinion: Opinion::Noise });
    let mut exposure = Exposure::default();
    let counts = [(SubjectKind::Subscription, 50), (SubjectKind::Account, 2)];
    exposure.note(day(0), counts);
    exposure.note(day(63), counts);
    (config(&["r", "n", "w", "z"]), events, exposure, judgements)
}

#[test]
fn people_read_a_short_table() {
    let (config, events, exposure, judgements) = story();
    let quality = alert_quality(&config, &events, &exposure, &judgements);
    insta::assert_snapshot!(quality, @r"
    rule  fired  told  judged  useful  noise  too early   precision (95%)  days open  per subject and month
    n         1     1       0       0      0          0                 -          -                0.00951
    old       1     1       0       0      0          0                 -          8                0.00951
    r        42    41      40      20     10         10  50% (35% to 65%)         11                  0.390
    w         1     1       1       0      1          0    0% (0% to 79%)          -                0.00951
    z         0     0       0       0      0          0                 -          -                      0
    n: nobody judged it
    old: the config no longer has it
    old: nobody judged it
    w: never judged useful
    w: 1 judged, under 30 says little
    z: never fired
    alerts per account and month: 10.46
    1 judgement: a later one replaced it
    2 judgements: no such alert among these, not counted
    ");
}

#[test]
fn counts_are_what_the_story_says() {
    let (config, events, exposure, judgements) = story();
    let quality = alert_quality(&config, &events, &exposure, &judgements);
    // Rule, in the config, fired, told, suppressed, open, judged, useful.
    for (rule, in_config, counts, standing) in [
        ("n", true, [1, 1, 0, 1, 0, 0], RuleStanding::NotJudged),
        ("old", false, [1, 1, 0, 0, 0, 0], RuleStanding::NotJudged),
        ("r", true, [42, 41, 1, 2, 40, 20], RuleStanding::Useful),
        ("w", true, [1, 1, 0, 1, 1, 0], RuleStanding::NeverUseful),
        ("z", true, [0, 0, 0, 0, 0, 0], RuleStanding::NeverFired),
    ] {
        let it = quality.rule(rule).unwrap();
        let got = [it.fired, it.told, it.suppressed, it.open, it.judged, it.useful];
        assert_eq!((it.in_config, got, it.standing), (in_config, counts, standing), "{rule}");
    }
    let r = quality.rule("r").unwrap();
    assert_eq!((r.noise, r.too_early, r.median_days_open), (10, 10, Some(11.0)));
    let months = 50.0 * 64.0 / (365.2425 / 12.0);
    assert!((r.per_subject_month.unwrap() - 41.0 / months).abs() < 1e-12);
    let months = 2.0 * 64.0 / (365.2425 / 12.0);
    assert!((quality.per_account_month.unwrap() - 44.0 / months).abs() < 1e-12);
    assert_eq!((quality.replaced, quality.unknown.len()), (1, 2));
    let idle: Vec<&str> = quality.not_needed().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(idle, ["w", "z"]);
}

#[test]
fn without_exposure_rates_are_not_known() {
    let (config, events, _, _) = story();
    let quality = alert_quality(&config, &events, &Exposure::default(), &[]);
    assert_eq!(quality.per_account_month, None);
    assert!(quality.rules.iter().all(|rule| rule.per_subject_month.is_none()));
    assert!(quality.rules.iter().all(|rule| rule.precision.is_none()));
}

#[test]
fn when_somebody_was_told_is_known() {
    for (events, told, told_on, resolved) in [
        (&[(2, "fired")][..], true, Some(2), None),
        (&[(2, "!fired")], false, None, None),
        (&[(2, "!fired"), (4, "repeated")], true, Some(4), None),
        (&[(2, "fired"), (4, "repeated")], true, Some(2), None),
        (&[(2, "!fired"), (9, "!ends")], false, None, Some(9)),
        // What was told before the first event given has no day.
        (&[(9, "ends told")], true, None, Some(9)),
        (&[(2, "fired"), (9, "!ends told")], true, Some(2), Some(9)),
    ] {
        let list: Vec<Event> = events.iter().map(|it| event("r", "s", 2, it.0, it.1)).collect();
        let [firing] = firings(&list).try_into().unwrap();
        let got = (firing.told, firing.told_on, firing.resolved);
        assert_eq!(got, (told, told_on.map(day), resolved.map(day)), "{events:?}");
    }
}

#[test]
fn the_interval_is_wilsons() {
    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    for (part, whole, low, high) in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ] {
        let it = Share::of(part, whole).unwrap();
        assert!((it.low - low).abs() < 5e-5 && (it.high - high).abs() < 5e-5, "{part}: {it:?}");
    }
    let all = Share::of(3, 2).unwrap();
    assert!(all.value.to_bits() == 1.0_f64.to_bits() && all.high.to_bits() == 1.0_f64.to_bits());
}

#[test]
fn small_samples_say_so() {
    for (judged, small, wide) in
        [(0, false, 0.0), (1, true, 0.79), (29, true, 0.34), (30, false, 0.34)]
    {
        let events: Vec<Event> =
            (0..40).map(|at| event("r", &format!("s{at}"), at, at, "fired")).collect();
        let judgements: Vec<Judgement> = (0..judged)
            .map(|at| {
                let opinion = if at % 2 == 0 { Opinion::Useful } else { Opinion::Noise };
                said("r", &format!("s{at}"), at, opinion)
            })
            .collect();
        let quality = alert_quality(&config(&["r"]), &events, &Exposure::default(), &judgements);
        let it = quality.rule("r").unwrap();
        assert_eq!(it.is_small_sample(), small, "{judged}");
        let told = quality.to_string().contains("under 30 says little");
        assert_eq!(told, small, "{judged}");
        let width = it.precision.map_or(0.0, |share| share.high - share.low);
        assert!((width - wide).abs() < 0.01, "{judged}: {width}");
    }
}

#[test]
fn it_survives_being_written_down() {
    let (config, events, exposure, judgements) = story();
    let quality = alert_quality(&config, &events, &exposure, &judgements);
    let text = serde_json::to_string(&quality).unwrap();
    assert_eq!(serde_json::from_str::<AlertQuality>(&text).unwrap(), quality);
    let text = serde_json::to_string(&(&judgements, &exposure)).unwrap();
    let back: (Vec<Judgement>, Exposure) = serde_json::from_str(&text).unwrap();
    assert_eq!(back, (judgements, exposure));
}

#[test]
fn a_day_assessed_again_is_not_watched_twice() {
    let kind = SubjectKind::Subscription;
    let mut exposure = Exposure::since(Some(day(0)));
    for (at, count, total) in
        [(2, 5, 10), (2, 5, 10), (1, 9, 10), (3, 4, 14), (10, 0, 14), (11, 1, 15)]
    {
        exposure.note(day(at), [(kind, count)]);
        assert_eq!(exposure.subject_days(kind), total, "{at}");
    }
    let mut both = exposure.clone();
    both.add(&exposure);
    assert_eq!(both.subject_days(kind), 30);
}

fn histories() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..3_u32, 0..3_u32, 0..4_u32, 0..5_u32, any::<bool>());
    proptest::collection::vec(one, 0..40).prop_map(|all| {
        let event = |(rule, subject, fired, what, quiet): (u32, u32, u32, u32, bool)| {
            let (at, what) =
                [(0, "fired"), (0, "!fired"), (2, "repeated"), (5, "ends"), (5, "ends told")]
                    [what as usize];
            let what =
                if quiet { format!("!{}", what.trim_start_matches('!')) } else { what.to_owned() };
            event(&format!("r{rule}"), &format!("s{subject}"), fired * 10, fired * 10 + at, &what)
        };
        all.into_iter().map(event).collect()
    })
}

proptest! {
    #[test]
    fn counts_add_up_and_order_is_nothing(
        events in histories(),
        opinions in proptest::collection::vec((0..40_usize, 0..3_usize), 0..30),
        turn in 0..40_usize,
    ) {
        // Copies of one event are the same.
        let mut seen = std::collections::BTreeSet::new();
        let mut events = events;
        events.retain(|event| seen.insert(event.id.clone()));
        let judgements: Vec<Judgement> = opinions
            .iter()
            .map(|(at, opinion)| Judgement {
                alert: AlertRef::Event(events.get(*at).map_or_else(|| "?".into(), |event| event.id.clone())),
                opinion: [Opinion::Useful, Opinion::Noise, Opinion::TooEarly][*opinion],
            })
            .collect();
        let config = config(&["r0", "r1", "r9"]);
        let quality = alert_quality(&config, &events, &Exposure::default(), &judgements);
        let mut judged = 0;
        for it in &quality.rules {
            prop_assert_eq!(it.told + it.suppressed, it.fired);
            prop_assert_eq!(it.useful + it.noise + it.too_early, it.judged);
            prop_assert!(it.judged <= it.fired && it.open <= it.fired);
            if let Some(it) = it.precision {
                prop_assert!(0.0 <= it.low && it.low <= it.value && it.value <= it.high && it.high <= 1.0);
            }
            judged += it.judged;
        }
        let fired: usize = quality.rules.iter().map(|rule| rule.fired).sum();
        prop_assert_eq!(fired, firings(&events).len());
        prop_assert_eq!(judged + quality.replaced + quality.unknown.len(), judgements.len());
        // Another order, and every event twice.
        let mut turned: Vec<Event> = events.iter().chain(&events).cloned().collect();
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        turned.reverse();
        prop_assert_eq!(alert_quality(&config, &turned, &Exposure::default(), &judgements), quality);
    }
}
