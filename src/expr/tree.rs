//! The checked tree: every part has a kind, every name a slot. It can print itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::function::Function;
use super::{Kind, Symbol, Value};

/// A name and what it means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
}

/// An operator on two numbers that gives a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Arithmetic {
    pub(crate) const ALL: [Self; 6] =
        [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Remainder, Self::Power];

    /// How it is written.
    pub(crate) const fn mark(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "**",
        }
    }

    /// What it is called when the tree runs.
    pub(crate) const fn call(self) -> &'static str {
        match self {
            Self::Add => "op_add",
            Self::Subtract => "op_subtract",
            Self::Multiply => "op_multiply",
            Self::Divide => "op_divide",
            Self::Remainder => "op_remainder",
            Self::Power => "op_power",
        }
    }

    /// The IEEE result.
    pub(crate) fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Remainder => left % right,
            Self::Power => left.powf(right),
        }
    }
}

/// An operator on two values of one kind that gives a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) const ALL: [Self; 6] = [
        Self::Equal,
        Self::Unequal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// How it is written.
    pub(crate) const fn mark(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// What it is called when the tree runs.
    pub(crate) const fn call(self) -> &'static str {
        match self {
            Self::Equal => "op_equal",
            Self::Unequal => "op_unequal",
            Self::Less => "op_less",
            Self::LessOrEqual => "op_less_or_equal",
            Self::Greater => "op_greater",
            Self::GreaterOrEqual => "op_greater_or_equal",
        }
    }

    /// Whether it asks for an order, which only numbers have.
    pub(crate) const fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }

    /// The IEEE result, without an epsilon.
    #[expect(clippy::float_cmp, reason = "the language promises IEEE comparison")]
    pub(crate) fn numbers(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }

    /// The comparison that holds when the sides are swapped.
    pub(crate) const fn swapped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            it => it,
        }
    }

    /// The comparison that holds when this one does not.
    pub(crate) const fn negated(self) -> Self {
        match self {
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

/// A checked part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) kind: Kind,
    /// The bytes of the token it is known by.
    pub(crate) span: (usize, usize),
    pub(crate) node: Node,
}

/// What a checked part does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Number(f64),
    Flag(bool),
    Text(Arc<str>),
    /// Reads a name, which must be present.
    Read(Arc<Named>),
    /// Reads the value of a `let`, by its number.
    Local(usize),
    Arithmetic(Arithmetic, Box<Tree>, Box<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    Minus(Box<Tree>),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    /// The first name that is present, or else the tree.
    Coalesce(Vec<Arc<Named>>, Box<Tree>),
    /// Whether a name is present (`true`) or missing (`false`).
    Presence(Arc<Named>, bool),
    /// Whether the value is one of the constants.
    Within(Box<Tree>, Vec<Value>),
    /// Whether a number is from the second up to the third, which may be included.
    Between(Box<[Tree; 3]>, bool),
    Call(Arc<Function>, Vec<Tree>),
    If(Box<[Tree; 3]>),
    /// Number, name, value, body.
    Let(usize, String, Box<Tree>, Box<Tree>),
}

impl Tree {
    /// The direct parts.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match &self.node {
            Node::Number(_)
            | Node::Flag(_)
            | Node::Text(_)
            | Node::Read(_)
            | Node::Local(_)
            | Node::Presence(..) => Vec::new(),
            Node::Minus(it) | Node::Not(it) | Node::Within(it, _) | Node::Coalesce(_, it) => {
                vec![it]
            }
            Node::Arithmetic(_, left, right)
            | Node::Compare(_, left, right)
            | Node::Let(_, _, left, right) => vec![left, right],
            Node::And(all) | Node::Or(all) | Node::Call(_, all) => all.iter().collect(),
            Node::Between(all, _) | Node::If(all) => all.iter().collect(),
        }
    }

    /// Whether it calls a function of the host's.
    pub(crate) fn asks_host(&self) -> bool {
        let calls = matches!(&self.node, Node::Call(function, _) if function.is_host);
        calls || self.parts().into_iter().any(Self::asks_host)
    }

    /// The names it reads, by slot, and whether each is ever read behind a guard.
    pub(crate) fn names(&self, into: &mut BTreeMap<usize, (Arc<Named>, bool)>) {
        let mut add = |it: &Arc<Named>, guarded: bool| {
            into.entry(it.symbol.slot).or_insert_with(|| (Arc::clone(it), false)).1 |= guarded;
        };
        match &self.node {
            Node::Read(it) => add(it, false),
            Node::Presence(it, _) => add(it, true),
            Node::Coalesce(all, _) => all.iter().for_each(|name| add(name, true)),
            _ => {}
        }
        for part in self.parts() {
            part.names(into);
        }
    }

    /// The program that runs: calls of our own operators on `v3` (present) and `g3` (guarded).
    pub(super) fn script(&self) -> String {
        let mut text = String::new();
        self.print(Style::Script, &mut text);
        text
    }

    /// The expression whatever its spacing, brackets and the numbering of slots.
    pub(super) fn canonical(&self) -> String {
        let mut text = String::new();
        self.print(Style::Canonical, &mut text);
        text
    }

    /// The same with other names and texts, where `other` has them.
    pub(super) fn canonical_as(&self, other: &dyn Fn(Word<'_>) -> Option<String>) -> String {
        let mut text = String::new();
        self.print(Style::Renamed(other), &mut text);
        text
    }

    fn print(&self, style: Style<'_>, out: &mut String) {
        match &self.node {
            Node::Number(it) => print_number(*it, out),
            Node::Flag(it) => *out += if *it { "true" } else { "false" },
            Node::Text(it) => style.text(it, out),
            Node::Read(it) => style.name(it, 'v', out),
            Node::Local(it) => print_to(out, format_args!("t{it}")),
            Node::Arithmetic(op, left, right) => call(op.call(), [&**left, &**right], style, out),
            Node::Compare(op, left, right) => call(op.call(), [&**left, &**right], style, out),
            Node::Minus(it) => call("op_minus", [&**it], style, out),
            Node::Not(it) => call("op_not", [&**it], style, out),
            Node::And(terms) => joined(terms, " && ", style, out),
            Node::Or(terms) => joined(terms, " || ", style, out),
            Node::Coalesce(names, last) => {
                out.push('(');
                for name in names {
                    style.name(name, 'g', out);
                    *out += " ?? ";
                }
                last.print(style, out);
                out.push(')');
            }
            Node::Presence(name, present) => {
                *out += if *present { "op_present(" } else { "op_missing(" };
                style.name(name, 'g', out);
                out.push(')');
            }
            Node::Within(needle, all) => print_within(needle, all, style, out),
            Node::Between(all, inclusive) => {
                call(if *inclusive { "op_through" } else { "op_between" }, all.iter(), style, out);
            }
            Node::Call(function, all) => match &function.list {
                Some(list) => print_search(&function.name, all, list, style, out),
                None => call(&format!("f_{}", function.name), all.iter(), style, out),
            },
            Node::If(all) => print_if(all, style, out),
            Node::Let(number, _, value, body) => {
                print_to(out, format_args!("{{ let t{number} = "));
                value.print(style, out);
                *out += "; ";
                body.print(style, out);
                *out += " }";
            }
        }
    }
}

