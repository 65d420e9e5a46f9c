//! The numbers are those that were published, and everyone gives the same answers.

use foretell_peers::foretell_side::Side;
use foretell_peers::hand::{METRICS, place};
use foretell_peers::language::Expr;
use foretell_peers::measure::{check_foretell, check_peers, check_published, reference};
use foretell_peers::workload::{Spec, generate};

#[test]
fn the_first_20000_subscriptions_are_the_published_ones() {
    check_published(&Spec::read());
}

#[test]
fn hand_written_columns_rows_and_foretell_agree() {
    let spec = Spec::read();
    let side = Side::new(&spec, true);
    // One row, part of a chunk, a chunk, and whole chunks with a part.
    for rows in [1, 100, 128, 3_000] {
        let data = generate(&spec, rows);
        check_foretell(&spec, &side, &data, &reference(&data));
    }
}

#[test]
fn every_peer_agrees() {
    let spec = Spec::read();
    check_peers(&spec, &generate(&spec, 3_000), 3_000);
}

#[test]
fn the_columns_stand_where_the_hand_written_code_reads_them() {
    let names: Vec<String> = Spec::read().metrics.iter().map(|it| it.name.to_uppercase()).collect();
    assert_eq!(names, place::NAMES[..METRICS]);
}

#[test]
fn rules_are_read_as_they_bind() {
    let read = |text| Expr::read(text).text();
    assert_eq!(
        read("a - b < -2 && c / d > 1 || e == \"x\""),
        "((((a - b) < -2.0) && ((c / d) > 1.0)) || (e == \"x\"))"
    );
    let logic = Expr::read("a > 1 && (b < 2 || c != \"x\") && d - e - f >= 0").json_logic();
    assert_eq!(
        logic,
        r#"{"and":[{">":[{"var":"a"},1.0]},{"or":[{"<":[{"var":"b"},2.0]},{"!=":[{"var":"c"},"x"]}]},{">=":[{"-":[{"-":[{"var":"d"},{"var":"e"}]},{"var":"f"}]},0.0]}]}"#
    );
}
