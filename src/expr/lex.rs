//! Tokens with byte offsets, and the first refusals: size, nesting, foreign constructs.
//!
//! Rhai keeps only where a token starts, so this module finds how far it goes. It also decides what
//! Rhai gets to see: every word that is not a keyword is replaced by a run of `n` of the
//! same length, so none of Rhai's reserved words, special functions or property chains mean
//! anything, and a dotted name such as `account.arr` is one name.

mod cases;
mod depth;

use std::collections::BTreeMap;

use super::{MAX_BYTES, MAX_TOKENS, Problem};
use crate::book::own::{CUSTOM, quoted};
use crate::fault::Code;
use cases::{Cases, cases};
use depth::too_deep;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// A name, dotted or not, or the name of a function.
    Name,
    /// `let`, `if`, `else`, `in`, `switch`, `true`, `false`.
    Keyword,
    /// A number.
    Number,
    /// A text in double quotes.
    Text,
    /// `(`, `[`, `{`.
    Open,
    /// `)`, `]`, `}`.
    Close,
    /// Anything else.
    Mark,
}

/// One token: what it is and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) lexeme: Lexeme,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A text and its tokens.
#[derive(Debug)]
pub(super) struct Lexed<'a> {
    pub(super) text: &'a str,
    /// The text as Rhai sees it.
    pub(super) masked: String,
    pub(super) tokens: Vec<Token>,
    places: Places,
    cases: Cases,
}

pub(crate) const KEYWORDS: [&str; 7] = ["let", "if", "else", "in", "switch", "true", "false"];

/// Marks of the language, longest first so that the first match is the right one.
const MARKS: [&str; 26] = [
    "..=", "...", "==", "!=", "<=", ">=", "&&", "||", "??", "**", "..", "<", ">", "!", "+", "-",
    "*", "/", "%", ",", ";", "=", "!in", ".", "=>", "|",
];

/// What Rhai or another language has and this one does not: the text, and what to write instead.
const FOREIGN: [(&str, &str); 30] = [
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("<>", "write `!=`"),
    ("<<", "write `* 2 ** n`"),
    (">>", "write `/ 2.0 ** n`"),
    ("+=", ASSIGN),
    ("-=", ASSIGN),
    ("*=", ASSIGN),
    ("/=", ASSIGN),
    ("%=", ASSIGN),
    ("**=", ASSIGN),
    ("??=", ASSIGN),
    ("&=", ASSIGN),
    ("|=", ASSIGN),
    (":=", ASSIGN),
    ("::", "names have one dot: `account.arr`"),
    ("?.", "write `name ?? value` for a name that can be missing"),
    ("?[", "write `name ?? value` for a name that can be missing"),
    ("->", "write `if` and `else`, or `=>` in the cases of a `switch`"),
    ("/*", "write `//` to comment until the end of the line"),
    ("#", "use a metric with a filter and an aggregate"),
    ("`", "write texts in double quotes; messages take `${name}`"),
    ("'", "write texts in double quotes"),
    ("&", "write `&&` for and"),
    ("^", "write `**` for a power"),
    ("~", "write `!` for not"),
    ("@", "names have letters, digits, `_` and dots"),
    ("$", "names are written plainly, without `$`"),
    ("?", "write `if a { b } else { c }`"),
    (":", "write `if a { b } else { c }`, or `=>` in the cases of a `switch`"),
];
const ASSIGN: &str =
    "nothing can be assigned: give the value a name with `let`, or declare a metric";

/// Words that start a construct which this language does not have.
fn foreign_word(word: &str) -> Option<(Code, &'static str)> {
    const LOOP: &str = "declare a metric with a filter and an aggregate, such as a count or a mean";
    const LEAVE: &str = "the last expression is the result; write `if` and `else`";
    Some(match word {
        "while" | "for" | "loop" | "do" | "until" | "break" | "continue" => (Code::Forbidden, LOOP),
        "fn" | "private" => {
            (Code::Forbidden, "declare a metric, or let the host register a function")
        }
        "match" | "case" => (Code::Forbidden, "write `switch x { 1 => a, _ => b }`"),
        "return" | "exit" => (Code::Forbidden, LEAVE),
        "throw" | "try" | "catch" => {
            (Code::Forbidden, "a name that can be missing takes `name ?? value`")
        }
        "const" | "var" => (Code::Forbidden, "write `let`"),
        "import" | "export" => (Code::Forbidden, "declare a metric and use its name"),
        "this" => (Code::Forbidden, "write the name of a metric"),
        "and" | "AND" => (Code::ExpressionSyntax, "write `&&`"),
        "or" | "OR" => (Code::ExpressionSyntax, "write `||`"),
        "not" | "NOT" => (Code::ExpressionSyntax, "write `!`"),
        "elif" => (Code::ExpressionSyntax, "write `else if`"),
        _ => return None,
    })
}

