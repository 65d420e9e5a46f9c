//! A text, and where in it every part of its tree stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

#[cfg(feature = "toml")]
use super::{Node, Step, show_path};
#[cfg(feature = "toml")]
use crate::fault::{Code, Severity};
use crate::fault::{Fault, Place};

/// The most faults that are listed of one sort: more than anyone reads.
#[cfg(feature = "toml")]
const MOST_FAULTS: usize = 200;
/// How far into a line a place may be for the line to be shown, in characters.
const LONGEST_SNIPPET: usize = 1000;
/// The longest name that is looked for among what stands in quotes, in bytes.
const LONGEST_QUOTED: usize = 256;

/// Where a part of the tree stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spans {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

/// The text of a document with the places of its parts; empty for a tree without a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Source {
    text: Arc<str>,
    spans: Arc<BTreeMap<String, Spans>>,
}

impl Source {
    /// Reads TOML. What cannot be parsed is reported and left out; the rest is kept.
    #[cfg(feature = "toml")]
    pub(crate) fn toml(text: &str) -> (Self, Node, Vec<Fault>) {
        let (root, errors) = toml::de::DeTable::parse_recoverable(text);
        let mut spans = BTreeMap::new();
        let mut faults = Vec::new();
        let node = table(root.get_ref(), &mut Vec::new(), &mut spans, &mut faults);
        let source = Self { text: text.into(), spans: Arc::new(spans) };
        let many = errors.len() > MOST_FAULTS;
        for error in errors.into_iter().take(MOST_FAULTS) {
            let mut fault = Fault::new(Code::Syntax, "", reword(error.message()));
            if error.message() == "recursion limit" {
                fault = Fault::new(Code::Limit, "", "lists and tables nest too deep to be read");
            }
            // What concerns the whole text is said of its start.
            source.mark(&mut fault.place, error.span().unwrap_or(0..0));
            faults.push(fault);
        }
        if many {
            let message =
                format!("there are more than {MOST_FAULTS} such faults, the rest is not shown");
            faults.push(Fault::new(Code::Limit, "", message));
        }
        for fault in &mut faults {
            if fault.place.line.is_none() {
                source.locate(fault);
            }
        }
        debug_assert!(faults.iter().all(|fault| fault.severity == Severity::Error));
        (source, node, faults)
    }

    /// Fills in line, column and snippet of a fault from its path: the value, or for faults about
    /// a key the key.
    pub(crate) fn locate(&self, fault: &mut Fault) {
        use crate::fault::Code as It;
        let wants_key = matches!(fault.code, It::UnknownKey | It::MissingKey | It::Unused);
        self.locate_at(fault, wants_key);
    }

    /// Fills in the place of the key at the fault's path.
    pub(crate) fn locate_key(&self, fault: &mut Fault) {
        self.locate_at(fault, true);
    }

    fn locate_at(&self, fault: &mut Fault, wants_key: bool) {
        let mut path = fault.place.path.as_str();
        loop {
            if let Some(spans) = self.spans.get(path) {
                let span = match &spans.key {
                    Some(key) if wants_key || self.is_long(&spans.value) => key.clone(),
                    _ => spans.value.clone(),
                };
                self.mark(&mut fault.place, span);
                return;
            }
            // A part that has no place of its own stands where its parent stands.
            match path.rfind(['.', '[']).and_then(|at| path.get(..at)) {
                Some(parent) => path = parent,
                None => return,
            }
        }
    }

    /// Fills in the place of `length` bytes at `start` inside the text value at the fault's path.
    pub(crate) fn locate_inside(&self, fault: &mut Fault, start: usize, length: usize) {
        let Some(spans) = self.spans.get(&fault.place.path) else {
            return self.locate(fault);
        };
        let raw = self.text.get(spans.value.clone()).unwrap_or("");
        let from = spans.value.start + past_joins(raw, raw_offset(raw, start));
        let to = spans.value.start + raw_offset(raw, start + length);
        self.mark(&mut fault.place, from..to.max(from + 1));
    }

    /// Everything of the length of a name that stands between two quotes.
    pub(crate) fn quoted(&self) -> BTreeSet<String> {
        let between = |quote| self.text.split(quote).skip(1);
        let all = between('"').chain(between('\''));
        all.filter(|quoted| quoted.len() <= LONGEST_QUOTED).map(str::to_owned).collect()
    }

    fn is_long(&self, span: &Range<usize>) -> bool {
        self.text.get(span.clone()).is_some_and(|text| text.contains('\n'))
    }

