//! What is over does not count: every table, every spelling, on the days around its last.

#[cfg(feature = "outcome")]
mod law;

use foretell::book::{Book, Tables};
use foretell::engine::Scores;
use foretell::fault::{Code, Severity};
use foretell::frame::SubjectKind;
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};

/// An account of which one subscription was cancelled on 3 November and paid until the 23rd, and another runs until
/// 10 April; and what else an account has, each with a last day or a first one out.
const BOOK: &str = r#"{
    "companies": [{ "id": "hq" }],
    "accounts": [{ "id": "reader", "company_id": "hq", "created": "2025-01-01" }],
    "subscriptions": [
        { "id": "old", "account_id": "reader", "start": "2025-01-23", "end": "2025-11-23",
          "cancelled_on": "2025-11-03", "arr": "60" },
        { "id": "new", "account_id": "reader", "start": "2025-04-10", "end": "2026-04-10", "arr": "90" },
        { "id": "next", "account_id": "reader", "start": "2026-07-01", "arr": "30" }
    ],
    "licenses": [
        { "account_id": "reader", "start": "2025-02-01", "end": "2025-11-23", "quantity": 5 },
        { "subscription_id": "new", "start": "2025-03-01", "quantity": 7 }
    ],
    "entitlements": [
        { "account_id": "reader", "name": "premier", "start": "2025-02-01", "end": "2025-11-23", "quantity": 2 },
        { "account_id": "reader", "name": "basic", "quantity": 1 }
    ],
    "deployments": [
        { "account_id": "reader", "created": "2025-02-01", "retired": "2025-11-23", "size": 8 },
        { "account_id": "reader", "created": "2025-02-01", "size": 1 }
    ],
    "contacts": [
        { "account_id": "reader", "since": "2025-02-01", "left": "2025-11-23", "role": "champion", "sentiment": 1,
          "last_contacted": "2025-11-01" },
        { "account_id": "reader", "since": "2025-02-01", "role": "admin", "sentiment": 0 }
    ],
    "overrides": [
        { "subject": "account", "subject_id": "reader", "scorecard": "health", "kind": "cap", "value": 40,
          "reason": "r", "author": "a", "from": "2025-02-01", "until": "2025-11-23" }
    ],
    "cases": [
        { "id": "c1", "account_id": "reader", "opened": "2025-02-01", "resolved": "2025-11-23" },
        { "id": "c2", "account_id": "reader", "opened": "2025-02-01" }
    ],
    "invoices": [{ "account_id": "reader", "subscription_id": "old", "issued": "2025-02-01", "amount": "60" }]
}"#;

/// The days around the last of each, in pairs of the day before and the first day out.
const DAYS: [&str; 8] = [
    "2025-11-02",
    "2025-11-03",
    "2025-11-22",
    "2025-11-23",
    "2025-11-24",
    "2026-04-09",
    "2026-04-10",
    "2026-07-01",
];

fn book() -> Book {
    let tables: Tables = serde_json::from_str(BOOK).unwrap();
    Book::strict(tables).unwrap_or_else(|it| panic!("{it}"))
}

fn compile(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{text}: {it}"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Missing => "-".to_owned(),
        other => other.to_string(),
    }
}