impl<'a> Lexed<'a> {
    /// The tokens of `text`, or everything in it that the language does not have.
    pub(super) fn new(text: &'a str) -> Result<Self, Vec<Problem>> {
        if text.len() > MAX_BYTES {
            let message =
                format!("the expression has {} bytes, at most {MAX_BYTES} are allowed", text.len());
            return Err(vec![Problem::new(Code::Limit, (0, 1), message).help(SPLIT)]);
        }
        let mut reader = Reader { text, at: 0, tokens: Vec::new(), problems: Vec::new() };
        reader.read_all();
        let Reader { tokens, mut problems, .. } = reader;
        let (cases, wrong) = cases(text, &tokens);
        if problems.is_empty() {
            // After what is not of the language nothing need be in its place.
            problems.extend(wrong);
        }
        problems.extend(misplaced(text, &tokens));
        if problems.is_empty() {
            problems.extend(too_deep(text, &tokens));
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.start);
            return Err(problems);
        }
        let (masked, places) = mask(text, &tokens, &cases);
        Ok(Self { text, masked, tokens, places, cases })
    }

    /// The text of a token.
    pub(super) fn word(&self, token: usize) -> &'a str {
        self.tokens.get(token).map_or("", |token| slice(self.text, *token))
    }

    /// The tokens at which the cases of a `switch` begin; none where there is no `switch` at the token.
    pub(super) fn cases(&self, switch: usize) -> &[usize] {
        self.cases.begin.get(&switch).map_or(&[], Vec::as_slice)
    }

    /// Whether Rhai sees something else than what is written.
    pub(super) fn has_cases(&self) -> bool {
        !self.cases.begin.is_empty()
    }

    /// Where a token is in the text.
    pub(super) fn span(&self, token: usize) -> (usize, usize) {
        self.tokens
            .get(token)
            .map_or((self.text.len(), self.text.len() + 1), |token| (token.start, token.end))
    }

    /// The token that covers, or comes next after, a line and column.
    pub(super) fn token_at(&self, line: usize, column: usize) -> usize {
        let before = self.places.range(..=(line, column)).next_back();
        let covers = |((at, first), token): (&(usize, usize), &usize)| {
            let covered = *at == line && column < first + self.word(*token).chars().count();
            covered.then_some(*token)
        };
        let after = || self.places.range((line, column)..).next().map(|(_, token)| *token);
        before.and_then(covers).or_else(after).unwrap_or(self.tokens.len())
    }
}

pub(super) const SPLIT: &str = "declare parts of it as metrics and use their names";

