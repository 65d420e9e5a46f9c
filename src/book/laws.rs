//! Laws of loading: nothing is lost, and nothing makes it panic.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Book, Tables};
use crate::node::Node;

fn cell() -> impl Strategy<Value = Node> {
    prop_oneof![
        Just(Node::Null),
        any::<bool>().prop_map(Node::Bool),
        any::<i64>().prop_map(Node::Int),
        (-3_i64..40).prop_map(Node::Int),
        prop::num::f64::ANY.prop_map(Node::Float),
        prop::sample::select(vec![
            "",
            " ",
            "a1",
            "s1",
            "c1",
            "nps",
            "subscription",
            "2026-02-01",
            "2026-03-01 10:00",
            "1e300",
            "-1",
            "EUR",
            "cap",
            "renewed",
            "99999999999999999999999999999999999999999999",
        ])
        .prop_map(Node::text),
        ".{0,8}".prop_map(Node::Text),
        Just(Node::List(vec![Node::Int(1)])),
        Just(Node::table([("id", Node::text("x"))])),
    ]
}

fn any_row() -> impl Strategy<Value = Node> {
    let key = prop::sample::select(vec![
        "id",
        "parent_id",
        "company_id",
        "account_id",
        "subscription_id",
        "case_id",
        "subject_id",
        "subject",
        "kind",
        "name",
        "date",
        "value",
        "start",
        "end",
        "opened",
        "resolved",
        "issued",
        "paid",
        "score",
        "scale",
        "seats",
        "arr",
        "currency",
        "outcome",
        "from",
        "reason",
        "custom",
        "cancelled_on",
        "escalated",
        "value_before",
        "scorecard",
        "author",
        "x",
    ]);
    prop_oneof![
        9 => prop::collection::vec((key, cell()), 0..9).prop_map(Node::table),
        1 => cell(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_comes_good_and_rejected_are_what_was_read(
        given in prop::collection::vec(
            (prop::sample::select(Tables::NAMES), prop::collection::vec(any_row(), 0..6)), 0..8),
        junk in (".{0,9}", 0_usize..3),
    ) {
        let mut tables = Tables::default();
        let mut given_rows = BTreeMap::new();
        for (name, rows) in given {
            *given_rows.entry(name.to_owned()).or_insert(0) += rows.len();
            tables.insert(name, rows);
        }
        if !Tables::NAMES.contains(&junk.0.as_str()) {
            *given_rows.entry(junk.0.clone()).or_insert(0) += junk.1;
            tables.insert(&junk.0, vec![Node::Null; junk.1]);
        }
        let strict = Book::strict(tables.clone());
        let loaded = Book::lenient(tables);
        prop_assert_eq!(&loaded.read, &given_rows);
        let counts = loaded.book.counts();
        for (table, read) in &loaded.read {
            let rejected = loaded.rejected.iter().filter(|rejected| rejected.table == *table).count();
            let good = counts.get(table.as_str()).copied().unwrap_or(0);
            prop_assert_eq!(good + rejected, *read, "{}", table);
        }
        match strict {
            Ok(_) => prop_assert!(loaded.rejected.is_empty() && loaded.faults.is_empty()),
            Err(faults) => {
                prop_assert!(faults.list().len() >= loaded.rejected.iter()
                    .filter(|rejected| rejected.reason != "unknown-table").count());
                prop_assert!(!loaded.rejected.is_empty() || !loaded.faults.is_empty());
            }
        }
    }
}