/// The metric `m` of the account, or of its company, on each of the days, by all ways to compute it.
fn on_days(engine: &Engine, kind: SubjectKind, id: &str, days: &[&str]) -> String {
    let book = book();
    let value = |day: &&str| {
        let (day, state) = (day.parse::<AsOf>().unwrap(), State::new());
        let input = Input::book(&book);
        let whole: Assessment = engine.assess(&input, day, &state).unwrap();
        let value = whole.value(kind, "m", id);
        let with_ended = engine.assess(&input.clone().with_ended(), day, &state).unwrap();
        assert_eq!(
            with_ended.value(kind, "m", id),
            value,
            "{day}: with what has ended assessed too"
        );
        let columns: Scores = engine.score(&input, day, &state);
        let again = columns.column(kind, "m").map(|it| it.value(0));
        assert!(again.is_none_or(|it| it == value), "{day}: in columns");
        shown(&value)
    };
    days.iter().map(value).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_over_counts_in_no_spelling() {
    // 11-02, 11-03, 11-22, 11-23, 11-24, 04-09, 04-10, 07-01
    for (metric, expected) in [
        ("from = 'subscriptions', take = 'sum', field = 'arr'", "150 90 90 90 90 90 0 30"),
        ("from = 'subscriptions', take = 'count'", "2 1 1 1 1 1 0 1"),
        ("from = 'subscriptions', take = 'mean', field = 'arr'", "75 90 90 90 90 90 - 30"),
        ("from = 'subscriptions', take = 'min', field = 'arr'", "60 90 90 90 90 90 - 30"),
        ("from = 'subscriptions', take = 'max', field = 'age_days'", "283 207 226 227 228 364 - 0"),
        ("from = 'subscriptions', take = 'last', field = 'arr'", "90 90 90 90 90 90 - 30"),
        ("from = 'subscriptions', take = 'distinct', field = 'arr'", "2 1 1 1 1 1 0 1"),
        ("from = 'subscriptions', take = 'days_since_last'", "206 207 226 227 228 364 - 0"),
        ("from = 'subscriptions', take = 'days_until', field = 'end'", "21 158 139 138 137 1 - -"),
        ("from = 'subscriptions', take = 'count', where = 'arr > 70'", "1 1 1 1 1 1 0 0"),
        ("from = 'subscriptions', take = 'share', where = 'arr > 70'", "0.5 1 1 1 1 1 - 0"),
        ("from = 'subscriptions', take = 'count', window = '1y'", "2 1 1 1 1 1 0 1"),
        ("from = 'licenses', take = 'sum', field = 'quantity'", "12 12 12 12 7 7 7 7"),
        ("from = 'licenses', take = 'count'", "2 2 2 2 1 1 1 1"),
        ("from = 'entitlements', take = 'sum', field = 'quantity'", "3 3 3 3 1 1 1 1"),
        ("from = 'entitlements', take = 'distinct', field = 'name'", "2 2 2 2 1 1 1 1"),
        ("from = 'deployments', take = 'sum', field = 'size'", "9 9 9 1 1 1 1 1"),
        ("from = 'contacts', take = 'count'", "2 2 2 1 1 1 1 1"),
        ("from = 'contacts', take = 'count', where = 'role == \"champion\"'", "1 1 1 0 0 0 0 0"),
        ("from = 'contacts', take = 'mean', field = 'sentiment'", "0.5 0.5 0.5 0 0 0 0 0"),
        (
            "from = 'contacts', take = 'days_since_last', field = 'last_contacted'",
            "1 2 21 - - - - -",
        ),
        ("from = 'overrides', take = 'count'", "1 1 1 1 0 0 0 0"),
        // What happened happened: cases, invoices, and what else is an event, count by their dates.
        ("from = 'cases', take = 'count'", "2 2 2 2 2 2 2 2"),
        ("from = 'cases', take = 'count', where = 'is_open'", "2 2 2 1 1 1 1 1"),
        ("from = 'invoices', take = 'sum', field = 'amount'", "60 60 60 60 60 60 60 60"),
        // By name.
        ("expr = 'subscriptions.arr.sum'", "150 90 90 90 90 90 0 30"),
        ("expr = 'subscriptions.arr.min'", "60 90 90 90 90 90 - 30"),
        ("expr = 'subscriptions.arr.distinct'", "2 1 1 1 1 1 0 1"),
        ("expr = 'subscriptions.count'", "2 1 1 1 1 1 0 1"),
        ("expr = 'subscriptions.arr.count'", "2 1 1 1 1 1 0 1"),
        ("expr = 'subscriptions.health.min'", "60 90 90 90 90 90 - 30"),
        ("expr = 'licenses.quantity.sum'", "12 12 12 12 7 7 7 7"),
        ("expr = 'licenses.count'", "2 2 2 2 1 1 1 1"),
        ("expr = 'entitlements.quantity.sum'", "3 3 3 3 1 1 1 1"),
        ("expr = 'entitlements.name.distinct'", "2 2 2 2 1 1 1 1"),
        ("expr = 'deployments.size.sum'", "9 9 9 1 1 1 1 1"),
        ("expr = 'contacts.count'", "2 2 2 1 1 1 1 1"),
        ("expr = 'contacts.sentiment.mean'", "0.5 0.5 0.5 0 0 0 0 0"),
        ("expr = 'cases.is_open'", "2 2 2 1 1 1 1 1"),
        ("expr = 'cases.count'", "2 2 2 1 1 1 1 1"),
        // All of them.
        (
            "from = 'subscriptions', take = 'sum', field = 'arr', include_ended = true",
            "150 150 150 150 150 150 150 180",
        ),
        (
            "from = 'subscriptions', take = 'count', where = 'is_over', include_ended = true",
            "0 1 1 1 1 1 2 2",
        ),
        (
            "from = 'licenses', take = 'sum', field = 'quantity', include_ended = true",
            "12 12 12 12 12 12 12 12",
        ),
        ("from = 'entitlements', take = 'count', include_ended = true", "2 2 2 2 2 2 2 2"),
        (
            "from = 'deployments', take = 'count', where = 'is_active', include_ended = true",
            "2 2 2 1 1 1 1 1",
        ),
        (
            "from = 'contacts', take = 'count', where = 'has_left', include_ended = true",
            "0 0 0 1 1 1 1 1",
        ),
        ("from = 'overrides', take = 'count', include_ended = true", "1 1 1 1 1 1 1 1"),
    ] {
        let text = format!(
            "metrics = [\
               {{ name = 'm', subject = 'account', {metric} }},\
               {{ name = 'arr' }},\
             ]\n\
             [[scorecards]]\nname = 'health'\n\
             factors = [{{ metric = 'arr', points.linear = {{ worst = 0, best = 100 }} }}]\n"
        );
        let got = on_days(&compile(&text), SubjectKind::Account, "reader", &DAYS);
        assert_eq!(got, expected, "{metric}");
        // What a company reads through its accounts is the same.
        if metric.contains("from") && !metric.contains("overrides") {
            let text = text.replace("subject = 'account'", "subject = 'company'");
            let got = on_days(&compile(&text), SubjectKind::Company, "hq", &DAYS);
            assert_eq!(got, expected, "{metric} of the company");
        }
    }
}

/// The whole of it, as a host reads it: the account that lost all fires.
#[test]
fn an_account_that_lost_its_last_subscription_is_lost() {
    let engine = compile(
        "[[metrics]]\nname = 'm'\nsubject = 'account'\nfrom = 'subscriptions'\ntake = 'count'\n\
         [[rules]]\nname = 'lost'\nsubject = 'account'\nwhen = 'm == 0'\n",
    );
    let book = book();
    let fires = |day: &str| {
        let out = engine
            .assess(&Input::book(&book), day.parse::<AsOf>().unwrap(), &State::new())
            .unwrap();
        out.rules()[0].matches.len()
    };
    let days = ["2025-11-02", "2025-11-03", "2026-04-09", "2026-04-10", "2026-06-30", "2026-07-01"];
    assert_eq!(days.map(fires), [0, 0, 0, 1, 1, 0]);
}

#[test]
fn asking_for_what_does_not_count_is_said() {
    for (metric, expected) in [
        (
            "from = 'subscriptions', take = 'count', where = '!is_over'",
            "always-same metrics[0].where",
        ),
        ("from = 'contacts', take = 'count', where = 'has_left'", "always-same metrics[0].where"),
        ("from = 'licenses', take = 'share', field = 'is_active'", "always-same metrics[0].field"),
        (
            "from = 'deployments', take = 'days_since_last', field = 'retired'",
            "always-same metrics[0].field",
        ),
        (
            "from = 'subscriptions', take = 'days_since_last', field = 'cancelled_on', include_ended = true",
            "",
        ),
        ("from = 'subscriptions', take = 'count', where = 'is_over', include_ended = true", ""),
        ("from = 'cases', take = 'count', include_ended = true", "unused metrics[0].include_ended"),
        (
            "from = 'usage.logins', take = 'sum', include_ended = true",
            "unused metrics[0].include_ended",
        ),
        ("from = 'subscriptions', take = 'count', include_ended = false", ""),
        ("expr = '1 + 1', include_ended = true", "incompatible metrics[0].include_ended"),
        ("include_ended = true", "incompatible metrics[0].include_ended"),
        ("from = 'tree.accounts', take = 'count'", "unknown-name metrics[0].from"),
    ] {
        let text = format!(
            "metrics = [{{ name = 'm', subject = 'account', {metric} }}]\n\
             [[rules]]\nname = 'r'\nsubject = 'account'\nwhen = '(m ?? 0) > 0'\n"
        );
        let faults: Vec<_> = match Engine::compile(&Config::parse(&text)) {
            Ok(it) => it.warnings().to_vec(),
            Err(it) => it.list().to_vec(),
        };
        let said: Vec<String> =
            faults.iter().map(|it| format!("{} {}", it.code, it.place.path)).collect();
        assert_eq!(said.join(", "), expected, "{metric}");
        for it in &faults {
            let warns = matches!(it.code, Code::AlwaysSame | Code::Unused);
            assert_eq!(it.severity == Severity::Warning, warns, "{it:?}");
            assert!(it.help.is_some() && !it.message.contains('\n'));
        }
    }
}

/// Twelve windows of a month at month ends sum to the year; so do quarters, halves and years, in leap years too.
#[test]
fn windows_of_months_sum_to_the_year() {
    let usage: Vec<String> = (0..900)
        .map(chrono::Days::new)
        .map(|it| "2023-12-01".parse::<chrono::NaiveDate>().unwrap() + it)
        .map(|it| format!(r#"{{"name":"api","subscription_id":"s","date":"{it}","value":1}}"#))
        .collect();
    let text = format!(
        r#"{{"subscriptions":[{{"id":"s","start":"2023-12-01"}}],"usage":[{}]}}"#,
        usage.join(",")
    );
    let book = Book::strict(serde_json::from_str(&text).unwrap()).unwrap();
    let engine = compile(
        "metrics = [\
           { name = 'm', from = 'usage.api', take = 'sum', window = '1mo' },\
           { name = 'q', from = 'usage.api', take = 'sum', window = '3mo' },\
           { name = 'y', from = 'usage.api', take = 'sum', window = '1y' },\
           { name = 'change', from = 'usage.api', take = 'change', window = '1mo' },\
           { name = 'idle', from = 'usage.api', take = 'zero_share', window = '1mo' },\
         ]\n[[rules]]\nname = 'r'\nwhen = 'm + q + y + change + idle > 0'\n",
    );
    let on = |day: &str, name: &str| {
        let out = engine
            .assess(&Input::book(&book), day.parse::<AsOf>().unwrap(), &State::new())
            .unwrap();
        out.value(SubjectKind::Subscription, name, "s").number().unwrap()
    };
    for (year, february, days) in [(2024, 29, 366.0), (2025, 28, 365.0)] {
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let ends: Vec<String> =
            (1..).zip(lengths).map(|(month, last)| format!("{year}-{month:02}-{last}")).collect();
        let months: Vec<f64> = ends.iter().map(|it| on(it, "m")).collect();
        assert_eq!(months, lengths.map(f64::from));
        assert_eq!(Some(months.iter().sum::<f64>()), Some(days));
        let quarters = ends.iter().skip(2).step_by(3).map(|it| on(it, "q"));
        assert_eq!(Some(quarters.sum::<f64>()), Some(days));
        assert_eq!(Some(on(&ends[11], "y")), Some(days));
        for (at, end) in ends.iter().enumerate().skip(1) {
            let (now, before) = (f64::from(lengths[at]), f64::from(lengths[at - 1]));
            let change = (now - before) / before * 100.0;
            assert_eq!(
                [on(end, "change"), on(end, "idle")].map(Some),
                [change, 0.0].map(Some),
                "{end}"
            );
        }
    }
    // From any other day a month is as long as the one before that day.
    assert_eq!(
        (on("2025-03-15", "m"), on("2025-02-15", "m"), on("2025-03-30", "m")),
        (28.0, 31.0, 30.0)
    );
}