fn slice(text: &str, token: Token) -> &str {
    text.get(token.start..token.end).unwrap_or("")
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn read_all(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            if next.is_ascii_whitespace() {
                self.at += 1;
            } else if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if self.tokens.len() >= MAX_TOKENS {
                let message = format!("the expression has more than {MAX_TOKENS} words and marks");
                self.problem(Code::Limit, 1, message, SPLIT);
                return;
            } else if !self.read_one(next) {
                return;
            }
        }
    }

    /// Reads one token; false when reading on makes no sense.
    fn read_one(&mut self, next: char) -> bool {
        match next {
            'a'..='z' | 'A'..='Z' | '_' => self.read_word(),
            '0'..='9' => self.read_number(),
            '"' => return self.read_text(),
            '(' | '[' | '{' => self.push(Lexeme::Open, 1),
            ')' | ']' | '}' => self.push(Lexeme::Close, 1),
            _ => return self.read_mark(next),
        }
        true
    }

    fn push(&mut self, lexeme: Lexeme, length: usize) {
        self.tokens.push(Token { lexeme, start: self.at, end: self.at + length });
        self.at += length;
    }

    fn problem(&mut self, code: Code, length: usize, message: String, help: &str) {
        let span = (self.at, self.at + length);
        once(&mut self.problems, Problem::new(code, span, message).help(help));
    }

    fn read_word(&mut self) {
        let rest = self.rest();
        let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let mut length = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or("");
        if KEYWORDS.contains(&word) {
            self.push(Lexeme::Keyword, length);
            return;
        }
        length += self.quoted_name(length);
        while let Some(tail) = rest.get(length..).and_then(|tail| tail.strip_prefix('.')) {
            let part = tail.find(|letter| !is_word(letter)).unwrap_or(tail.len());
            if !tail.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') {
                break;
            }
            length += 1 + part;
            length += self.quoted_name(length);
        }
        if let Some((code, help)) = foreign_word(rest.get(..length).unwrap_or("")) {
            self.problem(code, length, format!("`{word}` is not part of the language"), help);
        }
        self.push(Lexeme::Name, length);
    }

    /// How long the name of an own field in quotes is after a word: `custom["Plan type"]`.
    fn quoted_name(&self, length: usize) -> usize {
        let (word, rest) = self.rest().split_at_checked(length).unwrap_or_default();
        let named =
            word.strip_suffix(CUSTOM).is_some_and(|head| head.is_empty() || head.ends_with('.'));
        if named { quoted(rest).unwrap_or(0) } else { 0 }
    }

    fn read_number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| {
            let tail = bytes.get(from..).unwrap_or(&[]);
            tail.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count()
        };
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut length = digits(0);
        if bytes.get(length) == Some(&b'.') && digit(length + 1) {
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            if digit(length + 1 + sign) {
                length += 1 + sign + digits(length + 1 + sign);
            }
        }
        let stuck = bytes.get(length).is_some_and(u8::is_ascii_alphabetic);
        if stuck {
            let tail = bytes.get(length..).unwrap_or(&[]);
            length += tail.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let written = rest.get(..length).unwrap_or("").to_owned();
            let message = format!("`{written}` is no number");
            let help = "write numbers in decimals, such as `30`, `0.25` or `1e6`";
            self.problem(Code::ExpressionSyntax, length, message, help);
        }
        self.push(Lexeme::Number, length);
    }

    fn read_text(&mut self) -> bool {
        let mut escaped = false;
        for (at, it) in self.rest().char_indices().skip(1) {
            match it {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.push(Lexeme::Text, at + 1);
                    return true;
                }
                _ => {}
            }
        }
        let help = "close it with `\"` on the same line";
        self.problem(Code::ExpressionSyntax, 1, "the text has no end".to_owned(), help);
        false
    }

    fn read_mark(&mut self, next: char) -> bool {
        let rest = self.rest();
        let foreign =
            FOREIGN.iter().filter(|(it, _)| rest.starts_with(it)).max_by_key(|(it, _)| it.len());
        let ours =
            MARKS.iter().filter(|mark| rest.starts_with(**mark)).max_by_key(|mark| mark.len());
        // `!in` is one mark only when `in` is a whole word.
        let whole = |it: &str| it != "!in" || !rest.get(3..).is_some_and(starts_in_word);
        let ours = match ours {
            Some(it) if !whole(it) => Some("!"),
            Some(it) => Some(*it),
            None => None,
        };
        match (ours, foreign) {
            (Some(mark), None) => self.push(Lexeme::Mark, mark.len()),
            (Some(mark), Some((it, _))) if mark.len() >= it.len() => {
                self.push(Lexeme::Mark, mark.len());
            }
            (_, Some((it, help))) => {
                self.problem(
                    Code::Forbidden,
                    it.len(),
                    format!("`{it}` is not part of the language"),
                    help,
                );
                self.push(Lexeme::Mark, it.len());
                // What follows an opening quote is anything at all.
                return !matches!(*it, "`" | "'" | "/*" | "#");
            }
            (None, None) => {
                let message = format!("`{}` is not part of the language", next.escape_debug());
                let help = "names have letters, digits, `_` and dots; texts stand in double quotes";
                self.problem(Code::ExpressionSyntax, next.len_utf8(), message, help);
                self.push(Lexeme::Mark, next.len_utf8());
            }
        }
        true
    }
}

