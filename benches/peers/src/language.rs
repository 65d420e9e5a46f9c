//! The workload's small rule language, so that each peer gets the rules in its own words.

use std::fmt::Write as _;

/// A condition or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A metric, a score or the band.
    Name(String),
    /// Two operands and what stands between them.
    Binary(Box<Expr>, &'static str, Box<Expr>),
}

/// Operators by how tightly they bind, loosest first; longer ones first where one begins another.
const LEVELS: [&[&str]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/"]];

impl Expr {
    /// Reads a condition of the workload.
    ///
    /// # Panics
    /// On anything that the workload's language does not have.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut rest = text;
        let whole = level(&mut rest, 0);
        assert!(rest.trim().is_empty(), "what is `{rest}` in `{text}`?");
        whole
    }

    /// The names it mentions, each once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Name(name) if !found.contains(&name.as_str()) => found.push(name),
            Self::Binary(left, _, right) => {
                left.collect(found);
                right.collect(found);
            }
            _ => {}
        }
    }

    /// The condition as a C-like language writes it, every number with a point, so that none mixes
    /// whole numbers with others.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => format!("{number:?}"),
            Self::Text(text) => format!("{text:?}"),
            Self::Name(name) => name.clone(),
            Self::Binary(left, operator, right) => {
                format!("({} {operator} {})", left.text(), right.text())
            }
        }
    }

    /// The condition with its `&&` and `||` spelled out.
    #[must_use]
    pub fn words(&self) -> String {
        self.text().replace("&&", "and").replace("||", "or")
    }

    /// The condition as JSONLogic.
    #[must_use]
    pub fn json_logic(&self) -> String {
        let mut out = String::new();
        self.write_json_logic(&mut out);
        out
    }

    fn write_json_logic(&self, out: &mut String) {
        match self {
            Self::Number(number) => {
                let _ = write!(out, "{number:?}");
            }
            Self::Text(text) => {
                let _ = write!(out, "{text:?}");
            }
            Self::Name(name) => {
                let _ = write!(out, "{{\"var\":{name:?}}}");
            }
            Self::Binary(_, operator, _) => {
                // One `and` of many, as people write it, instead of a chain of pairs.
                let mut operands = Vec::new();
                self.operands(operator, &mut operands);
                let word = match *operator {
                    "&&" => "and",
                    "||" => "or",
                    other => other,
                };
                let _ = write!(out, "{{{word:?}:[");
                for (at, it) in operands.into_iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    it.write_json_logic(out);
                }
                out.push_str("]}");
            }
        }
    }

    fn operands<'a>(&'a self, of: &str, found: &mut Vec<&'a Expr>) {
        match self {
            Self::Binary(left, operator, right)
                if *operator == of && (of == "&&" || of == "||") =>
            {
                left.operands(of, found);
                right.operands(of, found);
            }
            Self::Binary(left, operator, right) if *operator == of => {
                found.extend([&**left, &**right]);
            }
            other => found.push(other),
        }
    }
}

fn level(rest: &mut &str, at: usize) -> Expr {
    let Some(operators) = LEVELS.get(at) else { return atom(rest) };
    let mut left = level(rest, at + 1);
    loop {
        let trimmed = rest.trim_start();
        let Some(operator) = operators.iter().find(|it| trimmed.starts_with(**it)) else {
            return left;
        };
        *rest = &trimmed[operator.len()..];
        let right = level(rest, at + 1);
        left = Expr::Binary(Box::new(left), operator, Box::new(right));
    }
}

fn atom(rest: &mut &str) -> Expr {
    let text = rest.trim_start();
    let end = |more: &dyn Fn(char) -> bool| text.find(|it| !more(it)).unwrap_or(text.len());
    if let Some(inner) = text.strip_prefix('(') {
        *rest = inner;
        let found = level(rest, 0);
        let closed = rest.trim_start().strip_prefix(')');
        *rest = closed.unwrap_or_else(|| panic!("no `)` before `{rest}`"));
        return found;
    }
    if let Some(inner) = text.strip_prefix('"') {
        let (found, after) = inner.split_once('"').expect("a text ends");
        *rest = after;
        return Expr::Text(found.to_owned());
    }
    if text.starts_with(|it: char| it.is_ascii_digit() || it == '-') {
        let length = end(&|it| it.is_ascii_digit() || it == '.' || it == '-');
        *rest = &text[length..];
        return Expr::Number(text[..length].parse().expect("a number"));
    }
    let length = end(&|it| it.is_ascii_alphanumeric() || it == '_');
    assert!(length > 0, "what is `{text}`?");
    *rest = &text[length..];
    Expr::Name(text[..length].to_owned())
}
