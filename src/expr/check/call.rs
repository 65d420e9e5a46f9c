//! Calls: the function must be there, and its arguments of the right number and kinds.

use std::sync::Arc;

use super::Checker;
use crate::expr::Kind;
use crate::expr::function::MAX_ARGUMENTS;
use crate::expr::parse::Raw;
use crate::expr::search::How;
use crate::expr::tree::{Node, Tree};
use crate::fault::{Code, nearest, plural};

/// Functions of Rhai that reach outside, build code or take for ever.
pub(in crate::expr) const FORBIDDEN: [&str; 16] = [
    "eval",
    "Fn",
    "call",
    "curry",
    "type_of",
    "is_def_var",
    "is_def_fn",
    "is_shared",
    "print",
    "debug",
    "sleep",
    "timestamp",
    "blob",
    "pad",
    "parse_json",
    "global",
];

impl Checker<'_> {
    pub(super) fn call(&mut self, raw: &Raw, arguments: &[Raw]) -> Option<Tree> {
        let name = self.lexed.word(raw.at);
        if matches!(name, "is_missing" | "is_present") {
            let [argument] = arguments else { return self.arity(raw, "1", arguments.len()) };
            let named = self.guarded(raw, argument, None)?;
            return self.make(raw, Kind::Flag, Node::Presence(named, name == "is_present"));
        }
        if let Some(how) = How::named(name) {
            return self.search(raw, how, arguments);
        }
        let overloads = self.functions.find(name);
        if overloads.is_empty() {
            arguments.iter().for_each(|argument| drop(self.tree(argument)));
            return self.unknown_function(raw, name);
        }
        let Some(function) = overloads.iter().find(|function| function.takes(arguments.len()))
        else {
            let wanted: Vec<String> = overloads
                .iter()
                .map(|function| match function.repeats {
                    true => format!("{} to {MAX_ARGUMENTS}", function.params.len()),
                    false => function.params.len().to_string(),
                })
                .collect();
            return self.arity(raw, &wanted.join(" or "), arguments.len());
        };
        let trees: Vec<_> = arguments
            .iter()
            .enumerate()
            .map(|(at, it)| self.wanted(raw, it, function.param(at)?))
            .collect();
        let trees = trees.into_iter().collect::<Option<_>>()?;
        self.make(raw, function.returns, Node::Call(Arc::clone(function), trees))
    }

    pub(super) fn arity(&mut self, raw: &Raw, wanted: &str, got: usize) -> Option<Tree> {
        let name = self.lexed.word(raw.at);
        let ending = plural(if wanted == "1" { 1 } else { 2 });
        let message = format!("`{name}` takes {wanted} argument{ending}, got {got}");
        self.fault(Code::WrongArity, raw, message, None);
        None
    }

    fn unknown_function(&mut self, raw: &Raw, name: &str) -> Option<Tree> {
        if FORBIDDEN.contains(&name) {
            let help = "declare a metric, or let the host register a pure function".to_owned();
            self.fault(
                Code::Forbidden,
                raw,
                format!("`{name}` is not part of the language"),
                Some(help),
            );
            return None;
        }
        if self.names.all().iter().any(|known| known == name) {
            let help = Some(format!("write `{name}`"));
            self.fault(
                Code::UnknownName,
                raw,
                format!("`{name}` is a metric, not a function"),
                help,
            );
            return None;
        }
        let near = nearest(name, self.functions.names());
        let help = near.map_or_else(
            || "the host can register a function of that name".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.fault(Code::UnknownName, raw, format!("there is no function `{name}`"), Some(help));
        None
    }
}
