//! `switch`: where its cases begin, and what Rhai sees of them.
//!
//! Rhai keeps no more than a hash of the values of a case, and to it `1` is not `1.0`. So it gets to see
//! `switch x { 1 | 2 if a => b, _ => c }` as the call `nnnnnn(x, [[1, 2], a, b], [[], c])`, each token in
//! its line.

use std::collections::BTreeMap;

use super::{Lexeme, Token, once, slice};
use crate::expr::Problem;
use crate::fault::Code;

/// What is found of all `switch`es of a text.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// What Rhai sees in place of a token.
    pub(super) seen: BTreeMap<usize, &'static str>,
    /// By the token of a `switch`, the tokens at which its cases begin.
    pub(super) begin: BTreeMap<usize, Vec<usize>>,
}

/// A bracket that is open, or a `switch` whose `{` is to come.
#[derive(Debug, Clone, Copy)]
enum Open {
    Bracket,
    /// The token of the `switch`, and where in it the text is.
    Switch(usize, Place),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Subject,
    Values,
    Guard,
    Body,
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    open: Vec<Open>,
    /// Whether something stands between the last mark of a `switch` and here.
    some: bool,
    out: Cases,
    problems: Vec<Problem>,
}

/// Reads all `switch`es, and the marks that have no meaning outside of one.
pub(super) fn cases(text: &str, tokens: &[Token]) -> (Cases, Vec<Problem>) {
    let (open, out) = (Vec::new(), Cases::default());
    let mut reader = Reader { text, tokens, open, some: false, out, problems: Vec::new() };
    for (at, token) in tokens.iter().enumerate() {
        reader.read(at, *token);
    }
    let unclosed = reader.open.iter().rev().find_map(|open| match open {
        Open::Switch(at, place) => Some((*at, *place)),
        Open::Bracket => None,
    });
    if let Some((at, place)) = unclosed {
        let mark = if place == Place::Subject { '{' } else { '}' };
        reader.wrong(at, &format!("the `switch` has no `{mark}`"), CASES);
    }
    (reader.out, reader.problems)
}

