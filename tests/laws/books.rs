//! Laws of books: no record makes loading or assessing panic, counts add up, and what is dated
//! after the day of an assessment changes nothing.

use chrono::NaiveDate;
use foretell::book::{Mode, Tables};
use foretell::engine::AssessError;
use foretell::fault::Fault;
use foretell::node::Node;
use foretell::{Assessment, Book, Config, Engine, Input, State};
use proptest::prelude::*;
use proptest::sample::select;

use super::{bits, cases, check_ranges, check_sums, explanations, scores};

/// Metrics of every kind over every table, for subscriptions and accounts, and what reads them.
const CONFIG: &str = include_str!("book.toml");

/// The fields of each table that are most often filled, and from which values.
const FIELDS: &[(&str, &[(&str, Pool)])] = &[
    (
        "companies",
        &[
            ("id", Pool::Company),
            ("parent_id", Pool::Company),
            ("employees", Pool::Number),
            ("created", Pool::Past),
        ],
    ),
    (
        "accounts",
        &[
            ("id", Pool::Account),
            ("company_id", Pool::Company),
            ("industry", Pool::Word),
            ("created", Pool::Past),
        ],
    ),
    (
        "subscriptions",
        &[
            ("id", Pool::Subscription),
            ("account_id", Pool::Account),
            ("plan", Pool::Word),
            ("start", Pool::Past),
            ("end", Pool::Day),
            ("seats", Pool::Number),
            ("arr", Pool::Amount),
            ("currency", Pool::Currency),
            ("cancelled_on", Pool::Day),
            ("auto_renew", Pool::Flag),
            ("mood", Pool::Word),
            ("discount", Pool::Number),
        ],
    ),
    (
        "cases",
        &[
            ("id", Pool::Id),
            ("subscription_id", Pool::Subscription),
            ("account_id", Pool::Account),
            ("severity", Pool::Word),
            ("opened", Pool::Day),
            ("resolved", Pool::Day),
            ("escalated", Pool::Flag),
            ("reopened", Pool::Number),
        ],
    ),
    (
        "licenses",
        &[
            ("id", Pool::Id),
            ("subscription_id", Pool::Subscription),
            ("quantity", Pool::Number),
            ("used", Pool::Number),
            ("start", Pool::Day),
        ],
    ),
    (
        "deployments",
        &[
            ("id", Pool::Id),
            ("account_id", Pool::Account),
            ("created", Pool::Day),
            ("size", Pool::Number),
        ],
    ),
    (
        "contacts",
        &[
            ("id", Pool::Id),
            ("account_id", Pool::Account),
            ("role", Pool::Word),
            ("last_contacted", Pool::Day),
            ("sentiment", Pool::Number),
        ],
    ),
    (
        "entitlements",
        &[
            ("id", Pool::Id),
            ("subscription_id", Pool::Subscription),
            ("name", Pool::Word),
            ("quantity", Pool::Number),
        ],
    ),
    (
        "surveys",
        &[
            ("kind", Pool::Survey),
            ("date", Pool::Day),
            ("score", Pool::Number),
            ("subscription_id", Pool::Subscription),
        ],
    ),
    (
        "invoices",
        &[
            ("issued", Pool::Day),
            ("due", Pool::Day),
            ("paid", Pool::Day),
            ("amount", Pool::Amount),
            ("currency", Pool::Currency),
            ("account_id", Pool::Account),
        ],
    ),
    (
        "engagements",
        &[
            ("kind", Pool::Engagement),
            ("date", Pool::Day),
            ("subscription_id", Pool::Subscription),
            ("minutes", Pool::Number),
        ],
    ),
    (
        "assessments",
        &[
            ("subject", Pool::Subject),
            ("subject_id", Pool::Subscription),
            ("name", Pool::Word),
            ("date", Pool::Day),
            ("value", Pool::Number),
            ("expires", Pool::Day),
        ],
    ),
    (
        "usage",
        &[
            ("name", Pool::Series),
            ("date", Pool::Day),
            ("value", Pool::Number),
            ("subscription_id", Pool::Subscription),
        ],
    ),
    (
        "overrides",
        &[
            ("subject", Pool::Subject),
            ("subject_id", Pool::Subscription),
            ("scorecard", Pool::Card),
            ("kind", Pool::Effect),
            ("value", Pool::Number),
            ("reason", Pool::Word),
            ("author", Pool::Word),
            ("from", Pool::Day),
            ("until", Pool::Day),
        ],
    ),
    (
        "outcomes",
        &[("subscription_id", Pool::Subscription), ("date", Pool::Day), ("outcome", Pool::Outcome)],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Pool {
    Company,
    Account,
    Subscription,
    Id,
    Number,
    Word,
    Past,
    Day,
    Amount,
    Currency,
    Flag,
    Survey,
    Engagement,
    Subject,
    Series,
    Card,
    Effect,
    Outcome,
}

/// Days from before the first subscription to well after the last assessment.
fn day(range: std::ops::Range<i64>) -> BoxedStrategy<Node> {
    let first = NaiveDate::from_ymd_opt(2025, 6, 1).unwrap();
    range.prop_map(move |it| Node::text((first + chrono::Duration::days(it)).to_string())).boxed()
}

fn one_of(items: &'static [&'static str]) -> BoxedStrategy<Node> {
    select(items).prop_map(Node::text).boxed()
}

fn good(pool: Pool) -> BoxedStrategy<Node> {
    match pool {
        Pool::Company => one_of(&["c1", "c2"]),
        Pool::Account => one_of(&["a1", "a2", "a3"]),
        Pool::Subscription => one_of(&["s1", "s2", "s3", "s4"]),
        Pool::Id => (0..40_i64).prop_map(Node::Int).boxed(),
        Pool::Number => prop_oneof![
            4 => (0..12_i64).prop_map(Node::Int),
            2 => (0.0..100.0_f64).prop_map(Node::Float),
            1 => (0.0..9.0_f64).prop_map(|it| Node::text(it.to_string())),
        ]
        .boxed(),
        Pool::Word => one_of(&["p1", "high", "low", "pro", "Zürich", "health"]),
        Pool::Past => day(0..120),
        Pool::Day => day(60..500),
        Pool::Amount => one_of(&["100", "12.50", "99999.99", "0"]),
        Pool::Currency => one_of(&["EUR", "EUR", "EUR", "USD"]),
        Pool::Flag => one_of(&["true", "false", "yes", "0"]),
        Pool::Survey => one_of(&["nps", "csat", "ces"]),
        Pool::Engagement => one_of(&["meeting", "training", "webinar"]),
        Pool::Subject => one_of(&["subscription", "subscription", "account"]),
        Pool::Series => one_of(&["logins", "errors"]),
        Pool::Card => one_of(&["health", "other"]),
        Pool::Effect => one_of(&["set", "cap", "floor"]),
        Pool::Outcome => one_of(&["renewed", "churned", "expanded"]),
    }
}

/// A value that fits nothing, or everything.
fn junk() -> BoxedStrategy<Node> {
    let float = prop::num::f64::ANY.prop_map(Node::Float);
    let text = prop_oneof![
        "\\PC{0,6}".prop_map(Node::Text),
        one_of(&["", " ", "NaN", "inf", "-1", "1e308", "2026-02-30", "9999-12-31", "0001-01-01"]),
    ];
    prop_oneof![
        2 => float,
        3 => text,
        1 => any::<i64>().prop_map(Node::Int),
        1 => any::<bool>().prop_map(Node::Bool),
        1 => Just(Node::Null),
        1 => Just(Node::List(vec![Node::Int(1), Node::Null])),
        1 => Just(Node::table([("a", Node::Int(1))])),
    ]
    .boxed()
}

/// A row of a table, with so much junk per field in a hundred.
fn record(fields: &'static [(&'static str, Pool)], spoilt: u32) -> BoxedStrategy<Node> {
    let each: Vec<BoxedStrategy<Option<(String, Node)>>> = fields
        .iter()
        .map(|(key, pool)| {
            let value = prop_oneof![(100 - spoilt) => good(*pool), spoilt => junk()];
            let key = (*key).to_owned();
            prop::option::weighted(0.85, value.prop_map(move |it| (key.clone(), it))).boxed()
        })
        .collect();
    let extra = prop::option::weighted(0.1, ("[a-z]{1,4}", junk()));
    let row = (each, extra)
        .prop_map(|(each, extra)| Node::Table(each.into_iter().flatten().chain(extra).collect()));
    prop_oneof![(200 - spoilt) => row, spoilt => junk()].boxed()
}

