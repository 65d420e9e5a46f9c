//! A number is one in whatever way a serde format hands it over.
//!
//! What other crates of a host switch on is tested in a package of its own, `tests/features`; here, what needs no feature.

use foretell::book::Cell;
use foretell::config::Given;
use foretell::money::{Amount, Rate};
use foretell::node::Node;
use foretell::value::Value;
use serde::Deserialize as _;
use serde_json::json;

/// A number as it comes with the feature `arbitrary_precision` of `serde_json`.
fn number(text: &str) -> serde_json::Value {
    json!({ "$serde_json::private::Number": text })
}

#[test]
fn a_number_that_comes_as_a_table_is_a_number() {
    let rows = [
        ("1.5", 1.5),
        ("-2", -2.0),
        ("7", 7.0),
        ("1e3", 1e3),
        ("18446744073709551616", 2_f64.powi(64)),
    ];
    for (text, want) in rows {
        assert_eq!(Value::deserialize(number(text)).unwrap(), Value::Number(want));
        assert_eq!(Cell::deserialize(number(text)).unwrap(), Cell::Number(want));
        assert_eq!(Given::deserialize(number(text)).unwrap(), Given::Number(want));
    }
    let node = |text: &str| Node::deserialize(number(text));
    assert_eq!(node("1.5").unwrap(), Node::Float(1.5));
    assert_eq!(node("-2").unwrap(), Node::Int(-2));
    assert_eq!(Amount::deserialize(number("12.5")).unwrap().to_string(), "12.5");
    assert_eq!(Rate::deserialize(number("1.08")).unwrap().to_string(), "1.08");
    let why = node("1e400").unwrap_err().to_string();
    assert_eq!(why, "the number is out of range");
}

#[test]
fn a_table_is_read_with_its_first_key() {
    let got = Node::deserialize(json!({ "a": 1, "b": { "c": [number("0.5"), null, {}] } }));
    let inner = Node::List(vec![Node::Float(0.5), Node::Null, Node::table::<String>([])]);
    let want = Node::table([("a", Node::Int(1)), ("b", Node::table([("c", inner)]))]);
    assert_eq!(got.unwrap(), want);
}
