//! Messages: plain text with `${expression}` in it.
//!
//! The text is cut here, not by Rhai, so a backtick in it is a backtick, and each expression is
//! checked and run like any other.

use super::{MAX_BYTES, Problem, Program};
use crate::fault::Code;

/// A piece of a message as written.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Plain(String),
    /// Where the expression starts in the message, and the expression.
    Code(usize, &'a str),
}

/// A piece of a message, ready to run.
#[derive(Debug)]
pub(super) enum Part {
    Plain(String),
    Code(Program),
}

/// Cuts a message at its `${…}`.
pub(super) fn split(text: &str) -> Result<Vec<Piece<'_>>, Problem> {
    if text.len() > MAX_BYTES {
        let message =
            format!("the message has {} bytes, at most {MAX_BYTES} are allowed", text.len());
        return Err(Problem::new(Code::Limit, (0, 1), message));
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(plain) = rest.find("${") else {
            pieces.push(Piece::Plain(rest.to_owned()));
            break;
        };
        if let Some(plain) = rest.get(..plain).filter(|plain| !plain.is_empty()) {
            pieces.push(Piece::Plain(plain.to_owned()));
        }
        let start = at + plain + 2;
        let code = text.get(start..).unwrap_or("");
        let Some(length) = closing(code) else {
            return Err(Problem::new(
                Code::ExpressionSyntax,
                (start - 2, start),
                "the `${` has no `}`",
            )
            .help("write `${name}`"));
        };
        pieces.push(Piece::Code(start, code.get(..length).unwrap_or("")));
        at = start + length + 1;
    }
    Ok(pieces)
}

/// Where the brace closes that was open before `code`; braces in texts do not count.
fn closing(code: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, it) in code.char_indices() {
        match it {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
