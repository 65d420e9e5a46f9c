//! From text to a plain syntax tree: the one module that touches Rhai's own.
//!
//! Rhai promises nothing about its syntax tree, so everything read from it is an allow-list: a node
//! that is not known here is a `forbidden` problem, never a guess. Rhai's version is pinned, and the
//! golden tests in `tests/shapes.rs` fail when the tree changes its shape.

use rhai::{
    ASTFlags, Engine, Expr, FlowControl, FnCallExpr, LexError, ParseErrorType, Position, Stmt,
};

use super::lex::{Lexed, Lexeme};
use super::{MAX_DEPTH, Problem};
use crate::fault::Code;

/// A part of an expression, as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    /// The token it is known by: its operator, its name, its first token.
    pub(super) at: usize,
    pub(super) what: What,
}

/// What an author may write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Whole(i64),
    Real(f64),
    Flag(bool),
    Text(String),
    /// The name is the token's text.
    Name,
    /// So is the function's.
    Call(Vec<Raw>),
    Binary(&'static str, Box<Raw>, Box<Raw>),
    Minus(Box<Raw>),
    Not(Box<Raw>),
    And(Vec<Raw>),
    Or(Vec<Raw>),
    Coalesce(Vec<Raw>),
    In(bool, Box<Raw>, Box<Raw>),
    List(Vec<Raw>),
    /// From, to, and whether `to` is included.
    Range(Box<Raw>, Box<Raw>, bool),
    If(Box<Raw>, Box<Raw>, Box<Raw>),
    Let(usize, Box<Raw>, Box<Raw>),
    /// What it is about, and the cases.
    Switch(Box<Raw>, Vec<Case>),
}

/// A case of a `switch`, as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    /// Its first token.
    pub(super) at: usize,
    /// Empty for all other values.
    pub(super) values: Vec<Raw>,
    pub(super) guard: Option<Raw>,
    pub(super) body: Raw,
}

const BINARY: [&str; 12] = ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">="];

/// Parses a text whose tokens are known.
pub(super) fn parse(engine: &Engine, lexed: &Lexed<'_>) -> Result<Raw, Vec<Problem>> {
    let tree = match engine.compile(&lexed.masked) {
        Ok(tree) => tree,
        Err(error) => return Err(vec![syntax(lexed, error.err_type(), error.position())]),
    };
    let mut reader = Reader { lexed, problems: Vec::new(), depth: 0 };
    let raw = reader.block(tree.statements(), 0);
    match raw {
        Some(raw) if reader.problems.is_empty() => Ok(raw),
        _ => Err(reader.problems),
    }
}

/// Rhai's reason in our words.
fn syntax(lexed: &Lexed<'_>, error: &ParseErrorType, position: Position) -> Problem {
    let token = place(lexed, position);
    let span = lexed.span(token);
    let word = lexed.word(token);
    let found = if word.is_empty() { "the end".to_owned() } else { format!("`{word}`") };
    let new = |message: String| Problem::new(Code::ExpressionSyntax, span, message);
    match error {
        ParseErrorType::UnexpectedEOF if lexed.tokens.is_empty() => {
            new("the expression is empty".to_owned()).help("write `true` for always")
        }
        ParseErrorType::UnexpectedEOF => new("the expression ends too early".to_owned())
            .help("a value is missing after the last word or mark"),
        ParseErrorType::ExprTooDeep => {
            Problem::new(Code::Limit, span, "the expression is nested or chained too deep")
                .help("declare parts of it as metrics and use their names")
        }
        ParseErrorType::MismatchedType(_, got) => {
            let got = if got.starts_with("a ") { got.clone() } else { format!("a {got}") };
            let message = format!("a flag is wanted here, got {got}");
            Problem::new(Code::WrongType, span, message).help("compare it: `x > 0`")
        }
        // The mark that is wanted in the cases of a `switch` is not the one that is written.
        ParseErrorType::MissingToken(wanted, _) if !lexed.has_cases() => {
            new(format!("`{wanted}` is wanted, got {found}"))
        }
        ParseErrorType::BadInput(LexError::MalformedEscapeSequence(_)) => {
            new("the text has an escape that means nothing".to_owned())
                .help("write `\\\\` for `\\`")
        }
        ParseErrorType::BadInput(LexError::StringTooLong(most))
        | ParseErrorType::LiteralTooLarge(_, most) => {
            Problem::new(Code::Limit, span, format!("the text is longer than {most} bytes"))
        }
        _ => new(format!("an operator is wanted or something is missing before {found}")),
    }
}

fn place(lexed: &Lexed<'_>, position: Position) -> usize {
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => lexed.token_at(line, column),
        (Some(line), None) => lexed.token_at(line, 0),
        _ => lexed.tokens.len(),
    }
}

struct Reader<'a> {
    lexed: &'a Lexed<'a>,
    problems: Vec<Problem>,
    depth: usize,
}