const CASES: &str = "write `switch x { 1 | 2 => a, _ => b }`";

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| slice(self.text, *token))
    }

    fn problem(&mut self, code: Code, at: usize, message: &str, help: &str) {
        if let Some(token) = self.tokens.get(at) {
            let problem = Problem::new(code, (token.start, token.end), message);
            once(&mut self.problems, problem.help(help));
        }
    }

    fn wrong(&mut self, at: usize, message: &str, help: &str) {
        self.problem(Code::ExpressionSyntax, at, message, help);
    }

    fn read(&mut self, at: usize, token: Token) {
        let place = match self.open.last() {
            Some(Open::Switch(_, place)) => Some(*place),
            _ => None,
        };
        let was = std::mem::replace(&mut self.some, true);
        match (token.lexeme, self.word(at), place) {
            (Lexeme::Keyword, "switch", _) => {
                self.out.begin.insert(at, Vec::new());
                self.out.seen.insert(at, "nnnnnn(");
                self.some = false;
                self.open.push(Open::Switch(at, Place::Subject));
            }
            (Lexeme::Open, "{", Some(Place::Subject)) if was => {
                self.see(at, ", [[", Place::Values);
                self.begin(at + 1);
            }
            (Lexeme::Open, "{", Some(Place::Subject)) => {
                self.wrong(at, "the `switch` says not of what", CASES);
                self.open.push(Open::Bracket);
            }
            (Lexeme::Open, ..) => self.open.push(Open::Bracket),
            (Lexeme::Close, mark, Some(place)) => {
                let whole = mark == "}" && was && place == Place::Body;
                self.close(at, place, whole);
            }
            (Lexeme::Close, ..) => drop(self.open.pop()),
            (Lexeme::Name, "_", Some(Place::Values)) => {
                let first = matches!(self.word(at.saturating_sub(1)), "{" | ",");
                if !first || self.word(at + 1) != "=>" {
                    let help = "write `_ => a` as the last case";
                    self.wrong(at, "`_` stands for all other values, and alone", help);
                }
                self.out.seen.insert(at, "");
            }
            (Lexeme::Name, "other" | "others" | "otherwise" | "default", Some(Place::Values))
            | (_, "else", Some(Place::Values)) => {
                self.wrong(at, "all other values are written `_`", "write `_ => a`");
            }
            (_, "||", Some(Place::Values)) => {
                self.wrong(at, "`|` joins the values of a case", "write `1 | 2 => a`");
            }
            (_, "<" | "<=" | ">" | ">=" | "==" | "!=", Some(Place::Values)) => {
                let help = "write a range, such as `5..10`, or `if` and `else`";
                self.wrong(at, "a case is of literals and ranges", help);
            }
            (_, "let" | ";", Some(Place::Body)) => {
                let help = "put it in braces: `1 => { let a = x; a + 1 }`";
                self.wrong(at, "the result of a case is one value", help);
            }
            (_, "|", Some(Place::Values)) if was => self.see(at, ",", Place::Values),
            (_, "if", Some(Place::Values)) if was => self.see(at, "],", Place::Guard),
            (_, "=>", Some(Place::Values)) if was => self.see(at, "],", Place::Body),
            (_, "=>", Some(Place::Guard)) if was => self.see(at, ",", Place::Body),
            (_, ",", Some(Place::Body)) if was => self.comma(at),
            (_, mark @ ("|" | "=>" | ","), Some(place)) => self.misplaced(at, mark, place),
            (_, "|", None) => {
                let help = "write `||` for or; functions cannot be written here";
                self.problem(Code::Forbidden, at, "`|` is not part of the language", help);
            }
            (_, "=>", None) => {
                let message = "`=>` stands only between the values and the result of a case";
                self.problem(Code::Forbidden, at, message, "write `>=` to compare");
            }
            _ => {}
        }
    }

    /// Rhai sees something else, and what follows stands elsewhere.
    fn see(&mut self, at: usize, seen: &'static str, next: Place) {
        self.out.seen.insert(at, seen);
        self.some = false;
        if let Some(Open::Switch(_, place)) = self.open.last_mut() {
            *place = next;
        }
    }

    fn begin(&mut self, at: usize) {
        if let Some(Open::Switch(switch, _)) = self.open.last()
            && let Some(all) = self.out.begin.get_mut(switch)
        {
            all.push(at);
        }
    }

    /// A comma between cases, or after the last.
    fn comma(&mut self, at: usize) {
        if self.word(at + 1) == "}" {
            self.out.seen.insert(at, "");
        } else {
            self.see(at, "], [[", Place::Values);
            self.begin(at + 1);
        }
    }

    fn close(&mut self, at: usize, place: Place, whole: bool) {
        self.open.pop();
        if whole {
            self.out.seen.insert(at, "])");
            return;
        }
        match (place, self.word(at)) {
            (Place::Subject, _) => self.wrong(at, "the `switch` has no `{`", CASES),
            (_, "}") => self.misplaced(at, "}", place),
            _ => self.wrong(at, "the `switch` is still open here, and closed by a `}`", CASES),
        }
    }

    /// A mark before which something is wanted.
    fn misplaced(&mut self, at: usize, mark: &str, place: Place) {
        let message = match (place, mark) {
            (Place::Subject, _) => "a `{` is wanted before this",
            (Place::Values, "|" | "=>") => "a value is wanted before this",
            (Place::Values | Place::Guard, "," | "}") => "a case with a `=>` is wanted before this",
            (Place::Guard | Place::Body, "|") => "`|` joins only the values of a case; `||` is or",
            (Place::Guard, _) => "a condition and a `=>` are wanted before this",
            (Place::Body, "=>") => "the cases are joined without a comma before this",
            _ => "a result is wanted before this",
        };
        self.wrong(at, message, CASES);
    }
}