type Rows = Vec<(String, Vec<Node>)>;

fn tables(spoilt: u32) -> BoxedStrategy<Rows> {
    let each: Vec<BoxedStrategy<(String, Vec<Node>)>> = FIELDS
        .iter()
        .map(|(name, fields)| {
            let most = if *name == "usage" { 25 } else { 6 };
            prop::collection::vec(record(fields, spoilt), 0..most)
                .prop_map(move |rows| ((*name).to_owned(), rows))
                .boxed()
        })
        .collect();
    (each, prop::option::weighted(0.1, ("[a-z]{1,8}", prop::collection::vec(junk(), 0..3))))
        .prop_map(|(mut all, unknown)| {
            all.extend(unknown);
            all
        })
        .boxed()
}

fn load(rows: &Rows) -> foretell::book::Loaded {
    let mut tables = Tables::default();
    for (name, rows) in rows {
        tables.insert(name, rows.clone());
    }
    Book::load(tables, Mode::Lenient).unwrap()
}

fn engine() -> Engine {
    Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"))
}

fn check_fault(fault: &Fault) -> Result<(), TestCaseError> {
    for text in [Some(&fault.message), fault.help.as_ref()].into_iter().flatten() {
        prop_assert!(!text.is_empty() && !text.contains('\n'), "{fault:?}");
        prop_assert!(!text.starts_with(char::is_uppercase) && !text.ends_with('.'), "{fault:?}");
    }
    prop_assert!(!fault.place.path.is_empty(), "{fault:?}");
    Ok(())
}