impl Reader<'_> {
    fn at(&self, position: Position) -> usize {
        place(self.lexed, position)
    }

    fn refuse(&mut self, token: usize, message: &str, help: &str) -> Option<Raw> {
        let problem = Problem::new(Code::Forbidden, self.lexed.span(token), message).help(help);
        self.problems.push(problem);
        None
    }

    /// `let`s and the one expression they serve.
    fn block(&mut self, statements: &[Stmt], opening: usize) -> Option<Raw> {
        let mut rest = statements.iter().filter(|statement| !matches!(statement, Stmt::Noop(_)));
        let Some(first) = rest.next() else {
            let span = self.lexed.span(opening);
            self.problems.push(
                Problem::new(Code::ExpressionSyntax, span, "there is no value here")
                    .help("write `true` for always"),
            );
            return None;
        };
        self.sequence(first, rest.collect::<Vec<_>>().as_slice())
    }

    fn sequence(&mut self, first: &Stmt, rest: &[&Stmt]) -> Option<Raw> {
        let Some((next, rest)) = rest.split_first() else {
            if let Stmt::Var(it, _, position) = first {
                let token = self.at(if it.0.pos.is_none() { *position } else { it.0.pos });
                let problem = Problem::new(
                    Code::ExpressionSyntax,
                    self.lexed.span(token),
                    "nothing follows the `let`",
                );
                self.problems.push(problem.help("end with the value that is wanted"));
                return None;
            }
            return self.statement(first);
        };
        if let Stmt::Var(it, flags, position) = first {
            let name = self.at(if it.0.pos.is_none() { *position } else { it.0.pos });
            if *flags != ASTFlags::empty() {
                return self.refuse(
                    name,
                    "this declaration is not part of the language",
                    "write `let`",
                );
            }
            return self.nested(|this| {
                let value = this.expression(&it.1);
                let body = this.sequence(next, rest)?;
                Some(Raw { at: name, what: What::Let(name, Box::new(value?), Box::new(body)) })
            });
        }
        let value = self.statement(first)?;
        let span = self.lexed.span(value.at);
        self.problems.push(
            Problem::new(Code::Unused, span, "the value before the `;` is not used")
                .help("join conditions with `&&`, or name the value with `let`"),
        );
        None
    }

    /// Goes one level down, and no further than the limit.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Raw>) -> Option<Raw> {
        if self.depth >= MAX_DEPTH {
            let known = self.problems.iter().any(|problem| problem.code == Code::Limit);
            if !known {
                let message =
                    format!("the expression is nested or chained more than {MAX_DEPTH} deep");
                self.problems.push(
                    Problem::new(Code::Limit, self.lexed.span(0), message)
                        .help("declare parts of it as metrics and use their names"),
                );
            }
            return None;
        }
        self.depth += 1;
        let raw = read(self);
        self.depth -= 1;
        raw
    }

    fn statement(&mut self, statement: &Stmt) -> Option<Raw> {
        match statement {
            Stmt::Expr(it) => self.expression(it),
            Stmt::FnCall(it, position) => self.nested(|this| this.call(it, *position)),
            Stmt::If(it, position) => self.nested(|this| this.branch(it, *position)),
            Stmt::Block(it) => {
                let opening = self.at(it.position());
                self.nested(|this| this.block(it.statements(), opening))
            }
            other => {
                let token = self.at(other.position());
                self.refuse(token, "this statement is not part of the language", AGGREGATE)
            }
        }
    }

    fn branch(&mut self, it: &FlowControl, position: Position) -> Option<Raw> {
        let at = self.at(position);
        if it.branch.statements().is_empty() {
            let problem =
                Problem::new(Code::ExpressionSyntax, self.lexed.span(at), "the `if` has no `else`");
            self.problems.push(problem.help("write `if a { b } else { c }`, or `a && b`"));
            return None;
        }
        let condition = self.expression(&it.expr);
        let yes = self.block(it.body.statements(), at);
        let no = self.block(it.branch.statements(), at);
        Some(Raw { at, what: What::If(Box::new(condition?), Box::new(yes?), Box::new(no?)) })
    }

    fn expression(&mut self, it: &Expr) -> Option<Raw> {
        self.nested(|this| this.expression_inside(it))
    }

    fn expression_inside(&mut self, it: &Expr) -> Option<Raw> {
        let at = self.at(it.position());
        let what = match it {
            Expr::IntegerConstant(it, _) => What::Whole(*it),
            Expr::FloatConstant(it, _) => What::Real(**it),
            Expr::BoolConstant(it, _) => What::Flag(*it),
            Expr::StringConstant(it, _) => What::Text(it.to_string()),
            Expr::Variable(_, _, position) => {
                return Some(Raw { at: self.at(*position), what: What::Name });
            }
            Expr::Array(items, _) => What::List(self.all(items.iter())?),
            Expr::And(terms, position) => {
                return self.terms(terms.iter(), *position, What::And);
            }
            Expr::Or(terms, position) => return self.terms(terms.iter(), *position, What::Or),
            Expr::Coalesce(terms, position) => {
                return self.terms(terms.iter(), *position, What::Coalesce);
            }
            Expr::FnCall(it, position) => return self.call(it, *position),
            Expr::Stmt(it) => return self.block(it.statements(), at),
            Expr::Index(_, _, position) => {
                let token = self.at(*position);
                return self.refuse(token, "values cannot be indexed", AGGREGATE);
            }
            Expr::Unit(_) => return self.refuse(at, "`()` is no value", "write `is_missing(x)`"),
            _ => return self.refuse(at, "this is not part of the language", AGGREGATE),
        };
        Some(Raw { at, what })
    }

    fn terms<'e>(
        &mut self,
        terms: impl Iterator<Item = &'e Expr>,
        position: Position,
        wrap: fn(Vec<Raw>) -> What,
    ) -> Option<Raw> {
        let at = self.at(position);
        Some(Raw { at, what: wrap(self.all(terms)?) })
    }

    /// Reads all of them, so that every problem is found, and then wants all of them.
    fn all<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) -> Option<Vec<Raw>> {
        let raws: Vec<_> = items.map(|item| self.expression(item)).collect();
        raws.into_iter().collect()
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) -> Option<Raw> {
        let at = self.at(position);
        if !call.namespace.is_empty() || call.capture_parent_scope {
            return self.refuse(at, "this call is not part of the language", AGGREGATE);
        }
        let word = self.lexed.word(at);
        if word == "switch" {
            return self.switch(&call.args, at);
        }
        let named = self.lexed.tokens.get(at).is_some_and(|token| token.lexeme == Lexeme::Name);
        if named {
            let arguments = self.all(call.args.iter())?;
            return Some(Raw { at, what: What::Call(arguments) });
        }
        let what = match (word, call.args.as_slice()) {
            ("in", [set, needle]) => self.within(false, needle, set)?,
            ("!in", [inner]) => match inner {
                Expr::FnCall(inner, _) => match inner.args.as_slice() {
                    [set, needle] => self.within(true, needle, set)?,
                    _ => return self.refuse(at, "this is not part of the language", AGGREGATE),
                },
                _ => return self.refuse(at, "this is not part of the language", AGGREGATE),
            },
            ("..", [from, to]) => self.range(from, to, false)?,
            ("..=", [from, to]) => self.range(from, to, true)?,
            ("-", [it]) => What::Minus(Box::new(self.expression(it)?)),
            ("!", [it]) => What::Not(Box::new(self.expression(it)?)),
            (_, [left, right]) => match BINARY.iter().find(|op| **op == word) {
                Some(mark) => {
                    let (left, right) = (self.expression(left), self.expression(right));
                    What::Binary(mark, Box::new(left?), Box::new(right?))
                }
                None => {
                    return self.refuse(at, "this operator is not part of the language", AGGREGATE);
                }
            },
            _ => {
                return self.refuse(
                    at,
                    "this operator is not part of the language",
                    "leave it out",
                );
            }
        };
        Some(Raw { at, what })
    }

    /// A `switch`, as Rhai sees it.
    fn switch(&mut self, arguments: &[Expr], at: usize) -> Option<Raw> {
        let (subject, arms) = arguments.split_first()?;
        let subject = self.expression(subject);
        let begin = self.lexed.cases(at).iter();
        let cases: Vec<_> = arms.iter().zip(begin).map(|(it, at)| self.case(it, *at)).collect();
        let cases = cases.into_iter().collect::<Option<_>>()?;
        Some(Raw { at, what: What::Switch(Box::new(subject?), cases) })
    }

    fn case(&mut self, arm: &Expr, at: usize) -> Option<Case> {
        let parts = match arm {
            Expr::Array(parts, _) => parts.split_first(),
            _ => None,
        };
        let Some((Expr::Array(values, _), rest @ ([_] | [_, _]))) = parts else {
            self.refuse(at, "this is not part of the language", AGGREGATE);
            return None;
        };
        let (values, rest) = (self.all(values.iter()), self.all(rest.iter()));
        let (values, mut rest) = (values?, rest?);
        // After what it is for comes an `if`, where there is one, and what it gives.
        let body = rest.pop()?;
        Some(Case { at, values, guard: rest.pop(), body })
    }

    fn within(&mut self, negated: bool, needle: &Expr, set: &Expr) -> Option<What> {
        let (needle, set) = (self.expression(needle), self.expression(set));
        Some(What::In(negated, Box::new(needle?), Box::new(set?)))
    }

    fn range(&mut self, from: &Expr, to: &Expr, inclusive: bool) -> Option<What> {
        let (from, to) = (self.expression(from), self.expression(to));
        Some(What::Range(Box::new(from?), Box::new(to?), inclusive))
    }
}

const AGGREGATE: &str = "declare a metric with a filter and an aggregate, and use its name";
