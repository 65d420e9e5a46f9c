//! A document as TOML text: lists of tables in sections of their own, one item of an inner list a line.

use super::Node;

/// The longest line into which a list of tables is put whole, in characters: as wide as a page of code.
const WIDE: usize = 100;

impl Node {
    /// TOML text of a table; of anything else nothing. What is not said (null) is left out.
    pub(crate) fn to_toml(&self) -> String {
        let mut out = String::new();
        let Self::Table(entries) = self else { return out };
        let is_section = |it: &Self| match it {
            Self::List(items) => {
                !items.is_empty() && items.iter().all(|node| matches!(node, Self::Table(_)))
            }
            _ => false,
        };
        for (key, value) in entries.iter().filter(|it| !is_section(&it.1)) {
            line(&mut out, key, value);
        }
        for (name, value) in entries.iter().filter(|it| is_section(&it.1)) {
            let Self::List(items) = value else { continue };
            for item in items {
                let Self::Table(entries) = item else { continue };
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&format!("[[{}]]\n", bare(name)));
                for (key, value) in entries {
                    line(&mut out, key, value);
                }
            }
        }
        out
    }

    const fn is_said(&self) -> bool {
        !matches!(self, Self::Null | Self::Removed)
    }
}

fn line(out: &mut String, key: &str, value: &Node) {
    if !value.is_said() {
        return;
    }
    let whole = inline(value);
    let tables = match value {
        Node::List(items) if items.iter().any(|node| matches!(node, Node::Table(_))) => Some(items),
        _ => None,
    };
    match tables {
        Some(items) if whole.chars().count() > WIDE => {
            out.push_str(&format!("{} = [\n", bare(key)));
            for item in items {
                out.push_str(&format!("    {},\n", inline(item)));
            }
            out.push_str("]\n");
        }
        _ => out.push_str(&format!("{} = {whole}\n", bare(key))),
    }
}

/// A value on one line.
fn inline(value: &Node) -> String {
    match value {
        Node::Null | Node::Removed => "{}".to_owned(),
        Node::Bool(it) => it.to_string(),
        Node::Int(it) => it.to_string(),
        Node::Float(it) => number(*it),
        Node::Text(it) => quoted(it),
        Node::List(items) => {
            let items: Vec<String> =
                items.iter().filter(|node| node.is_said()).map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Node::Table(entries) => {
            let said = entries.iter().filter(|it| it.1.is_said());
            let items: Vec<String> =
                said.map(|(key, value)| format!("{} = {}", bare(key), inline(value))).collect();
            if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) }
        }
    }
}

/// A number that reads as the same double; whole ones without a point where they are exact.
fn number(it: f64) -> String {
    if it.is_nan() {
        "nan".to_owned()
    } else if it.is_infinite() {
        if it > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
    } else if it.abs() < 1e15 && it.fract().abs() <= 0.0 {
        format!("{:.0}", it + 0.0)
    } else if (1e-6..1e15).contains(&it.abs()) {
        it.to_string()
    } else {
        // TOML wants digits around a point or none; Rust writes `1e-7` and `1.5e300`.
        format!("{it:e}")
    }
}

/// A key, in quotes where it needs them.
fn bare(key: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            it if it.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(it))),
            it => out.push(it),
        }
    }
    out.push('"');
    out
}

#[cfg(all(test, feature = "toml"))]
mod tests {
    use crate::node::{Node, Source};

    #[test]
    fn hard_texts_and_numbers_come_back() {
        let value = Node::table([
            ("a b.c", Node::text("quote \" back \\ line\n tab\t bell\u{7} \u{1F600}")),
            ("numbers", Node::List([0.1, -2.5, 1e300, 1e-9, 3.0, -0.0].map(Node::Float).to_vec())),
            ("empty", Node::List(Vec::new())),
            ("nothing", Node::Null),
            ("flag", Node::Bool(true)),
            ("inner", Node::List(vec![Node::table([("x", Node::Int(1)), ("", Node::text(""))])])),
        ]);
        let text = value.to_toml();
        let (read, _, faults) = Source::toml(&text);
        assert!(faults.is_empty(), "{text}\n{faults:?}");
        drop(read);
        let (_, node, _) = Source::toml(&text);
        assert_eq!(node.content_hash(), value.content_hash(), "{text}");
    }
}