/// What of an expression may have been called something else.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word<'a> {
    /// A name that it reads.
    Name(&'a str),
    /// A text that it compares.
    Text(&'a str),
}

#[derive(Clone, Copy)]
enum Style<'a> {
    Script,
    Canonical,
    Renamed(&'a dyn Fn(Word<'_>) -> Option<String>),
}

impl Style<'_> {
    fn name(self, it: &Named, prefix: char, out: &mut String) {
        match self {
            Self::Script => print_to(out, format_args!("{prefix}{}", it.symbol.slot)),
            Self::Canonical => *out += &it.name,
            Self::Renamed(other) => match other(Word::Name(&it.name)) {
                Some(other) => *out += &other,
                None => *out += &it.name,
            },
        }
    }

    fn text(self, it: &str, out: &mut String) {
        let other = match self {
            Self::Renamed(other) => other(Word::Text(it)),
            Self::Script | Self::Canonical => None,
        };
        print_text(other.as_deref().unwrap_or(it), out);
    }
}

fn print_to(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}

fn print_number(it: f64, out: &mut String) {
    // `{:?}` is the shortest text that reads back as the same bits, and always has a dot or an `e`.
    if it.is_sign_negative() {
        print_to(out, format_args!("({it:?})"));
    } else {
        print_to(out, format_args!("{it:?}"));
    }
}

fn print_text(it: &str, out: &mut String) {
    out.push('"');
    for it in it.chars() {
        match it {
            '"' => *out += "\\\"",
            '\\' => *out += "\\\\",
            it if it.is_control() => print_to(out, format_args!("\\U{:08x}", u32::from(it))),
            it => out.push(it),
        }
    }
    out.push('"');
}

fn call<'a>(
    name: &str,
    all: impl IntoIterator<Item = &'a Tree>,
    style: Style<'_>,
    out: &mut String,
) {
    *out += name;
    out.push('(');
    let mut all = all.into_iter().peekable();
    let mut first = true;
    while let Some(it) = all.next() {
        // Rhai looks a name up last when it is the first of several arguments. Which missing name
        // stops a run must not depend on that, so such a name is made an expression.
        let late = matches!(style, Style::Script) && first && all.peek().is_some();
        if late && matches!(it.node, Node::Read(_)) {
            out.push('(');
            it.print(style, out);
            *out += " ?? ())";
        } else {
            it.print(style, out);
        }
        if all.peek().is_some() {
            *out += ", ";
        }
        first = false;
    }
    out.push(')');
}

fn joined(terms: &[Tree], mark: &str, style: Style<'_>, out: &mut String) {
    out.push('(');
    for (at, it) in terms.iter().enumerate() {
        if at > 0 {
            *out += mark;
        }
        it.print(style, out);
    }
    out.push(')');
}

fn print_within(needle: &Tree, all: &[Value], style: Style<'_>, out: &mut String) {
    *out += "op_within(";
    needle.print(style, out);
    for (at, it) in all.iter().enumerate() {
        *out += if at == 0 { ", [" } else { ", " };
        match it {
            Value::Number(it) => print_number(*it, out),
            Value::Text(it) => style.text(it, out),
            Value::Flag(it) => *out += if *it { "true" } else { "false" },
            Value::Missing => *out += "()",
        }
    }
    *out += "])";
}

fn print_search(name: &str, all: &[Tree], list: &[Arc<str>], style: Style<'_>, out: &mut String) {
    print_to(out, format_args!("f_{name}("));
    all.iter().for_each(|it| it.print(style, out));
    for (at, it) in list.iter().enumerate() {
        *out += if at == 0 { ", [" } else { ", " };
        style.text(it, out);
    }
    *out += "])";
}

fn print_if([condition, yes, no]: &[Tree; 3], style: Style<'_>, out: &mut String) {
    *out += "(if ";
    condition.print(style, out);
    *out += " { ";
    yes.print(style, out);
    *out += " } else { ";
    no.print(style, out);
    *out += " })";
}