    fn mark(&self, place: &mut Place, span: Range<usize>) {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = self.text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.text.get(line_start..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
        let column = before.get(line_start..).unwrap_or("").chars().count();
        // A carriage return at the end of a line is no column of it.
        let column = column.min(line.chars().count());
        let marked = self.text.get(start..span.end.min(self.text.len())).unwrap_or("");
        let marked = marked.split('\n').next().unwrap_or("").trim_end().chars().count();
        place.line = Some(to_u32(before.matches('\n').count() + 1));
        place.column = Some(to_u32(column + 1));
        let marked = marked.min(LONGEST_SNIPPET);
        place.length = Some(to_u32(marked.max(1)));
        let near = column <= LONGEST_SNIPPET;
        place.snippet = near.then(|| super::shorten_line(line, column + marked));
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The byte offset in the raw TOML string literal of byte `wanted` of its decoded text.
fn raw_offset(raw: &str, wanted: usize) -> usize {
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes));
    let Some(quotes) = quotes else { return 0 };
    let mut at = quotes.len();
    if quotes.len() == 3 {
        for newline in ["\r\n", "\n"] {
            if raw.get(at..).is_some_and(|rest| rest.starts_with(newline)) {
                at += newline.len();
                break;
            }
        }
    }
    if quotes.starts_with('\'') {
        return at + wanted;
    }
    let mut decoded = 0;
    let mut rest = raw.get(at..).unwrap_or("").chars().peekable();
    while decoded < wanted {
        let Some(char) = rest.next() else { break };
        at += char.len_utf8();
        if char != '\\' {
            decoded += char.len_utf8();
            continue;
        }
        let Some(kind) = rest.next() else { break };
        at += kind.len_utf8();
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if kind.is_whitespace() {
            // A line-ending backslash swallows the white space that follows.
            while rest.next_if(|letter| letter.is_whitespace()).is_some() {
                at += 1;
            }
            continue;
        }
        let code: String = rest.by_ref().take(digits).collect();
        at += code.len();
        let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
        decoded += code.map_or(1, char::len_utf8);
    }
    at
}

/// The offset past backslashes that join lines, of which the decoded text has nothing.
fn past_joins(raw: &str, mut at: usize) -> usize {
    while raw.starts_with("\"\"\"")
        && let Some(rest) = raw.get(at..).and_then(|rest| rest.strip_prefix('\\'))
        && rest.starts_with(char::is_whitespace)
    {
        at += 1 + rest.len() - rest.trim_start().len();
    }
    at
}

#[cfg(feature = "toml")]
fn reword(message: &str) -> String {
    let message = message.trim().trim_end_matches('.').replace('\n', ", ");
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(feature = "toml")]
fn table(
    table: &toml::de::DeTable<'_>,
    path: &mut Vec<Step>,
    spans: &mut BTreeMap<String, Spans>,
    faults: &mut Vec<Fault>,
) -> Node {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut nodes = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        path.push(Step::Key(key.get_ref().to_string()));
        let node = child(value, Some(key.span()), path, spans, faults);
        path.pop();
        nodes.push((key.get_ref().to_string(), node));
    }
    Node::Table(nodes)
}

#[cfg(feature = "toml")]
fn child(
    value: &toml::Spanned<toml::de::DeValue<'_>>,
    key: Option<Range<usize>>,
    path: &mut Vec<Step>,
    spans: &mut BTreeMap<String, Spans>,
    faults: &mut Vec<Fault>,
) -> Node {
    use toml::de::DeValue;
    spans.insert(show_path(path), Spans { key, value: value.span() });
    let mut refuse = |what: &str| {
        if faults.len() < MOST_FAULTS {
            faults.push(Fault::new(
                Code::OutOfRange,
                show_path(path),
                format!("expected a number that fits, got `{}`", super::shorten(what)),
            ));
        }
        Node::Removed
    };
    match value.get_ref() {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| refuse(number.as_str()), Node::Int),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| refuse(number.as_str()), Node::Float)
        }
        DeValue::Boolean(it) => Node::Bool(*it),
        DeValue::Datetime(it) => match it.to_string() {
            // No date at all, which the parser has said.
            text if text.is_empty() => Node::Removed,
            text => Node::Text(text),
        },
        DeValue::Array(items) => {
            let mut nodes = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                nodes.push(child(item, None, path, spans, faults));
                path.pop();
            }
            Node::List(nodes)
        }
        DeValue::Table(inner) => table(inner, path, spans, faults),
    }
}

#[cfg(all(test, feature = "toml"))]
mod tests {
    use super::{Source, raw_offset};
    use crate::fault::{Code, Fault};

    #[test]
    fn a_path_leads_to_line_and_column() {
        let (source, _, faults) = Source::toml("a = 1\n[[b]]\n  when = 'x > 5'\n");
        assert_eq!(faults, []);
        let mut fault = Fault::new(Code::OutOfRange, "b[0].when", "");
        source.locate_inside(&mut fault, 2, 1);
        assert_eq!((fault.place.line, fault.place.column), (Some(3), Some(13)));
        assert_eq!(fault.place.snippet.as_deref(), Some("  when = 'x > 5'"));
    }

    #[test]
    fn offsets_pass_over_escapes() {
        for (raw, wanted, expected) in [
            ("\"abc\"", 1, 2),
            ("\"\\\"c\"", 1, 3),
            ("\"\\u00e9c\"", 2, 7),
            ("\"\"\"\nab\"\"\"", 1, 5),
            ("'''\nab'''", 1, 5),
        ] {
            assert_eq!(raw_offset(raw, wanted), expected, "{raw} {wanted}");
        }
    }

    #[test]
    fn every_syntax_fault_is_reported_and_the_rest_kept() {
        let (_, node, faults) = Source::toml("a = \nb = 2\nc = [1, \nd = = 3\n");
        assert!(faults.len() >= 2, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.place.line.is_some()), "{faults:?}");
        assert!(node.get("b").is_some());
    }
}
