//! Which of two records of one moment comes first, where no id says so.
//!
//! The first field, in the order of names, on which they differ decides: the record without it comes first, then `false`
//! before `true`, flags before numbers, numbers by size (an amount of money, or a text that is a number, is one), and other
//! texts letter by letter, by code point; days and moments are such texts.

use std::cmp::Reverse;

use serde::Serialize;

use crate::node::Node;

/// What a record says, in an order that anyone can look up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said(Vec<(Reverse<String>, Part)>);

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Flag(bool),
    /// Its rank among the doubles; then as it is written, for what a double cannot tell apart.
    Number(i64, String),
    Text(String),
}

impl Said {
    pub(super) fn by<R: Serialize>(record: Option<&R>) -> Self {
        let Some(Ok(Node::Table(fields))) = record.map(Node::of) else { return Self(Vec::new()) };
        let said = |(name, value): (String, Node)| Some((Reverse(name), Part::of(value)?));
        let mut all: Vec<_> = fields.into_iter().filter_map(said).collect();
        // Of two records the one without a field has the later name in its place, or no more fields.
        all.sort_unstable_by(|(one, _), (two, _)| two.cmp(one));
        Self(all)
    }
}

impl Part {
    fn of(value: Node) -> Option<Self> {
        Some(match value {
            Node::Null | Node::Removed => return None,
            Node::Bool(it) => Self::Flag(it),
            Node::Int(it) => Self::Number(rank(it as f64), it.to_string()),
            Node::Float(it) => Self::Number(rank(it), it.to_string()),
            Node::Text(it) => match it.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Number(rank(number), it),
                _ => Self::Text(it),
            },
            // No record holds one.
            Node::List(_) | Node::Table(_) => Self::Text(value.describe()),
        })
    }
}

/// The place of a double in their order, -0 being 0.
fn rank(it: f64) -> i64 {
    place(it + 0.0)
}

/// The place of a double in their order, in which -0 comes before 0.
///
/// # Source
/// As `f64::total_cmp` compares them.
pub(super) fn place(it: f64) -> i64 {
    let bits = it.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::Said;
    use crate::book::Survey;
    use crate::node::Node;

    #[test]
    fn records_of_one_moment_stand_in_the_order_that_is_said() {
        // Each comes before the next.
        let rows = [
            r#"{"date": "2026-01-01", "kind": "nps", "score": 9}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 10}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 3, "mood": 10}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 2, "account_id": "b"}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": false}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": true}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": -2}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": -1.5}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": "9"}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": "10"}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": "10 a"}"#,
            r#"{"date": "2026-01-01", "kind": "nps", "score": 1, "a": "9 a"}"#,
        ];
        let said: Vec<Said> = rows
            .iter()
            .map(|row| Said::by(Some(&serde_json::from_str::<Node>(row).unwrap().to_survey())))
            .collect();
        for (at, pair) in said.windows(2).enumerate() {
            assert!(pair[0] < pair[1], "{} before {}", rows[at], rows[at + 1]);
        }
    }

    impl Node {
        fn to_survey(&self) -> Survey {
            crate::node::read_cells(self).unwrap()
        }
    }
}
