//! How deep a text nests, before anything that recurses sees it.

use super::{Lexeme, SPLIT, Token, ends_value, slice};
use crate::expr::{MAX_NESTING, Problem};
use crate::fault::Code;

/// How tightly a binary operator binds, as Rhai has it.
fn precedence(mark: &str) -> Option<u8> {
    Some(match mark {
        "||" => 30,
        "&&" => 60,
        "==" | "!=" => 90,
        "in" | "!in" => 110,
        "<" | "<=" | ">" | ">=" => 130,
        "??" => 135,
        ".." | "..=" => 140,
        "+" | "-" => 150,
        "*" | "/" | "%" => 180,
        "**" => 190,
        _ => return None,
    })
}

/// The first token at which a recursive parser would be too deep.
///
/// The stack holds what such a parser has pending: 0 an open bracket, 255 a sign or `!`, 1 an
/// `else if`, 2 the condition of an `if`, 3 what a `switch` is about, 4 what Rhai sees of its cases beside
/// an open bracket, and otherwise the precedence of an operator that waits for its right side.
pub(super) fn too_deep(text: &str, tokens: &[Token]) -> Option<Problem> {
    let mut stack: Vec<u8> = Vec::new();
    let (mut operand, mut chained) = (false, false);
    for token in tokens {
        let word = slice(text, *token);
        let level = precedence(word);
        match token.lexeme {
            Lexeme::Open => {
                let switch = word == "{" && settle(&mut stack) == Some(3);
                stack.extend(if switch { &[4, 4, 4, 0][..] } else { &[0, 0] });
            }
            Lexeme::Close => {
                while stack.pop().is_some_and(|top| top != 0) {}
                stack.pop();
                while stack.pop_if(|top| *top == 4).is_some() {}
            }
            _ if matches!(word, "," | ";" | "|" | "=>") => {
                while stack.last().is_some_and(|top| *top != 0) {
                    stack.pop();
                }
            }
            _ if word == "if" => stack.extend(if chained { &[1, 2, 2][..] } else { &[2, 2] }),
            _ if word == "switch" => stack.extend([3, 3]),
            _ => match level {
                Some(level) if operand => {
                    while stack
                        .last()
                        .is_some_and(|top| *top > level || (*top == level && level != 190))
                    {
                        stack.pop();
                    }
                    stack.push(level);
                }
                Some(_) => stack.push(255),
                None if word == "!" => stack.push(255),
                None => {}
            },
        }
        if stack.len() > MAX_NESTING {
            let message = "the expression is nested too deep";
            return Some(Problem::new(Code::Limit, (token.start, token.end), message).help(SPLIT));
        }
        chained = word == "else";
        operand = ends_value(text, *token);
    }
    None
}

/// Ends the condition of an `if`, or what a `switch` is about, at its `{`; which of them it was.
fn settle(stack: &mut Vec<u8>) -> Option<u8> {
    let mut ended = None;
    while ended.is_none()
        && let Some(it) = stack.pop_if(|top| *top != 0)
    {
        ended = matches!(it, 2 | 3).then_some(it);
    }
    stack.pop_if(|top| Some(*top) == ended);
    ended
}