/// Everything an assessment says of its subjects.
fn said(engine: &Engine, it: &Assessment) -> String {
    let kinds = foretell::frame::SubjectKind::ALL;
    let columns: Vec<String> = kinds
        .iter()
        .flat_map(|kind| engine.columns(*kind).map(move |name| (*kind, name)))
        .map(|(kind, name)| {
            let values: Vec<_> =
                it.subjects(kind).iter().map(|id| it.value(kind, name, id)).collect();
            format!("{kind}.{name}: {values:?}")
        })
        .collect();
    let explanations = explanations(engine, it);
    [bits(&columns), bits(&scores(it)), bits(&it.rules()), bits(&explanations), bits(it.state())]
        .join("\n")
}

/// Records that are all dated after the day, about the subjects there are.
fn later() -> BoxedStrategy<Rows> {
    let after = || day(300..700);
    let subscription = || good(Pool::Subscription);
    let rows = |name: &'static str, row: BoxedStrategy<Vec<(&'static str, Node)>>| {
        prop::collection::vec(row.prop_map(Node::table), 0..6)
            .prop_map(move |rows| (name.to_owned(), rows))
            .boxed()
    };
    let usage = (after(), subscription(), good(Pool::Number), good(Pool::Series)).prop_map(
        |(date, id, value, name)| {
            vec![("date", date), ("subscription_id", id), ("value", value), ("name", name)]
        },
    );
    let cases = (after(), subscription(), good(Pool::Word), 1000..2000_i64).prop_map(
        |(opened, of, severity, id)| {
            vec![
                ("id", Node::Int(id)),
                ("opened", opened),
                ("subscription_id", of),
                ("severity", severity),
            ]
        },
    );
    let surveys = (after(), subscription(), good(Pool::Survey), 1..5_i64).prop_map(
        |(date, id, kind, score)| {
            vec![
                ("date", date),
                ("subscription_id", id),
                ("kind", kind),
                ("score", Node::Int(score)),
            ]
        },
    );
    let meetings = (after(), subscription(), good(Pool::Engagement))
        .prop_map(|(date, id, kind)| vec![("date", date), ("subscription_id", id), ("kind", kind)]);
    let invoices = (after(), subscription()).prop_map(|(issued, id)| {
        vec![("issued", issued), ("subscription_id", id), ("due", Node::text("2028-01-01"))]
    });
    let subscriptions =
        (after(), good(Pool::Account), 1000..2000_i64).prop_map(|(start, account, id)| {
            vec![("id", Node::Int(id)), ("start", start), ("account_id", account)]
        });
    let overrides = (after(), subscription(), good(Pool::Effect)).prop_map(|(from, id, kind)| {
        vec![
            ("subject", Node::text("subscription")),
            ("subject_id", id),
            ("scorecard", Node::text("health")),
            ("kind", kind),
            ("value", Node::Int(5)),
            ("reason", Node::text("later")),
            ("author", Node::text("me")),
            ("from", from),
        ]
    });
    let assessments = (after(), subscription(), good(Pool::Word)).prop_map(|(date, id, name)| {
        vec![
            ("subject", Node::text("subscription")),
            ("subject_id", id),
            ("name", name),
            ("date", date),
            ("value", Node::Int(3)),
        ]
    });
    vec![
        rows("usage", usage.boxed()),
        rows("cases", cases.boxed()),
        rows("surveys", surveys.boxed()),
        rows("engagements", meetings.boxed()),
        rows("invoices", invoices.boxed()),
        rows("subscriptions", subscriptions.boxed()),
        rows("overrides", overrides.boxed()),
        rows("assessments", assessments.boxed()),
    ]
    .boxed()
}

