//! Filters and conditions read own fields alike.

use foretell::book::{Account, Book, Case, Cell, Tables};
use foretell::engine::LeftOut;
use foretell::time::Stamp;
use foretell::value::Value;
use proptest::prelude::*;

use super::{ACCOUNT, assess, engine, left_out};

fn cell() -> impl Strategy<Value = Option<Cell>> {
    let texts = ["p1", "5", "many", "yes", "true", "2026-02-20", "2026-03-09", "", "007"];
    proptest::option::of(prop_oneof![
        (-9..9_i32).prop_map(|it| Cell::from(f64::from(it))),
        any::<bool>().prop_map(Cell::from),
        proptest::sample::select(texts.to_vec()).prop_map(Cell::from),
    ])
}

proptest! {
    /// What a filter says of records is what a condition says of them as subjects: that it holds, that
    /// something is missing, that something is of another kind.
    #[test]
    fn filters_and_conditions_read_own_fields_alike(
        cells in proptest::collection::vec(cell(), 1..12),
        condition in proptest::sample::select(vec![
            "custom.x > 2", r#"custom.x == "5""#, "custom.x", "!(custom.x ?? true)", "custom.x.days_since > 3",
            "custom.x.days_until > 3", r#"custom.x in ["p1", "7"]"#, "is_missing(custom.x)",
            r#"custom["x"] ?? 5 == 5"#, r#"custom.x == "true" || custom.x > 1"#, "custom.x == true",
        ]),
    ) {
        let mut tables = Tables::default();
        tables.push(Account::new("a1"));
        for (at, cell) in cells.into_iter().enumerate() {
            let mut it = Case::new(format!("c{at}"), "2026-02-01".parse::<Stamp>().unwrap());
            it.account_id = Some("a1".into());
            it.custom.extend(cell.map(|it| ("x".to_owned(), it)));
            tables.push(it);
        }
        let book = Book::strict(tables).unwrap();
        let engine = engine(&format!(
            "metrics = [{{ name = \"m\", from = \"cases\", take = \"count\", where = '{condition}' }}]\n\
             rules = [{{ name = \"r\", subject = \"case\", when = '{condition}' }}]"
        ));
        let out = assess(&engine, &book);
        let rule = &out.rules()[0];
        prop_assert_eq!(out.value(ACCOUNT, "m", "a1"), Value::Number(rule.matches.len() as f64));
        let of = |wanted: LeftOut, own: bool| -> usize {
            let all = left_out(&out).into_iter().filter(|it| (it.0 != "m") == own && it.2 == wanted);
            all.map(|it| it.1).sum()
        };
        prop_assert_eq!(of(LeftOut::NoData, false), rule.no_data.len());
        prop_assert_eq!(of(LeftOut::OtherKind, false), of(LeftOut::OtherKind, true));
    }
}