fn starts_in_word(rest: &str) -> bool {
    rest.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_')
}

/// `=` outside `let name =`, and a dot that joins nothing.
fn misplaced(text: &str, tokens: &[Token]) -> Vec<Problem> {
    let word = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at)).map_or("", |token| slice(text, *token))
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let span = (token.start, token.end);
        match slice(text, *token) {
            "=" if word(at.checked_sub(2)) != "let" => found.push(
                Problem::new(Code::ExpressionSyntax, span, "`=` does not compare")
                    .help("write `==` to compare"),
            ),
            ".." | "..=" => {
                let token = |at: Option<usize>| at.and_then(|at| tokens.get(at)).copied();
                let begun = token(at.checked_sub(1)).is_some_and(|token| ends_value(text, token));
                if !begun || !token(Some(at + 1)).is_some_and(|token| begins_value(text, token)) {
                    let message = "a range has both ends";
                    let help = "write them, such as `-100..50`, or compare: `x < 50`";
                    found.push(Problem::new(Code::ExpressionSyntax, span, message).help(help));
                }
            }
            "." | "..." => found.push(
                Problem::new(Code::Forbidden, span, "values have no methods or properties")
                    .help("write `abs(x)` instead of `x.abs()`, and `account.arr` without spaces"),
            ),
            "(" => {
                let name = word(at.checked_sub(1));
                if let Some((first, last)) = name.rsplit_once('.') {
                    let start = tokens.get(at - 1).map_or(token.start, |token| token.start);
                    found.push(
                        Problem::new(
                            Code::Forbidden,
                            (start, token.start),
                            "values have no methods",
                        )
                        .help(format!("write `{last}({first})`")),
                    );
                }
            }
            _ => {}
        }
    }
    found
}

fn ends_value(text: &str, token: Token) -> bool {
    match token.lexeme {
        Lexeme::Name | Lexeme::Number | Lexeme::Text | Lexeme::Close => true,
        _ => matches!(slice(text, token), "true" | "false"),
    }
}

fn begins_value(text: &str, token: Token) -> bool {
    match token.lexeme {
        Lexeme::Name | Lexeme::Number | Lexeme::Text | Lexeme::Open => true,
        Lexeme::Keyword => !matches!(slice(text, token), "in" | "else" | "let"),
        Lexeme::Mark => matches!(slice(text, token), "-" | "!"),
        Lexeme::Close => false,
    }
}

/// Adds a problem, unless one with the same help is known.
fn once(problems: &mut Vec<Problem>, problem: Problem) {
    if problems.iter().all(|other| other.help != problem.help) {
        problems.push(problem);
    }
}

/// A token's number by the line and column, from 1, at which Rhai sees it.
type Places = BTreeMap<(usize, usize), usize>;

/// The text as Rhai sees it: every name blotted out, and a space between marks that touch, since
/// Rhai would read `x<-1` as an operator it has reserved.
fn mask(text: &str, tokens: &[Token], cases: &Cases) -> (String, Places) {
    let mut masked = String::with_capacity(text.len());
    let mut places = Places::new();
    let (mut line, mut column, mut at) = (1, 1, 0);
    let mut mark = false;
    for (number, token) in tokens.iter().enumerate() {
        let between = text.get(at..token.start).unwrap_or("");
        for it in between.chars() {
            (line, column) = if it == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        masked += between;
        let is_mark = token.lexeme == Lexeme::Mark;
        if mark && is_mark && between.is_empty() {
            masked.push(' ');
            column += 1;
        }
        places.insert((line, column), number);
        let word = cases.seen.get(&number).copied().unwrap_or_else(|| slice(text, *token));
        if token.lexeme == Lexeme::Name {
            masked += &"n".repeat(word.chars().count());
        } else {
            masked += word;
        }
        column += word.chars().count();
        (at, mark) = (token.end, is_mark);
    }
    masked += text.get(at..).unwrap_or("");
    (masked, places)
}