/// A scorecard that nothing else reads.
const LATE: &str = r#"
metrics = [
  # PEEK
  { name = "seats" },
  { name = "plan" },
  { name = "logins", from = "usage.logins", take = "sum", window = "28d" },
  { name = "open_cases", from = "cases", take = "count", where = "is_open" },
]
[[scorecards]]
name = "health"
bands = [{ name = "red" }, { name = "yellow", above = 40 }, { name = "green", from = 70 }]
margin = 3
min_stay = "14d"
overrides = [{ when = "(open_cases ?? 0) > 1", cap = 40 }]
factors = [
  { metric = "logins", points.linear = { worst = 0, best = 50 }, weight = 2 },
  { metric = "seats", points.linear = { worst = 0, best = 20 } },
  { metric = "plan", points.map = { pro = 90, _ = 40 } },
]
"#;

/// The last day on which nothing of `later` is known.
fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 27).unwrap()
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn no_book_makes_assess_panic(
        rows in prop_oneof![tables(3), tables(30)], days in prop::collection::vec(0..600_i64, 2),
    ) {
        let loaded = load(&rows);
        for fault in loaded.faults.iter().chain(loaded.rejected.iter().map(|it| &it.fault)) {
            check_fault(fault)?;
        }
        for (name, read) in &loaded.read {
            let good = loaded.book.counts().get(name.as_str()).copied().unwrap_or(0);
            let rejected = loaded.rejected.iter().filter(|it| it.table == *name).count();
            prop_assert_eq!(good + rejected, *read, "{}", name);
        }
        let engine = engine();
        let mut state = State::new();
        for day in days {
            let day = NaiveDate::from_ymd_opt(2025, 6, 1).unwrap() + chrono::Duration::days(day);
            for input in [Input::book(&loaded.book), Input::book(&loaded.book).with_ended()] {
                let back = state.as_of().is_some_and(|it| it.day() > day);
                let assessment = match engine.assess(&input, day, &state) {
                    Ok(it) => it,
                    Err(why) => {
                        prop_assert!(back && matches!(why, AssessError::Past { .. }), "{}", why);
                        continue;
                    }
                };
                prop_assert!(!back);
                check_ranges(&assessment)?;
                for it in explanations(&engine, &assessment) {
                    check_sums(&it)?;
                }
                state = assessment.state().clone();
            }
        }
    }

    /// Overrides by hand and by rule, margins and stays: the bands that a night goes on from do not hang on when its scores are read.
    #[test]
    fn bands_of_a_book_go_on_the_same_whenever_scores_are_read(
        rows in tables(3), days in prop::collection::vec(0..60_i64, 3),
    ) {
        let engine = |peek: &str| Engine::compile(&Config::parse(&LATE.replace("# PEEK", peek))).unwrap();
        let late = engine("");
        let soon = engine("{ name = 'peek', expr = 'health.low ?? 0' },");
        let book = load(&rows).book;
        let (mut one, mut two) = (State::new(), State::new());
        let mut day = NaiveDate::from_ymd_opt(2025, 12, 1).unwrap();
        for step in days {
            day += chrono::Duration::days(step);
            let later = late.assess(&Input::book(&book), day, &one).unwrap();
            let sooner = soon.assess(&Input::book(&book), day, &two).unwrap();
            let bands = |it: &Assessment| serde_json::to_value(it.state()).unwrap()["bands"].take();
            prop_assert_eq!(bands(&later), bands(&sooner));
            prop_assert_eq!(later.bands("health"), sooner.bands("health"));
            let read = |it: &Assessment| format!("{:?}", it.scores("health").collect::<Vec<_>>());
            prop_assert_eq!(read(&later), read(&sooner));
            (one, two) = (later.into_state(), sooner.into_state());
        }
    }

    #[test]
    fn what_is_dated_later_changes_nothing(rows in tables(3), later in later()) {
        let engine = engine();
        let mut more = rows.clone();
        for (name, rows) in later {
            let table = more.iter_mut().find(|(it, _)| *it == name).unwrap();
            table.1.extend(rows);
        }
        let (now, then) = (load(&rows).book, load(&more).book);
        for back in [0, 20, 90] {
            let day = last_day() - chrono::Duration::days(back);
            let one = engine.assess(&Input::book(&now), day, &State::new()).unwrap();
            let two = engine.assess(&Input::book(&then), day, &State::new()).unwrap();
            prop_assert_eq!(said(&engine, &one), said(&engine, &two));
        }
    }
}
