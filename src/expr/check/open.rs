//! Names whose kind the data decide: what they are used for says as what they are read.
//!
//! `custom.priority == "p1"` reads a text, `custom.points > 3` a number, `custom.vip && …` a flag. Where
//! nothing says it, as in a message or in `is_missing`, it is a text, which everything has.

use super::Checker;
use crate::expr::Kind;
use crate::expr::lex::Lexeme;
use crate::expr::parse::{Case, Raw, What};
use crate::expr::search::How;
use crate::expr::tree::{Arithmetic, Comparison};

fn is_order(mark: &str) -> bool {
    Comparison::ALL.iter().any(|op| op.is_order() && op.mark() == mark)
}

fn is_arithmetic(mark: &str) -> bool {
    Arithmetic::ALL.iter().any(|op| op.mark() == mark)
}

impl Checker<'_> {
    /// Whether there is such a name in the text at all; where there is none, no kind has to be found out.
    pub(super) fn has_open(&self) -> bool {
        let tokens = self.lexed.tokens.iter().enumerate();
        let mut names = tokens.filter(|(_, it)| it.lexeme == Lexeme::Name);
        names.any(|(at, _)| self.names.is_open(self.lexed.word(at)))
    }

    /// The kind that a part surely has; none where its use decides.
    pub(super) fn hint(&self, raw: &Raw) -> Option<Kind> {
        if !self.open {
            return None;
        }
        match &raw.what {
            What::Whole(_) | What::Real(_) | What::Minus(_) => Some(Kind::Number),
            What::Text(_) => Some(Kind::Text),
            What::Flag(_) | What::Not(_) | What::And(_) | What::Or(_) | What::In(..) => {
                Some(Kind::Flag)
            }
            What::Binary(mark, ..) if is_arithmetic(mark) => Some(Kind::Number),
            What::Binary(..) => Some(Kind::Flag),
            What::Name => self.hint_of_name(self.lexed.word(raw.at)),
            What::Call(_) => match self.lexed.word(raw.at) {
                "is_missing" | "is_present" => Some(Kind::Flag),
                name if How::named(name).is_some() => Some(Kind::Flag),
                name => self.functions.find(name).first().map(|it| it.returns),
            },
            What::Coalesce(terms) => terms.iter().rev().find_map(|term| self.hint(term)),
            What::List(items) => items.iter().find_map(|item| self.hint(item)),
            What::Range(..) => Some(Kind::Number),
            What::If(_, yes, no) => self.hint(yes).or_else(|| self.hint(no)),
            What::Let(_, _, body) => self.hint(body),
            What::Switch(_, cases) => cases.iter().find_map(|case| self.hint(&case.body)),
        }
    }

    fn hint_of_name(&self, name: &str) -> Option<Kind> {
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == name) {
            return Some(local.kind);
        }
        if self.names.is_open(name) {
            return None;
        }
        self.names.find(name).map(|symbol| symbol.kind)
    }

    /// The kind of what a `switch` is about, by its cases.
    pub(super) fn hint_of_cases(&self, cases: &[Case]) -> Option<Kind> {
        cases.iter().flat_map(|case| &case.values).find_map(|value| self.hint(value))
    }

    /// The kind of what a `let` names: its own, or else what the name is used for.
    pub(super) fn hint_of_local(
        &self,
        name: &str,
        value: &Raw,
        body: &Raw,
        wanted: Option<Kind>,
    ) -> Option<Kind> {
        if !self.open {
            return None;
        }
        self.hint(value).or_else(|| self.used(name, body, wanted))
    }

    /// What a name is first used for in a part of which `wanted` is asked.
    fn used(&self, name: &str, raw: &Raw, wanted: Option<Kind>) -> Option<Kind> {
        let number = Some(Kind::Number);
        let flag = Some(Kind::Flag);
        let all = |parts: &[&Raw], wanted: Option<Kind>| {
            parts.iter().find_map(|part| self.used(name, part, wanted))
        };
        match &raw.what {
            What::Name if self.lexed.word(raw.at) == name => wanted,
            What::Binary(mark, left, right) => {
                let kind = match *mark {
                    mark if is_arithmetic(mark) || is_order(mark) => number,
                    _ => self.hint(left).or_else(|| self.hint(right)),
                };
                all(&[left, right], kind)
            }
            What::Minus(it) => all(&[it], number),
            What::Not(it) => all(&[it], flag),
            What::And(terms) | What::Or(terms) => {
                terms.iter().find_map(|term| self.used(name, term, flag))
            }
            What::In(_, needle, set) => all(&[needle], self.hint(set)),
            What::Coalesce(terms) => terms.last().and_then(|term| self.used(name, term, wanted)),
            What::If(condition, yes, no) => {
                all(&[condition], flag).or_else(|| all(&[yes, no], wanted))
            }
            What::Let(_, value, body) => all(&[value], None).or_else(|| all(&[body], wanted)),
            What::Switch(subject, cases) => {
                let about = all(&[subject], self.hint_of_cases(cases));
                about.or_else(|| cases.iter().find_map(|case| self.used(name, &case.body, wanted)))
            }
            What::Call(arguments) if How::named(self.lexed.word(raw.at)).is_some() => {
                arguments.iter().find_map(|it| self.used(name, it, Some(Kind::Text)))
            }
            What::Call(arguments) => {
                let function = self.functions.find(self.lexed.word(raw.at)).first();
                let mut params = arguments.iter().enumerate();
                params.find_map(|(at, it)| self.used(name, it, function?.param(at)))
            }
            _ => None,
        }
    }
}
